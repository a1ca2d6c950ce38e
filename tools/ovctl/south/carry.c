// SPDX-License-Identifier: GPL-2.0
/* Carries out the steps of a plan, one request each, or one for many peers, entries or routes
 * of one device. The first refusal ends it: what was done stays, and a later sync begins from
 * there.
 *
 * Each request that changes something is counted, and OVCTL_DIE_AFTER=N in the environment
 * ends the tool by SIGKILL behind the Nth: this is how tests see that any end is healed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/tenovl.h>
#include <linux/veth.h>
#include <net/if.h>
#include <linux/if.h> /* behind net/if.h, of which it leaves out what is there */
#include <netlink/attr.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "carry.h"
#include "fields.h"
#include "genl.h"
#include "rtnl.h"

/* What a port is called until it is where it belongs. */
#define OVCTL_NEW_PORT "ovctl-new"

/**
 * struct ovctl_carrier - One run of a plan.
 * @spaces: The namespaces.
 * @op: The step.
 * @obj: What it is about.
 * @space: The namespace of that.
 * @what: The step in words, for sentences.
 */
struct ovctl_carrier {
	struct ovctl_spaces *spaces;
	const struct ovctl_op *op;
	const struct ovctl_item *obj;
	struct ovctl_space *space;
	char what[320];
};

/* Behind each change. */
static void ovctl_carry_step(void)
{
	static long left = -1;
	const char *text;

	if (left < 0) {
		text = getenv("OVCTL_DIE_AFTER");
		left = text ? atol(text) : 0;
	}
	if (left && !--left)
		raise(SIGKILL);
}

/* --- messages of rtnetlink --- */

static struct nl_msg *ovctl_carry_message(int type, int flags, const void *head, size_t len)
{
	return ovctl_rtnl_message(type, NLM_F_ACK | flags, head, len);
}

static int ovctl_carry_send(struct ovctl_carrier *c, struct ovctl_space *space,
			    struct nl_msg *msg)
{
	int ret = ovctl_rtnl_do(&space->ov, msg, c->what);

	ovctl_carry_step();
	return ret;
}

/* What is to be deleted may have gone with something else. */
static int ovctl_carry_send_del(struct ovctl_carrier *c, struct nl_msg *msg)
{
	struct ovctl_reply rp;
	int ret = OVCTL_DONE;
	int err;

	err = ovctl_rtnl_call(&c->space->ov, msg, &rp);
	if (err && err != -ENODEV && err != -ESRCH && err != -ENOENT && err != -EADDRNOTAVAIL)
		ret = ovctl_fail(c->spaces->ov, "%s: %s", c->what,
				 rp.refusal.text[0] ? rp.refusal.text : strerror(-err));
	ovctl_reply_free(&rp);
	ovctl_carry_step();
	return ret;
}

static int ovctl_carry_nolink(struct ovctl_carrier *c, const char *netns, const char *link)
{
	return ovctl_fail(c->spaces->ov, "%s: there is no device \"%s\" in namespace \"%s\"",
			  c->what, link, netns);
}

/* --- namespaces --- */

static int ovctl_carry_netns(struct ovctl_carrier *c)
{
	int ret;

	if (c->op->verb == OVCTL_VERB_DEL)
		ret = ovctl_space_del(c->spaces, c->obj->netns);
	else
		ret = ovctl_space_add(c->spaces, c->obj->netns, OVCTL_MARK, ovctl_carry_step);
	ovctl_carry_step();
	return ret;
}

/* --- the family --- */

static uint8_t ovctl_carry_cmd(const struct ovctl_op *op)
{
	static const uint8_t cmds[OVCTL_KINDS][OVCTL_VERBS] = {
		[OVCTL_KIND_DEV] = {
			[OVCTL_VERB_SET] = TENOVL_CMD_DEV_SET,
		},
		[OVCTL_KIND_PEER] = {
			[OVCTL_VERB_ADD] = TENOVL_CMD_PEER_ADD,
			[OVCTL_VERB_SET] = TENOVL_CMD_PEER_SET,
			[OVCTL_VERB_DEL] = TENOVL_CMD_PEER_DEL,
		},
		/* A learned entry may be in its place. */
		[OVCTL_KIND_FDB] = {
			[OVCTL_VERB_ADD] = TENOVL_CMD_FDB_REPLACE,
			[OVCTL_VERB_SET] = TENOVL_CMD_FDB_REPLACE,
			[OVCTL_VERB_DEL] = TENOVL_CMD_FDB_DEL,
		},
		[OVCTL_KIND_INNER] = {
			[OVCTL_VERB_ADD] = TENOVL_CMD_ROUTE_ADD,
			[OVCTL_VERB_SET] = TENOVL_CMD_ROUTE_REPLACE,
			[OVCTL_VERB_DEL] = TENOVL_CMD_ROUTE_DEL,
		},
		[OVCTL_KIND_ACCESS] = {
			[OVCTL_VERB_ADD] = TENOVL_CMD_PORT_ADD,
			[OVCTL_VERB_DEL] = TENOVL_CMD_PORT_DEL,
		},
		[OVCTL_KIND_PORT] = {
			[OVCTL_VERB_SET] = TENOVL_CMD_PORT_SET,
		},
	};

	return cmds[op->want ? op->want->kind : op->have->kind][op->verb];
}

static bool ovctl_put_entry(struct nl_msg *msg, const struct ovctl_op *op, uint32_t index,
			    int32_t nsid)
{
	const struct ovctl_item *obj = ovctl_op_object(op);
	struct nlattr *start;
	uint32_t fields = 0;
	uint16_t nest;

	/* A number that is said and an entry that is told by its number go together. */
	if (op->verb == OVCTL_VERB_SET || op->verb == OVCTL_VERB_ADD)
		fields = obj->kind == OVCTL_KIND_FDB ? obj->has : op->fields;
	ovctl_fields_set(obj->kind, &nest);
	start = nla_nest_start(msg, nest | NLA_F_NESTED);
	if (!start || (index && nla_put_u32(msg, TENOVL_A_PORT_INDEX, index)) ||
	    (nsid >= 0 && nla_put_s32(msg, TENOVL_A_PORT_OWN_NETNS_ID, nsid)))
		return false;
	return ovctl_fields_key(msg, obj) && ovctl_fields_put(msg, obj, fields) &&
	       !nla_nest_end_keep_empty(msg, start);
}

static int ovctl_carry_request(struct ovctl_carrier *c, struct ovctl_request *rq, bool del)
{
	struct ovctl_reply rp = { 0 };
	int ret = OVCTL_DONE;
	int err;

	ovctl_request_name(rq, "%.90s", c->what);
	err = ovctl_genl_call(&c->space->ov, rq, &rp);
	if (err && !(del && (err == -ENOENT || err == -ENODEV)))
		ret = ovctl_genl_refused(&c->space->ov, rq, &rp);
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	ovctl_carry_step();
	return ret;
}

/* Begins a request about a device of the namespace that @c is in. */
static struct ovctl_request *ovctl_carry_begin(struct ovctl_carrier *c, const char *link)
{
	struct ovctl_dev dev = { .nsid = -1 };
	struct ovctl_request *rq;

	if (ovctl_space_family(c->spaces, c->space))
		return NULL;
	dev.ifindex = ovctl_space_index(c->space, link);
	if (!dev.ifindex) {
		ovctl_carry_nolink(c, c->space->name, link);
		return NULL;
	}
	rq = ovctl_request_new(ovctl_carry_cmd(c->op), NLM_F_ACK, &dev);
	if (rq && ovctl_request_fits(rq, ovctl_fields_size(ovctl_op_object(c->op))))
		return rq;
	ovctl_request_free(rq);
	ovctl_fail(c->spaces->ov, "%s: out of memory", c->what);
	return NULL;
}

/* --- links --- */

static const char *ovctl_carry_kind(const struct ovctl_item *obj)
{
	switch (obj->data[OVCTL_LINK_TYPE].num) {
	case OVCTL_LINK_BRIDGE:
		return "bridge";
	case OVCTL_LINK_BOND:
		return "bond";
	case OVCTL_LINK_DUMMY:
		return "dummy";
	case OVCTL_LINK_VETH:
		return "veth";
	case OVCTL_LINK_PORT:
		return TENOVL_PORT_KIND;
	default:
		return TENOVL_KIND;
	}
}

static bool ovctl_put_addr(struct nl_msg *msg, int type, const struct ovctl_addr *addr)
{
	return !nla_put(msg, type, addr->len, addr->bytes);
}

/* Targets are lists in the kernel. */
static bool ovctl_put_target(struct nl_msg *msg, int type, const struct ovctl_addr *addr)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	return nest && ovctl_put_addr(msg, 0, addr) && !nla_nest_end(msg, nest);
}

static bool ovctl_put_bond(struct nl_msg *msg, const struct ovctl_item *obj, uint32_t fields)
{
	fields &= obj->has;
	if (fields & 1U << OVCTL_LINK_BOND_MODE &&
	    nla_put_u8(msg, IFLA_BOND_MODE, obj->data[OVCTL_LINK_BOND_MODE].num))
		return false;
	if (fields & 1U << OVCTL_LINK_BOND_INTERVAL &&
	    nla_put_u32(msg, IFLA_BOND_ARP_INTERVAL, obj->data[OVCTL_LINK_BOND_INTERVAL].num))
		return false;
	if (fields & 1U << OVCTL_LINK_BOND_TARGET &&
	    !ovctl_put_target(msg, IFLA_BOND_ARP_IP_TARGET,
			      &obj->data[OVCTL_LINK_BOND_TARGET].addr))
		return false;
	return !(fields & 1U << OVCTL_LINK_BOND_TARGET6) ||
	       ovctl_put_target(msg, IFLA_BOND_NS_IP6_TARGET,
				&obj->data[OVCTL_LINK_BOND_TARGET6].addr);
}

/* The other end is born with our mark as well. */
static bool ovctl_put_other_end(struct nl_msg *msg, const struct ovctl_item *obj, int netns_fd)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nlattr *nest = nla_nest_start(msg, VETH_INFO_PEER | NLA_F_NESTED);

	if (!nest || nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) ||
	    nla_put_string(msg, IFLA_IFNAME, obj->data[OVCTL_LINK_OF].text) ||
	    nla_put_u32(msg, IFLA_NET_NS_FD, netns_fd) ||
	    nla_put_u32(msg, IFLA_GROUP, OVCTL_MARK))
		return false;
	return !nla_nest_end(msg, nest);
}

static bool ovctl_put_data(struct nl_msg *msg, const struct ovctl_item *obj, uint32_t fields,
			   int netns_fd)
{
	struct nlattr *nest = nla_nest_start(msg, IFLA_INFO_DATA | NLA_F_NESTED);
	bool ok = nest;

	switch (obj->data[OVCTL_LINK_TYPE].num) {
	case OVCTL_LINK_VETH:
		ok = ok && ovctl_put_other_end(msg, obj, netns_fd);
		break;
	case OVCTL_LINK_BOND:
		ok = ok && ovctl_put_bond(msg, obj, fields);
		break;
	case OVCTL_LINK_L3:
		ok = ok && !nla_put_u8(msg, TENOVL_A_LINK_MODE, TENOVL_MODE_L3);
		break;
	}
	return ok && !nla_nest_end(msg, nest);
}

static bool ovctl_put_info(struct nl_msg *msg, const struct ovctl_item *obj, uint32_t fields,
			   int netns_fd)
{
	struct nlattr *nest = nla_nest_start(msg, IFLA_LINKINFO | NLA_F_NESTED);

	return nest && !nla_put_string(msg, IFLA_INFO_KIND, ovctl_carry_kind(obj)) &&
	       ovctl_put_data(msg, obj, fields, netns_fd) && !nla_nest_end(msg, nest);
}

static bool ovctl_put_addrgen(struct nl_msg *msg, uint32_t mode)
{
	struct nlattr *spec = nla_nest_start(msg, IFLA_AF_SPEC | NLA_F_NESTED);
	struct nlattr *inet6 = spec ? nla_nest_start(msg, AF_INET6 | NLA_F_NESTED) : NULL;

	return inet6 && !nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, mode) &&
	       !nla_nest_end(msg, inet6) && !nla_nest_end(msg, spec);
}

/* What a link is made with, beside what it is. */
static bool ovctl_put_birth(struct nl_msg *msg, const struct ovctl_item *obj)
{
	if (nla_put_string(msg, IFLA_IFNAME, obj->link) ||
	    nla_put_u32(msg, IFLA_GROUP, OVCTL_MARK))
		return false;
	if (ovctl_item_has(obj, OVCTL_LINK_MAC) &&
	    !ovctl_put_addr(msg, IFLA_ADDRESS, &obj->data[OVCTL_LINK_MAC].addr))
		return false;
	return !ovctl_item_has(obj, OVCTL_LINK_MTU) ||
	       !nla_put_u32(msg, IFLA_MTU, obj->data[OVCTL_LINK_MTU].num);
}

static struct nl_msg *ovctl_birth_message(const struct ovctl_item *obj, int other_fd)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg;

	if (ovctl_item_has(obj, OVCTL_LINK_ARP) && !obj->data[OVCTL_LINK_ARP].num)
		head.ifi_flags = head.ifi_change = IFF_NOARP;
	msg = ovctl_carry_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	if (msg && ovctl_put_birth(msg, obj) && ovctl_put_info(msg, obj, obj->has, other_fd))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static struct nl_msg *ovctl_change_message(uint32_t index, unsigned int flags,
					   unsigned int change)
{
	struct ifinfomsg head = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = index,
		.ifi_flags = flags,
		.ifi_change = change,
	};

	return ovctl_carry_message(RTM_NEWLINK, 0, &head, sizeof(head));
}

/* A device is made in the namespace that it sends from, straight into its own. */
static int ovctl_make_device(struct ovctl_carrier *c)
{
	const char *underlay = c->obj->data[OVCTL_LINK_UNDERLAY].text;
	struct nl_msg *msg = ovctl_birth_message(c->obj, -1);
	struct ovctl_space *space;
	int fd, ret;

	fd = fcntl(c->space->fd, F_DUPFD_CLOEXEC, 0);
	ret = ovctl_space_get(c->spaces, underlay, &space);
	if (msg && nla_put_u32(msg, IFLA_NET_NS_FD, fd)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	if (ret)
		nlmsg_free(msg);
	else
		ret = ovctl_carry_send(c, space, msg);
	close(fd);
	return ret;
}

static int ovctl_make_veth(struct ovctl_carrier *c)
{
	const char *netns = c->obj->data[OVCTL_LINK_OF_NETNS].text;
	struct ovctl_space *other;
	int fd, ret;

	ret = ovctl_space_get(c->spaces, netns, &other);
	if (ret)
		return ret;
	fd = fcntl(other->fd, F_DUPFD_CLOEXEC, 0);
	ret = ovctl_space_get(c->spaces, c->obj->netns, &c->space);
	if (!ret)
		ret = ovctl_carry_send(c, c->space, ovctl_birth_message(c->obj, fd));
	close(fd);
	return ret;
}

/* A port of the bridge role cannot leave the namespace of its device, and each port begins with
 * that role. An end of the tool leaves it there, under a name that no plan wants.
 */
static int ovctl_make_port_here(struct ovctl_carrier *c, const char *name)
{
	const char *of = c->obj->data[OVCTL_LINK_OF].text;
	uint32_t index = ovctl_space_index(c->space, of);
	struct ovctl_item port = *c->obj;
	struct nl_msg *msg;

	if (!index)
		return ovctl_carry_nolink(c, c->space->name, of);
	port.link = name;
	msg = ovctl_birth_message(&port, -1);
	if (msg && nla_put_u32(msg, IFLA_LINK, index)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return ovctl_carry_send(c, c->space, msg);
}

static int ovctl_make_access(struct ovctl_carrier *c, uint32_t index)
{
	struct ovctl_item port = { .kind = OVCTL_KIND_PORT };
	struct ovctl_op op = { .verb = OVCTL_VERB_SET, .want = &port,
			       .fields = 1U << OVCTL_PORT_ROLE };
	const struct ovctl_op *was = c->op;
	struct ovctl_request *rq;

	ovctl_item_num(&port, OVCTL_PORT_ROLE, TENOVL_PORT_ROLE_ACCESS);
	c->op = &op;
	rq = ovctl_carry_begin(c, c->obj->data[OVCTL_LINK_OF].text);
	c->op = was;
	if (!rq)
		return OVCTL_FAILED;
	if (ovctl_put_entry(rq->msg, &op, index, -1))
		return ovctl_carry_request(c, rq, false);
	ovctl_request_free(rq);
	return ovctl_fail(c->spaces->ov, "out of memory");
}

static struct nl_msg *ovctl_move_message(uint32_t index, const char *name, int netns_fd)
{
	struct nl_msg *msg = ovctl_change_message(index, 0, 0);

	if (msg && (nla_put_u32(msg, IFLA_NET_NS_FD, netns_fd) ||
		    nla_put_string(msg, IFLA_IFNAME, name))) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int ovctl_make_port_there(struct ovctl_carrier *c, int netns_fd)
{
	uint32_t index;
	int ret;

	ret = ovctl_space_get(c->spaces, c->obj->data[OVCTL_LINK_OF_NETNS].text, &c->space);
	if (!ret)
		ret = ovctl_make_port_here(c, OVCTL_NEW_PORT);
	if (ret)
		return ret;
	ovctl_space_lost_link(c->space, OVCTL_NEW_PORT);
	index = ovctl_space_index(c->space, OVCTL_NEW_PORT);
	ovctl_space_lost_link(c->space, OVCTL_NEW_PORT);
	ret = ovctl_make_access(c, index);
	return ret ? ret : ovctl_carry_send(c, c->space,
					    ovctl_move_message(index, c->obj->link, netns_fd));
}

static int ovctl_make_port(struct ovctl_carrier *c)
{
	int fd, ret;

	if (!strcmp(c->obj->data[OVCTL_LINK_OF_NETNS].text, c->obj->netns))
		return ovctl_make_port_here(c, c->obj->link);
	fd = fcntl(c->space->fd, F_DUPFD_CLOEXEC, 0);
	ret = ovctl_make_port_there(c, fd);
	close(fd);
	return ret;
}

static struct nl_msg *ovctl_master_message(uint32_t index, uint32_t master)
{
	struct nl_msg *msg = ovctl_change_message(index, 0, 0);

	if (msg && nla_put_u32(msg, IFLA_MASTER, master)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* The bridge forgets it with the port. */
static int ovctl_set_mcast_router(struct ovctl_carrier *c, uint32_t index)
{
	if (!ovctl_item_has(c->obj, OVCTL_LINK_MCAST_ROUTER))
		return OVCTL_DONE;
	return ovctl_carry_send(c, c->space, ovctl_rtnl_mcast_router_message(index));
}

/* One that is down, has no carrier or is gone will not be ready soon. */
static bool ovctl_link_is_ready(struct ovctl_carrier *c, uint32_t index)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = index };
	struct nlattr *tb[IFLA_MAX + 1];
	const struct nlmsghdr *nlh;
	struct ovctl_reply rp;
	bool ready = true;

	ovctl_rtnl_call(&c->space->ov, ovctl_carry_message(RTM_GETLINK, 0, &head, sizeof(head)),
			&rp);
	nlh = rp.error ? NULL : ovctl_reply_next(&rp, NULL);
	if (nlh && !nlmsg_parse((struct nlmsghdr *)nlh, sizeof(head), tb, IFLA_MAX, NULL) &&
	    tb[IFLA_CARRIER] && nla_get_u8(tb[IFLA_CARRIER]) && tb[IFLA_OPERSTATE])
		ready = nla_get_u8(tb[IFLA_OPERSTATE]) == IF_OPER_UP;
	ovctl_reply_free(&rp);
	return ready;
}

/* A device that was set up before its other end drops what it is to send until the kernel has
 * looked after it, which it tells by the state.
 */
static void ovctl_await_link(struct ovctl_carrier *c, uint32_t index)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	unsigned int tries = 1000;

	while (--tries && !ovctl_link_is_ready(c, index))
		nanosleep(&pause, NULL);
}

/* A bond takes a device only while it is down; the plan sets it up again. */
static int ovctl_set_master(struct ovctl_carrier *c, uint32_t index)
{
	const char *master = c->obj->data[OVCTL_LINK_MASTER].text;
	uint32_t to = master[0] ? ovctl_space_index(c->space, master) : 0;
	struct ovctl_reply rp;
	int ret, err;

	if (master[0] && !to)
		return ovctl_carry_nolink(c, c->obj->netns, master);
	err = ovctl_rtnl_call(&c->space->ov, ovctl_master_message(index, to), &rp);
	ovctl_reply_free(&rp);
	ovctl_carry_step();
	if (!err)
		return OVCTL_DONE;
	if (err == -EPERM && to) {
		ret = ovctl_carry_send(c, c->space, ovctl_change_message(index, 0, IFF_UP));
		if (ret)
			return ret;
	}
	return ovctl_carry_send(c, c->space, ovctl_master_message(index, to));
}

static bool ovctl_put_changes(struct nl_msg *msg, const struct ovctl_item *obj,
			      uint32_t fields)
{
	if (fields & 1U << OVCTL_LINK_MAC &&
	    !ovctl_put_addr(msg, IFLA_ADDRESS, &obj->data[OVCTL_LINK_MAC].addr))
		return false;
	if (fields & 1U << OVCTL_LINK_MTU &&
	    nla_put_u32(msg, IFLA_MTU, obj->data[OVCTL_LINK_MTU].num))
		return false;
	if (fields & 1U << OVCTL_LINK_ADDRGEN &&
	    !ovctl_put_addrgen(msg, obj->data[OVCTL_LINK_ADDRGEN].num))
		return false;
	return obj->data[OVCTL_LINK_TYPE].num != OVCTL_LINK_BOND ||
	       ovctl_put_info(msg, obj, fields, -1);
}

static int ovctl_change_link(struct ovctl_carrier *c, uint32_t fields)
{
	uint32_t bridge = fields & (1U << OVCTL_LINK_MASTER | 1U << OVCTL_LINK_MCAST_ROUTER);
	uint32_t index = ovctl_space_index(c->space, c->obj->link);
	struct nl_msg *msg;
	int ret = OVCTL_DONE;

	if (!index)
		return ovctl_carry_nolink(c, c->obj->netns, c->obj->link);
	if (fields & ~bridge) {
		bool arp = fields & 1U << OVCTL_LINK_ARP;
		bool noarp = arp && !c->obj->data[OVCTL_LINK_ARP].num;

		msg = ovctl_change_message(index, noarp ? IFF_NOARP : 0, arp ? IFF_NOARP : 0);
		if (msg && !ovctl_put_changes(msg, c->obj, fields)) {
			nlmsg_free(msg);
			msg = NULL;
		}
		ret = ovctl_carry_send(c, c->space, msg);
	}
	if (!ret && c->op->late)
		ovctl_await_link(c, index);
	if (!ret && bridge & 1U << OVCTL_LINK_MASTER)
		ret = ovctl_set_master(c, index);
	return ret || !bridge ? ret : ovctl_set_mcast_router(c, index);
}

static int ovctl_make_link(struct ovctl_carrier *c)
{
	/* What cannot be said in the message that makes it. */
	uint32_t later = c->op->fields & (1U << OVCTL_LINK_ADDRGEN | 1U << OVCTL_LINK_MASTER |
					  1U << OVCTL_LINK_MCAST_ROUTER);
	int ret;

	switch (c->obj->data[OVCTL_LINK_TYPE].num) {
	case OVCTL_LINK_L2:
	case OVCTL_LINK_L3:
		ret = ovctl_make_device(c);
		break;
	case OVCTL_LINK_VETH:
		ret = ovctl_make_veth(c);
		break;
	case OVCTL_LINK_PORT:
		ret = ovctl_make_port(c);
		break;
	default:
		ret = ovctl_carry_send(c, c->space, ovctl_birth_message(c->obj, -1));
	}
	if (!ret)
		ret = ovctl_space_get(c->spaces, c->obj->netns, &c->space);
	if (ret || !later)
		return ret;
	ovctl_space_lost_link(c->space, c->obj->link);
	return ovctl_change_link(c, later);
}

static int ovctl_carry_link(struct ovctl_carrier *c)
{
	struct ovctl_dev dev = { .ifindex = c->obj->index, .nsid = -1 };

	if (c->op->verb == OVCTL_VERB_SET)
		return ovctl_change_link(c, c->op->fields);
	ovctl_space_lost_link(c->space, c->obj->link);
	if (c->op->verb == OVCTL_VERB_ADD)
		return ovctl_make_link(c);
	return ovctl_carry_send_del(c, ovctl_rtnl_del_message(&dev));
}

static int ovctl_carry_state(struct ovctl_carrier *c)
{
	uint32_t index = ovctl_space_index(c->space, c->obj->link);
	bool up = c->obj->data[OVCTL_STATE_UP].num;

	if (!index)
		return ovctl_carry_nolink(c, c->obj->netns, c->obj->link);
	return ovctl_carry_send(c, c->space, ovctl_change_message(index, up ? IFF_UP : 0, IFF_UP));
}

/* --- what rtnetlink has no message for --- */

static int ovctl_write_sysctl(struct ovctl_carrier *c)
{
	char path[128];
	FILE *file;
	int bad;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", c->obj->name);
	file = fopen(path, "we");
	if (!file)
		return ovctl_fail(c->spaces->ov, "%s: %s: %s", c->what, path, strerror(errno));
	bad = fprintf(file, "%u\n", c->obj->data[OVCTL_SYSCTL_VALUE].num) < 0;
	bad |= fclose(file);
	if (bad)
		return ovctl_fail(c->spaces->ov, "%s: %s: %s", c->what, path, strerror(errno));
	return OVCTL_DONE;
}

static int ovctl_carry_sysctl(struct ovctl_carrier *c)
{
	int ret, back;

	ret = ovctl_space_enter(c->spaces, c->space);
	if (ret)
		return ret;
	ret = ovctl_write_sysctl(c);
	back = ovctl_space_leave(c->spaces);
	ovctl_carry_step();
	return ret ? ret : back;
}

/* --- addresses, neighbours, routes --- */

static int ovctl_family(const struct ovctl_addr *addr)
{
	return addr->len == 4 ? AF_INET : AF_INET6;
}

static struct nl_msg *ovctl_addr_message(const struct ovctl_item *obj, uint32_t index, bool del)
{
	struct ifaddrmsg head = {
		.ifa_family = ovctl_family(&obj->key.addr),
		.ifa_prefixlen = obj->key.plen,
		.ifa_index = index,
	};
	uint32_t flags = 0;
	struct nl_msg *msg;

	if (ovctl_item_has(obj, OVCTL_ADDR_NODAD) && obj->data[OVCTL_ADDR_NODAD].num)
		flags |= IFA_F_NODAD;
	if (ovctl_item_has(obj, OVCTL_ADDR_NOPREFIXROUTE) &&
	    obj->data[OVCTL_ADDR_NOPREFIXROUTE].num)
		flags |= IFA_F_NOPREFIXROUTE;
	msg = ovctl_carry_message(del ? RTM_DELADDR : RTM_NEWADDR,
				  del ? 0 : NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof(head));
	if (!msg)
		return NULL;
	if (ovctl_put_addr(msg, IFA_LOCAL, &obj->key.addr) &&
	    ovctl_put_addr(msg, IFA_ADDRESS, &obj->key.addr) &&
	    (del || (!nla_put_u32(msg, IFA_FLAGS, flags) &&
		     !nla_put_u8(msg, IFA_PROTO, OVCTL_MARK))))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static struct nl_msg *ovctl_neigh_message(const struct ovctl_item *obj, uint32_t index,
					  bool del)
{
	struct ndmsg head = {
		.ndm_family = ovctl_family(&obj->key.addr),
		.ndm_ifindex = index,
		.ndm_state = NUD_PERMANENT,
	};
	struct nl_msg *msg;

	msg = ovctl_carry_message(del ? RTM_DELNEIGH : RTM_NEWNEIGH,
				  del ? 0 : NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof(head));
	if (!msg)
		return NULL;
	if (ovctl_put_addr(msg, NDA_DST, &obj->key.addr) &&
	    (del || (ovctl_put_addr(msg, NDA_LLADDR, &obj->data[OVCTL_NEIGH_MAC].addr) &&
		     !nla_put_u8(msg, NDA_PROTOCOL, OVCTL_MARK))))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static bool ovctl_put_route(struct nl_msg *msg, const struct ovctl_item *obj, uint32_t index)
{
	if (obj->key.plen && !ovctl_put_addr(msg, RTA_DST, &obj->key.addr))
		return false;
	if (obj->metric && nla_put_u32(msg, RTA_PRIORITY, obj->metric))
		return false;
	if (index && nla_put_u32(msg, RTA_OIF, index))
		return false;
	if (ovctl_item_has(obj, OVCTL_ROUTE_VIA) &&
	    !ovctl_put_addr(msg, RTA_GATEWAY, &obj->data[OVCTL_ROUTE_VIA].addr))
		return false;
	return !ovctl_item_has(obj, OVCTL_ROUTE_SRC) ||
	       ovctl_put_addr(msg, RTA_PREFSRC, &obj->data[OVCTL_ROUTE_SRC].addr);
}

static struct nl_msg *ovctl_route_message(const struct ovctl_item *obj, uint32_t index,
					  bool del)
{
	bool via = ovctl_item_has(obj, OVCTL_ROUTE_VIA);
	struct rtmsg head = {
		.rtm_family = ovctl_family(&obj->key.addr),
		.rtm_dst_len = obj->key.plen,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = OVCTL_MARK,
		.rtm_type = RTN_UNICAST,
		.rtm_scope = via || obj->key.addr.len == 16 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
	};
	struct nl_msg *msg;

	msg = ovctl_carry_message(del ? RTM_DELROUTE : RTM_NEWROUTE,
				  del ? 0 : NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof(head));
	if (msg && ovctl_put_route(msg, obj, index))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* Of a device that is too small for IPv6, or has it off, the kernel says little. */
static int ovctl_carry_address(struct ovctl_carrier *c, uint32_t index)
{
	bool v6 = c->obj->key.addr.len == 16;
	struct ovctl_reply rp;
	int ret = OVCTL_DONE;
	int err;

	err = ovctl_rtnl_call(&c->space->ov, ovctl_addr_message(c->obj, index, false), &rp);
	if (err && v6 && !rp.refusal.text[0] && (err == -EINVAL || err == -ENOBUFS || err == -EACCES))
		ret = ovctl_fail(c->spaces->ov, "%s: " OVCTL_NO_IPV6, c->what);
	else if (err)
		ret = ovctl_fail(c->spaces->ov, "%s: %s", c->what,
				 rp.refusal.text[0] ? rp.refusal.text : strerror(-err));
	ovctl_reply_free(&rp);
	ovctl_carry_step();
	return ret;
}

static int ovctl_carry_ip(struct ovctl_carrier *c)
{
	const char *link = c->obj->kind == OVCTL_KIND_ROUTE ?
			   ovctl_item_said(c->obj, OVCTL_ROUTE_DEV) : c->obj->link;
	uint32_t index = ovctl_space_index(c->space, link);
	bool del = c->op->verb == OVCTL_VERB_DEL;
	struct nl_msg *msg;

	if (!index && del)
		return OVCTL_DONE;
	if (!index)
		return ovctl_carry_nolink(c, c->obj->netns, link);
	if (c->obj->kind == OVCTL_KIND_ADDR && !del)
		return ovctl_carry_address(c, index);
	if (c->obj->kind == OVCTL_KIND_ADDR)
		msg = ovctl_addr_message(c->obj, index, del);
	else if (c->obj->kind == OVCTL_KIND_NEIGH)
		msg = ovctl_neigh_message(c->obj, index, del);
	else
		msg = ovctl_route_message(c->obj, index, del);
	return del ? ovctl_carry_send_del(c, msg) : ovctl_carry_send(c, c->space, msg);
}

/* --- entries and ports --- */

static bool ovctl_goes_along(const struct ovctl_op *one, const struct ovctl_op *two)
{
	const struct ovctl_item *a = ovctl_op_object(one);
	const struct ovctl_item *b = ovctl_op_object(two);

	return one->verb == two->verb && a->kind == b->kind && a->kind != OVCTL_KIND_DEV &&
	       !strcmp(a->netns, b->netns) && !strcmp(a->link, b->link);
}

/* Entries of one device that follow one another travel together. @done counts them. */
static int ovctl_carry_entries(struct ovctl_carrier *c, unsigned int count, unsigned int *done)
{
	bool del = c->op->verb == OVCTL_VERB_DEL;
	struct ovctl_request *rq;
	unsigned int i;

	rq = ovctl_carry_begin(c, c->obj->link);
	if (!rq)
		return OVCTL_FAILED;
	for (i = 0; i < count && (!i || ovctl_goes_along(c->op, &c->op[i])); i++) {
		if (!ovctl_request_fits(rq, ovctl_fields_size(ovctl_op_object(&c->op[i]))))
			break;
		/* With half an entry in it, the message is good for nothing. */
		if (!ovctl_put_entry(rq->msg, &c->op[i], 0, -1)) {
			ovctl_request_free(rq);
			return ovctl_fail(c->spaces->ov, "%s: out of memory", c->what);
		}
	}
	*done = i;
	return ovctl_carry_request(c, rq, del);
}

/* A port is told by its number in its own namespace, and that by its number here. */
static int ovctl_carry_port(struct ovctl_carrier *c)
{
	bool access = c->obj->kind == OVCTL_KIND_ACCESS;
	const char *netns = c->obj->data[access ? OVCTL_ACCESS_DEV_NETNS :
						  OVCTL_PORT_DEV_NETNS].text;
	const char *dev = c->obj->data[access ? OVCTL_ACCESS_DEV : OVCTL_PORT_DEV].text;
	uint32_t index = c->obj->index;
	int32_t nsid = c->obj->nsid;
	struct ovctl_request *rq;
	int ret;

	if (c->op->want) {
		index = ovctl_space_index(c->space, c->obj->link);
		nsid = -1;
		if (!index)
			return ovctl_carry_nolink(c, c->obj->netns, c->obj->link);
	}
	ret = ovctl_space_get(c->spaces, netns, &c->space);
	if (ret)
		return ret;
	if (c->op->want && strcmp(netns, c->obj->netns))
		nsid = ovctl_space_id(c->spaces, c->space, c->obj->netns, true);
	ret = ovctl_space_get(c->spaces, netns, &c->space);
	if (ret)
		return ret;
	rq = ovctl_carry_begin(c, dev);
	if (!rq)
		return OVCTL_FAILED;
	if (ovctl_put_entry(rq->msg, c->op, index, nsid))
		return ovctl_carry_request(c, rq, c->op->verb == OVCTL_VERB_DEL);
	ovctl_request_free(rq);
	return ovctl_fail(c->spaces->ov, "out of memory");
}

/* --- a plan --- */

static int ovctl_carry_op(struct ovctl_carrier *c, unsigned int left, unsigned int *done)
{
	int ret;

	*done = 1;
	if (c->op->verb == OVCTL_VERB_ADOPT || c->op->verb == OVCTL_VERB_WAIT)
		return OVCTL_DONE;
	if (c->obj->kind == OVCTL_KIND_NETNS)
		return ovctl_carry_netns(c);
	/* Of a tap that is deleted only its number is known. */
	if (!(c->op->verb == OVCTL_VERB_DEL && c->obj->kind == OVCTL_KIND_ACCESS)) {
		ret = ovctl_space_get(c->spaces, c->obj->netns, &c->space);
		if (ret)
			return ret;
	}
	switch (c->obj->kind) {
	case OVCTL_KIND_LINK:
		return ovctl_carry_link(c);
	case OVCTL_KIND_SYSCTL:
		return ovctl_carry_sysctl(c);
	case OVCTL_KIND_STATE:
		return ovctl_carry_state(c);
	case OVCTL_KIND_ACCESS:
	case OVCTL_KIND_PORT:
		return ovctl_carry_port(c);
	case OVCTL_KIND_ADDR:
	case OVCTL_KIND_NEIGH:
	case OVCTL_KIND_ROUTE:
		return ovctl_carry_ip(c);
	default:
		return ovctl_carry_entries(c, left, done);
	}
}

/**
 * ovctl_carry() - Carry out a plan.
 * @spaces: The namespaces.
 * @plan: The plan; it has no conflicts.
 * @told: Called behind each step with how many are done, or NULL.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said what was refused and why.
 */
int ovctl_carry(struct ovctl_spaces *spaces, const struct ovctl_plan *plan,
		void (*told)(struct ovctl *ov, const struct ovctl_plan *plan, unsigned int done))
{
	struct ovctl_carrier c = { .spaces = spaces };
	unsigned int i, done;
	int ret = OVCTL_DONE;

	for (i = 0; i < plan->count && !ret; i += done) {
		c.op = &plan->ops[i];
		c.obj = ovctl_op_object(c.op);
		ovctl_op_name(c.what, sizeof(c.what), c.op);
		ret = ovctl_carry_op(&c, plan->count - i, &done);
		if (!ret && told)
			told(spaces->ov, plan, i + done);
	}
	return ret;
}
