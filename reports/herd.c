/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/herd.h"

#include <string.h>

void litmus_findings_clear(LitmusFindings *findings)
{
    g_free(findings->reason);
    g_free(findings->values);
    g_free(findings->holds);
}

/* ---- states */

static const ConditionPlace *observed_place(const Program *program, guint i)
{
    return &g_array_index(program->observed, ConditionPlace, i);
}

/* Numbers as they are printed: signed, place by place. */
static gint state_compare(gconstpointer a, gconstpointer b, gpointer n_places)
{
    const uint64_t *x = a, *y = b;
    for (guint i = 0; i < GPOINTER_TO_UINT(n_places); i++)
        if (x[i] != y[i])
            return (int64_t)x[i] < (int64_t)y[i] ? -1 : 1;
    return 0;
}

/* A test that observes nothing has one final state, if it has any. */
static void take_states(LitmusFindings *findings, const Program *program, const Outcome *outcome)
{
    guint n_places = findings->n_places = program->observed->len;
    if (n_places == 0) {
        findings->n_states = outcome->search->final_states != 0;
        return;
    }
    if (!outcome->states)
        return;
    guint n = findings->n_states = outcome->states->len / n_places;
    findings->values = g_new(uint64_t, (gsize)n * n_places + 1);
    for (guint i = 0; i < n * n_places; i++)
        findings->values[i] =
            condition_place_value(observed_place(program, i % n_places), g_array_index(outcome->states, uint64_t, i));
    if (n)
        g_qsort_with_data(findings->values, (gint)n, n_places * sizeof(uint64_t), state_compare,
                          GUINT_TO_POINTER(n_places));
}

typedef struct Final {
    const Program *program;
    const uint64_t *values;
} Final;

static uint64_t find_value(const Final *final, const ConditionPlace *place)
{
    for (guint i = 0; i < final->program->observed->len; i++)
        if (condition_place_equal(observed_place(final->program, i), place))
            return final->values[i];
    g_assert_not_reached();
}

static uint64_t final_register(gpointer data, guint hart, guint number)
{
    return find_value(data, &(ConditionPlace){ .hart = hart, .number = number });
}

static uint64_t final_memory(gpointer data, uint64_t address, guint size)
{
    return find_value(data, &(ConditionPlace){ .is_memory = true, .address = address, .size = size });
}

static void judge_states(LitmusFindings *findings, const Program *program)
{
    findings->holds = g_new0(bool, findings->n_states + 1);
    for (guint i = 0; i < findings->n_states; i++) {
        Final final = { program, findings->values + (gsize)i * findings->n_places };
        ConditionState state = { final_register, final_memory, &final };
        findings->holds[i] = condition_holds(program_property(program, 0)->condition, &state);
        findings->n_positive += findings->holds[i];
    }
}

/* ---- the verdict */

/* Why the states found may not be all there are, or NULL. */
static char *doubt(const Program *program, const Outcome *outcome)
{
    if (outcome->verdict == VERDICT_INCONCLUSIVE)
        return g_strdup(outcome->reason);
    if (outcome->verdict == VERDICT_REFUTED && outcome->violation.property < 0)
        return g_strdup("a hart traps or leaves the code, which a final state cannot tell");
    if (outcome->incomplete)
        return g_strdup(outcome->incomplete);
    if (program->observed->len && !outcome->states)
        return g_strdup("the final states are not known");
    return NULL;
}

LitmusFindings litmus_findings(const Scenario *scenario, const Outcome *outcome)
{
    const Program *program = scenario->program;
    LitmusFindings findings = { .reason = doubt(program, outcome) };
    take_states(&findings, program, outcome);
    judge_states(&findings, program);
    guint positive = findings.n_positive, negative = findings.n_states - positive;
    const bool ok[] = {
        [QUANTIFIER_EXISTS] = positive > 0, [QUANTIFIER_NOT_EXISTS] = positive == 0, [QUANTIFIER_FORALL] = negative == 0
    };
    findings.complete = !findings.reason;
    findings.decided = findings.complete || outcome->incomplete;
    findings.ok = ok[scenario->litmus->quantifier];
    findings.bound = outcome->cut != SEARCH_COMPLETE;
    return findings;
}

LitmusResult litmus_findings_result(const LitmusFindings *findings)
{
    if (findings->n_positive && findings->n_positive < findings->n_states)
        return LITMUS_SOMETIMES; /* whatever may still be found */
    if (!findings->complete)
        return LITMUS_UNKNOWN;
    return findings->n_positive ? LITMUS_ALWAYS : LITMUS_NEVER;
}

/* ---- herd's format */

static void put_state(GString *out, const LitmusTest *test, const LitmusFindings *findings, guint state)
{
    for (guint i = 0; i < findings->n_places; i++) {
        g_string_append_printf(out, "%s%s=", i ? " " : "", (const char *)g_ptr_array_index(test->places, i));
        litmus_put_value(test, findings->values[(gsize)state * findings->n_places + i], out);
        g_string_append_c(out, ';');
    }
    g_string_append_c(out, '\n');
}

void herd_report(GString *out, const Scenario *scenario, const LitmusFindings *findings)
{
    static const char *const kinds[] = {
        [QUANTIFIER_EXISTS] = "Allowed", [QUANTIFIER_NOT_EXISTS] = "Forbidden", [QUANTIFIER_FORALL] = "Required"
    };
    static const char *const quantifiers[] = {
        [QUANTIFIER_EXISTS] = "exists", [QUANTIFIER_NOT_EXISTS] = "~exists", [QUANTIFIER_FORALL] = "forall"
    };
    const LitmusTest *test = scenario->litmus;
    guint positive = findings->n_positive, negative = findings->n_states - positive;
    bool swapped = test->quantifier == QUANTIFIER_NOT_EXISTS;
    g_string_append_printf(out, "Test %s %s\nStates %u\n", scenario->name, kinds[test->quantifier], findings->n_states);
    for (guint i = 0; i < findings->n_states; i++)
        put_state(out, test, findings, i);
    g_string_append_printf(out, "%s%s\nWitnesses\n", findings->bound ? "Loop " : "",
                           !findings->complete ? "Undef"
                           : findings->ok      ? "Ok"
                                               : "No");
    g_string_append_printf(out, "Positive: %u Negative: %u\n", swapped ? negative : positive,
                           swapped ? positive : negative);
    g_string_append_printf(out, "Condition %s (%s)\n", quantifiers[test->quantifier], test->proposition);
    g_string_append_printf(out, "Observation %s %s %u %u\n\n", scenario->name,
                           litmus_result_name(litmus_findings_result(findings)), positive, negative);
}
