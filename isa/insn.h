/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the bits of an instruction mean: RV64IMAC_Zicsr_Zifencei_Zalasr, decoded totally.
 * The decoder is the gate in front of the emulator: what is not named here is never executed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an instruction is to the memory model and to the machine. */
typedef enum InsnKind {
    INSN_ILLEGAL, /* an illegal or reserved encoding: raises an illegal-instruction exception */
    INSN_UNSUPPORTED, /* defined by some extension or privilege level outside this machine (F, D, V, Zb*, mret, >32 bits ...) */
    INSN_ALU,         /* registers and immediates only; includes lui, auipc, M */
    INSN_BRANCH,
    INSN_JAL,
    INSN_JALR,
    INSN_LOAD,  /* those of Zalasr as well: with aq */
    INSN_STORE, /* likewise: with rl */
    INSN_LR,
    INSN_SC,
    INSN_AMO,
    INSN_FENCE, /* fence and fence.tso (and the hints in their space, such as pause) */
    INSN_FENCE_I,
    INSN_CSR,
    INSN_ECALL,
    INSN_EBREAK,
    INSN_SRET,
    INSN_WFI,
    INSN_SFENCE_VMA,
} InsnKind;

/* One per base mnemonic; compressed instructions decode to the operation they expand to. */
typedef enum InsnOp {
    OP_NONE, /* kinds INSN_ILLEGAL and INSN_UNSUPPORTED */
#define INSN(op, mnemonic, match, mask, format, kind) OP_##op,
#include "isa/insn-list.h"
#undef INSN
    OP_COUNT
} InsnOp;

/* Predecessor and successor sets of a fence, as encoded: i=8 o=4 r=2 w=1. */
enum {
    FENCE_W = 1,
    FENCE_R = 2,
    FENCE_O = 4,
    FENCE_I = 8
};

typedef struct Insn {
    uint32_t word;  /* the raw bits; only the low 16 for a compressed instruction */
    uint8_t length; /* bytes: 2 or 4; for INSN_UNSUPPORTED of more than 32 bits still 4 */
    InsnKind kind;
    InsnOp op;
    uint8_t rd;  /* destination register, 0 when there is none */
    uint8_t rs1; /* 0 when unused */
    uint8_t rs2; /* 0 when unused */
    /* Sign-extended immediate, shift amount, CSR immediate, or branch offset; lui/auipc: already
     * shifted left by 12; 0 when there is none. */
    int64_t imm;

    /* Roles for the memory model, as bit masks over x1..x31 (bit r is register r; x0 never appears):
     * registers that feed an address (of sfence.vma: rs1 and rs2), data stored or written to a CSR,
     * a branch or indirect-jump target, or the result in rd. */
    uint32_t addr_regs;
    uint32_t data_regs;
    uint32_t branch_regs;
    uint32_t result_regs;

    uint8_t size;       /* bytes accessed by a load, store, LR, SC, AMO: 1, 2, 4, 8; else 0 */
    bool is_unsigned;   /* lbu, lhu, lwu */
    bool aq, rl;        /* as encoded */
    uint8_t pred, succ; /* fence sets */
    bool is_tso;        /* fence.tso (fm=1000, rw,rw) */
    uint16_t csr;       /* CSR number of INSN_CSR */
} Insn;

/* Length in bytes of the instruction whose low halfword is `low`: 2 if low[1:0] != 3, else 4
 * (longer formats are reported as 4 and decode to INSN_UNSUPPORTED). */
static inline unsigned insn_length(uint16_t low)
{
    return (low & 3) == 3 ? 4 : 2;
}

/* Decodes `bits` (the low halfword decides the length; the high halfword is ignored for a
 * compressed instruction). Total: every value gives an Insn. */
Insn insn_decode(uint32_t bits);

typedef enum InsnTextStyle {
    /* Exactly what `objdump -M no-aliases` prints, with one space after the mnemonic. */
    INSN_TEXT_RAW,
    /* nop, li, mv, not, neg, sext.w, j, jr, ret, beqz, csrr, fence, pause ...; jal and jalr keep rd.
     * Compressed forms keep their "c." prefix, and are as in RAW but for c.nop and
     * c.jalr ("c.jalr ra,0(a0)": what it links is visible). */
    INSN_TEXT_ALIASES,
} InsnTextStyle;

/* Disassembly, for example "jalr ra,988(ra)"; ".2byte 0x..." or ".4byte 0x..." if illegal or
 * unsupported. Targets of jal and branches are printed as absolute addresses "0x..." computed
 * from `pc`. Writes at most `size` bytes, NUL included. */
void insn_text(const Insn *insn, uint64_t pc, InsnTextStyle style, char *text, size_t size);

/* The ABI name of register r (0..31): "zero", "ra", ... */
const char *register_name(unsigned r);

/* The number of a register named by its ABI name, "x5" form, or "fp"; -1 if there is none. */
int register_number(const char *name);
