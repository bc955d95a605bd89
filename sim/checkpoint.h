/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A search that was left, as a file: what it is a search of, and all that it had come to. */
#pragma once

#include "scenarios/scenario.h"
#include "sim/base/archive.h"

typedef struct Checkpoint Checkpoint;

void checkpoint_free(Checkpoint *checkpoint);

/* Opens one to go on from; fails with SIM_ERROR_USAGE if it is damaged, or of another version of the program. */
Checkpoint *checkpoint_open(const char *path, GError **error) OWNED_BY(checkpoint_free);

/* What it is a search of: fails if the scenario is another one, or has changed since. */
bool checkpoint_suits(const Checkpoint *checkpoint, const Scenario *scenario, GError **error);
/* The row; without an expectation. */
Row checkpoint_row(const Checkpoint *checkpoint);

/* How long it had taken, and what SearchOptions.resume takes; that can be read once. */
double checkpoint_seconds(const Checkpoint *checkpoint);
Archive *checkpoint_search(Checkpoint *checkpoint);

/* Writes one, in place of what may be at the path: as SearchOptions.keep is called. */
bool checkpoint_write(const char *path, const Scenario *scenario, const Row *row, double seconds,
                      void (*archive)(gpointer search, Archive *archive), gpointer search, GError **error);

/* Where it goes if nobody has said: "FILE-MODEL-OPTIONS-SUM.ckpt" in the working directory, where FILE is the path of the scenario
 * with '-' for each '/', and SUM is of all that makes the search what it is: two searches do not write to the same file. */
char *checkpoint_usual_path(const Scenario *scenario, const Options *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Checkpoint, checkpoint_free)
