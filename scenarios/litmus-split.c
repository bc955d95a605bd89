/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outline of a litmus file: ARCH NAME "doc", lines of KEY=VALUE, { init }, program, condition. Comments (* *) nest and
 * may stand anywhere but in strings; they become blanks, so that every offset stays what it is in the file. */
#include "scenarios/litmus-parts.h"

#include <string.h>

#define NAME_CHARACTERS "/.+[]:-"

static void blank(LitmusFile *file, gsize start, gsize end)
{
    for (gsize i = start; i < end; i++)
        if (file->text[i] != '\n')
            file->text[i] = ' ';
}

static bool starts(const LitmusFile *file, gsize at, const char *token)
{
    return strncmp(file->text + at, token, strlen(token)) == 0;
}

/* ---- "Result: Never" */

static const char *const results[] = { "Undef", "Never", "Sometimes", "Always" };

const char *litmus_result_name(LitmusResult result)
{
    return results[result];
}

/* A line of a comment that says nothing but "Result: WORD". */
static bool read_result(LitmusFile *file, gsize start, gsize end, GError **error)
{
    g_autofree char *line = g_strndup(file->text + start, end - start);
    char *at = line + strspn(line, " \t*(");
    if (!g_str_has_prefix(at, "Result:"))
        return true;
    at += strlen("Result:");
    at += strspn(at, " \t");
    gsize length = strspn(at, G_CSET_A_2_Z G_CSET_a_2_z);
    if (length == 0 || at[length + strspn(at + length, " \t\r*)")])
        return true;
    g_autofree char *word = g_strndup(at, length);
    gsize word_at = start + (gsize)(at - line);
    for (guint i = 1; i < G_N_ELEMENTS(results); i++) {
        if (g_ascii_strcasecmp(results[i], word))
            continue;
        file->expected = (LitmusResult)i;
        file->expected_at = word_at;
        return true;
    }
    return litmus_unknown(file, word_at, error, "result", word, results + 1, G_N_ELEMENTS(results) - 1);
}

static bool read_comment(LitmusFile *file, gsize start, gsize end, GError **error)
{
    while (start < end) {
        const char *newline = memchr(file->text + start, '\n', end - start);
        gsize line_end = newline ? (gsize)(newline - file->text) : end;
        if (!read_result(file, start, line_end, error))
            return false;
        start = line_end + 1;
    }
    return true;
}

/* ---- comments and strings */

/* Blanks the comment that starts at *at and moves behind it. */
static bool skip_comment(LitmusFile *file, gsize *at, bool header, GError **error)
{
    gsize start = *at, depth = 0, i = start;
    do {
        if (starts(file, i, "(*")) {
            depth++;
            i += 2;
        } else if (starts(file, i, "*)")) {
            depth--;
            i += 2;
        } else if (i++ == file->length) {
            return litmus_error(file, start, error, "this comment does not end");
        }
    } while (depth);
    if (header && !read_comment(file, start, i, error))
        return false;
    blank(file, start, i);
    *at = i;
    return true;
}

static bool skip_string(const LitmusFile *file, gsize *at, GError **error)
{
    gsize length = strcspn(file->text + *at + 1, "\"\n");
    if (file->text[*at + 1 + length] != '"')
        return litmus_error(file, *at, error, "this string does not end on its line");
    *at += length + 2;
    return true;
}

static bool skip_blanks(LitmusFile *file, gsize *at, GError **error)
{
    for (;;) {
        while (g_ascii_isspace(file->text[*at]))
            (*at)++;
        if (!starts(file, *at, "(*"))
            return true;
        if (!skip_comment(file, at, true, error))
            return false;
    }
}

/* ---- the header */

/* Architectures of herd: a file of another one is no mistake. */
static const char *const architectures[] = { "AArch64", "ARM",  "ASL",  "BPF", "Bell", "C",     "CPP",
                                             "JAVA",    "LISA", "MIPS", "PPC", "X86",  "X86_64" };

static char *take_word(const LitmusFile *file, gsize *at, const char *more)
{
    gsize start = *at;
    while (g_ascii_isalnum(file->text[*at]) || file->text[*at] == '_' ||
           (file->text[*at] && strchr(more, file->text[*at])))
        (*at)++;
    return g_strndup(file->text + start, *at - start);
}

static bool read_architecture(LitmusFile *file, gsize *at, GError **error)
{
    gsize start = *at;
    g_autofree char *word = take_word(file, at, "");
    if (g_str_equal(word, "RISCV"))
        return true;
    for (guint i = 0; i < G_N_ELEMENTS(architectures); i++)
        if (g_ascii_strcasecmp(architectures[i], word) == 0)
            return litmus_unsupported(file, start, error, "a test for %s, not RISCV", architectures[i]);
    return litmus_error(file, start, error, "expected 'RISCV NAME' at the start of a litmus test");
}

/* "--" stands for the name of the file. */
static char *name_of_file(const LitmusFile *file)
{
    char *name = g_path_get_basename(source_name(file->source));
    if (g_str_has_suffix(name, ".litmus"))
        name[strlen(name) - strlen(".litmus")] = '\0';
    return name;
}

static bool read_name(LitmusFile *file, gsize *at, GError **error)
{
    while (file->text[*at] == ' ' || file->text[*at] == '\t')
        (*at)++;
    g_autofree char *name = take_word(file, at, NAME_CHARACTERS);
    if (!*name)
        return litmus_error(file, *at, error, "expected the name of the test");
    file->name = g_str_equal(name, "--") ? name_of_file(file) : g_steal_pointer(&name);
    gsize behind = *at + strspn(file->text + *at, " \t");
    if (file->text[behind] == '(' && file->text[behind + 1] != '*') { /* a name for TeX */
        gsize length = strcspn(file->text + behind, ")\n");
        if (file->text[behind + length] == ')')
            *at = behind + length + 1;
    }
    return true;
}

static bool read_doc(LitmusFile *file, gsize *at, GError **error)
{
    gsize start = *at;
    if (file->text[start] != '"')
        return true;
    gsize length = strcspn(file->text + start + 1, "\"");
    if (file->text[start + 1 + length] != '"')
        return litmus_error(file, start, error, "this string does not end");
    file->doc = litmus_squeezed(file->text + start + 1, length);
    *at = start + length + 2;
    return true;
}

static bool read_variant(LitmusFile *file, gsize at, const char *value, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(value, ", \t\r", -1);
    for (guint i = 0; words[i]; i++) {
        if (g_str_equal(words[i], "self"))
            file->self = true;
        else if (*words[i] && !g_str_equal(words[i], "mixed"))
            return litmus_unsupported(file, at, error, "Variant=%s", words[i]);
    }
    return true;
}

/* The lines between the head and the init. Only Variant matters here. */
static bool read_lines(LitmusFile *file, gsize start, gsize end, GError **error)
{
    while (start < end) {
        const char *line = file->text + start;
        gsize length = MIN(strcspn(line, "\n"), end - start);
        g_autofree char *text = g_strstrip(g_strndup(line, length));
        char *equals = strchr(text, '=');
        if (equals && g_str_has_prefix(text, "Variant")) {
            g_autofree char *key = g_strchomp(g_strndup(text, (gsize)(equals - text)));
            gsize at = start + strspn(line, " \t\r");
            if (g_str_equal(key, "Variant") && !read_variant(file, at, equals + 1, error))
                return false;
        }
        start += length + 1;
    }
    return true;
}

static bool read_header(LitmusFile *file, gsize *at, GError **error)
{
    if (!skip_blanks(file, at, error) || !read_architecture(file, at, error) || !read_name(file, at, error) ||
        !skip_blanks(file, at, error) || !read_doc(file, at, error))
        return false;
    gsize start = *at;
    while (*at < file->length && file->text[*at] != '{') {
        if (!starts(file, *at, "(*"))
            (*at)++;
        else if (!skip_comment(file, at, true, error))
            return false;
    }
    if (*at == file->length)
        return litmus_error(file, *at, error, "expected '{' and the initial values");
    return read_lines(file, start, *at, error);
}

/* ---- the other parts */

static bool find_init(LitmusFile *file, gsize *at, GError **error)
{
    gsize open = *at, depth = 0;
    file->init.start = open + 1;
    for (gsize i = open; i < file->length; i++) {
        depth += file->text[i] == '{';
        if (file->text[i] == '"') {
            if (!skip_string(file, &i, error))
                return false;
            i--;
        } else if (starts(file, i, "(*")) {
            if (!skip_comment(file, &i, false, error))
                return false;
            i--;
        } else if (file->text[i] == '}' && --depth == 0) {
            file->init.end = i;
            *at = i + 1;
            return true;
        }
    }
    return litmus_error(file, open, error, "this brace is not closed");
}

static bool is_word_character(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '.';
}

static bool word_at(const LitmusFile *file, gsize at, const char *word)
{
    return starts(file, at, word) && !is_word_character(file->text[at + strlen(word)]) &&
           (at == 0 || !is_word_character(file->text[at - 1]));
}

/* Whether the constraint starts here; "~" and "not" belong to the exists behind them. */
static bool ends_program(const LitmusFile *file, gsize at)
{
    static const char *const words[] = { "final",    "forall",   "exists",    "cases",
                                         "observed", "Observed", "locations", "filter" };
    gsize skipped = file->text[at] == '~' ? 1 : word_at(file, at, "not") ? 3 : 0;
    gsize next = at + skipped;
    while (skipped && g_ascii_isspace(file->text[next]))
        next++;
    if (skipped)
        return word_at(file, next, "exists");
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (word_at(file, at, words[i]))
            return true;
    return false;
}

/* Blanks the comments behind the init and finds where the program and the constraint end. */
static bool find_rest(LitmusFile *file, gsize at, GError **error)
{
    bool in_program = true;
    file->program.start = at;
    for (; at < file->length; at++) {
        if (in_program && ends_program(file, at)) {
            file->program.end = file->constraint.start = at;
            in_program = false;
        }
        if (starts(file, at, "(*")) {
            if (!skip_comment(file, &at, false, error))
                return false;
            at--;
        } else if (!in_program && file->text[at] == '"') {
            if (!skip_string(file, &at, error))
                return false;
            at--;
        } else if (!in_program && starts(file, at, "<<")) {
            break; /* whatever follows is for other tools */
        }
    }
    if (in_program)
        file->program.end = file->constraint.start = at;
    file->constraint.end = at;
    return true;
}

bool litmus_split(LitmusFile *file, GError **error)
{
    const char *nul = memchr(file->text, '\0', file->length);
    gsize at = 0;
    if (nul)
        return litmus_error(file, (gsize)(nul - file->text), error, "a NUL byte");
    return read_header(file, &at, error) && find_init(file, &at, error) && find_rest(file, at, error);
}
