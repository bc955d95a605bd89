/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results made by hand, for tests of reports. */
#pragma once

#include "reports/result.h"

/* Of scenario `name` in NAME.yaml under model sc: no properties, no expectation, and "VERDICT text\n" as its report. */
Result *sample_result(const char *name, Verdict verdict);
/* REFUTED: no-trap in line 12, column 5, by two harts in three steps, the second of which is folded. */
Result *sample_refuted(const char *name);
/* "NAME.yaml:3:4: error: bad". */
Result *sample_error(const char *name);

/* Every row expects `verdict` in line 20, column 5. */
Result *sample_expecting(Result *result, Verdict verdict);

/* One of each: a.yaml proved as expected, and refuted although proved was expected; b.yaml inconclusive; c.yaml cannot be
 * loaded. */
RunReport *sample_run(void) OWNED_BY(run_report_free);

/* A refuted result with this text wherever a text can be. */
Result *sample_hostile(const char *text);

/* What a writer makes of one result. */
char *sample_written(void (*write)(GString *out, const RunReport *run), Result *result);
