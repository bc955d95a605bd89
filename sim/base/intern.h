/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exact interning: every distinct byte string gets a dense id, in the order of first appearance. */
#pragma once

#include "sim/base/owned.h"

#include <glib.h>
#include <stdint.h>

typedef struct Intern Intern;

void intern_free(Intern *intern);
Intern *intern_new(void) OWNED_BY(intern_free);

/* The id of `length` bytes at `bytes`, which are copied when new. Compared byte by byte: a hash only finds the
 * candidates. */
uint32_t intern_put(Intern *intern, const void *bytes, guint length);

/* The string of an id and its length; 8-byte aligned, valid as long as the table. */
gconstpointer intern_get(const Intern *intern, uint32_t id, guint *length);

guint intern_count(const Intern *intern);

/* Bytes held, for reports and limits. */
guint64 intern_bytes(const Intern *intern);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Intern, intern_free)
