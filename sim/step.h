/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interactive stepper: cmd-step.c starts it, step-input.c reads lines, step-commands.c finds the command of a line,
 * step-arguments.c says what its words mean; step-walk.c holds the commands that go somewhere, step-breaks.c those about breakpoints, step-look.c those that only look. */
#pragma once

#include "reports/scene.h"
#include "sim/cli.h"

/* Numbers that can be anything, such as how many steps to undo. */
#define STEP_NUMBER_MAX ((guint)G_MAXINT)

typedef struct Break {
    guint number;
    int hart; /* -1: any */
    uint64_t address;
} Break;

typedef struct Stepper {
    const Scenario *scenario;
    Session *session;
    TextStyle style;
    GArray *breaks; /* Break */
    guint breaks_made;
    GString *out; /* of the command at hand */
    bool quits;
} Stepper;

/* One command; `words` are its arguments. False: the user's mistake, and nothing has changed. */
typedef bool (*StepFunc)(Stepper *stepper, char **words, GError **error);

/* Finds and runs the command of a line; its output is in stepper->out. */
bool step_command(Stepper *stepper, const char *line, GError **error);
/* Whether a line is worth repeating when an empty one follows. */
bool step_repeats(const char *line);
/* Words that begin with `text`, of which `line` is what stands before it; a new array. */
char **step_completions(const Stepper *stepper, const char *line, const char *text);

bool step_bad(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A word in quotes, as messages show it: not all of a very long one. */
char *step_quoted(const char *word);
/* Whether there are between `least` and `most` arguments. */
bool step_count(char **words, guint least, guint most, const char *usage, GError **error);
bool step_hart(const Stepper *stepper, const char *word, guint *hart, GError **error);
bool step_number(const char *word, guint least, guint most, guint *number, GError **error);
bool step_address(const Stepper *stepper, const char *word, uint64_t *address, GError **error);
bool step_is_code(const Stepper *stepper, uint64_t address, GError **error);
/* Which of the names is meant: it, or a beginning that no other one has; -1: none. `what`: what they are names of. */
int step_find(const char *word, const char *what, const char *const *names, guint n, GError **error);
/* The hart of the last step; the first one at the beginning. */
guint step_current(const Stepper *stepper);
/* Shows the steps made since `from`, why there are no more (NULL: nothing is said), and where that has led. */
void step_show(Stepper *stepper, guint from, const char *why);

/* ---- step-walk.c */
bool step_choose(Stepper *stepper, const char *number, GError **error);
bool step_do_step(Stepper *stepper, char **words, GError **error);
bool step_do_next(Stepper *stepper, char **words, GError **error);
bool step_do_run(Stepper *stepper, char **words, GError **error);
bool step_do_undo(Stepper *stepper, char **words, GError **error);
bool step_do_redo(Stepper *stepper, char **words, GError **error);
bool step_do_goto(Stepper *stepper, char **words, GError **error);

/* ---- step-breaks.c */
/* The last step, of which there must be one; the breakpoint that it has got to, as text, a new string, or NULL. */
const ReplayStep *step_last(const Stepper *stepper);
char *step_break_reached(const Stepper *stepper);
bool step_do_break(Stepper *stepper, char **words, GError **error);
bool step_do_delete(Stepper *stepper, char **words, GError **error);
bool step_do_info(Stepper *stepper, char **words, GError **error);

/* ---- step-look.c */
extern const char *const step_subjects[]; /* of `show`; ends with NULL */
bool step_do_show(Stepper *stepper, char **words, GError **error);
bool step_do_list(Stepper *stepper, char **words, GError **error);
bool step_do_schedule(Stepper *stepper, char **words, GError **error);
bool step_do_save(Stepper *stepper, char **words, GError **error);
bool step_do_load(Stepper *stepper, char **words, GError **error);
/* Loads a schedule as text, and goes to its end; the options in it must be those of the session. */
bool step_load(Stepper *stepper, const char *text, GError **error);

/* ---- step-input.c: lines from a terminal, with editing and history where there is a library for that, or from a pipe. */
typedef struct StepInput StepInput;
void step_input_free(StepInput *input);
/* Borrows the stepper, for completions. */
StepInput *step_input_new(const Stepper *stepper) OWNED_BY(step_input_free);
bool step_input_is_terminal(const StepInput *input);
/* Whether there was no next line because the commands could not be read. */
bool step_input_failed(const StepInput *input);
/* The next line without its end, or NULL; a new string. */
char *step_input_line(StepInput *input);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StepInput, step_input_free)
