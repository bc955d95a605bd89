/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the timeline explorer: timelines.c explores, timelines-finals.c judges final states and deadlocks,
 * timelines-trail.c makes a schedule of the violating execution. */
#pragma once

#include "sim/machine/step-cache.h"
#include "sim/machine/timelines.h"

/* Harts of one kind: same code, same registers, so the same runs against the same timeline. */
typedef struct Group {
    Solo solo;
    Footprint *footprint;
    Intern *cores;
    StepCache *cache; /* NULL: some property is about single steps, and they are judged each time */
    guint first;      /* a hart of the group: the one that runs are made with */
    GArray *relevant; /* Relevance, by message */
    bool quiet;       /* its runs leave no messages, whatever they guess to fetch: so guesses need not be tried */
    bool loud;        /* that has turned out to be wrong */
} Group;

/* Whether a message of another hart concerns a group, as of a footprint of some size. */
typedef struct Relevance {
    guint known_at; /* 1 + size of the footprint; 0: not known */
    bool relevant;
} Relevance;

/* What there was before the run that is being made. */
typedef struct TimelinesMark {
    Group *group;
    guint64 states, transitions;
    HartSet waited, served;
    bool stops, reads_shared, must_split;
} TimelinesMark;

struct Timelines {
    PromiseSpace space;
    Machine *machine;
    MemoryMap *map;
    Intern *contents;      /* Message, hart 0 */
    GArray *own, *foreign; /* uint32_t: by message, its id in `views` as seen by its owner, by others; 0: not yet */
    Intern *views;         /* Message, hart HART_SELF or HART_OTHER; ids start at 1 with a dummy */
    GArray *groups;        /* Group */
    guint *group_of;       /* by hart */
    GPtrArray *results;    /* SoloResult */
    SoloResult *partial;   /* that of a run that was cut short; NULL: none was */
    const SearchOptions *limits;
    GArray *places; /* ConditionPlace: of all conditions and of what is observed */
    EndPlaces end_places;
    Intern *ends;
    Intern *finals; /* vectors of the places' values */
    GArray *kept;   /* bool by final: the filter lets it through */
    bool *reached;  /* by property */
    bool guesses;   /* the model needs guessed patches */
    bool goes_on;   /* beyond violations */
    bool no_groups; /* some hart does what names single harts */
    bool is_void, too_many, marks_matter, endless;
    SearchEnd stopped, cut; /* a limit that ends the search; one that leaves out what is further on */
    HartSet promised_by;    /* harts that have promised something */
    GArray *pool;           /* Message */
    const char *unsupported;
    guint unsupported_hart;
    uint64_t unsupported_pc;
    /* of the violation */
    PromiseOutcome *outcome;
    Violation violation;
    GArray *violating_timeline; /* PromiseMessage */
    bool witness;               /* it does not violate: an "exists" holds in its final state */
    uint32_t *violating_ends;   /* by hart: of a final state; or */
    Stand *violating_stands;    /* by hart: of a deadlock; or NULL, both: outcome->violating violates on its own */
    TimelineCounts counts;
    TimelinesMark mark;
};

static inline const Message *timelines_message(const Timelines *timelines, uint32_t id)
{
    return intern_get(timelines->contents, id, NULL);
}

/* Notes the first thing that is outside the machine. */
void timelines_note_unsupported(Timelines *timelines, guint hart, const char *reason, uint64_t pc);

/* timelines-groups.c: harts that cannot be told apart, put together. */
void timelines_make_groups(Timelines *timelines);
/* Each hart in a group of its own. */
void timelines_regroup(Timelines *timelines);
void timelines_group_clear(gpointer group);
/* Has the groups forget what they have learnt of steps, and in a new round of themselves. */
void timelines_prepare_groups(Timelines *timelines, bool new_round);

/* timelines-deadlock.c: whether the harts can come to a state in which nobody can go on, and not all are done; fills `stands`, by
 * hart. *too_many: that there are more combinations than are looked at. */
bool timelines_find_deadlock(const SoloResult *const *results, guint n, Stand *stands, bool *too_many);

/* timelines-archive.c: to be called before a run, which may be cut short. */
void timelines_mark(Timelines *timelines, Group *group);
/* PromiseClass.archive, .result. */
void timelines_archive(PromiseSpace *space, Archive *archive);
const PromiseResult *timelines_result(PromiseSpace *space, guint number);

/* PromiseClass.complete: final states and deadlocks. */
bool timelines_complete(PromiseSpace *space, const PromiseMessage *messages, guint n_messages,
                        const PromiseResult *const *promise_results);
