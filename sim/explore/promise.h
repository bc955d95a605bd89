/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline explorer's search, promise-first: enumerate the orders in which messages of the processes can take effect,
 * then let each process run on its own against each such timeline (Pulte et al., PLDI 2019, theorem 7.1). No
 * interleaving of the processes' steps is ever looked at. Knows messages by number only. */
#pragma once

#include "sim/explore/search.h"

#define PROMISE_UNSEEN G_MAXUINT32

typedef struct PromiseSpace PromiseSpace;

/* What one process can do against one timeline. */
typedef struct PromiseResult {
    const uint32_t *messages; /* those it may promise next, without repetition, in a fixed order */
    guint n_messages;
    bool viable;      /* some run of it, with messages of its own added, keeps all of its promises; if not, nor does any
                       * against a longer timeline */
    bool completable; /* some run against just this timeline does */
    bool violates;    /* some such run violates a property */
} PromiseResult;

typedef struct PromiseMessage {
    uint32_t message;
    uint32_t owner; /* process */
} PromiseMessage;

typedef struct PromiseClass {
    /* What a message is to a process: a number, or PROMISE_UNSEEN if the process cannot tell whether it is there. */
    uint32_t (*seen)(PromiseSpace *space, guint process, PromiseMessage message);
    /* Processes of one group that see the same do the same. */
    guint (*group)(PromiseSpace *space, guint process);
    /* Runs a process against the timeline of what it sees. The result is the space's, and lives as long as the space. It
     * may make the process see more from then on. */
    const PromiseResult *(*run)(PromiseSpace *space, guint process, const uint32_t *seen, guint n_seen);
    /* Whether something learnt since the search began makes it void. */
    bool (*is_void)(PromiseSpace *space);
    /* Whether a limit has cut the last run short, and which; then the search is over. */
    SearchEnd (*stopped)(PromiseSpace *space);
    /* Whether a timeline is to be extended by a message; false leaves out a part of a search that would not end. */
    bool (*extends)(PromiseSpace *space, const PromiseMessage *timeline, guint n, PromiseMessage next);
    /* A timeline against which every process is completable; false ends the search: a violation. `results`: one per
     * process. */
    bool (*complete)(PromiseSpace *space, const PromiseMessage *timeline, guint n, const PromiseResult *const *results);
    /* Bytes held and local states visited so far, for limits and reports. */
    void (*progress)(PromiseSpace *space, SearchProgress *progress);
    /* All that has come about in a search; read into a new space. Of a run that a limit has cut short nothing is kept. NULL: the
     * space cannot be kept. */
    void (*archive)(PromiseSpace *space, Archive *archive);
    /* The number'th result that `run` has given since the search began; NULL: there is none. */
    const PromiseResult *(*result)(PromiseSpace *space, guint number);
} PromiseClass;

struct PromiseSpace {
    const PromiseClass *class;
    guint n_processes;
};

/* What has become of a timeline. */
typedef enum PromiseFate {
    PROMISE_LOST,      /* some process cannot keep its promises in any longer one */
    PROMISE_OPEN,      /* not complete as it is */
    PROMISE_COMPLETE,  /* there is an execution with just these messages */
    PROMISE_VIOLATING, /* and it violates a property */
} PromiseFate;

/* For SearchOptions.visited. Timelines are numbered in the order of visits; number 0 is the empty one, with which a search begins. */
typedef struct PromiseVisit {
    uint32_t number, parent;
    const PromiseMessage *timeline;
    guint n; /* messages */
    PromiseFate fate;
    guint n_children; /* to be visited later, unless the search ends before */
} PromiseVisit;

typedef struct PromiseOutcome {
    SearchEnd end;
    bool is_void;      /* to be begun again */
    guint64 timelines; /* visited */
    GArray *timeline;  /* PromiseMessage: of the violation */
    int violating;     /* process, or -1: the timeline as a whole */
    SearchProgress progress;
} PromiseOutcome;

void promise_outcome_free(PromiseOutcome *outcome);

/* Visits every timeline, shorter ones first: the first violation is one with the fewest messages. */
PromiseOutcome *promise_search(PromiseSpace *space, const SearchOptions *limits) OWNED_BY(promise_outcome_free);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PromiseOutcome, promise_outcome_free)
