/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/solo-graph.h"

static void solo_step_clear(gpointer data)
{
    SoloStep *step = data;
    local_clear(&step->before);
    g_array_unref(step->effects);
}

/* The edges of a shortest way from a state to one that owes nothing, by real steps, appended to `way`. */
static void add_completion(const Graph *graph, uint32_t from, GArray *way)
{
    g_autofree uint32_t *by = g_new(uint32_t, graph->states->len); /* edge that led there */
    g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < graph->states->len; i++)
        by[i] = NONE;
    g_array_append_val(queue, from);
    for (guint q = 0; q < queue->len; q++) {
        uint32_t at = g_array_index(queue, uint32_t, q);
        if (state_of(graph, at)->owes_nothing && state_of(graph, at)->real) {
            guint n = way->len;
            for (uint32_t back = at; back != from; back = edge_of(graph, by[back])->from)
                n++;
            g_array_set_size(way, n);
            for (; at != from; at = edge_of(graph, by[at])->from)
                g_array_index(way, uint32_t, --n) = by[at];
            return;
        }
        for (guint i = state_of(graph, at)->first_edge; i < graph->edges->len && edge_of(graph, i)->from == at; i++) {
            const Edge *edge = edge_of(graph, i);
            if (edge->to == from || by[edge->to] != NONE || !state_of(graph, edge->to)->real)
                continue;
            by[edge->to] = i;
            g_array_append_val(queue, edge->to);
        }
    }
    g_assert_not_reached();
}

/* The edges from the initial state to a state; `way` is empty. */
static void add_way_to(const Graph *graph, uint32_t number, GArray *way)
{
    for (uint32_t edge; (edge = state_of(graph, number)->parent) != NONE; number = edge_of(graph, edge)->from)
        g_array_append_val(way, edge);
    for (guint i = 0, j = way->len; i + 1 < j; i++) {
        uint32_t other = g_array_index(way, uint32_t, --j);
        g_array_index(way, uint32_t, j) = g_array_index(way, uint32_t, i);
        g_array_index(way, uint32_t, i) = other;
    }
}

static bool is_goal(const Graph *graph, const State *state, const PathGoal *goal)
{
    if (!solo_graph_is_end(state))
        return false;
    if (goal->to == PATH_TO_DONE)
        return state->done == goal->end;
    return stand_equal(&g_array_index(graph->result->stands, Stand, state->stand - 1), &goal->stand);
}

static GArray *find_way(const Graph *graph, const PathGoal *goal, int *violating)
{
    GArray *way = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    *violating = -1;
    switch (goal->to) {
    case PATH_TO_VIOLATION:
        for (guint i = 0; i < graph->edges->len; i++) {
            if (!solo_graph_is_violation(graph, edge_of(graph, i)))
                continue;
            add_way_to(graph, edge_of(graph, i)->from, way);
            *violating = (int)way->len;
            g_array_append_val(way, i);
            add_completion(graph, edge_of(graph, i)->to, way);
            return way;
        }
        break;
    case PATH_TO_COMPLETION:
        add_completion(graph, 0, way);
        return way;
    case PATH_TO_DONE:
    case PATH_TO_STAND:
        for (guint i = 0; i < graph->states->len; i++) {
            if (!is_goal(graph, state_of(graph, i), goal))
                continue;
            add_way_to(graph, i, way);
            return way;
        }
        break;
    }
    g_assert_not_reached();
}

GArray *solo_path(Solo *solo, const PathGoal *goal, const EndPlaces *places, Intern *contents, Intern *ends,
                  int *violating)
{
    Graph graph;
    solo_graph_init(&graph, solo, places, contents, ends);
    solo_graph_build(&graph, NULL);
    g_autoptr(GArray) way = find_way(&graph, goal, violating);
    GArray *path = g_array_new(FALSE, FALSE, sizeof(SoloStep));
    g_array_set_clear_func(path, solo_step_clear);
    for (guint i = 0; i < way->len; i++) {
        const Edge *edge = edge_of(&graph, g_array_index(way, uint32_t, i));
        SoloStep at = { .effects = g_array_new(FALSE, FALSE, sizeof(Effect)) };
        local_init(&at.before);
        solo_graph_local(&graph, edge->from, &at.before);
        solo_enter(solo, &at.before);
        g_autoptr(GArray) steps = solo_steps(solo, &at.before);
        at.step = g_array_index(steps, MachineStep, edge->choice);
        if (at.step.hart.n_effects)
            g_array_append_vals(at.effects, &g_array_index(solo->effects, Effect, at.step.hart.first_effect),
                                at.step.hart.n_effects);
        g_array_append_val(path, at);
    }
    solo_graph_clear(&graph);
    return path;
}

void solo_steps_free(GArray *steps)
{
    g_array_unref(steps);
}
