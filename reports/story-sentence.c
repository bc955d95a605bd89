/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/story-parts.h"

#include <string.h>

enum {
    PHRASES_MAX = 8 /* instructions of a pass that a sentence names */
};

const ReplayStep *last_step(const Replay *replay)
{
    return &g_array_index(replay->steps, ReplayStep, replay->steps->len - 1);
}

static const char *hart_name(const Replay *replay, int hart)
{
    return program_hart(replay->program, (guint)hart)->name;
}

static char *insn_word(const Fetch *fetch)
{
    Insn insn = insn_decode(fetch->word);
    char text[96];
    insn_text(&insn, fetch->pc, INSN_TEXT_ALIASES, text, sizeof text);
    char *space = strchr(text, ' ');
    if (space)
        *space = '\0';
    return g_strdup(text);
}

bool fetch_is_torn(const Fetch *fetch)
{
    return fetch->length == 4 && fetch->point[0] != fetch->point[1];
}

/* Whether each half by itself belongs to some version. */
static bool half_written(const Replay *replay, const Fetch *fetch)
{
    Fetch low = { .pc = fetch->pc, .word = fetch->word & 0xffff, .length = 2 };
    Fetch high = { .pc = fetch->pc + 2, .word = fetch->word >> 16, .length = 2 };
    const char *low_tag = fetch_tag(replay->program, &low), *high_tag = fetch_tag(replay->program, &high);
    return fetch->length == 4 && !(low_tag && g_str_equal(low_tag, "MIX")) &&
           !(high_tag && g_str_equal(high_tag, "MIX"));
}

/* If a fetch starts inside an instruction of the version that it belongs to, the mnemonic of that instruction. */
static char *upper_half_of(const Replay *replay, const Fetch *fetch, const char *label)
{
    int index = program_region_at(replay->program, fetch->pc);
    const Region *region = index >= 0 ? program_region(replay->program, (guint)index) : NULL;
    for (guint v = 0; region && v < region->versions->len; v++) {
        const guint8 *bytes = region_version(region, v)->bytes;
        if (!g_str_equal(region_version(region, v)->label, label))
            continue;
        for (guint at = 0; at + 4 <= region->size;) {
            guint length = insn_length((uint16_t)(bytes[at] | bytes[at + 1] << 8));
            Fetch whole = { .pc = region->start + at, .length = length };
            for (guint b = 0; b < length; b++)
                whole.word |= (uint32_t)bytes[at + b] << 8 * b;
            if (length == 4 && whole.pc + 2 == fetch->pc)
                return insn_word(&whole);
            at += length;
        }
    }
    return NULL;
}

/* "OLD"; the name of a patch in quotes: it might be a word of the sentence. */
static char *version_word(const char *tag)
{
    bool is_patch = !g_str_equal(tag, "OLD") && !g_str_equal(tag, "NEW");
    return is_patch ? g_strdup_printf("'%s'", tag) : g_strdup(tag);
}

/* "the OLD auipc" (`again`, after one of the same version: "auipc"), "a torn jalr", "the upper half of the NEW nop". */
static char *fetch_phrase(const Replay *replay, const Fetch *fetch, const char *tag, bool again)
{
    g_autofree char *word = insn_word(fetch), *upper = upper_half_of(replay, fetch, tag);
    g_autofree char *where = address_text(replay->program->image, fetch->pc);
    if (g_str_equal(tag, "MIX")) {
        if (fetch_is_torn(fetch) && *word == '.') /* .4byte: no instruction */
            return g_strdup_printf("the torn word %0*x", (int)fetch->length * 2, fetch->word);
        if (fetch_is_torn(fetch))
            return g_strdup_printf("a torn %s at %s", word, where);
        return half_written(replay, fetch) ? g_strdup_printf("a half-written %s", word)
                                           : g_strdup_printf("a %s of no version", word);
    }
    g_autofree char *version = version_word(tag);
    if (upper)
        return g_strdup_printf("the upper half of the %s %s", version, upper);
    return again ? g_strdup(word) : g_strdup_printf("the %s %s", version, word);
}

/* "ran the OLD auipc with the NEW jalr", or NULL if nothing that was run in the pass belongs to one version only. */
static char *pass_phrase(const Replay *replay)
{
    g_autoptr(GString) phrase = g_string_new(NULL);
    const char *last_tag = "";
    guint n = 0;
    for (guint i = replay->pass_start; replay->region >= 0 && i < replay->steps->len; i++) {
        const ReplayStep *at = &g_array_index(replay->steps, ReplayStep, i);
        const Fetch *fetch = &at->step.hart.fetch;
        bool executes = (int)at->hart == replay->violating_hart && at->step.kind == STEP_EXECUTE && fetch->length;
        const char *tag = executes ? fetch_tag(replay->program, fetch) : NULL;
        if (!tag)
            continue;
        g_autofree char *ran = fetch_phrase(replay, fetch, tag, g_str_equal(tag, last_tag));
        if (++n == PHRASES_MAX)
            g_string_append(phrase, ", ...");
        if (n < PHRASES_MAX)
            g_string_append_printf(phrase, "%s%s", n == 1 ? "ran " : g_str_equal(tag, last_tag) ? ", " : " with ", ran);
        last_tag = tag;
    }
    return phrase->len ? g_strdup(phrase->str) : NULL;
}

static char *trap_phrase(const Replay *replay, uint64_t cause)
{
    const Violation *violation = &replay->violation;
    const ReplayStep *last = last_step(replay);
    g_autofree char *where = address_text(replay->program->image, last->before.hart.pc);
    g_autofree char *address = address_text(replay->program->image, violation->address);
    switch (cause) {
    case CAUSE_ILLEGAL:
        return g_strdup_printf("gets an illegal-instruction exception at %s: %0*x", where,
                               (int)last->step.hart.fetch.length * 2, last->step.hart.fetch.word);
    case CAUSE_BREAKPOINT:
        return g_strdup_printf("hits a breakpoint at %s%s", where,
                               last->step.task.depth > last->before.depth ? "" : " that nobody handles");
    case CAUSE_ECALL:
        return g_strdup_printf("makes an ecall at %s that no version has there", where);
    case CAUSE_LOAD_ACCESS:
        return g_strdup_printf("loads from %s, where there is no memory, at %s", address, where);
    case CAUSE_STORE_ACCESS:
        return g_strdup_printf("stores to %s, which is not writable, at %s", address, where);
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        return g_strdup_printf("gets a misaligned-access exception for %s at %s", address, where);
    default:
        return g_strdup_printf("traps (cause %" G_GUINT64_FORMAT ") at %s", cause, where);
    }
}

char *differing_registers(const Replay *replay, const uint64_t *x, const uint64_t *others)
{
    const Property *property = program_property(replay->program, (guint)replay->violation.property);
    GString *text = g_string_new(NULL);
    for (guint r = 1; r < 32; r++) {
        if (x[r] == others[r] || property->ignored_registers & 1u << r)
            continue;
        g_autofree char *is = address_text(replay->program->image, x[r]);
        g_string_append_printf(text, "%s%s = %s", text->len ? ", " : " with ", register_name(r), is);
    }
    return g_string_free(text, FALSE);
}

/* In what the end of the pass differs from the version that goes to the same place. */
static char *difference(const Replay *replay, const Alternative *alternative)
{
    char *registers = differing_registers(replay, last_step(replay)->step.task.hart.x, alternative->x);
    if (*registers)
        return registers;
    g_free(registers);
    for (guint i = replay->pass_start; i < replay->steps->len; i++) {
        const ReplayStep *at = &g_array_index(replay->steps, ReplayStep, i);
        if ((int)at->hart == replay->violating_hart && at->step.hart.stores)
            return g_strdup(" after other stores than any version makes");
    }
    return g_strdup(" as no version does");
}

static char *mixed_phrase(const Replay *replay)
{
    const HartStep *last = &last_step(replay)->step.hart;
    g_autofree char *where = address_text(replay->program->image, replay->violation.address);
    if (last->status == HART_TRAP)
        return trap_phrase(replay, last->cause);
    for (guint i = 0; i < replay->alternatives->len; i++) {
        const Alternative *alternative = &g_array_index(replay->alternatives, Alternative, i);
        if (alternative->pc != replay->violation.address || alternative->trapped)
            continue;
        g_autofree char *detail = difference(replay, alternative);
        return g_strdup_printf("arrives at %s%s", where, detail);
    }
    return g_strdup_printf("goes to %s", where);
}

static char *call_end_phrase(const Replay *replay)
{
    guint n_places;
    const ConditionPlace *places =
        condition_places(program_property(replay->program, (guint)replay->violation.property)->condition, &n_places);
    GString *text = g_string_new("ends its call with");
    for (guint i = 0; i < n_places; i++) {
        g_autofree char *value =
            /* as the instruction left it: the task may already have the registers of its next call */
            address_text(replay->program->image, last_step(replay)->step.hart.hart.x[places[i].number]);
        g_string_append_printf(text, "%s %s = %s", i ? "," : "", register_name(places[i].number), value);
    }
    return g_string_free(text, FALSE);
}

static char *consequence(const Replay *replay)
{
    const Violation *violation = &replay->violation;
    g_autofree char *address = address_text(replay->program->image, violation->address);
    switch (violation->kind) {
    case VIOLATION_TRAP:
        return trap_phrase(replay, violation->cause);
    case VIOLATION_WILD_JUMP:
        return g_strdup_printf("jumps to %s, where there is no code", address);
    case VIOLATION_MIXED:
        return mixed_phrase(replay);
    case VIOLATION_LANDS:
        return g_strdup_printf("lands at %s", address);
    case VIOLATION_NEVER:
        return g_strdup_printf("reaches %s", address);
    case VIOLATION_CALL_END:
        return call_end_phrase(replay);
    case VIOLATION_FREED:
        return g_strdup_printf("executes freed code at %s", address);
    case VIOLATION_NONE:
    case VIOLATION_DEADLOCK:
    case VIOLATION_FINAL:
    case VIOLATION_OLD_BYTES: /* old_bytes_sentence */
        break;
    }
    g_assert_not_reached();
}

static char *old_bytes_sentence(const Replay *replay)
{
    const Property *property = program_property(replay->program, (guint)replay->violation.property);
    g_autofree char *ran = pass_phrase(replay), *where = address_text(replay->program->image, replay->violation.address);
    return g_strdup_printf("%s %s at %s, where it came after the mark '%s': only the patch '%s' may run there.",
                           hart_name(replay, replay->violating_hart), ran ? ran : "runs other bytes", where,
                           (char *)g_ptr_array_index(replay->program->marks, property->mark),
                           program_patch(replay->program, property->patch)->name);
}

bool story_is_blocked(const Replay *replay, const Task *task)
{
    const Timeline *memory = &replay->world.timeline;
    return image_section_at(memory->image, task->hart.pc, 4) &&
           insn_decode((uint32_t)timeline_read(memory, task->hart.pc, 4, G_MAXUINT, NULL)).kind == INSN_ECALL;
}

char *story_waits_for(const Replay *replay, const Task *task)
{
    enum {
        A0 = 10,
        A6 = 16
    };
    const GPtrArray *locks = replay->program->locks;
    if (task->status == TASK_STOPPING)
        return g_strdup("waits for all others to be parked");
    if (task->status == TASK_FENCING)
        return g_strdup("waits for all others to run fence.i");
    if (task->status == TASK_GRACE)
        return g_strdup("waits for all others to pass a schedule point");
    if (task->status == TASK_CALLING)
        return g_strdup("waits for all others to acknowledge its IPI");
    if (task->status == TASK_PARKED)
        return g_strdup("is parked until stop_machine ends");
    /* It stands at the ecall of a service that blocks; or somebody's stop_machine has switched it out, which a hart alone
     * does not see before the stop is complete. */
    if (!story_is_blocked(replay, task))
        return g_strdup("is parked until stop_machine ends");
    guint argument = (guint)(task->hart.x[A6] >> 8);
    switch ((Service)(task->hart.x[A6] & 0xff)) {
    case SERVICE_LOCK:
        return g_strdup_printf("waits for lock %s",
                               argument < locks->len ? (char *)g_ptr_array_index(locks, argument) : "?");
    case SERVICE_STOP_BEGIN:
        return g_strdup("waits for another stop_machine to end");
    case SERVICE_AWAIT:
    case SERVICE_AWAIT_NOT: {
        g_autofree char *place = address_name(replay->program->image, task->hart.x[A0]);
        return g_strdup_printf("waits for %s to change", place);
    }
    case SERVICE_SCHEDULE:
    case SERVICE_STOP_END:
    case SERVICE_UNLOCK:
    case SERVICE_MARK:
    case SERVICE_REMOTE_FENCE_I:
    case SERVICE_SEND_IPI:
    case SERVICE_SYNCHRONIZE_RCU_TASKS:
    case SERVICE_ON_EACH_CPU:
    case SERVICE_ACK:
    case SERVICE_ONLINE:
        break;
    case SERVICE_OFFLINE:
        return g_strdup("waits to go offline");
    }
    g_autofree char *place = address_name(replay->program->image, task->hart.pc);
    return g_strdup_printf("waits at %s", place);
}

static char *deadlock_sentence(const Replay *replay)
{
    GString *text = g_string_new("Nobody can go on:");
    for (guint h = 0; h < replay->program->harts->len; h++) {
        if (replay->tasks[h].status == TASK_DONE || replay->tasks[h].status == TASK_IDLE)
            continue;
        g_autofree char *what = story_waits_for(replay, &replay->tasks[h]);
        g_string_append_printf(text, " %s %s,", hart_name(replay, (int)h), what);
    }
    text->str[text->len - 1] = '.';
    return g_string_free(text, FALSE);
}

static char *final_sentence(const Replay *replay)
{
    const Property *property = program_property(replay->program, (guint)replay->violation.property);
    guint n_places;
    const ConditionPlace *places = condition_places(property->condition, &n_places);
    GString *text = g_string_new("Final state:");
    for (guint i = 0; i < n_places; i++) {
        const ConditionPlace *place = &places[i];
        if (place->is_memory) {
            g_autofree char *name = address_name(replay->program->image, place->address);
            uint64_t value = timeline_read(&replay->world.timeline, place->address, place->size, G_MAXUINT, NULL);
            g_string_append_printf(text, " [%s]=0x%" G_GINT64_MODIFIER "x;", name, value);
        } else {
            g_autofree char *value =
                address_text(replay->program->image, replay->tasks[place->hart].hart.x[place->number]);
            g_string_append_printf(text, " %s:%s=%s;", hart_name(replay, (int)place->hart),
                                   register_name(place->number), value);
        }
    }
    return g_string_free(text, FALSE);
}

char *story_sentence(const Replay *replay)
{
    if (replay->violation.kind == VIOLATION_DEADLOCK)
        return deadlock_sentence(replay);
    if (replay->violation.kind == VIOLATION_FINAL)
        return final_sentence(replay);
    if (replay->violation.kind == VIOLATION_OLD_BYTES)
        return old_bytes_sentence(replay);
    g_autofree char *ran = pass_phrase(replay), *end = consequence(replay);
    const char *name = hart_name(replay, replay->violating_hart);
    return ran ? g_strdup_printf("%s %s and %s.", name, ran, end) : g_strdup_printf("%s %s.", name, end);
}

/* Whether what it has run last is of a version, but not of the initial one. */
static bool runs_another_patch(const Replay *replay)
{
    const char *tag = fetch_tag(replay->program, &last_step(replay)->step.hart.fetch);
    return tag && !g_str_equal(tag, "OLD") && !g_str_equal(tag, "MIX");
}

const char *story_banner(const Replay *replay)
{
    switch (replay->violation.kind) {
    case VIOLATION_TRAP:
        switch (replay->violation.cause) {
        case CAUSE_ILLEGAL:
            return "ILLEGAL INSTRUCTION";
        case CAUSE_BREAKPOINT:
            return "UNEXPECTED BREAKPOINT";
        default:
            return "ACCESS FAULT";
        }
    case VIOLATION_WILD_JUMP:
        return "WILD JUMP";
    case VIOLATION_MIXED:
        return "NEITHER OLD NOR NEW";
    case VIOLATION_LANDS:
    case VIOLATION_NEVER:
        return "FORBIDDEN PLACE";
    case VIOLATION_OLD_BYTES:
        return runs_another_patch(replay) ? "OTHER CODE AFTER THE MARK" : "OLD CODE AFTER THE MARK";
    case VIOLATION_FREED:
        return "FREED CODE EXECUTED";
    case VIOLATION_CALL_END:
        return "WRONG RESULT";
    case VIOLATION_DEADLOCK:
        return "DEADLOCK";
    case VIOLATION_FINAL:
        return "FORBIDDEN FINAL STATE";
    case VIOLATION_NONE:
        break;
    }
    g_assert_not_reached();
}
