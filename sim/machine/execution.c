/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/execution.h"

#include <string.h>

/* What is known of a hart on the way. */
typedef struct Progress {
    guint insn;          /* number of the instruction at hand */
    guint low_source[2]; /* of the lower half of an instruction whose upper half is still to be fetched */
    int reserved;        /* the read of the last LR, or -1 */
} Progress;

typedef struct Reader {
    Execution *execution;
    const Replay *replay;
    bool timelines;   /* harts have views */
    GArray *by_stamp; /* guint, by timestamp: the write that the message is, or EXEC_INITIAL */
    Progress *progress;
    guint n_orders;
} Reader;

void execution_free(Execution *execution)
{
    if (!execution)
        return;
    g_array_unref(execution->events);
    g_array_unref(execution->edges);
    g_free(execution);
}

/* ---- sources */

static ExecEvent *event_at(const Reader *reader, guint i)
{
    return &g_array_index(reader->execution->events, ExecEvent, i);
}

/* The last write so far to a byte. */
static guint last_write(const Reader *reader, uint64_t address)
{
    for (guint i = reader->execution->events->len; i-- > 0;)
        if (exec_writes(event_at(reader, i), address))
            return i;
    return EXEC_INITIAL;
}

/* The same of memory that only one hart uses, whose stores are no messages. */
static guint last_private_write(const Reader *reader, uint64_t address)
{
    for (guint i = reader->execution->events->len; i-- > 0;)
        if (event_at(reader, i)->is_private && exec_writes(event_at(reader, i), address))
            return i;
    return EXEC_INITIAL;
}

static guint write_of_stamp(const Reader *reader, guint stamp)
{
    return stamp && stamp < reader->by_stamp->len ? g_array_index(reader->by_stamp, guint, stamp) : EXEC_INITIAL;
}

static void set_stamp(Reader *reader, guint stamp, guint event)
{
    guint none = EXEC_INITIAL;
    while (reader->by_stamp->len <= stamp)
        g_array_append_val(reader->by_stamp, none);
    g_array_index(reader->by_stamp, guint, stamp) = event;
}

/* Who has written a byte of code as it was fetched. Where fetches are coherent and every store has its turn, that is the last. */
static guint fetch_source(const Reader *reader, const ReplayStep *at, uint64_t address, guint point)
{
    if (!reader->timelines && reader->replay->options->model->coherent_fetch)
        return last_write(reader, address);
    return write_of_stamp(reader, timeline_newest(&at->world->timeline, address, point));
}

/* The same of data. */
static guint read_source(const Reader *reader, const ReplayStep *at, guint byte)
{
    uint64_t address = at->step.hart.load_address + byte;
    if (!reader->timelines)
        return last_write(reader, address);
    guint stamp = at->step.hart.load_from[byte];
    return stamp ? write_of_stamp(reader, stamp) : last_private_write(reader, address);
}

/* ---- events */

static guint add_event(Reader *reader, ExecKind kind, guint i)
{
    const ReplayStep *at = &g_array_index(reader->replay->steps, ReplayStep, i);
    ExecEvent event = { .kind = kind, .hart = at->hart, .step = i, .effect = i, .pair = -1 };
    event.insn = reader->progress[at->hart].insn;
    g_array_append_val(reader->execution->events, event);
    return reader->execution->events->len - 1;
}

static guint add_write(Reader *reader, guint i, const Message *message)
{
    guint number = add_event(reader, EXEC_WRITE, i);
    ExecEvent *event = event_at(reader, number);
    event->address = message->address;
    event->value = message->value;
    event->size = message->size;
    event->order = reader->n_orders++;
    return number;
}

static void add_fetch(Reader *reader, guint i, const Fetch *fetch)
{
    const ReplayStep *at = &g_array_index(reader->replay->steps, ReplayStep, i);
    bool half_before = at->before.hart.phase == PHASE_PARCEL;
    guint number = fetch->length ? add_event(reader, EXEC_FETCH, i) : 0;
    for (guint b = 0; b < fetch->length; b++) {
        guint *source = &event_at(reader, number)->source[b];
        *source = half_before && b < 2 ? reader->progress[at->hart].low_source[b]
                                       : fetch_source(reader, at, fetch->pc + b, fetch->point[b / 2]);
    }
    if (!fetch->length)
        return;
    event_at(reader, number)->address = fetch->pc;
    event_at(reader, number)->value = fetch->word;
    event_at(reader, number)->size = fetch->length;
}

/* The first half of an instruction, which is no event before there is a second. */
static void keep_half(Reader *reader, const ReplayStep *at)
{
    if (at->step.task.hart.phase != PHASE_PARCEL)
        return;
    for (guint b = 0; b < 2; b++)
        reader->progress[at->hart].low_source[b] = fetch_source(reader, at, at->before.hart.pc + b, G_MAXUINT);
}

static int add_read(Reader *reader, guint i)
{
    const ReplayStep *at = &g_array_index(reader->replay->steps, ReplayStep, i);
    const HartStep *hart = &at->step.hart;
    if (!hart->loads)
        return -1;
    guint number = add_event(reader, EXEC_READ, i);
    ExecEvent *event = event_at(reader, number);
    event->address = hart->load_address;
    event->value = hart->load_size < 8 ? hart->load_value & ((1ull << 8 * hart->load_size) - 1) : hart->load_value;
    event->size = hart->load_size;
    for (guint b = 0; b < event->size; b++)
        event->source[b] = read_source(reader, at, b);
    if (hart->insn.kind == INSN_LR)
        reader->progress[at->hart].reserved = (int)number;
    return (int)number;
}

/* A message that was promised is executed now. */
static guint claim(Reader *reader, guint i, guint number)
{
    ExecEvent *event = event_at(reader, number);
    event->step = i;
    event->insn = reader->progress[event->hart].insn;
    event->pending = false;
    return number;
}

static guint add_effect(Reader *reader, guint i, const Effect *effect)
{
    if (effect->stamp && !effect->is_new)
        return claim(reader, i, write_of_stamp(reader, effect->stamp));
    guint number = add_write(reader, i, &effect->message);
    event_at(reader, number)->is_private = !effect->stamp;
    if (effect->stamp)
        set_stamp(reader, effect->stamp, number);
    return number;
}

static int add_writes(Reader *reader, guint i)
{
    const ReplayStep *at = &g_array_index(reader->replay->steps, ReplayStep, i);
    int number = -1;
    for (guint e = 0; at->effects && e < at->effects->len; e++) {
        const Effect *effect = &g_array_index(at->effects, Effect, e);
        if (effect->message.kind == MESSAGE_STORE && effect->message.size)
            number = (int)add_effect(reader, i, effect);
    }
    if (at->effects || !at->step.hart.stores)
        return number;
    number = (int)add_write(reader, i, &at->step.hart.store);
    if (at->step.world && timeline_now(&at->step.world->timeline) > timeline_now(&at->world->timeline))
        set_stamp(reader, timeline_now(&at->step.world->timeline), (guint)number);
    return number;
}

static void add_promise(Reader *reader, guint i)
{
    const ReplayStep *at = &g_array_index(reader->replay->steps, ReplayStep, i);
    if (at->step.hart.store.kind != MESSAGE_STORE) {
        add_event(reader, EXEC_OTHER, i);
        return;
    }
    guint number = add_write(reader, i, &at->step.hart.store);
    event_at(reader, number)->pending = true;
    set_stamp(reader, timeline_now(&at->step.world->timeline), number);
}

static void add_step(Reader *reader, guint i)
{
    const ReplayStep *at = &g_array_index(reader->replay->steps, ReplayStep, i);
    const HartStep *hart = &at->step.hart;
    Progress *progress = &reader->progress[at->hart];
    if (at->step.kind == STEP_PROMISE)
        return add_promise(reader, i);
    add_fetch(reader, i, &hart->fetch);
    add_fetch(reader, i, &hart->fused);
    keep_half(reader, at);
    int read = add_read(reader, i), write = add_writes(reader, i);
    bool is_sc = hart->insn.kind == INSN_SC;
    if (write >= 0 && is_sc)
        read = progress->reserved;
    if (read >= 0 && write >= 0 && (is_sc || hart->insn.kind == INSN_AMO)) {
        event_at(reader, (guint)read)->pair = write;
        event_at(reader, (guint)write)->pair = read;
    }
    if (is_sc)
        progress->reserved = -1;
    if (hart->retired && (hart->insn.kind == INSN_FENCE || hart->insn.kind == INSN_FENCE_I))
        add_event(reader, EXEC_FENCE, i);
    if (at->step.kind != STEP_EXECUTE)
        add_event(reader, EXEC_OTHER, i);
    progress->insn += hart->retired || hart->status != HART_OK || at->step.kind != STEP_EXECUTE;
}

Execution *execution_new(const Replay *replay)
{
    Execution *execution = g_new0(Execution, 1);
    execution->replay = replay;
    execution->events = g_array_new(FALSE, TRUE, sizeof(ExecEvent));
    execution->edges = g_array_new(FALSE, TRUE, sizeof(ExecEdge));
    guint n = replay->program->harts->len;
    g_autofree Progress *progress = g_new0(Progress, n);
    g_autoptr(GArray) by_stamp = g_array_new(FALSE, TRUE, sizeof(guint));
    Reader reader = { execution, replay, program_uses_timelines(replay->program, replay->options), by_stamp, progress };
    for (guint h = 0; h < n; h++)
        progress[h].reserved = -1;
    for (guint i = 0; i < replay->steps->len; i++)
        add_step(&reader, i);
    execution_relate(execution);
    return execution;
}
