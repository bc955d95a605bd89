/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/oracle.h"

#include "sim/base/error.h"
#include "sim/hart/oracle-engine.h"

struct Oracle {
    Engine engine;
    bool reserved; /* the emulated hart holds a reservation */
};

Oracle *oracle_new(OracleMode mode, GError **error)
{
    static GMutex opening; /* initialising an engine writes Unicorn's own globals */
    g_autoptr(Oracle) oracle = g_new0(Oracle, 1);
    unsigned major, minor;

    uc_version(&major, &minor);
    g_mutex_lock(&opening);
    uc_err err = major == UC_API_MAJOR ? engine_open(&oracle->engine, mode) : UC_ERR_VERSION;
    g_mutex_unlock(&opening);
    if (err != UC_ERR_OK) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "cannot create a RISC-V emulator: %s (Unicorn %u.%u)",
                    uc_strerror(err), major, minor);
        return NULL;
    }
    return g_steal_pointer(&oracle);
}

void oracle_free(Oracle *oracle)
{
    if (oracle == NULL)
        return;
    engine_close(&oracle->engine);
    g_free(oracle);
}

/* Makes a reservation, or the lack of one, for the SC that follows. To Unicorn a reservation is an
 * address and the value found there (target/riscv/insn_trans/trans_rva.inc.c: gen_sc); both LR and
 * SC find 0, since access->loaded is 0. Operands are set afterwards: rd of both helpers is x0. */
static void prepare_sc(Oracle *oracle, const OracleInput *in)
{
    const unsigned a0 = 10;
    const uint32_t lr_w = 0x1000202f, lr_d = 0x1000302f; /* lr x0,(x0) */
    const uint32_t sc_w_x0_a0 = 0x1800202f | a0 << 15;   /* sc.w x0,x0,(a0) */
    Engine *engine = &oracle->engine;
    const Insn *insn = in->insn;
    uint64_t at;

    if (in->sc_succeeds) {
        engine_set_register(engine, insn->rs1, in->rs1);
        engine_run(engine, (insn->size == 4 ? lr_w : lr_d) | (uint32_t)insn->rs1 << 15, &at);
        engine->access.n_reads = 0;
    } else if (oracle->reserved) {
        engine_set_register(engine, a0, ORACLE_ZONE); /* where no LR can have been */
        engine_run(engine, sc_w_x0_a0, &at);
    }
}

/* What to run for an instruction. Unicorn 2.0.1 does not know Zalasr, whose loads and stores differ from the plain ones
 * with offset 0 only in what they order; registers and width have the same places in both. */
static uint32_t word_to_run(const Insn *insn)
{
    const uint32_t lb = 0x00000003, sb = 0x00000023, rs2_rs1_funct3_rd = 0x01ffff80;
    bool is_ordered = insn->aq || insn->rl;

    if (insn->kind == INSN_LOAD && is_ordered)
        return lb | (insn->word & rs2_rs1_funct3_rd); /* rs2 is 0 */
    if (insn->kind == INSN_STORE && is_ordered)
        return sb | (insn->word & rs2_rs1_funct3_rd); /* rd is 0 */
    return insn->word;
}

static bool is_access(InsnKind kind)
{
    return kind == INSN_LOAD || kind == INSN_STORE || kind == INSN_LR || kind == INSN_SC || kind == INSN_AMO;
}

static bool reads_memory(InsnKind kind)
{
    return kind == INSN_LOAD || kind == INSN_LR || kind == INSN_AMO;
}

static bool is_atomic(InsnKind kind)
{
    return kind == INSN_LR || kind == INSN_SC || kind == INSN_AMO;
}

static void check_input(const Engine *engine, const OracleInput *in)
{
    const Insn *insn = in->insn;
    bool known = insn->kind == INSN_ALU || insn->kind == INSN_BRANCH || insn->kind == INSN_JAL ||
                 insn->kind == INSN_JALR || is_access(insn->kind);

    if (!known)
        engine_fail(engine, "not an instruction for the oracle, kind", insn->kind);
    if (in->pc % 2 != 0)
        engine_fail(engine, "odd pc", in->pc);
    if (insn->length != insn_length(insn->word & 0xffff) || (insn->length == 2 && insn->word >> 16))
        engine_fail(engine, "length does not fit the word", insn->length);
    if ((insn->rs1 == 0 && in->rs1 != 0) || (insn->rs2 == 0 && in->rs2 != 0))
        engine_fail(engine, "operand in x0 is not 0", in->rs1 | in->rs2);
    if (insn->rs1 == insn->rs2 && in->rs1 != in->rs2)
        engine_fail(engine, "one register, two values", in->rs1);
    if (is_atomic(insn->kind) && in->rs1 % insn->size != 0)
        engine_fail(engine, "misaligned atomic access", in->rs1);
    if (reads_memory(insn->kind) && truncate_to(in->loaded, insn->size) != in->loaded)
        engine_fail(engine, "loaded value is wider than the access", in->loaded);
}

/* Maps what the step is going to touch and tells the hooks what to expect. */
static void prepare_access(Oracle *oracle, const OracleInput *in)
{
    Engine *engine = &oracle->engine;
    const Insn *insn = in->insn;

    engine->access = (Access){ 0 };
    windows_trim(&engine->windows);
    if (is_access(insn->kind)) {
        engine->access.address = in->rs1 + (is_atomic(insn->kind) ? 0 : (uint64_t)insn->imm);
        engine->access.size = insn->size;
        engine->access.loaded = reads_memory(insn->kind) ? in->loaded : 0;
        windows_map(&engine->windows, engine->access.address, insn->size);
    }
    /* Only for speed: a jump to nowhere costs 540 ns instead of 65. */
    if (insn->kind == INSN_JALR && engine->mode == ORACLE_SLOTS) {
        uint64_t target = in->rs1 + (uint64_t)insn->imm;
        if (!oracle_owns(target))
            windows_map(&engine->windows, target, 1);
    }
}

/* amomin.w, amomax.w, amominu.w and amomaxu.w store wrong values in Unicorn 2.0.1, which compares
 * before it extends; the value they return is right. */
static uint64_t value_stored(const OracleInput *in, uint64_t from_emulator)
{
    uint32_t memory = (uint32_t)in->loaded, operand = (uint32_t)in->rs2;

    switch ((int)in->insn->op) {
    case OP_amomin_w:
        return (int32_t)memory < (int32_t)operand ? memory : operand;
    case OP_amomax_w:
        return (int32_t)memory > (int32_t)operand ? memory : operand;
    case OP_amominu_w:
        return MIN(memory, operand);
    case OP_amomaxu_w:
        return MAX(memory, operand);
    default:
        return from_emulator;
    }
}

static void check_next_pc(const Engine *engine, const OracleInput *in, uint64_t next)
{
    uint64_t following = in->pc + in->insn->length;
    uint64_t target = in->pc + (uint64_t)in->insn->imm;
    InsnKind kind = in->insn->kind;
    bool plausible = next == following;

    if (kind == INSN_JALR)
        plausible = next == ((in->rs1 + (uint64_t)in->insn->imm) & ~UINT64_C(1));
    else if (kind == INSN_JAL)
        plausible = next == target;
    else if (kind == INSN_BRANCH)
        plausible = next == target || next == following;
    if (!plausible)
        engine_fail(engine, "went to a wrong next pc", next);
}

static void collect_access(Oracle *oracle, const OracleInput *in, OracleOutput *out)
{
    InsnKind kind = in->insn->kind;
    const Access *access = &oracle->engine.access;
    bool sc_stores = kind == INSN_SC && in->sc_succeeds;
    bool reads = reads_memory(kind);

    out->address = access->address;
    out->stores = kind == INSN_STORE || kind == INSN_AMO || sc_stores;
    if ((reads && access->n_reads == 0) || (!reads && !sc_stores && access->n_reads != 0))
        engine_fail(&oracle->engine, "wrong number of reads", access->n_reads);
    if (access->n_writes != out->stores)
        engine_fail(&oracle->engine, "wrong number of writes", access->n_writes);
    if (kind == INSN_SC && in->insn->rd != 0 && (out->rd == 0) != in->sc_succeeds)
        engine_fail(&oracle->engine, "wrong result of sc", out->rd);
    if (out->stores)
        out->stored = value_stored(in, access->stored);
    if (kind == INSN_LR || kind == INSN_SC)
        oracle->reserved = kind == INSN_LR;
}

void oracle_execute(Oracle *oracle, const OracleInput *in, OracleOutput *out)
{
    const Insn *insn = in->insn;
    uint64_t at;

    *out = (OracleOutput){ 0 };
    oracle->engine.pc = in->pc;
    oracle->engine.word = insn->word;
    check_input(&oracle->engine, in);
    prepare_access(oracle, in);
    if (insn->kind == INSN_SC)
        prepare_sc(oracle, in);
    engine_set_register(&oracle->engine, insn->rs1, in->rs1);
    engine_set_register(&oracle->engine, insn->rs2, in->rs2);

    uint64_t next = engine_run(&oracle->engine, word_to_run(insn), &at);
    uint64_t shift = in->pc - at; /* 0 in ORACLE_TRUE_PC */
    bool rd_holds_pc = insn->kind == INSN_JAL || insn->kind == INSN_JALR || insn->op == OP_auipc;
    out->next_pc = insn->kind == INSN_JALR ? next : next + shift;
    if (insn->rd != 0)
        out->rd = engine_register(&oracle->engine, insn->rd) + (rd_holds_pc ? shift : 0);
    check_next_pc(&oracle->engine, in, out->next_pc);
    collect_access(oracle, in, out);
}

uint64_t oracle_steps(const Oracle *oracle)
{
    return oracle->engine.steps;
}

guint oracle_words(const Oracle *oracle)
{
    return oracle->engine.slots.n;
}
