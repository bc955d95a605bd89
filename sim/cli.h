/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands share: exit statuses, options, the run of one obligation. */
#pragma once

#include "reports/result.h"
#include "reports/text.h"
#include "scenarios/scenario.h"
#include "sim/ahead.h"
#include "sim/checkpoint.h"
#include "sim/machine/session.h"
#include "sim/machine/timeline-tree.h"

/* The exit statuses of interface and manual; several files: the worst in the order 6, 2, 1, 130, 10, 5, 0. */
typedef enum ExitStatus {
    EXIT_PROVED = 0,
    EXIT_USAGE = 1, /* bad option, unreadable file, missing tool */
    EXIT_BAD_SCENARIO = 2,
    EXIT_INCONCLUSIVE = 5,
    EXIT_INTERNAL = 6,
    EXIT_REFUTED = 10,
    EXIT_NOTHING = 77, /* nothing to run */
    EXIT_INTERRUPTED = 130,
} ExitStatus;

ExitStatus worse(ExitStatus a, ExitStatus b);
ExitStatus exit_of_verdict(Verdict verdict);
ExitStatus exit_of_error(const GError *error);

/* Prints an error to stderr and gives its status. */
ExitStatus report_error(const GError *error);

/* Options that several subcommands take. Released by common_clear. */
typedef struct Common {
    /* Lists of values, separated by commas, one for each time that the option was given; or NULL. */
    char **model, **fetch_atomicity, **preempt, **pair, **misaligned, **lr_sc, **sbi_order, **explorer;
    char *colour, *output;
    char **reports;   /* --report: "KIND=FILE", as often as it was given; of commands that take it */
    char *kinds_file; /* --kinds of check; or NULL */
    char *timeout;
    gint64 max_states, max_memory, max_steps;
    char *progress; /* auto, always or never; NULL: auto */
    gint n_jobs;
    gint abandoned;      /* atomic: what is still being decided is of no use any more */
    guint file, n_files; /* which of how many files is being decided, from 1 on */
    /* Keeping searches; of commands that set `keeps`. */
    bool keeps;
    char *checkpoint, *checkpoint_every, *resume;
    Checkpoint *from; /* what --resume names, opened; or NULL */
    gboolean quiet, verbose;
    char **files;
    GPtrArray *all_files; /* what they come to, once somebody has asked; or NULL */
    Oracle **oracle;      /* one for all obligations, once the first needs it */
    Ahead *ahead;         /* what decides rows on other threads; or NULL */
    RunReport *run;       /* borrowed: where results go for reports, and files that cannot be run; or NULL */
    TimelineTree *tree;   /* borrowed: where orders of stores go for a graph; or NULL */
} Common;

void common_clear(Common *common);

/* Parses the arguments of a subcommand: the common options, `extra` (may be NULL) and files. On failure, or if --help
 * was all, *status is the exit status. */
bool common_parse(Common *common, int argc, char **argv, const GOptionEntry *extra, const char *parameters,
                  const char *summary, ExitStatus *status);

/* Whether options of the command line replace what the scenario's rows say; whether their values exist. */
bool common_overrides(const Common *common);
bool common_overrides_check(const Common *common, GError **error);
/* What is wrong with a schedule beside such options; NULL: there are none. */
const char *schedule_misuse(const Common *common);

/* The rows to run of a scenario: every combination of the options given. Those that are not are its own rows', or the
 * defaults if a model is given. */
bool common_rows(const Common *common, const Scenario *scenario, GArray **rows, GError **error);

/* The file that --checkpoint names; NULL if it names none. */
const char *checkpoint_named(const Common *common);

/* Refuses to overwrite what is read, or to write two files into one. Called by common_parse. */
bool outputs_check(Common *common, GError **error);
bool same_file(const char *a, const char *b);

TextStyle common_style(const Common *common);

/* Decides one row within the limits of the command line. */
Outcome *common_decide(const Common *common, const Scenario *scenario, const Row *row, GError **error);

/* The same here and now. `common` is a const Common; *oracle: the emulator, or NULL if it has yet to be created. */
Outcome *decide_row(gconstpointer common, Oracle **oracle, const Scenario *scenario, const Row *row, GError **error);

/* The same for a row with an expectation. A counterexample is replayed: it has to, whether it is printed or not. The replay is
 * returned in *replay, NULL if there is none, unless `replay` is NULL. */
Outcome *decide_and_replay(const Common *common, const Scenario *scenario, const Row *row, Replay **replay,
                           GError **error);

/* Whether `--graph KIND` names a kind of graphs that there is. */
bool graph_kind_check(const char *kind, GError **error);

/* The emulator that all obligations of the command have in common. Fails only if it cannot be created. */
Oracle *common_oracle(const Common *common, GError **error);

/* Begins a session; what has to be explored for that is within the limits, too. It borrows the scenario and the emulator. */
Session *common_session(const Common *common, const Scenario *scenario, const Options *options, GError **error)
    OWNED_BY(session_free);

/* The command that is running, as a shell would read it. To be asked before the arguments are parsed. */
char *command_line(int argc, char **argv);

/* Whether it is the verdict that the row expects, by the property that it names. */
bool as_expected(const Scenario *scenario, const Row *row, const Outcome *outcome);

/* The name of the property that is violated; NULL unless refuted. */
const char *violated_property(const Scenario *scenario, const Outcome *outcome);

/* "REFUTED (no-trap)"; and "FILE:LINE:COLUMN: FAIL [OPTIONS]: expected ..., found ...". */
char *found_text(const Scenario *scenario, const Outcome *outcome);
char *mismatch_text(const Scenario *scenario, const Row *row, const Outcome *outcome);

/* Whether the user has pressed Ctrl-C, since that was last forgotten. */
bool interrupted(void);
void note_interrupt(int number); /* a signal handler */
void forget_interrupt(void);

/* Where the catalogue is: CMODX_CATALOGUE, else the one that comes with the program. */
char *catalogue_directory(void);

/* The file or directory of that name; if there is none, the one of the catalogue ("linux/ftrace-call-ops", "linux"). */
char *file_named(const char *argument);

/* The scenario files that the arguments name: a directory stands for the *.yaml and *.litmus files below it, sorted by
 * name; "@FILE", or a file whose name starts with '@', for the files it lists. Looked for once: a list may come from
 * standard input. */
const GPtrArray *common_files(Common *common, GError **error);

Scenario *load_file(const char *path, GError **error);

/* What a command does with each scenario. */
typedef struct ScenarioRun {
    /* The rows to decide (of Row, which borrow what they point at), as a new array. NULL: none are decided. */
    GArray *(*rows)(gpointer data, const Scenario *scenario, GError **error);
    /* Decides and tells them. */
    ExitStatus (*each)(gpointer data, const Scenario *scenario, const GArray *rows, GString *out);
    gpointer data;
    bool at_once; /* what `each` puts into `out` is written as it comes, unless there is -o; else it is left there */
} ScenarioRun;

/* Runs every scenario that the arguments name, in their order, until Ctrl-C; reports what cannot be loaded and goes on. The worst
 * status of all. */
ExitStatus each_scenario(Common *common, const ScenarioRun *run, GString *out);

/* Writes a file: a new one in place of the old one, or to a device or pipe. */
bool file_write(const char *path, const char *text, GError **error);

/* Writes to the file of -o, or to stdout. */
bool common_write(const Common *common, const char *text, GError **error);

/* "sc,preempt=full@0:2,1:3" into options and schedule. */
GArray *parse_schedule(const char *text, const Scenario *scenario, Options *options, GError **error);

int cmd_check(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_step(int argc, char **argv);
int cmd_matrix(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_models(int argc, char **argv);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Common, common_clear)
