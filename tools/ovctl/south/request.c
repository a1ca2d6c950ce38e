// SPDX-License-Identifier: GPL-2.0
/* Requests to the family. Nothing here knows of sockets. */
#define _GNU_SOURCE
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

/**
 * ovctl_request_new() - Begin a request.
 * @cmd: TENOVL_CMD_*.
 * @flags: NLM_F_* beside NLM_F_REQUEST.
 * @dev: The device that it is about, or NULL for none.
 *
 * The family's number is filled in when the request is sent. There is room for the settings of one
 * object; ovctl_request_fits() makes more.
 *
 * Return: the request, or NULL where memory ran out.
 */
struct ovctl_request *ovctl_request_new(uint8_t cmd, int flags, const struct ovctl_dev *dev)
{
	struct ovctl_request *rq = calloc(1, sizeof(*rq));

	if (!rq)
		return NULL;
	rq->cmd = cmd;
	rq->msg = nlmsg_alloc_size(OVCTL_REQUEST_MIN);
	if (!rq->msg)
		goto err_free;
	if (!genlmsg_put(rq->msg, 0, 0, 0, 0, NLM_F_REQUEST | flags, cmd, TENOVL_FAMILY_VERSION))
		goto err_free;
	if (!dev)
		return rq;
	if (nla_put_u32(rq->msg, TENOVL_A_IFINDEX, dev->ifindex))
		goto err_free;
	if (dev->nsid >= 0 && nla_put_s32(rq->msg, TENOVL_A_NETNS_ID, dev->nsid))
		goto err_free;
	return rq;

err_free:
	ovctl_request_free(rq);
	return NULL;
}

/**
 * ovctl_request_free() - Free a request.
 * @rq: The request, or NULL.
 */
void ovctl_request_free(struct ovctl_request *rq)
{
	if (!rq)
		return;
	nlmsg_free(rq->msg);
	tdestroy(rq->keys, free);
	free(rq->lines);
	free(rq);
}

/**
 * ovctl_request_name() - Say what a request is in the user's words.
 * @rq: The request.
 * @fmt: The words, such as "peer add s21".
 */
void ovctl_request_name(struct ovctl_request *rq, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rq->what, sizeof(rq->what), fmt, ap);
	va_end(ap);
}

/**
 * ovctl_values_size() - The room that values take in a message.
 * @values: The values.
 * @count: How many.
 *
 * Return: an upper bound, in bytes.
 */
size_t ovctl_values_size(const struct ovctl_value *values, unsigned int count)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		size += nla_total_size(sizeof(values[i].addr.bytes)) * (1 + values[i].count);
	return size;
}

/**
 * ovctl_request_fits() - Make room for one more entry.
 * @rq: The request; no nest is open.
 * @size: The room that its values take.
 *
 * Return: false where the request is as long as one may be, or memory ran out.
 */
bool ovctl_request_fits(struct ovctl_request *rq, size_t size)
{
	size_t need = nlmsg_hdr(rq->msg)->nlmsg_len + 2 * NLA_HDRLEN + size;
	size_t room = nlmsg_get_max_size(rq->msg);

	if (need > OVCTL_REQUEST_MAX)
		return false;
	if (need <= room)
		return true;
	while (room < need)
		room *= 2;
	return !nlmsg_expand(rq->msg, room);
}

static int ovctl_addr_cmp(const void *a, const void *b)
{
	const struct ovctl_addr *one = a;
	const struct ovctl_addr *two = b;

	return one->len != two->len ? one->len - two->len : memcmp(one->bytes, two->bytes, one->len);
}

/**
 * ovctl_request_names() - Whether a request has an entry already.
 * @rq: The request.
 * @key: The entry's address.
 *
 * Return: true where it has: the kernel takes each entry once in a request.
 */
bool ovctl_request_names(const struct ovctl_request *rq, const struct ovctl_addr *key)
{
	return tfind(key, &rq->keys, ovctl_addr_cmp);
}

/* An address that is there twice stays: the kernel is to say so. */
static bool ovctl_request_remember(struct ovctl_request *rq, const struct ovctl_addr *key)
{
	struct ovctl_addr *copy = malloc(sizeof(*copy));
	struct ovctl_addr **found;

	if (!copy)
		return false;
	*copy = *key;
	found = tsearch(copy, &rq->keys, ovctl_addr_cmp);
	if (!found || *found != copy)
		free(copy);
	return found;
}

static bool ovctl_request_put_list(struct nl_msg *msg, const struct ovctl_value *value)
{
	uint16_t member = value->attr->nested->max;
	struct nlattr *nest;
	unsigned int i;

	nest = nla_nest_start(msg, value->attr->id | NLA_F_NESTED);
	if (!nest)
		return false;
	for (i = 0; i < value->count; i++)
		if (nla_put(msg, member, value->list[i].len, value->list[i].bytes))
			return false;
	/* An empty set says "none", so it must not be left out. */
	return !nla_nest_end_keep_empty(msg, nest);
}

/**
 * ovctl_request_put() - Add one value at the place where the message ends.
 * @rq: The request.
 * @value: The value.
 *
 * Return: false where the message is full.
 */
bool ovctl_request_put(struct ovctl_request *rq, const struct ovctl_value *value)
{
	const struct ovctl_attr *attr = value->attr;
	struct nl_msg *msg = rq->msg;

	switch (attr->type) {
	case OVCTL_U8:
		return !nla_put_u8(msg, attr->id, value->num);
	case OVCTL_U16:
		return !nla_put_u16(msg, attr->id, value->num);
	case OVCTL_U32:
		return !nla_put_u32(msg, attr->id, value->num);
	case OVCTL_S32:
		return !nla_put_s32(msg, attr->id, value->num);
	case OVCTL_FLAG:
		return !nla_put_flag(msg, attr->id);
	case OVCTL_BINARY:
		return !nla_put(msg, attr->id, value->addr.len, value->addr.bytes);
	case OVCTL_NEST:
		return ovctl_request_put_list(msg, value);
	default:
		return false;
	}
}

/**
 * ovctl_request_nest() - Add a nest of values.
 * @rq: The request.
 * @nest: Its attribute: TENOVL_A_DEV, _PEER, _FDB, _ROUTE or _PORT.
 * @key: The value that names the object, put first; or NULL.
 * @values: The other values.
 * @count: How many.
 *
 * Return: false where the message is full.
 */
bool ovctl_request_nest(struct ovctl_request *rq, uint16_t nest, const struct ovctl_value *key,
			const struct ovctl_value *values, unsigned int count)
{
	struct nlattr *start;
	unsigned int i;

	if (!ovctl_request_fits(rq, 64 + ovctl_values_size(values, count)))
		return false;
	start = nla_nest_start(rq->msg, nest | NLA_F_NESTED);
	if (!start)
		return false;
	if (key && !ovctl_request_put(rq, key))
		return false;
	for (i = 0; i < count; i++)
		if (!ovctl_request_put(rq, &values[i]))
			return false;
	return !nla_nest_end_keep_empty(rq->msg, start);
}

/**
 * ovctl_request_entry() - Add a peer, a forwarding entry or a route.
 * @rq: The request.
 * @nest: TENOVL_A_PEER, _FDB or _ROUTE.
 * @key: Its address.
 * @values: Its other values.
 * @count: How many.
 * @line: The line of the batch file that it came from, or 0.
 *
 * Return: false where the message is full or memory ran out.
 */
bool ovctl_request_entry(struct ovctl_request *rq, uint16_t nest,
			 const struct ovctl_value *key, const struct ovctl_value *values,
			 unsigned int count, unsigned int line)
{
	if (rq->entries == rq->slots) {
		unsigned int slots = rq->slots ? 2 * rq->slots : 16;
		unsigned int *lines = realloc(rq->lines, slots * sizeof(*lines));

		if (!lines)
			return false;
		rq->lines = lines;
		rq->slots = slots;
	}
	if (!ovctl_request_remember(rq, &key->addr) ||
	    !ovctl_request_nest(rq, nest, key, values, count))
		return false;
	rq->lines[rq->entries++] = line;
	return true;
}
