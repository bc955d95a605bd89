/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as an ELF file: an error, or an image whose every section, symbol and line can be looked up. The same as an
 * object file: an error, or sections and symbols with names. */
#include "scenarios/elf-object.h"
#include "scenarios/elf.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(const Image *image)
{
    guint n_sections, n_symbols;
    const ImageSection *sections = image_sections(image, &n_sections);
    const ImageSymbol *symbols = image_symbols(image, &n_symbols);

    for (guint i = 0; i < n_sections; i++) {
        uint64_t last = sections[i].address + (sections[i].size - 1);

        g_assert(image_section_at(image, sections[i].address, sections[i].size) == &sections[i]);
        image_byte(image, last);
        image_symbol_before(image, last);
        image_line(image, last);
    }
    for (guint i = 0; i < n_symbols; i++)
        g_assert(image_symbol(image, symbols[i].name) != NULL);
}

static void read_object(GBytes *bytes)
{
    g_autoptr(GError) error = NULL;
    g_auto(ElfObject) object = { 0 };

    bool ok = elf_object_read(bytes, &object, &error);
    g_assert(ok == (error == NULL));
    for (guint i = 0; ok && i < object.sections->len; i++)
        g_assert(elf_object_section(&object, g_array_index(object.sections, ElfObjectSection, i).name) != NULL);
    for (guint i = 0; ok && i < object.symbols->len; i++)
        g_assert(strlen(g_array_index(object.symbols, ElfObjectSymbol, i).name) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GError) error = NULL;
    g_auto(ElfContents) contents = { 0 };

    bool ok = elf_load(bytes, "fuzz.elf", &contents, &error);
    g_assert(ok == (error == NULL));
    if (ok) {
        image_seal(contents.image);
        look_up(contents.image);
    }
    read_object(bytes);
    return 0;
}
