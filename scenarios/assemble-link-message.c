/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the linker complains about, in the words of the user's files: of the blocks, "(SECTION+0xOFFSET): TEXT", since their
 * object has no debug information then; of units, "FILE:LINE: TEXT" if they have it. */
#include "scenarios/assemble-parts.h"

#include <string.h>

static const ImageLine *find_row(const ElfContents *lines, const char *section, uint64_t offset, bool *exact)
{
    const ImageSection *found = image_section_named(lines->image, section);
    const ImageLine *row = NULL;
    uint64_t address = 0;

    for (guint i = 0; i < lines->n_patches && g_str_has_prefix(section, ASSEMBLE_PATCH_PREFIX); i++) {
        const ElfPatch *patch = &lines->patches[i];

        if (g_str_equal(patch->name, section + strlen(ASSEMBLE_PATCH_PREFIX))) {
            address = patch->address + offset;
            row = image_line(patch->lines, address);
        }
    }
    if (found != NULL) {
        address = found->address + offset;
        row = image_line(lines->image, address);
    }
    *exact = row != NULL && row->address == address;
    return row;
}

/* The block of the section (better) or of the file that has this line. */
static const AsmBlock *block_with_line(const AsmJob *job, const char *section, const ImageLine *row)
{
    const AsmBlock *best = NULL;

    for (gsize i = 0; i < job->n_blocks; i++) {
        const AsmBlock *block = &job->blocks[i];
        g_autofree char *name = asm_marker_name(block);
        const char *bare = name[0] == '<' ? strchr(name, '>') + 1 : name;

        if (!g_str_equal(bare, row->file) || row->line < block->line)
            continue;
        if (best == NULL || g_str_equal(block->section, section))
            best = block;
    }
    return best;
}

/* What stands between ` and ' in the message. */
static char *quoted_word(const char *text)
{
    const char *start = strchr(text, '`');
    const char *end = start != NULL ? strchr(start, '\'') : NULL;

    return end != NULL ? g_strndup(start + 1, (gsize)(end - start) - 1) : NULL;
}

/* Whether that line of the block's file mentions the word; its column. */
static bool line_mentions(const AsmBlock *block, guint line, const char *word, guint *column)
{
    AsmJob search = { .blocks = block, .n_blocks = 1 };
    guint found;

    /* The first mention may be on an earlier line: search from the line on. */
    const char *text = block->text;
    for (guint n = block->line; n < line && *text != '\0'; n++) {
        text = strchrnul(text, '\n');
        text += *text == '\n';
    }
    AsmBlock rest = *block;
    rest.text = text;
    rest.line = line;
    search.blocks = &rest;
    return asm_find_word(&search, NULL, word, &found, column) != NULL && found == line;
}

/* Where a complaint about a word at this place of a section belongs. The row tells for code; but of data it only tells
 * the instruction before, so a row that does not mention the word needs to be exact. */
static void add_link_complaint(AsmJob *job, const ElfContents *lines, const char *section, uint64_t offset,
                               const char *text)
{
    g_autofree char *word = quoted_word(text);
    bool exact = false;
    const ImageLine *row = lines != NULL ? find_row(lines, section, offset, &exact) : NULL;
    const AsmBlock *block = row != NULL ? block_with_line(job, section, row) : NULL;
    guint line = row != NULL ? row->line : 0, column;

    if (block != NULL && word != NULL && line_mentions(block, line, word, &column)) {
        asm_add_located(job, block, line, column, text);
        return;
    }
    if (block != NULL && exact) {
        asm_add_located(job, block, line, asm_indent_column(block, line), text);
        return;
    }
    if (row != NULL && exact && g_str_equal(row->file, ASM_GENERATED)) {
        asm_add_generated(job, row->line, text);
        return;
    }
    block = word != NULL ? asm_find_word(job, section, word, &line, &column) : NULL;
    if (block == NULL && word != NULL)
        block = asm_find_word(job, NULL, word, &line, &column);
    if (block != NULL)
        asm_add_located(job, block, line, column, text);
    else
        asm_add_located(job, asm_whole(job), asm_whole(job)->line, 1, text);
}

/* ---- units */

/* FILE:LINE: TEXT of a C file; of an object file, all that it has to say is about the object. */
static void read_unit_line(AsmJob *job, const AsmUnit *unit, const char *said)
{
    g_autoptr(GRegex) regex = g_regex_new("^(.*?):([0-9]+): (.*)$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    gsize length;

    if (said[0] == '(' && strstr(said, "): ") != NULL) /* (SECTION+0xOFFSET) means nothing to the user */
        said = strstr(said, "): ") + strlen("): ");
    if (unit->text == NULL || !g_regex_match(regex, said, 0, &match)) {
        g_autoptr(GError) error = NULL;

        asm_unit_error(&error, unit, NULL, said);
        asm_add_message(job, error->message);
        return;
    }
    g_autofree char *file = g_match_info_fetch(match, 1);
    g_autofree char *number = g_match_info_fetch(match, 2);
    g_autofree char *text = g_match_info_fetch(match, 3);
    g_autofree char *word = quoted_word(text);
    const char *name =
        g_str_has_prefix(file, ELF_SOURCE_DIRECTORY "/") ? file + strlen(ELF_SOURCE_DIRECTORY "/") : file;
    guint line = (guint)g_ascii_strtoull(number, NULL, 10), column = 0;
    AsmBlock block = {
        .text = source_text(unit->source, &length), .file = unit->name, .line = 1, .source = unit->source
    };

    if (word != NULL && g_str_equal(name, unit->name) && !line_mentions(&block, line, word, &column))
        column = 0;
    asm_add_foreign(job, name, line, column, text);
}

/* ---- lines */

/* Splits off "PROGRAM: " and "OBJECT:". The latter changes the subject: a unit, or (NULL) the blocks. */
static const char *split_subject(const AsmJob *job, const char *said, const AsmUnit **subject)
{
    const char *colon = strstr(said, "ld: ");

    if (colon != NULL)
        said = colon + strlen("ld: ");
    if (g_str_has_prefix(said, "plain.o:") || g_str_has_prefix(said, "plain.o(")) {
        *subject = NULL;
        return said + strlen("plain.o") + (said[strlen("plain.o")] == ':');
    }
    for (gsize i = 0; i < job->n_units; i++) {
        g_autofree char *name = asm_unit_file(i);

        gsize length = strlen(name);

        if (!g_str_has_prefix(said, name) || !strchr(":(", said[length]) || said[length] == '\0')
            continue;
        *subject = &job->units[i];
        return said + length + (said[length] == ':');
    }
    return said;
}

/* Names of our own files mean nothing to the user. */
static char *clean_text(const AsmJob *job, const char *text)
{
    g_autoptr(GString) clean = g_string_new(text);
    const char *first = strstr(text, "; ");

    if (first != NULL && strstr(first, "first defined here") != NULL)
        g_string_truncate(clean, (gsize)(first - text));
    g_string_replace(clean, " in plain.o", "", 0);
    for (gsize i = 0; i < job->n_units; i++) {
        g_autofree char *file = asm_unit_file(i);
        g_autofree char *before = g_strconcat(" in ", file, NULL);
        g_autofree char *after = g_strconcat(" in ", job->units[i].name, NULL);

        g_string_replace(clean, before, after, 0);
    }
    return g_string_free(g_steal_pointer(&clean), FALSE);
}

static void read_block_line(AsmJob *job, const ElfContents *lines, const char *said)
{
    static const char pattern[] = "\\(([^()]+)\\+0x([0-9a-f]+)\\): (?:warning: )?(.*)$";
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    if (!g_regex_match(regex, said, 0, &match))
        return;
    g_autofree char *input = g_match_info_fetch(match, 1);
    g_autofree char *offset = g_match_info_fetch(match, 2);
    g_autofree char *text = g_match_info_fetch(match, 3);
    const char *section = g_str_has_prefix(input, ELF_RENAMED_PREFIX) ? input + strlen(ELF_RENAMED_PREFIX) : input;

    add_link_complaint(job, lines, section, g_ascii_strtoull(offset, NULL, 16), text);
}

void asm_read_linker(AsmJob *job, const char *said, const ElfContents *lines)
{
    g_auto(GStrv) each = g_strsplit(said, "\n", -1);
    const AsmUnit *subject = NULL;

    for (char **line = each; *line != NULL; line++) {
        const char *rest = split_subject(job, *line, &subject);
        g_autofree char *text = clean_text(job, rest + strspn(rest, " "));

        if (text[0] == '\0' || g_str_has_prefix(text, "in function `") || strstr(text, "warning: ") != NULL)
            continue;
        if (subject != NULL)
            read_unit_line(job, subject, text);
        else
            read_block_line(job, lines, text);
    }
}
