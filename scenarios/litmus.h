/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Litmus tests of herd and diy for RISC-V (docs/litmus.md), as scenarios. */
#pragma once

#include "scenarios/scenario.h"

/* How often the proposition of a test holds in its final states. */
typedef enum LitmusResult {
    LITMUS_UNKNOWN,
    LITMUS_NEVER,
    LITMUS_SOMETIMES,
    LITMUS_ALWAYS,
} LitmusResult;

/* What a value that is no mere number is written as: "x", "P1:L0", "instr:\"nop\"". */
typedef struct LitmusWord {
    uint64_t value;
    bool encoding; /* of an instruction: a register may also hold it sign-extended */
    char *text;
} LitmusWord;

/* What a report needs beyond the program. The proposition is the one property of the program. */
struct LitmusTest {
    Quantifier quantifier;
    char *proposition;     /* as herd prints it, without the quantifier */
    LitmusResult expected; /* "Result: Never" in a comment of the header */
    guint line, column;    /* where it says so */
    bool self;             /* Variant=self: the test stores to code or reads it */
    GPtrArray *places;     /* char *: names of program->observed, in its order: "0:x5", "[x]" */
    GArray *words;         /* LitmusWord */
};

void litmus_test_free(LitmusTest *test);

/* Loads n litmus files at once, with one run of the assembler and the linker for hundreds of them. Each gets either its
 * scenario or its error: SIM_ERROR_UNSUPPORTED ("FILE:LINE:COL: skipped: ...") for a test that herd would read and the
 * machine has no model of. */
void litmus_load(const Source *const *sources, guint n, Scenario **scenarios, GError **errors);

/* Whether the file is a litmus test: by its name or, of standard input, by its first word. */
bool litmus_is_file(const Source *source);

/* "Never", "Sometimes" or "Always". */
const char *litmus_result_name(LitmusResult result);

/* How a place of the condition is written, and what it holds: `found` as condition_place_value() makes it. */
char *litmus_place_name(const Scenario *scenario, const ConditionPlace *place);
void litmus_put_value(const LitmusTest *test, uint64_t found, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LitmusTest, litmus_test_free)
