/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One execution of a program, gone through step by step, forwards and back: what each hart could do next, what has been done.
 * Under RVWMO the steps are those of the timeline explorer, promises included. */
#pragma once

#include "sim/machine/replay.h"

typedef struct Session Session;

/* One way to go on. */
typedef struct SessionChoice {
    TrailStep by;
    ReplayStep next;       /* its worlds are the session's */
    const char *forbidden; /* why it cannot be taken: it leads out of the machine; NULL: it can */
} SessionChoice;

void session_free(Session *session);

/* Borrows all but the options. What the timeline explorer does is explored first, within `limits`: fails with
 * SIM_ERROR_UNSUPPORTED if one of them ends that before the first violation. */
Session *session_new(const Program *program, const Options *options, const SearchOptions *limits, Oracle *oracle,
                     GError **error) OWNED_BY(session_free);

/* The option whose limit has ended the exploration behind the first violation, so that choices may be missing; NULL: none has. */
const char *session_limit(const Session *session);

/* The steps so far, and what they have come to: the state, a violation, whether nobody can go on. Valid until the next step. */
Replay *session_replay(Session *session);

/* What can be done next, by hart, its own instruction first; none after a violation. Valid until the next step. */
const GArray *session_choices(Session *session); /* of SessionChoice */

/* How many more steps the harts could take if they had not promised what they have, or nobody waited for them. */
guint session_n_withheld(Session *session);

/* Whether nobody can go on because of what harts have promised each other: no execution comes to its end like that. */
bool session_is_dead_end(Session *session);

/* Steps so far; those and the ones that have been undone since. */
guint session_at(const Session *session);
guint session_length(const Session *session);

/* Takes one of the choices, which must not be forbidden. Steps undone before are forgotten if it is another one. */
bool session_take(Session *session, guint choice, GError **error);

/* Goes back or forth to where `at` steps of those known have been made. */
void session_goto(Session *session, guint at);

/* Goes through a schedule (of TrailStep) from the beginning. `all_memory`: Options.all_memory of the schedule. On
 * failure the session is where it was. */
bool session_load(Session *session, const GArray *trail, bool all_memory, GError **error);

/* The steps so far as a schedule (of TrailStep), and the options that it is for; a new array. */
GArray *session_schedule(const Session *session);
const Options *session_options(const Session *session);

/* The views of a hart, with `timeline` (of Message; the hart is the owner's number) that they are about; NULL: it has none
 * but those in its Task. */
const Views *session_views(const Session *session, guint hart, const GArray **timeline);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)
