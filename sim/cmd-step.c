/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/base/error.h"
#include "sim/step.h"

#include <signal.h>

typedef struct Step {
    Common common;
    char *schedule;
    gboolean counterexample, strict;
    int at; /* -1: not given */
} Step;

static void step_clear(Step *step)
{
    common_clear(&step->common);
    g_free(step->schedule);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Step, step_clear)

/* ---- the session */

/* The one row that the options choose; a schedule brings its own. */
static bool choose_options(const Step *step, const Scenario *scenario, Options *options, GError **error)
{
    if (step->schedule) {
        g_autoptr(GArray) trail = parse_schedule(step->schedule, scenario, options, error);
        return trail && options_check(options, error);
    }
    g_autoptr(GArray) rows = NULL;
    if (!common_rows(&step->common, scenario, &rows, error))
        return false;
    *options = g_array_index(rows, Row, 0).options;
    if (rows->len == 1)
        return true;
    g_autoptr(GString) labels = g_string_new(NULL);
    for (guint i = 0; i < rows->len; i++) {
        g_autofree char *label = options_label(&g_array_index(rows, Row, i).options, true);
        g_string_append_printf(labels, "\n  %s", label);
    }
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                "step goes through one row, and %s has %u; choose with --model, --preempt and so on, from%s",
                scenario->file, rows->len, labels->str);
    return false;
}

/* Goes to the end of the counterexample that `check` finds. */
static bool load_counterexample(const Step *step, const Scenario *scenario, const Options *options, Session *session,
                                GError **error)
{
    Row row = { .options = *options };
    g_autoptr(Outcome) outcome = common_decide(&step->common, scenario, &row, error);
    if (!outcome)
        return false;
    if (outcome->verdict == VERDICT_REFUTED && outcome->search->end == SEARCH_VIOLATION)
        return session_load(session, outcome->trail, false, error);
    g_autofree char *label = options_label(options, true);
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "there is no counterexample: %s is %s [%s]", scenario->file,
                verdict_name(outcome->verdict), label);
    return false;
}

static bool go_to_start(const Step *step, Stepper *stepper, const Options *options, GError **error)
{
    if (step->schedule && !step_load(stepper, step->schedule, error))
        return false;
    if (step->counterexample && !load_counterexample(step, stepper->scenario, options, stepper->session, error))
        return false;
    if (step->at < 0)
        return true;
    if ((guint)step->at > session_length(stepper->session)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--at %d: there are only %u steps", step->at,
                    session_length(stepper->session));
        return false;
    }
    session_goto(stepper->session, (guint)step->at);
    return true;
}

/* ---- the dialogue */

static void put(Stepper *stepper)
{
    g_print("%s", stepper->out->str);
    g_string_truncate(stepper->out, 0);
}

/* Runs commands until there are no more; false: one has failed, and that is not to happen. */
static bool talk(Stepper *stepper, StepInput *input, bool strict)
{
    g_autofree char *last = NULL, *line = NULL;
    bool terminal = step_input_is_terminal(input);
    while (!stepper->quits) {
        g_autoptr(GError) error = NULL;
        g_free(line);
        if (!(line = step_input_line(input)))
            break;
        g_strstrip(line);
        const char *command = *line ? line : last ? last : "";
        if (!terminal)
            g_print(">%s%s\n", *command ? " " : "", command);
        if (*command == '#' || !*command)
            continue;
        forget_interrupt();
        bool ok = step_command(stepper, command, &error);
        put(stepper);
        if (!ok && error)
            g_printerr("%s\n", error->message);
        if (!ok && strict)
            return false;
        if (command == line) {
            g_free(last);
            last = step_repeats(line) ? g_strdup(line) : NULL;
        }
    }
    if (terminal && !stepper->quits)
        g_print("\n");
    if (!step_input_failed(input))
        return true;
    g_printerr("cmodx: the commands cannot be read\n");
    return false;
}

static ExitStatus run_stepper(const Step *step, Stepper *stepper)
{
    g_autoptr(StepInput) input = step_input_new(stepper);
    signal(SIGTERM, SIG_DFL);
    if (!step_input_is_terminal(input))
        signal(SIGINT, SIG_DFL); /* on a terminal it ends a `run` */
    g_autofree char *label = options_label(session_options(stepper->session), true);
    const char *limit = session_limit(stepper->session);
    g_print("%s [%s]\n", stepper->scenario->file, label);
    if (limit)
        g_print("(some choices may be missing: the exploration behind the first violation was stopped by %s)\n", limit);
    scene_state(stepper->out, stepper->session, &stepper->style);
    put(stepper);
    if (!talk(stepper, input, step->strict))
        return EXIT_USAGE;
    return session_replay(stepper->session)->violation.kind == VIOLATION_NONE ? EXIT_PROVED : EXIT_REFUTED;
}

static ExitStatus step_file(const Step *step, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = load_file(path, &error);
    Options options;
    if (!scenario || !choose_options(step, scenario, &options, &error))
        return report_error(error);
    g_autoptr(Session) session = common_session(&step->common, scenario, &options, &error);
    if (!session || interrupted())
        return interrupted() ? EXIT_INTERRUPTED : report_error(error);
    Stepper stepper = { .scenario = scenario, .session = session, .style = common_style(&step->common) };
    if (!go_to_start(step, &stepper, &options, &error))
        return report_error(error);
    stepper.breaks = g_array_new(FALSE, FALSE, sizeof(Break));
    stepper.out = g_string_new(NULL);
    ExitStatus status = run_stepper(step, &stepper);
    g_array_unref(stepper.breaks);
    g_string_free(stepper.out, TRUE);
    return status;
}

/* ---- the command */

static const char *misuse(const Step *step)
{
    if (!step->common.files || !step->common.files[0] || step->common.files[1])
        return "step needs one scenario file";
    if (g_str_equal(step->common.files[0], "-"))
        return "step reads its commands from stdin, so the scenario must be a file";
    if (step->common.output)
        return "step writes to stdout only";
    if (step->schedule && step->counterexample)
        return "--schedule and --counterexample are two places to start at";
    return step->schedule ? schedule_misuse(&step->common) : NULL;
}

int cmd_step(int argc, char **argv)
{
    g_auto(Step) step = { .at = -1 };
    ExitStatus status;
    const GOptionEntry extra[] = {
        { "schedule", 's', 0, G_OPTION_ARG_STRING, &step.schedule, "start at the end of this schedule", "SCHEDULE" },
        { "counterexample", 'c', 0, G_OPTION_ARG_NONE, &step.counterexample,
          "start at the end of the counterexample that `check` finds", NULL },
        { "at", 0, 0, G_OPTION_ARG_INT, &step.at, "start where so many steps of it have been made", "STEP" },
        { "strict", 0, 0, G_OPTION_ARG_NONE, &step.strict, "the first command that fails ends the session", NULL },
        G_OPTION_ENTRY_NULL,
    };
    if (!common_parse(&step.common, argc, argv, extra, "FILE",
                      "Goes through executions by hand: shows what every hart could do next, takes what you choose,\n"
                      "and goes back. `help` lists the commands. Without a terminal commands come from stdin and are\n"
                      "echoed behind '>'; what is wrong with one goes to stderr, and the session goes on.\n"
                      "Exit status 10 if the state at the end violates a property, 1 if --strict ended the session,\n"
                      "5 if a limit ended what has to be known before it can begin, else 0.",
                      &status))
        return status;
    const char *mistake = misuse(&step);
    if (mistake) {
        g_printerr("cmodx: %s\n", mistake);
        return EXIT_USAGE;
    }
    g_autofree char *file = file_named(step.common.files[0]);
    return step_file(&step, file);
}
