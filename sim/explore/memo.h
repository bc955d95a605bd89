/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers the moves of each (local, shared) pair: the space is asked once, however many states contain the pair. */
#pragma once

#include "sim/base/archive.h"
#include "sim/explore/space.h"

typedef struct Memo Memo;

void memo_free(Memo *memo);
/* Borrows the space. */
Memo *memo_new(Space *space) OWNED_BY(memo_free);

/* The moves of a process; valid until the next call. */
const Move *memo_moves(Memo *memo, guint process, uint32_t local, uint32_t shared, guint *n_moves);

/* Distinct pairs asked for, and bytes held. */
guint64 memo_count(const Memo *memo);
guint64 memo_bytes(const Memo *memo);

/* All that is remembered; replaced when read. */
void memo_archive(Memo *memo, Archive *archive);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Memo, memo_free)
