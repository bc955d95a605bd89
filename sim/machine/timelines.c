/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/timelines-parts.h"

#include <string.h>

enum {
    PERIOD_MAX = 4,
    REPETITIONS_MAX = 8,
    REPETITIONS_FOR_EVER_MAX = 2,
    REPETITIONS_PERIODIC_MAX = 64,
    ENDLESS_LENGTH_MAX = 6,
    ENDLESS_SUFFIX_MAX = 6
};

/* ---- what a hart sees of a message */

static bool concerns(const Timelines *timelines, const Group *group, const Message *message)
{
    switch ((MessageKind)message->kind) {
    case MESSAGE_STORE:
        return footprint_touches(group->footprint, message->address, message->size);
    case MESSAGE_LOCK:
    case MESSAGE_UNLOCK:
        return footprint_touches(group->footprint, message->address, 1);
    case MESSAGE_MARK:
        return timelines->marks_matter;
    case MESSAGE_FENCE: /* for those it names: see space_seen */
    case MESSAGE_FENCE_END:
    case MESSAGE_GRACE:
    case MESSAGE_GRACE_END:
    case MESSAGE_CALL:
    case MESSAGE_CALL_END:
    case MESSAGE_IPI:
    case MESSAGE_STOP:
    case MESSAGE_STOP_END:
    case MESSAGE_ONLINE:
    case MESSAGE_OFFLINE:
        break;
    }
    return true;
}

static bool is_relevant(const Timelines *timelines, Group *group, uint32_t id)
{
    if (id >= group->relevant->len)
        g_array_set_size(group->relevant, id + 1);
    Relevance *relevance = &g_array_index(group->relevant, Relevance, id);
    guint size = 1 + footprint_size(group->footprint);
    if (relevance->known_at != size) {
        relevance->known_at = size;
        relevance->relevant = relevance->relevant || concerns(timelines, group, timelines_message(timelines, id));
    }
    return relevance->relevant;
}

static uint32_t view_id(Timelines *timelines, uint32_t id, bool own)
{
    GArray *ids = own ? timelines->own : timelines->foreign;
    if (id >= ids->len)
        g_array_set_size(ids, id + 1);
    uint32_t *view = &g_array_index(ids, uint32_t, id);
    if (!*view) {
        Message message = *timelines_message(timelines, id);
        message.hart = own ? HART_SELF : HART_OTHER;
        if (!own && message_names_harts(message.kind))
            message.value = message.address = ~0ull; /* only those see it whom it names */
        *view = intern_put(timelines->views, &message, sizeof message);
    }
    return *view;
}

static uint32_t space_seen(PromiseSpace *space, guint process, PromiseMessage message)
{
    Timelines *timelines = (Timelines *)space;
    bool own = message.owner == process;
    Group *group = &g_array_index(timelines->groups, Group, timelines->group_of[process]);
    const Message *content = timelines_message(timelines, message.message);
    if (!own && message_names_harts(content->kind) && !hart_set_has(solo_targets(content), process))
        return PROMISE_UNSEEN;
    if (!own && (content->kind == MESSAGE_ONLINE || content->kind == MESSAGE_OFFLINE))
        return PROMISE_UNSEEN;
    if (!own && !is_relevant(timelines, group, message.message))
        return PROMISE_UNSEEN;
    if (!own && (content->kind == MESSAGE_IPI || content->kind == MESSAGE_CALL) && !group->loud) {
        timelines->is_void = timelines->is_void || group->quiet;
        group->loud = true;
        group->quiet = false;
    }
    return view_id(timelines, message.message, own);
}

static guint space_group(PromiseSpace *space, guint process)
{
    return ((Timelines *)space)->group_of[process];
}

void timelines_note_unsupported(Timelines *timelines, guint hart, const char *reason, uint64_t pc)
{
    if (timelines->unsupported)
        return;
    timelines->unsupported = reason;
    timelines->unsupported_hart = hart;
    timelines->unsupported_pc = pc;
}

/* Where there is no end of stores, a proof is out of reach: only what is near is still looked at. */
static void give_up_endless(Timelines *timelines)
{
    timelines->endless = true;
    for (guint g = 0; g < timelines->groups->len; g++)
        g_array_index(timelines->groups, Group, g).solo.suffix_max = ENDLESS_SUFFIX_MAX;
}

/* Guesses are for what they let a hart promise. A hart that reads nothing that others store, and takes no interrupt that others
 * send, does nothing against any timeline that it could not do, guessing, against the empty one: if it leaves no message there,
 * it leaves none anywhere. Notes what a run has shown of that; false if what was believed was wrong. */
static bool note_quiet(Timelines *timelines, Group *group, const SoloResult *result, guint n_seen)
{
    bool may_be = !group->loud && !result->adds && !group->solo.reads_shared;
    if (n_seen == 0)
        group->quiet = may_be && timelines->pool->len && result->end == SEARCH_COMPLETE;
    if (!group->quiet || may_be)
        return true;
    group->quiet = false;
    group->loud = true;
    return false;
}

static const PromiseResult *space_run(PromiseSpace *space, guint process, const uint32_t *seen, guint n_seen)
{
    Timelines *timelines = (Timelines *)space;
    Group *group = &g_array_index(timelines->groups, Group, timelines->group_of[process]);
    Solo *solo = &group->solo;
    solo->states_before = timelines->counts.states;
    g_array_set_size(solo->base, 0);
    for (guint i = 0; i < n_seen; i++)
        g_array_append_vals(solo->base, intern_get(timelines->views, seen[i], NULL), 1);
    solo->pool = group->quiet && n_seen > 0 ? NULL : timelines->pool;
    timelines_mark(timelines, group);
    SoloResult *result = solo_search(solo, &timelines->end_places, timelines->contents, timelines->ends);
    timelines->counts.states += result->states;
    timelines->counts.transitions += result->transitions;
    if (result->end != SEARCH_COMPLETE && result->end != SEARCH_STEPS) {
        timelines->stopped = result->end;
        solo_result_free(timelines->partial);
        timelines->partial = result;
        return &result->result;
    }
    g_ptr_array_add(timelines->results, result);
    if (result->endless && !timelines->endless)
        give_up_endless(timelines);
    if (result->end == SEARCH_STEPS)
        timelines->cut = SEARCH_STEPS;
    if (result->promisable->len)
        for (guint h = 0; h < space->n_processes; h++)
            if (timelines->group_of[h] == timelines->group_of[process])
                timelines->promised_by |= hart_set_of(h);
    if (result->unsupported)
        timelines_note_unsupported(timelines, process, result->unsupported, result->unsupported_pc);
    timelines->is_void = timelines->is_void || memory_map_changed(timelines->map) || solo->must_split ||
                         !note_quiet(timelines, group, result, n_seen);
    timelines->no_groups = timelines->no_groups || solo->must_split;
    if (timelines->goes_on)
        result->result.violates = false;
    return &result->result;
}

static SearchEnd space_stopped(PromiseSpace *space)
{
    return ((Timelines *)space)->stopped;
}

/* How often the last messages of a hart repeat, with `period` messages in between, if `next` is the next one. */
static guint repetitions(const PromiseMessage *timeline, guint n, PromiseMessage next, guint period)
{
    uint32_t last[PERIOD_MAX];
    guint seen = 0;
    last[seen++] = next.message;
    for (guint i = n; i-- > 0;) {
        if (timeline[i].owner != next.owner)
            continue;
        if (seen < period) {
            last[seen++] = timeline[i].message;
            continue;
        }
        if (timeline[i].message != last[seen % period])
            break;
        seen++;
    }
    return seen / period > 1 ? seen / period - 1 : 0;
}

/* A loop that stores the same values to the same places again and again (an AMO spin lock that is taken, a lock taken and
 * released for ever) has no end of timelines. */
static bool space_extends(PromiseSpace *space, const PromiseMessage *timeline, guint n, PromiseMessage next)
{
    Timelines *timelines = (Timelines *)space;
    bool for_ever = program_hart(timelines->machine->program, next.owner)->calls == 0;
    guint most = for_ever ? REPETITIONS_FOR_EVER_MAX : REPETITIONS_MAX;
    for (guint period = 1; period <= PERIOD_MAX; period++) {
        /* what alternates (a patch and its undoing) is a loop only if nothing says when it ends */
        guint allowed = period == 1 || for_ever ? most : REPETITIONS_PERIODIC_MAX;
        if (repetitions(timeline, n, next, period) < allowed)
            continue;
        timelines_note_unsupported(timelines, next.owner,
                                   "the same stores again and again, more often than is looked at", 0);
        return false;
    }
    return n < (timelines->endless ? ENDLESS_LENGTH_MAX : TIMELINE_MAX);
}

static bool space_is_void(PromiseSpace *space)
{
    return ((Timelines *)space)->is_void;
}

static void space_progress(PromiseSpace *space, SearchProgress *progress)
{
    const Timelines *timelines = (const Timelines *)space;
    progress->states = timelines->counts.states;
    progress->transitions = timelines->counts.transitions;
    progress->bytes += intern_bytes(timelines->contents) + intern_bytes(timelines->views) +
                       intern_bytes(timelines->ends) + intern_bytes(timelines->finals) +
                       intern_bytes(timelines->machine->passes) + timelines->results->len * sizeof(SoloResult);
}

static const PromiseClass space_class = { space_seen,        space_group,     space_run,          space_is_void,
                                          space_stopped,     space_extends,   timelines_complete, space_progress,
                                          timelines_archive, timelines_result };

/* ---- set-up */

static void add_place(GArray *places, const ConditionPlace *place)
{
    for (guint i = 0; i < places->len; i++) {
        const ConditionPlace *other = &g_array_index(places, ConditionPlace, i);
        if (other->is_memory == place->is_memory &&
            (place->is_memory ? other->address == place->address && other->size == place->size
                              : other->hart == place->hart && other->number == place->number))
            return;
    }
    g_array_append_vals(places, place, 1);
}

static void add_places_of(GArray *places, const Condition *condition)
{
    guint n;
    const ConditionPlace *all = condition_places(condition, &n);
    for (guint i = 0; i < n; i++)
        add_place(places, &all[i]);
}

static void collect_places(Timelines *timelines)
{
    const Program *program = timelines->machine->program;
    for (guint i = 0; i < program->observed->len; i++)
        add_place(timelines->places, &g_array_index(program->observed, ConditionPlace, i));
    if (program->filter)
        add_places_of(timelines->places, program->filter);
    for (guint i = 0; i < program->properties->len; i++)
        if (program_property(program, i)->kind == PROPERTY_CONDITION)
            add_places_of(timelines->places, program_property(program, i)->condition);
    timelines->end_places.places = (const ConditionPlace *)(const void *)timelines->places->data;
    timelines->end_places.n = timelines->places->len;
}

static void result_free(gpointer result)
{
    solo_result_free(result);
}

Timelines *timelines_new(Machine *machine)
{
    Timelines *timelines = g_new0(Timelines, 1);
    const Program *program = machine->program;
    const Model *model = machine->options->model;
    timelines->space = (PromiseSpace){ &space_class, program->harts->len };
    timelines->machine = machine;
    timelines->map = memory_map_new(program->image);
    timelines->contents = intern_new();
    timelines->views = intern_new();
    intern_put(timelines->views, "", 0); /* so that no message has id 0 */
    timelines->own = g_array_new(FALSE, TRUE, sizeof(uint32_t));
    timelines->foreign = g_array_new(FALSE, TRUE, sizeof(uint32_t));
    timelines->groups = g_array_new(FALSE, FALSE, sizeof(Group));
    g_array_set_clear_func(timelines->groups, timelines_group_clear);
    timelines->group_of = g_new0(guint, program->harts->len + 1);
    timelines->results = g_ptr_array_new_with_free_func(result_free);
    timelines->places = g_array_new(FALSE, TRUE, sizeof(ConditionPlace));
    timelines->ends = intern_new();
    timelines->finals = intern_new();
    timelines->kept = g_array_new(FALSE, FALSE, sizeof(bool));
    timelines->reached = g_new0(bool, program->properties->len + 1);
    timelines->pool = g_array_new(FALSE, FALSE, sizeof(Message));
    timelines->violating_timeline = g_array_new(FALSE, FALSE, sizeof(PromiseMessage));
    timelines->violation = no_violation;
    /* Where every fetch comes before all later stores of its hart, no store can depend on a patch that comes later. */
    timelines->guesses =
        !model->initial_fetch && !model->coherent_fetch && !model->ir2 && !model->ir_decode && !model->ir_decode_w;
    for (guint i = 0; i < program->properties->len; i++) {
        PropertyKind kind = program_property(program, i)->kind;
        timelines->marks_matter =
            timelines->marks_matter || kind == PROPERTY_AFTER_ONLY_NEW || kind == PROPERTY_AFTER_NEVER;
    }
    collect_places(timelines);
    timelines_make_groups(timelines);
    return timelines;
}

void timelines_free(Timelines *timelines)
{
    if (!timelines)
        return;
    g_array_unref(timelines->groups);
    g_ptr_array_unref(timelines->results);
    memory_map_free(timelines->map);
    intern_free(timelines->contents);
    intern_free(timelines->views);
    g_array_unref(timelines->own);
    g_array_unref(timelines->foreign);
    g_free(timelines->group_of);
    g_array_unref(timelines->places);
    intern_free(timelines->ends);
    intern_free(timelines->finals);
    g_array_unref(timelines->kept);
    g_free(timelines->reached);
    g_array_unref(timelines->pool);
    g_array_unref(timelines->violating_timeline);
    g_free(timelines->violating_ends);
    g_free(timelines->violating_stands);
    promise_outcome_free(timelines->outcome);
    solo_result_free(timelines->partial);
    g_free(timelines);
}

/* ---- rounds */

static void begin_round(Timelines *timelines)
{
    if (timelines->no_groups)
        timelines_regroup(timelines);
    g_ptr_array_set_size(timelines->results, 0);
    intern_free(timelines->ends);
    intern_free(timelines->finals);
    timelines->ends = intern_new();
    timelines->finals = intern_new();
    g_array_set_size(timelines->kept, 0);
    memset(timelines->reached, 0, timelines->machine->program->properties->len * sizeof *timelines->reached);
    promise_outcome_free(g_steal_pointer(&timelines->outcome));
    g_array_set_size(timelines->violating_timeline, 0);
    g_clear_pointer(&timelines->violating_ends, g_free);
    g_clear_pointer(&timelines->violating_stands, g_free);
    timelines->violation = no_violation;
    timelines->witness = false;
    timelines->is_void = timelines->too_many = false;
    timelines->stopped = timelines->cut = SEARCH_COMPLETE;
    timelines->unsupported = NULL;
    timelines->promised_by = 0;
    timelines->machine->waited = timelines->machine->served = 0;
    timelines->counts.states = timelines->counts.transitions = 0;
    timelines->counts.rounds++;
}

/* Adds the patches found to the pool; false if all were there. */
static bool grow_pool(Timelines *timelines)
{
    guint known = timelines->pool->len;
    for (guint i = 0; i < intern_count(timelines->contents); i++) {
        const Message *message = timelines_message(timelines, i);
        const ImageSection *section = message->kind == MESSAGE_STORE
                                          ? image_section_at(timelines->machine->program->image, message->address, 1)
                                          : NULL;
        bool is_known = !section || !(section->flags & IMAGE_EXEC);
        for (guint p = 0; p < timelines->pool->len && !is_known; p++)
            is_known = !memcmp(&g_array_index(timelines->pool, Message, p), message, sizeof *message);
        if (!is_known)
            g_array_append_vals(timelines->pool, message, 1);
    }
    return timelines->pool->len > known;
}

void timelines_go_on(Timelines *timelines)
{
    timelines->goes_on = true;
}

SearchEnd timelines_explore(Timelines *timelines, const SearchOptions *limits)
{
    SearchOptions now = *limits;
    timelines->limits = limits;
    do {
        begin_round(timelines);
        timelines_prepare_groups(timelines, true);
        timelines->outcome = promise_search(&timelines->space, &now);
        now.resume = NULL; /* of the first round only */
    } while (timelines->outcome->is_void ||
             (timelines->outcome->end == SEARCH_COMPLETE && timelines->guesses && grow_pool(timelines)));
    timelines->counts.timelines = timelines->outcome->timelines;
    timelines->counts.progress = timelines->outcome->progress;
    if (timelines->outcome->end == SEARCH_VIOLATION && timelines->outcome->violating >= 0) {
        g_clear_pointer(&timelines->violating_ends, g_free);
        g_array_set_size(timelines->violating_timeline, 0);
        g_array_append_vals(timelines->violating_timeline, timelines->outcome->timeline->data,
                            timelines->outcome->timeline->len);
    }
    if (timelines->violation.kind != VIOLATION_NONE && !timelines->goes_on)
        return SEARCH_VIOLATION;
    return timelines->outcome->end == SEARCH_COMPLETE ? timelines->cut : timelines->outcome->end;
}

SearchEnd timelines_cut(const Timelines *timelines)
{
    SearchEnd end = timelines->outcome->end;
    return end == SEARCH_COMPLETE || end == SEARCH_VIOLATION ? timelines->cut : end;
}

void timelines_counts(const Timelines *timelines, TimelineCounts *counts)
{
    *counts = timelines->counts;
}

/* ---- results */

bool timelines_too_many(const Timelines *timelines)
{
    return timelines->too_many;
}

bool timelines_has_witness(const Timelines *timelines)
{
    return timelines->witness;
}

bool timelines_reached(const Timelines *timelines, guint property)
{
    return timelines->reached[property];
}

bool timelines_has_messages(const Timelines *timelines, guint hart)
{
    return hart_set_has(timelines->promised_by, hart);
}

guint timelines_n_finals(const Timelines *timelines)
{
    guint n = 0;
    for (guint i = 0; i < timelines->kept->len; i++)
        n += g_array_index(timelines->kept, bool, i);
    return n;
}

char *timelines_unsupported(const Timelines *timelines)
{
    if (timelines->too_many)
        return g_strdup("too many combinations of final states of the harts");
    if (!timelines->unsupported)
        return NULL;
    const Program *program = timelines->machine->program;
    if (!timelines->unsupported_pc)
        return g_strdup_printf("%s: %s", program_hart(program, timelines->unsupported_hart)->name,
                               timelines->unsupported);
    return machine_place_text(program, timelines->unsupported_hart, timelines->unsupported_pc, timelines->unsupported);
}

GArray *timelines_states(const Timelines *timelines)
{
    /* What is observed comes first among the places. */
    guint n = timelines->machine->program->observed->len;
    g_autoptr(Intern) distinct = intern_new();
    for (guint i = 0; n && i < intern_count(timelines->finals); i++)
        if (g_array_index(timelines->kept, bool, i))
            intern_put(distinct, intern_get(timelines->finals, i, NULL), (guint)(n * sizeof(uint64_t)));
    return states_sorted(distinct, n);
}
