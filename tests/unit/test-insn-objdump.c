/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decoder and disassembler against GNU objdump, an independent implementation of both. */
#include <criterion/criterion.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "isa/insn.h"

#define TOOLS      "riscv64-linux-gnu-"
#define OURS       "rv64imac_zicsr_zifencei"
#define EVERYTHING /* that binutils 2.40 knows */                                             \
    "rv64gcvh_zba_zbb_zbc_zbs_zbkb_zbkc_zbkx_zknd_zkne_zknh_zksed_zksh_zicbom_zicbop_zicboz_" \
    "zawrs_svinval_zfh_zihintpause"

typedef struct Pattern {
    uint32_t match, mask;
    const char *name;
} Pattern;

static const Pattern our_rows[] = {
#define INSN(op, mnemonic, match, mask, format, kind) { match, mask, mnemonic },
#include "isa/insn-list.h"
#undef INSN
};

static const Pattern foreign_rows[] = {
#define FOREIGN(match, mask, owner, name) { match, mask, name },
#include "isa/foreign-list.h"
#undef FOREIGN
};

/* Where we differ from objdump 2.40 on purpose. Of the texts one is ".2byte" or ".4byte". */
static const Pattern differences[] = {
    { 0x00006101, 0x0000ffff, "c.addi16sp sp,0 is reserved: objdump accepts it" },
    { 0x0000000f, 0x0000707f, "fence with reserved fm, rd, rs1 is a fence: objdump rejects it" },
    { 0x0000100f, 0x0000707f, "fence.i with imm, rd, rs1 is fence.i: objdump rejects it" },
    { 0x30200073, 0xffffffff, "mret is unsupported" },
    { 0x7b200073, 0xffffffff, "dret is unsupported" },
    { 0x00200073, 0xffffffff, "uret was never ratified (N)" },
    { 0x20200073, 0xffffffff, "hret was withdrawn" },
    { 0x10400073, 0xfff07fff, "sfence.vm was withdrawn (the word 0x10400073 is sctrclr of Smctr)" },
    { 0x31801013, 0xff80707f, "aes64ks1i of round 11 to 15 is reserved" },
    /* Their text is left to test-insn.c: no -march of 2.40 gives one to compare with. */
    { 0x3400002f, 0xfdf0407f, "l{b,h,w,d}.aq: binutils 2.40 does not know Zalasr" },
    { 0x3a00002f, 0xfa004fff, "s{b,h,w,d}.rl: likewise" },
};

static bool matches(const Pattern *pattern, uint32_t bits)
{
    return (bits & pattern->mask) == pattern->match;
}

static GRand *new_random(const char *test)
{
    const char *text = g_getenv("CMODX_SEED");
    guint32 seed = text ? (guint32)g_ascii_strtoull(text, NULL, 0) : 1;

    g_printerr("%s: CMODX_SEED=%u\n", test, seed);
    return g_rand_new_with_seed(seed);
}

/* Words whose low bits announce more than 32 would make objdump read past them. */
static void add(GArray *words, uint32_t bits)
{
    if (insn_length((uint16_t)bits) == 2 || (bits & 31) != 31)
        g_array_append_val(words, bits);
}

static void add_rows(GArray *words, GRand *random, const Pattern *rows, size_t n_rows, int n_each)
{
    for (size_t row = 0; row < n_rows; row++) {
        for (int i = 0; i < n_each; i++)
            add(words, rows[row].match | (g_rand_int(random) & ~rows[row].mask));
    }
}

static void add_halfwords(GArray *words)
{
    for (uint32_t half = 0; half <= 0xffff; half++) {
        if (insn_length((uint16_t)half) == 2)
            add(words, half);
    }
}

static void run(const char *directory, const char **argv, char **output)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *complaint = NULL;
    int status = 0;
    bool ok = g_spawn_sync(directory, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output, &complaint, &status,
                           &error);

    cr_assert(ok, "%s: %s", argv[0], ok ? "" : error->message);
    cr_assert(status == 0, "%s: %s", argv[0], complaint);
}

static void write_file(const char *directory, const char *name, const void *data, gssize size)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    cr_assert(g_file_set_contents(path, data, size, NULL), "cannot write %s", path);
}

/* What `objdump -d` says of these encodings, one after the other from address 0. The architecture
 * comes from the attributes that the assembler writes; without symbols (strip) the included bytes
 * count as code, where .2byte and .4byte would be marked as data. */
static char *disassemble(const GArray *words, const char *arch)
{
    g_autofree char *directory = g_dir_make_tmp("cmodx-insn-XXXXXX", NULL);
    g_autofree char *march = g_strconcat("-march=", arch, NULL);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const char *as[] = { TOOLS "as", march, "-o", "all.o", "all.s", NULL };
    const char *strip[] = { TOOLS "objcopy", "--strip-all", "all.o", NULL };
    const char *objdump[] = { TOOLS "objdump", "-dz", "-Mno-aliases", "all.o", NULL };
    const char *names[] = { "all.bin", "all.s", "all.o" };
    char *listing = NULL;

    for (guint i = 0; i < words->len; i++) {
        uint32_t bits = g_array_index(words, uint32_t, i);
        uint32_t little = GUINT32_TO_LE(bits);
        g_byte_array_append(bytes, (const guint8 *)&little, insn_length((uint16_t)bits));
    }
    write_file(directory, names[0], bytes->data, bytes->len);
    write_file(directory, names[1], ".incbin \"all.bin\"\n", -1);
    run(directory, as, NULL);
    run(directory, strip, NULL);
    run(directory, objdump, &listing);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(directory, names[i], NULL);
        g_unlink(path);
    }
    g_rmdir(directory);
    return listing;
}

/* Takes the next instruction off a listing, "   1a:\t4501     \tc.li\ta0,0 # 0x..." say, and returns it
 * in our form: one space, no comment or symbol. NULL at the end. */
static char *next_text(char **listing, uint64_t *pc)
{
    char *line, *end;

    while ((line = strsep(listing, "\n"))) {
        *pc = g_ascii_strtoull(line, &end, 16);
        if (end == line || !g_str_has_prefix(end, ":\t"))
            continue;
        g_auto(GStrv) columns = g_strsplit(end + 2, "\t", 3);
        if (!columns[0] || !columns[1])
            continue;
        char *operands = columns[2] ? columns[2] : (char[]){ "" };
        for (const char *const *cut = (const char *const[]){ " <", " #", NULL }; *cut; cut++) {
            char *found = strstr(operands, *cut);
            if (found)
                *found = '\0';
        }
        return g_strconcat(g_strstrip(columns[1]), *operands ? " " : "", g_strchomp(operands), NULL);
    }
    return NULL;
}

static bool is_known_difference(uint32_t bits, const char *theirs, const char *ours)
{
    for (size_t i = 0; i < G_N_ELEMENTS(differences); i++) {
        if (matches(&differences[i], bits))
            return (*theirs == '.') != (*ours == '.');
    }
    return false;
}

static void require_tools(void)
{
    g_autofree char *as = g_find_program_in_path(TOOLS "as");
    g_autofree char *objdump = g_find_program_in_path(TOOLS "objdump");

    if (!as || !objdump)
        cr_skip("no " TOOLS "binutils");
}

/* Every halfword, every row of the list with random fields, every fence, CSR and privileged
 * operation, and random words: text and legality are those of objdump for our architecture. */
Test(insn_objdump, same_text_and_legality, .timeout = 280)
{
    require_tools();
    g_autoptr(GRand) random = new_random("same_text_and_legality");
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    unsigned n_different = 0, n_known = 0;
    uint64_t pc = 0;

    add_halfwords(words);
    add_rows(words, random, our_rows, G_N_ELEMENTS(our_rows), 200);
    for (uint32_t i = 0; i < 4096; i++) {
        add(words, 0x0000000f | i << 20); /* fence, all sets */
        add(words, 0x00002073 | i << 20); /* csrrs, all CSRs */
        add(words, 0x00000073 | i << 20); /* ecall ... */
    }
    for (int i = 0; i < 200000; i++)
        add(words, g_rand_int(random) | 3);

    g_autofree char *listing = disassemble(words, OURS);
    char *rest = listing;
    for (guint i = 0; i < words->len; i++) {
        uint32_t bits = g_array_index(words, uint32_t, i);
        Insn insn = insn_decode(bits);
        char ours[80];
        g_autofree char *theirs = next_text(&rest, &pc);

        cr_assert(theirs, "objdump ended before %#x", bits);
        insn_text(&insn, pc, INSN_TEXT_RAW, ours, sizeof ours);
        if (!strcmp(ours, theirs))
            continue;
        if (is_known_difference(bits, theirs, ours))
            n_known++;
        else if (n_different++ < 20)
            g_printerr("%#x: ours \"%s\", objdump \"%s\"\n", bits, ours, theirs);
    }
    g_printerr("%u encodings compared, %u of them different on purpose\n", words->len, n_known);
    cr_assert(n_different == 0, "%u of %u texts differ", n_different, words->len);
}

/* What objdump knows when all extensions are on, and we do not, is unsupported rather than illegal. */
Test(insn_objdump, others_are_unsupported, .timeout = 280)
{
    require_tools();
    g_autoptr(GRand) random = new_random("others_are_unsupported");
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    static const uint32_t opcodes[] = { 0x0f, 0x13, 0x1b, 0x2f, 0x33, 0x3b, 0x73 };
    unsigned n_wrong = 0, n_unsupported = 0;
    uint64_t pc = 0;

    add_halfwords(words);
    add_rows(words, random, foreign_rows, G_N_ELEMENTS(foreign_rows), 50);
    for (size_t i = 0; i < G_N_ELEMENTS(opcodes); i++) { /* imm or funct7 and rs2, and funct3 */
        for (uint32_t high = 0; high < 4096 * 8; high++)
            add(words, (high >> 3) << 20 | (high & 7) << 12 | opcodes[i]);
    }

    g_autofree char *listing = disassemble(words, EVERYTHING);
    char *rest = listing;
    for (guint i = 0; i < words->len; i++) {
        uint32_t bits = g_array_index(words, uint32_t, i);
        Insn insn = insn_decode(bits);
        char ours[80];
        g_autofree char *theirs = next_text(&rest, &pc);

        cr_assert(theirs, "objdump ended before %#x", bits);
        insn_text(&insn, pc, INSN_TEXT_RAW, ours, sizeof ours);
        n_unsupported += insn.kind == INSN_UNSUPPORTED;
        if (insn.kind == INSN_ILLEGAL && strcmp(ours, theirs) && !is_known_difference(bits, theirs, ours) &&
            n_wrong++ < 20)
            g_printerr("%#x: objdump \"%s\", we say illegal\n", bits, theirs);
    }
    g_printerr("%u encodings compared, %u unsupported\n", words->len, n_unsupported);
    cr_assert(n_wrong == 0, "%u of %u are not illegal", n_wrong, words->len);
}

/* The lists do not overlap: nothing that we execute belongs to somebody else. */
Test(insn_objdump, foreign_rows_are_unsupported)
{
    g_autoptr(GRand) random = new_random("foreign_rows_are_unsupported");

    for (size_t row = 0; row < G_N_ELEMENTS(foreign_rows); row++) {
        for (int i = 0; i < 1000; i++) {
            const Pattern *pattern = &foreign_rows[row];
            uint32_t bits = pattern->match | (g_rand_int(random) & ~pattern->mask);
            cr_assert(insn_decode(bits).kind == INSN_UNSUPPORTED, "%s: %#x", pattern->name, bits);
        }
    }
}
