// SPDX-License-Identifier: GPL-2.0
/* ovctl batch: commands from a file, one a line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "bulk.h"
#include "command.h"

static bool ovctl_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes one word off @in, writing it over what was read, and ends it. */
static char *ovctl_batch_word(char *in, char **end, const char **fault)
{
	char *out = in;
	char quote = 0;

	for (; *in && (quote || !ovctl_is_blank(*in)); in++) {
		if (quote && *in == quote) {
			quote = 0;
		} else if (!quote && (*in == '"' || *in == '\'')) {
			quote = *in;
		} else if (*in == '\\' && quote != '\'') {
			if (!*++in || *in == '\n') {
				*fault = "nothing follows the last backslash";
				return NULL;
			}
			*out++ = *in;
		} else {
			*out++ = *in;
		}
	}
	if (quote) {
		*fault = "a quotation does not end";
		return NULL;
	}
	*end = *in ? in + 1 : in;
	*out = '\0';
	return out;
}

/**
 * ovctl_batch_split() - Split a line into words.
 * @line: The line; overwritten.
 * @words: Filled with pointers into it.
 * @max: How many fit.
 * @fault: Set to what is wrong.
 *
 * Words are divided by blanks. Quotation marks of both kinds keep blanks in; a
 * backslash keeps the next character as it is, except between single ones. A
 * word that begins with # begins a comment.
 *
 * Return: the number of words, or -1 with @fault set.
 */
int ovctl_batch_split(char *line, char **words, int max, const char **fault)
{
	int count = 0;

	for (;;) {
		char *end;

		while (ovctl_is_blank(*line))
			line++;
		if (!*line || *line == '#')
			return count;
		if (count == max) {
			*fault = "there are too many words";
			return -1;
		}
		words[count++] = line;
		if (!ovctl_batch_word(line, &end, fault))
			return -1;
		line = end;
	}
}

static int ovctl_batch_line(struct ovctl *ov, char *line)
{
	char *words[OVCTL_BATCH_WORDS];
	const char *fault;
	int count;

	count = ovctl_batch_split(line, words, OVCTL_BATCH_WORDS, &fault);
	if (count < 0)
		return ovctl_misuse(ov, "%s", fault);
	if (!count)
		return OVCTL_DONE;
	if (!strcmp(words[0], "batch") || !strcmp(words[0], "monitor"))
		return ovctl_misuse(ov, "%s does not go into a batch", words[0]);
	return ovctl_command_run(ov, count, words);
}

/**
 * ovctl_batch_read() - Carry out the commands of a file, up to the first that
 * fails.
 * @ov: The run.
 * @in: The file.
 * @name: Its name, for sentences.
 *
 * Return: an ovctl_exit; OVCTL_FAILED where the kernel refused a line, also when
 * a line that is no command follows it.
 */
int ovctl_batch_read(struct ovctl *ov, FILE *in, const char *name)
{
	char *line = NULL;
	size_t size = 0;
	int ret = OVCTL_DONE;
	int flushed;
	ssize_t len;

	ov->file = name;
	ov->line = 0;
	ov->batching = true;
	while (!ret && (len = getline(&line, &size, in)) >= 0) {
		ov->line++;
		if (strlen(line) != (size_t)len)
			ret = ovctl_misuse(ov, "the line holds a NUL character");
		else
			ret = ovctl_batch_line(ov, line);
	}
	if (!ret && ferror(in)) {
		int err = errno;

		ov->file = NULL;
		ret = ovctl_fail(ov, "%s: %s", name, strerror(err));
	}
	/* What is well-formed before a line that is not is still carried out. */
	flushed = ovctl_bulk_flush(ov);
	free(line);
	ov->batching = false;
	ov->file = NULL;
	ov->line = 0;
	return flushed ? flushed : ret;
}

static int ovctl_batch(struct ovctl *ov, int argc, char **argv)
{
	FILE *in = stdin;
	int ret;

	if (argc != 1)
		return ovctl_misuse(ov, "batch needs one file, or -: see ovctl batch --help");
	if (strcmp(argv[0], "-"))
		in = fopen(argv[0], "re");
	if (!in)
		return ovctl_fail(ov, "%s: %s", argv[0], strerror(errno));
	ret = ovctl_batch_read(ov, in, argv[0]);
	if (in != stdin)
		fclose(in);
	return ret;
}

static const struct ovctl_command ovctl_batch_command = {
	.object = "batch", .verb = NULL, .option = "-",
	.args = "FILE | -",
	.help = "Carries out the commands in a file, or from standard input: one a line, without\n"
		"\"ovctl\". Stops at the first that fails. See ovctl(8) for quoting, and for what is\n"
		"carried out as a whole.",
	.run = ovctl_batch,
};

OVCTL_REGISTER(ovctl_batch, &ovctl_batch_command);
