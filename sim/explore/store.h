/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The visited states, kept exactly: vectors of 32-bit ids, numbered in order of discovery.
 * Insert-only. A slot holds 32 bits of the hash and the number of the state; a match is always confirmed on the vector
 * itself, so no state is ever taken for another. */
#pragma once

#include "sim/base/archive.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct StateStore StateStore;

enum {
    STATE_NONE = 0xffffffff
};

void state_store_free(StateStore *store);
/* `width`: words per state. */
StateStore *state_store_new(guint width) OWNED_BY(state_store_free);

/* Hash of one component; the hash of a state is the sum over its components, so that a successor's is got from its
 * parent's by exchanging two terms. */
static inline uint64_t component_hash(guint position, uint32_t id)
{
    uint64_t h = ((uint64_t)id << 8 | position) * 0x9e3779b97f4a7c15u;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    return h ^ h >> 29;
}

uint64_t state_hash(const StateStore *store, const uint32_t *state);

/* Brings the slots of a hash, and then the vector they point at, into the cache. */
void state_store_prefetch_slot(const StateStore *store, uint64_t hash);
void state_store_prefetch_state(const StateStore *store, uint64_t hash);

/* The number of a state, inserted when new (*is_new) with `parent` as its predecessor. `hash` must be its state_hash(). */
uint32_t state_store_put(StateStore *store, const uint32_t *state, uint64_t hash, uint32_t parent, bool *is_new);
/* The number of a state, or STATE_NONE. */
uint32_t state_store_find(const StateStore *store, const uint32_t *state, uint64_t hash);

const uint32_t *state_store_get(const StateStore *store, uint32_t number);
uint32_t state_store_parent(const StateStore *store, uint32_t number);
guint64 state_store_count(const StateStore *store);
guint64 state_store_bytes(const StateStore *store);

/* All states and their predecessors; the store must be empty when they are read. */
void state_store_archive(StateStore *store, Archive *archive);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StateStore, state_store_free)
