/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarative patchers: the `steps` of a hart, compiled to RISC-V code.
 * Addresses and data of stores are in registers from the start, so that every store is one instruction. */
#pragma once

#include "scenarios/assemble.h"
#include "scenarios/yaml.h"
#include "sim/machine/program.h"

/* What is known of the rest of the scenario when steps are compiled: everything else has been linked. */
typedef struct StepContext {
    const Program *program;   /* its patches and image */
    GPtrArray *locks, *marks; /* names (char *); new ones are appended */
} StepContext;

typedef struct Steps {
    char *section;     /* of the code: ".text.cmodx.HART" */
    GPtrArray *texts;  /* char *: what the blocks refer to */
    GArray *blocks;    /* AsmBlock */
    uint64_t x[32];    /* initial registers */
    GPtrArray *stored; /* char *: names of the patches stored, in order */
    GArray *freed;     /* Property: what the steps free is not executed after */
} Steps;

void steps_free(Steps *steps);

/* Compiles the steps of the hart called `name`. The code starts at label cmodx_start_NAME and is done at
 * cmodx_end_NAME. */
Steps *steps_compile(const YamlNode *node, const char *name, const StepContext *context, GError **error)
    OWNED_BY(steps_free);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Steps, steps_free)
