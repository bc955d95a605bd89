/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of a session: session.c goes forth and back, and does interleavings; session-solo.c goes along timelines,
 * session-choices.c says where to;
 * session-carry.c takes a schedule over from one map of memory to another. */
#pragma once

#include "sim/machine/driver.h"
#include "sim/machine/replay-parts.h"
#include "sim/machine/session.h"
#include "sim/machine/timelines.h"

typedef struct SessionSolo SessionSolo;

struct Session {
    const Program *program;
    Options options;
    Machine *machine;
    Replay *replay;   /* the steps so far; for interleavings its tasks and world are the state */
    GArray *trail;    /* TrailStep; those beyond replay->steps are what redo would make */
    GArray *choices;  /* SessionChoice */
    bool looked;      /* choices, and what the state means, are up to date */
    guint n_withheld; /* steps that are not among the choices */
    bool unknown;     /* ... or may not be: some were not looked at */
    bool is_dead_end;
    SessionSolo *solo; /* NULL: interleavings */
    const char *limit; /* the option that has ended the exploration behind the first violation; NULL: all is known */
};

/* How to undo a step under the timeline explorer. */
typedef struct Undo {
    guint hart;
    uint32_t local;   /* id of its state before */
    guint n_messages; /* of the timeline before */
} Undo;

/* What is only of sessions under the timeline explorer. */
struct SessionSolo {
    Timelines *timelines; /* what is known of memory, and of patches to guess */
    Timelines *narrow;    /* what a check knows, which stops at the first violation; NULL: the same */
    bool marks_matter;
    MemoryMap *map;
    SoloDriver driver;
    SearchOptions limits; /* of outlooks */
    Solo *scouts;         /* by hart: for outlooks */
    Intern *locals;
    GArray *undos;       /* Undo, by step */
    Intern *places;      /* a state of a hart, and the timeline as it sees it */
    GPtrArray *outlooks; /* SoloOutlook, by place */
    GArray *found;       /* TrailStep: the schedule at whose end harts wait for each other; NULL: none is known */
    Violation deadlock;
};

/* Appends a choice; takes over `after`, the world after it (NULL: as before). */
void session_add_choice(Session *session, const TrailStep *by, const Task *before, const MachineStep *step,
                        World *after, const char *forbidden);

/* ---- session-choices.c: adds the choices of all harts. */
void session_solo_look(Session *session);
/* Whether harts have yet to keep promises, or to do their part in services: where nobody can go on, that is no execution. */
bool session_solo_is_bound(const Session *session);

/* ---- session-solo.c */
/* Fills in session->solo, also if that fails. */
bool session_solo_init(Session *session, const SearchOptions *limits, GError **error);
void session_solo_free(SessionSolo *solo);
/* Makes a step, recording it; fails where the program cannot follow. */
bool session_solo_follow(Session *session, const TrailStep *by, GError **error);
/* Undoes the last step. */
void session_solo_undo(Session *session);
/* Brings the state of the replay up to date. */
void session_solo_state(Session *session);
/* The violation of a state that only an exploration sees: harts that wait for each other. */
Violation session_solo_found(const Session *session);
const Views *session_solo_views(const SessionSolo *solo, guint hart, const GArray **timeline);

/* A schedule as of a check, in the session's terms; a new array. */
GArray *session_solo_carry(Session *session, const GArray *trail, GError **error);

/* What is known of memory. */
MemoryMap *session_map(const Session *session, bool *marks_matter);

/* Whether there is room for what step i (from 0) may add to the timeline. */
bool session_has_room(const SoloDriver *driver, guint i, GError **error);

/* ---- session-carry.c: a schedule that is about one map of memory as one that is about another, which knows more. */
GArray *session_carry(Machine *machine, MemoryMap *from, MemoryMap *to, bool marks_matter, const GArray *trail,
                      GError **error);
