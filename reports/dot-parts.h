/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writers of graphs share: the language of Graphviz, and the parts that all graphs of explorations have. */
#pragma once

#include "reports/dot.h"
#include "sim/explore/graph.h"
#include "sim/machine/execution.h"

/* Appends ` name="value"`, a label or tooltip: all of it is shown as it is, and a newline breaks the line. */
void dot_put_attribute(GString *out, const char *name, const char *value);

/* The same for the label of an edge. */
void dot_put_edge_label(GString *out, const char *text);

/* Appends everything up to the first node. `counts`: the last line of its label. */
void dot_begin(GString *out, const DotSubject *subject, const char *counts);
void dot_end(GString *out);

/* Appends what is not shown, as nodes and dotted edges. `things`: "states". */
void dot_put_rests(GString *out, const GraphView *view, const char *things);

/* One step of a line. */
typedef struct DotStep {
    guint hart;
    char *what;  /* all of it: "auipc t0,0x12 OLD" */
    char *brief; /* where there are several: "auipc OLD" */
} DotStep;

void dot_step_clear(gpointer step);
/* "CPU0: 3 steps: mv; jal; nop", and all of them, one on each line. `things`: "steps". */
char *dot_line_label(const DotSubject *subject, const GArray *steps, const char *things);
char *dot_line_tooltip(const DotSubject *subject, const GArray *steps);

/* The colour of a line: that of the hart, if they are all of one. */
const char *dot_line_colour(const GArray *steps);

/* "101 states, 117 moves: 27 shown, 74 folded". */
char *dot_counts(const GraphView *view, guint n_nodes, guint n_edges, bool complete, const char *things,
                 const char *ways);

/* dot-event.c: "W func+4=NEW", "F func OLD" with the instruction below, "fence rw,rw". */
char *dot_event_words(const Execution *execution, const ExecEvent *event);
