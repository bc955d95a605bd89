/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a scenario file, up to running the assembler (which is not there). The steps, properties and rows come
 * after it: when the first byte is '=', they are loaded on top of an image made here, with the labels of one function. */
#include "scenarios/internal.h"

#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT     0x80200000u
#define DATA     0x80280000u
#define N_LABELS 4

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    g_setenv("CMODX_CROSS_PREFIX", "/nonexistent/", TRUE);
    return 0;
}

static void check_error(const void *result, const GError *error)
{
    g_assert((result != NULL) == (error == NULL));
    if (error != NULL)
        g_assert(g_utf8_validate(error->message, -1, NULL));
}

static void load_file(const char *text, size_t size)
{
    g_autoptr(Source) source = source_new("fuzz.yaml", text, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(source, &error);

    check_error(scenario, error);
}

/* 32 NOPs, 32 bytes of data, two patches. */
static void fill_program(Program *program)
{
    static const char *const labels[N_LABELS] = { "caller", "func", "trace_a", "trace_b" };
    static const guint8 nop[] = { 0x13, 0, 0, 0 }, ebreak[] = { 0x73, 0, 0x10, 0 };
    guint8 code[128], zeros[32] = { 0 };

    for (guint i = 0; i < sizeof code; i++)
        code[i] = nop[i % 4];
    program->image = image_new();
    image_add_section(program->image, ".text", TEXT, sizeof code, IMAGE_EXEC, code);
    image_add_section(program->image, ".data", DATA, sizeof zeros, IMAGE_WRITE, zeros);
    for (guint i = 0; i < N_LABELS; i++)
        image_add_symbol(program->image, labels[i], TEXT + 32 * i);
    image_add_symbol(program->image, "x", DATA);
    image_seal(program->image);
    for (guint i = 0; i < 2; i++) {
        Patch patch = { g_strdup(i ? "two" : "p"), TEXT + 32 + 4 * i, g_bytes_new(ebreak, sizeof ebreak) };
        g_array_append_val(program->patches, patch);
    }
}

static bool run_steps(Loader *loader, GError **error)
{
    Program *program = loader->program;
    StepContext context = { program, program->locks, program->marks };

    for (guint i = 0; i < program->harts->len; i++) {
        const YamlNode *node = yaml_mapping_get(hart_node(loader, i), "steps");
        Steps *steps = NULL;

        if (node && !(steps = steps_compile(node, program_hart(program, i)->name, &context, error)))
            return false;
        g_ptr_array_add(loader->steps, steps);
        if (steps == NULL)
            continue;
        /* The labels that the assembler would have made. */
        g_autofree char *start = g_strdup_printf("cmodx_start_%s", program_hart(program, i)->name);
        g_autofree char *end = g_strdup_printf("cmodx_end_%s", program_hart(program, i)->name);
        image_add_symbol(program->image, start, TEXT);
        image_add_symbol(program->image, end, TEXT + 4);
        image_seal(program->image);
    }
    return true;
}

static bool load_rest(Loader *loader, GError **error)
{
    return declare_harts(loader, error) && run_steps(loader, error) && resolve_harts(loader, error) &&
           make_regions(loader, error) && load_properties(loader, error) && load_rows(loader, error);
}

static void steps_free_any(gpointer steps)
{
    steps_free(steps);
}

static void row_clear(gpointer row)
{
    g_free(((Row *)row)->property);
}

static Scenario *scenario_new(void)
{
    Scenario *scenario = g_new0(Scenario, 1);

    scenario->program = program_new();
    scenario->rows = g_array_new(FALSE, TRUE, sizeof(Row));
    g_array_set_clear_func(scenario->rows, row_clear);
    fill_program(scenario->program);
    return scenario;
}

static void load_after_assembling(const char *text, size_t size)
{
    g_autoptr(Source) source = source_new("fuzz.yaml", text, size);
    g_autoptr(YamlDocument) document = yaml_document_parse(source, NULL);
    g_autoptr(GError) error = NULL;

    if (document == NULL || !yaml_expect(yaml_document_root(document), YAML_MAPPING, NULL))
        return;
    g_autoptr(Scenario) scenario = scenario_new();
    Loader loader = { source,        yaml_document_root(document),
                      scenario,      scenario->program,
                      TEXT - 0x1000, g_ptr_array_new_with_free_func(steps_free_any) };
    bool ok = load_rest(&loader, &error);

    check_error(ok ? scenario : NULL, error);
    g_ptr_array_unref(loader.steps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == '=')
        load_after_assembling((const char *)data + 1, size - 1);
    else
        load_file((const char *)data, size);
    return 0;
}
