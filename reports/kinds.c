/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/kinds.h"

#include <string.h>

typedef struct Entry {
    Kind kind;
    bool used;
} Entry;

struct Kinds {
    GHashTable *entries; /* name -> Entry */
};

static const char *const names[] = { "Allow", "Forbid", "Require" };

void kinds_free(Kinds *kinds)
{
    if (!kinds)
        return;
    g_hash_table_unref(kinds->entries);
    g_free(kinds);
}

const char *kind_name(Kind kind)
{
    return names[kind];
}

bool kind_agrees(Kind kind, LitmusResult result)
{
    switch (kind) {
    case KIND_ALLOW:
        return result != LITMUS_NEVER;
    case KIND_FORBID:
        return result == LITMUS_NEVER;
    case KIND_REQUIRE:
        return result == LITMUS_ALWAYS;
    }
    g_assert_not_reached();
}

/* Also "Allowed", "Forbidden", "Required": what the tools print. */
static bool parse_kind(const char *word, Kind *kind)
{
    static const char *const long_names[] = { "Allowed", "Forbidden", "Required" };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!g_str_equal(word, names[i]) && !g_str_equal(word, long_names[i]))
            continue;
        *kind = (Kind)i;
        return true;
    }
    return false;
}

static bool add_line(Kinds *kinds, const Source *source, guint number, GError **error)
{
    gsize length;
    const char *text = source_line(source, number, &length);
    g_autofree char *line = g_strndup(text, length);
    guint column = source_indent_column(source, number);
    char *name = line + strspn(line, " \t");
    if (!*name || *name == '#')
        return true;
    gsize name_length = strcspn(name, " \t");
    char *word = name + name_length + strspn(name + name_length, " \t");
    Entry entry = { 0 };
    g_strchomp(word);
    if (!parse_kind(word, &entry.kind)) {
        const char *closest = closest_name(word, names, G_N_ELEMENTS(names));
        return source_error(error, source, number, (guint)(word - line) + 1,
                            "expected NAME and Allow, Forbid or Require%s%s%s", closest ? "; did you mean '" : "",
                            closest ? closest : "", closest ? "'?" : "");
    }
    name[name_length] = '\0';
    const Entry *other = g_hash_table_lookup(kinds->entries, name);
    if (other && other->kind != entry.kind)
        return source_error(error, source, number, column, "'%s' is %s in an earlier line", name, names[other->kind]);
    if (!other)
        g_hash_table_insert(kinds->entries, g_strdup(name), g_memdup2(&entry, sizeof entry));
    return true;
}

Kinds *kinds_load(const char *path, GError **error)
{
    g_autoptr(Source) source = source_load(path, error);
    g_autoptr(Kinds) kinds = g_new0(Kinds, 1);
    kinds->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!source)
        return NULL;
    for (guint i = 1; i <= source_n_lines(source); i++)
        if (!add_line(kinds, source, i, error))
            return NULL;
    return g_steal_pointer(&kinds);
}

bool kinds_find(Kinds *kinds, const char *name, Kind *kind)
{
    Entry *entry = g_hash_table_lookup(kinds->entries, name);
    if (!entry)
        return false;
    entry->used = true;
    *kind = entry->kind;
    return true;
}

guint kinds_unused(const Kinds *kinds)
{
    guint n = 0;
    GHashTableIter iter;
    gpointer entry;
    g_hash_table_iter_init(&iter, kinds->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        n += !((Entry *)entry)->used;
    return n;
}
