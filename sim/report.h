/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --format and --report: the reports that a run writes besides, or in place of, the text for people. */
#pragma once

#include "reports/result.h"
#include "sim/cli.h"

typedef struct Reports {
    char *format;   /* --format: what goes to stdout, or to the file of -o; NULL: text */
    bool herd;      /* --format herd, which is written test by test */
    RunReport *run; /* NULL: text or herd is all that is wanted */
} Reports;

void reports_clear(Reports *reports);

/* For common_parse: the two options. */
/* clang-format off */
#define REPORTS_ENTRIES(it, common, formats)                                                           \
    { "format", 0, 0, G_OPTION_ARG_STRING, &(it)->format, "how results are written to stdout", formats }, \
    { "report", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &(common)->reports,                                 \
      "write a report to a file as well, any number of times", "KIND=FILE" }
/* clang-format on */

/* The file of "KIND=FILE"; NULL if it names none. */
const char *report_file(const char *report);

/* Checks what was given; `command` is quoted in reports. Sets common->run. */
bool reports_prepare(Reports *reports, Common *common, bool takes_herd, const char *command, GError **error);

/* Writes all of them; `text`: what the text format has come to. */
bool reports_write(const Reports *reports, const Common *common, const GString *text, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reports, reports_clear)
