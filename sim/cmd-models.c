/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/cli.h"

/* The rules of the table's columns, with where they come from. */
static const char *const rules =
    "ir1    an instruction's fetch comes before its own loads and stores\n"
    "       (riscv-isa-manual pull request 2303)\n"
    "ir2    the fetches of a hart are in program order (draft Ziccid 0.2)\n"
    "ir3    fence.i: earlier loads and stores before later fetches\n"
    "       (Zifencei; riscv-isa-manual pull request 2167)\n"
    "ir3f   fence.i: earlier fetches, its own included, before later fetches\n"
    "       (riscv-isa-manual pull request 3404, September 2026)\n"
    "dec-w  a fetch comes before the hart's later stores (candidate ir-decode-w)\n"
    "dec    a fetch comes before the hart's later loads and stores (ir-decode)\n"
    "\n"
    "RVWMO is run as views (Pulte et al., Promising-ARM/RISC-V, PLDI 2019), byte by byte for accesses of\n"
    "different sizes. Where a store may depend on a patch that comes later in memory order (rvwmo,\n"
    "ziccif-only), executions out of thin air are left out: a store whose only cause is its own patch.\n"
    "\n"
    "Fetch atomicity: 4 (Ziccif: an aligned 4-byte chunk is read at one point) unless --fetch-atomicity\n"
    "says 2 (no Ziccif: every halfword by itself) or 8 (a what-if); whole instructions under sc.\n"
    "check runs rvwmo unless the scenario or --model names others.\n";

static const char *fetches(const Model *model)
{
    return model->initial_fetch ? "initial" : model->coherent_fetch ? "coherent" : "any point";
}

static void put_rules(GString *out, const Model *model)
{
    bool ordered = model->coherent_fetch || model->initial_fetch;
    const bool has[] = { !ordered, model->ir2, model->ir3, model->ir3f, model->ir_decode_w, model->ir_decode };
    static const guint widths[] = { 4, 4, 4, 5, 6, 4 };
    for (guint i = 0; i < G_N_ELEMENTS(has); i++)
        g_string_append_printf(out, " %-*s", (int)widths[i], has[i] ? "x" : "-");
}

int cmd_models(int argc, char **argv)
{
    g_auto(Common) common = { 0 };
    g_autoptr(GError) error = NULL;
    ExitStatus status;
    if (!common_parse(&common, argc, argv, NULL, "", "Lists the memory models and their rules.", &status))
        return status;
    guint n_models;
    const Model *models = model_table(&n_models);
    g_autoptr(GString) out = g_string_new("model       data   fetch     ir1  ir2  ir3  ir3f  dec-w  dec\n");
    for (guint i = 0; i < n_models; i++) {
        g_string_append_printf(out, "%-11s %-6s %-9s", models[i].name, models[i].rvwmo_data ? "RVWMO" : "SC",
                               fetches(&models[i]));
        put_rules(out, &models[i]);
        while (out->str[out->len - 1] == ' ')
            g_string_truncate(out, out->len - 1);
        g_string_append_c(out, '\n');
    }
    g_string_append_c(out, '\n');
    for (guint i = 0; i < n_models; i++)
        g_string_append_printf(out, "%s\n    %s\n    from: %s\n", models[i].name, models[i].summary, models[i].source);
    g_string_append_printf(out, "\n%s", rules);
    if (!common_write(&common, out->str, &error))
        return report_error(error);
    return EXIT_PROVED;
}
