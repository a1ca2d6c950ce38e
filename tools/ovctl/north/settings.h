/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_SETTINGS_H
#define OVCTL_SETTINGS_H

#include "../ovctl.h"
#include "../south/value.h"

#define OVCTL_VALUES_MAX 40
#define OVCTL_LIST_MAX 1024

/**
 * struct ovctl_also - A word that may stand in place of a value.
 * @word: The word, or NULL for none.
 * @id: The attribute that it sets.
 * @value: What it sets it to.
 */
struct ovctl_also {
	const char *word;
	uint16_t id;
	uint32_t value;
};

/**
 * struct ovctl_word - A keyword of the command line.
 * @word: The keyword.
 * @noun: What its value is called in a sentence, with its article.
 * @set: The set that its attribute is of.
 * @id: The attribute.
 * @id2: The attribute of a second value, or 0.
 * @min: The least number that people give, where that is more than the spec's.
 * @also: A word that may stand in place of a value.
 * @bare: The keyword takes no value: it sets @id to the value of @also.
 * @text: The value is free text, which no attribute carries.
 * @netns: That text names a namespace.
 * @hook: That text names a hook.
 */
struct ovctl_word {
	const char *word;
	const char *noun;
	const struct ovctl_set *set;
	uint16_t id;
	uint16_t id2;
	uint32_t min;
	struct ovctl_also also;
	bool bare;
	bool text;
	bool netns;
	bool hook;
};

/**
 * struct ovctl_settings - The settings of one command.
 * @count: How many values there are.
 * @values: The values, in the order given.
 * @name: The value of the keyword whose value is free text, or NULL.
 * @netns: The namespace that is given, or NULL.
 * @hook: The hook that is given, or NULL.
 */
struct ovctl_settings {
	unsigned int count;
	struct ovctl_value values[OVCTL_VALUES_MAX];
	const char *name;
	const char *netns;
	const char *hook;
};

extern const struct ovctl_word ovctl_words_dev_add[];
/* The first two are for making a device only. */
#define ovctl_words_dev_set (&ovctl_words_dev_add[2])
extern const struct ovctl_word ovctl_words_port_add[];
/* The first three are for making a port only. */
#define ovctl_words_port_set (&ovctl_words_port_add[3])
/* The last is what names a port. */
#define ovctl_words_port_key (&ovctl_words_port_add[15])
extern const struct ovctl_word ovctl_words_peer[];
extern const struct ovctl_word ovctl_words_fdb_add[];
extern const struct ovctl_word ovctl_words_fdb_del[];
extern const struct ovctl_word ovctl_words_fdb_flush[];
extern const struct ovctl_word ovctl_words_route[];
extern const struct ovctl_word ovctl_words_move[];

int ovctl_settings_parse(struct ovctl *ov, struct ovctl_settings *settings,
			 const struct ovctl_word *words, const char *command, int argc,
			 char **argv);
void ovctl_settings_free(struct ovctl_settings *settings);
const struct ovctl_value *ovctl_settings_find(const struct ovctl_settings *settings,
					      uint16_t id);
int ovctl_list_parse(struct ovctl *ov, const struct ovctl_attr *attr, const char *text,
		     struct ovctl_addr **list, unsigned int *count);
int ovctl_name_check(struct ovctl *ov, const char *name);

#endif
