/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPIs in an interleaving: supervisor software interrupts (SBI v2.0, chapter 7), which arrive at any later boundary where their
 * target has interrupts enabled; and on_each_cpu(), whose caller waits until all handlers have acknowledged them. */
#include "sim/machine/service-parts.h"

#include <string.h>

static Ipi *ipi_at(const World *world, guint i)
{
    return &g_array_index(world->ipis, Ipi, i);
}

static gint compare(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(Ipi)); /* any order will do, as long as it is one */
}

static void send(const Machine *machine, const World *world, MachineStep *step, HartSet targets, bool waits)
{
    World *next = step_world(step, world);
    for (guint h = 0; h < world->n_harts; h++) {
        Ipi ipi = { .target = (uint8_t)h, .sender = step->task.id, .waits = waits };
        ipi.begin = service_now(machine, world);
        bool takes = program_hart(machine->program, h)->trap_handler;
        if (hart_set_has(targets, h) && (takes || waits))
            g_array_append_val(next->ipis, ipi);
    }
    g_array_sort(next->ipis, compare);
    if (next->ipis->len > IPIS_MAX)
        service_misuse(step, "more IPIs on their way at a time than are kept track of");
}

void serve_send_ipi(const Machine *machine, const World *world, MachineStep *step)
{
    HartSet self = service_bit(&step->task), targets = service_targets(machine, &step->task);
    step->unsupported = service_cannot_interrupt(machine);
    service_return_from_sbi(step);
    service_synchronise(machine, &step->task, service_now(machine, world));
    if (targets & self && program_hart(machine->program, step->task.id)->trap_handler)
        step->task.hart.csr[CSR_SIP] |= 1ull << INTERRUPT_SOFTWARE;
    send(machine, world, step, targets & ~(self | world->offline), false);
}

void serve_on_each_cpu(const Machine *machine, const World *world, MachineStep *step)
{
    HartSet self = service_bit(&step->task);
    step->unsupported = service_cannot_call(machine, step->task.id);
    service_return(step);
    service_synchronise(machine, &step->task, service_now(machine, world));
    HartSet targets = hart_set_all(world->n_harts) & ~(self | world->offline);
    if (!targets || step->unsupported)
        return;
    step->task.status = TASK_CALLING;
    send(machine, world, step, targets, true);
}

void serve_ack(const Machine *machine, const World *world, MachineStep *step)
{
    service_return(step);
    service_synchronise(machine, &step->task, service_now(machine, world));
    World *next = step_world(step, world);
    for (guint i = 0; i < next->ipis->len; i++)
        if (ipi_at(next, i)->target == step->task.id && ipi_at(next, i)->state == IPI_TAKEN)
            ipi_at(next, i)->state = IPI_ACKNOWLEDGED;
    g_array_sort(next->ipis, compare);
}

bool service_ipi_is_open(const World *world, guint hart)
{
    for (guint i = 0; i < world->ipis->len; i++)
        if (ipi_at(world, i)->target == hart && ipi_at(world, i)->state != IPI_ACKNOWLEDGED)
            return true;
    return false;
}

/* The i-th IPI arrives at the step's task. */
static void arrive(const Machine *machine, const World *world, MachineStep *step, guint i)
{
    World *next = step_world(step, world);
    service_synchronise(machine, &step->task, ipi_at(world, i)->begin);
    step->other = ipi_at(world, i)->sender;
    if (ipi_at(world, i)->waits)
        ipi_at(next, i)->state = IPI_TAKEN;
    else
        g_array_remove_index(next->ipis, i);
    g_array_sort(next->ipis, compare);
}

void offer_ipis(Machine *machine, const Task *task, const World *world, GArray *steps)
{
    Task before = *task;
    /* Interrupts are disabled only once everybody is parked. */
    bool parking = task->status == TASK_PARKED && world->stop_owner && !world->stopped;
    if (parking) {
        before.status = task->was_running;
        before.was_running = 0;
    }
    bool takes = task_takes_ipi(machine, &before);
    /* What arrives before the handler has cleared sip.SSIP is taken together with what the handler was entered for. */
    bool joins = !takes && task->hart.csr[CSR_SIP] >> INTERRUPT_SOFTWARE & 1 && task->hart.phase == PHASE_BOUNDARY &&
                 task->depth > 0 && task->status != TASK_PARKED;
    for (guint i = 0; i < world->ipis->len && (takes || joins); i++) {
        if (ipi_at(world, i)->target != task->id || ipi_at(world, i)->state != IPI_SENT ||
            (i > 0 && !memcmp(ipi_at(world, i), ipi_at(world, i - 1), sizeof(Ipi))))
            continue;
        MachineStep step = step_begin(takes ? STEP_INTERRUPT : STEP_ARRIVE, &before);
        step.argument = INTERRUPT_SOFTWARE;
        if (takes)
            task_take_ipi(machine, &step.task);
        arrive(machine, world, &step, i);
        if (parking)
            step.world->parked &= ~service_bit(task);
        g_array_append_val(steps, step);
    }
}

void offer_acknowledged(const Machine *machine, const Task *task, const World *world, GArray *steps)
{
    for (guint i = 0; i < world->ipis->len; i++)
        if (ipi_at(world, i)->sender == task->id && ipi_at(world, i)->waits &&
            ipi_at(world, i)->state != IPI_ACKNOWLEDGED)
            return;
    MachineStep step = step_begin(STEP_SERVED, task);
    step.task.status = TASK_RUNNING;
    service_synchronise(machine, &step.task, service_now(machine, world));
    World *next = step_world(&step, world);
    for (guint i = next->ipis->len; i-- > 0;)
        if (ipi_at(next, i)->sender == task->id && ipi_at(next, i)->waits)
            g_array_remove_index(next->ipis, i);
    g_array_append_val(steps, step);
}
