/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of this room: fetch.c chooses what is fetched, execute.c does what it says. */
#pragma once

#include "sim/hart/hart.h"

/* Every instruction that may be fetched at hart->pc: appends one HartStep with fetch (and fused) filled and hart's fetch
 * views updated, or a HART_TRAP, or, where the fetch takes two steps, the successor in PHASE_PARCEL. */
void hart_fetch(const HartContext *context, const Hart *hart, GArray *steps);

/* Executes the decoded instruction of each element of `fetched` and appends the outcomes to `steps`. */
void hart_execute(const HartContext *context, const HartStep *fetched, GArray *steps);

/* Goes on with a misaligned access. */
void hart_continue(const HartContext *context, const Hart *hart, GArray *steps);

/* Drops views that add nothing to fetch_view. */
void hart_normalise_views(Hart *hart);
