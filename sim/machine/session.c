/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/base/error.h"
#include "sim/machine/session-parts.h"

#include <string.h>

/* ---- choices */

static void choice_clear(gpointer data)
{
    SessionChoice *choice = data;
    if (!choice->next.step.world)
        return;
    world_clear(choice->next.step.world);
    g_free(choice->next.step.world);
}

void session_add_choice(Session *session, const TrailStep *by, const Task *before, const MachineStep *step,
                        World *after, const char *forbidden)
{
    SessionChoice choice = { .by = *by, .forbidden = forbidden };
    choice.next = (ReplayStep){
        .hart = by->process, .move = by->move, .before = *before, .world = &session->replay->world, .step = *step
    };
    choice.next.step.world = after;
    g_array_append_val(session->choices, choice);
}

static void look_interleaved(Session *session)
{
    Replay *replay = session->replay;
    for (guint h = 0; h < session->program->harts->len; h++) {
        g_autoptr(GArray) steps = machine_steps(session->machine, &replay->tasks[h], &replay->world);
        for (guint i = 0; i < steps->len; i++) {
            const MachineStep *step = &g_array_index(steps, MachineStep, i);
            TrailStep by = { .process = h, .move = i };
            session_add_choice(session, &by, &replay->tasks[h], step, step->world ? world_dup(step->world) : NULL,
                               step->unsupported);
        }
    }
}

/* Finds out what can be done here, and what the state means if that is nothing. */
static void look(Session *session)
{
    Replay *replay = session->replay;
    if (session->looked)
        return;
    session->looked = true;
    session->n_withheld = 0;
    session->unknown = session->is_dead_end = false;
    if (session->solo)
        session_solo_state(session);
    if (replay->violation.kind != VIOLATION_NONE) {
        replay_explain(replay, session->machine);
        return;
    }
    if (session->solo)
        session_solo_look(session);
    else
        look_interleaved(session);
    replay->finished = session->choices->len == 0 && !session->unknown;
    session->is_dead_end = replay->finished && session->solo && session_solo_is_bound(session);
    if (session->is_dead_end)
        return;
    if (replay->finished)
        replay->violation = machine_final(session->machine, replay->tasks, &replay->world);
    else if (session->solo)
        replay->violation = session_solo_found(session);
    if (replay->violation.kind != VIOLATION_NONE)
        g_array_set_size(session->choices, 0);
}

Replay *session_replay(Session *session)
{
    look(session);
    return session->replay;
}

const GArray *session_choices(Session *session)
{
    look(session);
    return session->choices;
}

guint session_n_withheld(Session *session)
{
    look(session);
    return session->n_withheld;
}

bool session_is_dead_end(Session *session)
{
    look(session);
    return session->is_dead_end;
}

/* ---- forth and back */

/* The state is another one: nothing is known of it. */
static void moved(Session *session)
{
    Replay *replay = session->replay;
    session->looked = false;
    g_array_set_size(session->choices, 0);
    replay->violation = no_violation;
    replay->violating_hart = -1;
    replay->finished = false;
    replay->region = -1;
    replay->pass_start = 0;
    g_array_set_size(replay->alternatives, 0);
}

static bool follow_interleaved(Session *session, const TrailStep *by, GError **error)
{
    Replay *replay = session->replay;
    guint h = by->process;
    g_autoptr(GArray) steps = machine_steps(session->machine, &replay->tasks[h], &replay->world);
    if (by->move >= steps->len) {
        replay_no_such_step(replay->steps->len, program_hart(session->program, h)->name, by->move, steps->len, error);
        return false;
    }
    const MachineStep *step = &g_array_index(steps, MachineStep, by->move);
    replay_record(replay, by, &replay->tasks[h], world_dup(&replay->world), step);
    replay->tasks[h] = step->task;
    if (step->world)
        world_copy(&replay->world, step->world);
    return true;
}

static bool follow(Session *session, const TrailStep *by, GError **error)
{
    guint at = session->replay->steps->len;
    if (session->replay->violating_hart >= 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE, "the schedule goes on after the violation in step %u", at);
        return false;
    }
    moved(session);
    return session->solo ? session_solo_follow(session, by, error) : follow_interleaved(session, by, error);
}

static void undo(Session *session)
{
    Replay *replay = session->replay;
    const ReplayStep *last = &g_array_index(replay->steps, ReplayStep, replay->steps->len - 1);
    moved(session);
    if (session->solo) {
        session_solo_undo(session);
    } else {
        replay->tasks[last->hart] = last->before;
        world_copy(&replay->world, last->world);
    }
    g_array_set_size(replay->steps, replay->steps->len - 1);
}

guint session_at(const Session *session)
{
    return session->replay->steps->len;
}

guint session_length(const Session *session)
{
    return session->trail->len;
}

void session_goto(Session *session, guint at)
{
    g_assert(at <= session->trail->len);
    while (session_at(session) > at)
        undo(session);
    while (session_at(session) < at) {
        bool ok = follow(session, &g_array_index(session->trail, TrailStep, session_at(session)), NULL);
        g_assert(ok); /* it has been made before */
    }
}

static bool same_step(const TrailStep *a, const TrailStep *b)
{
    return a->process == b->process && a->move == b->move && !memcmp(a->promise, b->promise, sizeof a->promise);
}

bool session_take(Session *session, guint choice, GError **error)
{
    const SessionChoice *chosen = &g_array_index(session_choices(session), SessionChoice, choice);
    guint at = session_at(session);
    TrailStep by = chosen->by;
    g_assert(!chosen->forbidden);
    if (!follow(session, &by, error))
        return false;
    if (at < session->trail->len && same_step(&by, &g_array_index(session->trail, TrailStep, at)))
        return true;
    g_array_set_size(session->trail, at);
    g_array_append_val(session->trail, by);
    return true;
}

/* ---- schedules */

static bool follow_all(Session *session, const GArray *trail, GError **error)
{
    for (guint i = 0; i < trail->len; i++)
        if (!follow(session, &g_array_index(trail, TrailStep, i), error))
            return false;
    return true;
}

bool session_load(Session *session, const GArray *trail, bool all_memory, GError **error)
{
    guint at = session_at(session);
    if (all_memory && session->limit) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE,
                    "the schedule is about all memory, but exploring it was stopped by %s", session->limit);
        return false;
    }
    bool carries = session->solo && !all_memory;
    g_autoptr(GArray) carried = carries ? session_solo_carry(session, trail, error) : NULL;
    if (carries && !carried)
        return false;
    const GArray *steps = carried ? carried : trail;
    session_goto(session, 0);
    if (!follow_all(session, steps, error)) {
        while (session_at(session))
            undo(session);
        session_goto(session, at);
        return false;
    }
    g_array_set_size(session->trail, 0);
    if (steps->len)
        g_array_append_vals(session->trail, steps->data, steps->len);
    return true;
}

GArray *session_schedule(const Session *session)
{
    GArray *trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    if (session_at(session))
        g_array_append_vals(trail, session->trail->data, session_at(session));
    return trail;
}

const Options *session_options(const Session *session)
{
    return &session->options;
}

const Views *session_views(const Session *session, guint hart, const GArray **timeline)
{
    return session->solo ? session_solo_views(session->solo, hart, timeline) : NULL;
}

const char *session_limit(const Session *session)
{
    return session->limit;
}

/* ---- set-up */

Session *session_new(const Program *program, const Options *options, const SearchOptions *limits, Oracle *oracle,
                     GError **error)
{
    g_autoptr(Session) session = g_new0(Session, 1);
    session->program = program;
    session->options = *options;
    session->machine = machine_new(program, &session->options, oracle);
    session->replay = replay_new(program, &session->options);
    session->replay->tasks = g_new0(Task, program->harts->len);
    session->trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    session->choices = g_array_new(FALSE, FALSE, sizeof(SessionChoice));
    g_array_set_clear_func(session->choices, choice_clear);
    if (!program_uses_timelines(program, options))
        machine_initial(session->machine, &session->replay->world, session->replay->tasks);
    else if (!session_solo_init(session, limits, error))
        return NULL;
    return g_steal_pointer(&session);
}

void session_free(Session *session)
{
    if (!session)
        return;
    g_array_unref(session->choices);
    g_array_unref(session->trail);
    replay_free(session->replay);
    session_solo_free(session->solo);
    machine_free(session->machine);
    g_free(session);
}
