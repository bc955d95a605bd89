/* SPDX-License-Identifier: GPL-2.0-or-later */
/* html-page COMMAND FILE...: decides the rows of scenarios and prints the page; COMMAND stands on it as what was run. */
#include "reports/writers.h"
#include "scenarios/litmus.h"
#include "sim/machine/verdict.h"

#include <stdio.h>

static bool add_row(RunReport *run, const Scenario *scenario, const Row *row, const Row *expected, Oracle *oracle,
                    GError **error)
{
    const SearchOptions limits = { .states_max = 200000, .bytes_max = 1ull << 30, .count_interleavings = true };
    g_autoptr(Outcome) outcome = decide_with(scenario->program, &row->options, &limits, oracle);
    g_autoptr(Replay) replay = NULL;
    if (outcome->verdict == VERDICT_REFUTED && outcome->search->end == SEARCH_VIOLATION) {
        replay = replay_run(scenario->program, &row->options, outcome->trail, error);
        if (!replay)
            return false;
    }
    run_report_add(run, result_new(scenario, row, outcome, replay, expected));
    return true;
}

static bool add_file(RunReport *run, const char *file, Oracle *oracle, GError **error)
{
    g_autoptr(Source) source = source_load(file, error);
    g_autoptr(Scenario) scenario = source ? scenario_load(source, error) : NULL;
    if (!scenario)
        return false;
    for (guint i = 0; i < scenario->rows->len; i++) {
        const Row *row = &g_array_index(scenario->rows, Row, i);
        if (!add_row(run, scenario, row, row, oracle, error))
            return false;
    }
    const Row without = { .options = scenario_options(scenario) };
    return scenario->rows->len || add_row(run, scenario, &without, NULL, oracle, error);
}

int main(int argc, char **argv)
{
    g_autoptr(RunReport) run = run_report_new(argc > 1 ? argv[1] : "");
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    Oracle *oracle = oracle_new(ORACLE_SLOTS, &error);
    if (!oracle)
        g_error("%s", error->message);
    for (int i = 2; i < argc; i++)
        if (!add_file(run, argv[i], oracle, &error)) {
            run_report_add(run, result_new_error(argv[i], error));
            g_clear_error(&error);
        }
    gint64 start = g_get_monotonic_time();
    html_write(out, run);
    g_printerr("%u results, %" G_GSIZE_FORMAT " bytes, %.3f s\n", run->results->len, out->len,
               (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC);
    fwrite(out->str, 1, out->len, stdout); /* not in the encoding of the terminal */
    oracle_free(oracle);
    return 0;
}
