/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/step.h"

enum {
    RUN_STEPS_MAX = 10000, /* of one command: some programs never end */
    NEXT_STEPS_MAX = 100,  /* parts of one instruction */
    SHOWN_STEPS_MAX = 24
};

typedef enum Until {
    UNTIL_ANYTHING,
    UNTIL_VIOLATION,
    UNTIL_BREAK
} Until;

void step_show(Stepper *stepper, guint from)
{
    Session *session = stepper->session;
    guint at = session_at(session);
    if (at > from + SHOWN_STEPS_MAX) {
        g_string_append_printf(stepper->out, "      ... %u steps ...\n", at - from - SHOWN_STEPS_MAX);
        from = at - SHOWN_STEPS_MAX;
    }
    for (; from < at; from++)
        scene_step(stepper->out, session, from);
    scene_state(stepper->out, session, &stepper->style);
}

/* ---- single steps */

static const SessionChoice *choice_at(const Stepper *stepper, guint i)
{
    return &g_array_index(session_choices(stepper->session), SessionChoice, i);
}

static bool take(Stepper *stepper, guint choice, GError **error)
{
    const SessionChoice *chosen = choice_at(stepper, choice);
    if (chosen->forbidden)
        return step_bad(error, "%s leads out of the machine: %s",
                        program_hart(stepper->scenario->program, chosen->by.process)->name, chosen->forbidden);
    return session_take(stepper->session, choice, error);
}

bool step_choose(Stepper *stepper, guint number, GError **error)
{
    guint at = session_at(stepper->session), n = session_choices(stepper->session)->len;
    if (n == 0)
        return step_bad(error, "nobody can go on here");
    if (number < 1 || number > n)
        return step_bad(error, "the choices are 1 to %u", n);
    if (!take(stepper, number - 1, error))
        return false;
    step_show(stepper, at);
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
    if (name && first_choice(stepper, hart) < 0) {
        step_bad(error, "%s cannot go on here", program_hart(stepper->scenario->program, hart)->name);
        return -1;
    }
    if (name)
        return (int)hart;
    for (guint i = others && session_at(stepper->session); i <= n; i++)
        if (first_choice(stepper, hart = (step_current(stepper) + i) % n) >= 0)
            return (int)hart;
    step_bad(error, "nobody can go on here");
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
    step_show(stepper, at);
    return true;
}

/* ---- runs */

static const ReplayStep *last_step(const Stepper *stepper)
{
    const GArray *steps = session_replay(stepper->session)->steps;
    return &g_array_index(steps, ReplayStep, steps->len - 1);
}

/* The breakpoint that the last step has got to, or NULL. */
static const Break *reached(const Stepper *stepper)
{
    const ReplayStep *last = last_step(stepper);
    const Task *after = &last->step.task;
    if (after->hart.phase != PHASE_BOUNDARY || after->status == TASK_DONE ||
        (after->hart.pc == last->before.hart.pc && !last->step.hart.retired))
        return NULL;
    for (guint i = 0; i < stepper->breaks->len; i++) {
        const Break *at = &g_array_index(stepper->breaks, Break, i);
        if (at->address == after->hart.pc && (at->hart < 0 || at->hart == (int)last->hart))
            return at;
    }
    return NULL;
}

static bool stops_at_break(Stepper *stepper)
{
    const Break *at = reached(stepper);
    if (!at)
        return false;
    g_autofree char *place = address_name(stepper->scenario->program->image, at->address);
    g_string_append_printf(stepper->out, "breakpoint %u: %s at %s\n", at->number,
                           program_hart(stepper->scenario->program, last_step(stepper)->hart)->name, place);
    return true;
}

bool step_do_next(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 0, 1, "next [HART]", error))
        return false;
    guint from = session_at(stepper->session);
    int hart = whose_turn(stepper, words[0], false, error);
    for (guint n = 0; hart >= 0 && n < NEXT_STEPS_MAX; n++) {
        int choice = first_choice(stepper, (guint)hart);
        if (choice < 0 || !take(stepper, (guint)choice, n ? NULL : error) || last_step(stepper)->step.hart.retired ||
            stops_at_break(stepper))
            break;
    }
    if (session_at(stepper->session) == from)
        return false;
    step_show(stepper, from);
    return true;
}

/* The words behind `run`. */
static bool parse_run(char **words, const char **hart, Until *until, GError **error)
{
    static const char usage[] = "run [HART] [until violation|break]";
    guint n = g_strv_length(words);
    *until = UNTIL_ANYTHING;
    *hart = n && !g_str_equal(words[0], "until") ? words[0] : NULL;
    char **rest = words + (*hart != NULL);
    n = g_strv_length(rest);
    if (n == 0)
        return true;
    if (n != 2 || !g_str_equal(rest[0], "until") ||
        !(g_str_equal(rest[1], "violation") || g_str_equal(rest[1], "break")))
        return step_bad(error, "usage: %s", usage);
    *until = g_str_equal(rest[1], "violation") ? UNTIL_VIOLATION : UNTIL_BREAK;
    return true;
}

/* Why a run ends where nobody can take a first choice any more. */
static void tell_end(Stepper *stepper, const char *name)
{
    const Replay *replay = session_replay(stepper->session);
    if (replay->violation.kind == VIOLATION_NONE && !replay->finished)
        g_string_append_printf(stepper->out, "%s cannot go on by first choices\n", name ? name : "the harts");
}

bool step_do_run(Stepper *stepper, char **words, GError **error)
{
    const char *name;
    Until until;
    if (!parse_run(words, &name, &until, error))
        return false;
    guint from = session_at(stepper->session), n = 0;
    for (; n < RUN_STEPS_MAX && !interrupted(); n++) {
        int hart = whose_turn(stepper, name, true, n ? NULL : error);
        if (hart < 0)
            break;
        if (!take(stepper, (guint)first_choice(stepper, (guint)hart), n ? NULL : error))
            break;
        if (until != UNTIL_VIOLATION && stops_at_break(stepper)) {
            step_show(stepper, from);
            return true;
        }
    }
    if (n == 0)
        return interrupted();
    if (n == RUN_STEPS_MAX || interrupted())
        g_string_append_printf(stepper->out, "stopped after %u steps\n", n);
    else
        tell_end(stepper, name);
    step_show(stepper, from);
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
    if (words[0] && !step_number(words[0], G_MAXINT, times, error))
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
    step_show(stepper, at);
    return true;
}

bool step_do_redo(Stepper *stepper, char **words, GError **error)
{
    guint at = session_at(stepper->session), times;
    if (!parse_times(words, "redo", session_length(stepper->session) - at, &times, error))
        return false;
    session_goto(stepper->session, at + times);
    step_show(stepper, at);
    return true;
}

bool step_do_goto(Stepper *stepper, char **words, GError **error)
{
    guint at;
    if (!step_count(words, 1, 1, "goto STEP", error) || !step_number(words[0], G_MAXINT, &at, error))
        return false;
    if (at > session_length(stepper->session))
        return step_bad(error, "there are only %u steps", session_length(stepper->session));
    session_goto(stepper->session, at);
    step_show(stepper, at);
    return true;
}

/* ---- breakpoints */

static void put_break(const Stepper *stepper, const Break *at)
{
    g_autofree char *place = address_name(stepper->scenario->program->image, at->address);
    g_string_append_printf(stepper->out, "breakpoint %u: %s at %s\n", at->number,
                           at->hart < 0 ? "any hart" : program_hart(stepper->scenario->program, (guint)at->hart)->name,
                           place);
}

bool step_do_break(Stepper *stepper, char **words, GError **error)
{
    Break at = { .number = stepper->breaks_made + 1, .hart = -1 };
    guint n = g_strv_length(words), hart;
    /* "at" may be left out */
    bool named = n == 3 || (n == 2 && !g_str_equal(words[0], "at"));
    if (!step_count(words, 1, 3, "break [HART] at LABEL[+OFFSET]|ADDRESS", error))
        return false;
    if (n == 3 && !g_str_equal(words[1], "at"))
        return step_bad(error, "usage: break [HART] at LABEL[+OFFSET]|ADDRESS");
    if (named) {
        if (!step_hart(stepper, words[0], &hart, error))
            return false;
        at.hart = (int)hart;
    }
    if (!step_address(stepper, words[n - 1], &at.address, error))
        return false;
    stepper->breaks_made++;
    g_array_append_val(stepper->breaks, at);
    put_break(stepper, &at);
    return true;
}

bool step_do_delete(Stepper *stepper, char **words, GError **error)
{
    guint number;
    if (!step_count(words, 0, 1, "delete [N]", error))
        return false;
    if (!words[0]) {
        g_array_set_size(stepper->breaks, 0);
        return true;
    }
    if (!step_number(words[0], G_MAXINT, &number, error))
        return false;
    for (guint i = 0; i < stepper->breaks->len; i++)
        if (g_array_index(stepper->breaks, Break, i).number == number) {
            g_array_remove_index(stepper->breaks, i);
            return true;
        }
    return step_bad(error, "there is no breakpoint %u", number);
}

bool step_do_info(Stepper *stepper, char **words, GError **error)
{
    if (!step_count(words, 1, 1, "info breaks", error))
        return false;
    if (!g_str_has_prefix("breaks", words[0]))
        return step_bad(error, "usage: info breaks");
    for (guint i = 0; i < stepper->breaks->len; i++)
        put_break(stepper, &g_array_index(stepper->breaks, Break, i));
    if (!stepper->breaks->len)
        g_string_append(stepper->out, "no breakpoints\n");
    return true;
}
