/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/step.h"

const ReplayStep *step_last(const Stepper *stepper)
{
    const GArray *steps = session_replay(stepper->session)->steps;
    return &g_array_index(steps, ReplayStep, steps->len - 1);
}

/* The breakpoint that the last step has got to, or NULL. */
static const Break *reached(const Stepper *stepper)
{
    const ReplayStep *last = step_last(stepper);
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

char *step_break_reached(const Stepper *stepper)
{
    const Break *at = reached(stepper);
    if (!at)
        return NULL;
    g_autofree char *place = address_name(stepper->scenario->program->image, at->address);
    return g_strdup_printf("breakpoint %u: %s at %s", at->number,
                           program_hart(stepper->scenario->program, step_last(stepper)->hart)->name, place);
}

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
    if (!step_address(stepper, words[n - 1], &at.address, error) || !step_is_code(stepper, at.address, error))
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
    if (!step_number(words[0], 1, STEP_NUMBER_MAX, &number, error))
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
