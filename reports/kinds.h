/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kinds file of the herd tools: what is expected of tests, by name. Lines "NAME Allow|Forbid|Require"; '#' starts a
 * comment. */
#pragma once

#include "scenarios/litmus.h"

typedef enum Kind {
    KIND_ALLOW,   /* Sometimes or Always */
    KIND_FORBID,  /* Never */
    KIND_REQUIRE, /* Always */
} Kind;

typedef struct Kinds Kinds;

void kinds_free(Kinds *kinds);
Kinds *kinds_load(const char *path, GError **error) OWNED_BY(kinds_free);

/* Whether the file says something about a test. */
bool kinds_find(Kinds *kinds, const char *name, Kind *kind);

/* How many names nobody has asked for. */
guint kinds_unused(const Kinds *kinds);

const char *kind_name(Kind kind);
bool kind_agrees(Kind kind, LitmusResult result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Kinds, kinds_free)
