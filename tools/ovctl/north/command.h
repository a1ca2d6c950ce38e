/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_COMMAND_H
#define OVCTL_COMMAND_H

#include "../ovctl.h"

/**
 * struct ovctl_command - A command, as it registers itself.
 * @object: The first word.
 * @verb: The second word, or NULL for an object that has none.
 * @implied: The verb may be left out.
 * @bulk: Consecutive lines of a batch share requests: @run leaves one pending.
 * @option: The one option that it takes, or NULL.
 * @options: It reads its options itself, with ovctl_options_parse().
 * @args: What follows, as shown in the usage line.
 * @help: What it does, as shown behind the usage line.
 * @run: Carries it out; gets what follows the verb and returns an ovctl_exit.
 */
struct ovctl_command {
	const char *object;
	const char *verb;
	bool implied;
	bool bulk;
	const char *option;
	bool options;
	const char *args;
	const char *help;
	int (*run)(struct ovctl *ov, int argc, char **argv);
};

/* Puts commands into the table that the linker gathers, in this order. The alignment
 * keeps the compiler from aligning an array more strictly, which would leave holes.
 */
#define OVCTL_REGISTER(ident, ...)							\
	static const struct ovctl_command *const ident##_register[]			\
		__attribute__((used, section("ovctl_commands"),				\
			       aligned(sizeof(void *)))) = { __VA_ARGS__ }

int ovctl_command_run(struct ovctl *ov, int argc, char **argv);
const struct ovctl_command *ovctl_command_at(unsigned int i);
void ovctl_command_overview(FILE *out);

#endif
