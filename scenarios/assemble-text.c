/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/assemble-parts.h"
#include "sim/base/error.h"

#include <string.h>

/* A position in the text of a block. */
typedef struct Scan {
    const AsmBlock *block;
    const char *text;
    gsize at;
    guint line;       /* from 0 */
    gsize line_start; /* offset */
    bool statement;   /* nothing but labels so far in this statement */
} Scan;

bool asm_block_error(GError **error, const AsmBlock *block, guint line, guint column, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (block->source != NULL)
        return source_error(error, block->source, line, column, "%s", message);

    g_autoptr(Source) nameless = source_new(block->file, "", 0);
    return source_error(error, nameless, line, column, "%s", message);
}

const AsmBlock *asm_whole(const AsmJob *job)
{
    for (gsize i = 0; i < job->n_blocks; i++)
        if (!job->blocks[i].included)
            return &job->blocks[i];
    return &job->blocks[0];
}

bool asm_name_is_valid(const char *section)
{
    return section[0] != '\0' && section[strspn(section, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.$-")] == '\0';
}

static bool is_word(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '.' || c == '$' || (guchar)c >= 0x80;
}

/* The column in the file: the line there is indented by what the block has more. */
static guint file_column(const AsmBlock *block, guint line, const char *text, gsize line_length, gsize offset)
{
    gsize length;
    const char *in_file = block->source != NULL ? source_line(block->source, line, &length) : NULL;

    if (in_file != NULL && length >= line_length && memcmp(in_file + length - line_length, text, line_length) == 0)
        offset += length - line_length;
    else if (in_file != NULL)
        return source_indent_column(block->source, line);
    return (guint)offset + 1;
}

static bool scan_error(const Scan *scan, gsize at, GError **error, const char *message)
{
    const char *line = scan->text + scan->line_start;
    guint number = scan->block->line + scan->line;

    return asm_block_error(
        error, scan->block, number,
        file_column(scan->block, number, line, (gsize)(strchrnul(line, '\n') - line), at - scan->line_start), "%s",
        message);
}

static void next_line(Scan *scan)
{
    scan->line++;
    scan->line_start = scan->at + 1;
    scan->statement = true;
}

/* Skips a comment that ends, a newline within it counted; FALSE when it does not end. */
static bool skip_comment(Scan *scan)
{
    const char *end = strstr(scan->text + scan->at + 2, "*/");

    if (end == NULL)
        return false;
    for (; scan->text + scan->at < end + 1; scan->at++) {
        if (scan->text[scan->at] == '\n')
            next_line(scan);
    }
    return true;
}

/* Moves to the closing quote; FALSE when the line ends before it. */
static bool skip_string(Scan *scan)
{
    for (scan->at++; scan->text[scan->at] != '"'; scan->at++) {
        if (scan->text[scan->at] == '\\' && scan->text[scan->at + 1] != '\0')
            scan->at++;
        if (scan->text[scan->at] == '\n' || scan->text[scan->at] == '\0')
            return false;
    }
    return true;
}

static bool names_directive(const char *word, gsize length, const char *directive)
{
    return length == strlen(directive) && g_ascii_strncasecmp(word, directive, length) == 0;
}

/* Directives are found wherever they stand, since a macro may bring any word to the start of a statement. */
static bool check_word(const Scan *scan, gsize start, gsize length, GError **error)
{
    const char *word = scan->text + start;

    if (names_directive(word, length, ".include") || names_directive(word, length, ".incbin"))
        return scan_error(scan, start, error, "assembly text must not read other files (.include, .incbin)");
    if (scan->statement && names_directive(word, length, ".end") && word[length] != ':')
        return scan_error(scan, start, error, "'.end' would end the assembly of all blocks");
    return true;
}

/* One word, string, comment or other character. Leaves `at` on its last character. */
static bool scan_one(Scan *scan, GError **error)
{
    const char *text = scan->text;
    gsize start = scan->at;
    char c = text[start];

    if (c == '/' && text[start + 1] == '*')
        return skip_comment(scan) || scan_error(scan, start, error, "this comment does not end");
    if (c == '#') {
        scan->at += strcspn(text + start, "\n") - 1;
    } else if (c == '"') {
        if (!skip_string(scan))
            return scan_error(scan, start, error, "this string does not end on its line");
        if (!check_word(scan, start + 1, scan->at - start - 1, error))
            return false;
    } else if (c == '\'' && text[start + 1] != '\0' && text[start + 1] != '\n') {
        scan->at += text[start + 1] == '\\' && text[start + 2] != '\0' && text[start + 2] != '\n' ? 2 : 1;
    } else if (is_word(c)) {
        while (is_word(text[scan->at + 1]))
            scan->at++;
        if (!check_word(scan, start, scan->at + 1 - start, error))
            return false;
        scan->statement = text[scan->at + 1] == ':';
    } else if (c == '\n') {
        next_line(scan);
    } else if (c == ';' || c == ':') {
        scan->statement = true;
    }
    return true;
}

bool asm_check_block(const AsmBlock *block, GError **error)
{
    Scan scan = { .block = block, .text = block->text, .statement = true };

    if (!asm_name_is_valid(block->section))
        return asm_block_error(error, block, block->line, 1, "'%s' cannot be the name of a section", block->section);
    for (; scan.text[scan.at] != '\0'; scan.at++) {
        if (!scan_one(&scan, error))
            return false;
    }
    return true;
}

/* The default flags of ".text", ".text.x" and so on; NULL for other names. */
static const char *known_flags(const char *section)
{
    static const char *const known[][2] = {
        { ".text", "ax" }, { ".data", "aw" }, { ".rodata", "a" }, { ".bss", "(nobits)" }
    };

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        gsize length = strlen(known[i][0]);

        if (g_str_has_prefix(section, known[i][0]) && (section[length] == '\0' || section[length] == '.'))
            return known[i][1];
    }
    return NULL;
}

static char *mark_patch(const AsmBlock *block, const char *file)
{
    bool patch = g_str_has_prefix(block->section, ASSEMBLE_PATCH_PREFIX);

    return patch ? g_strconcat("<", block->section, ">", file, NULL) : g_strdup(file);
}

char *asm_marker_name(const AsmBlock *block)
{
    g_autofree char *file = g_strdup(block->file);

    for (char *c = file; *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c))
            *c = '_';
    }
    return mark_patch(block, file);
}

char *asm_generated_name(const AsmBlock *block)
{
    return mark_patch(block, ASM_GENERATED);
}

static void append_marker(GString *out, guint line, const char *name)
{
    g_string_append_printf(out, "# %u \"", line);
    for (; *name != '\0'; name++) {
        if (*name == '"' || *name == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *name);
    }
    g_string_append(out, "\"\n");
}

/* A comment that looks like one of our markers gets a second '#', which makes it a comment again. */
static void append_text(GString *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strchrnul(text, '\n');
        gsize blanks = strspn(text, " \t");

        if (text[blanks] == '#')
            g_string_append_c(out, '#');
        g_string_append_len(out, text, end - text);
        g_string_append_c(out, '\n');
        text = *end == '\n' ? end + 1 : end;
    }
}

static void append_generated(GString *out, const AsmBlock *block, const char *text)
{
    g_autofree char *name = asm_generated_name(block);

    if (text == NULL)
        return;
    append_marker(out, 1, name);
    append_text(out, text);
}

char *asm_file_text(const AsmBlock *blocks, gsize n_blocks, const char *end)
{
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < n_blocks; i++) {
        const AsmBlock *block = &blocks[i];
        const char *known = known_flags(block->section);
        g_autofree char *name = asm_marker_name(block);

        g_string_append_printf(out, ".section \"%s%s\",\"%s\",@progbits\n",
                               known != NULL && !g_str_equal(known, block->flags) ? ELF_RENAMED_PREFIX : "",
                               block->section, block->flags);
        g_string_append(out, ".option arch, " ASM_ARCH "\n.option norelax\n.option nopic\n");
        append_generated(out, block, block->prefix);
        append_marker(out, block->line, name);
        append_text(out, block->text);
        append_generated(out, block, block->suffix);
    }
    g_string_append(out, end);
    g_string_append(out, ".section " ASM_SENTINEL ",\"\",@progbits\n.byte 1\n");
    return g_string_free(out, FALSE);
}

static const char *word_in_line(const char *line, const char *end, const char *word)
{
    gsize length = strlen(word);
    const char *comment = memchr(line, '#', (gsize)(end - line));

    end = comment != NULL ? comment : end;
    for (const char *c = line; c + length <= end; c++) {
        if (memcmp(c, word, length) == 0 && (c == line || !is_word(c[-1])) &&
            (c + length == end || !is_word(c[length])))
            return c;
    }
    return NULL;
}

const AsmBlock *asm_find_word(const AsmJob *job, const char *section, const char *word, guint *line, guint *column)
{
    for (gsize i = 0; i < job->n_blocks; i++) {
        const AsmBlock *block = &job->blocks[i];
        const char *text = block->text;

        if (section != NULL && !g_str_equal(section, block->section))
            continue;
        for (*line = block->line; *text != '\0'; (*line)++) {
            const char *end = strchrnul(text, '\n');
            const char *found = word_in_line(text, end, word);

            if (found != NULL) {
                *column = file_column(block, *line, text, (gsize)(end - text), (gsize)(found - text));
                return block;
            }
            text = *end == '\n' ? end + 1 : end;
        }
    }
    return NULL;
}
