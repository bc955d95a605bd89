/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of this room. */
#pragma once

#include "sim/machine/machine.h"
#include "sim/machine/pass.h"

struct Machine {
    Space space;
    const Program *program;
    const Options *options;
    Oracle *oracle;
    Intern *tasks, *worlds, *passes, *frames;
    World scratch;             /* for moves(): the world being stepped */
    bool *watched;             /* by region: whether a property looks at passes through it */
    bool *reached;             /* by property: an exists condition has been met */
    HartSet waited, served;    /* harts that have begun to wait in a service; that have got beyond it */
    Violation final_violation; /* the first of a final state, where all final states are wanted */
    Intern *finals;            /* values of what is observed, in final states that count */
    bool stops;                /* some hart has asked for stop_machine, or may migrate: `preempt` matters */
    /* Called for memory that a judgement depends on besides what the pass has read; NULL: nobody asks. */
    void (*note_read)(gpointer data, uint64_t address, guint size);
    gpointer note_data;
};

static const Violation no_violation = { .kind = VIOLATION_NONE, .property = -1 };

/* The world of a step, copied from `world` when the step first changes it. */
World *step_world(MachineStep *step, const World *world);

/* A step of `task` with nothing done yet. */
MachineStep step_begin(StepKind kind, const Task *task);

/* ---- machine.c: parts of a step that the explorers have in common */

void task_begin_call(const HartSpec *spec, Task *task);

/* traps.c: offers a timer interrupt, if one may arrive. */
bool task_timer_may_arrive(const Machine *machine, const Task *task);
void task_interrupt(Machine *machine, const Task *task, GArray *steps);
/* The synchronous exception in step->hart: to the handler, or a violation. */
void task_trap(Machine *machine, MachineStep *step);
/* What an sret does besides what it does to the hart. */
void task_return_from_trap(Machine *machine, MachineStep *step);
/* Whether an IPI may arrive now. */
bool task_takes_ipi(const Machine *machine, const Task *task);
void task_take_ipi(Machine *machine, Task *task);
/* Whether an interrupt is pending in sip and enabled: it is taken before anything else. */
bool task_interrupt_is_due(const Machine *machine, const Task *task);
/* Offers it. */
bool task_interrupt_due(Machine *machine, const Task *task, GArray *steps);

/* Whether the task has asked others for something and waits for them. */
static inline bool task_waits(const Task *task)
{
    return task->status == TASK_STOPPING || task->status == TASK_FENCING || task->status == TASK_GRACE ||
           task->status == TASK_CALLING;
}
/* Whether it has made all its calls. */
static inline bool task_is_over(const Task *task)
{
    return task->status == TASK_DONE || task->status == TASK_IDLE;
}

/* What follows from the end of an instruction, memory apart. */
void task_retire(Machine *machine, MachineStep *step);
/* Whether the task runs on and stands at the end of its call. */
bool task_call_ends(const Machine *machine, const Task *task);

/* machine-archive.c: what ids mean, and what has been found out so far. */
void machine_archive(Machine *machine, Archive *archive);

/* service.c: the ecall is done, and the hart goes on behind it. */
void service_return(MachineStep *step);
/* service.c: whether stop_machine with these flags may switch the task out here; `sleeps`: it waits in a service. */
bool service_may_park(const Machine *machine, const Task *task, uint32_t flags, bool sleeps);
/* service.c: the what-if of PAIR_MASKED: no interrupt of any kind directly behind an auipc. */
bool service_masked(const Machine *machine, const Task *task);
/* service.c: the harts that an SBI call names by hart_mask and hart_mask_base, the caller perhaps among them. */
HartSet service_targets(const Machine *machine, const Task *task);
/* service.c: whether the task is where it may be switched out whatever `preempt` says. */
bool service_at_schedule_point(const Machine *machine, const Task *task);
/* service.c: the same for what RCU-tasks waits for: a handler is preempted, it does not schedule. `sleeps` as above. */
bool service_is_quiescent(const Machine *machine, const Task *task, bool sleeps);
/* Whether a task that is blocked in a service sleeps there, and may be switched out. */
bool service_sleeps(Service service);

/* service.c: why on_each_cpu cannot be asked for by that hart, or NULL. */
const char *service_cannot_call(const Machine *machine, guint caller);
/* service.c: the same for any IPI. */
const char *service_cannot_interrupt(const Machine *machine);

/* service.c: which service an ecall with these registers asks for, and its argument; false if it is none, or the argument
 * makes no sense. */
bool service_recognise(const uint64_t x[32], Service *service, uint64_t *argument);

/* service.c: appends what the ecall in step->hart does; nothing if the task is blocked there. */
void serve_ecall(Machine *machine, const Task *task, const World *world, MachineStep *step, GArray *steps);

/* service.c: the steps of a task that are not its own doing: park, resume, remote fence.i, end of waiting. `blocked`:
 * the task waits in a service that sleeps. */
void serve_waiting(Machine *machine, const Task *task, const World *world, bool blocked, GArray *steps);

/* judge.c: keeps the passes of the step's task up to date and finds what the step violates. `before` and `world` are
 * the states it started from. */
void judge_step(Machine *machine, const Task *before, const World *world, MachineStep *step);

/* judge.c: finds what a step violates that ends a call. */
void judge_call_end(Machine *machine, MachineStep *step);

/* Vectors of n values, interned without repetition, as one array in ascending order. */
GArray *states_sorted(const Intern *distinct, guint n);

/* "HART at PC (SYMBOL): REASON"; a new string. */
char *machine_place_text(const Program *program, guint hart, uint64_t pc, const char *reason);

/* judge.c: the property of that kind, or -1. */
int judge_property(const Machine *machine, PropertyKind kind);
