/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files beside a scenario that its program is made of. They are read once; the program is built twice. */
#include "scenarios/internal.h"
#include "scenarios/lookup.h"

enum {
    FILES_MAX = 64
};

static void source_free_any(gpointer source)
{
    source_free(source);
}

/* A file twice is a slip, and would define everything in it twice. */
static bool check_new(const GPtrArray *others, const YamlNode *item, const Source *source, GError **error)
{
    for (guint i = 0; i < others->len; i++)
        if (g_str_equal(source_name(g_ptr_array_index(others, i)), source_name(source)))
            return yaml_error(error, item, "file '%s' is named twice", yaml_scalar(item));
    return true;
}

/* The sources that a list of file names stands for; none if there is no such key. */
static bool load_sources(const Loader *loader, const char *key, GPtrArray *out, GError **error)
{
    const YamlNode *list = yaml_mapping_get(loader->root, key);
    if (!list)
        return true;
    if (!yaml_expect(list, YAML_SEQUENCE, error))
        return false;
    if (yaml_length(list) > FILES_MAX)
        return yaml_error(error, list, "more than %d files", FILES_MAX);
    for (guint i = 0; i < yaml_length(list); i++) {
        g_autoptr(Source) source = lookup_source(yaml_item(list, i), error);
        if (!source || !check_new(out, yaml_item(list, i), source, error))
            return false;
        g_ptr_array_add(out, g_steal_pointer(&source));
    }
    return true;
}

bool load_parts(Loader *loader, GError **error)
{
    loader->parts.includes = g_ptr_array_new_with_free_func(source_free_any);
    return load_sources(loader, "include", loader->parts.includes, error);
}

void parts_add_blocks(const Parts *parts, GArray *blocks)
{
    gsize length;
    for (guint i = 0; i < parts->includes->len; i++) {
        const Source *source = g_ptr_array_index(parts->includes, i);
        AsmBlock block = { .section = ".text",
                           .flags = "ax",
                           .text = source_text(source, &length),
                           .file = source_name(source),
                           .line = 1,
                           .source = source,
                           .included = true };
        g_array_append_val(blocks, block);
    }
}

void parts_clear(Parts *parts)
{
    g_clear_pointer(&parts->includes, g_ptr_array_unref);
}
