// SPDX-License-Identifier: GPL-2.0
/* Commands as a whole: what they end with, what they say, what they undo. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <unistd.h>

#include "bench.h"
#include "../../tools/ovctl/north/command.h"
#include "../../tools/ovctl/south/netns.h"

/* A namespace that is not this process's own, or -1. */
static int far_netns = -1;

/* This process goes to a namespace of its own and keeps the one it came from. */
static void need_elsewhere(void)
{
	int fd;

	if (far_netns >= 0)
		return;
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		fail_msg("neither root nor a user namespace gives a network namespace: %s",
			 strerror(errno));
	far_netns = fd;
}

static void assert_misuse(struct bench *b, const char *line, const char *says)
{
	char expected[512];

	if (bench_run(b, line) != OVCTL_USAGE)
		fail_msg("\"%s\" is not refused as misuse", line);
	snprintf(expected, sizeof(expected), "ovctl: %s\n", says);
	assert_string_equal(bench_err(b), expected);
	assert_string_equal(bench_out(b), "");
	/* What is misused asks nothing of the kernel. */
	assert_int_equal(b->sent_count, 0);
}

static void test_misuse(void **state)
{
	struct bench *b = *state;

	assert_misuse(b, "cat add", "\"cat\" is not an object: see ovctl help");
	assert_misuse(b, "dev", "dev needs a verb: one of add, set, show, del");
	assert_misuse(b, "dev move",
		      "\"move\" is not a verb of dev: one of add, set, show, del is accepted");
	assert_misuse(b, "dev add", "dev add needs a name: see ovctl dev add --help");
	assert_misuse(b, "dev add a/b vni 1",
		      "\"a/b\" is not a device name: 1 to 15 characters without /, :, %, blanks and control characters, the first not -, are accepted");
	/* The kernel would make another name of it. */
	assert_misuse(b, "dev add s%d vni 7",
		      "\"s%d\" is not a device name: 1 to 15 characters without /, :, %, blanks and control characters, the first not -, are accepted");
	assert_misuse(b, "dev add s21 vni 16777216",
		      "\"16777216\" is not a VNI: a number from 0 to 16777215 is accepted");
	assert_misuse(b, "dev add s21 colour red",
		      "\"colour\" is not a keyword of dev add: see ovctl dev add --help");
	assert_misuse(b, "dev set s21",
		      "dev set needs a device and a setting: see ovctl dev set --help");
	assert_misuse(b, "dev show s21 s22",
		      "\"s22\" is more than dev show takes: see ovctl dev show --help");
	assert_misuse(b, "dev del", "dev del needs one device, or --all: see ovctl dev del --help");
	assert_misuse(b, "dev del a b",
		      "dev del needs one device, or --all: see ovctl dev del --help");
	assert_misuse(b, "peer add s21",
		      "peer add needs a device and an address: see ovctl peer add --help");
	assert_misuse(b, "peer add s21 10.9.0.2,,10.9.0.3",
		      "\"\" is not an IP address: IPv4 or IPv6 is accepted");
	assert_misuse(b, "peer add s21 10.9.0.2 flood on flood off", "\"flood\" is given twice");
	assert_misuse(b, "peer set s21 10.9.0.2",
		      "peer set needs a setting: see ovctl peer set --help");
	assert_misuse(b, "peer del s21 10.9.0.2 flood on",
		      "\"flood\" is not a keyword of peer del: see ovctl peer del --help");
	assert_misuse(b, "peer show s21 10.9.0.2 x",
		      "\"x\" is more than peer show takes: see ovctl peer show --help");
	assert_misuse(b, "port add s21", "port add needs a device and a name: see ovctl port add --help");
	assert_misuse(b, "port add s21 a/b",
		      "\"a/b\" is not a device name: 1 to 15 characters without /, :, %, blanks and control characters, the first not -, are accepted");
	assert_misuse(b, "port add s21 s21c priority 65536",
		      "\"65536\" is not a priority: a number from 0 to 65535 is accepted");
	assert_misuse(b, "port add s21 s21c bridge", "\"bridge\" needs a value");
	assert_misuse(b, "port set s21 s21a",
		      "port set needs a device, a port and a setting: see ovctl port set --help");
	assert_misuse(b, "port set s21 s21a bridge br0",
		      "\"bridge\" is not a keyword of port set: see ovctl port set --help");
	assert_misuse(b, "port del s21", "port del needs a device and a port: see ovctl port del --help");
	assert_misuse(b, "port show s21 s21a x",
		      "\"x\" is not a keyword of port show: see ovctl port show --help");
	assert_misuse(b, "port select s21",
		      "port select needs a device, and a port or auto: see ovctl port select --help");
	assert_misuse(b, "fdb add s21 02:aa:00:00:00:02", "fdb add needs \"peer ADDR\"");
	assert_misuse(b, "fdb replace s21 02:aa:00:00:00:02 seq 1",
		      "fdb replace needs \"peer ADDR\"");
	assert_misuse(b, "fdb add s21 02:aa peer 10.9.0.2",
		      "\"02:aa\" is not a MAC address: xx:xx:xx:xx:xx:xx is accepted");
	assert_misuse(b, "fdb add s21",
		      "fdb add needs a device and a MAC address: see ovctl fdb add --help");
	assert_misuse(b, "move prepare s21", "move prepare needs a device and a MAC address: see ovctl move prepare --help");
	assert_misuse(b, "move abort s21 02:aa:00:00:00:02 clone",
		      "\"clone\" is not a keyword of move abort: see ovctl move abort --help");
	assert_misuse(b, "route add s21", "route add needs a device and a prefix: see ovctl route add --help");
	assert_misuse(b, "route add s21 10.0.0.0/8", "route add needs \"peer ADDR\"");
	assert_misuse(b, "route replace s21 10.0.0.0/8", "route replace needs \"peer ADDR\"");
	assert_misuse(b, "route del s21 10.0.0.0/8 peer 10.9.0.2",
		      "\"peer\" is not a keyword of route del: see ovctl route del --help");
	assert_misuse(b, "route add s21 10.0.0.0/33 peer 10.9.0.2",
		      "\"10.0.0.0/33\" is not a prefix: ADDRESS/LENGTH, or an IPv4 or IPv6 address, is accepted");
	assert_misuse(b, "peer set s21 10.9.0.2 inner-source 10.0.0.0/8,any",
		      "\"any\" is not a prefix: ADDRESS/LENGTH, or an IPv4 or IPv6 address, is accepted");
	assert_misuse(b, "fdb flush", "fdb flush needs a device: see ovctl fdb flush --help");
	assert_misuse(b, "fdb flush s21 static learned",
		      "\"static\" and \"learned\" exclude each other");
	assert_misuse(b, "stats show s21 x", "\"x\" is more than stats show takes: see ovctl stats --help");
	assert_misuse(b, "monitor dev", "\"dev\" is more than monitor takes");
	assert_misuse(b, "batch", "batch needs one file, or -: see ovctl batch --help");
	assert_misuse(b, "help nothing", "there is no command \"nothing\": see ovctl help");
	assert_misuse(b, "help dev nothing", "there is no command \"dev nothing\": see ovctl help");
}

/* Where a device is named, what begins as an option is none of the device's names. */
static void test_options(void **state)
{
	static const char *const plain[] = {
		"dev add", "dev set", "peer add", "peer set", "peer del", "peer show", "fdb add",
		"fdb replace", "fdb del", "fdb show", "fdb flush", "monitor",
	};
	struct bench *b = *state;
	char line[64];
	char says[128];
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		snprintf(line, sizeof(line), "%s -j x", plain[i]);
		snprintf(says, sizeof(says),
			 "\"-j\" is not an option of %s: options stand before the object",
			 plain[i]);
		assert_misuse(b, line, says);
	}
	assert_misuse(b, "dev show --detail",
		      "\"--detail\" is not an option of dev show: --details is accepted, other options stand before the object");
	assert_misuse(b, "dev show --details -j",
		      "\"-j\" is not an option of dev show: --details is accepted, other options stand before the object");
	assert_misuse(b, "dev del --al",
		      "\"--al\" is not an option of dev del: --all is accepted, other options stand before the object");
	assert_misuse(b, "stats --under",
		      "\"--under\" is not an option of stats show: --underlay is accepted, other options stand before the object");
	assert_misuse(b, "batch -x",
		      "\"-x\" is not an option of batch: - is accepted, other options stand before the object");
	/* A value may well begin so. */
	assert_misuse(b, "dev set s21 vni -1",
		      "\"-1\" is not a VNI: a number from 0 to 16777215 is accepted");
}

/* Every command tells its usage, three ways, and asks nothing of the kernel. */
static void test_help(void **state)
{
	struct bench *b = *state;
	const struct ovctl_command *cmd;
	char line[128];
	unsigned int i;

	for (i = 0; (cmd = ovctl_command_at(i)); i++) {
		snprintf(line, sizeof(line), "%s %s --help", cmd->object,
			 cmd->verb ? cmd->verb : "");
		assert_int_equal(bench_run(b, line), OVCTL_DONE);
		snprintf(line, sizeof(line), "Usage: ovctl %s", cmd->object);
		assert_memory_equal(bench_out(b), line, strlen(line));
		assert_non_null(strstr(bench_out(b), cmd->help));
		assert_silent(b);
		assert_int_equal(b->sent_count, 0);

		snprintf(line, sizeof(line), "%s help", cmd->object);
		assert_int_equal(bench_run(b, line), OVCTL_DONE);
		assert_non_null(strstr(bench_out(b), cmd->help));

		assert_int_equal(bench_run(b, "help"), OVCTL_DONE);
		assert_non_null(strstr(bench_out(b), cmd->args));
	}
	assert_int_equal(i, 64);
	assert_int_equal(bench_run(b, "peer add s21 10.9.0.2 -h"), OVCTL_DONE);
	assert_int_equal(b->sent_count, 0);
}

static void test_names(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "dev show s99"), OVCTL_FAILED);
	assert_says(b, "\"s99\" is not a tenovl device of this namespace or of an underlay here");
	assert_string_equal(bench_out(b), "");
	assert_int_equal(bench_run(b, "peer add two 10.9.0.2"), OVCTL_FAILED);
	assert_says(b, "\"two\" is the name of 2 devices in different namespaces: give -n with the namespace of the one meant");
	assert_int_equal(bench_count(b, TENOVL_CMD_PEER_ADD), 0);
	assert_int_equal(bench_run(b, "dev set far link lo"), OVCTL_FAILED);
	assert_says(b, "dev set far: \"link lo\" is an interface of the underlay: give -n with the underlay's namespace");
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_SET), 0);
	assert_int_equal(bench_run(b, "dev set far link none"), OVCTL_DONE);
}

static uint32_t at_second_flood(const struct nlmsghdr *nlh)
{
	return bench_offset(nlh, bench_in(bench_nth(nlh, TENOVL_A_PEER, 1), TENOVL_A_PEER_FLOOD));
}

static uint32_t at_vni(const struct nlmsghdr *nlh)
{
	return bench_offset(nlh, bench_in(bench_nth(nlh, TENOVL_A_DEV, 0), TENOVL_A_DEV_VNI));
}

static uint32_t at_only_mac(const struct nlmsghdr *nlh)
{
	return bench_offset(nlh, bench_in(bench_nth(nlh, TENOVL_A_FDB, 0), TENOVL_A_FDB_MAC));
}

static void test_refusals(void **state)
{
	struct bench *b = *state;

	b->refuse_cmd = TENOVL_CMD_PEER_ADD;
	b->refuse_error = -EINVAL;
	b->refuse_text = "The kernel says so";
	assert_int_equal(bench_run(b, "peer add s21 10.9.0.2"), OVCTL_FAILED);
	assert_says(b, "peer add s21 10.9.0.2: The kernel says so");
	b->refuse_offset = at_second_flood;
	assert_int_equal(bench_run(b, "peer add s21 10.9.0.2,10.9.0.3 flood off"), OVCTL_FAILED);
	assert_says(b, "peer add s21 10.9.0.3: The kernel says so (at \"flood off\")");

	b->refuse_cmd = TENOVL_CMD_DEV_SET;
	b->refuse_offset = at_vni;
	assert_int_equal(bench_run(b, "dev set s21 ttl 4 vni 0x10"), OVCTL_FAILED);
	assert_says(b, "dev set s21: The kernel says so (at \"vni 16\")");

	b->refuse_cmd = TENOVL_CMD_FDB_REPLACE;
	b->refuse_error = -ESTALE;
	b->refuse_offset = at_only_mac;
	assert_int_equal(bench_run(b, "fdb replace s21 02:aa:00:00:00:02 peer 10.9.0.2 seq 1"),
			 OVCTL_FAILED);
	assert_says(b, "fdb replace s21 02:aa:00:00:00:02: The kernel says so");

	b->refuse_cmd = TENOVL_CMD_PEER_GET;
	b->refuse_error = -EPERM;
	b->refuse_text = NULL;
	b->refuse_offset = NULL;
	assert_int_equal(bench_run(b, "peer show s21 10.9.0.2"), OVCTL_FAILED);
	assert_says(b, "peer show s21 10.9.0.2: not permitted: this needs CAP_NET_ADMIN in the initial user namespace");
	assert_string_equal(bench_out(b), "");
}

/* A sentence with a success is a warning. */
static void test_warning(void **state)
{
	struct bench *b = *state;

	b->refuse_cmd = TENOVL_CMD_DEV_SET;
	b->refuse_error = 0;
	b->refuse_text = "It works, but";
	assert_int_equal(bench_run(b, "dev set s21 ttl 4"), OVCTL_DONE);
	assert_says(b, "warning: dev set s21: It works, but");
}

static unsigned int count_route(struct bench *b, int type)
{
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < b->sent_count; i++)
		count += b->sent[i]->nlmsg_type == type;
	return count;
}

/* The last message deletes by name, in the namespace of that id or in this one. */
static void assert_taken_back(struct bench *b, const char *name, int nsid)
{
	struct nlmsghdr *nlh = b->sent[b->sent_count - 1];
	struct ifinfomsg *head = NLMSG_DATA(nlh);
	struct nlattr *attr;

	assert_int_equal(nlh->nlmsg_type, RTM_DELLINK);
	assert_int_equal(head->ifi_index, 0);
	attr = nlmsg_find_attr(nlh, sizeof(*head), IFLA_IFNAME);
	assert_non_null(attr);
	assert_string_equal(nla_data(attr), name);
	attr = nlmsg_find_attr(nlh, sizeof(*head), IFLA_TARGET_NETNSID);
	assert_int_equal(attr ? nla_get_s32(attr) : -1, nsid);
}

static void test_dev_add(void **state)
{
	struct bench *b = *state;

	/* Without settings there is nothing to ask of the family. */
	assert_int_equal(bench_run(b, "dev add s21 mode l2"), OVCTL_DONE);
	assert_int_equal(count_route(b, RTM_NEWLINK), 1);
	assert_int_equal(b->sent_count, 1);

	assert_int_equal(bench_run(b, "dev add s21 vni 7"), OVCTL_DONE);
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_SET), 1);
	assert_int_equal(count_route(b, RTM_DELLINK), 0);

	/* In this very namespace, named: the device is found without an id. */
	assert_int_equal(bench_run(b, "dev add two netns /proc/self/ns/net vni 7"), OVCTL_DONE);
	assert_null(bench_nth(bench_last(b, TENOVL_CMD_DEV_SET), TENOVL_A_NETNS_ID, 0));

	assert_int_equal(bench_run(b, "dev add s21 netns no-such-netns vni 7"), OVCTL_FAILED);
	assert_says(b, "there is no namespace \"no-such-netns\": a name in /run/netns, a path, or pid:N is accepted");
	assert_int_equal(b->sent_count, 0);
	assert_misuse(b, "dev add s21 netns pid:x",
		      "\"pid:x\" is not a namespace: pid: needs the number of a process");
	assert_int_equal(bench_run(b, "dev add s21 netns /proc/self/ns/uts vni 7"), OVCTL_FAILED);
	assert_says(b, "\"/proc/self/ns/uts\" is not a network namespace: a name in /run/netns, a path, or pid:N is accepted");
	assert_int_equal(b->sent_count, 0);
}

/* Runs "dev add NAME netns ELSEWHERE vni 7". */
static int add_elsewhere(struct bench *b, const char *name)
{
	char line[64];

	snprintf(line, sizeof(line), "dev add %s netns /proc/self/fd/%d vni 7", name, far_netns);
	return bench_run(b, line);
}

/* In another namespace, it is the one with that namespace's id, of all that have the name. */
static void test_dev_add_elsewhere(void **state)
{
	struct bench *b = *state;
	const struct nlattr *id;

	need_elsewhere();
	assert_int_equal(add_elsewhere(b, "t1"), OVCTL_DONE);
	id = bench_nth(bench_last(b, TENOVL_CMD_DEV_SET), TENOVL_A_NETNS_ID, 0);
	assert_non_null(id);
	assert_int_equal(nla_get_s32((struct nlattr *)id), 0);
	assert_int_equal(add_elsewhere(b, "two"), OVCTL_FAILED);
	assert_says(b, "dev add two: the device was made, and then not found");
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_SET), 0);
	assert_taken_back(b, "two", 0);
}

/* A refused setting takes the device back. */
static void test_dev_add_refused(void **state)
{
	struct bench *b = *state;

	b->refuse_cmd = TENOVL_CMD_DEV_SET;
	b->refuse_error = -EEXIST;
	b->refuse_text = "Taken";
	b->refuse_offset = at_vni;
	assert_int_equal(bench_run(b, "dev add s21 vni 7"), OVCTL_FAILED);
	assert_says(b, "dev add s21: Taken (at \"vni 7\")");
	assert_int_equal(count_route(b, RTM_NEWLINK), 1);
	assert_int_equal(count_route(b, RTM_DELLINK), 1);
	assert_int_equal(b->sent[b->sent_count - 1]->nlmsg_type, RTM_DELLINK);
}

static void answer_no_dump(struct bench *b, const struct nlmsghdr *nlh)
{
	if (bench_cmd(nlh) == TENOVL_CMD_DEV_GET)
		bench_queue_ack(b, nlh, -ENOMEM, NULL, 0);
	else
		bench_answer(b, nlh);
}

static void answer_no_nsid(struct bench *b, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_type == RTM_GETNSID)
		bench_queue_ack(b, nlh, -EINVAL, NULL, 0);
	else
		bench_answer(b, nlh);
}

/* A device that cannot be configured, for whatever reason, is taken back; where that is
 * not possible either, it is said.
 */
static void test_dev_add_lost(void **state)
{
	struct bench *b = *state;

	b->answer = answer_no_dump;
	assert_int_equal(bench_run(b, "dev add s21 vni 7"), OVCTL_FAILED);
	assert_says(b, "dev show: Cannot allocate memory");
	assert_taken_back(b, "s21", -1);

	/* Gone is as good as taken back. */
	b->refuse_cmd = -RTM_DELLINK;
	b->refuse_error = -ENODEV;
	assert_int_equal(bench_run(b, "dev add s21 vni 7"), OVCTL_FAILED);
	assert_says(b, "dev show: Cannot allocate memory");
	b->refuse_error = -EBUSY;
	assert_int_equal(bench_run(b, "dev add s21 vni 7"), OVCTL_FAILED);
	assert_says(b, "dev show: Cannot allocate memory\n"
		       "ovctl: dev add s21: the device may still be there without its settings: Device or resource busy");
}

/* Without an id there is no way to it, and one of its name here is another one. */
static void test_dev_add_lost_elsewhere(void **state)
{
	struct bench *b = *state;

	need_elsewhere();
	b->answer = answer_no_dump;
	assert_int_equal(add_elsewhere(b, "t1"), OVCTL_FAILED);
	assert_says(b, "dev show: Cannot allocate memory");
	assert_taken_back(b, "t1", 0);

	b->answer = answer_no_nsid;
	assert_int_equal(add_elsewhere(b, "far"), OVCTL_FAILED);
	assert_says(b, "dev add far: the device was made, and may still be there without its settings: this namespace has no id for its own");
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_SET), 0);
	assert_int_equal(count_route(b, RTM_DELLINK), 0);
}

static void test_dev_add_route(void **state)
{
	struct bench *b = *state;

	b->refuse_cmd = -RTM_NEWLINK;
	b->refuse_error = -EEXIST;
	assert_int_equal(bench_run(b, "dev add s21 vni 7"), OVCTL_FAILED);
	assert_says(b, "dev add s21: a device of that name is there already");
	assert_int_equal(b->sent_count, 1);
	assert_int_equal(bench_run(b, "dev add s21 netns /proc/self/ns/net"), OVCTL_FAILED);
	assert_says(b, "dev add s21: a device of that name is there already, or here: the kernel asks for a name that is free in both");
	b->refuse_error = -EOPNOTSUPP;
	b->refuse_text = "Unknown device type";
	assert_int_equal(bench_run(b, "dev add s21"), OVCTL_FAILED);
	assert_says(b, "dev add s21: the tenovl module is not loaded: modprobe tenovl");
	b->refuse_error = -EPERM;
	b->refuse_text = NULL;
	assert_int_equal(bench_run(b, "dev add s21"), OVCTL_FAILED);
	assert_says(b, "dev add s21: not permitted: this needs CAP_NET_ADMIN in the initial user namespace");
	b->refuse_error = -EINVAL;
	b->refuse_text = "The kernel says so";
	assert_int_equal(bench_run(b, "dev add s21"), OVCTL_FAILED);
	assert_says(b, "dev add s21: The kernel says so");
}

static void test_dev_del(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "dev del t1"), OVCTL_DONE);
	assert_int_equal(count_route(b, RTM_DELLINK), 1);
	assert_int_equal(bench_run(b, "dev del --all"), OVCTL_DONE);
	assert_int_equal(count_route(b, RTM_DELLINK), 5);
	b->refuse_cmd = -RTM_DELLINK;
	b->refuse_error = -ENODEV;
	assert_int_equal(bench_run(b, "dev del s21"), OVCTL_FAILED);
	assert_says(b, "dev del s21: the device is gone");
}

/* A dump that changed is read again; one that always does is shown, with a word. */
static void test_interrupted(void **state)
{
	struct bench *b = *state;
	const char *pos;
	int lines = 0;

	b->interrupt = 3;
	assert_int_equal(bench_run(b, "dev show"), OVCTL_DONE);
	assert_silent(b);
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_GET), 4);

	b->interrupt = 99;
	assert_int_equal(bench_run(b, "dev show"), OVCTL_DONE);
	assert_says(b, "warning: dev show: the table changed while it was read, 5 times in a row");
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_GET), 5);
	/* Shown once, not five times: a head and five devices. */
	for (pos = bench_out(b); (pos = strchr(pos, '\n')); pos++)
		lines++;
	assert_int_equal(lines, 6);
}

static void answer_gone(struct bench *b, const struct nlmsghdr *nlh)
{
	if (bench_cmd(nlh) == TENOVL_CMD_PEER_GET)
		bench_queue_ack(b, nlh, -ENODEV, NULL, 0);
	else
		bench_answer(b, nlh);
}

/* Where all are shown, one that is gone meanwhile is no failure. */
static void test_gone(void **state)
{
	struct bench *b = *state;

	b->answer = answer_gone;
	assert_int_equal(bench_run(b, "peer show"), OVCTL_DONE);
	assert_silent(b);
	assert_int_equal(bench_run(b, "peer show s21"), OVCTL_FAILED);
	assert_says(b, "peer show s21: the device is gone");
}

static void answer_nonsense(struct bench *b, const struct nlmsghdr *nlh)
{
	(void)nlh;
	bench_queue(b, "nonsense that is long enough", 28);
}

static void answer_error(struct bench *b, const struct nlmsghdr *nlh)
{
	(void)nlh;
	bench_queue_error(b, -EINTR);
	bench_queue_error(b, -ENOMEM);
}

static void test_broken(void **state)
{
	struct bench *b = *state;

	b->answer = answer_nonsense;
	assert_int_equal(bench_run(b, "dev show"), OVCTL_FAILED);
	assert_says(b, "dev show: the kernel's answer makes no sense");
	b->answer = answer_error;
	assert_int_equal(bench_run(b, "dev show"), OVCTL_FAILED);
	assert_says(b, "dev show: Cannot allocate memory");
}

static void assert_no_netns(struct bench *b, const char *name, int status, const char *says)
{
	char expected[256];
	int fd;

	bench_reset(b);
	assert_int_equal(ovctl_netns_open(&b->ov, name, &fd), status);
	assert_int_equal(fd, -1);
	snprintf(expected, sizeof(expected), "ovctl: %s\n", says);
	assert_string_equal(bench_err(b), expected);
}

#define ACCEPTED ": a name in /run/netns, a path, or pid:N is accepted"

static void test_netns(void **state)
{
	struct bench *b = *state;
	char name[32];
	int fd;

	assert_int_equal(ovctl_netns_open(&b->ov, "/proc/self/ns/net", &fd), OVCTL_DONE);
	assert_true(ovctl_netns_is_own(fd));
	close(fd);
	snprintf(name, sizeof(name), "pid:%d", getpid());
	assert_int_equal(ovctl_netns_open(&b->ov, name, &fd), OVCTL_DONE);
	assert_true(ovctl_netns_is_own(fd));
	close(fd);
	assert_silent(b);
	assert_no_netns(b, "/proc/self/ns/uts", OVCTL_FAILED,
			"\"/proc/self/ns/uts\" is not a network namespace" ACCEPTED);
	assert_no_netns(b, "/dev/null", OVCTL_FAILED,
			"\"/dev/null\" is not a network namespace" ACCEPTED);
	assert_no_netns(b, "pid:", OVCTL_USAGE,
			"\"pid:\" is not a namespace: pid: needs the number of a process");
	assert_no_netns(b, "pid:1x", OVCTL_USAGE,
			"\"pid:1x\" is not a namespace: pid: needs the number of a process");
	assert_no_netns(b, "pid:4294967295", OVCTL_FAILED,
			"namespace \"pid:4294967295\": there is no such process");
	assert_no_netns(b, "no-such-netns", OVCTL_FAILED,
			"there is no namespace \"no-such-netns\"" ACCEPTED);
	bench_reset(b);
	assert_int_equal(ovctl_netns_enter(&b->ov, "no-such-netns"), OVCTL_FAILED);
	assert_says(b, "there is no namespace \"no-such-netns\"" ACCEPTED);
	bench_reset(b);
	assert_int_equal(ovctl_netns_enter(&b->ov, "pid:x"), OVCTL_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_misuse, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_options, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_help, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_names, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_refusals, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_warning, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_add, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_add_elsewhere, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_add_refused, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_add_lost, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_add_lost_elsewhere, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_add_route, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_del, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_gone, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_broken, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_netns, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
