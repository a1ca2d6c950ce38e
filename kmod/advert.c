// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbour advertisements (RFC 4861, 4.4) that the device makes itself.
 */
#include <net/addrconf.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

#include "tenovl.h"

#if IS_ENABLED(CONFIG_IPV6)
/**
 * struct tenovl_advert - a neighbour advertisement, whole
 * @eth: from the address that is told
 * @ip6h: from the address that is told of
 * @na: with the override flag
 * @opt_type: target link-layer address
 * @opt_len: in units of 8 bytes
 * @mac: that address
 */
struct tenovl_advert {
	struct ethhdr eth;
	struct ipv6hdr ip6h;
	struct nd_msg na;
	u8 opt_type;
	u8 opt_len;
	u8 mac[ETH_ALEN];
} __packed;

static void tenovl_advert_to(struct tenovl_advert *ad, const struct in6_addr *to,
			     const u8 *to_mac)
{
	if (to) {
		ad->ip6h.daddr = *to;
		ad->na.icmph.icmp6_solicited = 1;
		ether_addr_copy(ad->eth.h_dest, to_mac);
	} else {
		ad->ip6h.daddr = in6addr_linklocal_allnodes;
		ipv6_eth_mc_map(&in6addr_linklocal_allnodes, ad->eth.h_dest);
	}
}

static void tenovl_advert_fill(struct tenovl_advert *ad, const u8 *mac,
			       const struct in6_addr *addr, bool router)
{
	ether_addr_copy(ad->eth.h_source, mac);
	ad->eth.h_proto = htons(ETH_P_IPV6);
	ip6_flow_hdr(&ad->ip6h, 0, 0);
	ad->ip6h.payload_len = htons(sizeof(*ad) - offsetof(struct tenovl_advert, na));
	ad->ip6h.nexthdr = IPPROTO_ICMPV6;
	ad->ip6h.hop_limit = 255;
	ad->ip6h.saddr = *addr;
	ad->na.icmph.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	ad->na.icmph.icmp6_override = 1;
	ad->na.icmph.icmp6_router = router;
	ad->na.target = *addr;
	ad->opt_type = ND_OPT_TARGET_LL_ADDR;
	ad->opt_len = 1;
	ether_addr_copy(ad->mac, mac);
}

/**
 * tenovl_advert_new() - a neighbour advertisement in place of a station
 * @mac: the station's MAC address
 * @addr: its address
 * @router: it is a router
 * @to: who asked for it; NULL for all nodes, unsolicited
 * @to_mac: where that is
 *
 * Any context.
 *
 * Return: a frame, its Ethernet header at skb->data, or NULL.
 */
struct sk_buff *tenovl_advert_new(const u8 *mac, const struct in6_addr *addr, bool router,
				  const struct in6_addr *to, const u8 *to_mac)
{
	const int len = sizeof(struct tenovl_advert) - offsetof(struct tenovl_advert, na);
	struct tenovl_advert *ad;
	struct sk_buff *skb;

	skb = alloc_skb(NET_SKB_PAD + sizeof(*ad), GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD);
	ad = skb_put_zero(skb, sizeof(*ad));
	tenovl_advert_fill(ad, mac, addr, router);
	tenovl_advert_to(ad, to, to_mac);
	ad->na.icmph.icmp6_cksum = csum_ipv6_magic(&ad->ip6h.saddr, &ad->ip6h.daddr, len,
						   IPPROTO_ICMPV6,
						   csum_partial(&ad->na, len, 0));
	return skb;
}
#endif
