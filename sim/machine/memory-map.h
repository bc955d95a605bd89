/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the timeline explorer finds out about memory: who uses it, and what a hart depends on. */
#pragma once

#include "sim/base/archive.h"
#include "sim/hart/hart.h"

/* Who uses which memory, learnt on the way. Memory that one hart uses, or that nobody stores to, needs no messages. */
typedef struct MemoryMap MemoryMap;

void memory_map_free(MemoryMap *map);
MemoryMap *memory_map_new(const Image *image) OWNED_BY(memory_map_free);

/* Notes an access by hart `hart`, or by that and others like it, and tells what the memory is used for. */
MemoryUse memory_map_use(MemoryMap *map, guint hart, bool several, uint64_t address, guint size, bool stores);

/* What it is used for as far as is known. */
MemoryUse memory_map_at(const MemoryMap *map, uint64_t address);

/* The first hart that used it. */
guint memory_map_owner(const MemoryMap *map, uint64_t address);

/* Whether some memory has turned out to be used otherwise than had been said since the last call: what was explored
 * under the old answer is void. */
bool memory_map_changed(MemoryMap *map);

/* From now on the map only answers: it stays as it is, and what would have changed it, or is about memory that nobody was
 * seen to use, only counts as a change. */
void memory_map_seal(MemoryMap *map);

/* memory_map_undo takes back what has been noted since memory_map_mark. */
void memory_map_mark(MemoryMap *map);
void memory_map_undo(MemoryMap *map);
/* All that is known. */
void memory_map_archive(MemoryMap *map, Archive *archive);

/* What a hart's run depends on: messages to other bytes are none of its business. */
typedef struct Footprint Footprint;

void footprint_free(Footprint *footprint);
Footprint *footprint_new(void) OWNED_BY(footprint_free);
void footprint_add(Footprint *footprint, uint64_t address, guint size);
bool footprint_touches(const Footprint *footprint, uint64_t address, guint size);
/* Grows whenever something is added that was not there. */
guint footprint_size(const Footprint *footprint);
/* Likewise. */
void footprint_mark(Footprint *footprint);
void footprint_undo(Footprint *footprint);
void footprint_archive(Footprint *footprint, Archive *archive);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MemoryMap, memory_map_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Footprint, footprint_free)
