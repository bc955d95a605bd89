/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/svg-parts.h"
#include "reports/writer-parts.h"

#include <string.h>

void markup_put(GString *out, const char *text)
{
    g_autofree char *fit = text ? printable_text(text) : NULL;
    for (const char *at = fit; at && *at; at++) {
        const char *entity = *at == '<'   ? "&lt;"
                             : *at == '>' ? "&gt;"
                             : *at == '&' ? "&amp;"
                             : *at == '"' ? "&quot;"
                                          : NULL;
        if (entity)
            g_string_append(out, entity);
        else
            g_string_append_c(out, *at);
    }
}

void svg_put_definitions(GString *out)
{
    g_string_append(out,
                    "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>\n"
                    "<marker id=\"m-h\" markerWidth=\"11\" markerHeight=\"10\" refX=\"10\" refY=\"5\" orient=\"auto\" "
                    "markerUnits=\"userSpaceOnUse\"><path class=\"hf\" d=\"M0 0L11 5L0 10z\"/></marker>\n"
                    "<marker id=\"m-l\" markerWidth=\"9\" markerHeight=\"8\" refX=\"8\" refY=\"4\" orient=\"auto\" "
                    "markerUnits=\"userSpaceOnUse\"><path class=\"hl\" d=\"M1 1L8 4L1 7\"/></marker>\n"
                    "<marker id=\"m-x\" markerWidth=\"12\" markerHeight=\"12\" refX=\"11\" refY=\"6\" orient=\"auto\" "
                    "markerUnits=\"userSpaceOnUse\"><path class=\"hx\" d=\"M2 2L10 10M10 2L2 10\"/></marker>\n"
                    "<pattern id=\"hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
                    "<path class=\"ha\" d=\"M-2 2L2 -2M0 8L8 0M6 10L10 6\"/></pattern>\n"
                    "</defs></svg>\n");
}

static void put_text(GString *out, const char *class, int x, int y, const char *text)
{
    g_string_append(out, "<text");
    if (class)
        g_string_append_printf(out, " class=\"%s\"", class);
    g_string_append_printf(out, " x=\"%d\" y=\"%d\">", x, y);
    markup_put(out, text);
    g_string_append(out, "</text>");
}

static void put_rect(GString *out, const char *class, int x, int y, int width, int height, int radius)
{
    g_string_append_printf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", class, x,
                           y, width, height, radius);
}

/* ---- behind the steps */

static void put_heads(GString *out, const SvgLayout *layout)
{
    const Story *story = layout->story;
    for (guint i = 0; i < layout->lanes->len; i++) {
        const SvgLane *lane = svg_lane(layout, i);
        int x = lane->x + lane->width / 2;
        g_string_append_printf(out, "<text class=\"hd\" x=\"%d\" y=\"%d\">", x, SVG_HEAD - 8);
        markup_put(out, g_ptr_array_index(story->harts, lane->hart));
        g_string_append(out, "<tspan class=\"en\"> (");
        markup_put(out, g_ptr_array_index(story->entries, lane->hart));
        g_string_append_printf(out, ")</tspan></text><path class=\"ln\" d=\"M%d %dV%d\"/>\n", x, SVG_HEAD,
                               layout->rows_bottom);
    }
}

static int span_end(const SvgLayout *layout, const SvgSpan *span)
{
    return span->open ? layout->rows_bottom - 2 : svg_row(layout, span->last)->bottom + SVG_BETWEEN / 2;
}

/* Names come last: lanes and hatching run behind them. */
static void put_frames(GString *out, const SvgLayout *layout)
{
    static const char parked[] = "stop_machine: the others are parked";
    for (guint i = 0; i < layout->stops->len; i++) {
        const SvgSpan *span = &g_array_index(layout->stops, SvgSpan, i);
        int top = svg_row(layout, span->first)->strip;
        put_rect(out, "st", 2, top, layout->width - 4, span_end(layout, span) - top, 6);
        put_rect(out, "fo", SVG_MARGIN - 4, top + 3, svg_text_width(parked) * 12 / 14 + 8, SVG_LINE - 1, 2);
        put_text(out, "sl", SVG_MARGIN, top + 14, parked);
        g_string_append_c(out, '\n');
    }
    for (guint i = 0; i < layout->handlers->len; i++) {
        const SvgSpan *span = &g_array_index(layout->handlers, SvgSpan, i);
        const SvgLane *lane = svg_lane(layout, span->lane);
        int top = svg_row(layout, span->first)->strip, more = MAX(7 - 3 * (int)span->depth, 1);
        put_rect(out, "hb", lane->x - more, top, lane->width + 2 * more, span_end(layout, span) - top, 6);
        put_text(out, "sl", lane->x + SVG_PAD, top + 14, "handler");
        g_string_append_c(out, '\n');
    }
}

static void put_parked(GString *out, const SvgLayout *layout)
{
    for (guint i = 0; i < layout->parked->len; i++) {
        const SvgSpan *span = &g_array_index(layout->parked, SvgSpan, i);
        const SvgLane *lane = svg_lane(layout, span->lane);
        int top = svg_row(layout, span->first)->bottom;
        int bottom = span->open ? layout->rows_bottom : svg_row(layout, span->last)->top;
        if (bottom > top)
            put_rect(out, "pk", lane->x + lane->width / 2 - 9, top, 18, bottom - top, 0);
        g_string_append_c(out, '\n');
    }
}

/* ---- steps */

static const char *tag_class(const char *tag)
{
    return g_str_equal(tag, "OLD") ? "o" : g_str_equal(tag, "NEW") ? "v" : g_str_equal(tag, "MIX") ? "m" : "t";
}

static const char *box_class(const StoryStep *step, bool is_last)
{
    if (is_last)
        return "b bad";
    if (step->event == EVENT_PROMISED)
        return "b pr";
    return step->unnumbered ? "b ev" : "b";
}

/* The instruction stream begins anew behind a fence.i: two lines across the lane. */
static void put_frame(GString *out, const SvgRow *row, const SvgLane *lane, bool is_last)
{
    put_rect(out, box_class(row->step, is_last), lane->x, row->top, lane->width, row->bottom - row->top, 4);
    if (row->step->event == EVENT_FENCED)
        g_string_append_printf(out, "<path class=\"fe\" d=\"M%d %dh%dM%d %dh%d\"/>", lane->x - 4, row->top,
                               lane->width + 8, lane->x - 4, row->bottom, lane->width + 8);
}

static void put_badge(GString *out, const SvgRow *row, const SvgLane *lane)
{
    const char *badge = svg_badge(row->step);
    if (!badge)
        return;
    int width = svg_badge_width(badge), x = lane->x + lane->width - width - SVG_PAD / 2;
    const char *class = row->step->event == EVENT_PROMISED ? "t" : tag_class(badge);
    g_autofree char *rect = g_strconcat("bg ", class, NULL), *text = g_strconcat("bt ", class, NULL);
    put_rect(out, rect, x, row->top + 4, width, SVG_LINE, 3);
    put_text(out, text, x + width / 2, row->top + 17, badge);
}

static void put_row(GString *out, const SvgLayout *layout, const SvgRow *row, bool is_last)
{
    const SvgLane *lane = svg_lane(layout, row->lane);
    const StoryStep *step = row->step;
    int x = lane->x + SVG_PAD, y = row->top + 17;
    if (row->place)
        put_text(out, "pl", x, row->top - 4, row->place);
    if (step->folded) {
        put_rect(out, "fo", lane->x, row->top, lane->width, row->bottom - row->top, 4);
    } else {
        put_frame(out, row, lane, is_last);
        g_autofree char *number = g_strdup_printf("%u", step->first);
        put_text(out, "no",
                 x + svg_text_width(number) + svg_text_width("0") * ((int)layout->digits - (int)strlen(number)), y,
                 number);
        x += layout->number_width;
    }
    for (guint i = 0; i < row->lines->len; i++, y += SVG_LINE)
        put_text(out, step->folded || step->unnumbered ? "i" : NULL, x, y, g_ptr_array_index(row->lines, i));
    for (guint i = 0; i < row->notes->len; i++, y += SVG_NOTE)
        put_text(out, "nt", x, y - 1, g_ptr_array_index(row->notes, i));
    put_badge(out, row, lane);
    g_string_append_c(out, '\n');
}

/* Below the step that it is about. */
static void put_banner(GString *out, const SvgLayout *layout)
{
    const char *banner = layout->story->banner;
    int y = layout->rows_bottom;
    if (!banner || layout->rows->len == 0)
        return;
    const SvgLane *lane = svg_lane(layout, svg_row(layout, layout->rows->len - 1)->lane);
    int half = svg_text_width(banner) * 18 / 14 / 2 + SVG_MARGIN;
    /* What is nobody's step stands where a narrow screen begins. */
    int x = layout->story->culprit < 0 ? half : MAX(MIN(lane->x + lane->width / 2, layout->width - half), half);
    put_rect(out, "ba", 2, y, layout->width - 4, SVG_BANNER, 4);
    put_text(out, "bn", x, y + 25, banner);
    g_string_append_c(out, '\n');
}

static void put_names(GString *out, const SvgLayout *layout, const char *id, const char *title)
{
    const Story *story = layout->story;
    g_string_append_printf(out, "<title id=\"%s-t\">", id);
    markup_put(out, title);
    g_string_append_printf(out, "</title><desc id=\"%s-d\">", id);
    markup_put(out, story->sentence);
    guint n = story->steps->len ? g_array_index(story->steps, StoryStep, story->steps->len - 1).last : 0;
    g_string_append_printf(out, " %u step%s of", n, n == 1 ? "" : "s");
    for (guint i = 0; i < layout->lanes->len; i++) {
        g_string_append(out, i ? ", " : " ");
        markup_put(out, g_ptr_array_index(story->harts, svg_lane(layout, i)->hart));
    }
    g_string_append(out, ", from top to bottom; the text report tells the same in words.</desc>\n");
}

void svg_put_story(GString *out, const Story *story, const char *id, const char *title)
{
    g_autoptr(SvgLayout) layout = svg_layout_new(story);
    g_autoptr(GString) name = g_string_new(NULL);
    markup_put(name, id);
    g_string_append_printf(out,
                           "<svg class=\"d\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
                           "aria-labelledby=\"%s-t\" aria-describedby=\"%s-d\">",
                           layout->width, layout->height, layout->width, layout->height, name->str, name->str);
    put_names(out, layout, name->str, title);
    put_heads(out, layout);
    put_parked(out, layout);
    put_frames(out, layout);
    for (guint i = 0; i < layout->rows->len; i++)
        put_row(out, layout, svg_row(layout, i), story->banner && i + 1 == layout->rows->len);
    svg_put_arrows(out, layout);
    put_banner(out, layout);
    g_string_append(out, "</svg>\n");
}
