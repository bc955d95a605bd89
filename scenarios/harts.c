/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/internal.h"

#include "isa/insn.h"

#include <string.h>

static const char *const hart_keys[] = { "run",         "steps",      "calls",        "copies", "until",     "regs",
                                         "schedule-at", "interrupts", "trap-handler", "online", "migrations" };

enum {
    CALLS_MAX = 1000000
};

/* ---- before assembling */

/* `copies: 4`; or `any`, or `2+`: any number from 2. */
static bool hart_copies(const YamlNode *node, uint64_t *copies, bool *any, GError **error)
{
    const YamlNode *value = yaml_mapping_get(node, "copies");
    *copies = 1;
    *any = false;
    if (!value || yaml_kind(value) != YAML_SCALAR)
        return !value || yaml_u64(value, 1, HARTS_MAX, copies, error);
    const char *text = yaml_scalar(value);
    char *end;
    *any = g_str_equal(text, "any");
    if (*any)
        return true;
    guint64 least = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : 0;
    *any = least >= 1 && least <= HARTS_MAX && g_str_equal(end, "+");
    *copies = least;
    return *any || yaml_u64(value, 1, HARTS_MAX, copies, error);
}

static bool has_hart(const Program *program, const char *name)
{
    for (guint i = 0; i < program->harts->len; i++)
        if (g_str_equal(program_hart(program, i)->name, name))
            return true;
    return false;
}

static bool declare_hart(Loader *loader, const YamlNode *key, const YamlNode *node, GError **error)
{
    const char *name;
    uint64_t copies;
    bool any;
    if (!plain_name(key, &name, error) || !yaml_mapping_check_keys(node, hart_keys, G_N_ELEMENTS(hart_keys), error) ||
        !hart_copies(node, &copies, &any, error))
        return false;
    bool runs = yaml_mapping_get(node, "run"), steps = yaml_mapping_get(node, "steps");
    if (runs == steps)
        return yaml_error(error, node, "hart '%s' needs either 'run' or 'steps'", name);
    GArray *harts = loader->program->harts;
    if (harts->len + copies > HARTS_MAX)
        return yaml_error(error, node, "more than %d harts", HARTS_MAX);
    for (guint i = 0; i < copies; i++) {
        HartSpec spec = { .calls = 1, .any = any };
        spec.name = copies == 1 ? g_strdup(name) : g_strdup_printf("%s_%u", name, i);
        bool taken = has_hart(loader->program, spec.name);
        g_array_append_val(harts, spec);
        if (taken)
            return yaml_error(error, key, "there are two harts '%s'",
                              program_hart(loader->program, harts->len - 1)->name);
    }
    return true;
}

bool declare_harts(Loader *loader, GError **error)
{
    const YamlNode *harts = yaml_mapping_require(loader->root, "harts", error);
    if (!harts || !yaml_expect(harts, YAML_MAPPING, error))
        return false;
    if (yaml_length(harts) == 0)
        return yaml_error(error, harts, "a scenario needs at least one hart");
    loader->scenario->line = yaml_line(harts);
    for (guint i = 0; i < yaml_length(harts); i++)
        if (!declare_hart(loader, yaml_key(harts, i), yaml_item(harts, i), error))
            return false;
    return true;
}

const YamlNode *hart_node(const Loader *loader, guint index)
{
    const YamlNode *harts = yaml_mapping_get(loader->root, "harts");
    for (guint i = 0, first = 0; i < yaml_length(harts); i++) {
        uint64_t copies;
        bool any, ok = hart_copies(yaml_item(harts, i), &copies, &any, NULL);
        g_assert(ok);
        first += (guint)copies;
        if (index < first)
            return yaml_item(harts, i);
    }
    g_assert_not_reached();
}

/* ---- with addresses */

static bool resolve_code(const Loader *loader, const YamlNode *node, uint64_t *address, GError **error)
{
    const Image *image = loader->program->image;
    if (!resolve_expression(image, node, address, error))
        return false;
    const ImageSection *section = image_section_at(image, *address, 2);
    if (!section || !(section->flags & IMAGE_EXEC) || *address % 2)
        return yaml_error(error, node, "'%s' is not the address of code", yaml_scalar(node));
    return true;
}

static bool resolve_registers(const Loader *loader, HartSpec *spec, const Steps *steps, const YamlNode *node,
                              GError **error)
{
    if (!node)
        return true;
    if (!yaml_expect(node, YAML_MAPPING, error))
        return false;
    for (guint i = 0; i < yaml_length(node); i++) {
        int reg = register_number(yaml_scalar(yaml_key(node, i)));
        if (reg < 0)
            return yaml_error(error, yaml_key(node, i), "unknown register '%s'", yaml_scalar(yaml_key(node, i)));
        if (reg == 0)
            return yaml_error(error, yaml_key(node, i), "register zero is always 0");
        if (steps && steps->x[reg])
            return yaml_error(error, yaml_key(node, i), "the steps of hart '%s' use register %s", spec->name,
                              register_name((guint)reg));
        if (!resolve_value(loader->program->image, yaml_item(node, i), &spec->x[reg], error))
            return false;
    }
    return true;
}

static bool resolve_points(const Loader *loader, HartSpec *spec, const YamlNode *node, GError **error)
{
    if (!node)
        return true;
    if (!yaml_expect(node, YAML_SEQUENCE, error))
        return false;
    spec->schedule_points = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; i < yaml_length(node); i++) {
        uint64_t address;
        if (!resolve_code(loader, yaml_item(node, i), &address, error))
            return false;
        g_array_append_val(spec->schedule_points, address);
    }
    return true;
}

static bool resolve_calls(HartSpec *spec, const YamlNode *node, GError **error)
{
    uint64_t calls;
    if (!node)
        return true;
    if (yaml_kind(node) == YAML_SCALAR && g_str_equal(yaml_scalar(node), "forever")) {
        spec->calls = 0;
        return true;
    }
    if (!yaml_u64(node, 1, CALLS_MAX, &calls, NULL))
        return yaml_error(error, node, "expected a number of calls from 1 to %d, or forever", CALLS_MAX);
    spec->calls = (guint)calls;
    return true;
}

/* Entry, end and initial registers of a hart whose code is compiled steps. */
static void resolve_steps(const Loader *loader, HartSpec *spec, const Steps *steps)
{
    const Image *image = loader->program->image;
    g_autofree char *start = g_strdup_printf("cmodx_start_%s", spec->name);
    g_autofree char *end = g_strdup_printf("cmodx_end_%s", spec->name);
    spec->entry = image_symbol(image, start)->address;
    spec->until = image_symbol(image, end)->address;
    for (guint reg = 0; reg < 32; reg++)
        if (steps->x[reg])
            spec->x[reg] = steps->x[reg];
}

/* `migrations: 2`, or `{times: 2, fence-i: true}`. */
static bool resolve_migrations(HartSpec *spec, const YamlNode *node, GError **error)
{
    static const char *const keys[] = { "times", "fence-i" };
    const YamlNode *times = node, *fence;
    uint64_t n;
    if (!node)
        return true;
    if (yaml_kind(node) == YAML_MAPPING) {
        if (!yaml_mapping_check_keys(node, keys, G_N_ELEMENTS(keys), error) ||
            !(times = yaml_mapping_require(node, "times", error)))
            return false;
        if ((fence = yaml_mapping_get(node, "fence-i")) && !yaml_bool(fence, &spec->migration_fences, error))
            return false;
    }
    if (!yaml_u64(times, 0, 1000, &n, error))
        return false;
    if (n && spec->offline)
        return yaml_error(error, node, "a hart that begins offline cannot have migrations");
    spec->migrations = (guint)n;
    return true;
}

static bool resolve_online(HartSpec *spec, const YamlNode *node, GError **error)
{
    bool online = true;
    if (node && !yaml_bool(node, &online, error))
        return false;
    spec->offline = !online;
    return true;
}

static bool resolve_hart(Loader *loader, guint i, GError **error)
{
    HartSpec *spec = &g_array_index(loader->program->harts, HartSpec, i);
    const YamlNode *node = hart_node(loader, i), *value;
    const Steps *steps = g_ptr_array_index(loader->steps, i);
    uint64_t interrupts;
    spec->x[1] = spec->until = loader->exit_address;
    spec->x[2] = hart_stack(i);
    spec->stack = hart_stack(i) - HART_STACK_SIZE;
    spec->stack_size = HART_STACK_SIZE;
    spec->x[4] = spec->any ? 0 : i; /* tp, where kernels keep the current task or hart */
    if (steps)
        resolve_steps(loader, spec, steps);
    else if (!resolve_code(loader, yaml_mapping_get(node, "run"), &spec->entry, error))
        return false;
    else
        spec->label = g_strdup(yaml_scalar(yaml_mapping_get(node, "run")));
    if ((value = yaml_mapping_get(node, "until")) && !resolve_code(loader, value, &spec->until, error))
        return false;
    if ((value = yaml_mapping_get(node, "trap-handler")) && !resolve_code(loader, value, &spec->trap_handler, error))
        return false;
    if (spec->trap_handler % 4)
        return yaml_error(error, value, "a trap handler must be 4-byte aligned (stvec)");
    if ((value = yaml_mapping_get(node, "interrupts"))) {
        if (!yaml_u64(value, 0, 1000, &interrupts, error))
            return false;
        if (interrupts && !spec->trap_handler)
            return yaml_error(error, value, "interrupts need a 'trap-handler'");
        spec->interrupts = (guint)interrupts;
    }
    return resolve_online(spec, yaml_mapping_get(node, "online"), error) &&
           resolve_migrations(spec, yaml_mapping_get(node, "migrations"), error) &&
           resolve_registers(loader, spec, steps, yaml_mapping_get(node, "regs"), error) &&
           resolve_points(loader, spec, yaml_mapping_get(node, "schedule-at"), error) &&
           resolve_calls(spec, yaml_mapping_get(node, "calls"), error);
}

bool resolve_harts(Loader *loader, GError **error)
{
    for (guint i = 0; i < loader->program->harts->len; i++)
        if (!resolve_hart(loader, i, error))
            return false;
    return true;
}
