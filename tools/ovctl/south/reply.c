// SPDX-License-Identifier: GPL-2.0
/* Answers of the kernel, and what is said about refusals. Nothing here knows of
 * sockets: bytes go in, so that tests and fuzzers can feed anything.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reply.h"
#include "request.h"
#include "spec.h"

/**
 * ovctl_reply_init() - Begin to gather an answer.
 * @rp: The answer.
 * @seq: The sequence number of the request.
 * @dump: A dump is answered.
 */
void ovctl_reply_init(struct ovctl_reply *rp, uint32_t seq, bool dump)
{
	memset(rp, 0, sizeof(*rp));
	rp->seq = seq;
	rp->dump = dump;
}

/**
 * ovctl_reply_free() - Free what an answer holds.
 * @rp: The answer.
 */
void ovctl_reply_free(struct ovctl_reply *rp)
{
	free(rp->data);
	rp->data = NULL;
	rp->len = 0;
	rp->size = 0;
}

static void ovctl_reply_end(struct ovctl_reply *rp, int error)
{
	rp->done = true;
	rp->error = error;
}

static bool ovctl_reply_keep(struct ovctl_reply *rp, const struct nlmsghdr *nlh)
{
	size_t len = NLMSG_ALIGN(nlh->nlmsg_len);

	if (rp->len + len > rp->size) {
		size_t size = rp->size ? 2 * rp->size : 4096;
		char *data;

		while (size < rp->len + len)
			size *= 2;
		data = realloc(rp->data, size);
		if (!data)
			return false;
		rp->data = data;
		rp->size = size;
	}
	memset(rp->data + rp->len, 0, len);
	memcpy(rp->data + rp->len, nlh, nlh->nlmsg_len);
	rp->len += len;
	return true;
}

/* The bounds by which the kernel's own policy refused a number. */
static void ovctl_refusal_policy(struct ovctl_refusal *rf, const struct nlattr *policy)
{
	const struct nlattr *pos;
	int rem;

	nla_for_each_nested(pos, (struct nlattr *)policy, rem) {
		if (nla_len(pos) < (int)sizeof(uint64_t))
			continue;
		if (nla_type(pos) == NL_POLICY_TYPE_ATTR_MIN_VALUE_U) {
			rf->has_min = true;
			memcpy(&rf->min, nla_data(pos), sizeof(rf->min));
		} else if (nla_type(pos) == NL_POLICY_TYPE_ATTR_MAX_VALUE_U) {
			rf->has_max = true;
			memcpy(&rf->max, nla_data(pos), sizeof(rf->max));
		}
	}
}

static bool ovctl_take_u32(uint32_t *num, const struct nlattr *attr)
{
	if (nla_len(attr) < (int)sizeof(*num))
		return false;
	memcpy(num, nla_data(attr), sizeof(*num));
	return true;
}

static void ovctl_refusal_parse(struct ovctl_refusal *rf, const char *tlvs, int len)
{
	const struct nlattr *pos;
	int rem;

	nla_for_each_attr(pos, (struct nlattr *)tlvs, len, rem) {
		switch (nla_type(pos)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(rf->text, sizeof(rf->text), "%.*s",
				 (int)strnlen(nla_data(pos), nla_len(pos)),
				 (const char *)nla_data(pos));
			break;
		case NLMSGERR_ATTR_OFFS:
			rf->has_offset = ovctl_take_u32(&rf->offset, pos);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			rf->has_missing = ovctl_take_u32(&rf->missing, pos);
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			rf->has_nest = ovctl_take_u32(&rf->nest, pos);
			break;
		case NLMSGERR_ATTR_POLICY:
			ovctl_refusal_policy(rf, pos);
			break;
		}
	}
}

/* The TLVs lie behind the echo of the request, which may be cut to its header. */
static void ovctl_reply_error(struct ovctl_reply *rp, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = NLMSG_DATA(nlh);
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;
	size_t skip = sizeof(*err);

	if (len < sizeof(*err)) {
		ovctl_reply_end(rp, -EBADMSG);
		return;
	}
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len > NLMSG_HDRLEN)
		skip += NLMSG_ALIGN(err->msg.nlmsg_len - NLMSG_HDRLEN);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && skip < len)
		ovctl_refusal_parse(&rp->refusal, (const char *)err + skip, len - skip);
	ovctl_reply_end(rp, err->error > 0 ? -EBADMSG : err->error);
}

static void ovctl_reply_dump_end(struct ovctl_reply *rp, const struct nlmsghdr *nlh)
{
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;
	int error = 0;

	if (len >= sizeof(error))
		memcpy(&error, NLMSG_DATA(nlh), sizeof(error));
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && len > sizeof(error))
		ovctl_refusal_parse(&rp->refusal,
				    (const char *)NLMSG_DATA(nlh) + NLMSG_ALIGN(sizeof(error)),
				    len - NLMSG_ALIGN(sizeof(error)));
	ovctl_reply_end(rp, error > 0 ? -EBADMSG : error);
}

/**
 * ovctl_reply_feed() - Take in what one receive brought.
 * @rp: The answer.
 * @buf: The bytes.
 * @len: How many.
 *
 * Messages that answer something else are passed over. Bytes that are no
 * messages end the answer with -EBADMSG.
 */
void ovctl_reply_feed(struct ovctl_reply *rp, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;

	while (!rp->done && len >= NLMSG_HDRLEN) {
		size_t step = NLMSG_ALIGN(nlh->nlmsg_len);

		if (nlh->nlmsg_len < NLMSG_HDRLEN || nlh->nlmsg_len > len) {
			ovctl_reply_end(rp, -EBADMSG);
			return;
		}
		if (nlh->nlmsg_seq != rp->seq || nlh->nlmsg_type == NLMSG_NOOP)
			goto next;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			rp->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			ovctl_reply_error(rp, nlh);
		else if (nlh->nlmsg_type == NLMSG_DONE)
			ovctl_reply_dump_end(rp, nlh);
		else if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && !ovctl_reply_keep(rp, nlh))
			ovctl_reply_end(rp, -ENOMEM);
next:
		if (step >= len)
			return;
		len -= step;
		nlh = (const struct nlmsghdr *)((const char *)nlh + step);
	}
	if (!rp->done && len)
		ovctl_reply_end(rp, -EBADMSG);
}

/**
 * ovctl_reply_next() - Walk the messages of an answer.
 * @rp: The answer.
 * @last: The message before, or NULL.
 *
 * Return: the next message, or NULL at the end.
 */
const struct nlmsghdr *ovctl_reply_next(const struct ovctl_reply *rp,
					const struct nlmsghdr *last)
{
	size_t at = 0;

	if (last)
		at = (const char *)last - rp->data + NLMSG_ALIGN(last->nlmsg_len);
	return at < rp->len ? (const struct nlmsghdr *)(rp->data + at) : NULL;
}

static const char *ovctl_message_attrs(const struct nlmsghdr *nlh, int *len)
{
	*len = (int)nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	return (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
}

static void ovctl_place_key(struct ovctl_place *place, const struct ovctl_attr *attr,
			    const struct nlattr *nest)
{
	const struct nlattr *key = nla_find(nla_data(nest), nla_len(nest), attr->nested->key);

	place->key[0] = '\0';
	if (key)
		ovctl_value_text(place->key, sizeof(place->key),
				 ovctl_spec_attr(attr->nested, attr->nested->key),
				 nla_data(key), nla_len(key));
}

/* The members of a list, as many as there is room for. */
static void ovctl_place_list(struct ovctl_place *place, const struct ovctl_attr *member,
			     const struct nlattr *nest)
{
	char sep = ' ';
	const struct nlattr *pos;
	char text[OVCTL_TEXT_MAX];
	int rem;

	nla_for_each_nested(pos, (struct nlattr *)nest, rem) {
		size_t len = strlen(place->what);

		if (!ovctl_value_text(text, sizeof(text), member, nla_data(pos), nla_len(pos)))
			continue;
		if (len + strlen(text) + sizeof(",...") > sizeof(place->what)) {
			strcat(place->what, ",...");
			return;
		}
		snprintf(place->what + len, sizeof(place->what) - len, "%c%s", sep, text);
		sep = ',';
	}
}

static void ovctl_place_what(struct ovctl_place *place, const struct ovctl_attr *attr,
			     const struct nlattr *nla)
{
	const char *word = ovctl_spec_word(attr);
	char text[OVCTL_TEXT_MAX];

	if (attr->nested) {
		snprintf(place->what, sizeof(place->what), "%s", word);
		ovctl_place_list(place, &attr->nested->attrs[attr->nested->max], nla);
	} else if (ovctl_value_text(text, sizeof(text), attr, nla_data(nla), nla_len(nla))) {
		snprintf(place->what, sizeof(place->what), "%s %s", word, text);
	} else {
		snprintf(place->what, sizeof(place->what), "%s", word);
	}
}

/* Finds the attribute that begins at @target, or the innermost one around it. */
static void ovctl_place_find(struct ovctl_place *place, const struct ovctl_set *set,
			     const char *attrs, int len, const char *target)
{
	const struct ovctl_attr *attr;
	const struct nlattr *pos;
	int entry = -1;
	int rem;

	nla_for_each_attr(pos, (struct nlattr *)attrs, len, rem) {
		const char *start = (const char *)pos;

		attr = ovctl_spec_attr(set, nla_type(pos));
		if (attr && attr->nested && attr->nested->key)
			entry++;
		if (target < start || target >= start + nla_total_size(nla_len(pos)) || !attr)
			continue;
		if (attr->nested && attr->nested->key) {
			place->entry = entry;
			ovctl_place_key(place, attr, pos);
		} else if (attr->id != set->key && !(set == &ovctl_set_top && attr->nested)) {
			ovctl_place_what(place, attr, pos);
		}
		if (attr->nested && target > start)
			ovctl_place_find(place, attr->nested, nla_data(pos), nla_len(pos), target);
		return;
	}
}

/**
 * ovctl_reply_place() - Say what an offset into a request stands for.
 * @place: Filled in.
 * @request: The request.
 * @offset: The offset, counted from the netlink header.
 *
 * Return: false where the offset lies outside.
 */
bool ovctl_reply_place(struct ovctl_place *place, const struct nlmsghdr *request,
		       uint32_t offset)
{
	const char *attrs;
	int len;

	memset(place, 0, sizeof(*place));
	place->entry = -1;
	attrs = ovctl_message_attrs(request, &len);
	if (offset < NLMSG_HDRLEN + GENL_HDRLEN || offset >= request->nlmsg_len)
		return false;
	ovctl_place_find(place, &ovctl_set_top, attrs, len, (const char *)request + offset);
	return true;
}

/* The set of the nest that begins at @offset. */
static const struct ovctl_set *ovctl_place_set(const struct nlmsghdr *request, uint32_t offset)
{
	const struct ovctl_attr *attr;
	const struct nlattr *pos;
	const char *attrs;
	int len;
	int rem;

	attrs = ovctl_message_attrs(request, &len);
	nla_for_each_attr(pos, (struct nlattr *)attrs, len, rem) {
		if ((const char *)pos - (const char *)request != offset)
			continue;
		attr = ovctl_spec_attr(&ovctl_set_top, nla_type(pos));
		return attr ? attr->nested : NULL;
	}
	return NULL;
}

static const char *ovctl_errno_sentence(int error)
{
	switch (error) {
	case -EPERM:
		return "not permitted: this needs CAP_NET_ADMIN in the initial user namespace";
	case -EBADMSG:
		return "the kernel's answer makes no sense";
	case -ENODEV:
		return "the device is gone";
	case -EMSGSIZE:
		return "the request is longer than the kernel takes";
	default:
		return strerror(-error);
	}
}

/* Where one argument is at fault, says which. */
static void ovctl_refusal_detail(char *buf, size_t size, const struct ovctl_refusal *rf,
				 const struct nlmsghdr *request, const char *what)
{
	const struct ovctl_attr *attr = NULL;
	const struct ovctl_set *set = &ovctl_set_top;

	buf[0] = '\0';
	if (rf->has_missing) {
		if (rf->has_nest)
			set = ovctl_place_set(request, rf->nest);
		attr = set ? ovctl_spec_attr(set, rf->missing) : NULL;
	}
	if (attr)
		snprintf(buf, size, " (\"%s\" is missing)", ovctl_spec_word(attr));
	else if (what[0] && rf->has_min && rf->has_max)
		snprintf(buf, size, " (at \"%s\": %" PRIu64 " to %" PRIu64 " is accepted)", what,
			 rf->min, rf->max);
	else if (what[0])
		snprintf(buf, size, " (at \"%s\")", what);
}

/**
 * ovctl_reply_sentence() - Put a refusal into words.
 * @buf: Where to.
 * @size: Its size.
 * @entry: Set to the entry at fault, or -1.
 * @rp: The answer.
 * @rq: The request.
 *
 * The sentence names the command and, where the kernel points there, the entry
 * and the setting at fault; the kernel's own words stand as they are.
 */
void ovctl_reply_sentence(char *buf, size_t size, int *entry, const struct ovctl_reply *rp,
			  const struct ovctl_request *rq)
{
	const struct ovctl_refusal *rf = &rp->refusal;
	const struct nlmsghdr *request = nlmsg_hdr(rq->msg);
	struct ovctl_place place = { .entry = -1 };
	char detail[192];

	if (rf->has_offset)
		ovctl_reply_place(&place, request, rf->offset);
	if (place.entry < 0 && rf->has_nest)
		ovctl_reply_place(&place, request, rf->nest);
	if (place.entry < 0 && rq->entries == 1) {
		struct nlattr *nest;
		const char *attrs;
		int len;

		attrs = ovctl_message_attrs(request, &len);
		nest = nla_find((struct nlattr *)attrs, len, TENOVL_A_PEER);
		if (!nest)
			nest = nla_find((struct nlattr *)attrs, len, TENOVL_A_FDB);
		if (!nest)
			nest = nla_find((struct nlattr *)attrs, len, TENOVL_A_ROUTE);
		if (nest)
			ovctl_place_key(&place, ovctl_spec_attr(&ovctl_set_top, nla_type(nest)),
					nest);
		place.entry = 0;
	}
	ovctl_refusal_detail(detail, sizeof(detail), rf, request, place.what);
	snprintf(buf, size, "%s%s%s: %s%s", rq->what, place.key[0] ? " " : "", place.key,
		 rf->text[0] ? rf->text : ovctl_errno_sentence(rp->error), detail);
	*entry = place.entry;
}
