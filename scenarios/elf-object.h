/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections and symbols of a relocatable RISC-V object file. Trusts nothing in the file. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ElfObjectSection {
    const char *name;
    uint64_t size;  /* bytes */
    uint64_t align; /* a power of two */
    bool loaded;    /* takes part in the image */
    bool merged;    /* the linker may drop parts of it that it has already */
} ElfObjectSection;

typedef enum ElfSymbolHome {
    ELF_SYMBOL_UNDEFINED,
    ELF_SYMBOL_SECTION,
    ELF_SYMBOL_CONSTANT,
    ELF_SYMBOL_COMMON, /* left to the linker */
} ElfSymbolHome;

typedef struct ElfObjectSymbol {
    const char *name;
    ElfSymbolHome home;
    guint section;  /* index into sections, of ELF_SYMBOL_SECTION */
    uint64_t value; /* offset, constant, alignment */
} ElfObjectSymbol;

/* Starts as { 0 }; release with elf_object_clear(). Names point into the bytes. */
typedef struct ElfObject {
    GBytes *bytes;
    GArray *sections; /* ElfObjectSection, by their numbers in the file */
    GArray *symbols;  /* ElfObjectSymbol; those without a name are left out */
} ElfObject;

void elf_object_clear(ElfObject *object);

/* FALSE with the reason, "not an ELF file", as a SIM_ERROR_SCENARIO; the caller says which file, and where it is named. */
bool elf_object_read(GBytes *bytes, ElfObject *object, GError **error);

/* The section of that name, or NULL. */
const ElfObjectSection *elf_object_section(const ElfObject *object, const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ElfObject, elf_object_clear)
