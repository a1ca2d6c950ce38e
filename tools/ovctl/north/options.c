// SPDX-License-Identifier: GPL-2.0
/* The words of commands of the store: what they name, and options in any order behind that. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "options.h"

/* What every command of the store takes. */
static const char **ovctl_option_common(struct ovctl *ov, const char *word, size_t len)
{
	static const char store[] = "store";
	static const char file[] = "password-file";
	static const char new_file[] = "new-password-file";

	if (len == strlen(store) && !memcmp(word, store, len))
		return &ov->store_dir;
	if (len == strlen(file) && !memcmp(word, file, len))
		return &ov->password_file;
	if (len == strlen(new_file) && !memcmp(word, new_file, len))
		return &ov->new_password_file;
	return NULL;
}

static struct ovctl_option *ovctl_option_find(struct ovctl_option *options, const char *word,
					      size_t len)
{
	for (; options->word; options++)
		if (strlen(options->word) == len && !memcmp(options->word, word, len))
			return options;
	return NULL;
}

static bool ovctl_is_option(struct ovctl *ov, struct ovctl_option *options, const char *arg)
{
	size_t len = strcspn(arg, "=");

	if (arg[0] == '-')
		return true;
	return ovctl_option_find(options, arg, len) || ovctl_option_common(ov, arg, len);
}

static bool ovctl_is_number(const char *arg)
{
	return arg && isdigit((unsigned char)arg[0]);
}

/* Takes one option, and its value where that is a word of its own; counts the words up. */
static int ovctl_option_take(struct ovctl *ov, const struct ovctl_args *args,
			     struct ovctl_option *options, int argc, char **argv, int *i)
{
	const char *arg = argv[*i];
	const char *word = arg + (arg[0] == '-' ? 1 : 0) + (arg[0] == '-' && arg[1] == '-' ? 1 : 0);
	size_t len = strcspn(word, "=");
	struct ovctl_option *opt = ovctl_option_find(options, word, len);
	const char **common = ovctl_option_common(ov, word, len);
	const char **value = opt ? &opt->value : common;
	enum ovctl_option_kind kind = opt ? opt->kind : OVCTL_OPTION_VALUE;

	if (!value || (arg[0] == '-' && arg[1] != '-'))
		return ovctl_misuse(ov, "\"%s\" is not an option of %s: see ovctl %s --help", arg,
				    args->name, args->name);
	if (opt && *value)
		return ovctl_misuse(ov, "\"%s\" is given twice", opt->word);
	(*i)++;
	if (word[len] == '=') {
		if (kind == OVCTL_OPTION_FLAG)
			return ovctl_misuse(ov, "\"%.*s\" takes no value", (int)len, word);
		*value = word + len + 1;
		return OVCTL_DONE;
	}
	*value = "";
	if (kind == OVCTL_OPTION_FLAG ||
	    (kind == OVCTL_OPTION_NUMBER && (*i == argc || !ovctl_is_number(argv[*i]))))
		return OVCTL_DONE;
	if (*i == argc)
		return ovctl_misuse(ov, "\"%s\" needs a value", arg);
	*value = argv[(*i)++];
	return OVCTL_DONE;
}

static void ovctl_args_keep(struct ovctl_args *args, int argc, char **argv)
{
	size_t len = snprintf(args->what, sizeof(args->what), "%s", args->name);
	char *c;
	int i;

	for (i = 0; i < argc && len < sizeof(args->what); i++)
		len += snprintf(args->what + len, sizeof(args->what) - len, " %s", argv[i]);
	for (c = args->what; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
}

/**
 * ovctl_options_parse() - Read the words of a command.
 * @ov: The run.
 * @args: The command; its words are filled in.
 * @options: Its options, ended by one without a word; their values are filled in.
 * @argc: How many words.
 * @argv: The words.
 *
 * Return: an ovctl_exit.
 */
int ovctl_options_parse(struct ovctl *ov, struct ovctl_args *args, struct ovctl_option *options,
			int argc, char **argv)
{
	unsigned int count = 0;
	int ret = OVCTL_DONE;
	int i = 0;

	ovctl_args_keep(args, argc, argv);
	while (i < argc && count < args->max && (argv[i][0] != '-' || !argv[i][1]) &&
	       (count < args->min || !ovctl_is_option(ov, options, argv[i])))
		args->words[count++] = argv[i++];
	if (count < args->min)
		return ovctl_misuse(ov, "%s needs more words: see ovctl %s --help", args->name,
				    args->name);
	while (!ret && i < argc)
		ret = ovctl_option_take(ov, args, options, argc, argv, &i);
	return ret;
}

/**
 * ovctl_options_any() - Tell whether an option is given.
 * @options: The options, ended by one without a word.
 *
 * Return: true where one is.
 */
bool ovctl_options_any(const struct ovctl_option *options)
{
	for (; options->word; options++)
		if (options->value)
			return true;
	return false;
}

/**
 * ovctl_arg_number() - Read a number of the command line.
 * @ov: The run.
 * @noun: What it is of, with its article.
 * @text: The word.
 * @max: The greatest; the least is 1.
 * @num: Filled in.
 *
 * Return: an ovctl_exit.
 */
int ovctl_arg_number(struct ovctl *ov, const char *noun, const char *text, uint32_t max,
		     uint32_t *num)
{
	char why[OVCTL_WHY_SIZE];

	if (ovctl_field_number(num, text, 1, max, why))
		return OVCTL_DONE;
	return ovctl_misuse(ov, "\"%s\" is not the number of %s: a number from 1 to %u is accepted",
			    text, noun, max);
}

/**
 * ovctl_arg_word() - Read one of some words.
 * @ov: The run.
 * @text: The word.
 * @words: The words, ended by NULL.
 * @word: Set to its place among them.
 *
 * Return: an ovctl_exit.
 */
int ovctl_arg_word(struct ovctl *ov, const char *text, const char *const *words,
		   unsigned int *word)
{
	char why[OVCTL_WHY_SIZE];

	if (ovctl_field_word(word, text, words, why))
		return OVCTL_DONE;
	return ovctl_misuse(ov, "\"%s\" %s", text, why);
}

/**
 * ovctl_arg_text() - Read a name.
 * @ov: The run.
 * @text: The word.
 * @field: Its form.
 * @buf: Where to.
 * @size: Its size.
 *
 * Return: an ovctl_exit.
 */
int ovctl_arg_text(struct ovctl *ov, const char *text, bool (*field)(const char *, char *),
		   char *buf, size_t size)
{
	char why[OVCTL_WHY_SIZE];

	if (!field(text, why))
		return ovctl_misuse(ov, "\"%s\" %s", text, why);
	snprintf(buf, size, "%s", text);
	return OVCTL_DONE;
}

/**
 * ovctl_arg_addr() - Read an address.
 * @ov: The run.
 * @text: The word.
 * @field: Its form.
 * @addr: Filled in.
 *
 * Return: an ovctl_exit.
 */
int ovctl_arg_addr(struct ovctl *ov, const char *text,
		   bool (*field)(struct ovctl_addr *, const char *, char *),
		   struct ovctl_addr *addr)
{
	char why[OVCTL_WHY_SIZE];

	if (field(addr, text, why))
		return OVCTL_DONE;
	return ovctl_misuse(ov, "\"%s\" %s", text, why);
}

/**
 * ovctl_arg_cidr() - Read a prefix.
 * @ov: The run.
 * @text: The word.
 * @cidr: Filled in.
 *
 * Return: an ovctl_exit.
 */
int ovctl_arg_cidr(struct ovctl *ov, const char *text, struct ovctl_cidr *cidr)
{
	char why[OVCTL_WHY_SIZE];

	if (ovctl_field_cidr(cidr, text, why))
		return OVCTL_DONE;
	return ovctl_misuse(ov, "\"%s\" %s", text, why);
}

/**
 * ovctl_arg_each() - Read a list whose items are divided by commas.
 * @ov: The run.
 * @text: The word.
 * @fn: Reads an item.
 * @arg: Its argument.
 *
 * Return: an ovctl_exit.
 */
int ovctl_arg_each(struct ovctl *ov, const char *text,
		   int (*fn)(struct ovctl *ov, const char *item, void *arg), void *arg)
{
	char item[128];
	int ret = OVCTL_DONE;
	size_t len;

	for (; !ret; text += len + 1) {
		len = strcspn(text, ",");
		snprintf(item, sizeof(item), "%.*s", (int)len, text);
		ret = fn(ov, item, arg);
		if (!text[len])
			break;
	}
	return ret;
}
