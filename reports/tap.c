/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TAP 14. Below each test point is a YAML block of keys that the JSON report has, too; the whole report of what is not
 * ok. Nothing is skipped: what cannot be decided is not ok. */
#include "reports/writer-parts.h"

#include <string.h>

/* ---- YAML: scalars in double quotes, and blocks of text */

static void put_string(GString *out, const char *key, const char *value)
{
    if (!value)
        return;
    g_autofree char *line = printable_line(value);
    g_string_append_printf(out, "  %s: \"", key);
    for (const char *at = line; *at; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *at);
    }
    g_string_append(out, "\"\n");
}

/* Verdicts are words that need no quotes. */
static void put_verdict(GString *out, const char *key, Verdict verdict)
{
    g_autofree char *word = verdict_word(verdict);
    g_string_append_printf(out, "  %s: %s\n", key, word);
}

static void put_number(GString *out, const char *key, guint value)
{
    if (value)
        g_string_append_printf(out, "  %s: %u\n", key, value);
}

/* Every line is indented, so none can be taken for the end of the block; empty ones, too: Perl's reader asks for that, and
 * has not heard of indentation indicators, which only text needs that begins with blanks. */
static void put_block(GString *out, const char *key, const char *text)
{
    if (!text)
        return;
    g_autofree char *printable = printable_text(text);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(printable), "\n", -1);
    g_string_append_printf(out, "  %s: |%s\n", key, *printable == ' ' || *printable == '\n' ? "2" : "");
    for (guint i = 0; lines[i]; i++)
        g_string_append_printf(out, "    %s\n", lines[i]);
}

/* ---- test points */

/* '#' would begin a directive. */
static void put_description(GString *out, const char *text)
{
    g_autofree char *line = printable_line(text);
    for (const char *at = line; *at; at++) {
        if (*at == '#' || *at == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *at);
    }
}

static void put_diagnostics(GString *out, const Result *result)
{
    g_autofree char *replay = result_replay(result), *resume = result_resume(result);
    g_string_append(out, "  ---\n");
    if (result->error)
        put_block(out, "error", result->error);
    else
        put_verdict(out, "verdict", result->verdict);
    if (result->expects)
        put_verdict(out, "expected", result->expected);
    put_string(out, "expected-property", result->expected_property);
    put_string(out, "property", result->property);
    put_string(out, "rule", result->rule);
    put_string(out, "reason", result->reason);
    put_string(out, "reason-code", doubt_name(result->doubt));
    put_string(out, "checkpoint", result->checkpoint);
    put_string(out, "resume", resume);
    put_string(out, "file", result->file);
    put_number(out, "line", result->line);
    put_number(out, "column", result->column);
    put_number(out, "row-line", result->row_line);
    put_number(out, "row-column", result->row_column);
    put_string(out, "schedule", result->schedule);
    put_string(out, "replay", replay);
    if (result_fails(result))
        put_block(out, "text", result->text);
    g_string_append(out, "  ...\n");
}

void tap_write(GString *out, const RunReport *run)
{
    g_string_append_printf(out, "TAP version 14\n1..%u%s\n", run->results->len,
                           run->results->len ? "" : " # SKIP nothing to run");
    for (guint i = 0; i < run->results->len; i++) {
        const Result *result = g_ptr_array_index(run->results, i);
        g_autofree char *name = result_name(result), *message = result_message(result);
        g_string_append_printf(out, "%s %u - ", result_fails(result) ? "not ok" : "ok", i + 1);
        if (!result->error) {
            put_description(out, name);
            g_string_append(out, ": ");
        }
        put_description(out, message);
        g_string_append_c(out, '\n');
        put_diagnostics(out, result);
    }
}
