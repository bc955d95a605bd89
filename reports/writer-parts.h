/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writers of reports share: text that is fit for any format, names and places of results, and JSON. */
#pragma once

#include "reports/writers.h"

#include <json-glib/json-glib.h>

/* Valid UTF-8 without characters that XML or YAML refuse: they become U+FFFD. Newlines and tabs stay. */
char *printable_text(const char *text);
/* The same on one line: newlines and tabs become blanks. */
char *printable_line(const char *text);

/* Appends text to a paragraph or a cell of Markdown: nothing of it is markup. */
void markdown_put(GString *out, const char *text);

/* "linux/ftrace-pair [rvwmo, ziccif]"; the file if it could not be run. */
char *result_name(const Result *result);

/* "proved", "refuted", "inconclusive", as `expect` spells them. */
char *verdict_word(Verdict verdict);

/* What SARIF calls it, and JUnit the type of a failure. */
const char *result_rule(const Result *result);

/* Where somebody should look: at the row that is not met, else at the property that is violated; line 0: only the file
 * is known. */
typedef struct Place {
    guint line, column;
} Place;

Place result_place(const Result *result);

/* The command that replays the counterexample; NULL: there is none. */
char *result_replay(const Result *result);

/* "CPU0 ran ... Allowed: ..., ....": a counterexample in words, as one line; NULL: there is none. */
char *result_sentence(const Result *result);

/* A path as it is compared with those of a repository: without "./" in front. */
const char *plain_path(const char *path);

/* ---- JSON: a member of the object that is being built */
void json_put_text(JsonBuilder *builder, const char *key, const char *value); /* NULL: null */
void json_put_bool(JsonBuilder *builder, const char *key, bool value);
void json_put_number(JsonBuilder *builder, const char *key, gint64 value);
void json_put_null(JsonBuilder *builder, const char *key);
void json_begin_object(JsonBuilder *builder, const char *key); /* key NULL: an element of an array */
void json_begin_array(JsonBuilder *builder, const char *key);
/* Appends what has been built. */
void json_finish(JsonBuilder *builder, GString *out);
