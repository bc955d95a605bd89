/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/timelines-parts.h"

#include <string.h>

static bool same_points(const GArray *a, const GArray *b)
{
    guint n = a ? a->len : 0;
    return n == (b ? b->len : 0) && (n == 0 || !memcmp(a->data, b->data, n * sizeof(uint64_t)));
}

/* Whether two harts cannot be told apart. */
static bool alike(const Timelines *timelines, guint a, guint b)
{
    const Program *program = timelines->machine->program;
    const HartSpec *x = program_hart(program, a), *y = program_hart(program, b);
    for (guint i = 0; i < timelines->places->len; i++) {
        const ConditionPlace *place = &g_array_index(timelines->places, ConditionPlace, i);
        if (!place->is_memory && (place->hart == a || place->hart == b))
            return false;
    }
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind == PROPERTY_EACH_CALL &&
            hart_set_has(property->harts, a) != hart_set_has(property->harts, b))
            return false;
    }
    return x->entry == y->entry && x->until == y->until && x->trap_handler == y->trap_handler && x->calls == y->calls &&
           x->interrupts == y->interrupts && x->migrations == y->migrations &&
           x->migration_fences == y->migration_fences && x->offline == y->offline && !memcmp(x->x, y->x, sizeof x->x) &&
           same_points(x->schedule_points, y->schedule_points);
}

void timelines_make_groups(Timelines *timelines)
{
    guint n = timelines->space.n_processes;
    for (guint h = 0; h < n; h++) {
        guint g = 0;
        while (g < timelines->groups->len &&
               (timelines->no_groups || !alike(timelines, g_array_index(timelines->groups, Group, g).first, h)))
            g++;
        timelines->group_of[h] = g;
        if (g < timelines->groups->len) {
            g_array_index(timelines->groups, Group, g).solo.several = true;
            continue;
        }
        Group group = { .first = h, .footprint = footprint_new() };
        group.relevant = g_array_new(FALSE, TRUE, sizeof(Relevance));
        solo_init(&group.solo, timelines->machine, h);
        group.solo.appends = true;
        group.solo.map = timelines->map;
        group.solo.footprint = group.footprint;
        group.solo.pool = timelines->pool;
        group.solo.marks_matter = timelines->marks_matter;
        g_array_append_val(timelines->groups, group);
    }
}

void timelines_regroup(Timelines *timelines)
{
    g_assert(timelines->no_groups);
    if (timelines->groups->len == timelines->space.n_processes)
        return;
    g_array_set_size(timelines->groups, 0);
    timelines_make_groups(timelines);
}

void timelines_group_clear(gpointer data)
{
    Group *group = data;
    solo_clear(&group->solo);
    intern_free(group->cores);
    step_cache_free(group->cache);
    footprint_free(group->footprint);
    g_array_unref(group->relevant);
}

/* Whether no property looks at single steps. */
static bool only_ends_matter(const Program *program)
{
    for (guint i = 0; i < program->properties->len; i++) {
        PropertyKind kind = program_property(program, i)->kind;
        if (kind != PROPERTY_CONDITION && kind != PROPERTY_PROGRESS && kind != PROPERTY_NO_TRAP)
            return false;
    }
    return program->regions->len == 0;
}

static void group_forget(const Timelines *timelines, Group *group)
{
    if (group->cores)
        intern_free(group->cores);
    step_cache_free(group->cache);
    group->cores = group->solo.cores = intern_new();
    group->cache = group->solo.cache = only_ends_matter(timelines->machine->program) ? step_cache_new() : NULL;
}

void timelines_prepare_groups(Timelines *timelines, bool new_round)
{
    for (guint g = 0; g < timelines->groups->len; g++) {
        Group *group = &g_array_index(timelines->groups, Group, g);
        group->solo.limits = timelines->limits;
        group->quiet = group->quiet && !new_round;
        group->solo.reads_shared = group->solo.reads_shared && !new_round;
        group_forget(timelines, group);
    }
}
