// SPDX-License-Identifier: GPL-2.0
/* Making and deleting devices, which is rtnetlink's business. */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/tenovl.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <string.h>

#include "../ovctl.h"
#include "genl.h"
#include "reply.h"
#include "rtnl.h"
#include "wire.h"

/**
 * ovctl_rtnl_message() - Begin a request.
 * @type: RTM_*.
 * @flags: NLM_F_* beside NLM_F_REQUEST.
 * @head: What its type begins with.
 * @len: How long that is.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_message(int type, int flags, const void *head, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (msg && nlmsg_append(msg, (void *)head, len, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* What a device is made with; a mode of l2 is what it has without. */
static bool ovctl_rtnl_put_mode(struct nl_msg *msg, uint8_t mode)
{
	struct nlattr *data;

	if (mode == TENOVL_MODE_L2)
		return true;
	data = nla_nest_start(msg, IFLA_INFO_DATA | NLA_F_NESTED);
	if (!data || nla_put_u8(msg, TENOVL_A_LINK_MODE, mode))
		return false;
	nla_nest_end(msg, data);
	return true;
}

/* @link: an interface here, or 0. @netns_fd: another namespace to make it in, or -1. */
static struct nl_msg *ovctl_rtnl_new_message(const char *kind, const char *name, uint32_t link,
					     int netns_fd, uint8_t mode)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nlattr *info;
	struct nl_msg *msg;

	msg = ovctl_rtnl_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &head,
				 sizeof(head));
	if (!msg)
		return NULL;
	if (nla_put_string(msg, IFLA_IFNAME, name))
		goto err_free;
	if (netns_fd >= 0 && nla_put_u32(msg, IFLA_NET_NS_FD, netns_fd))
		goto err_free;
	if (link && nla_put_u32(msg, IFLA_LINK, link))
		goto err_free;
	info = nla_nest_start(msg, IFLA_LINKINFO | NLA_F_NESTED);
	if (!info || nla_put_string(msg, IFLA_INFO_KIND, kind) || !ovctl_rtnl_put_mode(msg, mode))
		goto err_free;
	nla_nest_end(msg, info);
	return msg;

err_free:
	nlmsg_free(msg);
	return NULL;
}

/**
 * ovctl_rtnl_add_message() - Build the request that makes a device.
 * @name: The device's name.
 * @netns_fd: The namespace to make it in, or -1 for this one. This one becomes
 *	its underlay either way.
 * @mode: enum tenovl_mode.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_add_message(const char *name, int netns_fd, uint8_t mode)
{
	return ovctl_rtnl_new_message(TENOVL_KIND, name, 0, netns_fd, mode);
}

/**
 * ovctl_rtnl_port_message() - Build the request that makes a port.
 * @name: The port's name.
 * @dev: Its device, of this namespace.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_port_message(const char *name, const struct ovctl_dev *dev)
{
	return ovctl_rtnl_new_message(TENOVL_PORT_KIND, name, dev->ifindex, -1, TENOVL_MODE_L2);
}

/**
 * ovctl_rtnl_hook_message() - Build the request that makes a hook, and sets it up.
 * @name: The hook's name.
 * @port: The index of its port, in this namespace.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_hook_message(const char *name, uint32_t port)
{
	struct nl_msg *msg = ovctl_rtnl_new_message(TENOVL_HOOK_KIND, name, port, -1,
						    TENOVL_MODE_L2);
	struct ifinfomsg *head = msg ? nlmsg_data(nlmsg_hdr(msg)) : NULL;

	if (head)
		head->ifi_flags = head->ifi_change = IFF_UP;
	return msg;
}

/**
 * ovctl_rtnl_enslave_message() - Build the request that puts a port into a bridge and
 * sets it up.
 * @port: The index of the port, in this namespace.
 * @bridge: The index of the bridge.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_enslave_message(uint32_t port, uint32_t bridge)
{
	struct ifinfomsg head = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = port,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	struct nl_msg *msg = ovctl_rtnl_message(RTM_NEWLINK, NLM_F_ACK, &head, sizeof(head));

	if (msg && nla_put_u32(msg, IFLA_MASTER, bridge)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * ovctl_rtnl_mcast_router_message() - Build the request that has a bridge take a port for one
 * towards a multicast router.
 * @port: The index of the port, in this namespace.
 *
 * A snooping bridge sends to such a port what is for a group, and what says who is in it, whether
 * or not it has heard anybody there ask. Behind a segment's port are stations it cannot know of:
 * while the port is a standby one the bridge hears nothing of them.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_mcast_router_message(uint32_t port)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = port };
	struct nl_msg *msg = ovctl_rtnl_message(RTM_NEWLINK, NLM_F_ACK, &head, sizeof(head));
	struct nlattr *info, *data;

	if (!msg)
		return NULL;
	info = nla_nest_start(msg, IFLA_LINKINFO | NLA_F_NESTED);
	if (!info || nla_put_string(msg, IFLA_INFO_SLAVE_KIND, "bridge"))
		goto err_free;
	data = nla_nest_start(msg, IFLA_INFO_SLAVE_DATA | NLA_F_NESTED);
	if (!data || nla_put_u8(msg, IFLA_BRPORT_MULTICAST_ROUTER, MDB_RTR_TYPE_PERM))
		goto err_free;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return msg;

err_free:
	nlmsg_free(msg);
	return NULL;
}

/**
 * ovctl_rtnl_find_message() - Build the request for an interface by its name.
 * @name: The name.
 * @nsid: The id of its namespace, or -1 for this one.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_find_message(const char *name, int32_t nsid)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = ovctl_rtnl_message(RTM_GETLINK, NLM_F_ACK, &head, sizeof(head));

	if (!msg)
		return NULL;
	if (nla_put_string(msg, IFLA_IFNAME, name))
		goto err_free;
	if (nsid >= 0 && nla_put_s32(msg, IFLA_TARGET_NETNSID, nsid))
		goto err_free;
	return msg;

err_free:
	nlmsg_free(msg);
	return NULL;
}

/**
 * ovctl_rtnl_del_message() - Build the request that deletes a device.
 * @dev: The device; by its name where its index is not known.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_del_message(const struct ovctl_dev *dev)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = dev->ifindex };
	struct nl_msg *msg = ovctl_rtnl_message(RTM_DELLINK, NLM_F_ACK, &head, sizeof(head));

	if (!msg)
		return NULL;
	if (!dev->ifindex && nla_put_string(msg, IFLA_IFNAME, dev->name))
		goto err_free;
	if (dev->nsid >= 0 && nla_put_s32(msg, IFLA_TARGET_NETNSID, dev->nsid))
		goto err_free;
	return msg;

err_free:
	nlmsg_free(msg);
	return NULL;
}

/**
 * ovctl_rtnl_nsid_message() - Build the request for the id of a namespace.
 * @netns_fd: The namespace.
 *
 * Return: the message, or NULL where memory ran out.
 */
struct nl_msg *ovctl_rtnl_nsid_message(int netns_fd)
{
	struct rtgenmsg head = { .rtgen_family = AF_UNSPEC };
	struct nl_msg *msg = ovctl_rtnl_message(RTM_GETNSID, NLM_F_ACK, &head, sizeof(head));

	if (msg && nla_put_u32(msg, NETNSA_FD, netns_fd)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Gives a namespace an id here, of the kernel's choice. */
static struct nl_msg *ovctl_rtnl_new_nsid_message(int netns_fd)
{
	struct rtgenmsg head = { .rtgen_family = AF_UNSPEC };
	struct nl_msg *msg = ovctl_rtnl_message(RTM_NEWNSID, NLM_F_ACK, &head, sizeof(head));

	if (msg && (nla_put_u32(msg, NETNSA_FD, netns_fd) || nla_put_s32(msg, NETNSA_NSID, -1))) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * ovctl_rtnl_call() - Send a request and gather the whole answer.
 * @ov: The run.
 * @msg: The request; consumed. NULL: memory ran out.
 * @rp: The answer; to be freed by the caller.
 *
 * Return: 0 or a negative error number, as in @rp.
 */
int ovctl_rtnl_call(struct ovctl *ov, struct nl_msg *msg, struct ovctl_reply *rp)
{
	const void *buf;
	ssize_t n;

	ovctl_reply_init(rp, ++ov->seq,
			 msg && (nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	rp->error = msg ? 0 : -ENOMEM;
	if (!rp->error && !ov->rtnl)
		rp->error = ovctl_wire_open(&ov->rtnl, NETLINK_ROUTE);
	if (!rp->error) {
		nlmsg_hdr(msg)->nlmsg_seq = ov->seq;
		rp->error = ov->rtnl->send(ov->rtnl, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	}
	nlmsg_free(msg);
	while (!rp->error && !rp->done) {
		n = ov->rtnl->recv(ov->rtnl, &buf);
		if (n == -EINTR)
			continue;
		if (n < 0)
			rp->error = n;
		else
			ovctl_reply_feed(rp, buf, n);
	}
	return rp->error;
}

static const char *ovctl_rtnl_reason(const struct ovctl_reply *rp, bool elsewhere)
{
	if (rp->error == -EOPNOTSUPP && strstr(rp->refusal.text, "Unknown device type"))
		return "the tenovl module is not loaded: modprobe tenovl";
	if (rp->refusal.text[0])
		return rp->refusal.text;
	if (rp->error == -EPERM)
		return "not permitted: this needs CAP_NET_ADMIN in the initial user namespace";
	if (rp->error == -EOPNOTSUPP)
		return "the tenovl module is not loaded: modprobe tenovl";
	if (rp->error == -EEXIST)
		return elsewhere ? "a device of that name is there already, or here: the kernel asks for a name that is free in both" :
				   "a device of that name is there already";
	if (rp->error == -ENODEV)
		return "the device is gone";
	if (rp->error == -EAFNOSUPPORT)
		return OVCTL_NO_IPV6;
	return strerror(-rp->error);
}

/**
 * ovctl_rtnl_add() - Make a device.
 * @ov: The run.
 * @name: Its name.
 * @netns_fd: The namespace to make it in, or -1.
 * @mode: enum tenovl_mode.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_rtnl_add(struct ovctl *ov, const char *name, int netns_fd, uint8_t mode)
{
	struct ovctl_reply rp;
	int ret = OVCTL_DONE;

	ovctl_devs_forget(ov);
	if (ovctl_rtnl_call(ov, ovctl_rtnl_add_message(name, netns_fd, mode), &rp))
		ret = ovctl_fail(ov, "dev add %s: %s", name,
				 ovctl_rtnl_reason(&rp, netns_fd >= 0));
	ovctl_reply_free(&rp);
	return ret;
}

/**
 * ovctl_rtnl_do() - Have a change made.
 * @ov: The run.
 * @msg: The request; consumed. NULL: memory ran out.
 * @what: The command in the user's words, for a sentence.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_rtnl_do(struct ovctl *ov, struct nl_msg *msg, const char *what)
{
	struct ovctl_reply rp;
	int ret = OVCTL_DONE;

	if (ovctl_rtnl_call(ov, msg, &rp))
		ret = ovctl_fail(ov, "%s: %s", what, ovctl_rtnl_reason(&rp, false));
	ovctl_reply_free(&rp);
	return ret;
}

/**
 * ovctl_rtnl_del() - Delete a device.
 * @ov: The run.
 * @dev: The device.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_rtnl_del(struct ovctl *ov, const struct ovctl_dev *dev)
{
	char what[32];

	snprintf(what, sizeof(what), "dev del %s", dev->name);
	return ovctl_rtnl_do(ov, ovctl_rtnl_del_message(dev), what);
}

/**
 * ovctl_rtnl_undo() - Take back a device that could be made but not configured.
 * @ov: The run.
 * @dev: The device.
 *
 * The user has been told why already, and is told more only where it stays.
 *
 * Return: OVCTL_DONE where it is no more, or OVCTL_FAILED.
 */
int ovctl_rtnl_undo(struct ovctl *ov, const struct ovctl_dev *dev)
{
	struct ovctl_reply rp;
	int ret = OVCTL_DONE;
	int err;

	ovctl_devs_forget(ov);
	err = ovctl_rtnl_call(ov, ovctl_rtnl_del_message(dev), &rp);
	if (err && err != -ENODEV)
		ret = ovctl_fail(ov, "dev add %s: the device may still be there without its settings: %s",
				 dev->name, ovctl_rtnl_reason(&rp, false));
	ovctl_reply_free(&rp);
	return ret;
}

/**
 * ovctl_rtnl_known_nsid() - The id that this namespace has for another one, if any.
 * @ov: The run.
 * @netns_fd: The other one.
 * @nsid: Set to the id, or to -1.
 *
 * Return: 0 or a negative error number.
 */
int ovctl_rtnl_known_nsid(struct ovctl *ov, int netns_fd, int32_t *nsid)
{
	const struct nlmsghdr *nlh;
	struct ovctl_reply rp;
	struct nlattr *attr;
	int err;

	*nsid = -1;
	err = ovctl_rtnl_call(ov, ovctl_rtnl_nsid_message(netns_fd), &rp);
	nlh = err ? NULL : ovctl_reply_next(&rp, NULL);
	attr = nlh ? nlmsg_find_attr((struct nlmsghdr *)nlh, sizeof(struct rtgenmsg),
				     NETNSA_NSID) : NULL;
	if (attr && nla_len(attr) >= (int)sizeof(*nsid))
		*nsid = nla_get_s32(attr);
	ovctl_reply_free(&rp);
	return err;
}

/**
 * ovctl_rtnl_nsid() - The id that this namespace has for another one.
 * @ov: The run.
 * @netns_fd: The other one; it is given an id where it has none.
 * @nsid: Set to the id, or to -1 after a failure.
 *
 * Return: 0 or a negative error number.
 */
int ovctl_rtnl_nsid(struct ovctl *ov, int netns_fd, int32_t *nsid)
{
	struct ovctl_reply rp;
	int err;

	err = ovctl_rtnl_known_nsid(ov, netns_fd, nsid);
	if (err || *nsid >= 0)
		return err;
	/* Another one may be first; either way it has one then. */
	ovctl_rtnl_call(ov, ovctl_rtnl_new_nsid_message(netns_fd), &rp);
	ovctl_reply_free(&rp);
	return ovctl_rtnl_known_nsid(ov, netns_fd, nsid);
}

/**
 * ovctl_rtnl_find() - The index of an interface.
 * @ov: The run.
 * @name: Its name.
 * @nsid: The id of its namespace, or -1 for this one.
 *
 * Return: the index, or 0 where there is none of that name.
 */
uint32_t ovctl_rtnl_find(struct ovctl *ov, const char *name, int32_t nsid)
{
	const struct ifinfomsg *info = NULL;
	const struct nlmsghdr *nlh;
	struct ovctl_reply rp;
	uint32_t ifindex;

	ovctl_rtnl_call(ov, ovctl_rtnl_find_message(name, nsid), &rp);
	nlh = rp.error ? NULL : ovctl_reply_next(&rp, NULL);
	if (nlh && nlmsg_datalen(nlh) >= (int)sizeof(*info))
		info = nlmsg_data(nlh);
	ifindex = info ? info->ifi_index : 0;
	ovctl_reply_free(&rp);
	return ifindex;
}
