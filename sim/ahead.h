/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides rows on several threads before they are asked for. What is found does not depend on it, nor on the order in which it is
 * told: whoever asks for a row waits until it has been decided. */
#pragma once

#include "scenarios/scenario.h"

typedef struct Ahead Ahead;

/* Decides one row with an emulator of the thread's own (*oracle: NULL until it has been created). */
typedef Outcome *(*DecideFunc)(gconstpointer data, Oracle **oracle, const Scenario *scenario, const Row *row,
                               GError **error);

/* Waits for what is being decided, unless ahead_end has. */
void ahead_free(Ahead *ahead);
/* `data` must be usable by all threads at a time. */
Ahead *ahead_new(guint n_threads, DecideFunc function, gconstpointer data) OWNED_BY(ahead_free);

/* Begins with rows of a scenario (of Row), which must live until they have been taken, or until ahead_end. */
void ahead_begin(Ahead *ahead, const Scenario *scenario, const GArray *rows);

/* Waits for the row, and gives the outcome or the error away; false if it has not been begun, or has been taken. */
bool ahead_take(Ahead *ahead, const Scenario *scenario, const Row *row, Outcome **outcome, GError **error);

/* Rows that have been begun and not been taken. */
guint ahead_count(const Ahead *ahead);

/* Told of an outcome that nobody took. */
typedef void (*LeftFunc)(gpointer data, const Scenario *scenario, const Row *row, const Outcome *outcome);

/* Waits for what is being decided, drops the rest, and tells of outcomes that nobody took, in the order of ahead_begin. After it the
 * rows need not live any longer. */
void ahead_end(Ahead *ahead, LeftFunc function, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ahead, ahead_free)
