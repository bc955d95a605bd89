/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/source.h"
#include "sim/base/error.h"
#include "sim/step.h"

#include <string.h>

enum {
    QUOTED_MAX = 60, /* characters */
    NAMED_MAX = 8    /* harts */
};

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
    { "show", 0, "choices|steps [FROM [TO]]|regs [HART]|mem ADDRESS [BYTES]|timeline|views [HART]|story",
      "the state again; the steps so far; registers; memory; the stores so far; what a hart must see; the way here",
      step_do_show, true },
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

char *step_quoted(const char *word)
{
    bool whole = g_utf8_strlen(word, -1) <= QUOTED_MAX;
    g_autofree char *start = whole ? g_strdup(word) : g_utf8_substring(word, 0, QUOTED_MAX);
    return g_strdup_printf("'%s%s'", start, whole ? "" : "...");
}

bool step_count(char **words, guint least, guint most, const char *usage, GError **error)
{
    guint n = g_strv_length(words);
    return (n >= least && n <= most) || step_bad(error, "usage: %s", usage);
}

bool step_number(const char *word, guint least, guint most, guint *number, GError **error)
{
    guint64 value;
    if (g_ascii_string_to_unsigned(word, 10, least, most, &value, NULL)) {
        *number = (guint)value;
        return true;
    }
    g_autofree char *quoted = step_quoted(word);
    return step_bad(error, "%s is no number from %u to %u", quoted, least, most);
}

/* `names` are those that there are: the message lists a few, and of many says which one was probably meant. */
static bool no_such(const char *what, const char *word, const char *const *names, guint n, GError **error)
{
    g_autofree char *quoted = step_quoted(word);
    const char *closest = closest_name(word, names, n);
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < n && n <= NAMED_MAX; i++)
        g_string_append_printf(list, "%s%s", i ? ", " : "", names[i]);
    if (list->len)
        return step_bad(error, "there is no %s %s, but %s", what, quoted, list->str);
    return closest ? step_bad(error, "there is no %s %s; did you mean '%s'?", what, quoted, closest)
                   : step_bad(error, "there is no %s %s", what, quoted);
}

int step_find(const char *word, const char *what, const char *const *names, guint n, GError **error)
{
    int found = -1;
    g_autoptr(GString) several = g_string_new(NULL);
    for (guint i = 0; i < n; i++) {
        if (g_str_equal(word, names[i]))
            return (int)i;
        if (!*word || !g_str_has_prefix(names[i], word))
            continue;
        g_string_append_printf(several, "%s%s", found < 0 ? "" : ", ", names[i]);
        found = (int)i;
    }
    if (found >= 0 && g_str_equal(several->str, names[found]))
        return found;
    g_autofree char *quoted = step_quoted(word);
    if (found < 0)
        no_such(what, word, names, n, error);
    else
        step_bad(error, "%s may be %s", quoted, several->str);
    return -1;
}

bool step_hart(const Stepper *stepper, const char *word, guint *hart, GError **error)
{
    const Program *program = stepper->scenario->program;
    const char *names[HARTS_MAX];
    for (guint h = 0; h < program->harts->len; h++) {
        names[h] = program_hart(program, h)->name;
        if (g_str_equal(names[h], word)) {
            *hart = h;
            return true;
        }
    }
    guint64 number;
    if (!g_ascii_string_to_unsigned(word, 10, 0, program->harts->len - 1, &number, NULL))
        return no_such("hart", word, names, program->harts->len, error);
    *hart = (guint)number;
    return true;
}

/* The names of all labels; free the array. */
static const char **label_names(const Image *image, guint *n)
{
    const ImageSymbol *symbols = image_symbols(image, n);
    const char **names = g_new(const char *, *n + 1);
    for (guint i = 0; i < *n; i++)
        names[i] = symbols[i].name;
    return names;
}

/* A number in decimal, or in hexadecimal behind 0x. */
static bool parse_value(const char *word, uint64_t *value)
{
    bool hex = g_str_has_prefix(word, "0x");
    return g_ascii_string_to_unsigned(hex ? word + 2 : word, hex ? 16 : 10, 0, G_MAXUINT64, value, NULL);
}

bool step_address(const Stepper *stepper, const char *word, uint64_t *address, GError **error)
{
    const Image *image = stepper->scenario->program->image;
    const char *sign = strpbrk(word, "+-");
    g_autofree char *label = sign ? g_strndup(word, (gsize)(sign - word)) : g_strdup(word);
    const ImageSymbol *symbol = image_symbol(image, label);
    if (symbol) {
        *address = symbol->address;
    } else if (!parse_value(label, address)) {
        guint n;
        g_autofree const char **names = label_names(image, &n);
        return no_such("label", label, names, n, error);
    }
    if (!sign)
        return true;
    uint64_t offset;
    if (!parse_value(sign + 1, &offset)) {
        g_autofree char *quoted = step_quoted(sign);
        return step_bad(error, "%s is no offset: '+' or '-', and a number of bytes", quoted);
    }
    *address = *sign == '+' ? *address + offset : *address - offset;
    return true;
}

bool step_is_code(const Stepper *stepper, uint64_t address, GError **error)
{
    const Image *image = stepper->scenario->program->image;
    const ImageSection *section = image_section_at(image, address, 2);
    if (section && section->flags & IMAGE_EXEC && address % 2 == 0)
        return true;
    g_autofree char *text = address_text(image, address);
    return step_bad(error, "there is no %s at %s", address % 2 ? "instruction" : "code", text);
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
