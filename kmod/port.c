// SPDX-License-Identifier: GPL-2.0
/*
 * The kind "tenovl_port": built-in ports of a segment, each to be put into a
 * bridge.
 *
 * A port is the child of its segment, lives in the same namespace, and goes when that
 * goes. It holds nothing of
 * the segment: the segment's dellink takes its ports along, and ndo_uninit takes a
 * port out of everything that packets find it by. What a packet may still be using
 * goes in the destructor, a grace period later.
 *
 * Under RTNL, but for what says otherwise. Counters are per cpu and written with
 * BH off.
 */
#include <linux/ethtool.h>
#include <linux/if_bridge.h>
#include <linux/module.h>
#include <net/rtnetlink.h>

#include "tenovl.h"

/* In the middle, so that there is room on both sides. */
#define TENOVL_PORT_PRIORITY	32768

static const struct net_device_ops tenovl_port_netdev_ops;

/**
 * tenovl_port_is() - is it a built-in port?
 * @dev: any netdevice
 */
bool tenovl_port_is(const struct net_device *dev)
{
	return dev->netdev_ops == &tenovl_port_netdev_ops;
}

/**
 * tenovl_port_next() - walk the ports of a device
 * @tdev: the device
 * @id: where to go on; moved to the port returned, so that @id + 1 goes on
 *
 * RTNL.
 *
 * Return: a port, or NULL at the end.
 */
struct tenovl_port *tenovl_port_next(struct tenovl_dev *tdev, u32 *id)
{
	struct tenovl_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &tdev->ports, list) {
		if (port->id < *id)
			continue;
		*id = port->id;
		return port;
	}
	return NULL;
}

/**
 * tenovl_port_find() - a port by the index of its netdevice
 * @tdev: the device
 * @ifindex: in the namespace of the device
 *
 * RTNL.
 */
struct tenovl_port *tenovl_port_find(struct tenovl_dev *tdev, u32 ifindex)
{
	struct tenovl_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &tdev->ports, list)
		if (port->dev->ifindex == ifindex)
			return port;
	return NULL;
}

/**
 * tenovl_port_set_priority() - how much a port is wanted
 * @port: the port
 * @priority: the lowest wins
 *
 * RTNL.
 */
void tenovl_port_set_priority(struct tenovl_port *port, u32 priority)
{
	ASSERT_RTNL();
	port->priority = priority;
	tenovl_event_port(port, TENOVL_EVENT_PORT_CHANGED);
	tenovl_select(port->tdev, TENOVL_CAUSE_ADMIN);
}

static void tenovl_port_follow(struct tenovl_port *port)
{
	struct net_device *head = port->tdev->dev;

	if (netif_running(head))
		netif_carrier_on(port->dev);
	else
		netif_carrier_off(port->dev);
	port->dev->max_mtu = head->mtu;
	if (port->dev->mtu != head->mtu)
		dev_set_mtu(port->dev, head->mtu);
}

/**
 * tenovl_ports_follow() - the head went up or down, or has another MTU
 * @tdev: the device
 *
 * RTNL.
 */
void tenovl_ports_follow(struct tenovl_dev *tdev)
{
	struct tenovl_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &tdev->ports, list)
		tenovl_port_follow(port);
}

/**
 * tenovl_port_drop() - a frame that came by a port goes nowhere
 * @port: the port
 * @skb: the frame; consumed
 * @why: the counter of the device, TENOVL_A_STATS_*
 *
 * BH off, RCU.
 */
void tenovl_port_drop(struct tenovl_port *port, struct sk_buff *skb, unsigned int why)
{
	tenovl_port_stat_inc(port, TENOVL_A_PORT_STATS_TX_DROPS);
	tenovl_drop(port->tdev, skb, why);
}

static void tenovl_port_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *to)
{
	u64 sum[TENOVL_A_PORT_STATS_MAX + 1];

	tenovl_port_stats_sum(netdev_priv(dev), sum);
	to->tx_packets = sum[TENOVL_A_PORT_STATS_TX_PACKETS];
	to->tx_bytes = sum[TENOVL_A_PORT_STATS_TX_BYTES];
	to->tx_dropped = sum[TENOVL_A_PORT_STATS_TX_DROPS];
	to->rx_packets = sum[TENOVL_A_PORT_STATS_RX_PACKETS];
	to->rx_bytes = sum[TENOVL_A_PORT_STATS_RX_BYTES];
	to->rx_dropped = sum[TENOVL_A_PORT_STATS_RX_DROPS];
}

/* Ports and their device are of one namespace, so a device with ports stays. */
static void tenovl_ports_count(struct tenovl_dev *tdev, int n)
{
	WRITE_ONCE(tdev->n_ports, tdev->n_ports + n);
	tenovl_compat_bind_to_netns(tdev->dev, tdev->n_ports);
}

static int tenovl_port_ndo_init(struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);
	struct tenovl_dev *tdev = port->tdev;

	port->stats = netdev_alloc_pcpu_stats(struct tenovl_port_stats);
	if (!port->stats)
		return -ENOMEM;
	port->id = ++tdev->port_next_id;
	list_add_tail(&port->list, &tdev->ports);
	tenovl_ports_count(tdev, 1);
	netdev_lockdep_set_classes(dev);
	/* As of a head: device.c. */
	__module_get(THIS_MODULE);
	return 0;
}

static void tenovl_port_ndo_uninit(struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);
	struct tenovl_dev *tdev = port->tdev;

	list_del(&port->list);
	tenovl_ports_count(tdev, -1);
	tenovl_select_forget(port, TENOVL_CAUSE_PORT_REMOVED);
	tenovl_fdb_flush_side(tdev, &port->side);
	module_put(THIS_MODULE);
}

/* After the last reference and a grace period. */
static void tenovl_port_destructor(struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);

	free_percpu(port->stats);
}

/* A bridge that lets go of a port takes back the headroom first; what follows is a
 * grace period in which the port is dead already.
 */
static void tenovl_port_set_rx_headroom(struct net_device *dev, int headroom)
{
	struct tenovl_port *port = netdev_priv(dev);

	if (headroom >= 0 || !netif_is_bridge_port(dev))
		return;
	port->leaving = true;
	tenovl_select(port->tdev, TENOVL_CAUSE_PORT_REMOVED);
}

static int tenovl_port_get_iflink(const struct net_device *dev)
{
	const struct tenovl_port *port = netdev_priv(dev);

	return READ_ONCE(port->tdev->dev->ifindex);
}

static const struct net_device_ops tenovl_port_netdev_ops = {
	.ndo_init		= tenovl_port_ndo_init,
	.ndo_uninit		= tenovl_port_ndo_uninit,
	.ndo_start_xmit		= tenovl_port_xmit,
	.ndo_get_stats64	= tenovl_port_get_stats64,
	.ndo_set_rx_headroom	= tenovl_port_set_rx_headroom,
	.ndo_get_iflink		= tenovl_port_get_iflink,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= eth_mac_addr,
};

static const struct device_type tenovl_port_type = {
	.name = TENOVL_PORT_KIND,
};

static void tenovl_port_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, TENOVL_PORT_KIND, sizeof(info->driver));
	strscpy(info->version, TENOVL_VERSION, sizeof(info->version));
}

static const struct ethtool_ops tenovl_port_ethtool_ops = {
	.get_drvinfo	= tenovl_port_drvinfo,
	.get_link	= ethtool_op_get_link,
	.get_ts_info	= ethtool_op_get_ts_info,
};

static void tenovl_port_setup(struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);

	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &tenovl_port_netdev_ops;
	dev->ethtool_ops = &tenovl_port_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = tenovl_port_destructor;
	SET_NETDEV_DEVTYPE(dev, &tenovl_port_type);
	tenovl_dev_offers(dev);
	tenovl_compat_bind_to_netns(dev, true);
	port->dev = dev;
	port->side.place = TENOVL_PLACE_PORT;
	port->priority = TENOVL_PORT_PRIORITY;
}

static struct tenovl_dev *tenovl_port_segment(struct net *net, const struct nlattr *link,
					      struct netlink_ext_ack *extack)
{
	struct net_device *head;
	struct tenovl_dev *tdev;

	if (!link) {
		NL_SET_ERR_MSG(extack, "Name the segment: link DEV");
		return ERR_PTR(-EINVAL);
	}
	head = __dev_get_by_index(net, nla_get_u32(link));
	if (!head || !tenovl_dev_is(head)) {
		NL_SET_ERR_MSG_ATTR(extack, link, "A port is made of a device of kind tenovl");
		return ERR_PTR(-EINVAL);
	}
	tdev = netdev_priv(head);
	if (tdev->detached) {
		NL_SET_ERR_MSG_ATTR(extack, link, "The underlay of the device is being deleted");
		return ERR_PTR(-ENODEV);
	}
	if (tenovl_dev_is_bridged(netdev_master_upper_dev_get(head))) {
		NL_SET_ERR_MSG_ATTR(extack, link,
				    "The device is in a bridge itself; it takes no ports there");
		return ERR_PTR(-EBUSY);
	}
	return tdev;
}

static int tenovl_port_new(struct net *net, struct net_device *dev, struct nlattr *tb[],
			   struct netlink_ext_ack *extack)
{
	struct tenovl_port *port = netdev_priv(dev);
	struct tenovl_dev *tdev;
	int err;

	if (!capable(CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "A tenovl port needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	tdev = tenovl_port_segment(net, tb[IFLA_LINK], extack);
	if (IS_ERR(tdev))
		return PTR_ERR(tdev);
	if (!net_eq(dev_net(dev), dev_net(tdev->dev))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "A port is made in the namespace of its device");
		return -EINVAL;
	}
	port->tdev = tdev;
	dev->mtu = tdev->dev->mtu;
	err = register_netdevice(dev);
	if (err)
		return err;
	tenovl_port_follow(port);
	tenovl_event_port(port, TENOVL_EVENT_PORT_ADDED);
	port->announced = true;
	return 0;
}

#ifdef TENOVL_HAVE_NEWLINK_PARAMS
static int tenovl_port_newlink(struct net_device *dev, struct rtnl_newlink_params *params,
			       struct netlink_ext_ack *extack)
{
	return tenovl_port_new(rtnl_newlink_link_net(params), dev, params->tb, extack);
}
#else
static int tenovl_port_newlink(struct net *src_net, struct net_device *dev, struct nlattr *tb[],
			       struct nlattr *data[], struct netlink_ext_ack *extack)
{
	return tenovl_port_new(src_net, dev, tb, extack);
}
#endif

/* Once only: queued again, a port might come after its segment. */
static void tenovl_port_dellink(struct net_device *dev, struct list_head *list)
{
	struct tenovl_port *port = netdev_priv(dev);

	if (!port->announced)
		return;
	tenovl_event_port(port, TENOVL_EVENT_PORT_DELETED);
	port->announced = false;
	unregister_netdevice_queue(dev, list);
}

/**
 * tenovl_ports_delete() - the ports of a device go with it
 * @tdev: the device
 * @list: what is to be unregistered in one go; ports come before their device
 *
 * RTNL.
 */
void tenovl_ports_delete(struct tenovl_dev *tdev, struct list_head *list)
{
	struct tenovl_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &tdev->ports, list)
		tenovl_port_dellink(port->dev, list);
}

static struct net *tenovl_port_get_link_net(const struct net_device *dev)
{
	const struct tenovl_port *port = netdev_priv(dev);

	return dev_net(port->tdev->dev);
}

struct rtnl_link_ops tenovl_port_link_ops __read_mostly = {
	.kind		= TENOVL_PORT_KIND,
	.priv_size	= sizeof(struct tenovl_port),
	.setup		= tenovl_port_setup,
	.newlink	= tenovl_port_newlink,
	.dellink	= tenovl_port_dellink,
	.get_link_net	= tenovl_port_get_link_net,
};
