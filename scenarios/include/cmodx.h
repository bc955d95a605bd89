/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For C in scenarios: the services of the simulated machine, and barriers and accesses as Linux has them on RISC-V.
 * Nearly everything is a macro: a counterexample then names the line that uses it, not a line of this file. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long s64;
typedef _Bool bool;

#define true 1
#define false 0
#define NULL ((void *)0)

#define noinline        __attribute__((noinline))
#define __always_inline inline __attribute__((always_inline))

#define barrier() __asm__ __volatile__("" ::: "memory")

/* ---- services: the macros of cmodx, see docs/scenario.md */

#define CMODX_SERVICE(text) __asm__ __volatile__(text ::: "a6", "a7", "memory")
#define CMODX_SBI(text)     __asm__ __volatile__(text ::: "a0", "a1", "a6", "a7", "memory")

/* Flags of cmodx_stop_begin(), a constant. */
#define CMODX_STOP_FENCE_I       1 /* waiting harts execute fence.i when they are released */
#define CMODX_STOP_OUTSIDE_SITES 2 /* none waits inside a patched site */

#define cmodx_stop_begin(flags) __asm__ __volatile__("cmodx_stop_begin %0" ::"i"(flags) : "a6", "a7", "memory")
#define cmodx_stop_end()        CMODX_SERVICE("cmodx_stop_end")

/* The name of a lock or a mark of the scenario, without quotes. */
#define cmodx_lock(name)   CMODX_SERVICE("cmodx_lock " #name)
#define cmodx_unlock(name) CMODX_SERVICE("cmodx_unlock " #name)
#define cmodx_mark(name)   CMODX_SERVICE("cmodx_mark " #name)

/* Both are computed before either is in its register, which a call would change. */
#define CMODX_AWAIT(text, pointer, value)                                                         \
    do {                                                                                          \
        unsigned long cmodx_where_ = (unsigned long)(pointer);                                    \
        unsigned long cmodx_what_ = (unsigned long)(value);                                       \
        register unsigned long cmodx_a0_ __asm__("a0") = cmodx_where_;                            \
        register unsigned long cmodx_a1_ __asm__("a1") = cmodx_what_;                             \
        __asm__ __volatile__(text " %2" ::"r"(cmodx_a0_), "r"(cmodx_a1_), "i"(sizeof(*(pointer))) \
                             : "a6", "a7", "memory");                                             \
    } while (0)

/* Waits until *pointer is (is not) the value. */
#define cmodx_await(pointer, value)     CMODX_AWAIT("cmodx_await", pointer, value)
#define cmodx_await_not(pointer, value) CMODX_AWAIT("cmodx_await_not", pointer, value)

#define cmodx_schedule()              CMODX_SERVICE("cmodx_schedule")
#define cmodx_remote_fence_i()        CMODX_SBI("cmodx_remote_fence_i")
#define cmodx_send_ipi()              CMODX_SBI("cmodx_send_ipi")
#define cmodx_on_each_cpu()           CMODX_SERVICE("cmodx_on_each_cpu")
#define cmodx_ack()                   CMODX_SERVICE("cmodx_ack")
#define cmodx_synchronize_rcu_tasks() CMODX_SERVICE("cmodx_synchronize_rcu_tasks")
#define cmodx_online()                CMODX_SERVICE("cmodx_online")
#define cmodx_offline()               CMODX_SERVICE("cmodx_offline")

/* ---- barriers: arch/riscv/include/asm/{fence,barrier}.h */

#define fence_i() __asm__ __volatile__("fence.i" ::: "memory")

#define RISCV_FENCE(p, s) __asm__ __volatile__("fence " #p "," #s ::: "memory")

#define mb()      RISCV_FENCE(iorw, iorw)
#define rmb()     RISCV_FENCE(ir, ir)
#define wmb()     RISCV_FENCE(ow, ow)
#define smp_mb()  RISCV_FENCE(rw, rw)
#define smp_rmb() RISCV_FENCE(r, r)
#define smp_wmb() RISCV_FENCE(w, w)

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)                       \
    do {                                           \
        *(volatile __typeof__(x) *)&(x) = (value); \
    } while (0)

#define smp_load_acquire(pointer)                                     \
    ({                                                                \
        __typeof__(*(pointer)) cmodx_loaded_ = READ_ONCE(*(pointer)); \
        RISCV_FENCE(r, rw);                                           \
        cmodx_loaded_;                                                \
    })

#define smp_store_release(pointer, value) \
    do {                                  \
        RISCV_FENCE(rw, w);               \
        WRITE_ONCE(*(pointer), value);    \
    } while (0)
