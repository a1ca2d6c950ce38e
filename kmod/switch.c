// SPDX-License-Identifier: GPL-2.0
/*
 * The switch: one function decides where a frame goes. It has no side effects,
 * so that the packet path, counters and traces can all ask it.
 *
 * A frame enters by the head, by the selected port, or from a peer. It goes to
 * the head, to the selected port and to peers, never back to where it came from,
 * and never from a peer to a peer (split horizon: every peer floods to all
 * others, so forwarding for one another would make loops). All bridge ports
 * stand for one side: what is known to be behind any of them is reached by the
 * selected one.
 */
#include "tenovl.h"

/* Without memory for the lists, the head takes all. */
static bool tenovl_head_lists(const struct tenovl_dev *tdev, const u8 *dmac)
{
	const struct tenovl_filter *filter = rcu_dereference(tdev->filter);
	u32 i;

	if (ether_addr_equal(dmac, tdev->dev->dev_addr) || !filter)
		return true;
	for (i = 0; i < filter->n; i++)
		if (ether_addr_equal(dmac, filter->addr[i]))
			return true;
	return false;
}

/**
 * tenovl_head_wants() - would the head take this frame?
 * @tdev: the device
 * @dmac: inner destination
 *
 * RCU. Its own address, its unicast and multicast lists, broadcast; everything
 * when promiscuous (it is in a bridge, say).
 */
bool tenovl_head_wants(const struct tenovl_dev *tdev, const u8 *dmac)
{
	unsigned int flags = READ_ONCE(tdev->dev->flags);

	if (flags & IFF_PROMISC)
		return true;
	if (is_multicast_ether_addr(dmac) &&
	    (flags & IFF_ALLMULTI || is_broadcast_ether_addr(dmac)))
		return true;
	return tenovl_head_lists(tdev, dmac);
}

/* The head's own addresses come before what was learned. */
static bool tenovl_head_has(const struct tenovl_dev *tdev, const u8 *dmac)
{
	return !is_multicast_ether_addr(dmac) && tenovl_head_lists(tdev, dmac);
}

/* To the bridges, unless that is where it came from. */
static void tenovl_switch_to_bridges(struct tenovl_dev *tdev, struct tenovl_verdict *verdict)
{
	if (!READ_ONCE(tdev->n_ports))
		return;
	verdict->port = rcu_dereference(tdev->selected);
	verdict->no_port = !verdict->port;
}

/* Standby ports that learn are answered where the address is, as long as they
 * could carry traffic; all else goes by the selected port.
 */
static void tenovl_switch_to_port(struct tenovl_dev *tdev, struct tenovl_port *port,
				  struct tenovl_verdict *verdict)
{
	const struct tenovl_settings *settings = rcu_dereference(tdev->settings);

	if (settings->standby_ingress == TENOVL_STANDBY_INGRESS_LEARN && READ_ONCE(port->usable))
		verdict->port = port;
	else
		tenovl_switch_to_bridges(tdev, verdict);
	/* Also where the last port is just going, and its entries are still there. */
	if (!verdict->port && !verdict->head)
		verdict->drop = TENOVL_A_STATS_PORT_DROP_NONE;
}

static struct tenovl_verdict tenovl_switch_from_head(struct tenovl_dev *tdev, const u8 *dmac)
{
	struct tenovl_fdb_entry *entry = NULL;
	struct tenovl_verdict verdict = {};
	struct tenovl_side *side;

	if (!is_multicast_ether_addr(dmac))
		entry = tenovl_fdb_find(tdev, dmac);
	if (entry) {
		side = rcu_dereference(entry->side);
		if (!side)
			verdict.drop = TENOVL_A_STATS_TX_DROP_LOCAL;
		else if (side->place == TENOVL_PLACE_PEER)
			verdict.peer = tenovl_side_peer(side);
		else
			tenovl_switch_to_port(tdev, tenovl_side_port(side), &verdict);
		return verdict;
	}
	if (ether_addr_equal(dmac, tdev->dev->dev_addr)) {
		verdict.drop = TENOVL_A_STATS_TX_DROP_LOCAL;
		return verdict;
	}
	verdict.flood = true;
	tenovl_switch_to_bridges(tdev, &verdict);
	return verdict;
}

static struct tenovl_verdict tenovl_switch_from_port(struct tenovl_dev *tdev, const u8 *dmac)
{
	struct tenovl_fdb_entry *entry = NULL;
	struct tenovl_verdict verdict = {};
	struct tenovl_side *side;

	if (tenovl_head_has(tdev, dmac)) {
		verdict.head = true;
		return verdict;
	}
	verdict.head = tenovl_head_wants(tdev, dmac);
	if (!is_multicast_ether_addr(dmac))
		entry = tenovl_fdb_find(tdev, dmac);
	if (!entry) {
		verdict.flood = true;
		return verdict;
	}
	side = rcu_dereference(entry->side);
	if (side && side->place == TENOVL_PLACE_PEER)
		verdict.peer = tenovl_side_peer(side);
	else if (!verdict.head)
		verdict.drop = TENOVL_A_STATS_PORT_DROP_LOCAL;
	return verdict;
}

static void tenovl_switch_unknown_from_peer(struct tenovl_dev *tdev,
					    struct tenovl_verdict *verdict)
{
	tenovl_switch_to_bridges(tdev, verdict);
	if (!verdict->head && !verdict->port)
		verdict->drop = verdict->no_port ? TENOVL_A_STATS_PORT_DROP_NONE :
						   TENOVL_A_STATS_RX_DROP_NOT_HERE;
}

static struct tenovl_verdict tenovl_switch_from_peer(struct tenovl_dev *tdev, const u8 *dmac)
{
	struct tenovl_fdb_entry *entry = NULL;
	struct tenovl_verdict verdict = {};
	struct tenovl_side *side = NULL;

	if (tenovl_head_has(tdev, dmac)) {
		verdict.head = true;
		return verdict;
	}
	verdict.head = tenovl_head_wants(tdev, dmac);
	if (!is_multicast_ether_addr(dmac))
		entry = tenovl_fdb_find(tdev, dmac);
	if (entry)
		side = rcu_dereference(entry->side);
	if (!side)
		tenovl_switch_unknown_from_peer(tdev, &verdict);
	else if (side->place == TENOVL_PLACE_PEER)
		verdict = (struct tenovl_verdict){ .drop = TENOVL_A_STATS_RX_DROP_HORIZON };
	else
		tenovl_switch_to_port(tdev, tenovl_side_port(side), &verdict);
	return verdict;
}

/**
 * tenovl_switch() - where a frame goes, or why it goes nowhere
 * @tdev: the device
 * @from: the place that it entered by
 * @dmac: inner destination
 *
 * RCU.
 */
struct tenovl_verdict tenovl_switch(struct tenovl_dev *tdev, enum tenovl_place from,
				    const u8 *dmac)
{
	switch (from) {
	case TENOVL_PLACE_PEER:
		return tenovl_switch_from_peer(tdev, dmac);
	case TENOVL_PLACE_PORT:
		return tenovl_switch_from_port(tdev, dmac);
	default:
		return tenovl_switch_from_head(tdev, dmac);
	}
}
