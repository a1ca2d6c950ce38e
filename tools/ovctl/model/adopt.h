/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_ADOPT_H
#define OVCTL_ADOPT_H

#include "plan.h"

/**
 * struct ovctl_moved - A VM that the kernel shows in another place than the model.
 * @tenant: The tenant.
 * @vm: The VM's number.
 * @vpc: Where it is.
 * @seq: The sequence of its forwarding entry there.
 */
struct ovctl_moved {
	uint32_t tenant;
	uint32_t vm;
	uint32_t vpc;
	uint32_t seq;
};

bool ovctl_moved_find(struct ovctl_moved *moved, const struct ovctl_model *model,
		      const struct ovctl_op *op);
const struct ovctl_vpc *ovctl_vpc_behind(const struct ovctl_tenant *tenant,
					 const struct ovctl_addr *peer);

#endif
