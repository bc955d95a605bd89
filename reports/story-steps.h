/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story.c asks, story-steps.c tells each step. */
#pragma once

#include "reports/story.h"

/* Fills story->steps: one element for each step that matters, one for each run of others. */
void story_add_steps(Story *story, const Replay *replay);
