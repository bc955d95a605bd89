/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text report on a litmus test. An `exists` is a question: its answer is "reachable" or "not reachable", and neither
 * is a failure. `~exists` and `forall` claim something, which is proved or refuted. */
#include "reports/herd.h"

#include <string.h>

enum {
    CONDITION_WIDTH = 200, /* generated conditions have thousands of characters */
    STATES_SHOWN = 40,
};

char *litmus_condition_text(const Scenario *scenario)
{
    const char *name = program_property(scenario->program, 0)->name;
    return strlen(name) <= CONDITION_WIDTH ? g_strdup(name) : g_strdup_printf("%.*s...", CONDITION_WIDTH - 3, name);
}

static void put_coloured(GString *out, const TextStyle *style, const char *colour, const char *text)
{
    g_string_append_printf(out, "%s%s%s", style->colour ? colour : "", text, style->colour ? "\033[0m" : "");
}

static void put_verdict(GString *out, const Scenario *scenario, const char *label, const LitmusFindings *findings,
                        const TextStyle *style)
{
    const Property *property = program_property(scenario->program, 0);
    g_autofree char *condition = litmus_condition_text(scenario);
    bool question = scenario->litmus->quantifier == QUANTIFIER_EXISTS;
    g_string_append_printf(out, "%s:%u:%u: ", scenario->file, property->line, property->column);
    if (!findings->decided) {
        put_coloured(out, style, "\033[1;33m", "INCONCLUSIVE");
        g_string_append_printf(out, ": %s [%s]\n", condition, label);
    } else if (question) {
        g_string_append_printf(out, "%s: ", condition);
        put_coloured(out, style, "\033[1m", findings->ok ? "reachable" : "not reachable");
        g_string_append_printf(out, " [%s]\n", label);
    } else {
        put_coloured(out, style, findings->ok ? "\033[1;32m" : "\033[1;31m", findings->ok ? "PROVED" : "REFUTED");
        g_string_append_printf(out, ": %s [%s]\n", condition, label);
    }
}

/* Those that satisfy the proposition are marked. */
static void put_states(GString *out, const Scenario *scenario, const LitmusFindings *findings, bool all)
{
    const LitmusTest *test = scenario->litmus;
    guint shown = all || findings->n_states <= STATES_SHOWN ? findings->n_states : STATES_SHOWN;
    for (guint i = 0; i < shown && findings->n_places; i++) {
        g_string_append_printf(out, "  %c", findings->holds[i] ? '*' : ' ');
        for (guint p = 0; p < findings->n_places; p++) {
            g_string_append_printf(out, " %s=", (const char *)g_ptr_array_index(test->places, p));
            litmus_put_value(test, findings->values[(gsize)i * findings->n_places + p], out);
            g_string_append_c(out, ';');
        }
        g_string_append_c(out, '\n');
    }
    if (shown < findings->n_states)
        g_string_append_printf(out, "    ... %u more; -v shows all\n", findings->n_states - shown);
}

static const char *plural(guint64 n)
{
    return n == 1 ? "" : "s";
}

static void put_counts(GString *out, const Outcome *outcome, const LitmusFindings *findings)
{
    const SearchProgress *progress = &outcome->search->progress;
    g_autofree char *orders = grouped(outcome->timelines), *states = grouped(progress->states);
    g_autofree char *moves = grouped(progress->transitions);
    g_autofree char *finals = grouped(findings->n_states), *positive = grouped(findings->n_positive);
    g_string_append_printf(out, "  %s: ", findings->complete ? "every ordering explored" : "explored");
    if (outcome->timelines)
        g_string_append_printf(out, "%s order%s of stores, ", orders, plural(outcome->timelines));
    g_string_append_printf(out, "%s state%s, %s transition%s\n", states, plural(progress->states), moves,
                           plural(progress->transitions));
    g_string_append_printf(out, "  %s final state%s%s, %s as in the condition (*)\n", finals,
                           plural(findings->n_states), findings->complete ? "" : " found", positive);
}

static void put_execution(GString *out, const Scenario *scenario, const Options *options, const Outcome *outcome,
                          const Replay *replay, const TextStyle *style)
{
    bool question = scenario->litmus->quantifier == QUANTIFIER_EXISTS;
    g_autoptr(Story) story = story_tell(replay);
    g_string_append(out, question ? "\n This execution gets there:\n\n" : "\n This execution is against it:\n\n");
    text_story(out, replay, story, style);
    g_autofree char *schedule = whole_schedule(options, outcome->trail);
    g_autofree char *command = replay_command(scenario->file, schedule);
    g_string_append_printf(out, "\n Replay:  %s\n", command);
}

void litmus_report(GString *out, const Scenario *scenario, const Options *options, const Outcome *outcome,
                   const LitmusFindings *findings, const Replay *replay, const TextStyle *style)
{
    g_autofree char *label = options_label(options, false);
    put_verdict(out, scenario, label, findings, style);
    if (style->quiet)
        return;
    if (!findings->complete)
        g_string_append_printf(out, "  %s\n", findings->reason);
    put_counts(out, outcome, findings);
    put_states(out, scenario, findings, style->verbose);
    if (outcome->checkpoint) {
        g_autofree char *command = resume_command(scenario->file, outcome->checkpoint);
        g_string_append_printf(out, "  continue: %s\n", command);
    }
    if (replay)
        put_execution(out, scenario, options, outcome, replay, style);
}
