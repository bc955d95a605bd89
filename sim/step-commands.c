/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/resolve.h"
#include "sim/base/error.h"
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
    { "run", 'r', "[HART] [until violation|break]",
      "first choices of all harts in turn, or of one, until a violation or a breakpoint", step_do_run, true },
    { "undo", 'u', "[N]", "takes back the last step, or the last N", step_do_undo, true },
    { "redo", 0, "[N]", "makes the step again that was undone, or N of them", step_do_redo, true },
    { "goto", 'g', "STEP", "back or forth to where so many steps have been made; 0 is the beginning", step_do_goto,
      false },
    { "break", 'b', "[HART] at LABEL[+OFFSET]|ADDRESS", "stops `run` and `next` where a hart gets there", step_do_break,
      false },
    { "delete", 'd', "[N]", "deletes breakpoint N, or all", step_do_delete, false },
    { "info", 'i', "breaks", "lists the breakpoints", step_do_info, false },
    { "show", 0, "choices|regs [HART]|mem ADDRESS [BYTES]|timeline|views [HART]|story",
      "the state again; registers; memory; the stores so far; what a hart must see; the way here", step_do_show, true },
    { "list", 'l', "[HART|ADDRESS]", "instructions around a pc, in memory and in other versions", step_do_list, true },
    { "schedule", 0, "", "prints the way here as `cmodx replay --schedule` takes it", step_do_schedule, false },
    { "save", 0, "FILE", "writes that to a file", step_do_save, false },
    { "load", 0, "SCHEDULE|FILE", "goes through a schedule from the beginning, to its end", step_do_load, false },
    { "help", 'h', "[COMMAND]", "this list, or what one command does", do_help, false },
    { "quit", 'q', "", "ends the session, as the end of input does", do_quit, false },
};

/* ---- arguments */

bool step_bad(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_USAGE, message);
    return false;
}

bool step_count(char **words, guint least, guint most, const char *usage, GError **error)
{
    guint n = g_strv_length(words);
    return (n >= least && n <= most) || step_bad(error, "usage: %s", usage);
}

bool step_number(const char *word, guint most, guint *number, GError **error)
{
    guint64 value;
    if (!g_ascii_string_to_unsigned(word, 10, 0, most, &value, NULL))
        return step_bad(error, "'%s' is no number from 0 to %u", word, most);
    *number = (guint)value;
    return true;
}

enum {
    HARTS_LISTED = 8
};

static bool no_such_hart(const Program *program, const char *word, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    if (program->harts->len > HARTS_LISTED)
        return step_bad(error, "there is no hart '%s'", word);
    for (guint h = 0; h < program->harts->len; h++)
        g_string_append_printf(names, "%s%s", h ? ", " : "", program_hart(program, h)->name);
    return step_bad(error, "there is no hart '%s'; known: %s", word, names->str);
}

bool step_hart(const Stepper *stepper, const char *word, guint *hart, GError **error)
{
    const Program *program = stepper->scenario->program;
    for (guint h = 0; h < program->harts->len; h++)
        if (g_str_equal(program_hart(program, h)->name, word)) {
            *hart = h;
            return true;
        }
    guint64 number;
    if (!g_ascii_string_to_unsigned(word, 10, 0, program->harts->len - 1, &number, NULL))
        return no_such_hart(program, word, error);
    *hart = (guint)number;
    return true;
}

bool step_address(const Stepper *stepper, const char *word, uint64_t *address, GError **error)
{
    const char *sign = strpbrk(word, "+-");
    g_autofree char *label = sign ? g_strndup(word, (gsize)(sign - word)) : g_strdup(word);
    const ImageSymbol *symbol = image_symbol(stepper->scenario->program->image, label);
    char *end;
    *address = symbol ? symbol->address : g_ascii_strtoull(label, &end, 0);
    if (!symbol && (!*label || *end || !g_ascii_isdigit(*label))) {
        const char *closest = closest_symbol(stepper->scenario->program->image, label);
        return closest ? step_bad(error, "there is no label '%s'; did you mean '%s'?", label, closest)
                       : step_bad(error, "there is no label '%s'", label);
    }
    if (!sign)
        return true;
    guint64 offset = g_ascii_strtoull(sign + 1, &end, 0);
    if (!g_ascii_isdigit(sign[1]) || *end)
        return step_bad(error, "'%s' is no offset", sign);
    *address = *sign == '+' ? *address + offset : *address - offset;
    return true;
}

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
    const Command *found = NULL;
    g_autoptr(GString) several = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        const Command *command = &commands[i];
        if (g_str_equal(word, command->name) || (word[0] == command->letter && !word[1]))
            return command;
        if (!g_str_has_prefix(command->name, word))
            continue;
        g_string_append_printf(several, "%s%s", found ? ", " : "", command->name);
        found = command;
    }
    if (!found)
        step_bad(error, "there is no command '%s'; see `help`", word);
    else if (!g_str_equal(several->str, found->name))
        step_bad(error, "'%s' may be %s", word, several->str);
    else
        return found;
    return NULL;
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
    if (g_ascii_isdigit(*words[0])) {
        guint number = 0;
        return step_count(words, 1, 1, "NUMBER", error) && step_number(words[0], G_MAXINT, &number, error) &&
               step_choose(stepper, number, error);
    }
    const Command *command = find(words[0], error);
    return command && command->run(stepper, words + 1, error);
}

bool step_repeats(const char *line)
{
    g_auto(GStrv) words = words_of(line);
    const Command *command = words[0] && !g_ascii_isdigit(*words[0]) ? find(words[0], NULL) : NULL;
    return words[0] && (g_ascii_isdigit(*words[0]) || (command && command->repeats));
}

char **step_completions(const char *text)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_has_prefix(commands[i].name, text))
            g_ptr_array_add(names, g_strdup(commands[i].name));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}
