/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A second, naive search that shares nothing with the one under test: it keeps everything and is only for small spaces. */
#pragma once

#include "sim/base/owned.h"
#include "sim/explore/space.h"

#include <stdbool.h>

typedef struct Reference {
    guint64 states, transitions, final_states, out_of_model;
    guint depth;  /* of the state that is farthest from the initial one */
    int shortest; /* steps to the nearest violation; -1: none */
    bool endless;
    char *paths; /* maximal runs that stay in the model, in decimal; NULL if endless */
} Reference;

void reference_free(Reference *reference);
/* Visits everything, whatever is violated on the way. */
Reference *reference_search(Space *space) OWNED_BY(reference_free);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reference, reference_free)
