/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_NETNS_H
#define OVCTL_NETNS_H

#include <stdbool.h>

struct ovctl;

int ovctl_netns_open(struct ovctl *ov, const char *name, int *fd);
int ovctl_netns_enter(struct ovctl *ov, const char *name);
bool ovctl_netns_is_own(int fd);

#endif
