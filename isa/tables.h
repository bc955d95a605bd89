/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instruction lists as tables, shared by the decoder and the disassembler: private to isa/. */
#pragma once

#include "isa/insn.h"

/* Which fields a 32-bit instruction has (unprivileged manual, section 2.3). */
typedef enum Format {
    FORMAT_R,
    FORMAT_I,
    FORMAT_SHIFT, /* an unsigned shift amount; bit 25 is part of it only in RV64 forms without W */
    FORMAT_LOAD,
    FORMAT_JALR,
    FORMAT_STORE,
    FORMAT_B,
    FORMAT_U,
    FORMAT_J,
    FORMAT_LR,  /* the loads of Zalasr as well */
    FORMAT_AMO, /* sc as well */
    FORMAT_STORE_RL,
    FORMAT_FENCE,
    FORMAT_FENCE_TSO, /* the sets are given by the encoding */
    FORMAT_CSR,
    FORMAT_CSRI, /* the rs1 field is an unsigned immediate */
    FORMAT_SFENCE,
    FORMAT_NONE,
} Format;

/* Which fields a compressed instruction has, and what its expansion adds to them (chapter "C").
 * _S: with the three-bit registers s0..a5, where there is a full-width twin. */
typedef enum RvcFormat {
    RVC_FORMAT_ADDI4SPN,
    RVC_FORMAT_LW,
    RVC_FORMAT_LD,
    RVC_FORMAT_SW,
    RVC_FORMAT_SD,
    RVC_FORMAT_ADDI, /* c.addiw as well */
    RVC_FORMAT_LI,
    RVC_FORMAT_ADDI16SP,
    RVC_FORMAT_LUI,
    RVC_FORMAT_SHIFT,
    RVC_FORMAT_SHIFT64, /* the amount is 0 */
    RVC_FORMAT_SHIFT_S,
    RVC_FORMAT_SHIFT64_S,
    RVC_FORMAT_ANDI,
    RVC_FORMAT_ARITH,
    RVC_FORMAT_J,
    RVC_FORMAT_BRANCH,
    RVC_FORMAT_LWSP,
    RVC_FORMAT_LDSP,
    RVC_FORMAT_SWSP,
    RVC_FORMAT_SDSP,
    RVC_FORMAT_JR,
    RVC_FORMAT_JALR,
    RVC_FORMAT_MV,
    RVC_FORMAT_ADD,
    RVC_FORMAT_NONE,
} RvcFormat;

typedef struct InsnRow {
    const char *mnemonic;
    uint32_t match, mask;
    Format format;
    InsnKind kind;
} InsnRow;

typedef struct RvcRow {
    InsnOp op; /* what it expands to */
    const char *mnemonic;
    uint16_t match, mask, nonzero;
    RvcFormat format;
} RvcRow;

/* The row of an operation other than OP_NONE. */
const InsnRow *insn_row(InsnOp op);

/* The operation of a 32-bit instruction, OP_NONE if it is none of ours. */
InsnOp insn_find(uint32_t word);

/* The row of a compressed instruction, NULL if it is none of ours. */
const RvcRow *rvc_find(uint16_t half);

/* Whether another extension or privilege level defines an encoding that is none of ours. */
bool insn_is_foreign(uint32_t bits);
