/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in a timeline, in words. */
#include "reports/story.h"

static const char *kind_text(uint8_t kind)
{
    static const char *const names[] = { [MESSAGE_STORE] = "store",
                                         [MESSAGE_MARK] = "mark",
                                         [MESSAGE_LOCK] = "lock",
                                         [MESSAGE_UNLOCK] = "unlock",
                                         [MESSAGE_STOP] = "stop_machine() {",
                                         [MESSAGE_STOP_END] = "} stop_machine ends",
                                         [MESSAGE_FENCE] = "remote fence.i asked for",
                                         [MESSAGE_FENCE_END] = "remote fence.i complete",
                                         [MESSAGE_GRACE] = "synchronize_rcu_tasks() asked for",
                                         [MESSAGE_GRACE_END] = "synchronize_rcu_tasks() returns",
                                         [MESSAGE_CALL] = "on_each_cpu() sends IPIs",
                                         [MESSAGE_CALL_END] = "on_each_cpu() returns",
                                         [MESSAGE_IPI] = "IPI sent",
                                         [MESSAGE_ONLINE] = "online",
                                         [MESSAGE_OFFLINE] = "offline" };
    g_assert(kind < G_N_ELEMENTS(names));
    return names[kind];
}

static char *named(const GPtrArray *names, const char *what, uint64_t index)
{
    return g_strdup_printf("%s %s", what, index < names->len ? (const char *)g_ptr_array_index(names, index) : "?");
}

char *story_message_text(const Program *program, const Message *message)
{
    if (message->kind == MESSAGE_MARK)
        return named(program->marks, "mark", message->value);
    if (message->kind == MESSAGE_LOCK || message->kind == MESSAGE_UNLOCK)
        return named(program->locks, kind_text(message->kind), message->value);
    if (message->kind != MESSAGE_STORE)
        return g_strdup(kind_text(message->kind));
    g_autofree char *place = address_name(program->image, message->address);
    g_autofree char *value = address_text(program->image, message->value);
    return g_strdup_printf("%s = %s (%u byte%s)", place, value, message->size, message->size == 1 ? "" : "s");
}
