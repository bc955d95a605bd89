/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The step `free`: a mark, and the property that nobody executes what has been freed when it was passed. */
#include "scenarios/internal.h"
#include "scenarios/steps-code.h"

/* Where the code that starts at `start` ends: at the next symbol, or with its section. */
static uint64_t end_of_code(const Image *image, uint64_t start)
{
    const ImageSection *section = image_section_at(image, start, 1);
    uint64_t end = section ? section->address + section->size : start + 1;
    guint n;
    const ImageSymbol *symbols = image_symbols(image, &n);
    for (guint i = 0; i < n; i++)
        if (symbols[i].address > start && symbols[i].address < end && !strchr(".$", symbols[i].name[0]))
            end = symbols[i].address;
    return end;
}

static char *mark_name(const char *label)
{
    char *name = g_strdup_printf("free_%s", label);
    for (char *at = name; *at; at++)
        if (!g_ascii_isalnum(*at) && *at != '_')
            *at = '_';
    return name;
}

static void add_property(Compiler *compiler, const YamlNode *node, guint mark, const char *label, uint64_t start,
                         uint64_t end)
{
    Property property = {
        .kind = PROPERTY_AFTER_NEVER, .line = yaml_line(node), .column = yaml_column(node), .mark = mark
    };
    property.start = start;
    property.size = end - start;
    property.name = g_strdup_printf("freed: %s", label);
    g_array_append_val(compiler->steps->freed, property);
}

bool compile_free(Compiler *compiler, const YamlNode *value, GError **error)
{
    static const char *const keys[] = { "from", "until" };
    const Image *image = compiler->context->program->image;
    const YamlNode *from = value, *until = NULL;
    uint64_t start, end;
    if (yaml_kind(value) == YAML_MAPPING && (!yaml_mapping_check_keys(value, keys, G_N_ELEMENTS(keys), error) ||
                                             !(from = yaml_mapping_require(value, "from", error)) ||
                                             !(until = yaml_mapping_require(value, "until", error))))
        return false;
    if (!resolve_expression(image, from, &start, error) || (until && !resolve_expression(image, until, &end, error)))
        return false;
    const ImageSection *section = image_section_at(image, start, 2);
    if (!section || !(section->flags & IMAGE_EXEC))
        return yaml_error(error, from, "'%s' is not the address of code", yaml_scalar(from));
    if (!until)
        end = end_of_code(image, start);
    else if (end <= start)
        return yaml_error(error, until, "'until' must be behind 'from'");
    g_autofree char *name = mark_name(yaml_scalar(from));
    guint mark = name_index(compiler->context->marks, name);
    if (mark >= MARKS_MAX)
        return yaml_error(error, value, "more than %d marks", MARKS_MAX);
    add_property(compiler, value, mark, yaml_scalar(from), start, end);
    code_service(compiler, SERVICE_MARK, mark);
    return true;
}
