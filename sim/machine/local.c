/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/solo.h"

#include "sim/base/array.h"

#include <string.h>

void local_init(Local *local)
{
    memset(local, 0, sizeof *local);
    local->settled = g_array_new(FALSE, FALSE, sizeof(Granule));
    local->suffix = g_array_new(FALSE, FALSE, sizeof(Message));
}

void local_clear(Local *local)
{
    g_array_unref(local->settled);
    g_array_unref(local->suffix);
}

void local_copy(Local *to, const Local *from)
{
    to->task = from->task;
    views_assign(&to->views, &from->views);
    array_assign(to->settled, from->settled, sizeof(Granule));
    array_assign(to->suffix, from->suffix, sizeof(Message));
}

static gpointer put(guint8 *at, gconstpointer data, gsize size)
{
    if (size)
        memcpy(at, data, size);
    return at + size;
}

uint32_t local_intern(const Local *local, Intern *intern)
{
    guint views = views_size(&local->views);
    uint32_t counts[2] = { local->settled->len, local->suffix->len };
    gsize size = sizeof counts + sizeof local->task + views + counts[0] * sizeof(Granule) + counts[1] * sizeof(Message);
    guint8 small[2048], *bytes = size <= sizeof small ? small : g_malloc(size), *at = bytes;
    at = put(at, counts, sizeof counts);
    at = put(at, &local->task, sizeof local->task);
    at = put(at, &local->views, views);
    at = put(at, local->settled->data, counts[0] * sizeof(Granule));
    put(at, local->suffix->data, counts[1] * sizeof(Message));
    uint32_t id = intern_put(intern, bytes, (guint)size);
    if (bytes != small)
        g_free(bytes);
    return id;
}

static const guint8 *take_array(const guint8 *at, GArray *array, guint n, gsize element)
{
    g_array_set_size(array, n);
    if (n)
        memcpy(array->data, at, n * element);
    return at + n * element;
}

void local_extern(Local *local, const Intern *intern, uint32_t id)
{
    uint32_t counts[2];
    const guint8 *at = intern_get(intern, id, NULL);
    memcpy(counts, at, sizeof counts);
    at += sizeof counts;
    memcpy(&local->task, at, sizeof local->task);
    at += sizeof local->task;
    const Views *views = (const Views *)(const void *)at;
    views_assign(&local->views, views);
    at += views_size(views);
    at = take_array(at, local->settled, counts[0], sizeof(Granule));
    take_array(at, local->suffix, counts[1], sizeof(Message));
}
