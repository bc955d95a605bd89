/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interning: exact, dense, stable. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/base/intern.h"
#include "tests/support/toy.h"

Test(intern, ids_are_dense_in_order_of_appearance)
{
    g_autoptr(Intern) intern = intern_new();
    cr_assert_eq(intern_count(intern), 0);
    cr_assert_eq(intern_put(intern, "one", 3), 0);
    cr_assert_eq(intern_put(intern, "two", 3), 1);
    cr_assert_eq(intern_put(intern, "one", 3), 0);
    cr_assert_eq(intern_put(intern, "three", 5), 2);
    cr_assert_eq(intern_count(intern), 3);
}

Test(intern, length_is_part_of_the_string)
{
    g_autoptr(Intern) intern = intern_new();
    static const char zeros[16];
    for (guint length = 0; length <= sizeof zeros; length++)
        cr_assert_eq(intern_put(intern, zeros, length), length);
    for (guint length = 0; length <= sizeof zeros; length++)
        cr_assert_eq(intern_put(intern, zeros, length), length);
    cr_assert_eq(intern_put(intern, NULL, 0), 0, "nothing is a string like any other");
}

Test(intern, strings_are_copied_and_aligned)
{
    g_autoptr(Intern) intern = intern_new();
    char text[] = "abcdefghijk";
    for (guint length = 0; length < sizeof text; length++)
        intern_put(intern, text, length);
    memset(text, 'x', sizeof text);
    for (guint id = 0; id < sizeof text; id++) {
        guint length;
        const char *found = intern_get(intern, id, &length);
        cr_assert_eq(length, id);
        cr_assert_eq((gsize)found % 8, 0, "string %u is at %p", id, (const void *)found);
        cr_assert(!memcmp(found, "abcdefghijk", length));
    }
}

Test(intern, a_string_may_be_larger_than_a_chunk)
{
    enum {
        LARGE = 3 << 20
    };
    g_autoptr(Intern) intern = intern_new();
    g_autofree char *large = g_malloc(LARGE);
    memset(large, 'a', LARGE);
    const char *small = intern_get(intern, intern_put(intern, "small", 5), NULL);
    cr_assert_eq(intern_put(intern, large, LARGE), 1);
    large[LARGE - 1] = 'b';
    cr_assert_eq(intern_put(intern, large, LARGE), 2, "the last byte differs");
    cr_assert_eq(intern_put(intern, "small", 5), 0);
    cr_assert_eq((gconstpointer)small, intern_get(intern, 0, NULL), "strings stay where they are");
    cr_assert_geq(intern_bytes(intern), 2ull * LARGE);
}

Test(intern, random_strings_agree_with_a_hash_table)
{
    enum {
        PUTS = 200000
    };
    g_autoptr(GRand) random = g_rand_new_with_seed(test_seed());
    g_autoptr(Intern) intern = intern_new();
    g_autoptr(GHashTable) expected =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    for (guint i = 0; i < PUTS; i++) {
        guint8 bytes[24] = { 0 };
        guint length = (guint)g_rand_int_range(random, 0, sizeof bytes + 1);
        for (guint b = 0; b < MIN(length, 3); b++)
            bytes[b] = (guint8)g_rand_int_range(random, 0, 40);
        GBytes *key = g_bytes_new(bytes, length);
        uint32_t id = intern_put(intern, bytes, length);
        gpointer found;
        if (g_hash_table_lookup_extended(expected, key, NULL, &found))
            cr_assert_eq(id, GPOINTER_TO_UINT(found));
        else
            cr_assert_eq(id, g_hash_table_size(expected), "a new string gets the next id");
        g_hash_table_insert(expected, key, GUINT_TO_POINTER(id));
    }
    cr_assert_eq(intern_count(intern), g_hash_table_size(expected));
    cr_assert_gt(intern_count(intern), 50000, "the table has doubled many times");

    GHashTableIter iter;
    gpointer key, id;
    g_hash_table_iter_init(&iter, expected);
    while (g_hash_table_iter_next(&iter, &key, &id)) {
        guint length;
        gconstpointer bytes = intern_get(intern, GPOINTER_TO_UINT(id), &length);
        g_autoptr(GBytes) got = g_bytes_new(bytes, length);
        cr_assert(g_bytes_equal(got, key));
    }
}
