/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_VALUE_H
#define OVCTL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec.h"

#define OVCTL_TEXT_MAX 64

/**
 * struct ovctl_addr - An IPv4, IPv6 or Ethernet address, or a prefix.
 * @len: Its length: 4, 16 or 6; of a prefix 5 or 17.
 * @bytes: The address, in network order; of a prefix, how many bits count behind it.
 */
struct ovctl_addr {
	uint8_t len;
	uint8_t bytes[17];
};

/**
 * struct ovctl_value - An attribute with its value, as parsed from the user.
 * @attr: The attribute.
 * @arg: The user's own text.
 * @num: The value of a number, boolean or enumeration.
 * @addr: The value of an address.
 * @list: The members of a nest of addresses, owned by the value.
 * @count: How many members @list has.
 */
struct ovctl_value {
	const struct ovctl_attr *attr;
	const char *arg;
	uint32_t num;
	struct ovctl_addr addr;
	struct ovctl_addr *list;
	unsigned int count;
};

bool ovctl_addr_parse(struct ovctl_addr *addr, const char *text);
bool ovctl_prefix_parse(struct ovctl_addr *addr, const char *text);
bool ovctl_mac_parse(struct ovctl_addr *addr, const char *text);
bool ovctl_number_parse(uint32_t *num, const char *text);
bool ovctl_addr_text(char *buf, size_t size, const void *bytes, size_t len);
bool ovctl_prefix_text(char *buf, size_t size, const uint8_t *bytes, size_t len);
void ovctl_mac_text(char *buf, size_t size, const uint8_t *bytes);
bool ovctl_value_text(char *buf, size_t size, const struct ovctl_attr *attr,
		      const void *data, size_t len);
bool ovctl_value_number(uint64_t *num, const struct ovctl_attr *attr, const void *data,
			size_t len);
const char *ovctl_link_name(char *buf, size_t size, uint32_t ifindex);

#endif
