/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/scene.h"

#include <string.h>

#define HEX "0x%" G_GINT64_MODIFIER "x"

/* ---- registers */

static void put_value(GString *out, const Image *image, guint *column, const char *name, uint64_t value)
{
    g_autofree char *text = address_text(image, value);
    g_autofree char *cell = g_strdup_printf("%-8s %s", name, text);
    bool last = ++*column % 2 == 0;
    g_string_append_printf(out, last ? "%s\n" : "  %-38s ", cell);
}

void scene_registers(GString *out, Session *session, guint hart)
{
    static const char *const csrs[CSR_COUNT] = {
        "sstatus", "stvec", "sscratch", "sepc", "scause", "stval", "sie", "sip"
    };
    const Replay *replay = session_replay(session);
    const Hart *state = &replay->tasks[hart].hart;
    const Image *image = replay->program->image;
    guint column = 0;
    g_string_append_printf(out, "%s\n", program_hart(replay->program, hart)->name);
    put_value(out, image, &column, "pc", state->pc);
    for (guint r = 1; r < 32; r++)
        if (state->x[r])
            put_value(out, image, &column, register_name(r), state->x[r]);
    for (guint c = 0; c < CSR_COUNT; c++)
        if (state->csr[c])
            put_value(out, image, &column, csrs[c], state->csr[c]);
    if (column % 2)
        g_string_append(g_string_truncate(out, strlen(g_strchomp(out->str))), "\n");
}

/* ---- memory */

/* The last step that has stored to a byte; 0: none. */
static guint storing_step(const Replay *replay, uint64_t address)
{
    for (guint i = replay->steps->len; i-- > 0;) {
        const MachineStep *step = &g_array_index(replay->steps, ReplayStep, i).step;
        bool stores = step->hart.stores || step->kind == STEP_PROMISE;
        if (stores && address - step->hart.store.address < step->hart.store.size)
            return i + 1;
    }
    return 0;
}

static void put_origins(GString *out, const Replay *replay, uint64_t address, guint size)
{
    guint last = 0;
    for (guint b = 0; b < size; b++) {
        guint step = storing_step(replay, address + b);
        if (step && step != last)
            g_string_append_printf(out, "%s%u", last ? ", " : "  by step ", step);
        last = step ? step : last;
    }
}

/* Which version of a region the bytes belong to; NULL: no region, or all of them. */
static const char *version_of(const Replay *replay, uint64_t address, guint size)
{
    const char *tag = NULL;
    for (guint at = 0; at + 4 <= size && !tag; at += 4) {
        Fetch fetch = { .pc = address + at, .length = 4 };
        fetch.word = (uint32_t)timeline_read(&replay->world.timeline, fetch.pc, 4, G_MAXUINT, NULL);
        tag = fetch_tag(replay->program, &fetch);
    }
    return tag;
}

void scene_memory(GString *out, Session *session, uint64_t address, guint size)
{
    const Replay *replay = session_replay(session);
    for (guint at = 0; at < size; at += 8) {
        guint n = MIN(size - at, 8);
        g_autofree char *name = address_name(replay->program->image, address + at);
        g_string_append_printf(out, "  " HEX "  %-20s ", address + at, name);
        for (guint b = 0; b < 8; b++) {
            if (b < n)
                g_string_append_printf(
                    out, " %02x", (guint)timeline_read(&replay->world.timeline, address + at + b, 1, G_MAXUINT, NULL));
            else
                g_string_append(out, "   ");
        }
        const char *tag = version_of(replay, address + at, n);
        if (tag)
            g_string_append_printf(out, "  %s", tag);
        put_origins(out, replay, address + at, n);
        g_string_append(g_string_truncate(out, strlen(g_strchomp(out->str))), "\n");
    }
}

/* ---- the timeline */

static void put_message(GString *out, Session *session, guint ts, const Message *message)
{
    const Replay *replay = session_replay(session);
    const GArray *timeline;
    const Views *views = session_views(session, message->hart, &timeline);
    g_autofree char *text = story_message_text(replay->program, message);
    bool promised = views && stamps_has(&views->promised, ts);
    g_string_append_printf(out, "  %3u  step %-3u  %s: %s%s\n", ts, story_step_of_message(replay, ts),
                           program_hart(replay->program, message->hart)->name, text,
                           promised ? "  (promised, not yet executed)" : "");
}

/* Stores that every hart sees at once are no messages. */
static guint put_settled(GString *out, const Replay *replay)
{
    guint n = 0;
    for (guint i = 0; i < replay->steps->len; i++) {
        const ReplayStep *at = &g_array_index(replay->steps, ReplayStep, i);
        bool message = at->step.world && timeline_now(&at->step.world->timeline) > timeline_now(&at->world->timeline);
        if (!at->step.hart.stores || at->step.hart.store.size == 0 || message)
            continue;
        g_autofree char *text = story_message_text(replay->program, &at->step.hart.store);
        if (!n++)
            g_string_append(out, "stores that nobody else can miss:\n");
        g_string_append_printf(out, "       step %-3u  %s: %s\n", i + 1, program_hart(replay->program, at->hart)->name,
                               text);
    }
    return n;
}

void scene_timeline(GString *out, Session *session)
{
    const Replay *replay = session_replay(session);
    const Timeline *timeline = &replay->world.timeline;
    const GArray *solo = NULL;
    session_views(session, 0, &solo);
    guint n = timeline_now(timeline);
    if (n)
        g_string_append(out, "timeline, in the order in which stores take effect:\n");
    for (guint ts = 1; ts <= n; ts++)
        put_message(out, session, ts, &g_array_index(timeline->messages, Message, ts - 1));
    /* under the timeline explorer those are stores to a hart's own memory, and promises kept */
    guint settled = solo ? 0 : put_settled(out, replay);
    if (!n && !settled)
        g_string_append(out, "no stores yet\n");
}

/* ---- views */

static void put_view(GString *out, const Replay *replay, const char *name, guint view)
{
    if (!view)
        return;
    g_string_append_printf(out, "  %-44s %u", name, view);
    guint step = story_step_of_message(replay, view);
    if (step)
        g_string_append_printf(out, " (step %u)", step);
    g_string_append_c(out, '\n');
}

static void put_solo_views(GString *out, const Replay *replay, const Views *views)
{
    put_view(out, replay, "loads from here on see at least", views->read_new);
    put_view(out, replay, "stores from here on come after", views->write_new);
    put_view(out, replay, "newest seen by loads so far", views->read_old);
    put_view(out, replay, "newest of its stores so far", views->write_old);
    put_view(out, replay, "branches and addresses so far depend on", views->control);
    put_view(out, replay, "release stores so far", views->release);
    put_view(out, replay, "fetches from here on see at least", views->fetch);
    put_view(out, replay, "newest fetched so far", views->fetched);
    put_view(out, replay, "marks are past up to", views->clock);
    put_view(out, replay, "for what is after a mark, it fetches after", views->late);
    for (guint r = 1; r < 32; r++) {
        g_autofree char *name = g_strdup_printf("%s depends on", register_name(r));
        put_view(out, replay, name, views->reg[r]);
    }
    for (guint i = 0; i < views->n_bytes; i++) {
        g_autofree char *place = address_name(replay->program->image, views->bytes[i].address);
        g_autofree char *name = g_strdup_printf("%s (%u bytes) is seen at least as of", place, views->bytes[i].size);
        put_view(out, replay, name, views->bytes[i].coherence);
    }
    for (guint ts = 1; ts <= TIMELINE_MAX; ts++)
        if (stamps_has(&views->promised, ts))
            put_view(out, replay, "has promised", ts);
}

void scene_views(GString *out, Session *session, guint hart)
{
    const Replay *replay = session_replay(session);
    const Hart *state = &replay->tasks[hart].hart;
    const GArray *timeline;
    const Views *views = session_views(session, hart, &timeline);
    gsize before;
    g_string_append_printf(out, "%s\n", program_hart(replay->program, hart)->name);
    before = out->len;
    if (views) {
        put_solo_views(out, replay, views);
    } else {
        put_view(out, replay, "fetches from here on see at least", state->fetch_view);
        put_view(out, replay, "fetches after a fence.i, for loads and stores", state->access_view);
        put_view(out, replay, "fetches after a fence.i, for fetches", state->fetched_view);
    }
    if (out->len == before)
        g_string_append_printf(out, "  %s\n",
                               replay->options->model->coherent_fetch && !views ? "sees every store at once"
                                                                                : "need not have seen any store");
}
