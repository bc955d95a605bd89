/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A replay as memory models see it: events, and which of them read what others wrote, byte by byte. */
#pragma once

#include "sim/machine/replay.h"

typedef enum ExecKind {
    EXEC_FETCH,
    EXEC_READ,
    EXEC_WRITE,
    EXEC_FENCE, /* fence, fence.i */
    EXEC_OTHER, /* a service, or what happens to a hart without its doing */
} ExecKind;

enum {
    EXEC_INITIAL = G_MAXUINT /* ExecEvent.source: nobody has written it */
};

typedef struct ExecEvent {
    ExecKind kind;
    guint hart;
    guint step;      /* index of the step that executes it */
    guint insn;      /* of the hart: number of the instruction that it is of */
    guint effect;    /* of a write: index of the step with which it takes effect, not later than `step` */
    bool pending;    /* of a write: promised, but not executed by the end. `step` is that of the promise */
    bool is_private; /* of a write: to memory that only its hart uses, which is no part of the timeline */
    guint order;     /* of a write: no two have the same, and of two to one byte the later one has the greater */
    uint64_t address, value;
    guint size;
    guint source[8]; /* of a fetch or read, by byte: the event whose value it is, or EXEC_INITIAL */
    int pair;        /* of the read and write of an AMO, or of LR and SC: the other one; -1: none */
} ExecEvent;

typedef enum ExecRelation {
    RELATION_RF,  /* to a read from what it reads */
    RELATION_CO,  /* to a write from the one before it, at some byte */
    RELATION_FR,  /* from a read to the first write behind the one it reads, at some byte */
    RELATION_IRF, /* RF and FR of fetches */
    RELATION_IFR,
    RELATION_RMW, /* from the read to the write of an AMO, or of LR and SC */
} ExecRelation;

typedef struct ExecEdge {
    ExecRelation relation;
    guint from, to;
    bool missed; /* FR, IFR: the write had taken effect by then */
} ExecEdge;

typedef struct Execution {
    const Replay *replay;
    GArray *events; /* ExecEvent; those of one hart in program order, but for writes that take effect early */
    GArray *edges;  /* ExecEdge, without repetition */
} Execution;

void execution_free(Execution *execution);
/* Borrows the replay, which must be one of replay_run. */
Execution *execution_new(const Replay *replay) OWNED_BY(execution_free);

static inline const ExecEvent *execution_event(const Execution *execution, guint i)
{
    return &g_array_index(execution->events, ExecEvent, i);
}

/* Whether it is a write to that byte. */
static inline bool exec_writes(const ExecEvent *event, uint64_t address)
{
    return event->kind == EXEC_WRITE && address - event->address < event->size;
}

/* execution-relations.c: adds the edges, once all events are there. */
void execution_relate(Execution *execution);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Execution, execution_free)
