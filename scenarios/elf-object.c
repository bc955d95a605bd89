/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/elf-object.h"

#include "sim/base/error.h"

#include <elf.h>
#include <string.h>

#ifndef EF_RISCV_RVE
#define EF_RISCV_RVE 0x0008
#endif

/* A file being read. The fields of ELF structures are little-endian, as those of the hosts that this runs on need not be. */
typedef struct Reader {
    ElfObject *object;
    const uint8_t *file;
    gsize size;
    Elf64_Ehdr header;
    GError **error;
} Reader;

static bool G_GNUC_PRINTF(2, 3) fail(const Reader *reader, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(reader->error, SIM_ERROR, SIM_ERROR_SCENARIO, message);
    return false;
}

void elf_object_clear(ElfObject *object)
{
    g_clear_pointer(&object->sections, g_array_unref);
    g_clear_pointer(&object->symbols, g_array_unref);
    g_clear_pointer(&object->bytes, g_bytes_unref);
}

const ElfObjectSection *elf_object_section(const ElfObject *object, const char *name)
{
    for (guint i = 0; i < object->sections->len; i++) {
        const ElfObjectSection *section = &g_array_index(object->sections, ElfObjectSection, i);

        if (g_str_equal(section->name, name))
            return section;
    }
    return NULL;
}

static bool check_header(Reader *reader)
{
    Elf64_Ehdr *header = &reader->header;

    if (reader->size < SELFMAG || memcmp(reader->file, ELFMAG, SELFMAG) != 0)
        return fail(reader, "not an ELF file");
    if (reader->size < sizeof *header)
        return fail(reader, "truncated: %" G_GSIZE_FORMAT " bytes are less than an ELF header", reader->size);
    memcpy(header, reader->file, sizeof *header);
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
        return fail(reader, "a 32-bit ELF file, expected 64-bit");
    if (header->e_ident[EI_DATA] != ELFDATA2LSB)
        return fail(reader, "a big-endian ELF file, expected little-endian");
    if (GUINT16_FROM_LE(header->e_machine) != EM_RISCV)
        return fail(reader, "for machine %u, expected RISC-V (%d)", GUINT16_FROM_LE(header->e_machine), EM_RISCV);
    if (GUINT16_FROM_LE(header->e_type) != ET_REL)
        return fail(reader, "not an object file: it has been linked");
    if (GUINT32_FROM_LE(header->e_flags) & (EF_RISCV_FLOAT_ABI | EF_RISCV_RVE))
        return fail(reader, "for another ABI; compile with -mabi=lp64");
    uint64_t offset = GUINT64_FROM_LE(header->e_shoff);
    if (offset == 0 || header->e_shnum == 0)
        return fail(reader, "has no section headers");
    if (GUINT16_FROM_LE(header->e_shentsize) != sizeof(Elf64_Shdr))
        return fail(reader, "section headers of a wrong size");
    uint64_t length = (uint64_t)GUINT16_FROM_LE(header->e_shnum) * sizeof(Elf64_Shdr);
    if (offset > reader->size || length > reader->size - offset)
        return fail(reader, "truncated: the section headers are beyond the end of the file");
    return true;
}

/* Header i, in the order of bytes of the host. FALSE when its contents are not in the file. */
static bool section_header(const Reader *reader, guint i, Elf64_Shdr *header)
{
    uint64_t at = GUINT64_FROM_LE(reader->header.e_shoff) + (uint64_t)i * sizeof *header;

    memcpy(header, reader->file + at, sizeof *header);
    header->sh_name = GUINT32_FROM_LE(header->sh_name);
    header->sh_type = GUINT32_FROM_LE(header->sh_type);
    header->sh_flags = GUINT64_FROM_LE(header->sh_flags);
    header->sh_offset = GUINT64_FROM_LE(header->sh_offset);
    header->sh_size = GUINT64_FROM_LE(header->sh_size);
    header->sh_link = GUINT32_FROM_LE(header->sh_link);
    header->sh_addralign = GUINT64_FROM_LE(header->sh_addralign);
    return header->sh_type == SHT_NULL || header->sh_type == SHT_NOBITS ||
           (header->sh_offset <= reader->size && header->sh_size <= reader->size - header->sh_offset);
}

/* The table of strings in section `index`: it ends in a NUL, so every offset into it is a string. */
static const char *string_table(const Reader *reader, guint index, uint64_t *size)
{
    Elf64_Shdr header;

    if (index >= GUINT16_FROM_LE(reader->header.e_shnum) || !section_header(reader, index, &header) ||
        header.sh_type != SHT_STRTAB || header.sh_size == 0 ||
        reader->file[header.sh_offset + header.sh_size - 1] != '\0')
        return NULL;
    *size = header.sh_size;
    return (const char *)reader->file + header.sh_offset;
}

static bool read_sections(Reader *reader)
{
    uint64_t names_size;
    const char *names = string_table(reader, GUINT16_FROM_LE(reader->header.e_shstrndx), &names_size);

    if (names == NULL)
        return fail(reader, "damaged: no names of sections");
    for (guint i = 0; i < GUINT16_FROM_LE(reader->header.e_shnum); i++) {
        Elf64_Shdr header;
        bool inside = section_header(reader, i, &header);
        const char *name = header.sh_name < names_size ? names + header.sh_name : "";

        if (!inside)
            return fail(reader, "truncated: section '%s' extends beyond the end of the file", name);
        if (header.sh_addralign & (header.sh_addralign - 1))
            return fail(reader, "damaged: section '%s' is aligned to no power of two", name);
        ElfObjectSection section = {
            .name = name,
            .size = header.sh_type == SHT_NULL ? 0 : header.sh_size,
            .align = MAX(header.sh_addralign, 1),
            .loaded = (header.sh_flags & SHF_ALLOC) != 0,
            .merged = (header.sh_flags & SHF_MERGE) != 0,
        };
        g_array_append_val(reader->object->sections, section);
    }
    return true;
}

static void add_symbol(Reader *reader, const Elf64_Sym *symbol, const char *name)
{
    guint index = GUINT16_FROM_LE(symbol->st_shndx), type = ELF64_ST_TYPE(symbol->st_info);
    ElfObjectSymbol added = { .name = name, .value = GUINT64_FROM_LE(symbol->st_value) };

    if (name[0] == '\0' || type == STT_SECTION || type == STT_FILE)
        return;
    if (index == SHN_ABS)
        added.home = ELF_SYMBOL_CONSTANT;
    else if (index == SHN_COMMON)
        added.home = ELF_SYMBOL_COMMON;
    else if (index != SHN_UNDEF && index < reader->object->sections->len)
        added.home = ELF_SYMBOL_SECTION;
    added.section = added.home == ELF_SYMBOL_SECTION ? index : 0;
    g_array_append_val(reader->object->symbols, added);
}

static bool read_symbols(Reader *reader)
{
    for (guint i = 0; i < reader->object->sections->len; i++) {
        Elf64_Shdr header;
        uint64_t names_size;

        section_header(reader, i, &header);
        if (header.sh_type != SHT_SYMTAB)
            continue;
        if (reader->object->symbols->len > 0)
            return fail(reader, "damaged: two tables of symbols");
        const char *names = string_table(reader, header.sh_link, &names_size);
        if (names == NULL)
            return fail(reader, "damaged: no names of symbols");
        for (uint64_t at = sizeof(Elf64_Sym); at + sizeof(Elf64_Sym) <= header.sh_size; at += sizeof(Elf64_Sym)) {
            Elf64_Sym symbol;

            memcpy(&symbol, reader->file + header.sh_offset + at, sizeof symbol);
            guint32 name = GUINT32_FROM_LE(symbol.st_name);
            if (name >= names_size)
                return fail(reader, "damaged: a symbol without a name");
            add_symbol(reader, &symbol, names + name);
        }
    }
    return true;
}

bool elf_object_read(GBytes *bytes, ElfObject *object, GError **error)
{
    Reader reader = { .object = object, .error = error };

    elf_object_clear(object);
    object->bytes = g_bytes_ref(bytes);
    object->sections = g_array_new(FALSE, FALSE, sizeof(ElfObjectSection));
    object->symbols = g_array_new(FALSE, FALSE, sizeof(ElfObjectSymbol));
    reader.file = g_bytes_get_data(bytes, &reader.size);
    return check_header(&reader) && read_sections(&reader) && read_symbols(&reader);
}
