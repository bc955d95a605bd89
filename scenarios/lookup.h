/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that a scenario names: beside it, or in the directories of shared files. */
#pragma once

#include "scenarios/yaml.h"

/* A directory that comes with the program: "catalogue" or "include". In the source tree for a program that runs where it
 * was built, else where it was installed, also if that has been moved. */
char *lookup_data(const char *name);

/* Directories of shared files, the first first: those of the environment variable CMODX_INCLUDE_PATH (separated by
 * colons), then the one that comes with the program. */
GPtrArray *lookup_directories(void);

/* Reads the file that a node of a scenario names: relative to the directory of the scenario, else shared. Every error is
 * located at the node: no such file, no regular file, more than `max` bytes. *path: how messages are to call it. */
GBytes *lookup_bytes(const YamlNode *node, gsize max, char **path, GError **error);

/* The same for text. */
Source *lookup_source(const YamlNode *node, GError **error) OWNED_BY(source_free);

/* A file that a tool names, for messages: with its text, if that can be had. */
Source *lookup_named(const char *path) OWNED_BY(source_free);
