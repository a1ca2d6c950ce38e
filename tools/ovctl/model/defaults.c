// SPDX-License-Identifier: GPL-2.0
/* What is taken where nobody says anything. */
#include <stdio.h>
#include <string.h>

#include "check.h"

/**
 * ovctl_default_host() - Choose a host for a VPC: the one with the fewest.
 * @model: The model.
 *
 * Return: the host, or NULL where each is drained or there is none.
 */
struct ovctl_host *ovctl_default_host(const struct ovctl_model *model)
{
	struct ovctl_host *best = NULL;
	unsigned int i;

	for (i = 0; i < model->n_hosts; i++) {
		struct ovctl_host *host = &model->hosts[i];

		if (!host->drained && (!best || host->n_vpcs < best->n_vpcs))
			best = host;
	}
	return best;
}

static bool ovctl_lab_taken(const struct ovctl_model *model, const struct ovctl_host *host,
			    const struct ovctl_cidr *cidr)
{
	unsigned int i;

	for (i = 0; i < model->n_hosts; i++) {
		const struct ovctl_host *other = &model->hosts[i];

		if (!strcmp(other->name, host->name))
			continue;
		if (ovctl_cidr_overlap(&other->vtep, cidr) || ovctl_cidr_overlap(&other->addr, cidr))
			return true;
	}
	return false;
}

/* The first network of the form that no host has; a prefix of @plen with @k in byte @at. */
static void ovctl_lab_network(const struct ovctl_model *model, const struct ovctl_host *host,
			      struct ovctl_cidr *cidr, unsigned int at, unsigned int min,
			      unsigned int max)
{
	unsigned int k;

	for (k = min; k <= max; k++) {
		cidr->addr.bytes[at] = k;
		if (!ovctl_lab_taken(model, host, cidr))
			return;
	}
	memset(cidr, 0, sizeof(*cidr));
}

/**
 * ovctl_default_lab() - Fill in what a new host leaves open.
 * @model: The model with the other hosts.
 * @host: The host. Its VTEPs are taken from 172.16.0.0/12; where it has a router its
 *	namespace is named after it, and the link between them is a /30 of 10.254.0.0/16 or, with
 *	VTEPs of IPv6, a /64 of fd00:254::/32. What is not found free stays open.
 */
void ovctl_default_lab(const struct ovctl_model *model, struct ovctl_host *host)
{
	static const struct ovctl_cidr vtep = { { 4, { 172 } }, 16 };
	static const struct ovctl_cidr link4 = { { 4, { 10, 254 } }, 24 };
	static const struct ovctl_cidr link6 = { { 16, { 0xfd, 0, 0x02, 0x54 } }, 64 };
	struct ovctl_cidr link;

	if (!host->vtep.addr.len) {
		host->vtep = vtep;
		ovctl_lab_network(model, host, &host->vtep, 1, 16, 31);
	}
	if (!host->router[0])
		return;
	if (!host->netns[0])
		snprintf(host->netns, sizeof(host->netns), "%s", host->name);
	if (!host->uplink[0])
		snprintf(host->uplink, sizeof(host->uplink), "eth0");
	if (host->addr.addr.len || host->nexthop.len)
		return;
	link = host->vtep.addr.len == 16 ? link6 : link4;
	ovctl_lab_network(model, host, &link, link.addr.len == 16 ? 5 : 2, 1, 254);
	host->addr = link;
	ovctl_cidr_nth(&host->nexthop, &link, 0);
	ovctl_cidr_nth(&host->addr.addr, &link, 1);
}

/**
 * ovctl_default_subnet_id() - Choose a number for a subnet.
 * @tenant: The tenant, for the numbers that are taken.
 * @cidr: The subnet's prefix.
 *
 * Return: the first byte of its IPv4 prefix where that is free, as in the first prototype; else
 * the least free one above 255.
 */
uint32_t ovctl_default_subnet_id(const struct ovctl_tenant *tenant, const struct ovctl_cidr *cidr)
{
	uint32_t id = cidr->addr.bytes[0];

	if (cidr->addr.len == 4 && id && !ovctl_tenant_subnet(tenant, id))
		return id;
	for (id = 256; ovctl_tenant_subnet(tenant, id); id++)
		;
	return id;
}

/**
 * ovctl_default_vm_id() - Choose a number for a VM.
 * @tenant: The tenant, for the numbers that are taken.
 *
 * Return: the least free one.
 */
uint32_t ovctl_default_vm_id(const struct ovctl_tenant *tenant)
{
	uint32_t id;

	for (id = 1; ovctl_tenant_vm(tenant, id); id++)
		;
	return id;
}

/**
 * ovctl_default_vpc_id() - Choose a number for a VPC.
 * @tenant: The tenant, for the numbers that are taken.
 *
 * Return: the least free one.
 */
uint32_t ovctl_default_vpc_id(const struct ovctl_tenant *tenant)
{
	uint32_t id;

	for (id = 1; ovctl_tenant_vpc(tenant, id); id++)
		;
	return id;
}

/**
 * ovctl_default_gateways() - Give a subnet the gateways that it lacks: the first addresses.
 * @subnet: The subnet.
 */
void ovctl_default_gateways(struct ovctl_subnet *subnet)
{
	if (!subnet->gw4.len)
		ovctl_cidr_nth(&subnet->gw4, &subnet->cidr4, 0);
	if (!subnet->gw6.len)
		ovctl_cidr_nth(&subnet->gw6, &subnet->cidr6, 0);
}

static bool ovctl_vm_addr_taken(const struct ovctl_tenant *tenant,
				const struct ovctl_subnet *subnet, const struct ovctl_vm *vm,
				const struct ovctl_addr *addr)
{
	unsigned int i;

	if (ovctl_addr_same(addr, &subnet->gw4) || ovctl_addr_same(addr, &subnet->gw6))
		return true;
	for (i = 0; i < tenant->n_vms; i++) {
		const struct ovctl_vm *other = &tenant->vms[i];

		if (other->id != vm->id && other->subnet == subnet->id &&
		    (ovctl_addr_same(addr, &other->ip4) || ovctl_addr_same(addr, &other->ip6)))
			return true;
	}
	return false;
}

static bool ovctl_default_addr(const struct ovctl_tenant *tenant,
			       const struct ovctl_subnet *subnet, const struct ovctl_vm *vm,
			       const struct ovctl_cidr *cidr, struct ovctl_addr *addr)
{
	uint64_t n;

	if (!cidr->addr.len || addr->len)
		return true;
	/* Among one more than there are VMs and gateways, one is free. */
	for (n = 0; n < tenant->n_vms + 2ULL && ovctl_cidr_nth(addr, cidr, n); n++)
		if (!ovctl_vm_addr_taken(tenant, subnet, vm, addr))
			return true;
	memset(addr, 0, sizeof(*addr));
	return false;
}

/**
 * ovctl_default_vm() - Fill in what a VM leaves open: addresses, namespace, device.
 * @tenant: The tenant; the VM may be one of its own.
 * @vm: The VM, with its number, name, subnet and VPC.
 * @fault: Told where the subnet is full.
 *
 * Return: false where it is, or where there is no such subnet.
 */
bool ovctl_default_vm(const struct ovctl_tenant *tenant, struct ovctl_vm *vm,
		      struct ovctl_fault *fault)
{
	const struct ovctl_subnet *subnet = ovctl_tenant_subnet(tenant, vm->subnet);

	memset(fault, 0, sizeof(*fault));
	fault->object = OVCTL_OBJECT_VM;
	fault->id = vm->id;
	if (!subnet) {
		fault->field = "subnet";
		snprintf(fault->text, sizeof(fault->text), "there is no subnet %u", vm->subnet);
		return false;
	}
	if (!ovctl_default_addr(tenant, subnet, vm, &subnet->cidr4, &vm->ip4) ||
	    !ovctl_default_addr(tenant, subnet, vm, &subnet->cidr6, &vm->ip6)) {
		fault->field = "ip";
		snprintf(fault->text, sizeof(fault->text), "subnet %u has no free address",
			 subnet->id);
		return false;
	}
	if (!vm->mac.len)
		ovctl_mac_vm(&vm->mac, tenant, vm);
	if (vm->kind == OVCTL_VM_OWN && !vm->netns[0])
		ovctl_name_vm(vm->netns, sizeof(vm->netns), tenant, vm);
	if (!vm->link[0] && vm->kind == OVCTL_VM_OWN)
		snprintf(vm->link, sizeof(vm->link), OVCTL_VM_LINK_NAME);
	else if (!vm->link[0])
		ovctl_name_segment(vm->link, sizeof(vm->link), vm->subnet);
	return true;
}

/**
 * ovctl_place_vpc() - Place a VPC on a host; it gets another VTEP, and its VMs have moved.
 * @tenant: The tenant.
 * @vpc: Its VPC.
 * @host: The host.
 */
void ovctl_place_vpc(struct ovctl_tenant *tenant, struct ovctl_vpc *vpc, struct ovctl_host *host)
{
	unsigned int i;

	if (!strcmp(vpc->host, host->name))
		return;
	snprintf(vpc->host, sizeof(vpc->host), "%s", host->name);
	memset(&vpc->vtep, 0, sizeof(vpc->vtep));
	host->n_vpcs++;
	for (i = 0; i < tenant->n_vms; i++)
		if (tenant->vms[i].vpc == vpc->id)
			tenant->vms[i].seq++;
}
