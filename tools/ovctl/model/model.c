// SPDX-License-Identifier: GPL-2.0
/* The model: hosts and tenants, and what tenants own. Lists are kept in order of their keys, so
 * that what is found, printed and planned comes in one order. Pointers into a list are good
 * until something is added to it or taken from it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/**
 * ovctl_grow() - Make room for one more in a list.
 * @list: The list, or NULL.
 * @count: How many it has.
 * @size: The size of one.
 *
 * Return: the list. A tool that has no memory ends: all that it had not yet committed is as if
 * it had not been asked for.
 */
void *ovctl_grow(void *list, size_t count, size_t size)
{
	/* Room doubles, so it is full when the count is a power of two. */
	if (count & (count - 1))
		return list;
	list = reallocarray(list, count ? 2 * count : 1, size);
	if (!list) {
		fputs("ovctl: out of memory\n", stderr);
		exit(1);
	}
	return list;
}

/* Opens a gap before entry @at of a list, and clears it. */
static void *ovctl_list_insert(void *list, unsigned int *count, unsigned int at, size_t size)
{
	char *bytes = ovctl_grow(list, *count, size);

	memmove(bytes + (at + 1) * size, bytes + at * size, (*count - at) * size);
	memset(bytes + at * size, 0, size);
	(*count)++;
	return bytes;
}

static void ovctl_list_remove(void *list, unsigned int *count, unsigned int at, size_t size)
{
	char *bytes = list;

	(*count)--;
	memmove(bytes + at * size, bytes + (at + 1) * size, (*count - at) * size);
}

/* Where an entry with this number is or belongs; every numbered entry begins with its number. */
static unsigned int ovctl_list_find(const void *list, unsigned int count, size_t size,
				    uint32_t id)
{
	const char *bytes = list;
	unsigned int low = 0;
	unsigned int high = count;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;
		uint32_t found;

		memcpy(&found, bytes + mid * size, sizeof(found));
		if (found < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool ovctl_list_has(const void *list, unsigned int count, size_t size, unsigned int at,
			   uint32_t id)
{
	uint32_t found;

	if (at == count)
		return false;
	memcpy(&found, (const char *)list + at * size, sizeof(found));
	return found == id;
}

#define LIST_GET(list, count, id) __extension__ ({					\
	unsigned int at_ = ovctl_list_find(list, count, sizeof(*(list)), id);		\
	ovctl_list_has(list, count, sizeof(*(list)), at_, id) ? &(list)[at_] : NULL;	\
})

#define LIST_ADD(list, count, number) __extension__ ({					\
	unsigned int at_ = ovctl_list_find(list, count, sizeof(*(list)), number);	\
	list = ovctl_list_insert(list, &(count), at_, sizeof(*(list)));			\
	(list)[at_].id = number;							\
	&(list)[at_];									\
})

#define LIST_DEL(list, count, entry)							\
	ovctl_list_remove(list, &(count), (entry) - (list), sizeof(*(list)))

/**
 * ovctl_model_init() - Begin a model.
 * @model: Filled in; empty.
 */
void ovctl_model_init(struct ovctl_model *model)
{
	memset(model, 0, sizeof(*model));
}

/**
 * ovctl_model_free() - Free a model with all tenants.
 * @model: The model; it is empty then.
 */
void ovctl_model_free(struct ovctl_model *model)
{
	unsigned int i;

	for (i = 0; i < model->n_tenants; i++)
		ovctl_tenant_free(&model->tenants[i]);
	free(model->tenants);
	free(model->hosts);
	ovctl_model_init(model);
}

/**
 * ovctl_tenant_init() - Begin a tenant that owns nothing.
 * @tenant: Filled in.
 * @id: Its number.
 */
void ovctl_tenant_init(struct ovctl_tenant *tenant, uint32_t id)
{
	memset(tenant, 0, sizeof(*tenant));
	tenant->id = id;
	tenant->overlay = true;
}

/**
 * ovctl_tenant_free() - Free what a tenant owns.
 * @tenant: The tenant; it owns nothing then.
 */
void ovctl_tenant_free(struct ovctl_tenant *tenant)
{
	unsigned int i;

	for (i = 0; i < tenant->n_subnets; i++)
		free(tenant->subnets[i].vpcs);
	free(tenant->vpcs);
	free(tenant->subnets);
	free(tenant->vms);
	free(tenant->links);
	ovctl_tenant_init(tenant, tenant->id);
}

/**
 * ovctl_tenant_copy() - Copy a tenant with all that it owns.
 * @to: Filled in; owns its own copies.
 * @from: The tenant.
 */
void ovctl_tenant_copy(struct ovctl_tenant *to, const struct ovctl_tenant *from)
{
	unsigned int i, j;

	ovctl_tenant_init(to, from->id);
	to->transport = from->transport;
	to->overlay = from->overlay;
	to->transit_vni = from->transit_vni;
	to->mesh_vni = from->mesh_vni;
	for (i = 0; i < from->n_vpcs; i++)
		*ovctl_tenant_add_vpc(to, from->vpcs[i].id) = from->vpcs[i];
	for (i = 0; i < from->n_subnets; i++) {
		const struct ovctl_subnet *subnet = &from->subnets[i];
		struct ovctl_subnet *copy = ovctl_tenant_add_subnet(to, subnet->id);

		*copy = *subnet;
		copy->vpcs = NULL;
		copy->n_vpcs = 0;
		for (j = 0; j < subnet->n_vpcs; j++)
			ovctl_subnet_add_vpc(copy, subnet->vpcs[j]);
	}
	for (i = 0; i < from->n_vms; i++)
		*ovctl_tenant_add_vm(to, from->vms[i].id) = from->vms[i];
	for (i = 0; i < from->n_links; i++)
		ovctl_tenant_add_link(to, from->links[i].a, from->links[i].b);
}

/**
 * ovctl_model_add_host() - Add a host.
 * @model: The model.
 * @name: The name; what does not fit is cut off.
 *
 * Return: the host, nothing of it set but its name.
 */
struct ovctl_host *ovctl_model_add_host(struct ovctl_model *model, const char *name)
{
	unsigned int at;

	for (at = 0; at < model->n_hosts && strcmp(model->hosts[at].name, name) < 0; at++)
		;
	model->hosts = ovctl_list_insert(model->hosts, &model->n_hosts, at,
					 sizeof(*model->hosts));
	snprintf(model->hosts[at].name, sizeof(model->hosts[at].name), "%s", name);
	return &model->hosts[at];
}

/**
 * ovctl_model_add_tenant() - Add a tenant.
 * @model: The model.
 * @id: Its number, which no other has.
 *
 * Return: the tenant, as ovctl_tenant_init() makes it.
 */
struct ovctl_tenant *ovctl_model_add_tenant(struct ovctl_model *model, uint32_t id)
{
	struct ovctl_tenant *tenant = LIST_ADD(model->tenants, model->n_tenants, id);

	ovctl_tenant_init(tenant, id);
	return tenant;
}

/**
 * ovctl_tenant_add_vpc() - Add a VPC.
 * @tenant: The tenant.
 * @id: Its number, which no other has.
 *
 * Return: the VPC, nothing of it set but its number.
 */
struct ovctl_vpc *ovctl_tenant_add_vpc(struct ovctl_tenant *tenant, uint32_t id)
{
	return LIST_ADD(tenant->vpcs, tenant->n_vpcs, id);
}

/**
 * ovctl_tenant_add_subnet() - Add a subnet.
 * @tenant: The tenant.
 * @id: Its number, which no other has.
 *
 * Return: the subnet, nothing of it set but its number and suppression.
 */
struct ovctl_subnet *ovctl_tenant_add_subnet(struct ovctl_tenant *tenant, uint32_t id)
{
	struct ovctl_subnet *subnet = LIST_ADD(tenant->subnets, tenant->n_subnets, id);

	subnet->suppress = true;
	return subnet;
}

/**
 * ovctl_tenant_add_vm() - Add a VM.
 * @tenant: The tenant.
 * @id: Its number, which no other has.
 *
 * Return: the VM, nothing of it set but its number.
 */
struct ovctl_vm *ovctl_tenant_add_vm(struct ovctl_tenant *tenant, uint32_t id)
{
	return LIST_ADD(tenant->vms, tenant->n_vms, id);
}

/**
 * ovctl_tenant_add_link() - Join two VPCs; the first link parts all those not named.
 * @tenant: The tenant.
 * @a: One VPC.
 * @b: The other.
 */
void ovctl_tenant_add_link(struct ovctl_tenant *tenant, uint32_t a, uint32_t b)
{
	struct ovctl_pair pair = { .a = a < b ? a : b, .b = a < b ? b : a };
	unsigned int at;

	for (at = 0; at < tenant->n_links; at++) {
		const struct ovctl_pair *link = &tenant->links[at];

		if (link->a == pair.a && link->b == pair.b)
			return;
		if (link->a > pair.a || (link->a == pair.a && link->b > pair.b))
			break;
	}
	tenant->links = ovctl_list_insert(tenant->links, &tenant->n_links, at,
					  sizeof(*tenant->links));
	tenant->links[at] = pair;
}

/**
 * ovctl_subnet_add_vpc() - Make a subnet present in a VPC.
 * @subnet: The subnet.
 * @vpc: The VPC; where it is there already nothing happens.
 */
void ovctl_subnet_add_vpc(struct ovctl_subnet *subnet, uint32_t vpc)
{
	unsigned int at = ovctl_list_find(subnet->vpcs, subnet->n_vpcs, sizeof(vpc), vpc);

	if (ovctl_list_has(subnet->vpcs, subnet->n_vpcs, sizeof(vpc), at, vpc))
		return;
	subnet->vpcs = ovctl_list_insert(subnet->vpcs, &subnet->n_vpcs, at, sizeof(vpc));
	subnet->vpcs[at] = vpc;
}

/**
 * ovctl_model_del_host() - Take a host away, where there is one.
 * @model: The model.
 * @name: Its name.
 */
void ovctl_model_del_host(struct ovctl_model *model, const char *name)
{
	struct ovctl_host *host = ovctl_model_host(model, name);

	if (host)
		LIST_DEL(model->hosts, model->n_hosts, host);
}

/**
 * ovctl_model_del_tenant() - Take a tenant away with all that it owns, where there is one.
 * @model: The model.
 * @id: Its number.
 */
void ovctl_model_del_tenant(struct ovctl_model *model, uint32_t id)
{
	struct ovctl_tenant *tenant = ovctl_model_tenant(model, id);

	if (!tenant)
		return;
	ovctl_tenant_free(tenant);
	LIST_DEL(model->tenants, model->n_tenants, tenant);
}

/**
 * ovctl_tenant_del_vpc() - Take a VPC away, where there is one, and what has no place then.
 * @tenant: The tenant.
 * @id: Its number.
 *
 * Its VMs go, its links, and subnets that are present nowhere else.
 */
void ovctl_tenant_del_vpc(struct ovctl_tenant *tenant, uint32_t id)
{
	struct ovctl_vpc *vpc = ovctl_tenant_vpc(tenant, id);
	unsigned int i;

	if (!vpc)
		return;
	for (i = tenant->n_subnets; i > 0; i--)
		ovctl_subnet_del_vpc(tenant, tenant->subnets[i - 1].id, id);
	for (i = tenant->n_links; i > 0; i--) {
		struct ovctl_pair *link = &tenant->links[i - 1];

		if (link->a == id || link->b == id)
			LIST_DEL(tenant->links, tenant->n_links, link);
	}
	LIST_DEL(tenant->vpcs, tenant->n_vpcs, vpc);
}

/**
 * ovctl_tenant_del_subnet() - Take a subnet away with its VMs, where there is one.
 * @tenant: The tenant.
 * @id: Its number.
 */
void ovctl_tenant_del_subnet(struct ovctl_tenant *tenant, uint32_t id)
{
	struct ovctl_subnet *subnet = ovctl_tenant_subnet(tenant, id);
	unsigned int i;

	if (!subnet)
		return;
	for (i = tenant->n_vms; i > 0; i--)
		if (tenant->vms[i - 1].subnet == id)
			LIST_DEL(tenant->vms, tenant->n_vms, &tenant->vms[i - 1]);
	free(subnet->vpcs);
	LIST_DEL(tenant->subnets, tenant->n_subnets, subnet);
}

/**
 * ovctl_tenant_del_vm() - Take a VM away, where there is one.
 * @tenant: The tenant.
 * @id: Its number.
 */
void ovctl_tenant_del_vm(struct ovctl_tenant *tenant, uint32_t id)
{
	struct ovctl_vm *vm = ovctl_tenant_vm(tenant, id);

	if (vm)
		LIST_DEL(tenant->vms, tenant->n_vms, vm);
}

/**
 * ovctl_subnet_del_vpc() - Take a subnet out of a VPC, with the VMs that are there.
 * @tenant: The tenant.
 * @subnet: The subnet's number; it goes as a whole with its last VPC.
 * @vpc: The VPC.
 */
void ovctl_subnet_del_vpc(struct ovctl_tenant *tenant, uint32_t subnet, uint32_t vpc)
{
	struct ovctl_subnet *s = ovctl_tenant_subnet(tenant, subnet);
	unsigned int at, i;

	if (!s || !ovctl_subnet_in(s, vpc))
		return;
	for (i = tenant->n_vms; i > 0; i--) {
		struct ovctl_vm *vm = &tenant->vms[i - 1];

		if (vm->subnet == subnet && vm->vpc == vpc)
			LIST_DEL(tenant->vms, tenant->n_vms, vm);
	}
	at = ovctl_list_find(s->vpcs, s->n_vpcs, sizeof(vpc), vpc);
	ovctl_list_remove(s->vpcs, &s->n_vpcs, at, sizeof(vpc));
	if (!s->n_vpcs)
		ovctl_tenant_del_subnet(tenant, subnet);
}

/**
 * ovctl_model_host() - Find a host.
 * @model: The model.
 * @name: Its name.
 *
 * Return: the host, or NULL.
 */
struct ovctl_host *ovctl_model_host(const struct ovctl_model *model, const char *name)
{
	unsigned int i;

	for (i = 0; i < model->n_hosts; i++)
		if (!strcmp(model->hosts[i].name, name))
			return &model->hosts[i];
	return NULL;
}

/**
 * ovctl_model_tenant() - Find a tenant.
 * @model: The model.
 * @id: Its number.
 *
 * Return: the tenant, or NULL.
 */
struct ovctl_tenant *ovctl_model_tenant(const struct ovctl_model *model, uint32_t id)
{
	return LIST_GET(model->tenants, model->n_tenants, id);
}

/**
 * ovctl_tenant_vpc() - Find a VPC.
 * @tenant: The tenant.
 * @id: Its number.
 *
 * Return: the VPC, or NULL.
 */
struct ovctl_vpc *ovctl_tenant_vpc(const struct ovctl_tenant *tenant, uint32_t id)
{
	return LIST_GET(tenant->vpcs, tenant->n_vpcs, id);
}

/**
 * ovctl_tenant_subnet() - Find a subnet.
 * @tenant: The tenant.
 * @id: Its number.
 *
 * Return: the subnet, or NULL.
 */
struct ovctl_subnet *ovctl_tenant_subnet(const struct ovctl_tenant *tenant, uint32_t id)
{
	return LIST_GET(tenant->subnets, tenant->n_subnets, id);
}

/**
 * ovctl_tenant_vm() - Find a VM.
 * @tenant: The tenant.
 * @id: Its number.
 *
 * Return: the VM, or NULL.
 */
struct ovctl_vm *ovctl_tenant_vm(const struct ovctl_tenant *tenant, uint32_t id)
{
	return LIST_GET(tenant->vms, tenant->n_vms, id);
}

/**
 * ovctl_tenant_vm_named() - Find a VM by its name.
 * @tenant: The tenant.
 * @name: The name.
 *
 * Return: the VM, or NULL.
 */
struct ovctl_vm *ovctl_tenant_vm_named(const struct ovctl_tenant *tenant, const char *name)
{
	unsigned int i;

	for (i = 0; i < tenant->n_vms; i++)
		if (!strcmp(tenant->vms[i].name, name))
			return &tenant->vms[i];
	return NULL;
}

/**
 * ovctl_subnet_in() - Tell whether a subnet is present in a VPC.
 * @subnet: The subnet.
 * @vpc: The VPC.
 *
 * Return: true where it is.
 */
bool ovctl_subnet_in(const struct ovctl_subnet *subnet, uint32_t vpc)
{
	unsigned int at = ovctl_list_find(subnet->vpcs, subnet->n_vpcs, sizeof(vpc), vpc);

	return ovctl_list_has(subnet->vpcs, subnet->n_vpcs, sizeof(vpc), at, vpc);
}

/**
 * ovctl_tenant_linked() - Tell whether two VPCs are meant to reach each other.
 * @tenant: The tenant.
 * @a: One VPC.
 * @b: The other.
 *
 * The switch of the overlay is not asked.
 *
 * Return: true where they are; a VPC is not linked with itself.
 */
bool ovctl_tenant_linked(const struct ovctl_tenant *tenant, uint32_t a, uint32_t b)
{
	unsigned int i;

	if (a == b || !ovctl_tenant_vpc(tenant, a) || !ovctl_tenant_vpc(tenant, b))
		return false;
	for (i = 0; i < tenant->n_links; i++) {
		const struct ovctl_pair *link = &tenant->links[i];

		if ((link->a == a && link->b == b) || (link->a == b && link->b == a))
			return true;
	}
	return !tenant->n_links;
}

/**
 * ovctl_subnet_peers() - Tell whether a subnet's devices in two VPCs are peers of each other.
 * @tenant: The tenant.
 * @subnet: Its subnet.
 * @a: One VPC.
 * @b: The other.
 *
 * Return: true where they are.
 */
bool ovctl_subnet_peers(const struct ovctl_tenant *tenant, const struct ovctl_subnet *subnet,
			uint32_t a, uint32_t b)
{
	return tenant->overlay && ovctl_subnet_in(subnet, a) && ovctl_subnet_in(subnet, b) &&
	       ovctl_tenant_linked(tenant, a, b);
}

/**
 * ovctl_transit_peers() - Tell whether two VPCs' transits, and meshes, are peers of each other.
 * @tenant: The tenant.
 * @a: One VPC.
 * @b: The other.
 *
 * Return: true where they are.
 */
bool ovctl_transit_peers(const struct ovctl_tenant *tenant, uint32_t a, uint32_t b)
{
	return tenant->overlay && ovctl_tenant_linked(tenant, a, b);
}

/**
 * ovctl_subnet_bridges() - Count the bridges of a subnet in each of its VPCs.
 * @subnet: The subnet.
 *
 * Return: how many; none where VMs are attached directly.
 */
unsigned int ovctl_subnet_bridges(const struct ovctl_subnet *subnet)
{
	return subnet->attach == OVCTL_ATTACH_BRIDGE ? subnet->ha + 1 : 0;
}
