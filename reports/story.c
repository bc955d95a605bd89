/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/story.h"

#include "reports/story-parts.h"

#include <string.h>

void story_step_clear(StoryStep *step)
{
    g_free(step->what);
    g_free(step->place);
    g_free(step->tag);
    g_free(step->insn);
    g_free(step->origin);
    g_ptr_array_unref(step->notes);
    g_array_unref(step->links);
}

static void clear_step(gpointer data)
{
    story_step_clear(data);
}

static void story_insn_clear(gpointer data)
{
    StoryInsn *insn = data;
    g_free(insn->place);
    g_free(insn->bytes);
    g_free(insn->text);
}

void story_free(Story *story)
{
    if (!story)
        return;
    g_free(story->sentence);
    g_free(story->banner);
    g_ptr_array_unref(story->harts);
    g_ptr_array_unref(story->entries);
    g_ptr_array_unref(story->allowed);
    g_ptr_array_unref(story->torn);
    g_ptr_array_unref(story->versions);
    g_array_unref(story->steps);
    g_array_unref(story->insns);
    g_free(story);
}

/* ---- names */

char *address_name(const Image *image, uint64_t address)
{
    const ImageSymbol *symbol = image_symbol_before(image, address);
    if (symbol && symbol->address == address)
        return g_strdup(symbol->name);
    if (symbol && address - symbol->address < 4096)
        return g_strdup_printf("%s+%u", symbol->name, (guint)(address - symbol->address));
    const ImageSymbol *exit = image_symbol(image, "cmodx_exit");
    if (exit && exit->address == address)
        return g_strdup("end of the call");
    return g_strdup_printf("0x%" G_GINT64_MODIFIER "x", address);
}

char *address_text(const Image *image, uint64_t address)
{
    g_autofree char *name = address_name(image, address);
    if (g_str_has_prefix(name, "0x"))
        return g_steal_pointer(&name);
    return g_strdup_printf("0x%" G_GINT64_MODIFIER "x (%s)", address, name);
}

const char *story_entry(const Program *program, const HartSpec *spec)
{
    const ImageSymbol *symbol = image_symbol_before(program->image, spec->entry);
    if (spec->label)
        return spec->label;
    return symbol && !g_str_has_prefix(symbol->name, "cmodx_start_") ? symbol->name : "steps";
}

/* ---- versions */

static bool version_agrees(const Region *region, guint v, const Fetch *fetch)
{
    for (guint i = 0; i < fetch->length; i++) {
        uint64_t offset = fetch->pc + i - region->start;
        if (offset < region->size && region_version(region, v)->bytes[offset] != (guint8)(fetch->word >> 8 * i))
            return false;
    }
    return true;
}

const char *fetch_tag(const Program *program, const Fetch *fetch)
{
    int index = program_region_at(program, fetch->pc);
    if (index < 0)
        index = program_region_at(program, fetch->pc + fetch->length - 1);
    if (index < 0 || fetch->length == 0)
        return NULL;
    const Region *region = program_region(program, (guint)index);
    const char *label = NULL;
    bool all = true;
    for (guint v = 0; v < region->versions->len; v++) {
        bool agrees = version_agrees(region, v, fetch);
        all = all && agrees;
        if (agrees && !label)
            label = region_version(region, v)->label;
    }
    return all ? NULL : label ? label : "MIX";
}

/* ---- what would have been right, and the site table */

static void add_allowed(Story *story, const Replay *replay)
{
    const Region *region = replay->region >= 0 ? program_region(replay->program, (guint)replay->region) : NULL;
    ViolationKind kind = replay->violation.kind;
    if (kind == VIOLATION_OLD_BYTES || kind == VIOLATION_FREED)
        return;
    if (kind == VIOLATION_CALL_END) {
        const char *name = program_property(replay->program, (guint)replay->violation.property)->name;
        const char *condition = strchr(name, ' ');
        g_ptr_array_add(story->allowed, g_strdup(condition ? condition + 1 : name));
        return;
    }
    if (kind == VIOLATION_LANDS) { /* what the scenario says, not what the versions do */
        const GArray *places = program_property(replay->program, (guint)replay->violation.property)->addresses;
        for (guint i = 0; i < places->len; i++)
            g_ptr_array_add(story->allowed, address_text(replay->program->image, g_array_index(places, uint64_t, i)));
        return;
    }
    for (guint i = 0; region && i < replay->alternatives->len; i++) {
        const Alternative *alternative = &g_array_index(replay->alternatives, Alternative, i);
        if (alternative->trapped && kind != VIOLATION_MIXED)
            continue;
        g_autofree char *where = address_text(replay->program->image, alternative->pc);
        bool same_place = kind == VIOLATION_MIXED && alternative->pc == replay->violation.address;
        g_autofree char *registers =
            same_place ? differing_registers(replay, alternative->x, last_step(replay)->step.task.hart.x)
                       : g_strdup("");
        g_ptr_array_add(story->allowed,
                        g_strdup_printf("%s %s %s%s", region_version(region, alternative->version)->label,
                                        alternative->trapped ? "traps at" : "goes to", where, registers));
    }
}

static bool executed_in_pass(const Replay *replay, uint64_t address, uint32_t word, guint length)
{
    for (guint i = replay->pass_start; i < replay->steps->len; i++) {
        const ReplayStep *at = &g_array_index(replay->steps, ReplayStep, i);
        const Fetch *fetches[] = { &at->step.hart.fetch, &at->step.hart.fused };
        for (guint f = 0; f < 2 && (int)at->hart == replay->violating_hart; f++)
            if (fetches[f]->length == length && fetches[f]->pc == address && fetches[f]->word == word)
                return true;
    }
    return false;
}

/* An instruction may end behind the region, where all versions are alike. */
static guint8 version_byte(const Replay *replay, const Region *region, guint v, guint at)
{
    uint64_t address = region->start + at;
    if (at < region->size)
        return region_version(region, v)->bytes[at];
    return image_section_at(replay->program->image, address, 1) ? image_byte(replay->program->image, address) : 0;
}

static void add_version_insns(Story *story, const Replay *replay, const Region *region, guint v)
{
    const guint8 *bytes = region_version(region, v)->bytes;
    for (guint at = 0; at + 2 <= region->size;) {
        uint32_t low = bytes[at] | (uint32_t)bytes[at + 1] << 8;
        guint length = insn_length((uint16_t)low);
        uint32_t word = low;
        for (guint b = 2; b < length; b++)
            word |= (uint32_t)version_byte(replay, region, v, at + b) << 8 * b;
        Insn insn = insn_decode(word);
        char text[96];
        insn_text(&insn, region->start + at, INSN_TEXT_ALIASES, text, sizeof text);
        StoryInsn row = { .address = region->start + at,
                          .place = address_name(replay->program->image, region->start + at),
                          .version = v,
                          .text = g_strdup(text),
                          .bytes = g_strdup_printf("%0*x", (int)length * 2, word),
                          .executed = executed_in_pass(replay, region->start + at, word, length) };
        g_array_append_val(story->insns, row);
        at += length;
    }
}

static int by_place(gconstpointer a, gconstpointer b)
{
    const StoryInsn *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return (int)x->version - (int)y->version;
}

static void add_torn(Story *story, const Replay *replay)
{
    for (guint i = replay->pass_start; i < replay->steps->len; i++) {
        const ReplayStep *at = &g_array_index(replay->steps, ReplayStep, i);
        const Fetch *fetch = &at->step.hart.fetch;
        const char *tag = fetch->length ? fetch_tag(replay->program, fetch) : NULL;
        if ((int)at->hart != replay->violating_hart || !tag || !g_str_equal(tag, "MIX"))
            continue;
        Fetch low = { .pc = fetch->pc, .word = fetch->word & 0xffff, .length = 2 };
        Fetch high = { .pc = fetch->pc + 2, .word = fetch->word >> 16, .length = 2 };
        const char *low_tag = fetch_tag(replay->program, &low), *high_tag = fetch_tag(replay->program, &high);
        Insn insn = insn_decode(fetch->word);
        char text[96];
        insn_text(&insn, fetch->pc, INSN_TEXT_ALIASES, text, sizeof text);
        g_autofree char *name = address_name(replay->program->image, fetch->pc);
        g_ptr_array_add(story->torn, g_strdup_printf("%s: %s *%08x %s: lower half %s, upper half %s",
                                                     fetch_is_torn(fetch) ? "torn" : "half-written", name, fetch->word,
                                                     text, low_tag ? low_tag : "the same in all",
                                                     high_tag ? high_tag : "the same in all"));
    }
}

/* The region that the violating pass was through; else the one that the violating hart was in last. -1: none. */
static int region_of(const Replay *replay)
{
    int region = replay->region;
    for (guint i = replay->steps->len; region < 0 && i-- > 0;) {
        const ReplayStep *at = &g_array_index(replay->steps, ReplayStep, i);
        if ((int)at->hart == replay->violating_hart && fetch_tag(replay->program, &at->step.hart.fetch))
            region = program_region_at(replay->program, at->step.hart.fetch.pc);
    }
    return region;
}

Story *story_tell(const Replay *replay)
{
    Story *story = g_new0(Story, 1);
    story->allowed = g_ptr_array_new_with_free_func(g_free);
    story->harts = g_ptr_array_new_with_free_func(g_free);
    story->entries = g_ptr_array_new_with_free_func(g_free);
    for (guint h = 0; h < replay->program->harts->len; h++) {
        const HartSpec *spec = program_hart(replay->program, h);
        g_ptr_array_add(story->harts, g_strdup(spec->name));
        g_ptr_array_add(story->entries, g_strdup(story_entry(replay->program, spec)));
    }
    story->torn = g_ptr_array_new_with_free_func(g_free);
    story->steps = g_array_new(FALSE, TRUE, sizeof(StoryStep));
    g_array_set_clear_func(story->steps, clear_step);
    story->insns = g_array_new(FALSE, TRUE, sizeof(StoryInsn));
    g_array_set_clear_func(story->insns, story_insn_clear);
    story->versions = g_ptr_array_new_with_free_func(g_free);
    story->culprit = replay->violating_hart;
    story->region = region_of(replay);
    story_add_steps(story, replay);
    if (replay->violation.kind != VIOLATION_NONE) {
        story->sentence = story_sentence(replay);
        story->banner = g_strdup(story_banner(replay));
    }
    add_allowed(story, replay);
    if (story->region >= 0) {
        const Region *region = program_region(replay->program, (guint)story->region);
        for (guint v = 0; v < region->versions->len; v++) {
            g_ptr_array_add(story->versions, g_strdup(region_version(region, v)->label));
            add_version_insns(story, replay, region, v);
        }
        g_array_sort(story->insns, by_place);
        add_torn(story, replay);
    }
    return story;
}
