/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the page: html-page.c sorts the results into sections, html.c writes the frame and what is above them,
 * html-matrix.c the table of verdicts, html-section.c a scenario, html-example.c a counterexample. */
#pragma once

#include "reports/result.h"
#include "reports/svg.h"

/* A counterexample, and all rows of its section that have the same one. */
typedef struct HtmlExample {
    char *id;
    char *likeness;  /* what is equal in equal counterexamples */
    GPtrArray *rows; /* HtmlRow, borrowed */
} HtmlExample;

typedef struct HtmlRow {
    const Result *result;
    char *id;
    HtmlExample *example; /* or NULL; borrowed */
} HtmlRow;

/* The results of one file. */
typedef struct HtmlSection {
    char *id;
    const char *file, *name, *title; /* title: or NULL */
    GPtrArray *rows;                 /* HtmlRow */
    GPtrArray *examples;             /* HtmlExample */
} HtmlSection;

typedef struct HtmlPage {
    const RunReport *run;
    GPtrArray *sections;   /* HtmlSection */
    GPtrArray *attention;  /* HtmlRow, borrowed: those that fail, what was not expected first */
    GHashTable *of_result; /* Result -> HtmlRow */
    bool expects;          /* some result has an expectation */
} HtmlPage;

HtmlPage *html_page_new(const RunReport *run);
void html_page_free(HtmlPage *page);

void html_put_style(GString *out);
void html_put_legend(GString *out);
void html_put_matrix(GString *out, const HtmlPage *page);
void html_put_section(GString *out, const HtmlSection *section);
void html_put_example(GString *out, const HtmlSection *section, guint number);

/* The table of versions, and what would have been right; without ids. */
void html_put_site(GString *out, const Story *story);
void html_put_allowed(GString *out, const Story *story);

/* A verdict as a coloured word; an error is none. */
void html_put_verdict(GString *out, const Result *result);

/* What to type, as <code> whose lines do not break within an option: "--" at the end of one would look like a word. */
void html_put_command(GString *out, const char *command);

/* printf whose %s are escaped. */
void html_printf(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HtmlPage, html_page_free)
