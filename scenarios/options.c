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
static const Value sbi_orders[] = { { "full", SBI_FULL }, { "device", SBI_DEVICE } };
static const Value explorers[] = { { "interleaving", EXPLORER_INTERLEAVING }, { "timeline", EXPLORER_TIMELINE } };

typedef struct OptionKind {
    const char *name;
    const Value *values; /* NULL: the model table */
    gsize n_values;
    gsize offset; /* of its field in Options */
    int usual;    /* the value that need not be told */
} OptionKind;

#define KIND(name, values, field, usual)                                           \
    {                                                                              \
        name, values, G_N_ELEMENTS(values), offsetof(Options, field), (int)(usual) \
    }

/* The model first: it sets the fetch atomicity. */
static const OptionKind kinds[] = {
    { "model", NULL, 0, 0, 0 },
    KIND("fetch-atomicity", atomicities, fetch_atomicity, FETCH_4),
    KIND("preempt", preempts, preempt, PREEMPT_FULL),
    KIND("auipc-jalr", pairs, pair, PAIR_SEPARATE),
    KIND("misaligned", misaligned, misaligned, MISALIGNED_PIECES),
    KIND("lr-sc", pairings, pairing, PAIRING_SUBSET),
    KIND("sbi-order", sbi_orders, sbi_order, SBI_FULL),
    KIND("explorer", explorers, explorer, EXPLORER_USUAL),
};

/* Fields of Options are read and set through their offsets. */
G_STATIC_ASSERT(sizeof(FetchAtomicity) == sizeof(int) && sizeof(Preempt) == sizeof(int) &&
                sizeof(AuipcJalr) == sizeof(int) && sizeof(Misaligned) == sizeof(int) &&
                sizeof(Pairing) == sizeof(int) && sizeof(SbiOrder) == sizeof(int) && sizeof(Explorer) == sizeof(int));

static int get_value(const Options *options, const OptionKind *kind)
{
    int value;
    memcpy(&value, (const char *)options + kind->offset, sizeof value);
    return value;
}

static void set_value(Options *options, const OptionKind *kind, int value)
{
    memcpy((char *)options + kind->offset, &value, sizeof value);
}

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

/* A name as short as 'tso' is near 'sc', but means something else. */
static const char *closest_model(const char *name)
{
    guint n;
    const Model *models = model_table(&n);
    g_autofree const char **names = g_new(const char *, n);
    for (guint i = 0; i < n; i++)
        names[i] = models[i].name;
    return strlen(name) > 3 ? closest_name(name, names, n) : NULL;
}

bool options_set(Options *options, const char *option, const char *value, GError **error)
{
    const OptionKind *kind = kind_named(option);
    if (!kind->values) {
        const Model *model = model_named(value);
        if (!model) {
            const char *closest = closest_model(value);
            g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "unknown model '%s'; %s%s%s`cmodx models` lists them", value,
                        closest ? "did you mean '" : "", closest ? closest : "", closest ? "'? " : "");
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
    set_value(options, kind, found->value);
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

const char *option_name(guint i)
{
    return i < G_N_ELEMENTS(kinds) ? kinds[i].name : NULL;
}

const char *options_get(const Options *options, const char *option)
{
    const OptionKind *kind = kind_named(option);
    if (!kind->values)
        return options->model->name;
    for (gsize i = 0; i < kind->n_values; i++)
        if (kind->values[i].value == get_value(options, kind))
            return kind->values[i].name;
    return NULL;
}

bool options_equal(const Options *a, const Options *b)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].values && get_value(a, &kinds[i]) != get_value(b, &kinds[i]))
            return false;
    return a->model == b->model;
}

/* An explorer that is named, but is the one that would have been taken anyway, is not worth telling. */
static bool is_usual(const Options *options, const OptionKind *kind)
{
    bool usual_is_timeline = options->model->rvwmo_data || options->model->initial_fetch;
    if (kind->values == explorers)
        return options->explorer != (usual_is_timeline ? EXPLORER_INTERLEAVING : EXPLORER_TIMELINE);
    return get_value(options, kind) == kind->usual;
}

static bool is_of_the_grid(const OptionKind *kind)
{
    return !kind->values || kind->values == atomicities || kind->values == preempts;
}

char *options_rest(const Options *options)
{
    GString *label = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!is_of_the_grid(&kinds[i]) && !is_usual(options, &kinds[i]))
            g_string_append_printf(label, "%s%s=%s", label->len ? ", " : "", kinds[i].name,
                                   options_get(options, kinds[i].name));
    return g_string_free(label, FALSE);
}

char *options_label(const Options *options, bool with_preempt)
{
    GString *label = g_string_new(options->model->name);
    g_autofree char *rest = options_rest(options);
    FetchAtomicity usual = options->model->coherent_fetch ? FETCH_WHOLE : FETCH_4;
    if (options->fetch_atomicity == FETCH_4 && usual == FETCH_4 && !options->model->initial_fetch)
        g_string_append(label, ", ziccif");
    if (options->fetch_atomicity != usual)
        g_string_append_printf(label, ", fetch-atomicity=%d", (int)options->fetch_atomicity);
    if (with_preempt)
        g_string_append_printf(label, ", preempt=%s", options_get(options, "preempt"));
    if (*rest)
        g_string_append_printf(label, ", %s", rest);
    return g_string_free(label, FALSE);
}
