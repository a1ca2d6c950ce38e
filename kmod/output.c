// SPDX-License-Identifier: GPL-2.0
/*
 * Outer packets: the IP header, and the way out.
 *
 * The whole way is ip_local_out(): netfilter's LOCAL_OUT and POST_ROUTING,
 * IPsec, VRF, light-weight tunnels, fragments, the neighbour. On most routes all
 * of it but the last has nothing to do, and costs more than the encapsulation.
 * There the packet goes from its header to the neighbour at once. Nothing of that
 * is remembered: each packet looks at the route (path.c), at the hooks, and at the
 * neighbour as the IP layer would have, so what changes is obeyed by the next one.
 * From the neighbour on, that is link-layer header, taps, tc and qdisc, both ways
 * are one, and both send the same bytes.
 *
 * Security modules hook in for packets that carry a label or belong to a socket
 * of theirs. They are on most machines, so their hooks are called right here.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "tenovl.h"

/* What becomes of a packet by the hooks. */
enum tenovl_hooks {
	TENOVL_HOOKS_NONE,	/* nobody has anything against it */
	TENOVL_HOOKS_STACK,	/* there are some that only the whole way runs */
	TENOVL_HOOKS_FREED,	/* it was dropped */
};

static const struct nf_hook_entries *tenovl_hooks_of(const struct net *net, bool v6,
						     unsigned int hook)
{
#if IS_ENABLED(CONFIG_NETFILTER)
	return v6 ? rcu_dereference(net->nf.hooks_ipv6[hook]) :
		    rcu_dereference(net->nf.hooks_ipv4[hook]);
#else
	return NULL;
#endif
}

/* The priorities that security modules have, and nobody else but tables and programs of
 * users, which may have any.
 */
static bool tenovl_hook_is_security(const struct nf_hook_ops *ops)
{
	return ops->hook_ops_type == NF_HOOK_OP_UNDEFINED &&
	       (ops->priority == NF_IP_PRI_SELINUX_FIRST ||
		ops->priority == NF_IP_PRI_SELINUX_LAST);
}

/* Reassembly, which our own receiving of GRE over IPv6 switches on, both ways: it has
 * nothing to do with what was not fragmented.
 */
static bool tenovl_hook_is_defrag(const struct nf_hook_ops *ops)
{
	BUILD_BUG_ON((int)NF_IP_PRI_CONNTRACK_DEFRAG != (int)NF_IP6_PRI_CONNTRACK_DEFRAG);
	return ops->hook_ops_type == NF_HOOK_OP_UNDEFINED &&
	       ops->priority == NF_IP_PRI_CONNTRACK_DEFRAG;
}

/* Does what they do need no more than tenovl_hooks_call()? */
static bool tenovl_hooks_are_light(const struct nf_hook_entries *hooks)
{
	struct nf_hook_ops **ops;
	unsigned int i;

	if (!hooks)
		return true;
	ops = nf_hook_entries_get_hook_ops(hooks);
	for (i = 0; i < hooks->num_hook_entries; i++)
		if (!tenovl_hook_is_security(ops[i]) && !tenovl_hook_is_defrag(ops[i]))
			return false;
	return true;
}

/* Calls those of security modules. Return: whether the packet is still there. */
static bool tenovl_hooks_call(const struct nf_hook_entries *hooks, struct net *net,
			      struct sk_buff *skb, bool v6, unsigned int hook)
{
	struct nf_hook_state state;
	struct nf_hook_ops **ops;
	unsigned int i;

	if (!hooks)
		return true;
	nf_hook_state_init(&state, hook, v6 ? NFPROTO_IPV6 : NFPROTO_IPV4, NULL, skb->dev, NULL,
			   net, NULL);
	ops = nf_hook_entries_get_hook_ops(hooks);
	for (i = 0; i < hooks->num_hook_entries; i++) {
		if (!tenovl_hook_is_security(ops[i]))
			continue;
		if (nf_hook_entry_hookfn(&hooks->hooks[i], skb, &state) == NF_ACCEPT)
			continue;
		kfree_skb_reason(skb, SKB_DROP_REASON_NETFILTER_DROP);
		return false;
	}
	return true;
}

/* Where there are any. */
static noinline enum tenovl_hooks tenovl_hooks_run(struct net *net, struct sk_buff *skb,
						   const struct tenovl_path *path,
						   const struct nf_hook_entries *out,
						   const struct nf_hook_entries *post)
{
	if (!path->bypass && !(tenovl_hooks_are_light(out) && tenovl_hooks_are_light(post)))
		return TENOVL_HOOKS_STACK;
	if (!tenovl_hooks_call(out, net, skb, path->v6, NF_INET_LOCAL_OUT) ||
	    !tenovl_hooks_call(post, net, skb, path->v6, NF_INET_POST_ROUTING))
		return TENOVL_HOOKS_FREED;
	return TENOVL_HOOKS_NONE;
}

/* @skb: its IP header is complete, and skb->dev is where it goes */
static enum tenovl_hooks tenovl_hooks_ask(struct net *net, struct sk_buff *skb,
					  const struct tenovl_path *path, bool v6)
{
	const struct nf_hook_entries *out = tenovl_hooks_of(net, v6, NF_INET_LOCAL_OUT);
	const struct nf_hook_entries *post = tenovl_hooks_of(net, v6, NF_INET_POST_ROUTING);

	if (likely(!out && !post))
		return TENOVL_HOOKS_NONE;
	return tenovl_hooks_run(net, skb, path, out, post);
}

/* What the IP layer counts of a packet that it sends. */
static void tenovl_output_count4(struct net *net, const struct sk_buff *skb)
{
#ifdef TENOVL_HAVE_OUTREQUESTS
	IP_INC_STATS(net, IPSTATS_MIB_OUTREQUESTS);
#endif
	IP_UPD_PO_STATS(net, IPSTATS_MIB_OUT, skb->len);
}

/* The whole way. */
static int tenovl_output_stack4(struct tenovl_dev *tdev, struct sk_buff *skb)
{
	tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_STACK);
	skb->dev = tdev->dev;
	return ip_local_out(tdev->net, NULL, skb);
}

static int tenovl_output_direct4(struct tenovl_dev *tdev, struct sk_buff *skb,
				 const struct tenovl_path *path, const struct tenovl_outer *outer)
{
	struct rtable *rt = (struct rtable *)outer->dst;
	struct iphdr *iph = ip_hdr(skb);
	struct net *net = tdev->net;
	struct neighbour *neigh;
	bool is_v6gw = false;

	iph->tot_len = htons(skb->len);
	iph->check = 0;
	iph->check = ip_fast_csum(iph, sizeof(*iph) >> 2);
	skb->protocol = htons(ETH_P_IP);
	skb->dev = rt->dst.dev;
	switch (tenovl_hooks_ask(net, skb, path, false)) {
	case TENOVL_HOOKS_NONE:
		break;
	case TENOVL_HOOKS_STACK:
		return tenovl_output_stack4(tdev, skb);
	case TENOVL_HOOKS_FREED:
		return -EPERM;
	}
	tenovl_output_count4(net, skb);
	if (outer->over && tenovl_stacked_send(tdev, outer, skb))
		return 0;
	neigh = ip_neigh_for_gw(rt, skb, &is_v6gw);
	if (IS_ERR(neigh)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_CREATEFAIL);
		return PTR_ERR(neigh);
	}
	sock_confirm_neigh(skb, neigh);
	return neigh_output(neigh, skb, is_v6gw);
}

/* As ip4_dst_hoplimit(), which begins an RCU section of its own. */
static u8 tenovl_output_ttl4(const struct net *net, const struct tenovl_path *path,
			     const struct dst_entry *dst)
{
	return path->ttl ?: dst_metric_raw(dst, RTAX_HOPLIMIT) ?:
	       READ_ONCE(net->ipv4.sysctl_ip_default_ttl);
}

static int tenovl_output4(struct tenovl_dev *tdev, struct sk_buff *skb,
			  const struct tenovl_path *path, const struct tenovl_outer *outer, u8 tos,
			  bool df, bool fits)
{
	struct dst_entry *dst = outer->dst;
	struct iphdr *iph;

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) >> 2;
	iph->tos = tos;
	iph->ttl = tenovl_output_ttl4(tdev->net, path, dst);
	iph->protocol = path->ops->proto;
	iph->saddr = outer->ip.saddr4;
	iph->daddr = outer->ip.daddr4;
	/* RFC 6864: what is never fragmented needs no id. */
	if (df && !ip_mtu_locked(dst)) {
		iph->frag_off = htons(IP_DF);
		iph->id = 0;
	} else {
		iph->frag_off = 0;
		__ip_select_ident(tdev->net, iph, skb_shinfo(skb)->gso_segs ?: 1);
	}
	skb_dst_set_noref(skb, dst);
	if (likely(fits && path->fastpath && outer->way == TENOVL_WAY_DIRECT))
		return tenovl_output_direct4(tdev, skb, path, outer);
	return tenovl_output_stack4(tdev, skb);
}

#if IS_ENABLED(CONFIG_IPV6)
static void tenovl_output_count6(struct net *net, const struct sk_buff *skb,
				 struct dst_entry *dst)
{
#ifdef TENOVL_HAVE_OUTREQUESTS
	IP6_INC_STATS(net, ip6_dst_idev(dst), IPSTATS_MIB_OUTREQUESTS);
	IP6_UPD_PO_STATS(net, ip6_dst_idev(dst), IPSTATS_MIB_OUT, skb->len);
#endif
}

static int tenovl_output_stack6(struct tenovl_dev *tdev, struct sk_buff *skb)
{
	tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_STACK);
	skb->dev = tdev->dev;
	return ip6_local_out(tdev->net, NULL, skb);
}

static int tenovl_output_direct6(struct tenovl_dev *tdev, struct sk_buff *skb,
				 const struct tenovl_path *path, const struct tenovl_outer *outer)
{
	struct dst_entry *dst = outer->dst;
	struct ipv6hdr *ip6h = ipv6_hdr(skb);
	u32 len = skb->len - sizeof(*ip6h);
	const struct in6_addr *nexthop;
	struct net *net = tdev->net;
	struct neighbour *neigh;

	nexthop = rt6_nexthop((struct rt6_info *)dst, &ip6h->daddr);
	neigh = __ipv6_neigh_lookup_noref(dst->dev, nexthop);
	if (unlikely(!neigh))
		neigh = __neigh_create(&nd_tbl, nexthop, dst->dev, false);
	/* Refused and counted there. */
	if (IS_ERR(neigh) || unlikely(READ_ONCE(ip6_dst_idev(dst)->cnf.disable_ipv6)))
		return tenovl_output_stack6(tdev, skb);
	ip6h->payload_len = htons(len > IPV6_MAXPLEN ? 0 : len);
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	skb->protocol = htons(ETH_P_IPV6);
	skb->dev = dst->dev;
	switch (tenovl_hooks_ask(net, skb, path, true)) {
	case TENOVL_HOOKS_NONE:
		break;
	case TENOVL_HOOKS_STACK:
		return tenovl_output_stack6(tdev, skb);
	case TENOVL_HOOKS_FREED:
		return -EPERM;
	}
	tenovl_output_count6(net, skb, dst);
	if (outer->over && tenovl_stacked_send(tdev, outer, skb))
		return 0;
	sock_confirm_neigh(skb, neigh);
	return neigh_output(neigh, skb, false);
}

static int tenovl_output6(struct tenovl_dev *tdev, struct sk_buff *skb,
			  const struct tenovl_path *path, const struct tenovl_outer *outer, u8 tos,
			  bool df, bool fits)
{
	struct dst_entry *dst = outer->dst;
	struct ipv6hdr *ip6h;

	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb->ignore_df = !df;
	ip6h = __skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, tos, 0);
	/* Whoever sends it fills in the payload length. */
	ip6h->nexthdr = path->ops->proto;
	ip6h->hop_limit = path->ttl ?: ip6_dst_hoplimit(dst);
	ip6h->saddr = outer->ip.saddr6;
	ip6h->daddr = outer->ip.daddr6;
	skb_dst_set_noref(skb, dst);
	if (likely(fits && path->fastpath && outer->way == TENOVL_WAY_DIRECT))
		return tenovl_output_direct6(tdev, skb, path, outer);
	return tenovl_output_stack6(tdev, skb);
}
#else
static int tenovl_output6(struct tenovl_dev *tdev, struct sk_buff *skb,
			  const struct tenovl_path *path, const struct tenovl_outer *outer, u8 tos,
			  bool df, bool fits)
{
	kfree_skb(skb);
	return -EAFNOSUPPORT;
}
#endif

/**
 * tenovl_output() - send an outer packet
 * @tdev: the device
 * @skb: the packet, its encapsulation's header at skb->data; consumed
 * @path: the way
 * @outer: its route
 * @tos: outer TOS or traffic class
 * @df: not to be fragmented
 * @fits: and need not be
 *
 * BH off, RCU.
 *
 * Return: 0, NET_XMIT_*, or an error.
 */
int tenovl_output(struct tenovl_dev *tdev, struct sk_buff *skb, const struct tenovl_path *path,
		  const struct tenovl_outer *outer, u8 tos, bool df, bool fits)
{
	if (path->v6)
		return tenovl_output6(tdev, skb, path, outer, tos, df, fits);
	return tenovl_output4(tdev, skb, path, outer, tos, df, fits);
}
