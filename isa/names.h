/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of CSRs (those of registers are in isa/insn.h): private to isa/. */
#pragma once

#include "isa/insn.h"

/* Writes the name of a CSR, or its number in hexadecimal if it has none; at most `size` bytes. */
void csr_text(unsigned csr, char *text, size_t size);
