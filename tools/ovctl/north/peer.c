// SPDX-License-Identifier: GPL-2.0
/* ovctl peer: the remote VTEPs of a device. */
#include <linux/tenovl.h>

#include "bulk.h"
#include "command.h"
#include "show.h"

#define PEER_SETTINGS									\
	"  encap vxlan|gre|inherit | gre-key nvgre|plain|inherit | dstport PORT|inherit |\n"	\
	"  source ADDR[,ADDR...]|none | inner-source PREFIX[,PREFIX...]|any|none |\n"	\
	"  flood on|off | admin up|down"

static const struct ovctl_column ovctl_peer_columns[] = {
	{ "DEV", "ifname", 15 },
	{ "NETNS", "netns-id", 5 },
	{ "ADDRESS", "address", 15 },
	{ "ENCAP", "encap", 7 },
	{ "KEY", "gre-key", 7 },
	{ "PORT", "dstport", 5 },
	{ "ADMIN", "admin", 5 },
	{ "FLOOD", "flood", 5 },
	{ "PMTU", "pmtu", 5 },
	{ "ENTRIES", "entries", 7 },
	{ "TX-PACKETS", "stats.tx-packets", 10 },
	{ "RX-PACKETS", "stats.rx-packets", 10 },
	{ "SOURCES", "sources", 7 },
	{ "INNER-SOURCES", "inner-sources", 13 },
	{ 0 },
};

static int ovctl_peer_change(struct ovctl *ov, uint8_t cmd, const char *name,
			     const struct ovctl_word *words, int argc, char **argv)
{
	struct ovctl_settings st;
	int ret;

	if (argc < 2)
		return ovctl_misuse(ov, "%s needs a device and an address: see ovctl %s --help", name,
				    name);
	ret = ovctl_settings_parse(ov, &st, words, name, argc - 2, argv + 2);
	if (!ret)
		ret = ovctl_bulk_add(ov, cmd, TENOVL_A_PEER, name, argv[0], argv[1], &st);
	ovctl_settings_free(&st);
	return ret;
}

static int ovctl_peer_add(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_peer_change(ov, TENOVL_CMD_PEER_ADD, "peer add", ovctl_words_peer, argc, argv);
}

static const struct ovctl_command ovctl_peer_add_command = {
	.object = "peer", .verb = "add", .bulk = true,
	.args = "DEV ADDR[,ADDR...] [SETTING...]",
	.help = "Adds peers, all of those given or none. SETTING is one of\n" PEER_SETTINGS,
	.run = ovctl_peer_add,
};

static int ovctl_peer_set(struct ovctl *ov, int argc, char **argv)
{
	if (argc == 2)
		return ovctl_misuse(ov, "peer set needs a setting: see ovctl peer set --help");
	return ovctl_peer_change(ov, TENOVL_CMD_PEER_SET, "peer set", ovctl_words_peer, argc, argv);
}

static const struct ovctl_command ovctl_peer_set_command = {
	.object = "peer", .verb = "set", .bulk = true,
	.args = "DEV ADDR[,ADDR...] SETTING...",
	.help = "Changes peers; what is not named stays. SETTING is one of\n" PEER_SETTINGS,
	.run = ovctl_peer_set,
};

static int ovctl_peer_del(struct ovctl *ov, int argc, char **argv)
{
	static const struct ovctl_word none[] = { { 0 } };

	return ovctl_peer_change(ov, TENOVL_CMD_PEER_DEL, "peer del", none, argc, argv);
}

static const struct ovctl_command ovctl_peer_del_command = {
	.object = "peer", .verb = "del", .bulk = true,
	.args = "DEV ADDR[,ADDR...]",
	.help = "Deletes peers, and the forwarding entries and routes that point at them.",
	.run = ovctl_peer_del,
};

static int ovctl_peer_show(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_show_objects(ov, TENOVL_CMD_PEER_GET, TENOVL_A_PEER, "peer show",
				  ovctl_peer_columns, argc, argv);
}

static const struct ovctl_command ovctl_peer_show_command = {
	.object = "peer", .verb = "show",
	.args = "[DEV [ADDR]]",
	.help = "Shows one peer, those of a device, or those of all devices.",
	.run = ovctl_peer_show,
};

OVCTL_REGISTER(ovctl_peer,
	&ovctl_peer_add_command,
	&ovctl_peer_set_command,
	&ovctl_peer_del_command,
	&ovctl_peer_show_command);
