/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios/source.h"

#include "sim/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define EXCERPT_WIDTH  100u /* characters of a source line that a message shows */
#define MESSAGE_LENGTH 500u /* characters; a name quoted in a message may be the whole file */

struct Source {
    char *name;
    char *text;
    gsize length;
    GArray *starts; /* gsize: offset of the first byte of every line */
};

void source_free(Source *source)
{
    if (source == NULL)
        return;
    g_free(source->name);
    g_free(source->text);
    g_array_unref(source->starts);
    g_free(source);
}

Source *source_new(const char *name, const char *text, gsize length)
{
    static const char mark[] = "\xef\xbb\xbf";
    Source *source = g_new0(Source, 1);

    if (length >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0) {
        text += strlen(mark);
        length -= strlen(mark);
    }
    source->name = g_strdup(name);
    source->text = g_malloc(length + 1);
    if (length > 0)
        memcpy(source->text, text, length);
    source->text[length] = '\0';
    source->length = length;
    source->starts = g_array_new(FALSE, FALSE, sizeof(gsize));

    for (gsize start = 0; start < length;) {
        const char *end = memchr(source->text + start, '\n', length - start);

        g_array_append_val(source->starts, start);
        start = end != NULL ? (gsize)(end - source->text) + 1 : length;
    }
    return source;
}

/* Reads until the end or until more than SOURCE_SIZE_MAX; FALSE with errno. */
static bool read_capped(int fd, GByteArray *bytes)
{
    char buffer[65536];

    while (bytes->len <= SOURCE_SIZE_MAX) {
        ssize_t n = read(fd, buffer, sizeof buffer);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            return true;
        g_byte_array_append(bytes, (const guint8 *)buffer, (guint)n);
    }
    return true;
}

/* The character at the start of text and its length in bytes; 0xfffd and 1 for bytes that are not UTF-8. */
static gunichar next_character(const char *text, gsize left, gsize *n_bytes)
{
    gunichar c = text[0] == '\0' ? 0 : g_utf8_get_char_validated(text, (gssize)left);

    if (c == 0 || c == (gunichar)-1 || c == (gunichar)-2) {
        *n_bytes = 1;
        return c == 0 ? 0 : 0xfffd;
    }
    *n_bytes = (gsize)(g_utf8_next_char(text) - text);
    return c;
}

static const char stdin_name[] = "<stdin>";

bool source_is_standard_input(const char *name)
{
    return g_str_equal(name, stdin_name);
}

static bool check_path(const char *path, GError **error)
{
    gsize n_bytes, length = strlen(path);
    for (gsize i = 0; i < length; i += n_bytes) {
        if (!g_unichar_iscntrl(next_character(path + i, length - i, &n_bytes)))
            continue;
        g_autofree char *escaped = g_strescape(path, NULL);
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "cannot read '%s': its name has a control character", escaped);
        return false;
    }
    return true;
}

Source *source_load(const char *path, GError **error)
{
    bool standard_input = g_str_equal(path, "-");
    g_autofree char *name = g_strdup(standard_input ? stdin_name : path);
    if (!check_path(path, error))
        return NULL;
    if (!standard_input && source_is_standard_input(path)) {
        g_free(name);
        name = g_build_filename(".", path, NULL);
    }
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int fd = standard_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool ok = fd >= 0 && read_capped(fd, bytes);
    int saved = errno;

    if (fd >= 0)
        close(fd);
    if (!ok) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "cannot read '%s': %s", name, g_strerror(saved));
        return NULL;
    }
    if (bytes->len > SOURCE_SIZE_MAX) {
        g_autoptr(Source) empty = source_new(name, "", 0);

        source_error(error, empty, 1, 1, "file is larger than %u MiB", SOURCE_SIZE_MAX >> 20);
        return NULL;
    }
    return source_new(name, (const char *)bytes->data, bytes->len);
}

const char *source_name(const Source *source)
{
    return source->name;
}

const char *source_text(const Source *source, gsize *length)
{
    *length = source->length;
    return source->text;
}

guint source_n_lines(const Source *source)
{
    return source->starts->len;
}

const char *source_line(const Source *source, guint line, gsize *length)
{
    if (line == 0 || line > source->starts->len)
        return NULL;

    gsize start = g_array_index(source->starts, gsize, line - 1);
    gsize end = line < source->starts->len ? g_array_index(source->starts, gsize, line) : source->length;
    if (end > start && source->text[end - 1] == '\n')
        end--;
    if (end > start && source->text[end - 1] == '\r')
        end--;
    *length = end - start;
    return source->text + start;
}

guint source_indent_column(const Source *source, guint line)
{
    gsize length, i = 0;
    const char *text = source_line(source, line, &length);

    if (text == NULL)
        return 1;
    while (i < length && (text[i] == ' ' || text[i] == '\t'))
        i++;
    return i < length ? (guint)i + 1 : 1;
}

void source_position(const Source *source, gsize offset, guint *line, guint *column)
{
    guint low = 0, high = source->starts->len;

    offset = MIN(offset, source->length);
    while (low < high) { /* the first line that starts above the offset */
        guint middle = low + (high - low) / 2;

        if (g_array_index(source->starts, gsize, middle) <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    *line = MAX(low, 1);
    *column = 1;

    gsize n_bytes;
    for (gsize i = low == 0 ? 0 : g_array_index(source->starts, gsize, low - 1); i < offset; i += n_bytes) {
        next_character(source->text + i, source->length - i, &n_bytes);
        (*column)++;
    }
}

/* Text as a terminal may show it: no control characters, no direction overrides, valid UTF-8. */
static void append_printable(GString *out, const char *text, gsize length, gsize max_characters)
{
    gsize n_bytes;

    for (gsize i = 0; i < length; i += n_bytes) {
        gunichar c = next_character(text + i, length - i, &n_bytes);

        if (max_characters-- == 0) {
            g_string_append(out, "...");
            return;
        }
        if (c != 0xfffd && c != 0 && g_unichar_isprint(c))
            g_string_append_len(out, text + i, (gssize)n_bytes);
        else
            g_string_append_c(out, c == '\t' ? '\t' : '.');
    }
}

/* What puts the caret as far to the right as this character puts the text. */
static const char *caret_space(gunichar c)
{
    if (c == '\t')
        return "\t";
    if (c == 0xfffd || c == 0 || !g_unichar_isprint(c))
        return " ";
    if (g_unichar_iszerowidth(c))
        return "";
    return g_unichar_iswide(c) ? "  " : " ";
}

/* Appends "\n  LINE\n  CARET". */
static void append_excerpt(GString *out, const char *text, gsize length, guint column)
{
    g_autoptr(GString) space = g_string_new(NULL);
    guint total = 0, skip = 0;
    gsize n_bytes, begin = 0;

    for (gsize i = 0; i < length; i += n_bytes, total++)
        next_character(text + i, length - i, &n_bytes);
    column = CLAMP(column, 1, total + 1);
    if (total > EXCERPT_WIDTH && column > EXCERPT_WIDTH / 2)
        skip = MIN(column - EXCERPT_WIDTH / 2, total - EXCERPT_WIDTH);

    g_string_append(out, "\n  ");
    if (skip > 0) {
        g_string_append(out, "...");
        g_string_append(space, "   ");
    }
    gsize i = 0;
    for (guint n = 1; n < column; n++, i += n_bytes) {
        gunichar c = next_character(text + i, length - i, &n_bytes);

        if (n == skip)
            begin = i + n_bytes;
        if (n > skip)
            g_string_append(space, caret_space(c));
    }
    append_printable(out, text + begin, length - begin, EXCERPT_WIDTH);
    g_string_append_printf(out, "\n  %s^", space->str);
}

char *source_message(const Source *source, guint line, guint column, const char *severity, const char *message)
{
    GString *out = g_string_new(NULL);
    gsize length;

    append_printable(out, source->name, strlen(source->name), MESSAGE_LENGTH);
    g_string_append_printf(out, ":%u:%u: %s: ", line, column, severity);
    append_printable(out, message, strlen(message), MESSAGE_LENGTH);

    const char *text = source_line(source, line, &length);
    if (text != NULL)
        append_excerpt(out, text, length, column);
    return g_string_free(out, FALSE);
}

bool source_error(GError **error, const Source *source, guint line, guint column, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    g_autofree char *text = source_message(source, line, column, "error", message);
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_SCENARIO, text);
    return false;
}

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours, none edited twice. */
static guint edit_distance(const char *a, gsize n, const char *b, gsize m)
{
    g_autofree guint *rows = g_new(guint, 3 * (m + 1));
    guint *two_up = rows, *up = rows + m + 1, *here = rows + 2 * (m + 1);

    for (guint j = 0; j <= m; j++)
        here[j] = j;
    for (guint i = 1; i <= n; i++) {
        guint *oldest = two_up;

        two_up = up;
        up = here;
        here = oldest;
        here[0] = i;
        for (guint j = 1; j <= m; j++) {
            here[j] = MIN(MIN(up[j], here[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                here[j] = MIN(here[j], two_up[j - 2] + 1);
        }
    }
    return here[m];
}

const char *closest_name(const char *word, const char *const *candidates, gsize n_candidates)
{
    gsize length = strlen(word);
    gsize limit = MAX(2, length / 3);
    const char *best = NULL;

    if (length == 0 || length > 128)
        return NULL;
    limit = MIN(limit, length - 1);
    for (gsize i = 0; i < n_candidates; i++) {
        gsize other = strlen(candidates[i]);

        if (other > length + limit || length > other + limit)
            continue;
        guint distance = edit_distance(word, length, candidates[i], other);
        if (distance == 0 || distance > limit || (best != NULL && distance == limit))
            continue;
        /* Keeps the first of equals: from now on only a nearer one will do. */
        best = candidates[i];
        limit = distance;
    }
    return best;
}
