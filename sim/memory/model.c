/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/memory/model.h"

#define ISA        "unprivileged ISA, RVWMO and Zifencei; riscv-isa-manual pull requests 2167, 2303"
#define ISA_2026   ISA ", 3404 (September 2026)"
#define IFETCH     "RISC-V instruction-fetch litmus suite (rems-project/litmus-tests-riscv-ifetch)"
#define INTERLEAVE "every instruction happens at one moment, in one order of all harts"

/* With sequentially consistent data a fetch has happened before whatever its hart does next, hence ir_decode there. */
static const Model models[] = {
    {
        .name = "sc",
        .summary = "sequentially consistent; every fetch reads what memory holds at that moment",
        .source = INTERLEAVE,
        .coherent_fetch = true,
    },
    {
        .name = "sc-stale",
        .summary = "sequentially consistent data; a fetch may read anything since the hart's last fence.i",
        .source = ISA_2026 "; data as in sc",
        .ir3 = true,
        .ir3f = true,
        .ir_decode = true,
    },
    {
        .name = "sc-ziccif",
        .summary = "as sc-stale, but fence.i orders only loads and stores before later fetches, not fetches",
        .source = ISA "; data as in sc",
        .ir3 = true,
        .ir_decode = true,
    },
    {
        .name = "sc-ziccid",
        .summary = "as sc-stale, and the fetches of a hart never go back in time (draft Ziccid)",
        .source = "draft Ziccid 0.2; data as in sc",
        .ir2 = true,
        .ir3 = true,
        .ir3f = true,
        .ir_decode = true,
    },
    {
        .name = "rvwmo",
        .summary = "what the architecture promises: RVWMO, Zifencei with fence.i ordering earlier fetches as well",
        .source = ISA_2026,
        .rvwmo_data = true,
        .ir3 = true,
        .ir3f = true,
    },
    {
        .name = "ir3-fetch",
        .summary = "the same as rvwmo, by its name in the litmus suite",
        .source = IFETCH,
        .rvwmo_data = true,
        .ir3 = true,
        .ir3f = true,
    },
    {
        .name = "ziccif-only",
        .summary = "RVWMO; fence.i orders only explicit accesses before later fetches (the text before that)",
        .source = IFETCH "; " ISA,
        .rvwmo_data = true,
        .ir3 = true,
    },
    {
        .name = "ziccid",
        .summary = "RVWMO; the fetches of a hart never go back in time",
        .source = IFETCH "; draft Ziccid 0.2",
        .rvwmo_data = true,
        .ir2 = true,
        .ir3 = true,
    },
    {
        .name = "ir-decode-w",
        .summary = "RVWMO; a fetch is ordered before its hart's later stores",
        .source = IFETCH,
        .rvwmo_data = true,
        .ir3 = true,
        .ir_decode_w = true,
    },
    {
        .name = "ir-decode",
        .summary = "RVWMO; a fetch is ordered before its hart's later loads and stores",
        .source = IFETCH,
        .rvwmo_data = true,
        .ir3 = true,
        .ir_decode = true,
    },
    {
        .name = "data-only",
        .summary = "RVWMO; fetches read the initial code, and fence.i orders nothing (plain data litmus tests)",
        .source = "unprivileged ISA, RVWMO; herd7's riscv.cat",
        .rvwmo_data = true,
        .initial_fetch = true,
    },
};

const Model *model_named(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(models); i++)
        if (g_str_equal(models[i].name, name))
            return &models[i];
    return NULL;
}

const Model *model_table(guint *n_models)
{
    *n_models = G_N_ELEMENTS(models);
    return models;
}
