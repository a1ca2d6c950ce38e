// SPDX-License-Identifier: GPL-2.0
/* ovctl port: the built-in ports of a device, each in a bridge. */
#include <linux/tenovl.h>
#include <net/if.h>
#include <string.h>

#include "../south/record.h"
#include "../south/rtnl.h"
#include "command.h"
#include "settings.h"
#include "show.h"

static const struct ovctl_column ovctl_port_columns[] = {
	{ "DEV", "ifname", 15 },
	{ "NETNS", "netns-id", 5 },
	{ "PORT", "name", 15 },
	{ "PRIORITY", "priority", 8 },
	{ "STATE", "state", 8 },
	{ "PINNED", "pinned", 6 },
	{ "BRIDGE", "bridge-name", 15 },
	{ "ENTRIES", "entries", 7 },
	{ "TX-PACKETS", "stats.tx-packets", 10 },
	{ "RX-PACKETS", "stats.rx-packets", 10 },
	{ "TX-DROPS", "stats.tx-drops", 8 },
	{ 0 },
};

/**
 * struct ovctl_port_search - A port that is looked for by its name.
 * @name: The name.
 * @key: What names it to the kernel; its number is 0 where there is none.
 */
struct ovctl_port_search {
	const char *name;
	struct ovctl_value key;
};

static int ovctl_port_compare(json_t *rec, void *arg)
{
	const char *name = json_string_value(json_object_get(rec, "name"));
	struct ovctl_port_search *search = arg;

	if (name && !strcmp(name, search->name))
		search->key.num = json_integer_value(json_object_get(rec, "index"));
	return 0;
}

/* A port lives in the namespace of its device or beyond, so the family is asked. */
static int ovctl_port_find(struct ovctl *ov, const char *command, const struct ovctl_dev *dev,
			   const char *name, struct ovctl_value *key)
{
	struct ovctl_port_search search = {
		.name = name,
		.key.attr = ovctl_spec_attr(&ovctl_set_port, TENOVL_A_PORT_INDEX),
		.key.arg = name,
	};
	const struct nlmsghdr *nlh = NULL;
	struct ovctl_reply rp = { 0 };
	struct ovctl_request *rq;
	int ret;

	rq = ovctl_genl_request(ov, TENOVL_CMD_PORT_GET, NLM_F_DUMP, dev);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "%s %s", command, dev->name);
	ret = ovctl_genl_dump(ov, rq, &rp);
	while (!ret && (nlh = ovctl_reply_next(&rp, nlh)))
		if (ovctl_record_each(nlh, TENOVL_A_PORT, ovctl_port_compare, &search))
			ret = ovctl_fail(ov, "out of memory");
	if (!ret && !search.key.num)
		ret = ovctl_fail(ov, "%s %s: the device has no port \"%s\"", command, dev->name, name);
	*key = search.key;
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

/* @key: NULL for no port. @st: NULL for no settings. */
static int ovctl_port_send(struct ovctl *ov, uint8_t cmd, const char *command,
			   const struct ovctl_dev *dev, const struct ovctl_value *key,
			   const struct ovctl_settings *st)
{
	char what[64];

	snprintf(what, sizeof(what), "%s %s%s%s", command, dev->name, key ? " " : "",
		 key ? key->arg : "");
	return ovctl_genl_change(ov, cmd, what, dev, key ? TENOVL_A_PORT : 0, key,
				 st ? st->values : NULL, st ? st->count : 0);
}

/* What may fail for good comes first: priority, then the bridge. */
static int ovctl_port_configure_new(struct ovctl *ov, const struct ovctl_dev *dev,
				    const char *name, const struct ovctl_settings *st,
				    const char *what)
{
	uint32_t bridge = st->name ? if_nametoindex(st->name) : 0;
	struct ovctl_value key;
	int ret;

	ret = ovctl_port_find(ov, "port add", dev, name, &key);
	if (!ret && st->count)
		ret = ovctl_port_send(ov, TENOVL_CMD_PORT_SET, "port add", dev, &key, st);
	if (!ret && bridge)
		ret = ovctl_rtnl_do(ov, ovctl_rtnl_enslave_message(key.num, bridge), what);
	return ret;
}

static int ovctl_port_make(struct ovctl *ov, const struct ovctl_dev *dev, const char *name,
			   const struct ovctl_settings *st)
{
	struct ovctl_dev port = { .nsid = -1 };
	char what[64];
	int ret;

	snprintf(what, sizeof(what), "port add %s %s", dev->name, name);
	snprintf(port.name, sizeof(port.name), "%s", name);
	if (dev->nsid >= 0)
		return ovctl_fail(ov, "%s: the device is in another namespace: give -n with that one",
				  what);
	if (st->name && !if_nametoindex(st->name))
		return ovctl_fail(ov, "%s: there is no interface \"%s\" here", what, st->name);
	ret = ovctl_rtnl_do(ov, ovctl_rtnl_port_message(name, dev), what);
	if (ret)
		return ret;
	ret = ovctl_port_configure_new(ov, dev, name, st, what);
	if (ret)
		ovctl_rtnl_do(ov, ovctl_rtnl_del_message(&port), what);
	return ret;
}

static int ovctl_port_add(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_settings st;
	struct ovctl_dev dev;
	int ret;

	if (argc < 2)
		return ovctl_misuse(ov, "port add needs a device and a name: see ovctl port add --help");
	ret = ovctl_name_check(ov, argv[1]);
	if (ret)
		return ret;
	ret = ovctl_settings_parse(ov, &st, ovctl_words_port_add, "port add", argc - 2, argv + 2);
	if (!ret)
		ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret)
		ret = ovctl_port_make(ov, &dev, argv[1], &st);
	ovctl_settings_free(&st);
	return ret;
}

static const struct ovctl_command ovctl_port_add_command = {
	.object = "port", .verb = "add",
	.args = "DEV NAME [priority N] [bridge BRIDGE]",
	.help = "Makes a port of a device of this namespace; with a bridge, puts it in there and\n"
		"sets it up. A setting that is refused takes the port back. Of the ports that could\n"
		"carry traffic the one with the lowest priority does.",
	.run = ovctl_port_add,
};

static int ovctl_port_set(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_settings st;
	struct ovctl_value key;
	struct ovctl_dev dev;
	int ret;

	if (argc < 3)
		return ovctl_misuse(ov, "port set needs a device, a port and a setting: see ovctl port set --help");
	ret = ovctl_settings_parse(ov, &st, ovctl_words_port_set, "port set", argc - 2, argv + 2);
	if (!ret)
		ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret)
		ret = ovctl_port_find(ov, "port set", &dev, argv[1], &key);
	if (!ret)
		ret = ovctl_port_send(ov, TENOVL_CMD_PORT_SET, "port set", &dev, &key, &st);
	ovctl_settings_free(&st);
	return ret;
}

static const struct ovctl_command ovctl_port_set_command = {
	.object = "port", .verb = "set",
	.args = "DEV PORT priority N",
	.help = "Changes a port while it runs.",
	.run = ovctl_port_set,
};

static int ovctl_port_del(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_dev dev, port = { .nsid = -1 };
	struct ovctl_value key;
	char what[64];
	int ret;

	if (argc != 2)
		return ovctl_misuse(ov, "port del needs a device and a port: see ovctl port del --help");
	ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret)
		ret = ovctl_port_find(ov, "port del", &dev, argv[1], &key);
	if (ret)
		return ret;
	port.nsid = dev.nsid;
	port.ifindex = key.num;
	snprintf(what, sizeof(what), "port del %s %s", argv[0], argv[1]);
	return ovctl_rtnl_do(ov, ovctl_rtnl_del_message(&port), what);
}

static const struct ovctl_command ovctl_port_del_command = {
	.object = "port", .verb = "del",
	.args = "DEV PORT",
	.help = "Deletes a port; if it carried the traffic, another one does from then on.",
	.run = ovctl_port_del,
};

static int ovctl_port_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_value key;
	struct ovctl_dev dev;
	int ret;

	if (argc != 2)
		return ovctl_show_objects(ov, TENOVL_CMD_PORT_GET, TENOVL_A_PORT, "port show",
					  ovctl_port_columns, argc, argv);
	ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret)
		ret = ovctl_port_find(ov, "port show", &dev, argv[1], &key);
	if (ret)
		return ret;
	return ovctl_show_key(ov, TENOVL_CMD_PORT_GET, TENOVL_A_PORT, "port show", &dev,
			      ovctl_port_columns, &key);
}

static const struct ovctl_command ovctl_port_show_command = {
	.object = "port", .verb = "show",
	.args = "[DEV [PORT]]",
	.help = "Shows one port, those of a device, or those of all devices. The state is selected\n"
		"(carries the traffic), standby (could), or unusable.",
	.run = ovctl_port_show,
};

static int ovctl_port_select(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_value key;
	struct ovctl_dev dev;
	bool pin;
	int ret;

	if (argc != 2)
		return ovctl_misuse(ov, "port select needs a device, and a port or auto: see ovctl port select --help");
	pin = strcmp(argv[1], "auto");
	ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret && pin)
		ret = ovctl_port_find(ov, "port select", &dev, argv[1], &key);
	if (ret)
		return ret;
	return ovctl_port_send(ov, TENOVL_CMD_PORT_SELECT, "port select", &dev, pin ? &key : NULL,
			       NULL);
}

static const struct ovctl_command ovctl_port_select_command = {
	.object = "port", .verb = "select",
	.args = "DEV PORT|auto",
	.help = "Pins the port that carries the traffic, as long as it can; auto leaves the choice\n"
		"to the device again.",
	.run = ovctl_port_select,
};

OVCTL_REGISTER(ovctl_port,
	&ovctl_port_add_command,
	&ovctl_port_set_command,
	&ovctl_port_del_command,
	&ovctl_port_show_command,
	&ovctl_port_select_command);
