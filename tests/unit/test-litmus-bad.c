/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about bad litmus files, and about those that are outside the machine. */
#include "scenarios/litmus.h"
#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct BadRow {
    const char *text;
    const char *message; /* the first line of the error, without the name of the file */
} BadRow;

static void check_text(const char *text, gsize length, const char *message, SimError code)
{
    g_autoptr(Source) source = source_new("t.litmus", text, length);
    Scenario *scenario;
    GError *error;
    litmus_load((const Source *const *)&source, 1, &scenario, &error);
    cr_expect_null(scenario, "%s: accepted", text);
    if (error == NULL)
        return;
    cr_expect(g_error_matches(error, SIM_ERROR, (int)code), "%s", text);
    cr_expect(g_str_has_prefix(error->message, "t.litmus:"));
    *strchrnul(error->message, '\n') = '\0';
    cr_expect_str_eq(error->message + strlen("t.litmus:"), message, "%s\n  expected %s\n  found    %s", text, message,
                     error->message + strlen("t.litmus:"));
    g_clear_error(&error);
}

static void check(const BadRow *rows, gsize n, SimError code)
{
    for (gsize i = 0; i < n; i++)
        check_text(rows[i].text, strlen(rows[i].text), rows[i].message, code);
}

#define TWO(rows)    "RISCV t\n{ x=1; 0:x6=x; }\n P0 | P1 ;\n" rows
#define ONE(insn)    "RISCV t\n{ }\n P0 ;\n " insn " ;\n"
#define INIT(items)  "RISCV t\n{ " items " }\n P0 ;\n L: nop ;\n"
#define COND(text)   "RISCV t\n{ }\n P0 ;\n L: nop ;\n" text
#define HEAD(header) header "{ }\n P0 ;\n nop ;\n"

/* clang-format off */
static const BadRow outlines[] = {
    { "", "1:1: error: expected 'RISCV NAME' at the start of a litmus test" },
    { "hello\n", "1:1: error: expected 'RISCV NAME' at the start of a litmus test" },
    { "RISCV\n", "1:6: error: expected the name of the test" },
    { "RISCV t\n", "1:9: error: expected '{' and the initial values" },
    { "RISCV t \"doc\n{}\n", "1:9: error: this string does not end" },
    { "RISCV t\n(* a (* b *)\n{}\n", "2:1: error: this comment does not end" },
    { HEAD("RISCV t\n(* Result: Nevr *)\n"), "2:12: error: unknown result 'Nevr'; did you mean 'Never'?" },
    { "RISCV t\n{ 0:x5=1;\n P0 ;\n", "2:1: error: this brace is not closed" },
    { "RISCV t\n{ 0:x5=instr:\"nop; }\n P0 ;\n", "2:14: error: this string does not end on its line" },
    { "RISCV t\n{ }\n", "2:5: error: expected the program: 'P0 | P1 ;' and rows of instructions" },
    { "RISCV t\n{ }\n P0 | P2 ;\n", "3:7: error: expected 'P1', the name of a column" },
    { "RISCV t\n{ }\n P0 P1 ;\n", "3:5: error: expected '|' or ';'" },
    { "RISCV t\n{ }\n P0 ;\n nop\n", "4:2: error: this row does not end in ';'" },
    { TWO(" nop ;\n"), "4:2: error: this row has 1 column, but there are 2 harts" },
    { TWO(" nop | nop | nop ;\n"), "4:2: error: this row has 3 columns, but there are 2 harts" },
    { "RISCV t\n{ }\n P0 ;\n nop | nop ;\n", "4:2: error: this row has 2 columns, but there is 1 hart" },
};

static const BadRow instructions[] = {
    { ONE("addd x1,x2,x3"), "4:2: error: unknown instruction 'addd'; did you mean 'addi'?" },
    { ONE("bogus"), "4:2: error: unknown instruction 'bogus'" },
    { ONE("lw.rl x1,(x2)"), "4:2: error: unknown instruction 'lw.rl': a load is .aq or .aqrl" },
    { ONE("sw.aq x1,(x2)"), "4:2: error: unknown instruction 'sw.aq': a store is .rl or .aqrl" },
    { ONE("add.aq x1,x2,x3"), "4:2: error: unknown instruction 'add.aq'" },
    { ONE("= x1"), "4:2: error: expected an instruction" },
    { ONE("add x1,x2"), "4:2: error: 'add' takes 3 operands, not 2" },
    { ONE("nop x1"), "4:2: error: 'nop' takes 0 operands, not 1" },
    { ONE("add x1,x2,x32"), "4:12: error: unknown register 'x32'" },
    { ONE("add x1,a8,x3"), "4:9: error: unknown register 'a8'; did you mean 'a0'?" },
    { ONE("add x1,,x3"), "4:9: error: expected a register" },
    { ONE("add x1,x2,x3 x4"), "4:15: error: unexpected text behind 'add'" },
    { ONE("addi x1,x2,2048"), "4:13: error: out of range: -2048 to 2047 are possible" },
    { ONE("addi x1,x2,-2049"), "4:13: error: out of range: -2048 to 2047 are possible" },
    { ONE("addi x1,x2,0xffffffffffffffff"), "4:13: error: out of range: -2048 to 2047 are possible" },
    { ONE("addi x1,x2,x"), "4:13: error: expected a number" },
    { ONE("addi x1,x2,- 1"), "4:13: error: expected a number" },
    { ONE("slliw x1,x2,32"), "4:14: error: out of range: 0 to 31 are possible" },
    { ONE("li x1,18446744073709551616"), "4:8: error: not a 64-bit number" },
    { ONE("li x1,-9223372036854775809"), "4:8: error: not a 64-bit number" },
    { ONE("li x1,12ab"), "4:8: error: not a 64-bit number" },
    { ONE("lw x1,4096(x2)"), "4:8: error: out of range: -2048 to 2047 are possible" },
    { ONE("lw x1,x2"), "4:8: error: expected a number" },
    { ONE("lw x1,0(x2"), "4:13: error: expected ')'" },
    { ONE("lw.aq x5,4(x6)"), "4:11: error: this instruction takes no offset" },
    { ONE("lr.w x5,4(x6)"), "4:10: error: this instruction takes no offset" },
    { ONE("amoadd.w x5,x7,-4(x6)"), "4:17: error: this instruction takes no offset" },
    { ONE("fence wr,w"), "4:8: error: expected a set such as r, w or rw, not 'wr'" },
    { ONE("fence r,"), "4:11: error: expected a set such as r, w or rw" },
    { ONE("fence r"), "4:2: error: 'fence' takes 0 operands, not 1" },
    { ONE("L0: beq x1,x2,L1"), "4:16: error: unknown label of P0 'L1'; did you mean 'L0'?" },
    { ONE("j 1f"), "4:4: error: expected a label" },
    { ONE("la x1,0"), "4:8: error: expected a name" },
    { ONE("L: L: nop"), "4:5: error: there are two labels 'L' in this column" },
    { TWO(" L: nop | j L ;\n"), "4:13: error: unknown label of P1 'L'" },
};

static const BadRow inits[] = {
    { INIT("0:x5=1; 0:x5=2;"), "2:11: error: P0:x5 already has another value" },
    { INIT("0:t0=1; P0:x5=x;"), "2:11: error: P0:x5 already has another value" },
    { INIT("x=1; x=2;"), "2:8: error: 'x' already has another value" },
    { INIT("int x=1; uint8_t x;"), "2:20: error: 'x' already has another type" },
    { INIT("0:x0=1;"), "2:3: error: register x0 is always 0" },
    { INIT("0:x35=1;"), "2:5: error: unknown register 'x35'" },
    { INIT("0:ts=1;"), "2:5: error: unknown register 'ts'; did you mean 't0'?" },
    { INIT("0:=1;"), "2:5: error: expected a register" },
    { INIT("1:x5=1;"), "2:3: error: there is no hart '1'" },
    { INIT("0:x5=P1:L;"), "2:8: error: there is no hart 'P1'" },
    { INIT("0:x5=P0:M;"), "2:11: error: unknown label of P0 'M'" },
    { INIT("0:x5=label:\"P0:M\";"), "2:18: error: unknown label of P0 'M'" },
    { INIT("0:x5=label:\"P0:L x\";"), "2:20: error: unexpected text behind the label" },
    { INIT("0:x5=1 0:x6=2;"), "2:10: error: expected ';'" },
    { INIT("0:x5=;"), "2:8: error: expected a number" },
    { INIT("0:x5=99999999999999999999;"), "2:8: error: not a 64-bit number" },
    { INIT("inte x=1;"), "2:3: error: unknown type 'inte'; did you mean 'int'?" },
    { INIT("uint8_t x=256;"), "2:13: error: does not fit in the 1 byte of 'x'" },
    { INIT("int16_t x=-32769;"), "2:13: error: does not fit in the 2 bytes of 'x'" },
    { INIT("int x[0];"), "2:9: error: an array of nothing" },
    { INIT("int x[2000];"), "2:9: error: out of range" },
    { INIT("int x[1]={1,2};"), "2:12: error: 2 values for an array of 1" },
    { INIT("int x[2]={1;"), "2:1: error: this brace is not closed" },
    { INIT("int x[2]={1 2};"), "2:15: error: expected '}'" },
    { INIT("0:x5=y[1];"), "2:8: error: 'y' has no element 1" },
    { INIT("=1;"), "2:3: error: expected a register or a location" },
    { INIT("5=1;"), "2:3: error: expected a register or a location" },
    { INIT("0:x5=instr:\"bogus\";"), "2:15: error: unknown instruction 'bogus'" },
    { INIT("0:x5=instr:\"li x5, x6\";"), "2:22: error: expected a number" },
    { INIT("0:x5=instr:\"li x5,0x12345678\";"), "2:15: error: 'li x5,0x12345678' is more than one instruction" },
    { INIT("0:x5=instr:\"la x5,x\";"), "2:15: error: 'la' is more than one instruction" },
    { "RISCV t\n{ 0:x5=instr:\"j M\"; 0:x6=P0:L; }\n P0 ;\n L: sw x5,0(x6) ;\n", "2:17: error: unknown label of P0 'M'" },
};

static const BadRow constraints[] = {
    { COND("exists (0:x5=1"), "5:15: error: expected ')'" },
    { COND("exists\n  (0:x5=1 /\\ (0:x6=2)"), "6:22: error: expected ')'" },
    { COND("exists (0:x5=1) garbage"), "5:17: error: unexpected text after the condition" },
    { COND("exists (0:x5=1); garbage"), "5:18: error: unexpected text after the condition" },
    { COND("exists (1:x5=1)"), "5:9: error: unknown hart '1'" },
    { COND("exists (0:x5=L1:x6)"), "5:14: error: unknown hart 'L1'" },
    { COND("exists (0:x5=P0:L)"), "5:17: error: unknown register 'L' (labels are written label:\"P0:L\")" },
    { COND("exists (0:x5=label:\"P0:M\")"), "5:24: error: unknown label of P0 'M'" },
    { COND("exists (0:x5=instr:\"bogus\")"), "5:21: error: unknown instruction 'bogus'" },
    { COND("exists (x[1]=1)"), "5:9: error: unknown location 'x[1]'" },
    { COND("exists ([P0:M]=1)"), "5:10: error: unknown location 'P0:M'" },
    { COND("exists (0:x5 > 1)"), "5:14: error: expected '=' or '!='" },
    { COND("exists (0:x5=18446744073709551616)"), "5:14: error: not a 64-bit number" },
    { COND("filter (0:x5=)\nexists true"), "5:14: error: expected a number" },
    { COND("filter 0:x5=1 filter 0:x6=1"), "5:15: error: there are two filters" },
    { COND("locations 0:x5"), "5:11: error: expected '['" },
    { COND("locations [0:x5 0:x6]"), "5:17: error: expected ';'" },
    { COND("locations [0:y5]"), "5:14: error: unknown register 'y5'; did you mean 'a5'?" },
    { COND("locations [x foo]"), "5:14: error: unknown type 'foo'" },
    { COND("exists (* open"), "5:8: error: this comment does not end" },
    { COND("exists (0:x5=instr:\"nop)"), "5:20: error: this string does not end on its line" },
};

static const BadRow outside[] = {
    { "AArch64 t\n{ }\n P0 ;\n NOP ;\n", "1:1: skipped: a test for AArch64, not RISCV" },
    { HEAD("RISCV t\nVariant=self,vm\n"), "2:1: skipped: Variant=vm" },
    { ONE("sfence.vma"), "4:2: skipped: 'sfence.vma' is outside RV64IMA" },
    { ONE("csrrw x1,sstatus,x2"), "4:2: skipped: 'csrrw' is outside RV64IMA" },
    { ONE("fadd.s f1,f2,f3"), "4:2: skipped: 'fadd.s' is outside RV64IMA" },
    { ONE("vle32.v v1,(x1)"), "4:2: skipped: 'vle32.v' is outside RV64IMA" },
    { ONE("c.nop"), "4:2: skipped: 'c.nop' is outside RV64IMA" },
    { ONE("ecall"), "4:2: skipped: 'ecall' is outside RV64IMA" },
    { ONE("amocas.w x1,x2,(x3)"), "4:2: skipped: 'amocas.w' is outside RV64IMA" },
    { ONE("lwu.aq x1,(x2)"), "4:2: skipped: 'lwu.aq' has no encoding" },
    { ONE("mv %x1,x2"), "4:5: skipped: symbolic registers" },
    { INIT("PTE(x)=(oa:PA(x))"), "2:3: skipped: page tables" },
    { INIT("0:x5=PTE(x);"), "2:8: skipped: page tables" },
    { INIT("x=(oa:PA(y));"), "2:5: skipped: values of this kind" },
    { INIT("%a=1;"), "2:3: skipped: symbolic locations" },
    { INIT("pteval_t x;"), "2:3: skipped: type 'pteval_t'" },
    { INIT("0:x5=instr:\"j L\";"), "2:15: skipped: 'j L' is relative to the place it is stored to, and that is not known" },
    { INIT("x=instr:\"j L\";"), "2:12: skipped: 'j L' is relative to the place it is stored to, and that is not known" },
    { "RISCV t\n{ 0:x5=instr:\"j L\"; 0:x6=P0:L; 0:x7=P0:M; }\n P0 ;\n L: sw x5,0(x6) ;\n M: sw x5,0(x7) ;\n",
      "2:15: skipped: 'j L' is stored to more than one place, and relative to each" },
    { "RISCV t\n{ 0:x5=instr:\"j L\"; 0:x6=P0:L; }\n P0 ;\n L: mv x6,x1 ;\n sw x5,0(x6) ;\n",
      "2:15: skipped: 'j L' is relative to the place it is stored to, and that is not known" },
    { COND("exists (0:x5=instr:\"j L\")"), "5:21: skipped: 'j L' is relative to the place it is stored to, and that is not known" },
    { COND("exists (0:x5=1 /\\ fault(P0,x))"), "5:19: skipped: faults are not supported" },
    { COND("exists (PTE(x)=1)"), "5:9: skipped: page tables are not supported" },
    { COND("exists (0:%x=1)"), "5:11: skipped: symbolic registers are not supported" },
    { COND("locations [fault(P0)]"), "5:12: skipped: fault(...)" },
    { COND("observed [0:x5]"), "5:1: skipped: conditions with 'observed'" },
};
/* clang-format on */

Test(litmus_bad, outlines)
{
    check(outlines, G_N_ELEMENTS(outlines), SIM_ERROR_SCENARIO);
    check_text("RISCV t\n{ x=\0001; }\n", 16, "2:5: error: a NUL byte", SIM_ERROR_SCENARIO);
}

Test(litmus_bad, instructions)
{
    check(instructions, G_N_ELEMENTS(instructions), SIM_ERROR_SCENARIO);
}

Test(litmus_bad, initial_values)
{
    check(inits, G_N_ELEMENTS(inits), SIM_ERROR_SCENARIO);
}

Test(litmus_bad, constraints)
{
    check(constraints, G_N_ELEMENTS(constraints), SIM_ERROR_SCENARIO);
}

Test(litmus_bad, outside_the_machine)
{
    check(outside, G_N_ELEMENTS(outside), SIM_ERROR_UNSUPPORTED);
}

static char *repeated(const char *head, const char *text, guint n, const char *tail)
{
    GString *out = g_string_new(head);
    for (guint i = 0; i < n; i++)
        g_string_append(out, text);
    return g_string_free(g_string_append(out, tail), FALSE);
}

Test(litmus_bad, sizes_are_limited)
{
    g_autofree char *insns = repeated("RISCV t\n{ }\nP0;\n", "nop;", 2001, "\n");
    check_text(insns, strlen(insns), "4:8001: error: more than 2000 instructions in one column", SIM_ERROR_SCENARIO);
    g_autofree char *nested = repeated("RISCV t\n{ }\nP0;nop;\nexists ", "(", 100, "");
    check_text(nested, strlen(nested), "4:72: error: nested more than 64 deep", SIM_ERROR_SCENARIO);
    g_autofree char *values = repeated("RISCV t\n{ int x[1024]={0", ",instr:\"nop\"", 1001, "}; }\nP0;nop;\n");
    check_text(values, strlen(values), "2:12025: error: more than 1000 values of this kind", SIM_ERROR_SCENARIO);
    GString *harts = g_string_new("RISCV t\n{ }\nP0");
    for (guint i = 1; i < HARTS_MAX; i++)
        g_string_append_printf(harts, "|P%u", i);
    g_autofree char *message = g_strdup_printf("3:%u: skipped: more than %d harts",
                                               (guint)(harts->len - strlen("RISCV t\n{ }\n")) + 2, HARTS_MAX);
    g_string_append_printf(harts, "|P%d;\n", HARTS_MAX);
    check_text(harts->str, harts->len, message, SIM_ERROR_UNSUPPORTED);
    g_string_free(harts, TRUE);
}
