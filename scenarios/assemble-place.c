/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where every section goes. ld takes no symbol as the address of a section, but it need not: nothing moves within a
 * section (no relaxation), so the object file already says where every symbol will be. */
#include "scenarios/assemble-parts.h"
#include "sim/base/error.h"

#include <gelf.h>
#include <string.h>

#define APART_BASE 0x10000u

typedef struct ObjectSection {
    const char *name; /* in the object, ELF_RENAMED_PREFIX and all */
    uint64_t size;
    bool loaded; /* takes part in the image */
} ObjectSection;

typedef struct Object {
    Elf *elf;
    GArray *sections; /* ObjectSection, by section index */
    size_t names;
} Object;

static const char *bare_name(const char *name)
{
    return g_str_has_prefix(name, ELF_RENAMED_PREFIX ".") ? name + strlen(ELF_RENAMED_PREFIX) : name;
}

static void read_sections(Object *object)
{
    ObjectSection none = { .name = "" };

    object->sections = g_array_new(FALSE, FALSE, sizeof(ObjectSection));
    g_array_append_val(object->sections, none);
    for (Elf_Scn *scn = elf_nextscn(object->elf, NULL); scn != NULL; scn = elf_nextscn(object->elf, scn)) {
        ObjectSection section = none;
        GElf_Shdr header;

        if (gelf_getshdr(scn, &header) != NULL) {
            const char *name = elf_strptr(object->elf, object->names, header.sh_name);

            section.name = name != NULL ? name : "";
            section.size = header.sh_size;
            section.loaded = (header.sh_flags & SHF_ALLOC) != 0;
        }
        g_array_append_val(object->sections, section);
    }
}

static const ObjectSection *object_section(const Object *object, const char *name)
{
    for (guint i = 0; i < object->sections->len; i++) {
        const ObjectSection *section = &g_array_index(object->sections, ObjectSection, i);

        if (g_str_equal(section->name, name))
            return section;
    }
    return NULL;
}

/* Bytes that the two input sections of this output section bring. */
static uint64_t placed_size(const Object *object, const char *name, uint64_t *first_size)
{
    g_autofree char *renamed = g_strconcat(ELF_RENAMED_PREFIX, name, NULL);
    const ObjectSection *first = object_section(object, renamed), *second = object_section(object, name);

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

static const AsmPlacement *placement_of(const AsmJob *job, const char *section)
{
    for (gsize i = 0; i < job->n_placements; i++) {
        if (g_str_equal(job->placements[i].section, section))
            return &job->placements[i];
    }
    return NULL;
}

/* The symbol table entry of a defined symbol, or FALSE; `closest` then gets a similar name, if there is one. */
static bool find_symbol(const Object *object, const char *name, GElf_Sym *found, const char **closest)
{
    g_autoptr(GPtrArray) others = g_ptr_array_new();

    for (Elf_Scn *scn = elf_nextscn(object->elf, NULL); scn != NULL; scn = elf_nextscn(object->elf, scn)) {
        GElf_Shdr header;
        Elf_Data *data = elf_getdata(scn, NULL);

        if (gelf_getshdr(scn, &header) == NULL || header.sh_type != SHT_SYMTAB || data == NULL)
            continue;
        for (int i = 1; gelf_getsym(data, i, found) != NULL; i++) {
            const char *other = elf_strptr(object->elf, header.sh_link, found->st_name);

            if (other == NULL || found->st_shndx == SHN_UNDEF)
                continue;
            if (g_str_equal(other, name))
                return true;
            if (other[0] != '.' && other[0] != '$')
                g_ptr_array_add(others, (gpointer)other);
        }
    }
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

static bool symbol_address(const AsmJob *job, const Object *object, const AsmPlacement *placement, uint64_t *address,
                           GError **error)
{
    g_autofree char *at = g_strstrip(g_strdup(placement->at));
    gsize length = strcspn(at, "+-");
    g_autofree char *name = g_strchomp(g_strndup(at, length));
    const char *closest;
    GElf_Sym symbol;
    uint64_t offset, first_size;

    if (name[0] == '\0' || !parse_offset(at + length, &offset))
        return place_error(placement, error, "expected SYMBOL, SYMBOL+OFFSET or SYMBOL-OFFSET, found '%s'", at);
    if (!find_symbol(object, name, &symbol, &closest)) {
        return closest != NULL ? place_error(placement, error, "unknown symbol '%s'; did you mean '%s'?", name, closest)
                               : place_error(placement, error, "unknown symbol '%s'", name);
    }
    *address = symbol.st_value + offset;
    if (symbol.st_shndx >= object->sections->len)
        return symbol.st_shndx == SHN_ABS || place_error(placement, error, "symbol '%s' has no address", name);

    const char *input = g_array_index(object->sections, ObjectSection, symbol.st_shndx).name;
    const AsmPlacement *home = placement_of(job, bare_name(input));
    if (home == NULL || home->at != NULL)
        return place_error(placement, error, "symbol '%s' has no address of its own: it is in section '%s'", name,
                           bare_name(input));
    placed_size(object, bare_name(input), &first_size);
    *address += home->address + (bare_name(input) == input ? first_size : 0);
    return true;
}

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
static bool check_orphans(const AsmJob *job, const Object *object, GError **error)
{
    for (guint i = 0; i < object->sections->len; i++) {
        const ObjectSection *section = &g_array_index(object->sections, ObjectSection, i);
        const char *name = bare_name(section->name);

        if (section->loaded && section->size != 0 && placement_of(job, name) == NULL)
            return word_error(job, error, name, "section '%s' has no address");
    }
    return true;
}

/* Symbols of .comm, which the linker would put wherever it likes. */
static bool check_common(const AsmJob *job, const Object *object, GError **error)
{
    for (Elf_Scn *scn = elf_nextscn(object->elf, NULL); scn != NULL; scn = elf_nextscn(object->elf, scn)) {
        GElf_Shdr header;
        GElf_Sym symbol;
        Elf_Data *data = elf_getdata(scn, NULL);

        if (gelf_getshdr(scn, &header) == NULL || header.sh_type != SHT_SYMTAB || data == NULL)
            continue;
        for (int i = 1; gelf_getsym(data, i, &symbol) != NULL; i++) {
            const char *name = elf_strptr(object->elf, header.sh_link, symbol.st_name);

            if (symbol.st_shndx == SHN_COMMON && name != NULL)
                return word_error(job, error, name, "symbol '%s' has no section; define it in one");
        }
    }
    return true;
}

static void append_section(GString *script, const Object *object, const char *name, uint64_t address)
{
    g_autofree char *renamed = g_strconcat(ELF_RENAMED_PREFIX, name, NULL);
    bool has_renamed = object_section(object, renamed) != NULL;

    /* SUBALIGN: otherwise the linker moves what is aligned to 4 and placed at 2 modulo 4. */
    g_string_append_printf(script, "  \"%s\" %#" G_GINT64_MODIFIER "x : SUBALIGN(1) { *(\"%s\") *(\"%s\") } :none\n",
                           has_renamed ? renamed : name, address, renamed, name);
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

static bool write_scripts(const AsmJob *job, const Object *object, char **script, char **apart, GError **error)
{
    GString *real = script_new(), *other = script_new();
    uint64_t next = APART_BASE, first_size;
    bool ok = true;

    for (gsize i = 0; i < job->n_placements && ok; i++) {
        const AsmPlacement *placement = &job->placements[i];
        uint64_t size = placed_size(object, placement->section, &first_size);
        uint64_t address = placement->address;

        if (!asm_name_is_valid(placement->section))
            ok = place_error(placement, error, "'%s' cannot be the name of a section", placement->section);
        else if (placement_of(job, placement->section) != placement)
            ok = place_error(placement, error, "section '%s' is placed twice", placement->section);
        else if (placement->at != NULL)
            ok = symbol_address(job, object, placement, &address, error);
        if (!ok || size == 0)
            continue;
        if (address + (size - 1) < address)
            ok = place_error(placement, error, "section '%s' goes around the end of the address space",
                             placement->section);
        append_section(real, object, placement->section, address);
        append_section(other, object, placement->section, next);
        next = (next + size + 63) & ~(uint64_t)63;
    }
    *script = script_end(real);
    *apart = script_end(other);
    return ok;
}

bool asm_place(const AsmJob *job, GBytes *bytes, char **script, char **apart, GError **error)
{
    gsize size;
    gconstpointer data = g_bytes_get_data(bytes, &size);
    g_autofree char *copy = g_memdup2(data, size); /* libelf wants memory that it may write to */
    Object object = { 0 };

    elf_version(EV_CURRENT);
    object.elf = elf_memory(copy, size);
    if (object.elf == NULL || elf_getshdrstrndx(object.elf, &object.names) != 0) {
        elf_end(object.elf);
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "the assembler wrote no ELF file");
        return false;
    }
    read_sections(&object);

    bool ok =
        object_section(&object, ASM_SENTINEL) != NULL ||
        asm_block_error(error, asm_whole(job), asm_whole(job)->line, 1, "a block ends the assembly of all blocks");
    ok = ok && check_orphans(job, &object, error) && check_common(job, &object, error) &&
         write_scripts(job, &object, script, apart, error);
    g_array_unref(object.sections);
    elf_end(object.elf);
    return ok;
}
