/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/explore/space-graph.h"

#include "sim/explore/memo.h"

#include <string.h>

typedef struct Explorer {
    Space *space;
    SpaceGraph *graph;
    Memo *memo;
    guint width; /* words of a state */
} Explorer;

void space_graph_free(SpaceGraph *graph)
{
    if (!graph)
        return;
    graph_clear(&graph->graph);
    intern_free(graph->states);
    g_array_unref(graph->kinds);
    g_array_unref(graph->moves);
    g_free(graph);
}

/* The node of a state. Where a violation leads to is another node than the same state reached without one: that is what the word
 * behind the vector is for. */
static guint node_of(Explorer *explorer, const uint32_t *state, Finding finding)
{
    static const SpaceNodeKind kinds[] = { NODE_STATE, NODE_VIOLATION, NODE_OUT_OF_MODEL };
    SpaceGraph *graph = explorer->graph;
    uint32_t key[2 + SPACE_PROCESSES_MAX];
    memcpy(key, state, explorer->width * sizeof *key);
    key[explorer->width] = finding;
    guint node = intern_put(graph->states, key, (explorer->width + 1) * (guint)sizeof *key);
    if (node == graph->kinds->len) {
        guint8 kind = (guint8)kinds[finding];
        g_array_append_val(graph->kinds, kind);
        graph_add_node(&graph->graph, finding == FINDING_NONE ? GRAPH_OPEN : GRAPH_KEPT);
    }
    return node;
}

static void expand(Explorer *explorer, guint node)
{
    SpaceGraph *graph = explorer->graph;
    guint8 *flags = &g_array_index(graph->graph.nodes, guint8, node);
    uint32_t state[1 + SPACE_PROCESSES_MAX];
    if (!(*flags & GRAPH_OPEN))
        return;
    *flags = 0;
    memcpy(state, space_graph_state(graph, node), explorer->width * sizeof *state);
    guint n_out = graph->moves->len;
    for (guint p = 0; p < explorer->space->n_processes; p++) {
        uint32_t next[1 + SPACE_PROCESSES_MAX];
        guint n_moves;
        const Move *moves = memo_moves(explorer->memo, p, state[1 + p], state[0], &n_moves);
        memcpy(next, state, explorer->width * sizeof *state);
        for (guint m = 0; m < n_moves; m++) {
            TrailStep by = { .process = p, .move = m };
            next[0] = moves[m].shared;
            next[1 + p] = moves[m].local;
            graph_add_edge(&graph->graph, node, node_of(explorer, next, moves[m].finding));
            g_array_append_val(graph->moves, by);
        }
    }
    if (graph->moves->len == n_out) {
        g_array_index(graph->kinds, guint8, node) = NODE_FINAL;
        g_array_index(graph->graph.nodes, guint8, node) = GRAPH_KEPT;
    }
}

/* Goes along the trail, exploring what is there. */
static void add_path(Explorer *explorer, const GArray *trail)
{
    SpaceGraph *graph = explorer->graph;
    guint node = 0;
    for (guint i = 0; i < trail->len; i++) {
        const TrailStep *step = &g_array_index(trail, TrailStep, i);
        guint edge = 0;
        expand(explorer, node);
        for (; edge < graph->moves->len; edge++) {
            const TrailStep *by = &g_array_index(graph->moves, TrailStep, edge);
            if (g_array_index(graph->graph.edges, GraphEdge, edge).from == node && by->process == step->process &&
                by->move == step->move)
                break;
        }
        g_assert(edge < graph->moves->len);
        g_array_append_val(graph->graph.path, edge);
        node = g_array_index(graph->graph.edges, GraphEdge, edge).to;
    }
    expand(explorer, node); /* whether it is a final state */
}

SpaceGraph *space_graph(Space *space, const GArray *trail, guint states_max)
{
    SpaceGraph *graph = g_new0(SpaceGraph, 1);
    graph_init(&graph->graph);
    graph->states = intern_new();
    graph->kinds = g_array_new(FALSE, FALSE, sizeof(guint8));
    graph->moves = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    g_autoptr(Memo) memo = memo_new(space);
    Explorer explorer = { space, graph, memo, 1 + space->n_processes };
    uint32_t initial[1 + SPACE_PROCESSES_MAX];
    guint next = 0;
    space->class->initial(space, initial);
    node_of(&explorer, initial, FINDING_NONE);
    for (; next < graph->kinds->len && graph->kinds->len <= states_max; next++)
        expand(&explorer, next);
    add_path(&explorer, trail);
    graph->complete = true;
    for (guint n = 0; n < graph->kinds->len; n++)
        graph->complete = graph->complete && !(g_array_index(graph->graph.nodes, guint8, n) & GRAPH_OPEN);
    return graph;
}
