/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/solo-message.h"

View solo_everything(const Views *views, View fetched)
{
    View read = view_join(views->read_old, views->read_new), write = view_join(views->write_old, views->write_new);
    return view_join(view_join(read, write), view_join(view_join(views->control, views->clock), fetched));
}

View solo_fetch_view(const MachineStep *step)
{
    return (View)step->hart.fetch.view;
}

const GArray *solo_messages(const Solo *solo)
{
    return solo->world.timeline.messages;
}

static bool same_message(const Message *a, const Message *b)
{
    return a->kind == b->kind && a->address == b->address && a->value == b->value && a->size == b->size &&
           a->asker == b->asker;
}

void solo_find_places(const Solo *solo, const Local *local, const Message *message, View low, SoloPlaces *places)
{
    const GArray *messages = solo_messages(solo);
    View horizon = solo_horizon(messages, local->task.id, &local->views);
    places->low = low;
    places->n = 0;
    for (guint ts = low + 1u; ts <= messages->len && ts < horizon; ts++) {
        if (!stamps_has(&local->views.promised, ts) ||
            !same_message(&g_array_index(messages, Message, ts - 1), message))
            continue;
        places->stamp[places->n] = (View)ts;
        places->is_new[places->n++] = false;
    }
    if (solo->appends && horizon == VIEW_NEVER && messages->len < TIMELINE_MAX) {
        places->stamp[places->n] = (View)(messages->len + 1);
        places->is_new[places->n++] = true;
    }
}

MachineStep solo_claim(const Solo *solo, const MachineStep *base, const Message *message, const SoloPlaces *places,
                       guint i)
{
    MachineStep step = *base;
    Effect effect = { .message = *message, .stamp = places->stamp[i], .is_new = places->is_new[i] };
    effect.low = places->low;
    effect.message.hart = HART_SELF;
    if (!effect.is_new)
        stamps_remove(&step.hart.views.promised, effect.stamp);
    step.hart.first_effect = solo->effects->len;
    step.hart.n_effects = 1;
    g_array_append_val(solo->effects, effect);
    return step;
}

void solo_synchronise(Views *views, View ts)
{
    view_raise(&views->read_new, ts);
    view_raise(&views->write_new, ts);
    view_raise(&views->read_old, ts);
    view_raise(&views->write_old, ts);
}

void solo_append(GArray *steps, const MachineStep *step)
{
    g_array_append_vals(steps, step, 1);
}
