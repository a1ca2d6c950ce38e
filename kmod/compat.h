/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the supported kernels: 6.1, 6.12, 7.x. Kbuild looks into
 * the kernel's headers for each TENOVL_HAVE_*, since stable kernels carry
 * backports and a version number tells little. Code of ours that a newer kernel
 * needs otherwise stands in the file that it belongs to.
 */
#ifndef _TENOVL_COMPAT_H
#define _TENOVL_COMPAT_H

#include <linux/netdevice.h>
#include <linux/version.h>
#include <net/flow.h>
#include <net/genetlink.h>
#include <net/inet_dscp.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "tenovl needs Linux 6.1 or later"
#endif

/* Headers that moved, or were cut from others. */
#ifdef TENOVL_HAVE_LINUX_UNALIGNED_H
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
#ifdef TENOVL_HAVE_NET_GSO_H
#include <net/gso.h>
#endif
#ifdef TENOVL_HAVE_NET_NETDEV_LOCK_H
#include <net/netdev_lock.h>
#endif

#ifndef TENOVL_VERSION
#define TENOVL_VERSION "0.1"
#endif

/* Since 6.12 a bit of the device, before that a feature. */
static inline void tenovl_compat_set_lltx(struct net_device *dev)
{
#ifdef TENOVL_HAVE_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* Since 6.12 a bit of the device, which 6.15 renamed, before that a feature. */
static inline void tenovl_compat_bind_to_netns(struct net_device *dev, bool bind)
{
#if defined(TENOVL_HAVE_NETNS_IMMUTABLE)
	dev->netns_immutable = bind;
#elif defined(TENOVL_HAVE_NETNS_LOCAL)
	dev->netns_local = bind;
#else
	if (bind)
		dev->features |= NETIF_F_NETNS_LOCAL;
	else
		dev->features &= ~NETIF_F_NETNS_LOCAL;
#endif
}

/* No IPv6 addresses made by the kernel. Before 6.2 a slave's privilege. */
static inline void tenovl_compat_no_addrconf(struct net_device *dev)
{
#ifdef TENOVL_HAVE_NO_ADDRCONF
	dev->priv_flags |= IFF_NO_ADDRCONF;
#else
	dev->flags |= IFF_SLAVE;
#endif
}

/* Since 6.18 a dscp_t. */
static inline void tenovl_compat_fl4_set_tos(struct flowi4 *fl4, u8 tos)
{
#ifdef TENOVL_HAVE_FLOWI4_DSCP
	fl4->flowi4_dscp = inet_dsfield_to_dscp(tos);
#else
	fl4->flowi4_tos = tos & INET_DSCP_MASK;
#endif
}

/* Since 6.2 the hooks of a family are given the half of an operation at hand. */
#ifdef TENOVL_HAVE_GENL_SPLIT_OPS
#define tenovl_genl_op	genl_split_ops
#else
#define tenovl_genl_op	genl_ops
#endif

/* Since 6.7 a dump has an info like a request. */
static inline struct nlattr **tenovl_dump_attrs(struct netlink_callback *cb)
{
#ifdef TENOVL_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* Since 7.0 the functions of UDP tunnels take the inner socket. */
#ifdef TENOVL_HAVE_UDP_TUNNEL_SK
#define tenovl_compat_tunnel(sock)	((sock)->sk)
#else
#define tenovl_compat_tunnel(sock)	(sock)
#endif

#endif /* _TENOVL_COMPAT_H */
