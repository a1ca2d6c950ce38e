// SPDX-License-Identifier: GPL-2.0
/* Finding a command, and telling what commands there are. */
#include <string.h>

#include "bulk.h"
#include "command.h"

extern const struct ovctl_command *const __start_ovctl_commands[];
extern const struct ovctl_command *const __stop_ovctl_commands[];

/**
 * ovctl_command_at() - Walk the commands.
 * @i: From 0.
 *
 * Return: the command, or NULL behind the last.
 */
const struct ovctl_command *ovctl_command_at(unsigned int i)
{
	uintptr_t bytes = (uintptr_t)__stop_ovctl_commands - (uintptr_t)__start_ovctl_commands;

	if (i >= bytes / sizeof(__start_ovctl_commands[0]))
		return NULL;
	return __start_ovctl_commands[i];
}

static void ovctl_command_usage(FILE *out, const struct ovctl_command *cmd)
{
	fprintf(out, "ovctl %s", cmd->object);
	if (cmd->verb)
		fprintf(out, cmd->implied ? " [%s]" : " %s", cmd->verb);
	if (cmd->args[0])
		fprintf(out, " %s", cmd->args);
	fputc('\n', out);
}

/**
 * ovctl_command_overview() - List the usage of everything.
 * @out: Where to.
 */
void ovctl_command_overview(FILE *out)
{
	const struct ovctl_command *cmd;
	unsigned int i;

	fputs("Usage: ovctl [-j|--json] [-n|--netns NAME] [--store DIR] [--password-file FILE]\n"
	      "             OBJECT VERB ...\n"
	      "       ovctl -h|--help, ovctl -V|--version\n\n", out);
	for (i = 0; (cmd = ovctl_command_at(i)); i++) {
		fputs("  ", out);
		ovctl_command_usage(out, cmd);
	}
	fputs("\n'ovctl OBJECT help' and 'ovctl OBJECT VERB --help' tell more; so does ovctl(8).\n",
	      out);
}

static int ovctl_command_help(struct ovctl *ov, const char *object, const char *verb)
{
	const struct ovctl_command *cmd;
	bool found = false;
	unsigned int i;

	for (i = 0; (cmd = ovctl_command_at(i)); i++) {
		if (strcmp(cmd->object, object))
			continue;
		if (verb && cmd->verb && strcmp(cmd->verb, verb))
			continue;
		fputs(found ? "\nUsage: " : "Usage: ", ov->out);
		ovctl_command_usage(ov->out, cmd);
		fprintf(ov->out, "%s\n", cmd->help);
		found = true;
	}
	if (found)
		return OVCTL_DONE;
	return ovctl_misuse(ov, "there is no command \"%s%s%s\": see ovctl help", object,
			    verb ? " " : "", verb ? verb : "");
}

static bool ovctl_is_help(const char *arg)
{
	return !strcmp(arg, "--help") || !strcmp(arg, "-h");
}

static const struct ovctl_command *ovctl_command_find(const char *object, const char *verb)
{
	const struct ovctl_command *implied = NULL;
	const struct ovctl_command *cmd;
	unsigned int i;

	for (i = 0; (cmd = ovctl_command_at(i)); i++) {
		if (strcmp(cmd->object, object))
			continue;
		if (verb && cmd->verb && !strcmp(cmd->verb, verb))
			return cmd;
		if (!cmd->verb || cmd->implied)
			implied = cmd;
	}
	return implied;
}

static int ovctl_command_unknown(struct ovctl *ov, const char *object, const char *verb)
{
	const struct ovctl_command *cmd;
	char verbs[128] = "";
	unsigned int i;

	for (i = 0; (cmd = ovctl_command_at(i)); i++) {
		size_t len = strlen(verbs);

		if (!strcmp(cmd->object, object) && cmd->verb)
			snprintf(verbs + len, sizeof(verbs) - len, "%s%s", len ? ", " : "",
				 cmd->verb);
	}
	if (!verbs[0])
		return ovctl_misuse(ov, "\"%s\" is not an object: see ovctl help", object);
	if (!verb)
		return ovctl_misuse(ov, "%s needs a verb: one of %s", object, verbs);
	return ovctl_misuse(ov, "\"%s\" is not a verb of %s: one of %s is accepted", verb, object,
			    verbs);
}

/* An option that the command does not take would be taken for the name of a device. */
static int ovctl_command_options(struct ovctl *ov, const struct ovctl_command *cmd, int argc,
				 char **argv)
{
	const char *also = cmd->option ? " is accepted, other " : "";
	const char *option = cmd->option ? cmd->option : "";
	int i;

	for (i = 0; !cmd->options && i < argc && argv[i][0] == '-'; i++)
		if (strcmp(argv[i], option))
			return ovctl_misuse(ov, "\"%s\" is not an option of %s%s%s: %s%soptions stand before the object",
					    argv[i], cmd->object, cmd->verb ? " " : "",
					    cmd->verb ? cmd->verb : "", option, also);
	return OVCTL_DONE;
}

/* What options say is for this command only: in a batch another one follows. */
static int ovctl_command_call(struct ovctl *ov, const struct ovctl_command *cmd, int argc,
			      char **argv)
{
	const char *new_password_file = ov->new_password_file;
	const char *password_file = ov->password_file;
	const char *store_dir = ov->store_dir;
	int ret;

	ret = cmd->run(ov, argc, argv);
	ov->new_password_file = new_password_file;
	ov->password_file = password_file;
	ov->store_dir = store_dir;
	return ret;
}

/**
 * ovctl_command_run() - Carry out a command.
 * @ov: The run.
 * @argc: How many words.
 * @argv: The words, from the object on.
 *
 * Return: an ovctl_exit.
 */
int ovctl_command_run(struct ovctl *ov, int argc, char **argv)
{
	const struct ovctl_command *cmd;
	const char *verb;
	int skip;
	int ret;
	int i;

	if (!strcmp(argv[0], "help")) {
		if (argc > 1)
			return ovctl_command_help(ov, argv[1], argc > 2 ? argv[2] : NULL);
		ovctl_command_overview(ov->out);
		return OVCTL_DONE;
	}
	verb = argc > 1 ? argv[1] : NULL;
	if (verb && (!strcmp(verb, "help") || ovctl_is_help(verb)))
		return ovctl_command_help(ov, argv[0], NULL);
	cmd = ovctl_command_find(argv[0], verb);
	if (!cmd)
		return ovctl_command_unknown(ov, argv[0], verb);
	skip = verb && cmd->verb && !strcmp(cmd->verb, verb) ? 2 : 1;
	for (i = skip; i < argc; i++)
		if (ovctl_is_help(argv[i]))
			return ovctl_command_help(ov, cmd->object, cmd->verb);
	ret = ovctl_command_options(ov, cmd, argc - skip, argv + skip);
	if (ret)
		return ret;
	if (!cmd->bulk) {
		ret = ovctl_bulk_flush(ov);
		if (ret)
			return ret;
	}
	ret = ovctl_command_call(ov, cmd, argc - skip, argv + skip);
	if (!ret && !ov->batching)
		ret = ovctl_bulk_flush(ov);
	return ret;
}
