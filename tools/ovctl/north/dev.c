// SPDX-License-Identifier: GPL-2.0
/* ovctl dev: devices and their settings. */
#include <linux/tenovl.h>
#include <string.h>
#include <unistd.h>

#include "../south/genl.h"
#include "../south/netns.h"
#include "../south/record.h"
#include "../south/rtnl.h"
#include "command.h"
#include "settings.h"
#include "show.h"

#define DEV_SETTINGS									\
	"  vni N | encap vxlan|gre | gre-key nvgre|plain | flowid hash|off | local ADDR |\n"	\
	"  dstport PORT | srcport MIN MAX | link DEV|none | mark N | ttl N|auto |\n"		\
	"  dscp N|inherit | df unset|set|inherit | udp-csum auto|on|off |\n"			\
	"  udp-zero-csum6-rx on|off | gre-csum on|off | inner-vlan pass|drop |\n"		\
	"  learning on|off | ageing SECONDS | max-learned N | move-limit N |\n"		\
	"  move-window SECONDS | source-check on|off | mtu N|auto |\n"				\
	"  standby-ingress drop|learn | revert on|off | revert-delay MS | hold MS |\n"	\
	"  min-live N | announce-count N | announce-interval MS |\n"				\
	"  underlay-hooks honour|bypass | fastpath on|off | suppress on|off |\n"		\
	"  head-mac MAC|none"

static const struct ovctl_column ovctl_dev_columns[] = {
	{ "DEV", "ifname", 15 },
	{ "NETNS", "netns-id", 5 },
	{ "MODE", "mode", 4 },
	{ "VNI", "vni", 8 },
	{ "ENCAP", "encap", 5 },
	{ "KEY", "gre-key", 5 },
	{ "LOCAL", "local", 15 },
	{ "PORT", "dstport", 5 },
	{ "LINK", "link", 15 },
	{ "MTU", "mtu", 5 },
	{ "PEERS", "peers", 5 },
	{ "STATIC", "static-entries", 6 },
	{ "LEARNED", "learned-entries", 7 },
	{ "ROUTES", "routes", 6 },
	{ 0 },
};

static const struct ovctl_column ovctl_dev_detail_columns[] = {
	{ "DEV", "ifname", 15 },
	{ "NETNS", "netns-id", 5 },
	{ "SETTING", "*", 18 },
	{ "VALUE", NULL, 5 },
	{ 0 },
};

/* Sends the settings; @name is the command in the user's words. */
static int ovctl_dev_send(struct ovctl *ov, const struct ovctl_dev *dev, const char *name,
			  const struct ovctl_settings *st)
{
	char what[32];

	snprintf(what, sizeof(what), "%s %s", name, dev->name);
	return ovctl_genl_change(ov, TENOVL_CMD_DEV_SET, what, dev, TENOVL_A_DEV, NULL, st->values,
				 st->count);
}

/* Finds the device just made, of which @dev has the name and the namespace. */
static int ovctl_dev_find_new(struct ovctl *ov, struct ovctl_dev *dev)
{
	unsigned int i;

	for (i = 0; i < ov->devs->count; i++) {
		const struct ovctl_dev *one = &ov->devs->list[i];

		if (!strcmp(one->name, dev->name) && one->nsid == dev->nsid) {
			*dev = *one;
			return OVCTL_DONE;
		}
	}
	return ovctl_fail(ov, "dev add %s: the device was made, and then not found", dev->name);
}

static int ovctl_dev_configure_new(struct ovctl *ov, struct ovctl_dev *dev, int netns_fd,
				   const struct ovctl_settings *st)
{
	bool here = netns_fd < 0 || ovctl_netns_is_own(netns_fd);
	int ret;

	/* This dump gives the namespace an id where it had none, so it comes first. */
	ret = ovctl_devs_read(ov);
	if (!here)
		ovctl_rtnl_nsid(ov, netns_fd, &dev->nsid);
	if (!here && dev->nsid < 0)
		return ovctl_fail(ov, "dev add %s: the device was made, and may still be there without its settings: this namespace has no id for its own",
				  dev->name);
	if (!ret)
		ret = ovctl_dev_find_new(ov, dev);
	if (!ret)
		ret = ovctl_dev_send(ov, dev, "dev add", st);
	if (ret)
		ovctl_rtnl_undo(ov, dev);
	return ret;
}

static int ovctl_dev_add_in(struct ovctl *ov, const char *name, int netns_fd, uint8_t mode,
			    const struct ovctl_settings *st)
{
	struct ovctl_dev dev = { .nsid = -1 };
	int ret;

	ret = ovctl_rtnl_add(ov, name, netns_fd, mode);
	if (ret || !st->count)
		return ret;
	snprintf(dev.name, sizeof(dev.name), "%s", name);
	return ovctl_dev_configure_new(ov, &dev, netns_fd, st);
}

/* The mode is told when the device is made: it is no setting to be sent after that. */
static uint8_t ovctl_dev_take_mode(struct ovctl_settings *st)
{
	unsigned int i;
	uint8_t mode;

	for (i = 0; i < st->count; i++) {
		if (st->values[i].attr->id != TENOVL_A_DEV_MODE)
			continue;
		mode = st->values[i].num;
		st->count--;
		memmove(&st->values[i], &st->values[i + 1],
			(st->count - i) * sizeof(st->values[0]));
		return mode;
	}
	return TENOVL_MODE_L2;
}

static int ovctl_dev_add(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_settings st;
	int netns_fd = -1;
	uint8_t mode;
	int ret;

	if (argc < 1)
		return ovctl_misuse(ov, "dev add needs a name: see ovctl dev add --help");
	ret = ovctl_name_check(ov, argv[0]);
	if (ret)
		return ret;
	ret = ovctl_settings_parse(ov, &st, ovctl_words_dev_add, "dev add", argc - 1, argv + 1);
	if (ret)
		goto out_free;
	mode = ovctl_dev_take_mode(&st);
	if (st.netns)
		ret = ovctl_netns_open(ov, st.netns, &netns_fd);
	if (ret)
		goto out_free;
	ret = ovctl_dev_add_in(ov, argv[0], netns_fd, mode, &st);
	if (netns_fd >= 0)
		close(netns_fd);
out_free:
	ovctl_settings_free(&st);
	return ret;
}

static const struct ovctl_command ovctl_dev_add_command = {
	.object = "dev", .verb = "add",
	.args = "NAME [mode l2|l3] [netns NAME] [SETTING...]",
	.help = "Makes a device, in the namespace given or in this one, and configures it. This\n"
		"namespace becomes its underlay. A setting that is refused takes the device back.\n"
		"Mode l2 carries Ethernet frames, by MAC address; l3 IP packets, by prefix.\n"
		"SETTING is one of\n" DEV_SETTINGS,
	.run = ovctl_dev_add,
};

static int ovctl_dev_set(struct ovctl *ov, int argc, char **argv)
{
	const struct ovctl_value *link;
	struct ovctl_settings st;
	struct ovctl_dev dev;
	int ret;

	if (argc < 2)
		return ovctl_misuse(ov, "dev set needs a device and a setting: see ovctl dev set --help");
	ret = ovctl_settings_parse(ov, &st, ovctl_words_dev_set, "dev set", argc - 1, argv + 1);
	if (!ret)
		ret = ovctl_dev_find(ov, argv[0], &dev);
	if (ret)
		goto out_free;
	link = ovctl_settings_find(&st, TENOVL_A_DEV_LINK);
	if (link && link->num && dev.far_underlay)
		ret = ovctl_fail(ov, "dev set %s: \"link %s\" is an interface of the underlay: give -n with the underlay's namespace",
				 dev.name, link->arg);
	else
		ret = ovctl_dev_send(ov, &dev, "dev set", &st);
out_free:
	ovctl_settings_free(&st);
	return ret;
}

static const struct ovctl_command ovctl_dev_set_command = {
	.object = "dev", .verb = "set",
	.args = "NAME SETTING...",
	.help = "Changes settings while the device runs; those not named stay. SETTING is one of\n"
		DEV_SETTINGS,
	.run = ovctl_dev_set,
};

static int ovctl_dev_show_call(struct ovctl *ov, struct ovctl_table *table,
			       const struct ovctl_column *columns, bool rows,
			       const struct ovctl_dev *dev)
{
	struct ovctl_reply rp = { 0 };
	struct ovctl_request *rq;
	int ret;

	rq = ovctl_genl_request(ov, TENOVL_CMD_DEV_GET, dev ? NLM_F_ACK : NLM_F_DUMP, dev);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "dev show%s%s", dev ? " " : "", dev ? dev->name : "");
	ret = dev ? ovctl_genl_do(ov, rq, &rp) : ovctl_genl_dump(ov, rq, &rp);
	if (!ret) {
		ovctl_table_begin(table, ov, columns, rows);
		ret = ovctl_show_reply(table, &rp, TENOVL_A_DEV, NULL);
		ovctl_table_end(table);
	}
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

static int ovctl_dev_show(struct ovctl *ov, int argc, char **argv)
{
	const struct ovctl_column *columns = ovctl_dev_columns;
	struct ovctl_table table;
	struct ovctl_dev dev;
	bool details = false;
	char *name = NULL;
	int ret;
	int i;

	for (i = 0; i < argc; i++) {
		if (!details && !strcmp(argv[i], "--details"))
			details = true;
		else if (!name)
			name = argv[i];
		else
			return ovctl_misuse(ov, "\"%s\" is more than dev show takes: see ovctl dev show --help",
					    argv[i]);
	}
	if (details)
		columns = ovctl_dev_detail_columns;
	if (name) {
		ret = ovctl_dev_find(ov, name, &dev);
		if (ret)
			return ret;
	}
	return ovctl_dev_show_call(ov, &table, columns, details, name ? &dev : NULL);
}

static const struct ovctl_command ovctl_dev_show_command = {
	.object = "dev", .verb = "show", .option = "--details",
	.args = "[NAME] [--details]",
	.help = "Shows one device, or all that live here or have their underlay here.\n"
		"With --details, every setting on a line of its own.",
	.run = ovctl_dev_show,
};

static int ovctl_dev_del_all(struct ovctl *ov)
{
	int ret = ovctl_devs_read(ov);
	unsigned int i;

	for (i = 0; !ret && i < ov->devs->count; i++)
		ret = ovctl_rtnl_del(ov, &ov->devs->list[i]);
	ovctl_devs_forget(ov);
	return ret;
}

static int ovctl_dev_del(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_dev dev;
	int ret;

	if (argc != 1)
		return ovctl_misuse(ov, "dev del needs one device, or --all: see ovctl dev del --help");
	if (!strcmp(argv[0], "--all"))
		return ovctl_dev_del_all(ov);
	ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret)
		ret = ovctl_rtnl_del(ov, &dev);
	ovctl_devs_forget(ov);
	return ret;
}

static const struct ovctl_command ovctl_dev_del_command = {
	.object = "dev", .verb = "del", .option = "--all",
	.args = "NAME | --all",
	.help = "Deletes a device, or all that live here or have their underlay here.",
	.run = ovctl_dev_del,
};

OVCTL_REGISTER(ovctl_dev,
	&ovctl_dev_add_command,
	&ovctl_dev_set_command,
	&ovctl_dev_show_command,
	&ovctl_dev_del_command);
