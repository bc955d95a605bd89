/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrows from stores to what has read them. An arrow leaves the store sideways, where no other step is in its way, runs
 * down beside the lane of the reader, and enters it: so it never crosses text. */
#include "reports/svg-parts.h"

#include <stdlib.h>

typedef struct ArrowStyle {
    const char *class, *marker, *word;
} ArrowStyle;

static const ArrowStyle styles[] = {
    [LINK_FETCHES] = { "af", "h", "fetches" },
    [LINK_MISSES] = { "am", "x", "misses" },
    [LINK_LOADS] = { "al", "l", "loads" },
    [LINK_OLDER] = { "ao", "x", "misses" },
};

static SvgArrow *arrow_at(const SvgLayout *layout, guint i)
{
    return &g_array_index(layout->arrows, SvgArrow, i);
}

/* The row that a step of the schedule is told in; -1: in none. */
static int row_of_step(const SvgLayout *layout, guint number)
{
    for (guint i = 0; i < layout->rows->len; i++) {
        const StoryStep *step = svg_row(layout, i)->step;
        if (step->first <= number && number <= step->last)
            return (int)i;
    }
    return -1;
}

/* ---- channels */

/* One store read by several: their arrows begin as one. */
static bool share(const SvgArrow *a, const SvgArrow *b)
{
    return a->from == b->from && a->kind == b->kind;
}

static bool overlap(const SvgArrow *a, const SvgArrow *b)
{
    return MIN(a->from, a->to) <= MAX(b->from, b->to) && MIN(b->from, b->to) <= MAX(a->from, a->to);
}

/* The first channel in which nothing else runs beside these rows. */
static void choose_channel(SvgLayout *layout, guint i)
{
    SvgArrow *arrow = arrow_at(layout, i);
    bool taken = true;
    for (arrow->channel = 0; taken; arrow->channel += taken) {
        taken = false;
        for (guint j = 0; j < i; j++) {
            const SvgArrow *other = arrow_at(layout, j);
            taken = taken || (other->gap == arrow->gap && other->channel == arrow->channel && overlap(arrow, other) &&
                              !share(arrow, other));
        }
    }
    SvgGap *gap = svg_gap(layout, arrow->gap);
    gap->channels = MAX(gap->channels, arrow->channel + 1);
}

void svg_add_arrows(SvgLayout *layout)
{
    for (guint i = 0; i < layout->rows->len; i++) {
        SvgRow *row = svg_row(layout, i);
        for (guint l = 0; l < row->step->links->len; l++) {
            const StoryLink *link = &g_array_index(row->step->links, StoryLink, l);
            int from = row_of_step(layout, link->step);
            if (from < 0 || (guint)from == i)
                continue;
            SvgArrow arrow = { .kind = link->kind, .from = (guint)from, .to = i };
            arrow.from_right = svg_row(layout, arrow.from)->lane >= row->lane;
            arrow.gap = row->lane + arrow.from_right;
            arrow.entry = row->entries[arrow.from_right]++;
            *(arrow.from_right ? &svg_gap(layout, arrow.gap)->into_left : &svg_gap(layout, arrow.gap)->into_right) =
                true;
            g_array_append_val(layout->arrows, arrow);
            choose_channel(layout, layout->arrows->len - 1);
        }
    }
}

/* ---- drawing */

typedef struct Way {
    int from_x, from_y, channel_x, to_x, to_y;
} Way;

static Way way_of(const SvgLayout *layout, const SvgArrow *arrow)
{
    const SvgRow *from = svg_row(layout, arrow->from), *to = svg_row(layout, arrow->to);
    const SvgLane *source = svg_lane(layout, from->lane), *target = svg_lane(layout, to->lane);
    /* What is read and what is missed leave a store side by side. */
    bool misses = arrow->kind == LINK_MISSES || arrow->kind == LINK_OLDER;
    Way way = { .from_y = (from->top + from->bottom) / 2 + (misses ? 5 : -5) };
    bool leaves_left = from->lane > to->lane;
    way.from_x = leaves_left ? source->x : source->x + source->width;
    way.channel_x = svg_gap(layout, arrow->gap)->channel_x + (int)arrow->channel * SVG_CHANNEL;
    way.to_x = arrow->from_right ? target->x + target->width : target->x;
    int n = (int)to->entries[arrow->from_right];
    way.to_y = to->top + (to->bottom - to->top) * ((int)arrow->entry + 1) / (n + 1);
    return way;
}

/* Sideways, down with rounded corners, sideways. */
static void put_path(GString *out, const Way *way)
{
    int down = way->to_y > way->from_y ? 1 : -1;
    int radius = MIN(6, abs(way->to_y - way->from_y) / 2);
    int out_of = way->channel_x > way->from_x ? 1 : -1, into = way->to_x > way->channel_x ? 1 : -1;
    int first = MIN(radius, abs(way->channel_x - way->from_x));
    g_string_append_printf(out, "M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d", way->from_x, way->from_y,
                           way->channel_x - out_of * first, way->channel_x, way->from_y, way->channel_x,
                           way->from_y + down * radius, way->to_y - down * radius, way->channel_x, way->to_y,
                           way->channel_x + into * radius, way->to_y, way->to_x);
}

static void put_arrow(GString *out, const SvgLayout *layout, const SvgArrow *arrow)
{
    const ArrowStyle *style = &styles[arrow->kind];
    Way way = way_of(layout, arrow);
    g_string_append_printf(out, "<path class=\"%s\" marker-end=\"url(#m-%s)\" d=\"", style->class, style->marker);
    put_path(out, &way);
    g_string_append_printf(out, "\"/><text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", arrow->from_right ? "w" : "w e",
                           way.to_x + (arrow->from_right ? 13 : -13), way.to_y - 4, style->word);
}

void svg_put_arrows(GString *out, const SvgLayout *layout)
{
    for (guint i = 0; i < layout->arrows->len; i++)
        put_arrow(out, layout, arrow_at(layout, i));
    for (guint i = 0; i < layout->arrows->len; i++) {
        Way way = way_of(layout, arrow_at(layout, i));
        bool drawn = false;
        for (guint j = 0; j < i && !drawn; j++) {
            Way other = way_of(layout, arrow_at(layout, j));
            drawn = other.from_x == way.from_x && other.from_y == way.from_y;
        }
        if (!drawn)
            g_string_append_printf(out, "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"4\"/>\n", way.from_x,
                                   way.from_y);
    }
}
