// SPDX-License-Identifier: GPL-2.0
/*
 * The kind "tenovl_hook": where the host sees the frames of a container's port.
 *
 * A port that was moved into a container is out of reach of the host's rules. A hook is
 * a netdevice that stays beside the segment, for one such port: what the port sends is
 * received by the hook, and what is for the port is sent by it, so that tc, nftables'
 * netdev chains, tcpdump and the like see every frame of the port there. It costs a
 * turn through the receive queue, and nothing where there is none. A hook that is down
 * lets nothing pass.
 *
 * It is the child of its port, goes with it, and may go before it. The port finds it
 * under RCU. Changes are made under RTNL.
 */
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <net/rtnetlink.h>

#include "tenovl.h"

/* Through the receive queue of a netdevice, in another namespace perhaps. */
static bool tenovl_hook_turn(struct sk_buff *skb, struct net_device *dev)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb->protocol = eth_type_trans(skb, dev);
	skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
	return netif_rx(skb) == NET_RX_SUCCESS;
}

/* What the port sent: back to where it would have gone at once. */
static rx_handler_result_t tenovl_hook_input(struct sk_buff **pskb)
{
	struct tenovl_hook *hook = rcu_dereference((*pskb)->dev->rx_handler_data);

	/* Answers to the frame go to the port, not here. */
	return tenovl_access_enter(hook->port, pskb, hook->port->dev);
}

/* What is for the port. */
static netdev_tx_t tenovl_hook_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct tenovl_hook *hook = netdev_priv(dev);
	u32 len = skb->len;

	if (tenovl_hook_turn(skb, hook->port->dev))
		dev_sw_netstats_tx_add(dev, 1, len);
	else
		DEV_STATS_INC(dev, tx_dropped);
	return NETDEV_TX_OK;
}

/**
 * tenovl_hook_receive() - a port that has a hook sent a frame
 * @hook: the hook
 * @skb: the frame, its Ethernet header at skb->data; consumed
 *
 * BH off, RCU.
 */
void tenovl_hook_receive(struct tenovl_hook *hook, struct sk_buff *skb)
{
	if (unlikely(!netif_running(hook->dev))) {
		tenovl_port_drop(hook->port, skb, TENOVL_A_STATS_PORT_DROP_DOWN);
		return;
	}
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		tenovl_port_drop(hook->port, skb, TENOVL_A_STATS_TX_DROP_SHORT);
		return;
	}
	dev_sw_netstats_rx_add(hook->dev, skb->len);
	if (tenovl_hook_turn(skb, hook->dev))
		return;
	tenovl_port_stat_inc(hook->port, TENOVL_A_PORT_STATS_TX_DROPS);
	tenovl_stat_inc(hook->port->tdev, TENOVL_A_STATS_PORT_DROP_STACK);
}

static int tenovl_hook_ndo_init(struct net_device *dev)
{
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		return -ENOMEM;
	netdev_lockdep_set_classes(dev);
	__module_get(THIS_MODULE);
	return 0;
}

static void tenovl_hook_ndo_uninit(struct net_device *dev)
{
	module_put(THIS_MODULE);
}

static void tenovl_hook_destructor(struct net_device *dev)
{
	free_percpu(dev->tstats);
}

static int tenovl_hook_get_iflink(const struct net_device *dev)
{
	const struct tenovl_hook *hook = netdev_priv(dev);

	return READ_ONCE(hook->port->dev->ifindex);
}

static const struct net_device_ops tenovl_hook_netdev_ops = {
	.ndo_init		= tenovl_hook_ndo_init,
	.ndo_uninit		= tenovl_hook_ndo_uninit,
	.ndo_start_xmit		= tenovl_hook_xmit,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_get_iflink		= tenovl_hook_get_iflink,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= eth_mac_addr,
};

/**
 * tenovl_hook_is() - is it a hook?
 * @dev: any netdevice
 */
bool tenovl_hook_is(const struct net_device *dev)
{
	return dev->netdev_ops == &tenovl_hook_netdev_ops;
}

static void tenovl_hook_setup(struct net_device *dev)
{
	struct tenovl_hook *hook = netdev_priv(dev);

	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &tenovl_hook_netdev_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = tenovl_hook_destructor;
	tenovl_dev_offers(dev);
	tenovl_compat_bind_to_netns(dev, true);
	dev->priv_flags |= IFF_DONT_BRIDGE;
	/* Nothing is said by the hook itself to the container. */
	tenovl_compat_no_addrconf(dev);
	dev->max_mtu = TENOVL_MTU_MAX;
	hook->dev = dev;
}

static struct tenovl_port *tenovl_hook_port(struct net *net, const struct nlattr *link,
					    struct netlink_ext_ack *extack)
{
	struct net_device *dev = link ? __dev_get_by_index(net, nla_get_u32(link)) : NULL;
	struct tenovl_port *port;

	if (!dev || !tenovl_port_is(dev)) {
		NL_SET_ERR_MSG(extack, "Name the port that the hook is for: link PORT");
		return ERR_PTR(-EINVAL);
	}
	port = netdev_priv(dev);
	if (!tenovl_port_is_access(port)) {
		NL_SET_ERR_MSG_ATTR(extack, link,
				    "A hook is for an access port: the others have their bridge");
		return ERR_PTR(-EINVAL);
	}
	if (rtnl_dereference(port->hook)) {
		NL_SET_ERR_MSG_ATTR(extack, link, "The port has a hook already");
		return ERR_PTR(-EBUSY);
	}
	return port;
}

static int tenovl_hook_new(struct net *net, struct net_device *dev, struct nlattr *tb[],
			   struct netlink_ext_ack *extack)
{
	struct tenovl_hook *hook = netdev_priv(dev);
	struct tenovl_port *port;
	int err;

	if (!capable(CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "A tenovl hook needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	port = tenovl_hook_port(net, tb[IFLA_LINK], extack);
	if (IS_ERR(port))
		return PTR_ERR(port);
	if (!net_eq(dev_net(dev), dev_net(port->tdev->dev))) {
		NL_SET_ERR_MSG(extack, "A hook is made in the namespace of the segment");
		return -EINVAL;
	}
	hook->port = port;
	dev->mtu = port->dev->mtu;
	err = register_netdevice(dev);
	if (err)
		return err;
	err = netdev_rx_handler_register(dev, tenovl_hook_input, hook);
	if (err)
		goto unregister_dev;
	rcu_assign_pointer(port->hook, hook);
	hook->attached = true;
	tenovl_event_port(port, TENOVL_EVENT_PORT_CHANGED);
	return 0;

unregister_dev:
	unregister_netdevice(dev);
	return err;
}

#ifdef TENOVL_HAVE_NEWLINK_PARAMS
static int tenovl_hook_newlink(struct net_device *dev, struct rtnl_newlink_params *params,
			       struct netlink_ext_ack *extack)
{
	return tenovl_hook_new(rtnl_newlink_link_net(params), dev, params->tb, extack);
}
#else
static int tenovl_hook_newlink(struct net *src_net, struct net_device *dev, struct nlattr *tb[],
			       struct nlattr *data[], struct netlink_ext_ack *extack)
{
	return tenovl_hook_new(src_net, dev, tb, extack);
}
#endif

/**
 * tenovl_hook_dellink() - a hook goes
 * @dev: the hook
 * @list: what is to be unregistered in one go; a hook comes before its port
 *
 * RTNL. Once only, as a port: see port.c.
 */
void tenovl_hook_dellink(struct net_device *dev, struct list_head *list)
{
	struct tenovl_hook *hook = netdev_priv(dev);

	ASSERT_RTNL();
	if (!hook->attached)
		return;
	hook->attached = false;
	RCU_INIT_POINTER(hook->port->hook, NULL);
	/* What waits there is not for the host's own stack. */
	dev_close(dev);
	netdev_rx_handler_unregister(dev);
	if (hook->port->announced)
		tenovl_event_port(hook->port, TENOVL_EVENT_PORT_CHANGED);
	unregister_netdevice_queue(dev, list);
}

static struct net *tenovl_hook_get_link_net(const struct net_device *dev)
{
	const struct tenovl_hook *hook = netdev_priv(dev);

	return dev_net(hook->port->dev);
}

struct rtnl_link_ops tenovl_hook_link_ops __read_mostly = {
	.kind		= TENOVL_HOOK_KIND,
	.priv_size	= sizeof(struct tenovl_hook),
	.setup		= tenovl_hook_setup,
	.newlink	= tenovl_hook_newlink,
	.dellink	= tenovl_hook_dellink,
	.get_link_net	= tenovl_hook_get_link_net,
};
