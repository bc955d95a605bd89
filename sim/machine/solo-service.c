/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of service.c for a hart alone. What one hart asks of all is a pair of messages, begin and end; the part
 * that every other hart takes in it is a condition on that hart's own run: what it did before its part comes before the
 * end, what it does after it comes after the begin. So harts stay independent of each other. */
#include "sim/machine/solo.h"

enum {
    REG_A0 = 10,
    REG_A1 = 11,
    REG_A7 = 17
};

/* Where a message of a service may stand in the timeline. */
typedef struct Places {
    View low; /* after this */
    guint n;
    View stamp[TIMELINE_MAX + 1];
    bool is_new[TIMELINE_MAX + 1];
} Places;

/* After every access so far, whatever its kind, and the fetch of the ecall (ir1; 0 of a step that is none). */
static View everything(const Views *views, View fetched)
{
    View read = view_join(views->read_old, views->read_new), write = view_join(views->write_old, views->write_new);
    return view_join(view_join(read, write), view_join(view_join(views->control, views->clock), fetched));
}

static View fetch_view(const MachineStep *step)
{
    return (View)step->hart.fetch.view;
}

static const GArray *messages_of(const Solo *solo)
{
    return solo->world.timeline.messages;
}

static bool same_message(const Message *a, const Message *b)
{
    return a->kind == b->kind && a->address == b->address && a->value == b->value && a->size == b->size &&
           a->asker == b->asker;
}

static void find_places(const Solo *solo, const Local *local, const Message *message, View low, Places *places)
{
    const GArray *messages = messages_of(solo);
    View horizon = solo_horizon(messages, local);
    places->low = low;
    places->n = 0;
    for (guint ts = low + 1u; ts <= messages->len && ts < horizon; ts++) {
        if (!stamps_has(&local->views.promised, ts) ||
            !same_message(&g_array_index(messages, Message, ts - 1), message))
            continue;
        places->stamp[places->n] = (View)ts;
        places->is_new[places->n++] = false;
    }
    if (solo->appends && horizon == VIEW_NEVER && messages->len < TIMELINE_MAX) {
        places->stamp[places->n] = (View)(messages->len + 1);
        places->is_new[places->n++] = true;
    }
}

/* The step that leaves the message at a place. The views of an access at that point are the caller's to raise. */
static MachineStep claim(const Solo *solo, const MachineStep *base, const Message *message, const Places *places,
                         guint i)
{
    MachineStep step = *base;
    Effect effect = { .message = *message, .stamp = places->stamp[i], .is_new = places->is_new[i] };
    effect.low = places->low;
    effect.message.hart = HART_SELF;
    if (!effect.is_new)
        stamps_remove(&step.hart.views.promised, effect.stamp);
    step.hart.first_effect = solo->effects->len;
    step.hart.n_effects = 1;
    g_array_append_val(solo->effects, effect);
    return step;
}

/* Everything later comes after `ts`, and a later fence.i passes it on to fetches. */
static void synchronise(Views *views, View ts)
{
    view_raise(&views->read_new, ts);
    view_raise(&views->write_new, ts);
    view_raise(&views->read_old, ts);
    view_raise(&views->write_old, ts);
}

static void append(GArray *steps, const MachineStep *step)
{
    g_array_append_vals(steps, step, 1);
}

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
        const Message *message = &g_array_index(messages_of(solo), Message, i);
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

bool solo_sleeps(const Solo *solo, const Local *local, guint until)
{
    Service service;
    uint64_t argument;
    const Task *task = &local->task;
    if (task->status == TASK_STOPPING)
        return true;
    if (task->status != TASK_RUNNING || !at_ecall(solo, task) ||
        !service_recognise(task->hart.x, &service, &argument) || service != SERVICE_LOCK)
        return false;
    const Message *last = lock_before(solo, argument, MIN(until, messages_of(solo)->len + 1));
    return last && last->kind == MESSAGE_LOCK && last->hart != HART_SELF;
}

static void serve_lock(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    Message message = { .kind = MESSAGE_LOCK, .value = step->argument, .address = lock_address(step->argument) };
    const Views *views = &local->views;
    Places places;
    footprint_add(solo->footprint, message.address, 1);
    View low = view_join(view_join(views->control, views->clock), view_join(views->write_new, views->read_new));
    view_raise(&low, fetch_view(step));
    find_places(solo, local, &message, low, &places);
    service_return(step);
    for (guint i = 0; i < places.n; i++) {
        const Message *last = lock_before(solo, message.value, places.stamp[i]);
        if (last && last->kind == MESSAGE_LOCK)
            continue;
        MachineStep locked = claim(solo, step, &message, &places, i);
        synchronise(&locked.hart.views, places.stamp[i]);
        locked.hart.views.locks_held |= (uint8_t)(1u << message.value);
        append(steps, &locked);
    }
}

static void serve_unlock(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    Message message = { .kind = MESSAGE_UNLOCK, .value = step->argument, .address = lock_address(step->argument) };
    if (!(local->views.locks_held >> step->argument & 1)) {
        step->unsupported = "the release of a lock that this hart does not hold";
        return append(steps, step);
    }
    Places places;
    footprint_add(solo->footprint, message.address, 1);
    find_places(solo, local, &message, everything(&local->views, fetch_view(step)), &places);
    service_return(step);
    step->hart.views.locks_held &= (uint8_t) ~(1u << message.value);
    for (guint i = 0; i < places.n; i++) {
        MachineStep unlocked = claim(solo, step, &message, &places, i);
        view_raise(&unlocked.hart.views.write_old, places.stamp[i]);
        if (!solo->machine->options->model->rvwmo_data)
            synchronise(&unlocked.hart.views, places.stamp[i]);
        append(steps, &unlocked);
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
        return append(steps, step);
    Places places;
    View low = view_join(view_join(views->read_old, views->write_new), view_join(views->control, views->clock));
    view_raise(&low, fetch_view(step));
    find_places(solo, local, &message, low, &places);
    for (guint i = 0; i < places.n; i++) {
        MachineStep marked = claim(solo, step, &message, &places, i);
        marked.hart.views.clock = places.stamp[i];
        append(steps, &marked);
    }
}

/* A load whose value lets the waiting end, and a branch on it. */
static void serve_await(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    uint64_t address = local->task.hart.x[REG_A0], wanted = local->task.hart.x[REG_A1];
    guint size = (guint)step->argument;
    if ((size != 1 && size != 2 && size != 4 && size != 8) || address % size) {
        step->unsupported = "await of a size or alignment that is none";
        return append(steps, step);
    }
    if (!image_section_at(solo->world.timeline.image, address, size)) {
        step->unsupported = "await of an address outside memory";
        return append(steps, step);
    }
    const Views *views = &local->views;
    bool is_sc = !solo->machine->options->model->rvwmo_data;
    MemoryUse used = solo_use(solo, address, size, false);
    View asked = view_join(views->reg[REG_A0], fetch_view(step));
    View pre = view_join(asked, view_join(views->read_new, is_sc ? views->write_new : 0));
    uint64_t mask = size == 8 ? ~0ull : (1ull << 8 * size) - 1;
    ReadChoice choices[TIMELINE_MAX + 1];
    guint n =
        views_read(views, &solo->world.timeline, address, size, pre, solo_horizon(messages_of(solo), local), choices);
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
            synchronise(after, post);
        done.hart.loads = true;
        done.hart.load_address = address;
        done.hart.load_size = (uint8_t)size;
        done.hart.load_value = choices[i].value;
        append(steps, &done);
    }
}

/* ---- stop_machine */

static void serve_stop_begin(MachineStep *step, GArray *steps)
{
    service_return(step);
    step->task.status = TASK_STOPPING;
    step->hart.views.stopping = (uint8_t)(1 + step->argument);
    append(steps, step);
}

/* Everybody else is parked from here on: those who are not by then have no part in this timeline. */
static void offer_stopped(Solo *solo, const Local *local, GArray *steps)
{
    Message message = { .kind = MESSAGE_STOP, .value = local->views.stopping - 1u };
    Places places;
    find_places(solo, local, &message, everything(&local->views, 0), &places);
    MachineStep step = solo_step_begin(STEP_STOPPED, local);
    step.task.status = TASK_RUNNING;
    for (guint i = 0; i < places.n; i++) {
        bool open = false;
        for (guint ts = 1; ts < places.stamp[i]; ts++) {
            uint8_t kind = g_array_index(messages_of(solo), Message, ts - 1).kind;
            open = kind == MESSAGE_STOP || (open && kind != MESSAGE_STOP_END);
        }
        if (open)
            continue;
        MachineStep stopped = claim(solo, &step, &message, &places, i);
        synchronise(&stopped.hart.views, places.stamp[i]);
        append(steps, &stopped);
    }
}

static void serve_stop_end(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
{
    Message message = { .kind = MESSAGE_STOP_END };
    if (!local->views.stopping) {
        step->unsupported = "the end of a stop_machine that this hart has not begun";
        return append(steps, step);
    }
    Places places;
    find_places(solo, local, &message, everything(&local->views, fetch_view(step)), &places);
    service_return(step);
    step->hart.views.stopping = 0;
    for (guint i = 0; i < places.n; i++) {
        MachineStep ended = claim(solo, step, &message, &places, i);
        synchronise(&ended.hart.views, places.stamp[i]);
        append(steps, &ended);
    }
}

static void offer_park(const Solo *solo, const Local *local, GArray *steps)
{
    const GArray *messages = messages_of(solo);
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
        return append(steps, &step);
    }
}

/* The last stop that the hart has parked for, and its end; 0 if there is none yet. */
static guint stop_and_end(const Solo *solo, const Local *local, guint *end)
{
    const GArray *messages = messages_of(solo);
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
    const GArray *messages = messages_of(solo);
    guint end, stop = stop_and_end(solo, local, &end);
    /* A fence.i asked for and done while everybody is parked has been run by then. */
    if (!end || solo_horizon(messages, local) < end)
        return;
    MachineStep step = solo_step_begin(STEP_RESUME, local);
    step.task.status = step.task.was_running;
    step.task.was_running = 0;
    step.argument = g_array_index(messages, Message, stop - 1).value;
    synchronise(&step.hart.views, (View)end);
    if (step.argument & STOP_WAITERS_FENCE_I)
        hart_fence_i_views(solo->machine->options->model, &step.hart.views, (View)end);
    append(steps, &step);
}

/* ---- remote fence.i */

static void serve_fence(Solo *solo, const Local *local, MachineStep *step, GArray *steps)
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
        return append(steps, step);
    /* The call goes through M-mode, and an interrupt: what the caller did before comes before. */
    Message message = { .kind = MESSAGE_FENCE, .asker = (uint8_t)solo->hart };
    message.value = (uint64_t)targets;
    message.address = (uint64_t)(targets >> 64);
    Places places;
    find_places(solo, local, &message, everything(&local->views, fetch_view(step)), &places);
    for (guint i = 0; i < places.n; i++) {
        MachineStep asked = claim(solo, step, &message, &places, i);
        synchronise(&asked.hart.views, places.stamp[i]);
        asked.task.status = TASK_FENCING;
        append(steps, &asked);
    }
}

static void offer_fenced(Solo *solo, const Local *local, GArray *steps)
{
    Message message = { .kind = MESSAGE_FENCE_END, .asker = (uint8_t)solo->hart };
    Places places;
    const GArray *messages = messages_of(solo);
    guint begin = messages->len;
    while (begin > 0 &&
           (g_array_index(messages, Message, begin - 1).kind != MESSAGE_FENCE ||
            g_array_index(messages, Message, begin - 1).hart != HART_SELF || stamps_has(&local->views.promised, begin)))
        begin--;
    g_assert(begin > 0);
    message.value = g_array_index(messages, Message, begin - 1).value;
    message.address = g_array_index(messages, Message, begin - 1).address;
    find_places(solo, local, &message, everything(&local->views, 0), &places);
    MachineStep step = solo_step_begin(STEP_FENCED, local);
    step.task.status = TASK_RUNNING;
    for (guint i = 0; i < places.n; i++) {
        MachineStep fenced = claim(solo, &step, &message, &places, i);
        synchronise(&fenced.hart.views, places.stamp[i]);
        append(steps, &fenced);
    }
}

/* The SBI runs fence.i on this hart at a boundary, unseen, for a request that is in the timeline. */
static void offer_fences(const Solo *solo, const Local *local, GArray *steps)
{
    const GArray *messages = messages_of(solo);
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
        append(steps, &step);
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
        step->unsupported = "an ecall that is none of this machine's services";
        return append(steps, step);
    }
    switch (step->service) {
    case SERVICE_SCHEDULE:
        service_return(step);
        return append(steps, step);
    case SERVICE_STOP_BEGIN:
        return serve_stop_begin(step, steps);
    case SERVICE_STOP_END:
        return serve_stop_end(solo, local, step, steps);
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
        return serve_fence(solo, local, step, steps);
    }
    g_assert_not_reached();
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
