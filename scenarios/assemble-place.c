/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where every section goes. ld takes no symbol as the address of a section, but it need not: nothing moves within a
 * section (no relaxation), so the object files already say where every symbol will be. */
#include "scenarios/assemble-parts.h"
#include "sim/base/error.h"

#include <string.h>

#define APART_BASE 0x10000u

static const char *bare_name(const char *name)
{
    return g_str_has_prefix(name, ELF_RENAMED_PREFIX ".") ? name + strlen(ELF_RENAMED_PREFIX) : name;
}

/* Two input sections bring the bytes. */
uint64_t asm_placed_size(const AsmJob *job, const char *name, uint64_t *first_size)
{
    g_autofree char *renamed = g_strconcat(ELF_RENAMED_PREFIX, name, NULL);
    const ElfObjectSection *first = elf_object_section(&job->main, renamed);
    const ElfObjectSection *second = elf_object_section(&job->main, name);

    *first_size = first != NULL ? first->size : 0;
    return *first_size + (second != NULL ? second->size : 0);
}

static bool G_GNUC_PRINTF(3, 4) place_error(const AsmPlacement *placement, GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (placement->source != NULL)
        return source_error(error, placement->source, placement->line, placement->column, "%s", message);
    g_set_error(error, SIM_ERROR, SIM_ERROR_SCENARIO, "section '%s': %s", placement->section, message);
    return false;
}

const AsmPlacement *asm_placement(const AsmJob *job, const char *section)
{
    for (gsize i = 0; i < job->n_placements; i++) {
        if (g_str_equal(job->placements[i].section, section))
            return &job->placements[i];
    }
    return NULL;
}

/* ---- symbols */

/* A symbol, and whose it is: of a unit, or (NULL) of the blocks. */
typedef struct Found {
    const ElfObjectSymbol *symbol;
    const AsmUnit *unit;
} Found;

static bool find_in(const ElfObject *object, const char *name, const AsmUnit *unit, GPtrArray *others, Found *found)
{
    for (guint i = 0; i < object->symbols->len; i++) {
        const ElfObjectSymbol *symbol = &g_array_index(object->symbols, ElfObjectSymbol, i);

        if (symbol->home == ELF_SYMBOL_UNDEFINED)
            continue;
        if (g_str_equal(symbol->name, name)) {
            *found = (Found){ symbol, unit };
            return true;
        }
        if (symbol->name[0] != '.' && symbol->name[0] != '$')
            g_ptr_array_add(others, (gpointer)symbol->name);
    }
    return false;
}

/* A defined symbol, or FALSE; `closest` then gets a similar name, if there is one. */
static bool find_symbol(const AsmJob *job, const char *name, Found *found, const char **closest)
{
    g_autoptr(GPtrArray) others = g_ptr_array_new();

    if (find_in(&job->main, name, NULL, others, found))
        return true;
    for (gsize i = 0; i < job->n_units; i++)
        if (find_in(&job->objects[i], name, &job->units[i], others, found))
            return true;
    *closest = closest_name(name, (const char *const *)others->pdata, others->len);
    return false;
}

/* "+8", "- 0x4" or "": FALSE when it is anything else. */
static bool parse_offset(const char *text, uint64_t *offset)
{
    bool negative = text[0] == '-';

    *offset = 0;
    if (text[0] == '\0')
        return true;
    text += 1 + strspn(text + 1, " ");
    bool hex = g_str_has_prefix(text, "0x");
    if (!g_ascii_string_to_unsigned(hex ? text + 2 : text, hex ? 16 : 10, 0, G_MAXINT64, offset, NULL))
        return false;
    if (negative)
        *offset = -*offset;
    return true;
}

/* In an object file that others have compiled, code may move when it is linked: then an earlier link tells. */
static bool unit_symbol_address(AsmJob *job, const Found *found, const AsmPlacement *placement, uint64_t *address,
                                GError **error)
{
    const AsmPiece *piece = asm_piece(job, (guint)(found->unit - job->units), found->symbol->section);
    const ImageSymbol *linked =
        job->linked != NULL && found->unit->text == NULL ? image_symbol(job->linked, found->symbol->name) : NULL;

    job->moves |= found->unit->text == NULL;
    if (piece == NULL)
        return place_error(placement, error, "symbol '%s' has no address", found->symbol->name);
    *address += linked != NULL ? linked->address - found->symbol->value : piece->home->address + piece->offset;
    return true;
}

static bool symbol_address(AsmJob *job, const AsmPlacement *placement, uint64_t *address, GError **error)
{
    g_autofree char *at = g_strstrip(g_strdup(placement->at));
    gsize length = strcspn(at, "+-");
    g_autofree char *name = g_strchomp(g_strndup(at, length));
    const char *closest;
    Found found;
    uint64_t offset, first_size;

    if (name[0] == '\0' || !parse_offset(at + length, &offset))
        return place_error(placement, error, "expected SYMBOL, SYMBOL+OFFSET or SYMBOL-OFFSET, found '%s'", at);
    if (!find_symbol(job, name, &found, &closest)) {
        return closest != NULL ? place_error(placement, error, "unknown symbol '%s'; did you mean '%s'?", name, closest)
                               : place_error(placement, error, "unknown symbol '%s'", name);
    }
    *address = found.symbol->value + offset;
    if (found.symbol->home != ELF_SYMBOL_SECTION)
        return found.symbol->home == ELF_SYMBOL_CONSTANT ||
               place_error(placement, error, "symbol '%s' has no address", name);
    if (found.unit != NULL)
        return unit_symbol_address(job, &found, placement, address, error);

    const char *input = g_array_index(job->main.sections, ElfObjectSection, found.symbol->section).name;
    const AsmPlacement *home = asm_placement(job, bare_name(input));
    if (home == NULL || home->at != NULL)
        return place_error(placement, error, "symbol '%s' has no address of its own: it is in section '%s'", name,
                           bare_name(input));
    asm_placed_size(job, bare_name(input), &first_size);
    *address += home->address + (bare_name(input) == input ? first_size : 0);
    return true;
}

/* ---- what cannot be placed */

/* Where something that the object file names, but gives no line of, may come from. */
static bool word_error(const AsmJob *job, GError **error, const char *word, const char *format)
{
    guint line, column;
    const AsmBlock *block = asm_find_word(job, NULL, word, &line, &column);
    g_autoptr(GString) message = g_string_new(format);

    g_string_replace(message, "%s", word, 1);
    if (block != NULL)
        return asm_block_error(error, block, line, column, "%s", message->str);
    return asm_block_error(error, asm_whole(job), asm_whole(job)->line, 1, "%s", message->str);
}

/* Sections with contents that nobody placed. */
static bool check_orphans(const AsmJob *job, GError **error)
{
    for (guint i = 0; i < job->main.sections->len; i++) {
        const ElfObjectSection *section = &g_array_index(job->main.sections, ElfObjectSection, i);
        const char *name = bare_name(section->name);

        if (section->loaded && section->size != 0 && asm_placement(job, name) == NULL)
            return word_error(job, error, name, "section '%s' has no address");
    }
    return true;
}

/* Symbols of .comm, which the linker would put wherever it likes. */
static bool check_common(const AsmJob *job, GError **error)
{
    for (guint i = 0; i < job->main.symbols->len; i++) {
        const ElfObjectSymbol *symbol = &g_array_index(job->main.symbols, ElfObjectSymbol, i);

        if (symbol->home == ELF_SYMBOL_COMMON)
            return word_error(job, error, symbol->name, "symbol '%s' has no section; define it in one");
    }
    return true;
}

/* ---- linker scripts */

/* The sections of units behind those of the blocks. Returns the size of all. */
static uint64_t append_pieces(GString *script, const AsmJob *job, const AsmPlacement *home, uint64_t size)
{
    for (guint i = 0; i < job->pieces->len; i++) {
        const AsmPiece *piece = &g_array_index(job->pieces, AsmPiece, i);
        const ElfObjectSection *section =
            &g_array_index(job->objects[piece->unit].sections, ElfObjectSection, piece->section);
        g_autofree char *file = asm_unit_file(piece->unit);

        if (piece->home != home)
            continue;
        if (piece->merged)
            g_string_append_printf(script, " . = ALIGN(%" G_GUINT64_FORMAT ");", section->align);
        else
            g_string_append_printf(script, " . = %#" G_GINT64_MODIFIER "x;", piece->offset);
        g_string_append_printf(script, " %s(\"%s\")", file, section->name);
        size = piece->offset + section->size;
    }
    return size;
}

/* in.o, or plain.o: the blocks. Returns the size of everything in the section. */
static uint64_t append_section(GString *script, const AsmJob *job, const AsmPlacement *home, uint64_t address)
{
    g_autofree char *renamed = g_strconcat(ELF_RENAMED_PREFIX, home->section, NULL);
    bool has_renamed = elf_object_section(&job->main, renamed) != NULL;
    uint64_t first_size, size = asm_placed_size(job, home->section, &first_size);

    /* SUBALIGN: otherwise the linker moves what is aligned to 4 and placed at 2 modulo 4. */
    g_string_append_printf(script, "  \"%s\" %#" G_GINT64_MODIFIER "x : SUBALIGN(1) { *in.o(\"%s\") *in.o(\"%s\")",
                           has_renamed ? renamed : home->section, address, renamed, home->section);
    size = append_pieces(script, job, home, size);
    g_string_append(script, " } :none\n");
    return size;
}

/* PT_NULL: with a real segment the linker would fill the gaps between sections with bytes of the file. */
static GString *script_new(void)
{
    return g_string_new("PHDRS { none PT_NULL; }\nSECTIONS {\n");
}

static char *script_end(GString *script)
{
    static const char *const debug[] = {
        ".debug_info",   ".debug_abbrev",   ".debug_line",    ".debug_line_str",   ".debug_str",
        ".debug_ranges", ".debug_rnglists", ".debug_aranges", ".riscv.attributes",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(debug); i++)
        g_string_append_printf(script, "  %s 0 : { *(%s) } :NONE\n", debug[i], debug[i]);
    g_string_append(script, "  /DISCARD/ : { *(*) }\n}\n");
    return g_string_free(script, FALSE);
}

static bool is_empty(const AsmJob *job, const AsmPlacement *placement)
{
    uint64_t first_size;

    for (guint i = 0; i < job->pieces->len; i++) {
        if (g_array_index(job->pieces, AsmPiece, i).home == placement)
            return false;
    }
    return asm_placed_size(job, placement->section, &first_size) == 0;
}

static bool write_scripts(AsmJob *job, char **script, char **apart, GError **error)
{
    GString *real = script_new(), *other = script_new();
    uint64_t next = APART_BASE;
    bool ok = true;

    for (gsize i = 0; i < job->n_placements && ok; i++) {
        const AsmPlacement *placement = &job->placements[i];
        uint64_t address = placement->address;

        if (!asm_name_is_valid(placement->section))
            ok = place_error(placement, error, "'%s' cannot be the name of a section", placement->section);
        else if (asm_placement(job, placement->section) != placement)
            ok = place_error(placement, error, "section '%s' is placed twice", placement->section);
        else if (placement->at != NULL)
            ok = symbol_address(job, placement, &address, error);
        if (!ok || is_empty(job, placement))
            continue;
        uint64_t size = append_section(real, job, placement, address);
        append_section(other, job, placement, next);
        next = (next + size + 63) & ~(uint64_t)63;
        if (address + (size - 1) < address)
            ok = place_error(placement, error, "section '%s' goes around the end of the address space",
                             placement->section);
    }
    *script = script_end(real);
    *apart = script_end(other);
    return ok;
}

bool asm_place(AsmJob *job, char **script, char **apart, GError **error)
{
    bool ok =
        elf_object_section(&job->main, ASM_SENTINEL) != NULL ||
        asm_block_error(error, asm_whole(job), asm_whole(job)->line, 1, "a block ends the assembly of all blocks");

    return ok && check_orphans(job, error) && check_common(job, error) && asm_lay_out_units(job, error) &&
           write_scripts(job, script, apart, error);
}
