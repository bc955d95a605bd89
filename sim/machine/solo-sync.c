/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop_machine for a hart alone. */
#include "sim/machine/solo-message.h"

void solo_serve_stop_begin(Solo *solo, MachineStep *step, GArray *steps)
{
    solo->must_split = solo->must_split || solo->several; /* for its STOP names the hart */
    service_return(step);
    step->task.status = TASK_STOPPING;
    step->hart.views.stopping = (uint8_t)(1 + step->argument);
    solo_append(steps, step);
}

bool solo_is_stopped_at(const Solo *solo, guint place)
{
    bool open = false;
    for (guint ts = 1; ts < place; ts++) {
        uint8_t kind = g_array_index(solo_messages(solo), Message, ts - 1).kind;
        open = kind == MESSAGE_STOP || (open && kind != MESSAGE_STOP_END);
    }
    return open;
}

/* Everybody else is parked from here on: those who are not by then have no part in this timeline. */
void solo_offer_stopped(Solo *solo, const Local *local, GArray *steps)
{
    Message message = { .kind = MESSAGE_STOP, .value = local->views.stopping - 1u, .asker = (uint8_t)solo->hart };
    SoloPlaces places;
    solo_find_places(solo, local, &message, solo_everything(&local->views, 0), &places);
    MachineStep step = solo_step_begin(STEP_STOPPED, local);
    step.task.status = TASK_RUNNING;
    for (guint i = 0; i < places.n; i++) {
        if (solo_is_stopped_at(solo, places.stamp[i]))
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
    const Views *views = &local->views;
    View low = solo_everything(views, solo_fetch_view(step));
    bool relaxed = (views->stopping - 1u) & STOP_RELAXED_RELEASE && solo->machine->options->model->rvwmo_data;
    if (relaxed) /* a store like any other */
        low = view_join(view_join(views->write_new, solo_fetch_view(step)), view_join(views->control, views->clock));
    SoloPlaces places;
    solo_find_places(solo, local, &message, low, &places);
    service_return(step);
    step->hart.views.stopping = 0;
    for (guint i = 0; i < places.n; i++) {
        MachineStep ended = solo_claim(solo, step, &message, &places, i);
        if (relaxed)
            view_raise(&ended.hart.views.write_old, places.stamp[i]);
        else
            solo_synchronise(&ended.hart.views, places.stamp[i]);
        solo_append(steps, &ended);
    }
}

void solo_offer_park(const Solo *solo, const Local *local, GArray *steps)
{
    const GArray *messages = solo_messages(solo);
    for (guint i = 0; i < messages->len && !local->views.offline; i++) {
        const Message *message = &g_array_index(messages, Message, i);
        if (message->kind != MESSAGE_STOP || message->hart == HART_SELF || stamps_has(&local->views.passed, i + 1))
            continue;
        if (local->views.clock > i || !service_may_park(solo->machine, &local->task, (uint32_t)message->value,
                                                        solo_sleeps(solo, local, 0, i + 1, NULL)))
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

void solo_offer_resume(const Solo *solo, const Local *local, GArray *steps)
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
