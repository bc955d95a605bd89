/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a breadth-first search will get, from the widths of the layers that it has seen: their growth from one layer to the
 * next falls more or less steadily (it is a constant minus a multiple of the depth where moves are independent, for which widths
 * are a bell curve), so it is continued by a straight line. A guess for people who wait; nothing is decided by it. */
#pragma once

#include <glib.h>

#define ESTIMATE_METHOD "widths of layers"

/* `widths`: guint64, of all layers so far, each complete. The number of elements in all layers to the end, or 0 if what there is
 * does not say. */
guint64 estimate_total(const GArray *widths);
