/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlocks: each hart comes to stand still somewhere, and none of them has what another one waits for. */
#include "sim/machine/timelines-parts.h"

enum {
    ATTEMPTS_MAX = 100000,
    STUCK_KINDS = END_STUCK | END_STUCK_INSIDE | END_STUCK_PARKABLE,
    STOPPING_KINDS = END_STOPPING | END_STOPPING_OUTSIDE,
    WAITING_KINDS = END_WAITING | END_WAITING_ASLEEP,
};

/* What a deadlock asks of the harts; kinds are masks of EndKind. */
typedef struct Riddle {
    guint n;
    int owner;                 /* who waits for stop_machine, or -1 */
    guint owner_kinds;         /* how */
    guint kinds;               /* the others stand still like this, */
    guint needed;              /* somebody like that, */
    guint unserved;            /* and for whoever waits like this, somebody has not done what is asked */
    GArray *stands[HARTS_MAX]; /* Stand: what comes into question */
    guint attempts;
} Riddle;

static const Stand *stand_at(const Riddle *riddle, guint hart, guint i)
{
    return &g_array_index(riddle->stands[hart], Stand, i);
}

/* Whether with `b` in place of `a` whatever was a deadlock is one. */
static bool is_no_worse(const Riddle *riddle, const Stand *a, const Stand *b)
{
    return !(a->owes & ~b->owes) && (!(b->kind & riddle->unserved) || a->kind & riddle->unserved) &&
           (!(a->kind & riddle->needed) || b->kind & riddle->needed);
}

static void add_stand(Riddle *riddle, guint hart, const Stand *stand)
{
    GArray *stands = riddle->stands[hart];
    for (guint i = 0; i < stands->len; i++)
        if (is_no_worse(riddle, stand, stand_at(riddle, hart, i)))
            return;
    for (guint i = stands->len; i-- > 0;)
        if (is_no_worse(riddle, stand_at(riddle, hart, i), stand))
            g_array_remove_index(stands, i);
    g_array_append_vals(stands, stand, 1);
}

static bool may_be_owed(const Riddle *riddle, guint to)
{
    for (guint h = 0; h < riddle->n; h++)
        for (guint i = 0; i < riddle->stands[h]->len; i++)
            if (h != to && hart_set_has(stand_at(riddle, h, i)->owes, to))
                return true;
    return false;
}

/* Fills in what comes into question; false if for some hart nothing does. */
static bool collect(Riddle *riddle, const SoloResult *const *results)
{
    bool needed = false;
    for (guint h = 0; h < riddle->n; h++) {
        guint kinds = (int)h == riddle->owner ? riddle->owner_kinds : riddle->kinds;
        for (guint i = 0; i < results[h]->stands->len; i++) {
            const Stand *stand = &g_array_index(results[h]->stands, Stand, i);
            if (stand->kind & kinds)
                add_stand(riddle, h, stand);
        }
    }
    for (guint h = 0; h < riddle->n; h++) {
        GArray *stands = riddle->stands[h];
        bool owed = may_be_owed(riddle, h);
        for (guint i = stands->len; i-- > 0 && !owed;)
            if (stand_at(riddle, h, i)->kind & riddle->unserved)
                g_array_remove_index(stands, i);
        if (!stands->len)
            return false;
        for (guint i = 0; i < stands->len; i++)
            needed = needed || stand_at(riddle, h, i)->kind & riddle->needed;
    }
    return needed;
}

static bool is_deadlock(const Riddle *riddle, const Stand *chosen)
{
    HartSet owed = 0;
    bool needed = false;
    for (guint h = 0; h < riddle->n; h++) {
        owed |= chosen[h].owes;
        needed = needed || ((int)h != riddle->owner && chosen[h].kind & riddle->needed);
    }
    for (guint h = 0; h < riddle->n && needed; h++)
        if (chosen[h].kind & riddle->unserved && !hart_set_has(owed, h))
            return false;
    return needed;
}

/* Chooses for the harts from `hart` on. */
static bool choose(Riddle *riddle, guint hart, Stand *chosen)
{
    if (hart == riddle->n) {
        riddle->attempts++;
        return is_deadlock(riddle, chosen);
    }
    for (guint i = 0; i < riddle->stands[hart]->len && riddle->attempts < ATTEMPTS_MAX; i++) {
        chosen[hart] = *stand_at(riddle, hart, i);
        if (choose(riddle, hart + 1, chosen))
            return true;
    }
    return false;
}

static bool solve(Riddle *riddle, const SoloResult *const *results, Stand *chosen, bool *too_many)
{
    for (guint h = 0; h < riddle->n; h++)
        riddle->stands[h] = g_array_new(FALSE, FALSE, sizeof(Stand));
    bool found = collect(riddle, results) && choose(riddle, 0, chosen);
    *too_many = *too_many || (!found && riddle->attempts >= ATTEMPTS_MAX);
    for (guint h = 0; h < riddle->n; h++)
        g_array_unref(riddle->stands[h]);
    return found;
}

static guint kinds_of(const SoloResult *result)
{
    guint kinds = 0;
    for (guint i = 0; i < result->stands->len; i++)
        kinds |= g_array_index(result->stands, Stand, i).kind;
    return kinds;
}

/* Somebody waits for stop_machine to park all others, one of whom waits where it cannot be parked; those who could go on have
 * been parked already, and whoever is parked does not look whether it has been served. */
static bool stop_is_stuck(const SoloResult *const *results, guint n, guint owner, EndKind stopping, Stand *chosen,
                          bool *too_many)
{
    bool outside = stopping == END_STOPPING_OUTSIDE;
    Riddle riddle = { .n = n, .owner = (int)owner, .owner_kinds = stopping };
    riddle.needed = END_STUCK | END_WAITING | (outside ? END_STUCK_INSIDE : 0);
    riddle.kinds =
        END_DONE | WAITING_KINDS | STUCK_KINDS | STOPPING_KINDS | END_PARKING | (outside ? 0 : END_PARKING_INSIDE);
    riddle.unserved = END_WAITING;
    return solve(&riddle, results, chosen, too_many);
}

bool timelines_find_deadlock(const SoloResult *const *results, guint n, Stand *stands, bool *too_many)
{
    Riddle all = { .n = n, .owner = -1, .kinds = END_DONE | STUCK_KINDS | WAITING_KINDS };
    all.needed = STUCK_KINDS | WAITING_KINDS;
    all.unserved = WAITING_KINDS;
    if (solve(&all, results, stands, too_many))
        return true;
    for (guint h = 0; h < n; h++)
        for (guint kind = END_STOPPING; kind <= END_STOPPING_OUTSIDE; kind *= 2)
            if (kinds_of(results[h]) & kind && stop_is_stuck(results, n, h, (EndKind)kind, stands, too_many))
                return true;
    return false;
}
