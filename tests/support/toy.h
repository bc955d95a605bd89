/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spaces of a few lines, given as tables of moves, on which the search is tested without any RISC-V. */
#pragma once

#include "sim/base/owned.h"
#include "sim/explore/space.h"

#include <gmp.h>
#include <stdbool.h>

typedef struct Toy Toy;

struct Toy {
    Space space;
    uint32_t initial[1 + SPACE_PROCESSES_MAX];
    GHashTable *rows; /* GArray of Move, by local and shared */
    /* Judges final states; NULL: all are fine. */
    Finding (*judge)(const Toy *toy, const uint32_t *state);
    guint32 judge_data;
};

void toy_free(Toy *toy);
/* Every process starts in local state 0, and none has a move yet. */
Toy *toy_new(guint n_processes) OWNED_BY(toy_free);
/* Adds a move of every process that is in `local` while `shared`; once if its result is there already. */
void toy_add(Toy *toy, uint32_t local, uint32_t shared, Move move);

/* The same space with its processes in another order: the new process p is the old order[p]. */
Toy *toy_permuted(const Toy *toy, const guint *order) OWNED_BY(toy_free);

/* n processes that share nothing; process p takes steps[p] steps. */
Toy *toy_counters(guint n, const guint *steps) OWNED_BY(toy_free);

/* Harts that add 1 to a shared counter by a load and a store; losing an update violates. With an observer, a last
 * process leaves the model by its only step where an update was lost, so that only good runs are counted. */
Toy *toy_lost_update(guint n_harts, guint n_increments, bool has_observer) OWNED_BY(toy_free);

/* The benchmark patch-N-K-R: n executors run a call site k times, in 7 steps: fetch site[0], fetch site[1], execute,
 * and four of their own. A patcher changes site[1] and back r times. Unsafe: it changes site[0] before, too, and to
 * execute the old site[0] with the new site[1] violates. */
Toy *toy_patch(guint n, guint k, guint r, bool is_unsafe) OWNED_BY(toy_free);

/* A small space that hangs together by chance. Acyclic: moves only go up. */
Toy *toy_random(GRand *random, bool is_acyclic, bool has_findings) OWNED_BY(toy_free);

/* Orders of runs of the given lengths: (sum of counts)! / product of counts[i]! */
void multinomial(mpz_t result, guint n, const guint *counts);

/* From CMODX_SEED, printed for the log; 1 if there is none. */
guint32 test_seed(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Toy, toy_free)
