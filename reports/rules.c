/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/result.h"

static const Rule rules[] = {
    { "no-trap", "No illegal instruction, wild jump, access fault or breakpoint without a handler." },
    { "old-or-new", "Each pass through patched code does what one whole version of it would have done." },
    { "progress", "Every service completes; the harts do not deadlock." },
    { "lands-in", "Whoever leaves the patched code arrives where the scenario says." },
    { "never", "No hart arrives at a forbidden place." },
    { "after", "Behind a mark no old code and nothing that was freed is executed." },
    { "freed", "What a patcher has freed is not executed." },
    { "each-call", "Every call ends with the registers that the scenario asks for." },
    { "final-state", "Final states are as the scenario's condition says." },
    { "inconclusive", "Neither proved nor refuted: a limit was hit, or something is outside the model." },
    { "unexpected-verdict", "The verdict is not the one that the scenario expects." },
    { "error", "The scenario could not be run." },
};

const Rule *rules_all(guint *n)
{
    *n = G_N_ELEMENTS(rules);
    return rules;
}

const char *rule_of(const Property *property)
{
    switch (property->kind) {
    case PROPERTY_NO_TRAP:
        return "no-trap";
    case PROPERTY_OLD_OR_NEW:
        return "old-or-new";
    case PROPERTY_LANDS_IN:
        return "lands-in";
    case PROPERTY_NEVER:
        return "never";
    case PROPERTY_AFTER_ONLY_NEW:
        return "after";
    case PROPERTY_AFTER_NEVER:
        return g_str_has_prefix(property->name, "freed") ? "freed" : "after";
    case PROPERTY_EACH_CALL:
        return "each-call";
    case PROPERTY_CONDITION:
        return "final-state";
    case PROPERTY_PROGRESS:
        return "progress";
    }
    g_assert_not_reached();
}
