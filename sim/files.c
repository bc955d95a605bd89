/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/litmus.h"
#include "scenarios/lookup.h"
#include "sim/base/error.h"
#include "sim/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    DEPTH_MAX = 32
};

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Entries of a directory in the order of their bytes: the file system's order must not show. */
static GPtrArray *entries(const char *path, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(GDir) dir = g_dir_open(path, 0, &local);
    if (!dir) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s", local->message);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_ptr_array_sort(names, by_name);
    return names;
}

static bool is_scenario_name(const char *name)
{
    return g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".litmus");
}

static bool add_directory(GPtrArray *files, const char *path, guint depth, GError **error)
{
    if (depth > DEPTH_MAX) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: directories nested more than %d deep", path, DEPTH_MAX);
        return false;
    }
    g_autoptr(GPtrArray) names = entries(path, error);
    if (!names)
        return false;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (g_file_test(name, G_FILE_TEST_IS_DIR)) {
            if (!add_directory(files, name, depth + 1, error))
                return false;
        } else if (is_scenario_name(name)) {
            g_ptr_array_add(files, g_strdup(name));
        }
    }
    return true;
}

/* ---- the catalogue */

char *catalogue_directory(void)
{
    const char *given = g_getenv("CMODX_CATALOGUE");
    return given && *given ? g_strdup(given) : lookup_data("catalogue");
}

char *file_named(const char *argument)
{
    if (!*argument || strchr("-@/.", *argument) || g_file_test(argument, G_FILE_TEST_EXISTS))
        return g_strdup(argument);
    g_autofree char *directory = catalogue_directory(), *scenario = g_strconcat(argument, ".yaml", NULL);
    const char *const names[] = { scenario, argument };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(directory, names[i], NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    return g_strdup(argument);
}

/* ---- arguments */

static bool add_argument(GPtrArray *files, const char *argument, guint depth, GError **error);

/* One path per line, relative to the list; '#' starts a comment. */
static bool add_list(GPtrArray *files, const char *path, guint depth, GError **error)
{
    if (depth > DEPTH_MAX) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: lists nested more than %d deep", path, DEPTH_MAX);
        return false;
    }
    g_autoptr(Source) source = source_load(path, error);
    g_autofree char *directory = g_path_get_dirname(path);
    for (guint i = 1; source && i <= source_n_lines(source); i++) {
        gsize length;
        const char *line = source_line(source, i, &length);
        g_autofree char *name = g_strstrip(g_strndup(line, length));
        if (!*name || *name == '#')
            continue;
        g_autofree char *full = g_path_is_absolute(name) || g_str_equal(directory, ".")
                                    ? g_strdup(name)
                                    : g_build_filename(directory, name, NULL);
        if (!add_argument(files, full, depth + 1, error))
            return false;
    }
    return source != NULL;
}

/* "@FILE", or a file whose own name starts with '@', is a list of files. */
static bool add_argument(GPtrArray *files, const char *argument, guint depth, GError **error)
{
    if (g_file_test(argument, G_FILE_TEST_IS_DIR))
        return add_directory(files, argument, depth, error);
    g_autofree char *name = g_path_get_basename(argument);
    if (*name == '@' && g_file_test(argument, G_FILE_TEST_EXISTS))
        return add_list(files, argument, depth, error);
    if (*argument == '@')
        return add_list(files, argument + 1, depth, error);
    g_ptr_array_add(files, g_strdup(argument));
    return true;
}

static GPtrArray *scenario_files(char **arguments, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; arguments && arguments[i]; i++) {
        g_autofree char *name = file_named(arguments[i]);
        if (!add_argument(files, name, 0, error))
            return NULL;
    }
    return g_steal_pointer(&files);
}

const GPtrArray *common_files(Common *common, GError **error)
{
    if (!common->all_files)
        common->all_files = scenario_files(common->files, error);
    return common->all_files;
}

/* The file beside it, or the scenario of the catalogue, that a name of no file was probably meant to be; or NULL. */
static char *closest_file(const char *path)
{
    g_autofree char *directory = g_path_get_dirname(path), *catalogue = catalogue_directory();
    g_autoptr(GPtrArray) beside = g_file_test(directory, G_FILE_TEST_IS_DIR) ? entries(directory, NULL) : NULL;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free), names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; beside && i < beside->len; i++) {
        const char *name = g_ptr_array_index(beside, i);
        if (is_scenario_name(name))
            g_ptr_array_add(names, g_strdup(g_str_has_prefix(name, "./") ? name + 2 : name));
    }
    if (add_directory(all, catalogue, 0, NULL))
        for (guint i = 0; i < all->len; i++) {
            const char *name = (const char *)g_ptr_array_index(all, i) + strlen(catalogue) + 1;
            g_ptr_array_add(names, g_strndup(name, (gsize)(strrchr(name, '.') - name)));
        }
    return g_strdup(closest_name(path, (const char *const *)names->pdata, names->len));
}

Scenario *load_file(const char *path, GError **error)
{
    g_autoptr(GError) unread = NULL;
    g_autoptr(Source) source = source_load(path, &unread);
    if (!source) {
        g_autofree char *closest = g_file_test(path, G_FILE_TEST_EXISTS) ? NULL : closest_file(path);
        if (closest)
            g_set_error(error, unread->domain, unread->code, "%s; did you mean '%s'?", unread->message, closest);
        else
            g_propagate_error(error, g_steal_pointer(&unread));
        return NULL;
    }
    if (!litmus_is_file(source))
        return scenario_load(source, error);
    Scenario *scenario;
    GError *local;
    litmus_load((const Source *const *)&source, 1, &scenario, &local);
    if (local)
        g_propagate_error(error, local);
    return scenario;
}

/* Without a temporary file beside it, which would replace it. */
static bool write_in_place(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bool ok = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0)
        ok = false;
    return ok;
}

bool file_write(const char *path, const char *text, GError **error)
{
    bool special = g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR);
    g_autoptr(GError) local = NULL;
    if (special ? write_in_place(path, text) : g_file_set_contents(path, text, -1, &local))
        return true;
    /* GLib's messages name temporary files, and end with the reason. */
    const char *reason = local ? strrchr(local->message, ':') : NULL;
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "cannot write '%s'%s%s", path, reason ? "" : ": ",
                reason ? reason : g_strerror(errno));
    return false;
}

bool common_write(const Common *common, const char *text, GError **error)
{
    if (!common->output || g_str_equal(common->output, "-")) {
        if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
            return true;
        clearerr(stdout); /* it has been told */
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "cannot write the report: %s", g_strerror(errno));
        return false;
    }
    return file_write(common->output, text, error);
}
