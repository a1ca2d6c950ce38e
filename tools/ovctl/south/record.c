// SPDX-License-Identifier: GPL-2.0
/* Messages as records: the one form that text and JSON are printed from. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "record.h"
#include "value.h"

static json_t *ovctl_record_list(const struct ovctl_set *set, const struct nlattr *nest)
{
	const struct ovctl_attr *attr = &set->attrs[set->max];
	json_t *list = json_array();
	const struct nlattr *pos;
	char text[OVCTL_TEXT_MAX];
	int rem;

	if (!list)
		return NULL;
	nla_for_each_nested(pos, (struct nlattr *)nest, rem) {
		if (nla_type(pos) != attr->id ||
		    !ovctl_value_text(text, sizeof(text), attr, nla_data(pos), nla_len(pos)))
			continue;
		if (json_array_append_new(list, json_string(text))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *ovctl_record_nest(const struct ovctl_set *set, const struct nlattr *nest)
{
	json_t *rec = json_object();

	if (rec && !ovctl_record_add(rec, set, nla_data(nest), nla_len(nest))) {
		json_decref(rec);
		return NULL;
	}
	return rec;
}

/* NULL where the payload makes no sense: the key is left out then. */
static json_t *ovctl_record_value(const struct ovctl_attr *attr, const struct nlattr *nla)
{
	const void *data = nla_data(nla);
	int len = nla_len(nla);
	char text[OVCTL_TEXT_MAX];
	uint64_t num;

	if (attr->type == OVCTL_FLAG)
		return json_true();
	if (attr->nested)
		return attr->nested->attrs[attr->nested->max].multi ?
		       ovctl_record_list(attr->nested, nla) :
		       ovctl_record_nest(attr->nested, nla);
	if (attr->form == OVCTL_ENUM || attr->type == OVCTL_STRING || attr->type == OVCTL_BINARY)
		return ovctl_value_text(text, sizeof(text), attr, data, len) ?
		       json_string(text) : NULL;
	if (!ovctl_value_number(&num, attr, data, len))
		return NULL;
	return attr->form == OVCTL_BOOL ? json_boolean(num) : json_integer(num);
}

/**
 * ovctl_record_add() - Add attributes to a record, by their names in the spec.
 * @rec: The record.
 * @set: What the attributes are of.
 * @attrs: The attributes.
 * @len: Their length.
 *
 * Attributes that a newer kernel may send are passed over. A flag that is
 * always told is false where it is absent.
 *
 * Return: false where memory ran out.
 */
bool ovctl_record_add(json_t *rec, const struct ovctl_set *set, const void *attrs, int len)
{
	const struct ovctl_attr *attr;
	const struct nlattr *pos;
	unsigned int i;
	int rem;

	nla_for_each_attr(pos, (struct nlattr *)attrs, len, rem) {
		json_t *value;

		attr = ovctl_spec_attr(set, nla_type(pos));
		if (!attr || attr->type == OVCTL_PAD)
			continue;
		value = ovctl_record_value(attr, pos);
		if (value && json_object_set_new(rec, attr->name, value))
			return false;
	}
	for (i = 1; i <= set->max; i++)
		if (set->attrs[i].told && !json_object_get(rec, set->attrs[i].name) &&
		    json_object_set_new(rec, set->attrs[i].name, json_false()))
			return false;
	return true;
}

/**
 * ovctl_record_head() - Which device a message is about, as a record.
 * @nlh: The message.
 *
 * Return: a record with the name, index and namespace, or NULL where memory
 * ran out.
 */
json_t *ovctl_record_head(const struct nlmsghdr *nlh)
{
	static const uint16_t ids[] = {
		TENOVL_A_IFNAME, TENOVL_A_IFINDEX, TENOVL_A_NETNS_ID, TENOVL_A_GENERATION,
	};
	struct nlattr *attrs = nlmsg_attrdata(nlh, GENL_HDRLEN);
	int len = nlmsg_attrlen(nlh, GENL_HDRLEN);
	json_t *rec = json_object();
	unsigned int i;

	for (i = 0; rec && len > 0 && i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct ovctl_attr *attr = ovctl_spec_attr(&ovctl_set_top, ids[i]);
		struct nlattr *pos = nla_find(attrs, len, ids[i]);
		json_t *value = pos ? ovctl_record_value(attr, pos) : NULL;

		if (value)
			json_object_set_new(rec, attr->name, value);
	}
	return rec;
}

/**
 * ovctl_record_each() - Make a record of each object in a message.
 * @nlh: The message.
 * @nest: The attribute that holds the objects.
 * @fn: Called with each record, which it does not keep; what it returns ends
 *	the walk unless it is 0.
 * @arg: For @fn.
 *
 * Return: what @fn returned, or -ENOMEM.
 */
int ovctl_record_each(const struct nlmsghdr *nlh, uint16_t nest,
		      int (*fn)(json_t *rec, void *arg), void *arg)
{
	const struct ovctl_attr *attr = ovctl_spec_attr(&ovctl_set_top, nest);
	struct nlattr *pos;
	int ret = 0;
	int rem;

	if (nlmsg_attrlen(nlh, GENL_HDRLEN) <= 0)
		return 0;
	nlmsg_for_each_attr(pos, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem) {
		json_t *rec;

		if (nla_type(pos) != nest)
			continue;
		rec = ovctl_record_head(nlh);
		if (!rec || !ovctl_record_add(rec, attr->nested, nla_data(pos), nla_len(pos)))
			ret = -ENOMEM;
		else
			ret = fn(rec, arg);
		json_decref(rec);
		if (ret)
			break;
	}
	return ret;
}
