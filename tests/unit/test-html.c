/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/writers.h"

#include "reports/svg.h"

#include <criterion/criterion.h>
#include <string.h>

/* What would break out of an element, an attribute, a comment, the encoding. */
#define HOSTILE "</pre></td>\"'><script src=\"http://x\">&amp;<!-- \x01\xff ]]>"

/* ---- by hand: step strings are literals */

static void step_clear(gpointer data)
{
    StoryStep *step = data;
    g_ptr_array_unref(step->notes);
    g_array_unref(step->links);
}

static void insn_clear(gpointer data)
{
    (void)data;
}

static Story *story_new(const char *sentence, const char *banner)
{
    Story *story = g_new0(Story, 1);
    GPtrArray **lists[] = { &story->harts, &story->entries, &story->allowed, &story->torn, &story->versions };
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        *lists[i] = g_ptr_array_new();
    story->sentence = g_strdup(sentence);
    story->banner = g_strdup(banner);
    story->culprit = story->region = -1;
    story->steps = g_array_new(FALSE, TRUE, sizeof(StoryStep));
    g_array_set_clear_func(story->steps, step_clear);
    story->insns = g_array_new(FALSE, TRUE, sizeof(StoryInsn));
    g_array_set_clear_func(story->insns, insn_clear);
    return story;
}

static void add_hart(Story *story, const char *name, const char *entry)
{
    g_ptr_array_add(story->harts, (gpointer)name);
    g_ptr_array_add(story->entries, (gpointer)entry);
}

/* The step with its number set to the next. */
static StoryStep *add_step(Story *story, guint hart, const char *what, const char *tag)
{
    guint number = story->steps->len + 1;
    StoryStep step = { .first = number, .last = number, .hart = hart, .what = (char *)what, .tag = (char *)tag };
    step.notes = g_ptr_array_new();
    step.links = g_array_new(FALSE, FALSE, sizeof(StoryLink));
    g_array_append_val(story->steps, step);
    return &g_array_index(story->steps, StoryStep, number - 1);
}

static void add_link(StoryStep *step, StoryLinkKind kind, guint number)
{
    StoryLink link = { kind, number };
    g_array_append_val(step->links, link);
}

static Result *result_by_hand(const char *file, const char *text, Verdict verdict)
{
    Result *result = g_new0(Result, 1);
    result->properties = g_ptr_array_new();
    result->file = g_strdup(file);
    result->scenario = g_strdup(text);
    result->title = g_strdup(text);
    result->label = g_strdup(text);
    result->text = g_strdup(text);
    result->options = options_default();
    result->verdict = verdict;
    result->as_expected = true;
    result->states = 1234;
    if (verdict == VERDICT_REFUTED)
        result->property = g_strdup(text);
    if (verdict == VERDICT_INCONCLUSIVE)
        result->reason = g_strdup(text);
    return result;
}

/* Torn: fetches one half of what the other hart stores, and misses the other. */
static Story *torn_story(void)
{
    Story *story = story_new("CPU0 ran a torn j.", "WILD JUMP");
    add_hart(story, "CPU0", "caller");
    add_hart(story, "idle", "nothing");
    add_hart(story, "CPU1", "steps");
    add_step(story, 2, "func: OLD -> NEW (4 bytes)", NULL);
    StoryStep *last = add_step(story, 0, "j 0x10", "MIX");
    g_ptr_array_add(last->notes, (gpointer) "stale upper half: misses step 1");
    add_link(last, LINK_FETCHES, 1);
    add_link(last, LINK_MISSES, 1);
    return story;
}

static Result *refuted_by_hand(const char *text, const char *schedule)
{
    Result *result = result_by_hand("/nonexistent.yaml", text, VERDICT_REFUTED);
    result->story = torn_story();
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

Test(html, hostile)
{
    g_autoptr(RunReport) run = run_report_new(HOSTILE);
    for (guint i = 0; i < 3; i++) {
        Result *result = result_by_hand(HOSTILE, HOSTILE, (Verdict)i);
        result->expects = true;
        result->as_expected = i != 0;
        result->expected = VERDICT_REFUTED;
        result->expected_property = g_strdup(HOSTILE);
        result->any = g_strdup(HOSTILE);
        result->schedule = g_strdup(HOSTILE);
        if (i == VERDICT_REFUTED) {
            StoryInsn insn = { .place = (char *)HOSTILE, .bytes = (char *)HOSTILE, .text = (char *)HOSTILE };
            result->story = story_new(HOSTILE, HOSTILE);
            add_hart(result->story, HOSTILE, HOSTILE);
            StoryStep *step = add_step(result->story, 0, HOSTILE, HOSTILE);
            step->place = step->insn = (char *)HOSTILE;
            step->length = 4;
            g_ptr_array_add(step->notes, (gpointer)HOSTILE);
            g_ptr_array_add(result->story->allowed, (gpointer)HOSTILE);
            g_ptr_array_add(result->story->torn, (gpointer)HOSTILE);
            g_ptr_array_add(result->story->versions, (gpointer)HOSTILE);
            g_array_append_val(result->story->insns, insn);
            result->story->region = result->story->culprit = 0;
        }
        run_report_add(run, result);
    }
    g_autoptr(GError) error = g_error_new_literal(G_FILE_ERROR, 0, HOSTILE);
    run_report_add(run, result_new_error("other" HOSTILE, error));
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    cr_expect_gt(count(page->str, "&lt;script src=&quot;"), 25);
    cr_expect(!strchr(page->str, '\x01'));
}

/* Two rows with one counterexample: one drawing, both ways to replay it; a third has its own. */
Test(html, equal_counterexamples)
{
    g_autoptr(RunReport) run = run_report_new("cmodx check x");
    run_report_add(run, refuted_by_hand("a", "sc@0:1"));
    run_report_add(run, refuted_by_hand("a", "rvwmo@0:1"));
    Result *other = refuted_by_hand("a", "sc@0:2");
    add_step(other->story, 0, "nop", NULL);
    run_report_add(run, other);
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    cr_expect_eq(count(page->str, "role=\"img\""), 2);
    cr_expect(strstr(page->str, "--schedule sc@0:1\n"));
    cr_expect(strstr(page->str, "--schedule rvwmo@0:1\n"));
    cr_expect_eq(count(page->str, "the same as counterexample 1</a>"), 1);
    cr_expect_eq(count(page->str, "<defs>"), 1);
}

/* What was not expected stands before errors and before what is only refuted. */
Test(html, attention)
{
    g_autoptr(RunReport) run = run_report_new("cmodx test x");
    g_autoptr(GError) error = g_error_new_literal(G_FILE_ERROR, 0, "cannot be read");
    run_report_add(run, refuted_by_hand("third", "sc@0:1"));
    run_report_add(run, result_new_error("second", error));
    Result *first = result_by_hand("y", "first", VERDICT_PROVED);
    first->expects = true;
    first->as_expected = false;
    first->expected = VERDICT_REFUTED;
    run_report_add(run, first);
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    const char *list = strstr(page->str, "Needs attention</h2>");
    cr_assert(list);
    cr_expect(strstr(list,
                     ">first [first]</a>: expected REFUTED, found PROVED</li>\n<li><a href=\"#second~1\">second</a>: "
                     "cannot be read</li>\n<li><a href=\"#third~c1\">third [third]</a>"),
              "%s", list);
}

Test(html, inconclusive)
{
    g_autoptr(RunReport) run = run_report_new("cmodx check x");
    Result *result = result_by_hand("it's.yaml", "x", VERDICT_INCONCLUSIVE);
    g_free(result->reason);
    result->reason = g_strdup("stopped by --timeout 1s");
    cr_assert(options_set(&result->options, "fetch-atomicity", "2", NULL));
    run_report_add(run, result);
    g_autoptr(GString) page = write_page(run);
    expect_sound(page);
    cr_expect(strstr(page->str, "stopped by --timeout 1s. No violation in what was explored: 1,234 states"));
    cr_expect(strstr(page->str, "To go on: Give it more time"));
    cr_expect(strstr(page->str, "<code>cmodx check 'it'\\''s.yaml' --model rvwmo --fetch-atomicity 2</code>"), "%s",
              page->str);
}

/* ---- the drawing */

/* Looked at in a browser. */
/* clang-format off */
static const char *const torn =
    "<svg class=\"d\" width=\"668\" height=\"166\" viewBox=\"0 0 668 166\" role=\"img\" aria-labelledby=\"x~c1-t\" aria-describedby=\"x~c1-d\"><title id=\"x~c1-t\">no-trap of x</title><desc id=\"x~c1-d\">CPU0 ran a torn j. 2 steps of CPU0, CPU1, from top to bottom; the text report tells the same in words.</desc>\n"
    "<text class=\"hd\" x=\"159\" y=\"18\">CPU0<tspan class=\"en\"> (caller)</tspan></text><path class=\"ln\" d=\"M159 26V120\"/>\n"
    "<text class=\"hd\" x=\"529\" y=\"18\">CPU1<tspan class=\"en\"> (steps)</tspan></text><path class=\"ln\" d=\"M529 26V120\"/>\n"
    "<rect class=\"b\" x=\"403\" y=\"34\" width=\"253\" height=\"26\" rx=\"4\"/><text class=\"no\" x=\"420\" y=\"51\">1</text><text x=\"428\" y=\"51\">func: OLD -&gt; NEW (4 bytes)</text>\n"
    "<rect class=\"b bad\" x=\"12\" y=\"68\" width=\"295\" height=\"44\" rx=\"4\"/><text class=\"no\" x=\"29\" y=\"85\">2</text><text x=\"37\" y=\"85\">j 0x10</text><text class=\"nt\" x=\"37\" y=\"102\">stale upper half: misses step 1</text><rect class=\"bg m\" x=\"269\" y=\"72\" width=\"34\" height=\"18\" rx=\"3\"/><text class=\"bt m\" x=\"286\" y=\"85\">MIX</text>\n"
    "<path class=\"af\" marker-end=\"url(#m-h)\" d=\"M403 42H385Q379 42 379 48V76Q379 82 373 82H307\"/><text class=\"w\" x=\"320\" y=\"78\">fetches</text>\n"
    "<path class=\"am\" marker-end=\"url(#m-x)\" d=\"M403 52H397Q391 52 391 58V91Q391 97 385 97H307\"/><text class=\"w\" x=\"320\" y=\"93\">misses</text>\n"
    "<circle class=\"dot\" cx=\"403\" cy=\"42\" r=\"4\"/>\n"
    "<circle class=\"dot\" cx=\"403\" cy=\"52\" r=\"4\"/>\n"
    "<rect class=\"ba\" x=\"2\" y=\"120\" width=\"664\" height=\"38\" rx=\"4\"/><text class=\"bn\" x=\"159\" y=\"145\">WILD JUMP</text>\n"
    "</svg>\n";
/* clang-format on */

Test(svg, torn_fetch)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Story *story = torn_story();
    svg_put_story(out, story, "x~c1", "no-trap of x");
    cr_expect_str_eq(out->str, torn, "\n%s", out->str);
    story_free(story);
}

/* Boxes that never end, and ends of what never began. */
Test(svg, open_boxes)
{
    static const StoryEvent events[] = { EVENT_HANDLER_ENDS,   EVENT_RESUMED,        EVENT_STOP_ENDS,
                                         EVENT_HANDLER_BEGINS, EVENT_HANDLER_BEGINS, EVENT_PARKED,
                                         EVENT_STOP_BEGINS,    EVENT_FENCED,         EVENT_PROMISED };
    g_autoptr(GString) out = g_string_new(NULL);
    Story *story = story_new("x", NULL);
    add_hart(story, "a", "b");
    for (guint i = 0; i < G_N_ELEMENTS(events); i++)
        add_step(story, 0, "<something happens>", NULL)->event = events[i];
    add_link(&g_array_index(story->steps, StoryStep, 8), LINK_LOADS, 9);
    add_link(&g_array_index(story->steps, StoryStep, 8), LINK_LOADS, 77);
    svg_put_story(out, story, "x", "x");
    cr_expect_eq(count(out->str, "class=\"hb\""), 2);
    cr_expect_eq(count(out->str, "class=\"st\""), 1);
    cr_expect_eq(count(out->str, "class=\"pk\""), 1);
    cr_expect_eq(count(out->str, ">EARLY<"), 1);
    cr_expect_eq(count(out->str, "class=\"al\""), 0);
    story_free(story);
}

Test(svg, nothing_happens)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Story *story = story_new(NULL, "DEADLOCK");
    add_hart(story, "a", "b");
    svg_put_story(out, story, "x", "x");
    cr_expect(g_str_has_suffix(out->str, "</svg>\n"));
    story_free(story);
}
