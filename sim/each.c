/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many scenarios: loaded a little ahead, decided on as many threads as the user wants, told in order. */
#include "reports/text.h"
#include "scenarios/litmus.h"
#include "sim/base/error.h"
#include "sim/cli.h"
#include "sim/progress.h"

enum {
    LITMUS_AHEAD = 256,
    ROWS_AHEAD = 8 /* for each thread */
};

/* Litmus tests that have been loaded but not yet looked at: the assembler takes hundreds at once. */
typedef struct Loader {
    guint first, n; /* indices of files */
    Scenario *scenarios[LITMUS_AHEAD];
    GError *errors[LITMUS_AHEAD];
} Loader;

static void loader_clear(Loader *loader)
{
    for (guint i = 0; i < loader->n; i++) {
        scenario_free(loader->scenarios[i]);
        g_clear_error(&loader->errors[i]);
    }
    loader->n = 0;
}

/* Loads the litmus tests from the first'th file on, as far as there is nothing else between them. */
static void load_ahead(Loader *loader, const GPtrArray *files, guint first)
{
    Source *sources[LITMUS_AHEAD];
    loader_clear(loader);
    loader->first = first;
    for (guint i = first; i < files->len && loader->n < LITMUS_AHEAD; i++) {
        const char *path = g_ptr_array_index(files, i);
        if (!g_str_has_suffix(path, ".litmus") || !(sources[loader->n] = source_load(path, NULL)))
            break;
        loader->n++;
    }
    litmus_load((const Source *const *)sources, loader->n, loader->scenarios, loader->errors);
    for (guint i = 0; i < loader->n; i++)
        source_free(sources[i]);
}

static Scenario *take(Loader *loader, const GPtrArray *files, guint i, GError **error)
{
    if (i < loader->first || i >= loader->first + loader->n)
        load_ahead(loader, files, i);
    if (loader->n == 0)
        return load_file(g_ptr_array_index(files, i), error);
    if (loader->errors[i - loader->first])
        g_propagate_error(error, g_steal_pointer(&loader->errors[i - loader->first]));
    return g_steal_pointer(&loader->scenarios[i - loader->first]);
}

/* ---- a queue of what has been loaded */

typedef struct Loaded {
    const char *file;
    Scenario *scenario; /* NULL: see `error` */
    GArray *rows;       /* likewise */
    GError *error;
} Loaded;

static void loaded_free(Loaded *loaded)
{
    if (!loaded)
        return;
    if (loaded->rows)
        g_array_unref(loaded->rows);
    scenario_free(loaded->scenario);
    g_clear_error(&loaded->error);
    g_free(loaded);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Loaded, loaded_free)

typedef struct Queue {
    Common *common;
    const ScenarioRun *run;
    const GPtrArray *files;
    guint next; /* index of the file to be loaded next */
    Loader loader;
    GQueue *loaded; /* Loaded */
    guint n_skipped;
} Queue;

static void load_next(Queue *queue)
{
    Loaded *loaded = g_new0(Loaded, 1);
    loaded->file = g_ptr_array_index(queue->files, queue->next);
    loaded->scenario = take(&queue->loader, queue->files, queue->next++, &loaded->error);
    if (loaded->scenario && queue->run->rows)
        loaded->rows = queue->run->rows(queue->run->data, loaded->scenario, &loaded->error);
    if (loaded->rows && queue->common->ahead)
        ahead_begin(queue->common->ahead, loaded->scenario, loaded->rows);
    g_queue_push_tail(queue->loaded, loaded);
}

/* The next one, NULL: there are no more. */
static Loaded *next_loaded(Queue *queue)
{
    Ahead *ahead = queue->common->ahead;
    guint most = ROWS_AHEAD * (guint)queue->common->n_jobs;
    while (queue->next < queue->files->len && (g_queue_is_empty(queue->loaded) || (ahead && ahead_count(ahead) < most)))
        load_next(queue);
    return g_queue_pop_head(queue->loaded);
}

static ExitStatus run_loaded(Queue *queue, const Loaded *loaded, GString *out)
{
    queue->n_skipped += g_error_matches(loaded->error, SIM_ERROR, SIM_ERROR_UNSUPPORTED);
    if (!loaded->error)
        return queue->run->each(queue->run->data, loaded->scenario, loaded->rows, out);
    if (!loaded->scenario && queue->common->run)
        run_report_add(queue->common->run, result_new_error(loaded->file, loaded->error));
    return report_error(loaded->error);
}

static ExitStatus run_all(Queue *queue, GString *out)
{
    g_autoptr(GError) error = NULL;
    Common *common = queue->common;
    ExitStatus status = EXIT_PROVED;
    /* of what is decided on this thread, the searches themselves tell */
    Progress progress = progress_begin(common->progress, common->quiet);
    progress.quiet = progress.quiet || !common->ahead;
    common->n_files = queue->files->len;
    bool hopeless = false;
    while (!interrupted() && !error && !hopeless) {
        g_autoptr(Loaded) loaded = next_loaded(queue);
        progress_show_files(&progress, common->file, common->n_files);
        if (!loaded)
            break;
        common->file++;
        status = worse(status, run_loaded(queue, loaded, out));
        hopeless = g_error_matches(loaded->error, SIM_ERROR, SIM_ERROR_ENVIRONMENT); /* it will not get better */
        if (queue->run->at_once && !common->output) {
            progress_end(&progress);
            common_write(common, out->str, &error);
            g_string_truncate(out, 0);
        }
        if (interrupted()) /* rows of it may still be being decided */
            g_queue_push_head(queue->loaded, g_steal_pointer(&loaded));
    }
    progress_end(&progress);
    g_atomic_int_set(&common->abandoned, error || hopeless);
    return error ? worse(status, report_error(error)) : status;
}

/* Of a row that was being decided, or had been, when the run was interrupted: no report has a line for it. */
static void tell_of_row(gpointer data, const Scenario *scenario, const Row *row, const Outcome *outcome)
{
    (void)data;
    if (!interrupted() || (!outcome->checkpoint && outcome->cut != SEARCH_COMPLETE))
        return;
    g_autofree char *label = options_label(&row->options, row->preempt_given);
    if (!outcome->checkpoint) {
        g_autofree char *found = found_text(scenario, outcome);
        g_printerr("cmodx: %s [%s] was decided, but not reported: %s\n", scenario->file, label, found);
        return;
    }
    g_autofree char *command = resume_command(scenario->file, outcome->checkpoint);
    g_printerr("cmodx: %s [%s] was interrupted too; continue: %s\n", scenario->file, label, command);
}

ExitStatus each_scenario(Common *common, const ScenarioRun *run, GString *out)
{
    g_autoptr(GError) error = NULL;
    const GPtrArray *files = common_files(common, &error);
    if (!files)
        return report_error(error);
    Queue queue = { .common = common, .run = run, .files = files, .loaded = g_queue_new() };
    if (common->n_jobs > 1)
        common->ahead = ahead_new((guint)common->n_jobs, decide_row, common);
    ExitStatus status = run_all(&queue, out);
    if (common->ahead)
        ahead_end(common->ahead, tell_of_row, NULL); /* which uses what has been loaded */
    g_clear_pointer(&common->ahead, ahead_free);
    for (Loaded *loaded; (loaded = g_queue_pop_head(queue.loaded));)
        loaded_free(loaded);
    g_queue_free(queue.loaded);
    loader_clear(&queue.loader);
    if (queue.n_skipped)
        g_printerr("cmodx: %u of %u files skipped\n", queue.n_skipped, files->len);
    return status;
}
