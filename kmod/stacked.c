// SPDX-License-Identifier: GPL-2.0
/*
 * A tunnel in a tunnel, in one pass: an outer packet whose route leads into another
 * device of ours, in mode l3, gets the second header at once. That is how a tenant's
 * VXLAN goes by a GRE mesh.
 *
 * What lies between the two (neighbour, taps, tc, qdisc, offloads, and the search for
 * the peer behind the second device) costs more than the second header. It is left
 * out where it has nothing to do, which each packet looks at, as with the IP layer's
 * part (output.c): nobody listens at the second device, nothing is queued there, and
 * no route of it has changed since the peer was looked up. All else goes the long
 * way; both send the same bytes and count the same.
 *
 * (Tracepoints of net/core/dev.c do not see the second device's packets then.)
 */
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sch_generic.h>

#include "tenovl.h"

/**
 * tenovl_stacked_find() - which peer of a second device a route leads to
 * @outer: a route of a path, not published yet; the peer is filled in
 * @v6: it is of IPv6
 *
 * RCU. The generation is read first: what changes from here on makes it another one.
 */
void tenovl_stacked_find(struct tenovl_outer *outer, bool v6)
{
	struct net_device *dev = READ_ONCE(outer->dst->dev);
	struct tenovl_dev *over = netdev_priv(dev);
	struct in6_addr daddr;

	if (outer->way != TENOVL_WAY_DIRECT || !tenovl_dev_is(dev) || !tenovl_dev_is_l3(over))
		return;
	outer->stacks = true;
	if (v6)
		daddr = outer->ip.daddr6;
	else
		tenovl_addr_set4(&daddr, outer->ip.daddr4);
	/* Pairs with tenovl_routes_changed(). */
	outer->over_generation = smp_load_acquire(&over->routes->generation);
	outer->over = tenovl_route_lookup(over->routes, v6, &daddr);
}

/**
 * tenovl_stacked_is_stale() - did the routes of the second device change since?
 * @outer: a route that leads into one
 *
 * RCU. Where they did not, the peer that was found is there until the RCU section ends: one that is
 * freed had no routes any more, and their end was a change.
 */
bool tenovl_stacked_is_stale(const struct tenovl_outer *outer)
{
	struct net_device *dev = READ_ONCE(outer->dst->dev);
	const struct tenovl_dev *over = netdev_priv(dev);

	/* Where the device goes, the route is given another one. */
	if (!tenovl_dev_is(dev))
		return true;
	/* Pairs with tenovl_routes_changed(). */
	return smp_load_acquire(&over->routes->generation) != outer->over_generation;
}

static bool tenovl_stacked_is_tapped(struct net_device *dev)
{
#if defined(TENOVL_HAVE_TCX) && defined(CONFIG_NET_XGRESS)
	if (rcu_access_pointer(dev->tcx_egress))
		return true;
#elif !defined(TENOVL_HAVE_TCX) && defined(CONFIG_NET_CLS_ACT)
	if (rcu_access_pointer(dev->miniq_egress))
		return true;
#endif
#ifdef CONFIG_NETFILTER_EGRESS
	if (rcu_access_pointer(dev->nf_hooks_egress))
		return true;
#endif
	return dev_nit_active(dev);
}

/* A device that is down has a queue that drops. */
static bool tenovl_stacked_is_queued(const struct net_device *dev)
{
	return dev->real_num_tx_queues != 1 ||
	       rcu_dereference_bh(netdev_get_tx_queue(dev, 0)->qdisc)->enqueue;
}

/* @dev: where the packet goes */
static bool tenovl_stacked_is_open(const struct tenovl_outer *outer, struct net_device *dev)
{
	const struct tenovl_path *path;

	if (!tenovl_dev_is(dev) || tenovl_stacked_is_queued(dev) || tenovl_stacked_is_tapped(dev))
		return false;
	/* It is used all the same where there was no memory for another one. */
	if (tenovl_stacked_is_stale(outer))
		return false;
	path = rcu_dereference(outer->over->path);
	return path && path->fastpath;
}

/* As tenovl_inner_parse_packet() would find it. */
static void tenovl_stacked_inner(const struct sk_buff *skb, struct tenovl_inner *inner)
{
	*inner = (struct tenovl_inner){ .proto = skb->protocol };
	if (skb->protocol == htons(ETH_P_IP)) {
		inner->tos = ip_hdr(skb)->tos;
		inner->l4 = ip_hdr(skb)->protocol;
		inner->may_fragment = !(ip_hdr(skb)->frag_off & htons(IP_DF));
	} else {
		inner->tos = ipv6_get_dsfield(ipv6_hdr(skb));
		inner->l4 = ipv6_hdr(skb)->nexthdr;
	}
}

/**
 * tenovl_stacked_send() - send an outer packet by another device of ours
 * @tdev: the device
 * @outer: its route, which has a peer of that device
 * @skb: the packet, complete, skb->dev that device; consumed where it is sent
 *
 * BH off, RCU. One skb holds one level of inner offsets: what has to be cut, that is
 * GSO, goes the long way, and a checksum that is left to do behind the first header is
 * done here, as it would be there.
 *
 * Return: whether it was sent, or dropped and counted; else it is as it was, but for
 * a checksum.
 */
bool tenovl_stacked_send(struct tenovl_dev *tdev, const struct tenovl_outer *outer,
			 struct sk_buff *skb)
{
	struct tenovl_inner inner;

	if (skb_is_gso(skb) || !tenovl_stacked_is_open(outer, skb->dev))
		return false;
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb->encapsulation &&
	    skb_csum_hwoffload_help(skb, 0))
		return false;
	if (!tenovl_depth_enter())
		return false;
	tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_STACKED);
	tenovl_stacked_inner(skb, &inner);
	skb_reset_mac_header(skb);
	tenovl_xmit_peer(netdev_priv(skb->dev), outer->over, skb, &inner);
	tenovl_depth_leave();
	return true;
}
