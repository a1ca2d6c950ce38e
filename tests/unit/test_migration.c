// SPDX-License-Identifier: GPL-2.0
/* VMs that move: where to, which segments take part, what is announced, what libvirt says of them. */
#include <stdlib.h>
#include <unistd.h>

#include "shop.h"
#include "../../tools/ovctl/model/migration.h"
#include "../../tools/ovctl/north/domain.h"
#include "../../tools/ovctl/south/announce.h"

/* Three hosts and VPCs; the third host is another machine's. */
static int migration_setup(void **state)
{
	struct shop *shop = shop_new();

	shop_does(shop, "provider set --ops 1 --memory 8");
	shop_does(shop, "provider passwd");
	shop_does(shop, "host add hv1 --router rt");
	shop_does(shop, "host add hv2 --router rt");
	shop_does(shop, "host add hv3 --remote on --uplink eth0 --address 192.0.2.3/24 --nexthop 192.0.2.1");
	shop_does(shop, "tenant add 1 --vpcs 3 --host hv1,hv2,hv3");
	shop_does(shop, "subnet add 1 21.0.0.0/24");
	shop_does(shop, "subnet add 1 31.0.0.0/24 --vpc 1");
	shop_does(shop, "vm add 1 guest --subnet 21 --vpc 1 --tap tap0");
	shop_does(shop, "vm add 1 own --subnet 21 --vpc 1");
	shop_does(shop, "vm add 1 alone --subnet 31");
	*state = shop;
	return 0;
}

static void test_refusals(void **state)
{
	struct shop *shop = *state;

	shop_misuses(shop, "vm migrate 1 guest", "vm migrate needs --to HOST: see ovctl vm migrate --help");
	shop_misuses(shop, "vm migrate 1 guest --to hv2 --abort", "--abort stands alone");
	shop_misuses(shop, "vm migrate 1 guest --abort --now", "--abort stands alone");
	shop_misuses(shop, "vm migrate 1 guest --to hv2 --now --timeout 3",
		     "--now waits for nothing, so there is no --timeout");
	shop_misuses(shop, "vm migrate 1 guest --to hv2 --timeout 3601",
		     "\"3601\" is not a time to wait: a number of seconds from 1 to 3600 is accepted");
	shop_misuses(shop, "vm migrate 1 guest --to hv2 --timeout 0",
		     "\"0\" is not a time to wait: a number of seconds from 1 to 3600 is accepted");
	shop_misuses(shop, "vm migrate 1 guest --to hv2 --vpc x",
		     "\"x\" is not the number of a VPC: a number from 1 to 65535 is accepted");
	shop_refuses(shop, "vm migrate 1 nobody --to hv2", "tenant 1 has no VM \"nobody\"");
	shop_refuses(shop, "vm migrate 1 guest --to hv9", "there is no host \"hv9\"");
	shop_refuses(shop, "vm migrate 1 guest --to hv1", "VM guest is in VPC 1 on host hv1 already");
	shop_refuses(shop, "vm migrate 1 guest --to hv2 --vpc 3", "VPC 3 is on host hv3, not on hv2");
	shop_refuses(shop, "vm migrate 1 guest --to hv2 --vpc 9", "tenant 1 has no VPC 9");
	shop_refuses(shop, "vm migrate 1 guest --to hv1 --vpc 1", "VM guest is in VPC 1 already");
	shop_refuses(shop, "vm migrate 1 alone --to hv2 --vpc 2",
		     "subnet 31 is not present in VPC 2: \"ovctl subnet set 1 31 --vpc\" stretches it");
	shop_refuses(shop, "vm migrate 1 alone --to hv2",
		     "subnet 31 is in no VPC on host hv2: \"ovctl subnet set 1 31 --vpc\" with VPC 2 added stretches it");
	shop_refuses(shop, "vm migrate 1 own --to hv2 --tap tap9",
		     "VM own is no guest behind a tap: --tap is for one");
	shop_refuses(shop, "vm migrate 1 guest --abort", "VM guest is not on its way anywhere");
	shop_does(shop, "vm add 1 other --subnet 21 --vpc 2 --tap tap0");
	shop_refuses(shop, "vm migrate 1 guest --to hv2",
		     "tap0 on host hv2 is that of VM other: --tap names another one");
	shop_does(shop, "host add hv4 --router rt");
	shop_refuses(shop, "vm migrate 1 guest --to hv4",
		     "tenant 1 has no VPC on host hv4: \"ovctl vpc add 1 --host hv4\" adds one, and \"ovctl subnet set 1 21 --vpc\" stretches the subnet to it");
	shop_does(shop, "vpc add 1 4 --host hv2");
	shop_does(shop, "subnet set 1 21 --vpc 1,2,3,4");
	shop_refuses(shop, "vm migrate 1 guest --to hv2",
		     "subnet 21 is in VPCs 2 and 4 on host hv2: --vpc names one");
}

static void assert_seats(const struct ovctl_model *model, const struct ovctl_vm *vm, uint32_t to,
			 const char *expected)
{
	struct ovctl_seats seats;
	char text[512] = "", addr[OVCTL_CIDR_SIZE];
	unsigned int i;

	ovctl_migration_seats(&seats, model, &model->tenants[0], vm, to);
	for (i = 0; i < seats.count; i++) {
		size_t len = strlen(text);

		ovctl_addr_write(addr, sizeof(addr), &seats.list[i].to);
		snprintf(text + len, sizeof(text) - len, "%s %s %s %s|", seats.list[i].netns,
			 seats.list[i].link, seats.list[i].underlay,
			 seats.list[i].to.len ? addr : "here");
	}
	assert_string_equal(text, expected);
	ovctl_seats_free(&seats);
}

static void test_seats(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;
	const struct ovctl_vm *vm;

	shop_load(shop, &model);
	vm = ovctl_tenant_vm_named(&model.tenants[0], "guest");
	assert_seats(&model, vm, 2, "ns2_t1 s21 hv2 here|ns1_t1 s21 hv1 172.17.0.1|");
	assert_seats(&model, vm, 3, "ns1_t1 s21 hv1 172.18.0.1|ns2_t1 s21 hv2 172.18.0.1|");
	assert_seats(&model, vm, 9, "");
	ovctl_model_free(&model);
	shop_does(shop, "tenant set 1 --transport gre --links 1-2,2-3");
	shop_load(shop, &model);
	vm = ovctl_tenant_vm_named(&model.tenants[0], "guest");
	assert_seats(&model, vm, 2, "ns2_t1 s21 mesh2_t1 here|ns1_t1 s21 mesh1_t1 100.64.0.2|");
	/* The first one has no tunnel to it. */
	assert_seats(&model, vm, 3, "ns2_t1 s21 mesh2_t1 100.64.0.3|");
	ovctl_model_free(&model);
}

static bool waits(const struct ovctl_model *model, const char *name, uint32_t to, const char *link)
{
	const struct ovctl_tenant *tenant = &model->tenants[0];

	return ovctl_migration_waits(model, tenant, ovctl_tenant_vm_named(tenant, name),
				     ovctl_tenant_vpc(tenant, to), link);
}

static void test_waits(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;

	shop_does(shop, "vm add 1 shared --subnet 21 --vpc 1 --tap tap7 --netns taps");
	shop_load(shop, &model);
	assert_true(waits(&model, "guest", 2, "tap0"));
	assert_true(waits(&model, "guest", 3, "tap0"));
	assert_false(waits(&model, "own", 2, "eth0"));
	/* One and the same device cannot be in two places. */
	assert_false(waits(&model, "shared", 2, "tap7"));
	assert_true(waits(&model, "shared", 2, "tap8"));
	assert_true(waits(&model, "shared", 3, "tap7"));
	ovctl_model_free(&model);
}

static int64_t migration_time;

static int64_t migration_clock(void)
{
	return migration_time;
}

/* What is under way is no matter of a topology, ends with its time, and with another place. */
static void test_under_way(void **state)
{
	static const char under_way[] =
		"UPDATE vms SET to_vpc = 2, to_link = 'tap9', until = 1000 WHERE name = 'guest'";
	struct shop *shop = *state;
	struct ovctl_model model;
	const struct ovctl_vm *vm;

	migration_time = 999;
	ovctl_store_use_clock(migration_clock);
	shop_sql(shop, "database_1.db", under_way);
	shop_load(shop, &model);
	vm = ovctl_tenant_vm_named(&model.tenants[0], "guest");
	assert_int_equal(vm->to, 2);
	assert_string_equal(vm->to_link, "tap9");
	ovctl_model_free(&model);
	shop_does(shop, "export 1");
	assert_null(strstr(bench_out(shop->bench), "tap9"));
	migration_time = 1000;
	shop_load(shop, &model);
	vm = ovctl_tenant_vm_named(&model.tenants[0], "guest");
	/* Nobody waits any more. Whether it has arrived is for the kernel to say. */
	assert_int_equal(vm->to, 2);
	assert_int_equal(vm->until, 0);
	ovctl_model_free(&model);
	migration_time = 999;
	shop_does(shop, "vm set 1 guest --vpc 3");
	shop_load(shop, &model);
	assert_int_equal(ovctl_tenant_vm_named(&model.tenants[0], "guest")->to, 0);
	ovctl_model_free(&model);
	ovctl_store_use_clock(NULL);
}

static void test_adopted(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;
	struct ovctl_vm *vm;

	shop_load(shop, &model);
	vm = ovctl_tenant_vm_named(&model.tenants[0], "guest");
	vm->to = 2;
	strcpy(vm->to_link, "tap9");
	vm->until = 5;
	ovctl_vm_adopt(&model.tenants[0], vm->id, 2, 0);
	assert_int_equal(vm->vpc, 1);
	ovctl_vm_adopt(&model.tenants[0], vm->id, 2, 2);
	assert_int_equal(vm->vpc, 2);
	assert_int_equal(vm->seq, 2);
	assert_string_equal(vm->link, "tap9");
	assert_int_equal(vm->to, 0);
	assert_int_equal(vm->until, 0);
	/* Elsewhere its tap is called what it was. */
	vm->to = 1;
	strcpy(vm->to_link, "tap8");
	ovctl_vm_adopt(&model.tenants[0], vm->id, 3, 3);
	assert_string_equal(vm->link, "tap9");
	assert_false(ovctl_tap_is_taken(&model.tenants[0], vm->id));
	/* Unless another one's is there. */
	vm = ovctl_tenant_vm_named(&model.tenants[0], "alone");
	vm->kind = OVCTL_VM_TAP;
	vm->netns[0] = '\0';
	strcpy(vm->link, "tap9");
	vm->vpc = 1;
	vm = ovctl_tenant_vm_named(&model.tenants[0], "guest");
	assert_true(ovctl_vm_adopt(&model.tenants[0], vm->id, 1, 4));
	assert_false(ovctl_vm_adopt(&model.tenants[0], vm->id, 1, 4));
	assert_int_equal(vm->vpc, 1);
	assert_true(ovctl_tap_is_taken(&model.tenants[0], vm->id));
	ovctl_model_free(&model);
}

/* Ethernet; hardware and protocol, operation, sender, target. */
#define RARP "ffffffffffff020015000002803500010800060400030200150000020000000002001500000200000000"
#define GARP "ffffffffffff020015000002080600010800060400010200150000021500000200000000000015000002"
/* Ethernet; IPv6, from and to; the advertisement of an address, and the option with the other. */
#define ADVERT "33330000000102001500000286dd6000000000203afffd210000000000000000000000000002ff0200000000000000000000000000018800455620000000fd2100000000000000000000000000020201020015000002"

static void assert_announcement(const struct ovctl_addr *mac, const char *ip, const char *expected)
{
	uint8_t frame[OVCTL_ANNOUNCEMENT_MAX];
	char text[2 * OVCTL_ANNOUNCEMENT_MAX + 1];
	struct ovctl_addr addr;
	size_t len, i;

	if (ip)
		assert_true(ovctl_addr_parse(&addr, ip));
	memset(frame, 0xee, sizeof(frame));
	len = ovctl_announcement(frame, mac, ip ? &addr : NULL);
	for (i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", frame[i]);
	assert_string_equal(text, expected);
}

static void test_announcements(void **state)
{
	struct ovctl_addr mac;

	(void)state;
	assert_true(ovctl_mac_parse(&mac, "02:00:15:00:00:02"));
	assert_announcement(&mac, NULL, RARP);
	assert_announcement(&mac, "21.0.0.2", GARP);
	assert_announcement(&mac, "fd21::2", ADVERT);
}

static int domain_read(struct shop *shop, const char *text, struct ovctl_nics *nics)
{
	FILE *in = fmemopen((char *)text, strlen(text), "r");
	int ret;

	assert_non_null(in);
	ret = ovctl_domain_read(&shop->bench->ov, in, nics);
	fclose(in);
	return ret;
}

static const char domain_text[] =
"<?xml version='1.0' encoding='UTF-8'?>\n"
"<domain type='kvm' id='3'>\n"
"  <name>guest</name>\n"
"  <metadata><devices><interface><mac address='02:00:00:00:00:01'/></interface></devices></metadata>\n"
"  <!-- <interface><mac address='02:00:00:00:00:02'/></interface> -->\n"
"  <devices>\n"
"    <interface type='ethernet'>\n"
"      <source><mac address='02:00:00:00:00:03'/><target dev='no'/></source>\n"
"      <mac address=\"02:aa:BB:00:00:04\"/><target managed='no' dev='tap&#52;'/>\n"
"    </interface>\n"
"    <hostdev><mac address='02:00:00:00:00:05'/></hostdev>\n"
"    <interface type='bridge'><mac address='52:54:00:00:00:06'/></interface>\n"
"    <interface><target dev='a-name-of-17-byte'/><mac address='nonsense'/></interface>\n"
"    <mac address='02:00:00:00:00:07'/>\n"
"  </devices>\n"
"</domain>\n";

static void test_domain(void **state)
{
	static const uint8_t first[] = { 0x02, 0xaa, 0xbb, 0, 0, 4 };
	static const uint8_t second[] = { 0x52, 0x54, 0, 0, 0, 6 };
	struct shop *shop = *state;
	struct ovctl_nics nics;

	assert_int_equal(domain_read(shop, domain_text, &nics), OVCTL_DONE);
	assert_int_equal(nics.count, 3);
	assert_memory_equal(nics.list[0].mac.bytes, first, 6);
	assert_string_equal(nics.list[0].link, "tap4");
	assert_memory_equal(nics.list[1].mac.bytes, second, 6);
	assert_string_equal(nics.list[1].link, "");
	assert_int_equal(nics.list[2].mac.len, 0);
	assert_string_equal(nics.list[2].link, "");
	ovctl_nics_free(&nics);
	assert_int_equal(domain_read(shop, "<domain>\n<devices></domain>", &nics), OVCTL_FAILED);
	assert_says(shop->bench,
		    "the description of a guest on standard input, line 2: mismatched tag");
	ovctl_nics_free(&nics);
	assert_int_equal(domain_read(shop, "<interface><mac address='02:00:00:00:00:01'/></interface>",
				     &nics), OVCTL_DONE);
	assert_int_equal(nics.count, 0);
	ovctl_nics_free(&nics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refusals, migration_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_seats, migration_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_waits, migration_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_under_way, migration_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_adopted, migration_setup, shop_teardown),
		cmocka_unit_test(test_announcements),
		cmocka_unit_test_setup_teardown(test_domain, shop_setup, shop_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
