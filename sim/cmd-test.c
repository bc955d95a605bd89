/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/herd.h"
#include "sim/report.h"

typedef struct Tally {
    guint passed, failed;
    guint without; /* litmus tests that expect nothing */
} Tally;

static ExitStatus test_row(const Common *common, const Scenario *scenario, const Row *row, Tally *tally, GString *out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Replay) replay = NULL;
    g_autoptr(Outcome) outcome = decide_and_replay(common, scenario, row, &replay, &error);
    if (!outcome)
        return report_error(error);
    if (interrupted())
        return EXIT_INTERRUPTED;
    bool ok = as_expected(scenario, row, outcome);
    if (common->run)
        run_report_add(common->run, result_new(scenario, row, outcome, replay, row));
    *(ok ? &tally->passed : &tally->failed) += 1;
    if (!ok) {
        g_autofree char *mismatch = mismatch_text(scenario, row, outcome);
        g_string_append_printf(out, "%s\n", mismatch);
    } else if (!common->quiet) {
        g_autofree char *label = options_label(&row->options, row->preempt_given);
        g_autofree char *found = found_text(scenario, outcome);
        g_string_append_printf(out, "%s: ok [%s]: %s\n", scenario->file, label, found);
    }
    return ok ? EXIT_PROVED : EXIT_REFUTED;
}

/* ---- litmus tests */

/* What a litmus test expects: what its header says, else what its quantifier claims. An exists claims nothing. */
static LitmusResult expected_result(const LitmusTest *test)
{
    if (test->expected != LITMUS_UNKNOWN)
        return test->expected;
    switch (test->quantifier) {
    case QUANTIFIER_NOT_EXISTS:
        return LITMUS_NEVER;
    case QUANTIFIER_FORALL:
        return LITMUS_ALWAYS;
    case QUANTIFIER_EXISTS:
        break;
    }
    return LITMUS_UNKNOWN;
}

/* The result for reports: what was expected is put as the verdict on the test's condition. */
static Result *litmus_run_result(const Scenario *scenario, const Row *row, const Outcome *outcome, bool ok)
{
    Result *result = result_new(scenario, row, outcome, NULL, NULL);
    result->expects = true;
    result->as_expected = ok;
    result->expected = ok || outcome->verdict != VERDICT_PROVED ? VERDICT_PROVED : VERDICT_REFUTED;
    if (ok)
        result->expected = outcome->verdict;
    result->row_line = scenario->litmus->expected != LITMUS_UNKNOWN ? scenario->litmus->line
                                                                    : program_property(scenario->program, 0)->line;
    return result;
}

static ExitStatus test_litmus(const Common *common, const Scenario *scenario, const Row *row, Tally *tally,
                              GString *out)
{
    g_autoptr(GError) error = NULL;
    const Property *property = program_property(scenario->program, 0);
    LitmusResult expected = expected_result(scenario->litmus);
    g_autoptr(Outcome) outcome = common_decide(common, scenario, row, &error);
    if (!outcome)
        return report_error(error);
    if (interrupted())
        return EXIT_INTERRUPTED;
    g_auto(LitmusFindings) findings = litmus_findings(scenario, outcome);
    LitmusResult found_result = litmus_findings_result(&findings);
    g_autofree char *label = options_label(&row->options, false);
    bool ok = findings.complete && found_result == expected, stated = scenario->litmus->expected != LITMUS_UNKNOWN;
    if (common->run)
        run_report_add(common->run, litmus_run_result(scenario, row, outcome, ok));
    *(ok ? &tally->passed : &tally->failed) += 1;
    g_autofree char *found = findings.complete ? g_strdup(litmus_result_name(found_result))
                                               : g_strdup_printf("INCONCLUSIVE (%s)", findings.reason);
    if (!ok)
        g_string_append_printf(out, "%s:%u:%u: FAIL [%s]: expected %s, found %s\n", scenario->file,
                               stated ? scenario->litmus->line : property->line,
                               stated ? scenario->litmus->column : property->column, label,
                               litmus_result_name(expected), found);
    else if (!common->quiet)
        g_string_append_printf(out, "%s: ok [%s]: %s\n", scenario->file, label, found);
    return ok ? EXIT_PROVED : EXIT_REFUTED;
}

/* ---- the command */

typedef struct Test {
    Common common;
    Reports reports;
    Tally tally;
} Test;

static void test_clear(Test *test)
{
    common_clear(&test->common);
    reports_clear(&test->reports);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Test, test_clear)

/* A scenario's own; the one of a litmus test that expects something. */
static GArray *test_rows(gpointer data, const Scenario *scenario, GError **error)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(Row));
    (void)data, (void)error;
    if (scenario->rows->len)
        g_array_append_vals(rows, scenario->rows->data, scenario->rows->len);
    if (!scenario->litmus)
        return rows;
    Row row = { .options = scenario_options(scenario) };
    if (expected_result(scenario->litmus) != LITMUS_UNKNOWN)
        g_array_append_val(rows, row);
    return rows;
}

static ExitStatus test_scenario(gpointer data, const Scenario *scenario, const GArray *rows, GString *out)
{
    Test *test = data;
    ExitStatus status = EXIT_PROVED;
    test->tally.without += scenario->litmus && rows->len == 0;
    for (guint i = 0; i < rows->len && !interrupted(); i++) {
        const Row *row = &g_array_index(rows, Row, i);
        ExitStatus one = scenario->litmus ? test_litmus(&test->common, scenario, row, &test->tally, out)
                                          : test_row(&test->common, scenario, row, &test->tally, out);
        status = worse(status, one);
    }
    return status;
}

static void put_tally(const Tally *tally, GString *out)
{
    g_string_append_printf(out, "%u passed, %u failed", tally->passed, tally->failed);
    if (tally->without)
        g_string_append_printf(out, ", %u without expectation", tally->without);
    g_string_append_c(out, '\n');
}

int cmd_test(int argc, char **argv)
{
    g_auto(Test) test = { 0 };
    g_autoptr(GError) error = NULL;
    g_autofree char *command = command_line(argc, argv);
    ExitStatus status;
    const GOptionEntry extra[] = {
        REPORTS_ENTRIES(&test.reports, &test.common, "text|json|junit|tap|sarif|github|markdown|html"),
        G_OPTION_ENTRY_NULL,
    };
    if (!common_parse(&test.common, argc, argv, extra, "FILE|DIR|@LIST...",
                      "Compares every verdict with the scenario's own `expect` rows, or what a litmus test expects.",
                      &status))
        return status;
    if (common_overrides(&test.common)) {
        g_printerr("cmodx: test runs the scenarios' own rows; use check to try others\n");
        return EXIT_USAGE;
    }
    if (!test.common.files) {
        g_printerr("cmodx: test needs a scenario file or directory\n");
        return EXIT_USAGE;
    }
    if (!reports_prepare(&test.reports, &test.common, false, command, &error))
        return report_error(error);
    g_autoptr(GString) out = g_string_new(NULL);
    const ScenarioRun run = { test_rows, test_scenario, &test, false };
    status = each_scenario(&test.common, &run, out);
    if (test.tally.passed + test.tally.failed == 0 && status == EXIT_PROVED) {
        g_printerr("cmodx: nothing to test: no scenario with `expect` rows%s; `cmodx check` decides without\n",
                   test.tally.without ? ", no litmus test that expects something" : "");
        return test.reports.run && !reports_write(&test.reports, &test.common, out, &error) ? report_error(error)
                                                                                            : EXIT_NOTHING;
    }
    put_tally(&test.tally, out);
    if (!reports_write(&test.reports, &test.common, out, &error))
        status = worse(status, report_error(error));
    return interrupted() ? worse(status, EXIT_INTERRUPTED) : status;
}
