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
    Intern *tasks, *worlds, *passes;
    World scratch;             /* for moves(): the world being stepped */
    bool *watched;             /* by region: whether a property looks at passes through it */
    bool *reached;             /* by property: an exists condition has been met */
    HartSet waited, served;    /* harts that have begun to wait in a service; that have got beyond it */
    Violation final_violation; /* the first of a final state, where all final states are wanted */
    Intern *finals;            /* values of what is observed, in final states that count */
    bool stops;                /* some hart has asked for stop_machine */
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
/* Offers a timer interrupt, if one may arrive. */
void task_interrupt(Machine *machine, const Task *task, GArray *steps);
/* The synchronous exception in step->hart: to the handler, or a violation. */
void task_trap(Machine *machine, MachineStep *step);
/* What follows from the end of an instruction, memory apart. */
void task_retire(Machine *machine, MachineStep *step);
/* Whether the task runs on and stands at the end of its call. */
bool task_call_ends(const Machine *machine, const Task *task);

/* service.c: the ecall is done, and the hart goes on behind it. */
void service_return(MachineStep *step);
/* service.c: whether stop_machine with these flags may switch the task out here; `sleeps`: it waits in a service. */
bool service_may_park(const Machine *machine, const Task *task, uint32_t flags, bool sleeps);
/* service.c: the what-if of PAIR_MASKED: no interrupt of any kind directly behind an auipc. */
bool service_masked(const Machine *machine, const Task *task);
/* service.c: the harts that the SBI call of a remote fence.i names, the caller perhaps among them. */
HartSet service_fence_targets(const Machine *machine, const Task *task);

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
