/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_OPTIONS_H
#define OVCTL_OPTIONS_H

#include "../model/check.h"
#include "../ovctl.h"

#define OVCTL_POSITIONALS_MAX 4

/**
 * enum ovctl_option_kind - What follows an option.
 * @OVCTL_OPTION_VALUE: A value.
 * @OVCTL_OPTION_NUMBER: A number, or nothing.
 * @OVCTL_OPTION_FLAG: Nothing.
 */
enum ovctl_option_kind {
	OVCTL_OPTION_VALUE,
	OVCTL_OPTION_NUMBER,
	OVCTL_OPTION_FLAG,
};

/**
 * struct ovctl_option - An option of a command of the store.
 * @word: Its name, without dashes; it may be given with or without.
 * @kind: What follows it.
 * @value: Set to what is given: empty for nothing; NULL where the option is not given.
 */
struct ovctl_option {
	const char *word;
	enum ovctl_option_kind kind;
	const char *value;
};

/**
 * struct ovctl_args - The words of a command of the store.
 * @name: The command.
 * @min: How many words stand before its options, at least.
 * @max: And at most.
 * @words: These words; NULL where one is not given.
 * @what: The command as the log keeps it.
 */
struct ovctl_args {
	const char *name;
	unsigned int min;
	unsigned int max;
	const char *words[OVCTL_POSITIONALS_MAX];
	char what[256];
};

int ovctl_options_parse(struct ovctl *ov, struct ovctl_args *args, struct ovctl_option *options,
			int argc, char **argv);
bool ovctl_options_any(const struct ovctl_option *options);

int ovctl_arg_number(struct ovctl *ov, const char *noun, const char *text, uint32_t max,
		     uint32_t *num);
int ovctl_arg_word(struct ovctl *ov, const char *text, const char *const *words,
		   unsigned int *word);
int ovctl_arg_text(struct ovctl *ov, const char *text, bool (*field)(const char *, char *),
		   char *buf, size_t size);
int ovctl_arg_addr(struct ovctl *ov, const char *text,
		   bool (*field)(struct ovctl_addr *, const char *, char *),
		   struct ovctl_addr *addr);
int ovctl_arg_cidr(struct ovctl *ov, const char *text, struct ovctl_cidr *cidr);
int ovctl_arg_each(struct ovctl *ov, const char *text,
		   int (*fn)(struct ovctl *ov, const char *item, void *arg), void *arg);

#endif
