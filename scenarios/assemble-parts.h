/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of assemble.c, not for others: the text given to the assembler, running a tool, reading what it said,
 * placing sections. */
#pragma once

#include "scenarios/assemble.h"

#define ASM_ARCH      "rv64imac_zicsr_zifencei"
#define ASM_GENERATED "<generated>"

/* The very last thing in the assembly text: if it is missing in the object, a block ended the assembly. */
#define ASM_SENTINEL ".cmodx.complete"

/* One call of assemble(). */
typedef struct AsmJob {
    const AsmBlock *blocks;
    gsize n_blocks;
    const AsmPlacement *placements;
    gsize n_placements;
    const char *directory; /* where the tools run and leave their files */
    GPtrArray *messages;   /* char *: complaints so far */
    guint n_dropped;       /* complaints after ASSEMBLE_ERRORS_MAX */
} AsmJob;

/* ---- assemble-text.c */

/* That the block can be trusted to the assembler: names no other file, ends no comment, string or assembly of others. */
bool asm_check_block(const AsmBlock *block, GError **error);
bool asm_name_is_valid(const char *section);

/* The whole assembly file. */
char *asm_file_text(const AsmBlock *blocks, gsize n_blocks);

/* What the markers and the line table call the file of the block, and the text generated around it. */
char *asm_marker_name(const AsmBlock *block);
char *asm_generated_name(const AsmBlock *block);

/* The first block and line (of its file) that mention the word outside comments; NULL when none does. `section`, unless
 * NULL, restricts the search to blocks of that section. */
const AsmBlock *asm_find_word(const AsmJob *job, const char *section, const char *word, guint *line, guint *column);

/* The block that complaints about the whole are located at. */
const AsmBlock *asm_whole(const AsmJob *job);

/* A located complaint, as an error. */
bool asm_block_error(GError **error, const AsmBlock *block, guint line, guint column, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* ---- assemble-run.c */

/* Runs PREFIX`tool` with the arguments (NULL-terminated, the name of the tool not among them) in the directory, within
 * limits of time, memory and file size. *said is what it printed, valid UTF-8, cut after 64 KiB; *success whether it
 * exited with 0. FALSE when it could not be run (SIM_ERROR_ENVIRONMENT). *exhausted: a limit, in words, or NULL. */
bool asm_run(const char *directory, const char *tool, const char *const *arguments, bool *success,
             const char **exhausted, char **said, GError **error);

/* Removes the directory and the files in it. */
void asm_remove_directory(const char *directory);

/* ---- assemble-message.c */

/* Turns what the assembler said into messages of the job. */
void asm_read_assembler(AsmJob *job, const char *said);

/* The same for the linker run on an object without debug information; `lines` is the contents of the same object linked
 * elsewhere with debug information, or NULL. */
void asm_read_linker(AsmJob *job, const char *said, const ElfContents *lines);

/* The messages as one error. Always FALSE. */
bool asm_messages_error(const AsmJob *job, GError **error);

/* ---- assemble-place.c */

/* Reads the object file, resolves every placement and writes the linker script. `apart`: another script that puts the
 * sections where none overlaps, to learn the source line of every instruction. */
bool asm_place(const AsmJob *job, GBytes *object, char **script, char **apart, GError **error);
