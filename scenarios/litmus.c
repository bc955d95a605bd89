/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/litmus-parts.h"

#include <string.h>

enum {
    BATCH_TESTS_MAX = 256,
    BATCH_INSNS_MAX = 20000,
};

void litmus_test_free(LitmusTest *test)
{
    if (!test)
        return;
    g_free(test->proposition);
    g_ptr_array_unref(test->places);
    g_array_unref(test->words);
    g_free(test);
}

void litmus_file_free(LitmusFile *file)
{
    if (!file)
        return;
    g_free(file->text);
    g_free(file->name);
    g_free(file->doc);
    g_array_unref(file->lines);
    g_hash_table_unref(file->location_named);
    g_array_unref(file->harts);
    g_array_unref(file->locations);
    g_array_unref(file->registers);
    g_array_unref(file->encodings);
    g_array_unref(file->items);
    g_free(file);
}

bool litmus_is_file(const Source *source)
{
    if (g_str_has_suffix(source_name(source), ".litmus"))
        return true;
    gsize length;
    const char *text = source_text(source, &length);
    return g_str_equal(source_name(source), "<stdin>") && g_str_has_prefix(text, "RISCV");
}

/* ---- parsing */

static LitmusFile *file_new(const Source *source)
{
    LitmusFile *file = g_new0(LitmusFile, 1);
    const char *text = source_text(source, &file->length);
    file->source = source;
    file->text = g_malloc(file->length + 1);
    memcpy(file->text, text, file->length + 1);
    file->lines = g_array_new(FALSE, FALSE, sizeof(gsize));
    for (gsize start = 0; start < file->length; start += strcspn(text + start, "\n") + 1)
        g_array_append_val(file->lines, start);
    file->harts = g_array_new(FALSE, TRUE, sizeof(LitmusHart));
    file->locations = g_array_new(FALSE, TRUE, sizeof(LitmusLocation));
    file->registers = g_array_new(FALSE, TRUE, sizeof(LitmusRegister));
    file->encodings = g_array_new(FALSE, TRUE, sizeof(LitmusEncoding));
    file->items = g_array_new(FALSE, TRUE, sizeof(LitmusItem));
    file->location_named = g_hash_table_new(g_str_hash, g_str_equal);
    return file;
}

static bool check_value(const LitmusFile *file, const LitmusLocation *location, const LitmusValue *value,
                        GError **error)
{
    if (value->kind == LITMUS_LOCATION && value->element >= MAX(litmus_location(file, value->index)->count, 1))
        return litmus_error(file, value->at, error, "'%s' has no element %u", litmus_location(file, value->index)->name,
                            value->element);
    if (!location || value->kind != LITMUS_NUMBER || location->size == 8)
        return true;
    ConditionPlace narrow = { .is_memory = true, .size = location->size };
    ConditionPlace narrow_signed = { .is_memory = true, .is_signed = true, .size = location->size };
    return condition_place_value(&narrow, value->number) == value->number ||
           condition_place_value(&narrow_signed, value->number) == value->number ||
           litmus_error(file, value->at, error, "does not fit in the %u byte%s of '%s'", location->size,
                        location->size == 1 ? "" : "s", location->name);
}

/* Values are checked, and locations placed, once all types are known. */
static bool check_values(const LitmusFile *file, GError **error)
{
    for (guint i = 0; i < file->registers->len; i++)
        if (!check_value(file, NULL, &g_array_index(file->registers, LitmusRegister, i).value, error))
            return false;
    for (guint i = 0; i < file->locations->len; i++) {
        const LitmusLocation *location = litmus_location(file, i);
        for (guint v = 0; v < location->values->len; v++)
            if (!check_value(file, location, &g_array_index(location->values, LitmusValue, v), error))
                return false;
    }
    return true;
}

static bool place_locations(const LitmusFile *file, GError **error)
{
    uint64_t next = LITMUS_DATA;
    for (guint i = 0; i < file->locations->len; i++) {
        LitmusLocation *location = litmus_location(file, i);
        uint64_t size = MAX(8, (uint64_t)location->count * location->size);
        location->address = next;
        next += (size + LITMUS_LOCATION_STRIDE - 1) / LITMUS_LOCATION_STRIDE * LITMUS_LOCATION_STRIDE;
        if (next > LITMUS_DATA + LITMUS_DATA_SIZE_MAX)
            return litmus_error(file, file->init.start, error, "the locations of the test need more than %d KiB",
                                LITMUS_DATA_SIZE_MAX / 1024);
    }
    return true;
}

LitmusFile *litmus_file_parse(const Source *source, GError **error)
{
    g_autoptr(LitmusFile) file = file_new(source);
    bool ok = litmus_split(file, error) && litmus_parse_program(file, error) && litmus_parse_init(file, error) &&
              litmus_pair_stores(file, error) && litmus_parse_constraint(file, error) && check_values(file, error) &&
              place_locations(file, error);
    return ok ? g_steal_pointer(&file) : NULL;
}

/* ---- batches */

static guint count_insns(const LitmusFile *file)
{
    guint n = 0;
    for (guint h = 0; file && h < file->harts->len; h++)
        n += litmus_hart(file, h)->insns->len;
    return n;
}

void litmus_load(const Source *const *sources, guint n, Scenario **scenarios, GError **errors)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)litmus_file_free);
    for (guint i = 0; i < n; i++) {
        scenarios[i] = NULL;
        errors[i] = NULL;
        g_ptr_array_add(files, litmus_file_parse(sources[i], &errors[i]));
    }
    LitmusFile **all = (LitmusFile **)files->pdata;
    for (guint first = 0, next; first < n; first = next) {
        guint insns = 0;
        for (next = first; next < n && next - first < BATCH_TESTS_MAX && insns < BATCH_INSNS_MAX; next++)
            insns += count_insns(all[next]);
        litmus_assemble(all + first, next - first, errors + first);
    }
    for (guint i = 0; i < n; i++)
        if (all[i] && !errors[i])
            scenarios[i] = litmus_build(all[i], &errors[i]);
}

/* ---- names for reports */

char *litmus_place_name(const Scenario *scenario, const ConditionPlace *place)
{
    if (!place->is_memory)
        return g_strdup_printf("%u:x%u", place->hart, place->number);
    const ImageSymbol *symbol = image_symbol_before(scenario->program->image, place->address);
    g_assert(symbol && symbol->address == place->address);
    bool element = strchr(symbol->name, '[') != NULL;
    return g_strdup_printf(element ? "%s" : "[%s]", symbol->name);
}

void litmus_put_value(const LitmusTest *test, uint64_t found, GString *out)
{
    for (guint i = 0; i < test->words->len; i++) {
        const LitmusWord *word = &g_array_index(test->words, LitmusWord, i);
        if (found == word->value || (word->encoding && found == (uint64_t)(int32_t)word->value)) {
            g_string_append(out, word->text);
            return;
        }
    }
    g_string_append_printf(out, "%" G_GINT64_FORMAT, (int64_t)found);
}
