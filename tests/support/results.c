/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/results.h"

#include "sim/base/error.h"

static GPtrArray *texts(const char *first)
{
    GPtrArray *array = g_ptr_array_new_with_free_func(g_free);
    if (first)
        g_ptr_array_add(array, g_strdup(first));
    return array;
}

static void set(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

Result *sample_result(const char *name, Verdict verdict)
{
    g_autofree char *file = g_strconcat(name, ".yaml", NULL);
    GError *error = g_error_new_literal(SIM_ERROR, SIM_ERROR_USAGE, "");
    Result *result = result_new_error(file, error);
    g_error_free(error);
    g_clear_pointer(&result->error, g_free);
    result->as_expected = true;
    result->scenario = g_strdup(name);
    result->title = g_strdup("a title");
    result->options = options_default();
    options_set(&result->options, "model", "sc", NULL);
    result->label = g_strdup("sc");
    result->verdict = verdict;
    result->reason = verdict == VERDICT_INCONCLUSIVE ? g_strdup("a limit") : NULL;
    result->explorer = "interleaving";
    result->states = 2;
    result->interleavings = g_strdup("18446744073709551616");
    result->text = g_strdup_printf("%s: %s text\n", file, verdict_name(verdict));
    return result;
}

Result *sample_expecting(Result *result, Verdict verdict)
{
    result->expects = true;
    result->expected = verdict;
    result->as_expected = result->verdict == verdict;
    result->row_line = 20;
    result->row_column = 5;
    return result;
}

static void add_step(Story *story, guint first, guint last, guint hart, const char *what)
{
    StoryStep step = { .first = first,
                       .last = last,
                       .hart = hart,
                       .folded = first != last,
                       .what = g_strdup(what),
                       .notes = texts(NULL),
                       .links = g_array_new(FALSE, FALSE, sizeof(StoryLink)) };
    g_array_append_val(story->steps, step);
}

static void clear_step(gpointer data)
{
    StoryStep *step = data;
    g_free(step->what);
    g_free(step->place);
    g_free(step->tag);
    g_free(step->insn);
    g_ptr_array_unref(step->notes);
    g_array_unref(step->links);
}

static void clear_insn(gpointer data)
{
    StoryInsn *insn = data;
    g_free(insn->place);
    g_free(insn->bytes);
    g_free(insn->text);
}

static Story *sample_story(void)
{
    Story *story = g_new0(Story, 1);
    story->harts = texts("CPU0");
    g_ptr_array_add(story->harts, g_strdup("CPU1"));
    story->entries = texts("caller");
    g_ptr_array_add(story->entries, g_strdup("steps"));
    story->sentence = g_strdup("CPU0 jumps to 0x0.");
    story->allowed = texts("OLD goes to 0x4");
    story->banner = g_strdup("WILD JUMP");
    story->versions = texts("OLD");
    g_ptr_array_add(story->versions, g_strdup("NEW"));
    story->torn = texts(NULL);
    story->steps = g_array_new(FALSE, TRUE, sizeof(StoryStep));
    g_array_set_clear_func(story->steps, clear_step);
    story->insns = g_array_new(FALSE, TRUE, sizeof(StoryInsn));
    g_array_set_clear_func(story->insns, clear_insn);
    add_step(story, 1, 1, 1, "func: OLD -> NEW (4 bytes)");
    add_step(story, 2, 3, 0, "... 2 steps ...");
    add_step(story, 4, 4, 0, "jr t1");
    StoryStep *last = &g_array_index(story->steps, StoryStep, 2);
    StoryLink link = { LINK_MISSES, 1 };
    last->tag = g_strdup("OLD");
    last->insn = g_strdup("jr t1");
    last->pc = 0xffffffff80200004;
    last->bytes = 0x8302;
    last->length = 2;
    last->event = EVENT_FENCED;
    g_ptr_array_add(last->notes, g_strdup("stale: misses step 1"));
    g_array_append_val(last->links, link);
    StoryInsn insn = { 0x80200004, g_strdup("func+4"), 1, g_strdup("8302"), g_strdup("jr t1"), true };
    g_array_append_val(story->insns, insn);
    return story;
}

Result *sample_refuted(const char *name)
{
    Result *result = sample_result(name, VERDICT_REFUTED);
    ResultProperty *property = g_new(ResultProperty, 1);
    *property = (ResultProperty){ g_strdup("no-trap"), g_strdup("no-trap") };
    g_ptr_array_add(result->properties, property);
    result->property = g_strdup("no-trap");
    result->rule = g_strdup("no-trap");
    result->line = 12;
    result->column = 5;
    result->story = sample_story();
    result->schedule = g_strdup("sc,preempt=full@1:1,0:3");
    return result;
}

Result *sample_error(const char *name)
{
    g_autofree char *file = g_strconcat(name, ".yaml", NULL);
    GError *error = g_error_new(SIM_ERROR, SIM_ERROR_SCENARIO, "%s:3:4: error: bad", file);
    Result *result = result_new_error(file, error);
    g_error_free(error);
    return result;
}

RunReport *sample_run(void)
{
    RunReport *run = run_report_new("cmodx test .");
    Result *refuted = sample_refuted("a");
    set(&refuted->label, "rvwmo, ziccif");
    run_report_add(run, sample_expecting(sample_result("a", VERDICT_PROVED), VERDICT_PROVED));
    run_report_add(run, sample_expecting(refuted, VERDICT_PROVED));
    run_report_add(run, sample_result("b", VERDICT_INCONCLUSIVE));
    run_report_add(run, sample_error("c"));
    return run;
}

Result *sample_hostile(const char *text)
{
    Result *result = sample_refuted("x");
    StoryStep *step = &g_array_index(result->story->steps, StoryStep, 2);
    char **all[] = { &result->file,
                     &result->scenario,
                     &result->title,
                     &result->label,
                     &result->property,
                     &result->story->sentence,
                     &result->story->banner,
                     &result->schedule,
                     &result->text,
                     &step->what,
                     (char **)&step->notes->pdata[0] };
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        set(all[i], text);
    return result;
}

char *sample_written(void (*write)(GString *out, const RunReport *run), Result *result)
{
    g_autoptr(RunReport) run = run_report_new("cmodx check .");
    GString *out = g_string_new(NULL);
    run_report_add(run, result);
    write(out, run);
    return g_string_free(out, FALSE);
}
