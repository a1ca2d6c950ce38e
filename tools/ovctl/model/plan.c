// SPDX-License-Identifier: GPL-2.0
/* From what is wanted and what there is to the steps between the two. Nothing here knows of
 * sockets, and nothing has side effects.
 *
 * What is as it should be is not touched, and what is not ours is left alone: see OVCTL_MARK.
 * Only what cannot change is deleted and made again, together with what the kernel takes away
 * with it. Deletions come first, since a name, a network id or an address may be needed
 * elsewhere, and in the reverse of the order in which things are made; among them an object
 * that is to be made again. What goes by itself with something else is not named.
 *
 * Where nothing that is new needs what the old has, deletions may come last: see
 * ovctl_plan_turns().
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

static const char *const ovctl_verbs[OVCTL_VERBS] = {
	"conflict", "adopt", "wait", "del", "add", "set",
};

static void ovctl_plan_add(struct ovctl_plan *plan, enum ovctl_verb verb,
			   const struct ovctl_item *want, const struct ovctl_item *have,
			   uint32_t fields)
{
	plan->ops = ovctl_grow(plan->ops, plan->count, sizeof(*plan->ops));
	plan->ops[plan->count++] = (struct ovctl_op){ verb, want, have, fields, 0, OVCTL_LATE_NOT };
	plan->verbs[verb]++;
}

static uint32_t ovctl_kind_fixed(enum ovctl_kind kind)
{
	uint32_t fixed = 0;
	unsigned int i;

	for (i = 0; i < ovctl_kinds[kind].count; i++)
		fixed |= (uint32_t)ovctl_kinds[kind].fields[i].fixed << i;
	return fixed;
}

static struct ovctl_item *ovctl_plan_find(const struct ovctl_items *objs,
					    enum ovctl_kind kind, const char *netns,
					    const char *link, const struct ovctl_addr *addr)
{
	struct ovctl_item like = { .kind = kind, .netns = netns, .link = link, .name = "" };

	if (addr)
		like.key.addr = *addr;
	return ovctl_items_find(objs, &like);
}

/* It stands in the way of another one of the same name, or is the port of another device. */
static bool ovctl_is_wrong(const struct ovctl_item *want, const struct ovctl_item *have)
{
	return (want->kind == OVCTL_KIND_LINK || want->kind == OVCTL_KIND_ACCESS) &&
	       ovctl_item_differs(want, have) & ovctl_kind_fixed(want->kind);
}

static bool ovctl_is_deleted(const struct ovctl_items *want, const struct ovctl_item *have)
{
	const struct ovctl_item *same = ovctl_items_find(want, have);

	if (!have->ours || ovctl_kinds[have->kind].born)
		return false;
	return !same || same->yields || ovctl_is_wrong(same, have);
}

static bool ovctl_netns_is_deleted(const struct ovctl_items *want,
				   const struct ovctl_items *have, const char *netns)
{
	const struct ovctl_item *obj = ovctl_plan_find(have, OVCTL_KIND_NETNS, netns, "", NULL);

	return obj && ovctl_is_deleted(want, obj);
}

static bool ovctl_link_is_lost(const struct ovctl_items *want,
			       const struct ovctl_items *have, const char *netns,
			       const char *link)
{
	const struct ovctl_item *obj = ovctl_plan_find(have, OVCTL_KIND_LINK, netns, link, NULL);

	return obj && (obj->lost || ovctl_is_deleted(want, obj));
}

/* A link goes with the namespace that it sends from, with the device that it is a port of,
 * and with its other end.
 */
static bool ovctl_link_goes(const struct ovctl_items *want, const struct ovctl_items *have,
			    const struct ovctl_item *link)
{
	if (ovctl_item_has(link, OVCTL_LINK_UNDERLAY) &&
	    ovctl_netns_is_deleted(want, have, ovctl_item_said(link, OVCTL_LINK_UNDERLAY)))
		return true;
	return ovctl_item_has(link, OVCTL_LINK_OF) &&
	       ovctl_link_is_lost(want, have, ovctl_item_said(link, OVCTL_LINK_OF_NETNS),
				  ovctl_item_said(link, OVCTL_LINK_OF));
}

static bool ovctl_is_first_end(const struct ovctl_item *link)
{
	int order;

	if (link->data[OVCTL_LINK_TYPE].num != OVCTL_LINK_VETH)
		return false;
	order = strcmp(link->netns, ovctl_item_said(link, OVCTL_LINK_OF_NETNS));
	if (!order)
		order = strcmp(link->link, ovctl_item_said(link, OVCTL_LINK_OF));
	return order < 0;
}

/* One loss may bring another: a device in a namespace that goes has ports elsewhere. */
static void ovctl_plan_lose_links(const struct ovctl_items *want, struct ovctl_items *have)
{
	bool more = true;
	unsigned int first, end, i;

	first = ovctl_items_range(have, OVCTL_KIND_LINK, NULL, &end);
	while (more) {
		more = false;
		for (i = first; i < end; i++) {
			struct ovctl_item *obj = &have->list[i];

			if (obj->lost || !ovctl_link_goes(want, have, obj))
				continue;
			/* Of two ends that are both unwanted, the first is deleted by name. */
			if (ovctl_is_deleted(want, obj) && ovctl_is_first_end(obj))
				continue;
			obj->lost = true;
			more = true;
		}
	}
}

static bool ovctl_peer_is_deleted(const struct ovctl_items *want,
				  const struct ovctl_items *have,
				  const struct ovctl_item *obj, unsigned int field)
{
	const struct ovctl_item *peer;

	if (!ovctl_item_has(obj, field))
		return false;
	peer = ovctl_plan_find(have, OVCTL_KIND_PEER, obj->netns, obj->link,
			       &obj->data[field].addr);
	return peer && ovctl_is_deleted(want, peer);
}

/* A route goes with the address that it is sent from, or by which its router is reached. */
static bool ovctl_addr_carries(const struct ovctl_item *addr, const struct ovctl_item *route)
{
	if (ovctl_item_has(route, OVCTL_ROUTE_SRC) &&
	    ovctl_addr_same(&addr->key.addr, &route->data[OVCTL_ROUTE_SRC].addr))
		return true;
	return ovctl_item_has(route, OVCTL_ROUTE_VIA) &&
	       ovctl_cidr_has(&addr->key, &route->data[OVCTL_ROUTE_VIA].addr);
}

static bool ovctl_route_goes(const struct ovctl_items *want, const struct ovctl_items *have,
			     const struct ovctl_item *route)
{
	unsigned int i, end;

	if (ovctl_link_is_lost(want, have, route->netns, ovctl_item_said(route, OVCTL_ROUTE_DEV)))
		return true;
	for (i = ovctl_items_range(have, OVCTL_KIND_ADDR, route->netns, &end); i < end; i++)
		if (ovctl_addr_carries(&have->list[i], route) &&
		    ovctl_is_deleted(want, &have->list[i]))
			return true;
	return false;
}

/* An enslaved interface is let go when its device is deleted. */
static bool ovctl_access_goes(const struct ovctl_items *want, const struct ovctl_items *have,
			      const struct ovctl_item *access)
{
	return ovctl_link_is_lost(want, have, ovctl_item_said(access, OVCTL_ACCESS_DEV_NETNS),
				  ovctl_item_said(access, OVCTL_ACCESS_DEV));
}

/* What an enslaved interface was told as a port goes when it is let go. */
static bool ovctl_port_goes(const struct ovctl_items *want, const struct ovctl_items *have,
			    const struct ovctl_item *port)
{
	const struct ovctl_item *access;

	access = ovctl_plan_find(have, OVCTL_KIND_ACCESS, port->netns, port->link, NULL);
	return access && (ovctl_is_deleted(want, access) || ovctl_access_goes(want, have, access));
}

static bool ovctl_item_goes(const struct ovctl_items *want, const struct ovctl_items *have,
			      const struct ovctl_item *obj)
{
	if (ovctl_netns_is_deleted(want, have, obj->netns))
		return true;
	switch (obj->kind) {
	case OVCTL_KIND_ROUTE:
		return ovctl_route_goes(want, have, obj);
	case OVCTL_KIND_FDB:
		if (ovctl_peer_is_deleted(want, have, obj, OVCTL_FDB_PEER))
			return true;
		break;
	case OVCTL_KIND_INNER:
		if (ovctl_peer_is_deleted(want, have, obj, OVCTL_INNER_PEER))
			return true;
		break;
	case OVCTL_KIND_ACCESS:
		if (ovctl_access_goes(want, have, obj))
			return true;
		break;
	case OVCTL_KIND_PORT:
		if (ovctl_port_goes(want, have, obj))
			return true;
		break;
	default:
		break;
	}
	return obj->link[0] && ovctl_link_is_lost(want, have, obj->netns, obj->link);
}

static void ovctl_plan_lose(const struct ovctl_items *want, struct ovctl_items *have)
{
	unsigned int i;

	ovctl_plan_lose_links(want, have);
	for (i = 0; i < have->count; i++) {
		struct ovctl_item *obj = &have->list[i];

		if (obj->kind != OVCTL_KIND_LINK && obj->kind != OVCTL_KIND_NETNS)
			obj->lost = ovctl_item_goes(want, have, obj);
	}
}

static void ovctl_plan_deletions(struct ovctl_plan *plan, const struct ovctl_items *want,
				 const struct ovctl_items *have)
{
	unsigned int i;

	for (i = 0; i < have->count; i++) {
		const struct ovctl_item *obj = &have->list[i];

		/* A device may go with a namespace, when the kernel comes to it: who is behind it is let
		 * go at once.
		 */
		if (obj->lost ? obj->kind == OVCTL_KIND_ACCESS && ovctl_access_goes(want, have, obj) :
				ovctl_is_deleted(want, obj))
			ovctl_plan_add(plan, OVCTL_VERB_DEL, NULL, obj, 0);
	}
}

/* Of two ends the one that comes first in order is made, and the other one with it. */
static bool ovctl_made_with_other(const struct ovctl_items *want,
				  const struct ovctl_item *obj)
{
	const struct ovctl_item *other;

	if (obj->kind != OVCTL_KIND_LINK || obj->data[OVCTL_LINK_TYPE].num != OVCTL_LINK_VETH)
		return false;
	other = ovctl_plan_find(want, OVCTL_KIND_LINK, ovctl_item_said(obj, OVCTL_LINK_OF_NETNS),
				ovctl_item_said(obj, OVCTL_LINK_OF), NULL);
	return other && ovctl_item_cmp(other, obj) < 0;
}

static bool ovctl_is_there(const struct ovctl_items *want, const struct ovctl_items *have,
			   const char *netns)
{
	return ovctl_plan_find(have, OVCTL_KIND_NETNS, netns, "", NULL) ||
	       ovctl_plan_find(want, OVCTL_KIND_NETNS, netns, "", NULL);
}

/* A device that is not ours to make. */
static bool ovctl_link_is_awaited(const struct ovctl_items *want, const struct ovctl_items *have,
				  const char *netns, const char *link)
{
	return strcmp(link, "lo") && !ovctl_plan_find(want, OVCTL_KIND_LINK, netns, link, NULL) &&
	       !ovctl_plan_find(have, OVCTL_KIND_STATE, netns, link, NULL);
}

/* A container that does not run, a guest's tap, or a way out: one of them does not hold up all
 * others.
 */
static bool ovctl_is_awaited(const struct ovctl_items *want, const struct ovctl_items *have,
			     const struct ovctl_item *obj)
{
	if (obj->kind == OVCTL_KIND_NETNS)
		return false;
	if (!ovctl_is_there(want, have, obj->netns))
		return true;
	if (obj->kind == OVCTL_KIND_LINK && ovctl_item_has(obj, OVCTL_LINK_OF))
		return !ovctl_is_there(want, have, obj->data[OVCTL_LINK_OF_NETNS].text);
	if (obj->kind == OVCTL_KIND_ROUTE)
		return ovctl_link_is_awaited(want, have, obj->netns,
					     ovctl_item_said(obj, OVCTL_ROUTE_DEV));
	if (obj->kind != OVCTL_KIND_ACCESS && obj->kind != OVCTL_KIND_PORT &&
	    obj->kind != OVCTL_KIND_STATE)
		return false;
	return ovctl_link_is_awaited(want, have, obj->netns, obj->link);
}

/* Of what is waited for together, one thing is named. */
static bool ovctl_wait_is_told(const struct ovctl_items *want, const struct ovctl_item *obj)
{
	if (obj->kind == OVCTL_KIND_STATE)
		return strcmp(obj->link, "lo") &&
		       !ovctl_plan_find(want, OVCTL_KIND_LINK, obj->netns, obj->link, NULL);
	return obj->kind == OVCTL_KIND_LINK || obj->kind == OVCTL_KIND_ACCESS;
}

static bool ovctl_joins_bond(const struct ovctl_items *want, const struct ovctl_item *link)
{
	const struct ovctl_item *master;

	master = ovctl_plan_find(want, OVCTL_KIND_LINK, link->netns,
				 ovctl_item_said(link, OVCTL_LINK_MASTER), NULL);
	return master && master->data[OVCTL_LINK_TYPE].num == OVCTL_LINK_BOND;
}

static bool ovctl_is_leg(const struct ovctl_item *obj)
{
	return obj->kind == OVCTL_KIND_LINK && obj->data[OVCTL_LINK_TYPE].num == OVCTL_LINK_VETH &&
	       ovctl_item_has(obj, OVCTL_LINK_MASTER);
}

/* The first frame of a VM tells that it can be sent to. So a new leg is joined with the VM's bond
 * when the other end is up (one that is not, a bond takes for dead until it has asked and been
 * answered), and with its bridge when the VM has all that it answers by. It is the bond that sets
 * its end up.
 */
static void ovctl_plan_late(struct ovctl_plan *plan, const struct ovctl_items *want,
			    const struct ovctl_item *obj)
{
	const struct ovctl_item *link = obj;

	if (obj->kind == OVCTL_KIND_STATE)
		link = ovctl_plan_find(want, OVCTL_KIND_LINK, obj->netns, obj->link, NULL);
	else if (ovctl_is_leg(obj))
		ovctl_plan_add(plan, OVCTL_VERB_SET, obj, NULL, 1U << OVCTL_LINK_MASTER);
	if (!link || !ovctl_is_leg(link))
		return;
	if (obj->kind == OVCTL_KIND_LINK)
		plan->ops[plan->count - 1].late = ovctl_joins_bond(want, link) ?
						  OVCTL_LATE_BOND : OVCTL_LATE_BRIDGE;
	else if (ovctl_joins_bond(want, link))
		plan->ops[plan->count - 1].late = OVCTL_LATE_BOND;
}

static void ovctl_plan_missing(struct ovctl_plan *plan, const struct ovctl_items *want,
			       const struct ovctl_items *have, const struct ovctl_item *obj)
{
	uint32_t fields = obj->has;
	enum ovctl_verb verb = OVCTL_VERB_ADD;

	if (ovctl_is_awaited(want, have, obj)) {
		if (ovctl_wait_is_told(want, obj))
			ovctl_plan_add(plan, OVCTL_VERB_WAIT, obj, NULL, 0);
		return;
	}

	if (ovctl_made_with_other(want, obj))
		fields &= ~ovctl_kind_fixed(obj->kind);
	if (fields != obj->has || ovctl_kinds[obj->kind].born)
		verb = OVCTL_VERB_SET;
	if (ovctl_is_leg(obj))
		fields &= ~(1U << OVCTL_LINK_MASTER);
	if (verb == OVCTL_VERB_ADD || fields)
		ovctl_plan_add(plan, verb, obj, NULL, fields);
	ovctl_plan_late(plan, want, obj);
}

/* A bond takes a device only while it is down. */
static bool ovctl_is_downed(const struct ovctl_items *want, const struct ovctl_items *have,
			    const struct ovctl_item *state)
{
	const struct ovctl_item *link, *was;

	link = ovctl_plan_find(want, OVCTL_KIND_LINK, state->netns, state->link, NULL);
	if (!link || !ovctl_joins_bond(want, link))
		return false;
	was = ovctl_items_find(have, link);
	return ovctl_link_is_lost(want, have, state->netns,
				  ovctl_item_said(link, OVCTL_LINK_MASTER)) ||
	       (was && ovctl_item_differs(link, was) & 1U << OVCTL_LINK_MASTER);
}

/* A bond that loses all its devices takes an address by chance. */
static bool ovctl_bond_is_emptied(const struct ovctl_items *want, const struct ovctl_items *have,
				  const struct ovctl_item *bond)
{
	unsigned int i, end, lost = 0;

	if (bond->data[OVCTL_LINK_TYPE].num != OVCTL_LINK_BOND)
		return false;
	for (i = ovctl_items_range(have, OVCTL_KIND_LINK, bond->netns, &end); i < end; i++) {
		const struct ovctl_item *leg = &have->list[i];

		if (strcmp(ovctl_item_said(leg, OVCTL_LINK_MASTER), bond->link))
			continue;
		if (!ovctl_link_is_lost(want, have, leg->netns, leg->link))
			return false;
		lost++;
	}
	return lost;
}

static uint32_t ovctl_plan_differs(const struct ovctl_items *want,
				   const struct ovctl_items *have,
				   const struct ovctl_item *obj,
				   const struct ovctl_item *was)
{
	uint32_t differs = ovctl_item_differs(obj, was);

	if (obj->kind == OVCTL_KIND_LINK && ovctl_item_said(obj, OVCTL_LINK_MASTER)[0] &&
	    ovctl_link_is_lost(want, have, obj->netns, ovctl_item_said(obj, OVCTL_LINK_MASTER)))
		differs |= 1U << OVCTL_LINK_MASTER;
	if (obj->kind == OVCTL_KIND_LINK && ovctl_item_has(obj, OVCTL_LINK_MAC) &&
	    ovctl_bond_is_emptied(want, have, obj))
		differs |= 1U << OVCTL_LINK_MAC;
	if (obj->kind == OVCTL_KIND_STATE && ovctl_is_downed(want, have, obj))
		differs |= 1U << OVCTL_STATE_UP;
	return differs;
}

/* It was moved by who knows better than the store: by a higher number, or by what a mobile station
 * said of itself, which leaves the number as it was.
 */
static bool ovctl_is_newer(const struct ovctl_item *obj, const struct ovctl_item *was)
{
	uint32_t seq = was->data[OVCTL_FDB_SEQ].num;

	if (obj->kind != OVCTL_KIND_FDB || !ovctl_item_has(was, OVCTL_FDB_SEQ))
		return false;
	if (seq != obj->data[OVCTL_FDB_SEQ].num)
		return seq > obj->data[OVCTL_FDB_SEQ].num;
	return ovctl_item_has(was, OVCTL_FDB_MOBILE) && ovctl_item_has(was, OVCTL_FDB_PEER) &&
	       !ovctl_addr_same(&was->data[OVCTL_FDB_PEER].addr,
				&obj->data[OVCTL_FDB_PEER].addr);
}

static void ovctl_plan_present(struct ovctl_plan *plan, const struct ovctl_items *want,
			       const struct ovctl_items *have, const struct ovctl_item *obj,
			       const struct ovctl_item *was)
{
	uint32_t differs = ovctl_plan_differs(want, have, obj, was);
	bool wrong = ovctl_is_wrong(obj, was);

	if (ovctl_is_newer(obj, was))
		ovctl_plan_add(plan, OVCTL_VERB_ADOPT, obj, was, differs);
	else if (!was->ours && (wrong || obj->kind == OVCTL_KIND_NETNS))
		ovctl_plan_add(plan, OVCTL_VERB_CONFLICT, obj, was, differs);
	else if (wrong)
		ovctl_plan_missing(plan, want, have, obj);
	else if (differs)
		ovctl_plan_add(plan, OVCTL_VERB_SET, obj, was, differs);
}

/* The claim of who has it, or of a port that of whose device it is; NULL for nobody's. */
static struct ovctl_item *ovctl_claim_of(struct ovctl_item *claims, unsigned int count,
					 const struct ovctl_item *has)
{
	unsigned int i;

	for (i = 0; has && i < count; i++)
		if (!ovctl_item_claims(&claims[i], has))
			return &claims[i];
	return NULL;
}

/* Nobody takes a guest's tap away by naming it: who has it keeps it until the other one lets go, and
 * where none of them has it none gets it. A port's settings are those of who has the device.
 */
static void ovctl_plan_settle(struct ovctl_items *want, const struct ovctl_items *have)
{
	unsigned int i, next, count = 0;

	for (i = 0; i < want->count; i = next) {
		struct ovctl_items before = { .list = want->list, .count = count };
		struct ovctl_item *obj = &want->list[i], *one = obj;
		const struct ovctl_item *has;

		for (next = i + 1; next < want->count &&
		     !ovctl_item_cmp(obj, &want->list[next]); next++)
			;
		if (next > i + 1 && obj->kind == OVCTL_KIND_ACCESS) {
			one = ovctl_claim_of(obj, next - i, ovctl_items_find(have, obj));
			if (!one)
				obj->yields = true;
		} else if (next > i + 1) {
			has = ovctl_plan_find(&before, OVCTL_KIND_ACCESS, obj->netns, obj->link, NULL);
			if (!has)
				has = ovctl_plan_find(&before, OVCTL_KIND_LINK, obj->netns, obj->link,
						      NULL);
			one = has && has->yields ? NULL : ovctl_claim_of(obj, next - i, has);
			if (!one)
				continue;
		}
		want->list[count++] = one ? *one : *obj;
	}
	want->count = count;
}

static unsigned int ovctl_op_rank(const struct ovctl_op *op)
{
	const struct ovctl_item *obj = ovctl_op_object(op);
	unsigned int rank = obj->kind * 16;

	if (op->late == OVCTL_LATE_BRIDGE)
		return OVCTL_KINDS * 16;
	if (op->late == OVCTL_LATE_BOND)
		return OVCTL_KIND_STATE * 16 + 1;
	/* What new devices are to begin with is said before there are any. */
	if (obj->kind == OVCTL_KIND_SYSCTL && !obj->link[0])
		return OVCTL_KIND_NETNS * 16 + 1;
	if (obj->kind == OVCTL_KIND_LINK && ovctl_item_has(obj, OVCTL_LINK_TYPE))
		rank += obj->data[OVCTL_LINK_TYPE].num;
	/* A router is reached by another route. */
	if (obj->kind == OVCTL_KIND_ROUTE && ovctl_item_has(obj, OVCTL_ROUTE_VIA))
		rank++;
	return rank;
}

static unsigned int ovctl_op_phase(const struct ovctl_op *op)
{
	return op->verb == OVCTL_VERB_SET ? OVCTL_VERB_ADD : op->verb;
}

static int ovctl_op_order(const void *a, const void *b)
{
	const struct ovctl_op *one = a;
	const struct ovctl_op *two = b;
	int order;

	if (one->turn != two->turn)
		return one->turn < two->turn ? -1 : 1;
	order = (int)ovctl_op_phase(one) - (int)ovctl_op_phase(two);
	if (order)
		return order;
	order = (int)ovctl_op_rank(one) - (int)ovctl_op_rank(two);
	if (!order)
		order = ovctl_item_cmp(ovctl_op_object(one), ovctl_op_object(two));
	return one->verb == OVCTL_VERB_DEL ? -order : order;
}

/**
 * ovctl_plan_make() - Find the steps from what there is to what is wanted.
 * @plan: Filled in.
 * @want: What is wanted; put into order.
 * @have: What there is; put into order. Both must outlive the plan.
 */
void ovctl_plan_make(struct ovctl_plan *plan, struct ovctl_items *want,
		     struct ovctl_items *have)
{
	unsigned int i;

	memset(plan, 0, sizeof(*plan));
	ovctl_items_sort(want);
	ovctl_items_sort(have);
	ovctl_plan_settle(want, have);
	ovctl_plan_lose(want, have);
	ovctl_plan_deletions(plan, want, have);
	for (i = 0; i < want->count; i++) {
		const struct ovctl_item *obj = &want->list[i];
		const struct ovctl_item *was = ovctl_items_find(have, obj);

		if (obj->contested && obj->kind != OVCTL_KIND_PORT &&
		    (was || !ovctl_is_awaited(want, have, obj)))
			ovctl_plan_add(plan, OVCTL_VERB_WAIT, obj, NULL, 0);
		if (obj->yields)
			continue;
		if (was && !was->lost)
			ovctl_plan_present(plan, want, have, obj, was);
		else
			ovctl_plan_missing(plan, want, have, obj);
	}
	if (plan->count)
		qsort(plan->ops, plan->count, sizeof(*plan->ops), ovctl_op_order);
}

/* --- moves --- */

/* How VPCs of the tenant reach a VM. */
static bool ovctl_leads_to_vm(const struct ovctl_item *obj, const struct ovctl_vm *vm)
{
	const struct ovctl_addr *addr = &obj->key.addr;
	char segment[OVCTL_LINK_SIZE];

	ovctl_name_segment(segment, sizeof(segment), vm->subnet);
	switch (obj->kind) {
	case OVCTL_KIND_FDB:
		return !strcmp(obj->link, segment) && ovctl_addr_same(addr, &vm->mac);
	case OVCTL_KIND_NEIGH:
		return !strcmp(obj->link, segment) &&
		       (ovctl_addr_same(addr, &vm->ip4) || ovctl_addr_same(addr, &vm->ip6));
	case OVCTL_KIND_INNER:
	case OVCTL_KIND_ROUTE:
		return obj->key.plen == addr->len * 8 &&
		       (ovctl_addr_same(addr, &vm->ip4) || ovctl_addr_same(addr, &vm->ip6));
	default:
		return false;
	}
}

static bool ovctl_is_leg_of(const struct ovctl_item *obj, const struct ovctl_vm *vm)
{
	char leg[OVCTL_LINK_SIZE];
	unsigned int i;

	for (i = 0; i <= OVCTL_HA_MAX; i++) {
		ovctl_name_leg(leg, sizeof(leg), vm->id, i);
		if (!strcmp(obj->link, leg))
			return true;
	}
	return false;
}

/* Of a tap, whose namespace is not the VM's alone, its place in the segment. */
static bool ovctl_is_of_vm(const struct ovctl_item *obj, const struct ovctl_vm *vm)
{
	char netns[OVCTL_NETNS_SIZE];

	if (vm->kind == OVCTL_VM_TAP)
		return (obj->kind == OVCTL_KIND_ACCESS || obj->kind == OVCTL_KIND_PORT) &&
		       !strcmp(obj->link, vm->link);
	if (vm->kind != OVCTL_VM_PID)
		return !strcmp(obj->netns, vm->netns);
	snprintf(netns, sizeof(netns), "pid:%u", vm->pid);
	return !strcmp(obj->netns, netns);
}

static unsigned int ovctl_op_turn(const struct ovctl_op *op, const struct ovctl_tenant *tenant,
				  uint32_t subnet)
{
	const struct ovctl_item *obj = ovctl_op_object(op);
	bool inside = ovctl_name_is_vpc(tenant, obj->netns);
	unsigned int i;

	for (i = 0; i < tenant->n_vms; i++) {
		const struct ovctl_vm *vm = &tenant->vms[i];

		if (vm->subnet != subnet)
			continue;
		if (inside ? ovctl_leads_to_vm(obj, vm) || ovctl_is_leg_of(obj, vm) :
			     ovctl_is_of_vm(obj, vm))
			return i + 1;
	}
	return 0;
}

/**
 * ovctl_plan_turns() - Put the steps of a move into another order: make before break.
 * @plan: The plan, in which nothing that is made needs what is deleted, but for VMs.
 * @tenant: Whose VMs move, one after another: all steps about one of them come together, behind
 *	all that is made; or NULL.
 * @subnet: The subnet that they are in.
 *
 * Deletions come last.
 */
void ovctl_plan_turns(struct ovctl_plan *plan, const struct ovctl_tenant *tenant, uint32_t subnet)
{
	unsigned int i;

	for (i = 0; i < plan->count; i++) {
		struct ovctl_op *op = &plan->ops[i];

		op->turn = tenant ? ovctl_op_turn(op, tenant, subnet) : 0;
		if (!op->turn && op->verb == OVCTL_VERB_DEL)
			op->turn = UINT_MAX;
	}
	if (plan->count)
		qsort(plan->ops, plan->count, sizeof(*plan->ops), ovctl_op_order);
}

/* --- one tenant --- */

static const struct ovctl_host *ovctl_local_host(const struct ovctl_model *model,
						 const struct ovctl_tenant *tenant, uint32_t id)
{
	const struct ovctl_vpc *vpc = id ? ovctl_tenant_vpc(tenant, id) : NULL;
	const struct ovctl_host *host = vpc ? ovctl_model_host(model, vpc->host) : NULL;

	return host && !host->remote ? host : NULL;
}

/* Where a VM is, or is coming to: a namespace, or a tap of that name. */
static bool ovctl_is_at_vm(const struct ovctl_item *obj, const struct ovctl_host *host,
			   const struct ovctl_vm *vm, const char *tap)
{
	char netns[OVCTL_NETNS_SIZE];

	if (!host)
		return false;
	ovctl_name_vm_space(netns, sizeof(netns), host, vm);
	if (strcmp(netns, obj->netns))
		return false;
	return vm->kind != OVCTL_VM_TAP || (!vm->off && !strcmp(obj->link, tap));
}

static bool ovctl_is_on_host(const struct ovctl_item *obj, const struct ovctl_model *model)
{
	unsigned int i;

	for (i = 0; i < model->n_hosts; i++)
		if (!model->hosts[i].remote && !strcmp(model->hosts[i].netns, obj->netns))
			return true;
	return false;
}

/* Of a host, what leads to the tenant's VPCs: their addresses, and routes to others of them. */
static bool ovctl_is_of_vtep(const struct ovctl_item *obj, const struct ovctl_model *model,
			     const struct ovctl_tenant *tenant, const struct ovctl_vpc *vpc)
{
	const struct ovctl_host *host = ovctl_local_host(model, tenant, vpc->id);

	if (obj->kind == OVCTL_KIND_ADDR)
		return host && !strcmp(host->netns, obj->netns) &&
		       ovctl_addr_same(&obj->key.addr, &vpc->vtep);
	return obj->kind == OVCTL_KIND_ROUTE && ovctl_is_on_host(obj, model) &&
	       ovctl_cidr_has(&obj->key, &vpc->vtep);
}

static bool ovctl_is_of_tenant(const struct ovctl_item *obj, const struct ovctl_model *model,
			       const struct ovctl_tenant *tenant)
{
	char mesh[OVCTL_NETNS_SIZE];
	unsigned int i;

	if (ovctl_name_is_vpc(tenant, obj->netns))
		return true;
	for (i = 0; i < tenant->n_vpcs; i++) {
		ovctl_name_mesh(mesh, sizeof(mesh), tenant->id, tenant->vpcs[i].id);
		if (!strcmp(mesh, obj->netns) ||
		    ovctl_is_of_vtep(obj, model, tenant, &tenant->vpcs[i]))
			return true;
	}
	for (i = 0; i < tenant->n_vms; i++) {
		const struct ovctl_vm *vm = &tenant->vms[i];

		if (ovctl_is_at_vm(obj, ovctl_local_host(model, tenant, vm->vpc), vm, vm->link) ||
		    ovctl_is_at_vm(obj, ovctl_local_host(model, tenant, vm->to), vm, vm->to_link))
			return true;
	}
	return false;
}

/**
 * ovctl_plan_keep() - Leave out what one tenant does not need.
 * @plan: The plan.
 * @model: The model that it follows from.
 * @tenant: The tenant.
 *
 * What stays is about its namespaces and taps, and of hosts the addresses of its VPCs and the routes
 * between them.
 */
void ovctl_plan_keep(struct ovctl_plan *plan, const struct ovctl_model *model,
		     const struct ovctl_tenant *tenant)
{
	unsigned int i, kept = 0;

	memset(plan->verbs, 0, sizeof(plan->verbs));
	for (i = 0; i < plan->count; i++) {
		if (!ovctl_is_of_tenant(ovctl_op_object(&plan->ops[i]), model, tenant))
			continue;
		plan->ops[kept++] = plan->ops[i];
		plan->verbs[plan->ops[i].verb]++;
	}
	plan->count = kept;
}

/**
 * ovctl_plan_free() - Free a plan.
 * @plan: The plan.
 */
void ovctl_plan_free(struct ovctl_plan *plan)
{
	free(plan->ops);
	memset(plan, 0, sizeof(*plan));
}

/**
 * ovctl_op_object() - What a step is about.
 * @op: The step.
 *
 * Return: the object as it should be, or where it should not be as it is.
 */
const struct ovctl_item *ovctl_op_object(const struct ovctl_op *op)
{
	return op->want ? op->want : op->have;
}

/**
 * ovctl_op_name() - Write what a step does to which object.
 * @buf: Where to.
 * @size: Its size.
 * @op: The step.
 */
void ovctl_op_name(char *buf, size_t size, const struct ovctl_op *op)
{
	char name[256];

	ovctl_item_name(name, sizeof(name), ovctl_op_object(op));
	snprintf(buf, size, "%s %s", ovctl_verbs[op->verb], name);
}

/**
 * ovctl_op_text() - Write a step for people.
 * @buf: Where to.
 * @size: Its size.
 * @op: The step.
 */
void ovctl_op_text(char *buf, size_t size, const struct ovctl_op *op)
{
	char fields[1536], was[1536] = "";
	char name[320];

	ovctl_op_name(name, sizeof(name), op);
	ovctl_item_fields(fields, sizeof(fields), ovctl_op_object(op), op->fields);
	if (op->have && op->want)
		ovctl_item_fields(was, sizeof(was), op->have, op->fields);
	snprintf(buf, size, "%s%s%s%s%s%s", name, fields[0] ? " " : "",
		 fields, was[0] ? " (is " : "", was, was[0] ? ")" : "");
}

/**
 * ovctl_op_record() - A step as a record.
 * @op: The step.
 *
 * Return: the record.
 */
json_t *ovctl_op_record(const struct ovctl_op *op)
{
	json_t *rec = ovctl_item_record(ovctl_op_object(op), op->fields);

	json_object_set_new(rec, "op", json_string(ovctl_verbs[op->verb]));
	if (op->have && op->want && op->fields)
		json_object_set_new(rec, "is", ovctl_item_record(op->have, op->fields));
	return rec;
}
