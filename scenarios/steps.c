/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/steps-code.h"

#include <string.h>

enum {
    DEPTH_MAX = 8
};

static bool compile_list(Compiler *compiler, const YamlNode *list, GError **error);

void steps_free(Steps *steps)
{
    if (!steps)
        return;
    g_free(steps->section);
    g_ptr_array_unref(steps->texts);
    g_array_unref(steps->blocks);
    g_ptr_array_unref(steps->stored);
    for (guint i = 0; i < steps->freed->len; i++)
        g_free(g_array_index(steps->freed, Property, i).name);
    g_array_unref(steps->freed);
    g_free(steps);
}

/* ---- the steps */

static uint64_t bytes_value(const guint8 *bytes, guint size)
{
    uint64_t value = 0;
    for (guint i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

/* Notes that [from, to) of a patch is stored; a patch is completed by the store of its last missing byte. */
static void note_stored(Compiler *compiler, const Patch *patch, guint from, guint to)
{
    gsize size = g_bytes_get_size(patch->bytes);
    GByteArray *part = g_hash_table_lookup(compiler->parts, patch->name);
    if (!part) {
        part = g_byte_array_sized_new((guint)size);
        g_byte_array_set_size(part, (guint)size);
        memset(part->data, 0, size);
        g_hash_table_insert(compiler->parts, patch->name, part);
    }
    memset(part->data + from, 1, to - from);
    if (memchr(part->data, 0, size))
        return;
    memset(part->data, 0, size);
    g_ptr_array_add(compiler->steps->stored, g_strdup(patch->name));
}

/* That no patch is left half stored: it would never become a version. */
static bool check_parts(const Compiler *compiler, const YamlNode *node, GError **error)
{
    const Program *program = compiler->context->program;
    for (guint i = 0; i < program->patches->len; i++) {
        const char *name = program_patch(program, i)->name;
        const GByteArray *part = g_hash_table_lookup(compiler->parts, name);
        if (part && memchr(part->data, 1, part->len))
            return yaml_error(error, node, "hart '%s' stores a part of patch '%s', but never the rest", compiler->hart,
                              name);
    }
    return true;
}

/* Stores the bytes [from, to) of a patch. */
static void store_patch(Compiler *compiler, const Patch *patch, guint from, guint to, guint width, bool descending)
{
    const guint8 *bytes = g_bytes_get_data(patch->bytes, NULL);
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint at = from, piece; at < to; at += piece) {
        for (piece = width; (patch->address + at) % piece || at + piece > to; piece /= 2)
            ;
        guint entry = at << 4 | piece;
        g_array_append_val(pieces, entry);
    }
    for (guint i = 0; i < pieces->len; i++) {
        guint entry = g_array_index(pieces, guint, descending ? pieces->len - 1 - i : i);
        guint at = entry >> 4, piece = entry & 15;
        code_store(compiler, patch->address + at, piece, bytes_value(bytes + at, piece));
    }
    note_stored(compiler, patch, from, to);
}

static bool yaml_width(const YamlNode *node, guint *width, GError **error)
{
    static const char *const names[] = { "1", "2", "4", "8" };
    gsize index;
    if (!yaml_enum(node, "width in bytes", names, G_N_ELEMENTS(names), &index, error))
        return false;
    *width = 1u << index;
    return true;
}

static bool compile_store(Compiler *compiler, const YamlNode *value, GError **error)
{
    static const char *const keys[] = { "patch", "width", "order", "offset", "size" };
    static const char *const orders[] = { "ascending", "descending" };
    const YamlNode *name = value, *node;
    guint width = 4;
    gsize order = 0;
    if (yaml_kind(value) == YAML_MAPPING) {
        if (!yaml_mapping_check_keys(value, keys, G_N_ELEMENTS(keys), error) ||
            !(name = yaml_mapping_require(value, "patch", error)))
            return false;
        if ((node = yaml_mapping_get(value, "width")) && !yaml_width(node, &width, error))
            return false;
        if ((node = yaml_mapping_get(value, "order")) &&
            !yaml_enum(node, "order", orders, G_N_ELEMENTS(orders), &order, error))
            return false;
    }
    const Patch *patch = named_patch(compiler->context->program, name, error);
    if (!patch)
        return false;
    uint64_t offset = 0, size, whole = g_bytes_get_size(patch->bytes);
    bool is_mapping = yaml_kind(value) == YAML_MAPPING;
    if (is_mapping && (node = yaml_mapping_get(value, "offset")) && !yaml_u64(node, 0, whole - 1, &offset, error))
        return false;
    size = whole - offset;
    if (is_mapping && (node = yaml_mapping_get(value, "size")) && !yaml_u64(node, 1, size, &size, error))
        return false;
    store_patch(compiler, patch, (guint)offset, (guint)(offset + size), width, order == 1);
    return true;
}

static bool compile_store_data(Compiler *compiler, const YamlNode *value, GError **error)
{
    static const char *const keys[] = { "at", "value", "width" };
    const Image *image = compiler->context->program->image;
    const YamlNode *at, *data, *node;
    guint width = 8;
    uint64_t address, number;
    if (!yaml_mapping_check_keys(value, keys, G_N_ELEMENTS(keys), error) ||
        !(at = yaml_mapping_require(value, "at", error)) || !(data = yaml_mapping_require(value, "value", error)) ||
        !resolve_expression(image, at, &address, error) || !resolve_value(image, data, &number, error))
        return false;
    if ((node = yaml_mapping_get(value, "width")) && !yaml_width(node, &width, error))
        return false;
    code_store(compiler, address, width, number);
    return true;
}

static bool compile_await(Compiler *compiler, const YamlNode *value, GError **error)
{
    static const char *const keys[] = { "at", "is", "is-not", "width" };
    const Image *image = compiler->context->program->image;
    const YamlNode *at, *node;
    guint width = 4;
    uint64_t address, number;
    if (!yaml_mapping_check_keys(value, keys, G_N_ELEMENTS(keys), error) ||
        !(at = yaml_mapping_require(value, "at", error)) || !resolve_expression(image, at, &address, error))
        return false;
    const YamlNode *is = yaml_mapping_get(value, "is"), *is_not = yaml_mapping_get(value, "is-not");
    if (!is == !is_not)
        return yaml_error(error, value, "expected either 'is' or 'is-not'");
    if (!resolve_value(image, is ? is : is_not, &number, error))
        return false;
    if ((node = yaml_mapping_get(value, "width")) && !yaml_width(node, &width, error))
        return false;
    code_constant(compiler, STEP_A0, address);
    code_constant(compiler, STEP_A1, number);
    code_service(compiler, is ? SERVICE_AWAIT : SERVICE_AWAIT_NOT, width);
    return true;
}

static bool compile_stop(Compiler *compiler, const YamlNode *value, GError **error)
{
    static const char *const keys[] = { "waiters", "outside-sites", "release", "do" };
    static const char *const waiters[] = { "none", "fence-i" };
    static const char *const releases[] = { "ordered", "relaxed" };
    const YamlNode *body = value, *node;
    gsize fence = 1, release = 0;
    bool outside = false;
    if (yaml_kind(value) == YAML_MAPPING) {
        if (!yaml_mapping_check_keys(value, keys, G_N_ELEMENTS(keys), error) ||
            !(body = yaml_mapping_require(value, "do", error)))
            return false;
        if ((node = yaml_mapping_get(value, "waiters")) &&
            !yaml_enum(node, "action of the waiters", waiters, G_N_ELEMENTS(waiters), &fence, error))
            return false;
        if ((node = yaml_mapping_get(value, "outside-sites")) && !yaml_bool(node, &outside, error))
            return false;
        if ((node = yaml_mapping_get(value, "release")) &&
            !yaml_enum(node, "order of the release", releases, G_N_ELEMENTS(releases), &release, error))
            return false;
    }
    code_service(compiler, SERVICE_STOP_BEGIN,
                 (fence ? STOP_WAITERS_FENCE_I : 0) | (outside ? STOP_OUTSIDE_SITES : 0) |
                     (release ? STOP_RELAXED_RELEASE : 0));
    if (!compile_list(compiler, body, error))
        return false;
    code_service(compiler, SERVICE_STOP_END, 0);
    return true;
}

static bool compile_named(Compiler *compiler, const YamlNode *value, Service service, GError **error)
{
    bool is_mark = service == SERVICE_MARK;
    GPtrArray *names = is_mark ? compiler->context->marks : compiler->context->locks;
    const char *name;
    if (!plain_name(value, &name, error))
        return false;
    guint index = name_index(names, name);
    if (index >= (is_mark ? (guint)MARKS_MAX : (guint)LOCKS_MAX))
        return yaml_error(error, value, "more than %u %s", is_mark ? (guint)MARKS_MAX : (guint)LOCKS_MAX,
                          is_mark ? "marks" : "locks");
    code_service(compiler, service, index);
    return true;
}

static bool compile_fence(Compiler *compiler, const YamlNode *value, GError **error)
{
    static const char *const sets[] = { "rw,rw", "rw,w", "r,rw", "r,r",  "r,w", "w,w",       "w,r",
                                        "w,rw",  "rw,r", "w,o",  "rw,o", "r,o", "iorw,iorw", "tso" };
    gsize index;
    if (!yaml_enum(value, "fence", sets, G_N_ELEMENTS(sets), &index, error))
        return false;
    code_emit(compiler, g_str_equal(sets[index], "tso") ? "fence.tso" : "fence %s", sets[index]);
    return true;
}

static bool compile_asm(Compiler *compiler, const YamlNode *value, GError **error)
{
    const char *text;
    if (!yaml_code(value, &text, error))
        return false;
    code_flush(compiler);
    AsmBlock block = { .section = compiler->steps->section,
                       .flags = "ax",
                       .text = text,
                       .file = source_name(yaml_source(value)),
                       .line = yaml_content_line(value),
                       .source = yaml_source(value) };
    g_array_append_val(compiler->steps->blocks, block);
    code_forget_all(compiler);
    return true;
}

typedef enum StepName {
    NAME_ASM,
    NAME_AWAIT,
    NAME_FENCE,
    NAME_FENCE_I,
    NAME_FREE,
    NAME_LOCK,
    NAME_MARK,
    NAME_OFFLINE,
    NAME_ON_EACH_CPU,
    NAME_ONLINE,
    NAME_REMOTE_FENCE_I,
    NAME_SCHEDULE,
    NAME_SEND_IPI,
    NAME_STOP_MACHINE,
    NAME_STORE,
    NAME_STORE_DATA,
    NAME_SYNCHRONIZE_RCU_TASKS,
    NAME_UNLOCK,
    NAME_COUNT
} StepName;
static const char *const step_names[] = {
    "asm",
    "await",
    "fence",
    "fence-i",
    "free",
    "lock",
    "mark",
    "offline",
    "on-each-cpu",
    "online",
    "remote-fence-i",
    "schedule",
    "send-ipi",
    "stop-machine",
    "store",
    "store-data",
    "synchronize-rcu-tasks",
    "unlock",
};
G_STATIC_ASSERT(G_N_ELEMENTS(step_names) == NAME_COUNT);

/* Steps without an argument are bare words. */
static bool compile_word(Compiler *compiler, const YamlNode *step, StepName name, GError **error)
{
    if (name == NAME_FENCE_I)
        code_emit(compiler, "fence.i");
    else if (name == NAME_REMOTE_FENCE_I)
        code_sbi_to_all(compiler, SBI_RFENCE);
    else if (name == NAME_SEND_IPI)
        code_sbi_to_all(compiler, SBI_IPI);
    else if (name == NAME_SCHEDULE)
        code_service(compiler, SERVICE_SCHEDULE, 0);
    else if (name == NAME_ON_EACH_CPU)
        code_service(compiler, SERVICE_ON_EACH_CPU, 0);
    else if (name == NAME_SYNCHRONIZE_RCU_TASKS)
        code_service(compiler, SERVICE_SYNCHRONIZE_RCU_TASKS, 0);
    else if (name == NAME_ONLINE || name == NAME_OFFLINE)
        code_service(compiler, name == NAME_ONLINE ? SERVICE_ONLINE : SERVICE_OFFLINE, 0);
    else
        return yaml_error(error, step, "step '%s' needs an argument: '%s: ...'", step_names[name], step_names[name]);
    return true;
}

static bool compile_step(Compiler *compiler, const YamlNode *step, GError **error)
{
    compiler->node = step;
    gsize name;
    if (yaml_kind(step) == YAML_SCALAR)
        return yaml_enum(step, "step", step_names, NAME_COUNT, &name, error) &&
               compile_word(compiler, step, (StepName)name, error);
    if (yaml_kind(step) != YAML_MAPPING || yaml_length(step) != 1)
        return yaml_error(error, step, "expected a step: one word, or one 'WORD: ARGUMENT'");
    if (!yaml_enum(yaml_key(step, 0), "step", step_names, NAME_COUNT, &name, error))
        return false;
    const YamlNode *value = yaml_item(step, 0);
    switch ((StepName)name) {
    case NAME_ASM:
        return compile_asm(compiler, value, error);
    case NAME_AWAIT:
        return compile_await(compiler, value, error);
    case NAME_FENCE:
        return compile_fence(compiler, value, error);
    case NAME_LOCK:
        return compile_named(compiler, value, SERVICE_LOCK, error);
    case NAME_UNLOCK:
        return compile_named(compiler, value, SERVICE_UNLOCK, error);
    case NAME_MARK:
        return compile_named(compiler, value, SERVICE_MARK, error);
    case NAME_STOP_MACHINE:
        return compile_stop(compiler, value, error);
    case NAME_STORE:
        return compile_store(compiler, value, error);
    case NAME_STORE_DATA:
        return compile_store_data(compiler, value, error);
    case NAME_FREE:
        return compile_free(compiler, value, error);
    case NAME_FENCE_I:
    case NAME_OFFLINE:
    case NAME_ON_EACH_CPU:
    case NAME_ONLINE:
    case NAME_REMOTE_FENCE_I:
    case NAME_SCHEDULE:
    case NAME_SEND_IPI:
    case NAME_SYNCHRONIZE_RCU_TASKS:
    case NAME_COUNT:
        break;
    }
    return yaml_error(error, yaml_key(step, 0), "step '%s' takes no argument", step_names[name]);
}

static bool compile_list(Compiler *compiler, const YamlNode *list, GError **error)
{
    if (!yaml_expect(list, YAML_SEQUENCE, error))
        return false;
    if (++compiler->depth > DEPTH_MAX)
        return yaml_error(error, list, "steps nested more than %d deep", DEPTH_MAX);
    for (guint i = 0; i < yaml_length(list); i++)
        if (!compile_step(compiler, yaml_item(list, i), error))
            return false;
    compiler->depth--;
    return true;
}

Steps *steps_compile(const YamlNode *node, const char *name, const StepContext *context, GError **error)
{
    g_autoptr(Steps) steps = g_new0(Steps, 1);
    steps->section = g_strdup_printf(".text.cmodx.%s", name);
    steps->texts = g_ptr_array_new_with_free_func(g_free);
    steps->blocks = g_array_new(FALSE, TRUE, sizeof(AsmBlock));
    steps->stored = g_ptr_array_new_with_free_func(g_free);
    steps->freed = g_array_new(FALSE, FALSE, sizeof(Property));
    Compiler compiler = { .steps = steps,
                          .context = context,
                          .hart = name,
                          .node = node,
                          .text = g_string_new(NULL),
                          .parts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                                         (GDestroyNotify)g_byte_array_unref) };
    code_emit(&compiler, ".globl cmodx_start_%s, cmodx_end_%s", name, name);
    code_emit(&compiler, ".option norvc");
    g_string_append_printf(compiler.text, "cmodx_start_%s:\n", name);
    bool empty = yaml_kind(node) == YAML_SEQUENCE && yaml_length(node) == 0;
    bool ok = empty ? yaml_error(error, node, "hart '%s' has no steps", name)
                    : compile_list(&compiler, node, error) && check_parts(&compiler, node, error);
    compiler.node = node;
    g_string_append_printf(compiler.text, "cmodx_end_%s:\n\tunimp\n", name);
    code_flush(&compiler);
    g_string_free(compiler.text, TRUE);
    g_hash_table_unref(compiler.parts);
    return ok ? g_steal_pointer(&steps) : NULL;
}
