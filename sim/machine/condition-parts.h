/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a condition, for condition.c and condition-parse.c. */
#pragma once

#include "sim/machine/condition.h"

typedef enum NodeKind {
    NODE_CONSTANT,
    NODE_ATOM,
    NODE_NOT,
    NODE_AND,
    NODE_OR,
    NODE_IMPLIES
} NodeKind;

/* Nodes live in one array and refer to each other by index. */
typedef struct Node {
    NodeKind kind;
    guint left, right;
    bool constant;
    guint place;
    bool negated;
    bool two_places; /* both sides are: `other` is the right one, else `value` */
    bool encoding;   /* `value` is 32 bits that a register may hold zero- or sign-extended */
    guint other;
    uint64_t value;
} Node;

struct Condition {
    Quantifier quantifier;
    GArray *nodes;  /* Node */
    GArray *places; /* ConditionPlace */
    guint root;
};
