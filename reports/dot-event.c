/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the events of an execution are called. */
#include "reports/dot-parts.h"
#include "reports/story-parts.h"
#include "sim/machine/execution.h"

static const ReplayStep *step_of(const Execution *execution, const ExecEvent *event)
{
    return &g_array_index(execution->replay->steps, ReplayStep, event->step);
}

static char *value_text(const Execution *execution, const ExecEvent *event)
{
    Fetch code = { .pc = event->address, .word = (uint32_t)event->value, .length = event->size };
    bool is_code =
        program_region_at(execution->replay->program, event->address) >= 0 && event->size >= 2 && event->size <= 4;
    const char *tag = is_code ? fetch_tag(execution->replay->program, &code) : NULL;
    if (tag && event->kind != EXEC_READ)
        return g_strdup(tag);
    if (event->value < 10)
        return g_strdup_printf("%u", (guint)event->value);
    return address_name(execution->replay->program->image, event->value);
}

/* "W func+4=NEW", as herd has it: with a star if it is a part of an atomic instruction. */
static char *access_text(const Execution *execution, const ExecEvent *event)
{
    const Insn *insn = &step_of(execution, event)->step.hart.insn;
    bool write = event->kind == EXEC_WRITE;
    const char *order = write                  ? insn->rl && insn->aq ? ".aqrl"
                                                 : insn->rl           ? ".rl"
                                                                      : ""
                        : insn->aq && insn->rl ? ".aqrl"
                        : insn->aq             ? ".aq"
                                               : "";
    g_autofree char *place = address_name(execution->replay->program->image, event->address);
    g_autofree char *value = value_text(execution, event);
    return g_strdup_printf("%c%s%s %s=%s", write ? 'W' : 'R', event->pair >= 0 ? "*" : "", event->pending ? "" : order,
                           place, value);
}

static char *insn_words(const ExecEvent *event)
{
    Insn insn = insn_decode((uint32_t)event->value);
    char text[96];
    insn_text(&insn, event->address, INSN_TEXT_ALIASES, text, sizeof text);
    return g_strdup(text);
}

char *dot_event_words(const Execution *execution, const ExecEvent *event)
{
    const HartStep *hart = &step_of(execution, event)->step.hart;
    g_autofree char *place = address_name(execution->replay->program->image, event->address);
    switch (event->kind) {
    case EXEC_FETCH: {
        bool second = hart->fused.length && event->address == hart->fused.pc;
        const char *tag = fetch_tag(execution->replay->program, second ? &hart->fused : &hart->fetch);
        g_autofree char *insn = insn_words(event);
        return g_strdup_printf("F %s%s%s\n%s", place, tag ? " " : "", tag ? tag : "", insn);
    }
    case EXEC_READ:
    case EXEC_WRITE:
        return access_text(execution, event);
    case EXEC_FENCE: {
        char text[96];
        insn_text(&hart->insn, hart->fetch.pc, INSN_TEXT_ALIASES, text, sizeof text);
        return g_strdup(text);
    }
    case EXEC_OTHER:
        break;
    }
    StoryStep told = story_tell_step(execution->replay, event->step);
    char *what = g_strdup(told.what);
    story_step_clear(&told);
    return what;
}
