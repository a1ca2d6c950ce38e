// SPDX-License-Identifier: GPL-2.0
/* From a forwarding entry that is newer than the model to the VM that has moved. */
#include <string.h>

#include "adopt.h"

/**
 * ovctl_vpc_behind() - Tell which VPC a segment's peer is of.
 * @tenant: The tenant.
 * @peer: The peer.
 *
 * Return: the VPC, or NULL.
 */
const struct ovctl_vpc *ovctl_vpc_behind(const struct ovctl_tenant *tenant,
					 const struct ovctl_addr *peer)
{
	unsigned int i;

	for (i = 0; i < tenant->n_vpcs; i++) {
		struct ovctl_addr addr = ovctl_segment_addr(tenant, &tenant->vpcs[i]);

		if (ovctl_addr_same(&addr, peer))
			return &tenant->vpcs[i];
	}
	return NULL;
}

static const struct ovctl_vm *ovctl_vm_with(const struct ovctl_tenant *tenant, const char *link,
					    const struct ovctl_addr *mac)
{
	char segment[OVCTL_LINK_SIZE];
	unsigned int i;

	for (i = 0; i < tenant->n_vms; i++) {
		ovctl_name_segment(segment, sizeof(segment), tenant->vms[i].subnet);
		if (!strcmp(segment, link) && ovctl_addr_same(&tenant->vms[i].mac, mac))
			return &tenant->vms[i];
	}
	return NULL;
}

/**
 * ovctl_moved_find() - Find out what a step of adoption is about.
 * @moved: Filled in.
 * @model: The model that the plan was made from.
 * @op: The step.
 *
 * Return: false where the entry leads to no VPC of the tenant.
 */
bool ovctl_moved_find(struct ovctl_moved *moved, const struct ovctl_model *model,
		      const struct ovctl_op *op)
{
	const struct ovctl_item *entry = op->have;
	unsigned int i;

	for (i = 0; i < model->n_tenants; i++) {
		const struct ovctl_tenant *tenant = &model->tenants[i];
		const struct ovctl_vpc *vpc;
		const struct ovctl_vm *vm;

		if (!ovctl_name_is_vpc(tenant, entry->netns))
			continue;
		vpc = ovctl_vpc_behind(tenant, &entry->data[OVCTL_FDB_PEER].addr);
		vm = ovctl_vm_with(tenant, entry->link, &entry->key.addr);
		if (!vpc || !vm)
			return false;
		*moved = (struct ovctl_moved){ tenant->id, vm->id, vpc->id,
					       entry->data[OVCTL_FDB_SEQ].num };
		return true;
	}
	return false;
}
