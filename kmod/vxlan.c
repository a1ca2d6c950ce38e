// SPDX-License-Identifier: GPL-2.0
/*
 * VXLAN, RFC 7348: the header, and the sockets that receive it.
 *
 * One UDP socket for each (underlay, family, port), shared by all devices.
 * Opened and closed under RTNL, read under RCU.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/udp.h>
#include <net/gro.h>
#include <net/ip6_checksum.h>
#include <net/ip_tunnels.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "tenovl.h"

/**
 * struct tenovl_vxlanhdr - the header on the wire
 * @flags: TENOVL_VXLAN_I and nothing else
 * @vni: VNI in the upper 24 bits, zeros below
 */
struct tenovl_vxlanhdr {
	__be32 flags;
	__be32 vni;
};

#define TENOVL_VXLAN_I		cpu_to_be32(BIT(27))
#define TENOVL_VXLAN_HLEN	(sizeof(struct udphdr) + sizeof(struct tenovl_vxlanhdr))

/**
 * struct tenovl_vxlan_sock - a UDP socket that receives VXLAN
 * @list: in &tenovl_net.socks, under RTNL
 * @net: the underlay
 * @sock: the socket
 * @refs: devices that want it, under RTNL
 * @port: host order
 * @family: AF_INET or AF_INET6
 * @rcu: for the whole
 */
struct tenovl_vxlan_sock {
	struct list_head list;
	struct net *net;
	struct socket *sock;
	unsigned int refs;
	u16 port;
	u8 family;
	struct rcu_head rcu;
};

static u8 tenovl_vxlan_hlen(const struct tenovl_path *path)
{
	return TENOVL_VXLAN_HLEN;
}

/* The flow's hash as a source port, for the underlay's multipath. The folded
 * half keeps the hash's use by the outer flow from being the same number.
 */
static __be16 tenovl_vxlan_sport(struct sk_buff *skb, const struct tenovl_path *path)
{
	u32 ports = path->src_port_max - path->src_port_min + 1;
	u32 hash = skb_get_hash(skb);

	hash ^= hash << 16;
	return htons(path->src_port_min + reciprocal_scale(hash, ports));
}

static void tenovl_vxlan_push(struct sk_buff *skb, const struct tenovl_path *path,
			      const union tenovl_ip_pair *ip, bool late)
{
	__be16 sport = late ? path->redirect_port : tenovl_vxlan_sport(skb, path);
	struct tenovl_vxlanhdr *vh;
	struct udphdr *uh;

	uh = __skb_push(skb, TENOVL_VXLAN_HLEN);
	skb_reset_transport_header(skb);
	vh = (struct tenovl_vxlanhdr *)(uh + 1);
	vh->flags = TENOVL_VXLAN_I;
	vh->vni = path->id;
	uh->source = sport;
	uh->dest = path->dport;
	uh->len = htons(skb->len);
	uh->check = 0;
	if (!path->csum)
		return;
	if (path->v6)
		udp6_set_csum(false, skb, &ip->saddr6, &ip->daddr6, skb->len);
	else
		udp_set_csum(false, skb, ip->saddr4, ip->daddr4, skb->len);
}

const struct tenovl_encap_ops tenovl_vxlan_ops = {
	.proto		= IPPROTO_UDP,
	.gso		= SKB_GSO_UDP_TUNNEL,
	.gso_csum	= SKB_GSO_UDP_TUNNEL_CSUM,
	.hlen		= tenovl_vxlan_hlen,
	.push		= tenovl_vxlan_push,
};

static bool tenovl_vxlan_header_ok(const struct tenovl_vxlanhdr *vh)
{
	return vh->flags == TENOVL_VXLAN_I && !(vh->vni & cpu_to_be32(0xff));
}

/**
 * tenovl_vxlan_parse() - the VNI of a packet, or of one that an error quotes
 * @skb: the packet
 * @off: where its VXLAN header begins
 * @vni: filled
 *
 * Return: false when there is no whole and proper header.
 */
bool tenovl_vxlan_parse(const struct sk_buff *skb, unsigned int off, u32 *vni)
{
	const struct tenovl_vxlanhdr *vh;
	struct tenovl_vxlanhdr copy;

	vh = skb_header_pointer(skb, off, sizeof(copy), &copy);
	if (!vh || !tenovl_vxlan_header_ok(vh))
		return false;
	*vni = be32_to_cpu(vh->vni) >> 8;
	return true;
}

static u32 tenovl_vxlan_vni(const struct tenovl_vxlanhdr *vh)
{
	return be32_to_cpu(vh->vni) >> 8;
}

/* The outer addresses of a packet whose network header is set. */
static void tenovl_vxlan_outer(const struct tenovl_vxlan_sock *vs, const struct sk_buff *skb,
			       struct in6_addr *saddr, struct in6_addr *daddr, u8 *tos)
{
	if (vs->family == AF_INET6) {
		*saddr = ipv6_hdr(skb)->saddr;
		*daddr = ipv6_hdr(skb)->daddr;
		*tos = ipv6_get_dsfield(ipv6_hdr(skb));
		return;
	}
	tenovl_addr_set4(saddr, ip_hdr(skb)->saddr);
	tenovl_addr_set4(daddr, ip_hdr(skb)->daddr);
	*tos = ip_hdr(skb)->tos;
}

static bool tenovl_vxlan_csum_missing(const struct tenovl_vxlan_sock *vs,
				      const struct tenovl_dev *tdev, const struct sk_buff *skb)
{
	return vs->family == AF_INET6 && !udp_hdr(skb)->check &&
	       !rcu_dereference(tdev->settings)->zero_csum6_rx;
}

/* Marks are below 32768, flows above it unless somebody was told otherwise: what comes
 * from below may be marked, whichever port its sender marks by. Where nothing is sent on, only
 * the mark itself matters.
 */
static enum tenovl_mark tenovl_vxlan_mark(const struct tenovl_dev *tdev,
					  const struct sk_buff *skb)
{
	u16 port = ntohs(udp_hdr(skb)->source);
	const struct tenovl_settings *settings;

	if (likely(port > TENOVL_REDIRECT_PORT_MAX))
		return TENOVL_MARK_NONE;
	settings = rcu_dereference(tdev->settings);
	if (port == settings->redirect_port)
		return TENOVL_MARK_LATE;
	return settings->redirect ? TENOVL_MARK_UNSURE : TENOVL_MARK_NONE;
}

/* UDP's encap_rcv: RCU, BH off, the UDP header at skb->data, its checksum
 * verified, policy and conntrack done with. Always consumes.
 */
static int tenovl_vxlan_rcv(struct sock *sk, struct sk_buff *skb)
{
	const struct tenovl_vxlan_sock *vs = rcu_dereference_sk_user_data(sk);
	const struct tenovl_vxlanhdr *vh;
	struct in6_addr saddr, daddr;
	struct tenovl_dev *tdev;
	enum tenovl_mark mark;
	unsigned int why;
	u8 tos;

	if (!vs)
		goto free_skb;
	why = TENOVL_A_NET_STATS_VXLAN_SHORT;
	if (!pskb_may_pull(skb, TENOVL_VXLAN_HLEN))
		goto count;
	vh = (const struct tenovl_vxlanhdr *)(udp_hdr(skb) + 1);
	why = TENOVL_A_NET_STATS_VXLAN_HEADER;
	if (!tenovl_vxlan_header_ok(vh))
		goto count;
	tenovl_vxlan_outer(vs, skb, &saddr, &daddr, &tos);
	why = TENOVL_A_NET_STATS_VXLAN_UNKNOWN_VNI;
	tdev = tenovl_claim_find(vs->net, TENOVL_LAYOUT_VXLAN, vs->port, tenovl_vxlan_vni(vh),
				 &daddr);
	if (!tdev)
		goto count;

	why = TENOVL_A_STATS_RX_DROP_CSUM;
	if (tenovl_vxlan_csum_missing(vs, tdev, skb))
		goto drop;
	why = TENOVL_A_STATS_RX_DROP_SHORT;
	if (skb->len < TENOVL_VXLAN_HLEN + ETH_HLEN)
		goto drop;
	mark = tenovl_vxlan_mark(tdev, skb);
	why = TENOVL_A_STATS_RX_DROP_NOMEM;
	if (iptunnel_pull_header(skb, TENOVL_VXLAN_HLEN, htons(ETH_P_TEB), true))
		goto drop;
	tenovl_receive(tdev, skb, &saddr, tos, mark);
	return 0;

drop:
	tenovl_drop(tdev, skb, why);
	return 0;
count:
	tenovl_net_count(vs->net, why);
free_skb:
	kfree_skb(skb);
	return 0;
}

/* The error's own header stands right before what it quotes; both families' are as long. Return:
 * how much a router takes of a packet that was too big, or 0.
 */
static u32 tenovl_vxlan_err_mtu(const struct tenovl_vxlan_sock *vs, const struct sk_buff *skb)
{
	const struct icmp6hdr *icmp6h = (const void *)(skb->data - sizeof(*icmp6h));
	const struct icmphdr *icmph = (const void *)(skb->data - sizeof(*icmph));
	u32 mtu;

	if (vs->family == AF_INET6) {
		mtu = ntohl(icmp6h->icmp6_mtu);
		return icmp6h->icmp6_type == ICMPV6_PKT_TOOBIG && mtu >= IPV6_MIN_MTU ? mtu : 0;
	}
	mtu = ntohs(icmph->un.frag.mtu);
	return icmph->type == ICMP_DEST_UNREACH && icmph->code == ICMP_FRAG_NEEDED &&
	       mtu >= ETH_MIN_MTU ? mtu : 0;
}

/* An ICMP error quotes a packet of this socket: is it one of ours? The quoted
 * IP header is the network header here, so source and destination are those
 * that we sent with. RCU, BH off.
 */
static int tenovl_vxlan_err_lookup(struct sock *sk, struct sk_buff *skb)
{
	const struct tenovl_vxlan_sock *vs = rcu_dereference_sk_user_data(sk);
	const struct tenovl_path *path;
	struct in6_addr saddr, daddr;
	struct tenovl_peer *peer;
	struct tenovl_dev *tdev;
	u32 vni, mtu;
	u8 tos;

	if (!vs || !tenovl_vxlan_parse(skb, skb_transport_offset(skb) + sizeof(struct udphdr),
				       &vni))
		return -EINVAL;
	tenovl_vxlan_outer(vs, skb, &saddr, &daddr, &tos);
	tdev = tenovl_claim_find(vs->net, TENOVL_LAYOUT_VXLAN, vs->port, vni, &saddr);
	peer = tdev ? tenovl_source_find(tdev, &daddr) : NULL;
	if (!peer)
		return -ENOENT;
	/* UDP looks the route up by the addresses alone: the next hop may be another one. */
	path = rcu_dereference(peer->path);
	mtu = tenovl_vxlan_err_mtu(vs, skb);
	if (mtu && path && path->layout == TENOVL_LAYOUT_VXLAN && path->dport == htons(vs->port)) {
		tenovl_net_count(vs->net, TENOVL_A_NET_STATS_ICMP_PMTU);
		tenovl_path_lesson(tdev, path, skb, mtu);
	}
	return 0;
}

/* Frames of one flow and one VNI are merged before anything is taken off. */
static struct sk_buff *tenovl_vxlan_gro_receive(struct sock *sk, struct list_head *head,
						struct sk_buff *skb)
{
	unsigned int off = skb_gro_offset(skb);
	const struct tenovl_vxlanhdr *vh, *other;
	struct sk_buff *merged = NULL;
	struct sk_buff *p;
	int flush = 1;

	vh = skb_gro_header(skb, off + sizeof(*vh), off);
	if (unlikely(!vh) || !tenovl_vxlan_header_ok(vh))
		goto out;
	skb_gro_postpull_rcsum(skb, vh, sizeof(*vh));
	skb_gro_pull(skb, sizeof(*vh));
	list_for_each_entry(p, head, list) {
		if (!NAPI_GRO_CB(p)->same_flow)
			continue;
		other = (const struct tenovl_vxlanhdr *)(p->data + off);
		if (other->vni != vh->vni || other->flags != vh->flags)
			NAPI_GRO_CB(p)->same_flow = 0;
	}
	merged = call_gro_receive(eth_gro_receive, head, skb);
	flush = 0;
out:
	skb_gro_flush_final(skb, merged, flush);
	return merged;
}

static int tenovl_vxlan_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff)
{
	return eth_gro_complete(skb, nhoff + sizeof(struct tenovl_vxlanhdr));
}

static struct socket *tenovl_vxlan_bind(struct net *net, u8 family, u16 port)
{
	struct udp_port_cfg cfg = {
		.family = family,
		.local_udp_port = htons(port),
		.ipv6_v6only = family == AF_INET6,
		/* Whether a checksum is needed is asked a device at a time. */
		.use_udp6_rx_checksums = false,
	};
	struct socket *sock;
	int err;

	err = udp_sock_create(net, &cfg, &sock);
	return err ? ERR_PTR(err) : sock;
}

static struct tenovl_vxlan_sock *tenovl_vxlan_new(struct net *net, u8 family, u16 port)
{
	struct udp_tunnel_sock_cfg cfg = {
		.encap_type = 1,
		.encap_rcv = tenovl_vxlan_rcv,
		.encap_err_lookup = tenovl_vxlan_err_lookup,
		.gro_receive = tenovl_vxlan_gro_receive,
		.gro_complete = tenovl_vxlan_gro_complete,
	};
	struct tenovl_vxlan_sock *vs;
	struct socket *sock;

	vs = kzalloc(sizeof(*vs), GFP_KERNEL);
	if (!vs)
		return ERR_PTR(-ENOMEM);
	sock = tenovl_vxlan_bind(net, family, port);
	if (IS_ERR(sock)) {
		kfree(vs);
		return ERR_CAST(sock);
	}
	vs->net = net;
	vs->sock = sock;
	vs->port = port;
	vs->family = family;
	vs->refs = 1;
	cfg.sk_user_data = vs;
	setup_udp_tunnel_sock(net, tenovl_compat_tunnel(sock), &cfg);
	udp_tunnel_notify_add_rx_port(tenovl_compat_tunnel(sock), UDP_TUNNEL_TYPE_VXLAN);
	list_add(&vs->list, &tenovl_pernet(net)->socks);
	return vs;
}

/**
 * tenovl_vxlan_open() - receive VXLAN on a port
 * @net: the underlay
 * @family: AF_INET or AF_INET6
 * @port: UDP port, host order
 * @extack: the reason of a refusal
 *
 * RTNL.
 *
 * Return: for tenovl_vxlan_close(), or an ERR_PTR.
 */
struct tenovl_vxlan_sock *tenovl_vxlan_open(struct net *net, u8 family, u16 port,
					    struct netlink_ext_ack *extack)
{
	struct tenovl_vxlan_sock *vs;

	ASSERT_RTNL();
	list_for_each_entry(vs, &tenovl_pernet(net)->socks, list) {
		if (vs->family == family && vs->port == port) {
			vs->refs++;
			return vs;
		}
	}
	vs = tenovl_vxlan_new(net, family, port);
	if (vs == ERR_PTR(-EADDRINUSE))
		NL_SET_ERR_MSG(extack,
			       "The UDP port is in use in the underlay; another dstport is needed");
	else if (vs == ERR_PTR(-EAFNOSUPPORT))
		NL_SET_ERR_MSG(extack, "The underlay has no IPv6");
	else if (IS_ERR(vs))
		NL_SET_ERR_MSG(extack, "The UDP port cannot be opened in the underlay");
	return vs;
}

/**
 * tenovl_vxlan_close() - one device less wants this socket
 * @vs: from tenovl_vxlan_open()
 *
 * RTNL. May wait for a grace period.
 */
void tenovl_vxlan_close(struct tenovl_vxlan_sock *vs)
{
	ASSERT_RTNL();
	if (--vs->refs)
		return;
	list_del(&vs->list);
	udp_tunnel_notify_del_rx_port(tenovl_compat_tunnel(vs->sock), UDP_TUNNEL_TYPE_VXLAN);
	udp_tunnel_sock_release(tenovl_compat_tunnel(vs->sock));
	kfree_rcu(vs, rcu);
}

/**
 * tenovl_vxlan_offload_ports() - tell a NIC the ports that we receive on
 * @lower: a netdevice of an underlay that asks
 * @push: or take them back
 *
 * RTNL.
 */
void tenovl_vxlan_offload_ports(struct net_device *lower, bool push)
{
	struct tenovl_vxlan_sock *vs;

	ASSERT_RTNL();
	list_for_each_entry(vs, &tenovl_pernet(dev_net(lower))->socks, list) {
		if (push)
			udp_tunnel_push_rx_port(lower, tenovl_compat_tunnel(vs->sock),
						UDP_TUNNEL_TYPE_VXLAN);
		else
			udp_tunnel_drop_rx_port(lower, tenovl_compat_tunnel(vs->sock),
						UDP_TUNNEL_TYPE_VXLAN);
	}
}
