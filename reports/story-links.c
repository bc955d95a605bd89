/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which step stored what another one has read, and what kind of event a step is: for reports that draw it. */
#include "reports/story-parts.h"

static const ReplayStep *step_at(const Replay *replay, guint i)
{
    return &g_array_index(replay->steps, ReplayStep, i);
}

guint story_step_of_message(const Replay *replay, guint ts)
{
    for (guint i = 0; i < replay->steps->len; i++) {
        const MachineStep *step = &step_at(replay, i)->step;
        if (step->world && timeline_now(&step->world->timeline) >= ts)
            return i + 1;
    }
    return 0;
}

static void add(StoryStep *told, StoryLinkKind kind, guint step)
{
    StoryLink link = { kind, step };
    for (guint i = 0; i < told->links->len; i++) {
        const StoryLink *other = &g_array_index(told->links, StoryLink, i);
        if (other->kind == kind && other->step == step)
            return;
    }
    if (step)
        g_array_append_val(told->links, link);
}

/* The store that takes effect with a step, or NULL. One that was promised has taken effect before its turn. */
static const Message *store_of(const Replay *replay, const ReplayStep *at)
{
    const MachineStep *step = &at->step;
    if (step->kind == STEP_PROMISE)
        return step->hart.store.kind == MESSAGE_STORE ? &step->hart.store : NULL;
    bool promised = replay->options->model->rvwmo_data &&
                    (!step->world || timeline_now(&step->world->timeline) == timeline_now(&at->world->timeline));
    return step->hart.stores && !promised ? &step->hart.store : NULL;
}

/* The last step before the i-th that stored to any of these bytes, if it is of another hart; 0: none. */
static guint last_store(const Replay *replay, guint i, uint64_t address, guint size)
{
    for (guint j = i; j-- > 0;) {
        const Message *store = store_of(replay, step_at(replay, j));
        if (store && store->address < address + size && address < store->address + store->size)
            return step_at(replay, j)->hart == step_at(replay, i)->hart ? 0 : j + 1;
    }
    return 0;
}

static void add_fetch(StoryStep *told, const Replay *replay, guint i, const Fetch *fetch)
{
    const Timeline *timeline = &step_at(replay, i)->world->timeline;
    for (guint half = 0; half < fetch->length / 2; half++) {
        uint64_t at = fetch->pc + 2 * half;
        guint newest = 0;
        if (replay->options->model->coherent_fetch) {
            add(told, LINK_FETCHES, last_store(replay, i, at, 2));
            continue;
        }
        timeline_read(timeline, at, 2, G_MAXUINT, &newest);
        if (fetch->newest[half])
            add(told, LINK_FETCHES, story_step_of_message(replay, fetch->newest[half]));
        if (newest > fetch->newest[half])
            add(told, LINK_MISSES, story_step_of_message(replay, newest));
    }
}

void story_add_links(StoryStep *told, const Replay *replay, guint i, guint missed)
{
    const HartStep *hart = &step_at(replay, i)->step.hart;
    told->links = g_array_new(FALSE, FALSE, sizeof(StoryLink));
    add_fetch(told, replay, i, &hart->fetch);
    add_fetch(told, replay, i, &hart->fused);
    if (missed)
        add(told, LINK_OLDER, missed);
    else if (hart->loads)
        add(told, LINK_LOADS, last_store(replay, i, hart->load_address, hart->load_size));
}

static StoryEvent event_of_execute(const ReplayStep *at)
{
    if (at->step.task.depth > at->before.depth)
        return EVENT_HANDLER_BEGINS;
    if (at->step.task.depth < at->before.depth)
        return EVENT_HANDLER_ENDS;
    bool fences = at->step.hart.retired && at->step.hart.insn.kind == INSN_FENCE_I;
    return at->step.kind == STEP_EXECUTE && fences ? EVENT_FENCED : EVENT_NONE;
}

StoryEvent story_event(const ReplayStep *at)
{
    switch (at->step.kind) {
    case STEP_EXECUTE:
        return event_of_execute(at);
    case STEP_SERVICE:
        return at->step.service == SERVICE_STOP_END ? EVENT_STOP_ENDS : EVENT_NONE;
    case STEP_INTERRUPT:
        return EVENT_HANDLER_BEGINS;
    case STEP_PARK:
        return EVENT_PARKED;
    case STEP_RESUME:
        return EVENT_RESUMED;
    case STEP_STOPPED:
        return EVENT_STOP_BEGINS;
    case STEP_FENCE_I:
        return EVENT_FENCED;
    case STEP_SERVED:
        return EVENT_SERVED;
    case STEP_MIGRATE:
        return EVENT_MIGRATED;
    case STEP_PROMISE:
        return EVENT_PROMISED;
    case STEP_ARRIVE:
    case STEP_QUIESCE:
    case STEP_LATER:
        break;
    }
    return EVENT_NONE;
}
