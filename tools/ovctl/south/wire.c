// SPDX-License-Identifier: GPL-2.0
/* Netlink sockets. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "request.h"
#include "wire.h"

#define OVCTL_RECV_MAX (256U << 10)
#define OVCTL_RECV_QUEUE (4 << 20)
#define OVCTL_DRAIN_MAX (1U << 16)

/**
 * struct ovctl_socket - A wire that is a real socket.
 * @wire: The wire.
 * @sk: libnl's socket.
 * @buf: What the last receive brought.
 */
struct ovctl_socket {
	struct ovctl_wire wire;
	struct nl_sock *sk;
	char *buf;
};

static struct ovctl_socket *ovctl_socket_of(struct ovctl_wire *wire)
{
	return (struct ovctl_socket *)wire;
}

static int ovctl_socket_send(struct ovctl_wire *wire, const void *buf, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = nl_socket_get_fd(ovctl_socket_of(wire)->sk);
	ssize_t n;

	do {
		n = sendto(fd, buf, len, 0, (struct sockaddr *)&kernel, sizeof(kernel));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static ssize_t ovctl_socket_recv(struct ovctl_wire *wire, const void **buf)
{
	struct ovctl_socket *s = ovctl_socket_of(wire);
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = s->buf, .iov_len = OVCTL_RECV_MAX };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	struct pollfd pfd = { .fd = nl_socket_get_fd(s->sk), .events = POLLIN };
	ssize_t n = 1;

	do {
		if (wire->let_in || wire->patience)
			n = ppoll(&pfd, 1, wire->patience, wire->let_in);
		if (n <= 0)
			return n ? -errno : -ETIMEDOUT;
		msg.msg_namelen = sizeof(from);
		n = recvmsg(pfd.fd, &msg, 0);
		if (n < 0)
			return -errno;
	} while (from.nl_pid);
	if (msg.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	*buf = s->buf;
	return n;
}

/* Bounded, as more may come in while this goes on. */
static void ovctl_socket_drain(struct ovctl_wire *wire)
{
	struct ovctl_socket *s = ovctl_socket_of(wire);
	unsigned int left = OVCTL_DRAIN_MAX;

	while (left--)
		if (recv(nl_socket_get_fd(s->sk), s->buf, OVCTL_RECV_MAX, MSG_DONTWAIT) < 0 &&
		    errno != ENOBUFS && errno != EINTR)
			return;
}

static void ovctl_socket_close(struct ovctl_wire *wire)
{
	struct ovctl_socket *s = ovctl_socket_of(wire);

	nl_socket_free(s->sk);
	free(s->buf);
	free(s);
}

/* Old kernels lack some of these; each is a gain, none is needed. */
static void ovctl_socket_options(struct nl_sock *sk)
{
	int size = 2 * OVCTL_REQUEST_MAX;
	int queue = OVCTL_RECV_QUEUE;
	int fd = nl_socket_get_fd(sk);
	int one = 1;

	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	/* The request is at hand: an echo of a megabyte would only be in the way. */
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue));
}

/**
 * ovctl_wire_open() - Open a netlink socket.
 * @wire: Set to the wire.
 * @protocol: NETLINK_GENERIC or NETLINK_ROUTE.
 *
 * Return: 0 or a negative error number.
 */
int ovctl_wire_open(struct ovctl_wire **wire, int protocol)
{
	struct ovctl_socket *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return err;
	s->wire.send = ovctl_socket_send;
	s->wire.recv = ovctl_socket_recv;
	s->wire.drain = ovctl_socket_drain;
	s->wire.close = ovctl_socket_close;
	s->buf = malloc(OVCTL_RECV_MAX);
	s->sk = nl_socket_alloc();
	if (!s->buf || !s->sk)
		goto err_close;
	if (nl_connect(s->sk, protocol)) {
		err = errno ? -errno : -EIO;
		goto err_close;
	}
	ovctl_socket_options(s->sk);
	*wire = &s->wire;
	return 0;

err_close:
	ovctl_socket_close(&s->wire);
	return err;
}

/**
 * ovctl_wire_family() - Ask for the number of a generic netlink family.
 * @wire: A wire to generic netlink.
 * @name: The family.
 *
 * Return: the number, or a negative error number; -ENOENT where there is none.
 */
int ovctl_wire_family(struct ovctl_wire *wire, const char *name)
{
	int id = genl_ctrl_resolve(ovctl_socket_of(wire)->sk, name);

	if (id >= 0)
		return id;
	return id == -NLE_OBJ_NOTFOUND ? -ENOENT : -EIO;
}

/**
 * ovctl_wire_join() - Listen to a group of a family.
 * @wire: A wire to generic netlink.
 * @family: The family.
 * @group: The group.
 *
 * Return: 0 or a negative error number.
 */
int ovctl_wire_join(struct ovctl_wire *wire, const char *family, const char *group)
{
	struct nl_sock *sk = ovctl_socket_of(wire)->sk;
	int id = genl_ctrl_resolve_grp(sk, family, group);
	int fd = nl_socket_get_fd(sk);

	if (id < 0)
		return -ENOENT;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)))
		return -errno;
	return 0;
}

/**
 * ovctl_wire_close() - Close a wire.
 * @wire: The wire, or NULL.
 */
void ovctl_wire_close(struct ovctl_wire *wire)
{
	if (wire)
		wire->close(wire);
}
