/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/elf-lines.h"

#include <elfutils/libdw.h>
#include <string.h>

typedef struct Rows {
    Image *image;
    ElfPatch *patches;
    guint n_patches;
    size_t n_rows;
} Rows;

static const ElfPatch *patch_named(const Rows *rows, const char *name, size_t length)
{
    for (guint i = 0; i < rows->n_patches; i++) {
        const char *own = rows->patches[i].name;

        if (strlen(own) == length && memcmp(own, name, length) == 0)
            return &rows->patches[i];
    }
    return NULL;
}

/* An end of a sequence is a row of line 0 (see image_line()). */
static void add_row(const Rows *rows, uint64_t address, const char *file, int line)
{
    if (g_str_has_prefix(file, ELF_SOURCE_DIRECTORY "/"))
        file += strlen(ELF_SOURCE_DIRECTORY "/");
    if (g_str_has_prefix(file, "<" ELF_PATCH_PREFIX)) {
        const char *name = file + strlen("<" ELF_PATCH_PREFIX);
        const char *end = strchr(name, '>');
        const ElfPatch *patch = end != NULL ? patch_named(rows, name, (size_t)(end - name)) : NULL;

        if (patch != NULL) {
            image_add_line(patch->lines, address, end + 1, (guint)line);
            return;
        }
    }
    image_add_line(rows->image, address, file, (guint)line);
}

static bool add_unit(Rows *rows, Dwarf_Die *unit)
{
    Dwarf_Lines *lines;
    size_t n_lines;

    if (dwarf_getsrclines(unit, &lines, &n_lines) != 0)
        return true;
    rows->n_rows += n_lines;
    if (rows->n_rows > ELF_LINES_MAX)
        return false;
    for (size_t i = 0; i < n_lines; i++) {
        Dwarf_Line *row = dwarf_onesrcline(lines, i);
        Dwarf_Addr address;
        bool end = false;
        int line = 0;

        if (row == NULL || dwarf_lineaddr(row, &address) != 0 || dwarf_lineno(row, &line) != 0 ||
            dwarf_lineendsequence(row, &end) != 0 || line < 0)
            continue;
        const char *file = dwarf_linesrc(row, NULL, NULL);
        if (file != NULL)
            add_row(rows, address, file, end ? 0 : line);
    }
    return true;
}

bool elf_add_lines(Elf *elf, Image *image, ElfPatch *patches, guint n_patches)
{
    Rows rows = { .image = image, .patches = patches, .n_patches = n_patches };
    Dwarf *dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit;
    bool ok = true;

    while (dwarf != NULL && ok && dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0)
        ok = add_unit(&rows, &unit);
    if (dwarf != NULL)
        dwarf_end(dwarf);
    for (guint i = 0; i < n_patches; i++)
        image_seal(patches[i].lines);
    return ok;
}
