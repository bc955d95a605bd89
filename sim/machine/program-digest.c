/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/condition-parts.h"
#include "sim/machine/program.h"

static void add(GChecksum *sum, gconstpointer data, gsize size)
{
    guint64 length = size;
    g_checksum_update(sum, (const guchar *)&length, sizeof length);
    g_checksum_update(sum, data, (gssize)size);
}

static void add_number(GChecksum *sum, guint64 number)
{
    g_checksum_update(sum, (const guchar *)&number, sizeof number);
}

static void add_addresses(GChecksum *sum, const GArray *addresses)
{
    add(sum, addresses ? addresses->data : NULL, addresses ? addresses->len * sizeof(uint64_t) : 0);
}

static void add_set(GChecksum *sum, HartSet set)
{
    add_number(sum, (guint64)set);
    add_number(sum, (guint64)(set >> 64));
}

static void add_image(GChecksum *sum, const Image *image)
{
    guint n;
    const ImageSection *sections = image_sections(image, &n);
    add_number(sum, n);
    for (guint i = 0; i < n; i++) {
        add_number(sum, sections[i].address);
        add_number(sum, sections[i].flags);
        add(sum, sections[i].bytes, sections[i].size);
    }
}

static void add_hart(GChecksum *sum, const HartSpec *spec)
{
    const guint64 numbers[] = {
        spec->entry,  spec->until,      spec->trap_handler, spec->calls,      spec->any,
        spec->stack,  spec->stack_size, spec->interrupts,   spec->migrations, spec->migration_fences,
        spec->offline
    };
    add(sum, numbers, sizeof numbers);
    add(sum, spec->x, sizeof spec->x);
    add_addresses(sum, spec->schedule_points);
}

static void add_region(GChecksum *sum, const Region *region)
{
    add_number(sum, region->start);
    add_number(sum, region->versions->len);
    for (guint v = 0; v < region->versions->len; v++)
        add(sum, region_version(region, v)->bytes, region->size);
}

/* ---- conditions */

static void add_place(GChecksum *sum, const ConditionPlace *place)
{
    const guint64 numbers[] = { place->is_memory, place->is_signed, place->hart,
                                place->number,    place->address,   place->size };
    add(sum, numbers, sizeof numbers);
}

static void add_places(GChecksum *sum, const GArray *places)
{
    add_number(sum, places->len);
    for (guint i = 0; i < places->len; i++)
        add_place(sum, &g_array_index(places, ConditionPlace, i));
}

static void add_condition(GChecksum *sum, const Condition *condition)
{
    add_number(sum, condition != NULL);
    if (!condition)
        return;
    add_number(sum, condition->quantifier);
    add_number(sum, condition->root);
    add_places(sum, condition->places);
    add_number(sum, condition->nodes->len);
    for (guint i = 0; i < condition->nodes->len; i++) {
        const Node *node = &g_array_index(condition->nodes, Node, i);
        const guint64 numbers[] = { node->kind,    node->left,       node->right,    node->constant, node->place,
                                    node->negated, node->two_places, node->encoding, node->other,    node->value };
        add(sum, numbers, sizeof numbers);
    }
}

static void add_property(GChecksum *sum, const Property *property)
{
    const guint64 numbers[] = { property->kind, property->region, property->ignored_registers,
                                property->mark, property->patch,  property->start,
                                property->size };
    add(sum, numbers, sizeof numbers);
    add_set(sum, property->harts);
    add_addresses(sum, property->addresses);
    add_condition(sum, property->condition);
}

char *program_digest(const Program *program)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    add_image(sum, program->image);
    add_number(sum, program->harts->len);
    for (guint i = 0; i < program->harts->len; i++)
        add_hart(sum, program_hart(program, i));
    add_number(sum, program->patches->len);
    for (guint i = 0; i < program->patches->len; i++) {
        gsize size;
        gconstpointer bytes = g_bytes_get_data(program_patch(program, i)->bytes, &size);
        add_number(sum, program_patch(program, i)->address);
        add(sum, bytes, size);
    }
    add_number(sum, program->regions->len);
    for (guint i = 0; i < program->regions->len; i++)
        add_region(sum, program_region(program, i));
    add_number(sum, program->properties->len);
    for (guint i = 0; i < program->properties->len; i++)
        add_property(sum, program_property(program, i));
    add_places(sum, program->observed);
    add_condition(sum, program->filter);
    return g_strdup(g_checksum_get_string(sum));
}
