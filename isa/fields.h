/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bit fields of an encoding, and the operands made of them: private to isa/. */
#pragma once

#include "isa/insn.h"

/* word[high:low], at the bottom. */
static inline uint32_t field(uint32_t word, unsigned high, unsigned low)
{
    return word >> low & (UINT32_MAX >> (31 - (high - low)));
}

static inline int64_t sign_extend(uint32_t value, unsigned width)
{
    return (int64_t)((uint64_t)value << (64 - width)) >> (64 - width);
}

static inline void set_operands(Insn *insn, unsigned rd, unsigned rs1, unsigned rs2, int64_t imm)
{
    insn->rd = (uint8_t)rd;
    insn->rs1 = (uint8_t)rs1;
    insn->rs2 = (uint8_t)rs2;
    insn->imm = imm;
}
