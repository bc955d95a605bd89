/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A counterexample as a drawing in time and space, to be put into an HTML page: a lane for each hart, steps downwards,
 * arrows from stores to what has read or missed them. Colours are classes of the page's style sheet. */
#pragma once

#include "reports/story.h"

/* What all drawings of a page refer to: once, before the first. */
void svg_put_definitions(GString *out);

/* `id`: unique in the page; `title`: what the drawing is called. */
void svg_put_story(GString *out, const Story *story, const char *id, const char *title);

/* Appends text for an element or an attribute. NULL: nothing. */
void markup_put(GString *out, const char *text);
