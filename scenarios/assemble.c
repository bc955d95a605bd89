/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/assemble.h"

#include "scenarios/assemble-parts.h"
#include "sim/base/error.h"

#include <glib/gstdio.h>
#include <string.h>

bool asm_write_file(const AsmJob *job, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(job->directory, name, NULL);
    g_autoptr(GError) cause = NULL;

    g_unlink(path); /* with these flags GLib writes into a file that is there, and leaves what was behind the new end */
    if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &cause))
        return true;
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, cause->message);
    return false;
}

GBytes *asm_read_file(const AsmJob *job, const char *name)
{
    g_autofree char *path = g_build_filename(job->directory, name, NULL);
    char *contents;
    gsize length;

    return g_file_get_contents(path, &contents, &length, NULL) ? g_bytes_new_take(contents, length) : NULL;
}

/* The first line that is no warning, without the name of the program. */
static char *first_error(const char *said)
{
    g_auto(GStrv) lines = g_strsplit(said, "\n", -1);
    char **line = lines;

    while (line[0] != NULL && line[1] != NULL && strstr(line[0], "warning: ") != NULL)
        line++;
    const char *colon = *line != NULL ? strstr(*line, ": ") : NULL;
    return g_strdup(colon != NULL ? colon + 2 : *line != NULL ? *line : "");
}

bool asm_tool_error(const AsmJob *job, const char *who, const char *exhausted, const char *said, GError **error)
{
    const AsmBlock *block = asm_whole(job);
    g_autofree char *first = first_error(said);

    if (exhausted != NULL)
        return asm_block_error(error, block, block->line, 1, "the %s %s", who, exhausted);
    return asm_block_error(error, block, block->line, 1, "the %s failed: %s", who, first);
}

/* The assembler lists every file it read. This catches what asm_check_block() could not see: a directive put together
 * by a macro, or in C. */
static bool check_files_read(const AsmJob *job, const char *output, GError **error)
{
    g_autoptr(GBytes) listed = asm_read_file(job, "read");
    const AsmBlock *block = asm_whole(job);
    g_autofree char *only = g_strconcat(output, ": in.s\n", NULL);

    if (listed != NULL && g_bytes_get_size(listed) >= strlen(only) - 1 &&
        memcmp(g_bytes_get_data(listed, NULL), only, MIN(g_bytes_get_size(listed), strlen(only))) == 0)
        return true;
    return asm_block_error(error, block, block->line, 1, "assembly text must not read other files");
}

/* Assembles in.s. */
static bool run_assembler(AsmJob *job, const char *output, GError **error)
{
    g_autofree char *map = g_strconcat(job->directory, "=" ELF_SOURCE_DIRECTORY, NULL);
    const char *const arguments[] = {
        "-march=" ASM_ARCH,
        "-mabi=lp64",
        "-mno-relax",
        "--fatal-warnings",
        "--debug-prefix-map",
        map,
        "--MD",
        "read",
        "-o",
        output,
        "in.s",
        job->unit == NULL ? "-g" : NULL, /* a compiler has its own debug information */
        NULL,
    };
    g_autofree char *said = NULL;
    const char *exhausted;
    bool success;

    if (!asm_run(job->directory, "as", arguments, &success, &exhausted, &said, error))
        return false;
    if (success)
        return check_files_read(job, output, error);
    if (exhausted == NULL)
        asm_read_assembler(job, said);
    return job->messages->len > 0 ? asm_messages_error(job, error)
                                  : asm_tool_error(job, "assembler", exhausted, said, error);
}

static bool read_object(const AsmJob *job, const char *name, ElfObject *object, GError **error)
{
    g_autoptr(GBytes) bytes = asm_read_file(job, name);
    g_autoptr(GError) reason = NULL;

    if (bytes != NULL && elf_object_read(bytes, object, &reason))
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "the assembler wrote no object file%s%s",
                reason != NULL ? ": " : "", reason != NULL ? reason->message : "");
    return false;
}

static bool write_unit(const AsmJob *job, const char *name, GBytes *object, GError **error)
{
    g_autofree char *path = g_build_filename(job->directory, name, NULL);
    g_autoptr(GError) cause = NULL;

    if (g_file_set_contents(path, g_bytes_get_data(object, NULL), (gssize)g_bytes_get_size(object), &cause))
        return true;
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, cause->message);
    return false;
}

/* What the assembler says about text of a compiler is about lines of the C file, as if that were a block. */
static bool make_unit(const AsmJob *job, gsize i, GError **error)
{
    static const char end[] = ".section " ASM_SENTINEL ",\"\",@progbits\n.byte 1\n";
    const AsmUnit *unit = &job->units[i];
    g_autofree char *name = asm_unit_file(i);
    gsize length;

    if (unit->text == NULL)
        return write_unit(job, name, unit->object, error) && elf_object_read(unit->object, &job->objects[i], error);

    AsmBlock block = { .section = ".text",
                       .text = source_text(unit->source, &length),
                       .file = unit->name,
                       .line = 1,
                       .source = unit->source };
    AsmJob own = *job;
    own.unit = unit;
    own.blocks = &block;
    own.n_blocks = 1;
    g_autofree char *text = g_strconcat(unit->prefix, "\n", unit->text, end, NULL);
    return asm_write_file(&own, "in.s", text, error) && run_assembler(&own, name, error) &&
           read_object(&own, name, &job->objects[i], error) &&
           (elf_object_section(&job->objects[i], ASM_SENTINEL) != NULL ||
            asm_unit_error(error, unit, ".end", "'.end' would end the assembly of everything"));
}

static GBytes *assemble_in(AsmJob *job, GError **error)
{
    for (gsize i = 0; i < job->n_units; i++)
        if (!make_unit(job, i, error))
            return NULL;
    g_autofree char *wanted = asm_wanted_symbols(job);
    g_autofree char *text = asm_file_text(job->blocks, job->n_blocks, wanted);

    if (!asm_write_file(job, "in.s", text, error) || !run_assembler(job, "in.o", error) ||
        !read_object(job, "in.o", &job->main, error) || !asm_link(job, error))
        return NULL;
    GBytes *result = asm_read_file(job, "out");
    if (result == NULL)
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "the linker wrote no file");
    return result;
}

static void clear_object(gpointer object)
{
    elf_object_clear(object);
}

GBytes *assemble_with(const AsmBlock *blocks, gsize n_blocks, const AsmUnit *units, gsize n_units,
                      const AsmPlacement *placements, gsize n_placements, GError **error)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) objects = g_array_new(FALSE, TRUE, sizeof(ElfObject));
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(AsmPiece));
    g_autoptr(GError) cause = NULL;

    g_assert(n_blocks > 0);
    for (gsize i = 0; i < n_blocks; i++) {
        if (!asm_check_block(&blocks[i], error))
            return NULL;
    }
    g_autofree char *directory = g_dir_make_tmp("cmodx-XXXXXX", &cause);
    if (directory == NULL) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "no temporary directory: %s", cause->message);
        return NULL;
    }
    g_array_set_clear_func(objects, clear_object);
    g_array_set_size(objects, (guint)n_units);
    AsmJob job = {
        .blocks = blocks,
        .n_blocks = n_blocks,
        .units = units,
        .n_units = n_units,
        .placements = placements,
        .n_placements = n_placements,
        .directory = directory,
        .messages = messages,
        .objects = (ElfObject *)(void *)objects->data,
        .pieces = pieces,
    };
    GBytes *result = assemble_in(&job, error);
    elf_object_clear(&job.main);
    asm_remove_directory(directory);
    return result;
}

GBytes *assemble(const AsmBlock *blocks, gsize n_blocks, const AsmPlacement *placements, gsize n_placements,
                 GError **error)
{
    return assemble_with(blocks, n_blocks, NULL, 0, placements, n_placements, error);
}
