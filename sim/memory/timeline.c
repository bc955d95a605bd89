/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/memory/timeline.h"

#include "sim/base/array.h"

void timeline_init(Timeline *timeline, const Image *image)
{
    timeline->image = image;
    timeline->settled = g_array_new(FALSE, FALSE, sizeof(Granule));
    timeline->messages = g_array_new(FALSE, FALSE, sizeof(Message));
}

void timeline_clear(Timeline *timeline)
{
    g_clear_pointer(&timeline->settled, g_array_unref);
    g_clear_pointer(&timeline->messages, g_array_unref);
}

void timeline_copy(Timeline *to, const Timeline *from)
{
    to->image = from->image;
    array_assign(to->settled, from->settled, sizeof(Granule));
    array_assign(to->messages, from->messages, sizeof(Message));
}

static bool covers(const Message *message, uint64_t address)
{
    return address - message->address < message->size;
}

guint timeline_append(Timeline *timeline, const Message *message)
{
    g_array_append_vals(timeline->messages, message, 1);
    return timeline->messages->len;
}

/* Index of the first granule at or above an address. */
static guint granule_index(const Timeline *timeline, uint64_t address)
{
    guint low = 0, high = timeline->settled->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(timeline->settled, Granule, middle).address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const Granule *granule_at(const Timeline *timeline, uint64_t address)
{
    guint index = granule_index(timeline, address & ~7ull);
    if (index == timeline->settled->len)
        return NULL;
    const Granule *granule = &g_array_index(timeline->settled, Granule, index);
    return granule->address == (address & ~7ull) ? granule : NULL;
}

/* The image's bytes of a granule; those outside any section count as 0. */
static uint64_t image_granule(const Image *image, uint64_t address)
{
    uint64_t value = 0;
    for (guint i = 0; i < 8; i++)
        if (image_section_at(image, address + i, 1))
            value |= (uint64_t)image_byte(image, address + i) << 8 * i;
    return value;
}

static void settle_in_granule(Timeline *timeline, const Message *message)
{
    uint64_t address = message->address & ~7ull;
    uint64_t initial = image_granule(timeline->image, address);
    guint index = granule_index(timeline, address), shift = 8 * (guint)(message->address & 7);
    bool found = index < timeline->settled->len && g_array_index(timeline->settled, Granule, index).address == address;
    Granule granule = { address, found ? g_array_index(timeline->settled, Granule, index).value : initial };
    uint64_t mask = (message->size == 8 ? ~0ull : (1ull << 8 * message->size) - 1) << shift;
    granule.value = (granule.value & ~mask) | (message->value << shift & mask);
    /* A granule that is back at its initial value is dropped: equal memories have equal representations. */
    if (granule.value == initial) {
        if (found)
            g_array_remove_index(timeline->settled, index);
    } else if (found) {
        g_array_index(timeline->settled, Granule, index) = granule;
    } else {
        g_array_insert_val(timeline->settled, index, granule);
    }
}

void timeline_settle(Timeline *timeline, const Message *message)
{
    guint room = 8 - (guint)(message->address & 7);
    if (message->size <= room) {
        settle_in_granule(timeline, message);
        return;
    }
    /* a misaligned access that is atomic (Zama16b) */
    Message low = *message, high = *message;
    low.size = (uint8_t)room;
    low.value = message->value & ((1ull << 8 * room) - 1);
    high.address += room;
    high.size = (uint8_t)(message->size - room);
    high.value = message->value >> 8 * room;
    settle_in_granule(timeline, &low);
    settle_in_granule(timeline, &high);
}

guint timeline_newest(const Timeline *timeline, uint64_t address, guint bound)
{
    for (guint ts = MIN(bound, timeline->messages->len); ts > 0; ts--)
        if (covers(&g_array_index(timeline->messages, Message, ts - 1), address))
            return ts;
    return 0;
}

uint8_t timeline_byte(const Timeline *timeline, uint64_t address, guint ts)
{
    if (ts > 0) {
        const Message *message = &g_array_index(timeline->messages, Message, ts - 1);
        g_assert(covers(message, address));
        return (uint8_t)(message->value >> 8 * (address - message->address));
    }
    const Granule *granule = granule_at(timeline, address);
    return granule ? (uint8_t)(granule->value >> 8 * (address & 7)) : image_byte(timeline->image, address);
}

uint64_t timeline_read(const Timeline *timeline, uint64_t address, guint size, guint bound, guint *newest)
{
    uint64_t value = 0;
    guint latest = 0;
    for (guint i = 0; i < size; i++) {
        guint ts = timeline_newest(timeline, address + i, bound);
        latest = MAX(latest, ts);
        value |= (uint64_t)timeline_byte(timeline, address + i, ts) << 8 * i;
    }
    if (newest)
        *newest = latest;
    return value;
}

bool timeline_touched(const Timeline *timeline, uint64_t address, guint size, guint after, guint until)
{
    for (guint ts = after + 1; ts <= MIN(until, timeline->messages->len); ts++) {
        const Message *message = &g_array_index(timeline->messages, Message, ts - 1);
        if (message->address < address + size && address < message->address + message->size)
            return true;
    }
    return false;
}
