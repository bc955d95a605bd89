/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/compile.h"

#include "scenarios/assemble-parts.h"
#include "scenarios/lookup.h"
#include "sim/base/error.h"

#include <string.h>

#define OUTPUT_MAX (16u << 20)

/* ---- flags */

/* Files are read and written, plugins loaded, and the output is another one. */
static bool is_harmful(const char *option)
{
    static const char *const prefixes[] = {
        "plugin", "dump",        "profile",        "auto-profile", "branch-prob", "test-coverage",
        "save-",  "opt-info",    "callgraph-info", "stack-usage",  "diagnostics", "no-diagnostics",
        "lto",    "syntax-only", "compare-debug",  "self-test",    "wpa",         "ltrans",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(option, prefixes[i]))
            return true;
    return false;
}

bool compile_flag_is_allowed(const char *flag)
{
    static const char pattern[] = "^-(O([0-3gsz]|fast)?|D[A-Za-z_][A-Za-z0-9_]*(=.*)?|U[A-Za-z_][A-Za-z0-9_]*|"
                                  "f[a-z][a-z0-9-]*(=[A-Za-z0-9_,-]+)?)$";

    return g_regex_match_simple(pattern, flag, G_REGEX_DOLLAR_ENDONLY, 0) && !(flag[1] == 'f' && is_harmful(flag + 2));
}

/* What comes later wins: a scenario may ask for -O1, but not for position-independent code. */
static GPtrArray *make_arguments(const char *file, const char *output, const GPtrArray *flags)
{
    static const char *const first[] = { "-S", "-g", "-O2" };
    static const char *const last[] = {
        "-ffreestanding",
        "-fno-builtin",
        "-fno-pic",
        "-fno-pie",
        "-mcmodel=medany",
        "-msmall-data-limit=0",
        "-fno-asynchronous-unwind-tables",
        "-fno-tree-loop-distribute-patterns", /* no calls of memset() in place of loops */
        ("-march=" ASM_ARCH),
        "-mabi=lp64",
        "-fno-stack-protector",
        "-nostdinc",
        "-Werror=implicit-function-declaration",
        "-fno-diagnostics-show-caret",
        "-fno-diagnostics-show-option",
        "-fdiagnostics-color=never",
        "-ftabstop=1",
        "-fmax-errors=8",
    };
    GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) directories = lookup_directories();
    g_autofree char *here = g_get_current_dir();

    for (gsize i = 0; i < G_N_ELEMENTS(first); i++)
        g_ptr_array_add(arguments, g_strdup(first[i]));
    for (guint i = 0; i < flags->len; i++)
        g_ptr_array_add(arguments, g_strdup(g_ptr_array_index(flags, i)));
    for (gsize i = 0; i < G_N_ELEMENTS(last); i++)
        g_ptr_array_add(arguments, g_strdup(last[i]));
    for (guint i = 0; i < directories->len; i++)
        g_ptr_array_add(arguments, g_strconcat("-I", g_ptr_array_index(directories, i), NULL));
    g_ptr_array_add(arguments, g_strdup_printf("-fdebug-prefix-map=%s=" ELF_SOURCE_DIRECTORY, here));
    g_ptr_array_add(arguments, g_strdup("-o"));
    g_ptr_array_add(arguments, g_strdup(output));
    g_ptr_array_add(arguments, g_strdup("-xc"));
    g_ptr_array_add(arguments, g_strdup(file));
    g_ptr_array_add(arguments, NULL);
    return arguments;
}

/* ---- what the compiler said */

/* "FILE:LINE:COL: error: TEXT", FILE perhaps with colons in it. */
static char *located_message(const Source *source, const char *said)
{
    static const char pattern[] = "^(.+?):([0-9]+):([0-9]+): (?:fatal )?error: (.*)$";
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    if (!g_regex_match(regex, said, 0, &match))
        return NULL;
    g_autofree char *file = g_match_info_fetch(match, 1);
    g_autofree char *line = g_match_info_fetch(match, 2);
    g_autofree char *column = g_match_info_fetch(match, 3);
    g_autofree char *text = g_match_info_fetch(match, 4);
    g_autoptr(Source) other = g_str_equal(file, source_name(source)) ? NULL : lookup_named(file);

    return source_message(other ? other : source, (guint)g_ascii_strtoull(line, NULL, 10),
                          (guint)g_ascii_strtoull(column, NULL, 10), "error", text);
}

static bool compiler_error(const Source *source, const char *said, const YamlNode *node, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(said, "\n", -1);
    g_autoptr(GString) all = g_string_new(NULL);
    const char *unlocated = NULL;

    for (char **line = lines; *line; line++) {
        g_autofree char *message = located_message(source, *line);
        const char *text = strstr(*line, "error: ");

        if (message)
            g_string_append_printf(all, "%s%s", all->len ? "\n" : "", message);
        else if (text && !unlocated)
            unlocated = text + strlen("error: ");
    }
    if (all->len == 0)
        return yaml_error(error, node, "the compiler failed: %s", unlocated ? unlocated : lines[0]);
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_SCENARIO, all->str);
    return false;
}

/* ---- */

/* Without the name of the file at its beginning: the assembler would count that among the files it has read. */
static char *drop_file_name(const char *text)
{
    const char *end = g_str_has_prefix(text, "\t.file\t\"") ? strchr(text, '\n') : NULL;

    return g_strdup(end ? end + 1 : text);
}

static char *compile_in(const char *directory, const Source *source, const GPtrArray *flags, const YamlNode *node,
                        GError **error)
{
    g_autofree char *output = g_build_filename(directory, "out.s", NULL);
    g_autoptr(GPtrArray) arguments = make_arguments(source_name(source), output, flags);
    g_autofree char *said = NULL;
    const char *exhausted;
    g_autofree char *text = NULL;
    gsize length = 0;
    bool success;

    if (!asm_run(directory, "gcc", (const char *const *)arguments->pdata, &success, &exhausted, &said, error))
        return NULL;
    if (exhausted)
        yaml_error(error, node, "the compiler %s", exhausted);
    else if (!success)
        compiler_error(source, said, node, error);
    else if (!g_file_get_contents(output, &text, &length, NULL))
        yaml_error(error, node, "the compiler wrote no assembly");
    else if (length > OUTPUT_MAX || strlen(text) != length)
        yaml_error(error, node, "the compiler wrote more than %u MiB", OUTPUT_MAX >> 20);
    else
        return drop_file_name(text);
    return NULL;
}

char *compile_c(const Source *source, const GPtrArray *flags, const YamlNode *node, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *directory = g_dir_make_tmp("cmodx-XXXXXX", &cause);

    if (!directory) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "no temporary directory: %s", cause->message);
        return NULL;
    }
    char *text = compile_in(directory, source, flags, node, error);
    asm_remove_directory(directory);
    return text;
}
