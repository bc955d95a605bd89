/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/cli.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    { "check", cmd_check, "decide scenarios; print verdict, counterexample, counts" },
    { "test", cmd_test, "compare every verdict with the scenario's own `expect`; for CI" },
    { "matrix", cmd_matrix, "the verdicts of many scenarios as one table" },
    { "replay", cmd_replay, "run one counterexample again, step by step" },
    { "step", cmd_step, "go through executions by hand, forwards and back" },
    { "list", cmd_list, "the catalogue, with one line each" },
    { "lint", cmd_lint, "parse and assemble only" },
    { "models", cmd_models, "the table of memory models" },
};

static void put_help(void)
{
    g_print("Usage: cmodx COMMAND [OPTION...] FILE|DIR...\n\n"
            "Proves or refutes that patching live RISC-V code is safe.\n\nCommands:\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        g_print("  %-8s %s\n", commands[i].name, commands[i].summary);
    g_print("\n`cmodx COMMAND --help` tells more. Exit status: 0 proved, 10 refuted, 5 inconclusive,\n"
            "1 usage, 2 bad scenario, 6 internal error, 77 nothing to run, 130 interrupted.\n");
}

/* An assertion that fails is our mistake; it has an exit status of its own. */
static void on_abort(int number)
{
    static const char message[] = "cmodx: internal error; please report it with the input\n";
    (void)number;
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(EXIT_INTERNAL);
}

static int run(int argc, char **argv)
{
    setlocale(LC_ALL, "C");
    signal(SIGABRT, on_abort);
    signal(SIGTRAP, on_abort); /* g_error */
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
    if (argc < 2) {
        put_help();
        return EXIT_USAGE;
    }
    if (g_str_equal(argv[1], "--version")) {
        g_print("cmodx %s\n", CMODX_VERSION);
        return 0;
    }
    char option[] = "--help", *help[] = { argv[0], argc == 3 ? argv[2] : NULL, option, NULL };
    if (g_str_equal(argv[1], "help") && argc == 3) /* as of the command itself */
        argv = help;
    if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") || g_str_equal(argv[1], "help")) {
        put_help();
        return 0;
    }
    const char *names[G_N_ELEMENTS(commands)];
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        names[i] = commands[i].name;
        if (!g_str_equal(argv[1], commands[i].name))
            continue;
        g_autofree char *program = g_strdup_printf("cmodx %s", argv[1]);
        g_set_prgname(program);
        return commands[i].run(argc - 1, argv + 1);
    }
    const char *closest = closest_name(argv[1], names, G_N_ELEMENTS(names));
    g_printerr("cmodx: unknown command '%s'%s%s%s; see cmodx --help\n", argv[1], closest ? "; did you mean '" : "",
               closest ? closest : "", closest ? "'?" : "");
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    int status = run(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    g_printerr("cmodx: cannot write to standard output\n");
    return (int)worse((ExitStatus)status, EXIT_USAGE);
}
