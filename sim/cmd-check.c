/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/cli.h"

static ExitStatus check_row(const Common *common, const Scenario *scenario, const Row *row, GHashTable *told,
                            GString *out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Outcome) outcome = common_decide(common, scenario, row, &error);
    g_autoptr(Replay) replay = NULL;
    if (outcome && outcome->verdict == VERDICT_REFUTED && outcome->search->end == SEARCH_VIOLATION)
        replay = replay_run(scenario->program, &row->options, outcome->trail, &error);
    if (error)
        return report_error(error);
    TextStyle style = common_style(common);
    text_report(out, scenario, &row->options, row->preempt_given || outcome->stops, outcome, replay, told, &style);
    return interrupted() ? EXIT_INTERRUPTED : exit_of_verdict(outcome->verdict);
}

/* The report goes out file by file when it goes to stdout. */
static ExitStatus check_file(const Common *common, const char *path, GString *out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) rows = NULL;
    g_autoptr(Scenario) scenario = load_file(path, &error);
    if (!scenario || !common_rows(common, scenario, &rows, &error))
        return report_error(error);
    g_autoptr(GHashTable) told = text_told_new();
    ExitStatus status = EXIT_PROVED;
    for (guint i = 0; i < rows->len && !interrupted(); i++)
        status = worse(status, check_row(common, scenario, &g_array_index(rows, Row, i), told, out));
    return status;
}

int cmd_check(int argc, char **argv)
{
    g_auto(Common) common = { 0 };
    g_autoptr(GError) error = NULL;
    ExitStatus status;
    if (!common_parse(&common, argc, argv, NULL, "FILE|DIR...",
                      "Decides each scenario: PROVED, REFUTED with a counterexample, or INCONCLUSIVE.", &status))
        return status;
    g_autoptr(GPtrArray) files = scenario_files(common.files, &error);
    if (!files)
        return report_error(error);
    if (files->len == 0) {
        g_printerr("cmodx: check needs a scenario file or directory\n");
        return EXIT_USAGE;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    status = EXIT_PROVED;
    for (guint i = 0; i < files->len && !interrupted(); i++) {
        status = worse(status, check_file(&common, g_ptr_array_index(files, i), out));
        if (!common.output) {
            if (!common_write(&common, out->str, &error))
                return report_error(error);
            g_string_truncate(out, 0);
        }
    }
    if (common.output && !common_write(&common, out->str, &error))
        return report_error(error);
    return interrupted() ? EXIT_INTERRUPTED : status;
}
