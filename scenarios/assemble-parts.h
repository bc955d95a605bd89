/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of assemble.c, not for others: the text given to the assembler, running a tool, reading what it said,
 * placing sections. */
#pragma once

#include "scenarios/assemble.h"
#include "scenarios/elf-object.h"

#define ASM_ARCH      "rv64imac_zicsr_zifencei"
#define ASM_GENERATED "<generated>"

/* The very last thing in the assembly text: if it is missing in the object, a block ended the assembly. */
#define ASM_SENTINEL ".cmodx.complete"

/* A section of a unit, and where it is. */
typedef struct AsmPiece {
    guint unit, section;
    const AsmPlacement *home;
    uint64_t offset; /* in what is at `home`; of merged sections only roughly */
    bool merged;
} AsmPiece;

/* One call of assemble(). */
typedef struct AsmJob {
    const AsmBlock *blocks;
    gsize n_blocks;
    const AsmUnit *units;
    gsize n_units;
    const AsmPlacement *placements;
    gsize n_placements;
    const AsmUnit *unit;   /* being assembled; NULL: the blocks are */
    ElfObject main;        /* of the blocks */
    ElfObject *objects;    /* of the units */
    GArray *pieces;        /* AsmPiece */
    const Image *linked;   /* by an earlier link in which only patches were elsewhere; or NULL */
    bool moves;            /* a patch goes to where only a link can tell */
    const char *directory; /* where the tools run and leave their files */
    GPtrArray *messages;   /* char *: complaints so far */
    guint n_dropped;       /* complaints after ASSEMBLE_ERRORS_MAX */
} AsmJob;

/* ---- assemble.c */

/* Files in the directory of the job; reading gives NULL when there is no such file. */
bool asm_write_file(const AsmJob *job, const char *name, const char *text, GError **error);
GBytes *asm_read_file(const AsmJob *job, const char *name);

/* A tool failed and nothing it said could be attributed. */
bool asm_tool_error(const AsmJob *job, const char *who, const char *exhausted, const char *said, GError **error);

/* ---- assemble-link.c */

/* Links what has been assembled, into the file "out". */
bool asm_link(AsmJob *job, GError **error);

/* ---- assemble-text.c */

/* That the block can be trusted to the assembler: names no other file, ends no comment, string or assembly of others. */
bool asm_check_block(const AsmBlock *block, GError **error);
bool asm_name_is_valid(const char *section);

/* The whole assembly file; `end` is put behind the blocks. */
char *asm_file_text(const AsmBlock *blocks, gsize n_blocks, const char *end);

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
 * limits of time, memory and file size. "gcc" stays where we are: it finds headers by the names that the user knows. *said is what it printed, valid UTF-8, cut after 64 KiB; *success whether it
 * exited with 0. FALSE when it could not be run (SIM_ERROR_ENVIRONMENT). *exhausted: a limit, in words, or NULL. */
bool asm_run(const char *directory, const char *tool, const char *const *arguments, bool *success,
             const char **exhausted, char **said, GError **error);

/* Removes the directory and the files in it. */
void asm_remove_directory(const char *directory);

/* ---- assemble-message.c */

/* Adds a complaint: located in a block, in generated text, in any other file (column 0: where the line begins), not. */
void asm_add_located(AsmJob *job, const AsmBlock *block, guint line, guint column, const char *text);
void asm_add_generated(AsmJob *job, guint line, const char *text);
void asm_add_foreign(AsmJob *job, const char *file, guint line, guint column, const char *text);
void asm_add_message(AsmJob *job, const char *text);
guint asm_indent_column(const AsmBlock *block, guint line);

/* Turns what the assembler said into messages of the job. */
void asm_read_assembler(AsmJob *job, const char *said);

/* assemble-link-message.c: the same for the linker run on an object without debug information; `lines` is the contents of the same object linked
 * elsewhere with debug information, or NULL. */
void asm_read_linker(AsmJob *job, const char *said, const ElfContents *lines);

/* The messages as one error. Always FALSE. */
bool asm_messages_error(const AsmJob *job, GError **error);

/* ---- assemble-units.c */

/* A complaint about a unit: at its line that mentions the word, if there is one. */
bool asm_unit_error(GError **error, const AsmUnit *unit, const char *word, const char *message);

/* The name of the object file of unit i. */
char *asm_unit_file(gsize i);

/* ".globl NAME" for what units leave undefined: then labels of blocks, which are local otherwise, can be it. */
char *asm_wanted_symbols(const AsmJob *job);

/* Decides where the sections of units go: fills job->pieces. */
bool asm_lay_out_units(AsmJob *job, GError **error);

/* Where a section of a unit is, or NULL. */
const AsmPiece *asm_piece(const AsmJob *job, guint unit, guint section);

/* ---- assemble-place.c */

/* The placement of a section, or NULL; and the bytes that blocks have in it (of `first_size` under its other name). */
const AsmPlacement *asm_placement(const AsmJob *job, const char *section);
uint64_t asm_placed_size(const AsmJob *job, const char *section, uint64_t *first_size);

/* Resolves every placement and writes the linker script. `apart`: another script that puts the sections where none
 * overlaps, to learn the source line of every instruction. */
bool asm_place(AsmJob *job, char **script, char **apart, GError **error);
