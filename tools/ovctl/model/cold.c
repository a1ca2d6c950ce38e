// SPDX-License-Identifier: GPL-2.0
/* Moves of subnets and VPCs, and the models that a kernel goes through on the way, so that what
 * is new is there before what is old goes.
 */
#include <string.h>

#include "cold.h"

/**
 * ovctl_move_subnet() - Have a subnet present in another VPC instead of one, with its VMs.
 * @tenant: The tenant.
 * @subnet: The subnet.
 * @from: The VPC that it leaves.
 * @to: The VPC that it comes to, where it is not yet.
 *
 * Its VMs in other VPCs stay there.
 */
void ovctl_move_subnet(struct ovctl_tenant *tenant, uint32_t subnet, uint32_t from, uint32_t to)
{
	unsigned int i;

	ovctl_subnet_add_vpc(ovctl_tenant_subnet(tenant, subnet), to);
	for (i = 0; i < tenant->n_vms; i++) {
		struct ovctl_vm *vm = &tenant->vms[i];

		if (vm->subnet != subnet || vm->vpc != from)
			continue;
		vm->vpc = to;
		vm->seq++;
	}
	ovctl_subnet_del_vpc(tenant, subnet, from);
}

/**
 * ovctl_model_put_tenant() - Have a tenant in a model as it is somewhere else.
 * @model: The model.
 * @tenant: The tenant; it is copied. Where the model has none of its number nothing happens.
 */
void ovctl_model_put_tenant(struct ovctl_model *model, const struct ovctl_tenant *tenant)
{
	struct ovctl_tenant *at = ovctl_model_tenant(model, tenant->id);

	if (!at)
		return;
	ovctl_tenant_free(at);
	ovctl_tenant_copy(at, tenant);
}

static void ovctl_expect_links(struct ovctl_tenant *tenant, uint32_t vpc, uint32_t other)
{
	unsigned int i;

	for (i = 0; tenant->n_links && i < tenant->n_vpcs; i++)
		if (ovctl_tenant_linked(tenant, vpc, tenant->vpcs[i].id))
			ovctl_tenant_add_link(tenant, tenant->vpcs[i].id, other);
}

/**
 * ovctl_model_expect_vpc() - Have the peers of a VPC know it at a second address as well.
 * @model: The model.
 * @tenant: The tenant.
 * @vpc: The VPC.
 * @vtep: The address.
 *
 * It is there as one more VPC, on a host of which nothing is made. Its number is the last that is
 * free, so that what leads to the first VPC of a subnet leads where it did.
 */
void ovctl_model_expect_vpc(struct ovctl_model *model, uint32_t tenant, uint32_t vpc,
			    const struct ovctl_addr *vtep)
{
	static const char *const nowhere = "-";
	struct ovctl_tenant *of = ovctl_model_tenant(model, tenant);
	uint32_t id = OVCTL_VPC_MAX;
	struct ovctl_vpc *other;
	unsigned int i;

	while (id && ovctl_tenant_vpc(of, id))
		id--;
	if (!id)
		return;
	ovctl_model_add_host(model, nowhere)->remote = true;
	other = ovctl_tenant_add_vpc(of, id);
	strcpy(other->host, nowhere);
	other->vtep = *vtep;
	ovctl_expect_links(of, vpc, id);
	for (i = 0; i < of->n_subnets; i++)
		if (ovctl_subnet_in(&of->subnets[i], vpc))
			ovctl_subnet_add_vpc(&of->subnets[i], id);
}
