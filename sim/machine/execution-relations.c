/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/execution.h"

static void add_edge(Execution *execution, ExecRelation relation, guint from, guint to, bool missed)
{
    for (guint i = 0; i < execution->edges->len; i++) {
        ExecEdge *edge = &g_array_index(execution->edges, ExecEdge, i);
        if (edge->relation == relation && edge->from == from && edge->to == to) {
            edge->missed = edge->missed || missed;
            return;
        }
    }
    ExecEdge edge = { relation, from, to, missed };
    g_array_append_val(execution->edges, edge);
}

/* The first write to a byte that comes behind `source`; EXEC_INITIAL: there is none. */
static guint next_write(const Execution *execution, guint source, uint64_t address)
{
    guint next = EXEC_INITIAL, after = source == EXEC_INITIAL ? 0 : execution_event(execution, source)->order + 1;
    for (guint i = 0; i < execution->events->len; i++) {
        const ExecEvent *event = execution_event(execution, i);
        if (exec_writes(event, address) && event->order >= after &&
            (next == EXEC_INITIAL || event->order < execution_event(execution, next)->order))
            next = i;
    }
    return next;
}

static void relate_read(Execution *execution, guint i)
{
    const ExecEvent *event = execution_event(execution, i);
    bool fetch = event->kind == EXEC_FETCH;
    for (guint b = 0; b < event->size; b++) {
        guint source = event->source[b], next = next_write(execution, source, event->address + b);
        if (source != EXEC_INITIAL)
            add_edge(execution, fetch ? RELATION_IRF : RELATION_RF, source, i, false);
        if (next != EXEC_INITIAL)
            add_edge(execution, fetch ? RELATION_IFR : RELATION_FR, i, next,
                     execution_event(execution, next)->effect < event->step);
    }
}

void execution_relate(Execution *execution)
{
    for (guint i = 0; i < execution->events->len; i++) {
        const ExecEvent *event = execution_event(execution, i);
        if (event->kind == EXEC_FETCH || event->kind == EXEC_READ)
            relate_read(execution, i);
        if (event->kind == EXEC_READ && event->pair >= 0)
            add_edge(execution, RELATION_RMW, i, (guint)event->pair, false);
        for (guint b = 0; event->kind == EXEC_WRITE && b < event->size; b++) {
            guint next = next_write(execution, i, event->address + b);
            if (next != EXEC_INITIAL)
                add_edge(execution, RELATION_CO, i, next, false);
        }
    }
}
