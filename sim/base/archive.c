/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/base/archive.h"

#include "sim/base/error.h"

#define XXH_INLINE_ALL
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

/* In front of the file, in the byte order of the machine; at its end, the checksum of all before. */
static const guint64 magic = G_GUINT64_CONSTANT(0x31746b6378646d63); /* "cmdxckt1" */

struct Archive {
    char *path;
    /* writing */
    char *partial; /* name of the file until it is finished; NULL: reading */
    FILE *file;    /* NULL: closed */
    XXH3_state_t *sum;
    int error; /* errno of the first failure */
    /* reading */
    GMappedFile *mapped;
    const char *at, *end;
    bool failed;
};

void archive_free(Archive *archive)
{
    if (!archive)
        return;
    if (archive->file) {
        fclose(archive->file);
        unlink(archive->partial);
    }
    XXH3_freeState(archive->sum);
    g_clear_pointer(&archive->mapped, g_mapped_file_unref);
    g_free(archive->partial);
    g_free(archive->path);
    g_free(archive);
}

static void put(Archive *archive, gconstpointer data, gsize size)
{
    if (archive->error || size == 0)
        return;
    XXH3_64bits_update(archive->sum, data, size);
    if (fwrite(data, 1, size, archive->file) != size)
        archive->error = errno;
}

/* A link's file is what is written, and where. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL), *copy = g_strdup(real ? real : path);
    free(real);
    return copy;
}

bool archive_may_replace(const char *path, GError **error)
{
    struct stat of;
    guint64 start = 0;
    if (stat(path, &of) != 0)
        return true;
    if (S_ISREG(of.st_mode)) {
        FILE *file = fopen(path, "rbe");
        bool is_one = of.st_size == 0 || (file && fread(&start, sizeof start, 1, file) == 1 && start == magic);
        if (file)
            fclose(file);
        if (is_one)
            return true;
    }
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s is no checkpoint: it is not overwritten", path);
    return false;
}

void archive_remove(const char *path)
{
    g_autofree char *real = real_path(path);
    unlink(real);
}

/* Locked, so that no other search writes there at the same time. */
static FILE *open_partial(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    struct stat mine, now;
    bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    bool there = locked && fstat(fd, &mine) == 0 && stat(path, &now) == 0 && mine.st_ino == now.st_ino;
    if (there && ftruncate(fd, 0) == 0)
        return fdopen(fd, "wb");
    int saved = errno == EWOULDBLOCK || (locked && !there) ? EBUSY : errno;
    if (fd >= 0)
        close(fd);
    errno = saved;
    return NULL;
}

Archive *archive_create(const char *path, GError **error)
{
    g_autoptr(Archive) archive = g_new0(Archive, 1);
    if (!archive_may_replace(path, error))
        return NULL;
    archive->path = real_path(path);
    archive->partial = g_strconcat(archive->path, ".part", NULL);
    archive->sum = XXH3_createState();
    archive->file = open_partial(archive->partial);
    if (!archive->file) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "cannot write %s: %s", archive->partial,
                    g_strerror(errno));
        return NULL;
    }
    XXH3_64bits_reset(archive->sum);
    put(archive, &magic, sizeof magic);
    return g_steal_pointer(&archive);
}

bool archive_finish(Archive *archive, GError **error)
{
    guint64 sum = XXH3_64bits_digest(archive->sum);
    put(archive, &sum, sizeof sum);
    if (!archive->error && (fflush(archive->file) || fsync(fileno(archive->file))))
        archive->error = errno;
    if (!archive->error && rename(archive->partial, archive->path)) /* while it is locked */
        archive->error = errno;
    fclose(g_steal_pointer(&archive->file));
    if (!archive->error)
        return true;
    unlink(archive->partial);
    g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "cannot write %s: %s", archive->path,
                g_strerror(archive->error));
    return false;
}

Archive *archive_open(const char *path, GError **error)
{
    g_autoptr(Archive) archive = g_new0(Archive, 1);
    g_autoptr(GError) local = NULL;
    archive->path = g_strdup(path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "cannot read %s: %s", path, g_strerror(errno));
        return NULL;
    }
    archive->mapped = g_mapped_file_new_from_fd(fd, FALSE, &local);
    close(fd);
    if (!archive->mapped) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "cannot read %s: %s", path, local->message);
        return NULL;
    }
    gsize length = g_mapped_file_get_length(archive->mapped);
    archive->at = g_mapped_file_get_contents(archive->mapped);
    if (length < 2 * sizeof magic || memcmp(archive->at, &magic, sizeof magic) != 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s is no checkpoint of this program on this kind of machine",
                    path);
        return NULL;
    }
    archive->end = archive->at + length - sizeof(guint64);
    guint64 sum = XXH3_64bits(archive->at, length - sizeof sum);
    if (memcmp(archive->end, &sum, sizeof sum) != 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s is damaged: its checksum does not match what is in it",
                    path);
        return NULL;
    }
    archive->at += sizeof magic;
    return g_steal_pointer(&archive);
}

bool archive_is_reading(const Archive *archive)
{
    return archive->partial == NULL;
}

bool archive_failed(const Archive *archive)
{
    return archive->failed;
}

bool archive_check(Archive *archive, bool holds)
{
    g_assert(holds || archive_is_reading(archive));
    archive->failed = archive->failed || !holds;
    return !archive->failed;
}

bool archive_room(Archive *archive, guint64 n, gsize size)
{
    return !archive_is_reading(archive) || archive_check(archive, n <= (guint64)(archive->end - archive->at) / size);
}

/* Where the next `size` bytes of a file that is read are, or NULL. */
static gconstpointer get(Archive *archive, gsize size)
{
    if (!archive_room(archive, size, 1))
        return NULL;
    gconstpointer at = archive->at;
    archive->at += size;
    return at;
}

void archive_bytes(Archive *archive, void *data, gsize size)
{
    if (!archive_is_reading(archive)) {
        put(archive, data, size);
        return;
    }
    gconstpointer at = get(archive, size);
    if (at && size)
        memcpy(data, at, size);
    else if (size)
        memset(data, 0, size);
}

void archive_u32(Archive *archive, guint32 *value)
{
    archive_bytes(archive, value, sizeof *value);
}

void archive_u64(Archive *archive, guint64 *value)
{
    archive_bytes(archive, value, sizeof *value);
}

void archive_bool(Archive *archive, bool *value)
{
    guint32 number = *value;
    archive_u32(archive, &number);
    archive_check(archive, number <= 1);
    *value = number == 1;
}

void archive_expect(Archive *archive, guint32 value)
{
    guint32 found = value;
    archive_u32(archive, &found);
    archive_check(archive, found == value);
}

void archive_text(Archive *archive, char **text)
{
    bool is_there = *text != NULL;
    guint64 length = is_there ? strlen(*text) : 0;
    archive_bool(archive, &is_there);
    archive_u64(archive, &length);
    if (!archive_is_reading(archive)) {
        put(archive, *text, length);
        return;
    }
    const char *at = get(archive, length);
    bool sound = archive_check(archive, is_there || length == 0) &&
                 archive_check(archive, length == 0 || !memchr(at, '\0', length));
    g_free(*text);
    *text = sound && is_there ? g_strndup(at, length) : NULL;
}

void archive_static_text(Archive *archive, const char **text)
{
    g_autofree char *copy = g_strdup(*text);
    archive_text(archive, &copy);
    if (archive_is_reading(archive))
        *text = g_intern_string(copy);
}

void archive_array(Archive *archive, GArray *array)
{
    guint32 n = array->len;
    guint element = g_array_get_element_size(array);
    archive_u32(archive, &n);
    if (!archive_is_reading(archive)) {
        put(archive, array->data, (gsize)n * element);
        return;
    }
    gconstpointer at = get(archive, (gsize)n * element);
    g_array_set_size(array, 0);
    if (at && n)
        g_array_append_vals(array, at, n);
}

static void read_strings(Archive *archive, Intern *intern, guint32 n)
{
    g_assert(intern_count(intern) == 0);
    for (guint32 id = 0; id < n && !archive->failed; id++) {
        guint32 length = 0;
        archive_u32(archive, &length);
        gconstpointer at = get(archive, length);
        if (at)
            archive_check(archive, intern_put(intern, at, length) == id);
    }
}

void archive_intern(Archive *archive, Intern *intern)
{
    guint32 n = intern_count(intern);
    archive_u32(archive, &n);
    if (archive_is_reading(archive)) {
        read_strings(archive, intern, n);
        return;
    }
    for (guint32 id = 0; id < n; id++) {
        guint length;
        gconstpointer bytes = intern_get(intern, id, &length);
        guint32 kept = length;
        archive_u32(archive, &kept);
        put(archive, bytes, length);
    }
}
