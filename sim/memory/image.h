/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initial contents of the address space: sections of bytes with permissions, and symbols. */
#pragma once

#include "sim/base/owned.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum ImageFlags {
    IMAGE_WRITE = 1,
    IMAGE_EXEC = 2,
} ImageFlags;

typedef struct ImageSection {
    char *name;
    uint64_t address;
    uint64_t size; /* bytes */
    ImageFlags flags;
    uint8_t *bytes; /* size bytes, owned by the image */
} ImageSection;

typedef struct ImageSymbol {
    char *name;
    uint64_t address;
} ImageSymbol;

/* A source line of one instruction address, from the debug line table. */
typedef struct ImageLine {
    uint64_t address;
    const char *file; /* interned string */
    guint line;
} ImageLine;

typedef struct Image Image;

void image_free(Image *image);
Image *image_new(void) OWNED_BY(image_free);

/* Adds a section; copies `bytes` (NULL: zeros). Sections must not overlap: returns the section that is in
 * the way, or NULL when added. */
const ImageSection *image_add_section(Image *image, const char *name, uint64_t address, uint64_t size, ImageFlags flags,
                                      const uint8_t *bytes);
void image_add_symbol(Image *image, const char *name, uint64_t address);

/* A row covers the addresses up to the next row; line 0 only ends the rows before it. */
void image_add_line(Image *image, uint64_t address, const char *file, guint line);

/* To be called once everything is added: sorts for the look-ups below. */
void image_seal(Image *image);

/* The section that holds all of [address, address+size), or NULL. Adjacent sections do not combine. */
const ImageSection *image_section_at(const Image *image, uint64_t address, uint64_t size);
const ImageSection *image_section_named(const Image *image, const char *name);

/* Initial value of one byte; the byte must be in a section. */
uint8_t image_byte(const Image *image, uint64_t address);

/* The symbol of that name, or NULL. */
const ImageSymbol *image_symbol(const Image *image, const char *name);

/* The closest symbol at or below address in the same section, or NULL. Of several at one address the one added first;
 * names that start with "." or "$" are never returned. */
const ImageSymbol *image_symbol_before(const Image *image, uint64_t address);

/* All symbol names, in the order added; owned by the image. */
const ImageSymbol *image_symbols(const Image *image, guint *n_symbols);
const ImageSection *image_sections(const Image *image, guint *n_sections);

/* The line-table row that covers the address (it may start below: a macro or a line of several instructions has one
 * row), or NULL. */
const ImageLine *image_line(const Image *image, uint64_t address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Image, image_free)
