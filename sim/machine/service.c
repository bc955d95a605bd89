/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of machine.h in an interleaving: what kernels do to other harts, as steps of a begin, of each participant, and
 * of an end. */
#include "sim/machine/service-parts.h"

enum {
    REG_A0 = 10,
    REG_A1 = 11,
    REG_A6 = 16,
    REG_A7 = 17,
    ECALL_LENGTH = 4
};

HartSet service_bit(const Task *task)
{
    return hart_set_of(task->id);
}

guint service_now(const Machine *machine, const World *world)
{
    return machine->options->model->coherent_fetch ? 0 : timeline_now(&world->timeline);
}

void service_synchronise(const Machine *machine, Task *task, guint with)
{
    Hart *hart = &task->hart;
    if (machine->options->model->coherent_fetch || with <= hart->fetch_view)
        return;
    hart->access_view = MAX(hart->access_view, with);
}

void service_misuse(MachineStep *step, const char *reason)
{
    step->unsupported = reason;
}

void service_return(MachineStep *step)
{
    step->task.hart.pc += ECALL_LENGTH;
    step->task.hart.after_auipc = 0;
    step->task.at_schedule_point = step->service == SERVICE_SCHEDULE;
    step->hart.retired = true;
}

void service_return_from_sbi(MachineStep *step)
{
    service_return(step);
    step->task.hart.x[REG_A0] = step->task.hart.x[REG_A1] = 0; /* SBI_SUCCESS */
}

HartSet service_targets(const Machine *machine, const Task *task)
{
    guint n_harts = machine->program->harts->len;
    uint64_t mask = task->hart.x[REG_A0], base = task->hart.x[REG_A1];
    HartSet all = hart_set_all(n_harts);
    return base == ~0ull ? all : base < HARTS_MAX ? (HartSet)mask << base & all : 0;
}

/* ---- where a task may be switched out */

bool service_masked(const Machine *machine, const Task *task)
{
    return machine->options->pair == PAIR_MASKED && task->hart.after_auipc;
}

/* Past the start of a patched region: whoever stands there has run a part of it. */
static bool inside_region(const Machine *machine, uint64_t pc)
{
    int region = program_region_at(machine->program, pc);
    return region >= 0 && pc != program_region(machine->program, (guint)region)->start;
}

/* Where the task is, or where its handler will take it back to. */
static bool stands_in_region(const Machine *machine, const Task *task)
{
    return inside_region(machine, task->hart.pc) ||
           (task->depth > 0 && inside_region(machine, task->hart.csr[CSR_SEPC]));
}

bool service_at_schedule_point(const Machine *machine, const Task *task)
{
    const GArray *points = program_hart(machine->program, task->id)->schedule_points;
    for (guint i = 0; points && i < points->len; i++)
        if (g_array_index(points, uint64_t, i) == task->hart.pc)
            return true;
    return task->at_schedule_point;
}

const char *service_cannot_call(const Machine *machine, guint caller)
{
    for (guint h = 0; h < machine->program->harts->len; h++)
        if (h != caller && !program_hart(machine->program, h)->trap_handler)
            return "on_each_cpu while a hart has no trap handler to take the IPI with";
    return service_cannot_interrupt(machine);
}

const char *service_cannot_interrupt(const Machine *machine)
{
    for (guint h = 0; h < machine->program->harts->len; h++)
        if (program_hart(machine->program, h)->migrations)
            return "an IPI while tasks migrate: what the handler does on the hart that a task goes to is not known";
    return NULL;
}

bool service_sleeps(Service service)
{
    return service == SERVICE_LOCK || service == SERVICE_STOP_BEGIN || service == SERVICE_OFFLINE;
}

/* stop_machine runs on a hart once its task is switched out: at a schedule point, or by preemption. An interrupt handler
 * is not preempted, but it may have schedule points of its own (preemption on the way out of an interrupt is one). */
bool service_may_park(const Machine *machine, const Task *task, uint32_t flags, bool sleeps)
{
    if (task->status == TASK_IDLE || task->status == TASK_GRACE)
        return true;
    if (task->hart.phase != PHASE_BOUNDARY)
        return false;
    if (flags & STOP_OUTSIDE_SITES && stands_in_region(machine, task))
        return false;
    if (sleeps || service_at_schedule_point(machine, task))
        return true;
    if (service_masked(machine, task))
        return false;
    /* what preempts a task is an interrupt */
    return machine->options->preempt == PREEMPT_FULL && task->depth == 0 && task->hart.csr[CSR_SSTATUS] & SSTATUS_SIE;
}

bool service_is_quiescent(const Machine *machine, const Task *task, bool sleeps)
{
    bool waits = task->status == TASK_STOPPING || task->status == TASK_GRACE || task->status == TASK_IDLE;
    if (task->depth > 0 || task->hart.phase != PHASE_BOUNDARY)
        return false;
    return waits || (task->status == TASK_RUNNING && (sleeps || service_at_schedule_point(machine, task)));
}

/* ---- steps that are not the task's own doing */

void serve_waiting(Machine *machine, const Task *task, const World *world, bool blocked, GArray *steps)
{
    switch ((TaskStatus)task->status) {
    case TASK_RUNNING:
    case TASK_IDLE:
        offer_park(machine, task, world, blocked, steps);
        break;
    case TASK_PARKED:
        offer_resume(machine, task, world, steps);
        break;
    case TASK_STOPPING:
        offer_stopped(machine, task, world, steps);
        break;
    case TASK_GRACE:
        offer_served(machine, task, world, steps);
        offer_park(machine, task, world, blocked, steps);
        break;
    case TASK_FENCING:
        offer_served(machine, task, world, steps);
        break;
    case TASK_CALLING:
        offer_acknowledged(machine, task, world, steps);
        break;
    case TASK_DONE:
    case TASK_CRASHED:
        return;
    }
    offer_parts(machine, task, world, blocked, steps);
    offer_ipis(machine, task, world, steps);
    if (task->status == TASK_RUNNING)
        offer_migrations(machine, task, world, blocked, steps);
}

/* ---- locks, waiting for a value */

static void unlock(const Machine *machine, const World *world, MachineStep *step)
{
    if (world->lock_owner[step->argument] != step->task.id + 1u)
        return service_misuse(step, "the release of a lock that this hart does not hold");
    service_synchronise(machine, &step->task, service_now(machine, world)); /* a store, like any other */
    service_return(step);
    step_world(step, world)->lock_owner[step->argument] = 0;
}

static bool lock(const Machine *machine, const World *world, MachineStep *step)
{
    if (world->lock_owner[step->argument])
        return false;
    service_return(step);
    service_synchronise(machine, &step->task, service_now(machine, world));
    step_world(step, world)->lock_owner[step->argument] = (uint8_t)(step->task.id + 1);
    return true;
}

/* A blocking load: only a value that ends the waiting is read. False while there is none. */
static bool await(const Machine *machine, const World *world, MachineStep *step)
{
    uint64_t address = step->task.hart.x[REG_A0], wanted = step->task.hart.x[REG_A1];
    guint size = (guint)step->argument;
    if ((size != 1 && size != 2 && size != 4 && size != 8) || address % size) {
        service_misuse(step, "await of a size or alignment that is none");
        return true;
    }
    if (!image_section_at(machine->program->image, address, size)) {
        service_misuse(step, "await of an address outside memory");
        return true;
    }
    uint64_t found = timeline_read(&world->timeline, address, size, G_MAXUINT, NULL);
    uint64_t mask = size == 8 ? ~0ull : (1ull << 8 * size) - 1;
    if (((found & mask) == (wanted & mask)) != (step->service == SERVICE_AWAIT))
        return false;
    step->hart.loads = true;
    step->hart.load_address = address;
    step->hart.load_size = (uint8_t)size;
    step->hart.load_value = found;
    service_synchronise(machine, &step->task, service_now(machine, world));
    service_return(step);
    return true;
}

/* ---- all of them */

bool service_recognise(const uint64_t x[32], Service *service, uint64_t *argument)
{
    *argument = 0;
    if (x[REG_A6] == 0 && (x[REG_A7] == SBI_RFENCE || x[REG_A7] == SBI_IPI)) {
        *service = x[REG_A7] == SBI_IPI ? SERVICE_SEND_IPI : SERVICE_REMOTE_FENCE_I;
        return true;
    }
    if (x[REG_A7] != SERVICE_EXTENSION || (x[REG_A6] & 0xff) >= SERVICE_COUNT)
        return false;
    *service = (Service)(x[REG_A6] & 0xff);
    *argument = x[REG_A6] >> 8;
    switch (*service) {
    case SERVICE_LOCK:
    case SERVICE_UNLOCK:
        return *argument < LOCKS_MAX;
    case SERVICE_MARK:
        return *argument < MARKS_MAX;
    case SERVICE_STOP_BEGIN:
        return *argument <= (STOP_WAITERS_FENCE_I | STOP_OUTSIDE_SITES | STOP_RELAXED_RELEASE);
    case SERVICE_SCHEDULE:
    case SERVICE_STOP_END:
    case SERVICE_AWAIT:
    case SERVICE_AWAIT_NOT:
    case SERVICE_SYNCHRONIZE_RCU_TASKS:
    case SERVICE_ON_EACH_CPU:
    case SERVICE_ACK:
    case SERVICE_ONLINE:
    case SERVICE_OFFLINE:
    case SERVICE_REMOTE_FENCE_I:
    case SERVICE_SEND_IPI:
        break;
    }
    return true;
}

/* False: blocked. */
static bool serve(Machine *machine, const World *world, MachineStep *step)
{
    switch (step->service) {
    case SERVICE_SCHEDULE:
        service_return(step);
        return true;
    case SERVICE_STOP_BEGIN:
        return serve_stop_begin(world, step);
    case SERVICE_STOP_END:
        serve_stop_end(machine, world, step);
        return true;
    case SERVICE_LOCK:
        return lock(machine, world, step);
    case SERVICE_UNLOCK:
        unlock(machine, world, step);
        return true;
    case SERVICE_MARK:
        service_return(step);
        step_world(step, world)->marks |= 1ull << step->argument;
        return true;
    case SERVICE_AWAIT:
    case SERVICE_AWAIT_NOT:
        return await(machine, world, step);
    case SERVICE_REMOTE_FENCE_I:
        serve_remote_fence_i(machine, world, step);
        return true;
    case SERVICE_SYNCHRONIZE_RCU_TASKS:
        serve_grace(machine, world, step);
        return true;
    case SERVICE_SEND_IPI:
        serve_send_ipi(machine, world, step);
        return true;
    case SERVICE_ON_EACH_CPU:
        serve_on_each_cpu(machine, world, step);
        return true;
    case SERVICE_ACK:
        serve_ack(machine, world, step);
        return true;
    case SERVICE_ONLINE:
    case SERVICE_OFFLINE:
        return serve_online(machine, world, step);
    }
    g_assert_not_reached();
}

void serve_ecall(Machine *machine, const Task *task, const World *world, MachineStep *step, GArray *steps)
{
    if (service_recognise(step->task.hart.x, &step->service, &step->argument)) {
        if (!serve(machine, world, step))
            return;
        judge_step(machine, task, world, step);
    } else {
        /* No version of a patched site may have an ecall here: then it is not for the SBI to say what follows. */
        step->hart.status = HART_TRAP;
        step->hart.cause = CAUSE_ECALL;
        step->kind = STEP_EXECUTE;
        judge_step(machine, task, world, step);
        if (step->violation.kind == VIOLATION_NONE)
            service_misuse(step, "an ecall that is none of this machine's services");
    }
    g_array_append_vals(steps, step, 1);
}
