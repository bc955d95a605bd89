/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/program.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/encode.h"

static guint code_length(const uint32_t *code)
{
    guint n = 0;
    while (n < CODE_WORDS && code[n])
        n++;
    return n;
}

Program *code_program(const uint32_t (*code)[CODE_WORDS], guint n_harts)
{
    Program *program = program_new();
    program->image = image_new();
    image_add_section(program->image, ".text", CODE, n_harts * CODE_STRIDE, IMAGE_EXEC,
                      (const uint8_t *)(gconstpointer)code);
    image_add_section(program->image, ".data", DATA, DATA_SIZE, IMAGE_WRITE, NULL);
    image_add_section(program->image, ".stacks", STACKS, n_harts * STACK_SIZE, IMAGE_WRITE, NULL);
    image_add_symbol(program->image, "code", CODE);
    image_add_symbol(program->image, "x", VARIABLE_X);
    image_add_symbol(program->image, "y", VARIABLE_Y);
    image_add_symbol(program->image, "z", VARIABLE_Z);
    image_seal(program->image);
    for (guint h = 0; h < n_harts; h++) {
        HartSpec spec = { .name = g_strdup_printf("H%u", h), .calls = 1 };
        spec.entry = CODE + h * CODE_STRIDE;
        spec.until = spec.entry + 4 * code_length(code[h]);
        spec.x[S0] = VARIABLE_X;
        spec.x[S1] = VARIABLE_Y;
        spec.x[S2] = VARIABLE_Z;
        spec.x[S3] = CODE;
        spec.x[T0] = 1;
        spec.x[T1] = 2;
        spec.x[T2] = 3;
        spec.x[SP] = STACKS + (h + 1) * STACK_SIZE;
        g_array_append_val(program->harts, spec);
    }
    return program;
}

void observe_register(Program *program, guint hart, guint number)
{
    ConditionPlace place = { .hart = hart, .number = number };
    g_array_append_val(program->observed, place);
}

void observe_memory(Program *program, uint64_t address, guint size)
{
    ConditionPlace place = { .is_memory = true, .address = address, .size = size };
    g_array_append_val(program->observed, place);
}

void add_property(Program *program, PropertyKind kind)
{
    Property property = { .kind = kind, .name = g_strdup("property") };
    g_array_append_val(program->properties, property);
}

static int find_hart(gpointer data, const char *name)
{
    const Program *program = data;
    for (guint h = 0; h < program->harts->len; h++)
        if (g_str_equal(program_hart(program, h)->name, name))
            return (int)h;
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

void add_condition(Program *program, const char *text)
{
    const ConditionNames names = { .hart = find_hart, .symbol = find_symbol, .data = program };
    g_autoptr(GError) error = NULL;
    gsize offset;
    Property property = { .kind = PROPERTY_CONDITION, .name = g_strdup(text) };
    property.condition = condition_parse(text, &names, &offset, &error);
    if (!property.condition)
        g_error("%s: %s", text, error->message);
    g_array_append_val(program->properties, property);
}

Options test_options(const char *model, Explorer explorer)
{
    Options options = { .model = model_named(model), .preempt = PREEMPT_FULL, .explorer = explorer };
    g_assert(options.model);
    options.fetch_atomicity = options.model->coherent_fetch ? FETCH_WHOLE : FETCH_4;
    return options;
}

Outcome *test_decide(const Program *program, const Options *options)
{
    static const SearchOptions no_limits = { 0 };
    g_autoptr(GError) error = NULL;
    Outcome *outcome = decide(program, options, &no_limits, &error);
    if (!outcome)
        g_error("%s", error->message);
    return outcome;
}

char *states_text(const Program *program, const GArray *states)
{
    guint n = program->observed->len;
    GString *text = g_string_new("");
    for (guint i = 0; i < states->len; i++)
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT,
                               i == 0  ? ""
                               : i % n ? ","
                                       : " ",
                               (gint64)g_array_index(states, uint64_t, i));
    return g_string_free(text, FALSE);
}

bool states_include(const Program *program, const GArray *many, const GArray *few)
{
    guint n = program->observed->len, at = 0;
    for (guint i = 0; i < few->len; i += n) {
        const uint64_t *state = &g_array_index(few, uint64_t, i);
        while (at < many->len && memcmp(&g_array_index(many, uint64_t, at), state, n * sizeof *state) != 0)
            at += n;
        if (at == many->len)
            return false;
    }
    return true;
}

void print_code(const Program *program)
{
    for (guint h = 0; h < program->harts->len; h++) {
        const HartSpec *spec = program_hart(program, h);
        fprintf(stderr, "%s:\n", spec->name);
        for (uint64_t pc = spec->entry; pc < spec->until; pc += 4) {
            uint32_t word = 0;
            for (guint b = 0; b < 4; b++)
                word |= (uint32_t)image_byte(program->image, pc + b) << 8 * b;
            Insn insn = insn_decode(word);
            char text[64];
            insn_text(&insn, pc, INSN_TEXT_ALIASES, text, sizeof text);
            fprintf(stderr, "  %#" PRIx64 "  %08x  %s\n", pc, word, text);
        }
    }
}
