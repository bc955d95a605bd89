/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All runs of one hart against one timeline: what it may promise next, whether it can keep its promises, how it can end,
 * and what it violates. Loops without new stores are cycles of visited states. */
#pragma once

#include "sim/explore/promise.h"
#include "sim/machine/solo.h"

/* How a run can end. */
typedef enum EndKind {
    END_DONE,     /* the hart has made its last call */
    END_STUCK,    /* it waits for what this timeline does not bring */
    END_PARKABLE, /* likewise, in a place where stop_machine may switch it out */
    END_STOPPING, /* it waits for stop_machine to park everybody */
} EndKind;

/* What is asked of the ends of runs. */
typedef struct EndPlaces {
    const ConditionPlace *places;
    guint n;
    const MemoryMap *map; /* of what is private, the hart has the final value */
} EndPlaces;

/* An end as interned: the kind, then the value of each place that is this hart's, 0 for others. */

typedef struct SoloResult {
    PromiseResult result;
    GArray *promisable;      /* uint32_t: ids of messages, without hart */
    GArray *ends;            /* uint32_t: ids of ends, each once, in the order of the shortest runs */
    const char *unsupported; /* the first thing outside the machine that a run meets; NULL: none */
    uint64_t unsupported_pc;
    bool endless;  /* it is that there is no end to its stores */
    SearchEnd end; /* SEARCH_COMPLETE, or the limit that has cut the search short */
    guint states, transitions;
} SoloResult;

void solo_result_free(SoloResult *result);

/* `contents` interns messages without hart, `ends` ends. */
SoloResult *solo_search(Solo *solo, const EndPlaces *places, Intern *contents, Intern *ends) OWNED_BY(solo_result_free);

/* One step of one run, with all that is needed to tell it. */
typedef struct SoloStep {
    Local before;
    MachineStep step;
    GArray *effects; /* Effect */
} SoloStep;

typedef enum PathTo {
    PATH_TO_VIOLATION,  /* the first violation, and on until all promises are kept */
    PATH_TO_COMPLETION, /* until all promises are kept */
    PATH_TO_END,        /* a given end */
} PathTo;

/* A shortest such run, as a new array of SoloStep; *violating: index of the violating step, or -1. The run must exist. */
GArray *solo_path(Solo *solo, PathTo to, uint32_t end, const EndPlaces *places, Intern *contents, Intern *ends,
                  int *violating);

void solo_steps_free(GArray *steps);
