// SPDX-License-Identifier: GPL-2.0
/* A kernel made of objects, for tests of the planner. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define ALL UINT32_MAX

__attribute__((format(printf, 3, 4)))
static bool sim_refuse(struct sim *sim, const struct ovctl_item *obj, const char *fmt, ...)
{
	char name[256], text[192];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ovctl_item_name(name, sizeof(name), obj);
	snprintf(sim->why, sizeof(sim->why), "%s: %s", name, text);
	return false;
}

/**
 * sim_get() - Find the object of the same name.
 * @sim: The kernel.
 * @like: An object with that name.
 *
 * Return: the object, or NULL.
 */
struct ovctl_item *sim_get(struct sim *sim, const struct ovctl_item *like)
{
	unsigned int i;

	for (i = 0; i < sim->objs.count; i++)
		if (!ovctl_item_cmp(&sim->objs.list[i], like))
			return &sim->objs.list[i];
	return NULL;
}

static struct ovctl_item *sim_at(struct sim *sim, enum ovctl_kind kind, const char *netns,
				   const char *link, const struct ovctl_addr *addr)
{
	struct ovctl_item like = { .kind = kind, .netns = netns, .link = link, .name = "" };

	if (addr)
		like.key.addr = *addr;
	return sim_get(sim, &like);
}

/**
 * sim_find() - Find an object.
 * @sim: The kernel.
 * @kind: Its kind.
 * @netns: Its namespace.
 * @link: Its device, or "".
 * @key: Its address or prefix, or NULL.
 *
 * Return: the object, or NULL.
 */
struct ovctl_item *sim_find(struct sim *sim, enum ovctl_kind kind, const char *netns,
			      const char *link, const char *key)
{
	struct ovctl_item like = { .kind = kind, .netns = netns, .link = link, .name = "" };

	if (key && !strchr(key, '/') && ovctl_mac_parse(&like.key.addr, key))
		return sim_get(sim, &like);
	if (key && !strchr(key, '/'))
		ovctl_addr_parse(&like.key.addr, key);
	else if (key)
		ovctl_cidr_parse(&like.key, key);
	return sim_get(sim, &like);
}

static void sim_copy(struct ovctl_items *objs, struct ovctl_item *to,
		     const struct ovctl_item *from, uint32_t fields)
{
	unsigned int i;

	for (i = 0; i < ovctl_kinds[from->kind].count; i++) {
		if (!(from->has & fields & 1U << i))
			continue;
		switch (ovctl_kinds[from->kind].fields[i].type) {
		case OVCTL_FIELD_TEXT:
			ovctl_item_text(objs, to, i, from->data[i].text);
			break;
		case OVCTL_FIELD_LIST:
			ovctl_item_list(objs, to, i, from->data[i].list.at,
					  from->data[i].list.count);
			break;
		default:
			to->data[i] = from->data[i];
			to->has |= 1U << i;
		}
	}
}

static struct ovctl_item *sim_make(struct ovctl_items *objs, const struct ovctl_item *like)
{
	struct ovctl_item *obj = ovctl_item_add(objs, like->kind, like->netns, like->link);

	obj->name = ovctl_items_text(objs, like->name);
	obj->key = like->key;
	obj->metric = like->metric;
	obj->ours = true;
	return obj;
}

/**
 * sim_netns() - Have a namespace of somebody else's.
 * @sim: The kernel.
 * @netns: Its name.
 */
void sim_netns(struct sim *sim, const char *netns)
{
	struct ovctl_item *obj;

	ovctl_item_add(&sim->objs, OVCTL_KIND_NETNS, netns, "");
	obj = ovctl_item_add(&sim->objs, OVCTL_KIND_STATE, netns, "lo");
	ovctl_item_num(obj, OVCTL_STATE_UP, 0);
}

/**
 * sim_foreign_link() - Have a device of somebody else's.
 * @sim: The kernel.
 * @netns: Its namespace.
 * @link: Its name.
 * @type: What it is.
 */
void sim_foreign_link(struct sim *sim, const char *netns, const char *link,
		      enum ovctl_link_type type)
{
	struct ovctl_item *obj = ovctl_item_add(&sim->objs, OVCTL_KIND_LINK, netns, link);

	ovctl_item_num(obj, OVCTL_LINK_TYPE, type);
	obj = ovctl_item_add(&sim->objs, OVCTL_KIND_STATE, netns, link);
	ovctl_item_num(obj, OVCTL_STATE_UP, 1);
}

/**
 * sim_init() - Begin with nothing but the namespace of the tool.
 * @sim: The kernel.
 */
void sim_init(struct sim *sim)
{
	memset(sim, 0, sizeof(*sim));
	sim_netns(sim, "");
}

/**
 * sim_free() - End.
 * @sim: The kernel.
 */
void sim_free(struct sim *sim)
{
	ovctl_items_free(&sim->objs);
}

/* --- what goes with what --- */

static bool sim_is_on(const struct ovctl_item *obj, const char *netns, const char *link)
{
	return !strcmp(obj->netns, netns) && !strcmp(obj->link, link);
}

static bool sim_goes_with_netns(const struct ovctl_item *obj, const char *netns)
{
	return !strcmp(obj->netns, netns) ||
	       (obj->kind == OVCTL_KIND_LINK &&
		ovctl_item_has(obj, OVCTL_LINK_UNDERLAY) &&
		!strcmp(obj->data[OVCTL_LINK_UNDERLAY].text, netns));
}

static bool sim_goes_with_link(const struct ovctl_item *obj, const struct ovctl_item *link)
{
	if (sim_is_on(obj, link->netns, link->link))
		return true;
	if (obj->kind == OVCTL_KIND_ROUTE)
		return !strcmp(obj->netns, link->netns) &&
		       !strcmp(ovctl_item_said(obj, OVCTL_ROUTE_DEV), link->link);
	if (obj->kind == OVCTL_KIND_ACCESS)
		return !strcmp(obj->data[OVCTL_ACCESS_DEV_NETNS].text, link->netns) &&
		       !strcmp(obj->data[OVCTL_ACCESS_DEV].text, link->link);
	return obj->kind == OVCTL_KIND_LINK && ovctl_item_has(obj, OVCTL_LINK_OF) &&
	       !strcmp(obj->data[OVCTL_LINK_OF_NETNS].text, link->netns) &&
	       !strcmp(obj->data[OVCTL_LINK_OF].text, link->link);
}

static bool sim_goes_with_addr(const struct ovctl_item *obj, const struct ovctl_item *addr)
{
	if (obj->kind != OVCTL_KIND_ROUTE || strcmp(obj->netns, addr->netns))
		return false;
	return ovctl_item_has(obj, OVCTL_ROUTE_VIA) &&
	       ovctl_cidr_has(&addr->key, &obj->data[OVCTL_ROUTE_VIA].addr);
}

static bool sim_goes_with_peer(const struct ovctl_item *obj, const struct ovctl_item *peer)
{
	if (!sim_is_on(obj, peer->netns, peer->link))
		return false;
	if (obj->kind == OVCTL_KIND_FDB)
		return ovctl_addr_same(&obj->data[OVCTL_FDB_PEER].addr, &peer->key.addr);
	return obj->kind == OVCTL_KIND_INNER &&
	       ovctl_addr_same(&obj->data[OVCTL_INNER_PEER].addr, &peer->key.addr);
}

static bool sim_goes_with(const struct ovctl_item *obj, const struct ovctl_item *gone)
{
	switch (gone->kind) {
	case OVCTL_KIND_NETNS:
		return sim_goes_with_netns(obj, gone->netns);
	case OVCTL_KIND_LINK:
		return sim_goes_with_link(obj, gone);
	case OVCTL_KIND_ADDR:
		return sim_goes_with_addr(obj, gone);
	case OVCTL_KIND_PEER:
		return sim_goes_with_peer(obj, gone);
	case OVCTL_KIND_ACCESS:
		return obj->kind == OVCTL_KIND_PORT && sim_is_on(obj, gone->netns, gone->link);
	default:
		return false;
	}
}

static void sim_unmaster(struct sim *sim, const struct ovctl_item *gone)
{
	unsigned int i;

	if (gone->kind != OVCTL_KIND_LINK)
		return;
	for (i = 0; i < sim->objs.count; i++) {
		struct ovctl_item *obj = &sim->objs.list[i];

		if (obj->kind == OVCTL_KIND_LINK && !strcmp(obj->netns, gone->netns) &&
		    !strcmp(ovctl_item_said(obj, OVCTL_LINK_MASTER), gone->link))
			ovctl_item_text(&sim->objs, obj, OVCTL_LINK_MASTER, "");
	}
}

/* A bond whose last device goes takes an address by chance. */
static void sim_empty_bond(struct sim *sim, const struct ovctl_item *gone)
{
	const char *master = gone->kind == OVCTL_KIND_LINK ?
			     ovctl_item_said(gone, OVCTL_LINK_MASTER) : "";
	struct ovctl_item *bond;
	unsigned int i;

	bond = master[0] ? sim_at(sim, OVCTL_KIND_LINK, gone->netns, master, NULL) : NULL;
	if (!bond || bond->data[OVCTL_LINK_TYPE].num != OVCTL_LINK_BOND)
		return;
	for (i = 0; i < sim->objs.count; i++) {
		const struct ovctl_item *leg = &sim->objs.list[i];

		if (leg->kind == OVCTL_KIND_LINK && !strcmp(leg->netns, bond->netns) &&
		    !strcmp(ovctl_item_said(leg, OVCTL_LINK_MASTER), master))
			return;
	}
	bond->data[OVCTL_LINK_MAC].addr.bytes[5] ^= 0xff;
}

/**
 * sim_del() - Delete an object and what goes with it.
 * @sim: The kernel.
 * @obj: One that names it.
 *
 * Return: false where there is none.
 */
bool sim_del(struct sim *sim, const struct ovctl_item *obj)
{
	struct ovctl_item *found = sim_get(sim, obj);
	struct ovctl_item gone;
	unsigned int i = 0;

	if (!found)
		return sim_refuse(sim, obj, "there is none to delete");
	gone = *found;
	*found = sim->objs.list[--sim->objs.count];
	sim_unmaster(sim, &gone);
	sim_empty_bond(sim, &gone);
	while (i < sim->objs.count) {
		struct ovctl_item next = sim->objs.list[i];

		if (sim_goes_with(&next, &gone)) {
			sim_del(sim, &next);
			i = 0;
		} else {
			i++;
		}
	}
	return true;
}

/* --- what needs what --- */

static bool sim_up(struct sim *sim, const char *netns, const char *link)
{
	struct ovctl_item *state = sim_at(sim, OVCTL_KIND_STATE, netns, link, NULL);

	return state && state->data[OVCTL_STATE_UP].num;
}

static bool sim_needs_peer(struct sim *sim, const struct ovctl_item *obj, unsigned int field)
{
	if (sim_at(sim, OVCTL_KIND_PEER, obj->netns, obj->link, &obj->data[field].addr))
		return true;
	return sim_refuse(sim, obj, "it points at no peer");
}

static bool sim_needs_dev(struct sim *sim, const struct ovctl_item *obj)
{
	struct ovctl_item *dev = sim_at(sim, OVCTL_KIND_DEV, obj->netns, obj->link, NULL);

	if (!dev)
		return sim_refuse(sim, obj, "no such device");
	if (obj->kind != OVCTL_KIND_DEV && !ovctl_item_has(dev, OVCTL_DEV_LOCAL))
		return sim_refuse(sim, obj, "the device has no local address");
	return true;
}

static bool sim_needs_way(struct sim *sim, const struct ovctl_item *route)
{
	const char *dev = ovctl_item_said(route, OVCTL_ROUTE_DEV);
	unsigned int i;

	if (!sim_up(sim, route->netns, dev))
		return sim_refuse(sim, route, "its device is down");
	if (!ovctl_item_has(route, OVCTL_ROUTE_VIA))
		return true;
	for (i = 0; i < sim->objs.count; i++)
		if (sim->objs.list[i].kind == OVCTL_KIND_ADDR &&
		    sim_is_on(&sim->objs.list[i], route->netns, dev) &&
		    ovctl_cidr_has(&sim->objs.list[i].key, &route->data[OVCTL_ROUTE_VIA].addr))
			return true;
	return sim_refuse(sim, route, "its router cannot be reached");
}

static bool sim_needs_links(struct sim *sim, const struct ovctl_item *link)
{
	const char *master = ovctl_item_said(link, OVCTL_LINK_MASTER);

	if (ovctl_item_has(link, OVCTL_LINK_UNDERLAY) &&
	    !sim_at(sim, OVCTL_KIND_NETNS, link->data[OVCTL_LINK_UNDERLAY].text, "", NULL))
		return sim_refuse(sim, link, "no underlay");
	if (master[0] && !sim_at(sim, OVCTL_KIND_LINK, link->netns, master, NULL))
		return sim_refuse(sim, link, "no master");
	if (link->data[OVCTL_LINK_TYPE].num == OVCTL_LINK_PORT &&
	    !sim_at(sim, OVCTL_KIND_DEV, link->data[OVCTL_LINK_OF_NETNS].text,
		    link->data[OVCTL_LINK_OF].text, NULL))
		return sim_refuse(sim, link, "it is a port of nothing");
	if (link->data[OVCTL_LINK_TYPE].num == OVCTL_LINK_VETH &&
	    !sim_at(sim, OVCTL_KIND_NETNS, link->data[OVCTL_LINK_OF_NETNS].text, "", NULL))
		return sim_refuse(sim, link, "no namespace for its other end");
	return true;
}

static bool sim_needs(struct sim *sim, const struct ovctl_item *obj)
{
	if (obj->kind != OVCTL_KIND_NETNS &&
	    !sim_at(sim, OVCTL_KIND_NETNS, obj->netns, "", NULL))
		return sim_refuse(sim, obj, "no such namespace");
	switch (obj->kind) {
	case OVCTL_KIND_LINK:
		return sim_needs_links(sim, obj);
	case OVCTL_KIND_DEV:
	case OVCTL_KIND_PEER:
		return sim_needs_dev(sim, obj);
	case OVCTL_KIND_FDB:
		return sim_needs_dev(sim, obj) && sim_needs_peer(sim, obj, OVCTL_FDB_PEER);
	case OVCTL_KIND_INNER:
		return sim_needs_dev(sim, obj) && sim_needs_peer(sim, obj, OVCTL_INNER_PEER);
	case OVCTL_KIND_ROUTE:
		return sim_needs_way(sim, obj);
	case OVCTL_KIND_NEIGH:
		return sim_up(sim, obj->netns, obj->link) ||
		       sim_refuse(sim, obj, "its device is down");
	case OVCTL_KIND_ADDR:
	case OVCTL_KIND_STATE:
	case OVCTL_KIND_ACCESS:
		return sim_at(sim, OVCTL_KIND_STATE, obj->netns, obj->link, NULL) ||
		       sim_refuse(sim, obj, "no such link");
	case OVCTL_KIND_PORT:
		return sim_at(sim, OVCTL_KIND_PORT, obj->netns, obj->link, NULL) ||
		       sim_refuse(sim, obj, "it is no port");
	default:
		return true;
	}
}

/* --- what comes with what --- */

static void sim_bear(struct sim *sim, enum ovctl_kind kind, const char *netns, const char *link)
{
	struct ovctl_item like = { .kind = kind, .netns = netns, .link = link, .name = "" };
	struct ovctl_item *obj = sim_make(&sim->objs, &like);

	if (kind == OVCTL_KIND_STATE)
		ovctl_item_num(obj, OVCTL_STATE_UP, 0);
}

static void sim_bear_port(struct sim *sim, const struct ovctl_item *of, const char *netns,
			  const char *dev)
{
	struct ovctl_item *obj;

	sim_bear(sim, OVCTL_KIND_PORT, of->netns, of->link);
	obj = sim_at(sim, OVCTL_KIND_PORT, of->netns, of->link, NULL);
	ovctl_item_text(&sim->objs, obj, OVCTL_PORT_DEV_NETNS, netns);
	ovctl_item_text(&sim->objs, obj, OVCTL_PORT_DEV, dev);
}

static void sim_bear_other(struct sim *sim, const struct ovctl_item *link)
{
	struct ovctl_item like = *link;
	struct ovctl_item *obj;

	like.netns = link->data[OVCTL_LINK_OF_NETNS].text;
	like.link = link->data[OVCTL_LINK_OF].text;
	obj = sim_make(&sim->objs, &like);
	ovctl_item_num(obj, OVCTL_LINK_TYPE, OVCTL_LINK_VETH);
	ovctl_item_text(&sim->objs, obj, OVCTL_LINK_OF_NETNS, link->netns);
	ovctl_item_text(&sim->objs, obj, OVCTL_LINK_OF, link->link);
	sim_bear(sim, OVCTL_KIND_STATE, like.netns, like.link);
}

static void sim_bear_all(struct sim *sim, const struct ovctl_item *obj)
{
	if (obj->kind == OVCTL_KIND_NETNS)
		sim_bear(sim, OVCTL_KIND_STATE, obj->netns, "lo");
	if (obj->kind == OVCTL_KIND_ACCESS)
		sim_bear_port(sim, obj, obj->data[OVCTL_ACCESS_DEV_NETNS].text,
			      obj->data[OVCTL_ACCESS_DEV].text);
	if (obj->kind != OVCTL_KIND_LINK)
		return;
	sim_bear(sim, OVCTL_KIND_STATE, obj->netns, obj->link);
	switch (obj->data[OVCTL_LINK_TYPE].num) {
	case OVCTL_LINK_L2:
	case OVCTL_LINK_L3:
		sim_bear(sim, OVCTL_KIND_DEV, obj->netns, obj->link);
		break;
	case OVCTL_LINK_PORT:
		sim_bear_port(sim, obj, obj->data[OVCTL_LINK_OF_NETNS].text,
			      obj->data[OVCTL_LINK_OF].text);
		break;
	case OVCTL_LINK_VETH:
		sim_bear_other(sim, obj);
		break;
	}
}

/* A device that goes down forgets its neighbours, routes, and addresses of IPv6. */
static void sim_down(struct sim *sim, const char *netns, const char *link)
{
	unsigned int i = 0;

	while (i < sim->objs.count) {
		struct ovctl_item next = sim->objs.list[i];
		bool on = sim_is_on(&next, netns, link);

		if ((next.kind == OVCTL_KIND_NEIGH && on) ||
		    (next.kind == OVCTL_KIND_ADDR && on && next.key.addr.len == 16) ||
		    (next.kind == OVCTL_KIND_ROUTE && !strcmp(next.netns, netns) &&
		     !strcmp(ovctl_item_said(&next, OVCTL_ROUTE_DEV), link))) {
			sim_del(sim, &next);
			i = 0;
		} else {
			i++;
		}
	}
}

static void sim_enslaved(struct sim *sim, const struct ovctl_item *link)
{
	const char *master = ovctl_item_said(link, OVCTL_LINK_MASTER);
	struct ovctl_item *bond = sim_at(sim, OVCTL_KIND_LINK, link->netns, master, NULL);

	if (!bond || bond->data[OVCTL_LINK_TYPE].num != OVCTL_LINK_BOND)
		return;
	ovctl_item_num(sim_at(sim, OVCTL_KIND_STATE, link->netns, link->link, NULL),
			 OVCTL_STATE_UP, 0);
	sim_down(sim, link->netns, link->link);
}

static bool sim_add(struct sim *sim, const struct ovctl_op *op)
{
	struct ovctl_item *obj;

	if (ovctl_kinds[op->want->kind].born)
		return sim_refuse(sim, op->want, "it cannot be made");
	if (sim_get(sim, op->want))
		return sim_refuse(sim, op->want, "it is there already");
	if (!sim_needs(sim, op->want))
		return false;
	obj = sim_make(&sim->objs, op->want);
	sim_copy(&sim->objs, obj, op->want, ALL);
	sim_bear_all(sim, op->want);
	if (op->want->kind == OVCTL_KIND_LINK)
		sim_enslaved(sim, op->want);
	return true;
}

static bool sim_set(struct sim *sim, const struct ovctl_op *op)
{
	struct ovctl_item *obj = sim_get(sim, op->want);
	unsigned int i;

	if (!obj && op->want->kind == OVCTL_KIND_SYSCTL)
		obj = sim_make(&sim->objs, op->want);
	if (!obj)
		return sim_refuse(sim, op->want, "there is none to change");
	for (i = 0; i < ovctl_kinds[obj->kind].count; i++)
		if (op->fields & 1U << i && ovctl_kinds[obj->kind].fields[i].fixed &&
		    ovctl_item_differs(op->want, obj) & 1U << i)
			return sim_refuse(sim, op->want, "its %s cannot change",
					  ovctl_kinds[obj->kind].fields[i].name);
	if (!sim_needs(sim, op->want))
		return false;
	obj = sim_get(sim, op->want);
	sim_copy(&sim->objs, obj, op->want, op->fields);
	if (obj->kind == OVCTL_KIND_LINK && op->fields & 1U << OVCTL_LINK_MASTER)
		sim_enslaved(sim, op->want);
	if (obj->kind == OVCTL_KIND_STATE && !op->want->data[OVCTL_STATE_UP].num)
		sim_down(sim, obj->netns, obj->link);
	return true;
}

/**
 * sim_op() - Carry out a step.
 * @sim: The kernel.
 * @op: The step.
 *
 * Return: false where it is refused; @sim tells why.
 */
bool sim_op(struct sim *sim, const struct ovctl_op *op)
{
	switch (op->verb) {
	case OVCTL_VERB_ADD:
		return sim_add(sim, op);
	case OVCTL_VERB_SET:
		return sim_set(sim, op);
	case OVCTL_VERB_DEL:
		if (!sim_get(sim, op->have)->ours)
			return sim_refuse(sim, op->have, "it is not ours");
		return sim_del(sim, op->have);
	default:
		return true;
	}
}

/**
 * sim_carry() - Carry out the first steps of a plan.
 * @sim: The kernel.
 * @plan: The plan.
 * @count: How many of its steps, at most.
 *
 * Return: false where one is refused; @sim tells which and why.
 */
bool sim_carry(struct sim *sim, const struct ovctl_plan *plan, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < plan->count && i < count; i++)
		if (!sim_op(sim, &plan->ops[i]))
			return false;
	return true;
}

/**
 * sim_snapshot() - What a reader of the kernel would see.
 * @to: An empty list.
 * @sim: The kernel.
 */
void sim_snapshot(struct ovctl_items *to, const struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->objs.count; i++) {
		struct ovctl_item *obj = sim_make(to, &sim->objs.list[i]);

		obj->ours = sim->objs.list[i].ours;
		sim_copy(to, obj, &sim->objs.list[i], ALL);
	}
	ovctl_items_sort(to);
}
