/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a scenario file: an error with a place, or a tree whose every node can be read. */
#include "scenarios/yaml.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "model", "verdict", "asm" };

static void walk(const YamlNode *node)
{
    const char *text;
    uint64_t number;
    gsize index;
    bool truth;

    g_assert(yaml_line(node) > 0 && yaml_column(node) > 0);
    g_assert(yaml_content_line(node) > 0 && yaml_content_column(node) > 0);
    if (yaml_kind(node) == YAML_SCALAR) {
        g_assert(g_utf8_validate(yaml_scalar(node), -1, NULL));
        yaml_text(node, &text, NULL);
        yaml_code(node, &text, NULL);
        yaml_bool(node, &truth, NULL);
        yaml_u64(node, 3, 1000, &number, NULL);
        yaml_u64(node, 0, UINT64_MAX, &number, NULL);
        yaml_enum(node, "name", names, G_N_ELEMENTS(names), &index, NULL);
        return;
    }
    if (yaml_kind(node) == YAML_MAPPING) {
        yaml_mapping_check_keys(node, names, G_N_ELEMENTS(names), NULL);
        for (guint i = 0; i < yaml_length(node); i++)
            g_assert(yaml_mapping_get(node, yaml_scalar(yaml_key(node, i))) == yaml_item(node, i));
    }
    for (guint i = 0; i < yaml_length(node); i++)
        walk(yaml_item(node, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Source) source = source_new("fuzz.yaml", (const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(YamlDocument) document = yaml_document_parse(source, &error);

    g_assert((document != NULL) == (error == NULL));
    if (error != NULL) {
        g_assert(g_str_has_prefix(error->message, "fuzz.yaml:"));
        g_assert(g_utf8_validate(error->message, -1, NULL));
    } else {
        walk(yaml_document_root(document));
    }
    return 0;
}
