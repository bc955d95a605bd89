/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/linear.h"

#include <string.h>

typedef struct Line {
    SoloDriver *driver;
    const GArray *timeline; /* Message: all there are to be */
    GArray *const *paths;
    guint *at; /* by hart: the next step of its path */
    int violating;
    guint violating_step;
    GArray *trail;
} Line;

static const SoloStep *next_step(const Line *line, guint hart)
{
    const GArray *path = line->paths[hart];
    guint at = line->at[hart];
    guint end = (int)hart == line->violating ? line->violating_step + 1 : path->len;
    return at < end ? &g_array_index(path, SoloStep, at) : NULL;
}

/* The latest point of the timeline that the step depends on, its own stores apart. */
static guint needs(const SoloStep *at)
{
    const Views *views = &at->step.hart.views;
    const View seen[] = { views->read_new, views->write_new, views->read_old, views->control, views->release,
                          views->fetch,    views->fetched,   views->clock,    views->late };
    guint need = 0;
    for (guint i = 0; i < G_N_ELEMENTS(seen); i++)
        need = MAX(need, seen[i]);
    for (guint half = 0; half < 2; half++)
        need = MAX(need, MAX(at->step.hart.fetch.newest[half], at->step.hart.fused.newest[half]));
    for (guint ts = TIMELINE_MAX; ts > need; ts--)
        if (stamps_has(&views->passed, ts))
            need = ts;
    return need;
}

static guint now(const Line *line)
{
    return line->driver->timeline->len;
}

/* The newest message that the step leaves; 0: none. */
static guint last_claim(const SoloStep *at)
{
    guint last = 0;
    for (guint i = 0; i < at->effects->len; i++)
        last = MAX(last, g_array_index(at->effects, Effect, i).stamp);
    return last;
}

/* Whether the step can be made now, without adding to the timeline. */
static bool is_free(const Line *line, const SoloStep *at)
{
    guint claim = last_claim(at);
    return claim ? claim <= now(line) : needs(at) <= now(line);
}

/* Whether it can be made now and its first store is the next message. */
static bool is_turn(const Line *line, const SoloStep *at)
{
    guint next = now(line) + 1;
    for (guint i = 0; i < at->effects->len; i++) {
        View stamp = g_array_index(at->effects, Effect, i).stamp;
        if (stamp > next)
            return false;
        next += stamp == next;
    }
    return next > now(line) + 1;
}

static bool same_effects(const Line *line, guint hart, const MachineStep *step, const SoloStep *at)
{
    const GArray *effects = line->driver->solos[hart].effects;
    if (step->hart.n_effects != at->effects->len)
        return false;
    for (guint i = 0; i < at->effects->len; i++) {
        const Effect *a = &g_array_index(effects, Effect, step->hart.first_effect + i);
        const Effect *b = &g_array_index(at->effects, Effect, i);
        if (a->stamp != b->stamp || memcmp(&a->message, &b->message, sizeof a->message))
            return false;
    }
    return true;
}

static bool same_views(const Views *a, const Views *b)
{
    Views x, y;
    views_assign(&x, a);
    views_assign(&y, b);
    memset(&x.promised, 0, sizeof x.promised);
    memset(&y.promised, 0, sizeof y.promised);
    return x.n_bytes == y.n_bytes && !memcmp(&x, &y, views_size(&x));
}

static bool same_step(const Line *line, guint hart, const MachineStep *step, const SoloStep *at)
{
    return step->kind == at->step.kind && !memcmp(&step->task, &at->step.task, sizeof step->task) &&
           step->violation.kind == at->step.violation.kind &&
           !memcmp(step->hart.fetch.newest, at->step.hart.fetch.newest, sizeof step->hart.fetch.newest) &&
           step->hart.fetch.word == at->step.hart.fetch.word && step->other == at->step.other &&
           same_effects(line, hart, step, at) && same_views(&step->hart.views, &at->step.hart.views);
}

static void take(Line *line, guint hart)
{
    const SoloStep *at = next_step(line, hart);
    g_autoptr(GArray) steps = solo_driver_steps(line->driver, hart);
    for (guint i = 0; i < steps->len; i++) {
        const MachineStep *step = &g_array_index(steps, MachineStep, i);
        if (!same_step(line, hart, step, at))
            continue;
        TrailStep taken = { .process = hart, .move = i };
        g_array_append_val(line->trail, taken);
        bool possible = solo_driver_take(line->driver, hart, step);
        g_assert(possible || step->violation.kind != VIOLATION_NONE);
        line->at[hart]++;
        return;
    }
    g_assert_not_reached();
}

static void promise(Line *line)
{
    const Message *message = &g_array_index(line->timeline, Message, now(line));
    TrailStep taken = trail_promise(message->hart, message);
    g_array_append_val(line->trail, taken);
    solo_driver_promise(line->driver, message->hart, *message);
}

/* Lets the owner of the next message get to it, or promises it. */
static void advance(Line *line)
{
    guint owner = g_array_index(line->timeline, Message, now(line)).hart, before = now(line);
    for (const SoloStep *at; now(line) == before && (at = next_step(line, owner));) {
        bool violates = (int)owner == line->violating && line->at[owner] == line->violating_step;
        if (violates || !(is_turn(line, at) || is_free(line, at)))
            break;
        take(line, owner);
    }
    if (now(line) == before)
        promise(line);
}

/* The violating hart alone, as far as it gets; true when it has got to the violation. */
static bool run_violating(Line *line)
{
    guint hart = (guint)line->violating;
    for (const SoloStep *at; (at = next_step(line, hart));) {
        if (!is_free(line, at) && !(line->at[hart] == line->violating_step && is_turn(line, at)))
            return false;
        take(line, hart);
    }
    return true;
}

/* Everybody, each as far as it gets; true when all are at their ends. */
static bool run_all(Line *line)
{
    bool done = true;
    for (guint h = 0; h < line->driver->n; h++) {
        for (const SoloStep *at; (at = next_step(line, h)) && is_free(line, at);)
            take(line, h);
        done = done && !next_step(line, h);
    }
    return done;
}

GArray *linear_trail(SoloDriver *driver, const GArray *timeline, GArray *const *paths, int violating,
                     guint violating_step)
{
    Line line = { .driver = driver, .timeline = timeline, .paths = paths, .violating = violating };
    line.violating_step = violating_step;
    line.at = g_new0(guint, driver->n);
    line.trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    while (!(violating >= 0 ? run_violating(&line) : run_all(&line))) {
        g_assert(now(&line) < timeline->len);
        advance(&line);
    }
    g_free(line.at);
    return line.trail;
}
