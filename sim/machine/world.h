/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the machine, in its two parts: what harts share, and what each task has for itself.
 * Both are interned as bytes, so equal states must have equal bytes: whatever has no effect any more is kept at 0. */
#pragma once

#include "sim/base/intern.h"
#include "sim/machine/program.h"

/* An interrupt on its way to a hart, or whose effect its sender waits for. Plain data, kept in order. */
typedef struct Ipi {
    uint8_t target, sender;
    uint8_t state;  /* IpiState */
    uint8_t waits;  /* the sender waits until it is acknowledged */
    uint32_t begin; /* timestamp when it was sent */
} Ipi;

typedef enum IpiState {
    IPI_SENT,
    IPI_TAKEN, /* the interrupt has been taken; of those that somebody waits for */
    IPI_ACKNOWLEDGED,
} IpiState;

enum {
    IPIS_MAX = 64
};

typedef struct World {
    Timeline timeline;
    GArray *ipis;        /* Ipi */
    HartSet done;        /* tasks that have made their last call */
    HartSet parked;      /* tasks parked by stop_machine */
    HartSet offline;     /* harts that no request counts */
    HartSet graces;      /* requesters h: what is pending is a schedule point, not a fence.i */
    uint64_t marks;      /* bit m: mark m has been passed */
    uint32_t stop_owner; /* 1 + the hart that has asked for stop_machine; 0: none */
    uint32_t stop_flags; /* StopFlags of that request, or of the last one while tasks are still parked */
    uint32_t stopped;    /* whether everybody has been parked for it */
    uint32_t stop_end;   /* timestamp at the end of the last stop */
    uint32_t n_harts;
    uint8_t lock_owner[LOCKS_MAX]; /* 1 + hart */
    HartSet asked[HARTS_MAX];      /* of requester h: the harts that it has asked for something, while it waits */
    HartSet pending[HARTS_MAX];    /* those of them that have yet to do their part */
    uint32_t asked_at[HARTS_MAX];  /* timestamp of its request */
    uint32_t
        fenced_until[HARTS_MAX]; /* of a hart that may migrate: what services have made all harts fetch, at least */
    Reservation reservations[HARTS_MAX];
} World;

typedef enum StopFlags {
    STOP_WAITERS_FENCE_I = 1, /* a parked task runs fence.i when released */
    STOP_OUTSIDE_SITES = 2,   /* a task may park only where it is not inside a patched region */
    STOP_RELAXED_RELEASE = 4, /* what lets the tasks go on is not ordered behind what was done while they were parked */
} StopFlags;

typedef enum TaskStatus {
    TASK_RUNNING,
    TASK_PARKED,
    TASK_STOPPING, /* has asked for stop_machine and waits until everybody is parked */
    TASK_FENCING,  /* has asked for a remote fence.i and waits until everybody has run it */
    TASK_GRACE,    /* has asked for a schedule point of everybody, and waits */
    TASK_CALLING,  /* has interrupted everybody and waits for their acknowledgements */
    TASK_IDLE,     /* has made its calls, but takes interrupts */
    TASK_DONE,
    TASK_CRASHED, /* a hart alone, after a trap that nobody handles */
} TaskStatus;

enum {
    TRAP_DEPTH_MAX = 4
};

/* Interned as raw bytes: no padding. */
typedef struct Task {
    Hart hart;
    uint32_t pass[TRAP_DEPTH_MAX + 1]; /* by trap depth: 1 + id of the pass through a patched region, or 0 */
    uint32_t calls_made;
    uint32_t interrupts_taken; /* timer interrupts */
    uint32_t migrations_made;
    uint32_t away; /* 1 + id of the Frame to go back to when traps are `away_depth` deep again; 0: none */
    uint8_t id;
    uint8_t status;            /* TaskStatus */
    uint8_t depth;             /* of traps, up to TRAP_DEPTH_MAX */
    uint8_t at_schedule_point; /* by its last instruction, or because its call has not begun */
    uint8_t was_running;       /* TASK_PARKED: the status to go back to */
    uint8_t interrupted;       /* in a handler: the status to go back to behind the outermost one */
    uint8_t away_depth;
    uint8_t zero[1];
} Task;

/* Where a task that has been switched out goes on, while its hart takes an interrupt elsewhere. */
typedef struct Frame {
    uint64_t pc, sepc, scause, stval, sstatus;
} Frame;

void world_init(World *world, const Program *program);
void world_clear(World *world);
void world_copy(World *to, const World *from);
/* A copy of its own: world_clear, then g_free. */
World *world_dup(const World *world);

uint32_t world_intern(const World *world, Intern *intern);
/* `world` must be initialised; its contents are replaced. */
void world_extern(World *world, const Intern *intern, uint32_t id);

/* A store takes effect: it becomes a message if fetches may miss it, and breaks the reservations of other harts. */
void world_store(World *world, const Options *options, Message message);
