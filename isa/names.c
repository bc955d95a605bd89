/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of registers and CSRs. */
#include "isa/names.h"

#include <stdio.h>
#include <string.h>

typedef struct CsrNames {
    unsigned first, last;
    int index; /* of the first; -1: one register, whose name is `prefix` */
    const char *prefix, *suffix;
} CsrNames;

static const CsrNames csr_names[] = {
#define CSR(number, name)                             { number, number, -1, name, "" },
#define CSR_RANGE(first, last, index, prefix, suffix) { first, last, index, prefix, suffix },
#include "isa/csr-list.h"
#undef CSR
#undef CSR_RANGE
};

static const char *const register_names[32] = {
    "zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2", /* x0..x7 */
    "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5", /* x8..x15 */
    "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7", /* x16..x23 */
    "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6", /* x24..x31 */
};

const char *register_name(unsigned r)
{
    return register_names[r & 31];
}

/* The number in "x0".."x31", without leading zeros; -1 otherwise. */
static int parse_x_name(const char *name)
{
    int number = 0;

    if (name[0] != 'x' || !name[1] || (name[1] == '0' && name[2]))
        return -1;
    for (const char *digit = name + 1; *digit; digit++) {
        if (*digit < '0' || *digit > '9')
            return -1;
        number = number * 10 + (*digit - '0');
        if (number > 31)
            return -1;
    }
    return number;
}

int register_number(const char *name)
{
    for (int r = 0; r < 32; r++) {
        if (!strcmp(name, register_names[r]))
            return r;
    }
    return !strcmp(name, "fp") ? 8 : parse_x_name(name);
}

void csr_text(unsigned csr, char *text, size_t size)
{
    for (size_t i = 0; i < sizeof csr_names / sizeof *csr_names; i++) {
        const CsrNames *names = &csr_names[i];
        if (csr < names->first || csr > names->last)
            continue;
        if (names->index < 0)
            snprintf(text, size, "%s", names->prefix);
        else
            snprintf(text, size, "%s%d%s", names->prefix, names->index + (int)(csr - names->first), names->suffix);
        return;
    }
    snprintf(text, size, "0x%x", csr);
}
