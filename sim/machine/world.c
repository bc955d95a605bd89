/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/world.h"

#include <string.h>

G_STATIC_ASSERT(sizeof(Hart) == 8 + 32 * 8 + CSR_COUNT * 8 + 8 + 8 + 16);
G_STATIC_ASSERT(sizeof(Task) == sizeof(Hart) + (TRAP_DEPTH_MAX + 1) * 4 + 16 + 8 + 4);

void world_init(World *world, const Program *program)
{
    memset(world, 0, sizeof *world);
    timeline_init(&world->timeline, program->image);
    world->ipis = g_array_new(FALSE, FALSE, sizeof(Ipi));
    world->n_harts = program->harts->len;
}

World *world_dup(const World *world)
{
    World *copy = g_new0(World, 1);
    timeline_init(&copy->timeline, world->timeline.image);
    copy->ipis = g_array_new(FALSE, FALSE, sizeof(Ipi));
    world_copy(copy, world);
    return copy;
}

void world_clear(World *world)
{
    timeline_clear(&world->timeline);
    g_clear_pointer(&world->ipis, g_array_unref);
}

/* Everything behind the timeline is plain data. */
static const gsize plain_start = G_STRUCT_OFFSET(World, done);
static const gsize plain_end = G_STRUCT_OFFSET(World, asked);

/* Behind that, arrays by hart, of which only the first n_harts elements count. */
#define BY_HART(field)                                                   \
    {                                                                    \
        G_STRUCT_OFFSET(World, field), sizeof(((World *)NULL)->field[0]) \
    }
static const struct {
    gsize offset, element;
} by_hart[] = { BY_HART(asked), BY_HART(pending), BY_HART(asked_at), BY_HART(fenced_until), BY_HART(reservations) };
#undef BY_HART

void world_copy(World *to, const World *from)
{
    timeline_copy(&to->timeline, &from->timeline);
    g_array_set_size(to->ipis, 0);
    if (from->ipis->len)
        g_array_append_vals(to->ipis, from->ipis->data, from->ipis->len);
    memcpy((char *)to + plain_start, (const char *)from + plain_start, plain_end - plain_start);
    for (guint i = 0; i < G_N_ELEMENTS(by_hart); i++)
        memcpy((char *)to + by_hart[i].offset, (const char *)from + by_hart[i].offset,
               from->n_harts * by_hart[i].element);
}

static void append(GByteArray *bytes, const void *data, gsize size)
{
    g_byte_array_append(bytes, data, (guint)size);
}

uint32_t world_intern(const World *world, Intern *intern)
{
    g_autoptr(GByteArray) bytes = g_byte_array_sized_new(256);
    const GArray *settled = world->timeline.settled, *messages = world->timeline.messages;
    uint32_t counts[3] = { settled->len, messages->len, world->ipis->len };
    append(bytes, (const char *)world + plain_start, plain_end - plain_start);
    for (guint i = 0; i < G_N_ELEMENTS(by_hart); i++)
        append(bytes, (const char *)world + by_hart[i].offset, world->n_harts * by_hart[i].element);
    append(bytes, counts, sizeof counts);
    if (settled->len)
        append(bytes, settled->data, settled->len * sizeof(Granule));
    if (messages->len)
        append(bytes, messages->data, messages->len * sizeof(Message));
    if (world->ipis->len)
        append(bytes, world->ipis->data, world->ipis->len * sizeof(Ipi));
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
    uint32_t counts[3];
    at = take(at, (char *)world + plain_start, plain_end - plain_start);
    for (guint i = 0; i < G_N_ELEMENTS(by_hart); i++)
        at = take(at, (char *)world + by_hart[i].offset, world->n_harts * by_hart[i].element);
    at = take(at, counts, sizeof counts);
    at = take_array(at, world->timeline.settled, counts[0], sizeof(Granule));
    at = take_array(at, world->timeline.messages, counts[1], sizeof(Message));
    take_array(at, world->ipis, counts[2], sizeof(Ipi));
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
