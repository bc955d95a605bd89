/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers the steps of a hart alone: a step depends on the hart's own state, and of the timeline only on the messages to
 * the bytes that it touches. The same states come up against thousands of timelines. */
#pragma once

#include "sim/machine/solo.h"

typedef struct StepCache StepCache;

void step_cache_free(StepCache *cache);
StepCache *step_cache_new(void) OWNED_BY(step_cache_free);

/* What is kept of a step that leads to another state. */
typedef struct CachedStep {
    uint32_t to; /* id of the state, promises and additions to the timeline apart: see Core */
    uint32_t choice;
    bool violates;
    uint8_t n_effects;
    Effect effects[8];
} CachedStep;

/* Must be called before solo_steps of a state, and after it and what follows from it: between the two, the cache notes
 * what bytes are touched. */
void step_cache_begin(StepCache *cache);
void step_cache_touch(StepCache *cache, uint64_t address, guint size, bool stores);

/* The steps of state `core` with these promises, against a timeline (of Message); NULL if they are not known. *n: how many;
 * *kinds: as kept with them. */
const CachedStep *step_cache_find(StepCache *cache, uint32_t core, const GArray *base, const GArray *suffix,
                                  const Stamps *promised, guint *n, uint16_t *kinds);

/* Keeps the steps for the next time, and `kinds`: how the hart may stand still (EndKind). */
void step_cache_keep(StepCache *cache, uint32_t core, const GArray *base, const GArray *suffix, const Stamps *promised,
                     const CachedStep *steps, guint n, uint16_t kinds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StepCache, step_cache_free)
