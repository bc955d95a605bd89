/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened in a counterexample, as a person would tell it: which steps matter, which version of the code each fetch
 * got, what was missed, and what it led to. Writers only lay it out. */
#pragma once

#include "scenarios/scenario.h"
#include "sim/machine/replay.h"

/* Where something that a step has read was stored. */
typedef enum StoryLinkKind {
    LINK_FETCHES, /* it has fetched what step `step` stored */
    LINK_MISSES,  /* it has fetched something older than what step `step` stored */
    LINK_LOADS,   /* it has loaded what step `step` stored */
    LINK_OLDER,   /* it has loaded something older */
} StoryLinkKind;

typedef struct StoryLink {
    StoryLinkKind kind;
    guint step; /* number of the step of the schedule, as StoryStep.first */
} StoryLink;

/* What a step does besides executing instructions: for drawings. */
typedef enum StoryEvent {
    EVENT_NONE,
    EVENT_PARKED, /* switched out for stop_machine, until EVENT_RESUMED of that hart */
    EVENT_RESUMED,
    EVENT_STOP_BEGINS, /* everybody else is parked, until EVENT_STOP_ENDS */
    EVENT_STOP_ENDS,
    EVENT_HANDLER_BEGINS, /* a trap or interrupt is taken, until EVENT_HANDLER_ENDS of that hart */
    EVENT_HANDLER_ENDS,
    EVENT_FENCED, /* fence.i, of its own or for another hart */
    EVENT_MIGRATED,
    EVENT_PROMISED, /* a store of this hart takes effect before its turn */
    EVENT_SERVED,   /* what it waited for has been done by all others */
} StoryEvent;

typedef struct StoryStep {
    guint first, last; /* numbers of the steps of the schedule, from 1; more than one only if folded */
    guint hart;
    bool folded;     /* steps that do not matter */
    bool unnumbered; /* an event between instructions: parked, released, interrupted */
    char *what;
    char *place;      /* "patch.c:12": the line of C that the instruction is from; NULL: it is from none */
    char *tag;        /* OLD, NEW, MIX or a version's name; NULL: the bytes are the same in all versions */
    GPtrArray *notes; /* char *: registers changed, stores missed */
    GArray *links;    /* StoryLink */
    char *origin;     /* which steps have stored what it fetches; NULL: nobody has stored there */
    StoryEvent event;
    char *insn; /* the instruction, without what the text says instead of it; NULL: the step executes none */
    uint64_t pc;
    uint64_t bytes; /* what was fetched, `length` bytes */
    guint length;
} StoryStep;

/* One instruction of a patched site in one version. */
typedef struct StoryInsn {
    uint64_t address;
    char *place; /* "func+4" */
    guint version;
    char *bytes; /* "7a4282e7" */
    char *text;
    bool executed; /* in the pass that goes wrong */
} StoryInsn;

typedef struct Story {
    GPtrArray *harts;    /* char *: names, by number */
    GPtrArray *entries;  /* char *: the label that each hart runs, "steps" for declared ones */
    char *sentence;      /* subject and consequence */
    GPtrArray *allowed;  /* char *: what would have been right; may be empty */
    char *banner;        /* "WILD JUMP" */
    GArray *steps;       /* StoryStep */
    int culprit;         /* the hart that goes wrong; -1: none, it is the final state */
    int region;          /* the site table is of this region; -1: none */
    GPtrArray *versions; /* char *: labels of the region's versions, by number */
    GArray *insns;       /* StoryInsn, by address and version */
    GPtrArray *torn;     /* char *: instructions executed that are in no version */
} Story;

void story_free(Story *story);
Story *story_tell(const Replay *replay) OWNED_BY(story_free);

/* One step of a replay; and one that might be made next, which is none of its steps. */
StoryStep story_tell_step(const Replay *replay, guint i);
StoryStep story_tell_next(Replay *replay, const ReplayStep *next);
/* Whether the step fetches what is older than the newest store to it. */
bool story_is_stale(const Replay *replay, const ReplayStep *at);
void story_step_clear(StoryStep *step);

/* The step (number) in which the hart of `at`, before which there are `i` steps, has promised what that one stores; 0: none. */
guint story_promise_of(const Replay *replay, guint i, const ReplayStep *at);

/* Whether a task stands at a call of a service; what one that cannot move waits for: "waits for lock text_mutex", "is parked until
 * stop_machine ends", a new string. */
bool story_is_blocked(const Replay *replay, const Task *task);
char *story_waits_for(const Replay *replay, const Task *task);

/* A message's number in the timeline as the number of the step that stored it; 0: none has. */
guint story_step_of_message(const Replay *replay, guint ts);

/* A message of a timeline: "func+4 = 0x13 (4 bytes)", "lock text_mutex". */
char *story_message_text(const Program *program, const Message *message);

/* The label of the code that a hart runs; "steps" if that is compiled from steps. */
const char *story_entry(const Program *program, const HartSpec *spec);

/* "func+4" if a symbol covers the address, else "0x...". */
char *address_name(const Image *image, uint64_t address);
/* "0x80200004 (func+4)". */
char *address_text(const Image *image, uint64_t address);

/* Which version of a region what was fetched belongs to: a label, "MIX", or NULL if all versions agree there. */
const char *fetch_tag(const Program *program, const Fetch *fetch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Story, story_free)
