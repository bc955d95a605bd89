/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One instruction of a litmus test: checked completely, and written again for GNU as, which encodes it. */
#include "scenarios/litmus-parts.h"

#include "isa/insn.h"

#include <string.h>

enum {
    L = 1, /* loads */
    S = 2, /* stores rs2 */
    Z = 4, /* may be ordered */
};

typedef struct Form {
    const char *name, *operands;
    guint flags;
} Form;

static const Form forms[] = {
#define INSN(name, operands, flags) { name, operands, flags },
#include "scenarios/litmus-insn-list.h"
#undef INSN
};

/* What a bare mnemonic stands for, and what follows it. */
typedef struct Mnemonic {
    const char *base;
    bool acquire, release;
} Mnemonic;

typedef struct Parser {
    LitmusCursor cursor;
    LitmusInsn *insn;
    const Form *form;
    Mnemonic mnemonic;
    guint d, s, t; /* registers read so far */
    GString *out;
} Parser;

void litmus_insn_clear(gpointer data)
{
    LitmusInsn *insn = data;
    g_free(insn->written);
    g_free(insn->text);
    g_free(insn->target);
}

/* ---- mnemonics */

/* Well-formed, but outside RV64IMA: full names, prefixes that end in '*', and suffixes of floating point. */
static const char *const foreign[] = {
    "ecall",    "ebreak",   "call",  "tail",    "mret",    "sret",    "wfi",     "pause",  "sfence.*", "hfence.*",
    "sinval.*", "hinval.*", "hlv.*", "hlvx.*",  "hsv.*",   "csr*",    "rdcycle", "rdtime", "cbo.*",    "prefetch.*",
    "amocas.*", "c.*",      "flw",   "fld",     "flh",     "flq",     "fsw",     "fsd",    "fsh",      "fsq",
    "vset*",    "vl*.v",    "vs*.v", "sh1add*", "sh2add*", "sh3add*", "add.uw",  "andn",   "orn",      "xnor",
    "min",      "max",      "minu",  "maxu",    "rol*",    "ror*",    "clz*",    "ctz*",   "cpop*",    "rev8",
    "bset*",    "bclr*",    "bext*", "binv*",   "zext.*",  "sext.b",  "sext.h",  "orc.b",  "czero.*",  "clmul*",
    "f*.s",     "f*.d",     "f*.h",  "f*.q",    "v*.v*",   "amo*.b*", "amo*.h*",
};

static bool is_foreign(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(foreign); i++)
        if (g_pattern_match_simple(foreign[i], name))
            return true;
    return false;
}

static const Form *form_named(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
        if (g_str_equal(forms[i].name, name))
            return &forms[i];
    return NULL;
}

static bool unknown_mnemonic(const Parser *parser, const char *name)
{
    const LitmusCursor *cursor = &parser->cursor;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    if (is_foreign(name))
        return litmus_unsupported(cursor->file, parser->insn->at, cursor->error, "'%s' is outside RV64IMA", name);
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
        g_ptr_array_add(names, (gpointer)forms[i].name);
    return litmus_unknown(cursor->file, parser->insn->at, cursor->error, "instruction", name,
                          (const char *const *)names->pdata, names->len);
}

/* Splits "lw.aq" where lw can be ordered. */
static bool read_mnemonic(Parser *parser, const char *name)
{
    static const struct {
        const char *suffix;
        bool acquire, release;
    } orders[] = { { ".aq.rl", true, true }, { ".aqrl", true, true }, { ".aq", true, false }, { ".rl", false, true } };
    parser->form = form_named(name);
    for (guint i = 0; i < G_N_ELEMENTS(orders) && !parser->form; i++) {
        if (!g_str_has_suffix(name, orders[i].suffix))
            continue;
        g_autofree char *base = g_strndup(name, strlen(name) - strlen(orders[i].suffix));
        const Form *form = form_named(base);
        if (!form || !(form->flags & Z))
            break;
        parser->form = form;
        parser->mnemonic.acquire = orders[i].acquire;
        parser->mnemonic.release = orders[i].release;
    }
    if (!parser->form)
        return unknown_mnemonic(parser, name);
    parser->mnemonic.base = parser->form->name;
    return true;
}

/* Load-acquire and store-release (Zalasr) exist for these only. */
static bool check_order(const Parser *parser, const char *name)
{
    const LitmusCursor *cursor = &parser->cursor;
    const Mnemonic *mnemonic = &parser->mnemonic;
    bool ordered = mnemonic->acquire || mnemonic->release, plain = strchr(parser->form->operands, 'm') != NULL;
    if (!ordered || !plain)
        return true;
    if (parser->form->flags & L && strchr(mnemonic->base, 'u'))
        return litmus_unsupported(cursor->file, parser->insn->at, cursor->error, "'%s' has no encoding", name);
    if (parser->form->flags & L && !mnemonic->acquire)
        return litmus_error(cursor->file, parser->insn->at, cursor->error,
                            "unknown instruction '%s': a load is .aq or .aqrl", name);
    if (parser->form->flags & S && !mnemonic->release)
        return litmus_error(cursor->file, parser->insn->at, cursor->error,
                            "unknown instruction '%s': a store is .rl or .aqrl", name);
    return true;
}

/* ---- operands */

static guint count_operands(LitmusCursor cursor)
{
    if (cursor_at_end(&cursor))
        return 0;
    guint n = 1;
    for (; cursor.at < cursor.end; cursor.at++)
        n += cursor.file->text[cursor.at] == ',';
    return n;
}

/* Of the forms of that name the one with so many operands. */
static bool choose_form(Parser *parser)
{
    const LitmusCursor *cursor = &parser->cursor;
    guint n = count_operands(*cursor);
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (g_str_equal(forms[i].name, parser->mnemonic.base) && strlen(forms[i].operands) == n) {
            parser->form = &forms[i];
            return true;
        }
    }
    gsize expected = strlen(parser->form->operands);
    return litmus_error(cursor->file, parser->insn->at, cursor->error,
                        "'%s' takes %" G_GSIZE_FORMAT " operand%s, not %u", parser->mnemonic.base, expected,
                        expected == 1 ? "" : "s", n);
}

bool litmus_register(const LitmusFile *file, gsize at, const char *name, guint *number, GError **error)
{
    static const char *const names[] = {
        "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0",  "t1",  "t2",   "t3", "t4", "t5", "t6", "s0", "s1",
        "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "zero", "ra", "sp", "gp", "tp", "fp",
    };
    int found = register_number(name);
    if (found < 0 && *name == 'x')
        return litmus_error(file, at, error, "unknown register '%s'", name);
    if (found < 0)
        return litmus_unknown(file, at, error, "register", name, names, G_N_ELEMENTS(names));
    *number = (guint)found;
    return true;
}

static bool read_register(Parser *parser, guint *number)
{
    LitmusCursor *cursor = &parser->cursor;
    if (cursor_peek(cursor) == '%')
        return litmus_unsupported(cursor->file, cursor->at, cursor->error, "symbolic registers");
    gsize at = cursor->at;
    g_autofree char *name = cursor_name(cursor, "");
    if (!name)
        return litmus_error(cursor->file, at, cursor->error, "expected a register");
    return litmus_register(cursor->file, at, name, number, cursor->error);
}

static bool read_immediate(Parser *parser, int64_t min, int64_t max, int64_t *value)
{
    LitmusCursor *cursor = &parser->cursor;
    cursor_peek(cursor);
    gsize at = cursor->at;
    uint64_t number;
    if (!cursor_number(cursor, &number))
        return false;
    *value = (int64_t)number;
    if ((*value >= min && *value <= max) && (number <= G_MAXINT64 || cursor->file->text[at] == '-'))
        return true;
    return litmus_error(cursor->file, at, cursor->error,
                        "out of range: %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " are possible", min, max);
}

/* OFFSET(rs1), (rs1); `zero`: an offset other than 0 has no encoding. */
static bool read_memory(Parser *parser, bool zero)
{
    LitmusCursor *cursor = &parser->cursor;
    cursor_peek(cursor);
    gsize at = cursor->at;
    if (cursor_peek(cursor) != '(' && !read_immediate(parser, -2048, 2047, &parser->insn->offset))
        return false;
    if (zero && parser->insn->offset)
        return litmus_error(cursor->file, at, cursor->error, "this instruction takes no offset");
    if (!cursor_expect(cursor, '(') || !read_register(parser, &parser->s) || !cursor_expect(cursor, ')'))
        return false;
    parser->insn->base = parser->s;
    if (zero)
        g_string_append_printf(parser->out, "(x%u)", parser->s);
    else
        g_string_append_printf(parser->out, "%" G_GINT64_FORMAT "(x%u)", parser->insn->offset, parser->s);
    return true;
}

/* Letters of "iorw", in that order. */
static bool read_fence_set(Parser *parser)
{
    LitmusCursor *cursor = &parser->cursor;
    static const char letters[] = "iorw";
    cursor_peek(cursor);
    gsize at = cursor->at;
    g_autofree char *set = cursor_name(cursor, "");
    const char *next = letters;
    for (const char *c = set; c && *c; c++) {
        const char *found = strchr(next, *c);
        if (!found)
            return litmus_error(cursor->file, at, cursor->error, "expected a set such as r, w or rw, not '%s'", set);
        next = found + 1;
    }
    if (!set)
        return litmus_error(cursor->file, at, cursor->error, "expected a set such as r, w or rw");
    g_string_append(parser->out, set);
    return true;
}

static bool read_target(Parser *parser, bool location)
{
    LitmusCursor *cursor = &parser->cursor;
    cursor_peek(cursor);
    gsize at = parser->insn->target_at = cursor->at;
    parser->insn->target = cursor_name(cursor, location ? "." : "/.-");
    parser->insn->loads_address = location;
    if (!parser->insn->target || g_ascii_isdigit(*parser->insn->target))
        return litmus_error(cursor->file, at, cursor->error, location ? "expected a name" : "expected a label");
    return true;
}

static bool read_number(Parser *parser, int64_t min, int64_t max)
{
    int64_t value;
    if (!read_immediate(parser, min, max, &value))
        return false;
    g_string_append_printf(parser->out, "%" G_GINT64_FORMAT, value);
    return true;
}

static bool read_number64(Parser *parser)
{
    uint64_t value;
    if (!cursor_number(&parser->cursor, &value))
        return false;
    g_string_append_printf(parser->out, "0x%" G_GINT64_MODIFIER "x", value);
    return true;
}

static bool read_operand(Parser *parser, char kind)
{
    guint *registers[] = { ['d' - 'd'] = &parser->d, ['s' - 'd'] = &parser->s, ['t' - 'd'] = &parser->t };
    switch (kind) {
    case 'd':
    case 's':
    case 't':
        if (!read_register(parser, registers[kind - 'd']))
            return false;
        g_string_append_printf(parser->out, "x%u", *registers[kind - 'd']);
        return true;
    case 'i':
        return read_number(parser, -2048, 2047);
    case 'h':
        return read_number(parser, 0, 63);
    case 'w':
        return read_number(parser, 0, 31);
    case 'u':
        return read_number(parser, 0, 0xfffff);
    case 'l':
        return read_number64(parser);
    case 'm':
        return read_memory(parser, parser->mnemonic.acquire || parser->mnemonic.release);
    case 'z':
        return read_memory(parser, true);
    case 'f':
        return read_fence_set(parser);
    default:
        return read_target(parser, kind == 'a');
    }
}

static bool read_operands(Parser *parser)
{
    LitmusCursor *cursor = &parser->cursor;
    const char *operands = parser->form->operands;
    for (const char *kind = operands; *kind; kind++) {
        if (kind > operands) {
            if (!cursor_expect(cursor, ','))
                return false;
            g_string_append_c(parser->out, ',');
        }
        if (!read_operand(parser, *kind))
            return false;
    }
    return cursor_at_end(cursor) ||
           litmus_error(cursor->file, cursor->at, cursor->error, "unexpected text behind '%s'", parser->mnemonic.base);
}

/* ---- what it does */

/* GNU as 2.40 does not know Zalasr: funct5 00110 loads, 00111 stores; the width is funct3. */
static char *ordered_access(const Parser *parser)
{
    const Mnemonic *mnemonic = &parser->mnemonic;
    bool load = parser->form->flags & L;
    guint width = (guint)(strchr("bhwd", mnemonic->base[1]) - "bhwd");
    guint funct7 = (load ? 0x06u : 0x07u) << 2 | (guint)mnemonic->acquire << 1 | mnemonic->release;
    return g_strdup_printf(".insn r 0x2f, %u, 0x%x, x%u, x%u, x%u", width, funct7, load ? parser->d : 0, parser->s,
                           load ? 0 : parser->t);
}

static char *assembly_text(const Parser *parser)
{
    const Mnemonic *mnemonic = &parser->mnemonic;
    const char *order = mnemonic->acquire ? mnemonic->release ? ".aqrl" : ".aq" : mnemonic->release ? ".rl" : "";
    if (*order && strchr(parser->form->operands, 'm'))
        return ordered_access(parser);
    return g_strdup_printf("%s%s %s", mnemonic->base, order, parser->out->str);
}

static void note_effects(Parser *parser)
{
    LitmusInsn *insn = parser->insn;
    const char *operands = parser->form->operands;
    bool links = !strchr(operands, 'd') && g_str_has_prefix(parser->mnemonic.base, "jal");
    insn->destination = strchr(operands, 'd') ? (int)parser->d : links ? 1 : -1;
    insn->loads = parser->form->flags & L;
    insn->stores = parser->form->flags & S;
    insn->data = parser->t;
}

static bool parse(Parser *parser)
{
    LitmusCursor *cursor = &parser->cursor;
    cursor_peek(cursor);
    parser->insn->at = cursor->at;
    g_autofree char *name = cursor_name(cursor, ".");
    if (!name)
        return litmus_error(cursor->file, cursor->at, cursor->error, "expected an instruction");
    if (!read_mnemonic(parser, name) || !check_order(parser, name) || !choose_form(parser) || !read_operands(parser))
        return false;
    note_effects(parser);
    parser->insn->text = assembly_text(parser);
    return true;
}

bool litmus_insn_parse(LitmusFile *file, LitmusSpan span, LitmusInsn *insn, GError **error)
{
    Parser parser = { .cursor = litmus_cursor(file, span, error), .insn = insn, .out = g_string_new(NULL) };
    *insn = (LitmusInsn){ .location = -1, .destination = -1 };
    bool ok = parse(&parser);
    if (ok)
        insn->written = litmus_squeezed(file->text + span.start, span.end - span.start);
    else
        litmus_insn_clear(insn);
    g_string_free(parser.out, TRUE);
    return ok;
}
