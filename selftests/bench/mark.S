/* SPDX-License-Identifier: GPL-2.0 */
/* A mark for profile.c: one block at the address that the program is linked at, then exit(0). */
	.globl	_start
_start:
	xorl	%edi, %edi
	movl	$60, %eax
	syscall
	.section .note.GNU-stack, "", @progbits
