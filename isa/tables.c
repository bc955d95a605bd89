/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "isa/tables.h"

static const InsnRow insn_rows[OP_COUNT] = {
#define INSN(op, mnemonic, match, mask, format, kind) \
    [OP_##op] = { mnemonic, match, mask, FORMAT_##format, INSN_##kind },
#include "isa/insn-list.h"
#undef INSN
};

static const RvcRow rvc_rows[] = {
#define RVC(op, mnemonic, match, mask, nonzero, format) \
    { OP_##op, mnemonic, match, mask, nonzero, RVC_FORMAT_##format },
#include "isa/rvc-list.h"
#undef RVC
};

static const struct {
    uint32_t match, mask;
} foreign_rows[] = {
#define FOREIGN(match, mask, owner, name) { match, mask },
#include "isa/foreign-list.h"
#undef FOREIGN
};

const InsnRow *insn_row(InsnOp op)
{
    return &insn_rows[op];
}

InsnOp insn_find(uint32_t word)
{
    for (InsnOp op = OP_NONE + 1; op < OP_COUNT; op++) {
        if ((word & insn_rows[op].mask) == insn_rows[op].match)
            return op;
    }
    return OP_NONE;
}

const RvcRow *rvc_find(uint16_t half)
{
    for (size_t i = 0; i < sizeof rvc_rows / sizeof *rvc_rows; i++) {
        const RvcRow *row = &rvc_rows[i];
        if ((half & row->mask) == row->match && (!row->nonzero || (half & row->nonzero)))
            return row;
    }
    return NULL;
}

bool insn_is_foreign(uint32_t bits)
{
    /* Its low bits are those of a longer format, but all ones is illegal in any length (section 1.5). */
    if (bits == UINT32_MAX)
        return false;
    for (size_t i = 0; i < sizeof foreign_rows / sizeof *foreign_rows; i++) {
        if ((bits & foreign_rows[i].mask) == foreign_rows[i].match)
            return true;
    }
    return false;
}
