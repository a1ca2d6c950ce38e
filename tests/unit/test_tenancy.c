// SPDX-License-Identifier: GPL-2.0
/* Tenants and what they own: commands, the topology, tables; what is refused, and in what words. */
#include <stdlib.h>
#include <unistd.h>

#include "shop.h"
#include "../../tools/ovctl/model/topology.h"

static int tenancy_setup(void **state)
{
	struct shop *shop = shop_new();

	shop_stock(shop);
	*state = shop;
	return 0;
}

static void assert_prints(struct shop *shop, const char *line, const char *expected)
{
	shop_does(shop, line);
	assert_silent(shop->bench);
	assert_string_equal(bench_out(shop->bench), expected);
}

static const char show_text[] =
"VPCs\n"
"VPC HOST VTEP       NAMESPACE HEADS TRANSIT UPLINK\n"
"1   hv1  172.16.0.1 ns1_t1    s21   tr0     -\n"
"2   hv2  172.17.0.1 ns2_t1    s21   tr0     -\n"
"3   hv1  172.16.0.2 ns3_t1    s31   tr0     -\n"
"\n"
"Tunnels\n"
"VPCS FROM       TO         TRANSPORT SUBNETS STATE\n"
"1-2  172.16.0.1 172.17.0.1 direct    s21     open\n"
"1-3  172.16.0.1 172.16.0.2 direct    -       open\n"
"2-3  172.17.0.1 172.16.0.2 direct    -       open\n"
"\n"
"Subnets\n"
"SUBNET CIDR        CIDR6     GATEWAY  GATEWAY6 VNI   ENCAP VPCS ATTACH PORTS     SUPPRESS STATE\n"
"21     21.0.0.0/24 -         21.0.0.1 -        65536 vxlan 1,2  bridge s21a,s21b on       stretched\n"
"31     31.0.0.0/24 fd31::/64 31.0.0.1 fd31::1  65537 vxlan 3    direct -         on       local\n"
"\n"
"VMs\n"
"VM   SUBNET VPC IP       IP6     MAC               KIND PLACE         DEV  SEQ\n"
"web1 21     1   21.0.0.2 -       02:00:15:00:00:02 own  ns1_t1-s21_vm eth0 1\n"
"web2 21     2   21.0.0.3 -       02:00:15:00:00:03 own  ns2_t1-s21_vm eth0 1\n"
"db   31     3   31.0.0.2 fd31::2 02:00:1f:00:00:02 tap  -             tap0 1\n";

static void test_show(void **state)
{
	struct shop *shop = *state;
	json_t *all;

	assert_prints(shop, "show 1", show_text);
	shop->bench->ov.json = true;
	assert_int_equal(shop_run(shop, "show 1"), OVCTL_DONE);
	all = json_loads(bench_out(shop->bench), 0, NULL);
	assert_non_null(all);
	assert_int_equal(json_array_size(json_object_get(all, "vpcs")), 3);
	assert_int_equal(json_array_size(json_object_get(all, "tunnels")), 3);
	assert_int_equal(json_array_size(json_object_get(all, "subnets")), 2);
	assert_int_equal(json_array_size(json_object_get(all, "vms")), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(
			    json_object_get(all, "vms"), 0), "mac")), "02:00:15:00:00:02");
	json_decref(all);
}

static void test_tables(void **state)
{
	struct shop *shop = *state;

	assert_prints(shop, "host show",
		      "HOST NETNS VTEPS         UPLINK ADDRESS       NEXTHOP    ROUTER MACHINE REMOTE DRAINED VPCS\n"
		      "hv1  hv1   172.16.0.0/16 eth0   10.254.1.2/24 10.254.1.1 router -       off    off     2\n"
		      "hv2  hv2   172.17.0.0/16 eth0   10.254.2.2/24 10.254.2.1 router -       off    off     1\n");
	assert_prints(shop, "tenant show",
		      "TENANT TRANSPORT OVERLAY TRANSIT-VNI VPCS SUBNETS VMS LINKS\n"
		      "1      direct    on      1           3    2       3   all\n");
	assert_prints(shop, "vpc show 1 2",
		      "VPC HOST VTEP       NAMESPACE HEADS TRANSIT UPLINK\n"
		      "2   hv2  172.17.0.1 ns2_t1    s21   tr0     -\n");
	assert_prints(shop, "vm show 1 web2",
		      "VM   SUBNET VPC IP       IP6 MAC               KIND PLACE         DEV  SEQ\n"
		      "web2 21     2   21.0.0.3 -   02:00:15:00:00:03 own  ns2_t1-s21_vm eth0 1\n");
	shop->bench->ov.json = true;
	assert_prints(shop, "vm show 1 db",
		      "[\n {\"vm\":\"db\",\"subnet\":31,\"vpc\":3,\"ip\":\"31.0.0.2\",\"ip6\":\"fd31::2\","
		      "\"mac\":\"02:00:1f:00:00:02\",\"kind\":\"tap\",\"dev\":\"tap0\",\"seq\":1}\n]\n");
}

/* The least that one can say: the machine itself is the host, and there are two VPCs. */
static void test_defaults(void **state)
{
	struct shop *shop = *state;

	shop_does(shop, "provider set --ops 1 --memory 8");
	shop_does(shop, "tenant add");
	shop_does(shop, "subnet add 1 21.0.0.0/24");
	assert_prints(shop, "vm add 1 a",
		      "VM SUBNET VPC IP       IP6 MAC               KIND PLACE         DEV  SEQ\n"
		      "a  21     1   21.0.0.2 -   02:00:15:00:00:02 own  ns1_t1-s21_vm eth0 1\n");
	assert_prints(shop, "vm add 1 b",
		      "VM SUBNET VPC IP       IP6 MAC               KIND PLACE        DEV  SEQ\n"
		      "b  21     1   21.0.0.3 -   02:00:15:00:00:03 own  ns1_t1-s21_b eth0 1\n");
	assert_prints(shop, "vpc show 1",
		      "VPC HOST  VTEP       NAMESPACE HEADS TRANSIT UPLINK\n"
		      "1   local 172.16.0.1 ns1_t1    s21   tr0     -\n"
		      "2   local 172.16.0.2 ns2_t1    s21   tr0     -\n");
	shop_does(shop, "tenant add");
	assert_non_null(strstr(bench_out(shop->bench), "\n2 "));
	/* The second subnet of a first byte has a number above those. */
	assert_prints(shop, "subnet add 1 21.0.1.0/24,fd21::/64 --vpc 2 --encap gre --gateway none",
		      "SUBNET CIDR        CIDR6     GATEWAY GATEWAY6 VNI   ENCAP VPCS ATTACH PORTS SUPPRESS STATE\n"
		      "256    21.0.1.0/24 fd21::/64 -       -        65537 gre   2    direct -     on       local\n");
}

static void test_taken(void **state)
{
	struct shop *shop = *state;

	shop_refuses(shop, "tenant add 1", "tenant 1 is taken: the next free number is 2");
	shop_does(shop, "tenant add 2");
	shop_does(shop, "tenant add 4");
	shop_refuses(shop, "tenant add 1", "tenant 1 is taken: the next free number is 3");
	shop_does(shop, "tenant add 2147483647");
	shop_refuses(shop, "tenant add 2147483647",
		     "tenant 2147483647 is taken: the next free number is 3");
	shop_refuses(shop, "vpc set 1 2 --uplink tr0",
		     "VPC 2: \"tr0\" is a device of ovctl's own there, and leads nowhere else");
	shop_refuses(shop, "vpc set 1 2 --uplink s21",
		     "VPC 2: \"s21\" is a device of ovctl's own there, and leads nowhere else");
	shop_refuses(shop, "vpc add 1 2",
		     "VPC 2 is there already: the next free number is 4");
	shop_refuses(shop, "subnet add 1 41.0.0.0/24 --id 21", "subnet 21 is there already");
	shop_refuses(shop, "vm add 1 web1 --subnet 31", "there is a VM \"web1\" already");
	shop_refuses(shop, "host add hv1", "there is a host \"hv1\" already");
}

static void test_misspelt(void **state)
{
	struct shop *shop = *state;

	/* Before a password is asked for. */
	setenv("OVCTL_PASSWORD", "wrong", 1);
	shop_misuses(shop, "show x",
		     "\"x\" is not the number of a tenant: a number from 1 to 2147483647 is accepted");
	shop_misuses(shop, "show 2147483648",
		     "\"2147483648\" is not the number of a tenant: a number from 1 to 2147483647 is accepted");
	shop_misuses(shop, "vm add 1 web/3 --subnet 21",
		     "\"web/3\" is not a name: 1 to 32 letters, digits, -, _ and . are accepted, the first a letter or a digit");
	shop_misuses(shop, "vm add 1 ../../etc --subnet 21",
		     "\"../../etc\" is not a name: 1 to 32 letters, digits, -, _ and . are accepted, the first a letter or a digit");
	shop_misuses(shop, "subnet add 1 21.0.0.0/33",
		     "\"21.0.0.0/33\" is not a prefix: an IPv4 address with /0 to /32 or an IPv6 address with /0 to /128 is accepted");
	shop_misuses(shop, "subnet add 1 21.0.0.7/24",
		     "\"21.0.0.7/24\" has bits set behind the prefix: the network is 21.0.0.0/24");
	shop_misuses(shop, "subnet add 1 fd00::1/64",
		     "\"fd00::1/64\" has bits set behind the prefix: the network is fd00::/64");
	shop_misuses(shop, "subnet add 1 21.0.0.0/24,31.0.0.0/24",
		     "a subnet has one prefix of IPv4 and one of IPv6 at most");
	shop_misuses(shop, "subnet add 1 21.0.0.0/24 --vpc 1,,2",
		     "\"\" is not the number of a VPC: a number from 1 to 65535 is accepted");
	shop_misuses(shop, "subnet add 1 21.0.0.0/24 --ha=8",
		     "ha \"8\" is not accepted: a number from 0 to 7 is");
	shop_misuses(shop, "subnet add 1 21.0.0.0/24 --encap stt",
		     "\"stt\" is not accepted: one of vxlan, gre is");
	shop_misuses(shop, "subnet add 1 21.0.0.0/24 --colour red",
		     "\"--colour\" is not an option of subnet add: see ovctl subnet add --help");
	shop_misuses(shop, "subnet add 1 21.0.0.0/24 --ha --ha", "\"ha\" is given twice");
	shop_misuses(shop, "subnet add 1 21.0.0.0/24 --vpc", "\"--vpc\" needs a value");
	shop_misuses(shop, "subnet add 1", "subnet add needs more words: see ovctl subnet add --help");
	shop_misuses(shop, "vm set 1 web1", "vm set needs an option: see ovctl vm set --help");
	shop_misuses(shop, "vm add 1 x --mac 02:00", "\"02:00\" is not an Ethernet address: six pairs of hex digits are accepted");
	shop_misuses(shop, "vm add 1 x --pid 7 --tap tap0",
		     "a VM is one of a process, a namespace with a device, and a tap");
	shop_misuses(shop, "tenant del 1 --yes=please", "\"yes\" takes no value");
	shop_misuses(shop, "tenant set 1 overlay maybe",
		     "\"maybe\" is not accepted: one of off, on is");
	shop_misuses(shop, "tenant set 1 links 1+2",
		     "\"1+2\" is not a link: two VPCs with - between them are accepted");
}

static void test_nonsense(void **state)
{
	struct shop *shop = *state;
	char *before = shop_state(shop);
	char *after;

	shop_refuses(shop, "subnet add 1 21.0.0.128/25",
		     "subnet 256: 21.0.0.128/25 overlaps with 21.0.0.0/24 of subnet 21 in VPC 1");
	shop_refuses(shop, "subnet add 1 30.0.0.0/7 --vpc 2,3",
		     "subnet 31: 31.0.0.0/24 overlaps with 30.0.0.0/7 of subnet 30 in VPC 3");
	shop_refuses(shop, "subnet add 1 fd31::/48 --vpc 3",
		     "subnet 256: fd31::/48 overlaps with fd31::/64 of subnet 31 in VPC 3");
	shop_refuses(shop, "subnet add 1 41.0.0.0/24 --vpc 1,9", "subnet 41: there is no VPC 9");
	shop_refuses(shop, "subnet add 1 41.0.0.0/31",
		     "subnet 41: 41.0.0.0/31 has no room for a gateway and a VM");
	shop_refuses(shop, "subnet add 1 127.0.0.0/24",
		     "subnet 127: 127.0.0.0/24 is not a prefix of stations");
	shop_refuses(shop, "subnet add 1 fe80::/64",
		     "subnet 256: fe80::/64 is not a prefix of stations");
	shop_refuses(shop, "subnet add 1 41.0.0.0/24 --gateway 41.0.1.1",
		     "subnet 41: 41.0.1.1 is not an address of a station in 41.0.0.0/24");
	shop_refuses(shop, "subnet add 1 41.0.0.0/24 --gateway 41.0.0.255",
		     "subnet 41: 41.0.0.255 is not an address of a station in 41.0.0.0/24");
	shop_refuses(shop, "subnet add 1 41.0.0.0/24 --gateway fd41::1",
		     "subnet 41: fd41::1 is not an address of a station in this subnet");
	shop_refuses(shop, "subnet add 1 41.0.0.0/24 --ha --attach direct",
		     "subnet 41: backup bridges need VMs that are attached by bridges");
	shop_refuses(shop, "subnet set 1 77 --ha", "tenant 1 has no subnet 77");
	shop_refuses(shop, "subnet set 1 77.0.0.0/24 --ha", "tenant 1 has no subnet 77.0.0.0/24");
	shop_refuses(shop, "subnet set 1 21 --gateway 21.0.0.2",
		     "VM web1: 21.0.0.2 is the gateway of subnet 21");
	shop_refuses(shop, "vm add 1 x", "tenant 1 has 2 subnets: --subnet names one");
	shop_refuses(shop, "vm add 1 x --subnet 21 --vpc 3",
		     "VM x: subnet 21 is not present in VPC 3");
	shop_refuses(shop, "vm add 1 x --subnet 21 --vpc 9", "VM x: there is no VPC 9");
	shop_refuses(shop, "vm add 1 x --subnet 21 --ip 21.0.1.2",
		     "VM x: 21.0.1.2 is not an address of a station in 21.0.0.0/24");
	shop_refuses(shop, "vm add 1 x --subnet 21 --ip 21.0.0.0",
		     "VM x: 21.0.0.0 is not an address of a station in 21.0.0.0/24");
	shop_refuses(shop, "vm add 1 x --subnet 21 --ip 21.0.0.3",
		     "VM x: 21.0.0.3 is also that of VM web2");
	shop_refuses(shop, "vm add 1 x --subnet 21 --ip fd00::1",
		     "VM x: fd00::1 is of a family that subnet 21 has not");
	shop_refuses(shop, "vm add 1 x --subnet 21 --mac 02:00:15:00:00:02",
		     "VM x: 02:00:15:00:00:02 is also that of VM web1");
	shop_refuses(shop, "vm add 1 x --subnet 21 --mac 03:00:15:00:00:02",
		     "VM x: 03:00:15:00:00:02 is not an address that a VM may have");
	shop_refuses(shop, "vm add 1 x --subnet 21 --mac 02:67:77:00:00:01",
		     "VM x: 02:67:77:00:00:01 is not an address that a VM may have");
	shop_refuses(shop, "vm add 1 x --subnet 31 --vpc 3 --tap tap0",
		     "VM x: its device is also that of VM db");
	shop_refuses(shop, "vm add 1 x --subnet 21 --dev abcdefghijklmno",
		     "VM x: \"abcdefghijklmno\" leaves no room for the letters of its legs: 14 characters are accepted");
	shop_refuses(shop, "vpc add 1 --host nowhere", "there is no host \"nowhere\"");
	shop_refuses(shop, "vpc set 1 9 --host hv1", "tenant 1 has no VPC 9");
	shop_refuses(shop, "tenant set 1 links 1-9", "link 1-9: there is no VPC 9");
	shop_refuses(shop, "tenant set 1 links 2-2",
		     "link 2-2: a VPC is not joined with itself");
	shop_refuses(shop, "host set hv1 --vtep 10.0.0.0/24",
		     "host hv1: its 2 VPCs have VTEPs of the prefix that it has: drain it first");
	shop_refuses(shop, "host add hv3 --vtep 172.16.4.0/24",
		     "host hv3: its VTEPs are also those of host hv1");
	shop_refuses(shop, "host del hv1",
		     "host hv1 has 2 VPCs: \"ovctl host drain hv1\" places them elsewhere");
	after = shop_state(shop);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* One tenant's encapsulation excludes the other's transport, whichever comes first. */
static void test_mesh(void **state)
{
	struct shop *shop = *state;

	shop_does(shop, "tenant set 1 --transport gre");
	shop_refuses(shop, "subnet add 1 41.0.0.0/24 --encap gre",
		     "subnet 41: the GRE mesh of the tenant carries VXLAN only");
	shop_does(shop, "tenant set 1 transport direct");
	shop_does(shop, "subnet add 1 41.0.0.0/24 --encap gre");
	shop_refuses(shop, "tenant set 1 transport gre",
		     "subnet 41: the GRE mesh of the tenant carries VXLAN only");
}

/* VTEPs of one tenant are of one family: a device has one address. */
static void test_families(void **state)
{
	struct shop *shop = *state;

	assert_prints(shop, "host add six --vtep fd00:9::/64 --router router",
		      "HOST NETNS VTEPS       UPLINK ADDRESS          NEXTHOP       ROUTER MACHINE REMOTE DRAINED VPCS\n"
		      "six  six   fd00:9::/64 eth0   fd00:254:1::2/64 fd00:254:1::1 router -       off    off     0\n");
	shop_refuses(shop, "vpc set 1 3 --host six",
		     "VPC 3: host six has VTEPs of another family than host hv1 of VPC 1");
	shop_does(shop, "tenant add 6 --host six");
	assert_prints(shop, "vpc show 6",
		      "VPC HOST VTEP      NAMESPACE HEADS TRANSIT UPLINK\n"
		      "1   six  fd00:9::1 ns1_t6    -     tr0     -\n"
		      "2   six  fd00:9::2 ns2_t6    -     tr0     -\n");
}

static void test_delete(void **state)
{
	struct shop *shop = *state;
	char *before = shop_state(shop);
	char *after;

	/* Standard input of a test is no terminal. */
	assert_non_null(freopen("/dev/null", "r", stdin));
	shop_refuses(shop, "vpc del 1 3",
		     "nothing is deleted: --yes agrees where there is no terminal to ask");
	assert_string_equal(bench_out(shop->bench), "This goes:\n  VPC 3, and its tunnels\n"
			    "  subnet 31, and its tunnels\n  VM db\n");
	shop_refuses(shop, "subnet del 1 21",
		     "nothing is deleted: --yes agrees where there is no terminal to ask");
	shop_refuses(shop, "tenant del 1",
		     "nothing is deleted: --yes agrees where there is no terminal to ask");
	shop_refuses(shop, "subnet set 1 21 --vpc 2",
		     "nothing is deleted: --yes agrees where there is no terminal to ask");
	assert_string_equal(bench_out(shop->bench),
			    "This goes:\n  subnet 21 in VPC 1, and its tunnels\n  VM web1\n");
	after = shop_state(shop);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_prints(shop, "subnet set 1 21 --vpc 2 --yes",
		      "This goes:\n  subnet 21 in VPC 1, and its tunnels\n  VM web1\n");
	assert_prints(shop, "vpc del 1 3 --yes", "This goes:\n  VPC 3, and its tunnels\n"
		      "  subnet 31, and its tunnels\n  VM db\n");
	shop_refuses(shop, "vm show 1 db", "tenant 1 has no VM \"db\"");
	shop_does(shop, "tenant del 1 --yes");
	shop_refuses(shop, "show 1", "there is no tenant 1");
	assert_prints(shop, "host show hv1",
		      "HOST NETNS VTEPS         UPLINK ADDRESS       NEXTHOP    ROUTER MACHINE REMOTE DRAINED VPCS\n"
		      "hv1  hv1   172.16.0.0/16 eth0   10.254.1.2/24 10.254.1.1 router -       off    off     0\n");
}

static void test_links(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;

	shop_does(shop, "tenant set 1 --links 3-1");
	shop_load(shop, &model);
	assert_true(ovctl_transit_peers(&model.tenants[0], 1, 3));
	assert_false(ovctl_transit_peers(&model.tenants[0], 1, 2));
	assert_false(ovctl_subnet_peers(&model.tenants[0], &model.tenants[0].subnets[0], 1, 2));
	ovctl_model_free(&model);
	/* Two VPCs that were kept apart are not joined because a third one goes. */
	shop_refuses(shop, "vpc del 1 3 --yes",
		     "all links of tenant 1 are those of VPC 3, and without any all VPCs are joined: \"ovctl tenant set 1 links\" first");
	shop_does(shop, "tenant set 1 links all");
	shop_load(shop, &model);
	assert_true(ovctl_subnet_peers(&model.tenants[0], &model.tenants[0].subnets[0], 1, 2));
	ovctl_model_free(&model);
	shop_does(shop, "tenant set 1 overlay off");
	shop_load(shop, &model);
	assert_false(ovctl_subnet_peers(&model.tenants[0], &model.tenants[0].subnets[0], 1, 2));
	assert_false(ovctl_transit_peers(&model.tenants[0], 1, 2));
	ovctl_model_free(&model);
}

/* Whoever moves gets a higher sequence, and numbers that were free just now go to nobody yet. */
static void test_moves(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;

	shop_does(shop, "vm set 1 web1 --vpc 2");
	shop_does(shop, "vm set 1 web1 --ip 21.0.0.9");
	shop_does(shop, "vpc set 1 3 --host hv2");
	shop_load(shop, &model);
	assert_int_equal(model.tenants[0].vms[0].vpc, 2);
	assert_int_equal(model.tenants[0].vms[0].seq, 2);
	assert_string_equal(model.tenants[0].vms[0].netns, "ns1_t1-s21_vm");
	assert_int_equal(model.tenants[0].vms[2].seq, 2);
	assert_int_equal(model.tenants[0].vpcs[2].vtep.bytes[3], 2);
	ovctl_model_free(&model);
	shop_does(shop, "subnet del 1 31 --yes");
	shop_does(shop, "subnet add 1 31.0.0.0/24");
	shop_does(shop, "tenant add 2 --vpcs 1 --host hv1");
	shop_load(shop, &model);
	assert_int_equal(model.tenants[0].subnets[1].vni, 65538);
	assert_int_equal(model.tenants[1].vpcs[0].vtep.bytes[3], 3);
	ovctl_model_free(&model);
}

static void assert_subnet_at(struct shop *shop, uint32_t one, uint32_t two)
{
	struct ovctl_model model;

	shop_load(shop, &model);
	assert_int_equal(model.tenants[0].subnets[0].n_vpcs, 2);
	assert_int_equal(model.tenants[0].subnets[0].vpcs[0], one);
	assert_int_equal(model.tenants[0].subnets[0].vpcs[1], two);
	ovctl_model_free(&model);
}

/* A subnet goes from one VPC to another, with the VMs that it has there. */
static void test_migrate(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;

	shop_does(shop, "subnet migrate 1 21 --from 1 --to 3 --no-sync");
	assert_subnet_at(shop, 2, 3);
	shop_load(shop, &model);
	assert_int_equal(model.tenants[0].vms[0].vpc, 3);
	assert_int_equal(model.tenants[0].vms[0].seq, 2);
	assert_string_equal(model.tenants[0].vms[0].netns, "ns1_t1-s21_vm");
	assert_int_equal(model.tenants[0].vms[1].vpc, 2);
	assert_int_equal(model.tenants[0].vms[1].seq, 1);
	ovctl_model_free(&model);
	shop_does(shop, "subnet migrate 1 21.0.0.0/24 to 1 from 3 no-sync");
	assert_subnet_at(shop, 1, 2);
	shop_refuses(shop, "subnet migrate 1 21 --from 1 --to 2 --no-sync",
		     "subnet 21 is in VPC 2 already");
	shop_refuses(shop, "subnet migrate 1 21 --from 3 --to 1 --no-sync",
		     "subnet 21 is not in VPC 3: it cannot move from there");
	shop_refuses(shop, "subnet migrate 1 21 --from 1 --to 1 --no-sync",
		     "VPC 1 is both: a subnet moves from one VPC to another");
	shop_refuses(shop, "subnet migrate 1 21 --from 1 --to 4 --no-sync",
		     "tenant 1 has no VPC 4");
	shop_refuses(shop, "subnet migrate 1 22 --from 1 --to 3 --no-sync",
		     "tenant 1 has no subnet 22");
	shop_misuses(shop, "subnet migrate 1 21 --to 3 --no-sync",
		     "subnet migrate needs --from VPC and --to VPC");
	shop_misuses(shop, "subnet migrate 1 21 --from 0 --to 3 --no-sync",
		     "\"0\" is not the number of a VPC: a number from 1 to 65535 is accepted");
	shop_does(shop, "subnet add 1 21.0.0.0/25 --id 22 --vpc 3");
	shop_refuses(shop, "subnet migrate 1 21 --from 1 --to 3 --no-sync",
		     "subnet 22: 21.0.0.0/25 overlaps with 21.0.0.0/24 of subnet 21 in VPC 3");
	assert_subnet_at(shop, 1, 2);
}

static void test_vpc_move(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;

	shop_does(shop, "vpc move 1 3 --to hv2 --no-sync");
	shop_load(shop, &model);
	assert_string_equal(model.tenants[0].vpcs[2].host, "hv2");
	assert_int_equal(model.tenants[0].vpcs[2].vtep.bytes[1], 17);
	assert_int_equal(model.tenants[0].vms[2].seq, 2);
	ovctl_model_free(&model);
	shop_refuses(shop, "vpc move 1 3 --to hv2 --no-sync", "VPC 3 is on host hv2 already");
	shop_refuses(shop, "vpc move 1 3 --to hv9 --no-sync", "there is no host \"hv9\"");
	shop_refuses(shop, "vpc move 1 4 --to hv1 --no-sync", "tenant 1 has no VPC 4");
	shop_misuses(shop, "vpc move 1 3 --no-sync", "vpc move needs --to HOST");
}

static void test_drain(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;
	unsigned int i;

	shop_does(shop, "tenant add 2 --vpcs 2 --host hv1");
	shop_does(shop, "host add hv3");
	shop_does(shop, "host drain hv1");
	shop_load(shop, &model);
	assert_int_equal(ovctl_model_host(&model, "hv1")->n_vpcs, 0);
	assert_int_equal(ovctl_model_host(&model, "hv2")->n_vpcs, 3);
	assert_int_equal(ovctl_model_host(&model, "hv3")->n_vpcs, 2);
	assert_int_equal(model.tenants[0].vms[0].seq, 2);
	assert_int_equal(model.tenants[0].vms[1].seq, 1);
	ovctl_model_free(&model);
	for (i = 0; i < 3; i++)
		shop_does(shop, "vpc add 2");
	shop_does(shop, "host del hv1");
	/* The last two would have nowhere to go. */
	shop_does(shop, "host drain hv2");
	shop_refuses(shop, "host drain hv3", "there is no other host that is not drained");
	shop_load(shop, &model);
	assert_false(ovctl_model_host(&model, "hv3")->drained);
	assert_int_equal(ovctl_model_host(&model, "hv3")->n_vpcs, 8);
	ovctl_model_free(&model);
}

static int apply_text(struct shop *shop, const char *text, const char *options)
{
	char path[128];
	char line[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/topology", shop->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	snprintf(line, sizeof(line), "apply %s --no-sync%s", path, options);
	return shop_run(shop, line);
}

/* What is written behind the file's name. */
static void assert_path(struct shop *shop, const char *text, const char *expected)
{
	const char *said;

	assert_int_equal(apply_text(shop, text, ""), OVCTL_FAILED);
	said = strstr(bench_err(shop->bench), "/topology:");
	assert_non_null(said);
	if (strncmp(said + 10, expected, strlen(expected)) ||
	    strcmp(said + 10 + strlen(expected), "\n"))
		fail_msg("%s is not %s", said + 10, expected);
}

static void test_round_trip(void **state)
{
	struct shop *shop = *state;
	char *before, *after;
	char *text;

	shop_does(shop, "tenant set 1 --links 1-2,2-3 --overlay off");
	shop_does(shop, "subnet add 1 fd41::/64 --vpc 1 --encap gre --gateway none --suppress off");
	shop_does(shop, "vm add 1 c1 --subnet fd41::/64 --pid 77");
	shop_does(shop, "vm add 1 c2 --subnet fd41::/64 --netns blue --dev net1");
	shop_does(shop, "vpc set 1 2 --uplink eth7");
	before = shop_state(shop);
	shop_does(shop, "export 1");
	text = strdup(bench_out(shop->bench));
	assert_int_equal(apply_text(shop, text, ""), OVCTL_DONE);
	assert_silent(shop->bench);
	assert_null(strstr(bench_out(shop->bench), " changed"));
	assert_non_null(strstr(bench_out(shop->bench), "subnet 21   unchanged\n"));
	after = shop_state(shop);
	assert_string_equal(before, after);
	free(after);
	/* Into nothing, and back: but for numbers that the store gives it is the same. */
	shop_does(shop, "tenant del 1 --yes");
	shop_does(shop, "tenant add 1 --vpcs 1 --host hv2");
	assert_int_equal(apply_text(shop, text, ""), OVCTL_DONE);
	shop_does(shop, "export 1");
	assert_string_equal(bench_out(shop->bench), text);
	free(text);
	free(before);
}

static const char topology[] =
"{ \"tenant\": 1, \"vpcs\": 3,\n"
"  \"subnets\": [ { \"cidr\": \"21.0.0.0/24\", \"vpcs\": [1, 2], \"ha\": 2 },\n"
"                 { \"cidr\": \"51.0.0.0/24\" } ],\n"
"  \"vms\": [ { \"name\": \"web1\", \"subnet\": \"21.0.0.0/24\", \"vpc\": 2 },\n"
"             { \"name\": \"new\", \"subnet\": 51 } ] }\n";

static void test_apply(void **state)
{
	struct shop *shop = *state;
	char *before = shop_state(shop);
	struct ovctl_model model;
	char *after;

	shop->bench->ov.json = true;
	assert_int_equal(apply_text(shop, topology, " --dry-run"), OVCTL_DONE);
	assert_silent(shop->bench);
	after = shop_state(shop);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(apply_text(shop, topology, ""), OVCTL_DONE);
	assert_silent(shop->bench);
	assert_string_equal(bench_out(shop->bench),
			    "[\n {\"object\":\"tenant\",\"name\":1,\"state\":\"unchanged\"},\n"
			    " {\"object\":\"vpc\",\"name\":1,\"state\":\"unchanged\"},\n"
			    " {\"object\":\"vpc\",\"name\":2,\"state\":\"unchanged\"},\n"
			    " {\"object\":\"vpc\",\"name\":3,\"state\":\"unchanged\"},\n"
			    " {\"object\":\"subnet\",\"name\":21,\"state\":\"changed\"},\n"
			    " {\"object\":\"subnet\",\"name\":31,\"state\":\"removed\"},\n"
			    " {\"object\":\"subnet\",\"name\":51,\"state\":\"added\"},\n"
			    " {\"object\":\"vm\",\"name\":\"web1\",\"state\":\"changed\"},\n"
			    " {\"object\":\"vm\",\"name\":\"web2\",\"state\":\"removed\"},\n"
			    " {\"object\":\"vm\",\"name\":\"db\",\"state\":\"removed\"},\n"
			    " {\"object\":\"vm\",\"name\":\"new\",\"state\":\"added\"}\n]\n");
	shop_load(shop, &model);
	assert_int_equal(model.tenants[0].subnets[0].vni, 65536);
	assert_int_equal(model.tenants[0].subnets[0].ha, 2);
	assert_int_equal(model.tenants[0].subnets[1].n_vpcs, 3);
	/* What was chosen stays, what is new inherits nothing, what moves says so. */
	assert_int_equal(model.tenants[0].vms[0].ip4.bytes[3], 2);
	assert_int_equal(model.tenants[0].vms[0].seq, 2);
	assert_int_equal(model.tenants[0].vms[1].id, 4);
	ovctl_model_free(&model);
	assert_int_equal(apply_text(shop, topology, ""), OVCTL_DONE);
	assert_null(strstr(bench_out(shop->bench), "\"changed\""));
	assert_null(strstr(bench_out(shop->bench), "\"added\""));
	assert_silent(shop->bench);
}

#define TENANT(rest) "{ \"tenant\": 1, " rest " }"
#define SUBNETS(rest) TENANT("\"vpcs\": 2, \"subnets\": [ { \"cidr\": \"21.0.0.0/24\" }, " rest " ]")
#define VMS(rest) TENANT("\"subnets\": [ { \"cidr\": \"21.0.0.0/24\" } ], \"vms\": [ " rest " ]")

static void test_paths(void **state)
{
	struct shop *shop = *state;
	char *before = shop_state(shop);
	char *after;

	assert_path(shop, "[]", " the topology is not an object");
	assert_path(shop, "{}", " tenant: a topology needs the number of its tenant");
	assert_path(shop, "{ \"tenant\": 0 }", " tenant: is not a number from 1 to 2147483647");
	assert_path(shop, "{ \"tenant\":\n1,, }", "2:3: string or '}' expected near ','");
	assert_path(shop, "{ \"tenant\": 1, \"tenant\": 1 }", "1:23: duplicate object key near '\"tenant\"'");
	assert_path(shop, TENANT("\"colour\": 1"),
		    " the topology \"colour\" is no key that is known here");
	assert_path(shop, TENANT("\"vpcs\": -1"), " vpcs: is not a number from 0 to 65535");
	assert_path(shop, TENANT("\"vpcs\": [ 1, 65536 ]"),
		    " vpcs[1]: is not a number from 1 to 65535");
	assert_path(shop, TENANT("\"vpcs\": [ 1, { \"host\": \"hv1\" } ]"),
		    " vpcs[1].id: a VPC needs a number");
	assert_path(shop, TENANT("\"vpcs\": [ { \"id\": 1, \"host\": \"hv9\" } ]"),
		    " vpcs[0].host: there is no host \"hv9\"");
	assert_path(shop, TENANT("\"vpcs\": [ 2, 2 ]"), " vpcs[1].id: VPC 2 is there twice");
	assert_path(shop, TENANT("\"vpcs\": [ 2, 1 ], \"links\": [ [1, 2], [7, 2] ]"),
		    " links[1]: there is no VPC 7");
	assert_path(shop, TENANT("\"links\": [ [1, 2], [2] ]"),
		    " links[1]: is not a pair of VPCs");
	assert_path(shop, SUBNETS("{ \"cidr\": \"31.0.0.0/24\" }, { \"cidr\": \"21.0.0.0/33\" }"),
		    " subnets[2].cidr: 21.0.0.0/33 is not a prefix: an IPv4 address with /0 to /32 or an IPv6 address with /0 to /128 is accepted");
	assert_path(shop, SUBNETS("{ \"cidr\": \"21.0.0.9/24\" }"),
		    " subnets[1].cidr: 21.0.0.9/24 has bits set behind the prefix: the network is 21.0.0.0/24");
	assert_path(shop, SUBNETS("{ \"id\": 5, \"cidr\": \"21.0.0.0/25\" }"),
		    " subnets[0].cidr: 21.0.0.0/24 overlaps with 21.0.0.0/25 of subnet 5 in VPC 1");
	assert_path(shop, SUBNETS("{ \"cidr\": \"31.0.0.0/24\", \"vpcs\": [ 1, 3 ] }"),
		    " subnets[1].vpcs: there is no VPC 3");
	assert_path(shop, SUBNETS("{ \"cidr6\": \"31.0.0.0/24\" }"),
		    " subnets[1].cidr6: 31.0.0.0/24 is not of IPv6");
	assert_path(shop, SUBNETS("{ \"cidr\": \"31.0.0.0/24\", \"gateway\": \"31.0.1.1\" }"),
		    " subnets[1].gateway: 31.0.1.1 is not an address of a station in 31.0.0.0/24");
	assert_path(shop, SUBNETS("{ \"id\": 9 }"), " subnets[1].cidr: a subnet needs a prefix");
	assert_path(shop, SUBNETS("{ \"id\": 21, \"cidr\": \"31.0.0.0/24\" }"),
		    " subnets[1].id: subnet 21 is there twice");
	assert_path(shop, SUBNETS("{ \"cidr\": \"31.0.0.0/24\", \"suppress\": \"on\" }"),
		    " subnets[1].suppress: is neither true nor false");
	assert_path(shop, SUBNETS("{ \"cidr\": 7 }"), " subnets[1].cidr: is not a string");
	assert_path(shop, VMS("{ \"ip\": \"21.0.0.2\" }"), " vms[0].name: a VM needs a name");
	assert_path(shop, VMS("{ \"name\": \"a\" }, { \"name\": \"a\" }"),
		    " vms[1].name: VM a is there twice");
	assert_path(shop, VMS("{ \"name\": \"a\" }, { \"name\": \"b\", \"subnet\": 7 }"),
		    " vms[1].subnet: there is no subnet 7");
	assert_path(shop, VMS("{ \"name\": \"a\" }, { \"name\": \"b\", \"subnet\": \"7.0.0.0/8\" }"),
		    " vms[1].subnet: 7.0.0.0/8 is the prefix of no subnet");
	assert_path(shop, VMS("{ \"name\": \"b\", \"ip\": \"21.0.0.4\" }, { \"name\": \"a\", \"ip\": \"21.0.0.4\" }"),
		    " vms[1].ip: 21.0.0.4 is also that of VM b");
	assert_path(shop, VMS("{ \"name\": \"b\", \"pid\": 7, \"netns\": \"x\" }"),
		    " vms[0].pid: a VM is one of a process, a namespace and a tap");
	assert_path(shop, VMS("{ \"name\": \"b/c\" }"),
		    " vms[0].name: \"b/c\" is not a name: 1 to 32 letters, digits, -, _ and . are accepted, the first a letter or a digit");
	after = shop_state(shop);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(apply_text(shop, "{ \"tenant\": 7 }", ""), OVCTL_FAILED);
	assert_says(shop->bench, "there is no tenant 7");
}

/* A full subnet has no address left, and one that a file gives is nobody else's before. */
static void test_addresses(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;

	shop_does(shop, "subnet add 1 41.0.0.0/29");
	shop_does(shop, "vm add 1 a --subnet 41 --ip 41.0.0.4");
	shop_does(shop, "vm add 1 b --subnet 41");
	shop_does(shop, "vm add 1 c --subnet 41");
	shop_does(shop, "vm add 1 d --subnet 41");
	shop_does(shop, "vm add 1 e --subnet 41");
	shop_refuses(shop, "vm add 1 f --subnet 41", "VM f: subnet 41 has no free address");
	assert_int_equal(apply_text(shop, VMS("{ \"name\": \"x\" }, { \"name\": \"y\", \"ip\": \"21.0.0.2\" }"),
				    ""), OVCTL_DONE);
	shop_load(shop, &model);
	assert_int_equal(ovctl_tenant_vm_named(&model.tenants[0], "x")->ip4.bytes[3], 3);
	assert_int_equal(ovctl_tenant_vm_named(&model.tenants[0], "y")->ip4.bytes[3], 2);
	ovctl_model_free(&model);
}

/* What carries the store out looks for it where those look that fill it. */
static void test_place(void **state)
{
	const char *there = geteuid() ? "this needs root" : "there is no store /nowhere/store:";
	static const char *const lines[] = { "plan", "sync", "status" };
	struct shop *shop = *state;
	unsigned int i;

	setenv("OVCTL_STORE", "/nowhere/store", 1);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(bench_run(shop->bench, lines[i]), OVCTL_FAILED);
		assert_non_null(strstr(bench_err(shop->bench), there));
	}
	unsetenv("OVCTL_STORE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_show, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_tables, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_defaults, shop_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_taken, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_misspelt, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_nonsense, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_mesh, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_families, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_delete, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_links, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_moves, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_migrate, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_vpc_move, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_drain, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_round_trip, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_apply, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_paths, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_addresses, tenancy_setup, shop_teardown),
		cmocka_unit_test_setup_teardown(test_place, shop_setup, shop_teardown),
	};

	return cmocka_run_group_tests_name("tenancy", tests, NULL, NULL);
}
