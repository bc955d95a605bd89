/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/explore/promise.h"

#include "sim/base/intern.h"
#include "sim/explore/estimate.h"

enum {
    POLL_TIMELINES = 256
};

/* A timeline: that of the parent, and one message more. The sequences of messages form a tree, so none is met twice. */
typedef struct Node {
    uint32_t parent;
    PromiseMessage last;
} Node;

typedef struct Search {
    PromiseSpace *space;
    const SearchOptions *limits;
    PromiseOutcome *outcome;
    GArray *nodes;     /* Node, in the order of visits; the first is the empty timeline */
    GArray *widths;    /* guint64: how many timelines there are of each length, up to the one being visited */
    guint64 level_end; /* number of the first longer one */
    guint64 expected;  /* estimate of all timelines */
    GArray *timeline;  /* PromiseMessage: of the node being visited */
    Intern *seen;      /* (group, what a process sees) */
    GPtrArray *runs;   /* const PromiseResult *, by id in `seen`; NULL: not run yet */
    GArray *key;       /* uint32_t: scratch */
    const PromiseResult **results;
    PromiseFate fate; /* of the timeline at hand */
} Search;

void promise_outcome_free(PromiseOutcome *outcome)
{
    if (!outcome)
        return;
    g_array_unref(outcome->timeline);
    g_free(outcome);
}

static void load_timeline(Search *search, uint32_t number)
{
    GArray *timeline = search->timeline;
    guint n = 0;
    for (uint32_t at = number; at; at = g_array_index(search->nodes, Node, at).parent)
        n++;
    g_array_set_size(timeline, n);
    for (uint32_t at = number; at; at = g_array_index(search->nodes, Node, at).parent)
        g_array_index(timeline, PromiseMessage, --n) = g_array_index(search->nodes, Node, at).last;
}

/* The id of what the process sees of the timeline at hand. */
static uint32_t seen_id(Search *search, guint process)
{
    PromiseSpace *space = search->space;
    uint32_t group = space->class->group(space, process);
    g_array_set_size(search->key, 0);
    g_array_append_val(search->key, group);
    for (guint i = 0; i < search->timeline->len; i++) {
        uint32_t id = space->class->seen(space, process, g_array_index(search->timeline, PromiseMessage, i));
        if (id != PROMISE_UNSEEN)
            g_array_append_val(search->key, id);
    }
    uint32_t id = intern_put(search->seen, search->key->data, search->key->len * (guint)sizeof(uint32_t));
    if (id == search->runs->len)
        g_ptr_array_add(search->runs, NULL);
    return id;
}

/* What a process can do against the timeline at hand: looked up by what it sees of it. Of no use, or NULL, if the search has
 * been stopped or is void. */
static const PromiseResult *run(Search *search, guint process)
{
    PromiseSpace *space = search->space;
    for (;;) {
        uint32_t id = seen_id(search, process);
        const PromiseResult *result = g_ptr_array_index(search->runs, id);
        if (result || space->class->is_void(space))
            return result;
        result = space->class->run(space, process, &g_array_index(search->key, uint32_t, 1), search->key->len - 1);
        /* One that was cut short has to be taken back: no other may follow it. Nor one that has made the search void: what
         * that changes is looked at between rounds only. */
        if (space->class->stopped(space) != SEARCH_COMPLETE || space->class->is_void(space))
            return result;
        /* The run may have looked at what the process was not known to look at. If there is more of that to be seen in
         * this timeline, it has not seen all that it should have. */
        if (seen_id(search, process) == id) {
            g_ptr_array_index(search->runs, id) = (gpointer)result;
            return result;
        }
    }
}

static void violation(Search *search, int process)
{
    search->fate = PROMISE_VIOLATING;
    search->outcome->end = SEARCH_VIOLATION;
    search->outcome->violating = process;
    g_array_append_vals(search->outcome->timeline, search->timeline->data, search->timeline->len);
}

/* Judges the timeline at hand; false at a violation. */
static bool judge(Search *search)
{
    PromiseSpace *space = search->space;
    guint n_incomplete = 0;
    for (guint p = 0; p < space->n_processes; p++)
        n_incomplete += !search->results[p]->completable;
    search->fate = n_incomplete ? PROMISE_OPEN : PROMISE_COMPLETE;
    if (n_incomplete)
        return true;
    for (guint p = 0; p < space->n_processes; p++) {
        if (search->results[p]->violates) {
            violation(search, (int)p);
            return false;
        }
    }
    const PromiseMessage *timeline = (const PromiseMessage *)(const void *)search->timeline->data;
    if (space->class->complete(space, timeline, search->timeline->len, search->results))
        return true;
    violation(search, -1);
    return false;
}

/* Visits a timeline; false if the search is over. */
static bool visit(Search *search, uint32_t number)
{
    PromiseSpace *space = search->space;
    load_timeline(search, number);
    search->fate = PROMISE_LOST;
    for (guint p = 0; p < space->n_processes; p++) {
        search->results[p] = run(search, p);
        search->outcome->end = space->class->stopped(space);
        if (search->outcome->end != SEARCH_COMPLETE)
            return false;
        if (space->class->is_void(space)) {
            search->outcome->is_void = true;
            return false;
        }
    }
    for (guint p = 0; p < space->n_processes; p++)
        if (!search->results[p]->viable)
            return true;
    if (!judge(search))
        return false;
    const PromiseMessage *timeline = (const PromiseMessage *)(const void *)search->timeline->data;
    for (guint p = 0; p < space->n_processes; p++)
        for (guint m = 0; m < search->results[p]->n_messages; m++) {
            Node child = { number, { search->results[p]->messages[m], p } };
            if (space->class->extends(space, timeline, search->timeline->len, child.last))
                g_array_append_val(search->nodes, child);
        }
    return true;
}

static void update_progress(Search *search)
{
    SearchProgress *progress = &search->outcome->progress;
    progress->bytes = (guint64)search->nodes->len * sizeof(Node) + intern_bytes(search->seen);
    search->space->class->progress(search->space, progress);
    progress->done = search->outcome->timelines;
    progress->frontier = search->nodes->len - progress->done;
    progress->expected = search->expected;
    progress->unit = "store orders";
    progress->depth = search->widths->len ? search->widths->len - 1 : 0;
}

/* The same, and tells whoever watches. */
static bool visit_watched(Search *search, uint32_t number)
{
    const SearchOptions *limits = search->limits;
    guint n_nodes = search->nodes->len;
    bool goes_on = visit(search, number);
    if (!limits->visited || (!goes_on && search->fate != PROMISE_VIOLATING))
        return goes_on;
    PromiseVisit seen = { .number = number, .n = search->timeline->len, .fate = search->fate };
    seen.parent = g_array_index(search->nodes, Node, number).parent;
    seen.timeline = (const PromiseMessage *)(const void *)search->timeline->data;
    seen.n_children = search->nodes->len - n_nodes;
    limits->visited(limits->visited_data, search->space, &seen);
    return goes_on;
}

static bool must_stop(Search *search)
{
    const SearchOptions *limits = search->limits;
    PromiseOutcome *outcome = search->outcome;
    const SearchProgress *progress = &outcome->progress;
    update_progress(search);
    if (limits->states_max && progress->states > limits->states_max)
        outcome->end = SEARCH_STATES;
    else if (limits->bytes_max && progress->bytes > limits->bytes_max)
        outcome->end = SEARCH_BYTES;
    else if (limits->poll && !limits->poll(limits->poll_data, progress))
        outcome->end = SEARCH_STOPPED;
    else
        return false;
    return true;
}

/* ---- keeping a search */

/* By id in `seen`: 1 + the number of the result, or 0. */
static void archive_runs(Search *search, Archive *archive)
{
    PromiseSpace *space = search->space;
    g_autoptr(GArray) numbers = g_array_new(FALSE, TRUE, sizeof(guint32));
    g_autoptr(GHashTable) number_of = g_hash_table_new(NULL, NULL);
    const PromiseResult *result;
    for (guint i = 0; !archive_is_reading(archive) && (result = space->class->result(space, i)); i++)
        g_hash_table_insert(number_of, (gpointer)result, GUINT_TO_POINTER(i + 1));
    for (guint id = 0; id < search->runs->len; id++) {
        guint32 number = GPOINTER_TO_UINT(g_hash_table_lookup(number_of, g_ptr_array_index(search->runs, id)));
        g_array_append_val(numbers, number);
    }
    archive_array(archive, numbers);
    if (!archive_is_reading(archive))
        return;
    for (guint id = 0; id < numbers->len; id++) {
        guint32 number = g_array_index(numbers, guint32, id);
        result = number ? space->class->result(space, number - 1) : NULL;
        archive_check(archive, result || !number);
        g_ptr_array_add(search->runs, (gpointer)result);
    }
    archive_check(archive, numbers->len == intern_count(search->seen));
}

/* The timelines that are known, each behind the one that it extends, and how far they have been visited. */
static void archive_nodes(Search *search, Archive *archive)
{
    const GArray *nodes = search->nodes;
    guint64 sum = 0;
    archive_u64(archive, &search->outcome->timelines);
    archive_array(archive, search->nodes);
    archive_array(archive, search->widths);
    archive_u64(archive, &search->level_end);
    archive_u64(archive, &search->expected);
    for (guint i = 1; i < nodes->len; i++) {
        const Node *node = &g_array_index(nodes, Node, i);
        archive_check(archive, node->parent < i && node->last.owner < search->space->n_processes);
    }
    for (guint i = 0; i < search->widths->len; i++)
        sum += g_array_index(search->widths, guint64, i);
    archive_check(archive, search->outcome->timelines < nodes->len && search->level_end <= nodes->len &&
                               sum == search->level_end);
}

/* Everything that the search has come to, between two timelines. */
static void archive_search(gpointer data, Archive *archive)
{
    Search *search = data;
    search->space->class->archive(search->space, archive);
    archive_nodes(search, archive);
    archive_intern(archive, search->seen);
    archive_runs(search, archive);
}

/* Whether a limit has ended the search, which could go on otherwise. */
static bool was_cut(SearchEnd end)
{
    return end != SEARCH_COMPLETE && end != SEARCH_VIOLATION;
}

/* All timelines of the next length are known. */
static void note_width(Search *search)
{
    guint64 width = search->nodes->len - search->level_end;
    g_array_append_val(search->widths, width);
    search->level_end = search->nodes->len;
    search->expected = estimate_total(search->widths);
}

static void run_search(Search *search)
{
    const SearchOptions *limits = search->limits;
    PromiseOutcome *outcome = search->outcome;
    for (; outcome->timelines < search->nodes->len; outcome->timelines++) {
        uint32_t number = (uint32_t)outcome->timelines;
        if (number == search->level_end)
            note_width(search);
        if (number % POLL_TIMELINES == 0 && must_stop(search))
            break;
        if (limits->keep && limits->keep_due(limits->keep_data))
            limits->keep(limits->keep_data, archive_search, search);
        if (!visit_watched(search, number))
            break;
    }
}

/* Begins with the empty timeline, or where an earlier search was left; false if what was kept of that makes no sense. */
static bool begin(Search *search)
{
    Archive *resume = search->limits->resume;
    if (resume) {
        archive_search(search, resume);
        return !archive_failed(resume);
    }
    Node empty = { 0 };
    g_array_append_val(search->nodes, empty);
    return true;
}

PromiseOutcome *promise_search(PromiseSpace *space, const SearchOptions *limits)
{
    g_assert((space->class->archive && space->class->result) || (!limits->keep && !limits->resume));
    PromiseOutcome *outcome = g_new0(PromiseOutcome, 1);
    outcome->end = SEARCH_COMPLETE;
    outcome->violating = -1;
    outcome->timeline = g_array_new(FALSE, FALSE, sizeof(PromiseMessage));
    Search search = { .space = space, .limits = limits, .outcome = outcome };
    search.nodes = g_array_new(FALSE, FALSE, sizeof(Node));
    search.widths = g_array_new(FALSE, FALSE, sizeof(guint64));
    search.timeline = g_array_new(FALSE, FALSE, sizeof(PromiseMessage));
    search.seen = intern_new();
    search.runs = g_ptr_array_new();
    search.key = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    search.results = g_new0(const PromiseResult *, space->n_processes);
    if (begin(&search))
        run_search(&search);
    else
        outcome->end = SEARCH_STOPPED;
    update_progress(&search);
    if (outcome->end == SEARCH_COMPLETE)
        outcome->progress.frontier = 0;
    if (was_cut(outcome->end) && limits->keep && !(limits->resume && archive_failed(limits->resume)))
        limits->keep(limits->keep_data, archive_search, &search);
    g_array_unref(search.nodes);
    g_array_unref(search.widths);
    g_array_unref(search.timeline);
    intern_free(search.seen);
    g_ptr_array_unref(search.runs);
    g_array_unref(search.key);
    g_free(search.results);
    return outcome;
}
