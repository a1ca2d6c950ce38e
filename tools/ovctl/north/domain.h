/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_DOMAIN_H
#define OVCTL_DOMAIN_H

#include "../model/model.h"
#include "../ovctl.h"

/**
 * struct ovctl_nic - An interface of a guest.
 * @mac: Its Ethernet address.
 * @link: The device of the host that it is behind, or empty where that is not told.
 */
struct ovctl_nic {
	struct ovctl_addr mac;
	char link[OVCTL_LINK_SIZE];
};

/**
 * struct ovctl_nics - All of them.
 * @list: The interfaces.
 * @count: How many.
 */
struct ovctl_nics {
	struct ovctl_nic *list;
	unsigned int count;
};

int ovctl_domain_read(struct ovctl *ov, FILE *in, struct ovctl_nics *nics);
void ovctl_nics_free(struct ovctl_nics *nics);

#endif
