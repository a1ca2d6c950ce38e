/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_ACTUAL_H
#define OVCTL_ACTUAL_H

#include "../model/item.h"
#include "space.h"

int ovctl_actual_read(struct ovctl_items *have, struct ovctl_spaces *spaces,
		      const struct ovctl_items *want);

#endif
