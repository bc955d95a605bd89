/* SPDX-License-Identifier: GPL-2.0-or-later */
/* herd's conditions over final states: exists / ~exists / forall of a proposition about registers and memory.
 *
 *   condition = ("exists" | "~exists" | "not exists" | "forall") prop
 *   prop      = atom | "true" | "false" | ("~" | "not") prop | prop "/\" prop | prop "\/" prop | prop "=>" prop
 *             | "(" prop ")"          precedence low to high: \/  /\  =>  not
 *   atom      = place ("=" | "==" | "!=" | "<>") (number | symbol)
 *   place     = REGISTER (of the one hart there is, if names->hart is NULL)
 *             | HART ":" REGISTER | "[" SYMBOL ["+" number] "]" with an optional width: "u8[x]" ... "u64[x]"; else u32
 *
 * With names->location, as in a litmus file:
 *
 *   atom      = place ("=" | "==" | "!=" | "<>") (number | ["&"] NAME | instr:"TEXT" | label:"TEXT" | place)
 *   place     = HART ":" REGISTER | LOCATION | "*" LOCATION | "[" LOCATION "]"     a bare NAME on the right is an address
 *   LOCATION  = NAME | NAME "[" number "]" | HART ":" LABEL (in brackets only)
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

/* A register (hart, number) or a place in memory (address, size). */
typedef struct ConditionPlace {
    bool is_memory;
    bool is_signed; /* memory: sign-extended where it is read as a number */
    guint hart, number;
    uint64_t address;
    guint size;
} ConditionPlace;

/* What a quoted value is: instr:"TEXT", the encoding of an instruction; label:"TEXT", the address of a label. */
typedef enum ConditionQuote {
    CONDITION_INSTR,
    CONDITION_LABEL
} ConditionQuote;

/* How names are looked up; each returns false or -1 for an unknown name. Without `hart`, registers stand alone and there
 * is no memory. */
typedef struct ConditionNames {
    int (*hart)(gpointer data, const char *name);
    bool (*symbol)(gpointer data, const char *name, uint64_t *address);
    gpointer data;

    /* Both or none. `location` fills in what a LOCATION is, size and sign included. `quoted` says what a quoted value
     * is that `place` is compared with; the TEXT starts `offset` bytes into the condition. */
    bool (*location)(gpointer data, const char *name, ConditionPlace *place);
    bool (*quoted)(gpointer data, ConditionQuote quote, const ConditionPlace *place, gsize offset, const char *text,
                   uint64_t *value);

    /* The hart (else the symbol) that an unknown name was probably meant to be, or NULL; freed by the caller. May be NULL. */
    char *(*closest)(gpointer data, bool is_hart, const char *name);
} ConditionNames;

/* What a final state holds. */
typedef struct ConditionState {
    uint64_t (*reg)(gpointer data, guint hart, guint number);
    uint64_t (*memory)(gpointer data, uint64_t address, guint size);
    gpointer data;
} ConditionState;

void condition_free(Condition *condition);

/* Parses; on failure the error message is plain and *offset is the byte of `text` it is about. SIM_ERROR_UNSUPPORTED for
 * what herd knows and we do not (faults, page tables), else SIM_ERROR_SCENARIO. */
Condition *condition_parse(const char *text, const ConditionNames *names, gsize *offset, GError **error)
    OWNED_BY(condition_free);

Quantifier condition_quantifier(const Condition *condition);

/* Whether the proposition holds in a state. */
bool condition_holds(const Condition *condition, const ConditionState *state);

/* Every register and memory place that the proposition mentions, in order. */
const ConditionPlace *condition_places(const Condition *condition, guint *n_places);

bool condition_place_equal(const ConditionPlace *a, const ConditionPlace *b);

/* What a place holds, as a 64-bit number: the bytes of memory extended by the sign of the place. */
uint64_t condition_place_value(const ConditionPlace *place, uint64_t found);

/* How places and values are written; `place` of a value is what it is compared with. */
typedef struct ConditionWords {
    void (*place)(gpointer data, const ConditionPlace *place, GString *out);
    void (*value)(gpointer data, const ConditionPlace *place, uint64_t value, GString *out);
    gpointer data;
} ConditionWords;

/* The proposition as herd prints it: the fewest parentheses, but always some behind `not`. */
char *condition_text(const Condition *condition, const ConditionWords *words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Condition, condition_free)
