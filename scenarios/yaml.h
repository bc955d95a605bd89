/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A strict YAML tree: one document of mappings, sequences and scalars, every node with its place in the file. Scalars
 * are text; what they mean is decided by the accessor that reads them, never guessed from their spelling. */
#pragma once

#include "scenarios/source.h"

#include <stdint.h>

#define YAML_DEPTH_MAX 32
#define YAML_NODES_MAX 100000

typedef enum YamlKind {
    YAML_SCALAR,
    YAML_SEQUENCE,
    YAML_MAPPING,
} YamlKind;

typedef enum YamlStyle {
    YAML_PLAIN,
    YAML_QUOTED,  /* '...' or "..." */
    YAML_LITERAL, /* | */
    YAML_FOLDED,  /* > */
} YamlStyle;

typedef struct YamlNode YamlNode;         /* owned by its document */
typedef struct YamlDocument YamlDocument; /* owns the nodes */

void yaml_document_free(YamlDocument *document);

/* Parses the one document of the source, which must outlive the result. Refuses, each with its place: duplicate keys,
 * keys that are no scalars, anchors, aliases, merge keys, tags, a second document, %directives, an empty document, more
 * than YAML_DEPTH_MAX levels or YAML_NODES_MAX nodes, NUL and other control bytes, line ends other than "\n" and "\r\n",
 * text that is not UTF-8. */
YamlDocument *yaml_document_parse(const Source *source, GError **error) OWNED_BY(yaml_document_free);
const YamlNode *yaml_document_root(const YamlDocument *document);

/* ---- any node */

YamlKind yaml_kind(const YamlNode *node);
const Source *yaml_source(const YamlNode *node);
guint yaml_line(const YamlNode *node);   /* 1-based: of the first character (of a block scalar, the '|') */
guint yaml_column(const YamlNode *node); /* 1-based, in characters */

/* Sets a located SIM_ERROR_SCENARIO (see source_error). Always returns FALSE. */
bool yaml_error(GError **error, const YamlNode *node, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* FALSE with an error ("expected a mapping, found a sequence") unless the node is of this kind. */
bool yaml_expect(const YamlNode *node, YamlKind kind, GError **error);

/* "text", "a sequence", "a mapping": for messages. */
const char *yaml_kind_name(YamlKind kind);

/* ---- scalars; raw access (the node must be a scalar) */

const char *yaml_scalar(const YamlNode *node); /* never holds a NUL inside */
YamlStyle yaml_style(const YamlNode *node);

/* Where the text of the scalar starts. Of a block scalar: the line below the '|' and the column of its indentation, so
 * line i (from 0) of a literal is line yaml_content_line() + i of the file. Of a quoted one: the character after the
 * quote. */
guint yaml_content_line(const YamlNode *node);
guint yaml_content_column(const YamlNode *node);

/* ---- scalars, typed by who reads them; FALSE with a located error */

/* Any scalar with something in it; text that is empty must be written "" to count. */
bool yaml_text(const YamlNode *node, const char **text, GError **error);

/* Text whose lines are lines of the file: a literal block, or a scalar within one line. */
bool yaml_code(const YamlNode *node, const char **text, GError **error);

/* Decimal or 0x hexadecimal, nothing else (a decimal starting with 0 is refused: it might have been meant as octal).
 * "-N" is the two's complement of N up to 2^63 and is accepted only when max is UINT64_MAX (then min does not apply to
 * it). Quoted numbers are refused. */
bool yaml_u64(const YamlNode *node, uint64_t min, uint64_t max, uint64_t *value, GError **error);

/* Exactly true or false, not quoted. */
bool yaml_bool(const YamlNode *node, bool *value, GError **error);

/* One of the names; its index. `what` names the set in the message: "unknown WHAT 'x'; did you mean 'y'?" (or the whole
 * list when it is short and nothing is near). */
bool yaml_enum(const YamlNode *node, const char *what, const char *const *names, gsize n_names, gsize *index,
               GError **error);

/* ---- sequences and mappings */

/* Items of a sequence, pairs of a mapping; 0 for a scalar. */
guint yaml_length(const YamlNode *node);

/* Item i of a sequence, or value i of a mapping, in the order of the file. */
const YamlNode *yaml_item(const YamlNode *node, guint i);

/* Key i of a mapping: a scalar node, usable for yaml_error. */
const YamlNode *yaml_key(const YamlNode *node, guint i);

/* The value of that key, or NULL. The node must be a mapping. */
const YamlNode *yaml_mapping_get(const YamlNode *node, const char *key);

/* The same, or NULL with an error "missing key 'KEY'" located at the mapping. */
const YamlNode *yaml_mapping_require(const YamlNode *node, const char *key, GError **error);

/* That the node is a mapping and every key is allowed; keys that start with "x-" always are. */
bool yaml_mapping_check_keys(const YamlNode *node, const char *const *allowed, gsize n_allowed, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(YamlDocument, yaml_document_free)
