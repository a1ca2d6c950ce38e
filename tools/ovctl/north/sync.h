/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_SYNC_H
#define OVCTL_SYNC_H

#include <stdbool.h>

struct ovctl;

int ovctl_sync(struct ovctl *ov, bool stats);
int ovctl_sync_aside(struct ovctl *ov);

#endif
