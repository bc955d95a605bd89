/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deciding within the limits of the command line, with a line of progress, and a file to go on from. */
#include "sim/base/error.h"
#include "sim/cli.h"
#include "sim/progress.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    /* Writing may take one part in so many of the time. */
    KEEP_PART = 20,
    KEEP_SECONDS = 10
};

/* Where and how often a search is kept. */
typedef struct Keep {
    const Scenario *scenario;
    const Row *row;
    char *path;        /* NULL: it is not */
    bool asked;        /* the user has named the file, here or to resume: it is kept however short it was */
    gint64 every;      /* microseconds */
    gint64 last, cost; /* when it was last written, and how long that took */
    bool is_due;
    bool written;   /* the file is of this search */
    bool frozen;    /* it is left as it was: this run looks less far than the one that wrote it */
    bool stale;     /* it could not be written again: it is of an earlier moment */
    double earlier; /* seconds after which what a run that was begun before has kept is overwritten */
} Keep;

typedef struct Watch {
    const Common *common;
    gint64 deadline; /* monotonic, microseconds; 0: none */
    bool timed_out;
    Progress progress;
    Keep keep;
} Watch;

static bool parse_duration(const char *option, const char *text, gint64 *microseconds, GError **error)
{
    char *end;
    double value = g_ascii_strtod(text, &end);
    double unit = !*end || g_str_equal(end, "s") ? 1 : g_str_equal(end, "m") ? 60 : g_str_equal(end, "h") ? 3600 : 0;
    if (end == text || unit == 0 || !(value > 0) || value * unit > 1e9 || value * unit < 1e-6) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s takes a time such as 60, 90s, 5m or 1h, not '%s'", option,
                    text);
        return false;
    }
    *microseconds = (gint64)(value * unit * G_USEC_PER_SEC);
    return true;
}

static bool watch_search(gpointer data, const SearchProgress *progress)
{
    Watch *watch = data;
    if (interrupted() || g_atomic_int_get(&watch->common->abandoned))
        return false;
    if (watch->deadline && g_get_monotonic_time() > watch->deadline) {
        watch->timed_out = true;
        return false;
    }
    progress_show(&watch->progress, progress);
    return true;
}

/* ---- keeping the search */

/* For how long the search has taken, with what it is resumed from. */
static double seconds_so_far(const Watch *watch)
{
    gint64 here = g_get_monotonic_time() - watch->progress.start;
    return watch->progress.before + (double)here / G_USEC_PER_SEC;
}

/* Whether the file may be written, or has to stay as it is. */
static bool may_keep(const Watch *watch)
{
    const Keep *keep = &watch->keep;
    return !keep->frozen && !keep->stale && seconds_so_far(watch) >= keep->earlier;
}

static bool keep_is_due(gpointer data)
{
    Watch *watch = data;
    Keep *keep = &watch->keep;
    gint64 since = g_get_monotonic_time() - keep->last;
    keep->is_due = since >= keep->every && since / KEEP_PART >= keep->cost && may_keep(watch);
    return keep->is_due;
}

/* Called when it is due, and when the search is cut short. */
static void keep_search(gpointer data, void (*archive)(gpointer search, Archive *archive), gpointer search)
{
    Watch *watch = data;
    Keep *keep = &watch->keep;
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    bool long_enough = keep->asked || keep->written || start - watch->progress.start >= keep->every;
    if (!may_keep(watch) || (!keep->is_due && !long_enough))
        return;
    if (checkpoint_write(keep->path, keep->scenario, keep->row, seconds_so_far(watch), archive, search, &error)) {
        keep->written = true;
    } else {
        progress_end(&watch->progress);
        g_printerr("cmodx: warning: %s; %s\n", error->message,
                   keep->written  ? "what was kept earlier is still there"
                   : keep->is_due ? "the search goes on without"
                                  : "the search cannot be gone on with");
        keep->stale = true;
    }
    keep->is_due = false;
    keep->last = g_get_monotonic_time();
    keep->cost = keep->last - start;
}

/* Somebody may just have forgotten --resume. */
static void mind_earlier(Keep *keep)
{
    if (!g_file_test(keep->path, G_FILE_TEST_IS_REGULAR))
        return;
    g_autoptr(Checkpoint) earlier = checkpoint_open(keep->path, NULL);
    if (!earlier || !checkpoint_suits(earlier, keep->scenario, NULL))
        return;
    Row row = checkpoint_row(earlier);
    if (!options_equal(&row.options, &keep->row->options))
        return;
    g_autofree char *command = resume_command(keep->scenario->file, keep->path);
    keep->earlier = checkpoint_seconds(earlier);
    g_printerr("cmodx: note: %.0f seconds of this search have been kept; continue: %s\n", keep->earlier, command);
}

const char *checkpoint_named(const Common *common)
{
    static const char *const others[] = { "auto", "never", NULL };
    return common->checkpoint && !g_strv_contains(others, common->checkpoint) ? common->checkpoint : NULL;
}

static bool keep_begin(Keep *keep, const Common *common, const Scenario *scenario, const Row *row, GError **error)
{
    *keep = (Keep){ .scenario = scenario, .row = row, .last = g_get_monotonic_time() };
    keep->every = KEEP_SECONDS * (gint64)G_USEC_PER_SEC;
    if (common->checkpoint_every &&
        !parse_duration("--checkpoint-every", common->checkpoint_every, &keep->every, error))
        return false;
    if (common->checkpoint ? g_str_equal(common->checkpoint, "never") : !common->keeps)
        return true;
    const char *named = checkpoint_named(common), *where = named ? named : common->resume;
    if (where && !archive_may_replace(where, error))
        return false;
    keep->asked = where != NULL;
    keep->path = where ? g_strdup(where) : checkpoint_usual_path(scenario, &row->options);
    keep->written = where && g_strcmp0(where, common->resume) == 0;
    /* Timelines that are cut at --max-steps are done with: going on would not bring back what is further on. */
    keep->frozen = keep->written && common->max_steps && program_uses_timelines(scenario->program, &row->options);
    if (!keep->asked)
        mind_earlier(keep);
    return true;
}

/* A search that has come to its end needs no file to go on from. `outcome`: NULL if what it was to go on from made no sense. */
static void keep_end(Keep *keep, Outcome *outcome)
{
    bool cut = outcome && outcome->cut != SEARCH_COMPLETE;
    bool worth_it = cut && (keep->frozen || outcome->cut != SEARCH_STEPS || !outcome->timelines);
    if (keep->written && worth_it)
        outcome->checkpoint = g_strdup(keep->path);
    else if (keep->written && outcome)
        archive_remove(keep->path);
    g_free(keep->path);
}

/* ---- deciding */

/* Half of the machine's memory: a search that grows without end has to end with figures, not with the OOM killer. */
static guint64 memory_default(void)
{
    guint64 memory = (guint64)sysconf(_SC_PHYS_PAGES) * (guint64)sysconf(_SC_PAGESIZE);
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        memory = MIN(memory, (guint64)limit.rlim_cur / 2); /* the emulator reserves a gigabyte, and arrays double */
    return memory / 2;
}

static bool watch_begin(Watch *watch, const Common *common, SearchOptions *limits, GError **error)
{
    *watch = (Watch){ .common = common, .progress = progress_begin(common->progress, common->quiet) };
    gint64 span = 0;
    watch->progress.quiet = watch->progress.quiet || common->ahead; /* it is the files that are told of then */
    if (common->n_files > 1 && !common->ahead)
        g_snprintf(watch->progress.prefix, sizeof watch->progress.prefix, "[%u/%u] ", common->file, common->n_files);
    if (common->timeout && !parse_duration("--timeout", common->timeout, &span, error))
        return false;
    if (span)
        watch->deadline = watch->progress.start + span;
    guint64 share = memory_default() / MAX(common->n_jobs, 1);
    *limits = (SearchOptions){ .states_max = (guint64)common->max_states,
                               .bytes_max = common->max_memory ? (guint64)common->max_memory << 20 : share,
                               .steps_max = (guint)common->max_steps,
                               .count_interleavings = true,
                               .poll = watch_search,
                               .poll_data = watch };
    if (common->tree)
        timeline_tree_watch(common->tree, limits);
    return true;
}

/* An emulator; a new one if `fresh`. */
static Oracle *oracle_of(Oracle **oracle, bool fresh, GError **error)
{
    if (fresh || !*oracle) {
        oracle_free(*oracle);
        *oracle = oracle_new(ORACLE_SLOTS, error);
    }
    return *oracle;
}

Outcome *decide_row(gconstpointer data, Oracle **oracle, const Scenario *scenario, const Row *row, GError **error)
{
    const Common *common = data;
    Watch watch;
    SearchOptions limits;
    /* What `-v` says of the emulator is to be the same whatever was decided before. */
    if (!watch_begin(&watch, common, &limits, error) || !oracle_of(oracle, common->verbose, error) ||
        !keep_begin(&watch.keep, common, scenario, row, error))
        return NULL;
    if (common->from) {
        limits.resume = checkpoint_search(common->from);
        watch.progress.before = checkpoint_seconds(common->from);
    }
    if (watch.keep.path) {
        limits.keep = keep_search;
        limits.keep_due = keep_is_due;
        limits.keep_data = &watch;
    }
    Outcome *outcome = decide_with(scenario->program, &row->options, &limits, *oracle);
    progress_end(&watch.progress);
    if (!outcome)
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: makes no sense as a checkpoint", common->resume);
    keep_end(&watch.keep, outcome);
    if (outcome && watch.timed_out && outcome->cut == SEARCH_STOPPED) {
        char **text = outcome->incomplete ? &outcome->incomplete : &outcome->reason;
        g_free(*text);
        *text = g_strdup_printf("stopped by --timeout %s", common->timeout);
        outcome->doubt = outcome->incomplete ? outcome->doubt : DOUBT_TIME;
    }
    return outcome;
}

Oracle *common_oracle(const Common *common, GError **error)
{
    return oracle_of(common->oracle, false, error);
}

Outcome *common_decide(const Common *common, const Scenario *scenario, const Row *row, GError **error)
{
    Outcome *outcome;
    if (common->ahead && ahead_take(common->ahead, scenario, row, &outcome, error))
        return outcome;
    return decide_row(common, common->oracle, scenario, row, error);
}

Session *common_session(const Common *common, const Scenario *scenario, const Options *options, GError **error)
{
    Watch watch;
    SearchOptions limits;
    if (!watch_begin(&watch, common, &limits, error) || !oracle_of(common->oracle, false, error))
        return NULL;
    Session *session = session_new(scenario->program, options, &limits, *common->oracle, error);
    progress_end(&watch.progress);
    return session;
}
