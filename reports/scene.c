/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/scene.h"

#include <string.h>

enum {
    WHAT_WIDTH = 30,
    TAG_WIDTH = 4, /* at least */
    BYTES_WIDTH = 8
};

/* ---- one step on one line */

/* Of the names of versions. */
static guint tag_width(const Program *program)
{
    guint width = TAG_WIDTH;
    for (guint r = 0; r < program->regions->len; r++) {
        const Region *region = program_region(program, r);
        for (guint v = 0; v < region->versions->len; v++)
            width = MAX(width, (guint)strlen(region_version(region, v)->label));
    }
    return width;
}

/* Appends what was fetched; nothing if the step fetches nothing. */
static void put_fetched(GString *line, const StoryStep *told, const Program *program)
{
    if (told->tag || told->length)
        g_string_append_printf(line, " %-*s", (int)tag_width(program), told->tag ? told->tag : "");
    if (!told->length)
        return;
    g_autofree char *bytes = g_strdup_printf("%0*" G_GINT64_MODIFIER "x", (int)told->length * 2, told->bytes);
    g_string_append_printf(line, " %-*s", BYTES_WIDTH, bytes);
}

/* One line of a step `at`, before which there are n others. */
static void put_told(GString *out, const char *head, const StoryStep *told, const Replay *replay, guint n,
                     const ReplayStep *at)
{
    g_autoptr(GString) line = g_string_new(head), rest = g_string_new(NULL);
    g_string_append_printf(line, "%-*s", WHAT_WIDTH, told->what);
    put_fetched(line, told, replay->program);
    if (told->origin)
        g_string_append_printf(rest, "; %s", told->origin);
    for (guint i = 0; i < told->notes->len; i++)
        g_string_append_printf(rest, "; %s", (const char *)g_ptr_array_index(told->notes, i));
    guint promise = story_promise_of(replay, n, at);
    if (promise)
        g_string_append_printf(rest, "; promised in step %u", promise);
    if (told->place)
        g_string_append_printf(rest, "; %s", told->place);
    if (rest->len)
        g_string_append_printf(line, "  %s", rest->str + strlen("; "));
    g_string_append_printf(out, "%s\n", g_strchomp(line->str));
}

static guint name_width(const Program *program)
{
    guint width = 0;
    for (guint h = 0; h < program->harts->len; h++)
        width = MAX(width, (guint)strlen(program_hart(program, h)->name));
    return width;
}

void scene_step(GString *out, Session *session, guint i)
{
    const Replay *replay = session_replay(session);
    StoryStep told = story_tell_step(replay, i);
    g_autofree char *head = g_strdup_printf("%4u  %-*s  ", i + 1, (int)name_width(replay->program),
                                            program_hart(replay->program, told.hart)->name);
    put_told(out, head, &told, replay, i, &g_array_index(replay->steps, ReplayStep, i));
    story_step_clear(&told);
}

/* ---- where the harts are */

/* What keeps a hart where it is, behind its place; a new string, "" if nothing does. `moves`: it has choices. */
static char *status_text(Session *session, guint hart, bool moves)
{
    const Replay *replay = session_replay(session);
    const Task *task = &replay->tasks[hart];
    if (task->status == TASK_IDLE)
        return g_strdup(", has made its calls");
    if (task->status == TASK_PARKED)
        return g_strdup(", parked by stop_machine");
    if (task->status == TASK_RUNNING && moves)
        return g_strdup("");
    /* Something else than a service may keep it from going on. */
    if (task->status == TASK_RUNNING && (session_n_withheld(session) || !story_is_blocked(replay, task)))
        return g_strdup(", cannot go on");
    g_autofree char *what = story_waits_for(replay, task);
    return g_strdup_printf(", %s", what);
}

static void put_hart(GString *out, Session *session, guint hart, bool moves)
{
    const Replay *replay = session_replay(session);
    const Task *task = &replay->tasks[hart];
    const char *name = program_hart(replay->program, hart)->name;
    if (task->status == TASK_DONE || task->status == TASK_CRASHED) {
        g_string_append_printf(out, "%s, %s\n", name, task->status == TASK_DONE ? "done" : "crashed");
        return;
    }
    g_autofree char *place = address_name(replay->program->image, task->hart.pc);
    g_autofree char *status = status_text(session, hart, moves);
    g_string_append_printf(out, "%s at %s%s%s\n", name, place, status, task->depth ? ", in a handler" : "");
}

static void put_choices(GString *out, Session *session)
{
    const GArray *choices = session_choices(session);
    Replay *replay = session_replay(session);
    bool over = replay->violation.kind != VIOLATION_NONE;
    guint at = 0;
    for (guint h = 0; h < replay->program->harts->len; h++) {
        bool moves = at < choices->len && g_array_index(choices, SessionChoice, at).by.process == h;
        put_hart(out, session, h, moves || over);
        for (; at < choices->len; at++) {
            const SessionChoice *choice = &g_array_index(choices, SessionChoice, at);
            if (choice->by.process != h)
                break;
            StoryStep told = story_tell_next(replay, &choice->next);
            g_autofree char *head = g_strdup_printf("%4u  ", at + 1);
            put_told(out, head, &told, replay, replay->steps->len, &choice->next);
            story_step_clear(&told);
            if (choice->forbidden)
                g_string_append_printf(out, "      (leads out of the machine: %s)\n", choice->forbidden);
        }
    }
    guint n = session_n_withheld(session);
    if (n && !over)
        g_string_append_printf(out, "(%u step%s withheld: promises or services could not be kept)\n", n,
                               n == 1 ? "" : "s");
}

/* ---- what it has come to */

void scene_story(GString *out, Session *session, const TextStyle *style)
{
    const Replay *replay = session_replay(session);
    g_autoptr(Story) story = story_tell(replay);
    if (story->sentence)
        text_sentence(out, story);
    text_story(out, replay, story, style);
}

static void put_violation(GString *out, const Replay *replay)
{
    const Violation *violation = &replay->violation;
    if (violation->property >= 0)
        g_string_append_printf(out, "violates %s; `undo` steps back\n",
                               program_property(replay->program, (guint)violation->property)->name);
    else
        g_string_append(out, "violates nothing that is checked, but leaves the model; `undo` steps back\n");
}

void scene_state(GString *out, Session *session, const TextStyle *style)
{
    const Replay *replay = session_replay(session);
    if (replay->violation.kind != VIOLATION_NONE) {
        g_string_append_c(out, '\n');
        scene_story(out, session, style);
        g_string_append_c(out, '\n');
    }
    g_string_append_printf(out, "after step %u", session_at(session));
    if (session_length(session) > session_at(session))
        g_string_append_printf(out, " of %u", session_length(session));
    g_string_append_c(out, '\n');
    put_choices(out, session);
    if (replay->violation.kind != VIOLATION_NONE)
        put_violation(out, replay);
    else if (session_is_dead_end(session))
        g_string_append(out, "a dead end: what has been promised cannot be kept by all; `undo` steps back\n");
    else if (replay->finished)
        g_string_append(out, "no violation; nobody can go on\n");
}
