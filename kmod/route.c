// SPDX-License-Identifier: GPL-2.0
/*
 * Routes of a device in mode l3: which peer an inner destination is behind. The
 * longest prefix that holds it is taken.
 *
 * A hash table of prefixes, and a bitmap of the lengths that there are: a
 * destination is looked up cut to each of them, the longest first. What a VPC's
 * routes are made of is a few lengths (one for subnets, one for machines, one for
 * the way out), so that is two or three look-ups, whether there are ten routes or a
 * hundred thousand; and the table is the kernel's.
 *
 * Changed under RTNL, read under RCU. A route that leads elsewhere is changed by
 * one pointer: no packet finds none in between. A request is carried out in three
 * steps, as those of peers: check, prepare (everything that can fail; routes are in
 * the table then, with no peer yet, and packets pass them over), commit.
 */
#include <linux/inetdevice.h>

#include "tenovl.h"

static const struct rhashtable_params tenovl_route_params = {
	.head_offset = offsetof(struct tenovl_route, node),
	.key_offset = offsetof(struct tenovl_route, prefix),
	.key_len = sizeof(struct tenovl_prefix),
	.automatic_shrinking = true,
};

/**
 * struct tenovl_route_change - one route of a request, prepared
 * @route: new, or the one that is there
 * @peer: where it shall lead
 * @fresh: it is new
 */
struct tenovl_route_change {
	struct tenovl_route *route;
	struct tenovl_peer *peer;
	bool fresh;
};

static void tenovl_prefix_cut(struct tenovl_prefix *prefix, bool v6, const struct in6_addr *addr,
			      u8 len)
{
	prefix->len = len;
	prefix->v6 = v6;
	prefix->zero = 0;
	if (v6)
		ipv6_addr_prefix(&prefix->addr, addr, len);
	else
		tenovl_addr_set4(&prefix->addr, tenovl_addr_ip4(addr) & inet_make_mask(len));
}

/**
 * tenovl_route_lookup() - the peer that a destination is behind
 * @routes: the routes
 * @v6: it is of IPv6
 * @addr: the destination, IPv4 as v4-mapped
 *
 * RCU.
 *
 * Return: the peer, or NULL.
 */
struct tenovl_peer *tenovl_route_lookup(struct tenovl_routes *routes, bool v6,
					const struct in6_addr *addr)
{
	const unsigned long *lengths = routes->lengths[v6];
	unsigned long len, end = TENOVL_PREFIX_LENGTHS;
	const struct tenovl_route *route;
	struct tenovl_prefix key;
	struct tenovl_peer *peer;

	for (; (len = find_last_bit(lengths, end)) < end; end = len) {
		tenovl_prefix_cut(&key, v6, addr, len);
		route = rhashtable_lookup(&routes->table, &key, tenovl_route_params);
		peer = route ? rcu_dereference(route->peer) : NULL;
		if (peer)
			return peer;
	}
	return NULL;
}

/**
 * tenovl_route_find() - the route of just this prefix
 * @routes: the routes
 * @prefix: the prefix
 *
 * RTNL.
 *
 * Return: the route, or NULL.
 */
struct tenovl_route *tenovl_route_find(struct tenovl_routes *routes,
				       const struct tenovl_prefix *prefix)
{
	ASSERT_RTNL();
	return rhashtable_lookup_fast(&routes->table, prefix, tenovl_route_params);
}

/**
 * tenovl_route_next() - walk the routes
 * @routes: the routes
 * @id: where to go on; moved to the route returned, so that @id + 1 goes on
 *
 * RTNL.
 *
 * Return: a route, or NULL at the end.
 */
struct tenovl_route *tenovl_route_next(struct tenovl_routes *routes, unsigned long *id)
{
	ASSERT_RTNL();
	return xa_find(&routes->ids, id, U32_MAX, XA_PRESENT);
}

/**
 * tenovl_routes_new() - begin with no routes
 *
 * Return: an empty table, or NULL.
 */
struct tenovl_routes *tenovl_routes_new(void)
{
	struct tenovl_routes *routes = kzalloc(sizeof(*routes), GFP_KERNEL);

	if (!routes)
		return NULL;
	if (rhashtable_init(&routes->table, &tenovl_route_params)) {
		kfree(routes);
		return NULL;
	}
	xa_init_flags(&routes->ids, XA_FLAGS_ALLOC1);
	return routes;
}

/**
 * tenovl_routes_free() - free all routes
 * @routes: they, which no packet reaches any more; or NULL
 */
void tenovl_routes_free(struct tenovl_routes *routes)
{
	struct tenovl_route *route;
	unsigned long id;

	if (!routes)
		return;
	/* First the table, whose worker walks what is in it. */
	rhashtable_destroy(&routes->table);
	xa_for_each(&routes->ids, id, route)
		kfree(route);
	xa_destroy(&routes->ids);
	kfree(routes);
}

/* In the table, and leading nowhere yet. Return: the route, or an ERR_PTR. */
static struct tenovl_route *tenovl_route_new(struct tenovl_routes *routes,
					     const struct tenovl_prefix *prefix)
{
	struct tenovl_route *route = kzalloc(sizeof(*route), GFP_KERNEL);
	int err;

	if (!route)
		return ERR_PTR(-ENOMEM);
	route->prefix = *prefix;
	err = xa_alloc_cyclic(&routes->ids, &route->id, route, xa_limit_31b, &routes->next_id,
			      GFP_KERNEL);
	if (err < 0)
		goto free_route;
	err = rhashtable_insert_fast(&routes->table, &route->node, tenovl_route_params);
	if (err)
		goto erase_id;
	return route;

erase_id:
	xa_erase(&routes->ids, route->id);
free_route:
	kfree(route);
	return ERR_PTR(err);
}

/* Packets may be looking at it. */
static void tenovl_route_remove(struct tenovl_routes *routes, struct tenovl_route *route)
{
	rhashtable_remove_fast(&routes->table, &route->node, tenovl_route_params);
	xa_erase(&routes->ids, route->id);
	kfree_rcu(route, rcu);
}

static void tenovl_route_count(struct tenovl_routes *routes, const struct tenovl_prefix *prefix)
{
	if (!routes->n_length[prefix->v6][prefix->len]++)
		set_bit(prefix->len, routes->lengths[prefix->v6]);
	routes->n++;
}

static void tenovl_route_uncount(struct tenovl_routes *routes, const struct tenovl_prefix *prefix)
{
	if (!--routes->n_length[prefix->v6][prefix->len])
		clear_bit(prefix->len, routes->lengths[prefix->v6]);
	routes->n--;
}

/* Who sees the new number sees what has changed. */
static void tenovl_routes_changed(struct tenovl_routes *routes)
{
	/* Pairs with tenovl_stacked_is_stale() and tenovl_stacked_find(). */
	smp_store_release(&routes->generation, routes->generation + 1);
}

static int tenovl_route_prepare(struct tenovl_dev *tdev, struct tenovl_route_change *change,
				const struct tenovl_route_req *req, bool replace,
				struct netlink_ext_ack *extack)
{
	struct tenovl_route *route;

	change->peer = tenovl_peer_find(tdev, &req->peer_addr);
	if (!change->peer) {
		NL_SET_ERR_MSG_ATTR(extack, req->peer_attr, "The device has no such peer");
		return -ENOENT;
	}
	route = tenovl_route_find(tdev->routes, &req->prefix);
	if (route && !replace) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "The device has a route for this prefix already");
		return -EEXIST;
	}
	if (!route) {
		route = tenovl_route_new(tdev->routes, &req->prefix);
		if (IS_ERR(route))
			return PTR_ERR(route);
		change->fresh = true;
	}
	change->route = route;
	return 0;
}

static void tenovl_route_commit(struct tenovl_dev *tdev, struct tenovl_route_change *change)
{
	struct tenovl_route *route = change->route;
	struct tenovl_peer *peer = change->peer;
	struct tenovl_peer *old = rtnl_dereference(route->peer);

	if (old == peer)
		return;
	rcu_assign_pointer(route->peer, peer);
	peer->side.entries++;
	if (old) {
		old->side.entries--;
		list_move_tail(&route->list, &peer->routes);
		tenovl_event_route(tdev, TENOVL_EVENT_ROUTE_CHANGED, route);
		return;
	}
	list_add_tail(&route->list, &peer->routes);
	tenovl_route_count(tdev->routes, &route->prefix);
	tenovl_event_route(tdev, TENOVL_EVENT_ROUTE_ADDED, route);
}

/**
 * tenovl_routes_set() - add routes, or let them lead to another peer, all or none
 * @tdev: the device, of mode l3
 * @req: they; no prefix twice, each with a peer
 * @n: how many
 * @replace: change what is there already
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_routes_set(struct tenovl_dev *tdev, struct tenovl_route_req *req, u32 n, bool replace,
		      struct netlink_ext_ack *extack)
{
	struct tenovl_route_change *change;
	int err = 0;
	u32 i;

	ASSERT_RTNL();
	change = kvcalloc(n, sizeof(*change), GFP_KERNEL);
	if (!change)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		err = tenovl_route_prepare(tdev, &change[i], &req[i], replace, extack);
		if (err)
			goto remove_fresh;
	}
	for (i = 0; i < n; i++)
		tenovl_route_commit(tdev, &change[i]);
	tenovl_routes_changed(tdev->routes);
	goto free_change;

remove_fresh:
	while (i--)
		if (change[i].fresh)
			tenovl_route_remove(tdev->routes, change[i].route);
free_change:
	kvfree(change);
	return err;
}

static void tenovl_route_delete(struct tenovl_dev *tdev, struct tenovl_route *route)
{
	tenovl_event_route(tdev, TENOVL_EVENT_ROUTE_DELETED, route);
	rtnl_dereference(route->peer)->side.entries--;
	list_del(&route->list);
	tenovl_route_uncount(tdev->routes, &route->prefix);
	tenovl_route_remove(tdev->routes, route);
}

/**
 * tenovl_routes_del() - delete routes, all or none
 * @tdev: the device, of mode l3
 * @req: they; no prefix twice
 * @n: how many
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_routes_del(struct tenovl_dev *tdev, struct tenovl_route_req *req, u32 n,
		      struct netlink_ext_ack *extack)
{
	u32 i;

	ASSERT_RTNL();
	for (i = 0; i < n; i++) {
		if (tenovl_route_find(tdev->routes, &req[i].prefix))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, req[i].attr,
				    "The device has no route for this prefix");
		return -ENOENT;
	}
	for (i = 0; i < n; i++)
		tenovl_route_delete(tdev, tenovl_route_find(tdev->routes, &req[i].prefix));
	tenovl_routes_changed(tdev->routes);
	return 0;
}

/**
 * tenovl_routes_flush_peer() - no route leads to a peer any more
 * @peer: being deleted
 *
 * RTNL. Packets may go there until a grace period later.
 */
void tenovl_routes_flush_peer(struct tenovl_peer *peer)
{
	struct tenovl_route *route, *next;

	ASSERT_RTNL();
	if (list_empty(&peer->routes))
		return;
	list_for_each_entry_safe(route, next, &peer->routes, list)
		tenovl_route_delete(peer->tdev, route);
	tenovl_routes_changed(peer->tdev->routes);
}
