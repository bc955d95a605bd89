/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened in a counterexample, as a person would tell it: which steps matter, which version of the code each fetch
 * got, what was missed, and what it led to. Writers only lay it out. */
#pragma once

#include "scenarios/scenario.h"
#include "sim/machine/replay.h"

typedef struct StoryStep {
    guint first, last; /* numbers of the steps of the schedule, from 1; more than one only if folded */
    guint hart;
    bool folded;     /* steps that do not matter */
    bool unnumbered; /* an event between instructions: parked, released, interrupted */
    char *what;
    char *place;      /* "patch.c:12": the line of C that the instruction is from; NULL: it is from none */
    char *tag;        /* OLD, NEW, MIX or a version's name; NULL: the bytes are the same in all versions */
    GPtrArray *notes; /* char *: registers changed, stores missed */
} StoryStep;

/* One instruction of a patched site in one version. */
typedef struct StoryInsn {
    uint64_t address;
    guint version;
    char *bytes; /* "7a4282e7" */
    char *text;
    bool executed; /* in the pass that goes wrong */
} StoryInsn;

typedef struct Story {
    char *sentence;     /* subject and consequence */
    GPtrArray *allowed; /* char *: what would have been right; may be empty */
    char *banner;       /* "WILD JUMP" */
    GArray *steps;      /* StoryStep */
    int region;         /* the site table is of this region; -1: none */
    GArray *insns;      /* StoryInsn, by address and version */
    GPtrArray *torn;    /* char *: instructions executed that are in no version */
} Story;

void story_free(Story *story);
Story *story_tell(const Replay *replay) OWNED_BY(story_free);

/* "func+4" if a symbol covers the address, else "0x...". */
char *address_name(const Image *image, uint64_t address);
/* "0x80200004 (func+4)". */
char *address_text(const Image *image, uint64_t address);

/* Which version of a region what was fetched belongs to: a label, "MIX", or NULL if all versions agree there. */
const char *fetch_tag(const Program *program, const Fetch *fetch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Story, story_free)
