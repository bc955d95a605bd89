/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the service*.c of an interleaving. Functions that are called offer_ append steps of the task that are possible in
 * `world`; those called serve_ make `step`, an ecall, the service, and return false if it blocks there. */
#pragma once

#include "sim/machine/internal.h"

HartSet service_bit(const Task *task);

/* The timestamp of what has happened last. */
guint service_now(const Machine *machine, const World *world);

/* Every service that hands something from one hart to another (a lock, the end of a stop, an acknowledgement) is an
 * access: what was stored before it is before the hart's next fence.i. */
void service_synchronise(const Machine *machine, Task *task, guint with);

/* The step leads out of the machine. */
void service_misuse(MachineStep *step, const char *reason);

/* The hart goes on behind the ecall of an SBI call, which clobbers a0 and a1. */
void service_return_from_sbi(MachineStep *step);

/* service-stop.c */
bool serve_stop_begin(const World *world, MachineStep *step);
void serve_stop_end(const Machine *machine, const World *world, MachineStep *step);
void offer_park(const Machine *machine, const Task *task, const World *world, bool sleeps, GArray *steps);
void offer_resume(const Machine *machine, const Task *task, const World *world, GArray *steps);
void offer_stopped(const Machine *machine, const Task *task, const World *world, GArray *steps);

/* service-ask.c: remote fence.i, synchronize_rcu_tasks, online and offline. */
void serve_remote_fence_i(const Machine *machine, const World *world, MachineStep *step);
void serve_grace(const Machine *machine, const World *world, MachineStep *step);
bool serve_online(const Machine *machine, const World *world, MachineStep *step);
void offer_parts(const Machine *machine, const Task *task, const World *world, bool sleeps, GArray *steps);
void offer_served(const Machine *machine, const Task *task, const World *world, GArray *steps);

/* service-ipi.c */
void serve_send_ipi(const Machine *machine, const World *world, MachineStep *step);
void serve_on_each_cpu(const Machine *machine, const World *world, MachineStep *step);
void serve_ack(const Machine *machine, const World *world, MachineStep *step);
void offer_ipis(Machine *machine, const Task *task, const World *world, GArray *steps);
void offer_acknowledged(const Machine *machine, const Task *task, const World *world, GArray *steps);
/* Whether an interrupt is on its way to the hart, or has yet to be acknowledged by it. */
bool service_ipi_is_open(const World *world, guint hart);

/* service-migrate.c */
void offer_migrations(const Machine *machine, const Task *task, const World *world, bool sleeps, GArray *steps);
/* What every hart has done by now, one that a task may migrate to among them: run fence.i, seeing what was before `ts`. */
void service_note_fence(const Machine *machine, World *world, guint hart, guint ts);
