/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line table of an ELF file; a part of elf.c. */
#pragma once

#include "scenarios/elf.h"

#include <libelf.h>

#define ELF_LINES_MAX 4000000u

/* Adds the rows to the image, those of patches to the patches. A damaged table ends where it is damaged. FALSE when it
 * has more than ELF_LINES_MAX rows. The patches' `lines` are sealed. */
bool elf_add_lines(Elf *elf, Image *image, ElfPatch *patches, guint n_patches);
