/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run of check or test has found, as plain data: every report other than the text on the terminal is written from
 * this, and knows nothing of searches, harts or memory. All strings are UTF-8 and owned. */
#pragma once

#include "reports/story.h"
#include "scenarios/scenario.h"

/* A property that was checked. */
typedef struct ResultProperty {
    char *name; /* "never: wrong_op" */
    char *rule; /* the kind alone, stable from version to version: "never" */
} ResultProperty;

/* What is known of a rule: for SARIF, for legends. */
typedef struct Rule {
    const char *id;      /* "no-trap" */
    const char *summary; /* one sentence */
} Rule;

/* All rules, in a fixed order; *n of them. Besides kinds of properties "inconclusive", "unexpected-verdict" and "error". */
const Rule *rules_all(guint *n);

/* The rule of a property. */
const char *rule_of(const Property *property);

/* One obligation, decided: a scenario under one row of options. Or, if `error` is set, a file that could not be run at all;
 * then only file, line, column and error count. */
typedef struct Result {
    char *file;     /* as given on the command line */
    char *scenario; /* "linux/ftrace-pair-stop-machine" */
    char *title;
    char *label; /* the options as people read them: "rvwmo, ziccif, preempt=full" */
    Options options;
    bool told_preempt; /* `preempt` was given, or matters */
    Verdict verdict;
    GPtrArray *properties; /* ResultProperty */
    Doubt doubt;           /* INCONCLUSIVE: why; else DOUBT_NONE, as for errors */
    char *reason;          /* the same in one line; else NULL */
    char *checkpoint;      /* INCONCLUSIVE: the file from which the search can be taken up again; or NULL */
    /* A limit has ended the search: how much is done, of an estimated total (0: not known), in units of "states", say. */
    guint64 done, expected_total;
    const char *unit;
    char *any; /* PROVED for any number of these harts: their names; or NULL */
    /* REFUTED: what is violated, where the scenario asks for it (line 1 if it is a default), and how; else NULL or 0. */
    char *property, *rule;
    guint line, column;
    Story *story;   /* NULL: refuted by the whole search, as an "exists" that no final state meets */
    char *schedule; /* for --schedule; NULL without story */
    /* What the scenario's own row expects (commands that compare); `as_expected` is true where nothing is. */
    bool expects, as_expected;
    Verdict expected;
    char *expected_property; /* or NULL: any */
    guint row_line, row_column;
    /* Figures. `explorer`: "interleaving" or "timeline". */
    const char *explorer;
    guint64 states, transitions, depth, timelines, bytes;
    char *interleavings; /* decimal digits; NULL: not counted, or infinitely many */
    bool endless;        /* the latter */
    char *text;          /* the whole report, as `check` prints it */
    char *error;         /* "FILE:LINE:COL: error: ..."; NULL: none */
} Result;

void result_free(gpointer result);

/* `replay`: of outcome->trail where there is one, else NULL. `expected`: the row to compare with, or NULL. */
Result *result_new(const Scenario *scenario, const Row *row, const Outcome *outcome, const Replay *replay,
                   const Row *expected);
/* Of a file that could not be loaded or run; takes what `error` says. */
Result *result_new_error(const char *file, const GError *error);

/* All of a run. */
typedef struct RunReport {
    char *command;      /* "cmodx test -q scenarios": as a shell would read it */
    GPtrArray *results; /* Result, in the order of files and rows */
    guint proved, refuted, inconclusive, errors;
    guint passed, failed; /* of those with an expectation; an INCONCLUSIVE that was not expected fails */
} RunReport;

void run_report_free(RunReport *run);
RunReport *run_report_new(const char *command) OWNED_BY(run_report_free);
/* Takes the result. */
void run_report_add(RunReport *run, Result *result);

/* Whether a result is bad news for CI: with an expectation, if it is not met; without one, REFUTED, INCONCLUSIVE or error. */
bool result_fails(const Result *result);

/* The command that goes on with a search from its checkpoint; NULL: there is none. */
char *result_resume(const Result *result);

/* The reason, and how to go on if there is a checkpoint; NULL: there is no reason. */
char *result_reason(const Result *result);

/* "expected PROVED, found REFUTED (no-trap)", or without an expectation "REFUTED: no-trap", "INCONCLUSIVE: reason", the error. */
char *result_message(const Result *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Result, result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunReport, run_report_free)
