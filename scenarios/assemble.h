/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns blocks of assembly text into one linked ELF file, by GNU as and GNU ld. Whatever they have to say about a block
 * comes back as an error located in the file the block was written in. */
#pragma once

#include "scenarios/elf.h"
#include "scenarios/source.h"

#include <stdint.h>

/* The tools are PREFIXas and PREFIXld; the environment variable CMODX_CROSS_PREFIX replaces the prefix. */
#define ASSEMBLE_PREFIX "riscv64-linux-gnu-"

/* Names of sections that hold new bytes for a site start with this; elf_load() keeps them out of the image. */
#define ASSEMBLE_PATCH_PREFIX ELF_PATCH_PREFIX

/* Everything is borrowed from the caller. Blocks of one section are joined in the order given, without padding. All
 * blocks share one file: labels, symbols and macros of one are known in the others, and each starts with the options
 * (.option) that the command line sets. */
typedef struct AsmBlock {
    const char *section;  /* ".text", ".data", ASSEMBLE_PATCH_PREFIX "enable"; of [A-Za-z0-9_.$-] */
    const char *flags;    /* "ax", "aw", "awx", "a" */
    const char *text;     /* as written, without the indentation of the YAML block */
    const char *file;     /* what the line table is to name; a control character in it is shown as '_' */
    guint line;           /* 1-based line of the first line of text */
    const Source *source; /* for the excerpt in messages; NULL: messages have none */
    const char *prefix;   /* generated text before, or NULL; named "<generated>" in the line table */
    const char *suffix;   /* generated text after, or NULL */
    bool included;        /* complaints about the whole are located elsewhere */
} AsmBlock;

/* What is linked beside the blocks: assembly that a compiler has made of a C file, or an object file. Its symbols are those
 * of a file of their own; what it leaves undefined may be any label of the blocks. Sections without a placement of their
 * own go behind the one that their name starts with: ".text.unlikely" to ".text". */
typedef struct AsmUnit {
    const char *name;     /* of the file */
    const char *prefix;   /* assembly in front of `text` */
    const char *text;     /* what the compiler wrote; NULL: */
    GBytes *object;       /* an object file, which elf_object_read() has accepted */
    const Source *source; /* the C file; the scenario that names the object file */
    guint line, column;   /* there: of complaints that have no better place */
} AsmUnit;

/* Where one section goes. A section is placed where it says even if its alignment asks for something else. */
typedef struct AsmPlacement {
    const char *section;
    const char *at;   /* "symbol", "symbol+8", "symbol-0x4": the symbol in a section that has an address; or NULL: */
    uint64_t address; /* the address itself */
    const Source *source; /* where the placement is written, for messages; or NULL */
    guint line, column;
} AsmPlacement;

/* Assembles and links. Every section with contents needs a placement; placements of sections that no block fills are
 * ignored. Sections may lie on top of each other (a patch lies on its site; elf_load() looks at the others).
 *
 * Errors: SIM_ERROR_SCENARIO for what is wrong in the text (the message holds the first ASSEMBLE_ERRORS_MAX complaints,
 * separated by newlines), also when a tool exceeds its limits of time, memory and file size; SIM_ERROR_ENVIRONMENT when
 * a tool is missing or the temporary directory cannot be written. `.include`, `.incbin` and `.end` are refused. */
#define ASSEMBLE_ERRORS_MAX 8
GBytes *assemble(const AsmBlock *blocks, gsize n_blocks, const AsmPlacement *placements, gsize n_placements,
                 GError **error);
GBytes *assemble_with(const AsmBlock *blocks, gsize n_blocks, const AsmUnit *units, gsize n_units,
                      const AsmPlacement *placements, gsize n_placements, GError **error);
