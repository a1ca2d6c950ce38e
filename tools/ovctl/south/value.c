// SPDX-License-Identifier: GPL-2.0
/* Values, between text and bytes. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

/**
 * ovctl_addr_parse() - Read an IPv4 or IPv6 address.
 * @addr: Filled in.
 * @text: The text.
 *
 * Return: false where the text is no address.
 */
bool ovctl_addr_parse(struct ovctl_addr *addr, const char *text)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, addr->bytes) == 1) {
		addr->len = 4;
		return true;
	}
	if (inet_pton(AF_INET6, text, addr->bytes) == 1) {
		addr->len = 16;
		return true;
	}
	return false;
}

/**
 * ovctl_prefix_parse() - Read a prefix: an address, and how many of its bits count.
 * @addr: Filled in.
 * @text: The text; all bits count where it tells no number.
 *
 * Bits behind those that count are left for the kernel to refuse.
 *
 * Return: false where the text is no prefix.
 */
bool ovctl_prefix_parse(struct ovctl_addr *addr, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[OVCTL_TEXT_MAX];
	uint32_t bits;

	if (strlen(text) >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "/"), text);
	if (!ovctl_addr_parse(addr, address))
		return false;
	bits = 8 * addr->len;
	if (slash && (!ovctl_number_parse(&bits, slash + 1) || bits > 8U * addr->len))
		return false;
	addr->bytes[addr->len++] = bits;
	return true;
}

static int ovctl_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/**
 * ovctl_mac_parse() - Read an Ethernet address, six pairs of hex digits.
 * @addr: Filled in.
 * @text: The text.
 *
 * Return: false where the text is no Ethernet address.
 */
bool ovctl_mac_parse(struct ovctl_addr *addr, const char *text)
{
	unsigned int i;

	memset(addr, 0, sizeof(*addr));
	if (strlen(text) != 17)
		return false;
	for (i = 0; i < 6; i++) {
		int high = ovctl_hex_digit(text[3 * i]);
		int low = ovctl_hex_digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != ':'))
			return false;
		addr->bytes[i] = high << 4 | low;
	}
	addr->len = 6;
	return true;
}

/**
 * ovctl_number_parse() - Read a number, decimal or with 0x in front.
 * @num: Filled in.
 * @text: The text.
 *
 * A leading zero is not octal, and neither signs nor blanks are taken.
 *
 * Return: false where the text is no number of 32 bits.
 */
bool ovctl_number_parse(uint32_t *num, const char *text)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	uint64_t sum = 0;

	if (!*digits)
		return false;
	for (; *digits; digits++) {
		int digit = ovctl_hex_digit(*digits);

		if (digit < 0 || (!hex && digit > 9))
			return false;
		sum = sum * (hex ? 16 : 10) + digit;
		if (sum > UINT32_MAX)
			return false;
	}
	*num = sum;
	return true;
}

/**
 * ovctl_addr_text() - Write an IPv4 or IPv6 address.
 * @buf: Where to.
 * @size: Its size.
 * @bytes: The address.
 * @len: Its length.
 *
 * Return: false where the length is that of neither.
 */
bool ovctl_addr_text(char *buf, size_t size, const void *bytes, size_t len)
{
	if (len != 4 && len != 16)
		return false;
	return inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, buf, size);
}

/**
 * ovctl_prefix_text() - Write a prefix.
 * @buf: Where to; OVCTL_TEXT_MAX is enough.
 * @size: Its size.
 * @bytes: The address, and how many of its bits count.
 * @len: Its length.
 *
 * Return: false where the length is that of none.
 */
bool ovctl_prefix_text(char *buf, size_t size, const uint8_t *bytes, size_t len)
{
	size_t end;

	if (!len || !ovctl_addr_text(buf, size, bytes, len - 1))
		return false;
	end = strlen(buf);
	snprintf(buf + end, size - end, "/%u", bytes[len - 1]);
	return true;
}

/**
 * ovctl_mac_text() - Write an Ethernet address.
 * @buf: Where to.
 * @size: Its size.
 * @bytes: The six bytes.
 */
void ovctl_mac_text(char *buf, size_t size, const uint8_t *bytes)
{
	snprintf(buf, size, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2],
		 bytes[3], bytes[4], bytes[5]);
}

static bool ovctl_take(void *to, size_t size, const void *data, size_t len)
{
	if (len < size)
		return false;
	memcpy(to, data, size);
	return true;
}

/**
 * ovctl_value_number() - Read a number out of an attribute.
 * @num: Filled in; a negative number is extended to 64 bits.
 * @attr: The attribute.
 * @data: The payload.
 * @len: Its length.
 *
 * Return: false where the attribute is no number, or its payload too short.
 */
bool ovctl_value_number(uint64_t *num, const struct ovctl_attr *attr, const void *data,
			size_t len)
{
	uint8_t u8 = 0;
	uint16_t u16 = 0;
	uint32_t u32 = 0;
	int32_t s32 = 0;
	bool good = false;

	switch (attr->type) {
	case OVCTL_U8:
		good = ovctl_take(&u8, sizeof(u8), data, len);
		*num = u8;
		break;
	case OVCTL_U16:
		good = ovctl_take(&u16, sizeof(u16), data, len);
		*num = u16;
		break;
	case OVCTL_U32:
		good = ovctl_take(&u32, sizeof(u32), data, len);
		*num = u32;
		break;
	case OVCTL_S32:
		good = ovctl_take(&s32, sizeof(s32), data, len);
		*num = s32;
		break;
	case OVCTL_U64:
		good = ovctl_take(num, sizeof(*num), data, len);
		break;
	default:
		break;
	}
	return good;
}

/**
 * ovctl_link_name() - The name of an interface of this namespace.
 * @buf: Where to; IF_NAMESIZE at least.
 * @size: Its size.
 * @ifindex: Its index.
 *
 * Return: the name; "none" for 0, and "if" with the number where there is no name.
 */
const char *ovctl_link_name(char *buf, size_t size, uint32_t ifindex)
{
	if (!ifindex)
		return "none";
	if (!if_indextoname(ifindex, buf))
		snprintf(buf, size, "if%" PRIu32, ifindex);
	return buf;
}

static bool ovctl_number_text(char *buf, size_t size, const struct ovctl_attr *attr,
			      uint64_t num)
{
	const char *name = NULL;

	if (attr->form == OVCTL_BOOL)
		name = num ? "on" : "off";
	else if (attr->form == OVCTL_ENUM)
		name = ovctl_spec_enum_name(attr->enums, num);
	else if (attr->form == OVCTL_LINK)
		name = ovctl_link_name(buf, size, num);

	if (!name)
		snprintf(buf, size, attr->type == OVCTL_S32 ? "%" PRId64 : "%" PRIu64, num);
	else if (name != buf)
		snprintf(buf, size, "%s", name);
	return true;
}

/**
 * ovctl_value_text() - Write the payload of an attribute for people.
 * @buf: Where to; OVCTL_TEXT_MAX is enough.
 * @size: Its size.
 * @attr: The attribute.
 * @data: The payload.
 * @len: Its length.
 *
 * Return: false where there is nothing to write: flags, nests, bad lengths.
 */
bool ovctl_value_text(char *buf, size_t size, const struct ovctl_attr *attr,
		      const void *data, size_t len)
{
	uint64_t num;

	if (attr->form == OVCTL_ADDR)
		return ovctl_addr_text(buf, size, data, len);
	if (attr->form == OVCTL_PREFIX)
		return ovctl_prefix_text(buf, size, data, len);
	if (attr->form == OVCTL_MAC && len == 6) {
		ovctl_mac_text(buf, size, data);
		return true;
	}
	if (attr->type == OVCTL_STRING) {
		snprintf(buf, size, "%.*s", (int)strnlen(data, len), (const char *)data);
		return true;
	}
	return ovctl_value_number(&num, attr, data, len) &&
	       ovctl_number_text(buf, size, attr, num);
}
