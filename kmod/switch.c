// SPDX-License-Identifier: GPL-2.0
/*
 * The switch: one function decides where a frame goes. It has no side effects,
 * so that the packet path, counters and traces can all ask it.
 *
 * A frame enters by the head, by the selected bridge port, by an access port, or
 * from a peer. It goes to the head, to the selected port, to access ports and to
 * peers, never back to where it came from, and from a peer to a peer only where it is
 * late (split horizon: every peer floods to all others, so forwarding for one another
 * would make loops; move.c says why a late one makes none). All bridge ports stand for
 * one side: what is known to be behind any of them is reached by the selected one. Each
 * access port is a side of its own.
 */
#include "tenovl.h"

/* Without memory for the lists, the head takes all. */
static bool tenovl_head_lists(const struct tenovl_filter *filter, u32 i, u32 n, const u8 *dmac)
{
	for (; i < n; i++)
		if (ether_addr_equal(dmac, filter->addr[i]))
			return true;
	return false;
}

/* Does the head take a frame for one station, and hear it? Its own addresses come before
 * what was learned. When promiscuous (it is in a bridge, say) it hears all.
 *
 * Return: whether it is for the head alone.
 */
static bool tenovl_switch_to_own(const struct tenovl_dev *tdev, const u8 *dmac,
				 struct tenovl_verdict *verdict)
{
	const struct tenovl_filter *filter;

	verdict->head = ether_addr_equal(dmac, tdev->dev->dev_addr);
	if (verdict->head)
		return true;
	if (likely(READ_ONCE(tdev->own_only)))
		return false;
	filter = rcu_dereference(tdev->filter);
	verdict->head = !filter || tenovl_head_lists(filter, 0, filter->n_uc, dmac);
	if (verdict->head)
		return true;
	verdict->head = READ_ONCE(tdev->dev->flags) & IFF_PROMISC;
	return false;
}

/* A frame for many: broadcast, and groups that it is in. */
static bool tenovl_head_joined(const struct tenovl_dev *tdev, const u8 *dmac)
{
	const struct tenovl_filter *filter = rcu_dereference(tdev->filter);

	return READ_ONCE(tdev->dev->flags) & (IFF_PROMISC | IFF_ALLMULTI) ||
	       is_broadcast_ether_addr(dmac) || !filter ||
	       tenovl_head_lists(filter, filter->n_uc, filter->n, dmac);
}

/* To the selected one of the bridges. */
static void tenovl_switch_to_bridges(struct tenovl_dev *tdev, struct tenovl_verdict *verdict)
{
	struct tenovl_port *port;

	if (list_empty(&tdev->bridges))
		return;
	port = rcu_dereference(tdev->selected);
	verdict->side = port ? &port->side : NULL;
	verdict->no_port = !port;
}

/* To the access ports, where there is one that the frame did not come from. */
static void tenovl_switch_to_access(struct tenovl_dev *tdev, const struct tenovl_port *from,
				    struct tenovl_verdict *verdict)
{
	verdict->access = !list_empty(&tdev->access) &&
			  !(from && tenovl_port_is_access(from) &&
			    list_is_singular(&tdev->access));
}

/* What nobody is known to have, and what is for many. From the bridges it goes to no
 * bridge, from a peer to no peer. What the bridges beyond a peer say to ours (IEEE
 * 802.1D, 7.12.6) is heard by a port that the spanning tree blocks as well: one that
 * heard no more would think after a while that the loop is gone, and close it.
 */
static void tenovl_switch_to_all(struct tenovl_dev *tdev, enum tenovl_place from,
				 const struct tenovl_port *port, const u8 *dmac,
				 struct tenovl_verdict *verdict)
{
	verdict->flood = from != TENOVL_PLACE_PEER;
	if (!port || tenovl_port_is_access(port))
		tenovl_switch_to_bridges(tdev, verdict);
	tenovl_switch_to_access(tdev, port, verdict);
	if (verdict->flood)
		return;
	verdict->blocked = is_link_local_ether_addr(dmac) && !list_empty(&tdev->bridges);
	if (!verdict->head && !verdict->side && !verdict->access && !verdict->blocked)
		verdict->drop = verdict->no_port ? TENOVL_A_STATS_PORT_DROP_NONE :
						   TENOVL_A_STATS_RX_DROP_NOT_HERE;
}

/* Standby ports that learn are answered where the address is, as long as they
 * could carry traffic; all else goes by the selected port.
 */
static void tenovl_switch_to_bridge(struct tenovl_dev *tdev, struct tenovl_port *port,
				    struct tenovl_verdict *verdict)
{
	const struct tenovl_settings *settings = rcu_dereference(tdev->settings);

	if (settings->standby_ingress == TENOVL_STANDBY_INGRESS_LEARN && READ_ONCE(port->usable))
		verdict->side = &port->side;
	else
		tenovl_switch_to_bridges(tdev, verdict);
	/* Also where the last port is just going, and its entries are still there. */
	if (!verdict->side && !verdict->head)
		verdict->drop = TENOVL_A_STATS_PORT_DROP_NONE;
}

/* Return: why a frame from one port may not go to another, or 0. */
static u16 tenovl_switch_forbids(const struct tenovl_port *from, const struct tenovl_port *to)
{
	if (from == to || (!tenovl_port_is_access(from) && !tenovl_port_is_access(to)))
		return TENOVL_A_STATS_PORT_DROP_LOCAL;
	return READ_ONCE(from->isolated) && READ_ONCE(to->isolated) ?
	       TENOVL_A_STATS_PORT_DROP_ISOLATED : 0;
}

static void tenovl_switch_to_port(struct tenovl_dev *tdev, const struct tenovl_port *from,
				  struct tenovl_port *to, struct tenovl_verdict *verdict)
{
	u16 why = from ? tenovl_switch_forbids(from, to) : 0;

	if (why)
		verdict->drop = verdict->head ? 0 : why;
	else if (tenovl_port_is_access(to))
		verdict->side = &to->side;
	else
		tenovl_switch_to_bridge(tdev, to, verdict);
}

/* To the head, as an entry says; it may not want it. */
static void tenovl_switch_to_head(struct tenovl_dev *tdev, enum tenovl_place from,
				  const u8 *dmac, struct tenovl_verdict *verdict)
{
	if (from == TENOVL_PLACE_HEAD)
		verdict->drop = TENOVL_A_STATS_TX_DROP_LOCAL;
	else if (from == TENOVL_PLACE_PEER)
		tenovl_switch_to_all(tdev, from, NULL, dmac, verdict);
	else if (!verdict->head)
		verdict->drop = TENOVL_A_STATS_PORT_DROP_LOCAL;
}

/* From a peer to where the address moved, or why not. Apart, as what follows: inlined,
 * they would cost every frame the registers that they save.
 */
static noinline struct tenovl_verdict
tenovl_switch_late(struct tenovl_dev *tdev, const struct tenovl_side *by, enum tenovl_mark mark,
		   const struct tenovl_fdb_entry *entry, struct tenovl_side *side)
{
	const struct tenovl_path *path = rcu_dereference(tenovl_side_peer(side)->path);
	u16 why = 0;

	if (!by || !tenovl_late_is(entry, rcu_dereference(tdev->settings)))
		why = TENOVL_A_STATS_RX_DROP_HORIZON;
	else if (mark != TENOVL_MARK_NONE)
		why = TENOVL_A_STATS_LATE_DROP_AGAIN;
	else if (by == side)
		why = TENOVL_A_STATS_LATE_DROP_BACK;
	else if (path && path->layout == TENOVL_LAYOUT_PLAIN)
		why = TENOVL_A_STATS_LATE_DROP_PLAIN;
	if (why)
		return (struct tenovl_verdict){ .drop = why };
	return (struct tenovl_verdict){ .side = side, .move = TENOVL_MOVE_LATE };
}

static const struct tenovl_port *tenovl_by_port(enum tenovl_place from,
						const struct tenovl_side *by)
{
	return from == TENOVL_PLACE_PORT ? tenovl_side_port(by) : NULL;
}

/* To where the address is. */
static void tenovl_switch_by_entry(struct tenovl_dev *tdev, enum tenovl_place from,
				   const struct tenovl_side *by, enum tenovl_mark mark,
				   const u8 *dmac, const struct tenovl_fdb_entry *entry,
				   struct tenovl_verdict *verdict)
{
	struct tenovl_side *side = rcu_dereference(entry->side);

	if (!side)
		tenovl_switch_to_head(tdev, from, dmac, verdict);
	else if (side->place == TENOVL_PLACE_PORT)
		tenovl_switch_to_port(tdev, tenovl_by_port(from, by), tenovl_side_port(side),
				      verdict);
	else if (from == TENOVL_PLACE_PEER)
		*verdict = tenovl_switch_late(tdev, by, mark, entry, side);
	else
		verdict->side = side;
}

/* For a station whose move is planned; nothing that already waited for it. What comes from
 * here and goes nowhere has no reason to wait.
 */
static noinline struct tenovl_verdict
tenovl_switch_moving(struct tenovl_dev *tdev, enum tenovl_place from, enum tenovl_mark mark,
		     const u8 *dmac, struct tenovl_verdict verdict)
{
	if (mark == TENOVL_MARK_WAITED || (verdict.drop && from != TENOVL_PLACE_PEER))
		return verdict;
	switch (tenovl_move_way(tdev, from, dmac)) {
	case TENOVL_MOVE_WAIT:
		return (struct tenovl_verdict){ .move = TENOVL_MOVE_WAIT };
	case TENOVL_MOVE_BOTH:
		verdict.move = TENOVL_MOVE_BOTH;
		break;
	default:
		break;
	}
	return verdict;
}

/**
 * tenovl_switch() - where a frame goes, or why it goes nowhere
 * @tdev: the device
 * @from: the place that it entered by
 * @by: the port or the peer that is; NULL for the head, and for an unknown peer
 * @mark: what a frame from a peer tells of its way
 * @dmac: inner destination
 *
 * RCU.
 */
struct tenovl_verdict tenovl_switch(struct tenovl_dev *tdev, enum tenovl_place from,
				    const struct tenovl_side *by, enum tenovl_mark mark,
				    const u8 *dmac)
{
	struct tenovl_fdb_entry *entry = NULL;
	struct tenovl_verdict verdict = {};

	if (unlikely(is_multicast_ether_addr(dmac))) {
		verdict.head = from != TENOVL_PLACE_HEAD && tenovl_head_joined(tdev, dmac);
	} else {
		if (from != TENOVL_PLACE_HEAD && tenovl_switch_to_own(tdev, dmac, &verdict))
			return verdict;
		entry = tenovl_fdb_find(tdev, dmac);
	}
	if (entry)
		tenovl_switch_by_entry(tdev, from, by, mark, dmac, entry, &verdict);
	else if (from == TENOVL_PLACE_HEAD && ether_addr_equal(dmac, tdev->dev->dev_addr))
		verdict.drop = TENOVL_A_STATS_TX_DROP_LOCAL;
	else
		tenovl_switch_to_all(tdev, from, tenovl_by_port(from, by), dmac, &verdict);
	if (unlikely(entry ? READ_ONCE(entry->moving) : READ_ONCE(tdev->moves.n)))
		verdict = tenovl_switch_moving(tdev, from, mark, dmac, verdict);
	return verdict;
}
