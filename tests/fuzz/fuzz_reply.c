// SPDX-License-Identifier: GPL-2.0
/* Any bytes as an answer of the kernel, as an event, and as a request that a
 * refusal points into.
 */
#include <linux/tenovl.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/ovctl/north/monitor.h"
#include "../../tools/ovctl/north/output.h"
#include "../../tools/ovctl/north/show.h"
#include "../../tools/ovctl/south/record.h"

static FILE *null;

static void fuzz_show(struct ovctl *ov, const struct ovctl_reply *rp, bool json)
{
	static const struct ovctl_column columns[] = {
		{ "A", "ifname", 4 }, { "B", "address", 4 }, { "C", "sources", 4 },
		{ "D", "link", 4 }, { "E", "stats.tx-packets", 4 }, { 0 },
	};
	static const uint16_t nests[] = {
		TENOVL_A_DEV, TENOVL_A_PEER, TENOVL_A_FDB, TENOVL_A_STATS, TENOVL_A_NET_STATS,
	};
	struct ovctl_table table;
	size_t i;

	ov->json = json;
	for (i = 0; i < sizeof(nests) / sizeof(nests[0]); i++) {
		ovctl_table_begin(&table, ov, columns, false);
		ovctl_show_reply(&table, rp, nests[i], "s21");
		ovctl_table_end(&table);
	}
}

static void fuzz_sentence(const struct ovctl_reply *rp, const uint8_t *data, size_t size)
{
	struct ovctl_dev dev = { .name = "s21", .ifindex = 5, .nsid = 1 };
	struct ovctl_request *rq = ovctl_request_new(TENOVL_CMD_PEER_ADD, 0, &dev);
	char text[768];
	int entry;

	if (!rq)
		return;
	if (size > 1024)
		size = 1024;
	nlmsg_append(rq->msg, (void *)data, size & ~3UL, NLMSG_ALIGNTO);
	rq->entries = 1;
	ovctl_reply_sentence(text, sizeof(text), &entry, rp, rq);
	ovctl_request_free(rq);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nlmsghdr *nlh = NULL;
	struct ovctl_reply rp;
	struct ovctl_dev dev;
	struct ovctl ov;
	void *copy;

	if (!null)
		null = fopen("/dev/null", "w");
	ovctl_init(&ov, null, null);
	ov.family = 29;
	/* malloc() aligns as a receive buffer is aligned, and ends where the bytes end. */
	copy = malloc(size ? size : 1);
	memcpy(copy, data, size);
	ovctl_reply_init(&rp, 0, true);
	ovctl_reply_feed(&rp, copy, size);
	fuzz_show(&ov, &rp, false);
	fuzz_show(&ov, &rp, true);
	while ((nlh = ovctl_reply_next(&rp, nlh)))
		ovctl_dev_from(&dev, nlh);
	ovctl_monitor_feed(&ov, copy, size);
	fuzz_sentence(&rp, data, size);
	ovctl_reply_free(&rp);
	free(copy);
	ovctl_fini(&ov);
	return 0;
}
