/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables for people: text for a terminal or a mail, and Markdown. */
#include "reports/matrix.h"
#include "reports/writer-parts.h"

#include <string.h>

enum {
    CELL = 2,    /* "P", "R!" */
    BETWEEN = 1, /* cells of one fetch atomicity */
    BETWEEN_FETCH = 2,
    BETWEEN_MODEL = 3 /* " | " */
};

static const char *fetch_text(FetchAtomicity fetch)
{
    static const char *const names[] = { [FETCH_WHOLE] = "whole", [FETCH_2] = "2", [FETCH_4] = "4", [FETCH_8] = "8" };
    return names[fetch];
}

static guint count_mismatches(const GPtrArray *entries)
{
    guint n = 0;
    for (guint i = 0; i < entries->len; i++)
        n += ((const MatrixEntry *)g_ptr_array_index(entries, i))->mismatch != NULL;
    return n;
}

static void put_mismatches(GString *out, const GPtrArray *entries)
{
    for (guint i = 0; i < entries->len; i++) {
        const MatrixEntry *entry = g_ptr_array_index(entries, i);
        if (entry->mismatch)
            g_string_append_printf(out, "%s\n", entry->mismatch);
    }
}

/* ---- text */

/* Whether column i is the first of its model, of its fetch atomicity. */
static bool begins_model(const Matrix *matrix, guint i)
{
    return i == 0 || matrix_column(matrix, i)->model != matrix_column(matrix, i - 1)->model;
}

static bool begins_fetch(const Matrix *matrix, guint i)
{
    return begins_model(matrix, i) || matrix_column(matrix, i)->fetch != matrix_column(matrix, i - 1)->fetch;
}

/* Where each column begins: behind the one before and behind the names of its groups. */
static guint *column_places(const Matrix *matrix, guint x)
{
    guint *places = g_new(guint, matrix->columns->len);
    guint model_end = x, fetch_end = x;
    for (guint i = 0; i < matrix->columns->len; i++) {
        const MatrixColumn *column = matrix_column(matrix, i);
        if (begins_model(matrix, i)) {
            x = MAX(MAX(x, fetch_end), model_end) + BETWEEN_MODEL;
            model_end = x + (guint)strlen(column->model->name);
        } else {
            x = begins_fetch(matrix, i) ? MAX(x, fetch_end) + BETWEEN_FETCH : x + BETWEEN;
        }
        if (begins_fetch(matrix, i))
            fetch_end = x + (guint)strlen(fetch_text(column->fetch));
        places[i] = x;
        x += CELL;
    }
    return places;
}

typedef struct Layout {
    const Matrix *matrix;
    guint *places;
    GString *line; /* the one being written */
} Layout;

/* The place of a name is counted in characters. */
static void put_at(GString *line, guint x, const char *text)
{
    for (glong n = g_utf8_strlen(line->str, -1); n < (glong)x; n++)
        g_string_append_c(line, ' ');
    g_string_append(line, text);
}

static void put_line(GString *out, Layout *layout)
{
    g_strchomp(layout->line->str);
    g_string_append_printf(out, "%s\n", layout->line->str);
    g_string_truncate(layout->line, 0);
}

static void put_in_column(Layout *layout, guint i, const char *text)
{
    if (begins_model(layout->matrix, i))
        put_at(layout->line, layout->places[i] - 2, "| ");
    put_at(layout->line, layout->places[i], text);
}

static void put_header(GString *out, Layout *layout)
{
    static const char *const preempts[] = { "n", "f", "*" };
    const Matrix *matrix = layout->matrix;
    g_string_append(layout->line, "model");
    for (guint i = 0; i < matrix->columns->len; i++)
        if (begins_model(matrix, i))
            put_in_column(layout, i, matrix_column(matrix, i)->model->name);
    put_line(out, layout);
    g_string_append(layout->line, "fetch atomicity");
    for (guint i = 0; i < matrix->columns->len; i++)
        if (begins_fetch(matrix, i))
            put_in_column(layout, i, fetch_text(matrix_column(matrix, i)->fetch));
    put_line(out, layout);
    g_string_append(layout->line, "preempt");
    for (guint i = 0; i < matrix->columns->len; i++)
        put_in_column(layout, i, preempts[matrix_column(matrix, i)->preempt]);
    put_line(out, layout);
}

static void put_cells(GString *out, Layout *layout, const MatrixLine *line)
{
    static const char *const letters[] = { "P", "R", "?" };
    g_string_append(layout->line, line->label);
    for (guint i = 0; i < layout->matrix->columns->len; i++) {
        const MatrixEntry *entry = matrix_cell(line, matrix_column(layout->matrix, i));
        put_in_column(layout, i, entry ? letters[entry->verdict] : ".");
        if (entry && entry->mismatch)
            g_string_append_c(layout->line, '!');
    }
    put_line(out, layout);
}

static const char *const legend =
    "\nP proved, R refuted, ? inconclusive; ! not the verdict expected; . no such row\n"
    "preempt: n none, f full, * either. Where nobody asks for stop_machine, a row that does not say which\n"
    "stands under both.\n";

static void put_heading(GString *out, const char *heading)
{
    g_string_append_printf(out, "%s\n", heading);
    for (glong n = g_utf8_strlen(heading, -1); n > 0; n--)
        g_string_append_c(out, '=');
    g_string_append_c(out, '\n');
}

static void put_table(GString *out, const MatrixTable *table)
{
    g_autoptr(Matrix) matrix = matrix_new(table->entries);
    guint width = (guint)strlen("fetch atomicity");
    for (guint i = 0; i < matrix->lines->len; i++) {
        const MatrixLine *line = g_ptr_array_index(matrix->lines, i);
        width = MAX(width, (guint)g_utf8_strlen(line->label, -1));
    }
    g_autofree guint *places = column_places(matrix, width);
    g_autoptr(GString) scratch = g_string_new(NULL);
    Layout layout = { matrix, places, scratch };
    if (table->heading)
        put_heading(out, table->heading);
    put_header(out, &layout);
    for (guint i = 0; i < matrix->lines->len; i++)
        put_cells(out, &layout, g_ptr_array_index(matrix->lines, i));
}

void matrix_text(GString *out, const GPtrArray *entries, bool with_legend)
{
    g_autoptr(GPtrArray) tables = matrix_tables(entries);
    guint n_mismatches = count_mismatches(entries);
    for (guint i = 0; i < tables->len; i++) {
        if (i > 0)
            g_string_append_c(out, '\n');
        put_table(out, g_ptr_array_index(tables, i));
    }
    if (with_legend)
        g_string_append(out, legend);
    if (n_mismatches)
        g_string_append_printf(out, "\n%u not as expected:\n", n_mismatches);
    put_mismatches(out, entries);
}

/* ---- Markdown */

static void put_markdown_header(GString *out, const Matrix *matrix)
{
    static const char *const preempts[] = { "none", "full", "either" };
    g_string_append(out, "| model<br>fetch atomicity<br>preempt |");
    for (guint i = 0; i < matrix->columns->len; i++) {
        const MatrixColumn *column = matrix_column(matrix, i);
        g_string_append_printf(out, " %s<br>%s<br>%s |", column->model->name, fetch_text(column->fetch),
                               preempts[column->preempt]);
    }
    g_string_append(out, "\n|---|");
    for (guint i = 0; i < matrix->columns->len; i++)
        g_string_append(out, ":-:|");
    g_string_append_c(out, '\n');
}

static const char *const markdown_legend =
    "`?` is inconclusive, `!` not the verdict expected, `.` no such row. Where nobody asks for stop_machine,\n"
    "a row that does not name `preempt` stands under both of its values, or under `either` if all are like that.\n";

static void put_markdown_table(GString *out, const MatrixTable *table)
{
    static const char *const words[] = { "proved", "**REFUTED**", "?" };
    g_autoptr(Matrix) matrix = matrix_new(table->entries);
    g_string_append_c(out, '\n');
    if (table->heading) {
        g_string_append(out, "## ");
        markdown_put(out, table->heading);
        g_string_append(out, "\n\n");
    }
    put_markdown_header(out, matrix);
    for (guint l = 0; l < matrix->lines->len; l++) {
        const MatrixLine *line = g_ptr_array_index(matrix->lines, l);
        g_string_append(out, "| ");
        markdown_put(out, line->label);
        for (guint i = 0; i < matrix->columns->len; i++) {
            const MatrixEntry *entry = matrix_cell(line, matrix_column(matrix, i));
            g_string_append_printf(out, " | %s%s", entry ? words[entry->verdict] : ".",
                                   entry && entry->mismatch ? " !" : "");
        }
        g_string_append(out, " |\n");
    }
}

void matrix_markdown(GString *out, const GPtrArray *entries, const char *command)
{
    g_autoptr(GPtrArray) tables = matrix_tables(entries);
    guint n_mismatches = count_mismatches(entries);
    g_auto(GStrv) parts = g_strsplit(command, "-->", -1); /* would end the comment */
    g_autofree char *harmless = g_strjoinv("--\\>", parts);
    g_string_append_printf(out, "<!-- Made by:\n%s\n-->\n# Verdicts\n\n%s", harmless, markdown_legend);
    for (guint i = 0; i < tables->len; i++)
        put_markdown_table(out, g_ptr_array_index(tables, i));
    if (!n_mismatches)
        return;
    g_string_append_printf(out, "\n%u not as expected:\n\n```\n", n_mismatches);
    put_mismatches(out, entries);
    g_string_append(out, "```\n");
}
