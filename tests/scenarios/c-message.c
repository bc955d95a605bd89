/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cross-modifying code by message passing: the writer patches func() and then says so; the reader calls func() only if it
 * has heard. NO_FENCE_I and RELAXED leave out what the two must not forget. */
#include <cmodx.h>

extern u32 func_site[]; /* in the assembly: li a0, 6 */
extern u32 new_insn;    /* li a0, 7 */
extern unsigned long func(void);

static u32 ready;

static noinline void patch_text(u32 *where, u32 insn)
{
    WRITE_ONCE(*where, insn);
}

static void announce(void)
{
#ifdef RELAXED
    WRITE_ONCE(ready, 1);
#else
    smp_store_release(&ready, 1);
#endif
}

void writer(void)
{
    patch_text(func_site, READ_ONCE(new_insn));
    announce();
}

unsigned long reader(void)
{
    if (!smp_load_acquire(&ready))
        return 7;
#ifndef NO_FENCE_I
    fence_i();
#endif
    return func();
}
