/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What scalars of a scenario refer to: labels, numbers, names, patches. */
#pragma once

#include "scenarios/yaml.h"
#include "sim/machine/program.h"

/* Value of "symbol", "symbol+8", "symbol-0x4". */
bool resolve_expression(const Image *image, const YamlNode *node, uint64_t *value, GError **error);

/* The symbol that a name was probably meant to be, or NULL. */
const char *closest_symbol(const Image *image, const char *name);

/* A number or a symbol expression. */
bool resolve_value(const Image *image, const YamlNode *node, uint64_t *value, GError **error);

/* The index of a name in an array of strings, appended if new. */
guint name_index(GPtrArray *names, const char *name);

/* A scalar that can stand in a symbol: letters, digits, '_', not starting with a digit. */
bool plain_name(const YamlNode *node, const char **name, GError **error);

/* The patch that a scalar names. */
const Patch *named_patch(const Program *program, const YamlNode *node, GError **error);
