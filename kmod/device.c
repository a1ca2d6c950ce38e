// SPDX-License-Identifier: GPL-2.0
/*
 * The kind "tenovl" and its head: made, configured, resized, deleted.
 *
 * DOC: Locking
 *
 * Configuration runs under RTNL. The packet path runs under RCU in softirq, or
 * with BH off, and takes no lock but the forwarding table's, and that one only
 * to learn or move an address. What the packet path reads is published whole
 * and never changed after: settings, paths, flood list, filter, claims. The
 * fdb lock nests inside RTNL; the locks of the id tables nest inside it.
 * Counters are per cpu and written with BH off.
 *
 * DOC: Lifetimes
 *
 * A device belongs to two namespaces: the one it lives in and its underlay.
 * It holds neither. When the underlay goes, its sockets and hooks go first
 * (tenovl_dev_detach_net) and the device with it (tenovl_dev_delete_detached).
 * Its ports go with it, before it. ndo_uninit takes the device out of everything
 * that packets find it by; what packets may still be using goes in the destructor,
 * a grace period later.
 */
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <net/ip.h>
#include <net/rtnetlink.h>

#include "tenovl.h"

/* Outer IPv6, UDP and VXLAN; every other header is shorter. */
#define TENOVL_MAX_HLEN		(sizeof(struct ipv6hdr) + 16)

/* VXLAN over IPv4 on Ethernet, until there is a route to go by. */
#define TENOVL_DEFAULT_MTU	(ETH_DATA_LEN - sizeof(struct iphdr) - 16 - ETH_HLEN)

static DEFINE_XARRAY_ALLOC1(tenovl_devs);	/* all devices by id, under RTNL */
static u32 tenovl_dev_next_id;

static void tenovl_mtu_worker(struct work_struct *work);
static DECLARE_WORK(tenovl_mtu_work, tenovl_mtu_worker);

static const struct net_device_ops tenovl_netdev_ops;
static const struct net_device_ops tenovl_transit_netdev_ops;

static const struct tenovl_settings tenovl_defaults = {
	.dstport = 4789,
	.src_port_min = 32768,
	.src_port_max = 60999,
	.encap = TENOVL_ENCAP_VXLAN,
	.gre_key = TENOVL_GRE_KEY_NVGRE,
	.flowid = TENOVL_FLOWID_HASH,
	.df = TENOVL_DF_SET,
	.udp_csum = TENOVL_CSUM_AUTO,
	.inner_vlan = TENOVL_INNER_VLAN_PASS,
	.ageing = 300,
	.max_learned = 65536,
	.move_limit = 5,
	.move_window = 180,
	.revert_delay = 1000,
	.announce_count = 3,
	.announce_interval = 100,
	.redirect = 10,
	.redirect_port = TENOVL_REDIRECT_PORT_MAX,
	.standby_ingress = TENOVL_STANDBY_INGRESS_DROP,
	.underlay_hooks = TENOVL_UNDERLAY_HOOKS_HONOUR,
	.fastpath = true,
	.revert = true,
	.learning = true,
	.source_check = true,
};

/**
 * tenovl_dev_is() - is it a head?
 * @dev: any netdevice
 */
bool tenovl_dev_is(const struct net_device *dev)
{
	return dev->netdev_ops == &tenovl_netdev_ops ||
	       dev->netdev_ops == &tenovl_transit_netdev_ops;
}

/**
 * tenovl_dev_next() - walk all devices
 * @id: where to go on; moved to the device returned, so that @id + 1 goes on
 *
 * Return: a device, or NULL at the end.
 */
struct tenovl_dev *tenovl_dev_next(u32 *id)
{
	unsigned long index = *id;
	struct tenovl_dev *tdev;

	ASSERT_RTNL();
	tdev = xa_find(&tenovl_devs, &index, U32_MAX, XA_PRESENT);
	*id = index;
	return tdev;
}

/* The filter is what the head wants; without memory for it, it wants all. */
static struct tenovl_filter *tenovl_filter_new(struct net_device *dev)
{
	u32 n = netdev_uc_count(dev) + netdev_mc_count(dev);
	struct tenovl_filter *filter;
	struct netdev_hw_addr *ha;

	filter = kmalloc(struct_size(filter, addr, n), GFP_ATOMIC);
	if (!filter)
		return NULL;
	filter->n = 0;
	netdev_for_each_uc_addr(ha, dev)
		ether_addr_copy(filter->addr[filter->n++], ha->addr);
	filter->n_uc = filter->n;
	netdev_for_each_mc_addr(ha, dev)
		ether_addr_copy(filter->addr[filter->n++], ha->addr);
	return filter;
}

/* Called with the device's address lock held, BH off. */
static void tenovl_set_rx_mode(struct net_device *dev)
{
	struct tenovl_dev *tdev = netdev_priv(dev);
	struct tenovl_filter *filter, *old;

	filter = tenovl_filter_new(dev);
	WRITE_ONCE(tdev->own_only, filter && !filter->n_uc && !(dev->flags & IFF_PROMISC));
	old = rcu_replace_pointer(tdev->filter, filter, lockdep_is_held(&dev->addr_list_lock));
	if (old)
		kfree_rcu(old, rcu);
}

static struct tenovl_settings *tenovl_settings_new(const struct tenovl_dev *tdev)
{
	struct tenovl_settings *settings;

	settings = kmemdup(&tenovl_defaults, sizeof(tenovl_defaults), GFP_KERNEL);
	if (settings && tenovl_dev_is_l3(tdev)) {
		settings->encap = TENOVL_ENCAP_GRE;
		settings->gre_key = TENOVL_GRE_KEY_PLAIN;
	}
	return settings;
}

static int tenovl_dev_ndo_init(struct net_device *dev)
{
	struct tenovl_dev *tdev = netdev_priv(dev);
	struct tenovl_settings *settings;
	int err;

	settings = tenovl_settings_new(tdev);
	if (!settings)
		return -ENOMEM;
	err = -ENOMEM;
	tdev->routes = tenovl_dev_is_l3(tdev) ? tenovl_routes_new() : NULL;
	if (tenovl_dev_is_l3(tdev) && !tdev->routes)
		goto free_settings;
	tdev->stats = netdev_alloc_pcpu_stats(struct tenovl_stats);
	if (!tdev->stats)
		goto free_routes;
	err = gro_cells_init(&tdev->gro_cells, dev);
	if (err)
		goto free_stats;
	err = tenovl_fdb_init(tdev);
	if (err)
		goto destroy_gro_cells;
	err = tenovl_peers_init(tdev);
	if (err)
		goto destroy_fdb;
	err = xa_alloc_cyclic(&tenovl_devs, &tdev->id, tdev, xa_limit_31b,
			      &tenovl_dev_next_id, GFP_KERNEL);
	if (err < 0)
		goto destroy_peers;
	rcu_assign_pointer(tdev->settings, settings);
	netdev_lockdep_set_classes(dev);
	/* rmmod is refused while there is a device; under RTNL, which the
	 * module's exit takes before it is gone.
	 */
	__module_get(THIS_MODULE);
	return 0;

destroy_peers:
	tenovl_peers_destroy(tdev);
destroy_fdb:
	tenovl_fdb_destroy(tdev);
destroy_gro_cells:
	gro_cells_destroy(&tdev->gro_cells);
free_stats:
	free_percpu(tdev->stats);
free_routes:
	tenovl_routes_free(tdev->routes);
free_settings:
	kfree(settings);
	return err;
}

static void tenovl_dev_ndo_uninit(struct net_device *dev)
{
	struct tenovl_dev *tdev = netdev_priv(dev);

	tenovl_claims_publish(tdev, NULL);
	xa_erase(&tenovl_devs, tdev->id);
	cancel_delayed_work_sync(&tdev->age_work);
	cancel_delayed_work_sync(&tdev->moves.work);
	tenovl_selection_end(tdev);
	cancel_delayed_work_sync(&tdev->announce.work);
	tenovl_peers_forget_routes(tdev);
	gro_cells_destroy(&tdev->gro_cells);
	module_put(THIS_MODULE);
}

/* After the last reference and a grace period; may sleep. */
static void tenovl_dev_destructor(struct net_device *dev)
{
	struct tenovl_dev *tdev = netdev_priv(dev);

	tenovl_fdb_destroy(tdev);
	tenovl_peers_destroy(tdev);
	tenovl_routes_free(tdev->routes);
	kfree(rcu_dereference_protected(tdev->filter, true));
	kfree(rcu_dereference_protected(tdev->settings, true));
	free_percpu(tdev->stats);
}

static int tenovl_dev_ndo_stop(struct net_device *dev)
{
	const struct tenovl_fdb_filter learned = {
		.kind = TENOVL_FDB_KIND_LEARNED,
		.has_kind = true,
	};

	tenovl_fdb_flush(netdev_priv(dev), &learned);
	return 0;
}

static int tenovl_dev_change_mtu(struct net_device *dev, int mtu)
{
	struct tenovl_dev *tdev = netdev_priv(dev);

	if (!tdev->mtu_self)
		tdev->mtu_auto = false;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static const struct net_device_ops tenovl_netdev_ops = {
	.ndo_init		= tenovl_dev_ndo_init,
	.ndo_uninit		= tenovl_dev_ndo_uninit,
	.ndo_stop		= tenovl_dev_ndo_stop,
	.ndo_start_xmit		= tenovl_xmit,
	.ndo_get_stats64	= tenovl_get_stats64,
	.ndo_set_rx_mode	= tenovl_set_rx_mode,
	.ndo_change_mtu		= tenovl_dev_change_mtu,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= tenovl_anycast_set_address,
	.ndo_add_slave		= tenovl_access_ndo_add,
	.ndo_del_slave		= tenovl_access_ndo_del,
	.ndo_fdb_add		= tenovl_bridge_fdb_add,
	.ndo_fdb_del		= tenovl_bridge_fdb_del,
	.ndo_fdb_del_bulk	= tenovl_bridge_fdb_flush,
	.ndo_fdb_dump		= tenovl_bridge_fdb_dump,
	.ndo_fdb_get		= tenovl_bridge_fdb_get,
};

/* No address, no forwarding entries, nothing that is enslaved. */
static const struct net_device_ops tenovl_transit_netdev_ops = {
	.ndo_init		= tenovl_dev_ndo_init,
	.ndo_uninit		= tenovl_dev_ndo_uninit,
	.ndo_open		= tenovl_transit_open,
	.ndo_start_xmit		= tenovl_transit_xmit,
	.ndo_get_stats64	= tenovl_get_stats64,
	.ndo_change_mtu		= tenovl_dev_change_mtu,
};

static const struct device_type tenovl_device_type = {
	.name = TENOVL_KIND,
};

static void tenovl_ethtool_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, TENOVL_KIND, sizeof(info->driver));
	strscpy(info->version, TENOVL_VERSION, sizeof(info->version));
}

static const struct ethtool_ops tenovl_ethtool_ops = {
	.get_drvinfo	= tenovl_ethtool_drvinfo,
	.get_link	= ethtool_op_get_link,
	.get_ts_info	= ethtool_op_get_ts_info,
};

/**
 * tenovl_dev_offers() - what heads and ports offer alike
 * @dev: a new netdevice, an Ethernet one by now
 */
void tenovl_dev_offers(struct net_device *dev)
{
	/* No NETIF_F_GSO of tunnels: a frame that is encapsulated already is
	 * segmented before it comes here, since one skb holds the offsets of
	 * one level only.
	 */
	dev->hw_features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_RXCSUM |
			   NETIF_F_GSO_SOFTWARE;
	dev->features = dev->hw_features;
	dev->vlan_features = dev->hw_features;
	tenovl_compat_set_lltx(dev);

	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_NO_QUEUE | IFF_UNICAST_FLT;
	dev->needed_headroom = LL_MAX_HEADER + TENOVL_MAX_HLEN;
	dev->min_mtu = ETH_MIN_MTU;
}

static void tenovl_setup(struct net_device *dev)
{
	struct tenovl_dev *tdev = netdev_priv(dev);

	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &tenovl_netdev_ops;
	dev->ethtool_ops = &tenovl_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = tenovl_dev_destructor;
	SET_NETDEV_DEVTYPE(dev, &tenovl_device_type);
	tenovl_dev_offers(dev);
	dev->mtu = TENOVL_DEFAULT_MTU;
	BUILD_BUG_ON(TENOVL_MTU_MAX != IP_MAX_MTU - TENOVL_MAX_HLEN - VLAN_ETH_HLEN);
	dev->max_mtu = TENOVL_MTU_MAX;

	tdev->dev = dev;
	tdev->mtu_auto = true;
	INIT_LIST_HEAD(&tdev->access);
	INIT_LIST_HEAD(&tdev->bridges);
	tenovl_selection_init(tdev);
	tenovl_announce_init(tdev);
}

static const struct nla_policy tenovl_link_policy[TENOVL_A_LINK_MAX + 1] = {
	[TENOVL_A_LINK_MODE] = NLA_POLICY_MAX(NLA_U8, TENOVL_MODE_L3),
};

static u8 tenovl_link_mode(struct nlattr *data[])
{
	if (!data || !data[TENOVL_A_LINK_MODE])
		return TENOVL_MODE_L2;
	return nla_get_u8(data[TENOVL_A_LINK_MODE]);
}

static int tenovl_validate(struct nlattr *tb[], struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_ADDRESS])
		return 0;
	if (tenovl_link_mode(data) == TENOVL_MODE_L3) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "A device of mode l3 has no address of its own");
		return -EINVAL;
	}
	if (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS], "The address must be of 6 bytes");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS]))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "The address must be a unicast address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

/* A device is the provider's own plumbing. rtnetlink asks for CAP_NET_ADMIN in
 * the namespaces; any user can have that in a user namespace of its own.
 */
static int tenovl_may_create(struct net *net, struct netlink_ext_ack *extack)
{
	if (!capable(CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "A tenovl device needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	if (net->user_ns != &init_user_ns) {
		NL_SET_ERR_MSG(extack,
			       "The underlay namespace must belong to the initial user namespace");
		return -EPERM;
	}
	if (tenovl_pernet(net)->exiting) {
		NL_SET_ERR_MSG(extack, "The underlay namespace is being deleted");
		return -ENODEV;
	}
	return 0;
}

static void tenovl_dev_set_mode(struct net_device *dev, u8 mode)
{
	struct tenovl_dev *tdev = netdev_priv(dev);
	u32 mtu = dev->mtu;

	tdev->mode = mode;
	if (mode != TENOVL_MODE_L3)
		return;
	dev->netdev_ops = &tenovl_transit_netdev_ops;
	tenovl_transit_setup(dev);
	if (!tdev->mtu_auto)
		dev->mtu = mtu;
}

static int tenovl_dev_new(struct net *net, struct net_device *dev, struct nlattr *tb[],
			  struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct tenovl_dev *tdev = netdev_priv(dev);
	int err;

	err = tenovl_may_create(net, extack);
	if (err)
		return err;
	tdev->net = net;
	tdev->mtu_auto = !tb[IFLA_MTU];
	tenovl_dev_set_mode(dev, tenovl_link_mode(data));
	err = register_netdevice(dev);
	if (err)
		return err;
	tenovl_event_dev(tdev, TENOVL_EVENT_DEV_ADDED);
	tdev->announced = true;
	return 0;
}

#ifdef TENOVL_HAVE_NEWLINK_PARAMS
static int tenovl_newlink(struct net_device *dev, struct rtnl_newlink_params *params,
			  struct netlink_ext_ack *extack)
{
	return tenovl_dev_new(rtnl_newlink_link_net(params), dev, params->tb, params->data,
			      extack);
}
#else
static int tenovl_newlink(struct net *src_net, struct net_device *dev, struct nlattr *tb[],
			  struct nlattr *data[], struct netlink_ext_ack *extack)
{
	return tenovl_dev_new(src_net, dev, tb, data, extack);
}
#endif

static void tenovl_dellink(struct net_device *dev, struct list_head *head)
{
	struct tenovl_dev *tdev = netdev_priv(dev);

	tenovl_ports_delete(tdev, head);
	tenovl_event_dev(tdev, TENOVL_EVENT_DEV_DELETED);
	tdev->announced = false;
	unregister_netdevice_queue(dev, head);
}

static struct net *tenovl_get_link_net(const struct net_device *dev)
{
	struct tenovl_dev *tdev = netdev_priv(dev);

	return READ_ONCE(tdev->net);
}

static size_t tenovl_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u8));
}

static int tenovl_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct tenovl_dev *tdev = netdev_priv(dev);

	return nla_put_u8(skb, TENOVL_A_LINK_MODE, tdev->mode);
}

struct rtnl_link_ops tenovl_link_ops __read_mostly = {
	.kind		= TENOVL_KIND,
	.maxtype	= TENOVL_A_LINK_MAX,
	.policy		= tenovl_link_policy,
	.priv_size	= sizeof(struct tenovl_dev),
	.setup		= tenovl_setup,
	.validate	= tenovl_validate,
	.newlink	= tenovl_newlink,
	.dellink	= tenovl_dellink,
	.get_size	= tenovl_get_size,
	.fill_info	= tenovl_fill_info,
	.get_link_net	= tenovl_get_link_net,
};

static int tenovl_settings_validate(struct tenovl_dev *tdev,
				    const struct tenovl_settings *wanted,
				    const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const struct tenovl_settings *now = rtnl_dereference(tdev->settings);

	if (tdev->n_peers &&
	    tenovl_addr_v4(&wanted->local) != tenovl_addr_v4(&now->local)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The family of the local address cannot change while there are peers");
		return -EBUSY;
	}
	if (wanted->has_local && tenovl_source_owner(tdev, &wanted->local)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The local address is the address of a peer");
		return -EINVAL;
	}
	return 0;
}

/**
 * tenovl_dev_prepare() - get ready to change the settings of a device
 * @change: filled in
 * @tdev: the device
 * @wanted: all settings as they shall be
 * @attr: what the request is to be blamed on
 * @extack: the reason of a refusal
 *
 * RTNL, until tenovl_dev_commit() or tenovl_dev_abort(). Everything that can fail
 * is done here, and nothing is changed.
 *
 * Return: 0, or an error with nothing to be aborted.
 */
int tenovl_dev_prepare(struct tenovl_dev_change *change, struct tenovl_dev *tdev,
		       const struct tenovl_settings *wanted, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();
	err = tenovl_settings_validate(tdev, wanted, attr, extack);
	if (err)
		return err;
	change->settings = kmemdup(wanted, sizeof(*wanted), GFP_KERNEL);
	if (!change->settings)
		return -ENOMEM;
	change->claims = NULL;
	if (tenovl_configured(wanted)) {
		change->claims = tenovl_claims_open(tdev, wanted,
						    tenovl_peers_layouts(tdev, wanted),
						    attr, extack);
		if (IS_ERR(change->claims)) {
			err = PTR_ERR(change->claims);
			goto free_settings;
		}
	}
	change->paths = tenovl_paths_build(tdev, wanted);
	if (IS_ERR(change->paths)) {
		err = PTR_ERR(change->paths);
		goto discard_claims;
	}
	err = tenovl_anycast_take(tdev, wanted, attr, extack);
	if (err)
		goto discard_paths;
	return 0;

discard_paths:
	tenovl_paths_discard(tdev, change->paths);
discard_claims:
	tenovl_claims_discard(change->claims);
free_settings:
	kfree(change->settings);
	return err;
}

/**
 * tenovl_dev_commit() - make the change
 * @change: from tenovl_dev_prepare(); consumed
 * @tdev: the device
 *
 * RTNL.
 */
void tenovl_dev_commit(struct tenovl_dev_change *change, struct tenovl_dev *tdev)
{
	struct tenovl_settings *old;

	ASSERT_RTNL();
	old = rcu_replace_pointer(tdev->settings, change->settings, lockdep_rtnl_is_held());
	tenovl_anycast_leave(tdev, old, change->settings);
	kfree_rcu(old, rcu);
	tenovl_paths_publish(tdev, change->paths);
	tenovl_claims_publish(tdev, change->claims);
	tenovl_fdb_settings_changed(tdev);
	tenovl_dev_follow_mtu(tdev);
	tenovl_select(tdev, TENOVL_CAUSE_ADMIN);
	tenovl_event_dev(tdev, TENOVL_EVENT_DEV_CHANGED);
}

/**
 * tenovl_dev_abort() - do not make the change
 * @change: from tenovl_dev_prepare(); consumed
 * @tdev: the device
 *
 * RTNL.
 */
void tenovl_dev_abort(struct tenovl_dev_change *change, struct tenovl_dev *tdev)
{
	ASSERT_RTNL();
	tenovl_anycast_leave(tdev, change->settings, rtnl_dereference(tdev->settings));
	tenovl_paths_discard(tdev, change->paths);
	tenovl_claims_discard(change->claims);
	kfree(change->settings);
}

/**
 * tenovl_dev_set_mtu() - set the MTU by hand
 * @tdev: the device
 * @mtu: bytes of inner packet, without the Ethernet header; within the bounds of
 *	the policy
 *
 * RTNL. Ends following the peers' routes.
 *
 * Return: 0, or an error with nothing changed: devices above this one may refuse.
 */
int tenovl_dev_set_mtu(struct tenovl_dev *tdev, u32 mtu)
{
	int err;

	ASSERT_RTNL();
	tdev->mtu_self = true;
	err = dev_set_mtu(tdev->dev, mtu);
	tdev->mtu_self = false;
	if (!err)
		tdev->mtu_auto = false;
	return err;
}

/**
 * tenovl_dev_follow_mtu() - make the MTU what the peers' routes take
 * @tdev: the device
 *
 * Nothing happens when the MTU was set by hand or no route is known.
 */
void tenovl_dev_follow_mtu(struct tenovl_dev *tdev)
{
	u32 mtu;

	ASSERT_RTNL();
	WRITE_ONCE(tdev->mtu_stale, false);
	if (!tdev->mtu_auto || tdev->detached)
		return;
	mtu = tenovl_peers_mtu(tdev);
	if (!mtu)
		return;
	mtu = clamp_t(u32, mtu, tdev->dev->min_mtu, tdev->dev->max_mtu);
	if (mtu == tdev->dev->mtu)
		return;
	tdev->mtu_self = true;
	if (!dev_set_mtu(tdev->dev, mtu))
		tenovl_event_dev(tdev, TENOVL_EVENT_DEV_CHANGED);
	tdev->mtu_self = false;
}

static void tenovl_mtu_worker(struct work_struct *work)
{
	struct tenovl_dev *tdev;
	unsigned long id;

	rtnl_lock();
	xa_for_each(&tenovl_devs, id, tdev)
		if (READ_ONCE(tdev->mtu_stale))
			tenovl_dev_follow_mtu(tdev);
	rtnl_unlock();
}

/**
 * tenovl_dev_mtu_stale() - a route of this device's peers changed
 * @tdev: the device
 *
 * Any context. The worker looks after it.
 */
void tenovl_dev_mtu_stale(struct tenovl_dev *tdev)
{
	if (READ_ONCE(tdev->mtu_stale))
		return;
	WRITE_ONCE(tdev->mtu_stale, true);
	schedule_work(&tenovl_mtu_work);
}

/* What others do to a head, by `ip link`: it goes by another name, in another
 * namespace, or with another MTU.
 */
static void tenovl_dev_touched(struct tenovl_dev *tdev)
{
	if (tdev->announced && !tdev->mtu_self)
		tenovl_event_dev(tdev, TENOVL_EVENT_DEV_CHANGED);
}

/* What others do to a port, a container's administrator perhaps: it goes by another
 * name or in another namespace, or is up or down (which select.c tells of the others).
 */
static void tenovl_port_touched(struct net_device *dev, unsigned long event)
{
	struct tenovl_port *port = tenovl_port_is(dev) ? netdev_priv(dev) : tenovl_access_of(dev);

	if (!port || !port->announced)
		return;
	if (tenovl_port_is_access(port) || event == NETDEV_CHANGENAME)
		tenovl_event_port(port, TENOVL_EVENT_PORT_CHANGED);
}

/* A device of an underlay has a new MTU or came up: routes may take more or
 * less now, for every device above it.
 */
static void tenovl_underlay_changed(const struct net_device *lower)
{
	struct tenovl_dev *tdev;
	unsigned long id;

	xa_for_each(&tenovl_devs, id, tdev)
		if (net_eq(tdev->net, dev_net(lower)) && tdev->dev != lower)
			tenovl_dev_mtu_stale(tdev);
}

/**
 * tenovl_dev_is_bridged() - is that a master that forwards frames?
 * @master: the master of a head, or NULL
 *
 * A VRF is a master as well, and none of those.
 */
bool tenovl_dev_is_bridged(const struct net_device *master)
{
	return master && !netif_is_l3_master(master);
}

/* With a port in a bridge and the head in one, frames would go round. */
static int tenovl_dev_may_join(const struct net_device *dev,
			       const struct netdev_notifier_changeupper_info *info)
{
	const struct tenovl_dev *tdev = netdev_priv(dev);

	if (!info->linking || !tdev->n_ports || !info->master ||
	    !tenovl_dev_is_bridged(info->upper_dev))
		return NOTIFY_DONE;
	NL_SET_ERR_MSG(info->info.extack, "The device has ports: put one of those into the bridge");
	return notifier_from_errno(-EBUSY);
}

static int tenovl_netdevice_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	tenovl_select_heard(dev, event, ptr);
	switch (event) {
	case NETDEV_PRECHANGEUPPER:
		if (tenovl_dev_is(dev))
			return tenovl_dev_may_join(dev, ptr);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		/* What is enslaved stays Ethernet. */
		return tenovl_access_of(dev) ? NOTIFY_BAD : NOTIFY_DONE;
	case NETDEV_UNREGISTER:
		if (tenovl_access_of(dev))
			tenovl_access_release(tenovl_access_of(dev));
		break;
	case NETDEV_DOWN:
		if (tenovl_dev_is(dev))
			tenovl_ports_follow(netdev_priv(dev));
		tenovl_port_touched(dev, event);
		break;
	case NETDEV_UDP_TUNNEL_PUSH_INFO:
		tenovl_vxlan_offload_ports(dev, true);
		break;
	case NETDEV_UDP_TUNNEL_DROP_INFO:
		tenovl_vxlan_offload_ports(dev, false);
		break;
	case NETDEV_CHANGEMTU:
		if (tenovl_dev_is(dev))
			tenovl_dev_touched(netdev_priv(dev));
		fallthrough;
	case NETDEV_UP:
		if (tenovl_dev_is(dev))
			tenovl_ports_follow(netdev_priv(dev));
		if (event == NETDEV_UP)
			tenovl_port_touched(dev, event);
		tenovl_underlay_changed(dev);
		break;
	case NETDEV_CHANGENAME:
	case NETDEV_REGISTER:
		/* A device that moved is registered in its new namespace. */
		if (tenovl_dev_is(dev))
			tenovl_dev_touched(netdev_priv(dev));
		tenovl_port_touched(dev, event);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block tenovl_netdevice_notifier = {
	.notifier_call = tenovl_netdevice_event,
};

/**
 * tenovl_dev_detach_net() - an underlay begins to go
 * @net: the underlay
 *
 * Takes from its devices what stands in the namespace. They receive nothing
 * from now on and take no configuration.
 */
void tenovl_dev_detach_net(struct net *net)
{
	struct tenovl_dev *tdev;
	unsigned long id;

	ASSERT_RTNL();
	xa_for_each(&tenovl_devs, id, tdev) {
		if (!net_eq(tdev->net, net))
			continue;
		tdev->detached = true;
		tenovl_claims_publish(tdev, NULL);
	}
}

/**
 * tenovl_dev_delete_detached() - delete the devices whose underlay goes
 */
void tenovl_dev_delete_detached(void)
{
	struct tenovl_dev *tdev;
	unsigned long id;
	LIST_HEAD(list);

	rtnl_lock();
	xa_for_each(&tenovl_devs, id, tdev)
		if (tdev->detached)
			tenovl_dellink(tdev->dev, &list);
	unregister_netdevice_many(&list);
	rtnl_unlock();
}

/**
 * tenovl_dev_init() - begin to hear of other devices
 */
int tenovl_dev_init(void)
{
	int err;

	err = tenovl_select_listen();
	if (err)
		return err;
	err = register_netdevice_notifier(&tenovl_netdevice_notifier);
	if (err)
		tenovl_select_deafen();
	return err;
}

/**
 * tenovl_dev_exit() - the reverse; no device is left
 */
void tenovl_dev_exit(void)
{
	unregister_netdevice_notifier(&tenovl_netdevice_notifier);
	tenovl_select_deafen();
	cancel_work_sync(&tenovl_mtu_work);
	WARN_ON_ONCE(!xa_empty(&tenovl_devs));
}
