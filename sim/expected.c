/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts next to what the scenario's own rows expect: for test and matrix. */
#include "sim/cli.h"

Outcome *decide_and_replay(const Common *common, const Scenario *scenario, const Row *row, Replay **replay,
                           GError **error)
{
    g_autoptr(Outcome) outcome = common_decide(common, scenario, row, error);
    if (replay)
        *replay = NULL;
    if (!outcome || outcome->verdict != VERDICT_REFUTED || outcome->search->end != SEARCH_VIOLATION)
        return g_steal_pointer(&outcome);
    g_autoptr(Replay) replayed = replay_run(scenario->program, &row->options, outcome->trail, error);
    if (!replayed)
        return NULL;
    if (replay)
        *replay = g_steal_pointer(&replayed);
    return g_steal_pointer(&outcome);
}

const char *violated_property(const Scenario *scenario, const Outcome *outcome)
{
    if (outcome->verdict != VERDICT_REFUTED)
        return NULL;
    return program_property(scenario->program, (guint)outcome->violation.property)->name;
}

bool as_expected(const Scenario *scenario, const Row *row, const Outcome *outcome)
{
    if (outcome->verdict != row->verdict)
        return false;
    return !row->property ||
           property_is_called(program_property(scenario->program, (guint)outcome->violation.property), row->property);
}

static char *with_detail(Verdict verdict, const char *detail)
{
    return detail ? g_strdup_printf("%s (%s)", verdict_name(verdict), detail) : g_strdup(verdict_name(verdict));
}

char *found_text(const Scenario *scenario, const Outcome *outcome)
{
    return with_detail(outcome->verdict, outcome->verdict == VERDICT_INCONCLUSIVE
                                             ? outcome->reason
                                             : violated_property(scenario, outcome));
}

char *mismatch_text(const Scenario *scenario, const Row *row, const Outcome *outcome)
{
    g_autofree char *label = options_label(&row->options, row->preempt_given);
    g_autofree char *expected = with_detail(row->verdict, row->property), *found = found_text(scenario, outcome);
    return g_strdup_printf("%s:%u:%u: FAIL [%s]: expected %s, found %s", scenario->file, row->line, row->column, label,
                           expected, found);
}
