/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One page for the browser, complete in itself: no scripts, nothing from elsewhere. It is well-formed XML, too. */
#include "reports/html-parts.h"
#include "reports/writer-parts.h"

#include <string.h>

/* ---- the top of the page */

static void put_count(GString *out, guint n, const char *what)
{
    html_printf(out, "<li><b>%u</b> %s</li>\n", n, what);
}

static void put_title(GString *out, const RunReport *run)
{
    html_printf(out, "cmodx: %u proved, %u refuted, %u inconclusive", run->proved, run->refuted, run->inconclusive);
    if (run->errors)
        html_printf(out, ", %u error%s", run->errors, run->errors == 1 ? "" : "s");
    if (run->failed > run->errors)
        html_printf(out, "; %u not as expected", run->failed - run->errors);
}

static void put_head(GString *out, const RunReport *run)
{
    g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                         "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                         "'unsafe-inline'\"/>\n<title>");
    put_title(out, run);
    g_string_append(out, "</title>\n<style>\n");
    html_put_style(out);
    g_string_append(out, "</style>\n</head>\n");
}

static void put_counts(GString *out, const HtmlPage *page)
{
    const RunReport *run = page->run;
    g_string_append(out, "<section aria-labelledby=\"verdicts\">\n<h2 id=\"verdicts\">Verdicts</h2>\n"
                         "<ul class=\"ct\">\n");
    put_count(out, run->proved, "proved");
    put_count(out, run->refuted, "refuted");
    put_count(out, run->inconclusive, "inconclusive");
    if (run->errors)
        put_count(out, run->errors, run->errors == 1 ? "error" : "errors");
    g_string_append(out, "</ul>\n");
    if (page->expects)
        html_printf(out, "<p>%u as the scenarios expect, %u not.</p>\n", run->passed, run->failed - run->errors);
    g_string_append(out, "</section>\n");
}

/* The message, with the command in it, if there is one, as such. */
static void put_message(GString *out, const Result *result)
{
    g_autofree char *message = result_message(result), *resume = result_resume(result);
    char *command = resume ? strstr(message, resume) : NULL;
    if (!command) {
        html_printf(out, "%s", message);
        return;
    }
    *command = '\0';
    html_printf(out, "%s", message);
    html_put_command(out, resume);
    html_printf(out, "%s", command + strlen(resume));
}

static void put_attention(GString *out, const HtmlPage *page)
{
    if (page->attention->len == 0)
        return;
    g_string_append(out, "<section aria-labelledby=\"attention\">\n<h2 id=\"attention\">Needs attention</h2>\n<ul>\n");
    for (guint i = 0; i < page->attention->len; i++) {
        const HtmlRow *row = g_ptr_array_index(page->attention, i);
        const Result *result = row->result;
        g_autofree char *name = result_name(result);
        html_printf(out, "<li><a href=\"#%s\">%s</a>: ", row->example ? row->example->id : row->id, name);
        put_message(out, result);
        g_string_append(out, "</li>\n");
    }
    g_string_append(out, "</ul>\n</section>\n");
}

static bool has_drawing(const HtmlPage *page)
{
    for (guint i = 0; i < page->run->results->len; i++)
        if (((const Result *)g_ptr_array_index(page->run->results, i))->story)
            return true;
    return false;
}

static void put_navigation(GString *out, const HtmlPage *page)
{
    const struct {
        const char *id, *text;
        bool there;
    } all[] = { { "verdicts", "Verdicts", true },
                { "attention", "Needs attention", page->attention->len > 0 },
                { "matrix", "Strategies and models", page->run->errors < page->run->results->len },
                { "legend", "How to read the drawings", has_drawing(page) },
                { "scenarios", "Scenarios", page->sections->len > 0 } };
    g_string_append(out, "<nav aria-label=\"Parts of this page\">\n<ul>\n");
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i].there)
            html_printf(out, "<li><a href=\"#%s\">%s</a></li>\n", all[i].id, all[i].text);
    g_string_append(out, "</ul>\n</nav>\n");
}

void html_write(GString *out, const RunReport *run)
{
    g_autoptr(HtmlPage) page = html_page_new(run);
    put_head(out, run);
    g_string_append(out, "<body>\n<header>\n<h1>");
    put_title(out, run);
    g_string_append(out, "</h1>\n<p>");
    html_put_command(out, run->command);
    g_string_append(out, "</p>\n</header>\n");
    put_navigation(out, page);
    g_string_append(out, "<main>\n");
    if (has_drawing(page))
        svg_put_definitions(out);
    put_counts(out, page);
    put_attention(out, page);
    html_put_matrix(out, page);
    if (has_drawing(page))
        html_put_legend(out);
    if (page->sections->len)
        g_string_append(out, "<div id=\"scenarios\">\n");
    for (guint i = 0; i < page->sections->len; i++)
        html_put_section(out, g_ptr_array_index(page->sections, i));
    g_string_append(out, page->sections->len ? "</div>\n</main>\n</body>\n</html>\n" : "</main>\n</body>\n</html>\n");
}
