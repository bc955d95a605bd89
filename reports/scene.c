/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/scene.h"

#include <string.h>

enum {
    WHAT_WIDTH = 30,
    TAG_WIDTH = 4,
    BYTES_WIDTH = 8
};

/* ---- one step on one line */

/* Appends what was fetched, and which step has stored it; nothing if the step fetches nothing. */
static void put_fetched(GString *line, const StoryStep *told)
{
    if (told->tag || told->length)
        g_string_append_printf(line, " %-*s", TAG_WIDTH, told->tag ? told->tag : "");
    if (!told->length)
        return;
    g_autofree char *bytes = g_strdup_printf("%0*" G_GINT64_MODIFIER "x", (int)told->length * 2, told->bytes);
    g_string_append_printf(line, " %-*s", BYTES_WIDTH, bytes);
}

/* The step in which the hart has promised what this step stores; 0: none. */
static guint promise_of(const Replay *replay, guint n, const ReplayStep *at)
{
    const Message *store = &at->step.hart.store;
    bool adds = at->step.world && timeline_now(&at->step.world->timeline) > timeline_now(&at->world->timeline);
    for (guint i = n; at->step.hart.stores && !adds && i-- > 0;) {
        const ReplayStep *other = &g_array_index(replay->steps, ReplayStep, i);
        const Message *promised = &other->step.hart.store;
        if (other->hart == at->hart && other->step.kind == STEP_PROMISE && promised->address == store->address &&
            promised->size == store->size && promised->value == store->value)
            return i + 1;
    }
    return 0;
}

/* One line of a step `at`, before which there are n others. */
static void put_told(GString *out, const char *head, const StoryStep *told, const Replay *replay, guint n,
                     const ReplayStep *at)
{
    g_autoptr(GString) line = g_string_new(head), rest = g_string_new(NULL);
    g_string_append_printf(line, "%-*s", WHAT_WIDTH, told->what);
    put_fetched(line, told);
    for (guint i = 0; i < told->links->len; i++) {
        const StoryLink *link = &g_array_index(told->links, StoryLink, i);
        if (link->kind == LINK_FETCHES)
            g_string_append_printf(rest, "; bytes of step %u", link->step);
    }
    for (guint i = 0; i < told->notes->len; i++)
        g_string_append_printf(rest, "; %s", (const char *)g_ptr_array_index(told->notes, i));
    guint promise = promise_of(replay, n, at);
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

static const char *status_text(const Task *task)
{
    switch ((TaskStatus)task->status) {
    case TASK_RUNNING:
        return "";
    case TASK_PARKED:
        return ", parked by stop_machine";
    case TASK_STOPPING:
        return ", waits in stop_machine for all others to be parked";
    case TASK_FENCING:
        return ", waits for a remote fence.i";
    case TASK_GRACE:
        return ", waits for a schedule point of all others";
    case TASK_CALLING:
        return ", waits for its IPIs to be acknowledged";
    case TASK_IDLE:
        return ", has made its calls";
    case TASK_DONE:
        return ", done";
    case TASK_CRASHED:
        return ", crashed";
    }
    g_assert_not_reached();
}

static void put_hart(GString *out, const Replay *replay, guint hart, bool moves)
{
    const Task *task = &replay->tasks[hart];
    const HartSpec *spec = program_hart(replay->program, hart);
    g_autofree char *place = address_name(replay->program->image, task->hart.pc);
    bool over = task->status == TASK_DONE || task->status == TASK_CRASHED;
    g_string_append_printf(out, "%s%s%s%s", spec->name, over ? "" : " at ", over ? "" : place, status_text(task));
    if (task->depth)
        g_string_append_printf(out, ", in a handler");
    if (!moves && !over && task->status == TASK_RUNNING)
        g_string_append(out, ", cannot go on");
    g_string_append_c(out, '\n');
}

static void put_choices(GString *out, Session *session)
{
    const GArray *choices = session_choices(session);
    Replay *replay = session_replay(session);
    bool over = replay->violation.kind != VIOLATION_NONE;
    guint at = 0;
    for (guint h = 0; h < replay->program->harts->len; h++) {
        bool moves = at < choices->len && g_array_index(choices, SessionChoice, at).by.process == h;
        put_hart(out, replay, h, moves || over);
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
    g_string_append_printf(out, "after step %u\n", session_at(session));
    put_choices(out, session);
    if (replay->violation.kind != VIOLATION_NONE)
        put_violation(out, replay);
    else if (session_is_dead_end(session))
        g_string_append(out, "a dead end: what has been promised cannot be kept by all; `undo` steps back\n");
    else if (replay->finished)
        g_string_append(out, "no violation; nobody can go on\n");
}
