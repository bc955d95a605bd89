/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory models as rows of one table: which order data accesses keep, and which bounds a fetch has.
 * Rule names are those of the RISC-V instruction-fetch litmus suite. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Model {
    const char *name;
    const char *summary;
    /* Fetch is an access in program order like any other (then none of the rules below applies). */
    bool coherent_fetch;
    /* ir2 (Ziccid): the fetches of a hart enter the memory order in program order. */
    bool ir2;
    /* ir3 (Zifencei): fence.i orders a hart's earlier accesses before its later fetches. */
    bool ir3;
    /* ir3f (ISA manual since September 2026): fence.i also orders earlier fetches, its own included. */
    bool ir3f;
} Model;

/* The model of that name, or NULL. */
const Model *model_named(const char *name);

/* All models, in the order in which tables list them. */
const Model *model_table(guint *n_models);

/* What may be fetched at one point in time (Ziccif and its absence). */
typedef enum FetchAtomicity {
    FETCH_WHOLE = 0, /* the whole instruction, whatever its alignment: only with coherent fetch */
    FETCH_2 = 2,     /* every halfword by itself: no Ziccif */
    FETCH_4 = 4,     /* the parts of an instruction within each aligned 4-byte chunk: Ziccif with ILEN 32 */
    FETCH_8 = 8,     /* within each aligned 8-byte chunk: a what-if */
} FetchAtomicity;
