/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/writers.h"
#include "tests/support/results.h"

#include <criterion/criterion.h>
#include <json-glib/json-glib.h>
#include <string.h>

typedef void (*Writer)(GString *out, const RunReport *run);

static const Writer writers[] = { json_write, junit_write, tap_write, sarif_write, github_write, markdown_write };

/* Something of everything that one of the formats minds. */
static const char hostile[] =
    "a\"b'c<d>&amp;]]>\x01\x1b[31m\n  ...\nok 2 - x # SKIP\n::error::%0A,:\r\n|x|`````\\*é\xe2\x80\xa8"
    "</details>";

static void expect_part(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "no %s in\n%s", part, text);
}

/* Lines that begin with `start`. */
static guint count_lines(const char *text, const char *start)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint n = 0;
    for (guint i = 0; lines[i]; i++)
        n += g_str_has_prefix(lines[i], start);
    return n;
}

/* The member at PATH, a JSONPath, as text. */
static char *member(const char *json, const char *path)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    cr_assert(json_parser_load_from_data(parser, json, -1, NULL), "\n%s", json);
    g_autoptr(JsonNode) found = json_path_query(path, json_parser_get_root(parser), NULL);
    JsonArray *array = json_node_get_array(found);
    cr_assert(json_array_get_length(array) == 1, "%s in\n%s", path, json);
    JsonNode *node = json_array_get_element(array, 0);
    return json_node_get_value_type(node) == G_TYPE_STRING ? g_strdup(json_node_get_string(node))
                                                           : json_to_string(node, FALSE);
}

static void expect_member(const char *json, const char *path, const char *expected)
{
    g_autofree char *value = member(json, path);
    cr_expect_str_eq(value, expected, "%s is %s", path, value);
}

/* ---- all of them */

Test(writers, always_utf8)
{
    for (guint i = 0; i < G_N_ELEMENTS(writers); i++) {
        g_autofree char *bytes = sample_written(writers[i], sample_hostile("\xff\xfe/\xc3"));
        cr_expect(g_utf8_validate(bytes, -1, NULL), "%u", i);
    }
}

Test(writers, same_bytes)
{
    for (guint i = 0; i < G_N_ELEMENTS(writers); i++) {
        g_autofree char *once = sample_written(writers[i], sample_hostile(hostile));
        g_autofree char *again = sample_written(writers[i], sample_hostile(hostile));
        cr_expect_str_eq(once, again);
    }
}

Test(writers, nothing)
{
    static const char *const expected[] = { "\"results\" : []", "<testsuites>\n</testsuites>\n",       "1..0 # SKIP",
                                            "\"results\" : []", "::notice title=cmodx::0 of 0 failed", "all 0 passed" };
    g_autoptr(RunReport) run = run_report_new("cmodx check .");
    for (guint i = 0; i < G_N_ELEMENTS(writers); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        writers[i](out, run);
        expect_part(out->str, expected[i]);
    }
}

/* ---- JSON */

Test(writers, json)
{
    g_autofree char *json = sample_written(json_write, sample_refuted("a b"));
    expect_member(json, "$.format", "1");
    expect_member(json, "$.summary.refuted", "1");
    expect_member(json, "$.results[0].verdict", "refuted");
    expect_member(json, "$.results[0].as-expected", "null");
    expect_member(json, "$.results[0].fails", "true");
    expect_member(json, "$.results[0].options.fetch-atomicity", "0");
    expect_member(json, "$.results[0].options.preempt", "either");
    expect_member(json, "$.results[0].options.explorer", "null");
    expect_member(json, "$.results[0].figures.interleavings", "18446744073709551616");
    expect_member(json, "$.results[0].counterexample.steps[1].last", "3");
    expect_member(json, "$.results[0].counterexample.steps[1].pc", "null");
    expect_member(json, "$.results[0].counterexample.steps[2].pc", "0xffffffff80200004");
    expect_member(json, "$.results[0].counterexample.steps[2].bytes", "8302");
    expect_member(json, "$.results[0].counterexample.steps[2].event", "fenced");
    expect_member(json, "$.results[0].counterexample.steps[2].links[0]", "{\"kind\":\"misses\",\"step\":1}");
    expect_member(json, "$.results[0].counterexample.site.insns[0].place", "func+4");
    expect_member(json, "$.results[0].counterexample.replay",
                  "cmodx replay 'a b.yaml' --schedule sc,preempt=full@1:1,0:3");
}

/* 2^53 is the first number that some readers of JSON take for another one. */
Test(writers, json_counts)
{
    Result *exact = sample_result("x", VERDICT_PROVED), *large = sample_result("x", VERDICT_PROVED);
    exact->states = ((guint64)1 << 53) - 1;
    large->states = (guint64)1 << 53;
    g_autofree char *first = sample_written(json_write, exact), *second = sample_written(json_write, large);
    expect_part(first, "\"states\" : 9007199254740991,");
    expect_part(second, "\"states\" : \"9007199254740992\",");
}

Test(writers, json_hostile)
{
    g_autofree char *json = sample_written(json_write, sample_hostile(hostile));
    expect_member(json, "$.results[0].scenario", hostile);
    expect_member(json, "$.results[0].text", hostile);
    expect_member(json, "$.results[0].counterexample.steps[2].notes[0]", hostile);
}

/* ---- SARIF */

Test(writers, sarif_places)
{
    static const char *const paths[][2] = { { "./dir/a b#c%.yaml", "dir/a%20b%23c%25.yaml" },
                                            { "a:b.yaml", "a%3Ab.yaml" },
                                            { "../x.yaml", "../x.yaml" },
                                            { "/tmp/x y.yaml", "file:///tmp/x%20y.yaml" } };
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        Result *result = sample_refuted("x");
        g_free(result->file);
        result->file = g_strdup(paths[i][0]);
        g_autofree char *json = sample_written(sarif_write, result);
        expect_member(json, "$.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri", paths[i][1]);
        cr_expect_eq(!strstr(json, "\"uriBaseId\""), g_path_is_absolute(paths[i][0]), "%s", paths[i][0]);
    }
}

Test(writers, sarif_result)
{
    g_autofree char *json = sample_written(sarif_write, sample_refuted("x"));
    expect_member(json, "$.runs[0].results[0].ruleId", "no-trap");
    expect_member(json, "$.runs[0].results[0].message.text",
                  "x [sc]: REFUTED: no-trap. CPU0 jumps to 0x0. Allowed: OLD goes to 0x4.");
    expect_member(json, "$.runs[0].results[0].locations[0].physicalLocation.region.startLine", "12");
    expect_member(json, "$.runs[0].results[0].codeFlows[0].threadFlows[0].id", "CPU0");
    expect_member(json, "$.runs[0].results[0].codeFlows[0].threadFlows[0].locations[1].executionOrder", "3");
    expect_member(json, "$.runs[0].results[0].codeFlows[0].threadFlows[1].locations[0].location.message.text",
                  "1  func: OLD -> NEW (4 bytes)");
}

/* The fingerprint is that of the obligation: not of where it is, and not of how it is violated. */
Test(writers, sarif_fingerprint)
{
    static const char path[] = "$.runs[0].results[0].partialFingerprints['cmodxObligation/v1']";
    Result *moved = sample_refuted("x"), *other = sample_refuted("x");
    moved->line = 99;
    g_free(moved->file);
    moved->file = g_strdup("elsewhere.yaml");
    g_free(other->label);
    other->label = g_strdup("rvwmo");
    g_autofree char *a = sample_written(sarif_write, sample_refuted("x")), *b = sample_written(sarif_write, moved);
    g_autofree char *c = sample_written(sarif_write, other);
    g_autofree char *first = member(a, path), *second = member(b, path), *third = member(c, path);
    cr_expect_str_eq(first, "c51d797d64318c733edf765d42056cc9b28eaf34048d78176bcb3de19ae95e08");
    cr_expect_str_eq(first, second);
    cr_expect_str_neq(first, third);
}

Test(writers, sarif_met)
{
    g_autofree char *json = sample_written(sarif_write, sample_expecting(sample_refuted("x"), VERDICT_REFUTED));
    expect_part(json, "\"results\" : []");
    expect_part(json, "\"executionSuccessful\" : true");
}

/* ---- lines */

Test(writers, github_hostile)
{
    g_autofree char *text = sample_written(github_write, sample_hostile(hostile));
    cr_expect_eq(count_lines(text, "::"), 2);
    cr_expect_eq(count_lines(text, ""), 3, "%s", text);
    cr_expect_null(strchr(text, '\r'));
    expect_part(
        text,
        "::error file=a\"b'c<d>&amp;]]>\x01\x1b[31m%0A  ...%0Aok 2 - x # SKIP%0A%3A%3Aerror%3A%3A%250A%2C%3A%0D%0A|x|");
    expect_part(text, ",line=12,col=5,title=");
    expect_part(text, "%0A::error::%250A,:%0D%0A|x|");
}

Test(writers, tap_hostile)
{
    g_autofree char *text = sample_written(tap_write, sample_hostile(hostile));
    cr_expect_eq(count_lines(text, "ok "), 0);
    cr_expect_eq(count_lines(text, "not ok "), 1);
    cr_expect_eq(count_lines(text, "  ---"), 1);
    cr_expect_eq(count_lines(text, "  ..."), 1, "%s", text);
    expect_part(text, "x \\# SKIP ::error");
    expect_part(text, "  file: \"a\\\"b'c<d>&amp;]]>\xef\xbf\xbd\xef\xbf\xbd[31m   ... ok 2");
    expect_part(text, "\n      ...\n    ok 2 - x # SKIP\n");
}

/* ---- documents */

Test(writers, junit_hostile)
{
    g_autofree char *text = sample_written(junit_write, sample_hostile(hostile));
    for (const char *at = text; *at; at++)
        cr_expect((guint8)*at >= ' ' || *at == '\n', "%s", at);
    expect_part(text, "classname=\"a&quot;b'c&lt;d&gt;&amp;amp;]]&gt;\xef\xbf\xbd\xef\xbf\xbd[31m   ... ok 2");
    expect_part(text, "message=\"REFUTED: a&quot;b");
    expect_part(text, "\">a\"b'c&lt;d&gt;");
}

/* GitLab keeps one of the cases of a name. */
Test(writers, junit_names)
{
    g_autoptr(RunReport) run = run_report_new("cmodx check a.yaml a.yaml");
    g_autoptr(GString) out = g_string_new(NULL);
    run_report_add(run, sample_result("a", VERDICT_PROVED));
    run_report_add(run, sample_result("a", VERDICT_PROVED));
    junit_write(out, run);
    expect_part(out->str, "name=\"a [sc]\"");
    expect_part(out->str, "name=\"a [sc] (2)\"");
}

/* An INCONCLUSIVE passes if somebody expects it, and in no other case. */
Test(writers, junit_grades)
{
    Result *met = sample_expecting(sample_result("x", VERDICT_INCONCLUSIVE), VERDICT_INCONCLUSIVE);
    Result *unmet = sample_expecting(sample_result("x", VERDICT_INCONCLUSIVE), VERDICT_PROVED);
    g_autofree char *passes = sample_written(junit_write, met), *fails = sample_written(junit_write, unmet);
    g_autofree char *asks = sample_written(junit_write, sample_result("x", VERDICT_INCONCLUSIVE));
    g_autofree char *refuted = sample_written(junit_write, sample_refuted("x"));
    expect_part(passes, "failures=\"0\" errors=\"0\"");
    expect_part(fails, "failures=\"0\" errors=\"1\"");
    expect_part(fails, "<error type=\"inconclusive\" message=\"expected PROVED, found INCONCLUSIVE (a limit)\">");
    expect_part(asks, "<error type=\"inconclusive\"");
    expect_part(refuted, "<failure type=\"no-trap\" message=\"REFUTED: no-trap\">");
}

Test(writers, markdown_hostile)
{
    g_autofree char *text = sample_written(markdown_write, sample_hostile(hostile));
    cr_expect_eq(count_lines(text, "``````text"), 1, "%s", text);
    cr_expect_eq(count_lines(text, "``````"), 2);
    expect_part(text, "<summary><b>a&quot;b&apos;c&lt;d&gt;&amp;amp;]]&gt;");
    expect_part(text, "\\|x\\|\\`\\`\\`\\`\\`\\\\\\*é");
    cr_expect_eq(count_lines(text, "| **FAIL** | "), 1);
    cr_expect_eq(count_lines(text, "</details>"), 1);
}

/* However much fails, GitHub takes the summary. */
Test(writers, markdown_size)
{
    g_autoptr(RunReport) run = run_report_new("cmodx check .");
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < 20000; i++)
        run_report_add(run, sample_refuted("x"));
    markdown_write(out, run);
    cr_expect_lt(out->len, 1 << 20);
    expect_part(out->str, " more, in the table.\n");
    expect_part(out->str, " more.\n\nMade by cmodx check .\n");
}
