// SPDX-License-Identifier: GPL-2.0
/* The family's attributes as the tool knows them. tests/spec_check holds these
 * tables to uapi/tenovl.yaml.
 */
#include <linux/tenovl.h>

#include "spec.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define NAMES(ident, spec_name, ...)						\
	static const char *const ident##_names[] = { __VA_ARGS__ };		\
	const struct ovctl_enum ovctl_enum_##ident = {				\
		.name = spec_name,						\
		.count = ARRAY_SIZE(ident##_names),				\
		.names = ident##_names,						\
	}

#define LOCAL_NAMES(ident, spec_name, ...)					\
	static const char *const ident##_names[] = { __VA_ARGS__ };		\
	static const struct ovctl_enum ovctl_enum_##ident = {			\
		.name = spec_name,						\
		.count = ARRAY_SIZE(ident##_names),				\
		.names = ident##_names,						\
	}

LOCAL_NAMES(mode, "mode", "l2", "l3");
LOCAL_NAMES(encap, "encap", "inherit", "vxlan", "gre");
LOCAL_NAMES(gre_key, "gre-key", "inherit", "nvgre", "plain");
LOCAL_NAMES(flowid, "flowid", "off", "hash");
LOCAL_NAMES(df, "df", "unset", "set", "inherit");
LOCAL_NAMES(csum, "csum", "auto", "off", "on");
LOCAL_NAMES(inner_vlan, "inner-vlan", "pass", "drop");
LOCAL_NAMES(admin, "admin", "down", "up");
LOCAL_NAMES(place, "place", "none", "head", "peer", "port");
LOCAL_NAMES(standby_ingress, "standby-ingress", "drop", "learn");
LOCAL_NAMES(underlay_hooks, "underlay-hooks", "honour", "bypass");
LOCAL_NAMES(port_state, "port-state", "unusable", "standby", "selected", "active");
LOCAL_NAMES(port_role, "port-role", "bridge", "access");
LOCAL_NAMES(cause, "cause",
	    "none", "found", "admin", "bridge-down", "bridge-deleted", "port-removed", "stp",
	    "revert", "pinned");
LOCAL_NAMES(fdb_kind, "fdb-kind", "static", "learned");
NAMES(event, "event",
	"dev-added", "dev-changed", "dev-deleted",
	"peer-added", "peer-changed", "peer-deleted",
	"fdb-added", "fdb-changed", "fdb-deleted",
	"fdb-aged", "fdb-moved", "fdb-frozen", "fdb-thawed",
	"port-added", "port-changed", "port-deleted", "port-selected",
	"route-added", "route-changed", "route-deleted",
	"move-prepared", "move-done", "move-aborted", "move-expired");

/* One row per attribute: A(number, name, ...) with what is not the default. */
#define A(num, n, ...)								\
	[num] = { .name = n, .id = num, __VA_ARGS__ }
#define U8 .type = OVCTL_U8
#define U16 .type = OVCTL_U16
#define U32 .type = OVCTL_U32
#define S32 .type = OVCTL_S32
#define U64 .type = OVCTL_U64
#define FLAG .type = OVCTL_FLAG
#define STRING .type = OVCTL_STRING
#define PAD .type = OVCTL_PAD
#define ENUM(e) U8, .form = OVCTL_ENUM, .enums = &ovctl_enum_##e
#define BOOL U8, .form = OVCTL_BOOL, .max = 1
#define ADDR .type = OVCTL_BINARY, .form = OVCTL_ADDR, .min = 4, .max = 16
#define MAC .type = OVCTL_BINARY, .form = OVCTL_MAC, .min = 6, .max = 6
#define PREFIX .type = OVCTL_BINARY, .form = OVCTL_PREFIX, .min = 5, .max = 17
#define NEST(s) .type = OVCTL_NEST, .nested = &ovctl_set_##s

#define SET(ident, spec_name, key_id)						\
	const struct ovctl_set ovctl_set_##ident = {				\
		.name = spec_name,						\
		.max = ARRAY_SIZE(ident##_attrs) - 1,				\
		.key = key_id,							\
		.attrs = ident##_attrs,						\
	}

static const struct ovctl_attr top_attrs[] = {
	A(TENOVL_A_IFINDEX, "ifindex", U32, .min = 1),
	A(TENOVL_A_NETNS_ID, "netns-id", S32),
	A(TENOVL_A_IFNAME, "ifname", STRING, .max = 15),
	A(TENOVL_A_GENERATION, "generation", U32),
	A(TENOVL_A_DEV, "dev", NEST(dev)),
	A(TENOVL_A_PEER, "peer", NEST(peer), .multi = true),
	A(TENOVL_A_FDB, "fdb", NEST(fdb), .multi = true),
	A(TENOVL_A_STATS, "stats", NEST(stats)),
	A(TENOVL_A_NET_STATS, "net-stats", NEST(net_stats)),
	A(TENOVL_A_EVENT, "event", ENUM(event)),
	A(TENOVL_A_PORT, "port", NEST(port)),
	A(TENOVL_A_SELECTION, "selection", NEST(selection)),
	A(TENOVL_A_ROUTE, "route", NEST(route), .multi = true),
	A(TENOVL_A_MOVE, "move", NEST(move), .multi = true),
};
SET(top, "tenovl", 0);

static const struct ovctl_attr dev_attrs[] = {
	A(TENOVL_A_DEV_MODE, "mode", ENUM(mode)),
	A(TENOVL_A_DEV_VNI, "vni", U32, .max = 0xffffff),
	A(TENOVL_A_DEV_ENCAP, "encap", ENUM(encap), .min = 1, .max = 2),
	A(TENOVL_A_DEV_GRE_KEY, "gre-key", ENUM(gre_key), .min = 1, .max = 2),
	A(TENOVL_A_DEV_FLOWID, "flowid", ENUM(flowid), .max = 1),
	A(TENOVL_A_DEV_LOCAL, "local", ADDR),
	A(TENOVL_A_DEV_DSTPORT, "dstport", U16, .min = 1),
	A(TENOVL_A_DEV_SRC_PORT_MIN, "src-port-min", U16, .min = 1, .word = "srcport"),
	A(TENOVL_A_DEV_SRC_PORT_MAX, "src-port-max", U16, .min = 1, .word = "srcport"),
	A(TENOVL_A_DEV_LINK, "link", U32, .max = 0x7fffffff, .form = OVCTL_LINK),
	A(TENOVL_A_DEV_MARK, "mark", U32),
	A(TENOVL_A_DEV_TTL, "ttl", U8),
	A(TENOVL_A_DEV_DSCP, "dscp", U8, .max = 63),
	A(TENOVL_A_DEV_DSCP_INHERIT, "dscp-inherit", BOOL, .word = "dscp"),
	A(TENOVL_A_DEV_DF, "df", ENUM(df), .max = 2),
	A(TENOVL_A_DEV_UDP_CSUM, "udp-csum", ENUM(csum), .max = 2),
	A(TENOVL_A_DEV_UDP_ZERO_CSUM6_RX, "udp-zero-csum6-rx", BOOL),
	A(TENOVL_A_DEV_GRE_CSUM, "gre-csum", BOOL),
	A(TENOVL_A_DEV_INNER_VLAN, "inner-vlan", ENUM(inner_vlan), .max = 1),
	A(TENOVL_A_DEV_LEARNING, "learning", BOOL),
	A(TENOVL_A_DEV_AGEING, "ageing", U32, .max = 1000000),
	A(TENOVL_A_DEV_MAX_LEARNED, "max-learned", U32, .max = 16777216),
	A(TENOVL_A_DEV_MOVE_LIMIT, "move-limit", U32, .max = 1000),
	A(TENOVL_A_DEV_MOVE_WINDOW, "move-window", U32, .min = 1, .max = 86400),
	A(TENOVL_A_DEV_SOURCE_CHECK, "source-check", BOOL),
	A(TENOVL_A_DEV_MTU, "mtu", U32, .min = 68, .max = TENOVL_MTU_MAX),
	A(TENOVL_A_DEV_MTU_AUTO, "mtu-auto", BOOL, .word = "mtu"),
	A(TENOVL_A_DEV_UNDERLAY_NETNS_ID, "underlay-netns-id", S32),
	A(TENOVL_A_DEV_PEERS, "peers", U32),
	A(TENOVL_A_DEV_STATIC_ENTRIES, "static-entries", U32),
	A(TENOVL_A_DEV_LEARNED_ENTRIES, "learned-entries", U32),
	A(TENOVL_A_DEV_STANDBY_INGRESS, "standby-ingress", ENUM(standby_ingress), .max = 1),
	A(TENOVL_A_DEV_REVERT, "revert", BOOL),
	A(TENOVL_A_DEV_REVERT_DELAY, "revert-delay", U32, .max = 3600000),
	A(TENOVL_A_DEV_HOLD, "hold", U32, .max = 3600000),
	A(TENOVL_A_DEV_MIN_LIVE, "min-live", U32, .max = 1023),
	A(TENOVL_A_DEV_ANNOUNCE_COUNT, "announce-count", U32, .max = 100),
	A(TENOVL_A_DEV_ANNOUNCE_INTERVAL, "announce-interval", U32, .min = 1, .max = 60000),
	A(TENOVL_A_DEV_PORTS, "ports", U32),
	A(TENOVL_A_DEV_SELECTION, "selection", NEST(selection)),
	A(TENOVL_A_DEV_UNDERLAY_HOOKS, "underlay-hooks", ENUM(underlay_hooks), .max = 1),
	A(TENOVL_A_DEV_FASTPATH, "fastpath", BOOL),
	A(TENOVL_A_DEV_ROUTES, "routes", U32),
	A(TENOVL_A_DEV_SUPPRESS, "suppress", BOOL),
	A(TENOVL_A_DEV_HEAD_MAC, "head-mac", MAC),
	A(TENOVL_A_DEV_REDIRECT, "redirect", U32, .max = 3600),
	A(TENOVL_A_DEV_REDIRECT_PORT, "redirect-port", U16, .min = 1, .max = 32767),
	A(TENOVL_A_DEV_TOMBSTONES, "tombstones", U32),
	A(TENOVL_A_DEV_MOVES, "moves", U32),
};
SET(dev, "dev", 0);

static const struct ovctl_attr peer_attrs[] = {
	A(TENOVL_A_PEER_ADDRESS, "address", ADDR),
	A(TENOVL_A_PEER_ENCAP, "encap", ENUM(encap), .max = 2),
	A(TENOVL_A_PEER_GRE_KEY, "gre-key", ENUM(gre_key), .max = 2),
	A(TENOVL_A_PEER_DSTPORT, "dstport", U16),
	A(TENOVL_A_PEER_ADMIN, "admin", ENUM(admin), .max = 1),
	A(TENOVL_A_PEER_FLOOD, "flood", BOOL),
	A(TENOVL_A_PEER_SOURCES, "sources", NEST(sources), .word = "source"),
	A(TENOVL_A_PEER_PMTU, "pmtu", U32),
	A(TENOVL_A_PEER_ENTRIES, "entries", U32),
	A(TENOVL_A_PEER_STATS, "stats", NEST(peer_stats)),
	A(TENOVL_A_PEER_INNER_SOURCES, "inner-sources", NEST(inner_sources),
	  .word = "inner-source"),
};
SET(peer, "peer", TENOVL_A_PEER_ADDRESS);

static const struct ovctl_attr sources_attrs[] = {
	A(TENOVL_A_SOURCES_ADDRESS, "address", ADDR, .multi = true, .word = "source"),
};
SET(sources, "sources", 0);

static const struct ovctl_attr fdb_attrs[] = {
	A(TENOVL_A_FDB_MAC, "mac", MAC),
	A(TENOVL_A_FDB_PEER, "peer", ADDR),
	A(TENOVL_A_FDB_SEQ, "seq", U32),
	A(TENOVL_A_FDB_FORCE, "force", FLAG),
	A(TENOVL_A_FDB_KIND, "kind", ENUM(fdb_kind), .max = 1),
	A(TENOVL_A_FDB_PLACE, "place", ENUM(place)),
	A(TENOVL_A_FDB_FROZEN, "frozen", FLAG, .told = true),
	A(TENOVL_A_FDB_MOVES, "moves", U32),
	A(TENOVL_A_FDB_IDLE, "idle", U32),
	A(TENOVL_A_FDB_OLD_PEER, "old-peer", ADDR),
	A(TENOVL_A_FDB_PORT, "port", U32),
	A(TENOVL_A_FDB_PORT_NAME, "port-name", STRING),
	A(TENOVL_A_FDB_OLD_PORT_NAME, "old-port-name", STRING),
	A(TENOVL_A_FDB_PORT_ID, "port-id", U32),
	A(TENOVL_A_FDB_MOBILE, "mobile", FLAG),
	A(TENOVL_A_FDB_OLD_PLACE, "old-place", ENUM(place)),
};
SET(fdb, "fdb", TENOVL_A_FDB_MAC);

static const struct ovctl_attr port_attrs[] = {
	A(TENOVL_A_PORT_INDEX, "index", U32, .min = 1),
	A(TENOVL_A_PORT_NAME, "name", STRING),
	A(TENOVL_A_PORT_PRIORITY, "priority", U32, .max = 65535),
	A(TENOVL_A_PORT_STATE, "state", ENUM(port_state)),
	A(TENOVL_A_PORT_BRIDGE, "bridge", U32),
	A(TENOVL_A_PORT_BRIDGE_NAME, "bridge-name", STRING),
	A(TENOVL_A_PORT_PINNED, "pinned", FLAG, .told = true),
	A(TENOVL_A_PORT_ENTRIES, "entries", U32),
	A(TENOVL_A_PORT_STATS, "stats", NEST(port_stats)),
	A(TENOVL_A_PORT_OWN_NETNS_ID, "own-netns-id", S32, .word = "netns"),
	A(TENOVL_A_PORT_ROLE, "role", ENUM(port_role), .max = 1),
	A(TENOVL_A_PORT_ENSLAVED, "enslaved", FLAG, .told = true),
	A(TENOVL_A_PORT_ISOLATED, "isolated", BOOL),
	A(TENOVL_A_PORT_MACS, "macs", NEST(port_macs), .word = "mac"),
	A(TENOVL_A_PORT_IPS, "ips", NEST(port_ips), .word = "ip"),
	A(TENOVL_A_PORT_DHCP_SERVER, "dhcp-server", BOOL),
	A(TENOVL_A_PORT_ROUTER, "router", BOOL),
	A(TENOVL_A_PORT_RATE, "rate", U32),
	A(TENOVL_A_PORT_BURST, "burst", U32, .min = 65536, .max = 1073741824),
	A(TENOVL_A_PORT_FLOOD_RATE, "flood-rate", U32),
	A(TENOVL_A_PORT_FLOOD_BURST, "flood-burst", U32, .min = 1, .max = 1000000),
	A(TENOVL_A_PORT_ID, "id", U32),
	A(TENOVL_A_PORT_HOOK, "hook", STRING),
	A(TENOVL_A_PORT_MAX_LEARNED, "max-learned", U32, .max = 16777216),
};
SET(port, "port", TENOVL_A_PORT_INDEX);

static const struct ovctl_attr port_macs_attrs[] = {
	A(TENOVL_A_PORT_MACS_MAC, "mac", MAC, .multi = true),
};
SET(port_macs, "port-macs", 0);

static const struct ovctl_attr port_ips_attrs[] = {
	A(TENOVL_A_PORT_IPS_ADDRESS, "address", ADDR, .multi = true, .word = "ip"),
};
SET(port_ips, "port-ips", 0);

static const struct ovctl_attr selection_attrs[] = {
	A(TENOVL_A_SELECTION_PORT, "port", U32),
	A(TENOVL_A_SELECTION_PORT_NAME, "port-name", STRING),
	A(TENOVL_A_SELECTION_OLD_PORT_NAME, "old-port-name", STRING),
	A(TENOVL_A_SELECTION_CAUSE, "cause", ENUM(cause)),
	A(TENOVL_A_SELECTION_CHANGES, "changes", U32),
	A(TENOVL_A_SELECTION_AGE, "age", U32),
};
SET(selection, "selection", 0);

static const struct ovctl_attr stats_attrs[] = {
	A(TENOVL_A_STATS_PAD, "pad", PAD),
	A(TENOVL_A_STATS_TX_PACKETS, "tx-packets", U64),
	A(TENOVL_A_STATS_TX_BYTES, "tx-bytes", U64),
	A(TENOVL_A_STATS_RX_PACKETS, "rx-packets", U64),
	A(TENOVL_A_STATS_RX_BYTES, "rx-bytes", U64),
	A(TENOVL_A_STATS_TX_FLOOD, "tx-flood", U64),
	A(TENOVL_A_STATS_TX_HANDOVER, "tx-handover", U64),
	A(TENOVL_A_STATS_TX_PMTU_ANSWER, "tx-pmtu-answer", U64),
	A(TENOVL_A_STATS_TX_DROP_SHORT, "tx-drop-short", U64),
	A(TENOVL_A_STATS_TX_DROP_VLAN, "tx-drop-vlan", U64),
	A(TENOVL_A_STATS_TX_DROP_UNCONFIGURED, "tx-drop-unconfigured", U64),
	A(TENOVL_A_STATS_TX_DROP_NO_PEER, "tx-drop-no-peer", U64),
	A(TENOVL_A_STATS_TX_DROP_LOCAL, "tx-drop-local", U64),
	A(TENOVL_A_STATS_TX_DROP_PEER_DOWN, "tx-drop-peer-down", U64),
	A(TENOVL_A_STATS_TX_DROP_NO_ROUTE, "tx-drop-no-route", U64),
	A(TENOVL_A_STATS_TX_DROP_LOOP, "tx-drop-loop", U64),
	A(TENOVL_A_STATS_TX_DROP_DEPTH, "tx-drop-depth", U64),
	A(TENOVL_A_STATS_TX_DROP_TOO_BIG, "tx-drop-too-big", U64),
	A(TENOVL_A_STATS_TX_DROP_NOMEM, "tx-drop-nomem", U64),
	A(TENOVL_A_STATS_TX_DROP_OFFLOAD, "tx-drop-offload", U64),
	A(TENOVL_A_STATS_TX_DROP_HANDOVER, "tx-drop-handover", U64),
	A(TENOVL_A_STATS_TX_DROP_ERROR, "tx-drop-error", U64),
	A(TENOVL_A_STATS_RX_DROP_SHORT, "rx-drop-short", U64),
	A(TENOVL_A_STATS_RX_DROP_HEADER, "rx-drop-header", U64),
	A(TENOVL_A_STATS_RX_DROP_SOURCE, "rx-drop-source", U64),
	A(TENOVL_A_STATS_RX_DROP_DOWN, "rx-drop-down", U64),
	A(TENOVL_A_STATS_RX_DROP_CSUM, "rx-drop-csum", U64),
	A(TENOVL_A_STATS_RX_DROP_ECN, "rx-drop-ecn", U64),
	A(TENOVL_A_STATS_RX_DROP_VLAN, "rx-drop-vlan", U64),
	A(TENOVL_A_STATS_RX_DROP_SMAC, "rx-drop-smac", U64),
	A(TENOVL_A_STATS_RX_DROP_OWN_MAC, "rx-drop-own-mac", U64),
	A(TENOVL_A_STATS_RX_DROP_HORIZON, "rx-drop-horizon", U64),
	A(TENOVL_A_STATS_RX_DROP_NOT_HERE, "rx-drop-not-here", U64),
	A(TENOVL_A_STATS_RX_DROP_DEPTH, "rx-drop-depth", U64),
	A(TENOVL_A_STATS_RX_DROP_NOMEM, "rx-drop-nomem", U64),
	A(TENOVL_A_STATS_RX_DROP_STACK, "rx-drop-stack", U64),
	A(TENOVL_A_STATS_FDB_LEARNED, "fdb-learned", U64),
	A(TENOVL_A_STATS_FDB_MOVED, "fdb-moved", U64),
	A(TENOVL_A_STATS_FDB_AGED, "fdb-aged", U64),
	A(TENOVL_A_STATS_FDB_LIMIT, "fdb-limit", U64),
	A(TENOVL_A_STATS_FDB_NOMEM, "fdb-nomem", U64),
	A(TENOVL_A_STATS_FDB_HELD, "fdb-held", U64),
	A(TENOVL_A_STATS_PORT_PACKETS, "port-packets", U64),
	A(TENOVL_A_STATS_PORT_BYTES, "port-bytes", U64),
	A(TENOVL_A_STATS_PORT_HEAD_PACKETS, "port-head-packets", U64),
	A(TENOVL_A_STATS_PORT_HEAD_BYTES, "port-head-bytes", U64),
	A(TENOVL_A_STATS_PORT_DROP_NONE, "port-drop-none", U64),
	A(TENOVL_A_STATS_PORT_DROP_STANDBY, "port-drop-standby", U64),
	A(TENOVL_A_STATS_PORT_DROP_LOCAL, "port-drop-local", U64),
	A(TENOVL_A_STATS_PORT_DROP_SMAC, "port-drop-smac", U64),
	A(TENOVL_A_STATS_PORT_DROP_DOWN, "port-drop-down", U64),
	A(TENOVL_A_STATS_PORT_DROP_STACK, "port-drop-stack", U64),
	A(TENOVL_A_STATS_PORT_DROP_MAC, "port-drop-mac", U64),
	A(TENOVL_A_STATS_PORT_DROP_IP, "port-drop-ip", U64),
	A(TENOVL_A_STATS_PORT_DROP_DHCP, "port-drop-dhcp", U64),
	A(TENOVL_A_STATS_PORT_DROP_ROUTER, "port-drop-router", U64),
	A(TENOVL_A_STATS_PORT_DROP_RATE, "port-drop-rate", U64),
	A(TENOVL_A_STATS_PORT_DROP_FLOOD, "port-drop-flood", U64),
	A(TENOVL_A_STATS_PORT_DROP_ISOLATED, "port-drop-isolated", U64),
	A(TENOVL_A_STATS_PORT_DROP_BIG, "port-drop-big", U64),
	A(TENOVL_A_STATS_PORT_DROP_OUTPUT, "port-drop-output", U64),
	A(TENOVL_A_STATS_PORT_DROP_NOMEM, "port-drop-nomem", U64),
	A(TENOVL_A_STATS_TX_STACK, "tx-stack", U64),
	A(TENOVL_A_STATS_TX_DROP_INNER_HEADER, "tx-drop-inner-header", U64),
	A(TENOVL_A_STATS_TX_DROP_INNER_ROUTE, "tx-drop-inner-route", U64),
	A(TENOVL_A_STATS_RX_DROP_INNER_HEADER, "rx-drop-inner-header", U64),
	A(TENOVL_A_STATS_RX_DROP_INNER_SOURCE, "rx-drop-inner-source", U64),
	A(TENOVL_A_STATS_TX_NEIGH_ANSWER, "tx-neigh-answer", U64),
	A(TENOVL_A_STATS_TX_DROP_NO_LINK_LOCAL, "tx-drop-no-link-local", U64),
	A(TENOVL_A_STATS_RX_DROP_ANYCAST, "rx-drop-anycast", U64),
	A(TENOVL_A_STATS_LATE_REDIRECTED, "late-redirected", U64),
	A(TENOVL_A_STATS_LATE_REDIRECTED_BYTES, "late-redirected-bytes", U64),
	A(TENOVL_A_STATS_LATE_RECEIVED, "late-received", U64),
	A(TENOVL_A_STATS_LATE_DROP_AGAIN, "late-drop-again", U64),
	A(TENOVL_A_STATS_LATE_DROP_BACK, "late-drop-back", U64),
	A(TENOVL_A_STATS_LATE_DROP_PLAIN, "late-drop-plain", U64),
	A(TENOVL_A_STATS_MOVE_WAITED, "move-waited", U64),
	A(TENOVL_A_STATS_MOVE_RELEASED, "move-released", U64),
	A(TENOVL_A_STATS_MOVE_DROP_OVERFLOW, "move-drop-overflow", U64),
	A(TENOVL_A_STATS_MOVE_DROP_EXPIRED, "move-drop-expired", U64),
	A(TENOVL_A_STATS_MOVE_DROP_ABORTED, "move-drop-aborted", U64),
	A(TENOVL_A_STATS_MOVE_CLONED, "move-cloned", U64),
	A(TENOVL_A_STATS_TX_STACKED, "tx-stacked", U64),
};
SET(stats, "stats", 0);

static const struct ovctl_attr peer_stats_attrs[] = {
	A(TENOVL_A_PEER_STATS_PAD, "pad", PAD),
	A(TENOVL_A_PEER_STATS_TX_PACKETS, "tx-packets", U64),
	A(TENOVL_A_PEER_STATS_TX_BYTES, "tx-bytes", U64),
	A(TENOVL_A_PEER_STATS_TX_DROPS, "tx-drops", U64),
	A(TENOVL_A_PEER_STATS_RX_PACKETS, "rx-packets", U64),
	A(TENOVL_A_PEER_STATS_RX_BYTES, "rx-bytes", U64),
	A(TENOVL_A_PEER_STATS_RX_DROPS, "rx-drops", U64),
};
SET(peer_stats, "peer-stats", 0);

static const struct ovctl_attr port_stats_attrs[] = {
	A(TENOVL_A_PORT_STATS_PAD, "pad", PAD),
	A(TENOVL_A_PORT_STATS_TX_PACKETS, "tx-packets", U64),
	A(TENOVL_A_PORT_STATS_TX_BYTES, "tx-bytes", U64),
	A(TENOVL_A_PORT_STATS_TX_DROPS, "tx-drops", U64),
	A(TENOVL_A_PORT_STATS_RX_PACKETS, "rx-packets", U64),
	A(TENOVL_A_PORT_STATS_RX_BYTES, "rx-bytes", U64),
	A(TENOVL_A_PORT_STATS_RX_DROPS, "rx-drops", U64),
	A(TENOVL_A_PORT_STATS_SPOOFED, "spoofed", U64),
	A(TENOVL_A_PORT_STATS_GUARDED, "guarded", U64),
	A(TENOVL_A_PORT_STATS_LIMITED, "limited", U64),
};
SET(port_stats, "port-stats", 0);

static const struct ovctl_attr net_stats_attrs[] = {
	A(TENOVL_A_NET_STATS_PAD, "pad", PAD),
	A(TENOVL_A_NET_STATS_VXLAN_SHORT, "vxlan-short", U64),
	A(TENOVL_A_NET_STATS_VXLAN_HEADER, "vxlan-header", U64),
	A(TENOVL_A_NET_STATS_VXLAN_UNKNOWN_VNI, "vxlan-unknown-vni", U64),
	A(TENOVL_A_NET_STATS_GRE_NOT_OURS, "gre-not-ours", U64),
	A(TENOVL_A_NET_STATS_GRE_POLICY, "gre-policy", U64),
	A(TENOVL_A_NET_STATS_ICMP_PMTU, "icmp-pmtu", U64),
};
SET(net_stats, "net-stats", 0);

static const struct ovctl_attr inner_sources_attrs[] = {
	A(TENOVL_A_INNER_SOURCES_PREFIX, "prefix", PREFIX, .multi = true, .word = "inner-source"),
};
SET(inner_sources, "inner-sources", 0);

static const struct ovctl_attr route_attrs[] = {
	A(TENOVL_A_ROUTE_PREFIX, "prefix", PREFIX),
	A(TENOVL_A_ROUTE_PEER, "peer", ADDR),
};
SET(route, "route", TENOVL_A_ROUTE_PREFIX);

static const struct ovctl_attr move_attrs[] = {
	A(TENOVL_A_MOVE_MAC, "mac", MAC),
	A(TENOVL_A_MOVE_TO, "to", ADDR),
	A(TENOVL_A_MOVE_CLONE, "clone", FLAG, .told = true),
	A(TENOVL_A_MOVE_MAX_FRAMES, "max-frames", U32, .min = 1, .max = 65536),
	A(TENOVL_A_MOVE_MAX_BYTES, "max-bytes", U32, .min = 4096, .max = 268435456),
	A(TENOVL_A_MOVE_MAX_WAIT, "max-wait", U32, .min = 1, .max = 60000),
	A(TENOVL_A_MOVE_TIMEOUT, "timeout", U32, .min = 1, .max = 3600000),
	A(TENOVL_A_MOVE_WAITING, "waiting", U32),
	A(TENOVL_A_MOVE_OVERFLOW, "overflow", U32),
	A(TENOVL_A_MOVE_EXPIRED, "expired", U32),
	A(TENOVL_A_MOVE_RELEASED, "released", U32),
	A(TENOVL_A_MOVE_CLONED, "cloned", U32),
	A(TENOVL_A_MOVE_LEFT, "left", U32),
};
SET(move, "move", TENOVL_A_MOVE_MAC);

static const struct ovctl_attr link_attrs[] = {
	A(TENOVL_A_LINK_MODE, "mode", ENUM(mode), .max = 1),
};
SET(link, "link", 0);

/**
 * ovctl_spec_attr() - Find an attribute by its number.
 * @set: The set.
 * @id: The number.
 *
 * Return: the attribute, or NULL where the set has none of that number.
 */
const struct ovctl_attr *ovctl_spec_attr(const struct ovctl_set *set, unsigned int id)
{
	if (!id || id > set->max || !set->attrs[id].name)
		return NULL;
	return &set->attrs[id];
}

/**
 * ovctl_spec_word() - The user's word for an attribute.
 * @attr: The attribute.
 *
 * Return: the keyword of the command line.
 */
const char *ovctl_spec_word(const struct ovctl_attr *attr)
{
	return attr->word ? attr->word : attr->name;
}

/**
 * ovctl_spec_enum_name() - The name of a value.
 * @enums: The enumeration.
 * @value: The value.
 *
 * Return: the name, or NULL for a value that a newer kernel may know.
 */
const char *ovctl_spec_enum_name(const struct ovctl_enum *enums, unsigned int value)
{
	return value < enums->count ? enums->names[value] : NULL;
}

/**
 * ovctl_spec_max() - The greatest number that an attribute takes.
 * @attr: The attribute, a number.
 *
 * Return: its bound, or where it has none that of its type.
 */
uint32_t ovctl_spec_max(const struct ovctl_attr *attr)
{
	if (attr->max || attr->form == OVCTL_ENUM)
		return attr->max ? attr->max : attr->enums->count - 1;
	if (attr->type == OVCTL_U8)
		return UINT8_MAX;
	return attr->type == OVCTL_U16 ? UINT16_MAX : UINT32_MAX;
}
