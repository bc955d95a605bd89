/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entries for programs: an array with one object for each, always with the same keys. */
#include "reports/matrix.h"

#include <json-glib/json-glib.h>

static void put_text(JsonBuilder *builder, const char *key, const char *value)
{
    json_builder_set_member_name(builder, key);
    if (value)
        json_builder_add_string_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

/* As `expect` spells it: "proved". */
static void put_verdict(JsonBuilder *builder, const char *key, Verdict verdict)
{
    g_autofree char *name = g_ascii_strdown(verdict_name(verdict), -1);
    put_text(builder, key, name);
}

/* Each under its name; those that are left to cmodx are null. */
static void put_options(JsonBuilder *builder, const MatrixEntry *entry)
{
    for (guint i = 0; option_name(i); i++) {
        const char *name = option_name(i);
        if (g_str_equal(name, "fetch-atomicity")) {
            json_builder_set_member_name(builder, name);
            json_builder_add_int_value(builder, entry->options.fetch_atomicity); /* 0: whole instructions */
        } else {
            bool either = entry->either && g_str_equal(name, "preempt");
            put_text(builder, name, either ? "either" : options_get(&entry->options, name));
        }
    }
}

static void put_entry(JsonBuilder *builder, const MatrixEntry *entry)
{
    json_builder_begin_object(builder);
    put_text(builder, "scenario", entry->scenario);
    put_text(builder, "file", entry->file);
    put_text(builder, "title", entry->title);
    put_options(builder, entry);
    put_verdict(builder, "verdict", entry->verdict);
    put_text(builder, "property", entry->property);
    put_text(builder, "reason", entry->reason);
    if (entry->expects)
        put_verdict(builder, "expected", entry->expected);
    else
        put_text(builder, "expected", NULL);
    put_text(builder, "expected-property", entry->expected_property);
    json_builder_set_member_name(builder, "as-expected");
    if (entry->expects)
        json_builder_add_boolean_value(builder, !entry->mismatch);
    else
        json_builder_add_null_value(builder);
    json_builder_end_object(builder);
}

void matrix_json(GString *out, const GPtrArray *entries)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_array(builder);
    for (guint i = 0; i < entries->len; i++)
        put_entry(builder, g_ptr_array_index(entries, i));
    json_builder_end_array(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, TRUE);
    g_string_append_printf(out, "%s\n", text);
}
