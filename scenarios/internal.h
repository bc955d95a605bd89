/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that load a scenario. */
#pragma once

#include "scenarios/resolve.h"
#include "scenarios/scenario.h"
#include "scenarios/steps.h"

/* The files beside a scenario that its program is made of. */
typedef struct Parts {
    GPtrArray *includes; /* Source: assembly in front of the scenario's own */
    GPtrArray *sources;  /* Source: C */
    GPtrArray *texts;    /* char *: the assembly that the compiler made of each; then names of object files */
    GArray *units;       /* AsmUnit: all but the prefix */
} Parts;

/* A scenario being loaded. */
typedef struct Loader {
    const Source *source;
    const YamlNode *root;
    Scenario *scenario;
    Program *program;      /* scenario->program */
    uint64_t exit_address; /* where calls return to */
    GPtrArray *steps;      /* Steps of each hart, or NULL */
    Parts parts;
} Loader;

/* parts.c */
bool load_parts(Loader *loader, GError **error);
void parts_clear(Parts *parts);
/* Whether there is code outside of `asm`. */
bool parts_have_units(const Parts *parts);
/* Adds the blocks (AsmBlock) of included files. */
void parts_add_blocks(const Parts *parts, GArray *blocks);

/* build.c: assembles and links everything, in two rounds: the second adds the code of declarative steps, which need the
 * first one's addresses and patch bytes. Fills program->image and program->patches. */
bool build_program(Loader *loader, GError **error);

/* harts.c: the names and numbers of harts, before assembling; then all that needs addresses. */
bool declare_harts(Loader *loader, GError **error);
bool resolve_harts(Loader *loader, GError **error);
/* The mapping that describes hart i (copies share one). */
const YamlNode *hart_node(const Loader *loader, guint i);
/* Initial sp of hart i: the end of its stack. */
uint64_t hart_stack(guint i);
enum {
    HART_STACK_SIZE = 2048
}; /* bytes */

/* versions.c: merges patched bytes into regions and computes the whole versions of each. */
bool make_regions(Loader *loader, GError **error);

/* warnings.c: adds to scenario->warnings, when all else is loaded. */
void find_warnings(Loader *loader);

/* properties.c */
bool load_properties(Loader *loader, GError **error);

/* rows.c */
bool load_rows(Loader *loader, GError **error);
