// SPDX-License-Identifier: GPL-2.0
/*
 * Claims: which device receives which packets.
 *
 * A claim is (underlay, layout, UDP port, network id, local address). The two
 * layouts of a GRE key overlap: the NVGRE VSID 2112 with FlowID 0x12 is the
 * plain key 540690. So a device claims the whole range of keys that it may
 * receive, and a claim that overlaps another's is refused; otherwise one
 * tenant's flow hash would open another tenant's door. A claim on any local
 * address overlaps those on each.
 *
 * Written under RTNL, read under RCU.
 */
#include <linux/hash.h>

#include "tenovl.h"

#define TENOVL_CLAIM_BITS	12

static struct hlist_head tenovl_claim_table[1 << TENOVL_CLAIM_BITS];

static struct hlist_head *tenovl_claim_bucket(const struct net *net, u8 layout, u32 id)
{
	return &tenovl_claim_table[hash_long((unsigned long)net ^ ((unsigned long)layout << 24) ^
					     id, TENOVL_CLAIM_BITS)];
}

/**
 * tenovl_claim_find() - the device that receives a packet
 * @net: the underlay
 * @layout: enum tenovl_layout
 * @port: UDP port for VXLAN, 0 for GRE, or for VXLAN on any port
 * @id: VNI or plain key
 * @local: outer destination, IPv4 as v4-mapped
 *
 * RCU.
 *
 * Return: the device, or NULL. There is at most one, since claims on any
 * address overlap claims on one.
 */
struct tenovl_dev *tenovl_claim_find(const struct net *net, u8 layout, u16 port, u32 id,
				     const struct in6_addr *local)
{
	struct tenovl_claim *claim;

	hlist_for_each_entry_rcu(claim, tenovl_claim_bucket(net, layout, id), node) {
		if (claim->id != id || claim->layout != layout || (port && claim->port != port) ||
		    !net_eq(claim->tdev->net, net))
			continue;
		if (ipv6_addr_equal(&claim->local, local))
			return claim->tdev;
		if (tenovl_addr_any(&claim->local) &&
		    tenovl_addr_v4(&claim->local) == tenovl_addr_v4(local))
			return claim->tdev;
	}
	return NULL;
}

static bool tenovl_claim_locals_overlap(const struct in6_addr *a, const struct in6_addr *b)
{
	if (tenovl_addr_v4(a) != tenovl_addr_v4(b))
		return false;
	return ipv6_addr_equal(a, b) || tenovl_addr_any(a) || tenovl_addr_any(b);
}

/* Another device's claim with just this id, whose packets would be ours too. */
static bool tenovl_claim_taken(const struct tenovl_dev *tdev, const struct in6_addr *local,
			       u8 layout, u16 port, u32 id)
{
	struct tenovl_claim *other;

	hlist_for_each_entry(other, tenovl_claim_bucket(tdev->net, layout, id), node)
		if (other->tdev != tdev && other->id == id && other->layout == layout &&
		    other->port == port && net_eq(other->tdev->net, tdev->net) &&
		    tenovl_claim_locals_overlap(&other->local, local))
			return true;
	return false;
}

static int tenovl_claim_check(const struct tenovl_dev *tdev, const struct tenovl_claim *claim,
			      const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u32 i;

	if (tenovl_claim_taken(tdev, &claim->local, claim->layout, claim->port, claim->id)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Another device receives this VNI at this local address already");
		return -EADDRINUSE;
	}
	if (claim->layout == TENOVL_LAYOUT_PLAIN &&
	    tenovl_claim_taken(tdev, &claim->local, TENOVL_LAYOUT_NVGRE, 0, claim->id >> 8)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "This plain GRE key lies among the keys of another device's NVGRE VNI");
		return -EADDRINUSE;
	}
	if (claim->layout != TENOVL_LAYOUT_NVGRE)
		return 0;
	for (i = 0; i < 256; i++) {
		if (!tenovl_claim_taken(tdev, &claim->local, TENOVL_LAYOUT_PLAIN, 0,
					(claim->id << 8) | i))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The keys of this NVGRE VNI hold another device's plain GRE key");
		return -EADDRINUSE;
	}
	return 0;
}

static void tenovl_claims_add(struct tenovl_claims *claims, struct tenovl_dev *tdev,
			      const struct tenovl_settings *settings, u8 layout)
{
	struct tenovl_claim *claim = &claims->claim[claims->n++];

	claim->tdev = tdev;
	claim->local = settings->local;
	claim->layout = layout;
	claim->id = settings->vni;
	claim->port = layout == TENOVL_LAYOUT_VXLAN ? settings->dstport : 0;
}

/**
 * tenovl_claims_open() - check new claims, and open what they need
 * @tdev: the device; its present claims do not stand in the way
 * @settings: as they shall be, with VNI and local address
 * @layouts: bits of enum tenovl_layout, and TENOVL_HEARS_ICMP
 * @attr: what a refusal points at
 * @extack: the reason of a refusal
 *
 * RTNL. Packets do not find the claims yet.
 *
 * Return: to be given to tenovl_claims_publish() or tenovl_claims_discard(),
 * or an ERR_PTR.
 */
struct tenovl_claims *tenovl_claims_open(struct tenovl_dev *tdev,
					 const struct tenovl_settings *settings,
					 unsigned long layouts, const struct nlattr *attr,
					 struct netlink_ext_ack *extack)
{
	struct tenovl_claims *claims;
	unsigned int layout;
	int err;

	ASSERT_RTNL();
	claims = kzalloc(sizeof(*claims), GFP_KERNEL);
	if (!claims)
		return ERR_PTR(-ENOMEM);
	claims->net = tdev->net;
	claims->family = tenovl_addr_family(&settings->local);
	for_each_set_bit(layout, &layouts, TENOVL_LAYOUTS) {
		tenovl_claims_add(claims, tdev, settings, layout);
		err = tenovl_claim_check(tdev, &claims->claim[claims->n - 1], attr, extack);
		if (err)
			goto free_claims;
	}
	if (layouts & BIT(TENOVL_LAYOUT_VXLAN)) {
		claims->sock = tenovl_vxlan_open(tdev->net, claims->family, settings->dstport,
						 extack);
		if (IS_ERR(claims->sock)) {
			err = PTR_ERR(claims->sock);
			goto free_claims;
		}
	}
	if (layouts & ~BIT(TENOVL_LAYOUT_VXLAN)) {
		err = tenovl_gre_open(tdev->net, claims->family, extack);
		if (err)
			goto close_vxlan;
		claims->gre = true;
	}
	return claims;

close_vxlan:
	if (claims->sock)
		tenovl_vxlan_close(claims->sock);
free_claims:
	kfree(claims);
	return ERR_PTR(err);
}

/**
 * tenovl_claims_discard() - give back claims that packets cannot find
 * @claims: from tenovl_claims_open(), or NULL
 *
 * RTNL.
 */
void tenovl_claims_discard(struct tenovl_claims *claims)
{
	ASSERT_RTNL();
	if (!claims)
		return;
	if (claims->sock)
		tenovl_vxlan_close(claims->sock);
	if (claims->gre)
		tenovl_gre_close(claims->net, claims->family);
	kfree_rcu(claims, rcu);
}

/**
 * tenovl_claims_publish() - let packets find the new claims, and no more the old
 * @tdev: the device
 * @claims: from tenovl_claims_open(), or NULL for none
 *
 * RTNL. The new ones come first, so that no packet of a claim that stays is
 * lost between.
 */
void tenovl_claims_publish(struct tenovl_dev *tdev, struct tenovl_claims *claims)
{
	struct tenovl_claims *old = tdev->claims;
	struct tenovl_claim *claim;
	unsigned int i;

	ASSERT_RTNL();
	for (i = 0; claims && i < claims->n; i++) {
		claim = &claims->claim[i];
		hlist_add_head_rcu(&claim->node, tenovl_claim_bucket(tdev->net, claim->layout,
								     claim->id));
	}
	tdev->claims = claims;
	if (!old)
		return;
	for (i = 0; i < old->n; i++)
		hlist_del_rcu(&old->claim[i].node);
	tenovl_claims_discard(old);
}
