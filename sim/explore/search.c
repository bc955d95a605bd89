/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/explore/search.h"

#include "sim/explore/estimate.h"
#include "sim/explore/memo.h"
#include "sim/explore/paths.h"
#include "sim/explore/store.h"

#include <string.h>

/* Successors are looked up in batches, so that the cache misses of a batch overlap. */
enum {
    BATCH_MAX = 128,
    POLL_STATES = 4096
};

typedef struct Candidate {
    uint64_t hash;
    uint32_t parent;
    uint32_t state[1 + SPACE_PROCESSES_MAX];
} Candidate;

typedef struct Search {
    Space *space;
    const SearchOptions *options;
    SearchResult *result;
    Memo *memo;
    StateStore *store;
    PathLayers *layers; /* NULL once an edge does not lead to the next layer */
    bool graded;
    guint width, depth;                    /* of the layer being expanded */
    uint64_t layer_start, next, layer_end; /* numbers of its states; `next` is yet to be expanded */
    GArray *widths;                        /* guint64: of layers up to this one */
    guint64 expected;                      /* estimate of all states */
    guint n_batch;
    Candidate batch[BATCH_MAX];
} Search;

void search_result_free(SearchResult *result)
{
    if (!result)
        return;
    g_free(result->interleavings);
    g_array_unref(result->trail);
    g_free(result);
}

/* The move that leads from one state to the next; a trail is rebuilt from parents, not stored. */
static TrailStep step_between(Search *search, uint32_t from, uint32_t to)
{
    const uint32_t *target = state_store_get(search->store, to);
    uint32_t state[1 + SPACE_PROCESSES_MAX];
    memcpy(state, state_store_get(search->store, from), search->width * sizeof(uint32_t));
    uint32_t shared = state[0];
    for (guint p = 0; p < search->space->n_processes; p++) {
        guint n_moves;
        uint32_t local = state[1 + p];
        const Move *moves = memo_moves(search->memo, p, local, shared, &n_moves);
        for (guint m = 0; m < n_moves; m++) {
            state[0] = moves[m].shared;
            state[1 + p] = moves[m].local;
            if (moves[m].finding == FINDING_NONE && !memcmp(state, target, search->width * sizeof(uint32_t)))
                return (TrailStep){ p, m };
        }
        state[0] = shared;
        state[1 + p] = local;
    }
    g_assert_not_reached();
}

static void set_trail(Search *search, uint32_t number)
{
    GArray *trail = search->result->trail;
    g_array_set_size(trail, 0);
    for (uint32_t parent; (parent = state_store_parent(search->store, number)) != STATE_NONE; number = parent) {
        TrailStep step = step_between(search, parent, number);
        g_array_prepend_val(trail, step);
    }
}

static void flush_batch(Search *search)
{
    for (guint i = 0; i < search->n_batch; i++)
        state_store_prefetch_state(search->store, search->batch[i].hash);
    for (guint i = 0; i < search->n_batch; i++) {
        Candidate *candidate = &search->batch[i];
        bool is_new;
        uint32_t number = state_store_put(search->store, candidate->state, candidate->hash, candidate->parent, &is_new);
        if (!search->graded)
            continue;
        if (number < search->layer_end)
            search->graded = false;
        else if (search->layers)
            path_layers_edge(search->layers, candidate->parent - search->layer_start, number - search->layer_end);
    }
    search->n_batch = 0;
}

/* Queues the successors of one process; false at a violation. */
static bool expand_process(Search *search, uint32_t number, const uint32_t *state, uint64_t hash, guint p, guint *n_out)
{
    guint n_moves;
    uint32_t local = state[1 + p], shared = state[0];
    const Move *moves = memo_moves(search->memo, p, local, shared, &n_moves);
    uint64_t rest = hash - component_hash(1 + p, local) - component_hash(0, shared);
    *n_out += n_moves;
    for (guint m = 0; m < n_moves; m++) {
        const Move *move = &moves[m];
        if (move->finding != FINDING_NONE) {
            if (move->finding == FINDING_OUT_OF_MODEL && search->result->out_of_model++)
                continue;
            TrailStep last = { p, m };
            bool violation = move->finding == FINDING_VIOLATION;
            set_trail(search, number);
            g_array_append_val(search->result->trail, last);
            if (violation)
                return false;
            moves = memo_moves(search->memo, p, local, shared, &n_moves);
            continue;
        }
        if (search->n_batch == BATCH_MAX)
            flush_batch(search);
        Candidate *candidate = &search->batch[search->n_batch++];
        memcpy(candidate->state, state, search->width * sizeof(uint32_t));
        candidate->state[0] = move->shared;
        candidate->state[1 + p] = move->local;
        candidate->parent = number;
        candidate->hash = rest + component_hash(1 + p, move->local) + component_hash(0, move->shared);
        state_store_prefetch_slot(search->store, candidate->hash);
    }
    return true;
}

/* Expands one state; false at a violation. */
static bool expand(Search *search, uint32_t number)
{
    uint32_t state[1 + SPACE_PROCESSES_MAX];
    memcpy(state, state_store_get(search->store, number), search->width * sizeof(uint32_t));
    uint64_t hash = state_hash(search->store, state);
    guint n_out = 0;
    for (guint p = 0; p < search->space->n_processes; p++)
        if (!expand_process(search, number, state, hash, p, &n_out))
            return false;
    search->result->progress.transitions += n_out;
    if (n_out > 0)
        return true;
    search->result->final_states++;
    if (search->layers && search->graded)
        path_layers_end(search->layers, number - search->layer_start);
    Finding finding = search->space->class->final(search->space, state);
    if (finding == FINDING_OUT_OF_MODEL && search->result->out_of_model++ == 0)
        set_trail(search, number);
    if (finding != FINDING_VIOLATION)
        return true;
    set_trail(search, number);
    search->result->final_violation = true;
    return false;
}

static void update_progress(Search *search, uint64_t next)
{
    SearchProgress *progress = &search->result->progress;
    progress->states = state_store_count(search->store);
    progress->frontier = progress->states - next;
    progress->done = next;
    progress->expected = search->expected;
    progress->unit = "states";
    progress->bytes = state_store_bytes(search->store) + memo_bytes(search->memo);
    if (search->space->class->bytes)
        progress->bytes += search->space->class->bytes(search->space);
}

/* ---- keeping the search */

static void archive_result(Search *search, Archive *archive)
{
    SearchResult *result = search->result;
    archive_u64(archive, &result->progress.transitions);
    archive_u64(archive, &result->final_states);
    archive_u64(archive, &result->out_of_model);
    archive_array(archive, result->trail);
    for (guint i = 0; i < result->trail->len; i++)
        archive_check(archive, g_array_index(result->trail, TrailStep, i).process < search->space->n_processes);
}

/* Where the search is among the states, which have been archived. */
static void archive_place(Search *search, Archive *archive)
{
    guint64 sum = 0;
    archive_u32(archive, &search->depth);
    archive_u64(archive, &search->layer_start);
    archive_u64(archive, &search->next);
    archive_u64(archive, &search->layer_end);
    archive_array(archive, search->widths);
    archive_u64(archive, &search->expected);
    for (guint i = 0; i < search->widths->len; i++) {
        guint64 width = g_array_index(search->widths, guint64, i);
        archive_check(archive, width > 0 && width <= search->layer_end - sum);
        sum += width;
        if (i == search->depth)
            archive_check(archive, width == search->layer_end - search->layer_start);
    }
    archive_check(archive, search->widths->len == search->depth + 1ull && sum == search->layer_end);
    archive_check(archive, search->layer_start <= search->next && search->next <= search->layer_end &&
                               search->layer_end <= state_store_count(search->store));
}

/* The counters of interleavings, if there are any yet. */
static void archive_layers(Search *search, Archive *archive)
{
    if (search->layers && !search->graded)
        g_clear_pointer(&search->layers, path_layers_free);
    bool has_layers = search->layers != NULL;
    archive_bool(archive, &search->graded);
    archive_bool(archive, &has_layers);
    archive_check(archive, search->graded || !has_layers);
    if (has_layers && !search->layers)
        search->layers = path_layers_new();
    if (has_layers)
        path_layers_archive(search->layers, search->layer_end - search->layer_start,
                            state_store_count(search->store) - search->layer_end, archive);
    else
        g_clear_pointer(&search->layers, path_layers_free);
}

/* Successors that have not been looked up yet. */
static void archive_batch(Search *search, Archive *archive)
{
    archive_u32(archive, &search->n_batch);
    if (!archive_check(archive, search->n_batch <= BATCH_MAX))
        search->n_batch = 0;
    for (guint i = 0; i < search->n_batch; i++) {
        Candidate *candidate = &search->batch[i];
        archive_u32(archive, &candidate->parent);
        archive_bytes(archive, candidate->state, search->width * sizeof(uint32_t));
        candidate->hash = state_hash(search->store, candidate->state);
        archive_check(archive, candidate->parent >= search->layer_start && candidate->parent < search->next);
    }
}

/* Everything that the search has come to, between two states. */
static void archive_search(gpointer data, Archive *archive)
{
    Search *search = data;
    search->space->class->archive(search->space, archive);
    memo_archive(search->memo, archive);
    state_store_archive(search->store, archive);
    archive_result(search, archive);
    archive_place(search, archive);
    archive_layers(search, archive);
    archive_batch(search, archive);
}

static void keep(Search *search)
{
    search->options->keep(search->options->keep_data, archive_search, search);
}

/* Whether a limit or the caller ends the search here. */
static bool must_stop(Search *search)
{
    const SearchOptions *options = search->options;
    SearchResult *result = search->result;
    update_progress(search, search->next);
    if (options->states_max && result->progress.states > options->states_max)
        result->end = SEARCH_STATES;
    else if (options->bytes_max && result->progress.bytes > options->bytes_max)
        result->end = SEARCH_BYTES;
    else if (options->poll && !options->poll(options->poll_data, &result->progress))
        result->end = SEARCH_STOPPED;
    bool stops = result->end != SEARCH_COMPLETE;
    if (options->keep && (stops || options->keep_due(options->keep_data)))
        keep(search);
    return stops;
}

static bool is_final(Search *search, const uint32_t *state)
{
    for (guint p = 0; p < search->space->n_processes; p++) {
        guint n_moves;
        memo_moves(search->memo, p, state[1 + p], state[0], &n_moves);
        if (n_moves > 0)
            return false;
    }
    return true;
}

/* After a violating move out of this layer: a violating final state further on in the layer is one step nearer. */
static void prefer_final_state(Search *search, uint64_t number)
{
    for (; number < search->layer_end; number++) {
        uint32_t state[1 + SPACE_PROCESSES_MAX];
        memcpy(state, state_store_get(search->store, (uint32_t)number), search->width * sizeof(uint32_t));
        if (is_final(search, state) && search->space->class->final(search->space, state) == FINDING_VIOLATION) {
            set_trail(search, (uint32_t)number);
            search->result->final_violation = true;
            return;
        }
    }
}

/* Expands one layer; false if the search ends inside it. */
static bool expand_layer(Search *search)
{
    uint64_t states_max = search->options->states_max;
    for (; search->next < search->layer_end; search->next++) {
        bool is_full = states_max && state_store_count(search->store) > states_max;
        if ((is_full || search->next % POLL_STATES == 0) && must_stop(search))
            return false;
        if (!expand(search, (uint32_t)search->next)) {
            search->result->end = SEARCH_VIOLATION;
            update_progress(search, search->next);
            if (!search->result->final_violation)
                prefer_final_state(search, search->next + 1);
            return false;
        }
    }
    flush_batch(search);
    return true;
}

static void note_width(Search *search)
{
    guint64 width = search->layer_end - search->layer_start;
    g_array_append_val(search->widths, width);
    search->expected = width ? estimate_total(search->widths) : search->layer_end;
}

static void run_layers(Search *search)
{
    guint steps_max = search->options->steps_max;
    while (search->layer_start < search->layer_end) {
        if (steps_max && search->depth > steps_max) {
            search->result->end = SEARCH_STEPS;
            search->result->progress.depth = search->depth - 1;
            break;
        }
        search->result->progress.depth = search->depth;
        if (!expand_layer(search))
            return;
        if (search->layers && !search->graded)
            g_clear_pointer(&search->layers, path_layers_free);
        if (search->layers)
            path_layers_advance(search->layers);
        search->layer_start = search->next = search->layer_end;
        search->layer_end = state_store_count(search->store);
        search->depth++;
        note_width(search);
    }
    update_progress(search, search->layer_start);
    if (search->result->end == SEARCH_STEPS && search->options->keep)
        keep(search);
}

static void count_interleavings(Search *search)
{
    SearchResult *result = search->result;
    mpz_t total;
    mpz_init(total);
    if (search->layers)
        path_layers_total(search->layers, total);
    else
        result->endless = !paths_count(search->memo, search->store, search->space->n_processes, total);
    if (!result->endless) {
        char *digits = mpz_get_str(NULL, 10, total);
        result->interleavings = g_strdup(digits);
        void (*release)(void *, size_t);
        mp_get_memory_functions(NULL, NULL, &release);
        release(digits, strlen(digits) + 1);
    }
    mpz_clear(total);
}

/* Comes to the first state, or to where an earlier search was left; false if what was kept of that makes no sense. */
static bool begin(Search *search)
{
    Archive *resume = search->options->resume;
    if (resume) {
        archive_search(search, resume);
        return !archive_failed(resume);
    }
    uint32_t initial[1 + SPACE_PROCESSES_MAX];
    bool is_new;
    search->space->class->initial(search->space, initial);
    state_store_put(search->store, initial, state_hash(search->store, initial), STATE_NONE, &is_new);
    search->layer_end = 1;
    note_width(search);
    return true;
}

SearchResult *search(Space *space, const SearchOptions *options)
{
    g_assert(space->n_processes >= 1 && space->n_processes <= SPACE_PROCESSES_MAX);
    g_assert(space->class->archive || (!options->keep && !options->resume));
    SearchResult *result = g_new0(SearchResult, 1);
    result->trail = g_array_new(FALSE, FALSE, sizeof(TrailStep));
    Search *search = g_new0(Search, 1);
    search->space = space;
    search->options = options;
    search->result = result;
    search->width = 1 + space->n_processes;
    search->memo = memo_new(space);
    search->store = state_store_new(search->width);
    search->widths = g_array_new(FALSE, FALSE, sizeof(guint64));
    search->graded = true;
    if (options->count_interleavings)
        search->layers = path_layers_new();

    if (begin(search))
        run_layers(search);
    else
        result->end = SEARCH_STOPPED;
    if (options->count_interleavings && result->end == SEARCH_COMPLETE)
        count_interleavings(search);
    result->memo_entries = memo_count(search->memo);

    path_layers_free(search->layers);
    memo_free(search->memo);
    state_store_free(search->store);
    g_array_unref(search->widths);
    g_free(search);
    return result;
}
