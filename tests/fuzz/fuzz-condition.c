/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text is a condition that can be judged, or is refused with a message and a place in it. */
#include <string.h>

#include "sim/base/error.h"
#include "sim/machine/condition.h"

/* Names are known unless they start with a capital U. */
static int find_hart(gpointer data, const char *name)
{
    (void)data;
    return *name == 'U' ? -1 : (guint8)*name % 4;
}

static bool find_symbol(gpointer data, const char *name, uint64_t *address)
{
    (void)data;
    *address = (guint8)*name * 0x1000;
    return *name && *name != 'U';
}

static uint64_t read_register(gpointer data, guint hart, guint number)
{
    (void)data;
    g_assert(hart < 4 && number < 32);
    return hart ^ number;
}

static uint64_t read_memory(gpointer data, uint64_t address, guint size)
{
    (void)data;
    g_assert(size == 1 || size == 2 || size == 4 || size == 8);
    return address;
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size);
int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size)
{
    const ConditionNames names = { find_hart, find_symbol, NULL };
    const ConditionState state = { read_register, read_memory, NULL };
    g_autofree char *text = g_strndup((const char *)bytes, size);
    gsize offset = G_MAXSIZE;
    g_autoptr(GError) error = NULL;
    g_autoptr(Condition) condition = condition_parse(text, &names, &offset, &error);
    if (!condition) {
        g_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO));
        g_assert(offset <= strlen(text));
        g_assert(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    g_assert(!error);
    bool holds = condition_holds(condition, &state);
    guint n_places;
    condition_places(condition, &n_places);

    /* as good as its negation is bad */
    const char *proposition = strstr(text, condition_quantifier(condition) == QUANTIFIER_FORALL ? "forall" : "exists");
    g_autofree char *negation = g_strdup_printf("exists ~(%s)", proposition + strlen("exists"));
    g_autoptr(Condition) negated = condition_parse(negation, &names, &offset, NULL);
    g_assert(!negated || condition_holds(negated, &state) == !holds);
    return 0;
}
