/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/assemble.h"

#include "scenarios/assemble-parts.h"
#include "sim/base/error.h"

#include <glib/gstdio.h>
#include <string.h>

static bool write_file(const AsmJob *job, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(job->directory, name, NULL);
    g_autoptr(GError) cause = NULL;

    if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &cause))
        return true;
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, cause->message);
    return false;
}

/* NULL when there is no such file. */
static GBytes *read_file(const AsmJob *job, const char *name)
{
    g_autofree char *path = g_build_filename(job->directory, name, NULL);
    char *contents;
    gsize length;

    return g_file_get_contents(path, &contents, &length, NULL) ? g_bytes_new_take(contents, length) : NULL;
}

/* A tool failed and nothing it said could be attributed. */
static bool tool_error(const AsmJob *job, const char *who, const char *exhausted, const char *said, GError **error)
{
    const AsmBlock *block = asm_whole(job);
    const char *colon = strstr(said, ": ");
    g_autofree char *first =
        g_strndup(colon != NULL ? colon + 2 : said, strcspn(colon != NULL ? colon + 2 : said, "\n"));

    if (exhausted != NULL)
        return asm_block_error(error, block, block->line, 1, "the %s %s", who, exhausted);
    return asm_block_error(error, block, block->line, 1, "the %s failed: %s", who, first);
}

/* The assembler lists every file it read. This catches what asm_check_block() could not see: a directive put together
 * by a macro. */
static bool check_files_read(const AsmJob *job, GError **error)
{
    g_autoptr(GBytes) listed = read_file(job, "read");
    const AsmBlock *block = asm_whole(job);
    static const char only[] = "in.o: in.s\n";

    if (listed != NULL && g_bytes_get_size(listed) >= strlen(only) - 1 &&
        memcmp(g_bytes_get_data(listed, NULL), only, MIN(g_bytes_get_size(listed), strlen(only))) == 0)
        return true;
    return asm_block_error(error, block, block->line, 1, "assembly text must not read other files");
}

static bool run_assembler(AsmJob *job, GError **error)
{
    g_autofree char *map = g_strconcat(job->directory, "=" ELF_SOURCE_DIRECTORY, NULL);
    const char *const arguments[] = {
        "-g",
        "-march=" ASM_ARCH,
        "-mabi=lp64",
        "-mno-relax",
        "--fatal-warnings",
        "--debug-prefix-map",
        map,
        "--MD",
        "read",
        "-o",
        "in.o",
        "in.s",
        NULL,
    };
    g_autofree char *said = NULL;
    const char *exhausted;
    bool success;

    if (!asm_run(job->directory, "as", arguments, &success, &exhausted, &said, error))
        return false;
    if (success)
        return check_files_read(job, error);
    if (exhausted == NULL)
        asm_read_assembler(job, said);
    return job->messages->len > 0 ? asm_messages_error(job, error)
                                  : tool_error(job, "assembler", exhausted, said, error);
}

static bool run_linker(const AsmJob *job, const char *script, const char *object, const char *output, bool *success,
                       const char **exhausted, char **said, GError **error)
{
    const char *const arguments[] = {
        "--no-relax",
        "--no-check-sections",
        "--orphan-handling=discard",
        "--no-warn-rwx-segments",
        "--build-id=none",
        "-static",
        "-nostdlib",
        "-e",
        "0",
        "-T",
        script,
        "-o",
        output,
        object,
        g_str_equal(script, "apart.ld") ? "--noinhibit-exec" : NULL, /* wanted for its line table only */
        NULL,
    };

    return asm_run(job->directory, "ld", arguments, success, exhausted, said, error);
}

/* The source line of every instruction, from a link in which no section lies on another: the linker's own look-up mixes
 * up sections that overlap. NULL when that link fails as well. */
static bool read_lines(const AsmJob *job, ElfContents *lines)
{
    g_autofree char *said = NULL;
    const char *exhausted;
    bool success;

    if (!run_linker(job, "apart.ld", "in.o", "apart", &success, &exhausted, &said, NULL))
        return false;
    g_autoptr(GBytes) bytes = read_file(job, "apart");
    if (bytes == NULL || !elf_load(bytes, "apart", lines, NULL))
        return false;
    image_seal(lines->image);
    return true;
}

/* The link failed. Once more without debug information: the linker then names section and offset, which are exact. */
static bool explain_link(AsmJob *job, GError **error)
{
    static const char *const arguments[] = {
        "-march=" ASM_ARCH, "-mabi=lp64", "-mno-relax", "-o", "plain.o", "in.s", NULL,
    };
    g_auto(ElfContents) lines = { 0 };
    g_autofree char *assembler_said = NULL;
    g_autofree char *said = NULL;
    const char *exhausted;
    bool success;

    if (!asm_run(job->directory, "as", arguments, &success, &exhausted, &assembler_said, error) ||
        !run_linker(job, "real.ld", "plain.o", "out", &success, &exhausted, &said, error))
        return false;
    if (exhausted == NULL)
        asm_read_linker(job, said, read_lines(job, &lines) ? &lines : NULL);
    return job->messages->len > 0 ? asm_messages_error(job, error) : tool_error(job, "linker", exhausted, said, error);
}

static bool link_object(AsmJob *job, GError **error)
{
    g_autoptr(GBytes) object = read_file(job, "in.o");
    g_autofree char *script = NULL;
    g_autofree char *apart = NULL;
    g_autofree char *said = NULL;
    const char *exhausted;
    bool success;

    if (object == NULL) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "the assembler wrote no object file");
        return false;
    }
    if (!asm_place(job, object, &script, &apart, error) || !write_file(job, "real.ld", script, error) ||
        !write_file(job, "apart.ld", apart, error) ||
        !run_linker(job, "real.ld", "in.o", "out", &success, &exhausted, &said, error))
        return false;
    if (exhausted != NULL)
        return tool_error(job, "linker", exhausted, said, error);
    return success || explain_link(job, error);
}

static GBytes *assemble_in(AsmJob *job, GError **error)
{
    g_autofree char *text = asm_file_text(job->blocks, job->n_blocks);

    if (!write_file(job, "in.s", text, error) || !run_assembler(job, error) || !link_object(job, error))
        return NULL;
    GBytes *result = read_file(job, "out");
    if (result == NULL)
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "the linker wrote no file");
    return result;
}

GBytes *assemble(const AsmBlock *blocks, gsize n_blocks, const AsmPlacement *placements, gsize n_placements,
                 GError **error)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
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
    AsmJob job = {
        .blocks = blocks,
        .n_blocks = n_blocks,
        .placements = placements,
        .n_placements = n_placements,
        .directory = directory,
        .messages = messages,
    };
    GBytes *result = assemble_in(&job, error);
    asm_remove_directory(directory);
    return result;
}
