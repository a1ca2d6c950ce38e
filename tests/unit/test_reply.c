// SPDX-License-Identifier: GPL-2.0
/* Answers: how they are taken apart, and what is said about refusals. */
#include <errno.h>
#include <stdlib.h>

#include "bench.h"
#include "../../tools/ovctl/south/genl.h"

/* The request of the tests: two peers, the second with settings. */
static struct ovctl_request *peers_request(void)
{
	struct ovctl_dev dev = { .name = "s21", .ifindex = 5, .nsid = 2 };
	struct ovctl_value key = { .attr = &ovctl_set_peer.attrs[TENOVL_A_PEER_ADDRESS] };
	struct ovctl_value values[] = {
		{ .attr = &ovctl_set_peer.attrs[TENOVL_A_PEER_ENCAP], .num = 2 },
		{ .attr = &ovctl_set_peer.attrs[TENOVL_A_PEER_FLOOD], .num = 1 },
		{ .attr = &ovctl_set_peer.attrs[TENOVL_A_PEER_SOURCES], .count = 1 },
	};
	struct ovctl_addr source = { 4, { 10, 9, 0, 7 } };
	struct ovctl_request *rq = ovctl_request_new(TENOVL_CMD_PEER_ADD, NLM_F_ACK, &dev);

	values[2].list = &source;
	ovctl_request_name(rq, "peer add s21");
	key.addr = (struct ovctl_addr){ 4, { 10, 9, 0, 2 } };
	assert_true(ovctl_request_entry(rq, TENOVL_A_PEER, &key, NULL, 0, 11));
	key.addr = (struct ovctl_addr){ 4, { 10, 9, 0, 3 } };
	assert_true(ovctl_request_entry(rq, TENOVL_A_PEER, &key, values, 3, 12));
	return rq;
}

static void refuse(struct ovctl_reply *rp, int error, const char *text)
{
	memset(rp, 0, sizeof(*rp));
	rp->error = error;
	if (text)
		snprintf(rp->refusal.text, sizeof(rp->refusal.text), "%s", text);
}

static void assert_sentence(const struct ovctl_reply *rp, const struct ovctl_request *rq,
			    int entry, const char *expected)
{
	char text[768];
	int found;

	ovctl_reply_sentence(text, sizeof(text), &found, rp, rq);
	assert_string_equal(text, expected);
	assert_int_equal(found, entry);
}

static void point(struct ovctl_reply *rp, const struct ovctl_request *rq,
		  const struct nlattr *attr)
{
	assert_non_null(attr);
	rp->refusal.has_offset = true;
	rp->refusal.offset = bench_offset(nlmsg_hdr(rq->msg), attr);
}

static void test_sentence(void **state)
{
	struct ovctl_request *rq = peers_request();
	const struct nlmsghdr *nlh = nlmsg_hdr(rq->msg);
	const struct nlattr *second = bench_nth(nlh, TENOVL_A_PEER, 1);
	const struct nlattr *sources = bench_in(second, TENOVL_A_PEER_SOURCES);
	struct ovctl_reply rp;

	(void)state;
	/* Nobody is named where the kernel names nobody. */
	refuse(&rp, -EINVAL, NULL);
	assert_sentence(&rp, rq, -1, "peer add s21: Invalid argument");
	refuse(&rp, -EINVAL, "The device is going away.");
	assert_sentence(&rp, rq, -1, "peer add s21: The device is going away.");
	/* A peer as such, by its nest or by its address. */
	refuse(&rp, -EEXIST, "The address is a peer already");
	point(&rp, rq, bench_nth(nlh, TENOVL_A_PEER, 0));
	assert_sentence(&rp, rq, 0, "peer add s21 10.9.0.2: The address is a peer already");
	point(&rp, rq, bench_in(second, TENOVL_A_PEER_ADDRESS));
	assert_sentence(&rp, rq, 1, "peer add s21 10.9.0.3: The address is a peer already");
	/* A setting of a peer. */
	refuse(&rp, -EINVAL, "No");
	point(&rp, rq, bench_in(second, TENOVL_A_PEER_ENCAP));
	assert_sentence(&rp, rq, 1, "peer add s21 10.9.0.3: No (at \"encap gre\")");
	point(&rp, rq, bench_in(second, TENOVL_A_PEER_FLOOD));
	assert_sentence(&rp, rq, 1, "peer add s21 10.9.0.3: No (at \"flood on\")");
	point(&rp, rq, sources);
	assert_sentence(&rp, rq, 1, "peer add s21 10.9.0.3: No (at \"source 10.9.0.7\")");
	point(&rp, rq, nla_data(sources));
	assert_sentence(&rp, rq, 1, "peer add s21 10.9.0.3: No (at \"source 10.9.0.7\")");
	/* What stands outside the peers. */
	point(&rp, rq, bench_nth(nlh, TENOVL_A_NETNS_ID, 0));
	assert_sentence(&rp, rq, -1, "peer add s21: No (at \"netns-id 2\")");
	/* Offsets that point nowhere. */
	rp.refusal.offset = 4;
	assert_sentence(&rp, rq, -1, "peer add s21: No");
	rp.refusal.offset = nlh->nlmsg_len;
	assert_sentence(&rp, rq, -1, "peer add s21: No");
	rp.refusal.offset = UINT32_MAX;
	assert_sentence(&rp, rq, -1, "peer add s21: No");
	ovctl_request_free(rq);
}

/* A long list is told as far as there is room. */
static void test_sentence_list(void **state)
{
	struct ovctl_dev dev = { .name = "s21", .ifindex = 5, .nsid = -1 };
	struct ovctl_value key = { .attr = &ovctl_set_peer.attrs[TENOVL_A_PEER_ADDRESS] };
	struct ovctl_value sources = { .attr = &ovctl_set_peer.attrs[TENOVL_A_PEER_SOURCES] };
	struct ovctl_addr list[40];
	struct ovctl_request *rq = ovctl_request_new(TENOVL_CMD_PEER_ADD, NLM_F_ACK, &dev);
	const struct nlmsghdr *nlh = nlmsg_hdr(rq->msg);
	struct ovctl_reply rp;
	uint8_t i;

	(void)state;
	for (i = 0; i < 40; i++)
		list[i] = (struct ovctl_addr){ 4, { 10, 9, 1, i } };
	ovctl_request_name(rq, "peer add s21");
	key.addr = (struct ovctl_addr){ 4, { 10, 9, 0, 2 } };
	sources.list = list;
	sources.count = 40;
	assert_true(ovctl_request_entry(rq, TENOVL_A_PEER, &key, &sources, 1, 0));
	refuse(&rp, -EINVAL, "No");
	point(&rp, rq, bench_in(bench_nth(nlh, TENOVL_A_PEER, 0), TENOVL_A_PEER_SOURCES));
	assert_sentence(&rp, rq, 0,
			"peer add s21 10.9.0.2: No (at \"source 10.9.1.0,10.9.1.1,10.9.1.2,10.9.1.3,10.9.1.4,10.9.1.5,10.9.1.6,10.9.1.7,10.9.1.8,...\")");
	ovctl_request_free(rq);
}

static void test_sentence_every_offset(void **state)
{
	struct ovctl_request *rq = peers_request();
	struct ovctl_reply rp;
	char text[768];
	int entry;

	(void)state;
	refuse(&rp, -EINVAL, "No");
	rp.refusal.has_offset = true;
	for (rp.refusal.offset = 0; rp.refusal.offset < 300; rp.refusal.offset++) {
		ovctl_reply_sentence(text, sizeof(text), &entry, &rp, rq);
		assert_memory_equal(text, "peer add s21", 12);
		assert_true(entry >= -1 && entry <= 1);
	}
	ovctl_request_free(rq);
}

static void test_errno(void **state)
{
	struct ovctl_request *rq = peers_request();
	struct ovctl_reply rp;

	(void)state;
	refuse(&rp, -EPERM, NULL);
	assert_sentence(&rp, rq, -1, "peer add s21: not permitted: this needs CAP_NET_ADMIN in the initial user namespace");
	refuse(&rp, -EPERM, "Calls are taken from elsewhere only");
	assert_sentence(&rp, rq, -1, "peer add s21: Calls are taken from elsewhere only");
	refuse(&rp, -EBADMSG, NULL);
	assert_sentence(&rp, rq, -1, "peer add s21: the kernel's answer makes no sense");
	refuse(&rp, -ENODEV, NULL);
	assert_sentence(&rp, rq, -1, "peer add s21: the device is gone");
	refuse(&rp, -EMSGSIZE, NULL);
	assert_sentence(&rp, rq, -1, "peer add s21: the request is longer than the kernel takes");
	refuse(&rp, -ENOMEM, NULL);
	assert_sentence(&rp, rq, -1, "peer add s21: Cannot allocate memory");
	ovctl_request_free(rq);
}

static void test_missing(void **state)
{
	struct ovctl_request *rq = peers_request();
	const struct nlmsghdr *nlh = nlmsg_hdr(rq->msg);
	struct ovctl_reply rp;

	(void)state;
	refuse(&rp, -EINVAL, "Something is missing");
	rp.refusal.has_missing = true;
	rp.refusal.missing = TENOVL_A_IFINDEX;
	assert_sentence(&rp, rq, -1, "peer add s21: Something is missing (\"ifindex\" is missing)");
	rp.refusal.has_nest = true;
	rp.refusal.nest = bench_offset(nlh, bench_nth(nlh, TENOVL_A_PEER, 1));
	rp.refusal.missing = TENOVL_A_PEER_ADDRESS;
	assert_sentence(&rp, rq, 1,
			"peer add s21 10.9.0.3: Something is missing (\"address\" is missing)");
	rp.refusal.missing = 999;
	assert_sentence(&rp, rq, 1, "peer add s21 10.9.0.3: Something is missing");
	rp.refusal.nest = UINT32_MAX;
	assert_sentence(&rp, rq, -1, "peer add s21: Something is missing");
	ovctl_request_free(rq);
}

static void test_bounds(void **state)
{
	struct ovctl_request *rq = peers_request();
	const struct nlmsghdr *nlh = nlmsg_hdr(rq->msg);
	struct ovctl_reply rp;

	(void)state;
	refuse(&rp, -ERANGE, "integer out of range");
	point(&rp, rq, bench_in(bench_nth(nlh, TENOVL_A_PEER, 1), TENOVL_A_PEER_FLOOD));
	rp.refusal.has_min = true;
	rp.refusal.has_max = true;
	rp.refusal.max = 1;
	assert_sentence(&rp, rq, 1,
			"peer add s21 10.9.0.3: integer out of range (at \"flood on\": 0 to 1 is accepted)");
	ovctl_request_free(rq);
}

static struct nl_msg *error_msg(uint32_t seq, int error, int flags, uint32_t echo)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsgerr body = { .error = error, .msg = { .nlmsg_len = NLMSG_HDRLEN + echo } };
	char bytes[64] = { 0 };

	nlmsg_put(msg, 0, seq, NLMSG_ERROR, 0, flags);
	assert_int_equal(nlmsg_append(msg, &body, sizeof(body), NLMSG_ALIGNTO), 0);
	if (!(flags & NLM_F_CAPPED) && echo)
		assert_int_equal(nlmsg_append(msg, bytes, echo, NLMSG_ALIGNTO), 0);
	return msg;
}

/* The same refusal, with the request echoed and without. */
static void test_feed_error(void **state)
{
	const int flags[] = { NLM_F_ACK_TLVS, NLM_F_ACK_TLVS | NLM_F_CAPPED };
	struct nlattr *policy;
	struct ovctl_reply rp;
	struct nl_msg *msg;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		msg = error_msg(3, -EINVAL, flags[i], 22);
		nla_put_string(msg, NLMSGERR_ATTR_MSG, "A sentence");
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, 36);
		nla_put_u32(msg, NLMSGERR_ATTR_MISS_TYPE, 5);
		nla_put_u32(msg, NLMSGERR_ATTR_MISS_NEST, 40);
		policy = nla_nest_start(msg, NLMSGERR_ATTR_POLICY);
		nla_put_u64(msg, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 68);
		nla_put_u64(msg, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 65535);
		nla_nest_end(msg, policy);
		ovctl_reply_init(&rp, 3, false);
		ovctl_reply_feed(&rp, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		assert_true(rp.done);
		assert_int_equal(rp.error, -EINVAL);
		assert_string_equal(rp.refusal.text, "A sentence");
		assert_true(rp.refusal.has_offset && rp.refusal.offset == 36);
		assert_true(rp.refusal.has_missing && rp.refusal.missing == 5);
		assert_true(rp.refusal.has_nest && rp.refusal.nest == 40);
		assert_true(rp.refusal.has_min && rp.refusal.min == 68);
		assert_true(rp.refusal.has_max && rp.refusal.max == 65535);
		ovctl_reply_free(&rp);
		nlmsg_free(msg);
	}
}

/* No TLVs are looked for where the kernel says there are none. */
static void test_feed_error_plain(void **state)
{
	struct nl_msg *msg = error_msg(3, -EBUSY, NLM_F_CAPPED, 22);
	struct ovctl_reply rp;

	(void)state;
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "Not a sentence");
	ovctl_reply_init(&rp, 3, false);
	ovctl_reply_feed(&rp, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	assert_int_equal(rp.error, -EBUSY);
	assert_string_equal(rp.refusal.text, "");
	nlmsg_free(msg);
}

/* A sentence without its end, and one that is too long. */
static void test_feed_text(void **state)
{
	char longer[400];
	struct ovctl_reply rp;
	struct nl_msg *msg;

	(void)state;
	memset(longer, 'x', sizeof(longer));
	msg = error_msg(3, -EINVAL, NLM_F_ACK_TLVS | NLM_F_CAPPED, 0);
	nla_put(msg, NLMSGERR_ATTR_MSG, 5, "hello");
	ovctl_reply_init(&rp, 3, false);
	ovctl_reply_feed(&rp, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	assert_string_equal(rp.refusal.text, "hello");
	nlmsg_free(msg);

	msg = error_msg(3, -EINVAL, NLM_F_ACK_TLVS | NLM_F_CAPPED, 0);
	nla_put(msg, NLMSGERR_ATTR_MSG, sizeof(longer), longer);
	ovctl_reply_init(&rp, 3, false);
	ovctl_reply_feed(&rp, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	assert_int_equal(strlen(rp.refusal.text), sizeof(rp.refusal.text) - 1);
	nlmsg_free(msg);
}

static void test_feed_dump(void **state)
{
	struct nl_msg *other = bench_msg(99, TENOVL_CMD_DEV_GET, NLM_F_MULTI);
	struct nl_msg *first = bench_msg(3, TENOVL_CMD_DEV_GET, NLM_F_MULTI);
	struct nl_msg *second = bench_msg(3, TENOVL_CMD_PEER_GET, NLM_F_MULTI | NLM_F_DUMP_INTR);
	struct nl_msg *done = nlmsg_alloc();
	const struct nlmsghdr *nlh;
	struct ovctl_reply rp;
	int error = -EMSGSIZE;

	(void)state;
	nla_put_u32(first, TENOVL_A_IFINDEX, 1);
	nlmsg_put(done, 0, 3, NLMSG_DONE, 0, NLM_F_MULTI | NLM_F_ACK_TLVS);
	nlmsg_append(done, &error, sizeof(error), NLMSG_ALIGNTO);
	nla_put_string(done, NLMSGERR_ATTR_MSG, "Too long");

	ovctl_reply_init(&rp, 3, true);
	ovctl_reply_feed(&rp, nlmsg_hdr(other), nlmsg_hdr(other)->nlmsg_len);
	assert_int_equal(rp.len, 0);
	ovctl_reply_feed(&rp, nlmsg_hdr(first), nlmsg_hdr(first)->nlmsg_len);
	assert_false(rp.interrupted);
	ovctl_reply_feed(&rp, nlmsg_hdr(second), nlmsg_hdr(second)->nlmsg_len);
	assert_true(rp.interrupted);
	assert_false(rp.done);
	ovctl_reply_feed(&rp, nlmsg_hdr(done), nlmsg_hdr(done)->nlmsg_len);
	assert_true(rp.done);
	assert_int_equal(rp.error, -EMSGSIZE);
	assert_string_equal(rp.refusal.text, "Too long");

	nlh = ovctl_reply_next(&rp, NULL);
	assert_memory_equal(nlh, nlmsg_hdr(first), nlmsg_hdr(first)->nlmsg_len);
	nlh = ovctl_reply_next(&rp, nlh);
	assert_memory_equal(nlh, nlmsg_hdr(second), nlmsg_hdr(second)->nlmsg_len);
	assert_null(ovctl_reply_next(&rp, nlh));
	ovctl_reply_free(&rp);
	nlmsg_free(other);
	nlmsg_free(first);
	nlmsg_free(second);
	nlmsg_free(done);
}

/* Every message cut at every byte: an error or nothing, and no read beyond. */
static void test_feed_cut(void **state)
{
	struct nl_msg *msg = error_msg(3, -EINVAL, NLM_F_ACK_TLVS, 8);
	const struct nlmsghdr *nlh;
	struct ovctl_reply rp;
	uint32_t len;
	uint32_t cut;
	char *copy;

	(void)state;
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "A sentence");
	len = nlmsg_hdr(msg)->nlmsg_len;
	for (cut = 0; cut < len; cut++) {
		/* Cut off by the socket: the length in the message is a lie. */
		copy = malloc(cut ? cut : 1);
		memcpy(copy, nlmsg_hdr(msg), cut);
		ovctl_reply_init(&rp, 3, false);
		ovctl_reply_feed(&rp, copy, cut);
		assert_int_equal(rp.error, cut ? -EBADMSG : 0);
		ovctl_reply_free(&rp);
		free(copy);
		/* Cut off by the sender: the length in the message is right. */
		if (cut < NLMSG_HDRLEN)
			continue;
		copy = malloc(cut);
		memcpy(copy, nlmsg_hdr(msg), cut);
		((struct nlmsghdr *)copy)->nlmsg_len = cut;
		nlh = (struct nlmsghdr *)copy;
		ovctl_reply_init(&rp, 3, false);
		ovctl_reply_feed(&rp, nlh, cut);
		assert_true(rp.done);
		assert_int_equal(rp.error, cut < NLMSG_HDRLEN + sizeof(struct nlmsgerr) ?
				 -EBADMSG : -EINVAL);
		ovctl_reply_free(&rp);
		free(copy);
	}
	nlmsg_free(msg);
}

static void test_feed_nonsense(void **state)
{
	struct nlmsghdr nlh = { .nlmsg_len = 3, .nlmsg_seq = 3 };
	struct ovctl_reply rp;
	struct nl_msg *msg;

	(void)state;
	ovctl_reply_init(&rp, 3, false);
	ovctl_reply_feed(&rp, &nlh, sizeof(nlh));
	assert_int_equal(rp.error, -EBADMSG);
	nlh.nlmsg_len = UINT32_MAX;
	ovctl_reply_init(&rp, 3, false);
	ovctl_reply_feed(&rp, &nlh, sizeof(nlh));
	assert_int_equal(rp.error, -EBADMSG);
	/* A positive error number is none. */
	msg = error_msg(3, 5, NLM_F_CAPPED, 0);
	ovctl_reply_init(&rp, 3, false);
	ovctl_reply_feed(&rp, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	assert_int_equal(rp.error, -EBADMSG);
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentence),
		cmocka_unit_test(test_sentence_list),
		cmocka_unit_test(test_sentence_every_offset),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_feed_error),
		cmocka_unit_test(test_feed_error_plain),
		cmocka_unit_test(test_feed_text),
		cmocka_unit_test(test_feed_dump),
		cmocka_unit_test(test_feed_cut),
		cmocka_unit_test(test_feed_nonsense),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
