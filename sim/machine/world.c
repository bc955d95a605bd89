/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/world.h"

#include <string.h>

G_STATIC_ASSERT(sizeof(Hart) == 8 + 32 * 8 + CSR_COUNT * 8 + 8 + 8 + 16);
G_STATIC_ASSERT(sizeof(Task) == sizeof(Hart) + 24);

void world_init(World *world, const Program *program)
{
    memset(world, 0, sizeof *world);
    timeline_init(&world->timeline, program->image);
    world->n_harts = program->harts->len;
}

void world_clear(World *world)
{
    timeline_clear(&world->timeline);
}

/* Everything behind the timeline is plain data. */
static const gsize plain_start = G_STRUCT_OFFSET(World, done);
static const gsize plain_end = G_STRUCT_OFFSET(World, fence_pending);

void world_copy(World *to, const World *from)
{
    timeline_copy(&to->timeline, &from->timeline);
    memcpy((char *)to + plain_start, (const char *)from + plain_start, sizeof *to - plain_start);
}

static void append(GByteArray *bytes, const void *data, gsize size)
{
    g_byte_array_append(bytes, data, (guint)size);
}

uint32_t world_intern(const World *world, Intern *intern)
{
    g_autoptr(GByteArray) bytes = g_byte_array_sized_new(256);
    const GArray *settled = world->timeline.settled, *messages = world->timeline.messages;
    uint32_t counts[2] = { settled->len, messages->len };
    append(bytes, (const char *)world + plain_start, plain_end - plain_start);
    append(bytes, world->fence_pending, world->n_harts * sizeof *world->fence_pending);
    append(bytes, world->fence_begin, world->n_harts * sizeof *world->fence_begin);
    append(bytes, world->reservations, world->n_harts * sizeof *world->reservations);
    append(bytes, counts, sizeof counts);
    if (settled->len)
        append(bytes, settled->data, settled->len * sizeof(Granule));
    if (messages->len)
        append(bytes, messages->data, messages->len * sizeof(Message));
    return intern_put(intern, bytes->data, bytes->len);
}

static const guint8 *take(const guint8 *at, void *data, gsize size)
{
    memcpy(data, at, size);
    return at + size;
}

static const guint8 *take_array(const guint8 *at, GArray *array, guint n, gsize element)
{
    g_array_set_size(array, n);
    return n ? take(at, array->data, n * element) : at;
}

void world_extern(World *world, const Intern *intern, uint32_t id)
{
    const guint8 *at = intern_get(intern, id, NULL);
    uint32_t counts[2];
    at = take(at, (char *)world + plain_start, plain_end - plain_start);
    at = take(at, world->fence_pending, world->n_harts * sizeof *world->fence_pending);
    at = take(at, world->fence_begin, world->n_harts * sizeof *world->fence_begin);
    at = take(at, world->reservations, world->n_harts * sizeof *world->reservations);
    at = take(at, counts, sizeof counts);
    at = take_array(at, world->timeline.settled, counts[0], sizeof(Granule));
    take_array(at, world->timeline.messages, counts[1], sizeof(Message));
}

void world_store(World *world, const Options *options, Message message)
{
    const ImageSection *section = image_section_at(world->timeline.image, message.address, message.size);
    bool fetchable = section && section->flags & IMAGE_EXEC;
    guint hart = message.hart;
    if (fetchable && !options->model->coherent_fetch)
        timeline_append(&world->timeline, &message);
    else
        timeline_settle(&world->timeline, &message);
    for (guint h = 0; h < world->n_harts; h++) {
        Reservation *held = &world->reservations[h];
        if (h != hart && held->size && held->address < message.address + message.size &&
            message.address < held->address + held->size)
            *held = (Reservation){ 0 };
    }
}
