/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/matrix.h"

#include <criterion/criterion.h>
#include <string.h>

/* "sc", "fetch-atomicity=2" ... into options. */
static Options options_of(const char *text)
{
    Options options = options_default();
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (guint i = 0; words[i]; i++) {
        char *equals = strchr(words[i], '=');
        if (equals)
            *equals = '\0';
        cr_assert(options_set(&options, equals ? words[i] : "model", equals ? equals + 1 : words[i], NULL));
    }
    return options;
}

static void add(GPtrArray *entries, const char *name, const char *options, bool either, Verdict verdict)
{
    MatrixEntry *entry = g_new0(MatrixEntry, 1);
    entry->scenario = g_strdup(name);
    entry->file = g_strconcat(name, ".yaml", NULL);
    entry->title = g_strdup("a \"title\"");
    entry->options = options_of(options);
    entry->either = either;
    entry->verdict = verdict;
    g_ptr_array_add(entries, entry);
}

static GPtrArray *entries_new(void)
{
    return g_ptr_array_new_with_free_func(matrix_entry_free);
}

static void expect_text(const GPtrArray *entries, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    matrix_text(out, entries, false);
    cr_expect_str_eq(out->str, expected, "\n%s", out->str);
}

/* A verdict for either value is told once only if there is nothing beside it. */
Test(matrix, preempt)
{
    g_autoptr(GPtrArray) entries = entries_new();
    add(entries, "x", "rvwmo", true, VERDICT_PROVED);
    add(entries, "y", "rvwmo", true, VERDICT_REFUTED);
    expect_text(entries, "model           | rvwmo\n"
                         "fetch atomicity | 4\n"
                         "preempt         | *\n"
                         "x               | P\n"
                         "y               | R\n");
    add(entries, "z", "rvwmo preempt=full", false, VERDICT_INCONCLUSIVE);
    expect_text(entries, "model           | rvwmo\n"
                         "fetch atomicity | 4\n"
                         "preempt         | n  f\n"
                         "x               | P  P\n"
                         "y               | R  R\n"
                         "z               | .  ?\n");
    g_ptr_array_remove_range(entries, 0, 2);
    expect_text(entries, "model           | rvwmo\n"
                         "fetch atomicity | 4\n"
                         "preempt         | f\n"
                         "z               | ?\n");
}

/* The order of the columns is that of the tables, not that of the entries. */
Test(matrix, columns)
{
    g_autoptr(GPtrArray) entries = entries_new();
    add(entries, "x", "ziccif-only preempt=none", false, VERDICT_PROVED);
    add(entries, "x", "sc fetch-atomicity=8", true, VERDICT_PROVED);
    add(entries, "x", "sc fetch-atomicity=2 preempt=full", false, VERDICT_REFUTED);
    add(entries, "x", "sc fetch-atomicity=2 preempt=none", false, VERDICT_PROVED);
    add(entries, "x", "sc fetch-atomicity=4", true, VERDICT_REFUTED);
    add(entries, "x", "sc", true, VERDICT_PROVED);
    add(entries, "x", "sc-stale", true, VERDICT_REFUTED);
    add(entries, "x", "sc-stale preempt=none", false, VERDICT_REFUTED);
    expect_text(entries, "model           | sc                   | sc-stale | ziccif-only\n"
                         "fetch atomicity | whole  4   2      8  | 4        | 4\n"
                         "preempt         | *      *   n  f   *  | n  f     | n\n"
                         "x               | P      R   P  R   P  | R  R     | P\n");
}

Test(matrix, lines_of_other_options)
{
    g_autoptr(GPtrArray) entries = entries_new();
    add(entries, "x", "sc", true, VERDICT_PROVED);
    add(entries, "x", "sc auipc-jalr=fused lr-sc=any", true, VERDICT_REFUTED);
    add(entries, "x", "rvwmo", true, VERDICT_PROVED);
    add(entries, "x", "rvwmo auipc-jalr=fused lr-sc=any", true, VERDICT_PROVED);
    add(entries, "x", "sc explorer=interleaving", true, VERDICT_PROVED);
    add(entries, "y", "rvwmo auipc-jalr=fused lr-sc=any", true, VERDICT_REFUTED);
    expect_text(entries, "model                           | sc    | rvwmo\n"
                         "fetch atomicity                 | whole | 4\n"
                         "preempt                         | *     | *\n"
                         "x                               | P     | P\n"
                         "x (auipc-jalr=fused, lr-sc=any) | R     | P\n"
                         "y (auipc-jalr=fused, lr-sc=any) | .     | R\n");
}

/* Each directory has a table of its own, wherever its entries are among the others. */
Test(matrix, directories)
{
    g_autoptr(GPtrArray) entries = entries_new();
    g_autoptr(GString) markdown = g_string_new(NULL), legend = g_string_new(NULL);
    add(entries, "a/b/y", "rvwmo", true, VERDICT_PROVED);
    add(entries, "a/b/c_d/x", "sc", true, VERDICT_REFUTED);
    add(entries, "a/b/c_d/x", "sc-stale preempt=full", false, VERDICT_REFUTED);
    add(entries, "a/b/x", "rvwmo", true, VERDICT_REFUTED);
    expect_text(entries, "b\n"
                         "=\n"
                         "model           | rvwmo\n"
                         "fetch atomicity | 4\n"
                         "preempt         | *\n"
                         "a/b/y           | P\n"
                         "a/b/x           | R\n"
                         "\n"
                         "b/c_d\n"
                         "=====\n"
                         "model           | sc    | sc-stale\n"
                         "fetch atomicity | whole | 4\n"
                         "preempt         | *     | f\n"
                         "a/b/c_d/x       | R     | R\n");
    matrix_text(legend, entries, true);
    const char *at = strstr(legend->str, "P proved");
    cr_expect(at > strstr(legend->str, "a/b/c_d/x"));
    cr_expect_null(strstr(at + 1, "P proved"));
    matrix_markdown(markdown, entries, "");
    cr_expect(strstr(markdown->str, "like that.\n\n## b\n\n| model<br>"), "%s", markdown->str);
    cr_expect(strstr(markdown->str, "| a/b/x | **REFUTED** |\n\n## b/c\\_d\n\n| model<br>"), "%s", markdown->str);
}

/* Directories with nothing in common but the beginning of a name. */
Test(matrix, directories_that_begin_alike)
{
    g_autoptr(GPtrArray) entries = entries_new();
    add(entries, "lin/x", "sc", true, VERDICT_PROVED);
    add(entries, "linux/x", "sc", true, VERDICT_PROVED);
    add(entries, "x", "sc", true, VERDICT_PROVED);
    g_autoptr(GPtrArray) tables = matrix_tables(entries);
    static const char *const headings[] = { "lin", "linux", "." };
    cr_assert_eq(tables->len, G_N_ELEMENTS(headings));
    for (guint i = 0; i < tables->len; i++)
        cr_expect_str_eq(((const MatrixTable *)g_ptr_array_index(tables, i))->heading, headings[i]);
    g_ptr_array_remove_range(entries, 1, 2);
    g_autoptr(GPtrArray) one = matrix_tables(entries);
    cr_assert_eq(one->len, 1u);
    cr_expect_null(((const MatrixTable *)g_ptr_array_index(one, 0))->heading);
}

/* With the models that most scenarios speak of, a table fits a terminal of 120 columns. */
Test(matrix, usual_width)
{
    static const char *const groups[] = { "sc",     "sc fetch-atomicity=2",    "rvwmo", "rvwmo fetch-atomicity=2",
                                          "ziccid", "ziccid fetch-atomicity=2" };
    g_autoptr(GPtrArray) entries = entries_new();
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *name = g_strnfill(75, 'x');
    for (guint i = 0; i < 2 * G_N_ELEMENTS(groups); i++) {
        g_autofree char *options = g_strconcat(groups[i / 2], i % 2 ? " preempt=full" : " preempt=none", NULL);
        add(entries, name, options, false, VERDICT_REFUTED);
        ((MatrixEntry *)g_ptr_array_index(entries, i))->mismatch = g_strdup("");
    }
    matrix_text(out, entries, true);
    g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        cr_expect_leq(strlen(lines[i]), 120u, "%s", lines[i]);
}

Test(matrix, mismatches)
{
    g_autoptr(GPtrArray) entries = entries_new();
    g_autoptr(GString) markdown = g_string_new(NULL);
    add(entries, "x_y|z", "sc preempt=none", false, VERDICT_REFUTED);
    add(entries, "x_y|z", "sc preempt=full", false, VERDICT_PROVED);
    ((MatrixEntry *)g_ptr_array_index(entries, 0))->mismatch = g_strdup("x.yaml:1:2: FAIL");
    expect_text(entries, "model           | sc\n"
                         "fetch atomicity | whole\n"
                         "preempt         | n  f\n"
                         "x_y|z           | R! P\n"
                         "\n1 not as expected:\nx.yaml:1:2: FAIL\n");
    matrix_markdown(markdown, entries, "cmodx matrix x.yaml");
    cr_expect(g_str_has_prefix(markdown->str, "<!-- Made by:\ncmodx matrix x.yaml\n-->\n"));
    cr_expect(strstr(markdown->str,
                     "\n| model<br>fetch atomicity<br>preempt | sc<br>whole<br>none | sc<br>whole<br>full |\n"
                     "|---|:-:|:-:|\n"
                     "| x\\_y\\|z | **REFUTED** ! | proved |\n"
                     "\n1 not as expected:\n\n```\nx.yaml:1:2: FAIL\n```\n"),
              "%s", markdown->str);
}

Test(matrix, json)
{
    g_autoptr(GPtrArray) entries = entries_new();
    g_autoptr(GString) json = g_string_new(NULL);
    add(entries, "x", "sc misaligned=bytes", true, VERDICT_PROVED);
    add(entries, "x", "rvwmo preempt=none", false, VERDICT_REFUTED);
    MatrixEntry *second = g_ptr_array_index(entries, 1);
    second->property = g_strdup("no-trap");
    second->expects = true;
    second->expected = VERDICT_REFUTED;
    matrix_json(json, entries);
    cr_expect(
        strstr(
            json->str,
            "    \"scenario\" : \"x\",\n    \"file\" : \"x.yaml\",\n    \"title\" : \"a \\\"title\\\"\",\n"
            "    \"model\" : \"sc\",\n    \"fetch-atomicity\" : 0,\n    \"preempt\" : \"either\",\n"
            "    \"auipc-jalr\" : \"separate\",\n    \"misaligned\" : \"bytes\",\n"
            "    \"lr-sc\" : \"subset\",\n    \"sbi-order\" : \"full\",\n    \"explorer\" : null,\n    \"verdict\" : \"proved\",\n"
            "    \"property\" : null,\n    \"reason\" : null,\n    \"expected\" : null,\n"
            "    \"expected-property\" : null,\n    \"as-expected\" : null\n  }"),
        "%s", json->str);
    cr_expect(strstr(json->str, "\"preempt\" : \"none\""));
    cr_expect(strstr(json->str, "\"property\" : \"no-trap\",\n    \"reason\" : null,\n    \"expected\" : \"refuted\",\n"
                                "    \"expected-property\" : null,\n    \"as-expected\" : true\n"),
              "%s", json->str);
}
