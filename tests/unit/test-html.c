/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/writers.h"
#include "tests/support/results.h"

#include <criterion/criterion.h>
#include <string.h>

/* What would break out of an element, an attribute, a comment, the encoding. */
#define HOSTILE "</pre></td>\"'><script src=\"http://x\">&amp;<!-- \x01\xff ]]>"

static Result *refuted(const char *name, const char *schedule)
{
    Result *result = sample_refuted(name);
    g_free(result->schedule);
    result->schedule = g_strdup(schedule);
    return result;
}

static GString *write_page(const RunReport *run)
{
    GString *out = g_string_new(NULL), *again = g_string_new(NULL);
    html_write(out, run);
    html_write(again, run);
    cr_expect_str_eq(out->str, again->str);
    g_string_free(again, TRUE);
    return out;
}

static guint count(const char *text, const char *what)
{
    guint n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

/* ---- what a browser would see */

typedef struct Seen {
    GHashTable *ids;
    GPtrArray *links; /* ids that are referred to */
    guint headings, levels_skipped;
} Seen;

static void on_element(GMarkupParseContext *context, const char *name, const char **names, const char **values,
                       gpointer data, GError **error)
{
    Seen *seen = data;
    (void)context;
    (void)error;
    cr_expect(!g_str_equal(name, "script") && !g_str_equal(name, "iframe") && !g_str_equal(name, "link"), "%s", name);
    if (strlen(name) == 2 && name[0] == 'h' && g_ascii_isdigit(name[1])) {
        seen->levels_skipped += (guint)(name[1] - '0') > seen->headings + 1;
        seen->headings = (guint)(name[1] - '0');
    }
    for (guint i = 0; names[i]; i++) {
        cr_expect(!g_str_has_prefix(names[i], "on") && !g_str_equal(names[i], "src"), "%s", names[i]);
        if (g_str_equal(names[i], "id"))
            cr_expect(g_hash_table_add(seen->ids, g_strdup(values[i])), "id twice: %s", values[i]);
        if (g_str_equal(names[i], "href"))
            cr_expect(values[i][0] == '#', "%s", values[i]);
        if (g_str_equal(names[i], "href") || g_str_has_prefix(names[i], "aria-labelledby") ||
            g_str_equal(names[i], "aria-describedby"))
            g_ptr_array_add(seen->links, g_strdup(values[i] + (values[i][0] == '#')));
    }
}

/* Well-formed, with unique ids, links that lead somewhere, headings in order, nothing from elsewhere, nothing that runs. */
static void expect_sound(const GString *page)
{
    const GMarkupParser parser = { .start_element = on_element };
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) links = g_ptr_array_new_with_free_func(g_free);
    Seen seen = { ids, links, 0, 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, &seen, NULL);
    bool ok = g_markup_parse_context_parse(context, page->str, (gssize)page->len, &error) &&
              g_markup_parse_context_end_parse(context, &error);
    cr_assert(ok, "%s\n%s", error->message, page->str);
    for (guint i = 0; i < links->len; i++)
        cr_expect(g_hash_table_contains(ids, g_ptr_array_index(links, i)), "nothing has the id %s",
                  (const char *)g_ptr_array_index(links, i));
    cr_expect_eq(seen.levels_skipped, 0);
    cr_expect(g_utf8_validate(page->str, (gssize)page->len, NULL));
    cr_expect(!strstr(page->str, "@import") && !strstr(page->str, "<script"));
}

Test(html, empty)
{
    g_autoptr(RunReport) run = run_report_new("cmodx test");
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    cr_expect(strstr(page->str, "<title>cmodx: 0 proved, 0 refuted, 0 inconclusive</title>"));
    cr_expect(strstr(page->str, "<html lang=\"en\">"));
}

static void replace(char **text, const char *by)
{
    g_free(*text);
    *text = g_strdup(by);
}

Test(html, hostile)
{
    g_autoptr(RunReport) run = run_report_new(HOSTILE);
    for (guint i = 0; i < 3; i++) {
        Result *result = sample_hostile(HOSTILE);
        result->verdict = (Verdict)i;
        sample_expecting(result, VERDICT_REFUTED);
        replace(&result->reason, HOSTILE);
        replace(&result->any, HOSTILE);
        replace(&result->expected_property, HOSTILE);
        Story *story = result->story;
        StoryStep *step = &g_array_index(story->steps, StoryStep, 2);
        StoryInsn *insn = &g_array_index(story->insns, StoryInsn, 0);
        char **strings[] = { &step->place, &step->tag, &step->insn, &insn->place, &insn->bytes, &insn->text };
        for (guint s = 0; s < G_N_ELEMENTS(strings); s++)
            replace(strings[s], HOSTILE);
        GPtrArray *lists[] = { story->harts, story->entries, story->allowed, story->versions, story->torn };
        for (guint l = 0; l < G_N_ELEMENTS(lists); l++)
            g_ptr_array_insert(lists[l], 0, g_strdup(HOSTILE));
        run_report_add(run, result);
    }
    g_autoptr(GError) error = g_error_new_literal(G_FILE_ERROR, 0, HOSTILE);
    run_report_add(run, result_new_error("other" HOSTILE, error));
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    cr_expect_gt(count(page->str, "&lt;script src=&quot;"), 30);
    cr_expect(!strchr(page->str, '\x01'));
}

/* Two rows with one counterexample: one drawing, both ways to replay it; a third has its own. */
Test(html, equal_counterexamples)
{
    g_autoptr(RunReport) run = run_report_new("cmodx check x");
    run_report_add(run, refuted("a", "sc@0:1"));
    run_report_add(run, refuted("a", "rvwmo@0:1"));
    Result *other = refuted("a", "sc@0:2");
    replace(&other->story->banner, "FORBIDDEN PLACE");
    run_report_add(run, other);
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    cr_expect_eq(count(page->str, "role=\"img\""), 2);
    cr_expect(strstr(page->str, "cmodx replay a.yaml --schedule sc@0:1\ncmodx replay a.yaml --schedule rvwmo@0:1\n"));
    cr_expect_eq(count(page->str, "the same as counterexample 1</a>"), 1);
    cr_expect_eq(count(page->str, "<defs>"), 1);
}

/* What was not expected stands before errors and before what is only refuted. */
Test(html, attention)
{
    g_autoptr(RunReport) run = run_report_new("cmodx test x");
    run_report_add(run, sample_refuted("third"));
    run_report_add(run, sample_error("second"));
    run_report_add(run, sample_expecting(sample_result("first", VERDICT_PROVED), VERDICT_REFUTED));
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    const char *list = strstr(page->str, "Needs attention</h2>");
    cr_assert(list);
    cr_expect(strstr(list, ">first [sc]</a>: expected REFUTED, found PROVED</li>\n"
                           "<li><a href=\"#second.yaml~1\">second.yaml</a>: second.yaml:3:4: error: bad</li>\n"
                           "<li><a href=\"#third~c1\">third [sc]</a>: REFUTED: no-trap</li>"),
              "%s", list);
}

/* Names that are no names for links, names that come twice, names that the page itself uses. */
Test(html, ids)
{
    static const char *const names[] = { "a b", "a-b", "a b", "verdicts", "m-x", "\xc3\xa9", "" };
    g_autoptr(RunReport) run = run_report_new("cmodx test x");
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        run_report_add(run, sample_refuted(names[i]));
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    cr_expect_eq(count(page->str, "<h2 id=\"a-b"), 3);
}

Test(html, inconclusive)
{
    g_autoptr(RunReport) run = run_report_new("cmodx check x");
    Result *result = sample_result("it's", VERDICT_INCONCLUSIVE);
    replace(&result->reason, "stopped by --timeout 1s");
    result->doubt = DOUBT_TIME;
    cr_assert(options_set(&result->options, "fetch-atomicity", "2", NULL));
    run_report_add(run, result);
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    cr_expect(strstr(page->str, "stopped by --timeout 1s. No violation in what was explored: 2 states"));
    cr_expect(strstr(page->str, "To go on: Give it more time"));
    cr_expect(
        strstr(
            page->str,
            "<code>cmodx check 'it'\\''s.yaml' <span class=\"wh\">--model</span> sc <span class=\"wh\">--fetch-atomicity</span> 2</code>"),
        "%s", page->str);
}
