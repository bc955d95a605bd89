/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one error domain of the program: what the user or the environment got wrong. */
#pragma once

#include <glib.h>

#define SIM_ERROR (sim_error_quark())

/* Each code decides the exit status of the program (see sim/exit.h). */
typedef enum SimError {
    SIM_ERROR_USAGE,       /* a bad option, an unreadable file                         (exit 1) */
    SIM_ERROR_ENVIRONMENT, /* a missing tool, no memory for an emulator, a full disk   (exit 1) */
    SIM_ERROR_SCENARIO,    /* malformed input; the message starts with FILE:LINE:COL   (exit 2) */
    SIM_ERROR_SCHEDULE,    /* a schedule string that the scenario cannot follow        (exit 2) */
    SIM_ERROR_UNSUPPORTED, /* well-formed input that is outside the machine; located   (exit 5) */
} SimError;

GQuark sim_error_quark(void);
