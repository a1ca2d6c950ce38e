// SPDX-License-Identifier: GPL-2.0
/*
 * Heads that share one address.
 *
 * The heads of a stretched subnet are one gateway: they have one IP address, and one MAC
 * address, the head's own, so that a station that comes to another host finds its gateway
 * there. Between hosts such an address says nothing, so each head has one of its own
 * besides, its head-mac: by that it is known to peers. Here one becomes the other.
 *
 * What the head sends to peers comes from its head-mac. A peer would not learn from the
 * shared address, and drops what comes from or is for it: that is always another head's,
 * and each takes it for its own. What is for the head-mac is for the head, and reaches
 * the stack under its own address. To ports the head has its own address only.
 *
 * When the head looks for a station that nobody told of, the answer must come back to it
 * and not to the head beside that station, and the station must not take the head-mac for
 * the gateway's address. So to peers
 * - an ARP request comes from the head-mac and no IP address, as a probe (RFC 5227),
 *   which is answered by all and remembered by none;
 * - a neighbour solicitation tells the head-mac as that of the link-local address, which
 *   each head has one of, as its source;
 * - an advertisement of a link-local address tells the head-mac as well.
 * What the head says of any other address, asked or not, tells the shared MAC address.
 * This is for what is untagged.
 */
#include <linux/if_arp.h>
#include <net/addrconf.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

#include "tenovl.h"

/* The addresses of ARP for IPv4 on Ethernet, behind the common header. */
struct tenovl_arp_addrs {
	u8 sender_mac[ETH_ALEN];
	__be32 sender;
	u8 target_mac[ETH_ALEN];
	__be32 target;
} __packed;

/* Return: 0, or the counter to drop it by. What the head has announced stays. */
static unsigned int tenovl_anycast_arp(const struct tenovl_dev *tdev, const u8 *head_mac,
				       struct sk_buff *skb)
{
	struct tenovl_arp_addrs *addrs;
	struct arphdr *arp;

	if (skb->len < ETH_HLEN + sizeof(*arp) + sizeof(*addrs))
		return 0;
	if (skb_ensure_writable(skb, ETH_HLEN + sizeof(*arp) + sizeof(*addrs)))
		return TENOVL_A_STATS_TX_DROP_NOMEM;
	arp = (struct arphdr *)(skb->data + ETH_HLEN);
	addrs = (struct tenovl_arp_addrs *)(arp + 1);
	if (arp->ar_op != htons(ARPOP_REQUEST) || arp->ar_hln != ETH_ALEN ||
	    arp->ar_pln != sizeof(addrs->sender) || addrs->sender == addrs->target ||
	    !ether_addr_equal_unaligned(addrs->sender_mac, tdev->dev->dev_addr))
		return 0;
	memcpy(addrs->sender_mac, head_mac, ETH_ALEN);
	addrs->sender = 0;
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)
/* RCU. Return: whether there is one. */
static bool tenovl_head_link_local(const struct tenovl_dev *tdev, struct in6_addr *addr)
{
	struct inet6_dev *idev = __in6_dev_get(tdev->dev);
	const struct inet6_ifaddr *ifa;
	bool found = false;

	if (!idev)
		return false;
	read_lock_bh(&idev->lock);
	list_for_each_entry(ifa, &idev->addr_list, if_list) {
		if (!(ipv6_addr_type(&ifa->addr) & IPV6_ADDR_LINKLOCAL) ||
		    ifa->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
			continue;
		*addr = ifa->addr;
		found = true;
		break;
	}
	read_unlock_bh(&idev->lock);
	return found;
}

/* The head's address in the options becomes its head-mac. */
static void tenovl_anycast_options(const struct tenovl_dev *tdev, const u8 *head_mac, u8 type,
				   u8 *opt, unsigned int len)
{
	while (len >= 8) {
		unsigned int size = opt[1] * 8;

		if (!size || size > len)
			return;
		if (opt[0] == type && ether_addr_equal_unaligned(opt + 2, tdev->dev->dev_addr))
			memcpy(opt + 2, head_mac, ETH_ALEN);
		opt += size;
		len -= size;
	}
}

static void tenovl_anycast_csum(struct sk_buff *skb, const struct ipv6hdr *ip6h,
				struct nd_msg *msg, unsigned int len)
{
	msg->icmph.icmp6_cksum = 0;
	msg->icmph.icmp6_cksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_ICMPV6,
						 csum_partial(msg, len, 0));
	skb->ip_summed = CHECKSUM_NONE;
}

/* Return: as tenovl_anycast_arp(). */
static unsigned int tenovl_anycast_nd(const struct tenovl_dev *tdev, const u8 *head_mac,
				      struct sk_buff *skb)
{
	unsigned int len = ntohs(((const struct ipv6hdr *)(skb->data + ETH_HLEN))->payload_len);
	struct ipv6hdr *ip6h;
	struct nd_msg *msg;
	u8 opt;

	if (len < sizeof(*msg) || skb->len < ETH_HLEN + sizeof(*ip6h) + len)
		return 0;
	if (skb_ensure_writable(skb, ETH_HLEN + sizeof(*ip6h) + len))
		return TENOVL_A_STATS_TX_DROP_NOMEM;
	ip6h = (struct ipv6hdr *)(skb->data + ETH_HLEN);
	msg = (struct nd_msg *)(ip6h + 1);
	if (msg->icmph.icmp6_type == NDISC_NEIGHBOUR_SOLICITATION &&
	    !ipv6_addr_any(&ip6h->saddr)) {
		if (!(ipv6_addr_type(&ip6h->saddr) & IPV6_ADDR_LINKLOCAL) &&
		    !tenovl_head_link_local(tdev, &ip6h->saddr))
			return TENOVL_A_STATS_TX_DROP_NO_LINK_LOCAL;
		opt = ND_OPT_SOURCE_LL_ADDR;
	} else if (msg->icmph.icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT &&
		   ipv6_addr_type(&msg->target) & IPV6_ADDR_LINKLOCAL) {
		opt = ND_OPT_TARGET_LL_ADDR;
	} else {
		return 0;
	}
	tenovl_anycast_options(tdev, head_mac, opt, msg->opt, len - sizeof(*msg));
	tenovl_anycast_csum(skb, ip6h, msg, len);
	return 0;
}
#else
static unsigned int tenovl_anycast_nd(const struct tenovl_dev *tdev, const u8 *head_mac,
				      struct sk_buff *skb)
{
	return 0;
}
#endif

/* What the head says of itself. Return: as tenovl_anycast_arp(). */
static unsigned int tenovl_anycast_says(const struct tenovl_dev *tdev, const u8 *head_mac,
					struct sk_buff *skb, const struct tenovl_inner *inner)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	if (eth->h_proto == htons(ETH_P_ARP))
		return tenovl_anycast_arp(tdev, head_mac, skb);
	if (inner->l4 == IPPROTO_ICMPV6 && eth->h_proto == htons(ETH_P_IPV6))
		return tenovl_anycast_nd(tdev, head_mac, skb);
	return 0;
}

/**
 * tenovl_anycast_out() - a frame of the head is going to peers
 * @tdev: the device, which has a head-mac
 * @settings: its settings
 * @skb: the frame, its Ethernet header at skb->data; changed
 * @inner: what it carries
 *
 * RCU, BH off. What is not from the head itself, but from behind it, stays.
 *
 * Return: 0, or the counter to drop it by.
 */
unsigned int tenovl_anycast_out(const struct tenovl_dev *tdev,
				const struct tenovl_settings *settings, struct sk_buff *skb,
				const struct tenovl_inner *inner)
{
	unsigned int why;

	if (!ether_addr_equal(((const struct ethhdr *)skb->data)->h_source, tdev->dev->dev_addr))
		return 0;
	if (skb_ensure_writable(skb, ETH_HLEN))
		return TENOVL_A_STATS_TX_DROP_NOMEM;
	why = tenovl_anycast_says(tdev, settings->head_mac, skb, inner);
	if (!why)
		ether_addr_copy(((struct ethhdr *)skb->data)->h_source, settings->head_mac);
	return why;
}

/**
 * tenovl_anycast_in() - a frame is going to the head
 * @tdev: the device, which has a head-mac
 * @settings: its settings
 * @skb: the frame, its Ethernet header at skb->data; changed
 *
 * RCU, BH off.
 *
 * Return: false where there was no memory.
 */
bool tenovl_anycast_in(const struct tenovl_dev *tdev, const struct tenovl_settings *settings,
		       struct sk_buff *skb)
{
	struct ethhdr *eth = (struct ethhdr *)skb->data;

	if (!ether_addr_equal(eth->h_dest, settings->head_mac))
		return true;
	if (skb_ensure_writable(skb, ETH_HLEN))
		return false;
	eth = (struct ethhdr *)skb->data;
	skb_postpull_rcsum(skb, eth->h_dest, ETH_ALEN);
	ether_addr_copy(eth->h_dest, tdev->dev->dev_addr);
	skb_postpush_rcsum(skb, eth->h_dest, ETH_ALEN);
	return true;
}

/**
 * tenovl_anycast_check() - may a frame come from a peer?
 * @tdev: the device, which has a head-mac
 * @settings: its settings
 * @eth: the frame's header, not from the head's own address
 *
 * RCU, BH off.
 *
 * Return: 0, or the counter to drop it by.
 */
unsigned int tenovl_anycast_check(const struct tenovl_dev *tdev,
				  const struct tenovl_settings *settings,
				  const struct ethhdr *eth)
{
	if (ether_addr_equal(eth->h_source, settings->head_mac))
		return TENOVL_A_STATS_RX_DROP_OWN_MAC;
	if (ether_addr_equal(eth->h_dest, tdev->dev->dev_addr))
		return TENOVL_A_STATS_RX_DROP_ANYCAST;
	return 0;
}

/* Is it the head-mac of one, and not of the other? */
static bool tenovl_anycast_differs(const struct tenovl_settings *one,
				   const struct tenovl_settings *other)
{
	return one->has_head_mac && !(other->has_head_mac &&
				      ether_addr_equal(one->head_mac, other->head_mac));
}

/**
 * tenovl_anycast_take() - the head hears a new address
 * @tdev: the device
 * @wanted: settings that are to come
 * @attr: what the request is to be blamed on
 * @extack: the reason of a refusal
 *
 * RTNL. Undone by tenovl_anycast_leave().
 *
 * Return: 0 or an error.
 */
int tenovl_anycast_take(struct tenovl_dev *tdev, const struct tenovl_settings *wanted,
			const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!tenovl_anycast_differs(wanted, rtnl_dereference(tdev->settings)))
		return 0;
	if (ether_addr_equal(wanted->head_mac, tdev->dev->dev_addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The head-mac is the address that the device has already");
		return -EINVAL;
	}
	return dev_uc_add(tdev->dev, wanted->head_mac);
}

/**
 * tenovl_anycast_leave() - the head hears an address no more
 * @tdev: the device
 * @settings: settings that are not, or no more, those of the device
 * @kept: those that are
 *
 * RTNL.
 */
void tenovl_anycast_leave(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			  const struct tenovl_settings *kept)
{
	if (tenovl_anycast_differs(settings, kept))
		dev_uc_del(tdev->dev, settings->head_mac);
}

/**
 * tenovl_anycast_set_address() - ndo_set_mac_address of a head
 * @dev: the head
 * @addr: a struct sockaddr
 *
 * RTNL.
 *
 * Return: 0 or an error.
 */
int tenovl_anycast_set_address(struct net_device *dev, void *addr)
{
	const struct tenovl_dev *tdev = netdev_priv(dev);
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	const struct sockaddr *sa = addr;

	if (settings->has_head_mac && ether_addr_equal(sa->sa_data, settings->head_mac))
		return -EADDRINUSE;
	return eth_mac_addr(dev, addr);
}
