// SPDX-License-Identifier: GPL-2.0
/* The settings of the command line: keywords, each at most once, with values. */
#include <linux/tenovl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

#define DEV(w, attr, n, ...)								\
	{ .word = w, .noun = n, .set = &ovctl_set_dev, .id = TENOVL_A_DEV_##attr, __VA_ARGS__ }
#define PEER(w, attr, n, ...)								\
	{ .word = w, .noun = n, .set = &ovctl_set_peer, .id = TENOVL_A_PEER_##attr, __VA_ARGS__ }
#define PORT(w, attr, n, ...)								\
	{ .word = w, .noun = n, .set = &ovctl_set_port, .id = TENOVL_A_PORT_##attr, __VA_ARGS__ }
#define ROUTE(w, attr, n, ...)								\
	{ .word = w, .noun = n, .set = &ovctl_set_route, .id = TENOVL_A_ROUTE_##attr, __VA_ARGS__ }
#define FDB(w, attr, n, ...)								\
	{ .word = w, .noun = n, .set = &ovctl_set_fdb, .id = TENOVL_A_FDB_##attr, __VA_ARGS__ }

#define MOVE(w, attr, n, ...)								\
	{ .word = w, .noun = n, .set = &ovctl_set_move, .id = TENOVL_A_MOVE_##attr, __VA_ARGS__ }

const struct ovctl_word ovctl_words_dev_add[] = {
	DEV("mode", MODE, "a mode"),
	{ .word = "netns", .noun = "a namespace", .text = true, .netns = true },
	/* ovctl_words_dev_set begins here. */
	DEV("vni", VNI, "a VNI"),
	DEV("encap", ENCAP, "an encapsulation"),
	DEV("gre-key", GRE_KEY, "a GRE key layout"),
	DEV("flowid", FLOWID, "a FlowID mode"),
	DEV("local", LOCAL, "an IP address"),
	DEV("dstport", DSTPORT, "a UDP port"),
	DEV("srcport", SRC_PORT_MIN, "a UDP port", .id2 = TENOVL_A_DEV_SRC_PORT_MAX),
	DEV("link", LINK, "an interface", .also = { "none", TENOVL_A_DEV_LINK, 0 }),
	DEV("mark", MARK, "a mark"),
	DEV("ttl", TTL, "a TTL", .also = { "auto", TENOVL_A_DEV_TTL, 0 }),
	DEV("dscp", DSCP, "a DSCP", .also = { "inherit", TENOVL_A_DEV_DSCP_INHERIT, 1 }),
	DEV("df", DF, "a DF mode"),
	DEV("udp-csum", UDP_CSUM, "a checksum mode"),
	DEV("udp-zero-csum6-rx", UDP_ZERO_CSUM6_RX, "a switch"),
	DEV("gre-csum", GRE_CSUM, "a switch"),
	DEV("inner-vlan", INNER_VLAN, "a VLAN mode"),
	DEV("learning", LEARNING, "a switch"),
	DEV("ageing", AGEING, "an ageing time"),
	DEV("max-learned", MAX_LEARNED, "a number of entries"),
	DEV("move-limit", MOVE_LIMIT, "a number of moves"),
	DEV("move-window", MOVE_WINDOW, "a number of seconds"),
	DEV("source-check", SOURCE_CHECK, "a switch"),
	DEV("mtu", MTU, "an MTU", .also = { "auto", TENOVL_A_DEV_MTU_AUTO, 1 }),
	DEV("standby-ingress", STANDBY_INGRESS, "a standby mode"),
	DEV("revert", REVERT, "a switch"),
	DEV("revert-delay", REVERT_DELAY, "a number of milliseconds"),
	DEV("hold", HOLD, "a number of milliseconds"),
	DEV("min-live", MIN_LIVE, "a number of ports"),
	DEV("announce-count", ANNOUNCE_COUNT, "a number of announcements"),
	DEV("announce-interval", ANNOUNCE_INTERVAL, "a number of milliseconds"),
	DEV("underlay-hooks", UNDERLAY_HOOKS, "a word for hooks"),
	DEV("fastpath", FASTPATH, "a switch"),
	DEV("suppress", SUPPRESS, "a switch"),
	DEV("head-mac", HEAD_MAC, "a MAC address", .also = { "none", TENOVL_A_DEV_HEAD_MAC, 0 }),
	DEV("redirect", REDIRECT, "a number of seconds"),
	DEV("redirect-port", REDIRECT_PORT, "a UDP port"),
	{ 0 },
};

const struct ovctl_word ovctl_words_port_add[] = {
	{ .word = "bridge", .noun = "a bridge", .text = true },
	{ .word = "hook", .noun = "a hook", .text = true, .hook = true },
	PORT("access", ROLE, "a role", .bare = true, .also.value = TENOVL_PORT_ROLE_ACCESS),
	/* ovctl_words_port_set begins here. */
	PORT("role", ROLE, "a role"),
	PORT("priority", PRIORITY, "a priority"),
	PORT("isolated", ISOLATED, "a switch"),
	PORT("mac", MACS, "a MAC address", .also = { "any", TENOVL_A_PORT_MACS, 0 }),
	PORT("ip", IPS, "an IP address", .also = { "any", TENOVL_A_PORT_IPS, 0 }),
	PORT("dhcp-server", DHCP_SERVER, "a switch"),
	PORT("router", ROUTER, "a switch"),
	PORT("rate", RATE, "a number of kilobits a second"),
	PORT("burst", BURST, "a number of bytes"),
	PORT("flood-rate", FLOOD_RATE, "a number of frames a second"),
	PORT("flood-burst", FLOOD_BURST, "a number of frames"),
	PORT("max-learned", MAX_LEARNED, "a number of entries"),
	/* ovctl_words_port_key begins here. */
	{ .word = "netns", .noun = "a namespace", .text = true, .netns = true },
	{ 0 },
};

const struct ovctl_word ovctl_words_peer[] = {
	PEER("encap", ENCAP, "an encapsulation"),
	PEER("gre-key", GRE_KEY, "a GRE key layout"),
	PEER("dstport", DSTPORT, "a UDP port", .min = 1,
	     .also = { "inherit", TENOVL_A_PEER_DSTPORT, 0 }),
	PEER("source", SOURCES, "an IP address", .also = { "none", TENOVL_A_PEER_SOURCES, 0 }),
	PEER("inner-source", INNER_SOURCES, "a prefix",
	     .also = { "none", TENOVL_A_PEER_INNER_SOURCES, 0 }),
	PEER("flood", FLOOD, "a switch"),
	PEER("admin", ADMIN, "a state"),
	{ 0 },
};

const struct ovctl_word ovctl_words_fdb_add[] = {
	FDB("peer", PEER, "an IP address"),
	FDB("seq", SEQ, "a sequence number"),
	FDB("force", FORCE, "a flag", .bare = true),
	FDB("mobile", MOBILE, "a flag", .bare = true),
	{ 0 },
};

const struct ovctl_word ovctl_words_fdb_del[] = {
	FDB("seq", SEQ, "a sequence number"),
	FDB("force", FORCE, "a flag", .bare = true),
	{ 0 },
};

const struct ovctl_word ovctl_words_fdb_flush[] = {
	FDB("peer", PEER, "an IP address"),
	FDB("static", KIND, "a kind", .bare = true, .also.value = TENOVL_FDB_KIND_STATIC),
	FDB("learned", KIND, "a kind", .bare = true, .also.value = TENOVL_FDB_KIND_LEARNED),
	{ 0 },
};

const struct ovctl_word ovctl_words_route[] = {
	ROUTE("peer", PEER, "an IP address"),
	{ 0 },
};

const struct ovctl_word ovctl_words_move[] = {
	MOVE("to", TO, "an IP address"),
	MOVE("clone", CLONE, "a flag", .bare = true),
	MOVE("max-frames", MAX_FRAMES, "a number of frames"),
	MOVE("max-bytes", MAX_BYTES, "a number of bytes"),
	MOVE("max-wait", MAX_WAIT, "a number of milliseconds"),
	MOVE("timeout", TIMEOUT, "a number of milliseconds"),
	{ 0 },
};

/* Writes "x, y or z" of the names that an enumeration lets through. */
static void ovctl_names_list(char *buf, size_t size, const struct ovctl_attr *attr)
{
	uint32_t last = ovctl_spec_max(attr);
	uint32_t i;

	buf[0] = '\0';
	for (i = attr->min; i <= last; i++) {
		const char *sep = i == attr->min ? "" : i == last ? " or " : ", ";
		size_t len = strlen(buf);

		snprintf(buf + len, size - len, "%s%s", sep, attr->enums->names[i]);
	}
}

static int ovctl_word_refuse(struct ovctl *ov, const struct ovctl_word *word,
			     const struct ovctl_attr *attr, const char *text)
{
	const char *also = word->also.word ? word->also.word : "";
	const char *or = word->also.word ? ", or " : "";
	char names[128];

	if (attr->form == OVCTL_ENUM) {
		ovctl_names_list(names, sizeof(names), attr);
		return ovctl_misuse(ov, "\"%s\" is not %s: %s is accepted", text, word->noun, names);
	}
	if (attr->form == OVCTL_BOOL)
		return ovctl_misuse(ov, "\"%s\" is not %s of %s: on or off is accepted", text,
				    word->noun, word->word);
	if (attr->form == OVCTL_ADDR)
		return ovctl_misuse(ov, "\"%s\" is not %s: IPv4 or IPv6%s%s is accepted", text,
				    word->noun, or, also);
	if (attr->form == OVCTL_MAC)
		return ovctl_misuse(ov, "\"%s\" is not %s: xx:xx:xx:xx:xx:xx%s%s is accepted", text,
				    word->noun, or, also);
	return ovctl_misuse(ov, "\"%s\" is not %s: a number from %u to %u%s%s is accepted", text,
			    word->noun, word->min > attr->min ? word->min : attr->min,
			    ovctl_spec_max(attr), or, also);
}

static bool ovctl_enum_parse(uint32_t *num, const struct ovctl_attr *attr, const char *text)
{
	uint32_t i;

	for (i = attr->min; i <= ovctl_spec_max(attr); i++) {
		if (!strcmp(attr->enums->names[i], text)) {
			*num = i;
			return true;
		}
	}
	return false;
}

static bool ovctl_switch_parse(uint32_t *num, const char *text)
{
	*num = !strcmp(text, "on");
	return *num || !strcmp(text, "off");
}

static int ovctl_link_parse(struct ovctl *ov, struct ovctl_value *value, const char *text)
{
	value->num = if_nametoindex(text);
	if (value->num)
		return OVCTL_DONE;
	return ovctl_fail(ov, "there is no interface \"%s\" here to link to", text);
}

static int ovctl_word_value(struct ovctl *ov, const struct ovctl_word *word,
			    const struct ovctl_attr *attr, struct ovctl_value *value,
			    const char *text)
{
	bool good;

	value->attr = attr;
	value->arg = text;
	switch (attr->form) {
	case OVCTL_ENUM:
		good = ovctl_enum_parse(&value->num, attr, text);
		break;
	case OVCTL_BOOL:
		good = ovctl_switch_parse(&value->num, text);
		break;
	case OVCTL_ADDR:
		good = ovctl_addr_parse(&value->addr, text);
		break;
	case OVCTL_MAC:
		good = ovctl_mac_parse(&value->addr, text);
		break;
	case OVCTL_LINK:
		return ovctl_link_parse(ov, value, text);
	default:
		good = ovctl_number_parse(&value->num, text) && value->num >= attr->min &&
		       value->num >= word->min && value->num <= ovctl_spec_max(attr);
	}
	return good ? OVCTL_DONE : ovctl_word_refuse(ov, word, attr, text);
}

static bool ovctl_member_parse(struct ovctl_addr *addr, enum ovctl_form form, const char *text)
{
	if (form == OVCTL_MAC)
		return ovctl_mac_parse(addr, text);
	if (form == OVCTL_PREFIX)
		return ovctl_prefix_parse(addr, text);
	return ovctl_addr_parse(addr, text);
}

/* What a member is, and in which form it is accepted. */
static const char *ovctl_member_is(enum ovctl_form form)
{
	if (form == OVCTL_MAC)
		return "a MAC address: xx:xx:xx:xx:xx:xx";
	if (form == OVCTL_PREFIX)
		return "a prefix: ADDRESS/LENGTH, or an IPv4 or IPv6 address,";
	return "an IP address: IPv4 or IPv6";
}

/**
 * ovctl_list_parse() - Read addresses, or prefixes, with commas between them.
 * @ov: The run.
 * @attr: What each of them is.
 * @text: The text.
 * @list: Set to the addresses; to be freed by the caller, also after a failure.
 * @count: Set to their number.
 *
 * Return: OVCTL_DONE, or OVCTL_USAGE after having said what is wrong.
 */
int ovctl_list_parse(struct ovctl *ov, const struct ovctl_attr *attr, const char *text,
		     struct ovctl_addr **list, unsigned int *count)
{
	unsigned int slots = 1;
	const char *pos;
	char one[OVCTL_TEXT_MAX];

	for (pos = text; *pos; pos++)
		slots += *pos == ',';
	*count = 0;
	*list = calloc(slots, sizeof(**list));
	if (!*list)
		return ovctl_fail(ov, "out of memory");
	for (pos = text; pos; pos = strchr(pos, ',')) {
		size_t len;

		pos += pos != text;
		len = strcspn(pos, ",");
		snprintf(one, sizeof(one), "%.*s", (int)len, pos);
		if (len >= sizeof(one) ||
		    !ovctl_member_parse(&(*list)[*count], attr->form, one))
			return ovctl_misuse(ov, "\"%.*s\" is not %s is accepted", (int)len, pos,
					    ovctl_member_is(attr->form));
		(*count)++;
	}
	return OVCTL_DONE;
}

static int ovctl_word_list(struct ovctl *ov, const struct ovctl_attr *attr,
			   struct ovctl_value *value, const char *text)
{
	const struct ovctl_attr *member = &attr->nested->attrs[attr->nested->max];
	int ret;

	value->attr = attr;
	value->arg = text;
	if (member->form == OVCTL_PREFIX && !strcmp(text, "any"))
		text = "0.0.0.0/0,::/0";
	ret = ovctl_list_parse(ov, member, text, &value->list, &value->count);
	if (!ret && value->count > OVCTL_LIST_MAX)
		ret = ovctl_misuse(ov, "%u addresses are too many at once: up to %u are accepted",
				   value->count, OVCTL_LIST_MAX);
	return ret;
}

static const struct ovctl_word *ovctl_word_find(const struct ovctl_word *words, const char *text)
{
	for (; words->word; words++)
		if (!strcmp(words->word, text))
			return words;
	return NULL;
}

static int ovctl_word_duplicate(struct ovctl *ov, const struct ovctl_word *word,
				const struct ovctl_word *const *seen, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (seen[i] == word)
			return ovctl_misuse(ov, "\"%s\" is given twice", word->word);
		if (seen[i]->id == word->id && !word->text && !seen[i]->text)
			return ovctl_misuse(ov, "\"%s\" and \"%s\" exclude each other",
					    seen[i]->word, word->word);
	}
	return OVCTL_DONE;
}

/* Reads what follows one keyword; @used is set to how many words that took. */
static int ovctl_word_parse(struct ovctl *ov, struct ovctl_settings *st,
			    const struct ovctl_word *word, int argc, char **argv, int *used)
{
	const struct ovctl_attr *attr = word->set ? ovctl_spec_attr(word->set, word->id) : NULL;
	struct ovctl_value *value = &st->values[st->count];
	int ret;

	*used = word->bare ? 0 : word->id2 ? 2 : 1;
	if (argc < *used)
		return ovctl_misuse(ov, "\"%s\" needs %s", word->word,
				    word->id2 ? "two values, the first and the last" : "a value");
	if (word->text) {
		*(word->netns ? &st->netns : word->hook ? &st->hook : &st->name) = argv[0];
		return OVCTL_DONE;
	}
	st->count++;
	if (word->bare) {
		value->attr = attr;
		value->arg = word->word;
		value->num = word->also.value;
		return OVCTL_DONE;
	}
	if (word->also.word && !strcmp(argv[0], word->also.word)) {
		value->attr = ovctl_spec_attr(word->set, word->also.id);
		value->arg = argv[0];
		value->num = word->also.value;
		/* No MAC address is one that is all zero. */
		value->addr.len = attr->form == OVCTL_MAC ? 6 : 0;
		return OVCTL_DONE;
	}
	if (attr->nested)
		return ovctl_word_list(ov, attr, value, argv[0]);
	ret = ovctl_word_value(ov, word, attr, value, argv[0]);
	if (ret || !word->id2)
		return ret;
	st->count++;
	return ovctl_word_value(ov, word, ovctl_spec_attr(word->set, word->id2), value + 1,
				argv[1]);
}

/**
 * ovctl_settings_parse() - Read the settings of a command.
 * @ov: The run.
 * @settings: Filled in; to be freed with ovctl_settings_free(), also after a
 *	failure.
 * @words: The keywords that the command takes.
 * @command: The command's name, for sentences.
 * @argc: How many words follow.
 * @argv: The words.
 *
 * Return: OVCTL_DONE, or another ovctl_exit after having said what is wrong.
 */
int ovctl_settings_parse(struct ovctl *ov, struct ovctl_settings *settings,
			 const struct ovctl_word *words, const char *command, int argc,
			 char **argv)
{
	const struct ovctl_word *seen[OVCTL_VALUES_MAX] = {};
	const struct ovctl_word *word;
	unsigned int count = 0;
	int used;
	int ret;

	memset(settings, 0, sizeof(*settings));
	while (argc > 0) {
		word = ovctl_word_find(words, argv[0]);
		if (!word)
			return ovctl_misuse(ov, "\"%s\" is not a keyword of %s: see ovctl %s --help",
					    argv[0], command, command);
		ret = ovctl_word_duplicate(ov, word, seen, count);
		if (ret)
			return ret;
		ret = ovctl_word_parse(ov, settings, word, argc - 1, argv + 1, &used);
		if (ret)
			return ret;
		seen[count++] = word;
		argc -= 1 + used;
		argv += 1 + used;
	}
	return OVCTL_DONE;
}

/**
 * ovctl_settings_free() - Free what settings hold.
 * @settings: The settings.
 */
void ovctl_settings_free(struct ovctl_settings *settings)
{
	unsigned int i;

	for (i = 0; i < settings->count; i++)
		free(settings->values[i].list);
	settings->count = 0;
}

/**
 * ovctl_settings_find() - Find a setting.
 * @settings: The settings.
 * @id: Its attribute.
 *
 * Return: the value, or NULL where it is not given.
 */
const struct ovctl_value *ovctl_settings_find(const struct ovctl_settings *settings,
					      uint16_t id)
{
	unsigned int i;

	for (i = 0; i < settings->count; i++)
		if (settings->values[i].attr->id == id)
			return &settings->values[i];
	return NULL;
}

/* The kernel refuses what it calls a blank, / and :, and puts a number in the place of %d. */
static bool ovctl_is_name_char(unsigned char c)
{
	return c > ' ' && c != 0x7f && c != '/' && c != ':' && c != '%';
}

/**
 * ovctl_name_check() - Whether a text can be the name of a device.
 * @ov: The run.
 * @name: The text.
 *
 * Return: OVCTL_DONE, or OVCTL_USAGE after having said what is wrong.
 */
int ovctl_name_check(struct ovctl *ov, const char *name)
{
	size_t len = 0;

	while (ovctl_is_name_char(name[len]))
		len++;
	if (len && !name[len] && len < IF_NAMESIZE && strcmp(name, ".") && strcmp(name, "..") &&
	    name[0] != '-')
		return OVCTL_DONE;
	return ovctl_misuse(ov, "\"%s\" is not a device name: 1 to 15 characters without /, :, %%, blanks and control characters, the first not -, are accepted",
			    name);
}
