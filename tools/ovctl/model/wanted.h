/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_WANTED_H
#define OVCTL_WANTED_H

#include "item.h"

void ovctl_wanted_make(struct ovctl_items *objs, const struct ovctl_model *model);

#endif
