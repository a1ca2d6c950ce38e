// SPDX-License-Identifier: GPL-2.0
/* Messages as records. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "bench.h"
#include "../../tools/ovctl/south/record.h"

static char *record_text(json_t *rec)
{
	char *text = json_dumps(rec, JSON_COMPACT);

	assert_non_null(text);
	json_decref(rec);
	return text;
}

static void assert_record(struct nl_msg *msg, const char *expected)
{
	json_t *rec = json_object();
	char *text;

	assert_true(ovctl_record_add(rec, &ovctl_set_top, nlmsg_attrdata(nlmsg_hdr(msg), GENL_HDRLEN),
				     nlmsg_attrlen(nlmsg_hdr(msg), GENL_HDRLEN)));
	text = record_text(rec);
	assert_string_equal(text, expected);
	free(text);
	nlmsg_free(msg);
}

static void test_types(void **state)
{
	struct nl_msg *msg = bench_msg(1, TENOVL_CMD_DEV_GET, 0);
	const uint8_t v6[16] = { 0xfd, 9, [15] = 1 };
	struct nlattr *nest;

	(void)state;
	nla_put_string(msg, TENOVL_A_IFNAME, "a\"b\\c");
	nla_put_u32(msg, TENOVL_A_IFINDEX, 4294967295U);
	nla_put_s32(msg, TENOVL_A_NETNS_ID, -1);
	nest = nla_nest_start(msg, TENOVL_A_DEV);
	nla_put_u8(msg, TENOVL_A_DEV_ENCAP, TENOVL_ENCAP_GRE);
	nla_put_u8(msg, TENOVL_A_DEV_LEARNING, 0);
	nla_put_u8(msg, TENOVL_A_DEV_SOURCE_CHECK, 1);
	nla_put_u8(msg, TENOVL_A_DEV_TTL, 64);
	nla_put_u16(msg, TENOVL_A_DEV_DSTPORT, 4789);
	nla_put(msg, TENOVL_A_DEV_LOCAL, 16, v6);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, TENOVL_A_STATS);
	nla_put(msg, TENOVL_A_STATS_PAD, 0, NULL);
	nla_put_u64(msg, TENOVL_A_STATS_TX_PACKETS, 1ULL << 40);
	nla_nest_end(msg, nest);
	assert_record(msg, "{\"ifname\":\"a\\\"b\\\\c\",\"ifindex\":4294967295,\"netns-id\":-1,\"dev\":{\"encap\":\"gre\",\"learning\":false,\"source-check\":true,\"ttl\":64,\"dstport\":4789,\"local\":\"fd09::1\"},\"stats\":{\"tx-packets\":1099511627776}}");
}

/* What is too short, unknown or of an unknown value does no harm. */
static void test_odd(void **state)
{
	struct nl_msg *msg = bench_msg(1, TENOVL_CMD_DEV_GET, 0);
	const uint8_t bytes[5] = { 1, 2, 3, 4, 5 };
	struct nlattr *nest;

	(void)state;
	nla_put(msg, TENOVL_A_IFINDEX, 2, bytes);
	nla_put(msg, TENOVL_A_MAX + 1, 5, bytes);
	nla_put(msg, 0x3fff, 5, bytes);
	nla_put_u8(msg, TENOVL_A_EVENT, 200);
	nest = nla_nest_start(msg, TENOVL_A_DEV);
	nla_put(msg, TENOVL_A_DEV_LOCAL, 5, bytes);
	nla_put(msg, TENOVL_A_DEV_VNI, 0, NULL);
	nla_put_u8(msg, TENOVL_A_DEV_DF, 9);
	nla_put_u8(msg, TENOVL_A_DEV_LEARNING, 7);
	nla_nest_end(msg, nest);
	assert_record(msg, "{\"event\":\"200\",\"dev\":{\"df\":\"9\",\"learning\":true}}");
}

static void test_flags_and_lists(void **state)
{
	struct nl_msg *msg = bench_msg(1, TENOVL_CMD_FDB_GET, 0);
	const uint8_t addr[4] = { 10, 9, 0, 3 };
	struct nlattr *inner;
	struct nlattr *nest;

	(void)state;
	nest = nla_nest_start(msg, TENOVL_A_FDB);
	nla_put_u32(msg, TENOVL_A_FDB_SEQ, 7);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, TENOVL_A_PEER);
	inner = nla_nest_start(msg, TENOVL_A_PEER_SOURCES);
	nla_put(msg, TENOVL_A_SOURCES_ADDRESS, 4, addr);
	nla_put(msg, TENOVL_A_SOURCES_ADDRESS, 3, addr);
	nla_put(msg, TENOVL_A_SOURCES_ADDRESS + 1, 4, addr);
	nla_nest_end(msg, inner);
	nla_nest_end(msg, nest);
	assert_record(msg, "{\"fdb\":{\"seq\":7,\"frozen\":false},\"peer\":{\"sources\":[\"10.9.0.3\"]}}");

	msg = bench_msg(1, TENOVL_CMD_FDB_GET, 0);
	nest = nla_nest_start(msg, TENOVL_A_FDB);
	nla_put_flag(msg, TENOVL_A_FDB_FROZEN);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, TENOVL_A_PEER);
	inner = nla_nest_start(msg, TENOVL_A_PEER_SOURCES);
	nla_nest_end_keep_empty(msg, inner);
	nla_nest_end(msg, nest);
	assert_record(msg, "{\"fdb\":{\"frozen\":true},\"peer\":{\"sources\":[]}}");
}

static int collect(json_t *rec, void *arg)
{
	char **all = arg;
	char *one = json_dumps(rec, JSON_COMPACT);
	char *both;

	assert_true(asprintf(&both, "%s%s\n", *all ? *all : "", one) > 0);
	free(*all);
	free(one);
	*all = both;
	return 0;
}

static int stop(json_t *rec, void *arg)
{
	(void)rec;
	++*(int *)arg;
	return 5;
}

/* Several objects in one message; the head is repeated for each. */
static void test_each(void **state)
{
	struct nl_msg *msg = bench_msg(1, TENOVL_CMD_PEER_GET, 0);
	char *all = NULL;
	struct nlattr *nest;
	int calls = 0;
	uint8_t i;

	(void)state;
	nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
	for (i = 0; i < 2; i++) {
		nest = nla_nest_start(msg, TENOVL_A_PEER);
		nla_put_u8(msg, TENOVL_A_PEER_FLOOD, i);
		nla_nest_end(msg, nest);
	}
	nla_put_string(msg, TENOVL_A_IFNAME, "s21");
	assert_int_equal(ovctl_record_each(nlmsg_hdr(msg), TENOVL_A_PEER, collect, &all), 0);
	assert_string_equal(all, "{\"ifname\":\"s21\",\"ifindex\":5,\"flood\":false}\n"
				 "{\"ifname\":\"s21\",\"ifindex\":5,\"flood\":true}\n");
	free(all);
	assert_int_equal(ovctl_record_each(nlmsg_hdr(msg), TENOVL_A_PEER, stop, &calls), 5);
	assert_int_equal(calls, 1);
	assert_int_equal(ovctl_record_each(nlmsg_hdr(msg), TENOVL_A_FDB, stop, &calls), 0);
	assert_int_equal(calls, 1);
	nlmsg_free(msg);
}

/* A message cut at every byte, as a buffer of just that length. */
static void test_cut(void **state)
{
	struct nl_msg *msg = bench_msg(1, TENOVL_CMD_PEER_GET, 0);
	const uint8_t addr[4] = { 10, 9, 0, 3 };
	struct nlattr *inner;
	struct nlattr *nest;
	char *all = NULL;
	uint32_t cut;

	(void)state;
	nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
	nest = nla_nest_start(msg, TENOVL_A_PEER);
	nla_put(msg, TENOVL_A_PEER_ADDRESS, 4, addr);
	inner = nla_nest_start(msg, TENOVL_A_PEER_SOURCES);
	nla_put(msg, TENOVL_A_SOURCES_ADDRESS, 4, addr);
	nla_nest_end(msg, inner);
	nla_nest_end(msg, nest);
	for (cut = NLMSG_HDRLEN; cut <= nlmsg_hdr(msg)->nlmsg_len; cut++) {
		struct nlmsghdr *copy = malloc(cut);

		memcpy(copy, nlmsg_hdr(msg), cut);
		copy->nlmsg_len = cut;
		assert_int_equal(ovctl_record_each(copy, TENOVL_A_PEER, collect, &all), 0);
		free(copy);
	}
	assert_string_equal(all, "{\"ifindex\":5,\"address\":\"10.9.0.3\",\"sources\":[\"10.9.0.3\"]}\n");
	free(all);
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_flags_and_lists),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
