/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_COLD_COMMANDS_H
#define OVCTL_COLD_COMMANDS_H

#include "command.h"

extern const struct ovctl_command ovctl_subnet_migrate_command;
extern const struct ovctl_command ovctl_vpc_move_command;

#endif
