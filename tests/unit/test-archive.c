/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives: what is written is read again; what is cut or changed anywhere is refused; what cannot be written leaves what was
 * there. */
#include "sim/base/archive.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "tests/support/toy.h"

/* A directory of the test's own, and a file in it. */
typedef struct Place {
    char *directory, *path, *partial;
} Place;

static void place_init(Place *place)
{
    place->directory = g_dir_make_tmp("archive-XXXXXX", NULL);
    cr_assert(place->directory);
    place->path = g_build_filename(place->directory, "file", NULL);
    place->partial = g_strconcat(place->path, ".part", NULL);
}

/* Only the file may be there. */
static void place_clear(Place *place)
{
    g_unlink(place->path);
    cr_assert_eq(g_rmdir(place->directory), 0, "something was left behind");
    g_free(place->directory);
    g_free(place->path);
    g_free(place->partial);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

typedef struct Pair {
    guint16 a;
    guint8 b[3];
} Pair;

/* One of everything. */
typedef struct Sample {
    guint32 small;
    guint64 large;
    bool yes, no;
    Pair pair;
    guint8 bytes[5];
    char *text, *empty, *none;
    const char *fixed, *nothing;
    GArray *numbers, *pairs, *nobody;
    Intern *strings, *no_strings;
} Sample;

static void sample_init(Sample *sample)
{
    memset(sample, 0, sizeof *sample);
    sample->numbers = g_array_new(FALSE, FALSE, sizeof(guint64));
    sample->pairs = g_array_new(FALSE, TRUE, sizeof(Pair));
    sample->nobody = g_array_new(FALSE, FALSE, sizeof(guint64));
    sample->strings = intern_new();
    sample->no_strings = intern_new();
}

static void sample_clear(Sample *sample)
{
    g_free(sample->text);
    g_free(sample->empty);
    g_free(sample->none);
    g_array_unref(sample->numbers);
    g_array_unref(sample->pairs);
    g_array_unref(sample->nobody);
    intern_free(sample->strings);
    intern_free(sample->no_strings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sample, sample_clear)

static void sample_fill(Sample *sample)
{
    static const guint64 numbers[] = { 0, 1, G_MAXUINT64 };
    static const char *const strings[] = { "", "a", "eight888", "nine99999" };
    sample->small = 0xfedcba98;
    sample->large = 0x0123456789abcdef;
    sample->yes = true;
    sample->pair = (Pair){ 7, { 1, 2, 3 } };
    memcpy(sample->bytes, "\0\1\2\3\4", 5);
    sample->text = g_strdup("text");
    sample->empty = g_strdup("");
    sample->fixed = "fixed";
    g_array_append_vals(sample->numbers, numbers, G_N_ELEMENTS(numbers));
    g_array_append_val(sample->pairs, sample->pair);
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        intern_put(sample->strings, strings[i], (guint)strlen(strings[i]));
}

static void archive_sample(Archive *archive, Sample *sample)
{
    archive_u32(archive, &sample->small);
    archive_u64(archive, &sample->large);
    archive_bool(archive, &sample->yes);
    archive_bool(archive, &sample->no);
    ARCHIVE_VALUE(archive, sample->pair);
    archive_bytes(archive, sample->bytes, sizeof sample->bytes);
    archive_bytes(archive, NULL, 0);
    archive_text(archive, &sample->text);
    archive_text(archive, &sample->empty);
    archive_text(archive, &sample->none);
    archive_static_text(archive, &sample->fixed);
    archive_static_text(archive, &sample->nothing);
    archive_expect(archive, 42);
    archive_array(archive, sample->numbers);
    archive_array(archive, sample->pairs);
    archive_array(archive, sample->nobody);
    archive_intern(archive, sample->strings);
    archive_intern(archive, sample->no_strings);
}

static void write_sample(const char *path, Sample *sample)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Archive) archive = archive_create(path, &error);
    cr_assert(archive);
    cr_assert_not(archive_is_reading(archive));
    archive_sample(archive, sample);
    cr_assert_not(archive_failed(archive));
    cr_assert(archive_finish(archive, &error));
}

static void expect_same_array(const GArray *a, const GArray *b)
{
    cr_assert_eq(a->len, b->len);
    cr_assert(!a->len || !memcmp(a->data, b->data, (gsize)a->len * g_array_get_element_size((GArray *)(gsize)a)));
}

static void expect_same_strings(const Intern *a, const Intern *b)
{
    cr_assert_eq(intern_count(a), intern_count(b));
    cr_assert_eq(intern_bytes(a), intern_bytes(b));
    for (guint32 id = 0; id < intern_count(a); id++) {
        guint a_length, b_length;
        gconstpointer a_bytes = intern_get(a, id, &a_length), b_bytes = intern_get(b, id, &b_length);
        cr_assert_eq(a_length, b_length);
        cr_assert(!a_length || !memcmp(a_bytes, b_bytes, a_length));
    }
}

static void expect_same(const Sample *a, const Sample *b)
{
    cr_assert_eq(a->small, b->small);
    cr_assert_eq(a->large, b->large);
    cr_assert_eq(a->yes, b->yes);
    cr_assert_eq(a->no, b->no);
    cr_assert_eq(a->pair.a, b->pair.a);
    cr_assert(!memcmp(a->pair.b, b->pair.b, sizeof a->pair.b));
    cr_assert(!memcmp(a->bytes, b->bytes, sizeof a->bytes));
    cr_assert_eq(g_strcmp0(a->text, b->text), 0);
    cr_assert_eq(g_strcmp0(a->empty, b->empty), 0);
    cr_assert_eq(g_strcmp0(a->none, b->none), 0);
    cr_assert_eq(g_strcmp0(a->fixed, b->fixed), 0);
    cr_assert_eq(g_strcmp0(a->nothing, b->nothing), 0);
    expect_same_array(a->numbers, b->numbers);
    expect_same_array(a->pairs, b->pairs);
    expect_same_array(a->nobody, b->nobody);
    expect_same_strings(a->strings, b->strings);
    expect_same_strings(a->no_strings, b->no_strings);
}

Test(archive, what_is_written_is_read)
{
    g_auto(Place) place;
    g_auto(Sample) written, read;
    place_init(&place);
    sample_init(&written);
    sample_init(&read);
    sample_fill(&written);
    write_sample(place.path, &written);
    /* what is there is replaced; interns must be empty */
    read.text = g_strdup("other");
    read.none = g_strdup("something");
    read.nothing = "something";
    g_array_append_val(read.nobody, read.large);
    g_autoptr(Archive) archive = archive_open(place.path, NULL);
    cr_assert(archive);
    cr_assert(archive_is_reading(archive));
    archive_sample(archive, &read);
    cr_assert_not(archive_failed(archive));
    expect_same(&written, &read);
    cr_assert_not_null(read.empty);
    cr_assert_null(read.none);
}

Test(archive, numbers_and_strings_by_chance)
{
    g_auto(Place) place;
    place_init(&place);
    g_autoptr(GRand) random = g_rand_new_with_seed(test_seed());
    g_auto(Sample) written, read;
    sample_init(&written);
    sample_init(&read);
    for (guint i = 0; i < 30000; i++) {
        guint64 number = (guint64)g_rand_int(random) << (i % 33);
        g_array_append_val(written.numbers, number);
        intern_put(written.strings, &number, i % (sizeof number + 1));
    }
    write_sample(place.path, &written);
    g_autoptr(Archive) archive = archive_open(place.path, NULL);
    cr_assert(archive);
    archive_sample(archive, &read);
    cr_assert_not(archive_failed(archive));
    expect_same(&written, &read);
}

/* ---- files that are not whole */

static void expect_refused(const char *path, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Archive) archive = archive_open(path, &error);
    cr_assert_null(archive, "%s", why);
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
    cr_assert(strstr(error->message, path));
}

static void sample_file(Place *place, char **bytes, gsize *length)
{
    g_auto(Sample) sample;
    place_init(place);
    sample_init(&sample);
    sample_fill(&sample);
    write_sample(place->path, &sample);
    cr_assert(g_file_get_contents(place->path, bytes, length, NULL));
}

Test(archive, a_file_that_is_cut_anywhere_is_refused)
{
    g_auto(Place) place;
    g_autofree char *bytes = NULL;
    gsize length;
    sample_file(&place, &bytes, &length);
    for (gsize n = 0; n < length; n++) {
        g_autofree char *why = g_strdup_printf("the first %zu bytes", n);
        cr_assert(g_file_set_contents(place.path, bytes, (gssize)n, NULL));
        expect_refused(place.path, why);
    }
    g_autofree char *longer = g_malloc0(length + 1);
    memcpy(longer, bytes, length);
    cr_assert(g_file_set_contents(place.path, longer, (gssize)length + 1, NULL));
    expect_refused(place.path, "one byte more");
}

Test(archive, a_file_that_is_changed_anywhere_is_refused)
{
    static const guint8 changes[] = { 0x01, 0x80, 0xff };
    g_auto(Place) place;
    g_autofree char *bytes = NULL;
    gsize length;
    sample_file(&place, &bytes, &length);
    for (gsize at = 0; at < length; at++) {
        for (guint c = 0; c < G_N_ELEMENTS(changes); c++) {
            g_autofree char *why = g_strdup_printf("byte %zu changed by %02x", at, changes[c]);
            bytes[at] = (char)(bytes[at] ^ changes[c]);
            cr_assert(g_file_set_contents(place.path, bytes, (gssize)length, NULL));
            expect_refused(place.path, why);
            bytes[at] = (char)(bytes[at] ^ changes[c]);
        }
    }
}

Test(archive, what_is_no_file_is_refused)
{
    g_auto(Place) place;
    place_init(&place);
    expect_refused(place.path, "there is none");
    expect_refused(place.directory, "a directory");
    cr_assert(g_file_set_contents(place.path, "name: a scenario, say\nasm: |\n", -1, NULL));
    expect_refused(place.path, "something else");
}

/* ---- what is read does not have to make sense */

/* An archive of nothing but these bytes. */
static Archive *archive_of(const char *path, gconstpointer bytes, gsize size)
{
    Archive *archive = archive_create(path, NULL);
    cr_assert(archive);
    archive_bytes(archive, (gpointer)(gsize)bytes, size);
    cr_assert(archive_finish(archive, NULL));
    archive_free(archive);
    archive = archive_open(path, NULL);
    cr_assert(archive);
    return archive;
}

static void expect_zeros(Archive *archive)
{
    guint32 small = 1;
    guint64 large = 1;
    bool flag = true;
    guint8 bytes[3] = { 1, 2, 3 };
    char *text = g_strdup("text");
    const char *fixed = "fixed";
    g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof small);
    g_autoptr(Intern) intern = intern_new();
    g_array_append_val(array, small);
    archive_u32(archive, &small);
    archive_u64(archive, &large);
    archive_bool(archive, &flag);
    archive_bytes(archive, bytes, sizeof bytes);
    archive_text(archive, &text);
    archive_static_text(archive, &fixed);
    archive_array(archive, array);
    archive_intern(archive, intern);
    cr_assert(archive_failed(archive));
    cr_assert_eq(small, 0);
    cr_assert_eq(large, 0);
    cr_assert_not(flag);
    cr_assert(!memcmp(bytes, "\0\0\0", 3));
    cr_assert_null(text);
    cr_assert_null(fixed);
    cr_assert_eq(array->len, 0);
    cr_assert_eq(intern_count(intern), 0);
}

Test(archive, beyond_the_end_there_are_zeros)
{
    static const guint8 seven[7] = { 1, 1, 1, 1, 1, 1, 1 };
    for (gsize size = 0; size <= sizeof seven; size++) {
        g_auto(Place) place;
        place_init(&place);
        g_autoptr(Archive) archive = archive_of(place.path, seven, size);
        guint64 large = 1;
        archive_bytes(archive, NULL, 0);
        cr_assert_not(archive_failed(archive), "nothing can be read at the end");
        archive_u64(archive, &large);
        cr_assert(archive_failed(archive));
        cr_assert_eq(large, 0, "of %zu bytes none", size);
        expect_zeros(archive);
    }
}

/* What fails stays so, although there is more. */
Test(archive, one_thing_without_sense_spoils_the_rest)
{
    guint32 words[16];
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        words[i] = 2;
    for (guint way = 0; way < 4; way++) {
        g_auto(Place) place;
        place_init(&place);
        g_autoptr(Archive) archive = archive_of(place.path, words, sizeof words);
        bool flag = true;
        if (way == 0)
            archive_bool(archive, &flag);
        else if (way == 1)
            archive_expect(archive, 3);
        else if (way == 2)
            cr_assert_not(archive_check(archive, false));
        else
            cr_assert_not(archive_room(archive, G_MAXUINT64, 2));
        cr_assert(archive_failed(archive));
        cr_assert_not(archive_check(archive, true));
        expect_zeros(archive);
    }
}

Test(archive, room_is_what_is_left)
{
    guint32 words[4] = { 0 };
    g_auto(Place) place;
    place_init(&place);
    g_autoptr(Archive) archive = archive_of(place.path, words, sizeof words);
    cr_assert(archive_room(archive, 4, 4));
    cr_assert(archive_room(archive, 0, 100));
    archive_u32(archive, words);
    cr_assert(archive_room(archive, 3, 4));
    cr_assert(archive_room(archive, 1, 12));
    cr_assert_not(archive_room(archive, 4, 4));
}

/* Lengths that there is no room for: nothing is allocated for them. */
Test(archive, lengths_must_be_plausible)
{
    static const guint32 lengths[] = { 7, 1u << 20, G_MAXUINT32 };
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        for (guint way = 0; way < 4; way++) {
            /* a text is whether it is there, and its length; an array and an intern begin with how many there are */
            const guint32 words[] = { way == 0 ? 1 : way == 3 ? 1 : lengths[i], way == 1 ? 0 : lengths[i], 0 };
            g_auto(Place) place;
            place_init(&place);
            g_autoptr(Archive) archive = archive_of(place.path, words, sizeof words);
            g_autoptr(GArray) array = g_array_new(FALSE, FALSE, 8);
            g_autoptr(Intern) intern = intern_new();
            g_autofree char *text = NULL;
            if (way == 0)
                archive_text(archive, &text);
            else if (way == 1)
                archive_array(archive, array);
            else
                archive_intern(archive, intern);
            cr_assert(archive_failed(archive), "way %u, length %u", way, lengths[i]);
            cr_assert_null(text);
            cr_assert_eq(array->len, 0);
        }
    }
}

Test(archive, strings_are_not_there_twice)
{
    const guint32 words[] = { 2, 4, 77, 4, 77 }; /* two strings of four bytes */
    g_auto(Place) place;
    place_init(&place);
    g_autoptr(Archive) archive = archive_of(place.path, words, sizeof words);
    g_autoptr(Intern) intern = intern_new();
    archive_intern(archive, intern);
    cr_assert(archive_failed(archive));
}

Test(archive, texts_hold_no_zeros)
{
    const guint32 words[] = { 1, 3, 0, 0x00620061 };  /* "a\0b" */
    const guint32 absent[] = { 0, 3, 0, 0x00636261 }; /* NULL, but of three characters */
    const struct {
        const guint32 *words;
        gsize size;
    } rows[] = { { words, sizeof words }, { absent, sizeof absent } };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Place) place;
        place_init(&place);
        g_autoptr(Archive) archive = archive_of(place.path, rows[i].words, rows[i].size);
        g_autofree char *text = NULL;
        archive_text(archive, &text);
        cr_assert(archive_failed(archive));
        cr_assert_null(text);
    }
}

/* ---- what cannot be written */

/* Begins as an archive does: nothing else is replaced. */
#define BEFORE "cmdxckt1 before"

static void expect_contents(const char *path, const char *expected)
{
    g_autofree char *found = NULL;
    cr_assert(g_file_get_contents(path, &found, NULL, NULL));
    cr_assert_str_eq(found, expected);
}

Test(archive, what_is_given_up_leaves_what_was_there)
{
    g_auto(Place) place;
    g_auto(Sample) sample;
    place_init(&place);
    sample_init(&sample);
    cr_assert(g_file_set_contents(place.path, BEFORE, -1, NULL));
    Archive *archive = archive_create(place.path, NULL);
    archive_sample(archive, &sample);
    expect_contents(place.path, BEFORE);
    archive_free(archive);
    expect_contents(place.path, BEFORE);
    cr_assert_not(g_file_test(place.partial, G_FILE_TEST_EXISTS));
}

/* The file may not become longer than that, as on a full disk. */
static bool write_up_to(const char *path, gsize most, GError **error)
{
    struct rlimit before, limit;
    g_auto(Sample) sample;
    sample_init(&sample);
    sample_fill(&sample);
    for (guint64 i = 0; i < 10000; i++)
        g_array_append_val(sample.numbers, i);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = (struct rlimit){ most, before.rlim_max };
    Archive *archive = archive_create(path, error);
    cr_assert(archive);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    archive_sample(archive, &sample);
    bool ok = archive_finish(archive, error);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    archive_free(archive);
    return ok;
}

Test(archive, a_full_disk_leaves_what_was_there)
{
    static const gsize sizes[] = { 0, 100, 5000, 80000 };
    signal(SIGXFSZ, SIG_IGN);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_auto(Place) place;
        g_autoptr(GError) error = NULL;
        place_init(&place);
        cr_assert(g_file_set_contents(place.path, BEFORE, -1, NULL));
        cr_assert_not(write_up_to(place.path, sizes[i], &error));
        cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT));
        cr_assert(strstr(error->message, place.path));
        cr_assert(strstr(error->message, g_strerror(EFBIG)), "%s", error->message);
        expect_contents(place.path, BEFORE);
        cr_assert_not(g_file_test(place.partial, G_FILE_TEST_EXISTS));
        cr_assert(write_up_to(place.path, 1 << 20, NULL), "another time there is room");
        g_autoptr(Archive) archive = archive_open(place.path, NULL);
        cr_assert(archive);
    }
}

Test(archive, nowhere_to_write)
{
    g_auto(Place) place;
    g_autoptr(GError) error = NULL;
    place_init(&place);
    g_autofree char *below = g_build_filename(place.directory, "nowhere", "file", NULL);
    cr_assert_null(archive_create(below, &error));
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT));
    cr_assert(strstr(error->message, below));
}

static void expect_not_replaced(const char *path)
{
    g_autoptr(GError) error = NULL, again = NULL;
    cr_assert_not(archive_may_replace(path, &error));
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
    cr_assert(g_str_has_suffix(error->message, "is no checkpoint: it is not overwritten"), "%s", error->message);
    cr_assert_null(archive_create(path, &again));
    cr_assert_str_eq(again->message, error->message);
}

/* The name may be taken by something that must not be replaced. */
Test(archive, something_else_is_in_the_way)
{
    g_auto(Place) place;
    place_init(&place);
    cr_assert_eq(g_mkdir(place.path, 0700), 0);
    expect_not_replaced(place.path);
    cr_assert_eq(g_rmdir(place.path), 0);
    cr_assert_eq(mkfifo(place.path, 0600), 0);
    expect_not_replaced(place.path);
    cr_assert_eq(g_unlink(place.path), 0);
    cr_assert(g_file_set_contents(place.path, "precious", -1, NULL));
    expect_not_replaced(place.path);
    expect_contents(place.path, "precious");
    cr_assert(g_file_set_contents(place.path, "", -1, NULL));
    cr_assert(archive_may_replace(place.path, NULL));
    cr_assert_not(g_file_test(place.partial, G_FILE_TEST_EXISTS));
}

/* What a link leads to is written and removed, not the link. */
Test(archive, behind_a_link)
{
    g_auto(Place) place;
    place_init(&place);
    g_autofree char *link = g_build_filename(place.directory, "link", NULL);
    cr_assert(g_file_set_contents(place.path, BEFORE, -1, NULL));
    cr_assert_eq(symlink(place.path, link), 0);
    cr_assert(write_up_to(link, 1 << 20, NULL));
    cr_assert(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_autoptr(Archive) archive = archive_open(place.path, NULL);
    cr_assert(archive);
    archive_remove(link);
    cr_assert_not(g_file_test(place.path, G_FILE_TEST_EXISTS));
    cr_assert(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    cr_assert_eq(g_unlink(link), 0);
}

Test(archive, one_at_a_time)
{
    g_auto(Place) place;
    g_auto(Sample) sample;
    g_autoptr(GError) error = NULL;
    place_init(&place);
    sample_init(&sample);
    g_autoptr(Archive) first = archive_create(place.path, NULL);
    cr_assert(first);
    cr_assert_null(archive_create(place.path, &error));
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT));
    cr_assert(strstr(error->message, g_strerror(EBUSY)), "%s", error->message);
    archive_sample(first, &sample);
    cr_assert(archive_finish(first, NULL));
    g_autoptr(Archive) second = archive_create(place.path, NULL);
    cr_assert(second);
}
