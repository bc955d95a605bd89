/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tools complain about, in the words of the user's file. */
#include "scenarios/assemble-parts.h"
#include "scenarios/lookup.h"
#include "sim/base/error.h"

#include <string.h>

/* A complaint of the assembler that the next lines may still explain. */
typedef struct Pending {
    char *text; /* owned; NULL: none */
    const AsmBlock *block;
    guint line;
    bool generated, macro;
} Pending;

/* Takes the text. */
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

void asm_add_message(AsmJob *job, const char *text)
{
    add_message(job, g_strdup(text));
}

void asm_add_located(AsmJob *job, const AsmBlock *block, guint line, guint column, const char *text)
{
    g_autoptr(GError) error = NULL;

    asm_block_error(&error, block, line, column, "%s", text);
    add_message(job, g_strdup(error->message));
}

void asm_add_generated(AsmJob *job, guint line, const char *text)
{
    g_autoptr(Source) source = source_new(ASM_GENERATED, "", 0);

    add_message(job, source_message(source, line, 1, "error", text));
}

void asm_add_foreign(AsmJob *job, const char *file, guint line, guint column, const char *text)
{
    g_autoptr(Source) source = lookup_named(file);

    add_message(job, source_message(source, line, column ? column : source_indent_column(source, line), "error", text));
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

guint asm_indent_column(const AsmBlock *block, guint line)
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
    else if (pending->generated && job->unit != NULL)
        asm_add_located(job, pending->block, job->unit->line, job->unit->column, text);
    else if (pending->generated)
        asm_add_generated(job, pending->line, text);
    else
        asm_add_located(job, pending->block, pending->line, asm_indent_column(pending->block, pending->line), text);
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

/* A complaint about some other file: a header of C has inline assembly; or a macro managed to include a file. */
static void read_other_file(AsmJob *job, const char *said)
{
    const char *colon = strchr(said, ':'), *text;
    guint line;

    if (colon == NULL || !g_ascii_isdigit(colon[1]) || (text = complaint(colon + 1, &line)) == NULL)
        return;
    g_autofree char *name = g_strndup(said, (gsize)(colon - said));
    if (job->unit != NULL)
        asm_add_foreign(job, name, line, 0, text);
    else
        asm_add_located(job, asm_whole(job), asm_whole(job)->line, 1, "assembly text must not read other files");
}

static void read_assembler_line(AsmJob *job, Pending *pending, const char *said)
{
    const AsmBlock *block;
    const char *rest, *text;
    bool generated;
    guint line;

    if (!split_name(job, said, &block, &generated, &rest)) {
        read_other_file(job, said);
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
