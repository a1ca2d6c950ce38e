/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_NETNS_H
#define OVCTL_NETNS_H

#include <stdbool.h>

int ovctl_netns_open(const char *name);
int ovctl_netns_enter(const char *name);
bool ovctl_netns_is_own(int fd);

#endif
