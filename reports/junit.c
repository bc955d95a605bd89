/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JUnit XML that is valid both by the schema of Ant and by that of Jenkins: a suite for each file, a case for each row.
 *
 * A case passes if its row is met, or if nothing is expected and it is PROVED. What is REFUTED is a failure. An
 * INCONCLUSIVE that nobody expects is an error: a "skipped" would leave the pipeline green, and `cmodx` itself does not
 * exit with 0. GitLab drops a case whose class and name it has seen, hence the options in the name; no attributes but
 * those of the schemas, so a file's name is that of its suite. Times are 0 and the date is that of nothing: the same
 * results give the same bytes. */
#include "reports/writer-parts.h"

static const char no_time[] = "timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\"";

/* ---- XML */

static void put_escaped(GString *out, const char *printable, bool in_attribute)
{
    for (const char *at = printable; *at; at++) {
        switch (*at) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>': /* of "]]>" */
            g_string_append(out, "&gt;");
            break;
        case '"':
            g_string_append(out, in_attribute ? "&quot;" : "\"");
            break;
        default:
            g_string_append_c(out, *at);
        }
    }
}

static void put_text(GString *out, const char *text)
{
    g_autofree char *printable = printable_text(text);
    put_escaped(out, printable, false);
}

/* An attribute's newlines would be blanks for whoever reads it anyway. */
static void put_attribute(GString *out, const char *name, const char *value)
{
    g_autofree char *line = printable_line(value);
    g_string_append_printf(out, " %s=\"", name);
    put_escaped(out, line, true);
    g_string_append_c(out, '"');
}

/* ---- one case */

typedef enum Grade {
    GRADE_PASSES,
    GRADE_FAILURE,
    GRADE_ERROR,
} Grade;

static Grade grade(const Result *result)
{
    if (!result_fails(result))
        return GRADE_PASSES;
    return result->error || result->verdict == VERDICT_INCONCLUSIVE ? GRADE_ERROR : GRADE_FAILURE;
}

static void put_trouble(GString *out, const Result *result, const char *element)
{
    g_autofree char *message = result_message(result);
    Place place = result_place(result);
    g_string_append_printf(out, "      <%s", element);
    put_attribute(out, "type", result_rule(result));
    put_attribute(out, "message", message);
    g_string_append_c(out, '>');
    if (!result->error && result->expects && place.line) {
        g_autofree char *where = g_strdup_printf("%s:%u:%u: ", result->file, place.line, place.column);
        put_text(out, where);
        put_text(out, message);
        g_string_append_c(out, '\n');
    }
    put_text(out, result->error ? result->error : result->text);
    g_string_append_printf(out, "</%s>\n", element);
}

/* `names`: the cases so far, as often as they have come. */
static char *unique_name(const Result *result, GHashTable *names)
{
    char *name = result_name(result);
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(names, name)) + 1;
    g_hash_table_insert(names, g_strdup(name), GUINT_TO_POINTER(n));
    if (n == 1)
        return name;
    char *numbered = g_strdup_printf("%s (%u)", name, n);
    g_free(name);
    return numbered;
}

static void put_case(GString *out, const Result *result, GHashTable *names)
{
    g_autofree char *name = unique_name(result, names);
    g_string_append(out, "    <testcase");
    put_attribute(out, "classname", result->error ? result->file : result->scenario);
    put_attribute(out, "name", name);
    g_string_append(out, " time=\"0\"");
    Grade how = grade(result);
    if (how == GRADE_PASSES) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append(out, ">\n");
    put_trouble(out, result, how == GRADE_ERROR ? "error" : "failure");
    g_string_append(out, "    </testcase>\n");
}

/* ---- suites */

static const Result *result_at(const RunReport *run, guint i)
{
    return g_ptr_array_index(run->results, i);
}

/* How many of [from, to) are of that grade. */
static guint count(const RunReport *run, guint from, guint to, Grade what)
{
    guint n = 0;
    for (guint i = from; i < to; i++)
        n += grade(result_at(run, i)) == what;
    return n;
}

static void put_counts(GString *out, const RunReport *run, guint from, guint to)
{
    g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"0\"", to - from,
                           count(run, from, to, GRADE_FAILURE), count(run, from, to, GRADE_ERROR));
}

/* The results [from, to), which are those of one file. */
static void put_suite(GString *out, const RunReport *run, guint id, guint from, guint to, GHashTable *names)
{
    g_string_append_printf(out, "  <testsuite id=\"%u\" package=\"cmodx\"", id);
    put_attribute(out, "name", result_at(run, from)->file);
    g_string_append_printf(out, " %s", no_time);
    put_counts(out, run, from, to);
    g_string_append(out, ">\n    <properties>\n      <property name=\"command\"");
    put_attribute(out, "value", run->command);
    g_string_append(out, "/>\n    </properties>\n");
    for (guint i = from; i < to; i++)
        put_case(out, result_at(run, i), names);
    g_string_append(out, "    <system-out/>\n    <system-err/>\n  </testsuite>\n");
}

void junit_write(GString *out, const RunReport *run)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint id = 0;
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (guint from = 0, to; from < run->results->len; from = to) {
        for (to = from + 1; to < run->results->len; to++)
            if (!g_str_equal(result_at(run, to)->file, result_at(run, from)->file))
                break;
        put_suite(out, run, id++, from, to, names);
    }
    g_string_append(out, "</testsuites>\n");
}
