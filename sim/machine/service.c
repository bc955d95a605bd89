/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of machine.h: what kernels do to other harts, as steps of a begin, of each participant, and of an end. */
#include "sim/machine/internal.h"

enum {
    REG_A0 = 10,
    REG_A1 = 11,
    REG_A6 = 16,
    REG_A7 = 17,
    ECALL_LENGTH = 4
};

static HartSet bit_of(const Task *task)
{
    return hart_set_of(task->id);
}

static guint now(const Machine *machine, const World *world)
{
    return machine->options->model->coherent_fetch ? 0 : timeline_now(&world->timeline);
}

/* Every service that hands something from one hart to another (a lock, the end of a stop, an acknowledgement) is an
 * access: what was stored before it is before the hart's next fence.i. */
static void synchronise(const Machine *machine, Task *task, guint with)
{
    Hart *hart = &task->hart;
    if (machine->options->model->coherent_fetch || with <= hart->fetch_view)
        return;
    hart->access_view = MAX(hart->access_view, with);
}

static void append(GArray *steps, const MachineStep *step)
{
    g_array_append_vals(steps, step, 1);
}

/* The ecall is done: the hart goes on behind it. */
void service_return(MachineStep *step)
{
    step->task.hart.pc += ECALL_LENGTH;
    step->task.hart.after_auipc = 0;
    step->task.at_schedule_point = step->service == SERVICE_SCHEDULE;
    step->hart.retired = true;
}

static void misuse(MachineStep *step, const char *reason)
{
    step->unsupported = reason;
}

/* ---- remote fence.i */

HartSet service_fence_targets(const Machine *machine, const Task *task)
{
    guint n_harts = machine->program->harts->len;
    uint64_t mask = task->hart.x[REG_A0], base = task->hart.x[REG_A1];
    HartSet all = hart_set_all(n_harts);
    return base == ~0ull ? all : base < HARTS_MAX ? (HartSet)mask << base & all : 0;
}

static void request_fence(const Machine *machine, const World *world, MachineStep *step)
{
    Task *task = &step->task;
    HartSet targets = service_fence_targets(machine, task);
    service_return(step);
    task->hart.x[REG_A0] = task->hart.x[REG_A1] = 0; /* SBI_SUCCESS */
    if (targets & bit_of(task))
        hart_fence_i(machine->options->model, &task->hart, 0);
    targets &= ~bit_of(task);
    if (targets) /* the call goes through M-mode and to others, whether they are still there or not */
        synchronise(machine, &step->task, now(machine, world));
    targets &= ~world->done;
    /* With coherent fetch a fence.i changes nothing that anybody could see, unless a hart is in the middle of a fetch: the
     * fence.i waits for its end. */
    bool unseen = machine->options->model->coherent_fetch && machine->options->fetch_atomicity == FETCH_WHOLE &&
                  machine->options->pair != PAIR_MASKED;
    if (unseen || !targets)
        return;
    World *next = step_world(step, world);
    next->fence_pending[task->id] = targets;
    next->fence_begin[task->id] = now(machine, world);
    task->status = TASK_FENCING;
}

/* The what-if of PAIR_MASKED: no interrupt of any kind directly behind an auipc. */
bool service_masked(const Machine *machine, const Task *task)
{
    return machine->options->pair == PAIR_MASKED && task->hart.after_auipc;
}

/* Any hart that a request waits for may run its fence.i now: the SBI does it in M-mode, at a boundary, unseen. */
static void offer_fences(const Machine *machine, const Task *task, const World *world, GArray *steps)
{
    if (service_masked(machine, task))
        return;
    for (guint requester = 0; requester < world->n_harts; requester++) {
        if (!(world->fence_pending[requester] & bit_of(task)))
            continue;
        MachineStep step = step_begin(STEP_FENCE_I, task);
        step.other = requester;
        World *next = step_world(&step, world);
        next->fence_pending[requester] &= ~bit_of(task);
        hart_fence_i(machine->options->model, &step.task.hart, world->fence_begin[requester]);
        append(steps, &step);
    }
}

static void offer_fenced(const Machine *machine, const Task *task, const World *world, GArray *steps)
{
    if (world->fence_pending[task->id])
        return;
    MachineStep step = step_begin(STEP_FENCED, task);
    step.task.status = TASK_RUNNING;
    synchronise(machine, &step.task, now(machine, world));
    if (world->fence_begin[task->id])
        step_world(&step, world)->fence_begin[task->id] = 0;
    append(steps, &step);
}

/* ---- stop_machine */

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

static bool at_schedule_point(const Machine *machine, const Task *task)
{
    const GArray *points = program_hart(machine->program, task->id)->schedule_points;
    for (guint i = 0; points && i < points->len; i++)
        if (g_array_index(points, uint64_t, i) == task->hart.pc)
            return true;
    return task->at_schedule_point;
}

/* stop_machine runs on a hart once its task is switched out: at a schedule point, or by preemption. An interrupt handler
 * is not preempted, but it may have schedule points of its own (preemption on the way out of an interrupt is one). */
bool service_may_park(const Machine *machine, const Task *task, uint32_t flags, bool sleeps)
{
    if (task->hart.phase != PHASE_BOUNDARY && !sleeps) /* an ecall fetched in parts may be what it sleeps in */
        return false;
    if (flags & STOP_OUTSIDE_SITES && stands_in_region(machine, task))
        return false;
    if (sleeps || at_schedule_point(machine, task))
        return true;
    if (service_masked(machine, task))
        return false;
    /* what preempts a task is an interrupt */
    return machine->options->preempt == PREEMPT_FULL && task->depth == 0 && task->hart.csr[CSR_SSTATUS] & SSTATUS_SIE;
}

static void offer_park(const Task *task, const World *world, GArray *steps)
{
    MachineStep step = step_begin(STEP_PARK, task);
    step.task.was_running = task->status;
    step.task.status = TASK_PARKED;
    step_world(&step, world)->parked |= bit_of(task);
    append(steps, &step);
}

static void offer_resume(const Machine *machine, const Task *task, const World *world, GArray *steps)
{
    MachineStep step = step_begin(STEP_RESUME, task);
    step.task.status = task->was_running;
    step.task.was_running = 0;
    synchronise(machine, &step.task, world->stop_end);
    if (world->stop_flags & STOP_WAITERS_FENCE_I)
        hart_fence_i(machine->options->model, &step.task.hart, world->stop_end);
    World *next = step_world(&step, world);
    next->parked &= ~bit_of(task);
    if (!next->parked)
        next->stop_flags = next->stop_end = 0;
    append(steps, &step);
}

static void offer_stopped(const Machine *machine, const Task *task, const World *world, GArray *steps)
{
    if ((world->parked | world->done | bit_of(task)) != hart_set_all(world->n_harts))
        return;
    MachineStep step = step_begin(STEP_STOPPED, task);
    step.task.status = TASK_RUNNING;
    synchronise(machine, &step.task, now(machine, world));
    append(steps, &step);
}

void serve_waiting(Machine *machine, const Task *task, const World *world, bool blocked, GArray *steps)
{
    switch ((TaskStatus)task->status) {
    case TASK_RUNNING:
        if (world->stop_owner && world->stop_owner != task->id + 1u &&
            service_may_park(machine, task, world->stop_flags, blocked))
            offer_park(task, world, steps);
        break;
    case TASK_PARKED:
        if (!world->stop_owner)
            offer_resume(machine, task, world, steps);
        break;
    case TASK_STOPPING:
        offer_stopped(machine, task, world, steps);
        break;
    case TASK_FENCING:
        offer_fenced(machine, task, world, steps);
        break;
    case TASK_DONE:
    case TASK_CRASHED:
        return;
    }
    if (task->hart.phase == PHASE_BOUNDARY)
        offer_fences(machine, task, world, steps);
}

static void stop_begin(const World *world, MachineStep *step)
{
    service_return(step);
    step->task.status = TASK_STOPPING;
    World *next = step_world(step, world);
    next->stop_owner = step->task.id + 1u;
    next->stop_flags = (uint32_t)step->argument;
}

static void stop_end(const Machine *machine, const World *world, MachineStep *step)
{
    if (world->stop_owner != step->task.id + 1u)
        return misuse(step, "the end of a stop_machine that this hart has not begun");
    service_return(step);
    World *next = step_world(step, world);
    next->stop_owner = 0;
    next->stop_end = now(machine, world);
    if (!next->parked)
        next->stop_flags = next->stop_end = 0;
}

/* ---- the rest */

static void unlock(const Machine *machine, const World *world, MachineStep *step)
{
    if (world->lock_owner[step->argument] != step->task.id + 1u)
        return misuse(step, "the release of a lock that this hart does not hold");
    synchronise(machine, &step->task, now(machine, world)); /* a store, like any other */
    service_return(step);
    step_world(step, world)->lock_owner[step->argument] = 0;
}

/* A blocking load: only a value that ends the waiting is read. False while there is none. */
static bool await(const Machine *machine, const World *world, MachineStep *step)
{
    uint64_t address = step->task.hart.x[REG_A0], wanted = step->task.hart.x[REG_A1];
    guint size = (guint)step->argument;
    if ((size != 1 && size != 2 && size != 4 && size != 8) || address % size) {
        misuse(step, "await of a size or alignment that is none");
        return true;
    }
    if (!image_section_at(machine->program->image, address, size)) {
        misuse(step, "await of an address outside memory");
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
    synchronise(machine, &step->task, now(machine, world));
    service_return(step);
    return true;
}

bool service_recognise(const uint64_t x[32], Service *service, uint64_t *argument)
{
    if (x[REG_A7] == SBI_RFENCE && x[REG_A6] == 0) {
        *service = SERVICE_REMOTE_FENCE_I;
        *argument = 0;
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
        return *argument <= (STOP_WAITERS_FENCE_I | STOP_OUTSIDE_SITES);
    case SERVICE_SCHEDULE:
    case SERVICE_STOP_END:
    case SERVICE_AWAIT:
    case SERVICE_AWAIT_NOT:
    case SERVICE_REMOTE_FENCE_I:
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
        /* One stop at a time; and the tasks of the last one must all be on their way again. */
        if (world->stop_owner || world->parked)
            return false;
        stop_begin(world, step);
        return true;
    case SERVICE_STOP_END:
        stop_end(machine, world, step);
        return true;
    case SERVICE_LOCK:
        if (world->lock_owner[step->argument])
            return false;
        service_return(step);
        synchronise(machine, &step->task, now(machine, world));
        step_world(step, world)->lock_owner[step->argument] = (uint8_t)(step->task.id + 1);
        return true;
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
        request_fence(machine, world, step);
        return true;
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
            misuse(step, "an ecall that is none of this machine's services");
    }
    append(steps, step);
}
