/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far along the timeline a hart must already see: the views of Promising-RISCV (Pulte et al., PLDI 2019), byte by
 * byte for accesses of any size, and extended with instruction fetch. All views only ever grow.
 *
 * Names in the literature: reg = view of a register; read_new, write_new = vrNew, vwNew; read_old, write_old = vrOld,
 * vwOld; control = vCap; release = vRel; fetch = vFetch; fetched = vFmax. */
#pragma once

#include "sim/memory/timeline.h"

typedef uint16_t View;

enum {
    TIMELINE_MAX = 255,  /* messages of one timeline */
    VIEW_NEVER = 0xffff, /* of a value that no message of the timeline provides: nothing ordered after it is promised */
    BYTE_VIEWS_MAX = 48,
    TIMELINE_WORDS = (TIMELINE_MAX + 64) / 64,
};

/* A set of timestamps. */
typedef struct Stamps {
    uint64_t word[TIMELINE_WORDS];
} Stamps;

static inline bool stamps_has(const Stamps *set, guint ts)
{
    return set->word[ts / 64] >> ts % 64 & 1;
}
static inline void stamps_add(Stamps *set, guint ts)
{
    set->word[ts / 64] |= 1ull << ts % 64;
}
static inline void stamps_remove(Stamps *set, guint ts)
{
    set->word[ts / 64] &= ~(1ull << ts % 64);
}
static inline bool stamps_empty(const Stamps *set)
{
    uint64_t any = 0;
    for (guint i = 0; i < TIMELINE_WORDS; i++)
        any |= set->word[i];
    return !any;
}

/* The same for a stretch of bytes: coherence, and this hart's last store to them. */
typedef struct ByteViews {
    uint64_t address;
    View coherence; /* nothing before the message that is newest at this point may be read any more */
    View stamp;     /* of the last own store to these bytes; 0 for private memory, which has no messages */
    View forward;   /* what forwarding that store orders the load after: the view of its address and data */
    uint8_t size;
    uint8_t flags; /* ByteFlags */
} ByteViews;

typedef enum ByteFlags {
    BYTES_STORED = 1,    /* there is an own store */
    BYTES_EXCLUSIVE = 2, /* by an AMO or SC, which is never forwarded (ppo 3) */
} ByteFlags;

typedef struct Views {
    View reg[32];
    View csr[8]; /* by HartCsr */
    View read_new, write_new, read_old, write_old, control, release;
    View fetch, fetched;
    /* Where on the timeline the hart stands for what is said of "after" a mark: its later stores come later. */
    View clock;
    View exclusive_view; /* of the last LR, after it */
    View exclusive_stamp[8];
    View output;   /* what fences have ordered before output to devices */
    View late;     /* when the next instruction is fetched, at the earliest; for what is said of "after" a mark */
    View taken[4]; /* MESSAGE_CALL of others whose interrupt this hart has taken but not acknowledged; 0: none */
    uint64_t exclusive_address; /* bytes read by the last LR; size 0: no reservation */
    uint8_t exclusive_size;
    uint8_t guessed;    /* a fetch has returned bytes that are not on the timeline */
    uint8_t locks_held; /* bit l */
    uint8_t n_bytes;
    uint8_t stopping; /* between the begin and the end of its own stop_machine */
    uint8_t violated; /* steps since the run has first violated something; 0: it has not */
    uint8_t offline;  /* no service waits for it */
    uint8_t zero[1];
    Stamps promised;                 /* own messages that no executed store has claimed yet */
    Stamps passed;                   /* what others ask of this hart, where it has done its part */
    ByteViews bytes[BYTE_VIEWS_MAX]; /* by address, maximal stretches; the first n_bytes */
} Views;

/* The bytes of a Views that carry information, from its start. */
static inline guint views_size(const Views *views)
{
    return (guint)(G_STRUCT_OFFSET(Views, bytes) + views->n_bytes * sizeof(ByteViews));
}
static inline void views_assign(Views *to, const Views *from)
{
    __builtin_memcpy(to, from, views_size(from));
}

static inline View view_join(View a, View b)
{
    return a > b ? a : b;
}
static inline void view_raise(View *view, View to)
{
    *view = view_join(*view, to);
}

/* Join of the views of the registers in a mask. */
View views_of_registers(const Views *views, uint32_t mask);

/* Coherence and last store of one byte; all zero if nothing is known. */
ByteViews views_byte(const Views *views, uint64_t address);

/* Sets coherence, stamp, forward and flags of [address, address + size). False if there are too many stretches. */
bool views_set_bytes(Views *views, uint64_t address, guint size, ByteViews to);

/* Raises coherence only. */
bool views_raise_coherence(Views *views, uint64_t address, guint size, View to);

/* Join of the coherence of all bytes. */
View views_coherence(const Views *views, uint64_t address, guint size);

/* Forgets what has no effect any more, so that equal futures have equal bytes. */
void views_normalise(Views *views);

/* One way to read. */
typedef struct ReadChoice {
    uint64_t value; /* little-endian */
    View post;      /* view of the value */
    View stamp[8];  /* which message each byte is from */
} ReadChoice;

/* Every way for one aligned access to read [address, address + size), oldest first, at points up to `horizon`; `pre` is
 * the instruction's own lower bound. A naturally aligned load is one event: what binds one of its bytes binds all.
 * `choices` has room for TIMELINE_MAX + 1. Returns how many. */
guint views_read(const Views *views, const Timeline *timeline, uint64_t address, guint size, View pre, View horizon,
                 ReadChoice *choices);

/* Whether one of these own messages (of Message) can no longer be what some later store leaves. `device`: SBI calls are writes to
 * a device. */
bool views_dead(const Views *views, const Stamps *promised, const GArray *messages, bool device);
