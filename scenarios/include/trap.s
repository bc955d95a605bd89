# SPDX-License-Identifier: GPL-2.0-or-later
# For trap handlers. `include: [trap.s]` defines macros and adds no code.

	# The end of a handler: goes on behind an instruction of that many bytes. Changes sscratch, and no register.
	.macro trap_skip bytes=4
	csrw	sscratch, t1
	csrr	t1, sepc
	addi	t1, t1, \bytes
	csrw	sepc, t1
	csrr	t1, sscratch
	sret
	.endm
