// SPDX-License-Identifier: GPL-2.0
/* Planned moves, in the segments of this machine that take part. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <string.h>

#include "genl.h"
#include "moves.h"
#include "wire.h"

#define OVCTL_MOVE_VALUES 6

/* Where a segment is, and what names it there. */
static int ovctl_seat_dev(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
			  struct ovctl_space **space, struct ovctl_dev *dev)
{
	int ret;

	ret = ovctl_space_get(spaces, seat->netns, space);
	if (!ret)
		ret = ovctl_space_family(spaces, *space);
	if (ret)
		return ret;
	memset(dev, 0, sizeof(*dev));
	dev->nsid = -1;
	dev->ifindex = ovctl_space_index(*space, seat->link);
	if (dev->ifindex)
		return OVCTL_DONE;
	return ovctl_fail(spaces->ov, "there is no device \"%s\" in namespace \"%s\"", seat->link,
			  seat->netns);
}

/* One request about one station. @fine: An error that is none; @err tells whether it came. */
static int ovctl_seat_call(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
			   uint8_t cmd, uint16_t nest, const struct ovctl_value *values,
			   unsigned int count, int fine, int *err, struct ovctl_reply *rp)
{
	struct ovctl_request *rq;
	struct ovctl_space *space;
	struct ovctl_dev dev;
	int ret;

	*err = 0;
	ret = ovctl_seat_dev(spaces, seat, &space, &dev);
	if (ret)
		return ret;
	rq = ovctl_genl_request(&space->ov, cmd, NLM_F_ACK, &dev);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "%s %s", seat->netns, seat->link);
	if (!ovctl_request_nest(rq, nest, NULL, values, count)) {
		ret = ovctl_fail(spaces->ov, "out of memory");
	} else {
		*err = ovctl_genl_call(&space->ov, rq, rp);
		if (*err && *err != fine)
			ret = ovctl_genl_refused(&space->ov, rq, rp);
	}
	ovctl_request_free(rq);
	return ret;
}

static int ovctl_seat_do(struct ovctl_spaces *spaces, const struct ovctl_seat *seat, uint8_t cmd,
			 const struct ovctl_value *values, unsigned int count, int fine, int *err)
{
	struct ovctl_reply rp = { 0 };
	int ret;

	ret = ovctl_seat_call(spaces, seat, cmd, TENOVL_A_MOVE, values, count, fine, err, &rp);
	ovctl_reply_free(&rp);
	return ret;
}

static void ovctl_move_put(struct ovctl_value *values, unsigned int *count, unsigned int id,
			   uint32_t num)
{
	values[*count].attr = ovctl_spec_attr(&ovctl_set_move, id);
	values[(*count)++].num = num;
}

static unsigned int ovctl_move_values(struct ovctl_value *values, const struct ovctl_seat *seat,
				      const struct ovctl_addr *mac,
				      const struct ovctl_move_terms *terms)
{
	unsigned int count = 0;

	ovctl_move_put(values, &count, TENOVL_A_MOVE_MAC, 0);
	values[0].addr = *mac;
	ovctl_move_put(values, &count, TENOVL_A_MOVE_CLONE, 1);
	ovctl_move_put(values, &count, TENOVL_A_MOVE_TIMEOUT, terms->timeout);
	if (seat->to.len) {
		ovctl_move_put(values, &count, TENOVL_A_MOVE_TO, 0);
		values[count - 1].addr = seat->to;
		return count;
	}
	ovctl_move_put(values, &count, TENOVL_A_MOVE_MAX_WAIT, terms->max_wait);
	ovctl_move_put(values, &count, TENOVL_A_MOVE_MAX_FRAMES, terms->max_frames);
	ovctl_move_put(values, &count, TENOVL_A_MOVE_MAX_BYTES, terms->max_bytes);
	return count;
}

/**
 * ovctl_seat_prepare() - Get a segment ready for a station that moves.
 * @spaces: The namespaces.
 * @seat: The segment.
 * @mac: The station.
 * @terms: For frames that wait.
 * @there: Set where it is at its new place already, and nothing is prepared.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_seat_prepare(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		       const struct ovctl_addr *mac, const struct ovctl_move_terms *terms,
		       bool *there)
{
	struct ovctl_value values[OVCTL_MOVE_VALUES] = { 0 };
	unsigned int count = ovctl_move_values(values, seat, mac, terms);
	int ret, err;

	ret = ovctl_seat_do(spaces, seat, TENOVL_CMD_MOVE_PREPARE, values, count, -EALREADY, &err);
	*there = err == -EALREADY;
	return ret;
}

static int ovctl_seat_end(struct ovctl_spaces *spaces, const struct ovctl_seat *seat, uint8_t cmd,
			  const struct ovctl_addr *mac)
{
	struct ovctl_value value = { .attr = ovctl_spec_attr(&ovctl_set_move, TENOVL_A_MOVE_MAC),
				     .addr = *mac };
	int err;

	return ovctl_seat_do(spaces, seat, cmd, &value, 1, -ENOENT, &err);
}

/**
 * ovctl_seat_finish() - Tell a segment that a station is at its new place.
 * @spaces: The namespaces.
 * @seat: The segment.
 * @mac: The station; one that nothing is prepared for is none of its business.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_seat_finish(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		      const struct ovctl_addr *mac)
{
	return ovctl_seat_end(spaces, seat, TENOVL_CMD_MOVE_FINISH, mac);
}

/**
 * ovctl_seat_abort() - Tell a segment that a station stays where it is.
 * @spaces: The namespaces.
 * @seat: The segment.
 * @mac: The station; one that nothing is prepared for is none of its business.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_seat_abort(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		     const struct ovctl_addr *mac)
{
	return ovctl_seat_end(spaces, seat, TENOVL_CMD_MOVE_ABORT, mac);
}

static const struct nlattr *ovctl_moves_nest(const struct nlmsghdr *nlh, uint16_t nest)
{
	return nlh ? nlmsg_find_attr((struct nlmsghdr *)nlh, GENL_HDRLEN, nest) : NULL;
}

static const struct nlattr *ovctl_moves_in(const struct nlattr *nest, int id)
{
	return nest ? nla_find(nla_data(nest), nla_len(nest), id) : NULL;
}

static void ovctl_moves_addr(struct ovctl_addr *addr, const struct nlattr *attr)
{
	if (!attr || nla_len(attr) > 16)
		return;
	addr->len = nla_len(attr);
	memcpy(addr->bytes, nla_data(attr), addr->len);
}

/**
 * ovctl_seat_where() - Ask a segment where it has a station.
 * @spaces: The namespaces.
 * @seat: The segment.
 * @mac: The station.
 * @where: Filled in.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_seat_where(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		     const struct ovctl_addr *mac, struct ovctl_whereabouts *where)
{
	struct ovctl_value value = { .attr = ovctl_spec_attr(&ovctl_set_fdb, TENOVL_A_FDB_MAC),
				     .addr = *mac };
	struct ovctl_reply rp = { 0 };
	const struct nlattr *nest;
	int ret, err;

	memset(where, 0, sizeof(*where));
	ret = ovctl_seat_call(spaces, seat, TENOVL_CMD_FDB_GET, TENOVL_A_FDB, &value, 1, -ENOENT,
			      &err, &rp);
	nest = ret || err ? NULL : ovctl_moves_nest(ovctl_reply_next(&rp, NULL), TENOVL_A_FDB);
	where->known = nest;
	ovctl_moves_addr(&where->peer, ovctl_moves_in(nest, TENOVL_A_FDB_PEER));
	ovctl_reply_free(&rp);
	return ret;
}

/**
 * ovctl_seat_arrival() - Ask a segment whether a station has moved.
 * @spaces: The namespaces.
 * @seat: The segment.
 * @mac: The station.
 * @arrival: Set.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_seat_arrival(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		       const struct ovctl_addr *mac, enum ovctl_arrival *arrival)
{
	struct ovctl_value value = { .attr = ovctl_spec_attr(&ovctl_set_move, TENOVL_A_MOVE_MAC),
				     .addr = *mac };
	struct ovctl_whereabouts where;
	int ret, err;

	/* In this order, or one that arrives in between would be nowhere. */
	ret = ovctl_seat_do(spaces, seat, TENOVL_CMD_MOVE_GET, &value, 1, -ENOENT, &err);
	if (!ret)
		ret = ovctl_seat_where(spaces, seat, mac, &where);
	if (ret)
		return ret;
	if (where.known && ovctl_addr_same(&where.peer, &seat->to))
		*arrival = OVCTL_ARRIVAL_THERE;
	else
		*arrival = err ? OVCTL_ARRIVAL_NONE : OVCTL_ARRIVAL_AWAITED;
	return OVCTL_DONE;
}

/* --- events --- */

static int ovctl_watch_listen(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
			      struct ovctl_watch *watch)
{
	struct ovctl_space *space;
	int ret, err;

	ret = ovctl_space_get(spaces, seat->underlay, &space);
	if (!ret)
		ret = ovctl_space_socket(spaces, space, &watch->wire, NETLINK_GENERIC);
	if (ret)
		return ret;
	watch->dev.nsid = ovctl_space_id(spaces, space, seat->netns, true);
	err = ovctl_wire_join(watch->wire, TENOVL_FAMILY_NAME, TENOVL_MCGRP_EVENTS);
	if (!err)
		return OVCTL_DONE;
	ovctl_wire_close(watch->wire);
	watch->wire = NULL;
	return ovctl_fail(spaces->ov, "events of namespace \"%s\": %s", seat->underlay,
			  strerror(-err));
}

/**
 * ovctl_watch_open() - Hear from now on what becomes of a station.
 * @spaces: The namespaces.
 * @seat: The segment.
 * @mac: The station.
 * @watch: Filled in; its wire is to be closed.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_watch_open(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		     const struct ovctl_addr *mac, struct ovctl_watch *watch)
{
	struct ovctl_space *space;
	int ret;

	memset(watch, 0, sizeof(*watch));
	watch->mac = *mac;
	ret = ovctl_seat_dev(spaces, seat, &space, &watch->dev);
	watch->family = spaces->family;
	return ret ? ret : ovctl_watch_listen(spaces, seat, watch);
}

/* What an event says of the station: done, given up, or nothing that ends the wait. */
static enum ovctl_arrival ovctl_watch_event(const struct ovctl_watch *watch,
					    const struct nlmsghdr *nlh)
{
	const struct nlattr *told = ovctl_moves_nest(nlh, TENOVL_A_EVENT);
	const struct nlattr *nest = ovctl_moves_nest(nlh, TENOVL_A_MOVE);
	struct ovctl_addr mac = { 0 };
	struct ovctl_dev dev;

	ovctl_moves_addr(&mac, ovctl_moves_in(nest, TENOVL_A_MOVE_MAC));
	if (!told || !ovctl_dev_from(&dev, nlh) || dev.ifindex != watch->dev.ifindex ||
	    dev.nsid != watch->dev.nsid || !ovctl_addr_same(&mac, &watch->mac))
		return OVCTL_ARRIVAL_AWAITED;
	switch (nla_get_u8((struct nlattr *)told)) {
	case TENOVL_EVENT_MOVE_DONE:
		return OVCTL_ARRIVAL_THERE;
	case TENOVL_EVENT_MOVE_ABORTED:
	case TENOVL_EVENT_MOVE_EXPIRED:
		return OVCTL_ARRIVAL_NONE;
	default:
		return OVCTL_ARRIVAL_AWAITED;
	}
}

/**
 * ovctl_watch_next() - Wait for the next events.
 * @watch: The watch.
 * @arrival: Set to what they tell.
 *
 * Return: 0 or a negative error number: -EINTR for a signal, -ETIMEDOUT where none came as long as
 * the wire is patient, -ENOBUFS where some are lost.
 */
int ovctl_watch_next(const struct ovctl_watch *watch, enum ovctl_arrival *arrival)
{
	const struct nlmsghdr *nlh;
	const void *buf;
	ssize_t n;
	int left;

	*arrival = OVCTL_ARRIVAL_AWAITED;
	n = watch->wire->recv(watch->wire, &buf);
	if (n < 0)
		return n;
	left = n;
	for (nlh = buf; nlmsg_ok(nlh, left) && *arrival == OVCTL_ARRIVAL_AWAITED;
	     nlh = nlmsg_next((struct nlmsghdr *)nlh, &left)) {
		const struct genlmsghdr *genl = nlmsg_data(nlh);

		if (nlh->nlmsg_type == watch->family && nlmsg_datalen(nlh) >= (int)GENL_HDRLEN &&
		    genl->cmd == TENOVL_CMD_EVENT)
			*arrival = ovctl_watch_event(watch, nlh);
	}
	return 0;
}
