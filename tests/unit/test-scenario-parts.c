/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios that are made of several files. */
#include "scenarios/scenario.h"
#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

#define TEXT 0x80200000u
#define HEAD "cmodx: 1\nname: t/x\ntitle: t\n"
/* Behind the 4th line. */
#define CODE                \
    "asm: |\n"              \
    "  .option norvc\n"     \
    "  caller: mv s0, ra\n" \
    "          call func\n" \
    "          jr s0\n"     \
    "  func:   nop\n"       \
    "          nop\n"       \
    "          ret\n"
#define HARTS "harts:\n  A: {run: caller}\n"

/* The directory of a test; the scenario is f.yaml in it. */
static char *directory;

static void set_up(void)
{
    g_unsetenv("CMODX_INCLUDE_PATH");
    directory = g_dir_make_tmp("cmodx-test-XXXXXX", NULL);
    cr_assert_not_null(directory);
}

static void tear_down(void)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);

    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        g_remove(path);
    }
    g_rmdir(directory);
    g_free(directory);
}

TestSuite(scenario_parts, .init = set_up, .fini = tear_down);

static void put_bytes(const char *name, const char *bytes, gsize size)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);

    cr_assert(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static Scenario *try_load(const char *yaml, GError **error)
{
    g_autofree char *path = g_build_filename(directory, "f.yaml", NULL);
    g_autoptr(Source) source = source_new(path, yaml, strlen(yaml));

    return scenario_load(source, error);
}

static Scenario *load(const char *yaml)
{
    g_autoptr(GError) error = NULL;
    Scenario *scenario = try_load(yaml, &error);

    cr_assert_not_null(scenario, "%s", error != NULL ? error->message : "");
    return scenario;
}

/* The first line of the error of a scenario that must be refused, without the name of the directory. */
static void expect_error(const char *yaml, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = try_load(yaml, &error);
    g_autofree char *prefix = g_strconcat(directory, "/", NULL);

    cr_expect_null(scenario, "accepted: %s", yaml);
    if (error == NULL)
        return;
    g_autoptr(GString) found = g_string_new(error->message);
    g_string_replace(found, prefix, "", 0);
    *strchrnul(found->str, '\n') = '\0';
    cr_expect(error->domain == SIM_ERROR && error->code == SIM_ERROR_SCENARIO, "%s", found->str);
    cr_expect_str_eq(found->str, message, "\n  expected %s\n  found    %s", message, found->str);
}

static void expect_line(const Scenario *scenario, uint64_t address, const char *name, guint line)
{
    const ImageLine *row = image_line(scenario->program->image, address);
    g_autofree char *path = g_build_filename(directory, name, NULL);

    cr_assert_not_null(row, "no line of %#" G_GINT64_MODIFIER "x", address);
    cr_expect(g_str_equal(row->file, path) && row->line == line, "%s:%u", row->file, row->line);
}

static uint64_t address_of(const Scenario *scenario, const char *name)
{
    const ImageSymbol *symbol = image_symbol(scenario->program->image, name);

    cr_assert_not_null(symbol, "%s", name);
    return symbol->address;
}

/* ---- include */

#define MACROS "# two instructions\n\t.macro two\n\tnop\n\tnop\n\t.endm\n"

Test(scenario_parts, macros_everywhere_and_no_bytes)
{
    put("m.s", MACROS);
    g_autoptr(Scenario) s = load(HEAD "include: [m.s]\n" CODE "          two\n  end:\n"
                                      "patches:\n  p: {at: func, asm: '.option norvc; two'}\n"
                                      "harts:\n  A: {run: caller}\n  B:\n    steps: [{asm: two}]\n");
    const HartSpec *b = program_hart(s->program, 1);

    cr_expect_eq(address_of(s, "caller"), TEXT);
    cr_expect_eq(address_of(s, "end"), TEXT + 28 + 8);
    cr_expect_eq(g_bytes_get_size(program_patch(s->program, 0)->bytes), 8);
    cr_expect_eq(b->until - b->entry, 4, "compressed");
}

Test(scenario_parts, included_code_comes_first)
{
    put("m.s", MACROS);
    put("h.s", "\t.option norvc\r\nhandler: two\r\n\tret\r\n\t.data\r\n\t.dword 7\r\n");
    g_autoptr(Scenario) s = load(HEAD "include: [m.s, h.s]\n" CODE HARTS);

    cr_expect_eq(address_of(s, "handler"), TEXT);
    cr_expect_eq(address_of(s, "caller"), TEXT + 12);
    expect_line(s, TEXT, "h.s", 2);
    expect_line(s, TEXT + 8, "h.s", 3);
    expect_line(s, TEXT + 12, "f.yaml", 7);
    cr_expect_eq(image_section_named(s->program->image, ".data")->size, 8);
}

Test(scenario_parts, services_in_included_code)
{
    put("h.s", "locked: cmodx_lock l\n\tcmodx_unlock l\n\tj cmodx_exit\n");
    g_autoptr(Scenario) s = load(HEAD "locks: [l]\ninclude: [h.s]\n" CODE "harts:\n  A: {run: locked}\n");

    cr_expect_eq(program_hart(s->program, 0)->entry, TEXT);
}

Test(scenario_parts, bad_includes)
{
    put("m.s", MACROS "\t.macro bad\n\tfrob a0\n\t.endm\n");
    put("nul.s", "");
    put_bytes("nul.s", "nop\0nop\n", 8);
    put("frob.s", "\tnop\n\tfrob a0\n");
    put("reads.s", "nop\n  .include \"m.s\"\n");
    put("end.s", "nop\n.end\n");
    put("comment.s", "nop\n/* nop\n");
    put("call.s", "extra: nop\n  call fnuc\n");
    put("func.s", "func: ret\n");
    put("far.s", "\tnop\n\t.section .text.far, \"ax\"\n\tnop\n");
#define INCLUDE(list) HEAD "include: " list "\n" CODE HARTS
    expect_error(INCLUDE("m.s"), "f.yaml:4:10: error: expected a sequence, found text");
    expect_error(INCLUDE("[{a: b}]"), "f.yaml:4:11: error: expected text, found a mapping");
    expect_error(INCLUDE("[m.s, n.s]"),
                 "f.yaml:4:16: error: file 'n.s' is neither beside the scenario nor among the shared files");
    expect_error(INCLUDE("[m.s/x]"),
                 "f.yaml:4:11: error: file 'm.s/x' is neither beside the scenario nor among the shared files");
    expect_error(INCLUDE("[/nonexistent/n.s]"),
                 "f.yaml:4:11: error: cannot read '/nonexistent/n.s': No such file or directory");
    expect_error(INCLUDE("[., m.s]"), "f.yaml:4:11: error: '.' is not a regular file");
    expect_error(INCLUDE("[/dev/zero]"), "f.yaml:4:11: error: '/dev/zero' is not a regular file");
    expect_error(INCLUDE("[m.s, m.s]"), "f.yaml:4:16: error: file 'm.s' is named twice");
    expect_error(INCLUDE("[nul.s]"), "f.yaml:4:11: error: 'nul.s' is not a text file");
    expect_error(INCLUDE("[frob.s]"), "frob.s:2:2: error: unrecognized opcode `frob a0'");
    expect_error(INCLUDE("[reads.s]"),
                 "reads.s:2:3: error: assembly text must not read other files (.include, .incbin)");
    expect_error(INCLUDE("[end.s]"), "end.s:2:1: error: '.end' would end the assembly of all blocks");
    expect_error(INCLUDE("[comment.s]"), "comment.s:2:1: error: this comment does not end");
    expect_error(INCLUDE("[call.s]"), "call.s:2:8: error: undefined reference to `fnuc'");
    expect_error(INCLUDE("[func.s]"), "f.yaml:10:3: error: symbol `func' is already defined");
    expect_error(INCLUDE("[far.s]"), "far.s:2:11: error: section '.text.far' has no address");
    expect_error(HEAD "include: [m.s]\n" CODE "  bad\n" HARTS,
                 "f.yaml:13:3: error: unrecognized opcode `frob a0' (in a macro used here)");
}

Test(scenario_parts, a_huge_include)
{
    gsize size = (4u << 20) + 1;
    g_autofree char *text = g_strnfill(size, '\n');

    put_bytes("huge.s", text, size);
    expect_error(INCLUDE("[huge.s]"), "f.yaml:4:11: error: 'huge.s' is larger than 4 MiB");
}

/* Beside the scenario; then the directories of the environment, in turn; then what comes with the program. */
Test(scenario_parts, shared_files)
{
    g_autofree char *one = g_build_filename(directory, "one", NULL), *two = g_build_filename(directory, "two", NULL);
    g_autofree char *path = g_strdup_printf("%s::/nonexistent:%s", one, two);

    g_mkdir(one, 0700);
    g_mkdir(two, 0700);
    put("one/x.s", "shared: nop\n");
    put("two/x.s", "\tnop\nshared: nop\n");
    put("two/y.s", "other: nop\n");
    expect_error(INCLUDE("[x.s]"),
                 "f.yaml:4:11: error: file 'x.s' is neither beside the scenario nor among the shared files");
    g_setenv("CMODX_INCLUDE_PATH", path, TRUE);
    g_autoptr(Scenario) first = load(INCLUDE("[x.s, y.s, trap.s]"));
    cr_expect_eq(address_of(first, "shared"), TEXT);
    cr_expect_eq(address_of(first, "other"), TEXT + 2);
    put("x.s", "\tnop\n\tnop\nshared: nop\n");
    g_autoptr(Scenario) own = load(INCLUDE("[x.s]"));
    cr_expect_eq(address_of(own, "shared"), TEXT + 4);
    g_autoptr(Scenario) up = load(INCLUDE("[one/../two/x.s]"));
    cr_expect_eq(address_of(up, "shared"), TEXT + 2);

    for (guint i = 0; i < 3; i++) {
        static const char *const files[] = { "one/x.s", "two/x.s", "two/y.s" };
        g_autofree char *file = g_build_filename(directory, files[i], NULL);
        g_remove(file);
    }
}
