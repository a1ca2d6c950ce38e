/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_BATCH_H
#define OVCTL_BATCH_H

#include "../ovctl.h"

#define OVCTL_BATCH_WORDS 64

int ovctl_batch_split(char *line, char **words, int max, const char **fault);
int ovctl_batch_read(struct ovctl *ov, FILE *in, const char *name);

#endif
