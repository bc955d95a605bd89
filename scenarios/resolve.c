/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/resolve.h"

#include <errno.h>
#include <string.h>

guint name_index(GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (g_str_equal(g_ptr_array_index(names, i), name))
            return i;
    g_ptr_array_add(names, g_strdup(name));
    return names->len - 1;
}

bool plain_name(const YamlNode *node, const char **name, GError **error)
{
    if (!yaml_text(node, name, error))
        return false;
    bool plain = **name && !g_ascii_isdigit(**name);
    for (const char *c = *name; *c; c++)
        plain = plain && (g_ascii_isalnum(*c) || *c == '_');
    return plain || yaml_error(error, node, "expected a name of letters, digits and '_', found '%s'", *name);
}

const char *closest_symbol(const Image *image, const char *name)
{
    guint n;
    const ImageSymbol *symbols = image_symbols(image, &n);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < n; i++)
        if (symbols[i].name[0] != '$' && symbols[i].name[0] != '.')
            g_ptr_array_add(names, symbols[i].name);
    return closest_name(name, (const char *const *)names->pdata, names->len);
}

bool resolve_expression(const Image *image, const YamlNode *node, uint64_t *value, GError **error)
{
    const char *text;
    if (!yaml_text(node, &text, error))
        return false;
    gsize length = strcspn(text, "+-");
    g_autofree char *raw = g_strndup(text, length);
    const char *name = g_strstrip(raw);
    const ImageSymbol *symbol = image_symbol(image, name);
    if (!symbol) {
        const char *closest = closest_symbol(image, name);
        return closest ? yaml_error(error, node, "undefined label '%s'; did you mean '%s'?", name, closest)
                       : yaml_error(error, node, "undefined label '%s'", name);
    }
    *value = symbol->address;
    if (!text[length])
        return true;
    char *end;
    const char *digits = text + length + 1;
    while (*digits == ' ')
        digits++;
    errno = 0;
    uint64_t offset = g_ascii_strtoull(digits, &end, g_str_has_prefix(digits, "0x") ? 16 : 10);
    if (!g_ascii_isdigit(*digits) || errno || *end)
        return yaml_error(error, node, "expected LABEL, LABEL+NUMBER or LABEL-NUMBER, found '%s'", text);
    *value += text[length] == '+' ? offset : -offset;
    return true;
}

bool resolve_value(const Image *image, const YamlNode *node, uint64_t *value, GError **error)
{
    if (!yaml_expect(node, YAML_SCALAR, error))
        return false;
    const char *text = yaml_scalar(node);
    if (g_ascii_isdigit(*text) || *text == '-')
        return yaml_u64(node, 0, G_MAXUINT64, value, error);
    return resolve_expression(image, node, value, error);
}

const Patch *named_patch(const Program *program, const YamlNode *node, GError **error)
{
    const char *text;
    if (!yaml_text(node, &text, error))
        return NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < program->patches->len; i++) {
        const Patch *patch = program_patch(program, i);
        if (g_str_equal(patch->name, text))
            return patch;
        g_ptr_array_add(names, patch->name);
    }
    const char *closest = closest_name(text, (const char *const *)names->pdata, names->len);
    if (closest)
        yaml_error(error, node, "there is no patch '%s'; did you mean '%s'?", text, closest);
    else
        yaml_error(error, node, "there is no patch '%s'", text);
    return NULL;
}
