// SPDX-License-Identifier: GPL-2.0
/* From the model to the things that should be in the kernel of this machine. Hosts of other
 * machines appear as peers and as prefixes behind the next hop only. Nothing here knows of
 * sockets.
 *
 * In the namespace of a VPC:
 *
 *	s<subnet>	the head: the gateway's address, and one Ethernet address for all heads;
 *			peers know each by one of its own
 *	br<subnet>...	bridges, where VMs are attached by these, with ports s<subnet>a...
 *	tr0		the transit
 *	UPLINK		the way out, where there is one: a device that others put there
 *
 * The kernel routes. A subnet that is here is on its head, and what is elsewhere is behind the
 * transit: prefixes that are in other VPCs only, and of a stretched subnet each VM that is in
 * another VPC, so that a routed frame is switched by the VPC that its VM is in. A head hence
 * sends to stations of its own VPC only, and heads may share an Ethernet address.
 */
#include <linux/if_bridge.h>
#include <linux/tenovl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migration.h"
#include "wanted.h"

/* What an underlay is taken to carry where a device cannot follow the route by itself. */
#define OVCTL_UNDERLAY_MTU 1500

/* Milliseconds after which a bond looks whether its leg still reaches the gateway. */
#define OVCTL_BOND_INTERVAL 100

/* Of the default routes by an uplink: any that the provider has put there is taken before. */
#define OVCTL_UPLINK_METRIC 4096

/**
 * struct ovctl_place - One VPC on a host of this machine.
 * @objs: Where its objects go.
 * @model: The model.
 * @tenant: The tenant.
 * @vpc: The VPC.
 * @host: Its host.
 * @netns: Its namespace.
 * @mesh: The namespace that its segments send from: that of its mesh, or the underlay.
 */
struct ovctl_place {
	struct ovctl_items *objs;
	const struct ovctl_model *model;
	const struct ovctl_tenant *tenant;
	const struct ovctl_vpc *vpc;
	const struct ovctl_host *host;
	char netns[OVCTL_NETNS_SIZE];
	char mesh[OVCTL_NETNS_SIZE];
};

static void ovctl_want_netns(struct ovctl_items *objs, const char *netns)
{
	struct ovctl_item *obj;

	ovctl_item_add(objs, OVCTL_KIND_NETNS, netns, "");
	obj = ovctl_item_add(objs, OVCTL_KIND_STATE, netns, "lo");
	ovctl_item_num(obj, OVCTL_STATE_UP, 1);
}

static struct ovctl_item *ovctl_want_link(struct ovctl_items *objs, const char *netns,
					    const char *link, enum ovctl_link_type type)
{
	struct ovctl_item *obj = ovctl_item_add(objs, OVCTL_KIND_STATE, netns, link);

	ovctl_item_num(obj, OVCTL_STATE_UP, 1);
	obj = ovctl_item_add(objs, OVCTL_KIND_LINK, netns, link);
	ovctl_item_num(obj, OVCTL_LINK_TYPE, type);
	return obj;
}

/* A port of a device, or one end of two. */
static struct ovctl_item *ovctl_want_link_of(struct ovctl_items *objs, const char *netns,
					       const char *link, enum ovctl_link_type type,
					       const char *of_netns, const char *of)
{
	struct ovctl_item *obj = ovctl_want_link(objs, netns, link, type);

	ovctl_item_text(objs, obj, OVCTL_LINK_OF_NETNS, of_netns);
	ovctl_item_text(objs, obj, OVCTL_LINK_OF, of);
	return obj;
}

static void ovctl_want_addr(struct ovctl_items *objs, const char *netns, const char *link,
			    const struct ovctl_addr *addr, uint8_t plen)
{
	struct ovctl_item *obj = ovctl_item_add(objs, OVCTL_KIND_ADDR, netns, link);

	obj->key.addr = *addr;
	obj->key.plen = plen;
	/* The model knows that nobody else has it, and no packet has to wait. */
	if (addr->len == 16)
		ovctl_item_num(obj, OVCTL_ADDR_NODAD, 1);
}

static struct ovctl_item *ovctl_want_route(struct ovctl_items *objs, const char *netns,
					    const struct ovctl_cidr *dst, const char *dev,
					    const struct ovctl_addr *via)
{
	struct ovctl_item *obj = ovctl_item_add(objs, OVCTL_KIND_ROUTE, netns, "");

	obj->key = *dst;
	ovctl_cidr_network(&obj->key);
	ovctl_item_text(objs, obj, OVCTL_ROUTE_DEV, dev);
	if (via)
		ovctl_item_addr(obj, OVCTL_ROUTE_VIA, via);
	return obj;
}

static void ovctl_want_sysctl(struct ovctl_items *objs, const char *netns, const char *name,
			      uint32_t value)
{
	struct ovctl_item *obj = ovctl_item_add(objs, OVCTL_KIND_SYSCTL, netns, "");

	obj->name = ovctl_items_text(objs, name);
	ovctl_item_num(obj, OVCTL_SYSCTL_VALUE, value);
}

/* A router checks no source against its routes: what a transit may bring in is checked there,
 * by peer.
 */
static void ovctl_want_router(struct ovctl_items *objs, const char *netns)
{
	ovctl_want_netns(objs, netns);
	ovctl_want_sysctl(objs, netns, "ipv4/ip_forward", 1);
	ovctl_want_sysctl(objs, netns, "ipv4/conf/all/rp_filter", 0);
	ovctl_want_sysctl(objs, netns, "ipv4/conf/default/rp_filter", 0);
	ovctl_want_sysctl(objs, netns, "ipv6/conf/all/forwarding", 1);
}

static struct ovctl_cidr ovctl_cidr_alone(const struct ovctl_addr *addr)
{
	return (struct ovctl_cidr){ .addr = *addr, .plen = addr->len * 8 };
}

/* --- hosts --- */

/* The link of a lab's host, and the router's side of it. */
static void ovctl_want_lab(struct ovctl_items *objs, const struct ovctl_host *host)
{
	char side[OVCTL_LINK_SIZE];

	snprintf(side, sizeof(side), "%.*s", OVCTL_LINK_SIZE - 1, host->name);
	if (host->netns[0])
		ovctl_want_netns(objs, host->netns);
	ovctl_want_router(objs, host->router);
	ovctl_want_link_of(objs, host->netns, host->uplink, OVCTL_LINK_VETH, host->router, side);
	ovctl_want_link_of(objs, host->router, side, OVCTL_LINK_VETH, host->netns, host->uplink);
	ovctl_want_addr(objs, host->netns, host->uplink, &host->addr.addr, host->addr.plen);
	if (host->nexthop.len)
		ovctl_want_addr(objs, host->router, side, &host->nexthop, host->addr.plen);
	if (!ovctl_cidr_has(&host->addr, &host->vtep.addr))
		ovctl_want_route(objs, host->router, &host->vtep, side, &host->addr.addr);
}

/* The VTEPs of another host are behind the next hop, unless they are on the link itself. */
static void ovctl_want_way(struct ovctl_items *objs, const struct ovctl_host *host,
			   const struct ovctl_host *other)
{
	if (!host->nexthop.len || host->nexthop.len != other->vtep.addr.len)
		return;
	if (!other->remote && !strcmp(host->netns, other->netns))
		return;
	if (ovctl_cidr_has(&host->addr, &other->vtep.addr))
		return;
	ovctl_want_route(objs, host->netns, &other->vtep, host->uplink, &host->nexthop);
}

static void ovctl_want_host(struct ovctl_items *objs, const struct ovctl_model *model,
			    const struct ovctl_host *host)
{
	unsigned int i;

	if (host->remote)
		return;
	if (host->router[0])
		ovctl_want_lab(objs, host);
	for (i = 0; i < model->n_hosts; i++)
		if (&model->hosts[i] != host)
			ovctl_want_way(objs, host, &model->hosts[i]);
}

/* --- transits and meshes --- */

/* A device that carries IP to the other VPCs by GRE. */
static void ovctl_want_l3(const struct ovctl_place *place, const char *netns, const char *link,
			  uint32_t vni)
{
	struct ovctl_item *obj;

	obj = ovctl_want_link(place->objs, netns, link, OVCTL_LINK_L3);
	ovctl_item_text(place->objs, obj, OVCTL_LINK_UNDERLAY, place->host->netns);
	obj = ovctl_item_add(place->objs, OVCTL_KIND_DEV, netns, link);
	ovctl_item_num(obj, OVCTL_DEV_VNI, vni);
	ovctl_item_num(obj, OVCTL_DEV_ENCAP, TENOVL_ENCAP_GRE);
	ovctl_item_num(obj, OVCTL_DEV_GRE_KEY, TENOVL_GRE_KEY_PLAIN);
	ovctl_item_addr(obj, OVCTL_DEV_LOCAL, &place->vpc->vtep);
	ovctl_item_num(obj, OVCTL_DEV_MTU_AUTO, 1);
}

static void ovctl_want_inner(const struct ovctl_place *place, const char *netns,
			     const char *link, const struct ovctl_cidr *dst,
			     const struct ovctl_addr *peer)
{
	struct ovctl_item *obj;

	obj = ovctl_item_add(place->objs, OVCTL_KIND_INNER, netns, link);
	obj->key = *dst;
	ovctl_cidr_network(&obj->key);
	ovctl_item_addr(obj, OVCTL_INNER_PEER, peer);
	ovctl_want_route(place->objs, netns, dst, link, NULL);
}

/* The mesh of a tenant whose VXLAN goes by GRE: a namespace that holds nothing else. */
static void ovctl_want_mesh(const struct ovctl_place *place)
{
	const struct ovctl_tenant *tenant = place->tenant;
	struct ovctl_item *obj;
	struct ovctl_addr addr;
	struct ovctl_cidr cidr;
	unsigned int i;

	ovctl_want_netns(place->objs, place->mesh);
	ovctl_want_l3(place, place->mesh, OVCTL_MESH_NAME, tenant->mesh_vni);
	ovctl_addr_mesh(&addr, place->vpc->id);
	ovctl_want_addr(place->objs, place->mesh, OVCTL_MESH_NAME, &addr, 32);
	for (i = 0; i < tenant->n_vpcs; i++) {
		const struct ovctl_vpc *other = &tenant->vpcs[i];

		if (!ovctl_transit_peers(tenant, place->vpc->id, other->id))
			continue;
		ovctl_addr_mesh(&addr, other->id);
		cidr = ovctl_cidr_alone(&addr);
		obj = ovctl_item_add(place->objs, OVCTL_KIND_PEER, place->mesh, OVCTL_MESH_NAME);
		obj->key.addr = other->vtep;
		ovctl_item_num(obj, OVCTL_PEER_ADMIN, TENOVL_ADMIN_UP);
		ovctl_item_list(place->objs, obj, OVCTL_PEER_INNER, &cidr, 1);
		ovctl_want_inner(place, place->mesh, OVCTL_MESH_NAME, &cidr, &other->vtep);
	}
}

/* What a VPC may send: what is from a subnet that is there. */
static void ovctl_want_transit_peer(const struct ovctl_place *place,
				    const struct ovctl_vpc *other)
{
	const struct ovctl_tenant *tenant = place->tenant;
	struct ovctl_cidr *list = NULL;
	struct ovctl_item *obj;
	unsigned int i, count = 0;

	for (i = 0; i < tenant->n_subnets; i++) {
		const struct ovctl_subnet *subnet = &tenant->subnets[i];
		const struct ovctl_cidr *cidrs[] = { &subnet->cidr4, &subnet->cidr6 };
		unsigned int family;

		for (family = 0; family < 2; family++) {
			if (!cidrs[family]->addr.len || !ovctl_subnet_in(subnet, other->id))
				continue;
			list = ovctl_grow(list, count, sizeof(*list));
			list[count++] = *cidrs[family];
		}
	}
	obj = ovctl_item_add(place->objs, OVCTL_KIND_PEER, place->netns, OVCTL_TRANSIT_NAME);
	obj->key.addr = other->vtep;
	ovctl_item_num(obj, OVCTL_PEER_ADMIN, TENOVL_ADMIN_UP);
	ovctl_item_list(place->objs, obj, OVCTL_PEER_INNER, list, count);
	free(list);
}

/* The lowest VPC that has the subnet and is reached from here. */
static const struct ovctl_vpc *ovctl_subnet_elsewhere(const struct ovctl_place *place,
						      const struct ovctl_subnet *subnet)
{
	unsigned int i;

	for (i = 0; i < subnet->n_vpcs; i++)
		if (ovctl_transit_peers(place->tenant, place->vpc->id, subnet->vpcs[i]))
			return ovctl_tenant_vpc(place->tenant, subnet->vpcs[i]);
	return NULL;
}

static void ovctl_want_transit_subnet(const struct ovctl_place *place,
				      const struct ovctl_subnet *subnet)
{
	const struct ovctl_vpc *other = ovctl_subnet_elsewhere(place, subnet);

	if (!other || ovctl_subnet_in(subnet, place->vpc->id))
		return;
	if (subnet->cidr4.addr.len)
		ovctl_want_inner(place, place->netns, OVCTL_TRANSIT_NAME, &subnet->cidr4,
				 &other->vtep);
	if (subnet->cidr6.addr.len)
		ovctl_want_inner(place, place->netns, OVCTL_TRANSIT_NAME, &subnet->cidr6,
				 &other->vtep);
}

/* A VM of a subnet whose prefix leads elsewhere, or nowhere but here. */
static void ovctl_want_transit_vm(const struct ovctl_place *place, const struct ovctl_vm *vm)
{
	const struct ovctl_subnet *subnet = ovctl_tenant_subnet(place->tenant, vm->subnet);
	const struct ovctl_vpc *other = ovctl_tenant_vpc(place->tenant, vm->vpc);
	const struct ovctl_addr *addrs[] = { &vm->ip4, &vm->ip6 };
	unsigned int family;

	if (!subnet || !other || !ovctl_transit_peers(place->tenant, place->vpc->id, vm->vpc))
		return;
	if (!ovctl_subnet_in(subnet, place->vpc->id) &&
	    ovctl_subnet_elsewhere(place, subnet) == other)
		return;
	for (family = 0; family < 2; family++) {
		struct ovctl_cidr cidr = ovctl_cidr_alone(addrs[family]);

		if (cidr.addr.len)
			ovctl_want_inner(place, place->netns, OVCTL_TRANSIT_NAME, &cidr,
					 &other->vtep);
	}
}

static void ovctl_want_transit(const struct ovctl_place *place)
{
	const struct ovctl_tenant *tenant = place->tenant;
	unsigned int i;

	ovctl_want_l3(place, place->netns, OVCTL_TRANSIT_NAME, tenant->transit_vni);
	for (i = 0; i < tenant->n_vpcs; i++)
		if (ovctl_transit_peers(tenant, place->vpc->id, tenant->vpcs[i].id))
			ovctl_want_transit_peer(place, &tenant->vpcs[i]);
	for (i = 0; i < tenant->n_subnets; i++)
		ovctl_want_transit_subnet(place, &tenant->subnets[i]);
	for (i = 0; i < tenant->n_vms; i++)
		ovctl_want_transit_vm(place, &tenant->vms[i]);
}

/* --- segments --- */

static void ovctl_want_segment_dev(const struct ovctl_place *place,
				   const struct ovctl_subnet *subnet, const char *link)
{
	bool gre = subnet->encap == OVCTL_ENCAP_GRE &&
		   place->tenant->transport == OVCTL_TRANSPORT_DIRECT;
	struct ovctl_addr local = ovctl_segment_addr(place->tenant, place->vpc);
	struct ovctl_item *obj;
	struct ovctl_addr mac;

	ovctl_mac_gateway(&mac);
	obj = ovctl_want_link(place->objs, place->netns, link, OVCTL_LINK_L2);
	ovctl_item_text(place->objs, obj, OVCTL_LINK_UNDERLAY, place->mesh);
	ovctl_item_addr(obj, OVCTL_LINK_MAC, &mac);
	ovctl_item_num(obj, OVCTL_LINK_ADDRGEN, OVCTL_ADDRGEN_NONE);
	obj = ovctl_item_add(place->objs, OVCTL_KIND_DEV, place->netns, link);
	ovctl_item_num(obj, OVCTL_DEV_VNI, subnet->vni);
	ovctl_item_num(obj, OVCTL_DEV_ENCAP, gre ? TENOVL_ENCAP_GRE : TENOVL_ENCAP_VXLAN);
	ovctl_item_num(obj, OVCTL_DEV_GRE_KEY, TENOVL_GRE_KEY_NVGRE);
	ovctl_item_addr(obj, OVCTL_DEV_LOCAL, &local);
	ovctl_item_num(obj, OVCTL_DEV_MTU_AUTO, 1);
	/* A VM that is mistaken in its leg is to be heard all the same. */
	ovctl_item_num(obj, OVCTL_DEV_STANDBY_INGRESS,
			 ovctl_subnet_bridges(subnet) > 1 ? TENOVL_STANDBY_INGRESS_LEARN :
							    TENOVL_STANDBY_INGRESS_DROP);
	ovctl_item_num(obj, OVCTL_DEV_SUPPRESS, subnet->suppress);
	ovctl_mac_head(&mac, place->vpc->id, subnet->id);
	ovctl_item_addr(obj, OVCTL_DEV_HEAD_MAC, &mac);
}

static void ovctl_want_gateway(const struct ovctl_place *place,
			       const struct ovctl_subnet *subnet, const char *link)
{
	struct ovctl_addr addr;

	if (subnet->gw4.len)
		ovctl_want_addr(place->objs, place->netns, link, &subnet->gw4, subnet->cidr4.plen);
	if (subnet->gw6.len)
		ovctl_want_addr(place->objs, place->netns, link, &subnet->gw6, subnet->cidr6.plen);
	ovctl_addr_head_local(&addr, place->vpc->id, subnet->id);
	ovctl_want_addr(place->objs, place->netns, link, &addr, 64);
}

static void ovctl_want_segment_peers(const struct ovctl_place *place,
				     const struct ovctl_subnet *subnet, const char *link)
{
	unsigned int i;

	for (i = 0; i < subnet->n_vpcs; i++) {
		const struct ovctl_vpc *other = ovctl_tenant_vpc(place->tenant, subnet->vpcs[i]);
		struct ovctl_item *obj;

		if (!other ||
		    !ovctl_subnet_peers(place->tenant, subnet, place->vpc->id, other->id))
			continue;
		obj = ovctl_item_add(place->objs, OVCTL_KIND_PEER, place->netns, link);
		obj->key.addr = ovctl_segment_addr(place->tenant, other);
		ovctl_item_num(obj, OVCTL_PEER_ADMIN, TENOVL_ADMIN_UP);
	}
}

static void ovctl_want_neigh(const struct ovctl_place *place, const char *link,
			     const struct ovctl_addr *addr, const struct ovctl_addr *mac)
{
	struct ovctl_item *obj;

	if (!addr->len)
		return;
	obj = ovctl_item_add(place->objs, OVCTL_KIND_NEIGH, place->netns, link);
	obj->key.addr = *addr;
	ovctl_item_addr(obj, OVCTL_NEIGH_MAC, mac);
}

/* What a head knows of a VM, wherever that is. */
static void ovctl_want_known(const struct ovctl_place *place,
			     const struct ovctl_subnet *subnet, const char *link,
			     const struct ovctl_vm *vm)
{
	const struct ovctl_vpc *other = ovctl_tenant_vpc(place->tenant, vm->vpc);
	struct ovctl_item *obj;
	struct ovctl_addr addr;

	if (vm->vpc != place->vpc->id) {
		if (!other || !ovctl_subnet_peers(place->tenant, subnet, place->vpc->id, vm->vpc))
			return;
		addr = ovctl_segment_addr(place->tenant, other);
		obj = ovctl_item_add(place->objs, OVCTL_KIND_FDB, place->netns, link);
		obj->key.addr = vm->mac;
		ovctl_item_addr(obj, OVCTL_FDB_PEER, &addr);
		ovctl_item_num(obj, OVCTL_FDB_SEQ, vm->seq);
		/* Who migrates a guest may not know of this machine: the guest itself says where it is. */
		if (vm->kind == OVCTL_VM_TAP)
			ovctl_item_num(obj, OVCTL_FDB_MOBILE, 1);
	}
	ovctl_want_neigh(place, link, &vm->ip4, &vm->mac);
	ovctl_want_neigh(place, link, &vm->ip6, &vm->mac);
}

static void ovctl_want_bridges(const struct ovctl_place *place,
			       const struct ovctl_subnet *subnet, const char *link)
{
	unsigned int i, count = ovctl_subnet_bridges(subnet);

	for (i = 0; i < count; i++) {
		char bridge[OVCTL_LINK_SIZE], port[OVCTL_LINK_SIZE];
		struct ovctl_item *obj;

		ovctl_name_bridge(bridge, sizeof(bridge), subnet->id, i);
		ovctl_name_port(port, sizeof(port), subnet->id, i);
		obj = ovctl_want_link(place->objs, place->netns, bridge, OVCTL_LINK_BRIDGE);
		/* It has no address, and is not to answer for those of the head. */
		ovctl_item_num(obj, OVCTL_LINK_ARP, 0);
		ovctl_item_num(obj, OVCTL_LINK_ADDRGEN, OVCTL_ADDRGEN_NONE);
		obj = ovctl_want_link_of(place->objs, place->netns, port, OVCTL_LINK_PORT,
					 place->netns, link);
		ovctl_item_text(place->objs, obj, OVCTL_LINK_MASTER, bridge);
		/* A bridge that watches who wants which group sees half of the segment. */
		ovctl_item_num(obj, OVCTL_LINK_MCAST_ROUTER, MDB_RTR_TYPE_PERM);
		ovctl_item_num(obj, OVCTL_LINK_ADDRGEN, OVCTL_ADDRGEN_NONE);
		obj = ovctl_item_add(place->objs, OVCTL_KIND_PORT, place->netns, port);
		ovctl_item_text(place->objs, obj, OVCTL_PORT_DEV_NETNS, place->netns);
		ovctl_item_text(place->objs, obj, OVCTL_PORT_DEV, link);
		ovctl_item_num(obj, OVCTL_PORT_PRIORITY, 10 * (i + 1));
	}
}

/* --- VMs --- */

/* Bytes that the headers take before an inner IP packet. */
static unsigned int ovctl_overhead(const struct ovctl_place *place,
				   const struct ovctl_subnet *subnet)
{
	unsigned int outer = place->vpc->vtep.len == 4 ? 20 : 40;

	if (place->tenant->transport == OVCTL_TRANSPORT_GRE)
		return outer + 8 + 20 + 16 + 14;
	return outer + (subnet->encap == OVCTL_ENCAP_GRE ? 8 : 16) + 14;
}

/* Nobody behind an access port sends in another one's name. */
static void ovctl_want_guard(const struct ovctl_place *place, const struct ovctl_vm *vm,
			     const char *netns, const char *segment)
{
	struct ovctl_cidr mac = { .addr = vm->mac };
	struct ovctl_cidr ips[2];
	struct ovctl_item *obj;
	unsigned int count = 0;

	if (vm->ip4.len)
		ips[count++] = (struct ovctl_cidr){ .addr = vm->ip4 };
	if (vm->ip6.len)
		ips[count++] = (struct ovctl_cidr){ .addr = vm->ip6 };
	obj = ovctl_item_add(place->objs, OVCTL_KIND_PORT, netns, vm->link);
	ovctl_item_text(place->objs, obj, OVCTL_PORT_DEV_NETNS, place->netns);
	ovctl_item_text(place->objs, obj, OVCTL_PORT_DEV, segment);
	ovctl_item_num(obj, OVCTL_PORT_ROLE, TENOVL_PORT_ROLE_ACCESS);
	ovctl_item_list(place->objs, obj, OVCTL_PORT_MACS, &mac, 1);
	ovctl_item_list(place->objs, obj, OVCTL_PORT_IPS, ips, count);
}

static void ovctl_want_tap(const struct ovctl_place *place, const struct ovctl_vm *vm,
			   const char *netns, const char *segment)
{
	struct ovctl_item *obj;

	obj = ovctl_item_add(place->objs, OVCTL_KIND_ACCESS, netns, vm->link);
	ovctl_item_text(place->objs, obj, OVCTL_ACCESS_DEV_NETNS, place->netns);
	ovctl_item_text(place->objs, obj, OVCTL_ACCESS_DEV, segment);
	ovctl_want_guard(place, vm, netns, segment);
}

static void ovctl_want_direct(const struct ovctl_place *place, const struct ovctl_vm *vm,
			      const char *netns, const char *segment)
{
	struct ovctl_item *obj;

	obj = ovctl_want_link_of(place->objs, netns, vm->link, OVCTL_LINK_PORT, place->netns,
				 segment);
	ovctl_item_addr(obj, OVCTL_LINK_MAC, &vm->mac);
	ovctl_want_guard(place, vm, netns, segment);
}

/* A leg on one bridge. @inner: the VM's end of it. */
static struct ovctl_item *ovctl_want_leg(const struct ovctl_place *place,
					   const struct ovctl_subnet *subnet,
					   const struct ovctl_vm *vm, unsigned int index,
					   const char *netns, const char *inner)
{
	unsigned int mtu = OVCTL_UNDERLAY_MTU - ovctl_overhead(place, subnet);
	char leg[OVCTL_LINK_SIZE], bridge[OVCTL_LINK_SIZE];
	struct ovctl_item *obj;

	ovctl_name_leg(leg, sizeof(leg), vm->id, index);
	ovctl_name_bridge(bridge, sizeof(bridge), subnet->id, index);
	obj = ovctl_want_link_of(place->objs, place->netns, leg, OVCTL_LINK_VETH, netns, inner);
	ovctl_item_text(place->objs, obj, OVCTL_LINK_MASTER, bridge);
	ovctl_item_num(obj, OVCTL_LINK_MTU, mtu);
	/* As long as it is in no bridge it is not to answer for the head. */
	ovctl_item_num(obj, OVCTL_LINK_ARP, 0);
	ovctl_item_num(obj, OVCTL_LINK_ADDRGEN, OVCTL_ADDRGEN_NONE);
	obj = ovctl_want_link_of(place->objs, netns, inner, OVCTL_LINK_VETH, place->netns, leg);
	ovctl_item_num(obj, OVCTL_LINK_MTU, mtu);
	return obj;
}

/* Legs on several bridges make one device. Its carrier says nothing of the bridges, so it asks
 * for the gateway by the leg in use.
 */
static void ovctl_want_bond(const struct ovctl_place *place, const struct ovctl_subnet *subnet,
			    const struct ovctl_vm *vm, const char *netns)
{
	unsigned int i, count = ovctl_subnet_bridges(subnet);
	char inner[OVCTL_LINK_SIZE];
	struct ovctl_item *obj;

	obj = ovctl_want_link(place->objs, netns, vm->link, OVCTL_LINK_BOND);
	ovctl_item_num(obj, OVCTL_LINK_BOND_MODE, OVCTL_BOND_ACTIVE_BACKUP);
	ovctl_item_addr(obj, OVCTL_LINK_MAC, &vm->mac);
	/* Its legs follow it. */
	ovctl_item_num(obj, OVCTL_LINK_MTU, OVCTL_UNDERLAY_MTU - ovctl_overhead(place, subnet));
	ovctl_item_num(obj, OVCTL_LINK_BOND_INTERVAL, OVCTL_BOND_INTERVAL);
	if (subnet->gw4.len && vm->ip4.len)
		ovctl_item_addr(obj, OVCTL_LINK_BOND_TARGET, &subnet->gw4);
	if (subnet->gw6.len && vm->ip6.len)
		ovctl_item_addr(obj, OVCTL_LINK_BOND_TARGET6, &subnet->gw6);
	for (i = 0; i < count; i++) {
		ovctl_name_inner_leg(inner, sizeof(inner), vm, i);
		obj = ovctl_want_leg(place, subnet, vm, i, netns, inner);
		ovctl_item_text(place->objs, obj, OVCTL_LINK_MASTER, vm->link);
	}
}

static void ovctl_want_vm_addrs(const struct ovctl_place *place,
				const struct ovctl_subnet *subnet, const struct ovctl_vm *vm,
				const char *netns)
{
	struct ovctl_cidr all4 = { .addr.len = 4 }, all6 = { .addr.len = 16 };

	if (vm->ip4.len)
		ovctl_want_addr(place->objs, netns, vm->link, &vm->ip4, subnet->cidr4.plen);
	if (vm->ip6.len)
		ovctl_want_addr(place->objs, netns, vm->link, &vm->ip6, subnet->cidr6.plen);
	if (vm->ip4.len && subnet->gw4.len)
		ovctl_want_route(place->objs, netns, &all4, vm->link, &subnet->gw4);
	if (vm->ip6.len && subnet->gw6.len)
		ovctl_want_route(place->objs, netns, &all6, vm->link, &subnet->gw6);
}

static void ovctl_want_vm(const struct ovctl_place *place, const struct ovctl_subnet *subnet,
			  const char *segment, const struct ovctl_vm *vm)
{
	unsigned int bridges = ovctl_subnet_bridges(subnet);
	char netns[OVCTL_NETNS_SIZE];
	struct ovctl_item *obj;

	ovctl_name_vm_space(netns, sizeof(netns), place->host, vm);
	if (vm->kind == OVCTL_VM_TAP) {
		if (!vm->off)
			ovctl_want_tap(place, vm, netns, segment);
		return;
	}
	if (vm->kind == OVCTL_VM_OWN)
		ovctl_want_netns(place->objs, netns);
	if (!bridges) {
		ovctl_want_direct(place, vm, netns, segment);
	} else if (bridges == 1) {
		obj = ovctl_want_leg(place, subnet, vm, 0, netns, vm->link);
		ovctl_item_addr(obj, OVCTL_LINK_MAC, &vm->mac);
	} else {
		ovctl_want_bond(place, subnet, vm, netns);
	}
	ovctl_want_vm_addrs(place, subnet, vm, netns);
}

/* A guest that is moving here has a tap already. What it is called by its host may be another name,
 * and where it is the same device nothing can be made ready.
 */
static void ovctl_want_arrival(const struct ovctl_place *place, const char *segment,
			       const struct ovctl_vm *vm)
{
	char netns[OVCTL_NETNS_SIZE];
	struct ovctl_vm there = *vm;

	if (!ovctl_migration_waits(place->model, place->tenant, vm, place->vpc, vm->to_link))
		return;
	memcpy(there.link, vm->to_link, sizeof(there.link));
	ovctl_name_vm_space(netns, sizeof(netns), place->host, vm);
	ovctl_want_tap(place, &there, netns, segment);
}

static void ovctl_want_segment(const struct ovctl_place *place,
			       const struct ovctl_subnet *subnet)
{
	const struct ovctl_tenant *tenant = place->tenant;
	char link[OVCTL_LINK_SIZE];
	unsigned int i;

	ovctl_name_segment(link, sizeof(link), subnet->id);
	ovctl_want_segment_dev(place, subnet, link);
	ovctl_want_segment_peers(place, subnet, link);
	ovctl_want_gateway(place, subnet, link);
	ovctl_want_bridges(place, subnet, link);
	for (i = 0; i < tenant->n_vms; i++) {
		if (tenant->vms[i].subnet != subnet->id)
			continue;
		ovctl_want_known(place, subnet, link, &tenant->vms[i]);
		if (tenant->vms[i].vpc == place->vpc->id)
			ovctl_want_vm(place, subnet, link, &tenant->vms[i]);
		else if (tenant->vms[i].to == place->vpc->id)
			ovctl_want_arrival(place, link, &tenant->vms[i]);
	}
}

/* --- VPCs --- */

/* What the tenant has never leaves by the uplink, also where it is not reached from here: the
 * transit answers for it then.
 */
static void ovctl_want_kept(const struct ovctl_place *place, const struct ovctl_subnet *subnet)
{
	bool here = ovctl_subnet_in(subnet, place->vpc->id);

	if (!here && ovctl_subnet_elsewhere(place, subnet))
		return;
	if (subnet->cidr4.addr.len && !(here && subnet->gw4.len))
		ovctl_want_route(place->objs, place->netns, &subnet->cidr4, OVCTL_TRANSIT_NAME,
				 NULL);
	if (subnet->cidr6.addr.len && !(here && subnet->gw6.len))
		ovctl_want_route(place->objs, place->netns, &subnet->cidr6, OVCTL_TRANSIT_NAME,
				 NULL);
}

/* What is nowhere else is out there. The device is somebody else's, and so are its addresses. */
static void ovctl_want_uplink(const struct ovctl_place *place)
{
	struct ovctl_cidr all4 = { .addr.len = 4 }, all6 = { .addr.len = 16 };
	const char *uplink = place->vpc->uplink;
	struct ovctl_item *obj;
	unsigned int i;

	obj = ovctl_item_add(place->objs, OVCTL_KIND_STATE, place->netns, uplink);
	ovctl_item_num(obj, OVCTL_STATE_UP, 1);
	ovctl_want_route(place->objs, place->netns, &all4, uplink, NULL)->metric =
		OVCTL_UPLINK_METRIC;
	ovctl_want_route(place->objs, place->netns, &all6, uplink, NULL)->metric =
		OVCTL_UPLINK_METRIC;
	for (i = 0; i < place->tenant->n_subnets; i++)
		ovctl_want_kept(place, &place->tenant->subnets[i]);
}

static void ovctl_want_vpc(const struct ovctl_place *place)
{
	const struct ovctl_host *host = place->host;
	unsigned int i;

	ovctl_want_router(place->objs, place->netns);
	if (!ovctl_addr_same(&host->addr.addr, &place->vpc->vtep))
		ovctl_want_addr(place->objs, host->netns, "lo", &place->vpc->vtep,
				place->vpc->vtep.len * 8);
	if (place->tenant->transport == OVCTL_TRANSPORT_GRE)
		ovctl_want_mesh(place);
	ovctl_want_transit(place);
	if (place->vpc->uplink[0])
		ovctl_want_uplink(place);
	for (i = 0; i < place->tenant->n_subnets; i++)
		if (ovctl_subnet_in(&place->tenant->subnets[i], place->vpc->id))
			ovctl_want_segment(place, &place->tenant->subnets[i]);
}

static void ovctl_want_tenant(struct ovctl_items *objs, const struct ovctl_model *model,
			      const struct ovctl_tenant *tenant)
{
	unsigned int i;

	for (i = 0; i < tenant->n_vpcs; i++) {
		struct ovctl_place place = {
			.objs = objs,
			.model = model,
			.tenant = tenant,
			.vpc = &tenant->vpcs[i],
			.host = ovctl_model_host(model, tenant->vpcs[i].host),
		};

		if (!place.host || place.host->remote)
			continue;
		ovctl_name_vpc(place.netns, sizeof(place.netns), tenant->id, place.vpc->id);
		if (tenant->transport == OVCTL_TRANSPORT_GRE)
			ovctl_name_mesh(place.mesh, sizeof(place.mesh), tenant->id, place.vpc->id);
		else
			memcpy(place.mesh, place.host->netns, sizeof(place.mesh));
		ovctl_want_vpc(&place);
	}
}

/**
 * ovctl_wanted_make() - Tell what the model wants of this machine.
 * @objs: An empty list; filled, in order.
 * @model: The model.
 */
void ovctl_wanted_make(struct ovctl_items *objs, const struct ovctl_model *model)
{
	unsigned int i;

	for (i = 0; i < model->n_hosts; i++)
		ovctl_want_host(objs, model, &model->hosts[i]);
	for (i = 0; i < model->n_tenants; i++)
		ovctl_want_tenant(objs, model, &model->tenants[i]);
	ovctl_items_unite(objs);
}
