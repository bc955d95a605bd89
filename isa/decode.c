/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields and roles of an instruction. What an encoding is at all is in the lists (isa/tables.h),
 * the fields of compressed instructions are in isa/rvc.c. */
#include "isa/insn.h"

#include "isa/fields.h"
#include "isa/rvc.h"
#include "isa/tables.h"

static int64_t imm_i(uint32_t word)
{
    return sign_extend(field(word, 31, 20), 12);
}

static int64_t imm_s(uint32_t word)
{
    return sign_extend(field(word, 31, 25) << 5 | field(word, 11, 7), 12);
}

static int64_t imm_b(uint32_t word)
{
    return sign_extend(
        field(word, 31, 31) << 12 | field(word, 7, 7) << 11 | field(word, 30, 25) << 5 | field(word, 11, 8) << 1, 13);
}

static int64_t imm_j(uint32_t word)
{
    return sign_extend(field(word, 31, 31) << 20 | field(word, 19, 12) << 12 | field(word, 20, 20) << 11 |
                           field(word, 30, 21) << 1,
                       21);
}

static void set_fence(Insn *insn)
{
    uint32_t word = insn->word;

    insn->pred = (uint8_t)field(word, 27, 24);
    insn->succ = (uint8_t)field(word, 23, 20);
    /* Any other fm is reserved and, like rd and rs1, ignored by base implementations (section 2.7). */
    insn->is_tso = insn->op == OP_fence_tso;
}

static void decode_word(Insn *insn, Format format)
{
    uint32_t word = insn->word;
    unsigned rd = field(word, 11, 7), rs1 = field(word, 19, 15), rs2 = field(word, 24, 20);

    switch (format) {
    case FORMAT_R:
        set_operands(insn, rd, rs1, rs2, 0);
        break;
    case FORMAT_I:
    case FORMAT_LOAD:
    case FORMAT_JALR:
        set_operands(insn, rd, rs1, 0, imm_i(word));
        break;
    case FORMAT_SHIFT:
        set_operands(insn, rd, rs1, 0, field(word, 25, 20));
        break;
    case FORMAT_STORE:
        set_operands(insn, 0, rs1, rs2, imm_s(word));
        break;
    case FORMAT_B:
        set_operands(insn, 0, rs1, rs2, imm_b(word));
        break;
    case FORMAT_U:
        set_operands(insn, rd, 0, 0, sign_extend(field(word, 31, 12) << 12, 32));
        break;
    case FORMAT_J:
        set_operands(insn, rd, 0, 0, imm_j(word));
        break;
    case FORMAT_LR:
    case FORMAT_AMO:
    case FORMAT_STORE_RL:
        set_operands(insn, rd, rs1, rs2, 0); /* rs2 is 0 in LR, rd in STORE_RL */
        insn->aq = field(word, 26, 26);
        insn->rl = field(word, 25, 25);
        break;
    case FORMAT_FENCE:
    case FORMAT_FENCE_TSO:
        set_fence(insn);
        break;
    case FORMAT_CSR:
        set_operands(insn, rd, rs1, 0, 0);
        insn->csr = (uint16_t)field(word, 31, 20);
        break;
    case FORMAT_CSRI:
        set_operands(insn, rd, 0, 0, rs1);
        insn->csr = (uint16_t)field(word, 31, 20);
        break;
    case FORMAT_SFENCE:
        set_operands(insn, 0, rs1, rs2, 0);
        break;
    case FORMAT_NONE:
        break;
    }
}

/* The mask of registers a and b, without x0. */
static uint32_t registers(unsigned a, unsigned b)
{
    return (UINT32_C(1) << a | UINT32_C(1) << b) & ~UINT32_C(1);
}

/* What the registers read are for: the syntactic dependencies of RVWMO (chapter "RVWMO",
 * "Syntactic Dependencies" and "Source and Destination Register Listings"). */
static void set_roles(Insn *insn)
{
    switch (insn->kind) {
    case INSN_ALU:
        insn->result_regs = registers(insn->rs1, insn->rs2);
        break;
    case INSN_BRANCH:
    case INSN_JALR:
        insn->branch_regs = registers(insn->rs1, insn->rs2);
        break;
    case INSN_LOAD:
    case INSN_LR:
    case INSN_SFENCE_VMA:
        insn->addr_regs = registers(insn->rs1, insn->rs2);
        break;
    case INSN_STORE:
    case INSN_SC:
    case INSN_AMO:
        insn->addr_regs = registers(insn->rs1, 0);
        insn->data_regs = registers(insn->rs2, 0);
        break;
    case INSN_CSR:
        insn->data_regs = registers(insn->rs1, 0);
        break;
    case INSN_ILLEGAL:
    case INSN_UNSUPPORTED:
    case INSN_JAL:
    case INSN_FENCE:
    case INSN_FENCE_I:
    case INSN_ECALL:
    case INSN_EBREAK:
    case INSN_SRET:
    case INSN_WFI:
        break;
    }
}

/* Width and signedness are in funct3, which `match` of every access holds. */
static void set_access(Insn *insn, const InsnRow *row)
{
    Format format = row->format;

    if (format != FORMAT_LOAD && format != FORMAT_STORE && format != FORMAT_LR && format != FORMAT_AMO &&
        format != FORMAT_STORE_RL)
        return;
    insn->size = (uint8_t)(1U << field(row->match, 13, 12));
    insn->is_unsigned = format == FORMAT_LOAD && field(row->match, 14, 14);
}

Insn insn_decode(uint32_t bits)
{
    unsigned length = insn_length((uint16_t)bits);
    Insn insn = { .word = length == 2 ? bits & 0xffff : bits, .length = (uint8_t)length };
    const RvcRow *rvc = length == 2 ? rvc_find((uint16_t)bits) : NULL;

    insn.op = length == 4 ? insn_find(bits) : rvc ? rvc->op : OP_NONE;
    if (insn.op == OP_NONE) {
        insn.kind = insn_is_foreign(insn.word) ? INSN_UNSUPPORTED : INSN_ILLEGAL;
        return insn;
    }

    const InsnRow *row = insn_row(insn.op);
    insn.kind = row->kind;
    if (rvc)
        rvc_decode(&insn, rvc->format);
    else
        decode_word(&insn, row->format);
    set_access(&insn, row);
    set_roles(&insn);
    return insn;
}
