/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small scenarios with exact counts: services, traps, passes, and the closed forms of independent harts. */
#include "scenarios/scenario.h"

#include <criterion/criterion.h>

typedef struct Case {
    const char *name;
    const char *text;    /* below the header */
    const char *options; /* "sc" or "sc,preempt=none" ... */
    Verdict verdict;
    const char *property;      /* REFUTED: its name, or NULL */
    guint64 states;            /* 0: not pinned */
    const char *interleavings; /* NULL: not pinned; "endless" */
} Case;

static Options parse_options(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    Options options = options_default();
    cr_assert(options_set(&options, "model", words[0], NULL));
    for (guint i = 1; words[i]; i++) {
        g_auto(GStrv) pair = g_strsplit(words[i], "=", 2);
        cr_assert(options_set(&options, pair[0], pair[1], NULL));
    }
    return options;
}

static void check_case(const Case *row)
{
    g_autofree char *text = g_strdup_printf("cmodx: 1\nname: \"test/%s\"\ntitle: t\n%s", row->name, row->text);
    g_autoptr(GError) error = NULL;
    g_autoptr(Source) source = source_new("test.yaml", text, strlen(text));
    g_autoptr(Scenario) scenario = scenario_load(source, &error);
    cr_assert(scenario, "%s: %s", row->name, error ? error->message : "");
    Options options = parse_options(row->options);
    SearchOptions limits = { .count_interleavings = true };
    g_autoptr(Outcome) outcome = decide(scenario->program, &options, &limits, &error);
    cr_assert(outcome, "%s: %s", row->name, error ? error->message : "");
    const char *found = outcome->verdict == VERDICT_REFUTED
                            ? program_property(scenario->program, (guint)outcome->violation.property)->name
                            : "";
    cr_expect_eq(outcome->verdict, row->verdict, "%s: found %s %s %s", row->name, verdict_name(outcome->verdict), found,
                 outcome->reason ? outcome->reason : "");
    if (row->property && outcome->verdict == VERDICT_REFUTED)
        cr_expect(
            property_is_called(program_property(scenario->program, (guint)outcome->violation.property), row->property),
            "%s: violates %s", row->name, found);
    if (row->states)
        cr_expect_eq(outcome->search->progress.states, row->states, "%s: %" G_GUINT64_FORMAT " states", row->name,
                     outcome->search->progress.states);
    const char *count = outcome->search->endless ? "endless" : outcome->search->interleavings;
    if (row->interleavings)
        cr_expect_str_eq(count ? count : "none", row->interleavings, "%s: %s interleavings", row->name, count);
}

static void check_cases(const Case *cases, gsize n)
{
    for (gsize i = 0; i < n; i++)
        check_case(&cases[i]);
}

/* Two harts with m and n steps of their own: (m+1)(n+1) states, (m+n)!/(m! n!) interleavings; three likewise. */
Test(machine, independent_harts)
{
#define TWO(m, n)                                                                          \
    "asm: |\n  .option norvc\n  a: .rept " #m "\n  addi a0, a0, 1\n  .endr\n  ae: unimp\n" \
    "  b: .rept " #n "\n  addi a0, a0, 1\n  .endr\n  be: unimp\n"                          \
    "harts:\n  A: {run: a, until: ae}\n  B: {run: b, until: be}\n"
    static const Case cases[] = {
        { "1 and 1", TWO(1, 1), "sc", VERDICT_PROVED, NULL, 4, "2" },
        { "3 and 2", TWO(3, 2), "sc", VERDICT_PROVED, NULL, 12, "10" },
        { "5 and 4, stale", TWO(5, 4), "sc-stale", VERDICT_PROVED, NULL, 30, "126" },
        /* 20!/(10! 10!) */
        { "10 and 10", TWO(10, 10), "sc", VERDICT_PROVED, NULL, 121, "184756" },
        /* halfword by halfword under sc, an instruction is two steps: 8!/(4! 4!) */
        { "2 and 2 by halves", TWO(2, 2), "sc,fetch-atomicity=2", VERDICT_PROVED, NULL, 25, "70" },
        { "three harts: 6!/(2! 2! 2!)",
          "asm: |\n  .option norvc\n  a: nop\n  nop\n  ae: unimp\n"
          "harts:\n  A: {run: a, until: ae, copies: 3}\n",
          "sc", VERDICT_PROVED, NULL, 27, "90" },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
#undef TWO
}

/* patch-N-K-R of tests/bench/patch.sh: (7K+1)^N + 2R (8K+1)^N states, (7KN+2R)!/((7K)!^N (2R)!) interleavings. */
Test(machine, patch_family)
{
#define PATCH(n, k, r)                                                                                          \
    "asm: |\n  .option norvc\n  loop: auipc t0, 0\n  site: nop\n  nop\n  join: nop\n  nop\n  addi s0, s0, -1\n" \
    "  bnez s0, loop\n  done: unimp\n  detour: j join\n  patcher: .rept " #r                                    \
    "\n  sw a0, 0(a2)\n  sw a1, 0(a2)\n  .endr\n  pdone: unimp\n"                                               \
    "patches:\n  enable: {at: site, asm: \"jalr zero, 32(t0)\"}\n"                                              \
    "harts:\n  CPU: {run: loop, until: done, copies: " #n ", regs: {s0: " #k                                    \
    "}}\n  P: {run: patcher, until: pdone, regs: {a0: 0x02028067, a1: 0x13, a2: site}}\n"                       \
    "unchecked: [old-or-new]\n"
    static const Case cases[] = {
        { "1,1,1", PATCH(1, 1, 1), "sc", VERDICT_PROVED, NULL, 26, "36" },
        { "2,2,1", PATCH(2, 2, 1), "sc", VERDICT_PROVED, NULL, 803, "17450721000" },
        { "2,1,2", PATCH(2, 1, 2), "sc", VERDICT_PROVED, NULL, 388, "10501920" },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
#undef PATCH
}

#define COUNTER(before, after)                                                                                  \
    "asm: |\n  .option norvc\n  inc:\n" before "  lw t0, x\n  addi t0, t0, 1\n  sw t0, x, t1\n" after "  ret\n" \
    "  .data\n  x: .word 0\nlocks: [l]\nharts:\n  A: {run: inc, copies: 2}\n"                                   \
    "properties:\n  - {forall: \"[x] = 2\"}\n"

Test(machine, data_and_locks)
{
    static const Case cases[] = {
        { "lost update", COUNTER("", ""), "sc", VERDICT_REFUTED, "forall", 0, NULL },
        { "lock", COUNTER("  cmodx_lock l\n", "  cmodx_unlock l\n"), "sc", VERDICT_PROVED, NULL, 0, NULL },
        { "amoadd",
          "asm: |\n  inc: la t0, x\n  li t1, 1\n  amoadd.w zero, t1, (t0)\n  ret\n  .data\n  x: .word 0\n"
          "harts:\n  A: {run: inc, copies: 3}\nproperties:\n  - {forall: \"[x] = 3\"}\n",
          "sc", VERDICT_PROVED, NULL, 0, NULL },
        { "lr/sc, which may fail for no reason: endless",
          "asm: |\n  inc: la t0, x\n  1: lr.w t1, (t0)\n  addi t1, t1, 1\n  sc.w t2, t1, (t0)\n  bnez t2, 1b\n  ret\n"
          "  .data\n  x: .word 0\nharts:\n  A: {run: inc, copies: 2}\nproperties:\n  - {forall: \"[x] = 2\"}\n",
          "sc", VERDICT_PROVED, NULL, 0, "endless" },
        { "sc without lr fails",
          "asm: |\n  inc: la t0, x\n  li t1, 7\n  sc.w a0, t1, (t0)\n  ret\n  .data\n  x: .word 0\n"
          "harts:\n  A: {run: inc}\nproperties:\n  - {forall: \"A:a0 = 1 /\\\\ [x] = 0\"}\n",
          "sc", VERDICT_PROVED, NULL, 0, NULL },
        { "store buffering does not happen under sc",
          "asm: |\n  a: li t0, 1\n  sw t0, x, t1\n  lw a0, y\n  ret\n  b: li t0, 1\n  sw t0, y, t1\n  lw a0, x\n  ret\n"
          "  .data\n  x: .word 0\n  y: .word 0\nharts:\n  A: {run: a}\n  B: {run: b}\n"
          "properties:\n  - {~exists: \"A:a0 = 0 /\\\\ B:a0 = 0\"}\n  - {exists: \"A:a0 = 1 /\\\\ B:a0 = 1\"}\n",
          "sc", VERDICT_PROVED, NULL, 0, NULL },
        { "an exists that nothing meets",
          "asm: |\n  a: li a0, 1\n  ret\nharts:\n  A: {run: a}\nproperties:\n  - {exists: \"A:a0 = 2\"}\n", "sc",
          VERDICT_REFUTED, "exists", 0, NULL },
        { "opposite order of locks",
          "asm: |\n  nothing: ret\nharts:\n  A: {steps: [lock: p, lock: q, unlock: q, unlock: p]}\n"
          "  B: {steps: [lock: q, lock: p, unlock: p, unlock: q]}\n",
          "sc", VERDICT_REFUTED, "progress", 0, NULL },
        { "await",
          "asm: |\n  a: lw a0, x\n  ret\n  .data\n  x: .word 0\n  f: .word 0\n"
          "harts:\n  A: {steps: [await: {at: f, is: 1}, asm: \"lw a0, x\"]}\n"
          "  B: {steps: [store-data: {at: x, value: 5, width: 4}, store-data: {at: f, value: 1, width: 4}]}\n"
          "properties:\n  - {forall: \"A:a0 = 5\"}\n",
          "sc", VERDICT_PROVED, NULL, 0, NULL },
        { "await for ever",
          "asm: |\n  nothing: ret\n  .data\n  f: .word 0\nharts:\n  A: {steps: [await: {at: f, is: 1}]}\n", "sc",
          VERDICT_REFUTED, "progress", 0, NULL },
        { "a misaligned store is two",
          "asm: |\n  .option norvc\n  w: la t0, x\n  li t1, -1\n  sw t1, 2(t0)\n  ret\n  r: lw a0, x+2\n  ret\n"
          "  .data\n  .balign 8\n  x: .dword 0\nharts:\n  W: {run: w}\n  R: {run: r}\n"
          "properties:\n  - {~exists: \"R:a0 = 0xffff\"}\n",
          "sc", VERDICT_REFUTED, "~exists", 0, NULL },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

Test(machine, traps)
{
    static const Case cases[] = {
        { "illegal", "asm: |\n  a: unimp\nharts:\n  A: {run: a}\n", "sc", VERDICT_REFUTED, "no-trap", 0, NULL },
        { "wild jump", "asm: |\n  a: li t0, 64\n  jr t0\nharts:\n  A: {run: a}\n", "sc", VERDICT_REFUTED, "no-trap", 0,
          NULL },
        { "jump to data", "asm: |\n  a: la t0, x\n  jr t0\n  .data\n  x: .word 0x8067\nharts:\n  A: {run: a}\n", "sc",
          VERDICT_REFUTED, "no-trap", 0, NULL },
        { "load fault", "asm: |\n  a: ld a0, 64(zero)\n  ret\nharts:\n  A: {run: a}\n", "sc", VERDICT_REFUTED,
          "no-trap", 0, NULL },
        { "off the end of the stack", "asm: |\n  a: sd a0, 0(sp)\n  ret\nharts:\n  A: {run: a}\n", "sc",
          VERDICT_REFUTED, "no-trap", 0, NULL },
        { "misaligned amo",
          "asm: |\n  a: la t0, x+1\n  amoadd.w a0, a0, (t0)\n  ret\n  .data\n  x: .dword 0\nharts:\n  A: {run: a}\n",
          "sc", VERDICT_REFUTED, "no-trap", 0, NULL },
        { "breakpoint handled",
          "asm: |\n  .option norvc\n  h: csrr t0, scause\n  csrr t1, sepc\n  addi t1, t1, 4\n  csrw sepc, t1\n  sret\n"
          "  a: ebreak\n  ret\nharts:\n  A: {run: a, trap-handler: h}\nproperties:\n  - {forall: \"A:t0 = 3\"}\n",
          "sc", VERDICT_PROVED, NULL, 0, NULL },
        { "trap in a handler",
          "asm: |\n  .option norvc\n  h: unimp\n  a: ebreak\n  ret\nharts:\n  A: {run: a, trap-handler: h}\n", "sc",
          VERDICT_REFUTED, "no-trap", 0, NULL },
        { "interrupts at each of 3 boundaries, or none: 4 ways",
          "asm: |\n  .option norvc\n  h: addi a1, a1, 1\n  sret\n  a: nop\n  nop\n  nop\n  e: unimp\n"
          "harts:\n  A: {run: a, until: e, trap-handler: h, interrupts: 1}\n"
          "properties:\n  - {exists: \"A:a1 = 1\"}\n  - {exists: \"A:a1 = 0\"}\n",
          "sc", VERDICT_PROVED, NULL, 0, "4" },
        { "up to 5 interrupts before the mask, none behind it: 6 ways",
          "asm: |\n  .option norvc\n  h: addi a1, a1, 1\n  sret\n  a: csrci sstatus, 2\n  nop\n  e: unimp\n"
          "harts:\n  A: {run: a, until: e, trap-handler: h, interrupts: 5}\n",
          "sc", VERDICT_PROVED, NULL, 0, "6" },
        { "unknown csr", "asm: |\n  a: csrr a0, satp\n  ret\nharts:\n  A: {run: a}\n", "sc", VERDICT_INCONCLUSIVE, NULL,
          0, NULL },
        { "floating point", "asm: |\n  a: .word 0x00007053\n  ret\nharts:\n  A: {run: a}\n", "sc", VERDICT_INCONCLUSIVE,
          NULL, 0, NULL },
        { "unknown ecall", "asm: |\n  a: ecall\n  ret\nharts:\n  A: {run: a}\n", "sc", VERDICT_INCONCLUSIVE, NULL, 0,
          NULL },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

Test(machine, stop_machine)
{
#define STOP(caller, options)                                                                                      \
    "asm: |\n  .option norvc\n  caller:\n" caller "  .data\n  x: .word 0\nharts:\n  A: {run: caller" options "}\n" \
    "  B: {steps: [stop-machine: [store-data: {at: x, value: 1, width: 4}]]}\n"
    static const Case cases[] = {
        { "between two loads only with preemption",
          STOP("  lw a0, x\n  lw a1, x\n  ret\n", "") "properties:\n  - {~exists: \"A:a0 = 0 /\\\\ A:a1 = 1\"}\n",
          "sc,preempt=none", VERDICT_PROVED, NULL, 0, NULL },
        { "between two loads with it",
          STOP("  lw a0, x\n  lw a1, x\n  ret\n", "") "properties:\n  - {~exists: \"A:a0 = 0 /\\\\ A:a1 = 1\"}\n",
          "sc,preempt=full", VERDICT_REFUTED, "~exists", 0, NULL },
        { "or at a schedule point",
          STOP("  lw a0, x\n  cmodx_schedule\n  lw a1, x\n  ret\n",
               "") "properties:\n  - {~exists: \"A:a0 = 0 /\\\\ A:a1 = 1\"}\n",
          "sc,preempt=none", VERDICT_REFUTED, "~exists", 0, NULL },
        { "or at one declared",
          STOP("  lw a0, x\n  mid: lw a1, x\n  ret\n",
               ", schedule-at: [mid]") "properties:\n  - {~exists: \"A:a0 = 0 /\\\\ A:a1 = 1\"}\n",
          "sc,preempt=none", VERDICT_REFUTED, "~exists", 0, NULL },
        { "a spinning hart is never stopped without preemption",
          STOP("  1: j 1b\n", ", schedule-at: []") "properties:\n  - no-trap\n", "sc,preempt=none", VERDICT_PROVED,
          NULL, 0, NULL },
        { "two stops, one after the other",
          "asm: |\n  nothing: ret\nharts:\n  A: {steps: [stop-machine: [fence-i]]}\n"
          "  B: {steps: [stop-machine: [fence-i]]}\n",
          "sc,preempt=none", VERDICT_PROVED, NULL, 0, NULL },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
#undef STOP
}

/* A spinning hart that has left its entry is at no schedule point: if it must spin first, the stop is never served. */
Test(machine, stop_never_served)
{
    static const Case row = { "never served",
                              "asm: |\n  .option norvc\n  caller: li t0, 1\n  sw t0, y, t1\n  1: j 1b\n"
                              "  .data\n  x: .word 0\n  y: .word 0\nharts:\n  A: {run: caller}\n"
                              "  B: {steps: [await: {at: y, is: 1}, stop-machine: [fence-i]]}\n",
                              "sc,preempt=none",
                              VERDICT_INCONCLUSIVE,
                              NULL,
                              0,
                              NULL };
    check_case(&row);
}

/* A site that calls out and comes back: what follows the return must be of the version that made the call. */
Test(machine, pass_that_calls_out)
{
#define DETOUR(body)                                                                                                                    \
    "asm: |\n  .option norvc\n  caller: mv s0, ra\n  call func\n  jr s0\n  func: nop\n  nop\n  ret\n"                                   \
    "  tracer: jr t0\npatches:\n  enable:\n    at: func\n    asm: |\n      .option norvc\n      jal t0, tracer\n      addi a0, a0, 1\n" \
    "  disable:\n    at: func\n    asm: |\n      .option norvc\n      nop\n      nop\n"                                                 \
    "harts:\n  A: {run: caller}\n  B:\n    steps: [" body "]\n"
    static const Case cases[] = {
        { "disabled while in the tracer", DETOUR("stop-machine: [store: enable], stop-machine: [store: disable]"),
          "sc,preempt=full", VERDICT_REFUTED, "old-or-new", 0, NULL },
        { "only between calls", DETOUR("stop-machine: [store: enable], stop-machine: [store: disable]"),
          "sc,preempt=none", VERDICT_PROVED, NULL, 0, NULL },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
#undef DETOUR
}
