/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/memory-map.h"

/* Granules of 8 aligned bytes. */
typedef struct Use {
    uint32_t hart; /* the first that used it */
    bool several, stored;
} Use;

struct MemoryMap {
    const Image *image;
    GHashTable *uses; /* granule address -> Use */
    bool changed, sealed;
};

MemoryMap *memory_map_new(const Image *image)
{
    MemoryMap *map = g_new0(MemoryMap, 1);
    map->image = image;
    map->uses = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return map;
}

void memory_map_free(MemoryMap *map)
{
    if (!map)
        return;
    g_hash_table_unref(map->uses);
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
        if (known)
            *known = use;
        else
            g_hash_table_insert(map->uses, g_memdup2(&granule, sizeof granule), g_memdup2(&use, sizeof use));
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

/* ---- footprints */

struct Footprint {
    GHashTable *granules; /* set of granule addresses */
};

Footprint *footprint_new(void)
{
    Footprint *footprint = g_new0(Footprint, 1);
    footprint->granules = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return footprint;
}

void footprint_free(Footprint *footprint)
{
    if (!footprint)
        return;
    g_hash_table_unref(footprint->granules);
    g_free(footprint);
}

void footprint_add(Footprint *footprint, uint64_t address, guint size)
{
    for (uint64_t granule = address & ~7ull; granule <= ((address + size - 1) & ~7ull); granule += 8)
        if (!g_hash_table_contains(footprint->granules, &granule))
            g_hash_table_add(footprint->granules, g_memdup2(&granule, sizeof granule));
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
