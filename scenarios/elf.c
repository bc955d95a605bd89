/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file may be anything: what libelf and libdw would trust is checked before they see it. */
#include "scenarios/elf.h"

#include "scenarios/elf-lines.h"
#include "sim/base/error.h"

#include <gelf.h>
#include <string.h>

#define SECTIONS_MAX 4096u

typedef struct Loader {
    const char *name;
    ElfContents *out;
    GError **error;
    Elf *elf;
    size_t file_size;
    size_t names; /* index of the section of section names */
    uint64_t total;
    guint n_allocated;
    GArray *patches; /* ElfPatch, moved to out at the end */
} Loader;

static void patch_clear(gpointer data)
{
    ElfPatch *patch = data;

    g_free(patch->name);
    g_clear_pointer(&patch->bytes, g_bytes_unref);
    g_clear_pointer(&patch->lines, image_free);
}

void elf_contents_clear(ElfContents *contents)
{
    for (guint i = 0; i < contents->n_patches; i++)
        patch_clear(&contents->patches[i]);
    g_clear_pointer(&contents->patches, g_free);
    g_clear_pointer(&contents->image, image_free);
    contents->n_patches = 0;
}

static bool G_GNUC_PRINTF(2, 3) fail(const Loader *loader, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(loader->error, SIM_ERROR, SIM_ERROR_SCENARIO, "%s: %s", loader->name, message);
    return false;
}

/* The header, checked byte by byte, so that the message can say what is wrong with it. */
static bool check_header(const Loader *loader, const uint8_t *bytes, gsize size)
{
    Elf64_Ehdr header;

    if (size < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return fail(loader, "not an ELF file");
    if (size < sizeof header)
        return fail(loader, "truncated: %" G_GSIZE_FORMAT " bytes are less than an ELF header", size);
    if (size > ELF_SIZE_MAX)
        return fail(loader, "larger than %u MiB", ELF_SIZE_MAX >> 20);
    if (bytes[EI_CLASS] != ELFCLASS64)
        return fail(loader, "a 32-bit ELF file, expected 64-bit");
    if (bytes[EI_DATA] != ELFDATA2LSB)
        return fail(loader, "a big-endian ELF file, expected little-endian");

    memcpy(&header, bytes, sizeof header);
    guint machine = GUINT16_FROM_LE(header.e_machine);
    if (machine != EM_RISCV)
        return fail(loader, "for machine %u, expected RISC-V (%d)", machine, EM_RISCV);
    if (GUINT16_FROM_LE(header.e_type) == ET_REL)
        return fail(loader, "an object file that has not been linked");

    uint64_t offset = GUINT64_FROM_LE(header.e_shoff);
    uint64_t length = (uint64_t)GUINT16_FROM_LE(header.e_shnum) * sizeof(Elf64_Shdr);
    if (offset == 0 || length == 0)
        return fail(loader, "has no section headers");
    if (GUINT16_FROM_LE(header.e_shentsize) != sizeof(Elf64_Shdr))
        return fail(loader, "section headers of a wrong size");
    if (offset > size || length > size - offset)
        return fail(loader, "truncated: the section headers are beyond the end of the file");
    return true;
}

static const char *section_name(const Loader *loader, const GElf_Shdr *header)
{
    const char *name = elf_strptr(loader->elf, loader->names, header->sh_name);

    if (name == NULL)
        return "";
    return g_str_has_prefix(name, ELF_RENAMED_PREFIX ".") ? name + strlen(ELF_RENAMED_PREFIX) : name;
}

static bool add_patch(Loader *loader, const char *name, const GElf_Shdr *header, const uint8_t *bytes)
{
    if (bytes == NULL)
        return fail(loader, "section '%s' holds no bytes", name);

    ElfPatch patch = {
        .name = g_strdup(name + strlen(ELF_PATCH_PREFIX)),
        .address = header->sh_addr,
        .bytes = g_bytes_new(bytes, header->sh_size),
        .lines = image_new(),
    };
    g_array_append_val(loader->patches, patch);
    return true;
}

static bool add_section(Loader *loader, const GElf_Shdr *header, const uint8_t *file)
{
    const char *name = section_name(loader, header);
    const uint8_t *bytes = header->sh_type == SHT_NOBITS ? NULL : file + header->sh_offset;
    ImageFlags flags = 0;

    if (header->sh_addr + (header->sh_size - 1) < header->sh_addr)
        return fail(loader, "section '%s' goes around the end of the address space", name);
    if (header->sh_size > ELF_SIZE_MAX - loader->total)
        return fail(loader, "sections of more than %u MiB in all", ELF_SIZE_MAX >> 20);
    if (++loader->n_allocated > SECTIONS_MAX)
        return fail(loader, "more than %u sections", SECTIONS_MAX);
    loader->total += header->sh_size;
    if (g_str_has_prefix(name, ELF_PATCH_PREFIX))
        return add_patch(loader, name, header, bytes);

    if ((header->sh_flags & SHF_WRITE) != 0)
        flags |= IMAGE_WRITE;
    if ((header->sh_flags & SHF_EXECINSTR) != 0)
        flags |= IMAGE_EXEC;
    const ImageSection *other =
        image_add_section(loader->out->image, name, header->sh_addr, header->sh_size, flags, bytes);
    if (other != NULL)
        return fail(loader, "sections '%s' and '%s' overlap at %#" G_GINT64_MODIFIER "x", other->name, name,
                    MAX(other->address, header->sh_addr));
    return true;
}

/* All sections must lie within the file, also those that only libelf and libdw look at. */
static bool read_sections(Loader *loader, const uint8_t *file)
{
    for (Elf_Scn *scn = elf_nextscn(loader->elf, NULL); scn != NULL; scn = elf_nextscn(loader->elf, scn)) {
        GElf_Shdr header;

        if (gelf_getshdr(scn, &header) == NULL)
            return fail(loader, "damaged: %s", elf_errmsg(-1));
        if (header.sh_type == SHT_NULL || header.sh_size == 0)
            continue;
        if (header.sh_type != SHT_NOBITS &&
            (header.sh_offset > loader->file_size || header.sh_size > loader->file_size - header.sh_offset))
            return fail(loader, "truncated: section '%s' extends beyond the end of the file",
                        section_name(loader, &header));
        if ((header.sh_flags & SHF_COMPRESSED) != 0)
            return fail(loader, "section '%s' is compressed", section_name(loader, &header));
        if ((header.sh_flags & SHF_ALLOC) != 0 && !add_section(loader, &header, file))
            return false;
    }
    return true;
}

typedef enum SymbolHome {
    HOME_NONE,  /* undefined, or in a section that is not loaded */
    HOME_IMAGE, /* in a section of the image */
    HOME_OTHER, /* in a patch, or a constant */
} SymbolHome;

static SymbolHome symbol_home(const Loader *loader, const GElf_Sym *symbol)
{
    int type = GELF_ST_TYPE(symbol->st_info);
    GElf_Shdr header;

    if (symbol->st_shndx == SHN_UNDEF || type == STT_SECTION || type == STT_FILE || type == STT_TLS)
        return HOME_NONE;
    if (symbol->st_shndx == SHN_ABS)
        return HOME_OTHER;
    if (symbol->st_shndx >= SHN_LORESERVE || gelf_getshdr(elf_getscn(loader->elf, symbol->st_shndx), &header) == NULL ||
        (header.sh_flags & SHF_ALLOC) == 0)
        return HOME_NONE;
    return g_str_has_prefix(section_name(loader, &header), ELF_PATCH_PREFIX) ? HOME_OTHER : HOME_IMAGE;
}

static void add_symbols(const Loader *loader, Elf_Data *data, const GElf_Shdr *header, SymbolHome home)
{
    int n = (int)MIN(data->d_size / sizeof(Elf64_Sym), (size_t)G_MAXINT);
    GElf_Sym symbol;

    for (int i = 1; i < n && gelf_getsym(data, i, &symbol) != NULL; i++) {
        const char *name = elf_strptr(loader->elf, header->sh_link, symbol.st_name);

        if (name != NULL && name[0] != '\0' && symbol_home(loader, &symbol) == home)
            image_add_symbol(loader->out->image, name, symbol.st_value);
    }
}

/* Labels of patches and constants come after the others: of two symbols at one address the first names it. */
static bool read_symbols(const Loader *loader)
{
    for (Elf_Scn *scn = elf_nextscn(loader->elf, NULL); scn != NULL; scn = elf_nextscn(loader->elf, scn)) {
        GElf_Shdr header;

        if (gelf_getshdr(scn, &header) == NULL || header.sh_type != SHT_SYMTAB || header.sh_size == 0)
            continue;
        Elf_Data *data = elf_getdata(scn, NULL);
        if (data == NULL)
            return fail(loader, "damaged symbol table: %s", elf_errmsg(-1));
        if (data->d_type != ELF_T_SYM)
            return fail(loader, "damaged symbol table");
        add_symbols(loader, data, &header, HOME_IMAGE);
        add_symbols(loader, data, &header, HOME_OTHER);
    }
    return true;
}

static bool load(Loader *loader, const uint8_t *file)
{
    GElf_Ehdr header;

    if (loader->elf == NULL || elf_kind(loader->elf) != ELF_K_ELF || gelf_getehdr(loader->elf, &header) == NULL ||
        elf_getshdrstrndx(loader->elf, &loader->names) != 0)
        return fail(loader, "damaged: %s", elf_errmsg(-1));
    loader->out->entry = header.e_entry;
    if (!read_sections(loader, file) || !read_symbols(loader))
        return false;
    if (!elf_add_lines(loader->elf, loader->out->image, (ElfPatch *)(void *)loader->patches->data,
                       loader->patches->len))
        return fail(loader, "a line table of more than %u rows", ELF_LINES_MAX);
    return true;
}

bool elf_load(GBytes *bytes, const char *name, ElfContents *out, GError **error)
{
    gsize size;
    const uint8_t *file = g_bytes_get_data(bytes, &size);
    Loader loader = { .name = name, .out = out, .error = error, .file_size = size };

    if (out->image == NULL)
        out->image = image_new();
    if (!check_header(&loader, file, size))
        return false;

    /* A copy: libelf wants aligned memory that it may write to. */
    g_autofree char *copy = g_memdup2(file, size);
    elf_version(EV_CURRENT);
    loader.elf = elf_memory(copy, size);
    loader.patches = g_array_new(FALSE, FALSE, sizeof(ElfPatch));
    bool ok = load(&loader, file);
    elf_end(loader.elf);

    for (guint i = 0; i < out->n_patches; i++) /* of an earlier file */
        g_array_insert_val(loader.patches, i, out->patches[i]);
    g_free(out->patches);
    out->n_patches = loader.patches->len;
    out->patches = (ElfPatch *)(void *)g_array_free(loader.patches, FALSE);
    return ok;
}
