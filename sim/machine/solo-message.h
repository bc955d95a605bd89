/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages that services leave in the timeline: for solo-service.c and solo-sync.c. */
#pragma once

#include "sim/machine/solo.h"

/* Where a message of a service may stand in the timeline. */
typedef struct SoloPlaces {
    View low; /* after this */
    guint n;
    View stamp[TIMELINE_MAX + 1];
    bool is_new[TIMELINE_MAX + 1];
} SoloPlaces;

/* After every access so far, whatever its kind, and the fetch of the ecall (ir1; 0 of a step that is none). */
View solo_everything(const Views *views, View fetched);
View solo_fetch_view(const MachineStep *step);

/* The timeline with what the hart has added to it. */
const GArray *solo_messages(const Solo *solo);

/* Where the message may stand: a promise to be kept, or the end. */
void solo_find_places(const Solo *solo, const Local *local, const Message *message, View low, SoloPlaces *places);

/* The step that leaves the message at place i. The views of an access at that point are the caller's to raise. */
MachineStep solo_claim(const Solo *solo, const MachineStep *base, const Message *message, const SoloPlaces *places,
                       guint i);

/* Everything later comes after `ts`, and a later fence.i passes it on to fetches. */
void solo_synchronise(Views *views, View ts);
void solo_append(GArray *steps, const MachineStep *step);

/* solo-sync.c: stop_machine and remote fence.i. */
void solo_serve_stop_begin(MachineStep *step, GArray *steps);
void solo_serve_stop_end(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
void solo_serve_fence(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
