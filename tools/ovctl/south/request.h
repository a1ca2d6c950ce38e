/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_REQUEST_H
#define OVCTL_REQUEST_H

#include <netlink/msg.h>

#include "value.h"

/* One message carries one command whole, so it is let grow far beyond the usual
 * 32 kB; the bound keeps the time that the kernel holds its lock for one message short.
 */
#define OVCTL_REQUEST_MAX (1U << 20)

/* What it begins with: most are a dump's or one object's. */
#define OVCTL_REQUEST_MIN (8U << 10)

/**
 * struct ovctl_dev - A device, as calls name it.
 * @name: Its name.
 * @ifindex: Its index in its namespace.
 * @nsid: The caller's id for that namespace, or -1 for the caller's own.
 * @far_underlay: Its underlay is not the caller's namespace.
 */
struct ovctl_dev {
	char name[16];
	uint32_t ifindex;
	int32_t nsid;
	bool far_underlay;
};

/**
 * struct ovctl_request - A message to the family being built.
 * @msg: The message.
 * @cmd: TENOVL_CMD_*.
 * @what: The command in the user's words, up to the device.
 * @entries: How many peers or forwarding entries it carries.
 * @lines: For each entry, the line of the batch file that it came from.
 * @slots: How many entries @lines has room for.
 * @keys: The entries' addresses, a tree of tsearch().
 */
struct ovctl_request {
	struct nl_msg *msg;
	uint8_t cmd;
	char what[96];
	unsigned int entries;
	unsigned int *lines;
	unsigned int slots;
	void *keys;
};

struct ovctl_request *ovctl_request_new(uint8_t cmd, int flags, const struct ovctl_dev *dev);
void ovctl_request_free(struct ovctl_request *rq);
__attribute__((format(printf, 2, 3)))
void ovctl_request_name(struct ovctl_request *rq, const char *fmt, ...);
size_t ovctl_values_size(const struct ovctl_value *values, unsigned int count);
bool ovctl_request_fits(struct ovctl_request *rq, size_t size);
bool ovctl_request_names(const struct ovctl_request *rq, const struct ovctl_addr *key);
bool ovctl_request_put(struct ovctl_request *rq, const struct ovctl_value *value);
bool ovctl_request_nest(struct ovctl_request *rq, uint16_t nest, const struct ovctl_value *key,
			const struct ovctl_value *values, unsigned int count);
bool ovctl_request_entry(struct ovctl_request *rq, uint16_t nest,
			 const struct ovctl_value *key, const struct ovctl_value *values,
			 unsigned int count, unsigned int line);

#endif
