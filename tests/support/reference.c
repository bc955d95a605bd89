/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/reference.h"

#include <gmp.h>
#include <string.h>

typedef enum Visit {
    VISIT_NOT_YET,
    VISIT_OPEN,
    VISIT_DONE
} Visit;

typedef struct Node {
    guint depth;
    guint n_out;      /* moves, also those that are not followed */
    GPtrArray *edges; /* Node, once for each move that is followed */
    Visit visit;
    mpz_t paths;
} Node;

typedef struct Walk {
    Space *space;
    Reference *reference;
    GHashTable *nodes; /* Node, by GBytes */
    GQueue *queue;     /* GBytes, borrowed from the table */
} Walk;

static void node_free(gpointer data)
{
    Node *node = data;
    g_ptr_array_unref(node->edges);
    mpz_clear(node->paths);
    g_free(node);
}

void reference_free(Reference *reference)
{
    if (!reference)
        return;
    g_free(reference->paths);
    g_free(reference);
}

static Node *reach(Walk *walk, const uint32_t *state, guint depth)
{
    GBytes *key = g_bytes_new(state, (1 + walk->space->n_processes) * sizeof(uint32_t));
    Node *node = g_hash_table_lookup(walk->nodes, key);
    if (node) {
        g_bytes_unref(key);
        return node;
    }
    node = g_new0(Node, 1);
    node->depth = depth;
    node->edges = g_ptr_array_new();
    mpz_init(node->paths);
    g_hash_table_insert(walk->nodes, key, node);
    g_queue_push_tail(walk->queue, key);
    walk->reference->depth = MAX(walk->reference->depth, depth);
    return node;
}

static void note(Reference *reference, Finding finding, guint depth)
{
    if (finding == FINDING_OUT_OF_MODEL)
        reference->out_of_model++;
    if (finding == FINDING_VIOLATION && (reference->shortest < 0 || (int)depth < reference->shortest))
        reference->shortest = (int)depth;
}

static void visit(Walk *walk, GBytes *key)
{
    const uint32_t *state = g_bytes_get_data(key, NULL);
    Node *node = g_hash_table_lookup(walk->nodes, key);
    for (guint p = 0; p < walk->space->n_processes; p++) {
        g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(Move));
        walk->space->class->moves(walk->space, p, state[1 + p], state[0], moves);
        node->n_out += moves->len;
        for (guint m = 0; m < moves->len; m++) {
            Move move = g_array_index(moves, Move, m);
            note(walk->reference, move.finding, node->depth + 1);
            if (move.finding != FINDING_NONE)
                continue;
            uint32_t next[1 + SPACE_PROCESSES_MAX];
            memcpy(next, state, (1 + walk->space->n_processes) * sizeof(uint32_t));
            next[0] = move.shared;
            next[1 + p] = move.local;
            g_ptr_array_add(node->edges, reach(walk, next, node->depth + 1));
        }
    }
    walk->reference->transitions += node->n_out;
    if (node->n_out > 0)
        return;
    walk->reference->final_states++;
    note(walk->reference, walk->space->class->final(walk->space, state), node->depth);
}

/* Sums up the paths from a node; false if one comes back to itself. */
static bool count_paths(Node *node)
{
    if (node->visit != VISIT_NOT_YET)
        return node->visit == VISIT_DONE;
    node->visit = VISIT_OPEN;
    if (node->n_out == 0)
        mpz_set_ui(node->paths, 1);
    for (guint i = 0; i < node->edges->len; i++) {
        Node *next = g_ptr_array_index(node->edges, i);
        if (!count_paths(next))
            return false;
        mpz_add(node->paths, node->paths, next->paths);
    }
    node->visit = VISIT_DONE;
    return true;
}

Reference *reference_search(Space *space)
{
    Reference *reference = g_new0(Reference, 1);
    reference->shortest = -1;
    Walk walk = { space, reference,
                  g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, node_free),
                  g_queue_new() };
    uint32_t state[1 + SPACE_PROCESSES_MAX];
    space->class->initial(space, state);
    Node *initial = reach(&walk, state, 0);
    for (GBytes *key; (key = g_queue_pop_head(walk.queue));)
        visit(&walk, key);
    reference->states = g_hash_table_size(walk.nodes);
    reference->endless = !count_paths(initial);
    if (!reference->endless) {
        reference->paths = g_malloc(mpz_sizeinbase(initial->paths, 10) + 2);
        mpz_get_str(reference->paths, 10, initial->paths);
    }
    g_queue_free(walk.queue);
    g_hash_table_unref(walk.nodes);
    return reference;
}
