/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/sample.h"

#include <string.h>

#include "tests/support/encode.h"

enum {
    OPS_MAX = 8,
    HANDLER = 0x80, /* of interrupts, within the first hart's stretch of code */
    CSR_NUMBER_SIP = 0x144,
    STORES_MAX = 5,        /* of all harts: the number of timelines grows with its factorial */
    OBSERVED_REGISTERS = 4 /* a0, a1, a2, a3 */
};

guint sample_length(const Sample *sample, guint hart)
{
    guint n = 0;
    while (sample->code[hart][n])
        n++;
    return n;
}

/* ---- the program */

Program *sample_program(const Sample *sample)
{
    Program *program = code_program(sample->code, sample->n_harts);
    for (guint h = 0; h < sample->n_harts; h++) {
        HartSpec *spec = &g_array_index(program->harts, HartSpec, h);
        const HartSpec *whose = program_hart(program, sample->runs[h]);
        spec->entry = whose->entry;
        spec->until = whose->until;
        spec->calls = sample->calls[h];
        spec->x[T3] = sample->patches[h][0];
        spec->x[S4] = sample->patches[h][1];
        spec->x[A7] = SERVICE_EXTENSION;
        spec->x[S5] = SBI_RFENCE;
        spec->x[S6] = SERVICE_EXTENSION;
        spec->x[S7] = SBI_IPI;
        spec->interrupts = sample->interrupts[h];
        spec->migrations = sample->migrations[h];
        spec->trap_handler = sample->interrupts[h] || sample->takes_ipis ? CODE + HANDLER : 0;
        for (guint r = 0; r < OBSERVED_REGISTERS && !sample->memory_only; r++)
            observe_register(program, h, A0 + r);
    }
    observe_memory(program, VARIABLE_X, 8);
    observe_memory(program, VARIABLE_Y, 8);
    for (guint h = 0; h < sample->n_harts; h++)
        if (sample->runs[h] == h)
            for (guint i = 0; i < sample_length(sample, h); i++)
                observe_memory(program, CODE + h * CODE_STRIDE + 4 * i, 4);
    return program;
}

/* ---- random programs */

static guint below(GRand *rand, guint n)
{
    return (guint)g_rand_int_range(rand, 0, (gint32)n);
}

static bool chance(GRand *rand, guint one_in)
{
    return below(rand, one_in) == 0;
}

/* What a patch can hit. Of any two such words that are fetched in halves, the halves make a third: all add to a2 or a3;
 * or, `accesses`, all use x and y. */
static uint32_t marker(GRand *rand, bool accesses)
{
    guint reg = A2 + below(rand, 2);
    if (!accesses)
        return enc_addi(reg, chance(rand, 4) ? ZERO : reg, 1 << below(rand, 6));
    guint base = S0 + below(rand, 2);
    int imm = 8 * (int)below(rand, 3);
    switch (below(rand, 4)) {
    case 0:
        return enc_lw(reg, imm, base);
    case 1:
        return enc_sw(T0, 0, base);
    default:
        return enc_addi(reg, base, imm);
    }
}

static bool is_marker(uint32_t word)
{
    guint rd = word >> 7 & 31, rs1 = word >> 15 & 31;
    bool adds = (word & 0x707f) == 0x13 && (rd == A2 || rd == A3);
    bool loads = (word & 0x707f) == 0x2003 && (rd == A2 || rd == A3);
    bool stores = word == enc_sw(T0, 0, S0) || word == enc_sw(T0, 0, S1);
    return adds || ((loads || stores) && (rs1 == S0 || rs1 == S1));
}

static int data_offset(GRand *rand, guint width, bool misaligned)
{
    guint size = 1u << width;
    if (chance(rand, 2))
        return 0;
    return (int)(misaligned ? below(rand, 9 - size) : below(rand, 8 / size) * size);
}

static guint data_base(GRand *rand)
{
    return chance(rand, 3) ? S1 : S0;
}

static uint32_t random_load(GRand *rand)
{
    guint width = chance(rand, 2) ? 2 : below(rand, 4);
    return enc_load(width, A0 + below(rand, 2), data_offset(rand, width, chance(rand, 8)), data_base(rand));
}

static uint32_t random_store(GRand *rand)
{
    static const guint values[] = { T0, T1, T2, A0, A1 };
    guint width = chance(rand, 2) ? 2 : below(rand, 4);
    bool misaligned = width < 3 && chance(rand, 8); /* every piece is a store */
    return enc_store(width, values[below(rand, 5)], data_offset(rand, width, misaligned), data_base(rand));
}

static uint32_t random_fence(GRand *rand)
{
    return chance(rand, 6) ? enc_fence_tso() : enc_fence(1 + below(rand, 3), 1 + below(rand, 3));
}

static uint32_t random_amo(GRand *rand)
{
    static const EncAmo amos[] = { ENC_ADD, ENC_SWAP, ENC_OR };
    return enc_amo(amos[below(rand, 3)], 2 + below(rand, 2), chance(rand, 2) ? 0 : below(rand, 4),
                   chance(rand, 5) ? ZERO : A0 + below(rand, 2), T0 + below(rand, 3), data_base(rand));
}

/* A slot of anybody's code; put right by aim_patches. */
static uint32_t random_patch(GRand *rand)
{
    guint slot = below(rand, SAMPLE_HARTS) * CODE_STRIDE + 4 * below(rand, OPS_MAX);
    guint source = chance(rand, 2) ? T3 : S4;
    if (chance(rand, 8))
        return enc_amo(ENC_SWAP, 2, below(rand, 4), A0 + below(rand, 2), source, S3); /* the first slot of all */
    return enc_store(chance(rand, 4) ? 1 : 2, source, (int)slot, S3);
}

static bool is_patch(uint32_t word)
{
    return (word & 0x7f) == 0x23 && (word >> 15 & 31) == S3;
}

static bool stores(uint32_t word)
{
    Insn insn = insn_decode(word);
    return insn.kind == INSN_STORE || insn.kind == INSN_AMO || insn.kind == INSN_SC;
}

typedef struct Writer {
    GRand *rand;
    uint32_t *code;
    guint n, n_max;
    guint *stores_left;
    bool accesses;                 /* of markers */
    bool locks, stops, takes_ipis; /* which services */
} Writer;

static void put(Writer *writer, uint32_t word)
{
    if (writer->n == writer->n_max || (stores(word) && !*writer->stores_left))
        return;
    *writer->stores_left -= stores(word);
    writer->code[writer->n++] = word;
}

static void put_lr_sc(Writer *writer)
{
    GRand *rand = writer->rand;
    guint base = data_base(rand), width = 2 + below(rand, 2);
    put(writer, enc_lr(width, chance(rand, 2) ? 0 : ENC_AQ + below(rand, 2), A0, base));
    if (chance(rand, 3))
        put(writer, random_store(rand));
    guint other = chance(rand, 5) ? data_base(rand) : base;
    put(writer, enc_sc(chance(rand, 4) ? 2 + below(rand, 2) : width, chance(rand, 2) ? 0 : below(rand, 4), A1,
                       T0 + below(rand, 3), other));
}

/* A load whose address depends on a load. */
static void put_dependent_load(Writer *writer)
{
    guint base = data_base(writer->rand);
    put(writer, enc_xor(A4, A0, A0));
    put(writer, enc_add(A4, A4, base));
    put(writer, enc_lw(A1, 0, A4));
}

/* Mostly about data. */
static void put_data_op(Writer *writer)
{
    GRand *rand = writer->rand;
    switch (below(rand, 14)) {
    case 0:
    case 1:
    case 2:
        return put(writer, random_load(rand));
    case 3:
    case 4:
    case 5:
        return put(writer, random_store(rand));
    case 6:
    case 7:
        return put(writer, random_fence(rand));
    case 8:
        return put(writer, random_amo(rand));
    case 9:
        return put_lr_sc(writer);
    case 10:
        return put(writer, enc_branch(below(rand, 2), A0 + below(rand, 2), ZERO, 8)); /* over the next one */
    case 11:
        return put(writer, random_patch(rand));
    case 12:
        return put_dependent_load(writer);
    default:
        return put(writer, marker(rand, writer->accesses));
    }
}

/* Mostly about code; of data, there is a flag. */
static void put_code_op(Writer *writer)
{
    GRand *rand = writer->rand;
    switch (below(rand, 14)) {
    case 0:
        return put(writer, enc_lw(A0 + below(rand, 2), 0, S0));
    case 1:
        return put(writer, chance(rand, 3) ? random_amo(rand) : enc_sw(T0 + below(rand, 3), 0, S0));
    case 2:
    case 3:
    case 4:
    case 5:
        return put(writer, random_patch(rand));
    case 6:
    case 7:
        return put(writer, enc_fence_i());
    case 8:
        if (chance(rand, 2))
            return put(writer, random_fence(rand));
        return put(writer, enc_load(1 + below(rand, 2), A1, 4 * (int)below(rand, 4), S3)); /* code read as data */
    case 9:
        return put(writer, enc_branch(below(rand, 2), A0 + below(rand, 4), ZERO, 8));
    default:
        return put(writer, marker(rand, writer->accesses));
    }
}

/* Around a fence.i of the first hart: patchable instructions, and what may order them; and a hart that patches. */
static void put_shaped(Writer *writer, guint hart)
{
    GRand *rand = writer->rand;
    if (hart == 1) {
        for (guint n = 2 + below(rand, 2); n > 0; n--)
            put(writer, chance(rand, 4) ? enc_sw(T0, 0, S0) : random_patch(rand));
        if (chance(rand, 4))
            put(writer, random_fence(rand));
        return;
    }
    put(writer, marker(rand, writer->accesses));
    if (chance(rand, 2))
        put_code_op(writer);
    put(writer, chance(rand, 5) ? marker(rand, writer->accesses) : enc_fence_i());
    put(writer, marker(rand, writer->accesses));
    if (chance(rand, 4))
        put_code_op(writer);
}

static void put_service(Writer *writer, guint service, guint argument)
{
    put(writer, enc_li(A6, (int)(service | argument << 8)));
    put(writer, enc_ecall());
}

/* An SBI call to every hart; `extension`: the register that holds its number. */
static void put_sbi(Writer *writer, guint extension)
{
    if (writer->n + 5 > writer->n_max)
        return put_code_op(writer);
    put(writer, enc_li(A1, -1));
    put(writer, enc_li(A6, 0));
    put(writer, enc_addi(A7, extension, 0));
    put(writer, enc_ecall());
    put(writer, enc_addi(A7, S6, 0));
}

/* What kernels do to other harts, around what they do it for. */
static void put_service_op(Writer *writer)
{
    GRand *rand = writer->rand;
    guint lock = below(rand, 2), value = below(rand, 2);
    switch (below(rand, 13)) {
    case 0:
    case 1:
        if (!writer->locks)
            return put_code_op(writer);
        put_service(writer, SERVICE_LOCK, lock);
        put_code_op(writer);
        return put_service(writer, SERVICE_UNLOCK, lock);
    case 2:
        put(writer, enc_addi(A0, S0, 0));
        put(writer, enc_li(A1, (int)value));
        return put_service(writer, SERVICE_AWAIT + (chance(rand, 3) ? 1 - value : value), 4);
    case 3:
    case 4:
        return put_sbi(writer, S5);
    case 5:
    case 6:
        if (!writer->stops || writer->n + 5 > writer->n_max || !*writer->stores_left)
            return put_code_op(writer);
        put_service(writer, SERVICE_STOP_BEGIN, below(rand, 2));
        put(writer, chance(rand, 2) ? random_patch(rand) : enc_sw(T0, 0, S0));
        return put_service(writer, SERVICE_STOP_END, 0);
    case 7:
        return put_service(writer, SERVICE_SCHEDULE, 0);
    case 8:
        if (!writer->takes_ipis)
            return put_code_op(writer);
        return chance(rand, 3) ? put_sbi(writer, S7) : put_service(writer, SERVICE_ON_EACH_CPU, 0);
    case 9:
        return put_service(writer, SERVICE_SYNCHRONIZE_RCU_TASKS, 0);
    default:
        return (chance(rand, 2) ? put_data_op : put_code_op)(writer);
    }
}

/* Patches hit markers, or nothing: of those that have no marker to hit, nops are made. */
static void aim_patches(Sample *sample, GRand *rand)
{
    int slots[SAMPLE_HARTS * CODE_WORDS];
    guint n_slots = 0;
    for (guint h = 0; h < sample->n_harts; h++)
        for (guint i = 0; i < sample_length(sample, h); i++)
            if (is_marker(sample->code[h][i]))
                slots[n_slots++] = (int)(h * CODE_STRIDE + 4 * i);
    for (guint h = 0; h < sample->n_harts; h++)
        for (guint i = 0; i < sample_length(sample, h); i++) {
            uint32_t *word = &sample->code[h][i];
            bool amo = (*word & 0x7f) == 0x2f && (*word >> 15 & 31) == S3;
            guint width = *word >> 12 & 7;
            if (is_patch(*word))
                *word = n_slots ? enc_store(width, *word >> 20 & 31, slots[below(rand, n_slots)], S3) : enc_nop();
            else if (amo && !is_marker(sample->code[0][0]))
                *word = enc_nop();
        }
}

/* What patches write: markers; where words are fetched whole, also something that accesses memory or orders fetches. */
static uint32_t random_patch_word(GRand *rand, bool whole_words, bool accesses)
{
    if (!whole_words || chance(rand, 2))
        return marker(rand, accesses);
    switch (below(rand, 6)) {
    case 0:
        return enc_fence_i();
    case 1:
        return enc_lw(A2 + below(rand, 2), 0, data_base(rand));
    case 2:
        return enc_sw(T0, 0, data_base(rand));
    case 3:
        return enc_fence(ENC_RW, ENC_RW);
    case 4:
        return enc_amo(ENC_ADD, 2, below(rand, 4), A2, T0, S0);
    default:
        return enc_jal(A2, 4);
    }
}

/* Of timer interrupts and IPIs, or of timer interrupts alone. */
static void put_handler(Sample *sample, GRand *rand)
{
    const uint32_t plain[] = { enc_li(A3, 32), enc_sret() };
    const uint32_t ipis[] = {
        enc_csrci(CSR_NUMBER_SIP, 2),
        chance(rand, 2) ? enc_fence_i() : enc_addi(A3, A3, 1),
        enc_addi(S8, A6, 0),
        enc_addi(S9, A7, 0),
        enc_li(A6, SERVICE_ACK),
        enc_addi(A7, S6, 0),
        enc_ecall(),
        enc_addi(A6, S8, 0),
        enc_addi(A7, S9, 0),
        enc_sret(),
    };
    uint8_t *place = (uint8_t *)sample->code[0] + HANDLER;
    memcpy(place, sample->takes_ipis ? ipis : plain, sample->takes_ipis ? sizeof ipis : sizeof plain);
}

Sample sample_random(GRand *rand, bool whole_words, bool services)
{
    Sample sample = { .n_harts = chance(rand, 3) ? 3 : 2 };
    sample.preempt = chance(rand, 2) ? PREEMPT_NONE : PREEMPT_FULL;
    sample.memory_only = chance(rand, 5);
    guint stores_left = sample.memory_only ? STORES_MAX - 2 : STORES_MAX;
    guint theme = below(rand, 3);
    bool accesses = chance(rand, 3);
    guint uses = below(rand, 3); /* stops, locks, both */
    bool migrates = services && chance(rand, 4);
    sample.takes_ipis = services && chance(rand, 3);
    static const Misaligned misaligned[] = { MISALIGNED_PIECES, MISALIGNED_BYTES, MISALIGNED_ATOMIC };
    static const Pairing pairings[] = { PAIRING_SUBSET, PAIRING_SAME, PAIRING_ANY };
    sample.misaligned = misaligned[below(rand, 3)];
    sample.pairing = pairings[below(rand, 3)];
    for (guint h = 0; h < sample.n_harts; h++) {
        sample.runs[h] = h;
        sample.calls[h] = chance(rand, 12) ? 2 : 1;
        sample.interrupts[h] = services && chance(rand, 8);
        sample.migrations[h] = migrates && chance(rand, 2);
        Writer writer = { rand, sample.code[h], 0, sample.n_harts == 3 ? 4 : OPS_MAX - 2, &stores_left, accesses };
        writer.locks = uses != 0;
        writer.stops = uses != 1;
        writer.takes_ipis = sample.takes_ipis;
        if (services)
            writer.n_max = sample.n_harts == 3 ? 7 : 10;
        guint n = services ? writer.n_max - below(rand, 4) : 2 + below(rand, writer.n_max - 1);
        if (services) {
            while (writer.n < n)
                put_service_op(&writer);
        } else if (theme == 2) {
            put_shaped(&writer, h);
            n = 1;
        }
        while (writer.n < n)
            if (stores_left)
                (theme ? put_code_op : put_data_op)(&writer);
            else
                put(&writer, chance(rand, 2) ? enc_addi(A2, A2, 1) : random_load(rand));
        if ((sample.code[h][writer.n - 1] & 0x7f) == 0x63)
            writer.code[writer.n++] = enc_nop(); /* something to skip */
        sample.patches[h][0] = random_patch_word(rand, whole_words, accesses);
        sample.patches[h][1] = random_patch_word(rand, whole_words, accesses);
        if (sample.memory_only) { /* what it has come to is told by memory */
            writer.code[writer.n++] = enc_add(A2, A2, A0);
            writer.code[writer.n++] = enc_amo(ENC_ADD, 2, 0, ZERO, A2, S1);
        }
        if (h > 0 && chance(rand, sample.memory_only ? 2 : 4)) {
            /* It runs what another one runs, and perhaps is just like it. */
            sample.runs[h] = below(rand, h);
            sample.runs[h] = sample.runs[sample.runs[h]];
            if (sample.memory_only || chance(rand, 2)) {
                memcpy(sample.patches[h], sample.patches[sample.runs[h]], sizeof sample.patches[h]);
                sample.calls[h] = sample.calls[sample.runs[h]];
                sample.interrupts[h] = sample.interrupts[sample.runs[h]];
                sample.migrations[h] = sample.migrations[sample.runs[h]];
            }
        }
    }
    aim_patches(&sample, rand);
    put_handler(&sample, rand);
    return sample;
}

/* ---- a site and its patcher */

/* What stands at a site: markers, jumps over the next word or out of the site, loads of what nobody stores to. (Of
 * other memory it is a matter of taste what a version would have read that the pass has not.) */
static uint32_t random_site_word(GRand *rand, bool whole_words, bool last)
{
    if (whole_words && chance(rand, last ? 8 : 3))
        return enc_jal(ZERO, chance(rand, 2) ? 8 : last ? 4 : 12);
    if (whole_words && chance(rand, 5))
        return enc_lw(A2, 0, S1);
    return chance(rand, 6) ? enc_nop() : marker(rand, false);
}

static void put_patcher(Writer *writer, const Sample *sample)
{
    GRand *rand = writer->rand;
    int site = (int)(4 * sample->site);
    bool stops = chance(rand, 4), fences = chance(rand, 4), second_first = chance(rand, 2);
    if (stops)
        put_service(writer, SERVICE_STOP_BEGIN, below(rand, 4));
    put(writer, enc_sw(second_first ? S4 : T3, site + 4 * second_first, S3));
    if (chance(rand, 2))
        put(writer, chance(rand, 3) ? enc_fence_i() : enc_fence(ENC_RW, ENC_RW));
    if (!chance(rand, 4))
        put(writer, enc_sw(second_first ? T3 : S4, site + 4 * !second_first, S3));
    if (stops)
        put_service(writer, SERVICE_STOP_END, 0);
    if (fences) {
        put(writer, enc_li(A1, -1));
        put(writer, enc_li(A6, 0));
        put(writer, enc_addi(A7, S5, 0));
        put(writer, enc_ecall());
        put(writer, enc_addi(A7, S6, 0));
    }
    put_service(writer, SERVICE_MARK, 0);
    if (chance(rand, 3))
        put(writer, enc_sw(T0, 0, S0));
}

Sample sample_of_patch(GRand *rand, bool whole_words)
{
    Sample sample = { .n_harts = chance(rand, 3) ? 3 : 2 };
    guint stores_left = STORES_MAX;
    sample.preempt = chance(rand, 2) ? PREEMPT_NONE : PREEMPT_FULL;
    sample.site = below(rand, 3);
    for (guint h = 0; h < sample.n_harts; h++) {
        sample.runs[h] = h == 2 ? 0 : h;
        sample.calls[h] = h == 1 ? 1 : chance(rand, 8) ? 0 : 1 + below(rand, 2);
        sample.patches[h][0] = random_site_word(rand, whole_words, false);
        sample.patches[h][1] = random_site_word(rand, whole_words, true);
    }
    Writer executor = { rand, sample.code[0], 0, OPS_MAX, &stores_left, false };
    if (sample.site)
        put(&executor, enc_lw(A0, 0, S0));
    if (sample.site == 2)
        put(&executor, chance(rand, 3) ? enc_nop() : enc_fence_i());
    put(&executor, random_site_word(rand, whole_words, false));
    put(&executor, random_site_word(rand, whole_words, true));
    put(&executor, enc_addi(A3, A3, 1));
    sample.interrupts[0] = chance(rand, 8);
    Writer patcher = { rand, sample.code[1], 0, CODE_WORDS / 2, &stores_left, false };
    put_patcher(&patcher, &sample);
    put_handler(&sample, rand);
    return sample;
}

void sample_add_property(const Sample *sample, Program *program, PropertyKind kind)
{
    guint64 start = CODE + 4 * sample->site;
    Region region = { .name = g_strdup("site"), .start = start, .size = 4 * SITE_WORDS };
    region_add_version(&region, "OLD", (const guint8 *)&sample->code[0][sample->site]);
    region_add_version(&region, "NEW", (const guint8 *)sample->patches[1]);
    g_array_append_val(program->regions, region);
    Patch patch = { .name = g_strdup("patch"), .address = start };
    patch.bytes = g_bytes_new(sample->patches[1], 4 * SITE_WORDS);
    g_array_append_val(program->patches, patch);
    g_ptr_array_add(program->marks, g_strdup("patched"));
    Property property = { .kind = kind, .name = g_strdup("property") };
    if (kind == PROPERTY_NEVER || kind == PROPERTY_LANDS_IN) {
        property.addresses = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        uint64_t address = start + (kind == PROPERTY_NEVER ? 4 : 4 * SITE_WORDS);
        g_array_append_val(property.addresses, address);
    }
    property.start = start + 4;
    property.size = 4;
    g_array_append_val(program->properties, property);
}
