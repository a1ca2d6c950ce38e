/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_ITEM_H
#define OVCTL_ITEM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

/* What sync makes carries this mark, in whichever field the kernel keeps for it: the group
 * of a link, the group of a namespace's lo, the protocol of an address, a route and a
 * neighbour. It is set by the very message that makes the object (a namespace has it
 * before it has a name), so that a crash leaves nothing that is ours without it.
 */
#define OVCTL_MARK 116

/**
 * enum ovctl_kind - What kinds of things there are in the kernel, in the order in which
 * they can be made.
 * @OVCTL_KIND_NETNS: A network namespace.
 * @OVCTL_KIND_LINK: A network device; what it is, not whether it is up.
 * @OVCTL_KIND_SYSCTL: A switch under /proc/sys/net.
 * @OVCTL_KIND_DEV: The settings of a tenovl device.
 * @OVCTL_KIND_PEER: A peer of a device.
 * @OVCTL_KIND_FDB: A static forwarding entry.
 * @OVCTL_KIND_ACCESS: That an interface which is there is an access port of a device.
 * @OVCTL_KIND_PORT: The settings of a port.
 * @OVCTL_KIND_ADDR: An IP address.
 * @OVCTL_KIND_STATE: Whether a device is up. Behind all that it should have by then.
 * @OVCTL_KIND_NEIGH: A permanent neighbour.
 * @OVCTL_KIND_ROUTE: A route.
 * @OVCTL_KIND_INNER: A route of a transit device: inner prefix to peer.
 * @OVCTL_KINDS: How many kinds there are.
 */
enum ovctl_kind {
	OVCTL_KIND_NETNS,
	OVCTL_KIND_LINK,
	OVCTL_KIND_SYSCTL,
	OVCTL_KIND_DEV,
	OVCTL_KIND_PEER,
	OVCTL_KIND_FDB,
	OVCTL_KIND_ACCESS,
	OVCTL_KIND_PORT,
	OVCTL_KIND_ADDR,
	OVCTL_KIND_STATE,
	OVCTL_KIND_NEIGH,
	OVCTL_KIND_INNER,
	OVCTL_KIND_ROUTE,
	OVCTL_KINDS
};

/* Links, by what they need: those of the first kinds stand alone. */
enum ovctl_link_type {
	OVCTL_LINK_EXISTING,
	OVCTL_LINK_BRIDGE,
	OVCTL_LINK_BOND,
	OVCTL_LINK_DUMMY,
	OVCTL_LINK_L2,
	OVCTL_LINK_L3,
	OVCTL_LINK_VETH,
	OVCTL_LINK_PORT,
	OVCTL_LINK_TYPES
};

/* The fields of each kind. */
enum {
	OVCTL_LINK_TYPE,
	OVCTL_LINK_UNDERLAY,
	OVCTL_LINK_OF_NETNS,
	OVCTL_LINK_OF,
	OVCTL_LINK_BOND_MODE,
	OVCTL_LINK_MAC,
	OVCTL_LINK_MTU,
	OVCTL_LINK_ARP,
	OVCTL_LINK_ADDRGEN,
	OVCTL_LINK_BOND_INTERVAL,
	OVCTL_LINK_BOND_TARGET,
	OVCTL_LINK_BOND_TARGET6,
	OVCTL_LINK_MASTER,
	OVCTL_LINK_MCAST_ROUTER,
};

enum { OVCTL_ADDRGEN_EUI64, OVCTL_ADDRGEN_NONE };
enum { OVCTL_BOND_BALANCE_RR, OVCTL_BOND_ACTIVE_BACKUP };
enum { OVCTL_SYSCTL_VALUE };
enum {
	OVCTL_DEV_VNI,
	OVCTL_DEV_ENCAP,
	OVCTL_DEV_GRE_KEY,
	OVCTL_DEV_LOCAL,
	OVCTL_DEV_LEARNING,
	OVCTL_DEV_MTU_AUTO,
	OVCTL_DEV_STANDBY_INGRESS,
	OVCTL_DEV_SUPPRESS,
	OVCTL_DEV_HEAD_MAC,
};
enum { OVCTL_PEER_ADMIN, OVCTL_PEER_INNER };
enum { OVCTL_FDB_PEER, OVCTL_FDB_SEQ, OVCTL_FDB_MOBILE };
enum { OVCTL_ACCESS_DEV_NETNS, OVCTL_ACCESS_DEV };
enum {
	OVCTL_PORT_DEV_NETNS,
	OVCTL_PORT_DEV,
	OVCTL_PORT_ROLE,
	OVCTL_PORT_PRIORITY,
	OVCTL_PORT_MACS,
	OVCTL_PORT_IPS,
};
enum { OVCTL_ADDR_NODAD, OVCTL_ADDR_NOPREFIXROUTE };
enum { OVCTL_STATE_UP };
enum { OVCTL_NEIGH_MAC };
enum { OVCTL_INNER_PEER };
enum { OVCTL_ROUTE_VIA, OVCTL_ROUTE_DEV, OVCTL_ROUTE_SRC };

#define OVCTL_FIELDS 14

/**
 * enum ovctl_field_type - What a field holds.
 * @OVCTL_FIELD_NUM: A number.
 * @OVCTL_FIELD_BOOL: On or off.
 * @OVCTL_FIELD_TEXT: A name.
 * @OVCTL_FIELD_ADDR: An address of 4, 6 or 16 bytes.
 * @OVCTL_FIELD_LIST: A set of prefixes, in order.
 */
enum ovctl_field_type {
	OVCTL_FIELD_NUM,
	OVCTL_FIELD_BOOL,
	OVCTL_FIELD_TEXT,
	OVCTL_FIELD_ADDR,
	OVCTL_FIELD_LIST,
};

/**
 * struct ovctl_field - A field of a kind.
 * @name: What people call it.
 * @type: What it holds.
 * @fixed: Cannot change while the object lives.
 * @once: Matters when the object is made, and is not held against it later.
 * @names: The names of a number's values, or NULL.
 * @attr: The number that it has in the set of the family, or 0.
 */
struct ovctl_field {
	const char *name;
	enum ovctl_field_type type;
	bool fixed;
	bool once;
	const char *const *names;
	uint16_t attr;
};

/**
 * struct ovctl_kind_info - A kind.
 * @name: What people call it.
 * @born: There with what it belongs to: never made, never deleted, only set.
 * @fields: Its fields.
 * @count: How many.
 */
struct ovctl_kind_info {
	const char *name;
	bool born;
	const struct ovctl_field *fields;
	unsigned int count;
};

/**
 * union ovctl_datum - What a field holds.
 * @num: A number.
 * @text: A name, owned by the list of objects.
 * @addr: An address.
 * @list: A set, owned by the list of objects.
 * @list.count: How many.
 * @list.at: The members.
 */
union ovctl_datum {
	uint32_t num;
	const char *text;
	struct ovctl_addr addr;
	struct {
		unsigned int count;
		struct ovctl_cidr *at;
	} list;
};

/**
 * struct ovctl_item - Something in the kernel, as it is or as it should be.
 * @kind: What it is.
 * @ours: It carries our mark, or can only be there by us.
 * @netns: The namespace that it is in. Key.
 * @link: The device that it is on; empty for none. Key.
 * @name: A name beside these, or empty. Key.
 * @key: The address or prefix that names it. Key.
 * @metric: Of a route. Key.
 * @has: The fields that are said, a bit each.
 * @data: The fields.
 * @index: Of a device, as the kernel numbers it; 0 where that is not known.
 * @nsid: Of a port whose namespace has no known name: the number of that.
 * @lost: Of the planner: it goes when something else is deleted.
 * @contested: Of what is wanted: there is another claim to the same device.
 * @yields: Of what is wanted: of several claims to a guest's tap none is that of who has it.
 */
struct ovctl_item {
	enum ovctl_kind kind;
	bool ours;
	bool lost;
	bool contested;
	bool yields;
	const char *netns;
	const char *link;
	const char *name;
	struct ovctl_cidr key;
	uint32_t metric;
	uint32_t index;
	int32_t nsid;
	uint32_t has;
	union ovctl_datum data[OVCTL_FIELDS];
};

/**
 * struct ovctl_items - A list of objects.
 * @count: How many.
 * @list: The objects.
 * @blocks: What their texts and sets are kept in.
 */
struct ovctl_items {
	unsigned int count;
	struct ovctl_item *list;
	struct ovctl_block *blocks;
};

extern const struct ovctl_kind_info ovctl_kinds[OVCTL_KINDS];
extern const char *const ovctl_link_types[OVCTL_LINK_TYPES + 1];

struct ovctl_item *ovctl_item_add(struct ovctl_items *objs, enum ovctl_kind kind,
				      const char *netns, const char *link);
void ovctl_items_free(struct ovctl_items *objs);
void ovctl_items_join(struct ovctl_items *to, struct ovctl_items *from);
void ovctl_items_sort(struct ovctl_items *objs);
int ovctl_item_claims(const struct ovctl_item *a, const struct ovctl_item *b);
void ovctl_items_unite(struct ovctl_items *objs);
struct ovctl_item *ovctl_items_find(const struct ovctl_items *objs,
					const struct ovctl_item *like);
unsigned int ovctl_items_range(const struct ovctl_items *objs, enum ovctl_kind kind,
				 const char *netns, unsigned int *end);
const char *ovctl_items_text(struct ovctl_items *objs, const char *text);

void ovctl_item_num(struct ovctl_item *obj, unsigned int field, uint32_t num);
void ovctl_item_text(struct ovctl_items *objs, struct ovctl_item *obj, unsigned int field,
		       const char *text);
void ovctl_item_addr(struct ovctl_item *obj, unsigned int field,
		       const struct ovctl_addr *addr);
void ovctl_item_list(struct ovctl_items *objs, struct ovctl_item *obj, unsigned int field,
		       const struct ovctl_cidr *list, unsigned int count);

bool ovctl_item_has(const struct ovctl_item *obj, unsigned int field);
const char *ovctl_item_said(const struct ovctl_item *obj, unsigned int field);
int ovctl_item_cmp(const struct ovctl_item *one, const struct ovctl_item *two);
uint32_t ovctl_item_differs(const struct ovctl_item *want, const struct ovctl_item *have);
void ovctl_item_name(char *buf, size_t size, const struct ovctl_item *obj);
void ovctl_item_fields(char *buf, size_t size, const struct ovctl_item *obj,
			 uint32_t fields);
json_t *ovctl_item_record(const struct ovctl_item *obj, uint32_t fields);

#endif
