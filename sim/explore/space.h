/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an explorer sees of a program: processes that each have a local state and that share one component.
 * A state is the vector (shared, local 0, ..., local n-1) of dense ids; a move of one process depends on and changes
 * only its own local id and the shared id. Nothing here knows RISC-V: ten-line toy spaces test the search. */
#pragma once

#include "sim/base/archive.h"

#include <stdint.h>

enum {
    SPACE_PROCESSES_MAX = 128
};

/* What a move or a final state means to the properties. */
typedef enum Finding {
    FINDING_NONE,
    FINDING_VIOLATION,    /* a property is violated: the search ends with this as its last step */
    FINDING_OUT_OF_MODEL, /* the successor is something the model does not define: no proof, but the search goes on */
} Finding;

typedef struct Move {
    uint32_t local;  /* the mover's next local state */
    uint32_t shared; /* the next shared state */
    Finding finding; /* if not NONE, the successor is not explored */
} Move;

typedef struct Space Space;

typedef struct SpaceClass {
    /* Fills the initial state: state[0] is the shared id, state[1 + p] the local id of process p. */
    void (*initial)(Space *space, uint32_t *state);

    /* Appends the moves of `process` in this (local, shared), in an order that depends on nothing else. Two moves of
     * one process with equal results must be given once. None: blocked or finished here. */
    void (*moves)(Space *space, guint process, uint32_t local, uint32_t shared, GArray *moves);

    /* Judges a state in which no process has a move. */
    Finding (*final)(Space *space, const uint32_t *state);

    /* Bytes that the space itself holds; NULL: not worth counting. */
    guint64 (*bytes)(Space *space);

    /* What ids mean, and whatever else of the space has come about in a search; read into a new space. NULL: the space
     * cannot be kept. */
    void (*archive)(Space *space, Archive *archive);
} SpaceClass;

struct Space {
    const SpaceClass *class;
    guint n_processes; /* 1..SPACE_PROCESSES_MAX; local ids of processes that behave differently must differ */
};
