/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that replay schedules. */
#pragma once

#include "sim/machine/internal.h"
#include "sim/machine/replay.h"

/* Follows the schedule of a machine whose harts have views; fills steps, tasks, world, violation and finished. */
bool replay_solo(Replay *replay, Machine *machine, Machine *checker, const GArray *trail, GError **error);

/* A replay without steps. */
Replay *replay_new(const Program *program, const Options *options) OWNED_BY(replay_free);
/* Adds a step that is about to be made; takes over `world`, the one before it. */
void replay_record(Replay *replay, const TrailStep *at, const Task *before, World *world, const MachineStep *step);
/* Fills in what whole versions would have done in place of the violating pass, if there is one. */
void replay_explain(Replay *replay, Machine *machine);

/* The error that hart `name` has only n moves in step i (from 0), not that one. */
void replay_no_such_step(guint i, const char *name, guint move, guint n_moves, GError **error);
