/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/steps.h"

#include "isa/insn.h"
#include "sim/machine/machine.h"

#include <string.h>

enum {
    REG_A0 = 10,
    REG_A1 = 11,
    REG_A6 = 16,
    REG_A7 = 17,
    REG_SPARE = 31,
    DEPTH_MAX = 8
};

/* Registers that stores may keep their addresses and data in: all but those that services use, and one spare. */
static const guint8 pool[] = { 5,  6,  7,  8,  9,  12, 13, 14, 15, 18, 19,
                               20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30 };

typedef struct Compiler {
    Steps *steps;
    const StepContext *context;
    const char *hart;
    GString *text;        /* generated since the last block of the user's own */
    const YamlNode *node; /* of the step that is being compiled */
    guint n_pool;         /* registers taken */
    bool known[32];       /* registers whose present value is steps->x (preset) or `value` */
    uint64_t value[32];
    guint depth;
    GHashTable *parts; /* patch name -> GByteArray: 1 for each byte stored so far by parts of it */
} Compiler;

static bool compile_list(Compiler *compiler, const YamlNode *list, GError **error);

void steps_free(Steps *steps)
{
    if (!steps)
        return;
    g_free(steps->section);
    g_ptr_array_unref(steps->texts);
    g_array_unref(steps->blocks);
    g_ptr_array_unref(steps->stored);
    g_free(steps);
}

/* ---- names and values */

guint name_index(GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (g_str_equal(g_ptr_array_index(names, i), name))
            return i;
    g_ptr_array_add(names, g_strdup(name));
    return names->len - 1;
}

bool plain_name(const YamlNode *node, const char **name, GError **error)
{
    if (!yaml_text(node, name, error))
        return false;
    bool plain = **name && !g_ascii_isdigit(**name);
    for (const char *c = *name; *c; c++)
        plain = plain && (g_ascii_isalnum(*c) || *c == '_');
    return plain ||
           yaml_error(error, node, "expected a name of letters, digits and '_', found '%s'", *name);
}

static const char *closest_symbol(const Image *image, const char *name)
{
    guint n;
    const ImageSymbol *symbols = image_symbols(image, &n);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < n; i++)
        if (symbols[i].name[0] != '$' && symbols[i].name[0] != '.')
            g_ptr_array_add(names, symbols[i].name);
    return closest_name(name, (const char *const *)names->pdata, names->len);
}

bool resolve_expression(const Image *image, const YamlNode *node, uint64_t *value, GError **error)
{
    const char *text;
    if (!yaml_text(node, &text, error))
        return false;
    gsize length = strcspn(text, "+-");
    g_autofree char *raw = g_strndup(text, length);
    const char *name = g_strstrip(raw);
    const ImageSymbol *symbol = image_symbol(image, name);
    if (!symbol) {
        const char *closest = closest_symbol(image, name);
        return closest ? yaml_error(error, node, "undefined label '%s'; did you mean '%s'?", name,
                                    closest)
                       : yaml_error(error, node, "undefined label '%s'", name);
    }
    *value = symbol->address;
    if (!text[length])
        return true;
    char *end;
    const char *digits = text + length + 1;
    while (*digits == ' ')
        digits++;
    errno = 0;
    uint64_t offset = g_ascii_strtoull(digits, &end, g_str_has_prefix(digits, "0x") ? 16 : 10);
    if (!g_ascii_isdigit(*digits) || errno || *end)
        return yaml_error(error, node, "expected LABEL, LABEL+NUMBER or LABEL-NUMBER, found '%s'",
                          text);
    *value += text[length] == '+' ? offset : -offset;
    return true;
}

bool resolve_value(const Image *image, const YamlNode *node, uint64_t *value, GError **error)
{
    if (!yaml_expect(node, YAML_SCALAR, error))
        return false;
    const char *text = yaml_scalar(node);
    if (g_ascii_isdigit(*text) || *text == '-')
        return yaml_u64(node, 0, G_MAXUINT64, value, error);
    return resolve_expression(image, node, value, error);
}

const Patch *named_patch(const Program *program, const YamlNode *node, GError **error)
{
    const char *text;
    if (!yaml_text(node, &text, error))
        return NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < program->patches->len; i++) {
        const Patch *patch = program_patch(program, i);
        if (g_str_equal(patch->name, text))
            return patch;
        g_ptr_array_add(names, patch->name);
    }
    const char *closest = closest_name(text, (const char *const *)names->pdata, names->len);
    if (closest)
        yaml_error(error, node, "there is no patch '%s'; did you mean '%s'?", text, closest);
    else
        yaml_error(error, node, "there is no patch '%s'", text);
    return NULL;
}

/* ---- code */

static void emit(Compiler *compiler, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void emit(Compiler *compiler, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append_c(compiler->text, '\t');
    g_string_append_vprintf(compiler->text, format, arguments);
    g_string_append_c(compiler->text, '\n');
    va_end(arguments);
}

/* Ends the block of generated code, which is attributed to the line of the steps. */
static void flush(Compiler *compiler)
{
    Steps *steps = compiler->steps;
    char *text = g_string_free(compiler->text, FALSE);
    g_ptr_array_add(steps->texts, text);
    AsmBlock block = { .section = steps->section,
                       .flags = "ax",
                       .text = text,
                       .file = source_name(yaml_source(compiler->node)),
                       .line = yaml_line(compiler->node) };
    g_array_append_val(steps->blocks, block);
    compiler->text = g_string_new(NULL);
}

/* Makes register `reg` hold a constant: from the start if nothing has used it yet, else by an instruction. */
static void load_constant(Compiler *compiler, guint reg, uint64_t value)
{
    if (compiler->known[reg] && compiler->value[reg] == value)
        return;
    if (!compiler->known[reg] && compiler->value[reg] == 0)
        compiler->steps->x[reg] = value;
    else
        emit(compiler, "li %s, 0x%" G_GINT64_MODIFIER "x", register_name(reg), value);
    compiler->known[reg] = true;
    compiler->value[reg] = value;
}

/* Marks registers as holding something unknown, so that the next constant needs an instruction. */
static void forget(Compiler *compiler, guint reg)
{
    compiler->known[reg] = false;
    compiler->value[reg] = 1;
}

/* A register of the pool that holds `value`; the spare one when the pool is used up. */
static guint constant_register(Compiler *compiler, uint64_t value, guint spare)
{
    for (guint i = 0; i < compiler->n_pool; i++)
        if (compiler->known[pool[i]] && compiler->value[pool[i]] == value)
            return pool[i];
    guint reg = compiler->n_pool < G_N_ELEMENTS(pool) ? pool[compiler->n_pool++] : spare;
    load_constant(compiler, reg, value);
    return reg;
}

static void call_service(Compiler *compiler, Service service, guint64 argument)
{
    load_constant(compiler, REG_A7, SERVICE_EXTENSION);
    load_constant(compiler, REG_A6, service | argument << 8);
    emit(compiler, "ecall");
}

/* One store; base registers are shared by addresses within reach of each other. */
static void emit_store(Compiler *compiler, uint64_t address, guint size, uint64_t value)
{
    static const char mnemonics[] = { [1] = 'b', [2] = 'h', [4] = 'w', [8] = 'd' };
    guint data = value ? constant_register(compiler, value, REG_SPARE) : 0;
    int64_t offset = 0;
    guint base = 0;
    for (guint i = 0; i < compiler->n_pool && !base; i++) {
        offset = (int64_t)(address - compiler->value[pool[i]]);
        if (compiler->known[pool[i]] && offset >= -2048 && offset < 2048)
            base = pool[i];
    }
    if (!base) {
        offset = 0;
        base = constant_register(compiler, address, 4);
    }
    emit(compiler, "s%c %s, %" G_GINT64_FORMAT "(%s)", mnemonics[size], register_name(data), offset,
         register_name(base));
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
        emit_store(compiler, patch->address + at, piece, bytes_value(bytes + at, piece));
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
        !(at = yaml_mapping_require(value, "at", error)) ||
        !(data = yaml_mapping_require(value, "value", error)) ||
        !resolve_expression(image, at, &address, error) ||
        !resolve_value(image, data, &number, error))
        return false;
    if ((node = yaml_mapping_get(value, "width")) && !yaml_width(node, &width, error))
        return false;
    emit_store(compiler, address, width, number);
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
        !(at = yaml_mapping_require(value, "at", error)) ||
        !resolve_expression(image, at, &address, error))
        return false;
    const YamlNode *is = yaml_mapping_get(value, "is"), *is_not = yaml_mapping_get(value, "is-not");
    if (!is == !is_not)
        return yaml_error(error, value, "expected either 'is' or 'is-not'");
    if (!resolve_value(image, is ? is : is_not, &number, error))
        return false;
    if ((node = yaml_mapping_get(value, "width")) && !yaml_width(node, &width, error))
        return false;
    load_constant(compiler, REG_A0, address);
    load_constant(compiler, REG_A1, number);
    call_service(compiler, is ? SERVICE_AWAIT : SERVICE_AWAIT_NOT, width);
    return true;
}

static bool compile_stop(Compiler *compiler, const YamlNode *value, GError **error)
{
    static const char *const keys[] = { "waiters", "outside-sites", "do" };
    static const char *const waiters[] = { "none", "fence-i" };
    const YamlNode *body = value, *node;
    gsize fence = 1;
    bool outside = false;
    if (yaml_kind(value) == YAML_MAPPING) {
        if (!yaml_mapping_check_keys(value, keys, G_N_ELEMENTS(keys), error) ||
            !(body = yaml_mapping_require(value, "do", error)))
            return false;
        if ((node = yaml_mapping_get(value, "waiters")) &&
            !yaml_enum(node, "action of the waiters", waiters, G_N_ELEMENTS(waiters), &fence,
                       error))
            return false;
        if ((node = yaml_mapping_get(value, "outside-sites")) && !yaml_bool(node, &outside, error))
            return false;
    }
    call_service(compiler, SERVICE_STOP_BEGIN,
                 (fence ? STOP_WAITERS_FENCE_I : 0) | (outside ? STOP_OUTSIDE_SITES : 0));
    if (!compile_list(compiler, body, error))
        return false;
    call_service(compiler, SERVICE_STOP_END, 0);
    return true;
}

static bool compile_named(Compiler *compiler, const YamlNode *value, Service service,
                          GError **error)
{
    bool is_mark = service == SERVICE_MARK;
    GPtrArray *names = is_mark ? compiler->context->marks : compiler->context->locks;
    const char *name;
    if (!plain_name(value, &name, error))
        return false;
    guint index = name_index(names, name);
    if (index >= (is_mark ? (guint)MARKS_MAX : (guint)LOCKS_MAX))
        return yaml_error(error, value, "more than %u %s",
                          is_mark ? (guint)MARKS_MAX : (guint)LOCKS_MAX,
                          is_mark ? "marks" : "locks");
    call_service(compiler, service, index);
    return true;
}

static bool compile_fence(Compiler *compiler, const YamlNode *value, GError **error)
{
    static const char *const sets[] = { "rw,rw", "rw,w", "r,rw", "r,r",  "r,w",
                                        "w,w",   "w,r",  "w,rw", "rw,r", "tso" };
    gsize index;
    if (!yaml_enum(value, "fence", sets, G_N_ELEMENTS(sets), &index, error))
        return false;
    emit(compiler, g_str_equal(sets[index], "tso") ? "fence.tso" : "fence %s", sets[index]);
    return true;
}

static bool compile_asm(Compiler *compiler, const YamlNode *value, GError **error)
{
    const char *text;
    if (!yaml_code(value, &text, error))
        return false;
    flush(compiler);
    AsmBlock block = { .section = compiler->steps->section,
                       .flags = "ax",
                       .text = text,
                       .file = source_name(yaml_source(value)),
                       .line = yaml_content_line(value),
                       .source = yaml_source(value) };
    g_array_append_val(compiler->steps->blocks, block);
    for (guint reg = 1; reg < 32; reg++)
        forget(compiler, reg);
    compiler->n_pool = G_N_ELEMENTS(pool);
    return true;
}

static void compile_remote_fence(Compiler *compiler)
{
    load_constant(compiler, REG_A0, 0);
    load_constant(compiler, REG_A1, ~0ull); /* hart_mask_base -1: all harts */
    load_constant(compiler, REG_A7, SBI_RFENCE);
    load_constant(compiler, REG_A6, 0);
    emit(compiler, "ecall");
    forget(compiler, REG_A0);
    forget(compiler, REG_A1);
}

typedef enum StepName {
    NAME_ASM,
    NAME_AWAIT,
    NAME_FENCE,
    NAME_FENCE_I,
    NAME_LOCK,
    NAME_MARK,
    NAME_REMOTE_FENCE_I,
    NAME_SCHEDULE,
    NAME_STOP_MACHINE,
    NAME_STORE,
    NAME_STORE_DATA,
    NAME_UNLOCK,
    NAME_COUNT
} StepName;
static const char *const step_names[] = { "asm",          "await", "fence",          "fence-i",
                                          "lock",         "mark",  "remote-fence-i", "schedule",
                                          "stop-machine", "store", "store-data",     "unlock" };
G_STATIC_ASSERT(G_N_ELEMENTS(step_names) == NAME_COUNT);

/* Steps without an argument are bare words. */
static bool compile_word(Compiler *compiler, const YamlNode *step, StepName name, GError **error)
{
    if (name == NAME_FENCE_I)
        emit(compiler, "fence.i");
    else if (name == NAME_REMOTE_FENCE_I)
        compile_remote_fence(compiler);
    else if (name == NAME_SCHEDULE)
        call_service(compiler, SERVICE_SCHEDULE, 0);
    else
        return yaml_error(error, step, "step '%s' needs an argument: '%s: ...'", step_names[name],
                          step_names[name]);
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
    case NAME_FENCE_I:
    case NAME_REMOTE_FENCE_I:
    case NAME_SCHEDULE:
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

Steps *steps_compile(const YamlNode *node, const char *name, const StepContext *context,
                     GError **error)
{
    g_autoptr(Steps) steps = g_new0(Steps, 1);
    steps->section = g_strdup_printf(".text.cmodx.%s", name);
    steps->texts = g_ptr_array_new_with_free_func(g_free);
    steps->blocks = g_array_new(FALSE, TRUE, sizeof(AsmBlock));
    steps->stored = g_ptr_array_new_with_free_func(g_free);
    Compiler compiler = { .steps = steps,
                          .context = context,
                          .hart = name,
                          .node = node,
                          .text = g_string_new(NULL),
                          .parts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                                         (GDestroyNotify)g_byte_array_unref) };
    emit(&compiler, ".globl cmodx_start_%s, cmodx_end_%s", name, name);
    emit(&compiler, ".option norvc");
    g_string_append_printf(compiler.text, "cmodx_start_%s:\n", name);
    bool empty = yaml_kind(node) == YAML_SEQUENCE && yaml_length(node) == 0;
    bool ok = empty ? yaml_error(error, node, "hart '%s' has no steps", name)
                    : compile_list(&compiler, node, error) && check_parts(&compiler, node, error);
    compiler.node = node;
    g_string_append_printf(compiler.text, "cmodx_end_%s:\n\tunimp\n", name);
    flush(&compiler);
    g_string_free(compiler.text, TRUE);
    g_hash_table_unref(compiler.parts);
    return ok ? g_steal_pointer(&steps) : NULL;
}
