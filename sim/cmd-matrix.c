/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/matrix.h"
#include "sim/base/error.h"
#include "sim/cli.h"

#include <string.h>

typedef struct Table {
    Common common;
    char *format, *command;
    GPtrArray *entries; /* MatrixEntry */
    guint n_litmus;     /* litmus tests left out */
} Table;

static void table_clear(Table *table)
{
    common_clear(&table->common);
    g_free(table->format);
    g_free(table->command);
    g_clear_pointer(&table->entries, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

/* The scenario's own row with these options, or NULL. */
static const Row *row_with(const Scenario *scenario, const Options *options)
{
    for (guint i = 0; i < scenario->rows->len; i++) {
        const Row *row = &g_array_index(scenario->rows, Row, i);
        if (options_equal(&row->options, options))
            return row;
    }
    return NULL;
}

/* `preempt` says where tasks can be parked for a stop_machine, and nothing else. Where nobody has come to ask for one,
 * the other value would have led to the same verdict. */
static bool holds_for_either(const Row *row, const Outcome *outcome)
{
    return !row->preempt_given && !outcome->stops;
}

static MatrixEntry *entry_new(const Scenario *scenario, const Row *row, const Outcome *outcome)
{
    const Row *expected = row_with(scenario, &row->options);
    MatrixEntry *entry = g_new0(MatrixEntry, 1);
    entry->scenario = g_strdup(scenario->name);
    entry->file = g_strdup(scenario->file);
    entry->title = g_strdup(scenario->title);
    entry->options = row->options;
    entry->either = holds_for_either(row, outcome);
    entry->verdict = outcome->verdict;
    entry->property = g_strdup(violated_property(scenario, outcome));
    entry->reason = outcome->verdict == VERDICT_INCONCLUSIVE ? g_strdup(outcome->reason) : NULL;
    if (!expected)
        return entry;
    entry->expects = true;
    entry->expected = expected->verdict;
    entry->expected_property = g_strdup(expected->property);
    if (!as_expected(scenario, expected, outcome))
        entry->mismatch = mismatch_text(scenario, expected, outcome);
    return entry;
}

static ExitStatus run_row(Table *table, const Scenario *scenario, const Row *row)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Outcome) outcome = decide_and_replay(&table->common, scenario, row, NULL, &error);
    if (!outcome)
        return report_error(error);
    if (interrupted())
        return EXIT_INTERRUPTED;
    MatrixEntry *entry = entry_new(scenario, row, outcome);
    g_ptr_array_add(table->entries, entry);
    return entry->mismatch ? EXIT_REFUTED : EXIT_PROVED;
}

static GArray *table_rows(gpointer data, const Scenario *scenario, GError **error)
{
    Table *table = data;
    GArray *rows = NULL;
    table->n_litmus += scenario->litmus != NULL;
    if (scenario->litmus || (!common_overrides(&table->common) && scenario->rows->len == 0))
        return g_array_new(FALSE, TRUE, sizeof(Row));
    return common_rows(&table->common, scenario, &rows, error) ? rows : NULL;
}

static ExitStatus run_scenario(gpointer data, const Scenario *scenario, const GArray *rows, GString *out)
{
    Table *table = data;
    (void)out;
    ExitStatus status = EXIT_PROVED;
    for (guint i = 0; i < rows->len && !interrupted(); i++)
        status = worse(status, run_row(table, scenario, &g_array_index(rows, Row, i)));
    return status;
}

/* ---- the command */

static const char *const summary =
    "Decides every `expect` row of every scenario and prints a table for each directory: a line for each\n"
    "scenario, a column for each model, fetch atomicity and preempt. Options such as --model replace what the\n"
    "rows say. `!` marks a verdict that is not the one expected.";

static bool parse(Table *table, int argc, char **argv, ExitStatus *status)
{
    const GOptionEntry extra[] = {
        { "format", 0, 0, G_OPTION_ARG_STRING, &table->format, "how the table is written", "text|markdown|json" },
        G_OPTION_ENTRY_NULL,
    };
    table->command = command_line(argc, argv);
    if (!common_parse(&table->common, argc, argv, extra, "FILE|DIR|@LIST...", summary, status))
        return false;
    *status = EXIT_USAGE;
    if (table->format && !g_strv_contains((const char *const[]){ "text", "markdown", "json", NULL }, table->format))
        g_printerr("cmodx: unknown value '%s' of --format; expected text|markdown|json\n", table->format);
    else if (!table->common.files)
        g_printerr("cmodx: matrix needs a scenario file or directory\n");
    else
        return true;
    return false;
}

static void put_table(const Table *table, GString *out)
{
    const char *format = table->format ? table->format : "text";
    if (g_str_equal(format, "json"))
        matrix_json(out, table->entries);
    else if (g_str_equal(format, "markdown"))
        matrix_markdown(out, table->entries, table->command);
    else
        matrix_text(out, table->entries, !table->common.quiet);
}

int cmd_matrix(int argc, char **argv)
{
    g_auto(Table) table = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    ExitStatus status;
    if (!parse(&table, argc, argv, &status))
        return status;
    table.entries = g_ptr_array_new_with_free_func(matrix_entry_free);
    const ScenarioRun run = { table_rows, run_scenario, &table, false };
    status = each_scenario(&table.common, &run, out);
    if (interrupted())
        return worse(status, EXIT_INTERRUPTED); /* half a table would say "no such row" of what has not been run */
    if (table.n_litmus)
        g_printerr("cmodx: %u litmus test%s left out\n", table.n_litmus, table.n_litmus == 1 ? "" : "s");
    if (table.entries->len == 0) {
        if (status == EXIT_PROVED)
            g_printerr("cmodx: nothing to run: no scenario%s\n",
                       common_overrides(&table.common) ? "" : " with `expect` rows; name a --model to run without");
        return status == EXIT_PROVED ? EXIT_NOTHING : status;
    }
    put_table(&table, out);
    if (!common_write(&table.common, out->str, &error))
        return worse(status, report_error(error));
    return status;
}
