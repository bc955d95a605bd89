/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The oracle three ways: named rows, both modes against each other on random steps, and every
 * random step against the computation written out in C below.
 * CMODX_SEED and CMODX_ORACLE_STEPS change the seed and the number of random steps. */
#include "sim/hart/oracle.h"

#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif

/* The fixed bits of each instruction, for example W_add. */
enum {
#define INSN(op, mnemonic, match, mask, format, kind) W_##op = (int)(match),
#include "isa/insn-list.h"
#undef INSN
};

/* Operand fields. Rows use a2 = op(a0, a1) unless they say otherwise. */
#define RD(r)      ((uint32_t)(r) << 7)
#define RS1(r)     ((uint32_t)(r) << 15)
#define RS2(r)     ((uint32_t)(r) << 20)
#define IMM_I(i)   ((uint32_t)(i) << 20)
#define IMM_S(i)   (((uint32_t)(i)&0xfe0) << 20 | ((uint32_t)(i)&0x1f) << 7)
#define IMM_J(i)   (((uint32_t)(i)&0x7fe) << 20) /* 0 to 2046 only */
#define R(op)      ((uint32_t)W_##op | RD(12) | RS1(10) | RS2(11))
#define I(op, imm) ((uint32_t)W_##op | RD(12) | RS1(10) | IMM_I(imm))
#define S(op, imm) ((uint32_t)W_##op | RS1(10) | RS2(11) | IMM_S(imm))

#define KERNEL UINT64_C(0xffffffff80000000)

static Oracle *new_oracle(OracleMode mode)
{
    g_autoptr(GError) error = NULL;
    Oracle *oracle = oracle_new(mode, &error);

    cr_assert_not_null(oracle, "%s", error ? error->message : "no error set");
    return oracle;
}

static void format_case(const OracleInput *in, char *text, size_t size)
{
    char insn[96];

    insn_text(in->insn, in->pc, INSN_TEXT_RAW, insn, sizeof insn);
    g_snprintf(text, size, "word %#x (%s) pc %#" PRIx64 " rs1 %#" PRIx64 " rs2 %#" PRIx64 " loaded %#" PRIx64 " sc %d",
               in->insn->word, insn, in->pc, in->rs1, in->rs2, in->loaded, in->sc_succeeds);
}

static void assert_equal(const OracleInput *in, const char *name, const OracleOutput *got, const OracleOutput *expected)
{
    char text[256];

    if (got->next_pc == expected->next_pc && got->rd == expected->rd && got->address == expected->address &&
        got->stores == expected->stores && got->stored == expected->stored)
        return;
    format_case(in, text, sizeof text);
    cr_assert_fail("%s: %s\n"
                   "     got next %#" PRIx64 " rd %#" PRIx64 " address %#" PRIx64 " stores %d %#" PRIx64
                   "\nexpected next %#" PRIx64 " rd %#" PRIx64 " address %#" PRIx64 " stores %d %#" PRIx64,
                   name, text, got->next_pc, got->rd, got->address, got->stores, got->stored, expected->next_pc,
                   expected->rd, expected->address, expected->stores, expected->stored);
}

/* ---- The independent computation ------------------------------------------------------------ */

static uint64_t sext(uint64_t value, unsigned size)
{
    unsigned unused = 64 - 8 * size;

    return (uint64_t)((int64_t)(value << unused) >> unused);
}

static uint64_t zext(uint64_t value, unsigned size)
{
    unsigned unused = 64 - 8 * size;

    return value << unused >> unused;
}

static uint64_t divide(int64_t a, int64_t b, int64_t minimum, bool remainder)
{
    if (b == 0)
        return (uint64_t)(remainder ? a : -1);
    if (a == minimum && b == -1)
        return (uint64_t)(remainder ? 0 : a);
    return (uint64_t)(remainder ? a % b : a / b);
}

static uint64_t divide_unsigned(uint64_t a, uint64_t b, bool remainder)
{
    if (b == 0)
        return remainder ? a : UINT64_MAX;
    return remainder ? a % b : a / b;
}

/* The 32-bit operations; op is that with a register operand. */
static uint64_t compute_word(InsnOp op, uint32_t a, uint32_t b)
{
    switch ((int)op) {
    case OP_addw:
        return a + b;
    case OP_subw:
        return a - b;
    case OP_sllw:
        return a << b % 32;
    case OP_srlw:
        return a >> b % 32;
    case OP_sraw:
        return (uint32_t)((int32_t)a >> b % 32);
    case OP_mulw:
        return a * b;
    case OP_divw:
        return divide((int32_t)a, (int32_t)b, INT32_MIN, false);
    case OP_remw:
        return divide((int32_t)a, (int32_t)b, INT32_MIN, true);
    case OP_divuw:
        return divide_unsigned(a, b, false);
    case OP_remuw:
        return divide_unsigned(a, b, true);
    default:
        cr_assert_fail("no computation for op %d", op);
    }
    return 0;
}

/* The 64-bit operations; op is that with a register operand. */
static uint64_t compute(InsnOp op, uint64_t a, uint64_t b)
{
    switch ((int)op) {
    case OP_add:
        return a + b;
    case OP_sub:
        return a - b;
    case OP_sll:
        return a << b % 64;
    case OP_srl:
        return a >> b % 64;
    case OP_sra:
        return (uint64_t)((int64_t)a >> b % 64);
    case OP_slt:
        return (int64_t)a < (int64_t)b;
    case OP_sltu:
        return a < b;
    case OP_xor:
        return a ^ b;
    case OP_or:
        return a | b;
    case OP_and:
        return a & b;
    case OP_mul:
        return a * b;
    case OP_mulh:
        return (uint64_t)((__int128)(int64_t)a * (int64_t)b >> 64);
    case OP_mulhsu:
        return (uint64_t)((__int128)(int64_t)a * (__int128)b >> 64);
    case OP_mulhu:
        return (uint64_t)((unsigned __int128)a * b >> 64);
    case OP_div:
        return divide((int64_t)a, (int64_t)b, INT64_MIN, false);
    case OP_rem:
        return divide((int64_t)a, (int64_t)b, INT64_MIN, true);
    case OP_divu:
        return divide_unsigned(a, b, false);
    case OP_remu:
        return divide_unsigned(a, b, true);
    default:
        return sext(compute_word(op, (uint32_t)a, (uint32_t)b), 4);
    }
}

static uint64_t alu(const OracleInput *in)
{
    static const InsnOp with_register[OP_COUNT] = {
        [OP_addi] = OP_add,   [OP_slti] = OP_slt,   [OP_sltiu] = OP_sltu, [OP_xori] = OP_xor, [OP_ori] = OP_or,
        [OP_andi] = OP_and,   [OP_slli] = OP_sll,   [OP_srli] = OP_srl,   [OP_srai] = OP_sra, [OP_addiw] = OP_addw,
        [OP_slliw] = OP_sllw, [OP_srliw] = OP_srlw, [OP_sraiw] = OP_sraw,
    };
    const Insn *insn = in->insn;

    if (insn->op == OP_lui)
        return (uint64_t)insn->imm;
    if (insn->op == OP_auipc)
        return in->pc + (uint64_t)insn->imm;
    if (with_register[insn->op] != OP_NONE)
        return compute(with_register[insn->op], in->rs1, (uint64_t)insn->imm);
    return compute(insn->op, in->rs1, in->rs2);
}

static bool branch_taken(const OracleInput *in)
{
    int64_t a = (int64_t)in->rs1, b = (int64_t)in->rs2;

    switch ((int)in->insn->op) {
    case OP_beq:
        return a == b;
    case OP_bne:
        return a != b;
    case OP_blt:
        return a < b;
    case OP_bge:
        return a >= b;
    case OP_bltu:
        return in->rs1 < in->rs2;
    default:
        return in->rs1 >= in->rs2;
    }
}

/* Both values extended from the width of the access, so that one comparison does for both. */
static uint64_t amo(const OracleInput *in)
{
    uint64_t memory = sext(in->loaded, in->insn->size), operand = sext(in->rs2, in->insn->size);

    switch ((int)in->insn->op) {
    case OP_amoswap_w:
    case OP_amoswap_d:
        return operand;
    case OP_amoadd_w:
    case OP_amoadd_d:
        return memory + operand;
    case OP_amoxor_w:
    case OP_amoxor_d:
        return memory ^ operand;
    case OP_amoand_w:
    case OP_amoand_d:
        return memory & operand;
    case OP_amoor_w:
    case OP_amoor_d:
        return memory | operand;
    case OP_amomin_w:
    case OP_amomin_d:
        return (int64_t)memory < (int64_t)operand ? memory : operand;
    case OP_amomax_w:
    case OP_amomax_d:
        return (int64_t)memory > (int64_t)operand ? memory : operand;
    case OP_amominu_w:
    case OP_amominu_d:
        return MIN(memory, operand);
    case OP_amomaxu_w:
    case OP_amomaxu_d:
        return MAX(memory, operand);
    default:
        cr_assert_fail("no computation for op %d", in->insn->op);
    }
    return 0;
}

static void expect_access(const OracleInput *in, OracleOutput *out)
{
    const Insn *insn = in->insn;
    uint64_t loaded = insn->is_unsigned ? zext(in->loaded, insn->size) : sext(in->loaded, insn->size);

    out->address = in->rs1 + (uint64_t)insn->imm;
    out->stores = insn->kind == INSN_STORE || insn->kind == INSN_AMO || (insn->kind == INSN_SC && in->sc_succeeds);
    if (out->stores)
        out->stored = zext(insn->kind == INSN_AMO ? amo(in) : in->rs2, insn->size);
    if (insn->kind == INSN_SC)
        out->rd = !in->sc_succeeds;
    else if (insn->kind != INSN_STORE)
        out->rd = loaded;
}

static OracleOutput expect(const OracleInput *in)
{
    const Insn *insn = in->insn;
    uint64_t following = in->pc + insn->length, target = in->pc + (uint64_t)insn->imm;
    OracleOutput out = { .next_pc = following };

    if (insn->kind == INSN_ALU) {
        out.rd = alu(in);
    } else if (insn->kind == INSN_BRANCH) {
        out.next_pc = branch_taken(in) ? target : following;
    } else if (insn->kind == INSN_JAL) {
        out.next_pc = target;
        out.rd = following;
    } else if (insn->kind == INSN_JALR) {
        out.next_pc = (in->rs1 + (uint64_t)insn->imm) & ~UINT64_C(1);
        out.rd = following;
    } else {
        expect_access(in, &out);
    }
    if (insn->rd == 0)
        out.rd = 0;
    return out;
}

/* ---- Named rows ----------------------------------------------------------------------------- */

typedef struct Row {
    const char *name;
    uint32_t word;
    OracleInput in;   /* all but insn; pc is 0x10000 if given as 0 */
    OracleOutput out; /* next_pc is the following instruction if given as 0 */
} Row;

/* clang-format off */
static const Row rows[] = {
    /* pc-relative results, which ORACLE_SLOTS has to shift */
    { "auipc", W_auipc | RD(12) | 0x12345000, { 0 }, { .rd = 0x12355000 } },
    { "auipc, negative", W_auipc | RD(12) | 0xfffff000, { 0 }, { .rd = 0xf000 } },
    { "auipc in the kernel", W_auipc | RD(12) | 0x1000, { .pc = KERNEL + 2 }, { .rd = KERNEL + 0x1002 } },
    { "auipc to x0", W_auipc | 0x1000, { 0 }, { 0 } },
    { "lui is not shifted", W_lui | RD(12) | 0x80000000, { 0 }, { .rd = KERNEL } },
    { "jal links", W_jal | RD(1) | IMM_J(0x100), { 0 }, { .next_pc = 0x10100, .rd = 0x10004 } },
    { "jal to itself", W_jal | RD(5), { 0 }, { .next_pc = 0x10000, .rd = 0x10004 } },
    { "jal as far as it goes back", W_jal | 0x80000000, { .pc = KERNEL + 0x100000 }, { .next_pc = KERNEL } },
    { "jal as far as it goes", W_jal | 0x7ffff000, { .pc = KERNEL }, { .next_pc = KERNEL + 0xffffe } },
    { "jalr links", I(jalr, 8), { .rs1 = 0x20000 }, { .next_pc = 0x20008, .rd = 0x10004 } },
    { "jalr with rd = rs1", W_jalr | RD(1) | RS1(1) | IMM_I(-4), { .rs1 = 0x20000 }, { .next_pc = 0x1fffc, .rd = 0x10004 } },
    { "jalr clears bit 0", I(jalr, 0), { .rs1 = 0x20003 }, { .next_pc = 0x20002, .rd = 0x10004 } },
    { "jalr to unmapped", I(jalr, 0), { .rs1 = 0xdeadbeef00000000 }, { .next_pc = 0xdeadbeef00000000, .rd = 0x10004 } },
    { "jalr into the kernel", I(jalr, -2), { .rs1 = KERNEL }, { .next_pc = KERNEL - 2, .rd = 0x10004 } },
    { "jalr to 0", W_jalr | RD(1), { 0 }, { .next_pc = 0, .rd = 0x10004 } },
    { "c.jr does not link", 0x8502 | 0x80, { .rs1 = 0x20000 }, { .next_pc = 0x20000 } },
    { "c.jalr links pc + 2", 0x9502, { .rs1 = 0x20000 }, { .next_pc = 0x20000, .rd = 0x10002 } },
    { "c.jalr through ra", 0x9082, { .pc = 0x10ffe, .rs1 = 0x20000 }, { .next_pc = 0x20000, .rd = 0x11000 } },
    { "c.j", 0xa001 | 0x10, { 0 }, { .next_pc = 0x10004 } },
    { "beq taken", W_beq | RS1(10) | RS2(11) | 0x800, { .rs1 = 7, .rs2 = 7 }, { .next_pc = 0x10010 } },
    { "beq not taken", W_beq | RS1(10) | RS2(11) | 0x800, { .rs1 = 7, .rs2 = 8 }, { .next_pc = 0x10004 } },
    { "beq taken to 2 mod 4", W_beq | 0x100, { 0 }, { .next_pc = 0x10002 } },
    /* any place can hold an instruction */
    { "at 0", R(add), { .pc = UINT64_MAX, .rs1 = 1, .rs2 = 2 }, { .rd = 3 } }, /* see place_of() */
    { "across a page", R(add), { .pc = 0x10ffe, .rs1 = 1, .rs2 = 2 }, { .rd = 3 } },
    { "across a megabyte", R(add), { .pc = 0xffffe, .rs1 = 1, .rs2 = 2 }, { .rd = 3 } },
    { "at the end of the address space", R(add), { .pc = -UINT64_C(4), .rs1 = 1, .rs2 = 2 }, { .rd = 3 } },
    { "c.add at the end of it", 0x952e, { .pc = -UINT64_C(2), .rs1 = 1, .rs2 = 2 }, { .rd = 3 } },
    { "across the end of it", R(add), { .pc = -UINT64_C(2), .rs1 = 1, .rs2 = 2 }, { .next_pc = 2, .rd = 3 } },
    { "in the kernel", R(sub), { .pc = KERNEL + 0xffe, .rs1 = 1, .rs2 = 2 }, { .rd = UINT64_MAX } },
    { "c.nop", 0x0001, { 0 }, { 0 } },
    { "nop", W_addi, { 0 }, { 0 } },
    /* loads */
    { "lb", I(lb, -1), { .rs1 = 0x2001, .loaded = 0x80 }, { .rd = -UINT64_C(0x80), .address = 0x2000 } },
    { "lbu", I(lbu, 0), { .rs1 = 0x2001, .loaded = 0x80 }, { .rd = 0x80, .address = 0x2001 } },
    { "lh", I(lh, 0), { .rs1 = 0x2002, .loaded = 0x8001 }, { .rd = -UINT64_C(0x7fff), .address = 0x2002 } },
    { "lhu", I(lhu, 0), { .rs1 = 0x2002, .loaded = 0x8001 }, { .rd = 0x8001, .address = 0x2002 } },
    { "lw", I(lw, 4), { .rs1 = 0x2000, .loaded = 0x80000001 }, { .rd = KERNEL + 1, .address = 0x2004 } },
    { "lwu", I(lwu, 0), { .rs1 = 0x2000, .loaded = 0x80000001 }, { .rd = 0x80000001, .address = 0x2000 } },
    { "ld", I(ld, 0), { .rs1 = 0x2000, .loaded = 0x8123456789abcdef }, { .rd = 0x8123456789abcdef, .address = 0x2000 } },
    { "c.ld", 0x6108, { .rs1 = 0x2000, .loaded = 5 }, { .rd = 5, .address = 0x2000 } },
    { "lw misaligned", I(lw, 1), { .rs1 = 0x2000, .loaded = 0x12345678 }, { .rd = 0x12345678, .address = 0x2001 } },
    { "ld across a page", I(ld, 0), { .rs1 = 0x2ffd, .loaded = 0x8123456789abcdef }, { .rd = 0x8123456789abcdef, .address = 0x2ffd } },
    { "ld across a megabyte", I(ld, 0), { .rs1 = 0x1fffff, .loaded = 0x8123456789abcdef }, { .rd = 0x8123456789abcdef, .address = 0x1fffff } },
    { "lh across the address space", I(lh, 0), { .rs1 = UINT64_MAX, .loaded = 0x1234 }, { .rd = 0x1234, .address = UINT64_MAX } },
    { "ld in the kernel", I(ld, -8), { .rs1 = KERNEL, .loaded = 6 }, { .rd = 6, .address = KERNEL - 8 } },
    { "ld to x0", W_ld | RS1(10), { .rs1 = KERNEL, .loaded = 6 }, { .address = KERNEL } },
    { "ld from x0", W_ld | RD(12) | IMM_I(-8), { .loaded = 6 }, { .rd = 6, .address = -UINT64_C(8) } },
    { "ld into its base", W_ld | RD(10) | RS1(10), { .rs1 = 0x2000, .loaded = 6 }, { .rd = 6, .address = 0x2000 } },
    { "ld of the code it is in", I(ld, 0), { .rs1 = 0x10000, .loaded = 0x1122334455667788 }, { .rd = 0x1122334455667788, .address = 0x10000 } },
    { "lw of the code just before", I(lw, 0), { .rs1 = 0xfffe, .loaded = 0x11223344 }, { .rd = 0x11223344, .address = 0xfffe } },
    /* stores */
    { "sb", S(sb, -1), { .rs1 = 0x2001, .rs2 = 0x1ff }, { .address = 0x2000, .stores = true, .stored = 0xff } },
    { "sh", S(sh, 0), { .rs1 = 0x2000, .rs2 = UINT64_MAX }, { .address = 0x2000, .stores = true, .stored = 0xffff } },
    { "sw", S(sw, 0), { .rs1 = 0x2000, .rs2 = UINT64_MAX }, { .address = 0x2000, .stores = true, .stored = 0xffffffff } },
    { "sd", S(sd, 0x7ff), { .rs1 = 0x2001, .rs2 = UINT64_MAX }, { .address = 0x2800, .stores = true, .stored = UINT64_MAX } },
    { "sd of its base", W_sd | RS1(10) | RS2(10), { .rs1 = 0x2000, .rs2 = 0x2000 }, { .address = 0x2000, .stores = true, .stored = 0x2000 } },
    { "sw of x0", W_sw | RS1(10), { .rs1 = 0x2000 }, { .address = 0x2000, .stores = true } },
    { "c.sw", 0xc10c, { .rs1 = 0x2000, .rs2 = 0x1ffffffff }, { .address = 0x2000, .stores = true, .stored = 0xffffffff } },
    { "sw misaligned", S(sw, 0), { .rs1 = 0x2003, .rs2 = 9 }, { .address = 0x2003, .stores = true, .stored = 9 } },
    { "sd across a page", S(sd, 0), { .rs1 = 0x2ffc, .rs2 = UINT64_MAX - 1 }, { .address = 0x2ffc, .stores = true, .stored = UINT64_MAX - 1 } },
    { "sd across the address space", S(sd, 0), { .rs1 = UINT64_MAX, .rs2 = 9 }, { .address = UINT64_MAX, .stores = true, .stored = 9 } },
    { "sd in the kernel", S(sd, 0), { .rs1 = KERNEL, .rs2 = 9 }, { .address = KERNEL, .stores = true, .stored = 9 } },
    { "sw over itself", S(sw, 0), { .rs1 = 0x10000, .rs2 = 0x00000013 }, { .address = 0x10000, .stores = true, .stored = 0x13 } },
    { "sw over itself, again", S(sw, 0), { .rs1 = 0x10000, .rs2 = 0x00000013 }, { .address = 0x10000, .stores = true, .stored = 0x13 } },
    { "another there afterwards", R(add), { .rs1 = 1, .rs2 = 2 }, { .rd = 3 } },
    { "sd over what follows", S(sd, 4), { .rs1 = 0x10000, .rs2 = UINT64_MAX }, { .address = 0x10004, .stores = true, .stored = UINT64_MAX } },
    { "sd over a page end with code", S(sd, 0), { .pc = 0x10ffc, .rs1 = 0x10ffc, .rs2 = 1 }, { .address = 0x10ffc, .stores = true, .stored = 1 } },
    /* Zalasr, in words that do not come from the decoder's list */
    { "lb.aq a2,(a0)", 0x3405062f, { .rs1 = 0x2001, .loaded = 0x80 }, { .rd = -UINT64_C(0x80), .address = 0x2001 } },
    { "lh.aq a2,(a0)", 0x3405162f, { .rs1 = 0x2002, .loaded = 0x8001 }, { .rd = -UINT64_C(0x7fff), .address = 0x2002 } },
    { "lw.aq a2,(a0)", 0x3405262f, { .rs1 = 0x2000, .loaded = 0x80000001 }, { .rd = KERNEL + 1, .address = 0x2000 } },
    { "ld.aq a2,(a0)", 0x3405362f, { .rs1 = KERNEL, .loaded = 0x8123456789abcdef }, { .rd = 0x8123456789abcdef, .address = KERNEL } },
    { "lw.aqrl a2,(a0)", 0x3605262f, { .rs1 = 0x2000, .loaded = 7 }, { .rd = 7, .address = 0x2000 } },
    { "ld.aq zero,(a0)", 0x3405302f, { .rs1 = 0x2000, .loaded = 6 }, { .address = 0x2000 } },
    { "ld.aq a0,(a0)", 0x3405352f, { .rs1 = 0x2000, .loaded = 6 }, { .rd = 6, .address = 0x2000 } },
    { "ld.aq a2,(zero)", 0x3400362f, { .loaded = 6 }, { .rd = 6 } },
    { "lw.aq of the code it is in", 0x3405262f, { .rs1 = 0x10000, .loaded = 0x11223344 }, { .rd = 0x11223344, .address = 0x10000 } },
    { "lw.aq in the kernel", 0x3405262f, { .pc = KERNEL + 0xffe, .rs1 = 0x2000, .loaded = 7 }, { .rd = 7, .address = 0x2000 } },
    { "sb.rl a1,(a0)", 0x3ab5002f, { .rs1 = 0x2001, .rs2 = 0x1ff }, { .address = 0x2001, .stores = true, .stored = 0xff } },
    { "sh.rl a1,(a0)", 0x3ab5102f, { .rs1 = 0x2000, .rs2 = UINT64_MAX }, { .address = 0x2000, .stores = true, .stored = 0xffff } },
    { "sw.rl a1,(a0)", 0x3ab5202f, { .rs1 = 0x2000, .rs2 = UINT64_MAX }, { .address = 0x2000, .stores = true, .stored = 0xffffffff } },
    { "sd.rl a1,(a0)", 0x3ab5302f, { .rs1 = KERNEL, .rs2 = UINT64_MAX }, { .address = KERNEL, .stores = true, .stored = UINT64_MAX } },
    { "sw.aqrl a1,(a0)", 0x3eb5202f, { .rs1 = 0x2000, .rs2 = 9 }, { .address = 0x2000, .stores = true, .stored = 9 } },
    { "sd.rl a0,(a0)", 0x3aa5302f, { .rs1 = 0x2000, .rs2 = 0x2000 }, { .address = 0x2000, .stores = true, .stored = 0x2000 } },
    { "sw.rl zero,(a0)", 0x3a05202f, { .rs1 = 0x2000 }, { .address = 0x2000, .stores = true } },
    { "sw.rl over itself", 0x3ab5202f, { .rs1 = 0x10000, .rs2 = 0x13 }, { .address = 0x10000, .stores = true, .stored = 0x13 } },
    /* LR and SC */
    { "lr.w", W_lr_w | RD(12) | RS1(10), { .rs1 = 0x2000, .loaded = 0xffffffff }, { .rd = UINT64_MAX, .address = 0x2000 } },
    { "sc.w fails after lr.w", R(sc_w), { .rs1 = 0x2000, .rs2 = 7 }, { .rd = 1, .address = 0x2000 } },
    { "lr.d", W_lr_d | RD(12) | RS1(10), { .rs1 = 0x2000, .loaded = 7 }, { .rd = 7, .address = 0x2000 } },
    { "sc.d succeeds", R(sc_d), { .rs1 = 0x2000, .rs2 = UINT64_MAX, .sc_succeeds = true }, { .address = 0x2000, .stores = true, .stored = UINT64_MAX } },
    { "sc.d fails after sc.d", R(sc_d), { .rs1 = 0x2000, .rs2 = 7 }, { .rd = 1, .address = 0x2000 } },
    { "sc.w succeeds without lr.w", R(sc_w), { .rs1 = 0x2004, .rs2 = UINT64_MAX, .sc_succeeds = true }, { .address = 0x2004, .stores = true, .stored = 0xffffffff } },
    { "sc.w succeeds at 0", W_sc_w | RD(12) | RS2(11), { .rs2 = 7, .sc_succeeds = true }, { .stores = true, .stored = 7 } },
    { "sc.w fails at 0", W_sc_w | RD(12) | RS2(11), { .rs2 = 7 }, { .rd = 1 } },
    { "sc.w over itself", R(sc_w), { .rs1 = 0x10000, .rs2 = 7, .sc_succeeds = true }, { .address = 0x10000, .stores = true, .stored = 7 } },
    { "sc.d with rd = rs1 = rs2", W_sc_d | RD(10) | RS1(10) | RS2(10), { .rs1 = 0x2000, .rs2 = 0x2000, .sc_succeeds = true }, { .address = 0x2000, .stores = true, .stored = 0x2000 } },
    { "sc.d fails with rd = x0", W_sc_d | RS1(10) | RS2(11), { .rs1 = 0x2000, .rs2 = 7 }, { .address = 0x2000 } },
    { "sc.w.aqrl succeeds", R(sc_w) | 3 << 25, { .rs1 = 0x2000, .rs2 = 7, .sc_succeeds = true }, { .address = 0x2000, .stores = true, .stored = 7 } },
    /* AMOs; -16 and 5 is what Unicorn 2.0.1 gets wrong */
#define MEMORY_W .rs1 = 0x2000, .rs2 = 5, .loaded = 0xfffffff0
#define MEMORY_D .rs1 = KERNEL, .rs2 = 5, .loaded = -UINT64_C(16)
#define STORES_W(value) .rd = -UINT64_C(16), .address = 0x2000, .stores = true, .stored = value
#define STORES_D(value) .rd = -UINT64_C(16), .address = KERNEL, .stores = true, .stored = value
    { "amoswap.w", R(amoswap_w), { MEMORY_W }, { STORES_W(5) } },
    { "amoadd.w", R(amoadd_w), { MEMORY_W }, { STORES_W(0xfffffff5) } },
    { "amoxor.w", R(amoxor_w), { MEMORY_W }, { STORES_W(0xfffffff5) } },
    { "amoand.w", R(amoand_w), { MEMORY_W }, { STORES_W(0) } },
    { "amoor.w", R(amoor_w), { MEMORY_W }, { STORES_W(0xfffffff5) } },
    { "amomin.w", R(amomin_w), { MEMORY_W }, { STORES_W(0xfffffff0) } },
    { "amomax.w", R(amomax_w), { MEMORY_W }, { STORES_W(5) } },
    { "amominu.w", R(amominu_w), { MEMORY_W }, { STORES_W(5) } },
    { "amomaxu.w", R(amomaxu_w), { MEMORY_W }, { STORES_W(0xfffffff0) } },
    { "amoswap.d", R(amoswap_d), { MEMORY_D }, { STORES_D(5) } },
    { "amoadd.d", R(amoadd_d), { MEMORY_D }, { STORES_D(-UINT64_C(11)) } },
    { "amoxor.d", R(amoxor_d), { MEMORY_D }, { STORES_D(-UINT64_C(11)) } },
    { "amoand.d", R(amoand_d), { MEMORY_D }, { STORES_D(0) } },
    { "amoor.d", R(amoor_d), { MEMORY_D }, { STORES_D(-UINT64_C(11)) } },
    { "amomin.d", R(amomin_d), { MEMORY_D }, { STORES_D(-UINT64_C(16)) } },
    { "amomax.d", R(amomax_d), { MEMORY_D }, { STORES_D(5) } },
    { "amominu.d", R(amominu_d), { MEMORY_D }, { STORES_D(5) } },
    { "amomaxu.d", R(amomaxu_d), { MEMORY_D }, { STORES_D(-UINT64_C(16)) } },
    { "amomin.w ignores the high half", R(amomin_w), { .rs1 = 0x2000, .rs2 = 0x7fffffff00000009, .loaded = 8 }, { .rd = 8, .address = 0x2000, .stores = true, .stored = 8 } },
    { "amomaxu.w ignores the high half", R(amomaxu_w), { .rs1 = 0x2000, .rs2 = 0xffffffff00000007, .loaded = 8 }, { .rd = 8, .address = 0x2000, .stores = true, .stored = 8 } },
    { "amoadd.w to x0", W_amoadd_w | RS1(10) | RS2(11), { MEMORY_W }, { .address = 0x2000, .stores = true, .stored = 0xfffffff5 } },
    { "amoswap.w over itself", R(amoswap_w), { .rs1 = 0x10000, .rs2 = 5, .loaded = 0x10000 }, { .rd = 0x10000, .address = 0x10000, .stores = true, .stored = 5 } },
    { "amoadd.d with rd = rs2", W_amoadd_d | RD(11) | RS1(10) | RS2(11), { MEMORY_D }, { STORES_D(-UINT64_C(11)) } },
    /* corners of M */
    { "div by 0", R(div), { .rs1 = 7 }, { .rd = UINT64_MAX } },
    { "div overflows", R(div), { .rs1 = (uint64_t)INT64_MIN, .rs2 = UINT64_MAX }, { .rd = (uint64_t)INT64_MIN } },
    { "rem overflows", R(rem), { .rs1 = (uint64_t)INT64_MIN, .rs2 = UINT64_MAX }, { .rd = 0 } },
    { "divw overflows", R(divw), { .rs1 = 0x80000000, .rs2 = 0xffffffff }, { .rd = KERNEL } },
    { "remuw by 0", R(remuw), { .rs1 = 0x80000000 }, { .rd = KERNEL } },
    { "mulh", R(mulh), { .rs1 = (uint64_t)INT64_MIN, .rs2 = (uint64_t)INT64_MIN }, { .rd = UINT64_C(1) << 62 } },
    { "mulhsu", R(mulhsu), { .rs1 = UINT64_MAX, .rs2 = UINT64_MAX }, { .rd = UINT64_MAX } },
    { "mulhu", R(mulhu), { .rs1 = UINT64_MAX, .rs2 = UINT64_MAX }, { .rd = UINT64_MAX - 1 } },
    { "addw wraps", R(addw), { .rs1 = 0x7fffffff, .rs2 = 1 }, { .rd = KERNEL } },
};
/* clang-format on */

/* A row without a pc is at 0x10000; the row "at 0" says so with a pc that cannot be. */
static uint64_t place_of(const Row *row)
{
    if (row->in.pc == 0)
        return 0x10000;
    return row->in.pc == UINT64_MAX ? 0 : row->in.pc;
}

static void run_row(Oracle *oracle, const Row *row)
{
    Insn insn = insn_decode(row->word);
    OracleInput in = row->in;
    OracleOutput expected = row->out, out;

    in.insn = &insn;
    in.pc = place_of(row);
    if (expected.next_pc == 0 && insn.kind != INSN_JALR)
        expected.next_pc = in.pc + insn.length;
    oracle_execute(oracle, &in, &out);
    assert_equal(&in, row->name, &out, &expected);
    expected = expect(&in);
    assert_equal(&in, "computed in C", &out, &expected);
}

Test(oracle, rows)
{
    for (OracleMode mode = ORACLE_SLOTS; mode <= ORACLE_TRUE_PC; mode++) {
        g_autoptr(Oracle) oracle = new_oracle(mode);
        for (unsigned round = 0; round < 3; round++)
            for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
                run_row(oracle, &rows[i]);
    }
}

static void compare_ordered_with_plain(Oracle *oracle, uint32_t ordered_word, uint32_t plain_word)
{
    Insn ordered = insn_decode(ordered_word), plain = insn_decode(plain_word);
    bool loads = ordered.kind == INSN_LOAD;
    OracleInput in = { .insn = &plain, .pc = 0x10000, .rs1 = 0x2000, .rs2 = loads ? 0 : UINT64_C(0x8182838485868788) };
    OracleOutput of_plain, of_ordered;

    in.loaded = loads ? zext(UINT64_C(0x8182838485868788), plain.size) : 0;
    oracle_execute(oracle, &in, &of_plain);
    guint n_words = oracle_words(oracle);
    in.insn = &ordered;
    oracle_execute(oracle, &in, &of_ordered);
    assert_equal(&in, "as the plain access", &of_ordered, &of_plain);
    cr_assert_eq(oracle_words(oracle), n_words, "%#x has another slot than %#x", ordered_word, plain_word);
}

/* The emulator is never given a word of Zalasr: each shares the slot of the plain access. */
Test(oracle, zalasr_runs_as_the_plain_access)
{
    for (OracleMode mode = ORACLE_SLOTS; mode <= ORACLE_TRUE_PC; mode++) {
        g_autoptr(Oracle) oracle = new_oracle(mode);
        for (uint32_t width = 0; width < 4; width++) {
            for (uint32_t other = 0; other < 2; other++) { /* rl of a load, aq of a store */
                compare_ordered_with_plain(oracle, 0x3405062f | width << 12 | other << 25, 0x00050603 | width << 12);
                compare_ordered_with_plain(oracle, 0x3ab5002f | width << 12 | other << 26, 0x00b50023 | width << 12);
            }
        }
        cr_assert_eq(oracle_words(oracle), mode == ORACLE_SLOTS ? 8 : 0);
    }
}

/* ---- Resources ------------------------------------------------------------------------------ */

static void step(Oracle *oracle, uint32_t word, uint64_t pc, uint64_t rs1, uint64_t loaded)
{
    Insn insn = insn_decode(word);
    OracleInput in = { .insn = &insn, .pc = pc, .rs1 = rs1, .loaded = loaded };
    OracleOutput out, expected = expect(&in);

    oracle_execute(oracle, &in, &out);
    assert_equal(&in, "step", &out, &expected);
}

/* The first word branches to where the next slot will be, which is translated as zeros. */
Test(oracle, slot_that_was_a_target_before_it_was_written)
{
    g_autoptr(Oracle) oracle = new_oracle(ORACLE_SLOTS);

    for (uint32_t i = 1; i < 64; i++)
        step(oracle, W_jal | RD(1) | IMM_J(16 * i), 0x1000, 0, 0);
    for (uint32_t i = 0; i < 128; i++)
        step(oracle, I(addi, i), 0x1000, 1, 0);
    cr_assert_eq(oracle_words(oracle), 63 + 128);
    cr_assert_eq(oracle_steps(oracle), 63 + 128);
}

Test(oracle, more_words_than_an_arena_holds)
{
    const uint32_t n = 140000; /* two arenas of 65536 slots and some */
    g_autoptr(Oracle) oracle = new_oracle(ORACLE_SLOTS);

    for (unsigned round = 0; round < 2; round++)
        for (uint32_t i = 0; i < n; i++)
            step(oracle, W_lui | RD(12) | i << 12, 0x1000, 0, 0);
    cr_assert_eq(oracle_words(oracle), n);
}

/* Also a halfword and a word that begins with it: one cannot be the other. */
Test(oracle, words_and_halfwords_are_told_apart)
{
    g_autoptr(Oracle) oracle = new_oracle(ORACLE_SLOTS);

    for (unsigned round = 0; round < 2; round++) {
        step(oracle, 0x0505, 0x1000, 1, 0);              /* c.addi a0,1 */
        step(oracle, 0x00150513, 0x1000, 1, 0);          /* addi a0,a0,1 */
        step(oracle, 0x0505 | 0x00010000, 0x1000, 1, 0); /* the high half is not part of it */
    }
    cr_assert_eq(oracle_words(oracle), 2);
}

Test(oracle, more_addresses_than_windows)
{
    for (OracleMode mode = ORACLE_SLOTS; mode <= ORACLE_TRUE_PC; mode++) {
        g_autoptr(Oracle) oracle = new_oracle(mode);
        for (uint64_t i = 0; i < 600; i++) {
            uint64_t far = i % 200 << 32, other = (i * 7 % 200 << 32) + 0xffffc;
            step(oracle, I(ld, 0), far + 0xffffe, other, i); /* four new windows at once */
            step(oracle, I(jalr, 0), far, other, 0);
        }
    }
}

Test(oracle, failing_to_create_is_an_error)
{
#ifdef ADDRESS_SANITIZER
    cr_skip("the address space cannot be limited here");
#endif
    struct rlimit limit = { .rlim_cur = 768 << 20, .rlim_max = RLIM_INFINITY };
    g_autoptr(GError) error = NULL;

    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    cr_assert_null(oracle_new(ORACLE_SLOTS, &error));
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT));
    cr_assert_not_null(strstr(error->message, "Unicorn 2."), "%s", error->message);
}

/* ---- Random steps --------------------------------------------------------------------------- */

enum {
    STEPS_PER_ROUND = 250000,
    STEPS_AT_TRUE_PC = 25000, /* Unicorn keeps every translation, 400 bytes, and gets slower */
    WORDS_PER_ROUND = 40000,
    N_HALVES_MAX = 1 << 16,
};

typedef struct Generator {
    uint64_t state;
    uint16_t halves[N_HALVES_MAX]; /* every compressed instruction that the oracle runs */
    unsigned n_halves;
    uint32_t words[WORDS_PER_ROUND];
} Generator;

/* SplitMix64 */
static uint64_t draw(Generator *generator)
{
    uint64_t z = generator->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool one_in(Generator *generator, unsigned n)
{
    return draw(generator) % n == 0;
}

static bool is_for_oracle(InsnKind kind)
{
    return kind == INSN_ALU || kind == INSN_BRANCH || kind == INSN_JAL || kind == INSN_JALR || kind == INSN_LOAD ||
           kind == INSN_STORE || kind == INSN_LR || kind == INSN_SC || kind == INSN_AMO;
}

/* A word of a random row; some have registers in common, which is rare otherwise. */
static uint32_t draw_word(Generator *generator)
{
    static const struct {
        uint32_t match, mask;
        InsnKind kind;
    } list[] = {
#define INSN(op, mnemonic, match, mask, format, kind) { match, mask, INSN_##kind },
#include "isa/insn-list.h"
#undef INSN
    };
    for (;;) {
        size_t i = draw(generator) % G_N_ELEMENTS(list);
        uint32_t word = (uint32_t)draw(generator);
        if (one_in(generator, 6))
            word = (word & ~RD(31)) | RD(word >> 15 & 31);
        if (one_in(generator, 6))
            word = (word & ~RS2(31)) | RS2(word >> 15 & 31);
        if (one_in(generator, 16))
            word &= ~RS1(31);
        word = (word & ~list[i].mask) | list[i].match;
        if (is_for_oracle(list[i].kind) && is_for_oracle(insn_decode(word).kind))
            return word;
    }
}

static uint64_t draw_value(Generator *generator)
{
    static const uint64_t corners[] = {
        0,
        1,
        2,
        31,
        32,
        63,
        64,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        UINT64_C(1) << 32,
        INT64_MAX,
        (uint64_t)INT64_MIN,
        KERNEL,
        UINT64_MAX - 1,
        UINT64_MAX,
    };
    uint64_t value = draw(generator);

    switch (draw(generator) % 4) {
    case 0:
        return corners[value % G_N_ELEMENTS(corners)];
    case 1:
        return sext(value, 4);
    case 2:
        return value >> value % 64;
    default:
        return value;
    }
}

/* Places of code and of data alike: few enough regions to meet again, many at an end of a page.
 * One in five thousand is anywhere, and costs a new region. */
static uint64_t draw_address(Generator *generator)
{
    static const uint64_t bases[] = {
        0,
        0x10000,
        0xff000,
        0x80000000,
        UINT64_C(0x3fffffe000),
        UINT64_C(0x7ffffffffffff000),
        UINT64_C(0x8000000000000000),
        UINT64_C(0xffffffc000000000),
        KERNEL,
        KERNEL + 0xff000,
        UINT64_C(0xfffffffffffff000),
    };
    uint64_t base = bases[draw(generator) % G_N_ELEMENTS(bases)];
    uint64_t offset = draw(generator) % 4096;

    if (one_in(generator, 5000))
        return draw(generator) & ~(UINT64_C(1) << 60); /* never the place of the slots, 0x1357... */
    if (one_in(generator, 2))
        offset = (offset % 64 - 32) & 4095; /* the first or the last bytes of the page */
    return base + offset;
}

/* Operands that make the instruction legal, and now and then its access meet its own code. */
static void draw_operands(Generator *generator, OracleInput *in)
{
    const Insn *insn = in->insn;
    bool aligned = insn->kind == INSN_LR || insn->kind == INSN_SC || insn->kind == INSN_AMO;

    in->pc = draw_address(generator) & ~UINT64_C(1);
    in->rs1 = draw_value(generator);
    in->rs2 = draw_value(generator);
    if (insn->kind == INSN_JALR || insn->size != 0) {
        uint64_t address = one_in(generator, 8) ? in->pc + draw(generator) % 16 - 8 : draw_address(generator);
        if (aligned || one_in(generator, 2))
            address &= ~(uint64_t)(insn->size - (insn->size != 0));
        in->rs1 = address - (uint64_t)insn->imm;
    }
    if (insn->rs1 == 0)
        in->rs1 = 0;
    if (insn->rs2 == 0)
        in->rs2 = 0;
    else if (insn->rs2 == insn->rs1 || one_in(generator, 8))
        in->rs2 = in->rs1;
    if (insn->kind == INSN_LOAD || insn->kind == INSN_LR || insn->kind == INSN_AMO)
        in->loaded = zext(draw_value(generator), insn->size);
    in->sc_succeeds = insn->kind == INSN_SC && one_in(generator, 2);
}

static void random_step(Generator *generator, Oracle *slots, Oracle *true_pc)
{
    uint32_t word = one_in(generator, 3) ? generator->halves[draw(generator) % generator->n_halves]
                                         : generator->words[draw(generator) % WORDS_PER_ROUND];
    Insn insn = insn_decode(word);
    OracleInput in = { .insn = &insn };
    OracleOutput from_slot, from_pc, expected;

    draw_operands(generator, &in);
    oracle_execute(slots, &in, &from_slot);
    oracle_execute(true_pc, &in, &from_pc);
    expected = expect(&in);
    assert_equal(&in, "slots against true pc", &from_slot, &from_pc);
    assert_equal(&in, "slots against C", &from_slot, &expected);
}

static uint64_t number_from_environment(const char *name, uint64_t fallback)
{
    const char *text = g_getenv(name);

    return text != NULL ? g_ascii_strtoull(text, NULL, 0) : fallback;
}

static void fill_halves(Generator *generator)
{
    for (uint32_t half = 0; half <= UINT16_MAX; half++)
        if (insn_length((uint16_t)half) == 2 && is_for_oracle(insn_decode(half).kind))
            generator->halves[generator->n_halves++] = (uint16_t)half;
}

static void random_steps(Generator *generator, uint64_t n)
{
    g_autoptr(Oracle) slots = new_oracle(ORACLE_SLOTS);
    g_autoptr(Oracle) true_pc = NULL;

    for (unsigned i = 0; i < WORDS_PER_ROUND; i++)
        generator->words[i] = draw_word(generator);
    for (uint64_t i = 0; i < n; i++) {
        if (i % STEPS_AT_TRUE_PC == 0) {
            oracle_free(true_pc);
            true_pc = new_oracle(ORACLE_TRUE_PC);
        }
        random_step(generator, slots, true_pc);
    }
}

Test(oracle, random_steps)
{
    g_autofree Generator *generator = g_new0(Generator, 1);
    uint64_t steps = number_from_environment("CMODX_ORACLE_STEPS", 1000000);

    generator->state = number_from_environment("CMODX_SEED", 1);
    cr_log_info("CMODX_SEED=%" PRIu64, generator->state);
    fill_halves(generator);
    for (uint64_t done = 0; done < steps; done += STEPS_PER_ROUND)
        random_steps(generator, MIN(steps - done, STEPS_PER_ROUND));
}

/* ---- Threads -------------------------------------------------------------------------------- */

static gpointer run_thread(gpointer data)
{
    Generator *generator = data;

    fill_halves(generator);
    random_steps(generator, 5000);
    return NULL;
}

Test(oracle, one_oracle_for_each_thread)
{
    enum {
        N_THREADS = 4
    };
    Generator *generators = g_new0(Generator, N_THREADS);
    GThread *threads[N_THREADS];

    for (unsigned i = 0; i < N_THREADS; i++) {
        generators[i].state = 100 + i;
        threads[i] = g_thread_new("oracle", run_thread, &generators[i]);
    }
    for (unsigned i = 0; i < N_THREADS; i++)
        g_thread_join(threads[i]);
    g_free(generators);
}
