// SPDX-License-Identifier: GPL-2.0
/* What is shown, word by word, as text and as JSON. */
#include "bench.h"
#include "../../tools/ovctl/north/output.h"

static void assert_shows(struct bench *b, const char *line, const char *expected)
{
	assert_int_equal(bench_run(b, line), OVCTL_DONE);
	assert_string_equal(bench_out(b), expected);
	assert_silent(b);
}

#define DEV_HEAD									\
	"DEV             NETNS MODE VNI      ENCAP KEY   LOCAL           PORT  LINK"	\
	"            MTU   PEERS STATIC LEARNED ROUTES\n"
#define DEV_ROW(name, netns, link)							\
	name netns "     l2   2112     vxlan nvgre 10.9.0.1        4789  " link		\
	"             1450  2     -      -       -\n"

static void test_dev_text(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "dev show s21", DEV_HEAD DEV_ROW("s21             ", "-", "-  "));
	assert_shows(b, "dev show", DEV_HEAD
		     DEV_ROW("s21             ", "-", "-  ")
		     DEV_ROW("t1              ", "0", "lo ")
		     DEV_ROW("far             ", "-", "if1")
		     DEV_ROW("two             ", "-", "-  ")
		     DEV_ROW("two             ", "1", "-  "));
}

#define DETAIL(name, value) "s21             -     " name value "\n"

static void test_dev_details(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "dev show s21 --details",
		     "DEV             NETNS SETTING            VALUE\n"
		     DETAIL("mode               ", "l2")
		     DETAIL("vni                ", "2112")
		     DETAIL("encap              ", "vxlan")
		     DETAIL("gre-key            ", "nvgre")
		     DETAIL("local              ", "10.9.0.1")
		     DETAIL("dstport            ", "4789")
		     DETAIL("link               ", "-")
		     DETAIL("learning           ", "on")
		     DETAIL("mtu                ", "1450")
		     DETAIL("mtu-auto           ", "on")
		     DETAIL("peers              ", "2"));
	/* An interface of this namespace has a name; one of an underlay elsewhere has not. */
	assert_int_equal(bench_run(b, "dev show --details"), OVCTL_DONE);
	assert_non_null(strstr(bench_out(b), "\nt1              0     link               lo\n"));
	assert_non_null(strstr(bench_out(b), "\nfar             -     link               if1\n"));
}

#define DEV_JSON(head, link)								\
	"{" head ",\"generation\":9,\"mode\":\"l2\",\"vni\":2112,\"encap\":\"vxlan\","	\
	"\"gre-key\":\"nvgre\",\"local\":\"10.9.0.1\",\"dstport\":4789,\"link\":" link ","	\
	"\"learning\":true,\"mtu\":1450,\"mtu-auto\":true"

static void test_dev_json(void **state)
{
	struct bench *b = *state;

	b->ov.json = true;
	assert_shows(b, "dev show s21",
		     "[\n " DEV_JSON("\"ifname\":\"s21\",\"ifindex\":5", "0") ",\"peers\":2}\n]\n");
	assert_shows(b, "dev show", "[\n "
		     DEV_JSON("\"ifname\":\"s21\",\"ifindex\":5", "0") ",\"peers\":2},\n "
		     DEV_JSON("\"ifname\":\"t1\",\"ifindex\":7,\"netns-id\":0", "1") ",\"peers\":2},\n "
		     DEV_JSON("\"ifname\":\"far\",\"ifindex\":8", "1")
		     ",\"underlay-netns-id\":3,\"peers\":2},\n "
		     DEV_JSON("\"ifname\":\"two\",\"ifindex\":9", "0") ",\"peers\":2},\n "
		     DEV_JSON("\"ifname\":\"two\",\"ifindex\":9,\"netns-id\":1", "0")
		     ",\"peers\":2}\n]\n");
}

#define PEER_HEAD									\
	"DEV             NETNS ADDRESS         ENCAP   KEY     PORT  ADMIN FLOOD PMTU  "	\
	"ENTRIES TX-PACKETS RX-PACKETS SOURCES INNER-SOURCES\n"
#define PEER_2										\
	"s21             -     10.9.0.2        inherit plain   -     up    off   -     "	\
	"4       10000000000 7          10.9.0.33,fd09::2 -\n"
#define PEER_3										\
	"s21             -     10.9.0.3        inherit plain   -     up    off   -     "	\
	"4       10000000000 7          -       -\n"

static void test_peer_text(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "peer show s21", PEER_HEAD PEER_2 PEER_3);
	assert_shows(b, "peer show s21 10.9.0.2", PEER_HEAD PEER_2);
}

#define PEER_JSON(addr, sources)							\
	"{\"ifname\":\"s21\",\"ifindex\":5,\"address\":\"" addr "\",\"encap\":\"inherit\","	\
	"\"gre-key\":\"plain\",\"admin\":\"up\",\"flood\":false,\"sources\":[" sources "],"	\
	"\"entries\":4,\"stats\":{\"tx-packets\":10000000000,\"rx-packets\":7}}"

static void test_peer_json(void **state)
{
	struct bench *b = *state;

	b->ov.json = true;
	assert_shows(b, "peer show s21",
		     "[\n " PEER_JSON("10.9.0.2", "\"10.9.0.33\",\"fd09::2\"") ",\n "
		     PEER_JSON("10.9.0.3", "") "\n]\n");
}

static void test_fdb_text(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "fdb show s21",
		     "DEV             NETNS MAC               KIND    PLACE PEER            SEQ   IDLE    MOVES FROZEN PORT\n"
		     "s21             -     02:aa:00:00:00:02 static  peer  10.9.0.2        7     120     0     off    -\n"
		     "s21             -     02:aa:00:00:00:03 learned peer  10.9.0.2        -     120     5     on     -\n");
}

static void test_route_text(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "route show s21",
		     "DEV             NETNS PREFIX             PEER\n"
		     "s21             -     10.31.0.0/24       10.9.0.2\n"
		     "s21             -     fd31::/32          10.9.0.2\n");
	b->ov.json = true;
	assert_shows(b, "route show s21 fd31::/32",
		     "[\n {\"ifname\":\"s21\",\"ifindex\":5,\"prefix\":\"fd31::/32\",\"peer\":\"10.9.0.2\"}\n]\n");
}

static void test_port_text(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "port show s21",
		     "DEV             NETNS PORT            PRIORITY STATE    PINNED BRIDGE          ENTRIES TX-PACKETS RX-PACKETS TX-DROPS ROLE   AT\n"
		     "s21             -     s21a            32768    selected on     br21            3       -          -          -        bridge -\n"
		     "s21             -     s21b            32768    unusable off    -               3       -          -          -        bridge -\n"
		     "s21             -     tap0            -        active   off    -               3       -          -          -        access 4\n");
}

static void test_port_json(void **state)
{
	struct bench *b = *state;

	b->ov.json = true;
	assert_shows(b, "port show s21 s21b",
		     "[\n {\"ifname\":\"s21\",\"ifindex\":5,\"index\":9,\"name\":\"s21b\",\"state\":\"unusable\",\"entries\":3,\"role\":\"bridge\",\"priority\":32768,\"pinned\":false,\"enslaved\":false}\n]\n");
	/* By its index and its namespace: s21a has that index, too. */
	assert_shows(b, "port show s21 tap0",
		     "[\n {\"ifname\":\"s21\",\"ifindex\":5,\"index\":8,\"name\":\"tap0\",\"state\":\"active\",\"entries\":3,\"own-netns-id\":4,\"role\":\"access\",\"enslaved\":true,\"macs\":[\"02:00:00:00:00:01\",\"02:00:00:00:00:02\"],\"pinned\":false}\n]\n");
}

static void test_fdb_json(void **state)
{
	struct bench *b = *state;

	b->ov.json = true;
	assert_shows(b, "fdb show s21 02:aa:00:00:00:02",
		     "[\n {\"ifname\":\"s21\",\"ifindex\":5,\"mac\":\"02:aa:00:00:00:02\",\"peer\":\"10.9.0.2\",\"seq\":7,\"kind\":\"static\",\"place\":\"peer\",\"moves\":0,\"idle\":120,\"frozen\":false}\n]\n");
}

#define STATS_HEAD "DEV             NETNS COUNTER              VALUE\n"

static void test_stats(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "stats", STATS_HEAD
		     "s21             -     tx-packets           11\n"
		     "s21             -     rx-drop-source       0\n");
	assert_shows(b, "stats show --underlay", STATS_HEAD
		     "-               -     vxlan-short          3\n");
	b->ov.json = true;
	assert_shows(b, "stats show s21",
		     "[\n {\"ifname\":\"s21\",\"ifindex\":5,\"tx-packets\":11,\"rx-drop-source\":0}\n]\n");
	assert_shows(b, "stats show --underlay", "[\n {\"vxlan-short\":3}\n]\n");
}

static void answer_nothing(struct bench *b, const struct nlmsghdr *nlh)
{
	bench_queue_done(b, nlh->nlmsg_seq, 0);
}

static void test_empty(void **state)
{
	struct bench *b = *state;

	b->answer = answer_nothing;
	assert_shows(b, "dev show", DEV_HEAD);
	assert_shows(b, "peer show", PEER_HEAD);
	b->ov.json = true;
	assert_shows(b, "dev show", "[]\n");
	assert_shows(b, "fdb show", "[]\n");
}

static void assert_cell(const char *json, enum ovctl_cell cell, const char *expected)
{
	json_t *value = json ? json_loads(json, JSON_DECODE_ANY, NULL) : NULL;
	char text[32];

	ovctl_cell_text(text, sizeof(text), value, cell);
	assert_string_equal(text, expected);
	json_decref(value);
}

static void test_cell(void **state)
{
	(void)state;
	assert_cell(NULL, OVCTL_CELL_PLAIN, "-");
	assert_cell("\"\"", OVCTL_CELL_PLAIN, "-");
	assert_cell("\"a\"", OVCTL_CELL_PLAIN, "a");
	assert_cell("true", OVCTL_CELL_PLAIN, "on");
	assert_cell("false", OVCTL_CELL_PLAIN, "off");
	assert_cell("0", OVCTL_CELL_PLAIN, "0");
	assert_cell("-1", OVCTL_CELL_PLAIN, "-1");
	assert_cell("0", OVCTL_CELL_LINK, "-");
	assert_cell("1", OVCTL_CELL_LINK, "lo");
	assert_cell("0", OVCTL_CELL_FAR_LINK, "-");
	assert_cell("1", OVCTL_CELL_FAR_LINK, "if1");
	assert_cell("[]", OVCTL_CELL_PLAIN, "-");
	assert_cell("[\"a\",\"b\"]", OVCTL_CELL_PLAIN, "a,b");
	assert_cell("{}", OVCTL_CELL_PLAIN, "-");
	/* A long list is cut, not run over. */
	assert_cell("[\"aaaaaaaaaaaaaaa\",\"bbbbbbbbbbbbbbb\",\"c\",\"d\"]", OVCTL_CELL_PLAIN,
		    "aaaaaaaaaaaaaaa,bbbbbbbbbbbbbbb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dev_text, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_details, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dev_json, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_peer_text, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_peer_json, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_fdb_text, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_route_text, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_port_text, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_port_json, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_fdb_json, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_stats, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_empty, bench_setup, bench_teardown),
		cmocka_unit_test(test_cell),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
