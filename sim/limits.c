/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deciding within the limits of the command line, with a line of progress. */
#include "sim/base/error.h"
#include "sim/cli.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct Watch {
    gint64 deadline; /* monotonic, microseconds; 0: none */
    gint64 start, last_line;
    bool timed_out;
    bool tty;
} Watch;

static bool parse_duration(const char *text, gint64 *microseconds, GError **error)
{
    char *end;
    double value = g_ascii_strtod(text, &end);
    double unit = !*end || g_str_equal(end, "s") ? 1 : g_str_equal(end, "m") ? 60 : g_str_equal(end, "h") ? 3600 : 0;
    if (end == text || unit == 0 || !(value > 0) || value * unit > 1e9) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--timeout takes a time such as 60, 90s, 5m or 1h, not '%s'",
                    text);
        return false;
    }
    *microseconds = (gint64)(value * unit * G_USEC_PER_SEC);
    return true;
}

/* A live line on a terminal, a plain one a minute elsewhere. */
static void show_progress(Watch *watch, const SearchProgress *progress)
{
    gint64 now = g_get_monotonic_time();
    gint64 pause = watch->tty ? G_USEC_PER_SEC / 4 : 60 * (gint64)G_USEC_PER_SEC;
    if (now - watch->last_line < pause)
        return;
    watch->last_line = now;
    double seconds = (double)(now - watch->start) / G_USEC_PER_SEC;
    g_autofree char *states = grouped(progress->states), *frontier = grouped(progress->frontier);
    g_printerr("%s%s states, %.2f M/s, %s waiting, depth %u, %" G_GUINT64_FORMAT " MiB, %.0f s%s",
               watch->tty ? "\r" : "", states, (double)progress->states / 1e6 / MAX(seconds, 1e-6), frontier,
               progress->depth, progress->bytes >> 20, seconds, watch->tty ? "\033[K" : "\n");
}

static bool watch_search(gpointer data, const SearchProgress *progress)
{
    Watch *watch = data;
    if (interrupted())
        return false;
    if (watch->deadline && g_get_monotonic_time() > watch->deadline) {
        watch->timed_out = true;
        return false;
    }
    show_progress(watch, progress);
    return true;
}

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
    *watch = (Watch){ .start = g_get_monotonic_time(), .tty = isatty(STDERR_FILENO) && !common->quiet };
    watch->last_line = watch->start;
    gint64 span = 0;
    if (common->timeout && !parse_duration(common->timeout, &span, error))
        return false;
    if (span)
        watch->deadline = watch->start + span;
    *limits = (SearchOptions){ .states_max = (guint64)common->max_states,
                               .bytes_max = common->max_memory ? (guint64)common->max_memory << 20 : memory_default(),
                               .steps_max = (guint)common->max_steps,
                               .count_interleavings = true,
                               .poll = watch_search,
                               .poll_data = watch };
    if (common->tree)
        timeline_tree_watch(common->tree, limits);
    return true;
}

static void watch_end(const Watch *watch)
{
    if (watch->tty && watch->last_line != watch->start)
        g_printerr("\r\033[K");
}

/* An emulator; a new one if `fresh`. */
static Oracle *oracle_of(const Common *common, bool fresh, GError **error)
{
    if (fresh || !*common->oracle) {
        oracle_free(*common->oracle);
        *common->oracle = oracle_new(ORACLE_SLOTS, error);
    }
    return *common->oracle;
}

Oracle *common_oracle(const Common *common, GError **error)
{
    return oracle_of(common, false, error);
}

Outcome *common_decide(const Common *common, const Scenario *scenario, const Row *row, GError **error)
{
    Watch watch;
    SearchOptions limits;
    /* What `-v` says of the emulator is to be the same whatever was decided before. */
    if (!watch_begin(&watch, common, &limits, error) || !oracle_of(common, common->verbose, error))
        return NULL;
    Outcome *outcome = decide_with(scenario->program, &row->options, &limits, *common->oracle);
    watch_end(&watch);
    if (outcome && outcome->search->end == SEARCH_STOPPED) {
        g_free(outcome->reason);
        outcome->reason =
            watch.timed_out ? g_strdup_printf("stopped by --timeout %s", common->timeout) : g_strdup("interrupted");
    }
    return outcome;
}

Session *common_session(const Common *common, const Scenario *scenario, const Options *options, GError **error)
{
    Watch watch;
    SearchOptions limits;
    if (!watch_begin(&watch, common, &limits, error) || !oracle_of(common, false, error))
        return NULL;
    Session *session = session_new(scenario->program, options, &limits, *common->oracle, error);
    watch_end(&watch);
    return session;
}
