/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SARIF 2.1.0: a result for each obligation that fails, none for what is as it should be. A counterexample is a code flow
 * with a thread for each hart. */
#include "reports/writer-parts.h"

#include <string.h>

/* ---- places */

static void put_message(JsonBuilder *builder, const char *key, const char *text)
{
    json_begin_object(builder, key);
    json_put_text(builder, "text", text);
    json_builder_end_object(builder);
}

/* Relative to the root of whoever's sources these are; what the command line names by an absolute path is just there. */
static void put_artifact(JsonBuilder *builder, const char *path)
{
    bool absolute = g_path_is_absolute(path);
    g_autofree char *escaped = g_uri_escape_bytes((const guint8 *)plain_path(path), strlen(plain_path(path)), "/");
    g_autofree char *uri = g_strconcat(absolute ? "file://" : "", escaped, NULL);
    json_begin_object(builder, "artifactLocation");
    json_put_text(builder, "uri", uri);
    if (!absolute)
        json_put_text(builder, "uriBaseId", "SRCROOT");
    json_builder_end_object(builder);
}

static void put_physical(JsonBuilder *builder, const char *path, Place place)
{
    json_begin_object(builder, "physicalLocation");
    put_artifact(builder, path);
    json_begin_object(builder, "region");
    json_put_number(builder, "startLine", MAX(place.line, 1)); /* GitHub shows no result that has no line */
    if (place.column)
        json_put_number(builder, "startColumn", place.column);
    json_builder_end_object(builder);
    json_builder_end_object(builder);
}

/* ---- the tool */

static void put_rule(JsonBuilder *builder, const Rule *rule)
{
    json_begin_object(builder, NULL);
    json_put_text(builder, "id", rule->id);
    put_message(builder, "shortDescription", rule->summary);
    json_begin_object(builder, "defaultConfiguration");
    json_put_text(builder, "level", "error");
    json_builder_end_object(builder);
    json_builder_end_object(builder);
}

static void put_tool(JsonBuilder *builder)
{
    guint n;
    const Rule *rules = rules_all(&n);
    json_begin_object(builder, "tool");
    json_begin_object(builder, "driver");
    json_put_text(builder, "name", "cmodx");
    json_put_text(builder, "version", CMODX_VERSION);
    json_put_text(builder, "semanticVersion", CMODX_VERSION);
    json_begin_array(builder, "rules");
    for (guint i = 0; i < n; i++)
        put_rule(builder, &rules[i]);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    json_builder_end_object(builder);
}

static void put_invocation(JsonBuilder *builder, const RunReport *run)
{
    json_begin_array(builder, "invocations");
    json_begin_object(builder, NULL);
    json_put_text(builder, "commandLine", run->command);
    json_put_bool(builder, "executionSuccessful", run->errors == 0);
    json_builder_end_object(builder);
    json_builder_end_array(builder);
    json_begin_object(builder, "originalUriBaseIds");
    json_begin_object(builder, "SRCROOT");
    put_message(builder, "description", "The directory that cmodx was run in.");
    json_builder_end_object(builder);
    json_builder_end_object(builder);
}

/* ---- the counterexample */

/* "2  addi a0,a0,2 [MIX]; a0 = 0x2; patch.c:12". */
static char *step_text(const StoryStep *step)
{
    GString *out = g_string_new(NULL);
    if (!step->folded && !step->unnumbered)
        g_string_append_printf(out, "%u  ", step->first);
    g_string_append(out, step->what);
    if (step->tag)
        g_string_append_printf(out, " [%s]", step->tag);
    for (guint i = 0; i < step->notes->len; i++)
        g_string_append_printf(out, "; %s", (char *)g_ptr_array_index(step->notes, i));
    if (step->place)
        g_string_append_printf(out, "; %s", step->place);
    return g_string_free(out, FALSE);
}

/* Steps are placed where the result is: their own place is an address, or a line of C named in the text. Viewers show
 * only steps that have one. */
static void put_step(JsonBuilder *builder, const Result *result, guint i)
{
    const StoryStep *step = &g_array_index(result->story->steps, StoryStep, i);
    g_autofree char *text = step_text(step);
    json_begin_object(builder, NULL);
    json_begin_object(builder, "location");
    put_physical(builder, result->file, result_place(result));
    put_message(builder, "message", text);
    json_builder_end_object(builder);
    json_put_number(builder, "executionOrder", i + 1);
    json_put_text(builder, "importance", step->folded ? "unimportant" : "essential");
    json_builder_end_object(builder);
}

static bool hart_acts(const Story *story, guint hart)
{
    for (guint i = 0; i < story->steps->len; i++)
        if (g_array_index(story->steps, StoryStep, i).hart == hart)
            return true;
    return false;
}

static void put_thread(JsonBuilder *builder, const Result *result, guint hart)
{
    const Story *story = result->story;
    const char *name = g_ptr_array_index(story->harts, hart);
    g_autofree char *message = g_strdup_printf("%s (%s)", name, (char *)g_ptr_array_index(story->entries, hart));
    if (!hart_acts(story, hart)) /* a thread flow has at least one location */
        return;
    json_begin_object(builder, NULL);
    json_put_text(builder, "id", name);
    put_message(builder, "message", message);
    json_begin_array(builder, "locations");
    for (guint i = 0; i < story->steps->len; i++)
        if (g_array_index(story->steps, StoryStep, i).hart == hart)
            put_step(builder, result, i);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static void put_code_flow(JsonBuilder *builder, const Result *result)
{
    const Story *story = result->story;
    if (!story || !story->steps->len)
        return;
    json_begin_array(builder, "codeFlows");
    json_begin_object(builder, NULL);
    if (story->sentence)
        put_message(builder, "message", story->sentence);
    json_begin_array(builder, "threadFlows");
    for (guint hart = 0; hart < story->harts->len; hart++)
        put_thread(builder, result, hart);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    json_builder_end_array(builder);
}

/* ---- results */

/* Whatever moves in the file, the obligation is the same. */
static void put_fingerprint(JsonBuilder *builder, const Result *result, const char *rule)
{
    g_autofree char *name = result_name(result), *text = g_strdup_printf("%s\n%s", name, rule);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    json_begin_object(builder, "partialFingerprints");
    json_put_text(builder, "cmodxObligation/v1", digest);
    json_builder_end_object(builder);
}

static guint rule_index(const char *id)
{
    guint n;
    const Rule *rules = rules_all(&n);
    for (guint i = 0; i < n; i++)
        if (g_str_equal(rules[i].id, id))
            return i;
    g_assert_not_reached();
}

/* "linux/x [rvwmo]: REFUTED: no-trap. CPU0 ran ..." */
static char *message_text(const Result *result)
{
    g_autofree char *name = result_name(result), *message = result_message(result);
    g_autofree char *sentence = result_sentence(result);
    if (result->error)
        return g_steal_pointer(&message);
    return g_strdup_printf("%s: %s.%s%s", name, message, sentence ? " " : "", sentence ? sentence : "");
}

/* Where a row is not met, the result is at the row, and the property is elsewhere. */
static void put_property_place(JsonBuilder *builder, const Result *result)
{
    Place place = { result->line, result->column }, main_place = result_place(result);
    if (!result->property || !place.line || place.line == main_place.line)
        return;
    json_begin_array(builder, "relatedLocations");
    json_begin_object(builder, NULL);
    put_physical(builder, result->file, place);
    put_message(builder, "message", result->property);
    json_builder_end_object(builder);
    json_builder_end_array(builder);
}

static void put_bag(JsonBuilder *builder, const Result *result)
{
    g_autofree char *replay = result_replay(result);
    if (result->error)
        return;
    json_begin_object(builder, "properties");
    json_put_text(builder, "options", result->label);
    if (result->property)
        json_put_text(builder, "property", result->property);
    if (result->schedule)
        json_put_text(builder, "schedule", result->schedule);
    if (replay)
        json_put_text(builder, "replay", replay);
    json_builder_end_object(builder);
}

static void put_result(JsonBuilder *builder, const Result *result)
{
    const char *rule = result_rule(result);
    g_autofree char *text = message_text(result);
    json_begin_object(builder, NULL);
    json_put_text(builder, "ruleId", rule);
    json_put_number(builder, "ruleIndex", rule_index(rule));
    json_put_text(builder, "level", "error");
    put_message(builder, "message", text);
    json_begin_array(builder, "locations");
    json_begin_object(builder, NULL);
    put_physical(builder, result->file, result_place(result));
    json_builder_end_object(builder);
    json_builder_end_array(builder);
    put_property_place(builder, result);
    put_fingerprint(builder, result, rule);
    put_code_flow(builder, result);
    put_bag(builder, result);
    json_builder_end_object(builder);
}

static void put_run(JsonBuilder *builder, const RunReport *run)
{
    json_begin_object(builder, NULL);
    put_tool(builder);
    put_invocation(builder, run);
    json_put_text(builder, "columnKind", "unicodeCodePoints");
    json_begin_array(builder, "results");
    for (guint i = 0; i < run->results->len; i++)
        if (result_fails(g_ptr_array_index(run->results, i)))
            put_result(builder, g_ptr_array_index(run->results, i));
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

void sarif_write(GString *out, const RunReport *run)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_begin_object(builder, NULL);
    json_put_text(builder, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_put_text(builder, "version", "2.1.0");
    json_begin_array(builder, "runs");
    put_run(builder, run);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    json_finish(builder, out);
}
