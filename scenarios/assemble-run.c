/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one tool on text that may be hostile: a few lines of assembly can ask for years of work and petabytes. */
#include "scenarios/assemble-parts.h"
#include "sim/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_MAX  20u                   /* seconds, of the clock and of the processor */
#define FILE_MAX  (64u * 1024u * 1024u) /* bytes of one file that a tool writes */
#define SPACE_MAX (1u << 30)            /* bytes of memory */
#define SAID_MAX  (64u * 1024u)         /* bytes of diagnostics that are read */

static void limit(int resource, rlim_t value)
{
    struct rlimit both = { value, value };

    setrlimit(resource, &both); /* fails only where a lower limit is in force already */
}

/* Runs in the child, before it becomes the tool: only system calls. `data` points to the descriptor for its output. */
static void prepare_child(gpointer data)
{
    const int *output = data;
    sigset_t signals;

    dup2(*output, STDOUT_FILENO);
    dup2(*output, STDERR_FILENO);
    limit(RLIMIT_CPU, TIME_MAX);
    limit(RLIMIT_FSIZE, FILE_MAX);
    limit(RLIMIT_AS, SPACE_MAX);
    limit(RLIMIT_CORE, 0);

    /* An alarm survives exec: the tool is killed even if we are not there to do it. */
    signal(SIGALRM, SIG_DFL);
    signal(SIGXCPU, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    sigemptyset(&signals);
    sigprocmask(SIG_SETMASK, &signals, NULL);
    alarm(TIME_MAX);
}

static char **tool_environment(void)
{
    char **environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);

    static const char *const others[] = {
        "LANGUAGE",       "GNUTARGET",  "LDEMULATION",         "CPATH",
        "C_INCLUDE_PATH", "GCC_COLORS", "DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"
    };

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        environment = g_environ_unsetenv(environment, others[i]);
    return environment;
}

static bool is_compiler(const char *tool)
{
    return g_str_equal(tool, "gcc");
}

static bool spawn_error(const char *tool, const char *program, const GError *cause, GError **error)
{
    if (g_error_matches(cause, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "%s not found: install %s-riscv64-linux-gnu", program,
                    is_compiler(tool) ? tool : "binutils");
    else
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "cannot run %s: %s", program, cause->message);
    return false;
}

/* Which limit ended the tool, if one did. */
static const char *limit_reached(int status, const char *said)
{
    int signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (signal_number == SIGALRM || signal_number == SIGXCPU || signal_number == SIGKILL)
        return "did not finish within 20 seconds";
    if (signal_number == SIGXFSZ || strstr(said, "File too large") != NULL)
        return "wrote more than 64 MiB";
    if (strstr(said, "out of memory") != NULL || strstr(said, "memory exhausted") != NULL)
        return "needed more than 1 GiB of memory";
    return signal_number != 0 ? "crashed" : NULL;
}

static char *read_said(int fd)
{
    g_autofree char *buffer = g_malloc(SAID_MAX);
    ssize_t n = pread(fd, buffer, SAID_MAX, 0);

    return g_utf8_make_valid(buffer, MAX(n, 0));
}

bool asm_run(const char *directory, const char *tool, const char *const *arguments, bool *success,
             const char **exhausted, char **said, GError **error)
{
    const char *prefix = g_getenv("CMODX_CROSS_PREFIX");
    g_autofree char *program = g_strconcat(prefix != NULL ? prefix : ASSEMBLE_PREFIX, tool, NULL);
    g_autofree char *output_name = g_build_filename(directory, "said", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_auto(GStrv) environment = tool_environment();
    g_autoptr(GError) cause = NULL;
    int status = 0;
    int output = open(output_name, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

    if (output < 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_ENVIRONMENT, "cannot write '%s': %s", output_name, g_strerror(errno));
        return false;
    }
    g_ptr_array_add(argv, program);
    for (; *arguments != NULL; arguments++)
        g_ptr_array_add(argv, (gpointer)*arguments);
    g_ptr_array_add(argv, NULL);

    /* Output to nowhere: prepare_child() replaces it, and this keeps GLib from collecting it without a limit. */
    bool spawned = g_spawn_sync(is_compiler(tool) ? NULL : directory, (char **)argv->pdata, environment,
                                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                                prepare_child, &output, NULL, NULL, &status, &cause);
    g_autofree char *text = read_said(output);
    close(output);
    if (!spawned)
        return spawn_error(tool, program, cause, error);
    *success = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    *exhausted = *success ? NULL : limit_reached(status, text);
    *said = g_steal_pointer(&text);
    return true;
}

void asm_remove_directory(const char *directory)
{
    GDir *dir = g_dir_open(directory, 0, NULL);

    if (dir == NULL)
        return;
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(directory, name, NULL);

        g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(directory);
}
