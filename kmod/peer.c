// SPDX-License-Identifier: GPL-2.0
/*
 * Peers: the remote VTEPs of a device, and the outer addresses they send from.
 *
 * Changed under RTNL only. A request is carried out in three steps: check,
 * prepare (everything that can fail), commit. While a request is checked, what
 * it wants of a peer hangs on &tenovl_peer.pending, so that claims and flood
 * list can be computed as they will be.
 */
#include <linux/hash.h>

#include "tenovl.h"

/**
 * struct tenovl_peer_change - one peer of a request, prepared
 * @peer: new, or the one that is changed or deleted
 * @path: the new way to it
 * @added: sources that it did not have
 * @encap: as it shall be
 * @gre_key: as it shall be
 * @admin: as it shall be
 * @flood: as it shall be
 * @dstport: as it shall be
 * @delete: it shall not be
 */
struct tenovl_peer_change {
	struct tenovl_peer *peer;
	struct tenovl_path *path;
	struct list_head added;
	u8 encap;
	u8 gre_key;
	u8 admin;
	bool flood;
	u16 dstport;
	bool delete;
};

/**
 * struct tenovl_peers_request - a whole request, prepared
 * @tdev: the device
 * @change: the changes
 * @n: how many
 * @flood: the new flood list, NULL for none
 * @claims: the new claims, NULL while the device is unconfigured
 */
struct tenovl_peers_request {
	struct tenovl_dev *tdev;
	struct tenovl_peer_change *change;
	u32 n;
	struct tenovl_flood *flood;
	struct tenovl_claims *claims;
};

/* Only an operator's addresses are in the table, so that nobody can make a long chain of it by
 * choosing them: two multiplications do, where jhash2() takes 60 instructions more a packet.
 */
static u32 tenovl_source_hash(const void *data, u32 len, u32 seed)
{
	const u32 *word = data;
	u64 high = (u64)word[0] << 32 | word[1];
	u64 low = (u64)word[2] << 32 | word[3];

	return hash_64(low ^ high * GOLDEN_RATIO_64 ^ seed, 32);
}

static int tenovl_source_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct tenovl_source *source = obj;

	return !ipv6_addr_equal(arg->key, &source->addr);
}

static const struct rhashtable_params tenovl_source_params = {
	.head_offset = offsetof(struct tenovl_source, node),
	.key_offset = offsetof(struct tenovl_source, addr),
	.key_len = sizeof(struct in6_addr),
	.hashfn = tenovl_source_hash,
	.obj_cmpfn = tenovl_source_differs,
	.min_size = 4,
	.automatic_shrinking = true,
};

/**
 * tenovl_source_find() - the peer that sends from an outer address
 * @tdev: the device
 * @addr: outer source, IPv4 as v4-mapped
 *
 * RCU.
 *
 * Return: the peer or NULL.
 */
struct tenovl_peer *tenovl_source_find(struct tenovl_dev *tdev, const struct in6_addr *addr)
{
	const struct tenovl_source *source;

	source = rhashtable_lookup(&tdev->sources, addr, tenovl_source_params);
	return source ? source->peer : NULL;
}

/**
 * tenovl_source_owner() - the same, for configuration
 * @tdev: the device
 * @addr: outer source, IPv4 as v4-mapped
 *
 * RTNL.
 *
 * Return: the peer or NULL.
 */
struct tenovl_peer *tenovl_source_owner(struct tenovl_dev *tdev, const struct in6_addr *addr)
{
	struct tenovl_peer *peer;

	ASSERT_RTNL();
	rcu_read_lock();
	peer = tenovl_source_find(tdev, addr);
	rcu_read_unlock();
	return peer;
}

/**
 * tenovl_peer_find() - a peer by its own address
 * @tdev: the device
 * @addr: its key
 *
 * RTNL.
 */
struct tenovl_peer *tenovl_peer_find(struct tenovl_dev *tdev, const struct in6_addr *addr)
{
	struct tenovl_peer *peer = tenovl_source_owner(tdev, addr);

	return peer && ipv6_addr_equal(&peer->addr, addr) ? peer : NULL;
}

/**
 * tenovl_peer_next() - walk the peers
 * @tdev: the device
 * @id: where to go on; moved to the peer returned, so that @id + 1 goes on
 *
 * RTNL.
 */
struct tenovl_peer *tenovl_peer_next(struct tenovl_dev *tdev, unsigned long *id)
{
	ASSERT_RTNL();
	return xa_find(&tdev->peers, id, U32_MAX, XA_PRESENT);
}

/**
 * tenovl_peers_init() - begin with no peers
 * @tdev: the device
 */
int tenovl_peers_init(struct tenovl_dev *tdev)
{
	xa_init_flags(&tdev->peers, XA_FLAGS_ALLOC1);
	return rhashtable_init(&tdev->sources, &tenovl_source_params);
}

static void tenovl_sources_free(struct list_head *sources)
{
	struct tenovl_source *source, *next;

	list_for_each_entry_safe(source, next, sources, list)
		kfree(source);
}

static void tenovl_peer_free(struct tenovl_peer *peer)
{
	tenovl_path_free(rcu_dereference_protected(peer->path, true));
	tenovl_sources_free(&peer->sources);
	kfree(rcu_dereference_protected(peer->inner, true));
	free_percpu(peer->stats);
	kfree(peer);
}

static void tenovl_peer_free_rcu(struct rcu_head *rcu)
{
	tenovl_peer_free(container_of(rcu, struct tenovl_peer, rcu));
}

/**
 * tenovl_peers_forget_routes() - hold on to nothing of the underlay
 * @tdev: the device, which no packet reaches any more
 *
 * RTNL. What is left of the device may outlive the underlay's namespace.
 */
void tenovl_peers_forget_routes(struct tenovl_dev *tdev)
{
	struct tenovl_path *path;
	struct tenovl_peer *peer;
	unsigned long id;

	ASSERT_RTNL();
	xa_for_each(&tdev->peers, id, peer) {
		path = rtnl_dereference(peer->path);
		if (path)
			tenovl_path_forget(path);
	}
}

/**
 * tenovl_peers_destroy() - free all peers
 * @tdev: the device, which no packet reaches any more
 */
void tenovl_peers_destroy(struct tenovl_dev *tdev)
{
	struct tenovl_peer *peer;
	unsigned long id;

	/* First the table, whose worker walks what is in it. */
	rhashtable_destroy(&tdev->sources);
	xa_for_each(&tdev->peers, id, peer)
		tenovl_peer_free(peer);
	xa_destroy(&tdev->peers);
	kfree(rcu_dereference_protected(tdev->flood, true));
}

static u8 tenovl_encap_resolve(const struct tenovl_settings *settings, u8 encap)
{
	return encap == TENOVL_ENCAP_INHERIT ? settings->encap : encap;
}

static u8 tenovl_gre_key_resolve(const struct tenovl_settings *settings, u8 gre_key)
{
	return gre_key == TENOVL_GRE_KEY_INHERIT ? settings->gre_key : gre_key;
}

/* UDP finds the socket that an ICMP error is about by the port that was sent to; where that port
 * is not ours, we look for such errors ourselves.
 */
static unsigned long tenovl_layout_bits(const struct tenovl_settings *settings, u8 encap,
					u8 gre_key, u16 dstport)
{
	if (tenovl_encap_resolve(settings, encap) == TENOVL_ENCAP_VXLAN) {
		if (dstport && dstport != settings->dstport)
			return BIT(TENOVL_LAYOUT_VXLAN) | TENOVL_HEARS_ICMP;
		return BIT(TENOVL_LAYOUT_VXLAN);
	}
	if (tenovl_gre_key_resolve(settings, gre_key) == TENOVL_GRE_KEY_NVGRE)
		return BIT(TENOVL_LAYOUT_NVGRE);
	return BIT(TENOVL_LAYOUT_PLAIN);
}

/**
 * tenovl_peers_layouts() - what a device must receive
 * @tdev: the device
 * @settings: its settings, as they shall be
 *
 * RTNL. Pending changes of peers are counted in.
 *
 * Return: bits of enum tenovl_layout, the device's own and its peers', and
 * TENOVL_HEARS_ICMP.
 */
unsigned long tenovl_peers_layouts(struct tenovl_dev *tdev,
				   const struct tenovl_settings *settings)
{
	const struct tenovl_peer_change *change;
	struct tenovl_peer *peer;
	unsigned long bits, id;

	ASSERT_RTNL();
	bits = tenovl_layout_bits(settings, settings->encap, settings->gre_key, 0);
	xa_for_each(&tdev->peers, id, peer) {
		change = peer->pending;
		if (!change)
			bits |= tenovl_layout_bits(settings, peer->encap, peer->gre_key,
						   peer->dstport);
		else if (!change->delete)
			bits |= tenovl_layout_bits(settings, change->encap, change->gre_key,
						   change->dstport);
	}
	return bits;
}

/* NULL, and no error, while the device has no VNI or address. */
static struct tenovl_path *tenovl_peer_path(struct tenovl_dev *tdev,
					    const struct tenovl_settings *settings,
					    const struct in6_addr *addr, u8 encap, u8 gre_key,
					    u16 dstport)
{
	if (!tenovl_configured(settings))
		return NULL;
	return tenovl_path_new(tdev, settings, addr, tenovl_encap_resolve(settings, encap),
			       tenovl_gre_key_resolve(settings, gre_key),
			       dstport ?: settings->dstport);
}

/**
 * tenovl_paths_build() - ways to all peers, for new settings
 * @tdev: the device
 * @settings: as they shall be
 *
 * RTNL.
 *
 * Return: an array for tenovl_paths_publish(), or an ERR_PTR.
 */
struct tenovl_path **tenovl_paths_build(struct tenovl_dev *tdev,
					const struct tenovl_settings *settings)
{
	struct tenovl_path **paths;
	struct tenovl_peer *peer;
	unsigned long id;
	u32 n = 0;

	ASSERT_RTNL();
	paths = kvcalloc(tdev->n_peers + 1, sizeof(*paths), GFP_KERNEL);
	if (!paths)
		return ERR_PTR(-ENOMEM);
	xa_for_each(&tdev->peers, id, peer) {
		paths[n] = tenovl_peer_path(tdev, settings, &peer->addr, peer->encap,
					    peer->gre_key, peer->dstport);
		if (IS_ERR(paths[n]))
			goto free_paths;
		n++;
	}
	return paths;

free_paths:
	while (n)
		tenovl_path_free(paths[--n]);
	kvfree(paths);
	return ERR_PTR(-ENOMEM);
}

/**
 * tenovl_paths_discard() - go on sending by the old ways
 * @tdev: the device
 * @paths: from tenovl_paths_build(); consumed
 *
 * RTNL, the same section as tenovl_paths_build().
 */
void tenovl_paths_discard(const struct tenovl_dev *tdev, struct tenovl_path **paths)
{
	u32 n = tdev->n_peers;

	while (n)
		tenovl_path_free(paths[--n]);
	kvfree(paths);
}

static void tenovl_peer_set_path(struct tenovl_peer *peer, struct tenovl_path *path)
{
	struct tenovl_path *old;

	old = rcu_replace_pointer(peer->path, path, lockdep_rtnl_is_held());
	tenovl_path_free_rcu(old);
}

/**
 * tenovl_paths_publish() - send by the new ways from now on
 * @tdev: the device
 * @paths: from tenovl_paths_build(); consumed
 *
 * RTNL, the same section as tenovl_paths_build().
 */
void tenovl_paths_publish(struct tenovl_dev *tdev, struct tenovl_path **paths)
{
	struct tenovl_peer *peer;
	unsigned long id;
	u32 n = 0;

	xa_for_each(&tdev->peers, id, peer)
		tenovl_peer_set_path(peer, paths[n++]);
	kvfree(paths);
}

/**
 * tenovl_peers_mtu() - the MTU that all peers' routes take
 * @tdev: the device
 *
 * RTNL.
 *
 * Return: bytes of inner packet, 0 when no route is known.
 */
u32 tenovl_peers_mtu(struct tenovl_dev *tdev)
{
	u32 mtu, least = 0;
	struct tenovl_path *path;
	struct tenovl_peer *peer;
	unsigned long id;

	xa_for_each(&tdev->peers, id, peer) {
		path = rtnl_dereference(peer->path);
		if (!path || peer->admin == TENOVL_ADMIN_DOWN)
			continue;
		mtu = tenovl_path_route_mtu(tdev, path, NULL);
		if (!mtu)
			continue;
		WRITE_ONCE(path->base_mtu, mtu);
		mtu -= min_t(u32, mtu, path->hlen + tdev->dev->hard_header_len);
		if (!least || mtu < least)
			least = mtu;
	}
	return least;
}

/**
 * tenovl_peer_pmtu() - the largest outer packet to a peer, as known now
 * @peer: the peer
 *
 * RTNL.
 *
 * Return: bytes, with what ICMP taught; 0 when there is no route.
 */
u32 tenovl_peer_pmtu(struct tenovl_peer *peer)
{
	struct tenovl_path *path = rtnl_dereference(peer->path);
	u32 pmtu = 0;

	if (path)
		tenovl_path_route_mtu(peer->tdev, path, &pmtu);
	return pmtu;
}

static int tenovl_source_new(struct tenovl_peer *peer, const struct in6_addr *addr,
			     struct list_head *list)
{
	struct tenovl_source *source = kzalloc(sizeof(*source), GFP_KERNEL);

	if (!source)
		return -ENOMEM;
	source->addr = *addr;
	source->peer = peer;
	list_add_tail(&source->list, list);
	return 0;
}

static int tenovl_source_check(struct tenovl_dev *tdev, const struct tenovl_peer *peer,
			       const struct in6_addr *addr, const struct nlattr *attr,
			       struct netlink_ext_ack *extack)
{
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	struct tenovl_peer *owner;

	if (!settings->has_local) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "Set the local address of the device first");
		return -EINVAL;
	}
	if (tenovl_addr_v4(addr) != tenovl_addr_v4(&settings->local)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The address is not of the family of the local address");
		return -EAFNOSUPPORT;
	}
	if (ipv6_addr_equal(addr, &settings->local)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "The address is this device's local address");
		return -EINVAL;
	}
	owner = tenovl_source_owner(tdev, addr);
	if (!owner || owner == peer)
		return 0;
	if (ipv6_addr_equal(&owner->addr, addr))
		NL_SET_ERR_MSG_ATTR(extack, attr, "The address is a peer already");
	else
		NL_SET_ERR_MSG_ATTR(extack, attr, "The address is a source of another peer");
	return -EEXIST;
}

/* Make a source of each address that is not one of the peer's yet. */
static int tenovl_change_sources(struct tenovl_dev *tdev, struct tenovl_peer_change *change,
				 const struct tenovl_peer_req *req,
				 struct netlink_ext_ack *extack)
{
	struct tenovl_peer *peer = change->peer;
	int err;
	u32 i;

	for (i = 0; i < req->nsources; i++) {
		err = tenovl_source_check(tdev, peer, &req->sources[i], req->source_attr, extack);
		if (err)
			return err;
		if (ipv6_addr_equal(&req->sources[i], &req->addr)) {
			NL_SET_ERR_MSG_ATTR(extack, req->source_attr,
					    "The address of the peer is a source of it already");
			return -EINVAL;
		}
		if (tenovl_source_owner(tdev, &req->sources[i]))
			continue;
		err = tenovl_source_new(peer, &req->sources[i], &change->added);
		if (err)
			return err;
	}
	return 0;
}

/* Is what a request names of the device's mode? */
static int tenovl_change_fits(const struct tenovl_dev *tdev, const struct tenovl_peer_req *req,
			      struct netlink_ext_ack *extack)
{
	if (!tenovl_dev_is_l3(tdev)) {
		if (!req->inner_attr)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, req->inner_attr,
				    "Inner sources are of mode l3: a device of mode l2 checks none");
		return -EINVAL;
	}
	if (req->has_encap && req->encap == TENOVL_ENCAP_VXLAN)
		NL_SET_ERR_MSG_ATTR(extack, req->attr, "A device of mode l3 speaks GRE only");
	else if (req->has_dstport)
		NL_SET_ERR_MSG_ATTR(extack, req->attr, "A device of mode l3 uses no UDP");
	else if (req->has_flood)
		NL_SET_ERR_MSG_ATTR(extack, req->attr, "A device of mode l3 floods nothing");
	else
		return 0;
	return -EINVAL;
}

static void tenovl_change_fill(struct tenovl_peer_change *change,
			       const struct tenovl_peer_req *req)
{
	const struct tenovl_peer *peer = change->peer;

	change->encap = req->has_encap ? req->encap : peer->encap;
	change->gre_key = req->has_gre_key ? req->gre_key : peer->gre_key;
	change->dstport = req->has_dstport ? req->dstport : peer->dstport;
	change->admin = req->has_admin ? req->admin : peer->admin;
	change->flood = req->has_flood ? req->flood : peer->flood;
}

static int tenovl_change_path(struct tenovl_dev *tdev, struct tenovl_peer_change *change)
{
	change->path = tenovl_peer_path(tdev, rtnl_dereference(tdev->settings),
					&change->peer->addr, change->encap, change->gre_key,
					change->dstport);
	if (!IS_ERR(change->path))
		return 0;
	change->path = NULL;
	return -ENOMEM;
}

static struct tenovl_peer *tenovl_peer_new(struct tenovl_dev *tdev, const struct in6_addr *addr)
{
	struct tenovl_peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL);

	if (!peer)
		return NULL;
	peer->stats = netdev_alloc_pcpu_stats(struct tenovl_peer_stats);
	if (!peer->stats) {
		kfree(peer);
		return NULL;
	}
	peer->side.place = TENOVL_PLACE_PEER;
	peer->tdev = tdev;
	peer->addr = *addr;
	peer->admin = TENOVL_ADMIN_UP;
	peer->flood = !tenovl_dev_is_l3(tdev);
	peer->encap = TENOVL_ENCAP_INHERIT;
	peer->gre_key = TENOVL_GRE_KEY_INHERIT;
	INIT_LIST_HEAD(&peer->sources);
	INIT_LIST_HEAD(&peer->routes);
	return peer;
}

static int tenovl_change_add(struct tenovl_dev *tdev, struct tenovl_peer_change *change,
			     const struct tenovl_peer_req *req, struct netlink_ext_ack *extack)
{
	int err;

	err = tenovl_change_fits(tdev, req, extack);
	if (err)
		return err;
	err = tenovl_source_check(tdev, NULL, &req->addr, req->attr, extack);
	if (err)
		return err;
	change->peer = tenovl_peer_new(tdev, &req->addr);
	if (!change->peer)
		return -ENOMEM;
	change->peer->pending = change;
	err = xa_alloc_cyclic(&tdev->peers, &change->peer->id, change->peer, xa_limit_31b,
			      &tdev->peer_next_id, GFP_KERNEL);
	if (err < 0) {
		tenovl_peer_free(change->peer);
		change->peer = NULL;
		return err;
	}
	tenovl_change_fill(change, req);
	err = tenovl_source_new(change->peer, &req->addr, &change->added);
	if (err)
		return err;
	err = tenovl_change_sources(tdev, change, req, extack);
	if (err)
		return err;
	return tenovl_change_path(tdev, change);
}

static struct tenovl_peer *tenovl_req_peer(struct tenovl_dev *tdev,
					   const struct tenovl_peer_req *req,
					   struct netlink_ext_ack *extack)
{
	struct tenovl_peer *peer = tenovl_peer_find(tdev, &req->addr);

	if (!peer)
		NL_SET_ERR_MSG_ATTR(extack, req->attr, "The device has no such peer");
	return peer;
}

static int tenovl_change_set(struct tenovl_dev *tdev, struct tenovl_peer_change *change,
			     const struct tenovl_peer_req *req, struct netlink_ext_ack *extack)
{
	int err;

	err = tenovl_change_fits(tdev, req, extack);
	if (err)
		return err;
	change->peer = tenovl_req_peer(tdev, req, extack);
	if (!change->peer)
		return -ENOENT;
	change->peer->pending = change;
	tenovl_change_fill(change, req);
	err = tenovl_change_sources(tdev, change, req, extack);
	if (err)
		return err;
	return tenovl_change_path(tdev, change);
}

static int tenovl_change_del(struct tenovl_dev *tdev, struct tenovl_peer_change *change,
			     const struct tenovl_peer_req *req, struct netlink_ext_ack *extack)
{
	change->peer = tenovl_req_peer(tdev, req, extack);
	if (!change->peer)
		return -ENOENT;
	change->peer->pending = change;
	change->delete = true;
	return 0;
}

static bool tenovl_peer_will_flood(const struct tenovl_peer *peer)
{
	const struct tenovl_peer_change *change = peer->pending;

	if (!change)
		return peer->flood && peer->admin == TENOVL_ADMIN_UP;
	return !change->delete && change->flood && change->admin == TENOVL_ADMIN_UP;
}

static int tenovl_request_flood(struct tenovl_peers_request *request)
{
	struct tenovl_dev *tdev = request->tdev;
	struct tenovl_flood *flood;
	struct tenovl_peer *peer;
	unsigned long id;
	u32 n = 0;

	xa_for_each(&tdev->peers, id, peer)
		n += tenovl_peer_will_flood(peer);
	if (!n)
		return 0;
	flood = kmalloc(struct_size(flood, peer, n), GFP_KERNEL);
	if (!flood)
		return -ENOMEM;
	flood->n = 0;
	xa_for_each(&tdev->peers, id, peer)
		if (tenovl_peer_will_flood(peer))
			flood->peer[flood->n++] = peer;
	request->flood = flood;
	return 0;
}

static int tenovl_request_claims(struct tenovl_peers_request *request,
				 const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct tenovl_dev *tdev = request->tdev;
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	struct tenovl_claims *claims;

	if (!tenovl_configured(settings))
		return 0;
	claims = tenovl_claims_open(tdev, settings, tenovl_peers_layouts(tdev, settings), attr,
				    extack);
	if (IS_ERR(claims))
		return PTR_ERR(claims);
	request->claims = claims;
	return 0;
}

static void tenovl_sources_remove(struct tenovl_dev *tdev, struct list_head *sources)
{
	struct tenovl_source *source;

	list_for_each_entry(source, sources, list)
		rhashtable_remove_fast(&tdev->sources, &source->node, tenovl_source_params);
}

/* An address named for two peers of one request shows here. */
static int tenovl_sources_insert(struct tenovl_dev *tdev, struct list_head *sources,
				 const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct tenovl_source *source;
	int err;

	list_for_each_entry(source, sources, list) {
		err = rhashtable_lookup_insert_fast(&tdev->sources, &source->node,
						    tenovl_source_params);
		if (err)
			goto remove_inserted;
	}
	return 0;

remove_inserted:
	list_for_each_entry_continue_reverse(source, sources, list)
		rhashtable_remove_fast(&tdev->sources, &source->node, tenovl_source_params);
	if (err == -EEXIST)
		NL_SET_ERR_MSG_ATTR(extack, attr, "An address is named twice in one request");
	return err;
}

static int tenovl_request_sources(struct tenovl_peers_request *request,
				  const struct tenovl_peer_req *req,
				  struct netlink_ext_ack *extack)
{
	int err;
	u32 i;

	for (i = 0; i < request->n; i++) {
		err = tenovl_sources_insert(request->tdev, &request->change[i].added, req[i].attr,
					    extack);
		if (err)
			goto remove_sources;
	}
	return 0;

remove_sources:
	while (i--)
		tenovl_sources_remove(request->tdev, &request->change[i].added);
	return err;
}

static void tenovl_sources_free_rcu(struct list_head *sources)
{
	struct tenovl_source *source, *next;

	list_for_each_entry_safe(source, next, sources, list) {
		list_del(&source->list);
		kfree_rcu(source, rcu);
	}
}

static void tenovl_request_abort(struct tenovl_peers_request *request, bool adding)
{
	struct tenovl_peer_change *change;
	u32 i;

	for (i = 0; i < request->n; i++) {
		change = &request->change[i];
		if (!change->peer)
			continue;
		change->peer->pending = NULL;
		tenovl_path_free(change->path);
		tenovl_sources_free_rcu(&change->added);
		if (adding) {
			/* Packets may have found it by a source for a moment,
			 * and learned something behind it.
			 */
			tenovl_fdb_flush_side(request->tdev, &change->peer->side);
			xa_erase(&request->tdev->peers, change->peer->id);
			call_rcu(&change->peer->rcu, tenovl_peer_free_rcu);
		}
	}
	tenovl_claims_discard(request->claims);
	kfree(request->flood);
	kvfree(request->change);
}

typedef int (*tenovl_change_fn)(struct tenovl_dev *tdev, struct tenovl_peer_change *change,
				const struct tenovl_peer_req *req,
				struct netlink_ext_ack *extack);

/* Check and prepare. On success nothing is left that can fail. */
static int tenovl_request_prepare(struct tenovl_peers_request *request,
				  const struct tenovl_peer_req *req, tenovl_change_fn fn,
				  struct netlink_ext_ack *extack)
{
	int err;
	u32 i;

	request->change = kvcalloc(request->n, sizeof(*request->change), GFP_KERNEL);
	if (!request->change)
		return -ENOMEM;
	for (i = 0; i < request->n; i++)
		INIT_LIST_HEAD(&request->change[i].added);
	for (i = 0; i < request->n; i++) {
		err = fn(request->tdev, &request->change[i], &req[i], extack);
		if (err)
			goto abort;
	}
	err = tenovl_request_claims(request, req[0].attr, extack);
	if (err)
		goto abort;
	err = tenovl_request_flood(request);
	if (err)
		goto abort;
	err = tenovl_request_sources(request, req, extack);
	if (err)
		goto abort;
	return 0;

abort:
	tenovl_request_abort(request, fn == tenovl_change_add);
	return err;
}

static void tenovl_request_publish(struct tenovl_peers_request *request)
{
	struct tenovl_dev *tdev = request->tdev;
	struct tenovl_flood *old;

	old = rcu_replace_pointer(tdev->flood, request->flood, lockdep_rtnl_is_held());
	if (old)
		kfree_rcu(old, rcu);
	if (request->claims)
		tenovl_claims_publish(tdev, request->claims);
	tdev->peer_generation++;
}

static void tenovl_request_end(struct tenovl_peers_request *request)
{
	kvfree(request->change);
	tenovl_dev_follow_mtu(request->tdev);
}

/* The request's own, and the peer's from here on. */
static void tenovl_change_commit_inner(struct tenovl_peer *peer, struct tenovl_peer_req *req)
{
	struct tenovl_inner_sources *old;

	if (!req->inner_attr)
		return;
	old = rcu_replace_pointer(peer->inner, req->inner, lockdep_rtnl_is_held());
	req->inner = NULL;
	if (old)
		kfree_rcu(old, rcu);
}

static void tenovl_change_commit(struct tenovl_peer_change *change, struct tenovl_peer_req *req)
{
	struct tenovl_peer *peer = change->peer;
	struct tenovl_source *source;

	peer->pending = NULL;
	peer->encap = change->encap;
	peer->gre_key = change->gre_key;
	peer->dstport = change->dstport;
	peer->flood = change->flood;
	WRITE_ONCE(peer->admin, change->admin);
	WRITE_ONCE(peer->side.drained, change->admin == TENOVL_ADMIN_DOWN);
	list_for_each_entry(source, &change->added, list)
		peer->nsources++;
	list_splice_tail_init(&change->added, &peer->sources);
	tenovl_change_commit_inner(peer, req);
	tenovl_peer_set_path(peer, change->path);
}

/**
 * tenovl_peers_add() - add peers, all or none
 * @tdev: the device
 * @req: they; no address twice
 * @n: how many, at least one
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_peers_add(struct tenovl_dev *tdev, struct tenovl_peer_req *req, u32 n,
		     struct netlink_ext_ack *extack)
{
	struct tenovl_peers_request request = { .tdev = tdev, .n = n };
	struct tenovl_peer *peer;
	int err;
	u32 i;

	err = tenovl_request_prepare(&request, req, tenovl_change_add, extack);
	if (err)
		return err;
	for (i = 0; i < n; i++) {
		peer = request.change[i].peer;
		tenovl_change_commit(&request.change[i], &req[i]);
		tdev->n_peers++;
		tenovl_event_peer(peer, TENOVL_EVENT_PEER_ADDED);
	}
	tenovl_request_publish(&request);
	tenovl_request_end(&request);
	return 0;
}

static bool tenovl_req_names(const struct tenovl_peer_req *req, const struct in6_addr *addr)
{
	u32 i;

	if (ipv6_addr_equal(&req->addr, addr))
		return true;
	for (i = 0; i < req->nsources; i++)
		if (ipv6_addr_equal(&req->sources[i], addr))
			return true;
	return false;
}

static void tenovl_peer_drop_sources(struct tenovl_peer *peer, const struct tenovl_peer_req *req)
{
	struct tenovl_source *source, *next;

	list_for_each_entry_safe(source, next, &peer->sources, list) {
		if (tenovl_req_names(req, &source->addr))
			continue;
		rhashtable_remove_fast(&peer->tdev->sources, &source->node, tenovl_source_params);
		list_del(&source->list);
		peer->nsources--;
		kfree_rcu(source, rcu);
	}
}

/* What was learned behind a drained peer is flooded for, so that its new place
 * is found.
 */
static void tenovl_peer_drain(struct tenovl_peer *peer)
{
	const struct tenovl_fdb_filter filter = {
		.side = &peer->side,
		.kind = TENOVL_FDB_KIND_LEARNED,
		.has_kind = true,
	};

	tenovl_fdb_flush(peer->tdev, &filter);
}

/**
 * tenovl_peers_set() - change peers, all or none
 * @tdev: the device
 * @req: the changes; no address twice
 * @n: how many, at least one
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_peers_set(struct tenovl_dev *tdev, struct tenovl_peer_req *req, u32 n,
		     struct netlink_ext_ack *extack)
{
	struct tenovl_peers_request request = { .tdev = tdev, .n = n };
	struct tenovl_peer *peer;
	int err;
	u32 i;

	err = tenovl_request_prepare(&request, req, tenovl_change_set, extack);
	if (err)
		return err;
	for (i = 0; i < n; i++) {
		peer = request.change[i].peer;
		tenovl_change_commit(&request.change[i], &req[i]);
		if (req[i].has_sources)
			tenovl_peer_drop_sources(peer, &req[i]);
		if (peer->admin == TENOVL_ADMIN_DOWN)
			tenovl_peer_drain(peer);
		tenovl_event_peer(peer, TENOVL_EVENT_PEER_CHANGED);
	}
	tenovl_request_publish(&request);
	tenovl_request_end(&request);
	return 0;
}

/**
 * tenovl_peers_del() - delete peers, and the entries and routes that point at them
 * @tdev: the device
 * @req: they; no address twice
 * @n: how many, at least one
 * @extack: the reason of a refusal
 *
 * RTNL. All or none.
 */
int tenovl_peers_del(struct tenovl_dev *tdev, struct tenovl_peer_req *req, u32 n,
		     struct netlink_ext_ack *extack)
{
	struct tenovl_peers_request request = { .tdev = tdev, .n = n };
	struct tenovl_peer *peer;
	int err;
	u32 i;

	err = tenovl_request_prepare(&request, req, tenovl_change_del, extack);
	if (err)
		return err;
	for (i = 0; i < n; i++) {
		peer = request.change[i].peer;
		tenovl_event_peer(peer, TENOVL_EVENT_PEER_DELETED);
		tenovl_sources_remove(tdev, &peer->sources);
		tenovl_fdb_flush_side(tdev, &peer->side);
		tenovl_routes_flush_peer(peer);
		xa_erase(&tdev->peers, peer->id);
		tdev->n_peers--;
	}
	tenovl_request_publish(&request);
	/* Only now does no packet find them any more. */
	for (i = 0; i < n; i++)
		call_rcu(&request.change[i].peer->rcu, tenovl_peer_free_rcu);
	tenovl_request_end(&request);
	return 0;
}
