/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small subcommands: lint, list. */
#include "reports/herd.h"
#include "sim/cli.h"

/* Nothing is decided. */
static int for_each_file(Common *common,
                         ExitStatus (*each)(gpointer data, const Scenario *scenario, const GArray *rows, GString *out))
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    const ScenarioRun run = { .each = each };
    ExitStatus status = each_scenario(common, &run, out);
    if (!common_write(common, out->str, &error))
        return worse(status, report_error(error));
    return status;
}

static void lint_litmus(const Scenario *scenario, GString *out)
{
    const Program *program = scenario->program;
    g_autofree char *condition = litmus_condition_text(scenario);
    g_string_append_printf(out, "%s: ok: %u hart%s, %s\n", scenario->file, program->harts->len,
                           program->harts->len == 1 ? "" : "s", condition);
}

static ExitStatus lint_scenario(gpointer data, const Scenario *scenario, const GArray *rows, GString *out)
{
    (void)data;
    (void)rows;
    const Program *program = scenario->program;
    if (scenario->litmus) {
        lint_litmus(scenario, out);
        return EXIT_PROVED;
    }
    g_string_append_printf(out, "%s: ok: %u hart%s, %u patch%s, %u row%s\n", scenario->file, program->harts->len,
                           program->harts->len == 1 ? "" : "s", program->patches->len,
                           program->patches->len == 1 ? "" : "es", scenario->rows->len,
                           scenario->rows->len == 1 ? "" : "s");
    for (guint i = 0; i < program->regions->len; i++) {
        const Region *region = program_region(program, i);
        g_string_append_printf(out, "  site %s: 0x%" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT " bytes, %u versions:",
                               region->name, region->start, region->size, region->versions->len);
        for (guint v = 0; v < region->versions->len; v++)
            g_string_append_printf(out, " %s", region_version(region, v)->label);
        g_string_append_c(out, '\n');
    }
    for (guint i = 0; i < scenario->warnings->len; i++)
        g_printerr("%s\n", (const char *)g_ptr_array_index(scenario->warnings, i));
    return EXIT_PROVED;
}

int cmd_lint(int argc, char **argv)
{
    g_auto(Common) common = { 0 };
    ExitStatus status;
    if (!common_parse(&common, argc, argv, NULL, "FILE|DIR...", "Parses and assembles scenarios, and runs nothing.",
                      &status))
        return status;
    if (!common.files) {
        g_printerr("cmodx: lint needs a scenario file or directory\n");
        return EXIT_USAGE;
    }
    return for_each_file(&common, lint_scenario);
}

static ExitStatus list_scenario(gpointer data, const Scenario *scenario, const GArray *rows, GString *out)
{
    (void)data;
    (void)rows;
    g_string_append_printf(out, "%-44s %s\n", scenario->name, scenario->title);
    return EXIT_PROVED;
}

int cmd_list(int argc, char **argv)
{
    g_auto(Common) common = { 0 };
    ExitStatus status;
    if (!common_parse(&common, argc, argv, NULL, "[FILE|DIR...]",
                      "Lists scenarios, by default those of the catalogue, with one line each.", &status))
        return status;
    if (!common.files) {
        common.files = g_new0(char *, 2);
        common.files[0] = catalogue_directory();
    }
    return for_each_file(&common, list_scenario);
}
