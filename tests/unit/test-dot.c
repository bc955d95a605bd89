/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written in the language of Graphviz: nothing that a label says is taken for more than text. */
#include "reports/dot-parts.h"

#include <criterion/criterion.h>

static void expect_attribute(const char *value, const char *expected)
{
    g_autoptr(GString) out = g_string_new("[");
    dot_put_attribute(out, "label", value);
    cr_expect_str_eq(out->str, expected);
}

Test(dot, labels_are_text)
{
    expect_attribute("", "[label=\"\"");
    expect_attribute("func+4: OLD -> NEW", "[label=\"func+4: OLD -> NEW\"");
    expect_attribute("a\"b", "[label=\"a\\\"b\"");
    expect_attribute("\\N \\", "[label=\"\\\\N \\\\\"");
    expect_attribute("\\\"", "[label=\"\\\\\\\"\"");
    expect_attribute("<preempted>\n{|}", "[label=\"<preempted>\\n{|}\"");
    expect_attribute("&lt; & x", "[label=\"&amp;lt; &amp; x\"");
    expect_attribute("\x01 \xff", "[label=\"\uFFFD \uFFFD\"");
}

Test(dot, edges)
{
    g_autoptr(GString) out = g_string_new("a -> b [");
    dot_put_edge_label(out, "one");
    dot_put_edge_label(out, "two\nthree");
    cr_expect_str_eq(out->str, "a -> b [label=\" one \" label=\" two\\l three\\l\"");
}

static void add_step(GArray *steps, guint hart, const char *what, const char *brief)
{
    DotStep step = { hart, g_strdup(what), g_strdup(brief) };
    g_array_append_val(steps, step);
}

static void expect_line(const DotSubject *subject, const GArray *steps, const char *expected)
{
    g_autofree char *label = dot_line_label(subject, steps, "steps");
    cr_expect_str_eq(label, expected, "%s", label);
}

static void add_hart(Program *program, const char *name)
{
    HartSpec spec = { .name = g_strdup(name) };
    g_array_append_val(program->harts, spec);
}

/* Several steps of one hart are named in short, few enough of them; and harts in turn. */
Test(dot, lines)
{
    Program program = { .harts = g_array_new(FALSE, TRUE, sizeof(HartSpec)) };
    add_hart(&program, "CPU0");
    add_hart(&program, "CPU1");
    Scenario scenario = { .program = &program };
    DotSubject subject = { .scenario = &scenario };
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(DotStep));
    g_array_set_clear_func(steps, dot_step_clear);
    add_step(steps, 0, "addi a0,a0,1", "addi");
    expect_line(&subject, steps, "CPU0: addi a0,a0,1");
    add_step(steps, 0, "nop OLD", "nop OLD");
    expect_line(&subject, steps, "CPU0: 2 steps: addi; nop OLD");
    add_step(steps, 0, "func+4: OLD -> NEW (4 bytes)", "func+4: OLD -> NEW");
    expect_line(&subject, steps, "CPU0: 3 steps: addi; nop OLD;\nfunc+4: OLD -> NEW");
    for (guint i = 0; i < 6; i++)
        add_step(steps, 0, "ret", "ret");
    expect_line(&subject, steps, "CPU0: 9 steps: addi; nop OLD;\nfunc+4: OLD -> NEW; ret; ...; ret");
    add_step(steps, 1, "stop_machine() {", "stop_machine() {");
    add_step(steps, 1, "fence.i", "fence.i");
    for (guint i = 0; i < 6; i++)
        add_step(steps, i % 2, "ret", "ret");
    expect_line(&subject, steps,
                "CPU0: 9 steps: addi; nop OLD;\nfunc+4: OLD -> NEW; ret; ...; ret\n"
                "CPU1: 2 steps: stop_machine() {\nfence.i\nCPU0: ret\n... 5 more steps");
    g_autofree char *all = dot_line_tooltip(&subject, steps);
    cr_expect(g_str_has_prefix(all, "CPU0: addi a0,a0,1\nCPU0: nop OLD\nCPU0: func+4: OLD -> NEW (4 bytes)\n"));
    for (guint h = 0; h < 2; h++)
        g_free(g_array_index(program.harts, HartSpec, h).name);
    g_array_unref(program.harts);
}
