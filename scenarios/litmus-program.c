/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program of a litmus test: one column for each hart, rows that end in ';', cells between '|'. */
#include "scenarios/litmus-parts.h"

#include <string.h>

#define LABEL_CHARACTERS "/.-"

static void hart_clear(gpointer data)
{
    LitmusHart *hart = data;
    g_array_unref(hart->insns);
    g_array_unref(hart->labels);
    g_free(hart->code);
    g_free(hart->offsets);
}

static void label_clear(gpointer data)
{
    g_free(((LitmusLabel *)data)->name);
}

static void add_hart(LitmusFile *file)
{
    LitmusHart hart = { .insns = g_array_new(FALSE, TRUE, sizeof(LitmusInsn)),
                        .labels = g_array_new(FALSE, TRUE, sizeof(LitmusLabel)) };
    g_array_set_clear_func(hart.insns, litmus_insn_clear);
    g_array_set_clear_func(hart.labels, label_clear);
    g_array_append_val(file->harts, hart);
}

/* ---- labels */

static const LitmusLabel *label_named(const LitmusHart *hart, const char *name)
{
    for (guint i = 0; i < hart->labels->len; i++)
        if (g_str_equal(g_array_index(hart->labels, LitmusLabel, i).name, name))
            return &g_array_index(hart->labels, LitmusLabel, i);
    return NULL;
}

bool litmus_find_label(const LitmusFile *file, guint hart, const char *name, gsize at, guint *insn, GError **error)
{
    const LitmusHart *owner = litmus_hart(file, hart);
    const LitmusLabel *label = label_named(owner, name);
    if (label) {
        *insn = label->insn;
        return true;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < owner->labels->len; i++)
        g_ptr_array_add(names, g_array_index(owner->labels, LitmusLabel, i).name);
    g_autofree char *what = g_strdup_printf("label of P%u", hart);
    return litmus_unknown(file, at, error, what, name, (const char *const *)names->pdata, names->len);
}

int litmus_hart_named(const LitmusFile *file, const char *name)
{
    guint64 number;
    name += *name == 'P';
    if (!g_ascii_string_to_unsigned(name, 10, 0, HARTS_MAX, &number, NULL) || number >= file->harts->len)
        return -1;
    return (int)number;
}

/* ---- cells */

/* The labels of a cell; the cursor is left at its instruction, if it has one. */
static bool read_labels(LitmusCursor *cursor, LitmusHart *hart)
{
    for (;;) {
        cursor_peek(cursor);
        gsize at = cursor->at;
        g_autofree char *name = cursor_name(cursor, LABEL_CHARACTERS);
        if (!name || g_ascii_isdigit(*name) || !cursor_accept(cursor, ':')) {
            cursor->at = at;
            return true;
        }
        if (label_named(hart, name))
            return litmus_error(cursor->file, at, cursor->error, "there are two labels '%s' in this column", name);
        if (hart->labels->len == LITMUS_INSNS_MAX)
            return litmus_error(cursor->file, at, cursor->error, "more than %d labels in one column", LITMUS_INSNS_MAX);
        LitmusLabel label = { g_steal_pointer(&name), hart->insns->len };
        g_array_append_val(hart->labels, label);
    }
}

static bool read_cell(LitmusFile *file, guint index, LitmusSpan span, GError **error)
{
    LitmusHart *hart = litmus_hart(file, index);
    LitmusCursor cursor = litmus_cursor(file, span, error);
    if (!read_labels(&cursor, hart))
        return false;
    if (cursor_at_end(&cursor))
        return true;
    LitmusInsn insn;
    if (hart->insns->len == LITMUS_INSNS_MAX)
        return litmus_error(file, cursor.at, error, "more than %d instructions in one column", LITMUS_INSNS_MAX);
    if (!litmus_insn_parse(file, (LitmusSpan){ cursor.at, cursor.end }, &insn, error))
        return false;
    g_array_append_val(hart->insns, insn);
    return true;
}

/* ---- rows */

static gsize find_in(const LitmusFile *file, LitmusSpan span, char c)
{
    const char *found = memchr(file->text + span.start, c, span.end - span.start);
    return found ? (gsize)(found - file->text) : span.end;
}

static guint count_cells(const LitmusFile *file, LitmusSpan row)
{
    guint n = 1;
    for (gsize i = row.start; i < row.end; i++)
        n += file->text[i] == '|';
    return n;
}

static bool read_row(LitmusFile *file, LitmusSpan row, GError **error)
{
    LitmusCursor cursor = litmus_cursor(file, row, error);
    guint n = count_cells(file, row), n_harts = file->harts->len;
    if (n == 1 && cursor_at_end(&cursor))
        return true;
    if (n != n_harts) {
        cursor_peek(&cursor);
        return litmus_error(file, cursor.at, error, "this row has %u column%s, but there %s %u hart%s", n,
                            n == 1 ? "" : "s", n_harts == 1 ? "is" : "are", n_harts, n_harts == 1 ? "" : "s");
    }
    for (guint i = 0; i < n; i++) {
        LitmusSpan cell = { row.start, find_in(file, row, '|') };
        if (!read_cell(file, i, cell, error))
            return false;
        row.start = MIN(cell.end + 1, row.end);
    }
    return true;
}

/* P0 | P1 | ... */
static bool read_head(LitmusFile *file, LitmusSpan row, GError **error)
{
    LitmusCursor cursor = litmus_cursor(file, row, error);
    do {
        cursor_peek(&cursor);
        gsize at = cursor.at;
        g_autofree char *name = cursor_name(&cursor, "");
        g_autofree char *expected = g_strdup_printf("P%u", file->harts->len);
        if (!name || !g_str_equal(name, expected))
            return litmus_error(file, at, error, "expected '%s', the name of a column", expected);
        if (file->harts->len == HARTS_MAX)
            return litmus_unsupported(file, at, error, "more than %d harts", HARTS_MAX);
        add_hart(file);
    } while (cursor_accept(&cursor, '|'));
    return cursor_at_end(&cursor) || litmus_error(file, cursor.at, error, "expected '|' or ';'");
}

/* Every branch and jump needs its label; what `la` names may also be a location. */
static bool resolve_targets(LitmusFile *file, guint index, GError **error)
{
    const LitmusHart *hart = litmus_hart(file, index);
    for (guint i = 0; i < hart->insns->len; i++) {
        LitmusInsn *insn = litmus_insn(hart, i);
        if (!insn->target)
            continue;
        if (insn->loads_address && !label_named(hart, insn->target))
            insn->location = (int)litmus_location_index(file, insn->target);
        else if (!litmus_find_label(file, index, insn->target, insn->target_at, &insn->label, error))
            return false;
    }
    return true;
}

bool litmus_parse_program(LitmusFile *file, GError **error)
{
    g_array_set_clear_func(file->harts, hart_clear);
    LitmusCursor cursor = litmus_cursor(file, file->program, error);
    cursor_accept(&cursor, ';');
    LitmusSpan rest = { cursor.at, file->program.end };
    while (!cursor_at_end(&cursor)) {
        LitmusSpan row = { cursor.at, find_in(file, rest, ';') };
        if (row.end == rest.end)
            return litmus_error(file, row.start, error, "this row does not end in ';'");
        if (!(file->harts->len == 0 ? read_head(file, row, error) : read_row(file, row, error)))
            return false;
        cursor.at = rest.start = row.end + 1;
    }
    if (file->harts->len == 0)
        return litmus_error(file, cursor.at, error, "expected the program: 'P0 | P1 ;' and rows of instructions");
    for (guint i = 0; i < file->harts->len; i++)
        if (!resolve_targets(file, i, error))
            return false;
    return true;
}
