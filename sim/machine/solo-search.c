/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/solo-graph.h"
#include "sim/machine/step-cache.h"

#include <string.h>

enum {
    /* A run that violates a property goes on only to keep its promises; if it has not kept them after so many steps, what it
     * comes to is left open. */
    STEPS_AFTER_VIOLATION = 200,
    /* A run on a guess may stray for ever, from one mixture of old and new code into the next. */
    GUESSED_DEPTH_MAX = 5000,
    POLL_STATES = 4096
};

/* ---- the graph */

/* A state as interned by the graph: what it shares with states against other timelines, what it owes, and (behind this) what
 * it has added. */
typedef struct StateKey {
    uint32_t core;
    uint32_t n_suffix;
    Stamps promised;
} StateKey;

enum {
    SUFFIX_ROOM = SOLO_SUFFIX_MAX + 8
};

static const StateKey *key_of(const Graph *graph, uint32_t number)
{
    return intern_get(graph->ids, number, NULL);
}

static const Message *suffix_of(const StateKey *key)
{
    return (const Message *)(const void *)(key + 1);
}

void solo_graph_local(const Graph *graph, uint32_t number, Local *local)
{
    const StateKey *key = key_of(graph, number);
    local_extern(local, graph->cores, key->core);
    local->views.promised = key->promised;
    g_array_set_size(local->suffix, key->n_suffix);
    if (key->n_suffix)
        memcpy(local->suffix->data, suffix_of(key), key->n_suffix * sizeof(Message));
}

/* Adds a state that is given by its parts; `task` and `views` are those of the core. */
static uint32_t add_key(Graph *graph, const StateKey *key, const Message *suffix, uint32_t parent, const Task *task,
                        const Views *views)
{
    struct {
        StateKey key;
        Message suffix[SUFFIX_ROOM];
    } bytes;
    g_assert(key->n_suffix <= SUFFIX_ROOM);
    bytes.key = *key;
    if (key->n_suffix)
        memcpy(bytes.suffix, suffix, key->n_suffix * sizeof *suffix);
    uint32_t number = intern_put(graph->ids, &bytes, (guint)(sizeof *key + key->n_suffix * sizeof *suffix));
    if (number < graph->states->len)
        return number;
    State state = { .parent = parent, .done = NONE };
    if (parent != NONE)
        state.depth = 1 + state_of(graph, graph->expanding)->depth;
    state.real = key->n_suffix == 0 && !views->guessed;
    bool over = task->status == TASK_DONE || task->status == TASK_CRASHED;
    state.owes_nothing = stamps_empty(&key->promised) &&
                         (over || graph->plain || solo_horizon(graph->solo->base, task->id, views) == VIEW_NEVER);
    g_array_append_val(graph->states, state);
    return number;
}

static uint32_t core_id(const Graph *graph, Local *local)
{
    Stamps promised = local->views.promised;
    guint n = local->suffix->len;
    memset(&local->views.promised, 0, sizeof promised);
    local->suffix->len = 0; /* for a moment: the elements stay */
    uint32_t id = local_intern(local, graph->cores);
    local->suffix->len = n;
    local->views.promised = promised;
    return id;
}

static uint32_t add_state(Graph *graph, Local *local, uint32_t core, uint32_t parent)
{
    StateKey key = { core, local->suffix->len, local->views.promised };
    return add_key(graph, &key, (const Message *)(const void *)local->suffix->data, parent, &local->task,
                   &local->views);
}

/* Messages that a step adds and that may be promised now: nothing they come after lies beyond the timeline. */
static void note_promises(Graph *graph, const Effect *effects, guint n, Edge *edge)
{
    edge->messages = graph->promised->len;
    for (guint i = 0; i < n; i++) {
        graph->result->adds = graph->result->adds || effects[i].is_new;
        if (!effects[i].is_new || effects[i].low > graph->solo->base->len)
            continue;
        Message message = effects[i].message;
        message.hart = 0;
        uint32_t id = intern_put(graph->contents, &message, sizeof message);
        g_array_append_val(graph->promised, id);
        edge->n++;
    }
}

/* Beyond the timeline nothing may be promised once everything to come is ordered after what was added. */
static bool leads_nowhere(const Graph *graph, guint n_suffix, const Views *views)
{
    guint base = graph->solo->base->len;
    if (!n_suffix && !views->guessed)
        return false;
    bool stores = view_join(views->write_new, views->control) <= base;
    bool calls =
        solo_calls_devices(graph->solo) && view_join(views->output, view_join(views->control, views->clock)) <= base;
    return !stores && !calls;
}

/* Why a step leads to where nothing more can be said, or NULL. */
static const char *way_out(const MachineStep *step)
{
    if (step->unsupported)
        return step->unsupported;
    bool unasked = step->violation.kind != VIOLATION_NONE && step->violation.property < 0;
    return unasked ? "a trap, which is not checked for here" : NULL;
}

static void note_unsupported(SoloResult *result, const char *reason, uint64_t pc)
{
    if (result->unsupported)
        return;
    result->unsupported = reason;
    result->unsupported_pc = pc;
}

/* Whether a limit or the caller ends the search here. */
static bool must_stop(Graph *graph, uint32_t number)
{
    const SearchOptions *limits = graph->solo->limits;
    if (!limits)
        return false;
    SearchProgress progress = { .states = graph->solo->states_before + graph->states->len,
                                .transitions = graph->edges->len,
                                .frontier = graph->states->len - number,
                                .bytes = intern_bytes(graph->ids) + intern_bytes(graph->cores) +
                                         intern_bytes(graph->solo->machine->passes) +
                                         graph->states->len * (guint64)sizeof(State) +
                                         graph->edges->len * (guint64)sizeof(Edge) };
    SearchEnd *end = &graph->result->end;
    if (limits->states_max && progress.states > limits->states_max)
        *end = SEARCH_STATES;
    else if (limits->bytes_max && progress.bytes > limits->bytes_max)
        *end = SEARCH_BYTES;
    else if (limits->poll && !limits->poll(limits->poll_data, &progress))
        *end = SEARCH_STOPPED;
    return *end != SEARCH_COMPLETE;
}

/* The core's task and views where they are interned. */
static const Task *core_task(const Graph *graph, uint32_t core)
{
    return (const Task *)(const void *)((const guint8 *)intern_get(graph->cores, core, NULL) + 2 * sizeof(uint32_t));
}

static const Views *core_views(const Graph *graph, uint32_t core)
{
    return (const Views *)(const void *)(core_task(graph, core) + 1);
}

/* Follows a step that was made before against another timeline. */
static void follow_known(Graph *graph, uint32_t number, const CachedStep *step)
{
    const StateKey *from = key_of(graph, number);
    StateKey key = { step->to, from->n_suffix, from->promised };
    Message suffix[SUFFIX_ROOM];
    if (key.n_suffix)
        memcpy(suffix, suffix_of(from), key.n_suffix * sizeof *suffix);
    for (guint i = 0; i < step->n_effects; i++) {
        const Effect *effect = &step->effects[i];
        if (effect->stamp && effect->is_new)
            suffix[key.n_suffix++] = effect->message;
        else if (effect->stamp)
            stamps_remove(&key.promised, effect->stamp);
    }
    const Task *task = core_task(graph, step->to);
    const Views *views = core_views(graph, step->to);
    bool over = task->status == TASK_DONE || task->status == TASK_CRASHED;
    if (!stamps_empty(&key.promised) &&
        (over || views_dead(views, &key.promised, graph->solo->base, solo_calls_devices(graph->solo))))
        return;
    Edge edge = { .from = number, .choice = step->choice, .violates = step->violates };
    note_promises(graph, step->effects, step->n_effects, &edge);
    edge.to = add_key(graph, &key, suffix, graph->edges->len, task, views);
    g_array_append_val(graph->edges, edge);
}

/* Expands a state by what is known of its core; false if that is not enough. */
static bool expand_known(Graph *graph, uint32_t number)
{
    Solo *solo = graph->solo;
    const StateKey *key = key_of(graph, number);
    if (key->n_suffix >= solo->suffix_max)
        return false;
    GArray suffix = { .data = (gchar *)(uintptr_t)suffix_of(key), .len = key->n_suffix };
    guint n;
    uint16_t kind;
    const CachedStep *steps = step_cache_find(solo->cache, key->core, solo->base, &suffix, &key->promised, &n, &kind);
    if (!steps)
        return false;
    solo_graph_stands(graph, number, &(Stand){ .kind = kind });
    for (guint i = 0; i < n; i++)
        follow_known(graph, number, &steps[i]);
    return true;
}

/* Whether a step is one that depends on nothing but the state and the bytes it touches. */
static bool is_cacheable(const MachineStep *step)
{
    return step->kind == STEP_EXECUTE && !step->unsupported && step->violation.kind == VIOLATION_NONE &&
           step->hart.n_effects <= G_N_ELEMENTS(((CachedStep *)NULL)->effects) && step->hart.insn.kind != INSN_ECALL;
}

static void keep_step(const Graph *graph, const MachineStep *step, guint choice, uint32_t to, GArray *kept)
{
    CachedStep cached = { .to = to, .choice = choice, .n_effects = (uint8_t)step->hart.n_effects };
    if (step->hart.n_effects)
        memcpy(cached.effects, &g_array_index(graph->solo->effects, Effect, step->hart.first_effect),
               step->hart.n_effects * sizeof(Effect));
    g_array_append_val(kept, cached);
}

static void expand_anew(Graph *graph, uint32_t number, Local *local, Local *next)
{
    Solo *solo = graph->solo;
    uint32_t core = key_of(graph, number)->core;
    solo_graph_local(graph, number, local);
    solo_enter(solo, local);
    bool keeps = graph->plain && solo->cache;
    if (keeps)
        step_cache_begin(solo->cache);
    g_autoptr(GArray) steps = solo_steps(solo, local);
    g_array_set_size(solo->kept, 0);
    /* A success of SC depends on whatever its LR has read. */
    if (keeps && local->views.exclusive_size)
        step_cache_touch(solo->cache, local->views.exclusive_address, local->views.exclusive_size, false);
    for (guint i = 0; i < steps->len; i++) {
        const MachineStep *step = &g_array_index(steps, MachineStep, i);
        bool violates = step->violation.kind != VIOLATION_NONE && step->violation.property >= 0;
        if (step->unsupported == solo_endless) {
            graph->result->endless = true;
            note_unsupported(graph->result, solo_endless, local->task.hart.pc);
        }
        keeps = keeps && is_cacheable(step);
        bool possible = solo_apply(solo, local, step, next);
        if (!possible && !keeps)
            continue;
        uint32_t to = core_id(graph, next);
        if (keeps)
            keep_step(graph, step, i, to, solo->kept);
        if (!possible)
            continue;
        Edge edge = { .from = number, .choice = i, .violates = violates, .leaves = way_out(step) };
        if (step->hart.n_effects)
            note_promises(graph, &g_array_index(solo->effects, Effect, step->hart.first_effect), step->hart.n_effects,
                          &edge);
        edge.to = add_state(graph, next, to, graph->edges->len);
        g_array_append_val(graph->edges, edge);
    }
    Stand stand = solo_stand(solo, local, steps->len == 0 || solo->may_wait);
    solo_graph_stands(graph, number, &stand);
    if (stand.kind == END_DONE) /* an idle hart */
        state_of(graph, number)->done = solo_end_id(graph, local);
    if (keeps && steps->len && local->suffix->len < solo->suffix_max)
        step_cache_keep(solo->cache, core, solo->base, local->suffix, &local->views.promised,
                        (const CachedStep *)(const void *)solo->kept->data, solo->kept->len, (uint16_t)stand.kind);
}

static void expand(Graph *graph, uint32_t number, Local *local, Local *next)
{
    Solo *solo = graph->solo;
    graph->expanding = number;
    state_of(graph, number)->first_edge = graph->edges->len;
    const StateKey *key = key_of(graph, number);
    const Task *task = core_task(graph, key->core);
    const Views *views = core_views(graph, key->core);
    if (task->status == TASK_CRASHED)
        return;
    if (task->status == TASK_DONE) {
        solo_graph_local(graph, number, local);
        state_of(graph, number)->done = solo_end_id(graph, local);
        solo_graph_stands(graph, number, &(Stand){ .kind = END_DONE });
        return;
    }
    if (leads_nowhere(graph, key->n_suffix, views))
        return;
    if (views->violated && state_of(graph, number)->owes_nothing)
        return;
    if (views->violated > STEPS_AFTER_VIOLATION) {
        if (!views->guessed)
            note_unsupported(graph->result,
                             "a run that goes wrong, and on for ever without a store that others may have seen",
                             task->hart.pc);
        return;
    }
    if (views->guessed && state_of(graph, number)->depth >= GUESSED_DEPTH_MAX) {
        note_unsupported(graph->result, "a run that fetches what is stored later, and strays on and on", task->hart.pc);
        return;
    }
    if (solo->limits && solo->limits->steps_max && state_of(graph, number)->depth >= solo->limits->steps_max) {
        graph->result->end = SEARCH_STEPS;
        return;
    }
    if (graph->plain && solo->cache && expand_known(graph, number))
        return;
    expand_anew(graph, number, local, next);
}

/* Marks every state from which one that owes nothing can be reached. */
static void certify(Graph *graph)
{
    /* Edges lead mostly forward: going through them backwards settles almost everything at once. */
    for (bool changed = true; changed;) {
        changed = false;
        for (guint i = graph->edges->len; i-- > 0;) {
            const Edge *edge = edge_of(graph, i);
            State *from = state_of(graph, edge->from);
            const State *to = state_of(graph, edge->to);
            if (to->certified && !from->certified)
                from->certified = changed = true;
            if (to->certified_real && !from->certified_real && from->real)
                from->certified_real = changed = true;
        }
    }
}

void solo_graph_build(Graph *graph, const Local *from)
{
    Solo *solo = graph->solo;
    Local local, next;
    local_init(&local);
    local_init(&next);
    graph->plain = true;
    for (guint i = 0; i < solo->base->len; i++)
        graph->plain = graph->plain && g_array_index(solo->base, Message, i).kind == MESSAGE_STORE;
    solo_initial(solo, &local);
    if (from)
        local_copy(&local, from);
    add_state(graph, &local, core_id(graph, &local), NONE);
    for (uint32_t number = 0; number < graph->states->len; number++) {
        bool too_many = solo->limits && solo->limits->states_max &&
                        solo->states_before + graph->states->len > solo->limits->states_max;
        if ((too_many || number % POLL_STATES == POLL_STATES - 1) && must_stop(graph, number))
            break;
        expand(graph, number, &local, &next);
    }
    for (guint i = 0; i < graph->states->len; i++) {
        State *state = state_of(graph, i);
        state->certified = state->owes_nothing;
        state->certified_real = state->owes_nothing && state->real;
    }
    certify(graph);
    local_clear(&local);
    local_clear(&next);
}

void solo_graph_init(Graph *graph, Solo *solo, const EndPlaces *places, Intern *contents, Intern *ends)
{
    *graph = (Graph){ .solo = solo, .places = places, .contents = contents, .ends = ends };
    graph->cores = solo->cores ? solo->cores : intern_new();
    graph->ids = intern_new();
    graph->states = g_array_new(FALSE, FALSE, sizeof(State));
    graph->edges = g_array_new(FALSE, FALSE, sizeof(Edge));
    graph->promised = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    graph->result = solo_result_new();
}

void solo_graph_clear(Graph *graph)
{
    if (graph->cores != graph->solo->cores)
        intern_free(graph->cores);
    intern_free(graph->ids);
    g_array_unref(graph->states);
    g_array_unref(graph->edges);
    g_array_unref(graph->promised);
    solo_result_free(graph->result);
}

SoloResult *solo_result_new(void)
{
    SoloResult *result = g_new0(SoloResult, 1);
    result->promisable = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    result->ends = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    result->stands = g_array_new(FALSE, FALSE, sizeof(Stand));
    return result;
}

void solo_result_free(SoloResult *result)
{
    if (!result)
        return;
    g_array_unref(result->promisable);
    g_array_unref(result->ends);
    g_array_unref(result->stands);
    g_free(result);
}

static void add_once(GArray *ids, uint32_t id)
{
    for (guint i = 0; i < ids->len; i++)
        if (g_array_index(ids, uint32_t, i) == id)
            return;
    g_array_append_val(ids, id);
}

bool solo_graph_is_end(const State *state)
{
    return state->stand != 0;
}

bool solo_graph_is_violation(const Graph *graph, const Edge *edge)
{
    return edge->violates && state_of(graph, edge->from)->real && state_of(graph, edge->to)->certified_real;
}

SoloResult *solo_search(Solo *solo, const EndPlaces *places, Intern *contents, Intern *ends)
{
    Graph graph;
    solo_graph_init(&graph, solo, places, contents, ends);
    solo_graph_build(&graph, NULL);
    SoloResult *result = g_steal_pointer(&graph.result);
    result->result.completable = state_of(&graph, 0)->certified_real;
    result->result.viable = state_of(&graph, 0)->certified || result->end != SEARCH_COMPLETE;
    for (guint i = 0; i < graph.edges->len; i++) {
        const Edge *edge = edge_of(&graph, i);
        for (guint m = 0; m < edge->n && state_of(&graph, edge->to)->certified; m++)
            add_once(result->promisable, g_array_index(graph.promised, uint32_t, edge->messages + m));
        result->result.violates = result->result.violates || solo_graph_is_violation(&graph, edge);
        /* Like a violation, it is none of a run that cannot keep its promises. */
        if (edge->leaves && !result->leaves && state_of(&graph, edge->from)->real &&
            state_of(&graph, edge->to)->certified_real) {
            result->leaves = edge->leaves;
            result->leaves_pc = core_task(&graph, key_of(&graph, edge->from)->core)->hart.pc;
        }
    }
    for (guint i = 0; i < graph.states->len; i++)
        if (solo_graph_is_end(state_of(&graph, i)) && state_of(&graph, i)->done != NONE)
            add_once(result->ends, state_of(&graph, i)->done);
    result->result.messages = (const uint32_t *)(const void *)result->promisable->data;
    result->result.n_messages = result->promisable->len;
    result->states = graph.states->len;
    result->transitions = graph.edges->len;
    solo_graph_clear(&graph);
    return result;
}
