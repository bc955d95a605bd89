/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions: what is undone and made again is what it was; random walks of random programs are executions that a replay can
 * follow, also where the exploration has stopped at a violation. CMODX_SEED: the first program. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/machine/session.h"
#include "tests/support/encode.h"
#include "tests/support/sample.h"

enum {
    PROGRAMS = 40, /* of each kind */
    STEPS = 60,
    STATES_MAX = 50000
};

static const SearchOptions limits = { .states_max = STATES_MAX };

/* A session and all that it borrows. */
typedef struct Fixture {
    Program *program;
    Options options;
    Oracle *oracle;
    Session *session; /* NULL: exploring takes too long */
} Fixture;

static void fixture_init(Fixture *fixture, Program *program, const Options *options)
{
    g_autoptr(GError) error = NULL;
    fixture->program = program;
    fixture->options = *options;
    fixture->oracle = oracle_new(ORACLE_SLOTS, &error);
    cr_assert(fixture->oracle, "%s", error ? error->message : "");
    fixture->session = session_new(program, &fixture->options, &limits, fixture->oracle, &error);
    cr_assert(fixture->session || g_error_matches(error, SIM_ERROR, SIM_ERROR_UNSUPPORTED));
}

static void fixture_clear(Fixture *fixture)
{
    session_free(fixture->session);
    oracle_free(fixture->oracle);
    program_free(fixture->program);
}

static char *schedule(const Session *session)
{
    Options options;
    g_autoptr(GArray) trail = session_schedule(session, &options);
    return schedule_text(trail);
}

/* The choices as "HART/MOVE" or "HART!", and where the harts are. */
static char *state_text(Session *session, guint n_harts)
{
    GString *text = g_string_new(NULL);
    const GArray *choices = session_choices(session);
    const Replay *replay = session_replay(session);
    for (guint i = 0; i < choices->len; i++) {
        const SessionChoice *choice = &g_array_index(choices, SessionChoice, i);
        bool promise = choice->by.move == TRAIL_PROMISE;
        g_string_append_printf(text, "%u%c%u ", choice->by.process, promise ? '!' : '/',
                               promise ? (guint)choice->by.promise[1] : choice->by.move);
    }
    for (guint h = 0; h < n_harts; h++) {
        g_autofree char *sum =
            g_compute_checksum_for_data(G_CHECKSUM_MD5, (const guchar *)&replay->tasks[h], sizeof(Task));
        g_string_append_printf(text, "%s ", sum);
    }
    g_string_append_printf(text, "%d %d %u", (int)replay->violation.kind, replay->finished,
                           timeline_now(&replay->world.timeline));
    return g_string_free(text, FALSE);
}

/* Two harts that store to x, and one of them loads it. */
static Program *small_program(void)
{
    static const uint32_t code[2][CODE_WORDS] = { { 0 }, { 0 } };
    uint32_t words[2][CODE_WORDS];
    memcpy(words, code, sizeof words);
    words[0][0] = enc_sw(T0, 0, S0);
    words[0][1] = enc_lw(A0, 0, S0);
    words[1][0] = enc_sw(T1, 0, S0);
    words[1][1] = enc_sw(T1, 0, S1);
    return code_program((const uint32_t(*)[CODE_WORDS])words, 2);
}

static void take(Session *session, guint hart)
{
    const GArray *choices = session_choices(session);
    for (guint i = 0; i < choices->len; i++)
        if (g_array_index(choices, SessionChoice, i).by.process == hart) {
            cr_assert(session_take(session, i, NULL));
            return;
        }
    cr_assert_fail("hart %u cannot go on", hart);
}

static void expect_schedule(const Session *session, const char *expected)
{
    g_autofree char *found = schedule(session);
    cr_assert_str_eq(found, expected);
}

static void forth_and_back(const char *model)
{
    Fixture fixture;
    Options options = test_options(model, EXPLORER_USUAL);
    fixture_init(&fixture, small_program(), &options);
    Session *session = fixture.session;
    g_autofree char *start = state_text(session, 2);
    take(session, 0);
    take(session, 1);
    take(session, 0);
    expect_schedule(session, "0:1,1:1,0:1");
    session_goto(session, 0);
    g_autofree char *again = state_text(session, 2);
    cr_assert_str_eq(start, again);
    cr_assert_eq(session_length(session), 3);
    take(session, 0); /* what it was: the rest is still known */
    cr_assert_eq(session_length(session), 3);
    session_goto(session, 3);
    expect_schedule(session, "0:1,1:1,0:1");
    session_goto(session, 1);
    take(session, 0); /* another one */
    cr_assert_eq(session_length(session), 2);
    fixture_clear(&fixture);
}

Test(session, goes_forth_and_back)
{
    forth_and_back("sc");
    forth_and_back("sc-stale");
    forth_and_back("rvwmo");
}

Test(session, schedules_that_cannot_be_followed_change_nothing)
{
    static const char *const models[] = { "sc", "rvwmo" };
    for (guint m = 0; m < G_N_ELEMENTS(models); m++) {
        Fixture fixture;
        Options options = test_options(models[m], EXPLORER_USUAL);
        fixture_init(&fixture, small_program(), &options);
        Session *session = fixture.session;
        take(session, 1);
        g_autofree char *before = state_text(session, 2);
        g_autoptr(GArray) trail = schedule_parse("0:99", 2, NULL);
        g_autoptr(GError) error = NULL;
        cr_assert(!session_load(session, trail, false, &error));
        cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCHEDULE));
        g_autofree char *after = state_text(session, 2);
        cr_assert_str_eq(before, after);
        expect_schedule(session, "1:1");
        fixture_clear(&fixture);
    }
}

/* ---- random walks */

typedef struct Tally {
    guint walks, promises, violations, dead_ends;
} Tally;

/* Where the walk has got to, a replay and another session get to as well. */
static void check_followed(const Fixture *fixture, guint program)
{
    Options options;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) trail = session_schedule(fixture->session, &options);
    g_autofree char *text = schedule_text(trail);
    const Replay *here = session_replay(fixture->session);
    g_autoptr(Replay) replay = replay_run(fixture->program, &options, trail, &error);
    cr_assert(replay, "program %u: %s: %s", program, text, error ? error->message : "");
    cr_assert_eq((int)replay->violation.kind, (int)here->violation.kind, "program %u: %s", program, text);
    for (guint h = 0; h < fixture->program->harts->len; h++)
        cr_assert(!memcmp(&replay->tasks[h].hart, &here->tasks[h].hart, sizeof(Hart)), "program %u: %s: hart %u",
                  program, text, h);
    guint n = fixture->program->harts->len;
    g_autofree char *before = state_text(fixture->session, n);
    session_goto(fixture->session, 0);
    cr_assert(session_load(fixture->session, trail, options.all_memory, NULL));
    g_autofree char *after = state_text(fixture->session, n);
    cr_assert_str_eq(before, after, "program %u: %s", program, text);
}

/* What a walk comes to violates what a search that comes to its end does not prove. */
static void check_refuted(const Fixture *fixture, guint program)
{
    const Violation *violation = &session_replay(fixture->session)->violation;
    if (violation->kind == VIOLATION_NONE || violation->property < 0)
        return;
    g_autofree char *text = schedule(fixture->session);
    g_autoptr(Outcome) outcome = decide_with(fixture->program, &fixture->options, &limits, fixture->oracle);
    cr_assert_neq(outcome->verdict, VERDICT_PROVED, "program %u: %s", program, text);
}

static void walk(Fixture *fixture, GRand *rand, guint program, Tally *tally)
{
    Session *session = fixture->session;
    for (guint i = 0; i < STEPS; i++) {
        const GArray *choices = session_choices(session);
        bool ends = choices->len == 0;
        guint chosen = ends ? 0 : (guint)g_rand_int_range(rand, 0, (gint32)choices->len);
        const SessionChoice *choice = ends ? NULL : &g_array_index(choices, SessionChoice, chosen);
        if (!ends && !choice->forbidden) {
            tally->promises += choice->by.move == TRAIL_PROMISE;
            cr_assert(session_take(session, chosen, NULL), "program %u", program);
            continue;
        }
        tally->violations += session_replay(session)->violation.kind != VIOLATION_NONE;
        tally->dead_ends += session_is_dead_end(session);
        check_refuted(fixture, program);
        check_followed(fixture, program);
        guint at = session_at(session);
        g_autofree char *here = state_text(session, fixture->program->harts->len);
        session_goto(session, at ? (guint)g_rand_int_range(rand, 0, (gint32)at) : 0);
        session_goto(session, at);
        g_autofree char *again = state_text(session, fixture->program->harts->len);
        cr_assert_str_eq(here, again, "program %u", program);
        session_goto(session, at / 2);
    }
    check_followed(fixture, program);
    tally->walks++;
}

static void walk_programs(const char *model, bool patches, Tally *tally)
{
    const char *given = getenv("CMODX_SEED");
    guint first = given ? (guint)strtoul(given, NULL, 10) : 1;
    for (guint i = first; i < first + PROGRAMS; i++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(i);
        Sample sample = patches ? sample_of_patch(rand, false) : sample_random(rand, false, true);
        Options options = test_options(model, EXPLORER_USUAL);
        options.preempt = sample.preempt;
        Program *program = sample_program(&sample);
        if (patches)
            sample_add_property(&sample, program, PROPERTY_OLD_OR_NEW);
        add_property(program, PROPERTY_PROGRESS);
        Fixture fixture;
        fixture_init(&fixture, program, &options);
        if (fixture.session)
            walk(&fixture, rand, i, tally);
        fixture_clear(&fixture);
    }
}

static void walk_model(const char *model)
{
    Tally tally = { 0 };
    walk_programs(model, false, &tally);
    walk_programs(model, true, &tally);
    cr_log_info("%s: %u walks, %u promises, %u violations, %u dead ends", model, tally.walks, tally.promises,
                tally.violations, tally.dead_ends);
    cr_assert_gt(tally.walks, PROGRAMS);
}

Test(session, random_walks_under_sc)
{
    walk_model("sc");
}

Test(session, random_walks_of_stale_fetches)
{
    walk_model("sc-stale");
}

Test(session, random_walks_under_rvwmo, .timeout = 200)
{
    walk_model("rvwmo");
}

Test(session, random_walks_under_ziccid, .timeout = 200)
{
    walk_model("ziccid");
}
