# SPDX-License-Identifier: GPL-2.0-or-later
# Services of the simulated machine, for scenario code. Each is an ecall in SBI's experimental extension space;
# all clobber a6 and a7 and keep every other register, except cmodx_remote_fence_i (a0, a1 as in the SBI).
# Names of locks and marks are those of the scenario.

	.macro cmodx_service number:req, argument=0
	li	a7, 0x08434d58
	li	a6, (\number) | (\argument) << 8
	ecall
	.endm

	# A point at which the task may be switched out even without preemption.
	.macro cmodx_schedule
	cmodx_service 0
	.endm

	# stop_machine(): wait until every other task is parked; flags 1: they run fence.i when released,
	# 2: none parks inside a patched site.
	.macro cmodx_stop_begin flags=1
	cmodx_service 1, \flags
	.endm

	.macro cmodx_stop_end
	cmodx_service 2
	.endm

	.macro cmodx_lock name:req
	cmodx_service 3, cmodx_lock_\name
	.endm

	.macro cmodx_unlock name:req
	cmodx_service 4, cmodx_lock_\name
	.endm

	# Time passes the mark: properties `after: NAME` hold from here on.
	.macro cmodx_mark name:req
	cmodx_service 5, cmodx_mark_\name
	.endm

	# Blocks until the `size` bytes at (a0) are (are not) those of a1.
	.macro cmodx_await size:req
	cmodx_service 6, \size
	.endm

	.macro cmodx_await_not size:req
	cmodx_service 7, \size
	.endm

	# SBI remote_fence_i() to all harts: returns when all have executed fence.i.
	.macro cmodx_remote_fence_i
	li	a0, 0
	li	a1, -1
	li	a7, 0x52464e43
	li	a6, 0
	ecall
	.endm

	# SBI send_ipi() to all harts, the caller included if it has a trap handler. Does not wait.
	.macro cmodx_send_ipi
	li	a0, 0
	li	a1, -1
	li	a7, 0x735049
	li	a6, 0
	ecall
	.endm

	# Returns when every other task has passed a schedule point outside of trap handlers.
	.macro cmodx_synchronize_rcu_tasks
	cmodx_service 8
	.endm

	# on_each_cpu(): an IPI to every other hart that is online; returns when their handlers have all executed cmodx_ack.
	.macro cmodx_on_each_cpu
	cmodx_service 9
	.endm

	.macro cmodx_ack
	cmodx_service 10
	.endm

	# From here on services count this hart, or do not.
	.macro cmodx_online
	cmodx_service 11
	.endm

	.macro cmodx_offline
	cmodx_service 12
	.endm

	# A trap handler for IPIs alone: fence.i and acknowledge. What else is trapped goes to `other`.
	.macro cmodx_ipi_handler other=cmodx_unexpected_trap
	addi	sp, sp, -16
	sd	a6, 0(sp)
	sd	a7, 8(sp)
	csrr	a6, scause
	bgez	a6, \other
	csrci	sip, 2
	fence.i
	cmodx_ack
	ld	a6, 0(sp)
	ld	a7, 8(sp)
	addi	sp, sp, 16
	sret
	.endm
