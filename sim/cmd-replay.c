/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/dot.h"
#include "sim/base/error.h"
#include "sim/cli.h"

static void put_replay(GString *out, const Scenario *scenario, const Options *options, const Replay *replay,
                       const TextStyle *style)
{
    g_autoptr(Story) story = story_tell(replay);
    g_autofree char *label = options_label(options, true);
    const Violation *violation = &replay->violation;
    g_string_append_printf(out, "%s: replay of %u step%s [%s]: ", scenario->file, replay->steps->len,
                           replay->steps->len == 1 ? "" : "s", label);
    if (violation->kind == VIOLATION_NONE)
        g_string_append(out, replay->finished ? "no violation; nobody can go on\n" : "no violation so far\n");
    else
        g_string_append_printf(out, "violates %s\n",
                               violation->property >= 0
                                   ? program_property(scenario->program, (guint)violation->property)->name
                                   : "nothing that is checked, but leaves the model");
    g_string_append_c(out, '\n');
    if (story->sentence)
        text_sentence(out, story);
    text_story(out, replay, story, style);
    g_string_append(out, "\n Each instruction ran in the emulator at its true address.\n");
}

static ExitStatus replay_file(const Common *common, const char *path, const char *schedule, bool graph)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = load_file(path, &error);
    Options options;
    g_autoptr(GArray) trail = scenario ? parse_schedule(schedule, scenario, &options, &error) : NULL;
    g_autoptr(Replay) replay = trail ? replay_run(scenario->program, &options, trail, &error) : NULL;
    if (!replay)
        return report_error(error);
    TextStyle style = common_style(common);
    g_autoptr(GString) out = g_string_new(NULL);
    const DotSubject subject = { scenario, &options, true, NULL, 0 };
    if (graph)
        dot_put_execution(out, &subject, replay, common->verbose);
    else
        put_replay(out, scenario, &options, replay, &style);
    if (!common_write(common, out->str, &error))
        return report_error(error);
    return replay->violation.kind == VIOLATION_NONE ? EXIT_PROVED : EXIT_REFUTED;
}

int cmd_replay(int argc, char **argv)
{
    g_auto(Common) common = { 0 };
    g_autofree char *schedule = NULL, *graph = NULL;
    g_autoptr(GError) error = NULL;
    ExitStatus status;
    const GOptionEntry extra[] = {
        { "schedule", 's', 0, G_OPTION_ARG_STRING, &schedule, "what to run: MODEL[,OPTION=VALUE...]@HART:STEPS[,...]",
          "SCHEDULE" },
        { "graph", 0, 0, G_OPTION_ARG_STRING, &graph, "write the execution as a graph of events, in place of the text",
          "dot" },
        G_OPTION_ENTRY_NULL,
    };
    if (!common_parse(&common, argc, argv, extra, "FILE --schedule SCHEDULE",
                      "Runs one counterexample again, step by step, in the emulator at true addresses.\n"
                      "Exit status 10 if it violates a property, else 0.",
                      &status))
        return status;
    if (!common.files || !common.files[0] || common.files[1] || !schedule) {
        g_printerr("cmodx: replay needs one scenario file and --schedule\n");
        return EXIT_USAGE;
    }
    if (!graph_kind_check(graph, &error))
        return report_error(error);
    const char *misuse = schedule_misuse(&common);
    if (misuse) {
        g_printerr("cmodx: %s\n", misuse);
        return EXIT_USAGE;
    }
    g_autofree char *file = file_named(common.files[0]);
    return replay_file(&common, file, schedule, graph != NULL);
}
