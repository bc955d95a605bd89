/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scenario declares and nobody uses: such a thing makes a proof empty, and no verdict tells. Only what is certain is
 * said. Code may store to a site, or pass a mark, wherever it can store or make an ecall at all; so where there is an
 * instruction like that, or `asm` among the steps, nothing is. */
#include "scenarios/internal.h"

#include "isa/insn.h"

#include <string.h>

/* What the steps of all harts do. */
typedef struct Survey {
    Loader *loader;
    GHashTable *stored; /* names of patches */
    GHashTable *passed; /* names of marks */
    GPtrArray *held;    /* locks of the hart at hand */
    bool has_asm;       /* code of its own among the steps, of any hart */
    bool own_code;      /* the same of the hart at hand, up to here */
} Survey;

static void warn(Survey *survey, const YamlNode *node, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void warn(Survey *survey, const YamlNode *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(survey->loader->scenario->warnings,
                    source_message(yaml_source(node), yaml_line(node), yaml_column(node), "warning", text));
}

/* ---- what steps do */

static void survey_list(Survey *survey, const YamlNode *list);

static const YamlNode *inside(const YamlNode *value, const char *key)
{
    return yaml_kind(value) == YAML_MAPPING ? yaml_mapping_get(value, key) : value;
}

/* A store to an address within a patched site may be its patch. */
static void survey_data(Survey *survey, const YamlNode *value)
{
    const Program *program = survey->loader->program;
    uint64_t address;
    if (!resolve_expression(program->image, yaml_mapping_get(value, "at"), &address, NULL))
        return;
    for (guint i = 0; i < program->patches->len; i++) {
        const Patch *patch = program_patch(program, i);
        if (address < patch->address + g_bytes_get_size(patch->bytes) && patch->address < address + 8)
            g_hash_table_add(survey->stored, patch->name);
    }
}

static void survey_unlock(Survey *survey, const YamlNode *value)
{
    const char *name = yaml_scalar(value);
    for (guint i = survey->held->len; i-- > 0;)
        if (g_str_equal(g_ptr_array_index(survey->held, i), name)) {
            g_ptr_array_remove_index(survey->held, i);
            return;
        }
    if (survey->own_code)
        return;
    if (survey->held->len)
        warn(survey, value, "this hart does not hold lock '%s' here, but lock '%s'", name,
             (char *)g_ptr_array_index(survey->held, survey->held->len - 1));
    else
        warn(survey, value, "this hart does not hold lock '%s' here", name);
}

static void survey_step(Survey *survey, const YamlNode *step)
{
    if (yaml_kind(step) != YAML_MAPPING)
        return;
    const char *name = yaml_scalar(yaml_key(step, 0));
    const YamlNode *value = yaml_item(step, 0);
    if (g_str_equal(name, "store"))
        g_hash_table_add(survey->stored, (gpointer)yaml_scalar(inside(value, "patch")));
    else if (g_str_equal(name, "store-data"))
        survey_data(survey, value);
    else if (g_str_equal(name, "mark"))
        g_hash_table_add(survey->passed, (gpointer)yaml_scalar(value));
    else if (g_str_equal(name, "lock"))
        g_ptr_array_add(survey->held, (gpointer)yaml_scalar(value));
    else if (g_str_equal(name, "unlock"))
        survey_unlock(survey, value);
    else if (g_str_equal(name, "stop-machine"))
        survey_list(survey, inside(value, "do"));
    else if (g_str_equal(name, "asm"))
        survey->has_asm = survey->own_code = true;
}

static void survey_list(Survey *survey, const YamlNode *list)
{
    for (guint i = 0; i < yaml_length(list); i++)
        survey_step(survey, yaml_item(list, i));
}

static void survey_harts(Survey *survey)
{
    const YamlNode *harts = yaml_mapping_get(survey->loader->root, "harts");
    for (guint i = 0; i < yaml_length(harts); i++) {
        const YamlNode *steps = yaml_mapping_get(yaml_item(harts, i), "steps");
        g_ptr_array_set_size(survey->held, 0);
        survey->own_code = false;
        if (steps)
            survey_list(survey, steps);
    }
}

/* ---- what code could do */

static bool may_store(const Insn *insn)
{
    return insn->kind == INSN_STORE || insn->kind == INSN_SC || insn->kind == INSN_AMO;
}

static bool may_call(const Insn *insn)
{
    return insn->kind == INSN_ECALL;
}

/* The instruction at that place of the bytes, or what would be one. */
static Insn insn_at(const uint8_t *bytes, gsize size, gsize at)
{
    uint32_t word = 0;
    for (gsize i = 0; i < 4 && at + i < size; i++)
        word |= (uint32_t)bytes[at + i] << 8 * i;
    return insn_decode(insn_length((uint16_t)word) == 2 ? word & 0xffff : word);
}

/* Whether there is such an instruction at any halfword. */
static bool bytes_have(const uint8_t *bytes, gsize size, bool (*is)(const Insn *insn))
{
    for (gsize at = 0; at + 2 <= size; at += 2) {
        Insn insn = insn_at(bytes, size, at);
        if (is(&insn))
            return true;
    }
    return false;
}

static bool code_has(const Survey *survey, bool (*is)(const Insn *insn))
{
    const Program *program = survey->loader->program;
    guint n;
    const ImageSection *sections = image_sections(program->image, &n);
    if (survey->has_asm)
        return true;
    for (guint i = 0; i < n; i++)
        if (sections[i].flags & IMAGE_EXEC && !g_str_has_prefix(sections[i].name, ".text.cmodx.") &&
            bytes_have(sections[i].bytes, sections[i].size, is))
            return true;
    for (guint i = 0; i < program->patches->len; i++) {
        gsize size;
        const uint8_t *bytes = g_bytes_get_data(program_patch(program, i)->bytes, &size);
        if (bytes_have(bytes, size, is))
            return true;
    }
    return false;
}

/* ---- patches that came out shorter than meant */

/* Whether the instruction behind comes next. */
static bool falls_through(const Insn *insn)
{
    return insn->kind != INSN_JAL && insn->kind != INSN_JALR && insn->kind != INSN_EBREAK && insn->kind != INSN_SRET &&
           insn->kind != INSN_ECALL;
}

/* Whether [0, size) of the bytes are whole instructions; of the last one, `last`. Data are not. */
static bool whole_insns(const uint8_t *bytes, gsize size, gsize available, Insn *last, bool *ends_inside)
{
    gsize at = 0;
    while (at < size) {
        *last = insn_at(bytes, available, at);
        if (last->kind == INSN_ILLEGAL || last->kind == INSN_UNSUPPORTED)
            return false;
        at += last->length;
    }
    *ends_inside = at != size;
    return true;
}

/* A patch behind which the hart goes on in the middle of an instruction that the patch has left half standing. */
static bool leaves_half(const Program *program, const Patch *patch)
{
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(patch->bytes, &size);
    const ImageSection *section = image_section_at(program->image, patch->address, size);
    int region = program_region_at(program, patch->address + size);
    Insn last = { 0 };
    bool inside;
    if (!section || !(section->flags & IMAGE_EXEC) || region >= 0 || !whole_insns(bytes, size, size, &last, &inside) ||
        inside || !falls_through(&last))
        return false;
    uint64_t offset = patch->address - section->address;
    return whole_insns(section->bytes + offset, size, section->size - offset, &last, &inside) && inside;
}

static void warn_of_halves(Survey *survey)
{
    const Program *program = survey->loader->program;
    const YamlNode *patches = yaml_mapping_get(survey->loader->root, "patches");
    for (guint i = 0; i < program->patches->len; i++) {
        const Patch *patch = program_patch(program, i);
        for (guint n = 0; patches && n < yaml_length(patches); n++)
            if (g_str_equal(yaml_scalar(yaml_key(patches, n)), patch->name) && leaves_half(program, patch))
                warn(survey, yaml_key(patches, n),
                     "patch '%s' ends within an instruction of the code, of which the rest stays behind it; is "
                     "'.option norvc' missing?",
                     patch->name);
    }
}

/* ---- what is left */

static void warn_of_patches(Survey *survey)
{
    const YamlNode *patches = yaml_mapping_get(survey->loader->root, "patches");
    if (!patches || code_has(survey, may_store))
        return;
    for (guint i = 0; i < yaml_length(patches); i++) {
        const char *name = yaml_scalar(yaml_key(patches, i));
        if (!g_hash_table_contains(survey->stored, name))
            warn(survey, yaml_key(patches, i), "no step stores patch '%s', and no code stores anything", name);
    }
}

/* The step `free` passes a mark of its own. */
static bool passes(const Survey *survey, const char *mark)
{
    return g_hash_table_contains(survey->passed, mark) || g_str_has_prefix(mark, "free_");
}

static void warn_of_marks(Survey *survey)
{
    const YamlNode *marks = yaml_mapping_get(survey->loader->root, "marks");
    const YamlNode *properties = yaml_mapping_get(survey->loader->root, "properties");
    if (!marks || code_has(survey, may_call))
        return;
    for (guint i = 0; i < yaml_length(marks); i++) {
        const char *name = yaml_scalar(yaml_item(marks, i));
        if (!passes(survey, name))
            warn(survey, yaml_item(marks, i), "no step passes mark '%s', and no code makes an ecall", name);
    }
    for (guint i = 0; properties && i < yaml_length(properties); i++) {
        const YamlNode *property = yaml_item(properties, i);
        const YamlNode *after = yaml_kind(property) == YAML_MAPPING ? yaml_mapping_get(property, "after") : NULL;
        if (after && !passes(survey, yaml_scalar(after)))
            warn(survey, after, "nobody passes mark '%s', so this holds whatever happens", yaml_scalar(after));
    }
}

void find_warnings(Loader *loader)
{
    Survey survey = { .loader = loader,
                      .stored = g_hash_table_new(g_str_hash, g_str_equal),
                      .passed = g_hash_table_new(g_str_hash, g_str_equal),
                      .held = g_ptr_array_new() };
    survey_harts(&survey);
    warn_of_halves(&survey);
    warn_of_patches(&survey);
    warn_of_marks(&survey);
    g_hash_table_unref(survey.stored);
    g_hash_table_unref(survey.passed);
    g_ptr_array_unref(survey.held);
}
