// SPDX-License-Identifier: GPL-2.0
/* Text to bytes and back. */
#include "bench.h"
#include "../../tools/ovctl/south/value.h"

static void test_number(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t num;
	} cases[] = {
		{ "0", true, 0 },
		{ "7", true, 7 },
		{ "007", true, 7 },
		{ "010", true, 10 },
		{ "0x10", true, 16 },
		{ "0XfF", true, 255 },
		{ "4294967295", true, UINT32_MAX },
		{ "0xffffffff", true, UINT32_MAX },
		{ "4294967296", false, 0 },
		{ "0x100000000", false, 0 },
		{ "99999999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "0x", false, 0 },
		{ "x", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "21x", false, 0 },
		{ "1.5", false, 0 },
		{ "1e3", false, 0 },
		{ "a", false, 0 },
		{ "0xg", false, 0 },
	};
	uint32_t num;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		num = 12345;
		if (ovctl_number_parse(&num, cases[i].text) != cases[i].good)
			fail_msg("\"%s\"", cases[i].text);
		if (cases[i].good)
			assert_int_equal(num, cases[i].num);
		else
			assert_int_equal(num, 12345);
	}
}

static void test_addr(void **state)
{
	static const char *const bad[] = {
		"", "10", "10.9.0", "10.9.0.256", "10.9.0.1.2", "010.9.0.1x", " 10.9.0.1",
		"10.9.0.1 ", "10.9.0.1/24", "fd09::1::2", "fd09", "fe80::1%eth0", "any", ":::",
		"12345::1", "0x0a090001",
	};
	const uint8_t v4[4] = { 10, 9, 0, 1 };
	const uint8_t v6[16] = { 0xfd, 9, [15] = 1 };
	struct ovctl_addr addr;
	size_t i;

	(void)state;
	assert_true(ovctl_addr_parse(&addr, "10.9.0.1"));
	assert_int_equal(addr.len, 4);
	assert_memory_equal(addr.bytes, v4, 4);
	assert_true(ovctl_addr_parse(&addr, "fd09::1"));
	assert_int_equal(addr.len, 16);
	assert_memory_equal(addr.bytes, v6, 16);
	assert_true(ovctl_addr_parse(&addr, "FD09:0:0::0001"));
	assert_memory_equal(addr.bytes, v6, 16);
	assert_true(ovctl_addr_parse(&addr, "0.0.0.0"));
	assert_true(ovctl_addr_parse(&addr, "::"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ovctl_addr_parse(&addr, bad[i]))
			fail_msg("\"%s\" is taken for an address", bad[i]);
}

static void test_prefix(void **state)
{
	static const struct {
		const char *text;
		const char *again;
		uint8_t len;
		uint8_t bits;
	} good[] = {
		{ "10.9.0.0/24", "10.9.0.0/24", 5, 24 },
		{ "10.9.0.1", "10.9.0.1/32", 5, 32 },
		{ "0.0.0.0/0", "0.0.0.0/0", 5, 0 },
		{ "10.9.0.1/008", "10.9.0.1/8", 5, 8 },
		{ "fd09::/32", "fd09::/32", 17, 32 },
		{ "FD09:0::1", "fd09::1/128", 17, 128 },
		{ "::/0", "::/0", 17, 0 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", 17, 128 },
	};
	static const char *const bad[] = {
		"", "/", "/24", "10.9.0.0/", "10.9.0.0/33", "10.9.0.0/-1", "10.9.0.0/24/24",
		"10.9.0/24", "10.9.0.0/24x", "10.9.0.0 /24", "10.9.0.0/ 24", "fd09::/129",
		"fd09::/4294967300", "default", "any",
		"0000000000000000000000000000000000000000000000000000000000000000000::/0",
	};
	char text[OVCTL_TEXT_MAX];
	struct ovctl_addr addr;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!ovctl_prefix_parse(&addr, good[i].text))
			fail_msg("\"%s\" is taken for no prefix", good[i].text);
		assert_int_equal(addr.len, good[i].len);
		assert_int_equal(addr.bytes[addr.len - 1], good[i].bits);
		assert_true(ovctl_prefix_text(text, sizeof(text), addr.bytes, addr.len));
		assert_string_equal(text, good[i].again);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ovctl_prefix_parse(&addr, bad[i]))
			fail_msg("\"%s\" is taken for a prefix", bad[i]);
	assert_false(ovctl_prefix_text(text, sizeof(text), addr.bytes, 0));
	assert_false(ovctl_prefix_text(text, sizeof(text), addr.bytes, 4));
	assert_false(ovctl_prefix_text(text, sizeof(text), addr.bytes, 16));
}

static void test_mac(void **state)
{
	static const char *const bad[] = {
		"", "02:aa:00:00:00", "02:aa:00:00:00:02:03", "2:aa:0:0:0:2", "02-aa-00-00-00-02",
		"02:aa:00:00:00:0g", "02:aa:00:00:00:02 ", "02aa.0000.0002", "02:aa:00:00:0002",
		"-2:aa:00:00:00:02", "02:aa:00:00:00:0:",
	};
	const uint8_t bytes[6] = { 2, 0xaa, 0xBC, 0, 0, 0xf };
	struct ovctl_addr addr;
	char text[OVCTL_TEXT_MAX];
	size_t i;

	(void)state;
	assert_true(ovctl_mac_parse(&addr, "02:aa:Bc:00:00:0F"));
	assert_int_equal(addr.len, 6);
	assert_memory_equal(addr.bytes, bytes, 6);
	ovctl_mac_text(text, sizeof(text), addr.bytes);
	assert_string_equal(text, "02:aa:bc:00:00:0f");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ovctl_mac_parse(&addr, bad[i]))
			fail_msg("\"%s\" is taken for a MAC address", bad[i]);
}

static void assert_text(const struct ovctl_set *set, uint16_t id, const void *data, size_t len,
			const char *expected)
{
	char text[OVCTL_TEXT_MAX] = "";
	bool good = ovctl_value_text(text, sizeof(text), ovctl_spec_attr(set, id), data, len);

	assert_int_equal(good, !!expected);
	if (expected)
		assert_string_equal(text, expected);
}

static void test_text(void **state)
{
	const uint8_t bytes[17] = { 10, 9, 0, 1, 0, 0 };
	const uint32_t u32 = 4294967295U;
	const int32_t s32 = -1;
	const uint16_t u16 = 65535;
	const uint8_t one = 1;
	const uint8_t two = 2;
	const uint8_t odd = 77;

	(void)state;
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_LOCAL, bytes, 4, "10.9.0.1");
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_LOCAL, bytes, 16, "a09:1::");
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_LOCAL, bytes, 0, NULL);
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_LOCAL, bytes, 5, NULL);
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_LOCAL, bytes, 17, NULL);
	assert_text(&ovctl_set_fdb, TENOVL_A_FDB_MAC, bytes, 6, "0a:09:00:01:00:00");
	assert_text(&ovctl_set_fdb, TENOVL_A_FDB_MAC, bytes, 5, NULL);
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_MARK, &u32, 4, "4294967295");
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_MARK, &u32, 3, NULL);
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_DSTPORT, &u16, 2, "65535");
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_DSTPORT, &u16, 1, NULL);
	assert_text(&ovctl_set_top, TENOVL_A_NETNS_ID, &s32, 4, "-1");
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_ENCAP, &two, 1, "gre");
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_ENCAP, &two, 0, NULL);
	/* What a newer kernel may tell is told as a number. */
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_ENCAP, &odd, 1, "77");
	assert_text(&ovctl_set_dev, TENOVL_A_DEV_LEARNING, &one, 1, "on");
	assert_text(&ovctl_set_fdb, TENOVL_A_FDB_FORCE, NULL, 0, NULL);
	assert_text(&ovctl_set_top, TENOVL_A_DEV, bytes, 4, NULL);
	assert_text(&ovctl_set_top, TENOVL_A_IFNAME, "s21", 4, "s21");
	/* A text that does not end is cut where its attribute ends. */
	assert_text(&ovctl_set_top, TENOVL_A_IFNAME, "s21", 2, "s2");
}

static void test_link(void **state)
{
	char text[OVCTL_TEXT_MAX];

	(void)state;
	assert_string_equal(ovctl_link_name(text, sizeof(text), 0), "none");
	assert_string_equal(ovctl_link_name(text, sizeof(text), 1), "lo");
	assert_string_equal(ovctl_link_name(text, sizeof(text), 0x7fffffff), "if2147483647");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_addr),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_link),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
