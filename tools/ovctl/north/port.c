// SPDX-License-Identifier: GPL-2.0
/* ovctl port: the ports of a device, in bridges or for one station each. */
#include <linux/tenovl.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "../south/netns.h"
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
	{ "ROLE", "role", 6 },
	{ "AT", "own-netns-id", 3 },
	{ 0 },
};

/**
 * struct ovctl_port_key - What names a port to the kernel.
 * @values: The index, and where it is needed the id of the port's own namespace.
 * @count: How many.
 */
struct ovctl_port_key {
	struct ovctl_value values[2];
	unsigned int count;
};

static void ovctl_port_key_set(struct ovctl_port_key *key, const char *name, uint32_t ifindex,
			       int32_t nsid)
{
	*key = (struct ovctl_port_key){ .count = nsid >= 0 ? 2 : 1 };
	key->values[0].attr = ovctl_spec_attr(&ovctl_set_port, TENOVL_A_PORT_INDEX);
	key->values[0].arg = name;
	key->values[0].num = ifindex;
	key->values[1].attr = ovctl_spec_attr(&ovctl_set_port, TENOVL_A_PORT_OWN_NETNS_ID);
	key->values[1].arg = name;
	key->values[1].num = nsid;
}

/**
 * struct ovctl_port_search - A port that is looked for by its name.
 * @name: The name.
 * @netns: The namespace that was named, or NULL for any.
 * @nsid: The id of that, or -1 for this one.
 * @dev_nsid: The id of the device's.
 * @found: How many there are.
 * @key: What names the last of them.
 */
struct ovctl_port_search {
	const char *name;
	const char *netns;
	int32_t nsid;
	int32_t dev_nsid;
	unsigned int found;
	struct ovctl_port_key *key;
};

static int ovctl_port_compare(json_t *rec, void *arg)
{
	const char *name = json_string_value(json_object_get(rec, "name"));
	json_t *own = json_object_get(rec, "own-netns-id");
	struct ovctl_port_search *search = arg;
	int32_t nsid = own ? (int32_t)json_integer_value(own) : search->dev_nsid;

	if (!name || strcmp(name, search->name) || (search->netns && nsid != search->nsid))
		return 0;
	ovctl_port_key_set(search->key, search->name,
			   json_integer_value(json_object_get(rec, "index")), own ? nsid : -1);
	search->found++;
	return 0;
}

/* The id of a namespace as ports of a device of @dev_nsid are told to be in it: of this
 * one -1, unless the device is elsewhere. NULL names this one.
 */
static int ovctl_port_nsid(struct ovctl *ov, const char *netns, int32_t dev_nsid, int32_t *nsid)
{
	int ret;
	int fd;

	*nsid = -1;
	ret = ovctl_netns_open(ov, netns ? netns : "/proc/self/ns/net", &fd);
	if (ret)
		return ret;
	if ((dev_nsid >= 0 || !ovctl_netns_is_own(fd)) && ovctl_rtnl_nsid(ov, fd, nsid))
		ret = ovctl_fail(ov, "this namespace has no id for %s", netns ? netns : "itself");
	close(fd);
	return ret;
}

static int ovctl_port_found(struct ovctl *ov, const char *what,
			    const struct ovctl_port_search *search)
{
	if (search->found == 1)
		return OVCTL_DONE;
	if (search->found)
		return ovctl_fail(ov, "%s: the device has several ports \"%s\": name the namespace with netns",
				  what, search->name);
	return ovctl_fail(ov, "%s: the device has no port \"%s\"%s%s", what, search->name,
			  search->netns ? " in " : "", search->netns ? search->netns : "");
}

/* A port lives in the namespace of its device or beyond, so the family is asked. */
static int ovctl_port_find(struct ovctl *ov, const char *command, const struct ovctl_dev *dev,
			   const char *name, const char *netns, struct ovctl_port_key *key)
{
	struct ovctl_port_search search = {
		.name = name,
		.netns = netns,
		.dev_nsid = dev->nsid,
		.key = key,
	};
	const struct nlmsghdr *nlh = NULL;
	struct ovctl_reply rp = { 0 };
	struct ovctl_request *rq;
	char what[64];
	int ret = OVCTL_DONE;

	if (netns)
		ret = ovctl_port_nsid(ov, netns, dev->nsid, &search.nsid);
	if (ret)
		return ret;
	rq = ovctl_genl_request(ov, TENOVL_CMD_PORT_GET, NLM_F_DUMP, dev);
	if (!rq)
		return OVCTL_FAILED;
	snprintf(what, sizeof(what), "%s %s", command, dev->name);
	ovctl_request_name(rq, "%s", what);
	ret = ovctl_genl_dump(ov, rq, &rp);
	while (!ret && (nlh = ovctl_reply_next(&rp, nlh)))
		if (ovctl_record_each(nlh, TENOVL_A_PORT, ovctl_port_compare, &search))
			ret = ovctl_fail(ov, "out of memory");
	if (!ret)
		ret = ovctl_port_found(ov, what, &search);
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

/* @key: NULL for no port. @st: NULL for no settings. */
static int ovctl_port_send(struct ovctl *ov, uint8_t cmd, const char *command,
			   const struct ovctl_dev *dev, const struct ovctl_port_key *key,
			   const struct ovctl_settings *st)
{
	struct ovctl_value values[OVCTL_VALUES_MAX + 1];
	unsigned int count = 0;
	char what[64];

	snprintf(what, sizeof(what), "%s %s%s%s", command, dev->name, key ? " " : "",
		 key ? key->values[0].arg : "");
	if (key && key->count > 1)
		values[count++] = key->values[1];
	if (st)
		memcpy(&values[count], st->values, st->count * sizeof(*values));
	return ovctl_genl_change(ov, cmd, what, dev, key ? TENOVL_A_PORT : 0,
				 key ? key->values : NULL, values, count + (st ? st->count : 0));
}

static bool ovctl_port_wants_access(const struct ovctl_settings *st)
{
	const struct ovctl_value *role = ovctl_settings_find(st, TENOVL_A_PORT_ROLE);

	return role && role->num == TENOVL_PORT_ROLE_ACCESS;
}

/* What may fail for good comes first: the settings, then the bridge. */
static int ovctl_port_configure_new(struct ovctl *ov, const struct ovctl_dev *dev,
				    const char *name, const struct ovctl_settings *st,
				    const char *what)
{
	uint32_t bridge = st->name ? if_nametoindex(st->name) : 0;
	uint32_t ifindex = if_nametoindex(name);
	struct ovctl_port_key key;
	int ret = OVCTL_DONE;

	ovctl_port_key_set(&key, name, ifindex, -1);
	if (st->count)
		ret = ovctl_port_send(ov, TENOVL_CMD_PORT_SET, "port add", dev, &key, st);
	if (!ret && bridge)
		ret = ovctl_rtnl_do(ov, ovctl_rtnl_enslave_message(ifindex, bridge), what);
	if (!ret && bridge)
		ret = ovctl_rtnl_do(ov, ovctl_rtnl_mcast_router_message(ifindex), what);
	if (!ret && st->hook)
		ret = ovctl_rtnl_do(ov, ovctl_rtnl_hook_message(st->hook, ifindex), what);
	return ret;
}

static int ovctl_port_make(struct ovctl *ov, const struct ovctl_dev *dev, const char *name,
			   const struct ovctl_settings *st, const char *what)
{
	struct ovctl_dev port = { .nsid = -1 };
	int ret;

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

/* An interface that is there already. */
static int ovctl_port_enslave(struct ovctl *ov, const struct ovctl_dev *dev,
			      const struct ovctl_port_key *key, const struct ovctl_settings *st,
			      const char *what)
{
	if (st->name)
		return ovctl_fail(ov, "%s: \"%s\" is there already, and an access port is in no bridge",
				  what, key->values[0].arg);
	if (st->hook)
		return ovctl_fail(ov, "%s: \"hook\" goes with a port that is made: %s is there already, and its frames are seen there",
				  what, key->values[0].arg);
	return ovctl_port_send(ov, TENOVL_CMD_PORT_ADD, "port add", dev, key, st);
}

/* Of an access port the name may be that of an interface: then that one is meant. */
static int ovctl_port_add_to(struct ovctl *ov, const struct ovctl_dev *dev, const char *name,
			     const struct ovctl_settings *st)
{
	struct ovctl_port_key key;
	uint32_t ifindex;
	int32_t nsid;
	char what[64];
	int ret;

	snprintf(what, sizeof(what), "port add %s %s", dev->name, name);
	if (!ovctl_port_wants_access(st) && st->hook)
		return ovctl_misuse(ov, "\"hook\" goes with \"access\" only: the frames of other ports are seen in their bridge");
	if (!ovctl_port_wants_access(st) && st->netns)
		return ovctl_misuse(ov, "\"netns\" goes with \"access\" only: a port for a bridge is in the namespace of its device");
	if (!ovctl_port_wants_access(st))
		return ovctl_port_make(ov, dev, name, st, what);
	ret = ovctl_port_nsid(ov, st->netns, dev->nsid, &nsid);
	if (ret)
		return ret;
	ifindex = ovctl_rtnl_find(ov, name, nsid);
	ovctl_port_key_set(&key, name, ifindex, nsid);
	if (ifindex)
		return ovctl_port_enslave(ov, dev, &key, st, what);
	if (st->netns)
		return ovctl_fail(ov, "%s: there is no interface \"%s\" in %s", what, name, st->netns);
	return ovctl_port_make(ov, dev, name, st, what);
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
		ret = ovctl_port_add_to(ov, &dev, argv[1], &st);
	ovctl_settings_free(&st);
	return ret;
}

#define PORT_SETTINGS								\
	"  isolated on|off        exchange nothing with other isolated ports\n"	\
	"  mac MAC[,MAC...]|any   the only addresses that it may send from\n"		\
	"  ip IP[,IP...]|any      the same for IP, ARP and neighbour discovery\n"	\
	"  dhcp-server on|off     let it answer as a DHCP server\n"			\
	"  router on|off          let it send router advertisements\n"			\
	"  rate KBIT              kilobits a second that it may send, 0 for no limit\n"	\
	"  burst BYTES            and at once beyond that\n"				\
	"  flood-rate N           frames a second for more than one, 0 for no limit\n"	\
	"  flood-burst N          and at once beyond that\n"			\
	"  max-learned N          most addresses that are learned there\n"

static const struct ovctl_command ovctl_port_add_command = {
	.object = "port", .verb = "add",
	.args = "DEV NAME [priority N] [bridge BRIDGE] | DEV NAME access [netns NETNS] [hook HOOK] [SETTING...]",
	.help = "Makes a port of a device of this namespace; with a bridge, puts it in there and\n"
		"sets it up. A setting that is refused takes the port back. Of the ports that could\n"
		"carry traffic the one with the lowest priority does.\n"
		"An access port is for one station: an interface of that name (in NETNS) is\n"
		"enslaved and set up; where there is none, a port is made, to be moved into a\n"
		"container; HOOK is then a device that stays here, where the host's rules see the\n"
		"frames of the port. SETTING is one of\n" PORT_SETTINGS,
	.run = ovctl_port_add,
};

static int ovctl_port_set(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_port_key key;
	struct ovctl_settings st;
	struct ovctl_dev dev;
	int ret;

	if (argc < 3)
		return ovctl_misuse(ov, "port set needs a device, a port and a setting: see ovctl port set --help");
	ret = ovctl_settings_parse(ov, &st, ovctl_words_port_set, "port set", argc - 2, argv + 2);
	if (!ret)
		ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret)
		ret = ovctl_port_find(ov, "port set", &dev, argv[1], st.netns, &key);
	if (!ret)
		ret = ovctl_port_send(ov, TENOVL_CMD_PORT_SET, "port set", &dev, &key, &st);
	ovctl_settings_free(&st);
	return ret;
}

static const struct ovctl_command ovctl_port_set_command = {
	.object = "port", .verb = "set",
	.args = "DEV PORT [netns NETNS] SETTING...",
	.help = "Changes a port while it runs. SETTING is one of\n"
		"  role bridge|access     for a bridge, or for one station\n"
		"  priority N             of a port for a bridge; the lowest wins\n" PORT_SETTINGS,
	.run = ovctl_port_set,
};

/* DEV PORT [netns NETNS] */
static int ovctl_port_named(struct ovctl *ov, const char *command, int argc, char **argv,
			    struct ovctl_dev *dev, struct ovctl_port_key *key)
{
	struct ovctl_settings st;
	int ret;

	if (argc < 2)
		return ovctl_misuse(ov, "%s needs a device and a port: see ovctl %s --help", command,
				    command);
	ret = ovctl_settings_parse(ov, &st, ovctl_words_port_key, command, argc - 2, argv + 2);
	if (!ret)
		ret = ovctl_dev_find(ov, argv[0], dev);
	if (!ret)
		ret = ovctl_port_find(ov, command, dev, argv[1], st.netns, key);
	ovctl_settings_free(&st);
	return ret;
}

static int ovctl_port_del(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_port_key key;
	struct ovctl_dev dev;
	int ret;

	ret = ovctl_port_named(ov, "port del", argc, argv, &dev, &key);
	if (ret)
		return ret;
	return ovctl_port_send(ov, TENOVL_CMD_PORT_DEL, "port del", &dev, &key, NULL);
}

static const struct ovctl_command ovctl_port_del_command = {
	.object = "port", .verb = "del",
	.args = "DEV PORT [netns NETNS]",
	.help = "Deletes a port, or lets go of an enslaved interface. If it carried the traffic of\n"
		"the bridges, another one does from then on.",
	.run = ovctl_port_del,
};

static int ovctl_port_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_port_key key;
	struct ovctl_dev dev;
	int ret;

	if (argc < 2)
		return ovctl_show_objects(ov, TENOVL_CMD_PORT_GET, TENOVL_A_PORT, "port show",
					  ovctl_port_columns, argc, argv);
	ret = ovctl_port_named(ov, "port show", argc, argv, &dev, &key);
	if (ret)
		return ret;
	return ovctl_show_key(ov, TENOVL_CMD_PORT_GET, TENOVL_A_PORT, "port show", &dev,
			      ovctl_port_columns, key.values, key.count);
}

static const struct ovctl_command ovctl_port_show_command = {
	.object = "port", .verb = "show",
	.args = "[DEV [PORT [netns NETNS]]]",
	.help = "Shows one port, those of a device, or those of all devices. The state is selected\n"
		"(carries the traffic of the bridges), standby (could), active (an access port), or\n"
		"unusable. AT is the id of the port's namespace, where that is not its device's.",
	.run = ovctl_port_show,
};

static int ovctl_port_select(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_port_key key;
	struct ovctl_dev dev;
	bool pin;
	int ret;

	if (argc != 2)
		return ovctl_misuse(ov, "port select needs a device, and a port or auto: see ovctl port select --help");
	pin = strcmp(argv[1], "auto");
	ret = ovctl_dev_find(ov, argv[0], &dev);
	if (!ret && pin)
		ret = ovctl_port_find(ov, "port select", &dev, argv[1], NULL, &key);
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
