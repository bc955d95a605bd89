/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/yaml.h"

#include "scenarios/yaml-node.h"

#include <string.h>

YamlKind yaml_kind(const YamlNode *node)
{
    return node->kind;
}

const Source *yaml_source(const YamlNode *node)
{
    return node->source;
}

guint yaml_line(const YamlNode *node)
{
    return node->line;
}

guint yaml_column(const YamlNode *node)
{
    return node->column;
}

const char *yaml_scalar(const YamlNode *node)
{
    g_assert(node->kind == YAML_SCALAR);
    return node->text;
}

YamlStyle yaml_style(const YamlNode *node)
{
    g_assert(node->kind == YAML_SCALAR);
    return node->style;
}

guint yaml_content_line(const YamlNode *node)
{
    return node->content_line;
}

guint yaml_content_column(const YamlNode *node)
{
    return node->content_column;
}

const char *yaml_kind_name(YamlKind kind)
{
    switch (kind) {
    case YAML_SCALAR:
        return "text";
    case YAML_SEQUENCE:
        return "a sequence";
    case YAML_MAPPING:
        return "a mapping";
    }
    g_assert_not_reached();
}

bool yaml_error(GError **error, const YamlNode *node, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return source_error(error, node->source, node->line, node->column, "%s", message);
}

bool yaml_expect(const YamlNode *node, YamlKind kind, GError **error)
{
    if (node->kind == kind)
        return true;
    return yaml_error(error, node, "expected %s, found %s", yaml_kind_name(kind), yaml_kind_name(node->kind));
}

/* ---- scalars */

bool yaml_text(const YamlNode *node, const char **text, GError **error)
{
    if (!yaml_expect(node, YAML_SCALAR, error))
        return false;
    if (node->style == YAML_PLAIN && node->text[0] == '\0')
        return yaml_error(error, node, "expected text, found nothing");
    *text = node->text;
    return true;
}

bool yaml_code(const YamlNode *node, const char **text, GError **error)
{
    if (!yaml_text(node, text, error))
        return false;
    if (node->style != YAML_LITERAL && !node->one_line)
        return yaml_error(error, node, "several lines of code must be a literal block ('|')");
    return true;
}

/* Digits of the base and nothing else, up to the end; FALSE when it is not such a number. */
static bool parse_digits(const char *digits, guint base, uint64_t *value, bool *overflow)
{
    if (*digits == '\0')
        return false;
    *value = 0;
    *overflow = false;
    for (; *digits != '\0'; digits++) {
        int digit = g_ascii_xdigit_value(*digits);

        if (digit < 0 || (guint)digit >= base)
            return false;
        if (__builtin_mul_overflow(*value, (uint64_t)base, value) ||
            __builtin_add_overflow(*value, (uint64_t)digit, value))
            *overflow = true;
    }
    return true;
}

static bool range_error(const YamlNode *node, uint64_t min, uint64_t max, GError **error)
{
    if (max > 0xffff)
        return yaml_error(error, node, "%s is not in the range %#" G_GINT64_MODIFIER "x to %#" G_GINT64_MODIFIER "x",
                          node->text, min, max);
    return yaml_error(error, node, "%s is not in the range %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, node->text,
                      min, max);
}

bool yaml_u64(const YamlNode *node, uint64_t min, uint64_t max, uint64_t *value, GError **error)
{
    const char *text;
    bool overflow;

    if (!yaml_text(node, &text, error))
        return false;
    bool negative = text[0] == '-';
    const char *number = text + negative;
    bool hex = g_str_has_prefix(number, "0x");

    if (node->style != YAML_PLAIN || !parse_digits(hex ? number + 2 : number, hex ? 16 : 10, value, &overflow))
        return yaml_error(error, node, "expected a number (decimal, or hexadecimal with 0x), found '%s'%s", text,
                          node->style != YAML_PLAIN ? " as text" : "");
    if (!hex && number[0] == '0' && number[1] != '\0')
        return yaml_error(error, node, "a decimal number must not start with 0; write 0x for hexadecimal");
    if (overflow || (negative && *value > (uint64_t)1 << 63))
        return yaml_error(error, node, "%s does not fit into 64 bits", text);
    if (negative && *value != 0) {
        if (max != UINT64_MAX)
            return range_error(node, min, max, error);
        *value = -*value;
        return true;
    }
    return (*value >= min && *value <= max) || range_error(node, min, max, error);
}

bool yaml_bool(const YamlNode *node, bool *value, GError **error)
{
    const char *text;

    if (!yaml_text(node, &text, error))
        return false;
    bool yes = g_str_equal(text, "true");
    if (node->style != YAML_PLAIN || (!yes && !g_str_equal(text, "false")))
        return yaml_error(error, node, "expected true or false, found '%s'", text);
    *value = yes;
    return true;
}

/* "unknown WHAT 'TEXT'", with the likely name, or with all of them when they are few. */
static bool unknown_error(const YamlNode *node, const char *what, const char *const *names, gsize n_names,
                          GError **error)
{
    const char *closest = closest_name(node->text, names, n_names);

    if (closest != NULL)
        return yaml_error(error, node, "unknown %s '%s'; did you mean '%s'?", what, node->text, closest);
    if (n_names == 0 || n_names > 24)
        return yaml_error(error, node, "unknown %s '%s'", what, node->text);

    g_autoptr(GString) list = g_string_new(names[0]);
    for (gsize i = 1; i < n_names; i++)
        g_string_append_printf(list, ", %s", names[i]);
    return yaml_error(error, node, "unknown %s '%s'; known: %s", what, node->text, list->str);
}

bool yaml_enum(const YamlNode *node, const char *what, const char *const *names, gsize n_names, gsize *index,
               GError **error)
{
    const char *text;

    if (!yaml_text(node, &text, error))
        return false;
    for (gsize i = 0; i < n_names; i++) {
        if (g_str_equal(names[i], text)) {
            *index = i;
            return true;
        }
    }
    return unknown_error(node, what, names, n_names, error);
}

/* ---- sequences and mappings */

guint yaml_length(const YamlNode *node)
{
    if (node->kind == YAML_SCALAR)
        return 0;
    return node->kind == YAML_MAPPING ? node->items->len / 2 : node->items->len;
}

const YamlNode *yaml_item(const YamlNode *node, guint i)
{
    g_assert(i < yaml_length(node));
    return g_ptr_array_index(node->items, node->kind == YAML_MAPPING ? 2 * i + 1 : i);
}

const YamlNode *yaml_key(const YamlNode *node, guint i)
{
    g_assert(node->kind == YAML_MAPPING && i < yaml_length(node));
    return g_ptr_array_index(node->items, 2 * i);
}

const YamlNode *yaml_mapping_get(const YamlNode *node, const char *key)
{
    g_assert(node->kind == YAML_MAPPING);
    return g_hash_table_lookup(node->values, key);
}

const YamlNode *yaml_mapping_require(const YamlNode *node, const char *key, GError **error)
{
    if (!yaml_expect(node, YAML_MAPPING, error))
        return NULL;

    const YamlNode *value = yaml_mapping_get(node, key);
    if (value == NULL)
        yaml_error(error, node, "missing key '%s'", key);
    return value;
}

bool yaml_mapping_check_keys(const YamlNode *node, const char *const *allowed, gsize n_allowed, GError **error)
{
    if (!yaml_expect(node, YAML_MAPPING, error))
        return false;
    for (guint i = 0; i < yaml_length(node); i++) {
        const YamlNode *key = yaml_key(node, i);
        bool known = g_str_has_prefix(key->text, "x-");

        for (gsize k = 0; k < n_allowed && !known; k++)
            known = g_str_equal(allowed[k], key->text);
        if (!known)
            return unknown_error(key, "key", allowed, n_allowed, error);
    }
    return true;
}
