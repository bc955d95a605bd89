/* SPDX-License-Identifier: GPL-2.0-or-later */
/* herd's conditions over final states: exists / ~exists / forall of a proposition about registers and memory.
 *
 *   condition = ("exists" | "~exists" | "forall") prop
 *   prop      = atom | "true" | "false" | ("~" | "not") prop | prop "/\" prop | prop "\/" prop | prop "=>" prop
 *             | "(" prop ")"          precedence low to high: \/  /\  =>  not
 *   atom      = place ("=" | "==" | "!=" | "<>") (number | symbol)
 *   place     = REGISTER (of the one hart there is, if names->hart is NULL)
 *             | HART ":" REGISTER | "[" SYMBOL ["+" number] "]" with an optional width: "u8[x]" ... "u64[x]"; else u32
 */
#pragma once

#include "sim/base/owned.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum Quantifier {
    QUANTIFIER_EXISTS,
    QUANTIFIER_NOT_EXISTS,
    QUANTIFIER_FORALL
} Quantifier;

typedef struct Condition Condition;

/* How names are looked up; each returns false or -1 for an unknown name. Without `hart`, registers stand alone and there
 * is no memory. */
typedef struct ConditionNames {
    int (*hart)(gpointer data, const char *name);
    bool (*symbol)(gpointer data, const char *name, uint64_t *address);
    gpointer data;
} ConditionNames;

/* What a final state holds. */
typedef struct ConditionState {
    uint64_t (*reg)(gpointer data, guint hart, guint number);
    uint64_t (*memory)(gpointer data, uint64_t address, guint size);
    gpointer data;
} ConditionState;

void condition_free(Condition *condition);

/* Parses; on failure the error message is plain and *offset is the byte of `text` it is about. */
Condition *condition_parse(const char *text, const ConditionNames *names, gsize *offset, GError **error)
    OWNED_BY(condition_free);

Quantifier condition_quantifier(const Condition *condition);

/* Whether the proposition holds in a state. */
bool condition_holds(const Condition *condition, const ConditionState *state);

/* Every register (hart, number) and memory place (address, size) that the proposition mentions, in order. */
typedef struct ConditionPlace {
    bool is_memory;
    guint hart, number;
    uint64_t address;
    guint size;
} ConditionPlace;
const ConditionPlace *condition_places(const Condition *condition, guint *n_places);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Condition, condition_free)
