/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/internal.h"

#include <string.h>

static const struct {
    unsigned number;
    HartCsr csr;
} csr_numbers[] = {
    { 0x100, CSR_SSTATUS }, { 0x105, CSR_STVEC },  { 0x140, CSR_SSCRATCH },
    { 0x141, CSR_SEPC },    { 0x142, CSR_SCAUSE }, { 0x143, CSR_STVAL },
};

int hart_csr(unsigned number)
{
    for (guint i = 0; i < G_N_ELEMENTS(csr_numbers); i++)
        if (csr_numbers[i].number == number)
            return csr_numbers[i].csr;
    return -1;
}

/* What a write leaves in a CSR: only the fields that this machine gives a meaning. */
static uint64_t csr_legal(HartCsr csr, uint64_t value)
{
    switch (csr) {
    case CSR_SSTATUS:
        return value & (SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP);
    case CSR_STVEC:
        return value & ~3ull; /* direct mode only */
    case CSR_SEPC:
        return value & ~1ull;
    case CSR_SSCRATCH:
    case CSR_SCAUSE:
    case CSR_STVAL:
    case CSR_COUNT:
        break;
    }
    return value;
}

void hart_fence_i(const Model *model, Hart *hart, guint begin)
{
    if (model->coherent_fetch)
        return;
    if (model->ir3)
        hart->fetch_view = MAX(hart->fetch_view, MAX(hart->access_view, begin));
    if (model->ir3f)
        hart->fetch_view = MAX(hart->fetch_view, hart->fetched_view);
    hart_normalise_views(hart);
}

/* With sequentially consistent data every access happens now, after all messages there are. */
static void account_access(const HartContext *context, Hart *hart, guint messages_added)
{
    if (context->model->coherent_fetch)
        return;
    hart->access_view = timeline_now(context->timeline) + messages_added;
    hart_normalise_views(hart);
}

static void emit(GArray *steps, const HartStep *step)
{
    g_array_append_vals(steps, step, 1);
}

static void emit_trap(GArray *steps, HartStep *step, uint64_t cause, uint64_t tval)
{
    step->status = HART_TRAP;
    step->cause = cause;
    step->tval = tval;
    emit(steps, step);
}

static void emit_unsupported(GArray *steps, HartStep *step, const char *reason)
{
    step->status = HART_UNSUPPORTED;
    step->reason = reason;
    emit(steps, step);
}

static void retire(HartStep *step, uint64_t next_pc)
{
    step->hart.pc = next_pc;
    step->hart.after_auipc = step->insn.op == OP_auipc;
    step->retired = true;
}

static void write_register(HartStep *step, uint64_t value)
{
    if (step->insn.rd)
        step->hart.x[step->insn.rd] = value;
}

static OracleOutput ask(const HartContext *context, const HartStep *step, uint64_t loaded, bool sc_succeeds)
{
    const Insn *insn = &step->insn;
    OracleInput in = { .insn = insn,
                       .pc = step->hart.pc,
                       .rs1 = step->hart.x[insn->rs1],
                       .rs2 = step->hart.x[insn->rs2],
                       .loaded = loaded,
                       .sc_succeeds = sc_succeeds };
    OracleOutput out;
    oracle_execute(context->oracle, &in, &out);
    return out;
}

/* Bits of the pieces of a misaligned access: piece_at gives the aligned piece that holds byte `offset`. */
static guint piece_at(const HartContext *context, uint64_t address, guint size, guint offset, guint *first)
{
    if (context->misaligned == MISALIGNED_ATOMIC && address / 16 == (address + size - 1) / 16) {
        *first = 0;
        return size;
    }
    /* Greedy from the front: the largest naturally aligned piece that fits. */
    guint at = 0;
    for (;;) {
        guint piece = context->misaligned == MISALIGNED_BYTES ? 1 : 8;
        while ((address + at) % piece || at + piece > size)
            piece /= 2;
        if (offset < at + piece) {
            *first = at;
            return piece;
        }
        at += piece;
    }
}

static bool is_split(const HartContext *context, uint64_t address, guint size)
{
    guint first;
    return address % size && piece_at(context, address, size, 0, &first) != size;
}

static uint8_t byte_mask(guint first, guint size)
{
    return (uint8_t)(((1u << size) - 1) << first);
}

static void note_load(HartStep *step, uint64_t address, guint size, uint64_t value)
{
    step->loads = true;
    step->load_address = address;
    step->load_size = (uint8_t)size;
    step->load_value = value;
}

static void note_store(HartStep *step, uint64_t address, guint size, uint64_t value)
{
    step->stores = true;
    step->store = (Message){ .address = address, .size = (uint8_t)size, .value = value };
    if (size < 8)
        step->store.value &= (1ull << 8 * size) - 1;
}

static bool readable(const HartContext *context, uint64_t address, guint size)
{
    return image_section_at(context->timeline->image, address, size) != NULL;
}

/* Code counts as writable: kernels patch it through a writable alias of the page. */
static bool writable(const HartContext *context, uint64_t address, guint size)
{
    const ImageSection *section = image_section_at(context->timeline->image, address, size);
    return section && section->flags & (IMAGE_WRITE | IMAGE_EXEC);
}

/* Whether a store becomes one message that fetches may miss; the machine appends it in that case. */
static guint messages_added(const HartContext *context, uint64_t address, guint size)
{
    const ImageSection *section = image_section_at(context->timeline->image, address, size);
    return section && section->flags & IMAGE_EXEC && !context->model->coherent_fetch;
}

static void finish_load(const HartContext *context, HartStep *step, uint64_t value)
{
    OracleOutput out = ask(context, step, value, false);
    write_register(step, out.rd);
    retire(step, out.next_pc);
}

/* One piece of a split load or store, for each piece still to do: the ISA gives them no order. */
static void emit_pieces(const HartContext *context, const HartStep *base, uint64_t address, guint size, GArray *steps)
{
    bool is_load = base->insn.kind == INSN_LOAD;
    for (guint offset = 0, piece; offset < size; offset += piece) {
        guint first;
        piece = piece_at(context, address, size, offset, &first);
        uint8_t mask = byte_mask(first, piece);
        if (base->hart.done & mask)
            continue;
        HartStep step = *base;
        step.hart.word = base->insn.word;
        step.hart.phase = is_load ? PHASE_LOAD : PHASE_STORE;
        step.hart.done |= mask;
        if (is_load) {
            uint64_t value = timeline_read(context->timeline, address + first, piece, G_MAXUINT, NULL);
            note_load(&step, address + first, piece, value);
            step.hart.value |= value << 8 * first;
        } else {
            note_store(&step, address + first, piece, base->hart.x[base->insn.rs2] >> 8 * first);
        }
        account_access(context, &step.hart, is_load ? 0 : messages_added(context, address + first, piece));
        if (step.hart.done == byte_mask(0, size)) {
            uint64_t loaded = step.hart.value;
            step.hart.word = 0;
            step.hart.value = 0;
            step.hart.done = 0;
            step.hart.phase = PHASE_BOUNDARY;
            if (is_load)
                finish_load(context, &step, loaded);
            else
                retire(&step, step.hart.pc + step.insn.length);
        }
        emit(steps, &step);
    }
}

static void execute_load(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    uint64_t address = step->hart.x[insn->rs1] + (uint64_t)insn->imm;
    if (insn->kind == INSN_LR && address % insn->size)
        return emit_trap(steps, step, CAUSE_LOAD_MISALIGNED, address);
    if (!readable(context, address, insn->size))
        return emit_trap(steps, step, CAUSE_LOAD_ACCESS, address);
    if (is_split(context, address, insn->size))
        return emit_pieces(context, step, address, insn->size, steps);
    uint64_t value = timeline_read(context->timeline, address, insn->size, G_MAXUINT, NULL);
    note_load(step, address, insn->size, value);
    account_access(context, &step->hart, 0);
    step->reserves = insn->kind == INSN_LR;
    finish_load(context, step, value);
    emit(steps, step);
}

static void execute_store(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    uint64_t address = step->hart.x[insn->rs1] + (uint64_t)insn->imm;
    if (!writable(context, address, insn->size))
        return emit_trap(steps, step, CAUSE_STORE_ACCESS, address);
    if (is_split(context, address, insn->size))
        return emit_pieces(context, step, address, insn->size, steps);
    OracleOutput out = ask(context, step, 0, false);
    g_assert(out.stores && out.address == address);
    note_store(step, address, insn->size, out.stored);
    account_access(context, &step->hart, messages_added(context, address, insn->size));
    retire(step, out.next_pc);
    emit(steps, step);
}

/* An SC may always fail; it may succeed while the reservation holds every byte it writes. */
static void execute_sc(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    uint64_t address = step->hart.x[insn->rs1];
    if (address % insn->size)
        return emit_trap(steps, step, CAUSE_STORE_MISALIGNED, address);
    if (!writable(context, address, insn->size))
        return emit_trap(steps, step, CAUSE_STORE_ACCESS, address);
    const Reservation *held = &context->reservation;
    bool may_succeed = held->size && address >= held->address &&
                       address + insn->size <= held->address + held->size;
    step->unreserves = true;
    for (int succeeds = may_succeed; succeeds >= 0; succeeds--) {
        HartStep outcome = *step;
        OracleOutput out = ask(context, step, 0, succeeds);
        if (succeeds) {
            note_store(&outcome, address, insn->size, out.stored);
            account_access(context, &outcome.hart, messages_added(context, address, insn->size));
        }
        write_register(&outcome, out.rd);
        retire(&outcome, out.next_pc);
        emit(steps, &outcome);
    }
}

static void execute_amo(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    uint64_t address = step->hart.x[insn->rs1];
    if (address % insn->size)
        return emit_trap(steps, step, CAUSE_STORE_MISALIGNED, address);
    if (!writable(context, address, insn->size))
        return emit_trap(steps, step, CAUSE_STORE_ACCESS, address);
    uint64_t value = timeline_read(context->timeline, address, insn->size, G_MAXUINT, NULL);
    OracleOutput out = ask(context, step, value, false);
    note_load(step, address, insn->size, value);
    note_store(step, address, insn->size, out.stored);
    account_access(context, &step->hart, messages_added(context, address, insn->size));
    write_register(step, out.rd);
    retire(step, out.next_pc);
    emit(steps, step);
}

static void execute_csr(HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    int csr = hart_csr(insn->csr);
    /* Privileged specification, 2.1: bits 11:10 are 3 for read-only CSRs, bits 9:8 the lowest privilege. */
    bool is_write = (insn->word >> 12 & 3) == 1 || (insn->word >> 15 & 31) != 0;
    if ((is_write && insn->csr >> 10 == 3) || (insn->csr >> 8 & 3) == 3)
        return emit_trap(steps, step, CAUSE_ILLEGAL, insn->word);
    if (csr < 0)
        return emit_unsupported(steps, step, "a CSR that this machine does not model");
    guint funct3 = insn->word >> 12 & 7;
    uint64_t operand = funct3 & 4 ? insn->word >> 15 & 31 : step->hart.x[insn->rs1];
    uint64_t old = step->hart.csr[csr];
    uint64_t value = (funct3 & 3) == 1 ? operand : (funct3 & 3) == 2 ? old | operand : old & ~operand;
    if (is_write)
        step->hart.csr[csr] = csr_legal((HartCsr)csr, value);
    write_register(step, old);
    retire(step, step->hart.pc + insn->length);
    emit(steps, step);
}

static void execute_sret(HartStep *step, GArray *steps)
{
    uint64_t *csr = step->hart.csr;
    bool enable = csr[CSR_SSTATUS] & SSTATUS_SPIE;
    csr[CSR_SSTATUS] = (csr[CSR_SSTATUS] & ~(uint64_t)(SSTATUS_SIE | SSTATUS_SPP)) | SSTATUS_SPIE;
    if (enable)
        csr[CSR_SSTATUS] |= SSTATUS_SIE;
    retire(step, csr[CSR_SEPC]);
    emit(steps, step);
}

/* Registers and control flow only; a fused pair runs its jalr in the same step. */
static void execute_alu(const HartContext *context, HartStep *step, GArray *steps)
{
    OracleOutput out = ask(context, step, 0, false);
    write_register(step, out.rd);
    retire(step, out.next_pc);
    if (step->fused.length) {
        HartStep second = *step;
        second.insn = insn_decode(step->fused.word);
        out = ask(context, &second, 0, false);
        write_register(&second, out.rd);
        retire(&second, out.next_pc);
        step->hart = second.hart;
    }
    emit(steps, step);
}

void hart_execute(const HartContext *context, const HartStep *fetched, GArray *steps)
{
    HartStep step = *fetched;
    uint64_t after = step.hart.pc + step.insn.length;
    switch (step.insn.kind) {
    case INSN_ILLEGAL:
        return emit_trap(steps, &step, CAUSE_ILLEGAL, step.insn.word);
    case INSN_UNSUPPORTED:
        return emit_unsupported(steps, &step, "an instruction outside RV64IMAC_Zicsr_Zifencei");
    case INSN_EBREAK:
        return emit_trap(steps, &step, CAUSE_BREAKPOINT, step.hart.pc);
    case INSN_ALU:
    case INSN_BRANCH:
    case INSN_JAL:
    case INSN_JALR:
        return execute_alu(context, &step, steps);
    case INSN_LOAD:
    case INSN_LR:
        return execute_load(context, &step, steps);
    case INSN_STORE:
        return execute_store(context, &step, steps);
    case INSN_SC:
        return execute_sc(context, &step, steps);
    case INSN_AMO:
        return execute_amo(context, &step, steps);
    case INSN_CSR:
        return execute_csr(&step, steps);
    case INSN_SRET:
        return execute_sret(&step, steps);
    case INSN_ECALL:
        step.status = HART_ECALL;
        return emit(steps, &step);
    case INSN_FENCE_I:
        hart_fence_i(context->model, &step.hart, 0);
        break;
    case INSN_FENCE:      /* data accesses are sequentially consistent here */
    case INSN_WFI:        /* may always be a no-op */
    case INSN_SFENCE_VMA: /* addresses are not translated */
        break;
    }
    retire(&step, after);
    emit(steps, &step);
}

void hart_continue(const HartContext *context, const Hart *hart, GArray *steps)
{
    HartStep base = { .hart = *hart, .insn = insn_decode(hart->word) };
    uint64_t address = hart->x[base.insn.rs1] + (uint64_t)base.insn.imm;
    base.fetch.pc = hart->pc;
    emit_pieces(context, &base, address, base.insn.size, steps);
}

void hart_step(const HartContext *context, const Hart *hart, GArray *steps)
{
    if (hart->phase == PHASE_LOAD || hart->phase == PHASE_STORE)
        return hart_continue(context, hart, steps);
    g_autoptr(GArray) fetched = g_array_new(FALSE, FALSE, sizeof(HartStep));
    hart_fetch(context, hart, fetched);
    for (guint i = 0; i < fetched->len; i++) {
        const HartStep *step = &g_array_index(fetched, HartStep, i);
        if (step->status == HART_OK && step->hart.phase == PHASE_BOUNDARY)
            hart_execute(context, step, steps);
        else
            g_array_append_vals(steps, step, 1);
    }
}
