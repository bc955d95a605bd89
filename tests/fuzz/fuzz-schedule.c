/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text is refused with a message, or is a schedule that is the same after it was printed and read again. The first
 * byte is the number of harts. */
#include <string.h>

#include "sim/base/error.h"
#include "sim/machine/replay.h"

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size);
int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size)
{
    if (size < 1)
        return 0;
    guint n_harts = 1 + bytes[0] % HARTS_MAX;
    g_autofree char *text = g_strndup((const char *)bytes + 1, size - 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) trail = schedule_parse(text, n_harts, &error);
    if (!trail) {
        g_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCHEDULE));
        return 0;
    }
    g_assert(!error);
    for (guint i = 0; i < trail->len; i++)
        g_assert(g_array_index(trail, TrailStep, i).process < n_harts);
    g_assert(trail->len == 0 || trail_switches(trail) < trail->len);
    g_autofree char *printed = schedule_text(trail);
    g_autoptr(GArray) again = schedule_parse(printed, n_harts, &error);
    g_assert(again && again->len == trail->len);
    g_assert(trail->len == 0 || !memcmp(again->data, trail->data, trail->len * sizeof(TrailStep)));
    return 0;
}
