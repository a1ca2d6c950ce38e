// SPDX-License-Identifier: GPL-2.0
/*
 * The family's commands about planned moves; see netlink.c for what holds for all.
 */
#include "netlink.h"

#define TENOVL_MOVE_FRAMES	1024
#define TENOVL_MOVE_BYTES	4194304
#define TENOVL_MOVE_WAIT_MS	3000
#define TENOVL_MOVE_TIMEOUT_MS	60000

static struct netlink_range_validation tenovl_frames_range = { .min = 1, .max = 65536 };
static struct netlink_range_validation tenovl_bytes_range = { .min = 4096, .max = 268435456 };
static struct netlink_range_validation tenovl_wait_range = { .min = 1, .max = 60000 };
static struct netlink_range_validation tenovl_timeout_range = { .min = 1, .max = 3600000 };

static const struct nla_policy tenovl_move_nest_policy[TENOVL_A_MOVE_MAX + 1] = {
	[TENOVL_A_MOVE_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[TENOVL_A_MOVE_TO] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TENOVL_A_MOVE_CLONE] = { .type = NLA_FLAG },
	[TENOVL_A_MOVE_MAX_FRAMES] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_frames_range),
	[TENOVL_A_MOVE_MAX_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_bytes_range),
	[TENOVL_A_MOVE_MAX_WAIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_wait_range),
	[TENOVL_A_MOVE_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenovl_timeout_range),
	[TENOVL_A_MOVE_WAITING] = TENOVL_REFUSE("The counters of a move are told, not set"),
	[TENOVL_A_MOVE_OVERFLOW] = TENOVL_REFUSE("The counters of a move are told, not set"),
	[TENOVL_A_MOVE_EXPIRED] = TENOVL_REFUSE("The counters of a move are told, not set"),
	[TENOVL_A_MOVE_RELEASED] = TENOVL_REFUSE("The counters of a move are told, not set"),
	[TENOVL_A_MOVE_CLONED] = TENOVL_REFUSE("The counters of a move are told, not set"),
	[TENOVL_A_MOVE_LEFT] = TENOVL_REFUSE("The time that is left is told: set timeout"),
};

static const struct nla_policy tenovl_move_key_nest_policy[TENOVL_A_MOVE_MAC + 1] = {
	[TENOVL_A_MOVE_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

const struct nla_policy tenovl_move_set_policy[TENOVL_A_MOVE + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command prepares moves only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command prepares moves only"),
	[TENOVL_A_FDB] = TENOVL_REFUSE("This command prepares moves only"),
	[TENOVL_A_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_NET_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_EVENT] = TENOVL_REFUSE("An event is told, not set"),
	[TENOVL_A_PORT] = TENOVL_REFUSE("This command prepares moves only"),
	[TENOVL_A_SELECTION] = TENOVL_REFUSE("A selection is told, not set"),
	[TENOVL_A_ROUTE] = TENOVL_REFUSE("This command prepares moves only"),
	[TENOVL_A_MOVE] = NLA_POLICY_NESTED(tenovl_move_nest_policy),
};

const struct nla_policy tenovl_move_key_policy[TENOVL_A_MOVE + 1] = {
	[TENOVL_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TENOVL_A_NETNS_ID] = NLA_POLICY_MIN(NLA_S32, 0),
	[TENOVL_A_IFNAME] = TENOVL_REFUSE("A device is named by its index"),
	[TENOVL_A_GENERATION] = TENOVL_REFUSE("The generation is told, not set"),
	[TENOVL_A_DEV] = TENOVL_REFUSE("This command is about moves only"),
	[TENOVL_A_PEER] = TENOVL_REFUSE("This command is about moves only"),
	[TENOVL_A_FDB] = TENOVL_REFUSE("This command is about moves only"),
	[TENOVL_A_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_NET_STATS] = TENOVL_REFUSE("Counters are told, not set"),
	[TENOVL_A_EVENT] = TENOVL_REFUSE("An event is told, not set"),
	[TENOVL_A_PORT] = TENOVL_REFUSE("This command is about moves only"),
	[TENOVL_A_SELECTION] = TENOVL_REFUSE("A selection is told, not set"),
	[TENOVL_A_ROUTE] = TENOVL_REFUSE("This command is about moves only"),
	[TENOVL_A_MOVE] = NLA_POLICY_NESTED(tenovl_move_key_nest_policy),
};

static int tenovl_parse_move_mac(struct tenovl_move_req *req, const struct nlattr *nest,
				 struct nlattr **tb, struct netlink_ext_ack *extack)
{
	req->attr = nest;
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, TENOVL_A_MOVE_MAC)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "A move is named by its MAC address");
		return -EINVAL;
	}
	ether_addr_copy(req->mac, nla_data(tb[TENOVL_A_MOVE_MAC]));
	if (is_valid_ether_addr(req->mac))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[TENOVL_A_MOVE_MAC],
			    "The MAC address is not the address of one station");
	return -EINVAL;
}

static u32 tenovl_move_number(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

static int tenovl_parse_move(void *to, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_MOVE_MAX + 1];
	struct tenovl_move_req *req = to;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_MOVE_MAX, nest, tenovl_move_nest_policy, extack);
	if (err)
		return err;
	err = tenovl_parse_move_mac(req, nest, tb, extack);
	if (err)
		return err;
	req->clone = tb[TENOVL_A_MOVE_CLONE];
	req->max_frames = tenovl_move_number(tb[TENOVL_A_MOVE_MAX_FRAMES], TENOVL_MOVE_FRAMES);
	req->max_bytes = tenovl_move_number(tb[TENOVL_A_MOVE_MAX_BYTES], TENOVL_MOVE_BYTES);
	req->max_wait = tenovl_move_number(tb[TENOVL_A_MOVE_MAX_WAIT], TENOVL_MOVE_WAIT_MS);
	req->timeout = tenovl_move_number(tb[TENOVL_A_MOVE_TIMEOUT], TENOVL_MOVE_TIMEOUT_MS);
	req->has_to = tb[TENOVL_A_MOVE_TO];
	return req->has_to ? tenovl_peer_addr_get(&req->to, tb[TENOVL_A_MOVE_TO], extack) : 0;
}

static int tenovl_parse_move_key(void *to, const struct nlattr *nest,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TENOVL_A_MOVE_MAC + 1];
	struct tenovl_move_req *req = to;
	int err;

	err = nla_parse_nested(tb, TENOVL_A_MOVE_MAC, nest, tenovl_move_key_nest_policy, extack);
	return err ?: tenovl_parse_move_mac(req, nest, tb, extack);
}

static int tenovl_move_req_cmp(const void *a, const void *b)
{
	const struct tenovl_move_req *x = a, *y = b;

	return memcmp(x->mac, y->mac, sizeof(x->mac));
}

static int tenovl_check_moves(const struct tenovl_move_req *req, u32 n,
			      struct netlink_ext_ack *extack)
{
	static const struct tenovl_order order = { .cmp = tenovl_move_req_cmp };
	const struct tenovl_move_req *twice;

	twice = tenovl_req_twice(req, sizeof(*req), n, &order);
	if (IS_ERR(twice))
		return PTR_ERR(twice);
	if (!twice)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, twice->attr, "The MAC address is named twice in one request");
	return -EINVAL;
}

typedef int (*tenovl_moves_fn)(struct tenovl_dev *tdev, struct tenovl_move_req *req, u32 n,
			       struct netlink_ext_ack *extack);

static int tenovl_moves_doit(struct genl_info *info, tenovl_parse_fn parse,
			     tenovl_moves_fn apply)
{
	u32 n = tenovl_nests(info, TENOVL_A_MOVE);
	struct netlink_ext_ack *extack = info->extack;
	struct tenovl_move_req *req;
	int err;

	if (!n) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, TENOVL_A_MOVE);
		NL_SET_ERR_MSG(extack, "The request names no MAC address");
		return -EINVAL;
	}
	req = kvcalloc(n, sizeof(*req), GFP_KERNEL | __GFP_NOWARN);
	if (!req)
		return -ENOMEM;
	err = tenovl_parse_all(info, TENOVL_A_MOVE, req, sizeof(*req), parse);
	if (!err)
		err = tenovl_check_moves(req, n, extack);
	if (!err)
		err = apply(info->user_ptr[0], req, n, extack);
	kvfree(req);
	return err;
}

/**
 * tenovl_move_prepare_doit() - move-prepare
 * @skb: the request
 * @info: the request, parsed
 */
int tenovl_move_prepare_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_moves_doit(info, tenovl_parse_move, tenovl_moves_prepare);
}

/**
 * tenovl_move_finish_doit() - move-finish
 * @skb: the request
 * @info: the request, parsed
 */
int tenovl_move_finish_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_moves_doit(info, tenovl_parse_move_key, tenovl_moves_finish);
}

/**
 * tenovl_move_abort_doit() - move-abort
 * @skb: the request
 * @info: the request, parsed
 */
int tenovl_move_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	return tenovl_moves_doit(info, tenovl_parse_move_key, tenovl_moves_abort);
}

static int tenovl_put_move(struct sk_buff *msg, const struct tenovl_to *to,
			   struct tenovl_dev *tdev, const struct tenovl_move_info *move)
{
	void *hdr = tenovl_msg_begin(msg, to, TENOVL_CMD_MOVE_GET);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = tenovl_fill_name(msg, tdev, to->viewer, GFP_KERNEL);
	if (!err)
		err = nla_put_u32(msg, TENOVL_A_GENERATION, tenovl_moves_generation(tdev));
	if (!err)
		err = tenovl_fill_move(msg, move);
	return tenovl_msg_end(msg, hdr, err);
}

/**
 * tenovl_move_get_doit() - move-get of one
 * @skb: the request
 * @info: the request, parsed
 */
int tenovl_move_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[TENOVL_A_MOVE];
	struct tenovl_to to = tenovl_to_asker(info);
	struct tenovl_dev *tdev = info->user_ptr[0];
	struct tenovl_move_req req = {};
	struct tenovl_move_info move;
	struct sk_buff *msg;
	int err;

	err = tenovl_check_one_nest(info, TENOVL_A_MOVE);
	if (err)
		return err;
	err = tenovl_parse_move_key(&req, nest, info->extack);
	if (err)
		return err;
	if (!tenovl_move_get(tdev, req.mac, &move)) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "No move of this MAC address is prepared");
		return -ENOENT;
	}
	msg = genlmsg_new(tenovl_fill_size(TENOVL_A_MOVE), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	return tenovl_reply(msg, info, tenovl_put_move(msg, &to, tdev, &move));
}

static int tenovl_moves_dump(struct sk_buff *skb, struct netlink_callback *cb,
			     struct tenovl_dev *tdev)
{
	struct tenovl_dump *dump = tenovl_dump_of(cb);
	struct tenovl_to to = tenovl_to_dumper(cb);
	struct tenovl_move_info move;
	int err;

	/* One of mode l3 has none. */
	for (; tenovl_move_next(tdev, &dump->next, &move); dump->next++) {
		err = tenovl_put_move(skb, &to, tdev, &move);
		if (err)
			return err;
	}
	return 0;
}

/**
 * tenovl_move_get_dumpit() - move-get of all of a device, or of all devices
 * @skb: the batch
 * @cb: the dump
 */
int tenovl_move_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct tenovl_dump_table moves = {
		.nest = TENOVL_A_MOVE,
		.generation = tenovl_moves_generation,
		.dump = tenovl_moves_dump,
	};

	return tenovl_dump_tables(skb, cb, &moves);
}
