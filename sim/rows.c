/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rows a command runs of a scenario: its own, or combinations of what the command line gives. */
#include "sim/cli.h"

/* What was given for an option, as often as it was; NULL: nothing. */
static char **given(const Common *common, const char *option)
{
    const struct {
        const char *option;
        char **values;
    } all[] = { { "model", common->model },           { "fetch-atomicity", common->fetch_atomicity },
                { "preempt", common->preempt },       { "auipc-jalr", common->pair },
                { "misaligned", common->misaligned }, { "lr-sc", common->lr_sc },
                { "sbi-order", common->sbi_order },   { "explorer", common->explorer } };
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        if (g_str_equal(all[i].option, option))
            return all[i].values;
    g_assert_not_reached();
}

/* The same as single values. */
static char **values_of(const Common *common, const char *option)
{
    char **lists = given(common, option);
    g_autofree char *list = lists ? g_strjoinv(",", lists) : NULL;
    return list ? g_strsplit(list, ",", -1) : NULL;
}

bool common_overrides(const Common *common)
{
    for (guint i = 0; option_name(i); i++)
        if (given(common, option_name(i)))
            return true;
    return false;
}

const char *schedule_misuse(const Common *common)
{
    return common_overrides(common)
               ? "the schedule says which options it is for; --model and the like do not go with it"
               : NULL;
}

bool common_overrides_check(const Common *common, GError **error)
{
    Options scratch = options_default();
    for (guint i = 0; option_name(i); i++) {
        g_auto(GStrv) values = values_of(common, option_name(i));
        for (guint v = 0; values && values[v]; v++)
            if (!options_set(&scratch, option_name(i), values[v], error))
                return false;
    }
    return true;
}

static bool add_row(GArray *rows, const Row *row, GError **error)
{
    if (!options_check(&row->options, error))
        return false;
    for (guint i = 0; i < rows->len; i++)
        if (options_equal(&g_array_index(rows, Row, i).options, &row->options))
            return true;
    g_array_append_vals(rows, row, 1);
    return true;
}

/* Adds the row with every combination of what is given for the option'th option and those behind it. */
static bool add_combinations(const Common *common, guint option, const Row *row, GArray *rows, GError **error)
{
    const char *name = option_name(option);
    if (!name)
        return add_row(rows, row, error);
    g_auto(GStrv) values = values_of(common, name);
    if (!values)
        return add_combinations(common, option + 1, row, rows, error);
    for (guint i = 0; values[i]; i++) {
        Row next = *row;
        next.preempt_given = row->preempt_given || g_str_equal(name, "preempt");
        if (!options_set(&next.options, name, values[i], error) ||
            !add_combinations(common, option + 1, &next, rows, error))
            return false;
    }
    return true;
}

bool common_rows(const Common *common, const Scenario *scenario, GArray **rows, GError **error)
{
    g_autoptr(GArray) result = g_array_new(FALSE, TRUE, sizeof(Row));
    const Row start = { .options = scenario_options(scenario) };
    bool own = !common->model && scenario->rows->len;
    for (guint i = 0; i < (own ? scenario->rows->len : 1); i++) {
        Row row = own ? g_array_index(scenario->rows, Row, i) : start;
        row.property = NULL; /* borrowed rows are not cleared */
        if (!add_combinations(common, 0, &row, result, error))
            return false;
    }
    *rows = g_steal_pointer(&result);
    return true;
}
