/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One execution as a graph of events, in the manner of herd and of the diagrams of Simner et al. (ESOP 2020). */
#include "reports/dot-parts.h"
#include "reports/story-parts.h"
#include "sim/machine/execution.h"

#include <string.h>

typedef struct Drawing {
    const Execution *execution;
    const Program *program;
    const Replay *replay;
    bool *shown;   /* by event */
    GArray *order; /* guint: events shown, by hart, in program order */
    char **names;  /* by event: "a"; NULL: not shown */
} Drawing;

static const ReplayStep *step_of(const Drawing *drawing, const ExecEvent *event)
{
    return &g_array_index(drawing->replay->steps, ReplayStep, event->step);
}

static const ExecEdge *edge_at(const Drawing *drawing, guint i)
{
    return &g_array_index(drawing->execution->edges, ExecEdge, i);
}

static bool is_fetch_edge(const ExecEdge *edge)
{
    return edge->relation == RELATION_IRF || edge->relation == RELATION_IFR;
}

/* ---- which events are shown */

static bool is_news(const Drawing *drawing, const ExecEvent *event)
{
    const ReplayStep *at = step_of(drawing, event);
    if (event->kind == EXEC_FENCE)
        return true;
    if (!story_step_matters(drawing->replay, event->step) && !event->pending)
        return false;
    /* How an instruction came about matters where it could have been another; the rest is what it does. */
    return event->kind != EXEC_FETCH || fetch_tag(drawing->program, &at->step.hart.fetch) != NULL ||
           at->step.violation.kind != VIOLATION_NONE;
}

/* What reads from a store, and the store that is read from, are shown together. */
static void choose(Drawing *drawing, bool verbose)
{
    const Execution *execution = drawing->execution;
    bool changed = true;
    for (guint i = 0; i < execution->events->len; i++)
        drawing->shown[i] = verbose || is_news(drawing, execution_event(execution, i));
    for (guint i = 0; i < execution->edges->len; i++)
        if (is_fetch_edge(edge_at(drawing, i)))
            drawing->shown[edge_at(drawing, i)->relation == RELATION_IRF ? edge_at(drawing, i)->to
                                                                         : edge_at(drawing, i)->from] = true;
    while (changed) {
        changed = false;
        for (guint i = 0; i < execution->edges->len; i++) {
            const ExecEdge *edge = edge_at(drawing, i);
            if (edge->relation == RELATION_CO || !(drawing->shown[edge->to] || drawing->shown[edge->from]) ||
                (drawing->shown[edge->to] && drawing->shown[edge->from]))
                continue;
            drawing->shown[edge->to] = drawing->shown[edge->from] = changed = true;
        }
    }
}

static int by_program_order(gconstpointer a, gconstpointer b, gpointer data)
{
    const Drawing *drawing = data;
    guint i = *(const guint *)a, j = *(const guint *)b;
    const ExecEvent *x = execution_event(drawing->execution, i), *y = execution_event(drawing->execution, j);
    if (x->hart != y->hart)
        return x->hart < y->hart ? -1 : 1;
    if (x->pending != y->pending) /* some time, but not yet */
        return x->pending ? 1 : -1;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return i < j ? -1 : i > j;
}

/* a, b, ..., z, a1, b1, ... */
static void name_events(Drawing *drawing)
{
    for (guint i = 0; i < drawing->execution->events->len; i++)
        if (drawing->shown[i])
            g_array_append_val(drawing->order, i);
    g_array_sort_with_data(drawing->order, by_program_order, drawing);
    for (guint i = 0; i < drawing->order->len; i++) {
        g_autofree char *turn = i < 26 ? g_strdup("") : g_strdup_printf("%u", i / 26);
        drawing->names[g_array_index(drawing->order, guint, i)] = g_strdup_printf("%c%s", 'a' + (int)(i % 26), turn);
    }
}

/* ---- nodes */

static void put_event(GString *out, const Drawing *drawing, guint i)
{
    static const char *const looks[] = {
        [EXEC_FETCH] = " shape=box style=\"rounded,filled\" fillcolor=\"#eef2f7\" color=\"#9aa7b5\"",
        [EXEC_READ] = " shape=none margin=0.05 height=0.3",
        [EXEC_WRITE] = " shape=none margin=0.05 height=0.3",
        [EXEC_FENCE] = " shape=none margin=0.05 height=0.3",
        [EXEC_OTHER] = " shape=box style=\"\""
    };
    const ExecEvent *event = execution_event(drawing->execution, i);
    StoryStep told = story_tell_step(drawing->replay, event->step);
    g_autofree char *words = dot_event_words(drawing->execution, event);
    const char *early = event->pending                ? "\n(takes effect early;\nnot executed yet)"
                        : event->effect < event->step ? "\n(takes effect early)"
                                                      : "";
    g_autofree char *label = g_strdup_printf("%s: %s%s", drawing->names[i], words, early);
    g_autofree char *tooltip = g_strdup_printf("step %u: %s", event->step + 1, told.what);
    g_string_append_printf(out, "    %s [", drawing->names[i]);
    dot_put_attribute(out, "label", label);
    dot_put_attribute(out, "tooltip", tooltip);
    g_string_append_printf(out, "%s]\n", looks[event->kind]);
    story_step_clear(&told);
}

/* Something that takes effect before its turn has no place in program order: it stands where that happens. */
static bool is_early_service(const Drawing *drawing, const ExecEvent *event)
{
    return event->kind == EXEC_OTHER && step_of(drawing, event)->step.kind == STEP_PROMISE;
}

/* From an event to the next one that is shown: within an instruction, or from one instruction to a later one. */
static void put_next(GString *out, const Drawing *drawing, guint from, guint to)
{
    const ExecEvent *a = execution_event(drawing->execution, from), *b = execution_event(drawing->execution, to);
    bool same = a->insn == b->insn && !b->pending;
    if (same && a->kind == EXEC_READ && a->pair == (int)to) /* there is rmw */
        return;
    g_string_append_printf(out, "    %s -> %s [weight=10", drawing->names[from], drawing->names[to]);
    if (is_early_service(drawing, b))
        g_string_append(out, " style=dotted");
    else if (!same || a->kind == EXEC_FETCH)
        dot_put_edge_label(out, same ? "fe" : "po");
    g_string_append(out, "]\n");
}

static void put_end(GString *out, const Drawing *drawing, guint last)
{
    const Violation *violation = &drawing->replay->violation;
    const char *property =
        violation->property >= 0 ? program_property(drawing->program, (guint)violation->property)->name : "";
    g_autofree char *label = g_strdup_printf("%s\n%s", story_banner(drawing->replay), property);
    g_string_append(out, "    end [");
    dot_put_attribute(out, "label", label);
    g_string_append(out, " shape=doubleoctagon style=bold color=red fontcolor=red]\n");
    if (last != G_MAXUINT)
        g_string_append_printf(out, "    %s -> end [weight=10 color=red]\n", drawing->names[last]);
}

static void put_hart(GString *out, const Drawing *drawing, guint hart)
{
    const HartSpec *spec = program_hart(drawing->program, hart);
    const char *entry = story_entry(drawing->program, spec);
    g_autofree char *label =
        g_str_equal(entry, spec->name) ? g_strdup(entry) : g_strdup_printf("%s (%s)", spec->name, entry);
    guint last = G_MAXUINT;
    bool ends_here = drawing->replay->violation.kind != VIOLATION_NONE && drawing->replay->violating_hart == (int)hart;
    g_string_append_printf(out, "  subgraph cluster_%u {\n    graph [", hart);
    dot_put_attribute(out, "label", label);
    g_string_append(out, " color=\"#cccccc\" style=rounded]\n");
    for (guint i = 0; i < drawing->order->len; i++) {
        guint event = g_array_index(drawing->order, guint, i);
        if (execution_event(drawing->execution, event)->hart != hart)
            continue;
        put_event(out, drawing, event);
        if (last != G_MAXUINT)
            put_next(out, drawing, last, event);
        if (!is_early_service(drawing, execution_event(drawing->execution, event)))
            last = event;
    }
    if (ends_here)
        put_end(out, drawing, last);
    g_string_append(out, "  }\n");
}

/* ---- edges */

typedef struct RelationLook {
    const char *name, *colour, *style;
} RelationLook;

static void put_relation(GString *out, const Drawing *drawing, const ExecEdge *edge)
{
    static const RelationLook looks[] = {
        [RELATION_RF] = { "rf", "red", "" },
        [RELATION_CO] = { "co", "blue", "" },
        [RELATION_FR] = { "fr", "#d27000", "" },
        [RELATION_IRF] = { "irf", "red", "" },
        [RELATION_IFR] = { "ifr", "#d27000", " style=dashed" },
        [RELATION_RMW] = { "rmw", "#222222", "" },
    };
    const RelationLook *look = &looks[edge->relation];
    const ExecEvent *from = execution_event(drawing->execution, edge->from);
    if (!drawing->shown[edge->from] || !drawing->shown[edge->to])
        return;
    if (edge->relation == RELATION_FR && from->pair == (int)edge->to) /* there is rmw */
        return;
    g_autofree char *label = g_strdup_printf("%s%s", look->name, edge->missed ? ", stale" : "");
    bool next = edge->relation == RELATION_RMW && from->insn == execution_event(drawing->execution, edge->to)->insn;
    g_string_append_printf(out, "  %s -> %s [%s", drawing->names[edge->from], drawing->names[edge->to],
                           next ? "weight=10" : "constraint=false");
    dot_put_edge_label(out, label);
    g_string_append_printf(out, " color=\"%s\" fontcolor=\"%s\"%s%s]\n", look->colour, look->colour, look->style,
                           edge->missed ? " penwidth=2" : "");
}

static char *result_text(const Replay *replay)
{
    g_autofree char *sentence = replay->violation.kind != VIOLATION_NONE ? story_sentence(replay) : NULL;
    GString *text = g_string_new(NULL);
    gsize column = 0;
    g_auto(GStrv) words = g_strsplit(sentence ? sentence : "violates nothing", " ", -1);
    for (guint i = 0; words[i]; i++) {
        bool breaks = column + strlen(words[i]) > 72;
        g_string_append_printf(text, "%s%s", breaks ? "\n" : i ? " " : "", words[i]);
        column = breaks ? strlen(words[i]) : column + 1 + strlen(words[i]);
    }
    return g_string_free(text, FALSE);
}

void dot_put_execution(GString *out, const DotSubject *subject, const Replay *replay, bool verbose)
{
    g_autoptr(Execution) execution = execution_new(replay);
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autofree bool *shown = g_new0(bool, execution->events->len + 1);
    g_autofree char **names = g_new0(char *, execution->events->len + 1);
    Drawing drawing = { execution, replay->program, replay, shown, order, names };
    choose(&drawing, verbose);
    name_events(&drawing);
    g_autofree char *result = result_text(replay);
    dot_begin(out, subject, result);
    for (guint h = 0; h < replay->program->harts->len; h++)
        put_hart(out, &drawing, h);
    if (replay->violation.kind != VIOLATION_NONE && replay->violating_hart < 0)
        put_end(out, &drawing, G_MAXUINT);
    for (guint i = 0; i < execution->edges->len; i++)
        put_relation(out, &drawing, edge_at(&drawing, i));
    dot_end(out);
    for (guint i = 0; i < execution->events->len; i++)
        g_free(names[i]);
}
