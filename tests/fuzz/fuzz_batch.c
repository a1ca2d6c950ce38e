// SPDX-License-Identifier: GPL-2.0
/* Any text as a batch, against a kernel that has one device and takes all. */
#include <linux/rtnetlink.h>
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/ovctl/north/batch.h"
#include "../../tools/ovctl/south/wire.h"

static FILE *null;
static char answer[512];
static size_t answer_len;

static void fuzz_append(struct nl_msg *msg)
{
	size_t len = NLMSG_ALIGN(nlmsg_hdr(msg)->nlmsg_len);

	memcpy(answer + answer_len, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	answer_len += len;
	nlmsg_free(msg);
}

static int fuzz_send(struct ovctl_wire *wire, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	struct nlmsgerr ack = { .msg = *nlh };
	struct nl_msg *msg;
	int zero = 0;

	(void)wire;
	(void)len;
	answer_len = 0;
	if ((nlh->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP) {
		msg = nlmsg_alloc_simple(NLMSG_ERROR, NLM_F_CAPPED);
		nlmsg_append(msg, &ack, sizeof(ack), NLMSG_ALIGNTO);
	} else {
		msg = nlmsg_alloc();
		genlmsg_put(msg, 0, nlh->nlmsg_seq, 29, 0, 0, TENOVL_CMD_DEV_GET, 1);
		nla_put_u32(msg, TENOVL_A_IFINDEX, 5);
		nla_put_string(msg, TENOVL_A_IFNAME, "s");
		fuzz_append(msg);
		msg = nlmsg_alloc_simple(NLMSG_DONE, 0);
		nlmsg_append(msg, &zero, sizeof(zero), NLMSG_ALIGNTO);
	}
	nlmsg_hdr(msg)->nlmsg_seq = nlh->nlmsg_seq;
	fuzz_append(msg);
	return 0;
}

static ssize_t fuzz_recv(struct ovctl_wire *wire, const void **buf)
{
	(void)wire;
	*buf = answer;
	return answer_len;
}

static void fuzz_close(struct ovctl_wire *wire)
{
	(void)wire;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ovctl_wire wire = { .send = fuzz_send, .recv = fuzz_recv, .close = fuzz_close };
	struct ovctl ov;
	FILE *in;

	if (!size)
		return 0;
	if (!null)
		null = fopen("/dev/null", "w");
	ovctl_init(&ov, null, null);
	ov.family = 29;
	ov.genl = &wire;
	ov.rtnl = &wire;
	in = fmemopen((void *)data, size, "r");
	ovctl_batch_read(&ov, in, "file");
	fclose(in);
	ovctl_fini(&ov);
	return 0;
}
