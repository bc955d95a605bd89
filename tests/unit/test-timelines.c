/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline explorer on programs of a few instructions: all final states of the classic shapes, of accesses of
 * several sizes and of code that is stored to while it runs; how many timelines there are, by formula; private
 * memory. */
#include "sim/machine/timelines.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/encode.h"
#include "tests/support/program.h"

enum {
    ROW_HARTS = 4
};

/* A program and its final states; see observe() for `observed`, and states_text() for `states`. */
typedef struct Row {
    const char *name;
    uint32_t code[ROW_HARTS][CODE_WORDS]; /* a hart without code is none */
    const char *observed, *states;
    const char *model;        /* NULL: data-only */
    FetchAtomicity atomicity; /* 0: as usual */
    Misaligned misaligned;
    Pairing pairing;
    uint32_t t3, s4; /* of every hart: what to patch with */
} Row;

/* "0:a0 1:a1 x y8": registers of harts, variables of 4 and 8 bytes. */
static void observe(Program *program, const char *observed)
{
    g_auto(GStrv) words = g_strsplit(observed, " ", -1);
    for (guint i = 0; words[i]; i++) {
        if (words[i][1] == ':')
            observe_register(program, (guint)(words[i][0] - '0'), (guint)register_number(words[i] + 2));
        else
            observe_memory(program, VARIABLE_X + (uint64_t)(words[i][0] - 'x') * 0x10, words[i][1] ? 8 : 4);
    }
}

static guint harts_of(const uint32_t (*code)[CODE_WORDS])
{
    guint n = 0;
    while (n < ROW_HARTS && code[n][0])
        n++;
    return n;
}

static Program *row_program(const Row *row)
{
    Program *program = code_program(row->code, harts_of(row->code));
    for (guint h = 0; h < program->harts->len; h++) {
        HartSpec *spec = &g_array_index(program->harts, HartSpec, h);
        spec->x[T3] = row->t3;
        spec->x[S4] = row->s4;
    }
    observe(program, row->observed);
    return program;
}

static Options row_options(const Row *row)
{
    Options options = test_options(row->model ? row->model : "data-only", EXPLORER_TIMELINE);
    if (row->atomicity)
        options.fetch_atomicity = row->atomicity;
    options.misaligned = row->misaligned;
    options.pairing = row->pairing;
    return options;
}

static void expect_row(const Row *row)
{
    g_autoptr(Program) program = row_program(row);
    Options options = row_options(row);
    g_autoptr(Outcome) outcome = test_decide(program, &options);
    g_autofree char *states = states_text(program, outcome->states);
    cr_expect_eq(outcome->verdict, VERDICT_PROVED, "%s, %s: %s %s", row->name, options.model->name,
                 verdict_name(outcome->verdict), outcome->reason ? outcome->reason : "");
    cr_expect_str_eq(states, row->states, "%s, %s: %s instead of %s", row->name, options.model->name, states,
                     row->states);
}

static void expect_rows(const Row *rows, gsize n)
{
    for (gsize i = 0; i < n; i++)
        expect_row(&rows[i]);
}

/* Where x0 + y0 of the assembler would do: a register that depends on a0 and holds `value`. */
#define DEPENDENT(reg, value) enc_xor(reg, A0, A0), enc_addi(reg, reg, value)

/* ---- the classic shapes */

Test(timelines, message_passing)
{
#define SEND(...)                                           \
    {                                                       \
        enc_sw(T0, 0, S0), ##__VA_ARGS__, enc_sw(T0, 0, S1) \
    }
#define RECEIVE(...)                                        \
    {                                                       \
        enc_lw(A0, 0, S1), ##__VA_ARGS__, enc_lw(A1, 0, S0) \
    }
    const Row rows[] = {
        { "MP", { SEND(), RECEIVE() }, "1:a0 1:a1", "0,0 0,1 1,0 1,1" },
        { "MP+fence.w.w+po", { SEND(enc_fence(ENC_W, ENC_W)), RECEIVE() }, "1:a0 1:a1", "0,0 0,1 1,0 1,1" },
        { "MP+po+fence.r.r", { SEND(), RECEIVE(enc_fence(ENC_R, ENC_R)) }, "1:a0 1:a1", "0,0 0,1 1,0 1,1" },
        { "MP+fences",
          { SEND(enc_fence(ENC_W, ENC_W)), RECEIVE(enc_fence(ENC_R, ENC_R)) },
          "1:a0 1:a1",
          "0,0 0,1 1,1" },
        { "MP+fence.w.r+fence.r.r",
          { SEND(enc_fence(ENC_W, ENC_R)), RECEIVE(enc_fence(ENC_R, ENC_R)) },
          "1:a0 1:a1",
          "0,0 0,1 1,0 1,1" },
        { "MP+fence.tso+fence.tso", { SEND(enc_fence_tso()), RECEIVE(enc_fence_tso()) }, "1:a0 1:a1", "0,0 0,1 1,1" },
        { "MP+fence.w.w+addr",
          { SEND(enc_fence(ENC_W, ENC_W)),
            { enc_lw(A0, 0, S1), DEPENDENT(A2, 0), enc_add(A2, A2, S0), enc_lw(A1, 0, A2) } },
          "1:a0 1:a1",
          "0,0 0,1 1,1" },
        { "MP+fence.w.w+ctrl",
          { SEND(enc_fence(ENC_W, ENC_W)), { enc_lw(A0, 0, S1), enc_beq(A0, ZERO, 4), enc_lw(A1, 0, S0) } },
          "1:a0 1:a1",
          "0,0 0,1 1,0 1,1" },
        { "MP+amo.rl+amo.aq",
          { { enc_sw(T0, 0, S0), enc_amo(ENC_SWAP, 2, ENC_RL, ZERO, T0, S1) },
            { enc_amo(ENC_ADD, 2, ENC_AQ, A0, ZERO, S1), enc_lw(A1, 0, S0) } },
          "1:a0 1:a1",
          "0,0 0,1 1,1" },
        { "MP, sequentially consistent", { SEND(), RECEIVE() }, "1:a0 1:a1", "0,0 0,1 1,1", .model = "sc" },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
#undef SEND
#undef RECEIVE
}

Test(timelines, store_buffering)
{
#define SB(...)                                                  \
    {                                                            \
        { enc_sw(T0, 0, S0), ##__VA_ARGS__, enc_lw(A0, 0, S1) }, \
        {                                                        \
            enc_sw(T0, 0, S1), ##__VA_ARGS__, enc_lw(A0, 0, S0)  \
        }                                                        \
    }
    const Row rows[] = {
        { "SB", SB(), "0:a0 1:a0", "0,0 0,1 1,0 1,1" },
        { "SB+fence.w.r", SB(enc_fence(ENC_W, ENC_R)), "0:a0 1:a0", "0,1 1,0 1,1" },
        { "SB+fence.rw.rw", SB(enc_fence(ENC_RW, ENC_RW)), "0:a0 1:a0", "0,1 1,0 1,1" },
        { "SB+fence.w.w", SB(enc_fence(ENC_W, ENC_W)), "0:a0 1:a0", "0,0 0,1 1,0 1,1" },
        { "SB+fence.tso", SB(enc_fence_tso()), "0:a0 1:a0", "0,0 0,1 1,0 1,1" },
        { "SB, sequentially consistent", SB(), "0:a0 1:a0", "0,1 1,0 1,1", .model = "sc-stale" },
        /* forwarding: each sees its own store, and neither the other's (ppo 12 does not order this) */
        { "SB+rfi",
          { { enc_sw(T0, 0, S0), enc_lw(A0, 0, S0), enc_fence(ENC_R, ENC_R), enc_lw(A1, 0, S1) },
            { enc_sw(T0, 0, S1), enc_lw(A0, 0, S1), enc_fence(ENC_R, ENC_R), enc_lw(A1, 0, S0) } },
          "0:a0 0:a1 1:a0 1:a1",
          "1,0,1,0 1,0,1,1 1,1,1,0 1,1,1,1" },
        /* but an AMO's is not forwarded (ppo 3) */
        { "SB+amo-rfi",
          { { enc_amo(ENC_SWAP, 2, 0, ZERO, T0, S0), enc_lw(A0, 0, S0), enc_fence(ENC_R, ENC_R), enc_lw(A1, 0, S1) },
            { enc_amo(ENC_SWAP, 2, 0, ZERO, T0, S1), enc_lw(A0, 0, S1), enc_fence(ENC_R, ENC_R), enc_lw(A1, 0, S0) } },
          "0:a0 0:a1 1:a0 1:a1",
          "1,0,1,1 1,1,1,0 1,1,1,1" },
        /* release and then acquire are ordered where both are RCsc (ppo 7), as those of AMOs are */
        { "SB+amo.rl+amo.aq",
          { { enc_amo(ENC_SWAP, 2, ENC_RL, ZERO, T0, S0), enc_amo(ENC_ADD, 2, ENC_AQ, A0, ZERO, S1) },
            { enc_amo(ENC_SWAP, 2, ENC_RL, ZERO, T0, S1), enc_amo(ENC_ADD, 2, ENC_AQ, A0, ZERO, S0) } },
          "0:a0 1:a0",
          "0,1 1,0 1,1" },
        { "SB+amo.rl+amo",
          { { enc_amo(ENC_SWAP, 2, ENC_RL, ZERO, T0, S0), enc_amo(ENC_ADD, 2, 0, A0, ZERO, S1) },
            { enc_amo(ENC_SWAP, 2, ENC_RL, ZERO, T0, S1), enc_amo(ENC_ADD, 2, 0, A0, ZERO, S0) } },
          "0:a0 1:a0",
          "0,0 0,1 1,0 1,1" },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
#undef SB
}

Test(timelines, load_buffering)
{
#define LB(between0, between1)                              \
    {                                                       \
        { enc_lw(A0, 0, S0), between0, enc_sw(A2, 0, S1) }, \
        {                                                   \
            enc_lw(A0, 0, S1), between1, enc_sw(A2, 0, S0)  \
        }                                                   \
    }
#define EXPAND(...) __VA_ARGS__
#define PO          enc_li(A2, 1)
#define DATA_DEP    DEPENDENT(A2, 1)
#define CTRL        enc_li(A2, 1), enc_beq(A0, ZERO, 4)
#define FENCED      enc_li(A2, 1), enc_fence(ENC_R, ENC_W)
    const Row rows[] = {
        { "LB", LB(PO, PO), "0:a0 1:a0", "0,0 0,1 1,0 1,1" },
        { "LB+data+po", LB(DATA_DEP, PO), "0:a0 1:a0", "0,0 0,1 1,0 1,1" },
        { "LB+data+data", LB(DATA_DEP, DATA_DEP), "0:a0 1:a0", "0,0 0,1 1,0" },
        { "LB+ctrl+ctrl", LB(CTRL, CTRL), "0:a0 1:a0", "0,0 0,1 1,0" },
        { "LB+data+ctrl", LB(DATA_DEP, CTRL), "0:a0 1:a0", "0,0 0,1 1,0" },
        { "LB+fence.r.w", LB(FENCED, FENCED), "0:a0 1:a0", "0,0 0,1 1,0" },
        /* what follows an access whose address depends on a load (ppo 13) */
        { "LB+addr-po+data", LB(EXPAND(DEPENDENT(A3, 0), enc_add(A3, A3, S2), enc_sw(T0, 0, A3), PO), DATA_DEP),
          "0:a0 1:a0", "0,0 0,1 1,0" },
        { "LB+addr-load-po+data", LB(EXPAND(DEPENDENT(A3, 0), enc_add(A3, A3, S2), enc_lw(A1, 0, A3), PO), DATA_DEP),
          "0:a0 1:a0", "0,0 0,1 1,0" },
        /* values out of thin air: whatever x and y hold is copied */
        { "LB+copies",
          { { enc_lw(A0, 0, S0), enc_sw(A0, 0, S1) }, { enc_lw(A0, 0, S1), enc_sw(A0, 0, S0) } },
          "0:a0 1:a0",
          "0,0" },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
#undef LB
#undef EXPAND
#undef PO
#undef DATA_DEP
#undef CTRL
#undef FENCED
}

Test(timelines, coherence)
{
    const Row rows[] = {
        { "CoRR", { { enc_sw(T0, 0, S0) }, { enc_lw(A0, 0, S0), enc_lw(A1, 0, S0) } }, "1:a0 1:a1", "0,0 0,1 1,1" },
        { "CoRR of two",
          { { enc_sw(T0, 0, S0), enc_sw(T1, 0, S0) }, { enc_lw(A0, 0, S0), enc_lw(A1, 0, S0) } },
          "1:a0 1:a1",
          "0,0 0,1 0,2 1,1 1,2 2,2" },
        { "CoWR", { { enc_sw(T0, 0, S0), enc_lw(A0, 0, S0) }, { enc_sw(T1, 0, S0) } }, "0:a0 x", "1,1 1,2 2,2" },
        { "CoRW", { { enc_lw(A0, 0, S0), enc_sw(T0, 0, S0) }, { enc_sw(T1, 0, S0) } }, "0:a0 x", "0,1 0,2 2,1" },
        { "CoWW", { { enc_sw(T0, 0, S0), enc_sw(T1, 0, S0) }, { enc_sw(T2, 0, S0) } }, "x", "2 3" },
        { "2+2W",
          { { enc_sw(T0, 0, S0), enc_sw(T1, 0, S1) }, { enc_sw(T0, 0, S1), enc_sw(T1, 0, S0) } },
          "x y",
          "1,1 1,2 2,1 2,2" },
        { "2+2W+fences",
          { { enc_sw(T0, 0, S0), enc_fence(ENC_W, ENC_W), enc_sw(T1, 0, S1) },
            { enc_sw(T0, 0, S1), enc_fence(ENC_W, ENC_W), enc_sw(T1, 0, S0) } },
          "x y",
          "1,2 2,1 2,2" },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
}

/* Every store is seen by all other harts at once. */
Test(timelines, three_and_four_harts)
{
    const Row rows[] = {
        { "WRC+data+addr",
          { { enc_sw(T0, 0, S0) },
            { enc_lw(A0, 0, S0), DEPENDENT(A2, 1), enc_sw(A2, 0, S1) },
            { enc_lw(A0, 0, S1), DEPENDENT(A2, 0), enc_add(A2, A2, S0), enc_lw(A1, 0, A2) } },
          "1:a0 2:a0 2:a1",
          "0,0,0 0,0,1 0,1,0 0,1,1 1,0,0 1,0,1 1,1,1" },
        { "IRIW+fence.r.r, 15 of 16",
          { { enc_sw(T0, 0, S0) },
            { enc_lw(A0, 0, S0), enc_fence(ENC_R, ENC_R), enc_lw(A1, 0, S1) },
            { enc_sw(T0, 0, S1) },
            { enc_lw(A0, 0, S1), enc_fence(ENC_R, ENC_R), enc_lw(A1, 0, S0) } },
          "1:a0 1:a1 3:a0 3:a1",
          "0,0,0,0 0,0,0,1 0,0,1,0 0,0,1,1 0,1,0,0 0,1,0,1 0,1,1,0 0,1,1,1 "
          "1,0,0,0 1,0,0,1 1,0,1,1 1,1,0,0 1,1,0,1 1,1,1,0 1,1,1,1" },
        { "IRIW",
          { { enc_sw(T0, 0, S0) },
            { enc_lw(A0, 0, S0), enc_lw(A1, 0, S1) },
            { enc_sw(T0, 0, S1) },
            { enc_lw(A0, 0, S1), enc_lw(A1, 0, S0) } },
          "1:a0 1:a1 3:a0 3:a1",
          "0,0,0,0 0,0,0,1 0,0,1,0 0,0,1,1 0,1,0,0 0,1,0,1 0,1,1,0 0,1,1,1 "
          "1,0,0,0 1,0,0,1 1,0,1,0 1,0,1,1 1,1,0,0 1,1,0,1 1,1,1,0 1,1,1,1" },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
}

/* ---- AMO, LR and SC */

Test(timelines, atomicity)
{
#define INCREMENT                                                           \
    {                                                                       \
        enc_lr(2, 0, A0, S0), enc_addi(A1, A0, 1), enc_sc(2, 0, A2, A1, S0) \
    }
#define COUNT                              \
    {                                      \
        enc_amo(ENC_ADD, 2, 0, A0, T0, S0) \
    }
    const Row rows[] = {
        { "amoadd", { COUNT, COUNT }, "0:a0 1:a0 x", "0,1,2 1,0,2" },
        { "amoadd by three",
          { COUNT, COUNT, COUNT },
          "0:a0 1:a0 2:a0 x",
          "0,1,2,3 0,2,1,3 1,0,2,3 1,2,0,3 2,0,1,3 2,1,0,3" },
        { "amoadd and a store", { COUNT, { enc_sw(T2, 0, S0) } }, "0:a0 x", "0,3 3,4" },
        /* an SC may always fail */
        { "lr, sc", { INCREMENT, INCREMENT }, "0:a2 1:a2 x", "0,0,2 0,1,1 1,0,1 1,1,0" },
        { "lr, sc and a store",
          { { enc_lr(2, 0, A0, S0), enc_sc(2, 0, A2, T2, S0) }, { enc_sw(T1, 0, S0) } },
          "0:a0 0:a2 x",
          "0,0,2 0,1,2 2,0,3 2,1,2" },
        { "sc without lr", { { enc_sc(2, 0, A2, T2, S0) }, { enc_lw(A0, 0, S0) } }, "0:a2 1:a0", "1,0" },
        { "sc after sc",
          { { enc_lr(2, 0, A0, S0), enc_sc(2, 0, A1, T2, S0), enc_sc(2, 0, A2, T2, S0) } },
          "0:a1 0:a2",
          "0,1 1,1" },
        /* which SC may succeed after which LR */
        { "sc elsewhere, same",
          { { enc_lr(2, 0, A0, S0), enc_sc(2, 0, A2, T2, S1) }, { enc_lw(A0, 0, S1) } },
          "0:a2 y",
          "1,0",
          .pairing = PAIRING_SAME },
        { "sc elsewhere, any",
          { { enc_lr(2, 0, A0, S0), enc_sc(2, 0, A2, T2, S1) }, { enc_lw(A0, 0, S1) } },
          "0:a2 y",
          "0,3 1,0",
          .pairing = PAIRING_ANY },
        { "sc of a part, same",
          { { enc_lr(3, 0, A0, S0), enc_sc(2, 0, A2, T2, S0) } },
          "0:a2 x",
          "1,0",
          .pairing = PAIRING_SAME },
        { "sc of a part, subset", { { enc_lr(3, 0, A0, S0), enc_sc(2, 0, A2, T2, S0) } }, "0:a2 x", "0,3 1,0" },
        { "sc of more, subset", { { enc_lr(2, 0, A0, S0), enc_sc(3, 0, A2, T2, S0) } }, "0:a2 x", "1,0" },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
#undef INCREMENT
#undef COUNT
}

/* A hart whose SC goes where nobody else looks: its LR's bytes still must not have been stored to. */
Test(timelines, sc_to_private_memory_is_as_atomic)
{
    const Row row = { "sc elsewhere",
                      { { enc_lr(2, 0, A0, S0), enc_sw(T0, 4, S0), enc_fence(ENC_W, ENC_W), enc_sc(2, 0, A2, T2, S1) },
                        { enc_lr(3, 0, A0, S0), enc_sc(3, 0, A2, T0, S0) } },
                      "0:a0 0:a2 1:a2 x8",
                      /* x is stored to between the LR that read 0 and the store of 1 << 32: then that SC fails */
                      "",
                      .pairing = PAIRING_ANY };
    g_autoptr(Program) program = row_program(&row);
    add_condition(program, "~exists H0:a0 = 0 /\\ H0:a2 = 0 /\\ H1:a2 = 0 /\\ u64[x] = 0x100000001");
    static const char *const models[] = { "sc", "data-only" };
    for (guint i = 0; i < G_N_ELEMENTS(models); i++) {
        Options options = test_options(models[i], EXPLORER_TIMELINE);
        options.pairing = PAIRING_ANY;
        g_autoptr(Outcome) outcome = test_decide(program, &options);
        cr_expect_eq(outcome->verdict, VERDICT_PROVED, "%s: %s", models[i], verdict_name(outcome->verdict));
    }
}

/* The interleaving explorer has the same choice of which SC may succeed. */
Test(timelines, both_explorers_pair_lr_and_sc_alike)
{
    const Row row = { "sc elsewhere",
                      { { enc_lr(2, 0, A0, S0), enc_sc(2, 0, A2, T2, S1) }, { enc_lw(A0, 0, S1) } },
                      "0:a2 1:a0 y",
                      NULL };
    static const char *const expected[] = { "1,0,0", "1,0,0", "0,0,3 0,3,3 1,0,0" };
    static const Pairing pairings[] = { PAIRING_SUBSET, PAIRING_SAME, PAIRING_ANY };
    for (guint i = 0; i < G_N_ELEMENTS(pairings); i++)
        for (guint e = 0; e < 2; e++) {
            g_autoptr(Program) program = row_program(&row);
            Options options = test_options("sc", e ? EXPLORER_TIMELINE : EXPLORER_INTERLEAVING);
            options.pairing = pairings[i];
            g_autoptr(Outcome) outcome = test_decide(program, &options);
            g_autofree char *states = states_text(program, outcome->states);
            cr_expect_str_eq(states, expected[i], "pairing %u, explorer %u: %s instead of %s", i, e, states,
                             expected[i]);
        }
}

/* ---- accesses of several sizes: an aligned load is one event, and every byte binds all of it */

Test(timelines, loads_of_several_sizes)
{
    const Row rows[] = {
        /* 256: the old byte 0 with the new byte 1 */
        { "a byte read before binds the halfword",
          { { enc_sb(T0, 0, S0), enc_fence(ENC_W, ENC_W), enc_sb(T0, 1, S0) },
            { enc_lb(A0, 1, S0), enc_lh(A1, 0, S0) } },
          "1:a0 1:a1",
          "0,0 0,1 0,257 1,257" },
        { "without the fence",
          { { enc_sb(T0, 0, S0), enc_sb(T0, 1, S0) }, { enc_lb(A0, 1, S0), enc_lh(A1, 0, S0) } },
          "1:a0 1:a1",
          "0,0 0,1 0,256 0,257 1,256 1,257" },
        /* ppo 12: 2 is the own byte 2 with the old byte 3 */
        { "a forwarding view binds the halfword",
          { { enc_sb(T0, 3, S0), enc_fence(ENC_W, ENC_W), enc_sb(T0, 0, S0) },
            { enc_lb(A0, 0, S0), DEPENDENT(A2, 2), enc_sb(A2, 2, S0), enc_lh(A1, 2, S0) } },
          "1:a0 1:a1",
          "0,2 0,258 1,258" },
        { "a store that depends on nothing does not",
          { { enc_sb(T0, 3, S0), enc_fence(ENC_W, ENC_W), enc_sb(T0, 0, S0) },
            { enc_lb(A0, 0, S0), enc_sb(T1, 2, S0), enc_lh(A1, 2, S0) } },
          "1:a0 1:a1",
          "0,2 0,258 1,2 1,258" },
        /* ppo 3: 1 is the AMO's word with the old upper one */
        { "a part of an AMO is not forwarded",
          { { enc_amo(ENC_SWAP, 2, 0, ZERO, T0, S0), enc_ld(A0, 0, S0) },
            { enc_sw(T0, 4, S0), enc_fence(ENC_W, ENC_R), enc_lw(A0, 0, S0) } },
          "0:a0 1:a0",
          "1,1 4294967297,0 4294967297,1" },
        { "a part of a store is",
          { { enc_sw(T0, 0, S0), enc_ld(A0, 0, S0) },
            { enc_sw(T0, 4, S0), enc_fence(ENC_W, ENC_R), enc_lw(A0, 0, S0) } },
          "0:a0 1:a0",
          "1,0 1,1 4294967297,0 4294967297,1" },
        { "a part of an SC is not forwarded",
          { { enc_lr(2, 0, A1, S0), enc_sc(2, 0, A2, T0, S0), enc_bne(A2, ZERO, 8), enc_ld(A0, 0, S0) },
            { enc_sw(T0, 4, S0), enc_fence(ENC_W, ENC_R), enc_lw(A0, 0, S0) } },
          "0:a0 0:a2 1:a0",
          "0,1,0 1,0,1 4294967297,0,0 4294967297,0,1" },
        /* its view is that of what it forwards: both may read the old byte */
        { "a load that forwards a part keeps the forwarding view",
          { { enc_sb(T0, 0, S0), enc_lh(A0, 0, S0), DEPENDENT(A2, 0), enc_add(A2, A2, S0), enc_lb(A1, 3, A2) },
            { enc_sb(T0, 3, S0), enc_fence(ENC_W, ENC_R), enc_lb(A0, 0, S0) } },
          "0:a1 1:a0",
          "0,0 0,1 1,0 1,1" },
        { "a doubleword is stored at once",
          { { enc_li(A2, -1), enc_sd(A2, 0, S0) }, { enc_lw(A0, 4, S0), enc_fence(ENC_R, ENC_R), enc_lb(A1, 0, S0) } },
          "1:a0 1:a1",
          "0,0 0,-1 -1,-1" },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
}

Test(timelines, atomicity_of_several_sizes)
{
    const Row rows[] = {
        /* What the LR read, the own sw among it, precedes the SC: nobody sees the SC without it. */
        { "own store read by the LR",
          { { enc_sw(T0, 4, S0), enc_lr(3, 0, A0, S0), enc_sc(2, 0, A2, T0, S0) },
            { enc_lw(A0, 0, S0), enc_fence(ENC_R, ENC_R), enc_lw(A1, 4, S0) } },
          "0:a2 1:a0 1:a1",
          "0,0,0 0,0,1 0,1,1 1,0,0 1,0,1" },
        { "own store not read by the LR",
          { { enc_sw(T0, 4, S0), enc_lr(2, 0, A0, S0), enc_sc(2, 0, A2, T0, S0) },
            { enc_lw(A0, 0, S0), enc_fence(ENC_R, ENC_R), enc_lw(A1, 4, S0) } },
          "0:a2 1:a0 1:a1",
          "0,0,0 0,0,1 0,1,0 0,1,1 1,0,0 1,0,1" },
        /* A store to any byte that the LR read makes the SC fail, written or not: if the other hart does not see the SC
         * after its own store, that store came first, and the LR must have read it. */
        { "store to the other half",
          { { enc_lr(3, 0, A0, S0), enc_sc(2, 0, A2, T0, S0) },
            { enc_sw(T0, 4, S0), enc_fence(ENC_W, ENC_R), enc_lw(A0, 0, S0) } },
          "0:a0 0:a2 1:a0",
          "0,0,1 0,1,0 4294967296,0,0 4294967296,0,1 4294967296,1,0" },
        { "store beside what the LR read",
          { { enc_lr(2, 0, A0, S0), enc_sc(2, 0, A2, T0, S0) },
            { enc_sw(T0, 4, S0), enc_fence(ENC_W, ENC_R), enc_lw(A0, 0, S0) } },
          "0:a0 0:a2 1:a0",
          "0,0,0 0,0,1 0,1,0" },
        /* An AMO reads whatever is there, whoever stored it, in whatever sizes. */
        { "amo over two stores",
          { { enc_amo(ENC_ADD, 3, 0, A0, T0, S0) }, { enc_sw(T1, 0, S0), enc_fence(ENC_W, ENC_W), enc_sw(T1, 4, S0) } },
          "0:a0 x8",
          "0,8589934594 2,8589934595 8589934594,8589934595" },
        { "amo of a half", { { enc_amo(ENC_ADD, 2, 0, A0, T0, S0) }, { enc_sd(T2, 0, S0) } }, "0:a0 x8", "0,3 3,4" },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
}

Test(timelines, misaligned)
{
    /* x+2 .. x+5: two halfwords of pieces, or four bytes; each at a point of its own */
    const Row rows[] = {
        { "a misaligned store is two",
          { { enc_li(A3, -1), enc_sw(A3, 2, S0) }, { enc_lh(A0, 2, S0), enc_lh(A1, 4, S0) } },
          "1:a0 1:a1",
          "0,0 0,-1 -1,0 -1,-1" },
        { "atomic within 16 bytes",
          { { enc_li(A3, -1), enc_sw(A3, 2, S0) }, { enc_lh(A0, 2, S0), enc_fence(ENC_R, ENC_R), enc_lh(A1, 4, S0) } },
          "1:a0 1:a1",
          "0,0 0,-1 -1,-1",
          .misaligned = MISALIGNED_ATOMIC },
        { "a misaligned load is two",
          { { enc_li(A3, -1), enc_sh(A3, 4, S0), enc_fence(ENC_W, ENC_W), enc_sh(A3, 2, S0) }, { enc_lw(A0, 2, S0) } },
          "1:a0",
          "0 65535 -65536 -1" },
        { "but one if it is atomic",
          { { enc_li(A3, -1), enc_sh(A3, 4, S0), enc_fence(ENC_W, ENC_W), enc_sh(A3, 2, S0) }, { enc_lw(A0, 2, S0) } },
          "1:a0",
          "0 -65536 -1",
          .misaligned = MISALIGNED_ATOMIC },
        { "pieces are halfwords", { { enc_li(A3, -1), enc_sh(A3, 2, S0) }, { enc_lw(A0, 2, S0) } }, "1:a0", "0 65535" },
        { "or bytes",
          { { enc_li(A3, -1), enc_sh(A3, 2, S0) }, { enc_lw(A0, 2, S0) } },
          "1:a0",
          "0 255 65280 65535",
          .misaligned = MISALIGNED_BYTES },
        { "what is aligned is one, all the same",
          { { enc_li(A3, -1), enc_sw(A3, 0, S0) }, { enc_lw(A0, 0, S0) } },
          "1:a0",
          "0 -1",
          .misaligned = MISALIGNED_BYTES },
    };
    expect_rows(rows, G_N_ELEMENTS(rows));
}

/* ---- code that is stored to */

enum {
    SLOT = 8 /* of a hart's code, in bytes: see below */
};

typedef struct ByModel {
    const char *model, *states;
} ByModel;

static void expect_by_model(const Row *row, const ByModel *rows, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        Row one = *row;
        one.model = rows[i].model;
        one.states = rows[i].states;
        expect_row(&one);
    }
}

/* What one hart fetches of its own stores. */
Test(timelines, self_modifying)
{
    /* sw; nop; slot */
    const Row modifies = { .name = "SM",
                           .code = { { enc_sw(T3, SLOT, S3), enc_nop(), enc_li(A2, 1) } },
                           .observed = "0:a2",
                           .t3 = enc_li(A2, 2) };
    static const ByModel stale[] = {
        { "sc", "2" },        { "sc-stale", "1 2" },  { "sc-ziccid", "1 2" },   { "rvwmo", "1 2" },
        { "ziccid", "1 2" },  { "ir-decode", "1 2" }, { "ziccif-only", "1 2" }, { "ir-decode-w", "1 2" },
        { "data-only", "1" },
    };
    expect_by_model(&modifies, stale, G_N_ELEMENTS(stale));
    Row fenced = modifies;
    fenced.name = "SM+fence.i";
    fenced.code[0][1] = enc_fence_i();
    static const ByModel fresh[] = {
        { "sc", "2" },     { "sc-stale", "2" },  { "sc-ziccif", "2" },   { "sc-ziccid", "2" },   { "rvwmo", "2" },
        { "ziccid", "2" }, { "ir-decode", "2" }, { "ziccif-only", "2" }, { "ir-decode-w", "2" }, { "data-only", "1" },
    };
    expect_by_model(&fenced, fresh, G_N_ELEMENTS(fresh));
    /* slot; sw: a fetch may see the own store that comes after it, unless fetches come before later stores */
    const Row looks_ahead = { .name = "CoFW",
                              .code = { { enc_li(A2, 1), enc_nop(), enc_sw(T3, 0, S3) } },
                              .observed = "0:a2",
                              .t3 = enc_li(A2, 2) };
    static const ByModel ahead[] = {
        { "sc", "1" },     { "sc-stale", "1" },  { "rvwmo", "1 2" },     { "ziccif-only", "1 2" },
        { "ziccid", "1" }, { "ir-decode", "1" }, { "ir-decode-w", "1" },
    };
    expect_by_model(&looks_ahead, ahead, G_N_ELEMENTS(ahead));
    /* slot: jump over the store of its own target: only a patch that is its own cause could be fetched (thin air) */
    const Row causes_itself = { .name = "OOTA.F",
                                .code = { { enc_jal(ZERO, 8), enc_sw(T3, 0, S3), enc_addi(A2, A2, 1) } },
                                .observed = "0:a2 0:a0",
                                .t3 = enc_li(A0, 1) };
    static const ByModel never[] = { { "rvwmo", "1,0" }, { "ziccif-only", "1,0" }, { "ziccid", "1,0" } };
    expect_by_model(&causes_itself, never, G_N_ELEMENTS(never));
}

/* Another hart's stores to code. */
Test(timelines, cross_modifying)
{
    /* jal f; mv a0; jal f; mv a1; (end) f: slot; ret. Both fetches are of one place. */
    const uint32_t calls[CODE_WORDS] = { enc_jal(RA, 0x40),   enc_addi(A0, A2, 0),  enc_jal(RA, 0x38),
                                         enc_addi(A1, A2, 0), [16] = enc_li(A2, 1), enc_jalr(ZERO, 0, RA) };
    Row twice = { .name = "CoFF", .code = { { 0 }, { enc_sw(T3, 0x40, S3) } }, .observed = "0:a0 0:a1" };
    memcpy(twice.code[0], calls, sizeof calls);
    twice.t3 = enc_li(A2, 2);
    static const ByModel back_in_time[] = {
        { "sc", "1,1 1,2 2,2" },
        { "sc-stale", "1,1 1,2 2,1 2,2" },
        { "sc-ziccid", "1,1 1,2 2,2" },
        { "rvwmo", "1,1 1,2 2,1 2,2" },
        { "ziccid", "1,1 1,2 2,2" },
        { "ir-decode", "1,1 1,2 2,1 2,2" },
        { "ziccif-only", "1,1 1,2 2,1 2,2" },
    };
    expect_by_model(&twice, back_in_time, G_N_ELEMENTS(back_in_time));
    /* the same with a fence.i between: ir3f orders the fetch before it, too */
    Row fenced = twice;
    fenced.name = "CoFF+fence.i";
    fenced.code[0][1] = enc_addi(A0, A2, 0);
    fenced.code[0][2] = enc_fence_i();
    fenced.code[0][3] = enc_jal(RA, 0x34);
    fenced.code[0][4] = enc_addi(A1, A2, 0);
    static const ByModel fetches_fenced[] = {
        { "sc", "1,1 1,2 2,2" },
        { "sc-stale", "1,1 1,2 2,2" },
        { "sc-ziccif", "1,1 1,2 2,1 2,2" },
        { "rvwmo", "1,1 1,2 2,2" },
        { "ziccid", "1,1 1,2 2,2" },
        { "ziccif-only", "1,1 1,2 2,1 2,2" },
        { "ir-decode", "1,1 1,2 2,1 2,2" },
    };
    expect_by_model(&fenced, fetches_fenced, G_N_ELEMENTS(fetches_fenced));
    /* patch; fence w,w; flag || flag; (fence.i); slot */
    Row message = { .name = "MP.RF",
                    .code = { { enc_lw(A0, 0, S0), enc_nop(), enc_li(A2, 1) },
                              { enc_sw(T3, SLOT, S3), enc_fence(ENC_W, ENC_W), enc_sw(T0, 0, S0) } },
                    .observed = "0:a0 0:a2",
                    .t3 = enc_li(A2, 2) };
    static const ByModel not_ordered[] = {
        { "sc", "0,1 0,2 1,2" },        { "sc-stale", "0,1 0,2 1,1 1,2" }, { "sc-ziccid", "0,1 0,2 1,1 1,2" },
        { "rvwmo", "0,1 0,2 1,1 1,2" }, { "ziccid", "0,1 0,2 1,1 1,2" },
    };
    expect_by_model(&message, not_ordered, G_N_ELEMENTS(not_ordered));
    message.name = "MP.RF+fence.i";
    message.code[0][1] = enc_fence_i();
    static const ByModel ordered[] = {
        { "sc", "0,1 0,2 1,2" },        { "sc-stale", "0,1 0,2 1,2" },    { "sc-ziccif", "0,1 0,2 1,2" },
        { "rvwmo", "0,1 0,2 1,2" },     { "ziccid", "0,1 0,2 1,2" },      { "ziccif-only", "0,1 0,2 1,2" },
        { "ir-decode", "0,1 0,2 1,2" }, { "ir-decode-w", "0,1 0,2 1,2" },
    };
    expect_by_model(&message, ordered, G_N_ELEMENTS(ordered));
}

/* A patch of a doubleword is one store, but two instructions are two fetches. */
Test(timelines, two_instructions_patched_at_once)
{
    Row row = { .name = "sd over two",
                .code = { { enc_li(A2, 1), enc_li(A3, 1) }, { enc_sd(T3, 0, S3) } },
                .observed = "0:a2 0:a3" };
    static const ByModel rows[] = {
        { "sc", "1,1 1,2 2,2" },
        { "ziccid", "1,1 1,2 2,2" },
        { "rvwmo", "1,1 1,2 2,1 2,2" },
        { "ir-decode", "1,1 1,2 2,1 2,2" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        row.model = rows[i].model;
        g_autoptr(Program) program = row_program(&row);
        g_array_index(program->harts, HartSpec, 1).x[T3] = enc_li(A2, 2) | (uint64_t)enc_li(A3, 2) << 32;
        Options options = row_options(&row);
        g_autoptr(Outcome) outcome = test_decide(program, &options);
        g_autofree char *states = states_text(program, outcome->states);
        cr_expect_str_eq(states, rows[i].states, "%s: %s instead of %s", rows[i].model, states, rows[i].states);
    }
}

/* c.nop, an instruction of four bytes at 2 mod 4, c.nop; all stored at once. What is fetched in two chunks may be
 * torn. */
Test(timelines, an_instruction_across_two_chunks)
{
    enum {
        C_NOP = 1
    };
    const uint32_t old = enc_li(A2, 1), new = enc_li(A3, 2);
    Row row = { .name = "torn",
                .code = { { C_NOP | old << 16, old >> 16 | C_NOP << 16 }, { enc_sd(T3, 0, S3) } },
                .observed = "0:a2 0:a3" };
    static const struct {
        const char *model;
        FetchAtomicity atomicity;
        const char *states;
    } rows[] = {
        { "sc", FETCH_WHOLE, "0,2 1,0" },
        { "sc", FETCH_4, "0,2 1,0 2,0" }, /* the old low half first, then the new high half */
        { "sc", FETCH_8, "0,2 1,0" },
        { "rvwmo", FETCH_2, "0,1 0,2 1,0 2,0" },
        { "rvwmo", FETCH_4, "0,1 0,2 1,0 2,0" },
        { "rvwmo", FETCH_8, "0,2 1,0" },
        { "ziccid", FETCH_4, "0,1 0,2 1,0 2,0" }, /* the parts of one instruction have no order */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        row.model = rows[i].model;
        row.atomicity = rows[i].atomicity;
        g_autoptr(Program) program = row_program(&row);
        g_array_index(program->harts, HartSpec, 1).x[T3] =
            C_NOP | (uint64_t)(new << 16) | (uint64_t)(new >> 16 | C_NOP << 16) << 32;
        Options options = row_options(&row);
        options.fetch_atomicity = rows[i].atomicity;
        g_autoptr(Outcome) outcome = test_decide(program, &options);
        g_autofree char *states = states_text(program, outcome->states);
        cr_expect_str_eq(states, rows[i].states, "%s, %d: %s instead of %s", rows[i].model, (int)rows[i].atomicity,
                         states, rows[i].states);
    }
}

/* ---- how many timelines there are */

/* (i + j + ...)! / (i! j! ...) */
static guint64 orders(guint n, const guint *counts)
{
    guint64 result = 1;
    guint sum = 0;
    for (guint i = 0; i < n; i++)
        for (guint k = 1; k <= counts[i]; k++)
            result = result * ++sum / k; /* exact: a binomial coefficient at each step */
    return result;
}

/* Prefixes of all interleavings of sequences of these lengths. */
static guint64 prefixes(guint n, const guint *lengths)
{
    guint counts[ROW_HARTS] = { 0 };
    for (guint64 sum = 0;;) {
        sum += orders(n, counts);
        guint i = 0;
        while (i < n && ++counts[i] > lengths[i])
            counts[i++] = 0;
        if (i == n)
            return sum;
    }
}

/* Sequences without repetition from k things. */
static guint64 arrangements(guint k)
{
    guint64 sum = 1, product = 1;
    for (guint t = 0; t < k; t++)
        sum += product *= k - t;
    return sum;
}

/* Two harts of n and m stores to different words of code, which anybody might fetch; `fenced`: in program order. */
static Program *stores_program(guint n, guint m, bool fenced)
{
    uint32_t code[3][CODE_WORDS] = { { 0 } };
    const guint counts[] = { n, m };
    for (guint h = 0; h < 2; h++)
        for (guint i = 0, at = 0; i < counts[h]; i++) {
            code[h][at++] = enc_sw(T0, (int)(2 * CODE_STRIDE + 0x80 + 0x20 * h + 4 * i), S3);
            if (fenced)
                code[h][at++] = enc_fence(ENC_W, ENC_W);
        }
    for (guint h = 0; h < 3; h++)
        if (!code[h][0])
            code[h][0] = enc_nop();
    return code_program((const uint32_t(*)[CODE_WORDS])code, 3);
}

static guint64 timelines_of_stores(const char *model, guint n, guint m, bool fenced)
{
    g_autoptr(Program) program = stores_program(n, m, fenced);
    Options options = test_options(model, EXPLORER_TIMELINE);
    g_autoptr(Outcome) outcome = test_decide(program, &options);
    cr_assert_eq(outcome->verdict, VERDICT_PROVED, "%s", outcome->reason ? outcome->reason : "");
    return outcome->timelines;
}

/* Unordered: every sequence of some of the n + m stores, the sum of (n + m)! / (n + m - t)!. In order: a prefix of one,
 * merged with a prefix of the other, the sum of (i + j)! / (i! j!) with i <= n, j <= m: that is C(n+m+2, n+1) - 1. */
Test(timelines, orders_of_stores)
{
    for (guint n = 0; n <= 3; n++)
        for (guint m = 0; m <= 2; m++) {
            const guint lengths[] = { n, m }, both[] = { n + 1, m + 1 };
            cr_assert_eq(prefixes(2, lengths), orders(2, both) - 1);
            cr_expect_eq(timelines_of_stores("data-only", n, m, false), arrangements(n + m), "%u and %u", n, m);
            cr_expect_eq(timelines_of_stores("ziccid", n, m, false), arrangements(n + m), "%u and %u", n, m);
            cr_expect_eq(timelines_of_stores("data-only", n, m, true), prefixes(2, lengths), "%u and %u", n, m);
            cr_expect_eq(timelines_of_stores("sc", n, m, false), prefixes(2, lengths), "%u and %u", n, m);
        }
    cr_expect_eq(timelines_of_stores("data-only", 6, 5, true), 1715); /* C(13, 7) - 1 */
    cr_expect_eq(timelines_of_stores("data-only", 4, 3, false),
                 13700); /* 1 + 7 + 42 + 210 + 840 + 2520 + 5040 + 5040 */
}

/* ---- who uses which memory */

typedef struct Counted {
    const char *name;
    uint32_t code[ROW_HARTS][CODE_WORDS];
    const char *observed, *states;
    guint64 timelines;
} Counted;

/* Memory that one hart uses, or nobody stores to, leaves no messages. */
Test(timelines, private_memory)
{
#define PUSH enc_addi(SP, SP, -16), enc_sd(T1, 8, SP), enc_ld(A0, 8, SP), enc_addi(SP, SP, 16)
    const Counted rows[] = {
        { "its own stack", { { PUSH } }, "0:a0", "2", 1 },
        { "stacks of their own", { { PUSH }, { PUSH } }, "0:a0 1:a0", "2,2", 1 },
        { "a variable of one", { { enc_sw(T1, 0, S0), enc_lw(A0, 0, S0) } }, "0:a0 x y", "2,2,0", 1 },
        { "one each",
          { { enc_sw(T1, 0, S0), enc_amo(ENC_ADD, 2, 0, A0, T0, S0) },
            { enc_sw(T2, 0, S1), enc_lr(2, 0, A0, S1), enc_sc(2, 0, A1, T0, S1) } },
          "0:a0 x 1:a0 1:a1 y",
          "2,3,3,0,1 2,3,3,1,3",
          1 },
        { "read by all, stored by none", { { enc_lw(A0, 0, S0) }, { enc_lw(A0, 0, S0) } }, "0:a0 1:a0 x", "0,0,0", 1 },
        { "stored by one, read by another", { { enc_sw(T1, 0, S0) }, { enc_lw(A0, 0, S0) } }, "1:a0 x", "0,2 2,2", 2 },
        { "stored by both", { { enc_sw(T1, 0, S0) }, { enc_sw(T2, 0, S0) } }, "x", "2 3", 5 },
        /* a granule of 8 bytes is the unit: the other half is used by the other hart */
        { "half each", { { enc_sw(T1, 0, S0) }, { enc_sw(T2, 4, S0) } }, "x8", "12884901890", 5 },
        /* found out late: behind a load of what the other one stores */
        { "shared in some runs only",
          { { enc_sw(T1, 0, S0), enc_lw(A0, 0, S0), enc_sw(T1, 0, S1) },
            { enc_lw(A0, 0, S1), enc_beq(A0, ZERO, 8), enc_sw(T2, 0, S0) } },
          "0:a0 1:a0 x",
          "2,0,2 2,2,2 2,2,3 3,2,3",
          0 },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Row row = { .name = rows[i].name, .observed = rows[i].observed, .states = rows[i].states };
        memcpy(row.code, rows[i].code, sizeof row.code);
        expect_row(&row);
        g_autoptr(Program) program = row_program(&row);
        Options options = row_options(&row);
        g_autoptr(Outcome) outcome = test_decide(program, &options);
        if (rows[i].timelines)
            cr_expect_eq(outcome->timelines, rows[i].timelines, "%s: %u timelines", rows[i].name,
                         (guint)outcome->timelines);
    }
#undef PUSH
}

/* What is observed may lie across memory of two uses. */
Test(timelines, observed_across_granules)
{
    const uint32_t code[2][CODE_WORDS] = {
        { enc_sw(T0, 0, S0), enc_sw(T1, 8, S0) },  /* private; shared */
        { enc_lw(A0, 8, S0), enc_sw(T2, 16, S0) }, /* y is private to this hart */
    };
    for (guint e = 0; e < 2; e++) {
        g_autoptr(Program) program = code_program(code, 2);
        observe_memory(program, VARIABLE_X + 4, 8);
        observe_memory(program, VARIABLE_X + 12, 8);
        observe_memory(program, VARIABLE_X, 8);
        Options options = test_options("sc", e ? EXPLORER_TIMELINE : EXPLORER_INTERLEAVING);
        g_autoptr(Outcome) outcome = test_decide(program, &options);
        g_autofree char *states = states_text(program, outcome->states);
        cr_expect_str_eq(states, "8589934592,12884901888,1", "explorer %u: %s", e, states);
    }
}

/* Harts that store to what others use, or ask something of others, leave messages: each of them, equal ones as well. */
Test(timelines, who_leaves_messages)
{
    const uint32_t code[3][CODE_WORDS] = { { enc_sw(T0, 0, S0) }, { enc_lw(A0, 0, S0) }, { enc_sw(T0, 0, S2) } };
    g_autoptr(Program) program = code_program(code, 3);
    HartSpec copy = *program_hart(program, 0);
    copy.name = g_strdup("copy");
    g_array_append_val(program->harts, copy);
    for (guint h = 0; h < 4; h++)
        g_array_index(program->harts, HartSpec, h).x[SP] = 0; /* so that 0 and 3 are equal */
    Options options = test_options("rvwmo", EXPLORER_TIMELINE);
    static const SearchOptions no_limits = { 0 };
    g_autoptr(Oracle) oracle = oracle_new(ORACLE_SLOTS, NULL);
    g_autoptr(Machine) machine = machine_new(program, &options, oracle);
    g_autoptr(Timelines) timelines = timelines_new(machine);
    cr_assert_eq(timelines_explore(timelines, &no_limits), SEARCH_COMPLETE);
    cr_expect(timelines_has_messages(timelines, 0));
    cr_expect_not(timelines_has_messages(timelines, 1));
    cr_expect_not(timelines_has_messages(timelines, 2), "private");
    cr_expect(timelines_has_messages(timelines, 3), "just as its copy");
}

/* ---- the family patch-N-K-R */

typedef struct Family {
    guint n, k, r;
    guint calls;     /* of executors; 0: for ever */
    bool different;  /* no two executors are equal */
    bool own_stacks; /* they push, each to a stack of its own */
    bool one_stack;  /* all to the same one */
} Family;

enum {
    FAMILY_HARTS = 65
};

/* auipc; nop or jalr to a detour; two nops; count down and again: 7 instructions on either path. */
static Program *family_program(const Family *family)
{
    enum {
        SITE = 4,
        DONE = 36,
        DETOUR = 40
    };
    static uint32_t code[FAMILY_HARTS][CODE_WORDS];
    const bool pushes = family->own_stacks || family->one_stack;
    const uint32_t loop[] = { enc_auipc(T0, 0),
                              enc_nop(),
                              enc_nop(),
                              enc_nop() /* join */,
                              enc_nop(),
                              enc_addi(S0, S0, -1),
                              enc_bne(S0, ZERO, -24),
                              pushes ? enc_sd(RA, -8, SP) : 0,
                              pushes ? enc_ld(A0, -8, SP) : 0,
                              0,
                              enc_jal(ZERO, 12 - DETOUR) };
    memset(code, 0, sizeof code);
    memcpy(code[0], loop, sizeof loop);
    for (guint i = 0; i < family->r; i++) {
        code[family->n][2 * i] = enc_sw(T3, SITE, S3);
        code[family->n][2 * i + 1] = enc_sw(S4, SITE, S3);
    }
    Program *program = code_program((const uint32_t(*)[CODE_WORDS])code, family->n + 1);
    for (guint h = 0; h <= family->n; h++) {
        HartSpec *spec = &g_array_index(program->harts, HartSpec, h);
        spec->x[T3] = enc_jalr(ZERO, DETOUR, T0);
        spec->x[S4] = enc_nop();
        if (h == family->n)
            continue;
        spec->entry = CODE;
        spec->until = CODE + (pushes ? DONE : 28);
        spec->calls = family->calls;
        spec->x[S0] = family->k;
        spec->x[A7] = family->different ? h : 0;
        if (!family->own_stacks)
            spec->x[SP] = STACKS + STACK_SIZE;
    }
    add_property(program, PROPERTY_NO_TRAP);
    return program;
}

static Outcome *decide_family(const Family *family, const char *model)
{
    g_autoptr(Program) program = family_program(family);
    Options options = test_options(model, EXPLORER_TIMELINE);
    Outcome *outcome = test_decide(program, &options);
    cr_assert_eq(outcome->verdict, VERDICT_PROVED, "%s", outcome->reason ? outcome->reason : "");
    return outcome;
}

static const char *const family_models[] = { "sc", "sc-stale", "rvwmo", "ziccid", "ziccif-only" };

/* The stores are in one order, to one place: their timelines are its 2R + 1 beginnings, whoever fetches. */
Test(timelines, patch_family_timelines)
{
    for (guint m = 0; m < G_N_ELEMENTS(family_models); m++)
        for (guint r = 0; r <= 4; r += 2)
            for (guint n = 1; n <= 3; n++) {
                const Family family = { .n = n, .k = 2, .r = r, .calls = 1, .different = n % 2 };
                g_autoptr(Outcome) outcome = decide_family(&family, family_models[m]);
                cr_expect_eq(outcome->timelines, 2 * r + 1, "%s: %u timelines", family_models[m],
                             (guint)outcome->timelines);
            }
}

/* Local states, summed over the j = 0 .. 2R stores that a timeline may have.
 * The patcher keeps j promises and adds one more store, or, unless its next stores are ordered behind that one, all the
 * rest: then it has 2R + 1 states. An executor has 7K + 1 places, and what it knows of the timeline:
 *   sc, ziccid   the newest store fetched so far: j + 1 states of a place behind the site, but for the end
 *   sc-stale     likewise, but it may fetch an old site after a new one: behind the site, two places for every j > 0
 *   ziccif-only  nothing: one state for every place, two behind the site if j > 0
 * rvwmo knows as much as sc-stale. There and in ziccif-only fetches may guess as well: where j is 0, what follows a
 * guess. */
static guint64 patcher_states(bool in_order, guint64 r)
{
    return in_order ? (2 * r + 1) * (r + 1) + 2 * r : (2 * r + 1) * (2 * r + 1);
}

static guint64 executor_states(const char *model, guint64 k, guint64 r)
{
    guint64 n = 2 * r + 1, forward = 3 * n + (7 * k - 2) * n * (r + 1), back = (k - 1) * n * r, guessed = 8 * k - 2;
    if (g_str_equal(model, "sc-stale"))
        return forward + back;
    if (g_str_equal(model, "rvwmo"))
        return forward + back + guessed;
    if (g_str_equal(model, "ziccif-only"))
        return n * (7 * k + 1) + 2 * r * k + guessed;
    return forward;
}

/* Equal executors are run once for all; of different ones each costs the same. */
Test(timelines, patch_family_states)
{
    static const guint sizes[][2] = { { 1, 1 }, { 2, 3 }, { 3, 4 } }, numbers[] = { 1, 2, 6, 64 };
    for (guint m = 0; m < G_N_ELEMENTS(family_models); m++)
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
            const char *model = family_models[m];
            guint k = sizes[s][0], r = sizes[s][1];
            guint64 patcher = patcher_states(g_str_has_prefix(model, "sc"), r), executor = executor_states(model, k, r);
            for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
                const Family equal = { .n = numbers[i], .k = k, .r = r, .calls = 1 };
                Family different = equal;
                different.different = true;
                g_autoptr(Outcome) all = decide_family(&equal, model);
                g_autoptr(Outcome) each = decide_family(&different, model);
                guint64 found = all->search->progress.states, found_each = each->search->progress.states;
                cr_expect_eq(found, patcher + executor, "%s: %u equal: %u states", model, numbers[i], (guint)found);
                cr_expect_eq(found_each, patcher + numbers[i] * executor, "%s: %u different: %u states", model,
                             numbers[i], (guint)found_each);
            }
        }
}

/* A loop without new stores is a cycle, not a bound. */
Test(timelines, executors_that_run_for_ever)
{
    for (guint m = 0; m < G_N_ELEMENTS(family_models); m++)
        for (guint n = 1; n <= 64; n *= 8) {
            const Family family = { .n = n, .k = 2, .r = 2, .calls = 0, .different = n < 64 };
            g_autoptr(Outcome) outcome = decide_family(&family, family_models[m]);
            cr_expect_eq(outcome->timelines, 5, "%s: %u timelines", family_models[m], (guint)outcome->timelines);
            cr_expect_eq(outcome->search->final_states, 0);
        }
}

Test(timelines, executors_with_stacks)
{
    for (guint m = 0; m < G_N_ELEMENTS(family_models); m++)
        for (guint r = 1; r <= 2; r++) {
            Family family = { .n = 2, .k = 1, .r = r, .calls = 1, .own_stacks = true };
            g_autoptr(Outcome) own = decide_family(&family, family_models[m]);
            cr_expect_eq(own->timelines, 2 * r + 1, "%s: %u timelines", family_models[m], (guint)own->timelines);
            family.own_stacks = false;
            family.one_stack = true;
            const guint lengths[] = { 2 * r, 1, 1 };
            for (guint different = 0; different < 2; different++) {
                family.different = different;
                g_autoptr(Outcome) one = decide_family(&family, family_models[m]);
                cr_expect_eq(one->timelines, prefixes(3, lengths), "%s: %u timelines", family_models[m],
                             (guint)one->timelines);
            }
            family.n = 1;
            g_autoptr(Outcome) alone = decide_family(&family, family_models[m]);
            cr_expect_eq(alone->timelines, 2 * r + 1, "%s: %u timelines", family_models[m], (guint)alone->timelines);
        }
}

/* The same memory, pushed to by two that never end: no end of timelines, hence no proof; but what goes wrong early is
 * found. */
Test(timelines, endless_stores)
{
    const Family family = { .n = 2, .k = 1, .r = 1, .calls = 0, .one_stack = true };
    static const char *const models[] = { "sc", "rvwmo" };
    for (guint m = 0; m < G_N_ELEMENTS(models); m++) {
        g_autoptr(Program) program = family_program(&family);
        Options options = test_options(models[m], EXPLORER_TIMELINE);
        g_autoptr(Outcome) outcome = test_decide(program, &options);
        cr_expect_eq(outcome->verdict, VERDICT_INCONCLUSIVE, "%s: %s", models[m], verdict_name(outcome->verdict));
        cr_expect(outcome->reason, "%s: it says why", models[m]);
        /* the site is sometimes no instruction */
        g_array_index(program->harts, HartSpec, 2).x[T3] = 0;
        g_autoptr(Outcome) wrong = test_decide(program, &options);
        cr_expect_eq(wrong->verdict, VERDICT_REFUTED, "%s: %s", models[m], verdict_name(wrong->verdict));
    }
}

/* ---- services, by both explorers */

#define SERVE(service, argument) enc_li(A6, (int)((service) | (argument) << 8)), enc_ecall()

static void expect_services(const char *name, const uint32_t (*code)[CODE_WORDS], Preempt preempt,
                            const char *condition, Verdict verdict)
{
    g_autoptr(Program) program = code_program(code, harts_of(code));
    for (guint h = 0; h < program->harts->len; h++)
        g_array_index(program->harts, HartSpec, h).x[A7] = SERVICE_EXTENSION;
    add_property(program, PROPERTY_PROGRESS);
    if (condition)
        add_condition(program, condition);
    static const char *const models[] = { "sc", "sc-stale", "rvwmo" };
    for (guint m = 0; m < G_N_ELEMENTS(models); m++)
        for (guint e = 0; e < 2; e++) {
            Options options = test_options(models[m], e ? EXPLORER_TIMELINE : EXPLORER_INTERLEAVING);
            options.preempt = preempt;
            if (!e && options.model->rvwmo_data)
                continue;
            g_autoptr(Outcome) outcome = test_decide(program, &options);
            cr_expect_eq(outcome->verdict, verdict, "%s, %s, explorer %u: %s %s", name, models[m], e,
                         verdict_name(outcome->verdict), outcome->reason ? outcome->reason : "");
        }
}

/* stop_machine within stop_machine waits for itself. */
Test(timelines, a_stop_within_a_stop)
{
    const uint32_t nested[ROW_HARTS][CODE_WORDS] = { { SERVE(SERVICE_STOP_BEGIN, 0), SERVE(SERVICE_STOP_BEGIN, 0),
                                                       SERVE(SERVICE_STOP_END, 0) } };
    expect_services("nested", nested, PREEMPT_FULL, NULL, VERDICT_REFUTED);
    const uint32_t twice[ROW_HARTS][CODE_WORDS] = { { SERVE(SERVICE_STOP_BEGIN, 0), SERVE(SERVICE_STOP_END, 0),
                                                      SERVE(SERVICE_STOP_BEGIN, 0), SERVE(SERVICE_STOP_END, 0) },
                                                    { enc_nop() } };
    expect_services("one after the other", twice, PREEMPT_FULL, NULL, VERDICT_PROVED);
    /* and one that does not end stops everybody who is not done */
    const uint32_t open[ROW_HARTS][CODE_WORDS] = { { SERVE(SERVICE_STOP_BEGIN, 0) }, { enc_nop() } };
    expect_services("without an end", open, PREEMPT_FULL, NULL, VERDICT_REFUTED);
}

/* A hart asleep on a lock is parked, and stays so when the lock is released before everybody else is parked: so the
 * stop may find x = 1 although nobody holds the lock any more. Without preemption, there is no other place to park
 * between the two stores; and if nobody else ever takes the lock, none at all. */
Test(timelines, parked_while_asleep_on_a_lock)
{
#define STOPPER                                                                     \
    {                                                                               \
        SERVE(SERVICE_STOP_BEGIN, 0), enc_lw(A0, 0, S0), SERVE(SERVICE_STOP_END, 0) \
    }
#define STORER                                                                                 \
    {                                                                                          \
        enc_sw(T0, 0, S0), SERVE(SERVICE_LOCK, 0), enc_sw(T1, 0, S0), SERVE(SERVICE_UNLOCK, 0) \
    }
    const uint32_t contended[ROW_HARTS][CODE_WORDS] = { STOPPER,
                                                        STORER,
                                                        { SERVE(SERVICE_LOCK, 0), SERVE(SERVICE_UNLOCK, 0) } };
    const uint32_t alone[ROW_HARTS][CODE_WORDS] = { STOPPER, STORER };
    expect_services("contended", contended, PREEMPT_NONE, "~exists H0:a0 = 1", VERDICT_REFUTED);
    expect_services("alone", alone, PREEMPT_NONE, "~exists H0:a0 = 1", VERDICT_PROVED);
    expect_services("alone, preempted", alone, PREEMPT_FULL, "~exists H0:a0 = 1", VERDICT_REFUTED);
#undef STOPPER
#undef STORER
}

/* ---- limits */

static bool stop_at_once(gpointer data, const SearchProgress *progress)
{
    (void)progress;
    ++*(guint *)data;
    return false;
}

Test(timelines, limits_never_make_a_proof)
{
    const Family family = { .n = 3, .k = 3, .r = 4, .calls = 1, .different = true };
    g_autoptr(Program) program = family_program(&family);
    Options options = test_options("rvwmo", EXPLORER_TIMELINE);
    guint n_polls = 0;
    const struct {
        SearchOptions limits;
        SearchEnd end;
    } rows[] = {
        { { .bytes_max = 1 }, SEARCH_BYTES },
        { { .steps_max = 5 }, SEARCH_STEPS },
        { { .poll = stop_at_once, .poll_data = &n_polls }, SEARCH_STOPPED },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Outcome) outcome = decide(program, &options, &rows[i].limits, NULL);
        cr_expect_eq(outcome->verdict, VERDICT_INCONCLUSIVE, "row %u: %s", i, verdict_name(outcome->verdict));
        cr_expect_eq(outcome->search->end, rows[i].end, "row %u: end %d", i, (int)outcome->search->end);
        cr_expect(outcome->reason, "row %u", i);
    }
    cr_expect_eq(n_polls, 1, "it is not asked again");
    const SearchOptions enough = { .states_max = 1 << 20, .bytes_max = 1 << 30, .steps_max = 1000 };
    g_autoptr(Outcome) outcome = decide(program, &options, &enough, NULL);
    cr_expect_eq(outcome->verdict, VERDICT_PROVED);
}

/* Of 13,700 timelines not all are looked at. */
Test(timelines, states_max)
{
    g_autoptr(Program) program = stores_program(4, 3, false);
    Options options = test_options("data-only", EXPLORER_TIMELINE);
    const SearchOptions limits = { .states_max = 100 };
    g_autoptr(Outcome) outcome = decide(program, &options, &limits, NULL);
    cr_expect_eq(outcome->verdict, VERDICT_INCONCLUSIVE);
    cr_expect_eq(outcome->search->end, SEARCH_STATES);
    cr_expect_gt(outcome->search->progress.states, 100);
    cr_expect_lt(outcome->timelines, 13700 / 2);
}
