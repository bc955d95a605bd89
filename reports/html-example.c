/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A counterexample: the sentence, the drawing, the site, and what can be pasted. */
#include "reports/html-parts.h"
#include "reports/writer-parts.h"

#include <string.h>

void html_put_allowed(GString *out, const Story *story)
{
    if (story->allowed->len == 0)
        return;
    g_string_append(out, "<p>Allowed: ");
    for (guint i = 0; i < story->allowed->len; i++)
        html_printf(out, "%s%s", i ? ", " : "", (const char *)g_ptr_array_index(story->allowed, i));
    g_string_append(out, ".</p>\n");
}

/* ---- the site in each version */

static void put_site_cell(GString *out, const StoryInsn *insn)
{
    if (!insn)
        g_string_append(out, "<td></td>");
    else if (insn->executed)
        html_printf(out, "<td class=\"ex\"><code>%s  %s</code> <b>executed</b></td>", insn->bytes, insn->text);
    else
        html_printf(out, "<td><code>%s  %s</code></td>", insn->bytes, insn->text);
}

/* Instructions are sorted by address and version. */
static void put_site_line(GString *out, const Story *story, guint *i)
{
    const StoryInsn *insns = (const StoryInsn *)(const void *)story->insns->data, *first = &insns[*i];
    html_printf(out, "<tr><th scope=\"row\">%s</th>", first->place);
    for (guint v = 0; v < story->versions->len; v++) {
        bool here = *i < story->insns->len && insns[*i].address == first->address && insns[*i].version == v;
        put_site_cell(out, here ? &insns[(*i)++] : NULL);
    }
    g_string_append(out, "</tr>\n");
}

void html_put_site(GString *out, const Story *story)
{
    if (story->region < 0 || story->insns->len == 0)
        return;
    g_string_append(out, "<div class=\"sc\" tabindex=\"0\" role=\"region\" aria-label=\"The patched site\">\n"
                         "<table class=\"si\"><caption>The patched site");
    if (story->culprit >= 0)
        html_printf(out, ", and what %s has executed of it",
                    (const char *)g_ptr_array_index(story->harts, (guint)story->culprit));
    g_string_append(out, "</caption>\n<thead><tr><th scope=\"col\">site</th>");
    for (guint v = 0; v < story->versions->len; v++)
        html_printf(out, "<th scope=\"col\">%s</th>", (const char *)g_ptr_array_index(story->versions, v));
    g_string_append(out, "</tr></thead>\n<tbody>\n");
    for (guint i = 0; i < story->insns->len;)
        put_site_line(out, story, &i);
    g_string_append(out, "</tbody></table>\n</div>\n");
    for (guint i = 0; i < story->torn->len; i++)
        html_printf(out, "<p><code>%s</code></p>\n", (const char *)g_ptr_array_index(story->torn, i));
}

/* ---- every step with its registers */

static void put_step(GString *out, const Story *story, const StoryStep *step)
{
    html_printf(out, "<tr><td>%u", step->first);
    if (step->last > step->first)
        html_printf(out, "-%u", step->last);
    html_printf(out, "</td><td>%s</td><td>", (const char *)g_ptr_array_index(story->harts, step->hart));
    if (step->length)
        g_string_append_printf(out, "<code>%" G_GINT64_MODIFIER "x  %0*" G_GINT64_MODIFIER "x</code>", step->pc,
                               (int)step->length * 2, step->bytes);
    html_printf(out, "</td><td>%s", step->what);
    if (step->insn && !strstr(step->what, step->insn))
        html_printf(out, " <code>%s</code>", step->insn);
    if (step->tag)
        html_printf(out, " <b>%s</b>", step->tag);
    if (step->place)
        html_printf(out, " (%s)", step->place);
    for (guint i = 0; i < step->notes->len; i++)
        html_printf(out, "<br/>%s", (const char *)g_ptr_array_index(step->notes, i));
    g_string_append(out, "</td></tr>\n");
}

static void put_steps(GString *out, const Story *story)
{
    g_string_append(out,
                    "<details><summary>Steps with addresses and registers</summary>\n"
                    "<div class=\"sc\" tabindex=\"0\" role=\"region\" aria-label=\"Steps\">\n<table class=\"rg\">\n"
                    "<thead><tr><th scope=\"col\">step</th><th scope=\"col\">hart</th><th scope=\"col\">address and "
                    "bytes</th><th scope=\"col\">what it does</th></tr></thead>\n<tbody>\n");
    for (guint i = 0; i < story->steps->len; i++)
        put_step(out, story, &g_array_index(story->steps, StoryStep, i));
    g_string_append(out, "</tbody></table>\n</div>\n</details>\n");
}

/* ---- all of it */

static void put_labels(GString *out, const HtmlExample *example)
{
    g_string_append(out, "<p>Under");
    for (guint i = 0; i < example->rows->len; i++) {
        const HtmlRow *row = g_ptr_array_index(example->rows, i);
        html_printf(out, "%s <a href=\"#%s\">%s</a>", i ? ";" : "", row->id, row->result->label);
    }
    g_string_append(out, ".</p>\n");
}

static void put_drawing(GString *out, const HtmlExample *example, const char *name, const Result *result)
{
    g_autofree char *title = g_strdup_printf("%s of %s under %s", result->property, name, result->label);
    if (result->story->steps->len == 0)
        return; /* a deadlock from the beginning: the sentence says it all */
    g_string_append(out, "<figure>\n<div class=\"sc\" tabindex=\"0\" role=\"region\" aria-label=\"Drawing\">\n");
    svg_put_story(out, result->story, example->id, title);
    g_string_append(out, "</div>\n</figure>\n");
}

static void put_replay(GString *out, const HtmlExample *example)
{
    g_string_append(out, "<p>Replay:</p>\n<pre class=\"cm\" tabindex=\"0\">");
    for (guint i = 0; i < example->rows->len; i++) {
        const Result *result = ((const HtmlRow *)g_ptr_array_index(example->rows, i))->result;
        g_autofree char *command = result_replay(result);
        html_printf(out, "%s\n", command);
    }
    g_string_append(out, "</pre>\n");
}

void html_put_example(GString *out, const HtmlSection *section, guint number)
{
    const HtmlExample *example = g_ptr_array_index(section->examples, number);
    const Result *result = ((const HtmlRow *)g_ptr_array_index(example->rows, 0))->result;
    html_printf(out, "<article aria-labelledby=\"%s\">\n<h3 id=\"%s\">Counterexample %u: %s</h3>\n", example->id,
                example->id, number + 1, result->property);
    put_labels(out, example);
    if (result->story) {
        html_printf(out, "<p class=\"se\">%s</p>\n", result->story->sentence);
        html_put_allowed(out, result->story);
        put_drawing(out, example, section->name, result);
        html_put_site(out, result->story);
    }
    html_printf(out, "<details><summary>Text to paste</summary>\n<pre tabindex=\"0\">%s</pre>\n</details>\n",
                result->text);
    if (result->story)
        put_steps(out, result->story);
    if (result->schedule)
        put_replay(out, example);
    g_string_append(out, "</article>\n");
}
