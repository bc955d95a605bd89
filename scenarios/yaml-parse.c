/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds the tree from libyaml's events. libyaml accepts much that a scenario must not hold; it is refused here. */
#include "scenarios/yaml-node.h"

#include <string.h>
#include <yaml.h>

/* One parse: libyaml's parser and the document so far. */
typedef struct Reader {
    yaml_parser_t parser;
    YamlDocument *document;
    GError **error;
} Reader;

static void node_free(gpointer data)
{
    YamlNode *node = data;

    g_free(node->text);
    g_clear_pointer(&node->items, g_ptr_array_unref);
    g_clear_pointer(&node->values, g_hash_table_unref);
    g_free(node);
}

void yaml_document_free(YamlDocument *document)
{
    if (document == NULL)
        return;
    g_ptr_array_unref(document->nodes);
    g_free(document);
}

static bool mark_error(const Reader *reader, yaml_mark_t mark, const char *message)
{
    return source_error(reader->error, reader->document->source, (guint)mark.line + 1, (guint)mark.column + 1, "%s",
                        message);
}

/* libyaml's own complaint, at its place. */
static bool parser_error(const Reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "out of memory";
    /* The two that everybody meets, and libyaml does not explain. */
    const char *hint = "";
    if (g_str_equal(problem, "did not find expected key"))
        hint = " (a line of a block text must not start further left than its first line)";
    else if (g_str_equal(problem, "found character that cannot start any token"))
        hint = " (a tab? indent with spaces)";
    g_autofree char *message = parser->context != NULL ? g_strdup_printf("%s %s%s", problem, parser->context, hint)
                                                       : g_strdup_printf("%s%s", problem, hint);

    return mark_error(reader, parser->problem_mark, message);
}

static bool next_event(Reader *reader, yaml_event_t *event)
{
    return yaml_parser_parse(&reader->parser, event) != 0 || parser_error(reader);
}

/* ---- nodes */

static YamlNode *node_new(Reader *reader, YamlKind kind, const yaml_event_t *event)
{
    YamlDocument *document = reader->document;

    if (document->nodes->len == YAML_NODES_MAX) {
        g_autofree char *message = g_strdup_printf("more than %d nodes", YAML_NODES_MAX);

        mark_error(reader, event->start_mark, message);
        return NULL;
    }
    YamlNode *node = g_new0(YamlNode, 1);
    node->source = document->source;
    node->kind = kind;
    node->line = node->content_line = (guint)event->start_mark.line + 1;
    node->column = node->content_column = (guint)event->start_mark.column + 1;
    if (kind != YAML_SCALAR)
        node->items = g_ptr_array_new();
    if (kind == YAML_MAPPING)
        node->values = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_add(document->nodes, node);
    return node;
}

static gsize leading_spaces(const char *text, gsize length)
{
    gsize n = 0;

    while (n < length && text[n] == ' ')
        n++;
    return n;
}

/* Where the text below a '|' starts. The indentation is what the file has more than the text, on the first line that
 * has anything else: this also holds for "|2". */
static void block_content(YamlNode *node)
{
    const char *text = node->text;
    gsize length;

    node->content_line = node->line + 1;
    node->content_column = 1;
    for (guint line = node->content_line;; line++) {
        const char *in_file = source_line(node->source, line, &length);
        const char *end = strchrnul(text, '\n');
        gsize blanks = leading_spaces(text, (gsize)(end - text));

        if (in_file == NULL)
            return;
        if (text + blanks != end) {
            node->content_column = (guint)(leading_spaces(in_file, length) - blanks) + 1;
            return;
        }
        if (*end == '\0')
            return;
        text = end + 1;
    }
}

static YamlStyle style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return YAML_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
        return YAML_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
        return YAML_FOLDED;
    case YAML_ANY_SCALAR_STYLE:
    case YAML_PLAIN_SCALAR_STYLE:
        break;
    }
    return YAML_PLAIN;
}

static bool read_scalar(Reader *reader, const yaml_event_t *event, YamlNode **result)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;

    if (memchr(value, '\0', length) != NULL)
        return mark_error(reader, event->start_mark, "a NUL character in a text");

    YamlNode *node = node_new(reader, YAML_SCALAR, event);
    if (node == NULL)
        return false;
    node->text = g_strndup(value, length);
    node->style = style_of(event->data.scalar.style);
    node->one_line = event->start_mark.line == event->end_mark.line && strchr(node->text, '\n') == NULL;
    if (node->style == YAML_QUOTED)
        node->content_column++;
    if (node->style == YAML_LITERAL || node->style == YAML_FOLDED)
        block_content(node);
    *result = node;
    return true;
}

static bool read_node(Reader *reader, const yaml_event_t *event, guint depth, YamlNode **result);

static bool read_sequence(Reader *reader, YamlNode *node, guint depth)
{
    for (;;) {
        yaml_event_t event;
        YamlNode *item = NULL;

        if (!next_event(reader, &event))
            return false;
        bool end = event.type == YAML_SEQUENCE_END_EVENT;
        bool ok = end || read_node(reader, &event, depth, &item);
        yaml_event_delete(&event);
        if (end || !ok)
            return ok;
        g_ptr_array_add(node->items, item);
    }
}

static bool check_key(const Reader *reader, const YamlNode *mapping, const YamlNode *key)
{
    if (key->kind != YAML_SCALAR)
        return yaml_error(reader->error, key, "a key must be text, not %s", yaml_kind_name(key->kind));
    if (g_str_equal(key->text, "<<"))
        return yaml_error(reader->error, key, "merge keys are not supported");
    if (!g_hash_table_contains(mapping->values, key->text))
        return true;

    for (guint i = 0; i < mapping->items->len; i += 2) {
        const YamlNode *first = g_ptr_array_index(mapping->items, i);

        if (g_str_equal(first->text, key->text))
            return yaml_error(reader->error, key, "duplicate key '%s' (first on line %u)", key->text, first->line);
    }
    g_assert_not_reached();
}

static bool read_mapping(Reader *reader, YamlNode *node, guint depth)
{
    YamlNode *key = NULL;

    for (;;) {
        yaml_event_t event;
        YamlNode *item = NULL;

        if (!next_event(reader, &event))
            return false;
        bool end = event.type == YAML_MAPPING_END_EVENT;
        bool ok = end || read_node(reader, &event, depth, &item);
        yaml_event_delete(&event);
        if (end || !ok)
            return ok;
        if (key == NULL) {
            if (!check_key(reader, node, item))
                return false;
            key = item;
            continue;
        }
        g_ptr_array_add(node->items, key);
        g_ptr_array_add(node->items, item);
        g_hash_table_insert(node->values, key->text, item);
        key = NULL;
    }
}

/* Refuses what decorates a node: it makes two places of a file depend on each other, or guesses types. */
static bool check_plain(const Reader *reader, const yaml_event_t *event, const void *anchor, const void *tag)
{
    if (anchor != NULL)
        return mark_error(reader, event->start_mark, "anchors ('&') are not supported; write the value out");
    if (tag != NULL)
        return mark_error(reader, event->start_mark, "tags ('!') are not supported");
    return true;
}

static bool read_collection(Reader *reader, YamlKind kind, const yaml_event_t *event, guint depth, YamlNode **result)
{
    if (depth > YAML_DEPTH_MAX) {
        g_autofree char *message = g_strdup_printf("nested deeper than %d levels", YAML_DEPTH_MAX);

        return mark_error(reader, event->start_mark, message);
    }
    *result = node_new(reader, kind, event);
    if (*result == NULL)
        return false;
    return kind == YAML_SEQUENCE ? read_sequence(reader, *result, depth + 1) : read_mapping(reader, *result, depth + 1);
}

/* Reads the node that starts with the event, all of it. The result is owned by the document. */
static bool read_node(Reader *reader, const yaml_event_t *event, guint depth, YamlNode **result)
{
    if (event->type == YAML_SCALAR_EVENT)
        return check_plain(reader, event, event->data.scalar.anchor, event->data.scalar.tag) &&
               read_scalar(reader, event, result);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return check_plain(reader, event, event->data.sequence_start.anchor, event->data.sequence_start.tag) &&
               read_collection(reader, YAML_SEQUENCE, event, depth, result);
    if (event->type == YAML_MAPPING_START_EVENT)
        return check_plain(reader, event, event->data.mapping_start.anchor, event->data.mapping_start.tag) &&
               read_collection(reader, YAML_MAPPING, event, depth, result);
    g_assert(event->type == YAML_ALIAS_EVENT);
    return mark_error(reader, event->start_mark, "aliases ('*') are not supported; write the value out");
}

/* Reads one event that must be of one of two types; what else comes gets the message. */
static bool expect_event(Reader *reader, yaml_event_type_t type, const char *message)
{
    yaml_event_t event;

    if (!next_event(reader, &event))
        return false;
    bool ok = event.type == type || mark_error(reader, event.start_mark, message);
    if (ok && type == YAML_DOCUMENT_START_EVENT &&
        (event.data.document_start.version_directive != NULL ||
         event.data.document_start.tag_directives.start != event.data.document_start.tag_directives.end))
        ok = mark_error(reader, event.start_mark, "%directives are not supported");
    yaml_event_delete(&event);
    return ok;
}

static bool read_document(Reader *reader)
{
    yaml_event_t event;
    YamlNode *root = NULL;

    if (!expect_event(reader, YAML_STREAM_START_EVENT, "no document") ||
        !expect_event(reader, YAML_DOCUMENT_START_EVENT, "the file holds no document") || !next_event(reader, &event))
        return false;
    bool ok = read_node(reader, &event, 1, &root);
    yaml_event_delete(&event);
    if (!ok)
        return false;
    if (root->kind == YAML_SCALAR && root->style == YAML_PLAIN && root->text[0] == '\0')
        return yaml_error(reader->error, root, "the document is empty");
    reader->document->root = root;
    return expect_event(reader, YAML_DOCUMENT_END_EVENT, "text after the end of the document") &&
           expect_event(reader, YAML_STREAM_END_EVENT, "a second document; one file holds one");
}

YamlDocument *yaml_document_parse(const Source *source, GError **error)
{
    g_autoptr(YamlDocument) document = g_new0(YamlDocument, 1);
    Reader reader = { .document = document, .error = error };
    gsize length;

    document->source = source;
    document->nodes = g_ptr_array_new_with_free_func(node_free);
    if (!yaml_check_bytes(source, error))
        return NULL;

    const char *text = source_text(source, &length);
    if (yaml_parser_initialize(&reader.parser) == 0)
        g_error("out of memory");
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
    bool ok = read_document(&reader);
    yaml_parser_delete(&reader.parser);
    return ok ? g_steal_pointer(&document) : NULL;
}

const YamlNode *yaml_document_root(const YamlDocument *document)
{
    return document->root;
}
