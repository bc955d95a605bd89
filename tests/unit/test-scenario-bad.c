/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about bad scenario files. */
#include "scenarios/scenario.h"
#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <string.h>

/* Lines 1 to 3, 4 to 12, 13 to 14, 15 to 16: a row replaces or follows them. */
#define HEAD "cmodx: 1\nname: t/x\ntitle: t\n"
#define CODE                \
    "asm: |\n"              \
    "  .option norvc\n"     \
    "  caller: call func\n" \
    "          ret\n"       \
    "  func:   nop\n"       \
    "          nop\n"       \
    "          ret\n"       \
    "          .data\n"     \
    "  x:      .dword 5\n"
#define PATCH     "patches:\n  p: {at: func, asm: '.option norvc; ebreak'}\n"
#define HARTS     "harts:\n  A: {run: caller}\n"
#define TOP       HEAD CODE PATCH HARTS
#define TEN(text) text text text text text text text text text text

typedef struct BadRow {
    const char *name, *yaml;
    const char *message; /* what the first line of the error starts with, or all of it if it ends in '$' */
} BadRow;

/* The error of a text that must be refused; NULL (and a failure) when it is not. */
static char *refusal(const char *name, const char *yaml, gsize length)
{
    g_autoptr(Source) source = source_new("f.yaml", yaml, length);
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(source, &error);

    cr_expect_null(scenario, "%s: accepted", name);
    if (error == NULL)
        return NULL;
    cr_expect(error->domain == SIM_ERROR && error->code == SIM_ERROR_SCENARIO, "%s", name);
    return g_strdup(error->message);
}

static void check(const BadRow *rows, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        g_autofree char *found = refusal(rows[i].name, rows[i].yaml, strlen(rows[i].yaml));
        gsize length = strlen(rows[i].message);
        bool whole = rows[i].message[length - 1] == '$';

        if (found == NULL)
            continue;
        *strchrnul(found, '\n') = '\0';
        cr_expect(!strncmp(found, rows[i].message, length - whole) && (!whole || strlen(found) == length - 1),
                  "%s:\n  expected %s\n  found    %s", rows[i].name, rows[i].message, found);
    }
}
#define CHECK(rows) check(rows, G_N_ELEMENTS(rows))

Test(scenario_bad, yaml)
{
    static const BadRow rows[] = {
        { "empty", "", "f.yaml:1:1: error: the file holds no document$" },
        { "a comment only", "# nothing\n", "f.yaml:2:1: error: the file holds no document$" },
        { "a list", "- 1\n", "f.yaml:1:1: error: expected a mapping, found a sequence$" },
        { "text", "hello\n", "f.yaml:1:1: error: expected a mapping, found text$" },
        { "not closed", "cmodx: [1\n",
          "f.yaml:2:1: error: did not find expected ',' or ']' while parsing a flow sequence$" },
        { "a tab", "cmodx: 1\n\tname: x\n",
          "f.yaml:2:1: error: found a tab character that violates indentation while scanning a plain scalar$" },
        { "duplicate key", HEAD "title: u\n" CODE HARTS,
          "f.yaml:4:1: error: duplicate key 'title' (first on line 3)$" },
        { "anchor", HEAD "about: &a b\n" CODE HARTS,
          "f.yaml:4:8: error: anchors ('&') are not supported; write the value out$" },
        { "two documents", TOP "---\ncmodx: 1\n", "f.yaml:17:1: error: a second document; one file holds one$" },
        { "control character", "cmodx: 1\nname: \001\n", "f.yaml:2:7: error: a control character$" },
        { "an ELF file", "\177ELF\002\001\001", "f.yaml:1:1: error: a control character$" },
        { "nested", HEAD "x-a: " TEN("[[[[") TEN("]]]]") "\n" CODE HARTS,
          "f.yaml:4:37: error: nested deeper than 32 levels$" },
        { "code starts further left", HEAD "asm: |\n    nop\n  nop\n" HARTS,
          "f.yaml:6:3: error: did not find expected key while parsing a block mapping (a line of a block text must not start further left than its first line)$" },
    };
    CHECK(rows);
}

Test(scenario_bad, header)
{
    static const BadRow rows[] = {
        { "no version", "name: t/x\ntitle: t\n" CODE HARTS, "f.yaml:1:1: error: missing key 'cmodx'$" },
        { "later version", "cmodx: 2\nname: t/x\ntitle: t\n" CODE HARTS,
          "f.yaml:1:8: error: this cmodx reads version 1 of the scenario format$" },
        { "version is text", "cmodx: '1'\n",
          "f.yaml:1:8: error: expected a number (decimal, or hexadecimal with 0x), found '1' as text$" },
        { "huge version", "cmodx: 99999999999999999999999\n",
          "f.yaml:1:8: error: 99999999999999999999999 does not fit into 64 bits$" },
        { "no name", "cmodx: 1\ntitle: t\n" CODE HARTS, "f.yaml:1:1: error: missing key 'name'$" },
        { "no title", "cmodx: 1\nname: t\n" CODE HARTS, "f.yaml:1:1: error: missing key 'title'$" },
        { "empty title", "cmodx: 1\nname: t\ntitle:\n" CODE HARTS, "f.yaml:3:7: error: expected text, found nothing$" },
        { "blank title", "cmodx: 1\nname: t\ntitle: '  '\n" CODE HARTS, "f.yaml:3:8: error: the title is empty$" },
        { "escape in a title", "cmodx: 1\nname: t\ntitle: \"a \\e[31m\"\n" CODE HARTS,
          "f.yaml:3:8: error: a control character in a title$" },
        { "escape in a name", "cmodx: 1\nname: \"t\\x9b\"\ntitle: t\n" CODE HARTS,
          "f.yaml:2:7: error: a control character in a name$" },
        { "title is a list", "cmodx: 1\nname: t\ntitle: [a]\n" CODE HARTS,
          "f.yaml:3:8: error: expected text, found a sequence$" },
        { "unknown key", TOP "expects: []\n", "f.yaml:17:1: error: unknown key 'expects'; did you mean 'expect'?$" },
        { "far from any key", TOP "something-else-entirely: 1\n",
          "f.yaml:17:1: error: unknown key 'something-else-entirely'; known: cmodx, name, title, about, source, tags, place, include, asm, sources, cflags, objects, marks, locks, patches, harts, properties, unchecked, expect$" },
        { "no asm", HEAD HARTS, "f.yaml:1:1: error: missing key 'asm'$" },
        { "asm is a mapping", HEAD "asm: {a: b}\n" HARTS, "f.yaml:4:6: error: expected text, found a mapping$" },
        { "folded asm", HEAD "asm: >\n  nop\n  nop\n" HARTS,
          "f.yaml:4:6: error: several lines of code must be a literal block ('|')$" },
        { "no harts", HEAD CODE, "f.yaml:1:1: error: missing key 'harts'$" },
        { "tags is a mapping", TOP "tags: {a: b}\n", "f.yaml:17:7: error: expected a sequence, found a mapping$" },
        { "marks is text", TOP "marks: m\n", "f.yaml:17:8: error: expected a sequence, found text$" },
        { "a mark of two lines", TOP "marks: [\"m\\n .incbin \\\"/etc/passwd\\\"\"]\n",
          "f.yaml:17:9: error: expected a name of letters, digits and '_', found 'm. .incbin \"/etc/passwd\"'$" },
        { "a lock with a quote", TOP "locks: ['a\"b']\n",
          "f.yaml:17:9: error: expected a name of letters, digits and '_', found 'a\"b'$" },
        { "a lock with a digit first", TOP "locks: [0a]\n",
          "f.yaml:17:9: error: expected a name of letters, digits and '_', found '0a'$" },
        { "a lock that is not ASCII", TOP "locks: [ä]\n",
          "f.yaml:17:9: error: expected a name of letters, digits and '_', found 'ä'$" },
        { "too many locks", TOP "locks: [a, b, c, d, e, f, g, h, i]\n", "f.yaml:17:8: error: more than 8 locks$" },
    };
    CHECK(rows);
}

Test(scenario_bad, assembly)
{
    static const BadRow rows[] = {
        { "unknown instruction", HEAD "asm: |\n  nop\n    frob a0\n" HARTS,
          "f.yaml:6:5: error: unrecognized opcode `frob a0'$" },
        { "undefined label", HEAD "asm: |\n  caller: nop\n    call fnuc\n" HARTS,
          "f.yaml:6:10: error: undefined reference to `fnuc'$" },
        { "include", HEAD "asm: |\n  nop\n  .include \"/etc/passwd\"\n" HARTS,
          "f.yaml:6:3: error: assembly text must not read other files (.include, .incbin)$" },
        { "incbin", HEAD "asm: |\n  .INCBIN \"/etc/passwd\"\n" HARTS,
          "f.yaml:5:3: error: assembly text must not read other files (.include, .incbin)$" },
        { "end", HEAD "asm: |\n  nop\n  .end\n" HARTS,
          "f.yaml:6:3: error: '.end' would end the assembly of all blocks$" },
        { "a comment without an end", HEAD "asm: |\n  nop /* \n" HARTS,
          "f.yaml:5:7: error: this comment does not end$" },
        { "a label twice", HEAD "asm: |\n  a: nop\n  a: nop\n" HARTS,
          "f.yaml:6:3: error: symbol `a' is already defined$" },
        { "section without a place", HEAD "asm: |\n  nop\n  .section .text.far, \"ax\"\n  nop\n" HARTS,
          "f.yaml:6:12: error: section '.text.far' has no address$" },
        { "error in a patch", HEAD CODE "patches:\n  p:\n    at: func\n    asm: |\n      frob\n" HARTS,
          "f.yaml:17:7: error: unrecognized opcode `frob'$" },
        { "undefined label in a patch", HEAD CODE "patches:\n  p: {at: func, asm: j nowhere}\n" HARTS,
          "f.yaml:14:3: error: undefined reference to `nowhere'$" },
        { "error in a step", HEAD CODE "harts:\n  A:\n    steps:\n      - asm: frob\n",
          "f.yaml:16:7: error: unrecognized opcode `frob'$" },
        { "jump out of reach",
          HEAD "place: {.text.a: 0x90000000}\nasm: |\n  caller: j far\n"
               "  .section .text.a, \"ax\"\n  far: ret\n" HARTS,
          "f.yaml:6:13: error: relocation truncated to fit: R_RISCV_JAL against `far'$" },
        { "endless macro", HEAD "asm: |\n  .macro m\n  m\n  .endm\n  m\n" HARTS,
          "f.yaml:8:3: error: macros nested too deeply (in a macro used here)$" },
        { "as much as nobody wants", HEAD "asm: |\n  .fill 0x7fffffff, 8, 1\n" HARTS,
          "f.yaml:5:1: error: the assembler wrote more than 64 MiB$" },
    };
    CHECK(rows);
}

Test(scenario_bad, places)
{
    static const BadRow rows[] = {
        { "a list", TOP "place: [1]\n", "f.yaml:17:8: error: expected a mapping, found a sequence$" },
        { "no name", TOP "place: {text: 0x80000000}\n",
          "f.yaml:17:9: error: expected the name of a section, such as .text.far$" },
        { "a name with a newline", TOP "place: {\".text\\n\": 0x80000000}\n",
          "f.yaml:17:9: error: expected the name of a section, such as .text.far$" },
        { "reserved", TOP "place: {.text.cmodx.A: 0x80000000}\n",
          "f.yaml:17:9: error: sections named .text.cmodx.A are cmodx's own$" },
        { "not a number", TOP "place: {.text: high}\n",
          "f.yaml:17:16: error: expected a number (decimal, or hexadecimal with 0x), found 'high'$" },
        { "odd", TOP "place: {.text: 0x80000001}\n", "f.yaml:17:16: error: a section cannot start at an odd address$" },
        { "where the emulated code is", TOP "place: {.text: 0x1357000000000000}\n",
          "f.yaml:17:16: error: no RISC-V hart has addresses like this one, and cmodx uses them itself$" },
        { "more than 64 bits", TOP "place: {.text: 0x10000000000000000}\n",
          "f.yaml:17:16: error: 0x10000000000000000 does not fit into 64 bits$" },
        { "round the end", TOP "place: {.text: 0xfffffffffffffff8}\n",
          "f.yaml:17:16: error: section '.text' goes around the end of the address space$" },
        { "on each other", TOP "place: {.data: 0x80200000}\n",
          "f.yaml:17:8: error: sections '.data' and '.text' overlap at 0x80200000$" },
        { "on a stack", TOP "place: {.data: 0x802d0000}\n",
          "f.yaml:17:8: error: section .data is where the stack of hart A goes (0x802d0000); place it elsewhere$" },
    };
    CHECK(rows);
}

#define PATCHES(text) HEAD CODE "patches:\n" text HARTS

Test(scenario_bad, patches)
{
    static const BadRow rows[] = {
        { "a list", PATCHES("  - p\n"), "f.yaml:14:3: error: expected a mapping, found a sequence$" },
        { "text", PATCHES("  p: nop\n"), "f.yaml:14:6: error: expected a mapping, found text$" },
        { "no at", PATCHES("  p: {asm: nop}\n"), "f.yaml:14:6: error: missing key 'at'$" },
        { "no asm", PATCHES("  p: {at: func}\n"), "f.yaml:14:6: error: missing key 'asm'$" },
        { "unknown key", PATCHES("  p: {att: func, asm: nop}\n"),
          "f.yaml:14:7: error: unknown key 'att'; did you mean 'at'?$" },
        { "undefined label", PATCHES("  p: {at: fnuc, asm: nop}\n"),
          "f.yaml:14:11: error: unknown symbol 'fnuc'; did you mean 'func'?$" },
        { "not an expression", PATCHES("  p: {at: func+a, asm: nop}\n"),
          "f.yaml:14:11: error: expected SYMBOL, SYMBOL+OFFSET or SYMBOL-OFFSET, found 'func+a'$" },
        { "at data", PATCHES("  p: {at: x, asm: nop}\n"),
          "f.yaml:14:11: error: patch 'p' does not overlap code only: 0x80280000 to 0x80280002 is not all in one executable section$" },
        { "past the section", PATCHES("  p: {at: func+8, asm: .dword 5}\n"),
          "f.yaml:14:11: error: patch 'p' does not overlap code only: 0x80200014 to 0x8020001c is not all in one executable section$" },
        { "far out", PATCHES("  p: {at: func+0x1000, asm: nop}\n"),
          "f.yaml:14:11: error: patch 'p' does not overlap code only: 0x8020100c to 0x8020100e is not all in one executable section$" },
        { "empty text", PATCHES("  p: {at: func, asm: ''}\n"), "f.yaml:14:6: error: patch 'p' is empty$" },
        { "no bytes", PATCHES("  p: {at: func, asm: '# nothing'}\n"), "f.yaml:14:6: error: patch 'p' is empty$" },
        { "bytes elsewhere", PATCHES("  p: {at: func, asm: '.data; .dword 1'}\n"),
          "f.yaml:14:6: error: patch 'p' is empty$" },
        { "too large", PATCHES("  p: {at: func, asm: '.zero 4100'}\n"),
          "f.yaml:14:6: error: patch 'p' has 4100 bytes; at most 4096 are supported$" },
        { "at itself", PATCHES("  p: {at: l, asm: 'l: nop'}\n"),
          "f.yaml:14:11: error: symbol 'l' has no address of its own: it is in section '.cmodx.patch.p'$" },
        { "a name with a quote", PATCHES("  'p\"': {at: func, asm: nop}\n"),
          "f.yaml:14:3: error: expected a name of letters, digits and '_', found 'p\"'$" },
        { "a name of two lines", PATCHES("  \"p\\n\": {at: func, asm: nop}\n"),
          "f.yaml:14:3: error: expected a name of letters, digits and '_', found 'p.'$" },
        { "an empty name", PATCHES("  '': {at: func, asm: nop}\n"),
          "f.yaml:14:3: error: expected a name of letters, digits and '_', found ''$" },
    };
    CHECK(rows);
}

Test(scenario_bad, too_many_versions)
{
    g_autoptr(GString) text = g_string_new(HEAD CODE "patches:\n");

    for (guint i = 0; i < 70; i++)
        g_string_append_printf(text, "  p%u: {at: func, asm: 'addi a0, a1, %u'}\n", i, i);
    g_string_append(text, "harts:\n  A: {run: caller}\n  B:\n    steps:\n");
    for (guint i = 0; i < 70; i++)
        g_string_append_printf(text, "      - store: p%u\n", i);
    g_autofree char *found = refusal("a patcher", text->str, text->len);
    cr_expect(found && g_str_has_prefix(found, "f.yaml:14:3: error: the patches give the code at "
                                               "func more than 64 whole versions\n"),
              "%s", found);

    g_string_truncate(text, (gsize)(strstr(text->str, "  B:") - text->str));
    g_autofree char *orders = refusal("any order", text->str, text->len);
    cr_expect(orders && g_str_has_prefix(orders, "f.yaml:14:3: error: the patche"), "%s", orders);
}

#define HART(text) HEAD CODE PATCH "harts:\n  A: {" text "}\n"

Test(scenario_bad, harts)
{
    static const BadRow rows[] = {
        { "none", HEAD CODE "harts: {}\n", "f.yaml:13:8: error: a scenario needs at least one hart$" },
        { "a list", HEAD CODE "harts: [A]\n", "f.yaml:13:8: error: expected a mapping, found a sequence$" },
        { "text", HEAD CODE "harts:\n  A: caller\n", "f.yaml:14:6: error: expected a mapping, found text$" },
        { "neither run nor steps", HART("calls: 1"), "f.yaml:16:6: error: hart 'A' needs either 'run' or 'steps'$" },
        { "both", HART("run: caller, steps: [fence-i]"),
          "f.yaml:16:6: error: hart 'A' needs either 'run' or 'steps'$" },
        { "unknown key", HART("run: caller, copy: 2"),
          "f.yaml:16:20: error: unknown key 'copy'; known: run, steps, calls, copies, until, regs, schedule-at, interrupts, trap-handler, online, migrations$" },
        { "a name with a quote", HEAD CODE "harts:\n  'A\"': {run: caller}\n",
          "f.yaml:14:3: error: expected a name of letters, digits and '_', found 'A\"'$" },
        { "a name of two lines", HEAD CODE "harts:\n  \"A\\n.end\": {run: caller}\n",
          "f.yaml:14:3: error: expected a name of letters, digits and '_', found 'A..end'$" },
        { "undefined label", HART("run: caler"),
          "f.yaml:16:12: error: undefined label 'caler'; did you mean 'caller'?$" },
        { "a label nothing is like", HART("run: zebra"), "f.yaml:16:12: error: undefined label 'zebra'$" },
        { "data", HART("run: x"), "f.yaml:16:12: error: 'x' is not the address of code$" },
        { "odd", HART("run: caller+1"), "f.yaml:16:12: error: 'caller+1' is not the address of code$" },
        { "the end of the code", HART("run: func+12"), "f.yaml:16:12: error: 'func+12' is not the address of code$" },
        { "no number behind +", HART("run: caller+"),
          "f.yaml:16:12: error: expected LABEL, LABEL+NUMBER or LABEL-NUMBER, found 'caller+'$" },
        { "huge offset", HART("run: caller+99999999999999999999"),
          "f.yaml:16:12: error: expected LABEL, LABEL+NUMBER or LABEL-NUMBER, found 'caller+99999999999999999999'$" },
        { "a list to run", HART("run: [caller]"), "f.yaml:16:12: error: expected text, found a sequence$" },
        { "until nowhere", HART("run: caller, until: nowhere"), "f.yaml:16:27: error: undefined label 'nowhere'$" },
        { "no copies", HART("run: caller, copies: 0"), "f.yaml:16:28: error: 0 is not in the range 1 to 128$" },
        { "too many copies", HART("run: caller, copies: 129"),
          "f.yaml:16:28: error: 129 is not in the range 1 to 128$" },
        { "any number of no copies", HART("run: caller, copies: 0+"),
          "f.yaml:16:28: error: expected a number (decimal, or hexadecimal with 0x), found '0+'$" },
        { "any number of too many copies", HART("run: caller, copies: 129+"),
          "f.yaml:16:28: error: expected a number (decimal, or hexadecimal with 0x), found '129+'$" },
        { "too many harts", HEAD CODE "harts:\n  A: {run: caller, copies: 128}\n  B: {run: caller}\n",
          "f.yaml:15:6: error: more than 128 harts$" },
        { "a copy with a taken name", HEAD CODE "harts:\n  A: {run: caller, copies: 2}\n  A_1: {run: caller}\n",
          "f.yaml:15:3: error: there are two harts 'A_1'$" },
        { "no calls", HART("run: caller, calls: 0"),
          "f.yaml:16:27: error: expected a number of calls from 1 to 1000000, or forever$" },
        { "calls without end", HART("run: caller, calls: for ever"),
          "f.yaml:16:27: error: expected a number of calls from 1 to 1000000, or forever$" },
        { "too many calls", HART("run: caller, calls: 1000001"),
          "f.yaml:16:27: error: expected a number of calls from 1 to 1000000, or forever$" },
        { "negative calls", HART("run: caller, calls: -1"),
          "f.yaml:16:27: error: expected a number of calls from 1 to 1000000, or forever$" },
        { "octal calls", HART("run: caller, calls: 010"),
          "f.yaml:16:27: error: expected a number of calls from 1 to 1000000, or forever$" },
        { "unknown register", HART("run: caller, regs: {b0: 1}"), "f.yaml:16:27: error: unknown register 'b0'$" },
        { "zero", HART("run: caller, regs: {zero: 1}"), "f.yaml:16:27: error: register zero is always 0$" },
        { "a register with text", HART("run: caller, regs: {a0: xx}"),
          "f.yaml:16:31: error: undefined label 'xx'; did you mean 'x'?$" },
        { "a register of 65 bits", HART("run: caller, regs: {a0: 18446744073709551616}"),
          "f.yaml:16:31: error: 18446744073709551616 does not fit into 64 bits$" },
        { "a list of registers", HART("run: caller, regs: [a0]"),
          "f.yaml:16:26: error: expected a mapping, found a sequence$" },
        { "a register of the steps", HART("steps: [store: p], regs: {t0: 1}"),
          "f.yaml:16:33: error: the steps of hart 'A' use register t0$" },
        { "schedule at nothing", HART("run: caller, schedule-at: [nothing]"),
          "f.yaml:16:34: error: undefined label 'nothing'$" },
        { "schedule at text", HART("run: caller, schedule-at: func"),
          "f.yaml:16:33: error: expected a sequence, found text$" },
        { "unaligned trap handler", HART("run: caller, trap-handler: func+2"),
          "f.yaml:16:34: error: a trap handler must be 4-byte aligned (stvec)$" },
        { "interrupts without a handler", HART("run: caller, interrupts: 1"),
          "f.yaml:16:32: error: interrupts need a 'trap-handler'$" },
        { "too many interrupts", HART("run: caller, trap-handler: func, interrupts: 1001"),
          "f.yaml:16:52: error: 1001 is not in the range 0 to 1000$" },
    };
    CHECK(rows);
}

#define STEPS(text) HEAD CODE PATCH "harts:\n  A:\n    steps:\n      - " text "\n"

Test(scenario_bad, steps)
{
    static const BadRow rows[] = {
        { "text", HART("steps: fence-i"), "f.yaml:16:14: error: expected a sequence, found text$" },
        { "none", HART("steps: []"), "f.yaml:16:14: error: hart 'A' has no steps$" },
        { "unknown", STEPS("fence.i"), "f.yaml:18:9: error: unknown step 'fence.i'; did you mean 'fence-i'?$" },
        { "unknown with an argument", STEPS("stroe: p"),
          "f.yaml:18:9: error: unknown step 'stroe'; did you mean 'store'?$" },
        { "two words", STEPS("{store: p, mark: m}"),
          "f.yaml:18:9: error: expected a step: one word, or one 'WORD: ARGUMENT'$" },
        { "a list", STEPS("[fence-i]"), "f.yaml:18:9: error: expected a step: one word, or one 'WORD: ARGUMENT'$" },
        { "no argument", STEPS("store"), "f.yaml:18:9: error: step 'store' needs an argument: 'store: ...'$" },
        { "an argument too many", STEPS("fence-i: now"), "f.yaml:18:9: error: step 'fence-i' takes no argument$" },
        { "unknown patch", STEPS("store: pp"), "f.yaml:18:16: error: there is no patch 'pp'; did you mean 'p'?$" },
        { "store without a patch", STEPS("store: {width: 4}"), "f.yaml:18:16: error: missing key 'patch'$" },
        { "width", STEPS("store: {patch: p, width: 3}"),
          "f.yaml:18:34: error: unknown width in bytes '3'; known: 1, 2, 4, 8$" },
        { "order", STEPS("store: {patch: p, order: random}"),
          "f.yaml:18:34: error: unknown order 'random'; known: ascending, descending$" },
        { "unknown key of a store", STEPS("store: {patch: p, widht: 2}"),
          "f.yaml:18:27: error: unknown key 'widht'; did you mean 'width'?$" },
        { "store to nowhere", STEPS("store-data: {at: y, value: 1}"), "f.yaml:18:26: error: undefined label 'y'$" },
        { "store nothing", STEPS("store-data: {at: x}"), "f.yaml:18:21: error: missing key 'value'$" },
        { "store the undefined", STEPS("store-data: {at: x, value: funk}"),
          "f.yaml:18:36: error: undefined label 'funk'; did you mean 'func'?$" },
        { "fence", STEPS("fence: rw"), "f.yaml:18:16: error: unknown fence 'rw'; did you mean 'r,w'?$" },
        { "fence with code", STEPS("fence: \"rw,rw\\n .incbin \\\"a\\\"\""),
          "f.yaml:18:16: error: unknown fence 'rw,rw. .incbin \"a\"'; known: rw,rw, rw,w, r,rw, r,r, r,w, w,w, w,r, w,rw, rw,r, w,o, rw,o, r,o, iorw,iorw, tso$" },
        { "await both", STEPS("await: {at: x, is: 1, is-not: 2}"),
          "f.yaml:18:16: error: expected either 'is' or 'is-not'$" },
        { "await neither", STEPS("await: {at: x}"), "f.yaml:18:16: error: expected either 'is' or 'is-not'$" },
        { "await at", STEPS("await: {at: [x], is: 1}"), "f.yaml:18:21: error: expected text, found a sequence$" },
        { "stop for what", STEPS("stop-machine: {waiters: none}"), "f.yaml:18:23: error: missing key 'do'$" },
        { "stop with text", STEPS("stop-machine: fence-i"), "f.yaml:18:23: error: expected a sequence, found text$" },
        { "waiters", STEPS("stop-machine: {waiters: fence.i, do: [fence-i]}"),
          "f.yaml:18:33: error: unknown action of the waiters 'fence.i'; did you mean 'fence-i'?$" },
        { "outside-sites", STEPS("stop-machine: {outside-sites: yes, do: [fence-i]}"),
          "f.yaml:18:39: error: expected true or false, found 'yes'$" },
        { "an error inside", STEPS("stop-machine: [{store: q}]"), "f.yaml:18:32: error: there is no patch 'q'$" },
        { "a mark of two lines", STEPS("mark: \"a\\nb\""),
          "f.yaml:18:15: error: expected a name of letters, digits and '_', found 'a.b'$" },
        { "a lock with a space", STEPS("lock: 'a b'"),
          "f.yaml:18:15: error: expected a name of letters, digits and '_', found 'a b'$" },
        { "folded code", STEPS("asm: >\n          nop\n          nop"),
          "f.yaml:18:14: error: several lines of code must be a literal block ('|')$" },
        { "code that includes", STEPS("asm: .include \"/etc/passwd\""),
          "f.yaml:18:14: error: assembly text must not read other files (.include, .incbin)$" },
        { "nested",
          STEPS("stop-machine: [stop-machine: [stop-machine: [stop-machine: [stop-machine: "
                "[stop-machine: [stop-machine: [stop-machine: [fence-i]]]]]]]]"),
          "f.yaml:18:128: error: steps nested more than 8 deep$" },
    };
    CHECK(rows);
}

#define PROPERTY(text) TOP "properties:\n  - " text "\n"

Test(scenario_bad, properties)
{
    static const BadRow rows[] = {
        { "text", TOP "properties: no-trap\n", "f.yaml:17:13: error: expected a sequence, found text$" },
        { "unknown", PROPERTY("no-traps"),
          "f.yaml:18:5: error: unknown property 'no-traps'; did you mean 'no-trap'?$" },
        { "unknown with an argument", PROPERTY("{nevr: func}"),
          "f.yaml:18:6: error: unknown property 'nevr'; did you mean 'never'?$" },
        { "no argument wanted", PROPERTY("{progress: 1}"),
          "f.yaml:18:5: error: property 'progress' takes no argument$" },
        { "an empty one", PROPERTY("{}"), "f.yaml:18:5: error: expected a property$" },
        { "a list", PROPERTY("[no-trap]"), "f.yaml:18:5: error: expected a mapping, found a sequence$" },
        { "undefined label", PROPERTY("{never: fun}"),
          "f.yaml:18:13: error: undefined label 'fun'; did you mean 'func'?$" },
        { "undefined label in a list", PROPERTY("{lands-in: [func, cller]}"),
          "f.yaml:18:23: error: undefined label 'cller'; did you mean 'caller'?$" },
        { "no region there", PROPERTY("{old-or-new: caller}"),
          "f.yaml:18:18: error: no patch changes what is at 'caller'$" },
        { "a register", PROPERTY("{old-or-new: func, except: [q0]}"), "f.yaml:18:33: error: unknown register 'q0'$" },
        { "except text", PROPERTY("{old-or-new: func, except: t0}"),
          "f.yaml:18:32: error: expected a sequence, found text$" },
        { "several sites",
          HEAD CODE "patches:\n  p: {at: func, asm: .2byte 1}\n"
                    "  q: {at: caller, asm: .2byte 1}\n" HARTS "properties:\n  - {lands-in: func}\n",
          "f.yaml:19:5: error: several sites are patched; say which one with 'from: LABEL'$" },
        { "nothing is patched", HEAD CODE HARTS "properties:\n  - {lands-in: func}\n",
          "f.yaml:16:5: error: this scenario patches nothing$" },
        { "mark nobody passes", PROPERTY("{after: m, only-new: p}"), "f.yaml:18:13: error: nobody passes a mark 'm'$" },
        { "unknown patch", TOP "marks: [m]\nproperties:\n  - {after: m, only-new: pp}\n",
          "f.yaml:19:26: error: there is no patch 'pp'; did you mean 'p'?$" },
        { "after which until", TOP "marks: [m]\nproperties:\n  - {after: m, only-new: p, until: func}\n",
          "f.yaml:19:36: error: 'until' goes with 'never', not with 'only-new'$" },
        { "after what", TOP "marks: [m]\nproperties:\n  - {after: m}\n",
          "f.yaml:19:5: error: expected either 'only-new: PATCH' or 'never: LABEL' and 'until: LABEL'$" },
        { "never until", TOP "marks: [m]\nproperties:\n  - {after: m, never: func}\n",
          "f.yaml:19:5: error: missing key 'until'$" },
        { "until before", TOP "marks: [m]\nproperties:\n  - {after: m, never: func, until: caller}\n",
          "f.yaml:19:36: error: 'until' must be behind 'never'$" },
        { "a misspelt mark", TOP "marks: [done]\nproperties:\n  - {after: dome, only-new: p}\n",
          "f.yaml:19:13: error: nobody passes a mark 'dome'; did you mean 'done'?$" },
        { "condition", PROPERTY("{exists: 'A:a0 = '}"), "f.yaml:18:22: error: expected a number$" },
        { "condition: hart", PROPERTY("{exists: 'A:a0 = 1 /\\ B:a0 = 2'}"), "f.yaml:18:27: error: unknown hart 'B'$" },
        { "condition: symbol", PROPERTY("{~exists: '[y] = 1'}"), "f.yaml:18:17: error: unknown symbol 'y'$" },
        { "condition: register, plain", PROPERTY("{forall: A:a9 = 1}"), "f.yaml:18:16: error: unknown register 'a9'$" },
        { "condition in a block", PROPERTY("forall: |\n      A:a0 = 1 /\\\n      A:q0 = 1"),
          "f.yaml:20:9: error: unknown register 'q0'$" },
        { "condition: outside memory", PROPERTY("{exists: 'u64[x+4] = 1'}"),
          "f.yaml:18:14: error: the condition reads outside memory$" },
        { "condition with more", PROPERTY("{exists: 'A:a0 = 1', never: func}"),
          "f.yaml:18:26: error: unknown key 'never'; known: exists$" },
        { "unchecked text", TOP "unchecked: no-trap\n", "f.yaml:17:12: error: expected a sequence, found text$" },
        { "unchecked what", TOP "unchecked: [never]\n",
          "f.yaml:17:13: error: unknown property that is on by default 'never'; known: no-trap, old-or-new, progress$" },
    };
    CHECK(rows);
}

#define EXPECT(text) TOP "expect:\n  - " text "\n"

Test(scenario_bad, rows)
{
    static const BadRow rows[] = {
        { "a mapping", TOP "expect: {model: sc}\n", "f.yaml:17:9: error: expected a sequence, found a mapping$" },
        { "text", EXPECT("proved"), "f.yaml:18:5: error: expected a mapping, found text$" },
        { "no model", EXPECT("{verdict: proved}"), "f.yaml:18:5: error: missing key 'model'$" },
        { "no verdict", EXPECT("{model: sc}"), "f.yaml:18:5: error: missing key 'verdict'$" },
        { "unknown model", EXPECT("{model: tso, verdict: proved}"),
          "f.yaml:18:13: error: unknown model 'tso'; `cmodx models` lists them$" },
        { "unknown verdict", EXPECT("{model: sc, verdict: prooved}"),
          "f.yaml:18:26: error: unknown verdict 'prooved'; did you mean 'proved'?$" },
        { "unknown key", EXPECT("{model: sc, verdict: proved, pre-empt: full}"),
          "f.yaml:18:34: error: unknown key 'pre-empt'; did you mean 'preempt'?$" },
        { "atomicity", EXPECT("{model: sc, fetch-atomicity: 3, verdict: proved}"),
          "f.yaml:18:34: error: unknown value '3' of fetch-atomicity; expected 2|4|8$" },
        { "preempt", EXPECT("{model: sc, preempt: yes, verdict: proved}"),
          "f.yaml:18:26: error: unknown value 'yes' of preempt; expected none|full$" },
        { "property of a proof", EXPECT("{model: sc, verdict: proved, property: no-trap}"),
          "f.yaml:18:44: error: only a refuted row names a property$" },
        { "unknown property", EXPECT("{model: sc, verdict: refuted, property: never}"),
          "f.yaml:18:45: error: no property of this scenario is called 'never'$" },
        { "a list as verdict", EXPECT("{model: sc, verdict: [proved]}"),
          "f.yaml:18:26: error: expected text, found a sequence$" },
        { "a list of properties", EXPECT("{model: sc, verdict: refuted, property: [no-trap]}"),
          "f.yaml:18:45: error: expected text, found a sequence$" },
    };
    CHECK(rows);
}

Test(scenario_bad, rows_from_lists)
{
    static const BadRow rows[] = {
        { "no values", EXPECT("{model: sc, preempt: [], verdict: proved}"), "f.yaml:18:26: error: the list is empty$" },
        { "no models", EXPECT("{model: [], verdict: proved}"), "f.yaml:18:13: error: the list is empty$" },
        { "twice", EXPECT("{model: [sc, rvwmo, sc], verdict: proved}"),
          "f.yaml:18:25: error: 'sc' is in the list already$" },
        { "twice, behind another list", EXPECT("{model: [sc, rvwmo], fetch-atomicity: [4, 4], verdict: proved}"),
          "f.yaml:18:47: error: '4' is in the list already$" },
        { "unknown", EXPECT("{model: [sc, tso], verdict: proved}"),
          "f.yaml:18:18: error: unknown model 'tso'; `cmodx models` lists them$" },
        { "lists in lists", EXPECT("{model: [[sc]], verdict: proved}"),
          "f.yaml:18:14: error: expected text, found a sequence$" },
        { "a mapping", EXPECT("{model: {sc: 1}, verdict: proved}"),
          "f.yaml:18:13: error: expected text, found a mapping$" },
        { "not together", EXPECT("{model: [sc, rvwmo], explorer: interleaving, verdict: proved}"),
          "f.yaml:18:5: error: the interleaving explorer " },
        { "a row again", EXPECT("{model: sc, verdict: proved}") "  - {verdict: refuted, preempt: full, model: sc}\n",
          "f.yaml:19:5: error: this row repeats that of line 18 [sc, preempt=full]$" },
        { "a combination again",
          EXPECT(
              "{model: [sc, rvwmo], fetch-atomicity: [2, 4], verdict: proved}") "  - {model: ziccid, verdict: proved}\n"
                                                                                "  - {model: [ziccid, rvwmo], fetch-atomicity: [2, 4], verdict: proved}\n",
          "f.yaml:20:5: error: this row repeats that of line 19 [ziccid, ziccif, preempt=full]$" },
    };
    CHECK(rows);
}

/* ---- not quite a file */

Test(scenario_bad, every_start_of_a_scenario)
{
    static const char whole[] = TOP "properties: [{~exists: '[x] = 1'}]\n";

    /* Only what ends above the harts is surely incomplete. */
    for (gsize length = 0; length < sizeof HEAD CODE PATCH - 1; length += 3)
        g_free(refusal("a start", whole, length));
}

Test(scenario_bad, ten_megabytes)
{
    gsize length = 10u << 20;
    g_autofree char *text = g_malloc(length);

    memset(text, '[', length);
    g_free(refusal("brackets", text, length));
    memset(text, 'a', length);
    g_autofree char *word = refusal("a word", text, length);
    cr_expect(word && strlen(word) < 2000);
    for (gsize i = 0; i < length; i++)
        text[i] = (char)(i * 7 % 251);
    g_free(refusal("noise", text, length));
    for (gsize i = 0; i + 3 <= length; i += 3)
        memcpy(text + i, "- \n", 3);
    g_free(refusal("a list", text, length));
}

static int code_of_load(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Source) source = source_load(path, &error);

    cr_expect_null(source, "%s", path);
    return error != NULL && error->domain == SIM_ERROR ? error->code : -1;
}

Test(scenario_bad, files)
{
    cr_expect_eq(code_of_load("/"), SIM_ERROR_USAGE, "a directory");
    cr_expect_eq(code_of_load("/nonexistent/x.yaml"), SIM_ERROR_USAGE);
    cr_expect_eq(code_of_load("/dev/zero"), SIM_ERROR_SCENARIO, "a file without an end");
}

Test(scenario_bad, no_binutils)
{
    static const char text[] = TOP;
    g_autoptr(Source) source = source_new("f.yaml", text, strlen(text));
    g_autoptr(GError) error = NULL;

    g_setenv("CMODX_CROSS_PREFIX", "/nonexistent/", TRUE);
    g_autoptr(Scenario) scenario = scenario_load(source, &error);
    cr_assert_null(scenario);
    cr_expect(error->domain == SIM_ERROR && error->code == SIM_ERROR_ENVIRONMENT);
    cr_expect(strstr(error->message, "/nonexistent/as") != NULL, "%s", error->message);
}
