/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be done next under the timeline explorer. What a hart may do by itself is not yet what it may do in an execution: it must
 * be able to keep its promises, and the others theirs. */
#include "sim/machine/session-parts.h"
#include "sim/machine/solo-outlook.h"

#include <string.h>

/* ---- what harts can still do */

/* What a hart can do from a state against the timeline its scout looks at. */
static const SoloOutlook *outlook_of(SessionSolo *solo, guint hart, const Local *local)
{
    Solo *scout = &solo->scouts[hart];
    g_autoptr(GByteArray) place = g_byte_array_new();
    uint32_t ids[2] = { hart, local_intern(local, solo->locals) };
    g_byte_array_append(place, (const guint8 *)ids, sizeof ids);
    if (scout->base->len)
        g_byte_array_append(place, (const guint8 *)scout->base->data, scout->base->len * (guint)sizeof(Message));
    uint32_t id = intern_put(solo->places, place->data, place->len);
    if (id == solo->outlooks->len)
        g_ptr_array_add(solo->outlooks, solo_outlook(scout, local));
    return g_ptr_array_index(solo->outlooks, id);
}

/* Whether a hart in that state can keep its promises against a timeline; `really`: without anything being added to it. */
static bool keeps(SessionSolo *solo, guint hart, const Local *local, const GArray *timeline, bool really)
{
    Solo *scout = &solo->scouts[hart];
    timeline_seen_by(timeline, hart, scout->base);
    if (!solo_is_bound(scout, local))
        return true;
    const SoloOutlook *outlook = outlook_of(solo, hart, local);
    return really ? outlook->keeps_really : outlook->keeps;
}

/* The same of all harts, `hart` being in state `local` and the others where they are. */
static bool all_keep(SessionSolo *solo, guint hart, const Local *local, const GArray *timeline, bool really)
{
    for (guint h = 0; h < solo->driver.n; h++)
        if (!keeps(solo, h, h == hart ? local : &solo->driver.locals[h], timeline, really))
            return false;
    return true;
}

/* ---- choices */

/* Memory after a step with these effects. */
static World *world_after(const Session *session, guint hart, const Local *after)
{
    const Timeline *now = &session->replay->world.timeline;
    World *world = world_dup(&session->replay->world);
    Timeline *timeline = &world->timeline;
    for (guint i = 0; i < after->settled->len; i++) {
        const Granule *granule = &g_array_index(after->settled, Granule, i);
        Message message = { .address = granule->address, .value = granule->value, .size = 8 };
        if (!timeline_touched(now, message.address, 8, 0, G_MAXUINT))
            timeline_settle(timeline, &message);
    }
    for (guint i = 0; i < after->suffix->len; i++) {
        Message message = g_array_index(after->suffix, Message, i);
        message.hart = (uint8_t)hart;
        timeline_append(timeline, &message);
    }
    return world;
}

/* The timeline after a step, as a new array. */
static GArray *timeline_after(const SoloDriver *driver, guint hart, const Local *after)
{
    GArray *timeline = g_array_copy(driver->timeline);
    for (guint i = 0; i < after->suffix->len; i++) {
        Message message = g_array_index(after->suffix, Message, i);
        message.hart = (uint8_t)hart;
        g_array_append_val(timeline, message);
    }
    return timeline;
}

static void add_step(Session *session, guint hart, const GArray *steps, guint i, bool outside, Local *after)
{
    SessionSolo *solo = session->solo;
    SoloDriver *driver = &solo->driver;
    const MachineStep *step = &g_array_index(steps, MachineStep, i);
    bool possible = solo_apply(&driver->solos[hart], &driver->locals[hart], step, after);
    g_autoptr(GArray) timeline = timeline_after(driver, hart, after);
    g_array_set_size(after->suffix, 0); /* it is in the timeline */
    bool violates = step->violation.kind != VIOLATION_NONE;
    if (!step->unsupported && (!possible || !all_keep(solo, hart, after, timeline, violates))) {
        session->n_withheld++;
        return;
    }
    for (guint m = driver->timeline->len; m < timeline->len; m++)
        g_array_append_vals(after->suffix, &g_array_index(timeline, Message, m), 1);
    TrailStep by = { .process = hart, .move = i };
    const char *forbidden = step->unsupported ? step->unsupported
                            : outside         ? "memory that no execution was seen to use like that"
                                              : NULL;
    session_add_choice(session, &by, &driver->locals[hart].task, step, world_after(session, hart, after), forbidden);
}

/* Whether one of the steps stores just that now: then it need not be promised. */
static bool is_next(const SoloDriver *driver, guint hart, const GArray *steps, const Message *message)
{
    for (guint i = 0; i < steps->len; i++) {
        const HartStep *step = &g_array_index(steps, MachineStep, i).hart;
        for (guint e = 0; e < step->n_effects; e++) {
            Effect effect = g_array_index(driver->solos[hart].effects, Effect, step->first_effect + e);
            effect.message.hart = 0;
            if (effect.is_new && !memcmp(&effect.message, message, sizeof *message))
                return true;
        }
    }
    return false;
}

static void add_promise(Session *session, guint hart, const Message *message, Local *after)
{
    SoloDriver *driver = &session->solo->driver;
    local_copy(after, &driver->locals[hart]);
    g_array_append_vals(after->suffix, message, 1);
    g_autoptr(GArray) timeline = timeline_after(driver, hart, after);
    g_autoptr(GArray) suffix = g_array_copy(after->suffix);
    g_array_set_size(after->suffix, 0);
    stamps_add(&after->views.promised, timeline->len);
    if (!all_keep(session->solo, hart, after, timeline, false))
        return;
    g_array_append_vals(after->suffix, suffix->data, suffix->len);
    TrailStep by = trail_promise(hart, message);
    MachineStep step = { .kind = STEP_PROMISE, .task = driver->locals[hart].task, .violation = no_violation };
    step.hart.store = *message;
    session_add_choice(session, &by, &driver->locals[hart].task, &step, world_after(session, hart, after), NULL);
}

static void look_at(Session *session, guint hart, Local *after)
{
    SessionSolo *solo = session->solo;
    SoloDriver *driver = &solo->driver;
    const Local *local = &driver->locals[hart];
    bool room = driver->timeline->len < TIMELINE_MAX - 8;
    memory_map_changed(solo->map);
    g_autoptr(GArray) steps = solo_driver_steps(driver, hart);
    bool outside = memory_map_changed(solo->map);
    session->unknown = session->unknown || outside || !room;
    for (guint i = 0; i < steps->len; i++)
        add_step(session, hart, steps, i, outside, after);
    if (local->task.status == TASK_DONE || local->task.status == TASK_CRASHED || !room)
        return;
    timeline_seen_by(driver->timeline, hart, solo->scouts[hart].base);
    const SoloOutlook *outlook = outlook_of(solo, hart, local);
    for (guint i = 0; i < outlook->promisable->len; i++) {
        const Message *message = &g_array_index(outlook->promisable, Message, i);
        if (!is_next(driver, hart, steps, message))
            add_promise(session, hart, message, after);
    }
}

void session_solo_look(Session *session)
{
    Local after;
    local_init(&after);
    for (guint h = 0; h < session->solo->driver.n; h++)
        look_at(session, h, &after);
    local_clear(&after);
}

bool session_solo_is_bound(const Session *session)
{
    SessionSolo *solo = session->solo;
    for (guint h = 0; h < solo->driver.n; h++) {
        timeline_seen_by(solo->driver.timeline, h, solo->scouts[h].base);
        if (solo_is_bound(&solo->scouts[h], &solo->driver.locals[h]))
            return true;
    }
    return false;
}
