/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session under the timeline explorer. What a hart may do by itself is not yet what it may do in an execution: it must be able
 * to keep its promises, and the others theirs. */
#include "sim/base/error.h"
#include "sim/machine/session-parts.h"
#include "sim/machine/solo-outlook.h"

#include <string.h>

enum {
    OUTLOOK_STATES_MAX = 100000
};

/* How to undo a step. */
typedef struct Undo {
    guint hart;
    uint32_t local;   /* id of its state before */
    guint n_messages; /* of the timeline before */
} Undo;

struct SessionSolo {
    Timelines *timelines; /* what is known of memory, and of patches to guess */
    Timelines *narrow;    /* what a check knows, which stops at the first violation; NULL: the same */
    bool marks_matter;
    MemoryMap *map;
    SoloDriver driver;
    SearchOptions limits; /* of outlooks */
    Solo *scouts;         /* by hart: for outlooks */
    Intern *locals;
    GArray *undos;       /* Undo, by step */
    Intern *places;      /* a state of a hart, and the timeline as it sees it */
    GPtrArray *outlooks; /* SoloOutlook, by place */
    GArray *found;       /* TrailStep: the schedule at whose end harts wait for each other; NULL: none is known */
    Violation deadlock;
};

/* ---- what harts can still do */

static void outlook_free(gpointer outlook)
{
    solo_outlook_free(outlook);
}

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

static World *world_now(const SoloDriver *driver)
{
    World *world = g_new0(World, 1);
    world_init(world, driver->machine->program);
    solo_driver_world(driver, world);
    return world;
}

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

void session_solo_state(Session *session)
{
    const SoloDriver *driver = &session->solo->driver;
    for (guint h = 0; h < driver->n; h++)
        session->replay->tasks[h] = driver->locals[h].task;
    solo_driver_world(driver, &session->replay->world);
}

/* ---- steps */

bool session_has_room(const SoloDriver *driver, guint i, GError **error)
{
    if (driver->timeline->len < TIMELINE_MAX)
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE, "step %u of the schedule: too many stores", i + 1);
    return false;
}

static void record(Session *session, const TrailStep *by, const MachineStep *step)
{
    SessionSolo *solo = session->solo;
    const Local *local = &solo->driver.locals[by->process];
    Undo undo = { by->process, local_intern(local, solo->locals), solo->driver.timeline->len };
    g_array_append_val(solo->undos, undo);
    replay_record(session->replay, by, &local->task, world_now(&solo->driver), step);
}

static void record_world(Session *session)
{
    const GArray *steps = session->replay->steps;
    g_array_index(steps, ReplayStep, steps->len - 1).step.world = world_now(&session->solo->driver);
}

static void promise(Session *session, const TrailStep *by)
{
    SoloDriver *driver = &session->solo->driver;
    Message message = trail_message(by);
    MachineStep step = { .kind = STEP_PROMISE, .task = driver->locals[by->process].task, .violation = no_violation };
    step.hart.store = message;
    record(session, by, &step);
    solo_driver_promise(driver, by->process, message);
    record_world(session);
}

bool session_solo_follow(Session *session, const TrailStep *by, GError **error)
{
    SoloDriver *driver = &session->solo->driver;
    guint at = session->replay->steps->len, h = by->process;
    const char *name = program_hart(session->program, h)->name;
    if (!session_has_room(driver, at, error))
        return false;
    if (by->move == TRAIL_PROMISE) {
        promise(session, by);
        return true;
    }
    g_autoptr(GArray) steps = solo_driver_steps(driver, h);
    if (by->move >= steps->len) {
        replay_no_such_step(at, name, by->move, steps->len, error);
        return false;
    }
    const MachineStep *step = &g_array_index(steps, MachineStep, by->move);
    record(session, by, step);
    bool possible = solo_driver_take(driver, h, step);
    record_world(session);
    if (!possible && step->violation.kind == VIOLATION_NONE) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE,
                    "step %u of the schedule: %s can no longer keep what it has promised", at + 1, name);
        return false;
    }
    return true;
}

void session_solo_undo(Session *session)
{
    SessionSolo *solo = session->solo;
    const Undo *undo = &g_array_index(solo->undos, Undo, solo->undos->len - 1);
    local_extern(&solo->driver.locals[undo->hart], solo->locals, undo->local);
    g_array_set_size(solo->driver.timeline, undo->n_messages);
    g_array_set_size(solo->undos, solo->undos->len - 1);
}

Violation session_solo_found(const Session *session)
{
    const SessionSolo *solo = session->solo;
    guint n = session->replay->steps->len;
    if (!solo->found || solo->found->len != n)
        return no_violation;
    for (guint i = 0; i < n; i++) {
        const TrailStep *a = &g_array_index(solo->found, TrailStep, i);
        const ReplayStep *b = &g_array_index(session->replay->steps, ReplayStep, i);
        if (a->process != b->hart || a->move != b->move)
            return no_violation;
    }
    return solo->deadlock;
}

const Views *session_solo_views(const SessionSolo *solo, guint hart, const GArray **timeline)
{
    *timeline = solo->driver.timeline;
    return &solo->driver.locals[hart].views;
}

GArray *session_solo_carry(Session *session, const GArray *trail, GError **error)
{
    SessionSolo *solo = session->solo;
    bool unused;
    if (!solo->narrow)
        return g_array_copy((GArray *)(uintptr_t)trail);
    return session_carry(session->machine, timelines_map(solo->narrow, &unused), solo->map, solo->marks_matter, trail,
                         error);
}

/* ---- set-up */

static bool explore(Timelines *timelines, const SearchOptions *limits, SearchEnd *end, GError **error)
{
    *end = timelines_explore(timelines, limits);
    if (*end == SEARCH_COMPLETE || *end == SEARCH_VIOLATION || *end == SEARCH_STEPS)
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNSUPPORTED,
                "stopped by a limit while exploring which memory harts share, which has to be known first");
    return false;
}

/* A violation ended the exploration: another one goes on. */
static bool explore_on(Session *session, SessionSolo *solo, const SearchOptions *limits, GError **error)
{
    SearchEnd end;
    g_autoptr(GArray) trail = timelines_trail(solo->timelines);
    solo->deadlock = timelines_violation(solo->timelines);
    solo->narrow = solo->timelines;
    solo->timelines = timelines_new(session->machine);
    timelines_go_on(solo->timelines);
    if (!explore(solo->timelines, limits, &end, error))
        return false;
    bool unused;
    memory_map_seal(timelines_map(solo->narrow, &unused));
    session->options.all_memory = true;
    solo->map = timelines_map(solo->timelines, &solo->marks_matter);
    memory_map_seal(solo->map);
    if (solo->deadlock.kind == VIOLATION_DEADLOCK)
        solo->found = session_solo_carry(session, trail, NULL);
    return true;
}

bool session_solo_init(Session *session, const SearchOptions *limits, GError **error)
{
    SessionSolo *solo = session->solo = g_new0(SessionSolo, 1);
    SearchEnd end;
    solo->limits = (SearchOptions){ .states_max = OUTLOOK_STATES_MAX };
    solo->locals = intern_new();
    solo->places = intern_new();
    solo->outlooks = g_ptr_array_new_with_free_func(outlook_free);
    solo->undos = g_array_new(FALSE, FALSE, sizeof(Undo));
    solo->timelines = timelines_new(session->machine);
    session->options.all_memory = false;
    if (!explore(solo->timelines, limits, &end, error) ||
        (end == SEARCH_VIOLATION && !explore_on(session, solo, limits, error)))
        return false;
    solo->map = timelines_map(solo->timelines, &solo->marks_matter);
    memory_map_seal(solo->map);
    solo_driver_init(&solo->driver, session->machine, solo->map, solo->marks_matter);
    solo->scouts = g_new0(Solo, solo->driver.n);
    for (guint h = 0; h < solo->driver.n; h++) {
        timelines_solo(solo->timelines, h, &solo->scouts[h]);
        solo->scouts[h].limits = &solo->limits;
    }
    return true;
}

void session_solo_free(SessionSolo *solo)
{
    if (!solo)
        return;
    for (guint h = 0; solo->scouts && h < solo->driver.n; h++)
        solo_clear(&solo->scouts[h]);
    if (solo->scouts)
        solo_driver_clear(&solo->driver);
    g_free(solo->scouts);
    timelines_free(solo->timelines);
    timelines_free(solo->narrow);
    intern_free(solo->locals);
    intern_free(solo->places);
    g_ptr_array_unref(solo->outlooks);
    g_array_unref(solo->undos);
    if (solo->found)
        g_array_unref(solo->found);
    g_free(solo);
}
