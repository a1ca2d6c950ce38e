/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_PASSWORD_H
#define OVCTL_PASSWORD_H

#include "../ovctl.h"

#define OVCTL_PASSWORD_SIZE 1025

int ovctl_password_ask(struct ovctl *ov, const char *whose, char *buf);
int ovctl_password_new(struct ovctl *ov, const char *whose, bool first, char *buf);
int ovctl_confirm(struct ovctl *ov, bool yes, const char *question);

#endif
