/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_TOPOLOGY_H
#define OVCTL_TOPOLOGY_H

#include <jansson.h>

#include "check.h"

#define OVCTL_TOPOLOGY_WHY 512

json_t *ovctl_topology_write(const struct ovctl_tenant *tenant);
bool ovctl_topology_read_id(const json_t *root, uint32_t *id, char *why);
bool ovctl_topology_read(const json_t *root, const struct ovctl_model *model,
			 const struct ovctl_tenant *old, struct ovctl_tenant *now, char *why);

#endif
