// SPDX-License-Identifier: GPL-2.0
/* Events: one line each, and what is said after some were lost. */
#include <errno.h>
#include <stdlib.h>

#include "bench.h"
#include "../../tools/ovctl/north/monitor.h"

static struct nl_msg *event_msg(int event)
{
	struct nl_msg *msg = bench_msg(0, TENOVL_CMD_EVENT, 0);

	nla_put_u8(msg, TENOVL_A_EVENT, event);
	nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
	nla_put_s32(msg, TENOVL_A_NETNS_ID, 0);
	nla_put_string(msg, TENOVL_A_IFNAME, "s21");
	return msg;
}

static struct nl_msg *moved_msg(void)
{
	struct nl_msg *msg = event_msg(TENOVL_EVENT_FDB_MOVED);
	const uint8_t mac[6] = { 2, 0xaa, 0, 0, 0, 2 };
	const uint8_t now[4] = { 10, 9, 0, 3 };
	const uint8_t old[4] = { 10, 9, 0, 2 };
	struct nlattr *nest = nla_nest_start(msg, TENOVL_A_FDB);

	nla_put(msg, TENOVL_A_FDB_MAC, 6, mac);
	nla_put_u8(msg, TENOVL_A_FDB_KIND, TENOVL_FDB_KIND_LEARNED);
	nla_put(msg, TENOVL_A_FDB_PEER, 4, now);
	nla_put(msg, TENOVL_A_FDB_OLD_PEER, 4, old);
	nla_nest_end(msg, nest);
	return msg;
}

static void feed(struct bench *b, struct nl_msg *msg)
{
	assert_int_equal(ovctl_monitor_feed(&b->ov, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len),
			 OVCTL_DONE);
	nlmsg_free(msg);
}

static void test_text(void **state)
{
	struct bench *b = *state;

	feed(b, moved_msg());
	feed(b, event_msg(TENOVL_EVENT_DEV_DELETED));
	assert_string_equal(bench_out(b),
			    "fdb-moved s21 0 mac 02:aa:00:00:00:02 kind learned peer 10.9.0.3 old-peer 10.9.0.2 frozen off\n"
			    "dev-deleted s21 0\n");
}

static void test_json(void **state)
{
	struct bench *b = *state;

	b->ov.json = true;
	feed(b, moved_msg());
	feed(b, event_msg(TENOVL_EVENT_DEV_DELETED));
	assert_string_equal(bench_out(b),
			    "{\"event\":\"fdb-moved\",\"ifname\":\"s21\",\"ifindex\":5,\"netns-id\":0,\"fdb\":{\"mac\":\"02:aa:00:00:00:02\",\"kind\":\"learned\",\"peer\":\"10.9.0.3\",\"old-peer\":\"10.9.0.2\",\"frozen\":false}}\n"
			    "{\"event\":\"dev-deleted\",\"ifname\":\"s21\",\"ifindex\":5,\"netns-id\":0}\n");
}

/* Each event by its name in the spec. */
static void test_names(void **state)
{
	struct bench *b = *state;
	char expected[64];
	unsigned int i;

	for (i = 0; i < ovctl_enum_event.count; i++) {
		bench_reset(b);
		feed(b, event_msg(i));
		snprintf(expected, sizeof(expected), "%s s21 0\n", ovctl_enum_event.names[i]);
		assert_string_equal(bench_out(b), expected);
	}
	bench_reset(b);
	feed(b, event_msg(99));
	assert_string_equal(bench_out(b), "99 s21 0\n");
}

/* Other messages, other families and half messages are not events. */
static void test_others(void **state)
{
	struct bench *b = *state;
	struct nl_msg *msg;
	uint32_t len;
	uint32_t cut;

	feed(b, bench_msg(0, TENOVL_CMD_DEV_GET, 0));
	msg = moved_msg();
	nlmsg_hdr(msg)->nlmsg_type = BENCH_FAMILY + 1;
	feed(b, msg);
	assert_string_equal(bench_out(b), "");
	msg = moved_msg();
	len = nlmsg_hdr(msg)->nlmsg_len;
	for (cut = 0; cut < len; cut++) {
		char *copy = malloc(cut ? cut : 1);

		memcpy(copy, nlmsg_hdr(msg), cut);
		assert_int_equal(ovctl_monitor_feed(&b->ov, copy, cut), OVCTL_DONE);
		free(copy);
	}
	assert_string_equal(bench_out(b), "");
	nlmsg_free(msg);
}

/* Several in one receive; then an overrun; then the socket breaks. */
static void test_loop(void **state)
{
	struct bench *b = *state;
	struct nl_msg *first = event_msg(TENOVL_EVENT_DEV_ADDED);
	struct nl_msg *second = event_msg(TENOVL_EVENT_DEV_CHANGED);
	uint32_t one = NLMSG_ALIGN(nlmsg_hdr(first)->nlmsg_len);
	uint32_t two = nlmsg_hdr(second)->nlmsg_len;
	char *both = calloc(1, one + two);

	memcpy(both, nlmsg_hdr(first), nlmsg_hdr(first)->nlmsg_len);
	memcpy(both + one, nlmsg_hdr(second), two);
	bench_queue(b, both, one + two);
	bench_queue_error(b, -EINTR);
	bench_queue_error(b, -EIO);
	assert_int_equal(ovctl_monitor_loop(&b->ov, &b->genl.wire), OVCTL_FAILED);
	assert_string_equal(bench_out(b), "listening - -\ndev-added s21 0\ndev-changed s21 0\n");
	assert_says(b, "monitor: Input/output error");
	free(both);
	nlmsg_free(first);
	nlmsg_free(second);
}

static int count_lines(const char *text, const char *start)
{
	int count = 0;

	while (text && *text) {
		count += !strncmp(text, start, strlen(start));
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return count;
}

static void test_lost(void **state)
{
	struct bench *b = *state;

	b->ov.json = true;
	assert_int_equal(ovctl_monitor_resync(&b->ov), OVCTL_DONE);
	assert_says(b, "warning: events came faster than they were read, and some are lost: here is the state as it is now");
	assert_memory_equal(bench_out(b), "{\"event\":\"lost\"}\n", 17);
	assert_int_equal(count_lines(bench_out(b), "{\"event\":\"dev\",\"ifname\":\"s21\""), 1);
	assert_int_equal(count_lines(bench_out(b), "{\"event\":\"dev\""), 5);
	assert_int_equal(count_lines(bench_out(b), "{\"event\":\"peer\""), 10);
	assert_int_equal(count_lines(bench_out(b), "{\"event\":\"fdb\""), 10);
	assert_int_equal(count_lines(bench_out(b), "{\"event\":\"route\""), 10);
	assert_int_equal(count_lines(bench_out(b), "{\"event\":\"move\""), 10);
	assert_non_null(strstr(bench_out(b), "\"address\":\"10.9.0.2\""));
	assert_int_equal(count_lines(bench_out(b), "{\"event\":\"listening\"}"), 1);
}

/* Events that overran their queue, of which an old one still waits there; then a
 * socket that breaks.
 */
static struct nl_msg *waiting;
static int overrun_step;

static ssize_t recv_overrun(struct ovctl_wire *wire, const void **buf)
{
	(void)wire;
	if (!overrun_step++)
		return -ENOBUFS;
	if (!waiting)
		return -EIO;
	assert_true(overrun_step < 5);
	*buf = nlmsg_hdr(waiting);
	return nlmsg_hdr(waiting)->nlmsg_len;
}

static void drain_overrun(struct ovctl_wire *wire)
{
	(void)wire;
	nlmsg_free(waiting);
	waiting = NULL;
}

static void test_overrun(void **state)
{
	struct ovctl_wire wire = { .recv = recv_overrun, .drain = drain_overrun };
	struct bench *b = *state;

	waiting = moved_msg();

	assert_int_equal(ovctl_monitor_loop(&b->ov, &wire), OVCTL_FAILED);
	assert_int_equal(count_lines(bench_out(b), "listening - -"), 2);
	assert_int_equal(count_lines(bench_out(b), "lost - -"), 1);
	assert_int_equal(count_lines(bench_out(b), "fdb-moved"), 0);
	assert_int_equal(count_lines(bench_out(b), "peer s21 - address 10.9.0.2"), 1);
	/* The names of interfaces here are not those of an underlay elsewhere. */
	assert_non_null(strstr(bench_out(b), "dstport 4789 link lo "));
	assert_non_null(strstr(bench_out(b), "dstport 4789 link if1 "));
	assert_non_null(strstr(bench_err(b), "ovctl: monitor: Input/output error\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_json, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_names, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_others, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_loop, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_lost, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_overrun, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
