/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tenovl: a tenant overlay switch in one netdevice.
 *
 * The inner contract. Prototypes stand under the file that defines them, and
 * inside a file under the context that they run in.
 */
#ifndef _TENOVL_H
#define _TENOVL_H

#include <linux/etherdevice.h>
#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/u64_stats_sync.h>
#include <linux/xarray.h>
#include <net/genetlink.h>
#include <net/gro_cells.h>
#include <net/ipv6.h>
#include <net/sch_generic.h>

#include <linux/tenovl.h>

#include "compat.h"

/* How deep devices of this kind may be stacked on one another, or hand frames
 * to one another, within one call chain. A kernel stack takes about ten.
 */
#define TENOVL_MAX_DEPTH	4

/**
 * enum tenovl_layout - how the id of a network stands in a packet
 * @TENOVL_LAYOUT_VXLAN: 24-bit VNI of RFC 7348, below a UDP port
 * @TENOVL_LAYOUT_NVGRE: upper 24 bits of the GRE key, RFC 7637
 * @TENOVL_LAYOUT_PLAIN: all 32 bits of the GRE key
 * @TENOVL_LAYOUTS: how many there are
 */
enum tenovl_layout {
	TENOVL_LAYOUT_VXLAN,
	TENOVL_LAYOUT_NVGRE,
	TENOVL_LAYOUT_PLAIN,
	TENOVL_LAYOUTS,
};

/* So that one peer fits one message. */
#define TENOVL_MAX_SOURCES	64

/* What may be allowed to an access port by name; more are a network, which is not
 * guarded so.
 */
#define TENOVL_MAX_MACS	16
#define TENOVL_MAX_IPS	64

/* Prefixes that the packets of one peer may come from. */
#define TENOVL_MAX_INNER_SOURCES	512

/* Beside the bits of enum tenovl_layout: ICMP errors are looked for. */
#define TENOVL_HEARS_ICMP	BIT(TENOVL_LAYOUTS)

/**
 * struct tenovl_settings - what can be configured of a device
 * @local: outer address, IPv4 as v4-mapped; valid when @has_local
 * @vni: network id, 24 bits; valid when @has_vni
 * @link: ifindex of the output device in the underlay, 0 for the route's
 * @mark: mark of outer packets
 * @ageing: seconds that a learned entry lives unused, 0 for ever
 * @max_learned: most learned entries
 * @move_limit: moves within @move_window that freeze an entry, 0 for never
 * @move_window: seconds
 * @revert_delay: milliseconds that a better port must have been usable before it is
 *	gone back to
 * @hold: milliseconds after a change of the selected port for which a usable one is
 *	not left again
 * @min_live: other ports of a bridge that must be live for the one in it to be usable
 * @announce_count: how often addresses are announced after a change
 * @announce_interval: milliseconds between two times
 * @redirect: seconds that frames for a station which moved away are sent on
 * @dstport: UDP port sent to and listened on, host byte order
 * @src_port_min: first UDP source port
 * @src_port_max: last UDP source port
 * @redirect_port: UDP source port that marks what is sent on
 * @encap: enum tenovl_encap, never inherit
 * @gre_key: enum tenovl_gre_key, never inherit
 * @flowid: enum tenovl_flowid
 * @ttl: outer TTL, 0 for the route's
 * @dscp: outer DSCP, 6 bits
 * @df: enum tenovl_df
 * @udp_csum: enum tenovl_csum
 * @inner_vlan: enum tenovl_inner_vlan
 * @standby_ingress: enum tenovl_standby_ingress
 * @underlay_hooks: enum tenovl_underlay_hooks
 * @has_local: @local was set
 * @has_vni: @vni was set
 * @dscp_inherit: copy the inner DSCP
 * @zero_csum6_rx: take UDP without checksum over IPv6
 * @gre_csum: send GRE checksums
 * @learning: learn source addresses
 * @source_check: receive from configured peers only
 * @revert: go back to a better port
 * @fastpath: past what the IP layer has nothing to do in
 * @suppress: answer for known stations in place of asking all
 * @has_head_mac: @head_mac is not zero
 * @head_mac: by which peers know the head; zero for the head's own
 * @rcu: for the whole
 *
 * Never changed once published: a change makes a new one. Published in
 * &tenovl_dev.settings under RTNL, read under RCU or RTNL.
 */
struct tenovl_settings {
	struct in6_addr local;
	u32 vni;
	u32 link;
	u32 mark;
	u32 ageing;
	u32 max_learned;
	u32 move_limit;
	u32 move_window;
	u32 revert_delay;
	u32 hold;
	u32 min_live;
	u32 announce_count;
	u32 announce_interval;
	u32 redirect;
	u16 dstport;
	u16 src_port_min;
	u16 src_port_max;
	u16 redirect_port;
	u8 encap;
	u8 gre_key;
	u8 flowid;
	u8 ttl;
	u8 dscp;
	u8 df;
	u8 udp_csum;
	u8 inner_vlan;
	u8 standby_ingress;
	u8 underlay_hooks;
	bool has_local;
	bool has_vni;
	bool dscp_inherit;
	bool zero_csum6_rx;
	bool gre_csum;
	bool learning;
	bool source_check;
	bool revert;
	bool fastpath;
	bool suppress;
	bool has_head_mac;
	u8 head_mac[ETH_ALEN] __aligned(2);
	struct rcu_head rcu;
};

/**
 * struct tenovl_stats - counters of a device on one CPU
 * @syncp: makes 64-bit counters whole for readers on 32-bit machines
 * @c: counters, indexed by their attribute (TENOVL_A_STATS_*)
 */
struct tenovl_stats {
	struct u64_stats_sync syncp;
	u64_stats_t c[TENOVL_A_STATS_MAX + 1];
};

/**
 * struct tenovl_peer_stats - counters of a peer on one CPU
 * @syncp: as in &struct tenovl_stats
 * @c: counters, indexed by their attribute (TENOVL_A_PEER_STATS_*)
 */
struct tenovl_peer_stats {
	struct u64_stats_sync syncp;
	u64_stats_t c[TENOVL_A_PEER_STATS_MAX + 1];
};

/* Nothing is sent or received before. */
static inline bool tenovl_configured(const struct tenovl_settings *settings)
{
	return settings->has_vni && settings->has_local;
}

struct tenovl_dev;
struct tenovl_path;
struct tenovl_peer_change;
struct tenovl_encap_ops;
struct tenovl_move;

/**
 * struct tenovl_prefix - inner addresses that begin alike
 * @addr: the first of them, IPv4 as v4-mapped; bits behind @len are clear
 * @len: how many bits of an address of its family count
 * @v6: of IPv6
 * @zero: so that the whole can be hashed and compared
 */
struct tenovl_prefix {
	struct in6_addr addr;
	u8 len;
	u8 v6;
	u16 zero;
};

/**
 * struct tenovl_route - which peer a prefix is behind, in mode l3
 * @node: in &tenovl_routes.table
 * @prefix: the destinations; the key
 * @peer: where they are; NULL while the request that makes it is prepared
 * @list: in &tenovl_peer.routes, under RTNL
 * @id: place in &tenovl_routes.ids, the cursor of dumps
 * @rcu: for the whole
 *
 * Changed under RTNL, read under RCU; readers take @peer once.
 */
struct tenovl_route {
	struct rhash_head node;
	struct tenovl_prefix prefix;
	struct tenovl_peer __rcu *peer;
	struct list_head list;
	u32 id;
	struct rcu_head rcu;
};

#define TENOVL_PREFIX_LENGTHS	129

/**
 * struct tenovl_routes - the routes of a device
 * @table: &struct tenovl_route by their prefix
 * @lengths: lengths that prefixes of IPv4 (0) and IPv6 (1) have, read under RCU
 * @n_length: how many prefixes have each of them, under RTNL
 * @ids: by id, under RTNL
 * @next_id: for cyclic allocation
 * @generation: counts changes, under RTNL; read without it by who remembers what he found
 * @n: how many, under RTNL
 */
struct tenovl_routes {
	struct rhashtable table;
	unsigned long lengths[2][BITS_TO_LONGS(TENOVL_PREFIX_LENGTHS)];
	u32 n_length[2][TENOVL_PREFIX_LENGTHS];
	struct xarray ids;
	u32 next_id;
	u32 generation;
	u32 n;
};

/**
 * struct tenovl_inner_sources - where packets from a peer may come from
 * @rcu: for the whole
 * @n: how many
 * @n_outer: how many of the first lie in no other one
 * @prefix: they, no two alike, in order as far as @n_outer
 *
 * Never changed once published: a change makes a new one. Published in
 * &tenovl_peer.inner under RTNL, read under RCU or RTNL.
 */
struct tenovl_inner_sources {
	struct rcu_head rcu;
	u32 n;
	u32 n_outer;
	struct tenovl_prefix prefix[];
};

/**
 * struct tenovl_side - what a forwarding entry can point at, beside the head; a
 *	part of a peer or of a port
 * @place: enum tenovl_place: which of the two
 * @drained: nothing is learned there; written under RTNL, read on the packet path
 * @dead: is being deleted; written under the fdb lock, so that no entry comes to
 *	point at it any more
 * @entries: how many point here, under the fdb lock; in mode l3 routes, under RTNL
 * @fdb: &struct tenovl_fdb_entry that point here, under the fdb lock
 */
struct tenovl_side {
	u8 place;
	bool drained;
	bool dead;
	u32 entries;
	struct hlist_head fdb;
};

/**
 * struct tenovl_inner - what transmit needs to know of the frame it carries
 * @noff: offset of the network header in the frame, after any VLAN tags
 * @proto: protocol at @noff; 0 when that is no whole IP header
 * @tos: TOS or traffic class of an IP packet, 0 for anything else
 * @l4: protocol of an IP packet's payload, 0 for anything else
 * @may_fragment: an IPv4 packet without the don't-fragment bit
 * @late: it is sent on, and to be marked so; see move.c
 */
struct tenovl_inner {
	u16 noff;
	__be16 proto;
	u8 tos;
	u8 l4;
	bool may_fragment;
	bool late;
};

/**
 * union tenovl_ip_pair - the outer addresses that a route settled on
 * @saddr4: IPv4 source
 * @daddr4: IPv4 destination
 * @saddr6: IPv6 source
 * @daddr6: IPv6 destination
 */
union tenovl_ip_pair {
	struct {
		__be32 saddr4;
		__be32 daddr4;
	};
	struct {
		struct in6_addr saddr6;
		struct in6_addr daddr6;
	};
};

/**
 * enum tenovl_way - how a route is gone
 * @TENOVL_WAY_STACK: through the whole of the IP layer
 * @TENOVL_WAY_DIRECT: the IP layer has nothing to do on it but to find the neighbour
 * @TENOVL_WAY_LOCAL: it ends on this host
 * @TENOVL_WAY_LOOP: it leads into the device itself
 */
enum tenovl_way {
	TENOVL_WAY_STACK,
	TENOVL_WAY_DIRECT,
	TENOVL_WAY_LOCAL,
	TENOVL_WAY_LOOP,
};

/**
 * struct tenovl_outer - a route that was looked up for a path
 * @dst: the route, held
 * @cookie: tells whether an IPv6 route is still the one
 * @way: enum tenovl_way
 * @ip: the outer addresses that it settled on
 * @stacks: it leads into another device of ours, which carries packets
 * @over_generation: of the routes of that device, when it was asked
 * @over: to which of its peers, or NULL
 * @rcu: for the whole
 *
 * Never changed once published: another route makes a new one. Whoever reads it
 * under RCU may use @dst without a reference of his own.
 */
struct tenovl_outer {
	struct dst_entry *dst;
	u32 cookie;
	u8 way;
	bool stacks;
	u32 over_generation;
	union tenovl_ip_pair ip;
	struct tenovl_peer *over;
	struct rcu_head rcu;
};

/**
 * struct tenovl_path - how to send to a peer: settings resolved, route cached
 * @ops: the encapsulation
 * @saddr: outer source, or the any address of the family
 * @daddr: outer destination
 * @id: VXLAN's VNI field or GRE's key, in network order; see @layout
 * @link: output ifindex or 0
 * @mark: mark of outer packets
 * @vni: the VNI as a number, for the way to a device on this host
 * @dport: UDP destination port, network order
 * @src_port_min: first UDP source port
 * @src_port_max: last UDP source port
 * @redirect_port: that of what is marked, network order
 * @hlen: bytes of outer IP header and encapsulation header together
 * @layout: enum tenovl_layout
 * @bare: carries IP packets without an Ethernet header
 * @ttl: outer TTL or 0
 * @tos: outer DSCP in place (two low bits clear)
 * @df: enum tenovl_df
 * @v6: outer IPv6
 * @dscp_inherit: copy the inner DSCP instead of @tos
 * @csum: send a UDP or GRE checksum
 * @flowid: put a flow hash into NVGRE's FlowID
 * @hashed: the flow of what is sent shows in the header
 * @fastpath: nothing of the IP layer is run through that has nothing to do
 * @bypass: the netfilter hooks of the underlay are not asked
 * @base_mtu: largest outer packet by the route's device and metric, without
 *	what ICMP taught; 0 before the first route. Written on the packet path.
 * @outer: the route, NULL before the first; replaced on the packet path
 * @rcu: for the whole
 *
 * Never changed once published, but for @base_mtu and @outer. Owned by the
 * peer, replaced under RTNL, read under RCU.
 */
struct tenovl_path {
	const struct tenovl_encap_ops *ops;
	struct in6_addr saddr;
	struct in6_addr daddr;
	__be32 id;
	u32 link;
	u32 mark;
	u32 vni;
	__be16 dport;
	u16 src_port_min;
	u16 src_port_max;
	__be16 redirect_port;
	u8 hlen;
	u8 layout;
	bool bare;
	u8 ttl;
	u8 tos;
	u8 df;
	bool v6;
	bool dscp_inherit;
	bool csum;
	bool flowid;
	bool hashed;
	bool fastpath;
	bool bypass;
	u32 base_mtu;
	struct tenovl_outer __rcu *outer;
	struct rcu_head rcu;
};

/**
 * struct tenovl_source - an outer address that a peer sends from
 * @node: in &tenovl_dev.sources
 * @addr: the address, IPv4 as v4-mapped
 * @peer: whose it is
 * @list: in &tenovl_peer.sources; the first is the peer's own address
 * @rcu: for the whole
 */
struct tenovl_source {
	struct rhash_head node;
	struct in6_addr addr;
	struct tenovl_peer *peer;
	struct list_head list;
	struct rcu_head rcu;
};

/**
 * struct tenovl_peer - a remote VTEP
 * @side: for the entries that point at it
 * @addr: outer address, IPv4 as v4-mapped; the key
 * @path: how to send to it, NULL while the device is unconfigured
 * @stats: counters
 * @tdev: the device that it belongs to
 * @encap: enum tenovl_encap, inherit for the device's
 * @gre_key: enum tenovl_gre_key, inherit for the device's
 * @admin: enum tenovl_admin; read on the packet path
 * @flood: gets copies of what goes to all
 * @dstport: UDP port, 0 for the device's, host order
 * @id: place in &tenovl_dev.peers, the cursor of dumps
 * @nsources: how many @sources, its own address included
 * @sources: &struct tenovl_source
 * @inner: where its packets may come from in mode l3, NULL for nowhere
 * @routes: &struct tenovl_route that lead to it, under RTNL
 * @pending: what a request that is being checked wants of it, under RTNL
 * @rcu: for the whole
 *
 * Lives under RTNL; found under RCU by &tenovl_dev.sources, by an entry or by
 * the flood list.
 */
struct tenovl_peer {
	struct tenovl_side side;
	struct in6_addr addr;
	struct tenovl_path __rcu *path;
	struct tenovl_peer_stats __percpu *stats;
	struct tenovl_dev *tdev;
	u8 encap;
	u8 gre_key;
	u8 admin;
	bool flood;
	u16 dstport;
	u32 id;
	u32 nsources;
	struct list_head sources;
	struct tenovl_inner_sources __rcu *inner;
	struct list_head routes;
	struct tenovl_peer_change *pending;
	struct rcu_head rcu;
};

/* Its place is that of a peer. */
static inline struct tenovl_peer *tenovl_side_peer(const struct tenovl_side *side)
{
	return container_of(side, struct tenovl_peer, side);
}

/**
 * struct tenovl_port_stats - what a port writes on one CPU
 * @syncp: as in &struct tenovl_stats
 * @c: counters, indexed by their attribute (TENOVL_A_PORT_STATS_*)
 * @last_source: the source of the last frame that came by it, in the upper 48
 *	bits, and the time of that in the lower 16
 */
struct tenovl_port_stats {
	struct u64_stats_sync syncp;
	u64_stats_t c[TENOVL_A_PORT_STATS_MAX + 1];
	u64 last_source;
};

/**
 * struct tenovl_guard - what an access port may send
 * @rcu: for the whole
 * @rate_kbit: thousands of bits a second, 0 for no limit
 * @burst: bytes that may come at once beyond that
 * @flood_rate: frames a second for more than one station, 0 for no limit
 * @flood_burst: frames that may come at once beyond that
 * @max_learned: most addresses that are learned there
 * @rate: @rate_kbit as a time to each byte
 * @flood: @flood_rate as a time to each frame
 * @dhcp_server: DHCP servers may answer from here
 * @router: routers may advertise themselves from here
 * @n_macs: how many @mac; 0 for any source
 * @mac: the sources
 * @n_ips: how many @ip; 0 for any
 * @ip: the addresses, IPv4 as v4-mapped
 *
 * Never changed once published: a change makes a new one. Published in
 * &tenovl_port.guard under RTNL, read under RCU or RTNL.
 */
struct tenovl_guard {
	struct rcu_head rcu;
	u32 rate_kbit;
	u32 burst;
	u32 flood_rate;
	u32 flood_burst;
	u32 max_learned;
	struct psched_ratecfg rate;
	struct psched_pktrate flood;
	bool dhcp_server;
	bool router;
	u32 n_macs;
	u8 mac[TENOVL_MAX_MACS][ETH_ALEN];
	u32 n_ips;
	struct in6_addr ip[TENOVL_MAX_IPS];
};

/**
 * struct tenovl_port - a port: a netdevice of ours, or another one enslaved
 * @side: for the entries that point at it
 * @dev: its netdevice; of a built-in port this is its private part
 * @tdev: the segment; NULL once the port is out of it
 * @stats: counters
 * @list: in &tenovl_dev.ports, by @id
 * @member: in &tenovl_dev.access or &tenovl_dev.bridges by its role, read under RCU
 * @guard: what it may send, NULL while it has the bridge role
 * @hook: where the host sees its frames, NULL for none
 * @gro_cells: of a built-in one, as those of &struct tenovl_dev; frames that wait go
 *	with it
 * @rate_due: when the limit on bytes is even again, in nanoseconds of the monotonic clock;
 *	written on the packet path where there is such a limit
 * @flood_due: the same for the limit on frames for more than one station
 * @tracker: of the reference to @dev of an enslaved one
 * @id: of the ports that have one priority the lowest wins; cursor of dumps
 * @priority: the lowest wins
 * @role: enum tenovl_port_role; read on the packet path
 * @isolated: sends nothing to ports that are isolated as well; read on the packet path
 * @enslaved: @dev is not ours
 * @stp_state: BR_STATE_* as the bridge told it; read on the packet path
 * @leaving: it, or the bridge that it is in, is on the way down or out
 * @usable: could carry traffic
 * @usable_since: jiffies at which it became so
 * @announced: listeners know of it
 * @rcu: for the whole of an enslaved one
 *
 * Lives under RTNL; found under RCU by entries, as the selected port, by the list
 * of access ports and by the rx handler of an enslaved device.
 */
struct tenovl_port {
	struct tenovl_side side;
	struct net_device *dev;
	struct tenovl_dev *tdev;
	struct tenovl_port_stats __percpu *stats;
	struct list_head list;
	struct list_head member;
	struct tenovl_guard __rcu *guard;
	struct tenovl_hook __rcu *hook;
	struct gro_cells gro_cells;
	atomic64_t rate_due;
	atomic64_t flood_due;
	netdevice_tracker tracker;
	u32 id;
	u32 priority;
	u8 role;
	bool isolated;
	bool enslaved;
	u8 stp_state;
	bool leaving;
	bool usable;
	bool announced;
	unsigned long usable_since;
	struct rcu_head rcu;
};

/**
 * struct tenovl_hook - where the host sees the frames of a port; the private part of its
 *	netdevice
 * @dev: its netdevice
 * @port: the port, which outlives it
 * @attached: the port knows of it, under RTNL
 */
struct tenovl_hook {
	struct net_device *dev;
	struct tenovl_port *port;
	bool attached;
};

/* Its place is that of a port. */
static inline struct tenovl_port *tenovl_side_port(const struct tenovl_side *side)
{
	return container_of(side, struct tenovl_port, side);
}

/* Any context. A port that no packet finds may get another role. */
static inline bool tenovl_port_is_access(const struct tenovl_port *port)
{
	return READ_ONCE(port->role) == TENOVL_PORT_ROLE_ACCESS;
}

/* All bridges together are one side of the switch. */
static inline bool tenovl_side_is_bridges(const struct tenovl_side *side)
{
	return side && side->place == TENOVL_PLACE_PORT &&
	       !tenovl_port_is_access(tenovl_side_port(side));
}

static inline bool tenovl_side_is_peer(const struct tenovl_side *side)
{
	return side && side->place == TENOVL_PLACE_PEER;
}

/**
 * struct tenovl_where - the side of an entry as told to users
 * @place: enum tenovl_place
 * @peer: the address of the peer
 * @port: the index of the port
 * @port_id: its number in the device
 * @port_name: and its name
 */
struct tenovl_where {
	u8 place;
	struct in6_addr peer;
	u32 port;
	u32 port_id;
	char port_name[IFNAMSIZ];
};

/**
 * struct tenovl_flood - the peers that get copies of what goes to all
 * @rcu: for the whole
 * @n: how many
 * @peer: they
 *
 * Rebuilt as a whole under RTNL, read under RCU.
 */
struct tenovl_flood {
	struct rcu_head rcu;
	u32 n;
	struct tenovl_peer *peer[];
};

/**
 * struct tenovl_fdb_entry - where a MAC address is
 * @node: in &tenovl_dev.fdb
 * @mac: the address; the key
 * @kind: enum tenovl_fdb_kind
 * @ndm_flags: what `bridge fdb` marked it with, to be told again
 * @frozen: moved too often; stays until @window_start + move_window
 * @mobile: a static one that announcements move
 * @late: what peers send for it is sent on, for a while
 * @moving: it has a planned move
 * @side: behind whom, NULL for the head
 * @seen: jiffies of the last frame from it; written on the packet path, at
 *	most once a jiffy
 * @window_start: jiffies at which counting of @moves began, or the freeze
 * @moves: in this window
 * @seq: sequence number of the control plane
 * @id: place in &tenovl_dev.fdb_ids, the cursor of dumps
 * @side_list: in &tenovl_side.fdb
 * @late_since: when it moved away; jiffies
 * @rcu: for the whole
 *
 * Changed under the fdb lock, read under RCU; readers take @side once.
 */
struct tenovl_fdb_entry {
	struct rhash_head node;
	u8 mac[ETH_ALEN];
	u8 kind;
	u8 ndm_flags;
	bool frozen;
	bool mobile;
	bool late;
	bool moving;
	struct tenovl_side __rcu *side;
	unsigned long seen;
	unsigned long window_start;
	u32 moves;
	u32 seq;
	u32 id;
	struct hlist_node side_list;
	unsigned long late_since;
	struct rcu_head rcu;
};

/**
 * struct tenovl_graves - addresses that were behind ports which are gone
 * @table: &struct tenovl_tomb by their address
 * @list: they, the oldest first
 * @n: how many
 *
 * Under the fdb lock.
 */
struct tenovl_graves {
	struct rhashtable table;
	struct list_head list;
	u32 n;
};

/**
 * struct tenovl_moves - the planned moves of a device
 * @table: &struct tenovl_move by their address
 * @list: they, by their ids; under the fdb lock
 * @over: those that ended while something waited, for @work to free; under the fdb lock
 * @n: how many are in @list; written under the fdb lock
 * @next_id: ids only grow, so that a dump goes on after the last it told
 * @generation: of @list; written under the fdb lock
 * @bytes: what waits in all queues
 * @work: lets out what waits, and ends what nobody ends
 * @look_lock: for @look_at
 * @look_at: by when @work runs, where it is pending; jiffies
 */
struct tenovl_moves {
	struct rhashtable table;
	struct list_head list;
	struct list_head over;
	u32 n;
	u32 next_id;
	u32 generation;
	atomic_long_t bytes;
	struct delayed_work work;
	spinlock_t look_lock;	/* look_at */
	unsigned long look_at;
};

/**
 * struct tenovl_filter - what the head wants beside its own address
 * @rcu: for the whole
 * @n_uc: how many unicast addresses
 * @n: how many addresses
 * @addr: unicast, then multicast addresses of the device's lists
 *
 * A snapshot of the lists, which the packet path may not walk.
 */
struct tenovl_filter {
	struct rcu_head rcu;
	u32 n_uc;
	u32 n;
	u8 addr[][ETH_ALEN];
};

/**
 * struct tenovl_claim - one network id that a device receives
 * @node: in the table of claims
 * @tdev: the device
 * @local: outer address, or the any address of a family
 * @id: VNI or plain key
 * @port: UDP port of VXLAN, 0 for GRE
 * @layout: enum tenovl_layout
 */
struct tenovl_claim {
	struct hlist_node node;
	struct tenovl_dev *tdev;
	struct in6_addr local;
	u32 id;
	u16 port;
	u8 layout;
};

struct tenovl_vxlan_sock;

/**
 * struct tenovl_claims - all that a device receives, and what it keeps open
 * @claim: the claims
 * @n: how many
 * @sock: the VXLAN socket, shared, or NULL
 * @gre: holds the hook of @family, for GRE and for ICMP errors
 * @family: AF_INET or AF_INET6
 * @net: the underlay
 * @rcu: for the whole
 */
struct tenovl_claims {
	struct tenovl_claim claim[TENOVL_LAYOUTS];
	unsigned int n;
	struct tenovl_vxlan_sock *sock;
	bool gre;
	u8 family;
	struct net *net;
	struct rcu_head rcu;
};

/**
 * struct tenovl_selection - how the selected port of a device came to be
 * @pinned: the port that an operator wants, NULL for the best
 * @work: looks again when a delay is over
 * @bridge: what the last port was taken out of; compared, never followed
 * @left: that port, while it is one
 * @section: tells whether that was in this section of RTNL, or NULL
 * @since: jiffies of the last change
 * @changes: how many there were
 * @cause: enum tenovl_cause of the last
 *
 * Under RTNL.
 */
struct tenovl_selection {
	struct tenovl_port *pinned;
	struct delayed_work work;
	const struct net_device *bridge;
	const struct tenovl_port *left;
	struct sk_buff *section;
	unsigned long since;
	u32 changes;
	u8 cause;
};

/**
 * struct tenovl_announcement - what the bridge of a new port is still to be told
 * @work: tells it again
 * @left: how many times, under RTNL
 */
struct tenovl_announcement {
	struct delayed_work work;
	u32 left;
};

/**
 * struct tenovl_dev - a segment, or a transit; the private part of its netdevice
 * @dev: the head
 * @mode: enum tenovl_mode, never changed
 * @net: the underlay, the namespace it was created in; not held: the device
 *	goes when that namespace goes
 * @settings: what is configured
 * @stats: counters
 * @fdb: MAC address to place
 * @sources: outer source address to peer
 * @routes: inner prefix to peer in mode l3, else NULL; never changed
 * @flood: the flood list, NULL for none
 * @filter: what the head wants, NULL for everything
 * @own_only: of what is for one station, it wants what is for its own address alone; as
 *	@filter and its flags say, in one look
 * @selected: the port that carries traffic, NULL for none; written by select.c alone
 * @access: &struct tenovl_port of the access role, written under RTNL
 * @bridges: &struct tenovl_port of the bridge role, written under RTNL
 * @gro_cells: merge what the underlay did not
 * @fdb_lock: serializes changes of the forwarding table; taken in softirq
 * @fdb_ids: entries by id; its lock nests inside @fdb_lock
 * @fdb_next_id: for cyclic allocation
 * @fdb_generation: counts changes, under @fdb_lock
 * @n_static: static entries, under @fdb_lock
 * @n_learned: learned entries, under @fdb_lock
 * @graves: addresses of ports that are gone
 * @moves: planned moves
 * @age_work: ageing and thawing
 * @peers: by id, under RTNL
 * @peer_next_id: for cyclic allocation
 * @peer_generation: counts changes, under RTNL
 * @n_peers: how many, under RTNL
 * @claims: what it receives, under RTNL; NULL while unconfigured
 * @ports: &struct tenovl_port, by id, under RTNL
 * @port_next_id: ids only grow, so that a dump goes on after the last it told
 * @n_ports: how many, under RTNL
 * @selection: how the selected port came to be, under RTNL
 * @announce: to the bridge of the selected port
 * @id: place in the table of all devices
 * @mtu_auto: follow the peers' routes
 * @mtu_self: we are changing the MTU, not the user
 * @announced: listeners know of it
 * @mtu_stale: a route changed; the worker is to look
 * @detached: the underlay is gone; only deletion is left
 */
struct tenovl_dev {
	struct net_device *dev;
	struct net *net;
	struct tenovl_settings __rcu *settings;
	struct tenovl_stats __percpu *stats;
	struct rhashtable fdb;
	struct rhashtable sources;
	struct tenovl_routes *routes;
	struct tenovl_flood __rcu *flood;
	struct tenovl_filter __rcu *filter;
	struct tenovl_port __rcu *selected;
	struct list_head access;
	struct list_head bridges;
	bool own_only;
	struct gro_cells gro_cells;
	u8 mode;

	spinlock_t fdb_lock ____cacheline_aligned_in_smp;
	struct xarray fdb_ids;
	u32 fdb_next_id;
	u32 fdb_generation;
	u32 n_static;
	u32 n_learned;
	struct tenovl_graves graves;
	struct tenovl_moves moves;
	struct delayed_work age_work;

	struct xarray peers;
	u32 peer_next_id;
	u32 peer_generation;
	u32 n_peers;
	struct tenovl_claims *claims;
	struct list_head ports;
	u32 port_next_id;
	u32 n_ports;
	struct tenovl_selection selection;
	struct tenovl_announcement announce;
	u32 id;
	bool mtu_auto;
	bool mtu_self;
	bool announced;
	bool mtu_stale;
	bool detached;
};

/* Any context. */
static inline bool tenovl_dev_is_l3(const struct tenovl_dev *tdev)
{
	return tdev->mode == TENOVL_MODE_L3;
}

/* Any context. Behind a head that is in a bridge are stations, which may move away. */
static inline bool tenovl_head_learns(const struct tenovl_dev *tdev)
{
	return netif_is_bridge_port(tdev->dev);
}

/* RCU. With learning off, only what a planned move waits for is looked at. */
static inline bool tenovl_learns(const struct tenovl_dev *tdev,
				 const struct tenovl_settings *settings)
{
	return likely(settings->learning) || unlikely(READ_ONCE(tdev->moves.n));
}

/**
 * struct tenovl_encap_ops - an encapsulation, towards the common path
 * @proto: outer IP protocol
 * @gso: SKB_GSO_* bit of the header it pushes
 * @gso_csum: the same with a checksum in that header
 * @hlen: bytes of header behind the outer IP header, for @path's settings
 * @push: push the header; the outer IP header is not there yet. @skb has the
 *	headroom and went through iptunnel_handle_offloads(). @late: marked as sent on.
 *	Softirq.
 */
struct tenovl_encap_ops {
	u8 proto;
	int gso;
	int gso_csum;
	u8 (*hlen)(const struct tenovl_path *path);
	void (*push)(struct sk_buff *skb, const struct tenovl_path *path,
		     const union tenovl_ip_pair *ip, bool late);
};

/**
 * enum tenovl_mark - what a frame from a peer tells of its way
 * @TENOVL_MARK_NONE: it comes from the VTEP of its sender
 * @TENOVL_MARK_UNSURE: it could be another VTEP's kind of mark
 * @TENOVL_MARK_LATE: it was sent on
 * @TENOVL_MARK_WAITED: it waited for its station, and does not do so again
 */
enum tenovl_mark {
	TENOVL_MARK_NONE,
	TENOVL_MARK_UNSURE,
	TENOVL_MARK_LATE,
	TENOVL_MARK_WAITED,
};

/**
 * enum tenovl_move_what - what a move makes of a frame
 * @TENOVL_MOVE_NONE: nothing
 * @TENOVL_MOVE_LATE: from a peer, it is sent on to another one
 * @TENOVL_MOVE_WAIT: it waits for its station
 * @TENOVL_MOVE_BOTH: it goes its way, and a copy to the new place
 */
enum tenovl_move_what {
	TENOVL_MOVE_NONE,
	TENOVL_MOVE_LATE,
	TENOVL_MOVE_WAIT,
	TENOVL_MOVE_BOTH,
};

/* The FlowID of NVGRE that marks what is sent on; no flow has it. */
#define TENOVL_FLOWID_LATE	255

/**
 * struct tenovl_verdict - where a frame goes, or why it goes nowhere
 * @side: deliver to this port, or send to this one peer; NULL for none
 * @drop: the counter (TENOVL_A_STATS_*) when it goes nowhere, else 0
 * @head: deliver to the head
 * @flood: send to all peers of the flood list
 * @access: deliver to all access ports but where it came from
 * @blocked: deliver to the ports that a bridge blocks, for its spanning tree
 * @no_port: it was for the bridges too, and no port could take it
 * @move: enum tenovl_move_what
 * @more: all of these but @side at once, 0 for none
 *
 * A plain value, computed without side effects; it fits two registers.
 */
struct tenovl_verdict {
	struct tenovl_side *side;
	union {
		struct {
			u16 drop;
			bool head;
			bool flood;
			bool access;
			bool blocked;
			bool no_port;
			u8 move;
		};
		u64 more;
	};
};

/* The port, or the peer, that a verdict names; NULL where it does not. */
static inline struct tenovl_port *tenovl_verdict_port(const struct tenovl_verdict *verdict)
{
	return verdict->side && verdict->side->place == TENOVL_PLACE_PORT ?
	       tenovl_side_port(verdict->side) : NULL;
}

static inline struct tenovl_peer *tenovl_verdict_peer(const struct tenovl_verdict *verdict)
{
	return verdict->side && verdict->side->place == TENOVL_PLACE_PEER ?
	       tenovl_side_peer(verdict->side) : NULL;
}

/**
 * struct tenovl_peer_req - one peer of a request, parsed
 * @attr: the nest, for the extack
 * @source_attr: the nest of sources, for the extack; NULL when not named
 * @addr: its key
 * @sources: further sources (@nsources of them, owned by the request)
 * @nsources: how many
 * @inner_attr: the nest of inner sources, for the extack; NULL when not named
 * @inner: where its packets may come from, NULL for nowhere; owned by the request
 * @dstport: new port
 * @encap: new encapsulation
 * @gre_key: new key layout
 * @admin: new admin state
 * @flood: new flood flag
 * @has_encap: @encap is named
 * @has_gre_key: @gre_key is named
 * @has_dstport: @dstport is named
 * @has_admin: @admin is named
 * @has_flood: @flood is named
 * @has_sources: @sources are named
 */
struct tenovl_peer_req {
	const struct nlattr *attr;
	const struct nlattr *source_attr;
	struct in6_addr addr;
	struct in6_addr *sources;
	u32 nsources;
	const struct nlattr *inner_attr;
	struct tenovl_inner_sources *inner;
	u16 dstport;
	u8 encap;
	u8 gre_key;
	u8 admin;
	u8 flood;
	bool has_encap;
	bool has_gre_key;
	bool has_dstport;
	bool has_admin;
	bool has_flood;
	bool has_sources;
};

/**
 * struct tenovl_port_req - what a request wants of a port, parsed
 * @attr: the nest, for the extack
 * @priority: new priority; valid when @has_priority
 * @role: new role; valid when @has_role
 * @isolated: new isolation; valid when @has_isolated
 * @guard: what it may send, or NULL where that stays; owned by the request
 * @has_priority: @priority is named
 * @has_role: @role is named
 * @has_isolated: @isolated is named
 */
struct tenovl_port_req {
	const struct nlattr *attr;
	struct tenovl_guard *guard;
	u32 priority;
	u8 role;
	bool isolated;
	bool has_priority;
	bool has_role;
	bool has_isolated;
};

/**
 * struct tenovl_dev_change - new settings of a device, ready to be made
 * @settings: as they shall be
 * @claims: what it is to receive then, NULL while it is not configured
 * @paths: the ways to its peers then
 */
struct tenovl_dev_change {
	struct tenovl_settings *settings;
	struct tenovl_claims *claims;
	struct tenovl_path **paths;
};

/**
 * struct tenovl_fdb_req - one forwarding entry of a request, parsed
 * @attr: the nest, for the extack
 * @mac: its key
 * @peer_addr: where it is to point; valid when @has_peer
 * @seq: sequence number; valid when @has_seq
 * @has_peer: @peer_addr is named
 * @has_seq: @seq is named
 * @force: take a lower sequence number
 * @mobile: announcements move it
 * @keep_mobile: whether they do stays as it is
 * @ndm_flags: NTF_EXT_LEARNED, NTF_STICKY
 */
struct tenovl_fdb_req {
	const struct nlattr *attr;
	u8 mac[ETH_ALEN];
	struct in6_addr peer_addr;
	u32 seq;
	bool has_peer;
	bool has_seq;
	bool force;
	bool mobile;
	bool keep_mobile;
	u8 ndm_flags;
};

/**
 * struct tenovl_move_req - one planned move of a request, parsed
 * @attr: the nest, for the extack
 * @mac: its key
 * @to: the peer that it moves to; valid when @has_to
 * @has_to: it moves to a peer, not to here
 * @clone: to both places
 * @max_frames: most frames that wait
 * @max_bytes: most bytes that they take
 * @max_wait: milliseconds
 * @timeout: milliseconds
 * @move: made for it, while the request is carried out
 */
struct tenovl_move_req {
	const struct nlattr *attr;
	u8 mac[ETH_ALEN];
	struct in6_addr to;
	bool has_to;
	bool clone;
	u32 max_frames;
	u32 max_bytes;
	u32 max_wait;
	u32 timeout;
	struct tenovl_move *move;
};

/**
 * struct tenovl_move_info - a planned move as told to users
 * @mac: the station
 * @has_to: it moves to a peer, not to here
 * @clone: to both places
 * @to: that peer
 * @id: cursor
 * @max_frames: most frames that wait
 * @max_bytes: most bytes that they take
 * @max_wait: milliseconds
 * @waiting: frames that wait
 * @overflow: frames dropped, because more came
 * @expired: frames that waited for too long
 * @released: frames let out
 * @cloned: frames that went to both places
 * @left: milliseconds until it is aborted
 */
struct tenovl_move_info {
	u8 mac[ETH_ALEN];
	bool has_to;
	bool clone;
	struct in6_addr to;
	u32 id;
	u32 max_frames;
	u32 max_bytes;
	u32 max_wait;
	u32 waiting;
	u32 overflow;
	u32 expired;
	u32 released;
	u32 cloned;
	u32 left;
};

/**
 * struct tenovl_route_req - one route of a request, parsed
 * @attr: the nest, for the extack
 * @prefix: its key
 * @peer_attr: the peer's address, for the extack
 * @peer_addr: where it is to lead
 */
struct tenovl_route_req {
	const struct nlattr *attr;
	struct tenovl_prefix prefix;
	const struct nlattr *peer_attr;
	struct in6_addr peer_addr;
};

/**
 * struct tenovl_fdb_filter - which entries to flush
 * @side: only those behind it, NULL for any
 * @kind: only this enum tenovl_fdb_kind; valid when @has_kind
 * @has_kind: @kind is named
 */
struct tenovl_fdb_filter {
	struct tenovl_side *side;
	u8 kind;
	bool has_kind;
};

/**
 * struct tenovl_fdb_info - a forwarding entry as told to users
 * @mac: the address
 * @kind: enum tenovl_fdb_kind
 * @ndm_flags: NTF_EXT_LEARNED, NTF_STICKY
 * @frozen: held in place
 * @mobile: a static one that announcements move
 * @where: behind whom
 * @moves: in this window
 * @seq: sequence number
 * @idle: milliseconds since it was seen
 * @id: cursor
 */
struct tenovl_fdb_info {
	u8 mac[ETH_ALEN];
	u8 kind;
	u8 ndm_flags;
	bool frozen;
	bool mobile;
	struct tenovl_where where;
	u32 moves;
	u32 seq;
	u32 idle;
	u32 id;
};

static inline bool tenovl_addr_v4(const struct in6_addr *addr)
{
	return ipv6_addr_v4mapped(addr);
}

static inline __be32 tenovl_addr_ip4(const struct in6_addr *addr)
{
	return addr->s6_addr32[3];
}

static inline void tenovl_addr_set4(struct in6_addr *addr, __be32 ip4)
{
	ipv6_addr_set_v4mapped(ip4, addr);
}

static inline bool tenovl_addr_any(const struct in6_addr *addr)
{
	return tenovl_addr_v4(addr) ? !tenovl_addr_ip4(addr) : ipv6_addr_any(addr);
}

static inline u8 tenovl_addr_family(const struct in6_addr *addr)
{
	return tenovl_addr_v4(addr) ? AF_INET : AF_INET6;
}

/* Bytes of an address in a netlink attribute, and where they start. */
static inline int tenovl_addr_len(const struct in6_addr *addr)
{
	return tenovl_addr_v4(addr) ? sizeof(struct in_addr) : sizeof(*addr);
}

static inline const void *tenovl_addr_data(const struct in6_addr *addr)
{
	return tenovl_addr_v4(addr) ? (const void *)&addr->s6_addr32[3] : addr;
}

/* BH off: two softirqs on one CPU do not nest, a task and a softirq would. */
static inline void tenovl_stat_add(const struct tenovl_dev *tdev, unsigned int which, u64 n)
{
	struct tenovl_stats *stats = this_cpu_ptr(tdev->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->c[which], n);
	u64_stats_update_end(&stats->syncp);
}

static inline void tenovl_stat_inc(const struct tenovl_dev *tdev, unsigned int which)
{
	tenovl_stat_add(tdev, which, 1);
}

/* Frames and bytes in one go; the byte counter follows the frame counter. */
static inline void tenovl_stat_frame(const struct tenovl_dev *tdev, unsigned int which, u32 len)
{
	struct tenovl_stats *stats = this_cpu_ptr(tdev->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->c[which]);
	u64_stats_add(&stats->c[which + 1], len);
	u64_stats_update_end(&stats->syncp);
}

static inline void tenovl_peer_stat_inc(const struct tenovl_peer *peer, unsigned int which)
{
	struct tenovl_peer_stats *stats = this_cpu_ptr(peer->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->c[which]);
	u64_stats_update_end(&stats->syncp);
}

static inline void tenovl_peer_stat_frame(const struct tenovl_peer *peer, unsigned int which,
					  u32 len)
{
	struct tenovl_peer_stats *stats = this_cpu_ptr(peer->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->c[which]);
	u64_stats_add(&stats->c[which + 1], len);
	u64_stats_update_end(&stats->syncp);
}

static inline void tenovl_port_stat_inc(const struct tenovl_port *port, unsigned int which)
{
	struct tenovl_port_stats *stats = this_cpu_ptr(port->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->c[which]);
	u64_stats_update_end(&stats->syncp);
}

static inline void tenovl_port_stat_frame(const struct tenovl_port *port, unsigned int which,
					  u32 len)
{
	struct tenovl_port_stats *stats = this_cpu_ptr(port->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->c[which]);
	u64_stats_add(&stats->c[which + 1], len);
	u64_stats_update_end(&stats->syncp);
}

/* Seconds as jiffies, for spans that settings bound to far below a wrap. */
static inline unsigned long tenovl_seconds(u32 seconds)
{
	return (unsigned long)seconds * HZ;
}

/* At most once a jiffy, so that the entry's cache line stays shared. */
static inline void tenovl_fdb_seen(struct tenovl_fdb_entry *entry)
{
	unsigned long now = jiffies;

	if (READ_ONCE(entry->seen) != now)
		WRITE_ONCE(entry->seen, now);
}

/* main.c: per-namespace part */

/**
 * struct tenovl_net - what an underlay namespace holds
 * @socks: VXLAN sockets, under RTNL
 * @gre_users: devices that receive GRE, by family (0 IPv4, 1 IPv6), under RTNL
 * @stats: counters of what reached no device, indexed by TENOVL_A_NET_STATS_*
 * @exiting: no device may come any more, under RTNL
 */
struct tenovl_net {
	struct list_head socks;
	unsigned int gre_users[2];
	atomic64_t stats[TENOVL_A_NET_STATS_MAX + 1];
	bool exiting;
};

extern unsigned int tenovl_net_id;

struct tenovl_net *tenovl_pernet(const struct net *net);
void tenovl_net_count(const struct net *net, unsigned int which);

/* device.c: the kind, the head, its settings. RTNL unless said otherwise. */

extern struct rtnl_link_ops tenovl_link_ops;

bool tenovl_dev_is(const struct net_device *dev);
bool tenovl_dev_is_bridged(const struct net_device *master);
struct tenovl_dev *tenovl_dev_next(u32 *id);
int tenovl_dev_prepare(struct tenovl_dev_change *change, struct tenovl_dev *tdev,
		       const struct tenovl_settings *wanted, const struct nlattr *attr,
		       struct netlink_ext_ack *extack);
void tenovl_dev_commit(struct tenovl_dev_change *change, struct tenovl_dev *tdev);
void tenovl_dev_abort(struct tenovl_dev_change *change, struct tenovl_dev *tdev);
int tenovl_dev_set_mtu(struct tenovl_dev *tdev, u32 mtu);
void tenovl_dev_follow_mtu(struct tenovl_dev *tdev);
void tenovl_dev_offers(struct net_device *dev);
void tenovl_dev_detach_net(struct net *net);
void tenovl_dev_delete_detached(void);
int tenovl_dev_init(void);
void tenovl_dev_exit(void);
/* any context */
void tenovl_dev_mtu_stale(struct tenovl_dev *tdev);

/* claim.c: which device receives what. */

/* RTNL */
struct tenovl_claims *tenovl_claims_open(struct tenovl_dev *tdev,
					 const struct tenovl_settings *settings,
					 unsigned long layouts,
					 const struct nlattr *attr,
					 struct netlink_ext_ack *extack);
void tenovl_claims_publish(struct tenovl_dev *tdev, struct tenovl_claims *claims);
void tenovl_claims_discard(struct tenovl_claims *claims);
/* RCU */
struct tenovl_dev *tenovl_claim_find(const struct net *net, u8 layout, u16 port, u32 id,
				     const struct in6_addr *local);

/* peer.c: remote VTEPs */

/* RTNL */
int tenovl_peers_init(struct tenovl_dev *tdev);
void tenovl_peers_forget_routes(struct tenovl_dev *tdev);
void tenovl_peers_destroy(struct tenovl_dev *tdev);
struct tenovl_peer *tenovl_source_owner(struct tenovl_dev *tdev, const struct in6_addr *addr);
struct tenovl_peer *tenovl_peer_find(struct tenovl_dev *tdev, const struct in6_addr *addr);
struct tenovl_peer *tenovl_peer_next(struct tenovl_dev *tdev, unsigned long *id);
int tenovl_peers_add(struct tenovl_dev *tdev, struct tenovl_peer_req *req, u32 n,
		     struct netlink_ext_ack *extack);
int tenovl_peers_set(struct tenovl_dev *tdev, struct tenovl_peer_req *req, u32 n,
		     struct netlink_ext_ack *extack);
int tenovl_peers_del(struct tenovl_dev *tdev, struct tenovl_peer_req *req, u32 n,
		     struct netlink_ext_ack *extack);
unsigned long tenovl_peers_layouts(struct tenovl_dev *tdev,
				   const struct tenovl_settings *settings);
void tenovl_paths_discard(const struct tenovl_dev *tdev, struct tenovl_path **paths);
struct tenovl_path **tenovl_paths_build(struct tenovl_dev *tdev,
					const struct tenovl_settings *settings);
void tenovl_paths_publish(struct tenovl_dev *tdev, struct tenovl_path **paths);
u32 tenovl_peers_mtu(struct tenovl_dev *tdev);
u32 tenovl_peer_pmtu(struct tenovl_peer *peer);
/* RCU */
struct tenovl_peer *tenovl_source_find(struct tenovl_dev *tdev, const struct in6_addr *addr);

/* route.c: inner prefixes, in mode l3 */

/* RTNL */
struct tenovl_routes *tenovl_routes_new(void);
void tenovl_routes_free(struct tenovl_routes *routes);
struct tenovl_route *tenovl_route_find(struct tenovl_routes *routes,
				       const struct tenovl_prefix *prefix);
struct tenovl_route *tenovl_route_next(struct tenovl_routes *routes, unsigned long *id);
int tenovl_routes_set(struct tenovl_dev *tdev, struct tenovl_route_req *req, u32 n, bool replace,
		      struct netlink_ext_ack *extack);
int tenovl_routes_del(struct tenovl_dev *tdev, struct tenovl_route_req *req, u32 n,
		      struct netlink_ext_ack *extack);
void tenovl_routes_flush_peer(struct tenovl_peer *peer);
/* RCU */
struct tenovl_peer *tenovl_route_lookup(struct tenovl_routes *routes, bool v6,
					const struct in6_addr *addr);

/* inner_source.c: where packets of a peer may come from, in mode l3 */

/* any context */
struct tenovl_inner_sources *tenovl_inner_sources_new(struct tenovl_prefix *prefix, u32 n);
/* RCU */
bool tenovl_inner_source_allowed(const struct tenovl_peer *peer, bool v6,
				 const struct in6_addr *addr);

/* port.c: ports, and the kind of the built-in ones. RTNL unless said otherwise. */

extern struct rtnl_link_ops tenovl_port_link_ops;

bool tenovl_port_is(const struct net_device *dev);
struct tenovl_port *tenovl_port_find(struct tenovl_dev *tdev, const struct net_device *dev);
struct tenovl_port *tenovl_port_next(struct tenovl_dev *tdev, u32 *id);
void tenovl_port_init(struct tenovl_port *port, struct net_device *dev, u8 role);
int tenovl_port_join(struct tenovl_port *port, struct tenovl_dev *tdev);
void tenovl_port_leave(struct tenovl_port *port);
int tenovl_port_check(const struct tenovl_port *port, const struct tenovl_port_req *req,
		      struct netlink_ext_ack *extack);
void tenovl_port_apply(struct tenovl_port *port, struct tenovl_port_req *req);
void tenovl_port_delete(struct tenovl_port *port);
void tenovl_ports_delete(struct tenovl_dev *tdev, struct list_head *list);
void tenovl_ports_follow(struct tenovl_dev *tdev);
/* BH off, RCU */
void tenovl_port_drop(struct tenovl_port *port, struct sk_buff *skb, unsigned int why);

/* access.c: netdevices of others as access ports. RTNL unless said otherwise. */
int tenovl_access_may(struct tenovl_dev *tdev, struct net_device *dev,
		      struct netlink_ext_ack *extack);
int tenovl_access_enslave(struct tenovl_dev *tdev, struct net_device *dev,
			  struct tenovl_port_req *req, struct netlink_ext_ack *extack);
void tenovl_access_release(struct tenovl_port *port);
int tenovl_access_ndo_add(struct net_device *head, struct net_device *dev,
			  struct netlink_ext_ack *extack);
int tenovl_access_ndo_del(struct net_device *head, struct net_device *dev);
/* RTNL or RCU */
struct tenovl_port *tenovl_access_of(const struct net_device *dev);
/* BH off, RCU */
bool tenovl_access_output(struct tenovl_port *port, struct net_device *dev, struct sk_buff *skb);
rx_handler_result_t tenovl_access_enter(struct tenovl_port *port, struct sk_buff **pskb,
					struct net_device *dev);

/* hook.c: where the host sees the frames of a container's port */
extern struct rtnl_link_ops tenovl_hook_link_ops;
/* any context */
bool tenovl_hook_is(const struct net_device *dev);
/* RTNL */
void tenovl_hook_dellink(struct net_device *dev, struct list_head *list);
/* BH off, RCU */
void tenovl_hook_receive(struct tenovl_hook *hook, struct sk_buff *skb);

/* guard.c: what an access port may send */

/* RTNL */
struct tenovl_guard *tenovl_guard_new(const struct tenovl_guard *old);
struct tenovl_guard *tenovl_guard_of(const u8 *mac);
struct tenovl_guard *tenovl_guard_moved(struct tenovl_port *port, const u8 *mac);
void tenovl_guard_limit(struct tenovl_guard *guard);
/* BH off, RCU */
unsigned int tenovl_guard_check(struct tenovl_port *port, const struct tenovl_guard *guard,
				struct sk_buff *skb, const struct tenovl_inner *inner);
bool tenovl_guard_floods(struct tenovl_port *port, const struct sk_buff *skb);

/* select.c: which port carries traffic. RTNL. */
void tenovl_selection_init(struct tenovl_dev *tdev);
void tenovl_selection_end(struct tenovl_dev *tdev);
void tenovl_select(struct tenovl_dev *tdev, enum tenovl_cause cause);
void tenovl_select_pin(struct tenovl_dev *tdev, struct tenovl_port *port);
void tenovl_select_forget(struct tenovl_port *port, enum tenovl_cause cause);
void tenovl_select_heard(struct net_device *dev, unsigned long event, void *ptr);
int tenovl_select_listen(void);
void tenovl_select_deafen(void);

/* announce.c: where the head and the stations are, told to a bridge. RTNL. */
void tenovl_announce_init(struct tenovl_dev *tdev);
void tenovl_announce(struct tenovl_dev *tdev);

/* advert.c: neighbour advertisements. Any context. */
struct sk_buff *tenovl_advert_new(const u8 *mac, const struct in6_addr *addr, bool router,
				  const struct in6_addr *to, const u8 *to_mac);

/* suppress.c: questions for stations that are known. BH off, RCU. */

/**
 * enum tenovl_asked - what became of a frame that would go to all
 * @TENOVL_ASKED_NOTHING: it is to go as ever
 * @TENOVL_ASKED_HEAD: it asks for an address of the head, and is for that alone
 * @TENOVL_ASKED_KNOWN: it was answered, and is gone
 */
enum tenovl_asked {
	TENOVL_ASKED_NOTHING,
	TENOVL_ASKED_HEAD,
	TENOVL_ASKED_KNOWN,
};

enum tenovl_asked tenovl_suppress(struct tenovl_dev *tdev, struct tenovl_port *from,
				  struct sk_buff *skb, const struct tenovl_inner *inner);

/* anycast.c: heads that share one address */

/* RTNL */
int tenovl_anycast_take(struct tenovl_dev *tdev, const struct tenovl_settings *wanted,
			const struct nlattr *attr, struct netlink_ext_ack *extack);
void tenovl_anycast_leave(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			  const struct tenovl_settings *kept);
int tenovl_anycast_set_address(struct net_device *dev, void *addr);
/* RCU, BH off */
unsigned int tenovl_anycast_out(const struct tenovl_dev *tdev,
				const struct tenovl_settings *settings, struct sk_buff *skb,
				const struct tenovl_inner *inner);
bool tenovl_anycast_in(const struct tenovl_dev *tdev, const struct tenovl_settings *settings,
		       struct sk_buff *skb);
unsigned int tenovl_anycast_check(const struct tenovl_dev *tdev,
				  const struct tenovl_settings *settings,
				  const struct ethhdr *eth);

/* fdb.c: MAC addresses */

/* RTNL */
int tenovl_fdb_init(struct tenovl_dev *tdev);
void tenovl_fdb_destroy(struct tenovl_dev *tdev);
int tenovl_fdb_set(struct tenovl_dev *tdev, struct tenovl_fdb_req *req, u32 n, bool replace,
		   struct netlink_ext_ack *extack);
int tenovl_fdb_del(struct tenovl_dev *tdev, struct tenovl_fdb_req *req, u32 n,
		   struct netlink_ext_ack *extack);
void tenovl_fdb_flush(struct tenovl_dev *tdev, const struct tenovl_fdb_filter *filter);
void tenovl_fdb_flush_side(struct tenovl_dev *tdev, struct tenovl_side *side);
u32 tenovl_fdb_macs(struct tenovl_dev *tdev, const struct tenovl_side *side, u8 *macs, u32 max);
void tenovl_fdb_settings_changed(struct tenovl_dev *tdev);
/* RTNL or RCU */
bool tenovl_fdb_get(struct tenovl_dev *tdev, const u8 *mac, struct tenovl_fdb_info *info);
bool tenovl_fdb_next(struct tenovl_dev *tdev, unsigned long *id, struct tenovl_fdb_info *info);
/* RCU, softirq */
struct tenovl_fdb_entry *tenovl_fdb_find(struct tenovl_dev *tdev, const u8 *mac);
void tenovl_fdb_learn(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
		      const struct sk_buff *skb, const struct tenovl_inner *inner,
		      struct tenovl_side *side);
/* fdb lock */
void tenovl_fdb_age_by(struct tenovl_dev *tdev, unsigned long delay);
bool tenovl_fdb_repoint(struct tenovl_dev *tdev, const u8 *mac, struct tenovl_side *side);
void tenovl_fdb_take_back(struct tenovl_dev *tdev, const u8 *mac);

/* move.c: stations that move */

int tenovl_graves_init(struct tenovl_graves *graves);
void tenovl_graves_destroy(struct tenovl_graves *graves);
unsigned long tenovl_graves_age(struct tenovl_dev *tdev, bool all);
/* fdb lock */
void tenovl_graves_bury(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			const u8 *mac, const struct tenovl_where *where);
bool tenovl_graves_open(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			const u8 *mac, struct tenovl_where *where);
void tenovl_graves_yield(struct tenovl_dev *tdev, const struct tenovl_settings *settings);
void tenovl_late_begin(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
		       struct tenovl_fdb_entry *entry, bool was_here,
		       const struct tenovl_side *side);
unsigned long tenovl_late_age(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			      struct tenovl_fdb_entry *entry);
/* RCU */
bool tenovl_late_is(const struct tenovl_fdb_entry *entry, const struct tenovl_settings *settings);
/* RCU, BH off */
void tenovl_late_send(struct tenovl_dev *tdev, struct tenovl_peer *peer, struct sk_buff *skb,
		      struct tenovl_inner *inner);

/* planned.c: moves that a controller tells of */

int tenovl_moves_init(struct tenovl_moves *moves);
void tenovl_moves_destroy(struct tenovl_moves *moves);
/* RTNL */
int tenovl_moves_prepare(struct tenovl_dev *tdev, struct tenovl_move_req *req, u32 n,
			 struct netlink_ext_ack *extack);
int tenovl_moves_finish(struct tenovl_dev *tdev, struct tenovl_move_req *req, u32 n,
			struct netlink_ext_ack *extack);
int tenovl_moves_abort(struct tenovl_dev *tdev, struct tenovl_move_req *req, u32 n,
		       struct netlink_ext_ack *extack);
bool tenovl_move_get(struct tenovl_dev *tdev, const u8 *mac, struct tenovl_move_info *info);
bool tenovl_move_next(struct tenovl_dev *tdev, unsigned long *id, struct tenovl_move_info *info);
u32 tenovl_moves_generation(const struct tenovl_dev *tdev);
/* fdb lock */
bool tenovl_move_planned(struct tenovl_dev *tdev, const u8 *mac);
void tenovl_move_arrived(struct tenovl_dev *tdev, const u8 *mac, const struct tenovl_side *side);
void tenovl_moves_forget(struct tenovl_dev *tdev, const struct tenovl_side *side);
/* RCU, or fdb lock */
bool tenovl_move_expects(struct tenovl_dev *tdev, const u8 *mac, const struct tenovl_side *side);
/* RCU */
enum tenovl_move_what tenovl_move_way(struct tenovl_dev *tdev, enum tenovl_place from,
				      const u8 *mac);
/* RCU, BH off */
void tenovl_move_wait(struct tenovl_dev *tdev, struct sk_buff *skb, enum tenovl_place from,
		      const struct tenovl_side *by);
bool tenovl_move_other(struct tenovl_dev *tdev, const struct tenovl_verdict *verdict,
		       const u8 *mac, struct tenovl_peer **peer);

/* switch.c: the verdict. RCU. */
struct tenovl_verdict tenovl_switch(struct tenovl_dev *tdev, enum tenovl_place from,
				    const struct tenovl_side *by, enum tenovl_mark mark,
				    const u8 *dmac);

/* path.c: the way to a peer */

/* RTNL */
struct tenovl_path *tenovl_path_new(const struct tenovl_dev *tdev,
				    const struct tenovl_settings *settings,
				    const struct in6_addr *daddr, u8 encap, u8 gre_key,
				    u16 dstport);
void tenovl_path_free(struct tenovl_path *path);
void tenovl_path_free_rcu(struct tenovl_path *path);
void tenovl_path_forget(struct tenovl_path *path);
void tenovl_path_lesson(const struct tenovl_dev *tdev, const struct tenovl_path *path,
			struct sk_buff *skb, u32 mtu);
u32 tenovl_path_route_mtu(struct tenovl_dev *tdev, const struct tenovl_path *path, u32 *pmtu);
/* RCU, BH off */
const struct tenovl_outer *tenovl_path_outer(struct tenovl_dev *tdev, struct tenovl_path *path);
bool tenovl_route_is_local(const struct dst_entry *dst, bool v6);

/* inner.c: what a frame carries */
void tenovl_inner_parse(struct sk_buff *skb, struct tenovl_inner *inner);
bool tenovl_inner_parse_packet(struct sk_buff *skb, struct tenovl_inner *inner);
bool tenovl_inner_tagged(const struct sk_buff *skb);
bool tenovl_inner_announces(const struct sk_buff *skb, const struct tenovl_inner *inner);
void tenovl_inner_hash(struct sk_buff *skb, const struct tenovl_inner *inner);
void tenovl_inner_init(void);

/* output.c: outer packets. BH off, RCU. */
int tenovl_output(struct tenovl_dev *tdev, struct sk_buff *skb, const struct tenovl_path *path,
		  const struct tenovl_outer *outer, u8 tos, bool df, bool fits);

/* stacked.c: outer packets that go by another device of ours. RCU. */
void tenovl_stacked_find(struct tenovl_outer *outer, bool v6);
bool tenovl_stacked_is_stale(const struct tenovl_outer *outer);
/* BH off */
bool tenovl_stacked_send(struct tenovl_dev *tdev, const struct tenovl_outer *outer,
			 struct sk_buff *skb);

/* xmit.c: frames that leave. BH off. */
netdev_tx_t tenovl_xmit(struct sk_buff *skb, struct net_device *dev);
netdev_tx_t tenovl_port_xmit(struct sk_buff *skb, struct net_device *dev);
void tenovl_port_input(struct tenovl_port *port, struct sk_buff *skb);
void tenovl_xmit_peer(struct tenovl_dev *tdev, struct tenovl_peer *peer, struct sk_buff *skb,
		      const struct tenovl_inner *inner);

/* receive.c: frames that arrive. BH off, RCU. */
bool tenovl_depth_enter(void);
void tenovl_depth_leave(void);
bool tenovl_receive(struct tenovl_dev *tdev, struct sk_buff *skb, const struct in6_addr *source,
		    u8 outer_tos, enum tenovl_mark mark);
bool tenovl_receive_handover(struct tenovl_dev *tdev, struct sk_buff *skb,
			     const struct in6_addr *source, enum tenovl_mark mark);
void tenovl_receive_waited(struct tenovl_dev *tdev, struct sk_buff *skb, enum tenovl_place from,
			   const struct tenovl_side *by, bool direct);
bool tenovl_receive_ecn(struct sk_buff *skb, const struct tenovl_inner *inner, u8 outer_tos);
bool tenovl_receive_to_stack(struct gro_cells *cells, struct sk_buff *skb, bool direct, u8 l4);
bool tenovl_deliver_head(struct tenovl_dev *tdev, struct sk_buff *skb, bool direct, u8 l4);
bool tenovl_deliver_port(struct tenovl_port *port, struct sk_buff *skb, bool direct, u8 l4);
bool tenovl_deliver_access(struct tenovl_dev *tdev, const struct tenovl_port *from,
			   struct sk_buff *skb, bool direct, u8 l4);

/* transit.c: mode l3 */

/* RTNL */
void tenovl_transit_setup(struct net_device *dev);
int tenovl_transit_open(struct net_device *dev);
/* BH off */
netdev_tx_t tenovl_transit_xmit(struct sk_buff *skb, struct net_device *dev);
/* BH off, RCU */
int tenovl_transit_too_big(struct tenovl_dev *tdev, struct sk_buff *skb, u32 mtu, bool fragment,
			   const struct tenovl_inner *inner);
bool tenovl_transit_receive(struct tenovl_dev *tdev, struct sk_buff *skb,
			    const struct in6_addr *source, u8 outer_tos, bool direct);

/* vxlan.c */
extern const struct tenovl_encap_ops tenovl_vxlan_ops;
bool tenovl_vxlan_parse(const struct sk_buff *skb, unsigned int off, u32 *vni);
struct tenovl_vxlan_sock *tenovl_vxlan_open(struct net *net, u8 family, u16 port,
					    struct netlink_ext_ack *extack);
void tenovl_vxlan_close(struct tenovl_vxlan_sock *vs);
void tenovl_vxlan_offload_ports(struct net_device *lower, bool push);

/* gre.c */
extern const struct tenovl_encap_ops tenovl_gre_ops;
int tenovl_gre_open(struct net *net, u8 family, struct netlink_ext_ack *extack);
void tenovl_gre_close(struct net *net, u8 family);

/* stats.c */
void tenovl_drop(const struct tenovl_dev *tdev, struct sk_buff *skb, unsigned int why);
void tenovl_stats_sum(const struct tenovl_dev *tdev, u64 *sum);
void tenovl_peer_stats_sum(const struct tenovl_peer *peer, u64 *sum);
void tenovl_port_stats_sum(const struct tenovl_port *port, u64 *sum);
void tenovl_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *to);

/* netlink.c: the family */
extern struct genl_family tenovl_family;

/* attr.c: objects as attributes */

/* RTNL */
int tenovl_addr_get(struct in6_addr *addr, const struct nlattr *attr,
		    struct netlink_ext_ack *extack);
int tenovl_prefix_get(struct tenovl_prefix *prefix, const struct nlattr *attr,
		      struct netlink_ext_ack *extack);
int tenovl_settings_fit(const struct tenovl_dev *tdev, struct nlattr **tb,
			struct netlink_ext_ack *extack);
int tenovl_settings_get(struct tenovl_settings *wanted, struct nlattr **tb,
			struct netlink_ext_ack *extack);
int tenovl_guard_get(struct tenovl_guard *wanted, struct nlattr **tb,
		     struct netlink_ext_ack *extack);
int tenovl_fill_stats(struct sk_buff *msg, const struct tenovl_dev *tdev);
int tenovl_fill_net_stats(struct sk_buff *msg, const struct net *net);
int tenovl_fill_dev(struct sk_buff *msg, struct tenovl_dev *tdev, struct net *viewer);
size_t tenovl_fill_peer_size(const struct tenovl_peer *peer);
int tenovl_fill_peer(struct sk_buff *msg, struct tenovl_peer *peer, bool state);
int tenovl_fill_route(struct sk_buff *msg, const struct tenovl_route *route);
int tenovl_fill_port(struct sk_buff *msg, const struct tenovl_port *port, struct net *viewer,
		     bool stats);
int tenovl_fill_selection(struct sk_buff *msg, int type, const struct tenovl_dev *tdev,
			  const struct tenovl_port *old);
/* RTNL, or BH off */
int tenovl_fill_name(struct sk_buff *msg, const struct tenovl_dev *tdev, struct net *viewer,
		     gfp_t gfp);
/* any context */
size_t tenovl_fill_size(int nest);
int tenovl_fill_addr(struct sk_buff *msg, int type, const struct in6_addr *addr);
int tenovl_fill_move(struct sk_buff *msg, const struct tenovl_move_info *move);
int tenovl_fill_fdb(struct sk_buff *msg, const struct tenovl_fdb_info *info,
		    const struct tenovl_where *old);

/* bridge.c: what `bridge fdb` speaks, RTM_*NEIGH of family AF_BRIDGE */
#ifdef TENOVL_HAVE_FDB_NOTIFIED
int tenovl_bridge_fdb_add(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, u16 flags, bool *notified,
			  struct netlink_ext_ack *extack);
int tenovl_bridge_fdb_del(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, bool *notified,
			  struct netlink_ext_ack *extack);
#else
int tenovl_bridge_fdb_add(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, u16 flags,
			  struct netlink_ext_ack *extack);
int tenovl_bridge_fdb_del(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, struct netlink_ext_ack *extack);
#endif
#ifdef TENOVL_HAVE_FDB_DEL_BULK_NLH
int tenovl_bridge_fdb_flush(struct nlmsghdr *nlh, struct net_device *dev,
			    struct netlink_ext_ack *extack);
#else
int tenovl_bridge_fdb_flush(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev,
			    u16 vid, struct netlink_ext_ack *extack);
#endif
int tenovl_bridge_fdb_get(struct sk_buff *skb, struct nlattr *tb[], struct net_device *dev,
			  const unsigned char *addr, u16 vid, u32 portid, u32 seq,
			  struct netlink_ext_ack *extack);
int tenovl_bridge_fdb_dump(struct sk_buff *skb, struct netlink_callback *cb,
			   struct net_device *dev, struct net_device *filter_dev, int *idx);
/* RTNL or fdb lock, BH off */
void tenovl_bridge_notify(struct tenovl_dev *tdev, const struct tenovl_fdb_info *info, int type);

/* event.c: the multicast group, heard in the underlay only */

/* its place in &tenovl_family.mcgrps */
#define TENOVL_GROUP_EVENTS	0

/* RTNL */
u32 tenovl_event_dev_generation(void);
void tenovl_event_dev(struct tenovl_dev *tdev, enum tenovl_event event);
void tenovl_event_peer(struct tenovl_peer *peer, enum tenovl_event event);
void tenovl_event_port(struct tenovl_port *port, enum tenovl_event event);
void tenovl_event_route(struct tenovl_dev *tdev, enum tenovl_event event,
			const struct tenovl_route *route);
void tenovl_event_selection(struct tenovl_dev *tdev, const struct tenovl_port *old);
/* fdb lock held, BH off */
void tenovl_event_fdb(struct tenovl_dev *tdev, enum tenovl_event event,
		      const struct tenovl_fdb_info *info, const struct tenovl_where *old);
void tenovl_event_move(struct tenovl_dev *tdev, enum tenovl_event event,
		       const struct tenovl_move_info *move);

#endif /* _TENOVL_H */
