/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every compressed instruction of RV64C without floating point, hints included.
 * RVC(op, mnemonic, match, mask, nonzero, format): a halfword is this instruction if
 * (half & mask) == match and, unless `nonzero` is 0, half & nonzero is not 0 (the field there is
 * reserved when zero); the first row that says so wins. `op` is the operation it expands to.
 * The names c.slli64, c.srli64 and c.srai64 are those of a zero shift amount, a hint in RV64. */
/* clang-format off */

/* Quadrant 0 */
RVC(addi,   "c.addi4spn", 0x0000, 0xe003, 0x1fe0, ADDI4SPN)
RVC(lw,     "c.lw",       0x4000, 0xe003, 0x0000, LW)
RVC(ld,     "c.ld",       0x6000, 0xe003, 0x0000, LD)
RVC(sw,     "c.sw",       0xc000, 0xe003, 0x0000, SW)
RVC(sd,     "c.sd",       0xe000, 0xe003, 0x0000, SD)

/* Quadrant 1. c.addi with rd = x0 is c.nop and its hints */
RVC(addi,   "c.addi",     0x0001, 0xe003, 0x0000, ADDI)
RVC(addiw,  "c.addiw",    0x2001, 0xe003, 0x0f80, ADDI)
RVC(addi,   "c.li",       0x4001, 0xe003, 0x0000, LI)
RVC(addi,   "c.addi16sp", 0x6101, 0xef83, 0x107c, ADDI16SP)
RVC(lui,    "c.lui",      0x6001, 0xe003, 0x107c, LUI)
RVC(srli,   "c.srli64",   0x8001, 0xfc7f, 0x0000, SHIFT64_S)
RVC(srli,   "c.srli",     0x8001, 0xec03, 0x0000, SHIFT_S)
RVC(srai,   "c.srai64",   0x8401, 0xfc7f, 0x0000, SHIFT64_S)
RVC(srai,   "c.srai",     0x8401, 0xec03, 0x0000, SHIFT_S)
RVC(andi,   "c.andi",     0x8801, 0xec03, 0x0000, ANDI)
RVC(sub,    "c.sub",      0x8c01, 0xfc63, 0x0000, ARITH)
RVC(xor,    "c.xor",      0x8c21, 0xfc63, 0x0000, ARITH)
RVC(or,     "c.or",       0x8c41, 0xfc63, 0x0000, ARITH)
RVC(and,    "c.and",      0x8c61, 0xfc63, 0x0000, ARITH)
RVC(subw,   "c.subw",     0x9c01, 0xfc63, 0x0000, ARITH)
RVC(addw,   "c.addw",     0x9c21, 0xfc63, 0x0000, ARITH)
RVC(jal,    "c.j",        0xa001, 0xe003, 0x0000, J)
RVC(beq,    "c.beqz",     0xc001, 0xe003, 0x0000, BRANCH)
RVC(bne,    "c.bnez",     0xe001, 0xe003, 0x0000, BRANCH)

/* Quadrant 2 */
RVC(slli,   "c.slli64",   0x0002, 0xf07f, 0x0000, SHIFT64)
RVC(slli,   "c.slli",     0x0002, 0xe003, 0x0000, SHIFT)
RVC(lw,     "c.lwsp",     0x4002, 0xe003, 0x0f80, LWSP)
RVC(ld,     "c.ldsp",     0x6002, 0xe003, 0x0f80, LDSP)
RVC(jalr,   "c.jr",       0x8002, 0xf07f, 0x0f80, JR)
RVC(add,    "c.mv",       0x8002, 0xf003, 0x007c, MV)
RVC(ebreak, "c.ebreak",   0x9002, 0xffff, 0x0000, NONE)
RVC(jalr,   "c.jalr",     0x9002, 0xf07f, 0x0f80, JALR)
RVC(add,    "c.add",      0x9002, 0xf003, 0x007c, ADD)
RVC(sw,     "c.swsp",     0xc002, 0xe003, 0x0000, SWSP)
RVC(sd,     "c.sdsp",     0xe002, 0xe003, 0x0000, SDSP)
