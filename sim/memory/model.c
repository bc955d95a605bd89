/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/memory/model.h"

/* In every row here data accesses are sequentially consistent: the interleaving explorer runs them in one order, and a
 * fetch, too, has happened before whatever its hart does next. */
static const Model models[] = {
    {
        .name = "sc",
        .summary = "sequentially consistent; every fetch reads what memory holds at that moment",
        .coherent_fetch = true,
    },
    {
        .name = "sc-stale",
        .summary = "sequentially consistent data; a fetch may read anything since the hart's last fence.i",
        .ir3 = true,
        .ir3f = true,
    },
    {
        .name = "sc-ziccif",
        .summary = "as sc-stale, but fence.i orders only loads and stores before later fetches, not fetches",
        .ir3 = true,
    },
    {
        .name = "sc-ziccid",
        .summary = "as sc-stale, and the fetches of a hart never go back in time (draft Ziccid)",
        .ir2 = true,
        .ir3 = true,
        .ir3f = true,
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
