/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Schedules as text: what is printed can be read back. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/machine/replay.h"
#include "tests/support/toy.h"

static void append(GArray *trail, guint process, guint move, guint times)
{
    TrailStep step = { process, move };
    while (times-- > 0)
        g_array_append_val(trail, step);
}

static void expect_same(const GArray *a, const GArray *b)
{
    cr_assert_eq(a->len, b->len, "%u steps and %u", a->len, b->len);
    for (guint i = 0; i < a->len; i++) {
        TrailStep one = g_array_index(a, TrailStep, i), other = g_array_index(b, TrailStep, i);
        cr_assert(one.process == other.process && one.move == other.move, "step %u", i);
    }
}

static GArray *parse(const char *text, guint n_harts)
{
    g_autoptr(GError) error = NULL;
    GArray *trail = schedule_parse(text, n_harts, &error);
    cr_assert_not_null(trail, "%s: %s", text, error ? error->message : "no error");
    cr_assert_null(error);
    return trail;
}

Test(schedule, runs_of_first_moves_are_folded)
{
    g_autoptr(GArray) trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    append(trail, 0, 0, 2);
    append(trail, 1, 0, 3);
    append(trail, 1, 2, 2);
    append(trail, 1, 0, 1);
    append(trail, 12, 0, 1);
    g_autofree char *text = schedule_text(trail);
    cr_assert_str_eq(text, "0:2,1:3,1/2,1/2,1:1,12:1");
    g_autoptr(GArray) again = parse(text, 13);
    expect_same(trail, again);
    cr_assert_eq(trail_switches(trail), 2);
}

Test(schedule, no_steps_are_a_schedule)
{
    g_autoptr(GArray) trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    g_autofree char *text = schedule_text(trail);
    cr_assert_str_eq(text, "");
    g_autoptr(GArray) again = parse(text, 1);
    cr_assert_eq(again->len, 0);
    cr_assert_eq(trail_switches(trail), 0);
}

/* There is more than one way to write a schedule, but one that is printed. */
Test(schedule, other_spellings_are_read)
{
    g_autoptr(GArray) canonical = parse("0:3", 2);
    static const char *const spellings[] = { "0:1,0:1,0:1", "0/0,0:2", "0/0,0/0,0/0", "00:03", "0:2,0/0" };
    for (guint i = 0; i < G_N_ELEMENTS(spellings); i++) {
        g_autoptr(GArray) trail = parse(spellings[i], 2);
        expect_same(canonical, trail);
        g_autofree char *text = schedule_text(trail);
        cr_assert_str_eq(text, "0:3");
    }
}

Test(schedule, random_trails_come_back)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(test_seed());
    for (guint i = 0; i < 5000; i++) {
        g_autoptr(GArray) trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
        guint n_harts = (guint)g_rand_int_range(random, 1, HARTS_MAX + 1);
        for (gint32 n = g_rand_int_range(random, 0, 40); n > 0; n--) {
            bool is_choice = g_rand_int_range(random, 0, 3) == 0;
            append(trail, (guint)g_rand_int_range(random, 0, (gint32)n_harts),
                   is_choice ? (guint)g_rand_int_range(random, 0, 70000) : 0, (guint)g_rand_int_range(random, 1, 5));
        }
        g_autofree char *text = schedule_text(trail);
        g_autoptr(GArray) again = parse(text, n_harts);
        expect_same(trail, again);
        g_autofree char *text_again = schedule_text(again);
        cr_assert_str_eq(text, text_again);
    }
}

typedef struct BadRow {
    const char *text;
    guint column;
    const char *expected;
} BadRow;

static const BadRow bad[] = {
    { "x", 1, "the number of a hart of this scenario" },
    { "2:1", 1, "the number of a hart of this scenario" },
    { "-1:1", 1, "the number of a hart of this scenario" },
    { "+1:1", 1, "the number of a hart of this scenario" },
    { " 1:1", 1, "the number of a hart of this scenario" },
    { ",", 1, "the number of a hart of this scenario" },
    { "0:1,", 5, "the number of a hart of this scenario" },
    { "0:1,,0:1", 5, "the number of a hart of this scenario" },
    { "0:1, 0:1", 5, "the number of a hart of this scenario" },
    { "99999999999999999999:1", 1, "the number of a hart of this scenario" },
    { "0", 2, "':' and a number of steps, '/' and a choice, or '!' and a promise" },
    { "0-1", 2, "':' and a number of steps, '/' and a choice, or '!' and a promise" },
    { "0 :1", 2, "':' and a number of steps, '/' and a choice, or '!' and a promise" },
    { "0:", 3, "a number of steps from 1" },
    { "0:0", 3, "a number of steps from 1" },
    { "0:x", 3, "a number of steps from 1" },
    { "0:-1", 3, "a number of steps from 1" },
    { "0/", 3, "the number of a choice from 0" },
    { "0/-1", 3, "the number of a choice from 0" },
    { "0:1x", 4, "',' or the end" },
    { "0:1 ", 4, "',' or the end" },
    { "0:1;1:1", 4, "',' or the end" },
    { "0/1/2", 4, "',' or the end" },
};

Test(schedule, bad_texts_are_refused_where_they_go_wrong)
{
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) trail = schedule_parse(bad[i].text, 2, &error);
        cr_assert_null(trail, "'%s'", bad[i].text);
        cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCHEDULE));
        g_autofree char *message =
            g_strdup_printf("schedule '%s': column %u: expected %s", bad[i].text, bad[i].column, bad[i].expected);
        cr_assert_str_eq(error->message, message, "%s", error->message);
    }
}

/* Messages that take effect before their turn. */
Test(schedule, promises)
{
    static const char text[] = "0:2,1!80001000:4=13,0/1,1!0:67072=1";
    g_autoptr(GArray) trail = schedule_parse(text, 2, NULL);
    cr_assert_eq(trail->len, 5);
    const TrailStep *promise = &g_array_index(trail, TrailStep, 2);
    cr_expect(promise->process == 1 && promise->move == TRAIL_PROMISE);
    cr_expect(promise->promise[0] == 0x80001000 && promise->promise[1] == 0x13 && promise->promise[2] == 4);
    g_autofree char *back = schedule_text(trail);
    cr_expect_str_eq(back, text);
    static const char *const wrong[] = { "0!",        "0!x",        "0!1:",           "0!1:4",       "0!1:4=",
                                         "0!1:0=1",   "0!1:4=1x",   "0!1:99999999=1", "0!1:3=1",     "0!1:9=1",
                                         "0!1:264=1", "0!1:3840=1", "0!1:65288=1",    "1!1:132608=1" };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_null(schedule_parse(wrong[i], 2, &error), "'%s'", wrong[i]);
        cr_expect(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCHEDULE));
    }
}

Test(schedule, endless_schedules_are_refused)
{
    static const char *const texts[] = { "0:1000001", "0:18446744073709551615", "0:1000000,0:1", "0:1000000,0/0" };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        cr_assert_null(schedule_parse(texts[i], 1, NULL), "%s", texts[i]);
    g_autoptr(GArray) long_trail = parse("0:999999,0/1000", 1);
    cr_assert_eq(long_trail->len, 1000000);
}
