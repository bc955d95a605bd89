/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory models as rows of one table: which order data accesses keep, and which bounds a fetch has.
 * Rule names are those of the RISC-V instruction-fetch litmus suite. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Model {
    const char *name;
    const char *summary;
    const char *source; /* where its rules are written */
    /* Data accesses are ordered by RVWMO (unprivileged ISA, chapter "RVWMO"), as views; else sequentially consistent. */
    bool rvwmo_data;
    /* Fetches read the initial image: code is not data (plain litmus tests). */
    bool initial_fetch;
    /* Fetch is an access in program order like any other (then none of the rules below applies). */
    bool coherent_fetch;
    /* ir1 holds in every model with the rules below: an instruction's fetch is ordered before its own accesses. */
    /* ir2 (Ziccid): the fetches of a hart enter the memory order in program order. */
    bool ir2;
    /* ir3 (Zifencei): fence.i orders a hart's earlier accesses before its later fetches. */
    bool ir3;
    /* ir3f (ISA manual since September 2026): fence.i also orders earlier fetches, its own included. */
    bool ir3f;
    /* ir-decode-w, ir-decode: a fetch is ordered before the hart's later writes; before all its later accesses. */
    bool ir_decode_w, ir_decode;
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
