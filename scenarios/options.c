/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/litmus.h"
#include "sim/base/error.h"

#include <string.h>

typedef struct Value {
    const char *name;
    int value;
} Value;

static const Value atomicities[] = { { "2", FETCH_2 }, { "4", FETCH_4 }, { "8", FETCH_8 } };
static const Value preempts[] = { { "none", PREEMPT_NONE }, { "full", PREEMPT_FULL } };
static const Value pairs[] = { { "separate", PAIR_SEPARATE }, { "masked", PAIR_MASKED }, { "fused", PAIR_FUSED } };
static const Value misaligned[] = { { "pieces", MISALIGNED_PIECES },
                                    { "bytes", MISALIGNED_BYTES },
                                    { "atomic", MISALIGNED_ATOMIC } };

static const Value pairings[] = { { "subset", PAIRING_SUBSET }, { "same", PAIRING_SAME }, { "any", PAIRING_ANY } };
static const Value sbi_orders[] = { { "full", false }, { "device", true } };
static const Value explorers[] = { { "interleaving", EXPLORER_INTERLEAVING }, { "timeline", EXPLORER_TIMELINE } };

typedef struct OptionKind {
    const char *name;
    const Value *values; /* NULL: the model table */
    gsize n_values;
} OptionKind;

static const OptionKind kinds[] = {
    { "model", NULL, 0 },
    { "fetch-atomicity", atomicities, G_N_ELEMENTS(atomicities) },
    { "preempt", preempts, G_N_ELEMENTS(preempts) },
    { "auipc-jalr", pairs, G_N_ELEMENTS(pairs) },
    { "misaligned", misaligned, G_N_ELEMENTS(misaligned) },
    { "lr-sc", pairings, G_N_ELEMENTS(pairings) },
    { "sbi-order", sbi_orders, G_N_ELEMENTS(sbi_orders) },
    { "explorer", explorers, G_N_ELEMENTS(explorers) },
};

Options options_default(void)
{
    return (Options){ .model = model_named("rvwmo"), .fetch_atomicity = FETCH_4, .preempt = PREEMPT_FULL };
}

Options scenario_options(const Scenario *scenario)
{
    Options options = options_default();
    if (scenario->litmus)
        options_set(&options, "model", scenario->litmus->self ? "rvwmo" : "data-only", NULL);
    return options;
}

static const OptionKind *kind_named(const char *option)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i].name, option))
            return &kinds[i];
    g_assert_not_reached();
}

static const Value *value_named(const OptionKind *kind, const char *name)
{
    for (gsize i = 0; i < kind->n_values; i++)
        if (g_str_equal(kind->values[i].name, name))
            return &kind->values[i];
    return NULL;
}

static void set_value(Options *options, const char *option, int value)
{
    if (g_str_equal(option, "fetch-atomicity"))
        options->fetch_atomicity = (FetchAtomicity)value;
    else if (g_str_equal(option, "preempt"))
        options->preempt = (Preempt)value;
    else if (g_str_equal(option, "auipc-jalr"))
        options->pair = (AuipcJalr)value;
    else if (g_str_equal(option, "misaligned"))
        options->misaligned = (Misaligned)value;
    else if (g_str_equal(option, "lr-sc"))
        options->pairing = (Pairing)value;
    else if (g_str_equal(option, "sbi-order"))
        options->device_order = value;
    else
        options->explorer = (Explorer)value;
}

bool options_set(Options *options, const char *option, const char *value, GError **error)
{
    const OptionKind *kind = kind_named(option);
    if (!kind->values) {
        const Model *model = model_named(value);
        if (!model) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "unknown model '%s'; `cmodx models` lists them", value);
            return false;
        }
        options->model = model;
        options->fetch_atomicity = model->coherent_fetch ? FETCH_WHOLE : FETCH_4;
        return true;
    }
    const Value *found = value_named(kind, value);
    if (!found) {
        g_autoptr(GString) names = g_string_new(kind->values[0].name);
        for (gsize i = 1; i < kind->n_values; i++)
            g_string_append_printf(names, "|%s", kind->values[i].name);
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "unknown value '%s' of %s; expected %s", value, option,
                    names->str);
        return false;
    }
    set_value(options, option, found->value);
    return true;
}

bool options_check(const Options *options, GError **error)
{
    const Model *model = options->model;
    if (options->explorer != EXPLORER_INTERLEAVING || !(model->rvwmo_data || model->initial_fetch))
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                "the interleaving explorer runs data accesses in one order, which model %s does not have", model->name);
    return false;
}

static const char *name_of(const Value *values, gsize n, int value)
{
    for (gsize i = 0; i < n; i++)
        if (values[i].value == value)
            return values[i].name;
    g_assert_not_reached();
}

char *options_label(const Options *options, bool with_preempt)
{
    GString *label = g_string_new(options->model->name);
    FetchAtomicity usual = options->model->coherent_fetch ? FETCH_WHOLE : FETCH_4;
    if (options->fetch_atomicity == FETCH_4 && usual == FETCH_4 && !options->model->initial_fetch)
        g_string_append(label, ", ziccif");
    if (options->fetch_atomicity != usual)
        g_string_append_printf(label, ", fetch-atomicity=%d", (int)options->fetch_atomicity);
    if (with_preempt)
        g_string_append_printf(label, ", preempt=%s", name_of(preempts, G_N_ELEMENTS(preempts), (int)options->preempt));
    if (options->pair != PAIR_SEPARATE)
        g_string_append_printf(label, ", auipc-jalr=%s", name_of(pairs, G_N_ELEMENTS(pairs), (int)options->pair));
    if (options->misaligned != MISALIGNED_PIECES)
        g_string_append_printf(label, ", misaligned=%s",
                               name_of(misaligned, G_N_ELEMENTS(misaligned), (int)options->misaligned));
    if (options->pairing != PAIRING_SUBSET)
        g_string_append_printf(label, ", lr-sc=%s", name_of(pairings, G_N_ELEMENTS(pairings), (int)options->pairing));
    if (options->device_order)
        g_string_append(label, ", sbi-order=device");
    bool usual_is_timeline = options->model->rvwmo_data || options->model->initial_fetch;
    if (options->explorer == (usual_is_timeline ? EXPLORER_INTERLEAVING : EXPLORER_TIMELINE))
        g_string_append_printf(label, ", explorer=%s",
                               name_of(explorers, G_N_ELEMENTS(explorers), (int)options->explorer));
    return g_string_free(label, FALSE);
}
