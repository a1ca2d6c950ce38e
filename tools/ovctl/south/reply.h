/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_REPLY_H
#define OVCTL_REPLY_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ovctl_request;

/**
 * struct ovctl_refusal - What an answer says beside its error number.
 * @text: The kernel's sentence, or empty.
 * @has_offset: The kernel points at an attribute of the request.
 * @offset: Where it begins, counted from the netlink header.
 * @has_missing: The kernel misses an attribute.
 * @missing: Its number.
 * @has_nest: It is missed in a nest, else at the top.
 * @nest: Where that nest begins.
 * @has_min: The kernel told the least value that it takes.
 * @min: That value.
 * @has_max: The kernel told the greatest value that it takes.
 * @max: That value.
 */
struct ovctl_refusal {
	char text[256];
	bool has_offset;
	uint32_t offset;
	bool has_missing;
	uint32_t missing;
	bool has_nest;
	uint32_t nest;
	bool has_min;
	uint64_t min;
	bool has_max;
	uint64_t max;
};

/**
 * struct ovctl_reply - All that answers one request.
 * @seq: The sequence number of the request.
 * @dump: A dump is answered: the end is NLMSG_DONE.
 * @done: The answer is complete.
 * @interrupted: The tables changed during the dump.
 * @error: 0 or a negative error number.
 * @refusal: What was said beside it; a warning where @error is 0.
 * @data: The messages, one after the other.
 * @len: How many bytes they take.
 * @size: How many bytes @data has room for.
 */
struct ovctl_reply {
	uint32_t seq;
	bool dump;
	bool done;
	bool interrupted;
	int error;
	struct ovctl_refusal refusal;
	char *data;
	size_t len;
	size_t size;
};

/**
 * struct ovctl_place - What an offset into a request stands for.
 * @entry: The peer or forwarding entry that it lies in, from 0, or -1.
 * @key: The entry's own address as text, or empty.
 * @what: Keyword and value of the attribute, or empty for the entry as such.
 */
struct ovctl_place {
	int entry;
	char key[64];
	char what[96];
};

void ovctl_reply_init(struct ovctl_reply *rp, uint32_t seq, bool dump);
void ovctl_reply_free(struct ovctl_reply *rp);
void ovctl_reply_feed(struct ovctl_reply *rp, const void *buf, size_t len);
const struct nlmsghdr *ovctl_reply_next(const struct ovctl_reply *rp,
					const struct nlmsghdr *last);
bool ovctl_reply_place(struct ovctl_place *place, const struct nlmsghdr *request,
		       uint32_t offset);
void ovctl_reply_sentence(char *buf, size_t size, int *entry, const struct ovctl_reply *rp,
			  const struct ovctl_request *rq);

#endif
