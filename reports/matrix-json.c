/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entries for programs: an array with one object for each, always with the same keys. */
#include "reports/matrix.h"
#include "reports/writer-parts.h"

/* As `expect` spells it: "proved". */
static void put_verdict(JsonBuilder *builder, const char *key, Verdict verdict)
{
    g_autofree char *word = verdict_word(verdict);
    json_put_text(builder, key, word);
}

/* Each under its name; those that are left to cmodx are null. */
static void put_options(JsonBuilder *builder, const MatrixEntry *entry)
{
    for (guint i = 0; option_name(i); i++) {
        const char *name = option_name(i);
        if (g_str_equal(name, "fetch-atomicity")) {
            json_put_number(builder, name, entry->options.fetch_atomicity); /* 0: whole instructions */
        } else {
            bool either = entry->either && g_str_equal(name, "preempt");
            json_put_text(builder, name, either ? "either" : options_get(&entry->options, name));
        }
    }
}

static void put_entry(JsonBuilder *builder, const MatrixEntry *entry)
{
    json_builder_begin_object(builder);
    json_put_text(builder, "scenario", entry->scenario);
    json_put_text(builder, "file", entry->file);
    json_put_text(builder, "title", entry->title);
    put_options(builder, entry);
    put_verdict(builder, "verdict", entry->verdict);
    json_put_text(builder, "property", entry->property);
    json_put_text(builder, "reason", entry->reason);
    if (entry->expects)
        put_verdict(builder, "expected", entry->expected);
    else
        json_put_text(builder, "expected", NULL);
    json_put_text(builder, "expected-property", entry->expected_property);
    if (entry->expects)
        json_put_bool(builder, "as-expected", !entry->mismatch);
    else
        json_put_null(builder, "as-expected");
    json_builder_end_object(builder);
}

void matrix_json(GString *out, const GPtrArray *entries)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_array(builder);
    for (guint i = 0; i < entries->len; i++)
        put_entry(builder, g_ptr_array_index(entries, i));
    json_builder_end_array(builder);
    json_finish(builder, out);
}
