/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/internal.h"
#include "scenarios/litmus.h"

static void row_clear(gpointer data)
{
    g_free(((Row *)data)->property);
}

void scenario_free(Scenario *scenario)
{
    if (!scenario)
        return;
    g_free(scenario->file);
    g_free(scenario->name);
    g_free(scenario->title);
    g_free(scenario->about);
    g_clear_pointer(&scenario->sources, g_ptr_array_unref);
    g_clear_pointer(&scenario->tags, g_ptr_array_unref);
    g_clear_pointer(&scenario->warnings, g_ptr_array_unref);
    g_clear_pointer(&scenario->program, program_free);
    g_clear_pointer(&scenario->rows, g_array_unref);
    litmus_test_free(scenario->litmus);
    g_free(scenario);
}

static const char *const top_keys[] = { "cmodx",   "name",  "title",      "about",     "source",  "tags",  "place",
                                        "include", "asm",   "sources",    "cflags",    "objects", "marks", "locks",
                                        "patches", "harts", "properties", "unchecked", "expect" };

static bool load_text(const YamlNode *root, const char *key, bool required, char **out, GError **error)
{
    const YamlNode *node = yaml_mapping_get(root, key);
    const char *text;
    if (!node)
        return !required || yaml_mapping_require(root, key, error);
    if (!yaml_text(node, &text, error))
        return false;
    *out = g_strdup(text);
    return true;
}

/* A text that is shown in one line, of a terminal as well. */
static bool load_line(const YamlNode *root, const char *key, char **out, GError **error)
{
    if (!load_text(root, key, true, out, error))
        return false;
    g_strstrip(g_strdelimit(*out, "\t\n", ' '));
    for (const char *at = *out; *at; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return yaml_error(error, yaml_mapping_get(root, key), "a control character in a %s", key);
    return **out || yaml_error(error, yaml_mapping_get(root, key), "the %s is empty", key);
}

/* One text or a list of texts. */
static bool load_texts(const YamlNode *root, const char *key, GPtrArray *out, GError **error)
{
    const YamlNode *node = yaml_mapping_get(root, key);
    const char *text;
    if (!node)
        return true;
    if (yaml_kind(node) == YAML_SCALAR) {
        if (!yaml_text(node, &text, error))
            return false;
        g_ptr_array_add(out, g_strdup(text));
        return true;
    }
    if (!yaml_expect(node, YAML_SEQUENCE, error))
        return false;
    for (guint i = 0; i < yaml_length(node); i++) {
        if (!yaml_text(yaml_item(node, i), &text, error))
            return false;
        g_ptr_array_add(out, g_strdup(text));
    }
    return true;
}

static bool load_names(const YamlNode *root, const char *key, guint max, GPtrArray *out, GError **error)
{
    const YamlNode *node = yaml_mapping_get(root, key);
    if (!node)
        return true;
    if (!yaml_expect(node, YAML_SEQUENCE, error))
        return false;
    for (guint i = 0; i < yaml_length(node); i++) {
        const char *name;
        if (!plain_name(yaml_item(node, i), &name, error))
            return false;
        name_index(out, name);
    }
    return out->len <= max || yaml_error(error, node, "more than %u %s", max, key);
}

static bool load_header(Loader *loader, GError **error)
{
    const YamlNode *root = loader->root;
    Scenario *scenario = loader->scenario;
    uint64_t version;
    if (!yaml_mapping_check_keys(root, top_keys, G_N_ELEMENTS(top_keys), error))
        return false;
    const YamlNode *node = yaml_mapping_require(root, "cmodx", error);
    if (!node || !yaml_u64(node, 0, 1000, &version, error))
        return false;
    if (version != 1)
        return yaml_error(error, node, "this cmodx reads version 1 of the scenario format");
    return load_line(root, "name", &scenario->name, error) && load_line(root, "title", &scenario->title, error) &&
           load_text(root, "about", false, &scenario->about, error) &&
           load_texts(root, "source", scenario->sources, error) && load_texts(root, "tags", scenario->tags, error) &&
           load_names(root, "marks", MARKS_MAX, loader->program->marks, error) &&
           load_names(root, "locks", LOCKS_MAX, loader->program->locks, error);
}

static void steps_free_any(gpointer steps)
{
    steps_free(steps);
}

static bool load_all(Loader *loader, GError **error)
{
    if (!load_header(loader, error) || !load_parts(loader, error) || !declare_harts(loader, error) ||
        !build_program(loader, error) || !resolve_harts(loader, error) || !make_regions(loader, error))
        return false;
    if (!load_properties(loader, error) || !load_rows(loader, error))
        return false;
    find_warnings(loader);
    return true;
}

Scenario *scenario_load(const Source *source, GError **error)
{
    g_autoptr(YamlDocument) document = yaml_document_parse(source, error);
    if (!document)
        return NULL;
    const YamlNode *root = yaml_document_root(document);
    if (!yaml_expect(root, YAML_MAPPING, error))
        return NULL;
    g_autoptr(Scenario) scenario = g_new0(Scenario, 1);
    scenario->file = g_strdup(source_name(source));
    scenario->sources = g_ptr_array_new_with_free_func(g_free);
    scenario->tags = g_ptr_array_new_with_free_func(g_free);
    scenario->warnings = g_ptr_array_new_with_free_func(g_free);
    scenario->program = program_new();
    scenario->rows = g_array_new(FALSE, TRUE, sizeof(Row));
    g_array_set_clear_func(scenario->rows, row_clear);
    Loader loader = { .source = source,
                      .root = root,
                      .scenario = scenario,
                      .program = scenario->program,
                      .steps = g_ptr_array_new_with_free_func(steps_free_any) };
    bool ok = load_all(&loader, error);
    parts_clear(&loader.parts);
    g_ptr_array_unref(loader.steps);
    return ok ? g_steal_pointer(&scenario) : NULL;
}
