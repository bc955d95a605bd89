/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data accesses of a hart that runs alone against a timeline: RVWMO as views. Rules by their numbers in the chapter on
 * preserved program order (ppo) of the unprivileged ISA; for accesses of different sizes every bound is kept per byte, and
 * what binds one byte of an access binds all of it, since an aligned access is one event. */
#include "sim/hart/internal.h"

enum {
    PIECES_MAX = 8
};

/* An access being made, piece by piece if it is misaligned. */
typedef struct Access {
    const HartContext *context;
    GArray *steps;
    uint64_t address;
    guint size;
    View pre; /* what the whole instruction comes after */
    View address_view, data_view;
    bool at_once; /* some piece so far happens at the moment of the fetch: see still_fetched */
    guint n_effects;
    Effect effects[PIECES_MAX]; /* so far */
} Access;

static bool is_sc_data(const HartContext *context)
{
    return !context->model->rvwmo_data;
}

static void too_many(Access *access, HartStep *step)
{
    step_unsupported(access->steps, step, "more shared memory used by one hart than is kept track of");
}

static MemoryUse use(const Access *access, uint64_t address, guint size, bool stores)
{
    const SoloContext *solo = access->context->solo;
    return solo->use(solo->data, address, size, stores);
}

static void set_register_view(HartStep *step, View view)
{
    if (step->insn.rd)
        step->views.reg[step->insn.rd] = view;
}

static Access access_begin(const HartContext *context, const HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    Access access = { .context = context, .steps = steps };
    access.address = step->hart.x[insn->rs1] + (uint64_t)insn->imm;
    access.size = insn->size;
    access.address_view = views_of_registers(&step->views, insn->addr_regs);
    access.data_view = views_of_registers(&step->views, insn->data_regs);
    access.pre = view_join(access.address_view, (View)step->fetch.view); /* ppo 9; ir1 */
    return access;
}

/* Coherent fetch: an instruction is fetched and does (the first piece of) what it does at one moment. Whether its bytes,
 * or the second of two chunks that it is fetched in, are at that point of the timeline still what was fetched. */
static bool still_fetched(const HartContext *context, const HartStep *step, guint position)
{
    if (!context->model->coherent_fetch)
        return true;
    const Fetch *fetch = &step->fetch;
    guint chunk = context->fetch_atomicity, length = fetch->length + step->fused.length;
    bool in_two = chunk != FETCH_WHOLE && fetch->length == 4 && fetch->pc / chunk != (fetch->pc + 2) / chunk;
    guint newest = in_two ? fetch->newest[1] : MAX(fetch->newest[0], fetch->newest[1]);
    newest = MAX(newest, MAX(step->fused.newest[0], step->fused.newest[1]));
    guint offset = in_two ? 2 : 0;
    return !timeline_touched(context->timeline, fetch->pc + offset, length - offset, newest, position);
}

static void access_emit(Access *access, HartStep *step)
{
    if (!access->at_once)
        return;
    GArray *effects = access->context->solo->effects;
    step->first_effect = effects->len;
    step->n_effects = access->n_effects;
    if (access->n_effects)
        g_array_append_vals(effects, access->effects, access->n_effects);
    step_emit(access->steps, step);
}

/* ---- loads */

/* A lone rl on LR means nothing; on a load-acquire it orders what came before. */
static bool load_releases(const Insn *insn)
{
    return insn->rl && insn->aq;
}

static void complete_load(Access *access, const HartStep *base, uint64_t value, View post)
{
    HartStep step;
    hart_step_copy(&step, base);
    const Insn *insn = &step.insn;
    Views *views = &step.views;
    view_raise(&views->read_old, post);
    view_raise(&views->control, access->address_view); /* ppo 13 */
    if (insn->aq || is_sc_data(access->context)) {     /* ppo 5 */
        view_raise(&views->read_new, post);
        view_raise(&views->write_new, post);
    }
    if (insn->kind == INSN_LR) {
        if (insn->aq && insn->rl)
            view_raise(&views->release, post);
        views->exclusive_address = access->address;
        views->exclusive_size = (uint8_t)access->size;
        views->exclusive_view = post;
    }
    access_note_load(&step, access->address, access->size, value);
    OracleOutput out = step_ask(access->context, &step, value, false);
    set_register_view(&step, post);
    step_write_register(&step, out.rd);
    step_retire(&step, out.next_pc);
    access_emit(access, &step);
}

/* Reads the piece that starts at `offset`, in every way, and goes on with the next. */
static void load_piece(Access *access, const HartStep *base, guint offset, uint64_t value, View post)
{
    if (offset == access->size)
        return complete_load(access, base, value, post);
    const HartContext *context = access->context;
    guint first, size = access_piece(context, access->address, access->size, offset, &first);
    uint64_t address = access->address + offset;
    MemoryUse used = use(access, address, size, false);
    ReadChoice choices[TIMELINE_MAX + 1];
    /* The pieces have no byte in common: each reads against the same views. */
    guint n = views_read(&base->views, context->timeline, address, size, access->pre, context->solo->horizon, choices);
    for (guint i = 0; i < n; i++) {
        HartStep step;
        hart_step_copy(&step, base);
        const ReadChoice *choice = &choices[i];
        if (used != MEMORY_CONSTANT && !views_raise_coherence(&step.views, address, size, choice->post))
            return too_many(access, &step);
        if (step.insn.kind == INSN_LR)
            for (guint b = 0; b < size; b++)
                step.views.exclusive_stamp[b] = choice->stamp[b];
        for (guint b = 0; b < size; b++)
            step.load_from[offset + b] = choice->stamp[b];
        bool before = access->at_once;
        access->at_once = before || still_fetched(context, &step, choice->post);
        load_piece(access, &step, offset + size, value | choice->value << 8 * offset, view_join(post, choice->post));
        access->at_once = before;
    }
}

void solo_load(const HartContext *context, HartStep *step, GArray *steps)
{
    const Insn *insn = &step->insn;
    const Views *views = &step->views;
    Access access = access_begin(context, step, steps);
    view_raise(&access.pre, views->read_new);
    if (is_sc_data(context))
        view_raise(&access.pre, views->write_new);
    if (insn->kind == INSN_LR && insn->aq)
        view_raise(&access.pre, views->release); /* ppo 7: RCsc, but the plain load-acquire is RCpc */
    if (load_releases(insn))
        view_raise(&access.pre, view_join(views->read_old, views->write_old)); /* ppo 6 */
    load_piece(&access, step, 0, 0, access.pre);
}

/* ---- stores */

typedef void (*AfterPiece)(Access *access, HartStep *step, guint offset, View stamp);

/* What the store to these bytes makes known of them. Returns false if that is too much. */
static bool note_bytes(const Access *access, HartStep *step, const Effect *effect, View stamp_view, bool exclusive)
{
    bool never_forwarded = exclusive || is_sc_data(access->context);
    const Message *message = &effect->message;
    ByteViews bytes = { .coherence = stamp_view, .stamp = effect->stamp, .flags = BYTES_STORED };
    bytes.forward = view_join(access->address_view, access->data_view);
    if (never_forwarded && effect->stamp) {
        bytes.flags |= BYTES_EXCLUSIVE;
        bytes.forward = 0;
    } else if (never_forwarded) {
        bytes.forward = stamp_view; /* in place: the store itself is as early as it can be */
    }
    return views_set_bytes(&step->views, message->address, message->size, bytes);
}

/* Performs one effect and goes on; the store has the view `stamp_view`. */
static void perform(Access *access, const HartStep *base, Effect effect, bool exclusive, guint offset, AfterPiece after)
{
    HartStep step;
    hart_step_copy(&step, base);
    View stamp_view = effect.stamp ? effect.stamp : effect.low;
    if (!note_bytes(access, &step, &effect, stamp_view, exclusive))
        return too_many(access, &step);
    view_raise(&step.views.write_old, stamp_view);
    if (effect.stamp && !effect.is_new)
        stamps_remove(&step.views.promised, effect.stamp);
    bool before = access->at_once;
    access->at_once = before || still_fetched(access->context, base, effect.stamp ? effect.stamp - 1u : effect.low);
    access->effects[access->n_effects++] = effect;
    after(access, &step, offset + effect.message.size, stamp_view);
    access->n_effects--;
    access->at_once = before;
}

static bool same_store(const Message *a, const Message *b)
{
    return a->kind == MESSAGE_STORE && b->kind == MESSAGE_STORE && a->address == b->address && a->size == b->size &&
           a->value == b->value;
}

/* SC succeeds only if no other hart's store to a byte that the LR read comes between what it read and the SC. */
static bool is_exclusive(const HartContext *context, const Views *views, guint stamp)
{
    for (guint i = 0; i < views->exclusive_size; i++)
        for (guint ts = views->exclusive_stamp[i] + 1u; ts < stamp && ts <= timeline_now(context->timeline); ts++) {
            const Message *message = &g_array_index(context->timeline->messages, Message, ts - 1);
            if (message->hart != HART_SELF && views->exclusive_address + i - message->address < message->size)
                return false;
        }
    return true;
}

static bool may_claim(const HartContext *context, const Views *views, guint ts, View low)
{
    return ts > low && ts > views->clock && ts < context->solo->horizon;
}

/* The timestamp of a message that this access would add: after the end of the timeline and what it has already added. */
static guint next_stamp(const Access *access)
{
    guint next = timeline_now(access->context->timeline) + 1;
    for (guint i = 0; i < access->n_effects; i++)
        next += access->effects[i].is_new;
    return next;
}

/* Whether a message may be added; a timeline that is full makes the step one outside the machine. */
static bool may_append(Access *access, const HartStep *base, guint next)
{
    const SoloContext *solo = access->context->solo;
    if (!solo->appends || next > solo->horizon)
        return false;
    if (next <= TIMELINE_MAX)
        return true;
    HartStep step;
    hart_step_copy(&step, base);
    step_unsupported(access->steps, &step, "more shared stores in one execution than are kept track of");
    return false;
}

/* Every way for the store of one piece to take effect. */
static void store_piece(Access *access, const HartStep *base, Message message, bool exclusive, guint offset,
                        AfterPiece after)
{
    const HartContext *context = access->context;
    const Views *views = &base->views;
    Effect effect = { .message = message };
    effect.message.hart = HART_SELF;
    effect.low = view_join(access->pre, views_coherence(views, message.address, message.size)); /* ppo 1 */
    if (use(access, message.address, message.size, true) != MEMORY_SHARED) {
        /* In place, as early as it can be: the LR may have read shared memory for all that. */
        if (!exclusive || is_exclusive(context, views, effect.low + 1u))
            perform(access, base, effect, exclusive, offset, after);
        return;
    }
    guint now = timeline_now(context->timeline);
    for (guint ts = 1; ts <= now; ts++) {
        if (!stamps_has(&views->promised, ts) || !may_claim(context, views, ts, effect.low) ||
            !same_store(&g_array_index(context->timeline->messages, Message, ts - 1), &message) ||
            (exclusive && !is_exclusive(context, views, ts)))
            continue;
        effect.stamp = (View)ts;
        perform(access, base, effect, exclusive, offset, after);
    }
    guint next = next_stamp(access);
    if (!may_append(access, base, next) || (exclusive && !is_exclusive(context, views, now + 1)))
        return;
    effect.stamp = (View)next;
    effect.is_new = true;
    perform(access, base, effect, exclusive, offset, after);
}

static Message piece_message(uint64_t address, guint size, uint64_t value)
{
    Message message = { .address = address, .size = (uint8_t)size, .value = value };
    if (size < 8)
        message.value &= (1ull << 8 * size) - 1;
    return message;
}

static void complete_store(Access *access, HartStep *step)
{
    view_raise(&step->views.control, access->address_view); /* ppo 13 */
    step_retire(step, step->hart.pc + step->insn.length);
    access_emit(access, step);
}

static void next_store_piece(Access *access, HartStep *step, guint offset, View stamp)
{
    const HartContext *context = access->context;
    if (offset > 0 && (step->insn.aq || is_sc_data(context))) { /* a store with both bits; ppo 5 */
        view_raise(&step->views.read_new, stamp);
        view_raise(&step->views.write_new, stamp);
    }
    if (offset == access->size)
        return complete_store(access, step);
    guint first, size = access_piece(context, access->address, access->size, offset, &first);
    Message message = piece_message(access->address + offset, size, step->hart.x[step->insn.rs2] >> 8 * offset);
    store_piece(access, step, message, false, offset, next_store_piece);
}

/* What every store comes after: ppo 10, 11, and what fences and acquires have ordered before it. */
static void raise_store_pre(const HartContext *context, const HartStep *step, Access *access)
{
    const Views *views = &step->views;
    view_raise(&access->pre, view_join(access->data_view, view_join(views->control, views->write_new)));
    if (is_sc_data(context))
        view_raise(&access->pre, views->read_new);
    if (step->insn.rl)
        view_raise(&access->pre, view_join(views->read_old, views->write_old)); /* ppo 6 */
}

void solo_store(const HartContext *context, HartStep *step, GArray *steps)
{
    Access access = access_begin(context, step, steps);
    raise_store_pre(context, step, &access);
    access_note_store(step, access.address, access.size, step->hart.x[step->insn.rs2]);
    next_store_piece(&access, step, 0, 0);
}

/* ---- SC and AMO */

static void end_reservation(Views *views)
{
    views->exclusive_address = 0;
    views->exclusive_size = 0;
    views->exclusive_view = 0;
    for (guint i = 0; i < G_N_ELEMENTS(views->exclusive_stamp); i++)
        views->exclusive_stamp[i] = 0;
}

static void complete_sc(Access *access, HartStep *step, guint offset, View stamp)
{
    (void)offset;
    Views *views = &step->views;
    const Insn *insn = &step->insn;
    view_raise(&views->control, access->address_view);
    if (insn->rl)
        view_raise(&views->release, stamp);
    if ((insn->aq && insn->rl) || is_sc_data(access->context)) { /* a lone aq on SC means nothing */
        view_raise(&views->read_new, stamp);
        view_raise(&views->write_new, stamp);
    }
    end_reservation(views);
    OracleOutput out = step_ask(access->context, step, 0, true);
    set_register_view(step, stamp);
    step_write_register(step, out.rd);
    step_retire(step, out.next_pc);
    access_emit(access, step);
}

static void fail_sc(Access *access, const HartStep *base)
{
    HartStep step;
    hart_step_copy(&step, base);
    access->at_once = true; /* no access at all */
    end_reservation(&step.views);
    OracleOutput out = step_ask(access->context, &step, 0, false);
    set_register_view(&step, 0);
    step_write_register(&step, out.rd);
    step_retire(&step, out.next_pc);
    access_emit(access, &step);
}

void solo_sc(const HartContext *context, HartStep *step, GArray *steps)
{
    const Views *views = &step->views;
    Access access = access_begin(context, step, steps);
    raise_store_pre(context, step, &access);
    fail_sc(&access, step); /* it may always fail */
    access.at_once = false;
    if (!views->exclusive_size ||
        !pairing_allows(context->pairing, views->exclusive_address, views->exclusive_size, access.address, access.size))
        return;
    if (step->insn.aq && step->insn.rl)
        view_raise(&access.pre, views->release);      /* ppo 7 */
    view_raise(&access.pre, views->exclusive_view);   /* ppo 8 */
    for (guint i = 0; i < views->exclusive_size; i++) /* whatever its LR read precedes the SC: atomicity */
        view_raise(&access.pre, views->exclusive_stamp[i]);
    OracleOutput out = step_ask(context, step, 0, true);
    access_note_store(step, access.address, access.size, out.stored);
    store_piece(&access, step, piece_message(access.address, access.size, out.stored), true, 0, complete_sc);
}

/* An AMO is one event, load and store at once (Act.Amo of herd): it reads what comes immediately before it, and its result
 * has the view of its store. */
static void complete_amo(Access *access, HartStep *step, guint offset, View stamp)
{
    (void)offset;
    Views *views = &step->views;
    const Insn *insn = &step->insn;
    view_raise(&views->read_old, stamp);
    view_raise(&views->control, access->address_view);
    if (insn->aq || is_sc_data(access->context)) {
        view_raise(&views->read_new, stamp);
        view_raise(&views->write_new, stamp);
    }
    if (insn->rl)
        view_raise(&views->release, stamp);
    set_register_view(step, stamp);
    OracleOutput out = step_ask(access->context, step, step->load_value, false);
    step_write_register(step, out.rd);
    step_retire(step, out.next_pc);
    access_emit(access, step);
}

/* Makes the step the AMO with a given old value, read at `bound`, before it takes effect. */
static void amo_reading(const Access *access, HartStep *step, uint64_t old, guint bound, Effect *effect)
{
    for (guint b = 0; b < access->size; b++)
        step->load_from[b] = (View)timeline_newest(access->context->timeline, access->address + b, bound);
    OracleOutput out = step_ask(access->context, step, old, false);
    access_note_load(step, access->address, access->size, old);
    access_note_store(step, access->address, access->size, out.stored);
    effect->message = piece_message(access->address, access->size, out.stored);
    effect->message.hart = HART_SELF;
}

void solo_amo(const HartContext *context, HartStep *step, GArray *steps)
{
    const Views *views = &step->views;
    const Timeline *timeline = context->timeline;
    Access access = access_begin(context, step, steps);
    raise_store_pre(context, step, &access);
    view_raise(&access.pre, views->read_new);
    if (step->insn.aq)
        view_raise(&access.pre, views->release); /* ppo 7 */
    Effect effect = { .low = view_join(access.pre, views_coherence(views, access.address, access.size)) };
    bool shared = use(&access, access.address, access.size, true) == MEMORY_SHARED;
    use(&access, access.address, access.size, false);
    guint now = timeline_now(timeline);
    for (guint ts = 1; shared && ts <= now; ts++) {
        if (!stamps_has(&views->promised, ts) || !may_claim(context, views, ts, effect.low))
            continue;
        uint64_t old = timeline_read(timeline, access.address, access.size, ts - 1, NULL);
        amo_reading(&access, step, old, ts - 1, &effect);
        effect.stamp = (View)ts;
        if (same_store(&g_array_index(timeline->messages, Message, ts - 1), &effect.message))
            perform(&access, step, effect, true, 0, complete_amo);
    }
    if (shared && !may_append(&access, step, now + 1))
        return;
    uint64_t old = timeline_read(timeline, access.address, access.size, G_MAXUINT, NULL);
    amo_reading(&access, step, old, G_MAXUINT, &effect);
    effect.stamp = shared ? (View)(now + 1) : 0;
    effect.is_new = shared;
    perform(&access, step, effect, true, 0, complete_amo);
}

/* ---- instructions without an access */

/* A CSR carries dependencies as registers do ("Syntactic Dependencies"). */
static void compute_csr(HartStep *step)
{
    const Insn *insn = &step->insn;
    int csr = hart_csr(insn->csr);
    if (csr < 0)
        return;
    View old = step->views.csr[csr], operand = views_of_registers(&step->views, insn->data_regs);
    bool replaces = (insn->word >> 12 & 3) == 1;
    step->views.csr[csr] = replaces ? operand : view_join(old, operand);
    set_register_view(step, old);
}

void solo_compute(const HartContext *context, HartStep *step)
{
    if (!context->solo)
        return;
    const Insn *insn = &step->insn;
    view_raise(&step->views.control, views_of_registers(&step->views, insn->branch_regs)); /* ppo 11 */
    if (insn->kind == INSN_CSR)
        return compute_csr(step);
    set_register_view(step, views_of_registers(&step->views, insn->result_regs));
}

void solo_fence(const HartContext *context, HartStep *step)
{
    if (!context->solo)
        return;
    const Insn *insn = &step->insn;
    Views *views = &step->views;
    if (insn->is_tso) {
        view_raise(&views->read_new, views->read_old);
        view_raise(&views->write_new, view_join(views->read_old, views->write_old));
        return;
    }
    View before = view_join(insn->pred & FENCE_R ? views->read_old : 0, insn->pred & FENCE_W ? views->write_old : 0);
    if (insn->succ & FENCE_R)
        view_raise(&views->read_new, before);
    if (insn->succ & FENCE_W)
        view_raise(&views->write_new, before);
    if (insn->succ & FENCE_O)
        view_raise(&views->output, before);
}
