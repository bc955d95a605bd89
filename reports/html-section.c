/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One scenario: its rows, its counterexamples, its source. */
#include "reports/html-parts.h"
#include "reports/text.h"

enum {
    SOURCE_MAX = 1 << 20,
};

static void put_number(GString *out, guint64 number, const char *what)
{
    g_autofree char *text = grouped(number);
    html_printf(out, "%s %s%s", text, what, number == 1 ? "" : "s");
}

/* ---- what a row has come to */

static void put_figures(GString *out, const Result *result)
{
    if (result->timelines) {
        put_number(out, result->timelines, "order");
        g_string_append(out, " of stores, ");
        put_number(out, result->states, "state");
        g_string_append(out, " of single harts, ");
        put_number(out, result->transitions, "transition");
        return;
    }
    put_number(out, result->states, "state");
    g_string_append(out, ", ");
    put_number(out, result->transitions, "transition");
    g_string_append_printf(out, ", depth %" G_GUINT64_FORMAT, result->depth);
}

static void put_proof(GString *out, const Result *result)
{
    const char *what = result->options.model->coherent_fetch ? "interleavings at instruction boundaries"
                                                             : "interleavings and choices of what each fetch reads";
    g_string_append(out, "Every ordering explored: ");
    put_figures(out, result);
    if (result->endless) {
        html_printf(out, "; with loops that never end they stand for infinitely many %s", what);
    } else if (result->interleavings) {
        g_autofree char *number = readable_digits(result->interleavings);
        html_printf(out, "; they stand for %s %s", number, what);
    }
    g_string_append_c(out, '.');
    if (result->any)
        html_printf(out, " For any number of harts like %s.", result->any);
}

static const char *way_on(const Result *result)
{
    switch (result->doubt) {
    case DOUBT_TIME:
        return "Give it more time with --timeout, or let fewer harts take part.";
    case DOUBT_STATES:
    case DOUBT_MEMORY:
    case DOUBT_STEPS:
        return result->timelines
                   ? "Raise that limit, or let fewer harts take part."
                   : "Raise that limit, or try --explorer timeline, which grows more slowly with the number of harts.";
    case DOUBT_INTERRUPTED:
        return "Run it again, to the end.";
    case DOUBT_OUTSIDE:
        return "Leave out what is not part of the argument, or replace it by what is modelled.";
    case DOUBT_STARVED:
        return "Give the others a way to do what it waits for (a schedule point, say), or an end.";
    case DOUBT_ENDLESS:
        return "Ask with each-call, which looks at the end of every call, or give the calls a number.";
    case DOUBT_ANY:
        return "Leave out the store if the argument does not need it, or give copies a number.";
    case DOUBT_NONE:
        break;
    }
    return "Change the scenario so that this cannot happen, and run it again.";
}

/* How far a search has come that a limit has ended. */
static void put_estimate(GString *out, const Result *result)
{
    if (!result->expected_total)
        return;
    g_autofree char *total = rounded(result->expected_total);
    guint percent = (guint)(100 * (double)result->done / (double)result->expected_total + 0.5);
    g_string_append_printf(out, ", about %u%% of an estimated %s ", percent, total);
    html_printf(out, "%s", result->unit);
}

/* The options of one row, for a shell: what is not the default of the model. */
static char *check_command(const Result *result)
{
    GString *out = g_string_new(NULL);
    Options usual = options_default();
    g_autofree char *file = shell_file(result->file);
    g_string_append_printf(out, "cmodx check %s --model %s", file, result->options.model->name);
    options_set(&usual, "model", result->options.model->name, NULL);
    for (guint i = 1; option_name(i); i++) {
        const char *name = option_name(i), *value = options_get(&result->options, name);
        if (value && g_strcmp0(value, options_get(&usual, name)) != 0)
            g_string_append_printf(out, " --%s %s", name, value);
    }
    return g_string_free(out, FALSE);
}

static void put_doubt(GString *out, const Result *result)
{
    g_autofree char *resume = result_resume(result);
    html_printf(out, "%s. No violation in what was explored: ", result->reason);
    put_figures(out, result);
    put_estimate(out, result);
    if (resume) {
        g_string_append(out, ".<br/>To go on from where it was left, with new limits: ");
        html_put_command(out, resume);
        return;
    }
    html_printf(out, ".<br/>To go on: %s<br/>", way_on(result));
    g_autofree char *check = check_command(result);
    html_put_command(out, check);
}

static void put_refutation(GString *out, const HtmlSection *section, const HtmlRow *row)
{
    guint number = 0;
    g_ptr_array_find(section->examples, row->example, &number);
    bool again = g_ptr_array_index(row->example->rows, 0) != row;
    html_printf(out, "%s: <a href=\"#%s\">%s %u</a>", row->result->property, row->example->id,
                again ? "the same as counterexample" : "counterexample", number + 1);
}

static void put_row(GString *out, const HtmlSection *section, const HtmlRow *row)
{
    const Result *result = row->result;
    html_printf(out, "<tr role=\"row\" id=\"%s\"><th role=\"rowheader\" scope=\"row\">%s</th><td role=\"cell\">",
                row->id, result->label);
    html_put_verdict(out, result);
    if (!result->as_expected) {
        html_printf(out, "<br/><b>not as expected</b>: %s", verdict_name(result->expected));
        if (result->expected_property)
            html_printf(out, " (%s)", result->expected_property);
    }
    g_string_append(out, "</td><td role=\"cell\">");
    if (result->verdict == VERDICT_PROVED)
        put_proof(out, result);
    else if (result->verdict == VERDICT_REFUTED)
        put_refutation(out, section, row);
    else
        put_doubt(out, result);
    g_string_append(out, "</td></tr>\n");
}

/* On a narrow screen the cells stand below each other, which is why their roles have to be told. */
static void put_rows(GString *out, const HtmlSection *section)
{
    static const char *const heads[] = { "options", "verdict", "found" };
    g_string_append(out, "<table class=\"rw\" role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\">");
    for (guint i = 0; i < G_N_ELEMENTS(heads); i++)
        html_printf(out, "<th role=\"columnheader\" scope=\"col\">%s</th>", heads[i]);
    g_string_append(out, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for (guint i = 0; i < section->rows->len; i++) {
        const HtmlRow *row = g_ptr_array_index(section->rows, i);
        if (!row->result->error)
            put_row(out, section, row);
    }
    g_string_append(out, "</tbody>\n</table>\n");
}

/* ---- the scenario itself */

static void put_properties(GString *out, const Result *result)
{
    if (result->properties->len == 0)
        return;
    g_string_append(out, "<p>Checked: ");
    for (guint i = 0; i < result->properties->len; i++) {
        const ResultProperty *property = g_ptr_array_index(result->properties, i);
        html_printf(out, "%s%s", i ? "; " : "", property->name);
    }
    g_string_append(out, ".</p>\n");
}

/* What is no file (a pipe, say) has been read to its end, or must not be waited for. */
static void put_source(GString *out, const char *file)
{
    g_autofree char *text = NULL;
    gsize length;
    if (!g_file_test(file, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents(file, &text, &length, NULL) ||
        length > SOURCE_MAX)
        return;
    g_autoptr(GString) lines = g_string_new(text);
    g_string_replace(lines, "\r\n", "\n", 0);
    html_printf(out, "<details><summary>Source: %s</summary>\n<pre tabindex=\"0\">%s</pre>\n</details>\n", file,
                lines->str);
}

/* What could not be run; how many of the rows that is. */
static guint put_errors(GString *out, const HtmlSection *section)
{
    guint n = 0;
    for (guint i = 0; i < section->rows->len; i++) {
        const HtmlRow *row = g_ptr_array_index(section->rows, i);
        if (!row->result->error)
            continue;
        html_printf(out, "<pre id=\"%s\" tabindex=\"0\">%s</pre>\n", row->id, row->result->error);
        n++;
    }
    return n;
}

void html_put_section(GString *out, const HtmlSection *section)
{
    const Result *first = ((const HtmlRow *)g_ptr_array_index(section->rows, 0))->result;
    html_printf(out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", section->id, section->id,
                section->name);
    if (section->title)
        html_printf(out, "<p class=\"ti\">%s</p>\n", section->title);
    if (put_errors(out, section) < section->rows->len) {
        put_properties(out, first);
        put_rows(out, section);
    }
    for (guint i = 0; i < section->examples->len; i++)
        html_put_example(out, section, i);
    put_source(out, section->file);
    g_string_append(out, "</section>\n");
}
