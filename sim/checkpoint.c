/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/checkpoint.h"

#include "reports/text.h"
#include "sim/base/error.h"
#include "sim/machine/world.h"

#include <string.h>

enum {
    NAME_MAX_BYTES = 120 /* of 255 that file systems take */
};

struct Checkpoint {
    char *path;
    Archive *archive; /* behind the header */
    char *scenario;   /* as the user named it when it was written */
    char *digest;
    Row row; /* options and preempt_given */
    guint64 milliseconds;
};

void checkpoint_free(Checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    archive_free(checkpoint->archive);
    g_free(checkpoint->path);
    g_free(checkpoint->scenario);
    g_free(checkpoint->digest);
    g_free(checkpoint);
}

/* Whether it is of this very program, as far as that can be told: plain data is kept as it is in memory. */
static void archive_version(Archive *archive, char **version)
{
    archive_text(archive, version);
    archive_expect(archive, sizeof(Task));
    archive_expect(archive, sizeof(Views));
    archive_expect(archive, sizeof(Message));
}

static void archive_options(Archive *archive, Options *options)
{
    archive_bool(archive, &options->witness);
    for (guint i = 0; option_name(i); i++) {
        const char *old = options_get(options, option_name(i));
        g_autofree char *value = g_strdup(old);
        archive_text(archive, &value);
        if (archive_is_reading(archive))
            archive_check(archive, !value || options_set(options, option_name(i), value, NULL));
    }
    archive_check(archive, options_check(options, NULL));
}

static void archive_header(Checkpoint *checkpoint)
{
    Archive *archive = checkpoint->archive;
    archive_text(archive, &checkpoint->scenario);
    archive_text(archive, &checkpoint->digest);
    archive_options(archive, &checkpoint->row.options);
    archive_bool(archive, &checkpoint->row.preempt_given);
    archive_u64(archive, &checkpoint->milliseconds);
}

Checkpoint *checkpoint_open(const char *path, GError **error)
{
    g_autoptr(Checkpoint) checkpoint = g_new0(Checkpoint, 1);
    g_autofree char *version = NULL;
    checkpoint->path = g_strdup(path);
    checkpoint->row.options = options_default();
    checkpoint->archive = archive_open(path, error);
    if (!checkpoint->archive)
        return NULL;
    archive_version(checkpoint->archive, &version);
    if (g_strcmp0(version, CMODX_VERSION) != 0 || archive_failed(checkpoint->archive)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s was written by another cmodx (%s): this is %s", path,
                    version ? version : "an unknown one", CMODX_VERSION);
        return NULL;
    }
    archive_header(checkpoint);
    if (archive_failed(checkpoint->archive) || !checkpoint->scenario || !checkpoint->digest) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: makes no sense as a checkpoint", path);
        return NULL;
    }
    return g_steal_pointer(&checkpoint);
}

bool checkpoint_suits(const Checkpoint *checkpoint, const Scenario *scenario, GError **error)
{
    g_autofree char *digest = program_digest(scenario->program);
    if (g_str_equal(digest, checkpoint->digest))
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                "%s is a checkpoint of %s: %s is another scenario, or has changed since", checkpoint->path,
                checkpoint->scenario, scenario->file);
    return false;
}

Row checkpoint_row(const Checkpoint *checkpoint)
{
    return checkpoint->row;
}

double checkpoint_seconds(const Checkpoint *checkpoint)
{
    return (double)checkpoint->milliseconds / 1000;
}

Archive *checkpoint_search(Checkpoint *checkpoint)
{
    return checkpoint->archive;
}

bool checkpoint_write(const char *path, const Scenario *scenario, const Row *row, double seconds,
                      void (*archive)(gpointer search, Archive *archive), gpointer search, GError **error)
{
    g_autoptr(Checkpoint) checkpoint = g_new0(Checkpoint, 1);
    g_autofree char *version = g_strdup(CMODX_VERSION);
    checkpoint->scenario = g_strdup(scenario->file);
    checkpoint->digest = program_digest(scenario->program);
    checkpoint->row = (Row){ .options = row->options, .preempt_given = row->preempt_given };
    checkpoint->milliseconds = (guint64)(seconds * 1000);
    checkpoint->archive = archive_create(path, error);
    if (!checkpoint->archive)
        return false;
    archive_version(checkpoint->archive, &version);
    archive_header(checkpoint);
    archive(search, checkpoint->archive);
    return archive_finish(checkpoint->archive, error);
}

char *checkpoint_usual_path(const Scenario *scenario, const Options *options)
{
    g_autofree char *name = g_strdup(scenario->file), *text = options_text(options);
    char *start = name + strspn(name, "./");
    char *dot = strrchr(start, '.');
    if (dot && dot != start && !strchr(dot, '/'))
        *dot = '\0';
    gsize length = strlen(start);
    if (length > NAME_MAX_BYTES)
        start += length - NAME_MAX_BYTES;
    while (g_utf8_get_char_validated(start, -1) == (gunichar)-1 && *start)
        start++; /* cut within a character */
    g_autofree char *digest = program_digest(scenario->program);
    g_autofree char *all =
        g_strdup_printf("%s %s %s %s", scenario->file, text, options_get(options, "explorer"), digest);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);
    return g_strdup_printf("%s-%s-%.8s.ckpt", g_strdelimit(start, "/", '-'), g_strdelimit(text, ",=", '-'), sum);
}
