/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports on litmus tests: for people, and in the format of herd that mcompare7 reads. */
#pragma once

#include "reports/text.h"
#include "scenarios/litmus.h"

/* What the search says about a litmus test. */
typedef struct LitmusFindings {
    bool complete;    /* every final state is known; else `reason` */
    bool decided;     /* what is missing does not matter: `ok` is known */
    bool bound;       /* not complete because of a limit */
    bool ok;          /* decided: what the quantifier asks for holds */
    char *reason;     /* one line */
    guint n_states;   /* those found */
    guint n_places;   /* values of a state */
    uint64_t *values; /* state by state, in herd's order */
    bool *holds;      /* of each state: whether it satisfies the proposition */
    guint n_positive; /* how many do */
} LitmusFindings;

void litmus_findings_clear(LitmusFindings *findings);
LitmusFindings litmus_findings(const Scenario *scenario, const Outcome *outcome);

/* Never, Sometimes or Always, whatever the quantifier; unknown if the states that are still missing would tell. */
LitmusResult litmus_findings_result(const LitmusFindings *findings);

/* As herd7 prints it, but for the lines with times and hashes; witnesses are counted as states, not as executions. */
void herd_report(GString *out, const Scenario *scenario, const LitmusFindings *findings);

/* For people. `replay`: of outcome->trail, an execution that ends as the condition says or must not say, or NULL. */
void litmus_report(GString *out, const Scenario *scenario, const Options *options, const Outcome *outcome,
                   const LitmusFindings *findings, const Replay *replay, const TextStyle *style);

/* "exists (0:x5=1 /\ [x]=2)" as the file has it, cut where nobody reads on. */
char *litmus_condition_text(const Scenario *scenario);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LitmusFindings, litmus_findings_clear)
