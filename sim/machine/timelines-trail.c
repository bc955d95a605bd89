/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/linear.h"
#include "sim/machine/timelines-parts.h"

/* The violating timeline, with owners. */
static GArray *full_timeline(const Timelines *timelines)
{
    GArray *messages = g_array_new(FALSE, FALSE, sizeof(Message));
    for (guint i = 0; i < timelines->violating_timeline->len; i++) {
        const PromiseMessage *at = &g_array_index(timelines->violating_timeline, PromiseMessage, i);
        Message message = *timelines_message(timelines, at->message);
        message.hart = (uint8_t)at->owner;
        g_array_append_val(messages, message);
    }
    return messages;
}

void timelines_solo(const Timelines *timelines, guint hart, Solo *solo)
{
    const Group *group = &g_array_index(timelines->groups, Group, timelines->group_of[hart]);
    solo_init(solo, timelines->machine, hart);
    solo->appends = true; /* so that ends are what they were */
    solo->several = group->solo.several;
    solo->map = timelines->map;
    solo->footprint = group->footprint;
    solo->pool = timelines->pool;
    solo->marks_matter = timelines->marks_matter;
}

static GArray *path_of(Timelines *timelines, guint hart, const GArray *messages, int *violating_step)
{
    Solo solo;
    timelines_solo(timelines, hart, &solo);
    solo.pool = NULL;
    for (guint i = 0; i < messages->len; i++) {
        Message message = g_array_index(messages, Message, i);
        message.hart = message.hart == hart ? HART_SELF : HART_OTHER;
        g_array_append_val(solo.base, message);
    }
    PathGoal goal = { .to = PATH_TO_COMPLETION };
    if (timelines->violating_ends) {
        goal.to = PATH_TO_DONE;
        goal.end = timelines->violating_ends[hart];
    } else if (timelines->violating_stands) {
        goal.to = PATH_TO_STAND;
        goal.stand = timelines->violating_stands[hart];
    } else if (timelines->outcome->violating == (int)hart) {
        goal.to = PATH_TO_VIOLATION;
    }
    GArray *path =
        solo_path(&solo, &goal, &timelines->end_places, timelines->contents, timelines->ends, violating_step);
    solo_clear(&solo);
    return path;
}

GArray *timelines_trail(Timelines *timelines)
{
    guint n = timelines->space.n_processes;
    g_autoptr(GArray) messages = full_timeline(timelines);
    g_autofree GArray **paths = g_new0(GArray *, n);
    bool of_all = timelines->violating_ends || timelines->violating_stands;
    int violating = of_all ? -1 : timelines->outcome->violating, violating_step = -1;
    for (guint h = 0; h < n; h++) {
        int step;
        paths[h] = path_of(timelines, h, messages, &step);
        if ((int)h == violating) {
            violating_step = step;
            timelines->violation = g_array_index(paths[h], SoloStep, step).step.violation;
        }
    }
    SoloDriver driver;
    solo_driver_init(&driver, timelines->machine, timelines->map, timelines->marks_matter);
    GArray *trail = linear_trail(&driver, messages, paths, violating, (guint)MAX(violating_step, 0));
    solo_driver_clear(&driver);
    for (guint h = 0; h < n; h++)
        solo_steps_free(paths[h]);
    return trail;
}

Violation timelines_violation(const Timelines *timelines)
{
    return timelines->violation;
}

MemoryMap *timelines_map(const Timelines *timelines, bool *marks_matter)
{
    *marks_matter = timelines->marks_matter;
    return timelines->map;
}
