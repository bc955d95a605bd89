/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/solo-graph.h"

#include <string.h>

enum {
    /* A run that violates a property goes on only to keep its promises; if it has not kept them after so many steps, what it
     * comes to is left open. */
    STEPS_AFTER_VIOLATION = 200,
    POLL_STATES = 4096
};

/* ---- ends */

static uint64_t private_value(const Local *local, const Image *image, uint64_t address, guint size)
{
    GArray *none = g_array_new(FALSE, FALSE, sizeof(Message));
    Timeline own = { image, local->settled, none };
    uint64_t value = timeline_read(&own, address, size, 0, NULL);
    g_array_unref(none);
    return value;
}

static uint32_t end_id(const Graph *graph, const Local *local)
{
    const EndPlaces *places = graph->places;
    g_autofree uint64_t *record = g_new0(uint64_t, places->n + 1);
    for (guint i = 0; i < places->n; i++) {
        const ConditionPlace *place = &places->places[i];
        if (place->is_memory)
            record[i] = private_value(local, graph->solo->machine->program->image, place->address, place->size);
        else if (place->hart == local->task.id)
            record[i] = local->task.hart.x[place->number];
    }
    return intern_put(graph->ends, record, (guint)(places->n * sizeof *record));
}

/* How the hart may come to stand still here; `stuck`: it cannot go on, or may wait for ever. */
static uint8_t standing_kinds(const Graph *graph, const Local *local, bool stuck)
{
    const Machine *machine = graph->solo->machine;
    const Task *task = &local->task;
    if (task->status == TASK_STOPPING)
        return (local->views.stopping - 1u) & STOP_OUTSIDE_SITES ? END_STOPPING_OUTSIDE : END_STOPPING;
    if (task->status != TASK_RUNNING)
        return stuck ? END_STUCK : 0;
    bool sleeps = solo_sleeps(graph->solo, local, G_MAXUINT);
    if (service_may_park(machine, task, STOP_OUTSIDE_SITES, sleeps))
        return stuck ? END_STUCK_PARKABLE : END_PARKING;
    if (service_may_park(machine, task, 0, sleeps))
        return stuck ? END_STUCK_INSIDE : END_PARKING_INSIDE;
    return stuck ? END_STUCK : 0;
}

/* ---- the graph */

static uint32_t add_state(Graph *graph, const Local *local, uint32_t parent)
{
    uint32_t number = local_intern(local, graph->ids);
    if (number < graph->states->len)
        return number;
    State state = { .parent = parent, .done = NONE };
    if (parent != NONE)
        state.depth = 1 + state_of(graph, graph->expanding)->depth;
    state.real = local->suffix->len == 0 && !local->views.guessed;
    state.owes_nothing = solo_owes_nothing(graph->solo, local);
    g_array_append_val(graph->states, state);
    return number;
}

/* Messages that a step adds and that may be promised now: nothing they come after lies beyond the timeline. */
static void note_promises(Graph *graph, const MachineStep *step, Edge *edge)
{
    edge->messages = graph->promised->len;
    for (guint i = 0; i < step->hart.n_effects; i++) {
        const Effect *effect = &g_array_index(graph->solo->effects, Effect, step->hart.first_effect + i);
        if (!effect->is_new || effect->low > graph->solo->base->len)
            continue;
        Message message = effect->message;
        message.hart = 0;
        uint32_t id = intern_put(graph->contents, &message, sizeof message);
        g_array_append_val(graph->promised, id);
        edge->n++;
    }
}

/* Beyond the timeline nothing may be promised once everything to come is ordered after what was added. */
static bool leads_nowhere(const Graph *graph, const Local *local)
{
    const Views *views = &local->views;
    guint base = graph->solo->base->len;
    return (local->suffix->len || views->guessed) && view_join(views->write_new, views->control) > base;
}

static void note_unsupported(Graph *graph, const Local *local, const MachineStep *step)
{
    SoloResult *result = graph->result;
    result->endless = result->endless || step->unsupported == solo_endless;
    if (result->unsupported || (step->hart.views.guessed && step->unsupported != solo_endless))
        return;
    if (step->unsupported) {
        result->unsupported = step->unsupported;
        result->unsupported_pc = local->task.hart.pc;
    } else if (local->suffix->len == 0) {
        result->unsupported = "a trap, which is not checked for here";
        result->unsupported_pc = local->task.hart.pc;
    }
}

/* Whether a limit or the caller ends the search here. */
static bool must_stop(Graph *graph, uint32_t number)
{
    const SearchOptions *limits = graph->solo->limits;
    if (!limits)
        return false;
    SearchProgress progress = { .states = graph->solo->states_before + graph->states->len,
                                .transitions = graph->edges->len,
                                .frontier = graph->states->len - number,
                                .bytes = intern_bytes(graph->ids) + graph->states->len * (guint64)sizeof(State) +
                                         graph->edges->len * (guint64)sizeof(Edge) };
    SearchEnd *end = &graph->result->end;
    if (limits->states_max && progress.states > limits->states_max)
        *end = SEARCH_STATES;
    else if (limits->bytes_max && progress.bytes > limits->bytes_max)
        *end = SEARCH_BYTES;
    else if (limits->poll && !limits->poll(limits->poll_data, &progress))
        *end = SEARCH_STOPPED;
    return *end != SEARCH_COMPLETE;
}

static void expand(Graph *graph, uint32_t number, Local *local, Local *next)
{
    Solo *solo = graph->solo;
    graph->expanding = number;
    state_of(graph, number)->first_edge = graph->edges->len;
    local_extern(local, graph->ids, number);
    if (local->task.status == TASK_CRASHED)
        return;
    if (local->task.status == TASK_DONE) {
        state_of(graph, number)->done = end_id(graph, local);
        state_of(graph, number)->kinds = END_DONE;
        return;
    }
    if (leads_nowhere(graph, local))
        return;
    if (local->views.violated && state_of(graph, number)->owes_nothing)
        return;
    if (local->views.violated > STEPS_AFTER_VIOLATION) {
        if (!local->views.guessed && !graph->result->unsupported) {
            graph->result->unsupported =
                "a run that goes wrong, and on for ever without a store that others may have seen";
            graph->result->unsupported_pc = local->task.hart.pc;
        }
        return;
    }
    if (solo->limits && solo->limits->steps_max && state_of(graph, number)->depth >= solo->limits->steps_max) {
        graph->result->end = SEARCH_STEPS;
        return;
    }
    solo_enter(solo, local);
    g_autoptr(GArray) steps = solo_steps(solo, local);
    for (guint i = 0; i < steps->len; i++) {
        const MachineStep *step = &g_array_index(steps, MachineStep, i);
        bool violates = step->violation.kind != VIOLATION_NONE && step->violation.property >= 0;
        if (step->unsupported || (step->violation.kind != VIOLATION_NONE && !violates))
            note_unsupported(graph, local, step);
        if (!solo_apply(solo, local, step, next))
            continue;
        Edge edge = { .from = number, .choice = i, .violates = violates };
        note_promises(graph, step, &edge);
        edge.to = add_state(graph, next, graph->edges->len);
        g_array_append_val(graph->edges, edge);
    }
    if (state_of(graph, number)->owes_nothing && state_of(graph, number)->real)
        state_of(graph, number)->kinds = standing_kinds(graph, local, steps->len == 0 || solo->may_wait);
}

/* Marks every state from which one that owes nothing can be reached. */
static void certify(Graph *graph)
{
    /* Edges lead mostly forward: going through them backwards settles almost everything at once. */
    for (bool changed = true; changed;) {
        changed = false;
        for (guint i = graph->edges->len; i-- > 0;) {
            const Edge *edge = edge_of(graph, i);
            State *from = state_of(graph, edge->from);
            const State *to = state_of(graph, edge->to);
            if (to->certified && !from->certified)
                from->certified = changed = true;
            if (to->certified_real && !from->certified_real && from->real)
                from->certified_real = changed = true;
        }
    }
}

void solo_graph_build(Graph *graph)
{
    Solo *solo = graph->solo;
    Local local, next;
    local_init(&local);
    local_init(&next);
    solo_initial(solo, &local);
    add_state(graph, &local, NONE);
    for (uint32_t number = 0; number < graph->states->len; number++) {
        bool too_many = solo->limits && solo->limits->states_max &&
                        solo->states_before + graph->states->len > solo->limits->states_max;
        if ((too_many || number % POLL_STATES == POLL_STATES - 1) && must_stop(graph, number))
            break;
        expand(graph, number, &local, &next);
    }
    for (guint i = 0; i < graph->states->len; i++) {
        State *state = state_of(graph, i);
        state->certified = state->owes_nothing;
        state->certified_real = state->owes_nothing && state->real;
    }
    certify(graph);
    local_clear(&local);
    local_clear(&next);
}

void solo_graph_init(Graph *graph, Solo *solo, const EndPlaces *places, Intern *contents, Intern *ends)
{
    *graph = (Graph){ .solo = solo, .places = places, .contents = contents, .ends = ends };
    graph->ids = intern_new();
    graph->states = g_array_new(FALSE, FALSE, sizeof(State));
    graph->edges = g_array_new(FALSE, FALSE, sizeof(Edge));
    graph->promised = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    graph->result = g_new0(SoloResult, 1);
    graph->result->promisable = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    graph->result->ends = g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

void solo_graph_clear(Graph *graph)
{
    intern_free(graph->ids);
    g_array_unref(graph->states);
    g_array_unref(graph->edges);
    g_array_unref(graph->promised);
    solo_result_free(graph->result);
}

void solo_result_free(SoloResult *result)
{
    if (!result)
        return;
    g_array_unref(result->promisable);
    g_array_unref(result->ends);
    g_free(result);
}

static void add_once(GArray *ids, uint32_t id)
{
    for (guint i = 0; i < ids->len; i++)
        if (g_array_index(ids, uint32_t, i) == id)
            return;
    g_array_append_val(ids, id);
}

bool solo_graph_is_end(const State *state)
{
    return state->kinds && state->real && state->owes_nothing;
}

bool solo_graph_is_violation(const Graph *graph, const Edge *edge)
{
    return edge->violates && state_of(graph, edge->from)->real && state_of(graph, edge->to)->certified_real;
}

SoloResult *solo_search(Solo *solo, const EndPlaces *places, Intern *contents, Intern *ends)
{
    Graph graph;
    solo_graph_init(&graph, solo, places, contents, ends);
    solo_graph_build(&graph);
    SoloResult *result = g_steal_pointer(&graph.result);
    result->result.completable = state_of(&graph, 0)->certified_real;
    result->result.viable = state_of(&graph, 0)->certified || result->end != SEARCH_COMPLETE;
    for (guint i = 0; i < graph.edges->len; i++) {
        const Edge *edge = edge_of(&graph, i);
        for (guint m = 0; m < edge->n && state_of(&graph, edge->to)->certified; m++)
            add_once(result->promisable, g_array_index(graph.promised, uint32_t, edge->messages + m));
        result->result.violates = result->result.violates || solo_graph_is_violation(&graph, edge);
    }
    for (guint i = 0; i < graph.states->len; i++)
        if (solo_graph_is_end(state_of(&graph, i))) {
            result->kinds |= state_of(&graph, i)->kinds;
            if (state_of(&graph, i)->done != NONE)
                add_once(result->ends, state_of(&graph, i)->done);
        }
    result->result.messages = (const uint32_t *)(const void *)result->promisable->data;
    result->result.n_messages = result->promisable->len;
    result->states = graph.states->len;
    result->transitions = graph.edges->len;
    solo_graph_clear(&graph);
    return result;
}
