// SPDX-License-Identifier: GPL-2.0
/* ovctl: configures tenovl devices. */
#include <getopt.h>
#include <stdio.h>

#include "north/command.h"
#include "south/netns.h"

#ifndef OVCTL_VERSION
#define OVCTL_VERSION "0.1"
#endif

/* A result that could not be written is no success. */
static int ovctl_finish(struct ovctl *ov, int ret)
{
	if ((fflush(ov->out) || ferror(ov->out)) && !ret)
		ret = ovctl_fail(ov, "the output cannot be written");
	ovctl_fini(ov);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "netns", required_argument, NULL, 'n' },
		{ "store", required_argument, NULL, 's' },
		{ "password-file", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	const char *netns = NULL;
	struct ovctl ov;
	int ret = OVCTL_DONE;
	int opt;

	ovctl_init(&ov, stdout, stderr);
	/* The + ends options at the first word that is none. */
	while ((opt = getopt_long(argc, argv, "+jn:hV", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			ov.json = true;
			break;
		case 'n':
			netns = optarg;
			break;
		case 's':
			ov.store_dir = optarg;
			break;
		case 'p':
			ov.password_file = optarg;
			break;
		case 'h':
			ovctl_command_overview(stdout);
			return ovctl_finish(&ov, OVCTL_DONE);
		case 'V':
			puts("ovctl " OVCTL_VERSION);
			return ovctl_finish(&ov, OVCTL_DONE);
		default:
			return ovctl_finish(&ov, OVCTL_USAGE);
		}
	}
	if (optind == argc) {
		ovctl_command_overview(stderr);
		return ovctl_finish(&ov, OVCTL_USAGE);
	}
	if (netns)
		ret = ovctl_netns_enter(&ov, netns);
	if (!ret)
		ret = ovctl_command_run(&ov, argc - optind, argv + optind);
	return ovctl_finish(&ov, ret);
}
