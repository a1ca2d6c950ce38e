// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that arrive: the common way behind every encapsulation.
 *
 * An encapsulation finds the device by its claim and takes its own headers off;
 * here the sender is checked, the frame is looked at, its source learned, the
 * verdict asked and carried out.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <net/inet_ecn.h>

#include "tenovl.h"

static DEFINE_PER_CPU(unsigned int, tenovl_depth);

/**
 * tenovl_depth_enter() - go one device deeper
 *
 * BH off until tenovl_depth_leave(). Tunnels may be stacked and routed into one
 * another; 6.1 itself has no limit that saves the kernel's stack.
 *
 * Return: false when that is too deep; then tenovl_depth_leave() is not owed.
 */
bool tenovl_depth_enter(void)
{
	if (__this_cpu_inc_return(tenovl_depth) <= TENOVL_MAX_DEPTH)
		return true;
	__this_cpu_dec(tenovl_depth);
	return false;
}

/**
 * tenovl_depth_leave() - come back
 */
void tenovl_depth_leave(void)
{
	__this_cpu_dec(tenovl_depth);
}

/**
 * tenovl_receive_ecn() - take over what the underlay marked
 * @skb: the frame, or packet
 * @inner: what it is
 * @outer_tos: outer TOS or traffic class
 *
 * RFC 6040: congestion marked outside is shown inside, and a frame whose mark
 * cannot be shown is dropped. ECT(1) outside is carried over as well.
 *
 * Return: false where it is to be dropped.
 */
bool tenovl_receive_ecn(struct sk_buff *skb, const struct tenovl_inner *inner, u8 outer_tos)
{
	__be16 proto = skb->protocol;
	int rc;

	if (!inner->proto)
		return true;
	if (skb_ensure_writable(skb, inner->noff + (inner->proto == htons(ETH_P_IP) ?
						    sizeof(struct iphdr) :
						    sizeof(struct ipv6hdr))))
		return false;
	skb_set_network_header(skb, inner->noff);
	skb->protocol = inner->proto;
	rc = INET_ECN_decapsulate(skb, outer_tos, inner->tos);
	skb->protocol = proto;
	return rc <= 1;
}

static unsigned int tenovl_receive_check(struct tenovl_dev *tdev,
					 const struct tenovl_settings *settings,
					 struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	if (settings->inner_vlan == TENOVL_INNER_VLAN_DROP && tenovl_inner_tagged(skb))
		return TENOVL_A_STATS_RX_DROP_VLAN;
	if (!is_valid_ether_addr(eth->h_source))
		return TENOVL_A_STATS_RX_DROP_SMAC;
	if (ether_addr_equal(eth->h_source, tdev->dev->dev_addr))
		return TENOVL_A_STATS_RX_DROP_OWN_MAC;
	return unlikely(settings->has_head_mac) ? tenovl_anycast_check(tdev, settings, eth) : 0;
}

/* What may have been sent on by another VTEP moves a station only where it says so itself, or
 * that was planned.
 */
static bool tenovl_receive_tells(const struct sk_buff *skb, const struct tenovl_inner *inner,
				 const struct tenovl_fdb_entry *entry)
{
	return READ_ONCE(entry->moving) || tenovl_inner_announces(skb, inner);
}

/* The common case, an address seen where it is known to be, takes no lock and
 * writes at most once a jiffy.
 */
static void tenovl_receive_learn(struct tenovl_dev *tdev,
				 const struct tenovl_settings *settings,
				 const struct sk_buff *skb, const struct tenovl_inner *inner,
				 enum tenovl_mark mark, struct tenovl_peer *peer)
{
	const u8 *mac = ((const struct ethhdr *)skb->data)->h_source;
	struct tenovl_fdb_entry *entry;

	if (!peer || !tenovl_learns(tdev, settings) || READ_ONCE(peer->admin) == TENOVL_ADMIN_DOWN)
		return;
	entry = tenovl_fdb_find(tdev, mac);
	if (entry && rcu_access_pointer(entry->side) == &peer->side)
		tenovl_fdb_seen(entry);
	else if (likely(mark == TENOVL_MARK_NONE) || !entry ||
		 tenovl_receive_tells(skb, inner, entry))
		tenovl_fdb_learn(tdev, settings, skb, inner, &peer->side);
}

/**
 * tenovl_receive_to_stack() - hand to the host's stack
 * @cells: where a netdevice's packets are merged
 * @skb: the packet; consumed
 * @direct: we are where packets are received, not on a way out
 * @l4: protocol of its payload
 *
 * BH off. Only TCP is worth a try at merging, and all of it takes that way, merged
 * already or not, so that no flow overtakes itself. Nothing else waits.
 *
 * Return: whether the stack took it.
 */
bool tenovl_receive_to_stack(struct gro_cells *cells, struct sk_buff *skb, bool direct, u8 l4)
{
	if (!direct)
		return netif_rx(skb) == NET_RX_SUCCESS;
	if (l4 == IPPROTO_TCP)
		return gro_cells_receive(cells, skb) == NET_RX_SUCCESS;
	netif_receive_skb(skb);
	return true;
}

static bool tenovl_deliver(struct gro_cells *cells, struct net_device *dev, struct sk_buff *skb,
			   bool direct, u8 l4)
{
	skb->protocol = eth_type_trans(skb, dev);
	skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
	return tenovl_receive_to_stack(cells, skb, direct, l4);
}

/**
 * tenovl_deliver_head() - a frame for the host's own stack
 * @tdev: the device
 * @skb: the frame, its Ethernet header at skb->data; consumed
 * @direct: we are where packets are received, not on a way out
 * @l4: protocol of its payload
 *
 * RCU, BH off. The caller counts what was taken.
 *
 * Return: whether the stack took it.
 */
bool tenovl_deliver_head(struct tenovl_dev *tdev, struct sk_buff *skb, bool direct, u8 l4)
{
	const struct tenovl_settings *settings = rcu_dereference(tdev->settings);

	if (unlikely(settings->has_head_mac) && !tenovl_anycast_in(tdev, settings, skb)) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_RX_DROP_NOMEM);
		return false;
	}
	if (tenovl_deliver(&tdev->gro_cells, tdev->dev, skb, direct, l4))
		return true;
	tenovl_stat_inc(tdev, TENOVL_A_STATS_RX_DROP_STACK);
	return false;
}

/**
 * tenovl_deliver_port() - a frame for the bridge that a port is in, or for a station
 * @port: the port
 * @skb: the frame, its Ethernet header at skb->data; consumed
 * @direct: as for tenovl_deliver_head()
 * @l4: protocol of its payload
 *
 * RCU, BH off.
 *
 * Return: whether the stack took it.
 */
bool tenovl_deliver_port(struct tenovl_port *port, struct sk_buff *skb, bool direct, u8 l4)
{
	struct tenovl_dev *tdev = port->tdev;
	u32 len = skb->len;

	if (unlikely(!netif_running(port->dev))) {
		tenovl_port_stat_inc(port, TENOVL_A_PORT_STATS_RX_DROPS);
		tenovl_drop(tdev, skb, TENOVL_A_STATS_PORT_DROP_DOWN);
		return false;
	}
	if (tenovl_port_is_access(port)) {
		struct tenovl_hook *hook = rcu_dereference(port->hook);

		/* Out of a tunnel it was scrubbed for the head's namespace only. */
		if (direct)
			skb_scrub_packet(skb, true);
		if (port->enslaved || hook)
			return tenovl_access_output(port, hook ? hook->dev : port->dev, skb);
	}
	if (!tenovl_deliver(&port->gro_cells, port->dev, skb, direct, l4)) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_PORT_DROP_STACK);
		tenovl_port_stat_inc(port, TENOVL_A_PORT_STATS_RX_DROPS);
		return false;
	}
	tenovl_stat_frame(tdev, TENOVL_A_STATS_PORT_PACKETS, len);
	tenovl_port_stat_frame(port, TENOVL_A_PORT_STATS_RX_PACKETS, len);
	return true;
}

/* Does an access port get what is for all of them, from this port? */
static bool tenovl_access_hears(const struct tenovl_port *port, const struct tenovl_port *from)
{
	return port != from &&
	       !(from && READ_ONCE(from->isolated) && READ_ONCE(port->isolated));
}

static bool tenovl_deliver_copy(struct tenovl_port *port, struct sk_buff *skb, bool direct, u8 l4)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	if (copy)
		return tenovl_deliver_port(port, copy, direct, l4);
	tenovl_stat_inc(port->tdev, TENOVL_A_STATS_PORT_DROP_NOMEM);
	return false;
}

/**
 * tenovl_deliver_access() - a frame for all access ports
 * @tdev: the device
 * @from: the port that it came by, or NULL
 * @skb: the frame, its Ethernet header at skb->data; consumed
 * @direct: as for tenovl_deliver_head()
 * @l4: protocol of its payload
 *
 * RCU, BH off. A copy for each but the last, which takes the original.
 *
 * Return: whether one of them took it.
 */
bool tenovl_deliver_access(struct tenovl_dev *tdev, const struct tenovl_port *from,
			   struct sk_buff *skb, bool direct, u8 l4)
{
	struct tenovl_port *port, *last = NULL;
	bool taken = false;

	list_for_each_entry_rcu(port, &tdev->access, member) {
		if (!tenovl_access_hears(port, from))
			continue;
		if (last)
			taken |= tenovl_deliver_copy(last, skb, direct, l4);
		last = port;
	}
	if (last)
		return tenovl_deliver_port(last, skb, direct, l4) || taken;
	/* All others are isolated from it. */
	tenovl_drop(tdev, skb, TENOVL_A_STATS_PORT_DROP_ISOLATED);
	return false;
}

/* The peer's frames are counted once, wherever they go. */
static bool tenovl_receive_head(struct tenovl_dev *tdev, struct sk_buff *skb, bool direct, u8 l4)
{
	u32 len;

	if (!skb) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_RX_DROP_NOMEM);
		return false;
	}
	len = skb->len;
	if (!tenovl_deliver_head(tdev, skb, direct, l4))
		return false;
	tenovl_stat_frame(tdev, TENOVL_A_STATS_RX_PACKETS, len);
	return true;
}

static bool tenovl_port_is_blocked(const struct tenovl_port *port)
{
	u8 state = READ_ONCE(port->stp_state);

	return state != BR_STATE_FORWARDING && state != BR_STATE_DISABLED;
}

/* @but: the port that gets it anyway; its state may be changing right now */
static bool tenovl_receive_blocked(struct tenovl_dev *tdev, const struct tenovl_port *but,
				   struct sk_buff *skb, bool direct)
{
	struct tenovl_port *port;
	bool taken = false;

	list_for_each_entry_rcu(port, &tdev->bridges, member)
		if (port != but && tenovl_port_is_blocked(port))
			taken |= tenovl_deliver_copy(port, skb, direct, 0);
	return taken;
}

/* To the head, to a bridge or a station, to all stations: whichever comes last takes
 * the frame itself. @from: the port that it came by, or NULL. Inlined for what comes from
 * peers; what waited pays for that in size.
 */
static __always_inline bool tenovl_receive_local(struct tenovl_dev *tdev,
						 const struct tenovl_port *from,
						 struct sk_buff *skb,
						 const struct tenovl_verdict *verdict,
						 bool direct, u8 l4)
{
	struct tenovl_port *port = tenovl_verdict_port(verdict);
	bool taken = false;

	if (unlikely(verdict->blocked)) {
		taken = tenovl_receive_blocked(tdev, port, skb, direct);
		if (!verdict->head && !port && !verdict->access) {
			consume_skb(skb);
			return taken;
		}
	}
	if (verdict->head)
		taken |= tenovl_receive_head(tdev, port || verdict->access ?
					    skb_clone(skb, GFP_ATOMIC) : skb, direct, l4);
	if (port)
		taken |= verdict->access ? tenovl_deliver_copy(port, skb, direct, l4) :
					   tenovl_deliver_port(port, skb, direct, l4);
	if (verdict->access)
		taken |= tenovl_deliver_access(tdev, from, skb, direct, l4);
	return taken;
}

/* A port that may be gone: the one of now at its address, if any, else NULL. */
static struct tenovl_port *tenovl_port_by_side(const struct tenovl_dev *tdev,
					       const struct tenovl_side *by)
{
	struct tenovl_port *port;

	list_for_each_entry_rcu(port, &tdev->access, member)
		if (&port->side == by)
			return port;
	list_for_each_entry_rcu(port, &tdev->bridges, member)
		if (&port->side == by)
			return port;
	return NULL;
}

/**
 * tenovl_receive_waited() - a frame that waited for its station goes on
 * @tdev: the device
 * @skb: the frame, its Ethernet header at skb->data; consumed
 * @from: the place that it entered by
 * @by: the port, where that is one; it may be gone
 * @direct: we are where packets are received, not on a way out
 *
 * RCU, BH off. As when it came, but never to a peer: what came from here is a copy, and
 * the frame itself went there.
 */
void tenovl_receive_waited(struct tenovl_dev *tdev, struct sk_buff *skb, enum tenovl_place from,
			   const struct tenovl_side *by, bool direct)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	struct tenovl_port *port = by ? tenovl_port_by_side(tdev, by) : NULL;
	struct tenovl_verdict verdict = { .drop = TENOVL_A_STATS_MOVE_DROP_ABORTED };

	if (!netif_running(tdev->dev))
		verdict.drop = TENOVL_A_STATS_RX_DROP_DOWN;
	else if (port || !by)
		verdict = tenovl_switch(tdev, from, port ? &port->side : NULL,
					TENOVL_MARK_WAITED, eth->h_dest);
	if (verdict.drop)
		tenovl_drop(tdev, skb, verdict.drop);
	else if (verdict.head || verdict.access || verdict.blocked || tenovl_verdict_port(&verdict))
		tenovl_receive_local(tdev, port, skb, &verdict, direct, 0);
	else
		consume_skb(skb);
}

/* Return: a counter to drop it by, or 0 when it was consumed; *@taken tells
 * whether the stack took it then.
 */
static unsigned int tenovl_receive_switch(struct tenovl_dev *tdev, struct tenovl_peer *peer,
					  struct sk_buff *skb, u8 outer_tos,
					  enum tenovl_mark mark, bool direct, bool *taken)
{
	const struct tenovl_settings *settings = rcu_dereference(tdev->settings);
	struct tenovl_verdict verdict;
	struct tenovl_inner inner;
	const struct ethhdr *eth;
	unsigned int why;
	u32 len;

	if (!peer && settings->source_check)
		return TENOVL_A_STATS_RX_DROP_SOURCE;
	if (!netif_running(tdev->dev))
		return TENOVL_A_STATS_RX_DROP_DOWN;
	if (!pskb_may_pull(skb, ETH_HLEN))
		return TENOVL_A_STATS_RX_DROP_SHORT;
	why = tenovl_receive_check(tdev, settings, skb);
	if (why)
		return why;
	tenovl_inner_parse(skb, &inner);
	if (unlikely(outer_tos & INET_ECN_MASK) && !tenovl_receive_ecn(skb, &inner, outer_tos))
		return TENOVL_A_STATS_RX_DROP_ECN;
	eth = (const struct ethhdr *)skb->data;
	if (unlikely(mark == TENOVL_MARK_LATE))
		tenovl_stat_inc(tdev, TENOVL_A_STATS_LATE_RECEIVED);
	else
		tenovl_receive_learn(tdev, settings, skb, &inner, mark, peer);
	verdict = tenovl_switch(tdev, TENOVL_PLACE_PEER, peer ? &peer->side : NULL, mark,
				eth->h_dest);
	if (verdict.drop)
		return verdict.drop;
	if (unlikely(verdict.no_port))
		tenovl_stat_inc(tdev, TENOVL_A_STATS_PORT_DROP_NONE);
	len = skb->len;
	*taken = true;
	if (unlikely(verdict.move == TENOVL_MOVE_LATE))
		tenovl_late_send(tdev, tenovl_side_peer(verdict.side), skb, &inner);
	else if (unlikely(verdict.move == TENOVL_MOVE_WAIT))
		tenovl_move_wait(tdev, skb, TENOVL_PLACE_PEER, NULL);
	else
		*taken = tenovl_receive_local(tdev, NULL, skb, &verdict, direct, inner.l4);
	if (*taken && peer)
		tenovl_peer_stat_frame(peer, TENOVL_A_PEER_STATS_RX_PACKETS, len);
	return 0;
}

static bool tenovl_receive_from(struct tenovl_dev *tdev, struct sk_buff *skb,
				const struct in6_addr *source, u8 outer_tos,
				enum tenovl_mark mark, bool direct)
{
	struct tenovl_peer *peer;
	bool taken = false;
	unsigned int why;

	if (tenovl_dev_is_l3(tdev))
		return tenovl_transit_receive(tdev, skb, source, outer_tos, direct);
	peer = tenovl_source_find(tdev, source);
	why = tenovl_receive_switch(tdev, peer, skb, outer_tos, mark, direct, &taken);
	if (why)
		tenovl_drop(tdev, skb, why);
	if (peer && !taken)
		tenovl_peer_stat_inc(peer, TENOVL_A_PEER_STATS_RX_DROPS);
	return taken;
}

/**
 * tenovl_receive() - a frame came out of the underlay
 * @tdev: the device that claims it
 * @skb: the frame, its Ethernet header at skb->data, or in mode l3 a packet and its
 *	IP header; consumed
 * @source: outer source address, IPv4 as v4-mapped
 * @outer_tos: outer TOS or traffic class
 * @mark: what its header tells of its way
 *
 * RCU, BH off. Handed to the stack at once: the underlay has queued and merged
 * it already.
 *
 * Return: whether the stack took it.
 */
bool tenovl_receive(struct tenovl_dev *tdev, struct sk_buff *skb, const struct in6_addr *source,
		    u8 outer_tos, enum tenovl_mark mark)
{
	bool taken;

	if (!tenovl_depth_enter()) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_RX_DROP_DEPTH);
		return false;
	}
	taken = tenovl_receive_from(tdev, skb, source, outer_tos, mark, true);
	tenovl_depth_leave();
	return taken;
}

/**
 * tenovl_receive_handover() - a frame comes from a device on this host
 * @tdev: the device that would claim it, were it sent; of the sender's mode
 * @skb: as for tenovl_receive()
 * @source: the sender's outer address, IPv4 as v4-mapped
 * @mark: what its header would tell of its way
 *
 * RCU, BH off. Called on the sender's transmit path, so the stack gets it by
 * its queue.
 *
 * Return: whether the stack took it.
 */
bool tenovl_receive_handover(struct tenovl_dev *tdev, struct sk_buff *skb,
			     const struct in6_addr *source, enum tenovl_mark mark)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb_clear_hash_if_not_l4(skb);
	skb_set_queue_mapping(skb, 0);
	skb->priority = 0;
	return tenovl_receive_from(tdev, skb, source, 0, mark, false);
}
