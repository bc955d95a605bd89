/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random small programs that load, store, patch each other and themselves, decided by both explorers where both can:
 * the sets of final states must be equal. Between models the sets must be included in each other as the models are;
 * and every final state must be reached by a schedule that can be replayed. CMODX_SEED: the first program;
 * CMODX_SAMPLES: how many times the usual number of programs. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine/replay.h"
#include "tests/support/encode.h"
#include "tests/support/sample.h"

enum {
    STATES_MAX = 50000,   /* a program that takes more is left out */
    BYTES_MAX = 16 << 20, /* likewise */
};

/* ---- decisions */

static Options sample_options(const Sample *sample, const char *model, FetchAtomicity atomicity, Explorer explorer)
{
    Options options = test_options(model, explorer);
    options.misaligned = sample->misaligned;
    options.pairing = sample->pairing;
    options.preempt = sample->preempt;
    options.fetch_atomicity = atomicity;
    return options;
}

/* NULL if it takes too long. */
static Outcome *decide_anyhow(const Program *program, const Options *options)
{
    static const SearchOptions limits = { .states_max = STATES_MAX, .bytes_max = BYTES_MAX };
    g_autoptr(GError) error = NULL;
    Outcome *outcome = decide(program, options, &limits, &error);
    cr_assert(outcome, "%s", error ? error->message : "");
    if (outcome->search->end == SEARCH_COMPLETE || outcome->search->end == SEARCH_VIOLATION)
        return outcome;
    outcome_free(outcome);
    return NULL;
}

/* NULL as well if it is outside the machine. */
static Outcome *decide_sample(const Program *program, const Options *options)
{
    Outcome *outcome = decide_anyhow(program, options);
    if (!outcome || outcome->verdict != VERDICT_INCONCLUSIVE)
        return outcome;
    outcome_free(outcome);
    return NULL;
}

typedef struct Tally {
    guint n, n_decided, n_refuted;
    guint n_overcautious; /* decided by interleavings only */
    guint64 n_states;
} Tally;

/* What is asked of a program: true if all is well. */
typedef struct Question {
    bool (*ask)(const struct Question *question, const Sample *sample, Tally *tally, bool aloud);
    const char *model, *wider; /* the model; for an inclusion, the one that allows more */
    FetchAtomicity atomicity, wider_atomicity;
    guint32 pick;      /* which final state */
    bool services;     /* programs use services, and may deadlock */
    bool patch;        /* programs are of sample_of_patch */
    PropertyKind kind; /* of their property */
} Question;

/* Only those of `a` that are not among `b`. */
static void print_missing(const Program *program, const char *what, const GArray *a, const GArray *b)
{
    guint n = program->observed->len;
    for (guint i = 0; i < a->len; i += n) {
        g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        g_array_append_vals(one, &g_array_index(a, uint64_t, i), n);
        if (states_include(program, b, one))
            continue;
        g_autofree char *text = states_text(program, one);
        fprintf(stderr, "%s: %s\n", what, text);
    }
}

static bool ask_same(const Question *question, const Sample *sample, Tally *tally, bool aloud)
{
    g_autoptr(Program) program = sample_program(sample);
    if (question->services)
        add_property(program, PROPERTY_PROGRESS);
    Options one = sample_options(sample, question->model, question->atomicity, EXPLORER_INTERLEAVING);
    Options other = sample_options(sample, question->model, question->atomicity, EXPLORER_TIMELINE);
    g_autoptr(Outcome) interleaving = decide_anyhow(program, &one);
    g_autoptr(Outcome) timeline = decide_anyhow(program, &other);
    tally->n++;
    if (!interleaving || !timeline)
        return true;
    tally->n_decided += interleaving->verdict != VERDICT_INCONCLUSIVE;
    tally->n_refuted += interleaving->verdict == VERDICT_REFUTED;
    tally->n_states += interleaving->states->len / program->observed->len;
    if (aloud) {
        fprintf(stderr, "interleaving: %s %s, timeline: %s %s\n", verdict_name(interleaving->verdict),
                interleaving->reason ? interleaving->reason : "", verdict_name(timeline->verdict),
                timeline->reason ? timeline->reason : "");
        print_missing(program, "only interleaving", interleaving->states, timeline->states);
        print_missing(program, "only timeline", timeline->states, interleaving->states);
    }
    /* With services, a hart may get outside the machine in a run that the others cannot complete. */
    if (question->services && timeline->verdict == VERDICT_INCONCLUSIVE) {
        tally->n_overcautious += interleaving->verdict != timeline->verdict;
        return true;
    }
    if (interleaving->verdict != timeline->verdict)
        return false;
    return interleaving->verdict != VERDICT_PROVED || (interleaving->states->len == timeline->states->len &&
                                                       states_include(program, interleaving->states, timeline->states));
}

static bool ask_included(const Question *question, const Sample *sample, Tally *tally, bool aloud)
{
    g_autoptr(Program) program = sample_program(sample);
    Options few = sample_options(sample, question->model, question->atomicity, EXPLORER_TIMELINE);
    Options many = sample_options(sample, question->wider, question->wider_atomicity, EXPLORER_TIMELINE);
    g_autoptr(Outcome) a = decide_sample(program, &few);
    g_autoptr(Outcome) b = a ? decide_sample(program, &many) : NULL;
    tally->n++;
    if (!a || !b)
        return true;
    tally->n_decided++;
    tally->n_states += b->states->len / program->observed->len;
    if (aloud)
        print_missing(program, "not in the wider model", a->states, b->states);
    return states_include(program, b->states, a->states);
}

/* "~exists" of one final state. */
static char *never_text(const Program *program, const uint64_t *state)
{
    GString *text = g_string_new("~exists ");
    for (guint i = 0; i < program->observed->len; i++) {
        const ConditionPlace *place = &g_array_index(program->observed, ConditionPlace, i);
        g_string_append(text, i ? " /\\ " : "");
        if (!place->is_memory)
            g_string_append_printf(text, "H%u:x%u", place->hart, place->number);
        else
            g_string_append_printf(text, "u%u[%s+%" PRIu64 "]", 8 * place->size, place->address < DATA ? "code" : "x",
                                   place->address - (place->address < DATA ? CODE : VARIABLE_X));
        g_string_append_printf(text, " = %#" PRIx64, state[i]);
    }
    return g_string_free(text, FALSE);
}

static bool ask_replay(const Question *question, const Sample *sample, Tally *tally, bool aloud)
{
    g_autoptr(Program) program = sample_program(sample);
    Options options = sample_options(sample, question->model, question->atomicity, EXPLORER_TIMELINE);
    g_autoptr(Outcome) all = decide_sample(program, &options);
    tally->n++;
    if (!all || !all->states->len)
        return true;
    guint n = program->observed->len, n_states = all->states->len / n;
    tally->n_decided++;
    tally->n_states += n_states;
    const uint64_t *state = &g_array_index(all->states, uint64_t, question->pick % n_states * n);
    g_autofree char *never = never_text(program, state);
    if (aloud)
        fprintf(stderr, "%s\n", never);
    add_condition(program, never);
    g_autoptr(Outcome) refuted = decide_sample(program, &options);
    if (!refuted || refuted->verdict != VERDICT_REFUTED || refuted->states->len != all->states->len)
        return false;
    g_autoptr(GError) error = NULL;
    g_autoptr(Replay) replay = replay_run(program, &options, refuted->trail, &error);
    if (aloud)
        fprintf(stderr, "replay: %s\n", error ? error->message : "goes through");
    if (!replay || replay->violation.kind != VIOLATION_FINAL || !replay->finished)
        return false;
    /* and by way of its text */
    g_autofree char *text = schedule_text(refuted->trail);
    g_autoptr(GArray) parsed = schedule_parse(text, sample->n_harts, &error);
    return parsed && parsed->len == refuted->trail->len &&
           !memcmp(parsed->data, refuted->trail->data, parsed->len * sizeof(TrailStep));
}

/* A violation has to be one that a replay finds as well. */
static bool is_replayed(const Program *program, const Options *options, const Outcome *outcome, bool aloud)
{
    g_autoptr(GError) error = NULL;
    if (outcome->verdict != VERDICT_REFUTED)
        return true;
    g_autoptr(Replay) replay = replay_run(program, options, outcome->trail, &error);
    if (aloud)
        fprintf(stderr, "replay: %s\n", error ? error->message : "goes through");
    return replay && replay->violation.kind == outcome->violation.kind &&
           replay->violation.property == outcome->violation.property;
}

/* Both explorers, or one model and one that allows more, on one property of a patched site. */
static bool ask_property(const Question *question, const Sample *sample, Tally *tally, bool aloud)
{
    g_autoptr(Program) program = sample_program(sample);
    g_array_set_size(program->observed, 0);
    sample_add_property(sample, program, question->kind);
    bool both = !question->wider;
    Options one =
        sample_options(sample, question->model, question->atomicity, both ? EXPLORER_INTERLEAVING : EXPLORER_TIMELINE);
    Options other = sample_options(sample, both ? question->model : question->wider,
                                   both ? question->atomicity : question->wider_atomicity, EXPLORER_TIMELINE);
    g_autoptr(Outcome) a = decide_anyhow(program, &one);
    g_autoptr(Outcome) b = decide_anyhow(program, &other);
    tally->n++;
    if (!a || !b)
        return true;
    tally->n_decided += a->verdict != VERDICT_INCONCLUSIVE;
    tally->n_refuted += a->verdict == VERDICT_REFUTED;
    if (aloud)
        fprintf(stderr, "%s %s, %s %s\n", verdict_name(a->verdict), a->reason ? a->reason : "",
                verdict_name(b->verdict), b->reason ? b->reason : "");
    if (!is_replayed(program, &one, a, aloud) || !is_replayed(program, &other, b, aloud))
        return false;
    return both ? a->verdict == b->verdict : a->verdict != VERDICT_REFUTED || b->verdict != VERDICT_PROVED;
}

/* ---- where something is wrong */

/* Makes nops of instructions as long as something is wrong, and prints what is left. */
static void minimise(const Question *question, Sample *sample)
{
    Tally ignored = { 0 };
    for (guint h = 0; h < sample->n_harts; h++)
        for (guint i = sample_length(sample, h); i-- > 0;) {
            Sample smaller = *sample;
            uint32_t *code = smaller.code[h];
            bool last = !code[i + 1] && i > 0 && (code[i - 1] & 0x7f) != 0x63;
            code[i] = last ? 0 : enc_nop();
            if (!question->ask(question, &smaller, &ignored, false))
                *sample = smaller;
        }
    g_autoptr(Program) program = sample_program(sample);
    print_code(program);
    for (guint h = 0; h < sample->n_harts; h++)
        fprintf(stderr, "H%u runs the code of H%u, %u time(s), t3 = %#x, s4 = %#x\n", h, sample->runs[h],
                sample->calls[h], sample->patches[h][0], sample->patches[h][1]);
    fprintf(stderr, "misaligned %d, pairing %d, preempt %d, interrupts %u %u %u, migrations %u %u %u, takes IPIs %d\n",
            (int)sample->misaligned, (int)sample->pairing, (int)sample->preempt, sample->interrupts[0],
            sample->interrupts[1], sample->interrupts[2], sample->migrations[0], sample->migrations[1],
            sample->migrations[2], sample->takes_ipis);
    question->ask(question, sample, &ignored, true);
}

static guint32 seed_of_tests(void)
{
    const char *given = getenv("CMODX_SEED");
    return given ? (guint32)strtoul(given, NULL, 0) : 20261123;
}

static guint samples(guint usual)
{
    const char *given = getenv("CMODX_SAMPLES");
    return given ? usual * (guint)strtoul(given, NULL, 0) : usual;
}

static void ask_all(const char *name, Question question, guint usual)
{
    guint32 seed = seed_of_tests();
    guint n = samples(usual);
    Tally tally = { 0 };
    for (guint i = 0; i < n; i++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed + i);
        bool whole_words = question.atomicity != FETCH_2 && question.wider_atomicity != FETCH_2;
        Sample sample =
            question.patch ? sample_of_patch(rand, whole_words) : sample_random(rand, whole_words, question.services);
        question.pick = g_rand_int(rand);
        if (question.ask(&question, &sample, &tally, false))
            continue;
        fprintf(stderr, "%s: something is wrong with the program of CMODX_SEED=%u\n", name, seed + i);
        minimise(&question, &sample);
        cr_assert(false, "%s: CMODX_SEED=%u", name, seed + i);
    }
    fprintf(stderr, "%s: CMODX_SEED=%u, %u programs, %u decided, %u refuted, %" PRIu64 " final states\n", name, seed,
            tally.n, tally.n_decided, tally.n_refuted, tally.n_states);
    cr_assert_leq(tally.n_overcautious, 1 + n / 50);
    cr_assert_gt(tally.n_decided, n / 3);
}

/* ---- both explorers */

typedef struct Row {
    const char *model;
    FetchAtomicity atomicity;
} Row;

static const Row both[] = {
    { "sc", FETCH_WHOLE },    { "sc", FETCH_2 },        { "sc", FETCH_4 },
    { "sc-stale", FETCH_2 },  { "sc-stale", FETCH_4 },  { "sc-ziccif", FETCH_2 },
    { "sc-ziccif", FETCH_4 }, { "sc-ziccid", FETCH_2 }, { "sc-ziccid", FETCH_4 },
};

Test(timelines_random, both_explorers_find_the_same_final_states)
{
    for (guint i = 0; i < G_N_ELEMENTS(both); i++) {
        Question question = { .ask = ask_same, .model = both[i].model, .atomicity = both[i].atomicity };
        g_autofree char *name = g_strdup_printf("%s, %d", both[i].model, (int)both[i].atomicity);
        ask_all(name, question, 30);
    }
}

static const Row with_services[] = {
    { "sc", FETCH_WHOLE },
    { "sc-stale", FETCH_4 },
    { "sc-ziccif", FETCH_4 },
    { "sc-ziccid", FETCH_4 },
};

Test(timelines_random, both_explorers_agree_on_services)
{
    for (guint i = 0; i < G_N_ELEMENTS(with_services); i++) {
        Question question = { .ask = ask_same, .model = with_services[i].model, .services = true };
        question.atomicity = with_services[i].atomicity;
        g_autofree char *name = g_strdup_printf("services, %s", with_services[i].model);
        ask_all(name, question, 50);
    }
}

/* ---- properties of patched code */

static const PropertyKind kinds[] = { PROPERTY_OLD_OR_NEW, PROPERTY_AFTER_ONLY_NEW, PROPERTY_AFTER_NEVER,
                                      PROPERTY_NEVER, PROPERTY_LANDS_IN };

Test(timelines_random, both_explorers_judge_alike)
{
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++)
        for (guint i = 0; i < G_N_ELEMENTS(both); i++) {
            Question question = { .ask = ask_property, .model = both[i].model, .patch = true, .kind = kinds[k] };
            question.atomicity = both[i].atomicity;
            g_autofree char *name = g_strdup_printf("property %u, %s, %d", k, both[i].model, (int)both[i].atomicity);
            ask_all(name, question, 6);
        }
}

/* ---- models included in each other */

typedef struct Inclusion {
    Row few, many;
} Inclusion;

static const Inclusion inclusions[] = {
    { { "sc", FETCH_4 }, { "ziccid", FETCH_4 } },
    { { "ziccid", FETCH_4 }, { "ir-decode", FETCH_4 } },
    { { "ir-decode", FETCH_4 }, { "ir-decode-w", FETCH_4 } },
    { { "ir-decode-w", FETCH_4 }, { "ziccif-only", FETCH_4 } },
    { { "ziccid", FETCH_4 }, { "rvwmo", FETCH_4 } },
    { { "rvwmo", FETCH_4 }, { "ziccif-only", FETCH_4 } },
    /* sequentially consistent data is one way to be weak */
    { { "sc", FETCH_WHOLE }, { "sc", FETCH_4 } },
    { { "sc", FETCH_4 }, { "sc-ziccid", FETCH_4 } },
    { { "sc-ziccid", FETCH_4 }, { "sc-stale", FETCH_4 } },
    { { "sc-stale", FETCH_4 }, { "sc-ziccif", FETCH_4 } },
    { { "sc-ziccid", FETCH_4 }, { "ziccid", FETCH_4 } },
    { { "sc-ziccif", FETCH_4 }, { "ir-decode", FETCH_4 } },
    { { "sc-stale", FETCH_4 }, { "rvwmo", FETCH_4 } },
    /* what is fetched whole may have been fetched in parts */
    { { "sc", FETCH_4 }, { "sc", FETCH_2 } },
    { { "sc-stale", FETCH_4 }, { "sc-stale", FETCH_2 } },
    { { "ziccid", FETCH_4 }, { "ziccid", FETCH_2 } },
    { { "rvwmo", FETCH_4 }, { "rvwmo", FETCH_2 } },
    { { "rvwmo", FETCH_8 }, { "rvwmo", FETCH_4 } },
    { { "ziccif-only", FETCH_4 }, { "ziccif-only", FETCH_2 } },
};

Test(timelines_random, stronger_models_allow_less)
{
    for (guint i = 0; i < G_N_ELEMENTS(inclusions); i++) {
        const Row *few = &inclusions[i].few, *many = &inclusions[i].many;
        Question question = { .ask = ask_included, .model = few->model, .wider = many->model };
        question.atomicity = few->atomicity;
        question.wider_atomicity = many->atomicity;
        g_autofree char *name =
            g_strdup_printf("%s, %d in %s, %d", few->model, (int)few->atomicity, many->model, (int)many->atomicity);
        ask_all(name, question, 8);
    }
}

Test(timelines_random, what_a_weaker_model_proves_holds_in_a_stronger_one)
{
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++)
        for (guint i = 0; i < G_N_ELEMENTS(inclusions); i++) {
            const Row *few = &inclusions[i].few, *many = &inclusions[i].many;
            Question question = { .ask = ask_property, .model = few->model, .wider = many->model, .patch = true };
            question.kind = kinds[k];
            question.atomicity = few->atomicity;
            question.wider_atomicity = many->atomicity;
            g_autofree char *name = g_strdup_printf("property %u, %s, %d from %s, %d", k, few->model,
                                                    (int)few->atomicity, many->model, (int)many->atomicity);
            ask_all(name, question, 2);
        }
}

/* ---- schedules */

static const Row replayed[] = {
    { "sc", FETCH_WHOLE }, { "sc-stale", FETCH_4 },    { "rvwmo", FETCH_4 },     { "rvwmo", FETCH_2 },
    { "ziccid", FETCH_4 }, { "ziccif-only", FETCH_4 }, { "ir-decode", FETCH_4 }, { "data-only", FETCH_4 },
};

Test(timelines_random, every_final_state_has_a_schedule)
{
    for (guint i = 0; i < G_N_ELEMENTS(replayed); i++) {
        Question question = { .ask = ask_replay, .model = replayed[i].model, .atomicity = replayed[i].atomicity };
        g_autofree char *name = g_strdup_printf("replay, %s, %d", replayed[i].model, (int)replayed[i].atomicity);
        ask_all(name, question, 8);
    }
}
