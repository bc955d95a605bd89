/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/internal.h"

#include <string.h>

static void step_clear(gpointer data)
{
    MachineStep *step = data;
    if (step->world) {
        world_clear(step->world);
        g_clear_pointer(&step->world, g_free);
    }
}

World *step_world(MachineStep *step, const World *world)
{
    if (!step->world)
        step->world = world_dup(world);
    return step->world;
}

MachineStep step_begin(StepKind kind, const Task *task)
{
    return (MachineStep){ .kind = kind, .task = *task, .violation = no_violation };
}

/* ---- calls */

void task_begin_call(const HartSpec *spec, Task *task)
{
    uint64_t pending = task->hart.csr[CSR_SIP];
    memcpy(task->hart.x, spec->x, sizeof spec->x);
    memset(task->hart.csr, 0, sizeof task->hart.csr);
    task->hart.csr[CSR_STVEC] = spec->trap_handler;
    task->hart.csr[CSR_SIE] = 1 << INTERRUPT_SOFTWARE | 1 << INTERRUPT_TIMER;
    task->hart.csr[CSR_SIP] = pending;
    task->hart.csr[CSR_SSTATUS] = SSTATUS_SIE | SSTATUS_SPIE; /* as after the sret that leads to running code */
    task->hart.pc = spec->entry;
    task->hart.after_auipc = 0;
    task->at_schedule_point = 1;
    task->pass[0] = 0;
}

/* The task is at the end of its call: it begins the next one, or its hart idles, or, if nothing can interrupt it, is done for
 * good and takes part in nothing more. */
static void finish_call(Machine *machine, const World *world, MachineStep *step)
{
    Task *task = &step->task;
    const HartSpec *spec = program_hart(machine->program, task->id);
    step->finishes_call = true;
    task->calls_made += spec->calls != 0;
    if (task->calls_made < spec->calls || spec->calls == 0) {
        task_begin_call(spec, task);
        return;
    }
    task->pass[0] = 0;
    if (spec->trap_handler) {
        task->status = TASK_IDLE;
        return;
    }
    World *next = step_world(step, world);
    HartSet bit = hart_set_of(task->id);
    task->status = TASK_DONE;
    task->hart.fetch_view = task->hart.access_view = task->hart.fetched_view = 0;
    next->done |= bit;
    next->reservations[task->id] = (Reservation){ 0 };
    for (guint h = 0; h < next->n_harts; h++)
        next->pending[h] &= ~bit;
}

/* ---- one instruction */

static void apply_memory(const Machine *machine, const World *world, MachineStep *step)
{
    HartStep *hart = &step->hart;
    guint id = step->task.id;
    if (hart->reserves)
        step_world(step, world)->reservations[id] = (Reservation){ hart->load_address, hart->load_size };
    if (hart->unreserves && world->reservations[id].size)
        step_world(step, world)->reservations[id] = (Reservation){ 0 };
    if (hart->stores) {
        hart->store.hart = (uint8_t)id;
        world_store(step_world(step, world), machine->options, hart->store);
    }
}

static bool fetchable(const Machine *machine, uint64_t pc)
{
    const ImageSection *section = image_section_at(machine->program->image, pc, 2);
    return section && section->flags & IMAGE_EXEC;
}

void task_retire(Machine *machine, MachineStep *step)
{
    Task *task = &step->task;
    if (!step->hart.retired)
        return;
    task->at_schedule_point = 0;
    if (step->hart.insn.kind == INSN_SRET)
        task_return_from_trap(machine, step);
    /* A jump out of the code is reported where it is made; with a trap handler the fetch fault itself is taken. */
    uint64_t until = program_hart(machine->program, task->id)->until;
    if (task->hart.pc != until && !fetchable(machine, task->hart.pc) && !task->hart.csr[CSR_STVEC])
        step->violation = (Violation){ .kind = VIOLATION_WILD_JUMP,
                                       .property = judge_property(machine, PROPERTY_NO_TRAP),
                                       .address = task->hart.pc };
}

/* What keeps a task where it is. */
typedef struct Blocked {
    bool waits;  /* in a service */
    bool sleeps; /* in one where it may be switched out */
} Blocked;

/* The instruction at pc. */
static Blocked execute(Machine *machine, const Task *task, const World *world, GArray *steps)
{
    HartContext context = { .model = machine->options->model,
                            .fetch_atomicity = machine->options->fetch_atomicity,
                            .misaligned = machine->options->misaligned,
                            .pair = machine->options->pair,
                            .pairing = machine->options->pairing,
                            .oracle = machine->oracle,
                            .timeline = &world->timeline,
                            .reservation = world->reservations[task->id] };
    g_autoptr(GArray) outcomes = g_array_new(FALSE, FALSE, sizeof(HartStep));
    hart_step(&context, &task->hart, outcomes);
    Blocked blocked = { false, false };
    for (guint i = 0; i < outcomes->len; i++) {
        MachineStep step = step_begin(STEP_EXECUTE, task);
        step.hart = g_array_index(outcomes, HartStep, i);
        step.task.hart = step.hart.hart;
        guint before = steps->len;
        switch (step.hart.status) {
        case HART_OK:
            apply_memory(machine, world, &step);
            task_retire(machine, &step);
            break;
        case HART_TRAP:
            task_trap(machine, &step);
            break;
        case HART_ECALL:
            step.kind = STEP_SERVICE;
            serve_ecall(machine, task, world, &step, steps);
            blocked.waits |= steps->len == before;
            blocked.sleeps |= steps->len == before && service_sleeps(step.service);
            continue;
        case HART_UNSUPPORTED:
            step.unsupported = step.hart.reason;
            break;
        }
        judge_step(machine, task, world, &step);
        g_array_append_val(steps, step);
    }
    return blocked;
}

bool task_call_ends(const Machine *machine, const Task *task)
{
    return task->status == TASK_RUNNING && task->depth == 0 && task->hart.phase == PHASE_BOUNDARY &&
           task->hart.pc == program_hart(machine->program, task->id)->until;
}

/* A task that runs on and stands at the end of its call has finished it, in the same step. */
static void finish_calls(Machine *machine, const World *world, GArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        MachineStep *step = &g_array_index(steps, MachineStep, i);
        if (step->violation.kind == VIOLATION_NONE && !step->unsupported && task_call_ends(machine, &step->task)) {
            judge_call_end(machine, step);
            if (step->violation.kind == VIOLATION_NONE)
                finish_call(machine, world, step);
        }
    }
}

/* Gives each step its ids and removes those that lead where an earlier one leads. */
static void number_steps(Machine *machine, const World *world, GArray *steps)
{
    uint32_t unchanged = world_intern(world, machine->worlds);
    for (guint i = 0; i < steps->len;) {
        MachineStep *step = &g_array_index(steps, MachineStep, i);
        step->local = intern_put(machine->tasks, &step->task, sizeof step->task);
        step->shared = step->world ? world_intern(step->world, machine->worlds) : unchanged;
        bool repeated = false;
        for (guint j = 0; j < i && !repeated; j++) {
            const MachineStep *other = &g_array_index(steps, MachineStep, j);
            repeated = other->local == step->local && other->shared == step->shared &&
                       other->violation.kind == step->violation.kind && !other->unsupported == !step->unsupported;
        }
        if (repeated)
            g_array_remove_index(steps, i);
        else
            i++;
    }
}

static void note_waiting(Machine *machine, const Task *task, const GArray *steps)
{
    HartSet bit = hart_set_of(task->id);
    if (task_waits(task))
        machine->waited |= bit;
    machine->stops = machine->stops || task->status == TASK_STOPPING;
    for (guint i = 0; i < steps->len; i++) {
        StepKind kind = g_array_index(steps, MachineStep, i).kind;
        if (kind == STEP_STOPPED || kind == STEP_SERVED)
            machine->served |= bit;
    }
}

int machine_never_served(const Machine *machine)
{
    HartSet starved = machine->waited & ~machine->served;
    for (guint h = 0; h < machine->program->harts->len; h++)
        if (hart_set_has(starved, h))
            return (int)h;
    return -1;
}

GArray *machine_steps(Machine *machine, const Task *task, const World *world)
{
    GArray *steps = g_array_new(FALSE, TRUE, sizeof(MachineStep));
    g_array_set_clear_func(steps, step_clear);
    Blocked blocked = { false, false };
    if (!task_interrupt_due(machine, task, steps)) {
        Task waiting = *task;
        if (task->status == TASK_RUNNING)
            blocked = execute(machine, task, world, steps);
        if (blocked.waits) { /* it is not in the middle of a fetch, which is what the ecall may look like */
            waiting.hart.phase = PHASE_BOUNDARY;
            waiting.hart.word = 0;
        }
        task_interrupt(machine, &waiting, steps);
        serve_waiting(machine, &waiting, world, blocked.sleeps, steps);
    }
    note_waiting(machine, task, steps);
    finish_calls(machine, world, steps);
    number_steps(machine, world, steps);
    return steps;
}

/* ---- the transition system */

static void space_initial(Space *space, uint32_t *state)
{
    Machine *machine = (Machine *)space;
    g_autofree Task *tasks = g_new0(Task, space->n_processes);
    world_clear(&machine->scratch);
    world_init(&machine->scratch, machine->program);
    machine_initial(machine, &machine->scratch, tasks);
    state[0] = world_intern(&machine->scratch, machine->worlds);
    for (guint h = 0; h < space->n_processes; h++)
        state[1 + h] = intern_put(machine->tasks, &tasks[h], sizeof tasks[h]);
}

static void space_moves(Space *space, guint process, uint32_t local, uint32_t shared, GArray *moves)
{
    Machine *machine = (Machine *)space;
    (void)process; /* the task knows its hart */
    Task task = *(const Task *)intern_get(machine->tasks, local, NULL);
    world_extern(&machine->scratch, machine->worlds, shared);
    g_autoptr(GArray) steps = machine_steps(machine, &task, &machine->scratch);
    for (guint i = 0; i < steps->len; i++) {
        const MachineStep *step = &g_array_index(steps, MachineStep, i);
        Move move = { step->local, step->shared, FINDING_NONE };
        if (step->violation.kind != VIOLATION_NONE && step->violation.property >= 0)
            move.finding = FINDING_VIOLATION;
        else if (step->violation.kind != VIOLATION_NONE || step->unsupported)
            move.finding = FINDING_OUT_OF_MODEL;
        g_array_append_val(moves, move);
    }
}

static Finding space_final(Space *space, const uint32_t *state)
{
    Machine *machine = (Machine *)space;
    g_autofree Task *tasks = g_new0(Task, space->n_processes);
    for (guint h = 0; h < space->n_processes; h++)
        tasks[h] = *(const Task *)intern_get(machine->tasks, state[1 + h], NULL);
    world_extern(&machine->scratch, machine->worlds, state[0]);
    Violation violation = machine_final(machine, tasks, &machine->scratch);
    if (violation.kind == VIOLATION_NONE)
        return FINDING_NONE;
    if (violation.kind == VIOLATION_FINAL && machine->program->observed->len) {
        if (machine->final_violation.kind == VIOLATION_NONE)
            machine->final_violation = violation;
        return FINDING_NONE;
    }
    return violation.property >= 0 ? FINDING_VIOLATION : FINDING_OUT_OF_MODEL;
}

static guint64 space_bytes(Space *space)
{
    const Machine *machine = (const Machine *)space;
    return intern_bytes(machine->tasks) + intern_bytes(machine->worlds) + intern_bytes(machine->passes);
}

static void space_archive(Space *space, Archive *archive)
{
    machine_archive((Machine *)space, archive);
}

static const SpaceClass space_class = { space_initial, space_moves, space_final, space_bytes, space_archive };

void machine_initial(Machine *machine, World *world, Task *tasks)
{
    for (guint h = 0; h < machine->program->harts->len; h++) {
        const HartSpec *spec = program_hart(machine->program, h);
        tasks[h] = (Task){ .id = (uint8_t)h };
        task_begin_call(spec, &tasks[h]);
        if (spec->offline)
            world->offline |= hart_set_of(h);
        if (spec->calls != 1 || !task_call_ends(machine, &tasks[h]))
            continue;
        tasks[h].calls_made = 1; /* there is no code to run */
        tasks[h].status = spec->trap_handler ? TASK_IDLE : TASK_DONE;
        if (!spec->trap_handler)
            world->done |= hart_set_of(h);
    }
}

Machine *machine_new(const Program *program, const Options *options, Oracle *oracle)
{
    Machine *machine = g_new0(Machine, 1);
    machine->space = (Space){ &space_class, program->harts->len };
    machine->program = program;
    machine->options = options;
    machine->oracle = oracle;
    machine->tasks = intern_new();
    machine->worlds = intern_new();
    machine->passes = intern_new();
    machine->frames = intern_new();
    machine->finals = intern_new();
    machine->final_violation = no_violation;
    world_init(&machine->scratch, program);
    for (guint h = 0; h < program->harts->len; h++) /* where a task may migrate depends on `preempt`, too */
        machine->stops = machine->stops || program_hart(program, h)->migrations;
    machine->watched = g_new0(bool, program->regions->len + 1);
    machine->reached = g_new0(bool, program->properties->len + 1);
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind == PROPERTY_OLD_OR_NEW || property->kind == PROPERTY_LANDS_IN)
            machine->watched[property->region] = true;
        if (property->kind == PROPERTY_AFTER_ONLY_NEW) {
            int region = program_region_at(program, program_patch(program, property->patch)->address);
            if (region >= 0)
                machine->watched[region] = true;
        }
    }
    return machine;
}

void machine_free(Machine *machine)
{
    if (!machine)
        return;
    intern_free(machine->tasks);
    intern_free(machine->worlds);
    intern_free(machine->passes);
    intern_free(machine->frames);
    intern_free(machine->finals);
    world_clear(&machine->scratch);
    g_free(machine->watched);
    g_free(machine->reached);
    g_free(machine);
}

const Program *machine_program(const Machine *machine)
{
    return machine->program;
}

Space *machine_space(Machine *machine)
{
    return &machine->space;
}

Task machine_task(const Machine *machine, uint32_t local)
{
    return *(const Task *)intern_get(machine->tasks, local, NULL);
}

void machine_world(const Machine *machine, uint32_t shared, World *world)
{
    world_extern(world, machine->worlds, shared);
}

bool machine_reached(const Machine *machine, guint property)
{
    return machine->reached[property];
}

static int compare_vectors(gconstpointer a, gconstpointer b, gpointer data)
{
    const uint64_t *x = a, *y = b;
    for (guint i = 0; i < GPOINTER_TO_UINT(data); i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

GArray *states_sorted(const Intern *distinct, guint n)
{
    GArray *states = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; n && i < intern_count(distinct); i++)
        g_array_append_vals(states, intern_get(distinct, i, NULL), n);
    if (states->len)
        g_qsort_with_data(states->data, (gint)(states->len / n), n * sizeof(uint64_t), compare_vectors,
                          GUINT_TO_POINTER(n));
    return states;
}

GArray *machine_states(const Machine *machine)
{
    return states_sorted(machine->finals, machine->program->observed->len);
}

bool machine_stops(const Machine *machine)
{
    return machine->stops;
}

uint64_t machine_register(const Machine *machine, uint32_t local, guint number)
{
    return ((const Task *)intern_get(machine->tasks, local, NULL))->hart.x[number];
}

void machine_counts(const Machine *machine, guint *tasks, guint *worlds)
{
    *tasks = intern_count(machine->tasks);
    *worlds = intern_count(machine->worlds);
}
