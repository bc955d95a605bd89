/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a hart asks of others, for a hart alone: a request and its end are messages of the timeline. */
#include "sim/machine/solo-message.h"

enum {
    REG_A0 = 10,
    REG_A1 = 11
};

static Message request(const Solo *solo, MessageKind kind, HartSet targets)
{
    Message message = { .kind = (uint8_t)kind, .asker = (uint8_t)solo->hart };
    message.value = (uint64_t)targets;
    message.address = (uint64_t)(targets >> 64);
    return message;
}

/* The step asks, and waits in `status`. */
static void ask(Solo *solo, const Local *local, const MachineStep *step, const Message *message, View low,
                TaskStatus status, GArray *steps)
{
    SoloPlaces places;
    solo_find_places(solo, local, message, low, &places);
    for (guint i = 0; i < places.n; i++) {
        MachineStep asked = solo_claim(solo, step, message, &places, i);
        solo_synchronise(&asked.hart.views, places.stamp[i]);
        asked.task.status = (uint8_t)status;
        solo_append(steps, &asked);
    }
}

/* ---- the requests */

View solo_before_sbi(const Solo *solo, const Views *views, const MachineStep *step)
{
    const Options *options = solo->machine->options;
    View fetched = solo_fetch_view(step);
    if (options->sbi_order != SBI_DEVICE || !options->model->rvwmo_data)
        return solo_everything(views, fetched);
    /* Ordering by fence.i and by being fetched is among accesses to memory; a device is none. */
    return view_join(views->output, view_join(views->control, views->clock));
}

void solo_serve_fence(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    const Options *options = solo->machine->options;
    solo->must_split = solo->must_split || solo->several;
    HartSet self = hart_set_of(solo->hart), targets = service_targets(solo->machine, &local->task);
    View low = solo_before_sbi(solo, &local->views, step);
    service_return(step);
    step->task.hart.x[REG_A0] = step->task.hart.x[REG_A1] = 0; /* SBI_SUCCESS */
    step->hart.views.reg[REG_A0] = step->hart.views.reg[REG_A1] = 0;
    if (targets & self)
        hart_fence_i_views(options->model, &step->hart.views, 0);
    bool unseen =
        options->model->coherent_fetch && options->fetch_atomicity == FETCH_WHOLE && options->pair != PAIR_MASKED;
    bool counts_alone = targets & self && program_hart(solo->machine->program, solo->hart)->migrations;
    if (unseen || !(targets & ~self || counts_alone))
        return solo_append(steps, step);
    /* The call goes through M-mode, and an interrupt. */
    Message message = request(solo, MESSAGE_FENCE, targets);
    ask(solo, local, step, &message, low, TASK_FENCING, steps);
}

void solo_serve_grace(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    solo->must_split = solo->must_split || solo->several;
    HartSet targets = hart_set_all(solo->machine->program->harts->len) & ~hart_set_of(solo->hart);
    Message message = request(solo, MESSAGE_GRACE, targets);
    View low = solo_everything(&local->views, solo_fetch_view(step));
    service_return(step);
    ask(solo, local, step, &message, low, TASK_GRACE, steps);
}

void solo_serve_on_each_cpu(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    solo->must_split = solo->must_split || solo->several;
    HartSet targets = hart_set_all(solo->machine->program->harts->len) & ~hart_set_of(solo->hart);
    Message message = request(solo, MESSAGE_CALL, targets);
    View low = solo_before_sbi(solo, &local->views, step);
    step->unsupported = service_cannot_call(solo->machine, solo->hart);
    service_return(step);
    if (step->unsupported)
        return solo_append(steps, step);
    ask(solo, local, step, &message, low, TASK_CALLING, steps);
}

static MessageKind kind_waited_for(const Task *task)
{
    return task->status == TASK_FENCING ? MESSAGE_FENCE : task->status == TASK_GRACE ? MESSAGE_GRACE : MESSAGE_CALL;
}

/* Everybody asked has done it: those who have not by then have no part in this timeline. */
void solo_offer_served(Solo *solo, const Local *local, GArray *steps)
{
    const Views *views = &local->views;
    const GArray *messages = solo_messages(solo);
    MessageKind kind = kind_waited_for(&local->task);
    guint begin = messages->len;
    while (begin > 0 &&
           (g_array_index(messages, Message, begin - 1).kind != kind ||
            g_array_index(messages, Message, begin - 1).hart != HART_SELF || stamps_has(&views->promised, begin)))
        begin--;
    g_assert(begin > 0);
    Message message = { .kind = (uint8_t)(kind + 1), .asker = (uint8_t)solo->hart };
    message.value = g_array_index(messages, Message, begin - 1).value;
    message.address = g_array_index(messages, Message, begin - 1).address;
    const Options *options = solo->machine->options;
    bool device = options->sbi_order == SBI_DEVICE && options->model->rvwmo_data && kind != MESSAGE_GRACE;
    View low = device ? view_join(view_join(views->control, views->clock), (View)begin) : solo_everything(views, 0);
    SoloPlaces places;
    solo_find_places(solo, local, &message, low, &places);
    MachineStep step = solo_step_begin(STEP_SERVED, local);
    step.task.status = TASK_RUNNING;
    for (guint i = 0; i < places.n; i++) {
        MachineStep served = solo_claim(solo, &step, &message, &places, i);
        solo_synchronise(&served.hart.views, places.stamp[i]);
        solo_append(steps, &served);
    }
    solo->may_wait = solo->may_wait || kind != MESSAGE_FENCE;
}

/* ---- the parts of the others */

/* Whether the message asks something of this hart that it has yet to do. */
static bool asks(const Solo *solo, const Local *local, guint ts)
{
    const Message *message = &g_array_index(solo_messages(solo), Message, ts - 1);
    return message->hart != HART_SELF && !stamps_has(&local->views.passed, ts) &&
           (message_is_request(message->kind) || message->kind == MESSAGE_IPI) &&
           hart_set_has(solo_targets(message), solo->hart);
}

/* The end of a request; 0: it is not in the timeline. */
static guint end_of(const Solo *solo, guint ts)
{
    const GArray *messages = solo_messages(solo);
    const Message *message = &g_array_index(messages, Message, ts - 1);
    for (guint end = ts + 1; end <= messages->len; end++) {
        const Message *other = &g_array_index(messages, Message, end - 1);
        if (other->kind == message->kind + 1 && other->asker == message->asker)
            return end;
    }
    return 0;
}

HartSet solo_owes(const Solo *solo, const Local *local)
{
    const GArray *messages = solo_messages(solo);
    HartSet owes = 0;
    for (guint ts = 1; ts <= messages->len && !local->views.offline; ts++) {
        const Message *message = &g_array_index(messages, Message, ts - 1);
        if ((message->kind == MESSAGE_CALL || message->kind == MESSAGE_GRACE) && asks(solo, local, ts) &&
            !end_of(solo, ts))
            owes |= hart_set_of(message->asker);
    }
    return owes;
}

/* Whether the next stop that the hart takes part in is of the hart that has asked for a schedule point. It cannot ask for a stop
 * before it has been served: a hart that waits for its own stop in the meantime would have come first. */
static bool is_overtaken(const Solo *solo, const Local *local, guint request)
{
    const Message *asked = &g_array_index(solo_messages(solo), Message, request - 1);
    for (guint ts = request + 1; ts <= solo_messages(solo)->len; ts++) {
        const Message *message = &g_array_index(solo_messages(solo), Message, ts - 1);
        bool own = message->hart == HART_SELF;
        if (message->kind == MESSAGE_STOP && own == stamps_has(own ? &local->views.promised : &local->views.passed, ts))
            return !own && message->asker == asked->asker;
    }
    return false;
}

/* Whether the hart passes a schedule point here, as a request asks; *at: that is behind this message. */
static bool passes(const Solo *solo, const Local *local, guint request, guint *at)
{
    guint end = end_of(solo, request);
    *at = request;
    if (local->task.status == TASK_STOPPING && is_overtaken(solo, local, request))
        return false;
    return service_is_quiescent(solo->machine, &local->task, false) ||
           (solo_sleeps(solo, local, request, end ? end : G_MAXUINT, at) &&
            service_is_quiescent(solo->machine, &local->task, true));
}

bool solo_may_quiesce(const Solo *solo, const Local *local)
{
    guint at;
    for (guint ts = 1; ts <= solo_messages(solo)->len && !local->views.offline; ts++)
        if (g_array_index(solo_messages(solo), Message, ts - 1).kind == MESSAGE_GRACE && asks(solo, local, ts) &&
            passes(solo, local, ts, &at))
            return true;
    return false;
}

static void do_fence(const Solo *solo, const Local *local, guint ts, GArray *steps)
{
    const Task *task = &local->task;
    if (task->hart.phase != PHASE_BOUNDARY || service_masked(solo->machine, task))
        return;
    MachineStep step = solo_step_begin(STEP_FENCE_I, local);
    Views *views = &step.hart.views;
    step.other = g_array_index(solo_messages(solo), Message, ts - 1).asker;
    stamps_add(&views->passed, ts);
    hart_fence_i_views(solo->machine->options->model, views, (View)ts);
    view_raise(&views->read_new, (View)ts);
    view_raise(&views->write_new, (View)ts);
    solo_append(steps, &step);
}

static void quiesce(const Solo *solo, const Local *local, guint ts, GArray *steps)
{
    guint at;
    if (!passes(solo, local, ts, &at))
        return;
    MachineStep step = solo_step_begin(STEP_QUIESCE, local);
    Views *views = &step.hart.views;
    step.other = g_array_index(solo_messages(solo), Message, ts - 1).asker;
    stamps_add(&views->passed, ts);
    solo_synchronise(views, view_join(solo_everything(views, 0), (View)at));
    solo_append(steps, &step);
}

void solo_offer_parts(const Solo *solo, const Local *local, GArray *steps)
{
    const GArray *messages = solo_messages(solo);
    View horizon = solo_horizon(messages, local->task.id, &local->views);
    for (guint ts = 1; ts <= messages->len && ts < horizon && !local->views.offline; ts++) {
        const Message *message = &g_array_index(messages, Message, ts - 1);
        if (message->hart != HART_SELF && message->kind == MESSAGE_STOP && !stamps_has(&local->views.passed, ts))
            return; /* what comes after it can only be seen from inside it */
        if (message->kind == MESSAGE_FENCE && asks(solo, local, ts))
            do_fence(solo, local, ts, steps);
        if (message->kind == MESSAGE_GRACE && asks(solo, local, ts))
            quiesce(solo, local, ts, steps);
    }
}

/* ---- who is asked */

/* Whether the message asks for a part that the hart has not taken: as above, or to be parked. */
static bool wants(const Solo *solo, const Local *local, guint ts)
{
    const Message *message = &g_array_index(solo_messages(solo), Message, ts - 1);
    bool stop = message->kind == MESSAGE_STOP && message->hart != HART_SELF && !stamps_has(&local->views.passed, ts);
    return stop || asks(solo, local, ts);
}

guint solo_asked_at(const Solo *solo, const Local *local, guint until)
{
    for (guint ts = 1; ts <= MIN(until, solo_messages(solo)->len) && !local->views.offline; ts++)
        if (wants(solo, local, ts))
            return ts;
    return 0;
}

void solo_serve_online(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    bool online = step->service == SERVICE_ONLINE;
    Message message = { .kind = online ? MESSAGE_ONLINE : MESSAGE_OFFLINE, .asker = (uint8_t)solo->hart };
    SoloPlaces places;
    solo_find_places(solo, local, &message, solo_everything(&local->views, solo_fetch_view(step)), &places);
    service_return(step);
    if (local->views.offline == !online) /* as it is */
        return solo_append(steps, step);
    step->hart.views.offline = !online;
    for (guint i = 0; i < places.n; i++) {
        guint place = places.stamp[i];
        if (solo_is_stopped_at(solo, place)) /* hotplug waits for stop_machine, and the other way round */
            continue;
        if (solo_asked_at(solo, local, place - 1)) /* what it was asked for while it was online, it does */
            continue;
        MachineStep counted = solo_claim(solo, step, &message, &places, i);
        for (guint ts = 1; ts < place && online; ts++)
            if (wants(solo, local, ts)) /* of a hart that was offline: not its business */
                stamps_add(&counted.hart.views.passed, ts);
        solo_synchronise(&counted.hart.views, places.stamp[i]);
        solo_append(steps, &counted);
    }
}
