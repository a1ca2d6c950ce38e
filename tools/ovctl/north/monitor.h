/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_MONITOR_H
#define OVCTL_MONITOR_H

#include <linux/netlink.h>

#include "../ovctl.h"

int ovctl_monitor_message(struct ovctl *ov, const struct nlmsghdr *nlh, const char *event,
			  const char *ifname);
int ovctl_monitor_feed(struct ovctl *ov, const void *buf, size_t len);
int ovctl_monitor_resync(struct ovctl *ov);
int ovctl_monitor_loop(struct ovctl *ov, struct ovctl_wire *wire);

#endif
