/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/internal.h"

#include <string.h>

/* More orders of patches than this on one region do not occur in anything a person would write. */
enum {
    ORDERS_MAX = 4096
};

/* The patches that one patcher stores, in order. A patch that no declarative patcher stores (real code does) is a
 * sequence of its own: it may come at any time. */
typedef struct Sequence {
    GPtrArray *patches; /* const Patch * */
    bool again;         /* the patcher is called more than once: after the last comes the first */
} Sequence;

static void sequence_clear(gpointer data)
{
    g_ptr_array_unref(((Sequence *)data)->patches);
}

static bool stored_by_steps(const Loader *loader, const Patch *patch)
{
    for (guint i = 0; i < loader->steps->len; i++) {
        const Steps *steps = g_ptr_array_index(loader->steps, i);
        for (guint p = 0; steps && p < steps->stored->len; p++)
            if (g_str_equal(g_ptr_array_index(steps->stored, p), patch->name))
                return true;
    }
    return false;
}

static void add_patch_named(const Program *program, const char *name, GPtrArray *patches)
{
    for (guint p = 0; p < program->patches->len; p++)
        if (g_str_equal(program_patch(program, p)->name, name))
            g_ptr_array_add(patches, (gpointer)program_patch(program, p));
}

static GArray *sequences(const Loader *loader)
{
    const Program *program = loader->program;
    GArray *result = g_array_new(FALSE, TRUE, sizeof(Sequence));
    g_array_set_clear_func(result, sequence_clear);
    for (guint i = 0; i < loader->steps->len; i++) {
        const Steps *steps = g_ptr_array_index(loader->steps, i);
        if (!steps || steps->stored->len == 0)
            continue;
        Sequence sequence = { g_ptr_array_new(), program_hart(program, i)->calls != 1 };
        for (guint p = 0; p < steps->stored->len; p++)
            add_patch_named(program, g_ptr_array_index(steps->stored, p), sequence.patches);
        g_array_append_val(result, sequence);
    }
    for (guint p = 0; p < program->patches->len; p++) {
        const Patch *patch = program_patch(program, p);
        if (stored_by_steps(loader, patch))
            continue;
        Sequence sequence = { g_ptr_array_new(), false };
        add_patch_named(program, patch->name, sequence.patches);
        g_array_append_val(result, sequence);
    }
    return result;
}

/* ---- regions: patched bytes that overlap or touch belong together */

static int by_address(gconstpointer a, gconstpointer b)
{
    const Patch *x = *(const Patch *const *)a, *y = *(const Patch *const *)b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static char *name_of(const Image *image, uint64_t address)
{
    const ImageSymbol *symbol = image_symbol_before(image, address);
    if (!symbol)
        return g_strdup_printf("0x%" G_GINT64_MODIFIER "x", address);
    if (symbol->address == address)
        return g_strdup(symbol->name);
    return g_strdup_printf("%s+%u", symbol->name, (guint)(address - symbol->address));
}

static void find_regions(Program *program)
{
    g_autoptr(GPtrArray) patches = g_ptr_array_new();
    for (guint i = 0; i < program->patches->len; i++)
        g_ptr_array_add(patches, (gpointer)program_patch(program, i));
    g_ptr_array_sort(patches, by_address);
    Region *last = NULL;
    for (guint i = 0; i < patches->len; i++) {
        const Patch *patch = g_ptr_array_index(patches, i);
        uint64_t end = patch->address + g_bytes_get_size(patch->bytes);
        if (!last || patch->address > last->start + last->size) {
            Region region = { .name = name_of(program->image, patch->address), .start = patch->address };
            g_array_append_val(program->regions, region);
            last = &g_array_index(program->regions, Region, program->regions->len - 1);
        }
        last->size = MAX(last->size, end - last->start);
    }
}

/* ---- versions: every content that a region has between completed patches, whatever the order of the patchers */

typedef struct Enumeration {
    Region *region;
    const GArray *sequences;
    guint *at;        /* how far each sequence is */
    GHashTable *seen; /* of positions and content */
} Enumeration;

static bool overlay(const Region *region, guint8 *bytes, const Patch *patch)
{
    gsize size;
    const guint8 *new_bytes = g_bytes_get_data(patch->bytes, &size);
    if (!region_holds(region, patch->address))
        return false;
    memcpy(bytes + (patch->address - region->start), new_bytes, size);
    return true;
}

static void note_version(Region *region, const char *label, const guint8 *bytes)
{
    for (guint i = 0; region->versions && i < region->versions->len; i++)
        if (!memcmp(region_version(region, i)->bytes, bytes, region->size))
            return;
    region_add_version(region, label, bytes);
}

static bool seen_before(Enumeration *e, const guint8 *bytes)
{
    GByteArray *key = g_byte_array_new();
    g_byte_array_append(key, (const guint8 *)e->at, e->sequences->len * (guint)sizeof *e->at);
    g_byte_array_append(key, bytes, (guint)e->region->size);
    return !g_hash_table_add(e->seen, g_byte_array_free_to_bytes(key));
}

static void enumerate(Enumeration *e, const guint8 *bytes, const char *label)
{
    if (seen_before(e, bytes) || g_hash_table_size(e->seen) > ORDERS_MAX)
        return;
    note_version(e->region, label, bytes);
    for (guint s = 0; s < e->sequences->len; s++) {
        const Sequence *sequence = &g_array_index(e->sequences, Sequence, s);
        const GPtrArray *patches = sequence->patches;
        guint at = e->at[s];
        if (at == patches->len)
            continue;
        const Patch *patch = g_ptr_array_index(patches, e->at[s]);
        g_autofree guint8 *next = g_memdup2(bytes, e->region->size);
        bool mine = overlay(e->region, next, patch);
        e->at[s] = sequence->again ? (at + 1) % patches->len : at + 1;
        enumerate(e, next, mine ? patch->name : label);
        e->at[s] = at;
    }
}

/* A call cannot end in the middle of a patched site: what happened there would never be judged. */
static bool check_ends(const Loader *loader, GError **error)
{
    const Program *program = loader->program;
    for (guint i = 0; i < program->harts->len; i++) {
        uint64_t until = program_hart(program, i)->until;
        int region = program_region_at(program, until);
        if (region >= 0)
            return yaml_error(error, hart_node(loader, i), "the calls of hart '%s' end in the patched site %s",
                              program_hart(program, i)->name, program_region(program, (guint)region)->name);
    }
    return true;
}

bool make_regions(Loader *loader, GError **error)
{
    Program *program = loader->program;
    find_regions(program);
    if (!check_ends(loader, error))
        return false;
    g_autoptr(GArray) order = sequences(loader);
    for (guint r = 0; r < program->regions->len; r++) {
        Region *region = &g_array_index(program->regions, Region, r);
        g_autofree guint8 *initial = g_new0(guint8, region->size);
        for (guint i = 0; i < region->size; i++)
            initial[i] = image_byte(program->image, region->start + i);
        Enumeration e = { region, order, g_new0(guint, order->len + 1),
                          g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL) };
        enumerate(&e, initial, "OLD");
        bool too_many = g_hash_table_size(e.seen) > ORDERS_MAX;
        g_free(e.at);
        g_hash_table_unref(e.seen);
        if (region->versions->len > REGION_VERSIONS_MAX)
            return yaml_error(error, yaml_mapping_get(loader->root, "patches"),
                              "the patches give the code at %s more than %d whole versions", region->name,
                              REGION_VERSIONS_MAX);
        if (too_many)
            return yaml_error(error, yaml_mapping_get(loader->root, "patches"),
                              "the patchers can put the code at %s through more than %d orders of patches",
                              region->name, ORDERS_MAX);
        if (region->versions->len == 2) {
            Version *version = &g_array_index(region->versions, Version, 1);
            g_free(version->label);
            version->label = g_strdup("NEW");
        }
    }
    return true;
}
