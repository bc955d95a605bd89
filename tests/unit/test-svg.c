/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/svg.h"

#include <criterion/criterion.h>
#include <string.h>

/* ---- stories made by hand: their strings are literals */

static void step_clear(gpointer data)
{
    StoryStep *step = data;
    g_ptr_array_unref(step->notes);
    g_array_unref(step->links);
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

static guint count(const char *text, const char *what)
{
    guint n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

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
    story->culprit = 0;
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
