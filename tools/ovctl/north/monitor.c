// SPDX-License-Identifier: GPL-2.0
/* ovctl monitor: events as they happen. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <signal.h>
#include <string.h>

#include "../south/genl.h"
#include "../south/record.h"
#include "../south/wire.h"
#include "command.h"
#include "monitor.h"
#include "output.h"

static volatile sig_atomic_t ovctl_monitor_stop;

static void ovctl_monitor_on_signal(int sig)
{
	(void)sig;
	ovctl_monitor_stop = 1;
}

static int ovctl_monitor_mark(struct ovctl *ov, const char *event)
{
	json_t *rec = json_pack("{s:s}", "event", event);

	if (!rec)
		return ovctl_fail(ov, "out of memory");
	ovctl_output_line(ov, rec);
	json_decref(rec);
	return OVCTL_DONE;
}

/* One line: the event, the device, and the one object in @nest. */
static int ovctl_monitor_object(struct ovctl *ov, const struct nlmsghdr *nlh, const char *event,
				const char *ifname, const struct nlattr *nest)
{
	const struct nlattr *told = nlmsg_find_attr((struct nlmsghdr *)nlh, GENL_HDRLEN,
						    TENOVL_A_EVENT);
	json_t *rec = json_object();
	json_t *head = ovctl_record_head(nlh);
	bool good;

	/* The event's name comes first, whatever the order in the message. */
	good = rec && head && !json_object_set_new(rec, "event", json_string("unknown"));
	if (good && event)
		good = !json_object_set_new(rec, "event", json_string(event));
	else if (good && told)
		good = ovctl_record_add(rec, &ovctl_set_top, told, nla_total_size(nla_len(told)));
	if (good && ifname)
		good = !json_object_set_new(rec, "ifname", json_string(ifname));
	good = good && !json_object_update(rec, head);
	if (good && nest)
		good = ovctl_record_add(rec, &ovctl_set_top, nest, nla_total_size(nla_len(nest)));
	if (good)
		ovctl_output_line(ov, rec);
	json_decref(head);
	json_decref(rec);
	return good ? OVCTL_DONE : ovctl_fail(ov, "out of memory");
}

/**
 * ovctl_monitor_message() - Print one message.
 * @ov: The run.
 * @nlh: The message.
 * @event: What to call it, or NULL where it tells itself.
 * @ifname: The device's name, or NULL where it tells that itself.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED.
 */
int ovctl_monitor_message(struct ovctl *ov, const struct nlmsghdr *nlh, const char *event,
			  const char *ifname)
{
	struct nlattr *pos;
	bool told = false;
	int ret;
	int rem;

	if (nlmsg_attrlen(nlh, GENL_HDRLEN) < 0)
		return OVCTL_DONE;
	nlmsg_for_each_attr(pos, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem) {
		const struct ovctl_attr *attr = ovctl_spec_attr(&ovctl_set_top, nla_type(pos));

		if (!attr || !attr->nested)
			continue;
		ret = ovctl_monitor_object(ov, nlh, event, ifname, pos);
		if (ret)
			return ret;
		told = true;
	}
	return told ? OVCTL_DONE : ovctl_monitor_object(ov, nlh, event, ifname, NULL);
}

/**
 * ovctl_monitor_feed() - Print the events that one receive brought.
 * @ov: The run.
 * @buf: The bytes.
 * @len: How many.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED.
 */
int ovctl_monitor_feed(struct ovctl *ov, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	int ret = OVCTL_DONE;

	while (!ret && len >= NLMSG_HDRLEN && nlh->nlmsg_len >= NLMSG_HDRLEN &&
	       nlh->nlmsg_len <= len) {
		size_t step = NLMSG_ALIGN(nlh->nlmsg_len);
		const struct genlmsghdr *genl = NLMSG_DATA(nlh);

		if (nlh->nlmsg_type == ov->family &&
		    nlh->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN && genl->cmd == TENOVL_CMD_EVENT)
			ret = ovctl_monitor_message(ov, nlh, NULL, NULL);
		if (step >= len)
			break;
		len -= step;
		nlh = (const struct nlmsghdr *)((const char *)nlh + step);
	}
	return ret;
}

static int ovctl_monitor_table(struct ovctl *ov, uint8_t cmd, const struct ovctl_dev *dev,
			       const char *event)
{
	const struct nlmsghdr *nlh = NULL;
	struct ovctl_reply rp = { 0 };
	struct ovctl_request *rq;
	int ret = OVCTL_DONE;
	int err;

	rq = ovctl_genl_request(ov, cmd, NLM_F_DUMP, dev);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "monitor");
	/* What changes meanwhile comes as an event, so one reading is enough. */
	err = ovctl_genl_call(ov, rq, &rp);
	if (err && err != -ENODEV && err != -EINTR)
		ret = ovctl_genl_refused(ov, rq, &rp);
	while (!ret && (nlh = ovctl_reply_next(&rp, nlh)))
		ret = ovctl_monitor_message(ov, nlh, event, dev ? dev->name : NULL);
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

/**
 * ovctl_monitor_resync() - Print the state as it is, after events were lost.
 * @ov: The run.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED.
 */
int ovctl_monitor_resync(struct ovctl *ov)
{
	unsigned int i;
	int ret;

	ovctl_say(ov, "warning: events came faster than they were read, and some are lost: here is the state as it is now");
	ret = ovctl_monitor_mark(ov, "lost");
	if (!ret)
		ret = ovctl_devs_read(ov);
	if (!ret)
		ret = ovctl_monitor_table(ov, TENOVL_CMD_DEV_GET, NULL, "dev");
	for (i = 0; !ret && i < ov->devs->count; i++) {
		ret = ovctl_monitor_table(ov, TENOVL_CMD_PEER_GET, &ov->devs->list[i], "peer");
		if (!ret)
			ret = ovctl_monitor_table(ov, TENOVL_CMD_PORT_GET, &ov->devs->list[i],
						  "port");
		if (!ret)
			ret = ovctl_monitor_table(ov, TENOVL_CMD_FDB_GET, &ov->devs->list[i],
						  "fdb");
		if (!ret)
			ret = ovctl_monitor_table(ov, TENOVL_CMD_ROUTE_GET, &ov->devs->list[i],
						  "route");
		if (!ret)
			ret = ovctl_monitor_table(ov, TENOVL_CMD_MOVE_GET, &ov->devs->list[i],
						  "move");
	}
	return ret ? ret : ovctl_monitor_mark(ov, "listening");
}

/**
 * ovctl_monitor_loop() - Print events until interrupted.
 * @ov: The run.
 * @wire: Where the events come from.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED.
 */
int ovctl_monitor_loop(struct ovctl *ov, struct ovctl_wire *wire)
{
	const void *buf;
	ssize_t n;
	int ret;

	ret = ovctl_monitor_mark(ov, "listening");
	while (!ret && !ovctl_monitor_stop && !ferror(ov->out)) {
		n = wire->recv(wire, &buf);
		if (n == -ENOBUFS) {
			/* What still waits is older than the state to be read now. */
			wire->drain(wire);
			ret = ovctl_monitor_resync(ov);
		} else if (n == -EINTR) {
			continue;
		} else if (n < 0) {
			ret = ovctl_fail(ov, "monitor: %s", strerror(-n));
		} else {
			ret = ovctl_monitor_feed(ov, buf, n);
		}
	}
	return ret;
}

static int ovctl_monitor(struct ovctl *ov, int argc, char **argv)
{
	struct sigaction action = { .sa_handler = ovctl_monitor_on_signal };
	struct ovctl_wire *wire;
	sigset_t ending;
	sigset_t before;
	int err;
	int ret;

	if (argc)
		return ovctl_misuse(ov, "\"%s\" is more than monitor takes", argv[0]);
	ret = ovctl_genl_open(ov);
	if (ret)
		return ret;
	err = ovctl_wire_open(&wire, NETLINK_GENERIC);
	if (err)
		return ovctl_fail(ov, "no netlink socket: %s", strerror(-err));
	/* Signals that end this are let in while it waits for an event, and only then:
	 * one that came just before the wait would not end it.
	 */
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigprocmask(SIG_BLOCK, &ending, &before);
	sigdelset(&before, SIGINT);
	sigdelset(&before, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	wire->let_in = &before;
	err = ovctl_wire_join(wire, TENOVL_FAMILY_NAME, TENOVL_MCGRP_EVENTS);
	if (err)
		ret = ovctl_fail(ov, "monitor: %s", strerror(-err));
	else
		ret = ovctl_monitor_loop(ov, wire);
	ovctl_wire_close(wire);
	return ret;
}

static const struct ovctl_command ovctl_monitor_command = {
	.object = "monitor", .verb = NULL,
	.args = "",
	.help = "Prints events as they happen, one a line, until interrupted. They are heard in the\n"
		"underlay's namespace only.",
	.run = ovctl_monitor,
};

OVCTL_REGISTER(ovctl_monitor, &ovctl_monitor_command);
