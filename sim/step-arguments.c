/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/source.h"
#include "sim/base/error.h"
#include "sim/step.h"

#include <string.h>

enum {
    QUOTED_MAX = 60, /* characters */
    NAMED_MAX = 8
};

bool step_bad(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_USAGE, message);
    return false;
}

char *step_quoted(const char *word)
{
    bool whole = g_utf8_strlen(word, -1) <= QUOTED_MAX;
    g_autofree char *start = whole ? g_strdup(word) : g_utf8_substring(word, 0, QUOTED_MAX);
    return g_strdup_printf("'%s%s'", start, whole ? "" : "...");
}

bool step_count(char **words, guint least, guint most, const char *usage, GError **error)
{
    guint n = g_strv_length(words);
    return (n >= least && n <= most) || step_bad(error, "usage: %s", usage);
}

bool step_number(const char *word, guint least, guint most, guint *number, GError **error)
{
    guint64 value;
    if (g_ascii_string_to_unsigned(word, 10, least, most, &value, NULL)) {
        *number = (guint)value;
        return true;
    }
    g_autofree char *quoted = step_quoted(word);
    return step_bad(error, "%s is no number from %u to %u", quoted, least, most);
}

/* `names` are those that there are: the message lists a few, and of many says which one was probably meant. */
static bool no_such(const char *what, const char *word, const char *const *names, guint n, GError **error)
{
    g_autofree char *quoted = step_quoted(word);
    const char *closest = closest_name(word, names, n);
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < n && n <= NAMED_MAX; i++)
        g_string_append_printf(list, "%s%s", i ? ", " : "", names[i]);
    if (list->len)
        return step_bad(error, "there is no %s %s, but %s", what, quoted, list->str);
    return closest ? step_bad(error, "there is no %s %s; did you mean '%s'?", what, quoted, closest)
                   : step_bad(error, "there is no %s %s", what, quoted);
}

int step_find(const char *word, const char *what, const char *const *names, guint n, GError **error)
{
    int found = -1;
    g_autoptr(GString) several = g_string_new(NULL);
    for (guint i = 0; i < n; i++) {
        if (g_str_equal(word, names[i]))
            return (int)i;
        if (!*word || !g_str_has_prefix(names[i], word))
            continue;
        g_string_append_printf(several, "%s%s", found < 0 ? "" : ", ", names[i]);
        found = (int)i;
    }
    if (found >= 0 && g_str_equal(several->str, names[found]))
        return found;
    g_autofree char *quoted = step_quoted(word);
    if (found < 0)
        no_such(what, word, names, n, error);
    else
        step_bad(error, "%s may be %s", quoted, several->str);
    return -1;
}

bool step_hart(const Stepper *stepper, const char *word, guint *hart, GError **error)
{
    const Program *program = stepper->scenario->program;
    const char *names[HARTS_MAX];
    for (guint h = 0; h < program->harts->len; h++) {
        names[h] = program_hart(program, h)->name;
        if (g_str_equal(names[h], word)) {
            *hart = h;
            return true;
        }
    }
    guint64 number;
    if (!g_ascii_string_to_unsigned(word, 10, 0, program->harts->len - 1, &number, NULL))
        return no_such("hart", word, names, program->harts->len, error);
    *hart = (guint)number;
    return true;
}

/* The names of all labels; free the array. */
static const char **label_names(const Image *image, guint *n)
{
    const ImageSymbol *symbols = image_symbols(image, n);
    const char **names = g_new(const char *, *n + 1);
    for (guint i = 0; i < *n; i++)
        names[i] = symbols[i].name;
    return names;
}

/* A number in decimal, or in hexadecimal behind 0x. */
static bool parse_value(const char *word, uint64_t *value)
{
    bool hex = g_str_has_prefix(word, "0x");
    return g_ascii_string_to_unsigned(hex ? word + 2 : word, hex ? 16 : 10, 0, G_MAXUINT64, value, NULL);
}

bool step_address(const Stepper *stepper, const char *word, uint64_t *address, GError **error)
{
    const Image *image = stepper->scenario->program->image;
    const char *sign = strpbrk(word, "+-");
    g_autofree char *label = sign ? g_strndup(word, (gsize)(sign - word)) : g_strdup(word);
    const ImageSymbol *symbol = image_symbol(image, label);
    if (symbol) {
        *address = symbol->address;
    } else if (!parse_value(label, address)) {
        guint n;
        g_autofree const char **names = label_names(image, &n);
        return no_such("label", label, names, n, error);
    }
    if (!sign)
        return true;
    uint64_t offset;
    if (!parse_value(sign + 1, &offset)) {
        g_autofree char *quoted = step_quoted(sign);
        return step_bad(error, "%s is no offset: '+' or '-', and a number of bytes", quoted);
    }
    *address = *sign == '+' ? *address + offset : *address - offset;
    return true;
}

bool step_is_code(const Stepper *stepper, uint64_t address, GError **error)
{
    const Image *image = stepper->scenario->program->image;
    const ImageSection *section = image_section_at(image, address, 2);
    if (section && section->flags & IMAGE_EXEC && address % 2 == 0)
        return true;
    g_autofree char *text = address_text(image, address);
    return step_bad(error, "there is no %s at %s", address % 2 ? "instruction" : "code", text);
}
