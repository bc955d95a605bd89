/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides one obligation: a program under one set of options. */
#pragma once

#include "sim/explore/search.h"
#include "sim/machine/machine.h"

typedef enum Verdict {
    VERDICT_PROVED,
    VERDICT_REFUTED,
    VERDICT_INCONCLUSIVE,
} Verdict;

const char *verdict_name(Verdict verdict);

/* Why there is no verdict but INCONCLUSIVE. */
typedef enum Doubt {
    DOUBT_NONE,
    DOUBT_STATES, /* stopped by a limit */
    DOUBT_MEMORY,
    DOUBT_STEPS,
    DOUBT_TIME,
    DOUBT_INTERRUPTED, /* by the user */
    DOUBT_OUTSIDE,     /* some run does what is outside the machine, or more than is looked at */
    DOUBT_STARVED,     /* a hart waits in a service and never gets beyond it */
    DOUBT_ENDLESS,     /* no run ever ends, and a condition is about ends */
    DOUBT_ANY,         /* proved for the harts there are, but not for any number of them */
} Doubt;

/* In one word, for programs: "max-states". NULL for DOUBT_NONE. */
const char *doubt_name(Doubt doubt);

/* What was found, in numbers and as a schedule; the story of a schedule is told by replay.h. */
typedef struct Outcome {
    Verdict verdict;
    SearchResult *search;
    GArray *trail;       /* TrailStep: the counterexample, or the way to what is outside the model */
    Violation violation; /* REFUTED */
    Doubt doubt;         /* INCONCLUSIVE */
    char *reason;        /* the same in one line */
    SearchEnd cut;       /* the limit that has ended the search; SEARCH_COMPLETE: none has */
    char *incomplete;    /* REFUTED: why there may be more final states than those found; or NULL */
    char *checkpoint;    /* the file that the search can be taken up from again; or NULL */
    bool resumed;        /* it was taken up from one: what the emulator did before that is not counted */
    bool stops;          /* stop_machine is used: the verdict depends on `preempt` */
    guint tasks, worlds; /* distinct ones */
    guint64 timelines;   /* orders of stores looked at; 0: it was interleavings that were */
    char *any;           /* PROVED for any number of these harts: their names; or NULL */
    GArray *states; /* uint64_t: the distinct final states, program->observed->len values each, in ascending order */
    guint64 oracle_steps; /* times the emulator was entered */
    guint oracle_words;   /* distinct instructions it ran */
} Outcome;

void outcome_free(Outcome *outcome);

/* Explores every execution, by interleavings or by timelines as the options say. `limits` as for search(); its
 * count_interleavings is honoured. NULL if what it is to be resumed from makes no sense (archive_failed). The oracle may have been used before: creating one takes longer than deciding most
 * litmus tests. */
Outcome *decide_with(const Program *program, const Options *options, const SearchOptions *limits, Oracle *oracle)
    OWNED_BY(outcome_free);

/* The same with an oracle of its own. Fails only if the emulator cannot be created. */
Outcome *decide(const Program *program, const Options *options, const SearchOptions *limits, GError **error)
    OWNED_BY(outcome_free);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outcome, outcome_free)
