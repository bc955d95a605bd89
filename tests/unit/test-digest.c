/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The digest of a program changes with everything that a verdict depends on, and with nothing else. */
#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/litmus.h"
#include "scenarios/scenario.h"

/* ---- of scenarios */

static const char *const sample = "cmodx: 1\n"
                                  "name: t/x\n"
                                  "title: a title\n"
                                  "marks: [m, n]\n"
                                  "asm: |\n"
                                  "  .option norvc\n"
                                  "  caller: mv s0, ra\n"
                                  "          call func\n"
                                  "          jr s0\n"
                                  "  func:   nop\n"
                                  "          ret\n"
                                  "          .data\n"
                                  "  x:      .dword 5\n"
                                  "patches:\n"
                                  "  one: {at: func, asm: 'addi a0, a1, 1'}\n"
                                  "harts:\n"
                                  "  A: {run: caller, calls: 2, regs: {a0: 5}}\n"
                                  "  B: {steps: [store: one, mark: m, fence-i]}\n"
                                  "properties:\n"
                                  "  - lands-in: [func]\n"
                                  "  - exists: 'A:a0 = 1'\n"
                                  "expect:\n"
                                  "  - {model: sc, verdict: proved}\n";

static char *digest_of(const char *text)
{
    g_autoptr(Source) source = source_new("t.yaml", text, strlen(text));
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(source, &error);
    cr_assert(scenario, "%s\n%s", error ? error->message : "", text);
    return program_digest(scenario->program);
}

typedef struct Edit {
    const char *old, *new;
} Edit;

/* The digest of the sample with one thing changed. */
static char *digest_edited(const Edit *edit)
{
    const char *at = strstr(sample, edit->old);
    cr_assert(at, "%s", edit->old);
    g_autofree char *head = g_strndup(sample, (gsize)(at - sample));
    g_autofree char *text = g_strconcat(head, edit->new, at + strlen(edit->old), NULL);
    return digest_of(text);
}

Test(digest, scenarios_that_are_read_the_same)
{
    static const Edit edits[] = {
        { "cmodx: 1\n", "# a comment\ncmodx: 1\n\n\n" },
        { "name: t/x", "name: t/another-name" },
        { "title: a title", "title: another title\nabout: more about it\ntags: hazard" },
        { "marks: [m, n]", "marks: [m, o]" },
        { "mv s0, ra", "mv s0, ra # of the caller" },
        { "  A: {", "  A:  {" },
        { "calls: 2, regs: {a0: 5}", "regs: {a0: 5}, calls: 2" },
        { "'A:a0 = 1'", "'(A:a0 = 0x1)'" },
        { "verdict: proved", "verdict: refuted" },
        { "{model: sc,", "{model: rvwmo, fetch-atomicity: 2," },
    };
    g_autofree char *digest = digest_of(sample), *again = digest_of(sample);
    cr_assert_eq(strlen(digest), 64);
    cr_assert_str_eq(digest, again);
    for (guint i = 0; i < G_N_ELEMENTS(edits); i++) {
        g_autofree char *other = digest_edited(&edits[i]);
        cr_expect_str_eq(digest, other, "'%s' instead of '%s'", edits[i].new, edits[i].old);
    }
}

Test(digest, scenarios_that_are_others)
{
    static const Edit edits[] = {
        { "mv s0, ra", "mv s1, ra" },
        { ".dword 5", ".dword 6" },
        { "addi a0, a1, 1", "addi a0, a1, 2" },
        { "calls: 2", "calls: 3" },
        { "calls: 2", "calls: forever" },
        { "a0: 5", "a0: 6" },
        { "a0: 5", "a1: 5" },
        { "calls: 2,", "calls: 2, trap-handler: func," },
        { "calls: 2,", "calls: 2, trap-handler: func, interrupts: 1," },
        { "mark: m, ", "mark: n, " },
        { "mark: m, ", "" },
        { ", fence-i]", "]" },
        { "lands-in: [func]", "lands-in: [func, caller]" },
        { "exists: ", "~exists: " },
        { "exists: ", "forall: " },
        { "A:a0 = 1", "A:a0 = 2" },
        { "A:a0 = 1", "A:a1 = 1" },
        { "A:a0 = 1", "B:a0 = 1" },
        { "A:a0 = 1", "A:a0 = 1 /\\ A:a0 = 1" },
        { "A:a0 = 1", "u64[x] = 1" },
        { "A:a0 = 1", "u32[x] = 1" },
        { "  - exists: 'A:a0 = 1'\n", "" },
    };
    g_autoptr(GHashTable) digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(digests, digest_of(sample));
    for (guint i = 0; i < G_N_ELEMENTS(edits); i++)
        cr_expect(g_hash_table_add(digests, digest_edited(&edits[i])), "'%s' instead of '%s'", edits[i].new,
                  edits[i].old);
}

/* The number that is an instruction, and the instruction: a register may hold that with its sign extended. */
Test(digest, an_instruction_in_a_condition_is_no_number)
{
    static const char *const values[] = { "instr:\"nop\"", "0x00000013" };
    g_autofree char *digests[2] = { 0 };
    for (guint i = 0; i < 2; i++) {
        g_autofree char *text = g_strdup_printf("RISCV T\n{ 0:x5=x; int x=0; }\n P0 ;\n lw x6,0(x5) ;\n"
                                                "exists (0:x6=%s)\n",
                                                values[i]);
        g_autoptr(Source) source = source_new("t.litmus", text, strlen(text));
        const Source *const sources[] = { source };
        Scenario *scenario = NULL;
        GError *error = NULL;
        litmus_load(sources, 1, &scenario, &error);
        cr_assert(scenario, "%s", error ? error->message : "");
        digests[i] = program_digest(scenario->program);
        scenario_free(scenario);
    }
    cr_assert_str_neq(digests[0], digests[1]);
    g_free(g_steal_pointer(&digests[1]));
}

/* ---- of programs, field by field */

static Condition *condition_of(Quantifier quantifier, uint64_t value)
{
    static const ConditionNames registers = { 0 };
    static const char *const quantifiers[] = { "exists", "~exists", "forall" };
    g_autofree char *text = g_strdup_printf("%s a0 = %" G_GUINT64_FORMAT, quantifiers[quantifier], value);
    gsize offset;
    g_autoptr(GError) error = NULL;
    Condition *condition = condition_parse(text, &registers, &offset, &error);
    cr_assert(condition, "%s", error ? error->message : "");
    return condition;
}

static GArray *addresses_of(uint64_t address)
{
    GArray *addresses = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    g_array_append_val(addresses, address);
    return addresses;
}

/* One of everything; `other`: two words of code are another value. */
static Program *program_of_all(ImageFlags flags, guint8 byte)
{
    static const guint8 old[4] = { 1, 2, 3, 4 }, new[4] = { 5, 6, 7, 8 };
    const guint8 code[4] = { 1, 2, 3, byte };
    Program *program = program_new();
    program->image = image_new();
    image_add_section(program->image, ".text", 0x1000, sizeof code, flags, code);
    image_add_symbol(program->image, "code", 0x1000);
    image_seal(program->image);
    HartSpec hart = { .name = g_strdup("A"), .label = g_strdup("code"), .schedule_points = addresses_of(0x1000) };
    g_array_append_val(program->harts, hart);
    Patch patch = { g_strdup("p"), 0x1000, g_bytes_new(new, sizeof new) };
    g_array_append_val(program->patches, patch);
    Region region = { .name = g_strdup("code"), .start = 0x1000, .size = 4 };
    region_add_version(&region, "OLD", old);
    region_add_version(&region, "NEW", new);
    g_array_append_val(program->regions, region);
    Property property = { .name = g_strdup("property"), .line = 7, .column = 8 };
    property.addresses = addresses_of(0x1000);
    property.condition = condition_of(QUANTIFIER_EXISTS, 1);
    g_array_append_val(program->properties, property);
    ConditionPlace place = { 0 };
    g_array_append_val(program->observed, place);
    program->filter = condition_of(QUANTIFIER_EXISTS, 1);
    g_ptr_array_add(program->marks, g_strdup("m"));
    g_ptr_array_add(program->locks, g_strdup("l"));
    return program;
}

typedef struct Digests {
    GHashTable *seen;
    char *first;
} Digests;

static void expect_new(const Digests *digests, const Program *program, const char *what)
{
    cr_expect(g_hash_table_add(digests->seen, program_digest(program)), "%s does not count", what);
}

static void expect_old(const Digests *digests, const Program *program, const char *what)
{
    g_autofree char *digest = program_digest(program);
    cr_expect_str_eq(digest, digests->first, "%s counts", what);
}

/* With another value for a field, and then with the one that it had. */
#define EXPECT_NEW_WITH(digests, program, field, value)       \
    do {                                                      \
        __typeof__(field) before = (field);                   \
        (field) = (value);                                    \
        expect_new((digests), (program), #field);             \
        (field) = before;                                     \
        expect_old((digests), (program), "the same " #field); \
    } while (0)

static void check_hart(const Digests *digests, Program *program)
{
    HartSpec *hart = &g_array_index(program->harts, HartSpec, 0);
    EXPECT_NEW_WITH(digests, program, hart->entry, 4);
    EXPECT_NEW_WITH(digests, program, hart->until, 4);
    for (guint r = 0; r < 32; r++)
        EXPECT_NEW_WITH(digests, program, hart->x[r], 4);
    EXPECT_NEW_WITH(digests, program, hart->trap_handler, 4);
    EXPECT_NEW_WITH(digests, program, hart->calls, 4);
    EXPECT_NEW_WITH(digests, program, hart->any, true);
    EXPECT_NEW_WITH(digests, program, hart->stack, 4);
    EXPECT_NEW_WITH(digests, program, hart->stack_size, 4);
    EXPECT_NEW_WITH(digests, program, hart->interrupts, 4);
    EXPECT_NEW_WITH(digests, program, hart->migrations, 4);
    EXPECT_NEW_WITH(digests, program, hart->migration_fences, true);
    EXPECT_NEW_WITH(digests, program, hart->offline, true);
    EXPECT_NEW_WITH(digests, program, g_array_index(hart->schedule_points, uint64_t, 0), 4);
    uint64_t more = 8;
    g_array_append_val(hart->schedule_points, more);
    expect_new(digests, program, "one more schedule point");
    g_array_set_size(hart->schedule_points, 1);
}

static void check_property(const Digests *digests, Program *program)
{
    Property *property = &g_array_index(program->properties, Property, 0);
    for (guint kind = PROPERTY_NO_TRAP + 1; kind <= PROPERTY_PROGRESS; kind++)
        EXPECT_NEW_WITH(digests, program, property->kind, (PropertyKind)kind);
    EXPECT_NEW_WITH(digests, program, property->region, 4);
    EXPECT_NEW_WITH(digests, program, property->ignored_registers, 4);
    EXPECT_NEW_WITH(digests, program, property->mark, 4);
    EXPECT_NEW_WITH(digests, program, property->patch, 4);
    EXPECT_NEW_WITH(digests, program, property->start, 4);
    EXPECT_NEW_WITH(digests, program, property->size, 4);
    EXPECT_NEW_WITH(digests, program, property->harts, (HartSet)4);
    EXPECT_NEW_WITH(digests, program, property->harts, (HartSet)4 << 64);
    EXPECT_NEW_WITH(digests, program, g_array_index(property->addresses, uint64_t, 0), 4);
    EXPECT_NEW_WITH(digests, program, property->condition, NULL);
}

static void check_conditions(const Digests *digests, Program *program)
{
    static const struct {
        Quantifier quantifier;
        uint64_t value;
    } others[] = { { QUANTIFIER_NOT_EXISTS, 1 }, { QUANTIFIER_FORALL, 1 }, { QUANTIFIER_EXISTS, 2 } };
    Property *property = &g_array_index(program->properties, Property, 0);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(Condition) other = condition_of(others[i].quantifier, others[i].value);
        EXPECT_NEW_WITH(digests, program, property->condition, other);
        EXPECT_NEW_WITH(digests, program, program->filter, other);
    }
    EXPECT_NEW_WITH(digests, program, program->filter, NULL);
    ConditionPlace *place = &g_array_index(program->observed, ConditionPlace, 0);
    EXPECT_NEW_WITH(digests, program, place->is_memory, true);
    EXPECT_NEW_WITH(digests, program, place->is_signed, true);
    EXPECT_NEW_WITH(digests, program, place->hart, 4);
    EXPECT_NEW_WITH(digests, program, place->number, 4);
    EXPECT_NEW_WITH(digests, program, place->address, 4);
    EXPECT_NEW_WITH(digests, program, place->size, 4);
}

static void check_code(const Digests *digests, Program *program)
{
    Patch *patch = &g_array_index(program->patches, Patch, 0);
    Region *region = &g_array_index(program->regions, Region, 0);
    g_autoptr(GBytes) other = g_bytes_new("1234", 4), shorter = g_bytes_new("12", 2);
    EXPECT_NEW_WITH(digests, program, patch->address, 0x1004);
    EXPECT_NEW_WITH(digests, program, patch->bytes, other);
    EXPECT_NEW_WITH(digests, program, patch->bytes, shorter);
    EXPECT_NEW_WITH(digests, program, region->start, 4);
    EXPECT_NEW_WITH(digests, program, region->size, 2);
    EXPECT_NEW_WITH(digests, program, g_array_index(region->versions, Version, 1).bytes[0], 99);
    g_autoptr(Program) writable = program_of_all(IMAGE_EXEC | IMAGE_WRITE, 4);
    g_autoptr(Program) otherwise = program_of_all(IMAGE_EXEC, 5);
    expect_new(digests, writable, "a flag of a section");
    expect_new(digests, otherwise, "a byte of a section");
}

static void check_names(const Digests *digests, Program *program)
{
    HartSpec *hart = &g_array_index(program->harts, HartSpec, 0);
    Patch *patch = &g_array_index(program->patches, Patch, 0);
    Region *region = &g_array_index(program->regions, Region, 0);
    Property *property = &g_array_index(program->properties, Property, 0);
    char **const names[] = { &hart->name,
                             &hart->label,
                             &patch->name,
                             &region->name,
                             &property->name,
                             &g_array_index(region->versions, Version, 0).label,
                             (char **)&program->marks->pdata[0],
                             (char **)&program->locks->pdata[0] };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_free(*names[i]);
        *names[i] = g_strdup("another");
        expect_old(digests, program, "a name");
    }
    property->line = property->column = 99;
    expect_old(digests, program, "a line number");
    image_add_symbol(program->image, "more", 0x1002);
    image_add_line(program->image, 0x1000, "file.s", 3);
    image_seal(program->image);
    expect_old(digests, program, "a symbol or a line");
}

Test(digest, of_a_program_field_by_field)
{
    g_autoptr(Program) program = program_of_all(IMAGE_EXEC, 4);
    Digests digests = { g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), program_digest(program) };
    g_hash_table_add(digests.seen, g_strdup(digests.first));
    check_hart(&digests, program);
    check_property(&digests, program);
    check_conditions(&digests, program);
    check_code(&digests, program);
    check_names(&digests, program);
    g_hash_table_unref(digests.seen);
    g_free(digests.first);
}
