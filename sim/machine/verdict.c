/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/verdict.h"

#include "sim/machine/internal.h"
#include "sim/machine/replay.h"
#include "sim/machine/timelines.h"

const char *verdict_name(Verdict verdict)
{
    static const char *const names[] = { "PROVED", "REFUTED", "INCONCLUSIVE" };
    return names[verdict];
}

const char *doubt_name(Doubt doubt)
{
    static const char *const names[] = {
        NULL,          "max-states",        "max-memory",   "max-steps",      "timeout",
        "interrupted", "outside-the-model", "never-served", "no-final-state", "any-number"
    };
    g_assert(doubt < G_N_ELEMENTS(names));
    return names[doubt];
}

void outcome_free(Outcome *outcome)
{
    if (!outcome)
        return;
    search_result_free(outcome->search);
    g_clear_pointer(&outcome->trail, g_array_unref);
    g_clear_pointer(&outcome->states, g_array_unref);
    g_free(outcome->reason);
    g_free(outcome->incomplete);
    g_free(outcome->checkpoint);
    g_free(outcome->any);
    g_free(outcome);
}

static void doubts(Outcome *outcome, Doubt doubt, char *reason)
{
    outcome->verdict = VERDICT_INCONCLUSIVE;
    outcome->doubt = doubt;
    outcome->reason = reason;
}

/* What has been read of a search that was kept is no state of one: nothing may be asked of it. */
static bool makes_no_sense(const SearchOptions *limits)
{
    return limits->resume && archive_failed(limits->resume);
}

/* What a limit has done to the search. */
static char *limit_text(SearchEnd cut, const SearchOptions *limits)
{
    switch (cut) {
    case SEARCH_STATES:
        return g_strdup_printf("stopped by --max-states %" G_GUINT64_FORMAT, limits->states_max);
    case SEARCH_BYTES:
        return g_strdup_printf("stopped by --max-memory %" G_GUINT64_FORMAT " MiB", limits->bytes_max >> 20);
    case SEARCH_STEPS:
        return limits->steps_max ? g_strdup_printf("stopped by --max-steps %u", limits->steps_max)
                                 : g_strdup("stopped by --max-steps, in a run that this one continues");
    case SEARCH_STOPPED:
        return g_strdup("interrupted");
    case SEARCH_COMPLETE:
    case SEARCH_VIOLATION:
        break;
    }
    g_assert_not_reached();
}

static void doubt_limit(Outcome *outcome, const SearchOptions *limits)
{
    static const Doubt codes[] = { [SEARCH_STATES] = DOUBT_STATES,
                                   [SEARCH_BYTES] = DOUBT_MEMORY,
                                   [SEARCH_STEPS] = DOUBT_STEPS,
                                   [SEARCH_STOPPED] = DOUBT_INTERRUPTED };
    doubts(outcome, codes[outcome->cut], limit_text(outcome->cut, limits));
}

/* An "exists" that no final state met: it is the whole search that refutes it, not one schedule. */
static int unreached(Machine *machine, const Timelines *timelines)
{
    const Program *program = machine_program(machine);
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind == PROPERTY_CONDITION && condition_quantifier(property->condition) == QUANTIFIER_EXISTS &&
            !(timelines ? timelines_reached(timelines, i) : machine_reached(machine, i)))
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

/* What a complete search without a violation comes to. */
static void conclude_complete(Machine *machine, const Timelines *timelines, Outcome *outcome)
{
    const Program *program = machine_program(machine);
    if (machine_never_served(machine) >= 0) {
        const HartSpec *spec = program_hart(program, (guint)machine_never_served(machine));
        doubts(outcome, DOUBT_STARVED,
               g_strdup_printf("%s waits for the other harts and in no run ever gets beyond it: a proof would "
                               "say nothing about what follows",
                               spec->name));
    } else if (outcome->search->final_states == 0 && first_condition(machine)) {
        doubts(
            outcome, DOUBT_ENDLESS,
            g_strdup_printf("no run ever ends, so there is no final state to ask about: %s", first_condition(machine)));
    } else if (unreached(machine, timelines) >= 0) {
        outcome->verdict = VERDICT_REFUTED;
        outcome->violation = (Violation){ .kind = VIOLATION_FINAL, .property = unreached(machine, timelines) };
    } else {
        outcome->verdict = VERDICT_PROVED;
    }
}

/* A violation in a final state that did not end the search, since all final states were wanted. */
static bool violated_finally(const Machine *machine, Outcome *outcome)
{
    if (machine->final_violation.kind == VIOLATION_NONE)
        return false;
    outcome->verdict = VERDICT_REFUTED;
    outcome->violation = machine->final_violation;
    return true;
}

static void decide_by_interleavings(Machine *machine, const SearchOptions *limits, Outcome *outcome)
{
    outcome->search = search(machine_space(machine), limits);
    if (makes_no_sense(limits))
        return;
    outcome->trail = g_array_ref(outcome->search->trail);
    outcome->states = machine_states(machine);
    const SearchResult *result = outcome->search;
    outcome->cut = result->end == SEARCH_VIOLATION ? SEARCH_COMPLETE : result->end;
    if (result->end == SEARCH_VIOLATION) {
        outcome->verdict = VERDICT_REFUTED;
        tidy_trail(machine, outcome->trail);
        guint hart;
        outcome->violation = trail_violation(machine, outcome->trail, &hart);
    } else if (violated_finally(machine, outcome)) {
        outcome->incomplete = outcome->cut != SEARCH_COMPLETE ? limit_text(outcome->cut, limits)
                              : result->out_of_model          ? trail_out_of_model(machine, outcome->trail)
                                                              : NULL;
    } else if (outcome->cut != SEARCH_COMPLETE) {
        doubt_limit(outcome, limits);
    } else if (result->out_of_model) {
        doubts(outcome, DOUBT_OUTSIDE, trail_out_of_model(machine, outcome->trail));
    } else {
        conclude_complete(machine, NULL, outcome);
    }
    machine_counts(machine, &outcome->tasks, &outcome->worlds);
}

/* What the timeline explorer found, in the terms of the other one. */
static SearchResult *timeline_result(const Timelines *timelines, SearchEnd end)
{
    TimelineCounts counts;
    timelines_counts(timelines, &counts);
    SearchResult *result = g_new0(SearchResult, 1);
    result->end = end;
    result->progress = counts.progress;
    result->final_states = timelines_n_finals(timelines);
    result->trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    return result;
}

/* Harts that leave nothing in shared memory cannot be told apart from more of their kind: timelines do not depend on how
 * many there are, and each runs on its own. */
static void conclude_any(const Program *program, const Timelines *timelines, Outcome *outcome)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint h = 0; h < program->harts->len; h++) {
        const HartSpec *spec = program_hart(program, h);
        if (!spec->any)
            continue;
        if (timelines_has_messages(timelines, h)) {
            doubts(outcome, DOUBT_ANY,
                   g_strdup_printf("proved for these harts, but not for any number of %s: it stores to memory "
                                   "that all of them share",
                                   spec->name));
            return;
        }
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", spec->name);
    }
    if (names->len)
        outcome->any = g_string_free(g_steal_pointer(&names), FALSE);
}

static void decide_by_timelines(Machine *machine, const SearchOptions *limits, Outcome *outcome)
{
    g_autoptr(Timelines) timelines = timelines_new(machine);
    SearchEnd end = timelines_explore(timelines, limits);
    if (makes_no_sense(limits))
        return;
    TimelineCounts counts;
    timelines_counts(timelines, &counts);
    outcome->search = timeline_result(timelines, end);
    outcome->timelines = MAX(counts.timelines, 1); /* the one with a violation may be the first */
    outcome->states = timelines_states(timelines);
    outcome->cut = timelines_cut(timelines);
    g_autofree char *unsupported = timelines_unsupported(timelines);
    if (end == SEARCH_VIOLATION) {
        outcome->verdict = VERDICT_REFUTED;
        outcome->trail = timelines_trail(timelines);
        outcome->violation = timelines_violation(timelines);
        if (outcome->cut != SEARCH_COMPLETE)
            outcome->incomplete = limit_text(outcome->cut, limits);
        else
            outcome->incomplete = g_steal_pointer(&unsupported);
        return;
    }
    outcome->trail = timelines_has_witness(timelines) && machine->options->witness
                         ? timelines_trail(timelines)
                         : g_array_ref(outcome->search->trail);
    if (outcome->cut != SEARCH_COMPLETE) {
        doubt_limit(outcome, limits);
    } else if (unsupported) {
        doubts(outcome, DOUBT_OUTSIDE, g_steal_pointer(&unsupported));
    } else {
        conclude_complete(machine, timelines, outcome);
        if (outcome->verdict == VERDICT_PROVED)
            conclude_any(machine_program(machine), timelines, outcome);
    }
}

Outcome *decide_with(const Program *program, const Options *options, const SearchOptions *limits, Oracle *oracle)
{
    g_autoptr(Machine) machine = machine_new(program, options, oracle);
    guint64 steps_before = oracle_steps(oracle);
    guint words_before = oracle_words(oracle);
    Outcome *outcome = g_new0(Outcome, 1);
    outcome->violation.property = -1;
    outcome->resumed = limits->resume != NULL;
    if (program_uses_timelines(program, options))
        decide_by_timelines(machine, limits, outcome);
    else
        decide_by_interleavings(machine, limits, outcome);
    if (makes_no_sense(limits)) {
        outcome_free(outcome);
        return NULL;
    }
    outcome->stops = machine_stops(machine);
    outcome->oracle_steps = oracle_steps(oracle) - steps_before;
    outcome->oracle_words = oracle_words(oracle) - words_before;
    return outcome;
}

Outcome *decide(const Program *program, const Options *options, const SearchOptions *limits, GError **error)
{
    g_autoptr(Oracle) oracle = oracle_new(ORACLE_SLOTS, error);
    return oracle ? decide_with(program, options, limits, oracle) : NULL;
}
