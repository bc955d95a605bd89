/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/program.h"

static void hart_spec_clear(gpointer data)
{
    HartSpec *spec = data;
    g_free(spec->name);
    g_free(spec->label);
    g_clear_pointer(&spec->schedule_points, g_array_unref);
}

static void patch_clear(gpointer data)
{
    Patch *patch = data;
    g_free(patch->name);
    g_clear_pointer(&patch->bytes, g_bytes_unref);
}

static void version_clear(gpointer data)
{
    Version *version = data;
    g_free(version->label);
    g_free(version->bytes);
}

static void region_clear(gpointer data)
{
    Region *region = data;
    g_free(region->name);
    g_clear_pointer(&region->versions, g_array_unref);
}

static void property_clear(gpointer data)
{
    Property *property = data;
    g_free(property->name);
    g_clear_pointer(&property->addresses, g_array_unref);
    g_clear_pointer(&property->condition, condition_free);
}

static GArray *owning_array(gsize element, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, TRUE, (guint)element);
    g_array_set_clear_func(array, clear);
    return array;
}

Program *program_new(void)
{
    Program *program = g_new0(Program, 1);
    program->harts = owning_array(sizeof(HartSpec), hart_spec_clear);
    program->patches = owning_array(sizeof(Patch), patch_clear);
    program->regions = owning_array(sizeof(Region), region_clear);
    program->properties = owning_array(sizeof(Property), property_clear);
    program->marks = g_ptr_array_new_with_free_func(g_free);
    program->locks = g_ptr_array_new_with_free_func(g_free);
    program->observed = g_array_new(FALSE, TRUE, sizeof(ConditionPlace));
    return program;
}

void program_free(Program *program)
{
    if (!program)
        return;
    g_clear_pointer(&program->image, image_free);
    g_array_unref(program->harts);
    g_array_unref(program->patches);
    g_array_unref(program->regions);
    g_array_unref(program->properties);
    g_ptr_array_unref(program->marks);
    g_ptr_array_unref(program->locks);
    g_array_unref(program->observed);
    condition_free(program->filter);
    g_free(program);
}

void region_add_version(Region *region, const char *label, const guint8 *bytes)
{
    if (!region->versions)
        region->versions = owning_array(sizeof(Version), version_clear);
    Version version = { g_strdup(label), g_memdup2(bytes, region->size) };
    g_array_append_val(region->versions, version);
}

int program_region_at(const Program *program, uint64_t address)
{
    for (guint i = 0; i < program->regions->len; i++)
        if (region_holds(program_region(program, i), address))
            return (int)i;
    return -1;
}

bool program_uses_timelines(const Program *program, const Options *options)
{
    if (options->explorer != EXPLORER_USUAL)
        return options->explorer == EXPLORER_TIMELINE;
    for (guint h = 0; h < program->harts->len; h++)
        if (program_hart(program, h)->any)
            return true;
    return options->model->rvwmo_data || options->model->initial_fetch;
}
