// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what changed, told to the group "events" of the underlay.
 *
 * The underlay of a device belongs to the initial user namespace (device.c
 * sees to that), so nobody hears of a tenant who is not the provider. Whoever
 * joins the group elsewhere hears nothing.
 *
 * An event that finds no memory is lost; its listeners read ENOBUFS and dump
 * again, as they do when they were too slow.
 */
#include "tenovl.h"

static u32 tenovl_dev_changes;	/* under RTNL */

/**
 * tenovl_event_dev_generation() - counts the changes of devices
 *
 * RTNL.
 */
u32 tenovl_event_dev_generation(void)
{
	ASSERT_RTNL();
	return tenovl_dev_changes;
}

/* Under RTNL, or with BH off: a detached device's underlay may be gone, and one
 * that is not detached yet stays until a grace period later.
 */
static bool tenovl_event_wanted(const struct tenovl_dev *tdev)
{
	return !READ_ONCE(tdev->detached) &&
	       genl_has_listeners(&tenovl_family, tdev->net, TENOVL_GROUP_EVENTS);
}

static void *tenovl_event_begin(struct sk_buff *msg, const struct tenovl_dev *tdev,
				enum tenovl_event event, gfp_t gfp)
{
	void *hdr = genlmsg_put(msg, 0, 0, &tenovl_family, 0, TENOVL_CMD_EVENT);

	if (!hdr || nla_put_u8(msg, TENOVL_A_EVENT, event) ||
	    tenovl_fill_name(msg, tdev, tdev->net, gfp) ||
	    nla_put_string(msg, TENOVL_A_IFNAME, tdev->dev->name))
		return NULL;
	return hdr;
}

/* Consumes the message, which may be NULL; @hdr NULL: it is not whole. */
static void tenovl_event_send(const struct tenovl_dev *tdev, struct sk_buff *msg, void *hdr,
			      gfp_t gfp)
{
	if (msg && hdr) {
		genlmsg_end(msg, hdr);
		genlmsg_multicast_netns(&tenovl_family, tdev->net, msg, 0, TENOVL_GROUP_EVENTS,
					gfp);
		return;
	}
	DEBUG_NET_WARN_ON_ONCE(msg);
	nlmsg_free(msg);
	genl_set_err(&tenovl_family, tdev->net, 0, TENOVL_GROUP_EVENTS, -ENOBUFS);
}

/**
 * tenovl_event_dev() - a device was made, changed or deleted
 * @tdev: the device
 * @event: TENOVL_EVENT_DEV_*
 *
 * RTNL. A deletion is told by name alone, and before the device goes.
 */
void tenovl_event_dev(struct tenovl_dev *tdev, enum tenovl_event event)
{
	struct sk_buff *msg;
	void *hdr = NULL;

	ASSERT_RTNL();
	tenovl_dev_changes++;
	if (!tenovl_event_wanted(tdev))
		return;
	msg = genlmsg_new(tenovl_fill_size(TENOVL_A_DEV), GFP_KERNEL);
	if (msg)
		hdr = tenovl_event_begin(msg, tdev, event, GFP_KERNEL);
	if (hdr && event != TENOVL_EVENT_DEV_DELETED && tenovl_fill_dev(msg, tdev, tdev->net))
		hdr = NULL;
	tenovl_event_send(tdev, msg, hdr, GFP_KERNEL);
}

/**
 * tenovl_event_peer() - a peer was added, changed or deleted
 * @peer: the peer, as it is now; before it goes
 * @event: TENOVL_EVENT_PEER_*
 *
 * RTNL.
 */
void tenovl_event_peer(struct tenovl_peer *peer, enum tenovl_event event)
{
	struct tenovl_dev *tdev = peer->tdev;
	struct sk_buff *msg;
	void *hdr = NULL;

	ASSERT_RTNL();
	if (!tenovl_event_wanted(tdev))
		return;
	msg = genlmsg_new(tenovl_fill_peer_size(peer), GFP_KERNEL);
	if (msg)
		hdr = tenovl_event_begin(msg, tdev, event, GFP_KERNEL);
	if (hdr && tenovl_fill_peer(msg, peer, false))
		hdr = NULL;
	tenovl_event_send(tdev, msg, hdr, GFP_KERNEL);
}

/**
 * tenovl_event_port() - a port was added, changed or deleted
 * @port: the port, as it is now; before it goes
 * @event: TENOVL_EVENT_PORT_*
 *
 * RTNL.
 */
void tenovl_event_port(struct tenovl_port *port, enum tenovl_event event)
{
	struct tenovl_dev *tdev = port->tdev;
	struct sk_buff *msg;
	void *hdr = NULL;

	ASSERT_RTNL();
	tenovl_dev_changes++;
	if (!tenovl_event_wanted(tdev))
		return;
	msg = genlmsg_new(tenovl_fill_size(TENOVL_A_PORT), GFP_KERNEL);
	if (msg)
		hdr = tenovl_event_begin(msg, tdev, event, GFP_KERNEL);
	if (hdr && tenovl_fill_port(msg, port, tdev->net, false))
		hdr = NULL;
	tenovl_event_send(tdev, msg, hdr, GFP_KERNEL);
}

/**
 * tenovl_event_route() - a route was added, changed or deleted
 * @tdev: the device
 * @event: TENOVL_EVENT_ROUTE_*
 * @route: the route, as it is now; before it goes
 *
 * RTNL.
 */
void tenovl_event_route(struct tenovl_dev *tdev, enum tenovl_event event,
			const struct tenovl_route *route)
{
	struct sk_buff *msg;
	void *hdr = NULL;

	ASSERT_RTNL();
	if (!tenovl_event_wanted(tdev))
		return;
	msg = genlmsg_new(tenovl_fill_size(TENOVL_A_ROUTE), GFP_KERNEL);
	if (msg)
		hdr = tenovl_event_begin(msg, tdev, event, GFP_KERNEL);
	if (hdr && tenovl_fill_route(msg, route))
		hdr = NULL;
	tenovl_event_send(tdev, msg, hdr, GFP_KERNEL);
}

/**
 * tenovl_event_selection() - another port carries the traffic, or none does
 * @tdev: the device
 * @old: the port that did before, NULL for none
 *
 * RTNL.
 */
void tenovl_event_selection(struct tenovl_dev *tdev, const struct tenovl_port *old)
{
	struct sk_buff *msg;
	void *hdr = NULL;

	ASSERT_RTNL();
	tenovl_dev_changes++;
	if (!tenovl_event_wanted(tdev))
		return;
	msg = genlmsg_new(tenovl_fill_size(TENOVL_A_SELECTION), GFP_KERNEL);
	if (msg)
		hdr = tenovl_event_begin(msg, tdev, TENOVL_EVENT_PORT_SELECTED, GFP_KERNEL);
	if (hdr && tenovl_fill_selection(msg, TENOVL_A_SELECTION, tdev, old))
		hdr = NULL;
	tenovl_event_send(tdev, msg, hdr, GFP_KERNEL);
}

/**
 * tenovl_event_fdb() - a forwarding entry came, changed or went
 * @tdev: the device
 * @event: TENOVL_EVENT_FDB_*
 * @info: the entry, as it is now
 * @old: where it was, or NULL
 *
 * BH off.
 */
void tenovl_event_fdb(struct tenovl_dev *tdev, enum tenovl_event event,
		      const struct tenovl_fdb_info *info, const struct tenovl_where *old)
{
	struct sk_buff *msg;
	void *hdr = NULL;

	if (!tenovl_event_wanted(tdev))
		return;
	msg = genlmsg_new(tenovl_fill_size(TENOVL_A_FDB), GFP_ATOMIC);
	if (msg)
		hdr = tenovl_event_begin(msg, tdev, event, GFP_ATOMIC);
	if (hdr && tenovl_fill_fdb(msg, info, old))
		hdr = NULL;
	tenovl_event_send(tdev, msg, hdr, GFP_ATOMIC);
}

/**
 * tenovl_event_move() - a planned move was prepared, or ended
 * @tdev: the device
 * @event: TENOVL_EVENT_MOVE_*
 * @move: the move, as it is now; before it goes
 *
 * BH off.
 */
void tenovl_event_move(struct tenovl_dev *tdev, enum tenovl_event event,
		       const struct tenovl_move_info *move)
{
	struct sk_buff *msg;
	void *hdr = NULL;

	if (!tenovl_event_wanted(tdev))
		return;
	msg = genlmsg_new(tenovl_fill_size(TENOVL_A_MOVE), GFP_ATOMIC);
	if (msg)
		hdr = tenovl_event_begin(msg, tdev, event, GFP_ATOMIC);
	if (hdr && tenovl_fill_move(msg, move))
		hdr = NULL;
	tenovl_event_send(tdev, msg, hdr, GFP_ATOMIC);
}
