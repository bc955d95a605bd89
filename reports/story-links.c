/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which step stored what another one has read, and what kind of event a step is: for reports that draw it. */
#include "reports/story-parts.h"

static const ReplayStep *step_at(const Replay *replay, guint i)
{
    return &g_array_index(replay->steps, ReplayStep, i);
}

guint story_step_of_message(const Replay *replay, guint ts)
{
    for (guint i = 0; ts && i < replay->steps->len; i++) {
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

/* The last step before the i-th that stored to any of these bytes; 0: none. */
static guint last_store(const Replay *replay, guint i, uint64_t address, guint size)
{
    for (guint j = i; j-- > 0;) {
        const Message *store = store_of(replay, step_at(replay, j));
        if (store && store->address < address + size && address < store->address + store->size)
            return j + 1;
    }
    return 0;
}

/* The same if it is of another hart. */
static guint last_store_of_others(const Replay *replay, guint i, uint64_t address, guint size, guint hart)
{
    guint step = last_store(replay, i, address, size);
    return step && step_at(replay, step - 1)->hart != hart ? step : 0;
}

/* The step, as an index, in which the hart of the i-th has read a half of what that one fetches: the lower half may have been read
 * by an earlier one. */
static guint reading_step(const Replay *replay, guint i, guint half)
{
    guint reads = i, hart = step_at(replay, i)->hart;
    bool earlier = half == 0 && step_at(replay, i)->before.hart.phase == PHASE_PARCEL;
    while (earlier && reads-- > 0) {
        const ReplayStep *at = step_at(replay, reads);
        if (at->hart == hart && at->before.hart.phase != PHASE_PARCEL)
            return reads;
    }
    return i;
}

static void add_fetch(StoryStep *told, const Replay *replay, guint i, const Fetch *fetch)
{
    const Timeline *timeline = &step_at(replay, i)->world->timeline;
    for (guint half = 0; half < fetch->length / 2; half++) {
        uint64_t at = fetch->pc + 2 * half;
        guint newest = 0;
        if (replay->options->model->coherent_fetch) {
            guint reads = reading_step(replay, i, half);
            add(told, LINK_FETCHES, last_store_of_others(replay, reads, at, 2, told->hart));
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
        add(told, LINK_LOADS, last_store_of_others(replay, i, hart->load_address, hart->load_size, told->hart));
}

/* ---- where bytes of code are from */

guint story_promise_of(const Replay *replay, guint i, const ReplayStep *at)
{
    const Message *store = &at->step.hart.store;
    bool adds = at->step.world && timeline_now(&at->step.world->timeline) > timeline_now(&at->world->timeline);
    while (at->step.hart.stores && !adds && i-- > 0) {
        const ReplayStep *other = step_at(replay, i);
        const Message *promised = &other->step.hart.store;
        if (other->hart == at->hart && other->step.kind == STEP_PROMISE && promised->address == store->address &&
            promised->size == store->size && promised->value == store->value)
            return i + 1;
    }
    return 0;
}

/* The last store to these bytes before the i-th step that is no message: everybody who reads them sees it at once. */
static guint last_settled(const Replay *replay, guint i, uint64_t address, guint size)
{
    while (i-- > 0) {
        const ReplayStep *at = step_at(replay, i);
        const Message *store = &at->step.hart.store;
        bool adds = at->step.world && timeline_now(&at->step.world->timeline) > timeline_now(&at->world->timeline);
        if (at->step.hart.stores && !adds && store->address < address + size &&
            address < store->address + store->size && !story_promise_of(replay, i, at))
            return i + 1;
    }
    return 0;
}

static guint half_origin(const Replay *replay, guint i, const Fetch *fetch, guint half)
{
    return fetch->newest[half] ? story_step_of_message(replay, fetch->newest[half])
                               : last_settled(replay, reading_step(replay, i, half), fetch->pc + 2 * half, 2);
}

static char *named_origin(const char *what, guint step)
{
    return step ? g_strdup_printf("%s of step %u", what, step) : g_strdup_printf("initial %s", what);
}

static char *fetch_origin(const Replay *replay, guint i, const Fetch *fetch)
{
    guint low = half_origin(replay, i, fetch, 0), high = fetch->length == 4 ? half_origin(replay, i, fetch, 1) : low;
    if (!last_store(replay, i, fetch->pc, fetch->length))
        return NULL;
    if (low == high)
        return named_origin("bytes", low);
    g_autofree char *lower = named_origin("lower half", low), *upper = named_origin("upper half", high);
    return g_strdup_printf("%s, %s", lower, upper);
}

char *story_origin(const Replay *replay, guint i)
{
    const ReplayStep *at = step_at(replay, i);
    const HartStep *hart = &at->step.hart;
    Fetch fetch = hart->fetch;
    if (at->step.kind == STEP_EXECUTE && hart->hart.phase == PHASE_PARCEL)
        fetch.length = 2;
    char *first = fetch.length ? fetch_origin(replay, i, &fetch) : NULL;
    g_autofree char *second = hart->fused.length ? fetch_origin(replay, i, &hart->fused) : NULL;
    if (!second)
        return first;
    char *both = g_strdup_printf("%s%sfused: %s", first ? first : "", first ? "; " : "", second);
    g_free(first);
    return both;
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
