/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPIs, and a task that goes on on another hart, for a hart alone. */
#include "sim/machine/solo-message.h"

enum {
    REG_A0 = 10,
    REG_A1 = 11,
    OPEN_MAX = 4
};

/* ---- IPIs */

void solo_serve_send_ipi(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    solo->must_split = solo->must_split || solo->several;
    HartSet self = hart_set_of(solo->hart), targets = service_targets(solo->machine, &local->task);
    Message message = { .kind = MESSAGE_IPI, .asker = (uint8_t)solo->hart };
    View low = solo_before_sbi(solo, &local->views, step);
    step->unsupported = service_cannot_interrupt(solo->machine);
    service_return(step);
    if (step->unsupported)
        return solo_append(steps, step);
    step->task.hart.x[REG_A0] = step->task.hart.x[REG_A1] = 0; /* SBI_SUCCESS */
    step->hart.views.reg[REG_A0] = step->hart.views.reg[REG_A1] = 0;
    if (targets & self && program_hart(solo->machine->program, solo->hart)->trap_handler)
        step->task.hart.csr[CSR_SIP] |= 1ull << INTERRUPT_SOFTWARE;
    for (guint h = 0; h < solo->machine->program->harts->len; h++)
        if (!program_hart(solo->machine->program, h)->trap_handler)
            targets &= ~hart_set_of(h);
    targets &= ~self;
    if (!targets)
        return solo_append(steps, step);
    message.value = (uint64_t)targets;
    message.address = (uint64_t)(targets >> 64);
    SoloPlaces places;
    solo_find_places(solo, local, &message, low, &places);
    for (guint i = 0; i < places.n; i++) {
        MachineStep sent = solo_claim(solo, step, &message, &places, i);
        if (!solo->machine->options->model->rvwmo_data)
            solo_synchronise(&sent.hart.views, places.stamp[i]);
        solo_append(steps, &sent);
    }
}

/* The taken ones are done with: whatever comes now may come after their ends. */
void solo_serve_ack(MachineStep *step, GArray *steps)
{
    Views *views = &step->hart.views;
    service_return(step);
    for (guint i = 0; i < G_N_ELEMENTS(views->taken); i++) {
        if (views->taken[i])
            stamps_add(&views->passed, views->taken[i]);
        views->taken[i] = 0;
    }
    solo_append(steps, step);
}

static bool is_taken(const Views *views, guint ts)
{
    for (guint i = 0; i < G_N_ELEMENTS(views->taken); i++)
        if (views->taken[i] == ts)
            return true;
    return false;
}

/* An IPI that may arrive, if the hart takes one, in the timeline behind `after`; 0: none. */
static guint next_ipi(const Solo *solo, const Local *local, guint after)
{
    const GArray *messages = solo_messages(solo);
    View horizon = solo_horizon(messages, local->task.id, &local->views);
    for (guint ts = 1; ts <= messages->len && ts < horizon && !local->views.offline; ts++) {
        const Message *message = &g_array_index(messages, Message, ts - 1);
        bool other = message->hart != HART_SELF;
        if (ts > after && other && (message->kind == MESSAGE_CALL || message->kind == MESSAGE_IPI) &&
            hart_set_has(solo_targets(message), solo->hart) && !stamps_has(&local->views.passed, ts) &&
            !is_taken(&local->views, ts))
            return ts;
    }
    return 0;
}

bool solo_is_interrupted(const Solo *solo, const Local *local)
{
    return next_ipi(solo, local, 0) && task_takes_ipi(solo->machine, &local->task);
}

/* Notes that the IPI has arrived. */
static void arrive(MachineStep *step, const Message *message, guint ts)
{
    Views *views = &step->hart.views;
    step->other = message->asker;
    step->argument = INTERRUPT_SOFTWARE;
    view_raise(&views->read_new, (View)ts);
    view_raise(&views->write_new, (View)ts);
    if (message->kind == MESSAGE_IPI) {
        stamps_add(&views->passed, ts);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(views->taken); i++)
        if (!views->taken[i]) {
            views->taken[i] = (View)ts;
            return;
        }
    step->unsupported = "more IPIs taken and not acknowledged than are kept track of";
}

void solo_offer_ipis(const Solo *solo, const Local *local, GArray *steps)
{
    const Task *task = &local->task;
    bool takes = task_takes_ipi(solo->machine, task);
    /* What arrives before the handler has cleared sip.SSIP is taken together with what the handler was entered for. */
    bool joins = !takes && task->hart.csr[CSR_SIP] >> INTERRUPT_SOFTWARE & 1 && task->hart.phase == PHASE_BOUNDARY &&
                 task->depth > 0 && task->status != TASK_PARKED;
    for (guint ts = 0; (takes || joins) && (ts = next_ipi(solo, local, ts));) {
        MachineStep step = solo_step_begin(takes ? STEP_INTERRUPT : STEP_ARRIVE, local);
        if (takes)
            task_take_ipi(solo->machine, &step.task);
        arrive(&step, &g_array_index(solo_messages(solo), Message, ts - 1), ts);
        solo_append(steps, &step);
    }
}

/* ---- migration */

/* The end of a request or stop that begins at ts, by the same hart; 0: not in the timeline. */
static guint end_of(const GArray *messages, guint ts)
{
    const Message *begin = &g_array_index(messages, Message, ts - 1);
    for (guint end = ts + 1; end <= messages->len; end++) {
        const Message *message = &g_array_index(messages, Message, end - 1);
        if (message->kind == begin->kind + 1 &&
            (begin->kind == MESSAGE_STOP ? message->hart == begin->hart : message->asker == begin->asker))
            return end;
    }
    return 0;
}

/* What every hart fetches at least, after the services that this one has seen the end of; `open`: requests in which it has done
 * its part but that may still be going on, *n of them (perhaps more than OPEN_MAX). */
static View fenced_until(const Solo *solo, const Local *local, guint open[OPEN_MAX], guint *n)
{
    const GArray *messages = solo_messages(solo);
    guint seen = view_join((View)solo_certainly_seen(&local->views),
                           view_join(local->views.fetch, local->views.fetched)); /* a trap is precise */
    View fenced = 0;
    *n = 0;
    for (guint ts = 1; ts <= messages->len; ts++) {
        const Message *message = &g_array_index(messages, Message, ts - 1);
        bool own = message->hart == HART_SELF;
        bool took_part = own ? !stamps_has(&local->views.promised, ts) : stamps_has(&local->views.passed, ts);
        guint end = end_of(messages, ts);
        if (!took_part)
            continue;
        if (message->kind == MESSAGE_STOP && message->value & STOP_WAITERS_FENCE_I && end)
            if (!own || (!local->views.stopping && !stamps_has(&local->views.promised, end)))
                view_raise(&fenced, (View)end);
        if (message->kind != MESSAGE_FENCE || !hart_set_has(solo_targets(message), solo->hart))
            continue;
        if (own || (end && end <= seen))
            view_raise(&fenced, (View)ts);
        else if ((*n)++ < OPEN_MAX)
            open[*n - 1] = ts;
    }
    return fenced;
}

void solo_offer_migrations(const Solo *solo, const Local *local, GArray *steps)
{
    const Task *task = &local->task;
    const HartSpec *spec = program_hart(solo->machine->program, solo->hart);
    const Model *model = solo->machine->options->model;
    guint at;
    bool sleeps = solo_sleeps(solo, local, 0, G_MAXUINT, &at);
    bool awake = service_may_park(solo->machine, task, 0, false);
    if (task->status != TASK_RUNNING || task->migrations_made >= spec->migrations || model->coherent_fetch ||
        task->hart.phase != PHASE_BOUNDARY || !(awake || (sleeps && service_may_park(solo->machine, task, 0, true))))
        return;
    guint open[OPEN_MAX], n;
    View fenced = fenced_until(solo, local, open, &n);
    MachineStep base = solo_step_begin(STEP_MIGRATE, local);
    base.task.migrations_made++;
    if (!awake)
        solo_synchronise(&base.hart.views, (View)at);
    if (n > OPEN_MAX) {
        base.unsupported = "a migration while more services are going on than are kept track of";
        return solo_append(steps, &base);
    }
    for (guint undone = 0; undone < 1u << n; undone++) {
        MachineStep step = base;
        View until = fenced;
        for (guint i = 0; i < n; i++) {
            if (undone >> i & 1)
                stamps_remove(&step.hart.views.passed, open[i]);
            else
                view_raise(&until, (View)open[i]);
        }
        step.argument = undone;
        hart_migrate_views(model, &step.hart.views, until);
        if (spec->migration_fences)
            hart_fence_i_views(model, &step.hart.views, 0);
        solo_append(steps, &step);
    }
}
