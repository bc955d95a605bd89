/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random small programs that load, store, patch each other and themselves, and use services. */
#pragma once

#include "tests/support/program.h"

enum {
    SAMPLE_HARTS = 3
};

typedef struct Sample {
    guint n_harts;
    uint32_t code[SAMPLE_HARTS][CODE_WORDS];
    guint runs[SAMPLE_HARTS];          /* whose code it is that the hart runs: its own, or that of one before it */
    uint32_t patches[SAMPLE_HARTS][2]; /* t3, s4 */
    guint calls[SAMPLE_HARTS], interrupts[SAMPLE_HARTS], migrations[SAMPLE_HARTS];
    bool takes_ipis; /* every hart has a handler */
    Misaligned misaligned;
    Pairing pairing;
    Preempt preempt;
    bool memory_only; /* registers are not looked at: then harts may be just like each other */
    guint site;       /* of sample_of_patch: words of the first hart's code before the patched ones */
} Sample;

enum {
    SITE_WORDS = 2
};

/* `whole_words`: instructions are fetched whole, and patches need not be such that halves of two make a third.
 * `services`: with what kernels ask of other harts. */
Sample sample_random(GRand *rand, bool whole_words, bool services);

/* A site of SITE_WORDS instructions in the first hart's code; the second hart stores its t3 and s4 there, in some
 * way that may be safe or not, and then passes mark 0. Perhaps a third one runs the site, too. */
Sample sample_of_patch(GRand *rand, bool whole_words);

/* Adds to its program: a region of the site with its versions old and new, the patch, and one property about them. */
void sample_add_property(const Sample *sample, Program *program, PropertyKind kind);

/* Instructions of a hart's own code. */
guint sample_length(const Sample *sample, guint hart);

Program *sample_program(const Sample *sample) OWNED_BY(program_free);
