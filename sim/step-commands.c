/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/step.h"

#include <string.h>

static bool do_help(Stepper *stepper, char **words, GError **error);
static bool do_quit(Stepper *stepper, char **words, GError **error);

typedef struct Command {
    const char *name;
    char letter; /* what it can be shortened to although others begin like it; 0: none */
    const char *arguments;
    const char *summary;
    StepFunc run;
    bool repeats; /* by an empty line */
} Command;

static const Command commands[] = {
    { "step", 's', "[HART]", "one step: the hart's first choice (default: the hart of the last step)", step_do_step,
      true },
    { "next", 'n', "[HART]", "steps of a hart until it has completed an instruction", step_do_next, true },
    { "run", 'r', "[HART] [until violation]",
      "first choices of all harts in turn, or of one, until a violation or a breakpoint, or only until a violation",
      step_do_run, true },
    { "undo", 'u', "[N]", "takes back the last step, or the last N", step_do_undo, true },
    { "redo", 0, "[N]", "makes the step again that was undone, or N of them", step_do_redo, true },
    { "goto", 'g', "STEP", "back or forth to where so many steps have been made; 0 is the beginning", step_do_goto,
      false },
    { "break", 'b', "[HART] at LABEL[+OFFSET]|ADDRESS", "stops `run` and `next` where a hart gets there", step_do_break,
      false },
    { "delete", 'd', "[N]", "deletes breakpoint N, or all", step_do_delete, false },
    { "info", 'i', "breaks", "lists the breakpoints", step_do_info, false },
    { "show", 0, "choices|steps [FROM [TO]]|regs [HART]|mem LABEL|ADDRESS [BYTES]|timeline|views [HART]|story",
      "the state again; the steps so far; registers; memory; the stores so far; what a hart must see; the way here",
      step_do_show, true },
    { "list", 'l', "[HART|LABEL|ADDRESS]", "instructions around a pc, in memory and in other versions", step_do_list,
      true },
    { "schedule", 0, "", "prints the way here as `cmodx replay --schedule` takes it", step_do_schedule, false },
    { "save", 0, "FILE", "writes that to a file", step_do_save, false },
    { "load", 0, "SCHEDULE|FILE", "goes through a schedule from the beginning, to its end", step_do_load, false },
    { "help", 'h', "[COMMAND]", "this list, or what one command does", do_help, false },
    { "quit", 'q', "", "ends the session, as the end of input does", do_quit, false },
};

guint step_current(const Stepper *stepper)
{
    const Replay *replay = session_replay(stepper->session);
    return replay->steps->len ? g_array_index(replay->steps, ReplayStep, replay->steps->len - 1).hart : 0;
}

/* ---- commands */

static bool do_quit(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 0, "quit", error))
        return false;
    stepper->quits = true;
    return true;
}

/* The command that a word names: by its letter, by its name, or by a beginning that no other one has. */
static const Command *find(const char *word, GError **error)
{
    const char *names[G_N_ELEMENTS(commands)];
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        names[i] = commands[i].name;
        if (word[0] == commands[i].letter && !word[1])
            return &commands[i];
    }
    int found = step_find(word, "command", names, G_N_ELEMENTS(commands), error);
    return found < 0 ? NULL : &commands[found];
}

static void put_help(GString *out, const Command *command)
{
    g_string_append_printf(out, "  %s%s%s\n      %s", command->name, *command->arguments ? " " : "", command->arguments,
                           command->summary);
    if (command->letter)
        g_string_append_printf(out, " (short: %c)", command->letter);
    g_string_append_c(out, '\n');
}

static bool do_help(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 1, "help [COMMAND]", error))
        return false;
    if (words[0]) {
        const Command *command = find(words[0], error);
        if (command)
            put_help(stepper->out, command);
        return command != NULL;
    }
    g_string_append(stepper->out, "  NUMBER\n      takes that choice\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        put_help(stepper->out, &commands[i]);
    g_string_append(stepper->out,
                    "  An empty line repeats the last command; # starts a comment. Names can be shortened as long as\n"
                    "  they are unambiguous. A HART is its name or number.\n");
    return true;
}

static char **words_of(const char *line)
{
    g_auto(GStrv) all = g_strsplit_set(line, " \t\r", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (guint i = 0; all[i]; i++)
        if (*all[i])
            g_ptr_array_add(words, g_strdup(all[i]));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

bool step_command(Stepper *stepper, const char *line, GError **error)
{
    g_auto(GStrv) words = words_of(line);
    if (!words[0])
        return true;
    if (strstr(line, "\357\277\275")) /* U+FFFD, in place of what was none */
        return step_bad(error, "a command is text in UTF-8, without NUL");
    if (g_ascii_isdigit(*words[0]))
        return step_count(words, 1, 1, "NUMBER", error) && step_choose(stepper, words[0], error);
    const Command *command = find(words[0], error);
    return command && command->run(stepper, words + 1, error);
}

bool step_repeats(const char *line)
{
    g_auto(GStrv) words = words_of(line);
    const Command *command = words[0] && !g_ascii_isdigit(*words[0]) ? find(words[0], NULL) : NULL;
    return words[0] && (g_ascii_isdigit(*words[0]) || (command && command->repeats));
}

static void add_completion(GPtrArray *names, const char *name, const char *text)
{
    if (g_str_has_prefix(name, text))
        g_ptr_array_add(names, g_strdup(name));
}

static void add_arguments(GPtrArray *names, const Program *program, const char *text)
{
    guint n;
    const ImageSymbol *symbols = image_symbols(program->image, &n);
    for (guint h = 0; h < program->harts->len; h++)
        add_completion(names, program_hart(program, h)->name, text);
    for (guint i = 0; i < n; i++)
        add_completion(names, symbols[i].name, text);
}

char **step_completions(const Stepper *stepper, const char *line, const char *text)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) words = words_of(line);
    const Command *command = words[0] ? find(words[0], NULL) : NULL;
    if (!words[0])
        for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
            add_completion(names, commands[i].name, text);
    else if (command && command->run == step_do_show && !words[1])
        for (guint i = 0; step_subjects[i]; i++)
            add_completion(names, step_subjects[i], text);
    else
        add_arguments(names, stepper->scenario->program, text);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}
