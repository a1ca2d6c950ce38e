// SPDX-License-Identifier: GPL-2.0
/*
 * The generic-netlink family: requests in, replies and dumps out.
 *
 * uapi/tenovl.yaml describes the family; the policies below are its bounds,
 * one small set for each command, so that a command takes what it uses and
 * refuses the rest. Beyond them a request is parsed here (that of routes in
 * netlink_route.c, that of moves in netlink_move.c), judged whole by the object it is
 * about (device.c, peer.c, fdb.c, route.c, planned.c), and only then applied there.
 *
 * DOC: Locking
 *
 * The family runs parallel_ops: genetlink's own lock is not taken. Every
 * request runs under RTNL from tenovl_pre_doit() to tenovl_post_doit(), every
 * batch of a dump under RTNL taken in the dump function. The device that a
 * request names is looked up under that same RTNL and so needs no reference.
 *
 * DOC: Dumps
 *
 * A dump resumes at an id, not at a count: it costs the same per object
 * however many there are, and an object that lives all through it is shown
 * exactly once. netlink's consistency check compares generations.
 */
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/sort.h>
#include <net/sock.h>

#include "netlink.h"

/* Bounds that 16 bits do not hold. */
static struct netlink_range_validation tenovl_vni_range = { .max = TENOVL_VNI_MAX };
static struct netlink_range_validation tenovl_link_range = { .max = 0x7fffffff };
static struct netlink_range_validation tenovl_ageing_range = { .max = 1000000 };
static struct netlink_range_validation tenovl_max_learned_range = { .max = 16777216 };
static struct netlink_range_validation tenovl_move_window_range = { .min = 1, .max = 86400 };
static struct netlink_range_validation tenovl_delay_range = { .max = 3600000 };
static struct netlink_range_validation tenovl_interval_range = { .min = 1, .max = 60000 };
static struct netlink_range_validation tenovl_priority_range = { .max = 65535 };
static struct netlink_range_validation tenovl_burst_range = { .min = 65536, .max = 1073741824 };
static struct netlink_range_validation tenovl_flood_burst_range = { .min = 1, .max = 1000000 };
static struct netlink_range_validation tenovl_mtu_range = { .min = 68, .max = TENOVL_MTU_MAX };

/* Nests */

static const struct nla_policy tenovl_dev_nest_policy[TENOVL_A_DEV_MAX + 1] = {
	[TENOVL_A_DEV_MODE] = TENOVL_REFUSE("The mode is fixed when a device is made"),
	[TENOVL_A_DEV_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_vni_range),
	[TENOVL_A_DEV_ENCAP] = NLA_POLICY_RANGE(NLA_U8, TENOVL_ENCAP_VXLAN, TENOVL_ENCAP_GRE),
	[TENOVL_A_DEV_GRE_KEY] = NLA_POLICY_RANGE(NLA_U8, TENOVL_GRE_KEY_NVGRE,
						  TENOVL_GRE_KEY_PLAIN),
	[TENOVL_A_DEV_FLOWID] = NLA_POLICY_MAX(NLA_U8, TENOVL_FLOWID_HASH),
	[TENOVL_A_DEV_LOCAL] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TENOVL_A_DEV_DSTPORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[TENOVL_A_DEV_SRC_PORT_MIN] = NLA_POLICY_MIN(NLA_U16, 1),
	[TENOVL_A_DEV_SRC_PORT_MAX] = NLA_POLICY_MIN(NLA_U16, 1),
	[TENOVL_A_DEV_LINK] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_link_range),
	[TENOVL_A_DEV_MARK] = { .type = NLA_U32 },
	[TENOVL_A_DEV_TTL] = { .type = NLA_U8 },
	[TENOVL_A_DEV_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[TENOVL_A_DEV_DSCP_INHERIT] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_DF] = NLA_POLICY_MAX(NLA_U8, TENOVL_DF_INHERIT),
	[TENOVL_A_DEV_UDP_CSUM] = NLA_POLICY_MAX(NLA_U8, TENOVL_CSUM_ON),
	[TENOVL_A_DEV_UDP_ZERO_CSUM6_RX] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_GRE_CSUM] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_INNER_VLAN] = NLA_POLICY_MAX(NLA_U8, TENOVL_INNER_VLAN_DROP),
	[TENOVL_A_DEV_LEARNING] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_AGEING] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_ageing_range),
	[TENOVL_A_DEV_MAX_LEARNED] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_max_learned_range),
	[TENOVL_A_DEV_MOVE_LIMIT] = NLA_POLICY_MAX(NLA_U32, 1000),
	[TENOVL_A_DEV_MOVE_WINDOW] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_move_window_range),
	[TENOVL_A_DEV_SOURCE_CHECK] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_MTU] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_mtu_range),
	[TENOVL_A_DEV_MTU_AUTO] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_UNDERLAY_NETNS_ID] =
		TENOVL_REFUSE("The underlay is the namespace that a device is made in"),
	[TENOVL_A_DEV_PEERS] = TENOVL_REFUSE("The number of peers is told, not set"),
	[TENOVL_A_DEV_STATIC_ENTRIES] =
		TENOVL_REFUSE("The number of static entries is told, not set"),
	[TENOVL_A_DEV_LEARNED_ENTRIES] =
		TENOVL_REFUSE("The number of learned entries is told, not set"),
	[TENOVL_A_DEV_STANDBY_INGRESS] = NLA_POLICY_MAX(NLA_U8, TENOVL_STANDBY_INGRESS_LEARN),
	[TENOVL_A_DEV_REVERT] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_REVERT_DELAY] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_delay_range),
	[TENOVL_A_DEV_HOLD] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_delay_range),
	[TENOVL_A_DEV_MIN_LIVE] = NLA_POLICY_MAX(NLA_U32, 1023),
	[TENOVL_A_DEV_ANNOUNCE_COUNT] = NLA_POLICY_MAX(NLA_U32, 100),
	[TENOVL_A_DEV_ANNOUNCE_INTERVAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_interval_range),
	[TENOVL_A_DEV_PORTS] = TENOVL_REFUSE("The number of ports is told, not set"),
	[TENOVL_A_DEV_SELECTION] = TENOVL_REFUSE("A port is selected by port-select"),
	[TENOVL_A_DEV_UNDERLAY_HOOKS] = NLA_POLICY_MAX(NLA_U8, TENOVL_UNDERLAY_HOOKS_BYPASS),
	[TENOVL_A_DEV_FASTPATH] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_SUPPRESS] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_DEV_HEAD_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[TENOVL_A_DEV_ROUTES] = TENOVL_REFUSE("The number of routes is told, not set"),
	[TENOVL_A_DEV_REDIRECT] = NLA_POLICY_MAX(NLA_U32, 3600),
	[TENOVL_A_DEV_REDIRECT_PORT] = NLA_POLICY_RANGE(NLA_U16, 1, TENOVL_REDIRECT_PORT_MAX),
	[TENOVL_A_DEV_TOMBSTONES] = TENOVL_REFUSE("The number of tombstones is told, not set"),
	[TENOVL_A_DEV_MOVES] = TENOVL_REFUSE("The number of moves is told, not set"),
};

static const struct nla_policy tenovl_sources_nest_policy[TENOVL_A_SOURCES_MAX + 1] = {
	[TENOVL_A_SOURCES_ADDRESS] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
};

static const struct nla_policy tenovl_inner_sources_nest_policy[TENOVL_A_INNER_SOURCES_MAX + 1] = {
	[TENOVL_A_INNER_SOURCES_PREFIX] = NLA_POLICY_RANGE(NLA_BINARY, 5, 17),
};

static const struct nla_policy tenovl_peer_nest_policy[TENOVL_A_PEER_MAX + 1] = {
	[TENOVL_A_PEER_ADDRESS] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TENOVL_A_PEER_ENCAP] = NLA_POLICY_MAX(NLA_U8, TENOVL_ENCAP_GRE),
	[TENOVL_A_PEER_GRE_KEY] = NLA_POLICY_MAX(NLA_U8, TENOVL_GRE_KEY_PLAIN),
	[TENOVL_A_PEER_DSTPORT] = { .type = NLA_U16 },
	[TENOVL_A_PEER_ADMIN] = NLA_POLICY_MAX(NLA_U8, TENOVL_ADMIN_UP),
	[TENOVL_A_PEER_FLOOD] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_PEER_SOURCES] = NLA_POLICY_NESTED(tenovl_sources_nest_policy),
	[TENOVL_A_PEER_PMTU] = TENOVL_REFUSE("The path MTU is told, not set"),
	[TENOVL_A_PEER_ENTRIES] = TENOVL_REFUSE("The number of entries is told, not set"),
	[TENOVL_A_PEER_STATS] = TENOVL_REFUSE("The counters of a peer are told, not set"),
	[TENOVL_A_PEER_INNER_SOURCES] = NLA_POLICY_NESTED(tenovl_inner_sources_nest_policy),
};

static const struct nla_policy tenovl_peer_key_nest_policy[TENOVL_A_PEER_ADDRESS + 1] = {
	[TENOVL_A_PEER_ADDRESS] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
};

static const struct nla_policy tenovl_fdb_nest_policy[TENOVL_A_FDB_MAX + 1] = {
	[TENOVL_A_FDB_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[TENOVL_A_FDB_PEER] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TENOVL_A_FDB_SEQ] = { .type = NLA_U32 },
	[TENOVL_A_FDB_FORCE] = { .type = NLA_FLAG },
	[TENOVL_A_FDB_KIND] = TENOVL_REFUSE("Entries made by request are static"),
	[TENOVL_A_FDB_PLACE] = TENOVL_REFUSE("The place of an entry is told, not set"),
	[TENOVL_A_FDB_FROZEN] = TENOVL_REFUSE("Whether an entry is frozen is told, not set"),
	[TENOVL_A_FDB_MOVES] = TENOVL_REFUSE("The moves of an entry are told, not set"),
	[TENOVL_A_FDB_IDLE] = TENOVL_REFUSE("The idle time of an entry is told, not set"),
	[TENOVL_A_FDB_OLD_PEER] = TENOVL_REFUSE("The old peer is told in events only"),
	[TENOVL_A_FDB_PORT] = TENOVL_REFUSE("Entries behind a port are learned, not set"),
	[TENOVL_A_FDB_PORT_NAME] = TENOVL_REFUSE("Entries behind a port are learned, not set"),
	[TENOVL_A_FDB_OLD_PORT_NAME] = TENOVL_REFUSE("The old port is told in events only"),
	[TENOVL_A_FDB_PORT_ID] = TENOVL_REFUSE("Entries behind a port are learned, not set"),
	[TENOVL_A_FDB_MOBILE] = { .type = NLA_FLAG },
	[TENOVL_A_FDB_OLD_PLACE] = TENOVL_REFUSE("The old place is told in events only"),
};

static const struct nla_policy tenovl_fdb_del_nest_policy[TENOVL_A_FDB_FORCE + 1] = {
	[TENOVL_A_FDB_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[TENOVL_A_FDB_PEER] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TENOVL_A_FDB_SEQ] = { .type = NLA_U32 },
	[TENOVL_A_FDB_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy tenovl_fdb_key_nest_policy[TENOVL_A_FDB_MAC + 1] = {
	[TENOVL_A_FDB_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

static const struct nla_policy tenovl_fdb_flush_nest_policy[TENOVL_A_FDB_KIND + 1] = {
	[TENOVL_A_FDB_MAC] = TENOVL_REFUSE("A flush goes by kind and by peer; delete one address"),
	[TENOVL_A_FDB_PEER] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TENOVL_A_FDB_SEQ] = TENOVL_REFUSE("A flush asks for no sequence number"),
	[TENOVL_A_FDB_FORCE] = TENOVL_REFUSE("A flush asks for no sequence number"),
	[TENOVL_A_FDB_KIND] = NLA_POLICY_MAX(NLA_U8, TENOVL_FDB_KIND_LEARNED),
};

static const struct nla_policy tenovl_macs_nest_policy[TENOVL_A_PORT_MACS_MAX + 1] = {
	[TENOVL_A_PORT_MACS_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

static const struct nla_policy tenovl_ips_nest_policy[TENOVL_A_PORT_IPS_MAX + 1] = {
	[TENOVL_A_PORT_IPS_ADDRESS] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
};

static const struct nla_policy tenovl_port_nest_policy[TENOVL_A_PORT_MAX + 1] = {
	[TENOVL_A_PORT_INDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_PORT_NAME] = TENOVL_REFUSE("A port is named by its index"),
	[TENOVL_A_PORT_PRIORITY] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_priority_range),
	[TENOVL_A_PORT_STATE] = TENOVL_REFUSE("The state of a port is told, not set"),
	[TENOVL_A_PORT_BRIDGE] = TENOVL_REFUSE("A bridge takes the port by rtnetlink"),
	[TENOVL_A_PORT_BRIDGE_NAME] = TENOVL_REFUSE("A bridge takes the port by rtnetlink"),
	[TENOVL_A_PORT_PINNED] = TENOVL_REFUSE("A port is pinned by port-select"),
	[TENOVL_A_PORT_ENTRIES] = TENOVL_REFUSE("The number of entries is told, not set"),
	[TENOVL_A_PORT_STATS] = TENOVL_REFUSE("The counters of a port are told, not set"),
	[TENOVL_A_PORT_OWN_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_PORT_ROLE] = NLA_POLICY_MAX(NLA_U8, TENOVL_PORT_ROLE_ACCESS),
	[TENOVL_A_PORT_ENSLAVED] = TENOVL_REFUSE("A device is enslaved by port-add"),
	[TENOVL_A_PORT_ISOLATED] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_PORT_MACS] = NLA_POLICY_NESTED(tenovl_macs_nest_policy),
	[TENOVL_A_PORT_IPS] = NLA_POLICY_NESTED(tenovl_ips_nest_policy),
	[TENOVL_A_PORT_DHCP_SERVER] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_PORT_ROUTER] = NLA_POLICY_MAX(NLA_U8, 1),
	[TENOVL_A_PORT_RATE] = { .type = NLA_U32 },
	[TENOVL_A_PORT_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_burst_range),
	[TENOVL_A_PORT_FLOOD_RATE] = { .type = NLA_U32 },
	[TENOVL_A_PORT_FLOOD_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_flood_burst_range),
	[TENOVL_A_PORT_ID] = TENOVL_REFUSE("The number of a port is told, not set"),
	[TENOVL_A_PORT_HOOK] = TENOVL_REFUSE("A hook is made by rtnetlink"),
	[TENOVL_A_PORT_MAX_LEARNED] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_max_learned_range),
};

static const struct nla_policy tenovl_port_key_nest_policy[TENOVL_A_PORT_OWN_NETNS_ID + 1] = {
	[TENOVL_A_PORT_INDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_PORT_OWN_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
};

/* Requests */

static const struct nla_policy tenovl_name_policy[TENOVL_A_NETNS_ID + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
};

static const struct nla_policy tenovl_dev_set_policy[TENOVL_A_DEV + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = NLA_POLICY_NESTED(tenovl_dev_nest_policy),
};

static const struct nla_policy tenovl_peer_set_policy[TENOVL_A_PEER + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command changes peers only"),
	[TENOVL_A_PEER] = NLA_POLICY_NESTED(tenovl_peer_nest_policy),
};

static const struct nla_policy tenovl_peer_key_policy[TENOVL_A_PEER + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command is about peers only"),
	[TENOVL_A_PEER] = NLA_POLICY_NESTED(tenovl_peer_key_nest_policy),
};

static const struct nla_policy tenovl_fdb_set_policy[TENOVL_A_FDB + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command changes forwarding entries only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command changes forwarding entries only"),
	[TENOVL_A_FDB] = NLA_POLICY_NESTED(tenovl_fdb_nest_policy),
};

static const struct nla_policy tenovl_fdb_del_policy[TENOVL_A_FDB + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command deletes forwarding entries only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command deletes forwarding entries only"),
	[TENOVL_A_FDB] = NLA_POLICY_NESTED(tenovl_fdb_del_nest_policy),
};

static const struct nla_policy tenovl_fdb_key_policy[TENOVL_A_FDB + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command is about forwarding entries only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command is about forwarding entries only"),
	[TENOVL_A_FDB] = NLA_POLICY_NESTED(tenovl_fdb_key_nest_policy),
};

static const struct nla_policy tenovl_fdb_flush_policy[TENOVL_A_FDB + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command deletes forwarding entries only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command deletes forwarding entries only"),
	[TENOVL_A_FDB] = NLA_POLICY_NESTED(tenovl_fdb_flush_nest_policy),
};

static const struct nla_policy tenovl_port_set_policy[TENOVL_A_PORT + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command changes a port only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command changes a port only"),
	[TENOVL_A_FDB] = TENOVL_REFUSE("This command changes a port only"),
	[TENOVL_A_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_NET_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_EVENT] = TENOVL_REFUSE("An event is told, not set"),
	[TENOVL_A_PORT] = NLA_POLICY_NESTED(tenovl_port_nest_policy),
};

static const struct nla_policy tenovl_port_key_policy[TENOVL_A_PORT + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command is about a port only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command is about a port only"),
	[TENOVL_A_FDB] = TENOVL_REFUSE("This command is about a port only"),
	[TENOVL_A_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_NET_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_EVENT] = TENOVL_REFUSE("An event is told, not set"),
	[TENOVL_A_PORT] = NLA_POLICY_NESTED(tenovl_port_key_nest_policy),
};

/* Which device */

/* @net: where to look, unless @netns is the caller's id for another namespace */
static struct net_device *tenovl_named_netdev(struct net *caller, struct net *net,
					      const struct nlattr *index,
					      const struct nlattr *netns,
					      struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (netns) {
		net = get_net_ns_by_id(caller, nla_get_s32(netns));
		if (!net) {
			NL_SET_ERR_MSG_ATTR(extack, netns, "No namespace has this id here");
			return ERR_PTR(-ENODEV);
		}
	}
	dev = __dev_get_by_index(net, nla_get_u32(index));
	if (netns)
		put_net(net);
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(extack, index, "No device has this index in the namespace");
		return ERR_PTR(-ENODEV);
	}
	return dev;
}

/* The underlay's pointer says nothing any more once a device is detached. */
static bool tenovl_dev_concerns(const struct tenovl_dev *tdev, const struct net *caller)
{
	return !tdev->detached &&
	       (net_eq(caller, dev_net(tdev->dev)) || net_eq(caller, tdev->net));
}

static struct tenovl_dev *tenovl_named_dev(struct net *caller, struct nlattr **attrs,
					   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = attrs[TENOVL_A_IFINDEX];
	struct net_device *dev;
	struct tenovl_dev *tdev;

	ASSERT_RTNL();
	if (!attr) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, TENOVL_A_IFINDEX);
		NL_SET_ERR_MSG(extack, "The request names no device");
		return ERR_PTR(-EINVAL);
	}
	dev = tenovl_named_netdev(caller, caller, attr, attrs[TENOVL_A_NETNS_ID], extack);
	if (IS_ERR(dev))
		return ERR_CAST(dev);
	if (!tenovl_dev_is(dev)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The device is not of kind tenovl");
		return ERR_PTR(-EOPNOTSUPP);
	}
	tdev = netdev_priv(dev);
	if (tdev->detached) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The underlay of the device is being deleted");
		return ERR_PTR(-ENODEV);
	}
	if (!tenovl_dev_concerns(tdev, caller)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Calls are taken from the namespace of the device or its underlay only");
		return ERR_PTR(-EPERM);
	}
	return tdev;
}

/* A command about what a device of the other mode has. */
static int tenovl_check_mode(const struct tenovl_dev *tdev, u8 cmd, const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	bool l3 = tenovl_dev_is_l3(tdev);

	switch (cmd) {
	case TENOVL_CMD_FDB_GET ... TENOVL_CMD_FDB_FLUSH:
	case TENOVL_CMD_MOVE_GET ... TENOVL_CMD_MOVE_ABORT:
		if (!l3)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The device is of mode l3: it forwards by routes, not by MAC address");
		return -EOPNOTSUPP;
	case TENOVL_CMD_PORT_GET ... TENOVL_CMD_PORT_DEL:
		if (!l3)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, attr, "The device is of mode l3: it has no ports");
		return -EOPNOTSUPP;
	case TENOVL_CMD_ROUTE_GET ... TENOVL_CMD_ROUTE_DEL:
		if (l3)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The device is of mode l2: it forwards by MAC address, not by routes");
		return -EOPNOTSUPP;
	default:
		return 0;
	}
}

/* stats-get is the one command that may go without a device. */
static int tenovl_pre_doit(const struct tenovl_genl_op *op, struct sk_buff *skb,
			   struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[TENOVL_A_IFINDEX];
	struct tenovl_dev *tdev = NULL;
	int err = 0;

	rtnl_lock();
	if (attr || op->cmd != TENOVL_CMD_STATS_GET)
		tdev = tenovl_named_dev(genl_info_net(info), info->attrs, info->extack);
	if (IS_ERR(tdev))
		err = PTR_ERR(tdev);
	else if (tdev)
		err = tenovl_check_mode(tdev, op->cmd, attr, info->extack);
	if (err)
		rtnl_unlock();
	info->user_ptr[0] = tdev;
	return err;
}

static void tenovl_post_doit(const struct tenovl_genl_op *op, struct sk_buff *skb,
			     struct genl_info *info)
{
	rtnl_unlock();
}

/* Parsing */

/**
 * tenovl_nests() - how many objects a request names
 * @info: the request
 * @type: the attribute of one
 */
u32 tenovl_nests(const struct genl_info *info, int type)
{
	const struct nlattr *pos;
	u32 n = 0;
	int rem;

	nlmsg_for_each_attr(pos, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(pos) == type;
	return n;
}

/**
 * tenovl_parse_all() - parse all objects that a request names
 * @info: the request
 * @type: the attribute of one
 * @req: an array of as many as tenovl_nests() says, zeroed; the caller frees it, whatever becomes
 *	of this
 * @size: bytes of one
 * @parse: fills in one
 *
 * Return: 0 or a negative error number.
 */
int tenovl_parse_all(const struct genl_info *info, int type, void *req, size_t size,
		     tenovl_parse_fn parse)
{
	const struct nlattr *pos;
	int rem, err;

	nlmsg_for_each_attr(pos, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(pos) != type)
			continue;
		err = parse(req, pos, info->extack);
		if (err)
			return err;
		req += size;
	}
	return 0;
}

/**
 * tenovl_check_one_nest() - a request is to name just one object
 * @info: the request
 * @type: the attribute of one
 *
 * Return: 0 or -EINVAL.
 */
int tenovl_check_one_nest(const struct genl_info *info, int type)
{
	if (!info->attrs[type]) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, type);
		NL_SET_ERR_MSG(info->extack, "The request names nothing to work on");
		return -EINVAL;
	}
	if (tenovl_nests(info, type) > 1) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[type],
				    "This command takes one object at a time");
		return -EINVAL;
	}
	return 0;
}

/**
 * tenovl_peer_addr_get() - an outer address that can be a peer's
 * @addr: filled, IPv4 as v4-mapped
 * @attr: 4 or 16 bytes
 * @extack: the reason of a refusal
 *
 * Return: 0 or -EINVAL.
 */
int tenovl_peer_addr_get(struct in6_addr *addr, const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	int err;

	err = tenovl_addr_get(addr, attr, extack);
	if (err)
		return err;
	if (tenovl_addr_any(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The any address is no peer's");
		return -EINVAL;
	}
	return 0;
}

static int tenovl_peer_req_cmp(const void *a, const void *b)
{
	const struct tenovl_peer_req *x = a, *y = b;

	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static int tenovl_fdb_req_cmp(const void *a, const void *b)
{
	const struct tenovl_fdb_req *x = a, *y = b;

	return memcmp(x->mac, y->mac, sizeof(x->mac));
}

/* Of two equal ones the later in the request is to be blamed. */
static int tenovl_req_order(const void *a, const void *b, const void *priv)
{
	const struct tenovl_order *order = priv;
	const void *x = *(const void * const *)a, *y = *(const void * const *)b;
	int diff = order->cmp(x, y);

	if (diff)
		return diff;
	return x < y ? -1 : x > y;
}

/**
 * tenovl_req_twice() - is one named twice in a request?
 * @req: what the request names, parsed: an array
 * @size: bytes of one
 * @n: how many
 * @order: how they compare
 *
 * Return: NULL, one that was named before, or an ERR_PTR.
 */
const void *tenovl_req_twice(const void *req, size_t size, u32 n,
			     const struct tenovl_order *order)
{
	const void *twice = NULL;
	const void **sorted;
	u32 i;

	if (n < 2)
		return NULL;
	sorted = kvmalloc_array(n, sizeof(*sorted), GFP_KERNEL | __GFP_NOWARN);
	if (!sorted)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < n; i++)
		sorted[i] = req + i * size;
	sort_r(sorted, n, sizeof(*sorted), tenovl_req_order, NULL, order);
	for (i = 1; i < n && !twice; i++)
		if (!order->cmp(sorted[i - 1], sorted[i]))
			twice = sorted[i];
	kvfree(sorted);
	return twice;
}

/* Peers */

static void tenovl_free_peers(struct tenovl_peer_req *req, u32 n)
{
	while (n--) {
		kfree(req[n].sources);
		kfree(req[n].inner);
	}
	kvfree(req);
}

static int tenovl_parse_source(struct tenovl_peer_req *req, const struct nlattr *attr,
			       struct netlink_ext_ack *extack)
{
	struct in6_addr *addr = &req->sources[req->nsources];
	int err;

	err = tenovl_peer_addr_get(addr, attr, extack);
	if (err)
		return err;
	if (tenovl_addr_family(addr) != tenovl_addr_family(&req->addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "A source must be of the family of its peer's address");
		return -EAFNOSUPPORT;
	}
	req->nsources++;
	return 0;
}

/* What stands in the nest is addresses only; its policy saw to that. */
static int tenovl_parse_sources(struct tenovl_peer_req *req, const struct nlattr *nest,
				struct netlink_ext_ack *extack)
{
	const struct nlattr *pos;
	int rem, err;
	u32 n = 0;

	req->has_sources = true;
	req->source_attr = nest;
	nla_for_each_nested(pos, nest, rem)
		n++;
	if (!n)
		return 0;
	if (n > TENOVL_MAX_SOURCES) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "A peer has at most 64 further sources");
		return -E2BIG;
	}
	req->sources = kcalloc(n, sizeof(*req->sources), GFP_KERNEL);
	if (!req->sources)
		return -ENOMEM;
	nla_for_each_nested(pos, nest, rem) {
		err = tenovl_parse_source(req, pos, extack);
		if (err)
			return err;
	}
	return 0;
}

static int tenovl_parse_prefixes(struct tenovl_prefix *prefix, const struct nlattr *nest,
				 struct netlink_ext_ack *extack)
{
	const struct nlattr *pos;
	int rem, err;

	nla_for_each_nested(pos, nest, rem) {
		err = tenovl_prefix_get(prefix++, pos, extack);
		if (err)
			return err;
	}
	return 0;
}

static int tenovl_parse_inner_sources(struct tenovl_peer_req *req, const struct nlattr *nest,
				      u32 n, struct netlink_ext_ack *extack)
{
	struct tenovl_inner_sources *inner;
	struct tenovl_prefix *prefix;
	int err;

	prefix = kvcalloc(n, sizeof(*prefix), GFP_KERNEL);
	if (!prefix)
		return -ENOMEM;
	err = tenovl_parse_prefixes(prefix, nest, extack);
	if (err)
		goto free_prefix;
	inner = tenovl_inner_sources_new(prefix, n);
	err = PTR_ERR_OR_ZERO(inner);
	if (!err)
		req->inner = inner;
	else if (err == -EEXIST)
		NL_SET_ERR_MSG_ATTR(extack, nest, "A prefix is named twice for one peer");
free_prefix:
	kvfree(prefix);
	return err;
}

/* As in tenovl_parse_sources(); an empty nest lets nothing in. */
static int tenovl_parse_inner(struct tenovl_peer_req *req, const struct nlattr *nest,
			      struct netlink_ext_ack *extack)
{
	const struct nlattr *pos;
	u32 n = 0;
	int rem;

	if (!nest)
		return 0;
	req->inner_attr = nest;
	nla_for_each_nested(pos, nest, rem)
		n++;
	if (n > TENOVL_MAX_INNER_SOURCES) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "A peer has at most 512 inner sources");
		return -E2BIG;
	}
	return n ? tenovl_parse_inner_sources(req, nest, n, extack) : 0;
}

static int tenovl_parse_peer_key(struct tenovl_peer_req *req, const struct nlattr *nest,
				 struct nlattr **tb, struct netlink_ext_ack *extack)
{
	req->attr = nest;
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, TENOVL_A_PEER_ADDRESS)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "A peer is named by its address");
		return -EINVAL;
	}
	return tenovl_peer_addr_get(&req->addr, tb[TENOVL_A_PEER_ADDRESS], extack);
}

static bool tenovl_get_u8(const struct nlattr *attr, u8 *value)
{
	if (attr)
		*value = nla_get_u8(attr);
	return attr;
}

static int tenovl_parse_peer(void *to, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_PEER_MAX + 1];
	struct tenovl_peer_req *req = to;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_PEER_MAX, nest, tenovl_peer_nest_policy, extack);
	if (err)
		return err;
	err = tenovl_parse_peer_key(req, nest, tb, extack);
	if (err)
		return err;
	req->has_encap = tenovl_get_u8(tb[TENOVL_A_PEER_ENCAP], &req->encap);
	req->has_gre_key = tenovl_get_u8(tb[TENOVL_A_PEER_GRE_KEY], &req->gre_key);
	req->has_admin = tenovl_get_u8(tb[TENOVL_A_PEER_ADMIN], &req->admin);
	req->has_flood = tenovl_get_u8(tb[TENOVL_A_PEER_FLOOD], &req->flood);
	req->has_dstport = tb[TENOVL_A_PEER_DSTPORT];
	if (req->has_dstport)
		req->dstport = nla_get_u16(tb[TENOVL_A_PEER_DSTPORT]);
	err = tenovl_parse_inner(req, tb[TENOVL_A_PEER_INNER_SOURCES], extack);
	if (err)
		return err;
	if (!tb[TENOVL_A_PEER_SOURCES])
		return 0;
	return tenovl_parse_sources(req, tb[TENOVL_A_PEER_SOURCES], extack);
}

static int tenovl_parse_peer_del(void *to, const struct nlattr *nest,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_PEER_ADDRESS + 1];
	struct tenovl_peer_req *req = to;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_PEER_ADDRESS, nest, tenovl_peer_key_nest_policy,
			       extack);
	if (err)
		return err;
	return tenovl_parse_peer_key(req, nest, tb, extack);
}

static int tenovl_check_peers(const struct tenovl_peer_req *req, u32 n,
			      struct netlink_ext_ack *extack)
{
	static const struct tenovl_order order = { .cmp = tenovl_peer_req_cmp };
	const struct tenovl_peer_req *twice;

	twice = tenovl_req_twice(req, sizeof(*req), n, &order);
	if (IS_ERR(twice))
		return PTR_ERR(twice);
	if (!twice)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, twice->attr, "The peer is named twice in one request");
	return -EINVAL;
}

typedef int (*tenovl_peers_fn)(struct tenovl_dev *tdev, struct tenovl_peer_req *req, u32 n,
			       struct netlink_ext_ack *extack);

static int tenovl_peers_doit(struct genl_info *info, tenovl_parse_fn parse,
			     tenovl_peers_fn apply)
{
	u32 n = tenovl_nests(info, TENOVL_A_PEER);
	struct netlink_ext_ack *extack = info->extack;
	struct tenovl_peer_req *req;
	int err;

	if (!n) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, TENOVL_A_PEER);
		NL_SET_ERR_MSG(extack, "The request names no peer");
		return -EINVAL;
	}
	req = kvcalloc(n, sizeof(*req), GFP_KERNEL | __GFP_NOWARN);
	if (!req)
		return -ENOMEM;
	err = tenovl_parse_all(info, TENOVL_A_PEER, req, sizeof(*req), parse);
	if (!err)
		err = tenovl_check_peers(req, n, extack);
	if (!err)
		err = apply(info->user_ptr[0], req, n, extack);
	tenovl_free_peers(req, n);
	return err;
}

static int tenovl_peer_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_peers_doit(info, tenovl_parse_peer, tenovl_peers_add);
}

static int tenovl_peer_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_peers_doit(info, tenovl_parse_peer, tenovl_peers_set);
}

static int tenovl_peer_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_peers_doit(info, tenovl_parse_peer_del, tenovl_peers_del);
}

/* Forwarding entries */

static int tenovl_parse_fdb_key(struct tenovl_fdb_req *req, const struct nlattr *nest,
				struct nlattr **tb, struct netlink_ext_ack *extack)
{
	req->attr = nest;
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, TENOVL_A_FDB_MAC)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "An entry is named by its MAC address");
		return -EINVAL;
	}
	ether_addr_copy(req->mac, nla_data(tb[TENOVL_A_FDB_MAC]));
	if (!is_valid_ether_addr(req->mac)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_FDB_MAC],
				    "The MAC address is not the address of one station");
		return -EINVAL;
	}
	return 0;
}

/* What an addition and a deletion have in common. */
static int tenovl_parse_fdb_tb(struct tenovl_fdb_req *req, const struct nlattr *nest,
			       struct nlattr **tb, struct netlink_ext_ack *extack)
{
	int err;

	err = tenovl_parse_fdb_key(req, nest, tb, extack);
	if (err)
		return err;
	req->force = tb[TENOVL_A_FDB_FORCE];
	req->has_seq = tb[TENOVL_A_FDB_SEQ];
	if (req->has_seq)
		req->seq = nla_get_u32(tb[TENOVL_A_FDB_SEQ]);
	req->has_peer = tb[TENOVL_A_FDB_PEER];
	if (!req->has_peer)
		return 0;
	return tenovl_peer_addr_get(&req->peer_addr, tb[TENOVL_A_FDB_PEER], extack);
}

static int tenovl_parse_fdb(void *to, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_FDB_MAX + 1];
	struct tenovl_fdb_req *req = to;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_FDB_MAX, nest, tenovl_fdb_nest_policy, extack);
	if (err)
		return err;
	err = tenovl_parse_fdb_tb(req, nest, tb, extack);
	if (err)
		return err;
	req->mobile = tb[TENOVL_A_FDB_MOBILE];
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, TENOVL_A_FDB_PEER)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "The entry needs the address of a peer");
		return -EINVAL;
	}
	return 0;
}

static int tenovl_parse_fdb_del(void *to, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_FDB_FORCE + 1];
	struct tenovl_fdb_req *req = to;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_FDB_FORCE, nest, tenovl_fdb_del_nest_policy, extack);
	if (err)
		return err;
	return tenovl_parse_fdb_tb(req, nest, tb, extack);
}

static int tenovl_check_fdbs(const struct tenovl_fdb_req *req, u32 n,
			     struct netlink_ext_ack *extack)
{
	static const struct tenovl_order order = { .cmp = tenovl_fdb_req_cmp };
	const struct tenovl_fdb_req *twice;

	twice = tenovl_req_twice(req, sizeof(*req), n, &order);
	if (IS_ERR(twice))
		return PTR_ERR(twice);
	if (!twice)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, twice->attr, "The MAC address is named twice in one request");
	return -EINVAL;
}

typedef int (*tenovl_fdbs_fn)(struct tenovl_dev *tdev, struct tenovl_fdb_req *req, u32 n,
			      struct netlink_ext_ack *extack);

static int tenovl_fdbs_doit(struct genl_info *info, tenovl_parse_fn parse,
			    tenovl_fdbs_fn apply)
{
	u32 n = tenovl_nests(info, TENOVL_A_FDB);
	struct netlink_ext_ack *extack = info->extack;
	struct tenovl_fdb_req *req;
	int err;

	if (!n) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, TENOVL_A_FDB);
		NL_SET_ERR_MSG(extack, "The request names no MAC address");
		return -EINVAL;
	}
	req = kvcalloc(n, sizeof(*req), GFP_KERNEL | __GFP_NOWARN);
	if (!req)
		return -ENOMEM;
	err = tenovl_parse_all(info, TENOVL_A_FDB, req, sizeof(*req), parse);
	if (!err)
		err = tenovl_check_fdbs(req, n, extack);
	if (!err)
		err = apply(info->user_ptr[0], req, n, extack);
	kvfree(req);
	return err;
}

static int tenovl_fdbs_add(struct tenovl_dev *tdev, struct tenovl_fdb_req *req, u32 n,
			   struct netlink_ext_ack *extack)
{
	return tenovl_fdb_set(tdev, req, n, false, extack);
}

static int tenovl_fdbs_replace(struct tenovl_dev *tdev, struct tenovl_fdb_req *req, u32 n,
			       struct netlink_ext_ack *extack)
{
	return tenovl_fdb_set(tdev, req, n, true, extack);
}

static int tenovl_fdb_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_fdbs_doit(info, tenovl_parse_fdb, tenovl_fdbs_add);
}

static int tenovl_fdb_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_fdbs_doit(info, tenovl_parse_fdb, tenovl_fdbs_replace);
}

static int tenovl_fdb_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_fdbs_doit(info, tenovl_parse_fdb_del, tenovl_fdb_del);
}

static int tenovl_parse_filter(struct tenovl_dev *tdev, struct tenovl_fdb_filter *filter,
			       const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_FDB_KIND + 1];
	struct tenovl_peer *peer;
	struct in6_addr addr;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_FDB_KIND, nest, tenovl_fdb_flush_nest_policy, extack);
	if (err)
		return err;
	if (!tb[TENOVL_A_FDB_KIND] && !tb[TENOVL_A_FDB_PEER]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "The filter names neither a kind nor a peer");
		return -EINVAL;
	}
	filter->has_kind = tenovl_get_u8(tb[TENOVL_A_FDB_KIND], &filter->kind);
	if (!tb[TENOVL_A_FDB_PEER])
		return 0;
	err = tenovl_peer_addr_get(&addr, tb[TENOVL_A_FDB_PEER], extack);
	if (err)
		return err;
	peer = tenovl_peer_find(tdev, &addr);
	if (!peer) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_FDB_PEER], "The device has no such peer");
		return -ENOENT;
	}
	filter->side = &peer->side;
	return 0;
}

static int tenovl_fdb_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_FDB];
	struct tenovl_dev *tdev = info->user_ptr[0];
	struct tenovl_fdb_filter filter = {};
	int err;

	if (nest) {
		err = tenovl_check_one_nest(info, TENOVL_A_FDB);
		if (err)
			return err;
		err = tenovl_parse_filter(tdev, &filter, nest, info->extack);
		if (err)
			return err;
	}
	tenovl_fdb_flush(tdev, &filter);
	return 0;
}

/* Settings of a device */

static int tenovl_check_link(struct tenovl_dev *tdev, const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	struct net_device *link;

	if (!attr || !nla_get_u32(attr))
		return 0;
	link = __dev_get_by_index(tdev->net, nla_get_u32(attr));
	if (!link) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The underlay has no device with this index");
		return -ENODEV;
	}
	if (link == tdev->dev) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "A device cannot send through itself");
		return -ELOOP;
	}
	return 0;
}

static bool tenovl_on(const struct nlattr *attr)
{
	return attr && nla_get_u8(attr);
}

static int tenovl_check_dev(struct tenovl_dev *tdev, struct nlattr **tb,
			    const struct tenovl_settings *wanted, struct netlink_ext_ack *extack)
{
	int err = tenovl_settings_fit(tdev, tb, extack);

	if (err)
		return err;
	if (tb[TENOVL_A_DEV_DSCP] && tenovl_on(tb[TENOVL_A_DEV_DSCP_INHERIT])) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_DEV_DSCP_INHERIT],
				    "The DSCP is either set or inherited");
		return -EINVAL;
	}
	if (tb[TENOVL_A_DEV_MTU] && tenovl_on(tb[TENOVL_A_DEV_MTU_AUTO])) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_DEV_MTU_AUTO],
				    "The MTU is either set or follows the routes");
		return -EINVAL;
	}
	if (wanted->src_port_min > wanted->src_port_max) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_DEV_SRC_PORT_MIN] ?:
				    tb[TENOVL_A_DEV_SRC_PORT_MAX],
				    "The first source port is above the last");
		return -EINVAL;
	}
	if (wanted->redirect_port == wanted->src_port_min &&
	    wanted->redirect_port == wanted->src_port_max) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_DEV_REDIRECT_PORT] ?:
				    tb[TENOVL_A_DEV_SRC_PORT_MIN] ?: tb[TENOVL_A_DEV_SRC_PORT_MAX],
				    "The redirect port must not be the only source port");
		return -EINVAL;
	}
	return tenovl_check_link(tdev, tb[TENOVL_A_DEV_LINK], extack);
}

/* The one setting named, or the nest where it may be any of them. */
static const struct nlattr *tenovl_dev_blame(struct nlattr **tb, const struct nlattr *nest)
{
	const struct nlattr *one = NULL;
	unsigned int i;

	for (i = 1; i <= TENOVL_A_DEV_MAX; i++) {
		if (!tb[i])
			continue;
		if (one)
			return nest;
		one = tb[i];
	}
	return one ?: nest;
}

static int tenovl_apply_mtu(struct tenovl_dev *tdev, struct nlattr **tb,
			    struct netlink_ext_ack *extack)
{
	int err;

	if (tb[TENOVL_A_DEV_MTU]) {
		err = tenovl_dev_set_mtu(tdev, nla_get_u32(tb[TENOVL_A_DEV_MTU]));
		if (err)
			NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_DEV_MTU],
					    "Another device that uses this one refuses the MTU");
		return err;
	}
	if (tb[TENOVL_A_DEV_MTU_AUTO])
		tdev->mtu_auto = nla_get_u8(tb[TENOVL_A_DEV_MTU_AUTO]);
	return 0;
}

/* Others may refuse the MTU; it is not to be put back, as IPv6 forgets its addresses
 * below 1280. So it goes between what may fail here and what may not.
 */
static int tenovl_apply_dev(struct tenovl_dev *tdev, struct nlattr **tb,
			    const struct tenovl_settings *wanted, bool settings,
			    const struct nlattr *blame, struct netlink_ext_ack *extack)
{
	struct tenovl_dev_change change;
	int err;

	if (settings) {
		err = tenovl_dev_prepare(&change, tdev, wanted, blame, extack);
		if (err)
			return err;
	}
	err = tenovl_apply_mtu(tdev, tb, extack);
	if (err)
		goto abort_change;
	if (settings) {
		tenovl_dev_commit(&change, tdev);
	} else {
		tenovl_dev_follow_mtu(tdev);
		tenovl_event_dev(tdev, TENOVL_EVENT_DEV_CHANGED);
	}
	return 0;

abort_change:
	if (settings)
		tenovl_dev_abort(&change, tdev);
	return err;
}

static int tenovl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_DEV];
	struct netlink_ext_ack *extack = info->extack;
	struct tenovl_dev *tdev = info->user_ptr[0];
	struct nlattr *tb[TENOVL_A_DEV_MAX + 1];
	struct tenovl_settings wanted;
	int err, n;

	err = tenovl_check_one_nest(info, TENOVL_A_DEV);
	if (err)
		return err;
	err = nla_parse_nested(tb, TENOVL_A_DEV_MAX, nest, tenovl_dev_nest_policy, extack);
	if (err)
		return err;
	wanted = *rtnl_dereference(tdev->settings);
	n = tenovl_settings_get(&wanted, tb, extack);
	if (n < 0)
		return n;
	if (!n && !tb[TENOVL_A_DEV_MTU] && !tb[TENOVL_A_DEV_MTU_AUTO]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "The request names no setting");
		return -EINVAL;
	}
	err = tenovl_check_dev(tdev, tb, &wanted, extack);
	if (err)
		return err;
	return tenovl_apply_dev(tdev, tb, &wanted, n, tenovl_dev_blame(tb, nest), extack);
}

/* Ports */

/* Return: the netdevice that a nest names, or an ERR_PTR. */
static struct net_device *tenovl_port_netdev(struct genl_info *info, const struct nlattr *nest,
					     struct nlattr **tb)
{
	struct tenovl_dev *tdev = info->user_ptr[0];

	if (NL_REQ_ATTR_CHECK(info->extack, nest, tb, TENOVL_A_PORT_INDEX)) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "A port is named by its index");
		return ERR_PTR(-EINVAL);
	}
	return tenovl_named_netdev(genl_info_net(info), dev_net(tdev->dev),
				   tb[TENOVL_A_PORT_INDEX], tb[TENOVL_A_PORT_OWN_NETNS_ID],
				   info->extack);
}

/* Return: the port that a nest names, or an ERR_PTR. */
static struct tenovl_port *tenovl_named_port(struct genl_info *info, const struct nlattr *nest,
					     struct nlattr **tb)
{
	struct net_device *dev = tenovl_port_netdev(info, nest, tb);
	struct tenovl_port *port;

	if (IS_ERR(dev))
		return ERR_CAST(dev);
	port = tenovl_port_find(info->user_ptr[0], dev);
	if (port)
		return port;
	NL_SET_ERR_MSG_ATTR(info->extack, tb[TENOVL_A_PORT_INDEX], "The device has no such port");
	return ERR_PTR(-ENOENT);
}

static struct tenovl_port *tenovl_parse_port_key(struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_PORT];
	struct nlattr *tb[TENOVL_A_PORT_OWN_NETNS_ID + 1];
	int err;

	err = tenovl_check_one_nest(info, TENOVL_A_PORT);
	if (err)
		return ERR_PTR(err);
	err = nla_parse_nested(tb, TENOVL_A_PORT_OWN_NETNS_ID, nest, tenovl_port_key_nest_policy,
			       info->extack);
	if (err)
		return ERR_PTR(err);
	return tenovl_named_port(info, nest, tb);
}

/* @old: what it may send now, NULL for nothing that was set; @mac: its own address then */
static int tenovl_parse_guard(struct tenovl_port_req *req, const struct tenovl_guard *old,
			      const u8 *mac, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	int n;

	req->guard = old ? tenovl_guard_new(old) : tenovl_guard_of(mac);
	if (!req->guard)
		return -ENOMEM;
	n = tenovl_guard_get(req->guard, tb, extack);
	if (n > 0 || (!n && !old && req->role == TENOVL_PORT_ROLE_ACCESS))
		return n;
	kfree(req->guard);
	req->guard = NULL;
	return n;
}

/* @role: what the port is now. Return: how many settings are named. */
static int tenovl_parse_port(struct tenovl_port_req *req, u8 role, const struct nlattr *nest,
			     struct nlattr **tb)
{
	req->attr = nest;
	req->role = role;
	req->has_role = tenovl_get_u8(tb[TENOVL_A_PORT_ROLE], &req->role);
	req->has_priority = tb[TENOVL_A_PORT_PRIORITY];
	if (req->has_priority)
		req->priority = nla_get_u32(tb[TENOVL_A_PORT_PRIORITY]);
	req->has_isolated = tb[TENOVL_A_PORT_ISOLATED];
	if (req->has_isolated)
		req->isolated = nla_get_u8(tb[TENOVL_A_PORT_ISOLATED]);
	return req->has_role + req->has_priority + req->has_isolated;
}

static int tenovl_parse_port_nest(struct genl_info *info, struct nlattr **tb)
{
	int err = tenovl_check_one_nest(info, TENOVL_A_PORT);

	if (err)
		return err;
	return nla_parse_nested(tb, TENOVL_A_PORT_MAX, info->attrs[TENOVL_A_PORT],
				tenovl_port_nest_policy, info->extack);
}

static int tenovl_port_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_PORT];
	struct nlattr *tb[TENOVL_A_PORT_MAX + 1];
	struct tenovl_port_req req = {};
	struct tenovl_port *port;
	int err, n;

	err = tenovl_parse_port_nest(info, tb);
	if (err)
		return err;
	port = tenovl_named_port(info, nest, tb);
	if (IS_ERR(port))
		return PTR_ERR(port);
	n = tenovl_parse_port(&req, port->role, nest, tb);
	err = tenovl_parse_guard(&req, rtnl_dereference(port->guard), port->dev->dev_addr, tb,
				 info->extack);
	if (err < 0)
		goto free_guard;
	if (!n && !req.guard) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "The request names no setting");
		return -EINVAL;
	}
	err = tenovl_port_check(port, &req, info->extack);
	if (!err)
		tenovl_port_apply(port, &req);
free_guard:
	kfree(req.guard);
	return err;
}

static int tenovl_port_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_PORT];
	struct nlattr *tb[TENOVL_A_PORT_MAX + 1];
	struct tenovl_port_req req = {};
	struct net_device *dev;
	int err;

	err = tenovl_parse_port_nest(info, tb);
	if (err)
		return err;
	dev = tenovl_port_netdev(info, nest, tb);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	NL_SET_BAD_ATTR(info->extack, tb[TENOVL_A_PORT_INDEX]);
	err = tenovl_access_may(info->user_ptr[0], dev, info->extack);
	if (err)
		return err;
	tenovl_parse_port(&req, TENOVL_PORT_ROLE_ACCESS, nest, tb);
	err = tenovl_parse_guard(&req, NULL, NULL, tb, info->extack);
	if (err >= 0)
		err = tenovl_access_enslave(info->user_ptr[0], dev, &req, info->extack);
	kfree(req.guard);
	if (err)
		return err;
	err = dev_open(dev, info->extack);
	if (err)
		tenovl_access_release(tenovl_access_of(dev));
	return err;
}

static int tenovl_port_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tenovl_port *port = tenovl_parse_port_key(info);

	if (IS_ERR(port))
		return PTR_ERR(port);
	tenovl_port_delete(port);
	return 0;
}

static int tenovl_port_select_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tenovl_port *port = NULL;

	if (info->attrs[TENOVL_A_PORT])
		port = tenovl_parse_port_key(info);
	if (IS_ERR(port))
		return PTR_ERR(port);
	if (port && tenovl_port_is_access(port)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[TENOVL_A_PORT],
				    "An access port is not selected: it always carries its own");
		return -EINVAL;
	}
	tenovl_select_pin(info->user_ptr[0], port);
	return 0;
}

/**
 * tenovl_to_asker() - a reply goes to who asked
 * @info: the request
 */
struct tenovl_to tenovl_to_asker(const struct genl_info *info)
{
	return (struct tenovl_to){
		.viewer = read_pnet(&info->_net),
		.portid = info->snd_portid,
		.seq = info->snd_seq,
	};
}

/**
 * tenovl_to_dumper() - a message of a dump goes to who asked
 * @cb: the dump
 */
struct tenovl_to tenovl_to_dumper(struct netlink_callback *cb)
{
	return (struct tenovl_to){
		.viewer = sock_net(cb->skb->sk),
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.cb = cb,
	};
}

/**
 * tenovl_msg_begin() - begin a message
 * @msg: where
 * @to: where it goes
 * @cmd: TENOVL_CMD_*
 *
 * Return: for tenovl_msg_end(), or NULL where there is no room.
 */
void *tenovl_msg_begin(struct sk_buff *msg, const struct tenovl_to *to, u8 cmd)
{
	void *hdr = genlmsg_put(msg, to->portid, to->seq, &tenovl_family, to->flags, cmd);

	if (hdr && to->cb)
		genl_dump_check_consistent(to->cb, hdr);
	return hdr;
}

/**
 * tenovl_msg_end() - end a message, or take it back
 * @msg: where
 * @hdr: from tenovl_msg_begin()
 * @err: 0, or what went wrong with its contents
 *
 * Return: @err.
 */
int tenovl_msg_end(struct sk_buff *msg, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(msg, hdr);
	else
		genlmsg_end(msg, hdr);
	return err;
}

static int tenovl_put_ifname(struct sk_buff *msg, const struct tenovl_dev *tdev)
{
	return nla_put_string(msg, TENOVL_A_IFNAME, tdev->dev->name);
}

static int tenovl_put_dev(struct sk_buff *msg, const struct tenovl_to *to,
			  struct tenovl_dev *tdev)
{
	void *hdr = tenovl_msg_begin(msg, to, TENOVL_CMD_DEV_GET);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = tenovl_fill_name(msg, tdev, to->viewer, GFP_KERNEL);
	if (!err)
		err = tenovl_put_ifname(msg, tdev);
	if (!err)
		err = nla_put_u32(msg, TENOVL_A_GENERATION, tenovl_event_dev_generation());
	if (!err)
		err = tenovl_fill_dev(msg, tdev, to->viewer);
	return tenovl_msg_end(msg, hdr, err);
}

static int tenovl_put_port(struct sk_buff *msg, const struct tenovl_to *to,
			   const struct tenovl_port *port)
{
	void *hdr = tenovl_msg_begin(msg, to, TENOVL_CMD_PORT_GET);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = tenovl_fill_name(msg, port->tdev, to->viewer, GFP_KERNEL);
	if (!err)
		err = tenovl_fill_port(msg, port, to->viewer, true);
	return tenovl_msg_end(msg, hdr, err);
}

static int tenovl_put_peer(struct sk_buff *msg, const struct tenovl_to *to,
			   struct tenovl_peer *peer)
{
	void *hdr = tenovl_msg_begin(msg, to, TENOVL_CMD_PEER_GET);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = tenovl_fill_name(msg, peer->tdev, to->viewer, GFP_KERNEL);
	if (!err)
		err = nla_put_u32(msg, TENOVL_A_GENERATION, peer->tdev->peer_generation);
	if (!err)
		err = tenovl_fill_peer(msg, peer, true);
	return tenovl_msg_end(msg, hdr, err);
}

static int tenovl_put_fdb(struct sk_buff *msg, const struct tenovl_to *to,
			  const struct tenovl_dev *tdev, const struct tenovl_fdb_info *info)
{
	void *hdr = tenovl_msg_begin(msg, to, TENOVL_CMD_FDB_GET);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = tenovl_fill_name(msg, tdev, to->viewer, GFP_KERNEL);
	if (!err)
		err = nla_put_u32(msg, TENOVL_A_GENERATION, READ_ONCE(tdev->fdb_generation));
	if (!err)
		err = tenovl_fill_fdb(msg, info, NULL);
	return tenovl_msg_end(msg, hdr, err);
}

static int tenovl_put_stats(struct sk_buff *msg, const struct tenovl_to *to,
			    const struct tenovl_dev *tdev)
{
	void *hdr = tenovl_msg_begin(msg, to, TENOVL_CMD_STATS_GET);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = tenovl_fill_name(msg, tdev, to->viewer, GFP_KERNEL);
	if (!err)
		err = tenovl_put_ifname(msg, tdev);
	if (!err)
		err = tenovl_fill_stats(msg, tdev);
	return tenovl_msg_end(msg, hdr, err);
}

static int tenovl_put_net_stats(struct sk_buff *msg, const struct tenovl_to *to)
{
	void *hdr = tenovl_msg_begin(msg, to, TENOVL_CMD_STATS_GET);

	if (!hdr)
		return -EMSGSIZE;
	return tenovl_msg_end(msg, hdr, tenovl_fill_net_stats(msg, to->viewer));
}

/* Replies */

static struct sk_buff *tenovl_reply_new(int nest)
{
	return genlmsg_new(tenovl_fill_size(nest), GFP_KERNEL);
}

/**
 * tenovl_reply() - send a reply
 * @msg: it; consumed
 * @info: the request
 * @err: 0, or what went wrong with its contents
 */
int tenovl_reply(struct sk_buff *msg, struct genl_info *info, int err)
{
	DEBUG_NET_WARN_ON_ONCE(err == -EMSGSIZE);
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

static int tenovl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tenovl_to to = tenovl_to_asker(info);
	struct sk_buff *msg = tenovl_reply_new(TENOVL_A_DEV);

	if (!msg)
		return -ENOMEM;
	return tenovl_reply(msg, info, tenovl_put_dev(msg, &to, info->user_ptr[0]));
}

static int tenovl_peer_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_PEER];
	struct tenovl_to to = tenovl_to_asker(info);
	struct tenovl_peer_req req = {};
	struct tenovl_peer *peer;
	struct sk_buff *msg;
	int err;

	err = tenovl_check_one_nest(info, TENOVL_A_PEER);
	if (err)
		return err;
	err = tenovl_parse_peer_del(&req, nest, info->extack);
	if (err)
		return err;
	peer = tenovl_peer_find(info->user_ptr[0], &req.addr);
	if (!peer) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "The device has no such peer");
		return -ENOENT;
	}
	msg = genlmsg_new(tenovl_fill_peer_size(peer), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	return tenovl_reply(msg, info, tenovl_put_peer(msg, &to, peer));
}

static int tenovl_parse_fdb_get(struct tenovl_fdb_req *req, const struct nlattr *nest,
				struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_FDB_MAC + 1];
	int err;

	err = nla_parse_nested(tb, TENOVL_A_FDB_MAC, nest, tenovl_fdb_key_nest_policy, extack);
	if (err)
		return err;
	return tenovl_parse_fdb_key(req, nest, tb, extack);
}

static int tenovl_fdb_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_FDB];
	struct tenovl_to to = tenovl_to_asker(info);
	struct tenovl_dev *tdev = info->user_ptr[0];
	struct tenovl_fdb_req req = {};
	struct tenovl_fdb_info entry;
	struct sk_buff *msg;
	int err;

	err = tenovl_check_one_nest(info, TENOVL_A_FDB);
	if (err)
		return err;
	err = tenovl_parse_fdb_get(&req, nest, info->extack);
	if (err)
		return err;
	if (!tenovl_fdb_get(tdev, req.mac, &entry)) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "The device has no entry for this address");
		return -ENOENT;
	}
	msg = tenovl_reply_new(TENOVL_A_FDB);
	if (!msg)
		return -ENOMEM;
	return tenovl_reply(msg, info, tenovl_put_fdb(msg, &to, tdev, &entry));
}

static int tenovl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tenovl_port *port = tenovl_parse_port_key(info);
	struct tenovl_to to = tenovl_to_asker(info);
	struct sk_buff *msg;

	if (IS_ERR(port))
		return PTR_ERR(port);
	msg = tenovl_reply_new(TENOVL_A_PORT);
	if (!msg)
		return -ENOMEM;
	return tenovl_reply(msg, info, tenovl_put_port(msg, &to, port));
}

static int tenovl_net_stats_get(struct genl_info *info)
{
	const struct nlattr *netns = info->attrs[TENOVL_A_NETNS_ID];
	struct tenovl_to to = tenovl_to_asker(info);
	struct sk_buff *msg;

	if (netns) {
		NL_SET_ERR_MSG_ATTR(info->extack, netns,
				    "The counters of an underlay are told in that namespace only");
		return -EINVAL;
	}
	msg = tenovl_reply_new(TENOVL_A_NET_STATS);
	if (!msg)
		return -ENOMEM;
	return tenovl_reply(msg, info, tenovl_put_net_stats(msg, &to));
}

static int tenovl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tenovl_to to = tenovl_to_asker(info);
	struct sk_buff *msg;

	if (!info->user_ptr[0])
		return tenovl_net_stats_get(info);
	msg = tenovl_reply_new(TENOVL_A_STATS);
	if (!msg)
		return -ENOMEM;
	return tenovl_reply(msg, info, tenovl_put_stats(msg, &to, info->user_ptr[0]));
}

/* Dumps */

/**
 * tenovl_dump_of() - where a dump goes on
 * @cb: the dump
 */
struct tenovl_dump *tenovl_dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct tenovl_dump) > sizeof(cb->ctx));
	return (struct tenovl_dump *)cb->ctx;
}

/**
 * tenovl_dump_seq() - what netlink compares to find a change during a dump
 * @generation: of the table
 *
 * netlink takes 0 for "not begun"; a generation may be 0.
 */
unsigned int tenovl_dump_seq(u32 generation)
{
	return generation << 1 | 1;
}

/**
 * tenovl_dump_end() - end a batch of a dump
 * @skb: the batch
 * @err: what ended it
 *
 * With a full message, at the end, or because even one object does not fit, which
 * would go on for ever.
 */
int tenovl_dump_end(const struct sk_buff *skb, int err)
{
	if (err == -EMSGSIZE && skb->len)
		return skb->len;
	return err ?: skb->len;
}

static int tenovl_check_dump_all(struct netlink_callback *cb)
{
	struct nlattr **attrs = tenovl_dump_attrs(cb);
	const struct nlattr *attr = attrs[TENOVL_A_IFINDEX] ?: attrs[TENOVL_A_NETNS_ID];

	if (!attr)
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, attr, "This dump is of all devices and names none");
	return -EINVAL;
}

typedef int (*tenovl_put_dev_fn)(struct sk_buff *msg, const struct tenovl_to *to,
				 struct tenovl_dev *tdev);

static int tenovl_devs_dump(struct sk_buff *skb, struct netlink_callback *cb,
			    tenovl_put_dev_fn put)
{
	struct tenovl_dump *dump = tenovl_dump_of(cb);
	struct tenovl_to to = tenovl_to_dumper(cb);
	struct tenovl_dev *tdev;
	u32 id = dump->next;
	int err;

	err = tenovl_check_dump_all(cb);
	if (err)
		return err;
	rtnl_lock();
	cb->seq = tenovl_dump_seq(tenovl_event_dev_generation());
	for (; (tdev = tenovl_dev_next(&id)); id++) {
		if (!tenovl_dev_concerns(tdev, to.viewer))
			continue;
		err = put(skb, &to, tdev);
		if (err)
			break;
	}
	dump->next = id;
	rtnl_unlock();
	return tenovl_dump_end(skb, err);
}

static int tenovl_put_dev_stats(struct sk_buff *msg, const struct tenovl_to *to,
				struct tenovl_dev *tdev)
{
	return tenovl_put_stats(msg, to, tdev);
}

static int tenovl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return tenovl_devs_dump(skb, cb, tenovl_put_dev);
}

static int tenovl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return tenovl_devs_dump(skb, cb, tenovl_put_dev_stats);
}

static struct tenovl_dev *tenovl_dump_dev(struct netlink_callback *cb)
{
	struct tenovl_dump *dump = tenovl_dump_of(cb);
	struct tenovl_dev *tdev;

	tdev = tenovl_named_dev(sock_net(cb->skb->sk), tenovl_dump_attrs(cb), cb->extack);
	if (IS_ERR(tdev))
		return tdev;
	/* It may have gone between two batches. */
	if (dump->dev_id && dump->dev_id != tdev->id)
		return ERR_PTR(-ENODEV);
	dump->dev_id = tdev->id;
	return tdev;
}

static bool tenovl_dump_has(const struct net_device *dev)
{
	const struct tenovl_dev *tdev = netdev_priv(dev);

	return tenovl_dev_is(dev) && !tdev->detached;
}

/* Of all of them, and of which there are. */
static u32 tenovl_dump_generation(const struct net *net, const struct tenovl_dump_table *table)
{
	struct tenovl_dev *tdev;
	struct net_device *dev;
	u32 hash = 0;

	for_each_netdev(net, dev) {
		if (!tenovl_dump_has(dev))
			continue;
		tdev = netdev_priv(dev);
		hash = jhash_2words(table->generation(tdev), tdev->id, hash);
	}
	return hash;
}

/* The namespace's own list is short, and in no order. */
static struct tenovl_dev *tenovl_dump_next(const struct net *net, u32 id)
{
	struct tenovl_dev *tdev, *next = NULL;
	struct net_device *dev;

	for_each_netdev(net, dev) {
		if (!tenovl_dump_has(dev))
			continue;
		tdev = netdev_priv(dev);
		if (tdev->id >= id && (!next || tdev->id < next->id))
			next = tdev;
	}
	return next;
}

static int tenovl_dump_devs(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct tenovl_dump_table *table)
{
	struct tenovl_dump *dump = tenovl_dump_of(cb);
	const struct net *net = sock_net(cb->skb->sk);
	struct tenovl_dev *tdev;
	int err;

	cb->seq = tenovl_dump_seq(tenovl_dump_generation(net, table));
	while ((tdev = tenovl_dump_next(net, dump->dev_id))) {
		/* The one that it stopped in may have gone. */
		if (tdev->id != dump->dev_id)
			dump->next = 0;
		dump->dev_id = tdev->id;
		err = table->dump(skb, cb, tdev);
		if (err)
			return err;
		dump->dev_id = tdev->id + 1;
		dump->next = 0;
	}
	return 0;
}

/**
 * tenovl_dump_tables() - dump what a device has, or all of this namespace have
 * @skb: the batch
 * @cb: the dump; where it names no device, it is of all that live where who asks is
 * @table: what is dumped
 */
int tenovl_dump_tables(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct tenovl_dump_table *table)
{
	struct nlattr **attrs = tenovl_dump_attrs(cb);
	struct tenovl_dev *tdev;
	int err;

	if (attrs[table->nest]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[table->nest],
				    "This dump is of all objects of a device and names none");
		return -EINVAL;
	}
	rtnl_lock();
	if (!attrs[TENOVL_A_IFINDEX] && !attrs[TENOVL_A_NETNS_ID]) {
		err = tenovl_dump_devs(skb, cb, table);
		goto unlock;
	}
	tdev = tenovl_dump_dev(cb);
	err = PTR_ERR_OR_ZERO(tdev);
	if (err)
		goto unlock;
	cb->seq = tenovl_dump_seq(table->generation(tdev));
	err = table->dump(skb, cb, tdev);
unlock:
	rtnl_unlock();
	return tenovl_dump_end(skb, err);
}

static int tenovl_peers_dump(struct sk_buff *skb, struct netlink_callback *cb,
			     struct tenovl_dev *tdev)
{
	struct tenovl_dump *dump = tenovl_dump_of(cb);
	struct tenovl_to to = tenovl_to_dumper(cb);
	struct tenovl_peer *peer;
	int err;

	for (; (peer = tenovl_peer_next(tdev, &dump->next)); dump->next++) {
		err = tenovl_put_peer(skb, &to, peer);
		if (err)
			return err;
	}
	return 0;
}

static u32 tenovl_peers_generation(const struct tenovl_dev *tdev)
{
	return tdev->peer_generation;
}

static int tenovl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct tenovl_dump_table peers = {
		.nest = TENOVL_A_PEER,
		.generation = tenovl_peers_generation,
		.dump = tenovl_peers_dump,
	};

	return tenovl_dump_tables(skb, cb, &peers);
}

/* A peer of mode l3 may be larger than what who asks has room for at first. */
static int tenovl_peer_get_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = tenovl_fill_size(TENOVL_A_PEER) + TENOVL_MAX_INNER_SOURCES *
			     nla_total_size(sizeof(struct in6_addr) + 1);
	return 0;
}

static int tenovl_fdbs_dump(struct sk_buff *skb, struct netlink_callback *cb,
			    struct tenovl_dev *tdev)
{
	struct tenovl_dump *dump = tenovl_dump_of(cb);
	struct tenovl_to to = tenovl_to_dumper(cb);
	struct tenovl_fdb_info entry;
	int err;

	for (; tenovl_fdb_next(tdev, &dump->next, &entry); dump->next++) {
		err = tenovl_put_fdb(skb, &to, tdev, &entry);
		if (err)
			return err;
	}
	return 0;
}

static u32 tenovl_fdbs_generation(const struct tenovl_dev *tdev)
{
	return READ_ONCE(tdev->fdb_generation);
}

static int tenovl_fdb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct tenovl_dump_table fdbs = {
		.nest = TENOVL_A_FDB,
		.generation = tenovl_fdbs_generation,
		.dump = tenovl_fdbs_dump,
	};

	return tenovl_dump_tables(skb, cb, &fdbs);
}

static int tenovl_ports_dump(struct sk_buff *skb, struct netlink_callback *cb,
			     struct tenovl_dev *tdev)
{
	struct tenovl_dump *dump = tenovl_dump_of(cb);
	struct tenovl_to to = tenovl_to_dumper(cb);
	struct tenovl_port *port;
	u32 id = dump->next;
	int err = 0;

	for (; (port = tenovl_port_next(tdev, &id)) && !err; id += !err)
		err = tenovl_put_port(skb, &to, port);
	dump->next = id;
	return err;
}

static u32 tenovl_ports_generation(const struct tenovl_dev *tdev)
{
	return tenovl_event_dev_generation();
}

static int tenovl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct tenovl_dump_table ports = {
		.nest = TENOVL_A_PORT,
		.generation = tenovl_ports_generation,
		.dump = tenovl_ports_dump,
	};

	return tenovl_dump_tables(skb, cb, &ports);
}

/* The family */

#define TENOVL_OP_START(_cmd, _policy, _doit, _dumpit, _start) {		\
	.cmd = TENOVL_CMD_##_cmd,						\
	.flags = GENL_ADMIN_PERM,						\
	.policy = _policy,							\
	.maxattr = ARRAY_SIZE(_policy) - 1,					\
	.doit = _doit,								\
	.start = _start,							\
	.dumpit = _dumpit,							\
}

#define TENOVL_OP(_cmd, _policy, _doit, _dumpit)				\
	TENOVL_OP_START(_cmd, _policy, _doit, _dumpit, NULL)

static const struct genl_ops tenovl_ops[] = {
	TENOVL_OP(DEV_GET, tenovl_name_policy, tenovl_dev_get_doit, tenovl_dev_get_dumpit),
	TENOVL_OP(DEV_SET, tenovl_dev_set_policy, tenovl_dev_set_doit, NULL),
	TENOVL_OP_START(PEER_GET, tenovl_peer_key_policy, tenovl_peer_get_doit,
			tenovl_peer_get_dumpit, tenovl_peer_get_start),
	TENOVL_OP(PEER_ADD, tenovl_peer_set_policy, tenovl_peer_add_doit, NULL),
	TENOVL_OP(PEER_SET, tenovl_peer_set_policy, tenovl_peer_set_doit, NULL),
	TENOVL_OP(PEER_DEL, tenovl_peer_key_policy, tenovl_peer_del_doit, NULL),
	TENOVL_OP(FDB_GET, tenovl_fdb_key_policy, tenovl_fdb_get_doit, tenovl_fdb_get_dumpit),
	TENOVL_OP(FDB_ADD, tenovl_fdb_set_policy, tenovl_fdb_add_doit, NULL),
	TENOVL_OP(FDB_REPLACE, tenovl_fdb_set_policy, tenovl_fdb_replace_doit, NULL),
	TENOVL_OP(FDB_DEL, tenovl_fdb_del_policy, tenovl_fdb_del_doit, NULL),
	TENOVL_OP(FDB_FLUSH, tenovl_fdb_flush_policy, tenovl_fdb_flush_doit, NULL),
	TENOVL_OP(STATS_GET, tenovl_name_policy, tenovl_stats_get_doit, tenovl_stats_get_dumpit),
	TENOVL_OP(PORT_GET, tenovl_port_key_policy, tenovl_port_get_doit, tenovl_port_get_dumpit),
	TENOVL_OP(PORT_SET, tenovl_port_set_policy, tenovl_port_set_doit, NULL),
	TENOVL_OP(PORT_SELECT, tenovl_port_key_policy, tenovl_port_select_doit, NULL),
	TENOVL_OP(PORT_ADD, tenovl_port_set_policy, tenovl_port_add_doit, NULL),
	TENOVL_OP(PORT_DEL, tenovl_port_key_policy, tenovl_port_del_doit, NULL),
	TENOVL_OP(ROUTE_GET, tenovl_route_key_policy, tenovl_route_get_doit,
		  tenovl_route_get_dumpit),
	TENOVL_OP(ROUTE_ADD, tenovl_route_set_policy, tenovl_route_add_doit, NULL),
	TENOVL_OP(ROUTE_REPLACE, tenovl_route_set_policy, tenovl_route_replace_doit, NULL),
	TENOVL_OP(ROUTE_DEL, tenovl_route_key_policy, tenovl_route_del_doit, NULL),
	TENOVL_OP(MOVE_GET, tenovl_move_key_policy, tenovl_move_get_doit,
		  tenovl_move_get_dumpit),
	TENOVL_OP(MOVE_PREPARE, tenovl_move_set_policy, tenovl_move_prepare_doit, NULL),
	TENOVL_OP(MOVE_FINISH, tenovl_move_key_policy, tenovl_move_finish_doit, NULL),
	TENOVL_OP(MOVE_ABORT, tenovl_move_key_policy, tenovl_move_abort_doit, NULL),
};

static const struct genl_multicast_group tenovl_groups[] = {
	[TENOVL_GROUP_EVENTS] = {
		.name = TENOVL_MCGRP_EVENTS,
#ifdef GENL_MCAST_CAP_NET_ADMIN
		.flags = GENL_MCAST_CAP_NET_ADMIN,
#endif
	},
};

/* The reserved fields of the header are checked for every command: that is
 * what a resv_start_op of 0 means.
 */
struct genl_family tenovl_family __ro_after_init = {
	.name = TENOVL_FAMILY_NAME,
	.version = TENOVL_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.pre_doit = tenovl_pre_doit,
	.post_doit = tenovl_post_doit,
	.ops = tenovl_ops,
	.n_ops = ARRAY_SIZE(tenovl_ops),
	.mcgrps = tenovl_groups,
	.n_mcgrps = ARRAY_SIZE(tenovl_groups),
};
