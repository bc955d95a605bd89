/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scenario file becomes. Bad files are in test-scenario-bad.c. */
#include "scenarios/scenario.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEAD "cmodx: 1\nname: t/x\ntitle: a title\n"
#define CODE                \
    "asm: |\n"              \
    "  .option norvc\n"     \
    "  caller: mv s0, ra\n" \
    "          call func\n" \
    "          jr s0\n"     \
    "  func:   nop\n"       \
    "          nop\n"       \
    "          ret\n"       \
    "          .data\n"     \
    "  x:      .dword 5\n"
#define FUNC 0x80200010u /* mv, auipc, jalr, jr */
/* Not compressible: patches may use compressed instructions unless they say .option norvc. */
#define ONE   "patches:\n  one: {at: func, asm: 'addi a0, a1, 1'}\n"
#define TWO   ONE "  two: {at: func, asm: 'addi a0, a1, 2'}\n"
#define HARTS "harts:\n  A: {run: caller}\n"

static Scenario *load(const char *text)
{
    g_autoptr(Source) source = source_new("t.yaml", text, strlen(text));
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load(source, &error);

    cr_assert_not_null(scenario, "%s", error != NULL ? error->message : "");
    return scenario;
}

static uint32_t word(const guint8 *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The labels of the versions of a region: "OLD NEW". */
static char *labels(const Region *region)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < region->versions->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", region_version(region, i)->label);
    return g_string_free(text, FALSE);
}

Test(scenario, header)
{
    g_autoptr(Scenario) s =
        load(HEAD "about: |\n  Some\n  prose.\nsource: [a, b]\ntags: hazard\nx-own: {any: [thing]}\n"
                  "marks: [m]\nlocks: [l, k, l]\n" CODE HARTS);

    cr_expect_str_eq(s->file, "t.yaml");
    cr_expect_str_eq(s->name, "t/x");
    cr_expect_str_eq(s->title, "a title");
    cr_expect_str_eq(s->about, "Some\nprose.\n");
    cr_assert_eq(s->sources->len, 2);
    cr_expect_str_eq(g_ptr_array_index(s->sources, 1), "b");
    cr_assert_eq(s->tags->len, 1);
    cr_expect_str_eq(g_ptr_array_index(s->tags, 0), "hazard");
    cr_expect_eq(s->program->marks->len, 1);
    cr_expect_eq(s->program->locks->len, 2, "a name counts once");
    cr_expect_eq(s->program->regions->len, 0);
    cr_expect_eq(s->rows->len, 0);
}

Test(scenario, a_hart_of_real_code)
{
    g_autoptr(Scenario) s = load(HEAD CODE "harts:\n"
                                           "  A:\n"
                                           "    run: caller\n"
                                           "    until: func\n"
                                           "    calls: 3\n"
                                           "    regs: {a0: 5, s1: func+4, x31: -1}\n"
                                           "    schedule-at: [func, func+0x4]\n"
                                           "    trap-handler: func\n"
                                           "    interrupts: 2\n"
                                           "  B: {run: func, calls: forever}\n");
    const HartSpec *a = program_hart(s->program, 0), *b = program_hart(s->program, 1);

    cr_expect_str_eq(a->name, "A");
    cr_expect_eq(a->entry, 0x80200000);
    cr_expect_eq(a->until, FUNC);
    cr_expect_eq(a->calls, 3);
    cr_expect_eq(a->x[1], 0x801ff000, "ra: where calls return to");
    cr_expect_eq(a->x[10], 5);
    cr_expect_eq(a->x[9], FUNC + 4);
    cr_expect_eq(a->x[31], UINT64_MAX);
    cr_expect_eq(a->trap_handler, FUNC);
    cr_expect_eq(a->interrupts, 2);
    cr_assert_eq(a->schedule_points->len, 2);
    cr_expect_eq(g_array_index(a->schedule_points, uint64_t, 1), FUNC + 4);
    cr_expect_eq(b->calls, 0);
    cr_expect_eq(b->until, b->x[1]);
    cr_expect_eq(b->x[4], 1, "tp is the number of the hart");
    cr_expect_neq(a->x[2], b->x[2]);
}

Test(scenario, copies)
{
    g_autoptr(Scenario) s =
        load(HEAD CODE "harts:\n  CPU: {run: caller, copies: 3, regs: {a0: 7}}\n  P: {run: func}\n");
    static const char *const names[] = { "CPU_0", "CPU_1", "CPU_2", "P" };

    cr_assert_eq(s->program->harts->len, 4);
    for (guint i = 0; i < 4; i++) {
        const HartSpec *hart = program_hart(s->program, i);

        cr_expect_str_eq(hart->name, names[i]);
        cr_expect_eq(hart->x[10], i < 3 ? 7 : 0);
        cr_expect_eq(hart->x[4], i);
    }
    g_autoptr(Scenario) one = load(HEAD CODE "harts:\n  CPU: {run: caller, copies: 1}\n");
    cr_expect_str_eq(program_hart(one->program, 0)->name, "CPU");
    g_autoptr(Scenario) all = load(HEAD CODE "harts:\n  CPU: {run: caller, copies: 128}\n");
    cr_expect_eq(all->program->harts->len, HARTS_MAX);
}

/* Harts of any number are represented by one, or by as many as asked for, that differ in their stacks only. */
Test(scenario, any_number_of_copies)
{
    g_autoptr(Scenario) any = load(HEAD CODE "harts:\n  CPU: {run: caller, copies: any}\n  P: {run: func}\n");
    cr_assert_eq(any->program->harts->len, 2);
    const HartSpec *cpu = program_hart(any->program, 0);
    cr_expect(cpu->any && !program_hart(any->program, 1)->any);
    cr_expect_eq(cpu->stack + cpu->stack_size, cpu->x[2]);
    g_autoptr(Scenario) two = load(HEAD CODE "harts:\n  P: {run: func}\n  CPU: {run: caller, copies: 2+}\n");
    cr_assert_eq(two->program->harts->len, 3);
    for (guint i = 1; i < 3; i++) {
        cr_expect(program_hart(two->program, i)->any);
        cr_expect_eq(program_hart(two->program, i)->x[4], 0);
    }
    cr_expect_neq(program_hart(two->program, 1)->x[2], program_hart(two->program, 2)->x[2]);
}

/* The registers that steps start with hold addresses and data, so that a store is one instruction. */
Test(scenario, a_hart_of_steps)
{
    g_autoptr(Scenario) s = load(HEAD CODE ONE "harts:\n  A: {run: caller}\n"
                                               "  B:\n    regs: {s11: 9}\n"
                                               "    steps: [store: one, fence-i, {fence: 'rw,w'}, {mark: m}]\n");
    const HartSpec *b = program_hart(s->program, 1);
    bool address = false, data = false;

    for (guint i = 0; i < 32; i++) {
        address |= b->x[i] == FUNC;
        data |= b->x[i] == 0x00158513;
    }
    cr_expect(address && data);
    cr_expect_eq(b->x[27], 9);
    /* store, fence.i, fence, ecall: what the call needs is in registers */
    cr_expect_eq(b->until - b->entry, 4 * 4);
    cr_expect_eq(s->program->marks->len, 1);
}

Test(scenario, a_patch_is_assembled_at_its_site)
{
    g_autoptr(Scenario) s = load(HEAD CODE "patches:\n  jump: {at: func+4, asm: 'j func'}\n" HARTS);
    const Patch *patch = program_patch(s->program, 0);
    gsize size;
    const guint8 *bytes = g_bytes_get_data(patch->bytes, &size);

    cr_expect_str_eq(patch->name, "jump");
    cr_expect_eq(patch->address, FUNC + 4);
    cr_assert_eq(size, 4);
    cr_expect_eq(word(bytes), 0xffdff06f);
    cr_expect_str_eq(program_region(s->program, 0)->name, "func+4");
}

Test(scenario, regions_and_versions)
{
    static const struct {
        const char *name, *patches, *patchers;
        guint n_regions;
        const char *labels; /* of the first region */
    } rows[] = {
        { "one patch", ONE, "  P: {steps: [store: one]}\n", 1, "OLD NEW" },
        { "a patch by real code", ONE, "", 1, "OLD NEW" },
        { "one patcher has one order", TWO, "  P: {steps: [store: one, store: two]}\n", 1, "OLD one two" },
        { "two patchers, the same bytes", TWO, "  P: {steps: [store: one]}\n  Q: {steps: [store: two]}\n", 1,
          "OLD one two" },
        { "there and back is the same version", ONE "  back: {at: func, asm: .option norvc; nop}\n",
          "  P: {steps: [store: one, store: back]}\n", 1, "OLD NEW" },
        { "touching patches, one order", ONE "  next: {at: func+4, asm: 'addi a0, a1, 3'}\n",
          "  P: {steps: [store: one, store: next]}\n", 1, "OLD one next" },
        { "touching patches, both orders", ONE "  next: {at: func+4, asm: 'addi a0, a1, 3'}\n",
          "  P: {steps: [store: one]}\n  Q: {steps: [store: next]}\n", 1, "OLD one next next" },
        { "apart", ONE "  far: {at: caller, asm: 'mv s1, ra'}\n", "  P: {steps: [store: one, store: far]}\n", 2,
          "OLD NEW" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strconcat(HEAD CODE, rows[i].patches, HARTS, rows[i].patchers, NULL);
        g_autoptr(Scenario) s = load(text);

        cr_assert_eq(s->program->regions->len, rows[i].n_regions, "%s", rows[i].name);
        g_autofree char *found = labels(program_region(s->program, rows[i].n_regions - 1));
        cr_expect_str_eq(found, rows[i].labels, "%s: %s", rows[i].name, found);
    }
}

Test(scenario, placements)
{
    g_autoptr(Scenario) s = load(HEAD "place: {.text: 0x10000, .text.far: 0xffffffff80000000, .data: 0x30000}\n" CODE
                                      "          .section .text.far, \"ax\"\n"
                                      "  far:    ret\n" HARTS);
    const Image *image = s->program->image;

    cr_expect_eq(image_symbol(image, "caller")->address, 0x10000);
    cr_expect_eq(image_symbol(image, "far")->address, 0xffffffff80000000);
    cr_expect_eq(image_symbol(image, "x")->address, 0x30000);
    cr_expect_eq(image_symbol(image, "cmodx_exit")->address, 0xf000);
    cr_expect_eq(program_hart(s->program, 0)->x[1], 0xf000);
}

static char *property_list(const Program *program)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < program->properties->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "; " : "", program_property(program, i)->name);
    return g_string_free(text, FALSE);
}

Test(scenario, properties)
{
    static const struct {
        const char *yaml, *names;
    } rows[] = {
        { "", "no-trap; old-or-new; progress" },
        { "properties: [no-trap, progress, old-or-new]\n", "no-trap; old-or-new; progress" },
        { "unchecked: [no-trap, old-or-new, progress]\n", "" },
        { "properties: [{old-or-new: func, except: [t0, a0]}]\n", "no-trap; old-or-new except t0, a0; progress" },
        { "unchecked: [old-or-new]\nproperties: [{old-or-new: func}]\n", "no-trap; old-or-new; progress" },
        { "properties: [{never: x}]\n", "no-trap; never: x; old-or-new; progress" },
        { "properties: [{never: [x, func+4]}]\n", "no-trap; never: x, func+4; old-or-new; progress" },
        { "properties: [{lands-in: [caller], from: func}]\n", "no-trap; lands-in: caller; old-or-new; progress" },
        { "marks: [m]\nproperties: [{after: m, only-new: one}]\n",
          "no-trap; after m: only-new one; old-or-new; progress" },
        { "marks: [m]\nproperties: [{after: m, never: func, until: func+8}]\n",
          "no-trap; after m: never func; old-or-new; progress" },
        { "properties: [{~exists: 'A:a0 = 5 /\\ u64[x] = 1'}]\n",
          "no-trap; ~exists A:a0 = 5 /\\ u64[x] = 1; old-or-new; progress" },
        { "properties: [{forall: 'true'}, {exists: 'A:a0 = 1'}]\n",
          "no-trap; forall true; exists A:a0 = 1; old-or-new; progress" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strconcat(HEAD CODE ONE HARTS, rows[i].yaml, NULL);
        g_autoptr(Scenario) s = load(text);
        g_autofree char *names = property_list(s->program);

        cr_expect_str_eq(names, rows[i].names, "%s: %s", rows[i].yaml, names);
    }
}

Test(scenario, parts_of_properties)
{
    g_autoptr(Scenario) s = load(HEAD "marks: [k, m]\n" CODE TWO HARTS "properties:\n"
                                      "  - {old-or-new: func, except: [t0]}\n"
                                      "  - {after: m, only-new: two}\n"
                                      "  - {after: k, never: func, until: func+8}\n");
    const Property *old_or_new = program_property(s->program, 1), *only_new = program_property(s->program, 2),
                   *never = program_property(s->program, 3);

    cr_expect_eq(old_or_new->ignored_registers, 1u << 5);
    cr_expect(only_new->mark == 1 && only_new->patch == 1);
    cr_expect(never->mark == 0 && never->start == FUNC && never->size == 8);
    cr_expect(old_or_new->line > 0 && old_or_new->column == 5);
}

Test(scenario, rows)
{
    g_autoptr(Scenario) s =
        load(HEAD CODE ONE HARTS "expect:\n"
                                 "  - {model: sc, verdict: proved}\n"
                                 "  - {model: sc-stale, fetch-atomicity: 2, preempt: none, auipc-jalr: masked,\n"
                                 "     misaligned: bytes, verdict: refuted, property: old-or-new}\n"
                                 "  - {verdict: inconclusive, fetch-atomicity: 8, model: sc}\n");
    const Row *rows = (const Row *)(const void *)s->rows->data;

    cr_assert_eq(s->rows->len, 3);
    cr_expect_str_eq(rows[0].options.model->name, "sc");
    cr_expect_eq(rows[0].options.fetch_atomicity, FETCH_WHOLE);
    cr_expect_eq(rows[0].options.preempt, PREEMPT_FULL);
    cr_expect_eq(rows[0].verdict, VERDICT_PROVED);
    cr_expect(rows[0].property == NULL && !rows[0].preempt_given);
    cr_expect_eq(rows[1].options.fetch_atomicity, FETCH_2);
    cr_expect_eq(rows[1].options.preempt, PREEMPT_NONE);
    cr_expect_eq(rows[1].options.pair, PAIR_MASKED);
    cr_expect_eq(rows[1].options.misaligned, MISALIGNED_BYTES);
    cr_expect(rows[1].preempt_given);
    cr_expect_str_eq(rows[1].property, "old-or-new");
    cr_expect_eq(rows[2].options.fetch_atomicity, FETCH_8, "whatever the order of the keys");
    cr_expect_eq(rows[2].verdict, VERDICT_INCONCLUSIVE);
    cr_expect(rows[2].column == 5 && rows[2].line == rows[0].line + 3);
}

/* "sc, preempt=full; ..." */
static char *row_list(const Scenario *s)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < s->rows->len; i++) {
        const Row *row = &g_array_index(s->rows, Row, i);
        g_autofree char *label = options_label(&row->options, row->preempt_given);
        g_string_append_printf(text, "%s%s", i ? "; " : "", label);
    }
    return g_string_free(text, FALSE);
}

Test(scenario, rows_from_lists)
{
    static const struct {
        const char *row, *rows;
    } cases[] = {
        { "{model: [rvwmo, ziccid], fetch-atomicity: [4, 2], preempt: [none, full], ",
          "rvwmo, ziccif, preempt=none; rvwmo, ziccif, preempt=full; "
          "rvwmo, fetch-atomicity=2, preempt=none; rvwmo, fetch-atomicity=2, preempt=full; "
          "ziccid, ziccif, preempt=none; ziccid, ziccif, preempt=full; "
          "ziccid, fetch-atomicity=2, preempt=none; ziccid, fetch-atomicity=2, preempt=full" },
        { "{model: [sc, rvwmo], ", "sc; rvwmo, ziccif" },
        { "{fetch-atomicity: [8, 2], model: [sc], ", "sc, fetch-atomicity=8; sc, fetch-atomicity=2" },
        { "{model: sc, preempt: [full], ", "sc, preempt=full" },
        { "{model: sc, lr-sc: [any, same], misaligned: [bytes, pieces], auipc-jalr: fused, ",
          "sc, auipc-jalr=fused, misaligned=bytes, lr-sc=any; sc, auipc-jalr=fused, misaligned=bytes, lr-sc=same; "
          "sc, auipc-jalr=fused, lr-sc=any; sc, auipc-jalr=fused, lr-sc=same" },
        { "{model: sc, explorer: [interleaving, timeline], ", "sc; sc, explorer=timeline" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat(HEAD CODE ONE HARTS "expect:\n  - {model: sc-stale, verdict: proved}\n  - ",
                                            cases[i].row, "verdict: refuted, property: old-or-new}\n", NULL);
        g_autoptr(Scenario) s = load(text);
        g_autofree char *all = g_strconcat("sc-stale, ziccif; ", cases[i].rows, NULL), *found = row_list(s);
        guint line = g_array_index(s->rows, Row, 0).line + 1;
        cr_expect_str_eq(found, all, "%s: %s", cases[i].row, found);
        for (guint r = 1; r < s->rows->len; r++) {
            const Row *row = &g_array_index(s->rows, Row, r);
            cr_expect(row->line == line && row->column == 5 && row->verdict == VERDICT_REFUTED);
            cr_expect_str_eq(row->property, "old-or-new");
        }
    }
}

Test(scenario, equal_options)
{
    static const struct {
        const char *option, *value;
    } changes[] = { { "model", "ir3-fetch" },   { "fetch-atomicity", "2" }, { "preempt", "none" },
                    { "auipc-jalr", "masked" }, { "misaligned", "bytes" },  { "lr-sc", "any" },
                    { "sbi-order", "device" },  { "explorer", "timeline" } };
    Options usual = options_default();
    cr_expect_null(option_name(G_N_ELEMENTS(changes)), "an option without a row in this test");
    cr_expect_null(options_get(&usual, "explorer"));
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        Options other = usual;
        cr_expect_str_eq(option_name((guint)i), changes[i].option);
        cr_assert(options_set(&other, changes[i].option, changes[i].value, NULL));
        cr_expect(!options_equal(&usual, &other) && options_equal(&other, &other), "%s", changes[i].option);
        cr_expect_str_eq(options_get(&other, changes[i].option), changes[i].value);
    }
}

Test(scenario, labels_of_options)
{
    Options options = options_default();
    g_autofree char *usual = options_label(&options, true);
    cr_expect_str_eq(usual, "rvwmo, ziccif, preempt=full");

    cr_assert(options_set(&options, "model", "sc", NULL));
    cr_assert(options_set(&options, "fetch-atomicity", "2", NULL));
    cr_assert(options_set(&options, "auipc-jalr", "fused", NULL));
    cr_assert(options_set(&options, "misaligned", "atomic", NULL));
    g_autofree char *all = options_label(&options, false);
    cr_expect_str_eq(all, "sc, fetch-atomicity=2, auipc-jalr=fused, misaligned=atomic");
}
