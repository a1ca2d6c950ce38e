// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as attributes: what the family's requests, replies and events say of a
 * device, a peer, an entry, and how it is read from them.
 *
 * Nothing is judged here beyond what makes a value a value; nothing is locked
 * here either, each function says what its caller holds.
 */
#include "tenovl.h"

/**
 * tenovl_addr_get() - an outer address out of an attribute
 * @addr: filled, IPv4 as v4-mapped
 * @attr: 4 or 16 bytes
 * @extack: the reason of a refusal
 *
 * The any address is let through.
 *
 * Return: 0 or -EINVAL.
 */
int tenovl_addr_get(struct in6_addr *addr, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(struct in_addr)) {
		tenovl_addr_set4(addr, nla_get_in_addr(attr));
	} else if (nla_len(attr) == sizeof(*addr)) {
		*addr = nla_get_in6_addr(attr);
		if (tenovl_addr_v4(addr)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "An IPv4 address is given in 4 bytes, not as v4-mapped IPv6");
			return -EINVAL;
		}
	} else {
		NL_SET_ERR_MSG_ATTR(extack, attr, "An address has 4 or 16 bytes");
		return -EINVAL;
	}
	if (tenovl_addr_v4(addr) ? ipv4_is_multicast(tenovl_addr_ip4(addr)) :
				   ipv6_addr_is_multicast(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "A multicast address cannot be used here");
		return -EINVAL;
	}
	if (tenovl_addr_v4(addr) && ipv4_is_lbcast(tenovl_addr_ip4(addr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "A broadcast address cannot be used here");
		return -EINVAL;
	}
	return 0;
}

/**
 * tenovl_prefix_get() - an inner prefix out of an attribute
 * @prefix: filled
 * @attr: an address and the length, 5 or 17 bytes
 * @extack: the reason of a refusal
 *
 * Return: 0 or -EINVAL.
 */
int tenovl_prefix_get(struct tenovl_prefix *prefix, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	int bytes = nla_len(attr) - 1;
	struct in6_addr first;

	memset(prefix, 0, sizeof(*prefix));
	if (bytes != sizeof(struct in_addr) && bytes != sizeof(first)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "A prefix has 4 or 16 bytes of address and one of length");
		return -EINVAL;
	}
	prefix->v6 = bytes == sizeof(first);
	prefix->len = ((const u8 *)nla_data(attr))[bytes];
	if (prefix->len > bytes * 8) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The prefix is longer than its address");
		return -EINVAL;
	}
	if (prefix->v6)
		memcpy(&prefix->addr, nla_data(attr), sizeof(first));
	else
		tenovl_addr_set4(&prefix->addr, nla_get_in_addr(attr));
	ipv6_addr_prefix(&first, &prefix->addr, prefix->len + (prefix->v6 ? 0 : 96));
	if (!ipv6_addr_equal(&first, &prefix->addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The prefix has bits set behind its length");
		return -EINVAL;
	}
	return 0;
}

/* What it is of mode l2 that a setting is about. */
enum tenovl_l2_only {
	TENOVL_L2_NOTHING,
	TENOVL_L2_UDP,
	TENOVL_L2_ETHERNET,
	TENOVL_L2_FDB,
	TENOVL_L2_PORTS,
};

/**
 * struct tenovl_setting - an attribute that is a member of an object
 * @attr: its number
 * @size: bytes of the member: 1, 2, 4 or 6
 * @offset: where in the object
 * @l2: enum tenovl_l2_only: what keeps it from a device of mode l3
 */
struct tenovl_setting {
	u8 attr;
	u8 size;
	u16 offset;
	u8 l2;
};

#define TENOVL_MEMBER(_attr, _struct, _member, _l2) {					\
	.attr = _attr,									\
	.size = sizeof_field(struct _struct, _member),					\
	.offset = offsetof(struct _struct, _member),					\
	.l2 = _l2,									\
}

#define TENOVL_SETTING_L2(_attr, _member, _l2)						\
	TENOVL_MEMBER(TENOVL_A_DEV_##_attr, tenovl_settings, _member, TENOVL_L2_##_l2)
#define TENOVL_SETTING(_attr, _member)							\
	TENOVL_SETTING_L2(_attr, _member, NOTHING)
#define TENOVL_GUARD(_attr, _member)							\
	TENOVL_MEMBER(TENOVL_A_PORT_##_attr, tenovl_guard, _member, TENOVL_L2_NOTHING)

/* The address and the VNI may be unset and are not in here. */
static const struct tenovl_setting tenovl_setting_table[] = {
	TENOVL_SETTING(ENCAP, encap),
	TENOVL_SETTING(GRE_KEY, gre_key),
	TENOVL_SETTING(FLOWID, flowid),
	TENOVL_SETTING_L2(DSTPORT, dstport, UDP),
	TENOVL_SETTING_L2(SRC_PORT_MIN, src_port_min, UDP),
	TENOVL_SETTING_L2(SRC_PORT_MAX, src_port_max, UDP),
	TENOVL_SETTING(LINK, link),
	TENOVL_SETTING(MARK, mark),
	TENOVL_SETTING(TTL, ttl),
	TENOVL_SETTING(DSCP, dscp),
	TENOVL_SETTING(DSCP_INHERIT, dscp_inherit),
	TENOVL_SETTING(DF, df),
	TENOVL_SETTING_L2(UDP_CSUM, udp_csum, UDP),
	TENOVL_SETTING_L2(UDP_ZERO_CSUM6_RX, zero_csum6_rx, UDP),
	TENOVL_SETTING(GRE_CSUM, gre_csum),
	TENOVL_SETTING_L2(INNER_VLAN, inner_vlan, ETHERNET),
	TENOVL_SETTING_L2(LEARNING, learning, FDB),
	TENOVL_SETTING_L2(AGEING, ageing, FDB),
	TENOVL_SETTING_L2(MAX_LEARNED, max_learned, FDB),
	TENOVL_SETTING_L2(MOVE_LIMIT, move_limit, FDB),
	TENOVL_SETTING_L2(MOVE_WINDOW, move_window, FDB),
	TENOVL_SETTING(SOURCE_CHECK, source_check),
	TENOVL_SETTING_L2(STANDBY_INGRESS, standby_ingress, PORTS),
	TENOVL_SETTING_L2(REVERT, revert, PORTS),
	TENOVL_SETTING_L2(REVERT_DELAY, revert_delay, PORTS),
	TENOVL_SETTING_L2(HOLD, hold, PORTS),
	TENOVL_SETTING_L2(MIN_LIVE, min_live, PORTS),
	TENOVL_SETTING_L2(ANNOUNCE_COUNT, announce_count, PORTS),
	TENOVL_SETTING_L2(ANNOUNCE_INTERVAL, announce_interval, PORTS),
	TENOVL_SETTING(UNDERLAY_HOOKS, underlay_hooks),
	TENOVL_SETTING(FASTPATH, fastpath),
	TENOVL_SETTING_L2(SUPPRESS, suppress, FDB),
	TENOVL_SETTING_L2(HEAD_MAC, head_mac, FDB),
	TENOVL_SETTING_L2(REDIRECT, redirect, FDB),
	TENOVL_SETTING_L2(REDIRECT_PORT, redirect_port, UDP),
};

/* The lists of addresses are not in here. */
static const struct tenovl_setting tenovl_guard_table[] = {
	TENOVL_GUARD(DHCP_SERVER, dhcp_server),
	TENOVL_GUARD(ROUTER, router),
	TENOVL_GUARD(RATE, rate_kbit),
	TENOVL_GUARD(BURST, burst),
	TENOVL_GUARD(FLOOD_RATE, flood_rate),
	TENOVL_GUARD(FLOOD_BURST, flood_burst),
	TENOVL_GUARD(MAX_LEARNED, max_learned),
};

static void tenovl_setting_get(void *object, const struct tenovl_setting *setting,
			       const struct nlattr *attr)
{
	void *member = object + setting->offset;

	switch (setting->size) {
	case sizeof(u8):
		*(u8 *)member = nla_get_u8(attr);
		break;
	case sizeof(u16):
		*(u16 *)member = nla_get_u16(attr);
		break;
	case sizeof(u32):
		*(u32 *)member = nla_get_u32(attr);
		break;
	case ETH_ALEN:
		ether_addr_copy(member, nla_data(attr));
		break;
	}
}

/* Return: how many of the @n members are named. */
static int tenovl_members_get(void *object, const struct tenovl_setting *table, unsigned int n,
			      struct nlattr **tb)
{
	unsigned int i;
	int named = 0;

	for (i = 0; i < n; i++) {
		if (!tb[table[i].attr])
			continue;
		tenovl_setting_get(object, &table[i], tb[table[i].attr]);
		named++;
	}
	return named;
}

/* @l3: without what is of mode l2 only */
static int tenovl_members_put(struct sk_buff *msg, const void *object,
			      const struct tenovl_setting *table, unsigned int n, bool l3)
{
	const void *member;
	unsigned int i;

	for (i = 0; i < n; i++) {
		member = object + table[i].offset;
		/* No address is told where there is none. */
		if ((l3 && table[i].l2) ||
		    (table[i].size == ETH_ALEN && is_zero_ether_addr(member)))
			continue;
		if (nla_put(msg, table[i].attr, table[i].size, member))
			return -EMSGSIZE;
	}
	return 0;
}

static void tenovl_setting_refuse(u8 l2, const struct nlattr *attr,
				  struct netlink_ext_ack *extack)
{
	switch (l2) {
	case TENOVL_L2_UDP:
		NL_SET_ERR_MSG_ATTR(extack, attr, "A device of mode l3 uses no UDP");
		break;
	case TENOVL_L2_ETHERNET:
		NL_SET_ERR_MSG_ATTR(extack, attr, "A device of mode l3 carries no Ethernet header");
		break;
	case TENOVL_L2_FDB:
		NL_SET_ERR_MSG_ATTR(extack, attr, "A device of mode l3 knows no MAC addresses");
		break;
	case TENOVL_L2_PORTS:
		NL_SET_ERR_MSG_ATTR(extack, attr, "A device of mode l3 has no ports");
		break;
	}
}

/**
 * tenovl_settings_fit() - is what a request names of the device's mode?
 * @tdev: the device
 * @tb: attributes of the device's nest, within their policies
 * @extack: the reason of a refusal
 *
 * Return: 0 or -EINVAL.
 */
int tenovl_settings_fit(const struct tenovl_dev *tdev, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *encap = tb[TENOVL_A_DEV_ENCAP];
	const struct nlattr *check = tb[TENOVL_A_DEV_SOURCE_CHECK];
	const struct tenovl_setting *setting;
	unsigned int i;

	if (!tenovl_dev_is_l3(tdev))
		return 0;
	for (i = 0; i < ARRAY_SIZE(tenovl_setting_table); i++) {
		setting = &tenovl_setting_table[i];
		if (setting->l2 && tb[setting->attr]) {
			tenovl_setting_refuse(setting->l2, tb[setting->attr], extack);
			return -EINVAL;
		}
	}
	if (encap && nla_get_u8(encap) != TENOVL_ENCAP_GRE) {
		NL_SET_ERR_MSG_ATTR(extack, encap, "A device of mode l3 speaks GRE only");
		return -EINVAL;
	}
	if (check && !nla_get_u8(check)) {
		NL_SET_ERR_MSG_ATTR(extack, check,
				    "In mode l3 each peer has its inner sources, so only peers may send");
		return -EINVAL;
	}
	return 0;
}

/**
 * tenovl_settings_get() - the settings that a request names
 * @wanted: those of the device; overwritten where named
 * @tb: attributes of the device's nest, within their policies
 * @extack: the reason of a refusal
 *
 * Return: how many are named, without the MTU; or an error.
 */
int tenovl_settings_get(struct tenovl_settings *wanted, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	int err, n;

	n = tenovl_members_get(wanted, tenovl_setting_table, ARRAY_SIZE(tenovl_setting_table), tb);
	if (tb[TENOVL_A_DEV_DSCP])
		wanted->dscp_inherit = false;
	wanted->has_head_mac = !is_zero_ether_addr(wanted->head_mac);
	if (is_multicast_ether_addr(wanted->head_mac)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_DEV_HEAD_MAC],
				    "The head-mac must be a unicast address");
		return -EINVAL;
	}
	if (tb[TENOVL_A_DEV_VNI]) {
		wanted->vni = nla_get_u32(tb[TENOVL_A_DEV_VNI]);
		wanted->has_vni = true;
		n++;
	}
	if (tb[TENOVL_A_DEV_LOCAL]) {
		err = tenovl_addr_get(&wanted->local, tb[TENOVL_A_DEV_LOCAL], extack);
		if (err)
			return err;
		wanted->has_local = true;
		n++;
	}
	return n;
}

static int tenovl_guard_get_macs(struct tenovl_guard *wanted, const struct nlattr *nest,
				 struct netlink_ext_ack *extack)
{
	const struct nlattr *pos;
	int rem;

	wanted->n_macs = 0;
	nla_for_each_nested(pos, nest, rem) {
		if (wanted->n_macs == TENOVL_MAX_MACS) {
			NL_SET_ERR_MSG_ATTR(extack, nest, "A port has at most 16 addresses");
			return -E2BIG;
		}
		if (!is_valid_ether_addr(nla_data(pos))) {
			NL_SET_ERR_MSG_ATTR(extack, pos,
					    "A port sends from unicast addresses only");
			return -EINVAL;
		}
		ether_addr_copy(wanted->mac[wanted->n_macs++], nla_data(pos));
	}
	return 0;
}

static int tenovl_guard_get_ips(struct tenovl_guard *wanted, const struct nlattr *nest,
				struct netlink_ext_ack *extack)
{
	const struct nlattr *pos;
	int rem, err;

	wanted->n_ips = 0;
	nla_for_each_nested(pos, nest, rem) {
		if (wanted->n_ips == TENOVL_MAX_IPS) {
			NL_SET_ERR_MSG_ATTR(extack, nest, "A port has at most 64 IP addresses");
			return -E2BIG;
		}
		err = tenovl_addr_get(&wanted->ip[wanted->n_ips], pos, extack);
		if (err)
			return err;
		if (tenovl_addr_any(&wanted->ip[wanted->n_ips++])) {
			NL_SET_ERR_MSG_ATTR(extack, pos, "The any address is nobody's");
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * tenovl_guard_get() - what a request lets an access port send
 * @wanted: what it may send now; overwritten where named
 * @tb: attributes of the port's nest, within their policies
 * @extack: the reason of a refusal
 *
 * Return: how many are named, or an error.
 */
int tenovl_guard_get(struct tenovl_guard *wanted, struct nlattr **tb,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *macs = tb[TENOVL_A_PORT_MACS], *ips = tb[TENOVL_A_PORT_IPS];
	int n, err = 0;

	n = tenovl_members_get(wanted, tenovl_guard_table, ARRAY_SIZE(tenovl_guard_table), tb);
	if (macs)
		err = tenovl_guard_get_macs(wanted, macs, extack);
	if (!err && ips)
		err = tenovl_guard_get_ips(wanted, ips, extack);
	tenovl_guard_limit(wanted);
	return err ?: n + !!macs + !!ips;
}

/**
 * tenovl_fill_size() - room for a device's name and one nest
 * @nest: TENOVL_A_DEV, _PEER (see tenovl_fill_peer_size()), _FDB, _ROUTE, _MOVE, _PORT,
 *	_STATS or _NET_STATS; a selection has room beside it
 *
 * Return: bytes of a message's payload that are always enough.
 */
size_t tenovl_fill_size(int nest)
{
	size_t addr = nla_total_size(sizeof(struct in6_addr));
	size_t number = nla_total_size(sizeof(u32));
	size_t counter = nla_total_size_64bit(sizeof(u64));
	size_t name = nla_total_size(IFNAMSIZ);
	size_t size = 4 * number + name + 2 * nla_total_size(0) +
		      TENOVL_A_SELECTION_MAX * number + 2 * name;

	switch (nest) {
	case TENOVL_A_DEV:
		return size + TENOVL_A_DEV_MAX * number + addr + nla_total_size(ETH_ALEN);
	case TENOVL_A_PEER:
		return size + TENOVL_A_PEER_MAX * number + (1 + TENOVL_MAX_SOURCES) * addr +
		       TENOVL_A_PEER_STATS_MAX * counter;
	case TENOVL_A_FDB:
		return size + TENOVL_A_FDB_MAX * number + 3 * addr + 2 * name;
	case TENOVL_A_MOVE:
		return size + TENOVL_A_MOVE_MAX * number + addr;
	case TENOVL_A_ROUTE:
		return size + 2 * (number + addr);
	case TENOVL_A_PORT:
		return size + TENOVL_A_PORT_MAX * number + 3 * name +
		       (TENOVL_MAX_MACS + TENOVL_MAX_IPS) * addr +
		       TENOVL_A_PORT_STATS_MAX * counter;
	case TENOVL_A_STATS:
		return size + TENOVL_A_STATS_MAX * counter;
	default:
		return size + TENOVL_A_NET_STATS_MAX * counter;
	}
}

/**
 * tenovl_fill_name() - tell which device a message is about
 * @msg: the message
 * @tdev: the device
 * @viewer: the namespace that the message goes to
 * @gfp: how to make an id for the device's namespace, where it has none there
 *
 * RTNL, or BH off. A namespace that is going has no id and is told as -1.
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_name(struct sk_buff *msg, const struct tenovl_dev *tdev, struct net *viewer,
		     gfp_t gfp)
{
	struct net *net = dev_net(tdev->dev);

	if (nla_put_u32(msg, TENOVL_A_IFINDEX, tdev->dev->ifindex))
		return -EMSGSIZE;
	if (net_eq(net, viewer))
		return 0;
	return nla_put_s32(msg, TENOVL_A_NETNS_ID, peernet2id_alloc(viewer, net, gfp));
}

/**
 * tenovl_fill_addr() - tell an outer address
 * @msg: the message
 * @type: the attribute
 * @addr: the address, IPv4 as v4-mapped
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_addr(struct sk_buff *msg, int type, const struct in6_addr *addr)
{
	return nla_put(msg, type, tenovl_addr_len(addr), tenovl_addr_data(addr));
}

static int tenovl_fill_settings(struct sk_buff *msg, const struct tenovl_settings *settings,
				u8 mode)
{
	if (nla_put_u8(msg, TENOVL_A_DEV_MODE, mode))
		return -EMSGSIZE;
	if (settings->has_vni && nla_put_u32(msg, TENOVL_A_DEV_VNI, settings->vni))
		return -EMSGSIZE;
	if (settings->has_local && tenovl_fill_addr(msg, TENOVL_A_DEV_LOCAL, &settings->local))
		return -EMSGSIZE;
	return tenovl_members_put(msg, settings, tenovl_setting_table,
				  ARRAY_SIZE(tenovl_setting_table), mode == TENOVL_MODE_L3);
}

static int tenovl_fill_dev_tables(struct sk_buff *msg, const struct tenovl_dev *tdev)
{
	if (tenovl_dev_is_l3(tdev))
		return nla_put_u32(msg, TENOVL_A_DEV_ROUTES, tdev->routes->n);
	if (nla_put_u32(msg, TENOVL_A_DEV_STATIC_ENTRIES, READ_ONCE(tdev->n_static)) ||
	    nla_put_u32(msg, TENOVL_A_DEV_LEARNED_ENTRIES, READ_ONCE(tdev->n_learned)) ||
	    nla_put_u32(msg, TENOVL_A_DEV_PORTS, tdev->n_ports) ||
	    nla_put_u32(msg, TENOVL_A_DEV_TOMBSTONES, READ_ONCE(tdev->graves.n)) ||
	    nla_put_u32(msg, TENOVL_A_DEV_MOVES, READ_ONCE(tdev->moves.n)))
		return -EMSGSIZE;
	return tenovl_fill_selection(msg, TENOVL_A_DEV_SELECTION, tdev, NULL);
}

static int tenovl_fill_dev_state(struct sk_buff *msg, const struct tenovl_dev *tdev,
				 struct net *viewer)
{
	if (nla_put_u32(msg, TENOVL_A_DEV_MTU, tdev->dev->mtu) ||
	    nla_put_u8(msg, TENOVL_A_DEV_MTU_AUTO, tdev->mtu_auto) ||
	    nla_put_u32(msg, TENOVL_A_DEV_PEERS, tdev->n_peers) ||
	    tenovl_fill_dev_tables(msg, tdev))
		return -EMSGSIZE;
	if (net_eq(tdev->net, viewer))
		return 0;
	return nla_put_s32(msg, TENOVL_A_DEV_UNDERLAY_NETNS_ID,
			   peernet2id_alloc(viewer, tdev->net, GFP_KERNEL));
}

/**
 * tenovl_fill_dev() - tell settings and state of a device
 * @msg: the message
 * @tdev: the device, not detached
 * @viewer: the namespace that the message goes to
 *
 * RTNL.
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_dev(struct sk_buff *msg, struct tenovl_dev *tdev, struct net *viewer)
{
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_DEV);

	if (!nest)
		return -EMSGSIZE;
	if (tenovl_fill_settings(msg, rtnl_dereference(tdev->settings), tdev->mode) ||
	    tenovl_fill_dev_state(msg, tdev, viewer))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* The first is the peer's own address, which is told as such. */
static int tenovl_fill_sources(struct sk_buff *msg, const struct tenovl_peer *peer)
{
	const struct tenovl_source *source;
	struct nlattr *nest;

	if (peer->nsources < 2)
		return 0;
	nest = nla_nest_start(msg, TENOVL_A_PEER_SOURCES);
	if (!nest)
		return -EMSGSIZE;
	list_for_each_entry(source, &peer->sources, list)
		if (!ipv6_addr_equal(&source->addr, &peer->addr) &&
		    tenovl_fill_addr(msg, TENOVL_A_SOURCES_ADDRESS, &source->addr))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int tenovl_fill_prefix(struct sk_buff *msg, int type, const struct tenovl_prefix *prefix)
{
	int bytes = prefix->v6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
	u8 data[sizeof(prefix->addr) + 1];

	memcpy(data, prefix->v6 ? &prefix->addr.s6_addr32[0] : &prefix->addr.s6_addr32[3], bytes);
	data[bytes] = prefix->len;
	return nla_put(msg, type, bytes + 1, data);
}

static int tenovl_fill_inner_sources(struct sk_buff *msg, const struct tenovl_peer *peer)
{
	const struct tenovl_inner_sources *sources = rtnl_dereference(peer->inner);
	struct nlattr *nest;
	u32 i;

	if (!sources)
		return 0;
	nest = nla_nest_start(msg, TENOVL_A_PEER_INNER_SOURCES);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < sources->n; i++)
		if (tenovl_fill_prefix(msg, TENOVL_A_INNER_SOURCES_PREFIX, &sources->prefix[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* What is of mode l2 only. */
static int tenovl_fill_peer_l2(struct sk_buff *msg, const struct tenovl_peer *peer)
{
	if (tenovl_dev_is_l3(peer->tdev))
		return 0;
	if (nla_put_u16(msg, TENOVL_A_PEER_DSTPORT, peer->dstport))
		return -EMSGSIZE;
	return nla_put_u8(msg, TENOVL_A_PEER_FLOOD, peer->flood);
}

static int tenovl_fill_peer_state(struct sk_buff *msg, struct tenovl_peer *peer)
{
	u64 sum[TENOVL_A_PEER_STATS_MAX + 1];
	u32 pmtu = tenovl_peer_pmtu(peer);
	struct nlattr *nest;
	unsigned int i;

	if (pmtu && nla_put_u32(msg, TENOVL_A_PEER_PMTU, pmtu))
		return -EMSGSIZE;
	if (nla_put_u32(msg, TENOVL_A_PEER_ENTRIES, READ_ONCE(peer->side.entries)))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, TENOVL_A_PEER_STATS);
	if (!nest)
		return -EMSGSIZE;
	tenovl_peer_stats_sum(peer, sum);
	for (i = TENOVL_A_PEER_STATS_PAD + 1; i <= TENOVL_A_PEER_STATS_MAX; i++)
		if (nla_put_u64_64bit(msg, i, sum[i], TENOVL_A_PEER_STATS_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * tenovl_fill_peer_size() - room for a device's name and a peer
 * @peer: the peer
 *
 * RTNL, as the prefixes that its packets may come from are counted.
 *
 * Return: bytes of a message's payload that are always enough.
 */
size_t tenovl_fill_peer_size(const struct tenovl_peer *peer)
{
	const struct tenovl_inner_sources *sources = rtnl_dereference(peer->inner);

	return tenovl_fill_size(TENOVL_A_PEER) +
	       (sources ? sources->n : 0) * nla_total_size(sizeof(struct in6_addr) + 1);
}

/**
 * tenovl_fill_peer() - tell a peer
 * @msg: the message
 * @peer: the peer
 * @state: with path MTU and counters, not only what is configured
 *
 * RTNL.
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_peer(struct sk_buff *msg, struct tenovl_peer *peer, bool state)
{
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_PEER);

	if (!nest)
		return -EMSGSIZE;
	if (tenovl_fill_addr(msg, TENOVL_A_PEER_ADDRESS, &peer->addr) ||
	    nla_put_u8(msg, TENOVL_A_PEER_ENCAP, peer->encap) ||
	    nla_put_u8(msg, TENOVL_A_PEER_GRE_KEY, peer->gre_key) ||
	    nla_put_u8(msg, TENOVL_A_PEER_ADMIN, peer->admin) ||
	    tenovl_fill_peer_l2(msg, peer) ||
	    tenovl_fill_sources(msg, peer) ||
	    tenovl_fill_inner_sources(msg, peer))
		return -EMSGSIZE;
	if (state && tenovl_fill_peer_state(msg, peer))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * tenovl_fill_route() - tell a route
 * @msg: the message
 * @route: the route, leading to a peer
 *
 * RTNL.
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_route(struct sk_buff *msg, const struct tenovl_route *route)
{
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_ROUTE);

	if (!nest)
		return -EMSGSIZE;
	if (tenovl_fill_prefix(msg, TENOVL_A_ROUTE_PREFIX, &route->prefix) ||
	    tenovl_fill_addr(msg, TENOVL_A_ROUTE_PEER, &rtnl_dereference(route->peer)->addr))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static u8 tenovl_port_state(const struct tenovl_port *port)
{
	if (tenovl_port_is_access(port))
		return netif_running(port->dev) && netif_running(port->tdev->dev) ?
		       TENOVL_PORT_STATE_ACTIVE : TENOVL_PORT_STATE_UNUSABLE;
	if (rcu_access_pointer(port->tdev->selected) == port)
		return TENOVL_PORT_STATE_SELECTED;
	return port->usable ? TENOVL_PORT_STATE_STANDBY : TENOVL_PORT_STATE_UNUSABLE;
}

static int tenovl_fill_port_bridge(struct sk_buff *msg, const struct tenovl_port *port)
{
	const struct net_device *bridge = netdev_master_upper_dev_get(port->dev);

	if (nla_put_u32(msg, TENOVL_A_PORT_PRIORITY, port->priority))
		return -EMSGSIZE;
	if (port->tdev->selection.pinned == port && nla_put_flag(msg, TENOVL_A_PORT_PINNED))
		return -EMSGSIZE;
	if (!bridge)
		return 0;
	if (nla_put_u32(msg, TENOVL_A_PORT_BRIDGE, bridge->ifindex))
		return -EMSGSIZE;
	return nla_put_string(msg, TENOVL_A_PORT_BRIDGE_NAME, bridge->name);
}

static int tenovl_fill_guard_macs(struct sk_buff *msg, const struct tenovl_guard *guard)
{
	struct nlattr *nest;
	u32 i;

	if (!guard->n_macs)
		return 0;
	nest = nla_nest_start(msg, TENOVL_A_PORT_MACS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < guard->n_macs; i++)
		if (nla_put(msg, TENOVL_A_PORT_MACS_MAC, ETH_ALEN, guard->mac[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int tenovl_fill_guard_ips(struct sk_buff *msg, const struct tenovl_guard *guard)
{
	struct nlattr *nest;
	u32 i;

	if (!guard->n_ips)
		return 0;
	nest = nla_nest_start(msg, TENOVL_A_PORT_IPS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < guard->n_ips; i++)
		if (tenovl_fill_addr(msg, TENOVL_A_PORT_IPS_ADDRESS, &guard->ip[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int tenovl_fill_port_access(struct sk_buff *msg, const struct tenovl_port *port)
{
	const struct tenovl_guard *guard = rtnl_dereference(port->guard);
	const struct tenovl_hook *hook = rtnl_dereference(port->hook);

	if (port->enslaved && nla_put_flag(msg, TENOVL_A_PORT_ENSLAVED))
		return -EMSGSIZE;
	if (hook && nla_put_string(msg, TENOVL_A_PORT_HOOK, hook->dev->name))
		return -EMSGSIZE;
	if (nla_put_u8(msg, TENOVL_A_PORT_ISOLATED, port->isolated))
		return -EMSGSIZE;
	if (tenovl_members_put(msg, guard, tenovl_guard_table, ARRAY_SIZE(tenovl_guard_table),
			       false) ||
	    tenovl_fill_guard_macs(msg, guard))
		return -EMSGSIZE;
	return tenovl_fill_guard_ips(msg, guard);
}

/* Where it is, for whom that is another namespace than its device's. */
static int tenovl_fill_port_netns(struct sk_buff *msg, const struct tenovl_port *port,
				  struct net *viewer)
{
	struct net *net = dev_net(port->dev);

	if (net_eq(net, dev_net(port->tdev->dev)))
		return 0;
	return nla_put_s32(msg, TENOVL_A_PORT_OWN_NETNS_ID,
			   peernet2id_alloc(viewer, net, GFP_KERNEL));
}

static int tenovl_fill_port_stats(struct sk_buff *msg, const struct tenovl_port *port)
{
	u64 sum[TENOVL_A_PORT_STATS_MAX + 1];
	struct nlattr *nest;
	unsigned int i;

	nest = nla_nest_start(msg, TENOVL_A_PORT_STATS);
	if (!nest)
		return -EMSGSIZE;
	tenovl_port_stats_sum(port, sum);
	for (i = TENOVL_A_PORT_STATS_PAD + 1; i <= TENOVL_A_PORT_STATS_MAX; i++)
		if (nla_put_u64_64bit(msg, i, sum[i], TENOVL_A_PORT_STATS_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * tenovl_fill_port() - tell a port
 * @msg: the message
 * @port: the port
 * @viewer: the namespace that the message goes to
 * @stats: with counters
 *
 * RTNL.
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_port(struct sk_buff *msg, const struct tenovl_port *port, struct net *viewer,
		     bool stats)
{
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_PORT);
	int err;

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(msg, TENOVL_A_PORT_INDEX, port->dev->ifindex) ||
	    nla_put_u32(msg, TENOVL_A_PORT_ID, port->id) ||
	    tenovl_fill_port_netns(msg, port, viewer) ||
	    nla_put_string(msg, TENOVL_A_PORT_NAME, port->dev->name) ||
	    nla_put_u8(msg, TENOVL_A_PORT_ROLE, port->role) ||
	    nla_put_u8(msg, TENOVL_A_PORT_STATE, tenovl_port_state(port)) ||
	    nla_put_u32(msg, TENOVL_A_PORT_ENTRIES, READ_ONCE(port->side.entries)))
		return -EMSGSIZE;
	if (tenovl_port_is_access(port))
		err = tenovl_fill_port_access(msg, port);
	else
		err = tenovl_fill_port_bridge(msg, port);
	if (err)
		return err;
	if (stats && tenovl_fill_port_stats(msg, port))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * tenovl_fill_selection() - tell which port carries the traffic
 * @msg: the message
 * @type: the attribute
 * @tdev: the device; nothing is told of one that never had a port
 * @old: the port that did before, NULL for none
 *
 * RTNL.
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_selection(struct sk_buff *msg, int type, const struct tenovl_dev *tdev,
			  const struct tenovl_port *old)
{
	const struct tenovl_port *port = rtnl_dereference(tdev->selected);
	const struct tenovl_selection *sel = &tdev->selection;
	struct nlattr *nest;

	if (!sel->changes)
		return 0;
	nest = nla_nest_start(msg, type);
	if (!nest)
		return -EMSGSIZE;
	if (port && (nla_put_u32(msg, TENOVL_A_SELECTION_PORT, port->dev->ifindex) ||
		     nla_put_string(msg, TENOVL_A_SELECTION_PORT_NAME, port->dev->name)))
		return -EMSGSIZE;
	if (old && nla_put_string(msg, TENOVL_A_SELECTION_OLD_PORT_NAME, old->dev->name))
		return -EMSGSIZE;
	if (nla_put_u8(msg, TENOVL_A_SELECTION_CAUSE, sel->cause) ||
	    nla_put_u32(msg, TENOVL_A_SELECTION_CHANGES, sel->changes) ||
	    nla_put_u32(msg, TENOVL_A_SELECTION_AGE, jiffies_to_msecs(jiffies - sel->since)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* A sequence number and moves are told where there are any. */
static int tenovl_fill_fdb_info(struct sk_buff *msg, const struct tenovl_fdb_info *info)
{
	if (nla_put(msg, TENOVL_A_FDB_MAC, ETH_ALEN, info->mac) ||
	    nla_put_u8(msg, TENOVL_A_FDB_KIND, info->kind) ||
	    nla_put_u8(msg, TENOVL_A_FDB_PLACE, info->where.place) ||
	    nla_put_u32(msg, TENOVL_A_FDB_IDLE, info->idle))
		return -EMSGSIZE;
	if (info->where.place == TENOVL_PLACE_PEER &&
	    tenovl_fill_addr(msg, TENOVL_A_FDB_PEER, &info->where.peer))
		return -EMSGSIZE;
	if (info->where.place == TENOVL_PLACE_PORT &&
	    (nla_put_u32(msg, TENOVL_A_FDB_PORT, info->where.port) ||
	     nla_put_u32(msg, TENOVL_A_FDB_PORT_ID, info->where.port_id) ||
	     nla_put_string(msg, TENOVL_A_FDB_PORT_NAME, info->where.port_name)))
		return -EMSGSIZE;
	if (info->kind == TENOVL_FDB_KIND_STATIC &&
	    nla_put_u32(msg, TENOVL_A_FDB_SEQ, info->seq))
		return -EMSGSIZE;
	if (info->mobile && nla_put_flag(msg, TENOVL_A_FDB_MOBILE))
		return -EMSGSIZE;
	if (info->kind == TENOVL_FDB_KIND_STATIC && !info->mobile)
		return 0;
	if (nla_put_u32(msg, TENOVL_A_FDB_MOVES, info->moves))
		return -EMSGSIZE;
	return info->frozen ? nla_put_flag(msg, TENOVL_A_FDB_FROZEN) : 0;
}

/**
 * tenovl_fill_fdb() - tell a forwarding entry
 * @msg: the message
 * @info: the entry
 * @old: where it was before, NULL for nowhere
 *
 * Any context.
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_fdb(struct sk_buff *msg, const struct tenovl_fdb_info *info,
		    const struct tenovl_where *old)
{
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_FDB);

	if (!nest)
		return -EMSGSIZE;
	if (tenovl_fill_fdb_info(msg, info))
		return -EMSGSIZE;
	if (old && nla_put_u8(msg, TENOVL_A_FDB_OLD_PLACE, old->place))
		return -EMSGSIZE;
	if (old && old->place == TENOVL_PLACE_PEER &&
	    tenovl_fill_addr(msg, TENOVL_A_FDB_OLD_PEER, &old->peer))
		return -EMSGSIZE;
	if (old && old->place == TENOVL_PLACE_PORT &&
	    nla_put_string(msg, TENOVL_A_FDB_OLD_PORT_NAME, old->port_name))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int tenovl_fill_move_counts(struct sk_buff *msg, const struct tenovl_move_info *move)
{
	if (nla_put_u32(msg, TENOVL_A_MOVE_WAITING, move->waiting) ||
	    nla_put_u32(msg, TENOVL_A_MOVE_OVERFLOW, move->overflow) ||
	    nla_put_u32(msg, TENOVL_A_MOVE_EXPIRED, move->expired) ||
	    nla_put_u32(msg, TENOVL_A_MOVE_RELEASED, move->released) ||
	    nla_put_u32(msg, TENOVL_A_MOVE_CLONED, move->cloned))
		return -EMSGSIZE;
	return nla_put_u32(msg, TENOVL_A_MOVE_LEFT, move->left);
}

/**
 * tenovl_fill_move() - tell a planned move
 * @msg: the message
 * @move: the move
 *
 * Any context.
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_move(struct sk_buff *msg, const struct tenovl_move_info *move)
{
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_MOVE);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put(msg, TENOVL_A_MOVE_MAC, ETH_ALEN, move->mac) ||
	    (move->has_to && tenovl_fill_addr(msg, TENOVL_A_MOVE_TO, &move->to)) ||
	    (move->clone && nla_put_flag(msg, TENOVL_A_MOVE_CLONE)) ||
	    nla_put_u32(msg, TENOVL_A_MOVE_MAX_FRAMES, move->max_frames) ||
	    nla_put_u32(msg, TENOVL_A_MOVE_MAX_BYTES, move->max_bytes) ||
	    nla_put_u32(msg, TENOVL_A_MOVE_MAX_WAIT, move->max_wait) ||
	    tenovl_fill_move_counts(msg, move))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * tenovl_fill_stats() - a device's counters
 * @msg: the message
 * @tdev: the device
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_stats(struct sk_buff *msg, const struct tenovl_dev *tdev)
{
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_STATS);
	u64 sum[TENOVL_A_STATS_MAX + 1];
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	tenovl_stats_sum(tdev, sum);
	for (i = TENOVL_A_STATS_PAD + 1; i <= TENOVL_A_STATS_MAX; i++)
		if (nla_put_u64_64bit(msg, i, sum[i], TENOVL_A_STATS_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * tenovl_fill_net_stats() - what a namespace counts as an underlay
 * @msg: the message
 * @net: the namespace
 *
 * Return: 0 or -EMSGSIZE.
 */
int tenovl_fill_net_stats(struct sk_buff *msg, const struct net *net)
{
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_NET_STATS);
	struct tenovl_net *tnet = tenovl_pernet(net);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = TENOVL_A_NET_STATS_PAD + 1; i <= TENOVL_A_NET_STATS_MAX; i++)
		if (nla_put_u64_64bit(msg, i, atomic64_read(&tnet->stats[i]),
				      TENOVL_A_NET_STATS_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}
