/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is reported of final states, which are made up here: nothing is run. */
#include "reports/herd.h"
#include "reports/kinds.h"
#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

#define TEST(condition) \
    "RISCV T+po\n{ 0:x6=x; 0:x7=P0:L; }\n P0 ;\n L: nop ;\nlocations [x;0:x5;0:x6;0:x7]\n" condition "\n"

static Scenario *load(const char *text)
{
    g_autoptr(Source) source = source_new("t.litmus", text, strlen(text));
    Scenario *scenario;
    GError *error;
    litmus_load((const Source *const *)&source, 1, &scenario, &error);
    cr_assert_not_null(scenario, "%s", error ? error->message : "");
    return scenario;
}

/* What decide() would return: n states of 0:x5, 0:x6, 0:x7, [x]. */
static Outcome *outcome_new(Verdict verdict, const uint64_t (*states)[4], guint n)
{
    Outcome *outcome = g_new0(Outcome, 1);
    outcome->verdict = verdict;
    outcome->violation.property = verdict == VERDICT_REFUTED ? 0 : -1;
    outcome->search = g_new0(SearchResult, 1);
    outcome->search->end = verdict == VERDICT_INCONCLUSIVE ? SEARCH_STATES : SEARCH_COMPLETE;
    outcome->cut = outcome->search->end;
    outcome->search->final_states = n;
    outcome->search->progress.states = 1234;
    outcome->search->progress.transitions = 1;
    outcome->reason = verdict == VERDICT_INCONCLUSIVE ? g_strdup("stopped by --max-states 9") : NULL;
    outcome->states = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    if (n)
        g_array_append_vals(outcome->states, states, n * 4);
    return outcome;
}

static void outcome_drop(Outcome *outcome)
{
    g_free(outcome->search);
    g_free(outcome->reason);
    g_array_unref(outcome->states);
    g_free(outcome);
}

#define X  0x11000000u
#define P0 0x10000000u

static const uint64_t states[][4] = {
    { 1, X, P0, 0xffffffff }, { 1, X, P0, 2 }, { (uint64_t)-1, X, P0, 10 }, { 0, 3, P0, 9 }
};

static char *herd(const char *text, Verdict verdict, guint n)
{
    g_autoptr(Scenario) scenario = load(text);
    Outcome *outcome = outcome_new(verdict, states, n);
    g_auto(LitmusFindings) findings = litmus_findings(scenario, outcome);
    GString *out = g_string_new(NULL);
    herd_report(out, scenario, &findings);
    outcome_drop(outcome);
    return g_string_free(out, FALSE);
}

#define STATES4                             \
    "States 4\n"                            \
    "0:x5=-1; 0:x6=x; 0:x7=P0:L; [x]=10;\n" \
    "0:x5=0; 0:x6=3; 0:x7=P0:L; [x]=9;\n"   \
    "0:x5=1; 0:x6=x; 0:x7=P0:L; [x]=-1;\n"  \
    "0:x5=1; 0:x6=x; 0:x7=P0:L; [x]=2;\n"

typedef struct HerdRow {
    const char *condition;
    Verdict verdict;
    guint n;
    const char *expected;
} HerdRow;

/* clang-format off */
static const HerdRow herd_rows[] = {
    { "exists (0:x5=1)", VERDICT_PROVED, 4,
      "Test T+po Allowed\n" STATES4 "Ok\nWitnesses\nPositive: 2 Negative: 2\n"
      "Condition exists (0:x5=1)\nObservation T+po Sometimes 2 2\n\n" },
    { "exists (0:x5=7 /\\ x=0xffffffff)", VERDICT_REFUTED, 4,
      "Test T+po Allowed\n" STATES4 "No\nWitnesses\nPositive: 0 Negative: 4\n"
      "Condition exists (0:x5=7 /\\ [x]=4294967295)\nObservation T+po Never 0 4\n\n" },
    { "~exists (0:x5=1 /\\ x=0xffffffff)", VERDICT_REFUTED, 4,
      "Test T+po Forbidden\n" STATES4 "No\nWitnesses\nPositive: 3 Negative: 1\n"
      "Condition ~exists (0:x5=1 /\\ [x]=4294967295)\nObservation T+po Sometimes 1 3\n\n" },
    { "~exists (0:x5=5)", VERDICT_PROVED, 0,
      "Test T+po Forbidden\nStates 0\nOk\nWitnesses\nPositive: 0 Negative: 0\n"
      "Condition ~exists (0:x5=5)\nObservation T+po Never 0 0\n\n" },
    { "forall (0:x5=1 \\/ 0:x5=-1 \\/ 0:x6=3)", VERDICT_PROVED, 4,
      "Test T+po Required\n" STATES4 "Ok\nWitnesses\nPositive: 4 Negative: 0\n"
      "Condition forall (0:x5=1 \\/ 0:x5=-1 \\/ 0:x6=3)\nObservation T+po Always 4 0\n\n" },
    { "exists (0:x5=5)", VERDICT_INCONCLUSIVE, 4,
      "Test T+po Allowed\n" STATES4 "Loop Undef\nWitnesses\nPositive: 0 Negative: 4\n"
      "Condition exists (0:x5=5)\nObservation T+po Undef 0 4\n\n" },
    { "exists (0:x5=1)", VERDICT_INCONCLUSIVE, 4,
      "Test T+po Allowed\n" STATES4 "Loop Undef\nWitnesses\nPositive: 2 Negative: 2\n"
      "Condition exists (0:x5=1)\nObservation T+po Sometimes 2 2\n\n" },
};
/* clang-format on */

Test(litmus_report, in_the_format_of_herd)
{
    for (guint i = 0; i < G_N_ELEMENTS(herd_rows); i++) {
        const HerdRow *row = &herd_rows[i];
        g_autofree char *text = g_strconcat(TEST(""), row->condition, "\n", NULL);
        g_autofree char *found = herd(text, row->verdict, row->n);
        cr_expect_str_eq(found, row->expected, "%s:\n%s", row->condition, found);
    }
}

Test(litmus_report, a_test_that_observes_nothing)
{
    g_autofree char *found = herd("RISCV t\n{ }\n P0 ;\n nop ;\nforall true\n", VERDICT_PROVED, 1);
    cr_expect_str_eq(found, "Test t Required\nStates 1\n\nOk\nWitnesses\nPositive: 1 Negative: 0\n"
                            "Condition forall (true)\nObservation t Always 1 0\n\n");
}

static char *text_of(const char *condition, Verdict verdict, bool quiet)
{
    g_autofree char *text = g_strconcat(TEST(""), condition, "\n", NULL);
    g_autoptr(Scenario) scenario = load(text);
    Outcome *outcome = outcome_new(verdict, states, 2);
    g_auto(LitmusFindings) findings = litmus_findings(scenario, outcome);
    Options options = scenario_options(scenario);
    TextStyle style = { .quiet = quiet };
    GString *out = g_string_new(NULL);
    litmus_report(out, scenario, &options, outcome, &findings, NULL, &style);
    outcome_drop(outcome);
    /* the label of the options is not of this test's making */
    char *report = g_string_free(out, FALSE), *label = strstr(report, "[data-only"), *end = strchr(label, ']');
    memmove(label + 1, end, strlen(end) + 1);
    return report;
}

#define COUNTS "  every ordering explored: 1,234 states, 1 transition\n"

#define TWO_STATES                             \
    "    0:x5=1; 0:x6=x; 0:x7=P0:L; [x]=-1;\n" \
    "  * 0:x5=1; 0:x6=x; 0:x7=P0:L; [x]=2;\n"

Test(litmus_report, for_people)
{
    g_autofree char *reachable = text_of("exists\n (x=2)", VERDICT_PROVED, false);
    cr_expect_str_eq(reachable,
                     "t.litmus:7:1: exists (x=2): reachable []\n" COUNTS
                     "  2 final states, 1 as in the condition (*)\n" TWO_STATES,
                     "%s", reachable);
    g_autofree char *unreachable = text_of("exists (x=3)", VERDICT_REFUTED, true);
    cr_expect_str_eq(unreachable, "t.litmus:7:1: exists (x=3): not reachable []\n", "%s", unreachable);
    g_autofree char *proved = text_of("~exists (x=3)", VERDICT_PROVED, true);
    cr_expect_str_eq(proved, "t.litmus:7:1: PROVED: ~exists (x=3) []\n", "%s", proved);
    g_autofree char *refuted = text_of("forall (x=2)", VERDICT_REFUTED, true);
    cr_expect_str_eq(refuted, "t.litmus:7:1: REFUTED: forall (x=2) []\n", "%s", refuted);
    g_autofree char *unknown = text_of("exists (x=2)", VERDICT_INCONCLUSIVE, false);
    cr_expect_str_eq(unknown,
                     "t.litmus:7:1: INCONCLUSIVE: exists (x=2) []\n  stopped by --max-states 9\n"
                     "  explored: 1,234 states, 1 transition\n"
                     "  2 final states found, 1 as in the condition (*)\n" TWO_STATES,
                     "%s", unknown);
}

/* ---- kinds */

static Kinds *kinds(const char *text, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("cmodx-kinds-XXXXXX", &path, NULL);
    cr_assert(fd >= 0 && g_close(fd, NULL) && g_file_set_contents(path, text, -1, NULL));
    Kinds *result = kinds_load(path, error);
    g_unlink(path);
    return result;
}

Test(litmus_report, kinds_files)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Kinds) k = kinds("# of herd\nA Allow\n\n  B\tForbidden  \nC+po Require\nA Allow\n", &error);
    cr_assert_not_null(k, "%s", error ? error->message : "");
    Kind kind;
    cr_expect(kinds_find(k, "A", &kind) && kind == KIND_ALLOW);
    cr_expect(kinds_find(k, "C+po", &kind) && kind == KIND_REQUIRE);
    cr_expect(!kinds_find(k, "D", &kind));
    cr_expect_eq(kinds_unused(k), 1);
    static const bool agrees[][4] = { { 0, 0, 1, 1 }, { 0, 1, 0, 0 }, { 0, 0, 0, 1 } };
    for (guint i = 0; i < 3; i++)
        for (guint r = LITMUS_NEVER; r <= LITMUS_ALWAYS; r++)
            cr_expect_eq(kind_agrees((Kind)i, (LitmusResult)r), agrees[i][r]);
}

Test(litmus_report, bad_kinds_files)
{
    static const char *const rows[][2] = {
        { "A Alow\n", ":1:3: error: expected NAME and Allow, Forbid or Require; did you mean 'Allow'?" },
        { "A\n", ":1:2: error: expected NAME and Allow, Forbid or Require" },
        { "A Allow\n A Forbid\n", ":2:2: error: 'A' is Allow in an earlier line" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Kinds) k = kinds(rows[i][0], &error);
        cr_expect_null(k);
        cr_expect(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO));
        *strchrnul(error->message, '\n') = '\0';
        cr_expect(g_str_has_suffix(error->message, rows[i][1]), "%s", error->message);
    }
}
