/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libyaml would accept silently, count differently, or refuse without a place. */
#include "scenarios/yaml-node.h"

static const char *refused_character(gunichar c, bool before_newline)
{
    if (c == '\r')
        return before_newline ? NULL : "a carriage return that ends no line";
    if (c == 0)
        return "a NUL byte";
    if ((c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0 && c != 0x85))
        return "a control character";
    if (c == 0x85 || c == 0x2028 || c == 0x2029)
        return "a line separator other than a newline";
    if (c == 0xfeff)
        return "a byte order mark inside the file";
    return c == 0xfffe || c == 0xffff ? "a character that is no character" : NULL;
}

bool yaml_check_bytes(const Source *source, GError **error)
{
    gsize length;
    const char *text = source_text(source, &length);
    const char *invalid = NULL;
    const char *complaint = NULL;
    gsize i = 0;

    for (; i < length; i = (gsize)(g_utf8_next_char(text + i) - text)) {
        gunichar c =
            (guchar)text[i] < 0x80 ? (guchar)text[i] : g_utf8_get_char_validated(text + i, (gssize)(length - i));

        if (c == (gunichar)-1 || c == (gunichar)-2) {
            invalid = text + i;
            complaint = "a byte that is not UTF-8";
        } else {
            complaint = refused_character(c, text[i + 1] == '\n');
        }
        if (complaint != NULL)
            break;
    }
    if (complaint == NULL)
        return true;

    guint line, column;
    source_position(source, i, &line, &column);
    return invalid != NULL ? source_error(error, source, line, column, "%s (0x%02x)", complaint, (guchar)*invalid)
                           : source_error(error, source, line, column, "%s", complaint);
}
