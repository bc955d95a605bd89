/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "isa/insn.h"
#include "sim/base/error.h"
#include "sim/machine/condition-parts.h"

#include <string.h>

enum {
    NESTING_MAX = 64
};

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

/* Likewise, for what is well-formed in herd. */
static bool fail_unsupported(Parser *parser, const char *what)
{
    g_set_error(parser->error, SIM_ERROR, SIM_ERROR_UNSUPPORTED, "%s", what);
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
    bool is_hart = g_str_equal(what, "hart"), is_known = is_hart || g_str_equal(what, "symbol");
    g_autofree char *closest =
        is_known && parser->names->closest ? parser->names->closest(parser->names->data, is_hart, name) : NULL;
    parser->at -= strlen(name);
    return closest ? fail(parser, "unknown %s '%s'; did you mean '%s'?", what, name, closest)
                   : fail(parser, "unknown %s '%s'", what, name);
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
        if (condition_place_equal(other, &place))
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
    skip_space(parser);
    if (*parser->at == '%' && parser->names->location)
        return fail_unsupported(parser, "symbolic registers are not supported");
    g_autofree char *reg = take_name(parser);
    int index = register_number(reg);
    if (index < 0)
        return *reg ? fail_name(parser, "register", reg) : fail(parser, "expected a register");
    *place = (ConditionPlace){ .hart = hart, .number = (guint)index };
    return true;
}

/* A register, its hart's name just taken. */
static bool parse_hart_register(Parser *parser, const char *hart, ConditionPlace *place)
{
    int number = parser->names->hart(parser->names->data, hart);
    if (number < 0)
        return fail_name(parser, "hart", hart);
    parser->at++;
    return parse_register(parser, (guint)number, place);
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
    return parse_hart_register(parser, hart, place);
}

static bool parse_value(Parser *parser, Node *node)
{
    skip_space(parser);
    if (!g_ascii_isalpha(*parser->at) && *parser->at != '_' && *parser->at != '.')
        return take_number(parser, &node->value);
    g_autofree char *name = take_name(parser);
    return parser->names->symbol(parser->names->data, name, &node->value) || fail_name(parser, "symbol", name);
}

/* ---- herd's atoms */

/* NAME, NAME[3] or, in brackets, P0:LABEL; fails for any other text. */
static bool parse_location(Parser *parser, bool in_brackets, ConditionPlace *place)
{
    skip_space(parser);
    const char *start = parser->at;
    g_free(take_name(parser));
    if (in_brackets && *parser->at == ':') {
        parser->at++;
        g_free(take_name(parser));
    } else if (*parser->at == '[') {
        gsize digits = strspn(parser->at + 1, "0123456789");
        parser->at += parser->at[1 + digits] == ']' ? digits + 2 : 0;
    }
    g_autofree char *name = g_strndup(start, (gsize)(parser->at - start));
    if (!*name)
        return fail(parser, "expected HART:REGISTER or a location");
    if (*parser->at == '(') {
        parser->at = start;
        return fail_unsupported(parser, g_str_equal(name, "fault") ? "faults are not supported"
                                                                   : "page tables are not supported");
    }
    *place = (ConditionPlace){ .is_memory = true };
    return parser->names->location(parser->names->data, name, place) || fail_name(parser, "location", name);
}

static bool parse_herd_place(Parser *parser, ConditionPlace *place)
{
    if (accept(parser, "["))
        return parse_location(parser, true, place) && (accept(parser, "]") || fail(parser, "expected ']'"));
    if (accept(parser, "*"))
        return parse_location(parser, false, place);
    skip_space(parser);
    const char *start = parser->at;
    g_autofree char *hart = take_name(parser);
    if (*hart && *parser->at == ':')
        return parse_hart_register(parser, hart, place);
    parser->at = start;
    return parse_location(parser, false, place);
}

/* The rest of instr:"TEXT" or label:"TEXT". */
static bool parse_quoted(Parser *parser, ConditionQuote quote, const ConditionPlace *place, Node *node)
{
    const char *text = strchr(parser->at, '"') + 1, *end = strchr(text, '"');
    if (!end)
        return fail(parser, "this string does not end");
    g_autofree char *inner = g_strndup(text, (gsize)(end - text));
    parser->at = text;
    if (!parser->names->quoted(parser->names->data, quote, place, (gsize)(text - parser->text), inner, &node->value))
        return fail(parser, quote == CONDITION_INSTR ? "not an instruction" : "unknown label");
    node->encoding = quote == CONDITION_INSTR;
    parser->at = end + 1;
    return true;
}

/* On the right, P0:L looks like a label to those who do not know herd. */
static bool check_register(Parser *parser)
{
    parser->at++;
    g_autofree char *reg = take_name(parser);
    if (!*reg || register_number(reg) >= 0)
        return true;
    parser->at -= strlen(reg);
    return fail(parser, "unknown register '%s' (labels are written label:\"P0:L\")", reg);
}

/* What a place is compared with: a number, an address, an encoding, or another place. */
static bool parse_herd_value(Parser *parser, const ConditionPlace *place, Node *node)
{
    skip_space(parser);
    const char *start = parser->at;
    if (*start == '[' || *start == '*') {
        node->two_places = true;
    } else if (*start == '(' || *start == '`') {
        return fail_unsupported(parser, "values of this kind are not supported");
    } else {
        parser->at += *start == '&';
        g_autofree char *name = take_name(parser);
        bool instr = g_str_equal(name, "instr"), label = g_str_equal(name, "label");
        if ((instr || label) && g_str_has_prefix(parser->at, ":\""))
            return parse_quoted(parser, instr ? CONDITION_INSTR : CONDITION_LABEL, place, node);
        node->two_places = *parser->at == ':' && *start != '&';
        if (node->two_places && !check_register(parser))
            return false;
        if (!node->two_places && *name && !g_ascii_isdigit(*name) && *name != '-')
            return parser->names->symbol(parser->names->data, name, &node->value) ||
                   fail_name(parser, "location", name);
    }
    parser->at = start;
    if (!node->two_places)
        return take_number(parser, &node->value);
    ConditionPlace other = { 0 };
    if (!parse_herd_place(parser, &other))
        return false;
    node->other = add_place(parser, other);
    return true;
}

static bool parse_atom(Parser *parser, guint *out)
{
    bool herd = parser->names->location != NULL;
    ConditionPlace place = { 0 };
    if (!(herd ? parse_herd_place(parser, &place) : parse_place(parser, &place)))
        return false;
    bool negated = accept(parser, "!=") || accept(parser, "<>");
    if (!negated && !accept(parser, "==") && !accept(parser, "="))
        return fail(parser, "expected '=' or '!='");
    Node node = { .kind = NODE_ATOM, .negated = negated, .place = add_place(parser, place) };
    if (!(herd ? parse_herd_value(parser, &place, &node) : parse_value(parser, &node)))
        return false;
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
    skip_space(parser);
    const char *start = parser->at;
    bool negated = accept(parser, "~") || accept(parser, "not");
    if (accept(parser, "exists")) {
        condition->quantifier = negated ? QUANTIFIER_NOT_EXISTS : QUANTIFIER_EXISTS;
    } else if (!negated && accept(parser, "forall")) {
        condition->quantifier = QUANTIFIER_FORALL;
    } else {
        parser->at = start;
        return fail(parser, "expected exists, ~exists or forall");
    }
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
