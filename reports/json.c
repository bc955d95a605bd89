/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmodx's own format: always the same keys, null where they do not apply. share/result.schema.json says what they mean. */
#include "reports/writer-parts.h"

enum {
    FORMAT = 1,
};

/* What every reader of JSON can hold exactly. */
static const guint64 exact_max = ((guint64)1 << 53) - 1;

static void put_count(JsonBuilder *builder, const char *key, guint64 value)
{
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, value);
    if (value <= exact_max)
        json_put_number(builder, key, (gint64)value);
    else
        json_put_text(builder, key, digits);
}

static void put_positive(JsonBuilder *builder, const char *key, guint value)
{
    if (value)
        json_put_number(builder, key, value);
    else
        json_put_null(builder, key);
}

static void put_address(JsonBuilder *builder, const char *key, uint64_t address)
{
    g_autofree char *text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", address);
    json_put_text(builder, key, text);
}

static void put_verdict(JsonBuilder *builder, const char *key, bool known, Verdict verdict)
{
    g_autofree char *word = verdict_word(verdict);
    json_put_text(builder, key, known ? word : NULL);
}

static void put_texts(JsonBuilder *builder, const char *key, const GPtrArray *texts)
{
    json_begin_array(builder, key);
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *valid = g_utf8_make_valid(g_ptr_array_index(texts, i), -1);
        json_builder_add_string_value(builder, valid);
    }
    json_builder_end_array(builder);
}

/* ---- what was asked */

/* As in the entries of `cmodx matrix --format json`. */
static void put_options(JsonBuilder *builder, const Result *result)
{
    if (result->error) {
        json_put_null(builder, "options");
        return;
    }
    json_begin_object(builder, "options");
    for (guint i = 0; option_name(i); i++) {
        const char *name = option_name(i);
        bool either = !result->told_preempt && g_str_equal(name, "preempt");
        if (g_str_equal(name, "fetch-atomicity"))
            json_put_number(builder, name, result->options.fetch_atomicity); /* 0: whole instructions */
        else
            json_put_text(builder, name, either ? "either" : options_get(&result->options, name));
    }
    json_builder_end_object(builder);
}

static void put_properties(JsonBuilder *builder, const GPtrArray *properties)
{
    json_begin_array(builder, "properties");
    for (guint i = 0; i < properties->len; i++) {
        const ResultProperty *property = g_ptr_array_index(properties, i);
        json_begin_object(builder, NULL);
        json_put_text(builder, "name", property->name);
        json_put_text(builder, "rule", property->rule);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void put_row(JsonBuilder *builder, const Result *result)
{
    put_verdict(builder, "expected", result->expects, result->expected);
    json_put_text(builder, "expected-property", result->expected_property);
    if (result->expects)
        json_put_bool(builder, "as-expected", result->as_expected);
    else
        json_put_null(builder, "as-expected");
    put_positive(builder, "row-line", result->row_line);
    put_positive(builder, "row-column", result->row_column);
}

static void put_figures(JsonBuilder *builder, const Result *result)
{
    if (result->error) {
        json_put_null(builder, "figures");
        return;
    }
    json_begin_object(builder, "figures");
    json_put_text(builder, "explorer", result->explorer);
    put_count(builder, "states", result->states);
    put_count(builder, "transitions", result->transitions);
    put_count(builder, "depth", result->depth);
    put_count(builder, "timelines", result->timelines);
    put_count(builder, "bytes", result->bytes);
    json_put_text(builder, "interleavings", result->interleavings); /* a string whatever its length */
    json_put_bool(builder, "endless", result->endless);
    json_builder_end_object(builder);
}

/* How much of the search is done where a limit has ended it. */
static void put_estimate(JsonBuilder *builder, const Result *result)
{
    if (!result->expected_total) {
        json_put_null(builder, "estimate");
        return;
    }
    json_begin_object(builder, "estimate");
    put_count(builder, "done", result->done);
    put_count(builder, "total", result->expected_total);
    json_put_text(builder, "unit", result->unit);
    json_builder_end_object(builder);
}

/* ---- the counterexample */

static const char *const link_names[] = { "fetches", "misses", "loads", "older" };

static const char *const event_names[] = {
    NULL,           "parked", "resumed",  "stop-begins", "stop-ends", "handler-begins",
    "handler-ends", "fenced", "migrated", "promised",    "served",
};

G_STATIC_ASSERT(G_N_ELEMENTS(link_names) == LINK_OLDER + 1);
G_STATIC_ASSERT(G_N_ELEMENTS(event_names) == EVENT_SERVED + 1);

static void put_insn(JsonBuilder *builder, const StoryStep *step)
{
    g_autofree char *bytes = g_strdup_printf("%0*" G_GINT64_MODIFIER "x", (int)step->length * 2, step->bytes);
    if (step->folded)
        json_put_null(builder, "pc");
    else
        put_address(builder, "pc", step->pc);
    json_put_text(builder, "insn", step->insn);
    json_put_text(builder, "bytes", step->length ? bytes : NULL);
}

static void put_step(JsonBuilder *builder, const StoryStep *step)
{
    json_begin_object(builder, NULL);
    json_put_number(builder, "first", step->first);
    json_put_number(builder, "last", step->last);
    json_put_number(builder, "hart", step->hart);
    json_put_bool(builder, "folded", step->folded);
    json_put_bool(builder, "between", step->unnumbered);
    json_put_text(builder, "what", step->what);
    json_put_text(builder, "place", step->place);
    json_put_text(builder, "tag", step->tag);
    put_texts(builder, "notes", step->notes);
    json_begin_array(builder, "links");
    for (guint i = 0; i < step->links->len; i++) {
        const StoryLink *link = &g_array_index(step->links, StoryLink, i);
        json_begin_object(builder, NULL);
        json_put_text(builder, "kind", link_names[link->kind]);
        json_put_number(builder, "step", link->step);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_put_text(builder, "event", event_names[step->event]);
    put_insn(builder, step);
    json_builder_end_object(builder);
}

static void put_harts(JsonBuilder *builder, const Story *story)
{
    json_begin_array(builder, "harts");
    for (guint i = 0; i < story->harts->len; i++) {
        json_begin_object(builder, NULL);
        json_put_text(builder, "name", g_ptr_array_index(story->harts, i));
        json_put_text(builder, "entry", g_ptr_array_index(story->entries, i));
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void put_site(JsonBuilder *builder, const Story *story)
{
    if (story->region < 0) {
        json_put_null(builder, "site");
        return;
    }
    json_begin_object(builder, "site");
    put_texts(builder, "versions", story->versions);
    json_begin_array(builder, "insns");
    for (guint i = 0; i < story->insns->len; i++) {
        const StoryInsn *insn = &g_array_index(story->insns, StoryInsn, i);
        json_begin_object(builder, NULL);
        put_address(builder, "address", insn->address);
        json_put_text(builder, "place", insn->place);
        json_put_number(builder, "version", insn->version);
        json_put_text(builder, "bytes", insn->bytes);
        json_put_text(builder, "text", insn->text);
        json_put_bool(builder, "executed", insn->executed);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    put_texts(builder, "torn", story->torn);
    json_builder_end_object(builder);
}

static void put_counterexample(JsonBuilder *builder, const Result *result)
{
    const Story *story = result->story;
    g_autofree char *replay = result_replay(result);
    if (!story) {
        json_put_null(builder, "counterexample");
        return;
    }
    json_begin_object(builder, "counterexample");
    json_put_text(builder, "sentence", story->sentence);
    put_texts(builder, "allowed", story->allowed);
    json_put_text(builder, "banner", story->banner);
    put_harts(builder, story);
    if (story->culprit >= 0)
        json_put_number(builder, "culprit", story->culprit);
    else
        json_put_null(builder, "culprit");
    json_begin_array(builder, "steps");
    for (guint i = 0; i < story->steps->len; i++)
        put_step(builder, &g_array_index(story->steps, StoryStep, i));
    json_builder_end_array(builder);
    put_site(builder, story);
    json_put_text(builder, "schedule", result->schedule);
    json_put_text(builder, "replay", replay);
    json_builder_end_object(builder);
}

/* ---- the whole */

static void put_result(JsonBuilder *builder, const Result *result)
{
    g_autofree char *message = result_message(result), *resume = result_resume(result);
    json_begin_object(builder, NULL);
    json_put_text(builder, "file", result->file);
    json_put_text(builder, "scenario", result->scenario);
    json_put_text(builder, "title", result->title);
    json_put_text(builder, "label", result->label);
    put_options(builder, result);
    put_verdict(builder, "verdict", !result->error, result->verdict);
    json_put_bool(builder, "fails", result_fails(result));
    json_put_text(builder, "message", message);
    json_put_text(builder, "error", result->error);
    put_properties(builder, result->properties);
    json_put_text(builder, "property", result->property);
    json_put_text(builder, "rule", result->rule);
    put_positive(builder, "line", result->line);
    put_positive(builder, "column", result->column);
    json_put_text(builder, "reason", result->reason);
    json_put_text(builder, "reason-code", doubt_name(result->doubt));
    put_estimate(builder, result);
    json_put_text(builder, "checkpoint", result->checkpoint);
    json_put_text(builder, "resume", resume);
    json_put_text(builder, "any", result->any);
    put_row(builder, result);
    put_counterexample(builder, result);
    put_figures(builder, result);
    json_put_text(builder, "text", result->text);
    json_builder_end_object(builder);
}

static void put_summary(JsonBuilder *builder, const RunReport *run)
{
    json_begin_object(builder, "summary");
    json_put_number(builder, "results", run->results->len);
    json_put_number(builder, "proved", run->proved);
    json_put_number(builder, "refuted", run->refuted);
    json_put_number(builder, "inconclusive", run->inconclusive);
    json_put_number(builder, "errors", run->errors);
    json_put_number(builder, "passed", run->passed);
    json_put_number(builder, "failed", run->failed);
    json_builder_end_object(builder);
}

void json_write(GString *out, const RunReport *run)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_begin_object(builder, NULL);
    json_put_text(builder, "cmodx", CMODX_VERSION);
    json_put_number(builder, "format", FORMAT);
    json_put_text(builder, "command", run->command);
    put_summary(builder, run);
    json_begin_array(builder, "results");
    for (guint i = 0; i < run->results->len; i++)
        put_result(builder, g_ptr_array_index(run->results, i));
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    json_finish(builder, out);
}
