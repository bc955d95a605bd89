/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

/* Gives an array the elements of another one, of `element` bytes each. */
static inline void array_assign(GArray *to, const GArray *from, gsize element)
{
    g_array_set_size(to, from->len);
    if (from->len)
        memcpy(to->data, from->data, from->len * element);
}
