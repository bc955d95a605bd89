/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/base/error.h"
#include "sim/machine/driver.h"
#include "sim/machine/replay.h"

enum {
    SCHEDULE_STEPS_MAX = 1000000,
    PROMISE_SIZE_MAX = (HARTS_MAX - 1) << 16 | 0xffff
};

guint trail_switches(const GArray *trail)
{
    guint n = 0;
    for (guint i = 1; i < trail->len; i++)
        n += g_array_index(trail, TrailStep, i).process != g_array_index(trail, TrailStep, i - 1).process;
    return n;
}

char *schedule_text(const GArray *trail)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < trail->len;) {
        const TrailStep *step = &g_array_index(trail, TrailStep, i);
        guint run = 0;
        if (i > 0)
            g_string_append_c(text, ',');
        if (step->move == TRAIL_PROMISE) {
            g_string_append_printf(text, "%u!%" G_GINT64_MODIFIER "x:%u=%" G_GINT64_MODIFIER "x", step->process,
                                   step->promise[0], (guint)step->promise[2], step->promise[1]);
            i++;
            continue;
        }
        while (i + run < trail->len && g_array_index(trail, TrailStep, i + run).process == step->process &&
               g_array_index(trail, TrailStep, i + run).move == 0)
            run++;
        if (run > 0)
            g_string_append_printf(text, "%u:%u", step->process, run);
        else
            g_string_append_printf(text, "%u/%u", step->process, step->move);
        i += MAX(run, 1);
    }
    return g_string_free(text, FALSE);
}

static GArray *bad(GArray *trail, const char *text, const char *at, const char *expected, GError **error)
{
    g_array_unref(trail);
    g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE, "schedule '%s': column %u: expected %s", text,
                (guint)(at - text) + 1, expected);
    return NULL;
}

static bool take_number(const char **at, guint64 min, guint64 max, guint64 *value)
{
    if (!g_ascii_isdigit(**at))
        return false;
    char *end;
    errno = 0;
    *value = g_ascii_strtoull(*at, &end, 10);
    if (errno || *value < min || *value > max)
        return false;
    *at = end;
    return true;
}

static bool take_hex(const char **at, guint64 *value)
{
    if (!g_ascii_isxdigit(**at))
        return false;
    char *end;
    errno = 0;
    *value = g_ascii_strtoull(*at, &end, 16);
    if (errno)
        return false;
    *at = end;
    return true;
}

static bool take_mark(const char **at, char mark)
{
    if (**at != mark)
        return false;
    (*at)++;
    return true;
}

/* Whether a message can be like that: only stores have a size, and only harts that there are ask for something. */
static bool is_message(const Message *message, guint n_harts)
{
    bool sized = message->size == 1 || message->size == 2 || message->size == 4 || message->size == 8;
    return message->kind == MESSAGE_STORE
               ? sized && message->asker == 0
               : message->kind <= MESSAGE_OFFLINE && message->size == 0 && message->asker < n_harts;
}

/* ADDRESS:SIZE=VALUE, in hexadecimal but for the size (of a message that is no store: what kind it is). */
static bool take_promise(const char **at, guint n_harts, TrailStep *promise)
{
    if (!take_hex(at, &promise->promise[0]) || !take_mark(at, ':') ||
        !take_number(at, 1, PROMISE_SIZE_MAX, &promise->promise[2]))
        return false;
    Message message = trail_message(promise);
    return is_message(&message, n_harts) && take_mark(at, '=') && take_hex(at, &promise->promise[1]);
}

GArray *schedule_parse(const char *text, guint n_harts, GError **error)
{
    GArray *trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    const char *at = text;
    if (!*text)
        return trail;
    do {
        guint64 hart, number;
        if (!take_number(&at, 0, n_harts - 1, &hart))
            return bad(trail, text, at, "the number of a hart of this scenario", error);
        char kind = *at;
        if (kind == '!') {
            at++;
            TrailStep promise = { .process = (guint)hart, .move = TRAIL_PROMISE };
            if (!take_promise(&at, n_harts, &promise))
                return bad(trail, text, at, "ADDRESS:SIZE=VALUE", error);
            g_array_append_val(trail, promise);
            if (*at && *at != ',')
                return bad(trail, text, at, "',' or the end", error);
            continue;
        }
        if (kind != ':' && kind != '/')
            return bad(trail, text, at, "':' and a number of steps, '/' and a choice, or '!' and a promise", error);
        at++;
        bool is_run = kind == ':';
        if (!take_number(&at, is_run, SCHEDULE_STEPS_MAX, &number))
            return bad(trail, text, at, is_run ? "a number of steps from 1" : "the number of a choice from 0", error);
        guint64 n_steps = is_run ? number : 1;
        if (trail->len + n_steps > SCHEDULE_STEPS_MAX)
            return bad(trail, text, at, "no more than a million steps", error);
        for (guint64 i = 0; i < n_steps; i++) {
            TrailStep step = { (guint)hart, is_run ? 0 : (guint)number };
            g_array_append_val(trail, step);
        }
        if (*at && *at != ',')
            return bad(trail, text, at, "',' or the end", error);
    } while (*at++ == ',');
    return trail;
}
