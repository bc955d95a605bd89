/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interleaving explorer: exhaustive breadth-first search over every order of the processes' moves.
 * Layered, so the first violation found is a shortest one; exact, so a completed search is a proof. */
#pragma once

#include "sim/explore/space.h"

#include <stdbool.h>

typedef enum SearchEnd {
    SEARCH_COMPLETE,  /* every state was visited */
    SEARCH_VIOLATION, /* a move or a final state violates a property; see trail */
    SEARCH_STATES,    /* a limit of SearchOptions was hit */
    SEARCH_BYTES,
    SEARCH_STEPS,
    SEARCH_STOPPED, /* poll returned false */
} SearchEnd;

typedef struct SearchProgress {
    guint64 states, transitions;
    guint64 frontier;       /* states found but not yet expanded */
    guint64 bytes;          /* held by the search and the space */
    guint depth;            /* moves from the initial state to the layer being expanded */
    guint64 done, expected; /* how far it is, and an estimate (see estimate.h) of where it ends; 0: none */
    const char *unit;       /* what these two count: "states", "store orders" */
} SearchProgress;

struct PromiseSpace;
struct PromiseVisit;

typedef struct SearchOptions {
    guint64 states_max; /* 0: none, likewise below */
    guint64 bytes_max;
    guint steps_max; /* depth */
    bool count_interleavings;
    /* Called every few thousand states; false stops the search. NULL: never. */
    bool (*poll)(gpointer data, const SearchProgress *progress);
    gpointer poll_data;

    /* Keeping a search, to go on with it another time. `keep` (NULL: never) is called when a limit or `poll` ends the search,
     * and whenever `keep_due` says so; it calls `archive` with the search and an archive to write to. */
    bool (*keep_due)(gpointer data);
    void (*keep)(gpointer data, void (*archive)(gpointer search, Archive *archive), gpointer search);
    gpointer keep_data;
    /* What was kept, to go on from there; NULL: from the beginning. The result is the same. If it turns out to make no sense
     * (archive_failed), the search ends as SEARCH_STOPPED. */
    Archive *resume;

    /* Called by promise_search for every timeline that it visits, see promise.h; NULL: nobody watches. */
    void (*visited)(gpointer data, struct PromiseSpace *space, const struct PromiseVisit *visit);
    gpointer visited_data;
} SearchOptions;

/* One step of a trail: the `move`-th move of `process` in the state reached so far. */
typedef struct TrailStep {
    guint process;
    guint move;
    guint64 promise[3]; /* move is TRAIL_PROMISE: the message, in words that are the space's own business */
} TrailStep;

/* Not a move, but a message that takes effect before the move that sends it. */
#define TRAIL_PROMISE G_MAXUINT

typedef struct SearchResult {
    SearchEnd end;
    SearchProgress progress; /* at the end */
    guint64 final_states;
    guint64 memo_entries; /* distinct (local, shared) pairs stepped */
    char *interleavings;  /* decimal, without runs that leave the model; NULL when not counted */
    bool endless;         /* the graph has a cycle: infinitely many interleavings */
    GArray *trail;        /* TrailStep: to the violation, else to the first out-of-model move; may be empty */
    bool final_violation; /* the violation is of the final state that the trail leads to, not of its last move */
    guint64 out_of_model; /* moves found to leave the model */
} SearchResult;

void search_result_free(SearchResult *result);

SearchResult *search(Space *space, const SearchOptions *options) OWNED_BY(search_result_free);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchResult, search_result_free)
