/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states and steps of one hart against one timeline: solo-search.c builds them and asks what may be promised and how
 * runs end, solo-path.c picks out one run. */
#pragma once

#include "sim/machine/solo-search.h"

#define NONE G_MAXUINT32

typedef struct Edge {
    uint32_t from, to;
    uint32_t choice;   /* which of the steps of `from` */
    uint32_t messages; /* first in `promised`; the number of them in n */
    uint16_t n;
    bool violates;
    const char *leaves; /* why the step leads out of the machine; NULL: it does not */
} Edge;

typedef struct State {
    uint32_t parent;     /* edge that found it; NONE: the initial state */
    uint32_t done;       /* id of the end, or NONE */
    uint32_t stand;      /* 1 + index in result->stands; 0: no end */
    uint32_t depth;      /* steps from the initial state */
    uint32_t first_edge; /* its edges follow each other */
    bool real;           /* nothing added to the timeline, nothing guessed: a run against this very timeline */
    bool owes_nothing;
    bool certified;      /* a run from here keeps all promises */
    bool certified_real; /* a real one does */
} State;

/* The graph of one search. States are numbered in the order in which they are found: breadth first. */
typedef struct Graph {
    Solo *solo;
    const EndPlaces *places;
    Intern *contents, *ends;
    Intern *cores;      /* of the solo, or the graph's own */
    Intern *ids;        /* states: StateKey and suffix */
    bool plain;         /* no service has left a message in the timeline */
    GArray *states;     /* State */
    GArray *edges;      /* Edge, by `from` */
    uint32_t expanding; /* the state whose steps are being taken */
    GArray *promised;   /* uint32_t: messages added in a place where they may be promised */
    SoloResult *result;
} Graph;

static inline State *state_of(const Graph *graph, uint32_t number)
{
    return &g_array_index(graph->states, State, number);
}

static inline Edge *edge_of(const Graph *graph, uint32_t number)
{
    return &g_array_index(graph->edges, Edge, number);
}

/* The state in full. `local` must be initialised. */
void solo_graph_local(const Graph *graph, uint32_t number, Local *local);

void solo_graph_init(Graph *graph, Solo *solo, const EndPlaces *places, Intern *contents, Intern *ends);
void solo_graph_clear(Graph *graph);
/* All runs from a state of which the timeline holds everything that the hart has left in it; NULL: from its first one. */
void solo_graph_build(Graph *graph, const Local *from);

/* solo-ends.c: the values of END_DONE, interned; how the hart may stand still here, where `stuck` means that it cannot go on, or
 * may wait for ever; and notes that of a state. */
uint32_t solo_end_id(const Graph *graph, const Local *local);
Stand solo_stand(const Solo *solo, const Local *local, bool stuck);
void solo_graph_stands(Graph *graph, uint32_t number, const Stand *stand);

/* Whether a real run may end or stand still there; whether a step violates a property in a run that keeps its promises. */
bool solo_graph_is_end(const State *state);
bool solo_graph_is_violation(const Graph *graph, const Edge *edge);
