// SPDX-License-Identifier: GPL-2.0
/*
 * Mode l3: IPv4 and IPv6 packets without an Ethernet header, between the VPCs of
 * a tenant. What goes in is sent to the peer that its destination is behind
 * (route.c), by the way that frames of mode l2 take as well (xmit.c); what comes out
 * is let in where its source may be behind the peer that sent it (inner_source.c).
 *
 * The device is a router's interface: who sends too much or to nowhere is answered
 * by ICMP, and what may be fragmented is.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <net/addrconf.h>
#include <net/dst_metadata.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>

#include "tenovl.h"

/* Outer IPv4, and GRE with a key, on Ethernet, until there is a route to go by. */
#define TENOVL_TRANSIT_MTU	(ETH_DATA_LEN - sizeof(struct iphdr) - 8)

/**
 * tenovl_transit_setup() - make a new netdevice one that carries packets
 * @dev: the netdevice, not registered yet, set up as an Ethernet one
 *
 * RTNL.
 */
void tenovl_transit_setup(struct net_device *dev)
{
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->hard_header_len = 0;
	dev->min_header_len = 0;
	dev->addr_len = 0;
	dev->mtu = TENOVL_TRANSIT_MTU;
	/* Answers by ICMP need the route that a packet came by. */
	netif_keep_dst(dev);
}

/**
 * tenovl_transit_open() - ndo_open: set up
 * @dev: the device
 *
 * RTNL.
 */
int tenovl_transit_open(struct net_device *dev)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct inet6_dev *idev = __in6_dev_get(dev);

	/* A random link-local address would speak to groups that nobody hears. */
	if (idev)
		idev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
#endif
	return 0;
}

static void tenovl_transit_send(struct tenovl_dev *tdev, struct sk_buff *skb);

static bool tenovl_transit_v6(const struct tenovl_inner *inner)
{
	return inner->proto == htons(ETH_P_IPV6);
}

static void tenovl_transit_source(const struct sk_buff *skb, bool v6, struct in6_addr *addr)
{
	if (v6)
		*addr = ipv6_hdr(skb)->saddr;
	else
		tenovl_addr_set4(addr, ip_hdr(skb)->saddr);
}

static void tenovl_transit_destination(const struct sk_buff *skb, bool v6, struct in6_addr *addr)
{
	if (v6)
		*addr = ipv6_hdr(skb)->daddr;
	else
		tenovl_addr_set4(addr, ip_hdr(skb)->daddr);
}

/* Who has no route, a packet socket, is not told. */
static void tenovl_transit_unreachable(struct sk_buff *skb, bool v6)
{
	if (!skb_valid_dst(skb))
		return;
	if (v6)
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE, 0);
	else
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0);
}

/* Return: false where no answer is due, or can be given. */
static bool tenovl_transit_answer(struct sk_buff *skb, u32 mtu, const struct tenovl_inner *inner)
{
	bool v6 = tenovl_transit_v6(inner);

	if (inner->may_fragment || !skb_valid_dst(skb) || mtu < (v6 ? IPV6_MIN_MTU : ETH_MIN_MTU))
		return false;
	skb_dst_update_pmtu_no_confirm(skb, mtu);
	if (v6)
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	else
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	return true;
}

/* A fragment that was just made takes the way of any packet. */
static int tenovl_transit_fragment(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	tenovl_transit_send(netdev_priv(skb->dev), skb);
	return 0;
}

/* Each segment of a packet that is too big even in segments takes the way of any packet. */
static bool tenovl_transit_segment(struct tenovl_dev *tdev, struct sk_buff *skb)
{
	struct sk_buff *segs, *next;

	segs = skb_gso_segment(skb, NETIF_F_SG | NETIF_F_HW_CSUM);
	if (IS_ERR_OR_NULL(segs))
		return false;
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		tenovl_transit_send(tdev, skb);
	}
	return true;
}

/* What a router does to an IPv4 packet that may be fragmented. The outer one may not,
 * so it is the inner one. Return: false where it cannot be done.
 */
static bool tenovl_transit_split(struct tenovl_dev *tdev, struct sk_buff *skb, u32 mtu)
{
	if (!skb_valid_dst(skb) || mtu < IPV4_MIN_MTU)
		return false;
	if (skb_is_gso(skb))
		return tenovl_transit_segment(tdev, skb);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->frag_max_size = min_t(u32, mtu, IP_MAX_MTU);
	ip_do_fragment(dev_net(tdev->dev), NULL, skb, tenovl_transit_fragment);
	return true;
}

/**
 * tenovl_transit_too_big() - a packet does not fit into its path
 * @tdev: the device
 * @skb: the packet
 * @mtu: bytes of inner packet that the path takes
 * @fragment: the outer packet may be fragmented
 * @inner: what the packet is
 *
 * RCU, BH off.
 *
 * Return: 0 to send it, a counter to drop it by, or -1 when it was consumed.
 */
int tenovl_transit_too_big(struct tenovl_dev *tdev, struct sk_buff *skb, u32 mtu, bool fragment,
			   const struct tenovl_inner *inner)
{
	/* Nobody listens for an answer to what may be fragmented anyway. */
	if (fragment && inner->may_fragment)
		return 0;
	if (inner->may_fragment && tenovl_transit_split(tdev, skb, mtu))
		return -1;
	if (!tenovl_transit_answer(skb, mtu, inner))
		return fragment ? 0 : TENOVL_A_STATS_TX_DROP_TOO_BIG;
	tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_PMTU_ANSWER);
	consume_skb(skb);
	return -1;
}

static void tenovl_transit_send(struct tenovl_dev *tdev, struct sk_buff *skb)
{
	struct tenovl_inner inner;
	struct tenovl_peer *peer;
	struct in6_addr daddr;
	bool v6;

	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	if (unlikely(!tenovl_inner_parse_packet(skb, &inner))) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_TX_DROP_INNER_HEADER);
		return;
	}
	v6 = tenovl_transit_v6(&inner);
	tenovl_transit_destination(skb, v6, &daddr);
	peer = tenovl_route_lookup(tdev->routes, v6, &daddr);
	if (unlikely(!peer)) {
		tenovl_transit_unreachable(skb, v6);
		tenovl_drop(tdev, skb, TENOVL_A_STATS_TX_DROP_INNER_ROUTE);
		return;
	}
	tenovl_xmit_peer(tdev, peer, skb, &inner);
}

/**
 * tenovl_transit_xmit() - ndo_start_xmit in mode l3
 * @skb: a packet of the host's stack, or of a packet socket
 * @dev: the device
 *
 * BH off.
 *
 * Return: NETDEV_TX_OK; the packet is always consumed.
 */
netdev_tx_t tenovl_transit_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct tenovl_dev *tdev = netdev_priv(dev);

	if (unlikely(!tenovl_depth_enter())) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_TX_DROP_DEPTH);
		return NETDEV_TX_OK;
	}
	rcu_read_lock();
	tenovl_transit_send(tdev, skb);
	rcu_read_unlock();
	tenovl_depth_leave();
	return NETDEV_TX_OK;
}

/* Return: 0 to take it, or a counter to drop it by. */
static unsigned int tenovl_transit_check(struct tenovl_dev *tdev, const struct tenovl_peer *peer,
					 struct sk_buff *skb, u8 outer_tos,
					 struct tenovl_inner *inner)
{
	struct in6_addr saddr;
	bool v6;

	if (!peer)
		return TENOVL_A_STATS_RX_DROP_SOURCE;
	if (!netif_running(tdev->dev))
		return TENOVL_A_STATS_RX_DROP_DOWN;
	skb_reset_network_header(skb);
	if (!tenovl_inner_parse_packet(skb, inner))
		return TENOVL_A_STATS_RX_DROP_INNER_HEADER;
	v6 = tenovl_transit_v6(inner);
	tenovl_transit_source(skb, v6, &saddr);
	if (!tenovl_inner_source_allowed(peer, v6, &saddr))
		return TENOVL_A_STATS_RX_DROP_INNER_SOURCE;
	if (unlikely(outer_tos & INET_ECN_MASK) && !tenovl_receive_ecn(skb, inner, outer_tos))
		return TENOVL_A_STATS_RX_DROP_ECN;
	return 0;
}

static bool tenovl_transit_deliver(struct tenovl_dev *tdev, struct tenovl_peer *peer,
				   struct sk_buff *skb, bool direct, u8 l4)
{
	u32 len = skb->len;

	skb->dev = tdev->dev;
	skb->pkt_type = PACKET_HOST;
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	skb_reset_transport_header(skb);
	if (!tenovl_receive_to_stack(&tdev->gro_cells, skb, direct, l4)) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_RX_DROP_STACK);
		tenovl_peer_stat_inc(peer, TENOVL_A_PEER_STATS_RX_DROPS);
		return false;
	}
	tenovl_stat_frame(tdev, TENOVL_A_STATS_RX_PACKETS, len);
	tenovl_peer_stat_frame(peer, TENOVL_A_PEER_STATS_RX_PACKETS, len);
	return true;
}

/**
 * tenovl_transit_receive() - a packet came out of the underlay, or of another device
 * @tdev: the device that claims it
 * @skb: the packet, its IP header at skb->data; consumed
 * @source: outer source address, IPv4 as v4-mapped
 * @outer_tos: outer TOS or traffic class
 * @direct: we are where packets are received, not on a way out
 *
 * RCU, BH off, one depth entered.
 *
 * Return: whether the stack took it.
 */
bool tenovl_transit_receive(struct tenovl_dev *tdev, struct sk_buff *skb,
			    const struct in6_addr *source, u8 outer_tos, bool direct)
{
	struct tenovl_peer *peer = tenovl_source_find(tdev, source);
	struct tenovl_inner inner;
	unsigned int why;

	why = tenovl_transit_check(tdev, peer, skb, outer_tos, &inner);
	if (likely(!why))
		return tenovl_transit_deliver(tdev, peer, skb, direct, inner.l4);
	if (peer)
		tenovl_peer_stat_inc(peer, TENOVL_A_PEER_STATS_RX_DROPS);
	tenovl_drop(tdev, skb, why);
	return false;
}
