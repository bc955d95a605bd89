/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays of the timeline explorer's schedules. */
#include "sim/base/error.h"
#include "sim/machine/driver.h"
#include "sim/machine/session-parts.h"

#include <string.h>

static const SearchOptions no_limits = { 0 };

/* The same schedule in two machines: slots, and true addresses. */
typedef struct Pair {
    SoloDriver slot, true_pc;
} Pair;

static World *world_of(const SoloDriver *driver)
{
    World *world = g_new0(World, 1);
    world_init(world, driver->machine->program);
    solo_driver_world(driver, world);
    return world;
}

static void assert_same(const MachineStep *slot, const MachineStep *true_pc)
{
    g_assert(slot->kind == true_pc->kind && slot->violation.kind == true_pc->violation.kind);
    g_assert(memcmp(&slot->task, &true_pc->task, sizeof slot->task) == 0);
    g_assert(slot->hart.views.n_bytes == true_pc->hart.views.n_bytes &&
             memcmp(&slot->hart.views, &true_pc->hart.views, views_size(&slot->hart.views)) == 0);
}

static void record(Replay *replay, const Pair *pair, const TrailStep *at, const MachineStep *step)
{
    replay_record(replay, at, &pair->slot.locals[at->process].task, world_of(&pair->slot), step);
    ReplayStep *last = &g_array_index(replay->steps, ReplayStep, replay->steps->len - 1);
    last->effects = g_array_new(FALSE, FALSE, sizeof(Effect));
    if (step->hart.n_effects)
        g_array_append_vals(last->effects,
                            &g_array_index(pair->slot.solos[at->process].effects, Effect, step->hart.first_effect),
                            step->hart.n_effects);
}

/* The world after the last step, if it has changed memory. */
static void record_world(Replay *replay, const Pair *pair)
{
    ReplayStep *last = &g_array_index(replay->steps, ReplayStep, replay->steps->len - 1);
    last->step.world = world_of(&pair->slot);
}

static void promise(Replay *replay, Pair *pair, const TrailStep *at)
{
    Message message = trail_message(at);
    MachineStep step = { .kind = STEP_PROMISE, .task = pair->slot.locals[at->process].task, .violation = no_violation };
    step.hart.store = message;
    record(replay, pair, at, &step);
    solo_driver_promise(&pair->slot, at->process, message);
    solo_driver_promise(&pair->true_pc, at->process, message);
    record_world(replay, pair);
}

static bool follow_step(Replay *replay, Pair *pair, const TrailStep *at, guint i, GError **error)
{
    guint h = at->process;
    const char *name = program_hart(replay->program, h)->name;
    g_autoptr(GArray) steps = solo_driver_steps(&pair->slot, h);
    g_autoptr(GArray) checks = solo_driver_steps(&pair->true_pc, h);
    g_assert(steps->len == checks->len);
    if (at->move >= steps->len) {
        replay_no_such_step(i, name, at->move, steps->len, error);
        return false;
    }
    const MachineStep *chosen = &g_array_index(steps, MachineStep, at->move);
    const MachineStep *check = &g_array_index(checks, MachineStep, at->move);
    assert_same(chosen, check);
    record(replay, pair, at, chosen);
    bool possible = solo_driver_take(&pair->slot, h, chosen);
    solo_driver_take(&pair->true_pc, h, check);
    record_world(replay, pair);
    if (!possible && chosen->violation.kind == VIOLATION_NONE) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE,
                    "step %u of the schedule: %s can no longer keep what it has promised", i + 1, name);
        return false;
    }
    return true;
}

static bool follow(Replay *replay, Pair *pair, const GArray *trail, GError **error)
{
    for (guint i = 0; i < trail->len; i++) {
        const TrailStep *at = &g_array_index(trail, TrailStep, i);
        if (replay->violation.kind != VIOLATION_NONE) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE, "the schedule goes on after the violation in step %u", i);
            return false;
        }
        if (pair->slot.timeline->len >= TIMELINE_MAX) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE, "step %u of the schedule: too many stores", i + 1);
            return false;
        }
        if (at->move == TRAIL_PROMISE)
            promise(replay, pair, at);
        else if (!follow_step(replay, pair, at, i, error))
            return false;
    }
    return true;
}

static bool is_stuck(SoloDriver *driver)
{
    for (guint h = 0; h < driver->n; h++) {
        g_autoptr(GArray) steps = solo_driver_steps(driver, h);
        if (steps->len)
            return false;
    }
    return true;
}

/* That nobody goes on in a state is seen from all the timelines there are, not from the state: it is the exploration that
 * knows, if this is the schedule it has found. */
static Violation found_deadlock(Timelines *timelines, const GArray *trail)
{
    g_autoptr(GArray) found = timelines_trail(timelines);
    g_autofree char *found_text = schedule_text(found), *text = schedule_text(trail);
    Violation violation = timelines_violation(timelines);
    return violation.kind == VIOLATION_DEADLOCK && g_str_equal(found_text, text) ? violation : no_violation;
}

static bool all_are_over(const Replay *replay)
{
    for (guint h = 0; h < replay->program->harts->len; h++)
        if (!task_is_over(&replay->tasks[h]))
            return false;
    return true;
}

/* What a session makes of the end of the schedule: there, nobody may be able to go on without leaving others in the lurch. */
static void ask_session(Replay *replay, Session *session, const GArray *trail)
{
    if (!session || !session_load(session, trail, replay->options->all_memory, NULL))
        return;
    const Replay *end = session_replay(session);
    replay->finished = end->finished;
    replay->violation = end->violation;
}

/* How a replay gets to know memory, and what the end of its schedule means. */
typedef struct Scout {
    Machine *machine;
    Timelines *timelines; /* NULL: the session knows */
    SearchEnd end;
    Session *session; /* NULL: there is none yet */
} Scout;

static void judge_end(Replay *replay, Scout *scout, Pair *pair, const GArray *trail)
{
    bool stops_early = scout->timelines && scout->end == SEARCH_VIOLATION;
    replay->finished = is_stuck(&pair->slot);
    if (replay->violation.kind != VIOLATION_NONE)
        return;
    if (replay->finished && (stops_early || all_are_over(replay)))
        replay->violation = machine_final(pair->slot.machine, replay->tasks, &replay->world);
    else if (stops_early)
        replay->violation = found_deadlock(scout->timelines, trail);
    else {
        if (!scout->session)
            scout->session =
                session_new(replay->program, replay->options, &no_limits, pair->slot.machine->oracle, NULL);
        ask_session(replay, scout->session, trail);
    }
}

/* Which memory has a history depends on who uses it: exploring again finds it out again. */
static MemoryMap *explore(Scout *scout, Machine *machine, bool *marks_matter, GError **error)
{
    if (machine->options->all_memory) {
        scout->session = session_new(machine->program, machine->options, &no_limits, machine->oracle, error);
        return scout->session ? session_map(scout->session, marks_matter) : NULL;
    }
    scout->machine = machine_new(machine->program, machine->options, machine->oracle);
    scout->timelines = timelines_new(scout->machine);
    scout->end = timelines_explore(scout->timelines, &no_limits);
    return timelines_map(scout->timelines, marks_matter);
}

static void scout_clear(Scout *scout)
{
    timelines_free(scout->timelines);
    machine_free(scout->machine);
    session_free(scout->session);
}

bool replay_solo(Replay *replay, Machine *machine, Machine *checker, const GArray *trail, GError **error)
{
    Scout scout = { .end = SEARCH_COMPLETE };
    bool marks_matter;
    MemoryMap *map = explore(&scout, machine, &marks_matter, error);
    Pair pair;
    if (!map)
        return false;
    solo_driver_init(&pair.slot, machine, map, marks_matter);
    solo_driver_init(&pair.true_pc, checker, map, marks_matter);
    bool ok = follow(replay, &pair, trail, error);
    if (ok) {
        replay->tasks = g_new0(Task, pair.slot.n);
        for (guint h = 0; h < pair.slot.n; h++)
            replay->tasks[h] = pair.slot.locals[h].task;
        solo_driver_world(&pair.slot, &replay->world);
        judge_end(replay, &scout, &pair, trail);
    }
    solo_driver_clear(&pair.slot);
    solo_driver_clear(&pair.true_pc);
    scout_clear(&scout);
    return ok;
}
