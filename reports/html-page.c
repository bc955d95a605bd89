/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results sorted into sections, and counterexamples that are alike put together. */
#include "reports/html-parts.h"

#include <stdarg.h>
#include <string.h>

enum {
    WORD_MAX = 30 /* characters that fit on the narrowest line */
};

static void example_free(gpointer data)
{
    HtmlExample *example = data;
    g_free(example->id);
    g_free(example->likeness);
    g_ptr_array_unref(example->rows);
    g_free(example);
}

static void row_free(gpointer data)
{
    HtmlRow *row = data;
    g_free(row->id);
    g_free(row);
}

static void section_free(gpointer data)
{
    HtmlSection *section = data;
    g_free(section->id);
    g_ptr_array_unref(section->rows);
    g_ptr_array_unref(section->examples);
    g_free(section);
}

void html_page_free(HtmlPage *page)
{
    if (!page)
        return;
    g_hash_table_unref(page->of_result);
    g_ptr_array_unref(page->attention);
    g_ptr_array_unref(page->sections);
    g_free(page);
}

/* A name made of what may stand in a link as it is. '~' is left to numbers, so that no two can meet. */
static char *id_of(const char *name, GHashTable *ids)
{
    g_autofree char *slug = g_strdup(name);
    g_strcanon(slug, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/_.-", '-');
    char *id = g_strdup(*slug ? slug : "-");
    for (guint n = 2; g_hash_table_contains(ids, id); n++) {
        g_free(id);
        id = g_strdup_printf("%s~~%u", slug, n);
    }
    g_hash_table_add(ids, g_strdup(id));
    return id;
}

static HtmlSection *section_new(const Result *result, GHashTable *ids)
{
    HtmlSection *section = g_new0(HtmlSection, 1);
    section->file = result->file;
    section->name = result->scenario ? result->scenario : result->file;
    section->title = result->title;
    section->id = id_of(section->name, ids);
    section->rows = g_ptr_array_new_with_free_func(row_free);
    section->examples = g_ptr_array_new_with_free_func(example_free);
    return section;
}

/* Two counterexamples are the same if nothing that is told of them differs. */
static char *likeness_of(const Result *result)
{
    GString *text = g_string_new(result->property);
    if (!result->story)
        return g_string_free(text, FALSE);
    svg_put_story(text, result->story, "", "");
    html_put_allowed(text, result->story);
    html_put_site(text, result->story);
    return g_string_free(text, FALSE);
}

static HtmlExample *example_of(HtmlSection *section, const Result *result)
{
    g_autofree char *likeness = likeness_of(result);
    for (guint i = 0; i < section->examples->len; i++) {
        HtmlExample *example = g_ptr_array_index(section->examples, i);
        if (g_str_equal(example->likeness, likeness))
            return example;
    }
    HtmlExample *example = g_new0(HtmlExample, 1);
    example->id = g_strdup_printf("%s~c%u", section->id, section->examples->len + 1);
    example->likeness = g_steal_pointer(&likeness);
    example->rows = g_ptr_array_new();
    g_ptr_array_add(section->examples, example);
    return example;
}

static HtmlRow *add_row(HtmlSection *section, const Result *result)
{
    HtmlRow *row = g_new0(HtmlRow, 1);
    row->result = result;
    row->id = g_strdup_printf("%s~%u", section->id, section->rows->len + 1);
    if (!result->error && result->verdict == VERDICT_REFUTED) {
        row->example = example_of(section, result);
        g_ptr_array_add(row->example->rows, row);
    }
    g_ptr_array_add(section->rows, row);
    return row;
}

/* What was not expected, errors, then the others. */
static void add_attention(HtmlPage *page)
{
    for (guint rank = 0; rank < 3; rank++)
        for (guint i = 0; i < page->run->results->len; i++) {
            const Result *result = g_ptr_array_index(page->run->results, i);
            guint its = result->error ? 1 : result->expects ? 0 : 2;
            if (result_fails(result) && its == rank)
                g_ptr_array_add(page->attention, g_hash_table_lookup(page->of_result, result));
        }
}

HtmlPage *html_page_new(const RunReport *run)
{
    static const char *const own[] = { "verdicts", "attention", "matrix", "legend", "scenarios",
                                       "hatch",    "m-h",       "m-l",    "m-x" };
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(own); i++)
        g_hash_table_add(ids, g_strdup(own[i]));
    HtmlPage *page = g_new0(HtmlPage, 1);
    page->run = run;
    page->sections = g_ptr_array_new_with_free_func(section_free);
    page->attention = g_ptr_array_new();
    page->of_result = g_hash_table_new(NULL, NULL);
    HtmlSection *section = NULL;
    for (guint i = 0; i < run->results->len; i++) {
        const Result *result = g_ptr_array_index(run->results, i);
        if (!section || !g_str_equal(section->file, result->file))
            g_ptr_array_add(page->sections, section = section_new(result, ids));
        g_hash_table_insert(page->of_result, (gpointer)result, add_row(section, result));
        page->expects = page->expects || result->expects;
    }
    add_attention(page);
    return page;
}

/* ---- what all parts write with */

void html_printf(GString *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (const char *at = format; *at; at++) {
        if (*at != '%') {
            g_string_append_c(out, *at);
        } else if (*++at == 's') {
            markup_put(out, va_arg(arguments, const char *));
        } else if (*at == 'u') {
            g_string_append_printf(out, "%u", va_arg(arguments, guint));
        } else {
            g_assert_not_reached();
        }
    }
    va_end(arguments);
}

void html_put_command(GString *out, const char *command)
{
    g_auto(GStrv) words = g_strsplit(command, " ", -1);
    g_string_append(out, "<code>");
    for (guint i = 0; words[i]; i++) {
        bool whole = *words[i] == '-' && strlen(words[i]) <= WORD_MAX;
        if (i)
            g_string_append_c(out, ' ');
        if (whole)
            html_printf(out, "<span class=\"wh\">%s</span>", words[i]);
        else
            html_printf(out, "%s", words[i]);
    }
    g_string_append(out, "</code>");
}

void html_put_verdict(GString *out, const Result *result)
{
    static const char *const classes[] = { "p", "r", "q" };
    if (result->error)
        g_string_append(out, "<b class=\"k q\">ERROR</b>");
    else
        g_string_append_printf(out, "<b class=\"k %s\">%s</b>", classes[result->verdict],
                               verdict_name(result->verdict));
}
