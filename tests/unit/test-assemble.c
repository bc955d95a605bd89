/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assembling, linking and reading back; and what is said about bad input. */
#include "scenarios/assemble.h"

#include "scenarios/elf.h"
#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <glib/gstdio.h>
#include <string.h>

#define TEXT_BASE 0x80200000u

/* The blocks below start on this line of a file whose every line is indented by four. */
#define FIRST_LINE 11

/* The file that has the text there. */
static Source *file_with(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 1; i < FIRST_LINE; i++)
        g_string_append(out, "#\n");
    for (char **line = lines; *line != NULL; line++)
        g_string_append_printf(out, "    %s\n", *line);
    return source_new("dir/my file.yaml", out->str, out->len);
}

/* Assembles one ".text" block. */
static GBytes *assemble_text(const char *text, GError **error)
{
    g_autoptr(Source) source = file_with(text);
    AsmBlock block = { .section = ".text",
                       .flags = "ax",
                       .text = text,
                       .file = source_name(source),
                       .line = FIRST_LINE,
                       .source = source };
    AsmPlacement placement = { .section = ".text", .address = TEXT_BASE };

    return assemble(&block, 1, &placement, 1, error);
}

static void load(GBytes *bytes, ElfContents *contents)
{
    g_autoptr(GError) error = NULL;

    cr_assert(elf_load(bytes, "t", contents, &error), "%s", error != NULL ? error->message : "");
    image_seal(contents->image);
}

static void assemble_all(const AsmBlock *blocks, gsize n_blocks, const AsmPlacement *placements, gsize n_placements,
                         ElfContents *contents)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = assemble(blocks, n_blocks, placements, n_placements, &error);

    cr_assert_not_null(bytes, "%s", error != NULL ? error->message : "");
    load(bytes, contents);
}

static uint32_t word_at(const Image *image, uint64_t address)
{
    return (uint32_t)image_byte(image, address) | (uint32_t)image_byte(image, address + 1) << 8 |
           (uint32_t)image_byte(image, address + 2) << 16 | (uint32_t)image_byte(image, address + 3) << 24;
}

/* ---- good input */

Test(assemble, sections_symbols_and_lines)
{
    AsmBlock blocks[] = {
        { .section = ".text",
          .flags = "ax",
          .file = "a.yaml",
          .line = 3,
          .text = "start: nop\n\n# comment\n.option norvc\nsite: nop\n",
          .suffix = "mark: ebreak\n" },
        { .section = ".data", .flags = "aw", .file = "a.yaml", .line = 20, .text = "x: .dword site\n" },
        { .section = ".text", .flags = "ax", .file = "b.yaml", .line = 7, .prefix = "nop\n", .text = "more: ret" },
    };
    AsmPlacement placements[] = { { .section = ".text", .address = TEXT_BASE },
                                  { .section = ".data", .address = 0xffffffff80000000 },
                                  { .section = ".unused", .address = 0 } };
    g_auto(ElfContents) contents = { 0 };

    assemble_all(blocks, G_N_ELEMENTS(blocks), placements, G_N_ELEMENTS(placements), &contents);
    const Image *image = contents.image;
    const ImageSection *text = image_section_named(image, ".text");
    cr_assert_not_null(text);
    cr_expect(text->address == TEXT_BASE && text->flags == IMAGE_EXEC);
    /* c.nop, nop, ebreak, c.nop, c.ret: every block starts with the options of the command line. */
    cr_expect_eq(text->size, 2 + 4 + 4 + 2 + 2);
    const ImageSection *data = image_section_named(image, ".data");
    cr_expect(data->address == 0xffffffff80000000 && data->size == 8 && data->flags == IMAGE_WRITE);
    cr_expect_eq(word_at(image, data->address), TEXT_BASE + 2);
    cr_expect_eq(image_symbol(image, "more")->address, TEXT_BASE + 12);
    cr_expect_str_eq(image_symbol_before(image, TEXT_BASE + 4)->name, "site");
    cr_expect_null(image_symbol_before(image, TEXT_BASE - 2));
    cr_expect_null(image_section_at(image, TEXT_BASE, text->size + 1));
    cr_expect_eq(image_section_at(image, TEXT_BASE + 13, 1), text);

    const struct {
        uint64_t address;
        const char *file;
        guint line;
    } rows[] = {
        { 0, "a.yaml", 3 }, { 2, "a.yaml", 7 }, { 6, "<generated>", 1 }, { 10, "<generated>", 1 }, { 12, "b.yaml", 7 }
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const ImageLine *row = image_line(image, TEXT_BASE + rows[i].address);

        cr_assert_not_null(row, "row %zu", i);
        cr_expect_str_eq(row->file, rows[i].file);
        cr_expect_eq(row->line, rows[i].line, "row %zu: %u", i, row->line);
    }
    cr_expect_eq(image_line(image, TEXT_BASE + 4)->address, TEXT_BASE + 2);
    cr_expect_null(image_line(image, TEXT_BASE + 14));
    cr_expect_null(image_line(image, TEXT_BASE - 2));
}

Test(assemble, names_of_files)
{
    static const char *const names[][2] = {
        { "a.yaml", "a.yaml" },           { "./a.yaml", "./a.yaml" },   { "../d//a.yaml", "../d//a.yaml" },
        { "/abs/a.yaml", "/abs/a.yaml" }, { "a\"b\\n.c", "a\"b\\n.c" }, { "a b:12: Error: c", "a b:12: Error: c" },
        { "<stdin>", "<stdin>" },         { "a\nb\033", "a_b_" },       { "ü/%s$x", "ü/%s$x" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        AsmBlock block = { .section = ".text", .flags = "ax", .file = names[i][0], .line = 5, .text = "nop\n" };
        AsmPlacement placement = { .section = ".text", .address = TEXT_BASE };
        g_auto(ElfContents) contents = { 0 };
        g_autoptr(GError) error = NULL;

        assemble_all(&block, 1, &placement, 1, &contents);
        const ImageLine *row = image_line(contents.image, TEXT_BASE);
        cr_assert_not_null(row, "%s", names[i][0]);
        cr_expect(g_str_equal(row->file, names[i][1]) && row->line == 5, "'%s' became '%s'", names[i][0], row->file);

        block.text = "bogus\n";
        cr_assert_null(assemble(&block, 1, &placement, 1, &error));
        cr_expect_not_null(strstr(error->message, ":5:1: error: unrecognized opcode `bogus'"), "%s", error->message);
    }
}

Test(assemble, patches_are_linked_at_their_sites)
{
    /* The site is at 2 modulo 4, and the patch asks for an alignment of 4. */
    AsmBlock blocks[] = {
        { .section = ".text",
          .flags = "ax",
          .file = "a.yaml",
          .line = 1,
          .text = "start: c.nop\nfunc: .option norvc\nnop\nnop\nret\ntarget: ret\n" },
        { .section = ".cmodx.patch.jump",
          .flags = "ax",
          .file = "a.yaml",
          .line = 30,
          .text = ".option norvc\n.p2align 2\nj target\nauipc t0, %pcrel_hi(start)\n" },
        { .section = ".cmodx.patch.back",
          .flags = "ax",
          .file = "a.yaml",
          .line = 40,
          .text = "1: auipc t0, %pcrel_hi(start)\njalr t0, %pcrel_lo(1b)(t0)\n" },
        { .section = ".cmodx.patch.fixed", .flags = "ax", .file = "a.yaml", .line = 50, .text = "c.j start\n" },
    };
    AsmPlacement placements[] = { { .section = ".text", .address = TEXT_BASE },
                                  { .section = ".cmodx.patch.jump", .at = "func" },
                                  { .section = ".cmodx.patch.back", .at = "func + 0x4" },
                                  { .section = ".cmodx.patch.fixed", .at = "target-12" } };
    g_auto(ElfContents) contents = { 0 };

    assemble_all(blocks, G_N_ELEMENTS(blocks), placements, G_N_ELEMENTS(placements), &contents);
    cr_assert_eq(contents.n_patches, 3);
    const ElfPatch *jump = &contents.patches[0];
    cr_expect_str_eq(jump->name, "jump");
    cr_expect_eq(jump->address, TEXT_BASE + 2);
    /* j +12; auipc t0, 0 (the rest, -6, is in the low part) */
    static const uint8_t jump_bytes[] = { 0x6f, 0x00, 0xc0, 0x00, 0x97, 0x02, 0x00, 0x00 };
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(jump->bytes, &size);
    cr_expect(size == sizeof jump_bytes && memcmp(bytes, jump_bytes, size) == 0);

    const ElfPatch *back = &contents.patches[1];
    cr_expect_eq(back->address, TEXT_BASE + 6);
    /* auipc t0, 0; jalr t0, -6(t0) */
    static const uint8_t back_bytes[] = { 0x97, 0x02, 0x00, 0x00, 0xe7, 0x82, 0xa2, 0xff };
    bytes = g_bytes_get_data(back->bytes, &size);
    cr_expect(size == sizeof back_bytes && memcmp(bytes, back_bytes, size) == 0);
    cr_expect_eq(contents.patches[2].address, TEXT_BASE + 2);

    cr_expect_eq(image_section_named(contents.image, ".cmodx.patch.jump"), NULL);
    cr_expect_eq(image_line(contents.image, TEXT_BASE + 2)->line, 3);
    cr_expect_eq(image_line(jump->lines, TEXT_BASE + 2)->line, 32);
    cr_expect_str_eq(image_line(jump->lines, TEXT_BASE + 2)->file, "a.yaml");
    cr_expect_eq(image_line(back->lines, TEXT_BASE + 6)->line, 40);
    cr_expect_eq(image_line(contents.patches[2].lines, TEXT_BASE + 2)->line, 50);
    cr_expect_str_eq(image_symbol_before(contents.image, TEXT_BASE + 2)->name, "func");
}

Test(assemble, odd_placements_do_not_move)
{
    AsmBlock blocks[] = {
        { .section = ".text", .flags = "ax", .file = "a", .line = 1, .text = ".balign 16\na: nop\n" },
        { .section = ".data", .flags = "aw", .file = "a", .line = 1, .text = ".balign 8\nb: .dword 1\n" },
    };
    AsmPlacement placements[] = { { .section = ".text", .address = TEXT_BASE + 2 },
                                  { .section = ".data", .address = TEXT_BASE + 0x8005 } };
    g_auto(ElfContents) contents = { 0 };

    assemble_all(blocks, 2, placements, 2, &contents);
    cr_expect_eq(image_symbol(contents.image, "a")->address, TEXT_BASE + 2);
    cr_expect_eq(image_symbol(contents.image, "b")->address, TEXT_BASE + 0x8005);
}

Test(assemble, writable_text)
{
    AsmBlock blocks[] = {
        { .section = ".text", .flags = "awx", .file = "a", .line = 1, .text = "a: nop\n" },
        { .section = ".cmodx.patch.p", .flags = "ax", .file = "a", .line = 9, .text = "j a\n" },
    };
    AsmPlacement placements[] = { { .section = ".text", .address = TEXT_BASE },
                                  { .section = ".cmodx.patch.p", .at = "a" } };
    g_auto(ElfContents) contents = { 0 };

    assemble_all(blocks, 2, placements, 2, &contents);
    cr_expect_eq(image_section_named(contents.image, ".text")->flags, IMAGE_WRITE | IMAGE_EXEC);
    cr_expect_eq(contents.patches[0].address, TEXT_BASE);
}

Test(assemble, comments_that_look_like_markers)
{
    g_auto(ElfContents) contents = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        assemble_text("# 99 \"forged.yaml\"\nnop # .include\n/* .end\n*/\nnop\n.asciz \"#\"; nop\n"
                      "li a0, '#'\n",
                      &error);

    cr_assert_not_null(bytes, "%s", error != NULL ? error->message : "");
    load(bytes, &contents);
    cr_expect_eq(image_line(contents.image, TEXT_BASE)->line, FIRST_LINE + 1);
    cr_expect_eq(image_line(contents.image, TEXT_BASE + 2)->line, FIRST_LINE + 4);
}

/* ---- bad input */

typedef struct TextRow {
    const char *name;
    const char *text;
    const char *expected; /* what the message starts with, after the name of the file */
} TextRow;

static const TextRow text_rows[] = {
    { "opcode", "nop\nbogus a0\n", ":12:5: error: unrecognized opcode `bogus a0'\n      bogus a0\n      ^" },
    { "indented opcode", "nop\n\n  nop; bogus a0\n", ":13:7: error: unrecognized opcode `bogus a0'\n" },
    { "operands", "nop\naddi a0, 1\n", ":12:5: error: illegal operands `addi a0,1'\n" },
    { "extension", "fadd.s f0, f0, f0\n", ":11:5: error: unrecognized opcode `fadd.s f0,f0,f0'" },
    { "two errors", "bogus\nnop\nbogus2\n",
      ":11:5: error: unrecognized opcode `bogus'\n      bogus\n      ^\n"
      "dir/my file.yaml:13:5: error: unrecognized opcode `bogus2'\n      bogus2\n      ^" },
    { "warning", "nop\n.byte 0x1ff\n", ":12:5: error: value 0x1ff truncated to 0xff\n" },
    { "duplicate label", "a: nop\na: nop\n", ":12:5: error: symbol `a' is already defined\n" },
    { "in a macro", ".macro m\nnop\nbogus\n.endm\nnop\nm\n",
      ":16:5: error: unrecognized opcode `bogus' (in a macro used here)\n" },
    { "in a nested macro", ".macro n\nbogus\n.endm\n.macro m\nn\n.endm\nm\n",
      ":17:5: error: unrecognized opcode `bogus'" },
    { "open macro", ".macro m\nnop\n", ":11:5: error: unexpected end of file in macro `m' definition\n" },
    { "undefined symbol", "nop\nstart: call foo\n",
      ":12:17: error: undefined reference to `foo'\n      start: call foo\n                  ^" },
    { "undefined twice", "nop\nj foo\nla a0, bar\n",
      ":12:7: error: undefined reference to `foo'\n      j foo\n        ^\n"
      "dir/my file.yaml:13:12: error: undefined reference to `bar'\n" },
    { "undefined in data", "nop\n# foo\n.dword foo\n", ":13:12: error: undefined reference to `foo'\n" },
    { "undefined in a macro", ".macro m x\nj fo\\x\n.endm\nnop\nm o\n",
      ":15:5: error: undefined reference to `foo'\n" },
    { "too far", "nop\n.equ far, 0x1000\nj far\n", ":13:5: error: relocation truncated to fit: R_RISCV_JAL against " },
    { "lost low part", "nop\na: addi a0, a0, %pcrel_lo(a)\n", ":12:5: error: dangerous relocation: " },
    { "orphan", "nop\n.section .mine,\"ax\"\nnop\n",
      ":12:14: error: section '.mine' has no address\n      .section .mine,\"ax\"\n               ^" },
    { "include", ".include \"x\"\n", ":11:5: error: assembly text must not read other files (.include, .incbin)\n" },
    { "incbin", "nop; .incbin \"x\"\n", ":11:10: error: assembly text must not read other files" },
    { "upper case", ".INCBIN \"x\"\n", ":11:5: error: assembly text must not read other files" },
    { "behind a label", "a: b: .incbin \"x\"\n", ":11:11: error: assembly text must not read other files" },
    { "behind a comment", "/* a\n b */.incbin \"x\"\n", ":12:10: error: assembly text must not read other files" },
    { "in a macro body", ".macro m\n.incbin \"x\"\n.endm\n", ":12:5: error: assembly text must not read other files" },
    { "as an argument", ".macro m a\n\\a \"x\"\n.endm\nm .incbin\n",
      ":14:7: error: assembly text must not read other files" },
    { "quoted directive", "\".incbin\" \"x\"\n", ":11:6: error: assembly text must not read other files" },
    { "after a character", "li a0, '\"'; .incbin \"x\"\n", ":11:17: error: assembly text must not read other files" },
    { "put together", ".macro m a b\n.\\a\\()\\b \"/etc/passwd\"\n.endm\nm inc bin\n",
      ":11:1: error: assembly text must not read other files\n" },
    { "included by parts", ".macro m a b\n.\\a\\()\\b \"/etc/passwd\"\n.endm\nm inc lude\n",
      ":11:1: error: assembly text must not read other files\n" },
    { "end", "nop\n.end\n", ":12:5: error: '.end' would end the assembly of all blocks\n" },
    { "end by parts", ".macro m a b\n.\\a\\()\\b\n.endm\nm en d\n",
      ":11:1: error: a block ends the assembly of all blocks\n" },
    { "open comment", "nop\nnop /* x\nnop\n", ":12:9: error: this comment does not end\n" },
    { "open string", "nop\n.asciz \"x\nnop\n", ":12:12: error: this string does not end on its line\n" },
    { "open condition", "nop\n.if 0\nnop\n", ":12:5: error: " },
    { "common symbol", "nop\n.comm buffer, 64, 8\n", ":12:11: error: symbol 'buffer' has no section" },
    { "nothing in a block's section", ".bss\nx: .zero 4\n", ":11:5: error: section '.bss' has no address\n" },
    { "repeat bomb", ".rept 1000000000\nnop\n.endr\n", ":11:1: error: the assembler " },
    { "size bomb", ".zero 0x7fffffffff\n", ":11:1: error: the assembler wrote more than 64 MiB\n" },
};

Test(assemble, bad_texts, .timeout = 120)
{
    for (gsize i = 0; i < G_N_ELEMENTS(text_rows); i++) {
        const TextRow *row = &text_rows[i];
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes = assemble_text(row->text, &error);

        cr_assert_null(bytes, "%s: accepted", row->name);
        cr_expect(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO), "%s", row->name);
        g_autofree char *expected = g_strconcat("dir/my file.yaml", row->expected, NULL);
        cr_expect(g_str_has_prefix(error->message, expected), "%s: got\n%s", row->name, error->message);
        cr_expect_null(strstr(error->message, "root:"), "%s: shows another file", row->name);
        cr_expect_null(strstr(error->message, "/tmp"), "%s: got\n%s", row->name, error->message);
    }
}

/* Code and patch lie at the same address, which must not mix up their lines. */
Test(assemble, undefined_symbols_in_patches)
{
    AsmBlock blocks[] = {
        { .section = ".text", .flags = "ax", .file = "a.yaml", .line = 1, .text = "func: j one\nnop\nnop\nnop\n" },
        { .section = ".cmodx.patch.p", .flags = "ax", .file = "a.yaml", .line = 30, .text = "nop\nj two\nj three\n" },
        { .section = ".cmodx.patch.q",
          .flags = "ax",
          .file = "a.yaml",
          .line = 40,
          .prefix = "j four\n",
          .text = "j five\n" },
    };
    AsmPlacement placements[] = { { .section = ".text", .address = TEXT_BASE },
                                  { .section = ".cmodx.patch.p", .at = "func" },
                                  { .section = ".cmodx.patch.q", .at = "func" } };
    g_autoptr(GError) error = NULL;

    cr_assert_null(assemble(blocks, 3, placements, 3, &error));
    cr_expect_str_eq(error->message, "a.yaml:1:9: error: undefined reference to `one'\n"
                                     "a.yaml:31:3: error: undefined reference to `two'\n"
                                     "a.yaml:32:3: error: undefined reference to `three'\n"
                                     "<generated>:1:1: error: undefined reference to `four'\n"
                                     "a.yaml:40:3: error: undefined reference to `five'");
}

Test(assemble, many_errors_are_cut)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 20; i++)
        g_string_append_printf(text, "bogus%u\n", i);
    cr_assert_null(assemble_text(text->str, &error));
    cr_expect_not_null(strstr(error->message, "`bogus7'"));
    cr_expect_null(strstr(error->message, "`bogus8'"));
    cr_expect(g_str_has_suffix(error->message, "\n... and 12 more"), "%s", error->message);
}

typedef struct PlaceRow {
    const char *name;
    AsmPlacement placement;
    const char *expected;
} PlaceRow;

Test(assemble, bad_placements)
{
    static const char yaml[] = "at: somewhere\n";
    g_autoptr(Source) source = source_new("f.yaml", yaml, strlen(yaml));
    static const char patch[] = ".cmodx.patch.p";
    const PlaceRow rows[] = {
        { "unknown", { .section = patch, .at = "nowhere" }, "unknown symbol 'nowhere'" },
        { "near", { .section = patch, .at = "fumc+4" }, "unknown symbol 'fumc'; did you mean 'func'?" },
        { "offset",
          { .section = patch, .at = "func+x" },
          "expected SYMBOL, SYMBOL+OFFSET or SYMBOL-OFFSET, found 'func+x'" },
        { "no offset",
          { .section = patch, .at = "func+" },
          "expected SYMBOL, SYMBOL+OFFSET or SYMBOL-OFFSET, found 'func+'" },
        { "empty", { .section = patch, .at = "" }, "expected SYMBOL, SYMBOL+OFFSET or SYMBOL-OFFSET, found ''" },
        { "itself",
          { .section = patch, .at = "new" },
          "symbol 'new' has no address of its own: it is in section '.cmodx.patch.p'" },
        { "twice", { .section = ".text", .address = 4 }, "section '.text' is placed twice" },
        { "around",
          { .section = patch, .address = UINT64_MAX - 2 },
          "section '.cmodx.patch.p' goes around the end of the address space" },
        { "name",
          { .section = "a\" : {} INPUT(x)", .address = 4 },
          "'a\" : {} INPUT(x)' cannot be the name of a section" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AsmBlock blocks[] = {
            { .section = ".text", .flags = "ax", .file = "f.yaml", .line = 3, .text = "func: nop\n" },
            { .section = patch, .flags = "ax", .file = "f.yaml", .line = 5, .text = "new: .word 0\n" },
        };
        AsmPlacement placements[] = { { .section = ".text", .address = TEXT_BASE },
                                      rows[i].placement,
                                      { .section = patch, .address = TEXT_BASE } };
        g_autoptr(GError) error = NULL;

        placements[1].source = source;
        placements[1].line = 1;
        placements[1].column = 5;
        gsize n = g_str_equal(rows[i].placement.section, patch) ? 2 : 3;
        cr_assert_null(assemble(blocks, 2, placements, n, &error), "%s", rows[i].name);
        g_autofree char *expected =
            g_strdup_printf("f.yaml:1:5: error: %s\n  at: somewhere\n      ^", rows[i].expected);
        cr_expect(g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO));
        cr_expect_str_eq(error->message, expected, "%s: got\n%s", rows[i].name, error->message);
    }
}

Test(assemble, bad_section_name)
{
    AsmBlock block = { .section = ".a b", .flags = "ax", .file = "f", .line = 3, .text = "nop" };
    AsmPlacement placement = { .section = ".a b" };
    g_autoptr(GError) error = NULL;

    cr_assert_null(assemble(&block, 1, &placement, 1, &error));
    cr_expect_str_eq(error->message, "f:3:1: error: '.a b' cannot be the name of a section");
}

Test(assemble, missing_tool)
{
    g_autoptr(GError) error = NULL;

    g_setenv("CMODX_CROSS_PREFIX", "no-such-", TRUE);
    cr_assert_null(assemble_text("nop", &error));
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT));
    cr_expect_str_eq(error->message, "no-such-as not found: install binutils-riscv64-linux-gnu");
}

Test(assemble, leaves_no_files)
{
    g_autofree char *directory = g_dir_make_tmp("cmodx-test-XXXXXX", NULL);

    g_setenv("TMPDIR", directory, TRUE);
    g_autoptr(GBytes) good = assemble_text("nop\n", NULL);
    g_autoptr(GBytes) bad = assemble_text("j foo\n", NULL);
    cr_expect(good != NULL && bad == NULL);
    cr_expect_eq(g_rmdir(directory), 0, "not empty");
}

Test(assemble, no_place_for_files)
{
    g_autoptr(GError) error = NULL;

    g_setenv("TMPDIR", "/nonexistent", TRUE);
    cr_assert_null(assemble_text("nop\n", &error));
    cr_assert(g_error_matches(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT));
}

/* ---- the ELF reader on bad files */

static GBytes *small_elf(void)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = assemble_text("a: nop\nb: ret\n", &error);

    cr_assert_not_null(bytes, "%s", error != NULL ? error->message : "");
    return bytes;
}

static char *load_error(const void *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_auto(ElfContents) contents = { 0 };
    g_autoptr(GError) error = NULL;
    bool ok = elf_load(bytes, "t.elf", &contents, &error);

    cr_assert_eq(ok, error == NULL);
    cr_assert(ok || g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO));
    return ok ? NULL : g_strdup(error->message);
}

Test(elf, truncated_at_every_length, .timeout = 240)
{
    g_autoptr(GBytes) bytes = small_elf();
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);

    for (gsize n = 0; n < size; n++) {
        g_autofree char *message = load_error(data, n);

        cr_assert_not_null(message, "%zu bytes accepted", n);
        const char *expected = n < 4 ? "t.elf: not an ELF file" : "t.elf: truncated: ";
        cr_assert(g_str_has_prefix(message, expected), "%zu bytes: %s", n, message);
    }
    g_autofree char *none = load_error(data, size);
    cr_expect_null(none, "%s", none);
}

/* Every byte of the headers changed: an error or not, but nothing worse. */
Test(elf, damaged_bytes, .timeout = 240)
{
    g_autoptr(GBytes) bytes = small_elf();
    gsize size;
    g_autofree uint8_t *data = g_memdup2(g_bytes_get_data(bytes, &size), g_bytes_get_size(bytes));
    static const uint8_t masks[] = { 0xff, 0x01, 0x80 };

    size = g_bytes_get_size(bytes);
    for (gsize i = 0; i < size; i++) {
        for (gsize k = 0; k < sizeof masks; k++) {
            data[i] ^= masks[k];
            g_free(load_error(data, size));
            data[i] ^= masks[k];
        }
        if (i == sizeof(Elf64_Ehdr)) /* and the section headers, at the end */
            i = MAX(i, size - 16 * sizeof(Elf64_Shdr));
    }
}

typedef struct ElfRow {
    const char *name;
    gsize offset;
    uint16_t value;
    const char *expected;
} ElfRow;

Test(elf, headers)
{
    static const ElfRow rows[] = {
        { "magic", 0, 0x457e, "t.elf: not an ELF file" },
        { "32-bit", EI_CLASS, 0x0101, "t.elf: a 32-bit ELF file, expected 64-bit" },
        { "big-endian", EI_DATA, 0x0102, "t.elf: a big-endian ELF file, expected little-endian" },
        { "machine", offsetof(Elf64_Ehdr, e_machine), 62, "t.elf: for machine 62, expected RISC-V (243)" },
        { "object", offsetof(Elf64_Ehdr, e_type), ET_REL, "t.elf: an object file that has not been linked" },
        { "no sections", offsetof(Elf64_Ehdr, e_shnum), 0, "t.elf: has no section headers" },
        { "entry size", offsetof(Elf64_Ehdr, e_shentsize), 40, "t.elf: section headers of a wrong size" },
        { "offset", offsetof(Elf64_Ehdr, e_shoff) + 6, 1,
          "t.elf: truncated: the section headers are beyond the end of the file" },
    };
    g_autoptr(GBytes) bytes = small_elf();
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree uint8_t *copy = g_memdup2(data, size);

        copy[rows[i].offset] = (uint8_t)rows[i].value;
        copy[rows[i].offset + 1] = (uint8_t)(rows[i].value >> 8);
        g_autofree char *message = load_error(copy, size);
        cr_expect(g_strcmp0(message, rows[i].expected) == 0, "%s: %s", rows[i].name, message);
    }
}

/* Changes the header of the first section (".text"). */
static char *load_with_section(const Elf64_Shdr *change)
{
    g_autoptr(GBytes) bytes = small_elf();
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    g_autofree uint8_t *copy = g_memdup2(data, size);
    Elf64_Ehdr header;
    Elf64_Shdr section;

    memcpy(&header, copy, sizeof header);
    uint8_t *place = copy + header.e_shoff + sizeof section;
    memcpy(&section, place, sizeof section);
    section.sh_type = change->sh_type != 0 ? change->sh_type : section.sh_type;
    section.sh_addr = change->sh_addr != 0 ? change->sh_addr : section.sh_addr;
    section.sh_size = change->sh_size != 0 ? change->sh_size : section.sh_size;
    section.sh_offset = change->sh_offset != 0 ? change->sh_offset : section.sh_offset;
    section.sh_flags |= change->sh_flags;
    memcpy(place, &section, sizeof section);
    return load_error(copy, size);
}

Test(elf, sections)
{
    static const struct {
        const char *name;
        Elf64_Shdr change;
        const char *expected;
    } rows[] = {
        { "as it is", { 0 }, NULL },
        { "zeros", { .sh_type = SHT_NOBITS, .sh_size = 1 << 20 }, NULL },
        { "too many zeros",
          { .sh_type = SHT_NOBITS, .sh_size = (64 << 20) + 1 },
          "t.elf: sections of more than 64 MiB in all" },
        { "beyond the end",
          { .sh_size = 1 << 20 },
          "t.elf: truncated: section '.text' extends beyond the end of the file" },
        { "far offset",
          { .sh_offset = UINT64_MAX },
          "t.elf: truncated: section '.text' extends beyond the end of the file" },
        { "around", { .sh_addr = UINT64_MAX }, "t.elf: section '.text' goes around the end of the address space" },
        { "compressed", { .sh_flags = SHF_COMPRESSED }, "t.elf: section '.text' is compressed" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *message = load_with_section(&rows[i].change);

        cr_expect(g_strcmp0(message, rows[i].expected) == 0, "%s: %s", rows[i].name, message);
    }
}

Test(elf, overlapping_sections)
{
    AsmBlock blocks[] = {
        { .section = ".text", .flags = "ax", .file = "f", .line = 1, .text = "nop\nnop\n" },
        { .section = ".data", .flags = "aw", .file = "f", .line = 1, .text = ".byte 1\n" },
    };
    AsmPlacement placements[] = { { .section = ".text", .address = TEXT_BASE },
                                  { .section = ".data", .address = TEXT_BASE + 3 } };
    g_autoptr(GBytes) bytes = assemble(blocks, 2, placements, 2, NULL);

    cr_assert_not_null(bytes);
    g_autofree char *message = load_error(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    cr_expect_str_eq(message, "t.elf: sections '.text' and '.data' overlap at 0x80200003");
}

Test(elf, two_files_into_one_image)
{
    g_auto(ElfContents) contents = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = small_elf();

    cr_assert(elf_load(bytes, "one", &contents, &error));
    cr_assert_not(elf_load(bytes, "two", &contents, &error));
    cr_expect_str_eq(error->message, "two: sections '.text' and '.text' overlap at 0x80200000");
}
