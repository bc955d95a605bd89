/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/cli.h"

typedef struct Tally {
    guint passed, failed;
} Tally;

static bool as_expected(const Scenario *scenario, const Row *row, const Outcome *outcome)
{
    if (outcome->verdict != row->verdict)
        return false;
    return !row->property ||
           property_is_called(program_property(scenario->program, (guint)outcome->violation.property), row->property);
}

static const char *found(const Scenario *scenario, const Outcome *outcome, GString *text)
{
    g_string_assign(text, verdict_name(outcome->verdict));
    if (outcome->verdict == VERDICT_REFUTED)
        g_string_append_printf(text, " (%s)",
                               program_property(scenario->program, (guint)outcome->violation.property)->name);
    if (outcome->verdict == VERDICT_INCONCLUSIVE)
        g_string_append_printf(text, " (%s)", outcome->reason);
    return text->str;
}

static ExitStatus test_row(const Common *common, const Scenario *scenario, const Row *row, Tally *tally, GString *out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Outcome) outcome = common_decide(common, scenario, row, &error);
    if (!outcome)
        return report_error(error);
    if (interrupted())
        return EXIT_INTERRUPTED;
    /* The counterexample of a refuted row has to replay, whether it is printed or not. */
    g_autoptr(Replay) replay = NULL;
    if (outcome->verdict == VERDICT_REFUTED && outcome->search->end == SEARCH_VIOLATION &&
        !(replay = replay_run(scenario->program, &row->options, outcome->trail, &error)))
        return report_error(error);
    bool ok = as_expected(scenario, row, outcome);
    g_autofree char *label = options_label(&row->options, row->preempt_given);
    g_autoptr(GString) text = g_string_new(NULL);
    *(ok ? &tally->passed : &tally->failed) += 1;
    if (!ok)
        g_string_append_printf(out, "%s:%u:%u: FAIL [%s]: expected %s%s%s%s, found %s\n", scenario->file, row->line,
                               row->column, label, verdict_name(row->verdict), row->property ? " (" : "",
                               row->property ? row->property : "", row->property ? ")" : "",
                               found(scenario, outcome, text));
    else if (!common->quiet)
        g_string_append_printf(out, "%s: ok [%s]: %s\n", scenario->file, label, found(scenario, outcome, text));
    return ok ? EXIT_PROVED : EXIT_REFUTED;
}

static ExitStatus test_file(const Common *common, const char *path, Tally *tally, GString *out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = load_file(path, &error);
    if (!scenario)
        return report_error(error);
    ExitStatus status = EXIT_PROVED;
    for (guint i = 0; i < scenario->rows->len && !interrupted(); i++)
        status = worse(status, test_row(common, scenario, &g_array_index(scenario->rows, Row, i), tally, out));
    return status;
}

int cmd_test(int argc, char **argv)
{
    g_auto(Common) common = { 0 };
    g_autoptr(GError) error = NULL;
    ExitStatus status;
    if (!common_parse(&common, argc, argv, NULL, "FILE|DIR...",
                      "Compares every verdict with the scenario's own `expect` rows.", &status))
        return status;
    if (common_overrides(&common)) {
        g_printerr("cmodx: test runs the scenarios' own rows; use check to try others\n");
        return EXIT_USAGE;
    }
    if (!common.files) {
        g_printerr("cmodx: test needs a scenario file or directory\n");
        return EXIT_USAGE;
    }
    g_autoptr(GPtrArray) files = scenario_files(common.files, &error);
    if (!files)
        return report_error(error);
    Tally tally = { 0 };
    g_autoptr(GString) out = g_string_new(NULL);
    status = EXIT_PROVED;
    for (guint i = 0; i < files->len && !interrupted(); i++)
        status = worse(status, test_file(&common, g_ptr_array_index(files, i), &tally, out));
    if (tally.passed + tally.failed == 0 && status == EXIT_PROVED) {
        g_printerr("cmodx: nothing to test: no scenario with `expect` rows\n");
        return EXIT_NOTHING;
    }
    g_string_append_printf(out, "%u passed, %u failed\n", tally.passed, tally.failed);
    if (!common_write(&common, out->str, &error))
        return report_error(error);
    return interrupted() ? EXIT_INTERRUPTED : status;
}
