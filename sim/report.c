/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report.h"

#include "reports/writers.h"
#include "sim/base/error.h"

#include <string.h>

typedef struct ReportKind {
    const char *name;
    void (*write)(GString *out, const RunReport *run);
} ReportKind;

/* The verdicts and counterexamples as `check` prints them. */
static void text_write(GString *out, const RunReport *run)
{
    for (guint i = 0; i < run->results->len; i++) {
        const Result *result = g_ptr_array_index(run->results, i);
        if (result->error)
            g_string_append_printf(out, "%s\n", result->error);
        else
            g_string_append(out, result->text);
    }
}

static const ReportKind kinds[] = {
    { "text", text_write },   { "json", json_write },     { "junit", junit_write },       { "tap", tap_write },
    { "sarif", sarif_write }, { "github", github_write }, { "markdown", markdown_write }, { "html", html_write },
};

void reports_clear(Reports *reports)
{
    g_free(reports->format);
    run_report_free(reports->run);
}

char *command_line(int argc, char **argv)
{
    g_autoptr(GString) command = g_string_new(NULL);
    g_string_printf(command, "cmodx %s", argv[0]);
    for (int i = 1; i < argc; i++) {
        g_autofree char *quoted = shell_word(argv[i]);
        g_string_append_printf(command, " %s", quoted);
    }
    return g_string_free(g_steal_pointer(&command), FALSE);
}

static const ReportKind *kind_named(const char *name, gsize length)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strlen(kinds[i].name) == length && !strncmp(kinds[i].name, name, length))
            return &kinds[i];
    return NULL;
}

static bool unknown(const char *option, const char *name, gsize length, bool takes_herd, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_string_append_printf(names, "%s%s", i ? "|" : "", kinds[i].name);
    if (takes_herd)
        g_string_append(names, "|herd");
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "unknown value '%.*s' of %s; expected %s", (int)length, name, option,
                names->str);
    return false;
}

const char *report_file(const char *report)
{
    const char *equals = strchr(report, '=');
    return equals && equals[1] && !g_str_equal(equals, "=-") ? equals + 1 : NULL;
}

static bool check_report(const char *report, GError **error)
{
    gsize length = strcspn(report, "=");
    if (!kind_named(report, length))
        return unknown("--report", report, length, false, error);
    if (report_file(report))
        return true;
    if (g_str_equal(report + length, "=-"))
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--report writes files; --format %.*s is for standard output",
                    (int)length, report);
    else
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--report takes KIND=FILE, such as %.*s=report.%.*s",
                    (int)length, report, (int)length, report);
    return false;
}

bool reports_prepare(Reports *reports, Common *common, bool takes_herd, const char *command, GError **error)
{
    const char *format = reports->format ? reports->format : "text";
    reports->herd = takes_herd && g_str_equal(format, "herd");
    if (!reports->herd && !kind_named(format, strlen(format)))
        return unknown("--format", format, strlen(format), takes_herd, error);
    for (guint i = 0; common->reports && common->reports[i]; i++)
        if (!check_report(common->reports[i], error))
            return false;
    if (!common->reports && (reports->herd || g_str_equal(format, "text")))
        return true;
    reports->run = run_report_new(command);
    common->run = reports->run;
    return true;
}

static bool write_report(const char *report, const RunReport *run, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) local = NULL;
    const ReportKind *kind = kind_named(report, strcspn(report, "="));
    g_assert(kind);
    kind->write(text, run);
    if (file_write(report_file(report), text->str, &local))
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--report %s: %s", report, local->message);
    return false;
}

bool reports_write(const Reports *reports, const Common *common, const GString *text, GError **error)
{
    for (guint i = 0; common->reports && common->reports[i]; i++)
        if (!write_report(common->reports[i], reports->run, error))
            return false;
    const char *format = reports->format ? reports->format : "text";
    if (reports->herd || g_str_equal(format, "text"))
        return common_write(common, text->str, error);
    g_autoptr(GString) formatted = g_string_new(NULL);
    const ReportKind *kind = kind_named(format, strlen(format));
    g_assert(kind);
    kind->write(formatted, reports->run);
    return common_write(common, formatted->str, error);
}
