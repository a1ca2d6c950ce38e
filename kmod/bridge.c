// SPDX-License-Identifier: GPL-2.0
/*
 * What `bridge fdb` speaks: RTM_*NEIGH of family AF_BRIDGE.
 *
 * The same table as the family's, in the words of vxlan: a destination is a
 * peer's address, the all-zero address stands for the flood list. Settings
 * that belong to a peer or to the device are refused, with the command that
 * sets them.
 *
 * rtnetlink asks for CAP_NET_ADMIN in the namespace, which any user can have
 * in one of its own; changes need it in the initial user namespace. Reading
 * does not.
 */
#include <net/neighbour.h>
#include <net/rtnetlink.h>

#include "tenovl.h"

/* A static entry never moves, so sticky is what it is; both are kept for whoever
 * knows its own entries by them.
 */
#define TENOVL_BRIDGE_KEPT	(NTF_EXT_LEARNED | NTF_STICKY)
#define TENOVL_BRIDGE_FLAGS	(NTF_SELF | NTF_MASTER | TENOVL_BRIDGE_KEPT)

static int tenovl_bridge_may_change(const struct tenovl_dev *tdev, struct netlink_ext_ack *extack)
{
	ASSERT_RTNL();
	if (!capable(CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "A tenovl device needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	if (tdev->detached) {
		NL_SET_ERR_MSG(extack, "The underlay of the device is being deleted");
		return -ENODEV;
	}
	return 0;
}

static int tenovl_bridge_check_attrs(struct nlattr *tb[], u16 vid,
				     struct netlink_ext_ack *extack)
{
	if (vid)
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_VLAN],
				    "An address is the same in all VLANs of a tenovl device");
	else if (tb[NDA_PORT])
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_PORT],
				    "The port is the peer's: ovctl peer set DEV ADDRESS dstport PORT");
	else if (tb[NDA_VNI])
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_VNI],
				    "The VNI is the device's: ovctl dev set DEV vni N");
	else if (tb[NDA_SRC_VNI])
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_SRC_VNI],
				    "The VNI is the device's: ovctl dev set DEV vni N");
	else if (tb[NDA_IFINDEX])
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_IFINDEX],
				    "The output device is set for all: ovctl dev set DEV link LINK");
	else if (tb[NDA_NH_ID])
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_NH_ID],
				    "A nexthop cannot be used here: name a peer with dst");
	else
		return 0;
	return -EOPNOTSUPP;
}

static int tenovl_bridge_check_ndm(const struct ndmsg *ndm, struct netlink_ext_ack *extack)
{
	if (ndm->ndm_flags & ~TENOVL_BRIDGE_FLAGS) {
		NL_SET_ERR_MSG(extack, "An entry has no flags but self, extern_learn and sticky");
		return -EOPNOTSUPP;
	}
	if (!(ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP))) {
		NL_SET_ERR_MSG(extack, "An entry made by request is permanent or static");
		return -EINVAL;
	}
	return 0;
}

/* Return: the peer that dst names, or an ERR_PTR. */
static struct tenovl_peer *tenovl_bridge_dst(struct tenovl_dev *tdev, const struct nlattr *dst,
					     struct netlink_ext_ack *extack)
{
	struct tenovl_peer *peer;
	struct in6_addr addr;
	int err;

	if (!dst) {
		NL_SET_ERR_MSG(extack, "Name the peer: dst ADDRESS");
		return ERR_PTR(-EINVAL);
	}
	err = tenovl_addr_get(&addr, dst, extack);
	if (err)
		return ERR_PTR(err);
	peer = tenovl_peer_find(tdev, &addr);
	if (peer)
		return peer;
	NL_SET_ERR_MSG_ATTR(extack, dst,
			    "The destination is no peer yet: ovctl peer add DEV ADDRESS");
	return ERR_PTR(-ENOENT);
}

static int tenovl_bridge_set_flood(struct tenovl_dev *tdev, const struct tenovl_peer *peer,
				   const struct nlattr *attr, bool flood,
				   struct netlink_ext_ack *extack)
{
	struct tenovl_peer_req req = {
		.attr = attr,
		.addr = peer->addr,
		.flood = flood,
		.has_flood = true,
	};

	return tenovl_peers_set(tdev, &req, 1, extack);
}

static int tenovl_bridge_flood_add(struct tenovl_dev *tdev, const struct tenovl_peer *peer,
				   const struct nlattr *attr, u16 flags,
				   struct netlink_ext_ack *extack)
{
	if (flags & NLM_F_REPLACE) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The flood list has many destinations: use append and del");
		return -EOPNOTSUPP;
	}
	if (!peer->flood)
		return tenovl_bridge_set_flood(tdev, peer, attr, true, extack);
	if (!(flags & NLM_F_EXCL))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "The peer is in the flood list already");
	return -EEXIST;
}

static int tenovl_bridge_unicast_add(struct tenovl_dev *tdev, const struct tenovl_peer *peer,
				     const struct ndmsg *ndm, struct nlattr *tb[], const u8 *mac,
				     u16 flags, struct netlink_ext_ack *extack)
{
	struct tenovl_fdb_req req = {
		.attr = tb[NDA_LLADDR],
		.peer_addr = peer->addr,
		.has_peer = true,
		.ndm_flags = ndm->ndm_flags & TENOVL_BRIDGE_KEPT,
		.keep_mobile = true,
	};
	struct tenovl_fdb_info info;

	if (!(flags & NLM_F_CREATE) && !tenovl_fdb_get(tdev, mac, &info)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_LLADDR],
				    "The device has no entry for this address");
		return -ENOENT;
	}
	ether_addr_copy(req.mac, mac);
	return tenovl_fdb_set(tdev, &req, 1, flags & NLM_F_REPLACE, extack);
}

static int tenovl_bridge_add(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			     const u8 *mac, u16 vid, u16 flags, struct netlink_ext_ack *extack)
{
	struct tenovl_dev *tdev = netdev_priv(dev);
	struct tenovl_peer *peer;
	int err;

	err = tenovl_bridge_may_change(tdev, extack);
	if (err)
		return err;
	err = tenovl_bridge_check_attrs(tb, vid, extack);
	if (err)
		return err;
	err = tenovl_bridge_check_ndm(ndm, extack);
	if (err)
		return err;
	if (is_multicast_ether_addr(mac)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_LLADDR],
				    "What goes to a group goes to the flood list: use 00:00:00:00:00:00");
		return -EINVAL;
	}
	peer = tenovl_bridge_dst(tdev, tb[NDA_DST], extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	if (is_zero_ether_addr(mac))
		return tenovl_bridge_flood_add(tdev, peer, tb[NDA_DST], flags, extack);
	return tenovl_bridge_unicast_add(tdev, peer, ndm, tb, mac, flags, extack);
}

static int tenovl_bridge_flood_del(struct tenovl_dev *tdev, const struct nlattr *dst,
				   struct netlink_ext_ack *extack)
{
	struct tenovl_peer *peer = tenovl_bridge_dst(tdev, dst, extack);

	if (IS_ERR(peer))
		return PTR_ERR(peer);
	if (peer->flood)
		return tenovl_bridge_set_flood(tdev, peer, dst, false, extack);
	NL_SET_ERR_MSG_ATTR(extack, dst, "The peer is not in the flood list");
	return -ENOENT;
}

static int tenovl_bridge_del(struct nlattr *tb[], struct net_device *dev, const u8 *mac, u16 vid,
			     struct netlink_ext_ack *extack)
{
	struct tenovl_fdb_req req = { .attr = tb[NDA_LLADDR] };
	struct tenovl_dev *tdev = netdev_priv(dev);
	int err;

	err = tenovl_bridge_may_change(tdev, extack);
	if (err)
		return err;
	err = tenovl_bridge_check_attrs(tb, vid, extack);
	if (err)
		return err;
	if (is_zero_ether_addr(mac))
		return tenovl_bridge_flood_del(tdev, tb[NDA_DST], extack);
	if (tb[NDA_DST]) {
		err = tenovl_addr_get(&req.peer_addr, tb[NDA_DST], extack);
		if (err)
			return err;
		req.has_peer = true;
	}
	ether_addr_copy(req.mac, mac);
	return tenovl_fdb_del(tdev, &req, 1, extack);
}

#ifdef TENOVL_HAVE_FDB_NOTIFIED
/* The flood list is told by rtnetlink, entries are told by the table itself. */
int tenovl_bridge_fdb_add(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, u16 flags, bool *notified,
			  struct netlink_ext_ack *extack)
{
	*notified = !is_zero_ether_addr(addr);
	return tenovl_bridge_add(ndm, tb, dev, addr, vid, flags, extack);
}

int tenovl_bridge_fdb_del(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, bool *notified,
			  struct netlink_ext_ack *extack)
{
	*notified = !is_zero_ether_addr(addr);
	return tenovl_bridge_del(tb, dev, addr, vid, extack);
}
#else
/**
 * tenovl_bridge_fdb_add() - `bridge fdb add|append|replace`
 * @ndm: the request's header
 * @tb: its attributes, of any length
 * @dev: the device
 * @addr: MAC address, all zero for the flood list
 * @vid: VLAN id or 0
 * @flags: NLM_F_*
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_bridge_fdb_add(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, u16 flags,
			  struct netlink_ext_ack *extack)
{
	return tenovl_bridge_add(ndm, tb, dev, addr, vid, flags, extack);
}

/**
 * tenovl_bridge_fdb_del() - `bridge fdb del`
 * @ndm: the request's header
 * @tb: its attributes, of any length
 * @dev: the device
 * @addr: MAC address, all zero for the flood list
 * @vid: VLAN id or 0
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_bridge_fdb_del(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, struct netlink_ext_ack *extack)
{
	return tenovl_bridge_del(tb, dev, addr, vid, extack);
}
#endif

/* `bridge fdb flush` */

static u16 tenovl_bridge_state(u8 kind)
{
	return kind == TENOVL_FDB_KIND_STATIC ? NUD_NOARP | NUD_PERMANENT : NUD_REACHABLE;
}

static bool tenovl_bridge_state_matches(u8 kind, u16 state, u16 mask)
{
	return !((tenovl_bridge_state(kind) ^ state) & mask);
}

static void tenovl_bridge_flush_matching(struct tenovl_dev *tdev, struct tenovl_peer *peer,
					 u16 state, u16 mask)
{
	struct tenovl_fdb_filter filter = { .side = peer ? &peer->side : NULL, .has_kind = true };

	for (filter.kind = 0; filter.kind <= TENOVL_FDB_KIND_LEARNED; filter.kind++)
		if (tenovl_bridge_state_matches(filter.kind, state, mask))
			tenovl_fdb_flush(tdev, &filter);
}

static int tenovl_bridge_flush(const struct ndmsg *ndm, struct nlattr *tb[], u16 vid,
			       struct net_device *dev, struct netlink_ext_ack *extack)
{
	struct tenovl_dev *tdev = netdev_priv(dev);
	struct tenovl_peer *peer = NULL;
	u16 mask = 0;
	int err;

	err = tenovl_bridge_may_change(tdev, extack);
	if (err)
		return err;
	err = tenovl_bridge_check_attrs(tb, vid, extack);
	if (err)
		return err;
	if ((ndm->ndm_flags & ~(NTF_SELF | NTF_MASTER)) || tb[NDA_NDM_FLAGS_MASK]) {
		NL_SET_ERR_MSG(extack, "A flush goes by destination and by state, not by flags");
		return -EOPNOTSUPP;
	}
	if (tb[NDA_DST]) {
		peer = tenovl_bridge_dst(tdev, tb[NDA_DST], extack);
		if (IS_ERR(peer))
			return PTR_ERR(peer);
	}
	if (tb[NDA_NDM_STATE_MASK])
		mask = nla_get_u16(tb[NDA_NDM_STATE_MASK]);
	tenovl_bridge_flush_matching(tdev, peer, ndm->ndm_state, mask);
	return 0;
}

#ifdef TENOVL_HAVE_FDB_DEL_BULK_NLH
static const struct nla_policy tenovl_bridge_flush_policy[NDA_MAX + 1] = {
	[NDA_VLAN] = { .type = NLA_U16 },
	[NDA_DST] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[NDA_PORT] = { .type = NLA_U16 },
	[NDA_VNI] = { .type = NLA_U32 },
	[NDA_SRC_VNI] = { .type = NLA_U32 },
	[NDA_IFINDEX] = { .type = NLA_U32 },
	[NDA_NH_ID] = { .type = NLA_U32 },
	[NDA_NDM_STATE_MASK] = { .type = NLA_U16 },
	[NDA_NDM_FLAGS_MASK] = { .type = NLA_U8 },
};

int tenovl_bridge_fdb_flush(struct nlmsghdr *nlh, struct net_device *dev,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NDA_MAX + 1];
	u16 vid = 0;
	int err;

	err = nlmsg_parse(nlh, sizeof(struct ndmsg), tb, NDA_MAX, tenovl_bridge_flush_policy,
			  extack);
	if (err)
		return err;
	if (tb[NDA_VLAN])
		vid = nla_get_u16(tb[NDA_VLAN]);
	return tenovl_bridge_flush(nlmsg_data(nlh), tb, vid, dev, extack);
}
#else
/**
 * tenovl_bridge_fdb_flush() - `bridge fdb flush DEV self`
 * @ndm: the request's header
 * @tb: its attributes, checked by rtnetlink
 * @dev: the device
 * @vid: VLAN id or 0
 * @extack: the reason of a refusal
 *
 * RTNL. The flood list stays.
 */
int tenovl_bridge_fdb_flush(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			    u16 vid, struct netlink_ext_ack *extack)
{
	return tenovl_bridge_flush(ndm, tb, vid, dev, extack);
}
#endif

/* Telling */

static int tenovl_bridge_fill_attrs(struct sk_buff *skb, const u8 *mac,
				    const struct in6_addr *addr, u32 idle)
{
	struct nda_cacheinfo cacheinfo = {
		.ndm_used = jiffies_to_clock_t(msecs_to_jiffies(idle)),
	};

	if (nla_put(skb, NDA_LLADDR, ETH_ALEN, mac))
		return -EMSGSIZE;
	if (addr && tenovl_fill_addr(skb, NDA_DST, addr))
		return -EMSGSIZE;
	return nla_put(skb, NDA_CACHEINFO, sizeof(cacheinfo), &cacheinfo);
}

/**
 * struct tenovl_bridge_to - the message to make
 * @portid: the socket, 0 for all
 * @seq: the request
 * @type: RTM_NEWNEIGH or RTM_DELNEIGH
 * @flags: NLM_F_*
 */
struct tenovl_bridge_to {
	u32 portid;
	u32 seq;
	int type;
	int flags;
};

/* What dst shows: the address of a peer. */
static const struct in6_addr *tenovl_bridge_addr(const struct tenovl_fdb_info *info)
{
	return info->where.place == TENOVL_PLACE_PEER ? &info->where.peer : NULL;
}

static int tenovl_bridge_fill(struct sk_buff *skb, const struct net_device *dev,
			      const struct tenovl_bridge_to *to,
			      const struct tenovl_fdb_info *info)
{
	struct nlmsghdr *nlh;
	struct ndmsg *ndm;

	nlh = nlmsg_put(skb, to->portid, to->seq, to->type, sizeof(*ndm), to->flags);
	if (!nlh)
		return -EMSGSIZE;
	ndm = nlmsg_data(nlh);
	memset(ndm, 0, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_ifindex = dev->ifindex;
	ndm->ndm_state = tenovl_bridge_state(info->kind);
	ndm->ndm_flags = NTF_SELF | info->ndm_flags;
	if (tenovl_bridge_fill_attrs(skb, info->mac, tenovl_bridge_addr(info),
				     info->idle)) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

static size_t tenovl_bridge_size(void)
{
	return NLMSG_ALIGN(sizeof(struct ndmsg)) + nla_total_size(ETH_ALEN) +
	       nla_total_size(sizeof(struct in6_addr)) +
	       nla_total_size(sizeof(struct nda_cacheinfo));
}

/**
 * tenovl_bridge_notify() - tell `bridge monitor` of a forwarding entry
 * @tdev: the device
 * @info: the entry
 * @type: RTM_NEWNEIGH or RTM_DELNEIGH
 *
 * BH off. Told in the namespace that the device lives in.
 */
void tenovl_bridge_notify(struct tenovl_dev *tdev, const struct tenovl_fdb_info *info, int type)
{
	const struct tenovl_bridge_to to = { .type = type };
	struct net *net = dev_net(tdev->dev);
	struct sk_buff *skb;
	int err = -ENOBUFS;

	if (!rtnl_has_listeners(net, RTNLGRP_NEIGH))
		return;
	skb = nlmsg_new(tenovl_bridge_size(), GFP_ATOMIC);
	if (!skb)
		goto lost;
	err = tenovl_bridge_fill(skb, tdev->dev, &to, info);
	DEBUG_NET_WARN_ON_ONCE(err);
	if (err) {
		nlmsg_free(skb);
		goto lost;
	}
	rtnl_notify(skb, net, 0, RTNLGRP_NEIGH, NULL, GFP_ATOMIC);
	return;

lost:
	rtnl_set_sk_err(net, RTNLGRP_NEIGH, err);
}

/**
 * tenovl_bridge_fdb_get() - `bridge fdb get MAC dev DEV self`
 * @skb: the reply
 * @tb: attributes of the request, checked by rtnetlink
 * @dev: the device
 * @addr: MAC address
 * @vid: VLAN id or 0
 * @portid: who asks
 * @seq: the request
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_bridge_fdb_get(struct sk_buff *skb, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, u32 portid, u32 seq,
			  struct netlink_ext_ack *extack)
{
	const struct tenovl_bridge_to to = {
		.portid = portid,
		.seq = seq,
		.type = RTM_NEWNEIGH,
	};
	struct tenovl_fdb_info info;
	int err;

	err = tenovl_bridge_check_attrs(tb, vid, extack);
	if (err)
		return err;
	if (!tenovl_fdb_get(netdev_priv(dev), addr, &info)) {
		NL_SET_ERR_MSG(extack, "The device has no entry for this address");
		return -ENOENT;
	}
	return tenovl_bridge_fill(skb, dev, &to, &info);
}

/**
 * struct tenovl_bridge_cursor - where a dump goes on
 * @next: the id of a peer or an entry to look at next
 * @ifindex: the device that this is about
 * @idx: what rtnetlink was told, which must not go back
 * @fdb: the flood list is done
 *
 * rtnetlink itself resumes by counting, which would be quadratic. It keeps its
 * place at the beginning of the callback's space; this is at the end of it.
 */
struct tenovl_bridge_cursor {
	unsigned long next;
	int ifindex;
	int idx;
	bool fdb;
};

static struct tenovl_bridge_cursor *tenovl_bridge_cursor(struct netlink_callback *cb)
{
	const size_t theirs = 3 * sizeof(long);

	BUILD_BUG_ON(theirs + sizeof(struct tenovl_bridge_cursor) > sizeof(cb->ctx));
	return (struct tenovl_bridge_cursor *)(cb->ctx + theirs);
}

/* A device is dumped once in a dump, so its cursor is not another walk's. */
static void tenovl_bridge_resume(struct tenovl_bridge_cursor *cursor,
				 const struct net_device *dev, int *idx)
{
	if (cursor->ifindex == dev->ifindex) {
		*idx = max(*idx, cursor->idx);
		return;
	}
	memset(cursor, 0, sizeof(*cursor));
	cursor->ifindex = dev->ifindex;
}

static int tenovl_bridge_dump_flood(struct sk_buff *skb, struct tenovl_dev *tdev,
				    const struct tenovl_bridge_to *to,
				    struct tenovl_bridge_cursor *cursor, int *idx)
{
	struct tenovl_fdb_info info = {
		.kind = TENOVL_FDB_KIND_STATIC,
		.where.place = TENOVL_PLACE_PEER,
	};
	struct tenovl_peer *peer;
	int err;

	for (; (peer = tenovl_peer_next(tdev, &cursor->next)); cursor->next++) {
		if (!peer->flood)
			continue;
		info.where.peer = peer->addr;
		err = tenovl_bridge_fill(skb, tdev->dev, to, &info);
		if (err)
			return err;
		++*idx;
	}
	cursor->next = 0;
	cursor->fdb = true;
	return 0;
}

static int tenovl_bridge_dump_fdb(struct sk_buff *skb, struct tenovl_dev *tdev,
				  const struct tenovl_bridge_to *to,
				  struct tenovl_bridge_cursor *cursor, int *idx)
{
	struct tenovl_fdb_info info;
	int err;

	for (; tenovl_fdb_next(tdev, &cursor->next, &info); cursor->next++) {
		err = tenovl_bridge_fill(skb, tdev->dev, to, &info);
		if (err)
			return err;
		++*idx;
	}
	return 0;
}

/**
 * tenovl_bridge_fdb_dump() - `bridge fdb show`
 * @skb: filled
 * @cb: the dump
 * @dev: the device
 * @filter_dev: not used
 * @idx: objects shown in this dump so far
 *
 * RTNL. Flood list first, as entries for the all-zero address.
 *
 * Return: 0, or -EMSGSIZE to be called again.
 */
int tenovl_bridge_fdb_dump(struct sk_buff *skb, struct netlink_callback *cb,
			   struct net_device *dev, struct net_device *filter_dev, int *idx)
{
	struct tenovl_bridge_cursor *cursor = tenovl_bridge_cursor(cb);
	const struct tenovl_bridge_to to = {
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.type = RTM_NEWNEIGH,
		.flags = NLM_F_MULTI,
	};
	struct tenovl_dev *tdev = netdev_priv(dev);
	int err = 0;

	tenovl_bridge_resume(cursor, dev, idx);
	if (!cursor->fdb)
		err = tenovl_bridge_dump_flood(skb, tdev, &to, cursor, idx);
	if (!err)
		err = tenovl_bridge_dump_fdb(skb, tdev, &to, cursor, idx);
	cursor->idx = *idx;
	if (!err)
		cursor->ifindex = 0;
	return err;
}
