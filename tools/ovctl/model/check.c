// SPDX-License-Identifier: GPL-2.0
/* What makes sense as a whole. Commands and the topology build a tenant as they are told, and
 * ask here before anything is stored.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

__attribute__((format(printf, 5, 6)))
static bool ovctl_fault_set(struct ovctl_fault *fault, enum ovctl_object object, uint32_t id,
			    const char *field, const char *fmt, ...)
{
	va_list ap;

	memset(fault, 0, sizeof(*fault));
	fault->object = object;
	fault->id = id;
	fault->field = field;
	va_start(ap, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, ap);
	va_end(ap);
	return false;
}

#define VPC_FAULT(field, ...)								\
	ovctl_fault_set(fault, OVCTL_OBJECT_VPC, vpc->id, field, __VA_ARGS__)
#define SUBNET_FAULT(field, ...)							\
	ovctl_fault_set(fault, OVCTL_OBJECT_SUBNET, subnet->id, field, __VA_ARGS__)
#define VM_FAULT(field, ...)								\
	ovctl_fault_set(fault, OVCTL_OBJECT_VM, vm->id, field, __VA_ARGS__)
#define HOST_FAULT(...)									\
	ovctl_fault_set(fault, OVCTL_OBJECT_TENANT, 0, NULL, __VA_ARGS__)

/**
 * ovctl_fault_object() - Name what is at fault.
 * @buf: Where to.
 * @size: Its size.
 * @tenant: The tenant that was checked.
 * @fault: The fault.
 */
void ovctl_fault_object(char *buf, size_t size, const struct ovctl_tenant *tenant,
			const struct ovctl_fault *fault)
{
	const struct ovctl_vm *vm = NULL;

	switch (fault->object) {
	case OVCTL_OBJECT_TENANT:
		snprintf(buf, size, "tenant %u", tenant->id);
		break;
	case OVCTL_OBJECT_VPC:
		snprintf(buf, size, "VPC %u", fault->id);
		break;
	case OVCTL_OBJECT_LINK:
		snprintf(buf, size, "link %u-%u", fault->id, fault->id2);
		break;
	case OVCTL_OBJECT_SUBNET:
		snprintf(buf, size, "subnet %u", fault->id);
		break;
	case OVCTL_OBJECT_VM:
		vm = ovctl_tenant_vm(tenant, fault->id);
		snprintf(buf, size, "VM %s", vm ? vm->name : "");
		break;
	}
}

/* Addresses that are no station's anywhere. */
static bool ovctl_cidr_is_usable(const struct ovctl_cidr *cidr)
{
	static const struct ovctl_cidr never[] = {
		{ { 4, { 0 } }, 8 },
		{ { 4, { 127 } }, 8 },
		{ { 4, { 224 } }, 3 },
		{ { 16, { 0 } }, 8 },
		{ { 16, { 0xfe, 0x80 } }, 10 },
		{ { 16, { 0xff } }, 8 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (ovctl_cidr_overlap(&never[i], cidr))
			return false;
	return true;
}

static bool ovctl_check_router(const struct ovctl_host *host, struct ovctl_fault *fault)
{
	struct ovctl_cidr link = host->addr;

	ovctl_cidr_network(&link);
	if (!host->router[0])
		return true;
	if (!host->netns[0] || !host->uplink[0] || !host->addr.addr.len || !host->nexthop.len)
		return HOST_FAULT("a router needs a namespace, an uplink, an address and a next hop");
	if (host->addr.addr.len != host->vtep.addr.len)
		return HOST_FAULT("the address and the VTEPs are not of one family");
	if (!ovctl_cidr_has(&link, &host->nexthop) ||
	    ovctl_addr_same(&host->addr.addr, &host->nexthop))
		return HOST_FAULT("the next hop is not a neighbour of the address");
	if (!strcmp(host->router, host->netns))
		return HOST_FAULT("the router and the host need a namespace each");
	return true;
}

/**
 * ovctl_check_host() - Tell whether a host makes sense beside the others.
 * @model: The model; where it has a host of that name, that one is not looked at.
 * @host: The host.
 * @fault: Told where it does not.
 *
 * Return: true where it does.
 */
bool ovctl_check_host(const struct ovctl_model *model, const struct ovctl_host *host,
		      struct ovctl_fault *fault)
{
	unsigned int i;

	if (!host->vtep.addr.len)
		return HOST_FAULT("there is no prefix left for its VTEPs: --vtep names one");
	if (!ovctl_cidr_is_network(&host->vtep) || !ovctl_cidr_is_usable(&host->vtep))
		return HOST_FAULT("its VTEPs cannot be taken from that prefix");
	if (host->nexthop.len && !host->uplink[0])
		return HOST_FAULT("a next hop needs an uplink");
	if (host->nexthop.len && host->nexthop.len != host->vtep.addr.len)
		return HOST_FAULT("the next hop and the VTEPs are not of one family");
	for (i = 0; i < model->n_hosts; i++) {
		const struct ovctl_host *other = &model->hosts[i];

		if (!strcmp(other->name, host->name))
			continue;
		if (ovctl_cidr_overlap(&other->vtep, &host->vtep))
			return HOST_FAULT("its VTEPs are also those of host %s", other->name);
		if (host->addr.addr.len && ovctl_addr_same(&other->addr.addr, &host->addr.addr))
			return HOST_FAULT("its address is also that of host %s", other->name);
		if (host->router[0] && !strcmp(other->netns, host->netns) &&
		    !strcmp(other->uplink, host->uplink))
			return HOST_FAULT("its uplink is also that of host %s", other->name);
	}
	return ovctl_check_router(host, fault);
}

/* Devices of the namespace of a VPC that sync makes itself. */
static bool ovctl_uplink_is_ours(const struct ovctl_tenant *tenant, const char *uplink)
{
	char name[OVCTL_LINK_SIZE];
	unsigned int i, k;

	if (!strcmp(uplink, "lo") || !strcmp(uplink, OVCTL_TRANSIT_NAME))
		return true;
	for (i = 0; i < tenant->n_subnets; i++) {
		ovctl_name_segment(name, sizeof(name), tenant->subnets[i].id);
		if (!strcmp(uplink, name))
			return true;
		for (k = 0; k < ovctl_subnet_bridges(&tenant->subnets[i]); k++) {
			ovctl_name_bridge(name, sizeof(name), tenant->subnets[i].id, k);
			if (!strcmp(uplink, name))
				return true;
			ovctl_name_port(name, sizeof(name), tenant->subnets[i].id, k);
			if (!strcmp(uplink, name))
				return true;
		}
	}
	return false;
}

static bool ovctl_check_vpc(const struct ovctl_model *model, const struct ovctl_tenant *tenant,
			    const struct ovctl_vpc *vpc, struct ovctl_fault *fault)
{
	const struct ovctl_host *host = ovctl_model_host(model, vpc->host);
	const struct ovctl_host *first = ovctl_model_host(model, tenant->vpcs[0].host);
	char why[OVCTL_WHY_SIZE];

	if (!vpc->id || vpc->id > OVCTL_VPC_MAX)
		return VPC_FAULT("id", "a VPC has a number from 1 to %u", OVCTL_VPC_MAX);
	if (!host)
		return VPC_FAULT("host", "there is no host \"%s\"", vpc->host);
	if (first && first->vtep.addr.len != host->vtep.addr.len)
		return VPC_FAULT("host", "host %s has VTEPs of another family than host %s of VPC %u",
				 host->name, first->name, tenant->vpcs[0].id);
	if (vpc->uplink[0] && !ovctl_field_link(vpc->uplink, why))
		return VPC_FAULT("uplink", "\"%s\" %s", vpc->uplink, why);
	if (ovctl_uplink_is_ours(tenant, vpc->uplink))
		return VPC_FAULT("uplink", "\"%s\" is a device of ovctl's own there, and leads nowhere else",
				 vpc->uplink);
	return true;
}

static bool ovctl_check_link(const struct ovctl_tenant *tenant, const struct ovctl_pair *link,
			     struct ovctl_fault *fault)
{
	bool ok = true;

	if (link->a == link->b)
		ok = ovctl_fault_set(fault, OVCTL_OBJECT_LINK, link->a, NULL,
				     "a VPC is not joined with itself");
	else if (!ovctl_tenant_vpc(tenant, link->a))
		ok = ovctl_fault_set(fault, OVCTL_OBJECT_LINK, link->a, NULL,
				     "there is no VPC %u", link->a);
	else if (!ovctl_tenant_vpc(tenant, link->b))
		ok = ovctl_fault_set(fault, OVCTL_OBJECT_LINK, link->a, NULL,
				     "there is no VPC %u", link->b);
	fault->id2 = link->b;
	return ok;
}

/* An address that a station may have: of the prefix, and not that of the network or of all. */
static bool ovctl_cidr_is_station(const struct ovctl_cidr *cidr, const struct ovctl_addr *addr)
{
	struct ovctl_addr first, last;

	return ovctl_cidr_has(cidr, addr) && ovctl_cidr_nth(&first, cidr, 0) &&
	       ovctl_cidr_nth(&last, cidr, ovctl_cidr_hosts(cidr) - 1) &&
	       ovctl_addr_compare(addr, &first) >= 0 &&
	       (addr->len == 16 || ovctl_addr_compare(addr, &last) <= 0);
}

static bool ovctl_check_prefix(const struct ovctl_subnet *subnet, const struct ovctl_cidr *cidr,
			       const struct ovctl_addr *gw, uint8_t len, const char *field,
			       const char *gw_field, struct ovctl_fault *fault)
{
	char text[OVCTL_CIDR_SIZE];
	char addr[OVCTL_CIDR_SIZE];

	ovctl_cidr_write(text, sizeof(text), cidr);
	ovctl_addr_write(addr, sizeof(addr), gw);
	if (cidr->addr.len && cidr->addr.len != len)
		return SUBNET_FAULT(field, "%s is not of IPv%u", text, len == 4 ? 4 : 6);
	if (cidr->addr.len && !ovctl_cidr_is_network(cidr))
		return SUBNET_FAULT(field, "%s has bits set behind the prefix", text);
	if (cidr->addr.len && !ovctl_cidr_is_usable(cidr))
		return SUBNET_FAULT(field, "%s is not a prefix of stations", text);
	if (cidr->addr.len && cidr->plen > len * 8U - 2)
		return SUBNET_FAULT(field, "%s has no room for a gateway and a VM", text);
	if (gw->len && !ovctl_cidr_is_station(cidr, gw))
		return SUBNET_FAULT(gw_field, "%s is not an address of a station in %s", addr,
				    text[0] ? text : "this subnet");
	return true;
}

static bool ovctl_check_overlap(const struct ovctl_subnet *subnet,
				const struct ovctl_subnet *other, uint32_t vpc,
				struct ovctl_fault *fault)
{
	bool v4 = ovctl_cidr_overlap(&subnet->cidr4, &other->cidr4);
	char text[OVCTL_CIDR_SIZE];
	char with[OVCTL_CIDR_SIZE];

	if (!ovctl_subnet_in(other, vpc) ||
	    (!v4 && !ovctl_cidr_overlap(&subnet->cidr6, &other->cidr6)))
		return true;
	ovctl_cidr_write(text, sizeof(text), v4 ? &subnet->cidr4 : &subnet->cidr6);
	ovctl_cidr_write(with, sizeof(with), v4 ? &other->cidr4 : &other->cidr6);
	return SUBNET_FAULT(v4 ? "cidr" : "cidr6", "%s overlaps with %s of subnet %u in VPC %u",
			    text, with, other->id, vpc);
}

static bool ovctl_check_presence(const struct ovctl_tenant *tenant,
				 const struct ovctl_subnet *subnet, struct ovctl_fault *fault)
{
	unsigned int i, j;

	if (!subnet->n_vpcs)
		return SUBNET_FAULT("vpcs", "a subnet is present in one VPC at least");
	for (i = 0; i < subnet->n_vpcs; i++) {
		if (!ovctl_tenant_vpc(tenant, subnet->vpcs[i]))
			return SUBNET_FAULT("vpcs", "there is no VPC %u", subnet->vpcs[i]);
		/* Those before it only: the later one of two is at fault. */
		for (j = 0; tenant->subnets[j].id < subnet->id; j++)
			if (!ovctl_check_overlap(subnet, &tenant->subnets[j], subnet->vpcs[i],
						 fault))
				return false;
	}
	return true;
}

static bool ovctl_check_subnet(const struct ovctl_tenant *tenant,
			       const struct ovctl_subnet *subnet, struct ovctl_fault *fault)
{
	if (!subnet->id || subnet->id > OVCTL_SUBNET_MAX)
		return SUBNET_FAULT("id", "a subnet has a number from 1 to %u", OVCTL_SUBNET_MAX);
	if (!subnet->cidr4.addr.len && !subnet->cidr6.addr.len)
		return SUBNET_FAULT("cidr", "a subnet needs a prefix");
	if (!ovctl_check_prefix(subnet, &subnet->cidr4, &subnet->gw4, 4, "cidr", "gateway", fault) ||
	    !ovctl_check_prefix(subnet, &subnet->cidr6, &subnet->gw6, 16, "cidr6", "gateway6",
				fault))
		return false;
	if (subnet->ha > OVCTL_HA_MAX)
		return SUBNET_FAULT("ha", "at most %u backup bridges are possible", OVCTL_HA_MAX);
	if (subnet->ha && subnet->attach != OVCTL_ATTACH_BRIDGE)
		return SUBNET_FAULT("attach", "backup bridges need VMs that are attached by bridges");
	if (subnet->encap == OVCTL_ENCAP_GRE && tenant->transport == OVCTL_TRANSPORT_GRE)
		return SUBNET_FAULT("encap", "the GRE mesh of the tenant carries VXLAN only");
	return ovctl_check_presence(tenant, subnet, fault);
}

static bool ovctl_check_vm_addr(const struct ovctl_subnet *subnet, const struct ovctl_vm *vm,
				const struct ovctl_addr *addr, bool v4, struct ovctl_fault *fault)
{
	const struct ovctl_cidr *cidr = v4 ? &subnet->cidr4 : &subnet->cidr6;
	const struct ovctl_addr *gw = v4 ? &subnet->gw4 : &subnet->gw6;
	const char *field = v4 ? "ip" : "ip6";
	char prefix[OVCTL_CIDR_SIZE];
	char text[OVCTL_CIDR_SIZE];

	if (!addr->len)
		return true;
	ovctl_addr_write(text, sizeof(text), addr);
	ovctl_cidr_write(prefix, sizeof(prefix), cidr);
	if (addr->len != (v4 ? 4 : 16))
		return VM_FAULT(field, "%s is not of IPv%u", text, v4 ? 4 : 6);
	if (!cidr->addr.len)
		return VM_FAULT(field, "%s is of a family that subnet %u has not", text, subnet->id);
	if (!ovctl_cidr_is_station(cidr, addr))
		return VM_FAULT(field, "%s is not an address of a station in %s", text, prefix);
	if (ovctl_addr_same(addr, gw))
		return VM_FAULT(field, "%s is the gateway of subnet %u", text, subnet->id);
	return true;
}

static bool ovctl_check_vm_place(const struct ovctl_vm *vm, struct ovctl_fault *fault)
{
	char why[OVCTL_WHY_SIZE];

	if (!ovctl_field_link(vm->link, why))
		return VM_FAULT("dev", "\"%s\" %s", vm->link, why);
	if ((vm->kind == OVCTL_VM_OWN || vm->kind == OVCTL_VM_NETNS || vm->netns[0]) &&
	    !ovctl_field_netns(vm->netns, why))
		return VM_FAULT("netns", "\"%s\" %s", vm->netns, why);
	if ((vm->kind == OVCTL_VM_PID) != !!vm->pid)
		return VM_FAULT("pid", "a container is known by a process, and nothing else is");
	return true;
}

static bool ovctl_check_vm(const struct ovctl_tenant *tenant, const struct ovctl_vm *vm,
			   struct ovctl_fault *fault)
{
	const struct ovctl_subnet *subnet = ovctl_tenant_subnet(tenant, vm->subnet);
	char text[OVCTL_CIDR_SIZE];
	char why[OVCTL_WHY_SIZE];

	if (!vm->id || vm->id > OVCTL_VM_MAX)
		return VM_FAULT(NULL, "a tenant has at most %u VMs", OVCTL_VM_MAX);
	if (!ovctl_field_name(vm->name, why))
		return VM_FAULT("name", "\"%s\" %s", vm->name, why);
	if (!subnet)
		return VM_FAULT("subnet", "there is no subnet %u", vm->subnet);
	if (!ovctl_tenant_vpc(tenant, vm->vpc))
		return VM_FAULT("vpc", "there is no VPC %u", vm->vpc);
	if (!ovctl_subnet_in(subnet, vm->vpc))
		return VM_FAULT("vpc", "subnet %u is not present in VPC %u", subnet->id, vm->vpc);
	ovctl_addr_write(text, sizeof(text), &vm->mac);
	if (vm->mac.len != 6 || ovctl_mac_reserved(&vm->mac))
		return VM_FAULT("mac", "%s is not an address that a VM may have", text);
	if (!vm->ip4.len && !vm->ip6.len)
		return VM_FAULT("ip", "a VM needs an address");
	if (!ovctl_check_vm_addr(subnet, vm, &vm->ip4, true, fault) ||
	    !ovctl_check_vm_addr(subnet, vm, &vm->ip6, false, fault))
		return false;
	if (ovctl_subnet_bridges(subnet) > 1 && strlen(vm->link) + 2 > OVCTL_LINK_SIZE)
		return VM_FAULT("dev", "\"%s\" leaves no room for the letters of its legs: 14 characters are accepted",
				vm->link);
	return ovctl_check_vm_place(vm, fault);
}

/**
 * ovctl_same_place() - Tell whether two VMs of a tenant are to have one device.
 * @a: One VM.
 * @b: The other.
 *
 * Return: true where they are.
 */
bool ovctl_same_place(const struct ovctl_vm *a, const struct ovctl_vm *b)
{
	return !a->off && !b->off && a->kind == b->kind && a->pid == b->pid &&
	       !strcmp(a->netns, b->netns) && !strcmp(a->link, b->link) &&
	       (a->kind == OVCTL_VM_OWN || a->vpc == b->vpc);
}

static bool ovctl_check_pair(const struct ovctl_vm *other, const struct ovctl_vm *vm,
			     struct ovctl_fault *fault)
{
	char text[OVCTL_CIDR_SIZE];

	if (!strcmp(other->name, vm->name))
		return VM_FAULT("name", "there is a VM of that name already");
	if (ovctl_same_place(other, vm))
		return VM_FAULT("dev", "its device is also that of VM %s", other->name);
	if (other->subnet != vm->subnet)
		return true;
	if (ovctl_addr_same(&other->mac, &vm->mac)) {
		ovctl_addr_write(text, sizeof(text), &vm->mac);
		return VM_FAULT("mac", "%s is also that of VM %s", text, other->name);
	}
	if (vm->ip4.len && ovctl_addr_same(&other->ip4, &vm->ip4)) {
		ovctl_addr_write(text, sizeof(text), &vm->ip4);
		return VM_FAULT("ip", "%s is also that of VM %s", text, other->name);
	}
	if (vm->ip6.len && ovctl_addr_same(&other->ip6, &vm->ip6)) {
		ovctl_addr_write(text, sizeof(text), &vm->ip6);
		return VM_FAULT("ip6", "%s is also that of VM %s", text, other->name);
	}
	return true;
}

static bool ovctl_check_vms(const struct ovctl_tenant *tenant, struct ovctl_fault *fault)
{
	unsigned int i, j;

	for (i = 0; i < tenant->n_vms; i++) {
		if (!ovctl_check_vm(tenant, &tenant->vms[i], fault))
			return false;
		for (j = 0; j < i; j++)
			if (!ovctl_check_pair(&tenant->vms[j], &tenant->vms[i], fault))
				return false;
	}
	return true;
}

/**
 * ovctl_check_tenant() - Tell whether a tenant makes sense.
 * @model: The model with the hosts.
 * @tenant: The tenant; need not be one of the model. Numbers that the store gives may be missing.
 * @fault: Told where it does not.
 *
 * Return: true where it does.
 */
bool ovctl_check_tenant(const struct ovctl_model *model, const struct ovctl_tenant *tenant,
			struct ovctl_fault *fault)
{
	unsigned int i;

	if (!tenant->id || tenant->id > OVCTL_TENANT_MAX)
		return ovctl_fault_set(fault, OVCTL_OBJECT_TENANT, tenant->id, "tenant",
				       "a tenant has a number from 1 to %u", OVCTL_TENANT_MAX);
	for (i = 0; i < tenant->n_vpcs; i++)
		if (!ovctl_check_vpc(model, tenant, &tenant->vpcs[i], fault))
			return false;
	for (i = 0; i < tenant->n_links; i++)
		if (!ovctl_check_link(tenant, &tenant->links[i], fault))
			return false;
	for (i = 0; i < tenant->n_subnets; i++)
		if (!ovctl_check_subnet(tenant, &tenant->subnets[i], fault))
			return false;
	return ovctl_check_vms(tenant, fault);
}
