/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions: what is undone and made again is what it was; random walks of random programs are executions that a replay can
 * follow, also where the exploration has stopped at a violation; and what can be chosen from everywhere is what the explorers go
 * through, no more and no less. CMODX_SEED: the first program. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/machine/session-parts.h"
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
    g_autoptr(GArray) trail = session_schedule(session);
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
    const Options *options = session_options(fixture->session);
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) trail = session_schedule(fixture->session);
    g_autofree char *text = schedule_text(trail);
    const Replay *here = session_replay(fixture->session);
    g_autoptr(Replay) replay = replay_run(fixture->program, options, trail, &error);
    cr_assert(replay, "program %u: %s: %s", program, text, error ? error->message : "");
    cr_assert_eq((int)replay->violation.kind, (int)here->violation.kind, "program %u: %s", program, text);
    for (guint h = 0; h < fixture->program->harts->len; h++)
        cr_assert(!memcmp(&replay->tasks[h].hart, &here->tasks[h].hart, sizeof(Hart)), "program %u: %s: hart %u",
                  program, text, h);
    guint n = fixture->program->harts->len;
    g_autofree char *before = state_text(fixture->session, n);
    session_goto(fixture->session, 0);
    cr_assert(session_load(fixture->session, trail, options->all_memory, NULL));
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

static guint first_program(void)
{
    const char *given = getenv("CMODX_SEED");
    return given ? (guint)strtoul(given, NULL, 10) : 1;
}

static void walk_programs(const char *model, bool patches, Tally *tally)
{
    guint first = first_program();
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

/* ---- every choice of every state */

/* What is found by taking each choice of each state once. */
typedef struct Census {
    Fixture fixture;
    Intern *states;  /* by what makes a state */
    Intern *parts;   /* its parts that are not plain data */
    GArray *runs;    /* guint64, by state: runs from there to an end; UNFINISHED: it is being looked at */
    bool endless;    /* a state leads back to itself */
    bool overflows;  /* more states than are looked at, or runs than fit */
    guint64 choices; /* of all states */
    guint64 all;     /* runs from the first state */
    guint violations, forbidden, dead_ends, promises;
} Census;

enum {
    CENSUS_STATES_MAX = 2000,
    READERS_MAX = 3
};

#define UNFINISHED G_MAXUINT64

static void census_init(Census *census, Program *program, const Options *options)
{
    *census = (Census){ .states = intern_new(), .parts = intern_new() };
    census->runs = g_array_new(FALSE, FALSE, sizeof(guint64));
    fixture_init(&census->fixture, program, options);
}

static void census_clear(Census *census)
{
    fixture_clear(&census->fixture);
    intern_free(census->states);
    intern_free(census->parts);
    g_array_unref(census->runs);
}

/* The state that the session is in, as a number. */
static uint32_t state_id(Census *census)
{
    Session *session = census->fixture.session;
    guint n = census->fixture.program->harts->len;
    g_autoptr(GByteArray) key = g_byte_array_new();
    const Replay *replay = session_replay(session);
    for (guint h = 0; h < n; h++) {
        const Task *task = &replay->tasks[h];
        uint32_t local = session->solo ? local_intern(&session->solo->driver.locals[h], census->parts)
                                       : intern_put(census->parts, task, sizeof *task);
        g_byte_array_append(key, (const guint8 *)&local, sizeof local);
    }
    const GArray *timeline = session->solo ? session->solo->driver.timeline : NULL;
    uint32_t world = timeline ? 0 : world_intern(&replay->world, census->parts);
    g_byte_array_append(key, (const guint8 *)&world, sizeof world);
    if (timeline && timeline->len)
        g_byte_array_append(key, (const guint8 *)timeline->data, timeline->len * (guint)sizeof(Message));
    return intern_put(census->states, key->data, key->len);
}

static guint64 count_from(Census *census);

/* Runs that go on with one of the choices, or end here. */
static guint64 count_choices(Census *census)
{
    Session *session = census->fixture.session;
    guint n = session_choices(session)->len, at = session_at(session);
    guint64 runs = n == 0;
    census->violations += session_replay(session)->violation.kind != VIOLATION_NONE;
    census->dead_ends += session_is_dead_end(session);
    for (guint i = 0; i < n && !census->overflows; i++) {
        const SessionChoice *choice = &g_array_index(session_choices(session), SessionChoice, i);
        census->choices++;
        census->promises += choice->by.move == TRAIL_PROMISE;
        if (choice->forbidden) {
            census->forbidden++;
            continue;
        }
        cr_assert(session_take(session, i, NULL));
        if (!g_uint64_checked_add(&runs, runs, count_from(census)))
            census->overflows = true;
        session_goto(session, at);
    }
    return runs;
}

static guint64 count_from(Census *census)
{
    uint32_t id = state_id(census);
    if (id < census->runs->len) {
        guint64 runs = g_array_index(census->runs, guint64, id);
        census->endless = census->endless || runs == UNFINISHED;
        return runs == UNFINISHED ? 0 : runs;
    }
    guint64 runs = UNFINISHED;
    g_array_append_val(census->runs, runs);
    census->overflows = census->overflows || census->runs->len > CENSUS_STATES_MAX;
    if (census->overflows)
        return 0;
    runs = count_choices(census);
    return g_array_index(census->runs, guint64, id) = runs;
}

static Outcome *census_decide(const Census *census)
{
    static const SearchOptions counting = { .states_max = STATES_MAX, .count_interleavings = true };
    return decide_with(census->fixture.program, &census->fixture.options, &counting, census->fixture.oracle);
}

/* The interleavings of a program, one by one and as the explorer counts them. */
static void expect_runs(Program *program, const Options *options, guint64 expected)
{
    Census census;
    census_init(&census, program, options);
    guint64 runs = count_from(&census);
    g_autoptr(Outcome) outcome = census_decide(&census);
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, expected);
    cr_expect_eq(runs, expected, "%" G_GUINT64_FORMAT " runs instead of %s", runs, text);
    cr_expect_str_eq(outcome->search->interleavings, text);
    census_clear(&census);
}

/* Harts of so many instructions that have nothing to do with each other; the lengths end with 0. */
static Program *independent_program(const guint *lengths)
{
    uint32_t words[SAMPLE_HARTS][CODE_WORDS] = { { 0 } };
    guint n = 0;
    for (; lengths[n]; n++)
        for (guint i = 0; i < lengths[n]; i++)
            words[n][i] = enc_addi(A0, A0, 1);
    return code_program((const uint32_t(*)[CODE_WORDS])words, n);
}

/* n1 + n2 + ... steps in any order that keeps each hart's own: (n1 + n2 + ...)! / (n1! n2! ...). */
Test(session, offers_every_interleaving_of_independent_harts)
{
    Options options = test_options("sc", EXPLORER_INTERLEAVING);
    expect_runs(independent_program((const guint[]){ 2, 3, 0 }), &options, 10);    /* 5! / 2! 3! */
    expect_runs(independent_program((const guint[]){ 2, 2, 2, 0 }), &options, 90); /* 6! / 2!^3 */
    expect_runs(independent_program((const guint[]){ 5, 7, 0 }), &options, 792);   /* 12! / 5! 7! */
    options.fetch_atomicity = FETCH_2;                                             /* two steps for each instruction */
    expect_runs(independent_program((const guint[]){ 1, 2, 0 }), &options, 15);    /* 6! / 2! 4! */
    expect_runs(independent_program((const guint[]){ 1, 1, 1, 0 }), &options, 90); /* 6! / 2!^3 */
}

/* The last hart stores to the one word of code that each of r others executes so many times over. */
static Program *patched_program(guint r, guint calls)
{
    uint32_t words[READERS_MAX + 1][CODE_WORDS] = { { enc_addi(A0, A0, 1) } };
    words[r][0] = enc_sw(T3, 0, S3);
    Program *program = code_program((const uint32_t(*)[CODE_WORDS])words, r + 1);
    for (guint h = 0; h < r; h++) {
        HartSpec *spec = &g_array_index(program->harts, HartSpec, h);
        spec->entry = CODE;
        spec->until = CODE + 4;
        spec->calls = calls;
    }
    g_array_index(program->harts, HartSpec, r).x[T3] = enc_addi(A0, A0, 2);
    return program;
}

Test(session, offers_every_fetch_of_every_interleaving)
{
    /* r readers and the writer, one step each: (r + 1)!. */
    Options options = test_options("sc", EXPLORER_INTERLEAVING);
    expect_runs(patched_program(3, 1), &options, 24);
    /* Readers behind the store may fetch either word: r! 2^j orders with j of them there; in all r! (2^(r + 1) - 1). */
    options = test_options("sc-stale", EXPLORER_INTERLEAVING);
    expect_runs(patched_program(1, 1), &options, 3);
    expect_runs(patched_program(2, 1), &options, 14);
    expect_runs(patched_program(3, 1), &options, 90);
    /* One reader, c calls, j of them behind the store. Its registers are the same at the start of each call. So there are two ways
     * for the last one; for those before it only when it fetches the new word first, if at all: j ways. 1 + 2 (1 + 2 ... + c): */
    expect_runs(patched_program(1, 3), &options, 13);
    expect_runs(patched_program(1, 5), &options, 31);
    /* Halves fetched one after the other are not stale ones: two steps of each reader, and two of the writer, the last of which
     * stores: (2r + 2)! / 2!^(r + 1). */
    options = test_options("sc", EXPLORER_INTERLEAVING);
    options.fetch_atomicity = FETCH_2;
    expect_runs(patched_program(2, 1), &options, 90);
}

/* ---- final states */

typedef enum Access {
    STORE_1_X,
    STORE_2_X,
    STORE_1_Y,
    STORE_2_Y,
    LOAD_X,
    LOAD_Y,
} Access;

static uint32_t access_word(Access access, guint i)
{
    switch (access) {
    case STORE_1_X:
        return enc_sw(T0, 0, S0);
    case STORE_2_X:
        return enc_sw(T1, 0, S0);
    case STORE_1_Y:
        return enc_sw(T0, 0, S1);
    case STORE_2_Y:
        return enc_sw(T1, 0, S1);
    case LOAD_X:
        return enc_lw(A0 + i, 0, S0);
    case LOAD_Y:
        return enc_lw(A0 + i, 0, S1);
    }
    g_assert_not_reached();
}

static void expect_final_states(const Access (*accesses)[2], const char *model, const char *expected)
{
    uint32_t words[2][CODE_WORDS] = { { 0 } };
    for (guint h = 0; h < 2; h++)
        for (guint i = 0; i < 2; i++)
            words[h][i] = access_word(accesses[h][i], i);
    Program *program = code_program((const uint32_t(*)[CODE_WORDS])words, 2);
    for (guint h = 0; h < 2; h++)
        for (guint i = 0; i < 2; i++)
            if (accesses[h][i] >= LOAD_X)
                observe_register(program, h, A0 + i);
    if (program->observed->len == 0) {
        observe_memory(program, VARIABLE_X, 4);
        observe_memory(program, VARIABLE_Y, 4);
    }
    Options options = test_options(model, EXPLORER_TIMELINE);
    Census census;
    census_init(&census, program, &options);
    count_from(&census);
    g_autoptr(GArray) states = machine_states(census.fixture.session->machine);
    g_autofree char *found = states_text(program, states);
    cr_expect_str_eq(found, expected, "%s: %s instead of %s", model, found, expected);
    census_clear(&census);
}

/* Two accesses of each of two harts to x and y. There are four outcomes, and sequential consistency allows three of them. */
Test(session, offers_what_is_out_of_order)
{
    static const Access sb[2][2] = { { STORE_1_X, LOAD_Y }, { STORE_1_Y, LOAD_X } };
    expect_final_states(sb, "sc", "0,1 1,0 1,1");
    expect_final_states(sb, "rvwmo", "0,0 0,1 1,0 1,1");
    static const Access mp[2][2] = { { STORE_1_X, STORE_1_Y }, { LOAD_Y, LOAD_X } };
    expect_final_states(mp, "sc", "0,0 0,1 1,1");
    expect_final_states(mp, "rvwmo", "0,0 0,1 1,0 1,1");
    /* Only promises lead to the fourth: */
    static const Access lb[2][2] = { { LOAD_X, STORE_1_Y }, { LOAD_Y, STORE_1_X } };
    expect_final_states(lb, "sc", "0,0 0,1 1,0");
    expect_final_states(lb, "rvwmo", "0,0 0,1 1,0 1,1");
    static const Access two_plus_two_writes[2][2] = { { STORE_1_X, STORE_2_Y }, { STORE_1_Y, STORE_2_X } };
    expect_final_states(two_plus_two_writes, "sc", "1,2 2,1 2,2");
    expect_final_states(two_plus_two_writes, "rvwmo", "1,1 1,2 2,1 2,2");
}

/* ---- the same of random programs */

static void census_of_sample(Census *census, const Sample *sample, const Options *options, bool patches)
{
    Program *program = sample_program(sample);
    if (patches)
        sample_add_property(sample, program, PROPERTY_OLD_OR_NEW);
    add_property(program, PROPERTY_PROGRESS);
    census_init(census, program, options);
    census->overflows = !census->fixture.session;
    if (census->fixture.session)
        census->all = count_from(census);
}

static void check_interleavings(const Census *census, const Outcome *outcome, guint program)
{
    const SearchResult *found = outcome->search;
    cr_expect_eq(census->runs->len, found->progress.states, "program %u: %u states", program, census->runs->len);
    cr_expect_eq(census->choices, found->progress.transitions, "program %u: %" G_GUINT64_FORMAT " choices", program,
                 census->choices);
    cr_expect_eq(census->endless, found->endless, "program %u", program);
    g_autofree char *runs = g_strdup_printf("%" G_GUINT64_FORMAT, census->all);
    if (!census->endless)
        cr_expect_str_eq(runs, found->interleavings, "program %u: %s runs", program, runs);
}

/* Where a hart could still go on with something older, but may as well wait for ever, only the schedule of the explorer leads to
 * the deadlock. */
static bool is_deadlock_of_schedule(const Census *census, const Outcome *outcome)
{
    Session *session = census->fixture.session;
    if (!session->solo || outcome->violation.kind != VIOLATION_DEADLOCK)
        return false;
    cr_assert(session_load(session, outcome->trail, false, NULL));
    return session_replay(session)->violation.kind == VIOLATION_DEADLOCK;
}

static void check_verdict(const Census *census, const Outcome *outcome, guint program)
{
    bool refuted = outcome->verdict == VERDICT_REFUTED;
    if (refuted && census->violations == 0 && is_deadlock_of_schedule(census, outcome))
        return;
    cr_expect_eq(census->violations > 0, refuted, "program %u: %u violations", program, census->violations);
}

/* Every state of a random program is visited by taking each choice, and so is no other one. */
static void check_census(const Census *census, guint program, Tally *tally)
{
    g_autoptr(Outcome) outcome = census_decide(census);
    SearchEnd end = outcome->search->end;
    if (end != SEARCH_COMPLETE && end != SEARCH_VIOLATION)
        return;
    bool decided = outcome->verdict != VERDICT_INCONCLUSIVE;
    tally->walks++;
    tally->promises += census->promises > 0;
    tally->violations += census->violations > 0;
    tally->dead_ends += census->dead_ends;
    cr_expect(!census->forbidden || outcome->verdict != VERDICT_PROVED, "program %u leaves the model", program);
    if (decided)
        check_verdict(census, outcome, program);
    if (!decided || outcome->verdict == VERDICT_REFUTED)
        return;
    g_autoptr(GArray) states = machine_states(census->fixture.session->machine);
    g_autofree char *ours = states_text(census->fixture.program, states);
    g_autofree char *theirs = states_text(census->fixture.program, outcome->states);
    cr_expect_str_eq(ours, theirs, "program %u", program);
    if (!census->fixture.session->solo)
        check_interleavings(census, outcome, program);
}

static void take_census(const char *model, FetchAtomicity atomicity, Explorer explorer)
{
    Tally tally = { 0 };
    const char *every = getenv("CMODX_EVERY");
    guint first = first_program(), n = PROGRAMS / (every ? (guint)strtoul(every, NULL, 10) : 1);
    for (guint i = first; i < first + n; i++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(i);
        bool patches = i % 2, services = i % 4 == 2;
        Sample sample = patches ? sample_of_patch(rand, false) : sample_random(rand, false, services);
        Options options = test_options(model, explorer);
        options.preempt = sample.preempt;
        options.misaligned = sample.misaligned;
        options.pairing = sample.pairing;
        options.fetch_atomicity = atomicity;
        Census census;
        census_of_sample(&census, &sample, &options, patches);
        if (!census.overflows)
            check_census(&census, i, &tally);
        census_clear(&census);
    }
    cr_log_info("%s: %u programs, %u with promises, %u with violations, %u dead ends", model, tally.walks,
                tally.promises, tally.violations, tally.dead_ends);
    cr_expect_gt(tally.walks, n / 4);
}

Test(session, offers_what_interleavings_go_through, .timeout = 200)
{
    take_census("sc", FETCH_WHOLE, EXPLORER_INTERLEAVING);
    take_census("sc", FETCH_2, EXPLORER_INTERLEAVING);
    take_census("sc-stale", FETCH_4, EXPLORER_INTERLEAVING);
    take_census("sc-stale", FETCH_2, EXPLORER_INTERLEAVING);
}

Test(session, offers_what_timelines_go_through, .timeout = 200)
{
    take_census("sc", FETCH_WHOLE, EXPLORER_TIMELINE);
    take_census("rvwmo", FETCH_4, EXPLORER_TIMELINE);
    take_census("ziccid", FETCH_4, EXPLORER_TIMELINE);
    take_census("ziccif-only", FETCH_2, EXPLORER_TIMELINE);
}
