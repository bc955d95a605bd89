/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Graphs of the timeline explorer. */
#include "reports/dot-parts.h"
#include "reports/story-parts.h"

#include <string.h>

typedef struct Orders {
    const DotSubject *subject;
    const TimelineTree *tree;
    const GraphView *view;
} Orders;

/* "func+4 = NEW" where a store leaves an instruction of one version, else its value. */
static char *store_text(const Program *program, const Message *message, bool brief)
{
    Fetch code = { .pc = message->address, .word = (uint32_t)message->value, .length = message->size };
    const char *tag = message->kind == MESSAGE_STORE && message->size <= 4 && message->size >= 2 &&
                              program_region_at(program, message->address) >= 0
                          ? fetch_tag(program, &code)
                          : NULL;
    if (tag) {
        g_autofree char *place = address_name(program->image, message->address);
        return g_strdup_printf("%s = %s", place, tag);
    }
    char *text = story_message_text(program, message);
    char *end = brief ? strstr(text, " (") : NULL;
    if (end)
        *end = '\0';
    return text;
}

static void put_line(GString *out, const Orders *orders, const GraphLine *line)
{
    const Program *program = orders->subject->scenario->program;
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(DotStep));
    g_array_set_clear_func(steps, dot_step_clear);
    for (guint i = 0; i < line->n; i++) {
        guint edge = g_array_index(orders->view->edges, guint, line->first + i);
        const Message *message = &g_array_index(orders->tree->nodes, TimelineNode, edge + 1).last;
        DotStep step = { .hart = message->hart };
        step.what = store_text(program, message, false);
        step.brief = store_text(program, message, true);
        g_array_append_val(steps, step);
    }
    g_autofree char *label = dot_line_label(orders->subject, steps, "stores");
    g_autofree char *tooltip = dot_line_tooltip(orders->subject, steps);
    const char *colour = dot_line_colour(steps);
    g_string_append_printf(out, "  n%u -> n%u [", line->from, line->to);
    dot_put_edge_label(out, label);
    if (line->n > 1) {
        dot_put_attribute(out, "tooltip", tooltip);
        dot_put_attribute(out, "labeltooltip", tooltip);
    }
    g_string_append_printf(out, " color=\"%s\" fontcolor=\"%s\"%s]\n", colour, colour,
                           line->on_path ? " penwidth=3 weight=8" : "");
}

/* The whole timeline, in order. */
static char *node_tooltip(const Orders *orders, guint node)
{
    const TimelineTree *tree = orders->tree;
    const Program *program = orders->subject->scenario->program;
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (guint at = node; at; at = g_array_index(tree->graph.edges, GraphEdge, at - 1).from) {
        const Message *message = &g_array_index(tree->nodes, TimelineNode, at).last;
        g_autofree char *text = store_text(program, message, false);
        g_ptr_array_insert(lines, 0, g_strdup_printf("%s: %s", program_hart(program, message->hart)->name, text));
    }
    g_ptr_array_add(lines, NULL);
    return lines->len == 1 ? g_strdup("no store yet") : g_strjoinv("\n", (char **)lines->pdata);
}

static void put_node(GString *out, const Orders *orders, guint node)
{
    static const char *const looks[] = { [PROMISE_LOST] =
                                             " style=\"rounded,dashed\" color=\"#777777\" fontcolor=\"#555555\"",
                                         [PROMISE_OPEN] = " color=\"#777777\" fontcolor=\"#555555\"",
                                         [PROMISE_COMPLETE] = "",
                                         [PROMISE_VIOLATING] =
                                             " shape=doubleoctagon style=bold color=red fontcolor=red" };
    static const char *const words[] = {
        [PROMISE_LOST] = "cannot be kept", [PROMISE_OPEN] = "not yet kept", [PROMISE_COMPLETE] = "kept"
    };
    const Outcome *outcome = orders->subject->outcome;
    PromiseFate fate = g_array_index(orders->tree->nodes, TimelineNode, node).fate;
    const Replay replay = { .violation = outcome->violation };
    bool violates = fate == PROMISE_VIOLATING && outcome->violation.kind != VIOLATION_NONE;
    const char *word = violates ? story_banner(&replay) : fate == PROMISE_VIOLATING ? "violates" : words[fate];
    g_autofree char *label = g_strdup_printf("%s%s", node ? "" : "no store yet\n", word);
    g_autofree char *tooltip = node_tooltip(orders, node);
    g_string_append_printf(out, "  n%u [", node);
    dot_put_attribute(out, "label", label);
    dot_put_attribute(out, "tooltip", tooltip);
    g_string_append_printf(out, "%s]\n", looks[fate]);
}

void dot_put_timelines(GString *out, const DotSubject *subject, const TimelineTree *tree)
{
    g_autoptr(GraphView) view = graph_view(&tree->graph, subject->nodes_max);
    Orders orders = { subject, tree, view };
    bool complete = true;
    for (guint i = 0; i < tree->nodes->len; i++)
        complete = complete && !(g_array_index(tree->graph.nodes, guint8, i) & GRAPH_OPEN);
    g_autofree char *counts =
        dot_counts(view, tree->nodes->len, tree->graph.edges->len, complete, "orders of stores", "stores appended");
    dot_begin(out, subject, counts);
    for (guint i = 0; i < view->nodes->len; i++)
        put_node(out, &orders, g_array_index(view->nodes, guint, i));
    for (guint i = 0; i < view->lines->len; i++)
        put_line(out, &orders, &g_array_index(view->lines, GraphLine, i));
    dot_put_rests(out, view, "orders");
    dot_end(out);
}
