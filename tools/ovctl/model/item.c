// SPDX-License-Identifier: GPL-2.0
/* Things in the kernel, as they are and as they should be: one form for both, so that they
 * can be held against each other field by field. Nothing here knows of sockets.
 */
#define _GNU_SOURCE
#include <linux/tenovl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "item.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Texts and sets come from blocks that are freed with the list. */
struct ovctl_block {
	struct ovctl_block *next;
	size_t used;
	size_t size;
	char data[] __attribute__((aligned(16)));
};

const char *const ovctl_link_types[OVCTL_LINK_TYPES + 1] = {
	"existing", "bridge", "bond", "dummy", "tenovl-l2", "tenovl-l3", "veth", "tenovl-port",
	NULL,
};

static const char *const addrgen_names[] = { "eui64", "none", NULL };
static const char *const bond_names[] = { "balance-rr", "active-backup", NULL };
static const char *const encap_names[] = { "inherit", "vxlan", "gre", NULL };
static const char *const gre_key_names[] = { "inherit", "nvgre", "plain", NULL };
static const char *const admin_names[] = { "down", "up", NULL };
static const char *const standby_names[] = { "drop", "learn", NULL };
static const char *const role_names[] = { "bridge", "access", NULL };

#define NUM .type = OVCTL_FIELD_NUM
#define BOOL .type = OVCTL_FIELD_BOOL
#define TEXT .type = OVCTL_FIELD_TEXT
#define ADDR .type = OVCTL_FIELD_ADDR
#define LIST .type = OVCTL_FIELD_LIST
#define FIXED .fixed = true

static const struct ovctl_field link_fields[] = {
	[OVCTL_LINK_TYPE] = { "type", NUM, FIXED, .names = ovctl_link_types },
	[OVCTL_LINK_UNDERLAY] = { "underlay", TEXT, FIXED },
	[OVCTL_LINK_OF_NETNS] = { "of-netns", TEXT, FIXED },
	[OVCTL_LINK_OF] = { "of", TEXT, FIXED },
	[OVCTL_LINK_BOND_MODE] = { "mode", NUM, FIXED, .names = bond_names },
	[OVCTL_LINK_MAC] = { "mac", ADDR },
	[OVCTL_LINK_MTU] = { "mtu", NUM },
	[OVCTL_LINK_ARP] = { "arp", BOOL },
	[OVCTL_LINK_ADDRGEN] = { "addrgenmode", NUM, .names = addrgen_names },
	[OVCTL_LINK_BOND_INTERVAL] = { "arp_interval", NUM },
	[OVCTL_LINK_BOND_TARGET] = { "arp_ip_target", ADDR },
	[OVCTL_LINK_BOND_TARGET6] = { "ns_ip6_target", ADDR },
	[OVCTL_LINK_MASTER] = { "master", TEXT },
	[OVCTL_LINK_MCAST_ROUTER] = { "mcast_router", NUM },
};

static const struct ovctl_field sysctl_fields[] = {
	[OVCTL_SYSCTL_VALUE] = { "value", NUM },
};

static const struct ovctl_field dev_fields[] = {
	[OVCTL_DEV_VNI] = { "vni", NUM, .attr = TENOVL_A_DEV_VNI },
	[OVCTL_DEV_ENCAP] = { "encap", NUM, .names = encap_names, .attr = TENOVL_A_DEV_ENCAP },
	[OVCTL_DEV_GRE_KEY] = { "gre-key", NUM, .names = gre_key_names,
				.attr = TENOVL_A_DEV_GRE_KEY },
	[OVCTL_DEV_LOCAL] = { "local", ADDR, .attr = TENOVL_A_DEV_LOCAL },
	[OVCTL_DEV_LEARNING] = { "learning", BOOL, .attr = TENOVL_A_DEV_LEARNING },
	[OVCTL_DEV_MTU_AUTO] = { "mtu-auto", BOOL, .attr = TENOVL_A_DEV_MTU_AUTO },
	[OVCTL_DEV_STANDBY_INGRESS] = { "standby-ingress", NUM, .names = standby_names,
					.attr = TENOVL_A_DEV_STANDBY_INGRESS },
	[OVCTL_DEV_SUPPRESS] = { "suppress", BOOL, .attr = TENOVL_A_DEV_SUPPRESS },
	[OVCTL_DEV_HEAD_MAC] = { "head-mac", ADDR, .attr = TENOVL_A_DEV_HEAD_MAC },
};

static const struct ovctl_field peer_fields[] = {
	[OVCTL_PEER_ADMIN] = { "admin", NUM, .names = admin_names, .attr = TENOVL_A_PEER_ADMIN },
	[OVCTL_PEER_INNER] = { "inner", LIST, .attr = TENOVL_A_PEER_INNER_SOURCES },
};

static const struct ovctl_field fdb_fields[] = {
	[OVCTL_FDB_PEER] = { "peer", ADDR, .attr = TENOVL_A_FDB_PEER },
	[OVCTL_FDB_SEQ] = { "seq", NUM, .attr = TENOVL_A_FDB_SEQ },
	[OVCTL_FDB_MOBILE] = { "mobile", BOOL, .attr = TENOVL_A_FDB_MOBILE },
};

static const struct ovctl_field access_fields[] = {
	[OVCTL_ACCESS_DEV_NETNS] = { "dev-netns", TEXT, FIXED },
	[OVCTL_ACCESS_DEV] = { "dev", TEXT, FIXED },
};

static const struct ovctl_field port_fields[] = {
	[OVCTL_PORT_DEV_NETNS] = { "dev-netns", TEXT, FIXED },
	[OVCTL_PORT_DEV] = { "dev", TEXT, FIXED },
	[OVCTL_PORT_ROLE] = { "role", NUM, .names = role_names, .attr = TENOVL_A_PORT_ROLE },
	[OVCTL_PORT_PRIORITY] = { "priority", NUM, .attr = TENOVL_A_PORT_PRIORITY },
	[OVCTL_PORT_MACS] = { "mac", LIST, .attr = TENOVL_A_PORT_MACS },
	[OVCTL_PORT_IPS] = { "ip", LIST, .attr = TENOVL_A_PORT_IPS },
};

static const struct ovctl_field addr_fields[] = {
	[OVCTL_ADDR_NODAD] = { "nodad", BOOL, .once = true },
	[OVCTL_ADDR_NOPREFIXROUTE] = { "noprefixroute", BOOL },
};

static const struct ovctl_field state_fields[] = {
	[OVCTL_STATE_UP] = { "up", BOOL },
};

static const struct ovctl_field neigh_fields[] = {
	[OVCTL_NEIGH_MAC] = { "mac", ADDR },
};

static const struct ovctl_field inner_fields[] = {
	[OVCTL_INNER_PEER] = { "peer", ADDR, .attr = TENOVL_A_ROUTE_PEER },
};

static const struct ovctl_field route_fields[] = {
	[OVCTL_ROUTE_VIA] = { "via", ADDR },
	[OVCTL_ROUTE_DEV] = { "dev", TEXT },
	[OVCTL_ROUTE_SRC] = { "src", ADDR },
};

#define KIND(n, table) .name = n, .fields = table, .count = ARRAY_SIZE(table)

const struct ovctl_kind_info ovctl_kinds[OVCTL_KINDS] = {
	[OVCTL_KIND_NETNS] = { .name = "netns" },
	[OVCTL_KIND_LINK] = { KIND("link", link_fields) },
	[OVCTL_KIND_SYSCTL] = { KIND("sysctl", sysctl_fields), .born = true },
	[OVCTL_KIND_DEV] = { KIND("dev", dev_fields), .born = true },
	[OVCTL_KIND_PEER] = { KIND("peer", peer_fields) },
	[OVCTL_KIND_FDB] = { KIND("fdb", fdb_fields) },
	[OVCTL_KIND_ACCESS] = { KIND("access", access_fields) },
	[OVCTL_KIND_PORT] = { KIND("port", port_fields), .born = true },
	[OVCTL_KIND_ADDR] = { KIND("address", addr_fields) },
	[OVCTL_KIND_STATE] = { KIND("state", state_fields), .born = true },
	[OVCTL_KIND_NEIGH] = { KIND("neigh", neigh_fields) },
	[OVCTL_KIND_INNER] = { KIND("inner-route", inner_fields) },
	[OVCTL_KIND_ROUTE] = { KIND("route", route_fields) },
};

static void *ovctl_items_alloc(struct ovctl_items *objs, size_t size)
{
	struct ovctl_block *block = objs->blocks;
	void *at;

	size = (size + 15) & ~(size_t)15;
	if (!block || block->used + size > block->size) {
		size_t room = size > 65536 ? size : 65536;

		block = ovctl_grow(NULL, 0, sizeof(*block) + room);
		*block = (struct ovctl_block){ .next = objs->blocks, .size = room };
		objs->blocks = block;
	}
	at = block->data + block->used;
	block->used += size;
	return at;
}

/**
 * ovctl_items_text() - Keep a text as long as the list.
 * @objs: The list.
 * @text: The text.
 *
 * Return: its copy.
 */
const char *ovctl_items_text(struct ovctl_items *objs, const char *text)
{
	size_t len = strlen(text) + 1;

	return len > 1 ? memcpy(ovctl_items_alloc(objs, len), text, len) : "";
}

/**
 * ovctl_item_add() - Add an object to a list.
 * @objs: The list.
 * @kind: What it is.
 * @netns: The namespace that it is in.
 * @link: The device that it is on, or "".
 *
 * Return: the object, until the next one is added.
 */
struct ovctl_item *ovctl_item_add(struct ovctl_items *objs, enum ovctl_kind kind,
				      const char *netns, const char *link)
{
	struct ovctl_item *obj;

	objs->list = ovctl_grow(objs->list, objs->count, sizeof(*obj));
	obj = &objs->list[objs->count++];
	memset(obj, 0, sizeof(*obj));
	obj->kind = kind;
	obj->netns = ovctl_items_text(objs, netns);
	obj->link = ovctl_items_text(objs, link);
	obj->name = "";
	return obj;
}

/**
 * ovctl_items_free() - Free a list, which may be used again then.
 * @objs: The list.
 */
void ovctl_items_free(struct ovctl_items *objs)
{
	struct ovctl_block *block;

	while ((block = objs->blocks)) {
		objs->blocks = block->next;
		free(block);
	}
	free(objs->list);
	memset(objs, 0, sizeof(*objs));
}

/**
 * ovctl_item_num() - Say a number of an object.
 * @obj: The object.
 * @field: The field.
 * @num: The number.
 */
void ovctl_item_num(struct ovctl_item *obj, unsigned int field, uint32_t num)
{
	obj->data[field].num = num;
	obj->has |= 1U << field;
}

/**
 * ovctl_item_text() - Say a name of an object.
 * @objs: The list that the object is in.
 * @obj: The object.
 * @field: The field.
 * @text: The name.
 */
void ovctl_item_text(struct ovctl_items *objs, struct ovctl_item *obj, unsigned int field,
		       const char *text)
{
	obj->data[field].text = ovctl_items_text(objs, text);
	obj->has |= 1U << field;
}

/**
 * ovctl_item_addr() - Say an address of an object.
 * @obj: The object.
 * @field: The field.
 * @addr: The address.
 */
void ovctl_item_addr(struct ovctl_item *obj, unsigned int field,
		       const struct ovctl_addr *addr)
{
	obj->data[field].addr = *addr;
	obj->has |= 1U << field;
}

static int ovctl_cidr_order(const void *a, const void *b)
{
	const struct ovctl_cidr *one = a;
	const struct ovctl_cidr *two = b;
	int order = ovctl_addr_compare(&one->addr, &two->addr);

	return order ? order : one->plen - two->plen;
}

/**
 * ovctl_item_list() - Say a set of an object.
 * @objs: The list that the object is in.
 * @obj: The object.
 * @field: The field.
 * @list: The members; copied, and put into order.
 * @count: How many.
 */
void ovctl_item_list(struct ovctl_items *objs, struct ovctl_item *obj, unsigned int field,
		       const struct ovctl_cidr *list, unsigned int count)
{
	struct ovctl_cidr *copy = NULL;

	if (count) {
		copy = ovctl_items_alloc(objs, count * sizeof(*copy));
		memcpy(copy, list, count * sizeof(*copy));
		qsort(copy, count, sizeof(*copy), ovctl_cidr_order);
	}
	obj->data[field].list.at = copy;
	obj->data[field].list.count = count;
	obj->has |= 1U << field;
}

/**
 * ovctl_item_has() - Whether a field is said.
 * @obj: The object.
 * @field: The field.
 *
 * Return: true where it is.
 */
bool ovctl_item_has(const struct ovctl_item *obj, unsigned int field)
{
	return obj->has >> field & 1;
}

/**
 * ovctl_item_said() - The name that a field says.
 * @obj: The object.
 * @field: A field that holds a name.
 *
 * Return: the name, or "" where none is said.
 */
const char *ovctl_item_said(const struct ovctl_item *obj, unsigned int field)
{
	return ovctl_item_has(obj, field) ? obj->data[field].text : "";
}

/**
 * ovctl_item_cmp() - Order objects by what they are and what names them.
 * @one: An object.
 * @two: Another one.
 *
 * Return: below, at or above 0. At 0 they are the same thing.
 */
int ovctl_item_cmp(const struct ovctl_item *one, const struct ovctl_item *two)
{
	int order = (int)one->kind - (int)two->kind;

	if (!order)
		order = strcmp(one->netns, two->netns);
	if (!order)
		order = strcmp(one->link, two->link);
	if (!order)
		order = strcmp(one->name, two->name);
	if (!order)
		order = ovctl_cidr_order(&one->key, &two->key);
	if (!order && one->metric != two->metric)
		order = one->metric < two->metric ? -1 : 1;
	return order;
}

static int ovctl_item_order(const void *a, const void *b)
{
	return ovctl_item_cmp(a, b);
}

/**
 * ovctl_items_join() - Append a list to another one.
 * @to: The list that gets them.
 * @from: The list that gives them all, and is empty then.
 */
void ovctl_items_join(struct ovctl_items *to, struct ovctl_items *from)
{
	struct ovctl_block **last = &to->blocks;
	unsigned int i;

	for (i = 0; i < from->count; i++) {
		to->list = ovctl_grow(to->list, to->count, sizeof(*to->list));
		to->list[to->count++] = from->list[i];
	}
	while (*last)
		last = &(*last)->next;
	*last = from->blocks;
	from->blocks = NULL;
	ovctl_items_free(from);
}

/**
 * ovctl_items_sort() - Put a list into order.
 * @objs: The list.
 */
void ovctl_items_sort(struct ovctl_items *objs)
{
	if (objs->count)
		qsort(objs->list, objs->count, sizeof(*objs->list), ovctl_item_order);
}

/* The device that one belongs to or is made of; empty where that is no matter. */
static const char *ovctl_item_claim(const struct ovctl_item *obj, unsigned int part)
{
	static const uint8_t fields[OVCTL_KINDS][2] = {
		[OVCTL_KIND_LINK] = { OVCTL_LINK_OF_NETNS, OVCTL_LINK_OF },
		[OVCTL_KIND_ACCESS] = { OVCTL_ACCESS_DEV_NETNS, OVCTL_ACCESS_DEV },
		[OVCTL_KIND_PORT] = { OVCTL_PORT_DEV_NETNS, OVCTL_PORT_DEV },
	};

	if (obj->kind != OVCTL_KIND_LINK && obj->kind != OVCTL_KIND_ACCESS &&
	    obj->kind != OVCTL_KIND_PORT)
		return "";
	return ovctl_item_said(obj, fields[obj->kind][part]);
}

/**
 * ovctl_item_claims() - Put claims to one device into order.
 * @a: What is wanted of it.
 * @b: The same thing, as it is or as somebody else wants it; or of a port, its device.
 *
 * Return: 0 where both are for the same segment, else as strcmp().
 */
int ovctl_item_claims(const struct ovctl_item *a, const struct ovctl_item *b)
{
	int order = strcmp(ovctl_item_claim(a, 0), ovctl_item_claim(b, 0));

	return order ? order : strcmp(ovctl_item_claim(a, 1), ovctl_item_claim(b, 1));
}

static int ovctl_item_claim_order(const void *a, const void *b)
{
	int order = ovctl_item_order(a, b);

	return order ? order : ovctl_item_claims(a, b);
}

/**
 * ovctl_items_unite() - Put a list into order, in which each object is there once.
 * @objs: The list. Of several that are the same thing one stays; but claims to a device by several
 *	segments all do, beside one another and marked so, until it is known who has it.
 */
void ovctl_items_unite(struct ovctl_items *objs)
{
	unsigned int i, count = 0;

	if (objs->count)
		qsort(objs->list, objs->count, sizeof(*objs->list), ovctl_item_claim_order);
	for (i = 0; i < objs->count; i++) {
		struct ovctl_item *last = count ? &objs->list[count - 1] : NULL;
		struct ovctl_item *obj = &objs->list[i];

		if (last && !ovctl_item_cmp(last, obj)) {
			if (!ovctl_item_claims(last, obj))
				continue;
			last->contested = true;
			obj->contested = true;
			/* A container's device is made for the first. */
			if (obj->kind == OVCTL_KIND_LINK)
				continue;
		}
		objs->list[count++] = *obj;
	}
	objs->count = count;
}

/**
 * ovctl_items_find() - Find the object of the same name.
 * @objs: A list in order.
 * @like: An object with that name.
 *
 * Return: the object, or NULL.
 */
struct ovctl_item *ovctl_items_find(const struct ovctl_items *objs,
					const struct ovctl_item *like)
{
	if (!objs->count)
		return NULL;
	return bsearch(like, objs->list, objs->count, sizeof(*objs->list), ovctl_item_order);
}

/* The first that is not before all of a kind, or all of a kind in a namespace. */
static unsigned int ovctl_items_at(const struct ovctl_items *objs, enum ovctl_kind kind,
				     const char *netns, bool behind)
{
	unsigned int low = 0, high = objs->count;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;
		int order = (int)objs->list[mid].kind - (int)kind;

		if (!order && netns)
			order = strcmp(objs->list[mid].netns, netns);
		if (order < 0 || (behind && !order))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * ovctl_items_range() - Find the objects of a kind.
 * @objs: A list in order.
 * @kind: The kind.
 * @netns: Their namespace, or NULL for all.
 * @end: Set to behind the last.
 *
 * Return: the first.
 */
unsigned int ovctl_items_range(const struct ovctl_items *objs, enum ovctl_kind kind,
				 const char *netns, unsigned int *end)
{
	*end = ovctl_items_at(objs, kind, netns, true);
	return ovctl_items_at(objs, kind, netns, false);
}

static bool ovctl_list_same(const union ovctl_datum *one, const union ovctl_datum *two)
{
	unsigned int i;

	if (one->list.count != two->list.count)
		return false;
	for (i = 0; i < one->list.count; i++)
		if (ovctl_cidr_order(&one->list.at[i], &two->list.at[i]))
			return false;
	return true;
}

static bool ovctl_datum_same(enum ovctl_field_type type, const union ovctl_datum *one,
			     const union ovctl_datum *two)
{
	switch (type) {
	case OVCTL_FIELD_TEXT:
		return !strcmp(one->text, two->text);
	case OVCTL_FIELD_ADDR:
		return !ovctl_addr_compare(&one->addr, &two->addr);
	case OVCTL_FIELD_LIST:
		return ovctl_list_same(one, two);
	default:
		return one->num == two->num;
	}
}

/**
 * ovctl_item_differs() - What is not as it should be.
 * @want: The object as it should be.
 * @have: The same as it is.
 *
 * Return: the fields that @want says and @have does not have so, a bit each.
 */
uint32_t ovctl_item_differs(const struct ovctl_item *want, const struct ovctl_item *have)
{
	const struct ovctl_kind_info *kind = &ovctl_kinds[want->kind];
	uint32_t differs = 0;
	unsigned int i;

	for (i = 0; i < kind->count; i++) {
		if (!ovctl_item_has(want, i) || kind->fields[i].once)
			continue;
		if (!ovctl_item_has(have, i) ||
		    !ovctl_datum_same(kind->fields[i].type, &want->data[i], &have->data[i]))
			differs |= 1U << i;
	}
	return differs;
}

static void ovctl_prefix_write(char *buf, size_t size, const struct ovctl_cidr *prefix)
{
	size_t len;

	ovctl_addr_write(buf, size, &prefix->addr);
	len = strlen(buf);
	if (prefix->plen)
		snprintf(buf + len, size - len, "/%u", prefix->plen);
}

/* Of a newer kernel, or of what others made, a number may have no name here. */
static const char *ovctl_field_word(char *buf, size_t size, const struct ovctl_field *field,
				    uint32_t num)
{
	uint32_t i;

	for (i = 0; field->names && field->names[i]; i++)
		if (i == num)
			return field->names[i];
	snprintf(buf, size, "%u", num);
	return buf;
}

static void ovctl_datum_write(char *buf, size_t size, const struct ovctl_field *field,
			      const union ovctl_datum *datum)
{
	char text[OVCTL_TEXT_MAX];
	size_t len = 0;
	unsigned int i;

	switch (field->type) {
	case OVCTL_FIELD_TEXT:
		snprintf(buf, size, "%s", datum->text[0] ? datum->text : "-");
		break;
	case OVCTL_FIELD_ADDR:
		ovctl_addr_write(buf, size, &datum->addr);
		break;
	case OVCTL_FIELD_BOOL:
		snprintf(buf, size, "%s", datum->num ? "on" : "off");
		break;
	case OVCTL_FIELD_NUM:
		snprintf(buf, size, "%s",
			 ovctl_field_word(text, sizeof(text), field, datum->num));
		break;
	case OVCTL_FIELD_LIST:
		snprintf(buf, size, "-");
		for (i = 0; i < datum->list.count && len < size; i++) {
			ovctl_prefix_write(text, sizeof(text), &datum->list.at[i]);
			len += snprintf(buf + len, size - len, "%s%s", i ? "," : "", text);
		}
		break;
	}
}

/* The words that name it beside its namespace and its device. */
static void ovctl_item_own_name(char *buf, size_t size, const struct ovctl_item *obj)
{
	buf[0] = '\0';
	if (obj->name[0])
		snprintf(buf, size, "%s", obj->name);
	else if (obj->kind == OVCTL_KIND_ROUTE && !obj->key.plen)
		snprintf(buf, size, "default%s", obj->key.addr.len == 16 ? "6" : "");
	else if (obj->key.addr.len)
		ovctl_prefix_write(buf, size, &obj->key);
}

/**
 * ovctl_item_name() - Write what an object is called.
 * @buf: Where to.
 * @size: Its size.
 * @obj: The object.
 */
void ovctl_item_name(char *buf, size_t size, const struct ovctl_item *obj)
{
	char own[OVCTL_TEXT_MAX * 2];

	ovctl_item_own_name(own, sizeof(own), obj);
	snprintf(buf, size, "%s %s%s%s%s%s", ovctl_kinds[obj->kind].name,
		 obj->netns[0] ? obj->netns : "-", obj->link[0] ? " " : "", obj->link,
		 own[0] ? " " : "", own);
}

/**
 * ovctl_item_fields() - Write fields of an object, their names before them.
 * @buf: Where to.
 * @size: Its size.
 * @obj: The object.
 * @fields: Which, a bit each.
 */
void ovctl_item_fields(char *buf, size_t size, const struct ovctl_item *obj,
			 uint32_t fields)
{
	const struct ovctl_kind_info *kind = &ovctl_kinds[obj->kind];
	char text[1024];
	size_t len = 0;
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < kind->count && len < size; i++) {
		if (!(obj->has & fields & 1U << i))
			continue;
		ovctl_datum_write(text, sizeof(text), &kind->fields[i], &obj->data[i]);
		len += snprintf(buf + len, size - len, "%s%s %s", len ? " " : "",
				kind->fields[i].name, text);
	}
}

static json_t *ovctl_datum_json(const struct ovctl_field *field, const union ovctl_datum *datum)
{
	char text[OVCTL_TEXT_MAX];
	json_t *list;
	unsigned int i;

	switch (field->type) {
	case OVCTL_FIELD_TEXT:
		return json_string(datum->text);
	case OVCTL_FIELD_BOOL:
		return json_boolean(datum->num);
	case OVCTL_FIELD_NUM:
		return field->names ?
		       json_string(ovctl_field_word(text, sizeof(text), field, datum->num)) :
		       json_integer(datum->num);
	case OVCTL_FIELD_ADDR:
		ovctl_addr_write(text, sizeof(text), &datum->addr);
		return json_string(text);
	default:
		list = json_array();
		for (i = 0; i < datum->list.count; i++) {
			ovctl_prefix_write(text, sizeof(text), &datum->list.at[i]);
			json_array_append_new(list, json_string(text));
		}
		return list;
	}
}

/**
 * ovctl_item_record() - An object as a record.
 * @obj: The object.
 * @fields: The fields to tell, a bit each.
 *
 * Return: the record.
 */
json_t *ovctl_item_record(const struct ovctl_item *obj, uint32_t fields)
{
	const struct ovctl_kind_info *kind = &ovctl_kinds[obj->kind];
	char own[OVCTL_TEXT_MAX * 2];
	json_t *rec = json_object();
	unsigned int i;

	ovctl_item_own_name(own, sizeof(own), obj);
	json_object_set_new(rec, "kind", json_string(kind->name));
	json_object_set_new(rec, "netns", json_string(obj->netns));
	if (obj->link[0])
		json_object_set_new(rec, "link", json_string(obj->link));
	if (own[0])
		json_object_set_new(rec, "name", json_string(own));
	for (i = 0; i < kind->count; i++)
		if (obj->has & fields & 1U << i)
			json_object_set_new(rec, kind->fields[i].name,
					    ovctl_datum_json(&kind->fields[i], &obj->data[i]));
	return rec;
}
