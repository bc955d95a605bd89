/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searches that are kept in a file of the test's own. */
#pragma once

#include "sim/explore/search.h"

typedef struct Kept {
    char *path;
    guint n;   /* how often it was kept */
    guint due; /* keep_due says yes when it is asked for the due'th time; 0: never */
    guint asked;
} Kept;

void kept_init(Kept *kept);
/* Removes the file. */
void kept_clear(Kept *kept);

/* Options that keep a search there when it is cut short or due. */
SearchOptions kept_options(Kept *kept);

/* What was kept, to go on from; the test fails if there is none. */
Archive *kept_open(const Kept *kept) OWNED_BY(archive_free);

/* What is in the file, without the frame that shows whether it is whole; and the same with a new frame: a file that is whole, but
 * may make no sense. */
GBytes *kept_contents(const Kept *kept);
void kept_replace(const Kept *kept, gconstpointer bytes, gsize size);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Kept, kept_clear)
