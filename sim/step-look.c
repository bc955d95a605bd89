/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/source.h"
#include "sim/step.h"

#include <string.h>

enum {
    SHOWN_BYTES = 16,
    SHOWN_BYTES_MAX = 4096
};

/* ---- show */

static bool show_choices(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 0, "show choices", error))
        return false;
    scene_state(stepper->out, stepper->session, &stepper->style);
    return true;
}

static bool show_memory(Stepper *stepper, char **words, GError **error)
{
    uint64_t address;
    guint size = SHOWN_BYTES;
    if (!step_count(words, 1, 2, "show mem LABEL|ADDRESS [BYTES]", error) ||
        !step_address(stepper, words[0], &address, error) ||
        (words[1] && !step_number(words[1], 1, SHOWN_BYTES_MAX, &size, error)))
        return false;
    const Image *image = stepper->scenario->program->image;
    const ImageSection *section = image_section_at(image, address, 1);
    if (!section)
        return step_bad(error, "there is no memory at 0x%" G_GINT64_MODIFIER "x", address);
    scene_memory(stepper->out, stepper->session, address,
                 (guint)MIN((uint64_t)size, section->address + section->size - address));
    return true;
}

/* All steps, or those from one on, to another one. */
static bool show_steps(Stepper *stepper, char **words, GError **error)
{
    guint n = session_at(stepper->session), from = 1, to = n;
    if (!step_count(words, 0, 2, "show steps [FROM [TO]]", error))
        return false;
    if (n == 0)
        return step_bad(error, "no steps have been made");
    if ((words[0] && !step_number(words[0], 1, n, &from, error)) ||
        (words[0] && words[1] && !step_number(words[1], from, n, &to, error)))
        return false;
    for (guint i = from; i <= to; i++)
        scene_step(stepper->out, stepper->session, i - 1);
    return true;
}

typedef void (*HartScene)(GString *out, Session *session, guint hart);

/* Of one hart, or of all. */
static bool show_harts(Stepper *stepper, char **words, HartScene scene, const char *usage, GError **error)
{
    guint hart;
    if (!step_count(words, 0, 1, usage, error) || (words[0] && !step_hart(stepper, words[0], &hart, error)))
        return false;
    for (guint h = 0; h < stepper->scenario->program->harts->len; h++)
        if (!words[0] || h == hart)
            scene(stepper->out, stepper->session, h);
    return true;
}

static bool show_registers(Stepper *stepper, char **words, GError **error)
{
    return show_harts(stepper, words, scene_registers, "show regs [HART]", error);
}

static bool show_views(Stepper *stepper, char **words, GError **error)
{
    return show_harts(stepper, words, scene_views, "show views [HART]", error);
}

static bool show_timeline(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 0, "show timeline", error))
        return false;
    scene_timeline(stepper->out, stepper->session);
    return true;
}

static bool show_story(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 0, "show story", error))
        return false;
    scene_story(stepper->out, stepper->session, &stepper->style);
    return true;
}

const char *const step_subjects[] = { "choices", "steps", "regs", "mem", "timeline", "views", "story", NULL };

bool step_do_show(Stepper *stepper, char **words, GError **error)
{
    static const StepFunc show[] = { show_choices,  show_steps, show_registers, show_memory,
                                     show_timeline, show_views, show_story };
    if (!words[0])
        return step_bad(error, "usage: show choices|steps|regs|mem|timeline|views|story");
    int subject = step_find(words[0], "subject", step_subjects, G_N_ELEMENTS(show), error);
    return subject >= 0 && show[subject](stepper, words + 1, error);
}

bool step_do_list(Stepper *stepper, char **words, GError **error)
{
    guint hart = step_current(stepper);
    uint64_t address;
    if (!step_count(words, 0, 1, "list [HART|LABEL|ADDRESS]", error))
        return false;
    bool of_hart = !words[0] || step_hart(stepper, words[0], &hart, NULL);
    if (of_hart)
        address = session_replay(stepper->session)->tasks[hart].hart.pc;
    else if (!step_address(stepper, words[0], &address, error))
        return false;
    if (!step_is_code(stepper, address, error))
        return false;
    scene_list(stepper->out, stepper->session, address, of_hart ? (int)hart : -1);
    return true;
}

/* ---- schedules */

static char *schedule_of(const Stepper *stepper)
{
    const Options *options = session_options(stepper->session);
    g_autoptr(GArray) trail = session_schedule(stepper->session);
    g_autofree char *head = options_text(options), *steps = schedule_text(trail);
    return g_strdup_printf("%s%s@%s", head, options->all_memory ? ",memory=all" : "", steps);
}

bool step_do_schedule(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 0, "schedule", error))
        return false;
    g_autofree char *text = schedule_of(stepper);
    g_string_append_printf(stepper->out, "%s\n", text);
    return true;
}

bool step_do_save(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 1, 1, "save FILE", error))
        return false;
    if (same_file(words[0], stepper->scenario->file))
        return step_bad(error, "%s is the scenario: it is not overwritten", words[0]);
    g_autofree char *text = schedule_of(stepper), *line = g_strconcat(text, "\n", NULL);
    return file_write(words[0], line, error);
}

bool step_load(Stepper *stepper, const char *text, GError **error)
{
    Options options;
    g_autoptr(GArray) trail = parse_schedule(text, stepper->scenario, &options, error);
    if (!trail)
        return false;
    g_autofree char *theirs = options_label(&options, true),
                    *ours = options_label(session_options(stepper->session), true);
    if (!g_str_equal(theirs, ours))
        return step_bad(error, "the schedule is for [%s], but this session is [%s]", theirs, ours);
    return session_load(stepper->session, trail, options.all_memory, error);
}

/* What a file holds, as one line; a new string. */
static char *read_schedule(const char *path, GError **error)
{
    gsize length;
    if (g_str_equal(path, "-")) {
        step_bad(error, "load needs a file or a schedule; commands come from standard input");
        return NULL;
    }
    g_autoptr(Source) source = source_load(path, error);
    if (!source)
        return NULL;
    const char *text = source_text(source, &length);
    g_autofree char *line = g_strstrip(g_strdup(text)), *quoted = step_quoted(path);
    if (!g_utf8_validate(text, (gssize)length, NULL))
        step_bad(error, "%s holds no schedule: it is not text", quoted);
    else if (line[strcspn(line, "\r\n")])
        step_bad(error, "%s holds no schedule: it has more than one line", quoted);
    else
        return g_steal_pointer(&line);
    return NULL;
}

bool step_do_load(Stepper *stepper, char **words, GError **error)
{
    g_autofree char *text = NULL;
    if (!step_count(words, 1, 1, "load SCHEDULE|FILE", error))
        return false;
    if (strchr(words[0], '@'))
        text = g_strdup(words[0]);
    else if (!(text = read_schedule(words[0], error)))
        return false;
    if (!step_load(stepper, text, error))
        return false;
    step_show(stepper, session_at(stepper->session), NULL);
    return true;
}
