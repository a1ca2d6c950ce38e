// SPDX-License-Identifier: GPL-2.0
/* Prints the tables of the tool for spec_check, one thing a line. */
#include <stdio.h>

#include "../../tools/ovctl/north/settings.h"
#include "../../tools/ovctl/south/spec.h"

static const char *const types[] = {
	[OVCTL_U8] = "u8",
	[OVCTL_U16] = "u16",
	[OVCTL_U32] = "u32",
	[OVCTL_S32] = "s32",
	[OVCTL_U64] = "u64",
	[OVCTL_FLAG] = "flag",
	[OVCTL_STRING] = "string",
	[OVCTL_BINARY] = "binary",
	[OVCTL_NEST] = "nest",
	[OVCTL_PAD] = "pad",
};

static const char *const forms[] = {
	[OVCTL_PLAIN] = "plain",
	[OVCTL_BOOL] = "bool",
	[OVCTL_ENUM] = "enum",
	[OVCTL_ADDR] = "addr",
	[OVCTL_MAC] = "mac",
	[OVCTL_LINK] = "link",
	[OVCTL_PREFIX] = "prefix",
};

static void print_set(const struct ovctl_set *set)
{
	const struct ovctl_attr *attr;
	unsigned int i;
	unsigned int j;

	printf("set %s %u %u\n", set->name, set->max, set->key);
	for (i = 0; i <= set->max; i++) {
		attr = ovctl_spec_attr(set, i);
		if (!attr)
			continue;
		printf("attr %s %s %u %s %s %u %u %s %s %d\n", set->name, attr->name, i,
		       types[attr->type], forms[attr->form], attr->min, attr->max,
		       attr->enums ? attr->enums->name : "-",
		       attr->nested ? attr->nested->name : "-", attr->multi);
		for (j = 0; attr->enums && j < attr->enums->count; j++)
			printf("enum %s %s %u\n", attr->enums->name, attr->enums->names[j], j);
	}
}

static void print_word(const char *command, const struct ovctl_set *set, unsigned int id)
{
	const struct ovctl_attr *attr = ovctl_spec_attr(set, id);

	printf("takes %s %s %s\n", command, set->name, attr ? attr->name : "?");
}

static void print_words(const char *command, const struct ovctl_word *words)
{
	for (; words->word; words++) {
		if (!words->set)
			continue;
		print_word(command, words->set, words->id);
		if (words->id2)
			print_word(command, words->set, words->id2);
		if (words->also.word)
			print_word(command, words->set, words->also.id);
	}
}

int main(void)
{
	print_set(&ovctl_set_top);
	print_set(&ovctl_set_dev);
	print_set(&ovctl_set_peer);
	print_set(&ovctl_set_sources);
	print_set(&ovctl_set_fdb);
	print_set(&ovctl_set_port);
	print_set(&ovctl_set_port_macs);
	print_set(&ovctl_set_port_ips);
	print_set(&ovctl_set_selection);
	print_set(&ovctl_set_stats);
	print_set(&ovctl_set_peer_stats);
	print_set(&ovctl_set_port_stats);
	print_set(&ovctl_set_net_stats);
	print_set(&ovctl_set_inner_sources);
	print_set(&ovctl_set_route);
	print_set(&ovctl_set_move);
	print_set(&ovctl_set_link);
	print_words("dev-set", ovctl_words_dev_set);
	print_words("port-set", ovctl_words_port_set);
	print_words("peer-set", ovctl_words_peer);
	print_words("fdb-replace", ovctl_words_fdb_add);
	print_words("fdb-del", ovctl_words_fdb_del);
	print_words("fdb-flush", ovctl_words_fdb_flush);
	print_words("route-replace", ovctl_words_route);
	print_words("move-prepare", ovctl_words_move);
	return 0;
}
