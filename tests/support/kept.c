/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/kept.h"

#include <glib/gstdio.h>

enum {
    FRAME = 8 /* in front and behind */
};

void kept_init(Kept *kept)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("kept-XXXXXX", &error);
    g_assert_no_error(error);
    *kept = (Kept){ .path = g_build_filename(directory, "search", NULL) };
}

void kept_clear(Kept *kept)
{
    g_autofree char *directory = g_path_get_dirname(kept->path);
    g_unlink(kept->path);
    g_rmdir(directory);
    g_free(kept->path);
}

static bool is_due(gpointer data)
{
    Kept *kept = data;
    return ++kept->asked == kept->due;
}

static void keep(gpointer data, void (*archive)(gpointer search, Archive *archive), gpointer search)
{
    Kept *kept = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(Archive) file = archive_create(kept->path, &error);
    g_assert_no_error(error);
    archive(search, file);
    archive_finish(file, &error);
    g_assert_no_error(error);
    kept->n++;
}

SearchOptions kept_options(Kept *kept)
{
    kept->n = kept->asked = 0;
    return (SearchOptions){ .count_interleavings = true, .keep_due = is_due, .keep = keep, .keep_data = kept };
}

Archive *kept_open(const Kept *kept)
{
    g_autoptr(GError) error = NULL;
    Archive *archive = archive_open(kept->path, &error);
    g_assert_no_error(error);
    return archive;
}

GBytes *kept_contents(const Kept *kept)
{
    g_autoptr(GError) error = NULL;
    char *bytes;
    gsize length;
    g_file_get_contents(kept->path, &bytes, &length, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) whole = g_bytes_new_take(bytes, length);
    return g_bytes_new_from_bytes(whole, FRAME, length - 2 * (gsize)FRAME);
}

void kept_replace(const Kept *kept, gconstpointer bytes, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Archive) file = archive_create(kept->path, &error);
    g_assert_no_error(error);
    archive_bytes(file, (gpointer)(gsize)bytes, size);
    archive_finish(file, &error);
    g_assert_no_error(error);
}
