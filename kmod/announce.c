// SPDX-License-Identifier: GPL-2.0
/*
 * Telling the bridges where the head and the stations are, when another port carries
 * the traffic.
 *
 * A bridge that they were not behind yet knows nothing of them, or something old,
 * and a bridge that knew them must hear that they are here again. So the addresses of
 * the head and of the stations behind access ports are announced into the new port:
 * by RARP, which says nothing but the MAC address; by a gratuitous ARP request (RFC
 * 5227, 3) for each IPv4 address; by an unsolicited neighbour advertisement (RFC 4861,
 * 7.2.6) for each IPv6 address. Those of a built-in port are the netdevice's own, in
 * whatever namespace; of an enslaved device the MAC addresses are those learned there,
 * and IP addresses are known where the port is let send from those and one MAC address
 * only. Peers hear nothing of it: they reach all of them as before.
 *
 * Everything runs under RTNL.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/arp.h>

#include "tenovl.h"

/* Behind one port; more are a network, which is learned by its traffic. */
#define TENOVL_ANNOUNCE_MACS	64

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

/* The head makes the frame: its header is plain Ethernet, a VLAN's need not be. */
static void tenovl_announce_rarp(struct tenovl_port *port, const u8 *mac)
{
	tenovl_announce_frame(port, arp_create(ARPOP_RREQUEST, ETH_P_RARP, 0, port->tdev->dev, 0,
					       NULL, mac, mac));
}

static void tenovl_announce_arp(struct tenovl_port *port, const u8 *mac, __be32 ip4)
{
	tenovl_announce_frame(port, arp_create(ARPOP_REQUEST, ETH_P_ARP, ip4, port->tdev->dev, ip4,
					       NULL, mac, NULL));
}

static void tenovl_announce_dev4(struct tenovl_port *port, struct net_device *dev)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return;
	in_dev_for_each_ifa_rtnl(ifa, in_dev)
		tenovl_announce_arp(port, dev->dev_addr, ifa->ifa_local);
}

#if IS_ENABLED(CONFIG_IPV6)
/* Who hears that a router is none any more gives up what that advertised (RFC 4861, 7.2.5). */
static void tenovl_announce_na(struct tenovl_port *port, const u8 *mac,
			       const struct in6_addr *addr, bool router)
{
	tenovl_announce_frame(port, tenovl_advert_new(mac, addr, router, NULL, NULL));
}

static void tenovl_announce_dev6(struct tenovl_port *port, struct net_device *dev)
{
	struct inet6_dev *idev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifa;

	if (!idev)
		return;
	read_lock_bh(&idev->lock);
	list_for_each_entry(ifa, &idev->addr_list, if_list)
		if (!(ifa->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
			tenovl_announce_na(port, dev->dev_addr, &ifa->addr,
					   READ_ONCE(idev->cnf.forwarding));
	read_unlock_bh(&idev->lock);
}
#else
static void tenovl_announce_na(struct tenovl_port *port, const u8 *mac,
			       const struct in6_addr *addr, bool router)
{
}

static void tenovl_announce_dev6(struct tenovl_port *port, struct net_device *dev)
{
}
#endif

/* A netdevice of ours, with the addresses that it has. */
static void tenovl_announce_dev(struct tenovl_port *port, struct net_device *dev)
{
	tenovl_announce_rarp(port, dev->dev_addr);
	tenovl_announce_dev4(port, dev);
	tenovl_announce_dev6(port, dev);
}

/* Whoever is behind an enslaved device with one MAC address has these. */
static void tenovl_announce_guarded(struct tenovl_port *port, struct tenovl_port *station)
{
	const struct tenovl_guard *guard = rtnl_dereference(station->guard);
	u32 i;

	if (guard->n_macs != 1)
		return;
	for (i = 0; i < guard->n_ips; i++)
		if (tenovl_addr_v4(&guard->ip[i]))
			tenovl_announce_arp(port, guard->mac[0], tenovl_addr_ip4(&guard->ip[i]));
		else
			tenovl_announce_na(port, guard->mac[0], &guard->ip[i], guard->router);
}

static void tenovl_announce_station(struct tenovl_port *port, struct tenovl_port *station)
{
	u8 macs[TENOVL_ANNOUNCE_MACS * ETH_ALEN];
	u32 i, n;

	if (!netif_running(station->dev))
		return;
	if (station->enslaved)
		tenovl_announce_guarded(port, station);
	else
		tenovl_announce_dev(port, station->dev);
	n = tenovl_fdb_macs(station->tdev, &station->side, macs, TENOVL_ANNOUNCE_MACS);
	for (i = 0; i < n; i++)
		tenovl_announce_rarp(port, macs + ETH_ALEN * i);
}

static void tenovl_announce_once(struct tenovl_dev *tdev)
{
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	struct tenovl_port *port = rtnl_dereference(tdev->selected);
	struct tenovl_port *station;

	if (!port || !netif_running(tdev->dev)) {
		tdev->announce.left = 0;
		return;
	}
	tenovl_announce_dev(port, tdev->dev);
	list_for_each_entry(station, &tdev->access, member)
		tenovl_announce_station(port, station);
	if (--tdev->announce.left)
		mod_delayed_work(system_power_efficient_wq, &tdev->announce.work,
				 msecs_to_jiffies(settings->announce_interval));
}

/* RTNL may be held by someone who waits for this work to end. */
static void tenovl_announce_work(struct work_struct *work)
{
	struct tenovl_dev *tdev = container_of(work, struct tenovl_dev, announce.work.work);

	if (!rtnl_trylock()) {
		mod_delayed_work(system_power_efficient_wq, &tdev->announce.work, 1);
		return;
	}
	if (tdev->announce.left)
		tenovl_announce_once(tdev);
	rtnl_unlock();
}

/**
 * tenovl_announce() - the head and the stations are behind another bridge now
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
