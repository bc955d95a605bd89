/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/step-cache.h"

#include <string.h>

enum {
    RANGES_MAX = 6
};

typedef struct Range {
    uint64_t address;
    uint32_t size;
} Range;

/* What the next step of a state touches. */
typedef struct Touched {
    bool known, too_many, stores;
    uint8_t n;
    Range ranges[RANGES_MAX];
} Touched;

typedef struct Entry {
    guint first, n; /* in steps */
    bool known;
    uint16_t kinds;
} Entry;

struct StepCache {
    GArray *touched; /* Touched, by core */
    Touched now;
    GByteArray *key;
    Intern *keys;    /* (core, what of the timeline matters) */
    GArray *entries; /* Entry, by id in keys */
    GArray *steps;   /* CachedStep */
};

StepCache *step_cache_new(void)
{
    StepCache *cache = g_new0(StepCache, 1);
    cache->touched = g_array_new(FALSE, TRUE, sizeof(Touched));
    cache->key = g_byte_array_new();
    cache->keys = intern_new();
    cache->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    cache->steps = g_array_new(FALSE, FALSE, sizeof(CachedStep));
    return cache;
}

void step_cache_free(StepCache *cache)
{
    if (!cache)
        return;
    g_array_unref(cache->touched);
    g_byte_array_unref(cache->key);
    intern_free(cache->keys);
    g_array_unref(cache->entries);
    g_array_unref(cache->steps);
    g_free(cache);
}

void step_cache_begin(StepCache *cache)
{
    cache->now = (Touched){ .known = true };
}

void step_cache_touch(StepCache *cache, uint64_t address, guint size, bool stores)
{
    Touched *now = &cache->now;
    now->stores = now->stores || stores;
    for (guint i = 0; i < now->n; i++)
        if (now->ranges[i].address == address && now->ranges[i].size == size)
            return;
    if (now->n == RANGES_MAX)
        now->too_many = true;
    else
        now->ranges[now->n++] = (Range){ address, size };
}

static bool is_touched(const Touched *touched, const Message *message)
{
    for (guint i = 0; i < touched->n; i++)
        if (message->address < touched->ranges[i].address + touched->ranges[i].size &&
            touched->ranges[i].address < message->address + message->size)
            return true;
    return false;
}

static void add_message(StepCache *cache, guint ts, bool promised, const Message *message)
{
    uint32_t place = ts << 1 | promised;
    g_byte_array_append(cache->key, (const guint8 *)&place, sizeof place);
    g_byte_array_append(cache->key, (const guint8 *)message, sizeof *message);
}

/* The id of the state and of what matters to it, or G_MAXUINT32 if it is not known what does. */
static uint32_t key_of(StepCache *cache, uint32_t core, const GArray *base, const GArray *suffix,
                       const Stamps *promised)
{
    const Touched *touched = core < cache->touched->len ? &g_array_index(cache->touched, Touched, core) : NULL;
    if (!touched || !touched->known || touched->too_many)
        return G_MAXUINT32;
    guint n = base->len + suffix->len;
    uint32_t head[2] = { core, touched->stores ? n : 0 };
    g_byte_array_set_size(cache->key, 0);
    g_byte_array_append(cache->key, (const guint8 *)head, sizeof head);
    for (guint ts = 1; ts <= n; ts++) {
        const Message *message = ts <= base->len ? &g_array_index(base, Message, ts - 1)
                                                 : &g_array_index(suffix, Message, ts - base->len - 1);
        if (is_touched(touched, message))
            add_message(cache, ts, stamps_has(promised, ts), message);
    }
    uint32_t id = intern_put(cache->keys, cache->key->data, cache->key->len);
    if (id == cache->entries->len) {
        Entry entry = { 0 };
        g_array_append_val(cache->entries, entry);
    }
    return id;
}

const CachedStep *step_cache_find(StepCache *cache, uint32_t core, const GArray *base, const GArray *suffix,
                                  const Stamps *promised, guint *n, uint16_t *kinds)
{
    uint32_t id = key_of(cache, core, base, suffix, promised);
    if (id == G_MAXUINT32 || !g_array_index(cache->entries, Entry, id).known)
        return NULL;
    const Entry *entry = &g_array_index(cache->entries, Entry, id);
    *n = entry->n;
    *kinds = entry->kinds;
    return (const CachedStep *)(const void *)cache->steps->data + entry->first;
}

void step_cache_keep(StepCache *cache, uint32_t core, const GArray *base, const GArray *suffix, const Stamps *promised,
                     const CachedStep *steps, guint n, uint16_t kinds)
{
    if (core >= cache->touched->len)
        g_array_set_size(cache->touched, core + 1);
    Touched *touched = &g_array_index(cache->touched, Touched, core);
    /* The bytes touched may depend on what was fetched: whatever has been touched so far matters. */
    for (guint i = 0; touched->known && i < touched->n; i++)
        step_cache_touch(cache, touched->ranges[i].address, touched->ranges[i].size, touched->stores);
    if (touched->too_many)
        return;
    *touched = cache->now;
    uint32_t id = key_of(cache, core, base, suffix, promised);
    if (id == G_MAXUINT32)
        return;
    Entry *entry = &g_array_index(cache->entries, Entry, id);
    if (entry->known)
        return;
    *entry = (Entry){ cache->steps->len, n, true, kinds };
    if (n)
        g_array_append_vals(cache->steps, steps, n);
}
