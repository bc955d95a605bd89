/* SPDX-License-Identifier: GPL-2.0-or-later */
/* { ... }: what registers and memory hold before a litmus test starts; all else is 0. Items end in ';':
 *
 *   item  = [TYPE] ["*"] place ["=" value] | [TYPE] NAME "[" N "]" ["=" "{" value {"," value} "}"]
 *   place = HART ":" REGISTER | NAME | "[" NAME "]"
 *   value = number | ["&"] NAME ["[" N "]"] ["+" N] | HART ":" LABEL | label:"HART:LABEL" | instr:"TEXT"
 */
#include "scenarios/litmus-parts.h"

#include <string.h>

enum {
    INT_SIZE = 4, /* of a location without a type */
    POINTER_SIZE = 8
};

typedef struct Item {
    gsize at;
    bool typed, pointer;
    guint size;
    bool is_signed;
    guint location;
} Item;

/* ---- locations and types */

static void location_clear(gpointer data)
{
    LitmusLocation *location = data;
    g_free(location->name);
    g_array_unref(location->values);
}

bool litmus_is_location_name(const char *name)
{
    return (g_ascii_isalpha(*name) || *name == '_') &&
           name[strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.")] == '\0';
}

guint litmus_location_index(LitmusFile *file, const char *name)
{
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(file->location_named, name));
    if (index)
        return index - 1;
    g_assert(litmus_is_location_name(name));
    LitmusLocation location = { .name = g_strdup(name),
                                .size = INT_SIZE,
                                .is_signed = true,
                                .values = g_array_new(FALSE, TRUE, sizeof(LitmusValue)) };
    g_array_set_clear_func(file->locations, location_clear);
    g_array_append_val(file->locations, location);
    g_hash_table_insert(file->location_named, location.name, GUINT_TO_POINTER(file->locations->len));
    return file->locations->len - 1;
}

static const struct {
    const char *name;
    guint size;
    bool is_signed;
} types[] = {
    { "int", 4, true },       { "int8_t", 1, true },   { "int16_t", 2, true },    { "int32_t", 4, true },
    { "int64_t", 8, true },   { "uint8_t", 1, false }, { "uint16_t", 2, false },  { "uint32_t", 4, false },
    { "uint64_t", 8, false }, { "char", 1, true },     { "short", 2, true },      { "long", 8, true },
    { "unsigned", 4, false }, { "intptr_t", 8, true }, { "uintptr_t", 8, false }, { "ins_t", 4, false },
};

bool litmus_type(const LitmusFile *file, gsize at, const char *name, guint *size, bool *is_signed, GError **error)
{
    static const char *const foreign[] = { "int128_t", "uint128_t", "__int128", "pteval_t", "parel1_t" };
    const char *names[G_N_ELEMENTS(types)];
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        names[i] = types[i].name;
        if (!g_str_equal(types[i].name, name))
            continue;
        *size = types[i].size;
        *is_signed = types[i].is_signed;
        return true;
    }
    for (guint i = 0; i < G_N_ELEMENTS(foreign); i++)
        if (g_str_equal(foreign[i], name))
            return litmus_unsupported(file, at, error, "type '%s'", name);
    return litmus_unknown(file, at, error, "type", name, names, G_N_ELEMENTS(names));
}

bool litmus_set_type(LitmusFile *file, guint index, guint size, bool is_signed, gsize at, GError **error)
{
    LitmusLocation *location = litmus_location(file, index);
    if (location->typed && (location->size != size || location->is_signed != is_signed))
        return litmus_error(file, at, error, "'%s' already has another type", location->name);
    location->typed = true;
    location->size = size;
    location->is_signed = is_signed;
    return true;
}

/* ---- values */

/* The rest of instr:"TEXT" or label:"P1:L", which starts at `at`. */
static bool read_quoted(LitmusCursor *cursor, bool label, LitmusValue *value)
{
    LitmusSpan text;
    cursor->at++;
    if (!cursor_string(cursor, &text))
        return false;
    if (!label) {
        value->kind = LITMUS_ENCODING;
        return litmus_add_encoding(cursor->file, text, &value->index, cursor->error);
    }
    LitmusCursor inner = litmus_cursor(cursor->file, text, cursor->error);
    return litmus_read_label(&inner, value) &&
           (cursor_at_end(&inner) ||
            litmus_error(inner.file, inner.at, inner.error, "unexpected text behind the label"));
}

bool litmus_read_label(LitmusCursor *cursor, LitmusValue *value)
{
    cursor_peek(cursor);
    gsize at = cursor->at;
    g_autofree char *hart = cursor_name(cursor, "");
    if (!hart || !cursor_accept(cursor, ':'))
        return litmus_error(cursor->file, at, cursor->error, "expected HART:LABEL");
    int number = litmus_hart_named(cursor->file, hart);
    if (number < 0)
        return litmus_error(cursor->file, at, cursor->error, "there is no hart '%s'", hart);
    cursor_peek(cursor);
    gsize label_at = cursor->at;
    g_autofree char *label = cursor_name(cursor, "/.-");
    value->kind = LITMUS_LABEL;
    value->hart = (guint)number;
    if (!label)
        return litmus_error(cursor->file, label_at, cursor->error, "expected a label");
    return litmus_find_label(cursor->file, value->hart, label, label_at, &value->index, cursor->error);
}

/* [N] behind a name: an element. */
static bool read_element(LitmusCursor *cursor, guint64 max, uint64_t *element)
{
    cursor_peek(cursor);
    gsize at = cursor->at;
    if (!cursor_number(cursor, element))
        return false;
    return (*element <= max || litmus_error(cursor->file, at, cursor->error, "out of range")) &&
           cursor_expect(cursor, ']');
}

static bool read_address(LitmusCursor *cursor, const char *name, LitmusValue *value)
{
    uint64_t element = 0;
    value->kind = LITMUS_LOCATION;
    value->index = litmus_location_index(cursor->file, name);
    if (cursor_accept(cursor, '[') && !read_element(cursor, LITMUS_ELEMENTS_MAX, &element))
        return false;
    value->element = (guint)element;
    return !cursor_accept(cursor, '+') || cursor_number(cursor, &value->number);
}

static bool read_value(LitmusCursor *cursor, LitmusValue *value)
{
    char c = cursor_peek(cursor);
    gsize at = cursor->at;
    *value = (LitmusValue){ .at = at };
    if (c == '(' || c == '`')
        return litmus_unsupported(cursor->file, at, cursor->error, "values of this kind");
    bool address = cursor_accept(cursor, '&');
    gsize name_at = cursor->at;
    g_autofree char *name = cursor_name(cursor, ".");
    char next = cursor->at < cursor->end ? cursor->file->text[cursor->at] : '\0';
    if (name && next == '(')
        return litmus_unsupported(cursor->file, at, cursor->error, "page tables");
    if (name && next == ':' && (g_str_equal(name, "instr") || g_str_equal(name, "label")))
        return read_quoted(cursor, g_str_equal(name, "label"), value);
    if (name && cursor_peek(cursor) == ':') {
        cursor->at = name_at;
        return litmus_read_label(cursor, value);
    }
    if (name && !g_ascii_isdigit(*name))
        return read_address(cursor, name, value);
    cursor->at = name_at;
    if (address)
        return litmus_error(cursor->file, name_at, cursor->error, "expected a location");
    return cursor_number(cursor, &value->number);
}

/* ---- items */

static bool same_value(const LitmusValue *a, const LitmusValue *b)
{
    return a->kind == b->kind && a->number == b->number && a->hart == b->hart && a->index == b->index &&
           a->element == b->element;
}

static bool set_register(LitmusCursor *cursor, gsize at, guint hart, guint number, const LitmusValue *value)
{
    GArray *registers = cursor->file->registers;
    if (number == 0 && (value->kind != LITMUS_NUMBER || value->number))
        return litmus_error(cursor->file, at, cursor->error, "register x0 is always 0");
    for (guint i = 0; i < registers->len; i++) {
        const LitmusRegister *other = &g_array_index(registers, LitmusRegister, i);
        if (other->hart == hart && other->number == number)
            return same_value(&other->value, value) ||
                   litmus_error(cursor->file, at, cursor->error, "P%u:x%u already has another value", hart, number);
    }
    LitmusRegister reg = { hart, number, *value };
    g_array_append_val(registers, reg);
    return true;
}

/* HART ":" REGISTER, the hart's name just taken. */
static bool read_register_item(LitmusCursor *cursor, const Item *item, const char *hart)
{
    LitmusValue value;
    int number = litmus_hart_named(cursor->file, hart);
    if (number < 0)
        return litmus_error(cursor->file, item->at, cursor->error, "there is no hart '%s'", hart);
    cursor->at++;
    if (cursor_peek(cursor) == '%')
        return litmus_unsupported(cursor->file, cursor->at, cursor->error, "symbolic registers");
    gsize at = cursor->at;
    guint reg;
    g_autofree char *name = cursor_name(cursor, "");
    if (!name)
        return litmus_error(cursor->file, at, cursor->error, "expected a register");
    if (!litmus_register(cursor->file, at, name, &reg, cursor->error))
        return false;
    if (!cursor_accept(cursor, '='))
        return true; /* a type only */
    return read_value(cursor, &value) && set_register(cursor, item->at, (guint)number, reg, &value);
}

static bool read_array_values(LitmusCursor *cursor, guint location)
{
    cursor_peek(cursor);
    gsize at = cursor->at;
    if (!cursor_expect(cursor, '{'))
        return false;
    g_autoptr(GArray) values = g_array_new(FALSE, TRUE, sizeof(LitmusValue));
    do {
        LitmusValue value;
        if (!read_value(cursor, &value))
            return false;
        g_array_append_val(values, value);
    } while (cursor_accept(cursor, ','));
    LitmusLocation *array = litmus_location(cursor->file, location);
    if (values->len > array->count)
        return litmus_error(cursor->file, at, cursor->error, "%u values for an array of %u", values->len, array->count);
    g_array_append_vals(array->values, values->data, values->len);
    return cursor_expect(cursor, '}');
}

static bool read_array(LitmusCursor *cursor, const Item *item)
{
    uint64_t count;
    gsize at = cursor->at;
    if (!read_element(cursor, LITMUS_ELEMENTS_MAX, &count))
        return false;
    LitmusLocation *array = litmus_location(cursor->file, item->location);
    if (count == 0)
        return litmus_error(cursor->file, at, cursor->error, "an array of nothing");
    if (array->count || array->values->len)
        return litmus_error(cursor->file, item->at, cursor->error, "'%s' is declared already", array->name);
    array->count = (guint)count;
    return !cursor_accept(cursor, '=') || read_array_values(cursor, item->location);
}

static bool set_value(LitmusCursor *cursor, const Item *item, const LitmusValue *value)
{
    LitmusLocation *location = litmus_location(cursor->file, item->location);
    if (location->count ||
        (location->values->len && !same_value(&g_array_index(location->values, LitmusValue, 0), value)))
        return litmus_error(cursor->file, item->at, cursor->error, "'%s' already has another value", location->name);
    if (location->values->len == 0)
        g_array_append_vals(location->values, value, 1);
    return true;
}

/* An address needs 64 bits to be seen in full, and so does a number that is larger than an int. */
static void widen(LitmusFile *file, const Item *item, const LitmusValue *value)
{
    LitmusLocation *location = litmus_location(file, item->location);
    bool wide = value->kind == LITMUS_LOCATION || value->kind == LITMUS_LABEL ||
                (value->kind == LITMUS_NUMBER && (int64_t)value->number != (int32_t)value->number);
    if (wide && !location->typed)
        location->size = POINTER_SIZE;
}

static bool read_location_item(LitmusCursor *cursor, Item *item, const char *name)
{
    LitmusValue value;
    item->location = litmus_location_index(cursor->file, name);
    guint size = item->pointer ? POINTER_SIZE : item->size;
    if ((item->typed || item->pointer) && !litmus_set_type(cursor->file, item->location, size,
                                                           !item->pointer && item->is_signed, item->at, cursor->error))
        return false;
    if (cursor_accept(cursor, '['))
        return read_array(cursor, item);
    if (!cursor_accept(cursor, '='))
        return true;
    if (!read_value(cursor, &value) || !set_value(cursor, item, &value))
        return false;
    widen(cursor->file, item, &value);
    return true;
}

static bool read_place(LitmusCursor *cursor, Item *item)
{
    while (cursor_accept(cursor, '*'))
        item->pointer = true;
    bool brackets = cursor_accept(cursor, '[');
    char c = cursor_peek(cursor);
    item->at = cursor->at;
    g_autofree char *name = cursor_name(cursor, ".");
    if (c == '%')
        return litmus_unsupported(cursor->file, item->at, cursor->error, "symbolic locations");
    if (!name)
        return litmus_error(cursor->file, item->at, cursor->error, "expected a register or a location");
    char next = cursor_peek(cursor);
    if (next == '(')
        return litmus_unsupported(cursor->file, item->at, cursor->error, "page tables");
    if (next == ':' && !brackets)
        return read_register_item(cursor, item, name);
    if (g_ascii_isdigit(*name))
        return litmus_error(cursor->file, item->at, cursor->error, "expected a register or a location");
    return (!brackets || cursor_expect(cursor, ']')) && read_location_item(cursor, item, name);
}

/* A name with another name, a number or a '*' behind it is a type. */
static bool read_type(LitmusCursor *cursor, Item *item)
{
    cursor_peek(cursor);
    gsize at = cursor->at;
    g_autofree char *name = cursor_name(cursor, "");
    char next = cursor_peek(cursor);
    if (!name || g_ascii_isdigit(*name) || !(g_ascii_isalnum(next) || next == '_' || next == '*' || next == '%')) {
        cursor->at = at;
        return true;
    }
    item->typed = true;
    return next == '*' || litmus_type(cursor->file, at, name, &item->size, &item->is_signed, cursor->error);
}

bool litmus_parse_init(LitmusFile *file, GError **error)
{
    LitmusCursor cursor = litmus_cursor(file, file->init, error);
    while (!cursor_at_end(&cursor)) {
        Item item = { 0 };
        if (cursor_accept(&cursor, ';'))
            continue;
        if (!read_type(&cursor, &item) || !read_place(&cursor, &item))
            return false;
        if (!cursor_at_end(&cursor) && !cursor_expect(&cursor, ';'))
            return false;
    }
    return true;
}
