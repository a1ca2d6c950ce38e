// SPDX-License-Identifier: GPL-2.0
/* Single values, as the command line and the topology give them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

const char *const ovctl_words_switch[] = { "off", "on", NULL };
const char *const ovctl_words_transport[] = { "direct", "gre", NULL };
const char *const ovctl_words_encap[] = { "vxlan", "gre", NULL };
const char *const ovctl_words_attach[] = { "direct", "bridge", NULL };

/**
 * ovctl_field_number() - Read a number.
 * @num: Filled in.
 * @text: The text.
 * @min: The least that is accepted.
 * @max: The greatest.
 * @why: Why it is not accepted; OVCTL_WHY_SIZE.
 *
 * Return: true where it is.
 */
bool ovctl_field_number(uint32_t *num, const char *text, uint32_t min, uint32_t max, char *why)
{
	if (ovctl_number_parse(num, text) && *num >= min && *num <= max)
		return true;
	snprintf(why, OVCTL_WHY_SIZE, "is not accepted: a number from %u to %u is", min, max);
	return false;
}

/**
 * ovctl_field_word() - Read one of some words.
 * @word: Set to its place among them.
 * @text: The text.
 * @words: The words, ended by NULL.
 * @why: Why it is not accepted; OVCTL_WHY_SIZE.
 *
 * Return: true where it is.
 */
bool ovctl_field_word(unsigned int *word, const char *text, const char *const *words, char *why)
{
	size_t len;
	unsigned int i;

	for (i = 0; words[i]; i++) {
		if (!strcmp(text, words[i])) {
			*word = i;
			return true;
		}
	}
	len = snprintf(why, OVCTL_WHY_SIZE, "is not accepted: one of");
	for (i = 0; words[i]; i++)
		len += snprintf(why + len, OVCTL_WHY_SIZE - len, "%s %s", i ? "," : "", words[i]);
	snprintf(why + len, OVCTL_WHY_SIZE - len, " is");
	return false;
}

static bool ovctl_field_text(const char *text, size_t size, const char *also)
{
	const char *c;

	if (!text[0] || strlen(text) >= size || !isalnum((unsigned char)text[0]))
		return false;
	for (c = text; *c; c++)
		if ((unsigned char)*c >= 0x80 ||
		    (!isalnum((unsigned char)*c) && !strchr(also, *c)))
			return false;
	return true;
}

/**
 * ovctl_field_name() - Look at the name of a host or a VM.
 * @text: The name.
 * @why: Why it is not accepted; OVCTL_WHY_SIZE.
 *
 * Return: true where it is.
 */
bool ovctl_field_name(const char *text, char *why)
{
	if (ovctl_field_text(text, OVCTL_NAME_SIZE, "-_."))
		return true;
	snprintf(why, OVCTL_WHY_SIZE, "is not a name: 1 to 32 letters, digits, -, _ and . are accepted, the first a letter or a digit");
	return false;
}

/**
 * ovctl_field_link() - Look at the name of a network device.
 * @text: The name.
 * @why: Why it is not accepted; OVCTL_WHY_SIZE.
 *
 * Return: true where it is.
 */
bool ovctl_field_link(const char *text, char *why)
{
	if (ovctl_field_text(text, OVCTL_LINK_SIZE, "-_.@"))
		return true;
	snprintf(why, OVCTL_WHY_SIZE, "is not the name of a device: 1 to 15 letters, digits, -, _, . and @ are accepted, the first a letter or a digit");
	return false;
}

/**
 * ovctl_field_netns() - Look at the name of a network namespace.
 * @text: The name.
 * @why: Why it is not accepted; OVCTL_WHY_SIZE.
 *
 * Return: true where it is.
 */
bool ovctl_field_netns(const char *text, char *why)
{
	if (ovctl_field_text(text, OVCTL_NETNS_SIZE, "-_.@+"))
		return true;
	snprintf(why, OVCTL_WHY_SIZE, "is not the name of a namespace: 1 to 63 letters, digits, -, _, ., @ and + are accepted, the first a letter or a digit");
	return false;
}

/**
 * ovctl_field_cidr() - Read the prefix of a network.
 * @cidr: Filled in.
 * @text: The text.
 * @why: Why it is not accepted; OVCTL_WHY_SIZE.
 *
 * Return: true where it is.
 */
bool ovctl_field_cidr(struct ovctl_cidr *cidr, const char *text, char *why)
{
	char network[OVCTL_CIDR_SIZE];

	if (!strchr(text, '/') || !ovctl_cidr_parse(cidr, text)) {
		snprintf(why, OVCTL_WHY_SIZE, "is not a prefix: an IPv4 address with /0 to /32 or an IPv6 address with /0 to /128 is accepted");
		return false;
	}
	if (ovctl_cidr_is_network(cidr))
		return true;
	ovctl_cidr_network(cidr);
	ovctl_cidr_write(network, sizeof(network), cidr);
	snprintf(why, OVCTL_WHY_SIZE, "has bits set behind the prefix: the network is %s", network);
	return false;
}

/**
 * ovctl_field_addr() - Read an IPv4 or IPv6 address.
 * @addr: Filled in.
 * @text: The text.
 * @why: Why it is not accepted; OVCTL_WHY_SIZE.
 *
 * Return: true where it is.
 */
bool ovctl_field_addr(struct ovctl_addr *addr, const char *text, char *why)
{
	if (ovctl_addr_parse(addr, text))
		return true;
	snprintf(why, OVCTL_WHY_SIZE, "is not an IPv4 or IPv6 address");
	return false;
}

/**
 * ovctl_field_mac() - Read an Ethernet address.
 * @mac: Filled in.
 * @text: The text.
 * @why: Why it is not accepted; OVCTL_WHY_SIZE.
 *
 * Return: true where it is.
 */
bool ovctl_field_mac(struct ovctl_addr *mac, const char *text, char *why)
{
	if (ovctl_mac_parse(mac, text))
		return true;
	snprintf(why, OVCTL_WHY_SIZE, "is not an Ethernet address: six pairs of hex digits are accepted");
	return false;
}
