/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one instruction does with given operands, as Unicorn computes it.
 * The oracle owns no memory contents and no registers between calls: the machine hands it the operands and the
 * value that a load reads, and gets back the result. */
#pragma once

#include "isa/insn.h"
#include "sim/base/owned.h"

#include <glib.h>

typedef struct Oracle Oracle;

/* The oracle keeps its own code where no address of a guest can be: non-canonical under Sv39, Sv48 and Sv57, and beyond
 * the 56 bits of a physical address. Nothing may be mapped there. */
#define ORACLE_ZONE G_GUINT64_CONSTANT(0x1357000000000000)

static inline bool oracle_owns(uint64_t address)
{
    return address >> 48 == ORACLE_ZONE >> 48;
}

typedef enum OracleMode {
    ORACLE_SLOTS,   /* each distinct word in a permanent slot of its own, pc-relative results shifted: fast */
    ORACLE_TRUE_PC, /* the word written at its true address, translation dropped before each step: the cross-check */
} OracleMode;

typedef struct OracleInput {
    const Insn *insn; /* kind ALU, BRANCH, JAL, JALR, LOAD, STORE, LR, SC or AMO */
    uint64_t pc;
    uint64_t rs1, rs2; /* operand values, whatever registers they come from */
    uint64_t loaded;   /* LOAD, LR, AMO: the bytes at the address, zero-extended */
    bool sc_succeeds;  /* SC: decided by the machine */
} OracleInput;

typedef struct OracleOutput {
    uint64_t next_pc;
    uint64_t rd;      /* value written to rd; meaningful if insn->rd != 0 */
    uint64_t address; /* effective address of an access */
    bool stores;      /* whether a store takes place */
    uint64_t stored;  /* its value, zero-extended from insn->size bytes */
} OracleOutput;

void oracle_free(Oracle *oracle);

/* Creates an engine (about 3 MB resident, 1 GiB of address space). Fails with SIM_ERROR_ENVIRONMENT.
 * Not to be shared between threads; creation is serialised inside. */
Oracle *oracle_new(OracleMode mode, GError **error) OWNED_BY(oracle_free);

/* Runs one instruction. Misaligned AMO/LR/SC must not be passed (the machine raises the trap itself).
 * A load or store of Zalasr is run as the plain one, aligned or not.
 * Asserts if the emulator does anything but complete the instruction. */
void oracle_execute(Oracle *oracle, const OracleInput *in, OracleOutput *out);

/* How often Unicorn was entered, and how many distinct words have a slot. */
uint64_t oracle_steps(const Oracle *oracle);
guint oracle_words(const Oracle *oracle);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Oracle, oracle_free)
