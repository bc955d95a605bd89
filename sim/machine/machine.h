/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Harts, timeline, services and properties together: the transition system that an explorer searches. */
#pragma once

#include "sim/explore/space.h"
#include "sim/machine/world.h"

typedef struct Machine Machine;

/* What happens in one step of a task. */
typedef enum StepKind {
    STEP_EXECUTE,   /* an instruction, or a part of one (HartStep says which) */
    STEP_SERVICE,   /* an ecall that the machine serves */
    STEP_INTERRUPT, /* an interrupt is taken: a timer's, or an IPI of `other` (argument: its cause) */
    STEP_ARRIVE,    /* in a handler: another IPI, of `other`, arrives before the handler has cleared sip.SSIP */
    STEP_PARK,      /* stop_machine parks this task */
    STEP_RESUME,    /* and lets it go on */
    STEP_STOPPED,   /* the task that asked for stop_machine finds everybody parked */
    STEP_FENCE_I,   /* a remote fence.i is executed on behalf of `other` */
    STEP_QUIESCE,   /* the task is at a voluntary schedule point, which is what `other` waits for */
    STEP_SERVED,    /* the task that asked for something finds that everybody has done it */
    STEP_MIGRATE, /* the task goes on on another hart (argument: bit h: that one has yet to do what requester h asks) */
    STEP_LATER,   /* a hart alone: a mark of another hart is in its past from here on */
    STEP_PROMISE, /* a store takes effect before its turn; of schedules only */
} StepKind;

/* Services of the machine: function codes of the SBI extension SERVICE_EXTENSION in a6 (see share/cmodx.s). */
enum {
    SERVICE_EXTENSION = 0x08434d58, /* "CMX" in SBI's experimental extension space; EID in a7 */
    SBI_RFENCE = 0x52464e43,        /* SBI v2.0, chapter 8: function 0 is remote_fence_i(hart_mask, hart_mask_base) */
    SBI_IPI = 0x735049,             /* chapter 7: function 0 is send_ipi(hart_mask, hart_mask_base) */
};
typedef enum Service {
    SERVICE_SCHEDULE,
    SERVICE_STOP_BEGIN, /* argument: StopFlags */
    SERVICE_STOP_END,
    SERVICE_LOCK, /* argument: lock */
    SERVICE_UNLOCK,
    SERVICE_MARK,      /* argument: mark */
    SERVICE_AWAIT,     /* argument: size in bytes; a0: address, a1: the value waited for */
    SERVICE_AWAIT_NOT, /* the same, for any other value */
    SERVICE_SYNCHRONIZE_RCU_TASKS,
    SERVICE_ON_EACH_CPU, /* an IPI to every other hart, and wait for their acknowledgements */
    SERVICE_ACK,         /* acknowledges the IPIs of on_each_cpu that this hart has taken */
    SERVICE_ONLINE,
    SERVICE_OFFLINE,
    SERVICE_COUNT,
    SERVICE_REMOTE_FENCE_I = SERVICE_COUNT,
    SERVICE_SEND_IPI,
} Service;

/* How a property is violated; `property` is -1 if none is. */
typedef enum ViolationKind {
    VIOLATION_NONE,
    VIOLATION_TRAP,      /* cause, address: tval */
    VIOLATION_WILD_JUMP, /* address: where to */
    VIOLATION_MIXED,     /* the pass matches no whole version */
    VIOLATION_LANDS,     /* address: where it landed */
    VIOLATION_NEVER,     /* address */
    VIOLATION_OLD_BYTES, /* address */
    VIOLATION_FREED,     /* address */
    VIOLATION_CALL_END,  /* a call ends with other registers than each-call asks for */
    VIOLATION_DEADLOCK,
    VIOLATION_FINAL, /* the condition on final states */
} ViolationKind;

typedef struct Violation {
    ViolationKind kind;
    int property;
    uint64_t cause, address;
} Violation;

/* One successor of a task, with all that a reader may want to know. */
typedef struct MachineStep {
    StepKind kind;
    Task task;
    World *world; /* owned; NULL: unchanged */
    Service service;
    uint64_t argument;
    guint other;
    bool finishes_call;
    Violation violation;
    const char *unsupported; /* outside the machine: static text */
    uint32_t local, shared;  /* ids of task and world */
    HartStep hart;           /* STEP_EXECUTE, STEP_SERVICE; of a hart alone its views always */
} MachineStep;

void machine_free(Machine *machine);

/* Borrows program, options and oracle for its lifetime. */
Machine *machine_new(const Program *program, const Options *options, Oracle *oracle) OWNED_BY(machine_free);

const Program *machine_program(const Machine *machine);

/* The machine as a transition system: process h is the task on hart h. */
Space *machine_space(Machine *machine);

/* The parts of a state of the transition system. `world` must be initialised. */
Task machine_task(const Machine *machine, uint32_t local);
void machine_world(const Machine *machine, uint32_t shared, World *world);

/* The machine's initial state. `world` must be initialised. */
void machine_initial(Machine *machine, World *world, Task *tasks);

/* A new array of every MachineStep of one task, without repetitions; g_array_unref frees it. */
GArray *machine_steps(Machine *machine, const Task *task, const World *world);

/* Judges a state in which no task has a step. */
Violation machine_final(Machine *machine, const Task *tasks, const World *world);

/* Whether some "exists" condition of the program (by property index) has been met in a final state judged so far. */
bool machine_reached(const Machine *machine, guint property);

/* The distinct final states judged so far, as Outcome.states; a new array. */
GArray *machine_states(const Machine *machine);

/* Whether any hart has asked for stop_machine so far: then `preempt` matters. */
bool machine_stops(const Machine *machine);

/* Register `number` of a local state of the transition system: what conditions on final states see. */
uint64_t machine_register(const Machine *machine, uint32_t local, guint number);

/* The hart that begins to wait in a service of stop_machine or remote fence.i and in no run ever gets beyond it, or -1: all
 * that was proved of what comes after it would be empty. To be asked after a complete search. */
int machine_never_served(const Machine *machine);

/* Distinct task states, distinct shared states. */
void machine_counts(const Machine *machine, guint *tasks, guint *worlds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Machine, machine_free)
