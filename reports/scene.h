/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One moment of an execution as text: where the harts are and what they can do next; and what they could be asked about. */
#pragma once

#include "reports/text.h"
#include "sim/machine/session.h"

/* What can be done next, numbered from 1 by hart; or that nobody can do anything; or the violation, as reports tell it. */
void scene_state(GString *out, Session *session, const TextStyle *style);

/* The i'th step that has been made, on one line. */
void scene_step(GString *out, Session *session, guint i);

/* The whole way here, as reports tell it, with what it has come to. */
void scene_story(GString *out, Session *session, const TextStyle *style);

/* ---- scene-show.c */

/* Registers that are not 0. */
void scene_registers(GString *out, Session *session, guint hart);
/* Bytes of memory as the newest stores have left them, all of which must be there. */
void scene_memory(GString *out, Session *session, uint64_t address, guint size);
/* The stores so far, and other messages of the timeline. */
void scene_timeline(GString *out, Session *session);
/* What the hart must already see. */
void scene_views(GString *out, Session *session, guint hart);

/* ---- scene-list.c: instructions around an address, with all versions of those that are patched. `hart`: whose pc to mark; -1:
 * nobody's. */
void scene_list(GString *out, Session *session, uint64_t address, int hart);
