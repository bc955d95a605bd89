/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/matrix.h"

#include <string.h>

void matrix_entry_free(gpointer data)
{
    MatrixEntry *entry = data;
    g_free(entry->scenario);
    g_free(entry->file);
    g_free(entry->title);
    g_free(entry->property);
    g_free(entry->reason);
    g_free(entry->expected_property);
    g_free(entry->mismatch);
    g_free(entry);
}

static void table_free(gpointer data)
{
    MatrixTable *table = data;
    g_free(table->directory);
    g_ptr_array_unref(table->entries);
    g_free(table);
}

static MatrixTable *table_of(GPtrArray *tables, const MatrixEntry *entry)
{
    g_autofree char *directory = g_path_get_dirname(entry->file);
    for (guint i = tables->len; i > 0; i--) {
        MatrixTable *table = g_ptr_array_index(tables, i - 1);
        if (g_str_equal(table->directory, directory))
            return table;
    }
    MatrixTable *table = g_new0(MatrixTable, 1);
    table->directory = g_steal_pointer(&directory);
    table->entries = g_ptr_array_new();
    g_ptr_array_add(tables, table);
    return table;
}

/* How long the path is that leads to all of the directories: "a/" of "a/b" and "a/b/c". */
static gsize common_path(const GPtrArray *tables)
{
    const char *first = ((const MatrixTable *)g_ptr_array_index(tables, 0))->directory;
    gsize n = strlen(first);
    for (guint i = 1; i < tables->len; i++) {
        const char *other = ((const MatrixTable *)g_ptr_array_index(tables, i))->directory;
        gsize same = 0;
        while (same < n && first[same] == other[same])
            same++;
        n = same;
    }
    while (n > 0 && first[n - 1] != '/')
        n--;
    return n;
}

GPtrArray *matrix_tables(const GPtrArray *entries)
{
    GPtrArray *tables = g_ptr_array_new_with_free_func(table_free);
    for (guint i = 0; i < entries->len; i++) {
        MatrixEntry *entry = g_ptr_array_index(entries, i);
        g_ptr_array_add(table_of(tables, entry)->entries, entry);
    }
    gsize n_common = tables->len > 1 ? common_path(tables) : 0;
    for (guint i = 0; i < tables->len && tables->len > 1; i++) {
        MatrixTable *table = g_ptr_array_index(tables, i);
        table->heading = table->directory + (table->directory[n_common] ? n_common : 0); /* "/" stays */
    }
    return tables;
}

static void line_free(gpointer data)
{
    MatrixLine *line = data;
    g_free(line->label);
    g_free(line->rest);
    g_ptr_array_unref(line->entries);
    g_free(line);
}

void matrix_free(Matrix *matrix)
{
    if (!matrix)
        return;
    g_array_unref(matrix->columns);
    g_ptr_array_unref(matrix->lines);
    g_free(matrix);
}

const MatrixColumn *matrix_column(const Matrix *matrix, guint column)
{
    return &g_array_index(matrix->columns, MatrixColumn, column);
}

static bool in_group(const MatrixEntry *entry, const Model *model, FetchAtomicity fetch)
{
    return entry->options.model == model && entry->options.fetch_atomicity == fetch;
}

static void add_column(Matrix *matrix, const Model *model, FetchAtomicity fetch, MatrixPreempt preempt)
{
    const MatrixColumn column = { model, fetch, preempt };
    g_array_append_val(matrix->columns, column);
}

/* A verdict that holds for either value of `preempt` stands in both columns; it is told once only where all are so. */
static void add_columns(Matrix *matrix, const GPtrArray *entries, const Model *model, FetchAtomicity fetch)
{
    bool has[3] = { false };
    for (guint i = 0; i < entries->len; i++) {
        const MatrixEntry *entry = g_ptr_array_index(entries, i);
        if (in_group(entry, model, fetch))
            has[entry->either                            ? MATRIX_EITHER
                : entry->options.preempt == PREEMPT_NONE ? MATRIX_NONE
                                                         : MATRIX_FULL] = true;
    }
    bool split = has[MATRIX_NONE] || has[MATRIX_FULL];
    if (has[MATRIX_NONE] || (split && has[MATRIX_EITHER]))
        add_column(matrix, model, fetch, MATRIX_NONE);
    if (has[MATRIX_FULL] || (split && has[MATRIX_EITHER]))
        add_column(matrix, model, fetch, MATRIX_FULL);
    if (!split && has[MATRIX_EITHER])
        add_column(matrix, model, fetch, MATRIX_EITHER);
}

static MatrixLine *line_of(Matrix *matrix, const MatrixEntry *entry)
{
    g_autofree char *rest = options_rest(&entry->options);
    for (guint i = matrix->lines->len; i > 0; i--) {
        MatrixLine *line = g_ptr_array_index(matrix->lines, i - 1);
        if (!g_str_equal(line->file, entry->file))
            break;
        if (g_str_equal(line->rest, rest))
            return line;
    }
    MatrixLine *line = g_new0(MatrixLine, 1);
    line->label = *rest ? g_strdup_printf("%s (%s)", entry->scenario, rest) : g_strdup(entry->scenario);
    line->file = entry->file;
    line->rest = g_steal_pointer(&rest);
    line->entries = g_ptr_array_new();
    g_ptr_array_add(matrix->lines, line);
    return line;
}

Matrix *matrix_new(const GPtrArray *entries)
{
    static const FetchAtomicity fetches[] = { FETCH_WHOLE, FETCH_4, FETCH_2, FETCH_8 };
    guint n_models;
    const Model *models = model_table(&n_models);
    Matrix *matrix = g_new0(Matrix, 1);
    matrix->columns = g_array_new(FALSE, FALSE, sizeof(MatrixColumn));
    matrix->lines = g_ptr_array_new_with_free_func(line_free);
    for (guint m = 0; m < n_models; m++)
        for (guint f = 0; f < G_N_ELEMENTS(fetches); f++)
            add_columns(matrix, entries, &models[m], fetches[f]);
    for (guint i = 0; i < entries->len; i++) {
        MatrixEntry *entry = g_ptr_array_index(entries, i);
        g_ptr_array_add(line_of(matrix, entry)->entries, entry);
    }
    return matrix;
}

/* A row that names the value of `preempt` comes before one that does not. */
const MatrixEntry *matrix_cell(const MatrixLine *line, const MatrixColumn *column)
{
    const MatrixEntry *either = NULL;
    for (guint i = 0; i < line->entries->len; i++) {
        const MatrixEntry *entry = g_ptr_array_index(line->entries, i);
        if (!in_group(entry, column->model, column->fetch))
            continue;
        if (entry->either)
            either = entry;
        else if ((entry->options.preempt == PREEMPT_NONE) == (column->preempt == MATRIX_NONE))
            return entry;
    }
    return either;
}
