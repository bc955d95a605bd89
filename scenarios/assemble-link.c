/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the linker, as often as it takes. */
#include "scenarios/assemble-parts.h"

#include <string.h>

static bool run_linker(const AsmJob *job, const char *script, const char *object, const char *output, bool *success,
                       const char **exhausted, char **said, GError **error)
{
    static const char *const options[] = {
        "--no-relax",
        "--no-check-sections",
        "--orphan-handling=discard",
        "--no-warn-rwx-segments",
        "--build-id=none",
        "-static",
        "-nostdlib",
        "-e",
        "0",
    };
    g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        g_ptr_array_add(arguments, g_strdup(options[i]));
    if (g_str_equal(script, "apart.ld")) /* wanted for its line table only */
        g_ptr_array_add(arguments, g_strdup("--noinhibit-exec"));
    g_ptr_array_add(arguments, g_strdup("-T"));
    g_ptr_array_add(arguments, g_strdup(script));
    g_ptr_array_add(arguments, g_strdup("-o"));
    g_ptr_array_add(arguments, g_strdup(output));
    g_ptr_array_add(arguments, g_strdup(object));
    for (gsize i = 0; i < job->n_units; i++)
        g_ptr_array_add(arguments, asm_unit_file(i));
    g_ptr_array_add(arguments, NULL);
    return asm_run(job->directory, "ld", (const char *const *)arguments->pdata, success, exhausted, said, error);
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
    g_autoptr(GBytes) bytes = asm_read_file(job, "apart");
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
    return job->messages->len > 0 ? asm_messages_error(job, error)
                                  : asm_tool_error(job, "linker", exhausted, said, error);
}

static bool link_once(AsmJob *job, GError **error)
{
    g_autofree char *script = NULL;
    g_autofree char *apart = NULL;
    g_autofree char *said = NULL;
    const char *exhausted;
    bool success;

    if (!asm_place(job, &script, &apart, error) || !asm_write_file(job, "real.ld", script, error) ||
        !asm_write_file(job, "apart.ld", apart, error) ||
        !run_linker(job, "real.ld", "in.o", "out", &success, &exhausted, &said, error))
        return false;
    if (exhausted != NULL)
        return asm_tool_error(job, "linker", exhausted, said, error);
    return success || explain_link(job, error);
}

/* Once more if that tells where a patch really goes; nothing but the patches is elsewhere then. */
bool asm_link(AsmJob *job, GError **error)
{
    g_auto(ElfContents) contents = { 0 };

    if (!link_once(job, error))
        return false;
    if (!job->moves)
        return true;
    g_autoptr(GBytes) linked = asm_read_file(job, "out");
    if (linked == NULL || !elf_load(linked, "out", &contents, NULL))
        return true; /* the caller will say why */
    image_seal(contents.image);
    job->linked = contents.image;
    bool ok = link_once(job, error);
    job->linked = NULL;
    return ok;
}
