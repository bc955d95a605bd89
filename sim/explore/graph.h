/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Graphs for people to look at: a graph as it was explored, and what of it is shown: chains folded, and no more than a page can
 * hold. Nodes and edges are numbers; what they mean is the business of whoever explored. */
#pragma once

#include "sim/base/owned.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum GraphNodeFlags {
    GRAPH_KEPT = 1, /* is never folded into an edge */
    GRAPH_OPEN = 2, /* what follows it has not been explored, or not all of it */
} GraphNodeFlags;

typedef struct GraphEdge {
    guint from, to;
} GraphEdge;

typedef struct Graph {
    GArray *nodes; /* guint8: GraphNodeFlags; everything begins at node 0 */
    GArray *edges; /* GraphEdge */
    GArray *path;  /* guint: edges from node 0 on that are shown before all others; may be empty */
} Graph;

void graph_init(Graph *graph);
void graph_clear(Graph *graph);
/* Both return the number of what they add. */
guint graph_add_node(Graph *graph, guint flags);
guint graph_add_edge(Graph *graph, guint from, guint to);

/* A way from one node that is shown to another: an edge, or a chain of them with nothing but one way in between. */
typedef struct GraphLine {
    guint from, to;
    guint first, n; /* edges: in GraphView.edges */
    bool on_path;
} GraphLine;

/* What is not shown, and is reached first from here. All nodes that are not shown are in one of these. */
typedef struct GraphRest {
    guint n_nodes;
    bool open; /* and there may be more */
} GraphRest;

/* Ways from a node that is shown to a rest. */
typedef struct GraphCut {
    guint from, rest;
    guint n_lines;
} GraphCut;

typedef struct GraphView {
    GArray *nodes; /* guint: those shown, breadth-first from node 0 */
    GArray *lines; /* GraphLine: in the order of the nodes they leave */
    GArray *edges; /* guint: of all lines */
    GArray *rests; /* GraphRest */
    GArray *cuts;  /* GraphCut */
} GraphView;

void graph_view_free(GraphView *view);

/* Folds chains of nodes that have one way in and one out, and chooses at most `nodes_max` of the others: those on the path,
 * then breadth-first. */
GraphView *graph_view(const Graph *graph, guint nodes_max) OWNED_BY(graph_view_free);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Graph, graph_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GraphView, graph_view_free)
