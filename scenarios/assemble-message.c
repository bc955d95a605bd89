/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tools complain about, in the words of the user's file. */
#include "scenarios/assemble-parts.h"
#include "sim/base/error.h"

#include <string.h>

/* A complaint of the assembler that the next lines may still explain. */
typedef struct Pending {
    char *text; /* owned; NULL: none */
    const AsmBlock *block;
    guint line;
    bool generated, macro;
} Pending;

static void add_message(AsmJob *job, char *message)
{
    for (guint i = 0; i < job->messages->len; i++) {
        if (g_str_equal(g_ptr_array_index(job->messages, i), message)) {
            g_free(message);
            return;
        }
    }
    if (job->messages->len < ASSEMBLE_ERRORS_MAX) {
        g_ptr_array_add(job->messages, message);
        return;
    }
    job->n_dropped++;
    g_free(message);
}

static void add_located(AsmJob *job, const AsmBlock *block, guint line, guint column, const char *text)
{
    g_autoptr(GError) error = NULL;

    asm_block_error(&error, block, line, column, "%s", text);
    add_message(job, g_strdup(error->message));
}

static void add_generated(AsmJob *job, guint line, const char *text)
{
    g_autoptr(Source) source = source_new(ASM_GENERATED, "", 0);

    add_message(job, source_message(source, line, 1, "error", text));
}

bool asm_messages_error(const AsmJob *job, GError **error)
{
    g_autoptr(GString) all = g_string_new(NULL);

    for (guint i = 0; i < job->messages->len; i++)
        g_string_append_printf(all, "%s%s", i > 0 ? "\n" : "", (const char *)g_ptr_array_index(job->messages, i));
    if (job->n_dropped > 0)
        g_string_append_printf(all, "\n... and %u more", job->n_dropped);
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_SCENARIO, all->str);
    return false;
}

static guint indent_column(const AsmBlock *block, guint line)
{
    return block->source != NULL ? source_indent_column(block->source, line) : 1;
}

/* ---- the assembler: "NAME:LINE: Error: TEXT" */

static void flush(AsmJob *job, Pending *pending)
{
    if (pending->text == NULL)
        return;
    g_autofree char *text = g_strconcat(pending->text, pending->macro ? " (in a macro used here)" : "", NULL);

    if (pending->line == 0)
        ; /* about the whole file, as are only remarks on what has a line of its own */
    else if (pending->generated)
        add_generated(job, pending->line, text);
    else
        add_located(job, pending->block, pending->line, indent_column(pending->block, pending->line), text);
    g_clear_pointer(&pending->text, g_free);
}

/* If the line starts with NAME and a colon: what follows. */
static const char *after_name(const char *line, const char *name)
{
    gsize length = strlen(name);

    return strncmp(line, name, length) == 0 && line[length] == ':' ? line + length + 1 : NULL;
}

/* Splits off the file that a line talks about; FALSE when it is none of ours. */
static bool split_name(const AsmJob *job, const char *line, const AsmBlock **block, bool *generated, const char **rest)
{
    for (gsize i = 0; i < job->n_blocks; i++) {
        g_autofree char *name = asm_marker_name(&job->blocks[i]);
        g_autofree char *generated_name = asm_generated_name(&job->blocks[i]);

        *block = &job->blocks[i];
        *rest = after_name(line, name);
        *generated = *rest == NULL;
        if (*rest == NULL)
            *rest = after_name(line, generated_name);
        if (*rest != NULL)
            return true;
    }
    *block = asm_whole(job);
    *generated = true;
    *rest = after_name(line, "in.s");
    return *rest != NULL;
}

/* "12: Error: TEXT" or " Error: TEXT" (line 0). NULL when it is nothing of the sort. */
static const char *complaint(const char *rest, guint *line)
{
    static const char *const kinds[] = { "Error: ", "Fatal error: ", "Warning: ", "Internal error: " };
    char *end = NULL;

    *line = (guint)g_ascii_strtoull(rest, &end, 10);
    if (end != rest && *end == ':')
        rest = end + 1;
    rest += strspn(rest, " ");
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_str_has_prefix(rest, kinds[i]))
            return rest + strlen(kinds[i]);
    }
    return NULL;
}

static void read_assembler_line(AsmJob *job, Pending *pending, const char *said)
{
    const AsmBlock *block;
    const char *rest, *text;
    bool generated;
    guint line;

    if (!split_name(job, said, &block, &generated, &rest)) {
        /* A complaint about some other file comes from a file that a macro managed to include. */
        const char *colon = strchr(said, ':');

        if (colon != NULL && g_ascii_isdigit(colon[1]) && complaint(colon + 1, &line) != NULL)
            add_located(job, asm_whole(job), asm_whole(job)->line, 1, "assembly text must not read other files");
        return;
    }
    text = complaint(rest, &line);
    if (text != NULL && strstr(text, "treating warnings as errors") == NULL) {
        flush(job, pending);
        *pending = (Pending){ .text = g_strdup(text), .block = block, .line = line, .generated = generated };
    } else if (text == NULL && pending->text != NULL && strstr(rest, "Info: macro invoked from here") != NULL) {
        /* Within a macro the assembler names the wrong file, but the line says where the macro was used. */
        guint used = (guint)g_ascii_strtoull(rest, NULL, 10);

        pending->macro = true;
        if (!generated || pending->generated) {
            pending->block = block;
            pending->line = used;
            pending->generated = generated;
        }
    }
}

void asm_read_assembler(AsmJob *job, const char *said)
{
    g_auto(GStrv) lines = g_strsplit(said, "\n", -1);
    Pending pending = { 0 };

    for (char **line = lines; *line != NULL; line++)
        read_assembler_line(job, &pending, *line);
    flush(job, &pending);
}

/* ---- the linker: "(SECTION+0xOFFSET): TEXT", from an object without debug information */

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
        add_located(job, block, line, column, text);
        return;
    }
    if (block != NULL && exact) {
        add_located(job, block, line, indent_column(block, line), text);
        return;
    }
    if (row != NULL && exact && g_str_equal(row->file, ASM_GENERATED)) {
        add_generated(job, row->line, text);
        return;
    }
    block = word != NULL ? asm_find_word(job, section, word, &line, &column) : NULL;
    if (block == NULL && word != NULL)
        block = asm_find_word(job, NULL, word, &line, &column);
    if (block != NULL)
        add_located(job, block, line, column, text);
    else
        add_located(job, asm_whole(job), asm_whole(job)->line, 1, text);
}

static void read_linker_line(AsmJob *job, const ElfContents *lines, const char *said)
{
    static const char pattern[] = "\\(([^()]+)\\+0x([0-9a-f]+)\\): (?:warning: )?(.*)$";
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    if (!g_regex_match(regex, said, 0, &match))
        return;
    g_autofree char *input = g_match_info_fetch(match, 1);
    g_autofree char *offset = g_match_info_fetch(match, 2);
    g_autofree char *text = g_match_info_fetch(match, 3);
    g_autoptr(GString) clean = g_string_new(text);
    const char *section = g_str_has_prefix(input, ELF_RENAMED_PREFIX) ? input + strlen(ELF_RENAMED_PREFIX) : input;

    g_string_replace(clean, " in plain.o", "", 0);
    add_link_complaint(job, lines, section, g_ascii_strtoull(offset, NULL, 16), clean->str);
}

void asm_read_linker(AsmJob *job, const char *said, const ElfContents *lines)
{
    g_auto(GStrv) each = g_strsplit(said, "\n", -1);

    for (char **line = each; *line != NULL; line++)
        read_linker_line(job, lines, *line);
}
