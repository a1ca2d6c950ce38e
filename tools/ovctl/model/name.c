// SPDX-License-Identifier: GPL-2.0
/* What follows from the model: names of namespaces and devices, Ethernet addresses.
 *
 * Everything here is a function of numbers that never change, so that a second sync, another
 * machine with a copy of the store, and a person all come to the same name.
 */
#include <stdio.h>
#include <string.h>

#include "model.h"

/* The second and third byte tell what a locally administered address is of. */
#define OVCTL_MAC_GATEWAY 0x6777
#define OVCTL_MAC_HEAD 0x68
#define OVCTL_MAC_VM4 0x0000
#define OVCTL_MAC_VM6 0x0001

/**
 * ovctl_name_vpc() - Name the namespace of a VPC.
 * @buf: Where to.
 * @size: Its size.
 * @tenant: The tenant.
 * @vpc: The VPC.
 */
void ovctl_name_vpc(char *buf, size_t size, uint32_t tenant, uint32_t vpc)
{
	snprintf(buf, size, "ns%u_t%u", vpc, tenant);
}

/**
 * ovctl_name_is_vpc() - Tell whether a namespace is that of one of a tenant's VPCs.
 * @tenant: The tenant.
 * @netns: The namespace.
 *
 * Return: true where it is.
 */
bool ovctl_name_is_vpc(const struct ovctl_tenant *tenant, const char *netns)
{
	char name[OVCTL_NETNS_SIZE];
	unsigned int i;

	for (i = 0; i < tenant->n_vpcs; i++) {
		ovctl_name_vpc(name, sizeof(name), tenant->id, tenant->vpcs[i].id);
		if (!strcmp(name, netns))
			return true;
	}
	return false;
}

/**
 * ovctl_name_mesh() - Name the private namespace of a VPC's mesh.
 * @buf: Where to.
 * @size: Its size.
 * @tenant: The tenant.
 * @vpc: The VPC.
 */
void ovctl_name_mesh(char *buf, size_t size, uint32_t tenant, uint32_t vpc)
{
	snprintf(buf, size, "mesh%u_t%u", vpc, tenant);
}

/**
 * ovctl_name_segment() - Name the device of a subnet, the same in every VPC.
 * @buf: Where to.
 * @size: Its size.
 * @subnet: The subnet.
 */
void ovctl_name_segment(char *buf, size_t size, uint32_t subnet)
{
	snprintf(buf, size, "s%u", subnet);
}

/**
 * ovctl_name_port() - Name a bridge port of a segment.
 * @buf: Where to.
 * @size: Its size.
 * @subnet: The subnet.
 * @index: The first is 0.
 */
void ovctl_name_port(char *buf, size_t size, uint32_t subnet, unsigned int index)
{
	snprintf(buf, size, "s%u%c", subnet, 'a' + index);
}

/**
 * ovctl_name_bridge() - Name a bridge of a segment.
 * @buf: Where to.
 * @size: Its size.
 * @subnet: The subnet.
 * @index: The first is 0; it bears no letter.
 */
void ovctl_name_bridge(char *buf, size_t size, uint32_t subnet, unsigned int index)
{
	if (index)
		snprintf(buf, size, "br%u%c", subnet, 'a' + index);
	else
		snprintf(buf, size, "br%u", subnet);
}

/**
 * ovctl_name_access() - Name the access port of a VM, while it is in the VPC's namespace.
 * @buf: Where to.
 * @size: Its size.
 * @vm: The VM's number.
 */
void ovctl_name_access(char *buf, size_t size, uint32_t vm)
{
	snprintf(buf, size, "p%u", vm);
}

/**
 * ovctl_name_hook() - Name the device by which all frames of an access port pass.
 * @buf: Where to.
 * @size: Its size.
 * @vm: The VM's number.
 */
void ovctl_name_hook(char *buf, size_t size, uint32_t vm)
{
	snprintf(buf, size, "p%uh", vm);
}

/**
 * ovctl_name_leg() - Name a VM's leg on a bridge, the bridge's end of it.
 * @buf: Where to.
 * @size: Its size.
 * @vm: The VM's number.
 * @index: The bridge's, from 0.
 */
void ovctl_name_leg(char *buf, size_t size, uint32_t vm, unsigned int index)
{
	snprintf(buf, size, "v%u%c", vm, 'a' + index);
}

/**
 * ovctl_name_inner_leg() - Name a VM's leg on a bridge, the VM's end of it.
 * @buf: Where to.
 * @size: Its size.
 * @vm: The VM.
 * @index: The bridge's, from 0.
 *
 * For VMs with several legs; the only leg of a VM is its link itself.
 */
void ovctl_name_inner_leg(char *buf, size_t size, const struct ovctl_vm *vm, unsigned int index)
{
	snprintf(buf, size, "%s%c", vm->link, 'a' + index);
}

static bool ovctl_name_vm_taken(const struct ovctl_tenant *tenant, const struct ovctl_vm *vm,
				const char *name)
{
	unsigned int i;

	for (i = 0; i < tenant->n_vms; i++)
		if (tenant->vms[i].id != vm->id && !strcmp(tenant->vms[i].netns, name))
			return true;
	return false;
}

/**
 * ovctl_name_vm() - Choose the name of a VM's own namespace.
 * @buf: Where to.
 * @size: Its size.
 * @tenant: The tenant, for the names that are taken.
 * @vm: The VM.
 *
 * The first VM of a subnet in a VPC bears no name of its own, as in the first prototype.
 */
void ovctl_name_vm(char *buf, size_t size, const struct ovctl_tenant *tenant,
		   const struct ovctl_vm *vm)
{
	int stem = snprintf(buf, size, "ns%u_t%u-s%u_", vm->vpc, tenant->id, vm->subnet);

	snprintf(buf + stem, size - stem, "vm");
	if (!ovctl_name_vm_taken(tenant, vm, buf))
		return;
	snprintf(buf + stem, size - stem, "%s", vm->name);
	if (ovctl_name_vm_taken(tenant, vm, buf))
		snprintf(buf + stem, size - stem, "vm.%u", vm->id);
}

static void ovctl_mac_make(struct ovctl_addr *mac, uint16_t head, uint32_t tail)
{
	memset(mac, 0, sizeof(*mac));
	mac->len = 6;
	mac->bytes[0] = 0x02;
	mac->bytes[1] = head >> 8;
	mac->bytes[2] = head;
	mac->bytes[3] = tail >> 16;
	mac->bytes[4] = tail >> 8;
	mac->bytes[5] = tail;
}

/**
 * ovctl_mac_gateway() - Tell the anycast address of every gateway.
 * @mac: Filled in.
 */
void ovctl_mac_gateway(struct ovctl_addr *mac)
{
	ovctl_mac_make(mac, OVCTL_MAC_GATEWAY, 1);
}

/**
 * ovctl_mac_head() - Tell the address that one head resolves from.
 * @mac: Filled in.
 * @vpc: The head's VPC.
 * @subnet: The head's subnet.
 */
void ovctl_mac_head(struct ovctl_addr *mac, uint32_t vpc, uint32_t subnet)
{
	ovctl_mac_make(mac, OVCTL_MAC_HEAD << 8 | vpc >> 8, (vpc & 0xff) << 16 | subnet);
}

/**
 * ovctl_mac_reserved() - Tell whether an address may not be a VM's.
 * @mac: The address.
 *
 * Return: true for one of gateways, of heads or of groups, and for zero.
 */
bool ovctl_mac_reserved(const struct ovctl_addr *mac)
{
	static const uint8_t zero[6];

	if (mac->bytes[0] & 1 || !memcmp(mac->bytes, zero, sizeof(zero)))
		return true;
	return mac->bytes[0] == 0x02 &&
	       (mac->bytes[1] == OVCTL_MAC_GATEWAY >> 8 || mac->bytes[1] == OVCTL_MAC_HEAD);
}

static bool ovctl_mac_taken(const struct ovctl_tenant *tenant, const struct ovctl_vm *vm,
			    const struct ovctl_addr *mac)
{
	unsigned int i;

	for (i = 0; i < tenant->n_vms; i++) {
		const struct ovctl_vm *other = &tenant->vms[i];

		if (other->id != vm->id && other->subnet == vm->subnet &&
		    ovctl_addr_same(&other->mac, mac))
			return true;
	}
	return false;
}

/**
 * ovctl_mac_vm() - Choose the Ethernet address of a VM.
 * @mac: Filled in.
 * @tenant: The tenant, for the addresses that are taken.
 * @vm: The VM.
 *
 * A VM's IPv4 address is readable in it; else the end of its IPv6 address, or its number.
 */
void ovctl_mac_vm(struct ovctl_addr *mac, const struct ovctl_tenant *tenant,
		  const struct ovctl_vm *vm)
{
	const uint8_t *ip = vm->ip4.len ? vm->ip4.bytes : vm->ip6.bytes + 12;

	memset(mac, 0, sizeof(*mac));
	mac->len = 6;
	mac->bytes[0] = 0x02;
	mac->bytes[1] = vm->ip4.len ? OVCTL_MAC_VM4 : OVCTL_MAC_VM6;
	if (vm->ip4.len || vm->ip6.len)
		memcpy(mac->bytes + 2, ip, 4);
	else
		mac->bytes[5] = vm->id;
	if (!vm->ip4.len && !vm->ip6.len)
		mac->bytes[4] = vm->id >> 8;
	while (ovctl_mac_taken(tenant, vm, mac))
		ovctl_addr_add(mac, 1);
}

/**
 * ovctl_addr_head_local() - Tell the link-local address of one head.
 * @addr: Filled in.
 * @vpc: The head's VPC.
 * @subnet: The head's subnet.
 *
 * Heads of a subnet share one Ethernet address, so the kernel would give them all the same.
 */
void ovctl_addr_head_local(struct ovctl_addr *addr, uint32_t vpc, uint32_t subnet)
{
	memset(addr, 0, sizeof(*addr));
	addr->len = 16;
	addr->bytes[0] = 0xfe;
	addr->bytes[1] = 0x80;
	addr->bytes[11] = OVCTL_MAC_HEAD;
	addr->bytes[12] = vpc >> 8;
	addr->bytes[13] = vpc;
	addr->bytes[14] = subnet >> 8;
	addr->bytes[15] = subnet;
}

/**
 * ovctl_addr_mesh() - Tell the address of a VPC within its tenant's mesh.
 * @addr: Filled in.
 * @vpc: The VPC.
 *
 * The namespaces of a mesh hold nothing else, so the addresses need be unique there only.
 */
void ovctl_addr_mesh(struct ovctl_addr *addr, uint32_t vpc)
{
	memset(addr, 0, sizeof(*addr));
	addr->len = 4;
	addr->bytes[0] = 100;
	addr->bytes[1] = 64;
	addr->bytes[2] = vpc >> 8;
	addr->bytes[3] = vpc;
}

/**
 * ovctl_name_vm_space() - Name the namespace that a VM's device is in.
 * @buf: Where to.
 * @size: Its size.
 * @host: The host.
 * @vm: The VM.
 */
void ovctl_name_vm_space(char *buf, size_t size, const struct ovctl_host *host,
			 const struct ovctl_vm *vm)
{
	if (vm->kind == OVCTL_VM_PID)
		snprintf(buf, size, "pid:%u", vm->pid);
	else if (vm->kind == OVCTL_VM_TAP && !vm->netns[0])
		snprintf(buf, size, "%s", host->netns);
	else
		snprintf(buf, size, "%s", vm->netns);
}

/**
 * ovctl_segment_addr() - Tell where a VPC is found by the segments of another one.
 * @tenant: The tenant.
 * @vpc: The VPC.
 *
 * Return: the address.
 */
struct ovctl_addr ovctl_segment_addr(const struct ovctl_tenant *tenant,
				     const struct ovctl_vpc *vpc)
{
	struct ovctl_addr addr = vpc->vtep;

	if (tenant->transport == OVCTL_TRANSPORT_GRE)
		ovctl_addr_mesh(&addr, vpc->id);
	return addr;
}
