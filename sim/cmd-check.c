/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/dot.h"
#include "reports/herd.h"
#include "reports/kinds.h"
#include "sim/base/error.h"
#include "sim/report.h"

#define NODES_UNSET G_MININT64

enum {
    NODES_MAX = 10000 /* more than Graphviz can draw */
};

typedef struct Check {
    Common common;
    Reports reports;
    Kinds *kinds; /* of --kinds, or NULL */
    guint agree, differ, undecided, without_kind;
    const Model *told; /* --format herd: the model that stderr has been told */
    char *graph;       /* --graph, or NULL */
    gint64 graph_nodes;
} Check;

static void check_clear(Check *check)
{
    common_clear(&check->common);
    reports_clear(&check->reports);
    kinds_free(check->kinds);
    g_free(check->graph);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Check, check_clear)

/* ---- litmus tests */

/* herd's format has no room for the model that a result is for, nor for why there is none. */
static void say_apart(Check *check, const Scenario *scenario, const Options *options, const LitmusFindings *findings)
{
    if (check->told != options->model && !check->common.quiet)
        g_printerr("cmodx: model %s: %s\n", options->model->name, options->model->summary);
    check->told = options->model;
    if (!findings->complete)
        g_printerr("%s: INCONCLUSIVE: %s\n", scenario->file, findings->reason);
}

static ExitStatus compare_kind(Check *check, const Scenario *scenario, const Options *options,
                               const LitmusFindings *findings, GString *out)
{
    Kind kind;
    g_autofree char *label = options_label(options, false);
    const char *observed = litmus_result_name(litmus_findings_result(findings));
    if (!kinds_find(check->kinds, scenario->name, &kind)) {
        check->without_kind++;
        g_string_append_printf(out, "%s: %s: no kind in %s, observed %s [%s]\n", scenario->file, scenario->name,
                               check->common.kinds_file, findings->complete ? observed : "nothing", label);
        return EXIT_INCONCLUSIVE;
    }
    if (!findings->complete) {
        check->undecided++;
        g_string_append_printf(out, "%s: %s: expected %s, undecided: %s [%s]\n", scenario->file, scenario->name,
                               kind_name(kind), findings->reason, label);
        return EXIT_INCONCLUSIVE;
    }
    if (kind_agrees(kind, litmus_findings_result(findings))) {
        check->agree++;
        return EXIT_PROVED;
    }
    check->differ++;
    g_string_append_printf(out, "%s: %s: expected %s, observed %s [%s]\n", scenario->file, scenario->name,
                           kind_name(kind), observed, label);
    return EXIT_REFUTED;
}

/* An exists that is decided is an answer, whichever it is. */
static ExitStatus exit_of_findings(const Scenario *scenario, const LitmusFindings *findings)
{
    if (!findings->decided)
        return EXIT_INCONCLUSIVE;
    return findings->ok || scenario->litmus->quantifier == QUANTIFIER_EXISTS ? EXIT_PROVED : EXIT_REFUTED;
}

static ExitStatus check_litmus(Check *check, const Scenario *scenario, const Row *row, const Outcome *outcome,
                               GString *out)
{
    g_auto(LitmusFindings) findings = litmus_findings(scenario, outcome);
    TextStyle style = common_style(&check->common);
    if (check->common.run)
        run_report_add(check->common.run, result_new(scenario, row, outcome, NULL, NULL));
    if (check->kinds)
        return interrupted() ? EXIT_INTERRUPTED : compare_kind(check, scenario, &row->options, &findings, out);
    if (check->reports.herd) {
        say_apart(check, scenario, &row->options, &findings);
        herd_report(out, scenario, &findings);
    } else {
        g_autoptr(GError) error = NULL;
        g_autoptr(Replay) replay = NULL;
        if (outcome->trail->len && findings.decided && !style.quiet)
            replay = replay_run(scenario->program, &row->options, outcome->trail, &error);
        if (error)
            return report_error(error);
        litmus_report(out, scenario, &row->options, outcome, &findings, replay, &style);
    }
    return interrupted() ? EXIT_INTERRUPTED : exit_of_findings(scenario, &findings);
}

/* ---- graphs */

/* The row is decided, however long that takes; what the graph is of is within bounds of its own. */
static ExitStatus draw_row(Check *check, const Scenario *scenario, const Row *row, GString *out)
{
    g_autoptr(GError) error = NULL;
    guint nodes_max = (guint)check->graph_nodes;
    g_autoptr(TimelineTree) tree = timeline_tree_new(nodes_max * DOT_EXPLORED);
    check->common.tree = tree;
    g_autoptr(Outcome) outcome = common_decide(&check->common, scenario, row, &error);
    check->common.tree = NULL;
    Oracle *oracle = outcome ? common_oracle(&check->common, &error) : NULL;
    if (error)
        return report_error(error);
    if (interrupted())
        return EXIT_INTERRUPTED;
    DotSubject subject = { scenario, &row->options, row->preempt_given || outcome->stops, outcome, nodes_max };
    if (program_uses_timelines(scenario->program, &row->options))
        dot_put_timelines(out, &subject, tree);
    else
        dot_put_states(out, &subject, oracle);
    if (!scenario->litmus)
        return exit_of_verdict(outcome->verdict);
    g_auto(LitmusFindings) findings = litmus_findings(scenario, outcome);
    return exit_of_findings(scenario, &findings);
}

/* ---- one row */

static ExitStatus check_row(Check *check, const Scenario *scenario, const Row *row, GHashTable *told, GString *out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Outcome) outcome = common_decide(&check->common, scenario, row, &error);
    g_autoptr(Replay) replay = NULL;
    if (outcome && scenario->litmus)
        return check_litmus(check, scenario, row, outcome, out);
    if (outcome && outcome->verdict == VERDICT_REFUTED && outcome->search->end == SEARCH_VIOLATION)
        replay = replay_run(scenario->program, &row->options, outcome->trail, &error);
    if (error)
        return report_error(error);
    TextStyle style = common_style(&check->common);
    if (check->common.run && outcome)
        run_report_add(check->common.run, result_new(scenario, row, outcome, replay, NULL));
    text_report(out, scenario, &row->options, row->preempt_given || outcome->stops, outcome, replay, told, &style);
    return interrupted() ? EXIT_INTERRUPTED : exit_of_verdict(outcome->verdict);
}

/* The one row that a search is taken up again with. */
static GArray *row_resumed(const Checkpoint *from, const Scenario *scenario, GError **error)
{
    if (!checkpoint_suits(from, scenario, error))
        return NULL;
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(Row));
    Row row = checkpoint_row(from);
    g_array_append_val(rows, row);
    return rows;
}

static GArray *check_rows(gpointer data, const Scenario *scenario, GError **error)
{
    const Check *check = data;
    GArray *rows = NULL;
    if (!scenario->litmus && (check->reports.herd || check->kinds)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s is no litmus test: --format herd and --kinds are for these",
                    scenario->file);
        return NULL;
    }
    if (check->common.from)
        rows = row_resumed(check->common.from, scenario, error);
    else if (!common_rows(&check->common, scenario, &rows, error))
        return NULL;
    if (rows && rows->len > 1 && checkpoint_named(&check->common)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                    "--checkpoint FILE keeps one search, and %s has %u: choose with --model and the like, or say auto",
                    scenario->file, rows->len);
        g_array_unref(rows);
        return NULL;
    }
    /* herd's format and kinds have no room for an execution. */
    for (guint i = 0; rows && i < rows->len; i++)
        g_array_index(rows, Row, i).options.witness = scenario->litmus && !check->reports.herd && !check->kinds;
    return rows;
}

static ExitStatus check_scenario(gpointer data, const Scenario *scenario, const GArray *rows, GString *out)
{
    Check *check = data;
    g_autoptr(GHashTable) told = text_told_new();
    ExitStatus status = EXIT_PROVED;
    for (guint i = 0; i < rows->len && !interrupted(); i++) {
        const Row *row = &g_array_index(rows, Row, i);
        status = worse(status,
                       check->graph ? draw_row(check, scenario, row, out) : check_row(check, scenario, row, told, out));
    }
    return status;
}

/* ---- the command */

static void put_kinds(const Check *check, GString *out)
{
    guint unused = kinds_unused(check->kinds);
    g_string_append_printf(out, "%u agree, %u differ, %u undecided, %u without a kind", check->agree, check->differ,
                           check->undecided, check->without_kind);
    if (unused)
        g_string_append_printf(out, "; %u name%s in %s not run", unused, unused == 1 ? "" : "s",
                               check->common.kinds_file);
    g_string_append_c(out, '\n');
}

static bool usage_error(const char *message, GError **error)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s", message);
    return false;
}

/* A graph is written in place of any other result. */
static bool prepare_graph(const Check *check, GError **error)
{
    const char *format = check->reports.format;
    if (!graph_kind_check(check->graph, error))
        return false;
    if (!check->graph && check->graph_nodes != NODES_UNSET)
        return usage_error("--graph-nodes is for --graph dot", error);
    if (check->graph && format && !g_str_equal(format, "text"))
        return usage_error("--graph and --format exclude each other: a graph is written in place of results", error);
    if (check->graph && (check->common.reports || check->common.kinds_file))
        return usage_error("--graph goes with neither --report nor --kinds: a graph is written in place of results",
                           error);
    if (check->graph && check->common.quiet)
        return usage_error("--graph and --quiet exclude each other: there are no verdict lines beside a graph", error);
    if (check->graph && (check->common.resume || check->common.checkpoint))
        return usage_error("--graph goes with neither --resume nor --checkpoint: it is of a whole search", error);
    if (check->graph_nodes != NODES_UNSET && (check->graph_nodes < 1 || check->graph_nodes > NODES_MAX))
        return usage_error("--graph-nodes takes a number from 1 to 10000", error);
    return true;
}

static bool prepare(Check *check, const char *command, GError **error)
{
    if (!prepare_graph(check, error))
        return false;
    if (check->graph_nodes == NODES_UNSET)
        check->graph_nodes = DOT_NODES_DEFAULT;
    if (check->graph)
        check->common.n_jobs = 1; /* there is one tree at a time */
    check->common.keeps = !check->graph;
    if (!reports_prepare(&check->reports, &check->common, true, command, error))
        return false;
    return !check->common.kinds_file || (check->kinds = kinds_load(check->common.kinds_file, error));
}

/* Opens the search to go on with. */
static bool prepare_resume(Common *common, guint n_files, GError **error)
{
    if (n_files != 1 && checkpoint_named(common)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                    "--checkpoint FILE keeps one search: it takes one scenario file, or say auto");
        return false;
    }
    if (!common->resume)
        return true;
    if (n_files != 1 || common_overrides(common)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--resume %s",
                    n_files != 1 ? "goes on with one search: it takes one scenario file"
                                 : "goes on with the model and options that the search was begun with");
        return false;
    }
    common->from = checkpoint_open(common->resume, error);
    return common->from != NULL;
}

int cmd_check(int argc, char **argv)
{
    g_auto(Check) check = { .graph_nodes = NODES_UNSET };
    g_autoptr(GError) error = NULL;
    g_autofree char *command = command_line(argc, argv);
    ExitStatus status;
    const GOptionEntry extra[] = {
        REPORTS_ENTRIES(&check.reports, &check.common, "text|json|junit|tap|sarif|github|markdown|html|herd"),
        { "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &check.common.checkpoint,
          "where a search is kept that is cut short", "auto|never|FILE" },
        { "checkpoint-every", 0, 0, G_OPTION_ARG_STRING, &check.common.checkpoint_every,
          "how often it is kept while it runs (10s)", "SECONDS[s|m|h]" },
        { "resume", 0, 0, G_OPTION_ARG_FILENAME, &check.common.resume, "go on with a search that was kept", "FILE" },
        { "kinds", 0, 0, G_OPTION_ARG_FILENAME, &check.common.kinds_file,
          "compare litmus tests with a kinds file (NAME Allow|Forbid|Require)", "FILE" },
        { "graph", 0, 0, G_OPTION_ARG_STRING, &check.graph, "write what is explored as a graph, in place of results",
          "dot" },
        { "graph-nodes", 0, 0, G_OPTION_ARG_INT64, &check.graph_nodes, "how many nodes a graph may have (200)", "N" },
        G_OPTION_ENTRY_NULL,
    };
    if (!common_parse(&check.common, argc, argv, extra, "FILE|DIR|@LIST...",
                      "Decides each scenario: PROVED, REFUTED with a counterexample, or INCONCLUSIVE. Litmus tests\n"
                      "that ask `exists` are answered with reachable or not reachable.",
                      &status))
        return status;
    if (!prepare(&check, command, &error))
        return report_error(error);
    const GPtrArray *files = common_files(&check.common, &error);
    if (!files)
        return report_error(error);
    if (files->len == 0) {
        g_printerr("cmodx: check needs a scenario file or directory\n");
        return EXIT_USAGE;
    }
    if (!prepare_resume(&check.common, files->len, &error))
        return report_error(error);
    g_autoptr(GString) out = g_string_new(NULL);
    const ScenarioRun run = { check_rows, check_scenario, &check, !check.reports.format };
    status = each_scenario(&check.common, &run, out);
    if (check.kinds)
        put_kinds(&check, out);
    if (!reports_write(&check.reports, &check.common, out, &error))
        status = worse(status, report_error(error));
    return interrupted() ? worse(status, EXIT_INTERRUPTED) : status;
}
