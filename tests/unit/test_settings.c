// SPDX-License-Identifier: GPL-2.0
/* Every keyword of the command line: good, bad, at its bounds, twice. */
#include "bench.h"
#include "../../tools/ovctl/north/settings.h"

/**
 * struct setting - One keyword with values at and beyond its bounds.
 * @words: The keywords that it belongs to.
 * @text: What is typed.
 * @id: The attribute it becomes, or 0 where it is refused.
 * @num: The value.
 * @says: The sentence of the refusal.
 */
struct setting {
	const struct ovctl_word *words;
	const char *text;
	uint16_t id;
	uint32_t num;
	const char *says;
};

#define DEV(text, attr, num) { ovctl_words_dev_set, text, TENOVL_A_DEV_##attr, num, NULL }
#define PEER(text, attr, num) { ovctl_words_peer, text, TENOVL_A_PEER_##attr, num, NULL }
#define FDB(text, attr, num) { ovctl_words_fdb_add, text, TENOVL_A_FDB_##attr, num, NULL }
#define NO_DEV(text, says) { ovctl_words_dev_set, text, 0, 0, says }
#define NO_PEER(text, says) { ovctl_words_peer, text, 0, 0, says }
#define NO_FDB(text, says) { ovctl_words_fdb_add, text, 0, 0, says }

#define ONE_OF(text, noun, names) "\"" text "\" is not " noun ": " names " is accepted"
#define IN(text, noun, min, max)							\
	"\"" text "\" is not " noun ": a number from " min " to " max " is accepted"
#define SWITCH(text, word)								\
	"\"" text "\" is not a switch of " word ": on or off is accepted"

static const struct setting settings[] = {
	DEV("vni 0", VNI, 0),
	DEV("vni 16777215", VNI, 16777215),
	DEV("vni 0xffffff", VNI, 16777215),
	NO_DEV("vni 16777216", IN("16777216", "a VNI", "0", "16777215")),
	NO_DEV("vni 21x", IN("21x", "a VNI", "0", "16777215")),
	NO_DEV("vni -1", IN("-1", "a VNI", "0", "16777215")),

	DEV("encap vxlan", ENCAP, TENOVL_ENCAP_VXLAN),
	DEV("encap gre", ENCAP, TENOVL_ENCAP_GRE),
	NO_DEV("encap inherit", ONE_OF("inherit", "an encapsulation", "vxlan or gre")),
	NO_DEV("encap VXLAN", ONE_OF("VXLAN", "an encapsulation", "vxlan or gre")),
	NO_DEV("encap vx", ONE_OF("vx", "an encapsulation", "vxlan or gre")),

	DEV("gre-key nvgre", GRE_KEY, TENOVL_GRE_KEY_NVGRE),
	DEV("gre-key plain", GRE_KEY, TENOVL_GRE_KEY_PLAIN),
	NO_DEV("gre-key inherit", ONE_OF("inherit", "a GRE key layout", "nvgre or plain")),

	DEV("flowid off", FLOWID, TENOVL_FLOWID_OFF),
	DEV("flowid hash", FLOWID, TENOVL_FLOWID_HASH),
	NO_DEV("flowid on", ONE_OF("on", "a FlowID mode", "off or hash")),

	NO_DEV("local 10.9.0", "\"10.9.0\" is not an IP address: IPv4 or IPv6 is accepted"),
	NO_DEV("local any", "\"any\" is not an IP address: IPv4 or IPv6 is accepted"),

	DEV("dstport 1", DSTPORT, 1),
	DEV("dstport 65535", DSTPORT, 65535),
	NO_DEV("dstport 0", IN("0", "a UDP port", "1", "65535")),
	NO_DEV("dstport 65536", IN("65536", "a UDP port", "1", "65535")),

	NO_DEV("srcport 0 5", IN("0", "a UDP port", "1", "65535")),
	NO_DEV("srcport 5 65536", IN("65536", "a UDP port", "1", "65535")),
	NO_DEV("srcport 5", "\"srcport\" needs two values, the first and the last"),
	NO_DEV("srcport", "\"srcport\" needs two values, the first and the last"),

	DEV("link none", LINK, 0),
	DEV("link lo", LINK, 1),

	DEV("mark 0", MARK, 0),
	DEV("mark 4294967295", MARK, UINT32_MAX),
	NO_DEV("mark 4294967296", IN("4294967296", "a mark", "0", "4294967295")),

	DEV("ttl auto", TTL, 0),
	DEV("ttl 0", TTL, 0),
	DEV("ttl 255", TTL, 255),
	NO_DEV("ttl 256",
	       "\"256\" is not a TTL: a number from 0 to 255, or auto is accepted"),
	NO_DEV("ttl inherit",
	       "\"inherit\" is not a TTL: a number from 0 to 255, or auto is accepted"),

	DEV("dscp 0", DSCP, 0),
	DEV("dscp 63", DSCP, 63),
	DEV("dscp inherit", DSCP_INHERIT, 1),
	NO_DEV("dscp 64", "\"64\" is not a DSCP: a number from 0 to 63, or inherit is accepted"),

	DEV("df unset", DF, TENOVL_DF_UNSET),
	DEV("df set", DF, TENOVL_DF_SET),
	DEV("df inherit", DF, TENOVL_DF_INHERIT),
	NO_DEV("df on", ONE_OF("on", "a DF mode", "unset, set or inherit")),

	DEV("udp-csum auto", UDP_CSUM, TENOVL_CSUM_AUTO),
	DEV("udp-csum off", UDP_CSUM, TENOVL_CSUM_OFF),
	DEV("udp-csum on", UDP_CSUM, TENOVL_CSUM_ON),
	NO_DEV("udp-csum yes", ONE_OF("yes", "a checksum mode", "auto, off or on")),

	DEV("udp-zero-csum6-rx on", UDP_ZERO_CSUM6_RX, 1),
	DEV("udp-zero-csum6-rx off", UDP_ZERO_CSUM6_RX, 0),
	NO_DEV("udp-zero-csum6-rx 1", SWITCH("1", "udp-zero-csum6-rx")),

	DEV("gre-csum on", GRE_CSUM, 1),
	DEV("gre-csum off", GRE_CSUM, 0),
	NO_DEV("gre-csum auto", SWITCH("auto", "gre-csum")),

	DEV("inner-vlan pass", INNER_VLAN, TENOVL_INNER_VLAN_PASS),
	DEV("inner-vlan drop", INNER_VLAN, TENOVL_INNER_VLAN_DROP),
	NO_DEV("inner-vlan off", ONE_OF("off", "a VLAN mode", "pass or drop")),

	DEV("learning on", LEARNING, 1),
	DEV("learning off", LEARNING, 0),
	NO_DEV("learning maybe", SWITCH("maybe", "learning")),

	DEV("ageing 0", AGEING, 0),
	DEV("ageing 1000000", AGEING, 1000000),
	DEV("redirect 0", REDIRECT, 0),
	DEV("redirect 3600", REDIRECT, 3600),
	NO_DEV("redirect 3601", IN("3601", "a number of seconds", "0", "3600")),
	DEV("redirect-port 32767", REDIRECT_PORT, 32767),
	NO_DEV("redirect-port 0", IN("0", "a UDP port", "1", "32767")),
	NO_DEV("redirect-port 32768", IN("32768", "a UDP port", "1", "32767")),
	NO_DEV("ageing 1000001", IN("1000001", "an ageing time", "0", "1000000")),

	DEV("max-learned 0", MAX_LEARNED, 0),
	DEV("max-learned 16777216", MAX_LEARNED, 16777216),
	NO_DEV("max-learned 16777217", IN("16777217", "a number of entries", "0", "16777216")),

	DEV("move-limit 0", MOVE_LIMIT, 0),
	DEV("move-limit 1000", MOVE_LIMIT, 1000),
	NO_DEV("move-limit 1001", IN("1001", "a number of moves", "0", "1000")),

	DEV("move-window 1", MOVE_WINDOW, 1),
	DEV("move-window 86400", MOVE_WINDOW, 86400),
	NO_DEV("move-window 0", IN("0", "a number of seconds", "1", "86400")),
	NO_DEV("move-window 86401", IN("86401", "a number of seconds", "1", "86400")),

	DEV("source-check on", SOURCE_CHECK, 1),
	DEV("source-check off", SOURCE_CHECK, 0),
	NO_DEV("source-check strict", SWITCH("strict", "source-check")),

	DEV("mtu 68", MTU, 68),
	DEV("mtu 65461", MTU, 65461),
	DEV("mtu auto", MTU_AUTO, 1),
	NO_DEV("mtu 67", "\"67\" is not an MTU: a number from 68 to 65461, or auto is accepted"),
	NO_DEV("mtu 65462",
	       "\"65462\" is not an MTU: a number from 68 to 65461, or auto is accepted"),

	DEV("fastpath on", FASTPATH, 1),
	DEV("suppress on", SUPPRESS, 1),
	DEV("suppress off", SUPPRESS, 0),
	NO_DEV("suppress none", SWITCH("none", "suppress")),

	DEV("head-mac 02:00:00:00:00:01", HEAD_MAC, 0),
	DEV("head-mac none", HEAD_MAC, 0),
	NO_DEV("head-mac 02:00:00:00:00", "\"02:00:00:00:00\" is not a MAC address: "
	       "xx:xx:xx:xx:xx:xx, or none is accepted"),

	NO_DEV("mode l2", "\"mode\" is not a keyword of dev set: see ovctl dev set --help"),
	NO_DEV("netns a", "\"netns\" is not a keyword of dev set: see ovctl dev set --help"),
	NO_DEV("peers 3", "\"peers\" is not a keyword of dev set: see ovctl dev set --help"),

	PEER("encap inherit", ENCAP, TENOVL_ENCAP_INHERIT),
	PEER("encap vxlan", ENCAP, TENOVL_ENCAP_VXLAN),
	PEER("encap gre", ENCAP, TENOVL_ENCAP_GRE),
	NO_PEER("encap ipip", ONE_OF("ipip", "an encapsulation", "inherit, vxlan or gre")),
	PEER("gre-key inherit", GRE_KEY, TENOVL_GRE_KEY_INHERIT),
	PEER("gre-key nvgre", GRE_KEY, TENOVL_GRE_KEY_NVGRE),
	PEER("gre-key plain", GRE_KEY, TENOVL_GRE_KEY_PLAIN),
	NO_PEER("gre-key 5", ONE_OF("5", "a GRE key layout", "inherit, nvgre or plain")),
	PEER("dstport inherit", DSTPORT, 0),
	PEER("dstport 1", DSTPORT, 1),
	PEER("dstport 65535", DSTPORT, 65535),
	NO_PEER("dstport 0",
		"\"0\" is not a UDP port: a number from 1 to 65535, or inherit is accepted"),
	NO_PEER("dstport 65536",
		"\"65536\" is not a UDP port: a number from 1 to 65535, or inherit is accepted"),
	PEER("flood on", FLOOD, 1),
	PEER("flood off", FLOOD, 0),
	NO_PEER("flood none", SWITCH("none", "flood")),
	PEER("admin up", ADMIN, TENOVL_ADMIN_UP),
	PEER("admin down", ADMIN, TENOVL_ADMIN_DOWN),
	NO_PEER("admin off", ONE_OF("off", "a state", "down or up")),
	NO_PEER("source 10.9.0.3,",
		"\"\" is not an IP address: IPv4 or IPv6 is accepted"),
	NO_PEER("source 10.9.0.3,x",
		"\"x\" is not an IP address: IPv4 or IPv6 is accepted"),
	NO_PEER("source none,10.9.0.3",
		"\"none\" is not an IP address: IPv4 or IPv6 is accepted"),

	FDB("seq 0", SEQ, 0),
	FDB("seq 4294967295", SEQ, UINT32_MAX),
	NO_FDB("seq 4294967296", IN("4294967296", "a sequence number", "0", "4294967295")),
	FDB("force", FORCE, 0),
	NO_FDB("peer x", "\"x\" is not an IP address: IPv4 or IPv6 is accepted"),
	NO_FDB("force on", "\"on\" is not a keyword of dev set: see ovctl dev set --help"),

	{ ovctl_words_fdb_flush, "static", TENOVL_A_FDB_KIND, TENOVL_FDB_KIND_STATIC, NULL },
	{ ovctl_words_fdb_flush, "learned", TENOVL_A_FDB_KIND, TENOVL_FDB_KIND_LEARNED, NULL },
	{ ovctl_words_fdb_flush, "static learned", 0, 0,
	  "\"static\" and \"learned\" exclude each other" },
	{ ovctl_words_fdb_flush, "static static", 0, 0, "\"static\" is given twice" },
	{ ovctl_words_fdb_del, "peer 10.9.0.2", 0, 0,
	  "\"peer\" is not a keyword of dev set: see ovctl dev set --help" },
	{ ovctl_words_dev_add, "mode l2", TENOVL_A_DEV_MODE, TENOVL_MODE_L2, NULL },
	{ ovctl_words_dev_add, "mode l3", TENOVL_A_DEV_MODE, TENOVL_MODE_L3, NULL },
	{ ovctl_words_dev_add, "mode l4", 0, 0, "\"l4\" is not a mode: l2 or l3 is accepted" },
};

static int parse(struct bench *b, struct ovctl_settings *st, const struct ovctl_word *words,
		 const char *text, char *copy)
{
	char *argv[64];
	int argc = 0;
	char *save;
	char *word;

	bench_reset(b);
	memcpy(copy, text, strlen(text) + 1);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return ovctl_settings_parse(&b->ov, st, words, "dev set", argc, argv);
}

static void test_each(void **state)
{
	struct bench *b = *state;
	struct ovctl_settings st;
	char copy[128];
	char says[256];
	size_t i;
	int ret;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct setting *s = &settings[i];

		ret = parse(b, &st, s->words, s->text, copy);
		if (s->says) {
			if (ret != OVCTL_USAGE)
				fail_msg("\"%s\" is taken", s->text);
			snprintf(says, sizeof(says), "ovctl: %s\n", s->says);
			assert_string_equal(bench_err(b), says);
		} else {
			if (ret || st.count != 1 || st.values[0].attr->id != s->id ||
			    st.values[0].num != s->num)
				fail_msg("\"%s\" is not taken right", s->text);
			assert_silent(b);
		}
		ovctl_settings_free(&st);
	}
}

/* Every keyword, given twice, is refused; and every one needs its value. */
static void test_twice_and_short(void **state)
{
	static const struct ovctl_word *const tables[] = {
		ovctl_words_dev_add, ovctl_words_dev_set, ovctl_words_peer,
		ovctl_words_fdb_add, ovctl_words_fdb_del,
	};
	struct bench *b = *state;
	struct ovctl_settings st;
	char text[128];
	char copy[128];
	char says[128];
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct ovctl_word *w;

		for (w = tables[i]; w->word; w++) {
			const struct ovctl_attr *attr =
				w->set ? ovctl_spec_attr(w->set, w->id) : NULL;
			const char *value = "68";

			if (w->bare)
				value = "";
			else if (w->also.word)
				value = w->also.word;
			else if (attr && attr->form == OVCTL_ENUM)
				value = attr->enums->names[attr->min];
			else if (attr && attr->form == OVCTL_BOOL)
				value = "on";
			else if (attr && attr->form == OVCTL_ADDR)
				value = "10.9.0.9";
			else if (w->id2)
				value = "68 69";
			snprintf(text, sizeof(text), "%s %s %s %s", w->word, value, w->word, value);
			assert_int_equal(parse(b, &st, tables[i], text, copy), OVCTL_USAGE);
			snprintf(says, sizeof(says), "ovctl: \"%s\" is given twice\n", w->word);
			assert_string_equal(bench_err(b), says);
			ovctl_settings_free(&st);

			if (w->bare || w->id2)
				continue;
			assert_int_equal(parse(b, &st, tables[i], w->word, copy), OVCTL_USAGE);
			snprintf(says, sizeof(says), "ovctl: \"%s\" needs a value\n", w->word);
			assert_string_equal(bench_err(b), says);
			ovctl_settings_free(&st);
		}
	}
}

static void test_several(void **state)
{
	struct bench *b = *state;
	struct ovctl_settings st;
	const struct ovctl_value *v;
	char copy[256];

	assert_int_equal(parse(b, &st, ovctl_words_dev_add,
			       "mode l2 netns blue vni 7 srcport 100 0xff local fd09::1", copy),
			 OVCTL_DONE);
	assert_int_equal(st.count, 5);
	assert_null(st.name);
	assert_string_equal(st.netns, "blue");
	assert_int_equal(ovctl_settings_find(&st, TENOVL_A_DEV_SRC_PORT_MIN)->num, 100);
	assert_int_equal(ovctl_settings_find(&st, TENOVL_A_DEV_SRC_PORT_MAX)->num, 255);
	assert_int_equal(ovctl_settings_find(&st, TENOVL_A_DEV_LOCAL)->addr.len, 16);
	assert_null(ovctl_settings_find(&st, TENOVL_A_DEV_MTU));
	ovctl_settings_free(&st);

	assert_int_equal(parse(b, &st, ovctl_words_peer, "source 10.9.0.3,fd09::3 flood off", copy),
			 OVCTL_DONE);
	v = ovctl_settings_find(&st, TENOVL_A_PEER_SOURCES);
	assert_int_equal(v->count, 2);
	assert_int_equal(v->list[0].len, 4);
	assert_int_equal(v->list[1].len, 16);
	ovctl_settings_free(&st);

	assert_int_equal(parse(b, &st, ovctl_words_port_add,
			       "access netns blue mac 02:00:00:00:00:01,02:00:00:00:00:02 ip any rate 8",
			       copy), OVCTL_DONE);
	assert_int_equal(ovctl_settings_find(&st, TENOVL_A_PORT_ROLE)->num, TENOVL_PORT_ROLE_ACCESS);
	assert_string_equal(st.netns, "blue");
	v = ovctl_settings_find(&st, TENOVL_A_PORT_MACS);
	assert_int_equal(v->count, 2);
	assert_int_equal(v->list[1].len, 6);
	assert_int_equal(v->list[1].bytes[5], 2);
	assert_int_equal(ovctl_settings_find(&st, TENOVL_A_PORT_IPS)->count, 0);
	assert_int_equal(ovctl_settings_find(&st, TENOVL_A_PORT_RATE)->num, 8);
	ovctl_settings_free(&st);

	assert_int_equal(parse(b, &st, ovctl_words_port_key, "netns blue", copy), OVCTL_DONE);
	assert_string_equal(st.netns, "blue");
	ovctl_settings_free(&st);
	assert_int_equal(parse(b, &st, ovctl_words_port_key, "rate 8", copy), OVCTL_USAGE);
	ovctl_settings_free(&st);
	assert_int_equal(parse(b, &st, ovctl_words_port_add, "access role bridge", copy),
			 OVCTL_USAGE);
	assert_says(b, "\"access\" and \"role\" exclude each other");
	ovctl_settings_free(&st);

	assert_int_equal(parse(b, &st, ovctl_words_peer, "source none", copy), OVCTL_DONE);
	v = ovctl_settings_find(&st, TENOVL_A_PEER_SOURCES);
	assert_non_null(v);
	assert_int_equal(v->count, 0);
	ovctl_settings_free(&st);
}

static void test_sources_limit(void **state)
{
	struct bench *b = *state;
	struct ovctl_settings st;
	static char list[(OVCTL_LIST_MAX + 1) * 10];
	char word[] = "source";
	char *argv[] = { word, list };
	int i;

	for (i = 0; i < OVCTL_LIST_MAX; i++)
		strcat(list, i ? ",10.9.0.3" : "10.9.0.3");
	assert_int_equal(ovctl_settings_parse(&b->ov, &st, ovctl_words_peer, "peer add", 2, argv),
			 OVCTL_DONE);
	ovctl_settings_free(&st);
	strcat(list, ",10.9.0.3");
	assert_int_equal(ovctl_settings_parse(&b->ov, &st, ovctl_words_peer, "peer add", 2, argv),
			 OVCTL_USAGE);
	assert_says(b, "1025 addresses are too many at once: up to 1024 are accepted");
	ovctl_settings_free(&st);
}

static void test_link_unknown(void **state)
{
	struct bench *b = *state;
	struct ovctl_settings st;
	char copy[64];

	assert_int_equal(parse(b, &st, ovctl_words_dev_set, "link no-such-if0", copy),
			 OVCTL_FAILED);
	assert_says(b, "there is no interface \"no-such-if0\" here to link to");
	ovctl_settings_free(&st);
}

static void test_name(void **state)
{
	static const char *const good[] = { "s21", "a", "123456789012345", "s21.a-b_c@d", "s\xc3\xbc" };
	static const char *const bad[] = {
		"", ".", "..", "1234567890123456", "a/b", "a b", "a:b", "a\tb", "a\nb",
		"s%d", "%", "-j", "-", "a\x1b[1m", "a\x7f",
	};
	struct bench *b = *state;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(ovctl_name_check(&b->ov, good[i]), OVCTL_DONE);
	assert_silent(b);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ovctl_name_check(&b->ov, bad[i]) != OVCTL_USAGE)
			fail_msg("\"%s\" is taken for a name", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_twice_and_short, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_several, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_sources_limit, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_link_unknown, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_name, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
