// SPDX-License-Identifier: GPL-2.0
/* From the model to steps: what is wanted, in which order it is made, and that what is right
 * is not touched.
 */
#include "bench.h"
#include "sim.h"
#include "../../tools/ovctl/model/adopt.h"
#include "../../tools/ovctl/model/cold.h"
#include "../../tools/ovctl/model/wanted.h"

static struct ovctl_addr addr(const char *text)
{
	struct ovctl_addr a = { 0 };

	assert_true(ovctl_addr_parse(&a, text));
	return a;
}

static struct ovctl_cidr cidr(const char *text)
{
	struct ovctl_cidr c = { 0 };

	assert_true(ovctl_cidr_parse(&c, text));
	return c;
}

static void add_host(struct ovctl_model *model, unsigned int i)
{
	struct ovctl_host *host;
	char text[64];

	snprintf(text, sizeof(text), "h%u", i);
	host = ovctl_model_add_host(model, text);
	snprintf(host->netns, sizeof(host->netns), "hv%u", i);
	snprintf(host->router, sizeof(host->router), "rt");
	snprintf(host->uplink, sizeof(host->uplink), "up0");
	snprintf(text, sizeof(text), "10.9.%u.0/24", i);
	host->vtep = cidr(text);
	snprintf(text, sizeof(text), "10.8.%u.2/24", i);
	host->addr = cidr(text);
	snprintf(text, sizeof(text), "10.8.%u.1", i);
	host->nexthop = addr(text);
}

static struct ovctl_tenant *add_tenant(struct ovctl_model *model, uint32_t id)
{
	struct ovctl_tenant *tenant = ovctl_model_add_tenant(model, id);

	tenant->overlay = true;
	tenant->transit_vni = id;
	tenant->mesh_vni = 1000 + id;
	return tenant;
}

static void add_vpc(struct ovctl_model *model, struct ovctl_tenant *tenant, uint32_t id,
		    unsigned int host)
{
	struct ovctl_vpc *vpc = ovctl_tenant_add_vpc(tenant, id);
	char text[64];

	(void)model;
	snprintf(vpc->host, sizeof(vpc->host), "h%u", host);
	snprintf(text, sizeof(text), "10.9.%u.%u", host, 10 * tenant->id + id);
	vpc->vtep = addr(text);
}

static struct ovctl_subnet *add_subnet(struct ovctl_tenant *tenant, uint32_t id)
{
	struct ovctl_subnet *subnet = ovctl_tenant_add_subnet(tenant, id);
	char text[64];

	snprintf(text, sizeof(text), "%u.0.0.0/24", id);
	subnet->cidr4 = cidr(text);
	snprintf(text, sizeof(text), "fd00:%u::/64", id);
	subnet->cidr6 = cidr(text);
	snprintf(text, sizeof(text), "%u.0.0.1", id);
	subnet->gw4 = addr(text);
	snprintf(text, sizeof(text), "fd00:%u::1", id);
	subnet->gw6 = addr(text);
	subnet->vni = 65536 + 100 * tenant->id + id;
	return subnet;
}

static struct ovctl_vm *add_vm(struct ovctl_tenant *tenant, uint32_t id, uint32_t subnet,
			       uint32_t vpc)
{
	struct ovctl_vm *vm = ovctl_tenant_add_vm(tenant, id);
	char text[64];

	vm->subnet = subnet;
	vm->vpc = vpc;
	snprintf(vm->name, sizeof(vm->name), "vm%u", id);
	snprintf(vm->link, sizeof(vm->link), "eth0");
	snprintf(text, sizeof(text), "%u.0.0.%u", subnet, 10 + id);
	vm->ip4 = addr(text);
	snprintf(text, sizeof(text), "fd00:%u::%u", subnet, 10 + id);
	vm->ip6 = addr(text);
	ovctl_mac_vm(&vm->mac, tenant, vm);
	ovctl_name_vm(vm->netns, sizeof(vm->netns), tenant, vm);
	return vm;
}

/* Two hosts, a tenant with a VPC on each, a stretched subnet and one that is in the first VPC
 * only, and a VM in each place.
 */
static struct ovctl_tenant *lay(struct ovctl_model *model)
{
	struct ovctl_tenant *tenant;
	struct ovctl_subnet *subnet;

	ovctl_model_init(model);
	add_host(model, 1);
	add_host(model, 2);
	tenant = add_tenant(model, 1);
	add_vpc(model, tenant, 1, 1);
	add_vpc(model, tenant, 2, 2);
	subnet = add_subnet(tenant, 21);
	ovctl_subnet_add_vpc(subnet, 1);
	ovctl_subnet_add_vpc(subnet, 2);
	subnet = add_subnet(tenant, 31);
	ovctl_subnet_add_vpc(subnet, 1);
	add_vm(tenant, 1, 21, 1);
	add_vm(tenant, 2, 21, 2)->seq = 3;
	add_vm(tenant, 3, 31, 1);
	return tenant;
}

/**
 * struct run - A plan and what it was made from.
 * @want: What is wanted.
 * @have: What there was.
 * @plan: The plan.
 */
struct run {
	struct ovctl_items want;
	struct ovctl_items have;
	struct ovctl_plan plan;
};

static void run_make(struct run *run, const struct ovctl_model *model, const struct sim *sim)
{
	memset(run, 0, sizeof(*run));
	ovctl_wanted_make(&run->want, model);
	sim_snapshot(&run->have, sim);
	ovctl_plan_make(&run->plan, &run->want, &run->have);
}

static void run_free(struct run *run)
{
	ovctl_plan_free(&run->plan);
	ovctl_items_free(&run->want);
	ovctl_items_free(&run->have);
}

static void assert_nothing_to_do(const struct ovctl_model *model, struct sim *sim)
{
	struct run run;
	char text[4096];

	run_make(&run, model, sim);
	if (run.plan.count) {
		ovctl_op_text(text, sizeof(text), &run.plan.ops[0]);
		fail_msg("still to do: %s", text);
	}
	run_free(&run);
}

static unsigned int sync_some(const struct ovctl_model *model, struct sim *sim,
			      unsigned int count)
{
	unsigned int done;
	struct run run;

	run_make(&run, model, sim);
	if (!sim_carry(sim, &run.plan, count))
		fail_msg("refused: %s", sim->why);
	done = run.plan.count;
	run_free(&run);
	return done;
}

static unsigned int sync_all(const struct ovctl_model *model, struct sim *sim)
{
	unsigned int done = sync_some(model, sim, UINT32_MAX);

	assert_nothing_to_do(model, sim);
	return done;
}

static void assert_field(struct sim *sim, enum ovctl_kind kind, const char *netns,
			 const char *link, const char *key, const char *want)
{
	struct ovctl_item *obj = sim_find(sim, kind, netns, link, key);
	char text[1024];

	if (!obj)
		fail_msg("no %s %s %s %s", ovctl_kinds[kind].name, netns, link, key ? key : "");
	ovctl_item_fields(text, sizeof(text), obj, UINT32_MAX);
	if (!strstr(text, want))
		fail_msg("%s %s %s is %s, not %s", ovctl_kinds[kind].name, netns, link, text, want);
}

/* --- what is wanted --- */

static void test_three_ways(void **state)
{
	struct ovctl_model model;
	struct sim sim;

	(void)state;
	lay(&model);
	sim_init(&sim);
	sync_all(&model, &sim);
	/* The same subnet elsewhere: by the segment. */
	assert_field(&sim, OVCTL_KIND_PEER, "ns1_t1", "s21", "10.9.2.12", "admin up");
	assert_field(&sim, OVCTL_KIND_FDB, "ns1_t1", "s21", "02:00:15:00:00:0c",
		     "peer 10.9.2.12 seq 3");
	assert_field(&sim, OVCTL_KIND_NEIGH, "ns1_t1", "s21", "21.0.0.12",
		     "mac 02:00:15:00:00:0c");
	/* Another one elsewhere: by the transit, and back to the VM of a stretched one. */
	assert_field(&sim, OVCTL_KIND_ROUTE, "ns2_t1", "", "31.0.0.0/24", "dev tr0");
	assert_field(&sim, OVCTL_KIND_INNER, "ns2_t1", "tr0", "31.0.0.0/24", "peer 10.9.1.11");
	assert_field(&sim, OVCTL_KIND_INNER, "ns1_t1", "tr0", "21.0.0.12/32", "peer 10.9.2.12");
	assert_field(&sim, OVCTL_KIND_INNER, "ns1_t1", "tr0", "fd00:21::12/128",
		     "peer 10.9.2.12");
	assert_field(&sim, OVCTL_KIND_PEER, "ns1_t1", "tr0", "10.9.2.12",
		     "inner 21.0.0.0/24,fd00:21::/64");
	assert_null(sim_find(&sim, OVCTL_KIND_INNER, "ns1_t1", "tr0", "31.0.0.0/24"));
	/* Another one here: from head to head. */
	assert_field(&sim, OVCTL_KIND_STATE, "ns1_t1", "s31", NULL, "up on");
	assert_non_null(sim_find(&sim, OVCTL_KIND_ADDR, "ns1_t1", "s31", "31.0.0.1/24"));
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1", "s31", NULL,
		     "type tenovl-l2 underlay hv1 mac 02:67:77:00:00:01");
	assert_null(sim_find(&sim, OVCTL_KIND_LINK, "ns2_t1", "s31", NULL));
	/* The VM. */
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1-s21_vm", "eth0", NULL,
		     "type tenovl-port of-netns ns1_t1 of s21 mac 02:00:15:00:00:0b");
	assert_field(&sim, OVCTL_KIND_PORT, "ns1_t1-s21_vm", "eth0", NULL,
		     "role access mac 02:00:15:00:00:0b ip 21.0.0.11,fd00:21::11");
	assert_field(&sim, OVCTL_KIND_ROUTE, "ns1_t1-s21_vm", "", "0.0.0.0/0",
		     "via 21.0.0.1 dev eth0");
	/* The underlay. */
	assert_non_null(sim_find(&sim, OVCTL_KIND_ADDR, "hv1", "lo", "10.9.1.11/32"));
	assert_field(&sim, OVCTL_KIND_ROUTE, "hv1", "", "10.9.2.0/24", "via 10.8.1.1 dev up0");
	assert_field(&sim, OVCTL_KIND_ROUTE, "rt", "", "10.9.2.0/24", "via 10.8.2.2 dev h2");
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void test_heads_differ_by_link_local(void **state)
{
	struct ovctl_model model;
	struct ovctl_addr one, two;
	struct sim sim;
	char text[64];

	(void)state;
	lay(&model);
	sim_init(&sim);
	sync_all(&model, &sim);
	ovctl_addr_head_local(&one, 1, 21);
	ovctl_addr_head_local(&two, 2, 21);
	assert_false(ovctl_addr_same(&one, &two));
	ovctl_addr_write(text, sizeof(text), &two);
	strcat(text, "/64");
	assert_field(&sim, OVCTL_KIND_ADDR, "ns2_t1", "s21", text, "nodad on");
	assert_field(&sim, OVCTL_KIND_LINK, "ns2_t1", "s21", NULL, "addrgenmode none");
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1", "s21", NULL, "mac 02:67:77:00:00:01");
	assert_field(&sim, OVCTL_KIND_LINK, "ns2_t1", "s21", NULL, "mac 02:67:77:00:00:01");
	assert_field(&sim, OVCTL_KIND_DEV, "ns1_t1", "s21", NULL, "head-mac 02:68:00:01:00:15");
	assert_field(&sim, OVCTL_KIND_DEV, "ns2_t1", "s21", NULL, "head-mac 02:68:00:02:00:15");
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void test_mesh(void **state)
{
	struct ovctl_model model;
	struct sim sim;

	(void)state;
	lay(&model)->transport = OVCTL_TRANSPORT_GRE;
	sim_init(&sim);
	sync_all(&model, &sim);
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1", "s21", NULL, "underlay mesh1_t1");
	assert_field(&sim, OVCTL_KIND_LINK, "mesh1_t1", "mesh0", NULL,
		     "type tenovl-l3 underlay hv1");
	assert_field(&sim, OVCTL_KIND_DEV, "ns1_t1", "s21", NULL, "encap vxlan");
	assert_field(&sim, OVCTL_KIND_DEV, "ns1_t1", "s21", NULL, "local 100.64.0.1");
	assert_field(&sim, OVCTL_KIND_INNER, "mesh1_t1", "mesh0", "100.64.0.2/32",
		     "peer 10.9.2.12");
	assert_field(&sim, OVCTL_KIND_PEER, "mesh1_t1", "mesh0", "10.9.2.12",
		     "inner 100.64.0.2/32");
	assert_non_null(sim_find(&sim, OVCTL_KIND_PEER, "ns1_t1", "s21", "100.64.0.2"));
	/* To and fro, while VMs and their addresses stay. */
	model.tenants[0].transport = OVCTL_TRANSPORT_DIRECT;
	sync_all(&model, &sim);
	assert_null(sim_find(&sim, OVCTL_KIND_NETNS, "mesh1_t1", "", NULL));
	sim_free(&sim);
	ovctl_model_free(&model);
}

/* Whether there is a default route of both families by this device. */
static bool leaves_by(struct sim *sim, const char *netns, const char *dev)
{
	unsigned int i, families = 0;

	for (i = 0; i < sim->objs.count; i++) {
		const struct ovctl_item *obj = &sim->objs.list[i];

		if (obj->kind == OVCTL_KIND_ROUTE && !obj->key.plen && obj->metric == 4096 &&
		    !strcmp(obj->netns, netns) &&
		    !strcmp(ovctl_item_said(obj, OVCTL_ROUTE_DEV), dev))
			families |= obj->key.addr.len;
	}
	return families == (4 | 16);
}

/* A way out is a device of others: waited for, led into, and let go. What is the tenant's own does
 * not leave by it, also where it is not reached.
 */
static void test_uplink(void **state)
{
	struct ovctl_tenant *tenant;
	struct ovctl_model model;
	struct run run;
	struct sim sim;

	(void)state;
	tenant = lay(&model);
	strcpy(tenant->vpcs[1].uplink, "eth7");
	sim_init(&sim);
	sync_some(&model, &sim, UINT32_MAX);
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.count, 1);
	assert_int_equal(run.plan.ops[0].verb, OVCTL_VERB_WAIT);
	assert_string_equal(run.plan.ops[0].want->link, "eth7");
	run_free(&run);
	assert_false(leaves_by(&sim, "ns2_t1", "eth7"));
	sim_foreign_link(&sim, "ns2_t1", "eth7", OVCTL_LINK_EXISTING);
	sim_find(&sim, OVCTL_KIND_STATE, "ns2_t1", "eth7", NULL)->data[OVCTL_STATE_UP].num = 0;
	assert_int_equal(sync_all(&model, &sim), 3);
	assert_field(&sim, OVCTL_KIND_STATE, "ns2_t1", "eth7", NULL, "up on");
	assert_true(leaves_by(&sim, "ns2_t1", "eth7"));
	assert_false(leaves_by(&sim, "ns1_t1", "eth7"));
	tenant->overlay = false;
	sync_all(&model, &sim);
	assert_null(sim_find(&sim, OVCTL_KIND_INNER, "ns2_t1", "tr0", "31.0.0.0/24"));
	assert_field(&sim, OVCTL_KIND_ROUTE, "ns2_t1", "", "31.0.0.0/24", "dev tr0");
	assert_null(sim_find(&sim, OVCTL_KIND_ROUTE, "ns2_t1", "", "21.0.0.0/24"));
	tenant->overlay = true;
	sync_all(&model, &sim);
	tenant->vpcs[1].uplink[0] = '\0';
	assert_int_equal(sync_all(&model, &sim), 2);
	assert_false(leaves_by(&sim, "ns2_t1", "eth7"));
	assert_non_null(sim_find(&sim, OVCTL_KIND_LINK, "ns2_t1", "eth7", NULL));
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void test_bridges(void **state)
{
	struct ovctl_model model;
	struct ovctl_subnet *subnet;
	struct sim sim;

	(void)state;
	subnet = ovctl_tenant_subnet(lay(&model), 21);
	subnet->attach = OVCTL_ATTACH_BRIDGE;
	subnet->ha = 1;
	sim_init(&sim);
	sync_all(&model, &sim);
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1", "s21b", NULL,
		     "of-netns ns1_t1 of s21 addrgenmode none master br21b");
	assert_field(&sim, OVCTL_KIND_PORT, "ns1_t1", "s21b", NULL, "priority 20");
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1", "br21", NULL, "arp off");
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1", "v1b", NULL,
		     "arp off addrgenmode none master br21b");
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1-s21_vm", "eth0b", NULL, "master eth0");
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1-s21_vm", "eth0", NULL,
		     "type bond mode active-backup mac 02:00:15:00:00:0b mtu 1450 arp_interval 100 arp_ip_target 21.0.0.1");
	/* It moves, and its bond loses both legs, and with them its address. */
	ovctl_tenant_vm(&model.tenants[0], 1)->vpc = 2;
	sync_all(&model, &sim);
	assert_field(&sim, OVCTL_KIND_LINK, "ns2_t1", "v1b", NULL, "master br21b");
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1-s21_vm", "eth0", NULL,
		     "type bond mode active-backup mac 02:00:15:00:00:0b mtu 1450 arp_interval 100 arp_ip_target 21.0.0.1");
	ovctl_tenant_vm(&model.tenants[0], 1)->vpc = 1;
	sync_all(&model, &sim);
	/* From two bridges to one: the VM's legs are others then. */
	subnet->ha = 0;
	sync_all(&model, &sim);
	assert_null(sim_find(&sim, OVCTL_KIND_LINK, "ns1_t1", "br21b", NULL));
	assert_field(&sim, OVCTL_KIND_LINK, "ns1_t1-s21_vm", "eth0", NULL, "type veth");
	subnet->attach = OVCTL_ATTACH_DIRECT;
	sync_all(&model, &sim);
	assert_null(sim_find(&sim, OVCTL_KIND_LINK, "ns1_t1", "br21", NULL));
	sim_free(&sim);
	ovctl_model_free(&model);
}

/* Where in a plan the step is that begins with these words. */
static unsigned int step_of(const struct run *run, const char *words)
{
	char text[4096];
	unsigned int i;

	for (i = 0; i < run->plan.count; i++) {
		ovctl_op_text(text, sizeof(text), &run->plan.ops[i]);
		if (!strncmp(text, words, strlen(words)))
			return i;
	}
	fail_msg("no step \"%s\"", words);
	return 0;
}

/* Nobody hears a VM before it can be answered. */
static void test_legs_join_late(void **state)
{
	struct ovctl_model model;
	struct ovctl_subnet *subnet;
	unsigned int bond, bridge;
	struct sim sim;
	struct run run;

	(void)state;
	subnet = ovctl_tenant_subnet(lay(&model), 21);
	subnet->attach = OVCTL_ATTACH_BRIDGE;
	subnet->ha = 1;
	sim_init(&sim);
	run_make(&run, &model, &sim);
	bond = step_of(&run, "set link ns1_t1-s21_vm eth0a master eth0");
	bridge = step_of(&run, "set link ns1_t1 v1a master br21");
	assert_true(step_of(&run, "set state ns1_t1 v1a up on") < bond);
	assert_true(bond < step_of(&run, "set state ns1_t1-s21_vm eth0a up on"));
	assert_true(bond < bridge);
	assert_true(step_of(&run, "add route ns1_t1-s21_vm default") < bridge);
	assert_true(step_of(&run, "add neigh ns1_t1 s21 21.0.0.11") < bridge);
	run_free(&run);
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void test_overlay_off(void **state)
{
	struct ovctl_model model;
	struct sim sim;
	struct run run;
	unsigned int i;

	(void)state;
	lay(&model);
	sim_init(&sim);
	sync_all(&model, &sim);
	model.tenants[0].overlay = false;
	run_make(&run, &model, &sim);
	assert_true(run.plan.count);
	for (i = 0; i < run.plan.count; i++) {
		assert_int_equal(run.plan.ops[i].verb, OVCTL_VERB_DEL);
		switch (run.plan.ops[i].have->kind) {
		case OVCTL_KIND_PEER:
		case OVCTL_KIND_NEIGH:
		case OVCTL_KIND_ROUTE:
			break;
		default:
			fail_msg("gateways and local switching stay");
		}
	}
	run_free(&run);
	sync_all(&model, &sim);
	model.tenants[0].overlay = true;
	sync_all(&model, &sim);
	sim_free(&sim);
	ovctl_model_free(&model);
}

/* One store builds both halves: what is the other machine's is a peer and no more. */
static void test_remote(void **state)
{
	struct ovctl_model model;
	struct run run;
	struct sim sim;
	unsigned int i;

	(void)state;
	lay(&model);
	ovctl_model_host(&model, "h2")->remote = true;
	sim_init(&sim);
	run_make(&run, &model, &sim);
	for (i = 0; i < run.want.count; i++) {
		assert_string_not_equal(run.want.list[i].netns, "hv2");
		assert_string_not_equal(run.want.list[i].netns, "ns2_t1");
		assert_string_not_equal(run.want.list[i].netns, "ns2_t1-s21_vm");
	}
	run_free(&run);
	sync_all(&model, &sim);
	assert_field(&sim, OVCTL_KIND_FDB, "ns1_t1", "s21", "02:00:15:00:00:0c",
		     "peer 10.9.2.12");
	assert_field(&sim, OVCTL_KIND_ROUTE, "hv1", "", "10.9.2.0/24", "via 10.8.1.1");
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void test_kinds_of_vm(void **state)
{
	struct ovctl_tenant *tenant;
	struct ovctl_model model;
	struct ovctl_vm *vm;
	struct run run;
	struct sim sim;

	(void)state;
	tenant = lay(&model);
	vm = ovctl_tenant_vm(tenant, 1);
	vm->kind = OVCTL_VM_NETNS;
	strcpy(vm->netns, "theirs");
	vm = ovctl_tenant_vm(tenant, 2);
	vm->kind = OVCTL_VM_PID;
	vm->pid = 77;
	vm = ovctl_tenant_vm(tenant, 3);
	vm->kind = OVCTL_VM_TAP;
	vm->netns[0] = '\0';
	strcpy(vm->link, "tap3");
	sim_init(&sim);
	sim_netns(&sim, "theirs");
	/* What is not there yet holds up nothing else. */
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.verbs[OVCTL_VERB_WAIT], 2);
	assert_true(sim_carry(&sim, &run.plan, UINT32_MAX));
	assert_field(&sim, OVCTL_KIND_LINK, "theirs", "eth0", NULL, "of s21");
	run_free(&run);
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.count, 2);
	assert_int_equal(run.plan.ops[0].verb, OVCTL_VERB_WAIT);
	run_free(&run);
	sim_free(&sim);
	sim_init(&sim);
	sim_netns(&sim, "theirs");
	sim_netns(&sim, "pid:77");
	ovctl_model_host(&model, "h1")->router[0] = '\0';
	sim_netns(&sim, "hv1");
	sim_foreign_link(&sim, "hv1", "tap3", OVCTL_LINK_EXISTING);
	sim_foreign_link(&sim, "hv1", "up0", OVCTL_LINK_EXISTING);
	sim_find(&sim, OVCTL_KIND_STATE, "hv1", "up0", NULL);
	ovctl_model_host(&model, "h1")->nexthop.len = 0;
	sync_all(&model, &sim);
	assert_field(&sim, OVCTL_KIND_LINK, "theirs", "eth0", NULL, "of-netns ns1_t1 of s21");
	assert_field(&sim, OVCTL_KIND_LINK, "pid:77", "eth0", NULL, "of-netns ns2_t1 of s21");
	assert_field(&sim, OVCTL_KIND_ACCESS, "hv1", "tap3", NULL, "dev-netns ns1_t1 dev s31");
	assert_null(sim_find(&sim, OVCTL_KIND_ADDR, "hv1", "tap3", "31.0.0.13/24"));
	/* They go, and what was there before stays. */
	ovctl_tenant_del_vm(tenant, 1);
	ovctl_tenant_del_vm(tenant, 3);
	sync_all(&model, &sim);
	assert_null(sim_find(&sim, OVCTL_KIND_LINK, "theirs", "eth0", NULL));
	assert_non_null(sim_find(&sim, OVCTL_KIND_NETNS, "theirs", "", NULL));
	assert_non_null(sim_find(&sim, OVCTL_KIND_LINK, "hv1", "tap3", NULL));
	assert_null(sim_find(&sim, OVCTL_KIND_ACCESS, "hv1", "tap3", NULL));
	sim_free(&sim);
	ovctl_model_free(&model);
}

/* --- steps --- */

static void test_stops_anywhere(void **state)
{
	struct ovctl_model model;
	unsigned int i, count;
	struct sim sim;

	(void)state;
	lay(&model);
	ovctl_tenant_subnet(&model.tenants[0], 31)->attach = OVCTL_ATTACH_BRIDGE;
	ovctl_tenant_subnet(&model.tenants[0], 31)->ha = 1;
	sim_init(&sim);
	count = sync_all(&model, &sim);
	sim_free(&sim);
	for (i = 0; i < count; i++) {
		sim_init(&sim);
		sync_some(&model, &sim, i);
		sync_all(&model, &sim);
		sim_free(&sim);
	}
	ovctl_model_free(&model);
}

/* What was there and is right is in no step: of each object that is deleted by hand. */
static void test_deleted_by_hand(void **state)
{
	struct ovctl_items all = { 0 };
	struct ovctl_model model;
	unsigned int i, lost;
	struct sim sim;

	(void)state;
	lay(&model);
	sim_init(&sim);
	sync_all(&model, &sim);
	sim_snapshot(&all, &sim);
	for (i = 0; i < all.count; i++) {
		if (ovctl_kinds[all.list[i].kind].born || !all.list[i].netns[0])
			continue;
		lost = sim.objs.count;
		assert_true(sim_del(&sim, &all.list[i]));
		lost -= sim.objs.count;
		assert_in_range(sync_all(&model, &sim), 1, lost);
		assert_int_equal(sim.objs.count, all.count);
	}
	ovctl_items_free(&all);
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void spoil(struct ovctl_items *objs, struct ovctl_item *obj, unsigned int field)
{
	struct ovctl_addr other = { .len = 4, .bytes = { 9, 9, 9, 9 } };

	switch (ovctl_kinds[obj->kind].fields[field].type) {
	case OVCTL_FIELD_TEXT:
		ovctl_item_text(objs, obj, field, "other");
		break;
	case OVCTL_FIELD_ADDR:
		ovctl_item_addr(obj, field, &other);
		break;
	case OVCTL_FIELD_LIST:
		ovctl_item_list(objs, obj, field, NULL, 0);
		break;
	default:
		obj->data[field].num ^= 1;
	}
}

/* Each field that can be changed by hand is put right by one step, and nothing else is done. */
static void test_changed_by_hand(void **state)
{
	struct ovctl_items all = { 0 };
	unsigned int i, field;
	struct ovctl_model model;
	struct sim sim;
	struct run run;

	(void)state;
	lay(&model);
	sim_init(&sim);
	sync_all(&model, &sim);
	sim_snapshot(&all, &sim);
	for (i = 0; i < all.count; i++) {
		const struct ovctl_kind_info *kind = &ovctl_kinds[all.list[i].kind];

		for (field = 0; field < kind->count; field++) {
			char text[1024];

			if (!ovctl_item_has(&all.list[i], field) ||
			    kind->fields[field].fixed || kind->fields[field].once ||
			    !all.list[i].netns[0])
				continue;
			/* The other value of a sequence number is one that is adopted. */
			if (all.list[i].kind == OVCTL_KIND_FDB && field == OVCTL_FDB_SEQ)
				continue;
			run_make(&run, &model, &sim);
			spoil(&run.have, ovctl_items_find(&run.have, &all.list[i]), field);
			ovctl_plan_free(&run.plan);
			ovctl_plan_make(&run.plan, &run.want, &run.have);
			ovctl_op_text(text, sizeof(text), &run.plan.ops[0]);
			if (run.plan.count != 1 || run.plan.ops[0].verb != OVCTL_VERB_SET ||
			    run.plan.ops[0].fields != 1U << field)
				fail_msg("%u steps, the first: %s", run.plan.count, text);
			run_free(&run);
		}
	}
	ovctl_items_free(&all);
	sim_free(&sim);
	ovctl_model_free(&model);
}

/* A device that was set down has lost what a device that is down cannot have. */
static void test_down_by_hand(void **state)
{
	struct ovctl_item down = { .kind = OVCTL_KIND_STATE, .netns = "ns1_t1", .link = "s21",
				     .name = "" };
	struct ovctl_op op = { .verb = OVCTL_VERB_SET, .want = &down, .fields = 1 };
	struct ovctl_model model;
	unsigned int before;
	struct sim sim;

	(void)state;
	lay(&model);
	sim_init(&sim);
	sync_all(&model, &sim);
	before = sim.objs.count;
	ovctl_item_num(&down, OVCTL_STATE_UP, 0);
	assert_true(sim_op(&sim, &op));
	assert_true(sim.objs.count < before);
	sync_all(&model, &sim);
	assert_int_equal(sim.objs.count, before);
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void test_foreign(void **state)
{
	struct ovctl_model model;
	struct ovctl_item *obj;
	struct run run;
	struct sim sim;

	(void)state;
	lay(&model);
	sim_init(&sim);
	sync_all(&model, &sim);
	sim_netns(&sim, "ns9_t9");
	sim_foreign_link(&sim, "ns1_t1", "s99", OVCTL_LINK_BRIDGE);
	sim_foreign_link(&sim, "ns1_t1", "tap0", OVCTL_LINK_EXISTING);
	obj = ovctl_item_add(&sim.objs, OVCTL_KIND_ADDR, "ns1_t1", "s21");
	obj->key = cidr("21.0.0.77/24");
	obj = ovctl_item_add(&sim.objs, OVCTL_KIND_ROUTE, "ns1_t1", "");
	obj->key = cidr("99.0.0.0/8");
	ovctl_item_text(&sim.objs, obj, OVCTL_ROUTE_DEV, "s21");
	assert_nothing_to_do(&model, &sim);
	/* The same without a mark is deleted, with one it stays where it is. */
	obj->ours = true;
	assert_int_equal(sync_all(&model, &sim), 1);
	assert_non_null(sim_find(&sim, OVCTL_KIND_ADDR, "ns1_t1", "s21", "21.0.0.77/24"));
	assert_null(sim_find(&sim, OVCTL_KIND_ROUTE, "ns1_t1", "", "99.0.0.0/8"));
	/* A name that is somebody else's is not taken from them. */
	add_subnet(&model.tenants[0], 99);
	ovctl_subnet_add_vpc(ovctl_tenant_subnet(&model.tenants[0], 99), 1);
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.verbs[OVCTL_VERB_CONFLICT], 1);
	assert_int_equal(run.plan.ops[0].verb, OVCTL_VERB_CONFLICT);
	assert_string_equal(run.plan.ops[0].have->link, "s99");
	run_free(&run);
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void test_foreign_namespace(void **state)
{
	struct ovctl_model model;
	struct run run;
	struct sim sim;

	(void)state;
	lay(&model);
	sim_init(&sim);
	sim_netns(&sim, "ns1_t1");
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.verbs[OVCTL_VERB_CONFLICT], 1);
	assert_string_equal(run.plan.ops[0].have->netns, "ns1_t1");
	run_free(&run);
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void test_adopted(void **state)
{
	struct ovctl_model model;
	struct ovctl_moved moved;
	struct ovctl_item *obj;
	struct run run;
	struct sim sim;

	(void)state;
	lay(&model);
	sim_init(&sim);
	sync_all(&model, &sim);
	obj = sim_find(&sim, OVCTL_KIND_FDB, "ns1_t1", "s21", "02:00:15:00:00:0c");
	obj->data[OVCTL_FDB_SEQ].num = 4;
	obj->data[OVCTL_FDB_PEER].addr = addr("10.9.2.99");
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.count, 1);
	assert_int_equal(run.plan.ops[0].verb, OVCTL_VERB_ADOPT);
	assert_int_equal(run.plan.ops[0].have->data[OVCTL_FDB_SEQ].num, 4);
	/* It leads to nobody that the tenant has. */
	assert_false(ovctl_moved_find(&moved, &model, &run.plan.ops[0]));
	run_free(&run);
	obj->data[OVCTL_FDB_PEER].addr = addr("10.9.1.11");
	run_make(&run, &model, &sim);
	assert_true(ovctl_moved_find(&moved, &model, &run.plan.ops[0]));
	assert_int_equal(moved.tenant, 1);
	assert_int_equal(moved.vm, 2);
	assert_int_equal(moved.vpc, 1);
	assert_int_equal(moved.seq, 4);
	run_free(&run);
	/* With the same number it was somebody's hand, but where it says by itself where it is. */
	obj->data[OVCTL_FDB_SEQ].num = 3;
	ovctl_item_num(obj, OVCTL_FDB_MOBILE, 1);
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.count, 1);
	assert_int_equal(run.plan.ops[0].verb, OVCTL_VERB_ADOPT);
	assert_true(ovctl_moved_find(&moved, &model, &run.plan.ops[0]));
	assert_int_equal(moved.seq, 3);
	run_free(&run);
	/* With a lower one it is old. */
	obj->data[OVCTL_FDB_SEQ].num = 2;
	assert_int_equal(sync_all(&model, &sim), 1);
	obj = sim_find(&sim, OVCTL_KIND_FDB, "ns1_t1", "s21", "02:00:15:00:00:0c");
	assert_int_equal(obj->data[OVCTL_FDB_SEQ].num, 3);
	obj->data[OVCTL_FDB_PEER].addr = addr("10.9.1.11");
	obj->has &= ~(1U << OVCTL_FDB_MOBILE);
	assert_int_equal(sync_all(&model, &sim), 1);
	sim_free(&sim);
	ovctl_model_free(&model);
}

static void assert_told(const struct ovctl_op *op, const char *text, const char *json)
{
	char buf[4096];
	json_t *rec = ovctl_op_record(op);
	char *dump = json_dumps(rec, JSON_COMPACT | JSON_SORT_KEYS);

	ovctl_op_text(buf, sizeof(buf), op);
	assert_string_equal(buf, text);
	assert_string_equal(dump, json);
	json_decref(rec);
	free(dump);
}

static void test_told(void **state)
{
	struct ovctl_items want = { 0 }, have = { 0 };
	struct ovctl_plan plan;
	struct ovctl_cidr ips[2] = { cidr("21.0.0.3/32"), cidr("21.0.0.2/32") };
	struct ovctl_item *obj;

	(void)state;
	obj = ovctl_item_add(&want, OVCTL_KIND_ROUTE, "ns1_t1", "");
	obj->key = (struct ovctl_cidr){ .addr.len = 16 };
	ovctl_item_text(&want, obj, OVCTL_ROUTE_DEV, "tr0");
	obj = ovctl_item_add(&have, OVCTL_KIND_ROUTE, "ns1_t1", "");
	obj->key = (struct ovctl_cidr){ .addr.len = 16 };
	ovctl_item_text(&have, obj, OVCTL_ROUTE_DEV, "s21");
	obj = ovctl_item_add(&have, OVCTL_KIND_NETNS, "ns1_t1", "");
	obj->ours = true;
	ovctl_item_add(&want, OVCTL_KIND_NETNS, "ns1_t1", "");
	obj = ovctl_item_add(&want, OVCTL_KIND_PEER, "ns1_t1", "tr0");
	obj->key.addr = addr("10.9.0.2");
	ovctl_item_num(obj, OVCTL_PEER_ADMIN, 1);
	ovctl_item_list(&want, obj, OVCTL_PEER_INNER, ips, 2);
	ovctl_plan_make(&plan, &want, &have);
	assert_int_equal(plan.count, 2);
	assert_told(&plan.ops[0],
		    "add peer ns1_t1 tr0 10.9.0.2 admin up inner 21.0.0.2/32,21.0.0.3/32",
		    "{\"admin\":\"up\",\"inner\":[\"21.0.0.2/32\",\"21.0.0.3/32\"],\"kind\":\"peer\",\"link\":\"tr0\",\"name\":\"10.9.0.2\",\"netns\":\"ns1_t1\",\"op\":\"add\"}");
	assert_told(&plan.ops[1], "set route ns1_t1 default6 dev tr0 (is dev s21)",
		    "{\"dev\":\"tr0\",\"is\":{\"dev\":\"s21\",\"kind\":\"route\",\"name\":\"default6\",\"netns\":\"ns1_t1\"},\"kind\":\"route\",\"name\":\"default6\",\"netns\":\"ns1_t1\",\"op\":\"set\"}");
	ovctl_plan_free(&plan);
	ovctl_items_free(&want);
	ovctl_items_free(&have);
}

/* --- moves --- */

/* VM 3 is a guest behind a tap, which is there, in VPC 1; VPC 3 is on the same host. */
static struct ovctl_tenant *lay_tap(struct ovctl_model *model, struct sim *sim)
{
	struct ovctl_tenant *tenant = lay(model);
	struct ovctl_vm *vm;

	add_vpc(model, tenant, 3, 1);
	vm = ovctl_tenant_vm(tenant, 3);
	vm->kind = OVCTL_VM_TAP;
	strcpy(vm->netns, "theirs");
	strcpy(vm->link, "tap3");
	sim_init(sim);
	sim_netns(sim, "theirs");
	sim_foreign_link(sim, "theirs", "tap3", OVCTL_LINK_EXISTING);
	sync_all(model, sim);
	assert_field(sim, OVCTL_KIND_ACCESS, "theirs", "tap3", NULL, "dev-netns ns1_t1 dev s31");
	return tenant;
}

/* A tap that is there is let go by one device before another one has it. */
static void test_tap_moves(void **state)
{
	struct ovctl_tenant *tenant;
	struct ovctl_model model;
	struct sim sim;

	(void)state;
	tenant = lay_tap(&model, &sim);
	ovctl_move_subnet(tenant, 31, 1, 3);
	sync_all(&model, &sim);
	assert_field(&sim, OVCTL_KIND_ACCESS, "theirs", "tap3", NULL, "dev-netns ns3_t1 dev s31");
	assert_field(&sim, OVCTL_KIND_PORT, "theirs", "tap3", NULL,
		     "role access mac 02:00:1f:00:00:0d ip 31.0.0.13,fd00:31::13");
	sim_free(&sim);
	ovctl_model_free(&model);
}

/* Who has a tap keeps it, whoever else names it. */
static void test_tap_contested(void **state)
{
	struct ovctl_tenant *tenant;
	struct ovctl_model model;
	struct ovctl_vm other;
	struct run run;
	struct sim sim;

	(void)state;
	tenant = lay_tap(&model, &sim);
	other = *ovctl_tenant_vm(tenant, 3);
	other.id = 4;
	other.vpc = 3;
	other.mac.bytes[5]++;
	*ovctl_tenant_add_vm(tenant, 4) = other;
	ovctl_subnet_add_vpc(ovctl_tenant_subnet(tenant, 31), 3);
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.verbs[OVCTL_VERB_WAIT], 1);
	assert_true(sim_carry(&sim, &run.plan, UINT32_MAX));
	run_free(&run);
	assert_field(&sim, OVCTL_KIND_ACCESS, "theirs", "tap3", NULL, "dev-netns ns1_t1 dev s31");
	run_make(&run, &model, &sim);
	assert_int_equal(run.plan.count, 1);
	run_free(&run);
	/* What is said of it is of who has it, and it comes back with its segment. */
	ovctl_tenant_vm(tenant, 3)->ip4.bytes[3] = 77;
	tenant->transport = OVCTL_TRANSPORT_GRE;
	run_make(&run, &model, &sim);
	assert_true(sim_carry(&sim, &run.plan, UINT32_MAX));
	run_free(&run);
	assert_field(&sim, OVCTL_KIND_ACCESS, "theirs", "tap3", NULL, "dev-netns ns1_t1 dev s31");
	assert_field(&sim, OVCTL_KIND_PORT, "theirs", "tap3", NULL, "ip 31.0.0.77,fd00:31::13");
	ovctl_tenant_del_vm(tenant, 3);
	sync_all(&model, &sim);
	assert_field(&sim, OVCTL_KIND_ACCESS, "theirs", "tap3", NULL, "dev-netns ns3_t1 dev s31");
	sim_free(&sim);
	ovctl_model_free(&model);
}

/* What a move may take away for a while: what is of its VMs. */
static bool is_of_subnet(const struct ovctl_tenant *tenant, const struct ovctl_item *obj,
			 uint32_t subnet)
{
	const struct ovctl_cidr *key = &obj->key;
	unsigned int i;

	for (i = 0; i < tenant->n_vms; i++) {
		const struct ovctl_vm *vm = &tenant->vms[i];

		if (vm->subnet == subnet &&
		    (!strcmp(obj->netns, vm->netns) || ovctl_addr_same(&key->addr, &vm->mac) ||
		     ovctl_addr_same(&key->addr, &vm->ip4) ||
		     ovctl_addr_same(&key->addr, &vm->ip6) || obj->link[0] == 'v'))
			return true;
	}
	return false;
}

/**
 * struct stage - A stage of a move.
 * @model: What is wanted in it.
 * @keep: What was wanted before it as well, and may not be missing meanwhile.
 * @tenant: Whose VMs take turns, or NULL.
 * @subnet: What moves.
 */
struct stage {
	const struct ovctl_model *model;
	const struct ovctl_model *keep;
	const struct ovctl_tenant *tenant;
	uint32_t subnet;
};

/* A prefix leads somewhere, by a route, or because a device is there that has it. */
static bool is_led(const struct ovctl_items *objs, const struct ovctl_item *obj)
{
	unsigned int i;

	for (i = 0; i < objs->count; i++) {
		const struct ovctl_item *at = &objs->list[i];

		if ((at->kind == obj->kind || at->kind == OVCTL_KIND_ADDR) &&
		    !strcmp(at->netns, obj->netns) && at->key.plen <= obj->key.plen &&
		    ovctl_cidr_has(&at->key, &obj->key.addr))
			return true;
	}
	return false;
}

static bool is_broken(struct sim *sim, const struct stage *stage, const struct ovctl_items *want,
		      const struct ovctl_item *obj)
{
	const struct ovctl_tenant *tenant = &stage->model->tenants[0];

	if ((obj->kind == OVCTL_KIND_ROUTE || obj->kind == OVCTL_KIND_INNER) &&
	    ovctl_name_is_vpc(tenant, obj->netns) && is_led(want, obj) && !is_led(&sim->objs, obj))
		return true;
	return ovctl_items_find(want, obj) && !sim_get(sim, obj) &&
	       !is_of_subnet(tenant, obj, stage->subnet);
}

static void assert_kept(struct sim *sim, const struct stage *stage, const struct ovctl_items *keep,
			const struct ovctl_items *want, const struct ovctl_op *op)
{
	char text[4096], name[256];
	unsigned int i;

	for (i = 0; i < keep->count; i++) {
		const struct ovctl_item *obj = &keep->list[i];

		if (!is_broken(sim, stage, want, obj))
			continue;
		ovctl_op_text(text, sizeof(text), op);
		ovctl_item_name(name, sizeof(name), obj);
		fail_msg("%s is missing behind: %s", name, text);
	}
}

/* Carries out a stage, or some of its steps; nothing else is broken on the way. */
static unsigned int stage_carry(struct sim *sim, const struct stage *stage, unsigned int count)
{
	struct ovctl_items keep = { 0 };
	unsigned int i, done, turn = 0;
	struct run run;

	run_make(&run, stage->model, sim);
	ovctl_plan_turns(&run.plan, stage->tenant, stage->subnet);
	ovctl_wanted_make(&keep, stage->keep);
	for (i = 0; i < run.plan.count && i < count; i++) {
		if (!sim_op(sim, &run.plan.ops[i]))
			fail_msg("refused: %s", sim->why);
		assert_kept(sim, stage, &keep, &run.want, &run.plan.ops[i]);
		/* Each VM has one turn. */
		assert_true(run.plan.ops[i].turn >= turn);
		turn = run.plan.ops[i].turn;
	}
	done = run.plan.count;
	ovctl_items_free(&keep);
	run_free(&run);
	if (count >= done)
		assert_nothing_to_do(stage->model, sim);
	return done;
}

static void model_copy(struct ovctl_model *to, const struct ovctl_model *from)
{
	unsigned int i;

	ovctl_model_init(to);
	for (i = 0; i < from->n_hosts; i++)
		*ovctl_model_add_host(to, from->hosts[i].name) = from->hosts[i];
	for (i = 0; i < from->n_tenants; i++) {
		struct ovctl_tenant *tenant = ovctl_model_add_tenant(to, from->tenants[i].id);

		ovctl_tenant_free(tenant);
		ovctl_tenant_copy(tenant, &from->tenants[i]);
	}
}

/**
 * struct journey - The models that a move of a subnet goes through.
 * @before: As the store was.
 * @made: In both places, VMs in the old one.
 * @moved: In both places, VMs in the new one.
 * @after: As the store is.
 * @stages: The stages.
 */
struct journey {
	struct ovctl_model before, made, moved, after;
	struct stage stages[3];
};

static void journey_plan(struct journey *j, uint32_t subnet, uint32_t from, uint32_t to)
{
	model_copy(&j->made, &j->before);
	model_copy(&j->after, &j->before);
	ovctl_subnet_add_vpc(ovctl_tenant_subnet(&j->made.tenants[0], subnet), to);
	ovctl_move_subnet(&j->after.tenants[0], subnet, from, to);
	model_copy(&j->moved, &j->after);
	ovctl_subnet_add_vpc(ovctl_tenant_subnet(&j->moved.tenants[0], subnet), from);
	j->stages[0] = (struct stage){ &j->made, &j->before, NULL, subnet };
	j->stages[1] = (struct stage){ &j->moved, &j->made, &j->after.tenants[0], subnet };
	j->stages[2] = (struct stage){ &j->after, &j->moved, NULL, subnet };
}

static void journey_free(struct journey *j)
{
	ovctl_model_free(&j->before);
	ovctl_model_free(&j->made);
	ovctl_model_free(&j->moved);
	ovctl_model_free(&j->after);
}

/* Ended behind each step; what the store says by then is what the kernel comes to. */
static void test_migrate(void **state)
{
	struct ovctl_tenant *tenant;
	unsigned int count, i, k;
	struct journey j;
	struct sim sim;

	(void)state;
	tenant = lay(&j.before);
	add_vpc(&j.before, tenant, 3, 1);
	add_vm(tenant, 4, 31, 1);
	ovctl_tenant_subnet(tenant, 31)->attach = OVCTL_ATTACH_BRIDGE;
	ovctl_tenant_subnet(tenant, 31)->ha = 1;
	journey_plan(&j, 31, 1, 3);
	for (k = 0; k < 3; k++) {
		count = UINT32_MAX;
		for (i = 0; i < count; i++) {
			unsigned int done;

			sim_init(&sim);
			sync_all(&j.before, &sim);
			for (done = 0; done < k; done++)
				stage_carry(&sim, &j.stages[done], UINT32_MAX);
			count = stage_carry(&sim, &j.stages[k], i);
			sync_all(k ? &j.after : &j.before, &sim);
			sim_free(&sim);
		}
		assert_true(count > 8);
	}
	journey_free(&j);
}

/* The peers of a VPC know it by its next address before it goes from its last one. */
static void test_expected(void **state)
{
	struct ovctl_addr vtep = addr("10.9.2.77");
	struct stage stage = { 0 };
	struct ovctl_model before, known;
	struct sim sim;

	(void)state;
	lay(&before);
	ovctl_tenant_add_link(&before.tenants[0], 1, 2);
	sim_init(&sim);
	sync_all(&before, &sim);
	model_copy(&known, &before);
	ovctl_model_expect_vpc(&known, 1, 1, &vtep);
	stage = (struct stage){ &known, &before, NULL, 0 };
	stage_carry(&sim, &stage, UINT32_MAX);
	assert_field(&sim, OVCTL_KIND_PEER, "ns2_t1", "s21", "10.9.1.11", "admin up");
	assert_field(&sim, OVCTL_KIND_PEER, "ns2_t1", "s21", "10.9.2.77", "admin up");
	assert_field(&sim, OVCTL_KIND_PEER, "ns2_t1", "tr0", "10.9.2.77",
		     "inner 21.0.0.0/24,31.0.0.0/24,fd00:21::/64,fd00:31::/64");
	assert_field(&sim, OVCTL_KIND_INNER, "ns2_t1", "tr0", "31.0.0.0/24", "peer 10.9.1.11");
	assert_null(sim_find(&sim, OVCTL_KIND_NETNS, "ns65535_t1", "", NULL));
	sync_all(&before, &sim);
	assert_null(sim_find(&sim, OVCTL_KIND_PEER, "ns2_t1", "s21", "10.9.2.77"));
	sim_free(&sim);
	ovctl_model_free(&before);
	ovctl_model_free(&known);
}

/* --- random models --- */

static uint64_t random_state;

static unsigned int dice(unsigned int sides)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % sides;
}

static void random_subnet(struct ovctl_tenant *tenant, uint32_t id)
{
	struct ovctl_subnet *subnet = add_subnet(tenant, id);
	unsigned int i;

	subnet->attach = dice(2) ? OVCTL_ATTACH_BRIDGE : OVCTL_ATTACH_DIRECT;
	subnet->ha = subnet->attach == OVCTL_ATTACH_BRIDGE ? dice(3) : 0;
	subnet->encap = dice(2) ? OVCTL_ENCAP_GRE : OVCTL_ENCAP_VXLAN;
	if (!dice(4))
		memset(&subnet->gw6, 0, sizeof(subnet->gw6));
	ovctl_subnet_add_vpc(subnet, tenant->vpcs[dice(tenant->n_vpcs)].id);
	for (i = 0; i < tenant->n_vpcs; i++)
		if (dice(2) && !ovctl_subnet_in(subnet, tenant->vpcs[i].id))
			ovctl_subnet_add_vpc(subnet, tenant->vpcs[i].id);
}

static void random_tenant(struct ovctl_model *model, uint32_t id)
{
	struct ovctl_tenant *tenant = add_tenant(model, id);
	unsigned int i, vpcs = 1 + dice(3);

	tenant->overlay = dice(5);
	tenant->transport = dice(2) ? OVCTL_TRANSPORT_GRE : OVCTL_TRANSPORT_DIRECT;
	for (i = 1; i <= vpcs; i++)
		add_vpc(model, tenant, i, 1 + dice(model->n_hosts));
	if (vpcs == 3 && dice(2))
		ovctl_tenant_add_link(tenant, 1, 2 + dice(2));
	for (i = 0; i < 3; i++)
		if (dice(3))
			random_subnet(tenant, 21 + i);
	for (i = 1; tenant->n_subnets && i <= 5; i++) {
		struct ovctl_subnet *subnet = &tenant->subnets[dice(tenant->n_subnets)];

		if (dice(2))
			add_vm(tenant, i, subnet->id, subnet->vpcs[dice(subnet->n_vpcs)]);
	}
}

static void random_model(struct ovctl_model *model)
{
	unsigned int i, hosts = 1 + dice(3);

	ovctl_model_init(model);
	for (i = 1; i <= hosts; i++)
		add_host(model, i);
	for (i = 1; i <= 2; i++)
		if (dice(4))
			random_tenant(model, i);
}

/* From any model to any other, stopped anywhere: no step is refused, nothing is left to do,
 * and the end is the same as from nothing.
 */
static void test_random_models(void **state)
{
	unsigned int round;
	struct sim sim;

	(void)state;
	random_state = 20261128;
	sim_init(&sim);
	for (round = 0; round < 300; round++) {
		struct ovctl_items one = { 0 }, two = { 0 };
		struct ovctl_model model;
		struct sim fresh;
		unsigned int i;

		random_model(&model);
		if (dice(2))
			sync_some(&model, &sim, dice(200));
		sync_all(&model, &sim);
		sim_init(&fresh);
		sync_all(&model, &fresh);
		sim_snapshot(&one, &sim);
		sim_snapshot(&two, &fresh);
		assert_int_equal(one.count, two.count);
		for (i = 0; i < one.count; i++) {
			assert_int_equal(ovctl_item_cmp(&one.list[i], &two.list[i]), 0);
			assert_int_equal(one.list[i].ours, two.list[i].ours);
		}
		ovctl_items_free(&one);
		ovctl_items_free(&two);
		sim_free(&fresh);
		ovctl_model_free(&model);
	}
	sim_free(&sim);
}

/* A subnet of a random tenant that can move, from one of its VPCs to one that it is not in. */
static bool random_move(const struct ovctl_model *model, uint32_t *subnet, uint32_t *from,
			uint32_t *to)
{
	const struct ovctl_tenant *tenant = model->tenants;
	const struct ovctl_subnet *s;
	unsigned int i;

	if (!model->n_tenants || !tenant->n_subnets)
		return false;
	s = &tenant->subnets[dice(tenant->n_subnets)];
	*subnet = s->id;
	*from = s->vpcs[dice(s->n_vpcs)];
	for (i = 0; i < tenant->n_vpcs; i++) {
		*to = tenant->vpcs[i].id;
		if (!ovctl_subnet_in(s, *to))
			return true;
	}
	return false;
}

static void test_random_moves(void **state)
{
	unsigned int round, moves = 0;
	uint32_t subnet, from, to;
	struct journey j;
	struct sim sim;

	(void)state;
	random_state = 20261128;
	for (round = 0; round < 200; round++) {
		random_model(&j.before);
		if (!random_move(&j.before, &subnet, &from, &to)) {
			ovctl_model_free(&j.before);
			continue;
		}
		moves++;
		journey_plan(&j, subnet, from, to);
		sim_init(&sim);
		sync_all(&j.before, &sim);
		stage_carry(&sim, &j.stages[0], UINT32_MAX);
		stage_carry(&sim, &j.stages[1], UINT32_MAX);
		stage_carry(&sim, &j.stages[2], UINT32_MAX);
		sim_free(&sim);
		journey_free(&j);
	}
	assert_true(moves > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_ways),
		cmocka_unit_test(test_heads_differ_by_link_local),
		cmocka_unit_test(test_mesh),
		cmocka_unit_test(test_uplink),
		cmocka_unit_test(test_bridges),
		cmocka_unit_test(test_legs_join_late),
		cmocka_unit_test(test_overlay_off),
		cmocka_unit_test(test_remote),
		cmocka_unit_test(test_kinds_of_vm),
		cmocka_unit_test(test_stops_anywhere),
		cmocka_unit_test(test_deleted_by_hand),
		cmocka_unit_test(test_changed_by_hand),
		cmocka_unit_test(test_down_by_hand),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_foreign_namespace),
		cmocka_unit_test(test_adopted),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_random_models),
		cmocka_unit_test(test_tap_moves),
		cmocka_unit_test(test_tap_contested),
		cmocka_unit_test(test_migrate),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_random_moves),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
