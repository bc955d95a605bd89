/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/steps-code.h"

#include "isa/insn.h"

enum {
    REG_TP = 4,
    REG_A6 = 16,
    REG_A7 = 17,
    REG_SPARE = 31
};

/* Registers that stores may keep their addresses and data in: all but those that services use, and one spare. */
static const guint8 pool[] = { 5, 6, 7, 8, 9, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30 };

void code_emit(Compiler *compiler, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append_c(compiler->text, '\t');
    g_string_append_vprintf(compiler->text, format, arguments);
    g_string_append_c(compiler->text, '\n');
    va_end(arguments);
}

void code_flush(Compiler *compiler)
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

void code_constant(Compiler *compiler, guint reg, uint64_t value)
{
    if (compiler->known[reg] && compiler->value[reg] == value)
        return;
    if (!compiler->known[reg] && compiler->value[reg] == 0)
        compiler->steps->x[reg] = value;
    else
        code_emit(compiler, "li %s, 0x%" G_GINT64_MODIFIER "x", register_name(reg), value);
    compiler->known[reg] = true;
    compiler->value[reg] = value;
}

void code_forget(Compiler *compiler, guint reg)
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
    code_constant(compiler, reg, value);
    return reg;
}

void code_service(Compiler *compiler, Service service, guint64 argument)
{
    code_constant(compiler, REG_A7, SERVICE_EXTENSION);
    code_constant(compiler, REG_A6, service | argument << 8);
    code_emit(compiler, "ecall");
}

/* One store; base registers are shared by addresses within reach of each other. */
void code_store(Compiler *compiler, uint64_t address, guint size, uint64_t value)
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
        base = constant_register(compiler, address, REG_TP);
    }
    code_emit(compiler, "s%c %s, %" G_GINT64_FORMAT "(%s)", mnemonics[size], register_name(data), offset,
              register_name(base));
}

void code_sbi_to_all(Compiler *compiler, guint extension)
{
    code_constant(compiler, STEP_A0, 0);
    code_constant(compiler, STEP_A1, ~0ull); /* hart_mask_base -1: all harts */
    code_constant(compiler, REG_A7, extension);
    code_constant(compiler, REG_A6, 0);
    code_emit(compiler, "ecall");
    code_forget(compiler, STEP_A0);
    code_forget(compiler, STEP_A1);
}

void code_forget_all(Compiler *compiler)
{
    for (guint reg = 1; reg < 32; reg++)
        code_forget(compiler, reg);
    compiler->n_pool = G_N_ELEMENTS(pool);
}
