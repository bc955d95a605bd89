/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The assembler macros, as a string in the program: scenarios need no file beside their own. */
	.section .rodata
	.globl	cmodx_macros
cmodx_macros:
	.incbin	"scenarios/cmodx.s"
	.byte	0
	.section .note.GNU-stack,"",@progbits
