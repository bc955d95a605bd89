/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/explore/memo.h"

#include "sim/explore/store.h"

typedef struct MemoEntry {
    uint32_t local, shared;
    uint32_t first; /* index of the first move */
    uint32_t n;     /* moves + 1; 0: free */
} MemoEntry;

struct Memo {
    Space *space;
    GArray *moves; /* Move */
    MemoEntry *entries;
    guint n_entries; /* a power of two */
    guint n_used;
};

Memo *memo_new(Space *space)
{
    Memo *memo = g_new0(Memo, 1);
    memo->space = space;
    memo->moves = g_array_new(FALSE, FALSE, sizeof(Move));
    memo->n_entries = 256;
    memo->entries = g_new0(MemoEntry, memo->n_entries);
    return memo;
}

void memo_free(Memo *memo)
{
    if (!memo)
        return;
    g_array_unref(memo->moves);
    g_free(memo->entries);
    g_free(memo);
}

static MemoEntry *probe(const Memo *memo, uint32_t local, uint32_t shared)
{
    guint at = (guint)component_hash(1, local ^ shared << 16 ^ shared >> 16) & (memo->n_entries - 1);
    MemoEntry *entry = &memo->entries[at];
    while (entry->n && (entry->local != local || entry->shared != shared)) {
        at = (at + 1) & (memo->n_entries - 1);
        entry = &memo->entries[at];
    }
    return entry;
}

static void grow(Memo *memo)
{
    MemoEntry *old = memo->entries;
    guint n_old = memo->n_entries;
    memo->n_entries *= 2;
    memo->entries = g_new0(MemoEntry, memo->n_entries);
    for (guint i = 0; i < n_old; i++)
        if (old[i].n)
            *probe(memo, old[i].local, old[i].shared) = old[i];
    g_free(old);
}

const Move *memo_moves(Memo *memo, guint process, uint32_t local, uint32_t shared, guint *n_moves)
{
    MemoEntry *entry = probe(memo, local, shared);
    if (!entry->n) {
        if (memo->n_used * 2 >= memo->n_entries) {
            grow(memo);
            entry = probe(memo, local, shared);
        }
        guint first = memo->moves->len;
        memo->space->class->moves(memo->space, process, local, shared, memo->moves);
        *entry = (MemoEntry){ local, shared, first, memo->moves->len - first + 1 };
        memo->n_used++;
    }
    *n_moves = entry->n - 1;
    return &g_array_index(memo->moves, Move, entry->first);
}

guint64 memo_count(const Memo *memo)
{
    return memo->n_used;
}

guint64 memo_bytes(const Memo *memo)
{
    return (guint64)memo->n_entries * sizeof(MemoEntry) + (guint64)memo->moves->len * sizeof(Move);
}

/* Whether every entry has moves that there are, and the findings of those are some. */
static bool is_sound(const Memo *memo)
{
    guint n_used = 0;
    for (guint i = 0; i < memo->n_entries; i++) {
        const MemoEntry *entry = &memo->entries[i];
        n_used += entry->n > 0;
        if (entry->n && (guint64)entry->first + entry->n - 1 > memo->moves->len)
            return false;
    }
    for (guint m = 0; m < memo->moves->len; m++)
        if (g_array_index(memo->moves, Move, m).finding > FINDING_OUT_OF_MODEL)
            return false;
    return n_used == memo->n_used;
}

void memo_archive(Memo *memo, Archive *archive)
{
    guint n_used = memo->n_used, n_entries = memo->n_entries;
    archive_u32(archive, &n_used);
    archive_u32(archive, &n_entries);
    archive_array(archive, memo->moves);
    if (!archive_check(archive, n_entries && (n_entries & (n_entries - 1)) == 0 && n_used < n_entries) ||
        !archive_room(archive, n_entries, sizeof(MemoEntry)))
        return;
    if (archive_is_reading(archive)) {
        g_free(memo->entries);
        memo->entries = g_new0(MemoEntry, n_entries);
        memo->n_entries = n_entries;
        memo->n_used = n_used;
    }
    archive_bytes(archive, memo->entries, n_entries * sizeof(MemoEntry));
    archive_check(archive, is_sound(memo));
}
