/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a story: story.c puts them together, story-steps.c tells the steps, story-sentence.c what they led to. */
#pragma once

#include "reports/story.h"

/* Fills story->steps: one element for each step that matters, one for each run of others. */
void story_add_steps(Story *story, const Replay *replay);

/* Whether a step is told by itself. */
bool story_step_matters(const Replay *replay, guint i);

/* Subject and consequence of the violation, in one sentence; and the same in two or three words. */
char *story_sentence(const Replay *replay);
const char *story_banner(const Replay *replay);

/* story-links.c: fills told->links; `missed`: what the step's load has missed (number of a step), or 0. */
void story_add_links(StoryStep *told, const Replay *replay, guint i, guint missed);
StoryEvent story_event(const ReplayStep *at);
/* Which steps have stored what the i-th fetches: "bytes of step 4", "initial lower half, upper half of step 4"; NULL: it fetches
 * nothing, or nobody has stored there. A new string. */
char *story_origin(const Replay *replay, guint i);

const ReplayStep *last_step(const Replay *replay);

/* Whether the two halves were read at different points; else memory itself held that word. */
bool fetch_is_torn(const Fetch *fetch);

/* " with t0 = ..., t1 = ..." of the registers x that differ from `others`; "" if none does that matters. */
char *differing_registers(const Replay *replay, const uint64_t *x, const uint64_t *others);
