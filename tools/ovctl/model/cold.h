/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_COLD_H
#define OVCTL_COLD_H

#include "model.h"

void ovctl_move_subnet(struct ovctl_tenant *tenant, uint32_t subnet, uint32_t from, uint32_t to);
void ovctl_model_put_tenant(struct ovctl_model *model, const struct ovctl_tenant *tenant);
void ovctl_model_expect_vpc(struct ovctl_model *model, uint32_t tenant, uint32_t vpc,
			    const struct ovctl_addr *vtep);

#endif
