/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/internal.h"

#include <string.h>

static const struct {
    unsigned number;
    HartCsr csr;
} csr_numbers[] = {
    { 0x100, CSR_SSTATUS }, { 0x104, CSR_SIE },    { 0x105, CSR_STVEC }, { 0x140, CSR_SSCRATCH },
    { 0x141, CSR_SEPC },    { 0x142, CSR_SCAUSE }, { 0x143, CSR_STVAL }, { 0x144, CSR_SIP },
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
    case CSR_SIE:
        return value & (1ull << INTERRUPT_SOFTWARE | 1ull << INTERRUPT_TIMER);
    case CSR_SIP:
        return value & 1ull << INTERRUPT_SOFTWARE;
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

void hart_fence_i_views(const Model *model, Views *views, View begin)
{
    if (model->coherent_fetch || model->initial_fetch)
        return;
    if (model->ir3)
        view_raise(&views->fetch, view_join(view_join(views->read_old, views->write_old), begin));
    if (model->ir3f)
        view_raise(&views->fetch, views->fetched);
}

void hart_migrate(const Model *model, Hart *hart, guint fenced, guint now)
{
    if (model->coherent_fetch)
        return;
    hart->access_view = now;
    hart->fetch_view = fenced;
    hart->fetched_view = 0;
    hart_normalise_views(hart);
}

void hart_migrate_views(const Model *model, Views *views, View fenced)
{
    View all = view_join(view_join(views->read_old, views->read_new), view_join(views->write_old, views->write_new));
    view_raise(&all, view_join(views->control, views->clock));
    view_raise(&all, view_join(views->fetch, views->fetched)); /* what it has fetched comes before a trap */
    views->read_old = views->read_new = views->write_old = views->write_new = all;
    if (model->coherent_fetch || model->initial_fetch)
        return;
    views->fetch = fenced;
    views->fetched = 0;
}

void step_emit(GArray *steps, const HartStep *step)
{
    g_array_set_size(steps, steps->len + 1);
    hart_step_copy(&g_array_index(steps, HartStep, steps->len - 1), step);
}

void step_trap(GArray *steps, HartStep *step, uint64_t cause, uint64_t tval)
{
    step->status = HART_TRAP;
    step->cause = cause;
    step->tval = tval;
    step_emit(steps, step);
}

void step_unsupported(GArray *steps, HartStep *step, const char *reason)
{
    step->status = HART_UNSUPPORTED;
    step->reason = reason;
    step_emit(steps, step);
}

void step_retire(HartStep *step, uint64_t next_pc)
{
    step->hart.pc = next_pc;
    step->hart.after_auipc = step->insn.op == OP_auipc;
    step->retired = true;
}

void step_write_register(HartStep *step, uint64_t value)
{
    if (step->insn.rd)
        step->hart.x[step->insn.rd] = value;
}

OracleOutput step_ask(const HartContext *context, const HartStep *step, uint64_t loaded, bool sc_succeeds)
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

static void execute_csr(HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    int csr = hart_csr(insn->csr);
    /* Privileged specification, 2.1: bits 11:10 are 3 for read-only CSRs, bits 9:8 the lowest privilege. */
    bool is_write = (insn->word >> 12 & 3) == 1 || (insn->word >> 15 & 31) != 0;
    if ((is_write && insn->csr >> 10 == 3) || (insn->csr >> 8 & 3) == 3)
        return step_trap(steps, step, CAUSE_ILLEGAL, insn->word);
    if (csr < 0)
        return step_unsupported(steps, step, "a CSR that this machine does not model");
    if (csr == CSR_SIP && insn->rd != 0)
        return step_unsupported(steps, step,
                                "a read of sip: which interrupts have been sent but not arrived is not kept");
    guint funct3 = insn->word >> 12 & 7;
    uint64_t operand = funct3 & 4 ? insn->word >> 15 & 31 : step->hart.x[insn->rs1];
    uint64_t old = step->hart.csr[csr];
    uint64_t value = (funct3 & 3) == 1 ? operand : (funct3 & 3) == 2 ? old | operand : old & ~operand;
    if (is_write)
        step->hart.csr[csr] = csr_legal((HartCsr)csr, value);
    step_write_register(step, old);
    step_retire(step, step->hart.pc + insn->length);
    step_emit(steps, step);
}

static void execute_sret(HartStep *step, GArray *steps)
{
    uint64_t *csr = step->hart.csr;
    bool enable = csr[CSR_SSTATUS] & SSTATUS_SPIE;
    csr[CSR_SSTATUS] = (csr[CSR_SSTATUS] & ~(uint64_t)(SSTATUS_SIE | SSTATUS_SPP)) | SSTATUS_SPIE;
    if (enable)
        csr[CSR_SSTATUS] |= SSTATUS_SIE;
    step_retire(step, csr[CSR_SEPC]);
    step_emit(steps, step);
}

/* Registers and control flow only; a fused pair runs its jalr in the same step. */
static void execute_alu(const HartContext *context, HartStep *step, GArray *steps)
{
    OracleOutput out = step_ask(context, step, 0, false);
    solo_compute(context, step);
    step_write_register(step, out.rd);
    step_retire(step, out.next_pc);
    if (step->fused.length) {
        HartStep second;
        hart_step_copy(&second, step);
        second.insn = insn_decode(step->fused.word);
        solo_compute(context, &second);
        out = step_ask(context, &second, 0, false);
        step_write_register(&second, out.rd);
        step_retire(&second, out.next_pc);
        step->hart = second.hart;
        views_assign(&step->views, &second.views);
    }
    step_emit(steps, step);
}

void hart_execute(const HartContext *context, const HartStep *fetched, GArray *steps)
{
    HartStep step;
    hart_step_copy(&step, fetched);
    uint64_t after = step.hart.pc + step.insn.length;
    switch (step.insn.kind) {
    case INSN_ILLEGAL:
        return step_trap(steps, &step, CAUSE_ILLEGAL, step.insn.word);
    case INSN_UNSUPPORTED:
        return step_unsupported(steps, &step, "an instruction outside RV64IMAC_Zicsr_Zifencei");
    case INSN_EBREAK:
        return step_trap(steps, &step, CAUSE_BREAKPOINT, step.hart.pc);
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
        solo_compute(context, &step);
        return execute_csr(&step, steps);
    case INSN_SRET:
        return execute_sret(&step, steps);
    case INSN_ECALL:
        step.status = HART_ECALL;
        return step_emit(steps, &step);
    case INSN_FENCE_I:
        if (context->solo)
            hart_fence_i_views(context->model, &step.views, 0);
        else
            hart_fence_i(context->model, &step.hart, 0);
        break;
    case INSN_FENCE: /* nothing, if data accesses are sequentially consistent */
        solo_fence(context, &step);
        break;
    case INSN_WFI:        /* may always be a no-op */
    case INSN_SFENCE_VMA: /* addresses are not translated */
        break;
    }
    step_retire(&step, after);
    step_emit(steps, &step);
}

void hart_step(const HartContext *context, const Hart *hart, GArray *steps)
{
    if (hart->phase == PHASE_LOAD || hart->phase == PHASE_STORE)
        return hart_continue(context, hart, steps);
    g_autoptr(GArray) fetched =
        context->scratch ? g_array_ref(context->scratch) : g_array_new(FALSE, FALSE, sizeof(HartStep));
    g_array_set_size(fetched, 0);
    hart_fetch(context, hart, fetched);
    for (guint i = 0; i < fetched->len; i++) {
        const HartStep *step = &g_array_index(fetched, HartStep, i);
        if (step->status == HART_OK && step->hart.phase == PHASE_BOUNDARY)
            hart_execute(context, step, steps);
        else
            step_emit(steps, step);
    }
}
