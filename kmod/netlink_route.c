// SPDX-License-Identifier: GPL-2.0
/*
 * The family's commands about routes; see netlink.c for what holds for all.
 */
#include "netlink.h"

static const struct nla_policy tenovl_route_nest_policy[TENOVL_A_ROUTE_MAX + 1] = {
	[TENOVL_A_ROUTE_PREFIX] = NLA_POLICY_RANGE(NLA_BINARY, 5, 17),
	[TENOVL_A_ROUTE_PEER] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
};

static const struct nla_policy tenovl_route_key_nest_policy[TENOVL_A_ROUTE_PREFIX + 1] = {
	[TENOVL_A_ROUTE_PREFIX] = NLA_POLICY_RANGE(NLA_BINARY, 5, 17),
};

const struct nla_policy tenovl_route_set_policy[TENOVL_A_ROUTE + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command changes routes only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command changes routes only"),
	[TENOVL_A_FDB] = TENOVL_REFUSE("This command changes routes only"),
	[TENOVL_A_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_NET_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_EVENT] = TENOVL_REFUSE("An event is told, not set"),
	[TENOVL_A_PORT] = TENOVL_REFUSE("This command changes routes only"),
	[TENOVL_A_SELECTION] = TENOVL_REFUSE("A selection is told, not set"),
	[TENOVL_A_ROUTE] = NLA_POLICY_NESTED(tenovl_route_nest_policy),
};

const struct nla_policy tenovl_route_key_policy[TENOVL_A_ROUTE + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command is about routes only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command is about routes only"),
	[TENOVL_A_FDB] = TENOVL_REFUSE("This command is about routes only"),
	[TENOVL_A_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_NET_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_EVENT] = TENOVL_REFUSE("An event is told, not set"),
	[TENOVL_A_PORT] = TENOVL_REFUSE("This command is about routes only"),
	[TENOVL_A_SELECTION] = TENOVL_REFUSE("A selection is told, not set"),
	[TENOVL_A_ROUTE] = NLA_POLICY_NESTED(tenovl_route_key_nest_policy),
};

static int tenovl_parse_route_key(struct tenovl_route_req *req, const struct nlattr *nest,
				  struct nlattr **tb, struct netlink_ext_ack *extack)
{
	req->attr = nest;
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, TENOVL_A_ROUTE_PREFIX)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "A route is named by its prefix");
		return -EINVAL;
	}
	return tenovl_prefix_get(&req->prefix, tb[TENOVL_A_ROUTE_PREFIX], extack);
}

static int tenovl_parse_route(void *to, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_ROUTE_MAX + 1];
	struct tenovl_route_req *req = to;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_ROUTE_MAX, nest, tenovl_route_nest_policy, extack);
	if (err)
		return err;
	err = tenovl_parse_route_key(req, nest, tb, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, TENOVL_A_ROUTE_PEER)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "The route needs the address of a peer");
		return -EINVAL;
	}
	req->peer_attr = tb[TENOVL_A_ROUTE_PEER];
	return tenovl_peer_addr_get(&req->peer_addr, req->peer_attr, extack);
}

static int tenovl_parse_route_del(void *to, const struct nlattr *nest,
				  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_ROUTE_PREFIX + 1];
	struct tenovl_route_req *req = to;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_ROUTE_PREFIX, nest, tenovl_route_key_nest_policy,
			       extack);
	if (err)
		return err;
	return tenovl_parse_route_key(req, nest, tb, extack);
}

static int tenovl_route_req_cmp(const void *a, const void *b)
{
	const struct tenovl_route_req *x = a, *y = b;

	return memcmp(&x->prefix, &y->prefix, sizeof(x->prefix));
}

static int tenovl_check_routes(const struct tenovl_route_req *req, u32 n,
			       struct netlink_ext_ack *extack)
{
	static const struct tenovl_order order = { .cmp = tenovl_route_req_cmp };
	const struct tenovl_route_req *twice;

	twice = tenovl_req_twice(req, sizeof(*req), n, &order);
	if (IS_ERR(twice))
		return PTR_ERR(twice);
	if (!twice)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, twice->attr, "The prefix is named twice in one request");
	return -EINVAL;
}

typedef int (*tenovl_routes_fn)(struct tenovl_dev *tdev, struct tenovl_route_req *req, u32 n,
				struct netlink_ext_ack *extack);

static int tenovl_routes_doit(struct genl_info *info, tenovl_parse_fn parse,
			      tenovl_routes_fn apply)
{
	u32 n = tenovl_nests(info, TENOVL_A_ROUTE);
	struct netlink_ext_ack *extack = info->extack;
	struct tenovl_route_req *req;
	int err;

	if (!n) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, TENOVL_A_ROUTE);
		NL_SET_ERR_MSG(extack, "The request names no prefix");
		return -EINVAL;
	}
	req = kvcalloc(n, sizeof(*req), GFP_KERNEL | __GFP_NOWARN);
	if (!req)
		return -ENOMEM;
	err = tenovl_parse_all(info, TENOVL_A_ROUTE, req, sizeof(*req), parse);
	if (!err)
		err = tenovl_check_routes(req, n, extack);
	if (!err)
		err = apply(info->user_ptr[0], req, n, extack);
	kvfree(req);
	return err;
}

static int tenovl_routes_add(struct tenovl_dev *tdev, struct tenovl_route_req *req, u32 n,
			     struct netlink_ext_ack *extack)
{
	return tenovl_routes_set(tdev, req, n, false, extack);
}

static int tenovl_routes_replace(struct tenovl_dev *tdev, struct tenovl_route_req *req, u32 n,
				 struct netlink_ext_ack *extack)
{
	return tenovl_routes_set(tdev, req, n, true, extack);
}

/**
 * tenovl_route_add_doit() - route-add
 * @skb: the request
 * @info: the request, parsed
 */
int tenovl_route_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_routes_doit(info, tenovl_parse_route, tenovl_routes_add);
}

/**
 * tenovl_route_replace_doit() - route-replace
 * @skb: the request
 * @info: the request, parsed
 */
int tenovl_route_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_routes_doit(info, tenovl_parse_route, tenovl_routes_replace);
}

/**
 * tenovl_route_del_doit() - route-del
 * @skb: the request
 * @info: the request, parsed
 */
int tenovl_route_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_routes_doit(info, tenovl_parse_route_del, tenovl_routes_del);
}

static int tenovl_put_route(struct sk_buff *msg, const struct tenovl_to *to,
			    const struct tenovl_dev *tdev, const struct tenovl_route *route)
{
	void *hdr = tenovl_msg_begin(msg, to, TENOVL_CMD_ROUTE_GET);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = tenovl_fill_name(msg, tdev, to->viewer, GFP_KERNEL);
	if (!err)
		err = nla_put_u32(msg, TENOVL_A_GENERATION, tdev->routes->generation);
	if (!err)
		err = tenovl_fill_route(msg, route);
	return tenovl_msg_end(msg, hdr, err);
}

/**
 * tenovl_route_get_doit() - route-get of one
 * @skb: the request
 * @info: the request, parsed
 */
int tenovl_route_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_ROUTE];
	struct tenovl_to to = tenovl_to_asker(info);
	struct tenovl_dev *tdev = info->user_ptr[0];
	struct tenovl_route_req req = {};
	struct tenovl_route *route;
	struct sk_buff *msg;
	int err;

	err = tenovl_check_one_nest(info, TENOVL_A_ROUTE);
	if (err)
		return err;
	err = tenovl_parse_route_del(&req, nest, info->extack);
	if (err)
		return err;
	route = tenovl_route_find(tdev->routes, &req.prefix);
	if (!route) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "The device has no route for this prefix");
		return -ENOENT;
	}
	msg = genlmsg_new(tenovl_fill_size(TENOVL_A_ROUTE), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	return tenovl_reply(msg, info, tenovl_put_route(msg, &to, tdev, route));
}

static int tenovl_routes_dump(struct sk_buff *skb, struct netlink_callback *cb,
			      struct tenovl_dev *tdev)
{
	struct tenovl_dump *dump = tenovl_dump_of(cb);
	struct tenovl_to to = tenovl_to_dumper(cb);
	struct tenovl_route *route;
	int err;

	/* One of mode l2 has none. */
	if (!tdev->routes)
		return 0;
	for (; (route = tenovl_route_next(tdev->routes, &dump->next)); dump->next++) {
		err = tenovl_put_route(skb, &to, tdev, route);
		if (err)
			return err;
	}
	return 0;
}

static u32 tenovl_routes_generation(const struct tenovl_dev *tdev)
{
	return tdev->routes ? tdev->routes->generation : 0;
}

/**
 * tenovl_route_get_dumpit() - route-get of all of a device, or of all devices
 * @skb: the batch
 * @cb: the dump
 */
int tenovl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct tenovl_dump_table routes = {
		.nest = TENOVL_A_ROUTE,
		.generation = tenovl_routes_generation,
		.dump = tenovl_routes_dump,
	};

	return tenovl_dump_tables(skb, cb, &routes);
}
