/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/internal.h"

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

/* Every way to read `size` bytes of code at one point T >= fetch_view, newest T first. Points between two messages to
 * these bytes read the same, so only fetch_view itself and the timestamps of such messages are worth choosing. */
static GArray *units(const HartContext *context, const Hart *hart, uint64_t address, guint size)
{
    GArray *result = g_array_new(FALSE, FALSE, sizeof(Unit));
    const Timeline *timeline = context->timeline;
    guint now = timeline_now(timeline);
    guint oldest = context->model->coherent_fetch ? now : MIN(hart->fetch_view, now);
    for (guint point = now;; point--) {
        if (point == oldest || timeline_touched(timeline, address, size, point - 1, point)) {
            Unit unit = { .point = point };
            unit.value = timeline_read(timeline, address, size, point, &unit.newest);
            g_array_append_val(result, unit);
        }
        if (point == oldest)
            return result;
    }
}

void hart_normalise_views(Hart *hart)
{
    if (hart->access_view <= hart->fetch_view)
        hart->access_view = 0;
    if (hart->fetched_view <= hart->fetch_view)
        hart->fetched_view = 0;
}

/* The effect of a complete fetch on the views: vI joins fetch_view at once under Ziccid, at the next fence.i under
 * ir3f. (Under coherent fetch there are no views.) */
static void account_fetch(const HartContext *context, HartStep *step)
{
    if (context->model->coherent_fetch)
        return;
    if (context->model->ir2)
        step->hart.fetch_view = MAX(step->hart.fetch_view, step->fetch.view);
    if (context->model->ir3f)
        step->hart.fetched_view = MAX(step->hart.fetched_view, step->fetch.view);
    hart_normalise_views(&step->hart);
}

static HartStep step_begin(const Hart *hart)
{
    HartStep step = { .hart = *hart, .status = HART_OK };
    step.fetch.pc = hart->pc;
    return step;
}

static void emit_fetch_fault(const Hart *hart, uint64_t address, GArray *steps)
{
    HartStep step = step_begin(hart);
    step.hart.phase = PHASE_BOUNDARY;
    step.hart.word = 0;
    step.status = HART_TRAP;
    step.cause = CAUSE_FETCH_ACCESS;
    step.tval = address;
    g_array_append_val(steps, step);
}

static Fetch fetch_make(const Hart *hart, uint64_t pc, uint64_t value, Unit low, Unit high)
{
    guint length = insn_length((uint16_t)value);
    Fetch fetch = { .pc = pc, .word = length == 2 ? (uint16_t)value : (uint32_t)value, .length = length };
    fetch.newest[0] = low.newest;
    fetch.point[0] = low.point;
    fetch.newest[1] = length == 2 ? low.newest : high.newest;
    fetch.point[1] = length == 2 ? low.point : high.point;
    fetch.view = MAX(hart->fetch_view, MAX(fetch.newest[0], fetch.newest[1]));
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
    HartStep step = step_begin(hart);
    step.hart.phase = PHASE_BOUNDARY;
    step.hart.word = 0;
    step.fetch = fetch;
    if (fused) {
        step.fused = *fused;
        step.fetch.view = step.fused.view = MAX(fetch.view, fused->view);
    }
    step.insn = insn_decode(fetch.word);
    account_fetch(context, &step);
    g_array_append_val(steps, step);
}

static Unit part_of(const HartContext *context, Unit whole, uint64_t address, guint size)
{
    Unit part = { .point = whole.point };
    part.value = timeline_read(context->timeline, address, size, whole.point, &part.newest);
    return part;
}

/* auipc rd and jalr through rd in one unit: the fused pair of PAIR_FUSED. */
static bool is_fusible(uint64_t value)
{
    Insn first = insn_decode((uint32_t)value), second = insn_decode((uint32_t)(value >> 32));
    return first.op == OP_auipc && second.kind == INSN_JALR && second.length == 4 && second.rs1 == first.rd &&
           first.rd != 0;
}

/* The instruction lies in one atomic unit. */
static void fetch_one_unit(const HartContext *context, const Hart *hart, GArray *steps)
{
    uint64_t pc = hart->pc;
    bool pair = context->pair == PAIR_FUSED && executable(context, pc, 8) &&
                (context->fetch_atomicity == FETCH_WHOLE || (context->fetch_atomicity == FETCH_8 && pc % 8 == 0));
    guint size = pair ? 8 : executable(context, pc, 4) ? 4 : 2;
    g_autoptr(GArray) choices = units(context, hart, pc, size);
    for (guint i = 0; i < choices->len; i++) {
        Unit whole = g_array_index(choices, Unit, i);
        Unit low = part_of(context, whole, pc, 2);
        if (insn_length((uint16_t)low.value) == 2) {
            emit_fetched(context, hart, fetch_make(hart, pc, low.value, low, low), NULL, steps);
            continue;
        }
        if (size == 2) {
            emit_fetch_fault(hart, pc + 2, steps);
            continue;
        }
        Unit high = part_of(context, whole, pc + 2, 2);
        Fetch fetch = fetch_make(hart, pc, low.value | high.value << 16, low, high);
        if (!pair || !is_fusible(whole.value)) {
            emit_fetched(context, hart, fetch, NULL, steps);
            continue;
        }
        Unit low2 = part_of(context, whole, pc + 4, 2), high2 = part_of(context, whole, pc + 6, 2);
        Fetch fused = fetch_make(hart, pc + 4, whole.value >> 32, low2, high2);
        emit_fetched(context, hart, fetch, &fused, steps);
    }
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
            emit_fetched(context, hart, fetch_make(hart, pc, low.value, low, low), NULL, steps);
        } else if (!highs) {
            emit_fetch_fault(hart, pc + 2, steps);
        } else if (context->model->coherent_fetch) {
            HartStep step = step_begin(hart);
            step.hart.phase = PHASE_PARCEL;
            step.hart.word = (uint32_t)low.value;
            g_array_append_val(steps, step);
        } else {
            for (guint j = 0; j < highs->len; j++) {
                Unit high = g_array_index(highs, Unit, j);
                emit_fetched(context, hart, fetch_make(hart, pc, low.value | high.value << 16, low, high), NULL, steps);
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
        emit_fetched(context, hart, fetch_make(hart, pc, low.value | high.value << 16, low, high), NULL, steps);
    } else if (!executable(context, pc, 2)) {
        emit_fetch_fault(hart, pc, steps);
    } else if (atomicity == FETCH_WHOLE || pc / atomicity == (pc + 2) / atomicity) {
        fetch_one_unit(context, hart, steps);
    } else {
        fetch_two_units(context, hart, steps);
    }
}
