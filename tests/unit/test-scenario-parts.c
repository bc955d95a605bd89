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

/* Line 0: any. */
static void expect_line(const Scenario *scenario, uint64_t address, const char *name, guint line)
{
    const ImageLine *row = image_line(scenario->program->image, address);
    g_autofree char *path = g_build_filename(directory, name, NULL);

    cr_assert_not_null(row, "no line of %#" G_GINT64_MODIFIER "x", address);
    cr_expect(g_str_equal(row->file, path) && (row->line == line || line == 0), "%s:%u", row->file, row->line);
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

/* ---- sources */

#define C_HARTS       "harts:\n  A: {run: f}\n"
#define SOURCES(list) HEAD "sources: " list "\n" CODE HARTS

static void need_compiler(void)
{
    g_autofree char *program = g_find_program_in_path("riscv64-linux-gnu-gcc");

    if (program == NULL)
        cr_skip_test("no riscv64-linux-gnu-gcc");
}

Test(scenario_parts, c_alone)
{
    need_compiler();
    put("a.c", "int g(int x);\nint f(int x)\n{\n    return g(x) + 1;\n}\n");
    put("b.c", "static int k = 2;\nint g(int x)\n{\n    return x + k++;\n}\n");
    g_autoptr(Scenario) s = load(HEAD "sources: [a.c, b.c]\n" C_HARTS);

    cr_expect_eq(program_hart(s->program, 0)->entry, TEXT);
    cr_expect_eq(address_of(s, "k"), 0x80280000);
    expect_line(s, address_of(s, "f"), "a.c", 0);
    expect_line(s, address_of(s, "g"), "b.c", 0);
}

/* Labels of `asm` are known in C without .globl, and what C defines is known everywhere. */
Test(scenario_parts, c_and_assembly)
{
    need_compiler();
    put("a.c", "extern unsigned func[];\nunsigned state;\nvoid f(void)\n{\n    func[0] = 0x00158513;\n}\n");
    g_autoptr(Scenario) s =
        load(HEAD "sources: [a.c]\n" CODE "          call f\n          .data\n  x:      .dword state\n"
                  "patches:\n  p: {at: func, asm: 'addi a0, a1, 1'}\n  q: {at: f, asm: 'c.ebreak'}\n"
                  "  r: {at: f+2, asm: 'tail f'}\n"
                  "harts:\n  A: {run: caller, regs: {a0: state}}\n  B: {run: f}\n");

    cr_expect_eq(program_patch(s->program, 1)->address, address_of(s, "f"));
    cr_expect_eq(program_hart(s->program, 0)->x[10], address_of(s, "state"));
    cr_expect_eq(address_of(s, "caller"), TEXT, "blocks come first");
    cr_expect_eq(address_of(s, "f"), TEXT + 28 + 8 + 4 * 0);
}

Test(scenario_parts, sections_of_c)
{
    need_compiler();
    put("a.c",
        "#define IN(s) __attribute__((section(s)))\n"
        "const char *f(void)\n{\n    return \"some text\";\n}\n"
        "IN(\".text.unlikely\") int g(void)\n{\n    return 1;\n}\n"
        "IN(\".text.far\") int far(void)\n{\n    return 2;\n}\n"
        "int zero[3];\nlong number = 5;\nconst short table[3] = { 1, 2, 3 };\n"
        "IN(\".sdata\") char small = 1;\nIN(\".sbss.x\") char smaller;\nIN(\".data.rel.ro\") int *const p = zero;\n");
    g_autoptr(Scenario) s =
        load(HEAD "place: {.text.far: 0x80300000}\nsources: [a.c]\nasm: |\n  l: c.nop\n  .data\n  .byte 1\n"
                  "harts:\n  A: {run: f}\n");
    const Image *image = s->program->image;

    cr_expect_eq(address_of(s, "far"), 0x80300000);
    cr_expect_eq(image_section_at(image, address_of(s, "g"), 2)->address, TEXT);
    cr_expect_eq(address_of(s, "number"), 0x80280008, "behind the byte, aligned");
    cr_expect_eq(image_section_at(image, address_of(s, "small"), 1)->address, 0x80280000);
    cr_expect_eq(image_section_at(image, address_of(s, "table"), 1)->address, 0x80290000);
    cr_expect_eq(image_section_at(image, address_of(s, "smaller"), 1)->address, 0x802a0000);
    cr_expect_eq(image_section_named(image, ".rodata")->flags, 0);
}

/* Also without inlining: each file has its own copies. */
Test(scenario_parts, header_and_flags)
{
    static const char text[] = "#include <cmodx.h>\n"
                               "#include \"own.h\"\n"
                               "unsigned NAME(unsigned *p)\n{\n"
                               "    cmodx_stop_begin(CMODX_STOP_FENCE_I | CMODX_STOP_OUTSIDE_SITES);\n"
                               "    own(p);\n"
                               "    cmodx_stop_end();\n"
                               "    cmodx_lock(l);\n"
                               "    smp_store_release(p, smp_load_acquire(p + 1) + READ_ONCE(*p));\n"
                               "    smp_mb(); smp_rmb(); smp_wmb(); mb(); rmb(); wmb(); barrier(); fence_i();\n"
                               "    RISCV_FENCE(w, o);\n"
                               "    cmodx_await(p, 1);\n"
                               "    cmodx_await_not((char *)p, 1);\n"
                               "    cmodx_unlock(l);\n"
                               "    cmodx_mark(m);\n"
                               "    cmodx_schedule();\n"
                               "    cmodx_remote_fence_i();\n"
                               "    return VALUE;\n}\n";
    need_compiler();
    put("own.h", "static inline void own(unsigned *p)\n{\n    WRITE_ONCE(*p, 2);\n}\n");
    put("a.c", text);
    g_autofree char *other = g_strconcat("#undef NAME\n#define NAME g\n", text, NULL);
    put("b.c", other);
    g_autoptr(Scenario) s =
        load(HEAD "locks: [l]\nmarks: [m]\nsources: [a.c, b.c]\n"
                  "cflags: [-O0, -DNAME=f, '-DVALUE=(1 + 2)', -UX, -fwrapv, -falign-functions=8]\n" C_HARTS);

    cr_expect_eq(address_of(s, "g") % 8, 0);
    cr_expect_gt(address_of(s, "g"), address_of(s, "f"));
}

Test(scenario_parts, bad_c)
{
    need_compiler();
    put("syntax.c", "int f(void)\n{\n\treturn x;\n}\nint g(void) { return y }\n");
    put("type.c", "#include \"own.h\"\nint f(void)\n{\n    return helper();\n}\n");
    put("own.h", "/* */\nint broken = nothing;\n");
    put("nohdr.c", "#include <stdio.h>\n");
    put("asm.c", "void f(void)\n{\n    asm(\"frob a0\");\n}\n");
    put("reads.c", "void f(void)\n{\n    asm(\".incbin \\\"/etc/passwd\\\"\");\n}\n");
    put("end.c", "void f(void) { }\nasm(\".end\");\nvoid g(void) { }\n");
    put("undef.c", "int h(void);\nint f(void)\n{\n    return h() + 1;\n}\n");
    put("f.c", "int f(void)\n{\n    return 1;\n}\n");
    put("func.c", "int func(void)\n{\n    return 1;\n}\n");
    put("init.c", "int x;\n__attribute__((constructor)) void f(void)\n{\n    x = 1;\n}\n");
    put("tls.c", "__thread int x = 1;\nint *f(void) { return &x; }\n");
    put("odd.c", "__attribute__((section(\"odd\"))) void f(void) { }\n");
    put("common.c", "int shared;\n");
    put("lock.c", "#include <cmodx.h>\nvoid f(void)\n{\n    cmodx_lock(nosuch);\n}\n");
    put("undecl.c", "int f(void)\n{\n    return helper();\n}\n");
    expect_error(SOURCES("[n.c]"),
                 "f.yaml:4:11: error: file 'n.c' is neither beside the scenario nor among the shared files");
    expect_error(SOURCES("[f.c, f.c]"), "f.yaml:4:16: error: file 'f.c' is named twice");
    expect_error(SOURCES("f.c"), "f.yaml:4:10: error: expected a sequence, found text");
    expect_error(SOURCES("[syntax.c]"), "syntax.c:3:9: error: 'x' undeclared (first use in this function)");
    expect_error(SOURCES("[type.c]"), "own.h:2:14: error: 'nothing' undeclared here (not in a function)");
    expect_error(SOURCES("[nohdr.c]"), "nohdr.c:1:10: error: stdio.h: No such file or directory");
    expect_error(SOURCES("[asm.c]"), "asm.c:3:5: error: unrecognized opcode `frob a0'");
    expect_error(SOURCES("[reads.c]"), "reads.c:1:1: error: assembly text must not read other files");
    expect_error(SOURCES("[end.c]"), "end.c:2:6: error: '.end' would end the assembly of everything");
    expect_error(SOURCES("[undef.c]"), "undef.c:4:12: error: undefined reference to `h'");
    expect_error(SOURCES("[f.c, func.c, undef.c]"), "undef.c:3:1: error: multiple definition of `f'");
    expect_error(SOURCES("[init.c]"), "init.c:1:1: error: section '.init_array' has no address");
    expect_error(SOURCES("[tls.c]"), "tls.c:1:1: error: section '.tdata' has no address");
    expect_error(SOURCES("[odd.c]"), "odd.c:1:25: error: section 'odd' has no address");
    expect_error(HEAD "sources: [common.c]\ncflags: [-fcommon]\n" CODE HARTS,
                 "common.c:1:5: error: symbol 'shared' has no section; compile with -fno-common");
    expect_error(SOURCES("[lock.c]"),
                 "lock.c:4:5: error: illegal operands `li a6,(3)|(cmodx_lock_nosuch)<<8' (in a macro used here)");
    expect_error(SOURCES("[undecl.c]"), "undecl.c:3:12: error: implicit declaration of function 'helper'");
    expect_error(
        HEAD "sources: [f.c]\ncflags: [-fno-such-thing]\n" CODE HARTS,
        "f.yaml:4:11: error: the compiler failed: unrecognized command-line option '-fno-such-thing'; did you mean '-fno-checking'?");
}

Test(scenario_parts, bad_flags)
{
    static const char *const flags[] = {
        "-march=rv64gc",
        "-mabi=lp64d",
        "-o",
        "x.c",
        "-fplugin=x",
        "-fdump-tree-all",
        "-fprofile-generate",
        "-I/tmp",
        "@file",
        "-include",
        "-Wall",
        "-O9",
        "-D",
        "-D1=2",
        "-fsyntax-only",
        "-fdiagnostics-color=always",
        "-fstack-usage",
        "-ffile-prefix-map=a=b",
        "-fcallgraph-info",
        "-fauto-profile=x/y",
        "-flto",
        "-f",
        "-fopt-info-all=x",
        "-xc",
    };

    put("f.c", "");
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
        g_autofree char *yaml = g_strdup_printf(HEAD "sources: [f.c]\ncflags: [-O1, '%s']\n" CODE HARTS, flags[i]);
        g_autofree char *message = g_strdup_printf(
            "f.yaml:5:15: error: '%s' is not allowed; -O..., -D..., -U... and -f... that names no file are", flags[i]);
        expect_error(yaml, message);
    }
    expect_error(HEAD "cflags: [-O1]\n" CODE HARTS, "f.yaml:4:9: error: there are no 'sources' to compile");
    expect_error(HEAD "sources: [f.c]\ncflags: -O1\n" CODE HARTS, "f.yaml:5:9: error: expected a sequence, found text");
}

Test(scenario_parts, no_compiler)
{
    g_autoptr(GError) error = NULL;

    put("f.c", "");
    g_setenv("CMODX_CROSS_PREFIX", "/nonexistent/", TRUE);
    g_autoptr(Scenario) scenario = try_load(SOURCES("[f.c]"), &error);
    g_unsetenv("CMODX_CROSS_PREFIX");
    cr_assert_null(scenario);
    cr_expect(error->domain == SIM_ERROR && error->code == SIM_ERROR_ENVIRONMENT);
    cr_expect_str_eq(error->message, "/nonexistent/gcc not found: install gcc-riscv64-linux-gnu");
}

/* ---- objects */

/* Assembles text as somebody else would: for relaxation, unless `flags` says otherwise. */
static void put_object(const char *name, const char *flags, const char *text)
{
    g_autofree char *object = g_build_filename(directory, name, NULL), *from = g_strconcat(object, ".s", NULL);
    g_autofree char *command =
        g_strdup_printf("riscv64-linux-gnu-as -g -march=rv64imac %s -o %s %s", flags, object, from);
    int status = 1;

    cr_assert(g_file_set_contents(from, text, -1, NULL));
    cr_assert(g_spawn_command_line_sync(command, NULL, NULL, &status, NULL));
    cr_assert_eq(status, 0, "%s", command);
}

#define OBJECTS(list) HEAD "objects: " list "\n" CODE HARTS

Test(scenario_parts, an_object)
{
    put_object("x.o", "-mabi=lp64",
               "\t.globl f\nf:\tcall func\n\tlla a0, x\n\tret\n\t.data\n\t.byte 1\n\t.balign 8\nx:\t.dword 5\n"
               "\t.section .rodata.str1.8,\"aMS\",@progbits,1\nt:\t.string \"text\"\n");
    g_autoptr(Scenario) s = load(HEAD "objects: [x.o]\n" CODE "          call f\n"
                                      "patches:\n  p: {at: f, asm: 'nop'}\n  q: {at: caller, asm: 'nop'}\n" HARTS);

    cr_expect_eq(address_of(s, "f"), TEXT + 28 + 8);
    cr_expect_eq(program_patch(s->program, 0)->address, TEXT + 36);
    cr_expect_eq(address_of(s, "x"), 0x80280008);
}

/* Alignment for relaxation is decided by the linker, which takes out bytes: what is behind them moves. */
Test(scenario_parts, a_patch_in_an_object_that_moves)
{
    static const char text[] = "\t.globl f\n\t.option norvc\nf:\tnop\n\tnop\n\t.align 4\ng:\tnop\n\tret\n";

    put_object("x.o", "-mabi=lp64", text);
    for (guint i = 0; i < 4; i++) {
        static const char *const pads[] = { "", "c.nop", "nop", ".zero 6" };
        g_autofree char *yaml = g_strdup_printf(HEAD "objects: [x.o]\nasm: |\n  caller: ret\n  %s\n"
                                                     "patches:\n  p: {at: g, asm: 'addi a0, a1, 1'}\n" HARTS,
                                                pads[i]);
        g_autoptr(Scenario) s = load(yaml);

        cr_expect_eq(program_patch(s->program, 0)->address, address_of(s, "g"));
        cr_expect_eq(address_of(s, "g") % 16, 0);
    }
}

Test(scenario_parts, bad_objects)
{
    gsize size;
    g_autofree char *bytes = NULL;

    put("text.o", "not an object file\n");
    put("empty.o", "");
    put("short.o", "\177ELF\002\001\001");
    put_object("whole.o", "-mabi=lp64", "\t.globl f\nf:\tret\n");
    put_object("undef.o", "-mabi=lp64", "\t.globl f\nf:\tcall nowhere\n");
    put_object("float.o", "-march=rv64gc -mabi=lp64d", "\t.globl f\nf:\tret\n");
    put_object("small.o", "-march=rv32imac -mabi=ilp32", "\tret\n");
    put_object("odd.o", "-mabi=lp64", "\t.section odd, \"ax\"\n\tret\n");
    put_object("patch.o", "-mabi=lp64", "\t.section .cmodx.patch.p, \"ax\"\n\tret\n");
    put_object("wild.o", "-mabi=lp64", "\t.section \".text.*\", \"ax\"\n\tret\n");
    put_object("aligned.o", "-mabi=lp64", "\t.data\n\t.balign 8192\n\t.byte 1\n");
    put_object("big.o", "-mabi=lp64", "\t.bss\n\t.zero 0x5000000\n");
    put_object("common.o", "-mabi=lp64", "\t.comm shared, 4\n");
    put_object("pic.o", "-mabi=lp64", "\t.option pic\n\t.globl f\nf:\tla a0, func\n\tret\n");
    put_object("got.o", "-mabi=lp64",
               "\t.globl f\nf:\tla a0, nowhere\n\tla.tls.ie a0, t\n\t.section .tbss,\"awT\",@nobits\nt:\t.word 0\n");
    expect_error(OBJECTS("[none.o]"),
                 "f.yaml:4:11: error: file 'none.o' is neither beside the scenario nor among the shared files");
    expect_error(OBJECTS("[text.o]"), "f.yaml:4:11: error: text.o: not an ELF file");
    expect_error(OBJECTS("[empty.o]"), "f.yaml:4:11: error: empty.o: not an ELF file");
    expect_error(OBJECTS("[short.o]"), "f.yaml:4:11: error: short.o: truncated: 7 bytes are less than an ELF header");
    expect_error(OBJECTS("[small.o]"), "f.yaml:4:11: error: small.o: a 32-bit ELF file, expected 64-bit");
    expect_error(OBJECTS("[whole.o, whole.o]"), "f.yaml:4:20: error: file 'whole.o' is named twice");
    expect_error(OBJECTS("[whole.o, undef.o]"), "f.yaml:4:20: error: undef.o: undef.o.s:2: multiple definition of `f'");
    expect_error(OBJECTS("[undef.o]"), "f.yaml:4:11: error: undef.o: undef.o.s:2: undefined reference to `nowhere'");
    expect_error(OBJECTS("[float.o]"), "f.yaml:4:11: error: float.o: for another ABI; compile with -mabi=lp64");
    expect_error(OBJECTS("[odd.o]"), "f.yaml:4:11: error: odd.o: section 'odd' has no address");
    expect_error(OBJECTS("[patch.o]"), "f.yaml:4:11: error: patch.o: section '.cmodx.patch.p' has no address");
    expect_error(OBJECTS("[wild.o]"), "f.yaml:4:11: error: wild.o: section '.text.*' has no address");
    expect_error(OBJECTS("[aligned.o]"),
                 "f.yaml:4:11: error: aligned.o: section '.data' is aligned to more than 4096 bytes");
    expect_error(OBJECTS("[big.o]"), "f.yaml:4:11: error: big.o: section '.bss' has more than 64 MiB");
    expect_error(OBJECTS("[common.o]"),
                 "f.yaml:4:11: error: common.o: symbol 'shared' has no section; compile with -fno-common");
    expect_error(OBJECTS("[pic.o]"), "f.yaml:6:1: error: the linker failed: discarded output section: `.got.plt'");
    expect_error(OBJECTS("[got.o]"), "f.yaml:4:11: error: got.o: section '.tbss' has no address");
    g_autofree char *path = g_build_filename(directory, "whole.o", NULL);
    cr_assert(g_file_get_contents(path, &bytes, &size, NULL));
    put_bytes("cut.o", bytes, size - 1);
    bytes[16] = 2;
    put_bytes("linked.o", bytes, size);
    bytes[18] = 62;
    put_bytes("other.o", bytes, size);
    expect_error(OBJECTS("[linked.o]"), "f.yaml:4:11: error: linked.o: not an object file: it has been linked");
    expect_error(OBJECTS("[other.o]"), "f.yaml:4:11: error: other.o: for machine 62, expected RISC-V (243)");
    expect_error(OBJECTS("[cut.o]"),
                 "f.yaml:4:11: error: cut.o: truncated: the section headers are beyond the end of the file");
}

/* Whatever the bytes are, there is a verdict on them. */
Test(scenario_parts, damaged_objects)
{
    gsize size;
    g_autofree char *bytes = NULL, *path = g_build_filename(directory, "whole.o", NULL);
    guint64 seed = 1;

    put_object("whole.o", "-mabi=lp64", "\t.globl f\nf:\tcall func\n\t.data\nx:\t.dword f\n");
    cr_assert(g_file_get_contents(path, &bytes, &size, NULL));
    for (guint i = 0; i < 150; i++) {
        g_autofree char *copy = g_memdup2(bytes, size);
        g_autoptr(GError) error = NULL;

        for (guint n = 0; n < 3; n++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            copy[(seed >> 33) % size] = (char)(seed >> 20);
        }
        put_bytes("x.o", copy, size);
        g_autoptr(Scenario) s = try_load(OBJECTS("[x.o]"), &error);
        cr_assert((s != NULL) == (error == NULL));
        cr_assert(error == NULL || (error->code == SIM_ERROR_SCENARIO && strstr(error->message, "f.yaml:") != NULL),
                  "%s", error->message);
    }
}
