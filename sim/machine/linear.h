/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One execution, found hart by hart, told as one sequence of steps. */
#pragma once

#include "sim/machine/driver.h"
#include "sim/machine/solo-search.h"

/* A run of each hart against the timeline (Message; hart is the owner's number), as from solo_path. `violating`: the hart
 * whose path ends in a violation, and which step of it that is; or -1: every run goes to its end. Every hart does no more
 * than what is needed, each as long as it can, and stores take effect in their turn wherever they can: what is left of
 * staleness and promises is what the execution cannot do without. Returns a new array of TrailStep. */
GArray *linear_trail(SoloDriver *driver, const GArray *timeline, GArray *const *paths, int violating,
                     guint violating_step);
