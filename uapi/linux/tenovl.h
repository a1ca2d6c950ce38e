/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/tenovl.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_TENOVL_H
#define _UAPI_LINUX_TENOVL_H

#define TENOVL_FAMILY_NAME	"tenovl"
#define TENOVL_FAMILY_VERSION	1

#define TENOVL_KIND	"tenovl"
#define TENOVL_PORT_KIND	"tenovl_port"
#define TENOVL_HOOK_KIND	"tenovl_hook"
#define TENOVL_VNI_MAX	16777215
#define TENOVL_MTU_MAX	65461

/**
 * enum tenovl_mode - What a device carries. Fixed when the device is made.
 * @TENOVL_MODE_L2: Ethernet frames, switched by MAC address.
 * @TENOVL_MODE_L3: IPv4 and IPv6 packets without an Ethernet header, in GRE,
 *   by the longest prefix.
 */
enum tenovl_mode {
	TENOVL_MODE_L2,
	TENOVL_MODE_L3,
};

/**
 * enum tenovl_encap - How frames are encapsulated.
 * @TENOVL_ENCAP_INHERIT: As the device does. For peers only.
 * @TENOVL_ENCAP_VXLAN: VXLAN over UDP, RFC 7348.
 * @TENOVL_ENCAP_GRE: GRE with a key, RFC 2890; the key's layout is set by
 *   gre-key.
 */
enum tenovl_encap {
	TENOVL_ENCAP_INHERIT,
	TENOVL_ENCAP_VXLAN,
	TENOVL_ENCAP_GRE,
};

/**
 * enum tenovl_gre_key - What the 32 bits of a GRE key hold.
 * @TENOVL_GRE_KEY_INHERIT: As the device does. For peers only.
 * @TENOVL_GRE_KEY_NVGRE: The VNI in the upper 24 bits, a FlowID in the lower
 *   8, RFC 7637.
 * @TENOVL_GRE_KEY_PLAIN: The VNI as a number; speaks with in-tree gretap and
 *   ip6gretap.
 */
enum tenovl_gre_key {
	TENOVL_GRE_KEY_INHERIT,
	TENOVL_GRE_KEY_NVGRE,
	TENOVL_GRE_KEY_PLAIN,
};

/**
 * enum tenovl_flowid - What fills the FlowID of NVGRE.
 * @TENOVL_FLOWID_OFF: Zero.
 * @TENOVL_FLOWID_HASH: A hash of the inner flow, for the underlay's multipath.
 */
enum tenovl_flowid {
	TENOVL_FLOWID_OFF,
	TENOVL_FLOWID_HASH,
};

/**
 * enum tenovl_df - The don't-fragment bit of the outer IPv4 header.
 * @TENOVL_DF_UNSET: Never set; the underlay may fragment. Over IPv6 the sender
 *   may.
 * @TENOVL_DF_SET: Always set; what does not fit is answered or dropped.
 * @TENOVL_DF_INHERIT: As in the inner IPv4 header, and set for everything
 *   else.
 */
enum tenovl_df {
	TENOVL_DF_UNSET,
	TENOVL_DF_SET,
	TENOVL_DF_INHERIT,
};

/**
 * enum tenovl_csum - Whether outer UDP checksums are sent.
 * @TENOVL_CSUM_AUTO: Over IPv6 yes, over IPv4 no.
 * @TENOVL_CSUM_OFF: Never; over IPv6 see RFC 6935 and RFC 6936.
 * @TENOVL_CSUM_ON: Always.
 */
enum tenovl_csum {
	TENOVL_CSUM_AUTO,
	TENOVL_CSUM_OFF,
	TENOVL_CSUM_ON,
};

/**
 * enum tenovl_inner_vlan - What becomes of inner frames that carry a VLAN tag.
 * @TENOVL_INNER_VLAN_PASS: Carried as they are.
 * @TENOVL_INNER_VLAN_DROP: Dropped and counted, both ways.
 */
enum tenovl_inner_vlan {
	TENOVL_INNER_VLAN_PASS,
	TENOVL_INNER_VLAN_DROP,
};

/**
 * enum tenovl_admin - The wanted state of a peer.
 * @TENOVL_ADMIN_DOWN: Drained: nothing is sent to it and nothing is learned
 *   from it; what it still sends is received.
 * @TENOVL_ADMIN_UP: In use.
 */
enum tenovl_admin {
	TENOVL_ADMIN_DOWN,
	TENOVL_ADMIN_UP,
};

/**
 * enum tenovl_place - Where the switch delivers a frame.
 * @TENOVL_PLACE_NONE: Nowhere.
 * @TENOVL_PLACE_HEAD: The device itself, that is the host's own stack.
 * @TENOVL_PLACE_PEER: A remote VTEP.
 * @TENOVL_PLACE_PORT: A port, that is the bridge that it is in or the station
 *   behind it.
 */
enum tenovl_place {
	TENOVL_PLACE_NONE,
	TENOVL_PLACE_HEAD,
	TENOVL_PLACE_PEER,
	TENOVL_PLACE_PORT,
};

/**
 * enum tenovl_standby_ingress - What becomes of frames that come by a port
 *   which is not the selected one.
 * @TENOVL_STANDBY_INGRESS_DROP: Dropped and counted.
 * @TENOVL_STANDBY_INGRESS_LEARN: What is for one station is taken, and
 *   answered by that port; what is for all is dropped and counted. A frame
 *   that both legs of a station send arrives twice.
 */
enum tenovl_standby_ingress {
	TENOVL_STANDBY_INGRESS_DROP,
	TENOVL_STANDBY_INGRESS_LEARN,
};

/**
 * enum tenovl_underlay_hooks - Whether netfilter's hooks of the underlay see
 *   the outer packets that a device sends.
 * @TENOVL_UNDERLAY_HOOKS_HONOUR: They do.
 * @TENOVL_UNDERLAY_HOOKS_BYPASS: They do not, but for those of security
 *   modules; a packet that takes the whole way through the IP layer for
 *   another reason is seen as well.
 */
enum tenovl_underlay_hooks {
	TENOVL_UNDERLAY_HOOKS_HONOUR,
	TENOVL_UNDERLAY_HOOKS_BYPASS,
};

/**
 * enum tenovl_port_state - What a port is to its device.
 * @TENOVL_PORT_STATE_UNUSABLE: Cannot carry traffic: it, its bridge or the
 *   device is down, it is in no bridge, or the bridge does not forward by it
 *   or has too few live ports (min-live); an access port, when it or the
 *   device is down.
 * @TENOVL_PORT_STATE_STANDBY: Could carry traffic, and another one does.
 * @TENOVL_PORT_STATE_SELECTED: Carries the traffic.
 * @TENOVL_PORT_STATE_ACTIVE: An access port that is up, as its device is.
 */
enum tenovl_port_state {
	TENOVL_PORT_STATE_UNUSABLE,
	TENOVL_PORT_STATE_STANDBY,
	TENOVL_PORT_STATE_SELECTED,
	TENOVL_PORT_STATE_ACTIVE,
};

/**
 * enum tenovl_port_role - What a port is for.
 * @TENOVL_PORT_ROLE_BRIDGE: To be put into a bridge; of those one carries the
 *   traffic.
 * @TENOVL_PORT_ROLE_ACCESS: The place of one station, with no bridge: a
 *   built-in port in the station's namespace, or a device of the host that
 *   leads there.
 */
enum tenovl_port_role {
	TENOVL_PORT_ROLE_BRIDGE,
	TENOVL_PORT_ROLE_ACCESS,
};

/**
 * enum tenovl_cause - Why the selected port changed.
 * @TENOVL_CAUSE_NONE: It never did.
 * @TENOVL_CAUSE_FOUND: There was none, and a port came to be usable.
 * @TENOVL_CAUSE_ADMIN: An operator set the port or the device down, or set
 *   min-live beyond what its bridge has.
 * @TENOVL_CAUSE_BRIDGE_DOWN: The bridge was set down, or has too few live
 *   ports (min-live).
 * @TENOVL_CAUSE_BRIDGE_DELETED: The bridge was deleted. It lets go of its
 *   ports first, so that the event comes twice: with port-removed before,
 *   and the same number of changes.
 * @TENOVL_CAUSE_PORT_REMOVED: The port was taken out of its bridge, or
 *   deleted.
 * @TENOVL_CAUSE_STP: The bridge does not forward by the port any more.
 * @TENOVL_CAUSE_REVERT: A better port can be had again, or a priority or
 *   revert was changed.
 * @TENOVL_CAUSE_PINNED: An operator named the port, or left the choice to the
 *   device again.
 */
enum tenovl_cause {
	TENOVL_CAUSE_NONE,
	TENOVL_CAUSE_FOUND,
	TENOVL_CAUSE_ADMIN,
	TENOVL_CAUSE_BRIDGE_DOWN,
	TENOVL_CAUSE_BRIDGE_DELETED,
	TENOVL_CAUSE_PORT_REMOVED,
	TENOVL_CAUSE_STP,
	TENOVL_CAUSE_REVERT,
	TENOVL_CAUSE_PINNED,
};

/**
 * enum tenovl_fdb_kind - Where a forwarding entry came from.
 * @TENOVL_FDB_KIND_STATIC: Made by configuration; never replaced by learning,
 *   never aged.
 * @TENOVL_FDB_KIND_LEARNED: Learned from a source address; ages.
 */
enum tenovl_fdb_kind {
	TENOVL_FDB_KIND_STATIC,
	TENOVL_FDB_KIND_LEARNED,
};

/**
 * enum tenovl_event - What an event message tells.
 * @TENOVL_EVENT_FDB_AGED: A learned entry was not used for the ageing time.
 * @TENOVL_EVENT_FDB_MOVED: A learned address appeared behind another peer
 *   (old-peer tells where it was).
 * @TENOVL_EVENT_FDB_FROZEN: An address moved too often; it stays where it is
 *   for a move-window.
 * @TENOVL_EVENT_FDB_THAWED: A frozen address may move again.
 * @TENOVL_EVENT_PORT_CHANGED: A setting of it, or whether it could carry
 *   traffic.
 * @TENOVL_EVENT_PORT_SELECTED: Another port carries the traffic, or none does
 *   (selection tells which and why). Told again when the cause turns out to
 *   be bridge-deleted.
 * @TENOVL_EVENT_ROUTE_CHANGED: It leads to another peer.
 */
enum tenovl_event {
	TENOVL_EVENT_DEV_ADDED,
	TENOVL_EVENT_DEV_CHANGED,
	TENOVL_EVENT_DEV_DELETED,
	TENOVL_EVENT_PEER_ADDED,
	TENOVL_EVENT_PEER_CHANGED,
	TENOVL_EVENT_PEER_DELETED,
	TENOVL_EVENT_FDB_ADDED,
	TENOVL_EVENT_FDB_CHANGED,
	TENOVL_EVENT_FDB_DELETED,
	TENOVL_EVENT_FDB_AGED,
	TENOVL_EVENT_FDB_MOVED,
	TENOVL_EVENT_FDB_FROZEN,
	TENOVL_EVENT_FDB_THAWED,
	TENOVL_EVENT_PORT_ADDED,
	TENOVL_EVENT_PORT_CHANGED,
	TENOVL_EVENT_PORT_DELETED,
	TENOVL_EVENT_PORT_SELECTED,
	TENOVL_EVENT_ROUTE_ADDED,
	TENOVL_EVENT_ROUTE_CHANGED,
	TENOVL_EVENT_ROUTE_DELETED,
};

enum {
	TENOVL_A_IFINDEX = 1,
	TENOVL_A_NETNS_ID,
	TENOVL_A_IFNAME,
	TENOVL_A_GENERATION,
	TENOVL_A_DEV,
	TENOVL_A_PEER,
	TENOVL_A_FDB,
	TENOVL_A_STATS,
	TENOVL_A_NET_STATS,
	TENOVL_A_EVENT,
	TENOVL_A_PORT,
	TENOVL_A_SELECTION,
	TENOVL_A_ROUTE,

	__TENOVL_A_MAX,
	TENOVL_A_MAX = (__TENOVL_A_MAX - 1)
};

enum {
	TENOVL_A_DEV_MODE = 1,
	TENOVL_A_DEV_VNI,
	TENOVL_A_DEV_ENCAP,
	TENOVL_A_DEV_GRE_KEY,
	TENOVL_A_DEV_FLOWID,
	TENOVL_A_DEV_LOCAL,
	TENOVL_A_DEV_DSTPORT,
	TENOVL_A_DEV_SRC_PORT_MIN,
	TENOVL_A_DEV_SRC_PORT_MAX,
	TENOVL_A_DEV_LINK,
	TENOVL_A_DEV_MARK,
	TENOVL_A_DEV_TTL,
	TENOVL_A_DEV_DSCP,
	TENOVL_A_DEV_DSCP_INHERIT,
	TENOVL_A_DEV_DF,
	TENOVL_A_DEV_UDP_CSUM,
	TENOVL_A_DEV_UDP_ZERO_CSUM6_RX,
	TENOVL_A_DEV_GRE_CSUM,
	TENOVL_A_DEV_INNER_VLAN,
	TENOVL_A_DEV_LEARNING,
	TENOVL_A_DEV_AGEING,
	TENOVL_A_DEV_MAX_LEARNED,
	TENOVL_A_DEV_MOVE_LIMIT,
	TENOVL_A_DEV_MOVE_WINDOW,
	TENOVL_A_DEV_SOURCE_CHECK,
	TENOVL_A_DEV_MTU,
	TENOVL_A_DEV_MTU_AUTO,
	TENOVL_A_DEV_UNDERLAY_NETNS_ID,
	TENOVL_A_DEV_PEERS,
	TENOVL_A_DEV_STATIC_ENTRIES,
	TENOVL_A_DEV_LEARNED_ENTRIES,
	TENOVL_A_DEV_STANDBY_INGRESS,
	TENOVL_A_DEV_REVERT,
	TENOVL_A_DEV_REVERT_DELAY,
	TENOVL_A_DEV_HOLD,
	TENOVL_A_DEV_MIN_LIVE,
	TENOVL_A_DEV_ANNOUNCE_COUNT,
	TENOVL_A_DEV_ANNOUNCE_INTERVAL,
	TENOVL_A_DEV_PORTS,
	TENOVL_A_DEV_SELECTION,
	TENOVL_A_DEV_UNDERLAY_HOOKS,
	TENOVL_A_DEV_FASTPATH,
	TENOVL_A_DEV_ROUTES,
	TENOVL_A_DEV_SUPPRESS,
	TENOVL_A_DEV_HEAD_MAC,

	__TENOVL_A_DEV_MAX,
	TENOVL_A_DEV_MAX = (__TENOVL_A_DEV_MAX - 1)
};

enum {
	TENOVL_A_PEER_ADDRESS = 1,
	TENOVL_A_PEER_ENCAP,
	TENOVL_A_PEER_GRE_KEY,
	TENOVL_A_PEER_DSTPORT,
	TENOVL_A_PEER_ADMIN,
	TENOVL_A_PEER_FLOOD,
	TENOVL_A_PEER_SOURCES,
	TENOVL_A_PEER_PMTU,
	TENOVL_A_PEER_ENTRIES,
	TENOVL_A_PEER_STATS,
	TENOVL_A_PEER_INNER_SOURCES,

	__TENOVL_A_PEER_MAX,
	TENOVL_A_PEER_MAX = (__TENOVL_A_PEER_MAX - 1)
};

enum {
	TENOVL_A_SOURCES_ADDRESS = 1,

	__TENOVL_A_SOURCES_MAX,
	TENOVL_A_SOURCES_MAX = (__TENOVL_A_SOURCES_MAX - 1)
};

enum {
	TENOVL_A_FDB_MAC = 1,
	TENOVL_A_FDB_PEER,
	TENOVL_A_FDB_SEQ,
	TENOVL_A_FDB_FORCE,
	TENOVL_A_FDB_KIND,
	TENOVL_A_FDB_PLACE,
	TENOVL_A_FDB_FROZEN,
	TENOVL_A_FDB_MOVES,
	TENOVL_A_FDB_IDLE,
	TENOVL_A_FDB_OLD_PEER,
	TENOVL_A_FDB_PORT,
	TENOVL_A_FDB_PORT_NAME,
	TENOVL_A_FDB_OLD_PORT_NAME,
	TENOVL_A_FDB_PORT_ID,

	__TENOVL_A_FDB_MAX,
	TENOVL_A_FDB_MAX = (__TENOVL_A_FDB_MAX - 1)
};

enum {
	TENOVL_A_PORT_INDEX = 1,
	TENOVL_A_PORT_NAME,
	TENOVL_A_PORT_PRIORITY,
	TENOVL_A_PORT_STATE,
	TENOVL_A_PORT_BRIDGE,
	TENOVL_A_PORT_BRIDGE_NAME,
	TENOVL_A_PORT_PINNED,
	TENOVL_A_PORT_ENTRIES,
	TENOVL_A_PORT_STATS,
	TENOVL_A_PORT_OWN_NETNS_ID,
	TENOVL_A_PORT_ROLE,
	TENOVL_A_PORT_ENSLAVED,
	TENOVL_A_PORT_ISOLATED,
	TENOVL_A_PORT_MACS,
	TENOVL_A_PORT_IPS,
	TENOVL_A_PORT_DHCP_SERVER,
	TENOVL_A_PORT_ROUTER,
	TENOVL_A_PORT_RATE,
	TENOVL_A_PORT_BURST,
	TENOVL_A_PORT_FLOOD_RATE,
	TENOVL_A_PORT_FLOOD_BURST,
	TENOVL_A_PORT_ID,
	TENOVL_A_PORT_HOOK,
	TENOVL_A_PORT_MAX_LEARNED,

	__TENOVL_A_PORT_MAX,
	TENOVL_A_PORT_MAX = (__TENOVL_A_PORT_MAX - 1)
};

enum {
	TENOVL_A_PORT_MACS_MAC = 1,

	__TENOVL_A_PORT_MACS_MAX,
	TENOVL_A_PORT_MACS_MAX = (__TENOVL_A_PORT_MACS_MAX - 1)
};

enum {
	TENOVL_A_PORT_IPS_ADDRESS = 1,

	__TENOVL_A_PORT_IPS_MAX,
	TENOVL_A_PORT_IPS_MAX = (__TENOVL_A_PORT_IPS_MAX - 1)
};

enum {
	TENOVL_A_SELECTION_PORT = 1,
	TENOVL_A_SELECTION_PORT_NAME,
	TENOVL_A_SELECTION_OLD_PORT_NAME,
	TENOVL_A_SELECTION_CAUSE,
	TENOVL_A_SELECTION_CHANGES,
	TENOVL_A_SELECTION_AGE,

	__TENOVL_A_SELECTION_MAX,
	TENOVL_A_SELECTION_MAX = (__TENOVL_A_SELECTION_MAX - 1)
};

enum {
	TENOVL_A_STATS_PAD = 1,
	TENOVL_A_STATS_TX_PACKETS,
	TENOVL_A_STATS_TX_BYTES,
	TENOVL_A_STATS_RX_PACKETS,
	TENOVL_A_STATS_RX_BYTES,
	TENOVL_A_STATS_TX_FLOOD,
	TENOVL_A_STATS_TX_HANDOVER,
	TENOVL_A_STATS_TX_PMTU_ANSWER,
	TENOVL_A_STATS_TX_DROP_SHORT,
	TENOVL_A_STATS_TX_DROP_VLAN,
	TENOVL_A_STATS_TX_DROP_UNCONFIGURED,
	TENOVL_A_STATS_TX_DROP_NO_PEER,
	TENOVL_A_STATS_TX_DROP_LOCAL,
	TENOVL_A_STATS_TX_DROP_PEER_DOWN,
	TENOVL_A_STATS_TX_DROP_NO_ROUTE,
	TENOVL_A_STATS_TX_DROP_LOOP,
	TENOVL_A_STATS_TX_DROP_DEPTH,
	TENOVL_A_STATS_TX_DROP_TOO_BIG,
	TENOVL_A_STATS_TX_DROP_NOMEM,
	TENOVL_A_STATS_TX_DROP_OFFLOAD,
	TENOVL_A_STATS_TX_DROP_HANDOVER,
	TENOVL_A_STATS_TX_DROP_ERROR,
	TENOVL_A_STATS_RX_DROP_SHORT,
	TENOVL_A_STATS_RX_DROP_HEADER,
	TENOVL_A_STATS_RX_DROP_SOURCE,
	TENOVL_A_STATS_RX_DROP_DOWN,
	TENOVL_A_STATS_RX_DROP_CSUM,
	TENOVL_A_STATS_RX_DROP_ECN,
	TENOVL_A_STATS_RX_DROP_VLAN,
	TENOVL_A_STATS_RX_DROP_SMAC,
	TENOVL_A_STATS_RX_DROP_OWN_MAC,
	TENOVL_A_STATS_RX_DROP_HORIZON,
	TENOVL_A_STATS_RX_DROP_NOT_HERE,
	TENOVL_A_STATS_RX_DROP_DEPTH,
	TENOVL_A_STATS_RX_DROP_NOMEM,
	TENOVL_A_STATS_RX_DROP_STACK,
	TENOVL_A_STATS_FDB_LEARNED,
	TENOVL_A_STATS_FDB_MOVED,
	TENOVL_A_STATS_FDB_AGED,
	TENOVL_A_STATS_FDB_LIMIT,
	TENOVL_A_STATS_FDB_NOMEM,
	TENOVL_A_STATS_FDB_HELD,
	TENOVL_A_STATS_PORT_PACKETS,
	TENOVL_A_STATS_PORT_BYTES,
	TENOVL_A_STATS_PORT_HEAD_PACKETS,
	TENOVL_A_STATS_PORT_HEAD_BYTES,
	TENOVL_A_STATS_PORT_DROP_NONE,
	TENOVL_A_STATS_PORT_DROP_STANDBY,
	TENOVL_A_STATS_PORT_DROP_LOCAL,
	TENOVL_A_STATS_PORT_DROP_SMAC,
	TENOVL_A_STATS_PORT_DROP_DOWN,
	TENOVL_A_STATS_PORT_DROP_STACK,
	TENOVL_A_STATS_PORT_DROP_MAC,
	TENOVL_A_STATS_PORT_DROP_IP,
	TENOVL_A_STATS_PORT_DROP_DHCP,
	TENOVL_A_STATS_PORT_DROP_ROUTER,
	TENOVL_A_STATS_PORT_DROP_RATE,
	TENOVL_A_STATS_PORT_DROP_FLOOD,
	TENOVL_A_STATS_PORT_DROP_ISOLATED,
	TENOVL_A_STATS_PORT_DROP_BIG,
	TENOVL_A_STATS_PORT_DROP_OUTPUT,
	TENOVL_A_STATS_PORT_DROP_NOMEM,
	TENOVL_A_STATS_TX_STACK,
	TENOVL_A_STATS_TX_DROP_INNER_HEADER,
	TENOVL_A_STATS_TX_DROP_INNER_ROUTE,
	TENOVL_A_STATS_RX_DROP_INNER_HEADER,
	TENOVL_A_STATS_RX_DROP_INNER_SOURCE,
	TENOVL_A_STATS_TX_NEIGH_ANSWER,
	TENOVL_A_STATS_TX_DROP_NO_LINK_LOCAL,
	TENOVL_A_STATS_RX_DROP_ANYCAST,

	__TENOVL_A_STATS_MAX,
	TENOVL_A_STATS_MAX = (__TENOVL_A_STATS_MAX - 1)
};

enum {
	TENOVL_A_PEER_STATS_PAD = 1,
	TENOVL_A_PEER_STATS_TX_PACKETS,
	TENOVL_A_PEER_STATS_TX_BYTES,
	TENOVL_A_PEER_STATS_TX_DROPS,
	TENOVL_A_PEER_STATS_RX_PACKETS,
	TENOVL_A_PEER_STATS_RX_BYTES,
	TENOVL_A_PEER_STATS_RX_DROPS,

	__TENOVL_A_PEER_STATS_MAX,
	TENOVL_A_PEER_STATS_MAX = (__TENOVL_A_PEER_STATS_MAX - 1)
};

enum {
	TENOVL_A_PORT_STATS_PAD = 1,
	TENOVL_A_PORT_STATS_TX_PACKETS,
	TENOVL_A_PORT_STATS_TX_BYTES,
	TENOVL_A_PORT_STATS_TX_DROPS,
	TENOVL_A_PORT_STATS_RX_PACKETS,
	TENOVL_A_PORT_STATS_RX_BYTES,
	TENOVL_A_PORT_STATS_RX_DROPS,
	TENOVL_A_PORT_STATS_SPOOFED,
	TENOVL_A_PORT_STATS_GUARDED,
	TENOVL_A_PORT_STATS_LIMITED,

	__TENOVL_A_PORT_STATS_MAX,
	TENOVL_A_PORT_STATS_MAX = (__TENOVL_A_PORT_STATS_MAX - 1)
};

enum {
	TENOVL_A_NET_STATS_PAD = 1,
	TENOVL_A_NET_STATS_VXLAN_SHORT,
	TENOVL_A_NET_STATS_VXLAN_HEADER,
	TENOVL_A_NET_STATS_VXLAN_UNKNOWN_VNI,
	TENOVL_A_NET_STATS_GRE_NOT_OURS,
	TENOVL_A_NET_STATS_GRE_POLICY,
	TENOVL_A_NET_STATS_ICMP_PMTU,

	__TENOVL_A_NET_STATS_MAX,
	TENOVL_A_NET_STATS_MAX = (__TENOVL_A_NET_STATS_MAX - 1)
};

enum {
	TENOVL_A_INNER_SOURCES_PREFIX = 1,

	__TENOVL_A_INNER_SOURCES_MAX,
	TENOVL_A_INNER_SOURCES_MAX = (__TENOVL_A_INNER_SOURCES_MAX - 1)
};

enum {
	TENOVL_A_ROUTE_PREFIX = 1,
	TENOVL_A_ROUTE_PEER,

	__TENOVL_A_ROUTE_MAX,
	TENOVL_A_ROUTE_MAX = (__TENOVL_A_ROUTE_MAX - 1)
};

enum {
	TENOVL_A_LINK_MODE = 1,

	__TENOVL_A_LINK_MAX,
	TENOVL_A_LINK_MAX = (__TENOVL_A_LINK_MAX - 1)
};

enum {
	TENOVL_CMD_DEV_GET = 1,
	TENOVL_CMD_DEV_SET,
	TENOVL_CMD_PEER_GET,
	TENOVL_CMD_PEER_ADD,
	TENOVL_CMD_PEER_SET,
	TENOVL_CMD_PEER_DEL,
	TENOVL_CMD_FDB_GET,
	TENOVL_CMD_FDB_ADD,
	TENOVL_CMD_FDB_REPLACE,
	TENOVL_CMD_FDB_DEL,
	TENOVL_CMD_FDB_FLUSH,
	TENOVL_CMD_STATS_GET,
	TENOVL_CMD_EVENT,
	TENOVL_CMD_PORT_GET,
	TENOVL_CMD_PORT_SET,
	TENOVL_CMD_PORT_SELECT,
	TENOVL_CMD_PORT_ADD,
	TENOVL_CMD_PORT_DEL,
	TENOVL_CMD_ROUTE_GET,
	TENOVL_CMD_ROUTE_ADD,
	TENOVL_CMD_ROUTE_REPLACE,
	TENOVL_CMD_ROUTE_DEL,

	__TENOVL_CMD_MAX,
	TENOVL_CMD_MAX = (__TENOVL_CMD_MAX - 1)
};

#define TENOVL_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_TENOVL_H */
