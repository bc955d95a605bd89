/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instructions that tests are written in, as words. Operands in the order of the assembler: enc_sw(T0, 4, S0) is
 * `sw t0, 4(s0)`. */
#pragma once

#include <glib.h>
#include <stdint.h>

enum {
    ZERO = 0,
    RA = 1,
    SP = 2,
    T0 = 5,
    T1 = 6,
    T2 = 7,
    S0 = 8,
    S1 = 9,
    A0 = 10,
    A1 = 11,
    A2 = 12,
    A3 = 13,
    A4 = 14,
    A5 = 15,
    A6 = 16,
    A7 = 17,
    S2 = 18,
    S3 = 19,
    S4 = 20,
    S5 = 21,
    S6 = 22,
    S7 = 23,
    S8 = 24,
    S9 = 25,
    T3 = 28
};

/* funct5 of AMOs. */
typedef enum EncAmo {
    ENC_ADD = 0,
    ENC_SWAP = 1,
    ENC_LR = 2,
    ENC_SC = 3,
    ENC_XOR = 4,
    ENC_OR = 8
} EncAmo;

enum {
    ENC_RL = 1,
    ENC_AQ = 2,
    ENC_AQRL = 3,
    ENC_W = 1, /* of fences */
    ENC_R = 2,
    ENC_RW = 3
};

static inline uint32_t enc_i(guint opcode, guint funct3, guint rd, guint rs1, int imm)
{
    return (uint32_t)imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
static inline uint32_t enc_r(guint opcode, guint funct3, guint funct7, guint rd, guint rs1, guint rs2)
{
    return funct7 << 25 | rs2 << 20 | enc_i(opcode, funct3, rd, rs1, 0);
}

static inline uint32_t enc_addi(guint rd, guint rs1, int imm)
{
    return enc_i(0x13, 0, rd, rs1, imm);
}
static inline uint32_t enc_li(guint rd, int imm)
{
    return enc_addi(rd, ZERO, imm);
}
static inline uint32_t enc_nop(void)
{
    return enc_addi(ZERO, ZERO, 0);
}
static inline uint32_t enc_add(guint rd, guint rs1, guint rs2)
{
    return enc_r(0x33, 0, 0, rd, rs1, rs2);
}
static inline uint32_t enc_xor(guint rd, guint rs1, guint rs2)
{
    return enc_r(0x33, 4, 0, rd, rs1, rs2);
}
static inline uint32_t enc_auipc(guint rd, guint pages)
{
    return pages << 12 | rd << 7 | 0x17;
}

/* Loads and stores of 1 << width bytes; loads of less than 8 sign-extend. */
static inline uint32_t enc_load(guint width, guint rd, int imm, guint rs1)
{
    return enc_i(0x03, width, rd, rs1, imm);
}
static inline uint32_t enc_lb(guint rd, int imm, guint rs1)
{
    return enc_load(0, rd, imm, rs1);
}
static inline uint32_t enc_lh(guint rd, int imm, guint rs1)
{
    return enc_load(1, rd, imm, rs1);
}
static inline uint32_t enc_lw(guint rd, int imm, guint rs1)
{
    return enc_load(2, rd, imm, rs1);
}
static inline uint32_t enc_ld(guint rd, int imm, guint rs1)
{
    return enc_load(3, rd, imm, rs1);
}
static inline uint32_t enc_store(guint width, guint rs2, int imm, guint rs1)
{
    return ((uint32_t)imm >> 5) << 25 | rs2 << 20 | enc_i(0x23, width, (uint32_t)imm & 31, rs1, 0);
}
static inline uint32_t enc_sb(guint rs2, int imm, guint rs1)
{
    return enc_store(0, rs2, imm, rs1);
}
static inline uint32_t enc_sh(guint rs2, int imm, guint rs1)
{
    return enc_store(1, rs2, imm, rs1);
}
static inline uint32_t enc_sw(guint rs2, int imm, guint rs1)
{
    return enc_store(2, rs2, imm, rs1);
}
static inline uint32_t enc_sd(guint rs2, int imm, guint rs1)
{
    return enc_store(3, rs2, imm, rs1);
}

/* `order`: ENC_AQ | ENC_RL; width 2 or 3. */
static inline uint32_t enc_amo(EncAmo amo, guint width, guint order, guint rd, guint rs2, guint rs1)
{
    return enc_r(0x2f, width, (guint)amo << 2 | order, rd, rs1, rs2);
}
static inline uint32_t enc_lr(guint width, guint order, guint rd, guint rs1)
{
    return enc_amo(ENC_LR, width, order, rd, ZERO, rs1);
}
static inline uint32_t enc_sc(guint width, guint order, guint rd, guint rs2, guint rs1)
{
    return enc_amo(ENC_SC, width, order, rd, rs2, rs1);
}

static inline uint32_t enc_fence(guint before, guint after)
{
    return before << 24 | after << 20 | 0x0f;
}
static inline uint32_t enc_fence_tso(void)
{
    return 0x8330000f;
}
static inline uint32_t enc_fence_i(void)
{
    return 0x0000100f;
}

/* Branches, by the distance in bytes from themselves. */
static inline uint32_t enc_branch(guint funct3, guint rs1, guint rs2, int offset)
{
    uint32_t imm = (uint32_t)offset;
    return (imm >> 12 & 1) << 31 | (imm >> 5 & 63) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm >> 1 & 15) << 8 |
           (imm >> 11 & 1) << 7 | 0x63;
}
static inline uint32_t enc_beq(guint rs1, guint rs2, int offset)
{
    return enc_branch(0, rs1, rs2, offset);
}
static inline uint32_t enc_bne(guint rs1, guint rs2, int offset)
{
    return enc_branch(1, rs1, rs2, offset);
}
static inline uint32_t enc_jal(guint rd, int offset)
{
    uint32_t imm = (uint32_t)offset;
    return (imm >> 20 & 1) << 31 | (imm >> 1 & 0x3ff) << 21 | (imm >> 11 & 1) << 20 | (imm >> 12 & 0xff) << 12 |
           rd << 7 | 0x6f;
}
static inline uint32_t enc_jalr(guint rd, int imm, guint rs1)
{
    return enc_i(0x67, 0, rd, rs1, imm);
}
static inline uint32_t enc_ecall(void)
{
    return 0x73;
}
static inline uint32_t enc_csrci(guint csr, guint bits)
{
    return csr << 20 | enc_i(0x73, 7, ZERO, bits, 0);
}
static inline uint32_t enc_sret(void)
{
    return 0x10200073;
}
