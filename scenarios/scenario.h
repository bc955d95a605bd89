/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario file: a program for the machine, the rows of options it is meant for, and the verdict expected in each. */
#pragma once

#include "scenarios/source.h"
#include "sim/machine/program.h"
#include "sim/machine/verdict.h"

/* One row of a scenario's `expect`. */
typedef struct Row {
    Options options;
    bool preempt_given; /* the row says `preempt` */
    Verdict verdict;
    char *property;     /* name of the property that is to be violated, or NULL: any */
    guint line, column; /* of its mapping, which may stand for several rows */
} Row;

typedef struct LitmusTest LitmusTest; /* scenarios/litmus.h */

typedef struct Scenario {
    char *file; /* as the user named it */
    char *name;
    char *title;
    char *about;        /* or NULL */
    GPtrArray *sources; /* of char *: where the protocol or the question is from */
    GPtrArray *tags;
    Program *program;
    GArray *rows;        /* Row; may be empty */
    guint line;          /* of the harts: what a verdict without another place is located at */
    GPtrArray *warnings; /* char *, located: what makes a proof empty; for `lint` */
    LitmusTest *litmus;  /* of a litmus file; NULL: a scenario file */
} Scenario;

void scenario_free(Scenario *scenario);

/* Loads a scenario: parses, assembles, links and checks everything but the verdicts. */
Scenario *scenario_load(const Source *source, GError **error) OWNED_BY(scenario_free);

/* Whether a property goes by a name: all of it, or the part before its first ':' or blank ("never"). */
bool property_is_called(const Property *property, const char *name);

/* Options without a row: the default model, and full preemption. */
Options options_default(void);

/* The same for one scenario. A litmus test is about data only, unless it says that it touches code. */
Options scenario_options(const Scenario *scenario);

/* Whether the options go together: not every explorer can do every model. */
bool options_check(const Options *options, GError **error);

/* Sets one of model, fetch-atomicity, preempt, auipc-jalr, misaligned, lr-sc, explorer by the name of its value. Setting the model sets
 * fetch-atomicity to what goes with it: whole instructions with coherent fetch, else 4 (Ziccif). */
bool options_set(Options *options, const char *option, const char *value, GError **error);

/* The name of the i'th option, in the order in which they have to be set (model first); NULL: there are no more. */
const char *option_name(guint i);

/* The name of an option's value. NULL: instructions are fetched whole, or the explorer is left to cmodx. */
const char *options_get(const Options *options, const char *option);

bool options_equal(const Options *a, const Options *b);

/* What a verdict holds for: "sc-stale, fetch-atomicity=2, preempt=full". Only what is not the default of the model is
 * named, and `preempt` where it matters. */
char *options_label(const Options *options, bool with_preempt);

/* The part of it behind model, fetch-atomicity and preempt: "auipc-jalr=masked, lr-sc=any"; "" if all is as usual. */
char *options_rest(const Options *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_free)
