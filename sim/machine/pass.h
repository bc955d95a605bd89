/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pass: one task's way through a patched region, from the step that enters it to the one that leaves it.
 * "Old or new" asks that what the pass did (registers at the exit, where it went, what it stored) is what a hart alone
 * would have done, from the same entry and given the same data, with one whole version of the region in memory.
 * A pass that leaves by a call with the return address inside the region is away, not over: when it comes back, only the
 * versions that explain its first part may explain the second. */
#pragma once

#include "sim/machine/world.h"

/* One access of the pass to data, in program order. */
typedef struct PassAccess {
    uint64_t address;
    uint64_t value;
    uint32_t size;
    uint32_t is_store;
} PassAccess;

typedef struct Pass {
    uint32_t region;
    uint32_t n_accesses;
    uint64_t marks;    /* marks passed when it began */
    uint64_t versions; /* bit v: version v may explain it, from what it did before (REGION_VERSIONS_MAX) */
    uint64_t away;     /* the return address of a pass that is away; 0: it is in the region */
    uint64_t entry;
    uint64_t x[32]; /* at the entry */
} Pass;             /* followed by the accesses when interned */

/* How a pass ended. */
typedef struct PassExit {
    bool trapped;
    uint64_t cause; /* if it trapped */
    uint64_t pc;    /* where it went, or where it trapped */
    const uint64_t *x;
} PassExit;

/* Interns a pass without accesses; the result is 1 + its id. `versions`: those that may explain it. */
uint32_t pass_begin(Intern *passes, guint region, uint64_t marks, uint64_t versions, const Hart *entry);
/* What is left of a pass that has gone away by a call. */
uint32_t pass_away(Intern *passes, const Pass *pass, uint64_t versions, uint64_t return_address);
/* The same pass with one more access. */
uint32_t pass_access(Intern *passes, uint32_t pass, PassAccess access);
const Pass *pass_get(const Intern *passes, uint32_t pass);
const PassAccess *pass_accesses(const Pass *pass);

/* The versions of the region, of those that the pass allows, that explain it, as a bit mask. `world`: memory at the exit,
 * for data that the pass did not read. `ignored`: registers not compared. */
uint64_t pass_matches(const Pass *pass, const PassExit *end, const Region *region, uint32_t ignored, const World *world,
                      Oracle *oracle);

/* Where a hart alone, entering as the pass did, goes with version `v` in memory, and with which registers (x). The bytes
 * that it stores are added to `stores` (of StoredByte, private to pass.c) unless that is NULL. */
PassExit pass_alone(const Pass *pass, const Region *region, guint v, const World *world, Oracle *oracle, uint64_t x[32],
                    GArray *stores);
