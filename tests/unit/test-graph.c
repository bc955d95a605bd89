/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Graphs of toy spaces: what is explored against the search, what is folded by formula, and that nothing that is left out is left
 * out silently. */
#include <criterion/criterion.h>

#include "sim/explore/space-graph.h"
#include "tests/support/toy.h"

static SpaceGraph *graph_of(Space *space, guint states_max)
{
    g_autoptr(GArray) trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    return space_graph(space, trail, states_max);
}

static guint n_hidden(const GraphView *view)
{
    guint n = 0;
    for (guint i = 0; i < view->rests->len; i++)
        n += g_array_index(view->rests, GraphRest, i).n_nodes;
    return n;
}

static guint n_folded(const GraphView *view)
{
    guint n = 0;
    for (guint i = 0; i < view->lines->len; i++)
        n += g_array_index(view->lines, GraphLine, i).n - 1;
    return n;
}

/* Every node is shown, folded into a line that is shown, or counted in a rest; lines and cuts join what is shown. */
static void expect_whole(const Graph *graph, const GraphView *view, guint nodes_max)
{
    g_autofree bool *shown = g_new0(bool, graph->nodes->len);
    cr_assert_leq(view->nodes->len, MAX(nodes_max, 1));
    for (guint i = 0; i < view->nodes->len; i++) {
        cr_assert(!shown[g_array_index(view->nodes, guint, i)], "shown twice");
        shown[g_array_index(view->nodes, guint, i)] = true;
    }
    cr_assert_eq(view->nodes->len + n_folded(view) + n_hidden(view), graph->nodes->len, "%u + %u + %u of %u",
                 view->nodes->len, n_folded(view), n_hidden(view), graph->nodes->len);
    for (guint i = 0; i < view->lines->len; i++) {
        const GraphLine *line = &g_array_index(view->lines, GraphLine, i);
        guint at = line->from;
        cr_assert(shown[line->from] && shown[line->to]);
        for (guint e = 0; e < line->n; e++) {
            guint number = g_array_index(view->edges, guint, line->first + e);
            const GraphEdge *edge = &g_array_index(graph->edges, GraphEdge, number);
            cr_assert_eq(edge->from, at);
            at = edge->to;
        }
        cr_assert_eq(at, line->to);
    }
    for (guint i = 0; i < view->cuts->len; i++) {
        const GraphCut *cut = &g_array_index(view->cuts, GraphCut, i);
        cr_assert(shown[cut->from] && cut->rest < view->rests->len);
    }
    if (view->rests->len)
        cr_assert_gt(view->cuts->len, 0);
}

static void expect_counts(guint n_processes, const guint *steps, guint nodes, guint lines)
{
    g_autoptr(Toy) toy = toy_counters(n_processes, steps);
    g_autoptr(SpaceGraph) graph = graph_of(&toy->space, G_MAXUINT);
    g_autoptr(GraphView) view = graph_view(&graph->graph, G_MAXUINT);
    cr_assert(graph->complete);
    expect_whole(&graph->graph, view, G_MAXUINT);
    cr_expect_eq(view->nodes->len, nodes, "%u nodes, not %u", view->nodes->len, nodes);
    cr_expect_eq(view->lines->len, lines, "%u lines, not %u", view->lines->len, lines);
    cr_expect_eq(view->rests->len + view->cuts->len, 0);
}

/* Of a grid of k x m moves only two corners have one way in and one out. */
Test(graph, grid)
{
    for (guint k = 1; k <= 9; k++)
        for (guint m = 1; m <= 9; m++)
            expect_counts(2, (guint[]){ k, m }, (k + 1) * (m + 1) - 2, k * (m + 1) + m * (k + 1) - 2);
}

/* In a box of three or more dimensions no node has. */
Test(graph, box)
{
    for (guint k = 1; k <= 5; k++)
        expect_counts(3, (guint[]){ k, k, k }, (k + 1) * (k + 1) * (k + 1), 3 * k * (k + 1) * (k + 1));
}

Test(graph, chain)
{
    expect_counts(1, (guint[]){ 17 }, 2, 1);
    expect_counts(1, (guint[]){ 1 }, 2, 1);
    expect_counts(1, (guint[]){ 0 }, 1, 0);
}

/* Of a search that a limit ended before it began. */
Test(graph, nothing)
{
    const Graph graph = { g_array_new(FALSE, FALSE, 1), g_array_new(FALSE, FALSE, sizeof(GraphEdge)),
                          g_array_new(FALSE, FALSE, sizeof(guint)) };
    g_autoptr(GraphView) view = graph_view(&graph, 10);
    cr_assert_eq(view->nodes->len + view->lines->len + view->rests->len + view->cuts->len, 0);
    g_array_unref(graph.nodes);
    g_array_unref(graph.edges);
    g_array_unref(graph.path);
}

/* A cycle behind a way in: where it is entered stays, and the rest of it is one line back. */
Test(graph, cycle)
{
    g_autoptr(Toy) toy = toy_new(1);
    for (uint32_t i = 0; i < 5; i++)
        toy_add(toy, i, 0, (Move){ i < 4 ? i + 1 : 2, 0, FINDING_NONE });
    g_autoptr(SpaceGraph) graph = graph_of(&toy->space, G_MAXUINT);
    g_autoptr(GraphView) view = graph_view(&graph->graph, G_MAXUINT);
    cr_assert_eq(view->nodes->len, 2);
    cr_assert_eq(view->lines->len, 2);
    const GraphLine *back = &g_array_index(view->lines, GraphLine, 1);
    cr_expect(back->from == back->to && back->n == 3);
}

static guint count_kind(const SpaceGraph *graph, SpaceNodeKind kind)
{
    guint n = 0;
    for (guint i = 0; i < graph->kinds->len; i++)
        n += space_graph_kind(graph, i) == kind;
    return n;
}

/* What is cut off, for any size: counted, and joined to what is there. */
Test(graph, cut)
{
    g_autoptr(Toy) toy = toy_counters(2, (guint[]){ 12, 9 });
    for (guint explored = 1; explored <= 150; explored += 7) {
        g_autoptr(SpaceGraph) graph = graph_of(&toy->space, explored);
        cr_assert_eq(graph->complete, graph->kinds->len == 130);
        for (guint n = 0; n <= 140; n += 3) {
            g_autoptr(GraphView) view = graph_view(&graph->graph, n);
            expect_whole(&graph->graph, view, n);
            cr_assert_eq(view->rests->len > 0, !graph->complete || n < 128);
        }
    }
}

/* The path is shown even where nothing else has room, and even beyond what was explored. */
Test(graph, path)
{
    g_autoptr(Toy) toy = toy_patch(2, 1, 1, true);
    g_autoptr(SearchResult) result = search(&toy->space, &(SearchOptions){ 0 });
    cr_assert_eq(result->end, SEARCH_VIOLATION);
    for (guint explored = 1; explored < 2000; explored *= 3) {
        g_autoptr(SpaceGraph) graph = space_graph(&toy->space, result->trail, explored);
        cr_assert_eq(graph->graph.path->len, result->trail->len);
        for (guint n = result->trail->len + 1; n < 100; n += 13) {
            g_autoptr(GraphView) view = graph_view(&graph->graph, n);
            guint on_path = 0;
            expect_whole(&graph->graph, view, n);
            for (guint i = 0; i < view->lines->len; i++) {
                const GraphLine *line = &g_array_index(view->lines, GraphLine, i);
                on_path += line->on_path ? line->n : 0;
            }
            cr_assert_eq(on_path, result->trail->len);
        }
    }
}

/* Violations end what is explored, so the search for others sees no more than there is; and a state that is violated is not the
 * state that is reached otherwise. */
Test(graph, random_spaces)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(test_seed());
    for (guint i = 0; i < 400; i++) {
        g_autoptr(Toy) toy = toy_random(random, false, i % 2);
        g_autoptr(SpaceGraph) graph = graph_of(&toy->space, G_MAXUINT);
        g_autoptr(SearchResult) result = search(&toy->space, &(SearchOptions){ 0 });
        guint nodes_max = (guint)g_rand_int_range(random, 0, 60);
        g_autoptr(GraphView) view = graph_view(&graph->graph, nodes_max);
        expect_whole(&graph->graph, view, nodes_max);
        cr_assert(graph->complete);
        if (result->end != SEARCH_COMPLETE)
            continue;
        cr_assert_eq(count_kind(graph, NODE_VIOLATION), 0);
        cr_assert_eq(count_kind(graph, NODE_FINAL), result->final_states);
        cr_assert_eq(count_kind(graph, NODE_FINAL) + count_kind(graph, NODE_STATE), result->progress.states);
        cr_assert_eq(graph->graph.edges->len, result->progress.transitions);
    }
}
