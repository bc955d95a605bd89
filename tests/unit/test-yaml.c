/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The strict YAML tree, and the messages about input files. */
#include "scenarios/yaml.h"

#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT(literal) literal, sizeof literal - 1

/* ---- messages */

typedef struct MessageRow {
    const char *name;
    const char *text;
    guint line, column;
    const char *message;
    const char *expected;
} MessageRow;

static const MessageRow message_rows[] = {
    { "plain", "a: 1\nbc: d\n", 2, 5, "bad d", "f.yaml:2:5: error: bad d\n  bc: d\n      ^" },
    { "tab", "\ta\tb\n", 1, 4, "x", "f.yaml:1:4: error: x\n  \ta\tb\n  \t \t^" },
    { "end of line", "ab\n", 1, 9, "x", "f.yaml:1:9: error: x\n  ab\n    ^" },
    { "no such line", "ab\n", 3, 1, "x", "f.yaml:3:1: error: x" },
    { "crlf", "ab\r\ncd\r\n", 2, 2, "x", "f.yaml:2:2: error: x\n  cd\n   ^" },
    { "escape", "a\033[1m\n", 1, 2, "k\033\n", "f.yaml:1:2: error: k..\n  a.[1m\n   ^" },
    { "latin1",
      "\xe4"
      "b\n",
      1, 2, "x\xe4", "f.yaml:1:2: error: x.\n  .b\n   ^" },
    { "umlaut", "äb\n", 1, 2, "x", "f.yaml:1:2: error: x\n  äb\n   ^" },
    { "wide", "漢b\n", 1, 2, "x", "f.yaml:1:2: error: x\n  漢b\n    ^" },
    { "direction override",
      "a\u202e"
      "b\n",
      1, 3, "x", "f.yaml:1:3: error: x\n  a.b\n    ^" },
    { "byte order mark",
      "\xef\xbb\xbf"
      "ab\n",
      1, 2, "x", "f.yaml:1:2: error: x\n  ab\n   ^" },
};

Test(source, messages)
{
    for (gsize i = 0; i < G_N_ELEMENTS(message_rows); i++) {
        const MessageRow *row = &message_rows[i];
        g_autoptr(Source) source = source_new("f.yaml", row->text, strlen(row->text));
        g_autoptr(GError) error = NULL;

        cr_assert_not(source_error(&error, source, row->line, row->column, "%s", row->message));
        cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO));
        cr_expect_str_eq(error->message, row->expected, "%s: got\n%s", row->name, error->message);
    }
}

Test(source, long_line_is_clipped_around_the_caret)
{
    g_autofree char *text = g_strnfill(1000, 'a');
    text[499] = 'X';
    g_autoptr(Source) source = source_new("f", text, 1000);
    g_autofree char *message = source_message(source, 1, 500, "error", "m");
    g_auto(GStrv) lines = g_strsplit(message, "\n", -1);

    cr_assert_eq(g_strv_length(lines), 3);
    cr_expect_eq(strlen(lines[1]), 2 + 3 + 100 + 3);
    const char *caret = strchr(lines[2], '^');
    cr_assert_not_null(caret);
    cr_expect_eq(lines[1][caret - lines[2]], 'X', "%s", message);
}

Test(source, long_line_at_its_ends)
{
    g_autofree char *text = g_strnfill(1000, 'a');
    g_autoptr(Source) source = source_new("f", text, 1000);
    g_autofree char *first = source_message(source, 1, 1, "error", "m");
    g_autofree char *last = source_message(source, 1, 1001, "error", "m");

    cr_expect(g_str_has_prefix(first, "f:1:1: error: m\n  aaa"), "%s", first);
    cr_expect(g_str_has_suffix(first, "aaa...\n  ^"), "%s", first);
    cr_expect(strstr(last, "\n  ...aaa") != NULL && strstr(last, "a...") == NULL, "%s", last);
}

Test(source, positions)
{
    g_autoptr(Source) source = source_new("f", TEXT("ab\n\näx"));
    static const guint expected[][3] = { { 0, 1, 1 }, { 2, 1, 3 }, { 3, 2, 1 }, { 4, 3, 1 },
                                         { 6, 3, 2 }, { 7, 3, 3 }, { 99, 3, 3 } };

    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        guint line, column;

        source_position(source, expected[i][0], &line, &column);
        cr_expect(line == expected[i][1] && column == expected[i][2], "offset %u: %u:%u", expected[i][0], line, column);
    }
}

Test(source, missing_file_is_a_usage_error)
{
    g_autoptr(GError) error = NULL;

    cr_assert_null(source_load("/nonexistent/x.yaml", &error));
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
    cr_expect_str_eq(error->message, "cannot read '/nonexistent/x.yaml': No such file or directory");
    g_clear_error(&error);
    cr_assert_null(source_load("/", &error));
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
    cr_expect_str_eq(error->message, "cannot read '/': Is a directory");
}

Test(source, large_file_is_refused, .timeout = 10)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    int fd = g_file_open_tmp("cmodx-test-XXXXXX", &path, NULL);

    cr_assert_eq(ftruncate(fd, 10 * 1000 * 1000), 0);
    close(fd);
    cr_assert_null(source_load(path, &error));
    g_unlink(path);
    g_autofree char *expected = g_strconcat(path, ":1:1: error: file is larger than 4 MiB", NULL);
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO));
    cr_expect_str_eq(error->message, expected);
}

Test(source, closest_names)
{
    static const char *const names[] = { "title", "asm", "patches", "harts", "properties", "expect" };
    static const char *const rows[][2] = {
        { "titel", "title" }, { "tilte", "title" },          { "patch", "patches" }, { "hart", "harts" },
        { "am", "asm" },      { "propretis", "properties" }, { "title", NULL },      { "x", NULL },
        { "", NULL },         { "verdict", NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        cr_expect(g_strcmp0(closest_name(rows[i][0], names, G_N_ELEMENTS(names)), rows[i][1]) == 0, "%s: %s",
                  rows[i][0], closest_name(rows[i][0], names, G_N_ELEMENTS(names)));
}

/* ---- what the parser refuses */

typedef struct RefusedRow {
    const char *name;
    const char *text;
    gsize length;
    const char *expected; /* prefix of the message */
} RefusedRow;

static const RefusedRow refused_rows[] = {
    { "duplicate key", TEXT("a: 1\nb: 2\na: 3\n"), "f:3:1: error: duplicate key 'a' (first on line 1)\n  a: 3\n  ^" },
    { "duplicate quoted key", TEXT("a: 1\n'a': 3\n"), "f:2:1: error: duplicate key 'a' (first on line 1)\n" },
    { "anchor", TEXT("a: &x 1\n"), "f:1:4: error: anchors ('&') are not supported; write the value out\n" },
    { "anchored mapping", TEXT("a: &x {b: 1}\n"), "f:1:4: error: anchors" },
    { "anchored sequence", TEXT("a: &x [1]\n"), "f:1:4: error: anchors" },
    { "alias", TEXT("a: *x\n"), "f:1:4: error: aliases ('*') are not supported; write the value out\n" },
    { "alias as key", TEXT("*x : 1\n"), "f:1:1: error: aliases" },
    { "merge key", TEXT("a:\n  <<: {b: 1}\n"), "f:2:3: error: merge keys are not supported\n" },
    { "tag", TEXT("a: !!str 1\n"), "f:1:4: error: tags ('!') are not supported\n" },
    { "local tag", TEXT("a: !x [1]\n"), "f:1:4: error: tags" },
    { "bang", TEXT("a: ! 1\n"), "f:1:4: error: tags" },
    { "two documents", TEXT("a: 1\n---\nb: 1\n"), "f:2:1: error: a second document; one file holds one\n" },
    { "yaml directive", TEXT("%YAML 1.1\n---\na: 1\n"), "f:1:1: error: %directives are not supported\n" },
    { "tag directive", TEXT("%TAG ! !x\n---\na: 1\n"), "f:1:1: error: %directives are not supported\n" },
    { "mapping as key", TEXT("? {a: 1}\n: 2\n"), "f:1:3: error: a key must be text, not a mapping\n" },
    { "sequence as key", TEXT("? [a]\n: 2\n"), "f:1:3: error: a key must be text, not a sequence\n" },
    { "empty file", TEXT(""), "f:1:1: error: the file holds no document" },
    { "only comments", TEXT("# x\n"), "f:2:1: error: the file holds no document" },
    { "empty document", TEXT("---\n"), "f:2:1: error: the document is empty" },
    { "NUL byte", TEXT("a: b\0c\n"), "f:1:5: error: a NUL byte\n  a: b.c\n      ^" },
    { "NUL escape", TEXT("a: \"b\\0\"\n"), "f:1:4: error: a NUL character in a text\n" },
    { "control byte", TEXT("a: b\x01\n"), "f:1:5: error: a control character\n" },
    { "delete", TEXT("a: b\x7f\n"), "f:1:5: error: a control character\n" },
    { "invalid UTF-8", TEXT("a: b\xff\n"), "f:1:5: error: a byte that is not UTF-8 (0xff)\n  a: b.\n      ^" },
    { "cut UTF-8", TEXT("a: b\xc3"), "f:1:5: error: a byte that is not UTF-8 (0xc3)\n" },
    { "overlong UTF-8", TEXT("a: \xc0\x80\n"), "f:1:4: error: a byte that is not UTF-8 (0xc0)\n" },
    { "surrogate", TEXT("a: \xed\xa0\x80\n"), "f:1:4: error: a byte that is not UTF-8 (0xed)\n" },
    { "UTF-16",
      TEXT("\xff\xfe"
           "a\0:\0"),
      "f:1:1: error: a byte that is not UTF-8 (0xff)\n" },
    { "next line", TEXT("a: b\xc2\x85\n"), "f:1:5: error: a line separator other than a newline\n" },
    { "line separator", TEXT("a: \u2028\n"), "f:1:4: error: a line separator other than a newline\n" },
    { "bare CR", TEXT("a: b\rc: d\n"), "f:1:5: error: a carriage return that ends no line\n" },
    { "inner BOM", TEXT("a: \ufeff\n"), "f:1:4: error: a byte order mark inside the file\n" },
    { "syntax", TEXT("a: [1, 2\nb: 3\n"), "f:2:2: error: did not find expected ',' or ']'" },
    { "tab indent", TEXT("a:\n\tb: 1\n"), "f:2:1: error: found character that cannot start any token" },
    { "unclosed quote", TEXT("a: 'b\n"), "f:2:1: error: found unexpected end of stream" },
    { "stray text", TEXT("a: 1\n]\n"), "f:2:1: error: " },
};

Test(yaml, refused)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refused_rows); i++) {
        const RefusedRow *row = &refused_rows[i];
        g_autoptr(Source) source = source_new("f", row->text, row->length);
        g_autoptr(GError) error = NULL;
        g_autoptr(YamlDocument) document = yaml_document_parse(source, &error);

        cr_assert_null(document, "%s: accepted", row->name);
        cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO), "%s", row->name);
        cr_expect(g_str_has_prefix(error->message, row->expected), "%s: got\n%s", row->name, error->message);
    }
}

static char *parse_error(const char *text)
{
    g_autoptr(Source) source = source_new("f", text, strlen(text));
    g_autoptr(GError) error = NULL;
    g_autoptr(YamlDocument) document = yaml_document_parse(source, &error);

    cr_assert_eq(document == NULL, error != NULL);
    return error != NULL ? g_strdup(error->message) : NULL;
}

static char *nested(guint depth)
{
    g_autofree char *open = g_strnfill(depth, '[');
    g_autofree char *close = g_strnfill(depth, ']');

    return g_strconcat(open, close, "\n", NULL);
}

Test(yaml, depth)
{
    g_autofree char *fits = nested(YAML_DEPTH_MAX);
    g_autofree char *exceeds = nested(YAML_DEPTH_MAX + 1);
    g_autofree char *bomb = g_strnfill(1000000, '[');
    g_autofree char *none = parse_error(fits);
    g_autofree char *message = parse_error(exceeds);
    g_autofree char *bomb_message = parse_error(bomb);

    cr_expect_null(none, "%s", none);
    cr_expect(g_str_has_prefix(message, "f:1:33: error: nested deeper than 32 levels\n"), "%s", message);
    cr_expect(strstr(bomb_message, "f:1:33: error: nested deeper") != NULL, "%s", bomb_message);
}

Test(yaml, nodes, .timeout = 20)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < YAML_NODES_MAX - 1; i++)
        g_string_append(text, "- a\n");
    g_autofree char *none = parse_error(text->str);
    g_string_append(text, "- a\n");
    g_autofree char *message = parse_error(text->str);

    cr_expect_null(none, "%s", none);
    cr_expect(g_str_has_prefix(message, "f:100000:3: error: more than 100000 nodes\n"), "%s", message);
}

/* ---- the tree */

static YamlDocument *parse(const Source *source)
{
    g_autoptr(GError) error = NULL;
    YamlDocument *document = yaml_document_parse(source, &error);

    cr_assert_not_null(document, "%s", error != NULL ? error->message : "");
    return document;
}

Test(yaml, tree_with_marks)
{
    g_autoptr(Source) source =
        source_new("f", TEXT("one: {a: 'x', b: [y, z]}\ntwo: |\n\n    lui\n      nop\n\nx-y: \"q\"\n"
                             "fold: >-\n  a\n  b\nkeep: |2\n     c\nä: ü\n"));
    g_autoptr(YamlDocument) document = parse(source);
    const YamlNode *root = yaml_document_root(document);

    cr_assert_eq(yaml_kind(root), YAML_MAPPING);
    cr_assert_eq(yaml_length(root), 6);
    cr_expect_str_eq(yaml_scalar(yaml_key(root, 0)), "one");

    const YamlNode *b = yaml_mapping_get(yaml_mapping_get(root, "one"), "b");
    cr_assert_eq(yaml_length(b), 2);
    cr_expect_str_eq(yaml_scalar(yaml_item(b, 1)), "z");
    cr_expect(yaml_line(yaml_item(b, 1)) == 1 && yaml_column(yaml_item(b, 1)) == 22);
    const YamlNode *a = yaml_item(yaml_item(root, 0), 0);
    cr_expect(yaml_style(a) == YAML_QUOTED && yaml_column(a) == 10 && yaml_content_column(a) == 11);

    const YamlNode *two = yaml_mapping_get(root, "two");
    cr_expect_str_eq(yaml_scalar(two), "\nlui\n  nop\n");
    cr_expect(yaml_style(two) == YAML_LITERAL && yaml_line(two) == 2 && yaml_column(two) == 6);
    cr_expect(yaml_content_line(two) == 3 && yaml_content_column(two) == 5);

    cr_expect_eq(yaml_style(yaml_mapping_get(root, "fold")), YAML_FOLDED);
    const YamlNode *keep = yaml_mapping_get(root, "keep");
    cr_expect_str_eq(yaml_scalar(keep), "   c\n");
    cr_expect(yaml_content_line(keep) == 12 && yaml_content_column(keep) == 3);
    const YamlNode *umlaut = yaml_mapping_get(root, "ä");
    cr_expect(yaml_line(umlaut) == 13 && yaml_column(umlaut) == 4);
    cr_expect_null(yaml_mapping_get(root, "three"));
    cr_expect_eq(yaml_source(umlaut), source);
}

Test(yaml, line_of_every_content_line)
{
    static const char *const texts[] = { "a: |\n  x\n", "a: |  # c\n\n\n    x\n", "- a:\n  - |-\n    y\n    x\n",
                                         "a: |+\n  x\n\n\n", "a: |3\n    x\n" };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(Source) source = source_new("f", texts[i], strlen(texts[i]));
        g_autoptr(YamlDocument) document = parse(source);
        const YamlNode *node = yaml_document_root(document);
        while (yaml_kind(node) != YAML_SCALAR)
            node = yaml_item(node, 0);
        g_auto(GStrv) lines = g_strsplit(yaml_scalar(node), "\n", -1);

        for (guint k = 0; lines[k] != NULL; k++) {
            gsize length, indent = yaml_content_column(node) - 1;
            const char *in_file = source_line(source, yaml_content_line(node) + k, &length);

            if (lines[k][0] == '\0')
                continue;
            cr_assert_not_null(in_file, "row %zu line %u", i, k);
            cr_expect(length >= indent && strncmp(in_file + indent, lines[k], length - indent) == 0, "row %zu line %u",
                      i, k);
        }
    }
}

/* ---- typed access: the node is the value of "k" */

typedef struct NumberRow {
    const char *text;
    uint64_t min, max, value;
    const char *message; /* NULL: accepted */
} NumberRow;

static const NumberRow number_rows[] = {
    { "0", 0, 10, 0, NULL },
    { "10", 0, 10, 10, NULL },
    { "0x1F", 0, 100, 31, NULL },
    { "0xffffffff80200000", 0, UINT64_MAX, 0xffffffff80200000, NULL },
    { "18446744073709551615", 0, UINT64_MAX, UINT64_MAX, NULL },
    { "-1", 0, UINT64_MAX, UINT64_MAX, NULL },
    { "-0x8000000000000000", 0, UINT64_MAX, 0x8000000000000000, NULL },
    { "-0", 0, 10, 0, NULL },
    { "11", 0, 10, 0, "f:1:4: error: 11 is not in the range 0 to 10\n  k: 11\n     ^" },
    { "3", 4, 0x10000, 0, "f:1:4: error: 3 is not in the range 0x4 to 0x10000\n  k: 3\n     ^" },
    { "-1", 0, 10, 0, "f:1:4: error: -1 is not in the range 0 to 10\n  k: -1\n     ^" },
    { "18446744073709551616", 0, UINT64_MAX, 0, "f:1:4: error: 18446744073709551616 does not fit into 64 bits\n" },
    { "0x10000000000000000", 0, UINT64_MAX, 0, "f:1:4: error: 0x10000000000000000 does not fit into 64 bits\n" },
    { "-0x8000000000000001", 0, UINT64_MAX, 0, "f:1:4: error: -0x8000000000000001 does not fit into 64 bits\n" },
    { "1_000", 0, 10000, 0, "f:1:4: error: expected a number (decimal, or hexadecimal with 0x), found '1_000'\n" },
    { "'1'", 0, 10, 0, "f:1:4: error: expected a number (decimal, or hexadecimal with 0x), found '1' as text\n" },
    { "010", 0, 10, 0, "f:1:4: error: a decimal number must not start with 0; write 0x for hexadecimal\n" },
    { "0x", 0, 10, 0, "f:1:4: error: expected a number" },
    { "-", 0, 10, 0, "f:1:4: error: " },
    { "--1", 0, UINT64_MAX, 0, "f:1:4: error: expected a number" },
    { "+1", 0, 10, 0, "f:1:4: error: expected a number" },
    { "1.0", 0, 10, 0, "f:1:4: error: expected a number" },
    { "1:30", 0, 100, 0, "f:1:4: error: expected a number" },
    { "0b1", 0, 10, 0, "f:1:4: error: expected a number" },
    { "0o7", 0, 10, 0, "f:1:4: error: expected a number" },
    { "ten", 0, 10, 0, "f:1:4: error: expected a number" },
    { "", 0, 10, 0, "f:1:3: error: expected text, found nothing\n" },
    { "[1]", 0, 10, 0, "f:1:4: error: expected text, found a sequence\n" },
};

Test(yaml, numbers)
{
    for (gsize i = 0; i < G_N_ELEMENTS(number_rows); i++) {
        const NumberRow *row = &number_rows[i];
        g_autofree char *text = g_strdup_printf(*row->text != '\0' ? "k: %s\n" : "k:%s\n", row->text);
        g_autoptr(Source) source = source_new("f", text, strlen(text));
        g_autoptr(GError) error = NULL;
        g_autoptr(YamlDocument) document = yaml_document_parse(source, &error);
        uint64_t value = 0;
        bool ok = document != NULL &&
                  yaml_u64(yaml_mapping_get(yaml_document_root(document), "k"), row->min, row->max, &value, &error);

        cr_assert_eq(ok, row->message == NULL, "%s", row->text);
        if (ok)
            cr_expect_eq(value, row->value, "%s", row->text);
        else
            cr_expect(g_str_has_prefix(error->message, row->message), "%s: %s", row->text, error->message);
    }
}

typedef struct AccessRow {
    const char *name;
    const char *text; /* of the whole file; the value of "k" is read */
    const char *message;
} AccessRow;

static const char *const verdicts[] = { "proved", "refuted", "inconclusive" };

static void check_access(const AccessRow *row, bool (*read)(const YamlNode *node, GError **error))
{
    g_autoptr(Source) source = source_new("f", row->text, strlen(row->text));
    g_autoptr(YamlDocument) document = parse(source);
    g_autoptr(GError) error = NULL;
    bool ok = read(yaml_mapping_get(yaml_document_root(document), "k"), &error);

    cr_assert_eq(ok, row->message == NULL, "%s: %s", row->name, ok ? "accepted" : error->message);
    if (!ok)
        cr_expect(g_str_has_prefix(error->message, row->message), "%s: got\n%s", row->name, error->message);
}

static bool read_bool(const YamlNode *node, GError **error)
{
    bool value;

    return yaml_bool(node, &value, error);
}

static bool read_text(const YamlNode *node, GError **error)
{
    const char *text;

    return yaml_text(node, &text, error);
}

static bool read_code(const YamlNode *node, GError **error)
{
    const char *text;

    return yaml_code(node, &text, error);
}

static bool read_enum(const YamlNode *node, GError **error)
{
    gsize index;
    bool ok = yaml_enum(node, "verdict", verdicts, G_N_ELEMENTS(verdicts), &index, error);

    cr_assert(!ok || index == 1);
    return ok;
}

static bool read_keys(const YamlNode *node, GError **error)
{
    static const char *const keys[] = { "model", "preempt", "verdict" };

    return yaml_mapping_check_keys(node, keys, G_N_ELEMENTS(keys), error) &&
           yaml_mapping_require(node, "model", error) != NULL;
}

Test(yaml, booleans)
{
    static const AccessRow rows[] = {
        { "true", "k: true\n", NULL },
        { "false", "k: false\n", NULL },
        { "yes", "k: yes\n", "f:1:4: error: expected true or false, found 'yes'\n" },
        { "True", "k: True\n", "f:1:4: error: expected true or false, found 'True'\n" },
        { "quoted", "k: 'true'\n", "f:1:4: error: expected true or false, found 'true'\n" },
        { "mapping", "k: {}\n", "f:1:4: error: expected text, found a mapping\n" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_access(&rows[i], read_bool);
}

Test(yaml, texts)
{
    static const AccessRow rows[] = {
        { "plain", "k: no\n", NULL },
        { "quoted empty", "k: ''\n", NULL },
        { "nothing", "k:\n", "f:1:3: error: expected text, found nothing\n" },
        { "sequence", "k: [a]\n", "f:1:4: error: expected text, found a sequence\n" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_access(&rows[i], read_text);
}

Test(yaml, code)
{
    static const AccessRow rows[] = {
        { "one line", "k: nop\n", NULL },
        { "literal", "k: |\n  nop\n  nop\n", NULL },
        { "folded", "k: >\n  nop\n  nop\n", "f:1:4: error: several lines of code must be a literal block ('|')\n" },
        { "two plain lines", "k: nop\n  nop\n", "f:1:4: error: several lines of code must be a literal block" },
        { "escaped newline", "k: \"a\\nb\"\n", "f:1:4: error: several lines of code must be a literal block" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_access(&rows[i], read_code);
}

Test(yaml, enums)
{
    static const AccessRow rows[] = {
        { "known", "k: refuted\n", NULL },
        { "quoted", "k: 'refuted'\n", NULL },
        { "near", "k: refutd\n",
          "f:1:4: error: unknown verdict 'refutd'; did you mean 'refuted'?\n  k: refutd\n     ^" },
        { "far", "k: maybe\n", "f:1:4: error: unknown verdict 'maybe'; known: proved, refuted, inconclusive\n" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_access(&rows[i], read_enum);
}

Test(yaml, keys)
{
    static const AccessRow rows[] = {
        { "known", "k: {model: a, verdict: b}\n", NULL },
        { "free", "k: {model: a, x-note: b}\n", NULL },
        { "near", "k: {model: a, verdit: b}\n",
          "f:1:15: error: unknown key 'verdit'; did you mean 'verdict'?\n  k: {model: a, verdit: b}\n" },
        { "far", "k: {zzzzzzzzz: a}\n", "f:1:5: error: unknown key 'zzzzzzzzz'; known: model, preempt, verdict\n" },
        { "missing", "k: {verdict: a}\n", "f:1:4: error: missing key 'model'\n" },
        { "no mapping", "k: a\n", "f:1:4: error: expected a mapping, found text\n" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_access(&rows[i], read_keys);
}

Test(yaml, garbage_of_4_MiB_is_refused_fast, .timeout = 10)
{
    g_autofree char *text = g_strnfill(SOURCE_SIZE_MAX, '\x80');
    g_autofree char *message = parse_error(text);

    cr_expect(g_str_has_prefix(message, "f:1:1: error: a byte that is not UTF-8 (0x80)\n"), "%s", message);
}
