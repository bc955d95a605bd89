/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The visited states: none lost, none taken for another, however their hashes fall. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/explore/store.h"
#include "tests/support/toy.h"

static uint32_t put(StateStore *store, const uint32_t *state, uint32_t parent, bool *is_new)
{
    return state_store_put(store, state, state_hash(store, state), parent, is_new);
}

/* Vectors drawn from `values` per word are put again and again, and compared with a hash table of GLib. */
static void compare_with_table(guint width, guint32 values, guint n_puts)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(test_seed());
    g_autoptr(StateStore) store = state_store_new(width);
    g_autoptr(GHashTable) expected =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    for (guint i = 0; i < n_puts; i++) {
        uint32_t state[65];
        for (guint w = 0; w < width; w++)
            state[w] = g_rand_int(random) % values;
        GBytes *key = g_bytes_new(state, width * sizeof(uint32_t));
        gpointer number;
        bool is_known = g_hash_table_lookup_extended(expected, key, NULL, &number), is_new;
        uint32_t before = state_store_find(store, state, state_hash(store, state));
        cr_assert_eq(before, is_known ? GPOINTER_TO_UINT(number) : (guint)STATE_NONE);
        uint32_t after = put(store, state, i, &is_new);
        cr_assert_eq(is_new, !is_known);
        cr_assert_eq(after, is_known ? before : g_hash_table_size(expected), "numbers are dense");
        if (is_new)
            cr_assert_eq(state_store_parent(store, after), i);
        g_hash_table_insert(expected, key, GUINT_TO_POINTER(after));
    }
    cr_assert_eq(state_store_count(store), g_hash_table_size(expected));

    GHashTableIter iter;
    gpointer key, number;
    g_hash_table_iter_init(&iter, expected);
    while (g_hash_table_iter_next(&iter, &key, &number)) {
        const uint32_t *state = g_bytes_get_data(key, NULL);
        cr_assert(!memcmp(state_store_get(store, GPOINTER_TO_UINT(number)), state, width * sizeof(uint32_t)));
        cr_assert_eq(state_store_find(store, state, state_hash(store, state)), GPOINTER_TO_UINT(number));
    }
}

Test(store, random_states_agree_with_a_hash_table)
{
    compare_with_table(1, 50000, 100000);
    compare_with_table(2, 300, 150000);
    compare_with_table(5, 8, 60000);
    compare_with_table(65, 2, 5000);
    compare_with_table(3, G_MAXUINT32, 20000);
}

/* All hashes of the first few thousand states, before the table grows and takes the true ones, are the same. */
Test(store, colliding_hashes_do_not_merge_states)
{
    enum {
        STATES = 2000
    };
    static const uint64_t hashes[] = { 0, 1, G_MAXUINT64, 0xffffffff00000000 };
    for (guint h = 0; h < G_N_ELEMENTS(hashes); h++) {
        g_autoptr(StateStore) store = state_store_new(2);
        bool is_new;
        for (uint32_t i = 0; i < STATES; i++) {
            uint32_t state[] = { i / 50, i % 50 };
            cr_assert_eq(state_store_find(store, state, hashes[h]), STATE_NONE);
            cr_assert_eq(state_store_put(store, state, hashes[h], 7, &is_new), i);
            cr_assert(is_new);
        }
        for (uint32_t i = 0; i < STATES; i++) {
            uint32_t state[] = { i / 50, i % 50 };
            cr_assert_eq(state_store_put(store, state, hashes[h], 8, &is_new), i);
            cr_assert(!is_new);
            cr_assert_eq(state_store_parent(store, i), 7, "the first parent stays");
        }
        cr_assert_eq(state_store_count(store), STATES);
    }
}

Test(store, a_successors_hash_is_its_parents_with_two_terms_exchanged)
{
    g_autoptr(StateStore) store = state_store_new(4);
    uint32_t from[] = { 3, 1, 4, 1 }, to[] = { 5, 1, 9, 1 };
    uint64_t hash = state_hash(store, from);
    hash -= component_hash(0, 3) + component_hash(2, 4);
    hash += component_hash(0, 5) + component_hash(2, 9);
    cr_assert_eq(hash, state_hash(store, to));
}

Test(store, it_grows_over_many_doublings)
{
    enum {
        STATES = 1 << 20
    };
    g_autoptr(StateStore) store = state_store_new(2);
    bool is_new;
    cr_assert_eq(state_store_count(store), 0);
    for (uint32_t i = 0; i < STATES; i++) {
        uint32_t state[] = { i & 1023, i >> 10 };
        cr_assert_eq(put(store, state, i ? i / 2 : (guint)STATE_NONE, &is_new), i);
        cr_assert(is_new);
    }
    cr_assert_eq(state_store_count(store), STATES);
    cr_assert_eq(state_store_parent(store, 0), STATE_NONE);
    for (uint32_t i = 0; i < STATES; i++) {
        uint32_t state[] = { i & 1023, i >> 10 };
        cr_assert_eq(put(store, state, 0, &is_new), i);
        cr_assert(!is_new);
        cr_assert(i == 0 || state_store_parent(store, i) == i / 2);
        cr_assert(!memcmp(state_store_get(store, i), state, sizeof state));
    }
    cr_assert_geq(state_store_bytes(store), STATES * 12ull);
    cr_assert_leq(state_store_bytes(store), STATES * 40ull);
}

Test(store, prefetching_changes_nothing)
{
    g_autoptr(StateStore) store = state_store_new(1);
    bool is_new;
    for (uint32_t i = 0; i < 10000; i++) {
        uint64_t hash = state_hash(store, &i);
        state_store_prefetch_slot(store, hash);
        state_store_prefetch_state(store, hash);
        cr_assert_eq(put(store, &i, 0, &is_new), i);
        state_store_prefetch_state(store, hash);
    }
    cr_assert_eq(state_store_count(store), 10000);
}
