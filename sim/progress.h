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
    char prefix[64]; /* what the line begins with: which of many files it is about */
} Progress;

/* `when`: "auto" (live lines on a terminal, else none), "always" or "never"; NULL: auto. */
Progress progress_begin(const char *when, bool quiet);
/* Takes the live line away again, if there is one. */
void progress_end(Progress *progress);

/* Writes a line, if it is time for one. */
void progress_show(Progress *progress, const SearchProgress *now);
/* The same of many files: so many of them have been told. */
void progress_show_files(Progress *progress, guint done, guint n_files);

/* "12,345,678 states, 4.10 M/s, 38% of about 32.5 million states by widths of layers, 20 s to go, 12 s, 1,234 waiting,
 * depth 57, 1,024 MiB" of a search that has taken so many seconds in all, and found `first` states in another process. */
char *progress_text(const Progress *progress, const SearchProgress *now, double seconds);
