/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/condition.h"

#include "isa/insn.h"
#include "sim/base/error.h"

#include <string.h>

enum {
    NESTING_MAX = 64
};

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
    uint64_t value;
} Node;

struct Condition {
    Quantifier quantifier;
    GArray *nodes;  /* Node */
    GArray *places; /* ConditionPlace */
    guint root;
};

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

static bool atom_holds(const Condition *condition, const Node *node, const ConditionState *state)
{
    const ConditionPlace *place = &g_array_index(condition->places, ConditionPlace, node->place);
    uint64_t found = place->is_memory ? state->memory(state->data, place->address, place->size)
                                      : state->reg(state->data, place->hart, place->number);
    uint64_t mask = place->is_memory && place->size < 8 ? (1ull << 8 * place->size) - 1 : ~0ull;
    return ((found & mask) == (node->value & mask)) != node->negated;
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

/* ---- parsing */

typedef struct Parser {
    const char *text, *at;
    const ConditionNames *names;
    Condition *condition;
    guint depth;
    GError **error;
} Parser;

static bool parse_or(Parser *parser, guint *out);

static bool fail(Parser *parser, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(Parser *parser, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (parser->error && !*parser->error)
        *parser->error = g_error_new_valist(SIM_ERROR, SIM_ERROR_SCENARIO, format, arguments);
    va_end(arguments);
    return false;
}

static void skip_space(Parser *parser)
{
    while (g_ascii_isspace(*parser->at))
        parser->at++;
}

static bool accept(Parser *parser, const char *token)
{
    skip_space(parser);
    gsize length = strlen(token);
    if (strncmp(parser->at, token, length))
        return false;
    /* a word must end where it ends */
    if (g_ascii_isalpha(*token) && (g_ascii_isalnum(parser->at[length]) || parser->at[length] == '_'))
        return false;
    parser->at += length;
    return true;
}

static bool is_name_character(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '.' || c == '$' || c == '-';
}

static char *take_name(Parser *parser)
{
    skip_space(parser);
    const char *start = parser->at;
    while (is_name_character(*parser->at))
        parser->at++;
    return g_strndup(start, (gsize)(parser->at - start));
}

/* Fails with what is wrong about the name just taken, and points at it. */
static bool fail_name(Parser *parser, const char *what, const char *name)
{
    parser->at -= strlen(name);
    return fail(parser, "unknown %s '%s'", what, name);
}

static bool take_number(Parser *parser, uint64_t *value)
{
    skip_space(parser);
    bool negative = *parser->at == '-';
    const char *digits = parser->at + negative;
    if (!g_ascii_isdigit(*digits))
        return fail(parser, "expected a number");
    char *end;
    errno = 0;
    bool hexadecimal = g_str_has_prefix(digits, "0x");
    uint64_t magnitude = g_ascii_strtoull(digits, &end, hexadecimal ? 16 : 10);
    if (errno || is_name_character(*end))
        return fail(parser, "not a 64-bit number");
    *value = negative ? -magnitude : magnitude;
    parser->at = end;
    return true;
}

static guint add_node(Parser *parser, Node node)
{
    g_array_append_val(parser->condition->nodes, node);
    return parser->condition->nodes->len - 1;
}

static guint add_place(Parser *parser, ConditionPlace place)
{
    GArray *places = parser->condition->places;
    for (guint i = 0; i < places->len; i++) {
        const ConditionPlace *other = &g_array_index(places, ConditionPlace, i);
        if (other->is_memory == place.is_memory && other->hart == place.hart && other->number == place.number &&
            other->address == place.address && other->size == place.size)
            return i;
    }
    g_array_append_val(places, place);
    return places->len - 1;
}

static bool parse_memory(Parser *parser, guint size, ConditionPlace *place)
{
    g_autofree char *name = take_name(parser);
    if (!parser->names->symbol(parser->names->data, name, &place->address))
        return fail_name(parser, "symbol", name);
    uint64_t offset = 0;
    if (accept(parser, "+") && !take_number(parser, &offset))
        return false;
    place->address += offset;
    place->is_memory = true;
    place->size = size;
    return accept(parser, "]") || fail(parser, "expected ']'");
}

static bool parse_register(Parser *parser, guint hart, ConditionPlace *place)
{
    g_autofree char *reg = take_name(parser);
    int index = register_number(reg);
    if (index < 0)
        return *reg ? fail_name(parser, "register", reg) : fail(parser, "expected a register");
    *place = (ConditionPlace){ .hart = hart, .number = (guint)index };
    return true;
}

static bool parse_place(Parser *parser, ConditionPlace *place)
{
    if (!parser->names->hart)
        return parse_register(parser, 0, place);
    static const struct {
        const char *prefix;
        guint size;
    } widths[] = { { "[", 4 }, { "u8[", 1 }, { "u16[", 2 }, { "u32[", 4 }, { "u64[", 8 } };
    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        skip_space(parser);
        if (g_str_has_prefix(parser->at, widths[i].prefix)) {
            parser->at += strlen(widths[i].prefix);
            return parse_memory(parser, widths[i].size, place);
        }
    }
    g_autofree char *hart = take_name(parser);
    if (!*hart || *parser->at != ':')
        return fail(parser, "expected HART:REGISTER or [SYMBOL]");
    int number = parser->names->hart(parser->names->data, hart);
    if (number < 0)
        return fail_name(parser, "hart", hart);
    parser->at++;
    return parse_register(parser, (guint)number, place);
}

static bool parse_atom(Parser *parser, guint *out)
{
    ConditionPlace place = { 0 };
    if (!parse_place(parser, &place))
        return false;
    bool negated = accept(parser, "!=") || accept(parser, "<>");
    if (!negated && !accept(parser, "==") && !accept(parser, "="))
        return fail(parser, "expected '=' or '!='");
    Node node = { .kind = NODE_ATOM, .negated = negated };
    skip_space(parser);
    if (g_ascii_isalpha(*parser->at) || *parser->at == '_' || *parser->at == '.') {
        g_autofree char *name = take_name(parser);
        if (!parser->names->symbol(parser->names->data, name, &node.value))
            return fail_name(parser, "symbol", name);
    } else if (!take_number(parser, &node.value)) {
        return false;
    }
    node.place = add_place(parser, place);
    *out = add_node(parser, node);
    return true;
}

static bool parse_unary(Parser *parser, guint *out)
{
    if (++parser->depth > NESTING_MAX)
        return fail(parser, "nested more than %d deep", NESTING_MAX);
    bool ok;
    if (accept(parser, "~") || accept(parser, "not")) {
        guint inner;
        ok = parse_unary(parser, &inner);
        if (ok)
            *out = add_node(parser, (Node){ .kind = NODE_NOT, .left = inner });
    } else if (accept(parser, "(")) {
        ok = parse_or(parser, out) && (accept(parser, ")") || fail(parser, "expected ')'"));
    } else if (accept(parser, "true") || accept(parser, "false")) {
        *out = add_node(parser,
                        (Node){ .kind = NODE_CONSTANT, .constant = parser->at[-1] == 'e' && parser->at[-2] == 'u' });
        ok = true;
    } else {
        ok = parse_atom(parser, out);
    }
    parser->depth--;
    return ok;
}

static bool parse_implies(Parser *parser, guint *out)
{
    guint left, right;
    if (!parse_unary(parser, &left))
        return false;
    *out = left;
    if (!accept(parser, "=>"))
        return true;
    if (++parser->depth > NESTING_MAX)
        return fail(parser, "nested more than %d deep", NESTING_MAX);
    if (!parse_implies(parser, &right))
        return false;
    parser->depth--;
    *out = add_node(parser, (Node){ .kind = NODE_IMPLIES, .left = left, .right = right });
    return true;
}

static bool parse_and(Parser *parser, guint *out)
{
    if (!parse_implies(parser, out))
        return false;
    while (accept(parser, "/\\")) {
        guint right;
        if (!parse_implies(parser, &right))
            return false;
        *out = add_node(parser, (Node){ .kind = NODE_AND, .left = *out, .right = right });
    }
    return true;
}

static bool parse_or(Parser *parser, guint *out)
{
    if (!parse_and(parser, out))
        return false;
    while (accept(parser, "\\/")) {
        guint right;
        if (!parse_and(parser, &right))
            return false;
        *out = add_node(parser, (Node){ .kind = NODE_OR, .left = *out, .right = right });
    }
    return true;
}

static bool parse_whole(Parser *parser)
{
    Condition *condition = parser->condition;
    if (accept(parser, "~exists"))
        condition->quantifier = QUANTIFIER_NOT_EXISTS;
    else if (accept(parser, "forall"))
        condition->quantifier = QUANTIFIER_FORALL;
    else if (accept(parser, "exists"))
        condition->quantifier = QUANTIFIER_EXISTS;
    else
        return fail(parser, "expected exists, ~exists or forall");
    if (!parse_or(parser, &condition->root))
        return false;
    skip_space(parser);
    return !*parser->at || fail(parser, "unexpected text after the condition");
}

Condition *condition_parse(const char *text, const ConditionNames *names, gsize *offset, GError **error)
{
    g_autoptr(Condition) condition = g_new0(Condition, 1);
    condition->nodes = g_array_new(FALSE, TRUE, sizeof(Node));
    condition->places = g_array_new(FALSE, TRUE, sizeof(ConditionPlace));
    Parser parser = { text, text, names, condition, 0, error };
    if (!parse_whole(&parser)) {
        *offset = (gsize)(parser.at - text);
        return NULL;
    }
    return g_steal_pointer(&condition);
}
