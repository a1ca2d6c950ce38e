/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEST_DISK_H
#define TEST_DISK_H

#include <stdbool.h>

/**
 * enum disk_fault - What happens at the operation that is chosen.
 * @DISK_FINE: Nothing.
 * @DISK_KILL: The process is killed before it.
 * @DISK_TEAR: A write is made by half, and then the process is killed.
 * @DISK_CUT: The power fails: all that was not synced is gone.
 * @DISK_CUT_SOME: The power fails: of what was not synced every other write is gone.
 * @DISK_FULL: From it on nothing more can be written.
 * @DISK_ERROR: It fails, and nothing of it is done.
 */
enum disk_fault {
	DISK_FINE,
	DISK_KILL,
	DISK_TEAR,
	DISK_CUT,
	DISK_CUT_SOME,
	DISK_FULL,
	DISK_ERROR,
};

#define DISK_VFS "test-disk"

void disk_register(void);
void disk_arm(enum disk_fault fault, unsigned int at);
unsigned int disk_count(void);

#endif
