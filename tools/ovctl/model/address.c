// SPDX-License-Identifier: GPL-2.0
/* Addresses and prefixes: between text and bytes, and arithmetic on them. */
#include <stdio.h>
#include <string.h>

#include "model.h"

/**
 * ovctl_addr_same() - Tell whether two addresses are the same.
 * @a: One.
 * @b: The other.
 *
 * Return: true where they are; two that are none are the same.
 */
bool ovctl_addr_same(const struct ovctl_addr *a, const struct ovctl_addr *b)
{
	return !ovctl_addr_compare(a, b);
}

/**
 * ovctl_addr_compare() - Order two addresses.
 * @a: One.
 * @b: The other.
 *
 * Return: below, at or above 0, as memcmp().
 */
int ovctl_addr_compare(const struct ovctl_addr *a, const struct ovctl_addr *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->len);
}

/**
 * ovctl_addr_write() - Write an IPv4, IPv6 or Ethernet address, or nothing where it is none.
 * @buf: Where to.
 * @size: Its size.
 * @addr: The address.
 */
void ovctl_addr_write(char *buf, size_t size, const struct ovctl_addr *addr)
{
	if (addr->len == 6)
		ovctl_mac_text(buf, size, addr->bytes);
	else if (!ovctl_addr_text(buf, size, addr->bytes, addr->len))
		buf[0] = '\0';
}

/**
 * ovctl_addr_add() - Count an address up.
 * @addr: The address.
 * @n: By how much.
 *
 * Return: false where there are no more addresses.
 */
bool ovctl_addr_add(struct ovctl_addr *addr, uint64_t n)
{
	unsigned int i;

	for (i = addr->len; i > 0 && n; i--) {
		n += addr->bytes[i - 1];
		addr->bytes[i - 1] = n;
		n >>= 8;
	}
	return !n;
}

/**
 * ovctl_cidr_parse() - Read an address and the length of its prefix.
 * @cidr: Filled in; bits behind the prefix stay as they are given.
 * @text: The text; without a length the address stands for itself.
 *
 * Return: false where the text is no such thing.
 */
bool ovctl_cidr_parse(struct ovctl_cidr *cidr, const char *text)
{
	const char *slash = strchr(text, '/');
	char addr[OVCTL_CIDR_SIZE];
	uint32_t plen;

	memset(cidr, 0, sizeof(*cidr));
	if (!slash)
		slash = text + strlen(text);
	if ((size_t)(slash - text) >= sizeof(addr))
		return false;
	memcpy(addr, text, slash - text);
	addr[slash - text] = '\0';
	if (!ovctl_addr_parse(&cidr->addr, addr))
		return false;
	plen = cidr->addr.len * 8;
	if (*slash && (!ovctl_number_parse(&plen, slash + 1) || plen > cidr->addr.len * 8U))
		return false;
	cidr->plen = plen;
	return true;
}

/**
 * ovctl_cidr_write() - Write a prefix, or nothing where it is none.
 * @buf: Where to.
 * @size: Its size.
 * @cidr: The prefix.
 */
void ovctl_cidr_write(char *buf, size_t size, const struct ovctl_cidr *cidr)
{
	size_t len;

	ovctl_addr_write(buf, size, &cidr->addr);
	len = strlen(buf);
	if (len)
		snprintf(buf + len, size - len, "/%u", cidr->plen);
}

static uint8_t ovctl_cidr_mask(const struct ovctl_cidr *cidr, unsigned int byte)
{
	unsigned int bits = cidr->plen > byte * 8 ? cidr->plen - byte * 8 : 0;

	return bits >= 8 ? 0xff : 0xff00 >> bits;
}

/**
 * ovctl_cidr_network() - Clear the bits behind the prefix.
 * @cidr: The prefix.
 */
void ovctl_cidr_network(struct ovctl_cidr *cidr)
{
	unsigned int i;

	for (i = 0; i < cidr->addr.len; i++)
		cidr->addr.bytes[i] &= ovctl_cidr_mask(cidr, i);
}

/**
 * ovctl_cidr_is_network() - Tell whether no bit behind the prefix is set.
 * @cidr: The prefix.
 *
 * Return: true where none is.
 */
bool ovctl_cidr_is_network(const struct ovctl_cidr *cidr)
{
	struct ovctl_cidr network = *cidr;

	ovctl_cidr_network(&network);
	return ovctl_addr_same(&network.addr, &cidr->addr);
}

/**
 * ovctl_cidr_has() - Tell whether an address lies in a prefix.
 * @cidr: The prefix.
 * @addr: The address.
 *
 * Return: true where it does; nothing lies in none.
 */
bool ovctl_cidr_has(const struct ovctl_cidr *cidr, const struct ovctl_addr *addr)
{
	unsigned int i;

	if (!addr->len || addr->len != cidr->addr.len)
		return false;
	for (i = 0; i < addr->len; i++)
		if ((addr->bytes[i] ^ cidr->addr.bytes[i]) & ovctl_cidr_mask(cidr, i))
			return false;
	return true;
}

/**
 * ovctl_cidr_overlap() - Tell whether two prefixes have an address in common.
 * @a: One.
 * @b: The other.
 *
 * Return: true where they have.
 */
bool ovctl_cidr_overlap(const struct ovctl_cidr *a, const struct ovctl_cidr *b)
{
	return a->plen < b->plen ? ovctl_cidr_has(a, &b->addr) : ovctl_cidr_has(b, &a->addr);
}

/**
 * ovctl_cidr_same() - Tell whether two prefixes are the same.
 * @a: One.
 * @b: The other.
 *
 * Return: true where they are.
 */
bool ovctl_cidr_same(const struct ovctl_cidr *a, const struct ovctl_cidr *b)
{
	return a->plen == b->plen && ovctl_addr_same(&a->addr, &b->addr);
}

/**
 * ovctl_cidr_hosts() - Count the addresses that a station may have.
 * @cidr: The prefix.
 *
 * The first address of a prefix is its network, or any router of it; the last one of IPv4 is
 * for all. Prefixes of one or two addresses have neither.
 *
 * Return: how many, bounded by 2^62.
 */
uint64_t ovctl_cidr_hosts(const struct ovctl_cidr *cidr)
{
	unsigned int bits = cidr->addr.len * 8 - cidr->plen;

	if (!cidr->addr.len)
		return 0;
	if (bits < 2)
		return 1U << bits;
	if (bits > 62)
		bits = 62;
	return (1ULL << bits) - (cidr->addr.len == 4 ? 2 : 1);
}

/**
 * ovctl_cidr_nth() - Find an address that a station may have.
 * @addr: Filled in.
 * @cidr: The prefix.
 * @n: The first is 0.
 *
 * Return: false where there are not so many.
 */
bool ovctl_cidr_nth(struct ovctl_addr *addr, const struct ovctl_cidr *cidr, uint64_t n)
{
	struct ovctl_cidr network = *cidr;

	if (n >= ovctl_cidr_hosts(cidr))
		return false;
	ovctl_cidr_network(&network);
	*addr = network.addr;
	return ovctl_addr_add(addr, n + (cidr->addr.len * 8 - cidr->plen < 2 ? 0 : 1));
}
