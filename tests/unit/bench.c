// SPDX-License-Identifier: GPL-2.0
/* A kernel played by the test, behind the tool's own wires. */
#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../tools/ovctl/north/batch.h"
#include "../../tools/ovctl/north/bulk.h"
#include "../../tools/ovctl/north/command.h"
#include "bench.h"

static struct bench *bench_of(struct ovctl_wire *wire)
{
	return ((struct bench_wire *)wire)->bench;
}

static int bench_send(struct ovctl_wire *wire, const void *buf, size_t len)
{
	struct bench *b = bench_of(wire);
	struct nlmsghdr *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, buf, len);
	assert_int_equal(copy->nlmsg_len, len);
	assert_true(b->sent_count < BENCH_SENT_MAX);
	b->sent[b->sent_count++] = copy;
	b->answer(b, copy);
	return 0;
}

static ssize_t bench_recv(struct ovctl_wire *wire, const void **buf)
{
	struct bench *b = bench_of(wire);
	unsigned int i = b->queue_next++;

	/* A tool that waits for more than was sent would hang for ever. */
	if (i >= b->queue_count)
		fail_msg("the tool waits for an answer that does not come");
	if (b->queue_error[i])
		return b->queue_error[i];
	*buf = b->queue[i];
	return b->queue_len[i];
}

static void bench_close(struct ovctl_wire *wire)
{
	(void)wire;
}

static void bench_wire_init(struct bench_wire *wire, struct bench *b)
{
	wire->wire.send = bench_send;
	wire->wire.recv = bench_recv;
	wire->wire.close = bench_close;
	wire->bench = b;
}

static void bench_ov_init(struct bench *b)
{
	ovctl_init(&b->ov, open_memstream(&b->out, &b->out_len),
		   open_memstream(&b->err, &b->err_len));
	b->ov.genl = &b->genl.wire;
	b->ov.rtnl = &b->rtnl.wire;
	b->ov.family = BENCH_FAMILY;
}

struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	bench_wire_init(&b->genl, b);
	bench_wire_init(&b->rtnl, b);
	b->answer = bench_answer;
	bench_ov_init(b);
	return b;
}

static void bench_drop(struct bench *b)
{
	unsigned int i;

	for (i = 0; i < b->sent_count; i++)
		free(b->sent[i]);
	for (i = 0; i < b->queue_count; i++)
		free(b->queue[i]);
	b->sent_count = 0;
	b->queue_count = 0;
	b->queue_next = 0;
}

static void bench_ov_fini(struct bench *b)
{
	FILE *out = b->ov.out;
	FILE *err = b->ov.err;

	ovctl_fini(&b->ov);
	fclose(out);
	fclose(err);
	free(b->out);
	free(b->err);
}

void bench_free(struct bench *b)
{
	bench_ov_fini(b);
	bench_drop(b);
	free(b);
}

/* Forgets what was sent and said; the run goes on with nothing read yet. */
void bench_reset(struct bench *b)
{
	bool json = b->ov.json;

	bench_ov_fini(b);
	bench_drop(b);
	bench_ov_init(b);
	b->ov.json = json;
}

int bench_setup(void **state)
{
	*state = bench_new();
	return 0;
}

int bench_teardown(void **state)
{
	bench_free(*state);
	return 0;
}

/* Carries out one command line, as main() does, with what it prints gathered. */
int bench_run(struct bench *b, const char *line)
{
	char *words[64];
	char *copy;
	char *save;
	char *word;
	int count = 0;
	int ret;

	bench_reset(b);
	copy = strdup(line);
	for (word = strtok_r(copy, " ", &save); word && count < 64;
	     word = strtok_r(NULL, " ", &save))
		words[count++] = word;
	ret = ovctl_command_run(&b->ov, count, words);
	free(copy);
	return ret;
}

int bench_batch(struct bench *b, const char *text)
{
	FILE *in = fmemopen((char *)text, strlen(text), "r");
	int ret;

	assert_non_null(in);
	bench_reset(b);
	ret = ovctl_batch_read(&b->ov, in, "file");
	fclose(in);
	return ret;
}

const char *bench_out(struct bench *b)
{
	fflush(b->ov.out);
	return b->out ? b->out : "";
}

const char *bench_err(struct bench *b)
{
	fflush(b->ov.err);
	return b->err ? b->err : "";
}

void bench_queue(struct bench *b, const void *bytes, size_t len)
{
	assert_true(b->queue_count < BENCH_QUEUE_MAX);
	b->queue[b->queue_count] = malloc(len ? len : 1);
	assert_non_null(b->queue[b->queue_count]);
	if (len)
		memcpy(b->queue[b->queue_count], bytes, len);
	b->queue_error[b->queue_count] = 0;
	b->queue_len[b->queue_count++] = len;
}

void bench_queue_error(struct bench *b, int error)
{
	bench_queue(b, NULL, 0);
	b->queue_error[b->queue_count - 1] = error;
}

void bench_queue_msg(struct bench *b, struct nl_msg *msg)
{
	bench_queue(b, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
}

/* As the kernel does with NETLINK_CAP_ACK and NETLINK_EXT_ACK set. */
void bench_queue_ack(struct bench *b, const struct nlmsghdr *nlh, int error, const char *text,
		     uint32_t offset)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsgerr body = { .error = error };
	struct nlmsghdr *head;

	memcpy(&body.msg, nlh, sizeof(*nlh));
	head = nlmsg_put(msg, 0, nlh->nlmsg_seq, NLMSG_ERROR, 0, NLM_F_CAPPED);
	assert_int_equal(nlmsg_append(msg, &body, sizeof(body), NLMSG_ALIGNTO), 0);
	if (text || offset)
		head->nlmsg_flags |= NLM_F_ACK_TLVS;
	if (text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
	if (offset)
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, offset);
	bench_queue_msg(b, msg);
}

void bench_queue_done(struct bench *b, uint32_t seq, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();
	int zero = 0;

	nlmsg_put(msg, 0, seq, NLMSG_DONE, 0, NLM_F_MULTI | flags);
	assert_int_equal(nlmsg_append(msg, &zero, sizeof(zero), NLMSG_ALIGNTO), 0);
	bench_queue_msg(b, msg);
}

struct nl_msg *bench_msg(uint32_t seq, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 0, seq, BENCH_FAMILY, 0, flags, cmd, 1));
	return msg;
}

static void bench_queue_dev(struct bench *b, const struct nlmsghdr *nlh, int flags,
			    const char *name, uint32_t ifindex, int nsid, bool far)
{
	struct nl_msg *msg = bench_msg(nlh->nlmsg_seq, TENOVL_CMD_DEV_GET, flags);
	uint8_t local[4] = { 10, 9, 0, 1 };
	struct nlattr *nest;

	nla_put_u32(msg, TENOVL_A_IFINDEX, ifindex);
	if (nsid >= 0)
		nla_put_s32(msg, TENOVL_A_NETNS_ID, nsid);
	nla_put_string(msg, TENOVL_A_IFNAME, name);
	nla_put_u32(msg, TENOVL_A_GENERATION, 9);
	nest = nla_nest_start(msg, TENOVL_A_DEV);
	nla_put_u8(msg, TENOVL_A_DEV_MODE, TENOVL_MODE_L2);
	nla_put_u32(msg, TENOVL_A_DEV_VNI, 2112);
	nla_put_u8(msg, TENOVL_A_DEV_ENCAP, TENOVL_ENCAP_VXLAN);
	nla_put_u8(msg, TENOVL_A_DEV_GRE_KEY, TENOVL_GRE_KEY_NVGRE);
	nla_put(msg, TENOVL_A_DEV_LOCAL, 4, local);
	nla_put_u16(msg, TENOVL_A_DEV_DSTPORT, 4789);
	/* Index 1 is lo here, and anything in an underlay elsewhere. */
	nla_put_u32(msg, TENOVL_A_DEV_LINK, far || !nsid);
	nla_put_u8(msg, TENOVL_A_DEV_LEARNING, 1);
	nla_put_u32(msg, TENOVL_A_DEV_MTU, 1450);
	nla_put_u8(msg, TENOVL_A_DEV_MTU_AUTO, 1);
	if (far)
		nla_put_s32(msg, TENOVL_A_DEV_UNDERLAY_NETNS_ID, 3);
	nla_put_u32(msg, TENOVL_A_DEV_PEERS, 2);
	nla_nest_end(msg, nest);
	bench_queue_msg(b, msg);
}

static void bench_devs(struct bench *b, const struct nlmsghdr *nlh, int flags)
{
	bench_queue_dev(b, nlh, flags, "s21", 5, -1, false);
	bench_queue_dev(b, nlh, flags, "t1", 7, 0, false);
	bench_queue_dev(b, nlh, flags, "far", 8, -1, true);
	bench_queue_dev(b, nlh, flags, "two", 9, -1, false);
	bench_queue_dev(b, nlh, flags, "two", 9, 1, false);
}

static void bench_queue_peer(struct bench *b, const struct nlmsghdr *nlh, int flags,
			     uint8_t last, bool sources)
{
	struct nl_msg *msg = bench_msg(nlh->nlmsg_seq, TENOVL_CMD_PEER_GET, flags);
	uint8_t addr[4] = { 10, 9, 0, last };
	uint8_t addr6[16] = { 0xfd, 9, [15] = last };
	struct nlattr *inner;
	struct nlattr *nest;

	nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
	nest = nla_nest_start(msg, TENOVL_A_PEER);
	nla_put(msg, TENOVL_A_PEER_ADDRESS, 4, addr);
	nla_put_u8(msg, TENOVL_A_PEER_ENCAP, TENOVL_ENCAP_INHERIT);
	nla_put_u8(msg, TENOVL_A_PEER_GRE_KEY, TENOVL_GRE_KEY_PLAIN);
	nla_put_u8(msg, TENOVL_A_PEER_ADMIN, TENOVL_ADMIN_UP);
	nla_put_u8(msg, TENOVL_A_PEER_FLOOD, 0);
	inner = nla_nest_start(msg, TENOVL_A_PEER_SOURCES);
	if (sources) {
		addr[3] = 33;
		nla_put(msg, TENOVL_A_SOURCES_ADDRESS, 4, addr);
		nla_put(msg, TENOVL_A_SOURCES_ADDRESS, 16, addr6);
	}
	nla_nest_end_keep_empty(msg, inner);
	nla_put_u32(msg, TENOVL_A_PEER_ENTRIES, 4);
	inner = nla_nest_start(msg, TENOVL_A_PEER_STATS);
	nla_put_u64(msg, TENOVL_A_PEER_STATS_TX_PACKETS, 10000000000ULL);
	nla_put_u64(msg, TENOVL_A_PEER_STATS_RX_PACKETS, 7);
	nla_nest_end(msg, inner);
	nla_nest_end(msg, nest);
	bench_queue_msg(b, msg);
}

static void bench_queue_fdb(struct bench *b, const struct nlmsghdr *nlh, int flags,
			    uint8_t last, bool frozen)
{
	struct nl_msg *msg = bench_msg(nlh->nlmsg_seq, TENOVL_CMD_FDB_GET, flags);
	uint8_t mac[6] = { 2, 0xaa, 0, 0, 0, last };
	uint8_t addr[4] = { 10, 9, 0, 2 };
	struct nlattr *nest;

	nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
	nest = nla_nest_start(msg, TENOVL_A_FDB);
	nla_put(msg, TENOVL_A_FDB_MAC, 6, mac);
	nla_put(msg, TENOVL_A_FDB_PEER, 4, addr);
	if (!frozen)
		nla_put_u32(msg, TENOVL_A_FDB_SEQ, 7);
	nla_put_u8(msg, TENOVL_A_FDB_KIND,
		   frozen ? TENOVL_FDB_KIND_LEARNED : TENOVL_FDB_KIND_STATIC);
	nla_put_u8(msg, TENOVL_A_FDB_PLACE, TENOVL_PLACE_PEER);
	if (frozen)
		nla_put_flag(msg, TENOVL_A_FDB_FROZEN);
	nla_put_u32(msg, TENOVL_A_FDB_MOVES, frozen ? 5 : 0);
	nla_put_u32(msg, TENOVL_A_FDB_IDLE, 120);
	nla_nest_end(msg, nest);
	bench_queue_msg(b, msg);
}

static void bench_queue_move(struct bench *b, const struct nlmsghdr *nlh, int flags, bool here)
{
	struct nl_msg *msg = bench_msg(nlh->nlmsg_seq, TENOVL_CMD_MOVE_GET, flags);
	uint8_t mac[6] = { 2, 0xaa, 0, 0, 0, here ? 3 : 2 };
	uint8_t addr[4] = { 10, 9, 0, 2 };
	struct nlattr *nest;

	nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
	nest = nla_nest_start(msg, TENOVL_A_MOVE);
	nla_put(msg, TENOVL_A_MOVE_MAC, 6, mac);
	if (!here) {
		nla_put(msg, TENOVL_A_MOVE_TO, 4, addr);
		nla_put_flag(msg, TENOVL_A_MOVE_CLONE);
	}
	nla_put_u32(msg, TENOVL_A_MOVE_WAITING, here ? 7 : 0);
	nla_put_u32(msg, TENOVL_A_MOVE_CLONED, here ? 0 : 9);
	nla_put_u32(msg, TENOVL_A_MOVE_LEFT, 1500);
	nla_nest_end(msg, nest);
	bench_queue_msg(b, msg);
}

static void bench_queue_route(struct bench *b, const struct nlmsghdr *nlh, int flags, bool v6)
{
	struct nl_msg *msg = bench_msg(nlh->nlmsg_seq, TENOVL_CMD_ROUTE_GET, flags);
	uint8_t prefix6[17] = { 0xfd, 0x31, [16] = 32 };
	uint8_t prefix[5] = { 10, 31, 0, 0, 24 };
	uint8_t addr[4] = { 10, 9, 0, 2 };
	struct nlattr *nest;

	nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
	nest = nla_nest_start(msg, TENOVL_A_ROUTE);
	nla_put(msg, TENOVL_A_ROUTE_PREFIX, v6 ? 17 : 5, v6 ? prefix6 : prefix);
	nla_put(msg, TENOVL_A_ROUTE_PEER, 4, addr);
	nla_nest_end(msg, nest);
	bench_queue_msg(b, msg);
}

/* Whether a request names the port by this index and this id of its namespace. */
static bool bench_names_port(const struct nlmsghdr *nlh, uint32_t index, int32_t nsid)
{
	struct nlattr *port = nlmsg_find_attr((struct nlmsghdr *)nlh, GENL_HDRLEN, TENOVL_A_PORT);
	struct nlattr *i = port ? nla_find(nla_data(port), nla_len(port), TENOVL_A_PORT_INDEX) : NULL;
	struct nlattr *n = port ? nla_find(nla_data(port), nla_len(port),
					   TENOVL_A_PORT_OWN_NETNS_ID) : NULL;

	return i && n && nla_get_u32(i) == index && nla_get_s32(n) == nsid;
}

static void bench_queue_port(struct bench *b, const struct nlmsghdr *nlh, int flags,
			     const char *name, uint32_t index, uint8_t state)
{
	struct nl_msg *msg = bench_msg(nlh->nlmsg_seq, TENOVL_CMD_PORT_GET, flags);
	struct nlattr *nest;

	nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
	nest = nla_nest_start(msg, TENOVL_A_PORT);
	nla_put_u32(msg, TENOVL_A_PORT_INDEX, index);
	nla_put_string(msg, TENOVL_A_PORT_NAME, name);
	nla_put_u8(msg, TENOVL_A_PORT_STATE, state);
	nla_put_u32(msg, TENOVL_A_PORT_ENTRIES, 3);
	if (state == TENOVL_PORT_STATE_ACTIVE) {
		struct nlattr *macs;

		nla_put_s32(msg, TENOVL_A_PORT_OWN_NETNS_ID, 4);
		nla_put_u8(msg, TENOVL_A_PORT_ROLE, TENOVL_PORT_ROLE_ACCESS);
		nla_put_flag(msg, TENOVL_A_PORT_ENSLAVED);
		macs = nla_nest_start(msg, TENOVL_A_PORT_MACS);
		nla_put(msg, TENOVL_A_PORT_MACS_MAC, 6, "\2\0\0\0\0\1");
		nla_put(msg, TENOVL_A_PORT_MACS_MAC, 6, "\2\0\0\0\0\2");
		nla_nest_end(msg, macs);
	} else {
		nla_put_u8(msg, TENOVL_A_PORT_ROLE, TENOVL_PORT_ROLE_BRIDGE);
		nla_put_u32(msg, TENOVL_A_PORT_PRIORITY, 32768);
	}
	if (state == TENOVL_PORT_STATE_SELECTED) {
		nla_put_u32(msg, TENOVL_A_PORT_BRIDGE, 12);
		nla_put_string(msg, TENOVL_A_PORT_BRIDGE_NAME, "br21");
		nla_put_flag(msg, TENOVL_A_PORT_PINNED);
	}
	nla_nest_end(msg, nest);
	bench_queue_msg(b, msg);
}

static void bench_queue_stats(struct bench *b, const struct nlmsghdr *nlh, int flags,
			      bool underlay)
{
	struct nl_msg *msg = bench_msg(nlh->nlmsg_seq, TENOVL_CMD_STATS_GET, flags);
	struct nlattr *nest;

	if (underlay) {
		nest = nla_nest_start(msg, TENOVL_A_NET_STATS);
		nla_put_u64(msg, TENOVL_A_NET_STATS_VXLAN_SHORT, 3);
	} else {
		nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
		nla_put_string(msg, TENOVL_A_IFNAME, "s21");
		nest = nla_nest_start(msg, TENOVL_A_STATS);
		nla_put_u64(msg, TENOVL_A_STATS_TX_PACKETS, 11);
		nla_put_u64(msg, TENOVL_A_STATS_RX_DROP_SOURCE, 0);
	}
	nla_nest_end(msg, nest);
	bench_queue_msg(b, msg);
}

static void bench_answer_dump(struct bench *b, const struct nlmsghdr *nlh)
{
	int flags = NLM_F_MULTI;

	if (b->interrupt && b->interrupt--)
		flags |= NLM_F_DUMP_INTR;
	switch (bench_cmd(nlh)) {
	case TENOVL_CMD_DEV_GET:
		bench_devs(b, nlh, flags);
		break;
	case TENOVL_CMD_PEER_GET:
		bench_queue_peer(b, nlh, flags, 2, true);
		bench_queue_peer(b, nlh, flags, 3, false);
		break;
	case TENOVL_CMD_FDB_GET:
		bench_queue_fdb(b, nlh, flags, 2, false);
		bench_queue_fdb(b, nlh, flags, 3, true);
		break;
	case TENOVL_CMD_PORT_GET:
		bench_queue_port(b, nlh, flags, "s21a", 8, TENOVL_PORT_STATE_SELECTED);
		bench_queue_port(b, nlh, flags, "s21b", 9, TENOVL_PORT_STATE_UNUSABLE);
		bench_queue_port(b, nlh, flags, "tap0", 8, TENOVL_PORT_STATE_ACTIVE);
		break;
	case TENOVL_CMD_ROUTE_GET:
		bench_queue_route(b, nlh, flags, false);
		bench_queue_route(b, nlh, flags, true);
		break;
	case TENOVL_CMD_MOVE_GET:
		bench_queue_move(b, nlh, flags, false);
		bench_queue_move(b, nlh, flags, true);
		break;
	case TENOVL_CMD_STATS_GET:
		bench_queue_stats(b, nlh, flags, false);
		break;
	default:
		fail_msg("a dump of command %d", bench_cmd(nlh));
	}
	bench_queue_done(b, nlh->nlmsg_seq, 0);
}

static void bench_answer_get(struct bench *b, const struct nlmsghdr *nlh)
{
	switch (bench_cmd(nlh)) {
	case TENOVL_CMD_DEV_GET:
		bench_queue_dev(b, nlh, 0, "s21", 5, -1, false);
		break;
	case TENOVL_CMD_PEER_GET:
		bench_queue_peer(b, nlh, 0, 2, true);
		break;
	case TENOVL_CMD_FDB_GET:
		bench_queue_fdb(b, nlh, 0, 2, false);
		break;
	case TENOVL_CMD_PORT_GET:
		if (bench_names_port(nlh, 8, 4))
			bench_queue_port(b, nlh, 0, "tap0", 8, TENOVL_PORT_STATE_ACTIVE);
		else
			bench_queue_port(b, nlh, 0, "s21b", 9, TENOVL_PORT_STATE_UNUSABLE);
		break;
	case TENOVL_CMD_ROUTE_GET:
		bench_queue_route(b, nlh, 0, true);
		break;
	case TENOVL_CMD_MOVE_GET:
		bench_queue_move(b, nlh, 0, true);
		break;
	case TENOVL_CMD_STATS_GET:
		bench_queue_stats(b, nlh, 0, !bench_nth(nlh, TENOVL_A_IFINDEX, 0));
		break;
	}
}

/* rtnetlink: takes links, and tells id 0 for every namespace. */
static void bench_answer_route(struct bench *b, const struct nlmsghdr *nlh)
{
	struct rtgenmsg head = { .rtgen_family = AF_UNSPEC };
	struct nl_msg *msg;

	if (nlh->nlmsg_type == RTM_GETNSID) {
		msg = nlmsg_alloc();
		nlmsg_put(msg, 0, nlh->nlmsg_seq, RTM_NEWNSID, 0, 0);
		nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO);
		nla_put_s32(msg, NETNSA_NSID, 0);
		bench_queue_msg(b, msg);
	}
	if (-b->refuse_cmd == nlh->nlmsg_type)
		bench_queue_ack(b, nlh, b->refuse_error, b->refuse_text, 0);
	else
		bench_queue_ack(b, nlh, 0, NULL, 0);
}

void bench_answer(struct bench *b, const struct nlmsghdr *nlh)
{
	uint32_t offset = 0;

	if (nlh->nlmsg_type != BENCH_FAMILY) {
		bench_answer_route(b, nlh);
		return;
	}
	if ((nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		bench_answer_dump(b, nlh);
		return;
	}
	if (b->refuse_cmd == bench_cmd(nlh)) {
		if (b->refuse_offset)
			offset = b->refuse_offset(nlh);
		bench_queue_ack(b, nlh, b->refuse_error, b->refuse_text, offset);
		return;
	}
	bench_answer_get(b, nlh);
	bench_queue_ack(b, nlh, 0, NULL, 0);
}

/* The command of a message to the family; 0 for rtnetlink's. */
int bench_cmd(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);

	return nlh->nlmsg_type == BENCH_FAMILY ? genl->cmd : 0;
}

const struct nlmsghdr *bench_last(struct bench *b, int cmd)
{
	unsigned int i;

	for (i = b->sent_count; i-- > 0;)
		if (bench_cmd(b->sent[i]) == cmd)
			return b->sent[i];
	fail_msg("command %d was never sent", cmd);
	return NULL;
}

unsigned int bench_count(struct bench *b, int cmd)
{
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < b->sent_count; i++)
		count += bench_cmd(b->sent[i]) == cmd;
	return count;
}

const struct nlattr *bench_nth(const struct nlmsghdr *nlh, int type, unsigned int nth)
{
	struct nlattr *pos;
	int rem;

	nlmsg_for_each_attr(pos, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem)
		if (nla_type(pos) == type && !nth--)
			return pos;
	return NULL;
}

const struct nlattr *bench_in(const struct nlattr *nest, int type)
{
	return nla_find(nla_data(nest), nla_len(nest), type);
}

uint32_t bench_offset(const struct nlmsghdr *nlh, const struct nlattr *attr)
{
	return (const char *)attr - (const char *)nlh;
}
