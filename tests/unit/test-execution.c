/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events and relations of random executions of random programs: every byte that is read or fetched is the one that its source has
 * written, writes to a byte have one order, which ends with what memory holds, and fr is what rf and co make it. CMODX_SEED: the
 * first program. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "sim/base/error.h"
#include "sim/machine/execution.h"
#include "sim/machine/session.h"
#include "tests/support/encode.h"
#include "tests/support/sample.h"

enum {
    PROGRAMS = 40, /* of each kind */
    STEPS = 50,
    STATES_MAX = 50000
};

/* What the executions had, so that no check is about nothing. */
typedef struct Tally {
    guint executions, reads, fetched_stores, early, pairs, stale;
} Tally;

static bool covers(const ExecEvent *event, uint64_t address)
{
    return event->kind == EXEC_WRITE && address - event->address < event->size;
}

static uint8_t byte_of(const ExecEvent *event, uint64_t address)
{
    return (uint8_t)(event->value >> 8 * (address - event->address));
}

static bool has_edge(const Execution *execution, ExecRelation relation, guint from, guint to)
{
    for (guint i = 0; i < execution->edges->len; i++) {
        const ExecEdge *edge = &g_array_index(execution->edges, ExecEdge, i);
        if (edge->relation == relation && edge->from == from && edge->to == to)
            return true;
    }
    return false;
}

/* Whether a chain of co edges leads from one write to another, or they are one. */
static bool co_reaches(const Execution *execution, guint from, guint to)
{
    if (from == to)
        return true;
    for (guint i = 0; i < execution->edges->len; i++) {
        const ExecEdge *edge = &g_array_index(execution->edges, ExecEdge, i);
        if (edge->relation == RELATION_CO && edge->from == from && co_reaches(execution, edge->to, to))
            return true;
    }
    return false;
}

static bool fr_reaches(const Execution *execution, ExecRelation fr, guint from, guint to)
{
    for (guint i = 0; i < execution->edges->len; i++) {
        const ExecEdge *edge = &g_array_index(execution->edges, ExecEdge, i);
        if (edge->relation == fr && edge->from == from && co_reaches(execution, edge->to, to))
            return true;
    }
    return false;
}

/* One byte of a read or fetch: its source, and all writes behind that. */
static void check_byte(const Execution *execution, guint i, guint b, const char *what)
{
    const ExecEvent *event = execution_event(execution, i);
    uint64_t address = event->address + b;
    bool fetch = event->kind == EXEC_FETCH;
    const ExecEvent *source = event->source[b] == EXEC_INITIAL ? NULL : execution_event(execution, event->source[b]);
    uint8_t value = source ? byte_of(source, address) : image_byte(execution->replay->program->image, address);
    cr_assert(!source || covers(source, address), "%s", what);
    cr_assert_eq(value, (uint8_t)(event->value >> 8 * b), "%s: event %u, byte %u", what, i, b);
    cr_assert(!source || has_edge(execution, fetch ? RELATION_IRF : RELATION_RF, event->source[b], i));
    for (guint w = 0; w < execution->events->len; w++) {
        const ExecEvent *write = execution_event(execution, w);
        if (covers(write, address) && (!source || write->order > source->order))
            cr_assert(fr_reaches(execution, fetch ? RELATION_IFR : RELATION_FR, i, w), "%s: %u before %u", what, i, w);
    }
}

/* The writes to each byte that one of them writes are in one order, and the last of them is what is in memory. */
static void check_order(const Execution *execution, guint i, const char *what)
{
    const ExecEvent *event = execution_event(execution, i);
    for (guint b = 0; b < event->size; b++) {
        uint64_t address = event->address + b;
        bool is_last = true;
        for (guint w = 0; w < execution->events->len; w++) {
            const ExecEvent *other = execution_event(execution, w);
            if (w == i || !covers(other, address))
                continue;
            cr_assert_neq(other->order, event->order, "%s", what);
            cr_assert_eq(co_reaches(execution, i, w), other->order > event->order, "%s: %u and %u", what, i, w);
            is_last = is_last && other->order < event->order;
        }
        if (is_last)
            cr_assert_eq(byte_of(event, address),
                         (uint8_t)timeline_read(&execution->replay->world.timeline, address, 1, G_MAXUINT, NULL),
                         "%s: event %u is not what is left", what, i);
    }
}

/* fr, at some byte, leads behind what is read there. */
static void check_edge(const Execution *execution, const ExecEdge *edge, const char *what)
{
    const ExecEvent *from = execution_event(execution, edge->from), *to = execution_event(execution, edge->to);
    bool sound = false;
    if (edge->relation != RELATION_FR && edge->relation != RELATION_IFR)
        return;
    for (guint b = 0; b < from->size; b++) {
        guint source = from->source[b];
        sound = sound || (covers(to, from->address + b) &&
                          (source == EXEC_INITIAL || execution_event(execution, source)->order < to->order));
    }
    cr_assert(sound, "%s: %u, %u", what, edge->from, edge->to);
}

static void check_execution(const Replay *replay, const char *what, Tally *tally)
{
    g_autoptr(Execution) execution = execution_new(replay);
    for (guint i = 0; i < execution->events->len; i++) {
        const ExecEvent *event = execution_event(execution, i);
        bool reads = event->kind == EXEC_READ || event->kind == EXEC_FETCH;
        for (guint b = 0; reads && b < event->size; b++)
            check_byte(execution, i, b, what);
        if (event->kind == EXEC_WRITE)
            check_order(execution, i, what);
        tally->reads += event->kind == EXEC_READ && event->source[0] != EXEC_INITIAL;
        tally->fetched_stores += event->kind == EXEC_FETCH && event->source[0] != EXEC_INITIAL;
        tally->early += event->kind == EXEC_WRITE && (event->pending || event->effect < event->step);
        tally->pairs += event->kind == EXEC_READ && event->pair >= 0;
        cr_assert_leq(event->effect, event->step);
    }
    for (guint i = 0; i < execution->edges->len; i++) {
        const ExecEdge *edge = &g_array_index(execution->edges, ExecEdge, i);
        check_edge(execution, edge, what);
        tally->stale += edge->relation == RELATION_IFR && edge->missed;
    }
    tally->executions++;
}

/* ---- random walks */

static void walk(Session *session, GRand *rand)
{
    for (guint i = 0; i < STEPS; i++) {
        const GArray *choices = session_choices(session);
        if (choices->len == 0)
            return;
        guint chosen = (guint)g_rand_int_range(rand, 0, (gint32)choices->len);
        if (!g_array_index(choices, SessionChoice, chosen).forbidden)
            cr_assert(session_take(session, chosen, NULL));
    }
}

static void walk_program(const Program *program, const Options *options, Oracle *oracle, guint number, Tally *tally)
{
    static const SearchOptions limits = { .states_max = STATES_MAX };
    g_autoptr(GError) error = NULL;
    g_autoptr(GRand) rand = g_rand_new_with_seed(number);
    g_autoptr(Session) session = session_new(program, options, &limits, oracle, &error);
    if (!session) /* exploring takes too long */
        return;
    walk(session, rand);
    g_autoptr(GArray) trail = session_schedule(session);
    g_autofree char *text = schedule_text(trail);
    g_autofree char *what = g_strdup_printf("%s, program %u: %s", options->model->name, number, text);
    g_autoptr(Replay) replay = replay_run(program, session_options(session), trail, &error);
    cr_assert(replay, "%s: %s", what, error ? error->message : "");
    check_execution(replay, what, tally);
}

static Tally walk_model(const char *model, Explorer explorer)
{
    const char *given = getenv("CMODX_SEED");
    guint first = given ? (guint)strtoul(given, NULL, 10) : 1;
    g_autoptr(Oracle) oracle = oracle_new(ORACLE_SLOTS, NULL);
    Tally tally = { 0 };
    for (guint i = 0; i < 2 * PROGRAMS; i++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(first + i);
        Sample sample = i % 2 ? sample_of_patch(rand, false) : sample_random(rand, false, true);
        g_autoptr(Program) program = sample_program(&sample);
        Options options = test_options(model, explorer);
        options.preempt = sample.preempt;
        options.misaligned = sample.misaligned;
        add_property(program, PROPERTY_PROGRESS);
        walk_program(program, &options, oracle, first + i, &tally);
    }
    cr_log_info("%s: %u executions, %u reads and %u fetches of stores, %u early, %u stale, %u pairs", model,
                tally.executions, tally.reads, tally.fetched_stores, tally.early, tally.stale, tally.pairs);
    cr_assert(tally.executions > PROGRAMS && tally.reads && tally.fetched_stores);
    return tally;
}

Test(execution, sc)
{
    cr_assert_eq(walk_model("sc", EXPLORER_INTERLEAVING).stale, 0);
}

Test(execution, sc_by_timelines, .timeout = 200)
{
    walk_model("sc", EXPLORER_TIMELINE);
}

Test(execution, stale_fetches)
{
    cr_assert_gt(walk_model("sc-stale", EXPLORER_USUAL).stale, 0);
}

Test(execution, rvwmo, .timeout = 200)
{
    Tally tally = walk_model("rvwmo", EXPLORER_USUAL);
    cr_assert(tally.stale && tally.early && tally.pairs);
}

/* An AMO that reads what the other hart has stored. */
Test(execution, by_hand)
{
    uint32_t code[2][CODE_WORDS] = { { 0 }, { 0 } };
    g_autoptr(GError) error = NULL;
    code[0][0] = enc_amo(ENC_ADD, 2, 0, A0, T1, S0);
    code[1][0] = enc_sw(T0, 0, S0);
    g_autoptr(Program) program = code_program((const uint32_t(*)[CODE_WORDS])code, 2);
    Options options = test_options("rvwmo", EXPLORER_USUAL);
    g_autoptr(GArray) trail = schedule_parse("1:1,0:1", 2, &error);
    g_autoptr(Replay) replay = replay_run(program, &options, trail, &error);
    cr_assert(replay, "%s", error ? error->message : "");
    g_autoptr(Execution) execution = execution_new(replay);
    guint n[RELATION_RMW + 1] = { 0 };
    for (guint i = 0; i < execution->edges->len; i++)
        n[g_array_index(execution->edges, ExecEdge, i).relation]++;
    cr_expect_eq(execution->events->len, 5); /* F W, F R* W* */
    cr_expect(n[RELATION_RF] == 1 && n[RELATION_CO] == 1 && n[RELATION_FR] == 1 && n[RELATION_RMW] == 1);
    cr_expect_eq(n[RELATION_IRF] + n[RELATION_IFR], 0);
}
