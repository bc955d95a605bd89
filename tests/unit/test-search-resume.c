/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interleavings that are taken up again: wherever a search was left, it comes to the same end, in every figure. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/explore/search.h"
#include "tests/support/kept.h"
#include "tests/support/toy.h"

static const SearchOptions counting = { .count_interleavings = true };

/* ---- a toy whose ids come about in the search, as those of machines do */

typedef struct Found {
    Space space;
    Toy *toy;
    Intern *locals, *shareds;
} Found;

static uint32_t known_as(Intern *intern, uint32_t id)
{
    return intern_put(intern, &id, sizeof id);
}

static uint32_t meant_by(const Intern *intern, uint32_t id)
{
    return *(const uint32_t *)intern_get(intern, id, NULL);
}

static void found_initial(Space *space, uint32_t *state)
{
    Found *found = (Found *)space;
    found->toy->space.class->initial(&found->toy->space, state);
    state[0] = known_as(found->shareds, state[0]);
    for (guint p = 0; p < space->n_processes; p++)
        state[1 + p] = known_as(found->locals, state[1 + p]);
}

static void found_moves(Space *space, guint process, uint32_t local, uint32_t shared, GArray *moves)
{
    Found *found = (Found *)space;
    guint first = moves->len;
    Space *toy = &found->toy->space;
    toy->class->moves(toy, process, meant_by(found->locals, local), meant_by(found->shareds, shared), moves);
    for (guint m = first; m < moves->len; m++) {
        Move *move = &g_array_index(moves, Move, m);
        move->local = known_as(found->locals, move->local);
        move->shared = known_as(found->shareds, move->shared);
    }
}

static Finding found_final(Space *space, const uint32_t *state)
{
    Found *found = (Found *)space;
    uint32_t meant[1 + SPACE_PROCESSES_MAX];
    meant[0] = meant_by(found->shareds, state[0]);
    for (guint p = 0; p < space->n_processes; p++)
        meant[1 + p] = meant_by(found->locals, state[1 + p]);
    return found->toy->space.class->final(&found->toy->space, meant);
}

static guint64 found_bytes(Space *space)
{
    const Found *found = (const Found *)space;
    return intern_bytes(found->locals) + intern_bytes(found->shareds);
}

static void found_archive(Space *space, Archive *archive)
{
    Found *found = (Found *)space;
    archive_intern(archive, found->locals);
    archive_intern(archive, found->shareds);
}

static const SpaceClass found_class = { found_initial, found_moves, found_final, found_bytes, found_archive };

/* A search of a new space. */
static SearchResult *search_toy(Toy *toy, const SearchOptions *options)
{
    Found found = { { &found_class, toy->space.n_processes }, toy, intern_new(), intern_new() };
    SearchResult *result = search(&found.space, options);
    intern_free(found.locals);
    intern_free(found.shareds);
    return result;
}

/* ---- what is compared */

static void expect_same(const SearchResult *a, const SearchResult *b, const char *when, guint64 k)
{
    const SearchProgress *x = &a->progress, *y = &b->progress;
    cr_assert_eq(a->end, b->end, "%s %u: ends with %d instead of %d", when, (guint)k, b->end, a->end);
    cr_assert_eq(x->states, y->states, "%s %u: %u states instead of %u", when, (guint)k, (guint)y->states,
                 (guint)x->states);
    cr_assert_eq(x->transitions, y->transitions, "%s %u", when, (guint)k);
    cr_assert_eq(x->frontier, y->frontier, "%s %u", when, (guint)k);
    cr_assert_eq(x->bytes, y->bytes, "%s %u: %u bytes instead of %u", when, (guint)k, (guint)y->bytes, (guint)x->bytes);
    cr_assert_eq(x->depth, y->depth, "%s %u: depth %u instead of %u", when, (guint)k, y->depth, x->depth);
    cr_assert_eq(x->done, y->done, "%s %u", when, (guint)k);
    cr_assert_eq(x->expected, y->expected, "%s %u", when, (guint)k);
    cr_assert_eq(g_strcmp0(x->unit, y->unit), 0);
    cr_assert_eq(a->final_states, b->final_states, "%s %u", when, (guint)k);
    cr_assert_eq(a->memo_entries, b->memo_entries, "%s %u", when, (guint)k);
    cr_assert_eq(g_strcmp0(a->interleavings, b->interleavings), 0, "%s %u: %s instead of %s", when, (guint)k,
                 b->interleavings, a->interleavings);
    cr_assert_eq(a->endless, b->endless, "%s %u", when, (guint)k);
    cr_assert_eq(a->final_violation, b->final_violation, "%s %u", when, (guint)k);
    cr_assert_eq(a->out_of_model, b->out_of_model, "%s %u", when, (guint)k);
    cr_assert_eq(a->trail->len, b->trail->len, "%s %u", when, (guint)k);
    cr_assert(!a->trail->len || !memcmp(a->trail->data, b->trail->data, a->trail->len * sizeof(TrailStep)));
}

/* Goes on with what was kept, to the end. */
static void expect_resumed(Toy *toy, const Kept *kept, const SearchResult *whole, const char *when, guint64 k)
{
    SearchOptions options = counting;
    g_autoptr(Archive) from = kept_open(kept);
    options.resume = from;
    g_autoptr(SearchResult) resumed = search_toy(toy, &options);
    cr_assert_not(archive_failed(from), "%s %u", when, (guint)k);
    expect_same(whole, resumed, when, k);
}

/* Cut after k states, for every `step`'th k; returns how often that cut it short. */
static guint cut_by_states(Toy *toy, guint64 step)
{
    g_auto(Kept) kept;
    g_autoptr(SearchResult) whole = search_toy(toy, &counting);
    kept_init(&kept);
    guint n = 0;
    for (guint64 k = 1; k <= whole->progress.states; k += step) {
        SearchOptions options = kept_options(&kept);
        options.states_max = k;
        g_autoptr(SearchResult) cut = search_toy(toy, &options);
        bool is_cut = cut->end == SEARCH_STATES;
        cr_assert_eq(kept.n, is_cut, "kept once, if it was cut");
        if (is_cut)
            expect_resumed(toy, &kept, whole, "after states", k);
        else
            expect_same(whole, cut, "within states", k);
        n += is_cut;
    }
    return n;
}

/* Cut at every depth. */
static void cut_by_steps(Toy *toy)
{
    g_auto(Kept) kept;
    g_autoptr(SearchResult) whole = search_toy(toy, &counting);
    kept_init(&kept);
    for (guint k = 1; k < whole->progress.depth; k++) {
        SearchOptions options = kept_options(&kept);
        options.steps_max = k;
        g_autoptr(SearchResult) cut = search_toy(toy, &options);
        cr_assert_eq(cut->end, SEARCH_STEPS);
        cr_assert_eq(kept.n, 1);
        SearchOptions again = kept_options(&kept);
        g_autoptr(Archive) from = kept_open(&kept);
        again.resume = from;
        again.steps_max = k;
        g_autoptr(SearchResult) no_farther = search_toy(toy, &again);
        expect_same(cut, no_farther, "with the same limit of steps", k);
        expect_resumed(toy, &kept, whole, "after steps", k);
    }
}

/* Kept at every place where it polls, as it goes on; returns how many there are. */
static guint keep_on_the_way(Toy *toy)
{
    g_auto(Kept) kept;
    g_autoptr(SearchResult) whole = search_toy(toy, &counting);
    kept_init(&kept);
    guint n = 0;
    for (guint due = 1;; due++, n++) {
        SearchOptions options = kept_options(&kept);
        kept.due = due;
        g_autoptr(SearchResult) same = search_toy(toy, &options);
        expect_same(whole, same, "although kept", due);
        if (kept.n == 0)
            return n;
        expect_resumed(toy, &kept, whole, "kept", due);
    }
}

static bool stop_at(gpointer data, const SearchProgress *progress)
{
    guint *left = data;
    (void)progress;
    return --*left > 0;
}

/* One piece after the other, each of a few polls. */
static void in_pieces(Toy *toy, guint polls)
{
    g_auto(Kept) kept;
    g_autoptr(SearchResult) whole = search_toy(toy, &counting);
    kept_init(&kept);
    for (guint piece = 0;; piece++) {
        guint left = polls;
        g_autoptr(Archive) from = piece ? kept_open(&kept) : NULL;
        SearchOptions options = kept_options(&kept);
        options.poll = stop_at;
        options.poll_data = &left;
        options.resume = from;
        g_autoptr(SearchResult) part = search_toy(toy, &options);
        if (part->end != SEARCH_STOPPED) {
            expect_same(whole, part, "in pieces", piece);
            cr_assert_gt(piece, 0, "it was cut");
            return;
        }
        cr_assert_eq(kept.n, 1);
    }
}

/* ---- spaces */

static void add(Toy *toy, uint32_t from, uint32_t to)
{
    toy_add(toy, from, 0, (Move){ to, 0, FINDING_NONE });
}

static Finding judge_end(const Toy *toy, const uint32_t *state)
{
    return state[1] == toy->judge_data ? FINDING_VIOLATION : FINDING_NONE;
}

typedef enum Shape {
    GRADED,
    SHORT_CUT, /* runs to a state have different lengths */
    CYCLE,
    VIOLATION,       /* of a move */
    OUT_OF_MODEL,    /* moves that are, from early on */
    FINAL_VIOLATION, /* of the last state */
    N_SHAPES
} Shape;

/* A grid of three dimensions with something in it. */
static Toy *shaped_grid(Shape shape, guint a, guint b, guint c)
{
    /* what ends a search is far away: in a long grid, or in the last corner */
    const guint steps[] = { a, b, c }, long_steps[] = { a / 2, b / 2, 2 * (a + b) };
    Toy *toy = toy_counters(3, shape == VIOLATION ? long_steps : steps);
    switch (shape) {
    case GRADED:
    case N_SHAPES:
        break;
    case SHORT_CUT:
        add(toy, a - 2, a);
        break;
    case CYCLE:
        add(toy, a, a - 1);
        break;
    case VIOLATION:
        toy_add(toy, 2 << 16 | (2 * (a + b) - 1), 0, (Move){ 999, 0, FINDING_VIOLATION });
        break;
    case OUT_OF_MODEL:
        toy_add(toy, 2, 0, (Move){ 999, 0, FINDING_OUT_OF_MODEL });
        break;
    case FINAL_VIOLATION:
        toy->judge = judge_end;
        toy->judge_data = a;
        break;
    }
    return toy;
}

Test(search_resume, cut_after_any_number_of_states)
{
    for (guint shape = 0; shape < N_SHAPES; shape++) {
        g_autoptr(Toy) toy = shaped_grid((Shape)shape, 5, 5, 6);
        cr_assert_gt(cut_by_states(toy, 1), 100, "shape %u", shape);
    }
    g_autoptr(Toy) update = toy_lost_update(3, 2, true);
    cut_by_states(update, 3);
    g_autoptr(Toy) lost = toy_lost_update(3, 2, false);
    cut_by_states(lost, 7);
    g_autoptr(Toy) safe = toy_patch(2, 1, 2, false);
    cut_by_states(safe, 5);
    g_autoptr(Toy) bad = toy_patch(3, 2, 2, true);
    cut_by_states(bad, 1);
}

Test(search_resume, cut_at_any_depth)
{
    for (guint shape = 0; shape < N_SHAPES; shape++) {
        g_autoptr(Toy) toy = shaped_grid((Shape)shape, 6, 7, 8);
        cut_by_steps(toy);
    }
}

/* 27 x 27 x 28 states are polled for five times. */
Test(search_resume, kept_wherever_it_polls)
{
    for (guint shape = 0; shape < N_SHAPES; shape++) {
        g_autoptr(Toy) toy = shaped_grid((Shape)shape, 26, 26, 27);
        guint n = keep_on_the_way(toy);
        cr_assert(shape == VIOLATION ? n >= 4 : n == 27 * 27 * 28 / 4096 + 1, "shape %u: %u times", shape, n);
    }
}

Test(search_resume, in_pieces)
{
    for (guint shape = 0; shape < N_SHAPES; shape++) {
        g_autoptr(Toy) toy = shaped_grid((Shape)shape, 26, 26, 27);
        in_pieces(toy, 2);
        in_pieces(toy, 3);
    }
}

/* Counters of interleavings that have several words. */
Test(search_resume, large_counts)
{
    static const guint steps[] = { 16, 16, 16, 16, 1 };
    g_autoptr(Toy) toy = toy_counters(4, steps);
    g_autoptr(SearchResult) whole = search_toy(toy, &counting);
    cr_assert_gt(strlen(whole->interleavings), 35);
    cut_by_states(toy, 9973);
}

Test(search_resume, random_spaces)
{
    guint32 seed = test_seed();
    guint n = 0;
    for (guint32 i = 0; i < 150; i++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed * 0x10001 + i);
        g_autoptr(Toy) toy = toy_random(random, i % 2, i % 3 != 0);
        n += cut_by_states(toy, (guint64)g_rand_int_range(random, 1, 20));
    }
    cr_assert_gt(n, 150);
}

/* Whether interleavings are counted may change on the way: they are, from the finished graph. */
Test(search_resume, counting_may_begin_late)
{
    g_auto(Kept) kept;
    g_autoptr(Toy) toy = shaped_grid(GRADED, 5, 5, 6);
    g_autoptr(SearchResult) whole = search_toy(toy, &counting);
    kept_init(&kept);
    SearchOptions options = kept_options(&kept);
    options.count_interleavings = false;
    options.states_max = 100;
    g_autoptr(SearchResult) cut = search_toy(toy, &options);
    cr_assert_eq(cut->end, SEARCH_STATES);
    expect_resumed(toy, &kept, whole, "counted", 100);
}

/* ---- what makes no sense */

/* Reads what was kept, and stops there. */
static bool is_read(Toy *toy, const Kept *kept)
{
    g_autoptr(Archive) from = kept_open(kept);
    const SearchOptions options = { .states_max = 1, .steps_max = 1, .resume = from };
    g_autoptr(SearchResult) result = search(&toy->space, &options);
    if (archive_failed(from))
        cr_assert_eq(result->end, SEARCH_STOPPED);
    return !archive_failed(from);
}

static void keep_part(Toy *toy, Kept *kept, guint64 states)
{
    SearchOptions options = kept_options(kept);
    options.states_max = states;
    g_autoptr(SearchResult) cut = search(&toy->space, &options);
    cr_assert_eq(cut->end, SEARCH_STATES);
    cr_assert_eq(kept->n, 1);
}

Test(search_resume, of_another_space)
{
    g_auto(Kept) kept;
    static const guint steps[] = { 4, 4, 4, 4 };
    g_autoptr(Toy) toy = shaped_grid(GRADED, 5, 5, 6);
    g_autoptr(Toy) other = toy_counters(4, steps);
    kept_init(&kept);
    keep_part(toy, &kept, 50);
    cr_assert(is_read(toy, &kept));
    cr_assert_not(is_read(other, &kept));
}

/* Any word of the file may be another one, with a checksum that is right: it is refused, or it is a state of the search. */
Test(search_resume, any_word_changed)
{
    static const guint32 others[] = { 0, 1, 0x7fffffff, 0xffffffff };
    g_auto(Kept) kept;
    kept_init(&kept);
    for (guint shape = 0; shape <= OUT_OF_MODEL; shape++) {
        g_autoptr(Toy) toy = shaped_grid((Shape)shape, 5, 5, 6);
        keep_part(toy, &kept, 90);
        g_autoptr(GBytes) contents = kept_contents(&kept);
        gsize size;
        const guint8 *bytes = g_bytes_get_data(contents, &size);
        guint n_refused = 0;
        for (gsize at = 0; at + 4 <= size; at += 4 * (1 + at / 256)) {
            for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
                g_autofree guint8 *changed = g_memdup2(bytes, size);
                memcpy(changed + at, &others[i], 4);
                kept_replace(&kept, changed, size);
                n_refused += !is_read(toy, &kept);
            }
        }
        cr_assert_gt(n_refused, 100);
    }
}

Test(search_resume, cut_anywhere)
{
    g_auto(Kept) kept;
    g_autoptr(Toy) toy = shaped_grid(GRADED, 5, 5, 6);
    kept_init(&kept);
    keep_part(toy, &kept, 90);
    g_autoptr(GBytes) contents = kept_contents(&kept);
    gsize size;
    const guint8 *bytes = g_bytes_get_data(contents, &size);
    for (gsize n = 0; n < size; n += 1 + n / 64) {
        kept_replace(&kept, bytes, n);
        cr_assert_not(is_read(toy, &kept), "the first %zu of %zu bytes", n, size);
    }
}
