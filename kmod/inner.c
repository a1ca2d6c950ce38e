// SPDX-License-Identifier: GPL-2.0
/*
 * What a tenant's frame carries. Headers are read where the frame has them, not
 * where the stack left its offsets: a frame may come from a packet socket, be
 * tagged, cut short, or lie in fragments.
 */
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <net/inet_ecn.h>
#include <net/ip.h>

#include "tenovl.h"

/* More tags than this are carried unread. */
#define TENOVL_MAX_TAGS	4

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
