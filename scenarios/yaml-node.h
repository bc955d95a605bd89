/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a YamlNode is made of; for the yaml*.c files only. */
#pragma once

#include "scenarios/yaml.h"

struct YamlNode {
    const Source *source; /* of the document */
    YamlKind kind;
    YamlStyle style;
    guint line, column;
    guint content_line, content_column;
    bool one_line;      /* the scalar begins and ends on one line of the file */
    char *text;         /* of a scalar */
    GPtrArray *items;   /* of a sequence: items; of a mapping: key, value, key, value */
    GHashTable *values; /* of a mapping: text of the key -> value */
};

struct YamlDocument {
    const Source *source;
    GPtrArray *nodes; /* all of them, owned */
    const YamlNode *root;
};

/* That the text is UTF-8 without characters that YAML, or counting lines, would trip over. */
bool yaml_check_bytes(const Source *source, GError **error);
