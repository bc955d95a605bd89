/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/elf.h"
#include "scenarios/internal.h"

#include <string.h>

/* In macros.S: the text of cmodx.s. */
extern const char cmodx_macros[];

/* Where sections go unless `place` says otherwise. Close together, so that a jal reaches everything. */
static const struct {
    const char *section;
    uint64_t address;
} default_places[] = {
    { ".text", 0x80200000 },
    { ".data", 0x80280000 },
    { ".rodata", 0x80290000 },
    { ".bss", 0x802a0000 },
};
enum {
    STEPS_BASE = 0x802b0000,

    STACKS_BASE = 0x802d0000,
    STACK_STRIDE = 0x1000
};

typedef struct Build {
    Loader *loader;
    GArray *blocks;     /* AsmBlock */
    GArray *placements; /* AsmPlacement */
    GPtrArray *texts;   /* char *: owned by the build */
} Build;

static void add_place(Build *build, const char *section, uint64_t address)
{
    AsmPlacement placement = { .section = section, .address = address };
    g_array_append_val(build->placements, placement);
}

static char *keep(Build *build, char *text)
{
    g_ptr_array_add(build->texts, text);
    return text;
}

/* ---- places */

static bool add_places(Build *build, GError **error)
{
    Loader *loader = build->loader;
    const YamlNode *places = yaml_mapping_get(loader->root, "place");
    uint64_t text = default_places[0].address;
    if (places && !yaml_expect(places, YAML_MAPPING, error))
        return false;
    for (guint i = 0; places && i < yaml_length(places); i++) {
        uint64_t address;
        const YamlNode *key = yaml_key(places, i), *value = yaml_item(places, i);
        const char *section = yaml_scalar(key);
        if ((section[0] != '.' && section[0] != '_') ||
            strspn(section + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") !=
                strlen(section + 1))
            return yaml_error(error, key, "expected the name of a section, such as .text.far");
        if (g_str_has_prefix(section, ".cmodx") || g_str_has_prefix(section, ".text.cmodx"))
            return yaml_error(error, key, "sections named %s are cmodx's own", section);
        if (!yaml_u64(value, 0, G_MAXUINT64, &address, error))
            return false;
        if (address % 2)
            return yaml_error(error, value, "a section cannot start at an odd address");
        if (oracle_owns(address))
            return yaml_error(error, value, "no RISC-V hart has addresses like this one, and cmodx uses them itself");
        if (g_str_equal(section, ".text"))
            text = address;
        AsmPlacement placement = { .section = section,
                                   .address = address,
                                   .source = loader->source,
                                   .line = yaml_line(value),
                                   .column = yaml_column(value) };
        g_array_append_val(build->placements, placement);
    }
    for (guint i = 0; i < G_N_ELEMENTS(default_places); i++)
        if (!places || !yaml_mapping_get(places, default_places[i].section))
            add_place(build, default_places[i].section, default_places[i].address);
    loader->exit_address = text - 0x1000;
    return true;
}

/* ---- blocks */

/* What stands before the scenario's own code: the macros, the numbers of locks and marks, and where calls return to. */
static char *prelude(const Loader *loader)
{
    GString *text = g_string_new(cmodx_macros);
    const Program *program = loader->program;
    g_string_append_printf(text, "\t.equ cmodx_exit, 0x%" G_GINT64_MODIFIER "x\n", loader->exit_address);
    for (guint i = 0; i < program->locks->len; i++)
        g_string_append_printf(text, "\t.equ cmodx_lock_%s, %u\n", (char *)g_ptr_array_index(program->locks, i), i);
    for (guint i = 0; i < program->marks->len; i++)
        g_string_append_printf(text, "\t.equ cmodx_mark_%s, %u\n", (char *)g_ptr_array_index(program->marks, i), i);
    return g_string_free(text, FALSE);
}

static bool add_code(Build *build, GError **error)
{
    Loader *loader = build->loader;
    const YamlNode *code = yaml_mapping_get(loader->root, "asm");
    const char *text = "";
    if (!code && !parts_have_units(&loader->parts) && !yaml_mapping_require(loader->root, "asm", error))
        return false;
    if (code && !yaml_code(code, &text, error))
        return false;
    AsmBlock block = { .section = ".text",
                       .flags = "ax",
                       .text = text,
                       .file = source_name(loader->source),
                       .line = code ? yaml_content_line(code) : yaml_line(loader->root),
                       .source = loader->source };
    parts_add_blocks(&loader->parts, build->blocks);
    g_array_append_val(build->blocks, block);
    g_array_index(build->blocks, AsmBlock, 0).prefix = keep(build, prelude(loader));
    for (guint i = 0; i < loader->parts.units->len; i++)
        g_array_index(loader->parts.units, AsmUnit, i).prefix = g_array_index(build->blocks, AsmBlock, 0).prefix;
    return true;
}

static bool add_patch(Build *build, const YamlNode *key, const YamlNode *value, GError **error)
{
    static const char *const keys[] = { "at", "asm" };
    const YamlNode *at, *code;
    const char *name, *site, *text;
    if (!plain_name(key, &name, error) || !yaml_mapping_check_keys(value, keys, G_N_ELEMENTS(keys), error) ||
        !(at = yaml_mapping_require(value, "at", error)) || !(code = yaml_mapping_require(value, "asm", error)) ||
        !yaml_text(at, &site, error) || !yaml_code(code, &text, error))
        return false;
    char *section = keep(build, g_strconcat(ASSEMBLE_PATCH_PREFIX, name, NULL));
    AsmBlock block = { .section = section,
                       .flags = "ax",
                       .text = text,
                       .file = source_name(build->loader->source),
                       .line = yaml_content_line(code),
                       .source = build->loader->source };
    AsmPlacement placement = { .section = section,
                               .at = site,
                               .source = build->loader->source,
                               .line = yaml_line(at),
                               .column = yaml_column(at) };
    g_array_append_val(build->blocks, block);
    g_array_append_val(build->placements, placement);
    return true;
}

static bool add_patches(Build *build, GError **error)
{
    const YamlNode *patches = yaml_mapping_get(build->loader->root, "patches");
    if (!patches)
        return true;
    if (!yaml_expect(patches, YAML_MAPPING, error))
        return false;
    for (guint i = 0; i < yaml_length(patches); i++)
        if (!add_patch(build, yaml_key(patches, i), yaml_item(patches, i), error))
            return false;
    return true;
}

/* The code of steps shares the room between the data and the stacks. */
static void add_steps(Build *build)
{
    const Loader *loader = build->loader;
    guint n = 0, at = 0;
    for (guint i = 0; i < loader->steps->len; i++)
        n += g_ptr_array_index(loader->steps, i) != NULL;
    for (guint i = 0; i < loader->steps->len; i++) {
        const Steps *steps = g_ptr_array_index(loader->steps, i);
        if (!steps)
            continue;
        uint64_t room = ((STACKS_BASE - STEPS_BASE) / n) & ~3ull;
        add_place(build, steps->section, STEPS_BASE + room * at++);
        g_array_append_vals(build->blocks, steps->blocks->data, steps->blocks->len);
    }
}

/* ---- what comes out */

/* The bytes of a patch must replace code, all of it. */
static bool check_patch(const Loader *loader, const ElfPatch *patch, GError **error)
{
    const YamlNode *node = yaml_mapping_get(yaml_mapping_get(loader->root, "patches"), patch->name);
    const YamlNode *at = yaml_mapping_get(node, "at");
    gsize size = g_bytes_get_size(patch->bytes);
    if (size == 0)
        return yaml_error(error, node, "patch '%s' is empty", patch->name);
    if (size > 4096)
        return yaml_error(error, node, "patch '%s' has %" G_GSIZE_FORMAT " bytes; at most 4096 are supported",
                          patch->name, size);
    const ImageSection *section = image_section_at(loader->program->image, patch->address, size);
    if (!section || !(section->flags & IMAGE_EXEC))
        return yaml_error(error, at,
                          "patch '%s' does not overlap code only: 0x%" G_GINT64_MODIFIER "x to 0x%" G_GINT64_MODIFIER
                          "x is not all in one executable section",
                          patch->name, patch->address, patch->address + size);
    return true;
}

static bool take_patches(Loader *loader, const ElfContents *contents, GError **error)
{
    const YamlNode *patches = yaml_mapping_get(loader->root, "patches");
    g_array_set_size(loader->program->patches, 0);
    for (guint i = 0; patches && i < yaml_length(patches); i++) {
        const char *name = yaml_scalar(yaml_key(patches, i));
        const ElfPatch *found = NULL;
        for (guint p = 0; p < contents->n_patches && !found; p++)
            if (g_str_equal(contents->patches[p].name, name))
                found = &contents->patches[p];
        if (!found)
            return yaml_error(error, yaml_item(patches, i), "patch '%s' is empty", name);
        if (!check_patch(loader, found, error))
            return false;
        Patch patch = { g_strdup(name), found->address, g_bytes_ref(found->bytes) };
        g_array_append_val(loader->program->patches, patch);
    }
    return true;
}

/* What a complaint about sections belongs to. */
static const YamlNode *place_node(const Loader *loader)
{
    const YamlNode *places = yaml_mapping_get(loader->root, "place");
    const YamlNode *code = yaml_mapping_get(loader->root, "asm");
    return places ? places : code ? code : loader->root;
}

/* Reads the linked file; what does not fit together is a complaint about places. */
static bool load_linked(const Loader *loader, GBytes *linked, ElfContents *contents, GError **error)
{
    const char *name = source_name(loader->source);
    g_autoptr(GError) local = NULL;
    if (elf_load(linked, name, contents, &local))
        return true;
    const char *message = local->message;
    if (g_str_has_prefix(message, name) && g_str_has_prefix(message + strlen(name), ": "))
        message += strlen(name) + 2;
    return yaml_error(error, place_node(loader), "%s", message);
}

static bool add_stacks(Loader *loader, Image *image, GError **error)
{
    for (guint i = 0; i < loader->program->harts->len; i++) {
        g_autofree char *name = g_strdup_printf(".stack.%s", program_hart(loader->program, i)->name);
        uint64_t address = hart_stack(i) - HART_STACK_SIZE;
        const ImageSection *clash = image_add_section(image, name, address, HART_STACK_SIZE, IMAGE_WRITE, NULL);
        if (clash)
            return yaml_error(error, place_node(loader),
                              "section %s is where the stack of hart %s goes (0x%" G_GINT64_MODIFIER
                              "x); place it elsewhere",
                              clash->name, program_hart(loader->program, i)->name, address);
    }
    return true;
}

static bool build_once(Loader *loader, GError **error)
{
    Build build = { loader, g_array_new(FALSE, TRUE, sizeof(AsmBlock)), g_array_new(FALSE, TRUE, sizeof(AsmPlacement)),
                    g_ptr_array_new_with_free_func(g_free) };
    g_autoptr(GBytes) linked = NULL;
    g_auto(ElfContents) contents = { 0 };
    bool ok = add_places(&build, error) && add_code(&build, error) && add_patches(&build, error);
    if (ok) {
        add_steps(&build);
        const GArray *units = loader->parts.units;
        linked = assemble_with((const AsmBlock *)(void *)build.blocks->data, build.blocks->len,
                               (const AsmUnit *)(void *)units->data, units->len,
                               (const AsmPlacement *)(void *)build.placements->data, build.placements->len, error);
    }
    ok = linked && load_linked(loader, linked, &contents, error) && add_stacks(loader, contents.image, error);
    if (ok) {
        g_clear_pointer(&loader->program->image, image_free);
        loader->program->image = g_steal_pointer(&contents.image);
        image_add_symbol(loader->program->image, "cmodx_exit", loader->exit_address);
        image_seal(loader->program->image);
        ok = take_patches(loader, &contents, error);
    }
    g_array_unref(build.blocks);
    g_array_unref(build.placements);
    g_ptr_array_unref(build.texts);
    return ok;
}

uint64_t hart_stack(guint i)
{
    return STACKS_BASE + (uint64_t)i * STACK_STRIDE + HART_STACK_SIZE;
}

bool build_program(Loader *loader, GError **error)
{
    Program *program = loader->program;
    if (!build_once(loader, error))
        return false;
    StepContext context = { program, program->locks, program->marks };
    bool any = false;
    for (guint i = 0; i < program->harts->len; i++) {
        const YamlNode *node = yaml_mapping_get(hart_node(loader, i), "steps");
        Steps *steps = NULL;
        if (node && !(steps = steps_compile(node, program_hart(program, i)->name, &context, error)))
            return false;
        g_ptr_array_add(loader->steps, steps);
        any = any || steps;
    }
    return !any || build_once(loader, error);
}
