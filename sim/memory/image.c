/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/memory/image.h"

#include <string.h>

struct Image {
    GArray *sections;         /* ImageSection; sorted by address when sealed */
    GArray *symbols;          /* ImageSymbol, in the order added */
    GHashTable *symbol_named; /* name (owned by the symbol) -> index + 1 of the first of that name */
    GArray *symbol_order;     /* guint indices of presentable symbols, by address, then by order added */
    GArray *lines;            /* ImageLine; sorted by address when sealed, one per address */
    GStringChunk *files;      /* the interned file names */
    bool sealed;
};

static void section_clear(gpointer data)
{
    ImageSection *section = data;

    g_free(section->name);
    g_free(section->bytes);
}

static void symbol_clear(gpointer data)
{
    g_free(((ImageSymbol *)data)->name);
}

Image *image_new(void)
{
    Image *image = g_new0(Image, 1);

    image->sections = g_array_new(FALSE, FALSE, sizeof(ImageSection));
    image->symbols = g_array_new(FALSE, FALSE, sizeof(ImageSymbol));
    image->symbol_named = g_hash_table_new(g_str_hash, g_str_equal);
    image->symbol_order = g_array_new(FALSE, FALSE, sizeof(guint));
    image->lines = g_array_new(FALSE, FALSE, sizeof(ImageLine));
    image->files = g_string_chunk_new(256);
    g_array_set_clear_func(image->sections, section_clear);
    g_array_set_clear_func(image->symbols, symbol_clear);
    return image;
}

void image_free(Image *image)
{
    if (image == NULL)
        return;
    g_hash_table_unref(image->symbol_named);
    g_array_unref(image->sections);
    g_array_unref(image->symbols);
    g_array_unref(image->symbol_order);
    g_array_unref(image->lines);
    g_string_chunk_free(image->files);
    g_free(image);
}

static ImageSection *section_nth(const Image *image, guint i)
{
    return &g_array_index(image->sections, ImageSection, i);
}

static const ImageSymbol *symbol_nth(const Image *image, guint i)
{
    return &g_array_index(image->symbols, ImageSymbol, i);
}

/* Written with differences, since a section may end at the very top of the address space. */
static bool sections_overlap(const ImageSection *section, uint64_t address, uint64_t size)
{
    if (section->size == 0 || size == 0)
        return false;
    return address >= section->address ? address - section->address < section->size : section->address - address < size;
}

const ImageSection *image_add_section(Image *image, const char *name, uint64_t address, uint64_t size, ImageFlags flags,
                                      const uint8_t *bytes)
{
    g_assert(size == 0 || address + (size - 1) >= address);
    for (guint i = 0; i < image->sections->len; i++) {
        if (sections_overlap(section_nth(image, i), address, size))
            return section_nth(image, i);
    }

    ImageSection section = {
        .name = g_strdup(name),
        .address = address,
        .size = size,
        .flags = flags,
        .bytes = bytes != NULL ? g_memdup2(bytes, size) : g_malloc0(size),
    };
    g_array_append_val(image->sections, section);
    image->sealed = false;
    return NULL;
}

void image_add_symbol(Image *image, const char *name, uint64_t address)
{
    ImageSymbol symbol = { .name = g_strdup(name), .address = address };

    g_array_append_val(image->symbols, symbol);
    if (!g_hash_table_contains(image->symbol_named, symbol.name))
        g_hash_table_insert(image->symbol_named, symbol.name, GUINT_TO_POINTER(image->symbols->len));
    image->sealed = false;
}

void image_add_line(Image *image, uint64_t address, const char *file, guint line)
{
    ImageLine row = {
        .address = address,
        .file = g_string_chunk_insert_const(image->files, file),
        .line = line,
    };

    g_array_append_val(image->lines, row);
    image->sealed = false;
}

static gint section_compare(gconstpointer a, gconstpointer b)
{
    const ImageSection *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return (x->size > y->size) - (x->size < y->size); /* an empty one goes before what starts at the same place */
}

static gint line_compare(gconstpointer a, gconstpointer b)
{
    uint64_t x = ((const ImageLine *)a)->address, y = ((const ImageLine *)b)->address;

    return (x > y) - (x < y);
}

static gint symbol_compare(gconstpointer a, gconstpointer b, gpointer image)
{
    guint i = *(const guint *)a, j = *(const guint *)b;
    uint64_t x = symbol_nth(image, i)->address, y = symbol_nth(image, j)->address;

    if (x != y)
        return x < y ? -1 : 1;
    return (i > j) - (i < j);
}

/* A line table has several rows for one address when an instruction is preceded by others of no size; the last one is
 * that of the instruction. What ends there (line 0) yields to what begins. g_array_sort() keeps the order of equals. */
static void lines_keep_last(GArray *lines)
{
    guint kept = 0;

    for (guint i = 0; i < lines->len; i++) {
        const ImageLine row = g_array_index(lines, ImageLine, i);
        ImageLine *last = kept > 0 ? &g_array_index(lines, ImageLine, kept - 1) : NULL;

        if (last == NULL || last->address != row.address)
            g_array_index(lines, ImageLine, kept++) = row;
        else if (row.line != 0)
            *last = row;
    }
    g_array_set_size(lines, kept);
}

void image_seal(Image *image)
{
    g_array_sort(image->sections, section_compare);
    g_array_sort(image->lines, line_compare);
    lines_keep_last(image->lines);

    g_array_set_size(image->symbol_order, 0);
    for (guint i = 0; i < image->symbols->len; i++) {
        char first = symbol_nth(image, i)->name[0];

        if (first != '.' && first != '$' && first != '\0')
            g_array_append_val(image->symbol_order, i);
    }
    g_array_sort_with_data(image->symbol_order, symbol_compare, image);
    image->sealed = true;
}

const ImageSection *image_section_at(const Image *image, uint64_t address, uint64_t size)
{
    guint low = 0, high = image->sections->len;

    g_assert(image->sealed);
    while (low < high) { /* the first section above the address */
        guint middle = low + (high - low) / 2;

        if (section_nth(image, middle)->address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;

    const ImageSection *section = section_nth(image, low - 1);
    uint64_t offset = address - section->address;
    return offset < section->size && size <= section->size - offset ? section : NULL;
}

const ImageSection *image_section_named(const Image *image, const char *name)
{
    for (guint i = 0; i < image->sections->len; i++) {
        if (g_str_equal(section_nth(image, i)->name, name))
            return section_nth(image, i);
    }
    return NULL;
}

uint8_t image_byte(const Image *image, uint64_t address)
{
    const ImageSection *section = image_section_at(image, address, 1);

    g_assert(section != NULL);
    return section->bytes[address - section->address];
}

const ImageSymbol *image_symbol(const Image *image, const char *name)
{
    guint position = GPOINTER_TO_UINT(g_hash_table_lookup(image->symbol_named, name));

    return position == 0 ? NULL : symbol_nth(image, position - 1);
}

const ImageSymbol *image_symbol_before(const Image *image, uint64_t address)
{
    const ImageSection *section = image_section_at(image, address, 1);
    const guint *order = (const guint *)(const void *)image->symbol_order->data;
    guint low = 0, high = image->symbol_order->len;

    if (section == NULL)
        return NULL;
    while (low < high) { /* the first symbol above the address */
        guint middle = low + (high - low) / 2;

        if (symbol_nth(image, order[middle])->address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || symbol_nth(image, order[low - 1])->address < section->address)
        return NULL;

    uint64_t found = symbol_nth(image, order[low - 1])->address;
    while (low > 1 && symbol_nth(image, order[low - 2])->address == found)
        low--;
    return symbol_nth(image, order[low - 1]);
}

const ImageSymbol *image_symbols(const Image *image, guint *n_symbols)
{
    *n_symbols = image->symbols->len;
    return (const ImageSymbol *)(const void *)image->symbols->data;
}

const ImageSection *image_sections(const Image *image, guint *n_sections)
{
    *n_sections = image->sections->len;
    return (const ImageSection *)(const void *)image->sections->data;
}

const ImageLine *image_line(const Image *image, uint64_t address)
{
    const ImageLine *rows = (const ImageLine *)(const void *)image->lines->data;
    guint low = 0, high = image->lines->len;

    g_assert(image->sealed);
    while (low < high) { /* the first row above the address */
        guint middle = low + (high - low) / 2;

        if (rows[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && rows[low - 1].line != 0 ? &rows[low - 1] : NULL;
}
