/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of this room: fetch.c chooses what is fetched, execute.c does what it says, access.c the part of
 * that which touches memory. */
#pragma once

#include "sim/hart/hart.h"

/* Every instruction that may be fetched at hart->pc: appends one HartStep with fetch (and fused) filled and hart's fetch
 * views updated, or a HART_TRAP, or, where the fetch takes two steps, the successor in PHASE_PARCEL. */
void hart_fetch(const HartContext *context, const Hart *hart, GArray *steps);

/* Executes the decoded instruction of each element of `fetched` and appends the outcomes to `steps`. */
void hart_execute(const HartContext *context, const HartStep *fetched, GArray *steps);

/* The instructions that access memory; each appends its outcomes. */
void execute_load(const HartContext *context, HartStep *step, GArray *steps); /* and LR */
void execute_store(const HartContext *context, HartStep *step, GArray *steps);
void execute_sc(const HartContext *context, HartStep *step, GArray *steps);
void execute_amo(const HartContext *context, HartStep *step, GArray *steps);

/* How an outcome is put together: asks the emulator, writes rd, moves pc on, appends; or traps instead. */
OracleOutput step_ask(const HartContext *context, const HartStep *step, uint64_t loaded, bool sc_succeeds);
void step_write_register(HartStep *step, uint64_t value);
void step_retire(HartStep *step, uint64_t next_pc);
void step_emit(GArray *steps, const HartStep *step);
void step_trap(GArray *steps, HartStep *step, uint64_t cause, uint64_t tval);

/* Goes on with a misaligned access. */
void hart_continue(const HartContext *context, const Hart *hart, GArray *steps);

/* Drops views that add nothing to fetch_view. */
void hart_normalise_views(Hart *hart);
