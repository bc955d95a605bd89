/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many interleavings a state graph stands for: the number of its maximal paths, exactly.
 * Breadth-first search gives it layer by layer while every edge leads to the next layer (all runs to a state have the
 * same length). PathLayers does that alongside the search and gives up at the first edge that does not;
 * paths_count then counts over the finished graph in topological order. */
#pragma once

#include "sim/base/archive.h"
#include "sim/explore/memo.h"
#include "sim/explore/store.h"

#include <gmp.h>
#include <stdbool.h>

typedef struct PathLayers PathLayers;

void path_layers_free(PathLayers *layers);
/* One initial state, in the current layer, reached by one path. */
PathLayers *path_layers_new(void) OWNED_BY(path_layers_free);

/* Every path to state `from` of the current layer goes on to state `to` of the next (both counted from the start of
 * their layer; `to` may be new). At most 65,536 edges may leave one state. */
void path_layers_edge(PathLayers *layers, guint64 from, guint64 to);
/* State `from` of the current layer has no moves. */
void path_layers_end(PathLayers *layers, guint64 from);
/* The next layer becomes the current one. */
void path_layers_advance(PathLayers *layers);
/* Adds the number of paths that have ended so far to `total`. */
void path_layers_total(const PathLayers *layers, mpz_t total);

/* Everything; replaced when read. There are `n_current` states in the current layer, and `n_next` in the next one so far. */
void path_layers_archive(PathLayers *layers, guint64 n_current, guint64 n_next, Archive *archive);

/* The number of maximal paths from state 0 of a completely explored graph; false if it has a cycle, that is, runs
 * without end. Costs 16 bytes and a few dozen more per state. */
bool paths_count(Memo *memo, const StateStore *store, guint n_processes, mpz_t total);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PathLayers, path_layers_free)
