/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_RECORD_H
#define OVCTL_RECORD_H

#include <jansson.h>
#include <linux/netlink.h>

#include "spec.h"

bool ovctl_record_add(json_t *rec, const struct ovctl_set *set, const void *attrs, int len);
json_t *ovctl_record_head(const struct nlmsghdr *nlh);
int ovctl_record_each(const struct nlmsghdr *nlh, uint16_t nest,
		      int (*fn)(json_t *rec, void *arg), void *arg);

#endif
