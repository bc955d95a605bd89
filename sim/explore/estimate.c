/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/explore/estimate.h"

#include <math.h>

enum {
    LAYERS_MIN = 8,
    LAYERS_AHEAD_MAX = 100000
};

static const double total_max = 1e15;

typedef struct Line {
    double offset, slope;
} Line;

static double growth(const GArray *widths, guint i)
{
    return log((double)g_array_index(widths, guint64, i + 1) / (double)g_array_index(widths, guint64, i));
}

/* The least-squares line through the growth of the later half of the layers: growth at layer i = offset + slope * i. */
static Line fit(const GArray *widths)
{
    guint first = widths->len / 2, n = widths->len - 1 - first;
    double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
    for (guint i = first; i < first + n; i++) {
        double y = growth(widths, i);
        sum_x += i;
        sum_y += y;
        sum_xx += (double)i * i;
        sum_xy += i * y;
    }
    double slope = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
    return (Line){ (sum_y - slope * sum_x) / n, slope };
}

guint64 estimate_total(const GArray *widths)
{
    if (widths->len < LAYERS_MIN)
        return 0;
    Line line = fit(widths);
    if (!(line.slope < 0))
        return 0;
    double total = 0, width = 0;
    for (guint i = 0; i < widths->len; i++)
        total += width = (double)g_array_index(widths, guint64, i);
    for (guint i = widths->len - 1; width >= 1 && i < LAYERS_AHEAD_MAX; i++) {
        width *= exp(line.offset + line.slope * i);
        total += width;
        if (total > total_max)
            return 0;
    }
    return (guint64)total;
}
