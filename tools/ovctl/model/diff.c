// SPDX-License-Identifier: GPL-2.0
/* What is different between two states of a tenant, object by object. */
#include <string.h>

#include "diff.h"

static bool ovctl_same_tenant(const void *a, const void *b)
{
	const struct ovctl_tenant *x = a;
	const struct ovctl_tenant *y = b;

	return x->transport == y->transport && x->overlay == y->overlay &&
	       x->transit_vni == y->transit_vni && x->mesh_vni == y->mesh_vni;
}

static bool ovctl_same_vpc(const void *a, const void *b)
{
	const struct ovctl_vpc *x = a;
	const struct ovctl_vpc *y = b;

	return !strcmp(x->host, y->host) && ovctl_addr_same(&x->vtep, &y->vtep) &&
	       !strcmp(x->uplink, y->uplink);
}

static bool ovctl_same_link(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return true;
}

static bool ovctl_same_subnet(const void *a, const void *b)
{
	const struct ovctl_subnet *x = a;
	const struct ovctl_subnet *y = b;

	if (x->n_vpcs != y->n_vpcs || memcmp(x->vpcs, y->vpcs, x->n_vpcs * sizeof(*x->vpcs)))
		return false;
	return ovctl_cidr_same(&x->cidr4, &y->cidr4) && ovctl_cidr_same(&x->cidr6, &y->cidr6) &&
	       ovctl_addr_same(&x->gw4, &y->gw4) && ovctl_addr_same(&x->gw6, &y->gw6) &&
	       x->vni == y->vni && x->encap == y->encap && x->attach == y->attach &&
	       x->ha == y->ha && x->suppress == y->suppress;
}

static bool ovctl_same_vm(const void *a, const void *b)
{
	const struct ovctl_vm *x = a;
	const struct ovctl_vm *y = b;

	return !strcmp(x->name, y->name) && x->subnet == y->subnet && x->vpc == y->vpc &&
	       ovctl_addr_same(&x->mac, &y->mac) && ovctl_addr_same(&x->ip4, &y->ip4) &&
	       ovctl_addr_same(&x->ip6, &y->ip6) && x->kind == y->kind &&
	       !strcmp(x->netns, y->netns) && x->pid == y->pid && !strcmp(x->link, y->link) &&
	       x->seq == y->seq && x->to == y->to && !strcmp(x->to_link, y->to_link) &&
	       x->until == y->until && x->off == y->off;
}

static int ovctl_order_id(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static int ovctl_order_link(const void *a, const void *b)
{
	const struct ovctl_pair *x = a;
	const struct ovctl_pair *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

/**
 * struct ovctl_list - Two states of a list that is in order.
 * @object: What it holds.
 * @size: The size of one.
 * @old: The list before.
 * @n_old: How many.
 * @now: The list after.
 * @n_now: How many.
 * @order: Orders two objects by their keys.
 * @same: Compares two objects of the same key.
 */
struct ovctl_list {
	enum ovctl_object object;
	size_t size;
	const void *old;
	unsigned int n_old;
	const void *now;
	unsigned int n_now;
	int (*order)(const void *a, const void *b);
	bool (*same)(const void *a, const void *b);
};

static int ovctl_list_diff(const struct ovctl_list *list, ovctl_diff_fn *fn, void *arg)
{
	const char *old = list->old;
	const char *now = list->now;
	unsigned int i = 0;
	unsigned int j = 0;
	int ret = 0;

	while (!ret && (i < list->n_old || j < list->n_now)) {
		struct ovctl_diff diff = { .object = list->object };
		int order;

		if (i == list->n_old)
			order = 1;
		else if (j == list->n_now)
			order = -1;
		else
			order = list->order(old + i * list->size, now + j * list->size);
		if (order <= 0)
			diff.old = old + i++ * list->size;
		if (order >= 0)
			diff.now = now + j++ * list->size;
		if (!diff.old)
			diff.fate = OVCTL_FATE_ADDED;
		else if (!diff.now)
			diff.fate = OVCTL_FATE_REMOVED;
		else if (!list->same(diff.old, diff.now))
			diff.fate = OVCTL_FATE_CHANGED;
		ret = fn(&diff, arg);
	}
	return ret;
}

/**
 * ovctl_tenant_diff() - Compare two states of a tenant.
 * @old: How it was, or NULL for not at all.
 * @now: How it is, or NULL.
 * @fn: Gets each object; other than 0 ends the walk.
 * @arg: Its argument.
 *
 * Return: what @fn returned last.
 */
int ovctl_tenant_diff(const struct ovctl_tenant *old, const struct ovctl_tenant *now,
		      ovctl_diff_fn *fn, void *arg)
{
	static const struct ovctl_tenant none;
	const struct ovctl_tenant *o = old ? old : &none;
	const struct ovctl_tenant *n = now ? now : &none;
	const struct ovctl_list lists[] = {
		{ OVCTL_OBJECT_TENANT, sizeof(none), o, !!old, n, !!now, ovctl_order_id,
		  ovctl_same_tenant },
		{ OVCTL_OBJECT_VPC, sizeof(*o->vpcs), o->vpcs, o->n_vpcs, n->vpcs, n->n_vpcs,
		  ovctl_order_id, ovctl_same_vpc },
		{ OVCTL_OBJECT_LINK, sizeof(*o->links), o->links, o->n_links, n->links, n->n_links,
		  ovctl_order_link, ovctl_same_link },
		{ OVCTL_OBJECT_SUBNET, sizeof(*o->subnets), o->subnets, o->n_subnets, n->subnets,
		  n->n_subnets, ovctl_order_id, ovctl_same_subnet },
		{ OVCTL_OBJECT_VM, sizeof(*o->vms), o->vms, o->n_vms, n->vms, n->n_vms,
		  ovctl_order_id, ovctl_same_vm },
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(lists) / sizeof(lists[0]); i++)
		ret = ovctl_list_diff(&lists[i], fn, arg);
	return ret;
}
