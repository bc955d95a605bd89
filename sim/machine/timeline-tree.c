/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/timeline-tree.h"

#include "sim/machine/timelines-parts.h"

#include <string.h>

TimelineTree *timeline_tree_new(guint nodes_max)
{
    TimelineTree *tree = g_new0(TimelineTree, 1);
    graph_init(&tree->graph);
    tree->nodes = g_array_new(FALSE, FALSE, sizeof(TimelineNode));
    tree->left = g_array_new(FALSE, FALSE, sizeof(guint));
    tree->nodes_max = MAX(nodes_max, 1);
    return tree;
}

void timeline_tree_free(TimelineTree *tree)
{
    if (!tree)
        return;
    graph_clear(&tree->graph);
    g_array_unref(tree->nodes);
    g_array_unref(tree->left);
    g_free(tree);
}

static guint add_node(TimelineTree *tree, guint parent, Message last, PromiseFate fate, guint n_children)
{
    TimelineNode node = { last, fate };
    g_array_append_val(tree->nodes, node);
    g_array_append_val(tree->left, n_children);
    guint number =
        graph_add_node(&tree->graph, (fate == PROMISE_COMPLETE ? 0 : GRAPH_KEPT) | (n_children ? GRAPH_OPEN : 0));
    if (number == 0)
        return 0;
    graph_add_edge(&tree->graph, parent, number);
    if (g_array_index(tree->left, guint, parent) && --g_array_index(tree->left, guint, parent) == 0)
        g_array_index(tree->graph.nodes, guint8, parent) &= (guint8)~GRAPH_OPEN;
    return number;
}

static bool same_message(const Message *a, const Message *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* The node behind a message, or 0 if it is not in the tree. */
static guint child_of(const TimelineTree *tree, guint parent, const Message *last)
{
    for (guint e = 0; e < tree->graph.edges->len; e++)
        if (g_array_index(tree->graph.edges, GraphEdge, e).from == parent &&
            same_message(&g_array_index(tree->nodes, TimelineNode, e + 1).last, last))
            return e + 1;
    return 0;
}

static Message message_of(const Timelines *timelines, PromiseMessage sent)
{
    Message message = *timelines_message(timelines, sent.message);
    message.hart = (uint8_t)sent.owner;
    return message;
}

/* The violation may come when the tree is full: what leads to it is put in all the same. */
static void add_violation(TimelineTree *tree, const Timelines *timelines, const PromiseVisit *visit)
{
    guint node = 0;
    for (guint i = 0; i < visit->n; i++) {
        Message message = message_of(timelines, visit->timeline[i]);
        bool is_last = i + 1 == visit->n;
        guint next = child_of(tree, node, &message);
        if (!next)
            next = add_node(tree, node, message, is_last ? PROMISE_VIOLATING : PROMISE_OPEN, !is_last);
        guint edge = next - 1;
        g_array_append_val(tree->graph.path, edge);
        node = next;
    }
}

/* Nodes are numbered as they are visited: as long as there is room, those numbers are the tree's own. */
static void visited(gpointer data, PromiseSpace *space, const PromiseVisit *visit)
{
    TimelineTree *tree = data;
    const Timelines *timelines = (const Timelines *)space;
    if (visit->number == 0) {
        graph_clear(&tree->graph);
        graph_init(&tree->graph);
        g_array_set_size(tree->nodes, 0);
        g_array_set_size(tree->left, 0);
    }
    if (visit->number < tree->nodes_max) {
        Message last = { 0 };
        if (visit->n)
            last = message_of(timelines, visit->timeline[visit->n - 1]);
        add_node(tree, visit->parent, last, visit->fate, visit->n_children);
    }
    if (visit->fate == PROMISE_VIOLATING)
        add_violation(tree, timelines, visit);
}

void timeline_tree_watch(TimelineTree *tree, SearchOptions *limits)
{
    limits->visited = visited;
    limits->visited_data = tree;
}
