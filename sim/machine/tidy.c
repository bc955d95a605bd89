/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Breadth-first search finds some shortest trail, and often one that hops between harts for no reason. Among the orders
 * in which every hart goes through the very same local states, the one with the fewest changes of hart reads best. */
#include "sim/machine/internal.h"
#include "sim/machine/replay.h"

#include <string.h>

enum {
    NODES_MAX = 50000
};

/* A point on the way: how far each hart has got, what the world is, and who moved last. */
typedef struct Node {
    uint32_t parent;
    uint32_t shared;
    TrailStep step; /* that led here */
    guint cost;     /* changes of hart so far */
    bool settled;
    uint16_t done[HARTS_MAX]; /* steps made, by hart */
} Node;

typedef struct Tidy {
    Machine *machine;
    guint n_harts;
    GArray *locals[HARTS_MAX]; /* uint32_t: the local states of each hart, the initial one first */
    Violation violation;
    int violating; /* hart whose last step is the violation; -1: the final state */
    GArray *nodes; /* Node */
    Intern *keys;  /* node keys; ids are indices into by_key */
    GArray *by_key;
    GQueue queue; /* of node indices: cheaper ones in front */
} Tidy;

static uint32_t node_key(Tidy *tidy, const Node *node)
{
    struct {
        uint32_t shared, last;
        uint16_t done[HARTS_MAX];
    } key;
    memset(&key, 0, sizeof key);
    key.shared = node->shared;
    key.last = node->step.process;
    memcpy(key.done, node->done, sizeof key.done);
    return intern_put(tidy->keys, &key, sizeof key);
}

static void add_node(Tidy *tidy, const Node *node, bool in_front)
{
    uint32_t key = node_key(tidy, node);
    uint32_t index = tidy->nodes->len;
    if (key < tidy->by_key->len) {
        uint32_t known = g_array_index(tidy->by_key, uint32_t, key);
        if (g_array_index(tidy->nodes, Node, known).cost <= node->cost)
            return;
        g_array_index(tidy->by_key, uint32_t, key) = index;
    } else {
        g_array_append_val(tidy->by_key, index);
    }
    g_array_append_vals(tidy->nodes, node, 1);
    if (in_front)
        g_queue_push_head(&tidy->queue, GUINT_TO_POINTER(index));
    else
        g_queue_push_tail(&tidy->queue, GUINT_TO_POINTER(index));
}

static bool all_done(const Tidy *tidy, const Node *node)
{
    for (guint h = 0; h < tidy->n_harts; h++)
        if (node->done[h] + 1u < tidy->locals[h]->len)
            return false;
    return true;
}

static bool fits(const Tidy *tidy, const Node *next, guint h, const MachineStep *step, uint32_t local)
{
    if (all_done(tidy, next) && tidy->violating == (int)h)
        return step->violation.kind == tidy->violation.kind && step->violation.property == tidy->violation.property;
    return step->local == local && step->violation.kind == VIOLATION_NONE && !step->unsupported;
}

/* The violating step has to stay the last of all. */
static bool too_early(const Tidy *tidy, const Node *next, guint h)
{
    return tidy->violating == (int)h && next->done[h] + 1u == tidy->locals[h]->len && !all_done(tidy, next);
}

static void expand(Tidy *tidy, uint32_t index)
{
    for (guint h = 0; h < tidy->n_harts; h++) {
        Node node = g_array_index(tidy->nodes, Node, index);
        if (node.done[h] + 1u == tidy->locals[h]->len)
            continue;
        Node next = node;
        next.done[h]++;
        if (too_early(tidy, &next, h))
            continue;
        Machine *machine = tidy->machine;
        Task task =
            *(const Task *)intern_get(machine->tasks, g_array_index(tidy->locals[h], uint32_t, node.done[h]), NULL);
        world_extern(&machine->scratch, machine->worlds, node.shared);
        g_autoptr(GArray) steps = machine_steps(machine, &task, &machine->scratch);
        uint32_t local = g_array_index(tidy->locals[h], uint32_t, next.done[h]);
        for (guint m = 0; m < steps->len; m++) {
            const MachineStep *step = &g_array_index(steps, MachineStep, m);
            if (!fits(tidy, &next, h, step, local))
                continue;
            bool same = index == 0 || node.step.process == h;
            next.parent = index;
            next.shared = step->shared;
            next.step = (TrailStep){ h, m };
            next.cost = node.cost + !same;
            add_node(tidy, &next, same);
            break;
        }
    }
}

static void collect_locals(Tidy *tidy, const GArray *trail)
{
    Machine *machine = tidy->machine;
    uint32_t state[1 + HARTS_MAX];
    machine->space.class->initial(&machine->space, state);
    for (guint h = 0; h < tidy->n_harts; h++)
        g_array_append_val(tidy->locals[h], state[1 + h]);
    for (guint i = 0; i < trail->len; i++) {
        const TrailStep *step = &g_array_index(trail, TrailStep, i);
        Task task = *(const Task *)intern_get(machine->tasks, state[1 + step->process], NULL);
        world_extern(&machine->scratch, machine->worlds, state[0]);
        g_autoptr(GArray) steps = machine_steps(machine, &task, &machine->scratch);
        const MachineStep *taken = &g_array_index(steps, MachineStep, step->move);
        state[1 + step->process] = taken->local;
        state[0] = taken->shared;
        g_array_append_val(tidy->locals[step->process], taken->local);
    }
}

/* The first complete node of least cost, or 0. */
static uint32_t search_order(Tidy *tidy)
{
    while (!g_queue_is_empty(&tidy->queue) && tidy->nodes->len < NODES_MAX) {
        uint32_t index = GPOINTER_TO_UINT(g_queue_pop_head(&tidy->queue));
        Node *node = &g_array_index(tidy->nodes, Node, index);
        if (node->settled)
            continue;
        node->settled = true;
        if (index && all_done(tidy, node))
            return index;
        expand(tidy, index);
    }
    return 0;
}

/* Of the state that a trail leads to, not of its last step. */
static bool is_of_final_state(Violation violation)
{
    return violation.kind == VIOLATION_FINAL || violation.kind == VIOLATION_DEADLOCK;
}

void tidy_trail(Machine *machine, GArray *trail)
{
    if (trail->len < 3 || trail->len > G_MAXUINT16)
        return;
    Tidy tidy = { .machine = machine, .n_harts = machine->program->harts->len };
    guint hart;
    tidy.violation = trail_violation(machine, trail, &hart);
    tidy.violating = is_of_final_state(tidy.violation) ? -1 : (int)hart;
    for (guint h = 0; h < tidy.n_harts; h++)
        tidy.locals[h] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    collect_locals(&tidy, trail);
    tidy.nodes = g_array_new(FALSE, FALSE, sizeof(Node));
    tidy.keys = intern_new();
    tidy.by_key = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_queue_init(&tidy.queue);

    uint32_t state[1 + HARTS_MAX];
    machine->space.class->initial(&machine->space, state);
    Node start = { .shared = state[0], .step = { G_MAXUINT, 0 } };
    add_node(&tidy, &start, false);
    uint32_t end = search_order(&tidy);
    if (end) {
        g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(TrailStep));
        for (uint32_t i = end; i; i = g_array_index(tidy.nodes, Node, i).parent)
            g_array_prepend_val(order, g_array_index(tidy.nodes, Node, i).step);
        /* A violation of a final state has to be one in the new order, too. */
        guint unused;
        Violation violation = trail_violation(machine, order, &unused);
        if (order->len == trail->len && violation.kind == tidy.violation.kind)
            memcpy(trail->data, order->data, order->len * sizeof(TrailStep));
    }
    for (guint h = 0; h < tidy.n_harts; h++)
        g_array_unref(tidy.locals[h]);
    g_array_unref(tidy.nodes);
    g_array_unref(tidy.by_key);
    intern_free(tidy.keys);
    g_queue_clear(&tidy.queue);
}
