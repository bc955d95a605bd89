/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/dot-parts.h"
#include "reports/herd.h"
#include "reports/text.h"
#include "reports/writer-parts.h"

#include <string.h>

enum {
    GROUPS_MAX = 4, /* lines of a label */
    BRIEFS_MAX = 6, /* steps that one names */
    LINE_WIDTH = 34,
};

/* ---- the language: in a label, what looks like an entity of HTML is one. A backslash in front of another one or of a quote takes
 * its meaning away, in labels and to where a string ends. */

static void put_quoted(GString *out, const char *text, const char *line_end, const char *ampersand)
{
    g_autofree char *fit = printable_text(text);
    g_string_append_c(out, '"');
    for (const char *at = fit; *at; at++) {
        if (*at == '\n')
            g_string_append(out, line_end);
        else if (*at == '&')
            g_string_append(out, ampersand);
        else if (*at == '"' || *at == '\\')
            g_string_append_printf(out, "\\%c", *at);
        else
            g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
}

static void put_attribute(GString *out, const char *name, const char *value, const char *line_end)
{
    g_string_append_printf(out, "%s%s=", g_str_has_suffix(out->str, "[") ? "" : " ", name);
    put_quoted(out, value, line_end, "&amp;");
}

void dot_put_attribute(GString *out, const char *name, const char *value)
{
    put_attribute(out, name, value, "\\n");
}

/* Beside an edge, with some room in between; lines begin below each other. */
void dot_put_edge_label(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *joined = g_strjoinv("\n ", lines);
    g_autofree char *label = g_strdup_printf(" %s%s", joined, lines[0] && lines[1] ? "\n" : " ");
    put_attribute(out, "label", label, "\\l");
}

/* In the words of the text report: an `exists` is answered, neither proved nor refuted. */
static char *litmus_text(const DotSubject *subject)
{
    g_auto(LitmusFindings) findings = litmus_findings(subject->scenario, subject->outcome);
    g_autofree char *condition = litmus_condition_text(subject->scenario);
    if (!findings.decided)
        return g_strdup_printf("INCONCLUSIVE: %s", findings.reason);
    if (subject->scenario->litmus->quantifier == QUANTIFIER_EXISTS)
        return g_strdup_printf("%s: %s", condition, findings.ok ? "reachable" : "not reachable");
    return g_strdup_printf("%s: %s", findings.ok ? "PROVED" : "REFUTED", condition);
}

static char *verdict_text(const DotSubject *subject)
{
    const Outcome *outcome = subject->outcome;
    if (subject->scenario->litmus)
        return litmus_text(subject);
    int property = outcome->verdict == VERDICT_REFUTED ? outcome->violation.property : -1;
    const char *detail =
        property >= 0 ? program_property(subject->scenario->program, (guint)property)->name : outcome->reason;
    return g_strdup_printf("%s%s%s", verdict_name(outcome->verdict), detail ? ": " : "", detail ? detail : "");
}

void dot_begin(GString *out, const DotSubject *subject, const char *counts)
{
    g_autofree char *options = options_label(subject->options, subject->with_preempt);
    g_autofree char *name = g_strdup_printf("%s [%s]", subject->scenario->name, options);
    g_autofree char *verdict = subject->outcome ? verdict_text(subject) : NULL;
    g_autofree char *label = g_strdup_printf("%s%s%s\n%s", name, verdict ? "\n" : "", verdict ? verdict : "", counts);
    g_string_append(out, "digraph ");
    put_quoted(out, name, " ", "&");
    g_string_append(out, " {\n  graph [");
    dot_put_attribute(out, "label", label);
    g_string_append(out, " labelloc=t fontname=\"Helvetica\" nodesep=0.4 ranksep=0.4]\n"
                         "  node [shape=box style=rounded fontname=\"Helvetica\" fontsize=11 margin=\"0.1,0.05\"]\n"
                         "  edge [fontname=\"Helvetica\" fontsize=10 arrowsize=0.7]\n");
}

void dot_end(GString *out)
{
    g_string_append(out, "}\n");
}

static const DotStep *step_at(const GArray *steps, guint i)
{
    return &g_array_index(steps, DotStep, i);
}

/* Dark enough for text on white, and different enough for most eyes; every edge also says whose it is. */
static const char *hart_colour(guint hart)
{
    static const char *const colours[] = {
        "#1f5fa8", "#9a4a00", "#1b7a3d", "#7b3294", "#8a6d00", "#006d75", "#444444"
    };
    return colours[hart % G_N_ELEMENTS(colours)];
}

/* ---- parts of graphs of explorations */

const char *dot_line_colour(const GArray *steps)
{
    guint hart = step_at(steps, 0)->hart;
    for (guint i = 1; i < steps->len; i++)
        if (step_at(steps, i)->hart != hart)
            return "#333333";
    return hart_colour(hart);
}

void dot_put_rests(GString *out, const GraphView *view, const char *things)
{
    for (guint i = 0; i < view->rests->len; i++) {
        const GraphRest *rest = &g_array_index(view->rests, GraphRest, i);
        g_autofree char *number = grouped(rest->n_nodes);
        g_autofree char *thing = g_strndup(things, strlen(things) - (rest->n_nodes == 1));
        g_autofree char *label = rest->n_nodes ? g_strdup_printf("%s more %s%s", number, rest->open ? things : thing,
                                                                 rest->open ? ", or more" : "")
                                               : g_strdup_printf("more %s,\nnot explored", things);
        g_string_append_printf(out, "  more%u [shape=plaintext style=\"\" fontcolor=\"#555555\"", i);
        dot_put_attribute(out, "label", label);
        g_string_append(out, "]\n");
    }
    for (guint i = 0; i < view->cuts->len; i++) {
        const GraphCut *cut = &g_array_index(view->cuts, GraphCut, i);
        g_string_append_printf(out, "  n%u -> more%u [style=dotted color=\"#555555\"]\n", cut->from, cut->rest);
    }
}

void dot_step_clear(gpointer data)
{
    DotStep *step = data;
    g_free(step->what);
    g_free(step->brief);
}

/* Appends items, the next line where there is no room for one more on this. */
static void put_item(GString *out, guint *width, const char *item, bool is_first)
{
    guint length = (guint)strlen(item);
    if (!is_first) {
        bool breaks = *width + 2 + length > LINE_WIDTH;
        g_string_append(out, g_str_has_suffix(out->str, "{") ? "" : ";");
        g_string_append(out, breaks ? "\n" : " ");
        *width = breaks ? 0 : *width + 2;
    }
    g_string_append(out, item);
    *width += length;
}

/* Steps [first, until) of one hart. */
static void put_group(GString *out, const DotSubject *subject, const GArray *steps, guint first, guint until,
                      const char *things)
{
    guint n = until - first, width;
    g_autoptr(GString) line = g_string_new(program_hart(subject->scenario->program, step_at(steps, first)->hart)->name);
    g_string_append(line, ": ");
    if (n == 1) {
        g_string_append_printf(out, "%s%s", line->str, step_at(steps, first)->what);
        return;
    }
    g_string_append_printf(line, "%u %s: ", n, things);
    width = (guint)line->len;
    g_string_append(out, line->str);
    for (guint i = first; i < until; i++) {
        bool gap = n > BRIEFS_MAX && i - first == BRIEFS_MAX - 2;
        put_item(out, &width, gap ? "..." : step_at(steps, i)->brief, i == first);
        if (gap)
            i = until - 2;
    }
}

char *dot_line_label(const DotSubject *subject, const GArray *steps, const char *things)
{
    GString *text = g_string_new(NULL);
    guint n_groups = 0;
    for (guint first = 0, until; first < steps->len; first = until) {
        for (until = first; until < steps->len && step_at(steps, until)->hart == step_at(steps, first)->hart;)
            until++;
        g_string_append(text, first ? "\n" : "");
        if (++n_groups == GROUPS_MAX && until < steps->len) {
            g_string_append_printf(text, "... %u more %s", steps->len - first, things);
            break;
        }
        put_group(text, subject, steps, first, until, things);
    }
    return g_string_free(text, FALSE);
}

char *dot_line_tooltip(const DotSubject *subject, const GArray *steps)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < steps->len; i++)
        g_string_append_printf(text, "%s%s: %s", i ? "\n" : "",
                               program_hart(subject->scenario->program, step_at(steps, i)->hart)->name,
                               step_at(steps, i)->what);
    return g_string_free(text, FALSE);
}

char *dot_counts(const GraphView *view, guint n_nodes, guint n_edges, bool complete, const char *things,
                 const char *ways)
{
    guint n_hidden = 0;
    for (guint i = 0; i < view->rests->len; i++)
        n_hidden += g_array_index(view->rests, GraphRest, i).n_nodes;
    g_autofree char *nodes = grouped(n_nodes), *edges = grouped(n_edges), *shown = grouped(view->nodes->len),
                    *folded = grouped(n_nodes - n_hidden - view->nodes->len), *hidden = grouped(n_hidden);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s%s %s, %s %s: %s shown", complete ? "" : "the first ", nodes, things, edges, ways,
                           n_hidden || view->nodes->len < n_nodes ? shown : "all");
    if (n_nodes - n_hidden > view->nodes->len)
        g_string_append_printf(text, ", %s folded", folded);
    if (n_hidden)
        g_string_append_printf(text, ", %s left out", hidden);
    return g_string_free(text, FALSE);
}
