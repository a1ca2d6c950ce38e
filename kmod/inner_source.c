// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets of a peer may come from, in mode l3. Apart from the routes: a
 * subnet that is stretched over several VPCs is routed to one of them and may be
 * heard from each.
 *
 * Prefixes either hold one another or have nothing in common. So of those that lie
 * in no other one, in order, only the last that begins at or before an address can
 * hold it.
 */
#include <linux/sort.h>

#include "tenovl.h"

static int tenovl_inner_source_order(bool v6, const struct in6_addr *addr,
				     const struct tenovl_prefix *prefix)
{
	if (v6 != prefix->v6)
		return v6 ? 1 : -1;
	return memcmp(addr, &prefix->addr, sizeof(*addr));
}

/* What holds another one comes before it. */
static int tenovl_prefix_cmp(const void *a, const void *b)
{
	const struct tenovl_prefix *x = a, *y = b;

	return tenovl_inner_source_order(x->v6, &x->addr, y) ?: x->len - y->len;
}

static bool tenovl_prefix_holds(const struct tenovl_prefix *prefix, bool v6,
				const struct in6_addr *addr)
{
	return prefix->v6 == v6 &&
	       ipv6_prefix_equal(&prefix->addr, addr, v6 ? prefix->len : 96 + prefix->len);
}

/* Return: false where one is there twice. */
static bool tenovl_inner_sources_fill(struct tenovl_inner_sources *sources,
				      const struct tenovl_prefix *prefix, u32 n)
{
	const struct tenovl_prefix *outer = NULL;
	u32 i, inner = n;

	for (i = 0; i < n; i++) {
		if (i && !tenovl_prefix_cmp(&prefix[i - 1], &prefix[i]))
			return false;
		if (outer && tenovl_prefix_holds(outer, prefix[i].v6, &prefix[i].addr)) {
			sources->prefix[--inner] = prefix[i];
			continue;
		}
		outer = &prefix[i];
		sources->prefix[sources->n_outer++] = *outer;
	}
	return true;
}

/**
 * tenovl_inner_sources_new() - put prefixes in order, to be looked up
 * @prefix: they; sorted
 * @n: how many, at least one
 *
 * Return: the sources, or an ERR_PTR: -EEXIST where one is there twice.
 */
struct tenovl_inner_sources *tenovl_inner_sources_new(struct tenovl_prefix *prefix, u32 n)
{
	struct tenovl_inner_sources *sources;

	sources = kzalloc(struct_size(sources, prefix, n), GFP_KERNEL);
	if (!sources)
		return ERR_PTR(-ENOMEM);
	sources->n = n;
	sort(prefix, n, sizeof(*prefix), tenovl_prefix_cmp, NULL);
	if (tenovl_inner_sources_fill(sources, prefix, n))
		return sources;
	kfree(sources);
	return ERR_PTR(-EEXIST);
}

/**
 * tenovl_inner_source_allowed() - may a packet of this peer come from there?
 * @peer: the peer
 * @v6: the packet is of IPv6
 * @addr: its source, IPv4 as v4-mapped
 *
 * RCU.
 */
bool tenovl_inner_source_allowed(const struct tenovl_peer *peer, bool v6,
				 const struct in6_addr *addr)
{
	const struct tenovl_inner_sources *sources = rcu_dereference(peer->inner);
	u32 first = 0, end, middle;

	if (!sources)
		return false;
	/* Those before @first begin at or before the address, those from @end on behind it. */
	for (end = sources->n_outer; first < end;) {
		middle = first + (end - first) / 2;
		if (tenovl_inner_source_order(v6, addr, &sources->prefix[middle]) < 0)
			end = middle;
		else
			first = middle + 1;
	}
	return first && tenovl_prefix_holds(&sources->prefix[first - 1], v6, addr);
}
