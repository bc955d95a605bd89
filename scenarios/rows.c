/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/internal.h"

#include <string.h>

static const char *const row_keys[] = { "model", "fetch-atomicity", "preempt",  "auipc-jalr", "misaligned",
                                        "lr-sc", "sbi-order",       "explorer", "verdict",    "property" };
enum {
    OPTION_KEYS = 8
};

static bool load_option(Row *row, const YamlNode *node, const char *key, GError **error)
{
    const YamlNode *value = yaml_mapping_get(node, key);
    const char *text;
    g_autoptr(GError) local = NULL;
    if (!value)
        return true;
    if (!yaml_text(value, &text, error))
        return false;
    return options_set(&row->options, key, text, &local) || yaml_error(error, value, "%s", local->message);
}

bool property_is_called(const Property *property, const char *name)
{
    gsize length = strlen(name);
    return g_str_has_prefix(property->name, name) && strchr(": ", property->name[length]) != NULL;
}

static bool known_property(const Program *program, const char *name)
{
    for (guint i = 0; i < program->properties->len; i++)
        if (property_is_called(program_property(program, i), name))
            return true;
    return false;
}

static bool load_row(Loader *loader, const YamlNode *node, GError **error)
{
    static const char *const verdicts[] = { "proved", "refuted", "inconclusive" };
    Row row = { .options = options_default(), .line = yaml_line(node), .column = yaml_column(node) };
    const YamlNode *value;
    const char *property = NULL;
    gsize verdict;
    if (!yaml_mapping_check_keys(node, row_keys, G_N_ELEMENTS(row_keys), error) ||
        !yaml_mapping_require(node, "model", error))
        return false;
    for (guint i = 0; i < OPTION_KEYS; i++)
        if (!load_option(&row, node, row_keys[i], error))
            return false;
    g_autoptr(GError) local = NULL;
    if (!options_check(&row.options, &local))
        return yaml_error(error, node, "%s", local->message);
    row.preempt_given = yaml_mapping_get(node, "preempt") != NULL;
    if (!(value = yaml_mapping_require(node, "verdict", error)) ||
        !yaml_enum(value, "verdict", verdicts, G_N_ELEMENTS(verdicts), &verdict, error))
        return false;
    row.verdict = (Verdict)verdict;
    if ((value = yaml_mapping_get(node, "property"))) {
        if (!yaml_text(value, &property, error))
            return false;
        if (row.verdict != VERDICT_REFUTED)
            return yaml_error(error, value, "only a refuted row names a property");
        if (!known_property(loader->program, property))
            return yaml_error(error, value, "no property of this scenario is called '%s'", property);
    }
    row.property = g_strdup(property);
    g_array_append_val(loader->scenario->rows, row);
    return true;
}

bool load_rows(Loader *loader, GError **error)
{
    const YamlNode *rows = yaml_mapping_get(loader->root, "expect");
    if (!rows)
        return true;
    if (!yaml_expect(rows, YAML_SEQUENCE, error))
        return false;
    for (guint i = 0; i < yaml_length(rows); i++)
        if (!load_row(loader, yaml_item(rows, i), error))
            return false;
    return true;
}
