/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline explorer: a program decided under any model, RVWMO among them, by the orders in which its stores can take
 * effect, each hart alone against each of them. */
#pragma once

#include "sim/machine/solo-search.h"

typedef struct Timelines Timelines;

void timelines_free(Timelines *timelines);
/* Borrows the machine. */
Timelines *timelines_new(Machine *machine) OWNED_BY(timelines_free);

/* Violations do not end the exploration: for whoever wants to know memory in every execution. To be called before it. */
void timelines_go_on(Timelines *timelines);

/* Explores, as often as it takes until nothing learnt on the way (which memory is shared, which patches there are) makes
 * it void. To be called once. */
SearchEnd timelines_explore(Timelines *timelines, const SearchOptions *limits);

/* The limit that ended it, even if a violation had been found before: where final states are wanted, all of them are.
 * SEARCH_COMPLETE: none did. */
SearchEnd timelines_cut(const Timelines *timelines);

typedef struct TimelineCounts {
    guint64 timelines; /* store orders visited in the last round */
    guint64 states;    /* of single harts */
    guint64 transitions;
    guint rounds;
    SearchProgress progress;
} TimelineCounts;

void timelines_counts(const Timelines *timelines, TimelineCounts *counts);

/* What the exploration has found out about memory, for replays; borrowed. */
MemoryMap *timelines_map(const Timelines *timelines, bool *marks_matter);

/* Fills in a run of hart `hart` as those of the exploration were; `pool` is set if they guessed. solo_clear. */
void timelines_solo(const Timelines *timelines, guint hart, Solo *solo);

/* After timelines_trail. */
Violation timelines_violation(const Timelines *timelines);

/* Whether an execution is known that ends as an "exists" condition asks. */
bool timelines_has_witness(const Timelines *timelines);

/* After SEARCH_VIOLATION, or if there is a witness: the execution as a schedule (of TrailStep) that a replay can follow. */
GArray *timelines_trail(Timelines *timelines);

/* What was met outside the machine: "HART at PC (SYMBOL): REASON", or NULL. */
char *timelines_unsupported(const Timelines *timelines);

/* Whether harts had too many ends to look at all combinations. */
bool timelines_too_many(const Timelines *timelines);

/* Distinct final states, as Outcome.states; a new array. */
GArray *timelines_states(const Timelines *timelines);
/* How many final states there are, filtered ones apart. */
guint timelines_n_finals(const Timelines *timelines);

/* Whether an "exists" condition (by property index) holds in some final state. */
bool timelines_reached(const Timelines *timelines, guint property);

/* Whether the hart leaves messages (stores to shared memory, services) in some execution: then executions of the others
 * depend on how many such harts there are. */
bool timelines_has_messages(const Timelines *timelines, guint hart);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Timelines, timelines_free)
