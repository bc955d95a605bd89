/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/scene.h"

enum {
    LINES_BEFORE = 4,
    LINES_AFTER = 6,
    BACK_MAX = 1024
};

static uint32_t halfword(const Replay *replay, uint64_t address)
{
    return (uint32_t)timeline_read(&replay->world.timeline, address, 2, G_MAXUINT, NULL);
}

static bool is_code(const Replay *replay, uint64_t address)
{
    const ImageSection *section = image_section_at(replay->program->image, address, 2);
    return section && section->flags & IMAGE_EXEC;
}

/* The instruction at an address as it is in memory. */
static Fetch in_memory(const Replay *replay, uint64_t address)
{
    Fetch fetch = { .pc = address, .word = halfword(replay, address) };
    fetch.length = insn_length((uint16_t)fetch.word);
    if (fetch.length == 4 && is_code(replay, address + 2))
        fetch.word |= halfword(replay, address + 2) << 16;
    return fetch;
}

/* The same in a version of the region that holds the address. */
static Fetch in_version(const Replay *replay, const Region *region, guint v, uint64_t address)
{
    Fetch memory = in_memory(replay, address), fetch = { .pc = address };
    for (guint b = 0; b < 4; b++) {
        uint64_t offset = address + b - region->start;
        guint8 byte = offset < region->size ? region_version(region, v)->bytes[offset] : (guint8)(memory.word >> 8 * b);
        fetch.word |= (uint32_t)byte << 8 * b;
    }
    fetch.length = insn_length((uint16_t)fetch.word);
    if (fetch.length == 2)
        fetch.word &= 0xffff;
    return fetch;
}

/* "<- CPU1, CPU2": the harts that stand at an address, `hart` apart; "" if there are none. A new string. */
static char *others_at(const Replay *replay, uint64_t address, int hart)
{
    GString *names = g_string_new(NULL);
    for (guint h = 0; h < replay->program->harts->len; h++) {
        const Task *task = &replay->tasks[h];
        if ((int)h != hart && task->hart.pc == address && task->status != TASK_DONE && task->status != TASK_CRASHED)
            g_string_append_printf(names, "%s%s", names->len ? ", " : "<- ", program_hart(replay->program, h)->name);
    }
    return g_string_free(names, FALSE);
}

static void put_insn(GString *out, const char *mark, const char *name, const Fetch *fetch, const char *tag,
                     const char *others)
{
    Insn insn = insn_decode(fetch->word);
    char text[96];
    insn_text(&insn, fetch->pc, INSN_TEXT_ALIASES, text, sizeof text);
    g_autofree char *bytes = g_strdup_printf("%0*x", (int)fetch->length * 2, fetch->word);
    g_autofree char *line =
        g_strdup_printf("%-3s%-20s %-8s  %-28s %-4s %s", mark, name, bytes, text, tag ? tag : "", others);
    g_string_append_printf(out, "%s\n", g_strchomp(line));
}

/* What is in memory, and the versions that are not. */
static void put_address(GString *out, const Replay *replay, uint64_t address, int hart)
{
    g_autofree char *name = address_name(replay->program->image, address);
    const char *mark = hart >= 0 && replay->tasks[hart].hart.pc == address ? "=>" : "";
    Fetch now = in_memory(replay, address);
    const char *tag = fetch_tag(replay->program, &now);
    g_autofree char *others = others_at(replay, address, hart);
    put_insn(out, mark, name, &now, tag, others);
    int index = program_region_at(replay->program, address);
    const Region *region = index >= 0 ? program_region(replay->program, (guint)index) : NULL;
    for (guint v = 0; region && v < region->versions->len; v++) {
        Fetch other = in_version(replay, region, v, address);
        bool shown = other.word == now.word;
        for (guint w = 0; w < v && !shown; w++)
            shown = in_version(replay, region, w, address).word == other.word;
        if (!shown)
            put_insn(out, "", "  not in memory:", &other, region_version(region, v)->label, "");
    }
}

/* Where the lines begin: so many instructions before the address, counted from the label before it. */
static uint64_t first_address(const Replay *replay, uint64_t address)
{
    const ImageSymbol *symbol = image_symbol_before(replay->program->image, address);
    if (symbol && symbol->address == address && is_code(replay, address - 2))
        symbol = image_symbol_before(replay->program->image, address - 2);
    if (!symbol || address - symbol->address > BACK_MAX)
        return address;
    uint64_t lines[LINES_BEFORE];
    guint n = 0;
    uint64_t at = symbol->address;
    for (; at < address; at += in_memory(replay, at).length)
        lines[n++ % LINES_BEFORE] = at;
    if (n == 0 || at != address) /* the address is in the middle of an instruction: there is no telling */
        return address;
    return n < LINES_BEFORE ? lines[0] : lines[n % LINES_BEFORE];
}

void scene_list(GString *out, Session *session, uint64_t address, int hart)
{
    const Replay *replay = session_replay(session);
    uint64_t at = first_address(replay, address);
    guint after = 0;
    while (after < LINES_AFTER && is_code(replay, at)) {
        put_address(out, replay, at, hart);
        after += at >= address;
        at += in_memory(replay, at).length;
    }
}
