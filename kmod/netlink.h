/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the family share: netlink.c, netlink_route.c for routes, and
 * netlink_move.c for planned moves.
 */
#ifndef _TENOVL_NETLINK_H
#define _TENOVL_NETLINK_H

#include "tenovl.h"

#define TENOVL_REFUSE(_message)	{ .type = NLA_REJECT, .reject_message = _message }

/**
 * struct tenovl_order - how two requests of one kind compare
 * @cmp: by their keys
 */
struct tenovl_order {
	int (*cmp)(const void *a, const void *b);
};

/**
 * struct tenovl_to - where a message goes and how it is marked
 * @viewer: the namespace
 * @portid: the socket
 * @seq: the request
 * @flags: NLM_F_*
 * @cb: the dump it is part of, or NULL
 */
struct tenovl_to {
	struct net *viewer;
	u32 portid;
	u32 seq;
	int flags;
	struct netlink_callback *cb;
};

/**
 * struct tenovl_dump - where a dump goes on
 * @next: the id to look at next
 * @dev_id: the device whose objects are dumped, 0 before the first batch: an
 *	ifindex may come to name another device; of a dump of all, where to go on
 */
struct tenovl_dump {
	unsigned long next;
	u32 dev_id;
};

/**
 * struct tenovl_dump_table - what devices have and can be dumped
 * @nest: the attribute of an object
 * @generation: counts changes of a device's
 * @dump: add those of a device that fit, from &tenovl_dump.next on
 */
struct tenovl_dump_table {
	int nest;
	u32 (*generation)(const struct tenovl_dev *tdev);
	int (*dump)(struct sk_buff *skb, struct netlink_callback *cb, struct tenovl_dev *tdev);
};

/* Fills in one object of a request from its nest. */
typedef int (*tenovl_parse_fn)(void *to, const struct nlattr *nest,
			       struct netlink_ext_ack *extack);

/* netlink.c. RTNL, but for the messages. */
u32 tenovl_nests(const struct genl_info *info, int type);
int tenovl_check_one_nest(const struct genl_info *info, int type);
int tenovl_parse_all(const struct genl_info *info, int type, void *req, size_t size,
		     tenovl_parse_fn parse);
const void *tenovl_req_twice(const void *req, size_t size, u32 n,
			     const struct tenovl_order *order);
int tenovl_peer_addr_get(struct in6_addr *addr, const struct nlattr *attr,
			 struct netlink_ext_ack *extack);
struct tenovl_to tenovl_to_asker(const struct genl_info *info);
struct tenovl_to tenovl_to_dumper(struct netlink_callback *cb);
void *tenovl_msg_begin(struct sk_buff *msg, const struct tenovl_to *to, u8 cmd);
int tenovl_msg_end(struct sk_buff *msg, void *hdr, int err);
int tenovl_reply(struct sk_buff *msg, struct genl_info *info, int err);
struct tenovl_dump *tenovl_dump_of(struct netlink_callback *cb);
unsigned int tenovl_dump_seq(u32 generation);
int tenovl_dump_end(const struct sk_buff *skb, int err);
int tenovl_dump_tables(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct tenovl_dump_table *table);

/* netlink_route.c. RTNL. */
extern const struct nla_policy tenovl_route_set_policy[TENOVL_A_ROUTE + 1];
extern const struct nla_policy tenovl_route_key_policy[TENOVL_A_ROUTE + 1];

int tenovl_route_get_doit(struct sk_buff *skb, struct genl_info *info);
int tenovl_route_add_doit(struct sk_buff *skb, struct genl_info *info);
int tenovl_route_replace_doit(struct sk_buff *skb, struct genl_info *info);
int tenovl_route_del_doit(struct sk_buff *skb, struct genl_info *info);
int tenovl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

/* netlink_move.c. RTNL. */
extern const struct nla_policy tenovl_move_set_policy[TENOVL_A_MOVE + 1];
extern const struct nla_policy tenovl_move_key_policy[TENOVL_A_MOVE + 1];

int tenovl_move_get_doit(struct sk_buff *skb, struct genl_info *info);
int tenovl_move_prepare_doit(struct sk_buff *skb, struct genl_info *info);
int tenovl_move_finish_doit(struct sk_buff *skb, struct genl_info *info);
int tenovl_move_abort_doit(struct sk_buff *skb, struct genl_info *info);
int tenovl_move_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _TENOVL_NETLINK_H */
