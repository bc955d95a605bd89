/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where everything in a drawing is. */
#include "reports/svg-parts.h"

#include <string.h>

enum {
    WRAP = 46, /* characters */
    LANE_MIN = 150,
    GAP_MIN = 22,
};

SvgRow *svg_row(const SvgLayout *layout, guint i)
{
    return &g_array_index(layout->rows, SvgRow, i);
}

SvgLane *svg_lane(const SvgLayout *layout, guint i)
{
    return &g_array_index(layout->lanes, SvgLane, i);
}

SvgGap *svg_gap(const SvgLayout *layout, guint i)
{
    return &g_array_index(layout->gaps, SvgGap, i);
}

static void row_clear(gpointer data)
{
    SvgRow *row = data;
    g_ptr_array_unref(row->lines);
    g_ptr_array_unref(row->notes);
}

void svg_layout_free(SvgLayout *layout)
{
    if (!layout)
        return;
    GArray *arrays[] = { layout->lanes, layout->gaps,     layout->rows,  layout->arrows,
                         layout->stops, layout->handlers, layout->parked };
    for (guint i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_array_unref(arrays[i]);
    g_free(layout);
}

/* ---- text */

/* The widest of the usual monospaced fonts take 0.603 of their size; steps are set in 14 pixels, badges in 12. */
int svg_text_width(const char *text)
{
    return ((int)g_utf8_strlen(text, -1) * 845 + 99) / 100;
}

int svg_badge_width(const char *text)
{
    return ((int)g_utf8_strlen(text, -1) * 724 + 99) / 100 + 12;
}

const char *svg_badge(const StoryStep *step)
{
    return step->event == EVENT_PROMISED ? "EARLY" : step->tag;
}

static void add_wrapped(GPtrArray *lines, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    g_autoptr(GString) line = g_string_new(NULL);
    for (guint i = 0; words[i]; i++) {
        if (line->len && g_utf8_strlen(line->str, -1) + 1 + g_utf8_strlen(words[i], -1) > WRAP) {
            g_ptr_array_add(lines, g_strdup(line->str));
            g_string_assign(line, "  ");
        }
        g_string_append_printf(line, "%s%s", line->len && i ? " " : "", words[i]);
    }
    g_ptr_array_add(lines, g_strdup(line->str));
}

/* Events are in angle brackets where there is but text. */
static char *plain_what(const StoryStep *step)
{
    gsize length = strlen(step->what);
    if (step->unnumbered && length > 2 && *step->what == '<' && step->what[length - 1] == '>')
        return g_strndup(step->what + 1, length - 2);
    return g_strdup(step->what);
}

/* ---- rows */

static guint lane_of(SvgLayout *layout, guint hart)
{
    for (guint i = 0; i < layout->lanes->len; i++)
        if (svg_lane(layout, i)->hart == hart)
            return i;
    g_assert_not_reached();
}

/* Harts that do nothing have no lane. */
static void add_lanes(SvgLayout *layout)
{
    const Story *story = layout->story;
    for (guint h = 0; h < story->harts->len; h++) {
        bool acts = false;
        for (guint i = 0; i < story->steps->len; i++)
            acts = acts || g_array_index(story->steps, StoryStep, i).hart == h;
        SvgLane lane = { .hart = h };
        if (acts)
            g_array_append_val(layout->lanes, lane);
    }
}

static void add_rows(SvgLayout *layout)
{
    const Story *story = layout->story;
    g_autofree const char **places = g_new0(const char *, layout->lanes->len + 1);
    for (guint i = 0; i < story->steps->len; i++) {
        const StoryStep *step = &g_array_index(story->steps, StoryStep, i);
        SvgRow row = { .step = step, .lane = lane_of(layout, step->hart) };
        row.lines = g_ptr_array_new_with_free_func(g_free);
        row.notes = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *what = plain_what(step);
        add_wrapped(row.lines, what);
        for (guint n = 0; n < step->notes->len; n++)
            add_wrapped(row.notes, g_ptr_array_index(step->notes, n));
        if (!step->unnumbered && !step->folded) {
            row.place = g_strcmp0(step->place, places[row.lane]) ? step->place : NULL;
            places[row.lane] = step->place;
        }
        g_array_append_val(layout->rows, row);
    }
}

/* ---- what encloses several rows */

static void begin(SvgLayout *layout, GArray *spans, guint i)
{
    SvgSpan span = { .lane = svg_row(layout, i)->lane, .first = i, .last = layout->rows->len - 1, .open = true };
    for (guint s = 0; s < spans->len; s++) {
        const SvgSpan *other = &g_array_index(spans, SvgSpan, s);
        span.depth += other->open && other->lane == span.lane;
    }
    g_array_append_val(spans, span);
}

/* Ends the innermost of this lane; `any_lane`: of any. */
static void end(SvgLayout *layout, GArray *spans, guint i, bool any_lane)
{
    for (guint s = spans->len; s > 0; s--) {
        SvgSpan *span = &g_array_index(spans, SvgSpan, s - 1);
        if (!span->open || !(any_lane || span->lane == svg_row(layout, i)->lane))
            continue;
        span->last = i;
        span->open = false;
        return;
    }
}

static void add_spans(SvgLayout *layout)
{
    for (guint i = 0; i < layout->rows->len; i++) {
        StoryEvent event = svg_row(layout, i)->step->event;
        if (event == EVENT_PARKED)
            begin(layout, layout->parked, i);
        else if (event == EVENT_RESUMED)
            end(layout, layout->parked, i, false);
        else if (event == EVENT_HANDLER_BEGINS)
            begin(layout, layout->handlers, i);
        else if (event == EVENT_HANDLER_ENDS)
            end(layout, layout->handlers, i, false);
        else if (event == EVENT_STOP_BEGINS)
            begin(layout, layout->stops, i);
        else if (event == EVENT_STOP_ENDS)
            end(layout, layout->stops, i, true);
        svg_row(layout, i)->begins = event == EVENT_HANDLER_BEGINS || event == EVENT_STOP_BEGINS;
    }
}

/* ---- coordinates */

static int row_width(const SvgLayout *layout, const SvgRow *row)
{
    int text = 0, number = layout->number_width;
    const char *badge = svg_badge(row->step);
    for (guint i = 0; i < row->lines->len; i++)
        text = MAX(text, svg_text_width(g_ptr_array_index(row->lines, i)));
    if (badge)
        text += svg_badge_width(badge) + SVG_PAD;
    for (guint i = 0; i < row->notes->len; i++)
        text = MAX(text, svg_text_width(g_ptr_array_index(row->notes, i)));
    if (row->place)
        text = MAX(text, svg_text_width(row->place));
    return number + text + 2 * SVG_PAD;
}

static void place_columns(SvgLayout *layout)
{
    for (guint i = 0; i < layout->lanes->len; i++) {
        guint hart = svg_lane(layout, i)->hart;
        g_autofree char *name = g_strdup_printf("%s (%s)", (const char *)g_ptr_array_index(layout->story->harts, hart),
                                                (const char *)g_ptr_array_index(layout->story->entries, hart));
        svg_lane(layout, i)->width = MAX(LANE_MIN, svg_text_width(name));
    }
    for (guint i = 0; i < layout->rows->len; i++) {
        SvgLane *lane = svg_lane(layout, svg_row(layout, i)->lane);
        lane->width = MAX(lane->width, row_width(layout, svg_row(layout, i)));
    }
    int x = 0;
    for (guint i = 0; i < layout->gaps->len; i++) {
        SvgGap *gap = svg_gap(layout, i);
        bool outside = i == 0 || i == layout->lanes->len;
        int labels = (gap->into_left ? SVG_LABEL : SVG_MARGIN) + (gap->into_right ? SVG_LABEL : SVG_MARGIN);
        int channels = gap->channels ? (int)(gap->channels - 1) * SVG_CHANNEL : 0;
        gap->x = x;
        gap->channel_x = x + (gap->into_left ? SVG_LABEL : SVG_MARGIN);
        x += gap->channels ? labels + channels : outside ? SVG_MARGIN : GAP_MIN;
        if (i == layout->lanes->len)
            break;
        svg_lane(layout, i)->x = x;
        x += svg_lane(layout, i)->width;
    }
    layout->width = x;
}

static void place_rows(SvgLayout *layout)
{
    int y = SVG_HEAD + SVG_BETWEEN;
    for (guint i = 0; i < layout->rows->len; i++) {
        SvgRow *row = svg_row(layout, i);
        int entries = (int)MAX(row->entries[0], row->entries[1]);
        int text = (int)row->lines->len * SVG_LINE + (int)row->notes->len * SVG_NOTE + SVG_PAD;
        row->strip = y;
        y += (int)row->begins * (SVG_STRIP + SVG_BETWEEN / 2) + (row->place ? SVG_NOTE : 0);
        row->top = y;
        row->bottom = y + MAX(text, entries * SVG_ENTRY + SVG_PAD);
        y = row->bottom + SVG_BETWEEN;
        if (row->step->event == EVENT_HANDLER_ENDS || row->step->event == EVENT_STOP_ENDS)
            y += SVG_BETWEEN / 2;
    }
    layout->rows_bottom = y;
    layout->height = y + (layout->story->banner ? SVG_BANNER + SVG_BETWEEN : 0);
}

SvgLayout *svg_layout_new(const Story *story)
{
    SvgLayout *layout = g_new0(SvgLayout, 1);
    layout->story = story;
    layout->lanes = g_array_new(FALSE, TRUE, sizeof(SvgLane));
    layout->gaps = g_array_new(FALSE, TRUE, sizeof(SvgGap));
    layout->rows = g_array_new(FALSE, TRUE, sizeof(SvgRow));
    layout->arrows = g_array_new(FALSE, TRUE, sizeof(SvgArrow));
    GArray **spans[] = { &layout->stops, &layout->handlers, &layout->parked };
    for (guint i = 0; i < G_N_ELEMENTS(spans); i++)
        *spans[i] = g_array_new(FALSE, TRUE, sizeof(SvgSpan));
    g_array_set_clear_func(layout->rows, row_clear);
    guint last = story->steps->len ? g_array_index(story->steps, StoryStep, story->steps->len - 1).last : 0;
    g_autofree char *number = g_strdup_printf("%u ", last);
    layout->digits = (guint)strlen(number) - 1;
    layout->number_width = svg_text_width(number);
    add_lanes(layout);
    g_array_set_size(layout->gaps, layout->lanes->len + 1);
    add_rows(layout);
    add_spans(layout);
    svg_add_arrows(layout);
    place_columns(layout);
    place_rows(layout);
    return layout;
}
