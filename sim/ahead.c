/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/ahead.h"

typedef struct Job {
    const Scenario *scenario;
    const Row *row;
    bool done;
    Outcome *outcome;
    GError *error;
} Job;

struct Ahead {
    DecideFunc function;
    gconstpointer data;
    GThreadPool *threads;
    GPtrArray *jobs; /* Job, in the order in which they were begun */
    GMutex mutex;    /* of `done` and `idle` */
    GCond changed;
    GPtrArray *idle; /* Oracle: of threads that are doing nothing */
};

static void job_free(gpointer data)
{
    Job *job = data;
    outcome_free(job->outcome);
    g_clear_error(&job->error);
    g_free(job);
}

static void oracle_release(gpointer oracle)
{
    oracle_free(oracle);
}

/* On a thread of the pool. */
static void run_job(gpointer data, gpointer user_data)
{
    Job *job = data;
    Ahead *ahead = user_data;
    g_mutex_lock(&ahead->mutex);
    guint n = ahead->idle->len;
    Oracle *oracle = n ? g_ptr_array_steal_index(ahead->idle, n - 1) : NULL;
    g_mutex_unlock(&ahead->mutex);
    job->outcome = ahead->function(ahead->data, &oracle, job->scenario, job->row, &job->error);
    g_mutex_lock(&ahead->mutex);
    if (oracle)
        g_ptr_array_add(ahead->idle, oracle);
    job->done = true;
    g_cond_broadcast(&ahead->changed);
    g_mutex_unlock(&ahead->mutex);
}

Ahead *ahead_new(guint n_threads, DecideFunc function, gconstpointer data)
{
    Ahead *ahead = g_new0(Ahead, 1);
    ahead->function = function;
    ahead->data = data;
    ahead->jobs = g_ptr_array_new_with_free_func(job_free);
    ahead->idle = g_ptr_array_new_with_free_func(oracle_release);
    g_mutex_init(&ahead->mutex);
    g_cond_init(&ahead->changed);
    ahead->threads = g_thread_pool_new(run_job, ahead, (gint)n_threads, FALSE, NULL);
    return ahead;
}

void ahead_free(Ahead *ahead)
{
    if (!ahead)
        return;
    if (ahead->threads)
        g_thread_pool_free(ahead->threads, TRUE, TRUE);
    g_ptr_array_unref(ahead->jobs);
    g_ptr_array_unref(ahead->idle);
    g_mutex_clear(&ahead->mutex);
    g_cond_clear(&ahead->changed);
    g_free(ahead);
}

void ahead_end(Ahead *ahead, LeftFunc function, gpointer data)
{
    g_thread_pool_free(ahead->threads, TRUE, TRUE);
    ahead->threads = NULL;
    for (guint i = 0; i < ahead->jobs->len; i++) {
        const Job *job = g_ptr_array_index(ahead->jobs, i);
        if (job->outcome)
            function(data, job->scenario, job->row, job->outcome);
    }
    g_ptr_array_set_size(ahead->jobs, 0);
}

void ahead_begin(Ahead *ahead, const Scenario *scenario, const GArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        Job *job = g_new0(Job, 1);
        job->scenario = scenario;
        job->row = &g_array_index(rows, Row, i);
        g_ptr_array_add(ahead->jobs, job);
        g_thread_pool_push(ahead->threads, job, NULL);
    }
}

bool ahead_take(Ahead *ahead, const Scenario *scenario, const Row *row, Outcome **outcome, GError **error)
{
    for (guint i = 0; i < ahead->jobs->len; i++) {
        Job *job = g_ptr_array_index(ahead->jobs, i);
        if (job->scenario != scenario || job->row != row)
            continue;
        g_mutex_lock(&ahead->mutex);
        while (!job->done)
            g_cond_wait(&ahead->changed, &ahead->mutex);
        g_mutex_unlock(&ahead->mutex);
        *outcome = g_steal_pointer(&job->outcome);
        if (job->error)
            g_propagate_error(error, g_steal_pointer(&job->error));
        g_ptr_array_remove_index(ahead->jobs, i);
        return true;
    }
    return false;
}

guint ahead_count(const Ahead *ahead)
{
    return ahead->jobs->len;
}
