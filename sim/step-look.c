/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/base/error.h"
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
    if (!step_count(words, 1, 2, "show mem ADDRESS [BYTES]", error) ||
        !step_address(stepper, words[0], &address, error) ||
        (words[1] && !step_number(words[1], SHOWN_BYTES_MAX, &size, error)))
        return false;
    const Image *image = stepper->scenario->program->image;
    const ImageSection *section = image_section_at(image, address, 1);
    if (!section)
        return step_bad(error, "there is no memory at 0x%" G_GINT64_MODIFIER "x", address);
    scene_memory(stepper->out, stepper->session, address,
                 (guint)MIN((uint64_t)size, section->address + section->size - address));
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

bool step_do_show(Stepper *stepper, char **words, GError **error)
{
    static const struct {
        const char *name;
        StepFunc show;
    } things[] = { { "choices", show_choices },   { "regs", show_registers }, { "mem", show_memory },
                   { "timeline", show_timeline }, { "views", show_views },    { "story", show_story } };
    for (guint i = 0; words[0] && i < G_N_ELEMENTS(things); i++)
        if (g_str_has_prefix(things[i].name, words[0]))
            return things[i].show(stepper, words + 1, error);
    return step_bad(error, "usage: show choices|regs|mem|timeline|views|story");
}

bool step_do_list(Stepper *stepper, char **words, GError **error)
{
    guint hart = step_current(stepper);
    uint64_t address;
    if (!step_count(words, 0, 1, "list [HART|ADDRESS]", error))
        return false;
    if (words[0] && !step_hart(stepper, words[0], &hart, NULL)) {
        if (!step_address(stepper, words[0], &address, error))
            return false;
        scene_list(stepper->out, stepper->session, address, -1);
        return true;
    }
    scene_list(stepper->out, stepper->session, session_replay(stepper->session)->tasks[hart].hart.pc, (int)hart);
    return true;
}

/* ---- schedules */

static char *schedule_of(const Stepper *stepper)
{
    Options options;
    g_autoptr(GArray) trail = session_schedule(stepper->session, &options);
    g_autofree char *head = options_text(&options), *steps = schedule_text(trail);
    return g_strdup_printf("%s%s@%s", head, options.all_memory ? ",memory=all" : "", steps);
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
    g_autofree char *text = schedule_of(stepper), *line = g_strconcat(text, "\n", NULL);
    return g_file_set_contents(words[0], line, -1, error);
}

bool step_load(Stepper *stepper, const char *text, GError **error)
{
    Options options, own;
    g_autoptr(GArray) now = session_schedule(stepper->session, &own);
    g_autoptr(GArray) trail = parse_schedule(text, stepper->scenario, &options, error);
    if (!trail)
        return false;
    g_autofree char *theirs = options_label(&options, true), *ours = options_label(&own, true);
    if (!g_str_equal(theirs, ours))
        return step_bad(error, "the schedule is for [%s], but this session is [%s]", theirs, ours);
    return session_load(stepper->session, trail, options.all_memory, error);
}

bool step_do_load(Stepper *stepper, char **words, GError **error)
{
    g_autofree char *text = NULL;
    if (!step_count(words, 1, 1, "load SCHEDULE|FILE", error))
        return false;
    if (strchr(words[0], '@'))
        text = g_strdup(words[0]);
    else if (!g_file_get_contents(words[0], &text, NULL, error))
        return false;
    if (!step_load(stepper, g_strstrip(text), error))
        return false;
    step_show(stepper, session_at(stepper->session), NULL);
    return true;
}
