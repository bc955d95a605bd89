/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of compressed instructions, as those of the operation they expand to (chapter "C"). */
#include "isa/rvc.h"

#include "isa/fields.h"

enum {
    RA = 1,
    SP = 2
};

static int64_t rvc_imm6(uint32_t half)
{
    return sign_extend(field(half, 12, 12) << 5 | field(half, 6, 2), 6);
}

static uint32_t rvc_shamt(uint32_t half)
{
    return field(half, 12, 12) << 5 | field(half, 6, 2);
}

static uint32_t rvc_imm_addi4spn(uint32_t half)
{
    return field(half, 12, 11) << 4 | field(half, 10, 7) << 6 | field(half, 6, 6) << 2 | field(half, 5, 5) << 3;
}

static int64_t rvc_imm_addi16sp(uint32_t half)
{
    return sign_extend(field(half, 12, 12) << 9 | field(half, 4, 3) << 7 | field(half, 5, 5) << 6 |
                           field(half, 2, 2) << 5 | field(half, 6, 6) << 4,
                       10);
}

static int64_t rvc_imm_j(uint32_t half)
{
    return sign_extend(field(half, 12, 12) << 11 | field(half, 8, 8) << 10 | field(half, 10, 9) << 8 |
                           field(half, 6, 6) << 7 | field(half, 7, 7) << 6 | field(half, 2, 2) << 5 |
                           field(half, 11, 11) << 4 | field(half, 5, 3) << 1,
                       12);
}

static int64_t rvc_imm_branch(uint32_t half)
{
    return sign_extend(field(half, 12, 12) << 8 | field(half, 6, 5) << 6 | field(half, 2, 2) << 5 |
                           field(half, 11, 10) << 3 | field(half, 4, 3) << 1,
                       9);
}

/* Offsets of the loads and stores: through a three-bit register, from sp, to sp. */
static uint32_t rvc_imm_w(uint32_t half)
{
    return field(half, 5, 5) << 6 | field(half, 12, 10) << 3 | field(half, 6, 6) << 2;
}

static uint32_t rvc_imm_d(uint32_t half)
{
    return field(half, 6, 5) << 6 | field(half, 12, 10) << 3;
}

static uint32_t rvc_imm_lwsp(uint32_t half)
{
    return field(half, 3, 2) << 6 | field(half, 12, 12) << 5 | field(half, 6, 4) << 2;
}

static uint32_t rvc_imm_ldsp(uint32_t half)
{
    return field(half, 4, 2) << 6 | field(half, 12, 12) << 5 | field(half, 6, 5) << 3;
}

static uint32_t rvc_imm_swsp(uint32_t half)
{
    return field(half, 8, 7) << 6 | field(half, 12, 9) << 2;
}

static uint32_t rvc_imm_sdsp(uint32_t half)
{
    return field(half, 9, 7) << 6 | field(half, 12, 10) << 3;
}

void rvc_decode(Insn *insn, RvcFormat format)
{
    uint32_t half = insn->word;
    unsigned r = field(half, 11, 7), r2 = field(half, 6, 2);
    unsigned s = 8 + field(half, 9, 7), s2 = 8 + field(half, 4, 2);

    switch (format) {
    case RVC_FORMAT_ADDI4SPN:
        set_operands(insn, s2, SP, 0, rvc_imm_addi4spn(half));
        break;
    case RVC_FORMAT_LW:
        set_operands(insn, s2, s, 0, rvc_imm_w(half));
        break;
    case RVC_FORMAT_LD:
        set_operands(insn, s2, s, 0, rvc_imm_d(half));
        break;
    case RVC_FORMAT_SW:
        set_operands(insn, 0, s, s2, rvc_imm_w(half));
        break;
    case RVC_FORMAT_SD:
        set_operands(insn, 0, s, s2, rvc_imm_d(half));
        break;
    case RVC_FORMAT_ADDI:
        set_operands(insn, r, r, 0, rvc_imm6(half));
        break;
    case RVC_FORMAT_LI:
        set_operands(insn, r, 0, 0, rvc_imm6(half));
        break;
    case RVC_FORMAT_ADDI16SP:
        set_operands(insn, SP, SP, 0, rvc_imm_addi16sp(half));
        break;
    case RVC_FORMAT_LUI:
        set_operands(insn, r, 0, 0, rvc_imm6(half) * 4096);
        break;
    case RVC_FORMAT_SHIFT:
    case RVC_FORMAT_SHIFT64:
        set_operands(insn, r, r, 0, rvc_shamt(half));
        break;
    case RVC_FORMAT_SHIFT_S:
    case RVC_FORMAT_SHIFT64_S:
        set_operands(insn, s, s, 0, rvc_shamt(half));
        break;
    case RVC_FORMAT_ANDI:
        set_operands(insn, s, s, 0, rvc_imm6(half));
        break;
    case RVC_FORMAT_ARITH:
        set_operands(insn, s, s, s2, 0);
        break;
    case RVC_FORMAT_J:
        set_operands(insn, 0, 0, 0, rvc_imm_j(half));
        break;
    case RVC_FORMAT_BRANCH:
        set_operands(insn, 0, s, 0, rvc_imm_branch(half));
        break;
    case RVC_FORMAT_LWSP:
        set_operands(insn, r, SP, 0, rvc_imm_lwsp(half));
        break;
    case RVC_FORMAT_LDSP:
        set_operands(insn, r, SP, 0, rvc_imm_ldsp(half));
        break;
    case RVC_FORMAT_SWSP:
        set_operands(insn, 0, SP, r2, rvc_imm_swsp(half));
        break;
    case RVC_FORMAT_SDSP:
        set_operands(insn, 0, SP, r2, rvc_imm_sdsp(half));
        break;
    case RVC_FORMAT_JR:
        set_operands(insn, 0, r, 0, 0);
        break;
    case RVC_FORMAT_JALR:
        set_operands(insn, RA, r, 0, 0);
        break;
    case RVC_FORMAT_MV:
        set_operands(insn, r, 0, r2, 0);
        break;
    case RVC_FORMAT_ADD:
        set_operands(insn, r, r, r2, 0);
        break;
    case RVC_FORMAT_NONE:
        break;
    }
}
