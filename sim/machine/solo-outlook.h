/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a hart can still do from the middle of its run: for whoever goes through one execution step by step, and must not be
 * led to where it is none. */
#pragma once

#include "sim/machine/solo.h"

typedef struct SoloOutlook {
    bool keeps;         /* in some run it keeps all promises, and does what others wait for */
    bool keeps_really;  /* in one against this very timeline, in which nothing is guessed */
    GArray *promisable; /* Message, hart 0: what it may promise here */
} SoloOutlook;

void solo_outlook_free(SoloOutlook *outlook);

/* From a state against the timeline solo->base, of which solo->cores must be NULL. If solo->limits cut the search short, the
 * hart is given the benefit of the doubt. */
SoloOutlook *solo_outlook(Solo *solo, const Local *from) OWNED_BY(solo_outlook_free);

/* Whether the hart has promises to keep, or has yet to do its part in a service before something in the timeline solo->base:
 * else it keeps whatever it has to keep. */
bool solo_is_bound(const Solo *solo, const Local *local);
