/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disassembler. Operands are written after a pattern: d rd, s rs1, t rs2, i immediate,
 * x shift amount, u upper immediate, p target relative to pc, c CSR, P and S the sets of a fence;
 * every other character stands for itself. */
#include "isa/insn.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "isa/names.h"
#include "isa/tables.h"

static const char *const format_operands[] = {
    [FORMAT_R] = "d,s,t",     [FORMAT_I] = "d,s,i",      [FORMAT_SHIFT] = "d,s,x", [FORMAT_LOAD] = "d,i(s)",
    [FORMAT_JALR] = "d,i(s)", [FORMAT_STORE] = "t,i(s)", [FORMAT_B] = "s,t,p",     [FORMAT_U] = "d,u",
    [FORMAT_J] = "d,p",       [FORMAT_LR] = "d,(s)",     [FORMAT_AMO] = "d,t,(s)", [FORMAT_STORE_RL] = "t,(s)",
    [FORMAT_FENCE] = "P,S",   [FORMAT_CSR] = "d,c,s",    [FORMAT_CSRI] = "d,c,i",  [FORMAT_SFENCE] = "s,t",
    [FORMAT_FENCE_TSO] = "",  [FORMAT_NONE] = "",
};

static const char *const rvc_format_operands[] = {
    [RVC_FORMAT_ADDI4SPN] = "d,s,i", [RVC_FORMAT_LW] = "d,i(s)",
    [RVC_FORMAT_LD] = "d,i(s)",      [RVC_FORMAT_SW] = "t,i(s)",
    [RVC_FORMAT_SD] = "t,i(s)",      [RVC_FORMAT_ADDI] = "d,i",
    [RVC_FORMAT_LI] = "d,i",         [RVC_FORMAT_ADDI16SP] = "d,i",
    [RVC_FORMAT_LUI] = "d,u",        [RVC_FORMAT_SHIFT] = "d,x",
    [RVC_FORMAT_SHIFT64] = "d",      [RVC_FORMAT_SHIFT_S] = "d,x",
    [RVC_FORMAT_SHIFT64_S] = "d",    [RVC_FORMAT_ANDI] = "d,i",
    [RVC_FORMAT_ARITH] = "d,t",      [RVC_FORMAT_J] = "p",
    [RVC_FORMAT_BRANCH] = "s,p",     [RVC_FORMAT_LWSP] = "d,i(s)",
    [RVC_FORMAT_LDSP] = "d,i(s)",    [RVC_FORMAT_SWSP] = "t,i(s)",
    [RVC_FORMAT_SDSP] = "t,i(s)",    [RVC_FORMAT_JR] = "s",
    [RVC_FORMAT_JALR] = "s",         [RVC_FORMAT_MV] = "d,t",
    [RVC_FORMAT_ADD] = "d,t",        [RVC_FORMAT_NONE] = "",
};

/* Fits every register and immediate; no alias asks for this very value. */
#define ANY (-4096)

/* A 32-bit instruction whose fields are these is written in another way; the first that fits wins. */
typedef struct Alias {
    InsnOp op;
    int rd, rs1, rs2, imm;
    const char *mnemonic, *operands;
} Alias;

static const Alias aliases[] = {
    { OP_addi, 0, 0, ANY, 0, "nop", "" },
    { OP_addi, ANY, 0, ANY, ANY, "li", "d,i" },
    { OP_addi, ANY, ANY, ANY, 0, "mv", "d,s" },
    { OP_xori, ANY, ANY, ANY, -1, "not", "d,s" },
    { OP_andi, ANY, ANY, ANY, 255, "zext.b", "d,s" },
    { OP_sltiu, ANY, ANY, ANY, 1, "seqz", "d,s" },
    { OP_addiw, ANY, ANY, ANY, 0, "sext.w", "d,s" },
    { OP_sub, ANY, 0, ANY, ANY, "neg", "d,t" },
    { OP_subw, ANY, 0, ANY, ANY, "negw", "d,t" },
    { OP_sltu, ANY, 0, ANY, ANY, "snez", "d,t" },
    { OP_slt, ANY, ANY, 0, ANY, "sltz", "d,s" },
    { OP_slt, ANY, 0, ANY, ANY, "sgtz", "d,t" },
    { OP_beq, ANY, ANY, 0, ANY, "beqz", "s,p" },
    { OP_bne, ANY, ANY, 0, ANY, "bnez", "s,p" },
    { OP_bge, ANY, 0, ANY, ANY, "blez", "t,p" },
    { OP_bge, ANY, ANY, 0, ANY, "bgez", "s,p" },
    { OP_blt, ANY, ANY, 0, ANY, "bltz", "s,p" },
    { OP_blt, ANY, 0, ANY, ANY, "bgtz", "t,p" },
    { OP_jal, 0, ANY, ANY, ANY, "j", "p" },
    { OP_jalr, 0, 1, ANY, 0, "ret", "" },
    { OP_jalr, 0, ANY, ANY, 0, "jr", "s" },
    { OP_csrrs, ANY, 0, ANY, ANY, "csrr", "d,c" },
    { OP_csrrw, 0, ANY, ANY, ANY, "csrw", "c,s" },
    { OP_csrrs, 0, ANY, ANY, ANY, "csrs", "c,s" },
    { OP_csrrc, 0, ANY, ANY, ANY, "csrc", "c,s" },
    { OP_csrrwi, 0, ANY, ANY, ANY, "csrwi", "c,i" },
    { OP_csrrsi, 0, ANY, ANY, ANY, "csrsi", "c,i" },
    { OP_csrrci, 0, ANY, ANY, ANY, "csrci", "c,i" },
};

/* Encodings spelled as a whole, `raw` ones in both styles. */
static const struct {
    uint32_t word;
    bool raw;
    const char *text;
} spellings[] = {
    { 0x00000000, true, "c.unimp" }, /* the halfword: a word of zeros has length 2 */
    { 0xc0001073, true, "unimp" },   { 0x00000001, false, "c.nop" },
    { 0x0100000f, false, "pause" },  { 0x0ff0000f, false, "fence" },
};

/* Text being written: always terminated, cut off at the size. */
typedef struct Text {
    char *at;
    size_t room;
} Text;

__attribute__((format(printf, 2, 3))) static void append(Text *text, const char *format, ...)
{
    va_list args;

    if (!text->room)
        return;
    va_start(args, format);
    int n = vsnprintf(text->at, text->room, format, args);
    va_end(args);

    size_t written = (size_t)n < text->room ? (size_t)n : text->room - 1;
    text->at += written;
    text->room -= written;
}

static void append_fence_set(Text *text, unsigned set, InsnTextStyle style)
{
    if (!set)
        append(text, style == INSN_TEXT_RAW ? "unknown" : "0");
    else
        append(text, "%s%s%s%s", set & FENCE_I ? "i" : "", set & FENCE_O ? "o" : "", set & FENCE_R ? "r" : "",
               set & FENCE_W ? "w" : "");
}

static void append_csr(Text *text, unsigned csr)
{
    char name[24];

    csr_text(csr, name, sizeof name);
    append(text, "%s", name);
}

static void append_operand(Text *text, char letter, const Insn *insn, uint64_t pc, InsnTextStyle style)
{
    switch (letter) {
    case 'd':
        append(text, "%s", register_name(insn->rd));
        break;
    case 's':
        append(text, "%s", register_name(insn->rs1));
        break;
    case 't':
        append(text, "%s", register_name(insn->rs2));
        break;
    case 'i':
        append(text, "%" PRId64, insn->imm);
        break;
    case 'x':
        append(text, "0x%" PRIx64, (uint64_t)insn->imm);
        break;
    case 'u':
        append(text, "0x%" PRIx64, (uint64_t)insn->imm >> 12 & 0xfffff);
        break;
    case 'p':
        append(text, "0x%" PRIx64, pc + (uint64_t)insn->imm);
        break;
    case 'c':
        append_csr(text, insn->csr);
        break;
    case 'P':
        append_fence_set(text, insn->pred, style);
        break;
    case 'S':
        append_fence_set(text, insn->succ, style);
        break;
    default:
        append(text, "%c", letter);
        break;
    }
}

static const char *find_spelling(const Insn *insn, InsnTextStyle style)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        if (insn->word == spellings[i].word && (spellings[i].raw || style == INSN_TEXT_ALIASES))
            return spellings[i].text;
    }
    return NULL;
}

static const Alias *find_alias(const Insn *insn)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        const Alias *a = &aliases[i];
        if (a->op == insn->op && (a->rd == ANY || a->rd == insn->rd) && (a->rs1 == ANY || a->rs1 == insn->rs1) &&
            (a->rs2 == ANY || a->rs2 == insn->rs2) && (a->imm == ANY || a->imm == insn->imm))
            return a;
    }
    return NULL;
}

/* Chooses mnemonic and operands of a legal instruction. */
static void choose_form(const Insn *insn, InsnTextStyle style, const char **mnemonic, const char **operands)
{
    if (insn->length == 2) {
        const RvcRow *rvc = rvc_find((uint16_t)insn->word);
        bool shows_link = style == INSN_TEXT_ALIASES && rvc->format == RVC_FORMAT_JALR;
        *mnemonic = rvc->mnemonic;
        *operands = shows_link ? "d,i(s)" : rvc_format_operands[rvc->format];
        return;
    }

    const Alias *alias = style == INSN_TEXT_ALIASES ? find_alias(insn) : NULL;
    *mnemonic = alias ? alias->mnemonic : insn_row(insn->op)->mnemonic;
    *operands = alias ? alias->operands : format_operands[insn_row(insn->op)->format];
}

void insn_text(const Insn *insn, uint64_t pc, InsnTextStyle style, char *text, size_t size)
{
    Text out = { text, size };
    const char *mnemonic, *operands, *spelling = find_spelling(insn, style);

    if (spelling) {
        append(&out, "%s", spelling);
        return;
    }
    if (insn->op == OP_NONE) {
        append(&out, ".%ubyte 0x%" PRIx32, (unsigned)insn->length, insn->word);
        return;
    }
    choose_form(insn, style, &mnemonic, &operands);
    append(&out, "%s%s%s%s%s", mnemonic, insn->aq || insn->rl ? "." : "", insn->aq ? "aq" : "", insn->rl ? "rl" : "",
           *operands ? " " : "");
    for (const char *letter = operands; *letter; letter++)
        append_operand(&out, *letter, insn, pc, style);
}
