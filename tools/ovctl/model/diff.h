/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_DIFF_H
#define OVCTL_DIFF_H

#include "model.h"

/**
 * enum ovctl_object - What a tenant consists of.
 * @OVCTL_OBJECT_TENANT: Its own settings.
 * @OVCTL_OBJECT_VPC: A VPC.
 * @OVCTL_OBJECT_LINK: A pair of VPCs.
 * @OVCTL_OBJECT_SUBNET: A subnet.
 * @OVCTL_OBJECT_VM: A VM.
 */
enum ovctl_object {
	OVCTL_OBJECT_TENANT,
	OVCTL_OBJECT_VPC,
	OVCTL_OBJECT_LINK,
	OVCTL_OBJECT_SUBNET,
	OVCTL_OBJECT_VM,
};

/**
 * enum ovctl_fate - What becomes of an object.
 * @OVCTL_FATE_SAME: It stays as it is.
 * @OVCTL_FATE_CHANGED: It changes.
 * @OVCTL_FATE_ADDED: It comes.
 * @OVCTL_FATE_REMOVED: It goes.
 */
enum ovctl_fate {
	OVCTL_FATE_SAME,
	OVCTL_FATE_CHANGED,
	OVCTL_FATE_ADDED,
	OVCTL_FATE_REMOVED,
};

/**
 * struct ovctl_diff - One object of a tenant, before and after.
 * @object: What it is.
 * @fate: What becomes of it.
 * @old: How it was, or NULL; a struct by @object.
 * @now: How it is, or NULL.
 */
struct ovctl_diff {
	enum ovctl_object object;
	enum ovctl_fate fate;
	const void *old;
	const void *now;
};

typedef int ovctl_diff_fn(const struct ovctl_diff *diff, void *arg);

int ovctl_tenant_diff(const struct ovctl_tenant *old, const struct ovctl_tenant *now,
		      ovctl_diff_fn *fn, void *arg);

#endif
