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

/* solo-sync.c: stop_machine. */
void solo_serve_stop_begin(Solo *solo, MachineStep *step, GArray *steps);
void solo_serve_stop_end(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
void solo_offer_park(const Solo *solo, const Local *local, GArray *steps);
void solo_offer_resume(const Solo *solo, const Local *local, GArray *steps);
void solo_offer_stopped(Solo *solo, const Local *local, GArray *steps);
/* Whether the message at `place` would come between the begin and the end of a stop. */
bool solo_is_stopped_at(const Solo *solo, guint place);

/* solo-ask.c: remote fence.i, synchronize_rcu_tasks, on_each_cpu: a request and its end; online and offline. */
void solo_serve_fence(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
void solo_serve_grace(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
void solo_serve_on_each_cpu(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
void solo_serve_online(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
void solo_offer_served(Solo *solo, const Local *local, GArray *steps);
/* The first message up to `until` that asks something of this hart, online, that it has yet to do: it does not go offline. Or 0. */
guint solo_asked_at(const Solo *solo, const Local *local, guint until);
void solo_offer_parts(const Solo *solo, const Local *local, GArray *steps);
/* What an SBI call that interrupts other harts comes after. */
View solo_before_sbi(const Solo *solo, const Views *views, const MachineStep *step);

/* solo-ipi.c: IPIs; migration. */
void solo_serve_send_ipi(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
void solo_serve_ack(MachineStep *step, GArray *steps);
void solo_offer_ipis(const Solo *solo, const Local *local, GArray *steps);
void solo_offer_migrations(const Solo *solo, const Local *local, GArray *steps);
