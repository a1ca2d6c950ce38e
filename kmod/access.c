// SPDX-License-Identifier: GPL-2.0
/*
 * Access ports that are no netdevices of ours: taps, veths, NICs and VLANs of the
 * host, enslaved.
 *
 * What such a device receives comes here by its rx handler, and what is for the
 * station behind it is queued to it. In the namespace of the head it has the head as
 * its master, as `ip link set DEV master HEAD` wants it. A master's index means
 * nothing in another namespace, so a device of one stands below the head as a VLAN's
 * does; its rx handler keeps bridges and the like away from it all the same.
 *
 * The port object is found by the rx handler's data under RCU and freed a grace period
 * after that was taken away. Everything else is under RTNL.
 */
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <net/dsa.h>

#include "tenovl.h"

/* Return: 0, or -EINVAL for what no port can be made of. */
static int tenovl_access_fits(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER ||
	    dev->addr_len != ETH_ALEN || !is_valid_ether_addr(dev->dev_addr))
		NL_SET_ERR_MSG(extack, "Only an Ethernet device can be a port");
	else if (tenovl_dev_is(dev) || tenovl_port_is(dev) || tenovl_hook_is(dev))
		NL_SET_ERR_MSG(extack,
			       "A device or a port of kind tenovl cannot be enslaved to one");
	else if (netif_is_bridge_master(dev) || netif_is_l3_master(dev) ||
		 dev->priv_flags & IFF_DONT_BRIDGE)
		NL_SET_ERR_MSG(extack,
			       "A bridge, a VRF or the like cannot be a port: give the bridge one");
	else
		return 0;
	return -EINVAL;
}

/* Does the device stand on the head? */
static bool tenovl_access_above(struct tenovl_dev *tdev, struct net_device *dev)
{
	bool above;

	rcu_read_lock();
	above = netdev_has_upper_dev_all_rcu(tdev->dev, dev);
	rcu_read_unlock();
	return above;
}

/**
 * tenovl_access_may() - can a device be enslaved?
 * @tdev: the segment
 * @dev: the device
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_access_may(struct tenovl_dev *tdev, struct net_device *dev,
		      struct netlink_ext_ack *extack)
{
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	int err;

	ASSERT_RTNL();
	err = tenovl_access_fits(dev, extack);
	if (err)
		return err;
	if (tenovl_dev_is_bridged(netdev_master_upper_dev_get(tdev->dev)))
		NL_SET_ERR_MSG(extack,
			       "The device is in a bridge itself; it takes no ports there");
	else if (tenovl_access_above(tdev, dev))
		NL_SET_ERR_MSG(extack, "That would be a loop: the device stands on this one");
	else if (netdev_is_rx_handler_busy(dev) || netdev_master_upper_dev_get(dev) ||
		 netdev_uses_dsa(dev))
		NL_SET_ERR_MSG(extack, "The device is in use: it has a master, or others above it");
	else if (settings->link == dev->ifindex && net_eq(tdev->net, dev_net(dev)))
		NL_SET_ERR_MSG(extack, "The underlay goes out by this device: it is the link");
	else
		return 0;
	return -EBUSY;
}

static rx_handler_result_t tenovl_access_nomem(struct tenovl_port *port)
{
	tenovl_port_stat_inc(port, TENOVL_A_PORT_STATS_TX_DROPS);
	tenovl_stat_inc(port->tdev, TENOVL_A_STATS_PORT_DROP_NOMEM);
	return RX_HANDLER_CONSUMED;
}

/* A frame that a station has encapsulated itself, and that is to be segmented, is segmented
 * here: an skb tells where the headers within one tunnel are, and ours would be the second.
 * (For what is sent by a device of ours the stack has seen to that.)
 */
static void tenovl_access_hand_in(struct tenovl_port *port, struct sk_buff *skb)
{
	struct sk_buff *segs, *next;

	if (likely(!skb->encapsulation || !skb_is_gso(skb))) {
		tenovl_port_input(port, skb);
		return;
	}
	segs = skb_gso_segment(skb, NETIF_F_SG | NETIF_F_HW_CSUM);
	if (IS_ERR_OR_NULL(segs)) {
		tenovl_port_drop(port, skb, TENOVL_A_STATS_PORT_DROP_NOMEM);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		tenovl_port_input(port, skb);
	}
}

/**
 * tenovl_access_enter() - a frame of a station was received
 * @port: the station's port
 * @pskb: the frame, as rx handlers get it; consumed
 * @dev: the netdevice that answers to it go to
 *
 * RCU, BH off. The tag that a NIC took out goes in again: what leaves by a tunnel has
 * no other place for it.
 */
rx_handler_result_t tenovl_access_enter(struct tenovl_port *port, struct sk_buff **pskb,
					struct net_device *dev)
{
	struct sk_buff *skb = *pskb;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return tenovl_access_nomem(port);
	skb_push(skb, skb->data - skb_mac_header(skb));
	skb_forward_csum(skb);
	if (skb_vlan_tag_present(skb)) {
		skb = __vlan_hwaccel_push_inside(skb);
		if (!skb)
			return tenovl_access_nomem(port);
	}
	skb->dev = dev;
	tenovl_access_hand_in(port, skb);
	return RX_HANDLER_CONSUMED;
}

static rx_handler_result_t tenovl_access_input(struct sk_buff **pskb)
{
	struct tenovl_port *port = rcu_dereference((*pskb)->dev->rx_handler_data);

	return tenovl_access_enter(port, pskb, port->dev);
}

/**
 * tenovl_access_of() - the port that a netdevice is enslaved as
 * @dev: any netdevice
 *
 * RTNL or RCU.
 *
 * Return: the port, or NULL.
 */
struct tenovl_port *tenovl_access_of(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != tenovl_access_input)
		return NULL;
	return rcu_dereference_rtnl(dev->rx_handler_data);
}

static bool tenovl_access_refuse(struct tenovl_port *port, struct sk_buff *skb, unsigned int why)
{
	tenovl_port_stat_inc(port, TENOVL_A_PORT_STATS_RX_DROPS);
	tenovl_drop(port->tdev, skb, why);
	return false;
}

/**
 * tenovl_access_output() - a frame for a station, by another netdevice
 * @port: the station's port
 * @dev: the enslaved device, or the hook
 * @skb: the frame, its Ethernet header at skb->data, scrubbed; consumed
 *
 * RCU, BH off.
 *
 * Return: whether the device took it.
 */
bool tenovl_access_output(struct tenovl_port *port, struct net_device *dev, struct sk_buff *skb)
{
	struct tenovl_dev *tdev = port->tdev;
	u32 len = skb->len;
	int rc;

	skb->dev = dev;
	if (unlikely(!netif_running(dev)))
		return tenovl_access_refuse(port, skb, TENOVL_A_STATS_PORT_DROP_DOWN);
	if (unlikely(!is_skb_forwardable(dev, skb)))
		return tenovl_access_refuse(port, skb, TENOVL_A_STATS_PORT_DROP_BIG);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	/* Queueing disciplines look there for what a large packet is cut by; out of a tunnel
	 * it is the outer one's still.
	 */
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb_set_transport_header(skb, skb_checksum_start_offset(skb));
	else
		skb_set_transport_header(skb, ETH_HLEN);
	skb->protocol = eth_hdr(skb)->h_proto;
	skb_forward_csum(skb);
	rc = dev_queue_xmit(skb);
	if (unlikely(net_xmit_eval(rc))) {
		tenovl_port_stat_inc(port, TENOVL_A_PORT_STATS_RX_DROPS);
		tenovl_stat_inc(tdev, TENOVL_A_STATS_PORT_DROP_OUTPUT);
		return false;
	}
	tenovl_stat_frame(tdev, TENOVL_A_STATS_PORT_PACKETS, len);
	tenovl_port_stat_frame(port, TENOVL_A_PORT_STATS_RX_PACKETS, len);
	return true;
}

/* All of its frames, not merged beyond what can be sent on, and with room for an outer
 * header.
 */
static int tenovl_access_take(struct tenovl_port *port, struct netlink_ext_ack *extack)
{
	struct net_device *head = port->tdev->dev, *dev = port->dev;
	int err;

	err = dev_set_promiscuity(dev, 1);
	if (err)
		return err;
	err = netdev_rx_handler_register(dev, tenovl_access_input, port);
	if (err)
		goto unset_promiscuity;
	if (net_eq(dev_net(dev), dev_net(head)))
		err = netdev_master_upper_dev_link(dev, head, NULL, NULL, extack);
	else
		err = netdev_upper_dev_link(dev, head, extack);
	if (err)
		goto unregister_handler;
	dev_disable_lro(dev);
	netdev_set_rx_headroom(dev, head->needed_headroom);
	return 0;

unregister_handler:
	netdev_rx_handler_unregister(dev);
unset_promiscuity:
	dev_set_promiscuity(dev, -1);
	return err;
}

static void tenovl_access_free(struct rcu_head *rcu)
{
	struct tenovl_port *port = container_of(rcu, struct tenovl_port, rcu);

	kfree(rcu_dereference_protected(port->guard, true));
	free_percpu(port->stats);
	kfree(port);
}

/**
 * tenovl_access_enslave() - a netdevice becomes an access port
 * @tdev: the segment
 * @dev: the device, of any namespace; tenovl_access_may() was asked
 * @req: what is wanted of it; its guard is taken over once that was checked
 * @extack: the reason of a refusal
 *
 * RTNL.
 *
 * Return: 0, or an error with nothing changed.
 */
int tenovl_access_enslave(struct tenovl_dev *tdev, struct net_device *dev,
			  struct tenovl_port_req *req, struct netlink_ext_ack *extack)
{
	struct tenovl_port *port;
	int err;

	ASSERT_RTNL();
	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return -ENOMEM;
	tenovl_port_init(port, dev, TENOVL_PORT_ROLE_ACCESS);
	port->enslaved = true;
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	err = tenovl_port_check(port, req, extack);
	if (err)
		goto put_dev;
	/* Before the first frame comes. */
	rcu_assign_pointer(port->guard, req->guard);
	req->guard = NULL;
	port->isolated = req->isolated;
	err = tenovl_port_join(port, tdev);
	if (err)
		goto put_dev;
	err = tenovl_access_take(port, extack);
	if (err)
		goto leave_segment;
	tenovl_event_port(port, TENOVL_EVENT_PORT_ADDED);
	port->announced = true;
	return 0;

leave_segment:
	tenovl_port_leave(port);
put_dev:
	netdev_put(dev, &port->tracker);
	call_rcu(&port->rcu, tenovl_access_free);
	return err;
}

/**
 * tenovl_access_release() - let go of an enslaved device
 * @port: its port
 *
 * RTNL.
 */
void tenovl_access_release(struct tenovl_port *port)
{
	struct net_device *dev = port->dev;

	ASSERT_RTNL();
	tenovl_event_port(port, TENOVL_EVENT_PORT_DELETED);
	netdev_reset_rx_headroom(dev);
	netdev_rx_handler_unregister(dev);
	netdev_upper_dev_unlink(dev, port->tdev->dev);
	dev_set_promiscuity(dev, -1);
	tenovl_port_leave(port);
	netdev_put(dev, &port->tracker);
	call_rcu(&port->rcu, tenovl_access_free);
}

/**
 * tenovl_access_ndo_add() - ndo_add_slave of a head: `ip link set DEV master HEAD`
 * @head: the head
 * @dev: a device of its namespace
 * @extack: the reason of a refusal
 *
 * RTNL. As for the head itself, CAP_NET_ADMIN of a user namespace is not enough.
 */
int tenovl_access_ndo_add(struct net_device *head, struct net_device *dev,
			  struct netlink_ext_ack *extack)
{
	struct tenovl_dev *tdev = netdev_priv(head);
	struct tenovl_port_req req = {};
	int err;

	if (!capable(CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "A tenovl port needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	if (tdev->detached) {
		NL_SET_ERR_MSG(extack, "The underlay of the device is being deleted");
		return -ENODEV;
	}
	err = tenovl_access_may(tdev, dev, extack);
	if (err)
		return err;
	req.guard = tenovl_guard_of(NULL);
	if (!req.guard)
		return -ENOMEM;
	err = tenovl_access_enslave(tdev, dev, &req, extack);
	kfree(req.guard);
	return err;
}

/**
 * tenovl_access_ndo_del() - ndo_del_slave of a head: `ip link set DEV nomaster`
 * @head: the head
 * @dev: the device
 *
 * RTNL.
 */
int tenovl_access_ndo_del(struct net_device *head, struct net_device *dev)
{
	struct tenovl_port *port = tenovl_access_of(dev);

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (!port || port->tdev->dev != head)
		return -EINVAL;
	tenovl_access_release(port);
	return 0;
}
