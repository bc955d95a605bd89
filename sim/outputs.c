/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what a command is going to write would overwrite what it reads, or what it writes itself. */
#include "sim/base/error.h"
#include "sim/report.h"

#include <sys/stat.h>

/* The path of a file that may not exist yet, without links in its directory. */
static char *place_of(const char *path)
{
    g_autofree char *full = g_canonicalize_filename(path, NULL), *directory = g_path_get_dirname(full);
    g_autofree char *name = g_path_get_basename(full);
    char *real = realpath(directory, NULL);
    char *place = g_build_filename(real ? real : directory, name, NULL);
    free(real);
    return place;
}

bool same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    bool has_a = stat(a, &of_a) == 0, has_b = stat(b, &of_b) == 0;
    if (has_a != has_b)
        return false;
    if (has_a) /* a terminal or /dev/null may be written to twice */
        return S_ISREG(of_a.st_mode) && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
    g_autofree char *place_a = place_of(a), *place_b = place_of(b);
    return g_str_equal(place_a, place_b);
}

static GPtrArray *outputs_of(const Common *common)
{
    GPtrArray *outputs = g_ptr_array_new();
    if (common->output && !g_str_equal(common->output, "-"))
        g_ptr_array_add(outputs, common->output);
    if (checkpoint_named(common))
        g_ptr_array_add(outputs, common->checkpoint);
    for (guint i = 0; common->reports && common->reports[i]; i++)
        if (report_file(common->reports[i])) /* what is wrong with one is said later */
            g_ptr_array_add(outputs, (gpointer)report_file(common->reports[i]));
    return outputs;
}

/* Those that are read, besides scenarios: lists of them, checkpoints, expectations. */
static GPtrArray *others_of(const Common *common)
{
    GPtrArray *others = g_ptr_array_new();
    bool again = common->checkpoint && common->resume && same_file(common->checkpoint, common->resume);
    for (guint i = 0; common->files && common->files[i]; i++)
        if (*common->files[i] == '@')
            g_ptr_array_add(others, common->files[i] + 1);
    if (common->resume && !again)
        g_ptr_array_add(others, common->resume);
    if (common->kinds_file)
        g_ptr_array_add(others, common->kinds_file);
    return others;
}

static bool check_input(const char *output, const GPtrArray *inputs, const char *what, GError **error)
{
    for (guint i = 0; inputs && i < inputs->len; i++)
        if (same_file(output, g_ptr_array_index(inputs, i))) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "'%s' is %s: it is not overwritten", output, what);
            return false;
        }
    return true;
}

bool outputs_check(Common *common, GError **error)
{
    g_autoptr(GPtrArray) outputs = outputs_of(common), others = others_of(common);
    /* What is wrong with them is said later. */
    const GPtrArray *inputs = outputs->len && common->files ? common_files(common, NULL) : NULL;
    for (guint i = 0; i < outputs->len; i++) {
        const char *output = g_ptr_array_index(outputs, i);
        for (guint j = 0; j < i; j++)
            if (same_file(output, g_ptr_array_index(outputs, j))) {
                g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "two files would be written to '%s'", output);
                return false;
            }
        if (!check_input(output, inputs, "a scenario to be read", error) ||
            !check_input(output, others, "a file to be read", error))
            return false;
    }
    return true;
}
