/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random small programs that patch themselves and each other, decided twice: by the explorer, and by a naive interpreter
 * that enumerates every interleaving and every fetch by recursion, keeps no views and no visited states, and computes
 * the bound of each fetch anew from the hart's list of events. The sets of final registers must be equal. */
#include "sim/machine/verdict.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT = 0x10000,
    PATCHERS = 0x20000,
    DATA = 0x30000,
    UNTIL = 0x40000,
    HARTS = 2,
    SHARED_OPS = 5,
    OWN_OPS = 4
};
enum {
    A0 = 10,
    A1 = 11,
    A2 = 12,
    T0 = 5,
    T1 = 6,
    S0 = 8,
    S1 = 9,
    S2 = 18
};

/* ---- encodings of the few instructions used */

static uint32_t addi(guint rd, guint rs1, guint imm)
{
    return imm << 20 | rs1 << 15 | rd << 7 | 0x13;
}
static uint32_t store(guint funct3, guint rs2, guint rs1, guint imm)
{
    return (imm >> 5) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm & 31) << 7 | 0x23;
}
static const uint32_t lw_a2 = 0x00042603; /* lw a2,0(s0) */
static const uint32_t fence_i = 0x0000100f;

typedef struct Sample {
    uint32_t shared[SHARED_OPS], own[OWN_OPS];
    guint n_shared, n_own;
    bool patcher_runs_shared; /* the second hart runs the shared code, too */
} Sample;

/* ---- the naive interpreter */

typedef struct Event {
    enum {
        EVENT_ACCESS,
        EVENT_FETCH,
        EVENT_FENCE_I
    } kind;
    guint time; /* point of the history: code stores before it that it is ordered after */
} Event;

typedef struct NaiveStore {
    uint32_t address, value;
    guint size;
} NaiveStore;

typedef struct NaiveHart {
    uint32_t pc, end, x[32];
    uint32_t half; /* coherent halves: the lower one, already fetched */
    bool has_half;
    Event events[64];
    guint n_events;
} NaiveHart;

typedef struct Naive {
    const Sample *sample;
    const Options *options;
    NaiveHart harts[HARTS];
    NaiveStore history[16]; /* stores to code */
    guint n_history;
    uint32_t data;
} Naive;

static uint16_t half_at(const Naive *naive, uint32_t address, guint time)
{
    uint32_t word = address >= PATCHERS ? naive->sample->own[(address - PATCHERS) / 4]
                                        : naive->sample->shared[(address - TEXT) / 4];
    uint16_t half = (uint16_t)(word >> 8 * (address & 2));
    for (guint i = 0; i < time; i++) {
        const NaiveStore *s = &naive->history[i];
        if (address - s->address < s->size)
            half = (uint16_t)(s->value >> 8 * (address - s->address));
    }
    return half;
}

/* The newest store at or before `time` to a halfword, as a point of the history. */
static guint newest_half(const Naive *naive, uint32_t address, guint time)
{
    guint newest = 0;
    for (guint i = 0; i < time; i++)
        if (address - naive->history[i].address < naive->history[i].size)
            newest = i + 1;
    return newest;
}

/* What the next fetch must see: for each fence.i, the accesses before it and (ir3f) the fetches before it, its own
 * included; under ir2 all earlier fetches. */
static guint fetch_bound(const Naive *naive, const NaiveHart *hart)
{
    guint bound = 0, accesses = 0, fetches = 0;
    for (guint i = 0; i < hart->n_events; i++) {
        const Event *event = &hart->events[i];
        if (event->kind == EVENT_ACCESS)
            accesses = MAX(accesses, event->time);
        else if (event->kind == EVENT_FETCH)
            fetches = MAX(fetches, event->time);
        else
            bound = MAX(bound, MAX(accesses, naive->options->model->ir3f ? fetches : 0));
        if (naive->options->model->ir2)
            bound = MAX(bound, fetches);
    }
    return bound;
}

static void add_event(NaiveHart *hart, int kind, guint time)
{
    hart->events[hart->n_events].kind = kind;
    hart->events[hart->n_events++].time = time;
}

static void naive_run(const Naive *naive, GHashTable *finals);

static void naive_store(Naive *next, NaiveHart *hart, uint32_t word)
{
    guint imm = (word >> 25) << 5 | (word >> 7 & 31), size = 1u << (word >> 12 & 7);
    uint32_t address = hart->x[word >> 15 & 31] + imm, value = hart->x[word >> 20 & 31];
    if (address == DATA) {
        next->data = value;
    } else {
        next->history[next->n_history++] = (NaiveStore){ address, value, size };
    }
    add_event(hart, EVENT_ACCESS, next->n_history);
}

static void naive_execute(const Naive *naive, guint h, uint32_t word, guint seen, GHashTable *finals)
{
    Naive next = *naive;
    NaiveHart *hart = &next.harts[h];
    hart->has_half = false;
    hart->half = 0;
    add_event(hart, EVENT_FETCH, seen);
    if (word == fence_i) {
        add_event(hart, EVENT_FENCE_I, 0);
    } else if (word == lw_a2) {
        hart->x[A2] = next.data;
        add_event(hart, EVENT_ACCESS, next.n_history);
    } else if ((word & 0x7f) == 0x23) {
        naive_store(&next, hart, word);
    } else {
        cr_assert_eq(word & 0x707f, 0x13u, "the generator makes only addi here: %08x", word);
        hart->x[word >> 7 & 31] = hart->x[word >> 15 & 31] + (word >> 20);
        hart->x[0] = 0;
    }
    hart->pc += 4;
    naive_run(&next, finals);
}

static void naive_coherent(const Naive *naive, guint h, GHashTable *finals)
{
    const NaiveHart *hart = &naive->harts[h];
    uint32_t low = hart->has_half ? hart->half : half_at(naive, hart->pc, naive->n_history);
    if (naive->options->fetch_atomicity == FETCH_2 && !hart->has_half) {
        Naive next = *naive;
        next.harts[h].has_half = true;
        next.harts[h].half = low;
        naive_run(&next, finals);
        return;
    }
    uint32_t high = half_at(naive, hart->pc + 2, naive->n_history);
    naive_execute(naive, h, low | high << 16, 0, finals);
}

static void naive_step(const Naive *naive, guint h, GHashTable *finals)
{
    const NaiveHart *hart = &naive->harts[h];
    if (naive->options->model->coherent_fetch) {
        naive_coherent(naive, h, finals);
        return;
    }
    guint bound = fetch_bound(naive, hart);
    bool torn = naive->options->fetch_atomicity == FETCH_2;
    for (guint t0 = bound; t0 <= naive->n_history; t0++) {
        for (guint t1 = torn ? bound : t0; t1 <= (torn ? naive->n_history : t0); t1++) {
            uint32_t word = half_at(naive, hart->pc, t0) | (uint32_t)half_at(naive, hart->pc + 2, t1) << 16;
            guint seen = MAX(newest_half(naive, hart->pc, t0), newest_half(naive, hart->pc + 2, t1));
            naive_execute(naive, h, word, MAX(bound, seen), finals);
        }
    }
}

static void add_final(GHashTable *finals, const uint32_t (*x)[3])
{
    g_autoptr(GString) key = g_string_new(NULL);
    for (guint h = 0; h < HARTS; h++)
        g_string_append_printf(key, "%u,%u,%u;", x[h][0], x[h][1], x[h][2]);
    g_hash_table_add(finals, g_strdup(key->str));
}

static void naive_run(const Naive *naive, GHashTable *finals)
{
    bool stuck = true;
    for (guint h = 0; h < HARTS; h++) {
        if (naive->harts[h].pc == naive->harts[h].end)
            continue;
        stuck = false;
        naive_step(naive, h, finals);
    }
    if (!stuck)
        return;
    uint32_t x[HARTS][3];
    for (guint h = 0; h < HARTS; h++)
        for (guint r = 0; r < 3; r++)
            x[h][r] = naive->harts[h].x[A0 + r];
    add_final(finals, (const uint32_t(*)[3])x);
}

/* ---- the same program for the machine */

static Program *make_program(const Sample *sample)
{
    Program *program = program_new();
    program->image = image_new();
    image_add_section(program->image, ".text", TEXT, sample->n_shared * 4, IMAGE_EXEC, (const guint8 *)sample->shared);
    image_add_section(program->image, ".patch", PATCHERS, sample->n_own * 4, IMAGE_EXEC, (const guint8 *)sample->own);
    image_add_section(program->image, ".data", DATA, 8, IMAGE_WRITE, NULL);
    image_seal(program->image);
    for (guint h = 0; h < HARTS; h++) {
        bool shared = h == 0 || sample->patcher_runs_shared;
        HartSpec spec = { .name = g_strdup_printf("H%u", h), .calls = 1 };
        spec.entry = shared ? TEXT : PATCHERS;
        spec.until = spec.entry + 4 * (shared ? sample->n_shared : sample->n_own);
        spec.x[S0] = DATA;
        spec.x[S1] = 77 + h;
        spec.x[S2] = TEXT;
        spec.x[T0] = addi(A1, A0, 64);
        spec.x[T1] = addi(A0, A1, 256);
        g_array_append_val(program->harts, spec);
    }
    return program;
}

/* Walks the machine's transition system state by state, collecting final registers; the explorer must visit exactly as
 * many states. */
static GHashTable *explorer_finals(const Program *program, const Options *options, Oracle *oracle)
{
    GHashTable *finals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(Machine) machine = machine_new(program, options, oracle);
    Space *space = machine_space(machine);
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    g_autoptr(GPtrArray) queue = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    uint32_t state[1 + HARTS];
    space->class->initial(space, state);
    g_ptr_array_add(queue, g_bytes_new(state, sizeof state));
    g_hash_table_add(seen, g_bytes_new(state, sizeof state));
    for (guint i = 0; i < queue->len; i++) {
        memcpy(state, g_bytes_get_data(g_ptr_array_index(queue, i), NULL), sizeof state);
        guint n_moves = 0;
        for (guint h = 0; h < HARTS; h++) {
            g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(Move));
            space->class->moves(space, h, state[1 + h], state[0], moves);
            n_moves += moves->len;
            for (guint m = 0; m < moves->len; m++) {
                const Move *move = &g_array_index(moves, Move, m);
                cr_assert_eq(move->finding, FINDING_NONE);
                uint32_t next[1 + HARTS];
                memcpy(next, state, sizeof next);
                next[0] = move->shared;
                next[1 + h] = move->local;
                if (g_hash_table_add(seen, g_bytes_new(next, sizeof next)))
                    g_ptr_array_add(queue, g_bytes_new(next, sizeof next));
            }
        }
        if (n_moves == 0) {
            uint32_t x[HARTS][3];
            for (guint h = 0; h < HARTS; h++)
                for (guint r = 0; r < 3; r++)
                    x[h][r] = (uint32_t)machine_register(machine, state[1 + h], A0 + r);
            add_final(finals, (const uint32_t(*)[3])x);
        }
    }
    /* and the search visits exactly these states */
    SearchOptions limits = { .count_interleavings = true };
    g_autoptr(SearchResult) result = search(space, &limits);
    cr_assert_eq(result->end, SEARCH_COMPLETE);
    cr_assert_eq(result->progress.states, queue->len);
    return finals;
}

/* ---- random programs */

static uint32_t random_op(GRand *rand, bool patchable)
{
    guint slot = (guint)g_rand_int_range(rand, 0, SHARED_OPS);
    switch (g_rand_int_range(rand, 0, patchable ? 8 : 6)) {
    case 0:
        return fence_i;
    case 1:
        return lw_a2;
    case 2:
        return store(2, S1, S0, 0); /* sw s1,0(s0) */
    case 3:
        return store(2, T0, S2, slot * 4); /* patch a word */
    case 4:
        return store(2, T1, S2, slot * 4);
    case 5:
        return store(1, T0, S2, slot * 4 + 2 * (guint)g_rand_int_range(rand, 0, 2)); /* or the bytes of a half */
    default:
        return addi(A0, A0, 1u << g_rand_int_range(rand, 0, 5));
    }
}

/* A patch may only hit addi, or the naive interpreter would have to know more: stores elsewhere are redirected to a
 * slot that is one. Half-word patches keep a word an addi, since all registers involved are there and funct3 is 0. */
static void fix_patches(Sample *sample)
{
    guint n_slots = 0, slots[SHARED_OPS];
    for (guint i = 0; i < sample->n_shared; i++)
        if ((sample->shared[i] & 0x7f) == 0x13)
            slots[n_slots++] = i;
    uint32_t *words[] = { sample->shared, sample->own };
    guint lengths[] = { sample->n_shared, sample->n_own };
    for (guint p = 0; p < 2; p++) {
        for (guint i = 0; i < lengths[p]; i++) {
            uint32_t word = words[p][i];
            if ((word & 0x7f) != 0x23 || (word >> 15 & 31) != S2)
                continue;
            guint imm = word >> 7 & 31, size = word >> 12 & 7, source = word >> 20 & 31;
            guint slot = slots[(imm / 4) % n_slots];
            if ((sample->shared[imm / 4] & 0x7f) == 0x13 && imm / 4 < sample->n_shared)
                slot = imm / 4;
            /* sh of the low half of t0's word to an upper half would make rs1 anything: use the lower half only */
            words[p][i] = store(size, source, S2, slot * 4);
        }
    }
}

/* Around a fence.i: an access, a patch of its own or a patchable instruction before it, a patchable one behind it; and a
 * patcher that patches both, or patches and then raises a flag. */
static Sample shaped_sample(GRand *rand)
{
    Sample sample = { .n_shared = 4, .n_own = 2 };
    const uint32_t before[] = { lw_a2, addi(A0, A0, 2), store(2, T0, S2, 12), store(2, S1, S0, 0) };
    sample.shared[0] = addi(A0, A0, 1);
    sample.shared[1] = before[g_rand_int_range(rand, 0, 4)];
    sample.shared[2] = g_rand_int_range(rand, 0, 5) ? fence_i : addi(A0, A0, 4);
    sample.shared[3] = addi(A0, A0, 8);
    sample.own[0] = store(2, g_rand_boolean(rand) ? T0 : T1, S2, 12);
    sample.own[1] = g_rand_boolean(rand) ? store(2, S1, S0, 0) : store(2, T0, S2, g_rand_boolean(rand) ? 4 : 0);
    fix_patches(&sample);
    return sample;
}

/* `small`: only where the naive interpreter has few fetches to choose from. */
static Sample random_sample(GRand *rand, bool small)
{
    if (small || g_rand_boolean(rand))
        return shaped_sample(rand);
    Sample sample = { .n_shared = (guint)g_rand_int_range(rand, 2, SHARED_OPS + 1),
                      .n_own = (guint)g_rand_int_range(rand, 1, OWN_OPS + 1),
                      .patcher_runs_shared = g_rand_int_range(rand, 0, 4) == 0 };
    if (sample.patcher_runs_shared)
        sample.n_shared = MIN(sample.n_shared, 4);
    sample.shared[0] = addi(A0, A0, 1);
    for (guint i = 1; i < sample.n_shared; i++)
        sample.shared[i] = random_op(rand, true);
    for (guint i = 0; i < sample.n_own; i++)
        sample.own[i] = random_op(rand, false);
    fix_patches(&sample);
    return sample;
}

static GHashTable *naive_finals(const Sample *sample, const Program *program, const Options *options)
{
    GHashTable *finals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Naive naive = { .sample = sample, .options = options };
    for (guint h = 0; h < HARTS; h++) {
        const HartSpec *spec = program_hart(program, h);
        naive.harts[h].pc = (uint32_t)spec->entry;
        naive.harts[h].end = (uint32_t)spec->until;
        for (guint r = 0; r < 32; r++)
            naive.harts[h].x[r] = (uint32_t)spec->x[r];
    }
    naive_run(&naive, finals);
    return finals;
}

static bool same_sets(GHashTable *a, GHashTable *b)
{
    GHashTableIter iter;
    gpointer key;
    if (g_hash_table_size(a) != g_hash_table_size(b))
        return false;
    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!g_hash_table_contains(b, key))
            return false;
    return true;
}

static bool agree(const Sample *sample, const Options *options, Oracle *oracle)
{
    g_autoptr(Program) program = make_program(sample);
    g_autoptr(GHashTable) naive = naive_finals(sample, program, options);
    g_autoptr(GHashTable) found = explorer_finals(program, options, oracle);
    return same_sets(naive, found);
}

/* Replaces instructions by nop as long as the two still disagree, and prints what is left. */
static void minimise(Sample *sample, const Options *options, Oracle *oracle)
{
    uint32_t *words[] = { sample->shared, sample->own };
    guint lengths[] = { sample->n_shared, sample->n_own };
    for (guint p = 0; p < 2; p++) {
        for (guint i = 0; i < lengths[p]; i++) {
            uint32_t saved = words[p][i];
            words[p][i] = addi(0, 0, 0);
            if (agree(sample, options, oracle))
                words[p][i] = saved;
        }
    }
    for (guint p = 0; p < 2; p++) {
        fprintf(stderr, "%s:\n", p ? "own" : "shared");
        for (guint i = 0; i < lengths[p]; i++) {
            Insn insn = insn_decode(words[p][i]);
            char text[64];
            insn_text(&insn, 0, INSN_TEXT_ALIASES, text, sizeof text);
            fprintf(stderr, "  %08x %s\n", words[p][i], text);
        }
    }
}

static void compare(const char *model, FetchAtomicity atomicity, guint n_samples)
{
    const char *given = getenv("CMODX_SEED");
    guint32 seed = given ? (guint32)strtoul(given, NULL, 0) : 20261122;
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(GError) error = NULL;
    g_autoptr(Oracle) oracle = oracle_new(ORACLE_SLOTS, &error);
    cr_assert(oracle, "%s", error ? error->message : "");
    Options options = { .model = model_named(model), .fetch_atomicity = atomicity, .preempt = PREEMPT_FULL };
    fprintf(stderr, "%s, fetch atomicity %d: seed %u, %u programs\n", model, (int)atomicity, seed, n_samples);
    for (guint i = 0; i < n_samples; i++) {
        Sample sample = random_sample(rand, atomicity == FETCH_2 && !options.model->coherent_fetch);
        if (agree(&sample, &options, oracle))
            continue;
        minimise(&sample, &options, oracle);
        cr_assert(false, "program %u of seed %u: the explorer and the naive interpreter disagree", i, seed);
    }
}

Test(machine_random, sc)
{
    compare("sc", FETCH_WHOLE, 200);
}

Test(machine_random, sc_halves)
{
    compare("sc", FETCH_2, 60);
}

Test(machine_random, sc_stale)
{
    compare("sc-stale", FETCH_4, 200);
}

Test(machine_random, sc_stale_halves)
{
    compare("sc-stale", FETCH_2, 400);
}

Test(machine_random, sc_ziccif)
{
    compare("sc-ziccif", FETCH_4, 200);
}

Test(machine_random, sc_ziccid)
{
    compare("sc-ziccid", FETCH_4, 200);
}
