/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unicorn, reduced to what the oracle needs of it: run one word at one pc, with at most one
 * memory access, which is announced beforehand and never reaches any memory. */
#pragma once

#include "sim/hart/oracle-slots.h"
#include "sim/hart/oracle-windows.h"
#include "sim/hart/oracle.h"

/* The memory access that a step is to make, and what the hooks saw of it. */
typedef struct Access {
    uint64_t address;
    unsigned size;   /* 0: no access expected */
    uint64_t loaded; /* what a load is to find */
    uint64_t stored;
    unsigned n_reads, n_writes;
} Access;

typedef struct Engine {
    OracleMode mode;
    uc_engine *uc;
    Slots slots; /* ORACLE_SLOTS only */
    Windows windows;
    Access access;
    uint64_t steps;
    uint32_t word; /* what runs now, for messages */
    uint64_t pc;
} Engine;

/* `engine` must not move while it is open. On failure engine_close() is still to be called. */
uc_err engine_open(Engine *engine, OracleMode mode);
void engine_close(Engine *engine);

/* Runs one word and returns the next pc as the emulator has it; *at says where the word stood. */
uint64_t engine_run(Engine *engine, uint32_t word, uint64_t *at);

/* The registers x0..x31; setting x0 does nothing. */
void engine_set_register(Engine *engine, unsigned number, uint64_t value);
uint64_t engine_register(const Engine *engine, unsigned number);

/* Ends the program: either it or the emulator is wrong. */
void engine_fail(const Engine *engine, const char *what, uint64_t value) G_GNUC_NORETURN;

static inline uint64_t truncate_to(uint64_t value, unsigned size)
{
    return size == 8 ? value : value & ((UINT64_C(1) << 8 * size) - 1);
}
