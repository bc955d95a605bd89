/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/driver.h"

void solo_driver_init(SoloDriver *driver, Machine *machine, MemoryMap *map, bool marks_matter)
{
    driver->machine = machine;
    driver->n = machine->program->harts->len;
    driver->timeline = g_array_new(FALSE, FALSE, sizeof(Message));
    driver->locals = g_new0(Local, driver->n);
    driver->solos = g_new0(Solo, driver->n);
    driver->unused = footprint_new();
    for (guint h = 0; h < driver->n; h++) {
        Solo *solo = &driver->solos[h];
        solo_init(solo, machine, h);
        solo->appends = true;
        solo->map = map;
        solo->footprint = driver->unused;
        solo->marks_matter = marks_matter;
        local_init(&driver->locals[h]);
        solo_initial(solo, &driver->locals[h]);
    }
}

void solo_driver_clear(SoloDriver *driver)
{
    for (guint h = 0; h < driver->n; h++) {
        solo_clear(&driver->solos[h]);
        local_clear(&driver->locals[h]);
    }
    g_array_unref(driver->timeline);
    g_free(driver->locals);
    g_free(driver->solos);
    footprint_free(driver->unused);
}

void timeline_seen_by(const GArray *timeline, guint hart, GArray *seen)
{
    g_array_set_size(seen, 0);
    for (guint i = 0; i < timeline->len; i++) {
        Message message = g_array_index(timeline, Message, i);
        message.hart = message.hart == hart ? HART_SELF : HART_OTHER;
        g_array_append_val(seen, message);
    }
}

static void look(SoloDriver *driver, guint hart)
{
    timeline_seen_by(driver->timeline, hart, driver->solos[hart].base);
    solo_enter(&driver->solos[hart], &driver->locals[hart]);
}

GArray *solo_driver_steps(SoloDriver *driver, guint hart)
{
    if (driver->locals[hart].task.status == TASK_DONE || driver->locals[hart].task.status == TASK_CRASHED)
        return g_array_new(FALSE, FALSE, sizeof(MachineStep));
    look(driver, hart);
    return solo_steps(&driver->solos[hart], &driver->locals[hart]);
}

bool solo_driver_take(SoloDriver *driver, guint hart, const MachineStep *step)
{
    Local *local = &driver->locals[hart], next;
    Solo *solo = &driver->solos[hart];
    local_init(&next);
    bool possible = solo_apply(solo, local, step, &next);
    for (guint i = 0; i < next.suffix->len; i++) {
        Message message = g_array_index(next.suffix, Message, i);
        message.hart = (uint8_t)hart;
        g_array_append_val(driver->timeline, message);
    }
    g_array_set_size(next.suffix, 0);
    local_clear(local);
    *local = next;
    return possible;
}

void solo_driver_promise(SoloDriver *driver, guint hart, Message message)
{
    message.hart = (uint8_t)hart;
    g_array_append_val(driver->timeline, message);
    stamps_add(&driver->locals[hart].views.promised, driver->timeline->len);
}

TrailStep trail_promise(guint hart, const Message *message)
{
    TrailStep step = { .process = hart, .move = TRAIL_PROMISE, .promise = { message->address, message->value } };
    step.promise[2] = (guint64)message->asker << 16 | (guint64)message->kind << 8 | message->size;
    return step;
}

Message trail_message(const TrailStep *promise)
{
    Message message = { .address = promise->promise[0], .value = promise->promise[1] };
    message.size = (uint8_t)promise->promise[2];
    message.kind = (uint8_t)(promise->promise[2] >> 8);
    message.asker = (uint8_t)(promise->promise[2] >> 16);
    return message;
}

void solo_driver_world(const SoloDriver *driver, World *world)
{
    world_clear(world);
    world_init(world, driver->machine->program);
    for (guint h = 0; h < driver->n; h++) {
        const Local *local = &driver->locals[h];
        for (guint i = 0; i < local->settled->len; i++) {
            const Granule *granule = &g_array_index(local->settled, Granule, i);
            Message message = { .address = granule->address, .value = granule->value, .size = 8 };
            timeline_settle(&world->timeline, &message);
        }
        if (task_is_over(&local->task))
            world->done |= hart_set_of(h);
        if (local->task.status == TASK_PARKED)
            world->parked |= hart_set_of(h);
    }
    for (guint i = 0; i < driver->timeline->len; i++) {
        const Message *message = &g_array_index(driver->timeline, Message, i);
        timeline_append(&world->timeline, message);
        if (message->kind == MESSAGE_STOP)
            world->stop_flags = (uint32_t)message->value;
        if (message->kind == MESSAGE_MARK)
            world->marks |= 1ull << message->value;
    }
}
