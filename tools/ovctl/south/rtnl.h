/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_RTNL_H
#define OVCTL_RTNL_H

#include <netlink/msg.h>

#include "reply.h"
#include "request.h"

struct ovctl;

/* Of what the kernel says little. */
#define OVCTL_NO_IPV6 \
	"there is no IPv6 on the device: its MTU is below 1280, or IPv6 is off there"

struct nl_msg *ovctl_rtnl_message(int type, int flags, const void *head, size_t len);
struct nl_msg *ovctl_rtnl_add_message(const char *name, int netns_fd, uint8_t mode);
struct nl_msg *ovctl_rtnl_port_message(const char *name, const struct ovctl_dev *dev);
struct nl_msg *ovctl_rtnl_hook_message(const char *name, uint32_t port);
struct nl_msg *ovctl_rtnl_enslave_message(uint32_t port, uint32_t bridge);
struct nl_msg *ovctl_rtnl_mcast_router_message(uint32_t port);
struct nl_msg *ovctl_rtnl_find_message(const char *name, int32_t nsid);
struct nl_msg *ovctl_rtnl_del_message(const struct ovctl_dev *dev);
struct nl_msg *ovctl_rtnl_nsid_message(int netns_fd);
int ovctl_rtnl_call(struct ovctl *ov, struct nl_msg *msg, struct ovctl_reply *rp);
int ovctl_rtnl_known_nsid(struct ovctl *ov, int netns_fd, int32_t *nsid);
int ovctl_rtnl_add(struct ovctl *ov, const char *name, int netns_fd, uint8_t mode);
int ovctl_rtnl_do(struct ovctl *ov, struct nl_msg *msg, const char *what);
int ovctl_rtnl_del(struct ovctl *ov, const struct ovctl_dev *dev);
int ovctl_rtnl_undo(struct ovctl *ov, const struct ovctl_dev *dev);
int ovctl_rtnl_nsid(struct ovctl *ov, int netns_fd, int32_t *nsid);
uint32_t ovctl_rtnl_find(struct ovctl *ov, const char *name, int32_t nsid);

#endif
