/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/cli.h"

#include "sim/base/error.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

ExitStatus worse(ExitStatus a, ExitStatus b)
{
    static const ExitStatus order[] = { EXIT_INTERNAL, EXIT_BAD_SCENARIO, EXIT_USAGE, EXIT_INTERRUPTED,
                                        EXIT_REFUTED,  EXIT_INCONCLUSIVE, EXIT_PROVED };
    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a;
}

ExitStatus exit_of_verdict(Verdict verdict)
{
    static const ExitStatus statuses[] = { EXIT_PROVED, EXIT_REFUTED, EXIT_INCONCLUSIVE };
    return statuses[verdict];
}

ExitStatus exit_of_error(const GError *error)
{
    if (error->domain == SIM_ERROR && (error->code == SIM_ERROR_SCENARIO || error->code == SIM_ERROR_SCHEDULE))
        return EXIT_BAD_SCENARIO;
    if (g_error_matches(error, SIM_ERROR, SIM_ERROR_UNSUPPORTED))
        return EXIT_INCONCLUSIVE;
    return EXIT_USAGE;
}

ExitStatus report_error(const GError *error)
{
    bool located = g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO) ||
                   g_error_matches(error, SIM_ERROR, SIM_ERROR_UNSUPPORTED);
    g_printerr("%s%s\n", located ? "" : "cmodx: ", error->message);
    return exit_of_error(error);
}

/* ---- Ctrl-C: a signal handler can reach nothing but a global */

static volatile sig_atomic_t signalled;

void note_interrupt(int number)
{
    (void)number;
    signalled = 1;
}

bool interrupted(void)
{
    return signalled;
}

void forget_interrupt(void)
{
    signalled = 0;
}

/* ---- options */

enum {
    JOBS_MAX = 256
};

void common_clear(Common *common)
{
    g_strfreev(common->model);
    g_strfreev(common->fetch_atomicity);
    g_strfreev(common->preempt);
    g_strfreev(common->pair);
    g_strfreev(common->misaligned);
    g_strfreev(common->lr_sc);
    g_strfreev(common->sbi_order);
    g_strfreev(common->explorer);
    g_free(common->colour);
    g_free(common->output);
    g_strfreev(common->reports);
    g_free(common->kinds_file);
    g_clear_pointer(&common->all_files, g_ptr_array_unref);
    g_free(common->timeout);
    g_free(common->progress);
    g_free(common->checkpoint);
    g_free(common->checkpoint_every);
    g_free(common->resume);
    checkpoint_free(common->from);
    g_strfreev(common->files);
    if (common->oracle)
        oracle_free(*common->oracle);
    g_free(common->oracle);
}

static ExitStatus usage(const char *message)
{
    g_printerr("cmodx: %s\n", message);
    return EXIT_USAGE;
}

/* What glib says of an option that it does not know, and the one that was probably meant. */
static char *option_complaint(const GError *error, const GOptionEntry *entries, const GOptionEntry *extra)
{
    static const char unknown[] = "Unknown option --";
    const char *const name = error->message + strlen(unknown);
    if (!g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) ||
        !g_str_has_prefix(error->message, unknown))
        return g_strdup(error->message);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const GOptionEntry *at = entries; at->long_name; at++)
        g_ptr_array_add(names, (gpointer)at->long_name);
    for (const GOptionEntry *at = extra; at && at->long_name; at++)
        g_ptr_array_add(names, (gpointer)at->long_name);
    g_autofree char *word = g_strndup(name, strcspn(name, "="));
    const char *closest = closest_name(word, (const char *const *)names->pdata, names->len);
    return closest ? g_strdup_printf("%s; did you mean --%s?", error->message, closest)
                   : g_strdup_printf("%s; see `%s --help`", error->message, g_get_prgname());
}

bool common_parse(Common *common, int argc, char **argv, const GOptionEntry *extra, const char *parameters,
                  const char *summary, ExitStatus *status)
{
    static const char *const automatic[] = { "auto", "always", "never", NULL };
    gboolean help = FALSE;
    const GOptionEntry entries[] = {
        { "model", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &common->model,
          "models to run, instead of the scenario's own rows", "NAME[,NAME...]" },
        { "fetch-atomicity", 0, 0, G_OPTION_ARG_STRING_ARRAY, &common->fetch_atomicity, "bytes fetched at one point",
          "2|4|8[,...]" },
        { "preempt", 0, 0, G_OPTION_ARG_STRING_ARRAY, &common->preempt, "where tasks may be switched out",
          "none|full[,...]" },
        { "auipc-jalr", 0, 0, G_OPTION_ARG_STRING_ARRAY, &common->pair, "treatment of the pair",
          "separate|masked|fused[,...]" },
        { "misaligned", 0, 0, G_OPTION_ARG_STRING_ARRAY, &common->misaligned, "how misaligned accesses are split",
          "pieces|bytes|atomic[,...]" },
        { "lr-sc", 0, 0, G_OPTION_ARG_STRING_ARRAY, &common->lr_sc, "which SC may pair with an LR",
          "subset|same|any[,...]" },
        { "sbi-order", 0, 0, G_OPTION_ARG_STRING_ARRAY, &common->sbi_order,
          "what an SBI call that interrupts other harts comes after", "full|device" },
        { "explorer", 0, 0, G_OPTION_ARG_STRING_ARRAY, &common->explorer, "how executions are enumerated",
          "interleaving|timeline[,...]" },
        { "timeout", 0, 0, G_OPTION_ARG_STRING, &common->timeout, "stop each search after this time",
          "SECONDS[s|m|h]" },
        { "max-states", 0, 0, G_OPTION_ARG_INT64, &common->max_states, "stop each search after so many states", "N" },
        { "max-memory", 0, 0, G_OPTION_ARG_INT64, &common->max_memory,
          "stop each search at so many MiB (half of memory)", "MIB" },
        { "max-steps", 0, 0, G_OPTION_ARG_INT64, &common->max_steps, "stop each search at this depth", "N" },
        { "progress", 0, 0, G_OPTION_ARG_STRING, &common->progress, "tell on stderr how far a search is",
          "auto|always|never" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &common->n_jobs, "decide so many rows at a time (0: as many as processors)",
          "N" },
        { "color", 0, 0, G_OPTION_ARG_STRING, &common->colour, "colour the verdicts", "auto|always|never" },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &common->output, "write the report there", "FILE" },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &common->quiet, "verdict lines only", NULL },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &common->verbose, "what a proof assumes and what it cost", NULL },
        { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "show this help", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &common->files, NULL, NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(parameters);
    g_autoptr(GError) error = NULL;
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, summary);
    g_option_context_add_main_entries(context, entries, NULL);
    if (extra)
        g_option_context_add_main_entries(context, extra, NULL);
    *status = EXIT_USAGE;
    common->oracle = g_new0(Oracle *, 1);
    common->n_jobs = 1;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_autofree char *complaint = option_complaint(error, entries, extra);
        usage(complaint);
        return false;
    }
    if (help) {
        g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
        g_print("%s", text);
        *status = EXIT_PROVED;
        return false;
    }
    if (common->max_states < 0 || common->max_memory < 0 || common->max_steps < 0 || common->max_steps > G_MAXUINT) {
        usage("a limit must be a positive number");
        return false;
    }
    if (common->n_jobs < 0 || common->n_jobs > JOBS_MAX) {
        usage("--jobs takes a number of at most 256");
        return false;
    }
    if (common->n_jobs == 0)
        common->n_jobs = (gint)g_get_num_processors();
    if (common->progress && !g_strv_contains(automatic, common->progress)) {
        usage("--progress takes auto, always or never");
        return false;
    }
    if (common->colour && !g_strv_contains(automatic, common->colour)) {
        usage("--color takes auto, always or never");
        return false;
    }
    if (!common_overrides_check(common, &error) || !outputs_check(common, &error)) {
        usage(error->message);
        return false;
    }
    signal(SIGINT, note_interrupt);
    signal(SIGTERM, note_interrupt);
    return true;
}

bool graph_kind_check(const char *kind, GError **error)
{
    if (!kind || g_str_equal(kind, "dot"))
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                "unknown value '%s' of --graph; expected dot (`dot -T%s` of Graphviz makes other formats of it)", kind,
                *kind && strspn(kind, G_CSET_a_2_z G_CSET_DIGITS) == strlen(kind) ? kind : "svg");
    return false;
}

TextStyle common_style(const Common *common)
{
    const char *when = common->colour ? common->colour : "auto", *no_color = g_getenv("NO_COLOR");
    bool automatic = isatty(STDOUT_FILENO) && !common->output && !(no_color && *no_color);
    return (TextStyle){ .colour = g_str_equal(when, "always") || (g_str_equal(when, "auto") && automatic),
                        .quiet = common->quiet,
                        .verbose = common->verbose };
}

/* ---- schedules */

static bool set_schedule_option(Options *options, const char *word, guint index, GError **error)
{
    static const char *const names[] = { "fetch-atomicity", "preempt",   "auipc-jalr", "misaligned",
                                         "lr-sc",           "sbi-order", "explorer",   NULL };
    g_autoptr(GError) local = NULL;
    const char *equals = strchr(word, '=');
    g_autofree char *name = equals ? g_strndup(word, (gsize)(equals - word)) : NULL;
    bool ok = index == 0                             ? options_set(options, "model", word, &local)
              : g_str_equal(word, "ziccif")          ? options_set(options, "fetch-atomicity", "4", &local)
              : g_str_equal(word, "memory=all")      ? (options->all_memory = true)
              : name && g_strv_contains(names, name) ? options_set(options, name, equals + 1, &local)
                                                     : false;
    if (!ok)
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE, "schedule: %s%s%s",
                    local ? local->message : "unknown option '", local ? "" : word, local ? "" : "'");
    return ok;
}

GArray *parse_schedule(const char *text, const Scenario *scenario, Options *options, GError **error)
{
    const char *at = strchr(text, '@');
    *options = options_default();
    if (!at) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE,
                    "schedule '%s': expected MODEL[,OPTION=VALUE...]@HART:STEPS[,...]", text);
        return NULL;
    }
    g_autofree char *head = g_strndup(text, (gsize)(at - text));
    g_auto(GStrv) words = g_strsplit(head, ",", -1);
    for (guint i = 0; words[i]; i++)
        if (!set_schedule_option(options, words[i], i, error))
            return NULL;
    if (!words[0]) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE, "schedule '%s': no model before the '@'", text);
        return NULL;
    }
    return schedule_parse(at + 1, scenario->program->harts->len, error);
}
