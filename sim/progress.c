/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/progress.h"

#include "reports/text.h"
#include "sim/explore/estimate.h"

#include <unistd.h>

enum {
    PLAIN_SECONDS = 60
};

Progress progress_begin(const char *when, bool quiet)
{
    bool always = g_strcmp0(when, "always") == 0, never = g_strcmp0(when, "never") == 0;
    Progress progress = { .live = isatty(STDERR_FILENO), .start = g_get_monotonic_time() };
    progress.quiet = never || (!always && (quiet || !progress.live));
    progress.last = progress.start;
    if (!progress.live) /* the first plain line comes after a second */
        progress.last -= PLAIN_SECONDS * (gint64)G_USEC_PER_SEC - G_USEC_PER_SEC;
    return progress;
}

void progress_end(const Progress *progress)
{
    if (progress->shown)
        g_printerr("\r\033[K");
}

/* "95 s", "12 min", "3.4 h". */
static char *duration(double seconds)
{
    if (seconds < 100)
        return g_strdup_printf("%.0f s", seconds);
    return seconds < 6000 ? g_strdup_printf("%.0f min", seconds / 60) : g_strdup_printf("%.1f h", seconds / 3600);
}

static void put_estimate(GString *out, const Progress *progress, double seconds)
{
    if (!progress->expected || progress->done > progress->expected)
        return;
    double part = (double)progress->done / (double)progress->expected;
    g_autofree char *expected = rounded(progress->expected), *left = duration(seconds / part - seconds);
    g_string_append_printf(out, ", %.0f%% of about %s %s by %s", part * 100, expected, progress->unit, ESTIMATE_METHOD);
    if (part > 0.01)
        g_string_append_printf(out, ", %s to go", left);
}

char *progress_text(const Progress *progress, const SearchProgress *now, double seconds)
{
    GString *out = g_string_new(NULL);
    double here = MAX(seconds - progress->before, 1e-6);
    g_autofree char *states = grouped(now->states), *frontier = grouped(now->frontier), *took = duration(seconds);
    g_string_append_printf(out, "%s states, %.2f M/s, %s waiting, depth %u", states,
                           (double)(now->states - MIN(progress->first, now->states)) / 1e6 / here, frontier,
                           now->depth);
    put_estimate(out, progress, seconds);
    g_autofree char *memory = grouped(now->bytes >> 20);
    g_string_append_printf(out, ", %s, %s MiB", took, memory);
    return g_string_free(out, FALSE);
}

void progress_show(Progress *progress, const SearchProgress *now)
{
    if (now->unit) {
        progress->done = now->done;
        progress->expected = now->expected;
        progress->unit = now->unit;
    }
    if (progress->before > 0 && !progress->first)
        progress->first = now->states;
    gint64 time = g_get_monotonic_time();
    gint64 pause = progress->live ? G_USEC_PER_SEC / 4 : PLAIN_SECONDS * (gint64)G_USEC_PER_SEC;
    if (progress->quiet || time - progress->last < pause)
        return;
    progress->last = time;
    progress->shown = progress->live;
    double seconds = progress->before + (double)(time - progress->start) / G_USEC_PER_SEC;
    g_autofree char *text = progress_text(progress, now, seconds);
    g_printerr("%s%s%s", progress->live ? "\r" : "", text, progress->live ? "\033[K" : "\n");
}
