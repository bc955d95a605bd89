/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session along a timeline that grows. */
#include "sim/base/error.h"
#include "sim/machine/session-parts.h"
#include "sim/machine/solo-outlook.h"

#include <string.h>

enum {
    OUTLOOK_STATES_MAX = 100000
};

/* Memory as it is now; a new world. */
static World *world_now(const SessionSolo *solo)
{
    World *world = g_new0(World, 1);
    world_init(world, solo->driver.machine->program);
    solo_driver_world(&solo->driver, world);
    return world;
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
    replay_record(session->replay, by, &local->task, world_now(solo), step);
}

static void record_world(Session *session)
{
    const GArray *steps = session->replay->steps;
    g_array_index(steps, ReplayStep, steps->len - 1).step.world = world_now(session->solo);
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

MemoryMap *session_map(const Session *session, bool *marks_matter)
{
    *marks_matter = session->solo->marks_matter;
    return session->solo->map;
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

static void outlook_free(gpointer outlook)
{
    solo_outlook_free(outlook);
}

/* The option whose limit has ended an exploration before its time; NULL: none has. */
static const char *limit_of(SearchEnd end)
{
    switch (end) {
    case SEARCH_COMPLETE:
    case SEARCH_VIOLATION:
    case SEARCH_STEPS:
        return NULL;
    case SEARCH_STATES:
        return "--max-states";
    case SEARCH_BYTES:
        return "--max-memory";
    case SEARCH_STOPPED:
        return "--timeout";
    }
    g_assert_not_reached();
}

/* A violation ended the exploration: another one goes on. If that takes too long, what is known is that of the first one. */
static void explore_on(Session *session, SessionSolo *solo, const SearchOptions *limits)
{
    Timelines *wider = timelines_new(session->machine);
    g_autoptr(GArray) trail = timelines_trail(solo->timelines);
    bool unused;
    solo->deadlock = timelines_violation(solo->timelines);
    timelines_go_on(wider);
    session->limit = limit_of(timelines_explore(wider, limits));
    if (session->limit) {
        timelines_free(wider);
    } else {
        solo->narrow = solo->timelines;
        solo->timelines = wider;
        session->options.all_memory = true;
        memory_map_seal(timelines_map(solo->narrow, &unused));
    }
    solo->map = timelines_map(solo->timelines, &solo->marks_matter);
    memory_map_seal(solo->map);
    if (solo->deadlock.kind == VIOLATION_DEADLOCK)
        solo->found = session_solo_carry(session, trail, NULL);
}

bool session_solo_init(Session *session, const SearchOptions *limits, GError **error)
{
    SessionSolo *solo = session->solo = g_new0(SessionSolo, 1);
    solo->limits = (SearchOptions){ .states_max = OUTLOOK_STATES_MAX };
    solo->locals = intern_new();
    solo->places = intern_new();
    solo->outlooks = g_ptr_array_new_with_free_func(outlook_free);
    solo->undos = g_array_new(FALSE, FALSE, sizeof(Undo));
    solo->timelines = timelines_new(session->machine);
    session->options.all_memory = false;
    SearchEnd end = timelines_explore(solo->timelines, limits);
    const char *limit = limit_of(end);
    if (limit) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_UNSUPPORTED,
                    "stopped by %s while exploring which memory harts share, which has to be known first", limit);
        return false;
    }
    if (end == SEARCH_VIOLATION)
        explore_on(session, solo, limits);
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
