/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a checkpoint whose checksum is right: they are refused, or what they say is a state of the search, which is written
 * as it was read. The first byte says what they are of: a toy space, toy processes that send messages, or a search of the
 * program, with or without what says which program that is. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/base/error.h"
#include "sim/checkpoint.h"
#include "sim/explore/promise.h"
#include "tests/support/kept.h"
#include "tests/support/toy.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size);

enum {
    FRAME = 8
};

static char magic[FRAME];
static int memory;        /* the file, in memory */
static char *memory_path; /* its name */
static Kept kept;         /* what is written again */
static GBytes *version;   /* what a checkpoint of this program begins with */

static void clear_all(void)
{
    kept_clear(&kept);
    g_bytes_unref(version);
    g_free(memory_path);
}

static void archive_nothing(gpointer search, Archive *archive)
{
    (void)search, (void)archive;
}

/* A text is whether it is there, its length, and its bytes; three numbers follow. */
static GBytes *find_version(void)
{
    g_autoptr(Program) program = program_new();
    program->image = image_new();
    Scenario scenario = { .file = (char *)"file", .program = program };
    const Row row = { .options = options_default() };
    g_assert(checkpoint_write(kept.path, &scenario, &row, 1, archive_nothing, NULL, NULL));
    g_autoptr(GBytes) header = kept_contents(&kept);
    guint64 length;
    memcpy(&length, (const guint8 *)g_bytes_get_data(header, NULL) + 4, sizeof length);
    return g_bytes_new_from_bytes(header, 0, 4 + sizeof length + length + 3 * sizeof(guint32));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    g_autofree char *contents = NULL;
    kept_init(&kept);
    version = find_version();
    atexit(clear_all);
    g_assert(g_file_get_contents(kept.path, &contents, NULL, NULL));
    memcpy(magic, contents, FRAME);
    memory = memfd_create("checkpoint", 0);
    memory_path = g_strdup_printf("/proc/self/fd/%d", memory);
    return 0;
}

/* Makes the file: what is given, and what frames it. */
static void write_memory(bool has_version, const guint8 *bytes, size_t size)
{
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_byte_array_append(file, (const guint8 *)magic, FRAME);
    if (has_version)
        g_byte_array_append(file, g_bytes_get_data(version, NULL), (guint)g_bytes_get_size(version));
    g_byte_array_append(file, bytes, (guint)size);
    guint64 sum = XXH3_64bits(file->data, file->len);
    g_byte_array_append(file, (const guint8 *)&sum, sizeof sum);
    g_assert(ftruncate(memory, 0) == 0);
    g_assert(pwrite(memory, file->data, file->len, 0) == (ssize_t)file->len);
}

/* What was written is what was read; more may follow there. */
static void expect_written(const guint8 *bytes, size_t size)
{
    g_autoptr(GBytes) written = kept_contents(&kept);
    gsize n;
    const guint8 *start = g_bytes_get_data(written, &n);
    g_assert(n <= size && !memcmp(start, bytes, n));
}

/* ---- interleavings */

static void load_search(guint shape, const guint8 *bytes, size_t size)
{
    static const guint steps[] = { 2, 3, 2 };
    g_autoptr(Toy) toy = shape == 0 ? toy_counters(3, steps) : toy_lost_update(2, 1, shape == 2);
    g_autoptr(Archive) archive = archive_open(memory_path, NULL);
    g_assert(archive);
    SearchOptions options = kept_options(&kept);
    options.states_max = options.bytes_max = options.steps_max = 1;
    options.resume = archive;
    g_autoptr(SearchResult) result = search(&toy->space, &options);
    g_assert(!archive_failed(archive) || (result->end == SEARCH_STOPPED && kept.n == 0));
    if (kept.n)
        expect_written(bytes, size);
}

/* ---- messages: every process may send one, always */

typedef struct Mail {
    PromiseSpace space;
    PromiseResult result;
    guint32 n_results;
} Mail;

static uint32_t mail_seen(PromiseSpace *space, guint process, PromiseMessage message)
{
    (void)space;
    return message.owner == process ? PROMISE_UNSEEN : message.message;
}

static guint mail_group(PromiseSpace *space, guint process)
{
    (void)space;
    return process;
}

static const PromiseResult *mail_run(PromiseSpace *space, guint process, const uint32_t *seen, guint n_seen)
{
    Mail *mail = (Mail *)space;
    (void)process, (void)seen, (void)n_seen;
    mail->n_results = 1;
    return &mail->result;
}

static bool mail_is_void(PromiseSpace *space)
{
    (void)space;
    return false;
}

/* Nothing is run beyond what has been read. */
static SearchEnd mail_stopped(PromiseSpace *space)
{
    (void)space;
    return SEARCH_STEPS;
}

static bool mail_extends(PromiseSpace *space, const PromiseMessage *timeline, guint n, PromiseMessage next)
{
    (void)space, (void)timeline, (void)next;
    return n < 3;
}

static bool mail_complete(PromiseSpace *space, const PromiseMessage *timeline, guint n,
                          const PromiseResult *const *results)
{
    (void)space, (void)timeline, (void)n, (void)results;
    return true;
}

static void mail_progress(PromiseSpace *space, SearchProgress *progress)
{
    (void)space;
    progress->states = 1;
}

static void mail_archive(PromiseSpace *space, Archive *archive)
{
    Mail *mail = (Mail *)space;
    archive_u32(archive, &mail->n_results);
    archive_check(archive, mail->n_results <= 1);
}

static const PromiseResult *mail_result(PromiseSpace *space, guint number)
{
    Mail *mail = (Mail *)space;
    return number < mail->n_results ? &mail->result : NULL;
}

static const PromiseClass mail_class = { mail_seen,    mail_group,    mail_run,      mail_is_void, mail_stopped,
                                         mail_extends, mail_complete, mail_progress, mail_archive, mail_result };

static void load_messages(void)
{
    static const uint32_t message = 7;
    Mail mail = { { &mail_class, 2 }, { &message, 1, true, true, false }, 0 };
    g_autoptr(Archive) archive = archive_open(memory_path, NULL);
    g_assert(archive);
    SearchOptions options = kept_options(&kept);
    options.resume = archive;
    g_autoptr(PromiseOutcome) outcome = promise_search(&mail.space, &options);
    g_assert(!archive_failed(archive) || (outcome->end == SEARCH_STOPPED && kept.n == 0));
}

/* ---- of the program */

static void load_header(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Checkpoint) checkpoint = checkpoint_open(memory_path, &error);
    if (!checkpoint) {
        g_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
        return;
    }
    g_assert(!error);
    Row row = checkpoint_row(checkpoint);
    g_assert(options_check(&row.options, NULL));
    g_assert(checkpoint_seconds(checkpoint) >= 0);
    g_assert(!archive_failed(checkpoint_search(checkpoint)));
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size)
{
    if (size < 1)
        return 0;
    write_memory(bytes[0] == 4, bytes + 1, size - 1);
    if (bytes[0] < 3)
        load_search(bytes[0], bytes + 1, size - 1);
    else if (bytes[0] == 3)
        load_messages();
    else
        load_header();
    return 0;
}
