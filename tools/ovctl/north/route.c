// SPDX-License-Identifier: GPL-2.0
/* ovctl route: which inner prefix is behind which peer, in mode l3. */
#include <linux/tenovl.h>

#include "bulk.h"
#include "command.h"
#include "show.h"

static const struct ovctl_column ovctl_route_columns[] = {
	{ "DEV", "ifname", 15 },
	{ "NETNS", "netns-id", 5 },
	{ "PREFIX", "prefix", 18 },
	{ "PEER", "peer", 15 },
	{ 0 },
};

static int ovctl_route_change(struct ovctl *ov, uint8_t cmd, const char *name,
			      const struct ovctl_word *words, int argc, char **argv)
{
	struct ovctl_settings st;
	int ret;

	if (argc < 2)
		return ovctl_misuse(ov, "%s needs a device and a prefix: see ovctl %s --help", name,
				    name);
	ret = ovctl_settings_parse(ov, &st, words, name, argc - 2, argv + 2);
	if (!ret && words->word && !ovctl_settings_find(&st, TENOVL_A_ROUTE_PEER))
		ret = ovctl_misuse(ov, "%s needs \"peer ADDR\"", name);
	if (!ret)
		ret = ovctl_bulk_add(ov, cmd, TENOVL_A_ROUTE, name, argv[0], argv[1], &st);
	ovctl_settings_free(&st);
	return ret;
}

static int ovctl_route_add(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_route_change(ov, TENOVL_CMD_ROUTE_ADD, "route add", ovctl_words_route, argc,
				  argv);
}

static const struct ovctl_command ovctl_route_add_command = {
	.object = "route", .verb = "add", .bulk = true,
	.args = "DEV PREFIX[,PREFIX...] peer ADDR",
	.help = "Adds routes to a device of mode l3, all of those given or none. The longest prefix\n"
		"that holds a destination is taken. An address alone is a prefix of all its bits.",
	.run = ovctl_route_add,
};

static int ovctl_route_replace(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_route_change(ov, TENOVL_CMD_ROUTE_REPLACE, "route replace",
				  ovctl_words_route, argc, argv);
}

static const struct ovctl_command ovctl_route_replace_command = {
	.object = "route", .verb = "replace", .bulk = true,
	.args = "DEV PREFIX[,PREFIX...] peer ADDR",
	.help = "Adds routes, or lets those that are there lead to another peer; no packet finds\n"
		"none in between.",
	.run = ovctl_route_replace,
};

static int ovctl_route_del(struct ovctl *ov, int argc, char **argv)
{
	static const struct ovctl_word none[] = { { 0 } };

	return ovctl_route_change(ov, TENOVL_CMD_ROUTE_DEL, "route del", none, argc, argv);
}

static const struct ovctl_command ovctl_route_del_command = {
	.object = "route", .verb = "del", .bulk = true,
	.args = "DEV PREFIX[,PREFIX...]",
	.help = "Deletes routes.",
	.run = ovctl_route_del,
};

static int ovctl_route_show(struct ovctl *ov, int argc, char **argv)
{
	return ovctl_show_objects(ov, TENOVL_CMD_ROUTE_GET, TENOVL_A_ROUTE, "route show",
				  ovctl_route_columns, argc, argv);
}

static const struct ovctl_command ovctl_route_show_command = {
	.object = "route", .verb = "show",
	.args = "[DEV [PREFIX]]",
	.help = "Shows the route of one prefix, those of a device, or those of all devices.",
	.run = ovctl_route_show,
};

OVCTL_REGISTER(ovctl_route,
	&ovctl_route_add_command,
	&ovctl_route_replace_command,
	&ovctl_route_del_command,
	&ovctl_route_show_command);
