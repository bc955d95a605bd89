/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of service.c for a hart alone. What one hart asks of all is a pair of messages, begin and end; the part
 * that every other hart takes in it is a condition on that hart's own run: what it did before its part comes before the
 * end, what it does after it comes after the begin. So harts stay independent of each other. */
#include "sim/machine/solo-message.h"

#include <string.h>

enum {
    REG_A0 = 10,
    REG_A1 = 11
};

/* ---- locks, marks, waiting for a value */

/* Services are called by ecalls that are part of no site, or the same in all its versions. */
static bool at_ecall(const Solo *solo, const Task *task)
{
    const Timeline *timeline = &solo->world.timeline;
    return image_section_at(timeline->image, task->hart.pc, 4) &&
           insn_decode((uint32_t)timeline_read(timeline, task->hart.pc, 4, G_MAXUINT, NULL)).kind == INSN_ECALL;
}

/* The newest message on a lock before `ts`, or NULL. */
static const Message *lock_before(const Solo *solo, uint64_t lock, guint ts)
{
    for (guint i = ts - 1; i-- > 0;) {
        const Message *message = &g_array_index(solo_messages(solo), Message, i);
        if ((message->kind == MESSAGE_LOCK || message->kind == MESSAGE_UNLOCK) && message->value == lock)
            return message;
    }
    return NULL;
}

/* Locks have addresses of their own, where no memory can be, so that a footprint can hold them. */
static uint64_t lock_address(uint64_t lock)
{
    return ORACLE_ZONE + 8 * lock;
}

bool solo_sleeps(const Solo *solo, const Local *local, guint from, guint until, guint *at)
{
    Service service;
    uint64_t argument;
    const Task *task = &local->task;
    guint now = MAX(from, solo_certainly_seen(&local->views)), end = MIN(until, solo_messages(solo)->len + 1), ignored;
    at = at ? at : &ignored;
    *at = now;
    if (task->status == TASK_STOPPING)
        return true;
    if (task->status != TASK_RUNNING || !at_ecall(solo, task) || !service_recognise(task->hart.x, &service, &argument))
        return false;
    if (service == SERVICE_OFFLINE) {
        guint asked = solo_asked_at(solo, local, end);
        *at = MAX(now, asked);
        return asked;
    }
    /* It stays parked when the lock is released after that moment. */
    for (guint ts = now + 1; ts <= end && service == SERVICE_LOCK; ts++) {
        const Message *last = lock_before(solo, argument, ts);
        *at = ts - 1;
        if (last && last->kind == MESSAGE_LOCK && last->hart != HART_SELF)
            return true;
    }
    return false;
}

static void serve_lock(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    Message message = { .kind = MESSAGE_LOCK, .value = step->argument, .address = lock_address(step->argument) };
    const Views *views = &local->views;
    SoloPlaces places;
    footprint_add(solo->footprint, message.address, 1);
    View low = view_join(view_join(views->control, views->clock), view_join(views->write_new, views->read_new));
    view_raise(&low, solo_fetch_view(step));
    solo_find_places(solo, local, &message, low, &places);
    service_return(step);
    for (guint i = 0; i < places.n; i++) {
        const Message *last = lock_before(solo, message.value, places.stamp[i]);
        if (last && last->kind == MESSAGE_LOCK)
            continue;
        MachineStep locked = solo_claim(solo, step, &message, &places, i);
        solo_synchronise(&locked.hart.views, places.stamp[i]);
        locked.hart.views.locks_held |= (uint8_t)(1u << message.value);
        solo_append(steps, &locked);
    }
}

static void serve_unlock(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    Message message = { .kind = MESSAGE_UNLOCK, .value = step->argument, .address = lock_address(step->argument) };
    if (!(local->views.locks_held >> step->argument & 1)) {
        step->unsupported = "the release of a lock that this hart does not hold";
        return solo_append(steps, step);
    }
    SoloPlaces places;
    footprint_add(solo->footprint, message.address, 1);
    solo_find_places(solo, local, &message, solo_everything(&local->views, solo_fetch_view(step)), &places);
    service_return(step);
    step->hart.views.locks_held &= (uint8_t) ~(1u << message.value);
    for (guint i = 0; i < places.n; i++) {
        MachineStep unlocked = solo_claim(solo, step, &message, &places, i);
        view_raise(&unlocked.hart.views.write_old, places.stamp[i]);
        if (!solo->machine->options->model->rvwmo_data)
            solo_synchronise(&unlocked.hart.views, places.stamp[i]);
        solo_append(steps, &unlocked);
    }
}

/* A mark is no access: it comes after what the hart has read so far, and after the stores that something orders before
 * whatever it stores next. */
static void serve_mark(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    Message message = { .kind = MESSAGE_MARK, .value = step->argument };
    const Views *views = &local->views;
    service_return(step);
    if (!solo->marks_matter)
        return solo_append(steps, step);
    SoloPlaces places;
    View low = view_join(view_join(views->read_old, views->write_new), view_join(views->control, views->clock));
    view_raise(&low, solo_fetch_view(step));
    solo_find_places(solo, local, &message, low, &places);
    for (guint i = 0; i < places.n; i++) {
        MachineStep marked = solo_claim(solo, step, &message, &places, i);
        marked.hart.views.clock = places.stamp[i];
        solo_append(steps, &marked);
    }
}

/* A load whose value lets the waiting end, and a branch on it. */
static void serve_await(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    uint64_t address = local->task.hart.x[REG_A0], wanted = local->task.hart.x[REG_A1];
    guint size = (guint)step->argument;
    if ((size != 1 && size != 2 && size != 4 && size != 8) || address % size) {
        step->unsupported = "await of a size or alignment that is none";
        return solo_append(steps, step);
    }
    if (!image_section_at(solo->world.timeline.image, address, size)) {
        step->unsupported = "await of an address outside memory";
        return solo_append(steps, step);
    }
    const Views *views = &local->views;
    bool is_sc = !solo->machine->options->model->rvwmo_data;
    MemoryUse used = solo_use(solo, address, size, false);
    View asked = view_join(views->reg[REG_A0], solo_fetch_view(step));
    View pre = view_join(asked, view_join(views->read_new, is_sc ? views->write_new : 0));
    uint64_t mask = size == 8 ? ~0ull : (1ull << 8 * size) - 1;
    ReadChoice choices[TIMELINE_MAX + 1];
    guint n = views_read(views, &solo->world.timeline, address, size, pre,
                         solo_horizon(solo_messages(solo), local->task.id, &local->views), choices);
    service_return(step);
    uint64_t newest = timeline_read(&solo->world.timeline, address, size, G_MAXUINT, NULL);
    solo->may_wait = ((newest & mask) == (wanted & mask)) != (step->service == SERVICE_AWAIT);
    for (guint i = 0; i < n; i++) {
        View post = choices[i].post;
        if (((choices[i].value & mask) == (wanted & mask)) != (step->service == SERVICE_AWAIT))
            continue;
        MachineStep done = *step;
        Views *after = &done.hart.views;
        if (used != MEMORY_CONSTANT && !views_raise_coherence(after, address, size, post))
            done.unsupported = "more shared memory used by one hart than is kept track of";
        view_raise(&after->read_old, post);
        view_raise(&after->control, view_join(post, view_join(views->reg[REG_A0], views->reg[REG_A1])));
        if (is_sc)
            solo_synchronise(after, post);
        done.hart.loads = true;
        done.hart.load_address = address;
        done.hart.load_size = (uint8_t)size;
        done.hart.load_value = choices[i].value;
        memcpy(done.hart.load_from, choices[i].stamp, size * sizeof *choices[i].stamp);
        solo_append(steps, &done);
    }
}

/* ---- all of them */

void solo_serve_ecall(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    if (!service_recognise(step->task.hart.x, &step->service, &step->argument)) {
        /* No version of a patched site may have an ecall here: then it is not for the SBI to say what follows. */
        step->hart.status = HART_TRAP;
        step->hart.cause = CAUSE_ECALL;
        step->kind = STEP_EXECUTE;
        return solo_append(steps, step);
    }
    switch (step->service) {
    case SERVICE_SCHEDULE:
        service_return(step);
        return solo_append(steps, step);
    case SERVICE_STOP_BEGIN:
        return solo_serve_stop_begin(solo, step, steps);
    case SERVICE_STOP_END:
        return solo_serve_stop_end(solo, local, step, steps);
    case SERVICE_LOCK:
        return serve_lock(solo, local, step, steps);
    case SERVICE_UNLOCK:
        return serve_unlock(solo, local, step, steps);
    case SERVICE_MARK:
        return serve_mark(solo, local, step, steps);
    case SERVICE_AWAIT:
    case SERVICE_AWAIT_NOT:
        return serve_await(solo, local, step, steps);
    case SERVICE_REMOTE_FENCE_I:
        return solo_serve_fence(solo, local, step, steps);
    case SERVICE_SYNCHRONIZE_RCU_TASKS:
        return solo_serve_grace(solo, local, step, steps);
    case SERVICE_ON_EACH_CPU:
        return solo_serve_on_each_cpu(solo, local, step, steps);
    case SERVICE_SEND_IPI:
        return solo_serve_send_ipi(solo, local, step, steps);
    case SERVICE_ACK:
        return solo_serve_ack(step, steps);
    case SERVICE_ONLINE:
    case SERVICE_OFFLINE:
        return solo_serve_online(solo, local, step, steps);
    }
    g_assert_not_reached();
}

void solo_serve_waiting(Solo *solo, const Local *local, GArray *steps)
{
    switch ((TaskStatus)local->task.status) {
    case TASK_RUNNING:
    case TASK_IDLE:
        solo_offer_park(solo, local, steps);
        break;
    case TASK_PARKED:
        solo_offer_resume(solo, local, steps);
        break;
    case TASK_STOPPING:
        solo_offer_stopped(solo, local, steps);
        solo_offer_park(solo, local, steps);
        break;
    case TASK_GRACE:
        solo_offer_park(solo, local, steps);
        solo_offer_served(solo, local, steps);
        break;
    case TASK_FENCING:
    case TASK_CALLING:
        solo_offer_served(solo, local, steps);
        break;
    case TASK_DONE:
    case TASK_CRASHED:
        return;
    }
    solo_offer_parts(solo, local, steps);
    solo_offer_ipis(solo, local, steps);
    solo_offer_migrations(solo, local, steps);
}
