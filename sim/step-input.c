/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/step.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_EDITLINE
#include <editline/readline.h>
#endif

struct StepInput {
    bool terminal;
    char *line; /* room for getline */
    size_t size;
};

#ifdef HAVE_EDITLINE
/* The library has no place for data of ours. */
static const Stepper *completing;
static guint word_start; /* of what is completed, in the line */

/* It asks for one after the other. */
static char *next_completion(const char *text, int state)
{
    static char **names;
    static guint at;
    if (state == 0) {
        g_strfreev(names);
        g_autofree char *before = g_strndup(rl_line_buffer, word_start);
        names = step_completions(completing, before, text);
        at = 0;
    }
    return names[at] ? strdup(names[at++]) : NULL;
}

static char **complete(const char *text, int start, int end)
{
    (void)end;
    rl_attempted_completion_over = 1; /* no names of files */
    word_start = (guint)start;
    return rl_completion_matches(text, next_completion);
}
#endif

StepInput *step_input_new(const Stepper *stepper)
{
    StepInput *input = g_new0(StepInput, 1);
    input->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
#ifdef HAVE_EDITLINE
    completing = stepper;
    if (input->terminal) {
        rl_readline_name = "cmodx";
        rl_attempted_completion_function = complete;
        using_history();
    }
#else
    (void)stepper;
#endif
    return input;
}

void step_input_free(StepInput *input)
{
    if (!input)
        return;
    free(input->line);
    g_free(input);
}

bool step_input_is_terminal(const StepInput *input)
{
    return input->terminal;
}

#ifdef HAVE_EDITLINE
static void on_interrupt(int number)
{
    note_interrupt(number);
    alarm(1);
}

/* The library notices a signal only while it reads: one that has come just before is brought to its notice again. */
static void on_alarm(int number)
{
    (void)number;
    if (interrupted())
        alarm(1);
}

static char *read_edited(void)
{
    const struct sigaction interrupt = { .sa_handler = on_interrupt }, again = { .sa_handler = on_alarm };
    struct sigaction others;
    sigaction(SIGALRM, &again, NULL);
    sigaction(SIGINT, &interrupt, &others);
    char *line = readline("(cmodx) ");
    alarm(0);
    sigaction(SIGINT, &others, NULL);
    return line;
}

static char *edited_line(void)
{
    char *line;
    forget_interrupt();
    /* Ctrl-C gives up the line, not the session. */
    while (!(line = read_edited()) && interrupted()) {
        forget_interrupt();
        g_print("\n");
    }
    if (!line)
        return NULL;
    if (*line)
        add_history(line);
    char *copy = g_utf8_make_valid(line, -1);
    free(line);
    return copy;
}
#endif

bool step_input_failed(const StepInput *input)
{
    return !input->terminal && ferror(stdin);
}

char *step_input_line(StepInput *input)
{
#ifdef HAVE_EDITLINE
    if (input->terminal)
        return edited_line();
#endif
    if (input->terminal)
        g_print("(cmodx) ");
    ssize_t length = getline(&input->line, &input->size, stdin);
    if (length < 0)
        return NULL;
    bool ends = input->line[length - 1] == '\n';
    return g_utf8_make_valid(input->line, length - ends);
}
