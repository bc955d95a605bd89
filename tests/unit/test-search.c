/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interleaving explorer on toy spaces: exact counts by formula, shortest trails, limits, and agreement with a naive
 * search on random spaces. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/explore/memo.h"
#include "sim/explore/paths.h"
#include "sim/explore/search.h"
#include "sim/explore/store.h"
#include "tests/support/reference.h"
#include "tests/support/toy.h"

static const SearchOptions counting = { .count_interleavings = true };

static const char *decimal(const mpz_t number)
{
    static char digits[256];
    cr_assert_lt(mpz_sizeinbase(number, 10) + 2, sizeof digits);
    return mpz_get_str(digits, 10, number);
}

static void expect_interleavings(const SearchResult *result, const mpz_t expected)
{
    cr_assert_eq(result->end, SEARCH_COMPLETE, "end %d", result->end);
    cr_assert(!result->endless);
    cr_assert_str_eq(result->interleavings, decimal(expected), "%s instead of %s", result->interleavings,
                     decimal(expected));
}

/* Follows a trail to its last state, or into the finding of its last move. */
static Finding follow(Space *space, const GArray *trail, uint32_t *state)
{
    space->class->initial(space, state);
    for (guint i = 0; i < trail->len; i++) {
        const TrailStep *step = &g_array_index(trail, TrailStep, i);
        g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(Move));
        cr_assert_lt(step->process, space->n_processes);
        space->class->moves(space, step->process, state[1 + step->process], state[0], moves);
        cr_assert_lt(step->move, moves->len, "step %u takes move %u of %u", i, step->move, moves->len);
        Move move = g_array_index(moves, Move, step->move);
        if (i + 1 == trail->len && move.finding != FINDING_NONE)
            return move.finding;
        cr_assert_eq(move.finding, FINDING_NONE, "only the last step may be found fault with");
        state[0] = move.shared;
        state[1 + step->process] = move.local;
    }
    return FINDING_NONE;
}

static void expect_trail_ends_with(Space *space, const SearchResult *result, Finding finding)
{
    uint32_t state[1 + SPACE_PROCESSES_MAX];
    Finding last = follow(space, result->trail, state);
    if (finding == FINDING_VIOLATION)
        cr_assert_eq(result->final_violation, last == FINDING_NONE);
    if (last == FINDING_NONE)
        last = space->class->final(space, state);
    cr_assert_eq(last, finding, "the trail ends with %d", last);
}

/* Everything that the naive search knows. */
static void expect_same_as_reference(Space *space)
{
    g_autoptr(Reference) reference = reference_search(space);
    g_autoptr(SearchResult) result = search(space, &counting);
    if (reference->shortest >= 0) {
        cr_assert_eq(result->end, SEARCH_VIOLATION);
        expect_trail_ends_with(space, result, FINDING_VIOLATION);
        cr_assert_eq(result->trail->len, (guint)reference->shortest, "%u steps, but %d are enough", result->trail->len,
                     reference->shortest);
        cr_assert_null(result->interleavings);
        return;
    }
    cr_assert_eq(result->end, SEARCH_COMPLETE);
    cr_assert_eq(result->progress.states, reference->states);
    cr_assert_eq(result->progress.transitions, reference->transitions);
    cr_assert_eq(result->progress.frontier, 0);
    cr_assert_eq(result->progress.depth, reference->depth);
    cr_assert_eq(result->final_states, reference->final_states);
    cr_assert_eq(result->out_of_model, reference->out_of_model);
    cr_assert_eq(result->endless, reference->endless);
    cr_assert_eq(result->interleavings == NULL, reference->endless);
    if (!reference->endless)
        cr_assert_str_eq(result->interleavings, reference->paths, "%s paths instead of %s", result->interleavings,
                         reference->paths);
    if (reference->out_of_model)
        expect_trail_ends_with(space, result, FINDING_OUT_OF_MODEL);
    else
        cr_assert_eq(result->trail->len, 0);
}

/* ---- closed forms */

typedef struct CountersRow {
    guint n, steps[6];
} CountersRow;

static const CountersRow counters[] = {
    { 1, { 0 } },       { 1, { 7 } },          { 2, { 1, 1 } },          { 2, { 0, 3 } },
    { 3, { 2, 3, 4 } }, { 4, { 5, 5, 5, 5 } }, { 5, { 9, 9, 9, 9, 9 } }, { 6, { 1, 2, 3, 4, 5, 6 } },
};

/* States: the product of (steps + 1). Transitions: of those states, the ones where the mover is not at its end. */
Test(search, independent_counters_have_the_counts_of_a_grid)
{
    for (guint row = 0; row < G_N_ELEMENTS(counters); row++) {
        guint n = counters[row].n, depth = 0;
        const guint *steps = counters[row].steps;
        guint64 states = 1, transitions = 0;
        for (guint p = 0; p < n; p++) {
            states *= steps[p] + 1;
            depth += steps[p];
        }
        for (guint p = 0; p < n; p++)
            transitions += states / (steps[p] + 1) * steps[p];
        mpz_t expected;
        mpz_init(expected);
        multinomial(expected, n, steps);

        g_autoptr(Toy) toy = toy_counters(n, steps);
        g_autoptr(SearchResult) result = search(&toy->space, &counting);
        cr_assert_eq(result->progress.states, states, "row %u", row);
        cr_assert_eq(result->progress.transitions, transitions, "row %u", row);
        cr_assert_eq(result->progress.depth, depth, "row %u", row);
        cr_assert_eq(result->progress.frontier, 0);
        cr_assert_eq(result->final_states, 1);
        cr_assert_leq(result->memo_entries, depth + n, "each pair is asked for once");
        cr_assert_eq(result->trail->len, 0);
        expect_interleavings(result, expected);
        mpz_clear(expected);
    }
}

/* 128 processes of one step: 2^128 states would be too many, but the first layers have binomial sizes. */
Test(search, the_most_processes_there_may_be)
{
    guint steps[SPACE_PROCESSES_MAX] = { 0 };
    steps[0] = steps[31] = steps[63] = 3;
    g_autoptr(Toy) toy = toy_counters(SPACE_PROCESSES_MAX, steps);
    g_autoptr(SearchResult) result = search(&toy->space, &counting);
    cr_assert_eq(result->progress.states, 64);
    cr_assert_str_eq(result->interleavings, "1680"); /* 9! / 3!^3 */

    for (guint p = 0; p < SPACE_PROCESSES_MAX; p++)
        steps[p] = 1;
    g_autoptr(Toy) wide = toy_counters(SPACE_PROCESSES_MAX, steps);
    const SearchOptions shallow = { .steps_max = 2 };
    g_autoptr(SearchResult) cut = search(&wide->space, &shallow);
    cr_assert_eq(cut->end, SEARCH_STEPS);
    cr_assert_eq(cut->progress.states, 1 + 128 + 128 * 127 / 2 + 128 * 127 * 126 / 6);
}

typedef struct LostUpdateRow {
    guint n_harts, n_increments;
} LostUpdateRow;

/* Runs: (2hi)! / ((2i)!)^h; of those, good: (hi)! / (i!)^h, as each increment is then in one piece. */
Test(search, lost_updates_are_as_many_as_they_should_be)
{
    static const LostUpdateRow rows[] = { { 2, 1 }, { 2, 2 }, { 3, 1 }, { 3, 2 }, { 2, 4 }, { 4, 1 } };
    static const guint64 pinned[][2] = { { 6, 4 }, { 70, 64 }, { 90, 84 } }; /* runs, bad ones */
    for (guint row = 0; row < G_N_ELEMENTS(rows); row++) {
        guint n = rows[row].n_harts, n_increments = rows[row].n_increments;
        guint twice[4], once[4];
        for (guint h = 0; h < n; h++) {
            twice[h] = 2 * n_increments;
            once[h] = n_increments;
        }
        mpz_t all, good;
        mpz_inits(all, good, NULL);
        multinomial(all, n, twice);
        multinomial(good, n, once);
        if (row < G_N_ELEMENTS(pinned)) {
            cr_assert_eq(mpz_get_ui(all), pinned[row][0]);
            cr_assert_eq(mpz_get_ui(all) - mpz_get_ui(good), pinned[row][1]);
        }

        g_autoptr(Toy) toy = toy_lost_update(n, n_increments, false);
        toy->judge = NULL;
        g_autoptr(SearchResult) result = search(&toy->space, &counting);
        expect_interleavings(result, all);
        cr_assert_eq(result->progress.depth, 2 * n * n_increments);

        g_autoptr(Toy) observed = toy_lost_update(n, n_increments, true);
        g_autoptr(SearchResult) good_runs = search(&observed->space, &counting);
        expect_interleavings(good_runs, good);
        cr_assert_gt(good_runs->out_of_model, 0);
        expect_trail_ends_with(&observed->space, good_runs, FINDING_OUT_OF_MODEL);
        mpz_clears(all, good, NULL);
    }
}

Test(search, a_lost_update_is_found_with_a_shortest_trail)
{
    for (guint n = 2; n <= 4; n++) {
        g_autoptr(Toy) toy = toy_lost_update(n, 1, false);
        g_autoptr(SearchResult) result = search(&toy->space, &counting);
        cr_assert_eq(result->end, SEARCH_VIOLATION);
        cr_assert(result->final_violation);
        cr_assert_eq(result->trail->len, 2 * n, "only a finished run can have lost anything");
        expect_trail_ends_with(&toy->space, result, FINDING_VIOLATION);
        cr_assert_null(result->interleavings);
        expect_same_as_reference(&toy->space);
    }
    g_autoptr(Toy) alone = toy_lost_update(1, 3, false);
    g_autoptr(SearchResult) proved = search(&alone->space, &counting);
    cr_assert_eq(proved->end, SEARCH_COMPLETE);
}

static guint64 power(guint64 base, guint exponent)
{
    guint64 result = 1;
    while (exponent-- > 0)
        result *= base;
    return result;
}

typedef struct PatchRow {
    guint n, k, r;
} PatchRow;

/* States: (7K+1)^N + 2R (8K+1)^N: after the first store a call may hold the old or the new word between fetch and
 * execution. Interleavings: (7KN+2R)! / ((7K)!^N (2R)!). */
Test(search, patch_n_k_r_has_its_closed_forms)
{
    static const PatchRow rows[] = { { 1, 1, 1 }, { 1, 3, 2 }, { 2, 1, 1 }, { 2, 2, 3 },
                                     { 3, 1, 2 }, { 3, 2, 1 }, { 4, 1, 2 } };
    for (guint row = 0; row < G_N_ELEMENTS(rows); row++) {
        guint n = rows[row].n, k = rows[row].k, r = rows[row].r, steps[8];
        for (guint p = 0; p < n; p++)
            steps[p] = 7 * k;
        steps[n] = 2 * r;
        mpz_t expected;
        mpz_init(expected);
        multinomial(expected, n + 1, steps);

        g_autoptr(Toy) toy = toy_patch(n, k, r, false);
        g_autoptr(SearchResult) result = search(&toy->space, &counting);
        cr_assert_eq(result->progress.states, power(7 * k + 1, n) + 2 * r * power(8 * k + 1, n), "row %u", row);
        cr_assert_eq(result->progress.depth, 7 * k * n + 2 * r, "row %u", row);
        expect_interleavings(result, expected);
        mpz_clear(expected);
    }
}

Test(search, unsafe_patch_n_k_r_fails_in_five_steps)
{
    for (guint n = 1; n <= 3; n++) {
        g_autoptr(Toy) toy = toy_patch(n, 2, 2, true);
        g_autoptr(SearchResult) result = search(&toy->space, &counting);
        cr_assert_eq(result->end, SEARCH_VIOLATION);
        cr_assert_eq(result->trail->len, 5);
        expect_trail_ends_with(&toy->space, result, FINDING_VIOLATION);
    }
}

/* ---- shapes of graphs */

static void add(Toy *toy, uint32_t from, uint32_t to)
{
    toy_add(toy, from, 0, (Move){ to, 0, FINDING_NONE });
}

/* Counts the paths of a whole space by topological order only. */
static bool count_by_kahn(Space *space, mpz_t total)
{
    g_autoptr(Memo) memo = memo_new(space);
    g_autoptr(StateStore) store = state_store_new(1 + space->n_processes);
    uint32_t state[1 + SPACE_PROCESSES_MAX];
    bool is_new;
    space->class->initial(space, state);
    state_store_put(store, state, state_hash(store, state), STATE_NONE, &is_new);
    for (uint32_t number = 0; number < state_store_count(store); number++) {
        for (guint p = 0; p < space->n_processes; p++) {
            memcpy(state, state_store_get(store, number), (1 + space->n_processes) * sizeof(uint32_t));
            guint n_moves;
            const Move *moves = memo_moves(memo, p, state[1 + p], state[0], &n_moves);
            for (guint m = 0; m < n_moves; m++) {
                if (moves[m].finding != FINDING_NONE)
                    continue;
                state[0] = moves[m].shared;
                state[1 + p] = moves[m].local;
                state_store_put(store, state, state_hash(store, state), number, &is_new);
            }
        }
    }
    return paths_count(memo, store, space->n_processes, total);
}

Test(search, layers_and_topological_order_count_the_same_paths)
{
    static const guint steps[] = { 6, 7, 8 };
    g_autoptr(Toy) grid = toy_counters(3, steps);
    g_autoptr(Toy) patch = toy_patch(2, 2, 2, false);
    g_autoptr(Toy) update = toy_lost_update(3, 2, true);
    Space *spaces[] = { &grid->space, &patch->space, &update->space };
    for (guint i = 0; i < G_N_ELEMENTS(spaces); i++) {
        mpz_t total;
        mpz_init(total);
        g_autoptr(SearchResult) result = search(spaces[i], &counting);
        cr_assert(count_by_kahn(spaces[i], total));
        expect_interleavings(result, total);
        mpz_clear(total);
    }
}

/* One process takes two steps or a short cut of one, the others count: the sum of two multinomials. */
Test(search, runs_of_different_lengths_are_counted)
{
    static const guint long_way[] = { 2, 5, 6 }, short_way[] = { 1, 5, 6 };
    g_autoptr(Toy) toy = toy_counters(3, long_way);
    add(toy, 0, 2);
    mpz_t expected, more;
    mpz_inits(expected, more, NULL);
    multinomial(expected, 3, long_way);
    multinomial(more, 3, short_way);
    mpz_add(expected, expected, more);
    g_autoptr(SearchResult) result = search(&toy->space, &counting);
    cr_assert_eq(result->progress.states, 3 * 6 * 7);
    cr_assert_eq(result->progress.depth, 1 + 5 + 6, "the farthest state by its shortest way");
    expect_interleavings(result, expected);
    mpz_clears(expected, more, NULL);
}

/* A ladder of n diamonds with a rail past all of them, at its end: the edge that is not graded comes last. */
Test(search, one_late_edge_may_break_the_layers)
{
    g_autoptr(Toy) toy = toy_new(1);
    for (uint32_t rung = 0; rung < 100; rung++) {
        add(toy, 3 * rung, 3 * rung + 1);
        add(toy, 3 * rung, 3 * rung + 2);
        add(toy, 3 * rung + 1, 3 * rung + 3);
        add(toy, 3 * rung + 2, 3 * rung + 3);
    }
    g_autoptr(SearchResult) graded = search(&toy->space, &counting);
    cr_assert_str_eq(graded->interleavings, "1267650600228229401496703205376"); /* 2^100 */
    add(toy, 298, 299);
    g_autoptr(SearchResult) broken = search(&toy->space, &counting);
    /* one more way from rung 99 to its end: 3 x 2^99 */
    cr_assert_str_eq(broken->interleavings, "1901475900342344102245054808064");
}

/* Counts that pass the words of each layer, one after the other: 3^n paths with n = 0..200. */
Test(search, counts_outgrow_any_word)
{
    mpz_t expected;
    mpz_init_set_ui(expected, 1);
    for (guint n = 0; n <= 200; n++) {
        g_autoptr(Toy) toy = toy_new(1);
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t way = 1; way <= 3; way++) {
                add(toy, 4 * i, 4 * i + way);
                add(toy, 4 * i + way, 4 * i + 4);
            }
        }
        g_autoptr(SearchResult) result = search(&toy->space, &counting);
        expect_interleavings(result, expected);
        mpz_mul_ui(expected, expected, 3);
    }
    mpz_clear(expected);
}

Test(search, cycles_are_endless_but_finite_to_search)
{
    static const guint steps[] = { 3, 3 };
    static const uint32_t back[][2] = { { 3, 0 }, { 3, 3 }, { 0, 0 }, { 2, 1 } };
    for (guint i = 0; i < G_N_ELEMENTS(back); i++) {
        g_autoptr(Toy) toy = toy_counters(2, steps);
        add(toy, back[i][0], back[i][1]);
        g_autoptr(SearchResult) result = search(&toy->space, &counting);
        cr_assert_eq(result->end, SEARCH_COMPLETE);
        cr_assert_eq(result->progress.states, 16);
        cr_assert(result->endless, "row %u", i);
        cr_assert_null(result->interleavings);
        expect_same_as_reference(&toy->space);
    }
}

Test(search, nothing_is_counted_unasked)
{
    static const guint steps[] = { 3, 3 };
    g_autoptr(Toy) toy = toy_counters(2, steps);
    add(toy, 3, 0);
    const SearchOptions plain = { 0 };
    g_autoptr(SearchResult) result = search(&toy->space, &plain);
    cr_assert_eq(result->end, SEARCH_COMPLETE);
    cr_assert_null(result->interleavings);
    cr_assert(!result->endless, "not known");
}

/* Two processes that take two locks in opposite order; shared: who holds A | who holds B << 2. */
static Finding judge_deadlock(const Toy *toy, const uint32_t *state)
{
    (void)toy;
    return state[1] % 16 == 4 && state[2] % 16 == 4 ? FINDING_NONE : FINDING_VIOLATION;
}

static Toy *two_locks(bool is_opposite)
{
    Toy *toy = toy_new(2);
    toy->judge = judge_deadlock;
    for (uint32_t p = 0; p < 2; p++) {
        uint32_t me = p + 1, base = 16 * p;
        guint first = p == 1 && is_opposite ? 2 : 0, second = 2 - first;
        toy->initial[1 + p] = base;
        for (uint32_t shared = 0; shared < 16; shared++) {
            if ((shared >> first & 3) == 0)
                toy_add(toy, base, shared, (Move){ base + 1, shared | me << first, FINDING_NONE });
            if ((shared >> second & 3) == 0)
                toy_add(toy, base + 1, shared, (Move){ base + 2, shared | me << second, FINDING_NONE });
            toy_add(toy, base + 2, shared, (Move){ base + 3, shared & ~(3u << second), FINDING_NONE });
            toy_add(toy, base + 3, shared, (Move){ base + 4, shared & ~(3u << first), FINDING_NONE });
        }
    }
    return toy;
}

Test(search, deadlock_is_a_bad_final_state)
{
    g_autoptr(Toy) opposite = two_locks(true);
    g_autoptr(SearchResult) stuck = search(&opposite->space, &counting);
    cr_assert_eq(stuck->end, SEARCH_VIOLATION);
    cr_assert(stuck->final_violation);
    cr_assert_eq(stuck->trail->len, 2);
    expect_trail_ends_with(&opposite->space, stuck, FINDING_VIOLATION);

    g_autoptr(Toy) ordered = two_locks(false);
    g_autoptr(SearchResult) fine = search(&ordered->space, &counting);
    cr_assert_eq(fine->end, SEARCH_COMPLETE);
    cr_assert_eq(fine->final_states, 1);
    cr_assert_str_eq(fine->interleavings, "2", "one after the other");
    expect_same_as_reference(&ordered->space);
}

Test(search, the_initial_state_may_be_final_and_bad)
{
    static const guint steps[] = { 0 };
    g_autoptr(Toy) toy = toy_counters(1, steps);
    g_autoptr(SearchResult) fine = search(&toy->space, &counting);
    cr_assert_eq(fine->final_states, 1);
    cr_assert_str_eq(fine->interleavings, "1");
    toy->judge = judge_deadlock;
    toy->initial[1] = 7;
    g_autoptr(SearchResult) bad = search(&toy->space, &counting);
    cr_assert_eq(bad->end, SEARCH_VIOLATION);
    cr_assert(bad->final_violation);
    cr_assert_eq(bad->trail->len, 0);
}

/* ---- trails */

static Finding judge_two(const Toy *toy, const uint32_t *state)
{
    (void)toy;
    return state[1] == 2 ? FINDING_VIOLATION : FINDING_NONE;
}

/* State 1 has a violating move, a trail of two steps; state 2, of the same layer, is itself a bad end after one. */
Test(search, a_bad_final_state_is_nearer_than_a_bad_move_of_its_layer)
{
    g_autoptr(Toy) toy = toy_new(1);
    add(toy, 0, 1);
    add(toy, 0, 2);
    toy_add(toy, 1, 0, (Move){ 3, 0, FINDING_VIOLATION });
    toy->judge = judge_two;
    g_autoptr(SearchResult) result = search(&toy->space, &counting);
    cr_assert_eq(result->trail->len, 1, "%u steps", result->trail->len);
    cr_assert(result->final_violation);
    expect_same_as_reference(&toy->space);
}

/* A violating move anywhere in a grid is found at its own depth. */
Test(search, trails_are_shortest)
{
    static const guint steps[] = { 6, 6, 6 };
    for (guint i = 0; i < 6; i++) {
        g_autoptr(Toy) toy = toy_counters(3, steps);
        toy_add(toy, (1 << 16) + i, 0, (Move){ 99, 0, FINDING_VIOLATION });
        g_autoptr(SearchResult) result = search(&toy->space, &counting);
        cr_assert_eq(result->end, SEARCH_VIOLATION);
        cr_assert_eq(result->trail->len, i + 1);
        cr_assert(!result->final_violation);
        expect_same_as_reference(&toy->space);
    }
}

Test(search, moves_out_of_the_model_do_not_end_the_search)
{
    static const guint steps[] = { 4, 4 };
    g_autoptr(Toy) toy = toy_counters(2, steps);
    toy_add(toy, 2, 0, (Move){ 99, 0, FINDING_OUT_OF_MODEL });
    g_autoptr(SearchResult) result = search(&toy->space, &counting);
    cr_assert_eq(result->end, SEARCH_COMPLETE);
    cr_assert_eq(result->progress.states, 25);
    cr_assert_eq(result->out_of_model, 5, "once for each place of the other process");
    cr_assert_eq(result->trail->len, 3);
    expect_trail_ends_with(&toy->space, result, FINDING_OUT_OF_MODEL);
    expect_same_as_reference(&toy->space);

    /* a violation behind it is still found, and takes the trail over */
    toy_add(toy, 3, 0, (Move){ 98, 0, FINDING_VIOLATION });
    g_autoptr(SearchResult) refuted = search(&toy->space, &counting);
    cr_assert_eq(refuted->end, SEARCH_VIOLATION);
    cr_assert_eq(refuted->trail->len, 4);
    expect_trail_ends_with(&toy->space, refuted, FINDING_VIOLATION);
}

/* ---- limits */

typedef struct Poll {
    guint calls, stop_at;
    guint64 states;
} Poll;

static bool poll(gpointer data, const SearchProgress *progress)
{
    Poll *poll_data = data;
    cr_assert_geq(progress->states, poll_data->states, "progress goes forward");
    cr_assert_leq(progress->frontier, progress->states);
    cr_assert_gt(progress->bytes, 0);
    poll_data->states = progress->states;
    return ++poll_data->calls != poll_data->stop_at;
}

static void expect_cut(const SearchResult *result, SearchEnd end)
{
    cr_assert_eq(result->end, end, "end %d", result->end);
    cr_assert_null(result->interleavings);
    cr_assert(!result->endless);
    cr_assert_eq(result->trail->len, 0);
    cr_assert_gt(result->progress.frontier, 0, "something was left to do");
}

static Toy *large_grid(void)
{
    static const guint steps[] = { 20, 20, 20, 3 }; /* 37,044 states */
    return toy_counters(4, steps);
}

Test(search, states_max)
{
    g_autoptr(Toy) toy = large_grid();
    static const guint64 limits[] = { 1, 5, 100, 5000, 37043 };
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        const SearchOptions options = { .states_max = limits[i], .count_interleavings = true };
        g_autoptr(SearchResult) result = search(&toy->space, &options);
        cr_assert_gt(result->progress.states, limits[i], "more than %u were found", (guint)limits[i]);
        cr_assert_leq(result->progress.states, limits[i] + 256, "%u is passed by a batch at most", (guint)limits[i]);
        expect_cut(result, SEARCH_STATES);
    }
    const SearchOptions enough = { .states_max = 37044, .count_interleavings = true };
    g_autoptr(SearchResult) complete = search(&toy->space, &enough);
    cr_assert_eq(complete->end, SEARCH_COMPLETE);
}

Test(search, bytes_max)
{
    g_autoptr(Toy) toy = large_grid();
    const SearchOptions options = { .bytes_max = 1 << 10, .count_interleavings = true };
    g_autoptr(SearchResult) result = search(&toy->space, &options);
    expect_cut(result, SEARCH_BYTES);
    cr_assert_gt(result->progress.bytes, 1 << 10);
    const SearchOptions enough = { .bytes_max = 1 << 28, .count_interleavings = true };
    g_autoptr(SearchResult) complete = search(&toy->space, &enough);
    cr_assert_eq(complete->end, SEARCH_COMPLETE);
    cr_assert_leq(complete->progress.bytes, 1 << 28);
}

Test(search, steps_max)
{
    g_autoptr(Toy) toy = large_grid();
    static const guint steps[] = { 1, 2, 30, 62 };
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        const SearchOptions options = { .steps_max = steps[i], .count_interleavings = true };
        g_autoptr(SearchResult) result = search(&toy->space, &options);
        expect_cut(result, SEARCH_STEPS);
        cr_assert_eq(result->progress.depth, steps[i]);
    }
    const SearchOptions enough = { .steps_max = 63, .count_interleavings = true };
    g_autoptr(SearchResult) complete = search(&toy->space, &enough);
    cr_assert_eq(complete->end, SEARCH_COMPLETE);
    cr_assert_eq(complete->progress.depth, 63);
}

Test(search, poll_may_stop_the_search)
{
    g_autoptr(Toy) toy = large_grid();
    for (guint stop_at = 1; stop_at <= 5; stop_at++) {
        Poll data = { .stop_at = stop_at };
        const SearchOptions options = { .poll = poll, .poll_data = &data, .count_interleavings = true };
        g_autoptr(SearchResult) result = search(&toy->space, &options);
        expect_cut(result, SEARCH_STOPPED);
        cr_assert_eq(data.calls, stop_at, "it is not asked again");
    }
    Poll data = { 0 };
    const SearchOptions options = { .poll = poll, .poll_data = &data };
    g_autoptr(SearchResult) complete = search(&toy->space, &options);
    cr_assert_eq(complete->end, SEARCH_COMPLETE);
    cr_assert_geq(data.calls, 9);
}

/* A limit hides a violation that is farther away, and only that. */
Test(search, a_limit_never_makes_a_proof)
{
    static const guint steps[] = { 30, 30 };
    g_autoptr(Toy) toy = toy_counters(2, steps);
    toy_add(toy, 20, 0, (Move){ 99, 0, FINDING_VIOLATION });
    for (guint max = 1; max < 25; max++) {
        const SearchOptions options = { .steps_max = max, .count_interleavings = true };
        g_autoptr(SearchResult) result = search(&toy->space, &options);
        cr_assert_eq(result->end, max < 20 ? SEARCH_STEPS : SEARCH_VIOLATION, "within %u steps", max);
    }
}

/* ---- random spaces */

static void compare_random_spaces(bool is_acyclic, bool has_findings)
{
    guint32 seed = test_seed();
    for (guint32 i = 0; i < 600; i++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed * 0x10001 + i);
        g_autoptr(Toy) toy = toy_random(random, is_acyclic, has_findings);
        expect_same_as_reference(&toy->space);
    }
}

Test(search, random_cyclic_spaces_agree_with_a_naive_search)
{
    compare_random_spaces(false, false);
}

Test(search, random_acyclic_spaces_agree_with_a_naive_search)
{
    compare_random_spaces(true, false);
}

Test(search, random_spaces_with_findings_agree_with_a_naive_search)
{
    compare_random_spaces(false, true);
    compare_random_spaces(true, true);
}

static void expect_identical(const SearchResult *a, const SearchResult *b)
{
    cr_assert_eq(a->end, b->end);
    cr_assert(!memcmp(&a->progress.states, &b->progress.states, sizeof a->progress.states));
    cr_assert_eq(a->progress.transitions, b->progress.transitions);
    cr_assert_eq(a->progress.frontier, b->progress.frontier);
    cr_assert_eq(a->progress.bytes, b->progress.bytes);
    cr_assert_eq(a->progress.depth, b->progress.depth);
    cr_assert_eq(a->final_states, b->final_states);
    cr_assert_eq(a->memo_entries, b->memo_entries);
    cr_assert_eq(g_strcmp0(a->interleavings, b->interleavings), 0);
    cr_assert_eq(a->endless, b->endless);
    cr_assert_eq(a->final_violation, b->final_violation);
    cr_assert_eq(a->out_of_model, b->out_of_model);
    cr_assert_eq(a->trail->len, b->trail->len);
    cr_assert(!a->trail->len || !memcmp(a->trail->data, b->trail->data, a->trail->len * sizeof(TrailStep)));
}

Test(search, the_same_search_gives_the_same_result)
{
    guint32 seed = test_seed();
    for (guint32 i = 0; i < 300; i++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed * 0x20001 + i);
        g_autoptr(Toy) toy = toy_random(random, i % 2, i % 3 != 0);
        g_autoptr(SearchResult) first = search(&toy->space, &counting);
        g_autoptr(SearchResult) second = search(&toy->space, &counting);
        expect_identical(first, second);
    }
}

/* What is counted does not depend on the order of the processes; nor does the length of the trail. */
Test(search, the_order_of_processes_does_not_matter)
{
    guint32 seed = test_seed();
    for (guint32 i = 0; i < 500; i++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed * 0x30001 + i);
        g_autoptr(Toy) toy = toy_random(random, i % 2, i % 3 != 0);
        toy->judge = NULL; /* it looks at the order */
        guint order[SPACE_PROCESSES_MAX], n = toy->space.n_processes;
        for (guint p = 0; p < n; p++) {
            guint at = (guint)g_rand_int_range(random, 0, (gint32)p + 1);
            order[p] = order[at];
            order[at] = p;
        }
        g_autoptr(Toy) permuted = toy_permuted(toy, order);
        g_autoptr(SearchResult) a = search(&toy->space, &counting);
        g_autoptr(SearchResult) b = search(&permuted->space, &counting);
        cr_assert_eq(a->end, b->end);
        cr_assert_eq(a->trail->len, b->trail->len);
        if (a->end == SEARCH_VIOLATION)
            continue;
        cr_assert_eq(a->progress.states, b->progress.states);
        cr_assert_eq(a->progress.transitions, b->progress.transitions);
        cr_assert_eq(a->final_states, b->final_states);
        cr_assert_eq(a->out_of_model, b->out_of_model);
        cr_assert_eq(g_strcmp0(a->interleavings, b->interleavings), 0);
    }
}

/* A violation that many runs reach by different ways is reported with the same trail, wherever the search may stop. */
Test(search, limits_that_are_not_hit_change_nothing)
{
    g_autoptr(Toy) toy = toy_patch(3, 2, 2, true);
    Poll data = { 0 };
    const SearchOptions wide = {
        .states_max = 1u << 30,
        .bytes_max = 1u << 30,
        .steps_max = 1u << 30,
        .count_interleavings = true,
        .poll = poll,
        .poll_data = &data,
    };
    g_autoptr(SearchResult) bounded = search(&toy->space, &wide);
    g_autoptr(SearchResult) unbounded = search(&toy->space, &counting);
    expect_identical(bounded, unbounded);
}
