/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/explore/store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    FIRST_SLOTS = 1 << 12,
    SEGMENT_STATES = 1 << 19,
    HUGE_PAGE = 1 << 21
};

typedef struct Slot {
    uint32_t tag;    /* upper half of the hash */
    uint32_t number; /* STATE_NONE: free */
} Slot;

struct StateStore {
    guint width;
    Slot *slots;
    uint64_t n_slots; /* a power of two */
    uint64_t n_states;
    GPtrArray *segments; /* of SEGMENT_STATES vectors each: growth never copies or doubles */
    GPtrArray *parents;  /* of SEGMENT_STATES numbers each */
};

/* Large tables live on huge pages where the kernel grants them: a probe then costs one miss, not two. */
static Slot *slots_new(uint64_t n_slots)
{
    gsize size = n_slots * sizeof(Slot);
    Slot *slots = aligned_alloc(MIN(size, (gsize)HUGE_PAGE), size);
    if (!slots)
        g_error("out of memory: %" G_GSIZE_FORMAT " bytes for the state table", size);
    if (size >= (gsize)1 << 22)
        madvise(slots, size, MADV_HUGEPAGE);
    memset(slots, 0xff, size);
    return slots;
}

static uint32_t *segment_new(guint words)
{
    gsize size = sizeof(uint32_t) * words * SEGMENT_STATES;
    uint32_t *segment = aligned_alloc(HUGE_PAGE, (size + HUGE_PAGE - 1) & ~(gsize)(HUGE_PAGE - 1));
    if (!segment)
        g_error("out of memory: %" G_GSIZE_FORMAT " bytes for states", size);
    madvise(segment, size, MADV_HUGEPAGE);
    return segment;
}

StateStore *state_store_new(guint width)
{
    StateStore *store = g_new0(StateStore, 1);
    store->width = width;
    store->n_slots = FIRST_SLOTS;
    store->slots = slots_new(store->n_slots);
    store->segments = g_ptr_array_new_with_free_func(free);
    store->parents = g_ptr_array_new_with_free_func(free);
    return store;
}

void state_store_free(StateStore *store)
{
    if (!store)
        return;
    free(store->slots);
    g_ptr_array_unref(store->segments);
    g_ptr_array_unref(store->parents);
    g_free(store);
}

uint64_t state_hash(const StateStore *store, const uint32_t *state)
{
    uint64_t hash = 0;
    for (guint i = 0; i < store->width; i++)
        hash += component_hash(i, state[i]);
    return hash;
}

const uint32_t *state_store_get(const StateStore *store, uint32_t number)
{
    const uint32_t *segment = g_ptr_array_index(store->segments, number / SEGMENT_STATES);
    return segment + (gsize)(number % SEGMENT_STATES) * store->width;
}

static uint32_t *parent_of(const StateStore *store, uint32_t number)
{
    uint32_t *segment = g_ptr_array_index(store->parents, number / SEGMENT_STATES);
    return segment + number % SEGMENT_STATES;
}

uint32_t state_store_parent(const StateStore *store, uint32_t number)
{
    return *parent_of(store, number);
}

/* Component hashes are sums, hence weak in their low bits for neighbouring ids: one more mix for the position. */
static inline uint64_t slot_of(const StateStore *store, uint64_t hash)
{
    return (hash ^ hash >> 32) & (store->n_slots - 1);
}

static inline uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

/* Vectors are a few words long: shorter than a call to memcmp. */
static inline bool same_state(const uint32_t *a, const uint32_t *b, guint width)
{
    uint32_t difference = 0;
    for (guint i = 0; i < width; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

/* Puts all states into a new table. */
static void rehash(StateStore *store, uint64_t n_slots)
{
    Slot *slots = slots_new(n_slots);
    free(store->slots);
    store->slots = slots;
    store->n_slots = n_slots;
    for (uint64_t number = 0; number < store->n_states; number++) {
        uint64_t hash = state_hash(store, state_store_get(store, (uint32_t)number));
        uint64_t at = slot_of(store, hash);
        while (slots[at].number != STATE_NONE)
            at = (at + 1) & (n_slots - 1);
        slots[at] = (Slot){ tag_of(hash), (uint32_t)number };
    }
}

void state_store_prefetch_slot(const StateStore *store, uint64_t hash)
{
    __builtin_prefetch(&store->slots[slot_of(store, hash)]);
}

void state_store_prefetch_state(const StateStore *store, uint64_t hash)
{
    uint32_t tag = tag_of(hash);
    for (uint64_t at = slot_of(store, hash); store->slots[at].number != STATE_NONE;
         at = (at + 1) & (store->n_slots - 1)) {
        if (store->slots[at].tag == tag) {
            __builtin_prefetch(state_store_get(store, store->slots[at].number));
            return;
        }
    }
}

/* The slot that holds the state, or the free slot where it belongs. */
static Slot *probe(const StateStore *store, const uint32_t *state, uint64_t hash)
{
    uint32_t tag = tag_of(hash);
    uint64_t at = slot_of(store, hash);
    for (;; at = (at + 1) & (store->n_slots - 1)) {
        Slot *slot = &store->slots[at];
        if (slot->number == STATE_NONE)
            return slot;
        if (slot->tag == tag && same_state(state_store_get(store, slot->number), state, store->width))
            return slot;
    }
}

uint32_t state_store_find(const StateStore *store, const uint32_t *state, uint64_t hash)
{
    return probe(store, state, hash)->number;
}

static void add_segments(StateStore *store)
{
    g_ptr_array_add(store->segments, segment_new(store->width));
    g_ptr_array_add(store->parents, segment_new(1));
}

uint32_t state_store_put(StateStore *store, const uint32_t *state, uint64_t hash, uint32_t parent, bool *is_new)
{
    if (store->n_states * 4 >= store->n_slots * 3)
        rehash(store, store->n_slots * 2);
    Slot *slot = probe(store, state, hash);
    *is_new = slot->number == STATE_NONE;
    if (!*is_new)
        return slot->number;
    g_assert(store->n_states < STATE_NONE);
    uint32_t number = (uint32_t)store->n_states++;
    if (number % SEGMENT_STATES == 0)
        add_segments(store);
    memcpy((uint32_t *)state_store_get(store, number), state, store->width * sizeof(uint32_t));
    *parent_of(store, number) = parent;
    *slot = (Slot){ tag_of(hash), number };
    return number;
}

guint64 state_store_count(const StateStore *store)
{
    return store->n_states;
}

guint64 state_store_bytes(const StateStore *store)
{
    return store->n_slots * sizeof(Slot) +
           (guint64)store->segments->len * SEGMENT_STATES * (store->width + 1) * sizeof(uint32_t);
}

void state_store_archive(StateStore *store, Archive *archive)
{
    uint64_t n_states = store->n_states, n_slots = store->n_slots;
    archive_expect(archive, store->width);
    archive_u64(archive, &n_states);
    archive_u64(archive, &n_slots);
    /* it is doubled when three quarters are taken */
    bool sound = (n_slots & (n_slots - 1)) == 0 && n_states < n_slots &&
                 (n_slots == FIRST_SLOTS || n_slots / 2 * 3 <= n_states * 4);
    if (!archive_check(archive, n_states < STATE_NONE && sound) ||
        !archive_room(archive, n_states, (store->width + 1) * sizeof(uint32_t)))
        return;
    for (uint64_t first = 0; first < n_states && !archive_failed(archive); first += SEGMENT_STATES) {
        gsize n = MIN(n_states - first, SEGMENT_STATES);
        if (archive_is_reading(archive))
            add_segments(store);
        archive_bytes(archive, (uint32_t *)state_store_get(store, (uint32_t)first),
                      n * store->width * sizeof(uint32_t));
        archive_bytes(archive, parent_of(store, (uint32_t)first), n * sizeof(uint32_t));
    }
    if (!archive_is_reading(archive) || archive_failed(archive))
        return;
    store->n_states = n_states;
    rehash(store, n_slots);
    for (uint64_t number = 0; number < n_states; number++) {
        uint32_t parent = state_store_parent(store, (uint32_t)number);
        archive_check(archive, number ? parent < number : parent == STATE_NONE);
    }
}
