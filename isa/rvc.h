/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of compressed instructions: private to isa/. */
#pragma once

#include "isa/tables.h"

/* Sets rd, rs1, rs2 and imm of `insn`, whose word is a halfword of this format, to those of the
 * expansion. */
void rvc_decode(Insn *insn, RvcFormat format);
