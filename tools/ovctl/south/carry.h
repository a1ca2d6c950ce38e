/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_CARRY_H
#define OVCTL_CARRY_H

#include "../model/plan.h"
#include "space.h"

int ovctl_carry(struct ovctl_spaces *spaces, const struct ovctl_plan *plan,
		void (*told)(struct ovctl *ov, const struct ovctl_plan *plan, unsigned int done));

#endif
