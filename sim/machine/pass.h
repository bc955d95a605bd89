/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pass: one task's way through a patched region, from the step that enters it to the one that leaves it.
 * "Old or new" asks that what the pass did (registers at the exit, where it went, what it stored) is what a hart alone
 * would have done, from the same entry and given the same data, with one whole version of the region in memory.
 * A pass that leaves by a call with the return address inside the region is away, not over: when it comes back, only the
 * versions that explain its first part may explain the second. */
#pragma once

#include "sim/machine/machine.h"

/* More passes that are away at one time than any call tree through patched code has. */
enum {
    PASSES_AWAY_MAX = 8
};

/* One access of the pass to data, in program order. */
typedef enum PassAccessKind {
    ACCESS_LOAD,
    ACCESS_STORE,
    ACCESS_SC, /* whether an SC succeeded: value 0, or failed: 1 */
} PassAccessKind;

typedef struct PassAccess {
    uint64_t address;
    uint64_t value;
    uint16_t size;
    uint16_t kind; /* PassAccessKind */
    uint32_t hart; /* interned pc, registers and CSRs of the hart before it */
} PassAccess;

typedef struct Pass {
    uint32_t region;
    uint32_t n_accesses;
    uint32_t below;      /* the pass that was away when this one began (1 + its id), or 0 */
    uint32_t interrupts; /* that the task had taken when it began */
    uint64_t marks;      /* marks passed when it began */
    uint64_t versions;   /* bit v: version v may explain it, from what it did before (REGION_VERSIONS_MAX) */
    uint64_t away;       /* the return address of a pass that is away; 0: it is in the region */
    uint64_t entry;
    uint64_t x[32]; /* at the entry, and: */
    uint64_t csr[CSR_COUNT];
} Pass; /* followed by the accesses when interned */

/* How a pass ended. */
typedef struct PassExit {
    bool trapped;
    uint64_t cause; /* if it trapped */
    uint64_t pc;    /* where it went, or where it trapped */
    uint64_t x[32];
    uint64_t csr[CSR_COUNT];
    bool gave_up; /* pass_alone only: still inside after more instructions than anybody wants to wait for */
} PassExit;

/* Interns a pass without accesses that begins at `entry`; of `start` the fields above `away` count. The result is
 * 1 + its id. */
uint32_t pass_begin(Intern *passes, const Pass *start, const Hart *entry);
/* What is left of a pass that has gone away by a call, with stack pointer `sp`. If its caller had gone away at the very
 * same place and sp before, that call never came back, and neither will what it called. */
uint32_t pass_away(Intern *passes, const Pass *pass, uint64_t versions, uint64_t return_address, uint64_t sp);
/* The same pass with one more access, made by a hart in state `before`. */
uint32_t pass_access(Intern *passes, uint32_t pass, PassAccess access, const Hart *before);
/* The same pass, and those below it, after an interrupt whose handler may change CSRs. */
uint32_t pass_interrupted(Intern *passes, uint32_t pass);
const Pass *pass_get(const Intern *passes, uint32_t pass);
const PassAccess *pass_accesses(const Pass *pass);

/* The versions of the region, of those that the pass allows, that explain it, as a bit mask. `world`: memory at the exit,
 * for data that the pass did not read (the machine's note_read is told). `ignored`: registers not compared. `compared_csrs`: bit
 * mask over HartCsr. *undecided: a version was given up on. */
uint64_t pass_matches(const Pass *pass, const PassExit *end, const Region *region, uint32_t ignored,
                      guint32 compared_csrs, const World *world, Machine *machine, bool *undecided);

/* Where a hart alone, entering as the pass did, goes with version `v` in memory. The bytes that it stores are added to
 * `stores` (of StoredByte, private to pass.c) unless that is NULL. */
PassExit pass_alone(const Pass *pass, const Region *region, guint v, const World *world, Machine *machine,
                    GArray *stores);
