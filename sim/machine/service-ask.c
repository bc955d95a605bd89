/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a hart asks of others in an interleaving and waits for: to run fence.i (SBI remote_fence_i), to pass a voluntary schedule
 * point (synchronize_rcu_tasks). And who is asked: the harts that are online. */
#include "sim/machine/service-parts.h"

static void ask(const Machine *machine, const World *world, MachineStep *step, HartSet targets, TaskStatus status)
{
    guint id = step->task.id;
    World *next = step_world(step, world);
    next->asked[id] = targets;
    next->pending[id] = targets & ~hart_set_of(id);
    next->asked_at[id] = service_now(machine, world);
    step->task.status = status;
}

void serve_remote_fence_i(const Machine *machine, const World *world, MachineStep *step)
{
    Task *task = &step->task;
    HartSet self = service_bit(task), targets = service_targets(machine, task);
    service_return_from_sbi(step);
    if (targets & self)
        hart_fence_i(machine->options->model, &task->hart, 0);
    if (targets & ~self) /* the call goes through M-mode and to others, whether they are still there or not */
        service_synchronise(machine, task, service_now(machine, world));
    targets &= ~world->done & ~(world->offline & ~self);
    /* With coherent fetch a fence.i changes nothing that anybody could see, unless a hart is in the middle of a fetch: the
     * fence.i waits for its end. */
    if (machine->options->model->coherent_fetch && machine->options->fetch_atomicity == FETCH_WHOLE &&
        machine->options->pair != PAIR_MASKED)
        return;
    if (targets & ~self)
        ask(machine, world, step, targets, TASK_FENCING);
    else if (targets)
        service_note_fence(machine, step_world(step, world), task->id, service_now(machine, world));
}

void serve_grace(const Machine *machine, const World *world, MachineStep *step)
{
    HartSet self = service_bit(&step->task);
    HartSet targets = hart_set_all(world->n_harts) & ~(world->done | world->offline | self);
    service_return(step);
    service_synchronise(machine, &step->task, service_now(machine, world));
    if (!targets)
        return;
    ask(machine, world, step, targets, TASK_GRACE);
    step->world->graces |= self;
}

/* ---- the others' part */

/* The SBI runs fence.i in M-mode, at a boundary, unseen. */
static void do_fence(const Machine *machine, MachineStep *step, const World *world)
{
    hart_fence_i(machine->options->model, &step->task.hart, world->asked_at[step->other]);
}

void offer_parts(const Machine *machine, const Task *task, const World *world, bool sleeps, GArray *steps)
{
    for (guint requester = 0; requester < world->n_harts; requester++) {
        if (!(world->pending[requester] & service_bit(task)))
            continue;
        bool grace = hart_set_has(world->graces, requester);
        if (grace ? !service_is_quiescent(machine, task, sleeps)
                  : task->hart.phase != PHASE_BOUNDARY || service_masked(machine, task))
            continue;
        MachineStep step = step_begin(grace ? STEP_QUIESCE : STEP_FENCE_I, task);
        step.other = requester;
        step_world(&step, world)->pending[requester] &= ~service_bit(task);
        if (grace)
            service_synchronise(machine, &step.task, service_now(machine, world));
        else
            do_fence(machine, &step, world);
        g_array_append_val(steps, step);
    }
}

void offer_served(const Machine *machine, const Task *task, const World *world, GArray *steps)
{
    if (world->pending[task->id])
        return;
    MachineStep step = step_begin(STEP_SERVED, task);
    step.task.status = TASK_RUNNING;
    service_synchronise(machine, &step.task, service_now(machine, world));
    World *next = step_world(&step, world);
    if (task->status == TASK_FENCING)
        for (guint h = 0; h < world->n_harts; h++)
            if (hart_set_has(world->asked[task->id], h))
                service_note_fence(machine, next, h, world->asked_at[task->id]);
    next->asked[task->id] = 0;
    next->asked_at[task->id] = 0;
    next->graces &= ~service_bit(task);
    g_array_append_val(steps, step);
}

/* ---- who is asked */

bool serve_online(const Machine *machine, const World *world, MachineStep *step)
{
    HartSet self = service_bit(&step->task);
    if (hart_set_has(world->offline, step->task.id) == (step->service == SERVICE_OFFLINE)) { /* as it is */
        service_return(step);
        return true;
    }
    if (world->stop_owner || world->parked) /* hotplug waits for stop_machine, and the other way round */
        return false;
    bool asked = service_ipi_is_open(world, step->task.id);
    for (guint h = 0; h < world->n_harts; h++)
        asked = asked || world->pending[h] & self;
    if (step->service == SERVICE_OFFLINE && asked) /* what it was asked for while it was online, it does */
        return false;
    service_return(step);
    service_synchronise(machine, &step->task, service_now(machine, world));
    World *next = step_world(step, world);
    next->offline = step->service == SERVICE_ONLINE ? next->offline & ~self : next->offline | self;
    return true;
}
