/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a linked RISC-V ELF file into an Image. Trusts nothing in the file. */
#pragma once

#include "sim/memory/image.h"

/* Bytes of all allocated sections together; more is refused. */
#define ELF_SIZE_MAX (64u * 1024u * 1024u)

/* The new bytes of a site: a section whose name starts with ".cmodx.patch.". */
typedef struct ElfPatch {
    char *name; /* what follows the prefix */
    uint64_t address;
    GBytes *bytes;
    Image *lines; /* owned, sealed: for image_line() of the new instructions, and nothing else */
} ElfPatch;

/* Starts as { 0 }; release with elf_contents_clear(). */
typedef struct ElfContents {
    Image *image;      /* owned; if set before elf_load(), contents are added to it. Not sealed: see image_seal() */
    ElfPatch *patches; /* owned, in the order of the file */
    guint n_patches;
    uint64_t entry; /* e_entry */
} ElfContents;

void elf_contents_clear(ElfContents *contents);

/* The line table names the rows of section S, a patch, "<S>FILE": patches lie on top of the code they replace, and
 * addresses alone would not tell the rows apart. Messages and Image rows have FILE only. */
#define ELF_PATCH_PREFIX ".cmodx.patch."

/* The tools impose flags on sections they know by name; a ".text" with other flags is called ".cmodx.in.text" in the
 * file. The image has the name without this. */
#define ELF_RENAMED_PREFIX ".cmodx.in"

/* The directory that files of the line table with a relative name are in. */
#define ELF_SOURCE_DIRECTORY "/<cmodx>"

/* Adds the allocated sections (not the patches), the defined symbols and the rows of the line table. `name` starts the
 * messages. On failure (SIM_ERROR_SCENARIO, "NAME: not an ELF file") `out` holds what had been read and is still to be
 * cleared. */
bool elf_load(GBytes *bytes, const char *name, ElfContents *out, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ElfContents, elf_contents_clear)
