/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/condition-parts.h"

#include <string.h>

void condition_free(Condition *condition)
{
    if (!condition)
        return;
    g_array_unref(condition->nodes);
    g_array_unref(condition->places);
    g_free(condition);
}

Quantifier condition_quantifier(const Condition *condition)
{
    return condition->quantifier;
}

const ConditionPlace *condition_places(const Condition *condition, guint *n_places)
{
    *n_places = condition->places->len;
    return (const ConditionPlace *)(void *)condition->places->data;
}

/* ---- evaluation */

bool condition_place_equal(const ConditionPlace *a, const ConditionPlace *b)
{
    return a->is_memory == b->is_memory && a->hart == b->hart && a->number == b->number && a->address == b->address &&
           a->size == b->size;
}

uint64_t condition_place_value(const ConditionPlace *place, uint64_t found)
{
    if (!place->is_memory || place->size >= 8)
        return found;
    guint unused = 64 - 8 * place->size;
    return place->is_signed ? (uint64_t)((int64_t)(found << unused) >> unused) : found << unused >> unused;
}

static uint64_t read_place(const Condition *condition, guint index, const ConditionState *state)
{
    const ConditionPlace *place = &g_array_index(condition->places, ConditionPlace, index);
    uint64_t found = place->is_memory ? state->memory(state->data, place->address, place->size)
                                      : state->reg(state->data, place->hart, place->number);
    return condition_place_value(place, found);
}

static bool atom_holds(const Condition *condition, const Node *node, const ConditionState *state)
{
    const ConditionPlace *place = &g_array_index(condition->places, ConditionPlace, node->place);
    uint64_t found = read_place(condition, node->place, state);
    if (node->two_places)
        return (found == read_place(condition, node->other, state)) != node->negated;
    bool equal = found == condition_place_value(place, node->value) ||
                 (node->encoding && found == (uint64_t)(int32_t)node->value);
    return equal != node->negated;
}

/* Goes down to the left in a loop: chains of /\ and \/ may be long there, while the right is only as deep as the
 * nesting. */
static bool node_holds(const Condition *condition, guint index, const ConditionState *state)
{
    for (;;) {
        const Node *node = &g_array_index(condition->nodes, Node, index);
        switch (node->kind) {
        case NODE_CONSTANT:
            return node->constant;
        case NODE_ATOM:
            return atom_holds(condition, node, state);
        case NODE_NOT:
            return !node_holds(condition, node->left, state);
        case NODE_AND:
            if (!node_holds(condition, node->right, state))
                return false;
            break;
        case NODE_OR:
            if (node_holds(condition, node->right, state))
                return true;
            break;
        case NODE_IMPLIES:
            return !node_holds(condition, node->left, state) || node_holds(condition, node->right, state);
        }
        index = node->left;
    }
}

bool condition_holds(const Condition *condition, const ConditionState *state)
{
    return node_holds(condition, condition->root, state);
}

/* ---- text */

typedef struct Writer {
    const Condition *condition;
    const ConditionWords *words;
    GString *out;
} Writer;

static void put_atom(Writer *writer, const Node *node)
{
    const ConditionPlace *places = (const ConditionPlace *)(void *)writer->condition->places->data;
    const ConditionWords *words = writer->words;
    g_string_append(writer->out, node->negated ? "not (" : "");
    words->place(words->data, &places[node->place], writer->out);
    g_string_append_c(writer->out, '=');
    if (node->two_places)
        words->place(words->data, &places[node->other], writer->out);
    else
        words->value(words->data, &places[node->place], node->value, writer->out);
    g_string_append(writer->out, node->negated ? ")" : "");
}

static void put_node(Writer *writer, guint index, NodeKind above);

/* A chain of one operator, which leans to the left and may be long: collected first. */
static void put_chain(Writer *writer, guint index, NodeKind kind)
{
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(guint));
    const Node *node = &g_array_index(writer->condition->nodes, Node, index);
    for (; node->kind == kind; node = &g_array_index(writer->condition->nodes, Node, index)) {
        g_array_append_val(parts, node->right);
        index = node->left;
    }
    put_node(writer, index, kind);
    for (guint i = parts->len; i-- > 0;) {
        g_string_append(writer->out, kind == NODE_AND ? " /\\ " : " \\/ ");
        put_node(writer, g_array_index(parts, guint, i), kind);
    }
}

static void put_in_parentheses(Writer *writer, guint index, bool parentheses, NodeKind kind)
{
    g_string_append(writer->out, parentheses ? "(" : "");
    if (kind == NODE_IMPLIES) {
        const Node *node = &g_array_index(writer->condition->nodes, Node, index);
        put_node(writer, node->left, NODE_NOT);
        g_string_append(writer->out, " => ");
        put_node(writer, node->right, NODE_IMPLIES);
    } else {
        put_chain(writer, index, kind);
    }
    g_string_append(writer->out, parentheses ? ")" : "");
}

/* `above`: what the node is an operand of; NODE_CONSTANT: of nothing; NODE_NOT: of what binds tightest. */
static void put_node(Writer *writer, guint index, NodeKind above)
{
    const Node *node = &g_array_index(writer->condition->nodes, Node, index);
    bool tight = above == NODE_IMPLIES || above == NODE_NOT;
    switch (node->kind) {
    case NODE_CONSTANT:
        g_string_append(writer->out, node->constant ? "true" : "false");
        break;
    case NODE_ATOM:
        put_atom(writer, node);
        break;
    case NODE_NOT:
        g_string_append(writer->out, "not (");
        put_node(writer, node->left, NODE_CONSTANT);
        g_string_append_c(writer->out, ')');
        break;
    case NODE_AND:
        put_in_parentheses(writer, index, tight, NODE_AND);
        break;
    case NODE_OR:
        put_in_parentheses(writer, index, tight || above == NODE_AND, NODE_OR);
        break;
    case NODE_IMPLIES:
        put_in_parentheses(writer, index, above == NODE_NOT, NODE_IMPLIES);
        break;
    }
}

char *condition_text(const Condition *condition, const ConditionWords *words)
{
    Writer writer = { condition, words, g_string_new(NULL) };
    put_node(&writer, condition->root, NODE_CONSTANT);
    return g_string_free(writer.out, FALSE);
}
