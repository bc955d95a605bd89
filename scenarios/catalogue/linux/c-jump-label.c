/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A static branch and the code that turns it, after Linux's arch/riscv/include/asm/jump_label.h and arch/riscv/kernel/
 * {jump_label,patch}.c. NO_DATA_FENCE leaves out the data fence of flush_icache_all(), as before ca358692de41. */
#include <cmodx.h>

#define INSN_NOP 0x00000013u
#define INSN_JAL 0x0000006fu /* jal zero, . */

/* Both are relative to where they stand. */
struct jump_entry {
    s32 code;
    s32 target;
};

extern const struct jump_entry jump_table[];

/* ---- the code that is patched */

static __always_inline bool static_branch(void)
{
    asm goto(".p2align 2\n\t"
             ".option push\n\t"
             ".option norvc\n"
             "site:\n\t"
             "nop\n\t"
             ".option pop\n\t"
             ".globl site_yes\n\t"
             ".set site_yes, %l[yes]\n\t"
             ".pushsection .rodata.jump_table, \"a\"\n\t"
             ".p2align 2\n"
             "jump_table:\n\t"
             ".long site - ., %l[yes] - .\n\t"
             ".popsection" :: ::yes);
    return false;
yes:
    __attribute__((cold));
    return true;
}

/* Returns x + 1, or x + 3 if the branch is on. */
noinline unsigned long func(unsigned long x)
{
    if (static_branch())
        x += 2;
    return x + 1;
}

/* ---- the patcher */

static u32 encode_jal(s32 offset)
{
    u32 o = (u32)offset;

    return INSN_JAL | (o & 0xff000) | (o & 0x800) << 9 | (o & 0x7fe) << 20 | (o & 0x100000) << 11;
}

static void patch_insn_write(u32 *where, u32 insn)
{
    WRITE_ONCE(*where, insn);
}

static void arch_jump_label_transform(const struct jump_entry *entry, bool jump)
{
    u64 code = (u64)&entry->code + entry->code;
    u64 target = (u64)&entry->target + entry->target;

    patch_insn_write((u32 *)code, jump ? encode_jal((s32)(target - code)) : INSN_NOP);
}

static void flush_icache_all(void)
{
    fence_i(); /* local_flush_icache_all() */
#ifndef NO_DATA_FENCE
    RISCV_FENCE(w, o);
#endif
    cmodx_remote_fence_i();
}

static void static_key_set(bool on)
{
    cmodx_lock(text_mutex);
    arch_jump_label_transform(&jump_table[0], on);
    flush_icache_all();
    cmodx_unlock(text_mutex);
}

void switch_key(void)
{
    static_key_set(true);
    static_key_set(false);
    static_key_set(true);
    cmodx_mark(enabled);
}
