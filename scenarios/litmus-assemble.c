/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All encodings are GNU as's. Every hart of every test of a batch becomes one block of one section: code of a test is
 * relative to nothing but itself (`la` of a location is the `li` of its address), so it may be assembled anywhere. Symbols
 * tell where things went: "t2h0i5" is instruction 5 of hart 0 of the third test, "t2e1" and "t2e1end" its encoding 1. */
#include "scenarios/assemble.h"
#include "scenarios/litmus-parts.h"

#include "sim/base/error.h"

#include <string.h>

#define SECTION   ".text"
#define ADDRESS   LITMUS_CODE
#define NO_RVC    "\t.option norvc\n"
#define INSN_SIZE 4

typedef struct Batch {
    LitmusFile **files;
    guint *indices; /* of the files that take part */
    guint n;
    GArray *blocks;   /* AsmBlock */
    GPtrArray *texts; /* char *: owned */
} Batch;

static const char *keep(Batch *batch, char *text)
{
    g_ptr_array_add(batch->texts, text);
    return text;
}

/* ---- text */

/* Appends an instruction of a hart, or of an encoding (then `relative_to` is the symbol its target is made from). */
static void put_insn(GString *out, const LitmusFile *file, guint test, guint hart, const LitmusInsn *insn,
                     const char *target)
{
    if (insn->loads_address && insn->location >= 0) {
        const LitmusLocation *location = litmus_location(file, (guint)insn->location);
        g_string_append_printf(out, "li x%d,0x%" G_GINT64_MODIFIER "x", insn->destination, location->address);
        return;
    }
    g_string_append(out, insn->text);
    if (target)
        g_string_append(out, target);
    else if (insn->target)
        g_string_append_printf(out, "t%uh%ui%u", test, hart, insn->label);
}

static void add_block(Batch *batch, const LitmusFile *file, guint line, const char *prefix, const char *text,
                      const char *suffix)
{
    AsmBlock block = { .section = SECTION,
                       .flags = "ax",
                       .text = text,
                       .file = source_name(file->source),
                       .line = line,
                       .source = file->source,
                       .prefix = prefix,
                       .suffix = suffix };
    g_array_append_val(batch->blocks, block);
}

/* The instructions of a column, each on the line that it has in the file. */
static void add_hart(Batch *batch, guint test, guint index)
{
    const LitmusFile *file = batch->files[batch->indices[test]];
    const LitmusHart *hart = litmus_hart(file, index);
    GString *text = g_string_new(NULL);
    guint first = hart->insns->len ? litmus_line(file, litmus_insn(hart, 0)->at) : 1, line = first;
    for (guint i = 0; i < hart->insns->len; i++) {
        const LitmusInsn *insn = litmus_insn(hart, i);
        for (guint at = litmus_line(file, insn->at); line < at; line++)
            g_string_append_c(text, '\n');
        g_string_append_printf(text, "t%uh%ui%u: ", test, index, i);
        put_insn(text, file, test, index, insn, NULL);
        g_string_append(text, " ; ");
    }
    char *end = g_strdup_printf("t%uh%ui%u:\n", test, index, hart->insns->len);
    add_block(batch, file, first, NO_RVC, keep(batch, g_string_free(text, FALSE)), keep(batch, end));
}

/* A relative instruction goes as far from here as it will go from its site. */
static char *relative_target(guint test, guint index, const LitmusEncoding *encoding)
{
    const LitmusSite *site = &encoding->site;
    return g_strdup_printf("\t.set t%ue%uto, t%ue%u + (t%uh%ui%u - (t%uh%ui%u + %" G_GINT64_FORMAT "))\n", test, index,
                           test, index, test, site->hart, encoding->insn.label, test, site->hart, site->insn,
                           site->offset);
}

static void add_encoding(Batch *batch, guint test, guint index)
{
    const LitmusFile *file = batch->files[batch->indices[test]];
    const LitmusEncoding *encoding = litmus_encoding(file, index);
    g_autofree char *target = g_strdup_printf("t%ue%uto", test, index);
    g_autofree char *set = encoding->relative ? relative_target(test, index, encoding) : g_strdup("");
    char *start = g_strdup_printf(NO_RVC "t%ue%u:\n%s", test, index, set);
    GString *text = g_string_new(NULL);
    put_insn(text, file, test, 0, &encoding->insn, encoding->relative ? target : NULL);
    add_block(batch, file, litmus_line(file, encoding->insn.at), keep(batch, start),
              keep(batch, g_string_free(text, FALSE)), keep(batch, g_strdup_printf("t%ue%uend:\n", test, index)));
}

static GBytes *assemble_batch(Batch *batch, GError **error)
{
    const AsmPlacement placement = { .section = SECTION, .address = ADDRESS };
    /* The linker drops sections without contents, symbols and all. */
    add_block(batch, batch->files[batch->indices[0]], 1, NULL, "", "\tnop\n");
    for (guint t = 0; t < batch->n; t++) {
        const LitmusFile *file = batch->files[batch->indices[t]];
        for (guint h = 0; h < file->harts->len; h++)
            add_hart(batch, t, h);
        for (guint i = 0; i < file->encodings->len; i++)
            add_encoding(batch, t, i);
    }
    return assemble((const AsmBlock *)(void *)batch->blocks->data, batch->blocks->len, &placement, 1, error);
}

/* ---- what came out */

static uint64_t symbol(const Image *image, const char *format, ...) G_GNUC_PRINTF(2, 3);
static uint64_t symbol(const Image *image, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *name = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const ImageSymbol *found = image_symbol(image, name);
    g_assert(found);
    return found->address;
}

static void take_hart(const Image *image, guint test, guint index, LitmusHart *hart)
{
    guint n = hart->insns->len;
    uint64_t start = symbol(image, "t%uh%ui0", test, index);
    hart->offsets = g_new(guint, n + 1);
    for (guint i = 0; i <= n; i++)
        hart->offsets[i] = (guint)(symbol(image, "t%uh%ui%u", test, index, i) - start);
    hart->code = g_malloc(hart->offsets[n] + 1);
    for (guint i = 0; i < hart->offsets[n]; i++)
        hart->code[i] = image_byte(image, start + i);
}

static bool take_encoding(const Image *image, guint test, guint index, LitmusFile *file, GError **error)
{
    LitmusEncoding *encoding = litmus_encoding(file, index);
    uint64_t start = symbol(image, "t%ue%u", test, index), size = symbol(image, "t%ue%uend", test, index) - start;
    if (size != INSN_SIZE)
        return litmus_error(file, encoding->insn.at, error, "'%s' is more than one instruction",
                            encoding->insn.written);
    encoding->word = 0;
    for (guint i = 0; i < INSN_SIZE; i++)
        encoding->word |= (uint32_t)image_byte(image, start + i) << 8 * i;
    return true;
}

static void take_results(const Batch *batch, const Image *image, GError **errors)
{
    for (guint t = 0; t < batch->n; t++) {
        LitmusFile *file = batch->files[batch->indices[t]];
        for (guint h = 0; h < file->harts->len; h++)
            take_hart(image, t, h, litmus_hart(file, h));
        for (guint i = 0; i < file->encodings->len; i++)
            if (!take_encoding(image, t, i, file, &errors[batch->indices[t]]))
                break;
    }
}

static bool run(LitmusFile **files, guint *indices, guint n, GError **errors, GError **error)
{
    Batch batch = { files, indices, n, g_array_new(FALSE, TRUE, sizeof(AsmBlock)),
                    g_ptr_array_new_with_free_func(g_free) };
    g_auto(ElfContents) contents = { 0 };
    g_autoptr(GBytes) linked = assemble_batch(&batch, error);
    bool ok = linked && elf_load(linked, "litmus", &contents, error);
    if (ok) {
        image_seal(contents.image);
        take_results(&batch, contents.image, errors);
    }
    g_array_unref(batch.blocks);
    g_ptr_array_unref(batch.texts);
    return ok;
}

/* What is wrong with a batch is wrong with one of its tests: halves find it. */
static void run_or_halve(LitmusFile **files, guint *indices, guint n, GError **errors)
{
    g_autoptr(GError) error = NULL;
    if (n == 0 || run(files, indices, n, errors, &error))
        return;
    if (n > 1 && g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO)) {
        run_or_halve(files, indices, n / 2, errors);
        run_or_halve(files, indices + n / 2, n - n / 2, errors);
        return;
    }
    for (guint i = 0; i < n; i++)
        errors[indices[i]] = g_error_copy(error);
}

void litmus_assemble(LitmusFile **files, guint n, GError **errors)
{
    g_autoptr(GArray) good = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < n; i++)
        if (files[i] && !errors[i])
            g_array_append_val(good, i);
    run_or_halve(files, (guint *)(void *)good->data, good->len, errors);
}
