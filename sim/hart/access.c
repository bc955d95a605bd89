/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads, stores, LR, SC, AMO: each at one moment, or a misaligned one piece by piece. */
#include "sim/hart/internal.h"

/* With sequentially consistent data every access happens now, after all messages there are. */
static void account_access(const HartContext *context, Hart *hart, guint messages_added)
{
    if (context->model->coherent_fetch)
        return;
    hart->access_view = timeline_now(context->timeline) + messages_added;
    hart_normalise_views(hart);
}

/* Bits of the pieces of a misaligned access: piece_at gives the aligned piece that holds byte `offset`. */
guint access_piece(const HartContext *context, uint64_t address, guint size, guint offset, guint *first)
{
    if (address % size == 0) { /* a naturally aligned access is one, whatever becomes of others */
        *first = 0;
        return size;
    }
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
    return address % size && access_piece(context, address, size, 0, &first) != size;
}

static uint8_t byte_mask(guint first, guint size)
{
    return (uint8_t)(((1u << size) - 1) << first);
}

void access_note_load(HartStep *step, uint64_t address, guint size, uint64_t value)
{
    step->loads = true;
    step->load_address = address;
    step->load_size = (uint8_t)size;
    step->load_value = value;
}

void access_note_store(HartStep *step, uint64_t address, guint size, uint64_t value)
{
    step->stores = true;
    step->store = (Message){ .address = address, .size = (uint8_t)size, .value = value };
    if (size < 8)
        step->store.value &= (1ull << 8 * size) - 1;
}

bool access_readable(const HartContext *context, uint64_t address, guint size)
{
    return image_section_at(context->timeline->image, address, size) != NULL;
}

/* Code counts as writable: kernels patch it through a writable alias of the page. */
bool access_writable(const HartContext *context, uint64_t address, guint size)
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
    OracleOutput out = step_ask(context, step, value, false);
    step_write_register(step, out.rd);
    step_retire(step, out.next_pc);
}

/* One piece of a split load or store, for each piece still to do: the ISA gives them no order. */
static void emit_pieces(const HartContext *context, const HartStep *base, uint64_t address, guint size, GArray *steps)
{
    bool is_load = base->insn.kind == INSN_LOAD;
    for (guint offset = 0, piece; offset < size; offset += piece) {
        guint first;
        piece = access_piece(context, address, size, offset, &first);
        uint8_t mask = byte_mask(first, piece);
        if (base->hart.done & mask)
            continue;
        HartStep step = *base;
        step.hart.word = base->insn.word;
        step.hart.phase = is_load ? PHASE_LOAD : PHASE_STORE;
        step.hart.done |= mask;
        if (is_load) {
            uint64_t value = timeline_read(context->timeline, address + first, piece, G_MAXUINT, NULL);
            access_note_load(&step, address + first, piece, value);
            step.hart.value |= value << 8 * first;
        } else {
            access_note_store(&step, address + first, piece, base->hart.x[base->insn.rs2] >> 8 * first);
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
                step_retire(&step, step.hart.pc + step.insn.length);
        }
        step_emit(steps, &step);
    }
}

void execute_load(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    uint64_t address = step->hart.x[insn->rs1] + (uint64_t)insn->imm;
    /* LR, and the load-acquire of Zalasr */
    if ((insn->kind == INSN_LR || insn->aq) && address % insn->size)
        return step_trap(steps, step, CAUSE_LOAD_MISALIGNED, address);
    if (!access_readable(context, address, insn->size))
        return step_trap(steps, step, CAUSE_LOAD_ACCESS, address);
    if (context->solo)
        return solo_load(context, step, steps);
    if (is_split(context, address, insn->size))
        return emit_pieces(context, step, address, insn->size, steps);
    uint64_t value = timeline_read(context->timeline, address, insn->size, G_MAXUINT, NULL);
    access_note_load(step, address, insn->size, value);
    account_access(context, &step->hart, 0);
    step->reserves = insn->kind == INSN_LR;
    finish_load(context, step, value);
    step_emit(steps, step);
}

void execute_store(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    uint64_t address = step->hart.x[insn->rs1] + (uint64_t)insn->imm;
    if (insn->rl && address % insn->size)
        return step_trap(steps, step, CAUSE_STORE_MISALIGNED, address);
    if (!access_writable(context, address, insn->size))
        return step_trap(steps, step, CAUSE_STORE_ACCESS, address);
    if (context->solo)
        return solo_store(context, step, steps);
    if (is_split(context, address, insn->size))
        return emit_pieces(context, step, address, insn->size, steps);
    OracleOutput out = step_ask(context, step, 0, false);
    g_assert(out.stores && out.address == address);
    access_note_store(step, address, insn->size, out.stored);
    account_access(context, &step->hart, messages_added(context, address, insn->size));
    step_retire(step, out.next_pc);
    step_emit(steps, step);
}

/* What SC and AMO need of their address; false: the step has trapped. */
static bool may_modify(const HartContext *context, HartStep *step, uint64_t address, GArray *steps)
{
    guint size = step->insn.size;
    if (address % size)
        step_trap(steps, step, CAUSE_STORE_MISALIGNED, address);
    else if (!access_writable(context, address, size))
        step_trap(steps, step, CAUSE_STORE_ACCESS, address);
    return step->status == HART_OK;
}

bool pairing_allows(Pairing pairing, uint64_t reserved, uint64_t n_reserved, uint64_t address, guint size)
{
    switch (pairing) {
    case PAIRING_SUBSET:
        return address >= reserved && address + size <= reserved + n_reserved;
    case PAIRING_SAME:
        return address == reserved && size == n_reserved;
    case PAIRING_ANY:
        break;
    }
    return true;
}

/* An SC may always fail; it may succeed while the reservation holds every byte it writes. */
void execute_sc(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    uint64_t address = step->hart.x[insn->rs1];
    if (!may_modify(context, step, address, steps))
        return;
    if (context->solo)
        return solo_sc(context, step, steps);
    const Reservation *held = &context->reservation;
    bool may_succeed = held->size && pairing_allows(context->pairing, held->address, held->size, address, insn->size);
    step->unreserves = true;
    for (int succeeds = may_succeed; succeeds >= 0; succeeds--) {
        HartStep outcome = *step;
        OracleOutput out = step_ask(context, step, 0, succeeds);
        if (succeeds) {
            access_note_store(&outcome, address, insn->size, out.stored);
            account_access(context, &outcome.hart, messages_added(context, address, insn->size));
        }
        step_write_register(&outcome, out.rd);
        step_retire(&outcome, out.next_pc);
        step_emit(steps, &outcome);
    }
}

void execute_amo(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    uint64_t address = step->hart.x[insn->rs1];
    if (!may_modify(context, step, address, steps))
        return;
    if (context->solo)
        return solo_amo(context, step, steps);
    uint64_t value = timeline_read(context->timeline, address, insn->size, G_MAXUINT, NULL);
    OracleOutput out = step_ask(context, step, value, false);
    access_note_load(step, address, insn->size, value);
    access_note_store(step, address, insn->size, out.stored);
    account_access(context, &step->hart, messages_added(context, address, insn->size));
    step_write_register(step, out.rd);
    step_retire(step, out.next_pc);
    step_emit(steps, step);
}

void hart_continue(const HartContext *context, const Hart *hart, GArray *steps)
{
    HartStep base = { .hart = *hart, .insn = insn_decode(hart->word) };
    uint64_t address = hart->x[base.insn.rs1] + (uint64_t)base.insn.imm;
    base.fetch.pc = hart->pc;
    emit_pieces(context, &base, address, base.insn.size, steps);
}
