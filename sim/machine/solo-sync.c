/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop_machine and remote fence.i for a hart alone. */
#include "sim/machine/solo-message.h"

enum {
    REG_A0 = 10,
    REG_A1 = 11
};

void solo_serve_stop_begin(MachineStep *step, GArray *steps)
{
    service_return(step);
    step->task.status = TASK_STOPPING;
    step->hart.views.stopping = (uint8_t)(1 + step->argument);
    solo_append(steps, step);
}

/* Everybody else is parked from here on: those who are not by then have no part in this timeline. */
static void offer_stopped(Solo *solo, const Local *local, GArray *steps)
{
    Message message = { .kind = MESSAGE_STOP, .value = local->views.stopping - 1u };
    SoloPlaces places;
    solo_find_places(solo, local, &message, solo_everything(&local->views, 0), &places);
    MachineStep step = solo_step_begin(STEP_STOPPED, local);
    step.task.status = TASK_RUNNING;
    for (guint i = 0; i < places.n; i++) {
        bool open = false;
        for (guint ts = 1; ts < places.stamp[i]; ts++) {
            uint8_t kind = g_array_index(solo_messages(solo), Message, ts - 1).kind;
            open = kind == MESSAGE_STOP || (open && kind != MESSAGE_STOP_END);
        }
        if (open)
            continue;
        MachineStep stopped = solo_claim(solo, &step, &message, &places, i);
        solo_synchronise(&stopped.hart.views, places.stamp[i]);
        solo_append(steps, &stopped);
    }
}

void solo_serve_stop_end(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    Message message = { .kind = MESSAGE_STOP_END };
    if (!local->views.stopping) {
        step->unsupported = "the end of a stop_machine that this hart has not begun";
        return solo_append(steps, step);
    }
    SoloPlaces places;
    solo_find_places(solo, local, &message, solo_everything(&local->views, solo_fetch_view(step)), &places);
    service_return(step);
    step->hart.views.stopping = 0;
    for (guint i = 0; i < places.n; i++) {
        MachineStep ended = solo_claim(solo, step, &message, &places, i);
        solo_synchronise(&ended.hart.views, places.stamp[i]);
        solo_append(steps, &ended);
    }
}

static void offer_park(const Solo *solo, const Local *local, GArray *steps)
{
    const GArray *messages = solo_messages(solo);
    for (guint i = 0; i < messages->len; i++) {
        const Message *message = &g_array_index(messages, Message, i);
        if (message->kind != MESSAGE_STOP || message->hart == HART_SELF || stamps_has(&local->views.passed, i + 1))
            continue;
        if (local->views.clock > i ||
            !service_may_park(solo->machine, &local->task, (uint32_t)message->value, solo_sleeps(solo, local, i + 1)))
            return;
        MachineStep step = solo_step_begin(STEP_PARK, local);
        step.task.was_running = step.task.status;
        step.task.status = TASK_PARKED;
        stamps_add(&step.hart.views.passed, i + 1);
        return solo_append(steps, &step);
    }
}

/* The last stop that the hart has parked for, and its end; 0 if there is none yet. */
static guint stop_and_end(const Solo *solo, const Local *local, guint *end)
{
    const GArray *messages = solo_messages(solo);
    guint stop = 0;
    *end = 0;
    for (guint ts = 1; ts <= messages->len; ts++) {
        const Message *message = &g_array_index(messages, Message, ts - 1);
        if (message->kind == MESSAGE_STOP && message->hart != HART_SELF && stamps_has(&local->views.passed, ts)) {
            stop = ts;
            *end = 0;
        }
        if (message->kind == MESSAGE_STOP_END && message->hart != HART_SELF && stop && !*end)
            *end = ts;
    }
    return stop;
}

static void offer_resume(const Solo *solo, const Local *local, GArray *steps)
{
    const GArray *messages = solo_messages(solo);
    guint end, stop = stop_and_end(solo, local, &end);
    /* A fence.i asked for and done while everybody is parked has been run by then. */
    if (!end || solo_horizon(messages, local->task.id, &local->views) < end)
        return;
    MachineStep step = solo_step_begin(STEP_RESUME, local);
    step.task.status = step.task.was_running;
    step.task.was_running = 0;
    step.argument = g_array_index(messages, Message, stop - 1).value;
    solo_synchronise(&step.hart.views, (View)end);
    if (step.argument & STOP_WAITERS_FENCE_I)
        hart_fence_i_views(solo->machine->options->model, &step.hart.views, (View)end);
    solo_append(steps, &step);
}

/* ---- remote fence.i */

void solo_serve_fence(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    const Machine *machine = solo->machine;
    const Options *options = machine->options;
    solo->must_split = solo->must_split || solo->several;
    HartSet self = hart_set_of(solo->hart), targets = service_fence_targets(machine, &local->task);
    service_return(step);
    step->task.hart.x[REG_A0] = step->task.hart.x[REG_A1] = 0; /* SBI_SUCCESS */
    step->hart.views.reg[REG_A0] = step->hart.views.reg[REG_A1] = 0;
    if (targets & self)
        hart_fence_i_views(options->model, &step->hart.views, 0);
    targets &= ~self;
    bool unseen =
        options->model->coherent_fetch && options->fetch_atomicity == FETCH_WHOLE && options->pair != PAIR_MASKED;
    if (unseen || !targets)
        return solo_append(steps, step);
    /* The call goes through M-mode, and an interrupt: what the caller did before comes before. */
    Message message = { .kind = MESSAGE_FENCE, .asker = (uint8_t)solo->hart };
    message.value = (uint64_t)targets;
    message.address = (uint64_t)(targets >> 64);
    SoloPlaces places;
    solo_find_places(solo, local, &message, solo_everything(&local->views, solo_fetch_view(step)), &places);
    for (guint i = 0; i < places.n; i++) {
        MachineStep asked = solo_claim(solo, step, &message, &places, i);
        solo_synchronise(&asked.hart.views, places.stamp[i]);
        asked.task.status = TASK_FENCING;
        solo_append(steps, &asked);
    }
}

static void offer_fenced(Solo *solo, const Local *local, GArray *steps)
{
    Message message = { .kind = MESSAGE_FENCE_END, .asker = (uint8_t)solo->hart };
    SoloPlaces places;
    const GArray *messages = solo_messages(solo);
    guint begin = messages->len;
    while (begin > 0 &&
           (g_array_index(messages, Message, begin - 1).kind != MESSAGE_FENCE ||
            g_array_index(messages, Message, begin - 1).hart != HART_SELF || stamps_has(&local->views.promised, begin)))
        begin--;
    g_assert(begin > 0);
    message.value = g_array_index(messages, Message, begin - 1).value;
    message.address = g_array_index(messages, Message, begin - 1).address;
    solo_find_places(solo, local, &message, solo_everything(&local->views, 0), &places);
    MachineStep step = solo_step_begin(STEP_FENCED, local);
    step.task.status = TASK_RUNNING;
    for (guint i = 0; i < places.n; i++) {
        MachineStep fenced = solo_claim(solo, &step, &message, &places, i);
        solo_synchronise(&fenced.hart.views, places.stamp[i]);
        solo_append(steps, &fenced);
    }
}

/* The SBI runs fence.i on this hart at a boundary, unseen, for a request that is in the timeline. */
static void offer_fences(const Solo *solo, const Local *local, GArray *steps)
{
    const GArray *messages = solo_messages(solo);
    if (local->task.hart.phase != PHASE_BOUNDARY || service_masked(solo->machine, &local->task))
        return;
    for (guint i = 0; i < messages->len; i++) {
        const Message *message = &g_array_index(messages, Message, i);
        bool other = message->hart != HART_SELF;
        if (other && message->kind == MESSAGE_STOP && !stamps_has(&local->views.passed, i + 1))
            return; /* what comes after it can only be seen from inside it */
        if (!other || message->kind != MESSAGE_FENCE || !hart_set_has(solo_fence_targets(message), solo->hart) ||
            stamps_has(&local->views.passed, i + 1))
            continue;
        MachineStep step = solo_step_begin(STEP_FENCE_I, local);
        Views *views = &step.hart.views;
        step.other = message->asker;
        stamps_add(&views->passed, i + 1);
        hart_fence_i_views(solo->machine->options->model, views, (View)(i + 1));
        view_raise(&views->read_new, (View)(i + 1));
        view_raise(&views->write_new, (View)(i + 1));
        solo_append(steps, &step);
    }
}

void solo_serve_waiting(Solo *solo, const Local *local, GArray *steps)
{
    switch ((TaskStatus)local->task.status) {
    case TASK_RUNNING:
        offer_park(solo, local, steps);
        break;
    case TASK_PARKED:
        offer_resume(solo, local, steps);
        break;
    case TASK_STOPPING:
        offer_stopped(solo, local, steps);
        offer_park(solo, local, steps);
        break;
    case TASK_FENCING:
        offer_fenced(solo, local, steps);
        break;
    case TASK_DONE:
    case TASK_CRASHED:
        return;
    }
    offer_fences(solo, local, steps);
}
