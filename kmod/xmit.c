// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that leave: validate, verdict, route, path MTU, headroom, offloads,
 * header, send. Every way out counts once.
 */
#include <linux/if_vlan.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>

#include "tenovl.h"

/* Of the pages that softirqs take heads from, a part that is not worth mentioning. */
#define TENOVL_SMALL_COPY	1024

/* The offsets of a copy, which may be none for want of memory. */
static struct sk_buff *tenovl_copy_finish(struct sk_buff *copy, const struct sk_buff *skb,
					  unsigned int headroom)
{
	int offset = headroom - skb_headroom(skb);

	if (!copy)
		return NULL;
	/* Those that were copied count from the head of the original. */
	copy->mac_header += offset;
	copy->network_header += offset;
	if (skb_transport_header_was_set(skb))
		copy->transport_header += offset;
	if (copy->ip_summed == CHECKSUM_PARTIAL)
		copy->csum_start += offset;
	return copy;
}

/* A copy for one of several, with a head of its own and shared fragments. The head has room for
 * the outer header, so nothing is copied again.
 */
static struct sk_buff *tenovl_copy(struct sk_buff *skb, unsigned int headroom)
{
	return tenovl_copy_finish(__pskb_copy(skb, headroom, GFP_ATOMIC), skb, headroom);
}

/* Of the part of a page that softirqs have at hand, which is two calls of the allocator less. */
static struct sk_buff *tenovl_copy_small(const struct sk_buff *skb, unsigned int headroom,
					 unsigned int size)
{
	struct sk_buff *copy;
	void *data;

	data = napi_alloc_frag(size);
	if (!data)
		return NULL;
	copy = napi_build_skb(data, size);
	if (!copy) {
		skb_free_frag(data);
		return NULL;
	}
	skb_reserve(copy, headroom);
	__skb_put_data(copy, skb->data, skb->len);
	skb_copy_header(copy, skb);
	return copy;
}

/* A copy that is sent at once. What goes to many is small and in one piece nearly always
 * (questions, announcements). A small head pins its page, which truesize does not tell: so none
 * that may wait in a socket or a queue of ours is made this way. (netpoll sends with interrupts
 * off.)
 */
static struct sk_buff *tenovl_copy_out(struct sk_buff *skb, unsigned int headroom)
{
	unsigned int size = SKB_DATA_ALIGN(headroom + skb->len) +
			    SKB_DATA_ALIGN(sizeof(struct skb_shared_info));

	if (unlikely(skb_is_nonlinear(skb) || size > TENOVL_SMALL_COPY || irqs_disabled()))
		return tenovl_copy(skb, headroom);
	return tenovl_copy_finish(tenovl_copy_small(skb, headroom, size), skb, headroom);
}

/* RFC 6040, normal mode: the ECN field is copied, CE too. (The kernel's own
 * INET_ECN_encapsulate() shows CE as ECT(0) outside, as RFC 3168 had it.)
 */
static u8 tenovl_outer_tos(const struct tenovl_path *path, const struct tenovl_inner *inner)
{
	u8 tos = path->dscp_inherit ? inner->tos & ~INET_ECN_MASK : path->tos;

	return tos | (inner->tos & INET_ECN_MASK);
}

/* May the underlay, or we, fragment the outer packet? */
static bool tenovl_outer_may_fragment(const struct tenovl_path *path,
				      const struct tenovl_inner *inner)
{
	return path->df == TENOVL_DF_UNSET ||
	       (path->df == TENOVL_DF_INHERIT && inner->may_fragment);
}

static bool tenovl_too_big(const struct sk_buff *skb, const struct dst_entry *dst,
			   const struct tenovl_path *path, const struct tenovl_inner *inner)
{
	int mtu = dst_mtu(dst) - path->hlen - inner->noff;

	if (skb_is_gso(skb))
		return !skb_gso_validate_network_len(skb, mtu);
	return (int)(skb->len - inner->noff) > mtu;
}

/* The answer comes back to where the frame came from, as if a router beyond
 * this device had sent it.
 */
static void tenovl_answer(struct tenovl_dev *tdev, struct sk_buff *skb)
{
	const struct tenovl_settings *settings = rcu_dereference(tdev->settings);
	struct tenovl_port *port = tenovl_access_of(skb->dev);

	tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_PMTU_ANSWER);
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	if (port) {
		tenovl_access_output(port, port->dev, skb);
		return;
	}
	/* It cannot fail: the answer is not shared with anybody. */
	if (settings->has_head_mac)
		tenovl_anycast_in(tdev, settings, skb);
	skb->protocol = eth_type_trans(skb, skb->dev);
	skb_reset_network_header(skb);
	netif_rx(skb);
}

/* Build the answer to a frame that is too big, in its place. The kernel's builder
 * knows untagged frames only: a tag is put aside and given to the answer.
 *
 * Return: 1 when there is one; 0 when none is due, a tagged frame lost its tag then;
 * or an error, after which the frame is fit for nothing.
 */
static int tenovl_build_answer(struct sk_buff *skb, struct dst_entry *dst,
			       const struct tenovl_path *path, const struct tenovl_inner *inner)
{
	__be16 vlan_proto = ((const struct ethhdr *)skb->data)->h_proto;
	bool tagged = inner->noff == VLAN_ETH_HLEN;
	u16 tci;
	int rc;

	if (!inner->proto || inner->noff > VLAN_ETH_HLEN)
		return 0;
	/* The answer is made of the frame; a bridge's other copies share its GSO state. */
	rc = skb_unclone(skb, GFP_ATOMIC);
	if (!rc && tagged)
		rc = __skb_vlan_pop(skb, &tci);
	if (rc)
		return rc;
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = inner->proto;
	rc = skb_tunnel_check_pmtu(skb, dst, path->hlen + inner->noff, true);
	if (rc > 0 && tagged)
		__vlan_hwaccel_put_tag(skb, vlan_proto, tci);
	return rc;
}

/* What is too big for the route. Return: 0 to send it and have it fragmented, a counter
 * to drop it by, or -1 when it was consumed.
 */
static int tenovl_check_pmtu(struct tenovl_dev *tdev, struct sk_buff *skb,
			     struct dst_entry *dst, const struct tenovl_path *path,
			     const struct tenovl_inner *inner)
{
	bool fragment;
	int rc;

	fragment = tenovl_outer_may_fragment(path, inner);
	/* Whoever sent it hears by its own path what this one would tell. */
	if (unlikely(inner->late))
		return fragment ? 0 : TENOVL_A_STATS_TX_DROP_TOO_BIG;
	if (path->bare)
		return tenovl_transit_too_big(tdev, skb, dst_mtu(dst) - path->hlen, fragment,
					      inner);
	/* Nobody listens for an answer to what may be fragmented anyway. */
	if (fragment && (inner->may_fragment || inner->noff != ETH_HLEN))
		return 0;
	rc = tenovl_build_answer(skb, dst, path, inner);
	if (rc > 0) {
		tenovl_answer(tdev, skb);
		return -1;
	}
	if (rc < 0)
		return TENOVL_A_STATS_TX_DROP_NOMEM;
	return fragment ? 0 : TENOVL_A_STATS_TX_DROP_TOO_BIG;
}

static void tenovl_xmit_done(struct tenovl_dev *tdev, struct tenovl_peer *peer, u32 len, int err)
{
	if (unlikely(net_xmit_eval(err))) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_DROP_ERROR);
		tenovl_peer_stat_inc(peer, TENOVL_A_PEER_STATS_TX_DROPS);
		return;
	}
	tenovl_stat_frame(tdev, TENOVL_A_STATS_TX_PACKETS, len);
	tenovl_peer_stat_frame(peer, TENOVL_A_PEER_STATS_TX_PACKETS, len);
}

/* Room for the outer headers, and a head that is ours to write. Where it grows,
 * what the sender's socket accounts for grows with it; pskb_expand_head() alone
 * leaves truesize short, and a receiver on this host finds out.
 *
 * Return: the frame, or NULL when it was freed.
 */
static struct sk_buff *tenovl_make_room(struct sk_buff *skb, unsigned int headroom)
{
	if (unlikely(skb_headroom(skb) < headroom)) {
		skb = skb_expand_head(skb, headroom);
		if (!skb)
			return NULL;
	}
	if (skb_cow_head(skb, headroom)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
		return NULL;
	}
	return skb;
}

/* As iptunnel_handle_offloads(), which is called where there is anything to do. */
static int tenovl_offload(struct sk_buff *skb, int gso)
{
	if (skb_is_gso(skb) || skb->ip_summed == CHECKSUM_PARTIAL)
		return iptunnel_handle_offloads(skb, gso);
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	return 0;
}

/* The border: nothing of the tenant's skb but its payload, its hash and its
 * socket (for back pressure) reaches the underlay. Its priority would choose a
 * class of the underlay's qdiscs.
 */
static int tenovl_encapsulate(struct sk_buff *skb, const struct tenovl_path *path,
			      const union tenovl_ip_pair *ip, const struct tenovl_inner *inner)
{
	const struct tenovl_encap_ops *ops = path->ops;

	if (path->hashed)
		tenovl_inner_hash(skb, inner);
	if (unlikely(tenovl_offload(skb, path->csum ? ops->gso_csum : ops->gso)))
		return TENOVL_A_STATS_TX_DROP_OFFLOAD;
	skb_set_inner_protocol(skb, path->bare ? skb->protocol : htons(ETH_P_TEB));
	skb_scrub_packet(skb, true);
	skb->mark = path->mark;
	skb->priority = 0;
	/* A tap's queue is none of the underlay's. */
	skb_set_queue_mapping(skb, 0);
	ops->push(skb, path, ip, inner->late);
	skb_clear_hash_if_not_l4(skb);
	return 0;
}

/* Return: 0 when the frame was consumed, or a counter. */
static unsigned int tenovl_xmit_route(struct tenovl_dev *tdev, struct tenovl_peer *peer,
				      struct sk_buff *skb, const struct tenovl_path *path,
				      const struct tenovl_outer *outer,
				      const struct tenovl_inner *inner)
{
	const struct dst_entry *dst = outer->dst;
	bool df = !tenovl_outer_may_fragment(path, inner);
	u8 tos = tenovl_outer_tos(path, inner);
	u32 len = skb->len;
	bool fits;
	int rc;

	fits = !tenovl_too_big(skb, dst, path, inner);
	if (unlikely(!fits)) {
		rc = tenovl_check_pmtu(tdev, skb, outer->dst, path, inner);
		if (rc)
			return max(rc, 0);
	}
	skb = tenovl_make_room(skb, LL_RESERVED_SPACE(dst->dev) + dst->header_len + path->hlen);
	if (unlikely(!skb)) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_DROP_NOMEM);
		tenovl_peer_stat_inc(peer, TENOVL_A_PEER_STATS_TX_DROPS);
		return 0;
	}
	rc = tenovl_encapsulate(skb, path, &outer->ip, inner);
	if (unlikely(rc)) {
		/* Not the frame that the caller knows: there may be a larger one in its place. */
		tenovl_peer_stat_inc(peer, TENOVL_A_PEER_STATS_TX_DROPS);
		tenovl_drop(tdev, skb, rc);
		return 0;
	}
	rc = tenovl_output(tdev, skb, path, outer, tos, df, fits);
	tenovl_xmit_done(tdev, peer, len, rc);
	return 0;
}

/* A peer on this host needs no header. Return: as tenovl_xmit_route(). */
static unsigned int tenovl_xmit_handover(struct tenovl_dev *tdev, struct tenovl_peer *peer,
					 struct sk_buff *skb, struct tenovl_dev *target,
					 const struct tenovl_path *path,
					 const union tenovl_ip_pair *ip, bool late)
{
	enum tenovl_mark mark = late ? TENOVL_MARK_LATE : TENOVL_MARK_NONE;
	struct in6_addr source;
	u32 len = skb->len;

	if (target == tdev)
		return TENOVL_A_STATS_TX_DROP_LOOP;
	if (path->v6)
		source = ip->saddr6;
	else
		tenovl_addr_set4(&source, ip->saddr4);
	if (!tenovl_receive_handover(target, skb, &source, mark)) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_DROP_HANDOVER);
		tenovl_peer_stat_inc(peer, TENOVL_A_PEER_STATS_TX_DROPS);
		return 0;
	}
	tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_HANDOVER);
	tenovl_xmit_done(tdev, peer, len, 0);
	return 0;
}

static struct tenovl_dev *tenovl_xmit_target(const struct tenovl_dev *tdev,
					     const struct tenovl_path *path)
{
	u16 port = path->layout == TENOVL_LAYOUT_VXLAN ? ntohs(path->dport) : 0;
	struct tenovl_dev *target;

	target = tenovl_claim_find(tdev->net, path->layout, port, path->vni, &path->daddr);
	return target && target->mode == tdev->mode ? target : NULL;
}

/* Return: 0 when the frame was consumed, or a counter to drop it by. */
static unsigned int tenovl_xmit_path(struct tenovl_dev *tdev, struct tenovl_peer *peer,
				     struct sk_buff *skb, const struct tenovl_inner *inner)
{
	struct tenovl_path *path = rcu_dereference(peer->path);
	const struct tenovl_outer *outer;
	struct tenovl_dev *target;

	if (!path)
		return TENOVL_A_STATS_TX_DROP_UNCONFIGURED;
	if (READ_ONCE(peer->admin) == TENOVL_ADMIN_DOWN)
		return TENOVL_A_STATS_TX_DROP_PEER_DOWN;
	outer = tenovl_path_outer(tdev, path);
	if (IS_ERR(outer))
		return PTR_ERR(outer) == -ENOMEM ? TENOVL_A_STATS_TX_DROP_NOMEM :
						   TENOVL_A_STATS_TX_DROP_NO_ROUTE;
	if (unlikely(outer->way == TENOVL_WAY_LOOP))
		return TENOVL_A_STATS_TX_DROP_LOOP;
	if (unlikely(outer->way == TENOVL_WAY_LOCAL)) {
		target = tenovl_xmit_target(tdev, path);
		if (target)
			return tenovl_xmit_handover(tdev, peer, skb, target, path, &outer->ip,
						    inner->late);
	}
	return tenovl_xmit_route(tdev, peer, skb, path, outer, inner);
}

/**
 * tenovl_xmit_peer() - send to one peer
 * @tdev: the device
 * @peer: the peer
 * @skb: a frame, or in mode l3 a packet, with nothing before it; consumed
 * @inner: what it is
 *
 * RCU, BH off, one depth entered.
 */
void tenovl_xmit_peer(struct tenovl_dev *tdev, struct tenovl_peer *peer, struct sk_buff *skb,
		      const struct tenovl_inner *inner)
{
	unsigned int why = tenovl_xmit_path(tdev, peer, skb, inner);

	if (unlikely(why)) {
		tenovl_peer_stat_inc(peer, TENOVL_A_PEER_STATS_TX_DROPS);
		tenovl_drop(tdev, skb, why);
	}
}

/* The head may have another address there. Return: whether the frame may go; it is
 * consumed else.
 */
static bool tenovl_xmit_outward(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
				struct sk_buff *skb, const struct tenovl_inner *inner)
{
	unsigned int why;

	if (likely(!settings->has_head_mac))
		return true;
	why = tenovl_anycast_out(tdev, settings, skb, inner);
	if (likely(!why))
		return true;
	tenovl_drop(tdev, skb, why);
	return false;
}

/* Head-end replication: a copy for each peer but the last, which takes the
 * original. @from: the port that it came by, or NULL.
 */
static void tenovl_xmit_flood(struct tenovl_dev *tdev, const struct tenovl_port *from,
			      struct sk_buff *skb, const struct tenovl_inner *inner)
{
	const struct tenovl_flood *flood = rcu_dereference(tdev->flood);
	unsigned int headroom;
	struct sk_buff *copy;
	u32 i;

	if (!flood) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_TX_DROP_NO_PEER);
		return;
	}
	if (!from && !tenovl_xmit_outward(tdev, rcu_dereference(tdev->settings), skb, inner))
		return;
	tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_FLOOD);
	/* Once for all copies. */
	tenovl_inner_hash(skb, inner);
	headroom = max_t(unsigned int, skb_headroom(skb), tdev->dev->needed_headroom);
	for (i = 0; i < flood->n - 1; i++) {
		copy = tenovl_copy_out(skb, headroom);
		if (copy)
			tenovl_xmit_peer(tdev, flood->peer[i], copy, inner);
		else
			tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_DROP_NOMEM);
	}
	tenovl_xmit_peer(tdev, flood->peer[i], skb, inner);
}

/* What is behind the head (a bridge, say) and was known behind a peer has come
 * here. The head's own traffic is told by one comparison.
 */
static void tenovl_xmit_learn(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			      const struct sk_buff *skb, const struct tenovl_inner *inner)
{
	const u8 *mac = ((const struct ethhdr *)skb->data)->h_source;
	struct tenovl_fdb_entry *entry;

	if (likely(ether_addr_equal(mac, tdev->dev->dev_addr)) || !tenovl_learns(tdev, settings))
		return;
	entry = tenovl_fdb_find(tdev, mac);
	if (entry ? !!rcu_access_pointer(entry->side) : tenovl_head_learns(tdev))
		tenovl_fdb_learn(tdev, settings, skb, inner, NULL);
	else if (entry)
		tenovl_fdb_seen(entry);
}

static void tenovl_xmit_parse(struct sk_buff *skb, struct tenovl_inner *inner)
{
	tenovl_inner_parse(skb, inner);
	skb_set_network_header(skb, inner->noff);
}

/* A frame that stays on this host, from one of our netdevices to another. A station is
 * in another namespace, or beyond this host.
 */
static void tenovl_xmit_scrub(struct sk_buff *skb, const struct net_device *to, bool station)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, station || !net_eq(dev_net(skb->dev), dev_net(to)));
	skb_clear_hash_if_not_l4(skb);
	skb_set_queue_mapping(skb, 0);
	skb->priority = 0;
}

/* Consumes the frame, which may be NULL: then there was no memory for a copy. */
static void tenovl_xmit_to_head(struct tenovl_dev *tdev, struct sk_buff *skb)
{
	u32 len;

	if (!skb) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_PORT_DROP_NOMEM);
		return;
	}
	len = skb->len;
	tenovl_xmit_scrub(skb, tdev->dev, false);
	if (tenovl_deliver_head(tdev, skb, false, 0))
		tenovl_stat_frame(tdev, TENOVL_A_STATS_PORT_HEAD_PACKETS, len);
}

/* As tenovl_xmit_to_head(). */
static void tenovl_xmit_to_port(struct tenovl_dev *tdev, struct tenovl_port *port,
				struct sk_buff *skb)
{
	if (!skb) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_PORT_DROP_NOMEM);
		return;
	}
	tenovl_xmit_scrub(skb, port->dev, tenovl_port_is_access(port));
	tenovl_deliver_port(port, skb, false, 0);
}

/* To the head, to a port, to all access ports: whichever comes last takes the frame
 * itself. Data is shared with those before, as behind any bridge.
 */
static void tenovl_xmit_local(struct tenovl_dev *tdev, const struct tenovl_port *from,
			      struct sk_buff *skb, const struct tenovl_verdict *verdict)
{
	struct tenovl_port *port = tenovl_verdict_port(verdict);

	if (verdict->head)
		tenovl_xmit_to_head(tdev, port || verdict->access ? skb_clone(skb, GFP_ATOMIC) :
								    skb);
	if (port)
		tenovl_xmit_to_port(tdev, port, verdict->access ? skb_clone(skb, GFP_ATOMIC) :
								  skb);
	if (!verdict->access)
		return;
	tenovl_xmit_scrub(skb, tdev->dev, true);
	tenovl_deliver_access(tdev, from, skb, false, 0);
}

/* To this host, and to peers as well. */
static void tenovl_xmit_both(struct tenovl_dev *tdev, const struct tenovl_port *from,
			     struct sk_buff *skb, const struct tenovl_verdict *verdict,
			     const struct tenovl_inner *inner)
{
	struct tenovl_peer *peer = tenovl_verdict_peer(verdict);
	bool flood = verdict->flood && rcu_access_pointer(tdev->flood);
	struct sk_buff *copy = skb;

	if (flood || peer)
		copy = tenovl_copy(skb, skb_headroom(skb));
	if (flood)
		tenovl_xmit_flood(tdev, from, skb, inner);
	else if (peer)
		tenovl_xmit_peer(tdev, peer, skb, inner);
	if (copy)
		tenovl_xmit_local(tdev, from, copy, verdict);
	else
		tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_DROP_NOMEM);
}

/* Return: whether a frame for all was a question that concerns one station only; it is
 * consumed then.
 */
static bool tenovl_xmit_answered(struct tenovl_dev *tdev, struct tenovl_port *from,
				 struct sk_buff *skb, const struct tenovl_inner *inner)
{
	switch (tenovl_suppress(tdev, from, skb, inner)) {
	case TENOVL_ASKED_HEAD:
		tenovl_xmit_to_head(tdev, skb);
		return true;
	case TENOVL_ASKED_KNOWN:
		return true;
	default:
		return false;
	}
}

/* What is not for one peer alone. @from: the port that it came by, or NULL. */
static void tenovl_xmit_rest(struct tenovl_dev *tdev, struct tenovl_port *from,
			     struct sk_buff *skb, const struct tenovl_settings *settings,
			     const struct tenovl_verdict *verdict,
			     const struct tenovl_inner *inner)
{
	if (verdict->flood && settings->suppress && tenovl_xmit_answered(tdev, from, skb, inner))
		return;
	if (verdict->no_port)
		tenovl_stat_inc(tdev, TENOVL_A_STATS_PORT_DROP_NONE);
	if (verdict->head || verdict->access || tenovl_verdict_port(verdict))
		tenovl_xmit_both(tdev, from, skb, verdict, inner);
	else if (tenovl_configured(settings))
		tenovl_xmit_flood(tdev, from, skb, inner);
	else
		tenovl_drop(tdev, skb, TENOVL_A_STATS_TX_DROP_UNCONFIGURED);
}

/* A copy goes to where the station moves: it waits here, or goes to a peer as the frame itself
 * would.
 */
static void tenovl_xmit_clone(struct tenovl_dev *tdev, const struct tenovl_port *from,
			      struct sk_buff *skb, const struct tenovl_settings *settings,
			      struct tenovl_peer *peer, const struct tenovl_inner *inner)
{
	struct sk_buff *copy;

	copy = tenovl_copy(skb, max_t(unsigned int, skb_headroom(skb),
				      tdev->dev->needed_headroom));
	if (!copy)
		tenovl_stat_inc(tdev, TENOVL_A_STATS_TX_DROP_NOMEM);
	else if (!peer)
		tenovl_move_wait(tdev, copy, from ? TENOVL_PLACE_PORT : TENOVL_PLACE_HEAD,
				 from ? &from->side : NULL);
	else if (from || tenovl_xmit_outward(tdev, settings, copy, inner))
		tenovl_xmit_peer(tdev, peer, copy, inner);
}

/* Return: whether the frame is gone. */
static noinline bool tenovl_xmit_moving(struct tenovl_dev *tdev, const struct tenovl_port *from,
					struct sk_buff *skb,
					const struct tenovl_settings *settings,
					const struct tenovl_verdict *verdict,
					const struct tenovl_inner *inner)
{
	const u8 *mac = ((const struct ethhdr *)skb->data)->h_dest;
	struct tenovl_peer *peer;

	if (verdict->move == TENOVL_MOVE_WAIT) {
		tenovl_move_wait(tdev, skb, from ? TENOVL_PLACE_PORT : TENOVL_PLACE_HEAD,
				 from ? &from->side : NULL);
		return true;
	}
	if (tenovl_move_other(tdev, verdict, mac, &peer))
		tenovl_xmit_clone(tdev, from, skb, settings, peer, inner);
	return false;
}

static void tenovl_xmit_head(struct tenovl_dev *tdev, struct sk_buff *skb)
{
	const struct tenovl_settings *settings = rcu_dereference(tdev->settings);
	struct tenovl_verdict verdict;
	struct tenovl_inner inner;
	const struct ethhdr *eth;
	struct tenovl_peer *peer;

	skb_reset_mac_header(skb);
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_TX_DROP_SHORT);
		return;
	}
	if (settings->inner_vlan == TENOVL_INNER_VLAN_DROP && tenovl_inner_tagged(skb)) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_TX_DROP_VLAN);
		return;
	}
	tenovl_xmit_parse(skb, &inner);
	eth = (const struct ethhdr *)skb->data;
	tenovl_xmit_learn(tdev, settings, skb, &inner);
	verdict = tenovl_switch(tdev, TENOVL_PLACE_HEAD, NULL, TENOVL_MARK_NONE, eth->h_dest);
	peer = tenovl_verdict_peer(&verdict);
	if (unlikely(verdict.move) &&
	    tenovl_xmit_moving(tdev, NULL, skb, settings, &verdict, &inner))
		return;
	if (unlikely(verdict.drop)) {
		tenovl_drop(tdev, skb, verdict.drop);
	} else if (likely(peer)) {
		if (tenovl_xmit_outward(tdev, settings, skb, &inner))
			tenovl_xmit_peer(tdev, peer, skb, &inner);
	} else {
		tenovl_xmit_rest(tdev, NULL, skb, settings, &verdict, &inner);
	}
}

/* A standby port takes, where it is told to, what one station sends to another. */
static bool tenovl_port_takes(const struct tenovl_port *port,
			      const struct tenovl_settings *settings, const struct ethhdr *eth)
{
	if (tenovl_port_is_access(port))
		return true;
	return settings->standby_ingress == TENOVL_STANDBY_INGRESS_LEARN &&
	       !is_multicast_ether_addr(eth->h_dest);
}

/* None is selected while the head is down. Return: 0, or the counter to drop it by. */
static __always_inline unsigned int tenovl_port_admit(const struct tenovl_port *port,
						      const struct tenovl_dev *tdev,
						      const struct tenovl_settings *settings,
						      const struct sk_buff *skb)
{
	if (rcu_access_pointer(tdev->selected) != port) {
		if (!netif_running(tdev->dev))
			return TENOVL_A_STATS_PORT_DROP_DOWN;
		if (!tenovl_port_takes(port, settings, (const struct ethhdr *)skb->data))
			return TENOVL_A_STATS_PORT_DROP_STANDBY;
	}
	if (settings->inner_vlan == TENOVL_INNER_VLAN_DROP && tenovl_inner_tagged(skb))
		return TENOVL_A_STATS_TX_DROP_VLAN;
	return 0;
}

/* Return: whether the next frame of this station would tell nothing new. */
static bool tenovl_port_learn(struct tenovl_port *port, const struct tenovl_settings *settings,
			      const struct sk_buff *skb, const struct tenovl_inner *inner)
{
	const u8 *mac = ((const struct ethhdr *)skb->data)->h_source;
	struct tenovl_dev *tdev = port->tdev;
	struct tenovl_fdb_entry *entry;

	if (!tenovl_learns(tdev, settings))
		return true;
	entry = tenovl_fdb_find(tdev, mac);
	if (likely(entry && rcu_access_pointer(entry->side) == &port->side)) {
		tenovl_fdb_seen(entry);
		return true;
	}
	tenovl_fdb_learn(tdev, settings, skb, inner, &port->side);
	return !entry || !(READ_ONCE(entry->mobile) || READ_ONCE(entry->moving));
}

/* A station sends many frames in a row: a source that was looked at in this jiffy is not
 * looked at again. Remembered by each CPU, so that none writes what others read. The odd
 * bit makes nothing of it the memory of nothing.
 *
 * Return: 0, or the counter to drop it by.
 */
static __always_inline unsigned int
tenovl_port_source(struct tenovl_port *port, const struct tenovl_settings *settings,
		   const struct sk_buff *skb, const struct tenovl_inner *inner)
{
	const u8 *mac = ((const struct ethhdr *)skb->data)->h_source;
	/* The two bytes behind the address are the frame's type. */
	u64 source = (get_unaligned_be64(mac) & ~0xffffULL) | (u16)jiffies | 1;

	if (likely(__this_cpu_read(port->stats->last_source) == source))
		return 0;
	if (unlikely(!is_valid_ether_addr(mac) ||
		     ether_addr_equal(mac, port->tdev->dev->dev_addr) ||
		     (settings->has_head_mac && ether_addr_equal(mac, settings->head_mac))))
		return TENOVL_A_STATS_PORT_DROP_SMAC;
	if (likely(tenovl_port_learn(port, settings, skb, inner)))
		__this_cpu_write(port->stats->last_source, source);
	return 0;
}

static __always_inline void tenovl_port_forward(struct tenovl_port *port, struct tenovl_dev *tdev,
						struct sk_buff *skb,
						const struct tenovl_settings *settings,
						const struct tenovl_inner *inner)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	struct tenovl_verdict verdict;
	struct tenovl_peer *peer;

	verdict = tenovl_switch(tdev, TENOVL_PLACE_PORT, &port->side, TENOVL_MARK_NONE,
				eth->h_dest);
	peer = tenovl_verdict_peer(&verdict);
	if (likely(peer && !verdict.more)) {
		tenovl_port_stat_frame(port, TENOVL_A_PORT_STATS_TX_PACKETS, skb->len);
		tenovl_xmit_peer(tdev, peer, skb, inner);
		return;
	}
	if (verdict.flood && !tenovl_guard_floods(port, skb))
		verdict.drop = TENOVL_A_STATS_PORT_DROP_FLOOD;
	if (verdict.drop) {
		tenovl_port_drop(port, skb, verdict.drop);
		return;
	}
	tenovl_port_stat_frame(port, TENOVL_A_PORT_STATS_TX_PACKETS, skb->len);
	if (unlikely(verdict.move) &&
	    tenovl_xmit_moving(tdev, port, skb, settings, &verdict, inner))
		return;
	if (peer && !verdict.head)
		tenovl_xmit_peer(tdev, peer, skb, inner);
	else
		tenovl_xmit_rest(tdev, port, skb, settings, &verdict, inner);
}

/* Both ways in have it, and what it calls, inlined: the calls would be a third of it. */
static __always_inline void tenovl_port_take(struct tenovl_port *port, struct sk_buff *skb)
{
	const struct tenovl_guard *guard = rcu_dereference(port->guard);
	struct tenovl_dev *tdev = port->tdev;
	const struct tenovl_settings *settings = rcu_dereference(tdev->settings);
	struct tenovl_inner inner;
	unsigned int why;

	skb_reset_mac_header(skb);
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		tenovl_port_drop(port, skb, TENOVL_A_STATS_TX_DROP_SHORT);
		return;
	}
	why = tenovl_port_admit(port, tdev, settings, skb);
	if (unlikely(why))
		goto drop;
	tenovl_xmit_parse(skb, &inner);
	if (guard)
		why = tenovl_guard_check(port, guard, skb, &inner);
	if (likely(!why))
		why = tenovl_port_source(port, settings, skb, &inner);
	if (unlikely(why))
		goto drop;
	tenovl_port_forward(port, tdev, skb, settings, &inner);
	return;

drop:
	tenovl_port_drop(port, skb, why);
}

/**
 * tenovl_port_input() - a frame came by a port
 * @port: the port
 * @skb: the frame, its Ethernet header at skb->data; consumed
 *
 * BH off, RCU.
 */
void tenovl_port_input(struct tenovl_port *port, struct sk_buff *skb)
{
	if (unlikely(!tenovl_depth_enter())) {
		tenovl_port_drop(port, skb, TENOVL_A_STATS_TX_DROP_DEPTH);
		return;
	}
	tenovl_port_take(port, skb);
	tenovl_depth_leave();
}

/**
 * tenovl_port_xmit() - ndo_start_xmit of a port
 * @skb: a frame of the bridge that the port is in, or of the container
 * @dev: the port
 *
 * BH off.
 *
 * Return: NETDEV_TX_OK; the frame is always consumed.
 */
netdev_tx_t tenovl_port_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct tenovl_port *port = netdev_priv(dev);
	struct tenovl_hook *hook;

	if (unlikely(!tenovl_depth_enter())) {
		tenovl_port_drop(port, skb, TENOVL_A_STATS_TX_DROP_DEPTH);
		return NETDEV_TX_OK;
	}
	rcu_read_lock();
	hook = rcu_dereference(port->hook);
	if (unlikely(hook))
		tenovl_hook_receive(hook, skb);
	else
		tenovl_port_take(port, skb);
	rcu_read_unlock();
	tenovl_depth_leave();
	return NETDEV_TX_OK;
}

/**
 * tenovl_xmit() - ndo_start_xmit of the head
 * @skb: a frame of the host's stack, of a bridge, or of a packet socket
 * @dev: the head
 *
 * BH off.
 *
 * Return: NETDEV_TX_OK; the frame is always consumed.
 */
netdev_tx_t tenovl_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct tenovl_dev *tdev = netdev_priv(dev);

	if (unlikely(!tenovl_depth_enter())) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_TX_DROP_DEPTH);
		return NETDEV_TX_OK;
	}
	rcu_read_lock();
	tenovl_xmit_head(tdev, skb);
	rcu_read_unlock();
	tenovl_depth_leave();
	return NETDEV_TX_OK;
}
