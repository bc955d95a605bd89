/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instructions of litmus tests: RV64IMA and its pseudo-instructions. INSN(mnemonic, operands, flags).
 * Operands: d, s, t: registers rd, rs1, rs2; i: 12 bits, signed; h, w: shift of 64 and of 32 bits; u: 20 bits;
 * l: any number; m: OFFSET(rs1); z: (rs1), no offset; b: label; a: location or label; f: set of a fence.
 * Flags: L loads, S stores rs2, Z may be given .aq or .rl. */
/* clang-format off */
INSN("nop", "", 0) INSN("ret", "", 0) INSN("fence.i", "", 0) INSN("fence.tso", "", 0) INSN("fence", "", 0)
INSN("fence", "ff", 0)

INSN("li", "dl", 0) INSN("la", "da", 0) INSN("lui", "du", 0) INSN("auipc", "du", 0)
INSN("mv", "ds", 0) INSN("not", "ds", 0) INSN("neg", "ds", 0) INSN("negw", "ds", 0) INSN("sext.w", "ds", 0)
INSN("seqz", "ds", 0) INSN("snez", "ds", 0) INSN("sltz", "ds", 0) INSN("sgtz", "ds", 0)

INSN("addi", "dsi", 0) INSN("slti", "dsi", 0) INSN("sltiu", "dsi", 0) INSN("andi", "dsi", 0) INSN("ori", "dsi", 0)
INSN("xori", "dsi", 0) INSN("addiw", "dsi", 0) INSN("slli", "dsh", 0) INSN("srli", "dsh", 0) INSN("srai", "dsh", 0)
INSN("slliw", "dsw", 0) INSN("srliw", "dsw", 0) INSN("sraiw", "dsw", 0)

INSN("add", "dst", 0) INSN("sub", "dst", 0) INSN("slt", "dst", 0) INSN("sltu", "dst", 0) INSN("and", "dst", 0)
INSN("or", "dst", 0) INSN("xor", "dst", 0) INSN("sll", "dst", 0) INSN("srl", "dst", 0) INSN("sra", "dst", 0)
INSN("addw", "dst", 0) INSN("subw", "dst", 0) INSN("sllw", "dst", 0) INSN("srlw", "dst", 0) INSN("sraw", "dst", 0)
INSN("mul", "dst", 0) INSN("mulh", "dst", 0) INSN("mulhu", "dst", 0) INSN("mulhsu", "dst", 0) INSN("mulw", "dst", 0)
INSN("div", "dst", 0) INSN("divu", "dst", 0) INSN("divw", "dst", 0) INSN("divuw", "dst", 0)
INSN("rem", "dst", 0) INSN("remu", "dst", 0) INSN("remw", "dst", 0) INSN("remuw", "dst", 0)

INSN("j", "b", 0) INSN("jal", "b", 0) INSN("jal", "db", 0)
INSN("jr", "s", 0) INSN("jalr", "s", 0) INSN("jalr", "dm", 0) INSN("jalr", "dsi", 0)
INSN("beq", "stb", 0) INSN("bne", "stb", 0) INSN("blt", "stb", 0) INSN("bge", "stb", 0) INSN("bltu", "stb", 0)
INSN("bgeu", "stb", 0) INSN("bgt", "stb", 0) INSN("ble", "stb", 0) INSN("bgtu", "stb", 0) INSN("bleu", "stb", 0)
INSN("beqz", "sb", 0) INSN("bnez", "sb", 0) INSN("blez", "sb", 0) INSN("bgez", "sb", 0) INSN("bltz", "sb", 0)
INSN("bgtz", "sb", 0)

INSN("lb", "dm", L | Z) INSN("lh", "dm", L | Z) INSN("lw", "dm", L | Z) INSN("ld", "dm", L | Z)
INSN("lbu", "dm", L | Z) INSN("lhu", "dm", L | Z) INSN("lwu", "dm", L | Z)
INSN("sb", "tm", S | Z) INSN("sh", "tm", S | Z) INSN("sw", "tm", S | Z) INSN("sd", "tm", S | Z)

INSN("lr.w", "dz", L | Z) INSN("lr.d", "dz", L | Z) INSN("sc.w", "dtz", S | Z) INSN("sc.d", "dtz", S | Z)
#define AMO(name) INSN("amo" name ".w", "dtz", L | S | Z) INSN("amo" name ".d", "dtz", L | S | Z)
AMO("swap") AMO("add") AMO("and") AMO("or") AMO("xor") AMO("max") AMO("min") AMO("maxu") AMO("minu")
#undef AMO
