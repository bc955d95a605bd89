/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/base/error.h"

GQuark sim_error_quark(void)
{
    return g_quark_from_static_string("sim-error-quark");
}
