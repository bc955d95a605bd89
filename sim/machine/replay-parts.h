/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that replay schedules. */
#pragma once

#include "sim/machine/internal.h"
#include "sim/machine/replay.h"

/* Follows the schedule of a machine whose harts have views; fills steps, tasks, world, violation and finished. */
bool replay_solo(Replay *replay, Machine *machine, Machine *checker, const GArray *trail, GError **error);

/* The error that hart `name` has only n moves in step i (from 0), not that one. */
void replay_no_such_step(guint i, const char *name, guint move, guint n_moves, GError **error);
