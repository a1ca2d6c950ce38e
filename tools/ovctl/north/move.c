// SPDX-License-Identifier: GPL-2.0
/* ovctl move: stations that are about to move, as seen from one device. */
#include <linux/tenovl.h>

#include "bulk.h"
#include "command.h"
#include "show.h"

static const struct ovctl_column ovctl_move_columns[] = {
	{ "DEV", "ifname", 15 },
	{ "NETNS", "netns-id", 5 },
	{ "MAC", "mac", 17 },
	{ "TO", "to", 15 },
	{ "CLONE", "clone", 5 },
	{ "WAITING", "waiting", 7 },
	{ "OVERFLOW", "overflow", 8 },
	{ "EXPIRED", "expired", 7 },
	{ "RELEASED", "released", 8 },
	{ "CLONED", "cloned", 7 },
	{ "LEFT", "left", 7 },
	{ 0 },
};

static int ovctl_move_change(struct ovctl *ov, uint8_t cmd, const char *name,
			     const struct ovctl_word *words, int argc, char **argv)
{
	struct ovctl_settings st;
	int ret;

	if (argc < 2)
		return ovctl_misuse(ov, "%s needs a device and a MAC address: see ovctl %s --help",
				    name, name);
	ret = ovctl_settings_parse(ov, &st, words, name, argc - 2, argv + 2);
	if (!ret)
		ret = ovctl_bulk_add(ov, cmd, TENOVL_A_MOVE, name, argv[0], argv[1], &st);
	ovctl_settings_free(&st);
	return ret;
}

static int ovctl_move_prepare(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_move_change(ov, TENOVL_CMD_MOVE_PREPARE, "move prepare", ovctl_words_move,
				 argc, argv);
}

static const struct ovctl_command ovctl_move_prepare_command = {
	.object = "move", .verb = "prepare", .bulk = true,
	.args = "DEV MAC[,MAC...] [to ADDR] [clone] [max-frames N] [max-bytes N] [max-wait MS] [timeout MS]",
	.help = "Gets ready for stations that move to a peer, or without \"to\" to here, where what\n"
		"peers send to them waits until they appear. With clone, what is sent to them from\n"
		"here goes to both places meanwhile. All of those given, or none.",
	.run = ovctl_move_prepare,
};

static int ovctl_move_finish(struct ovctl *ov, int argc, char **argv)
{
	static const struct ovctl_word none[] = { { 0 } };

	return ovctl_move_change(ov, TENOVL_CMD_MOVE_FINISH, "move finish", none, argc, argv);
}

static const struct ovctl_command ovctl_move_finish_command = {
	.object = "move", .verb = "finish", .bulk = true,
	.args = "DEV MAC[,MAC...]",
	.help = "Says that stations are at their new places: entries point there, and what waits\n"
		"goes out. A station that sends anything from there says so itself.",
	.run = ovctl_move_finish,
};

static int ovctl_move_abort(struct ovctl *ov, int argc, char **argv)
{
	static const struct ovctl_word none[] = { { 0 } };

	return ovctl_move_change(ov, TENOVL_CMD_MOVE_ABORT, "move abort", none, argc, argv);
}

static const struct ovctl_command ovctl_move_abort_command = {
	.object = "move", .verb = "abort", .bulk = true,
	.args = "DEV MAC[,MAC...]",
	.help = "Says that stations stay where they are; what waits is dropped.",
	.run = ovctl_move_abort,
};

static int ovctl_move_show(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_show_objects(ov, TENOVL_CMD_MOVE_GET, TENOVL_A_MOVE, "move show",
				  ovctl_move_columns, argc, argv);
}

static const struct ovctl_command ovctl_move_show_command = {
	.object = "move", .verb = "show",
	.args = "[DEV [MAC]]",
	.help = "Shows one planned move, those of a device, or those of all devices. LEFT counts\n"
		"milliseconds.",
	.run = ovctl_move_show,
};

OVCTL_REGISTER(ovctl_move,
	&ovctl_move_prepare_command,
	&ovctl_move_finish_command,
	&ovctl_move_abort_command,
	&ovctl_move_show_command);
