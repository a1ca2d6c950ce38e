/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_SHOW_H
#define OVCTL_SHOW_H

#include "../south/genl.h"
#include "output.h"

int ovctl_show_reply(struct ovctl_table *table, const struct ovctl_reply *rp, uint16_t nest,
		     const char *ifname);
int ovctl_show_key(struct ovctl *ov, uint8_t cmd, uint16_t nest, const char *name,
		   const struct ovctl_dev *dev, const struct ovctl_column *columns,
		   const struct ovctl_value *key, unsigned int count);
int ovctl_show_objects(struct ovctl *ov, uint8_t cmd, uint16_t nest, const char *name,
		       const struct ovctl_column *columns, int argc, char **argv);

#endif
