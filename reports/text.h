/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for people: plain ASCII, at most 72 columns wherever names allow, fit for a mail. */
#pragma once

#include "reports/story.h"
#include "scenarios/scenario.h"

typedef struct TextStyle {
    bool colour;
    bool quiet;   /* the verdict line only */
    bool verbose; /* and what the proof assumes, and what the search cost */
} TextStyle;

/* Appends the report of one obligation. `replay`: of outcome->trail where there is one, else NULL. `told`: counterexamples
 * that the reader has seen (text -> label; see text_told_new); one that is there already is only referred to. */
void text_report(GString *out, const Scenario *scenario, const Options *options, bool with_preempt,
                 const Outcome *outcome, const Replay *replay, GHashTable *told, const TextStyle *style);
GHashTable *text_told_new(void);

/* Appends the steps, the banner and the site table of a replay. */
void text_story(GString *out, const Replay *replay, const Story *story, const TextStyle *style);

/* Appends the sentence that says what went wrong, and what would have been right; and an empty line. */
void text_sentence(GString *out, const Story *story);

/* All options, as schedules have them in front: "rvwmo,ziccif,preempt=full". */
char *options_text(const Options *options);

/* The names of the properties that are checked: "no-trap, old-or-new". */
char *property_names(const Program *program);

/* 1234567 as "1,234,567"; for digits already in text, too. */
/* As a shell has to be given it: in quotes if need be. */
char *shell_word(const char *text);

/* The same for a file: as an argument it is neither an option, nor "<stdin>". */
char *shell_file(const char *file);

/* The command that goes on with a search of a scenario file from a checkpoint; and the one that runs a counterexample again. */
char *resume_command(const char *file, const char *checkpoint);
char *replay_command(const char *file, const char *schedule);

/* "sc,preempt=full@0:2,1:3": what replay_command takes, of a trail (of TrailStep). */
char *whole_schedule(const Options *options, const GArray *trail);

/* The place of a violation: where the scenario asks for the property, else the line of the instruction that violates it. */
void violation_place(const Scenario *scenario, const Property *property, const Replay *replay, guint *line,
                     guint *column);

char *grouped(guint64 number);
/* To three digits: "12,300", "10.9 million". */
char *rounded(guint64 number);
char *grouped_digits(const char *digits);
/* The same, but a number that nobody reads to the end as 4.5e58. */
char *readable_digits(const char *digits);
