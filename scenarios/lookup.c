/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An installed program must not depend on a source tree that happens to be there still. */
static bool runs_where_built(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);

    return program && g_str_has_prefix(program, CMODX_BUILD_ROOT "/");
}

static char *beside_program(const char *name)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = program ? g_path_get_dirname(program) : g_strdup("");
    g_autofree char *path = g_build_filename(bin, CMODX_DATA_FROM_BIN, name, NULL);

    return *CMODX_DATA_FROM_BIN && program ? g_canonicalize_filename(path, "/") : NULL;
}

char *lookup_data(const char *name)
{
    g_autofree char *beside = beside_program(name);

    if (runs_where_built())
        return g_build_filename(CMODX_SOURCE_DATADIR, name, NULL);
    if (beside && g_file_test(beside, G_FILE_TEST_IS_DIR))
        return g_steal_pointer(&beside);
    return g_build_filename(CMODX_DATADIR, name, NULL);
}

GPtrArray *lookup_directories(void)
{
    GPtrArray *directories = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) given = g_strsplit(g_getenv("CMODX_INCLUDE_PATH") ? g_getenv("CMODX_INCLUDE_PATH") : "", ":", -1);

    for (char **each = given; *each; each++)
        if (**each)
            g_ptr_array_add(directories, g_strdup(*each));
    g_ptr_array_add(directories, lookup_data("include"));
    return directories;
}

/* "./" keeps a name from being taken for an option by the tools that get it. */
static char *join(const char *directory, const char *name)
{
    if (g_path_is_absolute(name) || (g_str_equal(directory, ".") && !strchr("-@", name[0])))
        return g_strdup(name);
    return g_build_filename(directory, name, NULL);
}

/* A pipe must not keep us waiting. */
static int open_at(const char *directory, const char *name, char **path)
{
    *path = join(directory, name);
    int fd = open(*path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        int saved = errno;
        g_clear_pointer(path, g_free);
        errno = saved;
    }
    return fd;
}

/* The file where it is found first; a file that cannot be opened hides those behind it. */
static int open_first(const YamlNode *node, const char *name, char **path)
{
    g_autofree char *own = g_path_get_dirname(source_name(yaml_source(node)));
    g_autoptr(GPtrArray) directories = lookup_directories();
    int fd = open_at(own, name, path);

    for (guint i = 0; i < directories->len && fd < 0 && !g_path_is_absolute(name); i++) {
        if (errno != ENOENT && errno != ENOTDIR)
            break;
        fd = open_at(g_ptr_array_index(directories, i), name, path);
    }
    return fd;
}

/* FALSE with errno. */
static bool read_all(int fd, gsize max, GByteArray *bytes)
{
    guint8 buffer[65536];

    while (bytes->len <= max) {
        ssize_t n = read(fd, buffer, sizeof buffer);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        g_byte_array_append(bytes, buffer, (guint)n);
    }
    return true;
}

static bool read_regular(const YamlNode *node, const char *name, int fd, gsize max, GByteArray *bytes, GError **error)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return yaml_error(error, node, "cannot read '%s': %s", name, g_strerror(errno));
    if (!S_ISREG(status.st_mode))
        return yaml_error(error, node, "'%s' is not a regular file", name);
    if (!read_all(fd, max, bytes))
        return yaml_error(error, node, "cannot read '%s': %s", name, g_strerror(errno));
    if (bytes->len > max)
        return yaml_error(error, node, "'%s' is larger than %" G_GSIZE_FORMAT " MiB", name, max >> 20);
    return true;
}

GBytes *lookup_bytes(const YamlNode *node, gsize max, char **path, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree char *found = NULL;
    const char *name;

    *path = NULL;
    if (!yaml_text(node, &name, error))
        return NULL;
    int fd = open_first(node, name, &found);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR) && !g_path_is_absolute(name))
        yaml_error(error, node, "file '%s' is neither beside the scenario nor among the shared files", name);
    else if (fd < 0)
        yaml_error(error, node, "cannot read '%s': %s", name, g_strerror(errno));
    if (fd < 0)
        return NULL;
    bool ok = read_regular(node, name, fd, max, bytes, error);
    close(fd);
    if (!ok)
        return NULL;
    *path = g_steal_pointer(&found);
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

Source *lookup_source(const YamlNode *node, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GBytes) bytes = lookup_bytes(node, SOURCE_SIZE_MAX, &path, error);
    gsize size;

    if (!bytes)
        return NULL;
    const char *text = g_bytes_get_data(bytes, &size);
    if (size && memchr(text, '\0', size)) {
        yaml_error(error, node, "'%s' is not a text file", yaml_scalar(node));
        return NULL;
    }
    return source_new(path, text, size);
}

Source *lookup_named(const char *path)
{
    Source *source = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? source_load(path, NULL) : NULL;

    return source ? source : source_new(path, "", 0);
}
