// SPDX-License-Identifier: GPL-2.0
/* Between objects of the family and its attributes, by the tables of spec.c. */
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

/**
 * ovctl_fields_set() - Find how a kind of object is told to the family.
 * @kind: The kind.
 * @nest: Set to the attribute that holds it.
 *
 * Return: the set of its attributes, or NULL for what is not the family's.
 */
const struct ovctl_set *ovctl_fields_set(enum ovctl_kind kind, uint16_t *nest)
{
	switch (kind) {
	case OVCTL_KIND_DEV:
		*nest = TENOVL_A_DEV;
		break;
	case OVCTL_KIND_PEER:
		*nest = TENOVL_A_PEER;
		break;
	case OVCTL_KIND_FDB:
		*nest = TENOVL_A_FDB;
		break;
	case OVCTL_KIND_INNER:
		*nest = TENOVL_A_ROUTE;
		break;
	case OVCTL_KIND_ACCESS:
	case OVCTL_KIND_PORT:
		*nest = TENOVL_A_PORT;
		break;
	default:
		return NULL;
	}
	return ovctl_set_top.attrs[*nest].nested;
}

/* A prefix travels as its address and the number of its bits. */
static bool ovctl_prefix_put(struct nl_msg *msg, const struct ovctl_attr *attr,
			     const struct ovctl_cidr *cidr)
{
	uint8_t bytes[17];

	memcpy(bytes, cidr->addr.bytes, cidr->addr.len);
	bytes[cidr->addr.len] = cidr->plen;
	return !nla_put(msg, attr->id, cidr->addr.len + (attr->form == OVCTL_PREFIX), bytes);
}

/**
 * ovctl_fields_key() - Add what names an object in its device.
 * @msg: The message.
 * @obj: The object.
 *
 * Return: false where the message is full.
 */
bool ovctl_fields_key(struct nl_msg *msg, const struct ovctl_item *obj)
{
	const struct ovctl_set *set;
	uint16_t nest;

	set = ovctl_fields_set(obj->kind, &nest);
	if (!set->key || obj->kind == OVCTL_KIND_PORT || obj->kind == OVCTL_KIND_ACCESS)
		return true;
	return ovctl_prefix_put(msg, &set->attrs[set->key], &obj->key);
}

static bool ovctl_list_put(struct nl_msg *msg, const struct ovctl_attr *attr,
			   const union ovctl_datum *datum)
{
	const struct ovctl_attr *member = &attr->nested->attrs[attr->nested->max];
	struct nlattr *nest = nla_nest_start(msg, attr->id | NLA_F_NESTED);
	unsigned int i;

	if (!nest)
		return false;
	for (i = 0; i < datum->list.count; i++)
		if (!ovctl_prefix_put(msg, member, &datum->list.at[i]))
			return false;
	return !nla_nest_end_keep_empty(msg, nest);
}

static bool ovctl_field_put(struct nl_msg *msg, const struct ovctl_attr *attr,
			    const union ovctl_datum *datum)
{
	switch (attr->type) {
	case OVCTL_U8:
		return !nla_put_u8(msg, attr->id, datum->num);
	case OVCTL_U16:
		return !nla_put_u16(msg, attr->id, datum->num);
	case OVCTL_U32:
		return !nla_put_u32(msg, attr->id, datum->num);
	case OVCTL_FLAG:
		return !datum->num || !nla_put_flag(msg, attr->id);
	case OVCTL_BINARY:
		return !nla_put(msg, attr->id, datum->addr.len, datum->addr.bytes);
	case OVCTL_NEST:
		return ovctl_list_put(msg, attr, datum);
	default:
		return false;
	}
}

/**
 * ovctl_fields_put() - Add fields of an object.
 * @msg: The message.
 * @obj: The object.
 * @fields: Which, a bit each; those that the family does not know are passed over.
 *
 * Return: false where the message is full.
 */
bool ovctl_fields_put(struct nl_msg *msg, const struct ovctl_item *obj, uint32_t fields)
{
	const struct ovctl_kind_info *kind = &ovctl_kinds[obj->kind];
	const struct ovctl_set *set;
	unsigned int i;
	uint16_t nest;

	set = ovctl_fields_set(obj->kind, &nest);
	for (i = 0; i < kind->count; i++) {
		if (!(obj->has & fields & 1U << i) || !kind->fields[i].attr)
			continue;
		if (!ovctl_field_put(msg, &set->attrs[kind->fields[i].attr], &obj->data[i]))
			return false;
	}
	return true;
}

/**
 * ovctl_fields_size() - The room that an object takes in a message.
 * @obj: The object, with all of its fields.
 *
 * Return: an upper bound, in bytes.
 */
size_t ovctl_fields_size(const struct ovctl_item *obj)
{
	size_t each = nla_total_size(sizeof(((struct ovctl_addr *)0)->bytes) + 1);
	const struct ovctl_kind_info *kind = &ovctl_kinds[obj->kind];
	size_t size = 4 * each;
	unsigned int i;

	for (i = 0; i < kind->count; i++) {
		size += each;
		if (ovctl_item_has(obj, i) && kind->fields[i].type == OVCTL_FIELD_LIST)
			size += obj->data[i].list.count * each;
	}
	return size;
}

static void ovctl_list_get(struct ovctl_items *objs, struct ovctl_item *obj,
			   unsigned int field, const struct ovctl_attr *attr, struct nlattr *nla)
{
	const struct ovctl_attr *member = &attr->nested->attrs[attr->nested->max];
	struct ovctl_cidr *list = NULL;
	unsigned int count = 0;
	struct nlattr *pos;
	int rem;

	nla_for_each_nested(pos, nla, rem) {
		struct ovctl_cidr cidr = { 0 };
		int len = nla_len(pos) - (member->form == OVCTL_PREFIX);

		if (nla_type(pos) != member->id || len < 0 || len > 16)
			continue;
		cidr.addr.len = len;
		memcpy(cidr.addr.bytes, nla_data(pos), len);
		if (member->form == OVCTL_PREFIX)
			cidr.plen = ((uint8_t *)nla_data(pos))[len];
		list = ovctl_grow(list, count, sizeof(*list));
		list[count++] = cidr;
	}
	ovctl_item_list(objs, obj, field, list, count);
	free(list);
}

static void ovctl_field_get(struct ovctl_items *objs, struct ovctl_item *obj,
			    unsigned int field, const struct ovctl_attr *attr,
			    struct nlattr *nla)
{
	struct ovctl_addr addr = { 0 };
	uint64_t num;

	if (attr->type == OVCTL_NEST) {
		ovctl_list_get(objs, obj, field, attr, nla);
	} else if (attr->type == OVCTL_FLAG) {
		ovctl_item_num(obj, field, 1);
	} else if (attr->type != OVCTL_BINARY) {
		if (ovctl_value_number(&num, attr, nla_data(nla), nla_len(nla)))
			ovctl_item_num(obj, field, num);
	} else if (nla_len(nla) <= (int)sizeof(addr.bytes)) {
		addr.len = nla_len(nla);
		memcpy(addr.bytes, nla_data(nla), addr.len);
		ovctl_item_addr(obj, field, &addr);
	}
}

/**
 * ovctl_fields_get() - Read an object that the family tells of.
 * @objs: The list that the object is in.
 * @obj: The object; its name in the device and its fields are filled in.
 * @nest: What the family told.
 */
void ovctl_fields_get(struct ovctl_items *objs, struct ovctl_item *obj, struct nlattr *nest)
{
	const struct ovctl_kind_info *kind = &ovctl_kinds[obj->kind];
	const struct ovctl_set *set;
	struct nlattr *key;
	unsigned int i;
	uint16_t unused;

	set = ovctl_fields_set(obj->kind, &unused);
	key = set->key ? nla_find(nla_data(nest), nla_len(nest), set->key) : NULL;
	if (key && set->attrs[set->key].type == OVCTL_BINARY && nla_len(key) <= 17) {
		bool prefix = set->attrs[set->key].form == OVCTL_PREFIX;

		obj->key.addr.len = nla_len(key) - prefix;
		memcpy(obj->key.addr.bytes, nla_data(key), obj->key.addr.len);
		if (prefix)
			obj->key.plen = ((uint8_t *)nla_data(key))[obj->key.addr.len];
	}
	for (i = 0; i < kind->count; i++) {
		uint16_t id = kind->fields[i].attr;
		struct nlattr *nla = id ? nla_find(nla_data(nest), nla_len(nest), id) : NULL;

		if (nla)
			ovctl_field_get(objs, obj, i, &set->attrs[id], nla);
	}
}
