// SPDX-License-Identifier: GPL-2.0
/*
 * The switch: one function decides where a frame goes. It has no side effects,
 * so that the packet path, counters and traces can all ask it.
 *
 * From the head a frame goes to peers; from a peer it goes to the head, and
 * never to a peer again (split horizon: every peer floods to all others, so
 * forwarding for one another would make loops).
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

static struct tenovl_verdict tenovl_switch_from_head(struct tenovl_dev *tdev, const u8 *dmac)
{
	struct tenovl_verdict verdict = {};
	struct tenovl_fdb_entry *entry;

	if (is_multicast_ether_addr(dmac)) {
		verdict.flood = true;
		return verdict;
	}
	entry = tenovl_fdb_find(tdev, dmac);
	if (entry) {
		verdict.peer = rcu_dereference(entry->peer);
		if (!verdict.peer)
			verdict.drop = TENOVL_A_STATS_TX_DROP_LOCAL;
		return verdict;
	}
	if (ether_addr_equal(dmac, tdev->dev->dev_addr))
		verdict.drop = TENOVL_A_STATS_TX_DROP_LOCAL;
	else
		verdict.flood = true;
	return verdict;
}

static struct tenovl_verdict tenovl_switch_from_peer(struct tenovl_dev *tdev, const u8 *dmac)
{
	struct tenovl_verdict verdict = {};
	struct tenovl_fdb_entry *entry;

	/* The head's own addresses come before what was learned. */
	if (!is_multicast_ether_addr(dmac) && !tenovl_head_lists(tdev, dmac)) {
		entry = tenovl_fdb_find(tdev, dmac);
		if (entry && rcu_access_pointer(entry->peer)) {
			verdict.drop = TENOVL_A_STATS_RX_DROP_HORIZON;
			return verdict;
		}
	}
	verdict.head = tenovl_head_wants(tdev, dmac);
	if (!verdict.head)
		verdict.drop = TENOVL_A_STATS_RX_DROP_NOT_HERE;
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
	if (from == TENOVL_PLACE_PEER)
		return tenovl_switch_from_peer(tdev, dmac);
	return tenovl_switch_from_head(tdev, dmac);
}
