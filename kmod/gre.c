// SPDX-License-Identifier: GPL-2.0
/*
 * GRE with a key, RFC 2784 and RFC 2890: the header, and the hooks that receive
 * it and the ICMP errors about it. The hooks also hear of VXLAN that was sent to
 * a port on which we have no socket, see TENOVL_HEARS_ICMP.
 *
 * The kernel has one slot for GRE's protocol handler and ip_gre owns it. So GRE
 * is taken at the last place before that: an NF_INET_LOCAL_IN hook behind
 * filter and NAT, so that an INPUT rule is obeyed. A packet whose key we claim
 * is taken, all others go on to whoever else wants them. The hook owes such a
 * packet what the protocol layer would have done: the IPsec policy check, and
 * the confirmation of its conntrack entry, which sits behind this hook.
 *
 * Fragments: IPv4 is reassembled before LOCAL_IN; for IPv6 that comes after it,
 * so the namespace's early reassembly is switched on with the hook.
 *
 * Hooks are registered for an underlay and family while a device there receives
 * GRE. Under RTNL; the hooks run under RCU.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/icmp.h>
#include <net/ip_tunnels.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "tenovl.h"

/* Flag bits of the first word; what is not named must be zero, RFC 2784. */
#define TENOVL_GRE_CSUM		cpu_to_be16(0x8000)
#define TENOVL_GRE_KEY		cpu_to_be16(0x2000)
#define TENOVL_GRE_SEQ		cpu_to_be16(0x1000)
#define TENOVL_GRE_VERSION	cpu_to_be16(0x0007)
#define TENOVL_GRE_KNOWN	(TENOVL_GRE_CSUM | TENOVL_GRE_KEY | TENOVL_GRE_SEQ)

/**
 * struct tenovl_grehdr - the part of the header that is always there
 * @flags: TENOVL_GRE_*
 * @proto: Ethertype of the payload
 */
struct tenovl_grehdr {
	__be16 flags;
	__be16 proto;
};

/**
 * struct tenovl_gre_info - a header, parsed
 * @hlen: its bytes
 * @key: host order
 * @mark: what the key says of the way, filled by tenovl_gre_claim()
 * @proto: Ethertype of the payload
 * @csum: has a checksum
 * @bad: has bits set that must not be
 */
struct tenovl_gre_info {
	unsigned int hlen;
	u32 key;
	enum tenovl_mark mark;
	__be16 proto;
	bool csum;
	bool bad;
};

static u8 tenovl_gre_hlen(const struct tenovl_path *path)
{
	return sizeof(struct tenovl_grehdr) + sizeof(__be32) + (path->csum ? sizeof(__be32) : 0);
}

/* GSO fills in the checksums of its segments. */
static void tenovl_gre_set_csum(struct sk_buff *skb, __be32 *opt)
{
	opt[0] = 0;
	if (skb_is_gso(skb))
		return;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		*(__sum16 *)opt = csum_fold(lco_csum(skb));
		return;
	}
	*(__sum16 *)opt = csum_fold(skb_checksum(skb, 0, skb->len, 0));
}

static void tenovl_gre_push(struct sk_buff *skb, const struct tenovl_path *path,
			    const union tenovl_ip_pair *ip, bool late)
{
	__be32 key = path->id;
	struct tenovl_grehdr *gh;
	__be32 *opt;

	/* The path may have changed since the verdict, and in a plain key that would be a part of
	 * somebody else's.
	 */
	if (late)
		key |= cpu_to_be32(path->layout == TENOVL_LAYOUT_NVGRE ? TENOVL_FLOWID_LATE : 0);
	else if (path->flowid)
		key |= cpu_to_be32(reciprocal_scale(skb_get_hash(skb), TENOVL_FLOWID_LATE));
	gh = __skb_push(skb, tenovl_gre_hlen(path));
	skb_reset_transport_header(skb);
	gh->flags = TENOVL_GRE_KEY | (path->csum ? TENOVL_GRE_CSUM : 0);
	gh->proto = skb->inner_protocol;
	opt = (__be32 *)(gh + 1);
	opt[path->csum ? 1 : 0] = key;
	if (path->csum)
		tenovl_gre_set_csum(skb, opt);
}

const struct tenovl_encap_ops tenovl_gre_ops = {
	.proto		= IPPROTO_GRE,
	.gso		= SKB_GSO_GRE,
	.gso_csum	= SKB_GSO_GRE_CSUM,
	.hlen		= tenovl_gre_hlen,
	.push		= tenovl_gre_push,
};

static bool tenovl_gre_carries(__be16 proto)
{
	return proto == htons(ETH_P_TEB) || proto == htons(ETH_P_IP) ||
	       proto == htons(ETH_P_IPV6);
}

/* Read a header that may be quoted, cut short or in fragments. False for all
 * that is not keyed GRE of version 0 with an Ethernet or IP payload.
 */
static bool tenovl_gre_parse(const struct sk_buff *skb, unsigned int off,
			     struct tenovl_gre_info *info)
{
	const struct tenovl_grehdr *gh;
	struct tenovl_grehdr gh_copy;
	const __be32 *key;
	__be32 key_copy;

	gh = skb_header_pointer(skb, off, sizeof(gh_copy), &gh_copy);
	if (!gh || gh->flags & TENOVL_GRE_VERSION || !(gh->flags & TENOVL_GRE_KEY) ||
	    !tenovl_gre_carries(gh->proto))
		return false;
	info->proto = gh->proto;
	info->bad = gh->flags & ~TENOVL_GRE_KNOWN;
	info->csum = gh->flags & TENOVL_GRE_CSUM;
	info->hlen = sizeof(*gh) + (info->csum ? 4 : 0);
	key = skb_header_pointer(skb, off + info->hlen, sizeof(key_copy), &key_copy);
	if (!key)
		return false;
	info->key = be32_to_cpu(*key);
	info->hlen += sizeof(*key) + (gh->flags & TENOVL_GRE_SEQ ? 4 : 0);
	return true;
}

/* Claims see to it that a key has one reading. What its device does not carry may be
 * for somebody else: in-tree gre and gretap share a key, too.
 */
static struct tenovl_dev *tenovl_gre_claim(const struct net *net,
					   struct tenovl_gre_info *info,
					   const struct in6_addr *local)
{
	bool frame = info->proto == htons(ETH_P_TEB);
	struct tenovl_dev *tdev;

	tdev = tenovl_claim_find(net, TENOVL_LAYOUT_NVGRE, 0, info->key >> 8, local);
	info->mark = tdev && (info->key & 0xff) == TENOVL_FLOWID_LATE ? TENOVL_MARK_LATE :
									TENOVL_MARK_NONE;
	if (!tdev)
		tdev = tenovl_claim_find(net, TENOVL_LAYOUT_PLAIN, 0, info->key, local);
	return tdev && tenovl_dev_is_l3(tdev) != frame ? tdev : NULL;
}

static bool tenovl_gre_csum_ok(struct sk_buff *skb)
{
	if (skb_checksum_simple_validate(skb))
		return false;
	skb_checksum_try_convert(skb, IPPROTO_GRE, null_compute_pseudo);
	return true;
}

/* What conntrack's own hook, behind ours, would have done. */
static bool tenovl_gre_confirm(struct sk_buff *skb)
{
#ifdef TENOVL_HAVE_CT_CONFIRM
	struct nf_conn *ct = (struct nf_conn *)skb_nfct(skb);
	const struct nf_ct_hook *hook;

	if (!ct || nf_ct_is_confirmed(ct))
		return true;
	hook = rcu_dereference(nf_ct_hook);
	return !hook || hook->confirm(skb) == NF_ACCEPT;
#else
	return true;
#endif
}

static bool tenovl_gre_policy_ok(struct sk_buff *skb, bool v6)
{
	if (v6)
		return xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb);
	return xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb);
}

/* What the protocol layer would have counted. */
static void tenovl_gre_delivered(struct net *net, const struct sk_buff *skb, bool v6)
{
	if (v6)
		__IP6_INC_STATS(net, ip6_dst_idev(skb_dst(skb)), IPSTATS_MIB_INDELIVERS);
	else
		__IP_INC_STATS(net, IPSTATS_MIB_INDELIVERS);
}

/* A packet that we claim, as the protocol layer would have got it: the GRE
 * header at skb->data. Always consumes.
 */
static void tenovl_gre_rcv(struct tenovl_dev *tdev, struct sk_buff *skb, unsigned int off,
			   const struct tenovl_gre_info *info, const struct in6_addr *source,
			   u8 tos, bool v6)
{
	unsigned int why;

	__skb_pull(skb, off);
	if (v6)
		skb_postpull_rcsum(skb, skb_network_header(skb), off);
	skb_reset_transport_header(skb);
	nf_reset_ct(skb);

	why = TENOVL_A_STATS_RX_DROP_HEADER;
	if (info->bad)
		goto drop;
	why = TENOVL_A_STATS_RX_DROP_CSUM;
	if (info->csum && !tenovl_gre_csum_ok(skb))
		goto drop;
	why = TENOVL_A_STATS_RX_DROP_SHORT;
	if (skb->len < info->hlen + tdev->dev->hard_header_len)
		goto drop;
	why = TENOVL_A_STATS_RX_DROP_NOMEM;
	if (iptunnel_pull_header(skb, info->hlen, info->proto, true))
		goto drop;
	tenovl_receive(tdev, skb, source, tos, info->mark);
	return;
drop:
	tenovl_drop(tdev, skb, why);
}

/* Return: NF_ACCEPT for what is not ours, else NF_STOLEN. */
static unsigned int tenovl_gre_in(struct net *net, struct sk_buff *skb, unsigned int off,
				  const struct in6_addr *saddr, const struct in6_addr *daddr,
				  u8 tos, bool v6)
{
	struct tenovl_dev *tdev = NULL;
	struct tenovl_gre_info info;

	if (skb->pkt_type == PACKET_HOST && tenovl_gre_parse(skb, off, &info))
		tdev = tenovl_gre_claim(net, &info, daddr);
	if (!tdev) {
		tenovl_net_count(net, TENOVL_A_NET_STATS_GRE_NOT_OURS);
		return NF_ACCEPT;
	}
	if (!tenovl_gre_policy_ok(skb, v6)) {
		tenovl_net_count(net, TENOVL_A_NET_STATS_GRE_POLICY);
		goto free_skb;
	}
	if (!tenovl_gre_confirm(skb) || !pskb_may_pull(skb, off)) {
		tenovl_net_count(net, TENOVL_A_NET_STATS_GRE_POLICY);
		goto free_skb;
	}
	tenovl_gre_delivered(net, skb, v6);
	tenovl_gre_rcv(tdev, skb, off, &info, saddr, tos, v6);
	return NF_STOLEN;

free_skb:
	kfree_skb(skb);
	return NF_STOLEN;
}

/* Errors about VXLAN are UDP's, as long as it finds our socket by the port that was sent to. */
static bool tenovl_quoted_is_ours(const struct tenovl_dev *tdev, const struct tenovl_path *path,
				  u8 proto, __be16 dport)
{
	if (path->layout != TENOVL_LAYOUT_VXLAN)
		return proto == IPPROTO_GRE;
	return proto == IPPROTO_UDP && path->dport == dport &&
	       ntohs(dport) != rcu_dereference(tdev->settings)->dstport;
}

static struct tenovl_dev *tenovl_quoted_vxlan(const struct net *net, const struct sk_buff *skb,
					      unsigned int off, const struct in6_addr *saddr,
					      __be16 *dport)
{
	const struct udphdr *uh;
	struct udphdr copy;
	u32 vni;

	uh = skb_header_pointer(skb, off, sizeof(copy), &copy);
	if (!uh || !tenovl_vxlan_parse(skb, off + sizeof(*uh), &vni))
		return NULL;
	*dport = uh->dest;
	return tenovl_claim_find(net, TENOVL_LAYOUT_VXLAN, 0, vni, saddr);
}

/* Did we send what the error quotes? Its source is our address there. */
static const struct tenovl_path *tenovl_quoted_path(struct net *net, const struct sk_buff *skb,
						    unsigned int off, u8 proto,
						    const struct in6_addr *saddr,
						    const struct in6_addr *daddr,
						    struct tenovl_dev **sender)
{
	const struct tenovl_path *path;
	struct tenovl_dev *tdev = NULL;
	struct tenovl_gre_info info;
	struct tenovl_peer *peer;
	__be16 dport = 0;

	if (proto == IPPROTO_GRE && tenovl_gre_parse(skb, off, &info))
		tdev = tenovl_gre_claim(net, &info, saddr);
	else if (proto == IPPROTO_UDP)
		tdev = tenovl_quoted_vxlan(net, skb, off, saddr, &dport);
	peer = tdev ? tenovl_source_find(tdev, daddr) : NULL;
	path = peer ? rcu_dereference(peer->path) : NULL;
	*sender = tdev;
	return path && tenovl_quoted_is_ours(tdev, path, proto, dport) ? path : NULL;
}

/* ip_gre, where it is loaded, does the same with the same packet; doing it
 * twice changes nothing. The error itself goes on.
 */
static void tenovl_gre_icmp4(struct net *net, struct sk_buff *skb, unsigned int off)
{
	const struct tenovl_path *path;
	struct in6_addr saddr, daddr;
	const struct icmphdr *icmph;
	struct tenovl_dev *tdev;
	const struct iphdr *iph;
	unsigned int quoted;
	u8 proto;
	u16 mtu;

	quoted = off + sizeof(*icmph);
	if (!pskb_may_pull(skb, quoted + sizeof(*iph)))
		return;
	icmph = (const struct icmphdr *)(skb->data + off);
	iph = (const struct iphdr *)(skb->data + quoted);
	if (icmph->type != ICMP_DEST_UNREACH || icmph->code != ICMP_FRAG_NEEDED ||
	    iph->version != 4 || iph->ihl < 5 || iph->frag_off & htons(IP_OFFSET))
		return;
	mtu = ntohs(icmph->un.frag.mtu);
	proto = iph->protocol;
	tenovl_addr_set4(&saddr, iph->saddr);
	tenovl_addr_set4(&daddr, iph->daddr);
	path = tenovl_quoted_path(net, skb, quoted + iph->ihl * 4, proto, &saddr, &daddr, &tdev);
	if (!path || mtu < ETH_MIN_MTU || nf_ip_checksum(skb, NF_INET_LOCAL_IN, off, IPPROTO_ICMP))
		return;
	tenovl_net_count(net, TENOVL_A_NET_STATS_ICMP_PMTU);
	__skb_pull(skb, quoted);
	tenovl_path_lesson(tdev, path, skb, mtu);
	__skb_push(skb, quoted);
}

static unsigned int tenovl_gre_hook4(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct in6_addr saddr, daddr;
	unsigned int rc;

	if (likely(iph->protocol != IPPROTO_GRE)) {
		if (iph->protocol == IPPROTO_ICMP)
			tenovl_gre_icmp4(state->net, skb, ip_hdrlen(skb));
		return NF_ACCEPT;
	}
	tenovl_addr_set4(&saddr, iph->saddr);
	tenovl_addr_set4(&daddr, iph->daddr);
	/* A packet that user space had in its queue comes back in a task. */
	local_bh_disable();
	rc = tenovl_gre_in(state->net, skb, ip_hdrlen(skb), &saddr, &daddr, iph->tos, false);
	local_bh_enable();
	return rc;
}

#if IS_ENABLED(CONFIG_IPV6)
/* Behind options, of which in-tree ip6gretap sends one by default. Not behind
 * what somebody else has to deal with first: a routing header, a fragment, AH.
 */
static int tenovl_gre_skip6(const struct sk_buff *skb, unsigned int off, u8 *nexthdr)
{
	const struct ipv6_opt_hdr *opt;
	struct ipv6_opt_hdr copy;

	while (*nexthdr == NEXTHDR_HOP || *nexthdr == NEXTHDR_DEST) {
		opt = skb_header_pointer(skb, off, sizeof(copy), &copy);
		if (!opt)
			return -1;
		*nexthdr = opt->nexthdr;
		off += ipv6_optlen(opt);
	}
	return off;
}

static void tenovl_gre_icmp6(struct net *net, struct sk_buff *skb, unsigned int off)
{
	const struct icmp6hdr *icmph;
	const struct tenovl_path *path;
	struct in6_addr saddr, daddr;
	const struct ipv6hdr *ip6h;
	struct tenovl_dev *tdev;
	unsigned int quoted;
	__be16 frag_off;
	u8 nexthdr;
	u32 mtu;
	int l4;

	quoted = off + sizeof(*icmph);
	if (!pskb_may_pull(skb, quoted + sizeof(*ip6h)))
		return;
	icmph = (const struct icmp6hdr *)(skb->data + off);
	ip6h = (const struct ipv6hdr *)(skb->data + quoted);
	if (icmph->icmp6_type != ICMPV6_PKT_TOOBIG || ip6h->version != 6)
		return;
	mtu = ntohl(icmph->icmp6_mtu);
	saddr = ip6h->saddr;
	daddr = ip6h->daddr;
	nexthdr = ip6h->nexthdr;
	l4 = ipv6_skip_exthdr(skb, quoted + sizeof(*ip6h), &nexthdr, &frag_off);
	if (l4 < 0 || frag_off & htons(IP6_OFFSET))
		return;
	path = tenovl_quoted_path(net, skb, l4, nexthdr, &saddr, &daddr, &tdev);
	if (!path || mtu < IPV6_MIN_MTU ||
	    nf_ip6_checksum(skb, NF_INET_LOCAL_IN, off, IPPROTO_ICMPV6))
		return;
	tenovl_net_count(net, TENOVL_A_NET_STATS_ICMP_PMTU);
	__skb_pull(skb, quoted);
	tenovl_path_lesson(tdev, path, skb, mtu);
	__skb_push(skb, quoted);
}

static unsigned int tenovl_gre_hook6(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	u8 nexthdr = ip6h->nexthdr;
	struct in6_addr saddr, daddr;
	unsigned int rc;
	int off;

	off = tenovl_gre_skip6(skb, sizeof(*ip6h), &nexthdr);
	if (unlikely(off < 0))
		return NF_ACCEPT;
	if (likely(nexthdr != IPPROTO_GRE)) {
		if (nexthdr == IPPROTO_ICMPV6)
			tenovl_gre_icmp6(state->net, skb, off);
		return NF_ACCEPT;
	}
	saddr = ip6h->saddr;
	daddr = ip6h->daddr;
	local_bh_disable();
	rc = tenovl_gre_in(state->net, skb, off, &saddr, &daddr, ipv6_get_dsfield(ip6h), true);
	local_bh_enable();
	return rc;
}
#endif

static const struct nf_hook_ops tenovl_gre_hooks[] = {
	{
		.hook		= tenovl_gre_hook4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= INT_MAX - 1,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook		= tenovl_gre_hook6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= INT_MAX - 1,
	},
#endif
};

static int tenovl_gre_register(struct net *net, bool v6)
{
	int err;

	if (v6 && !ipv6_mod_enabled())
		return -EAFNOSUPPORT;
	if (v6) {
		err = nf_defrag_ipv6_enable(net);
		if (err)
			return err;
	}
	err = nf_register_net_hook(net, &tenovl_gre_hooks[v6]);
	if (err && v6)
		nf_defrag_ipv6_disable(net);
	return err;
}

/**
 * tenovl_gre_open() - receive GRE
 * @net: the underlay
 * @family: AF_INET or AF_INET6
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_gre_open(struct net *net, u8 family, struct netlink_ext_ack *extack)
{
	bool v6 = family == AF_INET6;
	unsigned int *users = &tenovl_pernet(net)->gre_users[v6];
	int err;

	ASSERT_RTNL();
	if (!*users) {
		err = tenovl_gre_register(net, v6);
		if (err) {
			if (err == -EAFNOSUPPORT)
				NL_SET_ERR_MSG(extack, "The underlay has no IPv6");
			else
				NL_SET_ERR_MSG(extack, "GRE cannot be received in the underlay");
			return err;
		}
	}
	++*users;
	return 0;
}

/**
 * tenovl_gre_close() - one device less wants GRE
 * @net: the underlay
 * @family: AF_INET or AF_INET6
 *
 * RTNL. May wait for a grace period.
 */
void tenovl_gre_close(struct net *net, u8 family)
{
	bool v6 = family == AF_INET6;
	unsigned int *users = &tenovl_pernet(net)->gre_users[v6];

	ASSERT_RTNL();
	if (--*users)
		return;
	nf_unregister_net_hook(net, &tenovl_gre_hooks[v6]);
	if (v6)
		nf_defrag_ipv6_disable(net);
}
