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
