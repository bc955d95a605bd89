/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random small programs that load, store, patch each other and themselves, decided by both explorers where both can: the
 * sets of final states must be equal. Between models the sets must be included in each other as the models are; and every
 * final state must be reached by a schedule that can be replayed.
 * CMODX_SEED: the first program; CMODX_SAMPLES: how many times the usual number of programs. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine/replay.h"
#include "tests/support/encode.h"
#include "tests/support/program.h"

enum {
    SAMPLE_HARTS = 3,
    OPS_MAX = 8,
    HANDLER = 0x80,        /* of interrupts, within the first hart's stretch of code */
    STORES_MAX = 5,        /* of all harts: the number of timelines grows with its factorial */
    STATES_MAX = 200000,   /* a program that takes more is left out */
    BYTES_MAX = 32 << 20,  /* likewise */
    OBSERVED_REGISTERS = 4 /* a0, a1, a2, a3 */
};

typedef struct Sample {
    guint n_harts;
    uint32_t code[SAMPLE_HARTS][CODE_WORDS];
    guint runs[SAMPLE_HARTS]; /* whose code it is that the hart runs: its own, or that of one before it */
    uint32_t patches[SAMPLE_HARTS][2]; /* t3, s4 */
    guint calls[SAMPLE_HARTS], interrupts[SAMPLE_HARTS];
    Misaligned misaligned;
    Pairing pairing;
    Preempt preempt;
    bool memory_only; /* registers are not looked at: then harts may be just like each other */
} Sample;

static guint length_of(const Sample *sample, guint hart)
{
    guint n = 0;
    while (sample->code[hart][n])
        n++;
    return n;
}

/* ---- the program */

static Program *sample_program(const Sample *sample)
{
    Program *program = code_program(sample->code, sample->n_harts);
    for (guint h = 0; h < sample->n_harts; h++) {
        HartSpec *spec = &g_array_index(program->harts, HartSpec, h);
        const HartSpec *whose = program_hart(program, sample->runs[h]);
        spec->entry = whose->entry;
        spec->until = whose->until;
        spec->calls = sample->calls[h];
        spec->x[T3] = sample->patches[h][0];
        spec->x[S4] = sample->patches[h][1];
        spec->x[A7] = SERVICE_EXTENSION;
        spec->x[S5] = SBI_RFENCE;
        spec->interrupts = sample->interrupts[h];
        spec->trap_handler = sample->interrupts[h] ? CODE + HANDLER : 0;
        for (guint r = 0; r < OBSERVED_REGISTERS && !sample->memory_only; r++)
            observe_register(program, h, A0 + r);
    }
    observe_memory(program, VARIABLE_X, 8);
    observe_memory(program, VARIABLE_Y, 8);
    for (guint h = 0; h < sample->n_harts; h++)
        if (sample->runs[h] == h)
            for (guint i = 0; i < length_of(sample, h); i++)
                observe_memory(program, CODE + h * CODE_STRIDE + 4 * i, 4);
    return program;
}

/* ---- random programs */

static guint below(GRand *rand, guint n)
{
    return (guint)g_rand_int_range(rand, 0, (gint32)n);
}

static bool chance(GRand *rand, guint one_in)
{
    return below(rand, one_in) == 0;
}

/* What a patch can hit. Of any two such words that are fetched in halves, the halves make a third: all add to a2 or a3;
 * or, `accesses`, all use x and y. */
static uint32_t marker(GRand *rand, bool accesses)
{
    guint reg = A2 + below(rand, 2);
    if (!accesses)
        return enc_addi(reg, chance(rand, 4) ? ZERO : reg, 1 << below(rand, 6));
    guint base = S0 + below(rand, 2);
    int imm = 8 * (int)below(rand, 3);
    switch (below(rand, 4)) {
    case 0:
        return enc_lw(reg, imm, base);
    case 1:
        return enc_sw(T0, 0, base);
    default:
        return enc_addi(reg, base, imm);
    }
}

static bool is_marker(uint32_t word)
{
    guint rd = word >> 7 & 31, rs1 = word >> 15 & 31;
    bool adds = (word & 0x707f) == 0x13 && (rd == A2 || rd == A3);
    bool loads = (word & 0x707f) == 0x2003 && (rd == A2 || rd == A3);
    bool stores = word == enc_sw(T0, 0, S0) || word == enc_sw(T0, 0, S1);
    return adds || ((loads || stores) && (rs1 == S0 || rs1 == S1));
}

static int data_offset(GRand *rand, guint width, bool misaligned)
{
    guint size = 1u << width;
    if (chance(rand, 2))
        return 0;
    return (int)(misaligned ? below(rand, 9 - size) : below(rand, 8 / size) * size);
}

static guint data_base(GRand *rand)
{
    return chance(rand, 3) ? S1 : S0;
}

static uint32_t random_load(GRand *rand)
{
    guint width = chance(rand, 2) ? 2 : below(rand, 4);
    return enc_load(width, A0 + below(rand, 2), data_offset(rand, width, chance(rand, 8)), data_base(rand));
}

static uint32_t random_store(GRand *rand)
{
    static const guint values[] = { T0, T1, T2, A0, A1 };
    guint width = chance(rand, 2) ? 2 : below(rand, 4);
    bool misaligned = width < 3 && chance(rand, 8); /* every piece is a store */
    return enc_store(width, values[below(rand, 5)], data_offset(rand, width, misaligned), data_base(rand));
}

static uint32_t random_fence(GRand *rand)
{
    return chance(rand, 6) ? enc_fence_tso() : enc_fence(1 + below(rand, 3), 1 + below(rand, 3));
}

static uint32_t random_amo(GRand *rand)
{
    static const EncAmo amos[] = { ENC_ADD, ENC_SWAP, ENC_OR };
    return enc_amo(amos[below(rand, 3)], 2 + below(rand, 2), chance(rand, 2) ? 0 : below(rand, 4),
                   chance(rand, 5) ? ZERO : A0 + below(rand, 2), T0 + below(rand, 3), data_base(rand));
}

/* A slot of anybody's code; put right by aim_patches. */
static uint32_t random_patch(GRand *rand)
{
    guint slot = below(rand, SAMPLE_HARTS) * CODE_STRIDE + 4 * below(rand, OPS_MAX);
    guint source = chance(rand, 2) ? T3 : S4;
    if (chance(rand, 8))
        return enc_amo(ENC_SWAP, 2, below(rand, 4), A0 + below(rand, 2), source, S3); /* the first slot of all */
    return enc_store(chance(rand, 4) ? 1 : 2, source, (int)slot, S3);
}

static bool is_patch(uint32_t word)
{
    return (word & 0x7f) == 0x23 && (word >> 15 & 31) == S3;
}

static bool stores(uint32_t word)
{
    Insn insn = insn_decode(word);
    return insn.kind == INSN_STORE || insn.kind == INSN_AMO || insn.kind == INSN_SC;
}

typedef struct Writer {
    GRand *rand;
    uint32_t *code;
    guint n, n_max;
    guint *stores_left;
    bool accesses; /* of markers */
} Writer;

static void put(Writer *writer, uint32_t word)
{
    if (writer->n == writer->n_max || (stores(word) && !*writer->stores_left))
        return;
    *writer->stores_left -= stores(word);
    writer->code[writer->n++] = word;
}

static void put_lr_sc(Writer *writer)
{
    GRand *rand = writer->rand;
    guint base = data_base(rand), width = 2 + below(rand, 2);
    put(writer, enc_lr(width, chance(rand, 2) ? 0 : ENC_AQ + below(rand, 2), A0, base));
    if (chance(rand, 3))
        put(writer, random_store(rand));
    guint other = chance(rand, 5) ? data_base(rand) : base;
    put(writer, enc_sc(chance(rand, 4) ? 2 + below(rand, 2) : width, chance(rand, 2) ? 0 : below(rand, 4), A1,
                       T0 + below(rand, 3), other));
}

/* A load whose address depends on a load. */
static void put_dependent_load(Writer *writer)
{
    guint base = data_base(writer->rand);
    put(writer, enc_xor(A4, A0, A0));
    put(writer, enc_add(A4, A4, base));
    put(writer, enc_lw(A1, 0, A4));
}

/* Mostly about data. */
static void put_data_op(Writer *writer)
{
    GRand *rand = writer->rand;
    switch (below(rand, 14)) {
    case 0:
    case 1:
    case 2:
        return put(writer, random_load(rand));
    case 3:
    case 4:
    case 5:
        return put(writer, random_store(rand));
    case 6:
    case 7:
        return put(writer, random_fence(rand));
    case 8:
        return put(writer, random_amo(rand));
    case 9:
        return put_lr_sc(writer);
    case 10:
        return put(writer, enc_branch(below(rand, 2), A0 + below(rand, 2), ZERO, 8)); /* over the next one */
    case 11:
        return put(writer, random_patch(rand));
    case 12:
        return put_dependent_load(writer);
    default:
        return put(writer, marker(rand, writer->accesses));
    }
}

/* Mostly about code; of data, there is a flag. */
static void put_code_op(Writer *writer)
{
    GRand *rand = writer->rand;
    switch (below(rand, 14)) {
    case 0:
        return put(writer, enc_lw(A0 + below(rand, 2), 0, S0));
    case 1:
        return put(writer, chance(rand, 3) ? random_amo(rand) : enc_sw(T0 + below(rand, 3), 0, S0));
    case 2:
    case 3:
    case 4:
    case 5:
        return put(writer, random_patch(rand));
    case 6:
    case 7:
        return put(writer, enc_fence_i());
    case 8:
        if (chance(rand, 2))
            return put(writer, random_fence(rand));
        return put(writer, enc_load(1 + below(rand, 2), A1, 4 * (int)below(rand, 4), S3)); /* code read as data */
    case 9:
        return put(writer, enc_branch(below(rand, 2), A0 + below(rand, 4), ZERO, 8));
    default:
        return put(writer, marker(rand, writer->accesses));
    }
}

/* Around a fence.i of the first hart: patchable instructions, and what may order them; and a hart that patches. */
static void put_shaped(Writer *writer, guint hart)
{
    GRand *rand = writer->rand;
    if (hart == 1) {
        for (guint n = 2 + below(rand, 2); n > 0; n--)
            put(writer, chance(rand, 4) ? enc_sw(T0, 0, S0) : random_patch(rand));
        if (chance(rand, 4))
            put(writer, random_fence(rand));
        return;
    }
    put(writer, marker(rand, writer->accesses));
    if (chance(rand, 2))
        put_code_op(writer);
    put(writer, chance(rand, 5) ? marker(rand, writer->accesses) : enc_fence_i());
    put(writer, marker(rand, writer->accesses));
    if (chance(rand, 4))
        put_code_op(writer);
}

static void put_service(Writer *writer, guint service, guint argument)
{
    put(writer, enc_li(A6, (int)(service | argument << 8)));
    put(writer, enc_ecall());
}

/* What kernels do to other harts, around what they do it for. */
static void put_service_op(Writer *writer)
{
    GRand *rand = writer->rand;
    guint lock = below(rand, 2);
    switch (below(rand, 12)) {
    case 0:
    case 1:
        put_service(writer, SERVICE_LOCK, lock);
        put_code_op(writer);
        return put_service(writer, SERVICE_UNLOCK, lock);
    case 2:
        put(writer, enc_addi(A0, S0, 0));
        put(writer, enc_li(A1, (int)below(rand, 2)));
        return put_service(writer, SERVICE_AWAIT + below(rand, 2), 4);
    case 3:
    case 4:
        put(writer, enc_li(A1, -1)); /* every hart */
        put(writer, enc_li(A6, 0));
        put(writer, enc_addi(A7, S5, 0));
        return put(writer, enc_ecall());
    case 5:
    case 6:
        put_service(writer, SERVICE_STOP_BEGIN, below(rand, 2));
        put(writer, chance(rand, 2) ? random_patch(rand) : enc_sw(T0, 0, S0));
        return put_service(writer, SERVICE_STOP_END, 0);
    case 7:
        return put_service(writer, SERVICE_SCHEDULE, 0);
    default:
        return put_code_op(writer);
    }
}

/* Patches hit markers, or nothing: of those that have no marker to hit, nops are made. */
static void aim_patches(Sample *sample, GRand *rand)
{
    int slots[SAMPLE_HARTS * CODE_WORDS];
    guint n_slots = 0;
    for (guint h = 0; h < sample->n_harts; h++)
        for (guint i = 0; i < length_of(sample, h); i++)
            if (is_marker(sample->code[h][i]))
                slots[n_slots++] = (int)(h * CODE_STRIDE + 4 * i);
    for (guint h = 0; h < sample->n_harts; h++)
        for (guint i = 0; i < length_of(sample, h); i++) {
            uint32_t *word = &sample->code[h][i];
            bool amo = (*word & 0x7f) == 0x2f && (*word >> 15 & 31) == S3;
            guint width = *word >> 12 & 7;
            if (is_patch(*word))
                *word = n_slots ? enc_store(width, *word >> 20 & 31, slots[below(rand, n_slots)], S3) : enc_nop();
            else if (amo && !is_marker(sample->code[0][0]))
                *word = enc_nop();
        }
}

/* What patches write: markers; where words are fetched whole, also something that accesses memory or orders fetches. */
static uint32_t random_patch_word(GRand *rand, bool whole_words, bool accesses)
{
    if (!whole_words || chance(rand, 2))
        return marker(rand, accesses);
    switch (below(rand, 6)) {
    case 0:
        return enc_fence_i();
    case 1:
        return enc_lw(A2 + below(rand, 2), 0, data_base(rand));
    case 2:
        return enc_sw(T0, 0, data_base(rand));
    case 3:
        return enc_fence(ENC_RW, ENC_RW);
    case 4:
        return enc_amo(ENC_ADD, 2, below(rand, 4), A2, T0, S0);
    default:
        return enc_jal(A2, 4);
    }
}

/* `whole_words`: instructions are fetched whole, and patches need not be markers. */
static Sample random_sample(GRand *rand, bool whole_words, bool services)
{
    Sample sample = { .n_harts = chance(rand, 3) ? 3 : 2 };
    sample.preempt = chance(rand, 2) ? PREEMPT_NONE : PREEMPT_FULL;
    sample.memory_only = chance(rand, 5);
    guint stores_left = sample.memory_only ? STORES_MAX - 2 : STORES_MAX;
    guint theme = below(rand, 3);
    bool accesses = chance(rand, 3);
    static const Misaligned misaligned[] = { MISALIGNED_PIECES, MISALIGNED_BYTES, MISALIGNED_ATOMIC };
    static const Pairing pairings[] = { PAIRING_SUBSET, PAIRING_SAME, PAIRING_ANY };
    sample.misaligned = misaligned[below(rand, 3)];
    sample.pairing = pairings[below(rand, 3)];
    for (guint h = 0; h < sample.n_harts; h++) {
        sample.runs[h] = h;
        sample.calls[h] = chance(rand, 12) ? 2 : 1;
        sample.interrupts[h] = services && chance(rand, 8);
        Writer writer = { rand, sample.code[h], 0, sample.n_harts == 3 ? 4 : OPS_MAX - 2, &stores_left, accesses };
        if (services)
            writer.n_max = sample.n_harts == 3 ? 7 : 10;
        guint n = 2 + below(rand, writer.n_max - 1);
        if (services) {
            while (writer.n < n)
                put_service_op(&writer);
        } else if (theme == 2) {
            put_shaped(&writer, h);
            n = 1;
        }
        while (writer.n < n)
            if (stores_left)
                (theme ? put_code_op : put_data_op)(&writer);
            else
                put(&writer, chance(rand, 2) ? enc_addi(A2, A2, 1) : random_load(rand));
        if ((sample.code[h][writer.n - 1] & 0x7f) == 0x63)
            writer.code[writer.n++] = enc_nop(); /* something to skip */
        sample.patches[h][0] = random_patch_word(rand, whole_words, accesses);
        sample.patches[h][1] = random_patch_word(rand, whole_words, accesses);
        if (sample.memory_only) { /* what it has come to is told by memory */
            writer.code[writer.n++] = enc_add(A2, A2, A0);
            writer.code[writer.n++] = enc_amo(ENC_ADD, 2, 0, ZERO, A2, S1);
        }
        if (h > 0 && chance(rand, sample.memory_only ? 2 : 4)) {
            /* It runs what another one runs, and perhaps is just like it. */
            sample.runs[h] = below(rand, h);
            sample.runs[h] = sample.runs[sample.runs[h]];
            if (sample.memory_only || chance(rand, 2)) {
                memcpy(sample.patches[h], sample.patches[sample.runs[h]], sizeof sample.patches[h]);
                sample.calls[h] = sample.calls[sample.runs[h]];
                sample.interrupts[h] = sample.interrupts[sample.runs[h]];
            }
        }
    }
    aim_patches(&sample, rand);
    const uint32_t handler[] = { enc_li(A3, 32), 0x10200073 /* sret */ };
    memcpy((uint8_t *)sample.code[0] + HANDLER, handler, sizeof handler);
    return sample;
}

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
    guint n, n_decided;
    guint n_overcautious; /* decided by interleavings only */
    guint64 n_states;
} Tally;

/* What is asked of a program: true if all is well. */
typedef struct Question {
    bool (*ask)(const struct Question *question, const Sample *sample, Tally *tally, bool aloud);
    const char *model, *wider; /* the model; for an inclusion, the one that allows more */
    FetchAtomicity atomicity, wider_atomicity;
    guint32 pick;  /* which final state */
    bool services; /* programs use services, and may deadlock */
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
    tally->n_states += interleaving->states->len / program->observed->len;
    if (aloud) {
        fprintf(stderr, "interleaving: %s %s, timeline: %s %s\n", verdict_name(interleaving->verdict),
                interleaving->reason ? interleaving->reason : "", verdict_name(timeline->verdict),
                timeline->reason ? timeline->reason : "");
        print_missing(program, "only interleaving", interleaving->states, timeline->states);
        print_missing(program, "only timeline", timeline->states, interleaving->states);
    }
    /* A hart alone may get outside the machine in a run that no execution has. */
    tally->n_overcautious += timeline->verdict == VERDICT_INCONCLUSIVE && interleaving->verdict != timeline->verdict;
    if (timeline->verdict == VERDICT_INCONCLUSIVE)
        return true;
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

/* ---- where something is wrong */

/* Makes nops of instructions as long as something is wrong, and prints what is left. */
static void minimise(const Question *question, Sample *sample)
{
    Tally ignored = { 0 };
    for (guint h = 0; h < sample->n_harts; h++)
        for (guint i = length_of(sample, h); i-- > 0;) {
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
    fprintf(stderr, "misaligned %d, pairing %d, preempt %d, interrupts %u %u %u\n", (int)sample->misaligned,
            (int)sample->pairing, (int)sample->preempt, sample->interrupts[0], sample->interrupts[1],
            sample->interrupts[2]);
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
        Sample sample = random_sample(rand, whole_words, question.services);
        question.pick = g_rand_int(rand);
        if (question.ask(&question, &sample, &tally, false))
            continue;
        fprintf(stderr, "%s: something is wrong with the program of CMODX_SEED=%u\n", name, seed + i);
        minimise(&question, &sample);
        cr_assert(false, "%s: CMODX_SEED=%u", name, seed + i);
    }
    fprintf(stderr, "%s: CMODX_SEED=%u, %u programs, %u decided (%u by interleavings only), %" PRIu64 " final states\n",
            name, seed, tally.n, tally.n_decided, tally.n_overcautious, tally.n_states);
    cr_assert_leq(tally.n_overcautious, 1 + n / 20);
    cr_assert_gt(tally.n_decided, n / 3, "most programs are decided");
}

/* ---- both explorers */

typedef struct Row {
    const char *model;
    FetchAtomicity atomicity;
} Row;

static const Row both[] = {
    { "sc", FETCH_WHOLE },     { "sc", FETCH_2 },     { "sc", FETCH_4 },        { "sc-stale", FETCH_2 },
    { "sc-stale", FETCH_4 },   { "sc-ziccif", FETCH_2 }, { "sc-ziccif", FETCH_4 }, { "sc-ziccid", FETCH_2 },
    { "sc-ziccid", FETCH_4 },
};

Test(timelines_random, both_explorers_find_the_same_final_states)
{
    for (guint i = 0; i < G_N_ELEMENTS(both); i++) {
        Question question = { .ask = ask_same, .model = both[i].model, .atomicity = both[i].atomicity };
        g_autofree char *name = g_strdup_printf("%s, %d", both[i].model, (int)both[i].atomicity);
        ask_all(name, question, 60);
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
        ask_all(name, question, 60);
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
        g_autofree char *name = g_strdup_printf("%s, %d in %s, %d", few->model, (int)few->atomicity, many->model,
                                                (int)many->atomicity);
        ask_all(name, question, 15);
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
        ask_all(name, question, 15);
    }
}
