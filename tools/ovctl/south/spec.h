/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_SPEC_H
#define OVCTL_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum ovctl_type - How an attribute's payload is laid out.
 * @OVCTL_U8: One byte.
 * @OVCTL_U16: Two bytes, host order.
 * @OVCTL_U32: Four bytes, host order.
 * @OVCTL_S32: Four bytes with a sign, host order.
 * @OVCTL_U64: Eight bytes, host order.
 * @OVCTL_FLAG: No payload; being there is the value.
 * @OVCTL_STRING: Text.
 * @OVCTL_BINARY: Bytes.
 * @OVCTL_NEST: Attributes of another set.
 * @OVCTL_PAD: Says nothing.
 */
enum ovctl_type {
	OVCTL_U8,
	OVCTL_U16,
	OVCTL_U32,
	OVCTL_S32,
	OVCTL_U64,
	OVCTL_FLAG,
	OVCTL_STRING,
	OVCTL_BINARY,
	OVCTL_NEST,
	OVCTL_PAD,
};

/**
 * enum ovctl_form - How a value is written by and for people.
 * @OVCTL_PLAIN: By its type alone.
 * @OVCTL_BOOL: A byte of 0 or 1: off and on, or false and true.
 * @OVCTL_ENUM: A byte with names.
 * @OVCTL_ADDR: An IPv4 or IPv6 address.
 * @OVCTL_MAC: An Ethernet address.
 * @OVCTL_PREFIX: An IPv4 or IPv6 address, and a byte that tells how many bits count.
 * @OVCTL_LINK: The index of an interface of the underlay.
 */
enum ovctl_form {
	OVCTL_PLAIN,
	OVCTL_BOOL,
	OVCTL_ENUM,
	OVCTL_ADDR,
	OVCTL_MAC,
	OVCTL_PREFIX,
	OVCTL_LINK,
};

/**
 * struct ovctl_enum - The names of an enumeration, by value from 0.
 * @name: The enumeration's name in the spec.
 * @count: How many there are.
 * @names: The names, as the spec has them.
 */
struct ovctl_enum {
	const char *name;
	unsigned int count;
	const char *const *names;
};

struct ovctl_set;

/**
 * struct ovctl_attr - One attribute, as the spec tells it.
 * @name: Its name in the spec, and its key in JSON.
 * @word: The user's keyword where that is another.
 * @id: Its number.
 * @type: Its layout.
 * @form: How people write it.
 * @told: A flag whose absence in a reply says "no".
 * @multi: May be there several times.
 * @min: The least value, or the least length.
 * @max: The greatest value, or the greatest length; 0 for the type's own.
 * @enums: The names of its values.
 * @nested: The set of a nest.
 */
struct ovctl_attr {
	const char *name;
	const char *word;
	uint16_t id;
	enum ovctl_type type;
	enum ovctl_form form;
	bool told;
	bool multi;
	uint32_t min;
	uint32_t max;
	const struct ovctl_enum *enums;
	const struct ovctl_set *nested;
};

/**
 * struct ovctl_set - A set of attributes.
 * @name: Its name in the spec.
 * @max: The highest number; @attrs is indexed by number.
 * @key: The number of the attribute that names the object, or 0.
 * @attrs: The attributes.
 */
struct ovctl_set {
	const char *name;
	uint16_t max;
	uint16_t key;
	const struct ovctl_attr *attrs;
};

extern const struct ovctl_set ovctl_set_top;
extern const struct ovctl_set ovctl_set_dev;
extern const struct ovctl_set ovctl_set_peer;
extern const struct ovctl_set ovctl_set_sources;
extern const struct ovctl_set ovctl_set_fdb;
extern const struct ovctl_set ovctl_set_port;
extern const struct ovctl_set ovctl_set_port_macs;
extern const struct ovctl_set ovctl_set_port_ips;
extern const struct ovctl_set ovctl_set_selection;
extern const struct ovctl_set ovctl_set_stats;
extern const struct ovctl_set ovctl_set_peer_stats;
extern const struct ovctl_set ovctl_set_port_stats;
extern const struct ovctl_set ovctl_set_net_stats;
extern const struct ovctl_set ovctl_set_inner_sources;
extern const struct ovctl_set ovctl_set_route;
extern const struct ovctl_set ovctl_set_move;
extern const struct ovctl_set ovctl_set_link;

extern const struct ovctl_enum ovctl_enum_event;

const struct ovctl_attr *ovctl_spec_attr(const struct ovctl_set *set, unsigned int id);
const char *ovctl_spec_word(const struct ovctl_attr *attr);
const char *ovctl_spec_enum_name(const struct ovctl_enum *enums, unsigned int value);
uint32_t ovctl_spec_max(const struct ovctl_attr *attr);

#endif
