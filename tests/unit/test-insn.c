/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields, roles and kinds of instructions, the human spelling, and the names of registers.
 * test-insn-objdump.c compares far more encodings, but only by their raw text. */
#include <criterion/criterion.h>
#include <glib.h>

#include "isa/insn.h"

enum {
    RA = 1,
    SP = 2,
    T0 = 5,
    T1 = 6,
    S0 = 8,
    S1 = 9,
    A0 = 10,
    A1 = 11,
    A2 = 12,
    A5 = 15,
    T6 = 31
};

#define BIT(r) (UINT32_C(1) << (r))

/* Expected fields; what a row does not name is 0. Word and length are checked apart. */
typedef struct FieldRow {
    const char *name;
    uint32_t bits;
    Insn expect;
} FieldRow;

/* clang-format off */
static const FieldRow words[] = {
    { "addi a0,a1,-5", 0xffb58513, { .op = OP_addi, .kind = INSN_ALU, .rd = A0, .rs1 = A1, .imm = -5, .result_regs = BIT(A1) } },
    { "prefetch.i 0(zero)", 0x00006013, { .op = OP_ori, .kind = INSN_ALU } },
    { "slli a0,a1,63", 0x03f59513, { .op = OP_slli, .kind = INSN_ALU, .rd = A0, .rs1 = A1, .imm = 63, .result_regs = BIT(A1) } },
    { "sraiw a0,a1,31", 0x41f5d51b, { .op = OP_sraiw, .kind = INSN_ALU, .rd = A0, .rs1 = A1, .imm = 31, .result_regs = BIT(A1) } },
    { "mulhsu a0,a1,a2", 0x02c5a533, { .op = OP_mulhsu, .kind = INSN_ALU, .rd = A0, .rs1 = A1, .rs2 = A2, .result_regs = BIT(A1) | BIT(A2) } },
    { "subw a0,a1,a1", 0x40b5853b, { .op = OP_subw, .kind = INSN_ALU, .rd = A0, .rs1 = A1, .rs2 = A1, .result_regs = BIT(A1) } },
    { "add zero,a0,a1", 0x00b50033, { .op = OP_add, .kind = INSN_ALU, .rs1 = A0, .rs2 = A1, .result_regs = BIT(A0) | BIT(A1) } },
    { "lui a0,0x80000", 0x80000537, { .op = OP_lui, .kind = INSN_ALU, .rd = A0, .imm = -INT64_C(0x80000000) } },
    { "auipc ra,0x1", 0x00001097, { .op = OP_auipc, .kind = INSN_ALU, .rd = RA, .imm = 0x1000 } },
    { "jal ra,.-4", 0xffdff0ef, { .op = OP_jal, .kind = INSN_JAL, .rd = RA, .imm = -4 } },
    { "jal zero,.+1048574", 0x7ffff06f, { .op = OP_jal, .kind = INSN_JAL, .imm = 1048574 } },
    { "jalr ra,988(ra)", 0x3dc080e7, { .op = OP_jalr, .kind = INSN_JALR, .rd = RA, .rs1 = RA, .imm = 988, .branch_regs = BIT(RA) } },
    { "beq a0,zero,.+8", 0x00050463, { .op = OP_beq, .kind = INSN_BRANCH, .rs1 = A0, .imm = 8, .branch_regs = BIT(A0) } },
    { "bltu t0,t6,.-4096", 0x81f2e063, { .op = OP_bltu, .kind = INSN_BRANCH, .rs1 = T0, .rs2 = T6, .imm = -4096, .branch_regs = BIT(T0) | BIT(T6) } },
    { "ld a0,-8(sp)", 0xff813503, { .op = OP_ld, .kind = INSN_LOAD, .rd = A0, .rs1 = SP, .imm = -8, .addr_regs = BIT(SP), .size = 8 } },
    { "lwu t0,4(t1)", 0x00436283, { .op = OP_lwu, .kind = INSN_LOAD, .rd = T0, .rs1 = T1, .imm = 4, .addr_regs = BIT(T1), .size = 4, .is_unsigned = true } },
    { "lb zero,0(a0)", 0x00050003, { .op = OP_lb, .kind = INSN_LOAD, .rs1 = A0, .addr_regs = BIT(A0), .size = 1 } },
    { "sb a1,-1(a0)", 0xfeb50fa3, { .op = OP_sb, .kind = INSN_STORE, .rs1 = A0, .rs2 = A1, .imm = -1, .addr_regs = BIT(A0), .data_regs = BIT(A1), .size = 1 } },
    { "lr.w.aq a0,(a1)", 0x1405a52f, { .op = OP_lr_w, .kind = INSN_LR, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 4, .aq = true } },
    { "sc.d.rl a0,a1,(a2)", 0x1ab6352f, { .op = OP_sc_d, .kind = INSN_SC, .rd = A0, .rs1 = A2, .rs2 = A1, .addr_regs = BIT(A2), .data_regs = BIT(A1), .size = 8, .rl = true } },
    { "amoadd.w.aqrl a0,a1,(a2)", 0x06b6252f, { .op = OP_amoadd_w, .kind = INSN_AMO, .rd = A0, .rs1 = A2, .rs2 = A1, .addr_regs = BIT(A2), .data_regs = BIT(A1), .size = 4, .aq = true, .rl = true } },
    { "amoswap.d zero,a1,(a2)", 0x08b6302f, { .op = OP_amoswap_d, .kind = INSN_AMO, .rs1 = A2, .rs2 = A1, .addr_regs = BIT(A2), .data_regs = BIT(A1), .size = 8 } },
    { "lb.aq a0,(a1)", 0x3405852f, { .op = OP_lb_aq, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 1, .aq = true } },
    { "lb.aqrl a0,(a1)", 0x3605852f, { .op = OP_lb_aq, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 1, .aq = true, .rl = true } },
    { "lh.aq a0,(a1)", 0x3405952f, { .op = OP_lh_aq, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 2, .aq = true } },
    { "lh.aqrl a0,(a1)", 0x3605952f, { .op = OP_lh_aq, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 2, .aq = true, .rl = true } },
    { "lw.aq a0,(a1)", 0x3405a52f, { .op = OP_lw_aq, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 4, .aq = true } },
    { "lw.aqrl a0,(a1)", 0x3605a52f, { .op = OP_lw_aq, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 4, .aq = true, .rl = true } },
    { "ld.aq a0,(a1)", 0x3405b52f, { .op = OP_ld_aq, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 8, .aq = true } },
    { "ld.aqrl a0,(a1)", 0x3605b52f, { .op = OP_ld_aq, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .addr_regs = BIT(A1), .size = 8, .aq = true, .rl = true } },
    { "sb.rl a0,(a1)", 0x3aa5802f, { .op = OP_sb_rl, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 1, .rl = true } },
    { "sb.aqrl a0,(a1)", 0x3ea5802f, { .op = OP_sb_rl, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 1, .aq = true, .rl = true } },
    { "sh.rl a0,(a1)", 0x3aa5902f, { .op = OP_sh_rl, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 2, .rl = true } },
    { "sh.aqrl a0,(a1)", 0x3ea5902f, { .op = OP_sh_rl, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 2, .aq = true, .rl = true } },
    { "sw.rl a0,(a1)", 0x3aa5a02f, { .op = OP_sw_rl, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 4, .rl = true } },
    { "sw.aqrl a0,(a1)", 0x3ea5a02f, { .op = OP_sw_rl, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 4, .aq = true, .rl = true } },
    { "sd.rl a0,(a1)", 0x3aa5b02f, { .op = OP_sd_rl, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 8, .rl = true } },
    { "sd.aqrl a0,(a1)", 0x3ea5b02f, { .op = OP_sd_rl, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 8, .aq = true, .rl = true } },
    { "ld.aq zero,(zero)", 0x3400302f, { .op = OP_ld_aq, .kind = INSN_LOAD, .size = 8, .aq = true } },
    { "sd.rl zero,(zero)", 0x3a00302f, { .op = OP_sd_rl, .kind = INSN_STORE, .size = 8, .rl = true } },
    { "lw.aq t6,(t6)", 0x340fafaf, { .op = OP_lw_aq, .kind = INSN_LOAD, .rd = T6, .rs1 = T6, .addr_regs = BIT(T6), .size = 4, .aq = true } },
    { "sw.rl t6,(t6)", 0x3bffa02f, { .op = OP_sw_rl, .kind = INSN_STORE, .rs1 = T6, .rs2 = T6, .addr_regs = BIT(T6), .data_regs = BIT(T6), .size = 4, .rl = true } },
    { "fence r,rw", 0x0230000f, { .op = OP_fence, .kind = INSN_FENCE, .pred = FENCE_R, .succ = FENCE_R | FENCE_W } },
    { "fence r,rw, reserved fm=7 rd rs1", 0x723f8f8f, { .op = OP_fence, .kind = INSN_FENCE, .pred = FENCE_R, .succ = FENCE_R | FENCE_W } },
    { "fence fm=8 rw,r (reserved)", 0x8320000f, { .op = OP_fence, .kind = INSN_FENCE, .pred = FENCE_R | FENCE_W, .succ = FENCE_R } },
    { "fence.tso", 0x8330000f, { .op = OP_fence_tso, .kind = INSN_FENCE, .pred = FENCE_R | FENCE_W, .succ = FENCE_R | FENCE_W, .is_tso = true } },
    { "pause", 0x0100000f, { .op = OP_fence, .kind = INSN_FENCE, .pred = FENCE_W } },
    { "fence.i", 0x0000100f, { .op = OP_fence_i, .kind = INSN_FENCE_I } },
    { "fence.i, reserved imm rd rs1", 0xfff5158f, { .op = OP_fence_i, .kind = INSN_FENCE_I } },
    { "csrrw a0,satp,a1", 0x18059573, { .op = OP_csrrw, .kind = INSN_CSR, .rd = A0, .rs1 = A1, .csr = 0x180, .data_regs = BIT(A1) } },
    { "csrrci zero,sstatus,2", 0x10017073, { .op = OP_csrrci, .kind = INSN_CSR, .imm = 2, .csr = 0x100 } },
    { "ecall", 0x00000073, { .op = OP_ecall, .kind = INSN_ECALL } },
    { "ebreak", 0x00100073, { .op = OP_ebreak, .kind = INSN_EBREAK } },
    { "sret", 0x10200073, { .op = OP_sret, .kind = INSN_SRET } },
    { "wfi", 0x10500073, { .op = OP_wfi, .kind = INSN_WFI } },
    { "sfence.vma a0,a1", 0x12b50073, { .op = OP_sfence_vma, .kind = INSN_SFENCE_VMA, .rs1 = A0, .rs2 = A1, .addr_regs = BIT(A0) | BIT(A1) } },
};

static const FieldRow halfwords[] = {
    { "c.addi4spn a0,sp,1020", 0x1fe8, { .op = OP_addi, .kind = INSN_ALU, .rd = A0, .rs1 = SP, .imm = 1020, .result_regs = BIT(SP) } },
    { "c.lw a0,124(a1)", 0x5de8, { .op = OP_lw, .kind = INSN_LOAD, .rd = A0, .rs1 = A1, .imm = 124, .addr_regs = BIT(A1), .size = 4 } },
    { "c.ld a5,248(s0)", 0x7c7c, { .op = OP_ld, .kind = INSN_LOAD, .rd = A5, .rs1 = S0, .imm = 248, .addr_regs = BIT(S0), .size = 8 } },
    { "c.sw a0,4(a1)", 0xc1c8, { .op = OP_sw, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .imm = 4, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 4 } },
    { "c.sd a0,8(a1)", 0xe588, { .op = OP_sd, .kind = INSN_STORE, .rs1 = A1, .rs2 = A0, .imm = 8, .addr_regs = BIT(A1), .data_regs = BIT(A0), .size = 8 } },
    { "c.nop", 0x0001, { .op = OP_addi, .kind = INSN_ALU } },
    { "c.nop 1 (hint)", 0x0005, { .op = OP_addi, .kind = INSN_ALU, .imm = 1 } },
    { "c.addi ra,0 (hint)", 0x0081, { .op = OP_addi, .kind = INSN_ALU, .rd = RA, .rs1 = RA, .result_regs = BIT(RA) } },
    { "c.addi sp,-32", 0x1101, { .op = OP_addi, .kind = INSN_ALU, .rd = SP, .rs1 = SP, .imm = -32, .result_regs = BIT(SP) } },
    { "c.addiw a0,-1", 0x357d, { .op = OP_addiw, .kind = INSN_ALU, .rd = A0, .rs1 = A0, .imm = -1, .result_regs = BIT(A0) } },
    { "c.li a0,-32", 0x5501, { .op = OP_addi, .kind = INSN_ALU, .rd = A0, .imm = -32 } },
    { "c.li zero,0 (hint)", 0x4001, { .op = OP_addi, .kind = INSN_ALU } },
    { "c.addi16sp sp,-512", 0x7101, { .op = OP_addi, .kind = INSN_ALU, .rd = SP, .rs1 = SP, .imm = -512, .result_regs = BIT(SP) } },
    { "c.lui a0,0xfffe0", 0x7501, { .op = OP_lui, .kind = INSN_ALU, .rd = A0, .imm = -0x20000 } },
    { "c.lui zero,0x1 (hint)", 0x6005, { .op = OP_lui, .kind = INSN_ALU, .imm = 0x1000 } },
    { "c.srli a0,1", 0x8105, { .op = OP_srli, .kind = INSN_ALU, .rd = A0, .rs1 = A0, .imm = 1, .result_regs = BIT(A0) } },
    { "c.srli64 s0 (hint)", 0x8001, { .op = OP_srli, .kind = INSN_ALU, .rd = S0, .rs1 = S0, .result_regs = BIT(S0) } },
    { "c.srai a0,63", 0x957d, { .op = OP_srai, .kind = INSN_ALU, .rd = A0, .rs1 = A0, .imm = 63, .result_regs = BIT(A0) } },
    { "c.andi a0,-1", 0x997d, { .op = OP_andi, .kind = INSN_ALU, .rd = A0, .rs1 = A0, .imm = -1, .result_regs = BIT(A0) } },
    { "c.sub s0,s1", 0x8c05, { .op = OP_sub, .kind = INSN_ALU, .rd = S0, .rs1 = S0, .rs2 = S1, .result_regs = BIT(S0) | BIT(S1) } },
    { "c.addw s0,a5", 0x9c3d, { .op = OP_addw, .kind = INSN_ALU, .rd = S0, .rs1 = S0, .rs2 = A5, .result_regs = BIT(S0) | BIT(A5) } },
    { "c.j .-2048", 0xb001, { .op = OP_jal, .kind = INSN_JAL, .imm = -2048 } },
    { "c.beqz a0,.+254", 0xcd7d, { .op = OP_beq, .kind = INSN_BRANCH, .rs1 = A0, .imm = 254, .branch_regs = BIT(A0) } },
    { "c.bnez s1,.-256", 0xf081, { .op = OP_bne, .kind = INSN_BRANCH, .rs1 = S1, .imm = -256, .branch_regs = BIT(S1) } },
    { "c.slli a0,32", 0x1502, { .op = OP_slli, .kind = INSN_ALU, .rd = A0, .rs1 = A0, .imm = 32, .result_regs = BIT(A0) } },
    { "c.slli zero,1 (hint)", 0x0006, { .op = OP_slli, .kind = INSN_ALU, .imm = 1 } },
    { "c.lwsp a0,252(sp)", 0x557e, { .op = OP_lw, .kind = INSN_LOAD, .rd = A0, .rs1 = SP, .imm = 252, .addr_regs = BIT(SP), .size = 4 } },
    { "c.ldsp ra,504(sp)", 0x70fe, { .op = OP_ld, .kind = INSN_LOAD, .rd = RA, .rs1 = SP, .imm = 504, .addr_regs = BIT(SP), .size = 8 } },
    { "c.jr t0", 0x8282, { .op = OP_jalr, .kind = INSN_JALR, .rs1 = T0, .branch_regs = BIT(T0) } },
    { "c.mv a0,a1", 0x852e, { .op = OP_add, .kind = INSN_ALU, .rd = A0, .rs2 = A1, .result_regs = BIT(A1) } },
    { "c.mv zero,ra (hint)", 0x8006, { .op = OP_add, .kind = INSN_ALU, .rs2 = RA, .result_regs = BIT(RA) } },
    { "c.ebreak", 0x9002, { .op = OP_ebreak, .kind = INSN_EBREAK } },
    { "c.jalr a0", 0x9502, { .op = OP_jalr, .kind = INSN_JALR, .rd = RA, .rs1 = A0, .branch_regs = BIT(A0) } },
    { "c.add a0,a1", 0x952e, { .op = OP_add, .kind = INSN_ALU, .rd = A0, .rs1 = A0, .rs2 = A1, .result_regs = BIT(A0) | BIT(A1) } },
    { "c.swsp zero,252(sp)", 0xdf82, { .op = OP_sw, .kind = INSN_STORE, .rs1 = SP, .imm = 252, .addr_regs = BIT(SP), .size = 4 } },
    { "c.sdsp ra,8(sp)", 0xe406, { .op = OP_sd, .kind = INSN_STORE, .rs1 = SP, .rs2 = RA, .imm = 8, .addr_regs = BIT(SP), .data_regs = BIT(RA), .size = 8 } },
};

static const struct { const char *name; uint32_t bits; InsnKind kind; } strangers[] = {
    { "all zeros", 0x00000000, INSN_ILLEGAL },
    { "all ones", 0xffffffff, INSN_ILLEGAL },
    { "undefined SYSTEM", 0xfe010073, INSN_ILLEGAL },
    { "reserved major opcode", 0x0000006b, INSN_ILLEGAL },
    { "load, funct3 7", 0x00007003, INSN_ILLEGAL },
    { "store, funct3 4", 0x00004023, INSN_ILLEGAL },
    { "branch, funct3 2", 0x00002063, INSN_ILLEGAL },
    { "jalr, funct3 1", 0x00001067, INSN_ILLEGAL },
    { "slliw by 32", 0x0205951b, INSN_ILLEGAL },
    { "lr.w with rs2", 0x101120af, INSN_ILLEGAL },
    { "lw.aq without aq", 0x3005a52f, INSN_ILLEGAL },
    { "lw.aq with rl in place of aq", 0x3205a52f, INSN_ILLEGAL },
    { "lw.aq with rs2", 0x3415a52f, INSN_ILLEGAL },
    { "lw.aq, funct3 6 (no unsigned loads)", 0x3405e52f, INSN_ILLEGAL },
    { "sw.rl without rl", 0x38a5a02f, INSN_ILLEGAL },
    { "sw.rl with aq in place of rl", 0x3ca5a02f, INSN_ILLEGAL },
    { "sw.rl with rd", 0x3aa5a0af, INSN_ILLEGAL },
    { "sq.rl", 0x3aa5c02f, INSN_ILLEGAL },
    { "ecall with rd", 0x000000f3, INSN_ILLEGAL },
    { "sfence.vma with rd", 0x120000f3, INSN_ILLEGAL },
    { "uret", 0x00200073, INSN_ILLEGAL },
    { "c.addi4spn, imm 0", 0x0004, INSN_ILLEGAL },
    { "quadrant 0, funct3 4, bit 12", 0x9000, INSN_ILLEGAL },
    { "c.addiw zero", 0x2005, INSN_ILLEGAL },
    { "c.addi16sp, imm 0", 0x6101, INSN_ILLEGAL },
    { "c.lui, imm 0, even rd", 0x6201, INSN_ILLEGAL },
    { "quadrant 1, 100111/11, code 6", 0x9c79, INSN_ILLEGAL },
    { "c.lwsp zero", 0x4002, INSN_ILLEGAL },
    { "c.ldsp zero", 0x6002, INSN_ILLEGAL },
    { "c.jr zero", 0x8002, INSN_ILLEGAL },
    { "c.fld", 0x2000, INSN_UNSUPPORTED },
    { "c.lbu (Zcb)", 0x8000, INSN_UNSUPPORTED },
    { "c.mul (Zcb)", 0x9c41, INSN_UNSUPPORTED },
    { "c.mop.1 (Zcmop)", 0x6081, INSN_UNSUPPORTED },
    { "flw", 0x00002007, INSN_UNSUPPORTED },
    { "fadd.d", 0x02000053, INSN_UNSUPPORTED },
    { "vsetvli", 0x00007057, INSN_UNSUPPORTED },
    { "custom-0", 0x0000000b, INSN_UNSUPPORTED },
    { "sh1add", 0x20b52533, INSN_UNSUPPORTED },
    { "rori", 0x6015d593, INSN_UNSUPPORTED },
    { "czero.eqz", 0x0eb55533, INSN_UNSUPPORTED },
    { "amocas.w", 0x2800202f, INSN_UNSUPPORTED },
    { "amoadd.b", 0x0000002f, INSN_UNSUPPORTED },
    { "cbo.flush", 0x0025200f, INSN_UNSUPPORTED },
    { "mret", 0x30200073, INSN_UNSUPPORTED },
    { "sinval.vma", 0x16000073, INSN_UNSUPPORTED },
    { "wrs.nto", 0x00d00073, INSN_UNSUPPORTED },
    { "48 bits", 0x0000001f, INSN_UNSUPPORTED },
};

/* At pc 0x1000. */
static const struct { uint32_t bits; const char *text; } spellings[] = {
    { 0x00000013, "nop" }, { 0xfff00513, "li a0,-1" }, { 0x00500013, "li zero,5" },
    { 0x00058513, "mv a0,a1" }, { 0xfff5c513, "not a0,a1" }, { 0x40b00533, "neg a0,a1" },
    { 0x40b0053b, "negw a0,a1" }, { 0x0005851b, "sext.w a0,a1" }, { 0x0ff5f513, "zext.b a0,a1" },
    { 0x0015b513, "seqz a0,a1" }, { 0x00b03533, "snez a0,a1" }, { 0x0005a533, "sltz a0,a1" },
    { 0x00b02533, "sgtz a0,a1" }, { 0x00050463, "beqz a0,0x1008" }, { 0x00051463, "bnez a0,0x1008" },
    { 0x00a05463, "blez a0,0x1008" }, { 0x00055463, "bgez a0,0x1008" }, { 0x00054463, "bltz a0,0x1008" },
    { 0x00a04463, "bgtz a0,0x1008" }, { 0x00b54463, "blt a0,a1,0x1008" }, { 0xff1ff06f, "j 0xff0" },
    { 0x001000ef, "jal ra,0x1800" }, { 0x00008067, "ret" }, { 0x00050067, "jr a0" },
    { 0x00850067, "jalr zero,8(a0)" }, { 0x3dc080e7, "jalr ra,988(ra)" }, { 0x18002573, "csrr a0,satp" },
    { 0x14051073, "csrw sscratch,a0" }, { 0x10452073, "csrs sie,a0" }, { 0x10453073, "csrc sie,a0" },
    { 0x1040d073, "csrwi sie,1" }, { 0x1040e073, "csrsi sie,1" }, { 0x1040f073, "csrci sie,1" },
    { 0x12359573, "csrrw a0,0x123,a1" }, { 0x0ff0000f, "fence" }, { 0x0210000f, "fence r,w" },
    { 0x0010000f, "fence 0,w" }, { 0x8330000f, "fence.tso" }, { 0x0100000f, "pause" },
    { 0x1605b52f, "lr.d.aqrl a0,(a1)" }, { 0x80000537, "lui a0,0x80000" },
    { 0x3405852f, "lb.aq a0,(a1)" }, { 0x3605852f, "lb.aqrl a0,(a1)" }, { 0x3405952f, "lh.aq a0,(a1)" },
    { 0x3605952f, "lh.aqrl a0,(a1)" }, { 0x3405a52f, "lw.aq a0,(a1)" }, { 0x3605a52f, "lw.aqrl a0,(a1)" },
    { 0x3405b52f, "ld.aq a0,(a1)" }, { 0x3605b52f, "ld.aqrl a0,(a1)" }, { 0x3aa5802f, "sb.rl a0,(a1)" },
    { 0x3ea5802f, "sb.aqrl a0,(a1)" }, { 0x3aa5902f, "sh.rl a0,(a1)" }, { 0x3ea5902f, "sh.aqrl a0,(a1)" },
    { 0x3aa5a02f, "sw.rl a0,(a1)" }, { 0x3ea5a02f, "sw.aqrl a0,(a1)" }, { 0x3aa5b02f, "sd.rl a0,(a1)" },
    { 0x3ea5b02f, "sd.aqrl a0,(a1)" },
    { 0x0001, "c.nop" }, { 0x0005, "c.addi zero,1" }, { 0x4001, "c.li zero,0" }, { 0x1101, "c.addi sp,-32" },
    { 0xa001, "c.j 0x1000" }, { 0x8082, "c.jr ra" }, { 0x9502, "c.jalr ra,0(a0)" }, { 0x9002, "c.ebreak" },
    { 0x0000, "c.unimp" }, { 0x8000, ".2byte 0x8000" }, { 0xfe010073, ".4byte 0xfe010073" },
};
/* clang-format on */

static void check_fields(const FieldRow *row)
{
    Insn insn = insn_decode(row->bits);
    const Insn *expect = &row->expect;

#define SAME(field)                                                                                              \
    cr_expect(insn.field == expect->field, "%s: " #field " is %lld, not %lld", row->name, (long long)insn.field, \
              (long long)expect->field)
    SAME(kind);
    SAME(op);
    SAME(rd);
    SAME(rs1);
    SAME(rs2);
    SAME(imm);
    SAME(addr_regs);
    SAME(data_regs);
    SAME(branch_regs);
    SAME(result_regs);
    SAME(size);
    SAME(is_unsigned);
    SAME(aq);
    SAME(rl);
    SAME(pred);
    SAME(succ);
    SAME(is_tso);
    SAME(csr);
#undef SAME
    cr_expect(insn.word == row->bits, "%s: word is %#x", row->name, insn.word);
}

Test(insn, fields_of_words)
{
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        check_fields(&words[i]);
        cr_expect(insn_decode(words[i].bits).length == 4, "%s: length", words[i].name);
    }
}

Test(insn, fields_of_halfwords)
{
    for (size_t i = 0; i < G_N_ELEMENTS(halfwords); i++) {
        Insn insn = insn_decode(halfwords[i].bits | 0xa5a50000);
        check_fields(&halfwords[i]);
        cr_expect(insn.length == 2, "%s: length", halfwords[i].name);
        cr_expect(insn.word == halfwords[i].bits, "%s: upper half", halfwords[i].name);
    }
}

Test(insn, illegal_and_unsupported)
{
    for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++) {
        Insn insn = insn_decode(strangers[i].bits);
        cr_expect(insn.kind == strangers[i].kind, "%s: kind is %d", strangers[i].name, insn.kind);
        cr_expect(insn.op == OP_NONE, "%s: op is %d", strangers[i].name, insn.op);
    }
}

/* What holds of every encoding whatsoever. */
static void check_invariants(uint32_t bits)
{
    Insn insn = insn_decode(bits);
    uint32_t sources = (BIT(insn.rs1) | BIT(insn.rs2)) & ~UINT32_C(1);
    uint32_t roles = insn.addr_regs | insn.data_regs | insn.branch_regs | insn.result_regs;
    bool has_rd = insn.kind == INSN_ALU || insn.kind == INSN_JAL || insn.kind == INSN_JALR || insn.kind == INSN_LOAD ||
                  insn.kind == INSN_LR || insn.kind == INSN_SC || insn.kind == INSN_AMO || insn.kind == INSN_CSR;
    bool is_access = insn.kind == INSN_LOAD || insn.kind == INSN_STORE || insn.kind == INSN_LR ||
                     insn.kind == INSN_SC || insn.kind == INSN_AMO;
    bool is_legal = insn.kind != INSN_ILLEGAL && insn.kind != INSN_UNSUPPORTED;
    char text[80];

    cr_assert(insn.length == insn_length((uint16_t)bits), "%#x: length", bits);
    cr_assert(is_legal == (insn.op != OP_NONE) && insn.op < OP_COUNT, "%#x: op", bits);
    cr_assert(insn.rd < 32 && insn.rs1 < 32 && insn.rs2 < 32, "%#x: registers", bits);
    cr_assert(has_rd || !insn.rd, "%#x: rd of an instruction without", bits);
    cr_assert(roles == sources, "%#x: every source has a role, and only those", bits);
    cr_assert(is_access == (insn.size != 0) && insn.size <= 8, "%#x: size", bits);
    cr_assert(is_access || !(insn.aq | insn.rl), "%#x: aq or rl without an access", bits);
    cr_assert(insn.kind == INSN_FENCE || !(insn.pred | insn.succ | insn.is_tso), "%#x: sets", bits);
    insn_text(&insn, 0, INSN_TEXT_ALIASES, text, sizeof text);
    cr_assert(strlen(text) > 1 && strlen(text) < sizeof text - 1, "%#x: text %s", bits, text);
}

/* Of the 49,152 halfwords that are not the start of a longer instruction,
 * unsupported: 4 * 2048 floating point; Zcb 256 c.lbu, 256 c.lhu and c.lh, 256 c.sb, 128 c.sh, 64 c.mul,
 *   6 * 8 extensions and c.not; 8 c.mop;
 * illegal: 1152 around Zcb in quadrant 0, 16 in quadrant 1; without an immediate 8 c.addi4spn (0x0000
 *   is one) and 24 c.lui and c.addi16sp; with x0 64 c.addiw, 64 c.lwsp, 64 c.ldsp, 1 c.jr;
 * legal: the rest, the number that objdump accepts for RV64IMAC but for c.unimp and c.addi16sp sp,0. */
Test(insn, every_halfword)
{
    unsigned n_legal = 0, n_unsupported = 0, n_illegal = 0;

    for (uint32_t half = 0; half <= 0xffff; half++) {
        InsnKind kind = insn_decode(half).kind;
        check_invariants(half);
        if (insn_length((uint16_t)half) != 2)
            continue;
        n_illegal += kind == INSN_ILLEGAL;
        n_unsupported += kind == INSN_UNSUPPORTED;
        n_legal += kind != INSN_ILLEGAL && kind != INSN_UNSUPPORTED;
    }
    cr_expect(n_legal == 38551, "%u legal", n_legal);
    cr_expect(n_unsupported == 9208, "%u unsupported", n_unsupported);
    cr_expect(n_illegal == 1393, "%u illegal", n_illegal);
}

/* All that funct5 00110 and 00111 of AMO hold, with rs1 = a1. Legal are loads with aq, rs2 = 0, any rl, 4 widths and
 * any rd, and stores with rl, rd = 0, any aq, 4 widths and any rs2: 2 * 4 * 32 of each. */
Test(insn, every_word_of_zalasr)
{
    unsigned n_loads = 0, n_stores = 0, n_illegal = 0;

    for (uint32_t high = 0x300; high < 0x400; high++) { /* funct5, aq, rl, rs2 */
        for (uint32_t low = 0; low < 8 * 32; low++) {   /* funct3, rd */
            uint32_t bits = high << 20 | 11 << 15 | low << 7 | 0x2f;
            Insn insn = insn_decode(bits);
            check_invariants(bits);
            n_loads += insn.kind == INSN_LOAD && insn.aq;
            n_stores += insn.kind == INSN_STORE && insn.rl;
            n_illegal += insn.kind == INSN_ILLEGAL;
        }
    }
    cr_expect(n_loads == 256, "%u loads", n_loads);
    cr_expect(n_stores == 256, "%u stores", n_stores);
    cr_expect(n_illegal == 65024, "%u illegal", n_illegal);
}

Test(insn, random_words)
{
    const char *text = g_getenv("CMODX_SEED");
    guint32 seed = text ? (guint32)g_ascii_strtoull(text, NULL, 0) : 1;
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);

    g_printerr("random_words: CMODX_SEED=%u\n", seed);
    for (int i = 0; i < 1000000; i++)
        check_invariants(g_rand_int(random) | 3);
}

Test(insn, human_spelling)
{
    for (size_t i = 0; i < G_N_ELEMENTS(spellings); i++) {
        Insn insn = insn_decode(spellings[i].bits);
        char text[80];
        insn_text(&insn, 0x1000, INSN_TEXT_ALIASES, text, sizeof text);
        cr_expect(!strcmp(text, spellings[i].text), "\"%s\", not \"%s\"", text, spellings[i].text);
    }
}

Test(insn, targets_wrap_around)
{
    Insn insn = insn_decode(0xff1ff06f); /* j .-16 */
    char text[80];

    insn_text(&insn, 8, INSN_TEXT_RAW, text, sizeof text);
    cr_expect(!strcmp(text, "jal zero,0xfffffffffffffff8"), "%s", text);
}

Test(insn, text_is_cut_off_at_the_size)
{
    Insn insn = insn_decode(0x3dc080e7);
    static const char whole[] = "jalr ra,988(ra)";

    for (size_t size = 1; size <= sizeof whole; size++) {
        g_autofree char *text = g_malloc(size); /* of this size so that a sanitizer sees more */
        insn_text(&insn, 0, INSN_TEXT_ALIASES, text, size);
        cr_expect(!strncmp(text, whole, size - 1) && !text[size - 1], "size %zu: %s", size, text);
    }
    insn_text(&insn, 0, INSN_TEXT_ALIASES, NULL, 0);
}

Test(insn, register_names)
{
    static const char *const strangers_names[] = { "",     "x",  "x32", "x05", "x-1", "x1 ",
                                                   "x100", "RA", "s12", "a8",  "pc",  "x4294967297" };

    for (int r = 0; r < 32; r++) {
        g_autofree char *x = g_strdup_printf("x%d", r);
        cr_expect(register_number(register_name((unsigned)r)) == r, "%s", register_name((unsigned)r));
        cr_expect(register_number(x) == r, "%s", x);
    }
    cr_expect(register_number("fp") == S0);
    cr_expect(register_number("t6") == T6);
    for (size_t i = 0; i < G_N_ELEMENTS(strangers_names); i++)
        cr_expect(register_number(strangers_names[i]) == -1, "\"%s\"", strangers_names[i]);
}
