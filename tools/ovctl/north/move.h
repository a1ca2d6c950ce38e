/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_NORTH_MOVE_H
#define OVCTL_NORTH_MOVE_H

#include "command.h"

extern const struct ovctl_command ovctl_subnet_migrate_command;
extern const struct ovctl_command ovctl_vpc_move_command;

#endif
