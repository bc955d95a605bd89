/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop_machine in an interleaving: every other task is switched out (parked), then its caller goes on alone. */
#include "sim/machine/service-parts.h"

bool serve_stop_begin(const World *world, MachineStep *step)
{
    /* One stop at a time; and the tasks of the last one must all be on their way again. */
    if (world->stop_owner || world->parked)
        return false;
    service_return(step);
    step->task.status = TASK_STOPPING;
    World *next = step_world(step, world);
    next->stop_owner = step->task.id + 1u;
    next->stop_flags = (uint32_t)step->argument;
    return true;
}

void serve_stop_end(const Machine *machine, const World *world, MachineStep *step)
{
    if (world->stop_owner != step->task.id + 1u)
        return service_misuse(step, "the end of a stop_machine that this hart has not begun");
    service_return(step);
    World *next = step_world(step, world);
    next->stop_owner = next->stopped = 0;
    next->stop_end = service_now(machine, world);
    if (next->stop_flags & STOP_WAITERS_FENCE_I)
        for (guint h = 0; h < next->n_harts; h++)
            service_note_fence(machine, next, h, next->stop_end);
    if (!next->parked)
        next->stop_flags = next->stop_end = 0;
}

void offer_park(const Machine *machine, const Task *task, const World *world, bool sleeps, GArray *steps)
{
    if (!world->stop_owner || world->stop_owner == task->id + 1u || hart_set_has(world->offline, task->id) ||
        !service_may_park(machine, task, world->stop_flags, sleeps))
        return;
    MachineStep step = step_begin(STEP_PARK, task);
    step.task.was_running = task->status;
    step.task.status = TASK_PARKED;
    step_world(&step, world)->parked |= service_bit(task);
    g_array_append_val(steps, step);
}

void offer_resume(const Machine *machine, const Task *task, const World *world, GArray *steps)
{
    if (world->stop_owner)
        return;
    MachineStep step = step_begin(STEP_RESUME, task);
    step.task.status = task->was_running;
    step.task.was_running = 0;
    service_synchronise(machine, &step.task, world->stop_end);
    if (world->stop_flags & STOP_WAITERS_FENCE_I)
        hart_fence_i(machine->options->model, &step.task.hart, world->stop_end);
    World *next = step_world(&step, world);
    next->parked &= ~service_bit(task);
    if (!next->parked)
        next->stop_flags = next->stop_end = 0;
    g_array_append_val(steps, step);
}

void offer_stopped(const Machine *machine, const Task *task, const World *world, GArray *steps)
{
    HartSet away = world->parked | world->done | world->offline | service_bit(task);
    if (away != hart_set_all(world->n_harts))
        return;
    MachineStep step = step_begin(STEP_STOPPED, task);
    step.task.status = TASK_RUNNING;
    service_synchronise(machine, &step.task, service_now(machine, world));
    step_world(&step, world)->stopped = 1;
    g_array_append_val(steps, step);
}
