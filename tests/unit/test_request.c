// SPDX-License-Identifier: GPL-2.0
/* What was built, decoded and compared attribute by attribute. */
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "bench.h"
#include "../../tools/ovctl/north/command.h"
#include "../../tools/ovctl/south/fields.h"
#include "../../tools/ovctl/south/rtnl.h"

/* All of a nest or a message, as text: "id=hex bytes" with nests in brackets. */
static void dump_attrs(char *buf, size_t size, const struct nlattr *attr, int len,
		       const struct ovctl_set *set)
{
	struct nlattr *pos;
	int rem;
	int i;

	nla_for_each_attr(pos, (struct nlattr *)attr, len, rem) {
		const struct ovctl_attr *spec = ovctl_spec_attr(set, nla_type(pos));
		size_t at = strlen(buf);

		assert_non_null(spec);
		at += snprintf(buf + at, size - at, "%s%s", at ? " " : "", spec->name);
		if (spec->nested) {
			assert_true(pos->nla_type & NLA_F_NESTED);
			strcat(buf, "[");
			dump_attrs(buf, size, nla_data(pos), nla_len(pos), spec->nested);
			strcat(buf, " ]");
			continue;
		}
		at += snprintf(buf + at, size - at, "=");
		for (i = 0; i < nla_len(pos); i++)
			at += snprintf(buf + at, size - at, "%02x",
				       ((uint8_t *)nla_data(pos))[i]);
	}
	assert_int_equal(rem, 0);
}

/* Numbers are in the host's order: what is expected is written for amd64. */
static void assert_sent(struct bench *b, int cmd, int flags, const char *expected)
{
	const struct nlmsghdr *nlh = bench_last(b, cmd);
	char text[4096] = "";

	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | flags);
	dump_attrs(text, sizeof(text), nlmsg_attrdata(nlh, GENL_HDRLEN),
		   nlmsg_attrlen(nlh, GENL_HDRLEN), &ovctl_set_top);
	assert_string_equal(text, expected);
}

static void test_dev_set(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "dev set s21 vni 2112 encap gre gre-key plain local 10.9.0.1 srcport 1000 0x2000 ttl auto dscp inherit mtu auto link none learning off udp-csum on"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_DEV_SET, NLM_F_ACK,
		    "ifindex=05000000 dev[ vni=40080000 encap=02 gre-key=02 local=0a090001 src-port-min=e803 src-port-max=0020 ttl=00 dscp-inherit=01 mtu-auto=01 link=00000000 learning=00 udp-csum=02 ]");
	assert_int_equal(bench_run(b, "dev set t1 local fd09::1 mtu 1400"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_DEV_SET, NLM_F_ACK,
		    "ifindex=07000000 netns-id=00000000 dev[ local=fd090000000000000000000000000001 mtu=78050000 ]");
	assert_int_equal(bench_run(b, "dev set s21 suppress on head-mac 02:00:00:00:0a:01"),
			 OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_DEV_SET, NLM_F_ACK,
		    "ifindex=05000000 dev[ suppress=01 head-mac=020000000a01 ]");
	assert_int_equal(bench_run(b, "dev set s21 head-mac none"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_DEV_SET, NLM_F_ACK,
		    "ifindex=05000000 dev[ head-mac=000000000000 ]");
}

static void test_peer(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "peer add s21 10.9.0.2"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_ADD, NLM_F_ACK,
		    "ifindex=05000000 peer[ address=0a090002 ]");
	assert_int_equal(bench_run(b, "peer add t1 10.9.0.2,fd09::3 encap gre gre-key inherit dstport inherit source 10.9.0.7,10.9.0.8 flood off admin down"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_ADD, NLM_F_ACK,
		    "ifindex=07000000 netns-id=00000000 peer[ address=0a090002 encap=02 gre-key=00 dstport=0000 sources[ address=0a090007 address=0a090008 ] flood=00 admin=00 ] peer[ address=fd090000000000000000000000000003 encap=02 gre-key=00 dstport=0000 sources[ address=0a090007 address=0a090008 ] flood=00 admin=00 ]");
	/* The empty set must be there: it clears the sources. */
	assert_int_equal(bench_run(b, "peer set s21 10.9.0.2 source none dstport 4790"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_SET, NLM_F_ACK,
		    "ifindex=05000000 peer[ address=0a090002 sources[ ] dstport=b612 ]");
	assert_int_equal(bench_run(b, "peer del s21 10.9.0.2,10.9.0.3"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_DEL, NLM_F_ACK,
		    "ifindex=05000000 peer[ address=0a090002 ] peer[ address=0a090003 ]");
	assert_int_equal(bench_run(b, "peer show s21 10.9.0.2"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_GET, NLM_F_ACK, "ifindex=05000000 peer[ address=0a090002 ]");
	assert_int_equal(bench_run(b, "peer show t1"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_GET, NLM_F_DUMP, "ifindex=07000000 netns-id=00000000");
}

static void test_fdb(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "fdb add s21 02:aa:00:00:00:02,02:aa:00:00:00:03 peer 10.9.0.2 seq 7"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_FDB_ADD, NLM_F_ACK,
		    "ifindex=05000000 fdb[ mac=02aa00000002 peer=0a090002 seq=07000000 ] fdb[ mac=02aa00000003 peer=0a090002 seq=07000000 ]");
	assert_int_equal(bench_run(b, "fdb replace s21 02:aa:00:00:00:02 force peer 10.9.0.2"),
			 OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_FDB_REPLACE, NLM_F_ACK,
		    "ifindex=05000000 fdb[ mac=02aa00000002 force= peer=0a090002 ]");
	assert_int_equal(bench_run(b, "fdb del s21 02:aa:00:00:00:02 seq 0 force"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_FDB_DEL, NLM_F_ACK,
		    "ifindex=05000000 fdb[ mac=02aa00000002 seq=00000000 force= ]");
	assert_int_equal(bench_run(b, "fdb flush s21"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_FDB_FLUSH, NLM_F_ACK, "ifindex=05000000");
	assert_int_equal(bench_run(b, "fdb flush s21 learned peer 10.9.0.2"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_FDB_FLUSH, NLM_F_ACK,
		    "ifindex=05000000 fdb[ kind=01 peer=0a090002 ]");
	assert_int_equal(bench_run(b, "fdb show s21 02:aa:00:00:00:02"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_FDB_GET, NLM_F_ACK, "ifindex=05000000 fdb[ mac=02aa00000002 ]");
}

/* A port is named by the index that the family tells for its name. */
static void test_port(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "port set s21 s21b priority 7"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PORT_SET, NLM_F_ACK,
		    "ifindex=05000000 port[ index=09000000 priority=07000000 ]");
	assert_int_equal(bench_run(b, "port select s21 s21a"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PORT_SELECT, NLM_F_ACK,
		    "ifindex=05000000 port[ index=08000000 ]");
	assert_int_equal(bench_run(b, "port select s21 auto"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PORT_SELECT, NLM_F_ACK, "ifindex=05000000");
	assert_int_equal(bench_run(b, "port show s21 s21b"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PORT_GET, NLM_F_ACK,
		    "ifindex=05000000 port[ index=09000000 ]");
	assert_int_equal(bench_run(b, "port show t1"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PORT_GET, NLM_F_DUMP, "ifindex=07000000 netns-id=00000000");
}

static void test_get(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "dev show"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_DEV_GET, NLM_F_DUMP, "");
	assert_int_equal(bench_run(b, "dev show s21"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_DEV_GET, NLM_F_ACK, "ifindex=05000000");
	assert_int_equal(bench_run(b, "stats"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_STATS_GET, NLM_F_DUMP, "");
	assert_int_equal(bench_run(b, "stats s21"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_STATS_GET, NLM_F_ACK, "ifindex=05000000");
	assert_int_equal(bench_run(b, "stats show --underlay"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_STATS_GET, NLM_F_ACK, "");
}

static void test_move(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "move prepare s21 02:aa:00:00:00:02,02:aa:00:00:00:03 to 10.9.0.2 clone timeout 5000"),
			 OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_MOVE_PREPARE, NLM_F_ACK,
		    "ifindex=05000000 move[ mac=02aa00000002 to=0a090002 clone= timeout=88130000 ] move[ mac=02aa00000003 to=0a090002 clone= timeout=88130000 ]");
	assert_int_equal(bench_run(b, "move prepare s21 02:aa:00:00:00:02"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_MOVE_PREPARE, NLM_F_ACK,
		    "ifindex=05000000 move[ mac=02aa00000002 ]");
	assert_int_equal(bench_run(b, "move finish s21 02:aa:00:00:00:02"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_MOVE_FINISH, NLM_F_ACK,
		    "ifindex=05000000 move[ mac=02aa00000002 ]");
	assert_int_equal(bench_run(b, "move abort s21 02:aa:00:00:00:02"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_MOVE_ABORT, NLM_F_ACK,
		    "ifindex=05000000 move[ mac=02aa00000002 ]");
	assert_int_equal(bench_run(b, "fdb add s21 02:aa:00:00:00:02 peer 10.9.0.2 mobile"),
			 OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_FDB_ADD, NLM_F_ACK,
		    "ifindex=05000000 fdb[ mac=02aa00000002 peer=0a090002 mobile= ]");
}

static void test_route(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "route add s21 10.31.0.0/24,10.32.0.1,fd31::/32 peer 10.9.0.2"),
			 OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_ROUTE_ADD, NLM_F_ACK,
		    "ifindex=05000000 route[ prefix=0a1f000018 peer=0a090002 ] route[ prefix=0a20000120 peer=0a090002 ] route[ prefix=fd31000000000000000000000000000020 peer=0a090002 ]");
	assert_int_equal(bench_run(b, "route replace s21 0.0.0.0/0 peer fd09::2"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_ROUTE_REPLACE, NLM_F_ACK,
		    "ifindex=05000000 route[ prefix=0000000000 peer=fd090000000000000000000000000002 ]");
	assert_int_equal(bench_run(b, "route del s21 ::/0"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_ROUTE_DEL, NLM_F_ACK,
		    "ifindex=05000000 route[ prefix=0000000000000000000000000000000000 ]");
	assert_int_equal(bench_run(b, "route show s21 10.31.0.0/24"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_ROUTE_GET, NLM_F_ACK,
		    "ifindex=05000000 route[ prefix=0a1f000018 ]");
	assert_int_equal(bench_run(b, "peer set s21 10.9.0.2 inner-source 10.31.0.0/24,fd31::1"),
			 OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_SET, NLM_F_ACK,
		    "ifindex=05000000 peer[ address=0a090002 inner-sources[ prefix=0a1f000018 prefix=fd31000000000000000000000000000180 ] ]");
	assert_int_equal(bench_run(b, "peer set s21 10.9.0.2 inner-source any"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_SET, NLM_F_ACK,
		    "ifindex=05000000 peer[ address=0a090002 inner-sources[ prefix=0000000000 prefix=0000000000000000000000000000000000 ] ]");
	assert_int_equal(bench_run(b, "peer set s21 10.9.0.2 inner-source none"), OVCTL_DONE);
	assert_sent(b, TENOVL_CMD_PEER_SET, NLM_F_ACK,
		    "ifindex=05000000 peer[ address=0a090002 inner-sources[ ] ]");
}

/* Sequence numbers differ from request to request. */
static void test_sequence(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_run(b, "dev show s21"), OVCTL_DONE);
	assert_int_equal(b->sent_count, 2);
	assert_int_not_equal(b->sent[0]->nlmsg_seq, b->sent[1]->nlmsg_seq);
}

static void test_link_messages(void **state)
{
	struct ovctl_dev dev = { .name = "s21", .ifindex = 5, .nsid = -1 };
	const struct nlattr *data;
	const struct nlattr *mode;
	struct ifinfomsg *head;
	struct nlattr *info;
	struct nl_msg *msg;

	(void)state;
	msg = ovctl_rtnl_add_message("s21", 9, TENOVL_MODE_L2);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, RTM_NEWLINK);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	assert_string_equal(nla_get_string(nlmsg_find_attr(nlmsg_hdr(msg), sizeof(*head),
							   IFLA_IFNAME)), "s21");
	assert_int_equal(nla_get_u32(nlmsg_find_attr(nlmsg_hdr(msg), sizeof(*head),
						     IFLA_NET_NS_FD)), 9);
	info = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(*head), IFLA_LINKINFO);
	assert_string_equal(nla_get_string((struct nlattr *)bench_in(info, IFLA_INFO_KIND)),
			    "tenovl");
	assert_null(bench_in(info, IFLA_INFO_DATA));
	nlmsg_free(msg);

	msg = ovctl_rtnl_add_message("tr0", -1, TENOVL_MODE_L3);
	info = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(*head), IFLA_LINKINFO);
	data = bench_in(info, IFLA_INFO_DATA);
	assert_non_null(data);
	mode = bench_in(data, TENOVL_A_LINK_MODE);
	assert_non_null(mode);
	assert_int_equal(nla_len((struct nlattr *)mode), 1);
	assert_int_equal(nla_get_u8((struct nlattr *)mode), TENOVL_MODE_L3);
	assert_null(nlmsg_find_attr(nlmsg_hdr(msg), sizeof(*head), IFLA_NET_NS_FD));
	nlmsg_free(msg);

	msg = ovctl_rtnl_del_message(&dev);
	head = nlmsg_data(nlmsg_hdr(msg));
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, RTM_DELLINK);
	assert_int_equal(head->ifi_index, 5);
	assert_null(nlmsg_find_attr(nlmsg_hdr(msg), sizeof(*head), IFLA_TARGET_NETNSID));
	nlmsg_free(msg);

	dev.nsid = 0;
	msg = ovctl_rtnl_del_message(&dev);
	assert_int_equal(nla_get_s32(nlmsg_find_attr(nlmsg_hdr(msg), sizeof(*head),
						     IFLA_TARGET_NETNSID)), 0);
	nlmsg_free(msg);

	msg = ovctl_rtnl_nsid_message(4);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, RTM_GETNSID);
	assert_int_equal(nla_get_u32(nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct rtgenmsg),
						     NETNSA_FD)), 4);
	nlmsg_free(msg);
}

/* One list is one message, whatever its length; too long a list is refused. */
static void test_long_list(void **state)
{
	struct bench *b = *state;
	const unsigned int count = 9000;
	size_t size = count * 10 + 64;
	char *line = malloc(size);
	char *words[4];
	size_t at = 0;
	unsigned int i;
	struct nlattr *pos;
	unsigned int seen = 0;
	int rem;

	assert_non_null(line);
	for (i = 0; i < count; i++)
		at += snprintf(line + at, size - at, "%s10.%u.%u.1", i ? "," : "", i >> 8 & 7,
			       i & 63);
	words[0] = "peer";
	words[1] = "add";
	words[2] = "s21";
	words[3] = line;
	bench_reset(b);
	assert_int_equal(ovctl_command_run(&b->ov, 4, words), OVCTL_DONE);
	assert_int_equal(bench_count(b, TENOVL_CMD_PEER_ADD), 1);
	nlmsg_for_each_attr(pos, (struct nlmsghdr *)bench_last(b, TENOVL_CMD_PEER_ADD),
			    GENL_HDRLEN, rem)
		seen += nla_type(pos) == TENOVL_A_PEER;
	assert_int_equal(seen, count);
	free(line);
}

/* A peer of a transit with all the prefixes that there can be fits, when it was asked for. */
static void test_fields_size(void **state)
{
	struct ovctl_dev dev = { .ifindex = 5, .nsid = -1 };
	struct ovctl_items objs = { 0 };
	struct ovctl_cidr list[512];
	struct ovctl_request *rq = ovctl_request_new(TENOVL_CMD_PEER_ADD, NLM_F_ACK, &dev);
	struct ovctl_item *obj;
	struct nlattr *start;
	size_t size, before;
	unsigned int i;

	(void)state;
	for (i = 0; i < 512; i++)
		list[i] = (struct ovctl_cidr){ { 16, { 0xfd, i >> 8, i } }, 64 };
	obj = ovctl_item_add(&objs, OVCTL_KIND_PEER, "ns1_t1", "tr0");
	obj->key = (struct ovctl_cidr){ { 16, { 0xfd, 9 } }, 128 };
	ovctl_item_num(obj, OVCTL_PEER_ADMIN, 1);
	ovctl_item_list(&objs, obj, OVCTL_PEER_INNER, list, 512);
	size = ovctl_fields_size(obj);
	for (i = 0; i < 3; i++) {
		before = nlmsg_hdr(rq->msg)->nlmsg_len;
		assert_true(ovctl_request_fits(rq, size));
		start = nla_nest_start(rq->msg, TENOVL_A_PEER | NLA_F_NESTED);
		assert_non_null(start);
		assert_true(ovctl_fields_key(rq->msg, obj));
		assert_true(ovctl_fields_put(rq->msg, obj, obj->has));
		nla_nest_end(rq->msg, start);
		assert_true(nlmsg_hdr(rq->msg)->nlmsg_len - before <= size);
	}
	ovctl_request_free(rq);
	ovctl_items_free(&objs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dev_set, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_peer, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_fdb, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_move, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_route, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_port, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_get, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_sequence, bench_setup, bench_teardown),
		cmocka_unit_test(test_link_messages),
		cmocka_unit_test(test_fields_size),
		cmocka_unit_test_setup_teardown(test_long_list, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
