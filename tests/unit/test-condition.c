/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions over final states: what parses, where errors point, and what holds. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/machine/condition.h"

/* Harts are P0..P3 or 0..3; symbols: x at 0x1000, y at 0x2000, a.b at 0x3000, _z at 0x4000. */
static int find_hart(gpointer data, const char *name)
{
    (void)data;
    name += *name == 'P';
    return name[0] >= '0' && name[0] <= '3' && !name[1] ? name[0] - '0' : -1;
}

static bool find_symbol(gpointer data, const char *name, uint64_t *address)
{
    (void)data;
    static const char *const symbols[] = { "x", "y", "a.b", "_z" };
    for (guint i = 0; i < G_N_ELEMENTS(symbols); i++) {
        *address = 0x1000 * (i + 1);
        if (!strcmp(name, symbols[i]))
            return true;
    }
    return false;
}

static const ConditionNames names = { find_hart, find_symbol, NULL };

/* In the state of these tests, register r of hart h holds 100 h + r, but a7 is -1; the byte at address a holds the low
 * byte of a >> 8 plus the offset in its page, so that the word at x is 0x13121110. */
static uint64_t read_register(gpointer data, guint hart, guint number)
{
    (void)data;
    return number == 17 ? UINT64_MAX : 100 * hart + number;
}

static uint64_t read_memory(gpointer data, uint64_t address, guint size)
{
    (void)data;
    uint64_t value = 0;
    for (guint i = 0; i < size; i++)
        value |= (uint64_t)(guint8)(((address + i) >> 8) + ((address + i) & 0xff)) << 8 * i;
    return value;
}

static const ConditionState state = { read_register, read_memory, NULL };

static Condition *parse(const char *text)
{
    gsize offset = 0;
    g_autoptr(GError) error = NULL;
    Condition *condition = condition_parse(text, &names, &offset, &error);
    cr_assert_not_null(condition, "%s: %" G_GSIZE_FORMAT ": %s", text, offset, error ? error->message : "no error");
    cr_assert_null(error);
    return condition;
}

typedef struct GoodRow {
    const char *text;
    bool holds;
} GoodRow;

/* clang-format off */
static const GoodRow good[] = {
    { "exists true", true },
    { "exists false", false },
    { "exists P1:x5=105", true },
    { "exists P1:t0=105", true },
    { "exists 1:t0=105", true },
    { "exists P1:t0==105", true },
    { "exists P1:t0=0x69", true },
    { "exists P1:t0=0105", true }, /* decimal: never octal */
    { "exists P1:t0=106", false },
    { "exists P1:t0!=105", false },
    { "exists P1:t0<>106", true },
    { "exists P0:a7=-1", true },
    { "exists P0:a7=0xffffffffffffffff", true },
    { "exists P0:a7=18446744073709551615", true },
    { "exists P0:a7=0xffffffff", false }, /* registers have 64 bits */
    { " exists\n\t( P1: t0 = 105 )\n", true },
    { "exists(P1:t0=105)", true },
    { "exists [x]=0x13121110", true },
    { "exists [ x ] = 0x13121110", true },
    { "exists u8[x]=0x10", true },
    { "exists u8[x+1]=0x11", true },
    { "exists u16[x+2]=0x1312", true },
    { "exists u32[x]=0x13121110", true },
    { "exists u64[x]=0x1716151413121110", true },
    { "exists u8[x]=0x7710", true }, /* compared in the width of the place */
    { "exists u8[x]=-240", true },
    { "exists u8[x]=-239", false },
    { "exists [a.b]=0x33323130", true },
    { "exists [_z+0x4]=0x47464544", true },
    { "exists [y+-4096]=0x13121110", true },
    { "exists P0:a0=x", false },
    { "exists P0:a0!=a.b", true },
    { "exists not false", true },
    { "exists ~false", true },
    { "exists ~~false", false },
    { "exists ~ not not ~ true", true },
    { "exists true /\\ true", true },
    { "exists true /\\ false", false },
    { "exists false \\/ true", true },
    { "exists false \\/ false", false },
    { "exists false => false", true },
    { "exists false => true", true },
    { "exists true => false", false },
    { "exists true => true", true },
    /* \/ binds less than /\, that less than =>, and that less than not */
    { "exists true \\/ true /\\ false", true },
    { "exists (true \\/ true) /\\ false", false },
    { "exists false /\\ false \\/ true", true },
    { "exists false /\\ (false \\/ true)", false },
    { "exists false /\\ false => false", false },
    { "exists (false /\\ false) => false", true },
    { "exists false => false /\\ false", false },
    { "exists false => (false /\\ false)", true },
    { "exists not true \\/ true", true },
    { "exists not (true \\/ true)", false },
    { "exists not false => false", false },
    { "exists not (false => false)", false },
    { "exists not true => false", true },
    /* => goes to the right */
    { "exists false => true => false", true },
    { "exists (false => true) => false", false },
    { "exists true => false => false", true },
};
/* clang-format on */

Test(condition, good_rows_hold_as_they_should)
{
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(Condition) condition = parse(good[i].text);
        cr_assert_eq(condition_holds(condition, &state), good[i].holds, "%s", good[i].text);
        cr_assert_eq(condition_quantifier(condition), QUANTIFIER_EXISTS);
    }
}

Test(condition, quantifiers)
{
    g_autoptr(Condition) exists = parse("exists true");
    g_autoptr(Condition) never = parse("~exists true");
    g_autoptr(Condition) always = parse("forall true");
    cr_assert_eq(condition_quantifier(exists), QUANTIFIER_EXISTS);
    cr_assert_eq(condition_quantifier(never), QUANTIFIER_NOT_EXISTS);
    cr_assert_eq(condition_quantifier(always), QUANTIFIER_FORALL);
    cr_assert(condition_holds(never, &state), "the proposition as such");
}

typedef struct BadRow {
    const char *text;
    const char *pointed; /* what the offset points at: a suffix of the text */
    const char *message;
} BadRow;

/* clang-format off */
static const BadRow bad[] = {
    { "", "", "expected exists, ~exists or forall" },
    { "  P0:a0=1", "P0:a0=1", "expected exists, ~exists or forall" },
    { "existsP0:a0=1", "existsP0:a0=1", "expected exists, ~exists or forall" },
    { "exists", "", "expected HART:REGISTER or [SYMBOL]" },
    { "exists ()", ")", "expected HART:REGISTER or [SYMBOL]" },
    { "exists P0=1", "=1", "expected HART:REGISTER or [SYMBOL]" },
    { "exists  P7:a0=1", "P7:a0=1", "unknown hart 'P7'" },
    { "exists P0:a9=1", "a9=1", "unknown register 'a9'" },
    { "exists P0:  x32=1", "x32=1", "unknown register 'x32'" },
    { "exists P0:=1", "=1", "expected a register" },
    { "exists [w]=1", "w]=1", "unknown symbol 'w'" },
    { "exists []=1", "]=1", "unknown symbol ''" },
    { "exists [x=1", "=1", "expected ']'" },
    { "exists [x+]=1", "]=1", "expected a number" },
    { "exists [x+y]=1", "y]=1", "expected a number" },
    { "exists u24[x]=1", "[x]=1", "expected HART:REGISTER or [SYMBOL]" },
    { "exists P0:a0", "", "expected '=' or '!='" },
    { "exists P0:a0 < 1", "< 1", "expected '=' or '!='" },
    { "exists P0:a0 =", "", "expected a number" },
    { "exists P0:a0 = )", ")", "expected a number" },
    { "exists P0:a0=1x", "1x", "not a 64-bit number" },
    { "exists P0:a0=0x", "0x", "not a 64-bit number" },
    { "exists P0:a0=0xg", "0xg", "not a 64-bit number" },
    { "exists P0:a0=18446744073709551616", "18446744073709551616", "not a 64-bit number" },
    { "exists P0:a0=-", "-", "expected a number" },
    { "exists P0:a0=- 1", "- 1", "expected a number" },
    { "exists P0:a0= w", "w", "unknown symbol 'w'" },
    { "exists (true", "", "expected ')'" },
    { "exists (true \\/ (false)", "", "expected ')'" },
    { "exists true)", ")", "unexpected text after the condition" },
    { "exists true true", "true", "unexpected text after the condition" },
    { "exists true \xc3\xa4", "\xc3\xa4", "unexpected text after the condition" },
    { "exists true /\\", "", "expected HART:REGISTER or [SYMBOL]" },
    { "exists true \\/ /\\ true", "/\\ true", "expected HART:REGISTER or [SYMBOL]" },
    { "exists not", "", "expected HART:REGISTER or [SYMBOL]" },
    { "exists =>", "=>", "expected HART:REGISTER or [SYMBOL]" },
    { "exists exists true", " true", "expected HART:REGISTER or [SYMBOL]" },
};
/* clang-format on */

static void expect_error(const char *text, const char *pointed, const char *message)
{
    gsize offset = G_MAXSIZE;
    g_autoptr(GError) error = NULL;
    g_autoptr(Condition) condition = condition_parse(text, &names, &offset, &error);
    cr_assert_null(condition, "%s", text);
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO));
    cr_assert_str_eq(error->message, message, "%s: %s", text, error->message);
    cr_assert_leq(offset, strlen(text));
    cr_assert_str_eq(text + offset, pointed, "%s: points at '%s'", text, text + offset);
}

Test(condition, errors_say_what_and_where)
{
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        expect_error(bad[i].text, bad[i].pointed, bad[i].message);
    gsize offset;
    cr_assert_null(condition_parse("exists P9:a0=1", &names, &offset, NULL), "nobody asked why");
}

static char *nested(const char *open, guint depth, const char *inner, const char *close)
{
    GString *text = g_string_new("exists ");
    for (guint i = 0; i < depth; i++)
        g_string_append(text, open);
    g_string_append(text, inner);
    for (guint i = 0; i < depth; i++)
        g_string_append(text, close);
    return g_string_free(text, FALSE);
}

Test(condition, nesting_is_limited)
{
    static const char *const opens[] = { "(", "~", "not ", "true => " };
    for (guint i = 0; i < G_N_ELEMENTS(opens); i++) {
        const char *close = *opens[i] == '(' ? ")" : "";
        g_autofree char *deep = nested(opens[i], 63, "true", close);
        g_autoptr(Condition) condition = parse(deep);
        cr_assert(condition);
        g_autofree char *deeper = nested(opens[i], 64, "true", close);
        gsize offset;
        g_autoptr(GError) error = NULL;
        cr_assert_null(condition_parse(deeper, &names, &offset, &error));
        cr_assert_str_eq(error->message, "nested more than 64 deep");
        g_autofree char *endless = nested(opens[i], 100000, "true", close);
        cr_assert_null(condition_parse(endless, &names, &offset, NULL));
    }
}

/* What is beside each other is not nested: long chains parse, and are judged, without a deep stack. */
Test(condition, chains_are_not_limited)
{
    g_autofree char *all = nested("P1:t0=105 /\\ ", 200000, "true", "");
    g_autofree char *any = nested("P1:t0=106 \\/ ", 200000, "true", "");
    g_autofree char *mixed = nested("P1:t0=105 /\\ P1:t0=106 \\/ ", 100000, "false", "");
    g_autoptr(Condition) conjunction = parse(all);
    g_autoptr(Condition) disjunction = parse(any);
    g_autoptr(Condition) mixture = parse(mixed);
    cr_assert(condition_holds(conjunction, &state));
    cr_assert(condition_holds(disjunction, &state));
    cr_assert(!condition_holds(mixture, &state));
}

Test(condition, places_are_listed_once_in_order)
{
    g_autoptr(Condition) condition =
        parse("forall P1:a0=1 /\\ ([x]=1 \\/ P0:a0=2) => u8[x]=3 /\\ P1:x10=4 /\\ u32[x+0]=5 /\\ [x+4]=6");
    guint n;
    const ConditionPlace *places = condition_places(condition, &n);
    cr_assert_eq(n, 5);
    cr_assert(!places[0].is_memory && places[0].hart == 1 && places[0].number == 10);
    cr_assert(places[1].is_memory && places[1].address == 0x1000 && places[1].size == 4);
    cr_assert(!places[2].is_memory && places[2].hart == 0 && places[2].number == 10);
    cr_assert(places[3].is_memory && places[3].address == 0x1000 && places[3].size == 1);
    cr_assert(places[4].is_memory && places[4].address == 0x1004 && places[4].size == 4);

    g_autoptr(Condition) constant = parse("forall true");
    condition_places(constant, &n);
    cr_assert_eq(n, 0);
}
