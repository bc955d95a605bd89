/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/explore/paths.h"

#include <string.h>

/* One limb count per layer: all counters of a layer have the width that the layer's total can need. */
typedef struct Layer {
    GArray *limbs; /* mp_limb_t, n_limbs per state */
    guint n_limbs;
} Layer;

struct PathLayers {
    Layer current, next;
    mpz_t ended;
};

enum {
    OUT_DEGREE_BITS = 16
};

static void layer_init(Layer *layer, guint n_limbs)
{
    layer->limbs = g_array_new(FALSE, TRUE, sizeof(mp_limb_t));
    layer->n_limbs = n_limbs;
}

PathLayers *path_layers_new(void)
{
    PathLayers *layers = g_new0(PathLayers, 1);
    layer_init(&layers->current, 1);
    layer_init(&layers->next, 1);
    mp_limb_t one = 1;
    g_array_append_val(layers->current.limbs, one);
    mpz_init(layers->ended);
    return layers;
}

void path_layers_free(PathLayers *layers)
{
    if (!layers)
        return;
    g_array_unref(layers->current.limbs);
    g_array_unref(layers->next.limbs);
    mpz_clear(layers->ended);
    g_free(layers);
}

static mp_limb_t *counter(const Layer *layer, guint64 state)
{
    return &g_array_index(layer->limbs, mp_limb_t, state * layer->n_limbs);
}

void path_layers_edge(PathLayers *layers, guint64 from, guint64 to)
{
    Layer *next = &layers->next;
    if ((to + 1) * next->n_limbs > next->limbs->len)
        g_array_set_size(next->limbs, (guint)((to + 1) * next->n_limbs));
    mp_limb_t *sum = counter(next, to);
    mp_limb_t carry = mpn_add(sum, sum, next->n_limbs, counter(&layers->current, from), layers->current.n_limbs);
    g_assert(carry == 0);
}

void path_layers_end(PathLayers *layers, guint64 from)
{
    mpz_t count;
    mpz_add(layers->ended, layers->ended,
            mpz_roinit_n(count, counter(&layers->current, from), layers->current.n_limbs));
}

/* How many states the layer has counters of. */
static guint64 layer_states(const Layer *layer)
{
    return layer->limbs->len / layer->n_limbs;
}

static void layer_total(const Layer *layer, mpz_t total)
{
    mpz_t count;
    for (guint64 i = 0; i < layer_states(layer); i++)
        mpz_add(total, total, mpz_roinit_n(count, counter(layer, i), layer->n_limbs));
}

/* The width of the counters of the layer behind one with that many paths. */
static guint limbs_behind(const Layer *layer, const mpz_t total)
{
    gsize bits = mpz_sizeinbase(total, 2) + OUT_DEGREE_BITS;
    return MAX((guint)(bits / GMP_NUMB_BITS + 1), layer->n_limbs);
}

void path_layers_advance(PathLayers *layers)
{
    Layer spent = layers->current;
    layers->current = layers->next;
    mpz_t total;
    mpz_init(total);
    layer_total(&layers->current, total);
    layers->next = spent;
    layers->next.n_limbs = limbs_behind(&layers->current, total);
    g_array_set_size(layers->next.limbs, 0);
    mpz_clear(total);
}

void path_layers_total(const PathLayers *layers, mpz_t total)
{
    mpz_add(total, total, layers->ended);
}

static void archive_layer(Archive *archive, Layer *layer)
{
    archive_u32(archive, &layer->n_limbs);
    archive_array(archive, layer->limbs);
    archive_check(archive, layer->n_limbs > 0 && layer->limbs->len % layer->n_limbs == 0);
}

/* Whether no counter of the next layer can overflow. */
static bool is_wide_enough(const PathLayers *layers)
{
    mpz_t current, next;
    mpz_inits(current, next, NULL);
    layer_total(&layers->current, current);
    layer_total(&layers->next, next);
    bool wide = layers->next.n_limbs == limbs_behind(&layers->current, current);
    mpz_mul_2exp(current, current, OUT_DEGREE_BITS);
    wide = wide && mpz_cmp(next, current) <= 0;
    mpz_clears(current, next, NULL);
    return wide;
}

void path_layers_archive(PathLayers *layers, guint64 n_current, guint64 n_next, Archive *archive)
{
    archive_layer(archive, &layers->current);
    archive_layer(archive, &layers->next);
    char *digits = mpz_get_str(g_malloc(mpz_sizeinbase(layers->ended, 16) + 2), 16, layers->ended);
    archive_text(archive, &digits);
    archive_check(archive, digits && *digits && strspn(digits, "0123456789abcdef") == strlen(digits));
    if (!archive_failed(archive))
        mpz_set_str(layers->ended, digits, 16);
    g_free(digits);
    if (!archive_failed(archive))
        archive_check(archive, layer_states(&layers->current) == n_current && layer_states(&layers->next) == n_next &&
                                   is_wide_enough(layers));
}

/* ---- any acyclic graph: Kahn's topological order */

typedef struct Graph {
    Memo *memo;
    const StateStore *store;
    guint n_processes;
} Graph;

typedef void (*EdgeFunc)(gpointer data, uint32_t from, uint32_t to);

/* Calls `edge` for each move out of a state; returns how many there are. */
static guint graph_edges(const Graph *graph, uint32_t from, EdgeFunc edge, gpointer data)
{
    uint32_t state[1 + SPACE_PROCESSES_MAX];
    guint width = 1 + graph->n_processes, n_edges = 0;
    memcpy(state, state_store_get(graph->store, from), width * sizeof(uint32_t));
    uint32_t shared = state[0];
    for (guint p = 0; p < graph->n_processes; p++) {
        guint n_moves;
        uint32_t local = state[1 + p];
        const Move *moves = memo_moves(graph->memo, p, local, shared, &n_moves);
        for (guint m = 0; m < n_moves; m++, n_edges++) {
            if (moves[m].finding != FINDING_NONE)
                continue;
            state[0] = moves[m].shared;
            state[1 + p] = moves[m].local;
            uint32_t to = state_store_find(graph->store, state, state_hash(graph->store, state));
            g_assert(to != STATE_NONE);
            edge(data, from, to);
        }
        state[0] = shared;
        state[1 + p] = local;
    }
    return n_edges;
}

typedef struct Kahn {
    uint32_t *in_degrees;
    mpz_t *counts;
    GArray *ready; /* uint32_t */
} Kahn;

static void count_in(gpointer data, uint32_t from, uint32_t to)
{
    (void)from;
    ((Kahn *)data)->in_degrees[to]++;
}

static void pass_on(gpointer data, uint32_t from, uint32_t to)
{
    Kahn *kahn = data;
    mpz_add(kahn->counts[to], kahn->counts[to], kahn->counts[from]);
    if (--kahn->in_degrees[to] == 0)
        g_array_append_val(kahn->ready, to);
}

bool paths_count(Memo *memo, const StateStore *store, guint n_processes, mpz_t total)
{
    Graph graph = { memo, store, n_processes };
    uint32_t n_states = (uint32_t)state_store_count(store);
    Kahn kahn = { g_new0(uint32_t, n_states), g_new(mpz_t, n_states), g_array_new(FALSE, FALSE, sizeof(uint32_t)) };
    for (uint32_t i = 0; i < n_states; i++)
        mpz_init(kahn.counts[i]);
    for (uint32_t i = 0; i < n_states; i++)
        graph_edges(&graph, i, count_in, &kahn);

    uint32_t n_done = 0, first = 0;
    if (kahn.in_degrees[first] == 0)
        g_array_append_val(kahn.ready, first);
    mpz_set_ui(kahn.counts[first], 1);
    for (; n_done < kahn.ready->len; n_done++) {
        uint32_t from = g_array_index(kahn.ready, uint32_t, n_done);
        if (graph_edges(&graph, from, pass_on, &kahn) == 0)
            mpz_add(total, total, kahn.counts[from]);
        mpz_clear(kahn.counts[from]);
        mpz_init(kahn.counts[from]);
    }
    for (uint32_t i = 0; i < n_states; i++)
        mpz_clear(kahn.counts[i]);
    g_free(kahn.counts);
    g_free(kahn.in_degrees);
    g_array_unref(kahn.ready);
    return n_done == n_states;
}
