/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_SYNC_H
#define OVCTL_SYNC_H

#include <stdbool.h>

#include "../model/model.h"

struct ovctl;

/**
 * struct ovctl_stage - A stage on the way to what the store says, or says later.
 * @change: Changes the model that the store has into that of the stage; NULL for none.
 * @arg: Its argument.
 * @late: What is deleted is deleted last. Nothing that is made may need what it has.
 * @tenant: Whose VMs take turns with that, or NULL.
 * @subnet: The subnet that they are in.
 */
struct ovctl_stage {
	void (*change)(struct ovctl_model *model, const void *arg);
	const void *arg;
	bool late;
	const struct ovctl_tenant *tenant;
	uint32_t subnet;
};

int ovctl_sync(struct ovctl *ov, bool stats);
int ovctl_sync_aside(struct ovctl *ov, const uint32_t *tenants, unsigned int count);
int ovctl_sync_lock(struct ovctl *ov, int *lock);
int ovctl_sync_stage(struct ovctl *ov, const struct ovctl_stage *stage);

#endif
