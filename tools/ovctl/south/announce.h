/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_ANNOUNCE_H
#define OVCTL_ANNOUNCE_H

#include "../model/model.h"
#include "space.h"

/* The longest of them is a neighbour advertisement. */
#define OVCTL_ANNOUNCEMENT_MAX 96

size_t ovctl_announcement(uint8_t *frame, const struct ovctl_addr *mac,
			  const struct ovctl_addr *ip);
int ovctl_announce(struct ovctl_spaces *spaces, const char *netns, const char *link,
		   const struct ovctl_vm *vm);

#endif
