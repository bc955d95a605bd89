/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the machine, in its two parts: what harts share, and what each task has for itself.
 * Both are interned as bytes, so equal states must have equal bytes: whatever has no effect any more is kept at 0. */
#pragma once

#include "sim/base/intern.h"
#include "sim/machine/program.h"

typedef struct World {
    Timeline timeline;
    HartSet done;        /* tasks that have made their last call */
    HartSet parked;      /* tasks parked by stop_machine */
    uint64_t marks;      /* bit m: mark m has been passed */
    uint32_t stop_owner; /* 1 + the hart that has asked for stop_machine; 0: none */
    uint32_t stop_flags; /* StopFlags of that request, or of the last one while tasks are still parked */
    uint32_t stop_end;   /* timestamp at the end of the last stop */
    uint32_t n_harts;
    uint8_t lock_owner[LOCKS_MAX];    /* 1 + hart */
    HartSet fence_pending[HARTS_MAX]; /* of requester h: the harts that have yet to run its remote fence.i */
    uint32_t fence_begin[HARTS_MAX];  /* timestamp of its request */
    Reservation reservations[HARTS_MAX];
} World;

typedef enum StopFlags {
    STOP_WAITERS_FENCE_I = 1, /* a parked task runs fence.i when released */
    STOP_OUTSIDE_SITES = 2,   /* a task may park only where it is not inside a patched region */
} StopFlags;

typedef enum TaskStatus {
    TASK_RUNNING,
    TASK_PARKED,
    TASK_STOPPING, /* has asked for stop_machine and waits until everybody is parked */
    TASK_FENCING,  /* has asked for a remote fence.i and waits until everybody has run it */
    TASK_DONE,
    TASK_CRASHED, /* a hart alone, after a trap that nobody handles */
} TaskStatus;

/* Interned as raw bytes: no padding. */
typedef struct Task {
    Hart hart;
    uint32_t pass[2]; /* at trap depth 0 and 1: 1 + id of the pass through a patched region, or 0 */
    uint32_t calls_made;
    uint32_t interrupts_taken;
    uint8_t id;
    uint8_t status;            /* TaskStatus */
    uint8_t depth;             /* of traps: 0 or 1 */
    uint8_t at_schedule_point; /* by its last instruction, or because its call has not begun */
    uint8_t was_running;       /* TASK_PARKED: the status to go back to */
    uint8_t zero[3];
} Task;

void world_init(World *world, const Program *program);
void world_clear(World *world);
void world_copy(World *to, const World *from);

uint32_t world_intern(const World *world, Intern *intern);
/* `world` must be initialised; its contents are replaced. */
void world_extern(World *world, const Intern *intern, uint32_t id);

/* A store takes effect: it becomes a message if fetches may miss it, and breaks the reservations of other harts. */
void world_store(World *world, const Options *options, Message message);
