/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GitHub-flavoured Markdown: counts, then what fails with its report folded, then everything in one table. */
#include "reports/writer-parts.h"

#include <string.h>

/* GitHub refuses a job summary of more than 1 MiB as a whole. */
enum {
    DETAILS_MAX = 500 * 1000,
    TABLE_MAX = 900 * 1000,
};

/* ---- text */

/* In a block of HTML, where backslashes stand for themselves. */
static void put_html(GString *out, const char *text)
{
    g_autofree char *line = printable_line(text), *escaped = g_markup_escape_text(line, -1);
    g_string_append(out, escaped);
}

/* A fence is longer than any run of backticks in the text. */
static void put_fenced(GString *out, const char *text)
{
    g_autofree char *printable = printable_text(text);
    gsize longest = 2;
    for (const char *at = printable; *at; at += *at ? 1 : 0) {
        gsize run = strspn(at, "`");
        longest = MAX(longest, run);
        at += run;
    }
    g_autofree char *fence = g_strnfill(longest + 1, '`');
    g_string_append_printf(out, "%stext\n%s\n%s\n", fence, g_strchomp(printable), fence);
}

/* ---- sections */

static guint n_failing(const RunReport *run)
{
    guint n = 0;
    for (guint i = 0; i < run->results->len; i++)
        n += result_fails(g_ptr_array_index(run->results, i));
    return n;
}

static void put_counts(GString *out, const RunReport *run, guint failing)
{
    if (failing)
        g_string_append_printf(out, "## cmodx: %u of %u failed\n\n", failing, run->results->len);
    else
        g_string_append_printf(out, "## cmodx: all %u passed\n\n", run->results->len);
    g_string_append_printf(out,
                           "| proved | refuted | inconclusive | errors | as expected | not as expected |\n"
                           "|---:|---:|---:|---:|---:|---:|\n"
                           "| %u | %u | %u | %u | %u | %u |\n",
                           run->proved, run->refuted, run->inconclusive, run->errors, run->passed,
                           run->failed - run->errors);
}

static void put_failure(GString *out, const Result *result)
{
    g_autofree char *name = result_name(result), *message = result_message(result);
    Place place = result_place(result);
    g_string_append(out, "\n<details><summary>");
    if (!result->error) {
        g_string_append(out, "<b>");
        put_html(out, name);
        g_string_append(out, "</b>: ");
    }
    put_html(out, message);
    g_string_append(out, "</summary>\n\n");
    markdown_put(out, result->file);
    if (place.line)
        g_string_append_printf(out, ":%u:%u", place.line, place.column);
    g_string_append(out, "\n\n");
    put_fenced(out, result->error ? result->error : result->text);
    g_string_append(out, "\n</details>\n");
}

static void put_failures(GString *out, const RunReport *run, guint failing)
{
    guint told = 0;
    if (failing)
        g_string_append(out, "\n### Failures\n");
    for (guint i = 0; i < run->results->len; i++) {
        const Result *result = g_ptr_array_index(run->results, i);
        if (!result_fails(result))
            continue;
        if (out->len > DETAILS_MAX)
            break;
        put_failure(out, result);
        told++;
    }
    if (told < failing)
        g_string_append_printf(out, "\nand %u more, in the table.\n", failing - told);
}

static void put_line(GString *out, const Result *result)
{
    g_string_append_printf(out, "| %s | ", result_fails(result) ? "**FAIL**" : "ok");
    markdown_put(out, result->error ? result->file : result->scenario);
    g_string_append(out, " | ");
    markdown_put(out, result->error ? "" : result->label);
    g_string_append_printf(out, " | %s | ", result->error ? "error" : verdict_name(result->verdict));
    g_autofree char *reason = result_reason(result);
    const char *detail = result->error                             ? result->error
                         : result->verdict == VERDICT_INCONCLUSIVE ? reason
                                                                   : result->property;
    markdown_put(out, detail ? detail : "");
    g_string_append(out, " |\n");
}

static void put_table(GString *out, const RunReport *run)
{
    guint i;
    if (!run->results->len)
        return;
    g_string_append(out, "\n### All results\n\n| | scenario | options | verdict | |\n|---|---|---|---|---|\n");
    for (i = 0; i < run->results->len && out->len <= TABLE_MAX; i++)
        put_line(out, g_ptr_array_index(run->results, i));
    if (i < run->results->len)
        g_string_append_printf(out, "\nand %u more.\n", run->results->len - i);
}

void markdown_write(GString *out, const RunReport *run)
{
    guint failing = n_failing(run);
    put_counts(out, run, failing);
    put_failures(out, run, failing);
    put_table(out, run);
    g_string_append(out, "\nMade by ");
    markdown_put(out, run->command);
    g_string_append(out, "\n");
}
