/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of a few instruction words, and what becomes of them under an explorer. */
#pragma once

#include "sim/machine/verdict.h"

enum {
    CODE = 0x10000,      /* hart h starts at CODE + h * CODE_STRIDE */
    CODE_STRIDE = 0x100, /* bytes */
    CODE_WORDS = CODE_STRIDE / 4,
    DATA = 0x30000,
    DATA_SIZE = 0x100,
    STACKS = 0x50000, /* hart h's sp is at the upper end of STACK_SIZE bytes of its own */
    STACK_SIZE = 0x100,
    VARIABLE_X = DATA,
    VARIABLE_Y = DATA + 0x10,
    VARIABLE_Z = DATA + 0x20
};

/* `code`: n_harts rows of CODE_WORDS words; the words of a hart end with the first 0. Initially s0, s1, s2 point at
 * x, y, z, all zero; t0, t1, t2 are 1, 2, 3; sp is a stack of the hart's own; s3 is the start of all code. */
Program *code_program(const uint32_t (*code)[CODE_WORDS], guint n_harts) OWNED_BY(program_free);

/* Adds to what a final state is. */
void observe_register(Program *program, guint hart, guint number);
void observe_memory(Program *program, uint64_t address, guint size);

/* Adds a property without parameters. */
void add_property(Program *program, PropertyKind kind);

/* Adds a property from a condition on final states: "exists H0:a0 = 1 /\ u32[x] = 2"; symbols x, y, z, code. */
void add_condition(Program *program, const char *text);

Options test_options(const char *model, Explorer explorer);

/* Decides without limits; the test fails if it cannot. */
Outcome *test_decide(const Program *program, const Options *options) OWNED_BY(outcome_free);

/* "0,1 1,1": the final states in ascending order. */
char *states_text(const Program *program, const GArray *states);

/* Whether every state of `few` is one of `many`. */
bool states_include(const Program *program, const GArray *many, const GArray *few);

/* All instructions, as text, to stderr. */
void print_code(const Program *program);
