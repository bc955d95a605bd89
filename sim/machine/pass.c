/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/pass.h"

#include "sim/machine/internal.h"

#include <string.h>

enum {
    REG_SP = 2
};

/* No whole version of a region of a few instructions runs longer without leaving it. */
enum {
    ALONE_STEPS_MAX = 4096
};

static uint32_t put(Intern *passes, const Pass *pass, const PassAccess *accesses, const PassAccess *last)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Pass header = *pass;
    header.n_accesses += last != NULL;
    g_byte_array_append(bytes, (const guint8 *)&header, sizeof header);
    if (pass->n_accesses)
        g_byte_array_append(bytes, (const guint8 *)accesses, pass->n_accesses * (guint)sizeof *accesses);
    if (last)
        g_byte_array_append(bytes, (const guint8 *)last, sizeof *last);
    return 1 + intern_put(passes, bytes->data, bytes->len);
}

uint32_t pass_begin(Intern *passes, const Pass *start, const Hart *entry)
{
    Pass pass = *start;
    pass.n_accesses = 0;
    pass.away = 0;
    pass.entry = entry->pc;
    memcpy(pass.x, entry->x, sizeof pass.x);
    memcpy(pass.csr, entry->csr, sizeof pass.csr);
    return put(passes, &pass, NULL, NULL);
}

uint32_t pass_away(Intern *passes, const Pass *pass, uint64_t versions, uint64_t return_address, uint64_t sp)
{
    Pass away = {
        .region = pass->region, .below = pass->below, .marks = pass->marks, .versions = versions, .away = return_address
    };
    away.x[REG_SP] = sp;
    for (uint32_t id = pass->below; id; id = pass_get(passes, id)->below) {
        const Pass *other = pass_get(passes, id);
        if (other->region == pass->region && other->away == return_address && other->x[REG_SP] == sp)
            away.below = other->below;
    }
    return put(passes, &away, NULL, NULL);
}

uint32_t pass_access(Intern *passes, uint32_t pass, PassAccess access, const Hart *before)
{
    struct {
        uint64_t pc, x[32], csr[CSR_COUNT];
    } state = { .pc = before->pc };
    memcpy(state.x, before->x, sizeof state.x);
    memcpy(state.csr, before->csr, sizeof state.csr);
    access.hart = intern_put(passes, &state, sizeof state);
    const Pass *old = pass_get(passes, pass);
    const PassAccess *known = pass_accesses(old), *last = old->n_accesses ? &known[old->n_accesses - 1] : NULL;
    /* A hart that spins on an unchanged value, in the very same state, stays in one state of the pass. */
    if (last && access.kind == ACCESS_LOAD && !memcmp(last, &access, sizeof access))
        return pass;
    return put(passes, old, known, &access);
}

uint32_t pass_interrupted(Intern *passes, uint32_t pass)
{
    if (!pass)
        return 0;
    Pass interrupted = *pass_get(passes, pass);
    interrupted.below = pass_interrupted(passes, interrupted.below);
    interrupted.interrupts = G_MAXUINT32; /* more than a task has ever taken */
    return put(passes, &interrupted, pass_accesses(pass_get(passes, pass)), NULL);
}

const Pass *pass_get(const Intern *passes, uint32_t pass)
{
    return intern_get(passes, pass - 1, NULL);
}

const PassAccess *pass_accesses(const Pass *pass)
{
    return (const PassAccess *)(pass + 1);
}

/* ---- stores, compared byte by byte: the pieces of a misaligned one come in any order */

typedef struct StoredByte {
    uint64_t address;
    uint8_t value;
} StoredByte;

static void note_bytes(GArray *bytes, uint64_t address, uint64_t value, guint size)
{
    for (guint i = 0; i < size; i++) {
        StoredByte byte = { address + i, (uint8_t)(value >> 8 * i) };
        guint at = 0;
        while (at < bytes->len && g_array_index(bytes, StoredByte, at).address < byte.address)
            at++;
        if (at < bytes->len && g_array_index(bytes, StoredByte, at).address == byte.address)
            g_array_index(bytes, StoredByte, at) = byte;
        else
            g_array_insert_val(bytes, at, byte);
    }
}

static bool same_bytes(const GArray *a, const GArray *b)
{
    if (a->len != b->len)
        return false;
    for (guint i = 0; i < a->len; i++) {
        const StoredByte *x = &g_array_index(a, StoredByte, i), *y = &g_array_index(b, StoredByte, i);
        if (x->address != y->address || x->value != y->value)
            return false;
    }
    return true;
}

/* ---- the hart alone */

static void settle_bytes(Timeline *timeline, uint64_t address, const guint8 *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        Message message = { .address = address + i, .value = bytes[i], .size = 1 };
        timeline_settle(timeline, &message);
    }
}

/* Memory as it is now, without history, and with one version in place of the region. */
static void alone_memory(Timeline *memory, const World *world, const Region *region, guint v)
{
    const Timeline *now = &world->timeline;
    timeline_init(memory, now->image);
    timeline_copy(memory, now);
    g_array_set_size(memory->messages, 0);
    for (guint i = 0; i < now->messages->len; i++) {
        const Message *message = &g_array_index(now->messages, Message, i);
        timeline_settle(memory, message);
    }
    settle_bytes(memory, region->start, region_version(region, v)->bytes, region->size);
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

/* A load from outside the region gets the values that the pass got there, piece by piece: data may change while the pass
 * is under way, and that is not for this property to judge. */
static void supply_load(Timeline *memory, const Pass *pass, guint *cursor, const Region *region, uint64_t address,
                        guint size)
{
    const PassAccess *accesses = pass_accesses(pass);
    guint missing = size;
    for (guint i = *cursor; i < pass->n_accesses && missing; i++) {
        const PassAccess *access = &accesses[i];
        if (access->kind != ACCESS_LOAD || !overlap(access->address, access->size, address, size))
            continue;
        guint8 bytes[8];
        for (guint b = 0; b < access->size; b++)
            bytes[b] = (guint8)(access->value >> 8 * b);
        if (!region_holds(region, access->address))
            settle_bytes(memory, access->address, bytes, access->size);
        *cursor = i + 1;
        missing -= MIN(missing, access->size);
    }
}

/* Whether the pass's next SC succeeded; one that it did not get to may. */
static bool sc_succeeded(const Pass *pass, guint *cursor)
{
    for (guint i = *cursor; i < pass->n_accesses; i++) {
        if (pass_accesses(pass)[i].kind == ACCESS_SC) {
            *cursor = i + 1;
            return pass_accesses(pass)[i].value == 0;
        }
    }
    return true;
}

/* Whether an ecall is one that the machine serves: then the hart goes on behind it. */
static bool is_service_call(const HartStep *step)
{
    Service service;
    uint64_t argument;
    return service_recognise(step->hart.x, &service, &argument);
}

/* The hart alone and its memory. */
typedef struct Alone {
    Machine *machine;
    const Pass *pass;
    const Region *region;
    Timeline memory;
    HartContext context;
    Hart hart;
    guint cursor; /* into the accesses of the pass */
} Alone;

/* Lets the hart take one step; false if it traps. */
static bool alone_step(Alone *alone, PassExit *end, GArray *stores)
{
    Timeline *memory = &alone->memory;
    Hart *hart = &alone->hart;
    guint fetch_size = image_section_at(memory->image, hart->pc, 4) ? 4 : 2;
    Insn insn = insn_decode((uint32_t)timeline_read(memory, hart->pc, fetch_size, 0, NULL));
    uint64_t address = hart->x[insn.rs1] + (uint64_t)insn.imm;
    bool loads = insn.kind == INSN_LOAD || insn.kind == INSN_LR || insn.kind == INSN_AMO;
    if (loads && hart->phase == PHASE_BOUNDARY) {
        if (alone->machine->note_read)
            alone->machine->note_read(alone->machine->note_data, address, insn.size);
        supply_load(memory, alone->pass, &alone->cursor, alone->region, address, insn.size);
    }
    alone->context.reservation = (Reservation){ 0 };
    if (insn.kind == INSN_SC && sc_succeeded(alone->pass, &alone->cursor))
        alone->context.reservation = (Reservation){ address, insn.size };

    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(HartStep));
    hart_step(&alone->context, hart, steps);
    /* Of an SC that can succeed the first outcome is success; of pieces, any order will do. */
    const HartStep *step = &g_array_index(steps, HartStep, 0);
    if (step->status != HART_OK && !(step->status == HART_ECALL && is_service_call(step))) {
        end->trapped = true;
        end->cause = step->status == HART_TRAP ? step->cause : step->status == HART_ECALL ? CAUSE_ECALL : G_MAXUINT64;
        return false;
    }
    if (step->stores) {
        timeline_settle(memory, &step->store);
        if (stores)
            note_bytes(stores, step->store.address, step->store.value, step->store.size);
    }
    *hart = step->hart;
    if (step->status == HART_ECALL) {
        if (hart->x[17] == SBI_RFENCE)
            hart->x[10] = hart->x[11] = 0;
        hart->pc += 4;
    }
    return true;
}

PassExit pass_alone(const Pass *pass, const Region *region, guint v, const World *world, Machine *machine,
                    GArray *stores)
{
    static const Model coherent = { .name = "alone", .coherent_fetch = true };
    const Options *options = machine->options;
    Alone alone = { .machine = machine, .pass = pass, .region = region, .hart = { .pc = pass->entry } };
    alone_memory(&alone.memory, world, region, v);
    /* Whether a pair fuses decides where the region is left. */
    bool fuses =
        options->pair == PAIR_FUSED && (options->fetch_atomicity == FETCH_WHOLE || options->fetch_atomicity == FETCH_8);
    alone.context = (HartContext){ .model = &coherent,
                                   .fetch_atomicity = fuses ? options->fetch_atomicity : FETCH_WHOLE,
                                   .pair = fuses ? PAIR_FUSED : PAIR_SEPARATE,
                                   .misaligned = MISALIGNED_PIECES,
                                   .oracle = machine->oracle,
                                   .timeline = &alone.memory };
    memcpy(alone.hart.x, pass->x, sizeof pass->x);
    memcpy(alone.hart.csr, pass->csr, sizeof pass->csr);
    PassExit end = { 0 };
    /* The entry may lie before the region: an instruction that only ends in it. */
    bool inside = true;
    guint n = 0;
    for (; inside && n < ALONE_STEPS_MAX && alone_step(&alone, &end, stores); n++)
        inside = alone.hart.phase != PHASE_BOUNDARY || region_holds(region, alone.hart.pc);
    end.gave_up = inside && !end.trapped;
    timeline_clear(&alone.memory);
    end.pc = alone.hart.pc;
    memcpy(end.x, alone.hart.x, sizeof end.x);
    memcpy(end.csr, alone.hart.csr, sizeof end.csr);
    return end;
}

static bool same_registers(const uint64_t *a, const uint64_t *b, uint32_t ignored)
{
    for (guint r = 1; r < 32; r++)
        if (a[r] != b[r] && !(ignored & 1u << r))
            return false;
    return true;
}

static bool same_csrs(const uint64_t *a, const uint64_t *b, guint32 compared)
{
    for (guint c = 0; c < CSR_COUNT; c++)
        if (a[c] != b[c] && compared & 1u << c)
            return false;
    return true;
}

static bool same_exit(const PassExit *a, const PassExit *b, uint32_t ignored, guint32 compared_csrs)
{
    return a->pc == b->pc && a->trapped == b->trapped && (!a->trapped || a->cause == b->cause) &&
           same_registers(a->x, b->x, ignored) && same_csrs(a->csr, b->csr, compared_csrs);
}

uint64_t pass_matches(const Pass *pass, const PassExit *end, const Region *region, uint32_t ignored,
                      guint32 compared_csrs, const World *world, Machine *machine, bool *undecided)
{
    uint64_t matches = 0;
    g_autoptr(GArray) stores = g_array_new(FALSE, FALSE, sizeof(StoredByte));
    for (guint i = 0; i < pass->n_accesses; i++) {
        const PassAccess *access = &pass_accesses(pass)[i];
        if (access->kind == ACCESS_STORE)
            note_bytes(stores, access->address, access->value, access->size);
    }
    for (guint v = 0; v < region->versions->len; v++) {
        if (!(pass->versions >> v & 1))
            continue;
        g_autoptr(GArray) alone_stores = g_array_new(FALSE, FALSE, sizeof(StoredByte));
        PassExit alone = pass_alone(pass, region, v, world, machine, alone_stores);
        *undecided = *undecided || alone.gave_up;
        if (same_exit(&alone, end, ignored, compared_csrs) && same_bytes(stores, alone_stores))
            matches |= 1ull << v;
    }
    return matches;
}
