/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line on stderr that says how far a search is. */
#pragma once

#include "sim/explore/search.h"

typedef struct Progress {
    bool live;     /* a line that is written over again and again, on a terminal; else plain ones, a minute apart */
    bool quiet;    /* none at all */
    bool shown;    /* a live line is on the terminal */
    gint64 start;  /* monotonic, microseconds */
    gint64 last;   /* when the last line was written */
    double before; /* seconds that the search had taken before, in other processes */
    guint64 first; /* states that it had before */
    guint64 done, expected; /* the last estimate that a search gave */
    const char *unit;
} Progress;

/* `when`: "auto" (live lines on a terminal, else none), "always" or "never"; NULL: auto. */
Progress progress_begin(const char *when, bool quiet);
/* Takes the live line away again. */
void progress_end(const Progress *progress);

/* Writes a line, if it is time for one. */
void progress_show(Progress *progress, const SearchProgress *now);

/* "12,345,678 states, 4.10 M/s, 1,234 waiting, depth 57, 38% of about 32,500,000 states by widths of layers, 12 s, 10 s to go,
 * 1,024 MiB" of a search that has taken so many seconds in all, and found `first` states in another process. */
char *progress_text(const Progress *progress, const SearchProgress *now, double seconds);
