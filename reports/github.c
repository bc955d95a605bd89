/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workflow commands: an ::error for each result that fails, at the place where somebody should look, and one ::notice.
 * GitHub shows the first ten errors of a step as annotations, and all of them in the log. */
#include "reports/writer-parts.h"

/* As GitHub documents it; a property ends at a comma, and its list at a colon. */
static void put_escaped(GString *out, const char *text, bool in_property)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *at = valid; *at; at++) {
        if (*at == '%' || *at == '\r' || *at == '\n' || (in_property && (*at == ':' || *at == ',')))
            g_string_append_printf(out, "%%%02X", (guint8)*at);
        else
            g_string_append_c(out, *at);
    }
}

/* What is wrong may be in a file that the scenario names: "FILE:LINE:COL: ..." of the compiler. */
static char *place_of_error(const Result *result, Place *place)
{
    *place = result_place(result);
    if (!result->error || place->line)
        return g_strdup(result->file);
    g_autoptr(GRegex) regex = g_regex_new("^([^:\n]+):([0-9]{1,9}):([0-9]{1,9}): ", G_REGEX_RAW, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(regex, result->error, 0, &match))
        return g_strdup(result->file);
    g_autofree char *line = g_match_info_fetch(match, 2), *column = g_match_info_fetch(match, 3);
    *place = (Place){ (guint)g_ascii_strtoull(line, NULL, 10), (guint)g_ascii_strtoull(column, NULL, 10) };
    return g_match_info_fetch(match, 1);
}

/* Before other properties. */
static void put_place(GString *out, const char *file, Place place)
{
    g_string_append(out, "file=");
    put_escaped(out, plain_path(file), true);
    if (place.line)
        g_string_append_printf(out, ",line=%u", place.line);
    if (place.line && place.column)
        g_string_append_printf(out, ",col=%u", place.column);
    g_string_append_c(out, ',');
}

static void put_error(GString *out, const Result *result)
{
    Place place;
    g_autofree char *file = place_of_error(result, &place);
    g_autofree char *name = result_name(result), *message = result_message(result);
    g_autofree char *sentence = result_sentence(result), *replay = result_replay(result);
    g_string_append(out, "::error ");
    if (!source_is_standard_input(file))
        put_place(out, file, place);
    g_string_append(out, "title=");
    put_escaped(out, name, true);
    g_string_append(out, "::");
    put_escaped(out, result->error ? result->error : message, false);
    const char *const more[] = { sentence, replay };
    for (guint i = 0; i < G_N_ELEMENTS(more); i++) {
        if (!more[i])
            continue;
        g_string_append(out, "%0A");
        put_escaped(out, more[i], false);
    }
    g_string_append_c(out, '\n');
}

void github_write(GString *out, const RunReport *run)
{
    guint n_failing = 0;
    for (guint i = 0; i < run->results->len; i++) {
        const Result *result = g_ptr_array_index(run->results, i);
        if (!result_fails(result))
            continue;
        put_error(out, result);
        n_failing++;
    }
    g_string_append_printf(
        out, "::notice title=cmodx::%u of %u failed: %u proved, %u refuted, %u inconclusive, %u error%s\n", n_failing,
        run->results->len, run->proved, run->refuted, run->inconclusive, run->errors, run->errors == 1 ? "" : "s");
}
