/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A JIT compiler and the threads that call its code, without system calls: each thread executes the fence.i itself, as
 * prctl(PR_RISCV_SET_ICACHE_FLUSH_CTX) lets it. NO_FENCE_I leaves it out, FENCE_I_AT_WRITER puts one where it does not
 * help. */
#include <cmodx.h>

typedef unsigned long jit_function(unsigned long);

extern u32 jit_page[];

static jit_function *ready;

/* ---- the compiler */

enum {
    ZERO = 0,
    RA = 1,
    A0 = 10,
    A1 = 11
};

static u32 encode_addi(u32 rd, u32 rs, s32 immediate)
{
    return 0x13 | rd << 7 | rs << 15 | (u32)immediate << 20;
}

static u32 encode_add(u32 rd, u32 rs1, u32 rs2)
{
    return 0x33 | rd << 7 | rs1 << 15 | rs2 << 20;
}

static u32 encode_jalr(u32 rd, u32 rs)
{
    return 0x67 | rd << 7 | rs << 15;
}

struct assembler {
    u32 *next;
};

static void emit(struct assembler *to, u32 insn)
{
    WRITE_ONCE(*to->next, insn);
    to->next++;
}

/* x * 2 + constant */
static void compile(struct assembler *to, s32 constant)
{
    emit(to, encode_addi(A1, ZERO, constant));
    emit(to, encode_add(A0, A0, A0));
    emit(to, encode_add(A0, A0, A1));
    emit(to, encode_jalr(ZERO, RA));
}

void compiler(void)
{
    struct assembler to = { .next = jit_page };

    compile(&to, 5);
#ifdef FENCE_I_AT_WRITER
    fence_i();
#endif
    smp_store_release(&ready, (jit_function *)jit_page);
}

/* ---- the other threads */

static unsigned long interpret(unsigned long x)
{
    return x + x + 5;
}

unsigned long thread(unsigned long x)
{
    jit_function *function = smp_load_acquire(&ready);
    if (function == NULL)
        return interpret(x);
#ifndef NO_FENCE_I
    fence_i();
#endif
    return function(x);
}
