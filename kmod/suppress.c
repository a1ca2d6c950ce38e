// SPDX-License-Identifier: GPL-2.0
/*
 * Questions for stations that are known, answered where they are asked.
 *
 * A station asks all others where one of them is: by ARP (RFC 826) or by an IPv6
 * neighbour solicitation (RFC 4861). With suppress on, the segment answers in place of
 * the station that is asked for, to the port or the head that the question came by, and
 * nobody else hears of it. A station is known by a permanent neighbour of the head, which
 * says its MAC address, and by a forwarding entry, which says where that is; what would
 * not find its way to one place is asked for as ever. What asks for an address of the
 * head itself is for the head alone.
 *
 * Left alone are
 * - what asks one station, to see whether it is there (RFC 4861, 7.3);
 * - what comes from the MAC address that would be the answer: the station announces
 *   itself, or looks for a double, and must hear of it from nobody but that double;
 * - announcements of any other (the sender's own address is asked for);
 * - what asks for a station at the port that it is asked by, which answers itself;
 * - what comes from a peer, who answers such questions where they are asked;
 * - tagged frames: the neighbours of the head are those of its own, untagged network;
 * - what no station would answer: a wrong hop limit, checksum, length.
 * Someone else's probe for the address of a known station (RFC 5227, RFC 4862) is
 * answered: the station would defend it.
 */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

#include "tenovl.h"

/**
 * struct tenovl_question - who asks for whom
 * @target: who is asked for, IPv4 as v4-mapped
 * @asker: who asks, the any address in a probe
 * @mac: where an answer goes
 */
struct tenovl_question {
	struct in6_addr target;
	struct in6_addr asker;
	u8 mac[ETH_ALEN];
};

/**
 * struct tenovl_known - a station that is known
 * @mac: its address
 * @router: it is a router
 */
struct tenovl_known {
	u8 mac[ETH_ALEN];
	bool router;
};

/* RFC 826, on Ethernet. */
static bool tenovl_question_arp(struct sk_buff *skb, struct tenovl_question *question)
{
	const struct arphdr *arp;
	__be32 asker, target;
	const u8 *sender;

	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(*arp) + 2 * (ETH_ALEN + sizeof(asker))))
		return false;
	arp = (const struct arphdr *)(skb->data + ETH_HLEN);
	if (arp->ar_op != htons(ARPOP_REQUEST) || arp->ar_hrd != htons(ARPHRD_ETHER) ||
	    arp->ar_pro != htons(ETH_P_IP) || arp->ar_hln != ETH_ALEN ||
	    arp->ar_pln != sizeof(asker))
		return false;
	sender = (const u8 *)(arp + 1);
	asker = get_unaligned((const __be32 *)(sender + ETH_ALEN));
	target = get_unaligned((const __be32 *)(sender + 2 * ETH_ALEN + sizeof(asker)));
	if (!target || asker == target || ipv4_is_multicast(target) || ipv4_is_lbcast(target))
		return false;
	tenovl_addr_set4(&question->target, target);
	tenovl_addr_set4(&question->asker, asker);
	ether_addr_copy(question->mac, sender);
	return true;
}

static bool tenovl_head_has4(const struct tenovl_dev *tdev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(tdev->dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (ifa->ifa_local == addr)
			return true;
	return false;
}

static bool tenovl_known_by(const struct neighbour *neigh, const struct net_device *dev,
			    struct tenovl_known *known)
{
	if (!neigh || !(READ_ONCE(neigh->nud_state) & NUD_PERMANENT))
		return false;
	neigh_ha_snapshot(known->mac, neigh, dev);
	known->router = READ_ONCE(neigh->flags) & NTF_ROUTER;
	return is_valid_ether_addr(known->mac);
}

#if IS_ENABLED(CONFIG_IPV6)
/* The link-layer address in the options of a solicitation, which are linear. Return: false
 * where they are broken, or where a probe has one.
 */
static bool tenovl_question_options(const u8 *opt, unsigned int len,
				    struct tenovl_question *question)
{
	while (len >= 8) {
		unsigned int size = opt[1] * 8;

		if (!size || size > len)
			return false;
		if (opt[0] == ND_OPT_SOURCE_LL_ADDR) {
			if (ipv6_addr_any(&question->asker))
				return false;
			ether_addr_copy(question->mac, opt + 2);
		}
		opt += size;
		len -= size;
	}
	return !len;
}

static bool tenovl_question_csum_ok(struct sk_buff *skb, const struct ipv6hdr *ip6h,
				    unsigned int len)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL || skb_csum_unnecessary(skb))
		return true;
	return !csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_ICMPV6,
				skb_checksum(skb, ETH_HLEN + sizeof(*ip6h), len, 0));
}

/* RFC 4861, 7.1.1. */
static bool tenovl_question_nd(struct sk_buff *skb, struct tenovl_question *question)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)(skb->data + ETH_HLEN);
	unsigned int len = ntohs(ip6h->payload_len);
	const struct nd_msg *msg;

	if (ip6h->hop_limit != 255 || len < sizeof(*msg) ||
	    !pskb_may_pull(skb, ETH_HLEN + sizeof(*ip6h) + len))
		return false;
	ip6h = (const struct ipv6hdr *)(skb->data + ETH_HLEN);
	msg = (const struct nd_msg *)(ip6h + 1);
	if (msg->icmph.icmp6_type != NDISC_NEIGHBOUR_SOLICITATION || msg->icmph.icmp6_code ||
	    ipv6_addr_is_multicast(&msg->target) || ipv6_addr_is_multicast(&ip6h->saddr) ||
	    ipv6_addr_equal(&msg->target, &ip6h->saddr) ||
	    (ipv6_addr_any(&ip6h->saddr) && !ipv6_addr_is_solict_mult(&ip6h->daddr)))
		return false;
	question->target = msg->target;
	question->asker = ip6h->saddr;
	ether_addr_copy(question->mac, eth_hdr(skb)->h_source);
	return tenovl_question_options(msg->opt, len - sizeof(*msg), question) &&
	       tenovl_question_csum_ok(skb, ip6h, len);
}

/* Where IPv6 is off there is no table to look in. */
static bool tenovl_known_find6(const struct tenovl_dev *tdev, const struct in6_addr *addr,
			       struct tenovl_known *known)
{
	if (!__in6_dev_get(tdev->dev))
		return false;
	return tenovl_known_by(__ipv6_neigh_lookup_noref(tdev->dev, addr), tdev->dev, known);
}

static bool tenovl_head_has6(const struct tenovl_dev *tdev, const struct in6_addr *addr)
{
	return ipv6_chk_addr(dev_net(tdev->dev), addr, tdev->dev, 0);
}

static struct sk_buff *tenovl_answer_na(const struct tenovl_question *question,
					const struct tenovl_known *known)
{
	bool probe = ipv6_addr_any(&question->asker);

	return tenovl_advert_new(known->mac, &question->target, known->router,
				 probe ? NULL : &question->asker, question->mac);
}
#else
static bool tenovl_question_nd(struct sk_buff *skb, struct tenovl_question *question)
{
	return false;
}

static bool tenovl_known_find6(const struct tenovl_dev *tdev, const struct in6_addr *addr,
			       struct tenovl_known *known)
{
	return false;
}

static bool tenovl_head_has6(const struct tenovl_dev *tdev, const struct in6_addr *addr)
{
	return false;
}

static struct sk_buff *tenovl_answer_na(const struct tenovl_question *question,
					const struct tenovl_known *known)
{
	return NULL;
}
#endif

/* Return: whether it is a question, to all, that may be answered. */
static bool tenovl_question_read(struct sk_buff *skb, const struct tenovl_inner *inner,
				 struct tenovl_question *question)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	if (!is_multicast_ether_addr(eth->h_dest) || tenovl_inner_tagged(skb))
		return false;
	if (eth->h_proto == htons(ETH_P_ARP))
		return tenovl_question_arp(skb, question);
	return inner->proto == htons(ETH_P_IPV6) && inner->l4 == IPPROTO_ICMPV6 &&
	       tenovl_question_nd(skb, question);
}

static bool tenovl_head_has(const struct tenovl_dev *tdev, const struct in6_addr *addr)
{
	return tenovl_addr_v4(addr) ? tenovl_head_has4(tdev, tenovl_addr_ip4(addr)) :
				      tenovl_head_has6(tdev, addr);
}

static bool tenovl_known_find(const struct tenovl_dev *tdev, const struct in6_addr *addr,
			      struct tenovl_known *known)
{
	if (!tenovl_addr_v4(addr))
		return tenovl_known_find6(tdev, addr, known);
	return tenovl_known_by(__ipv4_neigh_lookup_noref(tdev->dev,
							 (__force u32)tenovl_addr_ip4(addr)),
			       tdev->dev, known);
}

/* Would a frame to it, from where it is asked for, go to one place? */
static bool tenovl_known_reached(struct tenovl_dev *tdev, const struct tenovl_port *from,
				 const u8 *mac)
{
	struct tenovl_verdict verdict;

	verdict = tenovl_switch(tdev, from ? TENOVL_PLACE_PORT : TENOVL_PLACE_HEAD,
				from ? &from->side : NULL, TENOVL_MARK_NONE, mac);
	return !verdict.drop && !verdict.flood && (verdict.side || verdict.head);
}

static struct sk_buff *tenovl_answer_new(const struct tenovl_dev *tdev,
					 const struct tenovl_question *question,
					 const struct tenovl_known *known)
{
	if (!tenovl_addr_v4(&question->target))
		return tenovl_answer_na(question, known);
	return arp_create(ARPOP_REPLY, ETH_P_ARP, tenovl_addr_ip4(&question->asker), tdev->dev,
			  tenovl_addr_ip4(&question->target), question->mac, known->mac,
			  question->mac);
}

/* Back by where the question came. */
static void tenovl_answer_send(struct tenovl_dev *tdev, struct tenovl_port *from,
			       struct sk_buff *answer)
{
	tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_NEIGH_ANSWER);
	if (from)
		tenovl_deliver_port(from, answer, false, 0);
	else
		tenovl_deliver_head(tdev, answer, false, 0);
}

/**
 * tenovl_suppress() - answer a question in place of asking all
 * @tdev: the device
 * @from: the port that the frame came by, or NULL for the head
 * @skb: a frame that would go to all, its Ethernet header at skb->data; headers are
 *	pulled, so pointers into it go stale; consumed when it was answered
 * @inner: what it carries
 *
 * RCU, BH off. Without memory for an answer all are asked.
 *
 * Return: what became of it.
 */
enum tenovl_asked tenovl_suppress(struct tenovl_dev *tdev, struct tenovl_port *from,
				  struct sk_buff *skb, const struct tenovl_inner *inner)
{
	struct tenovl_question question;
	struct tenovl_known known;
	struct sk_buff *answer;

	if (!tenovl_question_read(skb, inner, &question))
		return TENOVL_ASKED_NOTHING;
	if (from && tenovl_head_has(tdev, &question.target))
		return TENOVL_ASKED_HEAD;
	if (!tenovl_known_find(tdev, &question.target, &known) ||
	    ether_addr_equal(known.mac, question.mac) ||
	    ether_addr_equal(known.mac, eth_hdr(skb)->h_source) ||
	    !tenovl_known_reached(tdev, from, known.mac))
		return TENOVL_ASKED_NOTHING;
	answer = tenovl_answer_new(tdev, &question, &known);
	if (!answer)
		return TENOVL_ASKED_NOTHING;
	tenovl_answer_send(tdev, from, answer);
	consume_skb(skb);
	return TENOVL_ASKED_KNOWN;
}
