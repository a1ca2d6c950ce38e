// SPDX-License-Identifier: GPL-2.0
/* Telling where a station is in its place, as it would itself: RARP for its Ethernet address, a
 * gratuitous ARP request for IPv4 (RFC 5227, 3), an unsolicited neighbour advertisement for IPv6
 * (RFC 4861, 7.2.6).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "announce.h"

#define OVCTL_RARP_REQUEST 3

/* Behind the Ethernet header: hardware and protocol, then whom it is from and whom it is about. */
static size_t ovctl_announce_arp(uint8_t *body, uint16_t op, const struct ovctl_addr *mac,
				 const struct ovctl_addr *ip)
{
	static const uint8_t head[] = { 0, ARPHRD_ETHER, ETH_P_IP >> 8, ETH_P_IP & 0xff,
					ETH_ALEN, 4, 0 };

	memcpy(body, head, sizeof(head));
	body[7] = op;
	memcpy(body + 8, mac->bytes, ETH_ALEN);
	memset(body + 14, 0, 14);
	if (ip) {
		memcpy(body + 14, ip->bytes, 4);
		memcpy(body + 24, ip->bytes, 4);
	} else {
		memcpy(body + 18, mac->bytes, ETH_ALEN);
	}
	return 28;
}

static uint32_t ovctl_announce_sum(uint32_t sum, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static uint16_t ovctl_announce_checksum(const struct ip6_hdr *ip6, const uint8_t *body, size_t len)
{
	uint32_t sum = len + IPPROTO_ICMPV6;

	sum = ovctl_announce_sum(sum, ip6->ip6_src.s6_addr, 16);
	sum = ovctl_announce_sum(sum, ip6->ip6_dst.s6_addr, 16);
	sum = ovctl_announce_sum(sum, body, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static size_t ovctl_announce_na(uint8_t *body, const struct ovctl_addr *mac,
				const struct ovctl_addr *ip)
{
	size_t len = sizeof(struct nd_neighbor_advert) + 8;
	struct nd_neighbor_advert na = {
		.nd_na_type = ND_NEIGHBOR_ADVERT,
		.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE,
	};
	struct ip6_hdr ip6 = {
		.ip6_flow = htonl(6U << 28),
		.ip6_plen = htons(len),
		.ip6_nxt = IPPROTO_ICMPV6,
		.ip6_hlim = 255,
	};
	uint8_t *option = body + sizeof(ip6) + sizeof(na);
	uint16_t sum;

	memcpy(&ip6.ip6_src, ip->bytes, 16);
	inet_pton(AF_INET6, "ff02::1", &ip6.ip6_dst);
	memcpy(&na.nd_na_target, ip->bytes, 16);
	memcpy(body, &ip6, sizeof(ip6));
	memcpy(body + sizeof(ip6), &na, sizeof(na));
	option[0] = ND_OPT_TARGET_LINKADDR;
	option[1] = 1;
	memcpy(option + 2, mac->bytes, ETH_ALEN);
	sum = ovctl_announce_checksum(&ip6, body + sizeof(ip6), len);
	memcpy(body + sizeof(ip6) + offsetof(struct nd_neighbor_advert, nd_na_cksum), &sum,
	       sizeof(sum));
	return sizeof(ip6) + len;
}

/**
 * ovctl_announcement() - Make the frame by which a station tells where it is.
 * @frame: Where to; OVCTL_ANNOUNCEMENT_MAX bytes.
 * @mac: Its Ethernet address.
 * @ip: An address of its own, or NULL for none.
 *
 * Return: its length.
 */
size_t ovctl_announcement(uint8_t *frame, const struct ovctl_addr *mac,
			  const struct ovctl_addr *ip)
{
	static const uint8_t all_nodes[] = { 0x33, 0x33, 0, 0, 0, 1 };
	bool six = ip && ip->len == 16;
	uint16_t proto = six ? ETH_P_IPV6 : ip ? ETH_P_ARP : ETH_P_RARP;
	uint8_t *body = frame + ETH_HLEN;

	memset(frame, 0xff, ETH_ALEN);
	if (six)
		memcpy(frame, all_nodes, ETH_ALEN);
	memcpy(frame + ETH_ALEN, mac->bytes, ETH_ALEN);
	frame[12] = proto >> 8;
	frame[13] = proto & 0xff;
	if (six)
		return ETH_HLEN + ovctl_announce_na(body, mac, ip);
	return ETH_HLEN + ovctl_announce_arp(body, ip ? ARPOP_REQUEST : OVCTL_RARP_REQUEST, mac, ip);
}

static int ovctl_announce_send(int fd, uint32_t index, const struct ovctl_addr *mac,
			       const struct ovctl_addr *ip)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = index,
				  .sll_halen = ETH_ALEN };
	uint8_t frame[OVCTL_ANNOUNCEMENT_MAX];
	size_t len;

	if (ip && !ip->len)
		return 0;
	len = ovctl_announcement(frame, mac, ip);
	memcpy(to.sll_addr, frame, ETH_ALEN);
	return sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}

static int ovctl_announce_all(int fd, uint32_t index, const struct ovctl_vm *vm)
{
	int err;

	err = ovctl_announce_send(fd, index, &vm->mac, NULL);
	if (!err)
		err = ovctl_announce_send(fd, index, &vm->mac, &vm->ip4);
	if (!err)
		err = ovctl_announce_send(fd, index, &vm->mac, &vm->ip6);
	return err;
}

/* A socket belongs to the namespace that it is made in. */
static int ovctl_announce_socket(struct ovctl_spaces *spaces, struct ovctl_space *space, int *fd)
{
	int ret, err;

	ret = ovctl_space_enter(spaces, space);
	if (ret)
		return ret;
	*fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	err = errno;
	ret = ovctl_space_leave(spaces);
	if (!ret && *fd < 0)
		ret = ovctl_fail(spaces->ov, "no packet socket in namespace \"%s\": %s",
				 space->name, strerror(err));
	return ret;
}

/**
 * ovctl_announce() - Announce a VM by a device, in the VM's place.
 * @spaces: The namespaces.
 * @netns: The device's namespace.
 * @link: The device.
 * @vm: The VM.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_announce(struct ovctl_spaces *spaces, const char *netns, const char *link,
		   const struct ovctl_vm *vm)
{
	struct ovctl_space *space;
	int ret, err, fd = -1;
	uint32_t index;

	ret = ovctl_space_get(spaces, netns, &space);
	if (ret)
		return ret;
	index = ovctl_space_index(space, link);
	if (!index)
		return ovctl_fail(spaces->ov, "VM %s cannot be announced: there is no device \"%s\" in namespace \"%s\"",
				  vm->name, link, netns);
	ret = ovctl_announce_socket(spaces, space, &fd);
	if (!ret) {
		err = ovctl_announce_all(fd, index, vm);
		if (err)
			ret = ovctl_fail(spaces->ov, "VM %s cannot be announced by %s: %s",
					 vm->name, link, strerror(-err));
	}
	if (fd >= 0)
		close(fd);
	return ret;
}
