/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a drawing: svg-layout.c finds a place for everything, svg-links.c for the arrows, svg.c draws. All in
 * pixels at natural size, integers, so that the same story makes the same bytes everywhere. */
#pragma once

#include "reports/svg.h"

enum {
    SVG_MARGIN = 12,
    SVG_LINE = 18,    /* height of a line of text, */
    SVG_NOTE = 16,    /* of a line of notes */
    SVG_STRIP = 18,   /* of the name of a box around steps */
    SVG_PAD = 8,      /* between the border of a step and its text */
    SVG_BETWEEN = 8,  /* steps */
    SVG_HEAD = 26,    /* the names of the harts */
    SVG_CHANNEL = 12, /* between parallel arrows */
    SVG_LABEL = 72,   /* arrow head and word */
    SVG_ENTRY = 18,   /* between arrows into one step */
    SVG_BANNER = 38,
};

/* One step, drawn. */
typedef struct SvgRow {
    const StoryStep *step;
    guint lane;
    GPtrArray *lines, *notes; /* char *: `what` and notes, wrapped */
    const char *place;        /* the line of C, where it is another than in the step before; or NULL */
    guint begins;             /* boxes that begin here: each has a strip above */
    guint entries[2];         /* arrows into it from the left, from the right */
    int strip, top, bottom;   /* of strips and place; of the step itself */
} SvgRow;

typedef struct SvgArrow {
    StoryLinkKind kind;
    guint from, to; /* rows */
    guint gap;      /* the one beside the lane of `to` that it runs down in: left of lane `gap` */
    guint channel;
    bool from_right; /* it enters from the right */
    guint entry;     /* which of those from this side */
} SvgArrow;

/* Rows that belong together: a handler, a stop_machine, a stretch in which a hart is parked. */
typedef struct SvgSpan {
    guint lane, first, last; /* rows; the last may be the end of the drawing */
    guint depth;             /* inside so many of its kind */
    bool open;               /* nothing ends it */
} SvgSpan;

typedef struct SvgGap {
    bool into_left, into_right; /* arrows enter the lane on that side: words need room */
    guint channels;
    int x, channel_x; /* where it begins, and its first channel */
} SvgGap;

typedef struct SvgLane {
    guint hart;
    int x, width;
} SvgLane;

typedef struct SvgLayout {
    const Story *story;
    GArray *lanes, *gaps;                         /* SvgLane; SvgGap, one more */
    GArray *rows, *arrows;                        /* SvgRow; SvgArrow */
    GArray *stops, *handlers, *parked;            /* SvgSpan */
    guint digits;                                 /* of the numbers of steps */
    int width, height, rows_bottom, number_width; /* rows_bottom: where the lanes end */
} SvgLayout;

SvgLayout *svg_layout_new(const Story *story);
void svg_layout_free(SvgLayout *layout);

/* svg-links.c: the arrows with their channels, once there are rows. */
void svg_add_arrows(SvgLayout *layout);
void svg_put_arrows(GString *out, const SvgLayout *layout);

SvgRow *svg_row(const SvgLayout *layout, guint i);
SvgLane *svg_lane(const SvgLayout *layout, guint i);
SvgGap *svg_gap(const SvgLayout *layout, guint i);

/* How wide text is at most: steps, notes, the words of a badge. */
int svg_text_width(const char *text);
int svg_badge_width(const char *text);

/* What stands on a step's badge besides its tag: "EARLY"; or NULL. */
const char *svg_badge(const StoryStep *step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SvgLayout, svg_layout_free)
