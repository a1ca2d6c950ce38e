// SPDX-License-Identifier: GPL-2.0
/* Batches: quoting, what travels together, which line is at fault. */
#include <errno.h>
#include <stdlib.h>

#include "bench.h"
#include "../../tools/ovctl/north/batch.h"

/* Splits and joins again with | between the words; "!" in front of a fault. */
static void assert_split(const char *line, const char *expected)
{
	const char *fault = NULL;
	char *words[4];
	char copy[128];
	char text[256] = "";
	int count;
	int i;

	snprintf(copy, sizeof(copy), "%s", line);
	count = ovctl_batch_split(copy, words, 4, &fault);
	if (count < 0)
		snprintf(text, sizeof(text), "!%s", fault);
	for (i = 0; i < count; i++) {
		if (i)
			strcat(text, "|");
		strcat(text, words[i]);
	}
	assert_string_equal(text, expected);
}

static void test_split(void **state)
{
	(void)state;
	assert_split("", "");
	assert_split(" \t\n \t", "");
	assert_split("# a comment", "");
	assert_split("  # a comment", "");
	assert_split("a b", "a|b");
	assert_split("  a\tb  \r\n", "a|b");
	assert_split("a # b", "a");
	assert_split("a#b c", "a#b|c");
	assert_split("\"a b\" c", "a b|c");
	assert_split("'a b' c", "a b|c");
	assert_split("a\"b c\"d", "ab cd");
	assert_split("\"\" a", "|a");
	assert_split("'' a", "|a");
	assert_split("\"a'b\" 'c\"d'", "a'b|c\"d");
	assert_split("a\\ b c", "a b|c");
	assert_split("\"a\\\"b\"", "a\"b");
	assert_split("'a\\b'", "a\\b");
	assert_split("\\# a", "#|a");
	assert_split("\"#\" a", "#|a");
	assert_split("a b c d", "a|b|c|d");
	assert_split("a b c d # e", "a|b|c|d");
	assert_split("a b c d e", "!there are too many words");
	assert_split("\"a", "!a quotation does not end");
	assert_split("'a\n", "!a quotation does not end");
	assert_split("a\\", "!nothing follows the last backslash");
	assert_split("a\\\n", "!nothing follows the last backslash");
}

static unsigned int nests(const struct nlmsghdr *nlh, int type)
{
	unsigned int n = 0;

	while (bench_nth(nlh, type, n))
		n++;
	return n;
}

static void test_together(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_batch(b, "# peers\n"
					"peer add s21 10.9.0.2\n"
					"\n"
					"peer add s21 10.9.0.3,10.9.0.4 flood off\n"
					"fdb add s21 02:aa:00:00:00:02 peer 10.9.0.2\n"
					"fdb add s21 02:aa:00:00:00:03 peer 10.9.0.3 seq 4\n"
					"fdb add t1 02:aa:00:00:00:03 peer 10.9.0.3\n"
					"fdb replace t1 02:aa:00:00:00:03 peer 10.9.0.3\n"
					"dev set s21 ttl 4\n"
					"peer add s21 10.9.0.5"), OVCTL_DONE);
	assert_silent(b);
	assert_int_equal(bench_count(b, TENOVL_CMD_PEER_ADD), 2);
	assert_int_equal(bench_count(b, TENOVL_CMD_FDB_ADD), 2);
	assert_int_equal(bench_count(b, TENOVL_CMD_FDB_REPLACE), 1);
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_SET), 1);
	/* The devices are read once. */
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_GET), 1);
	/* In the order of the lines. */
	assert_int_equal(bench_cmd(b->sent[1]), TENOVL_CMD_PEER_ADD);
	assert_int_equal(nests(b->sent[1], TENOVL_A_PEER), 3);
	assert_int_equal(bench_cmd(b->sent[2]), TENOVL_CMD_FDB_ADD);
	assert_int_equal(nests(b->sent[2], TENOVL_A_FDB), 2);
	assert_int_equal(bench_cmd(b->sent[3]), TENOVL_CMD_FDB_ADD);
	assert_int_equal(bench_cmd(b->sent[4]), TENOVL_CMD_FDB_REPLACE);
	assert_int_equal(bench_cmd(b->sent[5]), TENOVL_CMD_DEV_SET);
	assert_int_equal(bench_cmd(b->sent[6]), TENOVL_CMD_PEER_ADD);
	/* Settings are those of the line. */
	assert_null(bench_in(bench_nth(b->sent[1], TENOVL_A_PEER, 0), TENOVL_A_PEER_FLOOD));
	assert_non_null(bench_in(bench_nth(b->sent[1], TENOVL_A_PEER, 1), TENOVL_A_PEER_FLOOD));
}

/* The kernel takes each object once in a request; lines are carried out in turn. */
static void test_same_again(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_batch(b, "peer set s21 10.9.0.2 flood off\n"
					"peer set s21 10.9.0.3 flood off\n"
					"peer set s21 10.9.0.2 flood on\n"
					"peer set s21 10.9.0.4,10.9.0.4 flood on\n"), OVCTL_DONE);
	assert_silent(b);
	assert_int_equal(bench_count(b, TENOVL_CMD_PEER_SET), 2);
	assert_int_equal(nests(b->sent[1], TENOVL_A_PEER), 2);
	/* One line that names an object twice is the kernel's to refuse. */
	assert_int_equal(nests(b->sent[2], TENOVL_A_PEER), 3);
}

static uint32_t at_third_peer(const struct nlmsghdr *nlh)
{
	return bench_offset(nlh, bench_nth(nlh, TENOVL_A_PEER, 2));
}

static void test_line_at_fault(void **state)
{
	struct bench *b = *state;

	b->refuse_cmd = TENOVL_CMD_PEER_ADD;
	b->refuse_error = -EEXIST;
	b->refuse_text = "There already";
	b->refuse_offset = at_third_peer;
	assert_int_equal(bench_batch(b, "peer add s21 10.9.0.2,10.9.0.3\n"
					"# between\n"
					"peer add s21 10.9.0.4\n"
					"peer add s21 10.9.0.5\n"
					"dev set s21 ttl 4\n"), OVCTL_FAILED);
	assert_says(b, "file:3: peer add s21 10.9.0.4: There already");
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_SET), 0);

	/* Without a hint it is the first line of those that went together. */
	b->refuse_offset = NULL;
	assert_int_equal(bench_batch(b, "\npeer add s21 10.9.0.2\npeer add s21 10.9.0.3\n"),
			 OVCTL_FAILED);
	assert_says(b, "file:2: peer add s21: There already");
}

static void test_stops(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_batch(b, "peer add s21 10.9.0.2\n"
					"peer add s21 10.9.0\n"
					"dev set s21 ttl 4\n"), OVCTL_USAGE);
	assert_says(b, "file:2: \"10.9.0\" is not an IP address: IPv4 or IPv6 is accepted");
	/* The lines before it were right, and are carried out. */
	assert_int_equal(bench_count(b, TENOVL_CMD_PEER_ADD), 1);
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_SET), 0);

	assert_int_equal(bench_batch(b, "dev set s21 ttl 4\ndev set s99 ttl 4\ndev set s21 ttl 5\n"),
			 OVCTL_FAILED);
	assert_says(b, "file:2: \"s99\" is not a tenovl device of this namespace or of an underlay here");
	assert_int_equal(bench_count(b, TENOVL_CMD_DEV_SET), 1);

	assert_int_equal(bench_batch(b, "dev show 's21\n"), OVCTL_USAGE);
	assert_says(b, "file:1: a quotation does not end");
	assert_int_equal(bench_batch(b, "batch x\n"), OVCTL_USAGE);
	assert_says(b, "file:1: batch does not go into a batch");
	assert_int_equal(bench_batch(b, "monitor\n"), OVCTL_USAGE);
	assert_says(b, "file:1: monitor does not go into a batch");
	assert_int_equal(bench_batch(b, "\n\nfly away\n"), OVCTL_USAGE);
	assert_says(b, "file:3: \"fly\" is not an object: see ovctl help");
}

/* A line that is no command does not hide that the kernel refused one above it. */
static void test_refused_above_misuse(void **state)
{
	struct bench *b = *state;

	b->refuse_cmd = TENOVL_CMD_PEER_ADD;
	b->refuse_error = -EEXIST;
	b->refuse_text = "There already";
	assert_int_equal(bench_batch(b, "peer add s21 10.9.0.2\npeer add s21 10.9.0\n"),
			 OVCTL_FAILED);
	assert_says(b, "file:2: \"10.9.0\" is not an IP address: IPv4 or IPv6 is accepted\n"
		       "ovctl: file:1: peer add s21 10.9.0.2: There already");
}

static void test_nul(void **state)
{
	struct bench *b = *state;
	char text[] = "dev set s21 ttl 4\0 vni 3\n";
	FILE *in = fmemopen(text, sizeof(text) - 1, "r");

	assert_int_equal(ovctl_batch_read(&b->ov, in, "file"), OVCTL_USAGE);
	assert_says(b, "file:1: the line holds a NUL character");
	assert_int_equal(b->sent_count, 0);
	fclose(in);
}

static void test_nothing(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_batch(b, "\n# nothing\n"), OVCTL_DONE);
	assert_int_equal(b->sent_count, 0);
	assert_silent(b);
}

/* What does not fit one message goes into the next, in order and complete. */
static void test_full(void **state)
{
	struct bench *b = *state;
	const unsigned int count = 60000;
	size_t size = count * 64;
	char *text = malloc(size);
	unsigned int seen = 0;
	size_t at = 0;
	unsigned int i;

	assert_non_null(text);
	for (i = 0; i < count; i++)
		at += snprintf(text + at, size - at, "fdb add s21 02:00:00:%02x:%02x:%02x peer 10.9.0.2\n",
			       i >> 16, i >> 8 & 255, i & 255);
	assert_int_equal(bench_batch(b, text), OVCTL_DONE);
	assert_true(bench_count(b, TENOVL_CMD_FDB_ADD) > 1);
	for (i = 0; i < b->sent_count; i++) {
		struct nlattr *pos;
		int rem;

		assert_true(b->sent[i]->nlmsg_len <= OVCTL_REQUEST_MAX);
		nlmsg_for_each_attr(pos, b->sent[i], GENL_HDRLEN, rem) {
			const uint8_t *mac;

			if (nla_type(pos) != TENOVL_A_FDB)
				continue;
			mac = nla_data((struct nlattr *)bench_in(pos, TENOVL_A_FDB_MAC));
			assert_int_equal(mac[3] << 16 | mac[4] << 8 | mac[5], seen);
			seen++;
		}
	}
	assert_int_equal(seen, count);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test_setup_teardown(test_together, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_same_again, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_line_at_fault, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_stops, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_refused_above_misuse, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(test_nul, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_nothing, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_full, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
