/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Into the trap handler and out of it (privileged specification, 12.1: supervisor CSRs), for both explorers. */
#include "sim/machine/internal.h"

static bool is_masked(const Machine *machine, const Task *task)
{
    return machine->options->pair == PAIR_MASKED && task->hart.after_auipc;
}

static void enter(Task *task, uint64_t cause, uint64_t tval)
{
    uint64_t *csr = task->hart.csr;
    bool enabled = csr[CSR_SSTATUS] & SSTATUS_SIE;
    csr[CSR_SEPC] = task->hart.pc;
    csr[CSR_SCAUSE] = cause;
    csr[CSR_STVAL] = tval;
    csr[CSR_SSTATUS] = SSTATUS_SPP | (enabled ? SSTATUS_SPIE : 0);
    task->hart.pc = csr[CSR_STVEC];
    task->hart.after_auipc = 0;
    task->at_schedule_point = 0;
    if (task->depth == 0) {
        task->interrupted = task->status;
        task->status = TASK_RUNNING;
    }
    task->depth++;
}

void task_trap(Machine *machine, MachineStep *step)
{
    Task *task = &step->task;
    uint64_t cause = step->hart.cause, tval = step->hart.tval;
    if (task->hart.csr[CSR_STVEC] && task->depth < TRAP_DEPTH_MAX) {
        enter(task, cause, tval);
        return;
    }
    step->violation = (Violation){ .kind = cause == CAUSE_FETCH_ACCESS ? VIOLATION_WILD_JUMP : VIOLATION_TRAP,
                                   .property = judge_property(machine, PROPERTY_NO_TRAP),
                                   .cause = cause,
                                   .address = tval };
}

/* ---- interrupts */

/* Whether the hart, where it is, takes an interrupt of this kind. Whoever waits in a service has interrupts enabled unless it
 * has disabled them, but an SBI call is over before the hart is interrupted again, and stop_machine disables interrupts. */
static bool takes(const Machine *machine, const Task *task, unsigned interrupt)
{
    bool waits = task->status == TASK_STOPPING || task->status == TASK_GRACE || task->status == TASK_CALLING ||
                 task->status == TASK_IDLE;
    return (waits || task->status == TASK_RUNNING) && task->hart.phase == PHASE_BOUNDARY && task->hart.csr[CSR_STVEC] &&
           task->hart.csr[CSR_SSTATUS] & SSTATUS_SIE && task->hart.csr[CSR_SIE] >> interrupt & 1 &&
           task->depth < TRAP_DEPTH_MAX && !is_masked(machine, task);
}

/* Whether the hart takes it elsewhere: its task is in a handler, and switched out. */
static bool takes_elsewhere(const Machine *machine, const Task *task)
{
    return task->status == TASK_RUNNING && task->hart.phase == PHASE_BOUNDARY && task->depth > 0 &&
           task->depth < TRAP_DEPTH_MAX && !task->away && !(task->hart.csr[CSR_SSTATUS] & SSTATUS_SIE) &&
           service_at_schedule_point(machine, task);
}

static void switch_away(Machine *machine, Task *task)
{
    uint64_t *csr = task->hart.csr;
    Frame frame = { task->hart.pc, csr[CSR_SEPC], csr[CSR_SCAUSE], csr[CSR_STVAL], csr[CSR_SSTATUS] };
    task->away = 1 + intern_put(machine->frames, &frame, sizeof frame);
    task->away_depth = task->depth;
    task->hart.pc = program_hart(machine->program, task->id)->until;
    csr[CSR_SSTATUS] |= SSTATUS_SIE;
}

bool task_timer_may_arrive(const Machine *machine, const Task *task)
{
    const HartSpec *spec = program_hart(machine->program, task->id);
    return task->status == TASK_RUNNING && task->interrupts_taken < spec->interrupts &&
           takes(machine, task, INTERRUPT_TIMER);
}

void task_interrupt(Machine *machine, const Task *task, GArray *steps)
{
    if (!task_timer_may_arrive(machine, task))
        return;
    MachineStep step = step_begin(STEP_INTERRUPT, task);
    step.argument = INTERRUPT_TIMER;
    step.other = task->id;
    step.task.interrupts_taken++;
    enter(&step.task, 1ull << 63 | INTERRUPT_TIMER, 0);
    g_array_append_val(steps, step);
}

bool task_takes_ipi(const Machine *machine, const Task *task)
{
    return takes(machine, task, INTERRUPT_SOFTWARE) || takes_elsewhere(machine, task);
}

void task_take_ipi(Machine *machine, Task *task)
{
    task->pass[task->depth] = pass_interrupted(machine->passes, task->pass[task->depth]);
    if (!takes(machine, task, INTERRUPT_SOFTWARE))
        switch_away(machine, task);
    task->hart.csr[CSR_SIP] |= 1ull << INTERRUPT_SOFTWARE;
    enter(task, 1ull << 63 | INTERRUPT_SOFTWARE, 0);
}

bool task_interrupt_is_due(const Machine *machine, const Task *task)
{
    return task->hart.csr[CSR_SIP] >> INTERRUPT_SOFTWARE & 1 && takes(machine, task, INTERRUPT_SOFTWARE);
}

bool task_interrupt_due(Machine *machine, const Task *task, GArray *steps)
{
    if (!task_interrupt_is_due(machine, task))
        return false;
    MachineStep step = step_begin(STEP_INTERRUPT, task);
    step.argument = INTERRUPT_SOFTWARE;
    step.other = task->id;
    task_take_ipi(machine, &step.task);
    g_array_append_val(steps, step);
    return true;
}

/* ---- and back */

static void come_back(Machine *machine, MachineStep *step)
{
    Task *task = &step->task;
    uint64_t *csr = task->hart.csr;
    if (task->hart.pc != program_hart(machine->program, task->id)->until) {
        step->unsupported = "a handler that returns to elsewhere than to the idle loop that it has interrupted";
        return;
    }
    const Frame *frame = intern_get(machine->frames, task->away - 1, NULL);
    task->hart.pc = frame->pc;
    csr[CSR_SEPC] = frame->sepc;
    csr[CSR_SCAUSE] = frame->scause;
    csr[CSR_STVAL] = frame->stval;
    csr[CSR_SSTATUS] = frame->sstatus;
    task->away = 0;
    task->away_depth = 0;
    task->at_schedule_point = 1;
}

void task_return_from_trap(Machine *machine, MachineStep *step)
{
    Task *task = &step->task;
    uint64_t *csr = task->hart.csr;
    if (task->depth == 0)
        return;
    if (csr[CSR_SCAUSE] == (1ull << 63 | INTERRUPT_SOFTWARE) && csr[CSR_SIP] >> INTERRUPT_SOFTWARE & 1)
        step->unsupported =
            "a handler that returns from an IPI without csrci sip, 2: it would be taken again, for ever";
    task->depth--;
    if (task->away && task->depth == task->away_depth)
        come_back(machine, step);
    if (task->depth > 0)
        return;
    task->status = task->interrupted;
    task->interrupted = TASK_RUNNING;
    if (task->status == TASK_IDLE && task->hart.pc != program_hart(machine->program, task->id)->until)
        step->unsupported = "a handler that returns to elsewhere than to the idle loop that it has interrupted";
}
