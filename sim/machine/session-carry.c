/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exploration that finds a violation stops there, and takes memory that others have not yet used for private. A session may
 * go on from anywhere, and needs to know all of it: there may be more messages in its timeline, and other choices. */
#include "sim/base/error.h"
#include "sim/machine/session-parts.h"

#include <string.h>

/* Whether two steps of one hart do the same, timestamps apart. */
static bool same_step(const MachineStep *a, const MachineStep *b)
{
    return a->kind == b->kind && a->service == b->service && a->argument == b->argument && a->other == b->other &&
           a->violation.kind == b->violation.kind && !memcmp(&a->task, &b->task, sizeof a->task) &&
           a->hart.fetch.word == b->hart.fetch.word && a->hart.load_value == b->hart.load_value &&
           a->hart.status == b->hart.status && a->hart.stores == b->hart.stores;
}

/* Which of those steps that do the same as `chosen` it is. */
static guint rank_of(const GArray *steps, guint chosen)
{
    guint rank = 0;
    for (guint i = 0; i < chosen; i++)
        rank += same_step(&g_array_index(steps, MachineStep, i), &g_array_index(steps, MachineStep, chosen));
    return rank;
}

/* The step of that rank, or the last of its kind; -1: there is none. */
static int find(const GArray *steps, const MachineStep *like, guint rank)
{
    int found = -1;
    for (guint i = 0; i < steps->len; i++) {
        if (!same_step(&g_array_index(steps, MachineStep, i), like))
            continue;
        found = (int)i;
        if (!rank--)
            break;
    }
    return found;
}

static void promise(SoloDriver *from, SoloDriver *to, const TrailStep *at)
{
    Message message = trail_message(at);
    solo_driver_promise(from, at->process, message);
    solo_driver_promise(to, at->process, message);
}

static bool carry_step(SoloDriver *from, SoloDriver *to, const TrailStep *at, guint i, GArray *carried, GError **error)
{
    guint h = at->process;
    const char *name = program_hart(from->machine->program, h)->name;
    g_autoptr(GArray) steps = solo_driver_steps(from, h);
    if (at->move >= steps->len) {
        replay_no_such_step(i, name, at->move, steps->len, error);
        return false;
    }
    MachineStep chosen = g_array_index(steps, MachineStep, at->move);
    guint rank = rank_of(steps, at->move);
    g_autoptr(GArray) others = solo_driver_steps(to, h);
    int move = find(others, &chosen, rank);
    if (move < 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE,
                    "step %u of the schedule: %s stores to memory in a way that only a replay can follow", i + 1, name);
        return false;
    }
    TrailStep other = { .process = h, .move = (guint)move };
    g_array_append_val(carried, other);
    solo_driver_take(from, h, &chosen);
    solo_driver_take(to, h, &g_array_index(others, MachineStep, move));
    return true;
}

GArray *session_carry(Machine *machine, MemoryMap *from_map, MemoryMap *to_map, bool marks_matter, const GArray *trail,
                      GError **error)
{
    SoloDriver from, to;
    bool ok = true;
    g_autoptr(GArray) carried = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    solo_driver_init(&from, machine, from_map, marks_matter);
    solo_driver_init(&to, machine, to_map, marks_matter);
    for (guint i = 0; i < trail->len && ok; i++) {
        const TrailStep *at = &g_array_index(trail, TrailStep, i);
        ok = session_has_room(&to, i, error);
        if (ok && at->move == TRAIL_PROMISE) {
            promise(&from, &to, at);
            g_array_append_vals(carried, at, 1);
        } else if (ok) {
            ok = carry_step(&from, &to, at, i, carried, error);
        }
    }
    solo_driver_clear(&from);
    solo_driver_clear(&to);
    return ok ? g_steal_pointer(&carried) : NULL;
}
