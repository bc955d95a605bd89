/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/result.h"

#include "reports/text.h"

#include <string.h>

static void property_clear(gpointer data)
{
    ResultProperty *property = data;
    g_free(property->name);
    g_free(property->rule);
    g_free(property);
}

void result_free(gpointer data)
{
    Result *result = data;
    if (!result)
        return;
    char *const strings[] = {
        result->file,          result->scenario, result->title, result->label,     result->reason,
        result->any,           result->property, result->rule,  result->schedule,  result->expected_property,
        result->interleavings, result->text,     result->error, result->checkpoint
    };
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_ptr_array_unref(result->properties);
    story_free(result->story);
    g_free(result);
}

/* ---- from what was decided */

static Result *result_alloc(const char *file)
{
    Result *result = g_new0(Result, 1);
    result->file = g_strdup(file);
    result->properties = g_ptr_array_new_with_free_func(property_clear);
    result->as_expected = true;
    return result;
}

static void add_properties(Result *result, const Program *program)
{
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        bool known = false; /* one for each region, perhaps */
        for (guint j = 0; j < result->properties->len; j++)
            known = known || g_str_equal(((const ResultProperty *)g_ptr_array_index(result->properties, j))->name,
                                         property->name);
        if (known)
            continue;
        ResultProperty *copy = g_new(ResultProperty, 1);
        *copy = (ResultProperty){ g_strdup(property->name), g_strdup(rule_of(property)) };
        g_ptr_array_add(result->properties, copy);
    }
}

static void add_violation(Result *result, const Scenario *scenario, const Row *row, const Outcome *outcome,
                          const Replay *replay)
{
    const Property *property = program_property(scenario->program, (guint)outcome->violation.property);
    result->property = g_strdup(property->name);
    result->rule = g_strdup(rule_of(property));
    violation_place(scenario, property, replay, &result->line, &result->column);
    if (!replay)
        return;
    result->story = story_tell(replay);
    result->schedule = whole_schedule(&row->options, outcome->trail);
}

static void add_figures(Result *result, const Outcome *outcome)
{
    const SearchResult *search = outcome->search;
    result->explorer = outcome->timelines ? "timeline" : "interleaving";
    result->states = search->progress.states;
    result->transitions = search->progress.transitions;
    result->depth = search->progress.depth;
    result->bytes = search->progress.bytes;
    result->timelines = outcome->timelines;
    result->endless = search->endless;
    result->interleavings = search->endless ? NULL : g_strdup(search->interleavings);
}

static void add_doubt(Result *result, const Outcome *outcome)
{
    const SearchProgress *progress = &outcome->search->progress;
    result->doubt = outcome->doubt;
    result->reason = g_strdup(outcome->reason);
    result->checkpoint = g_strdup(outcome->checkpoint);
    if (outcome->search->end == SEARCH_COMPLETE || progress->expected <= progress->done)
        return;
    result->done = progress->done;
    result->expected_total = progress->expected;
    result->unit = progress->unit;
}

static void compare(Result *result, const Program *program, const Row *expected)
{
    result->expects = true;
    result->expected = expected->verdict;
    result->expected_property = g_strdup(expected->property);
    result->row_line = expected->line;
    result->row_column = expected->column;
    result->as_expected = result->verdict == expected->verdict;
    if (!result->as_expected || !expected->property)
        return;
    result->as_expected = false;
    for (guint i = 0; i < program->properties->len; i++)
        if (g_str_equal(program_property(program, i)->name, result->property))
            result->as_expected |= property_is_called(program_property(program, i), expected->property);
}

Result *result_new(const Scenario *scenario, const Row *row, const Outcome *outcome, const Replay *replay,
                   const Row *expected)
{
    static const TextStyle plain = { 0 };
    Result *result = result_alloc(scenario->file);
    result->scenario = g_strdup(scenario->name);
    result->title = g_strdup(scenario->title);
    result->options = row->options;
    result->told_preempt = row->preempt_given || outcome->stops;
    result->label = options_label(&row->options, result->told_preempt);
    result->verdict = outcome->verdict;
    if (outcome->verdict == VERDICT_INCONCLUSIVE)
        add_doubt(result, outcome);
    result->any = outcome->verdict == VERDICT_PROVED ? g_strdup(outcome->any) : NULL;
    add_properties(result, scenario->program);
    if (outcome->verdict == VERDICT_REFUTED)
        add_violation(result, scenario, row, outcome, replay);
    add_figures(result, outcome);
    if (expected)
        compare(result, scenario->program, expected);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GHashTable) told = text_told_new();
    text_report(text, scenario, &row->options, result->told_preempt, outcome, replay, told, &plain);
    result->text = g_string_free(g_steal_pointer(&text), FALSE);
    return result;
}

/* "FILE:LINE:COL: ..." names a place. */
static void take_place(Result *result)
{
    const char *rest = result->error + strlen(result->file);
    char *end;
    if (!g_str_has_prefix(result->error, result->file) || *rest != ':')
        return;
    result->line = (guint)g_ascii_strtoull(rest + 1, &end, 10);
    if (result->line && *end == ':')
        result->column = (guint)g_ascii_strtoull(end + 1, NULL, 10);
}

Result *result_new_error(const char *file, const GError *error)
{
    Result *result = result_alloc(file);
    result->verdict = VERDICT_INCONCLUSIVE;
    result->as_expected = false;
    result->error = g_strdup(error->message);
    take_place(result);
    return result;
}

/* ---- what it comes to */

static char *with_detail(Verdict verdict, const char *detail)
{
    return detail ? g_strdup_printf("%s (%s)", verdict_name(verdict), detail) : g_strdup(verdict_name(verdict));
}

bool result_fails(const Result *result)
{
    return result->error || (result->expects ? !result->as_expected : result->verdict != VERDICT_PROVED);
}

char *result_resume(const Result *result)
{
    if (!result->checkpoint)
        return NULL;
    return resume_command(result->file, result->checkpoint);
}

char *result_reason(const Result *result)
{
    g_autofree char *resume = result_resume(result);
    return resume && result->reason ? g_strdup_printf("%s; continue: %s", result->reason, resume)
                                    : g_strdup(result->reason);
}

char *result_message(const Result *result)
{
    g_autofree char *reason = result_reason(result);
    const char *detail = result->verdict == VERDICT_INCONCLUSIVE ? reason : result->property;
    if (result->error) /* without the line that it shows */
        return g_strndup(result->error, strcspn(result->error, "\n"));
    if (result->expects && !result->as_expected) {
        g_autofree char *expected = with_detail(result->expected, result->expected_property);
        g_autofree char *found = with_detail(result->verdict, detail);
        return g_strdup_printf("expected %s, found %s", expected, found);
    }
    return detail ? g_strdup_printf("%s: %s", verdict_name(result->verdict), detail)
                  : g_strdup(verdict_name(result->verdict));
}

/* ---- a run */

RunReport *run_report_new(const char *command)
{
    RunReport *run = g_new0(RunReport, 1);
    run->command = g_strdup(command);
    run->results = g_ptr_array_new_with_free_func(result_free);
    return run;
}

void run_report_free(RunReport *run)
{
    if (!run)
        return;
    g_ptr_array_unref(run->results);
    g_free(run->command);
    g_free(run);
}

void run_report_add(RunReport *run, Result *result)
{
    g_ptr_array_add(run->results, result);
    guint *counts[] = { &run->proved, &run->refuted, &run->inconclusive };
    if (result->error)
        run->errors++;
    else
        (*counts[result->verdict])++;
    if (result->expects && result->as_expected)
        run->passed++;
    else if (result->expects || result->error)
        run->failed++;
}
