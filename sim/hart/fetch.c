/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/internal.h"

#include <string.h>

/* One way to read an aligned unit of code: the bytes as of one point of the timeline. */
typedef struct Unit {
    uint64_t value;
    guint point;
    guint newest; /* newest message among the bytes */
} Unit;

static bool executable(const HartContext *context, uint64_t address, guint size)
{
    const ImageSection *section = image_section_at(context->timeline->image, address, size);
    return section && (section->flags & IMAGE_EXEC);
}

/* The points between which a fetch may choose: not before what the hart's fetches must see. */
static guint oldest_point(const HartContext *context, const Hart *hart)
{
    const SoloContext *solo = context->solo;
    guint now = timeline_now(context->timeline);
    if (!solo)
        return context->model->coherent_fetch ? now : MIN(hart->fetch_view, now);
    if (context->model->initial_fetch)
        return 0;
    /* Coherent: as any access under sequential consistency, after all of the hart's earlier ones. */
    return MIN(context->model->coherent_fetch ? solo->views->read_new : solo->views->fetch, now);
}

static guint newest_point(const HartContext *context)
{
    guint now = timeline_now(context->timeline);
    if (!context->solo)
        return now;
    return context->model->initial_fetch ? 0 : MIN(now, context->solo->horizon);
}

/* What the fetches of the hart must see: part of the view of each. */
static guint fetch_floor(const HartContext *context, const Hart *hart)
{
    const SoloContext *solo = context->solo;
    if (!solo)
        return hart->fetch_view;
    if (context->model->initial_fetch)
        return 0;
    return context->model->coherent_fetch ? solo->views->read_new : solo->views->fetch;
}

static bool has_value(const GArray *units, uint64_t value)
{
    for (guint i = 0; i < units->len; i++)
        if (g_array_index(units, Unit, i).value == value)
            return true;
    return false;
}

/* The bytes of a unit after a store to some of them. */
static uint64_t overlay(uint64_t value, uint64_t address, guint size, const Message *message)
{
    for (guint i = 0; i < size; i++) {
        uint64_t offset = address + i - message->address;
        if (offset < message->size)
            value = (value & ~(0xffull << 8 * i)) | (message->value >> 8 * offset & 0xff) << 8 * i;
    }
    return value;
}

/* A store may depend, by value or by control, on a patch that comes later in memory order, and be promised before it. So
 * while looking for promises a fetch may also guess: whatever stores of the pool, in any order, can make of the unit.
 * Nothing may be promised that is ordered after such a fetch, and no run that guesses is taken for real. */
static void add_guesses(const HartContext *context, uint64_t address, guint size, GArray *units)
{
    const GArray *pool = context->solo->pool;
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(Unit));
    Unit unit = { .newest = VIEW_NEVER };
    unit.value = timeline_read(context->timeline, address, size, 0, NULL);
    g_array_append_val(values, unit);
    for (guint i = 0; i < values->len; i++) {
        uint64_t value = g_array_index(values, Unit, i).value;
        for (guint m = 0; m < pool->len; m++) {
            unit.value = overlay(value, address, size, &g_array_index(pool, Message, m));
            if (!has_value(values, unit.value))
                g_array_append_val(values, unit);
        }
    }
    for (guint i = 0; i < values->len; i++)
        if (!has_value(units, g_array_index(values, Unit, i).value))
            g_array_append_vals(units, &g_array_index(values, Unit, i), 1);
}

/* Every way to read `size` bytes of code at one point T >= `oldest`, newest T first. Points between two messages to
 * these bytes read the same, so only the oldest and the timestamps of such messages are worth choosing. */
static GArray *units_since(const HartContext *context, uint64_t address, guint size, guint oldest)
{
    GArray *result = g_array_new(FALSE, FALSE, sizeof(Unit));
    const Timeline *timeline = context->timeline;
    const SoloContext *solo = context->solo;
    if (solo)
        solo->fetches(solo->data, address, size);
    for (guint point = MAX(newest_point(context), oldest);; point--) {
        if (point == oldest || timeline_touched(timeline, address, size, point - 1, point)) {
            Unit unit = { .point = point };
            unit.value = timeline_read(timeline, address, size, point, &unit.newest);
            g_array_append_val(result, unit);
        }
        if (point == oldest)
            break;
    }
    if (solo && solo->pool && solo->pool->len)
        add_guesses(context, address, size, result);
    return result;
}

static GArray *units(const HartContext *context, const Hart *hart, uint64_t address, guint size)
{
    return units_since(context, address, size, oldest_point(context, hart));
}

void hart_normalise_views(Hart *hart)
{
    if (hart->access_view <= hart->fetch_view)
        hart->access_view = 0;
    if (hart->fetched_view <= hart->fetch_view)
        hart->fetched_view = 0;
}

/* ifetch-views rules: what a complete fetch with view vI is ordered before. */
static void account_fetch_solo(const Model *model, HartStep *step)
{
    Views *views = &step->views;
    if (model->initial_fetch)
        return;
    step->fetch.view = MAX(step->fetch.view, views->late);
    View view = (View)step->fetch.view;
    if (view == VIEW_NEVER)
        views->guessed = 1;
    if (model->ir2)
        view_raise(&views->fetch, view);
    if (model->ir_decode_w || model->ir_decode || model->coherent_fetch)
        view_raise(&views->write_new, view);
    if (model->ir_decode || model->coherent_fetch)
        view_raise(&views->read_new, view);
    if (model->ir3f)
        view_raise(&views->fetched, view);
}

/* The effect of a complete fetch on the views: vI joins fetch_view at once under Ziccid, at the next fence.i under
 * ir3f. (Under coherent fetch there are no views.) */
static void account_fetch(const HartContext *context, HartStep *step)
{
    if (context->solo)
        return account_fetch_solo(context->model, step);
    if (context->model->coherent_fetch)
        return;
    if (context->model->ir2)
        step->hart.fetch_view = MAX(step->hart.fetch_view, step->fetch.view);
    if (context->model->ir3f)
        step->hart.fetched_view = MAX(step->hart.fetched_view, step->fetch.view);
    hart_normalise_views(&step->hart);
}

static void step_begin(const HartContext *context, const Hart *hart, HartStep *step)
{
    memset(step, 0, G_STRUCT_OFFSET(HartStep, views));
    step->hart = *hart;
    step->fetch.pc = hart->pc;
    if (context->solo)
        views_assign(&step->views, context->solo->views);
    else
        step->views.n_bytes = 0;
}

static void emit_fetch_fault(const HartContext *context, const Hart *hart, uint64_t address, GArray *steps)
{
    HartStep step;
    step_begin(context, hart, &step);
    step.hart.phase = PHASE_BOUNDARY;
    step.hart.word = 0;
    step.status = HART_TRAP;
    step.cause = CAUSE_FETCH_ACCESS;
    step.tval = address;
    step_emit(steps, &step);
}

static Fetch fetch_make(const HartContext *context, const Hart *hart, uint64_t pc, uint64_t value, Unit low, Unit high)
{
    guint length = insn_length((uint16_t)value);
    Fetch fetch = { .pc = pc, .word = length == 2 ? (uint16_t)value : (uint32_t)value, .length = length };
    fetch.newest[0] = low.newest;
    fetch.point[0] = low.point;
    fetch.newest[1] = length == 2 ? low.newest : high.newest;
    fetch.point[1] = length == 2 ? low.point : high.point;
    fetch.view = MAX(fetch_floor(context, hart), MAX(fetch.newest[0], fetch.newest[1]));
    return fetch;
}

static bool same_fetch(const Fetch *a, const Fetch *b)
{
    return a->length == b->length && a->word == b->word && a->view == b->view;
}

/* Appends a fetched instruction unless one with the same bytes and view is there already: choices that nobody can tell
 * apart are one choice. */
static void emit_fetched(const HartContext *context, const Hart *hart, Fetch fetch, const Fetch *fused, GArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        const HartStep *other = &g_array_index(steps, HartStep, i);
        if (same_fetch(&other->fetch, &fetch) && other->fused.length == (fused ? fused->length : 0) &&
            (!fused || same_fetch(&other->fused, fused)))
            return;
    }
    HartStep step;
    step_begin(context, hart, &step);
    step.hart.phase = PHASE_BOUNDARY;
    step.hart.word = 0;
    step.fetch = fetch;
    if (fused) {
        step.fused = *fused;
        step.fetch.view = step.fused.view = MAX(fetch.view, fused->view);
    }
    step.insn = insn_decode(fetch.word);
    account_fetch(context, &step);
    step_emit(steps, &step);
}

/* The bytes of a unit from `offset` on. */
static Unit part_of(const HartContext *context, Unit whole, uint64_t start, guint offset, guint size)
{
    Unit part = { .point = whole.point, .newest = whole.newest };
    part.value = whole.value >> 8 * offset & ((1ull << 8 * size) - 1);
    if (whole.newest != VIEW_NEVER)
        timeline_read(context->timeline, start + offset, size, whole.point, &part.newest);
    return part;
}

/* auipc rd and jalr through rd in one unit: the fused pair of PAIR_FUSED. */
static bool is_fusible(uint64_t value)
{
    Insn first = insn_decode((uint32_t)value), second = insn_decode((uint32_t)(value >> 32));
    return first.op == OP_auipc && second.kind == INSN_JALR && second.length == 4 && second.rs1 == first.rd &&
           first.rd != 0;
}

/* The instruction, or the fused pair, as read at one point. */
static void fetch_whole(const HartContext *context, const Hart *hart, Unit whole, guint size, GArray *steps)
{
    uint64_t pc = hart->pc;
    Unit low = part_of(context, whole, pc, 0, 2);
    if (insn_length((uint16_t)low.value) == 2)
        return emit_fetched(context, hart, fetch_make(context, hart, pc, low.value, low, low), NULL, steps);
    if (size == 2)
        return emit_fetch_fault(context, hart, pc + 2, steps);
    Unit high = part_of(context, whole, pc, 2, 2);
    Fetch fetch = fetch_make(context, hart, pc, low.value | high.value << 16, low, high);
    if (size < 8 || !is_fusible(whole.value))
        return emit_fetched(context, hart, fetch, NULL, steps);
    Unit low2 = part_of(context, whole, pc, 4, 2), high2 = part_of(context, whole, pc, 6, 2);
    Fetch fused = fetch_make(context, hart, pc + 4, whole.value >> 32, low2, high2);
    emit_fetched(context, hart, fetch, &fused, steps);
}

/* Whether nobody has stored to these bytes, nor may a fetch guess that somebody will: then there is one way to read. */
static bool never_stored(const HartContext *context, uint64_t address, guint size)
{
    const SoloContext *solo = context->solo;
    if (solo && solo->pool && solo->pool->len)
        return false;
    return context->model->initial_fetch || !timeline_touched(context->timeline, address, size, 0, G_MAXUINT);
}

/* The instruction lies in one atomic unit. */
static void fetch_one_unit(const HartContext *context, const Hart *hart, GArray *steps)
{
    uint64_t pc = hart->pc;
    bool pair = context->pair == PAIR_FUSED && executable(context, pc, 8) &&
                (context->fetch_atomicity == FETCH_WHOLE || (context->fetch_atomicity == FETCH_8 && pc % 8 == 0));
    guint size = pair ? 8 : executable(context, pc, 4) ? 4 : 2;
    if (never_stored(context, pc, size)) {
        Unit whole = { .point = oldest_point(context, hart) };
        whole.value = timeline_read(context->timeline, pc, size, 0, NULL);
        if (context->solo)
            context->solo->fetches(context->solo->data, pc, size);
        return fetch_whole(context, hart, whole, size, steps);
    }
    g_autoptr(GArray) choices = units(context, hart, pc, size);
    for (guint i = 0; i < choices->len; i++)
        fetch_whole(context, hart, g_array_index(choices, Unit, i), size, steps);
}

/* The instruction may extend into a second unit, each read at a point of its own. Under coherent fetch the two are read
 * one after the other, and the hart rests in PHASE_PARCEL in between. */
static void fetch_two_units(const HartContext *context, const Hart *hart, GArray *steps)
{
    uint64_t pc = hart->pc;
    g_autoptr(GArray) lows = units(context, hart, pc, 2);
    g_autoptr(GArray) highs = executable(context, pc + 2, 2) ? units(context, hart, pc + 2, 2) : NULL;
    for (guint i = 0; i < lows->len; i++) {
        Unit low = g_array_index(lows, Unit, i);
        if (insn_length((uint16_t)low.value) == 2) {
            emit_fetched(context, hart, fetch_make(context, hart, pc, low.value, low, low), NULL, steps);
        } else if (!highs) {
            emit_fetch_fault(context, hart, pc + 2, steps);
        } else if (context->model->coherent_fetch && !context->solo) {
            HartStep step;
            step_begin(context, hart, &step);
            step.hart.phase = PHASE_PARCEL;
            step.hart.word = (uint32_t)low.value;
            step_emit(steps, &step);
        } else {
            if (context->model->coherent_fetch) { /* one after the other */
                g_array_unref(highs);
                highs = units_since(context, pc + 2, 2, MAX(oldest_point(context, hart), low.newest));
            }
            for (guint j = 0; j < highs->len; j++) {
                Unit high = g_array_index(highs, Unit, j);
                emit_fetched(context, hart, fetch_make(context, hart, pc, low.value | high.value << 16, low, high),
                             NULL, steps);
            }
        }
    }
}

void hart_fetch(const HartContext *context, const Hart *hart, GArray *steps)
{
    uint64_t pc = hart->pc;
    guint atomicity = context->fetch_atomicity;
    if (hart->phase == PHASE_PARCEL) {
        g_autoptr(GArray) highs = units(context, hart, pc + 2, 2);
        /* read at an earlier moment, which coherent fetch does not remember */
        Unit low = { .value = hart->word, .point = G_MAXUINT }, high = g_array_index(highs, Unit, 0);
        emit_fetched(context, hart, fetch_make(context, hart, pc, low.value | high.value << 16, low, high), NULL,
                     steps);
    } else if (!executable(context, pc, 2)) {
        emit_fetch_fault(context, hart, pc, steps);
    } else if (atomicity == FETCH_WHOLE || pc / atomicity == (pc + 2) / atomicity) {
        fetch_one_unit(context, hart, steps);
    } else {
        fetch_two_units(context, hart, steps);
    }
}
