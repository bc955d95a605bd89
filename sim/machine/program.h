/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be decided: code, harts, patches, properties, and the machine they run on. Plain data, filled by the
 * scenario loader; the machine borrows it. */
#pragma once

#include "sim/base/owned.h"
#include "sim/explore/space.h"
#include "sim/hart/hart.h"
#include "sim/machine/condition.h"

enum {
    LOCKS_MAX = 8,
    MARKS_MAX = 64,
    HARTS_MAX = SPACE_PROCESSES_MAX,
    REGION_VERSIONS_MAX = 64
};

/* A set of harts: bit h is hart h. */
typedef unsigned __int128 HartSet;

static inline HartSet hart_set_of(guint hart)
{
    return (HartSet)1 << hart;
}
static inline bool hart_set_has(HartSet set, guint hart)
{
    return set >> hart & 1;
}
/* Harts 0 to n - 1. */
static inline HartSet hart_set_all(guint n)
{
    return n == HARTS_MAX ? ~(HartSet)0 : ((HartSet)1 << n) - 1;
}

typedef enum Preempt {
    PREEMPT_NONE, /* a task stops only at schedule points */
    PREEMPT_FULL, /* a task may stop between any two instructions */
} Preempt;

typedef enum Explorer {
    EXPLORER_USUAL, /* interleavings if data accesses are sequentially consistent, else timelines */
    EXPLORER_INTERLEAVING,
    EXPLORER_TIMELINE,
} Explorer;

/* What an SBI call that interrupts other harts comes after. */
typedef enum SbiOrder {
    SBI_FULL,   /* everything that its caller did before */
    SBI_DEVICE, /* it is a write to a device: what a fence with output among its successors orders before it */
} SbiOrder;

/* The machine of one obligation: one row of a scenario's table. */
typedef struct Options {
    const Model *model;
    FetchAtomicity fetch_atomicity;
    Preempt preempt;
    AuipcJalr pair;
    Misaligned misaligned;
    Pairing pairing;
    Explorer explorer;
    SbiOrder sbi_order;
    /* Of schedules only: which memory is shared was found out by an exploration that went on beyond violations. */
    bool all_memory;
    bool witness; /* where a final state is as an "exists" asks, an execution that leads to it is wanted */
} Options;

typedef struct HartSpec {
    char *name;
    char *label; /* what the scenario calls its entry; NULL: code of cmodx's own */
    uint64_t entry;
    uint64_t until; /* the hart has made its call when its pc is here */
    uint64_t x[32];
    uint64_t trap_handler;      /* stvec; 0: a synchronous exception violates no-trap */
    guint calls;                /* how often entry is called; 0: for ever */
    bool any;                   /* stands for any number of harts like it, each with a stack of its own: */
    uint64_t stack, stack_size; /* address and bytes */
    guint interrupts;           /* how many timer interrupts may arrive, at any boundary */
    guint migrations;           /* how often the task may go on on another hart */
    bool migration_fences;      /* ... which then executes fence.i */
    bool offline;               /* no service counts the hart until it asks for that */
    GArray *schedule_points;    /* uint64_t: pcs at which a task may be switched out, whatever `preempt` says */
} HartSpec;

/* New bytes for a site. */
typedef struct Patch {
    char *name;
    uint64_t address;
    GBytes *bytes;
} Patch;

/* A stretch of code that is patched, and its whole versions: what it holds initially and after each completed patch. */
typedef struct Version {
    char *label;   /* "OLD", "NEW", or the name of the patch that completes it */
    guint8 *bytes; /* as many as the region has */
} Version;

typedef struct Region {
    char *name; /* of the symbol it starts at */
    uint64_t start;
    uint64_t size;    /* bytes */
    GArray *versions; /* Version; the initial one first */
} Region;

typedef enum PropertyKind {
    PROPERTY_NO_TRAP,
    PROPERTY_OLD_OR_NEW,
    PROPERTY_LANDS_IN,
    PROPERTY_NEVER,
    PROPERTY_AFTER_ONLY_NEW, /* after `mark`, a pass begun does not run bytes other than those of `patch` */
    PROPERTY_AFTER_NEVER,    /* after `mark`, nothing in [start, start + size) is executed */
    PROPERTY_EACH_CALL,      /* a condition on the registers with which a call of one of `harts` ends */
    PROPERTY_CONDITION,      /* of final states */
    PROPERTY_PROGRESS,       /* no deadlock */
} PropertyKind;

typedef struct Property {
    PropertyKind kind;
    char *name;                 /* as reports show it: "old-or-new", "never: wild" */
    guint line, column;         /* where the scenario asks for it; 0: on by default */
    guint region;               /* OLD_OR_NEW, LANDS_IN: index */
    uint32_t ignored_registers; /* OLD_OR_NEW: bit r set: x[r] may differ (dead there) */
    GArray *addresses;          /* LANDS_IN, NEVER: uint64_t */
    guint mark, patch;
    uint64_t start, size;
    Condition *condition;
    HartSet harts; /* EACH_CALL */
} Property;

typedef struct Program {
    Image *image;
    GArray *harts;      /* HartSpec */
    GArray *patches;    /* Patch */
    GArray *regions;    /* Region */
    GArray *properties; /* Property */
    GPtrArray *marks;   /* names */
    GPtrArray *locks;   /* names */
    GArray *observed;   /* ConditionPlace: what a final state is for whoever lists them; empty: nobody does */
    Condition *filter;  /* final states that do not satisfy it do not count; NULL: all do */
} Program;

void program_free(Program *program);
Program *program_new(void) OWNED_BY(program_free);

/* Ends with a Version whose bytes are copied. */
void region_add_version(Region *region, const char *label, const guint8 *bytes);

/* The index of the region that holds an address, or -1. */
int program_region_at(const Program *program, uint64_t address);

/* SHA-256 (hexadecimal) of all that a verdict depends on, names apart. */
char *program_digest(const Program *program);

/* Whether the timeline explorer decides. The other one can neither do RVWMO data nor harts of any number. */
bool program_uses_timelines(const Program *program, const Options *options);

static inline const HartSpec *program_hart(const Program *program, guint i)
{
    return &g_array_index(program->harts, HartSpec, i);
}
static inline const Patch *program_patch(const Program *program, guint i)
{
    return &g_array_index(program->patches, Patch, i);
}
static inline const Region *program_region(const Program *program, guint i)
{
    return &g_array_index(program->regions, Region, i);
}
static inline const Property *program_property(const Program *program, guint i)
{
    return &g_array_index(program->properties, Property, i);
}
static inline const Version *region_version(const Region *region, guint i)
{
    return &g_array_index(region->versions, Version, i);
}
static inline bool region_holds(const Region *region, uint64_t address)
{
    return address - region->start < region->size;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Program, program_free)
