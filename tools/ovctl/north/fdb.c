// SPDX-License-Identifier: GPL-2.0
/* ovctl fdb: which Ethernet address is behind which peer. */
#include <linux/tenovl.h>

#include "../south/genl.h"
#include "bulk.h"
#include "command.h"
#include "show.h"

static const struct ovctl_column ovctl_fdb_columns[] = {
	{ "DEV", "ifname", 15 },
	{ "NETNS", "netns-id", 5 },
	{ "MAC", "mac", 17 },
	{ "KIND", "kind", 7 },
	{ "PLACE", "place", 5 },
	{ "PEER", "peer", 15 },
	{ "SEQ", "seq", 5 },
	{ "IDLE", "idle", 7 },
	{ "MOVES", "moves", 5 },
	{ "FROZEN", "frozen", 6 },
	{ "PORT", "port-name", 15 },
	{ 0 },
};

static int ovctl_fdb_change(struct ovctl *ov, uint8_t cmd, const char *name,
			    const struct ovctl_word *words, bool needs_peer, int argc, char **argv)
{
	struct ovctl_settings st;
	int ret;

	if (argc < 2)
		return ovctl_misuse(ov, "%s needs a device and a MAC address: see ovctl %s --help",
				    name, name);
	ret = ovctl_settings_parse(ov, &st, words, name, argc - 2, argv + 2);
	if (!ret && needs_peer && !ovctl_settings_find(&st, TENOVL_A_FDB_PEER))
		ret = ovctl_misuse(ov, "%s needs \"peer ADDR\"", name);
	if (!ret)
		ret = ovctl_bulk_add(ov, cmd, TENOVL_A_FDB, name, argv[0], argv[1], &st);
	ovctl_settings_free(&st);
	return ret;
}

static int ovctl_fdb_add(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_fdb_change(ov, TENOVL_CMD_FDB_ADD, "fdb add", ovctl_words_fdb_add, true, argc,
				argv);
}

static const struct ovctl_command ovctl_fdb_add_command = {
	.object = "fdb", .verb = "add", .bulk = true,
	.args = "DEV MAC[,MAC...] peer ADDR [seq N] [force] [mobile]",
	.help = "Adds static entries, all of those given or none. A mobile one moves when its\n"
		"station announces itself elsewhere.",
	.run = ovctl_fdb_add,
};

static int ovctl_fdb_replace(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_fdb_change(ov, TENOVL_CMD_FDB_REPLACE, "fdb replace", ovctl_words_fdb_add,
				true, argc, argv);
}

static const struct ovctl_command ovctl_fdb_replace_command = {
	.object = "fdb", .verb = "replace", .bulk = true,
	.args = "DEV MAC[,MAC...] peer ADDR [seq N] [force] [mobile]",
	.help = "Adds static entries, or changes those that are there.\n"
		"A lower sequence number than the entry's is refused, unless forced.",
	.run = ovctl_fdb_replace,
};

static int ovctl_fdb_del(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_fdb_change(ov, TENOVL_CMD_FDB_DEL, "fdb del", ovctl_words_fdb_del, false, argc,
				argv);
}

static const struct ovctl_command ovctl_fdb_del_command = {
	.object = "fdb", .verb = "del", .bulk = true,
	.args = "DEV MAC[,MAC...] [seq N] [force]",
	.help = "Deletes entries, static or learned.",
	.run = ovctl_fdb_del,
};

static int ovctl_fdb_show(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_show_objects(ov, TENOVL_CMD_FDB_GET, TENOVL_A_FDB, "fdb show",
				  ovctl_fdb_columns, argc, argv);
}

static const struct ovctl_command ovctl_fdb_show_command = {
	.object = "fdb", .verb = "show",
	.args = "[DEV [MAC]]",
	.help = "Shows one entry, those of a device, or those of all devices. IDLE counts\n"
		"milliseconds.",
	.run = ovctl_fdb_show,
};

static int ovctl_fdb_flush_send(struct ovctl *ov, const struct ovctl_dev *dev,
				const struct ovctl_settings *st)
{
	char what[32];

	snprintf(what, sizeof(what), "fdb flush %s", dev->name);
	return ovctl_genl_change(ov, TENOVL_CMD_FDB_FLUSH, what, dev,
				 st->count ? TENOVL_A_FDB : 0, NULL, st->values, st->count);
}

static int ovctl_fdb_flush(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_settings st;
	struct ovctl_dev dev;
	int ret;

	if (argc < 1)
		return ovctl_misuse(ov, "fdb flush needs a device: see ovctl fdb flush --help");
	ret = ovctl_settings_parse(ov, &st, ovctl_words_fdb_flush, "fdb flush", argc - 1, argv + 1);
	if (!ret)
		ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret)
		ret = ovctl_fdb_flush_send(ov, &dev, &st);
	ovctl_settings_free(&st);
	return ret;
}

static const struct ovctl_command ovctl_fdb_flush_command = {
	.object = "fdb", .verb = "flush",
	.args = "DEV [peer ADDR] [static|learned]",
	.help = "Deletes all entries, or those of a peer, of a kind, or both.",
	.run = ovctl_fdb_flush,
};

OVCTL_REGISTER(ovctl_fdb,
	&ovctl_fdb_add_command,
	&ovctl_fdb_replace_command,
	&ovctl_fdb_del_command,
	&ovctl_fdb_show_command,
	&ovctl_fdb_flush_command);
