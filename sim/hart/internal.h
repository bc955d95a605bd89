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

/* The same for a hart alone, under views (promising-riscv rules). */
void solo_load(const HartContext *context, HartStep *step, GArray *steps);
void solo_store(const HartContext *context, HartStep *step, GArray *steps);
void solo_sc(const HartContext *context, HartStep *step, GArray *steps);
void solo_amo(const HartContext *context, HartStep *step, GArray *steps);

/* What instructions without an access do to the views; nothing if the hart is not alone. */
void solo_compute(const HartContext *context, HartStep *step);
void solo_fence(const HartContext *context, HartStep *step);

/* access.c: the piece of a misaligned access that byte `offset` is in: its size, and *first, the offset of its first
 * byte. */
guint access_piece(const HartContext *context, uint64_t address, guint size, guint offset, guint *first);
/* Whether an SC to [address, address + size) may succeed after an LR of the reserved bytes. */
bool pairing_allows(Pairing pairing, uint64_t reserved, uint64_t n_reserved, uint64_t address, guint size);
bool access_readable(const HartContext *context, uint64_t address, guint size);
bool access_writable(const HartContext *context, uint64_t address, guint size);
void access_note_load(HartStep *step, uint64_t address, guint size, uint64_t value);
void access_note_store(HartStep *step, uint64_t address, guint size, uint64_t value);

/* How an outcome is put together: asks the emulator, writes rd, moves pc on, appends; or traps instead. */
OracleOutput step_ask(const HartContext *context, const HartStep *step, uint64_t loaded, bool sc_succeeds);
void step_write_register(HartStep *step, uint64_t value);
void step_retire(HartStep *step, uint64_t next_pc);
void step_emit(GArray *steps, const HartStep *step);
void step_unsupported(GArray *steps, HartStep *step, const char *reason);
void step_trap(GArray *steps, HartStep *step, uint64_t cause, uint64_t tval);

/* Goes on with a misaligned access. */
void hart_continue(const HartContext *context, const Hart *hart, GArray *steps);

/* Drops views that add nothing to fetch_view. */
void hart_normalise_views(Hart *hart);
