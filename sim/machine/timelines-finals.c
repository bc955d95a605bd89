/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/timelines-parts.h"

enum {
    COMBINATIONS_MAX = 4000000
};

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

/* Judges a final state not met before; false: its execution is the one to be told. */
static bool judge_final(Timelines *timelines, const uint64_t *values)
{
    const Program *program = timelines->machine->program;
    Final final = { timelines, values };
    ConditionState state = { final_register, final_memory, &final };
    bool kept = !program->filter || condition_holds(program->filter, &state);
    g_array_append_val(timelines->kept, kept);
    bool is_new = false;
    for (guint i = 0; kept && i < program->properties->len; i++) {
        const Property *property = program_property(program, i);
        if (property->kind != PROPERTY_CONDITION)
            continue;
        bool holds = condition_holds(property->condition, &state);
        Quantifier quantifier = condition_quantifier(property->condition);
        bool first = holds && !timelines->reached[i];
        timelines->reached[i] = timelines->reached[i] || holds;
        if (first && quantifier == QUANTIFIER_EXISTS && timelines->violation.kind == VIOLATION_NONE &&
            !timelines->witness) {
            timelines->witness = true;
            is_new = true;
        }
        if (quantifier == (holds ? QUANTIFIER_NOT_EXISTS : QUANTIFIER_FORALL) &&
            timelines->violation.kind == VIOLATION_NONE) {
            timelines->violation = (Violation){ .kind = VIOLATION_FINAL, .property = (int)i };
            timelines->witness = false;
            is_new = true;
        }
    }
    return !is_new;
}

static uint64_t shared_value(const Timelines *timelines, const PromiseMessage *messages, guint n,
                             const ConditionPlace *place)
{
    uint64_t value = 0;
    for (guint b = 0; b < place->size; b++) {
        uint8_t byte = image_byte(timelines->machine->program->image, place->address + b);
        for (guint i = n; i-- > 0;) {
            const Message *message = timelines_message(timelines, messages[i].message);
            if (place->address + b - message->address >= message->size)
                continue;
            byte = (uint8_t)(message->value >> 8 * (place->address + b - message->address));
            break;
        }
        value |= (uint64_t)byte << 8 * b;
    }
    return value;
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
        uint8_t kind = timelines_message(timelines, messages[i].message)->kind;
        if (kind == MESSAGE_STOP || message_is_request_end(kind))
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
            g_free(timelines->violating_ends);
            timelines->violating_ends = g_new(uint32_t, n);
            for (guint h = 0; h < n; h++)
                timelines->violating_ends[h] = g_array_index(results[h]->ends, uint32_t, choice[h]);
            /* Whoever wants the set of final states wants all of it. */
            if (timelines->violation.kind != VIOLATION_NONE && !timelines->machine->program->observed->len)
                return false;
        }
        guint h = 0;
        while (h < n && ++choice[h] == results[h]->ends->len)
            choice[h++] = 0;
        if (h == n)
            return true;
    }
}

/* False: a violation. */
static bool judge(Timelines *timelines, const PromiseMessage *messages, guint n_messages,
                  const SoloResult *const *results)
{
    PromiseSpace *space = &timelines->space;
    Stand stands[HARTS_MAX];
    bool too_many = false;
    note_served(timelines, messages, n_messages);
    for (guint h = 0; h < space->n_processes; h++)
        if (results[h]->leaves)
            timelines_note_unsupported(timelines, h, results[h]->leaves, results[h]->leaves_pc);
    if (timelines->violation.kind == VIOLATION_NONE &&
        timelines_find_deadlock(results, space->n_processes, stands, &too_many)) {
        int property = judge_property(timelines->machine, PROPERTY_PROGRESS);
        if (property >= 0) {
            timelines->violation = (Violation){ .kind = VIOLATION_DEADLOCK, .property = property };
            g_clear_pointer(&timelines->violating_ends, g_free);
            keep_timeline(timelines, messages, n_messages);
            timelines->violating_stands = g_memdup2(stands, space->n_processes * sizeof *stands);
            return false;
        }
        timelines_note_unsupported(timelines, 0, "a deadlock, which is not checked for here", 0);
    }
    if (too_many)
        timelines_note_unsupported(timelines, 0, "several services at a time that may wait for each other", 0);
    return judge_finals(timelines, messages, n_messages, results);
}

bool timelines_complete(PromiseSpace *space, const PromiseMessage *messages, guint n_messages,
                        const PromiseResult *const *results)
{
    Timelines *timelines = (Timelines *)space;
    bool ok = judge(timelines, messages, n_messages, (const SoloResult *const *)(gconstpointer)results);
    return ok || timelines->goes_on;
}
