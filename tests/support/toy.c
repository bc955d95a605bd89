/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/toy.h"

#include <stdio.h>
#include <string.h>

static void toy_initial(Space *space, uint32_t *state)
{
    memcpy(state, ((Toy *)space)->initial, (1 + space->n_processes) * sizeof(uint32_t));
}

static GArray *row_of(const Toy *toy, uint32_t local, uint32_t shared)
{
    gint64 key = (gint64)((guint64)local << 32 | shared);
    return g_hash_table_lookup(toy->rows, &key);
}

static void toy_moves(Space *space, guint process, uint32_t local, uint32_t shared, GArray *moves)
{
    (void)process;
    const GArray *row = row_of((Toy *)space, local, shared);
    if (row)
        g_array_append_vals(moves, row->data, row->len);
}

static Finding toy_final(Space *space, const uint32_t *state)
{
    const Toy *toy = (Toy *)space;
    return toy->judge ? toy->judge(toy, state) : FINDING_NONE;
}

/* Nothing comes about in a search. */
static void toy_archive(Space *space, Archive *archive)
{
    archive_expect(archive, space->n_processes);
}

static const SpaceClass toy_class = { toy_initial, toy_moves, toy_final, NULL, toy_archive };

Toy *toy_new(guint n_processes)
{
    Toy *toy = g_new0(Toy, 1);
    toy->space = (Space){ &toy_class, n_processes };
    toy->rows = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)g_array_unref);
    return toy;
}

void toy_free(Toy *toy)
{
    if (!toy)
        return;
    g_hash_table_unref(toy->rows);
    g_free(toy);
}

void toy_add(Toy *toy, uint32_t local, uint32_t shared, Move move)
{
    GArray *row = row_of(toy, local, shared);
    if (!row) {
        gint64 *key = g_new(gint64, 1);
        *key = (gint64)((guint64)local << 32 | shared);
        row = g_array_new(FALSE, FALSE, sizeof(Move));
        g_hash_table_insert(toy->rows, key, row);
    }
    for (guint i = 0; i < row->len; i++) {
        const Move *other = &g_array_index(row, Move, i);
        if (other->local == move.local && other->shared == move.shared)
            return;
    }
    g_array_append_val(row, move);
}

Toy *toy_permuted(const Toy *toy, const guint *order)
{
    Toy *permuted = g_new(Toy, 1);
    *permuted = *toy;
    g_hash_table_ref(permuted->rows);
    for (guint p = 0; p < toy->space.n_processes; p++)
        permuted->initial[1 + p] = toy->initial[1 + order[p]];
    return permuted;
}

Toy *toy_counters(guint n, const guint *steps)
{
    Toy *toy = toy_new(n);
    for (guint p = 0; p < n; p++) {
        uint32_t base = p << 16;
        toy->initial[1 + p] = base;
        for (guint i = 0; i < steps[p]; i++)
            toy_add(toy, base + i, 0, (Move){ base + i + 1, 0, FINDING_NONE });
    }
    return toy;
}

/* Of the lost update, shared is the number of harts that are done << 8 | the counter; local is the step << 8 | the
 * register. Even steps load, odd ones store. */
static Finding judge_lost_update(const Toy *toy, const uint32_t *state)
{
    return (state[0] & 0xff) == toy->judge_data ? FINDING_NONE : FINDING_VIOLATION;
}

static void add_increments(Toy *toy, guint n_steps, guint top, uint32_t done, uint32_t counter)
{
    for (guint step = 0; step < n_steps; step++) {
        for (uint32_t reg = 0; reg < top; reg++) {
            Move load = { (step + 1) << 8 | counter, done << 8 | counter, FINDING_NONE };
            uint32_t done_after = done + (step + 1 == n_steps);
            Move store = { (step + 1) << 8, done_after << 8 | (reg + 1), FINDING_NONE };
            toy_add(toy, step << 8 | reg, done << 8 | counter, step % 2 == 0 ? load : store);
        }
    }
}

Toy *toy_lost_update(guint n_harts, guint n_increments, bool has_observer)
{
    enum {
        OBSERVER = 0xff00
    };
    guint top = n_harts * n_increments;
    Toy *toy = toy_new(n_harts + has_observer);
    for (uint32_t done = 0; done < n_harts; done++)
        for (uint32_t counter = 0; counter <= top; counter++)
            add_increments(toy, 2 * n_increments, top, done, counter);
    if (!has_observer) {
        toy->judge = judge_lost_update;
        toy->judge_data = top;
        return toy;
    }
    toy->initial[1 + n_harts] = OBSERVER;
    for (uint32_t counter = 0; counter <= top; counter++) {
        uint32_t shared = n_harts << 8 | counter;
        Finding finding = counter == top ? FINDING_NONE : FINDING_OUT_OF_MODEL;
        toy_add(toy, OBSERVER, shared, (Move){ OBSERVER + 1, shared, finding });
    }
    return toy;
}

/* Of the patch, shared is site[0] << 1 | site[1] (0 old, 1 new); an executor's local is its step << 2 | what it fetched
 * and has not executed yet. */
static void add_call(Toy *toy, uint32_t step, uint32_t shared)
{
    uint32_t site0 = shared & 2, site1 = shared & 1;
    toy_add(toy, step << 2, shared, (Move){ (step + 1) << 2 | site0, shared, FINDING_NONE });
    for (uint32_t fetched0 = 0; fetched0 <= 2; fetched0 += 2) {
        toy_add(toy, (step + 1) << 2 | fetched0, shared,
                (Move){ (step + 2) << 2 | fetched0 | site1, shared, FINDING_NONE });
        for (uint32_t fetched1 = 0; fetched1 <= 1; fetched1++) {
            bool is_torn = !fetched0 && fetched1;
            toy_add(toy, (step + 2) << 2 | fetched0 | fetched1, shared,
                    (Move){ (step + 3) << 2, shared, is_torn ? FINDING_VIOLATION : FINDING_NONE });
        }
    }
    for (uint32_t own = step + 3; own < step + 7; own++)
        toy_add(toy, own << 2, shared, (Move){ (own + 1) << 2, shared, FINDING_NONE });
}

Toy *toy_patch(guint n, guint k, guint r, bool is_unsafe)
{
    enum {
        PATCHER = 0x10000
    };
    Toy *toy = toy_new(n + 1);
    uint32_t first = is_unsafe ? 0 : 2; /* safe: site[0] is new from the start */
    toy->initial[0] = first;
    toy->initial[1 + n] = PATCHER;
    for (uint32_t shared = first; shared < 4; shared++)
        for (guint call = 0; call < k; call++)
            add_call(toy, 7 * call, shared);
    guint n_stores = (is_unsafe ? 4 : 2) * r;
    uint32_t site = first;
    for (guint store = 0; store < n_stores; store++) {
        uint32_t next = is_unsafe ? site ^ (store % 2 == 0 ? 2 : 1) : site ^ 1;
        toy_add(toy, PATCHER + store, site, (Move){ PATCHER + store + 1, next, FINDING_NONE });
        site = next;
    }
    return toy;
}

static Finding judge_random(const Toy *toy, const uint32_t *state)
{
    guint32 hash = toy->judge_data;
    for (guint i = 0; i <= toy->space.n_processes; i++)
        hash = (hash ^ state[i]) * 0x9e3779b1u;
    switch (hash >> 27) {
    case 0:
        return FINDING_VIOLATION;
    case 1:
    case 2:
        return FINDING_OUT_OF_MODEL;
    default:
        return FINDING_NONE;
    }
}

static Finding random_finding(GRand *random)
{
    gint32 die = g_rand_int_range(random, 0, 60);
    return die == 0 ? FINDING_VIOLATION : die <= 2 ? FINDING_OUT_OF_MODEL : FINDING_NONE;
}

static void add_random_moves(Toy *toy, GRand *random, guint base, guint n_locals, guint n_shared, bool is_acyclic,
                             bool has_findings)
{
    for (uint32_t local = 0; local < n_locals; local++) {
        for (uint32_t shared = 0; shared < n_shared; shared++) {
            for (gint32 n = g_rand_int_range(random, 0, 4); n > 0; n--) {
                uint32_t to = (uint32_t)g_rand_int_range(random, 0, (gint32)n_locals);
                uint32_t shared_to = (uint32_t)g_rand_int_range(random, 0, (gint32)n_shared);
                /* up: the shared part never falls, and the local one rises if it stays */
                if (is_acyclic && (shared_to < shared || (shared_to == shared && to <= local)))
                    continue;
                Finding finding = has_findings ? random_finding(random) : FINDING_NONE;
                toy_add(toy, base + local, shared, (Move){ base + to, shared_to, finding });
            }
        }
    }
}

Toy *toy_random(GRand *random, bool is_acyclic, bool has_findings)
{
    guint n = (guint)g_rand_int_range(random, 1, 5), n_shared = (guint)g_rand_int_range(random, 1, 5);
    Toy *toy = toy_new(n);
    for (guint p = 0; p < n; p++) {
        /* now and then a twin of the process before */
        bool is_twin = p > 0 && g_rand_int_range(random, 0, 4) == 0;
        toy->initial[1 + p] = is_twin ? toy->initial[p] : p << 8;
        if (!is_twin)
            add_random_moves(toy, random, p << 8, (guint)g_rand_int_range(random, 1, 6), n_shared, is_acyclic,
                             has_findings);
    }
    toy->judge = has_findings ? judge_random : NULL;
    toy->judge_data = g_rand_int(random);
    return toy;
}

void multinomial(mpz_t result, guint n, const guint *counts)
{
    guint sum = 0;
    mpz_t part;
    mpz_init(part);
    for (guint i = 0; i < n; i++)
        sum += counts[i];
    mpz_fac_ui(result, sum);
    for (guint i = 0; i < n; i++) {
        mpz_fac_ui(part, counts[i]);
        mpz_divexact(result, result, part);
    }
    mpz_clear(part);
}

guint32 test_seed(void)
{
    const char *text = g_getenv("CMODX_SEED");
    guint32 seed = text ? (guint32)g_ascii_strtoull(text, NULL, 10) : 1;
    fprintf(stderr, "CMODX_SEED=%u\n", seed);
    return seed;
}
