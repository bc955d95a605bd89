/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/oracle-slots.h"

#include "sim/hart/oracle.h"

#include "isa/insn.h"

static uc_err map_arena(Slots *slots, unsigned arena)
{
    return uc_mem_map(slots->uc, ORACLE_ZONE + (uint64_t)arena * SLOTS_ARENA_STRIDE, SLOTS_ARENA_SIZE, UC_PROT_ALL);
}

uc_err slots_init(Slots *slots, uc_engine *uc)
{
    *slots = (Slots){ .uc = uc, .table_bits = 10 };
    slots->table = g_new0(uint64_t, (size_t)1 << slots->table_bits);
    return map_arena(slots, 0);
}

void slots_clear(Slots *slots)
{
    g_free(slots->table);
    *slots = (Slots){ 0 };
}

static uint64_t slot_address(unsigned number)
{
    return ORACLE_ZONE + (uint64_t)(number / SLOTS_PER_ARENA) * SLOTS_ARENA_STRIDE + SLOTS_GUARD +
           number % SLOTS_PER_ARENA * SLOT_SIZE;
}

/* The entry of `word`, or the empty one where it belongs. */
static uint64_t *find_entry(uint64_t *table, unsigned bits, uint32_t word)
{
    uint32_t mask = ((uint32_t)1 << bits) - 1;
    uint32_t i = word * UINT32_C(0x9e3779b1) >> (32 - bits);

    while (table[i] != 0 && table[i] >> 32 != word)
        i = (i + 1) & mask;
    return &table[i];
}

static void grow_table(Slots *slots)
{
    g_autofree uint64_t *old = slots->table;
    size_t old_capacity = (size_t)1 << slots->table_bits;

    slots->table_bits++;
    slots->table = g_new0(uint64_t, (size_t)1 << slots->table_bits);
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i] != 0)
            *find_entry(slots->table, slots->table_bits, old[i] >> 32) = old[i];
}

/* Writes `word` into the next free slot. Its zeros may have been translated already, as the
 * target of a branch in another slot; that translation must go. */
static void write_slot(Slots *slots, uint32_t word)
{
    uint64_t address = slot_address(slots->n);
    uint32_t little = GUINT32_TO_LE(word);
    uc_err err = UC_ERR_OK;

    if (slots->n > 0 && slots->n % SLOTS_PER_ARENA == 0)
        err = map_arena(slots, slots->n / SLOTS_PER_ARENA);
    if (err == UC_ERR_OK)
        err = uc_mem_write(slots->uc, address, &little, insn_length(word & 0xffff));
    if (err == UC_ERR_OK)
        err = uc_ctl_remove_cache(slots->uc, address, address + SLOT_SIZE);
    if (err != UC_ERR_OK)
        g_error("oracle: cannot write %#x into slot %u: %s", word, slots->n, uc_strerror(err));
}

uint64_t slots_find(Slots *slots, uint32_t word)
{
    uint64_t *entry = find_entry(slots->table, slots->table_bits, word);

    if (*entry != 0)
        return slot_address((uint32_t)*entry - 1);
    write_slot(slots, word);
    *entry = (uint64_t)word << 32 | ++slots->n;
    uint64_t address = slot_address(slots->n - 1);
    if (slots->n > (1u << slots->table_bits) / 2)
        grow_table(slots);
    return address;
}
