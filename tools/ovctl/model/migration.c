// SPDX-License-Identifier: GPL-2.0
/* A VM that moves to another host: to which VPC, and which segments of this machine take part.
 * Nothing here knows of sockets.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "migration.h"

__attribute__((format(printf, 2, 3)))
static const struct ovctl_vpc *ovctl_migration_no(char *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, OVCTL_MIGRATION_WHY, fmt, args);
	va_end(args);
	return NULL;
}

static const struct ovctl_vpc *ovctl_migration_named(const struct ovctl_tenant *tenant,
						     const struct ovctl_vm *vm, const char *host,
						     uint32_t id, char *why)
{
	const struct ovctl_vpc *vpc = ovctl_tenant_vpc(tenant, id);

	if (!vpc)
		return ovctl_migration_no(why, "tenant %u has no VPC %u", tenant->id, id);
	if (strcmp(vpc->host, host))
		return ovctl_migration_no(why, "VPC %u is on host %s, not on %s", id, vpc->host,
					  host);
	if (vm->vpc == id)
		return ovctl_migration_no(why, "VM %s is in VPC %u already", vm->name, id);
	if (!ovctl_subnet_in(ovctl_tenant_subnet(tenant, vm->subnet), id))
		return ovctl_migration_no(why, "subnet %u is not present in VPC %u: \"ovctl subnet set %u %u --vpc\" stretches it",
					  vm->subnet, id, tenant->id, vm->subnet);
	return vpc;
}

/* Why no VPC of a host would do. */
static const struct ovctl_vpc *ovctl_migration_none(const struct ovctl_tenant *tenant,
						    const struct ovctl_vm *vm, const char *host,
						    uint32_t other, char *why)
{
	if (other)
		return ovctl_migration_no(why, "subnet %u is in no VPC on host %s: \"ovctl subnet set %u %u --vpc\" with VPC %u added stretches it",
					  vm->subnet, host, tenant->id, vm->subnet, other);
	return ovctl_migration_no(why, "tenant %u has no VPC on host %s: \"ovctl vpc add %u --host %s\" adds one, and \"ovctl subnet set %u %u --vpc\" stretches the subnet to it",
				  tenant->id, host, tenant->id, host, tenant->id, vm->subnet);
}

/**
 * ovctl_migration_to() - Find the VPC that a VM is to move to.
 * @tenant: The tenant.
 * @vm: Its VM.
 * @host: The host.
 * @vpc: The VPC there, or 0 for the only one that has the subnet.
 * @why: Why there is none; OVCTL_MIGRATION_WHY bytes.
 *
 * Return: the VPC, or NULL.
 */
const struct ovctl_vpc *ovctl_migration_to(const struct ovctl_tenant *tenant,
					   const struct ovctl_vm *vm, const char *host,
					   uint32_t vpc, char *why)
{
	const struct ovctl_subnet *subnet = ovctl_tenant_subnet(tenant, vm->subnet);
	const struct ovctl_vpc *found = NULL;
	uint32_t other = 0;
	unsigned int i;

	if (vpc)
		return ovctl_migration_named(tenant, vm, host, vpc, why);
	for (i = 0; i < tenant->n_vpcs; i++) {
		if (strcmp(tenant->vpcs[i].host, host))
			continue;
		other = tenant->vpcs[i].id;
		if (other == vm->vpc)
			return ovctl_migration_no(why, "VM %s is in VPC %u on host %s already",
						  vm->name, other, host);
	}
	for (i = 0; i < tenant->n_vpcs; i++) {
		const struct ovctl_vpc *one = &tenant->vpcs[i];

		if (strcmp(one->host, host) || !ovctl_subnet_in(subnet, one->id))
			continue;
		if (found)
			return ovctl_migration_no(why, "subnet %u is in VPCs %u and %u on host %s: --vpc names one",
						  vm->subnet, found->id, one->id, host);
		found = one;
	}
	return found ? found : ovctl_migration_none(tenant, vm, host, other, why);
}

/**
 * ovctl_migration_waits() - Tell whether somebody else brings a VM to its new place.
 * @model: The hosts.
 * @tenant: The tenant.
 * @vm: Its VM.
 * @to: The VPC that it moves to.
 * @link: Of a tap, what it is called there.
 *
 * A guest comes to another tap by itself, and both can be there at once. The device of any other
 * VM is made anew by sync.
 *
 * Return: true where that is so.
 */
bool ovctl_migration_waits(const struct ovctl_model *model, const struct ovctl_tenant *tenant,
			   const struct ovctl_vm *vm, const struct ovctl_vpc *to,
			   const char *link)
{
	const struct ovctl_vpc *from = ovctl_tenant_vpc(tenant, vm->vpc);
	const struct ovctl_host *old = from ? ovctl_model_host(model, from->host) : NULL;
	const struct ovctl_host *now = ovctl_model_host(model, to->host);
	char was[OVCTL_NETNS_SIZE], is[OVCTL_NETNS_SIZE];

	if (vm->kind != OVCTL_VM_TAP || !old || !now)
		return false;
	if (old->remote || now->remote)
		return old != now;
	ovctl_name_vm_space(was, sizeof(was), old, vm);
	ovctl_name_vm_space(is, sizeof(is), now, vm);
	return strcmp(was, is) || strcmp(vm->link, link);
}

static void ovctl_seats_add(struct ovctl_seats *seats, const struct ovctl_tenant *tenant,
			    const struct ovctl_vpc *vpc, const struct ovctl_host *host,
			    uint32_t subnet)
{
	struct ovctl_seat *seat;

	seats->list = ovctl_grow(seats->list, seats->count, sizeof(*seats->list));
	seat = &seats->list[seats->count++];
	memset(seat, 0, sizeof(*seat));
	ovctl_name_vpc(seat->netns, sizeof(seat->netns), tenant->id, vpc->id);
	ovctl_name_segment(seat->link, sizeof(seat->link), subnet);
	if (tenant->transport == OVCTL_TRANSPORT_GRE)
		ovctl_name_mesh(seat->underlay, sizeof(seat->underlay), tenant->id, vpc->id);
	else
		memcpy(seat->underlay, host->netns, sizeof(seat->underlay));
}

/**
 * ovctl_migration_seats() - Tell which segments of this machine take part.
 * @seats: Filled in: the one that the VM moves to, and those that have that for a peer.
 * @model: The hosts.
 * @tenant: The tenant.
 * @vm: Its VM.
 * @to: The VPC that it moves to.
 */
void ovctl_migration_seats(struct ovctl_seats *seats, const struct ovctl_model *model,
			   const struct ovctl_tenant *tenant, const struct ovctl_vm *vm,
			   uint32_t to)
{
	const struct ovctl_subnet *subnet = ovctl_tenant_subnet(tenant, vm->subnet);
	const struct ovctl_vpc *there = ovctl_tenant_vpc(tenant, to);
	unsigned int i;

	memset(seats, 0, sizeof(*seats));
	if (!subnet || !there)
		return;
	for (i = 0; i <= subnet->n_vpcs; i++) {
		uint32_t id = i ? subnet->vpcs[i - 1] : to;
		const struct ovctl_vpc *vpc = ovctl_tenant_vpc(tenant, id);
		const struct ovctl_host *host = vpc ? ovctl_model_host(model, vpc->host) : NULL;

		if (!host || host->remote || (i && id == to))
			continue;
		if (i && !ovctl_subnet_peers(tenant, subnet, id, to))
			continue;
		ovctl_seats_add(seats, tenant, vpc, host, subnet->id);
		if (i)
			seats->list[seats->count - 1].to = ovctl_segment_addr(tenant, there);
	}
}

/**
 * ovctl_seats_free() - Free them.
 * @seats: The segments.
 */
void ovctl_seats_free(struct ovctl_seats *seats)
{
	free(seats->list);
	memset(seats, 0, sizeof(*seats));
}

/**
 * ovctl_vm_adopt() - A VM is elsewhere, as the kernel shows.
 * @tenant: The tenant.
 * @id: The VM's number.
 * @vpc: Where it is.
 * @seq: The sequence of its forwarding entry there.
 *
 * An announcement moves a VM without a new sequence; a sequence that is lower tells of the past.
 * Nothing is under way to or from there any more.
 *
 * Return: true where it has changed its VPC.
 */
bool ovctl_vm_adopt(struct ovctl_tenant *tenant, uint32_t id, uint32_t vpc, uint32_t seq)
{
	struct ovctl_vm *vm = ovctl_tenant_vm(tenant, id);
	const struct ovctl_subnet *subnet = vm ? ovctl_tenant_subnet(tenant, vm->subnet) : NULL;
	bool moved;

	if (!subnet || seq < vm->seq || !ovctl_subnet_in(subnet, vpc))
		return false;
	if (vm->to == vpc && vm->to_link[0])
		memcpy(vm->link, vm->to_link, sizeof(vm->link));
	moved = vm->vpc != vpc;
	vm->vpc = vpc;
	vm->seq = seq;
	vm->off = false;
	ovctl_vm_stay(vm);
	return moved;
}

/**
 * ovctl_tap_is_taken() - Tell whether the tap of a VM has the name of another VM's there.
 * @tenant: The tenant, in which all that have moved are where they are now.
 * @id: The VM's number.
 *
 * What a guest's tap is called where it came to is not known by what the kernel shows: where the
 * name is taken, the guest is at no tap that is known until somebody tells it.
 *
 * Return: true where it has.
 */
bool ovctl_tap_is_taken(struct ovctl_tenant *tenant, uint32_t id)
{
	const struct ovctl_vm *vm = ovctl_tenant_vm(tenant, id);
	unsigned int i;

	for (i = 0; vm && vm->kind == OVCTL_VM_TAP && i < tenant->n_vms; i++)
		if (&tenant->vms[i] != vm && ovctl_same_place(&tenant->vms[i], vm))
			return true;
	return false;
}

/**
 * ovctl_vm_stay() - A VM is not on its way anywhere.
 * @vm: The VM.
 */
void ovctl_vm_stay(struct ovctl_vm *vm)
{
	vm->to = 0;
	memset(vm->to_link, 0, sizeof(vm->to_link));
	vm->until = 0;
}
