/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reports for other programs and for the browser. Each appends the whole of it. Same results, same bytes. */
#pragma once

#include "reports/result.h"

/* cmodx's own format, described by share/cmodx/result.schema.json: the contract for scripts. */
void json_write(GString *out, const RunReport *run);
/* JUnit XML, as GitLab, Jenkins and the Ant schema read it. */
void junit_write(GString *out, const RunReport *run);
/* TAP version 14. */
void tap_write(GString *out, const RunReport *run);
/* SARIF 2.1.0. */
void sarif_write(GString *out, const RunReport *run);
/* Workflow commands of GitHub Actions: annotations of the files of a change. */
void github_write(GString *out, const RunReport *run);
/* GitHub-flavoured Markdown: for a job summary or a pull request. */
void markdown_write(GString *out, const RunReport *run);
/* One self-contained HTML page, without scripts. */
void html_write(GString *out, const RunReport *run);
