// SPDX-License-Identifier: GPL-2.0
/* ovctl stats: counters. */
#include <linux/tenovl.h>
#include <string.h>

#include "command.h"
#include "show.h"

static const struct ovctl_column ovctl_stats_columns[] = {
	{ "DEV", "ifname", 15 },
	{ "NETNS", "netns-id", 5 },
	{ "COUNTER", "*", 20 },
	{ "VALUE", NULL, 5 },
	{ 0 },
};

static int ovctl_stats_call(struct ovctl *ov, int flags, uint16_t nest,
			    const struct ovctl_dev *dev)
{
	struct ovctl_reply rp = { 0 };
	struct ovctl_table table;
	struct ovctl_request *rq;
	int ret;

	rq = ovctl_genl_request(ov, TENOVL_CMD_STATS_GET, flags, dev);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "stats show%s%s", dev ? " " : "", dev ? dev->name : "");
	ret = flags == NLM_F_DUMP ? ovctl_genl_dump(ov, rq, &rp) : ovctl_genl_do(ov, rq, &rp);
	if (!ret) {
		ovctl_table_begin(&table, ov, ovctl_stats_columns, true);
		ret = ovctl_show_reply(&table, &rp, nest, dev ? dev->name : NULL);
		ovctl_table_end(&table);
	}
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

static int ovctl_stats_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_dev dev;
	int ret;

	if (argc > 1)
		return ovctl_misuse(ov, "\"%s\" is more than stats show takes: see ovctl stats --help",
				    argv[1]);
	if (!argc)
		return ovctl_stats_call(ov, NLM_F_DUMP, TENOVL_A_STATS, NULL);
	if (!strcmp(argv[0], "--underlay"))
		return ovctl_stats_call(ov, NLM_F_ACK, TENOVL_A_NET_STATS, NULL);
	ret = ovctl_dev_find(ov, argv[0], &dev);
	return ret ? ret : ovctl_stats_call(ov, NLM_F_ACK, TENOVL_A_STATS, &dev);
}

static const struct ovctl_command ovctl_stats_show_command = {
	.object = "stats", .verb = "show", .implied = true, .option = "--underlay",
	.args = "[DEV | --underlay]",
	.help = "Shows the counters of a device, or of all; or, with --underlay, what this\n"
		"namespace received as an underlay and gave to no device, and (icmp-pmtu) what\n"
		"ICMP told of the paths of its own packets.",
	.run = ovctl_stats_show,
};

OVCTL_REGISTER(ovctl_stats, &ovctl_stats_show_command);
