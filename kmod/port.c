// SPDX-License-Identifier: GPL-2.0
/*
 * Ports of a segment, and the kind "tenovl_port" of the built-in ones.
 *
 * A port has one of two roles. One of the bridge role lives in the namespace of its
 * segment, to be put into a bridge. One of the access role is the place of one
 * station: it may be moved into a container's namespace, where it is the container's
 * own NIC. (Enslaved devices are access ports as well: access.c.)
 *
 * A built-in port is the child of its segment and goes when that goes. It holds
 * nothing of the segment: the segment's dellink takes its ports along, and ndo_uninit
 * takes a port out of everything that packets find it by. What a packet may still be
 * using goes in the destructor, a grace period later. For netdevices it stands above
 * its segment, as a VLAN does above its device, so that the kernel sees the loop when
 * something on top of it is to be put below.
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
 * tenovl_port_find() - a port by its netdevice
 * @tdev: the device
 * @dev: any netdevice
 *
 * RTNL.
 */
struct tenovl_port *tenovl_port_find(struct tenovl_dev *tdev, const struct net_device *dev)
{
	struct tenovl_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &tdev->ports, list)
		if (port->dev == dev)
			return port;
	return NULL;
}

static void tenovl_port_follow(struct tenovl_port *port)
{
	const struct tenovl_hook *hook = rtnl_dereference(port->hook);
	struct net_device *head = port->tdev->dev;

	if (netif_running(head))
		netif_carrier_on(port->dev);
	else
		netif_carrier_off(port->dev);
	port->dev->max_mtu = head->mtu;
	if (port->dev->mtu != head->mtu)
		dev_set_mtu(port->dev, head->mtu);
	if (hook && hook->dev->mtu != head->mtu)
		dev_set_mtu(hook->dev, head->mtu);
}

/* What a port is, for those who would put it somewhere. Two ports of one segment in one
 * bridge would be a loop, so one that is no bridge's choice is in none.
 */
static void tenovl_port_offer(struct tenovl_port *port)
{
	bool access = tenovl_port_is_access(port);

	tenovl_compat_bind_to_netns(port->dev, !access);
	if (access)
		port->dev->priv_flags |= IFF_DONT_BRIDGE;
	else
		port->dev->priv_flags &= ~IFF_DONT_BRIDGE;
}

/* Return: 0, or why a port cannot have this role. */
static int tenovl_port_check_role(const struct tenovl_port *port, u8 role,
				  const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	int err = -EBUSY;

	if (role == port->role)
		return 0;
	if (port->enslaved) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "An enslaved device is an access port");
		err = -EINVAL;
	} else if (rtnl_dereference(port->hook)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The port has a hook: delete that first");
	} else if (netdev_master_upper_dev_get(port->dev)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The port is in a bridge: take it out first");
	} else if (!net_eq(dev_net(port->dev), dev_net(port->tdev->dev))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The port is in another namespace than its device");
	} else {
		err = 0;
	}
	return err;
}

/**
 * tenovl_port_check() - can a port be changed so?
 * @port: the port
 * @req: what is wanted
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_port_check(const struct tenovl_port *port, const struct tenovl_port_req *req,
		      struct netlink_ext_ack *extack)
{
	u8 role = req->has_role ? req->role : port->role;

	ASSERT_RTNL();
	if (role == TENOVL_PORT_ROLE_ACCESS && req->has_priority) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "An access port has no priority: it always carries its own");
		return -EINVAL;
	}
	if (role == TENOVL_PORT_ROLE_BRIDGE && (req->guard || req->has_isolated)) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "What a port may send is set of access ports: role access");
		return -EINVAL;
	}
	return tenovl_port_check_role(port, role, req->attr, extack);
}

static void tenovl_port_publish_guard(struct tenovl_port *port, struct tenovl_guard *guard)
{
	struct tenovl_guard *old;

	old = rcu_replace_pointer(port->guard, guard, lockdep_rtnl_is_held());
	/* What was run up at one rate says nothing at another. */
	if (!old || !guard || old->rate_kbit != guard->rate_kbit || old->burst != guard->burst)
		atomic64_set(&port->rate_due, 0);
	if (!old || !guard || old->flood_rate != guard->flood_rate ||
	    old->flood_burst != guard->flood_burst)
		atomic64_set(&port->flood_due, 0);
	if (old)
		kfree_rcu(old, rcu);
}

/* Into the list of its role. */
static void tenovl_port_enlist(struct tenovl_port *port)
{
	struct tenovl_dev *tdev = port->tdev;

	list_add_tail_rcu(&port->member,
			  tenovl_port_is_access(port) ? &tdev->access : &tdev->bridges);
}

static void tenovl_port_set_role(struct tenovl_port *port, u8 role)
{
	const struct tenovl_fdb_filter behind = { .side = &port->side };

	if (role == port->role)
		return;
	if (port->tdev->selection.pinned == port)
		port->tdev->selection.pinned = NULL;
	list_del_rcu(&port->member);
	WRITE_ONCE(port->role, role);
	/* Who reads one list is not to go on in the other. */
	synchronize_net();
	tenovl_fdb_flush(port->tdev, &behind);
	tenovl_port_enlist(port);
	tenovl_port_offer(port);
	if (role == TENOVL_PORT_ROLE_ACCESS)
		return;
	WRITE_ONCE(port->isolated, false);
	tenovl_port_publish_guard(port, NULL);
}

/**
 * tenovl_port_apply() - change a port
 * @port: the port
 * @req: what is wanted, and was checked; its guard is taken over
 *
 * RTNL.
 */
void tenovl_port_apply(struct tenovl_port *port, struct tenovl_port_req *req)
{
	ASSERT_RTNL();
	/* Before it is an access port: no frame is to pass unlooked at. */
	if (req->guard)
		tenovl_port_publish_guard(port, req->guard);
	req->guard = NULL;
	if (req->has_isolated)
		WRITE_ONCE(port->isolated, req->isolated);
	if (req->has_role)
		tenovl_port_set_role(port, req->role);
	if (req->has_priority)
		port->priority = req->priority;
	tenovl_event_port(port, TENOVL_EVENT_PORT_CHANGED);
	tenovl_select(port->tdev, TENOVL_CAUSE_ADMIN);
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
		if (!port->enslaved)
			tenovl_port_follow(port);
}

/* What an operator wants to know by port: whose guest does that. */
static unsigned int tenovl_port_drop_kind(unsigned int why)
{
	switch (why) {
	case TENOVL_A_STATS_PORT_DROP_MAC:
	case TENOVL_A_STATS_PORT_DROP_IP:
		return TENOVL_A_PORT_STATS_SPOOFED;
	case TENOVL_A_STATS_PORT_DROP_DHCP:
	case TENOVL_A_STATS_PORT_DROP_ROUTER:
		return TENOVL_A_PORT_STATS_GUARDED;
	case TENOVL_A_STATS_PORT_DROP_RATE:
	case TENOVL_A_STATS_PORT_DROP_FLOOD:
		return TENOVL_A_PORT_STATS_LIMITED;
	default:
		return 0;
	}
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
	unsigned int kind = tenovl_port_drop_kind(why);

	tenovl_port_stat_inc(port, TENOVL_A_PORT_STATS_TX_DROPS);
	if (kind)
		tenovl_port_stat_inc(port, kind);
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

/**
 * tenovl_port_init() - a port of nobody yet
 * @port: the port, zeroed
 * @dev: its netdevice
 * @role: enum tenovl_port_role
 */
void tenovl_port_init(struct tenovl_port *port, struct net_device *dev, u8 role)
{
	port->dev = dev;
	port->role = role;
	port->side.place = TENOVL_PLACE_PORT;
	port->priority = TENOVL_PORT_PRIORITY;
	INIT_LIST_HEAD(&port->list);
}

/**
 * tenovl_port_join() - a port becomes one of a device
 * @port: the port; nothing is to be undone where this fails
 * @tdev: the device
 *
 * RTNL. The head stays where it is as long as it has ports: those of the bridge role
 * are to be beside it.
 */
int tenovl_port_join(struct tenovl_port *port, struct tenovl_dev *tdev)
{
	ASSERT_RTNL();
	port->stats = netdev_alloc_pcpu_stats(struct tenovl_port_stats);
	if (!port->stats)
		return -ENOMEM;
	port->tdev = tdev;
	port->id = ++tdev->port_next_id;
	list_add_tail(&port->list, &tdev->ports);
	tenovl_compat_bind_to_netns(tdev->dev, ++tdev->n_ports);
	tenovl_port_enlist(port);
	/* As of a head: device.c. */
	__module_get(THIS_MODULE);
	return 0;
}

/**
 * tenovl_port_leave() - the reverse
 * @port: the port; its counters are freed a grace period later, by the caller
 *
 * RTNL.
 */
void tenovl_port_leave(struct tenovl_port *port)
{
	struct tenovl_dev *tdev = port->tdev;

	ASSERT_RTNL();
	list_del(&port->list);
	list_del_rcu(&port->member);
	tenovl_compat_bind_to_netns(tdev->dev, --tdev->n_ports);
	tenovl_select_forget(port, TENOVL_CAUSE_PORT_REMOVED);
	tenovl_fdb_flush_side(tdev, &port->side);
	module_put(THIS_MODULE);
}

static int tenovl_port_ndo_init(struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);
	int err;

	netdev_lockdep_set_classes(dev);
	err = gro_cells_init(&port->gro_cells, dev);
	if (err)
		return err;
	err = tenovl_port_join(port, port->tdev);
	if (err)
		gro_cells_destroy(&port->gro_cells);
	return err;
}

static void tenovl_port_ndo_uninit(struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);

	tenovl_port_leave(port);
	/* One that could not be registered is freed at once, and a packet may have found it. */
	if (dev->reg_state != NETREG_UNREGISTERING)
		synchronize_net();
	gro_cells_destroy(&port->gro_cells);
}

/* After the last reference and a grace period. */
static void tenovl_port_destructor(struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);

	kfree(rcu_dereference_protected(port->guard, true));
	free_percpu(port->stats);
}

static void tenovl_port_let_go(struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);

	if (!netif_is_bridge_port(dev))
		return;
	port->leaving = true;
	tenovl_select(port->tdev, TENOVL_CAUSE_PORT_REMOVED);
}

/* A bridge that lets go of a port wants its multicast no more, before it disables it;
 * nobody else can take that away while the port is in a bridge.
 */
static void tenovl_port_change_rx_flags(struct net_device *dev, int flags)
{
	if (flags & IFF_ALLMULTI && !(dev->flags & IFF_ALLMULTI))
		tenovl_port_let_go(dev);
}

/* Of a port that is down, whose flags nobody is told of, it takes back the headroom;
 * what follows is a grace period in which the port is dead already.
 */
static void tenovl_port_set_rx_headroom(struct net_device *dev, int headroom)
{
	if (headroom < 0)
		tenovl_port_let_go(dev);
}

static int tenovl_port_get_iflink(const struct net_device *dev)
{
	const struct tenovl_port *port = netdev_priv(dev);

	return READ_ONCE(port->tdev->dev->ifindex);
}

/* Who is only an administrator of a container may not change what the provider set:
 * the address is what the port is guarded by, the MTU what the segment takes. Nor may
 * a worker of the kernel, which may act for him (a bond of his, say) and has all
 * capabilities itself.
 */
static bool tenovl_port_may_change(void)
{
	return capable(CAP_NET_ADMIN) && !(current->flags & PF_KTHREAD);
}

static int tenovl_port_set_mac(struct net_device *dev, void *addr)
{
	struct tenovl_port *port = netdev_priv(dev);
	const struct sockaddr *sa = addr;
	struct tenovl_guard *guard;
	int err;

	if (!tenovl_port_may_change())
		return -EPERM;
	guard = tenovl_guard_moved(port, sa->sa_data);
	if (IS_ERR(guard))
		return PTR_ERR(guard);
	err = eth_mac_addr(dev, addr);
	if (err)
		kfree(guard);
	else if (guard)
		tenovl_port_publish_guard(port, guard);
	return err;
}

static int tenovl_port_change_mtu(struct net_device *dev, int mtu)
{
	const struct tenovl_port *port = netdev_priv(dev);

	if (!tenovl_port_may_change() && mtu != port->tdev->dev->mtu)
		return -EPERM;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static const struct net_device_ops tenovl_port_netdev_ops = {
	.ndo_init		= tenovl_port_ndo_init,
	.ndo_uninit		= tenovl_port_ndo_uninit,
	.ndo_start_xmit		= tenovl_port_xmit,
	.ndo_get_stats64	= tenovl_port_get_stats64,
	.ndo_change_rx_flags	= tenovl_port_change_rx_flags,
	.ndo_set_rx_headroom	= tenovl_port_set_rx_headroom,
	.ndo_get_iflink		= tenovl_port_get_iflink,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= tenovl_port_set_mac,
	.ndo_change_mtu		= tenovl_port_change_mtu,
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
	tenovl_port_init(port, dev, TENOVL_PORT_ROLE_BRIDGE);
	tenovl_port_offer(port);
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
	if (tenovl_dev_is_l3(tdev)) {
		NL_SET_ERR_MSG_ATTR(extack, link, "A device of mode l3 has no ports");
		return ERR_PTR(-EOPNOTSUPP);
	}
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
	err = netdev_upper_dev_link(tdev->dev, dev, extack);
	if (err)
		goto unregister_port;
	tenovl_port_follow(port);
	tenovl_event_port(port, TENOVL_EVENT_PORT_ADDED);
	port->announced = true;
	return 0;

unregister_port:
	unregister_netdevice(dev);
	return err;
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
	struct tenovl_hook *hook = rtnl_dereference(port->hook);

	if (!port->announced)
		return;
	tenovl_event_port(port, TENOVL_EVENT_PORT_DELETED);
	port->announced = false;
	if (hook)
		tenovl_hook_dellink(hook->dev, list);
	netdev_upper_dev_unlink(port->tdev->dev, dev);
	unregister_netdevice_queue(dev, list);
}

/**
 * tenovl_port_delete() - delete a built-in port, let go of an enslaved device
 * @port: the port
 *
 * RTNL.
 */
void tenovl_port_delete(struct tenovl_port *port)
{
	LIST_HEAD(list);

	ASSERT_RTNL();
	if (port->enslaved) {
		tenovl_access_release(port);
		return;
	}
	tenovl_port_dellink(port->dev, &list);
	unregister_netdevice_many(&list);
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
	struct tenovl_port *port, *next;

	ASSERT_RTNL();
	list_for_each_entry_safe(port, next, &tdev->ports, list)
		if (port->enslaved)
			tenovl_access_release(port);
		else
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
