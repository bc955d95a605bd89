/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a schedule step by step: to tell its story, to check it in the emulator at true addresses, to tidy it. */
#pragma once

#include "sim/explore/search.h"
#include "sim/machine/machine.h"

/* One step of a replay, with the states around it. */
typedef struct ReplayStep {
    guint hart;
    guint move; /* which of the hart's steps */
    Task before;
    World *world;     /* before the step */
    MachineStep step; /* its world is NULL if unchanged */
    GArray *effects;  /* Effect: what it does to memory, if the hart has views; else NULL */
} ReplayStep;

/* What one whole version would have done in place of a pass that violates old-or-new or ends in a trap. */
typedef struct Alternative {
    guint version;
    bool trapped;
    uint64_t pc;    /* where it goes, or traps */
    uint64_t x[32]; /* registers there */
} Alternative;

typedef struct Replay {
    const Program *program; /* borrowed */
    const Options *options; /* borrowed */
    GArray *steps;          /* ReplayStep */
    Task *tasks;            /* at the end */
    World world;
    Violation violation;  /* of the last step, or of the final state */
    int violating_hart;   /* -1: the final state as such */
    bool finished;        /* no task can go on */
    int region;           /* of the pass that the violating step belongs to; -1: none */
    guint pass_start;     /* index of the first step of that pass */
    GArray *alternatives; /* Alternative, of each version of the region that the pass allows */
} Replay;

void replay_free(Replay *replay);

/* Follows `trail`, executing every instruction twice, in its slot and at its true address, and asserting that both agree.
 * Fails with SIM_ERROR_SCHEDULE, naming the step, where the program cannot follow; with SIM_ERROR_ENVIRONMENT if there
 * is no emulator. */
Replay *replay_run(const Program *program, const Options *options, const GArray *trail, GError **error)
    OWNED_BY(replay_free);

/* The violation that a trail ends with, and the hart of its last step. */
Violation trail_violation(Machine *machine, const GArray *trail, guint *hart);

/* "outside the machine at PC (SYMBOL): REASON", of a trail's last step. */
char *trail_out_of_model(Machine *machine, const GArray *trail);

/* Reorders a violating trail, without changing what any hart does, so that it changes harts as rarely as it can. */
void tidy_trail(Machine *machine, GArray *trail);

/* How often consecutive steps are of different harts. */
guint trail_switches(const GArray *trail);

/* A schedule as text: comma-separated runs "HART:STEPS", each step the hart's first move, or "HART/MOVE", a single step.
 * parse fails with SIM_ERROR_SCHEDULE and the column in the message. */
char *schedule_text(const GArray *trail);
GArray *schedule_parse(const char *text, guint n_harts, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Replay, replay_free)
