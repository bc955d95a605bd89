/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/internal.h"

#include <string.h>

static const char *const row_keys[] = { "model", "fetch-atomicity", "preempt",  "auipc-jalr", "misaligned",
                                        "lr-sc", "sbi-order",       "explorer", "verdict",    "property" };
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

/* That a list of values has some, and none twice. Anything else is for who reads the values. */
static bool check_list(const YamlNode *list, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    if (yaml_length(list) == 0)
        return yaml_error(error, list, "the list is empty");
    for (guint i = 0; i < yaml_length(list); i++) {
        const char *text;
        if (!yaml_text(yaml_item(list, i), &text, error))
            return false;
        if (!g_hash_table_add(seen, (gpointer)text))
            return yaml_error(error, yaml_item(list, i), "'%s' is in the list already", text);
    }
    return true;
}

static bool set_option(Row *row, const char *option, const YamlNode *value, GError **error)
{
    const char *text;
    g_autoptr(GError) local = NULL;
    if (!yaml_text(value, &text, error))
        return false;
    return options_set(&row->options, option, text, &local) || yaml_error(error, value, "%s", local->message);
}

static bool add_row(GArray *rows, const YamlNode *node, const Row *row, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!options_check(&row->options, &local))
        return yaml_error(error, node, "%s", local->message);
    for (guint i = 0; i < rows->len; i++) {
        const Row *before = &g_array_index(rows, Row, i);
        g_autofree char *label = NULL;
        if (!options_equal(&before->options, &row->options))
            continue;
        label = options_label(&row->options, true);
        return yaml_error(error, node, "this row repeats that of line %u [%s]", before->line, label);
    }
    g_array_append_vals(rows, row, 1);
    Row *added = &g_array_index(rows, Row, rows->len - 1);
    added->property = g_strdup(row->property);
    return true;
}

/* Adds every combination of the values from the option'th key on; those before it are set. */
static bool add_combinations(GArray *rows, const YamlNode *node, guint option, const Row *row, GError **error)
{
    const char *name = option_name(option);
    if (!name)
        return add_row(rows, node, row, error);
    const YamlNode *value = yaml_mapping_get(node, name);
    if (!value)
        return add_combinations(rows, node, option + 1, row, error);
    bool list = yaml_kind(value) == YAML_SEQUENCE;
    if (list && !check_list(value, error))
        return false;
    for (guint i = 0; i < (list ? yaml_length(value) : 1); i++) {
        Row next = *row;
        if (!set_option(&next, name, list ? yaml_item(value, i) : value, error) ||
            !add_combinations(rows, node, option + 1, &next, error))
            return false;
    }
    return true;
}

static bool load_expectation(const Loader *loader, const YamlNode *node, Row *row, const char **property,
                             GError **error)
{
    static const char *const verdicts[] = { "proved", "refuted", "inconclusive" };
    const YamlNode *value = yaml_mapping_require(node, "verdict", error);
    gsize verdict;
    if (!value || !yaml_enum(value, "verdict", verdicts, G_N_ELEMENTS(verdicts), &verdict, error))
        return false;
    row->verdict = (Verdict)verdict;
    if (!(value = yaml_mapping_get(node, "property")))
        return true;
    if (!yaml_text(value, property, error))
        return false;
    if (row->verdict != VERDICT_REFUTED)
        return yaml_error(error, value, "only a refuted row names a property");
    return known_property(loader->program, *property) ||
           yaml_error(error, value, "no property of this scenario is called '%s'", *property);
}

/* One mapping: as many rows as its lists have combinations. */
static bool load_row(Loader *loader, const YamlNode *node, GError **error)
{
    Row row = { .options = options_default(), .line = yaml_line(node), .column = yaml_column(node) };
    const char *property = NULL;
    if (!yaml_mapping_check_keys(node, row_keys, G_N_ELEMENTS(row_keys), error) ||
        !yaml_mapping_require(node, "model", error) || !load_expectation(loader, node, &row, &property, error))
        return false;
    row.preempt_given = yaml_mapping_get(node, "preempt") != NULL;
    row.property = (char *)property; /* add_row copies it */
    return add_combinations(loader->scenario->rows, node, 0, &row, error);
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
