/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One hart alone against a timeline: the heart of the timeline explorer. All that other harts do is in the timeline; what
 * this hart does is its own run. */
#pragma once

#include "sim/explore/search.h"
#include "sim/machine/internal.h"
#include "sim/machine/memory-map.h"

/* MachineStep.unsupported of a hart that stores and stores: no end of timelines. */
extern const char *const solo_endless;

/* The state of the hart between two steps. */
typedef struct Local {
    Task task;
    Views views;
    GArray *settled; /* Granule: its private memory, where that differs from the image */
    GArray *suffix;  /* Message: what it has added to the end of the timeline */
} Local;

void local_init(Local *local);
void local_clear(Local *local);
/* Both must be initialised. */
void local_copy(Local *to, const Local *from);
uint32_t local_intern(const Local *local, Intern *intern);
/* `local` must be initialised; its contents are replaced. */
void local_extern(Local *local, const Intern *intern, uint32_t id);

enum {
    SOLO_SUFFIX_MAX = 64
};

/* The hart, the timeline, and what the run may do. */
typedef struct Solo {
    Machine *machine;
    guint hart;
    bool several;                /* this run stands for those of several harts */
    bool appends;                /* stores may be added to the end of the timeline */
    guint suffix_max;            /* how many, while the hart shows that it can keep its promises */
    GArray *pool;                /* Message, or NULL: patches that fetches may guess */
    const SearchOptions *limits; /* or NULL */
    guint64 states_before;       /* of earlier runs: what the limits are about */
    bool reads_shared;           /* has read memory that others store to */
    bool may_wait;               /* of the last solo_steps: an await that the newest value does not end */
    bool must_split;   /* the hart asks for what names single harts: its runs do not stand for those of others */
    bool marks_matter; /* some property speaks of what comes after a mark */
    MemoryMap *map;
    Footprint *footprint;
    Intern *cores;           /* Local without promises and suffix */
    struct StepCache *cache; /* of steps from these; NULL: none, and `cores` may then be NULL, too */
    GArray *base;            /* Message: the timeline as this hart sees it; hart is HART_SELF or HART_OTHER */
    GArray *effects;         /* Effect: of the steps of the last solo_steps */
    GArray *outcomes, *fetched, *steps, *kept; /* scratch: HartStep, HartStep, MachineStep, CachedStep */
    World world; /* scratch: the timeline with the suffix, and the private memory of the state at hand */
} Solo;

void solo_init(Solo *solo, Machine *machine, guint hart);
void solo_clear(Solo *solo);

/* Notes an access of the hart. */
MemoryUse solo_use(Solo *solo, uint64_t address, guint size, bool stores);

/* The hart's first state: all its messages in the timeline are promises. */
void solo_initial(Solo *solo, Local *local);

/* Loads a state into the scratch world; to be called before solo_steps. */
void solo_enter(Solo *solo, const Local *local);

/* Every MachineStep of the state entered; task and hart.views are those after the step. The array is valid until the next
 * call; the caller gets a reference to it. */
GArray *solo_steps(Solo *solo, const Local *local);

/* The state after a step; false if it is a dead end: some promise can no longer be kept. */
bool solo_apply(const Solo *solo, const Local *from, const MachineStep *step, Local *to);

/* Whether an SBI call is a write to a device, with a place of its own in the order of memory. */
static inline bool solo_calls_devices(const Solo *solo)
{
    return solo->machine->options->sbi_order == SBI_DEVICE && solo->machine->options->model->rvwmo_data;
}

/* The harts that a message names (message_names_harts). */
static inline HartSet solo_targets(const Message *message)
{
    return (HartSet)message->address << 64 | message->value;
}

/* The point of the timeline that the hart has certainly seen: what is said of memory "as it is now" is said as of then. */
guint solo_certainly_seen(const Views *views);

/* Whether the hart waits in a service that sleeps, say at a lock that another hart holds, at some moment from now on, behind the
 * message `from` and before the message `until`. *at (or NULL): the first such moment is behind that message. */
bool solo_sleeps(const Solo *solo, const Local *local, guint from, guint until, guint *at);

/* Where the part of hart `hart` in a service that it has yet to take begins: it may neither read nor write there or beyond, in this
 * timeline; VIEW_NEVER if there is none. */
View solo_horizon(const GArray *timeline, guint hart, const Views *views);

/* Whether an IPI that is in the timeline may arrive here. */
bool solo_is_interrupted(const Solo *solo, const Local *local);
/* Who has asked for interrupts or schedule points, without an end of it in the timeline, that the hart has yet to take or pass. */
HartSet solo_owes(const Solo *solo, const Local *local);
/* Whether it is at a schedule point that some of them wait for. */
bool solo_may_quiesce(const Solo *solo, const Local *local);

/* solo-service.c, solo-sync.c, solo-ipi.c: what the ecall in step->hart does; what happens to the hart without its doing. Append to
 * `steps`. */
void solo_serve_ecall(Solo *solo, const Local *local, MachineStep *step, GArray *steps);
void solo_serve_waiting(Solo *solo, const Local *local, GArray *steps);
MachineStep solo_step_begin(StepKind kind, const Local *local);
