/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/verdict.h"

#include "sim/machine/internal.h"
#include "sim/machine/replay.h"

const char *verdict_name(Verdict verdict)
{
    static const char *const names[] = { "PROVED", "REFUTED", "INCONCLUSIVE" };
    return names[verdict];
}

void outcome_free(Outcome *outcome)
{
    if (!outcome)
        return;
    search_result_free(outcome->search);
    g_array_unref(outcome->trail);
    g_free(outcome->reason);
    g_free(outcome);
}

static char *limit_reason(const SearchResult *result, const SearchOptions *limits)
{
    switch (result->end) {
    case SEARCH_STATES:
        return g_strdup_printf("stopped by --max-states %" G_GUINT64_FORMAT, limits->states_max);
    case SEARCH_BYTES:
        return g_strdup_printf("stopped by --max-memory %" G_GUINT64_FORMAT " MiB", limits->bytes_max >> 20);
    case SEARCH_STEPS:
        return g_strdup_printf("stopped by --max-steps %u", limits->steps_max);
    case SEARCH_STOPPED:
        return g_strdup("stopped");
    case SEARCH_COMPLETE:
    case SEARCH_VIOLATION:
        break;
    }
    return NULL;
}

/* An "exists" that no final state met: it is the whole search that refutes it, not one schedule. */
static int unreached(Machine *machine)
{
    const Program *program = machine_program(machine);
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind == PROPERTY_CONDITION && condition_quantifier(property->condition) == QUANTIFIER_EXISTS &&
            !machine_reached(machine, i))
            return (int)i;
    }
    return -1;
}

/* The name of a condition on final states, or NULL. */
static const char *first_condition(Machine *machine)
{
    int index = judge_property(machine, PROPERTY_CONDITION);
    return index < 0 ? NULL : program_property(machine_program(machine), (guint)index)->name;
}

static void conclude(Machine *machine, Outcome *outcome, const SearchOptions *limits)
{
    const SearchResult *result = outcome->search;
    if (result->end == SEARCH_VIOLATION) {
        outcome->verdict = VERDICT_REFUTED;
        tidy_trail(machine, outcome->trail);
        guint hart;
        outcome->violation = trail_violation(machine, outcome->trail, &hart);
    } else if (result->end != SEARCH_COMPLETE) {
        outcome->verdict = VERDICT_INCONCLUSIVE;
        outcome->reason = limit_reason(result, limits);
    } else if (result->out_of_model) {
        outcome->verdict = VERDICT_INCONCLUSIVE;
        outcome->reason = trail_out_of_model(machine, outcome->trail);
    } else if (machine_never_served(machine) >= 0) {
        const HartSpec *spec = program_hart(machine_program(machine), (guint)machine_never_served(machine));
        outcome->verdict = VERDICT_INCONCLUSIVE;
        outcome->reason =
            g_strdup_printf("%s waits for the other harts and in no run ever gets beyond it: a proof would "
                            "say nothing about what follows",
                            spec->name);
    } else if (result->final_states == 0 && first_condition(machine)) {
        outcome->verdict = VERDICT_INCONCLUSIVE;
        outcome->reason =
            g_strdup_printf("no run ever ends, so there is no final state to ask about: %s", first_condition(machine));
    } else if (unreached(machine) >= 0) {
        outcome->verdict = VERDICT_REFUTED;
        outcome->violation = (Violation){ .kind = VIOLATION_FINAL, .property = unreached(machine) };
    } else {
        outcome->verdict = VERDICT_PROVED;
    }
}

Outcome *decide(const Program *program, const Options *options, const SearchOptions *limits, GError **error)
{
    g_autoptr(Oracle) oracle = oracle_new(ORACLE_SLOTS, error);
    if (!oracle)
        return NULL;
    g_autoptr(Machine) machine = machine_new(program, options, oracle);
    Outcome *outcome = g_new0(Outcome, 1);
    outcome->violation.property = -1;
    outcome->search = search(machine_space(machine), limits);
    outcome->trail = g_array_ref(outcome->search->trail);
    conclude(machine, outcome, limits);
    outcome->stops = machine_stops(machine);
    machine_counts(machine, &outcome->tasks, &outcome->worlds);
    outcome->oracle_steps = oracle_steps(oracle);
    outcome->oracle_words = oracle_words(oracle);
    return outcome;
}
