/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a hart alone ends, or comes to stand still. */
#include "sim/machine/solo-graph.h"

static uint64_t private_value(const Local *local, const Image *image, uint64_t address, guint size)
{
    GArray *none = g_array_new(FALSE, FALSE, sizeof(Message));
    Timeline own = { image, local->settled, none };
    uint64_t value = timeline_read(&own, address, size, 0, NULL);
    g_array_unref(none);
    return value;
}

uint32_t solo_end_id(const Graph *graph, const Local *local)
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

/* How the hart may come to stand still here, what it owes others apart; `stuck`: it cannot go on, or may wait for ever. */
static EndKind standing_alone(const Solo *solo, const Local *local, bool stuck)
{
    const Machine *machine = solo->machine;
    const Task *task = &local->task;
    if (task->status == TASK_IDLE)
        return END_DONE;
    if (task->status == TASK_STOPPING && stuck) /* within its own stop_machine */
        return END_STUCK;
    if (task->status == TASK_STOPPING)
        return (local->views.stopping - 1u) & STOP_OUTSIDE_SITES ? END_STOPPING_OUTSIDE : END_STOPPING;
    if (task->status == TASK_CALLING || task->status == TASK_GRACE)
        return task->status == TASK_GRACE ? END_WAITING_ASLEEP : END_WAITING;
    if (task->status != TASK_RUNNING)
        return stuck ? END_STUCK : END_NONE;
    bool sleeps = solo_sleeps(solo, local, 0, G_MAXUINT, NULL);
    if (service_may_park(machine, task, STOP_OUTSIDE_SITES, sleeps))
        return stuck ? END_STUCK_PARKABLE : END_PARKING;
    if (service_may_park(machine, task, 0, sleeps))
        return stuck ? END_STUCK_INSIDE : END_PARKING_INSIDE;
    return stuck ? END_STUCK : END_NONE;
}

Stand solo_stand(const Solo *solo, const Local *local, bool stuck)
{
    Stand stand = { .kind = END_NONE };
    if (solo_is_interrupted(solo, local) || task_interrupt_is_due(solo->machine, &local->task))
        return stand;
    /* While another timer interrupt may arrive, nobody waits for ever. */
    stand.kind = standing_alone(solo, local, stuck && !task_timer_may_arrive(solo->machine, &local->task));
    bool parks = stand.kind == END_PARKING || stand.kind == END_PARKING_INSIDE;
    if (stand.kind == END_NONE)
        return stand;
    stand.owes = solo_owes(solo, local);
    /* Who is parked is so before the schedule point, or behind it; who stands still has passed it. */
    if (!parks && stand.owes && solo_may_quiesce(solo, local))
        return (Stand){ .kind = END_NONE };
    return stand;
}

void solo_graph_stands(Graph *graph, uint32_t number, const Stand *stand)
{
    State *state = state_of(graph, number);
    GArray *stands = graph->result->stands;
    if (stand->kind == END_NONE || !state->owes_nothing || !state->real)
        return;
    for (state->stand = 1; state->stand <= stands->len; state->stand++)
        if (stand_equal(&g_array_index(stands, Stand, state->stand - 1), stand))
            return;
    g_array_append_vals(stands, stand, 1);
}
