/* SPDX-License-Identifier: GPL-2.0-or-later */
/* instr:"TEXT" as a number. What is relative to its pc has no encoding of its own: it is encoded for the site where the
 * test stores it (or reads it, in a condition), and its labels are those of the hart that the site belongs to. */
#include "scenarios/litmus-parts.h"

#include <string.h>

static void encoding_clear(gpointer data)
{
    litmus_insn_clear(&((LitmusEncoding *)data)->insn);
}

bool litmus_add_encoding(LitmusFile *file, LitmusSpan text, guint *index, GError **error)
{
    LitmusEncoding encoding = { 0 };
    g_array_set_clear_func(file->encodings, encoding_clear);
    if (file->encodings->len == LITMUS_ENCODINGS_MAX)
        return litmus_error(file, text.start, error, "more than %d values of this kind", LITMUS_ENCODINGS_MAX);
    if (!litmus_insn_parse(file, text, &encoding.insn, error))
        return false;
    encoding.relative = encoding.insn.target && !encoding.insn.loads_address;
    if (encoding.insn.loads_address) {
        litmus_error(file, encoding.insn.at, error, "'la' is more than one instruction");
        litmus_insn_clear(&encoding.insn);
        return false;
    }
    g_array_append_val(file->encodings, encoding);
    *index = file->encodings->len - 1;
    return true;
}

/* ---- pairing */

static const LitmusValue *initial(const LitmusFile *file, guint hart, guint number)
{
    for (guint i = 0; i < file->registers->len; i++) {
        const LitmusRegister *reg = &g_array_index(file->registers, LitmusRegister, i);
        if (reg->hart == hart && reg->number == number)
            return &reg->value;
    }
    return NULL;
}

typedef struct Sites {
    guint n;
    LitmusSite site;
    bool unknown; /* some access goes where nobody knows */
} Sites;

static void add_site(Sites *sites, LitmusSite site)
{
    bool same =
        sites->n && sites->site.hart == site.hart && sites->site.insn == site.insn && sites->site.offset == site.offset;
    sites->n += !same;
    sites->site = site;
}

/* Adds what the accesses of register `number` reach: those whose address register still has its initial value, a label.
 * A store counts while the register still has its own initial value; a load is what gives it its final one. */
static void pair(const LitmusFile *file, guint index, guint number, bool load, Sites *sites)
{
    const LitmusHart *hart = litmus_hart(file, index);
    uint32_t written = 0;
    for (guint i = 0; i < hart->insns->len; i++) {
        const LitmusInsn *insn = litmus_insn(hart, i);
        bool accesses = load ? insn->loads && insn->destination == (int)number
                             : insn->stores && insn->data == number && !(written >> number & 1);
        const LitmusValue *base = accesses && !(written >> insn->base & 1) ? initial(file, index, insn->base) : NULL;
        if (base && base->kind == LITMUS_LABEL)
            add_site(sites, (LitmusSite){ base->hart, base->index, insn->offset + (int64_t)base->number });
        else if (accesses)
            sites->unknown = true;
        if (insn->destination > 0)
            written |= 1u << insn->destination;
    }
}

static bool set_site(LitmusFile *file, guint index, const Sites *sites, GError **error)
{
    LitmusEncoding *encoding = litmus_encoding(file, index);
    LitmusInsn *insn = &encoding->insn;
    if (sites->n > 1)
        return litmus_unsupported(file, insn->at, error, "'%s' is stored to more than one place, and relative to each",
                                  insn->written);
    if (sites->n == 0 || sites->unknown || sites->site.offset % 2)
        return litmus_unsupported(file, insn->at, error,
                                  "'%s' is relative to the place it is stored to, and that is not known",
                                  insn->written);
    encoding->has_site = true;
    encoding->site = sites->site;
    return litmus_find_label(file, sites->site.hart, insn->target, insn->target_at, &insn->label, error);
}

static bool in_memory(const LitmusFile *file, guint index)
{
    for (guint i = 0; i < file->locations->len; i++) {
        const GArray *values = litmus_location(file, i)->values;
        for (guint v = 0; v < values->len; v++) {
            const LitmusValue *value = &g_array_index(values, LitmusValue, v);
            if (value->kind == LITMUS_ENCODING && value->index == index)
                return true;
        }
    }
    return false;
}

bool litmus_pair_stores(LitmusFile *file, GError **error)
{
    for (guint i = 0; i < file->registers->len; i++) {
        const LitmusRegister *reg = &g_array_index(file->registers, LitmusRegister, i);
        Sites sites = { 0 };
        if (reg->value.kind != LITMUS_ENCODING || !litmus_encoding(file, reg->value.index)->relative)
            continue;
        pair(file, reg->hart, reg->number, false, &sites);
        if (!set_site(file, reg->value.index, &sites, error))
            return false;
    }
    for (guint i = 0; i < file->encodings->len; i++) {
        Sites nowhere = { 0 };
        if (litmus_encoding(file, i)->relative && in_memory(file, i))
            return set_site(file, i, &nowhere, error);
    }
    return true;
}

/* ---- conditions */

/* The site of an encoding of the same text, if they all have the same. */
static void pair_same_text(const LitmusFile *file, guint index, Sites *sites)
{
    const char *written = litmus_encoding(file, index)->insn.written;
    for (guint i = 0; i < file->encodings->len; i++) {
        const LitmusEncoding *other = litmus_encoding(file, i);
        if (other->has_site && g_str_equal(other->insn.written, written))
            add_site(sites, other->site);
    }
}

bool litmus_compared_encoding(LitmusFile *file, LitmusSpan text, int hart, guint number, guint *index, GError **error)
{
    g_autofree char *written = litmus_squeezed(file->text + text.start, text.end - text.start);
    for (guint i = 0; i < file->encodings->len; i++) {
        const LitmusEncoding *other = litmus_encoding(file, i);
        bool here = other->insn.at >= text.start && other->insn.at < text.end; /* the condition was parsed before */
        if (here || (!other->relative && g_str_equal(other->insn.written, written))) {
            *index = i;
            return true;
        }
    }
    if (!litmus_add_encoding(file, text, index, error))
        return false;
    if (!litmus_encoding(file, *index)->relative)
        return true;
    Sites sites = { 0 };
    if (hart >= 0)
        pair(file, (guint)hart, number, true, &sites);
    if (sites.n == 0)
        pair_same_text(file, *index, &sites);
    sites.unknown = false; /* what else the register may hold is not what the condition asks for */
    return set_site(file, *index, &sites, error);
}
