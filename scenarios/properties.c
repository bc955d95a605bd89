/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/internal.h"

#include "isa/insn.h"

#include <string.h>

static void add(Loader *loader, Property property)
{
    g_array_append_val(loader->program->properties, property);
}

static Property property_at(PropertyKind kind, const YamlNode *node)
{
    return (Property){ .kind = kind, .line = yaml_line(node), .column = yaml_column(node) };
}

/* ---- parts of properties */

static bool resolve_list(const Loader *loader, const YamlNode *node, GArray **out, GError **error)
{
    *out = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    bool is_list = yaml_kind(node) == YAML_SEQUENCE;
    for (guint i = 0; i < (is_list ? yaml_length(node) : 1); i++) {
        uint64_t address;
        if (!resolve_expression(loader->program->image, is_list ? yaml_item(node, i) : node, &address, error))
            return false;
        g_array_append_val(*out, address);
    }
    return true;
}

/* The text of a scalar or list, for the name of a property. */
static char *words(const YamlNode *node)
{
    if (yaml_kind(node) == YAML_SCALAR)
        return g_strdup(yaml_scalar(node));
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < yaml_length(node); i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "",
                               yaml_kind(yaml_item(node, i)) == YAML_SCALAR ? yaml_scalar(yaml_item(node, i)) : "?");
    return g_string_free(text, FALSE);
}

static bool resolve_region(const Loader *loader, const YamlNode *node, guint *region, GError **error)
{
    uint64_t address;
    if (!resolve_expression(loader->program->image, node, &address, error))
        return false;
    int found = program_region_at(loader->program, address);
    if (found < 0)
        return yaml_error(error, node, "no patch changes what is at '%s'", yaml_scalar(node));
    *region = (guint)found;
    return true;
}

static bool only_region(const Loader *loader, const YamlNode *node, guint *region, GError **error)
{
    *region = 0;
    guint n = loader->program->regions->len;
    if (n == 1)
        return true;
    return yaml_error(error, node,
                      n ? "several sites are patched; say which one with 'from: LABEL'"
                        : "this scenario patches nothing");
}

static bool load_registers(const YamlNode *node, uint32_t *mask, GError **error)
{
    if (!yaml_expect(node, YAML_SEQUENCE, error))
        return false;
    for (guint i = 0; i < yaml_length(node); i++) {
        const char *text;
        if (!yaml_text(yaml_item(node, i), &text, error))
            return false;
        int reg = register_number(text);
        if (reg < 0)
            return yaml_error(error, yaml_item(node, i), "unknown register '%s'", text);
        *mask |= 1u << reg;
    }
    return true;
}

/* ---- one property each */

static bool load_old_or_new(Loader *loader, const YamlNode *node, GError **error)
{
    static const char *const keys[] = { "old-or-new", "except" };
    Property property = property_at(PROPERTY_OLD_OR_NEW, node);
    const YamlNode *site = yaml_mapping_get(node, "old-or-new"), *except = yaml_mapping_get(node, "except");
    if (!yaml_mapping_check_keys(node, keys, G_N_ELEMENTS(keys), error) ||
        !resolve_region(loader, site, &property.region, error) ||
        (except && !load_registers(except, &property.ignored_registers, error)))
        return false;
    g_autofree char *registers = except ? words(except) : NULL;
    property.name = except ? g_strdup_printf("old-or-new except %s", registers) : g_strdup("old-or-new");
    add(loader, property);
    return true;
}

static bool load_lands_in(Loader *loader, const YamlNode *node, GError **error)
{
    static const char *const keys[] = { "lands-in", "from" };
    Property property = property_at(PROPERTY_LANDS_IN, node);
    const YamlNode *list = yaml_mapping_get(node, "lands-in"), *from = yaml_mapping_get(node, "from");
    if (!yaml_mapping_check_keys(node, keys, G_N_ELEMENTS(keys), error) ||
        !(from ? resolve_region(loader, from, &property.region, error)
               : only_region(loader, node, &property.region, error)))
        return false;
    bool ok = resolve_list(loader, list, &property.addresses, error);
    g_autofree char *labels = words(list);
    property.name = g_strdup_printf("lands-in: %s", labels);
    add(loader, property); /* owned by the program from here, complete or not */
    return ok;
}

static bool load_never(Loader *loader, const YamlNode *node, GError **error)
{
    static const char *const keys[] = { "never" };
    Property property = property_at(PROPERTY_NEVER, node);
    const YamlNode *list = yaml_mapping_get(node, "never");
    if (!yaml_mapping_check_keys(node, keys, G_N_ELEMENTS(keys), error))
        return false;
    bool ok = resolve_list(loader, list, &property.addresses, error);
    g_autofree char *labels = words(list);
    property.name = g_strdup_printf("never: %s", labels);
    add(loader, property);
    return ok;
}

static bool resolve_mark(const Loader *loader, const YamlNode *node, guint *mark, GError **error)
{
    const char *name;
    const GPtrArray *marks = loader->program->marks;
    if (!plain_name(node, &name, error))
        return false;
    for (guint i = 0; i < marks->len; i++) {
        if (g_str_equal(g_ptr_array_index(marks, i), name)) {
            *mark = i;
            return true;
        }
    }
    const char *closest = closest_name(name, (const char *const *)marks->pdata, marks->len);
    return closest ? yaml_error(error, node, "nobody passes a mark '%s'; did you mean '%s'?", name, closest)
                   : yaml_error(error, node, "nobody passes a mark '%s'", name);
}

static bool load_after(Loader *loader, const YamlNode *node, GError **error)
{
    static const char *const keys[] = { "after", "only-new", "never", "until" };
    Property property = property_at(PROPERTY_AFTER_ONLY_NEW, node);
    const YamlNode *after = yaml_mapping_get(node, "after"), *only_new = yaml_mapping_get(node, "only-new");
    const YamlNode *never = yaml_mapping_get(node, "never"), *until = yaml_mapping_get(node, "until");
    if (!yaml_mapping_check_keys(node, keys, G_N_ELEMENTS(keys), error) ||
        !resolve_mark(loader, after, &property.mark, error))
        return false;
    if (!only_new == !never)
        return yaml_error(error, node, "expected either 'only-new: PATCH' or 'never: LABEL' and 'until: LABEL'");
    if (only_new && until)
        return yaml_error(error, until, "'until' goes with 'never', not with 'only-new'");
    if (only_new) {
        const Patch *patch = named_patch(loader->program, only_new, error);
        if (!patch)
            return false;
        property.patch = (guint)(patch - program_patch(loader->program, 0));
        property.name = g_strdup_printf("after %s: only-new %s", yaml_scalar(after), patch->name);
    } else {
        uint64_t end;
        property.kind = PROPERTY_AFTER_NEVER;
        if (!(until = yaml_mapping_require(node, "until", error)) ||
            !resolve_expression(loader->program->image, never, &property.start, error) ||
            !resolve_expression(loader->program->image, until, &end, error))
            return false;
        if (end <= property.start)
            return yaml_error(error, until, "'until' must be behind 'never'");
        property.size = end - property.start;
        property.name = g_strdup_printf("after %s: never %s", yaml_scalar(after), yaml_scalar(never));
    }
    add(loader, property);
    return true;
}

/* ---- conditions */

static int find_hart(gpointer data, const char *name)
{
    const Program *program = data;
    for (guint i = 0; i < program->harts->len; i++)
        if (g_str_equal(program_hart(program, i)->name, name))
            return (int)i;
    return -1;
}

static bool find_symbol(gpointer data, const char *name, uint64_t *address)
{
    const Program *program = data;
    const ImageSymbol *symbol = image_symbol(program->image, name);
    if (symbol)
        *address = symbol->address;
    return symbol != NULL;
}

static const char *closest_hart(const Program *program, const char *name)
{
    g_autofree const char **names = g_new(const char *, program->harts->len + 1);
    for (guint i = 0; i < program->harts->len; i++)
        names[i] = program_hart(program, i)->name;
    return closest_name(name, names, program->harts->len);
}

static char *closest_place(gpointer data, bool is_hart, const char *name)
{
    const Program *program = data;
    return g_strdup(is_hart ? closest_hart(program, name) : closest_symbol(program->image, name));
}

/* Where in the file a byte of a text is: exact unless the text is folded or quoted across lines. */
static bool text_error(const YamlNode *node, gsize offset, const char *message, GError **error)
{
    const char *text = yaml_scalar(node);
    guint line = yaml_content_line(node), column = yaml_content_column(node);
    if (yaml_style(node) == YAML_FOLDED)
        return yaml_error(error, node, "%s", message);
    for (gsize i = 0; i < offset; i++) {
        bool newline = text[i] == '\n';
        line += newline;
        column = newline ? yaml_content_column(node) : column + 1;
    }
    return source_error(error, yaml_source(node), line, column, "%s", message);
}

/* Parses "QUANTIFIER TEXT", TEXT being the value's; errors are located in it. */
static Condition *parse_condition(const ConditionNames *names, const char *quantifier, const YamlNode *value,
                                  GError **error)
{
    const char *text;
    if (!yaml_text(value, &text, error))
        return NULL;
    g_autofree char *whole = g_strdup_printf("%s %s", quantifier, text);
    gsize offset = 0;
    g_autoptr(GError) local = NULL;
    Condition *condition = condition_parse(whole, names, &offset, &local);
    gsize skipped = strlen(quantifier) + 1;
    if (!condition)
        text_error(value, MIN(offset > skipped ? offset - skipped : 0, strlen(text)), local->message, error);
    return condition;
}

static char *condition_name(const char *prefix, const YamlNode *value)
{
    char *name = g_strdup_printf("%s %s", prefix, yaml_scalar(value));
    return g_strchomp(g_strdelimit(name, "\n", ' '));
}

static bool load_condition(Loader *loader, const YamlNode *node, const char *quantifier, GError **error)
{
    const YamlNode *value = yaml_mapping_get(node, quantifier);
    ConditionNames names = {
        .hart = find_hart, .symbol = find_symbol, .data = loader->program, .closest = closest_place
    };
    Property property = property_at(PROPERTY_CONDITION, node);
    if (!yaml_mapping_check_keys(node, &quantifier, 1, error) ||
        !(property.condition = parse_condition(&names, quantifier, value, error)))
        return false;
    property.name = condition_name(quantifier, value);
    guint n_places;
    const ConditionPlace *places = condition_places(property.condition, &n_places);
    bool inside = true;
    for (guint i = 0; i < n_places; i++)
        inside = inside &&
                 (!places[i].is_memory || image_section_at(loader->program->image, places[i].address, places[i].size));
    add(loader, property);
    return inside || yaml_error(error, value, "the condition reads outside memory");
}

/* The harts of that name: one, or all copies. */
static bool harts_called(const Loader *loader, const YamlNode *node, HartSet *harts, GError **error)
{
    const char *name;
    if (!plain_name(node, &name, error))
        return false;
    const YamlNode *all = yaml_mapping_get(loader->root, "harts");
    for (guint i = 0; i < loader->program->harts->len; i++)
        if (hart_node(loader, i) == yaml_mapping_get(all, name))
            *harts |= hart_set_of(i);
    const char *closest = *harts ? NULL : closest_hart(loader->program, name);
    return *harts || (closest ? yaml_error(error, node, "unknown hart '%s'; did you mean '%s'?", name, closest)
                              : yaml_error(error, node, "unknown hart '%s'", name));
}

/* What holds at the end of every call, of one hart or of all that run code: a condition on its registers. */
static bool load_each_call(Loader *loader, const YamlNode *node, GError **error)
{
    static const char *const keys[] = { "each-call", "of" };
    ConditionNames names = { .symbol = find_symbol, .data = loader->program, .closest = closest_place };
    Property property = property_at(PROPERTY_EACH_CALL, node);
    const YamlNode *value = yaml_mapping_get(node, "each-call"), *of = yaml_mapping_get(node, "of");
    if (!yaml_mapping_check_keys(node, keys, G_N_ELEMENTS(keys), error) ||
        (of && !harts_called(loader, of, &property.harts, error)) ||
        !(property.condition = parse_condition(&names, "forall", value, error)))
        return false;
    for (guint i = 0; !of && i < loader->program->harts->len; i++)
        if (!g_ptr_array_index(loader->steps, i))
            property.harts |= hart_set_of(i);
    property.name = condition_name("each-call:", value);
    add(loader, property);
    return true;
}

/* ---- the list */

static const char *const property_names[] = { "no-trap",   "old-or-new", "progress", "lands-in", "never",
                                              "each-call", "after",      "exists",   "~exists",  "forall" };

static bool load_property(Loader *loader, const YamlNode *node, GError **error)
{
    if (yaml_kind(node) == YAML_SCALAR) {
        gsize index;
        if (!yaml_enum(node, "property", property_names, 3, &index, error))
            return false;
        return true; /* on by default; naming it does no harm */
    }
    if (!yaml_expect(node, YAML_MAPPING, error))
        return false;
    if (yaml_mapping_get(node, "after"))
        return load_after(loader, node, error);
    for (guint i = 0; i < yaml_length(node); i++) {
        const char *name = yaml_scalar(yaml_key(node, i));
        if (g_str_equal(name, "old-or-new"))
            return load_old_or_new(loader, node, error);
        if (g_str_equal(name, "lands-in"))
            return load_lands_in(loader, node, error);
        if (g_str_equal(name, "never"))
            return load_never(loader, node, error);
        if (g_str_equal(name, "each-call"))
            return load_each_call(loader, node, error);
        if (g_str_equal(name, "exists") || g_str_equal(name, "~exists") || g_str_equal(name, "forall"))
            return load_condition(loader, node, name, error);
    }
    if (yaml_length(node) == 0)
        return yaml_error(error, node, "expected a property");
    gsize index;
    if (!yaml_enum(yaml_key(node, 0), "property", property_names, G_N_ELEMENTS(property_names), &index, error))
        return false;
    return yaml_error(error, node, "property '%s' takes no argument", property_names[index]);
}

static bool load_unchecked(const Loader *loader, bool unchecked[3], GError **error)
{
    const YamlNode *node = yaml_mapping_get(loader->root, "unchecked");
    if (!node)
        return true;
    if (!yaml_expect(node, YAML_SEQUENCE, error))
        return false;
    for (guint i = 0; i < yaml_length(node); i++) {
        gsize index;
        if (!yaml_enum(yaml_item(node, i), "property that is on by default", property_names, 3, &index, error))
            return false;
        unchecked[index] = true;
    }
    return true;
}

static bool has_old_or_new(const Program *program, guint region)
{
    for (guint i = 0; i < program->properties->len; i++)
        if (program_property(program, i)->kind == PROPERTY_OLD_OR_NEW && program_property(program, i)->region == region)
            return true;
    return false;
}

/* What steps free. Harts that are copies of each other free the same. */
static void add_freed(Loader *loader)
{
    for (guint h = 0; h < loader->steps->len; h++) {
        const Steps *steps = g_ptr_array_index(loader->steps, h);
        for (guint i = 0; steps && i < steps->freed->len; i++) {
            Property property = g_array_index(steps->freed, Property, i);
            bool known = false;
            for (guint p = 0; p < loader->program->properties->len; p++)
                known = known || (program_property(loader->program, p)->kind == property.kind &&
                                  program_property(loader->program, p)->line == property.line);
            property.name = g_strdup(property.name);
            if (known)
                g_free(property.name);
            else
                add(loader, property);
        }
    }
}

/* no-trap, progress and, for each patched region, old-or-new are on unless the scenario says otherwise. */
bool load_properties(Loader *loader, GError **error)
{
    const YamlNode *list = yaml_mapping_get(loader->root, "properties");
    Program *program = loader->program;
    bool unchecked[3] = { false };
    if (!load_unchecked(loader, unchecked, error))
        return false;
    if (!unchecked[0])
        add(loader, (Property){ .kind = PROPERTY_NO_TRAP, .name = g_strdup("no-trap") });
    if (list && !yaml_expect(list, YAML_SEQUENCE, error))
        return false;
    for (guint i = 0; list && i < yaml_length(list); i++)
        if (!load_property(loader, yaml_item(list, i), error))
            return false;
    add_freed(loader);
    for (guint r = 0; r < program->regions->len && !unchecked[1]; r++)
        if (!has_old_or_new(program, r))
            add(loader, (Property){ .kind = PROPERTY_OLD_OR_NEW, .name = g_strdup("old-or-new"), .region = r });
    if (!unchecked[2])
        add(loader, (Property){ .kind = PROPERTY_PROGRESS, .name = g_strdup("progress") });
    return true;
}
