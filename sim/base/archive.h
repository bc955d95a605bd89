/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot of state as a file. One description of what is kept serves for writing and for reading: archive_u32(archive, &n)
 * writes n, or reads it. For files that the same program reads on the same machine: plain data is kept as it is in memory.
 * A checksum finds files that are cut short or damaged; what it lets through is believed. */
#pragma once

#include "sim/base/intern.h"

#include <stdbool.h>

typedef struct Archive Archive;

/* A file that was being written and has not been finished is removed. */
void archive_free(Archive *archive);

/* Whether there is nothing at `path`, or an archive, or an empty file; else SIM_ERROR_USAGE. */
bool archive_may_replace(const char *path, GError **error);
/* Removes one; behind a link, what it leads to. */
void archive_remove(const char *path);

/* Begins to write. What was at `path` stays until archive_finish puts the new file in its place. Fails with
 * SIM_ERROR_ENVIRONMENT, or as archive_may_replace. */
Archive *archive_create(const char *path, GError **error) OWNED_BY(archive_free);
/* Fails with SIM_ERROR_ENVIRONMENT if anything could not be written since; then nothing has changed at the path. */
bool archive_finish(Archive *archive, GError **error);

/* Opens one to read; fails with SIM_ERROR_USAGE if it is none, or not whole. */
Archive *archive_open(const char *path, GError **error) OWNED_BY(archive_free);

bool archive_is_reading(const Archive *archive);
/* Whether what was read made no sense; from then on only zeros are read. */
bool archive_failed(const Archive *archive);
/* Fails if that does not hold of what was read; whether it does. When writing it has to hold. */
bool archive_check(Archive *archive, bool holds);
/* Fails if what is read has no room for `n` more elements of `size` bytes: to be asked before memory is taken for them. */
bool archive_room(Archive *archive, guint64 n, gsize size);

/* `size` bytes at `data`. */
void archive_bytes(Archive *archive, void *data, gsize size);
/* Any lvalue without pointers in it. */
#define ARCHIVE_VALUE(archive, value) archive_bytes(archive, &(value), sizeof(value))
void archive_u32(Archive *archive, guint32 *value);
void archive_u64(Archive *archive, guint64 *value);
void archive_bool(Archive *archive, bool *value);
/* A number that both sides know and must agree on: what comes next is what is expected there. */
void archive_expect(Archive *archive, guint32 value);
/* An owned string, or NULL; replaced when read. */
void archive_text(Archive *archive, char **text);
/* A static one: what is read is interned for good. */
void archive_static_text(Archive *archive, const char **text);
/* All elements, which must be plain data; replaced when read. */
void archive_array(Archive *archive, GArray *array);
/* All strings in the order of their ids; must be empty when read. */
void archive_intern(Archive *archive, Intern *intern);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Archive, archive_free)
