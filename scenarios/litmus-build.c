/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an assembled litmus file to a scenario. */
#include "scenarios/litmus-parts.h"

#include <string.h>

uint64_t litmus_code_address(const LitmusFile *file, guint hart, guint insn)
{
    const guint *offsets = litmus_hart(file, hart)->offsets;
    return LITMUS_CODE + (uint64_t)hart * LITMUS_CODE_STRIDE + (offsets ? offsets[insn] : 0);
}

uint64_t litmus_value(const LitmusFile *file, const LitmusValue *value)
{
    switch (value->kind) {
    case LITMUS_NUMBER:
        return value->number;
    case LITMUS_LOCATION: {
        const LitmusLocation *location = litmus_location(file, value->index);
        return location->address + (uint64_t)value->element * location->size + value->number;
    }
    case LITMUS_LABEL:
        return litmus_code_address(file, value->hart, value->index) + value->number;
    case LITMUS_ENCODING:
        return litmus_encoding(file, value->index)->word;
    }
    g_assert_not_reached();
}

/* ---- the image */

/* A hart without instructions gets one that it never runs: a section cannot be empty. */
static void add_code(const LitmusFile *file, Image *image)
{
    static const guint8 nop[] = { 0x13, 0, 0, 0 };
    for (guint h = 0; h < file->harts->len; h++) {
        const LitmusHart *hart = litmus_hart(file, h);
        g_autofree char *name = g_strdup_printf("P%u", h);
        guint size = hart->offsets[hart->insns->len];
        uint64_t start = litmus_code_address(file, h, 0);
        image_add_section(image, name, start, size ? size : sizeof nop, IMAGE_EXEC, size ? hart->code : nop);
        for (guint i = 0; i <= hart->insns->len; i++)
            image_add_line(image, start + hart->offsets[i], source_name(file->source),
                           i < hart->insns->len ? litmus_line(file, litmus_insn(hart, i)->at) : 0);
        for (guint i = 0; i < hart->labels->len; i++) {
            const LitmusLabel *label = &g_array_index(hart->labels, LitmusLabel, i);
            g_autofree char *symbol = g_strdup_printf("P%u:%s", h, label->name);
            image_add_symbol(image, symbol, start + hart->offsets[label->insn]);
        }
        image_add_symbol(image, name, start);
    }
}

static void put_little(guint8 *bytes, guint size, uint64_t value)
{
    for (guint i = 0; i < size; i++)
        bytes[i] = (guint8)(value >> 8 * i);
}

/* A single value fills eight bytes, extended by its sign: a wider access than the type's finds what it would in herd. */
static void put_location(const LitmusFile *file, const LitmusLocation *location, guint8 *data)
{
    guint8 *bytes = data + (location->address - LITMUS_DATA);
    for (guint i = 0; i < location->values->len; i++) {
        uint64_t value = litmus_value(file, &g_array_index(location->values, LitmusValue, i));
        ConditionPlace place = { .is_memory = true, .is_signed = location->is_signed, .size = location->size };
        put_little(bytes + (gsize)i * location->size, location->count ? location->size : 8,
                   condition_place_value(&place, value));
    }
}

/* Elements first: of two symbols at one address the first one names it. */
static void add_location_symbols(Image *image, const LitmusLocation *location)
{
    for (guint i = 0; i < location->count; i++) {
        g_autofree char *element = g_strdup_printf("%s[%u]", location->name, i);
        image_add_symbol(image, element, location->address + (uint64_t)i * location->size);
    }
    image_add_symbol(image, location->name, location->address);
}

static void add_data(const LitmusFile *file, Image *image)
{
    uint64_t end = LITMUS_DATA;
    for (guint i = 0; i < file->locations->len; i++) {
        const LitmusLocation *location = litmus_location(file, i);
        end = MAX(end, location->address + MAX(8, (uint64_t)location->count * location->size));
        add_location_symbols(image, location);
    }
    if (end == LITMUS_DATA)
        return;
    g_autofree guint8 *data = g_malloc0(end - LITMUS_DATA);
    for (guint i = 0; i < file->locations->len; i++)
        put_location(file, litmus_location(file, i), data);
    image_add_section(image, ".data", LITMUS_DATA, end - LITMUS_DATA, IMAGE_WRITE, data);
}

static void add_harts(const LitmusFile *file, Program *program)
{
    for (guint h = 0; h < file->harts->len; h++) {
        HartSpec spec = { .name = g_strdup_printf("P%u", h),
                          .entry = litmus_code_address(file, h, 0),
                          .until = litmus_code_address(file, h, litmus_hart(file, h)->insns->len),
                          .calls = 1 };
        for (guint i = 0; i < file->registers->len; i++) {
            const LitmusRegister *reg = &g_array_index(file->registers, LitmusRegister, i);
            if (reg->hart == h)
                spec.x[reg->number] = litmus_value(file, &reg->value);
        }
        g_array_append_val(program->harts, spec);
    }
}

/* ---- names of values */

/* Of several words for one value, the first is used. */
static void add_word(GArray *words, uint64_t value, bool encoding, char *text)
{
    LitmusWord word = { value, encoding, text };
    g_array_append_val(words, word);
}

/* The instruction that initially is at a label whose address the test holds: it may read it. */
static void add_site_word(const LitmusFile *file, GArray *words, const LitmusValue *value)
{
    const LitmusHart *hart = litmus_hart(file, value->hart);
    if (value->kind != LITMUS_LABEL || value->index == hart->insns->len ||
        hart->offsets[value->index + 1] - hart->offsets[value->index] != 4)
        return;
    const guint8 *code = hart->code + hart->offsets[value->index];
    uint32_t word = code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
    add_word(words, word, true, g_strdup_printf("instr:\"%s\"", litmus_insn(hart, value->index)->written));
}

static void add_words(const LitmusFile *file, GArray *words)
{
    for (guint i = 0; i < file->locations->len; i++) {
        const LitmusLocation *location = litmus_location(file, i);
        add_word(words, location->address, false, g_strdup(location->name));
    }
    for (guint h = 0; h < file->harts->len; h++) {
        const GArray *labels = litmus_hart(file, h)->labels;
        for (guint i = 0; i < labels->len; i++) {
            const LitmusLabel *label = &g_array_index(labels, LitmusLabel, i);
            add_word(words, litmus_code_address(file, h, label->insn), false,
                     g_strdup_printf("P%u:%s", h, label->name));
        }
    }
    for (guint i = 0; i < file->encodings->len; i++) {
        const LitmusEncoding *encoding = litmus_encoding(file, i);
        add_word(words, encoding->word, true, g_strdup_printf("instr:\"%s\"", encoding->insn.written));
    }
    for (guint i = 0; i < file->registers->len; i++)
        add_site_word(file, words, &g_array_index(file->registers, LitmusRegister, i).value);
}

/* ---- what is observed */

static void observe(GArray *observed, const ConditionPlace *place)
{
    for (guint i = 0; i < observed->len; i++)
        if (condition_place_equal(&g_array_index(observed, ConditionPlace, i), place))
            return;
    g_array_append_vals(observed, place, 1);
}

static void observe_items(const LitmusFile *file, GArray *observed)
{
    for (guint i = 0; i < file->items->len; i++) {
        const LitmusItem *item = &g_array_index(file->items, LitmusItem, i);
        if (!item->is_memory) {
            observe(observed, &(ConditionPlace){ .hart = item->hart, .number = item->number });
            continue;
        }
        const LitmusLocation *location = litmus_location(file, item->location);
        guint first = item->element < 0 ? 0 : (guint)item->element;
        guint last = item->element < 0 ? MAX(location->count, 1) - 1 : first;
        for (guint element = first; element <= last; element++)
            observe(observed, &(ConditionPlace){ .is_memory = true,
                                                 .is_signed = location->is_signed,
                                                 .size = location->size,
                                                 .address = location->address + element * location->size });
    }
}

typedef struct Named {
    ConditionPlace place;
    char *name;
} Named;

/* Registers by hart and number, then memory by name. */
static gint named_compare(gconstpointer a, gconstpointer b)
{
    const Named *x = a, *y = b;
    if (x->place.is_memory != y->place.is_memory)
        return x->place.is_memory ? 1 : -1;
    if (x->place.is_memory)
        return strcmp(x->name + (*x->name == '['), y->name + (*y->name == '['));
    if (x->place.hart != y->place.hart)
        return x->place.hart < y->place.hart ? -1 : 1;
    return (int)x->place.number - (int)y->place.number;
}

static void fill_observed(const LitmusFile *file, Scenario *scenario)
{
    Program *program = scenario->program;
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(Named));
    guint n;
    const ConditionPlace *places = condition_places(program_property(program, 0)->condition, &n);
    for (guint i = 0; i < n; i++)
        observe(program->observed, &places[i]);
    observe_items(file, program->observed);
    for (guint i = 0; i < program->observed->len; i++) {
        ConditionPlace place = g_array_index(program->observed, ConditionPlace, i);
        Named named = { place, litmus_place_name(scenario, &place) };
        g_array_append_val(sorted, named);
    }
    g_array_sort(sorted, named_compare);
    for (guint i = 0; i < sorted->len; i++) {
        Named *named = &g_array_index(sorted, Named, i);
        g_array_index(program->observed, ConditionPlace, i) = named->place;
        g_ptr_array_add(scenario->litmus->places, named->name);
    }
}

/* ---- the condition */

static void put_place(gpointer data, const ConditionPlace *place, GString *out)
{
    g_autofree char *name = litmus_place_name(data, place);
    g_string_append(out, name);
}

static void put_value(gpointer data, const ConditionPlace *place, uint64_t value, GString *out)
{
    (void)place;
    litmus_put_value(((const Scenario *)data)->litmus, value, out);
}

static bool add_condition(LitmusFile *file, Scenario *scenario, GError **error)
{
    Program *program = scenario->program;
    Condition *condition = litmus_condition(file, error);
    if (!condition)
        return false;
    bool given = file->final.end > file->final.start;
    Property property = { .kind = PROPERTY_CONDITION, .condition = condition };
    source_position(file->source, given ? file->final.start : file->constraint.end, &property.line, &property.column);
    property.name = given ? litmus_squeezed(file->text + file->final.start, file->final.end - file->final.start)
                          : g_strdup("exists true");
    g_array_append_val(program->properties, property);
    const ConditionWords words = { put_place, put_value, scenario };
    scenario->litmus->quantifier = condition_quantifier(condition);
    scenario->litmus->proposition = condition_text(condition, &words);

    g_autoptr(GError) local = NULL;
    program->filter = litmus_filter(file, &local);
    if (!local)
        return true;
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

/* ---- the scenario */

static void word_clear(gpointer data)
{
    g_free(((LitmusWord *)data)->text);
}

static LitmusTest *test_new(const LitmusFile *file)
{
    LitmusTest *test = g_new0(LitmusTest, 1);
    test->self = file->self;
    test->expected = file->expected;
    source_position(file->source, file->expected_at, &test->line, &test->column);
    test->places = g_ptr_array_new_with_free_func(g_free);
    test->words = g_array_new(FALSE, TRUE, sizeof(LitmusWord));
    g_array_set_clear_func(test->words, word_clear);
    add_words(file, test->words);
    return test;
}

Scenario *litmus_build(LitmusFile *file, GError **error)
{
    g_autoptr(Scenario) scenario = g_new0(Scenario, 1);
    scenario->file = g_strdup(source_name(file->source));
    scenario->name = g_strdup(file->name);
    scenario->sources = g_ptr_array_new_with_free_func(g_free);
    scenario->tags = g_ptr_array_new_with_free_func(g_free);
    scenario->rows = g_array_new(FALSE, TRUE, sizeof(Row));
    scenario->program = program_new();
    scenario->program->image = image_new();
    scenario->line = litmus_line(file, file->program.start);
    scenario->litmus = test_new(file);
    add_code(file, scenario->program->image);
    add_data(file, scenario->program->image);
    image_seal(scenario->program->image);
    add_harts(file, scenario->program);
    if (!add_condition(file, scenario, error))
        return NULL;
    fill_observed(file, scenario);
    scenario->title = g_strdup(file->doc ? file->doc : program_property(scenario->program, 0)->name);
    return g_steal_pointer(&scenario);
}
