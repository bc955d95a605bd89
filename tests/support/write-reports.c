/* SPDX-License-Identifier: GPL-2.0-or-later */
/* write-reports check|test DIRECTORY FILE...: decides the rows of scenarios, with their expectations under `test`, and writes
 * every kind of report into the directory: report.json, report.junit ... */
#include "reports/writers.h"

typedef struct Kind {
    const char *name;
    void (*write)(GString *out, const RunReport *run);
} Kind;

static const Kind kinds[] = {
    { "json", json_write },   { "junit", junit_write },   { "tap", tap_write },
    { "sarif", sarif_write }, { "github", github_write }, { "markdown", markdown_write },
};

static void add_row(RunReport *run, const Scenario *scenario, const Row *row, bool compare)
{
    g_autoptr(GError) error = NULL;
    SearchOptions limits = { .count_interleavings = true };
    g_autoptr(Replay) replay = NULL;
    g_autoptr(Outcome) outcome = decide(scenario->program, &row->options, &limits, &error);
    if (outcome && outcome->verdict == VERDICT_REFUTED && outcome->search->end == SEARCH_VIOLATION)
        replay = replay_run(scenario->program, &row->options, outcome->trail, &error);
    if (error)
        run_report_add(run, result_new_error(scenario->file, error));
    else
        run_report_add(run, result_new(scenario, row, outcome, replay, compare ? row : NULL));
}

static void add_file(RunReport *run, const char *path, bool compare)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Source) source = source_load(path, &error);
    g_autoptr(Scenario) scenario = source ? scenario_load(source, &error) : NULL;
    if (!scenario)
        run_report_add(run, result_new_error(path, error));
    for (guint i = 0; scenario && i < scenario->rows->len; i++)
        add_row(run, scenario, &g_array_index(scenario->rows, Row, i), compare);
}

static bool write_all(const RunReport *run, const char *directory)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        g_autofree char *name = g_strconcat("report.", kinds[i].name, NULL);
        g_autofree char *path = g_build_filename(directory, name, NULL);
        kinds[i].write(text, run);
        if (g_file_set_contents(path, text->str, (gssize)text->len, &error))
            continue;
        g_printerr("%s\n", error->message);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 1;
    g_autofree char *command = g_strjoinv(" ", argv + 3);
    g_autofree char *line = g_strdup_printf("cmodx %s %s", argv[1], command);
    g_autoptr(RunReport) run = run_report_new(line);
    for (int i = 3; i < argc; i++)
        add_file(run, argv[i], g_str_equal(argv[1], "test"));
    return write_all(run, argv[2]) ? 0 : 1;
}
