/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as commands of `cmodx step`: each is done, or refused with a message and changes nothing; and where they have led, the
 * schedule of that leads again. The first byte chooses the model. */
#include <string.h>

#include "sim/step.h"
#include "tests/support/sample.h"

enum {
    SEED = 6, /* of a program with a patch that may be safe or not */
    COMMANDS_MAX = 64
};

static const char *const models[] = { "sc", "sc-stale", "rvwmo" };

/* What all inputs go through. */
typedef struct Stage {
    Scenario scenario;
    Options options;
    Session *session; /* NULL: not begun */
} Stage;

static Stage *stage_of(guint model)
{
    static Stage stages[G_N_ELEMENTS(models)];
    static const SearchOptions no_limits = { 0 };
    Stage *stage = &stages[model];
    if (stage->session)
        return stage;
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    Sample sample = sample_of_patch(rand, false);
    Program *program = sample_program(&sample);
    sample_add_property(&sample, program, PROPERTY_OLD_OR_NEW);
    stage->scenario = (Scenario){ .file = (char *)"fuzz", .program = program };
    stage->options = test_options(models[model], EXPLORER_USUAL);
    Oracle *oracle = oracle_new(ORACLE_SLOTS, NULL);
    g_assert(oracle);
    stage->session = session_new(program, &stage->options, &no_limits, oracle, NULL);
    g_assert(stage->session);
    return stage;
}

/* Whether a command is none that reads or writes files. */
static bool is_harmless(const char *line)
{
    return !g_str_has_prefix(line, "sa") && (!g_str_has_prefix(line, "lo") || strchr(line, '@'));
}

static void do_command(Stepper *stepper, const char *line)
{
    g_autoptr(GError) error = NULL;
    guint at = session_at(stepper->session);
    g_string_truncate(stepper->out, 0);
    if (step_command(stepper, line, &error)) {
        g_assert(!error);
        g_assert(g_utf8_validate(stepper->out->str, (gssize)stepper->out->len, NULL));
    } else {
        g_assert(error && *error->message);
        g_assert(g_utf8_validate(error->message, -1, NULL));
        g_assert(stepper->out->len == 0 && session_at(stepper->session) == at);
    }
    g_assert(session_at(stepper->session) <= session_length(stepper->session));
    step_repeats(line);
    g_strfreev(step_completions(stepper, line, line));
}

static void check_schedule(Session *session)
{
    g_autoptr(GArray) trail = session_schedule(session);
    guint choices = session_choices(session)->len;
    ViolationKind violation = session_replay(session)->violation.kind;
    session_goto(session, 0);
    g_assert(session_load(session, trail, session_options(session)->all_memory, NULL));
    g_assert(session_at(session) == trail->len && session_choices(session)->len == choices);
    g_assert(session_replay(session)->violation.kind == violation);
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size);
int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size)
{
    if (size < 1)
        return 0;
    Stage *stage = stage_of(bytes[0] % G_N_ELEMENTS(models));
    Stepper stepper = { .scenario = &stage->scenario, .session = stage->session };
    stepper.breaks = g_array_new(FALSE, FALSE, sizeof(Break));
    stepper.out = g_string_new(NULL);
    const char *at = (const char *)bytes + 1, *end = (const char *)bytes + size;
    for (guint i = 0; i < COMMANDS_MAX && at < end && !stepper.quits; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        g_autofree char *line = g_utf8_make_valid(at, (newline ? newline : end) - at);
        g_strstrip(line);
        if (*line && *line != '#' && is_harmless(line))
            do_command(&stepper, line);
        at = newline ? newline + 1 : end;
    }
    check_schedule(stage->session);
    g_autoptr(GArray) nothing = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    g_assert(session_load(stage->session, nothing, true, NULL));
    g_array_unref(stepper.breaks);
    g_string_free(stepper.out, TRUE);
    return 0;
}
