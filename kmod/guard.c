// SPDX-License-Identifier: GPL-2.0
/*
 * What an access port may send: its own addresses, nothing that only a server or a
 * router says, and not too much of it.
 *
 * A station behind such a port is a tenant's machine, and may lie. Where addresses are
 * named, the source of the frame, the addresses that ARP and neighbour discovery
 * (RFC 4861) bind, and the source of IP must be among them. DHCP replies, router
 * advertisements (RFC 6105, read through extension headers as RFC 7113 asks) and
 * redirects pass where they are let only. What cannot be read as far as a check needs
 * it does not pass; later fragments do, as without the first they are nothing.
 *
 * Limits are kept by the virtual scheduling algorithm of ITU-T I.371: one time, at which
 * the limit is even again, moved on by each frame.
 *
 * What is checked against is published whole and read under RCU, BH off.
 */
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/llc.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ndisc.h>

#include "tenovl.h"

#define TENOVL_GUARD_BURST	(256 * 1024)
#define TENOVL_GUARD_FLOOD_BURST 64
#define TENOVL_GUARD_MAX_LEARNED 1024

#define TENOVL_DHCP4_SERVER	67
#define TENOVL_DHCP4_CLIENT	68
#define TENOVL_DHCP6_CLIENT	546
#define TENOVL_DHCP6_SERVER	547

/**
 * tenovl_guard_new() - a guard like another one, to be changed
 * @old: the other, or NULL for one that lets any address pass, but no server and no
 *	router, and has no limit
 *
 * Return: the guard, to be freed by kfree() while it is not published, or NULL.
 */
struct tenovl_guard *tenovl_guard_new(const struct tenovl_guard *old)
{
	struct tenovl_guard *guard;

	if (old)
		return kmemdup(old, sizeof(*old), GFP_KERNEL);
	guard = kzalloc(sizeof(*guard), GFP_KERNEL);
	if (!guard)
		return NULL;
	guard->burst = TENOVL_GUARD_BURST;
	guard->flood_burst = TENOVL_GUARD_FLOOD_BURST;
	guard->max_learned = TENOVL_GUARD_MAX_LEARNED;
	return guard;
}

/**
 * tenovl_guard_of() - what a new access port may send
 * @mac: its own address, or NULL where it is not known who is behind it
 *
 * Return: as tenovl_guard_new().
 */
struct tenovl_guard *tenovl_guard_of(const u8 *mac)
{
	struct tenovl_guard *guard = tenovl_guard_new(NULL);

	if (guard && mac)
		ether_addr_copy(guard->mac[guard->n_macs++], mac);
	return guard;
}

static int tenovl_guard_find_mac(const struct tenovl_guard *guard, const u8 *mac)
{
	u32 i;

	for (i = 0; i < guard->n_macs; i++)
		if (ether_addr_equal(guard->mac[i], mac))
			return i;
	return -1;
}

/**
 * tenovl_guard_moved() - the guard of a port whose own address changes
 * @port: the port, which has its old address still
 * @mac: the new one
 *
 * RTNL.
 *
 * Return: a guard that lets the new address pass in place of the old one; NULL where
 * that was not let by name; or an ERR_PTR.
 */
struct tenovl_guard *tenovl_guard_moved(struct tenovl_port *port, const u8 *mac)
{
	const struct tenovl_guard *old = rtnl_dereference(port->guard);
	struct tenovl_guard *guard;
	int i;

	i = old ? tenovl_guard_find_mac(old, port->dev->dev_addr) : -1;
	if (i < 0)
		return NULL;
	guard = tenovl_guard_new(old);
	if (!guard)
		return ERR_PTR(-ENOMEM);
	ether_addr_copy(guard->mac[i], mac);
	return guard;
}

/**
 * tenovl_guard_limit() - make the limits what the guard's numbers say
 * @guard: a guard that is not published yet
 */
void tenovl_guard_limit(struct tenovl_guard *guard)
{
	const struct tc_ratespec spec = { .linklayer = TC_LINKLAYER_ETHERNET };

	if (guard->rate_kbit)
		psched_ratecfg_precompute(&guard->rate, &spec, guard->rate_kbit * 125ULL);
	if (guard->flood_rate)
		psched_ppscfg_precompute(&guard->flood, guard->flood_rate);
}

static bool tenovl_guard_has_mac(const struct tenovl_guard *guard, const u8 *mac)
{
	return !guard->n_macs || tenovl_guard_find_mac(guard, mac) >= 0;
}

static bool tenovl_guard_has_ip(const struct tenovl_guard *guard, const struct in6_addr *addr)
{
	u32 i;

	for (i = 0; i < guard->n_ips; i++)
		if (ipv6_addr_equal(&guard->ip[i], addr))
			return true;
	return !guard->n_ips;
}

static bool tenovl_guard_has_ip4(const struct tenovl_guard *guard, __be32 ip4)
{
	struct in6_addr addr;

	if (!guard->n_ips)
		return true;
	tenovl_addr_set4(&addr, ip4);
	return tenovl_guard_has_ip(guard, &addr);
}

/* A link-local address made of one of its MAC addresses (RFC 4291, appendix A). */
static bool tenovl_guard_made_ip(const struct tenovl_guard *guard, const struct in6_addr *addr)
{
	u8 eui64[8];
	u32 i;

	if (addr->s6_addr32[0] != htonl(0xfe800000) || addr->s6_addr32[1])
		return false;
	for (i = 0; i < guard->n_macs; i++) {
		addrconf_addr_eui48(eui64, guard->mac[i]);
		if (!memcmp(&addr->s6_addr[8], eui64, sizeof(eui64)))
			return true;
	}
	return false;
}

static bool tenovl_guard_has_ip6(const struct tenovl_guard *guard, const struct in6_addr *addr)
{
	return tenovl_guard_has_ip(guard, addr) || tenovl_guard_made_ip(guard, addr);
}

/* RFC 826; a probe (RFC 5227) binds nothing. RARP says a MAC address alone. */
static unsigned int tenovl_guard_arp(const struct tenovl_guard *guard, struct sk_buff *skb,
				     unsigned int off, bool rarp)
{
	const struct arphdr *arp;
	const u8 *sender;
	__be32 ip4;

	if (!pskb_may_pull(skb, off + sizeof(*arp) + 2 * (ETH_ALEN + sizeof(ip4))))
		return TENOVL_A_STATS_PORT_DROP_IP;
	arp = (const struct arphdr *)(skb->data + off);
	sender = (const u8 *)(arp + 1);
	if (arp->ar_hln != ETH_ALEN || arp->ar_pln != sizeof(ip4))
		return TENOVL_A_STATS_PORT_DROP_IP;
	if (!tenovl_guard_has_mac(guard, sender))
		return TENOVL_A_STATS_PORT_DROP_MAC;
	ip4 = get_unaligned((const __be32 *)(sender + ETH_ALEN));
	return !ip4 || rarp || tenovl_guard_has_ip4(guard, ip4) ? 0 : TENOVL_A_STATS_PORT_DROP_IP;
}

static const struct udphdr *tenovl_guard_udp(struct sk_buff *skb, unsigned int off)
{
	if (!pskb_may_pull(skb, off + sizeof(struct udphdr)))
		return NULL;
	return (const struct udphdr *)(skb->data + off);
}

/* By either port: a server need not send from its own, and nobody else sends to clients
 * (RFC 7610).
 */
static bool tenovl_guard_serves(const struct udphdr *udp, u16 server, u16 client)
{
	return udp->source == htons(server) || udp->dest == htons(client);
}

static unsigned int tenovl_guard_ip4(const struct tenovl_guard *guard, struct sk_buff *skb,
				     unsigned int off)
{
	const struct iphdr *iph = (const struct iphdr *)(skb->data + off);
	__be32 saddr = iph->saddr;
	const struct udphdr *udp;

	if (iph->ihl < 5)
		return TENOVL_A_STATS_PORT_DROP_IP;
	if (saddr && !tenovl_guard_has_ip4(guard, saddr))
		return TENOVL_A_STATS_PORT_DROP_IP;
	if (iph->frag_off & htons(IP_OFFSET))
		return 0;
	udp = NULL;
	if (iph->protocol == IPPROTO_UDP) {
		udp = tenovl_guard_udp(skb, off + iph->ihl * 4);
		if (!udp || (!guard->dhcp_server &&
			     tenovl_guard_serves(udp, TENOVL_DHCP4_SERVER, TENOVL_DHCP4_CLIENT)))
			return TENOVL_A_STATS_PORT_DROP_DHCP;
	}
	/* Who has no address yet asks for one, and does nothing else. */
	if (!saddr && guard->n_ips && (!udp || udp->source != htons(TENOVL_DHCP4_CLIENT)))
		return TENOVL_A_STATS_PORT_DROP_IP;
	return 0;
}

/* The link-layer addresses that a message of neighbour discovery binds. */
static bool tenovl_guard_nd_options(const struct tenovl_guard *guard, const u8 *opt,
				    unsigned int len)
{
	while (len >= 8) {
		unsigned int size = opt[1] * 8;

		if (!size || size > len)
			return false;
		if ((opt[0] == ND_OPT_SOURCE_LL_ADDR || opt[0] == ND_OPT_TARGET_LL_ADDR) &&
		    !tenovl_guard_has_mac(guard, opt + 2))
			return false;
		opt += size;
		len -= size;
	}
	return !len;
}

/* Where the packet ends: an Ethernet frame may be filled up beyond that. A length of 0
 * is that of a packet larger than the field, which a receiver takes with GSO only.
 */
static unsigned int tenovl_guard_end6(const struct sk_buff *skb)
{
	unsigned int len = ntohs(ipv6_hdr(skb)->payload_len);

	if (!len)
		return skb->len;
	return min_t(unsigned int, skb->len,
		     skb_network_offset(skb) + sizeof(struct ipv6hdr) + len);
}

/* Router solicitation: the options are all that it binds. */
static unsigned int tenovl_guard_rs(const struct tenovl_guard *guard, struct sk_buff *skb,
				    unsigned int off)
{
	unsigned int end = tenovl_guard_end6(skb);

	off += sizeof(struct icmp6hdr);
	if (end < off || !pskb_may_pull(skb, end))
		return TENOVL_A_STATS_PORT_DROP_IP;
	return tenovl_guard_nd_options(guard, skb->data + off, end - off) ?
	       0 : TENOVL_A_STATS_PORT_DROP_MAC;
}

/* An advertisement binds its target, and so does the solicitation that looks for a
 * double of an address (RFC 4862).
 */
static unsigned int tenovl_guard_nd(const struct tenovl_guard *guard, struct sk_buff *skb,
				    unsigned int off)
{
	unsigned int end = tenovl_guard_end6(skb);
	const struct nd_msg *msg;
	bool binds;

	if (end < off + sizeof(*msg) || !pskb_may_pull(skb, end))
		return TENOVL_A_STATS_PORT_DROP_IP;
	msg = (const struct nd_msg *)(skb->data + off);
	binds = msg->icmph.icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT ||
		ipv6_addr_any(&ipv6_hdr(skb)->saddr);
	if (binds && !tenovl_guard_has_ip6(guard, &msg->target))
		return TENOVL_A_STATS_PORT_DROP_IP;
	return tenovl_guard_nd_options(guard, msg->opt, end - off - sizeof(*msg)) ?
	       0 : TENOVL_A_STATS_PORT_DROP_MAC;
}

/* Who has no address yet looks for routers and for doubles, and says which groups it is
 * in (RFC 3590). Neighbour discovery is never fragmented (RFC 6980).
 */
static unsigned int tenovl_guard_icmp6(const struct tenovl_guard *guard, struct sk_buff *skb,
				       unsigned int off, bool fragment)
{
	u8 type;

	if (off + sizeof(struct icmp6hdr) > tenovl_guard_end6(skb) ||
	    !pskb_may_pull(skb, off + sizeof(struct icmp6hdr)))
		return TENOVL_A_STATS_PORT_DROP_ROUTER;
	type = ((const struct icmp6hdr *)(skb->data + off))->icmp6_type;
	if (fragment && type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT)
		return TENOVL_A_STATS_PORT_DROP_ROUTER;
	switch (type) {
	case NDISC_ROUTER_ADVERTISEMENT:
	case NDISC_REDIRECT:
		return guard->router ? 0 : TENOVL_A_STATS_PORT_DROP_ROUTER;
	case NDISC_NEIGHBOUR_SOLICITATION:
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		return tenovl_guard_nd(guard, skb, off);
	case NDISC_ROUTER_SOLICITATION:
		return tenovl_guard_rs(guard, skb, off);
	case ICMPV6_MLD2_REPORT:
		return 0;
	default:
		return guard->n_ips && ipv6_addr_any(&ipv6_hdr(skb)->saddr) ?
		       TENOVL_A_STATS_PORT_DROP_IP : 0;
	}
}

static unsigned int tenovl_guard_ip6(const struct tenovl_guard *guard, struct sk_buff *skb,
				     unsigned int noff)
{
	const struct in6_addr *saddr = &ipv6_hdr(skb)->saddr;
	u8 proto = ipv6_hdr(skb)->nexthdr;
	bool none = ipv6_addr_any(saddr);
	const struct udphdr *udp;
	__be16 frag = 0;
	int off;

	if (!none && !tenovl_guard_has_ip6(guard, saddr))
		return TENOVL_A_STATS_PORT_DROP_IP;
	off = ipv6_skip_exthdr(skb, noff + sizeof(struct ipv6hdr), &proto, &frag);
	if (off < 0)
		return TENOVL_A_STATS_PORT_DROP_ROUTER;
	if (frag & htons(IP6_OFFSET))
		return 0;
	if (off > tenovl_guard_end6(skb))
		return TENOVL_A_STATS_PORT_DROP_ROUTER;
	if (proto == IPPROTO_ICMPV6)
		return tenovl_guard_icmp6(guard, skb, off, frag);
	if (none && guard->n_ips)
		return TENOVL_A_STATS_PORT_DROP_IP;
	if (proto != IPPROTO_UDP)
		return 0;
	udp = off + sizeof(*udp) > tenovl_guard_end6(skb) ? NULL : tenovl_guard_udp(skb, off);
	if (!udp)
		return TENOVL_A_STATS_PORT_DROP_DHCP;
	return guard->dhcp_server ||
	       !tenovl_guard_serves(udp, TENOVL_DHCP6_SERVER, TENOVL_DHCP6_CLIENT) ?
	       0 : TENOVL_A_STATS_PORT_DROP_DHCP;
}

/* What some receivers see through and we do not: more tags than are read, and packets
 * behind LLC and SNAP (RFC 1042).
 */
static bool tenovl_guard_hidden(struct sk_buff *skb, unsigned int off, __be16 proto)
{
	const u8 *llc;

	if (eth_type_vlan(proto))
		return true;
	if (eth_proto_is_802_3(proto))
		return false;
	if (!pskb_may_pull(skb, off + 2))
		return true;
	llc = skb->data + off;
	return llc[0] == LLC_SAP_SNAP && llc[1] == LLC_SAP_SNAP;
}

static unsigned int tenovl_guard_packet(const struct tenovl_guard *guard, struct sk_buff *skb,
					const struct tenovl_inner *inner)
{
	__be16 proto;

	if (likely(inner->proto == htons(ETH_P_IP)))
		return tenovl_guard_ip4(guard, skb, inner->noff);
	if (inner->proto == htons(ETH_P_IPV6))
		return tenovl_guard_ip6(guard, skb, inner->noff);
	proto = *(const __be16 *)(skb->data + inner->noff - sizeof(proto));
	if (proto == htons(ETH_P_ARP) || proto == htons(ETH_P_RARP))
		return tenovl_guard_arp(guard, skb, inner->noff, proto == htons(ETH_P_RARP));
	return guard->n_ips || tenovl_guard_hidden(skb, inner->noff, proto) ?
	       TENOVL_A_STATS_PORT_DROP_IP : 0;
}

/* Return: whether there is room for what takes @cost nanoseconds of the limit. */
static bool tenovl_guard_room(atomic64_t *due, u64 cost, u64 burst)
{
	s64 now = ktime_get_ns(), old = atomic64_read(due), next;

	do {
		next = max(old, now) + cost;
		if (next - now > burst)
			return false;
	} while (!atomic64_try_cmpxchg(due, &old, next));
	return true;
}

/**
 * tenovl_guard_check() - may an access port send this frame?
 * @port: the port the frame came by
 * @guard: what it may send
 * @skb: the frame, its Ethernet header at skb->data, its network header set; headers
 *	are pulled, so pointers into it go stale
 * @inner: what it carries
 *
 * RCU, BH off.
 *
 * Return: 0, or the counter to drop it by.
 */
unsigned int tenovl_guard_check(struct tenovl_port *port, const struct tenovl_guard *guard,
				struct sk_buff *skb, const struct tenovl_inner *inner)
{
	unsigned int why;

	if (!tenovl_guard_has_mac(guard, ((const struct ethhdr *)skb->data)->h_source))
		return TENOVL_A_STATS_PORT_DROP_MAC;
	why = tenovl_guard_packet(guard, skb, inner);
	if (why)
		return why;
	if (guard->rate_kbit &&
	    !tenovl_guard_room(&port->rate_due, psched_l2t_ns(&guard->rate, skb->len),
			       psched_l2t_ns(&guard->rate, guard->burst)))
		return TENOVL_A_STATS_PORT_DROP_RATE;
	return 0;
}

/**
 * tenovl_guard_floods() - may a port send this frame to more than one station?
 * @port: the port the frame came by
 * @skb: the frame
 *
 * RCU, BH off.
 */
bool tenovl_guard_floods(struct tenovl_port *port, const struct sk_buff *skb)
{
	const struct tenovl_guard *guard = rcu_dereference(port->guard);
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	u32 frames = shinfo->gso_segs ?: 1;

	if (!guard || !guard->flood_rate)
		return true;
	/* A guest's own large frame is not counted yet. */
	if (skb_is_gso(skb) && !shinfo->gso_segs)
		frames = DIV_ROUND_UP(skb->len, shinfo->gso_size);
	return tenovl_guard_room(&port->flood_due, psched_pkt2t_ns(&guard->flood, frames),
				 psched_pkt2t_ns(&guard->flood, guard->flood_burst));
}
