// SPDX-License-Identifier: GPL-2.0
/*
 * What a tenant's frame carries. Headers are read where the frame has them, not
 * where the stack left its offsets: a frame may come from a packet socket, be
 * tagged, cut short, or lie in fragments.
 */
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/random.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ndisc.h>

#include "tenovl.h"

/* More tags than this are carried unread. */
#define TENOVL_MAX_TAGS	4

/* So that nobody chooses the flows that share a hash. */
static u64 tenovl_hash_seed __read_mostly;

static void tenovl_inner_parse4(struct sk_buff *skb, struct tenovl_inner *inner)
{
	const struct iphdr *iph;

	if (!pskb_may_pull(skb, inner->noff + sizeof(*iph)))
		return;
	iph = (const struct iphdr *)(skb->data + inner->noff);
	if (iph->version != 4)
		return;
	inner->proto = htons(ETH_P_IP);
	inner->tos = iph->tos;
	inner->l4 = iph->protocol;
	inner->may_fragment = !(iph->frag_off & htons(IP_DF));
}

static void tenovl_inner_parse6(struct sk_buff *skb, struct tenovl_inner *inner)
{
	const struct ipv6hdr *ip6h;

	if (!pskb_may_pull(skb, inner->noff + sizeof(*ip6h)))
		return;
	ip6h = (const struct ipv6hdr *)(skb->data + inner->noff);
	if (ip6h->version != 6)
		return;
	inner->proto = htons(ETH_P_IPV6);
	inner->tos = ipv6_get_dsfield(ip6h);
	inner->l4 = ip6h->nexthdr;
}

/**
 * tenovl_inner_parse() - look into a frame
 * @skb: the frame, its Ethernet header at skb->data and linear; headers are
 *	pulled, so pointers into it go stale
 * @inner: filled
 */
void tenovl_inner_parse(struct sk_buff *skb, struct tenovl_inner *inner)
{
	__be16 proto = ((const struct ethhdr *)skb->data)->h_proto;
	int tags;

	*inner = (struct tenovl_inner){ .noff = ETH_HLEN };
	for (tags = 0; eth_type_vlan(proto) && tags < TENOVL_MAX_TAGS; tags++) {
		if (!pskb_may_pull(skb, inner->noff + VLAN_HLEN))
			return;
		proto = ((const struct vlan_hdr *)(skb->data + inner->noff))
				->h_vlan_encapsulated_proto;
		inner->noff += VLAN_HLEN;
	}
	if (proto == htons(ETH_P_IP))
		tenovl_inner_parse4(skb, inner);
	else if (proto == htons(ETH_P_IPV6))
		tenovl_inner_parse6(skb, inner);
}

/* Nothing behind it is read where its lengths cannot be true. */
static bool tenovl_inner_whole4(const struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	unsigned int len = ntohs(iph->tot_len);

	return iph->ihl >= 5 && len >= iph->ihl * 4 && len <= skb->len;
}

static bool tenovl_inner_whole6(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;

	return sizeof(*ip6h) + ntohs(ip6h->payload_len) <= skb->len;
}

/**
 * tenovl_inner_parse_packet() - look into a packet that has no Ethernet header
 * @skb: the packet, its IP header at skb->data and its type in skb->protocol; the
 *	header is pulled, so pointers into it go stale
 * @inner: filled
 *
 * Return: false where it is no packet of its type, or its header is not whole.
 */
bool tenovl_inner_parse_packet(struct sk_buff *skb, struct tenovl_inner *inner)
{
	*inner = (struct tenovl_inner){ };
	if (skb->protocol == htons(ETH_P_IP)) {
		tenovl_inner_parse4(skb, inner);
		return inner->proto && tenovl_inner_whole4(skb);
	}
	if (skb->protocol == htons(ETH_P_IPV6)) {
		tenovl_inner_parse6(skb, inner);
		return inner->proto && tenovl_inner_whole6(skb);
	}
	return false;
}

/**
 * tenovl_inner_tagged() - does the frame carry a VLAN tag?
 * @skb: the frame, its Ethernet header at skb->data and linear
 */
bool tenovl_inner_tagged(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) ||
	       eth_type_vlan(((const struct ethhdr *)skb->data)->h_proto);
}

/* An address that asks for, or tells of, itself (RFC 5227, 3), in ARP; its own, in RARP. */
static bool tenovl_inner_arp_announces(const struct sk_buff *skb, unsigned int off,
				       const u8 *smac, bool rarp)
{
	struct {
		struct arphdr h;
		u8 sha[ETH_ALEN];
		__be32 sip;
		u8 tha[ETH_ALEN];
		__be32 tip;
	} __packed copy;
	const typeof(copy) *arp = skb_header_pointer(skb, off, sizeof(copy), &copy);

	if (!arp || arp->h.ar_hrd != htons(ARPHRD_ETHER) || arp->h.ar_pro != htons(ETH_P_IP) ||
	    arp->h.ar_hln != ETH_ALEN || arp->h.ar_pln != sizeof(__be32) ||
	    memcmp(arp->sha, smac, ETH_ALEN))
		return false;
	if (rarp)
		return (arp->h.ar_op == htons(ARPOP_RREQUEST) ||
			arp->h.ar_op == htons(ARPOP_RREPLY)) && !memcmp(arp->tha, smac, ETH_ALEN);
	return (arp->h.ar_op == htons(ARPOP_REQUEST) || arp->h.ar_op == htons(ARPOP_REPLY)) &&
	       arp->sip && arp->sip == arp->tip;
}

/* An advertisement that nobody asked for has the address of its link (RFC 4861, 4.4). */
static bool tenovl_inner_nd_announces(const struct sk_buff *skb, unsigned int off,
				      const u8 *smac)
{
	struct {
		struct ipv6hdr ip6h;
		struct nd_msg na;
		u8 opt_type;
		u8 opt_len;
		u8 mac[ETH_ALEN];
	} __packed copy;
	const typeof(copy) *msg = skb_header_pointer(skb, off, sizeof(copy), &copy);

	return msg && msg->ip6h.hop_limit == 255 &&
	       msg->na.icmph.icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT &&
	       !msg->na.icmph.icmp6_code && !msg->na.icmph.icmp6_solicited &&
	       msg->opt_type == ND_OPT_TARGET_LL_ADDR && msg->opt_len == 1 &&
	       !memcmp(msg->mac, smac, ETH_ALEN);
}

/**
 * tenovl_inner_announces() - does its sender tell where it is?
 * @skb: the frame, its Ethernet header at skb->data and linear
 * @inner: what it carries
 *
 * By RARP, a gratuitous ARP request or reply, or an unsolicited neighbour
 * advertisement, of the address that the frame comes from.
 */
bool tenovl_inner_announces(const struct sk_buff *skb, const struct tenovl_inner *inner)
{
	const u8 *smac = ((const struct ethhdr *)skb->data)->h_source;
	__be16 proto = *(const __be16 *)(skb->data + inner->noff - sizeof(proto));

	if (proto == htons(ETH_P_ARP) || proto == htons(ETH_P_RARP))
		return tenovl_inner_arp_announces(skb, inner->noff, smac,
						  proto == htons(ETH_P_RARP));
	return inner->proto == htons(ETH_P_IPV6) && inner->l4 == IPPROTO_ICMPV6 &&
	       tenovl_inner_nd_announces(skb, inner->noff, smac);
}

/* The ports of what is known to begin with them. 0 where there are none to be seen. */
static u32 tenovl_inner_ports(const struct sk_buff *skb, u8 l4, unsigned int off)
{
	if (l4 != IPPROTO_TCP && l4 != IPPROTO_UDP && l4 != IPPROTO_SCTP)
		return 0;
	if (off + sizeof(u32) > skb_headlen(skb))
		return 0;
	return get_unaligned((const u32 *)(skb->data + off));
}

/* One round of multiplying and folding. */
static u64 tenovl_hash_mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * GOLDEN_RATIO_64;
	return hash ^ hash >> 32;
}

/* A fragment's flow is that of all fragments: only the first has ports. */
static u64 tenovl_inner_hash4(const struct sk_buff *skb, const struct tenovl_inner *inner,
			      u32 *ports)
{
	const struct iphdr *iph = (const struct iphdr *)(skb->data + inner->noff);

	if (likely(!ip_is_fragment(iph)))
		*ports = tenovl_inner_ports(skb, inner->l4, inner->noff + iph->ihl * 4);
	return tenovl_hash_mix(tenovl_hash_seed, get_unaligned((const u64 *)&iph->saddr));
}

static u64 tenovl_inner_hash6(const struct sk_buff *skb, const struct tenovl_inner *inner,
			      u32 *ports)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)(skb->data + inner->noff);
	const u64 *addr = (const u64 *)&ip6h->saddr;
	u64 hash = tenovl_hash_seed;
	int i;

	*ports = tenovl_inner_ports(skb, inner->l4, inner->noff + sizeof(*ip6h));
	for (i = 0; i < 4; i++)
		hash = tenovl_hash_mix(hash, get_unaligned(addr + i));
	return tenovl_hash_mix(hash, (__force u32)ip6_flowlabel(ip6h));
}

/* The stack's own hash, which looks further, is read from the tag on. */
static void tenovl_inner_hash_other(struct sk_buff *skb, const struct tenovl_inner *inner)
{
	skb_set_network_header(skb, ETH_HLEN);
	skb_get_hash(skb);
	skb_set_network_header(skb, inner->noff);
}

/**
 * tenovl_inner_hash() - see to it that a frame has the hash of its flow
 * @skb: the frame, its Ethernet header at skb->data and its IP header linear
 * @inner: what it carries
 *
 * Any context. By the addresses, protocol and ports of an IP packet; what the
 * stack calls a hash of layer 4 stays. Costs a tenth of the stack's, which takes
 * any packet apart. Not for what must withstand somebody who can try out: it
 * chooses among equal ways.
 */
void tenovl_inner_hash(struct sk_buff *skb, const struct tenovl_inner *inner)
{
	u32 ports = 0;
	u64 hash;

	if (skb->l4_hash || skb->sw_hash)
		return;
	if (inner->proto == htons(ETH_P_IP)) {
		hash = tenovl_inner_hash4(skb, inner, &ports);
	} else if (inner->proto == htons(ETH_P_IPV6)) {
		hash = tenovl_inner_hash6(skb, inner, &ports);
	} else {
		tenovl_inner_hash_other(skb, inner);
		return;
	}
	hash = tenovl_hash_mix(hash, (u64)inner->l4 << 32 | ports);
	__skb_set_sw_hash(skb, (u32)(hash >> 32) ?: 1, ports);
}

/**
 * tenovl_inner_init() - choose what hashes depend on
 *
 * Module load.
 */
void tenovl_inner_init(void)
{
	tenovl_hash_seed = get_random_u64();
}
