/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C of a scenario into assembly, by GNU C for RISC-V. */
#pragma once

#include "scenarios/yaml.h"

/* What a scenario may ask of the compiler, in words; and whether a flag is that. */
#define COMPILE_FLAGS_ALLOWED "-O..., -D..., -U... and -f... that names no file"
bool compile_flag_is_allowed(const char *flag);

/* The assembly of a C file. `flags`: char *, beside those that all get. A complaint of the compiler is located in the file
 * that it is about, one about no file at `node`. Without a compiler: SIM_ERROR_ENVIRONMENT. */
char *compile_c(const Source *source, const GPtrArray *flags, const YamlNode *node, GError **error);
