/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where ORACLE_SLOTS keeps its code: one permanent slot for each distinct instruction word.
 * A slot is written once and never rewritten, so its translation can never be stale. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <unicorn/unicorn.h>

enum {
    SLOT_SIZE = 16, /* the zeros behind the instruction end its translation */
    SLOTS_PER_ARENA = 1 << 16,
    /* The next pc is fetched, though never executed: keep the range of jal mapped on both sides. */
    SLOTS_GUARD = 1 << 20,
    SLOTS_ARENA_SIZE = SLOTS_GUARD + SLOTS_PER_ARENA * SLOT_SIZE + SLOTS_GUARD,
    SLOTS_ARENA_STRIDE = 1 << 22,
};

typedef struct Slots {
    uc_engine *uc;
    uint64_t *table; /* open addressing; word << 32 | (slot number + 1), or 0 */
    unsigned table_bits;
    unsigned n;
} Slots;

/* Maps the first arena. On failure slots_clear() is still to be called. */
uc_err slots_init(Slots *slots, uc_engine *uc);
void slots_clear(Slots *slots);

/* The address of the slot that holds `word`. The low two bits tell whether it has 2 or 4 bytes,
 * so that the word alone is the key. */
uint64_t slots_find(Slots *slots, uint32_t word);
