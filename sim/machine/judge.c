/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/internal.h"

#include <string.h>

int judge_property(const Machine *machine, PropertyKind kind)
{
    for (guint i = 0; i < machine->program->properties->len; i++)
        if (program_property(machine->program, i)->kind == kind)
            return (int)i;
    return -1;
}

static void violate(MachineStep *step, guint property, ViolationKind kind, uint64_t address)
{
    if (step->violation.kind == VIOLATION_NONE || step->violation.property < 0)
        step->violation = (Violation){ .kind = kind, .property = (int)property, .address = address };
}

/* ---- passes */

static void note_access(Machine *machine, const Hart *before, const HartStep *hart, uint32_t *pass)
{
    if (hart->loads)
        *pass =
            pass_access(machine->passes, *pass,
                        (PassAccess){ hart->load_address, hart->load_value, hart->load_size, ACCESS_LOAD, 0 }, before);
    if (hart->stores)
        *pass = pass_access(machine->passes, *pass,
                            (PassAccess){ hart->store.address, hart->store.value, hart->store.size, ACCESS_STORE, 0 },
                            before);
    if (hart->insn.kind == INSN_SC && hart->retired)
        *pass = pass_access(machine->passes, *pass, (PassAccess){ 0, !hart->stores, 0, ACCESS_SC, 0 }, before);
}

static bool among(const GArray *addresses, uint64_t address)
{
    for (guint i = 0; i < addresses->len; i++)
        if (g_array_index(addresses, uint64_t, i) == address)
            return true;
    return false;
}

/* Judges the end of a pass, or of its part before a call; returns the versions that explain it. */
static uint64_t judge_exit(Machine *machine, const World *world, MachineStep *step, const Pass *pass,
                           const PassExit *end)
{
    const Program *program = machine->program;
    uint64_t versions = pass->versions;
    /* A trap and an interrupt change CSRs of their own; an interrupt handler may change all. */
    guint32 all = (1u << CSR_COUNT) - 1, compared_csrs = end->trapped ? 1u << CSR_SSCRATCH | 1u << CSR_STVEC : all;
    if (pass->interrupts != step->task.interrupts_taken)
        compared_csrs = 0;
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        bool undecided = false;
        if (property->region != pass->region)
            continue;
        if (property->kind == PROPERTY_OLD_OR_NEW) {
            versions = pass_matches(pass, end, program_region(program, property->region), property->ignored_registers,
                                    compared_csrs, world, machine, &undecided);
            if (!versions && undecided)
                step->unsupported = "a pass through a patched region that is too long to be compared";
            else if (!versions)
                violate(step, i, VIOLATION_MIXED, end->pc);
        }
        if (property->kind == PROPERTY_LANDS_IN && !end->trapped && !among(property->addresses, end->pc))
            violate(step, i, VIOLATION_LANDS, end->pc);
    }
    return versions;
}

/* The return address of the call that a step makes, if it lies in the region; else 0. */
static uint64_t return_into(const Region *region, const MachineStep *step)
{
    const HartStep *hart = &step->hart;
    const Fetch *fetch = hart->fused.length ? &hart->fused : &hart->fetch;
    Insn insn = hart->fused.length ? insn_decode(hart->fused.word) : hart->insn;
    bool links = hart->status == HART_OK && (insn.kind == INSN_JAL || insn.kind == INSN_JALR) && insn.rd != 0;
    uint64_t link = fetch->pc + fetch->length;
    return links && region_holds(region, link) ? link : 0;
}

/* The watched region that a step executes in: some byte of what it fetches (or, going on with an access, is executing)
 * is there. -1: none. */
static int region_of_step(const Machine *machine, const Task *before, const HartStep *hart)
{
    int region = program_region_at(machine->program, before->hart.pc);
    const Fetch *fetches[] = { &hart->fetch, &hart->fused };
    for (guint f = 0; f < G_N_ELEMENTS(fetches); f++)
        for (guint half = 0; half < fetches[f]->length && region < 0; half += 2)
            region = program_region_at(machine->program, fetches[f]->pc + half);
    return region >= 0 && machine->watched[region] ? region : -1;
}

static guint passes_away(const Machine *machine, uint32_t pass)
{
    guint n = 0;
    for (; pass; pass = pass_get(machine->passes, pass)->below)
        n++;
    return n;
}

/* A task enters a region: from anew, perhaps while an earlier pass is away, or coming back from a call made there. */
static void enter_region(Machine *machine, const Task *before, const World *world, MachineStep *step)
{
    uint32_t *pass = &step->task.pass[before->depth];
    int region = region_of_step(machine, before, &step->hart);
    const Pass *known = *pass ? pass_get(machine->passes, *pass) : NULL;
    if (region < 0 || (known && !known->away))
        return;
    Pass start = { .region = (uint32_t)region,
                   .below = *pass,
                   .interrupts = before->interrupts_taken,
                   .marks = world->marks,
                   .versions = ~0ull };
    /* A return may pass over calls that went away further in and never came back. */
    for (uint32_t id = *pass; id; id = pass_get(machine->passes, id)->below) {
        const Pass *away = pass_get(machine->passes, id);
        if (away->region != (guint)region || away->away != before->hart.pc)
            continue;
        start.below = away->below;
        start.marks = away->marks;
        start.versions = away->versions;
        break;
    }
    if (passes_away(machine, start.below) > PASSES_AWAY_MAX)
        step->unsupported = "calls out of patched regions nested too deep to be compared";
    *pass = pass_begin(machine->passes, &start, &before->hart);
}

/* Ends the pass at one trap depth if the step has left its region: then what was away below it is on top again. */
static void leave_region(Machine *machine, const Task *before, const World *world, MachineStep *step, guint depth)
{
    uint32_t *pass = &step->task.pass[depth];
    bool trapped = step->hart.status == HART_TRAP;
    const Pass *record = *pass ? pass_get(machine->passes, *pass) : NULL;
    if (!record || record->away || (!trapped && !step->hart.retired) || step->unsupported)
        return;
    const Region *region = program_region(machine->program, record->region);
    PassExit end = { .trapped = trapped,
                     .cause = trapped ? step->hart.cause : 0,
                     .pc = trapped ? before->hart.pc : step->task.hart.pc };
    memcpy(end.x, step->task.hart.x, sizeof end.x);
    memcpy(end.csr, step->task.hart.csr, sizeof end.csr);
    if (!trapped && depth == step->task.depth && region_holds(region, end.pc))
        return;
    uint64_t versions = judge_exit(machine, step->world ? step->world : world, step, record, &end);
    uint64_t back = trapped ? 0 : return_into(region, step);
    *pass = back && versions ? pass_away(machine->passes, record, versions, back, end.x[2]) : record->below;
}

/* Extends the pass of the step, and ends what it ends: an interrupt suspends a pass; a synchronous trap ends it, as any
 * other way out of the region does; sret ends that of the handler, and may end the interrupted one by going elsewhere. */
static void track_pass(Machine *machine, const Task *before, const World *world, MachineStep *step)
{
    uint32_t *pass = &step->task.pass[before->depth];
    if (*pass && !pass_get(machine->passes, *pass)->away && step->kind == STEP_EXECUTE)
        note_access(machine, &before->hart, &step->hart, pass);
    leave_region(machine, before, world, step, before->depth);
    if (step->task.depth < before->depth) {
        leave_region(machine, before, world, step, step->task.depth);
        step->task.pass[before->depth] = 0;
    }
}

/* ---- what is fetched, and where the task arrives */

static bool overlaps(const Fetch *fetch, uint64_t start, uint64_t size)
{
    return fetch->pc < start + size && start < fetch->pc + fetch->length;
}

/* Whether a byte fetched from the patch's site is not the patch's. */
static bool runs_other_bytes(const Fetch *fetch, const Patch *patch)
{
    gsize size;
    const guint8 *bytes = g_bytes_get_data(patch->bytes, &size);
    for (guint i = 0; i < fetch->length; i++) {
        uint64_t offset = fetch->pc + i - patch->address;
        if (offset < size && (guint8)(fetch->word >> 8 * i) != bytes[offset])
            return true;
    }
    return false;
}

static void judge_fetch(Machine *machine, const Task *before, const World *world, const Fetch *fetch, MachineStep *step)
{
    const Program *program = machine->program;
    uint32_t id = step->task.pass[before->depth];
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        uint64_t mark = 1ull << property->mark;
        if (property->kind == PROPERTY_AFTER_ONLY_NEW && id && pass_get(machine->passes, id)->marks & mark &&
            runs_other_bytes(fetch, program_patch(program, property->patch)))
            violate(step, i, VIOLATION_OLD_BYTES, fetch->pc);
        if (property->kind == PROPERTY_NEVER && among(property->addresses, fetch->pc))
            violate(step, i, VIOLATION_NEVER, fetch->pc);
        if (property->kind == PROPERTY_AFTER_NEVER && world->marks & mark &&
            overlaps(fetch, property->start, property->size))
            violate(step, i, VIOLATION_FREED, fetch->pc);
    }
}

static void judge_arrival(Machine *machine, MachineStep *step)
{
    const Program *program = machine->program;
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind == PROPERTY_NEVER && among(property->addresses, step->task.hart.pc))
            violate(step, i, VIOLATION_NEVER, step->task.hart.pc);
    }
}

void judge_step(Machine *machine, const Task *before, const World *world, MachineStep *step)
{
    /* A fetch is judged inside its pass, so the pass is begun first; it may end in the same step. */
    enter_region(machine, before, world, step);
    if (step->hart.fetch.length)
        judge_fetch(machine, before, world, &step->hart.fetch, step);
    if (step->hart.fused.length)
        judge_fetch(machine, before, world, &step->hart.fused, step);
    track_pass(machine, before, world, step);
    if (step->hart.retired)
        judge_arrival(machine, step);
}

/* ---- ends of calls */

static uint64_t call_register(gpointer data, guint hart, guint number)
{
    (void)hart; /* the condition speaks of the hart whose call ends */
    return ((const Task *)data)->hart.x[number];
}

void judge_call_end(Machine *machine, MachineStep *step)
{
    const Program *program = machine->program;
    ConditionState state = { call_register, NULL, &step->task };
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind == PROPERTY_EACH_CALL && hart_set_has(property->harts, step->task.id) &&
            !condition_holds(property->condition, &state))
            violate(step, i, VIOLATION_CALL_END, step->task.hart.pc);
    }
}

/* ---- final states */

typedef struct FinalState {
    const Task *tasks;
    const World *world;
} FinalState;

static uint64_t final_register(gpointer data, guint hart, guint number)
{
    return ((const FinalState *)data)->tasks[hart].hart.x[number];
}

static uint64_t final_memory(gpointer data, uint64_t address, guint size)
{
    return timeline_read(&((const FinalState *)data)->world->timeline, address, size, G_MAXUINT, NULL);
}

static void note_final(Machine *machine, const ConditionState *state)
{
    const GArray *observed = machine->program->observed;
    if (!observed->len)
        return;
    g_autofree uint64_t *values = g_new(uint64_t, observed->len);
    for (guint i = 0; i < observed->len; i++) {
        const ConditionPlace *place = &g_array_index(observed, ConditionPlace, i);
        values[i] = place->is_memory ? state->memory(state->data, place->address, place->size)
                                     : state->reg(state->data, place->hart, place->number);
    }
    intern_put(machine->finals, values, (guint)(observed->len * sizeof *values));
}

Violation machine_final(Machine *machine, const Task *tasks, const World *world)
{
    const Program *program = machine->program;
    for (guint h = 0; h < program->harts->len; h++)
        if (!task_is_over(&tasks[h]))
            return (Violation){ .kind = VIOLATION_DEADLOCK, .property = judge_property(machine, PROPERTY_PROGRESS) };
    FinalState final = { tasks, world };
    ConditionState state = { final_register, final_memory, &final };
    if (program->filter && !condition_holds(program->filter, &state))
        return no_violation;
    note_final(machine, &state);
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind != PROPERTY_CONDITION)
            continue;
        bool holds = condition_holds(property->condition, &state);
        Quantifier quantifier = condition_quantifier(property->condition);
        if (holds && quantifier == QUANTIFIER_EXISTS)
            machine->reached[i] = true;
        if (quantifier == (holds ? QUANTIFIER_NOT_EXISTS : QUANTIFIER_FORALL))
            return (Violation){ .kind = VIOLATION_FINAL, .property = (int)i };
    }
    return no_violation;
}
