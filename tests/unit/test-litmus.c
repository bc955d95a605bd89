/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a litmus file becomes. Bad files are in test-litmus-bad.c, reports in test-litmus-report.c. */
#include "scenarios/litmus.h"
#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <string.h>

#define P0   0x10000000u
#define P1   0x10010000u
#define DATA 0x11000000u

static Scenario *load(const char *text)
{
    g_autoptr(Source) source = source_new("dir/t.litmus", text, strlen(text));
    Scenario *scenario;
    GError *error;

    litmus_load((const Source *const *)&source, 1, &scenario, &error);
    cr_assert_not_null(scenario, "%s", error ? error->message : "");
    return scenario;
}

static uint64_t memory(const Scenario *scenario, uint64_t address, guint size)
{
    uint64_t value = 0;
    for (guint i = 0; i < size; i++)
        value |= (uint64_t)image_byte(scenario->program->image, address + i) << 8 * i;
    return value;
}

static uint32_t code(const Scenario *scenario, uint64_t address)
{
    return (uint32_t)memory(scenario, address, 4);
}

/* The names of what is observed: "0:x5 [x]". */
static char *places(const Scenario *scenario)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < scenario->litmus->places->len; i++)
        g_string_append_printf(text, "%s%s", i ? " " : "", (char *)g_ptr_array_index(scenario->litmus->places, i));
    return g_string_free(text, FALSE);
}

#define cr_expect_places(scenario, expected)              \
    do {                                                  \
        g_autofree char *found_ = places(scenario);       \
        cr_expect_str_eq(found_, expected, "%s", found_); \
    } while (0)

static const char mp[] = "RISCV MP+fence.w.w+poaqp\n"
                         "\"Fence.w.wdWW Rfe PodRRAqP Fre\"\n"
                         "Cycle=Rfe PodRRAqP Fre Fence.w.wdWW\n"
                         "{\n"
                         "0:x5=1; 0:x6=x; 0:x8=y;\n"
                         "1:x6=y; 1:x8=x;\n"
                         "}\n"
                         " P0          | P1             ;\n"
                         " sw x5,0(x6) | lw.aq x5,0(x6) ;\n"
                         " fence w,w   | lw x7,0(x8)    ;\n"
                         " sw x5,0(x8) |                ;\n"
                         "exists\n"
                         "(1:x5=1 /\\ 1:x7=0)\n";

Test(litmus, a_test_of_diy)
{
    g_autoptr(Scenario) s = load(mp);
    const Program *program = s->program;
    cr_expect_str_eq(s->file, "dir/t.litmus");
    cr_expect_str_eq(s->name, "MP+fence.w.w+poaqp");
    cr_expect_str_eq(s->title, "Fence.w.wdWW Rfe PodRRAqP Fre");
    cr_expect_eq(s->rows->len, 0);
    cr_expect_eq(program->regions->len + program->patches->len, 0);
    cr_assert_eq(program->harts->len, 2);
    const HartSpec *first = program_hart(program, 0), *second = program_hart(program, 1);
    cr_expect_str_eq(first->name, "P0");
    cr_expect(first->entry == P0 && first->until == P0 + 12 && first->calls == 1);
    cr_expect(second->entry == P1 && second->until == P1 + 8);
    cr_expect(first->x[5] == 1 && first->x[6] == DATA && first->x[8] == DATA + 64 && first->x[7] == 0);
    cr_expect(second->x[6] == DATA + 64 && second->x[8] == DATA);
    cr_expect_eq(code(s, P0), 0x00532023, "sw x5,0(x6)");
    cr_expect_eq(code(s, P0 + 4), 0x0110000f, "fence w,w");
    cr_expect_eq(code(s, P1), 0x340322af, "lw.aq x5,(x6)");
    const ImageSection *section = image_section_at(program->image, P0, 12);
    cr_expect(section && section->flags == IMAGE_EXEC && g_str_equal(section->name, "P0"));
    section = image_section_at(program->image, DATA, 64);
    cr_expect(section && section->flags == IMAGE_WRITE);
    cr_expect_eq(image_symbol(program->image, "y")->address, DATA + 64);
    cr_expect_eq(image_line(program->image, P1 + 4)->line, 10);

    cr_assert_eq(program->properties->len, 1);
    const Property *property = program_property(program, 0);
    cr_expect_eq(property->kind, PROPERTY_CONDITION);
    cr_expect_str_eq(property->name, "exists (1:x5=1 /\\ 1:x7=0)");
    cr_expect(property->line == 12 && property->column == 1);
    cr_expect_str_eq(s->litmus->proposition, "1:x5=1 /\\ 1:x7=0");
    cr_expect_null(program->filter);
    cr_expect_places(s, "1:x5 1:x7");
    cr_expect_str_eq(scenario_options(s).model->name, "data-only");
}

/* ---- the header */

typedef struct HeaderRow {
    const char *header, *name, *title;
    LitmusResult expected;
    bool self;
} HeaderRow;

static const HeaderRow headers[] = {
    { "RISCV t\n", "t", "exists true", LITMUS_UNKNOWN, false },
    { "(* before (* nested *) *) RISCV\tX.F+po-[fr]/1 (tex)\n", "X.F+po-[fr]/1", "exists true", LITMUS_UNKNOWN, false },
    { "RISCV --\n", "t", "exists true", LITMUS_UNKNOWN, false },
    { "RISCV t \"on  this\nline\" ;\n", "t", "on this line", LITMUS_UNKNOWN, false },
    { "RISCV t\nVariant=self\nOther=1\n", "t", "exists true", LITMUS_UNKNOWN, true },
    { "RISCV t\r\nVariant = mixed,self\r\n", "t", "exists true", LITMUS_UNKNOWN, true },
    { "RISCV t\nXVariant=vm\nanything else\n", "t", "exists true", LITMUS_UNKNOWN, false },
    { "RISCV t\n(*\n * Result: Never\n *)\n", "t", "exists true", LITMUS_NEVER, false },
    { "RISCV t (* Result: Sometimes *)\n", "t", "exists true", LITMUS_SOMETIMES, false },
    { "RISCV t\n(* Result: always *)\n\"doc\"\n", "t", "doc", LITMUS_ALWAYS, false },
    { "RISCV t\n(* The Result: Nevermore, or so *)\n", "t", "exists true", LITMUS_UNKNOWN, false },
};

Test(litmus, headers)
{
    for (guint i = 0; i < G_N_ELEMENTS(headers); i++) {
        g_autofree char *text = g_strconcat(headers[i].header, "{ }\n P0 ;\n nop ;\nexists true\n", NULL);
        g_autoptr(Scenario) s = load(text);
        cr_expect_str_eq(s->name, headers[i].name, "%s: %s", headers[i].header, s->name);
        cr_expect_str_eq(s->title, headers[i].title, "%s: %s", headers[i].header, s->title);
        cr_expect_eq(s->litmus->expected, headers[i].expected, "%s", headers[i].header);
        cr_expect_eq(s->litmus->self, headers[i].self, "%s", headers[i].header);
        cr_expect_str_eq(scenario_options(s).model->name, headers[i].self ? "rvwmo" : "data-only");
    }
}

/* ---- initial values */

Test(litmus, registers)
{
    g_autoptr(Scenario) s =
        load("RISCV t\n{ 0:x1=-1; P0:x2=0x10 ; 0 : t0 = 7; uint64_t 0:a0=18446744073709551615; int 0:a1;"
             " 0:x0=0; 0:s0=&x; 0:s10=P0:L; 0:s11 = 0:end; 0:fp=x; 0:a2=label:\"P0:L\"; 0:a3=y+8 }\n"
             " P0 ;\n nop ;\n L: nop ;\n end: ;\n");
    const uint64_t *x = program_hart(s->program, 0)->x;
    cr_expect(x[1] == UINT64_MAX && x[2] == 16 && x[5] == 7 && x[10] == UINT64_MAX && x[11] == 0);
    cr_expect(x[8] == DATA && x[26] == P0 + 4 && x[27] == P0 + 8 && x[12] == P0 + 4 && x[13] == DATA + 64 + 8);
    cr_expect_eq(image_symbol(s->program->image, "P0:end")->address, P0 + 8);
}

Test(litmus, memory)
{
    g_autoptr(Scenario) s =
        load("RISCV t\n{ x=1; int y=-2; uint8_t b=255; int16_t h=-1; uint64_t q=0x8000000000000000;\n"
             "int *p=&y; z=x; [w]=P0:L; big=0x100000000; uint16_t arr[3]={1,2}; r=arr[2]; int u; }\n"
             " P0 ;\n L: nop ;\n"
             "locations [x;y;b;h;q;*p;[z];w;big;arr;r;u;v int64_t;0:a0]");
    cr_expect_places(s, "0:x10 arr[0] arr[1] arr[2] [b] [big] [h] [p] [q] [r] [u] [v] [w] [x] [y] [z]");
    static const struct {
        const char *name;
        guint size;
        bool is_signed;
        uint64_t value;
    } rows[] = {
        { "arr[0]", 2, false, 1 },
        { "arr[1]", 2, false, 2 },
        { "arr[2]", 2, false, 0 },
        { "b", 1, false, 255 },
        { "big", 8, true, 1ull << 32 },
        { "h", 2, true, 0xffff },
        { "p", 8, false, DATA + 64 },
        { "q", 8, false, 1ull << 63 },
        { "r", 8, true, DATA + 9 * 64 + 4 },
        { "u", 4, true, 0 },
        { "v", 8, true, 0 },
        { "w", 8, true, P0 },
        { "x", 4, true, 1 },
        { "y", 4, true, 0xfffffffe },
        { "z", 8, true, DATA },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const ConditionPlace *place = &g_array_index(s->program->observed, ConditionPlace, i + 1);
        cr_expect_eq(place->address, image_symbol(s->program->image, rows[i].name)->address, "%s", rows[i].name);
        cr_expect_eq(place->size, rows[i].size, "%s", rows[i].name);
        cr_expect_eq(place->is_signed, rows[i].is_signed, "%s", rows[i].name);
        cr_expect_eq(memory(s, place->address, place->size), rows[i].value, "%s", rows[i].name);
    }
    /* a wider access finds the extended value */
    cr_expect_eq(memory(s, image_symbol(s->program->image, "y")->address, 8), (uint64_t)-2);
    cr_expect_eq(memory(s, image_symbol(s->program->image, "b")->address, 8), 255);
}

/* ---- instructions */

typedef struct InsnRow {
    const char *text;
    uint32_t word;
} InsnRow;

/* clang-format off */
static const InsnRow insns[] = {
    { "nop", 0x00000013 }, { "ret", 0x00008067 }, { "fence.i", 0x0000100f }, { "fence.tso", 0x8330000f },
    { "fence", 0x0ff0000f }, { "fence rw,rw", 0x0330000f }, { "fence r , rw", 0x0230000f }, { "fence iorw,ow", 0x0f50000f },
    { "li x5,1", 0x00100293 }, { "li x5,-0x1", 0xfff00293 }, { "lui a0,1", 0x00001537 }, { "auipc a0,1", 0x00001517 },
    { "mv a0,a1", 0x00058513 }, { "sext.w a0,a1", 0x0005851b }, { "not a0,a1", 0xfff5c513 }, { "seqz a0,a1", 0x0015b513 },
    { "addi x5,x6,-2048", 0x80030293 }, { "sraiw t0,t1,31", 0x41f3529b }, { "srli t0,t1,63", 0x03f35293 },
    { "xor x7,x5,x5", 0x0052c3b3 }, { "mulhsu x1,x2,x3", 0x023120b3 }, { "remuw x1,x2,x3", 0x023170bb },
    { "j L", 0x0040006f }, { "jal L", 0x004000ef }, { "jal x0,L", 0x0040006f }, { "jr x5", 0x00028067 },
    { "jalr x5", 0x000280e7 }, { "jalr x0,x10,0", 0x00050067 }, { "jalr x1,4(x10)", 0x004500e7 },
    { "bne x5,x0,L", 0x00029263 }, { "bgtu x5,x6,L", 0x00536263 }, { "beqz x5,L", 0x00028263 },
    { "lw s0,(a1)", 0x0005a403 }, { "lwu s0, 4 ( a1 )", 0x0045e403 }, { "ld x5,-8(x6)", 0xff833283 },
    { "sb x5,0(x6)", 0x00530023 }, { "sd x5,2047(x6)", 0x7e533fa3 },
    { "lr.w x5,0(x6)", 0x100322af }, { "lr.d.aqrl x5,(x6)", 0x160332af }, { "lr.w.aq.rl x5,(x6)", 0x160322af },
    { "sc.w x9,x7,0(x6)", 0x187324af }, { "sc.d.rl x9,x7,(x6)", 0x1a7334af },
    { "amoswap.w x5,x6,(x7)", 0x0863a2af }, { "amoadd.d.aq x0,x6,0(x7)", 0x0463b02f },
    { "amomaxu.w.aq.rl x1,x2,(x3)", 0xe621a0af },
    { "lb.aq x5,(x6)", 0x340302af }, { "ld.aqrl x5,0(x6)", 0x360332af }, { "lw.aq.rl x5,(x6)", 0x360322af },
    { "sw.rl x5,(x6)", 0x3a53202f }, { "sh.aqrl x5,(x6)", 0x3e53102f }, { "sd.aq.rl x5,0(x6)", 0x3e53302f },
};
/* clang-format on */

Test(litmus, instructions)
{
    g_autoptr(GString) text = g_string_new("RISCV t\n{ }\nP0;\n"); /* every target is the next instruction */
    for (guint i = 0; i < G_N_ELEMENTS(insns); i++) {
        g_autoptr(GString) insn = g_string_new(insns[i].text);
        g_autofree char *label = g_strdup_printf("L%u", i);
        g_string_replace(insn, "L", label, 1);
        g_string_append_printf(text, " %s ; (* %u *) %s: ;\n", insn->str, i, label);
    }
    g_autoptr(Scenario) s = load(text->str);
    for (guint i = 0; i < G_N_ELEMENTS(insns); i++)
        cr_expect_eq(code(s, P0 + 4 * i), insns[i].word, "%s: 0x%08x", insns[i].text, code(s, P0 + 4 * i));
    cr_expect_eq(program_hart(s->program, 0)->until, P0 + 4 * G_N_ELEMENTS(insns));
}

Test(litmus, labels_and_long_instructions)
{
    g_autoptr(Scenario) s = load("RISCV t\n{ y=1; }\n P0 | P1 ;\n li x5,0x123456789abcdef0 | nop ; L: M: nop | L: ;\n"
                                 " la x6,x | ; la x7,L | ; back: beq x1,x2,L | beq x0,x0,L ; | ;\nexists (x=0)");
    const Image *image = s->program->image;
    uint64_t l = image_symbol(image, "P0:L")->address, back = image_symbol(image, "P0:back")->address;
    cr_expect(l > P0 + 4 && image_symbol(image, "P0:M")->address == l);
    cr_expect_eq(image_symbol(image, "P1:L")->address, P1 + 4);
    cr_expect_eq(code(s, l), 0x00000013);
    cr_expect_eq(code(s, l + 4), 0x11000337, "la x6,x: lui x6,0x11000");
    cr_expect_eq(code(s, l + 8), 0x00000397, "la x7,L: auipc x7,0");
    cr_expect_eq(code(s, l + 12), 0xff838393, "addi x7,x7,-8");
    cr_expect_eq(program_hart(s->program, 0)->until, back + 4);
    cr_expect_eq(image_line(image, P0 + 8)->line, 4);
    cr_expect_eq(code(s, P1 + 4), 0x00000063, "a branch to itself");
}

/* ---- instructions as values */

Test(litmus, encodings)
{
    g_autoptr(Scenario) s = load(
        "RISCV t\nVariant=self\n{ 0:t0=instr:\"li s0, 1\"; 0:a1=P1:mod; x=instr:\"nop\"; 0:t1=instr:\"j out\"; 0:a2=P1:go; }\n"
        " P0 | P1 ;\n"
        " sw t0,0(a1) | out: nop ;\n"
        " sw t1,4(a2) | mod: addi s0,s0,0 ;\n"
        " li t1,0 | nop ;\n"
        " sw t1,(a1) | go: nop ;\n"
        "            | j go ;\n"
        "exists (1:s0=instr:\"li  s0, 1\" /\\ x=instr:\"nop\" /\\ 0:t1=instr:\"j out\")");
    const uint64_t *x = program_hart(s->program, 0)->x;
    cr_expect_eq(x[5], 0x00100413, "li s0,1");
    cr_expect_eq(x[6], 0xff1ff06f, "j .-16, from go+4 to out: zero-extended");
    cr_expect_eq(memory(s, DATA, 4), 0x00000013);
    cr_expect_str_eq(s->litmus->proposition, "1:x8=instr:\"li s0, 1\" /\\ [x]=instr:\"nop\" /\\ 0:x6=instr:\"j out\"");
    g_autoptr(GString) out = g_string_new(NULL);
    litmus_put_value(s->litmus, 0x00100413, out);
    litmus_put_value(s->litmus, 0xffffffffff1ff06f, out);
    litmus_put_value(s->litmus, 0x00040413, out);
    litmus_put_value(s->litmus, DATA, out);
    litmus_put_value(s->litmus, P1, out);
    litmus_put_value(s->litmus, (uint64_t)-5, out);
    cr_expect_str_eq(out->str, "instr:\"li s0, 1\"instr:\"j out\"instr:\"addi s0,s0,0\"xP1:out-5", "%s", out->str);
}

/* What the condition says about the site that P1 reads. */
Test(litmus, compared_encodings)
{
    g_autoptr(Scenario) s = load("RISCV t\nVariant=self\n{ 1:a1=P0:mod; }\n"
                                 " P0 | P1 ;\n nop | lwu s1,0(a1) ;\n mod: beq x1,x2,L | ;\n nop | ;\n L: nop | ;\n"
                                 "exists (1:s1=instr:\"beq x1,x2,L\")");
    g_autoptr(GString) out = g_string_new(NULL);
    litmus_put_value(s->litmus, 0x00208463, out);
    cr_expect_str_eq(out->str, "instr:\"beq x1,x2,L\"");
}

/* ---- conditions */

typedef struct ConditionRow {
    const char *constraint;
    const char *proposition;
    Quantifier quantifier;
    const char *places;
} ConditionRow;

/* clang-format off */
static const ConditionRow conditions[] = {
    { "", "true", QUANTIFIER_EXISTS, "" },
    { "exists 0:t1=0", "0:x6=0", QUANTIFIER_EXISTS, "0:x6" },
    { "~exists (x=1 /\\ [y]=0x10 \\/ *x=-1);", "[x]=1 /\\ [y]=16 \\/ [x]=-1", QUANTIFIER_NOT_EXISTS, "[x] [y]" },
    { "~ exists (x=1)", "[x]=1", QUANTIFIER_NOT_EXISTS, "[x]" },
    { "not exists x=1", "[x]=1", QUANTIFIER_NOT_EXISTS, "[x]" },
    { "forall (not (x=1) \\/ (x=2 \\/ x=3) /\\ P1:x5=4)", "not ([x]=1) \\/ ([x]=2 \\/ [x]=3) /\\ 1:x5=4", QUANTIFIER_FORALL, "1:x5 [x]" },
    { "exists (x<>1 /\\ y!=2 /\\ ~(x=3 => y=4 => true))", "not ([x]=1) /\\ not ([y]=2) /\\ not ([x]=3 => [y]=4 => true)", QUANTIFIER_EXISTS, "[x] [y]" },
    { "exists ((x=1 => y=1) => false)", "([x]=1 => [y]=1) => false", QUANTIFIER_EXISTS, "[x] [y]" },
    { "exists (0:x5=x /\\ x=y /\\ x=[y] /\\ 0:x5=1:x5 /\\ 0:x6=label:\"P1:L\" /\\ y=&x)",
      "0:x5=x /\\ [x]=y /\\ [x]=[y] /\\ 0:x5=1:x5 /\\ 0:x6=P1:L /\\ [y]=x", QUANTIFIER_EXISTS, "0:x5 0:x6 1:x5 [x] [y]" },
    { "exists (1:x10=1 /\\ 1:x9=2 /\\ 0:x30=3 /\\ y=4 /\\ a=5)", "1:x10=1 /\\ 1:x9=2 /\\ 0:x30=3 /\\ [y]=4 /\\ [a]=5", QUANTIFIER_EXISTS, "0:x30 1:x9 1:x10 [a] [y]" },
    { "locations [x; 1:a1; [y];]\nexists (z=1)", "[z]=1", QUANTIFIER_EXISTS, "1:x11 [x] [y] [z]" },
    { "locations [0:x5 uint64_t] filter (0:x7=1) exists (* why *) (x=1)", "[x]=1", QUANTIFIER_EXISTS, "0:x5 [x]" },
    { "filter 0:x7=1 ~exists (x=1)", "[x]=1", QUANTIFIER_NOT_EXISTS, "[x]" },
    { "exists (x=1) with tso: Allowed; power: Forbidden", "[x]=1", QUANTIFIER_EXISTS, "[x]" },
    { "exists ([P1:L]=19)\n<< anything \"else", "[P1:L]=19", QUANTIFIER_EXISTS, "[P1:L]" },
};
/* clang-format on */

Test(litmus, conditions)
{
    for (guint i = 0; i < G_N_ELEMENTS(conditions); i++) {
        const ConditionRow *row = &conditions[i];
        g_autofree char *text =
            g_strconcat("RISCV t\n{ x=1; y=2; }\n P0 | P1 ;\n nop | L: nop ;\n", row->constraint, "\n", NULL);
        g_autoptr(Scenario) s = load(text);
        cr_expect_str_eq(s->litmus->proposition, row->proposition, "%s: %s", row->constraint, s->litmus->proposition);
        cr_expect_eq(s->litmus->quantifier, row->quantifier, "%s", row->constraint);
        cr_expect_places(s, row->places);
        cr_expect_eq(s->program->filter != NULL, strstr(row->constraint, "filter") != NULL);
    }
}

/* ---- batches */

Test(litmus, one_bad_test_does_not_spoil_the_others)
{
    static const char *const texts[] = { mp,
                                         "RISCV b\n{ }\n P0 ;\n adi x1,x1,1 ;\n",
                                         mp,
                                         "RISCV c\n{ 0:x1=instr:\"li x1,0x12345678\"; }\n P0 ;\n nop ;\n",
                                         "RISCV d\n{ }\n P0 ;\n ;\n",
                                         mp };
    enum {
        N = G_N_ELEMENTS(texts)
    };
    Source *sources[N];
    Scenario *scenarios[N];
    GError *errors[N];
    for (guint i = 0; i < N; i++)
        sources[i] = source_new("t.litmus", texts[i], strlen(texts[i]));
    litmus_load((const Source *const *)sources, N, scenarios, errors);
    for (guint i = 0; i < N; i++) {
        bool bad = i == 1 || i == 3;
        cr_expect_eq(scenarios[i] == NULL, bad);
        cr_expect_eq(errors[i] != NULL, bad);
        cr_expect(!bad || g_error_matches(errors[i], SIM_ERROR, SIM_ERROR_SCENARIO));
        if (texts[i] == mp)
            cr_expect_eq(code(scenarios[i], P1), 0x340322af);
        scenario_free(scenarios[i]);
        g_clear_error(&errors[i]);
        source_free(sources[i]);
    }
}

Test(litmus, without_the_assembler_every_test_says_so)
{
    g_setenv("CMODX_CROSS_PREFIX", "/nonexistent/", TRUE);
    g_autoptr(Source) source = source_new("t.litmus", mp, strlen(mp));
    const Source *sources[] = { source, source };
    Scenario *scenarios[2];
    GError *errors[2];
    litmus_load(sources, 2, scenarios, errors);
    for (guint i = 0; i < 2; i++) {
        cr_expect(g_error_matches(errors[i], SIM_ERROR, SIM_ERROR_ENVIRONMENT));
        g_clear_error(&errors[i]);
    }
}
