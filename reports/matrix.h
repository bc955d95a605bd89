/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdicts of many scenarios under many options as tables, one for each directory: a line per scenario, and per
 * combination of the options that have no column; a column per model, fetch atomicity and preempt. */
#pragma once

#include "scenarios/scenario.h"

/* The verdict of one row of one scenario. */
typedef struct MatrixEntry {
    char *scenario, *file, *title;
    Options options;
    bool either; /* the verdict holds for both values of `preempt`, and the row names neither */
    Verdict verdict;
    char *property; /* the one violated, or NULL */
    char *reason;   /* INCONCLUSIVE: one line; or NULL */
    bool expects;   /* the scenario has a row for these options: */
    Verdict expected;
    char *expected_property; /* or NULL: any */
    char *mismatch;          /* the verdict is not the expected one: a line that says so; or NULL */
} MatrixEntry;

void matrix_entry_free(gpointer entry);

/* `entries`: of MatrixEntry, those of one file behind each other. */
void matrix_text(GString *out, const GPtrArray *entries, bool with_legend);
/* `command`: what prints these very tables. */
void matrix_markdown(GString *out, const GPtrArray *entries, const char *command);
void matrix_json(GString *out, const GPtrArray *entries);

/* ---- what text and Markdown share */

/* The scenarios of one directory. Each table has its own columns: a directory whose rows speak of nine models does not
 * widen the others. */
typedef struct MatrixTable {
    char *directory;     /* as the user named it */
    const char *heading; /* the directory without what all of them have in common; NULL: there is but one */
    GPtrArray *entries;  /* borrowed */
} MatrixTable;

/* MatrixTable, in the order of their first entries. */
GPtrArray *matrix_tables(const GPtrArray *entries);

typedef enum MatrixPreempt {
    MATRIX_NONE,
    MATRIX_FULL,
    MATRIX_EITHER, /* no verdict of this model and fetch atomicity depends on it */
} MatrixPreempt;

typedef struct MatrixColumn {
    const Model *model;
    FetchAtomicity fetch;
    MatrixPreempt preempt;
} MatrixColumn;

typedef struct MatrixLine {
    char *label; /* "linux/x", "linux/x (auipc-jalr=masked)" */
    const char *file;
    char *rest;         /* the options that have no column */
    GPtrArray *entries; /* borrowed */
} MatrixLine;

typedef struct Matrix {
    GArray *columns;  /* MatrixColumn: models in the order of the table of models; whole, 4, 2, 8; none, full */
    GPtrArray *lines; /* MatrixLine, in the order of their first entries */
} Matrix;

Matrix *matrix_new(const GPtrArray *entries);
void matrix_free(Matrix *matrix);
const MatrixColumn *matrix_column(const Matrix *matrix, guint column);

/* The entry of a cell, or NULL. */
const MatrixEntry *matrix_cell(const MatrixLine *line, const MatrixColumn *column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Matrix, matrix_free)
