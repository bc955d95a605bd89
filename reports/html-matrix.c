/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdicts as one table, a line for each scenario: the same as `cmodx matrix`, in words. */
#include "reports/html-parts.h"
#include "reports/matrix.h"

/* How many columns from i on have the same model, and the same fetch atomicity if `fetch`. */
static guint span(const Matrix *matrix, guint i, bool fetch)
{
    const MatrixColumn *first = matrix_column(matrix, i);
    guint n = 1;
    while (i + n < matrix->columns->len && matrix_column(matrix, i + n)->model == first->model &&
           (!fetch || matrix_column(matrix, i + n)->fetch == first->fetch))
        n++;
    return n;
}

static const char *fetch_name(FetchAtomicity fetch)
{
    static const char *const names[] = { [FETCH_WHOLE] = "whole", [FETCH_2] = "2", [FETCH_4] = "4", [FETCH_8] = "8" };
    return names[fetch];
}

static void put_head(GString *out, const Matrix *matrix)
{
    static const char *const preempts[] = { "none", "full", "either" };
    g_string_append(out, "<thead>\n<tr><th scope=\"row\">model</th>");
    for (guint i = 0; i < matrix->columns->len; i += span(matrix, i, false))
        html_printf(out, "<th scope=\"colgroup\" colspan=\"%u\">%s</th>", span(matrix, i, false),
                    matrix_column(matrix, i)->model->name);
    g_string_append(out, "</tr>\n<tr><th scope=\"row\">fetch atomicity</th>");
    for (guint i = 0; i < matrix->columns->len; i += span(matrix, i, true))
        html_printf(out, "<th scope=\"colgroup\" colspan=\"%u\">%s</th>", span(matrix, i, true),
                    fetch_name(matrix_column(matrix, i)->fetch));
    g_string_append(out, "</tr>\n<tr><th scope=\"row\">preempt</th>");
    for (guint i = 0; i < matrix->columns->len; i++)
        html_printf(out, "<th scope=\"col\">%s</th>", preempts[matrix_column(matrix, i)->preempt]);
    g_string_append(out, "</tr>\n</thead>\n");
}

/* A row's entry names the row it is of. */
static void put_cell(GString *out, const MatrixEntry *entry, GHashTable *rows)
{
    static const char *const classes[] = { "p", "r", "q" }, *const words[] = { "proved", "refuted", "inconclusive" };
    const HtmlRow *row = entry ? g_hash_table_lookup(rows, entry) : NULL;
    if (!row) {
        g_string_append(out, "<td></td>");
        return;
    }
    const char *id = row->example ? row->example->id : row->id;
    html_printf(out, "<td class=\"%s\"><a href=\"#%s\">%s</a>%s</td>", classes[entry->verdict], id,
                words[entry->verdict], row->result->as_expected ? "" : " unexpected");
}

static void put_body(GString *out, const Matrix *matrix, GHashTable *rows, GHashTable *sections)
{
    g_string_append(out, "<tbody>\n");
    for (guint l = 0; l < matrix->lines->len; l++) {
        const MatrixLine *line = g_ptr_array_index(matrix->lines, l);
        const HtmlSection *section = g_hash_table_lookup(sections, g_ptr_array_index(line->entries, 0));
        html_printf(out, "<tr><th scope=\"row\"><a href=\"#%s\">%s</a></th>", section->id, line->label);
        for (guint i = 0; i < matrix->columns->len; i++)
            put_cell(out, matrix_cell(line, matrix_column(matrix, i)), rows);
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</tbody>\n");
}

static MatrixEntry *entry_of(const Result *result)
{
    MatrixEntry *entry = g_new0(MatrixEntry, 1);
    entry->scenario = g_strdup(result->scenario);
    entry->file = g_strdup(result->file);
    entry->options = result->options;
    entry->either = !result->told_preempt;
    entry->verdict = result->verdict;
    return entry;
}

static void put_table(GString *out, const MatrixTable *table, GHashTable *rows, GHashTable *sections)
{
    g_autoptr(Matrix) matrix = matrix_new(table->entries);
    if (table->heading)
        html_printf(out, "<h3>%s</h3>\n", table->heading);
    html_printf(out,
                "<div class=\"sc\" tabindex=\"0\" role=\"region\" aria-label=\"Verdicts%s%s\">\n<table class=\"mx\">\n",
                table->heading ? " of " : "", table->heading);
    put_head(out, matrix);
    put_body(out, matrix, rows, sections);
    g_string_append(out, "</table>\n</div>\n");
}

void html_put_matrix(GString *out, const HtmlPage *page)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(matrix_entry_free);
    g_autoptr(GHashTable) rows = g_hash_table_new(NULL, NULL), sections = g_hash_table_new(NULL, NULL);
    for (guint s = 0; s < page->sections->len; s++) {
        const HtmlSection *section = g_ptr_array_index(page->sections, s);
        for (guint i = 0; i < section->rows->len; i++) {
            const HtmlRow *row = g_ptr_array_index(section->rows, i);
            if (row->result->error)
                continue;
            MatrixEntry *entry = entry_of(row->result);
            g_ptr_array_add(entries, entry);
            g_hash_table_insert(rows, entry, (gpointer)row);
            g_hash_table_insert(sections, entry, (gpointer)section);
        }
    }
    if (entries->len == 0)
        return;
    g_autoptr(GPtrArray) tables = matrix_tables(entries);
    g_string_append(out, "<section aria-labelledby=\"matrix\">\n<h2 id=\"matrix\">Strategies and models</h2>\n"
                         "<p>A line for each scenario, a column for each model. An empty field: there is no such row. "
                         "A row that does not depend on <code>preempt</code> stands under both of its values, or under "
                         "<code>either</code>.</p>\n");
    for (guint i = 0; i < tables->len; i++)
        put_table(out, g_ptr_array_index(tables, i), rows, sections);
    g_string_append(out, "</section>\n");
}
