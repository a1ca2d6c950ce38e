/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_SOUTH_FIELDS_H
#define OVCTL_SOUTH_FIELDS_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "../model/item.h"
#include "spec.h"

const struct ovctl_set *ovctl_fields_set(enum ovctl_kind kind, uint16_t *nest);
bool ovctl_fields_key(struct nl_msg *msg, const struct ovctl_item *obj);
bool ovctl_fields_put(struct nl_msg *msg, const struct ovctl_item *obj, uint32_t fields);
size_t ovctl_fields_size(const struct ovctl_item *obj);
void ovctl_fields_get(struct ovctl_items *objs, struct ovctl_item *obj, struct nlattr *nest);

#endif
