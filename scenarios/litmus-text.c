/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/litmus-parts.h"

#include "sim/base/error.h"

#include <string.h>

/* Not source_position(), which also counts columns: a program may be one long line. */
guint litmus_line(const LitmusFile *file, gsize at)
{
    guint low = 0, high = file->lines->len;
    while (low < high) { /* the first line that starts above the offset */
        guint middle = low + (high - low) / 2;
        if (g_array_index(file->lines, gsize, middle) <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return MAX(low, 1);
}

static bool located(const LitmusFile *file, gsize at, GError **error, SimError code, const char *severity,
                    const char *format, va_list arguments)
{
    guint line, column;
    source_position(file->source, at, &line, &column);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    g_autofree char *text = source_message(file->source, line, column, severity, message);
    g_set_error_literal(error, SIM_ERROR, code, text);
    return false;
}

bool litmus_error(const LitmusFile *file, gsize at, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    located(file, at, error, SIM_ERROR_SCENARIO, "error", format, arguments);
    va_end(arguments);
    return false;
}

bool litmus_unsupported(const LitmusFile *file, gsize at, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    located(file, at, error, SIM_ERROR_UNSUPPORTED, "skipped", format, arguments);
    va_end(arguments);
    return false;
}

bool litmus_unknown(const LitmusFile *file, gsize at, GError **error, const char *what, const char *name,
                    const char *const *candidates, gsize n_candidates)
{
    const char *closest = closest_name(name, candidates, n_candidates);
    if (closest)
        return litmus_error(file, at, error, "unknown %s '%s'; did you mean '%s'?", what, name, closest);
    return litmus_error(file, at, error, "unknown %s '%s'", what, name);
}

char *litmus_squeezed(const char *text, gsize length)
{
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isspace(text[i]))
            g_string_append_c(out, text[i]);
        else if (out->len && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    return g_strchomp(g_string_free(out, FALSE));
}

/* ---- the cursor */

char cursor_peek(LitmusCursor *cursor)
{
    const char *text = cursor->file->text;
    while (cursor->at < cursor->end && g_ascii_isspace(text[cursor->at]))
        cursor->at++;
    return cursor->at < cursor->end ? text[cursor->at] : '\0';
}

bool cursor_at_end(LitmusCursor *cursor)
{
    cursor_peek(cursor);
    return cursor->at == cursor->end;
}

bool cursor_accept(LitmusCursor *cursor, char c)
{
    if (cursor_peek(cursor) != c)
        return false;
    cursor->at++;
    return true;
}

bool cursor_expect(LitmusCursor *cursor, char c)
{
    return cursor_accept(cursor, c) || litmus_error(cursor->file, cursor->at, cursor->error, "expected '%c'", c);
}

char *cursor_name(LitmusCursor *cursor, const char *more)
{
    const char *text = cursor->file->text;
    cursor_peek(cursor);
    gsize start = cursor->at;
    while (cursor->at < cursor->end && (g_ascii_isalnum(text[cursor->at]) || text[cursor->at] == '_' ||
                                        (cursor->at > start && strchr(more, text[cursor->at]))))
        cursor->at++;
    return cursor->at > start ? g_strndup(text + start, cursor->at - start) : NULL;
}

bool cursor_number(LitmusCursor *cursor, uint64_t *value)
{
    cursor_peek(cursor);
    gsize start = cursor->at;
    bool negative = start < cursor->end && cursor->file->text[start] == '-';
    cursor->at += negative;
    gsize digits_at = cursor->at;
    g_autofree char *digits = cursor_name(cursor, "");
    bool glued = digits_at < cursor->at && !g_ascii_isspace(cursor->file->text[digits_at]);
    cursor->at = start;
    if (!digits || !glued || !g_ascii_isdigit(*digits))
        return litmus_error(cursor->file, start, cursor->error, "expected a number");
    bool hexadecimal = g_str_has_prefix(digits, "0x") || g_str_has_prefix(digits, "0X");
    guint64 magnitude;
    if (!g_ascii_string_to_unsigned(digits + (hexadecimal ? 2 : 0), hexadecimal ? 16 : 10, 0, G_MAXUINT64, &magnitude,
                                    NULL) ||
        (negative && magnitude > (guint64)1 << 63))
        return litmus_error(cursor->file, start, cursor->error, "not a 64-bit number");
    cursor->at = digits_at + strlen(digits);
    *value = negative ? -magnitude : magnitude;
    return true;
}

bool cursor_string(LitmusCursor *cursor, LitmusSpan *inner)
{
    const char *text = cursor->file->text;
    gsize start = cursor->at;
    if (!cursor_expect(cursor, '"'))
        return false;
    inner->start = cursor->at;
    while (cursor->at < cursor->end && text[cursor->at] != '"' && text[cursor->at] != '\n')
        cursor->at++;
    inner->end = cursor->at;
    if (cursor->at == cursor->end || text[cursor->at] != '"')
        return litmus_error(cursor->file, start, cursor->error, "this string does not end on its line");
    cursor->at++;
    return true;
}
