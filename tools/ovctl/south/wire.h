/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_WIRE_H
#define OVCTL_WIRE_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/**
 * struct ovctl_wire - A way to the kernel, or to a test that plays its part.
 * @send: Send a message; 0 or a negative error number.
 * @recv: Receive; the number of bytes or a negative error number. The bytes
 *	stay good until the next call.
 * @drain: Throw away what waits to be received.
 * @close: Free the wire.
 * @let_in: The signal mask while receiving waits, or NULL for the one in force;
 *	a signal ends the wait with -EINTR.
 * @patience: How long receiving waits, or NULL for ever; then it ends with -ETIMEDOUT.
 */
struct ovctl_wire {
	int (*send)(struct ovctl_wire *wire, const void *buf, size_t len);
	ssize_t (*recv)(struct ovctl_wire *wire, const void **buf);
	void (*drain)(struct ovctl_wire *wire);
	void (*close)(struct ovctl_wire *wire);
	const sigset_t *let_in;
	const struct timespec *patience;
};

int ovctl_wire_open(struct ovctl_wire **wire, int protocol);
int ovctl_wire_family(struct ovctl_wire *wire, const char *name);
int ovctl_wire_join(struct ovctl_wire *wire, const char *family, const char *group);
void ovctl_wire_close(struct ovctl_wire *wire);

#endif
