/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_MODEL_H
#define OVCTL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../south/value.h"

/* Sizes of texts, each with its terminating zero. */
#define OVCTL_NAME_SIZE 33	/* a host, a VM */
#define OVCTL_LINK_SIZE 16	/* a network device */
#define OVCTL_NETNS_SIZE 64	/* a network namespace in /run/netns */
#define OVCTL_CIDR_SIZE 52	/* a prefix as text */

#define OVCTL_TENANT_MAX 2147483647U
#define OVCTL_VPC_MAX 65535U
#define OVCTL_SUBNET_MAX 65535U
#define OVCTL_VM_MAX 65535U
#define OVCTL_HA_MAX 7U

/* The keys of transits and meshes are plain, those of GRE segments carry the VNI in their
 * upper 24 bits. As long as no segment's VNI is below 65536, and no other above, no key of
 * one kind is also one of the other.
 */
#define OVCTL_TRANSIT_VNI_MIN 1U
#define OVCTL_TRANSIT_VNI_MAX 65535U
#define OVCTL_SEGMENT_VNI_MIN 65536U
#define OVCTL_SEGMENT_VNI_MAX 16777215U

#define OVCTL_TRANSIT_NAME "tr0"
#define OVCTL_MESH_NAME "mesh0"
#define OVCTL_VM_LINK_NAME "eth0"

/**
 * struct ovctl_cidr - A prefix, or an address with the length of its prefix.
 * @addr: The address; its @len is 0 where there is none.
 * @plen: The length of the prefix.
 */
struct ovctl_cidr {
	struct ovctl_addr addr;
	uint8_t plen;
};

/**
 * struct ovctl_host - A hypervisor.
 * @name: Its name.
 * @netns: The namespace of its underlay, or empty for the one that ovctl runs in.
 * @vtep: The prefix that VTEPs are taken from; it fixes their family.
 * @uplink: The device by which it reaches other hosts, or empty.
 * @addr: The address of that device with its prefix, or none.
 * @nexthop: The router behind it, or none.
 * @router: The namespace that joins the hosts of a lab, or empty. Where it is given sync
 *	makes that namespace, @netns, and a link between them: @uplink with @addr in @netns,
 *	and in the router a device of the host's name with @nexthop. Else the underlay is
 *	there already.
 * @machine: The name of the machine that it is on, as hostname(1) tells it, or empty for
 *	whichever machine reads this: one store, copied, serves several machines.
 * @remote: It is another machine's: its VPCs are peers, and nothing of it is made here.
 * @drained: No VPC is placed here unless somebody says so.
 * @n_vpcs: How many VPCs of all tenants it has, as the store tells.
 */
struct ovctl_host {
	char name[OVCTL_NAME_SIZE];
	char netns[OVCTL_NETNS_SIZE];
	struct ovctl_cidr vtep;
	char uplink[OVCTL_LINK_SIZE];
	struct ovctl_cidr addr;
	struct ovctl_addr nexthop;
	char router[OVCTL_NETNS_SIZE];
	char machine[OVCTL_NETNS_SIZE];
	bool remote;
	bool drained;
	unsigned int n_vpcs;
};

/**
 * enum ovctl_transport - What carries a tenant's segments.
 * @OVCTL_TRANSPORT_DIRECT: Their own encapsulation, between the VTEPs.
 * @OVCTL_TRANSPORT_GRE: VXLAN in a mesh of GRE tunnels between the VTEPs.
 */
enum ovctl_transport {
	OVCTL_TRANSPORT_DIRECT,
	OVCTL_TRANSPORT_GRE,
};

/**
 * enum ovctl_encap - The encapsulation of a segment.
 * @OVCTL_ENCAP_VXLAN: VXLAN.
 * @OVCTL_ENCAP_GRE: NVGRE.
 */
enum ovctl_encap {
	OVCTL_ENCAP_VXLAN,
	OVCTL_ENCAP_GRE,
};

/**
 * enum ovctl_attach - How VMs are joined to a segment.
 * @OVCTL_ATTACH_DIRECT: By access ports.
 * @OVCTL_ATTACH_BRIDGE: By a bridge, or several, with ports of the segment.
 */
enum ovctl_attach {
	OVCTL_ATTACH_DIRECT,
	OVCTL_ATTACH_BRIDGE,
};

/**
 * enum ovctl_vm_kind - What a VM is on its host.
 * @OVCTL_VM_OWN: A namespace that ovctl makes and deletes.
 * @OVCTL_VM_NETNS: A namespace that is there, by name.
 * @OVCTL_VM_PID: A container that is there, by a process of it.
 * @OVCTL_VM_TAP: A tap of a guest.
 */
enum ovctl_vm_kind {
	OVCTL_VM_OWN,
	OVCTL_VM_NETNS,
	OVCTL_VM_PID,
	OVCTL_VM_TAP,
};

/**
 * struct ovctl_vpc - A VPC of a tenant: its place on one host.
 * @id: Its number within the tenant.
 * @host: The host's name.
 * @vtep: The outer address of its devices, unique on all hosts.
 * @uplink: The device that is its way out, or empty.
 */
struct ovctl_vpc {
	uint32_t id;
	char host[OVCTL_NAME_SIZE];
	struct ovctl_addr vtep;
	char uplink[OVCTL_LINK_SIZE];
};

/**
 * struct ovctl_subnet - A subnet, in one VPC or stretched over several.
 * @id: Its number within the tenant; devices are named after it.
 * @cidr4: Its IPv4 prefix, or none.
 * @cidr6: Its IPv6 prefix, or none.
 * @gw4: The gateway's IPv4 address on every head, or none.
 * @gw6: The gateway's IPv6 address on every head, or none.
 * @vni: Its network id, unique among all tenants.
 * @encap: Its encapsulation.
 * @attach: How its VMs are joined to it; with @ha by bridges.
 * @ha: How many backup bridges stand beside the first one.
 * @suppress: Heads answer ARP and ND for VMs that are known.
 * @vpcs: The VPCs that it is present in, ascending.
 * @n_vpcs: How many.
 */
struct ovctl_subnet {
	uint32_t id;
	struct ovctl_cidr cidr4;
	struct ovctl_cidr cidr6;
	struct ovctl_addr gw4;
	struct ovctl_addr gw6;
	uint32_t vni;
	enum ovctl_encap encap;
	enum ovctl_attach attach;
	uint32_t ha;
	bool suppress;
	uint32_t *vpcs;
	unsigned int n_vpcs;
};

/**
 * struct ovctl_vm - A VM's place in a subnet.
 * @id: Its number within the tenant, for names of devices; it never changes.
 * @name: Its name, unique within the tenant.
 * @subnet: Its subnet.
 * @vpc: The VPC that it is in now.
 * @mac: Its Ethernet address.
 * @ip4: Its IPv4 address, or none.
 * @ip6: Its IPv6 address, or none.
 * @kind: What it is.
 * @netns: Its namespace: the one to make, or the one that is there; of a tap the one that
 *	the tap is found in, empty for the host's underlay. Unused for a process. It keeps its
 *	name when the VM moves.
 * @pid: The process.
 * @link: The device in its namespace that carries @mac and addresses; of a tap its name.
 * @seq: How often it has moved, as the sequence of its forwarding entries.
 * @to: The VPC that it is moving to, or 0.
 * @to_link: Of a tap, what it is called there.
 * @until: When that is over, come what may: milliseconds since 1970.
 * @off: A guest that is shut down: its tap is gone, and what has the name is another one's.
 */
struct ovctl_vm {
	uint32_t id;
	char name[OVCTL_NAME_SIZE];
	uint32_t subnet;
	uint32_t vpc;
	struct ovctl_addr mac;
	struct ovctl_addr ip4;
	struct ovctl_addr ip6;
	enum ovctl_vm_kind kind;
	char netns[OVCTL_NETNS_SIZE];
	uint32_t pid;
	char link[OVCTL_LINK_SIZE];
	uint32_t seq;
	uint32_t to;
	char to_link[OVCTL_LINK_SIZE];
	int64_t until;
	bool off;
};

/**
 * struct ovctl_pair - Two VPCs that are joined.
 * @a: The lower number.
 * @b: The higher one.
 */
struct ovctl_pair {
	uint32_t a;
	uint32_t b;
};

/**
 * struct ovctl_tenant - A tenant and all that it owns.
 * @id: Its number.
 * @transport: What carries its segments.
 * @overlay: Its VPCs reach each other; else the peer sides are closed.
 * @transit_vni: The key of its transits.
 * @mesh_vni: The key of its mesh.
 * @vpcs: Its VPCs, by number.
 * @n_vpcs: How many.
 * @subnets: Its subnets, by number.
 * @n_subnets: How many.
 * @vms: Its VMs, by number.
 * @n_vms: How many.
 * @links: The pairs of VPCs that are joined, ascending; without any all are.
 * @n_links: How many.
 */
struct ovctl_tenant {
	uint32_t id;
	enum ovctl_transport transport;
	bool overlay;
	uint32_t transit_vni;
	uint32_t mesh_vni;
	struct ovctl_vpc *vpcs;
	unsigned int n_vpcs;
	struct ovctl_subnet *subnets;
	unsigned int n_subnets;
	struct ovctl_vm *vms;
	unsigned int n_vms;
	struct ovctl_pair *links;
	unsigned int n_links;
};

/**
 * struct ovctl_model - What is wanted, of all tenants.
 * @hosts: The hosts, by name.
 * @n_hosts: How many.
 * @tenants: The tenants, by number.
 * @n_tenants: How many.
 */
struct ovctl_model {
	struct ovctl_host *hosts;
	unsigned int n_hosts;
	struct ovctl_tenant *tenants;
	unsigned int n_tenants;
};

void *ovctl_grow(void *list, size_t count, size_t size);

void ovctl_model_init(struct ovctl_model *model);
void ovctl_model_free(struct ovctl_model *model);
void ovctl_tenant_init(struct ovctl_tenant *tenant, uint32_t id);
void ovctl_tenant_free(struct ovctl_tenant *tenant);
void ovctl_tenant_copy(struct ovctl_tenant *to, const struct ovctl_tenant *from);

struct ovctl_host *ovctl_model_add_host(struct ovctl_model *model, const char *name);
struct ovctl_tenant *ovctl_model_add_tenant(struct ovctl_model *model, uint32_t id);
struct ovctl_vpc *ovctl_tenant_add_vpc(struct ovctl_tenant *tenant, uint32_t id);
struct ovctl_subnet *ovctl_tenant_add_subnet(struct ovctl_tenant *tenant, uint32_t id);
struct ovctl_vm *ovctl_tenant_add_vm(struct ovctl_tenant *tenant, uint32_t id);
void ovctl_tenant_add_link(struct ovctl_tenant *tenant, uint32_t a, uint32_t b);
void ovctl_subnet_add_vpc(struct ovctl_subnet *subnet, uint32_t vpc);

void ovctl_model_del_host(struct ovctl_model *model, const char *name);
void ovctl_model_del_tenant(struct ovctl_model *model, uint32_t id);
void ovctl_tenant_del_vpc(struct ovctl_tenant *tenant, uint32_t id);
void ovctl_tenant_del_subnet(struct ovctl_tenant *tenant, uint32_t id);
void ovctl_tenant_del_vm(struct ovctl_tenant *tenant, uint32_t id);
void ovctl_subnet_del_vpc(struct ovctl_tenant *tenant, uint32_t subnet, uint32_t vpc);

struct ovctl_host *ovctl_model_host(const struct ovctl_model *model, const char *name);
struct ovctl_tenant *ovctl_model_tenant(const struct ovctl_model *model, uint32_t id);
struct ovctl_vpc *ovctl_tenant_vpc(const struct ovctl_tenant *tenant, uint32_t id);
struct ovctl_subnet *ovctl_tenant_subnet(const struct ovctl_tenant *tenant, uint32_t id);
struct ovctl_vm *ovctl_tenant_vm(const struct ovctl_tenant *tenant, uint32_t id);
struct ovctl_vm *ovctl_tenant_vm_named(const struct ovctl_tenant *tenant, const char *name);
bool ovctl_subnet_in(const struct ovctl_subnet *subnet, uint32_t vpc);

bool ovctl_tenant_linked(const struct ovctl_tenant *tenant, uint32_t a, uint32_t b);
bool ovctl_subnet_peers(const struct ovctl_tenant *tenant, const struct ovctl_subnet *subnet,
			uint32_t a, uint32_t b);
bool ovctl_transit_peers(const struct ovctl_tenant *tenant, uint32_t a, uint32_t b);
unsigned int ovctl_subnet_bridges(const struct ovctl_subnet *subnet);
struct ovctl_addr ovctl_segment_addr(const struct ovctl_tenant *tenant,
				     const struct ovctl_vpc *vpc);

void ovctl_name_vpc(char *buf, size_t size, uint32_t tenant, uint32_t vpc);
bool ovctl_name_is_vpc(const struct ovctl_tenant *tenant, const char *netns);
void ovctl_name_mesh(char *buf, size_t size, uint32_t tenant, uint32_t vpc);
void ovctl_name_segment(char *buf, size_t size, uint32_t subnet);
void ovctl_name_port(char *buf, size_t size, uint32_t subnet, unsigned int index);
void ovctl_name_bridge(char *buf, size_t size, uint32_t subnet, unsigned int index);
void ovctl_name_access(char *buf, size_t size, uint32_t vm);
void ovctl_name_hook(char *buf, size_t size, uint32_t vm);
void ovctl_name_leg(char *buf, size_t size, uint32_t vm, unsigned int index);
void ovctl_name_inner_leg(char *buf, size_t size, const struct ovctl_vm *vm,
			  unsigned int index);
void ovctl_name_vm(char *buf, size_t size, const struct ovctl_tenant *tenant,
		   const struct ovctl_vm *vm);
void ovctl_name_vm_space(char *buf, size_t size, const struct ovctl_host *host,
			 const struct ovctl_vm *vm);

void ovctl_mac_gateway(struct ovctl_addr *mac);
void ovctl_mac_head(struct ovctl_addr *mac, uint32_t vpc, uint32_t subnet);
bool ovctl_mac_reserved(const struct ovctl_addr *mac);
void ovctl_mac_vm(struct ovctl_addr *mac, const struct ovctl_tenant *tenant,
		  const struct ovctl_vm *vm);
void ovctl_addr_head_local(struct ovctl_addr *addr, uint32_t vpc, uint32_t subnet);
void ovctl_addr_mesh(struct ovctl_addr *addr, uint32_t vpc);

bool ovctl_addr_same(const struct ovctl_addr *a, const struct ovctl_addr *b);
int ovctl_addr_compare(const struct ovctl_addr *a, const struct ovctl_addr *b);
void ovctl_addr_write(char *buf, size_t size, const struct ovctl_addr *addr);
bool ovctl_addr_add(struct ovctl_addr *addr, uint64_t n);
bool ovctl_cidr_parse(struct ovctl_cidr *cidr, const char *text);
void ovctl_cidr_write(char *buf, size_t size, const struct ovctl_cidr *cidr);
void ovctl_cidr_network(struct ovctl_cidr *cidr);
bool ovctl_cidr_is_network(const struct ovctl_cidr *cidr);
bool ovctl_cidr_has(const struct ovctl_cidr *cidr, const struct ovctl_addr *addr);
bool ovctl_cidr_overlap(const struct ovctl_cidr *a, const struct ovctl_cidr *b);
bool ovctl_cidr_same(const struct ovctl_cidr *a, const struct ovctl_cidr *b);
bool ovctl_cidr_nth(struct ovctl_addr *addr, const struct ovctl_cidr *cidr, uint64_t n);
uint64_t ovctl_cidr_hosts(const struct ovctl_cidr *cidr);

#endif
