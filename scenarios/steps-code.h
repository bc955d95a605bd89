/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The code that steps become: constants in registers, stores, service calls. */
#pragma once

#include "scenarios/resolve.h"
#include "scenarios/steps.h"
#include "sim/machine/machine.h"

enum {
    STEP_A0 = 10,
    STEP_A1 = 11
};

/* Steps being compiled. */
typedef struct Compiler {
    Steps *steps;
    const StepContext *context;
    const char *hart;
    GString *text;        /* generated since the last block of the user's own */
    const YamlNode *node; /* of the step that is being compiled */
    guint n_pool;         /* registers taken */
    bool known[32];       /* registers whose present value is steps->x (preset) or `value` */
    uint64_t value[32];
    guint depth;
    GHashTable *parts; /* patch name -> GByteArray: 1 for each byte stored so far by parts of it */
} Compiler;

/* Appends one instruction. */
void code_emit(Compiler *compiler, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Ends the block of generated code, which is attributed to the line of the steps. */
void code_flush(Compiler *compiler);

/* Makes register `reg` hold a constant: from the start if nothing has used it yet, else by an instruction. */
void code_constant(Compiler *compiler, guint reg, uint64_t value);

/* Notes that a register holds something unknown from here on. */
void code_forget(Compiler *compiler, guint reg);

/* Notes that all do: code of the user's own follows. */
void code_forget_all(Compiler *compiler);

void code_service(Compiler *compiler, Service service, guint64 argument);
/* An SBI call, function 0 of the extension, to all harts. */
void code_sbi_to_all(Compiler *compiler, guint extension);

/* steps-free.c */
bool compile_free(Compiler *compiler, const YamlNode *value, GError **error);

/* One store of size 1, 2, 4 or 8. */
void code_store(Compiler *compiler, uint64_t address, guint size, uint64_t value);
