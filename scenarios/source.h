/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An input file as the user sees it: its name, its text and its lines. Every message about an input file is made here,
 * so that all of them look alike: FILE:LINE:COL: error: MESSAGE, the line, a caret. */
#pragma once

#include "sim/base/owned.h"

#include <glib.h>
#include <stdbool.h>

/* Nobody writes a scenario of this size; a larger file was named by mistake. */
#define SOURCE_SIZE_MAX (4u * 1024u * 1024u)

typedef struct Source Source;

void source_free(Source *source);

/* Copies both. `name` is what messages start with; `text` may hold any bytes, NUL included. A UTF-8 byte order mark at
 * its start is dropped. */
Source *source_new(const char *name, const char *text, gsize length) OWNED_BY(source_free);

/* Reads a file, or standard input when path is "-" (named "<stdin>" in messages). A file that cannot be read is a
 * SIM_ERROR_USAGE, one larger than SOURCE_SIZE_MAX a SIM_ERROR_SCENARIO;
 * so that names can be shown as they are, one with control characters is a SIM_ERROR_USAGE, too. */
Source *source_load(const char *path, GError **error) OWNED_BY(source_free);

const char *source_name(const Source *source);

/* Whether a name is the one of standard input. */
bool source_is_standard_input(const char *name);

/* All of the text; a NUL follows it. */
const char *source_text(const Source *source, gsize *length);

/* Lines end in "\n" or "\r\n"; a last line without an end counts. */
guint source_n_lines(const Source *source);

/* The line (1-based) without its end, not NUL-terminated; NULL when there is no such line. */
const char *source_line(const Source *source, guint line, gsize *length);

/* The 1-based column of the first byte of the line that is no blank; 1 for an empty or missing line. */
guint source_indent_column(const Source *source, guint line);

/* Line and column of a byte offset; an offset past the end is the end. */
void source_position(const Source *source, gsize offset, guint *line, guint *column);

/* Sets a SIM_ERROR_SCENARIO: "FILE:LINE:COL: error: MESSAGE", and when the file has such a line, the line (clipped to
 * about 100 characters around the column, tabs kept, what cannot be printed shown as '.') and a caret under the column.
 * The text ends without a newline. Lines and columns are 1-based; columns count characters. Always returns FALSE. */
bool source_error(GError **error, const Source *source, guint line, guint column, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* The same text as a string, with another word for "error" ("warning", "note"); for those who collect several. */
char *source_message(const Source *source, guint line, guint column, const char *severity, const char *message);

/* The candidate that `word` was probably meant to be, or NULL: the nearest within two edits (insert, delete, replace,
 * swap neighbours) or a third of the word's length, whichever is more; the first one of equals. An exact match, and one
 * that would replace everything typed, is never "closest". */
const char *closest_name(const char *word, const char *const *candidates, gsize n_candidates);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Source, source_free)
