/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_BULK_H
#define OVCTL_BULK_H

#include "settings.h"

int ovctl_bulk_add(struct ovctl *ov, uint8_t cmd, uint16_t nest, const char *name,
		   const char *dev_name, const char *keys,
		   const struct ovctl_settings *settings);
int ovctl_bulk_flush(struct ovctl *ov);

#endif
