# SPDX-License-Identifier: GPL-2.0-or-later
# Handlers of IPIs from parts. `include: [ipi.s]` defines macros and adds no code.

	# The beginning: saves a6, a7, t3 and t4, and clears the interrupt. What is no interrupt goes to `other`, with a6 the
	# cause and the four registers saved.
	.macro ipi_enter other=ipi_unexpected
	addi	sp, sp, -32
	sd	a6, 0(sp)
	sd	a7, 8(sp)
	sd	t3, 16(sp)
	sd	t4, 24(sp)
	csrr	a6, scause
	bgez	a6, \other
	csrci	sip, 2
	.endm

	# The end, of either.
	.macro ipi_leave
	ld	a6, 0(sp)
	ld	a7, 8(sp)
	ld	t3, 16(sp)
	ld	t4, 24(sp)
	addi	sp, sp, 32
	sret
	.endm

	# Moves sepc: a hart that was interrupted at `at` goes on at `to`. Clobbers t3 and t4.
	.macro ipi_move at:req, to:req
	csrr	t3, sepc
	la	t4, \at
	bne	t3, t4, .Lipi_stays\@
	la	t3, \to
	csrw	sepc, t3
.Lipi_stays\@:
	.endm
