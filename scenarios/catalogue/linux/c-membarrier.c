/* SPDX-License-Identifier: GPL-2.0-or-later */
/* membarrier(PRIVATE_EXPEDITED_SYNC_CORE) on RISC-V, after Linux v6.9: kernel/sched/{core,membarrier}.c and
 * arch/riscv/mm/context.c. NO_SWITCH_MB and NO_MEMBARRIER_MB leave out the full fences that the review asked for. */
#include <cmodx.h>

#define CACHE_LINE __attribute__((aligned(64)))

struct mm {
    u64 icache_stale_mask; /* a bit for each CPU */
    u64 membarrier_state;
} CACHE_LINE;

struct task {
    struct mm *mm;
} CACHE_LINE;

struct rq {
    struct task *curr;
} CACHE_LINE;

#define SYNC_CORE_READY 1

struct mm jit_mm = { .membarrier_state = SYNC_CORE_READY };
struct mm other_mm;
struct task jit_thread = { .mm = &jit_mm }, idle_task = { .mm = &other_mm }, jit_compiler = { .mm = &jit_mm };
/* CPU 0 is about to run a thread of the process; CPU 1 runs the one that calls membarrier(). */
struct rq runqueues[2] = { { .curr = &idle_task }, { .curr = &jit_compiler } };

extern u32 func_site[];
extern const u32 new_insn;
extern unsigned long func(void);

static void clear_bit(unsigned int bit, u64 *word)
{
    __asm__ __volatile__("amoand.d zero, %1, %0" : "+A"(*word) : "r"(~(1UL << bit)) : "memory");
}

/* ---- CPU 0: __schedule(), and then the thread in user space */

static void flush_icache_deferred(struct mm *mm, unsigned int cpu)
{
    if (READ_ONCE(mm->icache_stale_mask) >> cpu & 1) { /* D */
        clear_bit(cpu, &mm->icache_stale_mask);
        smp_mb(); /* the code before the flush */
        fence_i();
    }
}

static void membarrier_arch_switch_mm(struct mm *prev, struct mm *next)
{
    if (prev == next || !(READ_ONCE(next->membarrier_state) & SYNC_CORE_READY))
        return;
#ifndef NO_SWITCH_MB
    smp_mb(); /* rq->curr before the mask: with the one of membarrier() */
#endif
}

static void switch_mm(struct mm *prev, struct mm *next, unsigned int cpu)
{
    if (prev == next)
        return;
    membarrier_arch_switch_mm(prev, next);
    flush_icache_deferred(next, cpu);
}

static void schedule(unsigned int cpu, struct task *next)
{
    struct task *prev = READ_ONCE(runqueues[cpu].curr);

    WRITE_ONCE(runqueues[cpu].curr, next); /* B */
    switch_mm(prev->mm, next->mm, cpu);
}

unsigned long cpu0(void)
{
    schedule(0, &jit_thread);
    return func();
}

/* ---- CPU 1: the thread that has written code, and its system call */

static void prepare_sync_core_cmd(struct mm *mm)
{
    WRITE_ONCE(mm->icache_stale_mask, ~0UL); /* A: cpumask_setall() */
}

static void membarrier_private_expedited(struct mm *mm)
{
    struct task *running;

    prepare_sync_core_cmd(mm);
#ifndef NO_MEMBARRIER_MB
    smp_mb(); /* the mask before rq->curr: a system call is no fence */
#endif
    running = READ_ONCE(runqueues[0].curr); /* C */
    if (running->mm == mm)
        cmodx_remote_fence_i(); /* ipi_sync_core() */
    smp_mb();
}

void cpu1(void)
{
    WRITE_ONCE(func_site[0], new_insn);
    membarrier_private_expedited(&jit_mm);
    cmodx_mark(returned);
}
