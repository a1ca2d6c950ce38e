// SPDX-License-Identifier: GPL-2.0
/*
 * Telling the bridges where the head is, when another port carries the traffic.
 *
 * A bridge that the head was not behind yet knows nothing of it, or something old,
 * and a bridge that knew it must hear that it is here again. So the head's address
 * is announced into the new port: by RARP, which says nothing but the MAC address;
 * by a gratuitous ARP request (RFC 5227, 3) for each IPv4 address; by an unsolicited
 * neighbour advertisement (RFC 4861, 7.2.6) for each IPv6 address. Peers hear
 * nothing of it: they reach the head as before.
 *
 * Everything runs under RTNL.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

#include "tenovl.h"

/* Consumes the frame, which may be NULL. */
static void tenovl_announce_frame(struct tenovl_port *port, struct sk_buff *skb)
{
	if (!skb)
		return;
	local_bh_disable();
	rcu_read_lock();
	tenovl_deliver_port(port, skb, false, 0);
	rcu_read_unlock();
	local_bh_enable();
}

static void tenovl_announce_rarp(struct tenovl_port *port, struct net_device *head)
{
	tenovl_announce_frame(port, arp_create(ARPOP_RREQUEST, ETH_P_RARP, 0, head, 0, NULL,
					       head->dev_addr, head->dev_addr));
}

static void tenovl_announce_arp(struct tenovl_port *port, struct net_device *head)
{
	struct in_device *in_dev = __in_dev_get_rtnl(head);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return;
	in_dev_for_each_ifa_rtnl(ifa, in_dev)
		tenovl_announce_frame(port, arp_create(ARPOP_REQUEST, ETH_P_ARP, ifa->ifa_local,
						       head, ifa->ifa_local, NULL,
						       head->dev_addr, NULL));
}

#if IS_ENABLED(CONFIG_IPV6)
/**
 * struct tenovl_advert - an unsolicited neighbour advertisement, whole
 * @eth: to all nodes
 * @ip6h: from the address that is announced
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

static void tenovl_advert_fill(struct tenovl_advert *ad, const struct net_device *head,
			       const struct in6_addr *addr)
{
	const int len = sizeof(*ad) - offsetof(struct tenovl_advert, na);

	memset(ad, 0, sizeof(*ad));
	ipv6_eth_mc_map(&in6addr_linklocal_allnodes, ad->eth.h_dest);
	ether_addr_copy(ad->eth.h_source, head->dev_addr);
	ad->eth.h_proto = htons(ETH_P_IPV6);
	ip6_flow_hdr(&ad->ip6h, 0, 0);
	ad->ip6h.payload_len = htons(len);
	ad->ip6h.nexthdr = IPPROTO_ICMPV6;
	ad->ip6h.hop_limit = 255;
	ad->ip6h.saddr = *addr;
	ad->ip6h.daddr = in6addr_linklocal_allnodes;
	ad->na.icmph.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	ad->na.icmph.icmp6_override = 1;
	ad->na.target = *addr;
	ad->opt_type = ND_OPT_TARGET_LL_ADDR;
	ad->opt_len = 1;
	ether_addr_copy(ad->mac, head->dev_addr);
	ad->na.icmph.icmp6_cksum = csum_ipv6_magic(&ad->ip6h.saddr, &ad->ip6h.daddr, len,
						   IPPROTO_ICMPV6,
						   csum_partial(&ad->na, len, 0));
}

static struct sk_buff *tenovl_advert_new(const struct net_device *head,
					 const struct in6_addr *addr)
{
	struct sk_buff *skb = alloc_skb(NET_SKB_PAD + sizeof(struct tenovl_advert), GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD);
	tenovl_advert_fill(skb_put(skb, sizeof(struct tenovl_advert)), head, addr);
	return skb;
}

static void tenovl_announce_nd(struct tenovl_port *port, struct net_device *head)
{
	struct inet6_dev *idev = __in6_dev_get(head);
	const struct inet6_ifaddr *ifa;

	if (!idev)
		return;
	read_lock_bh(&idev->lock);
	list_for_each_entry(ifa, &idev->addr_list, if_list)
		if (!(ifa->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
			tenovl_announce_frame(port, tenovl_advert_new(head, &ifa->addr));
	read_unlock_bh(&idev->lock);
}
#else
static void tenovl_announce_nd(struct tenovl_port *port, struct net_device *head)
{
}
#endif

static void tenovl_announce_once(struct tenovl_dev *tdev)
{
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	struct tenovl_port *port = rtnl_dereference(tdev->selected);

	if (!port || !netif_running(tdev->dev)) {
		tdev->announce.left = 0;
		return;
	}
	tenovl_announce_rarp(port, tdev->dev);
	tenovl_announce_arp(port, tdev->dev);
	tenovl_announce_nd(port, tdev->dev);
	if (--tdev->announce.left)
		mod_delayed_work(system_wq, &tdev->announce.work,
				 msecs_to_jiffies(settings->announce_interval));
}

/* RTNL may be held by someone who waits for this work to end. */
static void tenovl_announce_work(struct work_struct *work)
{
	struct tenovl_dev *tdev = container_of(work, struct tenovl_dev, announce.work.work);

	if (!rtnl_trylock()) {
		mod_delayed_work(system_wq, &tdev->announce.work, 1);
		return;
	}
	if (tdev->announce.left)
		tenovl_announce_once(tdev);
	rtnl_unlock();
}

/**
 * tenovl_announce() - the head is behind another bridge now
 * @tdev: the device
 *
 * RTNL. The first time at once, then as often as is configured.
 */
void tenovl_announce(struct tenovl_dev *tdev)
{
	ASSERT_RTNL();
	tdev->announce.left = rtnl_dereference(tdev->settings)->announce_count;
	if (tdev->announce.left)
		tenovl_announce_once(tdev);
}

/**
 * tenovl_announce_init() - nothing to announce yet
 * @tdev: the device
 */
void tenovl_announce_init(struct tenovl_dev *tdev)
{
	INIT_DELAYED_WORK(&tdev->announce.work, tenovl_announce_work);
}
