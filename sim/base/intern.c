/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/base/intern.h"

#define XXH_INLINE_ALL
#include <string.h>
#include <xxhash.h>

/* Chunks double in size: many tables stay small. */
enum {
    CHUNK_FIRST = 1 << 12,
    CHUNK_SIZE = 1 << 18
};

typedef struct Entry {
    const guint8 *bytes;
    guint32 length;
    guint32 tag; /* upper half of the hash: most unequal strings are told apart without being read */
} Entry;

struct Intern {
    GPtrArray *chunks;
    gsize chunk_used, chunk_size; /* bytes of the newest chunk */
    GArray *entries;              /* Entry, by id */
    guint32 *slots;               /* id + 1, or 0; open addressing, size a power of two */
    guint n_slots;
    guint64 n_bytes;
};

Intern *intern_new(void)
{
    Intern *intern = g_new0(Intern, 1);
    intern->chunks = g_ptr_array_new_with_free_func(g_free);
    intern->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    intern->n_slots = 64;
    intern->slots = g_new0(guint32, intern->n_slots);
    return intern;
}

void intern_free(Intern *intern)
{
    if (!intern)
        return;
    g_ptr_array_unref(intern->chunks);
    g_array_unref(intern->entries);
    g_free(intern->slots);
    g_free(intern);
}

static const guint8 *copy_in(Intern *intern, const void *bytes, guint length)
{
    gsize rounded = MAX((length + 7u) & ~(gsize)7, 8);
    if (intern->chunk_used + rounded > intern->chunk_size) {
        gsize next = CLAMP(intern->chunk_size * 2, (gsize)CHUNK_FIRST, (gsize)CHUNK_SIZE);
        intern->chunk_size = MAX(rounded, next);
        intern->chunk_used = 0;
        g_ptr_array_add(intern->chunks, g_malloc(intern->chunk_size));
        intern->n_bytes += intern->chunk_size;
    }
    guint8 *chunk = g_ptr_array_index(intern->chunks, intern->chunks->len - 1);
    guint8 *copy = chunk + intern->chunk_used;
    if (length)
        memcpy(copy, bytes, length);
    intern->chunk_used += rounded;
    return copy;
}

static void grow(Intern *intern)
{
    guint n_slots = intern->n_slots * 2;
    guint32 *slots = g_new0(guint32, n_slots);
    for (guint id = 0; id < intern->entries->len; id++) {
        const Entry *entry = &g_array_index(intern->entries, Entry, id);
        guint at = (guint)XXH3_64bits(entry->bytes, entry->length) & (n_slots - 1);
        while (slots[at])
            at = (at + 1) & (n_slots - 1);
        slots[at] = id + 1;
    }
    g_free(intern->slots);
    intern->slots = slots;
    intern->n_slots = n_slots;
}

uint32_t intern_put(Intern *intern, const void *bytes, guint length)
{
    guint64 hash = XXH3_64bits(bytes, length);
    guint32 tag = (guint32)(hash >> 32);
    guint at = (guint)hash & (intern->n_slots - 1);
    for (; intern->slots[at]; at = (at + 1) & (intern->n_slots - 1)) {
        const Entry *entry = &g_array_index(intern->entries, Entry, intern->slots[at] - 1);
        if (entry->tag == tag && entry->length == length && (length == 0 || !memcmp(entry->bytes, bytes, length)))
            return intern->slots[at] - 1;
    }
    Entry entry = { copy_in(intern, bytes, length), length, tag };
    g_assert(intern->entries->len < G_MAXUINT32 - 1);
    g_array_append_val(intern->entries, entry);
    intern->slots[at] = intern->entries->len;
    if (intern->entries->len * 3ull > intern->n_slots * 2ull)
        grow(intern);
    return intern->entries->len - 1;
}

gconstpointer intern_get(const Intern *intern, uint32_t id, guint *length)
{
    g_assert(id < intern->entries->len);
    const Entry *entry = &g_array_index(intern->entries, Entry, id);
    if (length)
        *length = entry->length;
    return entry->bytes;
}

guint intern_count(const Intern *intern)
{
    return intern->entries->len;
}

guint64 intern_bytes(const Intern *intern)
{
    return intern->n_bytes + (guint64)intern->n_slots * sizeof(guint32) + (guint64)intern->entries->len * sizeof(Entry);
}
