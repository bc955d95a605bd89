/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows that are decided ahead, on several threads: each outcome comes to whoever asks for its row, in whatever order; and lines of
 * progress. */
#include "sim/ahead.h"

#include <criterion/criterion.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/progress.h"

enum {
    ROWS = 60,
    THREADS = 4
};

/* What the function that decides has to do, and has done. */
typedef struct Work {
    GMutex mutex;
    GCond changed;
    guint n_begun, n_ended, n_at_once, most_at_once;
    bool held; /* nothing ends until that is over */
} Work;

static void work_hold(Work *work, bool held)
{
    g_mutex_lock(&work->mutex);
    work->held = held;
    g_cond_broadcast(&work->changed);
    g_mutex_unlock(&work->mutex);
}

static void work_wait(Work *work, guint n_begun)
{
    g_mutex_lock(&work->mutex);
    while (work->n_begun < n_begun)
        g_cond_wait(&work->changed, &work->mutex);
    g_mutex_unlock(&work->mutex);
}

/* The number of a row is the line where its expectation is. Every seventh fails; of the others the outcome is the number. */
static Outcome *decide_number(gconstpointer data, Oracle **oracle, const Scenario *scenario, const Row *row,
                              GError **error)
{
    Work *work = (Work *)(gsize)data;
    (void)oracle, (void)scenario;
    g_mutex_lock(&work->mutex);
    work->n_begun++;
    work->n_at_once++;
    work->most_at_once = MAX(work->most_at_once, work->n_at_once);
    g_cond_broadcast(&work->changed);
    while (work->held)
        g_cond_wait(&work->changed, &work->mutex);
    work->n_at_once--;
    work->n_ended++;
    g_mutex_unlock(&work->mutex);
    g_usleep(row->line % 5 * 300);
    if (row->line % 7 == 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "row %u", row->line);
        return NULL;
    }
    Outcome *outcome = g_new0(Outcome, 1);
    outcome->tasks = row->line;
    return outcome;
}

static GArray *rows_new(guint n)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(Row));
    for (guint i = 0; i < n; i++) {
        Row row = { .line = i };
        g_array_append_val(rows, row);
    }
    return rows;
}

static void expect_taken(Ahead *ahead, const Scenario *scenario, const GArray *rows, guint i)
{
    Outcome *outcome = NULL;
    g_autoptr(GError) error = NULL;
    const Row *row = &g_array_index(rows, Row, i);
    cr_assert(ahead_take(ahead, scenario, row, &outcome, &error), "row %u", i);
    cr_assert_eq(outcome == NULL, i % 7 == 0, "row %u", i);
    cr_assert_eq(error != NULL, i % 7 == 0, "row %u", i);
    if (outcome)
        cr_assert_eq(outcome->tasks, i);
    else
        cr_assert_eq(strtoul(error->message + strlen("row "), NULL, 10), i, "%s", error->message);
    outcome_free(outcome);
    cr_assert_not(ahead_take(ahead, scenario, row, &outcome, NULL), "it can be taken once");
}

Test(ahead, each_row_has_its_own_outcome_in_any_order)
{
    static const guint strides[] = { 1, 7, 59, 31 }; /* coprime to the number of rows */
    for (guint s = 0; s < G_N_ELEMENTS(strides); s++) {
        for (guint threads = 1; threads <= THREADS; threads++) {
            Work work = { 0 };
            const Scenario scenario = { 0 };
            g_autoptr(GArray) rows = rows_new(ROWS);
            Ahead *ahead = ahead_new(threads, decide_number, &work);
            ahead_begin(ahead, &scenario, rows);
            cr_assert_eq(ahead_count(ahead), ROWS);
            for (guint i = 0; i < ROWS; i++) {
                expect_taken(ahead, &scenario, rows, i * strides[s] % ROWS);
                cr_assert_eq(ahead_count(ahead), ROWS - i - 1);
            }
            ahead_free(ahead);
            cr_assert_eq(work.n_begun, ROWS);
            cr_assert_leq(work.most_at_once, threads);
        }
    }
}

Test(ahead, threads_work_at_the_same_time)
{
    Work work = { .held = true };
    const Scenario scenario = { 0 };
    g_autoptr(GArray) rows = rows_new(ROWS);
    Ahead *ahead = ahead_new(THREADS, decide_number, &work);
    ahead_begin(ahead, &scenario, rows);
    work_wait(&work, THREADS);
    cr_assert_eq(work.n_ended, 0);
    work_hold(&work, false);
    for (guint i = ROWS; i-- > 0;)
        expect_taken(ahead, &scenario, rows, i);
    ahead_free(ahead);
    cr_assert_eq(work.most_at_once, THREADS);
}

Test(ahead, what_has_not_been_begun_is_not_there)
{
    Work work = { 0 };
    const Scenario scenario = { 0 }, other = { 0 };
    Outcome *outcome = NULL;
    g_autoptr(GArray) rows = rows_new(3);
    g_autoptr(GArray) more = rows_new(3);
    g_autoptr(GArray) none = rows_new(0);
    g_autoptr(Ahead) ahead = ahead_new(2, decide_number, &work);
    cr_assert_not(ahead_take(ahead, &scenario, &g_array_index(rows, Row, 0), &outcome, NULL));
    ahead_begin(ahead, &scenario, none);
    cr_assert_eq(ahead_count(ahead), 0);
    ahead_begin(ahead, &scenario, rows);
    cr_assert_not(ahead_take(ahead, &other, &g_array_index(rows, Row, 1), &outcome, NULL));
    cr_assert_not(ahead_take(ahead, &scenario, &g_array_index(more, Row, 1), &outcome, NULL),
                  "an equal row is another");
    ahead_begin(ahead, &other, more);
    expect_taken(ahead, &other, more, 2);
    expect_taken(ahead, &scenario, rows, 2);
    cr_assert_eq(ahead_count(ahead), 4);
}

static gpointer let_go(gpointer data)
{
    g_usleep(20000);
    work_hold(data, false);
    return NULL;
}

/* What is being decided is waited for, and nothing more is begun. */
Test(ahead, freed_while_it_is_busy)
{
    Work work = { .held = true };
    const Scenario scenario = { 0 };
    g_autoptr(GArray) rows = rows_new(ROWS);
    Ahead *ahead = ahead_new(2, decide_number, &work);
    ahead_begin(ahead, &scenario, rows);
    work_wait(&work, 2);
    GThread *thread = g_thread_new("let go", let_go, &work);
    ahead_free(ahead);
    g_thread_join(thread);
    cr_assert_eq(work.n_begun, work.n_ended, "none is left half done");
    cr_assert_leq(work.n_begun, ROWS / 2, "%u of %u", work.n_begun, ROWS);
    ahead_free(NULL);
}

Test(ahead, freed_with_outcomes_and_errors_that_nobody_took)
{
    Work work = { 0 };
    const Scenario scenario = { 0 };
    g_autoptr(GArray) rows = rows_new(ROWS);
    Ahead *ahead = ahead_new(THREADS, decide_number, &work);
    ahead_begin(ahead, &scenario, rows);
    expect_taken(ahead, &scenario, rows, ROWS - 1);
    ahead_free(ahead);
}

static void note_line(gpointer data, const Scenario *scenario, const Row *row, const Outcome *outcome)
{
    (void)scenario, (void)outcome;
    g_array_append_val((GArray *)data, row->line);
}

/* Of the six that nobody took the seventh has failed: there is nothing to tell of it. */
Test(ahead, ended_with_outcomes_that_nobody_took)
{
    Work work = { 0 };
    const Scenario scenario = { 0 };
    g_autoptr(GArray) rows = rows_new(8), told = g_array_new(FALSE, FALSE, sizeof(guint));
    const guint expected[] = { 1, 2, 4, 5, 6 };
    g_autoptr(Ahead) ahead = ahead_new(THREADS, decide_number, &work);
    ahead_begin(ahead, &scenario, rows);
    expect_taken(ahead, &scenario, rows, 0);
    expect_taken(ahead, &scenario, rows, 3);
    work_wait(&work, 8);
    ahead_end(ahead, note_line, told);
    cr_assert_eq(told->len, G_N_ELEMENTS(expected), "%u", told->len);
    cr_assert_arr_eq(told->data, expected, sizeof(expected));
    cr_assert_eq(ahead_count(ahead), 0);
}

/* Each thread goes on with an emulator that another row has left. */
static Outcome *count_oracles(gconstpointer data, Oracle **oracle, const Scenario *scenario, const Row *row,
                              GError **error)
{
    gint *created = (gint *)(gsize)data;
    (void)scenario, (void)row;
    if (!*oracle) {
        g_atomic_int_inc(created);
        *oracle = oracle_new(ORACLE_SLOTS, error);
        cr_assert(*oracle);
    }
    return g_new0(Outcome, 1);
}

Test(ahead, emulators_are_used_again)
{
    gint created = 0;
    const Scenario scenario = { 0 };
    g_autoptr(GArray) rows = rows_new(ROWS);
    Ahead *ahead = ahead_new(2, count_oracles, &created);
    ahead_begin(ahead, &scenario, rows);
    for (guint i = 0; i < ROWS; i++) {
        Outcome *outcome = NULL;
        cr_assert(ahead_take(ahead, &scenario, &g_array_index(rows, Row, i), &outcome, NULL));
        outcome_free(outcome);
    }
    ahead_free(ahead);
    cr_assert_geq(created, 1);
    cr_assert_leq(created, 2);
}

/* ---- lines of progress */

Test(progress, in_words)
{
    const SearchProgress now = { .states = 12345678, .frontier = 1234, .bytes = 1024ull << 20, .depth = 57 };
    Progress progress = { .unit = "states" };
    g_autofree char *plain = progress_text(&progress, &now, 3);
    cr_assert_str_eq(plain, "12,345,678 states, 4.12 M/s, 3 s, 1,234 waiting, depth 57, 1,024 MiB", "%s", plain);
    progress.done = 1000;
    progress.expected = 4000;
    g_autofree char *part = progress_text(&progress, &now, 300);
    cr_assert_str_eq(part,
                     "12,345,678 states, 0.04 M/s, 25% of about 4,000 states by widths of layers, 15 min to go, 5 min, "
                     "1,234 waiting, depth 57, 1,024 MiB",
                     "%s", part);
    progress.done = 4001; /* the estimate was too low: it is not told */
    g_autofree char *beyond = progress_text(&progress, &now, 7200);
    cr_assert_str_eq(beyond, "12,345,678 states, 0.00 M/s, 2.0 h, 1,234 waiting, depth 57, 1,024 MiB", "%s", beyond);
}

/* The speed is that of this process. */
Test(progress, of_a_search_that_was_resumed)
{
    const SearchProgress before = { .states = 10000000 }, now = { .states = 12000000 };
    Progress progress = { .quiet = true, .before = 100 };
    progress_show(&progress, &before);
    progress_show(&progress, &now);
    g_autofree char *text = progress_text(&progress, &now, 102);
    cr_assert_str_eq(text, "12,000,000 states, 1.00 M/s, 2 min, 0 waiting, depth 0, 0 MiB", "%s", text);
}
