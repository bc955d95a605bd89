/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All runs of one hart against one timeline: what it may promise next, whether it can keep its promises, how it can end,
 * and what it violates. Loops without new stores are cycles of visited states. */
#pragma once

#include "sim/explore/promise.h"
#include "sim/machine/solo.h"

/* How a run can end, or come to stand still. */
typedef enum EndKind {
    END_NONE,
    END_DONE = 1,            /* the hart has made its last call */
    END_STUCK = 2,           /* it waits for what this timeline does not bring, and cannot be switched out there */
    END_STUCK_INSIDE = 4,    /* likewise, but stop_machine may switch it out unless it wants tasks outside of sites */
    END_STUCK_PARKABLE = 8,  /* likewise, and any stop_machine may */
    END_PARKING_INSIDE = 16, /* it can go on, but stop_machine may switch it out here, unless ... */
    END_PARKING = 32,        /* it can go on, but any stop_machine may switch it out here */
    END_STOPPING = 64,       /* it waits for stop_machine to park everybody */
    END_STOPPING_OUTSIDE = 128, /* likewise, outside of sites */
    END_WAITING = 256,          /* it waits for others to do what it has asked of them */
    END_WAITING_ASLEEP = 512,   /* likewise, where any stop_machine may switch it out */
} EndKind;

typedef struct Stand {
    HartSet owes; /* those who have asked it for something that it has not done and, standing still, will not do */
    EndKind kind;
} Stand;

static inline bool stand_equal(const Stand *a, const Stand *b)
{
    return a->kind == b->kind && a->owes == b->owes;
}

/* What is asked of the ends of runs. */
typedef struct EndPlaces {
    const ConditionPlace *places;
    guint n;
} EndPlaces;

/* An END_DONE as interned: of each place its value as far as this hart knows: registers of its own (0 for others), memory
 * as in its own private one or in the image. */

typedef struct SoloResult {
    PromiseResult result;
    GArray *promisable;      /* uint32_t: ids of messages, without hart */
    GArray *ends;            /* uint32_t: ids of END_DONE, each once, in the order of the shortest runs */
    GArray *stands;          /* Stand, each once */
    const char *unsupported; /* why not all runs have been followed; NULL: they have */
    uint64_t unsupported_pc;
    const char *leaves; /* the first thing outside the machine that a run meets which keeps its promises; NULL: none */
    uint64_t leaves_pc;
    bool endless;  /* it is that there is no end to its stores */
    bool adds;     /* some run adds to the timeline */
    SearchEnd end; /* SEARCH_COMPLETE, or the limit that has cut the search short */
    guint states, transitions;
} SoloResult;

void solo_result_free(SoloResult *result);
/* An empty one. */
SoloResult *solo_result_new(void) OWNED_BY(solo_result_free);

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
    PATH_TO_DONE,       /* a given END_DONE */
    PATH_TO_STAND,      /* a given Stand */
} PathTo;

typedef struct PathGoal {
    PathTo to;
    uint32_t end;
    Stand stand;
} PathGoal;

/* A shortest such run as a new array of SoloStep; *violating: index of the violating step, or -1. The run must exist. */
GArray *solo_path(Solo *solo, const PathGoal *goal, const EndPlaces *places, Intern *contents, Intern *ends,
                  int *violating);

void solo_steps_free(GArray *steps);
