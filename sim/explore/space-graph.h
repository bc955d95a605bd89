/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states of a space and the moves between them, as a graph: breadth-first, with states numbered in the order in which they
 * are found. For small spaces, or the beginning of large ones: search.h is for deciding. */
#pragma once

#include "sim/base/intern.h"
#include "sim/explore/graph.h"
#include "sim/explore/search.h"

typedef enum SpaceNodeKind {
    NODE_STATE,
    NODE_FINAL,        /* no process has a move */
    NODE_VIOLATION,    /* where a violating move leads to */
    NODE_OUT_OF_MODEL, /* where a move leads out of the model */
} SpaceNodeKind;

typedef struct SpaceGraph {
    Graph graph;    /* its path is the trail asked for */
    Intern *states; /* by node: the vector of a state, and the SpaceGraph's own word */
    GArray *kinds;  /* guint8: SpaceNodeKind, by node */
    GArray *moves;  /* TrailStep, by edge */
    bool complete;  /* all states were explored */
} SpaceGraph;

void space_graph_free(SpaceGraph *graph);

/* Explores until there are `states_max` states, and whatever lies on `trail` (of TrailStep; may be empty). */
SpaceGraph *space_graph(Space *space, const GArray *trail, guint states_max) OWNED_BY(space_graph_free);

/* The state of a node, as in SpaceClass.initial. */
static inline const uint32_t *space_graph_state(const SpaceGraph *graph, guint node)
{
    return intern_get(graph->states, node, NULL);
}
static inline SpaceNodeKind space_graph_kind(const SpaceGraph *graph, guint node)
{
    return (SpaceNodeKind)g_array_index(graph->kinds, guint8, node);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpaceGraph, space_graph_free)
