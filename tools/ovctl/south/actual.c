// SPDX-License-Identifier: GPL-2.0
/* What there is in the kernel of this machine, as far as it is ours or in the place of what is
 * wanted: namespaces that carry our mark, and those that the model names.
 *
 * The kernel numbers namespaces differently in each, and cannot be asked which one a number
 * stands for. So where a device belongs to another one elsewhere, it is asked for the number of
 * the namespace that it should belong to, and the two are compared.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/tenovl.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "actual.h"
#include "fields.h"
#include "genl.h"
#include "rtnl.h"

#define OVCTL_NETNS_DIR "/run/netns"

/* What is somewhere, but not where it should be. */
#define OVCTL_ELSEWHERE "?"

/**
 * struct ovctl_reader - One reading.
 * @have: What was found so far.
 * @spaces: The namespaces.
 * @want: What is wanted, in order.
 * @space: The namespace that is being read.
 * @marked: It carries our mark.
 * @told: The device that the last message of the family was about, or NULL for none of interest.
 * @told_in: Its namespace.
 * @told_index: Its index there.
 */
struct ovctl_reader {
	struct ovctl_items *have;
	struct ovctl_spaces *spaces;
	const struct ovctl_items *want;
	struct ovctl_space *space;
	bool marked;
	struct ovctl_item *told;
	struct ovctl_space *told_in;
	uint32_t told_index;
};

/* --- dumps of rtnetlink --- */

/* Read again where it changed meanwhile; what does not come to rest is taken as it is. */
static int ovctl_dump(struct ovctl_reader *rd, int type, const void *head, size_t len,
		      void (*fn)(struct ovctl_reader *rd, const struct nlmsghdr *nlh))
{
	const struct nlmsghdr *nlh = NULL;
	unsigned int tries = OVCTL_DUMP_TRIES;
	struct ovctl_reply rp;
	int err;

	for (;;) {
		err = ovctl_rtnl_call(&rd->space->ov,
				      ovctl_rtnl_message(type, NLM_F_DUMP, head, len), &rp);
		if (err || !rp.interrupted || !--tries)
			break;
		ovctl_reply_free(&rp);
	}
	while (!err && (nlh = ovctl_reply_next(&rp, nlh)))
		fn(rd, nlh);
	ovctl_reply_free(&rp);
	if (err)
		return ovctl_fail(rd->spaces->ov, "reading namespace \"%s\": %s",
				  rd->space->name, strerror(-err));
	return OVCTL_DONE;
}

static struct nlattr *ovctl_inside(struct nlattr *nest, int type)
{
	return nest ? nla_find(nla_data(nest), nla_len(nest), type) : NULL;
}

static bool ovctl_addr_take(struct ovctl_addr *addr, struct nlattr *nla)
{
	memset(addr, 0, sizeof(*addr));
	if (!nla || nla_len(nla) > (int)sizeof(addr->bytes))
		return false;
	addr->len = nla_len(nla);
	memcpy(addr->bytes, nla_data(nla), addr->len);
	return true;
}

/* --- links --- */

static enum ovctl_link_type ovctl_link_type(const char *kind)
{
	static const struct {
		const char *kind;
		enum ovctl_link_type type;
	} kinds[] = {
		{ "bridge", OVCTL_LINK_BRIDGE },
		{ "bond", OVCTL_LINK_BOND },
		{ "dummy", OVCTL_LINK_DUMMY },
		{ "veth", OVCTL_LINK_VETH },
		{ TENOVL_KIND, OVCTL_LINK_L2 },
		{ TENOVL_PORT_KIND, OVCTL_LINK_PORT },
	};
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].kind, kind))
			return kinds[i].type;
	return OVCTL_LINK_EXISTING;
}

static void ovctl_read_bond(struct ovctl_item *obj, struct nlattr *data)
{
	struct nlattr *nla;
	struct ovctl_addr addr;

	nla = ovctl_inside(data, IFLA_BOND_MODE);
	if (nla)
		ovctl_item_num(obj, OVCTL_LINK_BOND_MODE, nla_get_u8(nla));
	nla = ovctl_inside(data, IFLA_BOND_ARP_INTERVAL);
	if (nla)
		ovctl_item_num(obj, OVCTL_LINK_BOND_INTERVAL, nla_get_u32(nla));
	/* Those that are said are one each: the first of the list. */
	nla = ovctl_inside(data, IFLA_BOND_ARP_IP_TARGET);
	if (nla && nla_len(nla) && ovctl_addr_take(&addr, nla_data(nla)))
		ovctl_item_addr(obj, OVCTL_LINK_BOND_TARGET, &addr);
	nla = ovctl_inside(data, IFLA_BOND_NS_IP6_TARGET);
	if (nla && nla_len(nla) && ovctl_addr_take(&addr, nla_data(nla)))
		ovctl_item_addr(obj, OVCTL_LINK_BOND_TARGET6, &addr);
}

/* A bridge without IGMP snooping does not say, and takes a router's port for any other. */
static void ovctl_read_bridge_port(struct ovctl_item *obj, struct nlattr *info)
{
	struct nlattr *kind = ovctl_inside(info, IFLA_INFO_SLAVE_KIND);
	struct nlattr *router;

	if (!kind || strcmp(nla_get_string(kind), "bridge"))
		return;
	router = ovctl_inside(ovctl_inside(info, IFLA_INFO_SLAVE_DATA),
			      IFLA_BRPORT_MULTICAST_ROUTER);
	ovctl_item_num(obj, OVCTL_LINK_MCAST_ROUTER,
		       router ? nla_get_u8(router) : MDB_RTR_TYPE_PERM);
}

static void ovctl_read_info(struct ovctl_item *obj, struct nlattr *info)
{
	struct nlattr *kind = ovctl_inside(info, IFLA_INFO_KIND);
	struct nlattr *data = ovctl_inside(info, IFLA_INFO_DATA);
	enum ovctl_link_type type = OVCTL_LINK_EXISTING;

	if (kind)
		type = ovctl_link_type(nla_get_string(kind));
	ovctl_item_num(obj, OVCTL_LINK_TYPE, type);
	if (type == OVCTL_LINK_BOND)
		ovctl_read_bond(obj, data);
	ovctl_read_bridge_port(obj, info);
}

static void ovctl_read_link_attrs(struct ovctl_item *obj, struct nlattr **tb)
{
	struct nlattr *mode = ovctl_inside(ovctl_inside(tb[IFLA_AF_SPEC], AF_INET6),
					   IFLA_INET6_ADDR_GEN_MODE);
	struct ovctl_addr addr;

	ovctl_read_info(obj, tb[IFLA_LINKINFO]);
	if (ovctl_addr_take(&addr, tb[IFLA_ADDRESS]))
		ovctl_item_addr(obj, OVCTL_LINK_MAC, &addr);
	if (tb[IFLA_MTU])
		ovctl_item_num(obj, OVCTL_LINK_MTU, nla_get_u32(tb[IFLA_MTU]));
	if (mode)
		ovctl_item_num(obj, OVCTL_LINK_ADDRGEN, nla_get_u8(mode));
}

/* What belongs together is found by numbers first: see ovctl_resolve(). */
static void ovctl_read_link_numbers(struct ovctl_item *obj, struct nlattr **tb)
{
	obj->data[OVCTL_LINK_OF].num = tb[IFLA_LINK] ? nla_get_u32(tb[IFLA_LINK]) : 0;
	obj->nsid = tb[IFLA_LINK_NETNSID] ? nla_get_s32(tb[IFLA_LINK_NETNSID]) : -1;
	obj->data[OVCTL_LINK_MASTER].num = tb[IFLA_MASTER] ? nla_get_u32(tb[IFLA_MASTER]) : 0;
}

static void ovctl_read_link(struct ovctl_reader *rd, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *info = nlmsg_data(nlh);
	struct nlattr *tb[IFLA_MAX + 1];
	struct ovctl_item *obj;
	const char *name;
	bool ours;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)nlh, sizeof(*info), tb, IFLA_MAX, NULL) ||
	    !tb[IFLA_IFNAME])
		return;
	name = nla_get_string(tb[IFLA_IFNAME]);
	ours = tb[IFLA_GROUP] && nla_get_u32(tb[IFLA_GROUP]) == OVCTL_MARK;
	ovctl_space_saw_link(rd->space, name, info->ifi_index);
	if (info->ifi_index == 1)
		rd->marked = ours;
	obj = ovctl_item_add(rd->have, OVCTL_KIND_STATE, rd->space->name, name);
	ovctl_item_num(obj, OVCTL_STATE_UP, !!(info->ifi_flags & IFF_UP));
	if (info->ifi_index == 1)
		return;
	obj = ovctl_item_add(rd->have, OVCTL_KIND_LINK, rd->space->name, name);
	obj->ours = ours;
	obj->index = info->ifi_index;
	ovctl_item_num(obj, OVCTL_LINK_ARP, !(info->ifi_flags & IFF_NOARP));
	ovctl_read_link_attrs(obj, tb);
	ovctl_read_link_numbers(obj, tb);
}

/* --- addresses, neighbours, routes --- */

static void ovctl_read_addr(struct ovctl_reader *rd, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *info = nlmsg_data(nlh);
	struct nlattr *tb[IFA_MAX + 1];
	struct ovctl_item *obj;
	const char *link;
	uint32_t flags;

	if (nlmsg_parse((struct nlmsghdr *)nlh, sizeof(*info), tb, IFA_MAX, NULL))
		return;
	link = ovctl_space_link_name(rd->space, info->ifa_index);
	if (!link || !(tb[IFA_LOCAL] || tb[IFA_ADDRESS]))
		return;
	obj = ovctl_item_add(rd->have, OVCTL_KIND_ADDR, rd->space->name, link);
	ovctl_addr_take(&obj->key.addr, tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS]);
	obj->key.plen = info->ifa_prefixlen;
	obj->ours = tb[IFA_PROTO] && nla_get_u8(tb[IFA_PROTO]) == OVCTL_MARK;
	flags = tb[IFA_FLAGS] ? nla_get_u32(tb[IFA_FLAGS]) : info->ifa_flags;
	ovctl_item_num(obj, OVCTL_ADDR_NODAD, !!(flags & IFA_F_NODAD));
	ovctl_item_num(obj, OVCTL_ADDR_NOPREFIXROUTE, !!(flags & IFA_F_NOPREFIXROUTE));
}

static void ovctl_read_neigh(struct ovctl_reader *rd, const struct nlmsghdr *nlh)
{
	const struct ndmsg *info = nlmsg_data(nlh);
	struct nlattr *tb[NDA_MAX + 1];
	struct ovctl_item *obj;
	struct ovctl_addr mac;
	const char *link;

	if (nlmsg_parse((struct nlmsghdr *)nlh, sizeof(*info), tb, NDA_MAX, NULL) ||
	    !(info->ndm_state & NUD_PERMANENT) || !tb[NDA_DST] || !tb[NDA_LLADDR])
		return;
	link = ovctl_space_link_name(rd->space, info->ndm_ifindex);
	if (!link || !ovctl_addr_take(&mac, tb[NDA_LLADDR]))
		return;
	obj = ovctl_item_add(rd->have, OVCTL_KIND_NEIGH, rd->space->name, link);
	ovctl_addr_take(&obj->key.addr, tb[NDA_DST]);
	obj->ours = tb[NDA_PROTOCOL] && nla_get_u8(tb[NDA_PROTOCOL]) == OVCTL_MARK;
	ovctl_item_addr(obj, OVCTL_NEIGH_MAC, &mac);
}

static void ovctl_read_route_attrs(struct ovctl_reader *rd, struct ovctl_item *obj,
				   struct nlattr **tb)
{
	struct ovctl_addr addr;
	const char *dev = NULL;

	if (tb[RTA_OIF])
		dev = ovctl_space_link_name(rd->space, nla_get_u32(tb[RTA_OIF]));
	if (dev)
		ovctl_item_text(rd->have, obj, OVCTL_ROUTE_DEV, dev);
	if (ovctl_addr_take(&addr, tb[RTA_GATEWAY]))
		ovctl_item_addr(obj, OVCTL_ROUTE_VIA, &addr);
	if (ovctl_addr_take(&addr, tb[RTA_PREFSRC]))
		ovctl_item_addr(obj, OVCTL_ROUTE_SRC, &addr);
}

/* The kernel gives routes of IPv6 a metric where none is said. */
static uint32_t ovctl_route_metric(struct nlattr *nla, unsigned char family)
{
	uint32_t metric = nla ? nla_get_u32(nla) : 0;

	return family == AF_INET6 && metric == 1024 ? 0 : metric;
}

static void ovctl_read_route(struct ovctl_reader *rd, const struct nlmsghdr *nlh)
{
	const struct rtmsg *info = nlmsg_data(nlh);
	struct nlattr *tb[RTA_MAX + 1];
	struct ovctl_item *obj;

	if ((info->rtm_family != AF_INET && info->rtm_family != AF_INET6) ||
	    info->rtm_protocol != OVCTL_MARK || info->rtm_flags & RTM_F_CLONED ||
	    nlmsg_parse((struct nlmsghdr *)nlh, sizeof(*info), tb, RTA_MAX, NULL))
		return;
	obj = ovctl_item_add(rd->have, OVCTL_KIND_ROUTE, rd->space->name, "");
	obj->ours = true;
	if (!ovctl_addr_take(&obj->key.addr, tb[RTA_DST]))
		obj->key.addr.len = info->rtm_family == AF_INET ? 4 : 16;
	obj->key.plen = info->rtm_dst_len;
	obj->metric = ovctl_route_metric(tb[RTA_PRIORITY], info->rtm_family);
	ovctl_read_route_attrs(rd, obj, tb);
}

/* Counters are most of what a link has to tell, and nobody looks at them here. */
static int ovctl_read_links(struct ovctl_reader *rd)
{
	struct {
		struct ifinfomsg info;
		struct nlattr nla;
		uint32_t mask;
	} head = {
		.info = { .ifi_family = AF_UNSPEC },
		.nla = { NLA_HDRLEN + sizeof(head.mask), IFLA_EXT_MASK },
		.mask = RTEXT_FILTER_SKIP_STATS,
	};

	return ovctl_dump(rd, RTM_GETLINK, &head, sizeof(head), ovctl_read_link);
}

static int ovctl_read_ip(struct ovctl_reader *rd)
{
	struct ifaddrmsg addrs = { .ifa_family = AF_UNSPEC };
	struct ndmsg neighs = { .ndm_family = AF_UNSPEC };
	struct rtmsg routes = { .rtm_family = AF_UNSPEC, .rtm_protocol = OVCTL_MARK };
	int ret;

	ret = ovctl_dump(rd, RTM_GETADDR, &addrs, sizeof(addrs), ovctl_read_addr);
	if (!ret)
		ret = ovctl_dump(rd, RTM_GETNEIGH, &neighs, sizeof(neighs), ovctl_read_neigh);
	if (!ret)
		ret = ovctl_dump(rd, RTM_GETROUTE, &routes, sizeof(routes), ovctl_read_route);
	return ret;
}

static void ovctl_read_sysctl(struct ovctl_reader *rd, const struct ovctl_item *want)
{
	struct ovctl_item *obj;
	unsigned int value;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", want->name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%u", &value) == 1) {
		obj = ovctl_item_add(rd->have, OVCTL_KIND_SYSCTL, want->netns, want->link);
		obj->name = ovctl_items_text(rd->have, want->name);
		ovctl_item_num(obj, OVCTL_SYSCTL_VALUE, value);
	}
	fclose(file);
}

static int ovctl_read_sysctls(struct ovctl_reader *rd)
{
	unsigned int i, end;
	int ret;

	i = ovctl_items_range(rd->want, OVCTL_KIND_SYSCTL, rd->space->name, &end);
	if (i == end)
		return OVCTL_DONE;
	ret = ovctl_space_enter(rd->spaces, rd->space);
	if (ret)
		return ret;
	for (; i < end; i++)
		ovctl_read_sysctl(rd, &rd->want->list[i]);
	return ovctl_space_leave(rd->spaces);
}

/* --- which namespaces --- */

static bool ovctl_any_ours(const struct ovctl_items *objs, unsigned int from)
{
	while (from < objs->count)
		if (objs->list[from++].ours)
			return true;
	return false;
}

/* A namespace, where something in it is ours or the model names it. One of others may have an
 * address or a route of ours, left by a host that is in the model no more.
 */
static int ovctl_read_space(struct ovctl_reader *rd, const char *name, bool named)
{
	unsigned int before = rd->have->count;
	struct ovctl_item *obj;
	int ret;

	if (!ovctl_space_exists(name))
		return OVCTL_DONE;
	ret = ovctl_space_get(rd->spaces, name, &rd->space);
	rd->marked = false;
	if (!ret)
		ret = ovctl_read_links(rd);
	if (!ret)
		ret = ovctl_read_ip(rd);
	/* Others may delete theirs at any time. */
	if (ret && !named && !ovctl_space_exists(name)) {
		rd->have->count = before;
		return OVCTL_DONE;
	}
	if (ret)
		return ret;
	if (!named && !rd->marked && !ovctl_any_ours(rd->have, before)) {
		rd->have->count = before;
		ovctl_space_forget(rd->spaces, name);
		return OVCTL_DONE;
	}
	obj = ovctl_item_add(rd->have, OVCTL_KIND_NETNS, name, "");
	obj->ours = rd->marked;
	return ovctl_read_sysctls(rd);
}

/* The objects of a namespace are neighbours in their order, kind by kind. */
static bool ovctl_is_named(const struct ovctl_items *want, const char *name)
{
	unsigned int kind, end;

	for (kind = 0; kind < OVCTL_KINDS; kind++)
		if (ovctl_items_range(want, kind, name, &end) < end)
			return true;
	return false;
}

static int ovctl_read_found(struct ovctl_reader *rd)
{
	struct dirent *entry;
	int ret = OVCTL_DONE;
	DIR *dir;

	dir = opendir(OVCTL_NETNS_DIR);
	while (!ret && dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret = ovctl_read_space(rd, entry->d_name,
					       ovctl_is_named(rd->want, entry->d_name));
	if (dir)
		closedir(dir);
	return ret;
}

/* Those that have no name of their own: the tool's, and those of processes. */
static int ovctl_read_nameless(struct ovctl_reader *rd)
{
	const char *last = NULL;
	unsigned int i, end;
	int ret = OVCTL_DONE;

	i = ovctl_items_range(rd->want, OVCTL_KIND_STATE, NULL, &end);
	for (; i < end && !ret; i++) {
		const char *name = rd->want->list[i].netns;

		if ((last && !strcmp(name, last)) || !strchr(name, ':'))
			continue;
		ret = ovctl_read_space(rd, name, true);
		last = name;
	}
	return ret ? ret : ovctl_read_space(rd, "", true);
}

/* --- what belongs to what --- */

/* Whether a number seen in one namespace stands for another one. */
static bool ovctl_id_is(struct ovctl_reader *rd, const char *in, int32_t id, const char *netns)
{
	struct ovctl_space *space;

	if (id < 0 || !strcmp(in, netns))
		return id < 0 && !strcmp(in, netns);
	return ovctl_space_exists(netns) && !ovctl_space_get(rd->spaces, in, &space) &&
	       ovctl_space_id(rd->spaces, space, netns, false) == id;
}

static bool ovctl_index_is(struct ovctl_reader *rd, const char *netns, uint32_t index,
			   const char *link)
{
	struct ovctl_space *space;

	return !ovctl_space_get(rd->spaces, netns, &space) &&
	       ovctl_space_index(space, link) == index;
}

static void ovctl_resolve_of(struct ovctl_reader *rd, struct ovctl_item *obj,
			     const struct ovctl_item *want)
{
	uint32_t index = obj->data[OVCTL_LINK_OF].num;
	const char *netns = OVCTL_ELSEWHERE, *of = OVCTL_ELSEWHERE;

	if (want && ovctl_item_has(want, OVCTL_LINK_OF)) {
		netns = want->data[OVCTL_LINK_OF_NETNS].text;
		of = want->data[OVCTL_LINK_OF].text;
		if (!ovctl_id_is(rd, obj->netns, obj->nsid, netns))
			netns = OVCTL_ELSEWHERE;
		else if (!ovctl_index_is(rd, netns, index, of))
			of = OVCTL_ELSEWHERE;
	}
	ovctl_item_text(rd->have, obj, OVCTL_LINK_OF_NETNS, netns);
	ovctl_item_text(rd->have, obj, OVCTL_LINK_OF, of);
}

static void ovctl_resolve(struct ovctl_reader *rd, struct ovctl_item *obj)
{
	const struct ovctl_item *want = ovctl_items_find(rd->want, obj);
	uint32_t master = obj->data[OVCTL_LINK_MASTER].num;
	struct ovctl_space *space;
	const char *name = "";

	switch (obj->data[OVCTL_LINK_TYPE].num) {
	case OVCTL_LINK_VETH:
	case OVCTL_LINK_PORT:
		ovctl_resolve_of(rd, obj, want);
		break;
	}
	if (master && !ovctl_space_get(rd->spaces, obj->netns, &space))
		name = ovctl_space_link_name(space, master);
	ovctl_item_text(rd->have, obj, OVCTL_LINK_MASTER, name ? name : OVCTL_ELSEWHERE);
}

/* --- the family --- */

static bool ovctl_is_device(const struct ovctl_item *obj)
{
	return obj->data[OVCTL_LINK_TYPE].num == OVCTL_LINK_L2 ||
	       obj->data[OVCTL_LINK_TYPE].num == OVCTL_LINK_L3;
}

/* Of all devices of the namespace. */
static int ovctl_table(struct ovctl_reader *rd, uint8_t cmd, struct ovctl_reply *rp)
{
	struct ovctl_request *rq = ovctl_request_new(cmd, NLM_F_DUMP, NULL);
	int ret;

	memset(rp, 0, sizeof(*rp));
	if (!rq)
		return ovctl_fail(rd->spaces->ov, "out of memory");
	ovctl_request_name(rq, "reading devices of namespace \"%s\"", rd->space->name);
	ret = ovctl_genl_dump(&rd->space->ov, rq, rp);
	ovctl_request_free(rq);
	return ret;
}

static struct ovctl_item *ovctl_found_link(struct ovctl_reader *rd, uint32_t index)
{
	const char *name = ovctl_space_link_name(rd->space, index);
	struct ovctl_item like = { .kind = OVCTL_KIND_LINK, .netns = rd->space->name,
				     .link = name ? name : "", .name = "" };

	return ovctl_items_find(rd->have, &like);
}

/* The device that a message is about, where it lives here and is ours or in the place of one. */
static struct ovctl_item *ovctl_told_link(struct ovctl_reader *rd, const struct nlmsghdr *nlh)
{
	struct ovctl_item *link;
	struct ovctl_dev name;

	if (!ovctl_dev_from(&name, nlh) || name.nsid >= 0)
		return NULL;
	/* The messages of one device follow one another. */
	if (rd->told_in == rd->space && rd->told_index == name.ifindex)
		return rd->told;
	link = ovctl_found_link(rd, name.ifindex);
	rd->told = link && (link->ours || ovctl_items_find(rd->want, link)) ? link : NULL;
	rd->told_in = rd->space;
	rd->told_index = name.ifindex;
	return rd->told;
}

static void ovctl_read_underlay(struct ovctl_reader *rd, struct ovctl_item *link,
				struct nlattr *dev)
{
	struct nlattr *nla = ovctl_inside(dev, TENOVL_A_DEV_UNDERLAY_NETNS_ID);
	const struct ovctl_item *want = ovctl_items_find(rd->want, link);
	const char *underlay = OVCTL_ELSEWHERE;

	if (want && ovctl_item_has(want, OVCTL_LINK_UNDERLAY) &&
	    ovctl_id_is(rd, rd->space->name, nla ? nla_get_s32(nla) : -1,
			want->data[OVCTL_LINK_UNDERLAY].text))
		underlay = want->data[OVCTL_LINK_UNDERLAY].text;
	ovctl_item_text(rd->have, link, OVCTL_LINK_UNDERLAY, underlay);
	nla = ovctl_inside(dev, TENOVL_A_DEV_MODE);
	if (nla && nla_get_u8(nla))
		ovctl_item_num(link, OVCTL_LINK_TYPE, OVCTL_LINK_L3);
}

static bool ovctl_is_learned(struct nlattr *nest)
{
	struct nlattr *kind = ovctl_inside(nest, TENOVL_A_FDB_KIND);

	return kind && nla_get_u8(kind) == TENOVL_FDB_KIND_LEARNED;
}

/* Peers, entries or routes: all of them are ours, as their device is. */
static int ovctl_read_entries(struct ovctl_reader *rd, struct ovctl_items *found, uint8_t cmd,
			      enum ovctl_kind kind)
{
	const struct nlmsghdr *nlh = NULL;
	const struct ovctl_item *dev;
	struct ovctl_reply rp;
	struct nlattr *pos;
	uint16_t nest;
	int ret, rem;

	ovctl_fields_set(kind, &nest);
	ret = ovctl_table(rd, cmd, &rp);
	while (!ret && (nlh = ovctl_reply_next(&rp, nlh))) {
		dev = ovctl_told_link(rd, nlh);
		if (!dev)
			continue;
		nlmsg_for_each_attr(pos, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem) {
			struct ovctl_item *obj;

			if (nla_type(pos) != nest ||
			    (kind == OVCTL_KIND_FDB && ovctl_is_learned(pos)))
				continue;
			obj = ovctl_item_add(found, kind, dev->netns, dev->link);
			obj->ours = true;
			ovctl_fields_get(found, obj, pos);
		}
	}
	ovctl_reply_free(&rp);
	return ret;
}

/* Where a port of this device should be, that has this index in a namespace of that number. */
static const struct ovctl_item *ovctl_wanted_port(struct ovctl_reader *rd,
						    const struct ovctl_item *dev,
						    uint32_t index, int32_t id)
{
	unsigned int i, end;

	i = ovctl_items_range(rd->want, OVCTL_KIND_PORT, NULL, &end);
	for (; i < end; i++) {
		const struct ovctl_item *port = &rd->want->list[i];

		if (!strcmp(port->data[OVCTL_PORT_DEV].text, dev->link) &&
		    !strcmp(port->data[OVCTL_PORT_DEV_NETNS].text, dev->netns) &&
		    ovctl_id_is(rd, dev->netns, id, port->netns) &&
		    ovctl_index_is(rd, port->netns, index, port->link))
			return port;
	}
	return NULL;
}

/* Which of the namespaces that were read has this number. */
static const char *ovctl_space_behind(struct ovctl_reader *rd, const struct ovctl_item *dev,
				      int32_t id)
{
	unsigned int i, end;

	if (id < 0)
		return dev->netns;
	i = ovctl_items_range(rd->have, OVCTL_KIND_NETNS, NULL, &end);
	for (; i < end; i++)
		if (ovctl_id_is(rd, dev->netns, id, rd->have->list[i].netns))
			return rd->have->list[i].netns;
	return NULL;
}

static void ovctl_read_access(struct ovctl_items *found, const struct ovctl_item *dev,
			      const char *netns, const char *link, uint32_t index, int32_t id)
{
	struct ovctl_item *obj = ovctl_item_add(found, OVCTL_KIND_ACCESS, netns, link);

	obj->ours = true;
	obj->index = index;
	obj->nsid = id;
	ovctl_item_text(found, obj, OVCTL_ACCESS_DEV_NETNS, dev->netns);
	ovctl_item_text(found, obj, OVCTL_ACCESS_DEV, dev->link);
}

static void ovctl_read_port(struct ovctl_reader *rd, struct ovctl_items *found,
			    const struct ovctl_item *dev, struct nlattr *nest)
{
	struct nlattr *index = ovctl_inside(nest, TENOVL_A_PORT_INDEX);
	struct nlattr *name = ovctl_inside(nest, TENOVL_A_PORT_NAME);
	struct nlattr *nsid = ovctl_inside(nest, TENOVL_A_PORT_OWN_NETNS_ID);
	int32_t id = nsid ? nla_get_s32(nsid) : -1;
	const struct ovctl_item *want;
	struct ovctl_item *obj;
	const char *netns;

	if (!index || !name)
		return;
	want = ovctl_wanted_port(rd, dev, nla_get_u32(index), id);
	netns = want ? want->netns : ovctl_space_behind(rd, dev, id);
	/* A port in a namespace without a name can be deleted as a tap is let go. */
	if (!netns || ovctl_inside(nest, TENOVL_A_PORT_ENSLAVED))
		ovctl_read_access(found, dev, netns ? netns : OVCTL_ELSEWHERE,
				  nla_get_string(name), nla_get_u32(index), id);
	netns = netns ? netns : OVCTL_ELSEWHERE;
	obj = ovctl_item_add(found, OVCTL_KIND_PORT, netns, nla_get_string(name));
	obj->ours = true;
	obj->index = nla_get_u32(index);
	obj->nsid = id;
	ovctl_item_text(found, obj, OVCTL_PORT_DEV_NETNS, dev->netns);
	ovctl_item_text(found, obj, OVCTL_PORT_DEV, dev->link);
	ovctl_fields_get(found, obj, nest);
}

static int ovctl_read_ports(struct ovctl_reader *rd, struct ovctl_items *found)
{
	const struct nlmsghdr *nlh = NULL;
	const struct ovctl_item *dev;
	struct ovctl_reply rp;
	struct nlattr *pos;
	int ret, rem;

	ret = ovctl_table(rd, TENOVL_CMD_PORT_GET, &rp);
	while (!ret && (nlh = ovctl_reply_next(&rp, nlh))) {
		dev = ovctl_told_link(rd, nlh);
		if (!dev)
			continue;
		nlmsg_for_each_attr(pos, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem)
			if (nla_type(pos) == TENOVL_A_PORT)
				ovctl_read_port(rd, found, dev, pos);
	}
	ovctl_reply_free(&rp);
	return ret;
}

/* A device tells how many of each it has, so that what it has none of need not be asked for. */
static bool ovctl_has_any(struct nlattr *dev, int count)
{
	struct nlattr *nla = ovctl_inside(dev, count);

	return !nla || nla_get_u32(nla);
}

/**
 * struct ovctl_tables - What devices of a namespace have any of.
 * @peers: Peers.
 * @routes: Inner routes.
 * @entries: Static forwarding entries.
 * @ports: Ports.
 */
struct ovctl_tables {
	bool peers;
	bool routes;
	bool entries;
	bool ports;
};

/* The settings of a device that lives here, and what it has. @found gets them: the list of
 * objects that is looked into must stay in order meanwhile.
 */
static void ovctl_read_dev(struct ovctl_reader *rd, struct ovctl_items *found,
			   struct ovctl_tables *any, const struct nlmsghdr *nlh)
{
	struct nlattr *dev = nlmsg_find_attr((struct nlmsghdr *)nlh, GENL_HDRLEN, TENOVL_A_DEV);
	struct ovctl_item *link, *obj;
	struct ovctl_dev name;

	if (!dev || !ovctl_dev_from(&name, nlh) || name.nsid >= 0)
		return;
	link = ovctl_found_link(rd, name.ifindex);
	if (!link)
		return;
	ovctl_read_underlay(rd, link, dev);
	obj = ovctl_item_add(found, OVCTL_KIND_DEV, link->netns, link->link);
	obj->ours = link->ours;
	ovctl_fields_get(found, obj, dev);
	if (!ovctl_told_link(rd, nlh))
		return;
	any->peers |= ovctl_has_any(dev, TENOVL_A_DEV_PEERS);
	if (link->data[OVCTL_LINK_TYPE].num == OVCTL_LINK_L3) {
		any->routes |= ovctl_has_any(dev, TENOVL_A_DEV_ROUTES);
		return;
	}
	any->entries |= ovctl_has_any(dev, TENOVL_A_DEV_STATIC_ENTRIES);
	any->ports |= ovctl_has_any(dev, TENOVL_A_DEV_PORTS);
}

static int ovctl_read_tables(struct ovctl_reader *rd, struct ovctl_items *found,
			     const struct ovctl_tables *any)
{
	int ret = OVCTL_DONE;

	if (any->peers)
		ret = ovctl_read_entries(rd, found, TENOVL_CMD_PEER_GET, OVCTL_KIND_PEER);
	if (!ret && any->routes)
		ret = ovctl_read_entries(rd, found, TENOVL_CMD_ROUTE_GET, OVCTL_KIND_INNER);
	if (!ret && any->entries)
		ret = ovctl_read_entries(rd, found, TENOVL_CMD_FDB_GET, OVCTL_KIND_FDB);
	if (!ret && any->ports)
		ret = ovctl_read_ports(rd, found);
	return ret;
}

static int ovctl_read_settings(struct ovctl_reader *rd, struct ovctl_items *found,
			       struct ovctl_tables *any)
{
	const struct nlmsghdr *nlh = NULL;
	struct ovctl_reply rp;
	int ret;

	ret = ovctl_table(rd, TENOVL_CMD_DEV_GET, &rp);
	while (!ret && (nlh = ovctl_reply_next(&rp, nlh)))
		ovctl_read_dev(rd, found, any, nlh);
	ovctl_reply_free(&rp);
	return ret;
}

/* The devices of one namespace. */
static int ovctl_read_devs(struct ovctl_reader *rd, struct ovctl_items *found,
			   const char *netns)
{
	struct ovctl_tables any = { 0 };
	int ret;

	ret = ovctl_space_get(rd->spaces, netns, &rd->space);
	if (!ret)
		ret = ovctl_space_family(rd->spaces, rd->space);
	if (!ret)
		ret = ovctl_read_settings(rd, found, &any);
	/* Looking for where an underlay is may have closed this one. */
	if (!ret)
		ret = ovctl_space_get(rd->spaces, netns, &rd->space);
	if (!ret)
		ret = ovctl_space_family(rd->spaces, rd->space);
	return ret ? ret : ovctl_read_tables(rd, found, &any);
}

/* Namespace by namespace, where there is a device. What is found is appended in the end. */
static int ovctl_read_family(struct ovctl_reader *rd, struct ovctl_items *found)
{
	unsigned int i, next, end;
	int ret = OVCTL_DONE;

	i = ovctl_items_range(rd->have, OVCTL_KIND_LINK, NULL, &end);
	for (; i < end && !ret; i = next) {
		bool any = false;

		for (next = i; next < end && !strcmp(rd->have->list[next].netns,
						     rd->have->list[i].netns); next++)
			any |= ovctl_is_device(&rd->have->list[next]);
		if (any)
			ret = ovctl_read_devs(rd, found, rd->have->list[i].netns);
	}
	return ret;
}

/**
 * ovctl_actual_read() - Read what there is.
 * @have: An empty list; filled, in order.
 * @spaces: The namespaces.
 * @want: What is wanted, in order: what is in its place is read as well.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_actual_read(struct ovctl_items *have, struct ovctl_spaces *spaces,
		      const struct ovctl_items *want)
{
	struct ovctl_reader rd = { .have = have, .spaces = spaces, .want = want };
	struct ovctl_items found = { 0 };
	unsigned int i, end;
	int ret;

	ret = ovctl_read_found(&rd);
	if (!ret)
		ret = ovctl_read_nameless(&rd);
	if (ret)
		return ret;
	ovctl_items_sort(have);
	i = ovctl_items_range(have, OVCTL_KIND_LINK, NULL, &end);
	for (; i < end; i++)
		ovctl_resolve(&rd, &have->list[i]);
	ret = ovctl_read_family(&rd, &found);
	ovctl_items_join(have, &found);
	ovctl_items_sort(have);
	return ret;
}
