/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All harts of a program along one schedule of the timeline explorer's machine: each with its views, over one timeline that
 * grows as stores execute, or before that, when they are promised. */
#pragma once

#include "sim/machine/solo.h"

typedef struct SoloDriver {
    Machine *machine;
    guint n;
    GArray *timeline; /* Message; hart is the owner's number */
    Local *locals;    /* by hart */
    Solo *solos;      /* by hart */
    Footprint *unused;
} SoloDriver;

/* Borrows both. `map` must be what an exploration has ended with. */
void solo_driver_init(SoloDriver *driver, Machine *machine, MemoryMap *map, bool marks_matter);
void solo_driver_clear(SoloDriver *driver);

/* Every step of a hart here, as a new array of MachineStep; their effects are in driver->solos[hart].effects. */
GArray *solo_driver_steps(SoloDriver *driver, guint hart);

/* Takes one of them; false if it leaves a promise that cannot be kept. */
bool solo_driver_take(SoloDriver *driver, guint hart, const MachineStep *step);

/* A store of the hart takes effect ahead of its turn. */
void solo_driver_promise(SoloDriver *driver, guint hart, Message message);

/* A timeline (of Message; hart is the owner's number) as a hart sees it: Solo.base. */
void timeline_seen_by(const GArray *timeline, guint hart, GArray *seen);

/* A promise as a step of a schedule, and back. */
TrailStep trail_promise(guint hart, const Message *message);
Message trail_message(const TrailStep *promise);

/* Memory as it is now, in the form of the other explorer. `world` must be initialised. */
void solo_driver_world(const SoloDriver *driver, World *world);
