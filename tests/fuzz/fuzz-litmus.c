/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a litmus file, up to running the assembler: a located error, or a test in which everything that the
 * assembler and the builder rely on is in its bounds. */
#include "scenarios/litmus-parts.h"
#include "sim/base/error.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_insn(const LitmusFile *file, const LitmusInsn *insn, guint n_insns)
{
    g_assert(insn->text && insn->written && insn->at < file->length);
    g_assert(insn->destination >= -1 && insn->destination < 32 && insn->base < 32 && insn->data < 32);
    g_assert(insn->location < (int)file->locations->len);
    g_assert(insn->label <= n_insns);
    /* the assembler is given nothing but one plain statement */
    g_assert(!strpbrk(insn->text, ";\n#\"'/"));
    litmus_line(file, insn->at);
}

static void check_value(const LitmusFile *file, const LitmusValue *value)
{
    g_assert(value->kind != LITMUS_LOCATION || value->index < file->locations->len);
    g_assert(value->kind != LITMUS_ENCODING || value->index < file->encodings->len);
    g_assert(value->kind != LITMUS_LABEL ||
             (value->hart < file->harts->len && value->index <= litmus_hart(file, value->hart)->insns->len));
    litmus_value(file, value);
}

static void check_file(LitmusFile *file)
{
    g_assert(file->name && file->harts->len > 0 && file->harts->len <= HARTS_MAX);
    for (guint h = 0; h < file->harts->len; h++)
        for (guint i = 0; i < litmus_hart(file, h)->insns->len; i++)
            check_insn(file, litmus_insn(litmus_hart(file, h), i), litmus_hart(file, h)->insns->len);
    for (guint i = 0; i < file->encodings->len; i++) {
        const LitmusEncoding *encoding = litmus_encoding(file, i);
        g_assert(!encoding->relative || encoding->has_site);
        g_assert(encoding->relative == (encoding->insn.target != NULL));
        check_insn(file, &encoding->insn,
                   encoding->relative ? litmus_hart(file, encoding->site.hart)->insns->len : G_MAXUINT);
    }
    for (guint i = 0; i < file->registers->len; i++)
        check_value(file, &g_array_index(file->registers, LitmusRegister, i).value);
    for (guint i = 0; i < file->locations->len; i++) {
        const LitmusLocation *location = litmus_location(file, i);
        g_assert(location->values->len <= MAX(location->count, 1));
        g_assert(location->address >= LITMUS_DATA && location->address < LITMUS_DATA + LITMUS_DATA_SIZE_MAX);
        for (guint v = 0; v < location->values->len; v++)
            check_value(file, &g_array_index(location->values, LitmusValue, v));
    }
}

/* What parsed once must parse again, and need no more encodings. */
static void check_conditions(LitmusFile *file)
{
    guint n = file->encodings->len;
    g_autoptr(GError) error = NULL;
    condition_free(litmus_filter(file, &error));
    g_assert(!error);
    condition_free(litmus_condition(file, &error));
    g_assert(!error && file->encodings->len == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Source) source = source_new("fuzz.litmus", (const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(LitmusFile) file = litmus_file_parse(source, &error);
    g_assert((file != NULL) == (error == NULL));
    if (error) {
        g_assert(error->domain == SIM_ERROR);
        g_assert(error->code == SIM_ERROR_SCENARIO || error->code == SIM_ERROR_UNSUPPORTED);
        g_assert(g_str_has_prefix(error->message, "fuzz.litmus:") && g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    check_file(file);
    check_conditions(file);
    return 0;
}
