/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/step.h"

enum {
    RUN_STEPS_MAX = 10000, /* of one command: some programs never end */
    NEXT_STEPS_MAX = 100,  /* parts of one instruction */
    SHOWN_STEPS_MAX = 24
};

void step_show(Stepper *stepper, guint from, const char *why)
{
    Session *session = stepper->session;
    guint at = session_at(session);
    if (at > from + SHOWN_STEPS_MAX) {
        g_string_append_printf(stepper->out, "      ... %u steps ...\n", at - from - SHOWN_STEPS_MAX);
        from = at - SHOWN_STEPS_MAX;
    }
    for (; from < at; from++)
        scene_step(stepper->out, session, from);
    if (why)
        g_string_append_printf(stepper->out, "%s\n", why);
    scene_state(stepper->out, session, &stepper->style);
}

/* ---- single steps */

static const SessionChoice *choice_at(const Stepper *stepper, guint i)
{
    return &g_array_index(session_choices(stepper->session), SessionChoice, i);
}

/* Why there is no choice at all. */
static bool nobody(const Stepper *stepper, GError **error)
{
    const Violation *violation = &session_replay(stepper->session)->violation;
    if (violation->kind != VIOLATION_NONE)
        return step_bad(error, "nothing goes on behind a violation; `undo` steps back");
    return step_bad(error, "nobody can go on here; `undo` steps back");
}

static bool take(Stepper *stepper, guint choice, GError **error)
{
    const SessionChoice *chosen = choice_at(stepper, choice);
    if (chosen->forbidden)
        return step_bad(error, "%s leads out of the machine: %s",
                        program_hart(stepper->scenario->program, chosen->by.process)->name, chosen->forbidden);
    return session_take(stepper->session, choice, error);
}

bool step_choose(Stepper *stepper, const char *number, GError **error)
{
    guint at = session_at(stepper->session), n = session_choices(stepper->session)->len, choice;
    if (n == 0)
        return nobody(stepper, error);
    if (!step_number(number, 1, n, &choice, NULL)) {
        g_autofree char *quoted = step_quoted(number);
        return n == 1 ? step_bad(error, "%s is no choice: there is only 1", quoted)
                      : step_bad(error, "%s is no choice: they are 1 to %u", quoted, n);
    }
    if (!take(stepper, choice - 1, error))
        return false;
    step_show(stepper, at, NULL);
    return true;
}

/* The first choice of a hart that is no promise, which are asked for by number only; -1: it has none. */
static int first_choice(const Stepper *stepper, guint hart)
{
    guint n = session_choices(stepper->session)->len;
    for (guint i = 0; i < n; i++)
        if (choice_at(stepper, i)->by.process == hart && choice_at(stepper, i)->next.step.kind != STEP_PROMISE)
            return (int)i;
    return -1;
}

/* The hart whose turn it is: the named one; or the hart of the last step, or the first after it that can go on; with
 * `others`, beginning with the next one. -1: nobody. */
static int whose_turn(const Stepper *stepper, const char *name, bool others, GError **error)
{
    guint n = stepper->scenario->program->harts->len, hart;
    if (name && !step_hart(stepper, name, &hart, error))
        return -1;
    if (name && first_choice(stepper, hart) >= 0)
        return (int)hart;
    for (guint i = others && session_at(stepper->session); i <= n && !name; i++)
        if (first_choice(stepper, hart = (step_current(stepper) + i) % n) >= 0)
            return (int)hart;
    if (session_choices(stepper->session)->len == 0)
        nobody(stepper, error);
    else if (name)
        step_bad(error, "%s cannot go on here", program_hart(stepper->scenario->program, hart)->name);
    else
        step_bad(error, "only promises are left; they are taken by number");
    return -1;
}

bool step_do_step(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 1, "step [HART]", error))
        return false;
    guint at = session_at(stepper->session);
    int hart = whose_turn(stepper, words[0], false, error);
    if (hart < 0 || !take(stepper, (guint)first_choice(stepper, (guint)hart), error))
        return false;
    step_show(stepper, at, NULL);
    return true;
}

/* ---- runs */

bool step_do_next(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 1, "next [HART]", error))
        return false;
    guint from = session_at(stepper->session);
    int hart = whose_turn(stepper, words[0], false, error);
    g_autofree char *why = NULL;
    for (guint n = 0; hart >= 0 && n < NEXT_STEPS_MAX && !why; n++) {
        int choice = first_choice(stepper, (guint)hart);
        if (choice < 0 || !take(stepper, (guint)choice, n ? NULL : error))
            break;
        why = step_break_reached(stepper);
        if (step_last(stepper)->step.hart.retired)
            break;
    }
    if (session_at(stepper->session) == from)
        return false;
    step_show(stepper, from, why);
    return true;
}

/* The words behind `run`. `past_breaks`: it does not stop at breakpoints. */
static bool parse_run(char **words, const char **hart, bool *past_breaks, GError **error)
{
    *hart = words[0] && !g_str_equal(words[0], "until") ? words[0] : NULL;
    char **rest = words + (*hart != NULL);
    *past_breaks = g_strv_length(rest) == 2 && g_str_equal(rest[0], "until") && g_str_equal(rest[1], "violation");
    return !rest[0] || *past_breaks || step_bad(error, "usage: run [HART] [until violation]");
}

/* Why a run ends where nobody can take a first choice any more; a new string, or NULL: the state tells. */
static char *end_reached(const Stepper *stepper, const char *name)
{
    const Replay *replay = session_replay(stepper->session);
    guint hart;
    if (replay->violation.kind != VIOLATION_NONE || replay->finished)
        return NULL;
    if (!name || !step_hart(stepper, name, &hart, NULL))
        return g_strdup("only promises are left");
    const char *what = replay->tasks[hart].status == TASK_DONE ? "is done" : "cannot go on";
    return g_strdup_printf("%s %s", program_hart(stepper->scenario->program, hart)->name, what);
}

bool step_do_run(Stepper *stepper, char **words, GError **error)
{
    const char *name;
    bool past_breaks;
    if (!parse_run(words, &name, &past_breaks, error))
        return false;
    guint from = session_at(stepper->session), n = 0;
    g_autofree char *why = NULL;
    for (; n < RUN_STEPS_MAX && !interrupted() && !why; n++) {
        int hart = whose_turn(stepper, name, true, n ? NULL : error);
        if (hart < 0 || !take(stepper, (guint)first_choice(stepper, (guint)hart), n ? NULL : error))
            break;
        why = past_breaks ? NULL : step_break_reached(stepper);
    }
    if (n == 0)
        return interrupted();
    if (!why)
        why = n == RUN_STEPS_MAX || interrupted() ? g_strdup_printf("stopped after %u steps", n)
                                                  : end_reached(stepper, name);
    step_show(stepper, from, why);
    return true;
}

/* ---- back and forth */

/* The argument N of undo and redo, 1 by default, of which there are `most`. */
static bool parse_times(char **words, const char *name, guint most, guint *times, GError **error)
{
    g_autofree char *usage = g_strdup_printf("%s [N]", name);
    *times = 1;
    if (!step_count(words, 0, 1, usage, error))
        return false;
    if (words[0] && !step_number(words[0], 1, STEP_NUMBER_MAX, times, error))
        return false;
    if (most == 0)
        return step_bad(error, "there is nothing to %s", name);
    *times = MIN(*times, most);
    return true;
}

bool step_do_undo(Stepper *stepper, char **words, GError **error)
{
    guint at = session_at(stepper->session), times;
    if (!parse_times(words, "undo", at, &times, error))
        return false;
    session_goto(stepper->session, at - times);
    step_show(stepper, at, NULL);
    return true;
}

bool step_do_redo(Stepper *stepper, char **words, GError **error)
{
    guint at = session_at(stepper->session), times;
    if (!parse_times(words, "redo", session_length(stepper->session) - at, &times, error))
        return false;
    session_goto(stepper->session, at + times);
    step_show(stepper, at, NULL);
    return true;
}

bool step_do_goto(Stepper *stepper, char **words, GError **error)
{
    guint at;
    if (!step_count(words, 1, 1, "goto STEP", error) || !step_number(words[0], 0, STEP_NUMBER_MAX, &at, error))
        return false;
    if (at > session_length(stepper->session))
        return step_bad(error, "only %u step%s known", session_length(stepper->session),
                        session_length(stepper->session) == 1 ? " is" : "s are");
    session_goto(stepper->session, at);
    step_show(stepper, at, NULL);
    return true;
}
