/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A task that goes on on another hart, in an interleaving. Of that hart nothing is known but that it has done its part in the
 * services: it may have fetched, long ago, whatever was there. */
#include "sim/machine/service-parts.h"

enum {
    OPEN_MAX = 4
};

void service_note_fence(const Machine *machine, World *world, guint hart, guint ts)
{
    if (program_hart(machine->program, hart)->migrations && !machine->options->model->coherent_fetch)
        world->fenced_until[hart] = MAX(world->fenced_until[hart], ts);
}

/* Requests to run fence.i, still open, in which the task's hart has done its part. */
static guint open_requests(const Task *task, const World *world, guint open[OPEN_MAX])
{
    guint n = 0;
    for (guint h = 0; h < world->n_harts; h++)
        if (world->asked[h] & ~world->pending[h] & service_bit(task) && h != task->id &&
            !hart_set_has(world->graces, h)) {
            if (n < OPEN_MAX)
                open[n] = h;
            n++;
        }
    return n;
}

void offer_migrations(const Machine *machine, const Task *task, const World *world, bool sleeps, GArray *steps)
{
    const HartSpec *spec = program_hart(machine->program, task->id);
    const Model *model = machine->options->model;
    if (task->migrations_made >= spec->migrations || model->coherent_fetch || task->hart.phase != PHASE_BOUNDARY ||
        !service_may_park(machine, task, 0, sleeps))
        return;
    guint open[OPEN_MAX], n = open_requests(task, world, open);
    MachineStep base = step_begin(STEP_MIGRATE, task);
    base.task.migrations_made++;
    if (n > OPEN_MAX) {
        service_misuse(&base, "a migration while more services are going on than are kept track of");
        g_array_append_val(steps, base);
        return;
    }
    for (guint undone = 0; undone < 1u << n; undone++) {
        MachineStep step = base;
        guint fenced = world->fenced_until[task->id];
        World *next = step_world(&step, world);
        for (guint i = 0; i < n; i++) {
            if (undone >> i & 1)
                next->pending[open[i]] |= service_bit(task);
            else
                fenced = MAX(fenced, world->asked_at[open[i]]);
        }
        step.argument = undone;
        hart_migrate(model, &step.task.hart, fenced, service_now(machine, world));
        if (spec->migration_fences)
            hart_fence_i(model, &step.task.hart, 0);
        g_array_append_val(steps, step);
    }
}
