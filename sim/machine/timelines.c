/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/timelines.h"

#include "sim/machine/linear.h"

#include <string.h>

enum {
    COMBINATIONS_MAX = 4000000,
    PERIOD_MAX = 4,
    REPETITIONS_MAX = 8,
    REPETITIONS_FOR_EVER_MAX = 2,
    REPETITIONS_PERIODIC_MAX = 64,
    ENDLESS_LENGTH_MAX = 6,
    ENDLESS_SUFFIX_MAX = 6
};

/* Harts of one kind: same code, same registers, so the same runs against the same timeline. */
typedef struct Group {
    Solo solo;
    Footprint *footprint;
    guint first;      /* a hart of the group: the one that runs are made with */
    GArray *relevant; /* Relevance, by message */
} Group;

/* Whether a message of another hart concerns a group, as of a footprint of some size. */
typedef struct Relevance {
    guint known_at; /* 1 + size of the footprint; 0: not known */
    bool relevant;
} Relevance;

struct Timelines {
    PromiseSpace space;
    Machine *machine;
    MemoryMap *map;
    Intern *contents;      /* Message, hart 0 */
    GArray *own, *foreign; /* uint32_t: by message, its id in `views` as seen by its owner, by others; 0: not yet */
    Intern *views;         /* Message, hart HART_SELF or HART_OTHER; ids start at 1 with a dummy */
    GArray *groups;        /* Group */
    guint *group_of;       /* by hart */
    GPtrArray *results;    /* SoloResult */
    GArray *places;        /* ConditionPlace: of all conditions and of what is observed */
    EndPlaces end_places;
    Intern *ends;
    Intern *finals; /* vectors of the places' values */
    GArray *kept;   /* bool by final: the filter lets it through */
    bool *reached;  /* by property */
    bool guesses;   /* the model needs guessed patches */
    bool no_groups; /* some hart does what names single harts */
    bool is_void, too_many, marks_matter, endless;
    SearchEnd stopped, cut; /* a limit that ends the search; one that leaves out what is further on */
    HartSet promised_by;    /* harts that have promised something */
    GArray *pool;           /* Message */
    const char *unsupported;
    guint unsupported_hart;
    uint64_t unsupported_pc;
    /* of the violation */
    PromiseOutcome *outcome;
    Violation violation;
    GArray *violating_timeline; /* PromiseMessage */
    uint32_t *violating_ends;   /* by hart: of a final state; or */
    uint8_t *violating_kinds;   /* by hart: of a deadlock; or NULL, both: outcome->violating violates on its own */
    TimelineCounts counts;
};

static const Message *message_of(const Timelines *timelines, uint32_t id)
{
    return intern_get(timelines->contents, id, NULL);
}

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
    case MESSAGE_STOP:
    case MESSAGE_STOP_END:
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
        relevance->relevant = relevance->relevant || concerns(timelines, group, message_of(timelines, id));
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
        Message message = *message_of(timelines, id);
        message.hart = own ? HART_SELF : HART_OTHER;
        if (!own && (message.kind == MESSAGE_FENCE || message.kind == MESSAGE_FENCE_END))
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
    const Message *content = message_of(timelines, message.message);
    if (!own && (content->kind == MESSAGE_FENCE || content->kind == MESSAGE_FENCE_END) &&
        !hart_set_has(solo_fence_targets(content), process))
        return PROMISE_UNSEEN;
    if (!own && !is_relevant(timelines, group, message.message))
        return PROMISE_UNSEEN;
    return view_id(timelines, message.message, own);
}

static guint space_group(PromiseSpace *space, guint process)
{
    return ((Timelines *)space)->group_of[process];
}

static void note_unsupported(Timelines *timelines, guint hart, const char *reason, uint64_t pc)
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

static const PromiseResult *space_run(PromiseSpace *space, guint process, const uint32_t *seen, guint n_seen)
{
    Timelines *timelines = (Timelines *)space;
    Group *group = &g_array_index(timelines->groups, Group, timelines->group_of[process]);
    Solo *solo = &group->solo;
    solo->states_before = timelines->counts.states;
    g_array_set_size(solo->base, 0);
    for (guint i = 0; i < n_seen; i++)
        g_array_append_vals(solo->base, intern_get(timelines->views, seen[i], NULL), 1);
    SoloResult *result = solo_search(solo, &timelines->end_places, timelines->contents, timelines->ends);
    g_ptr_array_add(timelines->results, result);
    timelines->counts.states += result->states;
    timelines->counts.transitions += result->transitions;
    if (result->endless && !timelines->endless)
        give_up_endless(timelines);
    if (result->end == SEARCH_STEPS)
        timelines->cut = SEARCH_STEPS;
    else if (result->end != SEARCH_COMPLETE)
        timelines->stopped = result->end;
    if (result->promisable->len)
        timelines->promised_by |= hart_set_of(process);
    if (result->unsupported)
        note_unsupported(timelines, process, result->unsupported, result->unsupported_pc);
    timelines->is_void = timelines->is_void || memory_map_changed(timelines->map) || solo->must_split;
    timelines->no_groups = timelines->no_groups || solo->must_split;
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
        note_unsupported(timelines, next.owner, "the same stores again and again, more often than is looked at", 0);
        return false;
    }
    return n < (timelines->endless ? ENDLESS_LENGTH_MAX : TIMELINE_MAX);
}

static bool space_is_void(PromiseSpace *space)
{
    return ((Timelines *)space)->is_void;
}

/* ---- final states */

typedef struct Final {
    const Timelines *timelines;
    const uint64_t *values;
} Final;

static uint64_t value_at(const Final *final, bool is_memory, uint64_t where, guint what)
{
    const GArray *places = final->timelines->places;
    for (guint i = 0; i < places->len; i++) {
        const ConditionPlace *place = &g_array_index(places, ConditionPlace, i);
        if (place->is_memory == is_memory && (is_memory ? place->address == where && place->size == what
                                                        : place->hart == where && place->number == what))
            return final->values[i];
    }
    g_assert_not_reached();
}

static uint64_t final_register(gpointer data, guint hart, guint number)
{
    return value_at(data, false, hart, number);
}

static uint64_t final_memory(gpointer data, uint64_t address, guint size)
{
    return value_at(data, true, address, size);
}

/* Judges a final state not met before; false: a violation. */
static bool judge_final(Timelines *timelines, const uint64_t *values)
{
    const Program *program = timelines->machine->program;
    Final final = { timelines, values };
    ConditionState state = { final_register, final_memory, &final };
    bool kept = !program->filter || condition_holds(program->filter, &state);
    g_array_append_val(timelines->kept, kept);
    for (guint i = 0; kept && i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind != PROPERTY_CONDITION)
            continue;
        bool holds = condition_holds(property->condition, &state);
        Quantifier quantifier = condition_quantifier(property->condition);
        timelines->reached[i] = timelines->reached[i] || holds;
        if (quantifier == (holds ? QUANTIFIER_NOT_EXISTS : QUANTIFIER_FORALL) &&
            timelines->violation.kind == VIOLATION_NONE) {
            timelines->violation = (Violation){ .kind = VIOLATION_FINAL, .property = (int)i };
            return false;
        }
    }
    return true;
}

static uint64_t shared_value(const Timelines *timelines, const PromiseMessage *messages, guint n,
                             const ConditionPlace *place)
{
    uint64_t value = 0;
    for (guint b = 0; b < place->size; b++) {
        uint8_t byte = image_byte(timelines->machine->program->image, place->address + b);
        for (guint i = n; i-- > 0;) {
            const Message *message = message_of(timelines, messages[i].message);
            if (place->address + b - message->address >= message->size)
                continue;
            byte = (uint8_t)(message->value >> 8 * (place->address + b - message->address));
            break;
        }
        value |= (uint64_t)byte << 8 * b;
    }
    return value;
}

/* One of the kinds that this hart can come to, or 0. */
static uint8_t pick(const SoloResult *result, uint8_t kinds)
{
    uint8_t has = result->kinds & kinds;
    return has & -has;
}

enum {
    STUCK_KINDS = END_STUCK | END_STUCK_INSIDE | END_STUCK_PARKABLE,
    STOPPING_KINDS = END_STOPPING | END_STOPPING_OUTSIDE
};

/* Everybody is done or waits for what nobody brings: fills `kinds`, by hart. */
static bool all_stuck(const SoloResult *const *results, guint n, uint8_t *kinds)
{
    bool one_is_stuck = false;
    for (guint h = 0; h < n; h++) {
        kinds[h] = pick(results[h], STUCK_KINDS);
        one_is_stuck = one_is_stuck || kinds[h];
        if (!kinds[h])
            kinds[h] = pick(results[h], END_DONE);
        if (!kinds[h])
            return false;
    }
    return one_is_stuck;
}

/* Somebody waits for stop_machine to park all others, one of whom waits where it cannot be parked; those who could go on have
 * been parked already. */
static bool stop_is_stuck(const SoloResult *const *results, guint n, guint owner, uint8_t *kinds)
{
    kinds[owner] = pick(results[owner], STOPPING_KINDS);
    if (!kinds[owner])
        return false;
    bool outside = kinds[owner] == END_STOPPING_OUTSIDE;
    uint8_t blocks = END_STUCK | (outside ? END_STUCK_INSIDE : 0);
    uint8_t waits = END_DONE | STUCK_KINDS | STOPPING_KINDS | END_PARKING | (outside ? 0 : END_PARKING_INSIDE);
    bool blocked = false;
    for (guint h = 0; h < n; h++) {
        if (h == owner)
            continue;
        kinds[h] = pick(results[h], blocks);
        blocked = blocked || kinds[h];
        if (!kinds[h])
            kinds[h] = pick(results[h], waits);
        if (!kinds[h])
            return false;
    }
    return blocked;
}

/* Whether the harts can come to a state in which nobody can go on, and not all are done; fills `kinds`. */
static bool find_deadlock(const SoloResult *const *results, guint n, uint8_t *kinds)
{
    bool stops = false;
    for (guint h = 0; h < n; h++)
        stops = stops || results[h]->kinds & STOPPING_KINDS;
    if (all_stuck(results, n, kinds))
        return true;
    for (guint h = 0; h < n && stops; h++)
        if (stop_is_stuck(results, n, h, kinds))
            return true;
    return false;
}

/* The final value of memory, of which every byte is as the timeline leaves it (`shared`), or as its one hart does. */
static uint64_t memory_value(const Timelines *timelines, guint i, uint64_t shared, const uint64_t *const *ends)
{
    const ConditionPlace *place = &g_array_index(timelines->places, ConditionPlace, i);
    uint64_t value = shared;
    for (guint b = 0; b < place->size; b++) {
        if (memory_map_at(timelines->map, place->address + b) != MEMORY_PRIVATE)
            continue;
        uint64_t mask = 0xffull << 8 * b;
        value = (value & ~mask) | (ends[memory_map_owner(timelines->map, place->address + b)][i] & mask);
    }
    return value;
}

/* The final state in which each hart has come to the end chosen; `shared`: of memory places, as the timeline leaves them. */
static bool judge_combination(Timelines *timelines, const SoloResult *const *results, const guint *choice,
                              const uint64_t *shared)
{
    guint n = timelines->space.n_processes, n_places = timelines->places->len;
    const uint64_t *ends[HARTS_MAX];
    for (guint h = 0; h < n; h++)
        ends[h] = intern_get(timelines->ends, g_array_index(results[h]->ends, uint32_t, choice[h]), NULL);
    g_autofree uint64_t *values = g_new0(uint64_t, n_places + 1);
    for (guint i = 0; i < n_places; i++) {
        const ConditionPlace *place = &g_array_index(timelines->places, ConditionPlace, i);
        values[i] = place->is_memory ? memory_value(timelines, i, shared[i], ends) : ends[place->hart][i];
    }
    guint known = intern_count(timelines->finals);
    uint32_t id = intern_put(timelines->finals, values, (guint)(n_places * sizeof *values));
    return id < known || judge_final(timelines, values);
}

/* Services that were completed in an execution in which every hart took its part. */
static void note_served(Timelines *timelines, const PromiseMessage *messages, guint n_messages)
{
    for (guint i = 0; i < n_messages; i++) {
        uint8_t kind = message_of(timelines, messages[i].message)->kind;
        if (kind == MESSAGE_STOP || kind == MESSAGE_FENCE_END)
            timelines->machine->served |= hart_set_of(messages[i].owner);
    }
}

static void keep_timeline(Timelines *timelines, const PromiseMessage *messages, guint n_messages)
{
    g_array_set_size(timelines->violating_timeline, 0);
    if (n_messages)
        g_array_append_vals(timelines->violating_timeline, messages, n_messages);
}

/* Judges every combination of the harts' ends; false: a violation that ends the search. */
static bool judge_finals(Timelines *timelines, const PromiseMessage *messages, guint n_messages,
                         const SoloResult *const *results)
{
    guint n = timelines->space.n_processes, n_places = timelines->places->len;
    guint choice[HARTS_MAX] = { 0 };
    guint64 combinations = 1;
    for (guint h = 0; h < n && combinations <= COMBINATIONS_MAX; h++)
        combinations *= results[h]->ends->len;
    timelines->too_many = timelines->too_many || combinations > COMBINATIONS_MAX;
    if (combinations == 0 || combinations > COMBINATIONS_MAX)
        return true;
    g_autofree uint64_t *shared = g_new0(uint64_t, n_places + 1);
    for (guint i = 0; i < n_places; i++) {
        const ConditionPlace *place = &g_array_index(timelines->places, ConditionPlace, i);
        if (place->is_memory)
            shared[i] = shared_value(timelines, messages, n_messages, place);
    }
    for (;;) {
        if (!judge_combination(timelines, results, choice, shared)) {
            keep_timeline(timelines, messages, n_messages);
            timelines->violating_ends = g_new(uint32_t, n);
            for (guint h = 0; h < n; h++)
                timelines->violating_ends[h] = g_array_index(results[h]->ends, uint32_t, choice[h]);
            /* Whoever wants the set of final states wants all of it. */
            if (!timelines->machine->program->observed->len)
                return false;
        }
        guint h = 0;
        while (h < n && ++choice[h] == results[h]->ends->len)
            choice[h++] = 0;
        if (h == n)
            return true;
    }
}

static bool space_complete(PromiseSpace *space, const PromiseMessage *messages, guint n_messages,
                           const PromiseResult *const *promise_results)
{
    Timelines *timelines = (Timelines *)space;
    const SoloResult *const *results = (const SoloResult *const *)(gconstpointer)promise_results;
    uint8_t kinds[HARTS_MAX];
    note_served(timelines, messages, n_messages);
    if (timelines->violation.kind == VIOLATION_NONE && find_deadlock(results, space->n_processes, kinds)) {
        int property = judge_property(timelines->machine, PROPERTY_PROGRESS);
        if (property >= 0) {
            timelines->violation = (Violation){ .kind = VIOLATION_DEADLOCK, .property = property };
            keep_timeline(timelines, messages, n_messages);
            timelines->violating_kinds = g_memdup2(kinds, space->n_processes);
            return false;
        }
        note_unsupported(timelines, 0, "a deadlock, which is not checked for here", 0);
    }
    return judge_finals(timelines, messages, n_messages, results);
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

static const PromiseClass space_class = { space_seen,    space_group,   space_run,      space_is_void,
                                          space_stopped, space_extends, space_complete, space_progress };

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

static bool same_points(const GArray *a, const GArray *b)
{
    guint n = a ? a->len : 0;
    return n == (b ? b->len : 0) && (n == 0 || !memcmp(a->data, b->data, n * sizeof(uint64_t)));
}

/* Whether two harts cannot be told apart. */
static bool alike(const Timelines *timelines, guint a, guint b)
{
    const Program *program = timelines->machine->program;
    const HartSpec *x = program_hart(program, a), *y = program_hart(program, b);
    for (guint i = 0; i < timelines->places->len; i++) {
        const ConditionPlace *place = &g_array_index(timelines->places, ConditionPlace, i);
        if (!place->is_memory && (place->hart == a || place->hart == b))
            return false;
    }
    for (guint i = 0; i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind == PROPERTY_EACH_CALL &&
            hart_set_has(property->harts, a) != hart_set_has(property->harts, b))
            return false;
    }
    return x->entry == y->entry && x->until == y->until && x->trap_handler == y->trap_handler && x->calls == y->calls &&
           x->interrupts == y->interrupts && !memcmp(x->x, y->x, sizeof x->x) &&
           same_points(x->schedule_points, y->schedule_points);
}

static void make_groups(Timelines *timelines)
{
    guint n = timelines->space.n_processes;
    for (guint h = 0; h < n; h++) {
        guint g = 0;
        while (g < timelines->groups->len &&
               (timelines->no_groups || !alike(timelines, g_array_index(timelines->groups, Group, g).first, h)))
            g++;
        timelines->group_of[h] = g;
        if (g < timelines->groups->len) {
            g_array_index(timelines->groups, Group, g).solo.several = true;
            continue;
        }
        Group group = { .first = h, .footprint = footprint_new() };
        group.relevant = g_array_new(FALSE, TRUE, sizeof(Relevance));
        solo_init(&group.solo, timelines->machine, h);
        group.solo.appends = true;
        group.solo.map = timelines->map;
        group.solo.footprint = group.footprint;
        group.solo.pool = timelines->pool;
        group.solo.marks_matter = timelines->marks_matter;
        g_array_append_val(timelines->groups, group);
    }
}

static void group_clear(gpointer data)
{
    Group *group = data;
    solo_clear(&group->solo);
    footprint_free(group->footprint);
    g_array_unref(group->relevant);
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
    g_array_set_clear_func(timelines->groups, group_clear);
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
    make_groups(timelines);
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
    g_free(timelines->violating_kinds);
    promise_outcome_free(timelines->outcome);
    g_free(timelines);
}

/* ---- rounds */

static void begin_round(Timelines *timelines)
{
    if (timelines->no_groups && timelines->groups->len < timelines->space.n_processes) {
        g_array_set_size(timelines->groups, 0);
        make_groups(timelines);
    }
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
    g_clear_pointer(&timelines->violating_kinds, g_free);
    timelines->violation = no_violation;
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
        const Message *message = message_of(timelines, i);
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

SearchEnd timelines_explore(Timelines *timelines, const SearchOptions *limits)
{
    do {
        begin_round(timelines);
        for (guint g = 0; g < timelines->groups->len; g++)
            g_array_index(timelines->groups, Group, g).solo.limits = limits;
        timelines->outcome = promise_search(&timelines->space, limits);
    } while (timelines->outcome->is_void ||
             (timelines->outcome->end == SEARCH_COMPLETE && timelines->guesses && grow_pool(timelines)));
    timelines->counts.timelines = timelines->outcome->timelines;
    timelines->counts.progress = timelines->outcome->progress;
    if (timelines->outcome->end == SEARCH_VIOLATION && timelines->outcome->violating >= 0)
        g_array_append_vals(timelines->violating_timeline, timelines->outcome->timeline->data,
                            timelines->outcome->timeline->len);
    if (timelines->violation.kind != VIOLATION_NONE)
        return SEARCH_VIOLATION;
    return timelines->outcome->end == SEARCH_COMPLETE ? timelines->cut : timelines->outcome->end;
}

void timelines_counts(const Timelines *timelines, TimelineCounts *counts)
{
    *counts = timelines->counts;
}

/* ---- the violating execution */

/* The violating timeline, with owners. */
static GArray *full_timeline(const Timelines *timelines)
{
    GArray *messages = g_array_new(FALSE, FALSE, sizeof(Message));
    for (guint i = 0; i < timelines->violating_timeline->len; i++) {
        const PromiseMessage *at = &g_array_index(timelines->violating_timeline, PromiseMessage, i);
        Message message = *message_of(timelines, at->message);
        message.hart = (uint8_t)at->owner;
        g_array_append_val(messages, message);
    }
    return messages;
}

static GArray *path_of(Timelines *timelines, guint hart, const GArray *messages, int *violating_step)
{
    Group *group = &g_array_index(timelines->groups, Group, timelines->group_of[hart]);
    Solo solo;
    solo_init(&solo, timelines->machine, hart);
    solo.appends = true; /* so that ends are what they were */
    solo.several = group->solo.several;
    solo.map = timelines->map;
    solo.footprint = group->footprint;
    solo.marks_matter = timelines->marks_matter;
    for (guint i = 0; i < messages->len; i++) {
        Message message = g_array_index(messages, Message, i);
        message.hart = message.hart == hart ? HART_SELF : HART_OTHER;
        g_array_append_val(solo.base, message);
    }
    PathTo to = PATH_TO_COMPLETION;
    uint32_t which = 0;
    if (timelines->violating_ends) {
        to = PATH_TO_DONE;
        which = timelines->violating_ends[hart];
    } else if (timelines->violating_kinds) {
        to = PATH_TO_KIND;
        which = timelines->violating_kinds[hart];
    } else if (timelines->outcome->violating == (int)hart) {
        to = PATH_TO_VIOLATION;
    }
    GArray *path =
        solo_path(&solo, to, which, &timelines->end_places, timelines->contents, timelines->ends, violating_step);
    solo_clear(&solo);
    return path;
}

GArray *timelines_trail(Timelines *timelines)
{
    guint n = timelines->space.n_processes;
    g_autoptr(GArray) messages = full_timeline(timelines);
    g_autofree GArray **paths = g_new0(GArray *, n);
    bool of_all = timelines->violating_ends || timelines->violating_kinds;
    int violating = of_all ? -1 : timelines->outcome->violating, violating_step = -1;
    for (guint h = 0; h < n; h++) {
        int step;
        paths[h] = path_of(timelines, h, messages, &step);
        if ((int)h == violating) {
            violating_step = step;
            timelines->violation = g_array_index(paths[h], SoloStep, step).step.violation;
        }
    }
    SoloDriver driver;
    solo_driver_init(&driver, timelines->machine, timelines->map, timelines->marks_matter);
    GArray *trail = linear_trail(&driver, messages, paths, violating, (guint)MAX(violating_step, 0));
    solo_driver_clear(&driver);
    for (guint h = 0; h < n; h++)
        solo_steps_free(paths[h]);
    return trail;
}

Violation timelines_violation(const Timelines *timelines)
{
    return timelines->violation;
}

MemoryMap *timelines_map(const Timelines *timelines, bool *marks_matter)
{
    *marks_matter = timelines->marks_matter;
    return timelines->map;
}

/* ---- results */

bool timelines_too_many(const Timelines *timelines)
{
    return timelines->too_many;
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
        return g_strdup_printf("more than %d combinations of final states of the harts", COMBINATIONS_MAX);
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
