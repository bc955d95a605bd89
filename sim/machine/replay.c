/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/replay.h"

#include "sim/base/error.h"
#include "sim/machine/replay-parts.h"

#include <string.h>

/* A machine being driven along a trail. */
typedef struct Driver {
    Machine *machine;
    Task *tasks;
    World world;
} Driver;

static void driver_init(Driver *driver, Machine *machine)
{
    driver->machine = machine;
    driver->tasks = g_new0(Task, machine->program->harts->len);
    world_init(&driver->world, machine->program);
    machine_initial(machine, &driver->world, driver->tasks);
}

static void driver_clear(Driver *driver)
{
    g_free(driver->tasks);
    world_clear(&driver->world);
}

static void driver_apply(Driver *driver, guint hart, const MachineStep *step)
{
    driver->tasks[hart] = step->task;
    if (step->world)
        world_copy(&driver->world, step->world);
}

static bool driver_stuck(const Driver *driver)
{
    for (guint h = 0; h < driver->machine->program->harts->len; h++) {
        g_autoptr(GArray) steps = machine_steps(driver->machine, &driver->tasks[h], &driver->world);
        if (steps->len)
            return false;
    }
    return true;
}

static Violation driver_final(Driver *driver)
{
    return driver_stuck(driver) ? machine_final(driver->machine, driver->tasks, &driver->world) : no_violation;
}

Violation trail_violation(Machine *machine, const GArray *trail, guint *hart)
{
    Driver driver;
    driver_init(&driver, machine);
    Violation violation = no_violation;
    for (guint i = 0; i < trail->len; i++) {
        const TrailStep *at = &g_array_index(trail, TrailStep, i);
        g_autoptr(GArray) steps = machine_steps(machine, &driver.tasks[at->process], &driver.world);
        g_assert(at->move < steps->len);
        const MachineStep *step = &g_array_index(steps, MachineStep, at->move);
        violation = step->violation;
        *hart = at->process;
        driver_apply(&driver, at->process, step);
    }
    if (violation.kind == VIOLATION_NONE)
        violation = driver_final(&driver);
    driver_clear(&driver);
    return violation;
}

char *machine_place_text(const Program *program, guint hart, uint64_t pc, const char *reason)
{
    const ImageSymbol *symbol = image_symbol_before(program->image, pc);
    const char *name = program_hart(program, hart)->name;
    if (!symbol)
        return g_strdup_printf("%s at 0x%" G_GINT64_MODIFIER "x: %s", name, pc, reason);
    return g_strdup_printf("%s at 0x%" G_GINT64_MODIFIER "x (%s+%u): %s", name, pc, symbol->name,
                           (guint)(pc - symbol->address), reason);
}

char *trail_out_of_model(Machine *machine, const GArray *trail)
{
    Driver driver;
    driver_init(&driver, machine);
    g_autofree char *place = NULL;
    const char *reason = "a final state that violates nothing that is asked for";
    for (guint i = 0; i < trail->len; i++) {
        const TrailStep *at = &g_array_index(trail, TrailStep, i);
        uint64_t pc = driver.tasks[at->process].hart.pc;
        g_autoptr(GArray) steps = machine_steps(machine, &driver.tasks[at->process], &driver.world);
        const MachineStep *step = &g_array_index(steps, MachineStep, at->move);
        if (i + 1 == trail->len) {
            reason = step->unsupported ? step->unsupported : "a trap, which is not checked for here";
            place = machine_place_text(machine->program, at->process, pc, reason);
        }
        driver_apply(&driver, at->process, step);
    }
    driver_clear(&driver);
    return place ? g_steal_pointer(&place) : g_strdup_printf("the initial state: %s", reason);
}

/* ---- the full replay, in two emulators */

static void replay_step_clear(gpointer data)
{
    ReplayStep *step = data;
    world_clear(step->world);
    g_free(step->world);
    if (step->step.world) {
        world_clear(step->step.world);
        g_free(step->step.world);
    }
    if (step->effects)
        g_array_unref(step->effects);
}

void replay_free(Replay *replay)
{
    if (!replay)
        return;
    g_array_unref(replay->steps);
    g_array_unref(replay->alternatives);
    g_free(replay->tasks);
    world_clear(&replay->world);
    g_free(replay);
}

Replay *replay_new(const Program *program, const Options *options)
{
    Replay *replay = g_new0(Replay, 1);
    replay->program = program;
    replay->options = options;
    replay->violation = no_violation;
    replay->violating_hart = -1;
    replay->region = -1;
    replay->alternatives = g_array_new(FALSE, TRUE, sizeof(Alternative));
    replay->steps = g_array_new(FALSE, FALSE, sizeof(ReplayStep));
    g_array_set_clear_func(replay->steps, replay_step_clear);
    world_init(&replay->world, program);
    return replay;
}

/* The counterexample that is printed has run in the emulator at true addresses, or is not printed. */
static void assert_same(const MachineStep *slot, const MachineStep *true_pc)
{
    g_assert(slot->kind == true_pc->kind);
    g_assert(memcmp(&slot->task, &true_pc->task, sizeof slot->task) == 0);
    g_assert(slot->shared == true_pc->shared);
    g_assert(slot->violation.kind == true_pc->violation.kind &&
             slot->violation.property == true_pc->violation.property);
}

void replay_record(Replay *replay, const TrailStep *at, const Task *before, World *world, const MachineStep *step)
{
    ReplayStep told = { .hart = at->process, .move = at->move, .before = *before, .world = world, .step = *step };
    told.step.world = step->world ? world_dup(step->world) : NULL;
    g_array_append_val(replay->steps, told);
    replay->violation = step->violation;
    replay->violating_hart = step->violation.kind == VIOLATION_NONE ? -1 : (int)at->process;
}

void replay_no_such_step(guint i, const char *name, guint move, guint n_moves, GError **error)
{
    if (move == TRAIL_PROMISE)
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE,
                    "step %u of the schedule: a promise of %s, but stores of this model take effect in their turn",
                    i + 1, name);
    else if (n_moves == 0)
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE,
                    "step %u of the schedule: %s cannot move here (it is done, or waits)", i + 1, name);
    else
        g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE,
                    "step %u of the schedule: %s has only choices 0 to %u here, not %u", i + 1, name, n_moves - 1,
                    move);
}

static bool follow(Replay *replay, Driver *slot, Driver *true_pc, const GArray *trail, GError **error)
{
    for (guint i = 0; i < trail->len; i++) {
        const TrailStep *at = &g_array_index(trail, TrailStep, i);
        guint h = at->process;
        const char *name = program_hart(replay->program, h)->name;
        g_autoptr(GArray) steps = machine_steps(slot->machine, &slot->tasks[h], &slot->world);
        g_autoptr(GArray) checks = machine_steps(true_pc->machine, &true_pc->tasks[h], &true_pc->world);
        g_assert(steps->len == checks->len);
        if (replay->violation.kind != VIOLATION_NONE) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_SCHEDULE, "the schedule goes on after the violation in step %u", i);
            return false;
        }
        if (at->move >= steps->len) {
            replay_no_such_step(i, name, at->move, steps->len, error);
            return false;
        }
        const MachineStep *chosen = &g_array_index(steps, MachineStep, at->move);
        const MachineStep *check = &g_array_index(checks, MachineStep, at->move);
        assert_same(chosen, check);
        replay_record(replay, at, &slot->tasks[h], world_dup(&slot->world), chosen);
        driver_apply(slot, h, chosen);
        driver_apply(true_pc, h, check);
    }
    return true;
}

/* ---- what should have happened */

static void add_alternative(Replay *replay, Machine *machine, const Pass *pass, guint version)
{
    const ReplayStep *last = &g_array_index(replay->steps, ReplayStep, replay->steps->len - 1);
    Alternative alternative = { .version = version };
    PassExit end = pass_alone(pass, program_region(replay->program, pass->region), version, last->world, machine, NULL);
    alternative.trapped = end.trapped;
    alternative.pc = end.pc;
    memcpy(alternative.x, end.x, sizeof alternative.x);
    g_array_append_val(replay->alternatives, alternative);
}

/* The pass that the violating step ends, if it is in a patched region: its first step, and what each whole version would
 * have done from there. */
void replay_explain(Replay *replay, Machine *machine)
{
    if (replay->violating_hart < 0 || replay->steps->len == 0)
        return;
    const ReplayStep *last = &g_array_index(replay->steps, ReplayStep, replay->steps->len - 1);
    const Task *before = &last->before;
    int region = program_region_at(replay->program, before->hart.pc);
    if (region < 0 || last->step.kind != STEP_EXECUTE)
        return;
    replay->region = region;
    replay->pass_start = replay->steps->len - 1;
    uint32_t id = before->pass[before->depth];
    for (guint i = replay->steps->len; id && i-- > 0;) {
        const ReplayStep *step = &g_array_index(replay->steps, ReplayStep, i);
        if (step->hart != last->hart || step->before.depth != before->depth)
            continue;
        replay->pass_start = i;
        if (!step->before.pass[before->depth])
            break;
    }
    Pass fresh = { .region = (uint32_t)region, .versions = ~0ull, .entry = before->hart.pc };
    memcpy(fresh.x, before->hart.x, sizeof fresh.x);
    memcpy(fresh.csr, before->hart.csr, sizeof fresh.csr);
    const Pass *pass = id ? pass_get(machine->passes, id) : NULL;
    if (!pass || pass->away)
        pass = &fresh;
    for (guint v = 0; v < program_region(replay->program, (guint)region)->versions->len; v++)
        if (pass->versions >> v & 1)
            add_alternative(replay, machine, pass, v);
}

static bool replay_interleaved(Replay *replay, Machine *machine, Machine *checker, const GArray *trail, GError **error)
{
    Driver driver, check;
    driver_init(&driver, machine);
    driver_init(&check, checker);
    bool ok = follow(replay, &driver, &check, trail, error);
    if (ok) {
        replay->finished = driver_stuck(&driver);
        if (replay->violation.kind == VIOLATION_NONE)
            replay->violation = driver_final(&driver);
        replay->tasks = g_memdup2(driver.tasks, machine->program->harts->len * sizeof(Task));
        world_copy(&replay->world, &driver.world);
    }
    driver_clear(&driver);
    driver_clear(&check);
    return ok;
}

Replay *replay_run(const Program *program, const Options *options, const GArray *trail, GError **error)
{
    g_autoptr(Oracle) slots = oracle_new(ORACLE_SLOTS, error);
    g_autoptr(Oracle) true_pcs = slots ? oracle_new(ORACLE_TRUE_PC, error) : NULL;
    if (!true_pcs)
        return NULL;
    g_autoptr(Machine) machine = machine_new(program, options, slots);
    g_autoptr(Machine) checker = machine_new(program, options, true_pcs);
    g_autoptr(Replay) replay = replay_new(program, options);
    bool ok = program_uses_timelines(program, options) ? replay_solo(replay, machine, checker, trail, error)
                                                       : replay_interleaved(replay, machine, checker, trail, error);
    if (ok)
        replay_explain(replay, machine);
    return ok ? g_steal_pointer(&replay) : NULL;
}
