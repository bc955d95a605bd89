/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are linked beside the blocks. Where their sections go is decided here and not by ld: then the address of every
 * symbol is known before the link, and a patch can be placed at it. */
#include "scenarios/assemble-parts.h"
#include "sim/base/error.h"

#include <string.h>

#define ALIGN_MAX 4096u

/* ---- complaints */

static const AsmUnit *unit_at(const AsmJob *job, guint i)
{
    return &job->units[i];
}

bool asm_unit_error(GError **error, const AsmUnit *unit, const char *word, const char *message)
{
    gsize length;
    guint line, column;
    AsmBlock block = { .section = ".text", .file = unit->name, .line = 1, .source = unit->source };
    AsmJob search = { .blocks = &block, .n_blocks = 1 };

    if (unit->text == NULL)
        return source_error(error, unit->source, unit->line, unit->column, "%s: %s", unit->name, message);
    block.text = source_text(unit->source, &length);
    if (word != NULL && asm_find_word(&search, NULL, word, &line, &column) != NULL)
        return source_error(error, unit->source, line, column, "%s", message);
    return source_error(error, unit->source, unit->line, unit->column, "%s", message);
}

char *asm_unit_file(gsize i)
{
    return g_strdup_printf("unit%" G_GSIZE_FORMAT ".o", i);
}

/* ---- symbols */

char *asm_wanted_symbols(const AsmJob *job)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (gsize u = 0; u < job->n_units; u++) {
        for (guint i = 0; i < job->objects[u].symbols->len; i++) {
            const ElfObjectSymbol *symbol = &g_array_index(job->objects[u].symbols, ElfObjectSymbol, i);

            if (symbol->home == ELF_SYMBOL_UNDEFINED && asm_name_is_valid(symbol->name) &&
                !g_ascii_isdigit(symbol->name[0]) && g_hash_table_add(seen, (gpointer)symbol->name))
                g_string_append_printf(text, ".globl %s\n", symbol->name);
        }
    }
    return g_string_free(text, FALSE);
}

/* ---- sections */

/* What nothing in a program refers to. */
static bool is_dropped(const char *name)
{
    return g_str_has_prefix(name, ".eh_frame") || g_str_has_prefix(name, ".note");
}

/* Where compilers put things, and where those go. */
static const AsmPlacement *home_of(const AsmJob *job, const char *name)
{
    static const char *const homes[][2] = {
        { ".text", ".text" },  { ".rodata", ".rodata" }, { ".srodata", ".rodata" }, { ".data", ".data" },
        { ".sdata", ".data" }, { ".bss", ".bss" },       { ".sbss", ".bss" },
    };
    const AsmPlacement *own = asm_placement(job, name);

    if (own != NULL || !asm_name_is_valid(name))
        return own != NULL && own->at == NULL ? own : NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(homes); i++) {
        gsize length = strlen(homes[i][0]);

        if (g_str_has_prefix(name, homes[i][0]) && (name[length] == '\0' || name[length] == '.') &&
            !g_str_has_prefix(name, ".text.cmodx"))
            return asm_placement(job, homes[i][1]);
    }
    return NULL;
}

/* Behind everything that is there already. */
static uint64_t end_of(const AsmJob *job, const AsmPlacement *home)
{
    uint64_t first_size, end = asm_placed_size(job, home->section, &first_size);

    for (guint i = 0; i < job->pieces->len; i++) {
        const AsmPiece *piece = &g_array_index(job->pieces, AsmPiece, i);

        if (piece->home == home)
            end = piece->offset +
                  g_array_index(job->objects[piece->unit].sections, ElfObjectSection, piece->section).size;
    }
    return end;
}

static bool place_section(AsmJob *job, guint unit, guint index, GError **error)
{
    const ElfObjectSection *section = &g_array_index(job->objects[unit].sections, ElfObjectSection, index);
    const AsmPlacement *home = home_of(job, section->name);
    g_autofree char *complaint = NULL;

    if (home == NULL)
        complaint = g_strdup_printf("section '%s' has no address", section->name);
    else if (section->align > ALIGN_MAX)
        complaint = g_strdup_printf("section '%s' is aligned to more than %u bytes", section->name, ALIGN_MAX);
    else if (section->size > ELF_SIZE_MAX || end_of(job, home) > ELF_SIZE_MAX)
        complaint = g_strdup_printf("section '%s' has more than %u MiB", section->name, ELF_SIZE_MAX >> 20);
    if (complaint != NULL)
        return asm_unit_error(error, unit_at(job, unit), section->name, complaint);

    uint64_t end = home->address + end_of(job, home);
    AsmPiece piece = { .unit = unit,
                       .section = index,
                       .home = home,
                       .offset = ((end + section->align - 1) & ~(section->align - 1)) - home->address,
                       .merged = section->merged };
    g_array_append_val(job->pieces, piece);
    return true;
}

/* Those whose size the linker may change come last, so that nothing is behind them. */
static bool place_sections(AsmJob *job, bool merged, GError **error)
{
    for (guint u = 0; u < job->n_units; u++) {
        for (guint i = 0; i < job->objects[u].sections->len; i++) {
            const ElfObjectSection *section = &g_array_index(job->objects[u].sections, ElfObjectSection, i);

            if (section->loaded && section->size != 0 && section->merged == merged && !is_dropped(section->name) &&
                !place_section(job, u, i, error))
                return false;
        }
    }
    return true;
}

/* Variables that -fcommon leaves to the linker. */
static bool check_common(const AsmJob *job, GError **error)
{
    for (guint u = 0; u < job->n_units; u++) {
        for (guint i = 0; i < job->objects[u].symbols->len; i++) {
            const ElfObjectSymbol *symbol = &g_array_index(job->objects[u].symbols, ElfObjectSymbol, i);
            g_autofree char *message =
                g_strdup_printf("symbol '%s' has no section; compile with -fno-common", symbol->name);

            if (symbol->home == ELF_SYMBOL_COMMON)
                return asm_unit_error(error, unit_at(job, u), symbol->name, message);
        }
    }
    return true;
}

bool asm_lay_out_units(AsmJob *job, GError **error)
{
    g_array_set_size(job->pieces, 0);
    return check_common(job, error) && place_sections(job, false, error) && place_sections(job, true, error);
}

const AsmPiece *asm_piece(const AsmJob *job, guint unit, guint section)
{
    for (guint i = 0; i < job->pieces->len; i++) {
        const AsmPiece *piece = &g_array_index(job->pieces, AsmPiece, i);

        if (piece->unit == unit && piece->section == section)
            return piece;
    }
    return NULL;
}
