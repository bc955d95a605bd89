/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells gcc's analyzer which function releases what a constructor returns. */
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#define OWNED_BY(release) __attribute__((malloc, malloc(release, 1)))
#else
#define OWNED_BY(release)
#endif
