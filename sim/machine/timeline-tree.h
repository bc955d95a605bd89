/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The orders of stores that the timeline explorer goes through, kept as the tree that they are: for graphs. */
#pragma once

#include "sim/explore/graph.h"
#include "sim/explore/promise.h"
#include "sim/memory/timeline.h"

typedef struct TimelineNode {
    Message last; /* Message.hart is the owner's number; of node 0, the empty timeline: nothing */
    PromiseFate fate;
} TimelineNode;

typedef struct TimelineTree {
    Graph graph;   /* edge i leads to node i + 1. Its path leads to the violation */
    GArray *nodes; /* TimelineNode */
    GArray *left;  /* guint, by node: ways on that are not in the tree */
    guint nodes_max;
} TimelineTree;

void timeline_tree_free(TimelineTree *tree);

/* A tree that will have at most so many nodes, and the way to a violation. */
TimelineTree *timeline_tree_new(guint nodes_max) OWNED_BY(timeline_tree_free);

/* Makes whoever explores within these limits fill the tree. Each round of the exploration begins it anew. */
void timeline_tree_watch(TimelineTree *tree, SearchOptions *limits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TimelineTree, timeline_tree_free)
