/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search over orders of messages on toy processes: exact counts by formula, what is run once and what again, the
 * shortest violation, limits; and random processes against a search that remembers nothing. */
#include "sim/explore/promise.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/kept.h"
#include "tests/support/toy.h"

enum {
    PROCESSES_MAX = 4,
    OWN_MAX = 6,  /* messages of one process */
    KINDS = 8,    /* numbers of messages of one process: process p has p * KINDS and up */
    LOCATIONS = 4 /* a message is at the location that its number is congruent to */
};

typedef enum Sight {
    SEES_OWN, /* only what it has sent itself */
    SEES_ALL,
    SEES_WHERE_IT_LOOKS /* its own, and others' at the locations that its group has looked at so far */
} Sight;

typedef struct Mail Mail;

/* Processes that send messages. What a process sees of one is 2 * number + whether it is its own. */
struct Mail {
    PromiseSpace space;
    guint n_own[PROCESSES_MAX];
    guint group[PROCESSES_MAX];
    bool in_order; /* a process sends its messages in one order; else in any */
    bool alike;    /* processes of one group have the same numbers */
    Sight sight;
    /* What a process does beyond sending; NULL: always completable, no violation. `seen` as in PromiseClass.run. */
    void (*behave)(Mail *mail, guint process, const uint32_t *seen, guint n_seen, PromiseResult *result);
    guint32 seed;                /* of random behaviour */
    guint looked[PROCESSES_MAX]; /* by group: bit of each location */
    guint void_after;            /* runs; 0: never */
    guint stop_after;            /* likewise */
    guint length_max;            /* 0: none */
    guint refuse_at;             /* complete() says no to a timeline of that length; 0: never */
    guint n_runs, n_complete, longest_complete;
    GHashTable *completed; /* set of texts of the timelines given to complete(); NULL: not kept */
    GPtrArray *results;
    guint looked_before[PROCESSES_MAX]; /* before the last run */
};

static guint first_number(const Mail *mail, guint process)
{
    return mail->alike ? 0 : process * KINDS;
}

static uint32_t mail_seen(PromiseSpace *space, guint process, PromiseMessage message)
{
    const Mail *mail = (const Mail *)space;
    bool own = message.owner == process;
    bool looked = mail->looked[mail->group[process]] >> message.message % LOCATIONS & 1;
    bool sees = own || mail->sight == SEES_ALL || (mail->sight == SEES_WHERE_IT_LOOKS && looked);
    return sees ? 2 * message.message + own : PROMISE_UNSEEN;
}

static guint mail_group(PromiseSpace *space, guint process)
{
    return ((Mail *)space)->group[process];
}

/* What is still to be sent, one after the other or all at once. */
static void add_messages(const Mail *mail, guint process, const uint32_t *seen, guint n_seen, GArray *messages)
{
    guint first = first_number(mail, process);
    for (guint i = 0; i < mail->n_own[process]; i++) {
        uint32_t number = first + i;
        bool sent = false;
        for (guint s = 0; s < n_seen; s++)
            sent = sent || seen[s] == 2 * number + 1;
        if (sent)
            continue;
        g_array_append_val(messages, number);
        if (mail->in_order)
            return;
    }
}

static void result_free(gpointer data)
{
    PromiseResult *result = data;
    g_free((gpointer)(gsize)result->messages);
    g_free(result);
}

static PromiseResult *mail_result(Mail *mail, guint process, const uint32_t *seen, guint n_seen)
{
    g_autoptr(GArray) messages = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    add_messages(mail, process, seen, n_seen, messages);
    PromiseResult *result = g_new0(PromiseResult, 1);
    result->n_messages = messages->len;
    result->messages = g_memdup2(messages->data, messages->len * sizeof(uint32_t));
    result->viable = result->completable = true;
    if (mail->behave)
        mail->behave(mail, process, seen, n_seen, result);
    return result;
}

static const PromiseResult *mail_run(PromiseSpace *space, guint process, const uint32_t *seen, guint n_seen)
{
    Mail *mail = (Mail *)space;
    mail->n_runs++;
    memcpy(mail->looked_before, mail->looked, sizeof mail->looked);
    PromiseResult *result = mail_result(mail, process, seen, n_seen);
    g_ptr_array_add(mail->results, result);
    return result;
}

static bool mail_is_void(PromiseSpace *space)
{
    const Mail *mail = (const Mail *)space;
    return mail->void_after && mail->n_runs >= mail->void_after;
}

/* "owner:number ..." */
static char *timeline_text(const PromiseMessage *timeline, guint n)
{
    GString *text = g_string_new("");
    for (guint i = 0; i < n; i++)
        g_string_append_printf(text, "%s%u:%u", i ? " " : "", timeline[i].owner, timeline[i].message);
    return g_string_free(text, FALSE);
}

static bool mail_complete(PromiseSpace *space, const PromiseMessage *timeline, guint n,
                          const PromiseResult *const *results)
{
    Mail *mail = (Mail *)space;
    for (guint p = 0; p < space->n_processes; p++) {
        cr_assert(results[p]->completable);
        cr_assert_not(results[p]->violates);
    }
    cr_assert_geq(n, mail->longest_complete, "shorter ones come first");
    mail->longest_complete = n;
    mail->n_complete++;
    if (mail->completed)
        cr_assert(g_hash_table_add(mail->completed, timeline_text(timeline, n)), "no timeline comes twice");
    return !mail->refuse_at || n < mail->refuse_at;
}

static void mail_progress(PromiseSpace *space, SearchProgress *progress)
{
    Mail *mail = (Mail *)space;
    progress->states = mail->n_runs;
    progress->bytes += 1000;
}

static SearchEnd mail_stopped(PromiseSpace *space)
{
    const Mail *mail = (const Mail *)space;
    return mail->stop_after && mail->n_runs >= mail->stop_after ? SEARCH_BYTES : SEARCH_COMPLETE;
}

static bool mail_extends(PromiseSpace *space, const PromiseMessage *timeline, guint n, PromiseMessage next)
{
    const Mail *mail = (const Mail *)space;
    (void)timeline, (void)next;
    return !mail->length_max || n < mail->length_max;
}

static void archive_result(Archive *archive, PromiseResult *result)
{
    g_autoptr(GArray) messages = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (result->n_messages)
        g_array_append_vals(messages, result->messages, result->n_messages);
    archive_array(archive, messages);
    archive_bool(archive, &result->viable);
    archive_bool(archive, &result->completable);
    archive_bool(archive, &result->violates);
    if (!archive_is_reading(archive))
        return;
    result->n_messages = messages->len;
    result->messages = g_memdup2(messages->data, messages->len * sizeof(uint32_t));
}

/* Results that are kept: that of a run that was cut short is none. */
static guint n_whole(const Mail *mail)
{
    return mail->results->len - (mail->stop_after && mail->n_runs >= mail->stop_after);
}

static void mail_archive(PromiseSpace *space, Archive *archive)
{
    Mail *mail = (Mail *)space;
    guint32 n = n_whole(mail), n_runs = n;
    bool is_cut = !archive_is_reading(archive) && n < mail->results->len;
    archive_expect(archive, space->n_processes);
    archive_bytes(archive, is_cut ? mail->looked_before : mail->looked, sizeof mail->looked);
    archive_u32(archive, &n_runs);
    if (archive_is_reading(archive))
        mail->n_runs = n_runs;
    archive_u32(archive, &mail->n_complete);
    archive_u32(archive, &mail->longest_complete);
    archive_u32(archive, &n);
    for (guint i = 0; i < n && !archive_failed(archive); i++) {
        if (archive_is_reading(archive))
            g_ptr_array_add(mail->results, g_new0(PromiseResult, 1));
        archive_result(archive, g_ptr_array_index(mail->results, i));
    }
}

static const PromiseResult *mail_nth_result(PromiseSpace *space, guint number)
{
    const Mail *mail = (const Mail *)space;
    return number < n_whole(mail) ? g_ptr_array_index(mail->results, number) : NULL;
}

static const PromiseClass mail_class = {
    .seen = mail_seen,
    .group = mail_group,
    .run = mail_run,
    .is_void = mail_is_void,
    .stopped = mail_stopped,
    .extends = mail_extends,
    .complete = mail_complete,
    .progress = mail_progress,
    .archive = mail_archive,
    .result = mail_nth_result,
};

static void mail_init(Mail *mail, guint n, const guint *n_own)
{
    memset(mail, 0, sizeof *mail);
    mail->space = (PromiseSpace){ &mail_class, n };
    for (guint p = 0; p < n; p++) {
        mail->n_own[p] = n_own[p];
        mail->group[p] = p;
    }
    mail->in_order = true;
    mail->sight = SEES_ALL;
    mail->results = g_ptr_array_new_with_free_func(result_free);
}

static void mail_clear(Mail *mail)
{
    g_ptr_array_unref(mail->results);
    g_clear_pointer(&mail->completed, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mail, mail_clear)

static const SearchOptions no_limits = { 0 };

static PromiseOutcome *search_mail(Mail *mail)
{
    return promise_search(&mail->space, &no_limits);
}

/* ---- closed forms */

typedef struct Row {
    guint n, n_own[PROCESSES_MAX];
} Row;

static const Row rows[] = {
    { 1, { 0 } },       { 1, { 5 } },       { 2, { 0, 0 } },    { 2, { 1, 1 } },       { 2, { 3, 4 } },
    { 3, { 1, 1, 1 } }, { 3, { 2, 0, 3 } }, { 3, { 3, 3, 2 } }, { 4, { 2, 1, 2, 1 } }, { 4, { 1, 1, 1, 1 } },
};

/* Prefixes of all interleavings of sequences of these lengths: the sum of the multinomials of (i, j, ...) with i <=
 * n_own[0], j <= n_own[1], ... */
static guint64 prefixes(guint n, const guint *n_own)
{
    guint counts[PROCESSES_MAX] = { 0 };
    guint64 sum = 0;
    mpz_t part;
    mpz_init(part);
    for (;;) {
        multinomial(part, n, counts);
        sum += mpz_get_ui(part);
        guint p = 0;
        while (p < n && ++counts[p] > n_own[p])
            counts[p++] = 0;
        if (p == n)
            break;
    }
    mpz_clear(part);
    return sum;
}

/* Sequences without repetition from k things, the empty one among them: the sum of k! / (k - t)!. */
static guint64 arrangements(guint k)
{
    guint64 sum = 1, product = 1;
    for (guint t = 0; t < k; t++) {
        product *= k - t;
        sum += product;
    }
    return sum;
}

static guint sum_of(guint n, const guint *n_own)
{
    guint sum = 0;
    for (guint p = 0; p < n; p++)
        sum += n_own[p];
    return sum;
}

Test(promise, timelines_of_messages_in_order)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint n = rows[i].n;
        const guint *n_own = rows[i].n_own;
        g_auto(Mail) mail;
        mail_init(&mail, n, n_own);
        g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
        cr_assert_eq(outcome->end, SEARCH_COMPLETE);
        cr_assert_eq(outcome->timelines, prefixes(n, n_own), "row %u: %u timelines", i, (guint)outcome->timelines);
        cr_assert_eq(mail.n_complete, outcome->timelines, "each is judged");
        cr_assert_eq(mail.longest_complete, sum_of(n, n_own));
        cr_assert_eq(mail.n_runs, n * outcome->timelines, "everybody sees a difference between any two");
        cr_assert_eq(outcome->progress.frontier, 0);
        cr_assert_eq(outcome->progress.states, mail.n_runs);
        cr_assert_eq(outcome->timeline->len, 0);
        cr_assert_eq(outcome->violating, -1);
        cr_assert_not(outcome->is_void);
    }
    static const guint pinned[] = { 1, 1 };
    cr_assert_eq(prefixes(2, pinned), 5); /* (), a, b, ab, ba */
}

Test(promise, timelines_of_messages_in_any_order)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint n = rows[i].n;
        const guint *n_own = rows[i].n_own;
        g_auto(Mail) mail;
        mail_init(&mail, n, n_own);
        mail.in_order = false;
        g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
        cr_assert_eq(outcome->timelines, arrangements(sum_of(n, n_own)), "row %u: %u timelines", i,
                     (guint)outcome->timelines);
    }
    cr_assert_eq(arrangements(3), 16); /* 1 + 3 + 6 + 6 */
}

/* ---- what is watched */

typedef struct Watched {
    guint n, n_children, n_fates[PROMISE_VIOLATING + 1];
    GArray *lengths; /* guint, by number */
} Watched;

static void watch(gpointer data, PromiseSpace *space, const PromiseVisit *visit)
{
    Watched *watched = data;
    (void)space;
    cr_assert_eq(visit->number, watched->n, "in the order of visits");
    cr_assert(visit->number ? visit->parent < visit->number : visit->parent == 0);
    cr_assert_eq(visit->n, visit->number ? g_array_index(watched->lengths, guint, visit->parent) + 1 : 0);
    g_array_append_val(watched->lengths, visit->n);
    watched->n++;
    watched->n_children += visit->n_children;
    watched->n_fates[visit->fate]++;
}

Test(promise, every_visit_is_told)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint refuse = 0; refuse < 2; refuse++) {
            g_auto(Mail) mail;
            g_autoptr(GArray) lengths = g_array_new(FALSE, FALSE, sizeof(guint));
            Watched watched = { .lengths = lengths };
            const SearchOptions watching = { .visited = watch, .visited_data = &watched };
            mail_init(&mail, rows[i].n, rows[i].n_own);
            mail.refuse_at = refuse * sum_of(rows[i].n, rows[i].n_own);
            g_autoptr(PromiseOutcome) outcome = promise_search(&mail.space, &watching);
            guint violates = outcome->end == SEARCH_VIOLATION;
            cr_assert_eq(watched.n, outcome->timelines + violates);
            cr_assert_eq(watched.n_fates[PROMISE_VIOLATING], violates);
            cr_assert_eq(watched.n_fates[PROMISE_COMPLETE], watched.n - violates);
            if (!violates)
                cr_assert_eq(watched.n_children, watched.n - 1, "all but the first are somebody's");
        }
    }
}

/* ---- what is run */

Test(promise, who_sees_nothing_of_others_runs_once_for_each_of_its_own)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint in_order = 0; in_order < 2; in_order++) {
            guint n = rows[i].n;
            guint64 runs = 0;
            g_auto(Mail) mail;
            mail_init(&mail, n, rows[i].n_own);
            mail.sight = SEES_OWN;
            mail.in_order = in_order;
            g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
            for (guint p = 0; p < n; p++)
                runs += in_order ? rows[i].n_own[p] + 1 : arrangements(rows[i].n_own[p]);
            cr_assert_eq(mail.n_runs, runs, "row %u: %u runs", i, mail.n_runs);
            cr_assert_eq(outcome->timelines,
                         in_order ? prefixes(n, rows[i].n_own) : arrangements(sum_of(n, rows[i].n_own)));
        }
    }
}

Test(promise, processes_of_one_group_run_once_for_all)
{
    static const guint n_own[] = { 3, 3, 3 };
    for (guint n = 1; n <= 3; n++) {
        g_auto(Mail) mail;
        mail_init(&mail, n, n_own);
        mail.alike = true;
        memset(mail.group, 0, sizeof mail.group);
        mail.sight = SEES_OWN;
        g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
        cr_assert_eq(outcome->timelines, prefixes(n, n_own));
        cr_assert_eq(mail.n_runs, 3 + 1);
    }
    /* Two that see each other: what one sees of a timeline the other sees of its mirror image. */
    g_auto(Mail) mail;
    mail_init(&mail, 2, n_own);
    mail.alike = true;
    memset(mail.group, 0, sizeof mail.group);
    g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
    cr_assert_eq(outcome->timelines, prefixes(2, n_own));
    cr_assert_eq(mail.n_runs, outcome->timelines);
}

/* Process 0 looks at location 1, and if there is something, at location 0, where process 1 has stored before. */
static void look_behind(Mail *mail, guint process, const uint32_t *seen, guint n_seen, PromiseResult *result)
{
    if (process != 0 || n_seen == 0)
        return;
    mail->looked[0] |= 1;
    result->violates = n_seen == 2;
    (void)seen;
}

Test(promise, who_begins_to_look_is_run_again)
{
    static const guint n_own[] = { 0, 2 };
    g_auto(Mail) mail;
    mail_init(&mail, 2, n_own);
    mail.sight = SEES_WHERE_IT_LOOKS;
    mail.looked[0] = 2;
    mail.behave = look_behind;
    g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
    cr_assert_eq(outcome->end, SEARCH_VIOLATION, "it sees what it had not looked at before");
    cr_assert_eq(outcome->violating, 0);
    cr_assert_eq(outcome->timeline->len, 2);
    cr_assert_eq(mail.n_runs, 6,
                 "three times process 1; process 0 at first, without and with what it had not looked at");
}

/* ---- violations */

/* Process 0 violates what it is to keep when it sees the last message of process 1; process 1 keeps its promises only
 * when it has sent all, or none. */
static void violate_late(Mail *mail, guint process, const uint32_t *seen, guint n_seen, PromiseResult *result)
{
    guint n_own = 0;
    for (guint i = 0; i < n_seen; i++) {
        n_own += seen[i] & 1;
        if (process == 0 && seen[i] == 2 * (KINDS + mail->n_own[1] - 1))
            result->violates = true;
    }
    if (process == 1)
        result->completable = n_own == 0 || n_own == mail->n_own[1];
}

Test(promise, a_violation_is_one_of_a_shortest_timeline)
{
    static const guint n_own[] = { 4, 3, 2 };
    g_auto(Mail) mail;
    mail_init(&mail, 3, n_own);
    mail.behave = violate_late;
    g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
    cr_assert_eq(outcome->end, SEARCH_VIOLATION);
    cr_assert_eq(outcome->violating, 0);
    g_autofree char *text =
        timeline_text((const PromiseMessage *)(const void *)outcome->timeline->data, outcome->timeline->len);
    cr_assert_str_eq(text, "1:8 1:9 1:10", "%s", text);
    cr_assert_gt(outcome->progress.frontier, 0);
    static const guint fewer[] = { 2, 2, 2 };
    cr_assert_gt(outcome->timelines, 1 + 3 + 9, "all of up to two messages come first");
    cr_assert_lt(outcome->timelines, prefixes(3, n_own));
    g_auto(Mail) none;
    mail_init(&none, 3, fewer);
    none.n_own[1] = 0;
    none.behave = violate_late;
    g_autoptr(PromiseOutcome) proved = search_mail(&none);
    cr_assert_eq(proved->end, SEARCH_COMPLETE);
}

/* Process 0 violates from the start, but process 1 can never keep its promises. */
static void never_completable(Mail *mail, guint process, const uint32_t *seen, guint n_seen, PromiseResult *result)
{
    (void)mail, (void)seen, (void)n_seen;
    result->violates = process == 0;
    result->completable = process == 0;
}

Test(promise, what_is_not_completable_is_not_judged)
{
    static const guint n_own[] = { 2, 2 };
    g_auto(Mail) mail;
    mail_init(&mail, 2, n_own);
    mail.behave = never_completable;
    g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
    cr_assert_eq(outcome->end, SEARCH_COMPLETE);
    cr_assert_eq(outcome->timelines, prefixes(2, n_own), "but all are visited");
    cr_assert_eq(mail.n_complete, 0);
}

/* Process 1 can keep no promise: what is beyond its first one is not looked at. Of process 0's two messages a and b
 * alone there are three timelines; each may be followed by process 1's first message, and nothing else. */
static void not_viable(Mail *mail, guint process, const uint32_t *seen, guint n_seen, PromiseResult *result)
{
    (void)mail;
    for (guint i = 0; i < n_seen && process == 1; i++)
        if (seen[i] & 1)
            result->viable = result->completable = false;
}

Test(promise, what_can_keep_no_promise_is_not_extended)
{
    static const guint n_own[] = { 2, 2 };
    g_auto(Mail) mail;
    mail_init(&mail, 2, n_own);
    mail.behave = not_viable;
    g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
    cr_assert_eq(outcome->end, SEARCH_COMPLETE);
    cr_assert_eq(outcome->timelines, 3 + 3);
    cr_assert_eq(mail.n_complete, 3);
}

Test(promise, a_timeline_as_a_whole_may_violate)
{
    static const guint n_own[] = { 2, 2, 2 };
    for (guint length = 1; length <= 6; length++) {
        g_auto(Mail) mail;
        mail_init(&mail, 3, n_own);
        mail.refuse_at = length;
        g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
        cr_assert_eq(outcome->end, SEARCH_VIOLATION);
        cr_assert_eq(outcome->violating, -1);
        cr_assert_eq(outcome->timeline->len, length);
        cr_assert_eq(mail.n_complete, outcome->timelines + 1, "no more is judged after it");
    }
}

/* ---- void, limits */

Test(promise, what_is_void_ends_at_once)
{
    static const guint n_own[] = { 3, 3 };
    for (guint after = 1; after < 40; after += 3) {
        g_auto(Mail) mail;
        mail_init(&mail, 2, n_own);
        mail.void_after = after;
        g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
        cr_assert(outcome->is_void);
        cr_assert_eq(mail.n_runs, after);
        cr_assert_eq(outcome->timelines, (after - 1) / 2);
        cr_assert_eq(mail.n_complete, outcome->timelines, "and is not judged");
    }
}

Test(promise, a_run_may_stop_the_search)
{
    static const guint n_own[] = { 3, 3 };
    for (guint after = 1; after < 40; after += 3) {
        g_auto(Mail) mail;
        mail_init(&mail, 2, n_own);
        mail.stop_after = after;
        g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
        cr_assert_eq(outcome->end, SEARCH_BYTES);
        cr_assert_not(outcome->is_void);
        cr_assert_eq(mail.n_runs, after);
        cr_assert_eq(outcome->timelines, (after - 1) / 2);
        cr_assert_gt(outcome->progress.frontier, 0);
    }
}

/* Longer ones are left out: those of up to l messages in any order, of k, are the sum of k! / (k - t)! with t <= l. */
Test(promise, some_timelines_are_not_extended)
{
    static const guint n_own[] = { 3, 2 };
    static const guint64 expected[] = { 0, 1 + 5, 1 + 5 + 20, 1 + 5 + 20 + 60, 1 + 5 + 20 + 60 + 120 };
    for (guint length = 1; length < G_N_ELEMENTS(expected); length++) {
        g_auto(Mail) mail;
        mail_init(&mail, 2, n_own);
        mail.in_order = false;
        mail.length_max = length;
        g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
        cr_assert_eq(outcome->end, SEARCH_COMPLETE);
        cr_assert_eq(outcome->timelines, expected[length]);
        cr_assert_eq(mail.longest_complete, length);
    }
}

typedef struct Poll {
    guint calls, stop_at;
    guint64 states;
} Poll;

static bool poll(gpointer data, const SearchProgress *progress)
{
    Poll *poll_data = data;
    cr_assert_geq(progress->states, poll_data->states, "progress goes forward");
    cr_assert_gt(progress->frontier, 0);
    cr_assert_gt(progress->bytes, 1000);
    poll_data->states = progress->states;
    return ++poll_data->calls != poll_data->stop_at;
}

Test(promise, poll_may_stop_the_search)
{
    static const guint n_own[] = { OWN_MAX, OWN_MAX }; /* 3,431 timelines */
    for (guint stop_at = 1; stop_at <= 5; stop_at++) {
        g_auto(Mail) mail;
        mail_init(&mail, 2, n_own);
        Poll data = { .stop_at = stop_at };
        const SearchOptions limits = { .poll = poll, .poll_data = &data };
        g_autoptr(PromiseOutcome) outcome = promise_search(&mail.space, &limits);
        cr_assert_eq(outcome->end, SEARCH_STOPPED);
        cr_assert_eq(data.calls, stop_at, "it is not asked again");
        cr_assert_lt(outcome->timelines, prefixes(2, n_own));
        cr_assert_gt(outcome->progress.frontier, 0);
    }
    g_auto(Mail) mail;
    mail_init(&mail, 2, n_own);
    Poll data = { 0 };
    const SearchOptions limits = { .poll = poll, .poll_data = &data };
    g_autoptr(PromiseOutcome) outcome = promise_search(&mail.space, &limits);
    cr_assert_eq(outcome->end, SEARCH_COMPLETE);
    cr_assert_eq(outcome->timelines, prefixes(2, n_own));
    cr_assert_geq(data.calls, 10);
}

Test(promise, states_max)
{
    static const guint n_own[] = { OWN_MAX, OWN_MAX };
    static const guint64 limits[] = { 1, 100, 1000, 5000 };
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_auto(Mail) mail;
        mail_init(&mail, 2, n_own);
        const SearchOptions options = { .states_max = limits[i] };
        g_autoptr(PromiseOutcome) outcome = promise_search(&mail.space, &options);
        cr_assert_eq(outcome->end, SEARCH_STATES);
        cr_assert_gt(outcome->progress.states, limits[i]);
        cr_assert_leq(outcome->progress.states, limits[i] + 2 * 256 + 2, "passed by a batch at most");
    }
    g_auto(Mail) mail;
    mail_init(&mail, 2, n_own);
    const SearchOptions enough = { .states_max = 2 * prefixes(2, n_own) };
    g_autoptr(PromiseOutcome) outcome = promise_search(&mail.space, &enough);
    cr_assert_eq(outcome->end, SEARCH_COMPLETE);
}

Test(promise, bytes_max)
{
    static const guint n_own[] = { OWN_MAX, OWN_MAX };
    g_auto(Mail) mail;
    mail_init(&mail, 2, n_own);
    const SearchOptions options = { .bytes_max = 50000 };
    g_autoptr(PromiseOutcome) outcome = promise_search(&mail.space, &options);
    cr_assert_eq(outcome->end, SEARCH_BYTES);
    cr_assert_lt(outcome->timelines, prefixes(2, n_own));
    g_auto(Mail) again;
    mail_init(&again, 2, n_own);
    const SearchOptions enough = { .bytes_max = 1 << 30 };
    g_autoptr(PromiseOutcome) complete = promise_search(&again.space, &enough);
    cr_assert_eq(complete->end, SEARCH_COMPLETE);
}

/* ---- random processes */

static guint32 mix(guint32 hash, guint32 value)
{
    hash = (hash ^ value) * 0x9e3779b1u;
    return hash ^ hash >> 15;
}

/* The locations that a process looks at: whether it looks at one depends on what it has found where it has looked
 * before. Messages elsewhere are none of its business. Returns the hash of all that it has found. */
static guint32 look(const Mail *mail, guint process, const uint32_t *seen, guint n_seen, guint *looked)
{
    guint32 hash = 0;
    *looked = 0;
    for (guint step = 0; step <= LOCATIONS; step++) {
        guint location = (step + mail->seed) % LOCATIONS;
        hash = mix(mail->seed, mail->group[process]);
        for (guint i = 0; i < n_seen; i++)
            if (seen[i] & 1 || *looked >> seen[i] / 2 % LOCATIONS & 1)
                hash = mix(hash, seen[i] + 1);
        if (step < LOCATIONS && mix(hash, location) % 3)
            *looked |= 1u << location;
    }
    return hash;
}

static void behave_by_chance(Mail *mail, guint process, const uint32_t *seen, guint n_seen, PromiseResult *result)
{
    guint looked;
    guint32 hash = look(mail, process, seen, n_seen, &looked);
    mail->looked[mail->group[process]] |= looked;
    if (mix(hash, 101) % 4 == 0)
        result->n_messages = 0;
    result->viable = mix(hash, 104) % 10 != 0;
    result->completable = result->viable && mix(hash, 102) % 4 != 0;
    result->violates = mix(hash, 103) % 400 == 0;
}

/* The same search, but nothing is remembered: everybody is run against every timeline, and sees all of it. */
typedef struct Naive {
    guint64 timelines;
    int shortest; /* messages of the first violation; -1: none */
    GHashTable *completed;
} Naive;

static void naive_visit(Mail *mail, GArray *timeline, GPtrArray *next, Naive *naive)
{
    guint n = mail->space.n_processes;
    bool completable = true, violates = false, viable = true;
    guint n_queued = next->len;
    naive->timelines++;
    for (guint p = 0; p < n; p++) {
        g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        for (guint i = 0; i < timeline->len; i++) {
            PromiseMessage message = g_array_index(timeline, PromiseMessage, i);
            uint32_t id = 2 * message.message + (message.owner == p);
            g_array_append_val(seen, id);
        }
        PromiseResult *result = mail_result(mail, p, (const uint32_t *)(const void *)seen->data, seen->len);
        completable = completable && result->completable;
        violates = violates || result->violates;
        viable = viable && result->viable;
        for (guint m = 0; m < result->n_messages; m++) {
            GArray *child = g_array_new(FALSE, FALSE, sizeof(PromiseMessage));
            PromiseMessage last = { result->messages[m], p };
            if (timeline->len)
                g_array_append_vals(child, timeline->data, timeline->len);
            g_array_append_val(child, last);
            g_ptr_array_add(next, child);
        }
        result_free(result);
    }
    if (!viable) /* nothing longer is completable either */
        g_ptr_array_set_size(next, (gint)n_queued);
    if (completable && violates && naive->shortest < 0)
        naive->shortest = (int)timeline->len;
    if (completable && naive->shortest < 0)
        g_hash_table_add(naive->completed,
                         timeline_text((const PromiseMessage *)(const void *)timeline->data, timeline->len));
}

static Naive naive_search(Mail *mail)
{
    Naive naive = { .shortest = -1, .completed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
    g_autoptr(GPtrArray) queue = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    g_ptr_array_add(queue, g_array_new(FALSE, FALSE, sizeof(PromiseMessage)));
    for (guint i = 0; i < queue->len && naive.shortest < 0; i++)
        naive_visit(mail, g_ptr_array_index(queue, i), queue, &naive);
    return naive;
}

static void expect_same_sets(GHashTable *a, GHashTable *b, guint i)
{
    GHashTableIter iter;
    gpointer key;
    cr_assert_eq(g_hash_table_size(a), g_hash_table_size(b), "space %u: %u complete timelines instead of %u", i,
                 g_hash_table_size(a), g_hash_table_size(b));
    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        cr_assert(g_hash_table_contains(b, key), "space %u: %s", i, (const char *)key);
}

static void random_mail(GRand *rand, Mail *mail)
{
    guint n = (guint)g_rand_int_range(rand, 1, 4), n_own[PROCESSES_MAX] = { 0 };
    for (guint p = 0; p < n; p++)
        n_own[p] = (guint)g_rand_int_range(rand, 0, 4);
    mail_init(mail, n, n_own);
    mail->alike = g_rand_boolean(rand);
    if (mail->alike)
        for (guint p = 1; p < n; p++)
            if (g_rand_boolean(rand)) {
                mail->group[p] = 0;
                mail->n_own[p] = mail->n_own[0];
            }
    mail->in_order = g_rand_int_range(rand, 0, 3) != 0;
    mail->sight = SEES_WHERE_IT_LOOKS;
    mail->behave = behave_by_chance;
    mail->seed = g_rand_int(rand);
}

Test(promise, random_processes_agree_with_a_search_that_remembers_nothing)
{
    guint32 seed = test_seed();
    guint n_violations = 0, n_saved = 0;
    for (guint32 i = 0; i < 1500; i++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed * 0x10001 + i);
        g_auto(Mail) mail;
        random_mail(rand, &mail);
        mail.completed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(PromiseOutcome) outcome = search_mail(&mail);
        guint n_runs = mail.n_runs;
        Naive naive = naive_search(&mail);
        if (naive.shortest >= 0) {
            n_violations++;
            cr_assert_eq(outcome->end, SEARCH_VIOLATION, "space %u", i);
            cr_assert_eq(outcome->timeline->len, (guint)naive.shortest, "space %u", i);
            cr_assert_eq(outcome->timelines + 1, naive.timelines, "space %u", i);
        } else {
            cr_assert_eq(outcome->end, SEARCH_COMPLETE, "space %u", i);
            cr_assert_eq(outcome->timelines, naive.timelines, "space %u", i);
        }
        expect_same_sets(mail.completed, naive.completed, i);
        n_saved += n_runs < naive.timelines * mail.space.n_processes;
        g_hash_table_unref(naive.completed);
    }
    cr_assert_gt(n_violations, 20, "the case is met");
    cr_assert_gt(n_saved, 100);
}

static void expect_same_outcome(const PromiseOutcome *a, const PromiseOutcome *b, const char *when, guint at)
{
    cr_assert_eq(a->end, b->end, "%s %u: ends with %d instead of %d", when, at, b->end, a->end);
    cr_assert_eq(a->is_void, b->is_void);
    cr_assert_eq(a->timelines, b->timelines, "%s %u: %u timelines instead of %u", when, at, (guint)b->timelines,
                 (guint)a->timelines);
    cr_assert_eq(a->violating, b->violating, "%s %u", when, at);
    cr_assert_eq(a->timeline->len, b->timeline->len, "%s %u", when, at);
    cr_assert(!a->timeline->len ||
              !memcmp(a->timeline->data, b->timeline->data, a->timeline->len * sizeof(PromiseMessage)));
    cr_assert_eq(a->progress.states, b->progress.states, "%s %u", when, at);
    cr_assert_eq(a->progress.frontier, b->progress.frontier, "%s %u", when, at);
    cr_assert_eq(a->progress.bytes, b->progress.bytes, "%s %u", when, at);
    cr_assert_eq(a->progress.depth, b->progress.depth, "%s %u", when, at);
    cr_assert_eq(a->progress.done, b->progress.done, "%s %u", when, at);
    cr_assert_eq(a->progress.expected, b->progress.expected, "%s %u", when, at);
}

/* Nothing depends on what has been searched before, nor on where things are in memory. */
Test(promise, the_same_search_gives_the_same_result)
{
    guint32 seed = test_seed();
    for (guint32 i = 0; i < 100; i++) {
        GRand *rand = g_rand_new_with_seed(seed * 0x20001 + i);
        g_auto(Mail) first, second;
        random_mail(rand, &first);
        g_rand_set_seed(rand, seed * 0x20001 + i);
        random_mail(rand, &second);
        g_rand_free(rand);
        g_autoptr(PromiseOutcome) a = search_mail(&first);
        g_autoptr(PromiseOutcome) b = search_mail(&second);
        expect_same_outcome(a, b, "random space", i);
        cr_assert_eq(first.n_runs, second.n_runs);
    }
}

/* ---- searches that are taken up again */

/* Makes the same processes again and again. */
typedef void (*MailFunc)(guint32 number, Mail *mail);

static void rows_mail(guint32 number, Mail *mail)
{
    guint last = sum_of(rows[number].n, rows[number].n_own);
    mail_init(mail, rows[number].n, rows[number].n_own);
    mail->refuse_at = number % 2 ? last : 0;
}

static void unordered_mail(guint32 number, Mail *mail)
{
    rows_mail(number, mail);
    mail->in_order = false;
    mail->length_max = 3;
}

static void late_mail(guint32 number, Mail *mail)
{
    static const guint n_own[] = { 4, 3, 2 };
    (void)number;
    mail_init(mail, 3, n_own);
    mail->behave = violate_late;
}

static void chance_mail(guint32 number, Mail *mail)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(number);
    random_mail(rand, mail);
}

/* Goes on with what was kept, to the end. */
static void expect_resumed(MailFunc make, guint32 number, const Kept *kept, const PromiseOutcome *whole,
                           const Mail *before, guint at)
{
    g_auto(Mail) mail;
    g_autoptr(Archive) from = kept_open(kept);
    const SearchOptions options = { .resume = from };
    make(number, &mail);
    g_autoptr(PromiseOutcome) resumed = promise_search(&mail.space, &options);
    cr_assert_not(archive_failed(from));
    expect_same_outcome(whole, resumed, "resumed at", at);
    cr_assert_eq(mail.n_runs, before->n_runs);
    cr_assert_eq(mail.n_complete, before->n_complete);
    cr_assert_eq(mail.longest_complete, before->longest_complete);
    cr_assert_eq(mail.results->len, before->results->len);
}

/* Kept before every timeline (of `step`), and cut short in every run; returns how often it was resumed. */
static guint resume_everywhere(MailFunc make, guint32 number, guint step)
{
    g_auto(Kept) kept;
    g_auto(Mail) reference;
    make(number, &reference);
    g_autoptr(PromiseOutcome) whole = search_mail(&reference);
    kept_init(&kept);
    guint n = 0;
    for (guint due = 1; due <= whole->timelines + 1; due += step, n++) {
        g_auto(Mail) mail;
        SearchOptions options = kept_options(&kept);
        kept.due = due;
        make(number, &mail);
        g_autoptr(PromiseOutcome) same = promise_search(&mail.space, &options);
        expect_same_outcome(whole, same, "although kept at", due);
        if (kept.n)
            expect_resumed(make, number, &kept, whole, &reference, due);
    }
    for (guint after = 1; after <= reference.n_runs; after += step, n++) {
        g_auto(Mail) mail;
        const SearchOptions options = kept_options(&kept);
        kept.due = 0;
        make(number, &mail);
        mail.stop_after = after;
        g_autoptr(PromiseOutcome) cut = promise_search(&mail.space, &options);
        cr_assert_eq(cut->end, SEARCH_BYTES);
        cr_assert_eq(kept.n, 1);
        expect_resumed(make, number, &kept, whole, &reference, after);
    }
    return n;
}

Test(promise, a_search_goes_on_where_it_was_left)
{
    guint n = 0;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        n += resume_everywhere(rows_mail, i, 13);
        n += resume_everywhere(unordered_mail, i, 17);
    }
    n += resume_everywhere(late_mail, 0, 1);
    cr_assert_gt(n, 300);
}

Test(promise, random_searches_go_on_where_they_were_left)
{
    guint32 seed = test_seed();
    guint n = 0;
    for (guint32 i = 0; i < 200; i++)
        n += resume_everywhere(chance_mail, seed * 0x30001 + i, 11);
    cr_assert_gt(n, 1000);
}

/* Cut by its limits again and again. */
Test(promise, a_search_in_pieces)
{
    static const guint n_own[] = { OWN_MAX, OWN_MAX };
    g_auto(Kept) kept;
    g_auto(Mail) reference;
    mail_init(&reference, 2, n_own);
    g_autoptr(PromiseOutcome) whole = search_mail(&reference);
    kept_init(&kept);
    guint n = 0;
    for (guint64 states_max = 500;; states_max += 700, n++) {
        g_auto(Mail) mail;
        g_autoptr(Archive) from = n ? kept_open(&kept) : NULL;
        SearchOptions options = kept_options(&kept);
        options.states_max = states_max;
        options.resume = from;
        mail_init(&mail, 2, n_own);
        g_autoptr(PromiseOutcome) part = promise_search(&mail.space, &options);
        if (part->end == SEARCH_STATES)
            continue;
        expect_same_outcome(whole, part, "in pieces", n);
        cr_assert_eq(mail.n_runs, reference.n_runs);
        break;
    }
    cr_assert_gt(n, 5);
}

/* Any word of the file may be another one, with a checksum that is right: it is refused, or it is a state of a search. */
Test(promise, what_makes_no_sense_is_refused)
{
    static const guint32 others[] = { 0, 1, 3, 0x7fffffff, 0xffffffff };
    g_auto(Kept) kept;
    g_auto(Mail) mail;
    late_mail(0, &mail);
    mail.stop_after = 30;
    kept_init(&kept);
    const SearchOptions options = kept_options(&kept);
    g_autoptr(PromiseOutcome) cut = promise_search(&mail.space, &options);
    cr_assert_eq(cut->end, SEARCH_BYTES);
    g_autoptr(GBytes) contents = kept_contents(&kept);
    gsize size;
    const guint8 *bytes = g_bytes_get_data(contents, &size);
    guint n_refused = 0;
    for (gsize at = 0; at + 4 <= size; at += 4) {
        for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
            g_autofree guint8 *changed = g_memdup2(bytes, size);
            memcpy(changed + at, &others[i], 4);
            kept_replace(&kept, changed, size);
            g_auto(Mail) again;
            late_mail(0, &again);
            again.stop_after = 1;
            g_autoptr(Archive) from = kept_open(&kept);
            const SearchOptions resume = { .resume = from };
            g_autoptr(PromiseOutcome) outcome = promise_search(&again.space, &resume);
            n_refused += archive_failed(from);
            cr_assert(!archive_failed(from) || outcome->end == SEARCH_STOPPED);
        }
    }
    cr_assert_gt(n_refused, 100);
}
