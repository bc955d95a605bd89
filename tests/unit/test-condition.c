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

/* ---- herd's syntax */

/* x, y, a.b and _z as above, of 4 signed bytes, but y of 8; arr[0] to arr[2] are unsigned bytes from 0x5000 on; the code
 * at P1:L is at 0x6000. */
static bool find_location(gpointer data, const char *name, ConditionPlace *place)
{
    if (!strcmp(name, "P1:L")) {
        place->address = 0x6000;
        place->size = 4;
        return true;
    }
    if (g_str_has_prefix(name, "arr[") && name[4] >= '0' && name[4] <= '2' && !strcmp(name + 5, "]")) {
        place->address = 0x5000 + (uint64_t)(name[4] - '0');
        place->size = 1;
        return true;
    }
    place->size = *name == 'y' ? 8 : 4;
    place->is_signed = true;
    return find_symbol(data, name, &place->address);
}

/* instr:"WORD" is hexadecimal; label:"L" is 0x6000. */
static bool find_quoted(gpointer data, ConditionQuote quote, const ConditionPlace *place, gsize offset,
                        const char *text, uint64_t *value)
{
    (void)data;
    cr_assert_gt(offset, 0);
    cr_assert(place->is_memory || place->number < 32);
    *value = quote == CONDITION_INSTR ? g_ascii_strtoull(text, NULL, 16) : 0x6000;
    return quote == CONDITION_INSTR ? *text != 'U' : !strcmp(text, "P1:L");
}

static const ConditionNames herd_names = { find_hart, find_symbol, NULL, find_location, find_quoted };

typedef struct HerdRow {
    const char *text;
    bool holds;
    const char *canonical;
} HerdRow;

/* clang-format off */
static const HerdRow herd_good[] = {
    { "exists (1:x5=105)", true, "1:x5=105" },
    { "exists P1:t0=105", true, "1:x5=105" },
    { "exists x=0x13121110", true, "[4096]=319951120" },
    { "exists [x]=0x13121110", true, "[4096]=319951120" },
    { "exists * x = 0x13121110", true, "[4096]=319951120" },
    { "exists y=0x2726252423222120", true, "[8192]=2820983053732684064" },
    { "exists arr[1]=0x51", true, "[20481]=81" },
    { "exists [arr[1]]=0x51", true, "[20481]=81" },
    { "exists [P1:L]=0x63626160", true, "[24576]=1667391840" },
    { "exists x=y", false, "[4096]=8192" },
    { "exists x=&y", false, "[4096]=8192" },
    { "exists x=[x]", true, "[4096]=[4096]" },
    { "exists x=*y", false, "[4096]=[8192]" },
    { "exists x<>[y]", true, "not ([4096]=[8192])" },
    { "exists 1:x5=1:t0", true, "1:x5=1:x5" },
    { "exists 1:x5=P0:x5", false, "1:x5=0:x5" },
    { "exists 1:x5!=0:x5", true, "not (1:x5=0:x5)" },
    { "exists 1:x5=instr:\"69\"", true, "1:x5=105" },
    { "exists 0:a7=instr:\"ffffffff\"", true, "0:x17=4294967295" }, /* sign-extended */
    { "exists 0:a7=0xffffffff", false, "0:x17=4294967295" },
    { "exists [x] = instr:\"13121110\" /\\ 0:x5=label:\"P1:L\"", false, "[4096]=319951120 /\\ 0:x5=24576" },
    { "exists x=-1", false, "[4096]=-1" },
    { "not exists (x=1 => y=1 => x=2)", true, "[4096]=1 => [8192]=1 => [4096]=2" },
    { "exists ((x=1 => y=1) => false)", false, "([4096]=1 => [8192]=1) => false" },
    { "exists (true \\/ false /\\ (true \\/ false) \\/ (true => false))", true, "true \\/ false /\\ (true \\/ false) \\/ true => false" },
    { "exists (true /\\ (true /\\ (false \\/ true)))", true, "true /\\ true /\\ (false \\/ true)" },
    { "exists (~ (true \\/ false))", false, "not (true \\/ false)" },
    { "exists ((true \\/ false) => (true /\\ false))", false, "(true \\/ false) => (true /\\ false)" },
    { "exists ((not true) /\\ x=1 \\/ (y=1))", false, "not (true) /\\ [4096]=1 \\/ [8192]=1" },
};

static const BadRow herd_bad[] = {
    { "exists u8[x]=1", "u8[x]=1", "unknown location 'u8'" },
    { "exists w=1", "w=1", "unknown location 'w'" },
    { "exists arr[3]=1", "arr[3]=1", "unknown location 'arr[3]'" },
    { "exists arr[1=1", "arr[1=1", "unknown location 'arr'" },
    { "exists x=w", "w", "unknown location 'w'" },
    { "exists [x=1", "=1", "expected ']'" },
    { "exists ()", ")", "expected HART:REGISTER or a location" },
    { "exists (1:x5=)", ")", "expected a number" },
    { "exists (1:x5=1x)", "1x)", "not a 64-bit number" },
    { "exists (5:x5=1)", "5:x5=1)", "unknown hart '5'" },
    { "exists (0:x5=P1:L)", "L)", "unknown register 'L' (labels are written label:\"P0:L\")" },
    { "exists (0:x5=label:\"P1:M\")", "P1:M\")", "unknown label" },
    { "exists (0:x5=instr:\"U\")", "U\")", "not an instruction" },
    { "exists (0:x5=instr:\"00)", ":\"00)", "this string does not end" },
    { "exists (0:x5=instr)", "instr)", "unknown location 'instr'" },
};

static const BadRow herd_unsupported[] = {
    { "exists (fault(P0,x))", "fault(P0,x))", "faults are not supported" },
    { "exists (PTE(x)=1)", "PTE(x)=1)", "page tables are not supported" },
    { "exists (0:%r=1)", "%r=1)", "symbolic registers are not supported" },
    { "exists (0:x5=(oa:x))", "(oa:x))", "values of this kind are not supported" },
};
/* clang-format on */

static void put_place(gpointer data, const ConditionPlace *place, GString *out)
{
    (void)data;
    if (place->is_memory)
        g_string_append_printf(out, "[%" G_GUINT64_FORMAT "]", place->address);
    else
        g_string_append_printf(out, "%u:x%u", place->hart, place->number);
}

static void put_value(gpointer data, const ConditionPlace *place, uint64_t value, GString *out)
{
    (void)data;
    (void)place;
    g_string_append_printf(out, "%" G_GINT64_FORMAT, (int64_t)value);
}

Test(condition, in_the_syntax_of_herd)
{
    const ConditionWords words = { put_place, put_value, NULL };
    for (guint i = 0; i < G_N_ELEMENTS(herd_good); i++) {
        const HerdRow *row = &herd_good[i];
        gsize offset;
        g_autoptr(GError) error = NULL;
        g_autoptr(Condition) condition = condition_parse(row->text, &herd_names, &offset, &error);
        cr_assert_not_null(condition, "%s: %s", row->text, error ? error->message : "");
        cr_expect_eq(condition_holds(condition, &state), row->holds, "%s", row->text);
        g_autofree char *text = condition_text(condition, &words);
        cr_expect_str_eq(text, row->canonical, "%s: %s", row->text, text);
    }
}

static void expect_herd_errors(const BadRow *rows, guint n, SimError code)
{
    for (guint i = 0; i < n; i++) {
        gsize offset = 0;
        g_autoptr(GError) error = NULL;
        g_autoptr(Condition) condition = condition_parse(rows[i].text, &herd_names, &offset, &error);
        cr_expect_null(condition, "%s", rows[i].text);
        cr_assert(g_error_matches(error, SIM_ERROR, (int)code), "%s", rows[i].text);
        cr_expect_str_eq(error->message, rows[i].message, "%s: %s", rows[i].text, error->message);
        cr_expect_str_eq(rows[i].text + offset, rows[i].pointed, "%s: points at '%s'", rows[i].text,
                         rows[i].text + offset);
    }
}

Test(condition, errors_in_the_syntax_of_herd)
{
    expect_herd_errors(herd_bad, G_N_ELEMENTS(herd_bad), SIM_ERROR_SCENARIO);
    expect_herd_errors(herd_unsupported, G_N_ELEMENTS(herd_unsupported), SIM_ERROR_UNSUPPORTED);
}

Test(condition, values_of_places)
{
    ConditionPlace byte = { .is_memory = true, .size = 1 }, reg = { 0 };
    ConditionPlace signed_half = { .is_memory = true, .is_signed = true, .size = 2 };
    ConditionPlace full = { .is_memory = true, .is_signed = true, .size = 8 };
    cr_expect_eq(condition_place_value(&byte, 0x1ff), 0xff);
    cr_expect_eq(condition_place_value(&signed_half, 0x8000), (uint64_t)-0x8000);
    cr_expect_eq(condition_place_value(&signed_half, 0x17fff), 0x7fff);
    cr_expect_eq(condition_place_value(&full, UINT64_MAX), UINT64_MAX);
    cr_expect_eq(condition_place_value(&reg, UINT64_MAX), UINT64_MAX);
}

Test(condition, text_of_long_chains)
{
    const ConditionWords words = { put_place, put_value, NULL };
    g_autofree char *all = nested("P1:t0=105 /\\ ", 100000, "true", "");
    g_autoptr(Condition) condition = parse(all);
    g_autofree char *text = condition_text(condition, &words);
    cr_expect_eq(strlen(text), strlen("1:x5=105 /\\ ") * 100000 + strlen("true"));
}
