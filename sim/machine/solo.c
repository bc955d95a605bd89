/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/step-cache.h"

#include <string.h>

const char *const solo_endless =
    "a hart that can store for ever, or more often than is looked at, without waiting for others";

static void copy_array(GArray *to, const GArray *from, gsize element)
{
    g_array_set_size(to, from->len);
    if (from->len)
        memcpy(to->data, from->data, from->len * element);
}

/* ---- set-up */

void solo_init(Solo *solo, Machine *machine, guint hart)
{
    memset(solo, 0, sizeof *solo);
    solo->machine = machine;
    solo->hart = hart;
    solo->suffix_max = SOLO_SUFFIX_MAX;
    solo->base = g_array_new(FALSE, FALSE, sizeof(Message));
    solo->effects = g_array_new(FALSE, FALSE, sizeof(Effect));
    solo->outcomes = g_array_new(FALSE, FALSE, sizeof(HartStep));
    solo->fetched = g_array_new(FALSE, FALSE, sizeof(HartStep));
    solo->steps = g_array_new(FALSE, FALSE, sizeof(MachineStep));
    solo->kept = g_array_new(FALSE, FALSE, sizeof(CachedStep));
    world_init(&solo->world, machine->program);
}

void solo_clear(Solo *solo)
{
    g_array_unref(solo->base);
    g_array_unref(solo->effects);
    g_array_unref(solo->outcomes);
    g_array_unref(solo->fetched);
    g_array_unref(solo->steps);
    g_array_unref(solo->kept);
    world_clear(&solo->world);
}

static void finish(Local *local);

void solo_initial(Solo *solo, Local *local)
{
    const HartSpec *spec = program_hart(solo->machine->program, solo->hart);
    g_array_set_size(local->settled, 0);
    g_array_set_size(local->suffix, 0);
    memset(&local->views, 0, G_STRUCT_OFFSET(Views, bytes));
    local->task = (Task){ .id = (uint8_t)solo->hart };
    local->views.offline = spec->offline;
    task_begin_call(spec, &local->task);
    for (guint i = 0; i < solo->base->len; i++)
        if (g_array_index(solo->base, Message, i).hart == HART_SELF)
            stamps_add(&local->views.promised, i + 1);
    if (spec->calls != 1 || !task_call_ends(solo->machine, &local->task))
        return;
    local->task.calls_made = 1; /* there is no code to run */
    if (spec->trap_handler)
        local->task.status = TASK_IDLE;
    else
        finish(local);
}

guint solo_certainly_seen(const Views *views)
{
    View seen = view_join(view_join(views->read_new, views->write_new), view_join(views->read_old, views->write_old));
    return view_join(seen, views->clock);
}

void solo_enter(Solo *solo, const Local *local)
{
    Timeline *timeline = &solo->world.timeline;
    copy_array(timeline->messages, solo->base, sizeof(Message));
    if (local->suffix->len)
        g_array_append_vals(timeline->messages, local->suffix->data, local->suffix->len);
    copy_array(timeline->settled, local->settled, sizeof(Granule));
    solo->world.marks = 0;
    View clock = view_join(local->views.clock, local->views.late);
    for (guint i = 0; i < MIN(clock, timeline->messages->len); i++) {
        const Message *message = &g_array_index(timeline->messages, Message, i);
        if (message->kind == MESSAGE_MARK)
            solo->world.marks |= 1ull << message->value;
    }
}

/* ---- what the machine asks of memory */

MemoryUse solo_use(Solo *solo, uint64_t address, guint size, bool stores)
{
    const HartSpec *spec = program_hart(solo->machine->program, solo->hart);
    /* The stack apart, a hart of any number uses what all the others like it use. */
    bool several =
        solo->several || (spec->any && !(address >= spec->stack && address + size <= spec->stack + spec->stack_size));
    if (!stores)
        footprint_add(solo->footprint, address, size);
    if (solo->cache)
        step_cache_touch(solo->cache, address, size, stores);
    MemoryUse used = memory_map_use(solo->map, solo->hart, several, address, size, stores);
    solo->reads_shared = solo->reads_shared || (!stores && used == MEMORY_SHARED);
    return used;
}

static MemoryUse use(gpointer data, uint64_t address, guint size, bool stores)
{
    return solo_use(data, address, size, stores);
}

static void note_fetch(gpointer data, uint64_t address, guint size)
{
    Solo *solo = data;
    footprint_add(solo->footprint, address, size);
    if (solo->cache)
        step_cache_touch(solo->cache, address, size, false);
}

static void note_read(gpointer data, uint64_t address, guint size)
{
    use(data, address, size, false);
}

/* ---- steps */

MachineStep solo_step_begin(StepKind kind, const Local *local)
{
    MachineStep step = { .kind = kind, .task = local->task, .violation = no_violation };
    views_assign(&step.hart.views, &local->views);
    return step;
}

/* The request that an end at index `end` belongs to; -1: it is not there. */
static int request_of(const GArray *timeline, guint end)
{
    const Message *message = &g_array_index(timeline, Message, end);
    for (guint b = end; b-- > 0;) {
        const Message *begin = &g_array_index(timeline, Message, b);
        if (begin->kind == message->kind - 1 && begin->asker == message->asker)
            return (int)b;
    }
    return -1;
}

View solo_horizon(const GArray *timeline, guint hart, const Views *views)
{
    for (guint i = 0; i < timeline->len && !views->offline; i++) {
        const Message *message = &g_array_index(timeline, Message, i);
        if (message->hart == HART_SELF || stamps_has(&views->passed, i + 1))
            continue;
        if (message->kind == MESSAGE_STOP)
            return (View)(i + 1);
        if (!message_is_request_end(message->kind) || !hart_set_has(solo_targets(message), hart))
            continue;
        int begin = request_of(timeline, i);
        if (begin >= 0 && !stamps_has(&views->passed, (guint)begin + 1))
            return (View)(i + 1);
    }
    return VIEW_NEVER;
}

/* Judges a step against memory as the hart has certainly seen it. */
static void judge(Solo *solo, const Local *local, MachineStep *step)
{
    Machine *machine = solo->machine;
    if (machine->program->properties->len == 0)
        return;
    GArray *messages = solo->world.timeline.messages;
    guint all = messages->len;
    messages->len = MIN(all, solo_certainly_seen(&step->hart.views)); /* for a moment: the elements stay */
    machine->note_read = note_read;
    machine->note_data = solo;
    judge_step(machine, &local->task, &solo->world, step);
    machine->note_read = NULL;
    messages->len = all;
}

/* A new element, filled in place: steps are large. */
static MachineStep *push_step(GArray *steps, const HartStep *outcome, const Local *local)
{
    g_array_set_size(steps, steps->len + 1);
    MachineStep *step = &g_array_index(steps, MachineStep, steps->len - 1);
    memset(step, 0, G_STRUCT_OFFSET(MachineStep, hart));
    step->kind = STEP_EXECUTE;
    step->task = local->task;
    step->task.hart = outcome->hart;
    step->violation = no_violation;
    hart_step_copy(&step->hart, outcome);
    return step;
}

/* An ecall that no service takes: nobody knows what follows. */
static bool is_unknown_ecall(const MachineStep *step)
{
    return step->kind == STEP_EXECUTE && step->hart.status == HART_TRAP && step->hart.cause == CAUSE_ECALL;
}

/* Replaces the last step, an ecall, by what the service does. */
static void serve(Solo *solo, const Local *local, GArray *steps)
{
    MachineStep call = g_array_index(steps, MachineStep, steps->len - 1);
    call.kind = STEP_SERVICE;
    guint before = steps->len - 1;
    g_array_set_size(steps, before);
    solo_serve_ecall(solo, local, &call, steps);
    for (guint served = before; served < steps->len; served++) {
        MachineStep *step = &g_array_index(steps, MachineStep, served);
        judge(solo, local, step);
        if (is_unknown_ecall(step) && step->violation.kind == VIOLATION_NONE)
            step->unsupported = "an ecall that is none of this machine's services";
        step->hart.views.late = 0;
    }
}

/* The instruction at pc. */
static void execute(Solo *solo, const Local *local, GArray *steps)
{
    Machine *machine = solo->machine;
    const Options *options = machine->options;
    SoloContext alone = { .views = &local->views,
                          .horizon = solo_horizon(solo->world.timeline.messages, local->task.id, &local->views),
                          .appends = solo->appends && local->suffix->len < solo->suffix_max,
                          .pool = solo->appends ? solo->pool : NULL,
                          .use = use,
                          .fetches = note_fetch,
                          .data = solo,
                          .effects = solo->effects };
    HartContext context = { .model = options->model,
                            .fetch_atomicity = options->fetch_atomicity,
                            .misaligned = options->misaligned,
                            .pair = options->pair,
                            .pairing = options->pairing,
                            .oracle = machine->oracle,
                            .timeline = &solo->world.timeline,
                            .scratch = solo->fetched,
                            .solo = &alone };
    GArray *outcomes = solo->outcomes;
    g_array_set_size(outcomes, 0);
    hart_step(&context, &local->task.hart, outcomes);
    for (guint i = 0; i < outcomes->len; i++) {
        const HartStep *outcome = &g_array_index(outcomes, HartStep, i);
        MachineStep *step = push_step(steps, outcome, local);
        switch (outcome->status) {
        case HART_OK:
            task_retire(machine, step);
            break;
        case HART_TRAP:
            task_trap(machine, step);
            break;
        case HART_ECALL:
            serve(solo, local, steps);
            continue;
        case HART_UNSUPPORTED:
            step->unsupported = outcome->reason;
            break;
        }
        judge(solo, local, step);
        if (step->hart.retired || outcome->status == HART_TRAP)
            step->hart.views.late = 0;
    }
    if (local->suffix->len >= solo->suffix_max && solo->appends) {
        MachineStep step = solo_step_begin(STEP_EXECUTE, local);
        step.unsupported = solo_endless;
        g_array_append_val(steps, step);
    }
}

/* Everything that the rest of the run does not depend on is forgotten. */
static void finish(Local *local)
{
    Views *views = &local->views;
    Stamps promised = views->promised;
    uint8_t guessed = views->guessed, violated = views->violated;
    memset(views, 0, G_STRUCT_OFFSET(Views, bytes));
    views->promised = promised;
    views->guessed = guessed;
    views->violated = violated;
    local->task.status = TASK_DONE;
    local->task.pass[0] = 0;
}

static void end_call(Solo *solo, MachineStep *step)
{
    Machine *machine = solo->machine;
    const HartSpec *spec = program_hart(machine->program, solo->hart);
    if (!task_call_ends(machine, &step->task) || step->unsupported)
        return;
    judge_call_end(machine, step);
    step->finishes_call = true;
    step->task.calls_made += spec->calls != 0;
    if (step->task.calls_made == spec->calls && spec->calls != 0) {
        step->task.status = spec->trap_handler ? TASK_IDLE : TASK_DONE;
        step->task.pass[0] = 0;
        return;
    }
    task_begin_call(spec, &step->task);
    memset(step->hart.views.reg, 0, sizeof step->hart.views.reg);
}

/* Whether the hart is where it matters if some mark is past. */
static bool mark_matters_at(const Solo *solo, uint64_t pc)
{
    const Program *program = solo->machine->program;
    /* a pass may begin with an instruction of which only the second half is in the region */
    if (program_region_at(program, pc) >= 0 || program_region_at(program, pc + 2) >= 0)
        return true;
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind == PROPERTY_AFTER_NEVER && pc < property->start + property->size && property->start < pc + 4)
            return true;
    }
    return false;
}

/* Whether some later store of its hart may come before an instruction is fetched: no rule of the model says that it does not. */
static bool fetches_late(const Model *model)
{
    return model->rvwmo_data && !model->initial_fetch && !model->coherent_fetch && !model->ir2 && !model->ir_decode &&
           !model->ir_decode_w;
}

/* Nothing forces a hart's part in a call to come before another hart's mark, unless a later store of its own, or its part
 * in a service, does: so it may come after. Where instructions may be fetched late, the store does not. */
static void offer_later(const Solo *solo, const Local *local, GArray *steps)
{
    const Task *task = &local->task;
    if (!solo->marks_matter || task->status != TASK_RUNNING || task->hart.phase != PHASE_BOUNDARY ||
        !mark_matters_at(solo, task->hart.pc))
        return;
    const GArray *messages = solo->world.timeline.messages;
    View horizon = solo_horizon(messages, local->task.id, &local->views);
    const Model *model = solo->machine->options->model;
    for (guint i = view_join(local->views.clock, local->views.late); i < messages->len && i + 1 < horizon; i++) {
        const Message *message = &g_array_index(messages, Message, i);
        if (message->kind != MESSAGE_MARK || message->hart == HART_SELF)
            continue;
        MachineStep step = solo_step_begin(STEP_LATER, local);
        step.argument = message->value;
        if (fetches_late(model))
            step.hart.views.late = (View)(i + 1);
        else
            step.hart.views.clock = (View)(i + 1);
        if (!model->rvwmo_data) { /* there, every access has its time */
            view_raise(&step.hart.views.read_new, (View)(i + 1));
            view_raise(&step.hart.views.write_new, (View)(i + 1));
        }
        g_array_append_val(steps, step);
        return;
    }
}

GArray *solo_steps(Solo *solo, const Local *local)
{
    GArray *steps = g_array_ref(solo->steps);
    g_array_set_size(steps, 0);
    g_array_set_size(solo->effects, 0);
    Machine *machine = solo->machine;
    solo->may_wait = false;
    if (task_interrupt_due(machine, &local->task, steps)) {
        views_assign(&g_array_index(steps, MachineStep, 0).hart.views, &local->views);
        return steps;
    }
    if (local->task.status == TASK_RUNNING) {
        execute(solo, local, steps);
        guint before = steps->len;
        task_interrupt(machine, &local->task, steps);
        for (guint i = before; i < steps->len; i++)
            views_assign(&g_array_index(steps, MachineStep, i).hart.views, &local->views);
        offer_later(solo, local, steps);
    }
    solo_serve_waiting(solo, local, steps);
    if (task_waits(&local->task))
        machine->waited |= hart_set_of(solo->hart);
    machine->stops = machine->stops || local->task.status == TASK_STOPPING;
    for (guint i = 0; i < steps->len; i++)
        end_call(solo, &g_array_index(steps, MachineStep, i));
    return steps;
}

static void take_effect(const Effect *effect, Timeline *private, GArray *suffix)
{
    if (!effect->stamp)
        timeline_settle(private, &effect->message);
    else if (effect->is_new)
        g_array_append_vals(suffix, &effect->message, 1);
}

static bool is_fatal(const MachineStep *step)
{
    return step->unsupported || step->violation.kind == VIOLATION_TRAP || step->violation.kind == VIOLATION_WILD_JUMP ||
           is_unknown_ecall(step);
}

bool solo_apply(const Solo *solo, const Local *from, const MachineStep *step, Local *to)
{
    to->task = step->task;
    views_assign(&to->views, &step->hart.views);
    copy_array(to->settled, from->settled, sizeof(Granule));
    copy_array(to->suffix, from->suffix, sizeof(Message));
    Timeline timeline = { solo->world.timeline.image, to->settled, to->suffix };
    for (guint i = 0; i < step->hart.n_effects; i++)
        take_effect(&g_array_index(solo->effects, Effect, step->hart.first_effect + i), &timeline, to->suffix);
    if (to->views.violated || (step->violation.kind != VIOLATION_NONE && step->violation.property >= 0))
        to->views.violated = (uint8_t)MIN(to->views.violated + 1, G_MAXUINT8);
    if (is_fatal(step))
        to->task.status = TASK_CRASHED;
    if (to->task.status == TASK_DONE || to->task.status == TASK_CRASHED) {
        uint8_t status = to->task.status;
        finish(to);
        to->task.status = status;
        return stamps_empty(&to->views.promised);
    }
    views_normalise(&to->views);
    return stamps_empty(&to->views.promised) ||
           !views_dead(&to->views, &to->views.promised, solo->base, solo_calls_devices(solo));
}
