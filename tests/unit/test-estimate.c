/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a search will get: on grids, whose layers are known, the estimate of the first layers comes close. */
#include "sim/explore/estimate.h"

#include <criterion/criterion.h>
#include <math.h>

#include "sim/explore/search.h"
#include "tests/support/toy.h"

enum {
    DIMENSIONS_MAX = 6
};

typedef struct Grid {
    guint n, steps[DIMENSIONS_MAX];
} Grid;

static GArray *widths_of(const guint64 *widths, guint n)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(guint64));
    if (n)
        g_array_append_vals(array, widths, n);
    return array;
}

/* So many points of the grid are so many steps away from its corner: the widths of lines, one for each dimension, convolved. */
static GArray *grid_widths(const Grid *grid)
{
    guint64 one = 1;
    GArray *widths = widths_of(&one, 1);
    for (guint d = 0; d < grid->n; d++) {
        GArray *next = g_array_new(FALSE, TRUE, sizeof(guint64));
        g_array_set_size(next, widths->len + grid->steps[d]);
        for (guint i = 0; i < widths->len; i++)
            for (guint step = 0; step <= grid->steps[d]; step++)
                g_array_index(next, guint64, i + step) += g_array_index(widths, guint64, i);
        g_array_unref(widths);
        widths = next;
    }
    return widths;
}

static guint64 grid_points(const Grid *grid)
{
    guint64 points = 1;
    for (guint d = 0; d < grid->n; d++)
        points *= grid->steps[d] + 1;
    return points;
}

static guint grid_depth(const Grid *grid)
{
    guint depth = 0;
    for (guint d = 0; d < grid->n; d++)
        depth += grid->steps[d];
    return depth;
}

static guint64 estimate_of_first(const GArray *widths, guint n)
{
    g_autoptr(GArray) first = widths_of((const guint64 *)(const void *)widths->data, n);
    return estimate_total(first);
}

Test(estimate, few_layers_say_nothing)
{
    static const guint64 widths[] = { 1, 4, 9, 15, 20, 22, 20, 15 };
    g_autoptr(GArray) all = widths_of(widths, 8);
    for (guint n = 0; n < 8; n++)
        cr_assert_eq(estimate_of_first(all, n), 0, "%u layers", n);
    cr_assert_gt(estimate_total(all), 1 + 4 + 9 + 15 + 20 + 22 + 20 + 15);
}

Test(estimate, growth_without_a_bend_says_nothing)
{
    g_autoptr(GArray) constant = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GArray) powers = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GArray) faster = g_array_new(FALSE, FALSE, sizeof(guint64));
    for (guint i = 0; i < 40; i++) {
        guint64 seven = 7, power = 1ull << i, square = 1ull << MIN(i * i / 30, 60);
        g_array_append_val(constant, seven);
        g_array_append_val(powers, power);
        g_array_append_val(faster, square);
    }
    for (guint n = 0; n <= 40; n++) {
        cr_assert_eq(estimate_of_first(constant, n), 0);
        cr_assert_eq(estimate_of_first(powers, n), 0);
    }
    cr_assert_eq(estimate_total(faster), 0);
}

/* So slow a bend that the end is out of sight. */
Test(estimate, what_is_absurdly_far_away_is_not_told)
{
    g_autoptr(GArray) widths = g_array_new(FALSE, FALSE, sizeof(guint64));
    for (guint i = 0; i < 40; i++) {
        guint64 width = (guint64)exp(0.7 * i - 0.0001 * i * i);
        g_array_append_val(widths, width);
    }
    cr_assert_eq(estimate_total(widths), 0);
}

/* A bell of which the growth falls by the same amount from layer to layer is continued exactly, but for rounding. */
Test(estimate, a_bell_is_continued)
{
    double total = 0;
    g_autoptr(GArray) widths = g_array_new(FALSE, FALSE, sizeof(guint64));
    for (guint i = 0; i <= 100; i++) {
        double exact = exp(16 - (i - 50.0) * (i - 50.0) / 150);
        guint64 width = (guint64)exact;
        if (i < 50)
            g_array_append_val(widths, width);
        total += exact;
    }
    double estimate = (double)estimate_total(widths);
    cr_assert(fabs(estimate / total - 1) < 0.01, "%.0f instead of %.0f", estimate, total);
}

static const Grid grids[] = {
    { 3, { 10, 10, 10 } },      { 3, { 20, 15, 10 } },       { 3, { 40, 40, 40 } },
    { 4, { 9, 9, 9, 9 } },      { 4, { 14, 7, 21, 10 } },    { 5, { 6, 6, 6, 6, 6 } },
    { 5, { 12, 9, 7, 5, 20 } }, { 6, { 5, 5, 5, 5, 5, 5 } }, { 6, { 3, 6, 9, 12, 15, 18 } },
};

/* The estimate after so many quarters of the layers, as a part of what there is. */
static double part_after(const Grid *grid, guint quarters)
{
    g_autoptr(GArray) widths = grid_widths(grid);
    guint n = MIN(widths->len * quarters / 4 + 1, widths->len);
    return (double)estimate_of_first(widths, n) / (double)grid_points(grid);
}

Test(estimate, grids_after_half_and_three_quarters_of_their_layers)
{
    for (guint i = 0; i < G_N_ELEMENTS(grids); i++) {
        double half = part_after(&grids[i], 2), more = part_after(&grids[i], 3), all = part_after(&grids[i], 4);
        cr_assert(half > 0.5 && half < 2, "grid %u: %.2f of it after half of the layers", i, half);
        cr_assert(more > 0.9 && more < 1.1, "grid %u: %.2f of it after three quarters", i, more);
        cr_assert(all >= 1 && all < 1.01, "grid %u: %.2f of it after all", i, all);
    }
}

/* The layers of a grid of two dimensions are no bell, but a triangle, or a trapezium: that is farther off. */
Test(estimate, flat_grids)
{
    static const Grid flat[] = { { 2, { 20, 20 } }, { 2, { 30, 12 } } };
    for (guint i = 0; i < G_N_ELEMENTS(flat); i++) {
        double half = part_after(&flat[i], 2), more = part_after(&flat[i], 3);
        cr_assert(half > 0.4 && half < 2.5, "grid %u: %.2f of it after half of the layers", i, half);
        cr_assert(more > 0.75 && more < 1.25, "grid %u: %.2f of it after three quarters", i, more);
    }
}

/* What a search estimates is what follows from its layers: in the end, all that there is, and on the way no less than it has. */
Test(estimate, a_search_counts_its_layers)
{
    for (guint i = 0; i < 3; i++) {
        g_autoptr(Toy) toy = toy_counters(grids[i].n, grids[i].steps);
        const SearchOptions whole = { 0 }, half = { .steps_max = grid_depth(&grids[i]) / 2 };
        g_autoptr(SearchResult) all = search(&toy->space, &whole);
        cr_assert_eq(all->progress.expected, grid_points(&grids[i]));
        cr_assert_eq(all->progress.done, grid_points(&grids[i]));
        cr_assert_str_eq(all->progress.unit, "states");
        g_autoptr(SearchResult) cut = search(&toy->space, &half);
        g_autoptr(GArray) widths = grid_widths(&grids[i]);
        cr_assert_eq(cut->end, SEARCH_STEPS);
        cr_assert_eq(cut->progress.expected, estimate_of_first(widths, half.steps_max + 2),
                     "up to the layer it has found");
    }
}
