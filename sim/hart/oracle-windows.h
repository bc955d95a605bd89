/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest memory as the oracle fakes it: regions mapped on demand wherever an instruction wants to
 * access or execute, all of them showing the same block of host memory. The block is all zeros
 * except for the few bytes that the current step is to see. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <unicorn/unicorn.h>

enum {
    WINDOW_SIZE = 1 << 20,
    WINDOWS_MAX = 64,     /* Unicorn 2.0.1 maps in O(n^2): 20 us at 16 regions, 3 ms at 1024 */
    WINDOWS_PER_STEP = 5, /* two of code, two of data, one of a jump's target */
    WINDOWS_RECENT = 64,
};

typedef struct Windows {
    uc_engine *uc;
    uint8_t *host;
    uint64_t ring[WINDOWS_MAX + WINDOWS_PER_STEP]; /* window numbers, in the order of mapping */
    unsigned oldest, n;
    uint64_t recent[WINDOWS_RECENT]; /* direct-mapped cache of window number + 1 */
} Windows;

void windows_init(Windows *windows, uc_engine *uc);

/* To be called after uc_close: the engine refers to the host memory. */
void windows_clear(Windows *windows);

/* Unmaps the oldest windows down to WINDOWS_MAX. Only between steps, so that one step can
 * never lose a window it has asked for. */
void windows_trim(Windows *windows);

/* Makes [address, address + size) accessible: readable and executable. Stores are left to
 * UC_HOOK_MEM_WRITE_PROT. */
void windows_map(Windows *windows, uint64_t address, unsigned size);

/* Shows the low `size` bytes of `value` at `address`, and at the same offset of every other window.
 * Bytes past the end of the window come first in the next one, which is the same host memory. */
void windows_put(Windows *windows, uint64_t address, unsigned size, uint64_t value);
