// SPDX-License-Identifier: GPL-2.0
/*
 * The way to a peer: its settings resolved into what a header needs, and the
 * route, cached.
 *
 * The route is chosen by the device's settings alone (addresses, mark, output
 * device, DSCP); nothing of a tenant's frame takes part, so one cached route
 * serves every frame and no tenant chooses its route. It is published under RCU
 * and used without a reference: a count that all processors write would cost
 * more than the look at whether the route still holds, which each frame takes.
 */
#include <net/ip6_route.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/route.h>

#include "tenovl.h"

static u8 tenovl_path_layout(u8 encap, u8 gre_key)
{
	if (encap == TENOVL_ENCAP_VXLAN)
		return TENOVL_LAYOUT_VXLAN;
	return gre_key == TENOVL_GRE_KEY_NVGRE ? TENOVL_LAYOUT_NVGRE : TENOVL_LAYOUT_PLAIN;
}

static bool tenovl_path_csum(const struct tenovl_settings *settings, u8 layout, bool v6)
{
	if (layout != TENOVL_LAYOUT_VXLAN)
		return settings->gre_csum;
	if (settings->udp_csum == TENOVL_CSUM_AUTO)
		return v6;
	return settings->udp_csum == TENOVL_CSUM_ON;
}

/* No flow has the port of what is sent on: where that is among them, they have the larger part
 * beside it.
 */
static void tenovl_path_source_ports(struct tenovl_path *path,
				     const struct tenovl_settings *settings)
{
	u16 min = settings->src_port_min, max = settings->src_port_max;
	u16 redirect = settings->redirect_port;

	if (redirect >= min && redirect <= max) {
		if (redirect - min > max - redirect)
			max = redirect - 1;
		else
			min = redirect + 1;
	}
	path->src_port_min = min;
	path->src_port_max = max;
	path->redirect_port = htons(redirect);
}

/**
 * tenovl_path_new() - resolve the way to a peer
 * @tdev: the device
 * @settings: its settings, with VNI and local address
 * @daddr: the peer's address
 * @encap: enum tenovl_encap, not inherit
 * @gre_key: enum tenovl_gre_key, not inherit
 * @dstport: UDP port, host order
 *
 * RTNL.
 *
 * Return: the path, or an ERR_PTR.
 */
struct tenovl_path *tenovl_path_new(const struct tenovl_dev *tdev,
				    const struct tenovl_settings *settings,
				    const struct in6_addr *daddr, u8 encap, u8 gre_key,
				    u16 dstport)
{
	struct tenovl_path *path = kzalloc(sizeof(*path), GFP_KERNEL);

	if (!path)
		return ERR_PTR(-ENOMEM);
	path->v6 = !tenovl_addr_v4(daddr);
	path->layout = tenovl_path_layout(encap, gre_key);
	path->bare = tenovl_dev_is_l3(tdev);
	path->ops = encap == TENOVL_ENCAP_VXLAN ? &tenovl_vxlan_ops : &tenovl_gre_ops;
	path->saddr = settings->local;
	path->daddr = *daddr;
	path->vni = settings->vni;
	path->id = cpu_to_be32(path->layout == TENOVL_LAYOUT_PLAIN ? settings->vni :
								    settings->vni << 8);
	path->link = settings->link;
	path->mark = settings->mark;
	path->dport = htons(dstport);
	tenovl_path_source_ports(path, settings);
	path->ttl = settings->ttl;
	path->tos = settings->dscp << 2;
	path->dscp_inherit = settings->dscp_inherit;
	path->df = settings->df;
	path->csum = tenovl_path_csum(settings, path->layout, path->v6);
	path->flowid = path->layout == TENOVL_LAYOUT_NVGRE &&
		       settings->flowid == TENOVL_FLOWID_HASH;
	path->hashed = path->layout == TENOVL_LAYOUT_VXLAN || path->flowid;
	path->fastpath = settings->fastpath;
	path->bypass = settings->underlay_hooks == TENOVL_UNDERLAY_HOOKS_BYPASS;
	path->hlen = (path->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)) +
		     path->ops->hlen(path);
	return path;
}

static void tenovl_outer_free(struct tenovl_outer *outer)
{
	dst_release(outer->dst);
	kfree(outer);
}

static void tenovl_outer_rcu(struct rcu_head *rcu)
{
	tenovl_outer_free(container_of(rcu, struct tenovl_outer, rcu));
}

/**
 * tenovl_path_free() - free a path that no packet uses
 * @path: it, or NULL
 */
void tenovl_path_free(struct tenovl_path *path)
{
	struct tenovl_outer *outer;

	if (!path)
		return;
	outer = rcu_dereference_protected(path->outer, true);
	if (outer)
		tenovl_outer_free(outer);
	kfree(path);
}

static void tenovl_path_rcu(struct rcu_head *rcu)
{
	tenovl_path_free(container_of(rcu, struct tenovl_path, rcu));
}

/**
 * tenovl_path_free_rcu() - free a path that no packet finds any more
 * @path: it, or NULL
 */
void tenovl_path_free_rcu(struct tenovl_path *path)
{
	if (path)
		call_rcu(&path->rcu, tenovl_path_rcu);
}

static struct dst_entry *tenovl_route4(const struct tenovl_dev *tdev,
				       const struct tenovl_path *path, union tenovl_ip_pair *ip)
{
	struct flowi4 fl4 = {
		.flowi4_oif = path->link,
		.flowi4_mark = path->mark,
		.flowi4_proto = path->ops->proto,
		.saddr = tenovl_addr_ip4(&path->saddr),
		.daddr = tenovl_addr_ip4(&path->daddr),
	};
	struct rtable *rt;

	tenovl_compat_fl4_set_tos(&fl4, path->tos);
	if (path->layout == TENOVL_LAYOUT_VXLAN)
		fl4.fl4_dport = path->dport;
	else
		fl4.fl4_gre_key = path->id;
	rt = ip_route_output_key(tdev->net, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	ip->saddr4 = fl4.saddr;
	ip->daddr4 = fl4.daddr;
	return &rt->dst;
}

#if IS_ENABLED(CONFIG_IPV6)
static struct dst_entry *tenovl_route6(const struct tenovl_dev *tdev,
				       const struct tenovl_path *path, union tenovl_ip_pair *ip)
{
	struct flowi6 fl6 = {
		.flowi6_oif = path->link,
		.flowi6_mark = path->mark,
		.flowi6_proto = path->ops->proto,
		.flowlabel = ip6_make_flowinfo(path->tos, 0),
		.saddr = path->saddr,
		.daddr = path->daddr,
	};
	struct dst_entry *dst;

	if (path->layout == TENOVL_LAYOUT_VXLAN)
		fl6.fl6_dport = path->dport;
	else
		fl6.fl6_gre_key = path->id;
	dst = ip6_dst_lookup_flow(tdev->net, NULL, &fl6, NULL);
	if (IS_ERR(dst))
		return dst;
	ip->saddr6 = fl6.saddr;
	ip->daddr6 = fl6.daddr;
	return dst;
}
#else
static struct dst_entry *tenovl_route6(const struct tenovl_dev *tdev,
				       const struct tenovl_path *path, union tenovl_ip_pair *ip)
{
	return ERR_PTR(-EAFNOSUPPORT);
}
#endif

/**
 * tenovl_route_is_local() - does a route end on this host?
 * @dst: the route
 * @v6: of IPv6
 */
bool tenovl_route_is_local(const struct dst_entry *dst, bool v6)
{
	if (v6)
		return ((const struct rt6_info *)dst)->rt6i_flags & RTF_LOCAL;
	return ((const struct rtable *)dst)->rt_flags & RTCF_LOCAL;
}

/* The MTU of an IPv6 route without what ICMP taught: an exception's metric is
 * the lesson, its origin's is the configuration.
 */
static u32 tenovl_route6_metric(const struct dst_entry *dst)
{
	const struct rt6_info *rt6 = (const struct rt6_info *)dst;
	const struct fib6_info *from;
	u32 mtu = 0;

	rcu_read_lock();
	from = rcu_dereference(rt6->from);
	if (from)
		mtu = from->fib6_pmtu;
	rcu_read_unlock();
	return mtu;
}

/* IPv6 may have a lower one of its own on a link, as routers announce or as set. */
static u32 tenovl_link_mtu(const struct net_device *dev, bool v6)
{
	u32 mtu = READ_ONCE(dev->mtu);
#if IS_ENABLED(CONFIG_IPV6)
	const struct inet6_dev *idev;

	if (!v6)
		return mtu;
	rcu_read_lock();
	idev = __in6_dev_get(dev);
	if (idev)
		mtu = min_t(u32, mtu, READ_ONCE(idev->cnf.mtu6));
	rcu_read_unlock();
#endif
	return mtu;
}

/* 0 for a route that ends here: it has no limit worth following. */
static u32 tenovl_route_base_mtu(const struct dst_entry *dst, bool v6)
{
	u32 mtu;

	if (tenovl_route_is_local(dst, v6))
		return 0;
	if (dst_xfrm(dst))
		return dst_mtu(dst);
	mtu = v6 ? tenovl_route6_metric(dst) : dst_metric_raw(dst, RTAX_MTU);
	return mtu ?: tenovl_link_mtu(dst->dev, v6);
}

static struct dst_entry *tenovl_route(const struct tenovl_dev *tdev,
				      const struct tenovl_path *path, union tenovl_ip_pair *ip)
{
	return path->v6 ? tenovl_route6(tdev, path, ip) : tenovl_route4(tdev, path, ip);
}

/**
 * tenovl_path_lesson() - a router says what a path takes
 * @tdev: the device
 * @path: one of its paths
 * @skb: an ICMP error whose data begins at the quoted outer IP header
 * @mtu: what it says
 *
 * RCU. Like ipv4_update_pmtu() and ip6_update_pmtu(), which look the route up by what the error
 * quotes alone: where the mark has a say, or over IPv6 ports or keys, their lesson lands on another
 * next hop. (What is called here looks up once more over IPv4, by addresses, mark and device, and
 * tells all next hops of the route: rules by port or protocol are not followed there.)
 */
void tenovl_path_lesson(const struct tenovl_dev *tdev, const struct tenovl_path *path,
			struct sk_buff *skb, u32 mtu)
{
	sk_buff_data_t network = skb->network_header;
	struct net_device *dev = skb->dev;
	u32 mark = skb->mark;
	union tenovl_ip_pair ip;
	struct dst_entry *dst;

	dst = tenovl_route(tdev, path, &ip);
	if (IS_ERR(dst))
		return;
	skb_reset_network_header(skb);
	skb->dev = dst->dev;
	skb->mark = path->mark;
	dst->ops->update_pmtu(dst, NULL, skb, mtu, false);
	skb->mark = mark;
	skb->dev = dev;
	skb->network_header = network;
	dst_release(dst);
}

/* What the IP layer would do on the way by itself: multicast and broadcast are looped
 * back, an IPsec policy transforms, a light-weight tunnel encapsulates again, and a VRF
 * has a say. Where there is nothing of that, and none of it comes without a new route,
 * only hooks and the neighbour are left.
 */
static bool tenovl_route_is_plain(const struct dst_entry *dst, bool v6)
{
	if (dst_xfrm(dst) || dst->lwtstate || netif_is_l3_master(dst->dev) ||
	    netif_is_l3_slave(dst->dev))
		return false;
#if IS_ENABLED(CONFIG_IPV6)
	if (v6)
		return dst->output == ip6_output && ip6_dst_idev((struct dst_entry *)dst);
#endif
	return dst->output == ip_output && ((const struct rtable *)dst)->rt_type == RTN_UNICAST;
}

static u8 tenovl_route_way(const struct tenovl_dev *tdev, const struct dst_entry *dst, bool v6)
{
	if (dst->dev == tdev->dev)
		return TENOVL_WAY_LOOP;
	if (tenovl_route_is_local(dst, v6))
		return TENOVL_WAY_LOCAL;
	return tenovl_route_is_plain(dst, v6) ? TENOVL_WAY_DIRECT : TENOVL_WAY_STACK;
}

static struct tenovl_outer *tenovl_outer_new(const struct tenovl_dev *tdev,
					     const struct tenovl_path *path)
{
	struct tenovl_outer *outer = kzalloc(sizeof(*outer), GFP_ATOMIC | __GFP_NOWARN);
	struct dst_entry *dst;

	if (!outer)
		return ERR_PTR(-ENOMEM);
	dst = tenovl_route(tdev, path, &outer->ip);
	if (IS_ERR(dst)) {
		kfree(outer);
		return ERR_CAST(dst);
	}
	outer->dst = dst;
#if IS_ENABLED(CONFIG_IPV6)
	if (path->v6)
		outer->cookie = rt6_get_cookie((struct rt6_info *)dst);
#endif
	outer->way = tenovl_route_way(tdev, dst, path->v6);
	tenovl_stacked_find(outer, path->v6);
	return outer;
}

/* Two processors that come here at once both look the route up; the later one's stays. */
static void tenovl_path_set_outer(struct tenovl_path *path, struct tenovl_outer *outer)
{
	struct tenovl_outer *old;

	old = unrcu_pointer(xchg(&path->outer, RCU_INITIALIZER(outer)));
	if (old)
		call_rcu(&old->rcu, tenovl_outer_rcu);
}

/**
 * tenovl_path_forget() - give up the route of a path
 * @path: it
 *
 * Any context. Who sends by it looks a route up again.
 */
void tenovl_path_forget(struct tenovl_path *path)
{
	tenovl_path_set_outer(path, NULL);
}

static const struct tenovl_outer *tenovl_path_reroute(struct tenovl_dev *tdev,
						      struct tenovl_path *path)
{
	struct tenovl_outer *outer = tenovl_outer_new(tdev, path);
	u32 mtu;

	if (IS_ERR(outer)) {
		/* Not to hold on to what is gone, a device perhaps. */
		if (PTR_ERR(outer) != -ENOMEM)
			tenovl_path_set_outer(path, NULL);
		return outer;
	}
	tenovl_path_set_outer(path, outer);
	mtu = tenovl_route_base_mtu(outer->dst, path->v6);
	if (mtu != READ_ONCE(path->base_mtu)) {
		WRITE_ONCE(path->base_mtu, mtu);
		tenovl_dev_mtu_stale(tdev);
	}
	return outer;
}

/**
 * tenovl_path_outer() - the route to a peer
 * @tdev: the device
 * @path: the way
 *
 * RCU, BH off. A route that takes more or less than the last one has the
 * device's MTU looked after.
 *
 * Return: the route, good until the end of the RCU section, or an ERR_PTR.
 */
const struct tenovl_outer *tenovl_path_outer(struct tenovl_dev *tdev, struct tenovl_path *path)
{
	const struct tenovl_outer *outer = rcu_dereference(path->outer);
	const struct tenovl_outer *fresh;

	if (likely(outer && dst_check(outer->dst, outer->cookie))) {
		if (likely(!outer->stacks || !tenovl_stacked_is_stale(outer)))
			return outer;
		fresh = tenovl_path_reroute(tdev, path);
		/* As a route it still holds. */
		return fresh == ERR_PTR(-ENOMEM) ? outer : fresh;
	}
	return tenovl_path_reroute(tdev, path);
}

/**
 * tenovl_path_route_mtu() - how large an outer packet may be
 * @tdev: the device
 * @path: the way
 * @pmtu: filled with the same, less what ICMP taught; NULL if not wanted
 *
 * RTNL. Looks the route up anew.
 *
 * Return: bytes by the route's device and metric; 0 when there is no route, or
 * it ends here.
 */
u32 tenovl_path_route_mtu(struct tenovl_dev *tdev, const struct tenovl_path *path, u32 *pmtu)
{
	union tenovl_ip_pair ip;
	struct dst_entry *dst;
	u32 mtu;

	local_bh_disable();
	rcu_read_lock();
	dst = tenovl_route(tdev, path, &ip);
	rcu_read_unlock();
	local_bh_enable();
	if (IS_ERR(dst))
		return 0;
	mtu = tenovl_route_base_mtu(dst, path->v6);
	if (pmtu)
		*pmtu = dst_mtu(dst);
	dst_release(dst);
	return mtu;
}
