/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/oracle-windows.h"

#include <string.h>

void windows_init(Windows *windows, uc_engine *uc)
{
    *windows = (Windows){ .uc = uc, .host = g_aligned_alloc0(1, WINDOW_SIZE, 4096) };
}

void windows_clear(Windows *windows)
{
    g_aligned_free(windows->host);
    *windows = (Windows){ 0 };
}

static void check(uc_err err, const char *what, uint64_t number)
{
    if (err != UC_ERR_OK)
        g_error("oracle: cannot %s a window at %#" G_GINT64_MODIFIER "x: %s", what, number * WINDOW_SIZE,
                uc_strerror(err));
}

/* Translations of the code in the window survive in Unicorn 2.0.1. They do no harm: data windows
 * are never executed, and ORACLE_TRUE_PC drops the translation at pc before each step. */
static void unmap_oldest(Windows *windows)
{
    uint64_t number = windows->ring[windows->oldest];
    check(uc_mem_unmap(windows->uc, number * WINDOW_SIZE, WINDOW_SIZE), "unmap", number);
    windows->oldest = (windows->oldest + 1) % G_N_ELEMENTS(windows->ring);
    windows->n--;
    if (windows->recent[number % WINDOWS_RECENT] == number + 1)
        windows->recent[number % WINDOWS_RECENT] = 0;
}

void windows_trim(Windows *windows)
{
    while (windows->n > WINDOWS_MAX)
        unmap_oldest(windows);
}

static bool is_mapped(const Windows *windows, uint64_t number)
{
    for (unsigned i = 0; i < windows->n; i++)
        if (windows->ring[(windows->oldest + i) % G_N_ELEMENTS(windows->ring)] == number)
            return true;
    return false;
}

/* In Unicorn 2.0.1 uc_mem_map_ptr ignores that it is given no UC_PROT_WRITE: hooks are called, but
 * a store then takes place all the same. Only uc_mem_protect makes it discard stores. */
static uc_err map_block(Windows *windows, uint64_t address)
{
    uc_err err = uc_mem_map_ptr(windows->uc, address, WINDOW_SIZE, UC_PROT_ALL, windows->host);

    if (err != UC_ERR_OK)
        return err;
    return uc_mem_protect(windows->uc, address, WINDOW_SIZE, UC_PROT_READ | UC_PROT_EXEC);
}

static void map_window(Windows *windows, uint64_t number)
{
    if (windows->recent[number % WINDOWS_RECENT] == number + 1)
        return;
    if (!is_mapped(windows, number)) {
        g_assert(windows->n < G_N_ELEMENTS(windows->ring));
        check(map_block(windows, number * WINDOW_SIZE), "map", number);
        windows->ring[(windows->oldest + windows->n) % G_N_ELEMENTS(windows->ring)] = number;
        windows->n++;
    }
    windows->recent[number % WINDOWS_RECENT] = number + 1;
}

void windows_map(Windows *windows, uint64_t address, unsigned size)
{
    uint64_t last = address + size - 1; /* wraps round at the end of the address space */

    map_window(windows, address / WINDOW_SIZE);
    if (last / WINDOW_SIZE != address / WINDOW_SIZE)
        map_window(windows, last / WINDOW_SIZE);
}

void windows_put(Windows *windows, uint64_t address, unsigned size, uint64_t value)
{
    uint64_t little = GUINT64_TO_LE(value);
    unsigned offset = address % WINDOW_SIZE;
    unsigned before_end = MIN(size, WINDOW_SIZE - offset);

    g_assert(size <= sizeof little);
    memcpy(windows->host + offset, &little, before_end);
    memcpy(windows->host, (const uint8_t *)&little + before_end, size - before_end);
}
