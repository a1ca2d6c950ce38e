// SPDX-License-Identifier: GPL-2.0
/* A tenant as JSON: what "export" writes and "apply" reads.
 *
 * A file says how the tenant shall be. What it leaves open of an object that is there already
 * and that was chosen for it (its place, numbers, addresses) stays; what is a setting takes its
 * default, so that a line that is taken out of the file is taken back.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topology.h"

/**
 * struct ovctl_reading - A topology that is being read.
 * @model: The model with the hosts; their loads are counted up.
 * @old: The tenant as it is.
 * @now: The tenant as it shall be.
 * @path: Where in the file the reading is.
 * @why: What is wrong, with its path; OVCTL_TOPOLOGY_WHY.
 * @vpcs: The numbers of the VPCs, in the order of the file.
 * @subnets: The numbers of the subnets.
 * @vms: The numbers of the VMs.
 * @links: The pairs.
 */
struct ovctl_reading {
	const struct ovctl_model *model;
	const struct ovctl_tenant *old;
	struct ovctl_tenant *now;
	char path[96];
	char *why;
	uint32_t *vpcs;
	uint32_t *subnets;
	uint32_t *vms;
	struct ovctl_pair *links;
	unsigned int n_vpcs;
	unsigned int n_subnets;
	unsigned int n_vms;
	unsigned int n_links;
};

__attribute__((format(printf, 3, 4)))
static bool ovctl_reading_fault(struct ovctl_reading *rd, const char *key, const char *fmt, ...)
{
	size_t len;
	va_list ap;

	len = snprintf(rd->why, OVCTL_TOPOLOGY_WHY, "%s%s%s: ", rd->path,
		       rd->path[0] && key ? "." : "", key ? key : "");
	if (len == 2)
		len = snprintf(rd->why, OVCTL_TOPOLOGY_WHY, "the topology ");
	va_start(ap, fmt);
	if (len < OVCTL_TOPOLOGY_WHY)
		vsnprintf(rd->why + len, OVCTL_TOPOLOGY_WHY - len, fmt, ap);
	va_end(ap);
	return false;
}

static bool ovctl_reading_keys(struct ovctl_reading *rd, const json_t *object,
			       const char *const *keys)
{
	const char *key;
	json_t *value;
	unsigned int i;

	if (!json_is_object(object))
		return ovctl_reading_fault(rd, NULL, "is not an object");
	json_object_foreach((json_t *)object, key, value) {
		for (i = 0; keys[i] && strcmp(keys[i], key); i++)
			;
		if (!keys[i])
			return ovctl_reading_fault(rd, NULL, "\"%.40s\" is no key that is known here",
						   key);
	}
	return true;
}

/* A string, or NULL where there is none. */
static bool ovctl_reading_text(struct ovctl_reading *rd, const json_t *object, const char *key,
			       const char **text)
{
	const json_t *value = json_object_get(object, key);

	*text = json_string_value(value);
	if (!value || *text)
		return true;
	return ovctl_reading_fault(rd, key, "is not a string");
}

/* A name: a string of some form, left as it is where there is none. */
static bool ovctl_reading_name(struct ovctl_reading *rd, const json_t *object, const char *key,
			       char *buf, size_t size, bool (*field)(const char *text, char *why))
{
	char why[OVCTL_WHY_SIZE];
	const char *text;

	if (!ovctl_reading_text(rd, object, key, &text))
		return false;
	if (!text)
		return true;
	if (!field(text, why))
		return ovctl_reading_fault(rd, key, "\"%.64s\" %s", text, why);
	snprintf(buf, size, "%s", text);
	return true;
}

/* A number, left as it is where there is none. */
static bool ovctl_reading_number(struct ovctl_reading *rd, const json_t *value, const char *key,
				 uint32_t min, uint32_t max, uint32_t *num)
{
	if (!value)
		return true;
	if (json_is_integer(value) && json_integer_value(value) >= min &&
	    json_integer_value(value) <= max) {
		*num = json_integer_value(value);
		return true;
	}
	return ovctl_reading_fault(rd, key, "is not a number from %u to %u", min, max);
}

static bool ovctl_reading_bool(struct ovctl_reading *rd, const json_t *object, const char *key,
			       bool *flag)
{
	const json_t *value = json_object_get(object, key);

	if (value && !json_is_boolean(value))
		return ovctl_reading_fault(rd, key, "is neither true nor false");
	if (value)
		*flag = json_is_true(value);
	return true;
}

static bool ovctl_reading_word(struct ovctl_reading *rd, const json_t *object, const char *key,
			       const char *const *words, unsigned int *word)
{
	char why[OVCTL_WHY_SIZE];
	const char *text;

	if (!ovctl_reading_text(rd, object, key, &text))
		return false;
	if (!text || ovctl_field_word(word, text, words, why))
		return true;
	return ovctl_reading_fault(rd, key, "\"%.64s\" %s", text, why);
}

static bool ovctl_reading_cidr(struct ovctl_reading *rd, const json_t *object, const char *key,
			       uint8_t len, struct ovctl_cidr *cidr)
{
	char why[OVCTL_WHY_SIZE];
	const char *text;

	if (!ovctl_reading_text(rd, object, key, &text))
		return false;
	if (!text)
		return true;
	if (!ovctl_field_cidr(cidr, text, why))
		return ovctl_reading_fault(rd, key, "%.64s %s", text, why);
	if (cidr->addr.len == len)
		return true;
	return ovctl_reading_fault(rd, key, "%.64s is not of IPv%u", text, len == 4 ? 4 : 6);
}

static bool ovctl_reading_addr(struct ovctl_reading *rd, const json_t *object, const char *key,
			       bool (*field)(struct ovctl_addr *, const char *, char *),
			       struct ovctl_addr *addr)
{
	char why[OVCTL_WHY_SIZE];
	const char *text;

	if (!ovctl_reading_text(rd, object, key, &text))
		return false;
	if (!text || field(addr, text, why))
		return true;
	return ovctl_reading_fault(rd, key, "%.64s %s", text, why);
}

/* An array, or none where the key is not there. */
static bool ovctl_reading_array(struct ovctl_reading *rd, const json_t *object, const char *key,
				const json_t **array)
{
	*array = json_object_get(object, key);
	if (!*array || json_is_array(*array))
		return true;
	return ovctl_reading_fault(rd, key, "is not an array");
}

/* An array, where the key is there, item by item. */
static bool ovctl_reading_list(struct ovctl_reading *rd, const json_t *root, const char *key,
			       bool (*fn)(struct ovctl_reading *rd, const json_t *item))
{
	const json_t *array;
	unsigned int i;

	if (!ovctl_reading_array(rd, root, key, &array))
		return false;
	for (i = 0; i < json_array_size(array); i++) {
		snprintf(rd->path, sizeof(rd->path), "%s[%u]", key, i);
		if (!fn(rd, json_array_get(array, i)))
			return false;
	}
	rd->path[0] = '\0';
	return true;
}

/* Places a VPC that is new, and leaves one where it is. */
static bool ovctl_reading_place(struct ovctl_reading *rd, struct ovctl_vpc *vpc)
{
	const struct ovctl_vpc *old = rd->old ? ovctl_tenant_vpc(rd->old, vpc->id) : NULL;
	struct ovctl_host *host;

	if (old && (!vpc->host[0] || !strcmp(vpc->host, old->host))) {
		snprintf(vpc->host, sizeof(vpc->host), "%s", old->host);
		vpc->vtep = old->vtep;
		return true;
	}
	if (vpc->host[0])
		host = ovctl_model_host(rd->model, vpc->host);
	else
		host = ovctl_default_host(rd->model);
	if (!host && vpc->host[0])
		return ovctl_reading_fault(rd, "host", "there is no host \"%s\"", vpc->host);
	if (!host)
		return ovctl_reading_fault(rd, "host", "every host is drained: name one");
	snprintf(vpc->host, sizeof(vpc->host), "%s", host->name);
	host->n_vpcs++;
	return true;
}

static bool ovctl_reading_add_vpc(struct ovctl_reading *rd, uint32_t id, const json_t *object)
{
	struct ovctl_vpc *vpc;

	if (ovctl_tenant_vpc(rd->now, id))
		return ovctl_reading_fault(rd, "id", "VPC %u is there twice", id);
	rd->vpcs = ovctl_grow(rd->vpcs, rd->n_vpcs, sizeof(*rd->vpcs));
	rd->vpcs[rd->n_vpcs++] = id;
	vpc = ovctl_tenant_add_vpc(rd->now, id);
	return ovctl_reading_name(rd, object, "host", vpc->host, sizeof(vpc->host),
				  ovctl_field_name) &&
	       ovctl_reading_name(rd, object, "uplink", vpc->uplink, sizeof(vpc->uplink),
				  ovctl_field_link) &&
	       ovctl_reading_place(rd, vpc);
}

static bool ovctl_reading_vpc(struct ovctl_reading *rd, const json_t *value)
{
	static const char *const keys[] = { "id", "host", "uplink", NULL };
	const json_t *number = json_is_object(value) ? json_object_get(value, "id") : value;
	uint32_t id = 0;

	if (json_is_object(value) && !ovctl_reading_keys(rd, value, keys))
		return false;
	if (!ovctl_reading_number(rd, number, json_is_object(value) ? "id" : NULL, 1,
				  OVCTL_VPC_MAX, &id))
		return false;
	if (!id)
		return ovctl_reading_fault(rd, "id", "a VPC needs a number");
	return ovctl_reading_add_vpc(rd, id, value);
}

/* So many VPCs: those that are there, and as many new ones as it takes. */
static bool ovctl_reading_count(struct ovctl_reading *rd, uint32_t count)
{
	uint32_t id;
	unsigned int i;

	for (i = 0; rd->old && i < rd->old->n_vpcs && i < count; i++)
		if (!ovctl_reading_add_vpc(rd, rd->old->vpcs[i].id, NULL))
			return false;
	for (id = 1; rd->n_vpcs < count; id++)
		if (!ovctl_tenant_vpc(rd->now, id) && !ovctl_reading_add_vpc(rd, id, NULL))
			return false;
	return true;
}

static bool ovctl_reading_vpcs(struct ovctl_reading *rd, const json_t *root)
{
	const json_t *value = json_object_get(root, "vpcs");
	uint32_t count = rd->old && rd->old->n_vpcs ? rd->old->n_vpcs : 2;

	if (json_is_array(value))
		return ovctl_reading_list(rd, root, "vpcs", ovctl_reading_vpc);
	return ovctl_reading_number(rd, value, "vpcs", 0, OVCTL_VPC_MAX, &count) &&
	       ovctl_reading_count(rd, count);
}

static bool ovctl_reading_link(struct ovctl_reading *rd, const json_t *value)
{
	struct ovctl_pair link = { 0 };

	if (!json_is_array(value) || json_array_size(value) != 2)
		return ovctl_reading_fault(rd, NULL, "is not a pair of VPCs");
	if (!ovctl_reading_number(rd, json_array_get(value, 0), NULL, 1, OVCTL_VPC_MAX, &link.a) ||
	    !ovctl_reading_number(rd, json_array_get(value, 1), NULL, 1, OVCTL_VPC_MAX, &link.b))
		return false;
	rd->links = ovctl_grow(rd->links, rd->n_links, sizeof(*rd->links));
	rd->links[rd->n_links++] = link;
	ovctl_tenant_add_link(rd->now, link.a, link.b);
	return true;
}

/* A subnet without a number is the one of that prefix, else a new one. */
static uint32_t ovctl_reading_subnet_id(const struct ovctl_reading *rd,
					const struct ovctl_cidr *cidr4,
					const struct ovctl_cidr *cidr6)
{
	const struct ovctl_cidr *cidr = cidr4->addr.len ? cidr4 : cidr6;
	struct ovctl_tenant taken;
	unsigned int i;
	uint32_t id;

	for (i = 0; rd->old && i < rd->old->n_subnets; i++) {
		const struct ovctl_subnet *subnet = &rd->old->subnets[i];

		if (!ovctl_tenant_subnet(rd->now, subnet->id) &&
		    ovctl_cidr_same(cidr, cidr4->addr.len ? &subnet->cidr4 : &subnet->cidr6))
			return subnet->id;
	}
	/* A number that another one bore until now would hand its devices over. */
	ovctl_tenant_copy(&taken, rd->now);
	for (i = 0; rd->old && i < rd->old->n_subnets; i++)
		if (!ovctl_tenant_subnet(&taken, rd->old->subnets[i].id))
			ovctl_tenant_add_subnet(&taken, rd->old->subnets[i].id);
	id = ovctl_default_subnet_id(&taken, cidr);
	ovctl_tenant_free(&taken);
	return id;
}

static bool ovctl_reading_presence(struct ovctl_reading *rd, const json_t *object,
				   struct ovctl_subnet *subnet)
{
	const json_t *array;
	unsigned int i;
	uint32_t vpc;

	if (!ovctl_reading_array(rd, object, "vpcs", &array))
		return false;
	for (i = 0; !array && i < rd->now->n_vpcs; i++)
		ovctl_subnet_add_vpc(subnet, rd->now->vpcs[i].id);
	for (i = 0; i < json_array_size(array); i++) {
		if (!ovctl_reading_number(rd, json_array_get(array, i), "vpcs", 1, OVCTL_VPC_MAX,
					  &vpc))
			return false;
		ovctl_subnet_add_vpc(subnet, vpc);
	}
	return true;
}

static bool ovctl_reading_gateway(struct ovctl_reading *rd, const json_t *object, const char *key,
				  const struct ovctl_cidr *cidr, struct ovctl_addr *gw)
{
	if (json_is_null(json_object_get(object, key)))
		return true;
	ovctl_cidr_nth(gw, cidr, 0);
	return ovctl_reading_addr(rd, object, key, ovctl_field_addr, gw);
}

static bool ovctl_reading_subnet_settings(struct ovctl_reading *rd, const json_t *object,
					  struct ovctl_subnet *subnet)
{
	unsigned int encap = OVCTL_ENCAP_VXLAN;
	unsigned int attach;

	if (!ovctl_reading_number(rd, json_object_get(object, "ha"), "ha", 0, OVCTL_HA_MAX,
				  &subnet->ha))
		return false;
	attach = subnet->ha ? OVCTL_ATTACH_BRIDGE : OVCTL_ATTACH_DIRECT;
	if (!ovctl_reading_word(rd, object, "encap", ovctl_words_encap, &encap) ||
	    !ovctl_reading_word(rd, object, "attach", ovctl_words_attach, &attach) ||
	    !ovctl_reading_bool(rd, object, "suppress", &subnet->suppress))
		return false;
	subnet->encap = encap;
	subnet->attach = attach;
	return ovctl_reading_gateway(rd, object, "gateway", &subnet->cidr4, &subnet->gw4) &&
	       ovctl_reading_gateway(rd, object, "gateway6", &subnet->cidr6, &subnet->gw6) &&
	       ovctl_reading_presence(rd, object, subnet);
}

static bool ovctl_reading_subnet(struct ovctl_reading *rd, const json_t *object)
{
	static const char *const keys[] = { "id", "cidr", "cidr6", "gateway", "gateway6", "vpcs",
					    "encap", "attach", "ha", "suppress", NULL };
	struct ovctl_cidr cidr4 = { 0 };
	struct ovctl_cidr cidr6 = { 0 };
	const struct ovctl_subnet *old;
	struct ovctl_subnet *subnet;
	uint32_t id = 0;

	if (!ovctl_reading_keys(rd, object, keys) ||
	    !ovctl_reading_number(rd, json_object_get(object, "id"), "id", 1, OVCTL_SUBNET_MAX,
				  &id) ||
	    !ovctl_reading_cidr(rd, object, "cidr", 4, &cidr4) ||
	    !ovctl_reading_cidr(rd, object, "cidr6", 16, &cidr6))
		return false;
	if (!cidr4.addr.len && !cidr6.addr.len)
		return ovctl_reading_fault(rd, "cidr", "a subnet needs a prefix");
	if (!id)
		id = ovctl_reading_subnet_id(rd, &cidr4, &cidr6);
	if (ovctl_tenant_subnet(rd->now, id))
		return ovctl_reading_fault(rd, "id", "subnet %u is there twice", id);
	rd->subnets = ovctl_grow(rd->subnets, rd->n_subnets, sizeof(*rd->subnets));
	rd->subnets[rd->n_subnets++] = id;
	subnet = ovctl_tenant_add_subnet(rd->now, id);
	subnet->cidr4 = cidr4;
	subnet->cidr6 = cidr6;
	old = rd->old ? ovctl_tenant_subnet(rd->old, id) : NULL;
	if (old)
		subnet->vni = old->vni;
	return ovctl_reading_subnet_settings(rd, object, subnet);
}

/* A VM's subnet is told by its number or its prefix; it may be left open where there is one. */
static bool ovctl_reading_vm_subnet(struct ovctl_reading *rd, const json_t *object,
				    struct ovctl_vm *vm)
{
	const json_t *value = json_object_get(object, "subnet");
	const char *text = json_string_value(value);
	unsigned int found = 0;
	struct ovctl_cidr cidr;
	char why[OVCTL_WHY_SIZE];
	unsigned int i;

	if (value && !text)
		return ovctl_reading_number(rd, value, "subnet", 1, OVCTL_SUBNET_MAX, &vm->subnet);
	if (text && !ovctl_field_cidr(&cidr, text, why))
		return ovctl_reading_fault(rd, "subnet", "%.64s %s", text, why);
	for (i = 0; i < rd->now->n_subnets; i++) {
		const struct ovctl_subnet *subnet = &rd->now->subnets[i];

		if (text && !ovctl_cidr_same(&cidr, &subnet->cidr4) &&
		    !ovctl_cidr_same(&cidr, &subnet->cidr6))
			continue;
		vm->subnet = subnet->id;
		found++;
	}
	if (found == 1)
		return true;
	if (text)
		return ovctl_reading_fault(rd, "subnet", "%.64s is the prefix of %s subnet", text,
					   found ? "more than one" : "no");
	return ovctl_reading_fault(rd, "subnet", "a VM needs a subnet");
}

static bool ovctl_reading_vm_kind(struct ovctl_reading *rd, const json_t *object,
				  struct ovctl_vm *vm)
{
	bool tap = json_object_get(object, "tap");
	bool pid = json_object_get(object, "pid");
	bool netns = json_object_get(object, "netns");

	if ((tap && pid) || (pid && netns))
		return ovctl_reading_fault(rd, "pid", "a VM is one of a process, a namespace and a tap");
	if (tap && json_object_get(object, "dev"))
		return ovctl_reading_fault(rd, "dev", "the device of a guest is its tap");
	vm->kind = OVCTL_VM_OWN;
	if (tap)
		vm->kind = OVCTL_VM_TAP;
	else if (pid)
		vm->kind = OVCTL_VM_PID;
	else if (netns)
		vm->kind = OVCTL_VM_NETNS;
	return ovctl_reading_number(rd, json_object_get(object, "pid"), "pid", 1, INT32_MAX,
				    &vm->pid) &&
	       ovctl_reading_name(rd, object, "netns", vm->netns, sizeof(vm->netns),
				  ovctl_field_netns) &&
	       ovctl_reading_name(rd, object, tap ? "tap" : "dev", vm->link, sizeof(vm->link),
				  ovctl_field_link);
}

/* What was chosen for a VM stays chosen as long as it still fits. */
static void ovctl_reading_keep_vm(const struct ovctl_reading *rd,
				  const struct ovctl_subnet *subnet, const struct ovctl_vm *old,
				  struct ovctl_vm *vm, bool placed)
{
	bool moved = old->subnet != vm->subnet;
	const struct ovctl_vpc *from, *to;

	if (!placed && !moved && ovctl_subnet_in(subnet, old->vpc))
		vm->vpc = old->vpc;
	if (!vm->ip4.len && !moved && ovctl_cidr_has(&subnet->cidr4, &old->ip4))
		vm->ip4 = old->ip4;
	if (!vm->ip6.len && !moved && ovctl_cidr_has(&subnet->cidr6, &old->ip6))
		vm->ip6 = old->ip6;
	if (!vm->mac.len)
		vm->mac = old->mac;
	if (vm->kind == OVCTL_VM_OWN && old->kind == OVCTL_VM_OWN && !moved)
		snprintf(vm->netns, sizeof(vm->netns), "%s", old->netns);
	from = ovctl_tenant_vpc(rd->old, old->vpc);
	to = ovctl_tenant_vpc(rd->now, vm->vpc);
	vm->seq = old->seq;
	if (moved || old->vpc != vm->vpc || (from && to && strcmp(from->host, to->host)))
		vm->seq++;
	/* A move that is under way is no matter of a topology. */
	if (!moved && old->vpc == vm->vpc) {
		vm->to = old->to;
		memcpy(vm->to_link, old->to_link, sizeof(vm->to_link));
		vm->until = old->until;
	}
	vm->off = old->off && vm->kind == OVCTL_VM_TAP && !strcmp(vm->link, old->link);
}

static bool ovctl_reading_vm_place(struct ovctl_reading *rd, const json_t *object,
				   struct ovctl_vm *vm, const struct ovctl_vm *old)
{
	bool placed = json_object_get(object, "vpc");
	const struct ovctl_subnet *subnet;

	if (!ovctl_reading_vm_subnet(rd, object, vm) ||
	    !ovctl_reading_number(rd, json_object_get(object, "vpc"), "vpc", 1, OVCTL_VPC_MAX,
				  &vm->vpc))
		return false;
	subnet = ovctl_tenant_subnet(rd->now, vm->subnet);
	if (!subnet)
		return ovctl_reading_fault(rd, "subnet", "there is no subnet %u", vm->subnet);
	if (!placed && subnet->n_vpcs)
		vm->vpc = subnet->vpcs[0];
	vm->seq = 1;
	if (old)
		ovctl_reading_keep_vm(rd, subnet, old, vm, placed);
	return true;
}

static bool ovctl_reading_vm(struct ovctl_reading *rd, const json_t *object)
{
	static const char *const keys[] = { "name", "subnet", "vpc", "ip", "ip6", "mac", "netns",
					    "pid", "tap", "dev", NULL };
	struct ovctl_vm vm = { 0 };
	const struct ovctl_vm *old;

	if (!ovctl_reading_keys(rd, object, keys) ||
	    !ovctl_reading_name(rd, object, "name", vm.name, sizeof(vm.name), ovctl_field_name))
		return false;
	if (!vm.name[0])
		return ovctl_reading_fault(rd, "name", "a VM needs a name");
	if (ovctl_tenant_vm_named(rd->now, vm.name))
		return ovctl_reading_fault(rd, "name", "VM %s is there twice", vm.name);
	old = rd->old ? ovctl_tenant_vm_named(rd->old, vm.name) : NULL;
	if (!ovctl_reading_addr(rd, object, "ip", ovctl_field_addr, &vm.ip4) ||
	    !ovctl_reading_addr(rd, object, "ip6", ovctl_field_addr, &vm.ip6) ||
	    !ovctl_reading_addr(rd, object, "mac", ovctl_field_mac, &vm.mac) ||
	    !ovctl_reading_vm_kind(rd, object, &vm) ||
	    !ovctl_reading_vm_place(rd, object, &vm, old))
		return false;
	/* New ones get their numbers when those of the others are known. */
	vm.id = old ? old->id : OVCTL_VM_MAX + 1 + rd->n_vms;
	rd->vms = ovctl_grow(rd->vms, rd->n_vms, sizeof(*rd->vms));
	rd->vms[rd->n_vms++] = vm.id;
	*ovctl_tenant_add_vm(rd->now, vm.id) = vm;
	return true;
}

/* Numbers for the new ones, which stand behind all others. One that goes keeps its number to
 * itself: whoever got it would inherit its devices.
 */
static void ovctl_reading_number_vms(struct ovctl_reading *rd)
{
	uint32_t id = 1;
	unsigned int i;

	for (i = 0; i < rd->n_vms; i++) {
		struct ovctl_vm vm;

		if (rd->vms[i] <= OVCTL_VM_MAX)
			continue;
		while (ovctl_tenant_vm(rd->now, id) || (rd->old && ovctl_tenant_vm(rd->old, id)))
			id++;
		vm = *ovctl_tenant_vm(rd->now, rd->vms[i]);
		ovctl_tenant_del_vm(rd->now, vm.id);
		vm.id = id;
		rd->vms[i] = id;
		*ovctl_tenant_add_vm(rd->now, id) = vm;
	}
}

static unsigned int ovctl_reading_index(const uint32_t *list, unsigned int count, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < count && list[i] != id; i++)
		;
	return i;
}

/* Tells a fault of the model by its place in the file. */
static bool ovctl_reading_refuse(struct ovctl_reading *rd, const struct ovctl_fault *fault)
{
	const char *list = NULL;
	unsigned int at = 0;

	switch (fault->object) {
	case OVCTL_OBJECT_TENANT:
		break;
	case OVCTL_OBJECT_VPC:
		list = "vpcs";
		at = ovctl_reading_index(rd->vpcs, rd->n_vpcs, fault->id);
		break;
	case OVCTL_OBJECT_LINK:
		list = "links";
		while (at < rd->n_links &&
		       (rd->links[at].a + rd->links[at].b != fault->id + fault->id2 ||
			(rd->links[at].a != fault->id && rd->links[at].b != fault->id)))
			at++;
		break;
	case OVCTL_OBJECT_SUBNET:
		list = "subnets";
		at = ovctl_reading_index(rd->subnets, rd->n_subnets, fault->id);
		break;
	case OVCTL_OBJECT_VM:
		list = "vms";
		at = ovctl_reading_index(rd->vms, rd->n_vms, fault->id);
		break;
	}
	if (list)
		snprintf(rd->path, sizeof(rd->path), "%s[%u]", list, at);
	return ovctl_reading_fault(rd, fault->field, "%s", fault->text);
}

static bool ovctl_reading_vms(struct ovctl_reading *rd, const json_t *root)
{
	struct ovctl_fault fault;
	unsigned int i;

	if (json_array_size(json_object_get(root, "vms")) > OVCTL_VM_MAX)
		return ovctl_reading_fault(rd, "vms", "a tenant has at most %u VMs", OVCTL_VM_MAX);
	if (!ovctl_reading_list(rd, root, "vms", ovctl_reading_vm))
		return false;
	ovctl_reading_number_vms(rd);
	/* Addresses last: one that a file gives is not given to another VM before. */
	for (i = 0; i < rd->n_vms; i++)
		if (!ovctl_default_vm(rd->now, ovctl_tenant_vm(rd->now, rd->vms[i]), &fault))
			return ovctl_reading_refuse(rd, &fault);
	return true;
}

static bool ovctl_reading_root(struct ovctl_reading *rd, const json_t *root)
{
	static const char *const keys[] = { "tenant", "transport", "overlay", "vpcs", "links",
					    "subnets", "vms", "$schema", NULL };
	unsigned int transport = OVCTL_TRANSPORT_DIRECT;
	struct ovctl_fault fault;

	if (!ovctl_reading_keys(rd, root, keys) ||
	    !ovctl_reading_word(rd, root, "transport", ovctl_words_transport, &transport) ||
	    !ovctl_reading_bool(rd, root, "overlay", &rd->now->overlay))
		return false;
	rd->now->transport = transport;
	if (!ovctl_reading_vpcs(rd, root) ||
	    !ovctl_reading_list(rd, root, "links", ovctl_reading_link) ||
	    !ovctl_reading_list(rd, root, "subnets", ovctl_reading_subnet) ||
	    !ovctl_reading_vms(rd, root))
		return false;
	if (ovctl_check_tenant(rd->model, rd->now, &fault))
		return true;
	return ovctl_reading_refuse(rd, &fault);
}

/**
 * ovctl_topology_read_id() - Read whose topology it is.
 * @root: The topology.
 * @id: Set to the tenant.
 * @why: Why it cannot be told; OVCTL_TOPOLOGY_WHY.
 *
 * Return: true where it can.
 */
bool ovctl_topology_read_id(const json_t *root, uint32_t *id, char *why)
{
	struct ovctl_reading rd = { .why = why };

	*id = 0;
	if (!json_is_object(root))
		return ovctl_reading_fault(&rd, NULL, "is not an object");
	if (!ovctl_reading_number(&rd, json_object_get(root, "tenant"), "tenant", 1,
				  OVCTL_TENANT_MAX, id))
		return false;
	return *id || ovctl_reading_fault(&rd, "tenant", "a topology needs the number of its tenant");
}

/**
 * ovctl_topology_read() - Read a topology.
 * @root: The topology.
 * @model: The model with the hosts; their loads are counted up.
 * @old: The tenant as it is, or NULL.
 * @now: Filled in: the tenant as it shall be, checked. Numbers that the store gives may be
 *	missing.
 * @why: Why it is not accepted, with the path of what is at fault; OVCTL_TOPOLOGY_WHY.
 *
 * Return: true where it is.
 */
bool ovctl_topology_read(const json_t *root, const struct ovctl_model *model,
			 const struct ovctl_tenant *old, struct ovctl_tenant *now, char *why)
{
	struct ovctl_reading rd = { .model = model, .old = old, .now = now, .why = why };
	uint32_t id;
	bool ok;

	if (!ovctl_topology_read_id(root, &id, why))
		id = 0;
	ovctl_tenant_init(now, id);
	if (old) {
		now->transit_vni = old->transit_vni;
		now->mesh_vni = old->mesh_vni;
	}
	ok = id && ovctl_reading_root(&rd, root);
	free(rd.vpcs);
	free(rd.subnets);
	free(rd.vms);
	free(rd.links);
	if (!ok)
		ovctl_tenant_free(now);
	return ok;
}

static void ovctl_write_text(json_t *object, const char *key, const char *text)
{
	if (text[0])
		json_object_set_new(object, key, json_string(text));
}

static void ovctl_write_addr(json_t *object, const char *key, const struct ovctl_addr *addr)
{
	char text[OVCTL_CIDR_SIZE];

	ovctl_addr_write(text, sizeof(text), addr);
	ovctl_write_text(object, key, text);
}

static void ovctl_write_cidr(json_t *object, const char *key, const struct ovctl_cidr *cidr)
{
	char text[OVCTL_CIDR_SIZE];

	ovctl_cidr_write(text, sizeof(text), cidr);
	ovctl_write_text(object, key, text);
}

static json_t *ovctl_write_vpc(const struct ovctl_vpc *vpc)
{
	json_t *object = json_pack("{si}", "id", (int)vpc->id);

	ovctl_write_text(object, "host", vpc->host);
	ovctl_write_text(object, "uplink", vpc->uplink);
	return object;
}

/* No gateway is said with null: without the key the subnet has the first address. */
static void ovctl_write_gateway(json_t *object, const char *key, const struct ovctl_cidr *cidr,
				const struct ovctl_addr *gw)
{
	if (gw->len)
		ovctl_write_addr(object, key, gw);
	else if (cidr->addr.len)
		json_object_set_new(object, key, json_null());
}

static json_t *ovctl_write_subnet(const struct ovctl_subnet *subnet)
{
	json_t *object = json_pack("{si}", "id", (int)subnet->id);
	json_t *vpcs = json_array();
	unsigned int i;

	ovctl_write_cidr(object, "cidr", &subnet->cidr4);
	ovctl_write_gateway(object, "gateway", &subnet->cidr4, &subnet->gw4);
	ovctl_write_cidr(object, "cidr6", &subnet->cidr6);
	ovctl_write_gateway(object, "gateway6", &subnet->cidr6, &subnet->gw6);
	for (i = 0; i < subnet->n_vpcs; i++)
		json_array_append_new(vpcs, json_integer(subnet->vpcs[i]));
	json_object_set_new(object, "vpcs", vpcs);
	ovctl_write_text(object, "encap", ovctl_words_encap[subnet->encap]);
	ovctl_write_text(object, "attach", ovctl_words_attach[subnet->attach]);
	json_object_set_new(object, "ha", json_integer(subnet->ha));
	json_object_set_new(object, "suppress", json_boolean(subnet->suppress));
	return object;
}

static json_t *ovctl_write_vm(const struct ovctl_vm *vm)
{
	json_t *object = json_object();

	ovctl_write_text(object, "name", vm->name);
	json_object_set_new(object, "subnet", json_integer(vm->subnet));
	json_object_set_new(object, "vpc", json_integer(vm->vpc));
	ovctl_write_addr(object, "ip", &vm->ip4);
	ovctl_write_addr(object, "ip6", &vm->ip6);
	ovctl_write_addr(object, "mac", &vm->mac);
	if (vm->kind == OVCTL_VM_NETNS || vm->kind == OVCTL_VM_TAP)
		ovctl_write_text(object, "netns", vm->netns);
	if (vm->kind == OVCTL_VM_PID)
		json_object_set_new(object, "pid", json_integer(vm->pid));
	ovctl_write_text(object, vm->kind == OVCTL_VM_TAP ? "tap" : "dev", vm->link);
	return object;
}

/**
 * ovctl_topology_write() - Write a tenant as a topology.
 * @tenant: The tenant.
 *
 * Return: the topology, owned by the caller.
 */
json_t *ovctl_topology_write(const struct ovctl_tenant *tenant)
{
	json_t *root = json_object();
	json_t *vpcs = json_array();
	json_t *links = json_array();
	json_t *subnets = json_array();
	json_t *vms = json_array();
	unsigned int i;

	for (i = 0; i < tenant->n_vpcs; i++)
		json_array_append_new(vpcs, ovctl_write_vpc(&tenant->vpcs[i]));
	for (i = 0; i < tenant->n_links; i++)
		json_array_append_new(links, json_pack("[ii]", (int)tenant->links[i].a,
						       (int)tenant->links[i].b));
	for (i = 0; i < tenant->n_subnets; i++)
		json_array_append_new(subnets, ovctl_write_subnet(&tenant->subnets[i]));
	for (i = 0; i < tenant->n_vms; i++)
		json_array_append_new(vms, ovctl_write_vm(&tenant->vms[i]));
	json_object_set_new(root, "tenant", json_integer(tenant->id));
	ovctl_write_text(root, "transport", ovctl_words_transport[tenant->transport]);
	json_object_set_new(root, "overlay", json_boolean(tenant->overlay));
	json_object_set_new(root, "vpcs", vpcs);
	if (tenant->n_links)
		json_object_set_new(root, "links", links);
	else
		json_decref(links);
	json_object_set_new(root, "subnets", subnets);
	json_object_set_new(root, "vms", vms);
	return root;
}
