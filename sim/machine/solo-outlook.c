/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/solo-outlook.h"

#include "sim/machine/solo-graph.h"

#include <string.h>

void solo_outlook_free(SoloOutlook *outlook)
{
    if (!outlook)
        return;
    g_array_unref(outlook->promisable);
    g_free(outlook);
}

static void add_message(GArray *messages, const Message *message)
{
    for (guint i = 0; i < messages->len; i++)
        if (!memcmp(&g_array_index(messages, Message, i), message, sizeof *message))
            return;
    g_array_append_vals(messages, message, 1);
}

SoloOutlook *solo_outlook(Solo *solo, const Local *from)
{
    static const EndPlaces no_places = { NULL, 0 };
    g_autoptr(Intern) contents = intern_new(), ends = intern_new();
    SoloOutlook *outlook = g_new0(SoloOutlook, 1);
    outlook->promisable = g_array_new(FALSE, FALSE, sizeof(Message));
    Graph graph;
    solo_graph_init(&graph, solo, &no_places, contents, ends);
    solo_graph_build(&graph, from);
    bool cut = graph.result->end != SEARCH_COMPLETE;
    outlook->keeps = cut || state_of(&graph, 0)->certified;
    outlook->keeps_really = cut || state_of(&graph, 0)->certified_real;
    for (guint i = 0; i < graph.edges->len; i++) {
        const Edge *edge = edge_of(&graph, i);
        for (guint m = 0; m < edge->n && state_of(&graph, edge->to)->certified; m++) {
            uint32_t id = g_array_index(graph.promised, uint32_t, edge->messages + m);
            add_message(outlook->promisable, intern_get(contents, id, NULL));
        }
    }
    solo_graph_clear(&graph);
    return outlook;
}

bool solo_is_bound(const Solo *solo, const Local *local)
{
    bool over = local->task.status == TASK_DONE || local->task.status == TASK_CRASHED;
    return !stamps_empty(&local->views.promised) ||
           (!over && solo_horizon(solo->base, local->task.id, &local->views) != VIEW_NEVER);
}
