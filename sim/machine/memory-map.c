/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/memory-map.h"

/* Granules of 8 aligned bytes. */
typedef struct Use {
    uint32_t hart; /* the first that used it */
    bool several, stored;
} Use;

/* What was known of a granule before something was noted. */
typedef struct Before {
    uint64_t granule;
    bool known;
    Use use;
} Before;

struct MemoryMap {
    const Image *image;
    GHashTable *uses; /* granule address -> Use */
    bool changed, sealed;
    GArray *since; /* Before: since the mark */
    bool changed_before;
};

MemoryMap *memory_map_new(const Image *image)
{
    MemoryMap *map = g_new0(MemoryMap, 1);
    map->image = image;
    map->uses = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    map->since = g_array_new(FALSE, FALSE, sizeof(Before));
    return map;
}

void memory_map_free(MemoryMap *map)
{
    if (!map)
        return;
    g_hash_table_unref(map->uses);
    g_array_unref(map->since);
    g_free(map);
}

static MemoryUse use_of(const Use *use)
{
    if (!use || !use->stored)
        return MEMORY_CONSTANT;
    return use->several ? MEMORY_SHARED : MEMORY_PRIVATE;
}

static Use first_use(const MemoryMap *map, uint64_t granule, guint hart)
{
    Use use = { .hart = hart };
    /* Code is fetched by whoever gets there. A section may begin and end anywhere in the granule. */
    for (guint i = 0; i < 8 && !use.several; i++) {
        const ImageSection *section = image_section_at(map->image, granule + i, 1);
        use.several = section && section->flags & IMAGE_EXEC;
    }
    return use;
}

static void set_use(MemoryMap *map, uint64_t granule, Use *known, Use use)
{
    Before before = { .granule = granule, .known = known != NULL, .use = known ? *known : use };
    if (known && known->several == use.several && known->stored == use.stored)
        return;
    g_array_append_val(map->since, before);
    if (known)
        *known = use;
    else
        g_hash_table_insert(map->uses, g_memdup2(&granule, sizeof granule), g_memdup2(&use, sizeof use));
}

static MemoryUse use_granule(MemoryMap *map, guint hart, bool several, uint64_t granule, bool stores)
{
    Use *known = g_hash_table_lookup(map->uses, &granule);
    Use use = known ? *known : first_use(map, granule, hart);
    MemoryUse before = use_of(&use);
    use.several = use.several || several || use.hart != hart;
    use.stored = use.stored || stores;
    MemoryUse after = use_of(&use);
    if (map->sealed) {
        map->changed = map->changed || !known || after != before;
    } else {
        map->changed = map->changed || (known && after != before);
        set_use(map, granule, known, use);
    }
    return after;
}

void memory_map_seal(MemoryMap *map)
{
    map->sealed = true;
    map->changed = false;
}

MemoryUse memory_map_use(MemoryMap *map, guint hart, bool several, uint64_t address, guint size, bool stores)
{
    uint64_t first = address & ~7ull, last = (address + size - 1) & ~7ull;
    MemoryUse used = use_granule(map, hart, several, first, stores);
    if (last == first)
        return used;
    /* One atomic access across two granules: what holds for one holds for both. */
    MemoryUse other = use_granule(map, hart, several, last, stores);
    if (used == MEMORY_SHARED || other == MEMORY_SHARED) {
        use_granule(map, hart, true, first, true);
        return use_granule(map, hart, true, last, true);
    }
    return MAX(used, other);
}

MemoryUse memory_map_at(const MemoryMap *map, uint64_t address)
{
    uint64_t granule = address & ~7ull;
    return use_of(g_hash_table_lookup(map->uses, &granule));
}

guint memory_map_owner(const MemoryMap *map, uint64_t address)
{
    uint64_t granule = address & ~7ull;
    const Use *use = g_hash_table_lookup(map->uses, &granule);
    return use ? use->hart : 0;
}

bool memory_map_changed(MemoryMap *map)
{
    bool changed = map->changed;
    map->changed = false;
    return changed;
}

void memory_map_mark(MemoryMap *map)
{
    g_array_set_size(map->since, 0);
    map->changed_before = map->changed;
}

void memory_map_undo(MemoryMap *map)
{
    for (guint i = map->since->len; i-- > 0;) {
        const Before *before = &g_array_index(map->since, Before, i);
        if (before->known)
            *(Use *)g_hash_table_lookup(map->uses, &before->granule) = before->use;
        else
            g_hash_table_remove(map->uses, &before->granule);
    }
    g_array_set_size(map->since, 0);
    map->changed = map->changed_before;
}

static int by_address(gconstpointer a, gconstpointer b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The keys of a table in ascending order: uint64_t. */
static GArray *addresses_of(GHashTable *table)
{
    GArray *addresses = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_array_append_vals(addresses, key, 1);
    g_array_sort(addresses, by_address);
    return addresses;
}

static void archive_use(Archive *archive, Use *use)
{
    archive_u32(archive, &use->hart);
    archive_bool(archive, &use->several);
    archive_bool(archive, &use->stored);
}

void memory_map_archive(MemoryMap *map, Archive *archive)
{
    g_autoptr(GArray) addresses = addresses_of(map->uses);
    archive_bool(archive, &map->changed);
    archive_array(archive, addresses);
    for (guint i = 0; i < addresses->len; i++) {
        uint64_t *address = &g_array_index(addresses, uint64_t, i);
        Use *known = g_hash_table_lookup(map->uses, address), use = { 0 };
        archive_use(archive, known ? known : &use);
        if (!known)
            g_hash_table_insert(map->uses, g_memdup2(address, sizeof *address), g_memdup2(&use, sizeof use));
    }
}

/* ---- footprints */

struct Footprint {
    GHashTable *granules; /* set of granule addresses */
    GArray *since;        /* uint64_t: those added since the mark */
};

Footprint *footprint_new(void)
{
    Footprint *footprint = g_new0(Footprint, 1);
    footprint->granules = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    footprint->since = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    return footprint;
}

void footprint_free(Footprint *footprint)
{
    if (!footprint)
        return;
    g_hash_table_unref(footprint->granules);
    g_array_unref(footprint->since);
    g_free(footprint);
}

void footprint_add(Footprint *footprint, uint64_t address, guint size)
{
    for (uint64_t granule = address & ~7ull; granule <= ((address + size - 1) & ~7ull); granule += 8)
        if (!g_hash_table_contains(footprint->granules, &granule)) {
            g_hash_table_add(footprint->granules, g_memdup2(&granule, sizeof granule));
            g_array_append_val(footprint->since, granule);
        }
}

bool footprint_touches(const Footprint *footprint, uint64_t address, guint size)
{
    for (uint64_t granule = address & ~7ull; granule <= ((address + size - 1) & ~7ull); granule += 8)
        if (g_hash_table_contains(footprint->granules, &granule))
            return true;
    return false;
}

guint footprint_size(const Footprint *footprint)
{
    return g_hash_table_size(footprint->granules);
}

void footprint_mark(Footprint *footprint)
{
    g_array_set_size(footprint->since, 0);
}

void footprint_undo(Footprint *footprint)
{
    for (guint i = 0; i < footprint->since->len; i++)
        g_hash_table_remove(footprint->granules, &g_array_index(footprint->since, uint64_t, i));
    g_array_set_size(footprint->since, 0);
}

void footprint_archive(Footprint *footprint, Archive *archive)
{
    g_autoptr(GArray) addresses = addresses_of(footprint->granules);
    archive_array(archive, addresses);
    for (guint i = 0; i < addresses->len; i++)
        footprint_add(footprint, g_array_index(addresses, uint64_t, i), 1);
}
