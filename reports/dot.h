/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Graphs for Graphviz, see docs/graphs.md. The same input makes the same bytes. */
#pragma once

#include "scenarios/scenario.h"
#include "sim/machine/replay.h"
#include "sim/machine/timeline-tree.h"

enum {
    DOT_NODES_DEFAULT = 200,
    DOT_EXPLORED = 64 /* so many times as many nodes are explored as are shown */
};

/* What a graph is of. */
typedef struct DotSubject {
    const Scenario *scenario;
    const Options *options;
    bool with_preempt;      /* the options name it */
    const Outcome *outcome; /* NULL: of an execution */
    guint nodes_max;        /* are shown */
} DotSubject;

/* The states that the interleaving explorer goes through, and the moves between them. */
void dot_put_states(GString *out, const DotSubject *subject, Oracle *oracle);

/* The orders of stores that the timeline explorer goes through. */
void dot_put_timelines(GString *out, const DotSubject *subject, const TimelineTree *tree);

/* One execution as memory models see it. `verbose`: with the instructions that are nobody's concern. */
void dot_put_execution(GString *out, const DotSubject *subject, const Replay *replay, bool verbose);
