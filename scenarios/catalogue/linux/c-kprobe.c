/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kprobe comes and goes: the patcher and the trap handler, after Linux's kernel/kprobes.c and arch/riscv/kernel/probes/
 * {kprobes,simulate-insn}.c. LIVE patches without stop_machine(). RETRY has the handler do what x86's does when it finds no
 * probe: look whether there still is a breakpoint, and execute the instruction anew if not. TRAP_FENCE_I has it execute
 * fence.i before it looks at anything. */
#include <cmodx.h>

#define INSN_EBREAK    0x00100073u
#define EXC_BREAKPOINT 3

struct pt_regs {
    u64 gpr[32]; /* only those that a call may change */
    u64 epc;
    u64 cause;
};

struct kprobe {
    u32 *addr;
    u32 opcode;
};

static struct kprobe probe;
static struct kprobe *kprobe_table; /* the hash table: one entry or none */

extern u32 probed[];

/* ---- the trap handler */

noinline void die(void)
{
    for (;;)
        barrier();
}

static struct kprobe *get_kprobe(u64 addr)
{
    struct kprobe *p = READ_ONCE(kprobe_table); /* rcu_dereference() */

    return p != NULL && (u64)p->addr == addr ? p : NULL;
}

static void simulate_auipc(u32 opcode, struct pt_regs *regs)
{
    regs->gpr[opcode >> 7 & 31] = regs->epc + (u64)(s32)(opcode & 0xfffff000);
    regs->epc += 4;
}

static bool kprobe_breakpoint_handler(struct pt_regs *regs)
{
    struct kprobe *p = get_kprobe(regs->epc);

    if (p != NULL) {
        simulate_auipc(p->opcode, regs);
        return true;
    }
#ifdef RETRY
    if (READ_ONCE(*(u32 *)regs->epc) != INSN_EBREAK)
        return true;
#endif
    return false;
}

void do_trap(struct pt_regs *regs)
{
#ifdef TRAP_FENCE_I
    fence_i();
#endif
    if (regs->cause != EXC_BREAKPOINT || !kprobe_breakpoint_handler(regs))
        die();
}

/* ---- the patcher */

static void patch_insn_write(u32 *where, u32 insn)
{
    WRITE_ONCE(*where, insn);
}

static void patch_text(u32 *where, u32 insn)
{
#ifdef LIVE
    smp_wmb(); /* the table before the breakpoint */
    patch_insn_write(where, insn);
    fence_i();
    RISCV_FENCE(w, o);
    cmodx_remote_fence_i();
#else
    cmodx_stop_begin(CMODX_STOP_FENCE_I);
    patch_insn_write(where, insn);
    fence_i();
    cmodx_stop_end();
#endif
}

static void register_kprobe(struct kprobe *p, u32 *addr)
{
    p->addr = addr;
    p->opcode = READ_ONCE(*addr);
    smp_store_release(&kprobe_table, p); /* hlist_add_head_rcu() */
    patch_text(addr, INSN_EBREAK);       /* arm_kprobe() */
}

static void unregister_kprobe(struct kprobe *p)
{
    patch_text(p->addr, p->opcode); /* disarm_kprobe() */
    WRITE_ONCE(kprobe_table, NULL); /* hlist_del_rcu() */
}

void come_and_go(void)
{
    register_kprobe(&probe, probed);
    cmodx_mark(registered);
    unregister_kprobe(&probe);
    cmodx_mark(unregistered);
}
