/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/views.h"

#include <string.h>

G_STATIC_ASSERT(sizeof(ByteViews) == 16);
G_STATIC_ASSERT(G_STRUCT_OFFSET(Views, bytes) % 8 == 0);

View views_of_registers(const Views *views, uint32_t mask)
{
    View view = 0;
    for (; mask; mask &= mask - 1)
        view_raise(&view, views->reg[__builtin_ctz(mask)]);
    return view;
}

/* ---- the stretches of bytes */

static bool same_views(const ByteViews *a, const ByteViews *b)
{
    return a->coherence == b->coherence && a->stamp == b->stamp && a->forward == b->forward && a->flags == b->flags;
}

static bool says_nothing(const ByteViews *bytes)
{
    return !bytes->coherence && !bytes->stamp && !bytes->forward && !bytes->flags;
}

ByteViews views_byte(const Views *views, uint64_t address)
{
    for (guint i = 0; i < views->n_bytes; i++) {
        const ByteViews *bytes = &views->bytes[i];
        if (address - bytes->address < bytes->size)
            return *bytes;
    }
    return (ByteViews){ .address = address, .size = 1 };
}

/* Stretches being put together again, each joined to the one before it if nothing tells them apart. */
typedef struct Joining {
    ByteViews bytes[BYTE_VIEWS_MAX + 8];
    guint n;
} Joining;

static void join(Joining *joining, ByteViews next)
{
    if (says_nothing(&next) || next.size == 0)
        return;
    ByteViews *last = joining->n ? &joining->bytes[joining->n - 1] : NULL;
    if (last && last->address + last->size == next.address && last->size + next.size <= 128 && same_views(last, &next))
        last->size = (uint8_t)(last->size + next.size);
    else
        joining->bytes[joining->n++] = next;
}

static bool take_over(Views *views, const Joining *joining)
{
    if (joining->n > BYTE_VIEWS_MAX)
        return false;
    views->n_bytes = (uint8_t)joining->n;
    memcpy(views->bytes, joining->bytes, joining->n * sizeof(ByteViews));
    return true;
}

/* The part of a stretch inside [start, end). */
static ByteViews part_of(const ByteViews *bytes, uint64_t start, uint64_t end)
{
    ByteViews part = *bytes;
    uint64_t from = MAX(bytes->address, start), to = MIN(bytes->address + bytes->size, end);
    part.address = from;
    part.size = from < to ? (uint8_t)(to - from) : 0;
    return part;
}

bool views_set_bytes(Views *views, uint64_t address, guint size, ByteViews to)
{
    Joining joining = { .n = 0 };
    guint i = 0;
    for (; i < views->n_bytes && views->bytes[i].address < address; i++)
        join(&joining, part_of(&views->bytes[i], 0, address));
    to.address = address;
    to.size = (uint8_t)size;
    join(&joining, to);
    i = i > 0 ? i - 1 : 0; /* it may reach beyond */
    for (; i < views->n_bytes; i++)
        if (views->bytes[i].address + views->bytes[i].size > address + size)
            join(&joining, part_of(&views->bytes[i], address + size, UINT64_MAX));
    return take_over(views, &joining);
}

bool views_raise_coherence(Views *views, uint64_t address, guint size, View to)
{
    for (guint i = 0; i < size; i++) {
        ByteViews byte = views_byte(views, address + i);
        if (byte.coherence >= to)
            continue;
        guint run = 1; /* bytes that are alike are raised together */
        for (ByteViews next; i + run < size; run++) {
            next = views_byte(views, address + i + run);
            if (!same_views(&byte, &next))
                break;
        }
        byte.coherence = to;
        if (!views_set_bytes(views, address + i, run, byte))
            return false;
        i += run - 1;
    }
    return true;
}

View views_coherence(const Views *views, uint64_t address, guint size)
{
    View view = 0;
    for (guint i = 0; i < views->n_bytes; i++) {
        const ByteViews *bytes = &views->bytes[i];
        if (bytes->address < address + size && address < bytes->address + bytes->size)
            view_raise(&view, bytes->coherence);
    }
    return view;
}

void views_normalise(Views *views)
{
    /* What a later fence.i would add to vFetch counts only if it adds something. */
    if (views->fetched <= views->fetch)
        views->fetched = 0;
    if (views->output <= view_join(views->control, views->clock))
        views->output = 0;
    Joining joining = { .n = 0 };
    View writes_after = view_join(views->write_new, views->control);
    for (guint i = 0; i < views->n_bytes; i++) {
        ByteViews bytes = views->bytes[i];
        /* A forwarding view that every later load has reached anyway says nothing; nor does coherence that every later load
         * and store have. */
        if (!(bytes.flags & BYTES_EXCLUSIVE) && bytes.forward <= views->read_new)
            bytes.forward = 0;
        if (bytes.flags == BYTES_STORED && bytes.stamp == 0 && bytes.forward == 0)
            bytes.flags = 0;
        if (bytes.coherence <= writes_after && bytes.coherence <= views->read_new)
            bytes.coherence = 0;
        join(&joining, bytes);
    }
    take_over(views, &joining);
}

/* ---- reading */

/* What a load knows of each of its bytes before it picks a point. */
typedef struct ByteBound {
    View last; /* the message this hart last read or wrote there */
    bool forwards;
    View stamp, forward;
} ByteBound;

static ByteBound byte_bound(const Views *views, const Timeline *timeline, uint64_t address)
{
    ByteViews byte = views_byte(views, address);
    ByteBound bound = { .last = (View)timeline_newest(timeline, address, byte.coherence) };
    bound.forwards = (byte.flags & (BYTES_STORED | BYTES_EXCLUSIVE)) == BYTES_STORED;
    bound.stamp = byte.stamp;
    bound.forward = byte.forward;
    return bound;
}

static bool same_stamps(const ReadChoice *a, const ReadChoice *b, guint size)
{
    return !memcmp(a->stamp, b->stamp, size * sizeof *a->stamp);
}

guint views_read(const Views *views, const Timeline *timeline, uint64_t address, guint size, View pre, View horizon,
                 ReadChoice *choices)
{
    ByteBound bounds[8];
    View low = pre;
    for (guint i = 0; i < size; i++) {
        bounds[i] = byte_bound(views, timeline, address + i);
        bool own = bounds[i].forwards && bounds[i].last == bounds[i].stamp;
        view_raise(&low, own ? bounds[i].forward : bounds[i].last);
    }
    guint n = 0, now = MIN(timeline_now(timeline), horizon);
    for (guint point = low;; point++) {
        if (point == low || timeline_touched(timeline, address, size, point - 1, point)) {
            ReadChoice *choice = &choices[n];
            choice->value = 0;
            choice->post = pre;
            for (guint i = 0; i < size; i++) {
                const ByteBound *bound = &bounds[i];
                guint ts = timeline_newest(timeline, address + i, MAX(bound->last, point));
                choice->stamp[i] = (View)ts;
                choice->value |= (uint64_t)timeline_byte(timeline, address + i, ts) << 8 * i;
                view_raise(&choice->post, bound->forwards && ts == bound->stamp ? bound->forward : (View)ts);
            }
            if (n == 0 || !same_stamps(choice, &choices[n - 1], size))
                n++;
        }
        if (point >= now)
            return n;
    }
}

bool views_dead(const Views *views, const Stamps *promised, const GArray *messages, bool device)
{
    View output = view_join(views->control, views->clock), bound = view_join(views->write_new, output);
    for (guint w = 0; w < TIMELINE_WORDS; w++)
        for (uint64_t rest = promised->word[w]; rest; rest &= rest - 1) {
            guint ts = w * 64 + (guint)__builtin_ctzll(rest);
            const Message *message = &g_array_index(messages, Message, ts - 1);
            if (ts <= (device && message_is_output(message->kind) ? output : bound) ||
                (message->size && ts <= views_coherence(views, message->address, message->size)))
                return true;
        }
    return false;
}
