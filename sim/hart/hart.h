/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One hart, one instruction at a time: hart_step yields every successor that the memory model allows. */
#pragma once

#include "isa/insn.h"
#include "sim/hart/oracle.h"
#include "sim/hart/views.h"
#include "sim/memory/model.h"
#include "sim/memory/timeline.h"

/* The supervisor CSRs that a hart keeps; every other CSR is outside the machine. */
typedef enum HartCsr {
    CSR_SSTATUS,
    CSR_STVEC,
    CSR_SSCRATCH,
    CSR_SEPC,
    CSR_SCAUSE,
    CSR_STVAL,
    CSR_SIE,
    CSR_SIP, /* only SSIP; what has been sent to the hart but has not arrived is not in it */
    CSR_COUNT
} HartCsr;

enum {
    SSTATUS_SIE = 1 << 1,
    SSTATUS_SPIE = 1 << 5,
    SSTATUS_SPP = 1 << 8
};

/* Bits of sie and sip, and the causes that belong to them. */
enum {
    INTERRUPT_SOFTWARE = 1, /* supervisor software interrupt: an IPI */
    INTERRUPT_TIMER = 5,
};

/* What an instruction that is not yet complete has done: an instruction fetched in two parts, or a misaligned access
 * made piece by piece, can be overtaken by other harts in between. */
typedef enum HartPhase {
    PHASE_BOUNDARY, /* between two instructions */
    PHASE_PARCEL,   /* the first halfword is fetched, in `word` */
    PHASE_LOAD,     /* `word` is executing; `done` marks the bytes read so far into `value` */
    PHASE_STORE,    /* likewise; the bytes of `done` are stored */
} HartPhase;

/* Interned as raw bytes: no padding, unused fields zero. */
typedef struct Hart {
    uint64_t pc;
    uint64_t x[32]; /* x[0] is 0 */
    uint64_t csr[CSR_COUNT];
    uint64_t value;
    uint32_t word;
    uint8_t phase; /* HartPhase */
    uint8_t done;
    /* Set by an auipc, cleared by any other instruction: for the what-if that masks interrupts behind it. */
    uint8_t after_auipc;
    uint8_t zero;
    /* Views, as timestamps of messages (ifetch-view rules): what later fetches must already see, and what a fence.i
     * would add to it. One that adds nothing is kept at 0, so that equal futures have equal bytes. */
    uint32_t fetch_view;
    uint32_t access_view;  /* of the loads and stores so far (ir3) */
    uint32_t fetched_view; /* of the fetches so far (ir3f) */
    uint32_t zero2;
} Hart;

/* An LR's reservation; size 0: none. A store to any of its bytes by another hart ends it, which is the machine's
 * business. */
typedef struct Reservation {
    uint64_t address;
    uint64_t size;
} Reservation;

typedef enum Misaligned {
    MISALIGNED_PIECES, /* largest naturally aligned pieces, in any order */
    MISALIGNED_BYTES,  /* single bytes, in any order: all that the ISA promises */
    MISALIGNED_ATOMIC, /* one access (Zama16b, and then only within 16 aligned bytes; pieces otherwise) */
} Misaligned;

typedef enum AuipcJalr {
    PAIR_SEPARATE, /* two instructions */
    PAIR_MASKED,   /* no interrupt or preemption directly behind an auipc */
    PAIR_FUSED,    /* auipc rd; jalr rd2,(rd) fetched at one point execute as one instruction */
} AuipcJalr;

/* Which SC may succeed after an LR; unprivileged ISA, "Load-Reserved/Store-Conditional": implementations may let an SC
 * to other bytes succeed. */
typedef enum Pairing {
    PAIRING_SUBSET, /* the SC writes only bytes that the LR read */
    PAIRING_SAME,   /* equal address and size (herd) */
    PAIRING_ANY,    /* any: the sound one */
} Pairing;

/* What a store of a hart with views does to memory. */
typedef struct Effect {
    Message message; /* message.hart as in the timeline */
    View stamp;      /* the message of the timeline that it is; 0: private memory, changed in place */
    View low;        /* the message comes after this point */
    bool is_new;     /* appended to the timeline; else a promise fulfilled */
} Effect;

/* What is known of who uses a stretch of memory. */
typedef enum MemoryUse {
    MEMORY_CONSTANT, /* nobody stores to it */
    MEMORY_PRIVATE,  /* one hart uses it: its stores change it in place, and nobody can tell when */
    MEMORY_SHARED,   /* its stores are messages of the timeline */
} MemoryUse;

/* A hart that has the timeline to itself: which messages are its own, and what it may do with them. */
typedef struct SoloContext {
    const Views *views;
    View horizon; /* nothing at or beyond may be read or written yet */
    bool appends; /* stores may be added to the end of the timeline */
    GArray *pool; /* Message: patches that a fetch may guess; NULL: none */
    /* Who uses these bytes. Called for every access, which counts as a use. */
    MemoryUse (*use)(gpointer data, uint64_t address, guint size, bool stores);
    void (*fetches)(gpointer data, uint64_t address, guint size);
    gpointer data;
    GArray *effects; /* Effect: of all steps of one call of hart_step; see HartStep */
} SoloContext;

/* Message.hart in the timeline of a hart alone. */
enum {
    HART_OTHER = 0,
    HART_SELF = 1
};

typedef struct HartContext {
    const Model *model;
    FetchAtomicity fetch_atomicity;
    Misaligned misaligned;
    AuipcJalr pair;
    Pairing pairing;
    Oracle *oracle;
    const Timeline *timeline;
    Reservation reservation; /* without views */
    GArray *scratch;         /* HartStep, for hart_step's own use */
    const SoloContext *solo; /* NULL: the hart is stepped in an interleaving, at the end of the timeline */
} HartContext;

typedef enum HartStatus {
    HART_OK,
    HART_TRAP,        /* a synchronous exception: cause and tval as in the privileged specification */
    HART_ECALL,       /* pc still at the ecall */
    HART_UNSUPPORTED, /* the instruction is outside the machine; see reason */
} HartStatus;

enum {
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL = 9, /* from S-mode */
};

/* What was fetched: `length` bytes of `word` at pc, and the timestamp that each halfword was read at. */
typedef struct Fetch {
    uint64_t pc;
    uint32_t word;
    uint32_t length;    /* bytes; 0: nothing was fetched in this step */
    uint32_t newest[2]; /* newest message among the bytes of each halfword */
    uint32_t point[2];  /* the point of the timeline at which each halfword was read */
    uint32_t view;      /* vI: join of fetch_view and what was read */
} Fetch;

/* One successor of a step. */
typedef struct HartStep {
    Hart hart;
    HartStatus status;
    uint64_t cause, tval;
    const char *reason; /* HART_UNSUPPORTED: static text */
    Fetch fetch;        /* of the instruction; for a fused pair of its auipc */
    Fetch fused;        /* the jalr of a fused pair */
    Insn insn;          /* decoded `fetch`, once complete */
    bool retired;       /* the instruction is complete */
    bool loads, stores; /* what this step read and wrote */
    uint64_t load_address, load_value;
    uint8_t load_size;
    View load_from[8]; /* of a hart alone, by byte: the message that was read; 0: none, what was there before them */
    Message store;     /* hart number left to the machine */
    bool reserves, unreserves;
    /* Of a hart alone: its views after the step, and effects [first_effect, first_effect + n_effects) of the context. */
    guint first_effect, n_effects;
    Views views; /* the last member: see hart_step_copy */
} HartStep;

/* A step without the part of its views that is not used. */
static inline void hart_step_copy(HartStep *to, const HartStep *from)
{
    __builtin_memcpy(to, from, G_STRUCT_OFFSET(HartStep, views) + views_size(&from->views));
}

/* Appends to `steps` (of HartStep) every successor of the hart's next step, the freshest fetch first. */
void hart_step(const HartContext *context, const Hart *hart, GArray *steps);

/* The same for the views of a hart alone. */
void hart_fence_i_views(const Model *model, Views *views, View begin);

/* A task goes on on another hart, of whose fetches only `fenced` is known; what it has done itself it takes along (switching a
 * task out and in is a full fence). `now`: the newest timestamp. */
void hart_migrate(const Model *model, Hart *hart, guint fenced, guint now);
void hart_migrate_views(const Model *model, Views *views, View fenced);

/* What fence.i does to the views; `begin`: a point that the order to execute it must see, 0 if there is none. */
void hart_fence_i(const Model *model, Hart *hart, guint begin);

/* The index of a CSR number, or -1. */
int hart_csr(unsigned number);
