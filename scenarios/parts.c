/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files beside a scenario that its program is made of. They are read once; the program is built twice. */
#include "scenarios/compile.h"
#include "scenarios/elf-object.h"
#include "scenarios/internal.h"
#include "scenarios/lookup.h"

enum {
    FILES_MAX = 64,
    OBJECT_MAX = 16 << 20, /* bytes */
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

/* ---- C */

static bool load_flags(const Loader *loader, GPtrArray *flags, GError **error)
{
    const YamlNode *list = yaml_mapping_get(loader->root, "cflags");
    if (!list)
        return true;
    if (!yaml_expect(list, YAML_SEQUENCE, error))
        return false;
    if (!yaml_mapping_get(loader->root, "sources"))
        return yaml_error(error, list, "there are no 'sources' to compile");
    for (guint i = 0; i < yaml_length(list); i++) {
        const char *flag;
        if (!yaml_text(yaml_item(list, i), &flag, error))
            return false;
        if (!compile_flag_is_allowed(flag))
            return yaml_error(error, yaml_item(list, i), "'%s' is not allowed; " COMPILE_FLAGS_ALLOWED " are", flag);
        g_ptr_array_add(flags, g_strdup(flag));
    }
    return true;
}

static bool compile_sources(Loader *loader, GError **error)
{
    g_autoptr(GPtrArray) flags = g_ptr_array_new_with_free_func(g_free);
    Parts *parts = &loader->parts;
    const YamlNode *list = yaml_mapping_get(loader->root, "sources");
    if (!load_flags(loader, flags, error) || !load_sources(loader, "sources", parts->sources, error))
        return false;
    for (guint i = 0; i < parts->sources->len; i++) {
        const Source *source = g_ptr_array_index(parts->sources, i);
        char *text = compile_c(source, flags, yaml_item(list, i), error);
        if (!text)
            return false;
        g_ptr_array_add(parts->texts, text);
        AsmUnit unit = { .name = source_name(source), .text = text, .source = source, .line = 1, .column = 1 };
        g_array_append_val(parts->units, unit);
    }
    return true;
}

/* ---- objects */

static bool load_object(Loader *loader, const YamlNode *item, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) reason = NULL;
    g_autoptr(GBytes) bytes = lookup_bytes(item, OBJECT_MAX, &path, error);
    g_auto(ElfObject) object = { 0 };
    if (!bytes)
        return false;
    if (!elf_object_read(bytes, &object, &reason))
        return yaml_error(error, item, "%s: %s", yaml_scalar(item), reason->message);
    for (guint i = 0; i < loader->parts.units->len; i++)
        if (g_str_equal(g_array_index(loader->parts.units, AsmUnit, i).name, path))
            return yaml_error(error, item, "file '%s' is named twice", yaml_scalar(item));
    AsmUnit unit = { .name = path,
                     .object = g_steal_pointer(&bytes),
                     .source = loader->source,
                     .line = yaml_line(item),
                     .column = yaml_column(item) };
    g_ptr_array_add(loader->parts.texts, g_steal_pointer(&path));
    g_array_append_val(loader->parts.units, unit);
    return true;
}

static bool load_objects(Loader *loader, GError **error)
{
    const YamlNode *list = yaml_mapping_get(loader->root, "objects");
    if (!list)
        return true;
    if (!yaml_expect(list, YAML_SEQUENCE, error))
        return false;
    if (yaml_length(list) > FILES_MAX)
        return yaml_error(error, list, "more than %d files", FILES_MAX);
    for (guint i = 0; i < yaml_length(list); i++)
        if (!load_object(loader, yaml_item(list, i), error))
            return false;
    return true;
}

/* ---- all of them */

static void unit_clear(gpointer unit)
{
    g_clear_pointer(&((AsmUnit *)unit)->object, g_bytes_unref);
}

bool load_parts(Loader *loader, GError **error)
{
    Parts *parts = &loader->parts;
    parts->includes = g_ptr_array_new_with_free_func(source_free_any);
    parts->sources = g_ptr_array_new_with_free_func(source_free_any);
    parts->texts = g_ptr_array_new_with_free_func(g_free);
    parts->units = g_array_new(FALSE, TRUE, sizeof(AsmUnit));
    g_array_set_clear_func(parts->units, unit_clear);
    return load_sources(loader, "include", parts->includes, error) && compile_sources(loader, error) &&
           load_objects(loader, error);
}

bool parts_have_units(const Parts *parts)
{
    return parts->units->len > 0;
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
    g_clear_pointer(&parts->units, g_array_unref);
    g_clear_pointer(&parts->sources, g_ptr_array_unref);
    g_clear_pointer(&parts->texts, g_ptr_array_unref);
}
