/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/writer-parts.h"

#include "reports/text.h"

#include <string.h>

enum {
    REPLACEMENT = 0xfffd,
    LINE_SEPARATOR = 0x2028,
    PARAGRAPH_SEPARATOR = 0x2029,
};

/* ---- text */

/* Line separators are harmless in XML, but YAML 1.1 ends lines there. */
static bool is_refused(gunichar c)
{
    bool noncharacter = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
    return g_unichar_iscntrl(c) || noncharacter || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR;
}

static char *printable(const char *text, bool one_line)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1); /* names of files are any bytes */
    GString *out = g_string_sized_new(strlen(valid));
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == '\n' || c == '\t')
            g_string_append_c(out, one_line ? ' ' : (char)c);
        else
            g_string_append_unichar(out, is_refused(c) ? REPLACEMENT : c);
    }
    return g_string_free(out, FALSE);
}

char *printable_text(const char *text)
{
    return printable(text, false);
}

char *printable_line(const char *text)
{
    return printable(text, true);
}

void markdown_put(GString *out, const char *text)
{
    g_autofree char *line = printable_line(text);
    for (const char *at = line; *at; at++) {
        if (*at == '&')
            g_string_append(out, "&amp;");
        else if (*at == '<')
            g_string_append(out, "&lt;");
        else if (*at == '>')
            g_string_append(out, "&gt;");
        else
            g_string_append_printf(out, strchr("\\`*_[]|~#!$", *at) ? "\\%c" : "%c", *at);
    }
}

/* ---- results */

char *result_name(const Result *result)
{
    if (result->error)
        return g_strdup(result->file);
    return g_strdup_printf("%s [%s]", result->scenario, result->label);
}

char *verdict_word(Verdict verdict)
{
    return g_ascii_strdown(verdict_name(verdict), -1);
}

const char *result_rule(const Result *result)
{
    if (result->error)
        return "error";
    if (result->expects && !result->as_expected && result->verdict != VERDICT_INCONCLUSIVE)
        return "unexpected-verdict";
    return result->verdict == VERDICT_INCONCLUSIVE ? "inconclusive" : result->rule;
}

Place result_place(const Result *result)
{
    bool at_row = !result->error && result->expects && !result->as_expected && result->row_line;
    return at_row ? (Place){ result->row_line, result->row_column } : (Place){ result->line, result->column };
}

char *result_replay(const Result *result)
{
    if (!result->schedule)
        return NULL;
    return replay_command(result->file, result->schedule);
}

char *result_sentence(const Result *result)
{
    const Story *story = result->story;
    if (!story || !story->sentence)
        return NULL;
    GString *out = g_string_new(story->sentence);
    for (guint i = 0; i < story->allowed->len; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : " Allowed: ", (char *)g_ptr_array_index(story->allowed, i));
    if (story->allowed->len)
        g_string_append_c(out, '.');
    return g_string_free(out, FALSE);
}

const char *plain_path(const char *path)
{
    while (g_str_has_prefix(path, "./")) {
        path += 2;
        path += strspn(path, "/");
    }
    return path;
}

/* ---- JSON */

void json_put_text(JsonBuilder *builder, const char *key, const char *value)
{
    json_builder_set_member_name(builder, key);
    if (!value) {
        json_builder_add_null_value(builder);
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    json_builder_add_string_value(builder, valid);
}

void json_put_bool(JsonBuilder *builder, const char *key, bool value)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_boolean_value(builder, value);
}

void json_put_number(JsonBuilder *builder, const char *key, gint64 value)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_int_value(builder, value);
}

void json_put_null(JsonBuilder *builder, const char *key)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_null_value(builder);
}

void json_begin_object(JsonBuilder *builder, const char *key)
{
    if (key)
        json_builder_set_member_name(builder, key);
    json_builder_begin_object(builder);
}

void json_begin_array(JsonBuilder *builder, const char *key)
{
    if (key)
        json_builder_set_member_name(builder, key);
    json_builder_begin_array(builder);
}

void json_finish(JsonBuilder *builder, GString *out)
{
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, TRUE);
    g_string_append_printf(out, "%s\n", text);
}
