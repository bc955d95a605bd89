/* SPDX-License-Identifier: GPL-2.0-or-later */
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
        } else if (g_str_has_suffix(name, ".yaml")) {
            g_ptr_array_add(files, g_strdup(name));
        }
    }
    return true;
}

GPtrArray *scenario_files(char **arguments, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; arguments && arguments[i]; i++) {
        if (!g_file_test(arguments[i], G_FILE_TEST_IS_DIR))
            g_ptr_array_add(files, g_strdup(arguments[i]));
        else if (!add_directory(files, arguments[i], 0, error))
            return NULL;
    }
    return g_steal_pointer(&files);
}

Scenario *load_file(const char *path, GError **error)
{
    g_autoptr(Source) source = source_load(path, error);
    return source ? scenario_load(source, error) : NULL;
}

bool common_write(const Common *common, const char *text, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!common->output || g_str_equal(common->output, "-")) {
        fputs(text, stdout);
        if (fflush(stdout) == 0)
            return true;
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "cannot write the report: %s", g_strerror(errno));
        return false;
    }
    if (g_file_set_contents(common->output, text, -1, &local))
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s", local->message);
    return false;
}
