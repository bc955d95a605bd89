/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows the program: [locations "[" items "]"] [filter prop] [exists prop]. The propositions are parsed twice, by
 * condition_parse(): to find what is wrong and which instructions need encodings, and again when those are known. */
#include "scenarios/litmus-parts.h"

#include "sim/base/error.h"

#include <string.h>

/* ---- names in propositions */

typedef struct Names {
    LitmusFile *file;
    gsize base;      /* offset in the file of the text that is parsed */
    gint64 shift;    /* how much longer that text is at its start than in the file */
    GError *located; /* what a look-up has to say, better than what the parser says */
} Names;

static int find_hart(gpointer data, const char *name)
{
    return litmus_hart_named(((const Names *)data)->file, name);
}

static bool find_symbol(gpointer data, const char *name, uint64_t *address)
{
    LitmusFile *file = ((const Names *)data)->file;
    if (!litmus_is_location_name(name))
        return false;
    *address = litmus_location(file, litmus_location_index(file, name))->address;
    return true;
}

/* "P1:L": four bytes of code. */
static bool find_code(LitmusFile *file, const char *name, ConditionPlace *place)
{
    const char *colon = strchr(name, ':');
    g_autofree char *hart = g_strndup(name, (gsize)(colon - name));
    int number = litmus_hart_named(file, hart);
    guint insn;
    if (number < 0 || !litmus_find_label(file, (guint)number, colon + 1, 0, &insn, NULL))
        return false;
    place->address = litmus_code_address(file, (guint)number, insn);
    place->size = 4;
    return true;
}

static bool find_location(gpointer data, const char *text, ConditionPlace *place)
{
    LitmusFile *file = ((const Names *)data)->file;
    if (strchr(text, ':'))
        return find_code(file, text, place);
    gsize length = strcspn(text, "[");
    g_autofree char *name = g_strndup(text, length);
    if (!litmus_is_location_name(name))
        return false;
    const LitmusLocation *location = litmus_location(file, litmus_location_index(file, name));
    guint64 element = text[length] ? g_ascii_strtoull(text + length + 1, NULL, 10) : 0;
    if (element >= MAX(location->count, 1))
        return false;
    place->size = location->size;
    place->is_signed = location->is_signed;
    place->address = location->address + element * location->size;
    return true;
}

static bool find_quoted(gpointer data, ConditionQuote quote, const ConditionPlace *place, gsize offset,
                        const char *text, uint64_t *value)
{
    Names *names = data;
    LitmusFile *file = names->file;
    gsize start = (gsize)((gint64)(names->base + offset) - names->shift);
    LitmusSpan span = { start, start + strlen(text) };
    if (quote == CONDITION_LABEL) {
        LitmusCursor cursor = litmus_cursor(file, span, &names->located);
        LitmusValue label = { 0 };
        if (!litmus_read_label(&cursor, &label))
            return false;
        *value = litmus_code_address(file, label.hart, label.index);
        return true;
    }
    guint index;
    if (!litmus_compared_encoding(file, span, place->is_memory ? -1 : (int)place->hart, place->number, &index,
                                  &names->located))
        return false;
    *value = litmus_encoding(file, index)->word;
    return true;
}

/* ---- propositions */

/* The message of the parser, at its place in the file. */
static void locate(const Names *names, gsize offset, gsize end, const GError *plain, GError **error)
{
    gint64 at = (gint64)(names->base + offset) - names->shift;
    gsize place = (gsize)CLAMP(at, (gint64)names->base, (gint64)end);
    if (plain->code == SIM_ERROR_UNSUPPORTED)
        litmus_unsupported(names->file, place, error, "%s", plain->message);
    else
        litmus_error(names->file, place, error, "%s", plain->message);
}

static Condition *parse_condition(LitmusFile *file, LitmusSpan span, const char *quantifier, GError **error)
{
    Names data = { .file = file, .base = span.start, .shift = (gint64)strlen(quantifier) };
    const ConditionNames names = { find_hart, find_symbol, &data, find_location, find_quoted };
    g_autofree char *inner = g_strndup(file->text + span.start, span.end - span.start);
    g_autofree char *text = g_strconcat(quantifier, inner, NULL);
    g_autoptr(GError) plain = NULL;
    gsize offset = 0;
    Condition *condition = condition_parse(text, &names, &offset, &plain);
    if (condition)
        g_assert(!data.located);
    else if (data.located)
        g_propagate_error(error, data.located);
    else
        locate(&data, offset, span.end, plain, error);
    return condition;
}

static bool starts_with_word(const LitmusFile *file, LitmusSpan span, const char *word)
{
    return span.end - span.start >= strlen(word) && strncmp(file->text + span.start, word, strlen(word)) == 0;
}

Condition *litmus_condition(LitmusFile *file, GError **error)
{
    if (file->final.start < file->final.end)
        return parse_condition(file, file->final, "", error);
    return condition_parse("exists true", &(ConditionNames){ 0 }, &(gsize){ 0 }, error);
}

Condition *litmus_filter(LitmusFile *file, GError **error)
{
    return file->filter.end ? parse_condition(file, file->filter, "exists ", error) : NULL;
}

/* ---- locations [...] */

static bool read_item(LitmusCursor *cursor, LitmusItem *item)
{
    LitmusFile *file = cursor->file;
    bool brackets = cursor_accept(cursor, '[');
    bool pointer = !brackets && cursor_accept(cursor, '*');
    cursor_peek(cursor);
    gsize at = cursor->at;
    g_autofree char *name = cursor_name(cursor, ".");
    if (!name)
        return litmus_error(file, at, cursor->error, "expected a register or a location");
    if (cursor_peek(cursor) == '(')
        return litmus_unsupported(file, at, cursor->error, "%s(...)", name);
    if (!brackets && !pointer && cursor_accept(cursor, ':')) {
        int hart = litmus_hart_named(file, name);
        if (hart < 0)
            return litmus_error(file, at, cursor->error, "there is no hart '%s'", name);
        cursor_peek(cursor);
        gsize register_at = cursor->at;
        g_autofree char *reg = cursor_name(cursor, "");
        item->hart = (guint)hart;
        return reg ? litmus_register(file, register_at, reg, &item->number, cursor->error)
                   : litmus_error(file, register_at, cursor->error, "expected a register");
    }
    if (g_ascii_isdigit(*name))
        return litmus_error(file, at, cursor->error, "expected a register or a location");
    item->is_memory = true;
    item->location = litmus_location_index(file, name);
    return !brackets || cursor_expect(cursor, ']');
}

/* An element of an array; or the type that a location is shown with. */
static bool read_item_suffix(LitmusCursor *cursor, LitmusItem *item)
{
    uint64_t element;
    gsize at = cursor->at;
    item->element = -1;
    if (item->is_memory && cursor_accept(cursor, '[')) {
        at = cursor->at;
        if (!cursor_number(cursor, &element))
            return false;
        if (element >= litmus_location(cursor->file, item->location)->count)
            return litmus_error(cursor->file, at, cursor->error, "there is no such element");
        item->element = (gint64)element;
        return cursor_expect(cursor, ']');
    }
    cursor_peek(cursor);
    at = cursor->at;
    g_autofree char *type = g_ascii_isdigit(cursor_peek(cursor)) ? NULL : cursor_name(cursor, "");
    bool pointer = cursor_accept(cursor, '*');
    guint size = 8;
    bool is_signed = false;
    if (type && !pointer && !litmus_type(cursor->file, at, type, &size, &is_signed, cursor->error))
        return false;
    if ((type || pointer) && item->is_memory && !litmus_location(cursor->file, item->location)->typed)
        return litmus_set_type(cursor->file, item->location, size, is_signed, at, cursor->error);
    return true;
}

static bool read_items(LitmusCursor *cursor)
{
    if (!cursor_expect(cursor, '['))
        return false;
    while (!cursor_accept(cursor, ']')) {
        LitmusItem item = { 0 };
        if (cursor_accept(cursor, ';'))
            continue;
        if (!read_item(cursor, &item) || !read_item_suffix(cursor, &item))
            return false;
        g_array_append_val(cursor->file->items, item);
        if (cursor_peek(cursor) != ']' && !cursor_expect(cursor, ';'))
            return false;
    }
    cursor_accept(cursor, ';');
    return true;
}

/* ---- the parts */

static bool in_word(const LitmusFile *file, gsize at)
{
    char c = file->text[at];
    return g_ascii_isalnum(c) || c == '_' || c == '.';
}

/* Where the next of these words starts, outside strings; or the end. */
static gsize find_word(const LitmusCursor *cursor, const char *const *words, gsize n_words)
{
    const LitmusFile *file = cursor->file;
    bool quoted = false;
    for (gsize at = cursor->at; at < cursor->end; at++) {
        quoted ^= file->text[at] == '"';
        for (gsize i = 0; i < n_words && !quoted; i++) {
            gsize length = strlen(words[i]);
            bool word = g_ascii_isalpha(*words[i]);
            if (starts_with_word(file, (LitmusSpan){ at, cursor->end }, words[i]) &&
                (!word || ((at == cursor->at || !in_word(file, at - 1)) && !in_word(file, at + length))))
                return at;
        }
    }
    return cursor->end;
}

/* The quantifier that the cursor is at belongs to "~" or "not" before it, if that is all there is. */
static gsize with_negation(const LitmusFile *file, gsize start, gsize at)
{
    gsize before = at;
    while (before > start && g_ascii_isspace(file->text[before - 1]))
        before--;
    if (before > start && file->text[before - 1] == '~')
        return before - 1;
    bool not = before >= start + 3 && strncmp(file->text + before - 3, "not", 3) == 0 &&
               (before == start + 3 || !in_word(file, before - 4));
    return not ? before - 3 : at;
}

static bool read_filter(LitmusCursor *cursor)
{
    static const char *const next[] = { ";",        "exists",   "forall",    "final", "cases",
                                        "observed", "Observed", "locations", "filter" };
    LitmusFile *file = cursor->file;
    gsize start = cursor->at + strlen("filter"), keyword = cursor->at;
    if (file->filter.end)
        return litmus_error(file, keyword, cursor->error, "there are two filters");
    cursor->at = start;
    gsize end = find_word(cursor, next, G_N_ELEMENTS(next));
    end = end < cursor->end ? with_negation(file, start, end) : end;
    file->filter = (LitmusSpan){ start, end };
    cursor->at = end;
    cursor_accept(cursor, ';');
    return true;
}

/* `with MODEL: KIND; ...` says what other models make of the condition. */
static bool read_final(LitmusCursor *cursor)
{
    static const char *const next[] = { ";", "with" };
    LitmusFile *file = cursor->file;
    LitmusSpan final = { cursor->at, find_word(cursor, next, G_N_ELEMENTS(next)) };
    while (final.end > final.start && g_ascii_isspace(file->text[final.end - 1]))
        final.end--;
    file->final = final;
    cursor->at = final.end;
    cursor_accept(cursor, ';');
    cursor_peek(cursor);
    if (starts_with_word(file, (LitmusSpan){ cursor->at, cursor->end }, "with"))
        cursor->at = cursor->end;
    return cursor_at_end(cursor) ||
           litmus_error(file, cursor->at, cursor->error, "unexpected text after the condition");
}

static bool read_part(LitmusCursor *cursor)
{
    static const char *const foreign[] = { "final", "cases", "observed", "Observed" };
    LitmusFile *file = cursor->file;
    gsize at = cursor->at;
    LitmusSpan rest = { at, cursor->end };
    if (starts_with_word(file, rest, "locations")) {
        cursor->at += strlen("locations");
        return read_items(cursor);
    }
    if (starts_with_word(file, rest, "filter"))
        return read_filter(cursor);
    for (guint i = 0; i < G_N_ELEMENTS(foreign); i++)
        if (starts_with_word(file, rest, foreign[i]))
            return litmus_unsupported(file, at, cursor->error, "conditions with '%s'", foreign[i]);
    return read_final(cursor);
}

bool litmus_parse_constraint(LitmusFile *file, GError **error)
{
    LitmusCursor cursor = litmus_cursor(file, file->constraint, error);
    while (!cursor_at_end(&cursor))
        if (!read_part(&cursor))
            return false;
    g_autoptr(GError) local = NULL;
    condition_free(litmus_filter(file, &local));
    if (!local)
        condition_free(litmus_condition(file, &local));
    if (!local)
        return true;
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}
